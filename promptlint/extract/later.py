"""What else a name or an attribute comes to hold than the text that it has where it is written down.

`self.tone = "friendly"` in `__init__` and `self.tone = tone` in another method: either. The same holds for names of the
module that a function binds anew under `global`, and for `desk.tone = tone` where the class of `desk` is known. Of a
list that functions add to, wherever it stands, only the beginning is known.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import TypeGuard

import msgspec

from promptlint.extract.bounds import CUT
from promptlint.extract.catalogue import given_names
from promptlint.extract.facts import Change
from promptlint.extract.invocations import class_in_sight
from promptlint.extract.joins import join_branches
from promptlint.extract.state import File, Scope, is_instance, single_hole, textual
from promptlint.extract.volatility import of_name
from promptlint.extract.without import Marks, Without
from promptlint.operations import takes
from promptlint.template import (
    LOST,
    SUPER,
    Choice,
    Condition,
    Hole,
    Items,
    Mapping,
    Part,
    Ref,
    Span,
    Template,
    Value,
    Volatility,
    parts,
)

# Other values of one name that are kept, ways out of a function that are looked at, base classes that are followed.
MAX_VALUES, MAX_WAYS, MAX_BASES = 8, 32, 8
# Changes of one file that are kept.
MAX_CHANGES = 500
# In the place of the name of an attribute that only run time knows.
ANY = ".*"
_MAX_NESTING = 12
# What is changed stands in an attribute of an object: `self.agent.tools`.
INSIDE = "@inside"
# What is changed is what a model is told of a function.
RETOLD = "@retold"
# Behind the name of what something else may have been put into, in a condition.
UNCHANGED = " is unchanged"


def note_later(file: File, key: str, written: str, value: Value) -> None:
    """Remember what else is put where the binding `key` stands; `written` is what it is called there."""
    hole = single_hole(value)
    if value == () or (hole is not None and hole.expression == "None"):
        # What is emptied holds no other text.
        return
    known = file.later.setdefault(key, [])
    if len(known) <= MAX_VALUES and not any(_same(value, other) for _, other in known):
        # Of one more nothing is told but that there is one.
        known.append((written, value if len(known) < MAX_VALUES else (Hole(CUT, Span(file.name, 0, 0)),)))


def _same(one: Value, other: Value) -> bool:
    first, second = single_hole(one), single_hole(other)
    return one == other or (first is not None and second is not None and first.expression == second.expression)


def note_object(file: File, scope: Scope, written: str, value: Value) -> None:
    """`desk.tone = value`, where `desk` is an object of a known class."""
    owner, _, name = written.rpartition(".")
    known = class_in_sight(scope, owner)
    if known[:1] == ":" and known[1:] in file.facts.bases:
        note_later(file, f"{known[1:]}.{name}", written, value)
    elif known and "." not in owner:
        _note(file, f"{known}.{name}", "", written, value)
    elif not known and "." not in owner and scope.kind != "class":
        note_named(file, scope, written, value)
    else:
        _note_inside(file, scope, written)


def _note_inside(file: File, scope: Scope, written: str) -> None:
    """`self.agent.tools = tools`, and what is added to them, where another method has made the agent."""
    owner, _, name = written.rpartition(".")
    first, _, rest = owner.partition(".")
    given = file.lexicon.decorator_tails
    here: Scope | None = scope
    while here is not None and here.kind == "function":
        if here.receiver == first and here.owner and rest and (name in given or name in given_names()):
            if type(scope.values.get(owner)) is not Mapping:
                _note(file, f":{here.owner}.{rest}.{name}", INSIDE, written, None)
            return
        here = here.parent


def note_named(file: File, scope: Scope, written: str, value: Value) -> None:
    """`Desk.tone = value` and `texts.TONE = value`: an attribute of a class, or a name of a module."""
    first = written.partition(".")[0]
    here: Scope | None = scope
    while here is not None and here.kind == "function":
        if first in here.values:
            return
        here = here.parent
    if first in file.aliases:
        _note(file, file.resolve(written), "", written, value)
    elif first in file.known and scope.kind == "function":
        _note(file, f":{written}", "", written, value)


def note_any(file: File, scope: Scope, node: ast.Call, owner: str) -> None:
    """`setattr(self, name, value)`, `self.__dict__.update(values)`: whatever attributes of an object of known class."""
    here: Scope | None = scope
    while here is not None and here.kind == "function":
        if here.receiver == owner and here.owner:
            _note(file, f":{here.owner}{ANY}", "", owner, (file.hole(node, Volatility.UNKNOWN),))
            return
        here = here.parent
    if known := class_in_sight(scope, owner):
        _note(file, f"{known}{ANY}", "", owner, (file.hole(node, Volatility.UNKNOWN),))


def note_within(file: File, scope: Scope, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    """A function within this one binds names of it anew, or adds to its lists: from here on they hold either."""
    text, end = file.source.text, file.span(node).end
    start = file.span(node.decorator_list[0] if node.decorator_list else node).start
    for each in ast.walk(node) if text.find("nonlocal", start, end) >= 0 else ():
        if type(each) is ast.Nonlocal:
            _note_either(file, scope, each.names, each)
    lists = {
        name
        for name, value in scope.values.items()
        if type(value) is Items and value.complete and text.find(name, start, end) >= 0
    }
    if not lists:
        return
    for inner in ast.walk(node):
        if type(inner) is ast.Attribute and inner.attr in _GROWING and type(inner.value) is ast.Name:
            name = inner.value.id
            value = scope.values[name] if name in lists else None
            if type(value) is Items:
                scope.values[name] = msgspec.structs.replace(value, complete=False)


# Methods by which a list comes to hold other items.
_GROWING = frozenset({"append", "extend", "insert", "appendleft", "pop", "remove", "clear"})


def note_named_in(file: File, scope: Scope, node: ast.expr) -> None:
    """A turn of a comprehension binds names of the function around it: `[(last := each) for each in rows]`."""
    span = file.span(node)
    for each in ast.walk(node) if file.source.text.find(":=", span.start, span.end) >= 0 else ():
        if isinstance(each, ast.NamedExpr):
            name = each.target.id
            if name in scope.values:
                _note_either(file, scope, [name], each)
            else:
                scope.values[name] = (file.hole(each.target, *of_name(name)),)


def _note_either(file: File, scope: Scope, names: list[str], place: ast.AST) -> None:
    """Names hold from here on what they do, or something else, and decide nothing."""
    for name in names:
        value = scope.values.get(name)
        if isinstance(value, tuple) and (textual(value) or takes(value)):
            other = (Hole(name, file.span(place), origin=LOST),)
            scope.values[name] = join_branches(Condition(f"{name}{UNCHANGED}"), value, other)
        elif type(value) is Items:
            scope.values[name] = msgspec.structs.replace(value, complete=False)


def note_outside(file: File, scope: Scope, written: str, key: str = "", value: Value | None = None) -> None:
    """A function adds to a list that is none of its own, or takes from it; or it sets a `key` of a dict to a `value`.

    Its own are those that are made in it, or in a function around it. `written` is the name of the list or dict.
    """
    if scope.kind != "function" or written in scope.values or len(file.facts.changes) >= MAX_CHANGES:
        return
    first, _, rest = written.partition(".")
    here: Scope | None = scope
    while here is not None and here.kind == "function":
        if rest and here.receiver == first and here.owner:
            if "." not in rest:
                _note(file, f":{here.owner}.{rest}", key, written, value)
            elif not key:
                _note_inside(file, scope, written)
            return
        known = here.types.get(first, "") if rest else ""
        if known:
            _note(file, f"{known}.{rest}", key, written, value)
        elif first in here.values and here is not scope and not rest:
            _note_inner(file, here, here.values[first])
        if known or first in here.values:
            return
        here = here.parent
    if first in file.known:
        _note(file, f":{written}", key, written, value)
    elif first in file.aliases:
        _note(file, file.resolve(written), key, written, value)


def note_renamed(file: File, scope: Scope, name: str, written: str, key: str, value: Value | None) -> None:
    """A function changes what stands outside of it under a name of its own: `messages = MESSAGES`, then `append`."""
    if scope.kind == "function":
        _note(file, name, key, written, value)


def note_retold(file: File, name: str, written: str) -> None:
    """What a model is told of a function is set where it is a tool, or is to become one: `find.description = ...`."""
    _note(file, name, RETOLD, written, None)


def note_set(file: File, scope: Scope, key: str, written: str, value: Value) -> None:
    """Remember what a method leaves in an attribute of its object that may be a text for a model."""
    begins = scope.name.rpartition(".")[2] in _MAKING
    known = file.facts.set_later
    if not begins and len(known) < MAX_CHANGES and (textual(value) or file.prompt_like(key.rpartition(".")[2])):
        known.append(Change(f":{key}", "", written, _nameless(value)))


def of_itself(scope: Scope, key: str, written: str, held: Value) -> Value | None:
    """What a method leaves in an attribute, with what it held before: that of the class above where an object is made.

    How much other methods have made of it before is not known. None: it leaves what there was.
    """
    if (value := _put_there(held, scope.before.get(written))) is None:
        return None
    own = [part for part in parts(value) if type(part) is Ref and part.name == f":{key}" and part.call is None]
    if not own or not isinstance(value, tuple) or (len(value) == 1 and type(value[0]) is Ref):
        return value
    owner, _, name = key.rpartition(".")
    making = scope.name.rpartition(".")[2] in _MAKING
    marks: Marks = {}
    for part in own:
        before = msgspec.structs.replace(part.fallback, origin=LOST)
        marks[id(part)] = (part, (Ref(f":{owner}{SUPER}{name}", before) if making else before,))
    return Without(marks).value(value)


def _put_there(value: Value, before: Value | None) -> Value | None:
    """What a method leaves in an attribute, but for the ways on which this holds what it did; None if there is none."""
    if before is None or value == before:
        return value if before is None else None
    part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    if type(part) is not Choice:
        return value
    left = [each for branch in part.branches if isinstance(each := _put_there(branch, before), tuple)]
    if len(left) < 2 or len(left) == len(part.branches):
        return None if not left else left[0] if len(left) == 1 else value
    return (Choice(part.condition, tuple(left)),)


# Methods that make an object.
_MAKING = frozenset({"__init__", "__post_init__", "__new__", "model_post_init"})


def _nameless(value: Value) -> Value:
    """A value without the name of the parameter that it is: elsewhere that is none."""
    hole = single_hole(value)
    return value if hole is None else (msgspec.structs.replace(hole, parameter=""),)


def _note(file: File, name: str, key: str, written: str, value: Value | None) -> None:
    if name.partition(".")[0] in sys.stdlib_module_names or len(file.facts.changes) >= MAX_CHANGES:
        return
    change = Change(name, key, written, None if value is None else _nameless(value))
    if change not in file.facts.changes[-MAX_VALUES:]:
        file.facts.changes.append(change)


def _note_inner(file: File, around: Scope, value: Value) -> None:
    """A function within another one changes a list of that one: what has been sent there may have held more."""
    if type(value) is not Items:
        return
    for number, call in enumerate(file.facts.calls):
        if call.name == around.name and any(type(each) is Items and each.span == value.span for _, each in call.slots):
            slots = tuple(
                (slot, msgspec.structs.replace(each, complete=False))
                if type(each) is Items and each.span == value.span
                else (slot, each)
                for slot, each in call.slots
            )
            file.facts.calls[number] = msgspec.structs.replace(call, slots=slots)


def ways(scope: Scope) -> Iterator[tuple[str, Value]]:
    """What names hold where a function ends before its last statement, as far as that is another value than there."""
    for number, values in enumerate(scope.left):
        if number and values is scope.left[number - 1]:
            continue
        if number == MAX_WAYS:
            return
        for name, value in values.items() if values is not scope.values else ():
            if ("." in name or name in scope.declared) and scope.values.get(name) is not value:
                yield name, value


def note_globals(file: File, scope: Scope) -> None:
    """What a function leaves in names of the module that it declares global."""
    for name in sorted(scope.declared):
        if name in scope.values:
            note_later(file, name, name, scope.values[name])
    for name, value in ways(scope) if scope.declared else ():
        if name in scope.declared:
            note_later(file, name, name, value)


def either_held(file: File) -> None:
    """Make one value of the text that a name has and of what else it comes to hold."""
    bindings = file.facts.bindings
    for key, values in file.later.items():
        known = bindings.get(key)
        if known is None:
            known = _inherited(file, key, values[0][1])
        if known is None or key in file.definitions or is_instance(known) or not textual(known):
            continue
        for number, (written, value) in enumerate(values):
            if not _holds(known, value, 0):
                # Each is a question of its own.
                again = f"{UNCHANGED} ({number})" if number else UNCHANGED
                known = _either(Condition(f"{written}{again}"), known, value)
        bindings[key] = known


def _inherited(file: File, key: str, value: Value) -> Template | None:
    """The text that a class above, in the same file, has for an attribute which methods of this one set."""
    owner, _, name = key.rpartition(".")
    hole = single_hole(value)
    if hole is None or owner not in file.facts.bases or key in file.definitions:
        return None
    for _ in range(MAX_BASES):
        owner = next((base for base in file.facts.bases.get(owner, ()) if base in file.facts.bases), "")
        above = f"{owner}.{name}"
        if not owner or above in file.definitions:
            return None
        if isinstance(known := file.facts.bindings.get(above), tuple):
            return (Ref(f":{above}", hole),) if textual(known) else None
    return None


def _holds(known: Value, value: Value, depth: int) -> bool:
    """Whether a value is one of those that another one may be."""
    if known == value:
        return True
    part = known[-1] if isinstance(known, tuple) and known else None
    if type(part) is not Choice or depth > _MAX_NESTING:
        return False
    return any(_holds(branch, value, depth + 1) for branch in part.branches)


def changed(known: Value, changes: list[tuple[Change, Value | None]]) -> Value:
    """What something holds that functions change, each with the value that it puts there, looked up."""
    if any(value is None and not change.key for change, value in changes) and _holds_others(known):
        known = msgspec.structs.replace(known, complete=False)
    if within := {change.key for change, value in changes if value is None and change.key}:
        known = _grown_within(known, within)
    given = [(change, value) for change, value in changes if value is not None]
    for number, (change, value) in enumerate(given[:MAX_VALUES]):
        condition = Condition(f"{change.written}{UNCHANGED} ({number})" if number else f"{change.written}{UNCHANGED}")
        if not change.key:
            known = known if _holds(known, value, 0) else _either(condition, known, value)
        elif type(known) is Mapping and not known.kind:
            entries = tuple(
                (key, item if key != change.key or _holds(item, value, 0) else _either(condition, item, value))
                for key, item in known.entries
            )
            known = msgspec.structs.replace(known, entries=entries)
    return known


def _grown_within(known: Value, keys: set[str]) -> Value:
    """A dict with lists under these keys that functions change: of each only the beginning is known."""
    if type(known) is not Mapping or known.kind:
        return msgspec.structs.replace(known, complete=False) if type(known) is Items else known
    entries = tuple(
        (key, msgspec.structs.replace(item, complete=False) if key in keys and _holds_others(item) else item)
        for key, item in known.entries
    )
    whole = known.complete and keys <= {key for key, _ in entries}
    return msgspec.structs.replace(known, entries=entries, complete=whole)


def as_made(value: Value, depth: int = 0) -> Value:
    """What an attribute holds in an object without a name: `desk.tone = tone` has changed another one."""
    if not isinstance(value, tuple) or depth > _MAX_NESTING:
        return value
    parts: list[Part] = []
    for part in value:
        name, put, _ = part.condition.partition(UNCHANGED) if type(part) is Choice else ("", "", "")
        own = type(part) is Choice and bool(put) and not name.startswith(_RECEIVERS)
        first = as_made(part.branches[0], depth + 1) if type(part) is Choice and own else (part,)
        parts += first if isinstance(first, tuple) else ()
    return tuple(parts)


# What methods call the object that they are methods of.
_RECEIVERS = ("self.", "cls.")


def _holds_others(value: Value) -> TypeGuard[Items | Mapping]:
    """Whether a value is a list or a dict."""
    return type(value) is Items or (type(value) is Mapping and not value.kind)


def _either(condition: Condition, known: Value, value: Value) -> Value:
    if type(known) is type(value):
        return join_branches(condition, known, value)
    if _holds_others(known):
        # Whatever the other one is, it holds something else.
        return msgspec.structs.replace(known, complete=False)
    return known
