"""Numbers of the program, and `True` and `False`, as they stand in a text: what Python's `str` and `format` write.

A number that is written down is a hole that never changes, named by its source text. It becomes text only where it is
put into one: of a sum, or of a condition, nothing more is said than that it does not change.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import TypeAlias, TypeVar

import msgspec

from promptlint.template import Choice, Hole, Part, Ref, Span, Template, Text, Value, Volatility

_Given = TypeVar("_Given", Value, Value | None)
Number: TypeAlias = int | float  # and bool, which is an int

# Characters of a number as it is written, and of what a format makes of it; digits of a width or a precision.
MAX_WRITTEN, MAX_MADE, MAX_SIZE = 40, 400, 3
# Before the number that a name stands for, as the name's hole says it (`Hole.member`).
NAMED = "="
_CONVERSIONS: dict[str, Callable[[object], str]] = {"r": repr, "a": ascii, "s": str}
_DIGITS = re.compile("[0-9]+")


def numeral(value: Value | None) -> str:
    """The source text of the number that a value is; "" for anything else."""
    hole = value[0] if type(value) is tuple and len(value) == 1 else None
    return written(hole) if type(hole) is Hole else ""


def written(hole: Hole) -> str:
    """The source text of the number that a hole stands for, or ""."""
    if hole.member[:1] == NAMED:
        return hole.member[1:]
    if hole.volatility is not Volatility.CONSTANT or hole.origin or hole.parameter or hole.span.file[-3:] != ".py":
        return ""
    text = hole.expression
    begins = text[:1].isdecimal() or text[:1] in _SIGNS or text in ("True", "False")
    return text if begins and len(text) <= MAX_WRITTEN and _read(text) is not None else ""


_SIGNS = frozenset("+-.")


def _read(text: str) -> Number | None:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return value if isinstance(value, int | float) else None


def by_name(hole: Hole, known: bool) -> str:
    """What the hole of a name says of its value (`Hole.member`); of a number that, where it is known."""
    number = written(hole)
    return (NAMED + number if known else "") if number else hole.member


def unnumbered(hole: Hole) -> Hole:
    """The hole of a name, without the number that this stands for."""
    return msgspec.structs.replace(hole, member="") if hole.member[:1] == NAMED else hole


def used(part: Part, value: _Given) -> _Given | Template:
    """What is given for a run-time value, or for a name: of a number the hole that stands there, which knows it."""
    place = part.fallback if type(part) is Ref else part
    if type(place) is not Hole or not (number := numeral(value)) or value == (part,):
        return value
    return (msgspec.structs.replace(place, member=NAMED + number, parameter=""),)


def spelled(hole: Hole, place: Span, spec: str = "", conversion: str = "") -> Text | None:
    """The number that a hole stands for as a field shows it; None if it is none, or if that is too large."""
    number = _read(text) if (text := written(hole)) else None
    if number is None or not bounded(spec):
        return None
    try:
        made = format(_CONVERSIONS[conversion](number) if conversion else number, spec)
    except (ValueError, OverflowError, KeyError):
        return None
    return Text(made, place, False) if 0 < len(made) <= MAX_MADE else None


def percent(hole: Hole, place: Span, field: str, name: str | None) -> Text | None:
    """The same of a field of `%`, as it is written; `name` is that of its value in a dict."""
    number = _read(text) if (text := written(hole)) else None
    if number is None or "*" in field or not bounded(field):
        return None
    try:
        made: str = field % (number if name is None else {name: number})
    except (ValueError, OverflowError, TypeError, KeyError):
        return None
    return Text(made, place, False) if 0 < len(made) <= MAX_MADE else None


def unspelled(hole: Hole) -> Hole:
    """The number in a form that is not worked out, which no text may say as it is; any other value as it was."""
    return msgspec.structs.replace(hole, volatility=Volatility.DEPLOY, member="") if written(hole) else hole


def bounded(spec: str) -> bool:
    """Whether a format has no size that makes much of little, no field within it, and asks nothing of the machine."""
    return "{" not in spec and spec[-1:] != "n" and all(len(size) <= MAX_SIZE for size in _DIGITS.findall(spec))


def put_in(parts: list[Part]) -> bool:
    """Put numbers that stand in a text there as text; whether there are any.

    What stands beside another value may be added to that (`LIMIT + extra`), and is no text.
    """
    texts = [(index, told) for index, part in enumerate(parts) if (told := _as_text(part)) is not part]
    alone = [(index, told) for index, told in texts if _among_texts(parts, index)]
    for index, told in alone:
        parts[index] = told
    return bool(alone)


def _among_texts(parts: list[Part], index: int) -> bool:
    beside = (*parts[index - 1 : index], *parts[index + 1 : index + 2])
    return bool(beside) and all(type(each) is Text for each in beside)


def _as_text(part: Part) -> Part:
    if type(part) is Hole:
        return spelled(part, part.span) or part
    if type(part) is not Choice:
        return part
    branches = tuple([(_as_text(branch[0]),) if len(branch) == 1 else branch for branch in part.branches])
    same = all(new is old or new[0] is old[0] for new, old in zip(branches, part.branches, strict=True))
    return part if same else msgspec.structs.replace(part, branches=branches)
