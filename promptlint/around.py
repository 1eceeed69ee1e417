"""What parameters and attributes hold in a function, by all calls in sight: names of models, and who serves them.

A default holds only where something in sight leaves the argument out. Where all that calls the function, or makes the
object, gives something else, it is that, if it is the same text everywhere; otherwise it is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from promptlint.classes import Place
from promptlint.clients import ADDRESSES, GIVEN, SERVED_BY, asked_first, by_default, model_name, unset
from promptlint.decisions import decided
from promptlint.extract.extents import extent
from promptlint.extract.facts import Call, Facts, Stray
from promptlint.extract.invocations import given_as
from promptlint.operations import literal, takes
from promptlint.references import own_calls
from promptlint.template import Hole, Mapping, Ref, Span, Test, Value, parts, texts

if TYPE_CHECKING:
    from promptlint.callers import Callers
    from promptlint.link import Bound
    from promptlint.objects import Given

# Slots of a call that say who gets it.
_WHO = ("model", "client")
# What says the same of a client that is an object.
_SAYING = frozenset({"@model", "@address", "@client", "@service", "@vertex"})
# Functions behind functions, and calls of one of them, that are followed.
MAX_HOPS, MAX_GIVEN = 4, 200


class Around:
    """What all calls in sight say, worked out once for each parameter."""

    def __init__(self, callers: Callers) -> None:
        self.callers = callers
        self.known: dict[tuple[Place, str], Value | None] = {}
        # Last names of what is called somewhere with nothing that matters.
        self.bare = {name for facts in callers.homes.values() for name in facts.bare}
        self.left_out: dict[Place, bool] = {}
        # By their last names the methods that are called on objects of which nothing is known.
        self.strays: dict[str, set[Stray]] = {}
        for facts in callers.homes.values():
            for stray in facts.strays:
                self.strays.setdefault(stray[0], set()).add(stray)
        # Last names of methods that are handed on, and of those that objects are asked for by a name.
        self.lent = {name for facts in callers.homes.values() for name in facts.methods_given if name[:2] != "__"}
        self.asked: set[str] | None = None

    def bare_of(self, place: Place) -> bool:
        """Whether a function may be called, or a class made an object of, with nothing that matters.

        Another file that has a function or class of that name for itself means its own.
        """
        if place not in self.left_out:
            names = self.callers.names_of(place)
            self.left_out[place] = not self.bare.isdisjoint(names) and any(
                name in names and not self._own(facts, name, place)
                for facts in self.callers.homes.values()
                for name in facts.bare
            )
        return self.left_out[place]

    def _own(self, facts: Facts, name: str, place: Place) -> bool:
        """Whether a file has something else under a name than this function or its class."""
        if name not in facts.functions and name not in facts.bases:
            return False
        return self.callers.classes.target(facts, f":{name}", {place}) != place

    def who(self, call: Call, facts: Facts) -> Bound:
        """What holds of the parameters and attributes by which a call says its model and its client."""
        values = [value for slot, value in call.slots if slot in _WHO] + [call.client]
        values += [value for name, value in call.parameters if name == SERVED_BY or name in ADDRESSES]
        return self._bound(values, facts, call.name, 0)

    def held(self, place: Place) -> Bound:
        """The attributes with tools that objects of a method's class are made with: nothing is known of them."""
        bound: Bound = {}
        owner = (place[0], place[1].rpartition(".")[0])
        for name in sorted(self.callers.held.get(owner, ())):
            for home, each in self.callers.classes.lineage(self.callers.homes[place[0]], owner[1]):
                for method, parameter in home.assigned.get(f"{each}.{name[5:]}", ()):
                    made = self.callers.calls_of((home.file, method)) if method in home.functions else []
                    at = next((given.invocation.span for given in made if parameter in given.arguments), None)
                    if at is not None:
                        bound[name] = (Hole(name, at),)
        return bound

    def _bound(self, values: list[Value], facts: Facts, function: str, hops: int) -> Bound:
        bound: Bound = {}
        named = {name: hole for value in values for name, hole in self._asked(value, facts)}
        for name, hole in sorted(named.items(), key=lambda item: item[0]):
            if not hole.parameter:
                owner, _, member = hole.member[1:].rpartition(".")
                found = self._of_object(facts, owner, member, hops)
            elif name.startswith("self.") and "." in name[5:]:
                owner, _, member = name[5:].rpartition(".")
                found = self._of_object(facts, f":{function.rpartition('.')[0]}.{owner}", member, hops)
            elif name.startswith("self."):
                found = self.attribute(facts, function.rpartition(".")[0], name[5:], hops)
            else:
                found = self._parameter((facts.file, function), name, hops)
            if found is not None:
                bound[name] = found
        return bound

    def _asked(self, value: Value, facts: Facts) -> Iterator[tuple[str, Hole]]:
        """The parameters and attributes in a value, those among them that methods of the object put there."""
        yield from _names(value, 0)
        for _, returned in own_calls(value, facts, self.callers.linker):
            # The parameters of another method are none of this function.
            yield from (each for each in _names(returned, 0) if not each[1].parameter or each[0][:5] == "self.")

    def attribute(self, facts: Facts, owner: str, name: str, hops: int = 0) -> Value | None:
        """What an attribute holds in all objects that are made in sight; None when its class alone says that."""
        asked = ((facts.file, owner), f"self.{name}")
        if asked not in self.known:
            # An attribute that is made of itself is not known by that.
            self.known[asked] = None
            self.known[asked] = self._made(facts, owner, name, hops)
        return self.known[asked]

    def _made(self, facts: Facts, owner: str, name: str, hops: int) -> Value | None:
        if "." in name or hops > MAX_HOPS:
            return None
        while owner and owner not in facts.bases:
            # A function inside of a method.
            owner = owner.rpartition(".")[0]
        for home, each in self.callers.classes.lineage(facts, owner):
            key = f"{each}.{name}"
            value = home.bindings.get(key)
            calls = value is not None and any(own_calls(value, home, self.callers.linker))
            if value is not None and (calls or takes(value)):
                made = f"{each}.__init__"
                bound = self._bound([value], home, made, hops + 1) if made in home.functions else {}
                return self.callers.linker.resolve(value, home, bound) if bound else None
            kept = home.assigned.get(key, ())
            if len(kept) == 1:
                return self._parameter((home.file, kept[0][0]), kept[0][1], hops)
            if kept or value is not None:
                return None
        return None

    def _of_object(self, facts: Facts, name: str, attribute: str, hops: int) -> Value | None:
        """What an attribute of an object holds whose class is known: `config.model`.

        That is, if such objects are made in sight, and either all of them are given it, or none.
        """
        found = self.callers.classes.class_of(facts, name)
        if found is None or hops > MAX_HOPS:
            return None
        home, owner = found
        place = (home.file, f"{owner}.__init__")
        made = self.callers.calls_of(place) if place[1] in home.functions else []
        told = {attribute in given.arguments or not given.invocation.arguments.complete for given in made}
        if self.bare_of(place):
            told.add(False)
        if len(told) != 1:
            return None
        return self.attribute(home, owner, attribute, hops + 1)

    def _parameter(self, place: Place, name: str, hops: int) -> Value | None:
        """What a parameter holds in all calls in sight; None when that is its default, or nothing is known of it."""
        asked = (place, name)
        if asked not in self.known:
            # A function that leads to itself adds nothing.
            self.known[asked] = None
            self.known[asked] = self._given(place, name, hops)
        return self.known[asked]

    def _given(self, place: Place, name: str, hops: int) -> Value | None:
        home = self.callers.homes[place[0]]
        function = home.functions.get(place[1])
        if function is None or hops > MAX_HOPS or name not in (parameters := dict(function.parameters)):
            return None
        every = self.callers.calls_of(place)
        calls = [given for given in every if not self._excluded(given, hops)]
        default = _plain(parameters[name])
        if every and not calls:
            # Nobody in sight takes the way here.
            return (Hole(name, every[0].invocation.span),)
        if self.strayed(place, name) or self._by_name(place):
            # Who else gives it cannot be told.
            return (Hole(name, function.span or Span(place[0], 0, 0)),)
        whole = [given for given in calls if given.invocation.arguments.complete or given.invocation.later]
        left = any(name not in given.arguments for given in whole)
        if calls and default is None and place[1].rpartition(".")[2] in self.lent:
            # What it is handed on to calls it, too.
            return (Hole(name, function.span or Span(place[0], 0, 0)),)
        if not calls or (left and default is not None) or self.bare_of(place):
            return self._usually(place, name, calls, default, hops)
        unknown: Value = (Hole(name, calls[0].invocation.span, origin=GIVEN),)
        if len(calls) > MAX_GIVEN or any(name not in given.arguments for given in calls):
            return unknown
        values = [self._value(given, name, hops) for given in calls]
        known = len(_models(values)) == 1 or all(map(unset, values))
        return next((value for value in values if asked_first(value)), values[0]) if known else unknown

    def _usually(self, place: Place, name: str, calls: list[Given], default: Value | None, hops: int) -> Value | None:
        """What a parameter holds that is left out somewhere, or of whose calls none is in sight."""
        home = self.callers.homes[place[0]]
        at = (default and extent(default)) or home.functions[place[1]].span
        # A constant may stand for it.
        default = default and self.callers.linker.resolve(default, home)
        if default is None or literal(default) is None:
            return None
        given = [each for each in calls if name in each.arguments]
        bare = self.bare_of(place) or len(given) < len(calls)
        if bare and len(given) <= MAX_GIVEN:
            values = [default, *(self._value(each, name, hops) for each in given)]
            if len(_models(values)) == 1:
                return next((value for value in values if asked_first(value)), default)
        return by_default(Hole(name, at or Span(place[0], 0, 0)), default)

    def _by_name(self, place: Place) -> bool:
        """Whether a method is what objects are asked for by a name, to be called with anything."""
        owner, _, method = place[1].rpartition(".")
        if owner not in self.callers.homes[place[0]].bases:
            return False
        if self.asked is None:
            self.asked = set()
            for facts in self.callers.homes.values():
                for function, value in facts.asked_by_name:
                    self.asked |= self._words((facts.file, function), value, 0, set())
        return method in self.asked

    def _words(self, place: Place, value: Value, hops: int, seen: set[tuple[Place, str]]) -> set[str]:
        """The names that a value may be, where it is one of some, or a parameter that is given some.

        `seen`: the parameters that have been looked at, each once.
        """
        facts = self.callers.homes[place[0]]
        linked = self.callers.linker.resolve(value, facts)
        found = (
            {text.value for text in texts(linked) if text.value.isidentifier()} if isinstance(linked, tuple) else set()
        )
        for part in parts(linked) if hops < MAX_HOPS and place[1] in facts.functions else ():
            if type(part) is Hole and part.parameter and (place, part.parameter) not in seen:
                seen.add((place, part.parameter))
                for given in self.callers.calls_of(place)[:MAX_GIVEN]:
                    argument = given.arguments.get(part.parameter, ())
                    above = (given.facts.file, given.invocation.function)
                    found |= self._words(above, argument, hops + 1, seen)
        return found

    def strayed(self, place: Place, name: str) -> bool:
        """Whether a method that is called on what may be any object fits this one, and is given the parameter."""
        owner, _, method = place[1].rpartition(".")
        home = self.callers.homes[place[0]]
        if owner not in home.bases or method not in self.strays:
            return False
        function = home.functions[place[1]]
        names = [parameter for parameter, _ in function.parameters]
        needed = {parameter for parameter, default in function.parameters if default is None}
        return any(
            (name in names[:number] or name in keywords)
            and number <= len(names)
            and (function.gathered or not set(keywords).difference(names[number:]))
            and not (complete and needed.difference(names[:number], keywords))
            for _, number, keywords, complete in self.strays[method]
        )

    def _excluded(self, given: Given, hops: int) -> bool:
        """Whether what is known around a call excludes that it is made."""
        test = given.invocation.test
        if test is None:
            return False
        asked = [one.value for one in _asked(test, 0)]
        bound = self._bound(asked, given.facts, given.invocation.function, hops + 1)
        return decided(self.callers.linker, test, given.facts, bound, frozenset()) is False

    def at(self, given: Given, value: Value, hops: int = 0) -> Bound:
        """What holds of the parameters and attributes in an argument, where the call is made."""
        return self._bound([value], given.facts, given.invocation.function, hops)

    def _value(self, given: Given, name: str, hops: int) -> Value:
        value = given.arguments[name]
        bound = self.at(given, value, hops + 1)
        return self.callers.linker.resolve(value, given.facts, bound)


def _models(values: list[Value]) -> set[str]:
    """The models that values name, by default at least; none if one of them is not known."""
    names = {model_name(value)[0] for value in values}
    return names if "" not in names else set()


def _plain(default: Value | None) -> Value | None:
    """What a field of a class is if nothing is given: `Field(default="gpt-5")`, `field(default="gpt-5")`."""
    if isinstance(default, Mapping) and default.kind.rpartition(".")[2] == "Field":
        return default.get("default") or default.get("0") or default
    part = default[0] if isinstance(default, tuple) and len(default) == 1 else None
    if type(part) is Ref and part.call is not None and part.name == "dataclasses.field":
        return dict(part.call.keywords).get("default", default)
    return default


def _asked(test: Test, depth: int) -> Iterator[Test]:
    """The tests of values that a condition is made of."""
    if not test.inner:
        yield test
    for each in test.inner if depth < MAX_HOPS else ():
        if each is not None:
            yield from _asked(each, depth + 1)


def _names(value: Value, depth: int) -> Iterator[tuple[str, Hole]]:
    """The parameters and attributes that stand in a value, of a client in what says who it is."""
    if isinstance(value, Mapping) and value.get("@provider") is not None:
        for key, item in value.entries:
            if key in _SAYING and depth < MAX_HOPS:
                yield from _names(item, depth + 1)
        return
    for part in parts(value):
        hole = part.fallback if type(part) is Ref else part
        if type(hole) is Hole and hole.member[:1] != "*" and (name := given_as(hole)):
            yield name, hole
