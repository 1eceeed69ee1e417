"""What functions of a file set in the dicts and objects that they are given, or that the function around them has."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator

from promptlint.extract import lists
from promptlint.extract.joins import join_branches
from promptlint.extract.later import UNCHANGED, note_object, note_outside
from promptlint.extract.places import SPREAD, index, renew, with_value, within
from promptlint.extract.state import File, Scope, textual
from promptlint.extract.volatility import of_name, walk
from promptlint.template import LOST, Apply, Arguments, Condition, Hole, Items, Mapping, Ref, Text, Value

# Nodes of a function that are looked at, and what it sets.
MAX_NODES, MAX_SET = 2_000, 20
# What is set in a parameter: whether it is an attribute, and its name; None for an item whose key is not known.
Set = tuple[bool, str | int | None]
# The name itself is given another value.
_ANEW: Set = (True, "")


def note(file: File, scope: Scope, node: ast.Call, name: str) -> None:
    """A function of the file is called: what it sets in what it is given is not known from here on."""
    function = file.definitions[name][0]
    if isinstance(function, ast.ClassDef):
        return
    taken = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    given = [*zip(taken, node.args, strict=False), *((each.arg, each.value) for each in node.keywords if each.arg)]
    for parameter, value in given:
        if type(value) is ast.Name and _may_be_set(file, scope, value.id):
            if name not in file.tuned:
                file.tuned[name] = _sets(function)
            for one in file.tuned[name].get(parameter, ()):
                _set(file, scope, value.id, one, node)


def note_within(file: File, scope: Scope, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    """A function within this one sets items of its dicts and lists: from here on these are not known."""
    if not any(isinstance(value, Items | Mapping) and textual(value) for value in scope.values.values()):
        return
    own = {each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    for name, found in _sets(node).items():
        value = scope.values.get(name)
        if isinstance(value, Items | Mapping) and textual(value) and name not in own and _ANEW not in found:
            for one in found:
                _set(file, scope, name, one, node)


def _may_be_set(file: File, scope: Scope, name: str) -> bool:
    """Whether a name may stand for a dict or an object, and not just for a text, or what only run time knows."""
    value = scope.values.get(name)
    if value is None:
        return name in file.known and scope.kind == "function"
    made = isinstance(value, tuple) and len(value) == 1 and type(value[0]) is Ref and value[0].call is not None
    return isinstance(value, Mapping) or made


def _sets(function: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, tuple[Set, ...]]:
    """By name what a function sets in what has that name."""
    found: dict[str, dict[Set, None]] = {}
    for name, one in _all_set(function):
        known = found.setdefault(name, {})
        if len(known) < MAX_SET:
            known[one] = None
    return {name: tuple(known) for name, known in found.items()}


def _all_set(function: ast.AST) -> Iterator[tuple[str, Set]]:
    for number, node in enumerate(walk(function)):
        if number > MAX_NODES:
            return
        if type(node) is ast.Call:
            if type(node.func) is not ast.Name or node.func.id != "setattr":
                continue
        elif type(node) not in _SETTING or type(node.ctx) is not ast.Store:  # type: ignore[attr-defined]
            continue
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute, ctx=ast.Store()):
                yield name, (True, attribute)
            case ast.Name(id=name, ctx=ast.Store()):
                yield name, _ANEW
            case ast.Subscript(value=ast.Name(id=name), slice=key, ctx=ast.Store()):
                at = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else index(key)
                yield name, (False, at)
            case ast.Call(func=ast.Name(id="setattr"), args=[ast.Name(id=name), ast.Constant(value=str(attribute)), _]):
                yield name, (True, attribute)


# What may set something where it is no call: of most nodes no more is asked.
_SETTING = frozenset({ast.Attribute, ast.Name, ast.Subscript})


def _set(file: File, scope: Scope, name: str, one: Set, node: ast.stmt | ast.Call) -> None:
    if one == _ANEW:
        return
    attribute, key = one
    value = scope.values.get(name)
    written = f"{name}.{key}" if attribute else name if key is None else f'{name}[{json.dumps(key)}]'
    hole = Hole(written, file.span(node), of_name(str(key))[0], LOST)
    if attribute:
        if value is None or scope.kind == "module":
            note_object(file, scope, written, (hole,))
        else:
            lists.track(file, scope, written)
            scope.values[written] = (hole,)
    elif value is None:
        if isinstance(key, str):
            note_outside(file, scope, name, key, (hole,))
    elif (changed := _changed(value, key, hole)) is not None:
        renew(scope, name, changed)


def _changed(value: Value, key: str | int | None, hole: Hole) -> Value | None:
    """A dict or a list with what stood at a place, or something else."""
    if isinstance(value, tuple):
        if not isinstance(key, str):
            return None
        item = Apply("item", value, Arguments(((Text(key, hole.span, False),),)), hole.span, hole)
        return Mapping(((SPREAD, value), (key, _either((item,), hole))), hole.span)
    if isinstance(value, Mapping) and value.kind:
        return None
    if isinstance(value, Mapping) and not isinstance(key, str):
        return Mapping(tuple((each, _either(item, hole)) for each, item in value.entries), value.span, False)
    if isinstance(value, Items) and key is None:
        return Items(tuple(_either(item, hole) for item in value.items), value.span, False)
    return with_value(value, (key,), _either(within(value, (key,)), hole))


def _either(value: Value | None, hole: Hole) -> Value:
    if not isinstance(value, tuple):
        return value if value is not None else (hole,)
    return join_branches(Condition(f"{hole.expression}{UNCHANGED}"), value, (hole,))
