"""Dicts that others are put into: `{**base, "model": name}`, `settings["tools"] = tools`, `create(**settings)`.

What is put in stands in a `Mapping` under the key `SPREAD`, as far as linking may find out what it holds.
"""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Mapping as Entries

import msgspec

from promptlint.extract import opened
from promptlint.extract.bounds import bounded, full
from promptlint.extract.callsite import CallSite, Evaluate
from promptlint.extract.catalogue import Places
from promptlint.extract.joins import or_default
from promptlint.extract.later import note_any, note_outside
from promptlint.extract.places import SPREAD, held, index, place, replace, with_value
from promptlint.extract.state import File, Scope, fallback_of, single_hole
from promptlint.operations import literal
from promptlint.template import (
    OPEN,
    Apply,
    Arguments,
    Hole,
    Items,
    Mapping,
    Message,
    Ref,
    Span,
    Text,
    Value,
    Volatility,
)

# Methods that change a dict.
CHANGING = frozenset({"update", "setdefault", "pop"})
_LEFT_OUT = "None"
# Keys of one value that are looked up.
MAX_ASKED = 32


def may_be_dict(value: Value) -> bool:
    """Whether linking may find the dict that a value is: what a function is given or gives back, what a name holds."""
    part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    if type(part) is Hole:
        return part.parameter.startswith(SPREAD)
    if type(part) is Apply:
        return part.operation in ("item", OPEN)
    return type(part) is Ref and part.name.partition(".")[0] not in sys.stdlib_module_names


def with_entry(current: Value | None, key: str, value: Value, span: Span) -> Mapping | None:
    """A dict of which only that is known where it comes from, with one entry more; None if it is no such dict."""
    if current is None or isinstance(current, Mapping) or not may_be_dict(current):
        return None
    return Mapping(((SPREAD, current), (key, value)), span)


def change(file: File, scope: Scope, node: ast.Call, method: ast.Attribute, evaluate: Evaluate) -> None:
    """`settings.update(model=name)`, `.setdefault("model", name)` and `.pop("model")` on a dict that is known."""
    where = place(method.value)
    name, current = str(where[0]), held(scope, where)
    if name not in scope.values and name.endswith(".__dict__"):
        note_any(file, scope, node, name.removesuffix(".__dict__"))
    elif name and name not in scope.values:
        note_outside(file, scope, name)
    listed = isinstance(current, tuple) and method.attr == "pop" and _out_of_list(node)
    if listed or (current is None and len(where) > 1):
        opened.change(file, scope, where, node)
        return
    if current is None or isinstance(current, Items):
        return
    if not isinstance(current, Mapping | Message):
        if not may_be_dict(current):
            return
        current = Mapping(((SPREAD, current),), file.span(method.value))
    if full(current) or (isinstance(current, Mapping) and current.kind):
        return
    if method.attr == "update":
        changed: Value = current
        given = [("", each) for each in node.args] + [(each.arg or "", each.value) for each in node.keywords]
        for named, inner in given:
            value = file.unnoted(functools.partial(evaluate, file, scope, inner))
            changed = updated(changed, Mapping(((named, value),), file.span(inner)) if named else value)
    elif isinstance(current, Mapping):
        changed = _with_key(file, scope, node, method.attr, current, evaluate)
    else:
        return
    replace(scope, where, bounded(changed, len(current.entries) if isinstance(current, Mapping) else 0))


def _out_of_list(node: ast.Call) -> bool:
    """Whether `.pop()` or `.pop(0)` takes an item out of a list: out of a dict it takes what stands under a key."""
    return not node.keywords and (not node.args or (len(node.args) == 1 and index(node.args[0]) is not None))


def _with_key(
    file: File, scope: Scope, node: ast.Call, method: str, current: Mapping, evaluate: Evaluate
) -> Mapping:
    """A dict after `.setdefault(key, value)` or `.pop(key)`."""
    entries, complete = list(current.entries), current.complete
    named = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
    if not isinstance(named, str):
        complete = False
    elif method == "pop":
        entries = [(each, value) for each, value in entries if each != named]
        if any(each == SPREAD for each, _ in entries):
            entries.append((named, (Hole(_LEFT_OUT, file.span(node)),)))
    elif len(node.args) > 1:
        default = file.unnoted(lambda: evaluate(file, scope, node.args[1]))
        if (known := current.get(named)) is None:
            entries.insert(0, (named, default))
        else:
            return current.put(named, or_default(named, known, default))
    return Mapping(tuple(entries), current.span, complete)


def updated(current: Value, value: Value) -> Value:
    """A dict, or a message, after others have been put into it: `request |= {"model": name}`."""
    if isinstance(current, Mapping) and not current.kind:
        entries, complete = _updated(list(current.entries), value, current.complete)
        return msgspec.structs.replace(current, entries=tuple(entries), complete=complete)
    if not isinstance(current, Message):
        return current
    if isinstance(value, Message):
        return msgspec.structs.replace(current, role=value.role, content=value.content)
    if not isinstance(value, Mapping) or not value.complete or value.get(SPREAD) is not None:
        # What it says now is not known, nor who says it.
        hole = fallback_of(value)
        content = (hole or Hole("...", current.span),)
        return msgspec.structs.replace(current, role="unknown", content=content)
    for key, item in value.entries:
        current = with_value(current, (key,), item)
    return current


def union(left: Value, right: Value, span: Span) -> Mapping | None:
    """`base | {"prompt": text}`: the dict that two make, None where neither is one in sight."""
    dicts = [value for value in (left, right) if isinstance(value, Mapping) and not value.kind]
    if not dicts or any(full(value) for value in dicts):
        return None
    entries, complete = _updated([], left, True)
    entries, complete = _updated(entries, right, complete)
    united = bounded(Mapping(tuple(entries), span, complete), len(entries))
    return united if isinstance(united, Mapping) else None


def _updated(
    entries: list[tuple[str, Value]], value: Value, complete: bool
) -> tuple[list[tuple[str, Value]], bool]:
    if isinstance(value, Mapping) and not value.kind:
        return [*entries, *value.entries], complete and value.complete
    return [*entries, (SPREAD, value)], complete and may_be_dict(value)


def slots(file: File, site: CallSite, places: Entries[str, Places], given: set[str]) -> list[tuple[str, Value]]:
    """What a call may be given by dicts that are spread into its arguments, by the slots for which nothing else is."""
    found: list[tuple[str, Value]] = []
    target = merged(site.spread, file.span(site.node))
    hole = Hole(site.rest.expression, site.rest.span, member=SPREAD) if site.rest is not None else None
    if target is None or hole is None:
        return found
    for slot, at in places.items():
        keys = [place for place in at if isinstance(place, str) and "." not in place]
        if slot in given or not keys:
            continue
        value: Value = (Hole(_LEFT_OUT, hole.span, Volatility.CONSTANT),)
        for key in reversed(keys):
            value = (Apply("item", target, Arguments(((Text(key, hole.span, False),), value)), hole.span, hole),)
        found.append((slot, value))
    return found


def merged(spread: list[Value] | None, span: Span) -> Mapping | None:
    """The dicts that are spread into a call as one, None if there are none."""
    return Mapping(tuple((SPREAD, value) for value in spread), span) if spread else None


def hidden(value: Value) -> bool:
    """Whether a linked value is one that a dict may hold of which nothing is known."""
    hole = single_hole(value)
    return hole is not None and hole.member == SPREAD


def asked(value: Value) -> set[str]:
    """The keys that are looked up in the `**settings` of the function around a value."""
    found: set[str] = set()
    stack = [value]
    while stack and len(found) < MAX_ASKED:
        part = stack[-1][0] if isinstance(stack[-1], tuple) and len(stack[-1]) == 1 else None
        stack.pop()
        if type(part) is not Apply or part.operation != "item":
            continue
        key, *default = part.arguments.positional
        if (word := literal(key)) is not None and _from_gathered(part.target):
            found.add(word)
        stack += default
    return found


def _from_gathered(value: Value) -> bool:
    """Whether a value is the `**settings` of a function, or a dict that they are put into."""
    if isinstance(value, Mapping):
        return any(key == SPREAD and _from_gathered(item) for key, item in value.entries)
    hole = single_hole(value)
    return hole is not None and hole.parameter.startswith(SPREAD)
