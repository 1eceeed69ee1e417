"""The examples of a prompt, one by one: from the line that begins each to the one before the next."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from promptlint.extract.patterns import lazy
from promptlint.structure.lines import EXAMPLE_HEADING, TURN, Kind

if TYPE_CHECKING:
    from promptlint.structure import Document

_NUMBER = lazy(r"#?\s*\d+")
# Kinds of lines between examples, and in them.
_BETWEEN = (Kind.BLANK, Kind.FENCE, Kind.SEPARATOR)

# Turns of a dialogue, which may be one example as a whole.
_SPEAKERS = frozenset("user assistant human ai agent customer bot system".split())


class Example(msgspec.Struct, frozen=True):
    """One example: its first and last line, and its words, without the numbers of its labels.

    `labels` counts those: two at least, of input and output, make an example whole.
    """

    first: int
    last: int
    words: tuple[str, ...]
    labels: int


def examples_of(document: Document) -> list[Example]:
    """The examples under headings and in tags that say so, told apart by the label that each begins with."""
    found: list[Example] = []
    shown: list[tuple[int, str, str]] = []
    for number, line in enumerate(document.lines):
        heading = line.kind is Kind.HEADING and EXAMPLE_HEADING.match(document.sections[line.section].title) is not None
        if heading or line.kind is Kind.EXAMPLE:
            shown.append((number, *_label(document.words(line), heading)))
        elif line.kind not in _BETWEEN:
            found += _records(shown)
            shown.clear()
    return [*found, *_records(shown)]


def _records(shown: Sequence[tuple[int, str, str]]) -> Iterator[Example]:
    """Lines of examples cut at the first label that comes again; lines are their number, label and other words."""
    often = Counter(label for _, label, _ in shown)
    starter = next((label for _, label, _ in shown if label and often[label] > 1), "")
    if not starter or starter in _SPEAKERS:
        return
    starts = [at for at, (_, label, _) in enumerate(shown) if label == starter]
    for first, end in itertools.pairwise([*starts, len(shown)]):
        record = shown[first:end]
        words = tuple(f"{label}|{content}" for _, label, content in record)
        yield Example(record[0][0], record[-1][0], words, sum(bool(label) for _, label, _ in record))


def _label(text: str, heading: bool) -> tuple[str, str]:
    """The label of a line without its number, and what stands behind it."""
    if heading:
        return _NUMBER.sub("#", text.lower()).strip(), ""
    match = TURN.match(text)
    return (match[1].lower(), text[match.end() :]) if match else ("", text)
