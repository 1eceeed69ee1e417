"""What of a request is not known, part by part: `complete` says that nothing of it is left.

A value that is put in at run time is known as such: the question of a user, a document, the turns of a conversation.
Not known is what the program says itself, or is told by its settings or its callers, and what could not be read: texts
that are cut short, or made into others in a way that is not followed, and the role of a text of the program.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from promptlint.clients import unset
from promptlint.extract.answering import SCHEMAS
from promptlint.extract.bounds import CUT
from promptlint.extract.extents import extent
from promptlint.extract.facts import Call, Facts
from promptlint.extract.joins import goes_through
from promptlint.extract.messages import NO_TEXT
from promptlint.extract.names import gives_prompt, prompt_like
from promptlint.extract.sending import OWN, UNREAD
from promptlint.extract.state import has_text, single_hole
from promptlint.operations import is_several
from promptlint.prompt import Unresolved
from promptlint.template import (
    LOST,
    Choice,
    Hole,
    Items,
    Mapping,
    Message,
    Ref,
    Repeat,
    Span,
    Template,
    Value,
    Volatility,
    by_item,
    holes,
    parts,
    picked_in_turn,
    texts,
)

if TYPE_CHECKING:
    from promptlint.link import Linker

# Dicts within dicts of a form.
_DEPTH = 6
# Why something is not known.
NOT_GIVEN = "the call gives none that can be read"
NOT_READ = "what is given is no name that can be read"
EITHER = "one of several is given, by a condition"
WHERE_RUN = "they are given where it is run"
MORE = "not all of them can be read"
WHICH = "some of them are left out, by a condition that is not decided"
NAME = "what one of them is called"
ORDER = "in which order they come"
PICKED = "which of them are put in, and how many"
CHANGED = "they may be changed before they are sent"
EARLIER = "those of earlier calls may be among them"
OTHERS = "another class may send others"
BEFORE = "more functions lead here than are followed"
_COPIES = frozenset({"list", "tuple", "reversed", "sorted", "enumerate", "copy.copy", "copy.deepcopy", "zip"})
# What changes with the request or the conversation.
_GIVEN = frozenset({Volatility.REQUEST, Volatility.SESSION, Volatility.UNIQUE})


def unnamed(slot: str, value: Value | None, hole: Hole | None, call: Span) -> Unresolved:
    """A part that names nothing that is known, by the value in it; by the object it is, or why, if there is none."""
    if hole is not None:
        return Unresolved(slot, hole.expression, hole.span)
    if isinstance(value, Mapping) and value.kind:
        return Unresolved(slot, f"{value.kind.rpartition('.')[2].lstrip(':')}(...)", value.span)
    several = isinstance(value, tuple) and any(isinstance(part, Choice) for part in value)
    return Unresolved(slot, "", call, NOT_GIVEN if value is None else EITHER if several else NOT_READ)


def once(unresolved: Iterable[Unresolved], call: Span) -> list[Unresolved]:
    """What is not known, each part of it once: that of a part nothing is known says nothing beside what says more."""
    found = list(dict.fromkeys(unresolved))
    bare = {each for each in found if not (each.expression or each.reason or each.default) and each.span == call}
    more = {each.slot for each in found if each not in bare and not each.default}
    return [each for each in found if each not in bare or each.slot not in more]


def text_gaps(
    slot: str, role: str, template: Template, linker: Linker, gives_text: Callable[[Hole], bool]
) -> Iterator[Unresolved]:
    """What is not known of one text: all of it, or texts of the program in it that could not be read.

    Of a value that a method gives back, `gives_text` tells whether the program has such a text for it.
    """
    unseen, outside = linker.unseen, linker.changes.outside
    whole = _wholes(template) if role == "system" else run_time(template)
    alone = {hole.span for hole in whole if hole.span in outside or not _given(hole, role)}
    for hole in holes(template):
        lost = hole.origin == LOST or hole.expression == CUT
        if lost or hole.span in unseen or hole.span in alone or gives_text(hole):
            yield Unresolved(slot, hole.expression, hole.span)
    for part in parts(template):
        if not isinstance(part, Repeat):
            continue
        if _picks(part):
            yield Unresolved(slot, part.over, part.span, PICKED)
        elif part.unordered or _mixed(part):
            # Which of its texts comes first, a run decides.
            yield Unresolved(slot, part.over, part.span, ORDER)
        elif part.span in linker.changes.made_of and not _reads(part) and gives_text(Hole(part.over, part.span)):
            # It goes through texts that were made into others, or of which some are taken.
            yield Unresolved(slot, part.over, part.span)


def _picks(part: Repeat) -> bool:
    """Whether the turns of a loop pick texts of a table, by keys of which it is not known which they are."""
    return any(isinstance(each, Choice) and picked_in_turn(each.condition) for each in parts(part.body))


def _reads(part: Repeat) -> bool:
    """Whether the items that a loop goes through are known."""
    return any(isinstance(each, Choice) and by_item(each.condition) for each in parts(part.body))


def _mixed(part: Repeat) -> bool:
    """Whether texts that are known come in an order that is not: those of a list that was shuffled."""
    settled = part.volatility in (Volatility.CONSTANT, Volatility.DEPLOY)
    return not settled and _reads(part)


def _given(hole: Hole, role: str) -> bool:
    """Whether a value that is a whole message is put in at run time: data, a field of a template, what is asked.

    A system text is what the program says itself, whoever hands it on.
    """
    if hole.volatility in _GIVEN or hole.expression == NO_TEXT:
        return True
    field = hole.volatility is Volatility.UNKNOWN and hole.origin == "name"
    return role != "system" and (bool(hole.parameter) or field)


def unread(slots: Iterable[tuple[str, Value]], span: Span) -> Iterator[Unresolved]:
    """What is sent that does not stand in the code, as far as anything is given for it."""
    for slot, value in slots:
        empty = isinstance(value, Items) and value.complete and not value.items
        if slot == UNREAD + "schemas" and isinstance(value, Mapping) and value.complete:
            # A schema that is written as a dict is told as that, but for what it takes from elsewhere.
            yield from (Unresolved("schemas", each.expression, each.span) for each in _within_form(value, 0))
            continue
        if slot.startswith(UNREAD) and not unset(value) and not empty:
            hole = single_hole(value)
            if hole is None:
                place = extent(value) if isinstance(value, tuple) else None
                yield Unresolved(slot.removeprefix(UNREAD), "", place or span)
            else:
                why = f"what `{hole.expression}` adds itself" if hole.origin == OWN else ""
                yield Unresolved(slot.removeprefix(UNREAD), hole.expression, hole.span, why)


def _within_form(value: Value, depth: int) -> Iterator[Hole]:
    """The schemas within a form of an answer that are not known."""
    if isinstance(value, Mapping) and depth < _DEPTH:
        for key in SCHEMAS:
            yield from _within_form(value.get(key) or (), depth + 1)
    elif (hole := single_hole(value)) is not None and depth:
        yield hole


def by_function(call: Call, facts: Facts, linker: Linker) -> Iterator[Unresolved]:
    """A function of the project in the place of a client: it sends what it makes of the messages, if it sends any."""
    for slot, value in call.slots:
        part = value[0] if slot == "client" and isinstance(value, tuple) and len(value) == 1 else None
        if isinstance(part, Hole) and part.expression.startswith(("lambda ", "lambda:")):
            yield Unresolved("messages", part.expression, part.span)
        elif isinstance(part, Ref) and part.call is None and ":" not in part.name[1:]:
            found = linker.place(part.name, facts)
            if found is not None and linker.function(*found) is not None:
                yield Unresolved("messages", part.fallback.expression, part.fallback.span)


def unknown(slot: str, value: Value, settled: Collection[Span] = ()) -> Iterator[Unresolved]:
    """What of a list of messages is not known: all of it, some of it, or how many there are.

    Of a list whose name says what it is (a history) it is known that it is put in at run time, as of any value.
    `settled` are the messages whose role a comment says.
    """
    if isinstance(value, tuple):
        # One text is a system prompt; a list that is one hole is not known.
        for one in run_time(value) if slot != "system" else ():
            yield Unresolved(slot, one.expression, one.span)
        return
    if isinstance(value, Mapping) and value.kind and not has_text(value):
        # An object in the place of a list: what its methods have put into it is not known.
        yield Unresolved(slot, value.kind.rpartition(".")[2].lstrip(":"), value.span)
    if not isinstance(value, Items):
        return
    perhaps = _perhaps(value)
    for repeat in (repeat for item in perhaps if (repeat := _loop(item)) is not None):
        hole = single_hole(repeat.body)
        if (hole is not None and max(hole.volatility, repeat.volatility) not in _GIVEN) or _made(repeat.over):
            yield Unresolved(slot, repeat.over, repeat.span)
    among = any(isinstance(item, Message) for item in value.items)
    for item in perhaps:
        hole = single_hole(item.content if isinstance(item, Message) and item.role == "unknown" else item)
        if isinstance(item, Message) and hole is not None and hole.span != item.span:
            if item.role == "unknown" and item.span not in settled and value.complete:  # else it is said below
                yield Unresolved(slot, "role", item.span)
            continue
        if among and hole is not None and not unset((hole,)):
            # One message or several, of whatever role.
            yield Unresolved(slot, hole.expression, hole.span)
    if not value.complete:
        yield Unresolved(slot, "", value.span, MORE)


def _perhaps(value: Items) -> list[Value]:
    """The items of a list, and those that stand there under a condition, and one within it."""
    found = list(value.items)
    for item in found:
        found += _branches(item) if is_several(item) else ()
    return found


def made_anew(slot: str, value: Value, gives: Callable[[str, Span], bool]) -> Iterator[Unresolved]:
    """What of a list of messages stands for those that a function is given, in a form that is not followed.

    `gives` tells whether its callers give messages for the parameter that has a name at a place.
    """
    for item in _perhaps(value) if isinstance(value, Items) else ():
        repeat = _loop(item)
        hole = single_hole(item.content if isinstance(item, Message) else item)
        if repeat is not None and not goes_through(repeat) and gives(repeat.over, repeat.span):
            yield Unresolved(slot, repeat.over, repeat.span)
        elif hole is not None and hole.member[:1] == "*" and gives(hole.member[1:], hole.span):
            yield Unresolved(slot, hole.expression, hole.span)


def _wholes(template: Template) -> Iterator[Hole]:
    """The values put in at run time that are a whole text, or stand in the place of one of the program's."""
    part = template[0] if len(template) == 1 else None
    if isinstance(part, Choice):
        for branch in part.branches:
            yield from _wholes(branch)
        return
    yield from run_time(template)
    for part in template:
        if isinstance(part, Choice) and any(_words(branch) for branch in part.branches):
            for branch in part.branches:
                yield from run_time(branch)


def _words(template: Template) -> bool:
    """Whether a text has more than a word of its own."""
    return any(len(text.value.split()) > 1 for text in texts(template))


def run_time(value: Value) -> list[Hole]:
    """The values put in at run time of which a value is one or another; none if there is any text in it."""
    if not isinstance(value, tuple) or any(texts(value)) or not all(isinstance(part, Hole | Choice) for part in value):
        return []
    return [hole for hole in holes(value) if not unset((hole,))]


def _branches(item: Value) -> tuple[Template, ...]:
    """What may stand in the place of an item, one or none."""
    part = item[0] if isinstance(item, tuple) else None
    return part.branches if isinstance(part, Choice) else ()


def _made(over: str) -> bool:
    """Whether a collection is what a call gives back, other than a copy of a list."""
    name, _, rest = over.removeprefix("await ").partition("(")
    return bool(rest) and name not in _COPIES


def _loop(item: Value) -> Repeat | None:
    """The loop that an item of a list is, or whose turns it is the message of."""
    content = item.content if isinstance(item, Message) else item
    if not isinstance(content, tuple) or not content or not isinstance(content[0], Repeat):
        return None
    return content[0] if isinstance(item, Message) or is_several(content) else None


def names_text(ref: Ref, facts: Facts) -> bool:
    """Whether a name that leads nowhere is one of the program's texts, by how it is written, and none of Python's."""
    own = ref.name[:1] == ":"
    names = ref.name.lstrip(":.").split(".")
    if ref.call is not None:
        # What a function gives back that is not in sight.
        return not own and gives_prompt(names[-1]) and names[0] not in sys.stdlib_module_names
    if ":" in ref.name[1:] or (own and (len(names) > 1 or names[0] in facts.bindings)):
        return False
    return (names[-1].isupper() or any(map(prompt_like, names))) and names[0] not in sys.stdlib_module_names
