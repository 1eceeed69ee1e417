"""Items of a list that is written out: which of them a condition in the body of the loop over it leaves."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from promptlint.extract.correlated import words_of
from promptlint.extract.iteration import Rows, bind_item, condition_text
from promptlint.extract.state import File, Scope
from promptlint.extract.volatility import dotted
from promptlint.operations import literal
from promptlint.template import Items, Mapping, Value

# Functions that leave what they are given as it is.
_THROUGH = frozenset({"enumerate", "reversed", "sorted", "list", "tuple", "zip"})
# Conditions within each other.
MAX_DEPTH = 4


def narrow(file: File, branch: Scope, other: Scope, test: ast.expr) -> list[dict[str, Value]]:
    """Leave the names of items in two branches what they may be where a condition holds, and where it does not.

    Gives what the names that stand for less now stand for.
    """
    return [each for each in (_narrow(file, branch, test, True), _narrow(file, other, test, False)) if each]


def _narrow(file: File, scope: Scope, test: ast.expr, holds: bool) -> dict[str, Value]:
    """Leave the names of an item what they may be where a condition holds, or not: `if case["kind"] == "short"`."""
    rows = next((scope.rows[name] for name in _roots(test) if name in scope.rows), None)
    if rows is None or any(scope.values.get(name) is not value for name, value in rows.bound.items()):
        # A name has another value by now.
        return {}
    listed = rows.items
    items = listed.items
    left = tuple(item for item in items if _holds(test, rows.target, item) is not (not holds))
    if not left or len(left) == len(items) or not _left_alone(file, rows):
        return {}
    # A branch may share its values with what stands in front of it.
    before, scope.values = rows.bound, {**scope.values, **rows.holes}
    asked = condition_text(file, test)
    over = f"{condition_text(file, rows.node)} {'with' if holds else 'without'} {asked}"
    kept = Items(left, listed.span)
    bind_item(file, scope, rows.target, kept, False, rows.node, over)
    after = {name: scope.values[name] for name in before}
    less = Rows(rows.target, kept, rows.node, rows.holes, after)
    scope.rows = {**scope.rows, **dict.fromkeys(before, less)}
    return {name: after[name] for name, value in before.items() if after[name] is not value}


def widen(scope: Scope, branches: Sequence[Scope], narrowed: Sequence[dict[str, Value]]) -> None:
    """Behind a condition, where more than one branch goes on, names that these have left alone are any item again."""
    if len(branches) == 1 and narrowed:
        scope.rows = branches[0].rows
    for name in {name for each in narrowed for name in each} if len(branches) > 1 else ():
        less = [each[name] for each in narrowed if name in each]
        for branch in branches:
            if any(branch.values.get(name) is value for value in less):
                branch.values[name] = scope.values[name]


class _Uses:
    """What the names of a file are used for, all of its functions taken together.

    `lists` are the names with which more is done than that they are gone through, `items` those of which more is asked
    than what stands under a key; `drawn` has the names of the items of each list that is gone through.
    """

    def __init__(self, body: Sequence[ast.stmt]) -> None:
        self.lists, self.items = set[str](), set[str]()
        self.drawn: dict[str, set[str]] = {}
        nodes = [each for statement in body for each in ast.walk(statement)]
        gone: set[int] = set()
        for node in nodes:
            if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
                target, counted = node.target, isinstance(node.iter, ast.Call) and dotted(node.iter.func) == "enumerate"
                if counted and isinstance(target, ast.Tuple):
                    target = target.elts[-1]
                named = {part.id for part in ast.walk(target) if type(part) is ast.Name}
                gone.update(map(id, over := _lists(node.iter)))
                for each in over:
                    self.drawn.setdefault(each.id, set()).update(named)
            elif isinstance(node, ast.Call) and dotted(node.func) == "len":
                gone.update(map(id, node.args))
        for node in nodes:
            read = _read(node)
            for part in ast.iter_child_nodes(node):
                if type(part) is ast.Name and type(part.ctx) is not ast.Store:
                    if part is not read:
                        self.items.add(part.id)
                    if id(part) not in gone:
                        self.lists.add(part.id)


def _lists(over: ast.expr) -> list[ast.Name]:
    """The names of the lists that a loop goes through: `cases`, `enumerate(cases, 1)`."""
    if isinstance(over, ast.Name):
        return [over]
    through = isinstance(over, ast.Call) and dotted(over.func) in _THROUGH
    return [each for each in over.args if isinstance(each, ast.Name)] if through and isinstance(over, ast.Call) else []


def _read(node: ast.AST) -> ast.expr | None:
    """The dict of which an expression reads a key."""
    match node:
        case ast.Subscript(value=owner, ctx=ast.Load()) | ast.Attribute(value=owner, attr="get"):
            return owner
    return None


def _left_alone(file: File, rows: Rows) -> bool:
    """Whether a list and its items are what is written there: nothing else has them that could change them."""
    # Kept beside what is known of the file's loops.
    uses = file.turns.get(id(file.body))
    if uses is None:
        uses = file.turns[id(file.body)] = _Uses(file.body)
    lists = {each.id for each in _lists(rows.node)}
    named = {name for each in lists for name in uses.drawn.get(each, ())}
    named |= {name for name, value in rows.bound.items() if type(value) is Mapping or type(value) is Items}
    simple = {name for name, value in rows.bound.items() if isinstance(value, tuple)}
    return bool(uses.lists.isdisjoint(lists) and uses.items.isdisjoint(named - simple))


def _roots(test: ast.expr, depth: int = 0) -> list[str]:
    """The names whose values, or parts of them, a condition compares with constants."""
    if isinstance(test, ast.BoolOp) and depth < MAX_DEPTH:
        return [name for each in test.values for name in _roots(each, depth + 1)]
    if isinstance(test, ast.UnaryOp) and depth < MAX_DEPTH:
        return _roots(test.operand, depth + 1)
    node = test.left if isinstance(test, ast.Compare) else test
    place = _place(node)
    return [place[0]] if place is not None else []


def _place(node: ast.expr) -> tuple[str, str | int | None] | None:
    """A name, or what stands in it under a key: `case["kind"]`, `case.get("kind")`; the key None for all of it."""
    if type(node) is ast.Name:
        return node.id, None
    match node:
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str() | int() as key)):
            return name, key
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get"), args=[ast.Constant(value=str() as key)]):
            return name, key
    return None


def _holds(test: ast.expr, target: ast.expr, item: Value, depth: int = 0) -> bool | None:
    """Whether a condition holds of an item; None where that is not known."""
    if depth >= MAX_DEPTH:
        return None
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        holds = _holds(test.operand, target, item, depth + 1)
        return None if holds is None else not holds
    if isinstance(test, ast.BoolOp):
        each = [_holds(one, target, item, depth + 1) for one in test.values]
        decided = isinstance(test.op, ast.Or)
        return decided if decided in each else None if None in each else not decided
    if not isinstance(test, ast.Compare):
        there = _said(test, target, item)
        return None if there is None else bool(there)
    if len(test.ops) != 1 or isinstance(test.ops[0], ast.Is | ast.IsNot):
        return None
    words, said = words_of(test.ops[0], test.comparators[0]), _said(test.left, target, item)
    if words is None or not said or not all(isinstance(word, str) for word in words):
        # An empty text may stand for None.
        return None
    return (said in words) is isinstance(test.ops[0], ast.Eq | ast.In)


def _said(node: ast.expr, target: ast.expr, item: Value) -> str | None:
    """The text that stands at a place of an item."""
    place = _place(node)
    value = _named(target, place[0], item) if place is not None else None
    if place is None or value is None:
        return None
    key = place[1]
    if key is None:
        return literal(value)
    if type(value) is Items and isinstance(key, int) and value.complete and -len(value.items) <= key < len(value.items):
        return literal(value.items[key])
    if type(value) is Mapping and isinstance(key, str) and value.complete and not value.kind:
        held = value.get(key)
        return literal(held) if held is not None else None
    return None


def _named(target: ast.expr, name: str, item: Value) -> Value | None:
    """What a name of a loop's target stands for where that is an item."""
    if type(target) is ast.Name:
        return item if target.id == name else None
    if not isinstance(target, ast.Tuple) or type(item) is not Items or len(item.items) != len(target.elts):
        return None
    found = (_named(each, name, inner) for each, inner in zip(target.elts, item.items, strict=True))
    return next((value for value in found if value is not None), None)
