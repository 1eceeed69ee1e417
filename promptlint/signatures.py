"""What frameworks ask of what they are given: DSPy what a signature says of itself, agents a function for a text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from promptlint.extract.extents import extent
from promptlint.extract.facts import Facts
from promptlint.operations import literal
from promptlint.schemas import targets_of
from promptlint.template import Arguments, Choice, Items, Mapping, Message, Ref, Span, Value

if TYPE_CHECKING:
    from promptlint.link import Bound, Linker

_Texts: TypeAlias = Sequence[tuple[str, Value]]
# What a signature says of the reasons for its answer.
_REASONS = "reasoning.desc"
# Where a framework tells what a request has, if not where its provider does: DSPy its tools behind the instructions.
ORDERS = {"dspy": ("system", "tools", "messages")}
# Calls that make a signature of another one, or of a text such as "question -> answer", and where they are told what
# it asks for.
_MADE = {
    "Signature": ("instructions", "1"),
    "make_signature": ("instructions", "1"),
    "ensure_signature": ("instructions", "1"),
    "with_instructions": ("instructions", "0"),
}


def instructions(linker: Linker, target: Value, span: Span, facts: Facts, bound: Bound) -> Value | None:
    """System messages: the descriptions of the fields, then what the signature asks for; None if it is not known.

    What it is given comes first. A class is told by its docstring. The sentence that DSPy itself makes of the names of
    the fields is left out.
    """
    return _told(linker, target, span, facts, bound, lambda asked: asked)


def reasoned(linker: Linker, target: Value, span: Span, facts: Facts, bound: Bound) -> Value | None:
    """The same where the reasons are asked for first, also those that the signature has itself."""
    return _told(linker, target, span, facts, bound, lambda asked: sorted(asked, key=lambda each: each[0] != _REASONS))


def acting(linker: Linker, target: Value, span: Span, facts: Facts, bound: Bound) -> Value | None:
    """The same where tools are asked for until they are done: the answer is asked for by a request of its own."""
    return _told(linker, target, span, facts, bound, lambda asked: [])


def _told(
    linker: Linker, target: Value, span: Span, facts: Facts, bound: Bound, answer: Callable[[_Texts], _Texts]
) -> Value | None:
    part = target[0] if isinstance(target, tuple) and len(target) == 1 else None
    if isinstance(part, Ref) and part.call is None:
        found = targets_of(linker, facts, part.name)
        if len(found) == 1:
            return _of_class(linker, *found[0], span, answer)
    value = linker.value(target, facts, bound)
    if isinstance(value, Mapping):
        given = next((item for key in _MADE.get(value.kind.rpartition(".")[2], ()) if (item := value.get(key))), None)
        return _messages([given] if given else [], span) if value.kind.rpartition(".")[2] in _MADE else None
    text = literal(value)
    return _messages([], span) if text is not None and "->" in text else None


def called(linker: Linker, target: Value, span: Span, facts: Facts, bound: Bound) -> Value:
    """A text, or what a function gives back that a framework calls for one."""
    value = linker.value(target, facts, bound)
    part = target[0] if isinstance(target, tuple) and len(target) == 1 else None
    if type(part) is Ref and value == (part.fallback,):
        return linker.value((Ref(part.name, part.fallback, Arguments(complete=False)),), facts, bound)
    return value


def _of_class(linker: Linker, home: Facts, key: str, span: Span, answer: Callable[[_Texts], _Texts]) -> Value:
    described = home.described[key]
    told = [*described.texts[: described.given], *answer(described.texts[described.given :])]
    values = [linker.value(value, home, {}) for _, value in told]
    docstring = linker.value(described.docstring, home, {})
    fields = Items(tuple(_message(value, span) for value in values if value != ()), span)
    asked = (_message(docstring, span),) if docstring != () else ()
    return Items((fields, *asked) if fields.items else asked, span)


def _messages(values: list[Value], span: Span) -> Items:
    return Items(tuple(_message(value, span) for value in values), span)


def instructions_first(value: Value) -> Value:
    """What a signature says of itself as one text has it: what it asks for, and behind that its fields."""
    if not isinstance(value, Items):
        return value
    return msgspec.structs.replace(value, items=tuple(sorted(value.items, key=lambda item: type(item) is Items)))


def _message(value: Value, span: Span) -> Message:
    """What a field says; one that a class has under conditions only is told under these."""
    when: tuple[tuple[str, bool], ...] = ()
    while isinstance(value, tuple) and len(value) == 1 and type(part := value[0]) is Choice:
        if len(part.branches) != 2 or all(part.branches):
            break
        taken = bool(part.branches[0])
        value, when = part.branches[0 if taken else 1], (*when, (part.condition, taken))
    return Message("system", value, extent(value) or span, when=when)


# What is done with the target of an `Apply` before anything is looked up.
OPERATIONS = {"signature": instructions, "reasoned": reasoned, "acting": acting, "called": called}
