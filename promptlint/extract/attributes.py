"""What methods leave in the attributes of their objects, and the texts that these are given elsewhere."""

from __future__ import annotations

import ast

from promptlint.extract.facts import SEVERAL, Function
from promptlint.extract.names import describing
from promptlint.extract.state import File, Scope, single_hole
from promptlint.template import Apply, Choice, Hole, Items, Mapping, Message, Ref, Text, Value

# What stands behind the name of a collection: one of its items.
ITEM = "[]"
# Characters of a text that is kept for what reads the attribute it is put into, and how many a file has at most.
MIN_KEPT = 60
MAX_GIVEN = 2_000
# The same of a text that is added to a list there, and of how many of one list.
MIN_ADDED, MAX_ADDED = 40, 100


def note_attribute(file: File, scope: Scope, key: str, written: str, value: Value) -> None:
    """Remember what an attribute, set by a method, is: an object of a class, a parameter of the method."""
    for kind in ("", ITEM):
        if f"{written}{kind}" in scope.types:
            file.facts.types[f"{key}{kind}"] = scope.types[f"{written}{kind}"]
    if written in scope.mixed and key not in file.facts.mixed:
        file.facts.mixed.append(key)
    if written in scope.made:
        _, guards, span = scope.made[written]
        alone = not guards and file.facts.origins.get(key, span) == span
        file.facts.origins[key] = span if alone else SEVERAL
    own = {parameter for parameter in bare(value) if parameter in scope.values}
    if own:
        known = file.facts.assigned.get(key, ())
        file.facts.assigned[key] = (*known, *((scope.name, parameter) for parameter in sorted(own)))


def note_appended(file: File, scope: Scope, target: str, value: Value) -> None:
    """Remember a text, or the parameter, that a method adds to a list in an attribute: `self.parts.append(text)`."""
    first, _, attribute = target.partition(".")
    if not scope.owner or first != scope.receiver or not attribute or "." in attribute:
        return
    added = file.facts.added.setdefault(f"{scope.owner}.{attribute}", []) if lengthy(value, 0, MIN_ADDED) else None
    if added is not None and len(added) < MAX_ADDED:
        added.append(value)
    if type(value) is Mapping and not value.kind:
        value = value.get("text") or value.get("content") or ()
    own = tuple((scope.name, parameter) for parameter in bare(value) if parameter in scope.values)
    if own:
        key = f"{scope.owner}.{attribute}"
        file.facts.appended[key] = (*file.facts.appended.get(key, ()), *own)


def note_given(file: File, owner: str, name: str, value: Value) -> None:
    """Remember a text that an attribute of an object gets, by assignment or when the object is made."""
    if len(file.facts.given) < MAX_GIVEN and (lengthy(value, 0) or _described(value)):
        file.facts.given.append((owner, name, value))


def _described(value: Value) -> bool:
    """Whether a value is what a method of an object says of it: `tool.documentation()`."""
    hole = single_hole(value)
    return hole is not None and hole.member[-2:] == "()" and describing(hole.member[:-2].rpartition(".")[2])


def lengthy(value: Value, depth: int, least: int = MIN_KEPT) -> bool:
    """Whether a value holds a text of some length, or refers to a constant that may."""
    if depth > 4 or type(value) is Message:
        return False
    inner: list[Value] = []
    size = 0
    if isinstance(value, tuple):
        for part in value:
            if type(part) is Text:
                size += len(part.value)
            elif type(part) is Ref and part.name.rpartition(".")[2].lstrip(":").isupper():
                return True
            elif type(part) is Choice:
                inner += part.branches
            elif type(part) is Apply:
                inner.append(part.target)
    elif type(value) is Items:
        inner += value.items
    elif type(value) is Mapping:
        inner += [item for _, item in value.entries]
    return size >= least or (bool(inner) and any(lengthy(each, depth + 1, least) for each in inner))


def bare(value: Value) -> list[str]:
    """The parameters that a value is, in one case or another."""
    if not isinstance(value, tuple) or len(value) != 1:
        return []
    part = value[0]
    if type(part) is Hole:
        return [part.parameter] if part.parameter else []
    if type(part) is Choice:
        return [name for branch in part.branches for name in bare(branch)]
    return bare(part.target) if type(part) is Apply and isinstance(part.target, tuple) else []


def note_fields(file: File, scope: Scope, node: ast.ClassDef) -> None:
    """The fields of a class without `__init__` are what it is made with: of data classes and models."""
    if any(isinstance(each, ast.FunctionDef) and each.name == "__init__" for each in node.body):
        return
    if not node.bases and not node.decorator_list:
        return
    fields: list[tuple[str, Value | None]] = []
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            name = each.target.id
            fields.append((name, scope.values.get(name)))
            file.facts.assigned[scope.key(name)] = ((scope.key("__init__"), name),)
    if fields:
        file.facts.functions[scope.key("__init__")] = Function(tuple(fields), ())
