"""Lists that linking looks up, changed in a way that is not followed: what they hold from then on is open."""

from __future__ import annotations

import ast

import msgspec

from promptlint.extract.places import Place, renew
from promptlint.extract.state import File, Scope, has_text
from promptlint.extract.volatility import UNKNOWN
from promptlint.operations import is_several
from promptlint.template import (
    LOST,
    OPEN,
    Apply,
    Arguments,
    Choice,
    Hole,
    Items,
    Mapping,
    Message,
    Ref,
    Repeat,
    Template,
    Value,
)

# Choices within each other that are asked.
_MAX_WAYS = 8


def change(file: File, scope: Scope, where: Place, node: ast.AST) -> None:
    """Something is changed in a list, or in one of its messages, of which only that is known where it comes from."""
    name, *keys = where
    if name and not (keys and isinstance(keys[0], str)):
        leave_open(file, scope, str(name), node)


def leave_open(file: File, scope: Scope, name: str, node: ast.AST) -> None:
    """Of a list of messages it is not known any more what all of them say, nor which there are."""
    current = scope.values.get(name)
    if isinstance(current, Items):
        if current.complete and any(type(item) is Message or _looked_up(item) for item in current.items):
            renew(scope, name, Items(current.items, file.span(node), False))
        return
    if not isinstance(current, tuple) or not _looked_up(current):
        return
    part = current[0]
    if type(part) is Apply and part.operation == OPEN:
        return
    hole = file.hole(node, *UNKNOWN) if type(part) is Choice else part.fallback  # type: ignore[union-attr]
    opened: Template = (Apply(OPEN, current, Arguments(()), file.span(node), hole),)
    for other, value in scope.values.items():
        # Under all of its names, and in the dicts that hold it: `settings = {"messages": messages}`.
        if value is current:
            scope.values[other] = opened
        elif type(value) is Mapping and any(item is current for _, item in value.entries):
            entries = tuple([(key, opened if item is current else item) for key, item in value.entries])
            scope.values[other] = msgspec.structs.replace(value, entries=entries)


def cut(file: File, items: tuple[Value, ...], node: ast.AST) -> tuple[Value, ...]:
    """The texts of a list out of which one is taken, where a loop has put in who knows how many: which is not known."""
    texts = all(isinstance(item, tuple) for item in items) and any(map(has_text, items))
    if not texts or not any(map(is_several, items)):
        return items
    return (*items, (Hole("...", file.span(node), origin=LOST),))


def _looked_up(value: Value, depth: int = 0) -> bool:
    """Whether linking may find a list for a value, or for what stands for the items of one."""
    if not isinstance(value, tuple) or not value or len(value) > 1 + is_several(value):
        return False
    part = value[0]
    if type(part) is Choice:
        return depth < _MAX_WAYS and any(_looked_up(branch, depth + 1) for branch in part.branches)
    if type(part) is Repeat:
        return depth < _MAX_WAYS and _looked_up(part.body, depth + 1)
    return type(part) is Ref or type(part) is Apply
