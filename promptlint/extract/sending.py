"""What sends requests: calls to models, and the clients, models and agents that requests go through.

Such an object is a `Mapping` of its arguments, as every object is. What the catalogue says of it stands there a second
time under keys that no argument can have: "@provider" and "@address", and the slots that every request through it
gets ("@model", "@tools", "@system", ...). "@client" is another one inside of it. "unread.system" is the slot of what is
sent there and does not stand in the code.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator

import msgspec

from promptlint.extract import spreads
from promptlint.extract.answering import Form
from promptlint.extract.callsite import CallSite, Evaluate
from promptlint.extract.catalogue import CallEntry, ClientEntry, Places, PromptEntry, makes_client
from promptlint.extract.chats import said_before
from promptlint.extract.correlated import reached
from promptlint.extract.extents import extent
from promptlint.extract.facts import OPENED, Call
from promptlint.extract.invocations import called_name, changed_before, type_of
from promptlint.extract.iteration import one_of
from promptlint.extract.messages import note_message, paired
from promptlint.extract.names import words
from promptlint.extract.places import SPREAD, root
from promptlint.extract.results import JSON_DUMPS
from promptlint.extract.sites import MESSAGE, note_descriptions, note_drawn
from promptlint.extract.state import File, Scope, all_of, fallback_of, single_hole, state_of, textual
from promptlint.extract.volatility import UNKNOWN, dotted
from promptlint.operations import is_several, literal
from promptlint.template import (
    Apply,
    Arguments,
    Hole,
    Items,
    Mapping,
    Message,
    Ref,
    Repeat,
    Span,
    Text,
    Value,
    texts,
    written,
)

# Of whatever form.
_ANY = Form()
# Packages that put the steps of a pipeline together with `|`.
PIPES = frozenset({"langchain", "langchain_core", "langchain_classic", "langchain_community", "langgraph"})
# The kind of a call that sends nothing itself.
DEFINES = "definition"
# The key of an object's entries under which the classes stand that its answers have the form of, as `Ref` names.
OUTPUT = "@output"
# Of a call that asks any server, a model if the address is that of one.
HTTP = "http"
# Slots whose arguments are sent one after the other, if several are given; of any other the first counts.
# Of texts of the system that a framework puts in an order of its own: what it is given as instructions, and behind
# that what functions give it as such.
INSTRUCTIONS, COMPUTED = "instructions", "computed"
# What an agent was made with in this slot is not sent.
INSTEAD = "instead"
SYSTEM = ("system", INSTRUCTIONS, COMPUTED)
# What may be among arguments that cannot be read (`Agent(model, **options)`), by the slot in which it is told.
_AGENTS = {"system": "system", INSTRUCTIONS: "system", "tools": "tools", "messages": "messages"}
TEXTS = (*SYSTEM, "messages", "prompt")
# What names who gets a request, or makes a model of its name.
SERVICE = "service"
# Whom a framework asks for models that it is given by name, or not at all.
SERVES = "serves"
# Of a model that is sent all that a request says as one message.
WHOLE = "whole"
# In front of the name of a slot: something is sent there that cannot be read.
UNREAD = "unread."
# The origin of what a framework adds itself.
OWN = "own"
# In front of a slot and the path to it: it stands among settings (`config=config`) that only linking finds.
WITHIN = "within:"
# Kinds of calls that take one text or a list of messages.
_EITHER = frozenset({"agent", "responses", "generate", "interactions"})
# Slots of a client that lead its requests to somebody else.
_ELSEWHERE = frozenset({"address", "vertex"})
# Attributes by which SDKs group their methods: what stands in front of them is the client.
GROUPS = frozenset(
    "chat completions beta responses messages models aio with_raw_response with_streaming_response threads runs "
    "assistants prompt_caching tools fim chats caches interactions conversations".split()
)


def sent(
    file: File, scope: Scope, site: CallSite, entry: CallEntry, client: Value | None, form: Form = _ANY
) -> None:
    """Note a call that sends a request. `form` is that of the answer."""
    through = entry.through and not _named(file, client, entry)
    site = _unpacked(site, entry)
    if entry.no_text and site.pick(entry.no_text) is not None and site.pick(entry.slots.get("messages", [])) is None:
        return
    slots, taken = _slots(site, entry.slots)
    if entry.api == "chain":
        chain(file, scope, site.node, [value for _, value, _ in slots], _unread(file, site, entry, form))
        return
    slots = [("prompt" if _is_text(entry, slot, node, scope) else slot, value, node) for slot, value, node in slots]
    if template := language(site, entry.template):
        slots = [(slot, formatted(value, template, file.span(node)), node) for slot, value, node in slots]
    if entry.fills:
        slots, taken = _with_fields(file, site, slots, taken)
    for slot, value, node in slots:
        if through:
            # Whether it is sent at all is known when everything is linked.
            break
        if slot in TEXTS:
            _note_slot(file, slot, value, file.span(node))
        elif slot == "tools":
            note_tools(file, value)
    if not slots and site.complete:
        return
    if entry.each:
        slots = [(slot, _one_of(file, value, node) if slot in TEXTS else value, node) for slot, value, node in slots]
    given = [*[(slot, value) for slot, value, _ in slots], *_unread(file, site, entry, form)]
    given += spreads.slots(file, site, entry.slots, {slot for slot, _, _ in slots})
    if file.overrides:
        site, given = _overridden(file, site, given)
    if client is not None and (moved := _moved(file, scope, site)) is not None:
        client = moved
    holding = [node for slot, _, node in slots if slot == "messages"]
    holding += [each.value for each in site.node.keywords if each.arg is None]
    lent = [each for node in holding for each in changed_before(file, scope, root(node))]
    if entry.opens:
        lent.append(("", OPENED))
    if entry.keeps:
        lent += said_before(file, scope, site.node, client)
    if entry.address and (address := site.pick(entry.address)) is not None:
        # What says where other calls connect to; of whom it is a method says nothing.
        site, client = msgspec.structs.replace(site, keywords={**site.keywords, "base_url": address}), None
    _note(
        file, scope, site, entry.provider, entry.api, given, taken,
        made=entry.opens, client=client or (), through=through, form=form, lent=tuple(lent),
        settings=entry.settings,
    )  # fmt: skip


def _one_of(file: File, value: Value, node: ast.expr) -> Value:
    """What one of the requests says that a list of inputs makes: one of its texts; of several lists it is not known."""
    hole = file.hole(node, *UNKNOWN)
    if type(value) is Items and len(value.items) == 1:
        item = value.items[0]
        part = item[0] if isinstance(item, tuple) and is_several(item) else None
        return part.body if type(part) is Repeat else item if part is None else (hole,)
    if type(value) is Items and all(isinstance(item, tuple) for item in value.items):
        return one_of(value, hole.expression, (hole,)) or (hole,)
    if isinstance(value, tuple) and len(value) == 1 and type(value[0]) in (Ref, Apply):
        turn = msgspec.structs.replace(hole, origin="loop")
        return (Apply("item", value, Arguments(((turn,),)), hole.span, hole),)
    return (hole,)


def _overridden(
    file: File, site: CallSite, given: list[tuple[str, Value]]
) -> tuple[CallSite, list[tuple[str, Value]]]:
    """What an agent is run with within `with agent.override(...)`: that, whatever the run gives in its place."""
    node = client_in(site.node.func)
    over = file.overrides.get(dotted(node)) if node is not None else None
    if over is None:
        return site, given
    over.applied = True
    given = [each for each in given if each[0] not in over.slots] + list(over.slots.items())
    if INSTRUCTIONS in over.slots:
        given.append((INSTEAD, (Text(INSTRUCTIONS, file.span(site.node), False),)))
    if over.rest is not None:
        site = msgspec.structs.replace(site, complete=False, rest=over.rest, spread=None)
    return site, given


def _unpacked(site: CallSite, entry: CallEntry) -> CallSite:
    """A call with what is written as JSON in the place of the JSON, where that holds what is sent."""
    paths = [place for places in entry.slots.values() for place in places if isinstance(place, str)]
    written: dict[str, tuple[Value, ast.expr]] = {}
    for key in {path.partition(".")[0] for path in paths if "." in path}.intersection(site.keywords):
        value, node = site.keywords[key]
        part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
        if type(part) is Ref and part.call is not None and part.name in JSON_DUMPS and part.call.positional:
            written[key] = (part.call.positional[0], node)
    return msgspec.structs.replace(site, keywords={**site.keywords, **written}) if written else site


# Where an address ends at which a model is asked, and how: OpenAI's protocol, Anthropic's, Ollama's.
_ENDPOINTS = (("/chat/completions", "chat"), ("/v1/messages", "messages"), (":11434/api/chat", "chat"))


def endpoint(address: Value) -> str | None:
    """How a model is asked at an address, as far as that is known; "" if none is asked there, None if nothing tells."""
    last = address[-1:] if isinstance(address, tuple) else ()
    said = [text.value.partition("?")[0].rstrip("/") for text in texts(last)]
    for end, api in _ENDPOINTS:
        if any(f"/{each}".endswith(end) for each in said):
            return api
    return None if last and not isinstance(last[0], Text) else ""


def asks_model(site: CallSite, entry: CallEntry) -> bool:
    """Whether a call that asks any server may ask a model, by its address and what it is given."""
    address = site.pick(entry.address)
    if address is None or endpoint(address[0]) == "":
        return False
    return _unpacked(site, entry).pick(entry.slots["messages"]) is not None


def _is_text(entry: CallEntry, slot: str, node: ast.expr, scope: Scope) -> bool:
    """Whether a parameter that is one string, by its annotation, stands where a list of messages may stand, too."""
    either = slot == "messages" and entry.api in _EITHER and isinstance(node, ast.Name) and node.id in scope.texts
    hole = single_hole(scope.values.get(node.id, ())) if either and isinstance(node, ast.Name) else None
    return hole is not None and hole.parameter != ""


def client_in(function: ast.expr, chat: bool = False) -> ast.expr | None:
    """What a method is called on, without the attributes by which an SDK groups its methods.

    `chat`: it is a method of a chat, whatever the name of that is (`self.chat.send_message(...)`).
    """
    if not isinstance(function, ast.Attribute):
        return None
    node = function.value
    while not chat and isinstance(node, ast.Attribute) and node.attr in GROUPS:
        node = node.value
    return node


def method_of(written: str) -> str:
    """The last two words of the name of a method, in small letters: "completions.create"."""
    return ".".join(written.lower().split(".")[-2:])


def note_patched(file: File, written: str) -> None:
    """`client.chat.completions.create = counted`: what is called by this name is a function of the project."""
    # Of a class of the SDK the last words are the same: `openai.resources.chat.Completions.create`.
    name = file.resolve(written)
    if written.count(".") > 1 and any(file.lexicon.call(each, file.imported) for each in (name, name.lower())):
        file.facts.patched.append(method_of(written))


def called(file: File, scope: Scope, site: CallSite, evaluate: Evaluate) -> None:
    """Note the call of an object, `self.predict(question=...)`, where the catalogue says that such a call sends."""
    entry = None
    given = type(site.positional[0][0]) is Mapping if site.positional else bool(site.keywords)
    if given and site.name.rpartition(".")[2][:1] != "_":
        entry = file.lexicon.call(f"{site.written}.__call__", file.imported)
    if entry is None:
        return
    value = file.unnoted(lambda: evaluate(file, scope, site.node.func))
    part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    own = isinstance(part, Ref) and part.call is None and part.name.startswith(":")
    if isinstance(part, Ref) and own and not {part.name[1:]}.isdisjoint((*file.facts.functions, *file.facts.bases)):
        return
    if own or (isinstance(value, Mapping) and value.get("@provider") is not None):
        sent(file, scope, site, entry, value)


def _with_fields(
    file: File, site: CallSite, slots: list[tuple[str, Value, ast.expr]], taken: set[str]
) -> tuple[list[tuple[str, Value, ast.expr]], set[str]]:
    """The texts of a call with the values of their fields, or these values alone as a message."""
    given = {key: pair for key, pair in site.keywords.items() if key not in taken}
    found: list[tuple[str, Value, ast.expr]] = []
    filled = False
    for slot, value, node in slots:
        if slot in TEXTS and isinstance(value, tuple) and value:
            filled = True
            hole = fallback_of(value) or Hole("...", file.span(node))
            keywords = tuple((key, item) for key, (item, _) in given.items())
            value = (Apply("given", value, Arguments((), keywords, site.complete), file.span(node), hole),)
        found.append((slot, value, node))
    if not filled and given:
        pairs = given.values()
        values = [value if isinstance(value, tuple) else (file.hole(at, *state_of(value)),) for value, at in pairs]
        message = Message("user", Items(tuple(values), file.span(site.node)), file.span(site.node))
        found.append(("messages", message, site.node))
    return found, taken | set(given)


# What openai's module says of where it connects to.
OPENAI_ADDRESSES = frozenset({"openai.base_url", "openai.api_base", "openai.api_type"})


def _moved(file: File, scope: Scope, site: CallSite) -> Value | None:
    """The module of openai as a client, if the file says where it connects to: `openai.api_base = URL`."""
    if not site.name.startswith("openai."):
        return None
    known = [values for values in (scope.values, file.module.values) if not OPENAI_ADDRESSES.isdisjoint(values)]
    address = next((known[0][each] for each in sorted(OPENAI_ADDRESSES) if each in known[0]), None) if known else None
    if address is None:
        return None
    return _object(file, site, "openai", [("address", address)])


def opened(file: File, site: CallSite, entry: CallEntry, client: Value | None, form: Form) -> Value:
    """A chat: what it was opened with is sent with each of its messages."""
    given = [(slot, value) for slot, value, _ in _slots(site, entry.slots)[0]] + _unread(file, site, entry, form)
    return _object(file, site, entry.provider, [*given, *([("client", client)] if client is not None else [])])


def known_client(value: Value | None) -> bool:
    """Whether the catalogue says that requests go through a value."""
    return isinstance(value, Mapping) and value.get("@provider") is not None


def may_be_client(file: File, value: Value | None, entry: CallEntry) -> bool:
    """Whether linking may find that requests go through a value."""
    if isinstance(value, Mapping):
        return known_client(value)
    if _named(file, value, entry):
        return True
    ref = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    if isinstance(ref, Apply) and ref.operation == "item" and isinstance(ref.target, tuple):
        # One of several things that a function of the project gives back.
        ref = ref.target[0] if len(ref.target) == 1 else None
    return isinstance(ref, Ref) and ref.name.partition(".")[0] not in sys.stdlib_module_names


def typed(file: File, scope: Scope, node: ast.Call) -> bool:
    """Whether an annotation, or how it was made, says that a method is called on a client or an agent."""
    if not isinstance(node.func, ast.Attribute):
        return False
    return makes_client(type_of(file, scope, node.func.value), file.lexicon.matchers, file.imported)


def _named(file: File, value: Value | None, entry: CallEntry) -> bool:
    """Whether the name of a value says that it is a language model (`self.fast_llm`, of LangChain `summary_model`), or
    the agent of a framework that the file imports."""
    hole = fallback_of(value) if value is not None else None
    if hole is None or not hole.expression.replace(".", "").isidentifier():
        return False
    said = words(hole.expression.rpartition(".")[2])
    if said[-1:] == ("agent",):
        return entry.api == "agent" and bool(entry.requires)
    return said[-1:] == ("llm",) or (len(said) > 1 and said[-1] == "model" and not PIPES.isdisjoint(file.imported))


def _note(
    file: File,
    scope: Scope,
    site: CallSite,
    provider: str,
    api: str,
    slots: list[tuple[str, Value]],
    taken: set[str],
    made: bool = False,
    client: Value = (),
    through: bool = False,
    form: Form = _ANY,
    lent: tuple[tuple[str, str], ...] = (),
    settings: str = "",
) -> None:
    parameters = tuple((key, value) for key, (value, _) in site.keywords.items() if key not in taken)
    method, told = isinstance(site.node.func, ast.Attribute), file.lexicon.told(site.name, file.imported)
    file.note_call(
        Call(
            provider,
            api,
            tuple((slot, reached(file, scope, value)) for slot, value in slots),
            parameters,
            file.span(site.node),
            scope.name,
            site.complete,
            file.once and not made,
            client,
            site.rest,
            tuple(scope.defaults.items()),
            made,
            through,
            form.names,
            test=all_of(scope.guards),
            lent=lent,
            # Of what the project itself says that it sends, its own code tells nothing else.
            method=called_name(file, scope, site.node.func) if method and not told else "",
            first=bool(site.positional)
            and any(value is site.positional[0][0] for slot, value in slots if slot in TEXTS),
            settings=settings,
            spread=spreads.merged(site.spread, file.span(site.node)),
            called=site.written,
            when=written(scope.guards),
        )
    )


def _slots(site: CallSite, places: dict[str, Places]) -> tuple[list[tuple[str, Value, ast.expr]], set[str]]:
    """What is given for each slot, and the keywords that give it."""
    found: list[tuple[str, Value, ast.expr]] = []
    for slot, at in places.items():
        picked = site.pick(at)
        several = site.pick_all(at) if slot in TEXTS else [picked] if picked is not None else []
        found += [(slot, value, node) for value, node in several]
    taken = {key for key, (value, _) in site.keywords.items() if any(value is each for _, each, _ in found)}
    return found, taken


def _unread(
    file: File, site: CallSite, entry: CallEntry | PromptEntry | ClientEntry, form: Form
) -> list[tuple[str, Value]]:
    """What a call sends, by slot, that does not stand in the code: what arguments bring along, and text of its own."""
    found = [(UNREAD + slot, value) for slot, at in entry.unread.items() for value, _ in site.pick_all(at)]
    found += [(UNREAD + slot, value) for slot, at in entry.unread.items() for value in _may_hold(site, at)]
    found += _among_settings(site, entry.slots)
    found += [(UNREAD + "schemas", value) for value in form.unknown]
    own = [*entry.own, *(slot for slot in entry.otherwise if site.pick(entry.slots.get(slot, [])) is None)]
    return found + [(UNREAD + slot, (Hole(site.written, file.span(site.node), origin=OWN),)) for slot in own]


def _may_hold(site: CallSite, at: Places) -> Iterator[Value]:
    """What a call is given that may hold one of these keys, as far as it can be read: `invoke(function, arguments)`."""
    for keyword, _, path in (place.partition(".") for place in at if isinstance(place, str)):
        given = site.given_at(keyword) if path else None
        if given is not None and single_hole(given[0]) is not None:
            yield given[0]


def _among_settings(site: CallSite, slots: dict[str, Places]) -> list[tuple[str, Value]]:
    """The settings of a call that may hold what it sends, each with the slot and the path to it."""
    found: list[tuple[str, Value]] = []
    for slot, at in slots.items():
        if site.pick(at) is not None:
            continue
        for keyword, _, path in (place.partition(".") for place in at if isinstance(place, str)):
            if path and keyword in site.keywords:
                value, _ = site.keywords[keyword]
                if not (isinstance(value, Mapping) and value.complete and value.get(SPREAD) is None):
                    found.append((f"{WITHIN}{slot}:{path}", value))
    return found


def client(
    file: File, site: CallSite, entry: ClientEntry, receiver: Value | None, form: Form = _ANY
) -> Value:
    """What a call makes that requests go through. `form` is that of every answer."""
    slots, _ = _slots(site, entry.slots)
    given = [(slot, value) for slot, value, _ in slots]
    if receiver is not None:
        given.append(("client", receiver))
    address = site.pick(entry.address)
    if address is not None:
        given.append(("address", address[0]))
    elif entry.address and site.rest is not None:
        given.append(("address", (site.rest,)))
    if entry.whole:
        given.append((WHOLE, (Text("user", file.span(site.node), False),)))
    if entry.speaks or (entry.provider and any(key in _ELSEWHERE and _set(value) for key, value in given)):
        file.facts.addressed.append(entry.speaks or entry.provider)
    for slot, value, _ in slots:
        if slot == "tools":
            note_tools(file, value)
        elif slot == "client" and entry.settings:
            file.facts.settings.append((entry.settings, value))
    return _object(file, site, entry.provider, given + _unread(file, site, entry, form), form)


def _set(value: Value) -> bool:
    hole = single_hole(value)
    return value != () and (hole is None or hole.expression not in ("None", "False"))


def language(site: CallSite, template: str) -> str:
    """What a template is written in: of Semantic Kernel's three languages a call names the one."""
    named = site.keywords.get("template_format") if template == "kernel" else None
    return _LANGUAGES.get(literal(named[0]) or "", template) if named is not None else template


# How a framework tells what a signature asks for: as it is, its reasons first, or tools in the place of the answer.
SIGNATURES = frozenset({"signature", "reasoned", "acting"})
_OPERATIONS = {"format": "fields", "dollar": "substitute"} | {name: name for name in ("jinja", "kernel", "mustache")}
_LANGUAGES = {"handlebars": "mustache", "jinja2": "jinja"}


def formatted(value: Value, template: str, span: Span) -> Value:
    """A template that the framework fills itself: its fields are holes."""
    if template in SIGNATURES:
        return (Apply(template, value, Arguments(), span, fallback_of(value) or Hole("...", span)),)
    operation = _OPERATIONS.get(template)
    if operation is None or not isinstance(value, tuple):
        return value
    # What is given for a parameter is filled where it is known.
    given = single_hole(value)
    if not textual(value) and (given is None or not given.parameter):
        return value
    hole = given or fallback_of(value) or Hole("...", span)
    return (Apply(operation, value, Arguments(complete=False), span, hole),)


def maker(file: File, scope: Scope, site: CallSite, entry: PromptEntry, form: Form = _ANY) -> Value:
    """An agent: it sends requests later, so making it is noted as one."""
    slots, taken = _slots(site, entry.slots)
    unsent = site.unsent(entry.unless)
    slots = [each for each in slots if each[2] not in unsent]
    alone = _instead(site, entry)
    texts = {slot for slot, value, _ in slots if value is alone}
    slots = [each for each in slots if each[0] not in texts or each[1] is alone]
    given = [
        _called(file, slot, formatted(item, entry.template, file.span(node))) if slot in TEXTS else (slot, item)
        for slot, item, node in slots
    ]
    for slot, item in given:
        if slot == "tools":
            note_tools(file, item)
    unread = _unread(file, site, entry, form)
    if site.rest is not None:
        left = [_AGENTS[slot] for slot, at in entry.slots.items() if slot in _AGENTS and site.pick(at) is None]
        unread += [(UNREAD + slot, (site.rest,)) for slot in left]
    given += [each for each in unread if each[0].removeprefix(UNREAD) not in texts]
    if any(slot in TEXTS or (slot.startswith(WITHIN) and slot.split(":")[1] in TEXTS) for slot, _ in given):
        settings = entry.settings
        _note(file, scope, site, entry.provider, entry.api, given, taken, True, form=form, settings=settings)
    if entry.api == "agent" and entry.provider:
        # Who gets the requests of an agent depends on its model: an object may be anybody's.
        given.append((SERVES, (Text(entry.provider, file.span(site.node), False),)))
        return _object(file, site, "", given, form)
    return _object(file, site, entry.provider, given, form)


def _called(file: File, slot: str, value: Value) -> tuple[str, Value]:
    """A text, or a function that the framework calls for it: `Agent(instructions=describe)`; with its slot."""
    part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    if type(part) is not Ref or part.call is not None:
        return slot, value
    node, _ = file.definitions.get(part.name.removeprefix(":"), (None, None))
    computed = slot == INSTRUCTIONS and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    return COMPUTED if computed else slot, (Apply("called", value, Arguments(), part.fallback.span, part.fallback),)


def _instead(site: CallSite, entry: PromptEntry) -> Value | None:
    """The argument that nothing else is sent beside; None if there is none, or nothing may have been given for it."""
    given = next((site.keywords[key][0] for key in entry.instead if key in site.keywords), None)
    hole = single_hole(given) if given is not None else None
    return None if hole is not None and (hole.expression == "None" or hole.parameter) else given


def _object(
    file: File, site: CallSite, provider: str, slots: list[tuple[str, Value]], form: Form = _ANY
) -> Mapping:
    span = file.span(site.node)
    file.given_tools.update(value.span for slot, value in slots if slot == "tools" and type(value) is Items)
    entries = [(str(number), value) for number, (value, _) in enumerate(site.positional)]
    entries += [(key, value) for key, (value, _) in site.keywords.items()]
    entries += [(f"@{slot}", value) for slot, value in slots]
    # Names of classes, which linking looks up where the object is made.
    entries += [(OUTPUT, (Text(name, span, False),)) for name in form.names]
    entries.append(("@provider", (Text(provider, span, False),) if provider else ()))
    return Mapping(tuple(entries), span, site.complete, site.name)


def chain(
    file: File, scope: Scope, node: ast.expr, steps: list[Value], more: Iterable[tuple[str, Value]] = ()
) -> None:
    """`prompt | model | parser`: the steps of a pipeline, of which linking finds out what they are.

    How often it sends a request, those who invoke it say, wherever it is put together. `more` are slots of the call.
    """
    if any(_may_be_prompt(step) for step in steps[:-1]):
        span = file.span(node)
        slots = (("chain", Items(tuple(steps), span)), *more)
        defaults = tuple(scope.defaults.items())
        file.note_call(Call("", "chain", slots, (), span, scope.name, True, defaults=defaults))


def _may_be_prompt(step: Value) -> bool:
    if isinstance(step, Items):
        return any(isinstance(item, Message) for item in step.items)
    if isinstance(step, tuple):
        return textual(step) or single_hole(step) is not None
    return False


def _note_slot(file: File, slot: str, value: Value, span: Span) -> None:
    role = "system" if slot in SYSTEM else "user"
    if isinstance(value, tuple):
        if textual(value):
            file.note(value, extent(value) or span, "", role, "call", MESSAGE)
        else:
            note_drawn(file, value, role)
    elif isinstance(value, Items):
        for item in value.items:
            pair = paired(item)
            if isinstance(pair, Message) and pair is not item:
                note_message(file, pair, "call")
            elif not isinstance(pair, Message):
                _note_slot(file, slot, pair, span)
    elif isinstance(value, Mapping):
        text = value.get("text") or value.get("content")
        if text is not None and textual(text):
            file.note(text, extent(text) or span, "", role, "call", MESSAGE)


def note_tools(file: File, value: Value) -> None:
    """Descriptions of tools given as dicts."""
    if isinstance(value, Items):
        for item in value.items:
            if isinstance(item, Mapping):
                note_descriptions(file, item, literal(item.get("name")) or "tool")
