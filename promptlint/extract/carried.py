"""What a turn of a loop leaves for the next one: names that it reads before it gives them a new value."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from promptlint.extract import places
from promptlint.extract.callsite import Evaluate
from promptlint.extract.collections import MAX_DRAWN
from promptlint.extract.facts import SEVERAL
from promptlint.extract.iteration import condition_text
from promptlint.extract.lists import GROWING
from promptlint.extract.state import File, Scope, has_text, single_hole, state_of, textual
from promptlint.extract.turns import MAX_NODES, Loop, all_text, body_text, named_text
from promptlint.extract.volatility import CONSTANT, NAMES, UNKNOWN, State, children, dotted, of_name, strongest, terms
from promptlint.extract.without import Marks, Without
from promptlint.operations import literal, several
from promptlint.template import (
    Apply,
    Choice,
    Hole,
    Items,
    Mapping,
    Message,
    Ref,
    Repeat,
    Template,
    Value,
    Volatility,
)

# Values that the body of a loop gives one name; of more nothing is told but that it changes.
MAX_LATER = 3
# Keys behind each other.
MAX_KEYS = 3
# Keywords of calls that ask a model: what these give is new with every turn.
_ASKING = frozenset({"messages", "input", "prompt", "contents"})
# Methods that make a text of a list.
_WRITING = frozenset({"join", "format", "dumps", "str"})
# What holds statements but for those of a scope of their own, and where, from the last to the first.
_BLOCKS: dict[type, tuple[str, ...]] = {
    ast.If: ("orelse", "body"),
    ast.For: ("orelse", "body"),
    ast.AsyncFor: ("orelse", "body"),
    ast.While: ("orelse", "body"),
    ast.Try: ("finalbody", "orelse", "handlers", "body"),
    ast.TryStar: ("finalbody", "orelse", "handlers", "body"),
    ast.With: ("body",),
    ast.AsyncWith: ("body",),
    ast.Match: ("cases",),
    ast.ExceptHandler: ("body",),
    ast.match_case: ("body",),
}
_NEW: State = (Volatility.REQUEST, "loop")


class Carried(msgspec.Struct):
    """What stands for earlier turns: the marks of every name, and where in `Facts.drawn` what a turn leaves is kept.

    `parameters` are the names that hold one of the function until a turn gives them something else.
    """

    marks: dict[str, Marks] = msgspec.field(default_factory=dict)
    left: dict[str, int] = msgspec.field(default_factory=dict)
    parameters: dict[str, str] = msgspec.field(default_factory=dict)


class _Given(msgspec.Struct):
    """What the body of a loop gives to one name: new values with their targets, and what it adds to the one it has."""

    later: list[tuple[ast.expr, ast.expr | None]] = msgspec.field(default_factory=list)
    grown: list[ast.expr] = msgspec.field(default_factory=list)
    # What is added are items of a list.
    items: bool = False


def carry(file: File, scope: Scope, loop: Loop, evaluate: Evaluate) -> Carried:
    """Let names of known values be, in the body of a loop, what they were before it or what a turn of it has left.

    Only those that the body reads before it gives them a value on every way. Lists of messages are left as they are:
    of these requests know that earlier turns add to them.
    """
    text = body_text(file, loop)
    given = _given(loop.body, text)
    # Which item of a list that turns add to stands at a place, another turn tells otherwise.
    known = {
        name for name in given
        if _known(_value(scope, name)) and (_of_dict(name) or name.partition("[")[0] not in given or "[" not in name)
    }
    _forget_makers(scope, given)
    parameters = {name: parameter for name in given if (parameter := _parameter(_value(scope, name)))}
    if known or parameters:
        read = {name for name, one in given.items() if _mentions(text, name) > len(one.later) + len(one.grown)}
        known &= read
        parameters = {name: parameter for name, parameter in parameters.items() if name in read}
    carried = Carried()
    if not known and not parameters:
        return carried
    reads = _Reads(known.union(parameters))
    reads.block(loop.body, set() if isinstance(loop, ast.While) else _named(loop.target))
    if not reads.found:
        return carried
    side = _changing(file, scope, given)
    carried.parameters = {name: parameters[name] for name in sorted(parameters.keys() & reads.found)}
    # A parameter stays one for those who call; what stands in a message is not what they give after the first turn.
    within = {name for name in carried.parameters if "[" in name}
    for name in sorted(reads.found & (known | within)):
        before, one = _value(scope, name), _Entry(file, side, loop, name, given[name], evaluate, carried)
        marks = carried.marks.setdefault(name.partition("[")[0], {})
        if isinstance(before, tuple):
            _put(scope, name, one.text(before, marks))
        elif isinstance(before, Items) and name in reads.written and given[name].grown and _texts(before):
            _put(scope, name, one.lines(before, marks))
        elif isinstance(before, Items) and given[name].later:
            _put(scope, name, msgspec.structs.replace(before, complete=False))
        elif isinstance(before, Mapping | Message) and given[name].later and not _sends(before):
            # Another object, dict or message stands for it then. Which agent or client it is, is left as it is.
            _put(scope, name, (file.hole(given[name].later[0][0], *of_name(name)),))
    return carried


def _mentions(text: str, name: str) -> int:
    """How often a name stands in the text of a body at most; one that is only given values and added to is not read."""
    return text.count(name.partition("[")[0].rpartition(".")[2])


def _forget_makers(scope: Scope, given: dict[str, _Given]) -> None:
    """What makes the object that a name stands for is one call or another, where a turn leaves another object."""
    for name in scope.made.keys() & given.keys():
        if given[name].later:
            scope.made[name] = (*scope.made[name][:2], SEVERAL)


def restore(file: File, before: Scope, after: Scope, carried: Carried) -> None:
    """Take out of the values of names, behind the body of a loop, what stood in them for its earlier turns.

    What is left of them is what a turn leaves for the next one.
    """
    for name, marks in carried.marks.items():
        was, value = before.values.get(name), after.values.get(name)
        if value is not None:
            kept = Without(marks).value(value)
            after.values[name] = was if was is not None and kept == was else kept
    for name, index in carried.left.items():
        value = _value(after, name)
        if value is not None and textual(value):
            file.facts.drawn[index] = value
    for name, parameter in carried.parameters.items():
        value = _value(after, name)
        if value is not None and textual(value) and file.function:
            file.facts.left.append((file.function, parameter, value))


def _known(value: Value | None) -> bool:
    """Whether a value is a text, a constant, a list, or what is made in sight."""
    if isinstance(value, tuple):
        hole = single_hole(value)
        return textual(value) or not value or (hole is not None and (hole.volatility, hole.origin) == CONSTANT)
    return value is not None


def _sends(value: Value) -> bool:
    return isinstance(value, Mapping) and value.get("@provider") is not None


def _parameter(value: Value | None) -> str:
    """The parameter of the function that a value is, or ""."""
    hole = single_hole(value) if isinstance(value, tuple) else None
    return hole.parameter if hole is not None and hole.parameter[:5] != "self." else ""


def _texts(value: Items) -> bool:
    return all(isinstance(item, tuple) for item in value.items)


def _perhaps_list(value: Template) -> bool:
    """Whether a value may turn out to be a list: what a call gives back, or an item of something."""
    part = value[0] if len(value) == 1 else None
    return (type(part) is Ref and part.call is not None) or (type(part) is Apply and part.operation == "item")


def _value(scope: Scope, name: str) -> Value | None:
    """The value of a name, or of what stands in it under keys ("state[draft]", "messages[0][content]")."""
    return places.held(scope, _place(name)) if "[" in name else scope.values.get(name)


def _put(scope: Scope, name: str, value: Value) -> None:
    """Give a name, or what stands in it under keys, another value."""
    whole, *keys = _place(name)
    if keys:
        places.renew(scope, str(whole), places.with_value(scope.values[str(whole)], keys, value))
    else:
        scope.values[name] = value


def _place(name: str) -> places.Place:
    """A name and the keys behind it."""
    whole, *keys = name.replace("]", "").split("[")
    return (whole, *(int(key) if key.lstrip("-").isdecimal() else key for key in keys))


def _of_dict(name: str) -> bool:
    """Whether a name is that of what stands in a dict: other things in it are other values."""
    key = name.partition("[")[2]
    return bool(key) and "[" not in key and not key[:-1].lstrip("-").isdecimal()


def _key(node: ast.expr) -> str:
    """The dotted name of an expression, with the keys of a dict or a list behind it ("state[draft]"); "" of others."""
    if type(node) in NAMES:
        return dotted(node)
    keys = ""
    for _ in range(MAX_KEYS):
        if not isinstance(node, ast.Subscript):
            break
        key = places.index(node.slice) if not isinstance(node.slice, ast.Constant) else node.slice.value
        if not isinstance(key, str | int) or "]" in str(key) or "[" in str(key):
            return ""
        keys = f"[{key}]{keys}"
        node = node.value
    return f"{dotted(node)}{keys}" if type(node) in NAMES else ""


class _Entry:
    """The value of a name where a turn of a loop begins."""

    def __init__(
        self, file: File, scope: Scope, loop: Loop, name: str, given: _Given, evaluate: Evaluate, carried: Carried
    ) -> None:
        self.file, self.scope, self.loop, self.name, self.given = file, scope, loop, name, given
        self.evaluate, self.carried = evaluate, carried

    def text(self, before: Template, marks: Marks) -> Template:
        """A text, or a constant: what it was, or what is given to it later, and what is added to it."""
        grown = [] if self.given.items or _perhaps_list(before) else self.given.grown
        later: list[tuple[int, Template]] = []
        for target, node in self.given.later:
            template = self.later(target, node)
            if template != before and all(template != other for _, other in later):
                later.append((target.lineno, template))
        entry = before
        hidden = len(later) > MAX_LATER or (
            # Of a model one name is not told where others may stand for it.
            "model" in self.name.lower() and any(literal(template) is None for _, template in later)
        )
        run_time = single_hole(before) is not None and not _parameter(before)
        if run_time and not any(has_text(template) for _, template in later):
            hidden = bool(later or grown)
        if hidden:
            states = [state_of(template) for _, template in later]
            states += [_NEW] if grown else []
            place = [target for target, _ in self.given.later] + grown
            hole = self.left(place[0], strongest(states))
            marks[id(hole)] = (hole, before)
            return (hole,)
        if later:
            *others, (_, other) = later
            for row, template in reversed(others):
                other = (Choice(f"{self.name} is as set at line {row}", (template, other)),)
            choice = Choice(f"{self.name} is as before the loop at line {self.loop.lineno}", (before, other))
            marks[id(choice)] = (choice, before)
            entry = (choice,)
        return (*entry, self.turns(marks)) if grown else entry

    def lines(self, before: Items, marks: Marks) -> Items:
        """A list of texts, with what earlier turns have added to it."""
        return Items((*before.items, several(self.turns(marks))), before.span, before.complete and not self.given.later)

    def turns(self, marks: Marks) -> Repeat:
        """What earlier turns have added: more with every turn, whatever it is made of."""
        node = self.loop.test if isinstance(self.loop, ast.While) else self.loop.iter
        state, added = max(((self.state(each), each) for each in self.given.grown), key=lambda pair: pair[0][0])
        hole = self.left(added, state if state[0] > _NEW[0] else _NEW)
        turns = Repeat((hole,), condition_text(self.file, node), self.file.span(node), hole.volatility)
        marks[id(turns)] = (turns, ())
        return turns

    def later(self, target: ast.expr, node: ast.expr | None) -> Template:
        """What is given to the name later: a text that is written there, or a value put in at run time."""
        if node is None:
            return (self.left(target, self.state(target)),)
        written = _written(node)
        if written or named_text(node):
            value = self.file.unnoted(lambda: self.evaluate(self.file, self.scope, node))
            if isinstance(node, ast.BinOp) and isinstance(value, tuple) and single_hole(value) is not None:
                value = self.summed(node)
            if isinstance(value, tuple) and (written or all_text(value)):
                return value
        return (self.left(node, self.state(node)),)

    def summed(self, node: ast.BinOp) -> Value:
        """`prompt + hint`, of which a part is what the caller gives."""
        holes = [single_hole(self.value(term)) for term in terms(node, ast.Add)]
        known = [hole for hole in holes if hole is not None]
        given = len(known) == len(holes) and any(hole.parameter for hole in known)
        return tuple(known) if given else (self.left(node, self.state(node)),)

    def value(self, node: ast.expr) -> Template:
        value = self.file.unnoted(lambda: self.evaluate(self.file, self.scope, node))
        return value if isinstance(value, tuple) else ()

    def left(self, node: ast.expr, state: State) -> Hole:
        """A value put in at run time, which is what a turn leaves, or a part of that: behind the loop it is known."""
        hole, drawn = self.file.hole(node, *state), self.file.facts.drawn
        if self.name not in self.carried.left and len(drawn) < MAX_DRAWN:
            self.carried.left[self.name] = len(drawn)
            drawn.append(())
        index = self.carried.left.get(self.name)
        return hole if hole.member or index is None else msgspec.structs.replace(hole, member=f"#{index}")

    def state(self, node: ast.expr) -> State:
        return _state(self.scope, node)


def _written(node: ast.expr) -> bool:
    """Whether an expression is a text that stands there, filled or put together perhaps."""
    if isinstance(node, ast.Call):
        func = node.func
        if not isinstance(func, ast.Attribute) or func.attr != "format":
            return False
        return isinstance(func.value, ast.Name | ast.Constant)
    return isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp)


def _state(scope: Scope, node: ast.expr) -> State:
    """How often an expression changes: as what it is made of, and with every turn where a model is asked in it."""
    states = [CONSTANT] if isinstance(node, ast.Constant) else []
    stack: list[ast.AST] = [node]
    steps = 0
    while stack and steps < MAX_NODES:
        each = stack.pop()
        steps += 1
        if type(each) is ast.Call and any(keyword.arg in _ASKING for keyword in each.keywords):
            return (Volatility.REQUEST, "name")
        if type(each) is ast.Name or type(each) is ast.Attribute:
            name = dotted(each)
            value = scope.values.get(name)
            states.append(of_name(name) if value is None else state_of(value))
        if type(each) is ast.Call:
            # What a function is called says nothing of the value that is left.
            owner = [each.func.value] if isinstance(each.func, ast.Attribute) else []
            stack += [*owner, *each.args, *(keyword.value for keyword in each.keywords)]
        else:
            stack += children(each)
    # Of what is computed the volatility of a constant says nothing.
    state = min(strongest(states), (Volatility.REQUEST, "name"), key=lambda one: one[0])
    return UNKNOWN if state[0] is CONSTANT[0] and not isinstance(node, ast.Constant | ast.JoinedStr) else state


def _changing(file: File, scope: Scope, given: dict[str, _Given]) -> Scope:
    """A scope in which nothing is known of what a loop gives values to but how often that changes."""
    side = scope.fork()
    for name, each in given.items():
        target = each.later[0][0] if each.later else None
        if target is None:
            side.values.pop(name, None)
            continue
        states = [_state(side, node) for _, node in each.later if node is not None]
        state = strongest([*states, of_name(name)])
        side.values[name] = (file.hole(target, *state),)
    return side


# ---- what the body of a loop does to names


def _given(body: Sequence[ast.stmt], text: str) -> dict[str, _Given]:
    """What the statements of a loop give values to or add to, in order: names, dotted ones too, and keys of dicts."""
    found: dict[str, _Given] = {}
    if ":=" in text:
        for each in (node for statement in body for node in ast.walk(statement)):
            if isinstance(each, ast.NamedExpr):
                _give(found, each.target, each.value)
    for statement in _statements(body):
        kind = type(statement)
        if kind is ast.Assign:
            for target in statement.targets:
                _give(found, target, statement.value)
        elif kind is ast.Expr:
            _note_grown(found, statement.value)
        elif kind is ast.AnnAssign:
            if statement.value is not None:
                _give(found, statement.target, statement.value)
        elif kind is ast.AugAssign:
            one = found.setdefault(_key(statement.target), _Given())
            if isinstance(statement.op, ast.Add):
                one.grown.append(statement.value)
                one.items = one.items or isinstance(statement.value, ast.List | ast.Tuple | ast.ListComp)
            else:
                one.later.append((statement.target, None))
        elif kind is ast.For or kind is ast.AsyncFor:
            _give(found, statement.target, None)
        elif kind is ast.With or kind is ast.AsyncWith:
            for item in statement.items:
                if item.optional_vars is not None:
                    _give(found, item.optional_vars, None)
    found.pop("", None)
    return found


def _note_grown(found: dict[str, _Given], node: ast.expr) -> None:
    """Note `lines.append(x)`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in GROWING and node.args:
        one = found.setdefault(_key(node.func.value), _Given())
        one.grown.append(node.args[-1])
        one.items = True


def _give(found: dict[str, _Given], target: ast.expr, value: ast.expr | None) -> None:
    if type(target) is ast.Tuple or type(target) is ast.List:
        for element in target.elts:
            _give(found, element, None)
    elif name := _key(target):
        one = found.setdefault(name, _Given())
        if value is not None and _goes_on(value, name):
            one.grown.append(value)
        else:
            one.later.append((target, value))


def _goes_on(value: ast.expr, name: str) -> bool:
    """Whether a value begins with what a name has: `text + "..."`, `f"{text}..."`."""
    first: ast.expr | None = None
    if isinstance(value, ast.BinOp):
        first = terms(value, ast.Add)[0]
    elif isinstance(value, ast.JoinedStr) and value.values and isinstance(value.values[0], ast.FormattedValue):
        first = value.values[0].value
    return first is not None and first is not value and _key(first) == name


def _statements(body: Sequence[ast.stmt]) -> Iterator[Any]:
    """The statements of a loop in order, those within others too, but for those of functions and classes."""
    stack: list[Any] = list(reversed(body))
    steps = 0
    while stack and steps < MAX_NODES:
        statement = stack.pop()
        steps += 1
        kind = type(statement)
        if kind is not ast.ExceptHandler and kind is not ast.match_case:
            yield statement
        for field in _BLOCKS.get(kind, ()):
            stack += reversed(getattr(statement, field))


def _named(target: ast.expr) -> set[str]:
    """The names that a target gives values to."""
    if isinstance(target, ast.Tuple | ast.List):
        return set().union(*map(_named, target.elts))
    return {_key(target)}


class _Reads:
    """Which of some names statements read before they give them a value on every way."""

    def __init__(self, names: set[str]) -> None:
        self.names = names
        # The names of dicts, with what is asked of under their keys.
        self.keys: dict[str, list[str]] = {}
        for name in sorted(names):
            if "[" in name:
                self.keys.setdefault(name.partition("[")[0], []).append(name)
        # The kinds of expressions by which they are read, but for the names alone.
        self.kinds: set[type] = {ast.Subscript} if self.keys else set()
        if any("." in name for name in names):
            self.kinds.add(ast.Attribute)
        self.found: set[str] = set()
        # Those of them that are made a text.
        self.written: set[str] = set()

    def block(self, statements: Sequence[ast.stmt], known: set[str] | None) -> set[str] | None:
        """Read statements; `known` are the names with a value of this turn. Gives those behind them (None: no end)."""
        for statement in statements:
            if known is None:
                return None
            known = self.statement(statement, known)
        return known

    def statement(self, node: ast.stmt, known: set[str]) -> set[str] | None:
        if type(node) is ast.Assign or type(node) is ast.AnnAssign:
            return self.assign(node, known)
        match node:
            case ast.If():
                return self.branches(node, known)
            case ast.For() | ast.AsyncFor():
                self.look(node.iter, known)
                self.block(node.body, known | _named(node.target))
                return self.block(node.orelse, known)
            case ast.While():
                self.look(node.test, known)
                self.block(node.body, known)
                return self.block(node.orelse, known)
            case ast.Try() | ast.TryStar():
                return self.attempt(node, known)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    self.look(item.context_expr, known)
                    known = known | (_named(item.optional_vars) if item.optional_vars is not None else set())
                return self.block(node.body, known)
            case ast.Match():
                self.look(node.subject, known)
                return _both([known, *(self.block(case.body, known) for case in node.cases)])
            case ast.AugAssign():
                self.look(node.value, known)
                return known
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr=attr), args=args)) if attr in GROWING:
                for argument in args:
                    self.look(argument, known)
                return known
        self.look(node, known)
        return None if isinstance(node, ast.Return | ast.Raise | ast.Continue | ast.Break) else known

    def assign(self, node: ast.Assign | ast.AnnAssign, known: set[str]) -> set[str]:
        if node.value is None:
            self.look(node, known)
            return known
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        self.value(node.value, set(map(_key, targets)), known)
        for target in targets:
            # What goes on from what a name has leaves it what earlier turns have made of it.
            known = known | {name for name in _named(target) if not _goes_on(node.value, name)}
            if isinstance(target, ast.Subscript):
                self.look(target.slice, known)
        return known

    def branches(self, node: ast.If, known: set[str]) -> set[str] | None:
        """A chain of conditions, read without recursion."""
        ends: list[set[str] | None] = []
        rest: Sequence[ast.stmt] = [node]
        while len(rest) == 1 and isinstance(arm := rest[0], ast.If):
            self.look(arm.test, known)
            ends.append(self.block(arm.body, known))
            rest = arm.orelse
        return _both([*ends, self.block(rest, known)])

    def attempt(self, node: ast.Try | ast.TryStar, known: set[str]) -> set[str] | None:
        tried = self.block(node.body, known)
        tried = self.block(node.orelse, tried)
        behind = _both([tried, *(self.block(handler.body, known) for handler in node.handlers)])
        if not node.finalbody:
            return behind
        last = self.block(node.finalbody, known)
        return None if behind is None or last is None else behind | last

    def value(self, node: ast.expr, own: set[str], known: set[str]) -> None:
        """Read a value. What a name is made of itself (`text = text.replace(...)`, `text = text + more`) is no use."""
        first: ast.AST = node
        while isinstance(first, ast.Call | ast.Attribute | ast.Subscript):
            first = first.func if isinstance(first, ast.Call) else first.value
            if _key(first) in own - {""}:
                known = known | own
                break
        if any(_goes_on(node, name) for name in own):
            known = known | own
        self.look(node, known)

    def look(self, node: ast.AST, known: set[str]) -> None:
        """Read every expression of a node, in whatever order."""
        stack: list[tuple[ast.AST, bool]] = [(node, False)]
        steps = 0
        while stack and steps < MAX_NODES:
            each, written = stack.pop()
            steps += 1
            kind = type(each)
            if kind is ast.Constant:
                continue
            if type(each) is ast.Name:
                if each.id in self.names or each.id in self.keys:
                    self.read(each.id, known, written)
                continue
            if kind in self.kinds and isinstance(each, (ast.Attribute, ast.Subscript)):
                name = _key(each)
                if name in self.names or name in self.keys:
                    self.read(name, known, written)
                if name in self.names or _of_dict(name):
                    continue
            if kind is ast.FormattedValue:
                written = True
            elif type(each) is ast.Call:
                written = dotted(each.func).rpartition(".")[2] in _WRITING
            stack += [(inner, written) for inner in children(each)]

    def read(self, name: str, known: set[str], written: bool) -> None:
        """A name, or all that a dict of this name holds."""
        for one in (name, *self.keys.get(name, ())):
            if one in self.names and not known & {one, name, name.partition("[")[0]}:
                self.found.add(one)
                if written:
                    self.written.add(one)


def _both(ends: Sequence[set[str] | None]) -> set[str] | None:
    """The names that have a value on each of several ways; None where none of them goes on."""
    reached = [end for end in ends if end is not None]
    return set.intersection(*reached) if reached else None
