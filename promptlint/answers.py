"""What functions give back for what they are given, and what parts of values come to, kept for those who ask again."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

import msgspec

from promptlint.template import Part, Value

# Calls whose answers are kept, and values that are told apart for them.
MAX_ANSWERS, MAX_VALUES = 5_000, 50_000
# Answers of one call that are kept, each for other things that are on the way to it.
MAX_EACH = 8
# Stands for any depth at which nothing lies too deep.
_ANY = -1

Looked = tuple[str, str]
Asked = tuple[str, str, tuple[str, ...], tuple[int, ...], frozenset[str]]


class Trail(msgspec.Struct):
    """What was looked up for a value, and what of that was not, since it was on the way already: `met`.

    `deep`: something lay too deep. `passing`: something is known for one look-up only.
    """

    entered: set[Looked]
    met: set[Looked] = msgspec.field(default_factory=set)
    deep: bool = False
    passing: bool = False

    def join(self, other: Trail | Answer) -> None:
        self.entered |= other.entered
        self.met |= other.met
        self.deep = self.deep or other.deep
        self.passing = self.passing or other.passing


class Answer(msgspec.Struct, frozen=True):
    """A value and its trail, how deep that went below the `depth` of the call, and whether it was cut off."""

    value: Value | None
    entered: set[Looked]
    met: set[Looked]
    deep: bool
    passing: bool
    depth: int
    height: int
    cut: bool

    def holds(self, depth: int, most: int, active: set[Looked]) -> bool:
        """Whether working it out again takes the same steps at this depth, with this on the way already."""
        fits = depth == self.depth or (not self.deep and depth + self.height <= most)
        return fits and self.entered.isdisjoint(active) and self.met <= active


class Shared(msgspec.Struct, frozen=True):
    """What a part comes to with what is given for the parameters in it, and how deep that went below its depth.

    Both are kept with it: by their identity it is found again. While one call is worked out, what is on the way to a
    part of it stays the same.
    """

    part: Part
    bound: dict[str, Value]
    value: Value
    depth: int
    height: int

    def holds(self, depth: int, most: int) -> bool:
        return depth == self.depth or max(depth, self.depth) + self.height <= most


class Answers:
    """Answers of functions, by the function and the values that its parameters have."""

    def __init__(self) -> None:
        # Those that hold as long as the program does, and those of one look-up.
        self._known: dict[tuple[Asked, int], list[Answer]] = {}
        self._passing: dict[tuple[Asked, int], list[Answer]] = {}
        # Equal values have one number. Of an object that is known already it need not be worked out again, which for a
        # large table takes long; it is kept, so that no other has its identity.
        self._equal: dict[Value, int] = {}
        self._next = count()
        self._numbers: dict[int, tuple[int, Value]] = {}

    def begin(self) -> None:
        """Forget what holds for one look-up only."""
        self._passing.clear()

    def asked(self, file: str, key: str, given: dict[str, Value], assumed: frozenset[str]) -> Asked:
        """A call of a function with values for its parameters, of which some are assumed."""
        if len(self._numbers) > MAX_VALUES or len(self._known) + len(self._passing) >= MAX_ANSWERS:
            self._known.clear()
            self._passing.clear()
            self._equal.clear()
            self._numbers.clear()
        return file, key, tuple(given), tuple(self._told(given.values())), assumed

    def _told(self, values: Iterable[Value]) -> Iterable[int]:
        for value in values:
            known = self._numbers.get(id(value))
            if known is None:
                known = self._numbers[id(value)] = self._equal.setdefault(value, next(self._next)), value
            yield known[0]

    def get(self, asked: Asked, depth: int, most: int, active: set[Looked]) -> Answer | None:
        """What is known of a call at a depth, of `most`, with `active` on the way."""
        for store in (self._known, self._passing):
            for kept in (_ANY, depth) if store else ():
                for answer in store.get((asked, kept), ()):
                    if answer.holds(depth, most, active):
                        return answer
        return None

    def keep(self, asked: Asked, value: Value | None, trail: Trail, depth: int, height: int, cut: bool) -> None:
        store = self._passing if trail.passing else self._known
        answers = store.setdefault((asked, depth if trail.deep else _ANY), [])
        # The last ones are likeliest to be asked for.
        del answers[MAX_EACH - 1 :]
        answers.insert(0, Answer(value, trail.entered, trail.met, trail.deep, trail.passing, depth, height, cut))
