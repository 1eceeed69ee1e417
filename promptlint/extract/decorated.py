"""What stands above functions: decorators that may call them, or be called in their place."""

from __future__ import annotations

import ast
import sys

from promptlint.extract.invocations import called_name
from promptlint.extract.state import File, Scope
from promptlint.extract.volatility import dotted

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

# Decorators that leave a function to those who call it by its name.
_PLAIN = frozenset("staticmethod classmethod abstractmethod override overload final cache lru_cache wraps".split())


def decorated(node: FunctionNode) -> bool:
    targets = [each.func if isinstance(each, ast.Call) else each for each in node.decorator_list]
    return any(dotted(target).rpartition(".")[2] not in _PLAIN for target in targets)


def wrappers(file: File, parent: Scope, node: FunctionNode) -> tuple[str, ...]:
    """The decorators of a function that may be functions of the project."""
    targets = [each.func if isinstance(each, ast.Call) else each for each in node.decorator_list]
    names = (called_name(file, parent, each) for each in targets if dotted(each).rpartition(".")[2] not in _PLAIN)
    return tuple(name for name in names if name and name.partition(".")[0] not in sys.stdlib_module_names)
