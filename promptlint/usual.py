"""Texts that are picked by what holds as long as nothing else is given, or by the keys of a loop: which these are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from promptlint.applied import picked
from promptlint.extract.attributes import bare
from promptlint.extract.facts import Facts
from promptlint.extract.iteration import KEYS, one_of
from promptlint.extract.state import single_hole
from promptlint.extract.subscripts import ASKED
from promptlint.operations import exact, literal
from promptlint.references import of_object
from promptlint.slots import says
from promptlint.template import Apply, Choice, Items, Mapping, Ref, Template, Value, by_key, holes

if TYPE_CHECKING:
    from promptlint.link import Bound, Linker


def loose(linker: Linker, argument: Value, facts: Facts) -> bool:
    """Whether an argument is only what a parameter is by default, or what an attribute holds unless its object is made
    otherwise."""
    return of_object(argument, facts) or (bool(linker.assumed) and not linker.assumed.isdisjoint(bare(argument)))


def held_in(linker: Linker, call: list[tuple[str, Value]], names: set[str], facts: Facts) -> frozenset[str]:
    """The names that decide nothing in a function with these parameters, by what a call gives it."""
    known = [name for name, argument in call if loose(linker, argument, facts)]
    return linker.assumed.difference(names).union(known) if known or linker.assumed else linker.assumed


def item(
    linker: Linker,
    part: Apply,
    target: Value,
    given: tuple[list[Value], dict[str, Value]],
    facts: Facts,
    bound: Bound,
) -> Value | None:
    """What stands in a value under a key, None where nothing is known of it; `given` are the linked arguments.

    Of texts, where the key is only so by default, it is one or another.
    """
    if (found := _in_turns(linker, part, target, facts, bound)) is not None:
        return found
    found = picked(part, target, *given)
    if found is None or not says(found) or not (key := _open_key(linker, part, facts, bound)):
        return found
    positional, keywords = given
    return _either(part, found, picked(part, target, [key, *positional[1:]], keywords), positional[0])


def _in_turns(linker: Linker, part: Apply, target: Value, facts: Facts, bound: Bound) -> Value | None:
    """What a table has under the keys that a loop goes through, where it is known which these are."""
    key = part.arguments.positional[0] if part.arguments.positional else ()
    each = key[0] if isinstance(key, tuple) and len(key) == 1 else None
    if type(target) is not Mapping or type(each) is not Apply or not is_turn(each) or not target.complete:
        return None
    if loose(linker, each.target, facts):
        return None
    over = linker.value(each.target, facts, bound)
    keys: list[str | None] = []
    if type(over) is Items and exact(over):
        keys = [literal(item) for item in over.items]
    elif type(over) is Mapping and over.complete and any(name == KEYS for name, _ in each.arguments.keywords):
        keys = [name for name, _ in over.entries]
    values = [target.get(name) for name in keys if name is not None]
    known = tuple([value for value in values if value is not None])
    if not known or len(known) < len(keys):
        return None
    return one_of(Items(known, part.span), each.fallback.expression, (part.fallback,))


def is_turn(part: Apply) -> bool:
    """Whether a part is the item of a collection that one turn of a loop sees."""
    given = part.arguments.positional
    asked = single_hole(given[0]) if part.operation == "item" and given else None
    return asked is not None and asked.origin == "loop"


def _open_key(linker: Linker, part: Apply, facts: Facts, bound: Bound) -> Template:
    """The key of an item as it is written where it is only known what that is by default; () where it is known."""
    key = part.arguments.positional[0] if part.arguments.positional else ()
    ref = key[0] if isinstance(key, tuple) and len(key) == 1 else None
    if type(ref) is Ref and (ref.fallback.parameter in bound or not of_object(key, facts)):
        return ()
    return (ref.fallback,) if type(ref) is Ref else _written(linker, key, facts, bound)


def _written(linker: Linker, key: Value, facts: Facts, bound: Bound) -> Template:
    if not loose(linker, key, facts):
        return ()
    names = bare(key)
    value = linker.value(key, facts, {name: given for name, given in bound.items() if name not in names})
    return value if isinstance(value, tuple) and literal(value) is None else ()


def _either(part: Apply, found: Value, either: Value | None, key: Value) -> Value:
    """What stands there by default, and what other keys have, `either` if that is known.

    Of a table what is no text, such as the name of a model, stays what it is by default.
    """
    if type(found) is Mapping:
        told = either if type(either) is Mapping else None
        entries = [(name, told.get(name) or value if told and says(value) else value) for name, value in found.entries]
        return msgspec.structs.replace(found, entries=tuple(entries))
    if type(found) is Items:
        return either if type(either) is Items else msgspec.structs.replace(found, complete=False)
    if not isinstance(found, tuple) or any(hole.span == part.fallback.span for hole in holes(found)):
        # More than the default is told as open already.
        return found
    if isinstance(either, tuple) and single_hole(either) is None:
        return either
    about = literal(dict(part.arguments.keywords).get(ASKED, ())) or f"key of {part.fallback.expression}"
    return (Choice(by_key(about, [literal(key) or ""], True), (found, (part.fallback,))),)
