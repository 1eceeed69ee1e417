"""Requests of a method whose object may be one of several classes: what each of these sends."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from promptlint.classes import BELOW, Place, object_of
from promptlint.extract.facts import Call, Facts
from promptlint.requests import Sent, sent
from promptlint.told import Way, alike, doubtful

if TYPE_CHECKING:
    from promptlint.callers import Callers
    from promptlint.link import Bound

# Classes below one whose objects are compared with its own.
MAX_BELOW = 8


class Kinds:
    """What objects of a class and of those below it send with one call. One for a call."""

    def __init__(self, callers: Callers, call: Call, facts: Facts, who: Bound) -> None:
        self.callers, self.call, self.facts, self.who = callers, call, facts, who
        self.owner = call.name.rpartition(".")[0]
        self.others: list[tuple[Place, Sent]] | None = None

    def of(self, made: Sent, way: Way | None = None, held: Bound | None = None) -> list[Sent]:
        """A request of an object of which no more is known than its class, as far as it is the same for all below it.

        Of an abstract class there is no object: those below are told in its place, if each has something else to say.
        """
        if self.others is None:
            self.others = list(self._others()) if self.owner in self.facts.bases else []
        told = doubtful(made, ((key, other) for (_, key), other in self.others))
        if told is made or not self._replaced(made):
            return [told]
        each = [(place, self._on(place, other, way, held or {})) for place, other in self.others]
        return list(_by_kind([(place, other) for place, other in each if other is not None])) or [told]

    def _others(self) -> Iterator[tuple[Place, Sent]]:
        below = self.callers.classes.below(self.facts.file, self.owner)
        for home, key in itertools.islice(below, MAX_BELOW):
            kind: Bound = {**self.who, BELOW: object_of((home.file, key))}
            other = sent(self.call, self.facts, self.callers.linker, kind, self.who)
            if other is not None:
                yield (home.file, key), other

    def _replaced(self, made: Sent) -> bool:
        """Whether what a class says itself is sent by none: it is abstract, and those below say something else.

        One that has `ABC` above it and nothing abstract may be made an object of all the same: then something names it.
        """
        if not self._abstract((self.facts.file, self.owner)):
            return False
        below = list(itertools.islice(self.callers.classes.below(self.facts.file, self.owner), MAX_BELOW + 1))
        if len(below) > MAX_BELOW or len(below) != len(self.others or ()):
            return False
        # What a method of a class below does that takes the place of the one with the call is not told here.
        classes, call = self.callers.classes, self.call.name
        own = (classes.nearest(object_of(place), self.facts, call) for place, _ in self.others or ())
        return not any(own) and all(not alike(made, other) for _, other in self.others or ())

    def _abstract(self, place: Place) -> bool:
        """Whether a class is meant to have others below it: it says so, and only they and annotations name it."""
        homes = self.callers.homes
        if not any(base.rpartition(".")[2] == "ABC" for base in homes[place[0]].bases[place[1]]):
            return False
        names = self.callers.names_of(place)
        return not any(_mentions(facts, name) for facts in homes.values() for name in names)

    def _on(self, place: Place, other: Sent, way: Way | None, held: Bound) -> Sent | None:
        """What an object of one class below sends, on one way to the method if there is one."""
        if self._abstract(place):
            return None
        if way is None:
            return other
        kind = msgspec.structs.replace(way, bound={**way.bound, BELOW: object_of(place)})
        return self.callers.made(self.call, self.facts, kind, self.who, held)


def _mentions(facts: Facts, name: str) -> bool:
    at = bisect_left(facts.mentions, name)
    return at < len(facts.mentions) and facts.mentions[at] == name


def _by_kind(found: list[tuple[Place, Sent]]) -> Iterator[Sent]:
    """Requests of objects of several classes, those that are alike as one, each with the classes that send it."""
    kinds: list[tuple[Sent, list[str]]] = []
    for (_, key), made in found:
        same = next((names for other, names in kinds if alike(other, made)), None)
        if same is None:
            kinds.append((made, [key]))
        else:
            same.append(key)
    for made, names in kinds:
        if len(kinds) > 1:
            asked = f"isinstance(self, {names[0] if len(names) == 1 else '(' + ', '.join(names) + ')'})"
            when = (*made.request.when, (asked, True))
            made = msgspec.structs.replace(made, request=msgspec.structs.replace(made.request, when=when))
        yield made
