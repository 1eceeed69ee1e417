"""Chats, which keep what they have sent: whether a message is the first of one."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from promptlint.extract.facts import SAID
from promptlint.extract.state import File, Scope
from promptlint.extract.volatility import NAMES, dotted
from promptlint.template import Mapping, Value

# Statements and expressions in front of a message that are looked at; beyond them, it is not known to be the first.
MAX_NODES = 2_000
# What is in these may be done several times, or at another time.
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_APART = (
    ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef,
)  # fmt: skip


def said_before(file: File, scope: Scope, node: ast.Call, client: Value | None) -> list[tuple[str, str]]:
    """What a chat may have sent before a call, in the way of `changed_before`: nothing where it was opened in sight.

    That is so where the same block, or one around it, binds its name to a call and nothing between says the name.
    """
    chat = node.func.value if isinstance(node.func, ast.Attribute) else None
    if chat is None or type(chat) not in NAMES:
        # `send = chat.send_message` may be called again and again, and what a function gives back be an earlier chat.
        return [] if isinstance(chat, ast.Call | ast.Await) and _opened(client) else [("", SAID)]
    name = dotted(chat)
    value, lent = scope.values.get(name), scope.lent.get(name, ())
    if ("", SAID) not in lent:
        scope.lent[name] = (*lent, ("", SAID))
    return [] if not lent and _opened(value) and _Before(node, name).nothing(file) else [("", SAID)]


def _opened(chat: Value | None) -> bool:
    return type(chat) is Mapping and chat.get("@provider") is not None


class _Before:
    """What is done with a chat before it is told something."""

    def __init__(self, node: ast.Call, name: str) -> None:
        self.node, self.name = node, name
        self.first = name.partition(".")[0]
        self.steps = 0

    def nothing(self, file: File) -> bool:
        """Whether nothing is, since it was opened."""
        around = file.definitions.get(file.function)
        path = list(_path(file.body if around is None else around[0].body, self.node))
        if not path or not self._alone(path[-1][0][path[-1][1]]):
            return False
        inner: Sequence[ast.stmt] = ()
        for block, at in reversed(path):
            if inner and self._said_around(block[at], inner):
                return False
            for place in range(at - 1, -1, -1):
                if self._opens(block[place]):
                    return True
                if self._says([block[place]]):
                    return False
            inner = block
        return False

    def _alone(self, statement: ast.stmt) -> bool:
        """Whether a statement makes the call once, and says the name for nothing else."""
        heads = _heads(statement)
        if isinstance(statement, (ast.While, *_APART)) or self._says(heads):
            return False
        stack: list[ast.AST] = list(heads)
        while stack:
            each = stack.pop()
            if each is self.node:
                return True
            if not isinstance(each, _APART):
                stack += ast.iter_child_nodes(each)
        return False

    def _said_around(self, statement: ast.stmt, inner: Sequence[ast.stmt]) -> bool:
        """Whether what stands around a block may say the name before that, or in another turn."""
        if isinstance(statement, (*_LOOPS, *_APART)):
            return True
        alone = isinstance(statement, ast.If) or inner is getattr(statement, "body", None)
        others = [] if alone else [each for each in _blocks(statement) if each is not inner]
        return self._says([*_heads(statement), *(one for each in others for one in each)])

    def _opens(self, statement: ast.stmt) -> bool:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target, value = statement.targets[0], statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            target, value = statement.target, statement.value
        else:
            return False
        value = value.value if isinstance(value, ast.Await) else value
        return isinstance(value, ast.Call) and type(target) in NAMES and dotted(target) == self.name

    def _says(self, nodes: Iterable[ast.AST]) -> bool:
        """Whether nodes say the name, but for the call itself, or call a method of what the chat is an attribute of."""
        stack = list(nodes)
        while stack:
            each = stack.pop()
            self.steps += 1
            if self.steps > MAX_NODES:
                return True
            if each is self.node.func:
                continue
            if isinstance(each, ast.Call) and each is not self.node and dotted(each.func).startswith(f"{self.first}."):
                return True
            if isinstance(each, ast.Name | ast.Attribute) and (written := dotted(each))[:1] not in ("", "."):
                if f"{written}.".startswith(f"{self.name}.") or f"{self.name}.".startswith(f"{written}."):
                    return True
                continue
            stack += ast.iter_child_nodes(each)
        return False


def _path(block: Sequence[ast.stmt], node: ast.expr) -> Iterator[tuple[Sequence[ast.stmt], int]]:
    """The blocks around an expression, from the outside in, and which statement of each it stands in."""
    place = (node.lineno, node.col_offset)
    while block:
        at = bisect_right(block, place, key=_begin) - 1
        if at < 0:
            return
        yield block, at
        block = next((each for each in _blocks(block[at]) if each and _begin(each[0]) <= place < _end(each[-1])), ())


def _begin(node: ast.stmt) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _end(node: ast.stmt) -> tuple[int, int]:
    return node.end_lineno or 0, node.end_col_offset or 0


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for part in (statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        for field in ("body", "orelse", "finalbody"):
            if block := getattr(part, field, None):
                yield block


def _heads(statement: ast.stmt) -> list[ast.AST]:
    """A statement without the blocks in it."""
    if not any(True for _ in _blocks(statement)):
        return [statement]
    within = ast.stmt | ast.ExceptHandler | ast.match_case
    return [each for each in ast.iter_child_nodes(statement) if not isinstance(each, within)]
