"""How providers reuse the front of a request: the table `data/providers.toml`, and the policy of one model.

The table names source and date of every figure. `policy` looks a model up in it; what the configuration says of the
model (`Request.configured`) goes before the table.
"""

from __future__ import annotations

import functools
import itertools
import os
import re
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import msgspec

from promptlint.prompt import Request

Mode: TypeAlias = Literal["prefix", "boundary", "breakpoint", "none"]
PARTS = ("tools", "system", "messages")

_EXPLICIT = "#explicit"


class Overhead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Tokens that a provider adds around what is sent. The fields are explained at the top of `data/providers.toml`."""

    pattern: str = ""
    message: int = 0
    name: int = 0
    reply: int = 0
    function: int = 0
    properties: int = 0
    property: int = 0
    enum: int = 0
    enum_item: int = 0
    functions: int = 0
    tool_prompt: tuple[int, ...] = ()
    source: str = ""
    as_of: str = ""
    conflict: str = ""


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the models of one pattern are cached. The fields are explained at the top of `data/providers.toml`."""

    pattern: str
    mode: Mode
    minimum: int | None = None
    step: int | None = None
    breakpoints: int = 0
    ttl: tuple[int, ...] = ()
    read: float | None = None
    write: tuple[float, ...] = ()
    source: str = ""
    as_of: str = ""
    conflict: str = ""


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A provider, or an engine one hosts oneself. The fields are explained at the top of `data/providers.toml`."""

    names: tuple[str, ...]
    mode: Mode
    order: tuple[str, ...] = ()
    models_like: str = ""
    same_as: str = ""
    gateway: bool = False
    host: bool = False
    system_apart: bool = False
    system_inside: tuple[str, ...] = ()
    lookback: int = 0
    invalidates: Mapping[str, tuple[str, ...]] = {}
    keeps: tuple[str, ...] = ()
    found_after: int = 1
    note: str = ""
    models: tuple[Model, ...] = ()
    overhead: tuple[Overhead, ...] = ()


class Policy(msgspec.Struct, frozen=True):
    """How one model's provider reuses a prefix.

    `provider` is a key of `data/providers.toml`, "" when nothing is known: `mode` then is `assumed`. `by_default`: the
    model is one by default only. `minimum` is None when the model is not
    known or its vendor publishes none. `known` says whether the model was found; otherwise the mode is that of its
    provider, or "prefix". Units: tokens, seconds, multiples of the price of an input token.
    """

    provider: str
    model: str
    mode: Mode
    known: bool = False
    by_default: bool = False
    minimum: int | None = None
    step: int | None = None
    breakpoints: int = 0
    ttl: tuple[int, ...] = ()
    read: float | None = None
    write: tuple[float, ...] = ()
    order: tuple[str, ...] = PARTS
    system_apart: bool = False
    system_inside: tuple[str, ...] = ()
    lookback: int = 0
    invalidates: Mapping[str, tuple[str, ...]] = {}
    keeps: tuple[str, ...] = ()
    found_after: int = 1
    overhead: Overhead | None = None
    source: str = ""
    as_of: str = ""
    conflict: str = ""

    @property
    def assumed(self) -> bool:
        """Whether nothing is known of how the provider caches."""
        return not (self.provider or self.known)


class Override(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `[tool.promptlint.models."pattern"]` says of models, in the words of the table; None: as the table says."""

    provider: str | None = None
    mode: Mode | None = None
    minimum: int | None = None
    step: int | None = None
    breakpoints: int | None = None
    ttl: tuple[int, ...] | None = None
    read: float | None = None
    write: tuple[float, ...] | None = None
    order: tuple[Literal["tools", "system", "messages"], ...] | None = None
    lookback: int | None = None
    source: str | None = None
    as_of: str | None = None


def read_providers(text: str) -> dict[str, Provider]:
    """Providers from TOML in the form of `data/providers.toml`.

    Raises `tomllib.TOMLDecodeError` and `msgspec.ValidationError`.
    """
    import tomllib

    data: dict[str, Any] = tomllib.loads(text)
    return msgspec.convert(data, dict[str, Provider])


@functools.cache
def providers() -> Mapping[str, Provider]:
    """The providers that come with the package."""
    with open(os.path.join(os.path.dirname(__file__), "data", "providers.toml"), encoding="utf-8") as file:
        return read_providers(file.read())


@functools.lru_cache(maxsize=1024)
def _known_policy(provider: str, model: str, marked: bool) -> Policy:
    return _policy(provider, model, marked, providers())


def policy(provider: str, model: str, *, marked: bool = False, table: Mapping[str, Provider] | None = None) -> Policy:
    """How this model of this provider is cached.

    Both names as a program writes them, "" when not known; prefixes of the model ("azure/...",
    "openrouter/anthropic/...", "openai:...", "us.anthropic....") win over the provider, for they say where the
    request goes. `marked`: the request sets cache markers, which some providers (Qwen) treat in another way. Of a
    provider that the table does not have, and of one that serves models of others, the name of the model says nothing.
    When nothing is known: mode "prefix", which is `assumed`, no minimum.
    """
    if table is None:
        return _known_policy(provider, model, marked)
    return _policy(provider, model, marked, table)


def _policy(provider: str, model: str, marked: bool, table: Mapping[str, Provider]) -> Policy:
    prefixes, bare = _split(model, table)
    named = [key for head in (*reversed(prefixes), provider) for key in _named(head, table) if not table[key].gateway]
    named.sort(key=lambda key: not table[key].host)
    hosted = any(table[key].host for key in named) or bool(provider.strip() and not _named(provider, table))
    known = () if hosted else table.items()
    like = (key for key, each in known if each.models_like and re.search(each.models_like, bare))
    first = None
    for key in itertools.chain(named, like):
        first = first or key
        found = _find(table[key], bare, marked, table)
        if found is not None:
            return _of(key, table, model, bare, found)
    return Policy("", model, "prefix") if first is None else _of(first, table, model, bare, None)


def _of(key: str, table: Mapping[str, Provider], model: str, bare: str, found: Model | None) -> Policy:
    provider = table[key]
    known = Policy(
        key,
        model,
        provider.mode,
        order=provider.order,
        system_apart=provider.system_apart,
        system_inside=provider.system_inside,
        lookback=provider.lookback,
        invalidates=provider.invalidates,
        keeps=provider.keeps,
        found_after=provider.found_after,
        overhead=next((each for each in _overheads(provider, table) if re.search(each.pattern, bare)), None),
    )
    if found is None:
        return known
    fields = msgspec.structs.asdict(found)
    del fields["pattern"]
    return msgspec.structs.replace(known, known=True, **fields)


def _overheads(provider: Provider, table: Mapping[str, Provider]) -> tuple[Overhead, ...]:
    other = table.get(provider.same_as)
    return provider.overhead + (other.overhead if other else ())


def _split(model: str, table: Mapping[str, Provider]) -> tuple[list[str], str]:
    """The provider prefixes of a model name, and the name without them, in lower case."""
    prefixes: list[str] = []
    bare = model.strip().lower()
    while match := re.match(r"([a-z][\w-]*)[/:](?=.)", bare):
        if not _named(match[1], table):
            break
        prefixes.append(match[1])
        bare = bare[match.end() :]
    return prefixes, bare


def _named(name: str, table: Mapping[str, Provider]) -> list[str]:
    """Providers that go by this name: a key of the table, or one of its names, "_" and " " being "-"."""
    plain = name.strip().lower().replace("_", "-").replace(" ", "-")
    if not plain:
        return []
    return [key for key, each in table.items() if plain in each.names or plain == key.replace("_", "-")]


def same_provider(name: str, key: str) -> bool:
    """Whether a name, as a program writes it, stands for this key of the table."""
    return name == key or key in _named(name, providers())


def _find(provider: Provider, bare: str, marked: bool, table: Mapping[str, Provider]) -> Model | None:
    if not bare:
        return None
    models = list(provider.models)
    if provider.same_as in table:
        models += table[provider.same_as].models
    for model in models:
        if _EXPLICIT in model.pattern:
            if marked and re.search(model.pattern, bare + _EXPLICIT):
                return model
        elif re.search(model.pattern, bare):
            return model
    return None


def model_of(request: Request) -> str:
    """The model of a request, or of the first of its prompts that names one."""
    return request.model or next((prompt.model for prompt in request.prompts if prompt.model), "")


def policy_of(request: Request) -> Policy:
    """The policy under which a request is sent: what the configuration says of its model, and of the rest the table."""
    said = dict(request.configured)
    found = policy(said.pop("provider", request.provider), model_of(request), marked=bool(request.markers))
    if request.by_default("model"):
        found = msgspec.structs.replace(found, by_default=True)
    if not said:
        return found
    return msgspec.structs.replace(found, known=found.known or "mode" in said or "minimum" in said, **said)


def configured(model: str, overrides: Mapping[str, Override]) -> tuple[tuple[str, Any], ...]:
    """What the first pattern that is found in a model's name says of it: the value of `Request.configured`.

    As in the table a pattern is searched in lower case, in the name without the prefixes of providers.
    """
    if not model or not overrides:
        return ()
    _, bare = _split(model, providers())
    for pattern, said in overrides.items():
        if re.search(pattern, bare):
            return tuple((key, value) for key, value in msgspec.structs.asdict(said).items() if value is not None)
    return ()


def added_tokens(policy: Policy, messages: int, tools: int) -> int:
    """Tokens that the provider is documented to add around so many messages and tools, parameters of tools apart."""
    known = policy.overhead
    if known is None:
        return 0
    around = messages * known.message + known.reply
    if tools:
        around += tools * known.function + known.functions + (known.tool_prompt[0] if known.tool_prompt else 0)
    return around


def gathers_system(policy: Policy, api: str) -> bool:
    """Whether system messages, wherever a program puts them, are gathered in front on the way to this model.

    That is what frameworks and gateways do before a provider whose system text is a field of its own. `api` is the
    kind of the call: the provider's own may take system messages inside a conversation.
    """
    return policy.system_apart and api not in policy.system_inside


# Who has made a model, as Hugging Face and gateways write it in front of its name: anybody may serve it.
_OWNERS = ("google/", "mistralai/", "moonshotai/", "qwen/", "x-ai/", "openai/gpt-oss")


def provider_in(model: str) -> str:
    """The provider that the first prefix of a model's name ("azure/...", "openai:...") stands for, "" without one.

    With a capital letter it is the owner of a model ("Qwen/..."), as are some names before a slash ("mistralai/...").
    """
    # LiteLLM's own prefix says no more than that it is used.
    model = model.removeprefix("litellm/")
    owned = model.startswith(_OWNERS) and not model.startswith("google/gemini")
    prefixes, _ = _split(model, providers()) if model[:1].islower() and not owned else ([], "")
    return prefixes[0] if prefixes else ""


def others_in(expression: str) -> bool:
    """Whether a word of an expression (`groq_client`) is the name of a provider other than OpenAI."""
    said = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", expression).lower())
    return any(key not in ("openai", "azure") for word in said for key in _named(word, providers()))


def known_names() -> list[str]:
    """Every name that a provider goes by."""
    table = providers()
    return sorted({key.replace("_", "-") for key in table} | {name for each in table.values() for name in each.names})


def self_hosted(provider: str, model: str) -> bool:
    """Whether a provider of the configuration is an engine one hosts oneself and this is a model that it may serve.

    Such engines are called by the OpenAI client, so that client says nothing of who answers; the name of one of
    OpenAI's own models does.
    """
    table = providers()
    hosts = [key for key in _named(provider, table) if table[key].host]
    _, bare = _split(model, table)
    return bool(hosts) and re.search(table["openai"].models_like, bare) is None


# Models of OpenAI that no policy is about.
_OLD = ("text-", "davinci", "curie", "babbage", "code-davinci", "computer-use-", "omni-")


def of_openai(model: str) -> bool:
    """Whether a name is that of one of OpenAI's own models."""
    table = providers()
    _, bare = _split(model, table)
    return bare.startswith(_OLD) or re.search(table["openai"].models_like, bare) is not None


def threshold(policy: Policy, min_tokens: int) -> tuple[int, str]:
    """The smallest prefix that is reused, and how a message names it.

    `min_tokens` counts when the model is not known, or its vendor publishes no minimum.
    """
    if policy.minimum is None:
        return min_tokens, f"minimum {min_tokens:,} assumed"
    return policy.minimum, f"{policy.model}{' by default' if policy.by_default else ''}: minimum {policy.minimum:,}"
