"""How large a value may become: a few statements (`p = p + p`) can make one that no memory holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

from promptlint.template import (
    Apply,
    Choice,
    Hole,
    Items,
    Mapping,
    Message,
    Part,
    Ref,
    Repeat,
    Span,
    Text,
    Value,
    Volatility,
)

# Real prompts have up to some hundred parts.
MAX_WEIGHT = 3_000
# What is nested deeper is not looked into: the functions that walk a value call themselves.
MAX_NESTING = 60
# Stands for what is cut off.
CUT = "\u2026"
_LEAVES = frozenset({Text, Hole})
# So many arguments of so many parts each are not looked at more closely.
_FEW = 40
# Parts that an entry of a list or dict that is written out may have on average, however many entries there are.
PER_ENTRY = 8
# Characters from which on a text is looked at that is taken where a table has nothing: `settings.get(key, "...")`.
MIN_DEFAULT = 60


def weight(value: Value | Part, limit: int) -> int:
    """How many parts stand in a value, shared ones counted each time; more than `limit` if it nests too deeply."""
    known = _measured(value, 0)
    return limit + 1 if known is None or known[1] > limit or known[2] > MAX_NESTING else known[1]


def _measured(item: Value | Part, nested: int) -> _Weighed | None:
    """Weight and depth of what is so deeply `nested` in a value; None if it is too deep for any.

    What is put together is made of what was put together before: each of that is counted once.
    """
    known = _weighed.get(id(item))
    if known is not None or nested > MAX_NESTING:
        return known
    inner: Any = item if type(item) is tuple else _MADE_OF[type(item)](item)
    total, deepest = len(inner), 0
    for each in inner:
        kind = type(each)
        if kind in _LEAVES:
            continue
        if kind is tuple and (type(each[0]) in _LEAVES if len(each) == 1 else _LEAVES.issuperset(map(type, each))):
            # Most arguments and items.
            total += len(each)
            deepest = deepest or 1
            continue
        below = _weighed.get(id(each)) or _measured(each, nested + 1)
        if below is None:
            return None
        total += below[1]
        if below[2] >= deepest:
            deepest = below[2] + 1
    if len(_weighed) > MAX_KNOWN:
        _weighed.clear()
    known = _weighed[id(item)] = (item, total, deepest)
    return known


# A value with its weight and its depth.
_Weighed: TypeAlias = tuple[Value | Part, int, int]
# The same by the identity of values, which holds as long as they are kept here.
_weighed: dict[int, _Weighed] = {}
MAX_KNOWN = 20_000


def forget() -> None:
    """Forget the weights of values: those of one file are in no other, and would be kept long after that was read."""
    _weighed.clear()


def _given(part: Ref | Apply) -> tuple[Value, ...]:
    arguments = part.call if type(part) is Ref else part.arguments
    if arguments is None:
        return ()
    if not arguments.keywords:
        return arguments.positional
    return (*arguments.positional, *[value for _, value in arguments.keywords])


# What a value is made of, by its type: asked of every value, so without a `match`.
_MADE_OF: dict[type, Callable[[Any], tuple[Value | Part, ...]]] = {
    Message: lambda item: (item.content,),
    Items: lambda item: item.items,
    Mapping: lambda item: tuple([value for _, value in item.entries]),
    Choice: lambda item: item.branches,
    Repeat: lambda item: (item.body,),
    Apply: lambda item: (item.target, *_given(item)),
    Ref: lambda item: _given(item),
    Text: lambda item: (),
    Hole: lambda item: (),
}


def full(value: Value) -> bool:
    """Whether a value has been cut off: it grows no more."""
    if type(value) is tuple:
        last = value[-1] if value else None
        return type(last) is Hole and last.expression == CUT
    if type(value) is Items:
        return bool(value.items) and type(value.items[-1]) is tuple and full(value.items[-1])
    return type(value) is Mapping and bool(value.entries) and value.entries[-1][0] == CUT


def rest(value: Items | Mapping, kept: Value) -> Value:
    """What was cut off of a list or dict: the end of it."""
    if type(value) is Items and type(kept) is Items:
        return Items(value.items[len(kept.items) - 1 :], value.span)
    if type(value) is Mapping and type(kept) is Mapping:
        return Mapping(value.entries[len(kept.entries) - 1 :], value.span, kind=value.kind)
    return ()


def whole(value: Items | Mapping, cut: Value) -> Items | Mapping:
    """A list or dict that was cut off, with its end again."""
    if type(value) is Mapping:
        more = cut.entries if type(cut) is Mapping else ()
        return Mapping((*value.entries[:-1], *more), value.span, kind=value.kind)
    end = cut.items if type(cut) is Items else ()
    return Items((*value.items[:-1], *end), value.span) if type(value) is Items else value


def _is_small(part: Part) -> bool:
    """Whether it is seen at once that a part is no larger than what it was made of: of most calls and choices it is."""
    if type(part) in _LEAVES:
        return True
    if type(part) is Choice:
        return len(part.branches) <= _FEW and all(map(_is_plain, part.branches))
    if type(part) is not Ref:
        return False
    values = _given(part)
    return len(values) <= _FEW and all(map(_is_plain, values))


def _is_plain(value: Value) -> bool:
    """Whether a value has few parts, and in these nothing stands."""
    if type(value) is not tuple or len(value) > _FEW:
        return False
    for each in value:  # noqa: SIM110 (asked of every argument)
        if type(each) not in _LEAVES and (type(each) is not Ref or each.call is not None):
            return False
    return True


def bounded(value: Value, entries: int = 0) -> Value:
    """A value of at most `MAX_WEIGHT` parts (more for `entries` written out); the end is cut off.

    The hole that stands for the rest of a text is `unknown`.
    """
    if type(value) is tuple:
        if len(value) == 1:
            if _is_small(value[0]):
                return value
        elif len(value) <= MAX_WEIGHT and _LEAVES.issuperset(map(type, value)):
            return value
    elif type(value) is Items and len(value.items) <= _FEW and all(map(_is_plain, value.items)):
        return value
    limit = MAX_WEIGHT + PER_ENTRY * entries
    if weight(value, limit) <= limit:
        return value
    match value:
        case Message():
            return msgspec.structs.replace(value, content=bounded(value.content))
        case Items():
            kept = _leading(value.items, limit)
            return Items((*value.items[:kept], (Hole(CUT, value.span),)), value.span, False)
        case Mapping():
            kept = _leading(tuple(item for _, item in value.entries), limit)
            rest = (CUT, (Hole(CUT, value.span),))
            return msgspec.structs.replace(value, entries=(*value.entries[:kept], rest), complete=False)
        case _:
            kept = _leading(value, limit - 1)
            return (*value[:kept], Hole(CUT, _place(value[kept])))


def cut_short(value: Value, place: Span) -> Value:
    """A value that is something else on ways that are not followed."""
    if full(value):
        return value
    match value:
        case Items() | Mapping():
            return msgspec.structs.replace(value, complete=False)
        case Message():
            return msgspec.structs.replace(value, content=cut_short(value.content, place))
        case _:
            return (*value, Hole(CUT, place, Volatility.CONSTANT))


def _leading(values: tuple[Value, ...] | tuple[Part, ...], limit: int) -> int:
    """How many of the first values are light enough together; fewer than all."""
    total = 0
    for number, value in enumerate(values):
        if type(value) is tuple and _LEAVES.issuperset(map(type, value)):
            total += 1 + len(value)
        else:
            total += 1 if type(value) in _LEAVES else 1 + weight(value, limit)
        if total > limit:
            return number
    return max(len(values) - 1, 0)


def _place(part: Part) -> Span:
    """The place where a part begins."""
    while True:
        match part:
            case Text() | Hole() | Repeat() | Apply():
                return part.span
            case Ref():
                return part.fallback.span
            case Choice():
                inner = next((branch[0] for branch in part.branches if branch), None)
                if inner is None:
                    return Span("", 0, 0)
                part = inner
