"""Statements whose body may be left early: `try` and its handlers, `with suppress(...)`; what is raised there."""

from __future__ import annotations

import ast

from promptlint.extract import fills
from promptlint.extract import overridden as override
from promptlint.extract.bindings import bind, note_grown
from promptlint.extract.callsite import Override
from promptlint.extract.conditions import guard
from promptlint.extract.expressions import evaluate
from promptlint.extract.joins import join_branches
from promptlint.extract.messages import ROLES
from promptlint.extract.state import File, Scope, textual
from promptlint.extract.statements import join, run
from promptlint.extract.volatility import dotted, of_name
from promptlint.template import Condition, Hole, Value


def leave(file: File, scope: Scope, node: ast.Raise) -> bool:
    """What is raised is read by people, but for the messages that an exception carries:

    `raise Rejected({"role": "user", "content": "..."})`. Who catches it goes on with what the function has done so far.
    """
    for each in node.exc.args if isinstance(node.exc, ast.Call) else ():
        if isinstance(each, ast.Dict) and any(map(_speaks, each.keys, each.values)):
            evaluate(file, scope, each)
    scope.left.append(scope.values)
    return False


def _speaks(key: ast.expr | None, value: ast.expr) -> bool:
    """Whether an entry of a dict says whose message it is: the role of a user of the program is another word."""
    if not isinstance(key, ast.Constant) or key.value != "role":
        return False
    return isinstance(value, ast.Constant) and value.value in ROLES


def attempt(file: File, scope: Scope, node: ast.Try | ast.TryStar) -> bool:
    start = scope.fork()
    guarded = fills.guards(node)
    file.guards += guarded
    reached = run(file, scope, node.body)
    file.guards -= guarded
    # A handler begins anywhere in the body.
    left = start.fork()
    if node.handlers:
        join(file, left, Condition(f"the try at line {node.lineno} is left early"), start, scope, before=start)
    reached = reached and run(file, scope, node.orelse)
    caught: set[tuple[str, int]] = set()
    for handler in node.handlers:
        branch = left.fork()
        guard(branch)
        if handler.name:
            place = file.span(handler.type or handler)
            branch.values[handler.name] = (Hole(handler.name, place, *of_name(handler.name)),)
        through = run(file, branch, handler.body)
        # Behind its handler there is no such name.
        branch.values.pop(handler.name or "", None)
        if through:
            if reached:
                _catch(file, scope, handler.lineno, branch, left, start, caught)
            else:
                scope.values, reached = branch.values, True
    if node.finalbody and not run(file, scope, node.finalbody):
        return False
    return reached


def _catch(
    file: File, scope: Scope, row: int, branch: Scope, left: Scope, start: Scope, told: set[tuple[str, int]]
) -> None:
    """Join what names hold behind a handler to what they hold behind the body that it catches exceptions of.

    What the handler has left as it was may be as it was before the body: `left` is how things stood at the handler. Of
    that is `told` once, whatever the handlers.
    """
    what = "except" if branch is not start else "what is suppressed"
    caught = Condition(f"{what} at line {row} is not reached")
    for name, value in branch.values.items():
        known = scope.values.get(name)
        if value is known:
            continue
        if known is None:
            scope.values[name] = value
            continue
        before: Value | None = value
        if value is left.values.get(name):
            before = start.values.get(name)
            if before is None or before is known or not (textual(known) or textual(before)):
                continue
            if (name, id(before)) in told:
                continue
            told.add((name, id(before)))
        if name in file.rebound and not textual(before or ()):
            continue  # `None` for an import that fails
        scope.values[name] = join_branches(caught, known, value if before is None else before)
        if name in scope.noted:
            note_grown(file, scope, name)


def within(file: File, scope: Scope, node: ast.With | ast.AsyncWith) -> bool:
    start: Scope | None = None
    overridden: list[tuple[str, Override | None]] = []
    for item in node.items:
        value = evaluate(file, scope, item.context_expr)
        if begun := override.begin(file, scope, item.context_expr):
            overridden.append(begun)
        if isinstance(item.context_expr, ast.Call) and dotted(item.context_expr.func).rpartition(".")[2] == "suppress":
            start = scope.fork()
        if item.optional_vars is not None:
            bind(file, scope, item.optional_vars, value, item.context_expr)
    reached = run(file, scope, node.body)
    for name, outer in reversed(overridden):
        override.end(file, scope, name, outer, node.body)
    if start is None:
        return reached
    if reached:
        _catch(file, scope, node.lineno, start, start, start, set())
    else:
        scope.values = start.values
    return True
