"""Lists that are copied, grown, cut and sorted, and dicts in them that get new values, statement by statement."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from promptlint.extract import equipped, opened
from promptlint.extract.attributes import note_appended
from promptlint.extract.bounds import bounded, full, weight
from promptlint.extract.callsite import CallSite, Evaluate
from promptlint.extract.collections import drawn_from
from promptlint.extract.iteration import in_order, spread, unordered
from promptlint.extract.later import note_outside, note_renamed
from promptlint.extract.messages import as_asked, note_company
from promptlint.extract.places import (
    MAX_ITEMS,
    MAX_KEYS,
    SHARED,
    SPREAD,
    Place,
    held,
    index,
    place,
    renew,
    replace,
    root,
)
from promptlint.extract.results import note_form, run_time_value
from promptlint.extract.sites import NAME, consider, note_content
from promptlint.extract.spreads import with_entry
from promptlint.extract.state import File, Scope, fallback_of, single_hole
from promptlint.extract.volatility import NAMES, dotted, of_name
from promptlint.operations import SEVERAL, exact, is_several, literal, several
from promptlint.template import (
    Apply,
    Arguments,
    Choice,
    Hole,
    Items,
    Mapping,
    Message,
    Ref,
    Repeat,
    Span,
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
# Parts of an item that is small: a list which such items are added to is weighed each time it has doubled, for weighing
# goes through all of it.
_SMALL = 64
# Changes of one list, one after the other, that linking works out.
_MAX_CHANGES = 3
# In front of the name of a list whose messages a loop goes over.
_TURNS = "*"
# What a message says, and who says it.
_SAID = ("content", "role", "parts")


def note_change(file: File, scope: Scope, where: Place, value: Value | None = None) -> None:
    """Remember that a function changes the list that it is given as a parameter, or one that others hold.

    `value` is what it puts at this place of a dict.
    """
    name, *keys = where
    assert isinstance(name, str)
    current = scope.values.get(name)
    if current is None and name:
        key = keys[0] if keys and isinstance(keys[0], str) else ""
        note_outside(file, scope, name, key, value if key and len(keys) == 1 else None)
    part = current[0] if isinstance(current, tuple) and len(current) == 1 else None
    if type(part) is Ref and part.call is None and part.name[:1] != "@" and len(keys) < 2:
        # Another name of a list or dict that stands outside.
        key = keys[0] if keys and isinstance(keys[0], str) else ""
        note_renamed(file, scope, part.name, name, key, value if key else None)
    if file.given_tools and name not in scope.equipment:
        given = held(scope, where)
        if isinstance(given, Items) and given.span in file.given_tools:
            equipped.doubt(file, scope, given, name)
    if isinstance(current, Items) and current.items:
        first = current.items[0]
        part = first[0] if isinstance(first, tuple) and is_several(first) else None
        current = part.body if isinstance(part, Repeat) else None
    hole = single_hole(current) if current is not None else None
    if hole is not None and hole.parameter and "." not in hole.parameter:
        scope.changed.add(hole.parameter)


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


def held_by(scope: Scope, called: ast.expr) -> tuple[tuple[str, Value], ...]:
    """What has been put into the attributes of an object whose method is called, as far as that may be a text."""
    owner = called.value.id if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) else ""
    put = sorted(name for name in scope.attributed.get(owner, ()) if name.count(".") == 1)
    known = ((name.partition(".")[2], scope.values.get(name)) for name in put)
    return tuple((name, value) for name, value in known if isinstance(value, tuple))


def doubt(file: File, scope: Scope, names: Iterable[str], node: ast.AST) -> None:
    """Forget what attributes of objects hold that something may change."""
    for name in names:
        for each in scope.attributed.get(name, ()):
            if each in scope.values:
                scope.values[each] = (Hole(each, file.span(node), *of_name(each)),)
                # What is put behind it from here on goes on from something else.
                scope.noted.pop(each, None)


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
    note_change(file, scope, (name,))
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
    for end in ends:
        for name, given in end.lent.items():
            known = scope.lent.get(name)
            if known is None:
                scope.lent[name] = given
            elif known is not given:
                # Most were given to nothing on any of the ways since these parted.
                scope.lent[name] = known + tuple([each for each in given if each not in known])


def lose(file: File, scope: Scope, node: ast.Call, method: ast.Attribute) -> None:
    """`items.pop()`, `.remove(x)`, `.clear()` and `.reverse()` on a list that is known."""
    where = place(method.value)
    note_change(file, scope, where)
    current = held(scope, where)
    if isinstance(current, Mapping) and method.attr == "clear" and not current.kind:
        replace(scope, where, Mapping((), current.span))
    of_agent = equipped.meant(scope, method.value)
    if current is None or (of_agent is not method.value and not isinstance(current, Items)):
        equipped.change(file, scope, of_agent, method.attr)
    if current is None or isinstance(current, tuple):
        opened.change(file, scope, where, node)
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
    left = Items(items if whole else opened.cut(file, items, node), current.span, whole)
    replace(scope, where, left)
    equipped.hold(file, scope, of_agent, left)


def delete(file: File, scope: Scope, target: ast.expr) -> None:
    """`del items[0]`, `del items[1:]` and `del request["stop"]` on what is known."""
    if not isinstance(target, ast.Subscript):
        return
    where, key = place(target.value), place(target)[-1]
    note_change(file, scope, where)
    current = held(scope, where)
    if isinstance(current, Mapping) and not current.kind:
        entries = tuple(entry for entry in current.entries if entry[0] != key)
        # Of dicts that are put into it nothing is taken out.
        whole = current.complete and isinstance(key, str) and not any(name == SPREAD for name, _ in entries)
        replace(scope, where, msgspec.structs.replace(current, entries=entries, complete=whole))
    elif isinstance(current, Items):
        items, whole = current.items, exact(current) and len(current.items) <= MAX_ITEMS
        ends = _ends(target.slice) if isinstance(target.slice, ast.Slice) else None
        gone: set[int] = set()
        if whole and ends is not None:
            gone = set(range(len(items))[slice(*ends)])
        elif whole and isinstance(key, int) and -len(items) <= key < len(items):
            gone = {key % len(items)}
        else:
            whole = False
        left = tuple(item for number, item in enumerate(items) if number not in gone)
        replace(scope, where, Items(left if whole else opened.cut(file, left, target), current.span, whole))
    elif not isinstance(key, str):
        opened.change(file, scope, where, target)


def _ends(bounds: ast.Slice) -> tuple[int | None, ...] | None:
    """The ends of a slice, and its step, as far as they are numbers; None if one is none."""
    given = (bounds.lower, bounds.upper, bounds.step)
    ends = tuple(None if each is None else index(each) for each in given)
    told = all((end is None) is (each is None) for end, each in zip(ends, given, strict=True))
    return ends if told and ends[2] != 0 else None


def put(file: File, scope: Scope, target: ast.Subscript, value: Value) -> None:
    """`messages[0]["content"] = value`: a new value within one that is known."""
    where = place(target)
    name, *keys = where
    assert isinstance(name, str)
    if scope.among and len(keys) == 1:
        put_into_one(file, scope, name, keys[0], target)
    note_change(file, scope, where, value)
    current = scope.values.get(name)
    said = keys[-1] in _SAID if len(keys) > 1 else type(keys[0]) is int or (keys[0] is None and type(value) is Message)
    if isinstance(current, tuple) and said and fallback_of(current) is not None:
        # A list that is known by its name alone: of one of its messages something else is said, or it is another one.
        scope.values[name] = put_later(file, target, current, keys, value)
        return
    if isinstance(current, Items) and not full(current) and (keys[1:] == ["content"] or type(value) is Message):
        changed = put_later(file, target, current, keys, value)
        if changed is not current:
            renew(scope, name, changed)
            return
    if type(current) in SHARED and current is not None and not full(current):
        replace(scope, where, value)
    elif isinstance(current, tuple) and (len(keys) == 1 or any(key in _SAID for key in keys)):
        opened.change(file, scope, where, target)


def said_of(scope: Scope, target: ast.expr) -> ast.Subscript | None:
    """What `messages[0].content` and `message.role` are of a message that is an object: `messages[0]["content"]`."""
    if not isinstance(target, ast.Attribute) or target.attr not in _SAID:
        return None
    holder = target.value
    known = type(held(scope, place(holder))) is Message if type(holder) in NAMES else type(holder) is ast.Subscript
    if not known:
        return None
    key = ast.copy_location(ast.Constant(target.attr), target)
    return ast.copy_location(ast.Subscript(holder, key, target.ctx), target)


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


def rearrange(file: File, scope: Scope, node: ast.Call, evaluate: Evaluate) -> None:
    """`items.sort()`, `random.shuffle(items)` and `rng.shuffle(items)`, which change a list in its place."""
    if isinstance(node.func, ast.Attribute) and node.func.attr == "sort":
        where = place(node.func.value)
        note_change(file, scope, where)
        if (current := held(scope, where)) is not None:
            replace(scope, where, in_order(current, node))
            opened.change(file, scope, where, node)
    elif len(node.args) == 1:
        where = place(node.args[0])
        note_change(file, scope, where)
        current, drawn = held(scope, where), file.resolve(dotted(node.func)) in _SHUFFLING
        if current is not None and not isinstance(current, tuple) and not _texts(current):
            # Which of them comes first is not known.
            replace(scope, where, msgspec.structs.replace(current, complete=False))
        elif isinstance(current, Items) and len(current.items) > 1:
            mixed = unordered(file, node.args[0], current, Volatility.UNIQUE if drawn else Volatility.UNKNOWN)
            replace(scope, where, msgspec.structs.replace(mixed, complete=False))
        elif current is not None:
            state = (Volatility.UNIQUE, "random") if drawn else of_name("")
            member = drawn_from(file, scope, node.args[0], current, evaluate).member
            hole = file.hole(node.args[0], *state, member=member)
            note_form(file, hole.span, current)
            replace(scope, where, (hole,))


# Functions by which a list is in another order with every call.
_SHUFFLING = frozenset({"random.shuffle", "numpy.random.shuffle"})


def _texts(value: Value) -> bool:
    """Whether a value is a list of texts."""
    return isinstance(value, Items) and all(isinstance(item, tuple) for item in value.items)


def grow(file: File, scope: Scope, node: ast.Call, evaluate: Evaluate) -> Value:
    """`items.append(x)`, `.extend(xs)`, `.insert(i, x)` on a list that is known."""
    assert isinstance(node.func, ast.Attribute)
    where = place(node.func.value)
    target = dotted(node.func.value)
    note_change(file, scope, where)
    if type(node.func.value) not in NAMES:
        evaluate(file, scope, node.func.value)
    values = [evaluate(file, scope, argument) for argument in node.args]
    for keyword in node.keywords:
        evaluate(file, scope, keyword.value)
    note_company(file, values[-1], True)
    note_appended(file, scope, target, values[-1])
    if isinstance(node.func.value, ast.Subscript):
        _note_part(file, node.func.value, values[-1], node)
    current = held(scope, where)
    hole = file.hole(node, Volatility.UNKNOWN)
    if not isinstance(current, Items) and (sends(values[-1]) or _given_back(scope, current)):
        current = begun(file, scope, node.func.value, evaluate)
    name = "" if target[:1] == "." else target.rpartition(".")[2]
    told = name != "" and file.prompt_like(name)
    of_agent = equipped.meant(scope, node.func.value)
    if not isinstance(current, Items):
        if current is None or of_agent is not node.func.value:
            equipped.change(file, scope, of_agent, node.func.attr, values[-1])
        row = told and type(values[-1]) is Items and target in scope.values  # a row of a sheet
        if told or (name and target not in scope.values):
            consider(file, values[-1], node, "" if row else name)
        opened.change(file, scope, where, node)
        return (hole,)
    if told and name != "instructions" and isinstance(values[-1], tuple):
        # What is put together of such parts is looked at first; instructions one by one may be those for people.
        consider(file, values[-1], node, name)
    added = as_asked(file, scope, node.args[-1], values[-1])
    method = node.func.attr
    if full(current):
        return (hole,)
    grown = _grown(file, node, method, current, added)
    if isinstance(grown, Items) and (method == "extend" or to_weigh(added, len(grown.items))):
        grown = bounded(grown, len(grown.items) if method != "extend" else 0)
    give(file, scope, node.func.value, grown, evaluate)
    if len(where) == 1 and (target in scope.equipment or "." in target):
        equipped.hold(file, scope, of_agent, grown)
    if "." in target and len(where) == 1:
        track(file, scope, target)
    return (hole,)


def _given_back(scope: Scope, value: Value | None) -> bool:
    """Whether a value is what a function gives back, by its name: what is added to that is a list.

    It must have no other name, and stand in no dict that has one: there it would not be changed with it.
    """
    part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    if type(part) is not Ref or part.call is None or part.name.rpartition(".")[2].lstrip(":_")[:1].isupper():
        return False
    names = 0
    for each in scope.values.values():
        names += each is value
        if names > 1 or (type(each) is Mapping and any(item is value for _, item in each.entries)):
            return False
    return True


def _grown(file: File, node: ast.Call, method: str, current: Items, added: Value) -> Value:
    """A list with what is added to it."""
    complete = current.complete
    if method == "extend":
        more = added.items if isinstance(added, Items) else (spread(added),)
        known = added.complete if isinstance(added, Items) else fallback_of(added) is not None
        return Items((*current.items, *more), current.span, complete and known)
    if method == "append":
        return Items((*current.items, added), current.span, complete)
    if method == "appendleft":
        return Items((added, *current.items), current.span, complete)
    at = index(node.args[0])
    if at is None:
        # Where it comes to stand is not known.
        return Items(current.items, current.span, False)
    passed = current.items[:at] if at >= 0 else current.items[at:]
    if isinstance(added, Message) and any(map(is_several, passed)):
        return inserted_later(file, node, at, current, added)
    complete = complete and (not at or exact(Items(passed, current.span)))
    return Items((*current.items[:at], added, *current.items[at:]), current.span, complete)


def inserted_later(file: File, node: ast.Call, at: int, current: Items, added: Message) -> Value:
    """`messages.insert(1, x)` behind what stands for any number of items, which linking may know."""
    first = _first(current)
    if first is None or at < 0 < len(current.items) - 1 or not _changeable(first):
        return Items(current.items, file.span(node), False)
    made = _later("insert", first, at, added, file.span(node))
    if len(current.items) == 1 and current.complete:
        return made
    return Items((spread(made), *current.items[1:]), current.span, current.complete)


def put_later(file: File, target: ast.Subscript, current: Value, keys: Sequence[object], value: Value) -> Value:
    """`messages[0]["content"] = value` on a list of which linking knows the items."""
    first, over = current if isinstance(current, tuple) else None, file.span(root(target))
    if isinstance(current, Items):
        first = _first(current)
    if first is None:
        return current
    whole = len(keys) == 1 and type(value) is Message
    at = keys[0] if type(keys[0]) is int and (whole or keys[1:] == ["content"]) else None
    if at is None or not _changeable(first) or (isinstance(current, Items) and at < 0):
        return Items((spread(first),), over, False) if isinstance(current, tuple) else current
    made = _later("put", first, at, value, over)
    if isinstance(current, Items):
        return Items((spread(made), *current.items[1:]), current.span, current.complete)
    return made


def _later(operation: str, known: Template, at: int, value: Value, span: Span) -> Template:
    hole = fallback_of(known) or Hole("...", span)
    return (Apply(operation, known, Arguments(((Text(str(at), hole.span, False),), value)), span, hole),)


def _first(items: Items) -> Template | None:
    """What is known by its name alone and is all that a list begins with."""
    first = items.items[0] if items.items else None
    part = first[0] if isinstance(first, tuple) and is_several(first) else None
    return part.body if type(part) is Repeat and fallback_of(part.body) is not None else None


def _changeable(value: Template) -> bool:
    """Whether a list may be changed once more: what is put into it may hold all of it, and so doubles it."""
    for _ in range(_MAX_CHANGES):
        part = value[0] if len(value) == 1 else None
        if type(part) is not Apply or part.operation not in ("insert", "put") or not isinstance(part.target, tuple):
            return True
        value = part.target
    return False


def give(file: File, scope: Scope, node: ast.expr, value: Value, evaluate: Evaluate) -> None:
    """Put another value at a place; a dict there of which only that is known where it comes from begins with that."""
    where = place(node)
    (name, *keys), holder = where, root(node)
    if held(scope, where) is not None or len(keys) != 1 or not isinstance(keys[0], str) or not name:
        replace(scope, where, value)
    elif (known := with_entry(evaluate(file, scope, holder), keys[0], value, file.span(holder))) is not None:
        scope.values[str(name)] = known


def to_weigh(added: Value, size: int) -> bool:
    """Whether a list or dict that has so many items with the one that was added must be weighed."""
    return size <= _SMALL or size.bit_count() == 1 or weight(added, _SMALL) > _SMALL


def tell(scope: Scope, node: ast.Call, message: Message) -> None:
    """`history.add_user_message("...")` on a list of messages that is known."""
    where = place(node.func.value) if isinstance(node.func, ast.Attribute) else ("",)
    current = held(scope, where)
    if isinstance(current, Items) and not full(current):
        grown = Items((*current.items, message), current.span, current.complete)
        replace(scope, where, bounded(grown, len(grown.items)))


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


def begun(file: File, scope: Scope, node: ast.expr, evaluate: Evaluate) -> Items | None:
    """A list of messages that is no list in sight: a copy, what a function gives back, a parameter, an attribute."""
    value = evaluate(file, scope, node) if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) else None
    known = isinstance(node, ast.Name | ast.Attribute) and dotted(node) in scope.values
    own = known or isinstance(node, ast.Subscript)
    if value is None or fallback_of(value) is None or (not own and single_hole(value) is not None):
        return None
    # What is no value of this function may have been added to before.
    return Items((spread(value),), file.span(node), known)


def sends(value: Value) -> bool:
    """Whether a value is a message, or a list with messages in it."""
    return isinstance(value, Message) or (isinstance(value, Items) and any(map(sends, value.items)))


def copied(file: File, site: CallSite, value: Value) -> Value | None:
    """A copy of what is known by its name alone: if that is a list, all of it."""
    part = value[0] if isinstance(value, tuple) else None
    if not (isinstance(part, Ref | Apply) or (isinstance(part, Hole) and part.parameter)):
        return None
    hole = run_time_value(file, site, None)
    everything: Template = (Text(",", hole.span, False),)
    return (Apply("slice", value, Arguments((everything,)), hole.span, hole),)


def but_for_empty(value: Items) -> Items:
    """A list without its texts that are empty."""
    return Items(tuple([_if_said(item) for item in value.items if not _empty(item)]), value.span, value.complete)


def _empty(item: Value) -> bool:
    hole = single_hole(item)
    return literal(item) == "" or (hole is not None and hole.expression == "None")


def _if_said(item: Value) -> Value:
    """A text of a list that is empty on one way, where that is left out."""
    part = item[0] if isinstance(item, tuple) and len(item) == 1 else None
    if type(part) is not Choice or not any(map(_empty, part.branches)):
        return item
    branches = tuple([(SEVERAL,) if _empty(branch) else branch for branch in part.branches])
    return several(Choice(part.condition, branches, part.test))


def begins_with(value: Value, key: str) -> bool:
    """Whether a list, or a dict, begins with all that the attribute `key` held before."""
    if isinstance(value, Mapping) and value.entries and value.entries[0][0] == SPREAD:
        before = value.entries[0][1]
        part = before[0] if isinstance(before, tuple) and before else None
        return isinstance(part, Ref) and part.name == f":{key}"
    first = value.items[0] if isinstance(value, Items) and value.items else None
    part = first[0] if isinstance(first, tuple) and is_several(first) else None
    inner = part.body[0] if isinstance(part, Repeat) and len(part.body) == 1 else None
    return isinstance(inner, Ref) and inner.name == f":{key}"
