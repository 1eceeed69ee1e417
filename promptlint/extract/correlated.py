"""Conditions that a function asks more than once: a way on which one holds and does not hold is none."""

from __future__ import annotations

import ast
from typing import Any, TypeAlias

import msgspec

from promptlint.extract.state import File, Scope
from promptlint.extract.volatility import NAMES, dotted
from promptlint.template import (
    Apply,
    Arguments,
    Choice,
    Condition,
    Hole,
    Items,
    Mapping,
    Message,
    Part,
    Ref,
    Repeat,
    Template,
    Text,
    Value,
)

# Conditions of one function that are remembered, operators in each other in one, and words that it asks for.
MAX_ASKED, MAX_DEPTH, MAX_WORDS = 256, 4, 32
# Levels of a value that are looked at, and parts in all for one condition.
MAX_LEVELS, MAX_STEPS = 40, 2_000

# What a condition asks: that a name is one of some constants, that something (source text) is true; and "not", "and"
# and "or" of those.
Asks: TypeAlias = tuple[str, Any]
# What holds on a way: of what is asked for truth, whether it is; of names the constants that they are one of, or None
# where that is not known, and those that they are not.
_Known: TypeAlias = tuple[dict[str, bool], dict[str, tuple[frozenset[Any] | None, frozenset[Any]]]]


class Asked(msgspec.Struct, frozen=True):
    """A condition that was asked, and what its names stood for then, at which loop.

    What it asks is worked out when something asks for one of these names again: of most nothing does.
    """

    node: ast.expr
    names: frozenset[str]
    stood: tuple[object, ...]


def ask(file: File, scope: Scope, node: ast.expr, text: str) -> None:
    """Remember a condition; one that was asked before of other values is ambiguous from here on."""
    if len(scope.asked) >= MAX_ASKED:
        return
    names = _names(node)
    if names is None:
        return
    now = Asked(node, names, _stand(file, scope, names))
    before = scope.asked.get(text, now)
    scope.asked[text] = now if before is now or (before is not None and _alike(before, now)) else None
    asks = scope.asks
    for name in names:
        asks[name] = asks.get(name, 0) + 1


def _alike(one: Asked, other: Asked) -> bool:
    return all(was is stands for was, stands in zip(one.stood, other.stood, strict=True))


def _stand(file: File, scope: Scope, names: frozenset[str]) -> tuple[object, ...]:
    get = scope.values.get
    return (file.loops[-1] if file.loops else None, *map(get, sorted(names) if len(names) > 1 else names))


_WRITTEN = frozenset({ast.List, ast.Tuple, ast.Set})


def _names(node: ast.expr) -> frozenset[str] | None:
    """The names that a condition is about, and what is in front of their dots; None if it asks for anything else."""
    found: set[str] = set()
    todo: list[Any] = [node]
    while todo:
        each = todo.pop()
        kind = type(each)
        if kind is ast.Name:
            found.add(each.id)
        elif kind is ast.Attribute:
            name = _name(each)
            if not name:
                return None
            found.update((name, name.partition(".")[0]))
        elif kind is ast.BoolOp:
            todo += each.values
        elif kind is ast.UnaryOp:
            todo.append(each.operand)
        elif kind is ast.Compare:
            todo += (each.left, *each.comparators)
        elif kind in _WRITTEN:
            todo += each.elts
        elif kind is not ast.Constant:
            return None
    return frozenset(found) if found else None


def _asks(node: ast.expr, depth: int) -> Asks:
    if depth < MAX_DEPTH:
        if isinstance(node, ast.BoolOp):
            kind = "and" if isinstance(node.op, ast.And) else "or"
            return kind, tuple(_asks(each, depth + 1) for each in node.values)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return "not", (_asks(node.operand, depth + 1),)
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and (name := _name(node.left)):
            words = words_of(node.ops[0], node.comparators[0])
            if words is not None:
                asked: Asks = ("one", (name, words))
                opposite = isinstance(node.ops[0], ast.NotEq | ast.IsNot | ast.NotIn)
                return ("not", (asked,)) if opposite else asked
    return "true", _name(node) or ast.unparse(node)


def _name(node: ast.expr) -> str:
    """A name, with what stands behind its dots; "" for anything else."""
    name = dotted(node) if type(node) in NAMES else ""
    return "" if name.startswith(".") else name


def words_of(operator: ast.cmpop, right: ast.expr) -> frozenset[Any] | None:
    """The constants that a comparison asks for: texts, numbers, `None`."""
    if isinstance(operator, ast.Eq | ast.NotEq | ast.Is | ast.IsNot):
        each = [right]
    elif isinstance(operator, ast.In | ast.NotIn) and isinstance(right, ast.List | ast.Tuple | ast.Set):
        each = right.elts
    else:
        return None
    values = [one.value for one in each if isinstance(one, ast.Constant)]
    return frozenset(values) if len(values) == len(each) <= MAX_WORDS else None


def _assume(asks: Asks, holds: bool, known: _Known) -> None:
    """Add to what is known that a condition holds, or does not."""
    kind, inner = asks
    if kind == "not":
        _assume(inner[0], not holds, known)
    elif kind in ("and", "or"):
        if holds == (kind == "and"):
            for each in inner:
                _assume(each, holds, known)
    elif kind == "true":
        known[0][inner] = holds
    else:
        name, words = inner
        among, out = known[1].get(name, (None, frozenset()))
        if holds:
            among = words if among is None else among & words
        else:
            out |= words
        known[1][name] = (None if among is None else among - out, out)


def _holds(asks: Asks, known: _Known) -> bool | None:
    """Whether a condition holds where this is known; None if that does not tell."""
    kind, inner = asks
    if kind == "not":
        found = _holds(inner[0], known)
        return None if found is None else not found
    if kind in ("and", "or"):
        each = [_holds(one, known) for one in inner]
        deciding = kind == "or"
        return deciding if deciding in each else None if None in each else not deciding
    if kind == "true":
        among = known[1].get(inner, (None,))[0]
        truths = {bool(word) for word in among} if among else set()
        return known[0].get(inner, truths.pop() if len(truths) == 1 else None)
    name, words = inner
    among, out = known[1].get(name, (None, frozenset()))
    if among is not None:
        return True if among and among <= words else None if among & words else False
    if words <= out:
        return False
    # What is true is not None.
    return False if known[0].get(name) is True and not any(words) else None


# Parts in which there is no way.
_PLAIN = frozenset({Text, Hole, Ref})


class _Ways:
    """Takes the ways out of values that a condition, or its opposite, makes impossible."""

    def __init__(self, file: File, scope: Scope) -> None:
        self.file, self.scope = file, scope
        self.steps = 0
        self.live: dict[str, Asks | None] = {}

    def asks(self, text: str) -> Asks | None:
        """What a condition asked, if its names stand for the same as when it was asked."""
        if text not in self.live:
            asked = self.scope.asked.get(text)
            now = asked is not None and all(
                was is stands
                for was, stands in zip(asked.stood, _stand(self.file, self.scope, asked.names), strict=True)
            )
            self.live[text] = _asks(asked.node, 0) if asked is not None and now else None
        return self.live[text]

    def value(self, value: Value, known: _Known, level: int = 0) -> Value:
        if isinstance(value, tuple):
            return self.template(value, known, level)
        if type(value) is Items:
            items = self.items(value.items, known, level) if level < MAX_LEVELS else value.items
            return value if items is value.items else msgspec.structs.replace(value, items=items)
        if type(value) is Message and level < MAX_LEVELS:
            content = self.value(value.content, known, level + 1)
            return value if content is value.content else msgspec.structs.replace(value, content=content)
        if type(value) is Mapping and level < MAX_LEVELS:
            entries = tuple((key, self.value(each, known, level + 1)) for key, each in value.entries)
            same = _same([each for _, each in entries], [each for _, each in value.entries])
            return value if same else msgspec.structs.replace(value, entries=entries)
        return value

    def behind(self, value: Value, front: int, known: _Known) -> Value:
        """A value of which so many parts, or items, in front are left as they are."""
        if isinstance(value, tuple):
            rest = value[front:]
            kept = self.template(rest, known, 0)
            return value if kept is rest else (*value[:front], *kept)
        if type(value) is Items:
            items = self.items(value.items[front:], known, 0)
            return msgspec.structs.replace(value, items=(*value.items[:front], *items))
        return self.value(value, known)

    def items(self, items: tuple[Value, ...], known: _Known, level: int) -> tuple[Value, ...]:
        found = tuple(self.value(item, known, level + 1) for item in items if self.sent(item, known))
        return items if _same(found, items) else found

    def sent(self, item: Value, known: _Known) -> bool:
        """Whether an item of a list is there on some way: not a message under a condition that does not hold."""
        if type(item) is not Message:
            return True
        found = [(self.asks(text), holds) for text, holds in item.when]
        return all(asks is None or _holds(asks, known) in (None, holds) for asks, holds in found)

    def template(self, template: Template, known: _Known, level: int) -> Template:
        self.steps += len(template)
        if _PLAIN.issuperset(map(type, template)):
            return template
        if self.steps > MAX_STEPS or level > MAX_LEVELS:
            return template
        parts: list[Part] = []
        for part in template:
            match part:
                case Choice():
                    parts.extend(self.choice(part, known, level))
                case Repeat():
                    body = self.template(part.body, known, level + 1)
                    parts.append(part if body is part.body else msgspec.structs.replace(part, body=body))
                case Apply():
                    target = self.value(part.target, known, level + 1)
                    parts.append(part if target is part.target else msgspec.structs.replace(part, target=target))
                case _:
                    parts.append(part)
        return template if _same(parts, template) else tuple(parts)

    def choice(self, choice: Choice, known: _Known, level: int) -> Template:
        asks = self.asks(choice.condition) if len(choice.branches) == 2 else None
        holds = None if asks is None else _holds(asks, known)
        if holds is not None:
            return self.template(choice.branches[0 if holds else 1], known, level + 1)
        branches = []
        for number, branch in enumerate(choice.branches):
            inner: _Known = known
            if asks is not None:
                inner = (known[0].copy(), known[1].copy())
                _assume(asks, number == 0, inner)
            branches.append(self.template(branch, inner, level + 1))
        return (
            (choice,)
            if _same(branches, choice.branches)
            else (msgspec.structs.replace(choice, branches=tuple(branches)),)
        )


def _same(one: Any, other: Any) -> bool:
    return len(one) == len(other) and all(each is its for each, its in zip(one, other, strict=True))


def possible(file: File, scope: Scope, condition: Condition, first: Value, second: Value) -> tuple[Value, Value]:
    """What a value is where a condition holds and where it does not, less what is impossible there.

    What both begin with stays as it is: what stands in a text once stays there once.
    """
    if not _repeated(scope, condition) or (_plain(first) and _plain(second)):
        return first, second
    ways = _Ways(file, scope)
    asks = ways.asks(condition.text)
    if asks is None:
        return first, second
    front = _common(_parts(first), _parts(second))
    holds, fails = _nothing(), _nothing()
    _assume(asks, True, holds)
    _assume(asks, False, fails)
    return ways.behind(first, front, holds), ways.behind(second, front, fails)


def reached(file: File, scope: Scope, value: Value) -> Value:
    """What a value is where the statement stands that is read, less what the conditions around it make impossible."""
    if not scope.guards or _plain(value) or not any(_repeated(scope, condition) for condition, _ in scope.guards):
        # Most of what is given back is plain: whatever holds, nothing in it is left out.
        return value
    if type(value) is Mapping and all(_plain(each) for _, each in value.entries):
        return value
    ways = _Ways(file, scope)
    known = _nothing()
    for condition, holds in scope.guards:
        asks = ways.asks(condition.text)
        if asks is not None:
            _assume(asks, holds, known)
    return ways.value(value, known)


def given_here(file: File, scope: Scope, given: Arguments) -> Arguments:
    """The arguments of a call, less what the conditions around it make impossible."""
    positional = tuple([reached(file, scope, value) for value in given.positional])
    keywords = tuple([(key, reached(file, scope, value)) for key, value in given.keywords])
    return Arguments(positional, keywords, given.complete)


def _plain(value: Value) -> bool:
    """Whether a value is a text in which no other stands: there is one way through it."""
    return type(value) is tuple and _PLAIN.issuperset(map(type, value))


def _repeated(scope: Scope, condition: Condition) -> bool:
    """Whether a function asks more than once for something that a condition is about."""
    asked = scope.asked.get(condition.text)
    if asked is not None:
        for name in asked.names:
            if scope.asks[name] > 1:
                return True
    return False


def _nothing() -> _Known:
    return {}, {}


def _parts(value: Value) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else value.items if type(value) is Items else ()


def _common(one: tuple[Any, ...], other: tuple[Any, ...]) -> int:
    """How many parts, or items, two values begin with alike."""
    front = 0
    while front < min(len(one), len(other)) and one[front] == other[front]:
        front += 1
    return front
