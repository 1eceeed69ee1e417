"""How a provider reuses the front of a request: its policy, the request in the order it is sent, and what is reused.

`policy` looks a model up in `data/providers.toml`, which names source and date of every figure. `lay_out` turns a
request into pieces, `reused` says how many tokens of them the next request of another conversation reads from the
cache. Figures are tokens of visible text: what a provider adds around a message is not counted, and nothing is
rounded to a provider's step.

Branches: `alternatives` lists the ways through the conditions of a request, and each is laid out by itself. Two
variants of a static text are two prefixes, both of them cached, so a condition alone breaks nothing.
"""

from __future__ import annotations

import functools
import itertools
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias

import msgspec

from promptlint.prompt import Prompt, Request
from promptlint.template import Apply, Choice, Hole, Ref, Repeat, Span, Template, Text, Volatility, holes
from promptlint.tokens import count, encoding_of

Mode: TypeAlias = Literal["prefix", "boundary", "breakpoint", "none"]

# As many ways through the conditions of a request are looked at.
MAX_ALTERNATIVES = 32
# A clock in the last line of a cached text costs a few tokens behind it, which nobody would move it for.
UNIQUE_GAIN = 20
_EXPLICIT = "#explicit"


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
    lookback: int = 0
    invalidates: tuple[str, ...] = ()
    note: str = ""
    models: tuple[Model, ...] = ()


class Policy(msgspec.Struct, frozen=True):
    """How one model's provider reuses a prefix.

    `provider` is a key of `data/providers.toml`, "" when nothing is known. `minimum` is None when the model is not
    known or its vendor publishes none. `known` says whether the model was found; otherwise the mode is that of its
    provider, or "prefix". Units: tokens, seconds, multiples of the price of an input token.
    """

    provider: str
    model: str
    mode: Mode
    known: bool = False
    minimum: int | None = None
    step: int | None = None
    breakpoints: int = 0
    ttl: tuple[int, ...] = ()
    read: float | None = None
    write: tuple[float, ...] = ()
    order: tuple[str, ...] = ("tools", "system", "messages")
    lookback: int = 0
    invalidates: tuple[str, ...] = ()
    source: str = ""
    as_of: str = ""
    conflict: str = ""


class Piece(msgspec.Struct, frozen=True):
    """One stretch of a request as it is sent.

    `kind`: "text" (static, with its tokens), "hole", "repeat", or "end" (of a message). `prompt` is the index of the
    prompt it belongs to. Of a hole or repeat: `volatility`, `origin`, `expression`; `grows` marks a history, which is
    longer with every turn. Of an end: `reusable` says that a provider which reuses whole messages looks a prefix up
    here, `marker` that a cache marker is set here.
    """

    kind: Literal["text", "hole", "repeat", "end"]
    prompt: int
    role: str
    span: Span
    tokens: int = 0
    texts: tuple[Text, ...] = ()
    volatility: Volatility = Volatility.CONSTANT
    origin: str = ""
    expression: str = ""
    grows: bool = False
    reusable: bool = False
    marker: bool = False


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
    request goes. `marked`: the request sets cache markers, which some providers (Qwen) treat in another way. When
    nothing is known: mode "prefix", no minimum.
    """
    if table is None:
        return _known_policy(provider, model, marked)
    return _policy(provider, model, marked, table)


def _policy(provider: str, model: str, marked: bool, table: Mapping[str, Provider]) -> Policy:
    prefixes, bare = _split(model, table)
    named = [key for head in (*reversed(prefixes), provider) for key in _named(head, table) if not table[key].gateway]
    named.sort(key=lambda key: not table[key].host)
    like = (key for key, each in table.items() if each.models_like and re.search(each.models_like, bare))
    first = None
    for key in itertools.chain(named, like):
        first = first or key
        found = _find(table[key], bare, marked, table)
        if found is not None:
            return _of(key, table[key], model, found)
    return Policy("", model, "prefix") if first is None else _of(first, table[first], model, None)


def _of(key: str, provider: Provider, model: str, found: Model | None) -> Policy:
    known = Policy(
        key, model, provider.mode, order=provider.order, lookback=provider.lookback, invalidates=provider.invalidates
    )
    if found is None:
        return known
    fields = msgspec.structs.asdict(found)
    del fields["pattern"]
    return msgspec.structs.replace(known, known=True, **fields)


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
    """The policy under which a request is sent."""
    return policy(request.provider, model_of(request), marked=bool(request.markers))


def threshold(policy: Policy, min_tokens: int) -> tuple[int, str]:
    """The smallest prefix that is reused, and how a message names it.

    `min_tokens` counts when the model is not known, or its vendor publishes no minimum.
    """
    if policy.minimum is None:
        return min_tokens, f"minimum {min_tokens:,} assumed"
    return policy.minimum, f"{policy.model}: minimum {policy.minimum:,}"


def sent_once(request: Request) -> bool:
    """Whether the request is sent once in a process: there is no next call that could read from the cache."""
    return request.once or (bool(request.prompts) and all(prompt.once for prompt in request.prompts))


def varies(request: Request, least: Volatility) -> bool:
    """Whether a request has a value that is at least so volatile."""
    return any(_varies(prompt.template, least) for prompt in request.prompts)


def _varies(template: Template, least: Volatility) -> bool:
    for part in template:
        match part:
            case Hole():
                found = part.volatility >= least
            case Repeat():
                found = part.volatility >= least or _varies(part.body, least)
            case Choice():
                found = any(_varies(branch, least) for branch in part.branches)
            case Ref() | Apply():
                found = part.fallback.volatility >= least
            case _:
                found = False
        if found:
            return True
    return False


def may_reach(request: Request, minimum: int) -> bool:
    """Whether the static text of a request can have `minimum` tokens at all: a token is at least one UTF-8 byte.

    No tokenizer is needed for the answer, which is "no" for most requests.
    """
    needed = minimum / max(encoding_of(model_of(request)).factor, 1.0)
    size = 0
    for prompt in request.prompts:
        for text in _all_texts(prompt.template):
            size += len(text.value.encode("utf-8", "surrogatepass"))
            if size >= needed:
                return True
    return False


def _all_texts(template: Template) -> Iterator[Text]:
    """The texts outside of loops, of all branches."""
    for part in template:
        if isinstance(part, Text):
            yield part
        elif isinstance(part, Choice):
            for branch in part.branches:
                yield from _all_texts(branch)


def alternatives(request: Request) -> list[dict[str, int]]:
    """The ways through the conditions of a request, at least one: condition -> branch taken.

    Equal conditions take equal branches. A condition that would make more than `MAX_ALTERNATIVES` ways is not listed,
    and takes its first branch.
    """
    branches: dict[str, int] = {}
    for prompt in request.prompts:
        for choice in _choices(prompt.template):
            branches[choice.condition] = max(branches.get(choice.condition, 0), len(choice.branches))
    taken: list[tuple[str, int]] = []
    number = 1
    for condition, width in branches.items():
        if width > 1 and number * width <= MAX_ALTERNATIVES:
            number *= width
            taken.append((condition, width))
    names = [condition for condition, _ in taken]
    ways = itertools.product(*(range(width) for _, width in taken))
    return [dict(zip(names, way, strict=True)) for way in ways]


def _choices(template: Template) -> Iterator[Choice]:
    for part in template:
        if isinstance(part, Choice):
            yield part
            for branch in part.branches:
                yield from _choices(branch)


def lay_out(request: Request, choices: Mapping[str, int] | None = None) -> list[Piece]:
    """The pieces of a request in the order in which they are sent, every message closed by an "end".

    `choices` says which branch a condition takes (`alternatives`), the first when not named. Adjacent static texts
    are one piece, counted joined. A loop is one piece without tokens: how often it runs is not known.
    """
    model = model_of(request)
    boundaries = _boundaries(request.prompts)
    pieces: list[Piece] = []
    for index, prompt in enumerate(request.prompts):
        pieces.extend(_prompt_pieces(prompt, index, choices or {}, model))
        marker = index in request.markers
        pieces.append(Piece("end", index, prompt.role, prompt.span, reusable=boundaries[index], marker=marker))
    return pieces


def _boundaries(prompts: Sequence[Prompt]) -> list[bool]:
    """For each prompt whether a prefix is looked up at its end by a provider that reuses whole messages.

    The end of the first group of system (developer) messages, of user messages and of tool results; not of what the
    model said, nor of a later system message. https://developers.openai.com/api/docs/guides/prompt-caching
    (2026-10-02)
    """
    leading = list(itertools.takewhile(lambda prompt: prompt.role in ("system", "tool"), prompts))
    last = max((index for index, prompt in enumerate(leading) if prompt.role == "system"), default=-1)
    return [
        index == last if index < len(leading) else prompt.role in ("user", "tool", "unknown")
        for index, prompt in enumerate(prompts)
    ]


def _prompt_pieces(prompt: Prompt, index: int, choices: Mapping[str, int], model: str) -> Iterator[Piece]:
    run: list[Text] = []

    def flush() -> Iterator[Piece]:
        value = "".join(text.value for text in run)
        if value:
            yield Piece("text", index, prompt.role, run[0].span, tokens=_tokens(value, model), texts=tuple(run))
        run.clear()

    for part in _straight(prompt.template, choices):
        if isinstance(part, Text):
            run.append(part)
        else:
            yield from flush()
            yield _changing_piece(part, index, prompt.role)
    yield from flush()


@functools.lru_cache(maxsize=512)
def _tokens(value: str, model: str) -> int:
    return count(value, model)


def _straight(template: Template, choices: Mapping[str, int]) -> Iterator[Text | Hole | Repeat]:
    """The parts of a template with one branch taken of every choice."""
    for part in template:
        match part:
            case Choice():
                if part.branches:
                    branch = min(choices.get(part.condition, 0), len(part.branches) - 1)
                    yield from _straight(part.branches[branch], choices)
            case Ref() | Apply():
                yield part.fallback
            case _:
                yield part


# Last words of a name that holds what was said so far.
_HISTORY = re.compile(r"(^|[\W_])(history|messages|conversation|scratchpad)\W*$", re.IGNORECASE)


def _changing_piece(part: Hole | Repeat, index: int, role: str) -> Piece:
    """A loop changes when its collection does; over a fixed collection, when a value of another source does."""
    value = part if isinstance(part, Hole) else Hole(part.over, part.span, part.volatility)
    grows = _HISTORY.search(value.expression) is not None
    if isinstance(part, Repeat):
        grows = grows or part.grows
        if part.volatility <= Volatility.DEPLOY:
            inner = [hole for hole in holes(part.body) if hole.origin != "loop"]
            value = max([value, *inner], key=lambda hole: hole.volatility)
    return Piece(
        "hole" if isinstance(part, Hole) else "repeat",
        index,
        role,
        value.span,
        volatility=value.volatility,
        origin=value.origin,
        expression=value.expression,
        grows=grows,
    )


def changes(piece: Piece, *, sure: bool = False) -> bool:
    """Whether this piece is different in the next request of another conversation.

    A date is not: it breaks the prefix once a day. The order of a set is not: it holds for a process. `sure`: what is
    not known to change does not.
    """
    if piece.volatility is Volatility.UNIQUE:
        return piece.origin not in ("date", "unordered")
    if piece.volatility is Volatility.UNKNOWN:
        return not sure
    return piece.volatility > Volatility.DEPLOY and piece.origin != "date"


def first_change(pieces: Sequence[Piece], *, sure: bool = False) -> int:
    """Index of the first piece that changes, or the number of pieces."""
    return next((index for index, piece in enumerate(pieces) if changes(piece, sure=sure)), len(pieces))


def static_tokens(pieces: Sequence[Piece]) -> int:
    """Tokens of the static text in these pieces."""
    return sum(piece.tokens for piece in pieces)


def reused(pieces: Sequence[Piece], end: int, mode: Mode, minimum: int) -> int:
    """Tokens read from the cache when the pieces before index `end` are the same again; 0 below the minimum."""
    if mode == "none":
        return 0
    if mode != "prefix":
        end = max((index for index, piece in enumerate(pieces[:end]) if _usable(piece, mode)), default=0)
    tokens = static_tokens(pieces[:end])
    return tokens if tokens >= minimum else 0


def _usable(piece: Piece, mode: Mode) -> bool:
    return piece.kind == "end" and (piece.marker or (mode == "boundary" and piece.reusable))


class Unique(msgspec.Struct, frozen=True):
    """Values that differ in every request, in the part that would be reused without them.

    `places` are their indices. `now` and `then` are the tokens reused with and without them; `history`: a conversation
    behind them is not reused either, from one turn to the next.
    """

    places: tuple[int, ...]
    now: int
    then: int
    history: bool = False


def unique_values(pieces: Sequence[Piece], mode: Mode, minimum: int, min_gain: int) -> Unique | None:
    """The values that differ in every request and cost at least `min_gain` tokens or a whole history; else None.

    Both next requests count: one of another conversation, and the next turn of this one, where all that was said
    before is the same. Nothing is said of requests that would stay below the minimum, nor of values behind the last
    marker.
    """
    best: Unique | None = None
    for end in (_end_of_shared(pieces), _end_of_conversation(pieces, mode)):
        places = [index for index in range(end) if _is_unique(pieces[index])]
        if not places:
            continue
        rest = [piece for index, piece in enumerate(pieces) if index not in places]
        now = reused(pieces, places[0], mode, minimum)
        then = reused(rest, end - len(places), mode, minimum)
        history = then > 0 and any(piece.grows for piece in pieces[places[0] : end + 1])
        if (then - now >= min_gain or history) and (best is None or then - now > best.then - best.now):
            best = Unique(tuple(places), now, then, history)
    return best


def _is_unique(piece: Piece) -> bool:
    """A value that a rule may ask to move: a tool's result is history as soon as it is sent, whatever stands in it."""
    return piece.volatility is Volatility.UNIQUE and changes(piece) and piece.role != "tool"


def _end_of_shared(pieces: Sequence[Piece]) -> int:
    """Where another conversation begins to differ, values that differ in every request apart."""
    return next((i for i, piece in enumerate(pieces) if changes(piece) and not _is_unique(piece)), len(pieces))


def _end_of_conversation(pieces: Sequence[Piece], mode: Mode) -> int:
    """Where the next turn of the same conversation begins to differ; 0 when nothing says that there is a next turn."""
    if mode == "breakpoint":
        return max((i + 1 for i, piece in enumerate(pieces) if piece.marker and piece.role != "system"), default=0)
    return max((i for i, piece in enumerate(pieces) if piece.grows), default=0)
