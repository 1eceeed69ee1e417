"""Where values stand in others: `request["messages"][0]`, what else stands for the same object, and what it is after a
change in its place.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import msgspec

from promptlint.extract.bounds import bounded
from promptlint.extract.messages import role_named
from promptlint.extract.state import Scope
from promptlint.extract.volatility import NAMES, dotted
from promptlint.operations import exact, literal
from promptlint.template import Items, Mapping, Message, Ref, Value, places

# The key under which a dict stands that is put into another one, and the name of a function's `**settings` behind it.
SPREAD = "**"
# The same of what a function takes as `*args`.
STARRED = "*"
# A name, "" for what has none, and the keys behind it; None for one that is not known.
Place: TypeAlias = tuple[str | int | None, ...]
# What is changed in its place, under whatever name.
SHARED = frozenset({Items, Mapping, Message})
# Keys of one place that are followed, and items of the lists and dicts that are changed there: each is copied.
MAX_KEYS, MAX_ITEMS = 8, 64
# Lists and dicts within each other, written out, of which parts are followed.
MAX_WITHIN = 3
# Places of one object.
MAX_SAME = 16
# Methods of dicts that give what stands under a key.
_TAKING = frozenset({"get", "setdefault"})
_PLACES = (*NAMES, ast.Subscript, ast.Call)


def place(node: ast.expr) -> Place:
    """Where a value stands. What `request.setdefault("tools", [])` gives stands in the dict."""
    keys: list[str | int | None] = []
    while len(keys) < MAX_KEYS:
        if isinstance(node, ast.Subscript):
            key = node.slice.value if isinstance(node.slice, ast.Constant) else index(node.slice)
            keys.append(key if isinstance(key, str | int) else None)
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _TAKING:
            first = node.args[0] if node.args else None
            keys.append(first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None)
            node = node.func.value
        else:
            break
    return (dotted(node) if type(node) in NAMES else "", *reversed(keys))


def root(target: ast.expr) -> ast.expr:
    """What `a.b["c"]["d"]` is a part of: `a.b`."""
    while isinstance(target, ast.Subscript):
        target = target.value
    return target


def index(node: ast.expr) -> int | None:
    """3, -1 and the like."""
    negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    number = node.operand if isinstance(node, ast.UnaryOp) and negative else node
    known = number.value if isinstance(number, ast.Constant) and type(number.value) is int else None
    return known if known is None or not negative else -known


def held(scope: Scope, where: Place) -> Value | None:
    """What is known to stand at a place."""
    return within(scope.values.get(str(where[0])), where[1:])


def within(value: Value | None, keys: Sequence[str | int | None]) -> Value | None:
    """What is known to stand behind these keys."""
    for key in keys:
        if isinstance(value, Items) and isinstance(key, int) and _counted(value, key):
            value = value.items[key]
        elif isinstance(value, Message):
            value = value.content if key == "content" else None
        elif isinstance(value, Mapping) and isinstance(key, str) and not replaced(value, key):
            value = value.get(key)
        else:
            return None
    return value


def replaced(target: Mapping, key: str) -> bool:
    """Whether a dict of which nothing is known is put into another one behind what that says under a key."""
    if len(target.entries) > MAX_ITEMS:
        last = places(target)
        return last.get(SPREAD, -1) > last.get(key, -1)
    for each, _ in reversed(target.entries):
        if each in (SPREAD, key):
            return each == SPREAD
    return False


def alias(scope: Scope, target: ast.expr, node: ast.expr) -> None:
    """Remember what stands for the same object in two places: `same = messages`, `request = {"messages": messages}`."""
    for keys, value in _places_in(node):
        if type(value) not in _PLACES:
            continue
        here, other = (*place(target), *keys), place(value)
        known = held(scope, other)
        if type(known) in SHARED and other != here and held(scope, here) is known:
            places = scope.same.setdefault(other, {other})
            if len(places) < MAX_SAME:
                places.add(here)
                scope.same[here] = places


def _places_in(node: ast.expr) -> Iterator[tuple[tuple[str | int, ...], ast.expr]]:
    """What stands in lists and dicts that are written out, each with the keys behind which it stands."""
    todo: list[tuple[tuple[str | int, ...], ast.expr]] = [((), node)]
    for keys, each in todo:
        inner: list[tuple[object, ast.expr]] = []
        if type(each) is ast.Dict:
            inner = [(getattr(key, "value", None), value) for key, value in zip(each.keys, each.values, strict=True)]
        elif type(each) is ast.Call and dotted(each.func) == "dict":
            inner = [(keyword.arg, keyword.value) for keyword in each.keywords]
        elif type(each) is ast.List:
            inner = list(enumerate(each.elts))
        else:
            yield keys, each
            continue
        if len(keys) < MAX_WITHIN and len(todo) < MAX_ITEMS:
            todo += [((*keys, key), value) for key, value in inner[:MAX_ITEMS] if isinstance(key, (str, int))]


def renew(scope: Scope, name: str, value: Value) -> None:
    """Give a list or dict that is changed in its place its new value, under all of its names and where it stands."""
    replace(scope, (name,), value)


def replace(scope: Scope, where: Place, value: Value) -> None:
    """Give what is changed at a place its new value, there, wherever else it stands, and in all that it stands in."""
    seen = {where}
    todo = [(where, value)]
    while todo:
        (first, *keys), value = todo.pop()
        name = str(first)
        before = scope.values.get(name)
        if keys and before is not None:
            _set(scope, name, bounded(with_value(before, keys, value), _size(before)))
        elif not keys:
            _set(scope, name, value)
        for depth in range(len(keys) + 1) if scope.same else ():
            others = scope.same.get((name, *keys[:depth]), ())
            old = within(before, keys[:depth]) if others else None
            new = within(scope.values.get(name), keys[:depth])
            if old is None or new is None:
                continue
            for other in others:
                if other not in seen and len(seen) < MAX_SAME and held(scope, other) == old:
                    seen.add(other)
                    todo.append((other, new))


def _set(scope: Scope, name: str, value: Value) -> None:
    """Give a name its new value, and the lists in which it stands that as an item."""
    old = scope.values.get(name)
    scope.values[name] = value
    if type(old) is Message or (type(old) is Mapping and old.get("role") is not None):
        for other, around in scope.values.items():
            if type(around) is Items and len(around.items) <= MAX_ITEMS and any(item is old for item in around.items):
                items = tuple(value if item is old else item for item in around.items)
                scope.values[other] = Items(items, around.span, around.complete)


def with_value(current: Value, keys: Sequence[str | int | None], value: Value) -> Value:
    """A value with another one in it; what is changed at a place that is not known is not known as a whole."""
    if not keys:
        return value
    key, rest = keys[0], keys[1:]
    if isinstance(current, Items):
        size = len(current.items)
        if isinstance(key, int) and size <= MAX_ITEMS and _counted(current, key):
            at = key % size
            changed = with_value(current.items[at], rest, value)
            return Items((*current.items[:at], changed, *current.items[at + 1 :]), current.span, current.complete)
        return Items(current.items, current.span, False) if current.complete else current
    if isinstance(current, Message):
        role, content = current.role, current.content
        if key == "content":
            content = with_value(content, rest, value)
        elif key == "role" and not rest:
            role = role_named(literal(value) or "")
        marked = current.marker or key == "cache_control"
        return Message(role, content, current.span, marked, current.when, current.test, current.turn)
    if isinstance(current, Mapping) and isinstance(key, str) and len(current.entries) <= MAX_ITEMS:
        old = current.get(key)
        if old is None and rest:
            return current
        new = value if old is None or not rest else with_value(old, rest, value)
        entries = tuple((name, new if name == key else item) for name, item in current.entries)
        entries = entries if old is not None else (*entries, (key, new))
        return msgspec.structs.replace(current, entries=entries)
    given = current[0] if isinstance(current, tuple) and len(current) == 1 else None
    if type(given) is Ref and given.call is not None and isinstance(key, str) and not rest:
        # What a function gives back has something else under this key.
        return Mapping(((SPREAD, current), (key, value)), given.fallback.span)
    if isinstance(current, Mapping) and key is None and current.complete and not current.kind:
        return msgspec.structs.replace(current, complete=False)
    return current


def _counted(items: Items, key: int) -> bool:
    """Whether it is known which item of a list stands there, whatever stands beyond it."""
    passed = items.items[: key + 1] if key >= 0 else items.items[key:]
    there = -len(items.items) <= key < len(items.items)
    return there and (key >= 0 or items.complete) and exact(Items(passed, items.span))


def _size(value: Value) -> int:
    return len(value.items) if isinstance(value, Items) else len(value.entries) if isinstance(value, Mapping) else 0
