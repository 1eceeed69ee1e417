"""A template as one text, in which every character knows its place in the source, its branch and its loop.

Branches are laid out one after the other, each on lines of its own, and the body of a loop once. A value is one
private character (`VALUE`), and so is a choice inside a sentence, such as `{"short" if brief else "long"}`.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TypeAlias

import msgspec

from promptlint.template import Choice, Hole, Part, Repeat, Span, Template, Text, Volatility, subject, texts

VALUE = "\ue000"
"""What stands in the text for a value put in at run time."""

# A branch that ends a sentence or has so many characters is laid out by itself, not as a value inside a sentence.
_LONG_BRANCH = 60

Path: TypeAlias = tuple[tuple[str, int], ...]


class Piece(msgspec.Struct, frozen=True, gc=False):
    """A stretch of the text, from the offset `start`: `part` is None where a line was broken around a branch.

    `path` says which branch of which condition it stands in; `loop`: it is sent once for every turn of a loop.
    """

    start: int
    part: Text | Hole | Choice | Repeat | None
    path: Path
    loop: bool


class Flat(msgspec.Struct):
    """The text of a template, and the pieces it is made of, in order of their offsets."""

    text: str
    pieces: list[Piece]
    starts: list[int]

    def piece(self, offset: int) -> Piece:
        """The piece that the character at an offset belongs to. Raises IndexError when the text is empty."""
        return self.pieces[max(bisect_right(self.starts, offset) - 1, 0)]

    def covered(self, start: int, end: int) -> list[Piece]:
        """The pieces that a range of the text has a part in, in order."""
        first = max(bisect_right(self.starts, start) - 1, 0)
        last = max(bisect_right(self.starts, max(end - 1, start)) - 1, first)
        return self.pieces[first : last + 1]

    def span(self, start: int, end: int) -> Span | None:
        """Where a range of the text stands in the source: from its first static character to its last.

        Only as far as it stands in one piece of source; None where nothing of it is static.
        """
        found: Span | None = None
        for piece in self.covered(start, end):
            text = piece.part
            if not isinstance(text, Text) or not text.value:
                continue
            place = text.span
            if text.verbatim:
                low, high = max(start - piece.start, 0), min(end - piece.start, len(text.value))
                place = Span(place.file, place.start + low, place.start + high)
            if found is None:
                found = place
            elif place.file == found.file and place.start >= found.end:
                found = Span(found.file, found.start, place.end)
            else:
                break
        return found

    def words(self, start: int, end: int) -> str:
        """A range of the text with every value as its expression in braces, so that equal texts have equal values."""
        raw = self.text[start:end]
        if VALUE not in raw:
            return raw
        parts: list[str] = []
        for piece in self.covered(start, end):
            if isinstance(piece.part, Text):
                low, high = max(start - piece.start, 0), min(end - piece.start, len(piece.part.value))
                parts.append(piece.part.value[low:high])
            elif piece.part is None:
                parts.append("\n")
            else:
                parts.append(f"{{{_expression(piece.part)}}}")
        return "".join(parts)


def flatten(template: Template) -> Flat:
    """The text of a linked template. Linear in its size."""
    values: list[str] = []
    pieces: list[Piece] = []
    _lay(template, (), False, values, pieces, [0])
    return Flat("".join(values), pieces, [piece.start for piece in pieces])


def block_of_values(part: Hole | Repeat | Choice | Text | None) -> bool:
    """Whether a part is a value that changes with a session or a request, or is not known to stay the same."""
    return isinstance(part, Hole | Repeat) and part.volatility >= Volatility.SESSION


def _lay(template: Template, path: Path, loop: bool, values: list[str], pieces: list[Piece], size: list[int]) -> None:
    def add(value: str, part: Text | Hole | Choice | Repeat | None) -> None:
        if value:
            pieces.append(Piece(size[0], part, path, loop))
            values.append(value)
            size[0] += len(value)

    def rule_off() -> None:
        if values and not values[-1].endswith("\n"):
            add("\n", None)

    for part in template:
        match part:
            case Text():
                add(part.value.replace(VALUE, "\ufffd") if VALUE in part.value else part.value, part)
            case Choice() if not _inside_sentence(part):
                rule_off()
                for number, branch in enumerate(part.branches):
                    _lay(branch, (*path, (part.condition, number)), loop, values, pieces, size)
                    rule_off()
            case Repeat() if any("\n" in text.value for text in texts(part.body)):
                _lay(part.body, path, True, values, pieces, size)
            case Hole() | Repeat() | Choice():
                add(VALUE, part)
            case _:
                add(VALUE, part.fallback)


def _inside_sentence(choice: Choice) -> bool:
    """Whether the branches are words of a sentence around them."""
    for branch in choice.branches:
        size = 0
        for text in texts(branch):
            size += len(text.value)
            if "\n" in text.value or size > _LONG_BRANCH or text.value.rstrip().endswith((".", "!", ":", "。")):
                return False
    return True


def _expression(part: Part) -> str:
    match part:
        case Hole():
            return part.expression
        case Repeat():
            return f"for {part.over}: {''.join(text.value for text in texts(part.body))}"
        case Choice():
            branches = ("".join(text.value for text in texts(branch)) for branch in part.branches)
            return f"{subject(part.condition)}: {' | '.join(branches)}"
        case _:
            return ""
