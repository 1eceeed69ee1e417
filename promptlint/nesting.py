"""Stretches of a file that stand one within another, such as its functions: which of them are around a place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Nesting(Generic[T]):
    """Stretches of one file as (start, end, item), of which any two are apart or one is within the other.

    They are put in order when they are first asked: of most nobody asks anything.
    """

    def __init__(self, stretches: Iterable[tuple[int, int, T]]) -> None:
        self._stretches: Iterable[tuple[int, int, T]] | None = stretches

    def _order(self, stretches: Iterable[tuple[int, int, T]]) -> None:
        self._stretches = None
        ordered = sorted(stretches, key=lambda each: (each[0], -each[1]))
        self._starts = [start for start, _, _ in ordered]
        self._ends = [end for _, end, _ in ordered]
        self._items = [item for _, _, item in ordered]
        # For each stretch the innermost one around it, -1 if there is none.
        self._outer: list[int] = []
        opened: list[int] = []
        for number, start in enumerate(self._starts):
            while opened and self._ends[opened[-1]] <= start:
                opened.pop()
            self._outer.append(opened[-1] if opened else -1)
            opened.append(number)

    def around(self, offset: int) -> Iterator[T]:
        """The items of the stretches that hold an offset, from the innermost: in as many steps as they are deep."""
        if self._stretches is not None:
            self._order(self._stretches)
        number = bisect_right(self._starts, offset) - 1
        while number >= 0:
            if offset < self._ends[number]:
                yield self._items[number]
            number = self._outer[number]
