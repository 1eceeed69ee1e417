"""Lists that are copied, grown, cut and sorted, and dicts in them that get new values, statement by statement."""

from __future__ import annotations

import ast

from promptlint.extract.bounds import bounded, full, weight
from promptlint.extract.callsite import CallSite, Evaluate
from promptlint.extract.invocations import note_appended
from promptlint.extract.iteration import in_order, spread
from promptlint.extract.messages import as_asked, note_company
from promptlint.extract.results import run_time_value
from promptlint.extract.sites import NAME, consider, note_content
from promptlint.extract.state import File, Scope, fallback_of, single_hole
from promptlint.extract.volatility import NAMES, dotted
from promptlint.operations import exact, is_several
from promptlint.template import (
    Apply,
    Arguments,
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
)

# Functions whose result has the items of what they are given, in the same order.
COPIES = frozenset({"list", "tuple", "copy.copy", "copy.deepcopy"})
# Methods that add to a list.
GROWING = frozenset({"append", "extend", "insert", "appendleft"})
# Methods that take items out of a list, or turn it around.
LOSING = frozenset({"pop", "popleft", "remove", "clear", "reverse"})
# Keys of one assignment that are followed, and items of the lists and dicts that it changes: each is copied.
MAX_KEYS, MAX_ITEMS = 8, 64
# Parts of an item that is small: a list which such items are added to is weighed each time it has doubled, for weighing
# goes through all of it.
_SMALL = 64
# What a message says, and who says it.
_SAID = ("content", "role", "parts")


def note_change(scope: Scope, name: str) -> None:
    """Remember that a function changes the list that it is given as a parameter."""
    current = scope.values.get(name)
    if isinstance(current, Items) and current.items:
        first = current.items[0]
        part = first[0] if isinstance(first, tuple) and is_several(first) else None
        current = part.body if isinstance(part, Repeat) else None
    hole = single_hole(current) if current is not None else None
    if hole is not None and hole.parameter == name:
        scope.changed.add(name)


def alias(scope: Scope, name: str, node: ast.expr, value: Value) -> None:
    """Remember that a name stands for the same object as another one: `same = messages`."""
    other = dotted(node)
    if other != name and scope.values.get(other) is value:
        names = scope.same.setdefault(other, {other})
        names.add(name)
        scope.same[name] = names


def renew(scope: Scope, name: str, value: Value) -> None:
    """Give a list or dict that is changed in its place its new value, under all of its names and where it stands."""
    old = scope.values.get(name)
    scope.values[name] = value
    for other in scope.same.get(name, ()):
        if scope.values.get(other) is old:
            scope.values[other] = value
    if type(old) is Message or (type(old) is Mapping and old.get("role") is not None):
        for other, around in scope.values.items():
            if type(around) is Items and len(around.items) <= MAX_ITEMS and any(item is old for item in around.items):
                items = tuple(value if item is old else item for item in around.items)
                scope.values[other] = Items(items, around.span, around.complete)


def meet(scope: Scope, ends: list[Scope]) -> None:
    """The functions that lists were given to on one of several ways."""
    scope.lent.clear()
    for name, given in [pair for end in ends for pair in end.lent.items()]:
        known = scope.lent.get(name, ())
        scope.lent[name] = known + tuple(each for each in given if each not in known)


def lose(scope: Scope, node: ast.Call, method: ast.Attribute) -> None:
    """`items.pop()`, `.remove(x)`, `.clear()` and `.reverse()` on a list that is known."""
    name = dotted(method.value)
    note_change(scope, name)
    current = scope.values.get(name)
    if not isinstance(current, Items) or not current.complete:
        return
    items, whole = current.items, exact(current) and len(current.items) <= MAX_ITEMS
    at = _index(node.args[0]) if node.args else 0 if method.attr == "popleft" else -1
    if method.attr == "clear":
        items, whole = (), True
    elif method.attr == "reverse":
        items = items[::-1]
    elif method.attr == "remove" or at is None or not -len(items) <= at < len(items):
        whole = False
    elif whole:
        items = tuple(item for number, item in enumerate(items) if number != at % len(items))
    renew(scope, name, Items(items, current.span, whole))


def put(scope: Scope, target: ast.Subscript, value: Value) -> None:
    """`messages[0]["content"] = value`: a new value within one that is known."""
    keys, name = _keys(target), dotted(root(target))
    note_change(scope, name)
    current = scope.values.get(name)
    if isinstance(current, Items | Mapping | Message) and len(keys) <= MAX_KEYS and not full(current):
        changed = _changed(current, keys, value)
        if changed is not current:
            renew(scope, name, bounded(changed, 0 if isinstance(current, Message) else _size(current)))


def _keys(target: ast.expr) -> list[str | int | None]:
    """The keys that lead to a part of what `root` gives, from the outermost; None for one that is not known."""
    keys: list[str | int | None] = []
    while isinstance(target, ast.Subscript):
        key = target.slice.value if isinstance(target.slice, ast.Constant) else _index(target.slice)
        keys.append(key if isinstance(key, str | int) else None)
        target = target.value
    return keys[::-1]


def content_at(scope: Scope, target: ast.expr) -> Value | None:
    """What stands in `messages[0]["content"]`, where that is a message of a list that is known, or a known message."""
    current, keys = scope.values.get(dotted(root(target))), _keys(target)
    if isinstance(current, Items) and len(keys) == 2 and isinstance(at := keys[0], int) and exact(current):
        current = current.items[at] if -len(current.items) <= at < len(current.items) else None
        keys = keys[1:]
    return current.content if isinstance(current, Message) and keys == ["content"] else None


def root(target: ast.expr) -> ast.expr:
    """What `a.b["c"]["d"]` is a part of: `a.b`."""
    while isinstance(target, ast.Subscript):
        target = target.value
    return target


def rewrite(scope: Scope, node: ast.For | ast.AsyncFor) -> None:
    """What messages come to that the turns of a loop put something else into is not known."""
    over = node.iter
    if isinstance(over, ast.Call) and dotted(over.func) in ("enumerate", "reversed") and over.args:
        over = over.args[0]
    current = scope.values.get(dotted(over)) if type(over) in NAMES else None
    messages = isinstance(current, Items) and any(isinstance(item, Message) for item in current.items)
    if messages and isinstance(current, Items) and current.complete and _rewrites(node):
        renew(scope, dotted(over), Items(current.items, current.span, False))


def _rewrites(node: ast.For | ast.AsyncFor) -> bool:
    """Whether the turns of a loop put something else into the messages that they go over."""
    targets = node.target.elts if isinstance(node.target, ast.Tuple) else [node.target]
    names = {target.id for target in targets if isinstance(target, ast.Name)}
    for each in (inner for statement in node.body for inner in ast.walk(statement)):
        if isinstance(each, ast.Subscript) and isinstance(each.ctx, ast.Store) and isinstance(each.slice, ast.Constant):
            put = each.slice.value in _SAID
        elif isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store):
            put = each.attr in _SAID
        else:
            continue
        if put and isinstance(each.value, ast.Name) and each.value.id in names:
            return True
    return False


def _changed(current: Value, keys: list[str | int | None], value: Value) -> Value:
    """A value with another one in it; what is changed at a place that is not known is not known as a whole."""
    if not keys:
        return value
    key, rest = keys[0], keys[1:]
    if isinstance(current, Items):
        size = _size(current)
        if isinstance(key, int) and size <= MAX_ITEMS and exact(current) and -size <= key < size:
            at = key % size
            changed = _changed(current.items[at], rest, value)
            return Items((*current.items[:at], changed, *current.items[at + 1 :]), current.span, current.complete)
        return Items(current.items, current.span, False) if current.complete else current
    if isinstance(current, Message):
        if key == "content":
            return Message(current.role, _changed(current.content, rest, value), current.span, current.marker)
        marked = current.marker or key == "cache_control"
        return Message(current.role, current.content, current.span, marked)
    if isinstance(current, Mapping) and isinstance(key, str) and _size(current) <= MAX_ITEMS:
        old = current.get(key)
        new = value if old is None or not rest else _changed(old, rest, value)
        if old is None and rest:
            return current
        entries = tuple((name, new if name == key else item) for name, item in current.entries)
        entries = entries if old is not None else (*entries, (key, new))
        return Mapping(entries, current.span, current.complete, current.kind)
    return current


def _size(value: Items | Mapping) -> int:
    return len(value.items if isinstance(value, Items) else value.entries)


def _index(node: ast.expr) -> int | None:
    """3, -1 and the like."""
    negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    number = node.operand if isinstance(node, ast.UnaryOp) and negative else node
    known = number.value if isinstance(number, ast.Constant) and type(number.value) is int else None
    return known if known is None or not negative else -known


def rearrange(file: File, scope: Scope, node: ast.Call, method: ast.Attribute) -> None:
    """`items.sort()` and `random.shuffle(items)`, which change a list in its place."""
    if method.attr == "sort":
        name = dotted(method.value)
        if name in scope.values:
            scope.values[name] = in_order(scope.values[name])
    elif file.resolve(dotted(method)) in ("random.shuffle", "numpy.random.shuffle") and len(node.args) == 1:
        name = dotted(node.args[0])
        if name in scope.values:
            scope.values[name] = (file.hole(node.args[0], Volatility.UNIQUE, "random"),)


def grow(file: File, scope: Scope, node: ast.Call, evaluate: Evaluate) -> Value:
    """`items.append(x)`, `.extend(xs)`, `.insert(i, x)` on a list that is known."""
    assert isinstance(node.func, ast.Attribute)
    target = dotted(node.func.value)
    note_change(scope, target)
    if type(node.func.value) not in NAMES:
        evaluate(file, scope, node.func.value)
    values = [evaluate(file, scope, argument) for argument in node.args]
    for keyword in node.keywords:
        evaluate(file, scope, keyword.value)
    note_company(file, values[-1], True)
    note_appended(file, scope, target, values[-1])
    if isinstance(node.func.value, ast.Subscript):
        _note_part(file, node.func.value, values[-1], node)
    current = scope.values.get(target)
    hole = file.hole(node, Volatility.UNKNOWN)
    if _sends(values[-1]) and not isinstance(current, Items):
        current = _begun(file, scope, node.func.value, evaluate)
    name = "" if target[:1] == "." else target.rpartition(".")[2]
    told = name != "" and file.prompt_like(name)
    if not isinstance(current, Items):
        if told or (name and target not in scope.values):
            consider(file, values[-1], node, name)
        return (hole,)
    if told and name != "instructions" and isinstance(values[-1], tuple):
        # What is put together of such parts is looked at first; instructions one by one may be those for people.
        consider(file, values[-1], node, name)
    added = as_asked(file, scope, node.args[-1], values[-1])
    method = node.func.attr
    if full(current):
        return (hole,)
    if method == "extend":
        more = added.items if isinstance(added, Items) else (spread(added),)
        items = (*current.items, *more)
        known = added.complete if isinstance(added, Items) else fallback_of(added) is not None
        complete = current.complete and known
    elif method == "append":
        items, complete = (*current.items, added), current.complete
    else:
        index = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
        known = method == "appendleft" or type(index) is int
        if type(index) is int and index:
            passed = current.items[:index] if index > 0 else current.items[index:]
            known = exact(Items(passed, current.span))
        place = index if method == "insert" and type(index) is int else 0
        items, complete = (*current.items[:place], added, *current.items[place:]), current.complete and known
        if method == "insert" and type(index) is not int:
            # Where it comes to stand is not known.
            items = current.items
    small = method != "extend" and weight(added, _SMALL) <= _SMALL
    grown: Value = Items(items, current.span, complete)
    if not small or len(items) <= _SMALL or len(items).bit_count() == 1:
        grown = bounded(grown, len(items) if method != "extend" else 0)
    renew(scope, target, grown)
    return (hole,)


def tell(scope: Scope, node: ast.Call, message: Message) -> None:
    """`history.add_user_message("...")` on a list of messages that is known."""
    target = dotted(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    current = scope.values.get(target)
    if isinstance(current, Items) and not full(current):
        grown = Items((*current.items, message), current.span, current.complete)
        renew(scope, target, bounded(grown, len(grown.items)))


def _note_part(file: File, target: ast.Subscript, added: Value, node: ast.Call) -> None:
    """`messages[-1]["content"].append({"type": "text", "text": hint})`"""
    names = keys_of(target)
    if names[-1] == "content":
        for part in added.items if isinstance(added, Items) else (added,):
            text = part.get("text") if isinstance(part, Mapping) and not part.kind else part
            if text is not None:
                note_content(file, names[:-1], text, node, NAME)


def keys_of(target: ast.expr) -> list[str]:
    """What `a.b["c"]["d"]` is called: b, c, d."""
    names: list[str] = []
    while isinstance(target, ast.Subscript) and len(names) < MAX_KEYS:
        if isinstance(target.slice, ast.Constant) and isinstance(target.slice.value, str):
            names.append(target.slice.value)
        target = target.value
    return [dotted(target).rpartition(".")[2], *reversed(names)]


def _begun(file: File, scope: Scope, node: ast.expr, evaluate: Evaluate) -> Items | None:
    """A list of messages that is no list in sight: a copy, what a function gives back, a parameter, an attribute."""
    value = evaluate(file, scope, node) if isinstance(node, ast.Name | ast.Attribute) else None
    known = dotted(node) in scope.values
    if value is None or fallback_of(value) is None or (not known and single_hole(value) is not None):
        return None
    # What is no value of this function may have been added to before.
    return Items((spread(value),), file.span(node), known)


def _sends(value: Value) -> bool:
    """Whether a value is a message, or a list with messages in it."""
    return isinstance(value, Message) or (isinstance(value, Items) and any(map(_sends, value.items)))


def copied(file: File, site: CallSite, value: Value) -> Value | None:
    """A copy of what is known by its name alone: if that is a list, all of it."""
    part = value[0] if isinstance(value, tuple) else None
    if not (isinstance(part, Ref | Apply) or (isinstance(part, Hole) and part.parameter)):
        return None
    hole = run_time_value(file, site, None)
    everything: Template = (Text(",", hole.span, False),)
    return (Apply("slice", value, Arguments((everything,)), hole.span, hole),)


def begins_with(value: Value, key: str) -> bool:
    """Whether a list begins with all that the attribute `key` held before."""
    first = value.items[0] if isinstance(value, Items) and value.items else None
    part = first[0] if isinstance(first, tuple) and is_several(first) else None
    inner = part.body[0] if isinstance(part, Repeat) and len(part.body) == 1 else None
    return isinstance(inner, Ref) and inner.name == f":{key}"
