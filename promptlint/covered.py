"""Which characters of which file belong to a prompt already."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.extract.patterns import lazy
from promptlint.template import Span, Template, Text, holes, texts

COVERED = 0.9
# Static characters that make a text one of its own, however much of it others have as well.
OWN = 120
# Rows without the white space around them, and around breaks.
_SOLID = lazy(r"\S(?:.*\S)?")
# Characters of the braces of a field, written twice.
_BRACES = 4


class Covered:
    """Which characters of which file belong to a prompt already."""

    def __init__(self) -> None:
        self.files: dict[str, bytearray] = {}

    def add(self, template: Template) -> None:
        for span in (*(text.span for text in texts(template)), *_fields(template)):
            marks = self.files.setdefault(span.file, bytearray())
            if len(marks) < span.end:
                marks.extend(bytes(span.end - len(marks)))
            marks[span.start : span.end] = b"\1" * (span.end - span.start)

    def share(self, template: Template) -> float:
        """The share of a template's static characters that is covered, from 0 to 1."""
        total, inside = self._counted(template)
        return inside / total if total else 1.0

    def holds(self, template: Template) -> bool:
        """Whether a template has no text of its own to speak of: a long text that others have hides no short one."""
        total, inside = self._counted(template)
        return not total or (inside / total >= COVERED and total - inside < OWN)

    def _counted(self, template: Template) -> tuple[int, int]:
        """The static characters of a template, and those of them that are covered.

        White space of the source may have been taken off on the way into a prompt, so it does not count where it can
        be told apart.
        """
        total = inside = 0
        own = list(texts(template))
        marked = [self.files.get(text.span.file, b"") for text in own]
        if not any(marks.find(1, text.span.start, text.span.end) >= 0 for text, marks in zip(own, marked, strict=True)):
            # Most texts are looked at here for the first time: of none of their characters it must be known what it is.
            return sum(text.span.end - text.span.start for text in own), 0
        for text, marks in zip(own, marked, strict=True):
            for start, end in _solid(text):
                total += end - start
                inside += marks.count(1, start, end)
        return total, inside


def _fields(template: Template) -> Iterator[Span]:
    """Where fields stand as they are written: `{name}` with its braces, which may have been text before."""
    for hole in holes(template):
        # JSON in single braces is read as a field, too, and is a text that was meant to be sent.
        if hole.expression.isidentifier() and 0 < hole.span.end - hole.span.start - len(hole.expression) <= _BRACES:
            yield hole.span


def _solid(text: Text) -> list[tuple[int, int]]:
    """The runs of a text between its white space, as offsets of its file."""
    start, end = text.span.start, text.span.end
    if not text.verbatim:
        return [(start, end)]
    return [(start + run.start(), start + run.end()) for run in _SOLID.finditer(text.value)] or [(start, end)]
