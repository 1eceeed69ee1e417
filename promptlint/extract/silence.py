"""Methods that call no model, whatever their class is called: a `FakeClient.complete()` that gives back a text."""

from __future__ import annotations

import ast

from promptlint.extract.volatility import children, dotted

# A longer body is not looked into.
MAX_NODES = 400
_FUNCTIONS = frozenset(
    "print len str int float bool repr min max sum abs round range list dict tuple set sorted reversed enumerate zip "
    "isinstance hash sleep asyncio.sleep time.sleep time.time time.perf_counter json.dumps json.loads uuid.uuid4 "
    "random.choice random.random random.randint random.uniform deepcopy copy.deepcopy datetime.now".split()
)
_LOGS = frozenset({"logger", "log", "logging", "_logger", "self.logger", "self._logger"})
_METHODS = frozenset(
    "append extend format get items join keys lower upper strip lstrip rstrip split splitlines startswith endswith "
    "replace title count find index values".split()
)


def silent(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a method gives something back, and calls nothing that could ask a model for it.

    One that only raises, or has no body, is there for the classes below it.
    """
    stack: list[ast.AST] = list(node.body)
    given: list[ast.expr] = []
    steps = 0
    while stack:
        inner = stack.pop()
        kind = type(inner)
        steps += 1
        if steps > MAX_NODES or kind in _ASKING:
            return False
        if kind is ast.Name or kind is ast.Constant:
            continue
        if type(inner) is ast.Call:
            if not _harmless(inner):
                return False
        elif type(inner) is ast.Await:
            if not isinstance(inner.value, ast.Call):
                return False
        elif (type(inner) is ast.Return or type(inner) is ast.Yield) and inner.value is not None:
            given.append(inner.value)
        stack += children(inner)
    # Most methods call something: only of those that do not is it looked at what they give back.
    return any(map(_said, given))


_ASKING = frozenset({ast.Raise, ast.With, ast.AsyncWith, ast.AsyncFor})


def _harmless(node: ast.Call) -> bool:
    name = dotted(node.func)
    if name in _FUNCTIONS or name.rpartition(".")[0] in _LOGS:
        return True
    return isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS


def _said(value: ast.expr) -> bool:
    """Whether what is given back is, or holds, a text that is written there."""
    return any(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in ast.walk(value))
