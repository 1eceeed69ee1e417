"""The loop of a conversation: whether the tools of a call change from one turn to the next."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import msgspec

from promptlint.extract.callsite import CallSite
from promptlint.extract.state import File, textual
from promptlint.extract.volatility import NAMES, children, dotted
from promptlint.template import Arguments, Choice, Items, Template, Value, Volatility

Loop: TypeAlias = ast.For | ast.AsyncFor | ast.While

_MUTATING = frozenset("append extend insert remove pop clear update add discard appendleft".split())
_HISTORIES = ("messages", "input", "contents", "history")
# A loop with more statements and expressions is not looked into.
MAX_NODES = 5_000
# Rounds in which names take over that others change.
_ROUNDS = 3
# Functions whose result has the items of a list.
_COPYING = frozenset({"list", "copy", "deepcopy", "filter", "sorted", "reversed"})
# Lists of which another one is made, one by way of another.
_SOURCES = 8
_SCOPES = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda})


def note(file: File, site: CallSite) -> None:
    """Note by what the tools of a call change within the conversation that the loops around it hold, if they do."""
    tools = site.keywords["tools"][1]
    histories = [site.keywords[name][1] for name in _HISTORIES if name in site.keywords]
    for loop in reversed(file.loops):
        turn = _Turn(loop)
        if not any(turn.grows(node) for node in histories):
            continue
        place = turn.change(tools)
        if place is not None:
            file.facts.changing.append((file.span(site.node), file.hole(place, Volatility.REQUEST, "loop")))
        return


def changers(file: File, node: ast.expr) -> Iterator[tuple[ast.Call | None, str]]:
    """What in the loops around a place may add to a list that is kept over their turns.

    A call that is given the list, with the place of it among the arguments, a number or a name; None where the loop
    itself adds to it.
    """
    for loop in file.loops:
        turn = _turn_of(file, loop)
        stored = type(node) in NAMES and dotted(node) in turn.stored - turn.assigned.keys()
        if stored or turn.grows(node):
            yield None, ""
            return
        name = dotted(node) if type(node) in NAMES else ""
        if name and name not in turn.assigned:
            yield from turn.handed.get(name, ())
        elif name and any(map(turn.grows, turn.made_of(name))):
            # `recent = messages[-10:]`, `asked = [*messages, question]`: made anew in every turn, of a list that grows.
            yield None, ""
            return


def turned(file: File, name: str) -> bool:
    """Whether a turn of the loops around a place gives a name something else, or adds to what it has."""
    turns = (_turn_of(file, loop) for loop in file.loops)
    return any(name in turn.assigned or name in turn.mutated for turn in turns)


def _turn_of(file: File, loop: Loop) -> _Turn:
    turn: _Turn = file.turns.get(id(loop)) or _Turn(loop)
    file.turns[id(loop)] = turn
    return turn


def in_turns(file: File, node: ast.Call, given: Arguments) -> Arguments:
    """What a call is given, where sums of lists hold what earlier turns of a loop have added: `ask(turns + [last])`."""
    if not file.loops or len(node.args) != len(given.positional):
        return given
    if ast.BinOp not in map(type, node.args) and all(type(each.value) is not ast.BinOp for each in node.keywords):
        # No sum is among them.
        return given
    keywords = {each.arg: each.value for each in node.keywords}
    return msgspec.structs.replace(
        given,
        positional=tuple(_grown(file, each, value) for each, value in zip(node.args, given.positional, strict=True)),
        keywords=tuple((name, _grown(file, keywords.get(name), value)) for name, value in given.keywords),
    )


def _grown(file: File, node: ast.expr | None, value: Value) -> Value:
    if type(node) is ast.BinOp and type(value) is Items and value.complete and any(True for _ in changers(file, node)):
        return msgspec.structs.replace(value, complete=False)
    return value


class _Turn:
    """What one turn of a loop does to names."""

    def __init__(self, loop: Loop) -> None:
        self.mutated: dict[str, ast.expr] = {}
        self.handed: dict[str, list[tuple[ast.Call, str]]] = {}
        self.assigned: dict[str, list[ast.expr]] = {}
        # Lists of which parts are set. `carried` knows what messages at a known place say, and entries of dicts.
        self.stored: set[str] = set()
        for node in _walk(loop.body):
            kind = type(node)
            if kind is ast.Call:
                self._call(node)
            elif kind is ast.AugAssign:
                if type(node.target) in NAMES:
                    self.mutated.setdefault(dotted(node.target), node.value)
                elif type(node.target) is ast.Subscript:
                    self._store(node.target)
            elif kind is ast.Assign:
                for bound in node.targets:
                    if type(bound) in NAMES:
                        self.assigned.setdefault(dotted(bound), []).append(node.value)
                    elif type(bound) is ast.Subscript:
                        self._store(bound)
        self.loop = loop

    def _call(self, node: ast.Call) -> None:
        for number, argument in enumerate(node.args):
            if type(argument) in NAMES:
                self.handed.setdefault(dotted(argument), []).append((node, str(number)))
        for keyword in node.keywords:
            if keyword.arg and type(keyword.value) in NAMES:
                self.handed.setdefault(dotted(keyword.value), []).append((node, keyword.arg))
        func = node.func
        if type(func) is ast.Attribute and func.attr in _MUTATING and type(func.value) in NAMES:
            self.mutated.setdefault(dotted(func.value), node)

    def _store(self, part: ast.Subscript) -> None:
        key = part.slice.value if isinstance(part.slice, ast.Constant) else None
        said = key == "content" or (isinstance(key, str) and type(part.value) in NAMES)
        target: ast.expr = part
        while isinstance(target, ast.Subscript):
            said = said and isinstance(target.slice, ast.Constant | ast.UnaryOp)
            target = target.value
        if not said and type(target) in NAMES:
            self.stored.add(dotted(target))

    @functools.cached_property
    def variant(self) -> set[str]:
        """The names that change from turn to turn; asked only of a call with tools."""
        counted = not isinstance(self.loop, ast.While) and _counts(self.loop.iter)
        # A loop over other things than numbers is one over conversations, as far as its own name goes.
        targets = ast.walk(self.loop.target) if not isinstance(self.loop, ast.While) and counted else ()
        found = {node.id for node in targets if isinstance(node, ast.Name)} | set(self.mutated)
        for _ in range(_ROUNDS):
            more = {
                name for name, values in self.assigned.items() if any(_mentions(value, found) for value in values)
            }
            if more <= found:
                break
            found |= more
        return found

    def varies(self, node: ast.expr) -> bool:
        """Whether an expression is made of something that changes from turn to turn."""
        return _mentions(node, self.variant)

    def grows(self, node: ast.expr) -> bool:
        """Whether a list of messages is added to in every turn."""
        if type(node) in NAMES:
            name = dotted(node)
            again = any(name in map(_written, ast.walk(value)) for value in self.assigned.get(name, ()))
            return (name in self.mutated and name not in self.assigned) or again
        return any(self.grows(part) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))

    def made_of(self, name: str) -> Iterator[ast.expr]:
        """The lists of which a name is made in the loop, copied, cut, put together or in part."""
        todo, seen = list(self.assigned.get(name, ())), {name}
        while todo and len(seen) < _SOURCES:
            node = todo.pop()
            if type(node) not in NAMES:
                todo += _listed(node)
            elif (other := dotted(node)) not in seen:
                seen.add(other)
                yield node
                todo += self.assigned.get(other, ())

    def change(self, tools: ast.expr) -> ast.expr | None:
        """The expression by which the list of tools changes, or None."""
        if not isinstance(tools, ast.Name | ast.Attribute):
            return tools if self.varies(tools) else None
        name = dotted(tools)
        if name in self.assigned:
            return next((value for value in self.assigned[name] if self.varies(value)), None)
        return self.mutated.get(name)


def _listed(node: ast.expr) -> Sequence[ast.expr]:
    """The lists of whose items an expression makes a list, or a dict that holds one."""
    match node:
        case ast.ListComp(generators=generators):
            return [generators[0].iter]
        case ast.Call(func=ast.Attribute(value=owner, attr="copy"), args=[]):
            return [owner]
        case ast.Call(func=func, args=args) if dotted(func).rpartition(".")[2] in _COPYING:
            return args
        case ast.Subscript(value=owner, slice=ast.Slice()):
            return [owner]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [left, right]
        case ast.IfExp(body=body, orelse=orelse):
            return [body, orelse]
        case ast.List(elts=items):
            return [item.value for item in items if isinstance(item, ast.Starred)]
        case ast.Dict(keys=keys, values=values):
            held = zip(keys, values, strict=True)
            return [value for key, value in held if isinstance(key, ast.Constant) and key.value in _HISTORIES]
    return []


def body_text(file: File, loop: Loop) -> str:
    """The source text of the rows of a loop's body."""
    starts, end = file.source.starts, loop.body[-1].end_lineno or loop.body[-1].lineno
    stop = starts[end] if end < len(starts) else len(file.source.text)
    return file.source.text[starts[loop.body[0].lineno - 1] : stop]


def _mentions(node: ast.expr, names: set[str]) -> bool:
    """Whether one of some dotted names stands in an expression."""
    return any(type(each) in NAMES and _written(each) in names for each in ast.walk(node))


def _written(node: ast.AST) -> str:
    return dotted(node) if isinstance(node, (ast.Name, ast.Attribute)) else ""


def _counts(over: ast.expr) -> bool:
    return isinstance(over, ast.Call) and dotted(over.func).rpartition(".")[2] in ("range", "count", "repeat")


def _walk(statements: Sequence[ast.AST]) -> Iterator[Any]:
    """Nodes of a loop's body but for those of functions and classes in it, in order; of names and constants none."""
    stack: list[ast.AST] = list(reversed(statements))
    steps = 0
    while stack and steps < MAX_NODES:
        node = stack.pop()
        steps += 1
        kind = type(node)
        if kind is ast.Name or kind is ast.Constant:
            continue
        yield node
        if kind not in _SCOPES:
            stack += reversed(children(node))


def all_text(value: Template) -> bool:
    """Whether each of the values that an expression may have is a text."""
    part = value[0] if len(value) == 1 else None
    return all(map(all_text, part.branches)) if type(part) is Choice else textual(value)


def named_text(node: ast.expr) -> bool:
    """Whether an expression may be a text that stands elsewhere: a name, an item, one of several."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and not node.keywords and not node.args
    return isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.IfExp | ast.BoolOp)


def counted(node: ast.For | ast.AsyncFor | ast.While) -> bool:
    """Whether a loop says itself how many turns it has at most."""
    if isinstance(node, ast.While):
        return isinstance(node.test, ast.Compare)
    return isinstance(node.iter, ast.Call) and dotted(node.iter.func) == "range"
