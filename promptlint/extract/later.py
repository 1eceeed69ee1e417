"""What else a name or an attribute comes to hold than the text that it has where it is written down.

`self.tone = "friendly"` in `__init__` and `self.tone = tone` in another method: either. The same holds for names of the
module that a function binds anew under `global`, and for `desk.tone = tone` where the class of `desk` is known.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from promptlint.extract.invocations import class_in_sight
from promptlint.extract.joins import join_branches
from promptlint.extract.state import File, Scope, is_instance, single_hole, textual
from promptlint.template import Choice, Condition, Items, Mapping, Ref, Template, Value

# Other values of one name that are kept, ways out of a function that are looked at, base classes that are followed.
MAX_VALUES, MAX_WAYS, MAX_BASES = 4, 8, 8
_MAX_NESTING = 12
# Behind the name of what something else may have been put into, in a condition.
UNCHANGED = " unchanged"


def note_later(file: File, key: str, written: str, value: Value) -> None:
    """Remember what else is put where the binding `key` stands; `written` is what it is called there."""
    hole = single_hole(value)
    if value == () or (hole is not None and hole.expression == "None"):
        # What is emptied holds no other text.
        return
    known = file.later.setdefault(key, [])
    if len(known) < MAX_VALUES and not any(_same(value, other) for _, other in known):
        known.append((written, value))


def _same(one: Value, other: Value) -> bool:
    first, second = single_hole(one), single_hole(other)
    return one == other or (first is not None and second is not None and first.expression == second.expression)


def note_object(file: File, scope: Scope, written: str, value: Value) -> None:
    """`desk.tone = value`, where `desk` is an object of a class of this file."""
    owner, _, name = written.rpartition(".")
    known = class_in_sight(scope, owner)
    if known[:1] == ":" and known[1:] in file.facts.bases:
        note_later(file, f"{known[1:]}.{name}", written, value)


def ways(scope: Scope) -> Iterator[tuple[str, Value]]:
    """What names hold where a function ends before its last statement, as far as that is another value than there."""
    for values in scope.left[:MAX_WAYS]:
        for name, value in values.items() if values is not scope.values else ():
            if ("." in name or name in scope.declared) and scope.values.get(name) is not value:
                yield name, value


def note_globals(file: File, scope: Scope) -> None:
    """What a function leaves in names of the module that it declares global."""
    for name in sorted(scope.declared):
        if name in scope.values:
            note_later(file, name, name, scope.values[name])
    for name, value in ways(scope):
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


def _either(condition: Condition, known: Value, value: Value) -> Value:
    if type(known) is type(value):
        return join_branches(condition, known, value)
    if type(known) is Items or (type(known) is Mapping and not known.kind):
        # Whatever the other one is, it holds something else.
        return msgspec.structs.replace(known, complete=False)
    return known
