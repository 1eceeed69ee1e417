"""What requests go through: the clients, models and agents that say who gets them, and what is sent with each."""

from __future__ import annotations

import ast
import functools
import re
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from promptlint import providers
from promptlint.extract.callsite import within
from promptlint.extract.catalogue import makes_client, matcher
from promptlint.extract.facts import Call, Facts
from promptlint.extract.later import UNCHANGED
from promptlint.extract.names import scripted
from promptlint.extract.sending import WHOLE, WITHIN
from promptlint.extract.state import fallback_of, single_hole
from promptlint.extract.volatility import of_name
from promptlint.operations import literal
from promptlint.template import Choice, Hole, Items, Mapping, Ref, Span, Text, Value, Volatility
from promptlint.tokens import is_known

if TYPE_CHECKING:
    from promptlint.link import Linker

# Clients inside of clients, agents of agents.
MAX_INNER = 8
# Kinds of calls of OpenAI's client, which many servers are asked through.
OPENAI = frozenset("chat chat_template messages converse responses assistants conversations completion".split())
# Keywords by which a call itself says where it connects to, and who gets it.
ADDRESSES, SERVED_BY = ("api_base", "base_url"), "custom_llm_provider"
_ROUTER = "litellm.Router"
# Names of LiteLLM's for servers that may be anybody's.
_ANYBODY = frozenset({"litellm_proxy", "custom", "custom_openai", "openai_like", "hosted_vllm"})
# The origin of a value that callers give, and that is not known: what stands for one that is not given holds less.
GIVEN = "given"
_UNSET = ("None", "NOT_GIVEN", "NotGiven()", "omit", "False")
# The same as SDKs have it: `anthropic.NOT_GIVEN`.
_NOT_GIVEN = ".NOT_GIVEN"


class Through(msgspec.Struct, frozen=True):
    """What requests go through: who gets them, and what is sent with each of them.

    `provider` is None when an address decides that is not known, `address` is its source then. `places` are where it
    and what is inside of it are made. `by_model`: the name of the model alone says who gets them. `otherwise`
    is what may name another address than the one that says so.
    """

    provider: str | None
    address: Hole | None
    slots: tuple[tuple[str, Value], ...]
    places: frozenset[Span]
    by_model: bool = False
    otherwise: Hole | None = None

    def all(self, slot: str) -> list[Value]:
        return [value for key, value in self.slots if key == slot]


# A name, also one in a text: `config["model"]`.
_NAME = re.compile(r"[^\W\d]\w*")
NOBODY = Through(None, None, (), frozenset())


def client_of(value: Value, depth: int = 0) -> Through | None:
    """The client, model or agent that a value is; None for anything else."""
    if not isinstance(value, Mapping) or depth > MAX_INNER:
        return None
    named = value.get("@provider")
    if named is None:
        return None
    nested = [(key, each) for key in ("@service", "@client", "@model") if (each := value.get(key)) is not None]
    inside = ((key, made) for key, each in nested if (made := client_of(each, depth + 1)))
    by, inner = next(inside, ("", None))
    own = [(key[1:], item) for key, item in value.entries if key[:1] == "@" and key not in ("@provider", "@client")]
    own = [(key, item) for key, item in map(_among, own) if not unset(item) and client_of(item) is None]
    provider, hole = literal(named), None
    service = next((item for key, item in own if key == "service"), None)
    provider = (literal(service) or None) if service is not None else provider
    by_model, otherwise = False, None
    vertex = next((item for key, item in own if key == "vertex"), None)
    if vertex is not None:
        hole = single_hole(vertex)
        provider = "vertex-ai" if hole is not None and hole.expression == "True" else None
    address = next((item for key, item in own if key == "address"), None)
    if address is not None:
        provider, hole, otherwise = provider_at(address), fallback_of(address), asked_first(address)
    elif inner is not None and (by != "@model" or not provider):
        provider, hole, by_model, otherwise = inner.provider, inner.address, inner.by_model, inner.otherwise
    elif provider and not unset(given := value.get("@client") or ()):
        # It speaks the protocol of that provider with whoever the client connects to.
        provider, hole = None, single_hole(given)
    elif provider == "":
        provider = providers.provider_in(next((model_name(item)[0] for key, item in own if key == "model"), ""))
        by_model = bool(provider)
    said = {key for key, _ in own}
    slots = own + ([(key, item) for key, item in inner.slots if key not in said] if inner is not None else [])
    places = frozenset({value.span}) | (inner.places if inner else frozenset())
    return Through(provider, hole, tuple(slots), places, by_model, otherwise)


def settled(linker: Linker, name: str) -> Through | None:
    """The client that settings name, one for the whole project; None if they name several, or it is not known."""
    if name not in linker.clients:
        given = [client_of(linker.resolve(value, facts)) for facts, value in linker.settings.get(name, ())]
        known = {(each.provider, model_name(next(iter(each.all("model")), ()))) for each in given if each}
        linker.clients[name] = given[0] if None not in given and len(known) == 1 else None
    return linker.clients[name]


def in_one(linker: Linker, settings: str, through: Through | None) -> bool:
    """Whether who gets a request is sent it as one message: the client that it goes through, or any of the settings."""
    if through is not None and (through.all(WHOLE) or through.provider):
        return bool(through.all(WHOLE))
    given = [client_of(linker.resolve(value, facts)) for facts, value in linker.settings.get(settings, ())]
    return bool(given) and all(each is not None and each.all(WHOLE) for each in given)


def of_project(linker: Linker, call: Call, clients: Sequence[Value]) -> bool:
    """Whether an object of a class of the project is asked, that may only have the name of a framework's client."""
    # Of what the configuration says that it sends, the code tells nothing else.
    value = clients[0] if call.method and clients else ()
    home = linker.classes.homes.get(value.span.file) if isinstance(value, Mapping) and value.kind else None
    if home is None or not isinstance(value, Mapping):
        return False
    found = _class_of(linker, home, value.kind)
    line = linker.classes.lineage(*found) if found is not None else []
    above = ((facts, base) for facts, name in line for base in facts.bases[name])
    return bool(line) and not any(_is_client(linker, facts, base) for facts, base in above)


def of_library(linker: Linker, call: Call, clients: Sequence[Value]) -> bool:
    """Whether an object of another library is asked by a method of OpenAI's: many have these, and ask anybody."""
    return call.provider == "openai" and any(_of_another(linker, value) for value in clients)


def _of_another(linker: Linker, value: Value) -> bool:
    part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    if isinstance(part, Choice):
        return any(_of_another(linker, branch) for branch in part.branches)
    if not isinstance(value, Mapping) or client_of(value) is not None:
        return False
    library, _, name = value.kind.partition(".")
    home = linker.classes.homes.get(value.span.file) if library and name and library != "openai" else None
    return home is not None and _class_of(linker, home, value.kind) is None


def _class_of(linker: Linker, facts: Facts, path: str) -> tuple[Facts, str] | None:
    return linker.classes.class_of(facts, f":{path}" if path in facts.bases else path)


def _is_client(linker: Linker, facts: Facts, path: str) -> bool:
    """Whether a class that is none of the project's is one of a framework's clients."""
    imported = frozenset(each.partition(".")[0] for each in facts.aliases.values())
    return makes_client(path, (matcher(),), imported) and _class_of(linker, facts, path) is None


def _among(entry: tuple[str, Value]) -> tuple[str, Value]:
    """A slot and what stands in it; of a slot among settings that are made elsewhere, what stands there in them."""
    key, item = entry
    if not key.startswith(WITHIN):
        return entry
    _, slot, path = key.split(":")
    found = within(item, path)
    return (slot, found) if found is not None else (key, ())


def answers_by_script(value: Value, depth: int = 0) -> bool:
    """Whether a value is an object that gives answers which are written beforehand, or goes through one."""
    if isinstance(value, Mapping):
        inner = (value.get(key) for key in ("@client", "@model")) if depth < MAX_INNER else ()
        return scripted(value.kind) or any(each is not None and answers_by_script(each, depth + 1) for each in inner)
    hole = fallback_of(value)
    name = hole.expression.partition("(")[0] if hole is not None else ""
    return name.replace(".", "").isidentifier() and scripted(name)


def provider_at(address: Value) -> str | None:
    """Who answers at an address, by default at least; None when it is not known."""
    known = address if isinstance(address, tuple) else ()
    text = "" if maybe_unset(address) else model_name(address)[0]
    text = text or "".join(part.value for part in known if isinstance(part, Text))
    host = text.partition("://")[2].partition("/")[0].partition(":")[0].rpartition("@")[2].lower()
    for name, provider in matcher().hosts.items():
        if host == name or host.endswith("." + name):
            return provider
    return None


def service_named(value: Value) -> str | None:
    """Who gets a request that names its provider apart from the model; None for what serves the models of anybody."""
    named = model_name(value)[0]
    return None if named in _ANYBODY else named or None


def routed(client: Value, router: Value, model: Value) -> Value:
    """The model behind a name that a router of LiteLLM gives it (`model_list`), where an object is asked for one.

    Of a router that is not in sight a name by which no model goes says nothing. `client` is what the call stands on,
    `router` what that turns out to be.
    """
    name, on = literal(model), fallback_of(client)
    if not name or on is None or on.expression == "self" or _of_litellm(client) or _of_litellm(router):
        # The functions of the library, also under other names.
        return model
    listed = router.get("model_list") if isinstance(router, Mapping) and router.kind == _ROUTER else None
    rows = [row for row in listed.items if isinstance(row, Mapping)] if isinstance(listed, Items) else []
    served = [within(row, "litellm_params.model") for row in rows if literal(row.get("model_name")) == name]
    if served and served[0] is not None and all(one == served[0] for one in served):
        return served[0]
    known = not served and (bool(providers.provider_in(name)) or is_known(name))
    return model if known else (Hole(f'"{name}"', on.span),)


def _of_litellm(value: Value) -> bool:
    """Whether a value is the library itself, or a module of it."""
    part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    return isinstance(part, Ref) and part.call is None and part.name.partition(".")[0] == "litellm"


def unsure(
    call: Call, facts: Facts, elsewhere: frozenset[str], through: Through | None, provider: str, model: str
) -> bool:
    """Whether somebody else than a provider may get a request: many servers are asked through the client of one.

    Of OpenAI the name of the model tells, unless the file makes a client that asks somebody else. Of a client that is
    not known nothing else does, unless the file imports OpenAI's. Where the project makes clients that ask somebody
    `elsewhere`, it is not known.
    """
    hole = fallback_of(call.client)
    if provider != "openai":
        return through is None and hole is not None and provider == call.provider and provider in elsewhere
    if model:
        return not providers.of_openai(model) or (through is None and hole is not None and "openai" in facts.addressed)
    client = call.client
    several = isinstance(client, tuple) and len(client) == 1 and isinstance(client[0], Choice)
    if through is not None or call.api not in OPENAI or (hole is None and not several):
        return False
    if hole is not None and hole.expression == "openai" and call.api in ("chat", "completion"):
        # The module itself, which nothing here leads to another server.
        return False
    if "openai" in elsewhere or hole is None or providers.others_in(hole.expression):
        # Named after somebody else, one of several clients, or of a project that has some for other servers.
        return True
    imported = [path for path in facts.aliases.values() if path.partition(".")[0] == "openai"]
    azure = any("Azure" in path for path in imported)
    return azure or (not imported and "openai" not in hole.expression.lower())


def unset(value: Value) -> bool:
    """Whether an argument says that nothing is given."""
    hole = single_hole(value)
    return value == () or (hole is not None and (hole.expression in _UNSET or hole.expression.endswith(_NOT_GIVEN)))


def maybe_unset(value: Value) -> bool:
    """Whether nothing is given on some way: `config.model if config else None`."""
    part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    return isinstance(part, Choice) and any(map(unset, part.branches))


def either_model(values: list[Value]) -> tuple[str, str]:
    """The same as `model_name` for one of several models: of different ones only what tells who serves them all."""
    names = [model_name(value)[0] for value in values]
    if len(set(names)) == 1:
        return names[0], names[0]
    served = {providers.provider_in(name) for name in names}
    return "", names[0] if len(served) == 1 else ""


def given_model(value: Value) -> Value:
    """A model as a call gives it; where it is not known which, it is not what else would stand there, either."""
    hole = None if unset(value) or model_name(value)[0] else fallback_of(value)
    return value if hole is None else (msgspec.structs.replace(hole, origin=GIVEN),)


def _given(hole: Hole) -> bool:
    """Whether the value of a model is mostly given: by a caller, or by the request that is served (`request.model`)."""
    served = of_name(hole.expression.partition(".")[0])[0] is Volatility.REQUEST and not hole.parameter
    return hole.origin == GIVEN or served


def by_default(hole: Hole, default: Value) -> Value:
    """What a value is as long as nothing else is given for it by what is not in sight."""
    return (Choice(hole.expression, ((hole,), default)),) if isinstance(default, tuple) else default


def asked_first(value: Value) -> Hole | None:
    """What is asked first for the name of a model, which is another one then than the one that is told."""
    part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    if not isinstance(part, Choice):
        return None
    each = (single_hole(branch) or asked_first(branch) for branch in part.branches if not unset(branch))
    return next((hole for hole in each if hole is not None), None)


def _asks(condition: str, hole: Hole) -> bool:
    """Whether a condition asks if a value is there: `given or "gpt-5"`, not `"gpt-5" if fast else given`.

    What is asked besides is the exception then: `"gpt-5" if given.startswith("o1") else given`.
    """
    if condition == hole.expression or condition.startswith("except "):
        return True
    names = _NAME.findall(hole.expression)
    asked = as_written(condition) if names else None
    return asked is not None and _is_there(asked, hole.expression, names[-1])


@functools.lru_cache(maxsize=4_096)
def as_written(condition: str) -> ast.expr | None:
    """A condition as an expression; None of one that is cut short, or told in other words than those of the source."""
    try:
        with warnings.catch_warnings():
            # What Python has to say of the source of others, it says to them.
            warnings.simplefilter("ignore")
            return ast.parse(f"({condition})", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _is_there(asked: ast.expr, expression: str, name: str) -> bool:
    """Whether it is asked of a value, by its name, or of what it is taken from, if that is there."""
    match asked:
        case ast.BoolOp(values=values):
            return any(_is_there(each, expression, name) for each in values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _is_there(operand, expression, name)
        case ast.Compare(left=ast.Constant(value=key), ops=[ast.In() | ast.NotIn()]):
            return key == name
        case ast.Compare(left=left, ops=[_], comparators=[ast.Constant(value=None | "")]):
            return _is_there(left, expression, name)
        case ast.Call(func=ast.Name(id="hasattr"), args=[_, ast.Constant(value=key)]):
            return key == name
        case ast.Call(func=ast.Name(id="isinstance"), args=[value, _]):
            return _is_there(value, expression, name)
        case ast.NamedExpr(target=target, value=value):
            return _is_there(target, expression, name) or _is_there(value, expression, name)
        case ast.Name() | ast.Attribute() | ast.Subscript():
            written = ast.unparse(asked)
            owner = expression.startswith(written) and expression[len(written) :][:1] in (".", "[")
            return owner or _NAME.findall(written)[-1:] == [name]
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=key), *_]):
            return key == name
    return ast.unparse(asked) == expression


def model_name(value: Value) -> tuple[str, str]:
    """The name of the model, "" when it is not known, and what of it is known from its beginning on.

    It may be one by default only: `asked_first` tells what else says so.
    """
    known = literal(value)
    if known is not None:
        return known, known
    if not isinstance(value, tuple) or not value:
        return "", ""
    if len(value) == 1 and isinstance(value[0], Choice):
        # `given or "gpt-5"`: what is used when nothing else is said.
        said = [branch for branch in value[0].branches if not unset(branch)]
        holes = [hole for branch in said if (hole := single_hole(branch)) is not None]
        if any(map(_given, holes)):
            return "", ""
        names = {model_name(branch)[0] for branch in said if single_hole(branch) is None}
        asks = value[0].asks or all(_asks(value[0].condition, hole) for hole in holes)
        if UNCHANGED in value[0].condition or not asks:
            # What is put there later, or on another way, is as likely.
            return "", names.pop() if len(names) == 1 else ""
        return (names.pop(), "") if len(names) == 1 else ("", "")
    return "", value[0].value if isinstance(value[0], Text) else ""
