"""Collections: what one turn of a loop sees, and whether the order of the items is fixed."""

from __future__ import annotations

import ast
from zlib import crc32

import msgspec

from promptlint.extract.callsite import Evaluate
from promptlint.extract.collections import below, drawn_from
from promptlint.extract.state import File, Scope, fallback_of, single_hole, state_of
from promptlint.extract.volatility import UNKNOWN, State, of_name
from promptlint.operations import is_several, several
from promptlint.template import Apply, Arguments, Choice, Hole, Items, Ref, Repeat, Template, Text, Value

MAX_CONDITION = 200
# A set that is written out is a choice of its items, turn by turn; one with more is data.
MAX_MEMBERS = 32


def condition_text(file: File, node: ast.expr) -> str:
    """A condition as written, so that equal conditions can be seen to be equal."""
    span = file.span(node)
    text = " ".join(file.source.text[span.start : span.end].split())
    return text if len(text) <= MAX_CONDITION else f"{text[:MAX_CONDITION]}\u2026 {crc32(text.encode()):08x}"


def spread(value: Value) -> Value:
    """The items of a list of which no more is known than its name, or what makes it."""
    hole = fallback_of(value)
    if hole is None or not isinstance(value, tuple):
        return value
    mixed = hole.origin == "unordered"
    return several(Repeat(value, hole.expression, hole.span, hole.volatility, unordered=mixed))


def iteration_state(iterable: Value) -> State:
    """How often what is iterated over changes."""
    return state_of(iterable)


def bind_loop(
    file: File, scope: Scope, target: ast.expr, node: ast.expr, iterable: Value, evaluate: Evaluate
) -> None:
    """Bind the names of a loop's target to what one turn of the loop over `node` sees."""
    state = iteration_state(iterable)
    zipped = node.args if type(node) is ast.Call and type(node.func) is ast.Name and node.func.id == "zip" else []
    if zipped and isinstance(target, ast.Tuple) and len(target.elts) == len(zipped):
        for each, argument in zip(target.elts, zipped, strict=True):
            _bind(file, scope, each, state, *drawn_from(file, scope, argument, None, evaluate))
    else:
        _bind(file, scope, target, state, *drawn_from(file, scope, node, iterable, evaluate))


def _bind(file: File, scope: Scope, target: ast.expr, state: State, member: str, paired: int) -> None:
    """Bind the names of a target; `paired`: what comes second is the item, so often."""
    if type(target) is ast.Name:
        known = of_name(target.id)
        chosen = state[0] if state[0] is not UNKNOWN[0] else known[0]
        scope.values[target.id] = (file.hole(target, chosen, "loop", member=member),)
    elif isinstance(target, ast.Tuple | ast.List):
        for number, each in enumerate(target.elts):
            inner = (member if number else "") if paired else below(member, str(number))
            _bind(file, scope, each, state, inner, max(paired - 1, 0))
    elif isinstance(target, ast.Starred):
        _bind(file, scope, target.value, state, "", 0)


def part_of(value: Value, number: int, hole: Hole) -> Template:
    """An item of the tuple that a function of the project gives back; `hole` where nothing is known of it."""
    call = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    if type(call) is not Ref or call.call is None:
        return (hole,)
    return (Apply("item", value, Arguments(((Text(str(number), hole.span, False),),)), hole.span, hole),)


def unordered(file: File, node: ast.expr, value: Items) -> Items:
    """The items of a set: which comes first is not known, nor the same in another process."""
    if len(value.items) < 2 and not any(is_several(item) for item in value.items):
        return value
    templates: list[Template] = []
    for item in value.items:
        if not isinstance(item, tuple):
            return value
        templates.append(item)
    span, over = file.span(node), condition_text(file, node)
    if len(templates) == 1:
        return Items((_turned(templates[0], True),), value.span, value.complete)
    state = state_of(value)
    body: Template = (Choice(f"item of {over}", tuple(_alone(item) for item in templates)),)
    if len(templates) > MAX_MEMBERS:
        body = (Hole(over, span, state[0], "loop"),)
    return Items((several(Repeat(body, over, span, state[0], unordered=True)),), value.span, value.complete)


def _alone(item: Template) -> Template:
    return item[:-1] if is_several(item) else item


def in_order(value: Value) -> Value:
    """A collection that has been sorted."""
    if type(value) is Items:
        return Items(tuple(_turned(item, False) for item in value.items), value.span, value.complete)
    hole = single_hole(value)
    if hole is not None and hole.origin == "unordered":
        return (msgspec.structs.replace(hole, origin=""),)
    return value


def _turned(item: Value, mixed: bool) -> Value:
    if not isinstance(item, tuple) or not is_several(item) or type(item[0]) is not Repeat:
        return item
    return (msgspec.structs.replace(item[0], unordered=mixed), *item[1:])
