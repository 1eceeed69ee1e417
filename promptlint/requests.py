"""One call as the request it sends: its parts in the order in which a provider reads them, and what is not known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, cast

import msgspec

from promptlint import providers
from promptlint.beside import with_body
from promptlint.clients import (
    ADDRESSES,
    MAX_INNER,
    NOBODY,
    OPENAI,
    SERVED_BY,
    Through,
    answers_by_script,
    asked_first,
    client_of,
    either_model,
    in_one,
    maybe_unset,
    model_name,
    of_library,
    of_project,
    provider_at,
    routed,
    service_named,
    settled,
    unset,
    unsure,
)
from promptlint.contents import blocks, in_list, listed, messages, whole_system
from promptlint.decisions import around, decided
from promptlint.extract import chat_markup
from promptlint.extract.callsite import within
from promptlint.extract.catalogue import makes_client, matcher
from promptlint.extract.extents import extent
from promptlint.extract.facts import OPENED, SAID, Call, Facts
from promptlint.extract.onward import MAKES_TEXT, answered
from promptlint.extract.pipelines import FIELDS
from promptlint.extract.places import SPREAD
from promptlint.extract.sending import DEFINES, HTTP, OUTPUT, SERVES, SERVICE, SYSTEM, TEXTS, WITHIN, endpoint
from promptlint.extract.spreads import hidden
from promptlint.extract.state import fallback_of, single_hole
from promptlint.fields import guess_fields
from promptlint.gaps import (
    CHANGED,
    EARLIER,
    EITHER,
    NOT_GIVEN,
    WHERE_RUN,
    by_function,
    made_anew,
    once,
    run_time,
    text_gaps,
    unknown,
    unnamed,
    unread,
)
from promptlint.lent import changes
from promptlint.operations import literal
from promptlint.piped import pipeline
from promptlint.prompt import Prompt, Request, Role, Schema, Unresolved
from promptlint.returned import gives_back, repeats_model, wraps_result
from promptlint.schemas import passed, schemas_named, unread_forms
from promptlint.signatures import ORDERS, instructions_first
from promptlint.template import (
    Hole,
    Items,
    Mapping,
    Message,
    Ref,
    Span,
    Value,
    Volatility,
    holes,
    texts,
)
from promptlint.tools import Tool, tools_of

if TYPE_CHECKING:
    from promptlint.link import Bound, Linker

# Models that answer with no text.
_NO_CHAT = re.compile(r"embed|rerank|image|canvas|reel|stability\.", re.IGNORECASE)
# What the slots of text become, by the part of a request that providers order.
_TEXTS = {slot: ("system", "system") if slot in SYSTEM else ("messages", "user") for slot in TEXTS}
# Providers whose models LangChain gives the form of an answer as a tool if nothing else is said: `method` of
# with_structured_output in langchain-anthropic, -aws, -mistralai, -groq, -fireworks, -cohere.
_ANSWERS_BY_TOOL = frozenset({"anthropic", "bedrock", "mistral", "groq", "fireworks", "cohere"})
# Slots of a call that are looked at by themselves.
_OWN = frozenset({"tools", "chain", FIELDS})
# Where what is asked stands.
_ASKED = frozenset({"messages", "prompt"})


class Sent(msgspec.Struct, frozen=True):
    """A request, and where the clients and agents are made that it goes through. `bare`: no text of it is in sight."""

    request: Request
    through: frozenset[Span] = frozenset()
    bare: bool = False


def request(call: Call, facts: Facts, linker: Linker, bound: Bound | None = None) -> Request | None:
    """What a call sends, or None when nothing is known of its texts.

    `bound` are the values that a call of the enclosing function gives its parameters; without them, and for
    parameters it does not give, their defaults count.
    """
    found = sent(call, facts, linker, bound)
    return found.request if found is not None and not found.bare else None


def reaches(call: Call, facts: Facts, linker: Linker) -> bool:
    """Whether a call whose name is too common to tell (`run`, `invoke`) is one of a client or an agent."""
    if call.api == HTTP:
        return asked_at(call, facts, linker, {}) != ""
    return not call.through or client_of(linker.resolve(call.client, facts)) is not None or _typed(call, facts)


def asked_at(call: Call, facts: Facts, linker: Linker, bound: Bound) -> str:
    """How a model is asked by a call that names an address; "" if none is, for all that this and the call tell."""
    found = endpoint(linker.resolve(dict(call.parameters)["base_url"], facts, bound))
    if found is None:
        return "chat" if any(slot == "model" for slot, _ in call.slots) else ""
    return found


def _typed(call: Call, facts: Facts) -> bool:
    """Whether an annotation says that an attribute holds a client or an agent."""
    client = call.client
    part = client[0] if isinstance(client, tuple) and len(client) == 1 else None
    if not isinstance(part, Ref) or part.name[:1] != ":":
        return False
    found = facts.types.get(f"{part.name[1:]}()" if part.call is not None else part.name[1:], "")
    found = facts.types.get(found[1:], "") if found[:1] == ":" and found.endswith("()") else found
    return makes_client(found, (matcher(),), frozenset({found.partition(".")[0]}))


def sent(
    call: Call, facts: Facts, linker: Linker, bound: Bound | None = None, usual: Iterable[str] = ()
) -> Sent | None:
    """The same, with what it goes through. Those of `bound` that are `usual` decide no condition."""
    known = {name: linker.resolve(value, facts) for name, value in call.defaults}
    assumed = frozenset(known).difference(bound or ()).union(usual)
    known.update(bound or {})
    known |= around(linker, call, facts, known)
    if call.api == HTTP:
        call = msgspec.structs.replace(call, api=asked_at(call, facts, linker, known))
        if not call.api:
            return None
    return _Reading(with_body(call, facts, linker, known), facts, linker, known, assumed).sent()


class _Reading:
    """One call being read."""

    def __init__(self, call: Call, facts: Facts, linker: Linker, bound: Bound, assumed: frozenset[str]) -> None:
        self.call = call
        self.facts = facts
        self.linker = linker
        self.bound = bound
        self.assumed = assumed
        self.unresolved: list[Unresolved] = []
        # What has been looked up, by its identity, which holds as long as it is kept here.
        self.linked: dict[int, tuple[Value, Value]] = {}
        self.model = ""
        self.provider = call.provider
        # Forms of the answer that clients and agents give every request.
        self.schemas: list[Schema] = []
        self.parts: dict[str, list[Prompt]] = {"tools": [], "system": [], "messages": []}
        # Positions behind which a cache marker is set, by part.
        # Each with the seconds for which it stores, 0 if that is not said beside it.
        self.markers: dict[str, dict[int, int]] = {part: {} for part in self.parts}
        self.mixed: Hole | None = None
        # Whether a class of the project's own, or of a library, is what answers.
        self.own = False
        # Whether anything stands in the place of what is asked.
        self.said = False
        # Tools that stand in the request.
        self.given: set[Tool] = set()
        # Lists of clients and agents that have been looked into: they may name each other.
        self.looked: set[tuple[Span, bool]] = set()

    def sent(self) -> Sent | None:
        call = self.call
        if call.test is not None and decided(self.linker, call.test, self.facts, self.bound, self.assumed) is False:
            return None
        slots = [(slot, self.resolve(value)) for slot, value in call.slots if slot not in _OWN]
        slots = [(slot, value) for slot, value in slots if not hidden(value)]
        slots = [each for slot, value in slots for each in self.settings(slot, value)]
        if call.api == MAKES_TEXT and answered(call, slots):
            return None
        steps = next((value for slot, value in call.slots if slot == "chain"), None)
        if steps is not None and (found := pipeline(steps, call, self.facts, self.resolve)) is not None:
            slots += found
        elif steps is not None:
            return None
        named = [value for slot, value in slots if slot == "client" and not unset(value)]
        # Who is named as the one to answer does so, not what the method is called on.
        on = () if named else call.client
        clients = named or ([self.resolve(on)] if on else [])
        if any(answers_by_script(value) for value in (*clients, *(value for slot, value in slots if slot == "model"))):
            return None
        through = self.through(clients)
        if call.through and through is None and not reaches(call, self.facts, self.linker):
            return None
        if call.settings and not any(slot == "model" for slot, _ in (*slots, *(through.slots if through else ()))):
            through = self.by_settings(through)
        self.who(slots, through)
        whole = in_one(self.linker, call.settings, through)
        for slot, (part, role) in _TEXTS.items():
            own = [value for key, value in slots if key == slot]
            inherited = through.all(slot) if through is not None else []
            for value in [*inherited, *own]:
                value = instructions_first(value) if whole else value
                self.text("system" if slot in SYSTEM else slot, part, role, value)
        clients = [value for slot, value in call.slots if slot in ("client", "model", "chain")] + [on]
        own = [value for slot, value in call.slots if slot == "tools"]
        # A list that is given here, also an empty one, stands in the place of the tools that the client has.
        instead = any(isinstance(self.resolve(value), Items) for value in own)
        for value in clients:
            self.made(value, self.facts, 0, instead)
        for value in own:
            self.tools(value, self.facts)
        self.instructed(through, clients[0])
        told = [prompt for prompts in self.parts.values() for prompt in prompts]
        bare = not any(prompt.refused or any(texts(prompt.template)) for prompt in told)
        if bare and (call.made or steps is not None or (call.api == "invoke" and not self.asks(slots))):
            return None
        if call.api == "invoke" and _NO_CHAT.search(self.model):
            return None
        self.gaps(slots, through, whole)
        return Sent(self.built(), through.places if through is not None else frozenset(), bare)

    def gaps(self, slots: list[tuple[str, Value]], through: Through | None, whole: bool) -> None:
        """What of the texts is not known; `whole`: all of them are one message."""
        call = self.call
        self.unresolved += unread([*(through.slots if through is not None else ()), *slots], call.span)
        if call.made and not self.parts["messages"]:
            # What an agent is asked is said where it is run.
            self.unresolved.append(Unresolved("messages", "", call.span, WHERE_RUN))
        self.unresolved += (*self.changed(), *by_function(call, self.facts, self.linker))
        if whole:
            self.parts["system"] = [msgspec.structs.replace(each, role="user") for each in self.parts["system"]]
            slot = {"system": "messages"}
            self.unresolved = [msgspec.structs.replace(e, slot=slot.get(e.slot, e.slot)) for e in self.unresolved]
        for name in self.linker.changes.instead(call, self.facts):
            self.unresolved.append(Unresolved("arguments", f"{name}(...)", call.span))
        if not call.complete and not ((spread := self.spread()) is not None and spread.complete):
            self.unknown("arguments", call.rest)
        if not self.said and not any(each.slot in _ASKED for each in self.unresolved):
            # Something is asked that could not be read.
            self.unresolved.append(Unresolved("messages", "", call.span, NOT_GIVEN))

    def through(self, clients: list[Value]) -> Through | None:
        """The client that a call goes through; whom a class of the project asks, it says itself, whatever its name."""
        made = self.linker.changes.equipped(next(filter(None, map(client_of, clients)), None), self.call)
        own = of_project(self.linker, self.call, clients)
        own = own or (made is None and of_library(self.linker, self.call, clients))
        self.own = own
        if not own or (made is None and self.call.through):
            return made
        return msgspec.structs.replace(made or NOBODY, provider=None, address=None)

    def instructed(self, through: Through | None, agent: Value) -> None:
        """An agent, or its class, has instructions and tools of its own: not known where that is not."""
        if self.call.api == "agent" and (through is None or self.own) and not self.call.made:
            for part in ("system", "tools"):
                if not self.parts[part]:
                    self.unknown(part, fallback_of(agent))

    def asks(self, slots: list[tuple[str, Value]]) -> bool:
        """Whether a model is given messages: `invoke_model` also serves models that embed and rank one text."""
        return bool(self.parts["messages"]) and any(slot == "messages" for slot, _ in slots)

    def by_settings(self, through: Through | None) -> Through | None:
        """What a request goes through whose client settings of the project name."""
        made = settled(self.linker, self.call.settings)
        if made is None or through is None:
            return made or through
        return Through(made.provider, made.address, (*through.slots, *made.slots), through.places | made.places)

    def spread(self) -> Mapping | None:
        """What dicts hold that are put into the arguments."""
        found = self.resolve(self.call.spread) if self.call.spread is not None else None
        return found if isinstance(found, Mapping) else None

    def resolve(self, value: Value) -> Value:
        if id(value) not in self.linked:
            self.linked[id(value)] = self.linker.resolve(value, self.facts, self.bound, self.assumed), value
        return self.linked[id(value)][0]

    def settings(self, slot: str, value: Value) -> list[tuple[str, Value]]:
        """What stands in a slot; of a slot among settings that are made elsewhere, what stands there in them."""
        if not slot.startswith(WITHIN):
            return [(slot, value)]
        _, slot, path = slot.split(":")
        if unset(value):
            return []
        found = within(value, path)
        if found is not None:
            if slot == "tools":
                self.tools(found, self.facts)
                return []
            return [(slot, found)]
        if slot != "model" and not (isinstance(value, Mapping) and value.complete):
            put_in = value.get(SPREAD) if isinstance(value, Mapping) else None
            hole = single_hole(value) if put_in is None else fallback_of(put_in)
            place = hole.span if hole else self.call.span
            # Mostly nothing is said there of who gets the request.
            what = "arguments" if slot == SERVICE else slot
            self.unresolved.append(Unresolved(what, hole.expression if hole else "", place))
        return []

    def changed(self) -> Iterator[Unresolved]:
        """What has changed the list of messages before it was sent (functions, earlier turns), and forms of files."""
        yield from unread_forms(self.call.outputs, self.facts, self.linker)
        for name, at in self.call.lent:
            if not name:
                yield Unresolved("messages", "", self.call.span, _CHANGED_BY.get(at, CHANGED))
            elif changes(self.linker, name, at, self.facts):
                yield Unresolved("messages", f"{name.rpartition('.')[2].lstrip(':')}(...)", self.call.span)

    def who(self, slots: list[tuple[str, Value]], through: Through | None) -> None:
        """Provider and model."""
        own = next((value for slot, value in slots if slot == "model" and not unset(value)), None)
        inherited = through.all("model")[:1] if through is not None else []
        value = own if own is not None else next(iter(inherited), None)
        if self.call.provider == "litellm" and value is not None:
            value = routed(self.call.client, self.resolve(self.call.client), value)
        # On some way that of the client holds.
        either = [own, inherited[0]] if own is not None and inherited and maybe_unset(own) else []
        if isinstance(value, Mapping) and (made := client_of(value)) is not None:
            # The model is an object: it knows its own name, and who gets the request.
            value = next(iter(made.all("model")), None)
            through = made if through is None or not through.provider else through
        elif (served := next((each for slot, each in slots if slot == SERVICE and not unset(each)), None)) is not None:
            # What makes models of their names decides who gets the request.
            through = client_of(served) or Through(None, fallback_of(served), (), frozenset())
        if through is not None:
            self.served_by(through)
        spread = self.spread()
        others = spread.entries if spread is not None else ()
        at = next((each for name, each in (*self.call.parameters, *others) if name in ADDRESSES), ())
        if value is not None and "://" in (literal(value) or ""):
            # `InferenceClient("http://localhost:8080")`
            at, value = value, (Hole(f'"{literal(value)}"', self.call.span),)
        if not unset(given := self.resolve(at)):
            by, hole = asked_first(given), fallback_of(given)
            through = Through(provider_at(given), hole, (("address", given),), frozenset(), otherwise=by)
            self.served_by(through)
        self.model, start = either_model(either) if either else model_name(value) if value is not None else ("", "")
        if self.call.provider == "litellm" and through is None:
            through = self.service((*self.call.parameters, *others))
        named = through is not None and through.by_model
        framework = self.call.api == "agent" and (through is None or not through.provider)
        if through is not None and through.provider == "":
            self.provider = literal(next(iter(through.all(SERVES)), ())) or self.provider
        if framework and value is not None and not (self.model or start):
            # The framework's own provider serves what it is given by name; an object may be anybody's.
            self.provider = ""
        if not self.model:
            one = Unresolved("model", "", self.call.span, EITHER)
            self.unresolved.append(one if either else self.missing("model", value, slots))
        elif value is not None and (hole := asked_first(value) or self.linker.classes.from_outside(value)) is not None:
            self.unresolved.append(Unresolved("model", hole.expression, hole.span, default=self.model))
        if through is not None and through.provider is None:
            # Who is behind an address may serve the models of anybody.
            return
        self.provider = "" if named and own is not None and self.call.api == "agent" else self.provider
        if self.provider in ("", "litellm") or framework:
            # A letter stands for what follows: a prefix alone names no model.
            self.provider = providers.provider_in(self.model or f"{start}x") or self.provider
            named = named or bool(self.provider)
        if unsure(self.call, self.facts, self.linker.elsewhere, through, self.provider, self.model):
            self.provider = ""
            self.unknown("provider", fallback_of(self.call.client))
        elif not self.provider and self.model and not any(each.slot == "provider" for each in self.unresolved):
            self.unknown("provider", fallback_of(self.call.client))
        elif named and (why := next((each for each in self.unresolved if each.slot == "model" and each.default), None)):
            # Another model may be anybody's.
            self.unresolved.append(msgspec.structs.replace(why, slot="provider", default=self.provider))

    def served_by(self, through: Through) -> None:
        """The provider that a client says, by default at least."""
        if through.provider is None:
            self.provider = ""
            self.unknown("provider", through.address)
        elif through.provider:
            self.provider = through.provider
            address = next(iter(through.all("address")), ())
            if (other := through.otherwise or self.linker.classes.from_outside(address)) is not None:
                self.unresolved.append(Unresolved("provider", other.expression, other.span, default=self.provider))

    def service(self, given: Iterable[tuple[str, Value]]) -> Through | None:
        """Who gets a request of LiteLLM's, where that is said apart from the model."""
        by = self.resolve(next((value for name, value in given if name == SERVED_BY), ()))
        if unset(by):
            return None
        # What begins the name of the model does not say any more who gets the request.
        through = Through(service_named(by), fallback_of(by), (), frozenset(), otherwise=asked_first(by))
        self.served_by(through)
        return through

    def unknown(self, part: str, value: Hole | None) -> None:
        self.unresolved.append(
            Unresolved(part, value.expression if value else "", value.span if value else self.call.span)
        )

    def missing(self, slot: str, value: Value | None, slots: list[tuple[str, Value]]) -> Unresolved:
        """A part that is not known, by the first hole in it; not given at all, by who is asked, which may know it."""
        hole = next(holes(value), None) if isinstance(value, tuple) else None
        if value is None:
            asked = [each for name, each in slots if name == "client"] or [self.call.client]
            hole = fallback_of(asked[0])
            if (self.call.provider or not self.call.client) and self.call.api in OPENAI:
                # A client that only asks for what it is given.
                hole = None
        return unnamed(slot, value, hole, self.call.span)

    def text(self, slot: str, part: str, role: str, value: Value) -> None:
        """Add what stands in a slot of texts."""
        if unset(value):
            return
        # An empty list is known to be that.
        self.said = self.said or (isinstance(value, Items) and value.complete and not value.items)
        inner = value.get("messages") if slot == "messages" and isinstance(value, Mapping) else None
        value = value if inner is None else inner
        if slot == "messages" and any(map(self.listed, run_time(value))):
            # A list of which nothing is known: whose messages stand in it is not, either.
            role = "unknown"
        if slot == "messages" and self.call.api in OPENAI and isinstance(value, Items):
            value = msgspec.structs.replace(value, items=tuple(map(in_list, value.items)))
        several = self.turns(value, role)
        if not several and isinstance(value, tuple) and role != "system" and chat_markup.divided(value):
            # Who says what of it is not known.
            role = "unknown"
        said = several or messages(value, role, self.call.span)
        # Messages whose role a comment says.
        settled: set[Span] = set()
        for message in said:
            if slot == "system" and message.role == "unknown" and len(said) == 1:
                # Beside others whose role is known it may be anybody's.
                message = msgspec.structs.replace(message, role="system")
            if message.content and unset(message.content):
                # Nothing is given for it here: what makes the message leaves it out. One with an empty text is sent.
                continue
            # What a list of messages begins with is where a provider has its system part.
            leads = message.role == "system" and not self.parts["messages"]
            for template, marked, life, when in blocks(message):
                if self.call.made:
                    template = guess_fields(template)
                if message.role == "system":
                    template = whole_system(template)
                role_of = cast(Role, message.role)
                result = gives_back(message) or wraps_result(role_of, template) or repeats_model(role_of, template)
                prompt = Prompt(self.call.name, role_of, "call", template, message.span, when=when, result=result)
                self.said = self.said or slot != "system"
                said_role = self.add("system" if leads else part, prompt, marked, life).role
                if said_role != role_of:
                    settled.add(message.span)
                if said_role == "unknown" and (slot == "system" or any(texts(template))):
                    self.unresolved.append(Unresolved(slot, "role", message.span))
                self.unresolved += text_gaps(slot, said_role, template, self.linker, self.gives_text)
        values = run_time(value)
        lists = not values or any(hole.volatility is not Volatility.REQUEST or self.listed(hole) for hole in values)
        if slot != "prompt" and lists:
            # What is called a question or a text is one text in the place of a list.
            self.unresolved += unknown(slot, value, settled)
        self.unresolved += made_anew(slot, value, self.linker.changes.gives_messages)

    def listed(self, hole: Hole) -> bool:
        """Whether a value that is not known is a list of messages, not a text in the place of one."""
        return listed(hole, self.call.api, self.linker)

    def gives_text(self, hole: Hole) -> bool:
        """Whether a value is made of a text of the program, or gives one back, in a way that is not followed."""
        return self.linker.changes.gives_text(hole, self.bound)

    def turns(self, value: Value, role: str) -> list[Message]:
        """The messages that a text alone marks in the way of a chat template."""
        found = chat_markup.spoken(value, role, self.call.api == "completion") if isinstance(value, tuple) else []
        return [Message(who, text, extent(text) or self.call.span, when=when) for who, text, when in found]

    def made(self, value: Value, facts: Facts, depth: int, instead: bool) -> None:
        """The tools of a client or an agent, unless others are given `instead`, and the form of its answers.

        Names of functions and classes are what is looked for, so nothing is resolved.
        """
        if depth > MAX_INNER:
            return
        value, facts = self.linker.origin(value, facts)
        if isinstance(value, Items) and (value.span, instead) not in self.looked:
            self.looked.add((value.span, instead))
            for item in value.items:
                self.made(item, facts, depth + 1, instead)
        elif isinstance(value, Mapping) and value.get("@provider") is not None:
            above = instead or isinstance(value.get("@tools"), Items)
            for key, item in value.entries:
                if key == "@tools" and not instead:
                    self.tools(item, facts)
                elif key in ("@client", "@model"):
                    self.made(item, facts, depth + 1, above)
                elif key == OUTPUT and (name := literal(item)):
                    self.schemas += schemas_named([name], facts, self.linker, value.span)
                    self.unresolved += unread_forms([name], facts, self.linker)
                    if value.kind.endswith(".with_structured_output") and self.as_tool(value):
                        self.tools((Ref(name, Hole(name, value.span)),), facts)

    def as_tool(self, value: Mapping) -> bool:
        """Whether LangChain gives the form of the answer to the model as a tool that it has to call."""
        method = value.get("method")
        return literal(method) == "function_calling" if method is not None else self.provider in _ANSWERS_BY_TOOL

    def tools(self, value: Value, facts: Facts) -> None:
        function = self.facts.functions.get(self.call.name)
        usual = {
            name: default
            for name, default in (function.parameters if function is not None else ())
            if default is not None and name not in self.bound and unset(default)
        }
        found = tools_of(value, facts, self.linker, {**usual, **self.bound}, self.assumed.union(usual))
        for tool in found.tools:
            self.tool(tool)
        self.unresolved += found.unresolved
        self.mixed = self.mixed or found.mixed

    def tool(self, tool: Tool) -> None:
        if tool not in self.given:
            # Of two ways to make a client either may give it the same tool; no provider takes one twice.
            self.given.add(tool)
            self.add("tools", Prompt(tool.name, "tool", "call", tool.template, tool.span), tool.marked, tool.life)

    def add(self, part: str, prompt: Prompt, marked: bool, life: int) -> Prompt:
        """Add a text to a part, and give it back as the comments have it."""
        prompt = msgspec.structs.replace(prompt, model=self.model, once=self.call.once)
        prompt = self.linker.remarks.applied(prompt, self.call.span)
        self.parts[part].append(prompt)
        if marked:
            self.markers[part][len(self.parts[part]) - 1] = life
        return prompt

    def built(self) -> Request:
        """The request, its parts in the order of its provider."""
        call = self.call
        order = ORDERS.get(call.settings) or providers.policy(self.provider, self.model).order
        prompts: list[Prompt] = []
        markers: list[int] = []
        lives: list[int] = []
        for part in sorted(self.parts, key=lambda part: order.index(part) if part in order else len(order)):
            markers += [len(prompts) + number for number in sorted(self.markers[part])]
            lives += [life for _, life in sorted(self.markers[part].items())]
            prompts += self.parts[part]
        if any(name == "cache_control" for name, _ in call.parameters) and prompts:
            # Set for the whole request, the marker moves along with its end.
            markers += [len(prompts) - 1] if len(prompts) - 1 not in markers else []
            lives += [0] * (len(markers) - len(lives))
        return Request(
            self.provider,
            self.model,
            tuple(prompts),
            call.span,
            not self.unresolved,
            call.once,
            len(self.parts["tools"]),
            tuple(markers),
            tuple((name, literal(value)) for name, value in call.parameters),
            call.name,
            "" if call.api == DEFINES else call.api or "call",
            tuple(once(self.unresolved, call.span)),
            schemas=tuple(dict.fromkeys((*passed(call, self.facts, self.linker, self.bound), *self.schemas))),
            grows=call.grows,
            lives=tuple(lives),
            mixed=self.mixed,
        )


# What else than a function may have changed the messages of a call, by what `Call.lent` says of it.
_CHANGED_BY = {SAID: EARLIER, OPENED: WHERE_RUN}
