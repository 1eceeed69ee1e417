"""Collections: what one turn of a loop sees, and whether the order of the items is fixed."""

from __future__ import annotations

import ast
from zlib import crc32

import msgspec

from promptlint.extract.attributes import ITEM
from promptlint.extract.callsite import Evaluate
from promptlint.extract.collections import MAX_PATH, Drawn, below, drawn_from
from promptlint.extract.invocations import note_item
from promptlint.extract.joins import join_branches, tools_among
from promptlint.extract.state import File, Scope, fallback_of, single_hole, state_of
from promptlint.extract.volatility import UNKNOWN, State, of_name
from promptlint.operations import exact, is_several, literal, settled, several
from promptlint.template import (
    Apply,
    Arguments,
    Choice,
    Condition,
    Hole,
    Items,
    Mapping,
    Message,
    Ref,
    Repeat,
    Template,
    Text,
    Value,
    Volatility,
    by_number,
    texts,
)

MAX_CONDITION = 200
# A set that is written out is a choice of its items, turn by turn; one with more is data.
MAX_MEMBERS = 32
# Rows within rows.
MAX_NESTING = 4
# What is given to an "item" that is a key where what it is taken from turns out to be a dict.
KEYS = "keys"


class Rows(msgspec.Struct, frozen=True):
    """A loop over a list in sight: what names one of the items, and those.

    `holes` is what its names stand for where nothing is known of the items, `bound` what they do when a turn begins.
    """

    target: ast.expr
    items: Items
    node: ast.expr
    holes: dict[str, Value]
    bound: dict[str, Value]


def condition_text(file: File, node: ast.expr | ast.pattern) -> str:
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
    """Bind the names of a loop's target to what one turn of the loop over `node`, or of a comprehension, sees."""
    note_item(file, scope, target, node)
    state = iteration_state(iterable)
    counted = _given_to("enumerate", node)
    pair = target.elts[1] if isinstance(target, ast.Tuple) and len(target.elts) == 2 else None
    if counted and isinstance(pair, ast.Tuple) and isinstance(target, ast.Tuple) and _given_to("zip", counted[0]):
        # `for number, (agent, task) in enumerate(zip(agents, tasks)):`
        _bind(file, scope, target.elts[0], state, "", 0)
        target, node = pair, counted[0]
    zipped = _given_to("zip", node)
    if zipped and isinstance(target, ast.Tuple) and len(target.elts) == len(zipped):
        for each, argument in zip(target.elts, zipped, strict=True):
            _bind_drawn(file, scope, each, node, state, drawn_from(file, scope, argument, None, evaluate))
    else:
        _bind_drawn(file, scope, target, node, state, drawn_from(file, scope, node, iterable, evaluate))


def _given_to(function: str, node: ast.expr) -> list[ast.expr]:
    """What a function of Python is called with; nothing if it is not called."""
    if not isinstance(node, ast.Call) or type(node.func) is not ast.Name or node.func.id != function:
        return []
    return node.args


def _bind_drawn(file: File, scope: Scope, target: ast.expr, node: ast.expr, state: State, drawn: Drawn) -> None:
    """Bind a target to an item of a collection: to its texts, where they are known or may come to be, or to its name.

    Of objects whose class is known, what that says counts.
    """
    _bind(file, scope, target, state, drawn.member, drawn.beside)
    for _ in range(drawn.beside):
        if not isinstance(target, ast.Tuple) or len(target.elts) != 2:
            return
        target = target.elts[1]
    owner = scope.types.get(target.id, "") if isinstance(target, ast.Name) else ""
    # What an attribute of this object holds may be objects, of which its class says more, or texts.
    said = bool(owner) and (not owner.endswith(ITEM) or owner[1:] in file.facts.types)
    if drawn.collection is None or said:
        return
    names = [each.id for each in ast.walk(target) if type(each) is ast.Name]
    holes = {name: scope.values[name] for name in names if name in scope.values}
    bind_item(file, scope, target, drawn.collection, drawn.values, node)
    items = drawn.collection
    if type(items) is Items and not drawn.values and 1 < len(items.items) <= MAX_MEMBERS and exact(items):
        rows = Rows(target, items, node, holes, {name: scope.values[name] for name in holes})
        scope.rows = {**scope.rows, **dict.fromkeys(holes, rows)}


def _bind(file: File, scope: Scope, target: ast.expr, state: State, member: str, beside: int) -> None:
    """Bind the names of a target; `beside`: what comes second is the item, so often."""
    if type(target) is ast.Name:
        known = of_name(target.id)
        chosen = state[0] if state[0] is not UNKNOWN[0] else known[0]
        origin = "folder" if state[1] == "folder" else "loop"
        scope.values[target.id] = (file.hole(target, chosen, origin, member=member),)
    elif isinstance(target, ast.Tuple | ast.List):
        for number, each in enumerate(target.elts):
            inner = (member if number else "") if beside else below(member, str(number))
            _bind(file, scope, each, state, inner, max(beside - 1, 0))
    elif isinstance(target, ast.Starred):
        _bind(file, scope, target.value, state, "", 0)


def part_of(value: Value, number: int, hole: Hole) -> Template:
    """An item of the tuple that a function of the project gives back; `hole` where nothing is known of it."""
    call = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    if type(call) is not Ref or call.call is None:
        return (hole,)
    return (Apply("item", value, Arguments(((Text(str(number), hole.span, False),),)), hole.span, hole),)


def bind_item(
    file: File, scope: Scope, target: ast.expr, items: Value, values: bool, node: ast.expr, over: str = ""
) -> None:
    """Bind a loop's target to one of the items, where these are texts that are known or may come to be.

    `values`: of a dict they are its values, not its keys. `over` are the items in words, if they are not all of `node`.
    """
    hole = file.hole(target, state_of(items)[0], "loop")
    if isinstance(items, tuple):
        asked = single_hole(items)
        if (asked is not None and asked.parameter) or (len(items) == 1 and type(items[0]) in (Ref, Apply)):
            asks = Arguments(((hole,),), () if values else ((KEYS, ()),))
            _assign(scope, target, (Apply("item", items, asks, hole.span, hole),))
        return
    if type(items) is Mapping and not values:
        return
    one = one_of(items, over or condition_text(file, node), (hole,))
    if one is not None:
        _assign(scope, target, one)


def _assign(scope: Scope, target: ast.expr, value: Value) -> None:
    """Bind the names of a loop's target to the parts of an item; those of which nothing is known stay as they are."""
    applied = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    if isinstance(target, ast.Name):
        known = single_hole(scope.values[target.id])
        if known is None or type(applied) is Hole:
            return
        if type(applied) is Apply and applied.operation == "item":
            # What stands there if nothing is found bears the name that it has in the loop.
            value = (msgspec.structs.replace(applied, fallback=known),)
        scope.values[target.id] = value
    elif isinstance(target, ast.Tuple) and not any(isinstance(each, ast.Starred) for each in target.elts):
        for number, each in enumerate(target.elts):
            if type(value) is Items and len(value.items) == len(target.elts):
                _assign(scope, each, value.items[number])
            elif type(applied) is Apply:
                at = Arguments(((Text(str(number), applied.span, False),),))
                _assign(scope, each, (Apply("item", (applied,), at, applied.span, applied.fallback),))


def of_loop(value: Value) -> bool:
    """Whether a value is an item that one turn of a loop sees, or stands in it, which linking may know."""
    for _ in range(MAX_PATH):
        part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
        if type(part) is not Apply or part.operation != "item":
            return False
        asked = single_hole(part.arguments.positional[0]) if part.arguments.positional else None
        if asked is not None and asked.origin == "loop":
            return True
        value = part.target
    return False


def as_given(scope: Scope, hole: Hole) -> bool:
    """Whether a value is a parameter with what a call gives it: a list to which the function has added nothing."""
    return hole.parameter != "" and hole.parameter not in scope.changed


def joins_given(part: Apply) -> bool:
    """Whether a text is made of the list that a parameter holds: `", ".join(names)`."""
    asked = single_hole(part.arguments.positional[0]) if part.operation == "join" else None
    return asked is not None and asked.parameter != ""


def one_of(value: Value, over: str, unknown: Template, depth: int = 0, beside: bool = False) -> Value | None:
    """One item of a list or dict, whichever it is: a choice of texts; None when that says nothing.

    `unknown` stands for the items that are not in sight. `beside` them stands what says something: they are the words
    of examples then (`("It was great.", "positive")`).
    """
    if type(value) is Items:
        known, complete = value.items, value.complete
    elif isinstance(value, Mapping):
        known, complete = tuple(item for _, item in value.entries), value.complete and not value.kind
    else:
        return None
    if not known or len(known) > MAX_MEMBERS:
        return None
    if all(type(item) is Mapping for item in known):
        # Records of one form: examples, tests. Each stands alone, so each has a condition of its own.
        record = known[-1]
        for number, item in reversed(list(enumerate(known[:-1]))):
            record = join_branches(Condition(f"it is item {number + 1} of {over}"), item, record)
        return record
    rows = [item for item in known if type(item) is Items and exact(item)]
    if len(rows) == len(known) and len({len(row.items) for row in rows}) == 1:
        columns = [Items(column, rows[0].span, complete) for column in zip(*(row.items for row in rows), strict=True)]
        said = any(_said(item) for row in rows for item in row.items)
        parts = [one_of(column, over, unknown, depth + 1, said) for column in columns] if depth < MAX_NESTING else []
        return Items(tuple(unknown if part is None else part for part in parts), rows[0].span)
    templates = [_alone(item) for item in known if isinstance(item, tuple)]
    if len(templates) < len(known) or not (beside or any(map(_worded, templates))):
        return None
    condition, branches = by_number(over, [settled(template) for template in templates], complete)
    branches = branches if complete else (*branches, unknown)
    return branches[0] if len(branches) == 1 else (Choice(condition, branches),)


def _worded(template: Template) -> bool:
    """Whether an item says something, or may: names of columns, attributes and languages are data."""
    return any(" " in part.value for part in texts(template)) or any(type(part) in (Ref, Apply) for part in template)


def _said(item: Value) -> bool:
    return isinstance(item, tuple) and _worded(item)


def unordered(file: File, node: ast.expr, value: Items, every: Volatility | None = None) -> Items:
    """The items of a set: which comes first is not known, nor the same in another process.

    Of a list that is in another order with every call `every` is how often that is.
    """
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
    state = state_of(value) if every is None else (every, "random")
    if len(templates) > MAX_MEMBERS:
        body: Template = (Hole(over, span, state[0], "loop"),)
    else:
        condition, branches = by_number(over, [_alone(item) for item in templates], True)
        body = (Choice(condition, branches),) if len(branches) > 1 else branches[0]
    return Items((several(Repeat(body, over, span, state[0], unordered=every is None)),), value.span, value.complete)


def _alone(item: Template) -> Template:
    return item[:-1] if is_several(item) else item


def in_order(value: Value, node: ast.Call) -> Value:
    """A collection that has been sorted by a call; which message comes first is not known then."""
    if type(value) is Items:
        keys = {each.arg for each in node.keywords}
        words = [literal(item) for item in value.items]
        if not keys and exact(value) and (known := [word for word in words if word is not None]) == words:
            order = sorted(range(len(known)), key=known.__getitem__)
            return Items(tuple(value.items[at] for at in order), value.span)
        sent = any(type(item) is Message or type(item) is Mapping for item in value.items)
        known_order = len(value.items) < 2 or not sent or tools_among(value)
        items = tuple(_turned(item, False) for item in value.items)
        return Items(items, value.span, value.complete and known_order)
    hole = single_hole(value)
    if hole is not None and hole.origin == "unordered":
        return (msgspec.structs.replace(hole, origin=""),)
    return value


def _turned(item: Value, mixed: bool) -> Value:
    if not isinstance(item, tuple) or not is_several(item) or type(item[0]) is not Repeat:
        return item
    return (msgspec.structs.replace(item[0], unordered=mixed), *item[1:])
