"""What stands in the place of one item of a list: the messages that a loop makes, those of a list that is put in."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from promptlint import decisions
from promptlint.clients import unset
from promptlint.extract.extents import extent
from promptlint.extract.facts import Facts
from promptlint.extract.joins import goes_through, optional
from promptlint.extract.state import single_hole
from promptlint.extract.without import Marks, Without
from promptlint.operations import SEVERAL, exact, is_several
from promptlint.template import (
    Apply,
    Arguments,
    Choice,
    Condition,
    Hole,
    Items,
    Message,
    Ref,
    Repeat,
    Span,
    Text,
    Value,
    parts,
    way,
)
from promptlint.usual import is_turn, loose

if TYPE_CHECKING:
    from promptlint.link import Bound, Linker

# Turns of one loop, and the messages of all of them, that are told one after the other.
MAX_TURNS, MAX_MADE = 64, 256


def put_in(linker: Linker, item: Value, facts: Facts, bound: Bound) -> Items | None:
    """The messages or lists that stand behind one of several items; None when it is text."""
    if (one_way := decisions.taken(linker, item, facts, bound)) is not None:
        # What a call gives decides a condition within another one.
        if one_way == (SEVERAL,):
            return Items((), Span("", 0, 0))
        return put_in(linker, one_way, facts, bound) if is_several(one_way) else None
    part = item[0] if isinstance(item, tuple) else None
    branches = part.branches if type(part) is Choice else (part.body,) if type(part) is Repeat else ()
    found: list[Value] = []
    # A list that is put in stands there once, one that a loop puts in who knows how often.
    complete = not isinstance(part, Repeat) or goes_through(part)
    giving = known = 0
    two = type(part) is Choice and len(branches) == 2
    asked = Condition(way(part.condition, 0, 2)[0], part.test) if type(part) is Choice and two else None
    for number, branch in enumerate(branches):
        value: Value | None = None
        if len(branch) == 2 and is_several(branch):
            value = put_in(linker, branch, facts, bound)
        elif len(branch) == 1 and isinstance(branch[0], Ref | Apply | Hole | Choice):
            value = linker.value(branch, facts, bound)
        nothing = branch == (SEVERAL,) or (value is not None and unset(value))
        one = () if value is None or type(value) is tuple else (value,)
        items = value.items if isinstance(value, Items) else one
        known += nothing or isinstance(value, Items)
        giving += bool(items)
        complete = complete and (nothing or (value.complete if isinstance(value, Items) else bool(items)))
        found += items if asked is None else [optional(asked, each, number == 0) for each in items]
    # Of several lists only one is put in, which messages that are under a condition say themselves.
    complete = complete and (giving < 2 or all(type(each) is Message and each.when for each in found))
    return Items(tuple(found), Span("", 0, 0), complete) if found or known == len(branches) > 0 else None


def unrolled(linker: Linker, value: Items, facts: Facts, bound: Bound) -> Items:
    """A list with the messages of every turn of its loops; it is not known in full where these are not known."""
    items: list[Value] = []
    complete, span = value.complete, value.span
    for turn, group in itertools.groupby(value.items, lambda item: item.turn if type(item) is Message else None):
        made = [item for item in group if turn is None or isinstance(item, Message)]
        if turn is None:
            items += made
            continue
        taken = {id(part): part for item in made for part in parts(item) if type(part) is Apply and _taken(part, turn)}
        count = _turns(linker, list(taken.values()), facts, bound)
        if count is not None and any(loose(linker, key.target, facts) for key in taken.values() if _is_key(key, made)):
            # Which texts are picked, and how many, is only so by default.
            count = None
        if count is None or count * len(made) > MAX_MADE:
            items += made
            # What is not known is the first loop of which the turns are not.
            complete, span = False, turn if complete else span
            continue
        linker.steps += count * len(made) * len(taken)
        for number in range(count):
            marks: Marks = {key: (part, (_item(part, number),)) for key, part in taken.items()}
            kept = Without(marks)
            items += [_once(linker, kept.value(item), facts, bound) for item in made]
    return msgspec.structs.replace(value, items=tuple(items), span=span, complete=complete)


def _taken(part: Apply, turn: Span) -> bool:
    """Whether a part is what one turn of a loop takes of a collection; `turn` is the place of the loop's names."""
    asked = single_hole(part.arguments.positional[0]) if is_turn(part) else None
    if asked is None:
        return False
    return asked.span.file == turn.file and turn.start <= asked.span.start and asked.span.end <= turn.end


def _is_key(taken: Apply, made: Sequence[Value]) -> bool:
    """Whether something is picked by an item of a list."""
    picking = (part for item in made for part in parts(item) if type(part) is Apply and part.operation == "item")
    return any((taken,) in part.arguments.positional for part in picking)


def _turns(linker: Linker, taken: Sequence[Apply], facts: Facts, bound: Bound) -> int | None:
    """How many turns a loop has that takes these items of a list, or of lists side by side."""
    counts: set[int] = set()
    for target in {part.target for part in taken if isinstance(part.target, tuple)}:
        found = linker.value(target, facts, bound)
        if type(found) is not Items or not exact(found) or len(found.items) > MAX_TURNS:
            return None
        counts.add(len(found.items))
    return counts.pop() if len(counts) == 1 else None


def _item(part: Apply, number: int) -> Apply:
    key = Text(str(number), part.span, False)
    return msgspec.structs.replace(part, arguments=Arguments(((key,),)))


def _once(linker: Linker, item: Value, facts: Facts, bound: Bound) -> Value:
    """What one turn makes; a message that says nothing but a text of the list stands where that is written."""
    if type(item) is not Message:
        return item
    content = linker.value(item.content, facts, bound)
    alone = isinstance(content, tuple) and all(type(part) is Text for part in content)
    span = extent(content) if alone else None
    return msgspec.structs.replace(item, content=content, span=span or item.span, turn=None)
