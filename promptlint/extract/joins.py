"""One value for two ways through the code: what is bound in an `if` and in its `else`."""

from __future__ import annotations

import itertools

import msgspec

from promptlint.extract.bounds import bounded
from promptlint.extract.state import fallback_of, single_hole, textual
from promptlint.operations import SEVERAL, is_several, several
from promptlint.template import Choice, Condition, Hole, Items, Mapping, Message, Repeat, Span, Test, Value

# Conditions of one message that are told; of more the inner ones count.
MAX_CONDITIONS = 8
# What of a client decides who gets its requests, see `sending`.
_DECIDING = frozenset({"@address", "@service", "@vertex"})


def join_branches(condition: Condition, first: Value, second: Value) -> Value:
    """One value for two ways through the code."""
    return first if first is second or first == second else bounded(_joined(condition, first, second))


def _joined(condition: Condition, first: Value, second: Value) -> Value:
    if isinstance(first, tuple) and isinstance(second, tuple):
        common = 0
        while common < min(len(first), len(second)) and first[common] == second[common]:
            common += 1
        choice = Choice(condition.text, (first[common:], second[common:]), condition.test)
        return (*first[:common], choice)
    if type(first) is Items and type(second) is Items:
        return _join_items(condition, first, second)
    if type(first) is Message and type(second) is Items and either_message(second):
        # One more of several messages.
        return _join_items(condition, Items((first,), first.span), second)
    if type(second) is Message and type(first) is Items and either_message(first):
        return _join_items(condition, first, Items((second,), second.span))
    if (type(first) is Message and _may_be_message(second)) or (type(second) is Message and _may_be_message(first)):
        both = _either(condition, first, second)
        span = first.span if type(first) is Message else second.span if type(second) is Message else Span("", 0, 0)
        items = (_optional(condition, first, True), _optional(condition, second, False))
        return Items(items, span) if both is None else both
    if type(first) is Items and _grown(first, second):
        return _join_items(condition, first, Items(first.items[:1], first.span, first.complete))
    if type(second) is Items and _grown(second, first):
        return _join_items(condition, Items(second.items[:1], second.span, second.complete), second)
    if type(first) is Mapping and type(second) is Mapping:
        keys = dict.fromkeys([key for key, _ in first.entries] + [key for key, _ in second.entries])
        entries: list[tuple[str, Value]] = []
        for key in keys:
            one, other = first.get(key), second.get(key)
            if key in _DECIDING and first.get("@provider") is not None and second.get("@provider") is not None:
                # Of two clients one may connect to where it does by itself.
                one, other = () if one is None else one, () if other is None else other
            both = one if other is None else other if one is None else join_branches(condition, one, other)
            if both is not None:
                entries.append((key, both))
        return Mapping(tuple(entries), first.span, first.complete and second.complete, first.kind)
    one, other = (second, first) if isinstance(first, tuple) and not textual(first) else (first, second)
    if type(one) is Items and one.complete and (hole := single_hole(other)) is not None and not _left_out(hole):
        # What else it may hold is not known.
        return msgspec.structs.replace(one, complete=False)
    return one


def either_message(items: Items) -> bool:
    """Whether a list is what stands for one message or another, not a list in the program."""
    conditional = sum(type(item) is Message and bool(item.when) for item in items.items)
    others = sum(is_several(item) or type(item) is Mapping for item in items.items)
    if conditional == len(items.items) > 2:
        return all(_exclude(one, other) for one, other in itertools.pairwise(items.items))
    return len(items.items) == 2 and conditional > 0 and conditional + others == 2


def _exclude(one: Value, other: Value) -> bool:
    """Whether one message is not sent where another is."""
    if type(one) is not Message or type(other) is not Message:
        return False
    return any((text, not holds) in other.when for text, holds in one.when)


def _left_out(hole: Hole) -> bool:
    """Whether a value is none, or a parameter: what stands in its place stands there when it is not given."""
    return hole.expression == "None" or bool(hole.parameter)


def _may_be_message(value: Value) -> bool:
    """Whether a value is a message, or what may be one: a dict with a role, a value of which nothing is known."""
    if type(value) is Mapping:
        return value.get("role") is not None
    hole = single_hole(value)
    return type(value) is Message or (hole is not None and hole.expression != "None")


def _grown(items: Items, other: Value) -> bool:
    """Whether a list is what another value was, with more behind it."""
    hole = fallback_of(other)
    first = items.items[0] if items.items else None
    part = first[0] if isinstance(first, tuple) and is_several(first) else None
    was = fallback_of(part.body) if type(part) is Repeat else None
    return hole is not None and was is not None and hole.expression == was.expression


def _join_items(condition: Condition, first: Items, second: Items) -> Items:
    """One list for two: what they begin and end with alike once, in between what stands in either."""
    before, shortest = 0, min(len(first.items), len(second.items))
    while before < shortest and first.items[before] == second.items[before]:
        before += 1
    behind = 0
    while behind < shortest - before and first.items[-1 - behind] == second.items[-1 - behind]:
        behind += 1
    one = first.items[before : len(first.items) - behind]
    other = second.items[before : len(second.items) - behind]
    items = list(first.items[:before])
    pairs = 0
    while pairs < min(len(one), len(other)) and (both := _either(condition, one[pairs], other[pairs])) is not None:
        items.append(both)
        pairs += 1
    items += [_optional(condition, item, True) for item in one[pairs:]]
    items += [_optional(condition, item, False) for item in other[pairs:]]
    items += first.items[len(first.items) - behind :]
    return Items(tuple(items), first.span, first.complete and second.complete)


def _either(condition: Condition, one: Value, other: Value) -> Value | None:
    """One item for two that stand in the same place of two lists, if they can be one."""
    if type(one) is Message and type(other) is Message and one.role == other.role and one.when == other.when:
        content = join_branches(condition, one.content, other.content)
        return Message(one.role, content, one.span, one.marker or other.marker, one.when, one.test)
    if isinstance(one, tuple) and isinstance(other, tuple) and not is_several(one) and not is_several(other):
        return (Choice(condition.text, (one, other), condition.test),)
    return None


def _optional(condition: Condition, item: Value, taken: bool) -> Value:
    """An item that is there in one branch only."""
    if type(item) is Message:
        return _under(condition, item, taken)
    if not isinstance(item, tuple):
        return item
    branches = (item, (SEVERAL,)) if taken else ((SEVERAL,), item)
    return several(Choice(condition.text, branches, condition.test))


def _under(condition: Condition, item: Message, taken: bool) -> Message:
    """A message that is sent under a condition, beside those it has."""
    if len(item.when) >= MAX_CONDITIONS or (condition.text, taken) in item.when:
        return item
    test = condition.test if taken or condition.test is None else Test("not", inner=(condition.test,))
    if item.when:
        test = Test("and", inner=(test, item.test)) if test is not None or item.test is not None else None
    return msgspec.structs.replace(item, when=((condition.text, taken), *item.when), test=test)
