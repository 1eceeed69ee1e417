"""Agents that are sent with something else for a while: `with agent.override(model=...)` of pydantic-ai."""

from __future__ import annotations

import ast

from promptlint.extract.callsite import Override
from promptlint.extract.definitions import read_function
from promptlint.extract.expressions import evaluate
from promptlint.extract.later import note_outside
from promptlint.extract.sending import INSTRUCTIONS, UNREAD
from promptlint.extract.state import File, Scope
from promptlint.extract.volatility import UNKNOWN, dotted, walk
from promptlint.template import Value

# pydantic-ai-slim 2.68.0: agent/abstract.py AbstractAgent.override. The slots of its arguments; those of None say
# nothing of what is sent.
_SLOTS = {
    "model": "model", "tools": "tools", "instructions": INSTRUCTIONS, "system_prompt": f"{UNREAD}system",
    "toolsets": f"{UNREAD}tools", "builtin_tools": f"{UNREAD}tools", "native_tools": f"{UNREAD}tools",
    "capabilities": f"{UNREAD}tools", "root_capability": f"{UNREAD}tools", "name": None, "deps": None,
    "metadata": None, "model_settings": None, "retries": None, "usage_limits": None,
}  # fmt: skip


PACKAGE = "pydantic_ai"


def read(file: File, node: ast.FunctionDef | ast.AsyncFunctionDef, parent: Scope) -> None:
    """Read a function. What an override that is kept (`over = agent.override(...)`) or handed on
    (`stack.enter_context(agent.override(...))`) gives agents stands anywhere in it, so it is not known."""
    before = file.overrides
    if _may_override(file):
        begin_kept(file, Scope("function", parent.key(node.name), parent), node.body)
    read_function(file, node, parent)
    file.overrides = before


def _may_override(file: File) -> bool:
    return PACKAGE in file.imported and ".override(" in file.source.text


def begin_kept(file: File, scope: Scope, body: list[ast.stmt]) -> None:
    """Note that nobody knows what agents are run with from here on to which an override is given out of sight."""
    if not _may_override(file):
        return
    begun: set[ast.expr] = set()
    given: dict[str, None] = {}
    overrides = dict(file.overrides)
    later = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef) if scope.kind == "module" else ()
    for each in (each for statement in body if not isinstance(statement, later) for each in walk(statement)):
        if isinstance(each, ast.With | ast.AsyncWith):
            begun.update(item.context_expr for item in each.items)
        if not isinstance(each, ast.Call) or each in begun or not isinstance(each.func, ast.Attribute):
            continue
        if each.func.attr != "override" or not (name := dotted(each.func.value)):
            continue
        known = overrides.get(name)
        slots: dict[str, Value] = dict(known.slots) if known is not None else {}
        rest = known.rest if known is not None else None
        for keyword in each.keywords:
            slot = _SLOTS.get(keyword.arg or "", "")
            if slot:
                slots[slot] = (file.hole(keyword.value, *UNKNOWN),)
                given[f"{name}.{slot.removeprefix(UNREAD)}"] = None
            rest = file.hole(keyword.value, *UNKNOWN) if slot == "" else rest
        overrides[name] = Override(slots, rest)
    file.overrides = overrides
    for held in given if _leads_on(file, body) else ():
        note_outside(file, scope, held)


def begin(file: File, scope: Scope, node: ast.expr) -> tuple[str, Override | None] | None:
    """Note what an agent is run with from here on; gives its name, and what it was run with before, if it has one."""
    func = node.func if isinstance(node, ast.Call) else None
    if not isinstance(node, ast.Call) or not isinstance(func, ast.Attribute) or func.attr != "override":
        return None
    name = dotted(func.value)
    if not name or PACKAGE not in file.imported:
        return None
    before = file.overrides.get(name)
    slots: dict[str, Value] = dict(before.slots) if before is not None else {}
    rest = before.rest if before is not None else None
    for keyword in node.keywords:
        slot = _SLOTS.get(keyword.arg or "", "")
        if slot:
            each = keyword.value
            slots[slot] = file.unnoted(lambda each=each: evaluate(file, scope, each))  # type: ignore[misc]
        elif slot == "":
            rest = file.hole(keyword.value, *UNKNOWN)
    file.overrides[name] = Override(slots, rest)
    return name, before


def end(file: File, scope: Scope, name: str, before: Override | None, body: list[ast.stmt]) -> None:
    """Behind the block the agent is run as it was made."""
    over = file.overrides.pop(name)
    if before is not None:
        before.applied = before.applied or over.applied
        file.overrides[name] = before
    elif not over.applied or _leads_on(file, body):
        # It is run where the block leads to: with that or, by way of others, without it.
        for slot in over.slots:
            note_outside(file, scope, f"{name}.{slot.removeprefix(UNREAD)}")


def _leads_on(file: File, body: list[ast.stmt]) -> bool:
    """Whether a block calls functions of the program, which may run the agent as well."""
    calls = (each.func for statement in body for each in ast.walk(statement) if isinstance(each, ast.Call))
    names = (func.id for func in calls if isinstance(func, ast.Name))
    return any(name in file.definitions or name in file.aliases for name in names)
