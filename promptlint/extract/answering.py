"""The form that a call asks its answer to have: the classes that give it, and what of it is not known."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from promptlint.extract.callsite import CallSite, Evaluate
from promptlint.extract.comments import bare
from promptlint.extract.places import SPREAD
from promptlint.extract.schemas import ARGUMENTS, OUTPUTS, SCHEMA_MEMBERS, mentioned
from promptlint.extract.state import File, Scope, fallback_of
from promptlint.extract.volatility import UNKNOWN, dotted
from promptlint.template import Apply, Choice, Hole, Mapping, Ref, Value, references


class Form(NamedTuple):
    """The classes of a form, as `Ref` names, and what stands in the place of one: linking may find that it is none."""

    names: tuple[str, ...] = ()
    unknown: tuple[Value, ...] = ()


# Under which keys a dict has the schema that it says of the answer.
SCHEMAS = ("json_schema", "schema", "format")
# Methods of dicts that give one of several forms.
_TAKING = frozenset({"get", "pop", "setdefault"})
_TYPES = frozenset({"typing", "typing_extensions", "collections"})
_DEPTH = 8


def form(file: File, scope: Scope, site: CallSite, evaluate: Evaluate, places: Sequence[int | str]) -> Form:
    """The form of the answer that a call gives by a keyword, or where the catalogue says."""
    names: list[str] = []
    unknown: list[Value] = []
    for key in sorted(OUTPUTS.intersection(site.keywords) - ARGUMENTS):
        _read(file, scope, *site.keywords[key], evaluate, names, unknown)
    for place in places:
        if (given := site.pick([place])) is None:
            continue
        if isinstance(place, str) and "." in place:
            # What is written there holds more than the form.
            names += mentioned(file, scope, given[1], evaluate)
            unknown += _open(file, given[0], 0)
        else:
            _read(file, scope, *given, evaluate, names, unknown)
    return Form(tuple(dict.fromkeys(names)), tuple(unknown))


def _read(
    file: File, scope: Scope, value: Value, node: ast.expr, evaluate: Evaluate, names: list[str], unknown: list[Value]
) -> None:
    names += mentioned(file, scope, node, evaluate)
    if _is_picked(value):
        unknown.append((file.hole(node, *UNKNOWN),))
        return
    for each in _ways(node):
        if each is not node:
            value = file.unnoted(lambda each=each: evaluate(file, scope, each))  # type: ignore[misc]
        unknown += _unknown(file, scope, value, each, evaluate)


def _ways(node: ast.expr) -> Iterator[ast.expr]:
    """What may stand there: `form or {...}`, `A if short else None`."""
    stack = [node]
    while stack:
        each = bare(stack.pop())
        if isinstance(each, ast.IfExp):
            stack += (each.orelse, each.body)
        elif isinstance(each, ast.BoolOp):
            stack += reversed(each.values if isinstance(each.op, ast.Or) else each.values[-1:])
        elif isinstance(each, ast.NamedExpr):
            stack.append(each.value)
        else:
            yield each


def _unknown(file: File, scope: Scope, value: Value, node: ast.expr, evaluate: Evaluate) -> Iterator[Value]:
    """What is not known of a form that is written so; of a type it is known whatever the value is."""
    if isinstance(node, ast.Constant):
        return
    if isinstance(node, ast.Subscript) and (_is_type(file, node.value) or mentioned(file, scope, node, evaluate)):
        return
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return
    if isinstance(node, ast.Call):
        # `X.model_json_schema()`, `TypeAdapter(X).json_schema()`: of what `kw.get("form", X)` gives it is one of two.
        taken = isinstance(node.func, ast.Attribute) and node.func.attr in _TAKING
        if not taken and mentioned(file, scope, node, evaluate):
            return
    yield from _open(file, value, 0)


def _is_type(file: File, node: ast.expr) -> bool:
    name = file.resolve(dotted(node))
    return isinstance(getattr(builtins, name, None), type) or name.partition(".")[0] in _TYPES


def _open(file: File, value: Value, depth: int) -> Iterator[Value]:
    """What of a form is not known, as far as the value tells."""
    if depth > _DEPTH:
        return
    if type(value) is Mapping:
        for key in SCHEMAS if not value.kind else ():
            if (inner := value.get(key)) is not None:
                yield from _open(file, inner, depth + 1)
        if not value.complete and not value.kind:
            # What is put in from elsewhere (`**schema`), or under keys that are not known.
            yield value.get(SPREAD) or value
        return
    part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    if type(part) is Choice:
        for branch in part.branches:
            yield from _open(file, branch, depth + 1)
    elif type(part) is Hole:
        if not isinstance(getattr(builtins, part.expression, None), type):
            yield value
    elif type(part) is Apply and part.operation in ("data", "read"):
        # What a file holds: a schema is told where that is read.
        yield value
    elif type(part) is Ref and part.call is not None:
        if part.name.rpartition(".")[2] not in SCHEMA_MEMBERS and not references(value):
            yield value
    elif (hole := fallback_of(value)) is not None and (hole.parameter or _is_picked(value)):
        yield value if hole.parameter else (hole,)


def _is_picked(value: Value) -> bool:
    """Whether a form is one of several: `FORMS[kind]`, `Short if short else Long`."""
    part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    if type(part) is Choice:
        return any(type(each) is Ref or _is_picked((each,)) for branch in part.branches for each in branch)
    named = references(part.target) if type(part) is Apply and part.operation == "item" else []
    return any(name.partition(".")[0] not in _TYPES for name in named)
