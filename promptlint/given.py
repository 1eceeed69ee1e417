"""What leads to a model by way of no call: what classes give for attributes, what loops leave, and defaults."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from promptlint.extract.extents import extent
from promptlint.extract.facts import Call, Facts, Invocation, Site
from promptlint.extract.schemas import FIELDS, SCHEMA
from promptlint.lent import changes
from promptlint.operations import literal
from promptlint.slots import MESSAGES, MODEL
from promptlint.template import Arguments, Span, Value
from promptlint.told import sites_in

if TYPE_CHECKING:
    from promptlint.callers import Callers
    from promptlint.classes import Place
    from promptlint.link import Bound
    from promptlint.objects import Given

# Roles of parameters that hold no text.
NO_TEXT = (SCHEMA, FIELDS, MODEL)


def inherited(callers: Callers) -> Iterator[tuple[Span, str, Facts, Site]]:
    """What classes give for an attribute that a method, also of a base class, sends."""
    for (file, owner, keys), slot in callers.attributes.items():
        attribute, *path = keys.split(".")
        for home, name in (*callers.classes.lineage(callers.homes[file], owner), *callers.classes.below(file, owner)):
            value = home.bindings.get(f"{name}.{attribute}") if slot.role not in NO_TEXT else None
            if value is None or not (slot.whole or slot.each):
                continue
            known = extent(value)
            for one in callers.each(value, path, home) if slot.each else (value,):
                # The collection may be that of another module.
                if (span := known or extent(one)) is not None:
                    for site in sites_in(one, slot, attribute, Invocation("", Arguments(), span)):
                        yield span, attribute, home, site


def left(callers: Callers) -> Iterator[tuple[Span, str, Facts, Site]]:
    """What stands in the place of a parameter that is sent, after the first turn of a loop."""
    for facts in callers.homes.values():
        for function, parameter, value in facts.left:
            slot, span = callers.slots.get((facts.file, function), {}).get(parameter), extent(value)
            if slot is not None and span is not None and slot.role not in NO_TEXT and not slot.each:
                for site in sites_in(value, slot, parameter, Invocation("", Arguments(), span, function)):
                    yield span, parameter, facts, site


def defaults(callers: Callers, place: Place, call: Call) -> Bound:
    """What the parameters of the function around a call hold by default.

    Those that a call of a method of this name on an unknown object gives are left out: that may be this method.
    """
    known = [each for each in call.defaults if not callers.around.strayed(place, each[0])]
    return {name: callers.linker.resolve(value, callers.homes[place[0]]) for name, value in known}


def strays(callers: Callers, place: Place) -> bool:
    """Whether a method of this name that is called on an unknown object is given what this one sends, if anything is.

    Those who call it so cannot be told.
    """
    usual = callers.homes[place[0]].functions[place[1]].parameters
    known = [name for name, default in usual if default is not None and name in callers.slots[place]]
    return any(callers.around.strayed(place, name) for name in known if callers.slots[place][name].role not in NO_TEXT)


def as_usual(usual: Bound, bound: Bound) -> Bound:
    """Those of the values of parameters that a call leaves as they are, or gives once more."""
    return {name: value for name, value in usual.items() if name not in bound or _same(value, bound[name])}


def _same(one: Value, other: Value) -> bool:
    said = literal(one)
    return one == other or (said is not None and said == literal(other))


def spreads_more(invocation: Invocation) -> bool:
    """Whether a call is given a list or a dict of arguments that are not known: `ask(text, **more)`."""
    return not (invocation.arguments.complete or invocation.later or invocation.handed or invocation.by)


def never_given(callers: Callers, place: Place, usual: Bound) -> Bound:
    """Those of the parameters of a function that are what they are by default in every call of it.

    What the callers hand on of their own parameters counts as what these are by default.
    """
    for given in callers.calls_of(place) if usual else ():
        above = given.facts.functions.get(given.invocation.function)
        outer: Bound = {name: value for name, value in above.parameters if value is not None} if above else {}
        if spreads_more(given.invocation):
            # What it brings along may be anything.
            usual = {name: value for name, value in usual.items() if name in given.arguments}
        names = usual.keys() & given.arguments.keys()
        bound = {name: callers.linker.resolve(given.arguments[name], given.facts, outer) for name in sorted(names)}
        usual = as_usual(usual, bound)
    return usual


def kept_lists(callers: Callers, place: Place, given: Given) -> set[str]:
    """The parameters that are given lists of messages which may hold those of earlier calls."""
    kept: set[str] = set()
    home = callers.homes[place[0]]
    names = [name for name, _ in home.functions[place[1]].parameters]
    for argument, name, at in given.invocation.kept:
        positional = names[int(argument) :][:1] if argument.isdecimal() else [argument]
        slot = callers.slots[place].get(positional[0]) if positional else None
        if slot is None or slot.role != MESSAGES:
            continue
        own = name == given.invocation.name
        if not name or changes(callers.linker, f":{place[1]}" if own else name, at, home if own else given.facts):
            kept.add(positional[0])
    return kept
