"""What one object is made with: the call that makes it, and what that leaves in its attributes.

A method says its model by an attribute. What that holds of all objects in sight, `around` says; of the one whose method
is called, where the call that makes it stands in sight, too, that call says more.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Container, Sequence
from typing import TYPE_CHECKING

import msgspec

from promptlint import parameters
from promptlint.classes import BELOW, Place, object_of
from promptlint.clients import client_of, given_model, unset
from promptlint.extract.attributes import bare
from promptlint.extract.facts import SEVERAL, Call, Facts, Function, Invocation
from promptlint.extract.invocations import given_as
from promptlint.extract.joins import join_branches
from promptlint.extract.later import UNCHANGED
from promptlint.extract.places import SPREAD, STARRED
from promptlint.extract.state import single_hole
from promptlint.operations import literal, takes
from promptlint.references import attributes_in
from promptlint.slots import MODEL, attributes, says
from promptlint.template import (
    LOST,
    SUPER,
    Arguments,
    Choice,
    Condition,
    Hole,
    Items,
    Mapping,
    Span,
    Value,
    holes,
    references,
)

if TYPE_CHECKING:
    from promptlint.callers import Callers
    from promptlint.link import Bound, Linker

# Among what holds in a method: what its object was made with.
OBJECT = "@object"
# Constructors above each other that are followed, and calls of one that are compared.
MAX_ABOVE, MAX_MADE = 6, 100
# Attributes that are made of attributes which are, and how many others are looked at for one.
MAX_BESIDE, MAX_LOOKED_AT = 2, 64


class Given(msgspec.Struct, frozen=True):
    """A call of a wrapper: the file it stands in, the call, and its arguments by the parameters.

    `ambiguous`: it may mean the method of another class as well, so who gets the request is not known. `certain`: there
    is no class for whose objects it would mean nothing.
    """

    facts: Facts
    invocation: Invocation
    arguments: dict[str, Value]
    ambiguous: bool = False
    certain: bool = True


class Objects:
    """The calls that make objects, by their places."""

    def __init__(self, callers: Callers) -> None:
        self.callers = callers
        self.makers: dict[Place, dict[Span, Given]] = {}
        # By constructor what it hands to the one of a class above.
        self.handed: dict[Place, tuple[Facts, Invocation]] | None = None
        # Methods that send nothing but what their objects were made with.
        self.asked: set[Place] = set()
        self.told: dict[tuple[Place, str], dict[str | Value | None, Value | None]] = {}
        # By constructor the arguments of the calls that lead to it.
        self.ways: dict[Place, list[Arguments]] = {}
        # What objects are made with, by the calls that make them, and what that leaves in their attributes.
        self.objects: dict[tuple[Place, Span, str], Mapping] = {}
        self.left: dict[int, tuple[Mapping, dict[str, Value | None]]] = {}
        # By constructor and attribute the other ones of which that is made.
        self.beside: dict[tuple[Place, str], list[str]] = {}
        # The other attributes that have been looked at for the one that is asked for.
        self.looked_at = 0

    def follow(self, all_facts: Sequence[Facts]) -> None:
        """Follow the calls of methods that send nothing but what their object was made with."""
        callers = self.callers
        level: list[Place] = []
        for facts in all_facts:
            for call in facts.calls:
                place = (facts.file, call.name)
                if call.span not in callers.fed and call.name in facts.functions and self._sends_made(call, facts):
                    callers.fed.add(call.span)
                    self.asked.add(place)
                    level.append(place)
        for _ in range(MAX_ABOVE):
            for place in level:
                callers.slots.setdefault(place, {})
            # What other methods of the same object call is called with what that was made with.
            above = [
                (given.facts.file, given.invocation.function)
                for place, given in callers.follow(level)
                if given.invocation.function in given.facts.functions and same_object(given.invocation)
            ]
            level = list(dict.fromkeys(place for place in above if place not in callers.calls))

    def _sends_made(self, call: Call, facts: Facts) -> bool:
        """Whether a method sends an attribute that a constructor makes of its parameters."""
        owner = call.name.rpartition(".")[0]
        if owner not in facts.bases or not self.callers.senders.sends(call, facts):
            return False
        sent = {name[5:] for slot, value in call.slots if slot != "client" for name in self._read(value, facts)}
        for home, name in self.callers.classes.lineage(facts, owner) if sent else ():
            for attribute in sent if f"{name}.__init__" in home.functions else ():
                value = home.bindings.get(f"{name}.{attribute}")
                if f"{name}.{attribute}" in home.assigned or (value is not None and takes(value)):
                    return True
        return False

    def _read(self, value: Value, facts: Facts) -> set[str]:
        return attributes_in(value, facts, self.callers.linker)

    def made_with(self, given: Given, names: list[str], outer: Bound, same: bool, about: Value | None) -> Bound:
        """What attributes of the object hold whose method a call is, as far as the call that makes the object says it.

        `outer` is what holds in the function around the method's call, `same`: that is a method of the same object.
        `about` is the class of the object, where that is known.
        """
        made = outer.get(OBJECT) if same else self._made(given, outer, about)
        if not isinstance(made, Mapping):
            return {} if same else self._of_any(given, names)
        place, told = _made_by(made)
        # Many methods of one object are called, and each of them asks for the same attributes.
        left = self.left.setdefault(id(made), (made, {}))[1]
        for name in names:
            if name not in left:
                self.looked_at = 0
                left[name] = self._attribute(place, name[5:], told)
        bound = {name: value for name in names if (value := left[name]) is not None}
        bound[OBJECT] = made
        return bound

    def below(self, given: Given, place: Place) -> Mapping | None:
        """The class of the object whose method a call is, where that is known: it may have more than the one above."""
        classes = self.callers.classes
        found = classes.receiver(given.facts, given.invocation.name)
        owner = (place[0], place[1].rpartition(".")[0])
        if found is None or given.ambiguous or owner not in classes.line(found):
            return None
        made = given.invocation.made or self._origin(given.facts, given.invocation.name.rpartition(".")[0])
        return object_of(found, _exact(given, found)) if found != owner or made is not None else None

    def exceeds(self, given: Given, place: Place, outer: Bound) -> bool:
        """Whether a method is one of a class below that of which the object of a call is exactly one.

        `outer` is what holds in the function around the call.
        """
        classes, owner = self.callers.classes, (place[0], place[1].rpartition(".")[0])
        line = classes.line(owner)[1:]
        found: Place | None = None
        if line and same_object(given.invocation):
            about = outer.get(BELOW)
            if isinstance(about, Mapping) and about.complete:
                file, _, name = about.kind.rpartition(":")
                found = (file, name)
        elif line and given.invocation.made is not None:
            found = classes.receiver(given.facts, given.invocation.name)
            found = found if found is not None and not given.ambiguous and _exact(given, found) else None
        if found is None or found not in line:
            return False
        member = place[1].rpartition(".")[2]
        return any(f"{name}.{member}" in self.callers.homes[file].functions for file, name in classes.line(found))

    def _made(self, given: Given, outer: Bound, about: Value | None) -> Mapping | None:
        """The constructor that makes the object whose method a call is, and what its parameters are given.

        `about` is the class of the object, where that is known.
        """
        invocation = given.invocation
        span = invocation.made or self._origin(given.facts, invocation.name.rpartition(".")[0])
        place = self._constructor(given) if span is not None else None
        if span is None or place is None:
            return None
        home, linker = self.callers.homes[place[0]], self.callers.linker
        function, call = home.functions[place[1]], Arguments()
        if place not in self.makers:
            self.makers[place] = {each.invocation.span: each for each in self.callers.calls_of(place)}
        made = self.makers[place].get(span)
        asked = (place, span, about.kind if isinstance(about, Mapping) else "")
        alone = not outer and made is not None and made.invocation.arguments.complete
        if alone and asked in self.objects:
            return self.objects[asked]
        if made is not None:
            at = made
            call = _each(
                at.invocation, lambda value: linker.resolve(value, at.facts, self._at(at, value, given, outer))
            )
        elif span == SEVERAL:
            call = Arguments(complete=False)
        elif invocation.name.rpartition(".")[0].endswith("()") or not self.callers.around.bare_of(place):
            # A function gives back the object, and may have made it of anything.
            return None
        told = self._told_by(function, home, call, invocation.span)
        told = told if about is None else {**told, BELOW: about}
        found = Mapping(tuple(told.items()), invocation.span, True, ":".join(place))
        if alone:
            self.objects[asked] = found
        return found

    def _told_by(self, function: Function, home: Facts, call: Arguments, span: Span) -> Bound:
        """What the parameters of a constructor hold, by a call of it; what that hides is not known."""
        told: Bound = _by_name(function, call)
        for name, default in function.parameters:
            if name not in told and not call.complete:
                told[name] = (Hole(name, span),)
            elif name not in told and default is not None:
                told[name] = self.callers.linker.resolve(default, home)
        known = dict(function.parameters)
        told[STARRED] = Items(call.positional[len(known) - len(function.named) :], span, call.complete)
        if function.gathered:
            more = tuple((name, value) for name, value in call.keywords if name not in known and name[0] != STARRED)
            told[f"{SPREAD}{function.gathered}"] = Mapping(more, span, call.complete)
        return told

    def _origin(self, facts: Facts, name: str) -> Span | None:
        """The call that makes the object which an attribute, or a name of a module, holds."""
        found = self.callers.linker.place(name, facts) if name.lstrip(":") else None
        return found[0].origins.get(found[1]) if found is not None else None

    def _of_any(self, given: Given, names: list[str]) -> Bound:
        """What of an object is not known that is handed over: attributes in which others hold something else.

        Of one that all in sight are made with it is that, and not what the constructor has by default.
        """
        place = self._constructor(given)
        if place is None:
            return {}
        home, owner = self.callers.homes[place[0]], place[1].rpartition(".")[0]
        bound: Bound = {}
        for name in names:
            if self._differs(place, name[5:]):
                bound[name] = (Hole(name, given.invocation.span),)
            elif (value := self.callers.around.attribute(home, owner, name[5:])) is not None:
                bound[name] = value
        return bound

    def _differs(self, place: Place, name: str) -> bool:
        """Whether the calls of a constructor in sight leave different things in an attribute."""
        return len(self._told(place, name)) > 1

    def _told(self, place: Place, name: str) -> dict[str | Value | None, Value | None]:
        """What the calls of a constructor in sight leave in an attribute; None for what it holds by default."""
        if (place, name) not in self.told:
            home, owner = self.callers.homes[place[0]], place[1].rpartition(".")[0]
            kept = home.assigned.get(f"{owner}.{name}", ())
            told: dict[str | Value | None, Value | None] = {}
            for made in self.callers.calls_of(place)[:MAX_MADE] if len(kept) == 1 and kept[0][0] == place[1] else ():
                for value in self._values(made, home.functions[place[1]], kept[0][1]):
                    told.setdefault(value and (literal(value) or value), value)
            if told and self.callers.around.bare_of(place):
                told[None] = None
            self.told[place, name] = told
        return self.told[place, name]

    def _values(self, made: Given, function: Function, name: str) -> list[Value | None]:
        """What a call that makes an object gives a parameter; one of a class below may stand for several."""
        given = made.arguments.get(name)
        if given is not None or made.invocation.arguments.complete:
            return [None if given is None else self._handed_on(made, given)]
        unknown: Value = (Hole(name, made.invocation.span),)
        ways = self._ways(made, 0)
        return [_by_name(function, way).get(name) or (None if way.complete else unknown) for way in ways]

    def _ways(self, made: Given, hops: int) -> list[Arguments]:
        """The arguments of a call of a constructor: of one in a class below by all the calls that lead to it."""
        place, span = (made.facts.file, made.invocation.function), made.invocation.span
        function = made.facts.functions.get(place[1])
        if function is None or not _own(made.invocation.arguments) or hops > MAX_ABOVE:
            return [_each(made.invocation, lambda value: self._handed_on(made, value))]
        if place not in self.ways:
            # One that leads to itself adds nothing.
            self.ways[place] = []
            found = [way for each in self.callers.calls_of(place)[:MAX_MADE] for way in self._ways(each, hops + 1)]
            found += [Arguments()] if self.callers.around.bare_of(place) else []
            self.ways[place] = found[:MAX_MADE]
        linker, ways = self.callers.linker, []
        for way in self.ways[place]:
            told = self._told_by(function, made.facts, way, span)
            ways.append(_put_in(_each(made.invocation, functools.partial(_resolved, linker, made.facts, told)), told))
        return ways

    def _handed_on(self, made: Given, value: Value) -> Value:
        """An argument of a call that makes an object, with what all calls in sight give the function around it."""
        found = self.callers.linker.resolve(value, made.facts, self.callers.around.at(made, value))
        hole = single_hole(found)
        if hole is None or not hole.parameter:
            return found
        # Whoever calls that function says it, which is not followed further.
        return (Hole(hole.expression, hole.span, hole.volatility),)

    def _lost(self, place: Place, name: str) -> Bound:
        """The parameters of a constructor that stand in an attribute beside a text of it, and are given a text, too.

        It is one of those texts, of which is not known here which one.
        """
        home, owner = self.callers.homes[place[0]], place[1].rpartition(".")[0]
        value = home.bindings.get(f"{owner}.{name}")
        asked = {given_as(hole): hole for hole in holes(value)} if isinstance(value, tuple) and takes(value) else {}
        lost: Bound = {}
        for made in self.callers.calls_of(place)[:MAX_MADE] if asked else ():
            for parameter, given in made.arguments.items():
                if parameter in asked and says(self.callers.linker.resolve(given, made.facts)):
                    lost[parameter] = (msgspec.structs.replace(asked[parameter], origin=LOST),)
        return lost

    def held(self, place: Place, call: Call) -> Bound:
        """What holds of the attributes that a method sends, whatever object it is called on.

        That is what all objects in sight are made with, if that is the same; otherwise it is not known.
        """
        owner = (place[0], place[1].rpartition(".")[0])
        home = self.callers.homes[place[0]]
        sent = {name: slot for slot, value in call.slots if slot != "client" for name in self._read(value, home)}
        bound = self.callers.around.held(place)
        maker = self._maker(owner) if sent else None
        for name in sorted(name for name in sent if name[0] != "*"):
            told = {} if maker is None or maker == place else self._told(maker, name[5:])
            # Of a model that is the same for all `around` knows more.
            if len(told) > 1 or (told and None not in told and sent[name] != "model"):
                value = next(iter(told.values())) if len(told) == 1 else None
                bound[name] = (Hole(name, call.span),) if value is None else value
            elif not told and maker is not None and maker != place:
                bound |= self._made_of(maker, name[5:], call.span)
        return bound

    def _or_later(self, home: Facts, key: str, place: Place, parameter: str, given: Value) -> Value:
        """What an object is made with, or what other methods put in the place of it."""
        default = dict(home.functions[place[1]].parameters).get(parameter)
        later = home.bindings.get(key)
        if later is None or later == default:
            return given
        resolved = self.callers.linker.named(home, key)
        if resolved is None or unset(given):
            return given if resolved is None else resolved
        part = resolved[0] if isinstance(resolved, tuple) and len(resolved) == 1 else None
        if type(part) is Choice and isinstance(given, tuple):
            ways = (given if way == default or bare(way) == [parameter] else way for way in part.branches)
            return (msgspec.structs.replace(part, branches=tuple(ways)),)
        return join_branches(Condition(f"self.{key.rpartition('.')[2]}{UNCHANGED}"), given, resolved)

    @staticmethod
    def _of_above(home: Facts, owner: str, name: str) -> bool:
        """Whether an attribute is made of what a constructor of a class above leaves in it."""
        value = home.bindings.get(f"{owner}.{name}", ())
        return isinstance(value, tuple) and f":{owner}{SUPER}{name}" in references(value)

    def _made_of(self, maker: Place, name: str, place: Span) -> Bound:
        """What an attribute is that a constructor makes of its parameters, or of what one above it leaves there."""
        home, owner = self.callers.homes[maker[0]], maker[1].rpartition(".")[0]
        if self._of_above(home, owner, name):
            value = self._attribute(maker, name, {})
            return {f"self.{name}": (Hole(f"self.{name}", place),) if value is None else value}
        lost = self._lost(maker, name)
        value = home.bindings.get(f"{owner}.{name}", ())
        return {f"self.{name}": self.callers.linker.resolve(value, home, lost)} if lost else {}

    def _maker(self, owner: Place) -> Place | None:
        """The constructor of a class."""
        line = self.callers.classes.lineage(self.callers.homes[owner[0]], owner[1])
        places = ((home.file, f"{name}.__init__") for home, name in line)
        return next((place for place in places if place[1] in self.callers.homes[place[0]].functions), None)

    def _above(self, place: Place, told: Bound) -> tuple[Place, Bound] | None:
        """The constructor of a class above that one calls, and what it gives it."""
        if self.handed is None:
            self.handed = {}
            for facts, invocation in self.callers.by_name.get("__init__", ()):
                self.handed.setdefault((facts.file, invocation.function), (facts, invocation))
        if place not in self.handed:
            return None
        facts, invocation = self.handed[place]
        above = self.callers.classes.meant(facts, invocation.name)
        if above is None or above == place or above[1] not in self.callers.homes[above[0]].functions:
            return None
        linker, home = self.callers.linker, self.callers.homes[above[0]]
        call = _put_in(_each(invocation, functools.partial(_resolved, linker, facts, told)), told)
        return above, self._told_by(home.functions[above[1]], home, call, invocation.span)

    def _at(self, made: Given, value: Value, given: Given, outer: Bound) -> Bound:
        """What holds of the parameters and attributes in an argument of the call that makes an object."""
        known = self.callers.around.at(made, value)
        around = _object_in(outer)
        if around is not None:
            place, told = around
            if (made.facts.file, made.invocation.function) == place:
                known = {**known, **told}
            for name in attributes(value) if made.facts is given.facts else ():
                if name[0] != "*" and (own := self._attribute(place, name[5:], told)) is not None:
                    known[name] = own
        same = made.facts is given.facts and made.invocation.function == given.invocation.function
        return {**known, **outer} if same else known

    def _constructor(self, given: Given) -> Place | None:
        """The constructor of the class whose object's method is called."""
        owner = self.callers.classes.about(given.facts, given.invocation.name)
        return None if owner is None else self._maker(owner)

    def _attribute(self, place: Place, name: str, told: Bound, hops: int = 0) -> Value | None:
        """What a constructor that is given this leaves in an attribute, or the one above that it calls."""
        home, owner = self.callers.homes[place[0]], place[1].rpartition(".")[0]
        key = f"{owner}.{name}"
        kept, told = home.assigned.get(key, ()), self._of_model(home, owner, name, told)
        if kept:
            given = told.get(kept[0][1]) if len(kept) == 1 and kept[0][0] == place[1] else None
            return None if given is None else self._or_later(home, key, place, kept[0][1], given)
        value = home.bindings.get(key)
        if value is None and (above := self._above(place, told)) is not None:
            return self._left_above(home, above, name, hops)
        if value is not None and self._of_above(home, owner, name):
            above = self._above(place, told)
            before = None if above is None else self._left_above(home, above, name, hops)
            told = told if before is None else {**told, f"self.{name}": before}
        beside = self._beside(place, name, value, told, hops) if value is not None else {}
        if value is not None and (beside or takes(value)):
            return self.callers.linker.resolve(value, home, {**beside, **told})
        if value is not None and BELOW in told and (own := self._of_below(home, key, told[BELOW])) is not None:
            return own
        line = self.callers.classes.lineage(home, owner)[1:]
        given_above = any(f"{each}.{name}" in at.assigned for at, each in line)
        if value is None or not given_above or self._above(place, told) is not None:
            return None
        # A constructor that calls none above leaves what it sets itself, whatever those would be given.
        return self.callers.linker.named(home, key)

    def _of_below(self, home: Facts, key: str, about: Value) -> Value | None:
        """The client that an attribute holds, made of what a class below has for itself; None if it is the same one."""
        usual = self.callers.linker.named(home, key)
        if usual is None or client_of(usual) is None or not self._read(home.bindings[key], home):
            return None
        own = self.callers.linker.resolve(home.bindings[key], home, {BELOW: about})
        return None if own == usual or client_of(own) is None else own

    def client_below(self, call: Call, facts: Facts, about: Value) -> Bound:
        """The attribute that holds the client of a call, of an object of a class below, where that is another one."""
        bound: Bound = {}
        line = self.callers.classes.lineage(facts, call.name.rpartition(".")[0])
        names = attributes(call.client) if isinstance(call.client, tuple) else set()
        for name in sorted(each for each in names if each[0] != "*"):
            keys = ((home, f"{each}.{name[5:]}") for home, each in line)
            held = next(((home, key) for home, key in keys if key in home.bindings), None)
            if held is not None and (own := self._of_below(*held, about)) is not None:
                bound[name] = own
        return bound

    def _beside(self, place: Place, name: str, value: Value, told: Bound, hops: int) -> Bound:
        """The other attributes of which one is made, also by methods, as the same call leaves them."""
        if (place, name) not in self.beside:
            read = self._read(value, self.callers.homes[place[0]]) - {f"self.{name}"}
            self.beside[place, name] = sorted(each for each in read if each[0] != "*")
        asked = [each for each in self.beside[place, name] if each not in told] if hops <= MAX_BESIDE else []
        asked = asked[: MAX_LOOKED_AT - self.looked_at]
        self.looked_at += len(asked)
        found = {each: self._attribute(place, each[5:], told, hops + 1) for each in asked}
        return {each: left for each, left in found.items() if left is not None}

    def _of_model(self, home: Facts, owner: str, name: str, told: Bound) -> Bound:
        """What the parameters of a constructor hold, for an attribute that is the model, or a client that has one."""
        line = self.callers.classes.lineage(home, owner)
        slots = (self.callers.attributes.get((each.file, above, name)) for each, above in line)
        if any(slot is not None and slot.role == MODEL for slot in slots):
            return {each: given_model(value) for each, value in told.items()}
        client = home.bindings.get(f"{owner}.{name}")
        model = (client.get("@model") or ()) if isinstance(client, Mapping) else ()
        named = {hole.parameter for hole in holes(model)} if isinstance(model, tuple) else set()
        return {each: given_model(value) if each in named else value for each, value in told.items()}

    def _left_above(self, home: Facts, above: tuple[Place, Bound], name: str, hops: int) -> Value | None:
        """What a constructor that another one calls leaves in an attribute; beyond the bound that is not known."""
        if hops < MAX_ABOVE:
            return self._attribute(above[0], name, above[1], hops + 1)
        return (Hole(f"self.{name}", Span(home.file, 0, 0)),)


def _object_in(outer: Bound) -> tuple[Place, Bound] | None:
    """The constructor of the object of which a function is a method, and what its parameters were given."""
    known = outer.get(OBJECT)
    return _made_by(known) if isinstance(known, Mapping) else None


def _made_by(made: Mapping) -> tuple[Place, Bound]:
    file, _, key = made.kind.rpartition(":")
    return (file, key), dict(made.entries)


def fresh(invocation: Invocation) -> bool:
    """Whether a method is called on an object that is made for this call: `Desk().ask(...)`."""
    return invocation.made is not None and (invocation.made.file, invocation.made.start) == (
        invocation.span.file, invocation.span.start
    )  # fmt: skip


def _exact(given: Given, found: Place) -> bool:
    """Whether the object of a call is one of this class and of none below: it is made in sight, by the class's name."""
    owner = given.invocation.name.rpartition(".")[0]
    owner = given.facts.types.get(owner[1:], owner) if owner[:1] == ":" else owner
    named = owner.rpartition(".")[2].lstrip(":") == found[1].rpartition(".")[2]
    return named and given.invocation.made not in (None, SEVERAL) and not given.ambiguous


def same_object(invocation: Invocation) -> bool:
    """Whether a method is called by another one of the same object."""
    first, _, rest = invocation.name.partition(".")
    above = invocation.function.rpartition(".")[0]
    return bool(above) and first == f":{above}" and "." not in rest


def hands_on(given: Given, wanted: Container[str]) -> bool:
    """Whether a call hands on what the callers of the function around it give."""
    values = [value for name, value in given.arguments.items() if name in wanted]
    return given.invocation.function in given.facts.functions and any(map(takes, values))


def arguments_of(function: Function, invocation: Invocation) -> dict[str, Value]:
    """The arguments of a call by the names of the parameters, defaults left out."""
    call = invocation.arguments
    return _by_name(function, Arguments(call.positional[_first(invocation) :], call.keywords))


def fits(function: Function, invocation: Invocation) -> bool:
    """Whether a function takes all that it would be given by name."""
    names = {name for name, _ in function.parameters}
    return all(name in names for name, _ in invocation.arguments.keywords)


def _by_name(function: Function, call: Arguments) -> dict[str, Value]:
    """Arguments by the names of the parameters, those that are gathered among them."""
    given = dict(parameters.told(function, call))
    if function.gathered:
        given.update((name, value) for name, value in call.keywords if name[0] != STARRED)
    return given


def _first(invocation: Invocation) -> int:
    """The place of the first argument: in `Base.__init__(self, model)` the object stands in front."""
    return int(invocation.name.endswith(".__init__") and ".super()." not in invocation.name)


def _each(invocation: Invocation, resolved: Callable[[Value], Value]) -> Arguments:
    """The arguments of a call of a constructor with nothing left to look up."""
    call = invocation.arguments
    positional = tuple(map(resolved, call.positional[_first(invocation) :]))
    keywords = tuple((name, value if name == STARRED else resolved(value)) for name, value in call.keywords)
    return Arguments(positional, keywords, call.complete)


def _resolved(linker: Linker, facts: Facts, told: Bound, value: Value) -> Value:
    return linker.resolve(value, facts, told)


def _own(call: Arguments) -> dict[str, Value]:
    """What a constructor hands on of its own `*args` and `**settings`."""
    return {name: value for name, value in call.keywords if name in (STARRED, SPREAD)}


def _put_in(call: Arguments, told: Bound) -> Arguments:
    """A call of a constructor above with what the one around it takes as `*args` and `**settings` put in.

    What is not known of either hides arguments. Of what two name it is not known which one holds.
    """
    if call.complete:
        return call
    rest = _own(call)
    keywords = {name: value for name, value in call.keywords if name not in rest}
    starred = told.get(STARRED) if STARRED in rest else Items((), Span("", 0, 0))
    spread = rest.get(SPREAD, Mapping((), Span("", 0, 0)))
    if not rest or not isinstance(starred, Items) or not isinstance(spread, Mapping):
        return Arguments(call.positional, tuple(keywords.items()), False)
    for name, value in spread.entries:
        keywords[name] = (Hole(name, spread.span),) if name in keywords else value
    return Arguments((*call.positional, *starred.items), tuple(keywords.items()), starred.complete and spread.complete)
