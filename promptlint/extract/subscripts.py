"""Items and slices of values: `prompts["intro"]`, `parts[0]`, `text[:100]`."""

from __future__ import annotations

import ast

from promptlint.extract.callsite import Evaluate
from promptlint.extract.collections import below, drawn_from
from promptlint.extract.iteration import as_given, condition_text, of_loop
from promptlint.extract.names import PASSING
from promptlint.extract.places import SPREAD, index, replaced
from promptlint.extract.results import note_form
from promptlint.extract.state import File, Scope, fallback_of, single_hole, state_of, textual
from promptlint.extract.volatility import UNKNOWN, of_name, of_part, of_subscript
from promptlint.operations import exact
from promptlint.template import Apply, Arguments, Choice, Hole, Items, Mapping, Template, Text, Value, by_key

MAX_INDEX = 1_000_000
MAX_BRANCHES = 32
# What is given to an "item" beside its key: how the key is written.
ASKED = "@asked"
# What says of a slice that its ends are not known.
SOME = "?"


def subscript(file: File, scope: Scope, node: ast.Subscript, evaluate: Evaluate) -> Value:
    """`value[...]`: the item or slice itself where it can be told, or an operation that waits for its target."""
    value = evaluate(file, scope, node.value)
    own = fallback_of(value)
    state = of_subscript(state_of(value), node) if own else UNKNOWN
    hole = file.hole(node, *state, member=_drawn(file, scope, node, value, own, evaluate))
    if isinstance(node.slice, ast.Slice):
        return _slice(file, scope, node, value, node.slice, hole, evaluate)
    if isinstance(node.slice, ast.Constant) or _negative(node.slice) is not None:
        key = node.slice.value if isinstance(node.slice, ast.Constant) else _negative(node.slice)
        if isinstance(key, int) and abs(key) > MAX_INDEX:
            return (hole,)
        if type(value) is Mapping and isinstance(key, str):
            found = value.get(key)
            if replaced(value, key):
                asked: Template = (Text(key, hole.span, False),)
                return (Apply("item", value, Arguments((asked,)), file.span(node), hole),)
            return found or (hole,)
        if (
            type(value) is Items
            and isinstance(key, int)
            and exact(value)
            and -len(value.items) <= key < len(value.items)
        ):
            return value.items[key]
        if isinstance(value, tuple) and textual(value) and isinstance(key, str | int):
            told = of_name(key) if isinstance(key, str) else state_of(value)
            if own is not None and isinstance(key, str) and of_loop(value):
                told = of_part(key, state, UNKNOWN if key in PASSING else told)
            place = Hole(hole.expression, hole.span, told[0], told[1], member=hole.member)
            wanted: Template = (Text(str(key), hole.span, False),)
            return (Apply("item", value, Arguments((wanted,)), file.span(node), place),)
        if isinstance(key, str):
            if key == "content" and (first := _first(file, scope, node.value, evaluate)) is not None:
                return (Apply("item", first, Arguments(((Text(key, hole.span, False),),)), file.span(node), hole),)
            named = UNKNOWN if key in PASSING else of_name(key)
            state = of_part(key, state, named) if own else named
            return (file.hole(node, state[0], state[1], member=hole.member),)
        known = single_hole(value)
        if known is not None and known.parameter == scope.starred != "":
            # Calls say what they give there.
            at: Template = (Text(str(key), hole.span, False),)
            return (Apply("item", value, Arguments((at,)), file.span(node), hole),)
        return (hole,)
    index = evaluate(file, scope, node.slice)
    if type(value) is Mapping and value.entries and textual(value):
        branches = tuple(item for _, item in value.entries if isinstance(item, tuple))[:MAX_BRANCHES]
        if value.get(SPREAD) is None and branches and len(branches) == len(value.entries):
            about = condition_text(file, node.slice)
            # Keys that are no texts are not known for sure.
            return (Choice(by_key(about, [key for key, _ in value.entries]) if value.complete else about, branches),)
    if isinstance(value, tuple) and textual(value):
        written: Template = (Text(condition_text(file, node.slice), hole.span, False),)
        return (Apply("item", value, Arguments((index,), ((ASKED, written),)), file.span(node), hole),)
    return (hole,)


def _first(file: File, scope: Scope, node: ast.expr, evaluate: Evaluate) -> Template | None:
    """The first message of a list that a function is given: `messages[0]`."""
    if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Constant) or node.slice.value != 0:
        return None
    given = evaluate(file, scope, node.value) if isinstance(node.value, ast.Name) else ()
    known = single_hole(given)
    if known is None or not known.parameter:
        return None
    hole = file.hole(node, *of_subscript(state_of(given), node))
    return (Apply("item", given, Arguments(((Text("0", hole.span, False),),)), hole.span, hole),)


def _drawn(file: File, scope: Scope, node: ast.Subscript, value: Value, own: Hole | None, evaluate: Evaluate) -> str:
    """Which collection an item is from, as in `Hole.member`: `turn["question"]` of a loop, `TEMPLATES[number]`."""
    if type(node.slice) is ast.Constant:
        return below(own.member, str(node.slice.value)) if own is not None else ""
    if type(node.slice) is ast.Slice or (own is not None and not own.parameter and single_hole(value) is not None):
        return ""
    member = drawn_from(file, scope, node.value, value, evaluate).member
    return f"{member}.*" if member else ""


def _negative(node: ast.expr) -> int | None:
    """-1 and the like."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        return -node.operand.value if type(node.operand.value) is int else None
    return None


def _slice(
    file: File,
    scope: Scope,
    node: ast.Subscript,
    value: Value,
    bounds: ast.Slice,
    hole: Hole,
    evaluate: Evaluate,
) -> Value:
    """What is cut out of a list or a text; the ends are numbers, or nothing is known of it.

    Of a parameter linking knows what it is given: of nothing nothing can be cut out.
    """
    known = single_hole(value)
    ends: list[int | None] = []
    for bound in (bounds.lower, bounds.upper):
        number = bound.operand if isinstance(bound, ast.UnaryOp) and isinstance(bound.op, ast.USub) else bound
        if number is None:
            ends.append(None)
        elif isinstance(number, ast.Constant) and isinstance(number.value, int) and number.value <= MAX_INDEX:
            ends.append(number.value if number is bound else -number.value)
        else:
            if bound is not None:
                evaluate(file, scope, bound)
            if known is None or not as_given(scope, known) or bounds.step is not None:
                note_form(file, hole.span, value)
                return (hole,)
            return (Apply("slice", value, Arguments(((Text(SOME, hole.span, False),),)), file.span(node), hole),)
    step = None if bounds.step is None else index(bounds.step)
    if (step is None) != (bounds.step is None) or step == 0 or (bounds.step is not None and not textual(value)):
        note_form(file, hole.span, value)
        return (hole,)
    if type(value) is Items and exact(value):
        return Items(value.items[slice(ends[0], ends[1], step)], file.span(node), True)
    if isinstance(value, tuple) and (textual(value) or (known is not None and as_given(scope, known))):
        words = ",".join("" if end is None else str(end) for end in (*ends, *((step,) if step else ())))
        return (Apply("slice", value, Arguments(((Text(words, hole.span, False),),)), file.span(node), hole),)
    note_form(file, hole.span, value)
    return (hole,)
