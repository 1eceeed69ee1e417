"""Lists that are copied, grown, cut and sorted, and dicts in them that get new values, statement by statement."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

import msgspec

from promptlint.extract.bounds import bounded, full, weight
from promptlint.extract.callsite import CallSite, Evaluate
from promptlint.extract.invocations import note_appended
from promptlint.extract.iteration import in_order, spread
from promptlint.extract.later import note_outside
from promptlint.extract.messages import as_asked, note_company
from promptlint.extract.results import run_time_value
from promptlint.extract.sites import NAME, consider, note_content
from promptlint.extract.state import File, Scope, fallback_of, single_hole
from promptlint.extract.volatility import NAMES, dotted, of_name
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
# In front of the name of a list whose messages a loop goes over.
_TURNS = "*"
# What a message says, and who says it.
_SAID = ("content", "role", "parts")


def note_change(file: File, scope: Scope, name: str) -> None:
    """Remember that a function changes the list that it is given as a parameter, or one that others hold."""
    current = scope.values.get(name)
    if current is None and name:
        note_outside(file, scope, name)
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


def track(file: File, scope: Scope, written: str) -> None:
    """Remember that an attribute of an object has a value that this function has given it."""
    owner = written.rpartition(".")[0]
    if owner == scope.receiver or owner in file.aliases or len(scope.attributed) >= MAX_ITEMS:
        return
    known = scope.attributed.setdefault(owner, set())
    if len(known) < MAX_ITEMS:
        known.add(written)


def forget(scope: Scope, name: str) -> None:
    """Forget what attributes of an object hold, whose name stands for another one from here on."""
    for each in scope.attributed.pop(name, ()):
        scope.values.pop(each, None)


def doubt(file: File, scope: Scope, names: Iterable[str], node: ast.AST) -> None:
    """Forget what attributes of objects hold that something may change."""
    for name in names:
        for each in scope.attributed.get(name, ()):
            if each in scope.values:
                scope.values[each] = (Hole(each, file.span(node), *of_name(each)),)


def note_item(scope: Scope, name: str, node: ast.Call | ast.Subscript) -> None:
    """`first = next(each for each in messages if ...)`, `last = messages[at]`: a name of one of several messages."""
    over: ast.expr | None = None
    if isinstance(node, ast.Subscript):
        over = node.value
    elif isinstance(node.func, ast.Name) and node.func.id == "next" and node.args:
        drawn = node.args[0]
        over = drawn.generators[0].iter if isinstance(drawn, ast.GeneratorExp) else None
    scope.among.pop(name, None)
    if over is not None and type(over) in NAMES and not isinstance(scope.values.get(name), Message):
        scope.among[name] = dotted(over)


def put_into_one(file: File, scope: Scope, owner: str, key: object, place: ast.AST) -> None:
    """`first["content"] = text`, where `first` is one of several messages: which one it is, is not known."""
    name = scope.among.get(owner, "")
    if name and key in _SAID:
        if name[0] == _TURNS:
            # Known behind the loop.
            scope.among[f"{_TURNS}{name}"] = name
        else:
            _leave_open(file, scope, name, place)


def _leave_open(file: File, scope: Scope, name: str, place: ast.AST) -> None:
    """Of a list of messages it is not known any more what all of them say."""
    current = scope.values.get(name)
    note_change(file, scope, name)
    if isinstance(current, Items):
        if any(isinstance(item, Message) for item in current.items):
            renew(scope, name, Items(current.items, current.span, False))
    elif current is not None and fallback_of(current) is not None:
        known = fallback_of(current)
        changed = scope.values[name] = Items((spread(current),), file.span(place), False)
        for other, around in scope.values.items():
            # A dict that holds it: `settings = {"messages": messages}`.
            if type(around) is Mapping and any(_is(item, known) for _, item in around.entries):
                entries = tuple((key, changed if _is(item, known) else item) for key, item in around.entries)
                scope.values[other] = msgspec.structs.replace(around, entries=entries)


def _is(value: Value, known: Hole | None) -> bool:
    """Whether a value is a parameter, or what stands for a call."""
    hole = fallback_of(value)
    return hole is not None and known is not None and bool(hole.parameter) and hole.parameter == known.parameter


def touched(node: ast.Call) -> Iterator[str]:
    """The objects that a call may change: the one whose method it is, those that it is given."""
    given = (*node.args, *(keyword.value for keyword in node.keywords))
    on = (node.func.value,) if isinstance(node.func, ast.Attribute) else ()
    yield from (dotted(each) for each in (*on, *given) if type(each) in NAMES)


def meet(scope: Scope, ends: list[Scope]) -> None:
    """The functions that lists were given to on one of several ways."""
    scope.lent.clear()
    for name, given in [pair for end in ends for pair in end.lent.items()]:
        known = scope.lent.get(name, ())
        scope.lent[name] = known + tuple(each for each in given if each not in known)


def lose(file: File, scope: Scope, node: ast.Call, method: ast.Attribute) -> None:
    """`items.pop()`, `.remove(x)`, `.clear()` and `.reverse()` on a list that is known."""
    name = dotted(method.value)
    note_change(file, scope, name)
    current = scope.values.get(name)
    if not isinstance(current, Items) or not current.complete:
        return
    items, whole = current.items, exact(current) and len(current.items) <= MAX_ITEMS
    at = index(node.args[0]) if node.args else 0 if method.attr == "popleft" else -1
    if method.attr == "clear":
        items, whole = (), True
    elif method.attr == "reverse":
        items = items[::-1]
    elif method.attr == "remove" or at is None or not -len(items) <= at < len(items):
        whole = False
    elif whole:
        items = tuple(item for number, item in enumerate(items) if number != at % len(items))
    renew(scope, name, Items(items, current.span, whole))


def put(file: File, scope: Scope, target: ast.Subscript, value: Value) -> None:
    """`messages[0]["content"] = value`: a new value within one that is known."""
    keys, name = _keys(target), dotted(root(target))
    if scope.among and len(keys) == 1:
        put_into_one(file, scope, name, keys[0], target)
    current = scope.values.get(name)
    if current is None and name and len(keys) == 1 and isinstance(keys[0], str):
        note_outside(file, scope, name, keys[0], value)
    else:
        note_change(file, scope, name)
    if isinstance(current, tuple) and len(keys) > 1 and keys[-1] in _SAID and fallback_of(current) is not None:
        # A list that is known by its name alone: of one of its messages something else is said.
        current = scope.values[name] = Items((spread(current),), file.span(root(target)), False)
    if isinstance(current, Items | Mapping | Message) and len(keys) <= MAX_KEYS and not full(current):
        changed = with_value(current, keys, value)
        if changed is not current:
            renew(scope, name, bounded(changed, 0 if isinstance(current, Message) else _size(current)))


def _keys(target: ast.expr) -> list[str | int | None]:
    """The keys that lead to a part of what `root` gives, from the outermost; None for one that is not known."""
    keys: list[str | int | None] = []
    while isinstance(target, ast.Subscript):
        key = target.slice.value if isinstance(target.slice, ast.Constant) else index(target.slice)
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


def note_turns(scope: Scope, node: ast.For | ast.AsyncFor) -> None:
    """Remember what is one message of a list in every turn of a loop: `for each in messages`."""
    if (over := _gone_over(node)) is not None:
        targets = node.target.elts if isinstance(node.target, ast.Tuple) else [node.target]
        scope.among.update((target.id, f"{_TURNS}{over}") for target in targets if isinstance(target, ast.Name))


def _gone_over(node: ast.For | ast.AsyncFor) -> str | None:
    over = node.iter
    if isinstance(over, ast.Call) and dotted(over.func) in ("enumerate", "reversed") and over.args:
        over = over.args[0]
    return dotted(over) if type(over) in NAMES else None


def rewrite(file: File, scope: Scope, node: ast.For | ast.AsyncFor) -> None:
    """What messages come to that the turns of a loop have put something else into is not known."""
    over = _gone_over(node)
    if over is not None and scope.among.pop(f"{_TURNS}{_TURNS}{over}", ""):
        _leave_open(file, scope, over, node.iter)


def with_value(current: Value, keys: list[str | int | None], value: Value) -> Value:
    """A value with another one in it; what is changed at a place that is not known is not known as a whole."""
    if not keys:
        return value
    key, rest = keys[0], keys[1:]
    if isinstance(current, Items):
        size = _size(current)
        if isinstance(key, int) and size <= MAX_ITEMS and exact(current) and -size <= key < size:
            at = key % size
            changed = with_value(current.items[at], rest, value)
            return Items((*current.items[:at], changed, *current.items[at + 1 :]), current.span, current.complete)
        return Items(current.items, current.span, False) if current.complete else current
    if isinstance(current, Message):
        if key == "content":
            return Message(current.role, with_value(current.content, rest, value), current.span, current.marker)
        marked = current.marker or key == "cache_control"
        return Message(current.role, current.content, current.span, marked)
    if isinstance(current, Mapping) and isinstance(key, str) and _size(current) <= MAX_ITEMS:
        old = current.get(key)
        new = value if old is None or not rest else with_value(old, rest, value)
        if old is None and rest:
            return current
        entries = tuple((name, new if name == key else item) for name, item in current.entries)
        entries = entries if old is not None else (*entries, (key, new))
        return Mapping(entries, current.span, current.complete, current.kind)
    return current


def _size(value: Items | Mapping) -> int:
    return len(value.items if isinstance(value, Items) else value.entries)


def index(node: ast.expr) -> int | None:
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
    note_change(file, scope, target)
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
        at = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
        known = method == "appendleft" or type(at) is int
        if type(at) is int and at:
            passed = current.items[:at] if at > 0 else current.items[at:]
            known = exact(Items(passed, current.span))
        place = at if method == "insert" and type(at) is int else 0
        items, complete = (*current.items[:place], added, *current.items[place:]), current.complete and known
        if method == "insert" and type(at) is not int:
            # Where it comes to stand is not known.
            items = current.items
    small = method != "extend" and weight(added, _SMALL) <= _SMALL
    grown: Value = Items(items, current.span, complete)
    if not small or len(items) <= _SMALL or len(items).bit_count() == 1:
        grown = bounded(grown, len(items) if method != "extend" else 0)
    renew(scope, target, grown)
    if "." in target:
        track(file, scope, target)
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
