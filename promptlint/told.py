"""Requests of one call of a model that several calls of the function around it lead to: what each of these tells."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from promptlint.clients import as_written, client_of
from promptlint.decisions import decided
from promptlint.extract.extents import extent
from promptlint.extract.facts import Call, Facts, Invocation, Site
from promptlint.extract.keyed import brief
from promptlint.extract.messages import DESCRIPTION
from promptlint.extract.names import several_words
from promptlint.extract.onward import MAKES_TEXT
from promptlint.extract.sites import KEYWORD, NAME, READS
from promptlint.extract.state import single_hole
from promptlint.gaps import BEFORE, EARLIER, OTHERS
from promptlint.operations import literal, several
from promptlint.prompt import Prompt, Request, Unresolved
from promptlint.requests import Sent
from promptlint.slots import MESSAGES, Slot
from promptlint.template import (
    Apply,
    Hole,
    Items,
    Ref,
    Repeat,
    Span,
    Template,
    Text,
    Value,
    Volatility,
    holes,
    parts,
    texts,
)

if TYPE_CHECKING:
    from promptlint.link import Linker

Bound = dict[str, Value]
# A function by its file and key, and one that makes a call by a condition, with how that is written.
Place = tuple[str, str]
Chosen = tuple[Place, tuple[tuple[str, bool], ...]]
# Functions that one leads to which are looked at.
MAX_LED = 64

# Roles of parameters that are messages, or stand in one.
_OF_TEXT = frozenset({"system", "user", "assistant", "unknown", MESSAGES})


class Way(msgspec.Struct, frozen=True):
    """A way to a function: the call where it begins and the values of the function's parameters.

    `doubt`: what the first ambiguous call on it gives. `kept`: one of them hands on a list that earlier calls have
    added to. `cut`: it begins in the middle, for no more wrappers of wrappers are followed. `chosen` are functions on
    it that may go another way, by a condition that is not known, each with how that is written. `usual` are functions
    that are called on it by default only.
    """

    invocation: Invocation
    bound: Bound
    doubt: Bound | None
    kept: bool
    cut: bool = False
    chosen: tuple[Chosen, ...] = ()
    usual: tuple[Unresolved, ...] = ()


def told_of(value: Value) -> str:
    """The texts of a value; of a client, a model or an agent who it is."""
    if isinstance(value, tuple):
        return "".join(text.value for text in texts(value))
    through = client_of(value)
    return "" if through is None else " ".join([through.provider or "", *map(told_of, through.all("model"))])


def lacking(slots: dict[str, Slot], bound: Bound, linker: Linker) -> bool:
    """Whether a caller gives a text of the program that was not read, alone: another one than other callers give."""
    unseen, outside = linker.unseen, linker.changes.outside
    if not unseen and not outside:
        return False
    given = (single_hole(bound[name]) for name, slot in slots.items() if name in bound and slot.role in _OF_TEXT)
    return any(each is not None and (each.span in unseen or each.span in outside) for each in given)


def alike(one: Sent, other: Sent) -> bool:
    """Whether two requests go to the same model, and say the same."""
    first, second = one.request, other.request
    asked = (first.provider, first.model) == (second.provider, second.model)
    return asked and _said(first) == _said(second)


def _said(made: Request) -> list[tuple[str, ...]]:
    """What a request says, by its roles. A single word is a value as any other."""
    said = ([text.value for text in texts(each.template) if several_words(text.value.strip())] for each in made.prompts)
    return [(each.role, *words) for each, words in zip(made.prompts, said, strict=True)]


def doubtful(made: Sent, others: Iterable[tuple[str, Sent]]) -> Sent:
    """A request of an object whose class is not known, where objects of other classes, each named, may send others."""
    more: list[Unresolved] = []
    for name, other in others:
        first, second = made.request, other.request
        if first.model != second.model or (not first.model and first.provider != second.provider):
            more.append(Unresolved("model", f"{name}(...)", first.span, default=first.model))
        if first.provider and first.provider != second.provider:
            more.append(Unresolved("provider", f"{name}(...)", first.span, default=first.provider))
        if _said(first) != _said(second):
            more.append(Unresolved("messages", f"{name}(...)", first.span))
    if not more:
        return made
    unresolved = tuple(dict.fromkeys((*made.request.unresolved, *more)))
    return msgspec.structs.replace(
        made, request=msgspec.structs.replace(made.request, complete=False, unresolved=unresolved)
    )


def each_once(found: Iterable[tuple[Call, Sent]]) -> list[tuple[Call, Sent]]:
    """Requests with the calls that send them; one that several calls send, one way or another, is one without any
    conditions."""
    seen: dict[Request, int] = {}
    once: list[tuple[Call, Sent]] = []
    for call, made in found:
        number = seen.setdefault(_without_places(made.request), len(once))
        if number == len(once):
            once.append((call, made))
        elif (first := once[number])[0].when != call.when:
            once[number] = (msgspec.structs.replace(first[0], when=()), first[1])
    return once


def _without_places(request: Request) -> Request:
    """A request without the places of what is not known of it."""
    unknown = tuple(msgspec.structs.replace(each, span=request.span) for each in request.unresolved)
    return msgspec.structs.replace(request, unresolved=tuple(dict.fromkeys(unknown)))


def told_apart(found: Sequence[tuple[Call, Sent]]) -> list[Sent]:
    """Requests, each with the conditions under which it is sent where other ones stand at its place under others.

    What all of them ask says nothing.
    """
    at: dict[Span, list[frozenset[tuple[str, bool]]]] = {}
    for call, made in found:
        at.setdefault(made.request.span, []).append(frozenset(call.when))
    shared = {span: frozenset.intersection(*each) for span, each in at.items() if len(set(each)) > 1}
    told: list[Sent] = []
    for call, made in found:
        own = tuple(each for each in call.when if each not in shared.get(made.request.span, call.when))
        own = tuple(dict.fromkeys((*made.request.when, *own)))
        request = msgspec.structs.replace(made.request, when=own) if own else made.request
        told.append(msgspec.structs.replace(made, request=request) if own else made)
    return told


def chosen(linker: Linker, place: Place, invocation: Invocation, facts: Facts, bound: Bound) -> list[Chosen]:
    """A function that makes a call by a condition which is not known, with how that is written."""
    test = invocation.test
    known = test is not None and decided(linker, test, facts, bound, frozenset()) is not None
    return [(place, invocation.when)] if invocation.when and not known else []


class Asked:
    """Who is asked by functions, and by those that they lead to. One for a run."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        self.known: dict[Place, frozenset[str]] = {}
        # By file: the functions that each function of it calls, and whom it asks itself.
        self.called: dict[str, dict[str, list[str]]] = {}
        self.asked: dict[str, dict[str, set[str]]] = {}

    def by(self, place: Place) -> frozenset[str]:
        if place not in self.known:
            self.known[place] = frozenset(self._led(place))
        return self.known[place]

    def _led(self, place: Place) -> set[str]:
        pending, seen, found = [place], {place}, set[str]()
        for file, key in pending:
            self._read(file)
            found |= self.asked[file].get(key, set())
            for name in self.called[file].get(key, ()):
                inner = self.linker.place(name, self.linker.classes.homes[file])
                if inner is not None and (led := (inner[0].file, inner[1])) not in seen and len(seen) < MAX_LED:
                    seen.add(led)
                    pending.append(led)
        return found

    def _read(self, file: str) -> None:
        if file not in self.called:
            called, asked = self.called.setdefault(file, {}), self.asked.setdefault(file, {})
            home = self.linker.classes.homes[file]
            for invocation in home.invocations:
                called.setdefault(invocation.function, []).append(invocation.name)
            for call in home.calls:
                if call.provider:
                    asked.setdefault(call.name, set()).add(call.provider)


def chosen_of(made: Request, call: Call, ways: Iterable[Chosen], asked: Asked) -> Request:
    """A request on whose way functions ask a condition that is not known, and ask others for their answer otherwise.

    It is one of several then, whether they are told at this place or not: `complete(messages, model)` of a router that
    looks at the model. So it is where a function looks at which of some names something is.
    """
    when = [each for place, written in ways for each in written if asked.by(place) - {call.provider} or _picks(*each)]
    # Those that hold tell more.
    ordered = sorted(dict.fromkeys(when), key=lambda each: not each[1])
    return msgspec.structs.replace(made, when=tuple(ordered)) if when else made


def _picks(condition: str, holds: bool) -> bool:
    """Whether a condition asks which of some names something is, and it is that: `provider == "local"`."""
    asked = as_written(condition) if holds else None
    if not isinstance(asked, ast.Compare) or len(asked.ops) != 1 or not isinstance(asked.ops[0], ast.Eq | ast.In):
        return False
    right = asked.comparators[0]
    names = right.elts if isinstance(right, ast.List | ast.Tuple | ast.Set) else [right]
    return all(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in names)


def kept_on(made: Request) -> Request:
    """A request whose messages are not all in sight: those of earlier turns are kept in the list."""
    return _open(made, Unresolved("messages", "", made.span, EARLIER))


def _open(made: Request, *more: Unresolved) -> Request:
    """A request of which this is not known, either."""
    return msgspec.structs.replace(made, complete=False, unresolved=tuple(dict.fromkeys((*made.unresolved, *more))))


def with_turns(bound: Bound, kept: Iterable[str], span: Span) -> Bound:
    """The values of parameters, with those of earlier turns in the lists that keep them, which grow with every turn."""
    more: Bound = {}
    for name in kept:
        value = bound.get(name)
        if isinstance(value, Items):
            hole = Hole(name, span, Volatility.REQUEST, "parameter", name)
            turns = several(Repeat((hole,), name, span, hole.volatility, grows=True))
            more[name] = msgspec.structs.replace(value, items=(*value.items, turns))
    return {**bound, **more} if more else bound


def unfollowed(made: Sent) -> Sent:
    """A request that functions lead to which are not all followed: what the first of them is given is not known."""
    more = Unresolved("messages", "", made.request.span, BEFORE)
    return msgspec.structs.replace(made, request=_open(made.request, more))


def usually(place: Place, invocation: Invocation) -> tuple[Unresolved, ...]:
    """What a call says of a function at a place that it means by default only."""
    default = place[1].rpartition(".")[2]
    return (Unresolved("messages", invocation.usual, invocation.span, "", default),) if invocation.usual else ()


def sent_by_default(made: Request, usual: tuple[Unresolved, ...]) -> Request:
    """A request that is sent where nothing else is given than the functions that send it by default."""
    model = tuple(msgspec.structs.replace(each, slot="model", default=made.model) for each in usual if made.model)
    return _open(made, *model, *usual) if usual else made


def another(linker: Linker, facts: Facts, invocation: Invocation, bound: Bound) -> bool:
    """Whether a function is given another one than it calls by default."""
    given = bound.get(invocation.usual) if invocation.usual else None
    function = facts.functions.get(invocation.function)
    if given is None or function is None:
        return False
    hole, called = single_hole(given), invocation.name.rpartition(".")[2].lstrip(":")
    if hole is not None and hole.expression.rpartition(".")[2] in ("None", called):
        # None, or the same one.
        return False
    default = dict(function.parameters).get(invocation.usual)
    return default is None or linker.resolve(default, facts) != given


def beyond(found: list[Sent], call: Span, direct: Iterable[Span]) -> list[Sent]:
    """Requests of a call that functions lead to which are not all followed: but for what calls it at once, each of
    those that make them may send more."""
    known = frozenset(direct)
    return [
        made
        if made.request.span in known
        else msgspec.structs.replace(made, request=msgspec.structs.replace(made.request, beyond=call))
        for made in found
    ]


def of_caller(made: Request, bound: Bound) -> Request | None:
    """Of a request that another class may send instead what the caller gives; None if that is nothing of it.

    What else a class puts around it, nobody knows of the others.
    """
    given = {part.span for value in bound.values() for part in parts(value) if isinstance(part, Text | Hole)}
    kept = tuple(prompt for prompt in made.prompts if any(span in given for span in _places(prompt.template)))
    if not kept:
        return None
    # Under which condition one class sends it says nothing of another one: of its ways each text is told once.
    words: set[tuple[Span, ...]] = set()
    plain: list[Prompt] = []
    for prompt in kept:
        said = tuple(text.span for text in texts(prompt.template))
        if not prompt.when or (said and said not in words):
            plain.append(msgspec.structs.replace(prompt, when=()))
            words.add(said)
    kept = tuple(plain) or kept
    more = (*made.unresolved, Unresolved("messages", "", made.span, OTHERS))
    tools = sum(prompt.role == "tool" for prompt in kept)
    return anybody(msgspec.structs.replace(
        made, prompts=kept, markers=(), lives=(), tools=tools, complete=False, unresolved=tuple(dict.fromkeys(more))
    ))  # fmt: skip


def _places(template: Template) -> Iterator[Span]:
    """Where the texts and the values of a template stand."""
    yield from (text.span for text in texts(template))
    yield from (hole.span for hole in holes(template))


# What a request has of the class whose method sends it.
_OF_SENDER = ("provider", "model", "tools")


def anybody(made: Request) -> Request:
    """A request of which is not known who gets it, and with which tools."""
    unknown = tuple(Unresolved(slot, "", made.span) for slot in _OF_SENDER)
    prompts = tuple(msgspec.structs.replace(prompt, model="") for prompt in made.prompts)
    return msgspec.structs.replace(
        made,
        provider="",
        model="",
        # Of one class the messages become a text first; those of the others may take them as they are.
        api="call" if made.api == MAKES_TEXT else made.api,
        prompts=prompts,
        complete=False,
        unresolved=(*unknown, *(each for each in made.unresolved if each.slot not in _OF_SENDER)),
    )


def at_caller(made: Request, invocation: Invocation, sender: Span | None) -> Request:
    """A request with the names and places of what the caller gives: its own, where all of a text is the caller's."""
    prompts: list[Prompt] = []
    for prompt in made.prompts:
        inside = any(
            text.span.file == prompt.span.file and prompt.span.start <= text.span.start < prompt.span.end
            for text in texts(prompt.template)
        )
        place = None if inside else extent(prompt.template)
        if place is not None:
            prompt = msgspec.structs.replace(prompt, span=place, name=invocation.function or prompt.name)
        prompts.append(prompt)
    return msgspec.structs.replace(made, prompts=tuple(prompts), name=invocation.function or made.name, sender=sender)


def sites_in(value: Value, slot: Slot, name: str, invocation: Invocation) -> Iterator[Site]:
    """The texts among what is given for a parameter."""
    role = {MESSAGES: "user", DESCRIPTION: "tool"}.get(slot.role, slot.role)
    if isinstance(value, Items):
        for item in value.items:
            if isinstance(item, tuple):
                yield from sites_in(item, slot, name, invocation)
    elif isinstance(value, tuple) and value:
        if slot.kept and slot.whole and role == "user" and brief(literal(value) or "{"):
            # What a user might say, for somebody who keeps it: a demonstration, a test.
            return
        span = extent(value) or invocation.span
        # Of a message whose role is not known only what is long enough to be no name or state of something.
        evidence = "wrapper" if slot.whole and not slot.vague else "within"
        # Of what a name alone says is a part of a prompt, its own name tells more.
        rank = KEYWORD if not slot.weak else NAME if slot.whole else READS
        yield Site(value, role, (slot.weak and _constant(value)) or name, evidence, span, rank, invocation.once)


def _constant(value: Template) -> str:
    """The name of the constant that a text is, with or without values in it; "" if it is none."""
    part = value[0] if len(value) == 1 else None
    while type(part) is Apply and isinstance(part.target, tuple) and len(part.target) == 1:
        part = part.target[0]
    name = part.name.rpartition(".")[2].lstrip(":") if type(part) is Ref and part.call is None else ""
    return name if name.isupper() else ""
