"""Rating scales: two values that are defined by the same words."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.prompt import Finding
from promptlint.structure import Document, Kind
from promptlint.structure.lines import SCALE_VALUE
from promptlint.structure.sentences import key_of
from promptlint.template import Span


def equal_values(document: Document) -> Iterator[Finding]:
    """Two values of one rating scale that are defined by the same words."""
    seen: dict[str, tuple[str, Span]] = {}
    last = -1
    for number, line in enumerate(document.lines):
        if line.kind is not Kind.SCALE:
            continue
        if number - last > 3:
            seen.clear()
        last = number
        text = document.words(line)
        if line.marker[:1].isalnum() or line.marker[:1] == "(":
            text = f"{line.marker} {text}"
        match = SCALE_VALUE.match(text)
        span = document.span(line)
        if match is None or span is None:
            continue
        definition = key_of(text[match.end() :])
        value = match[1] or match[2]
        if definition.count(" ") < 2:
            continue
        if definition in seen and seen[definition][0] != value:
            other, place = seen[definition]
            yield Finding(
                span,
                f"{value} is defined by the words that define {other}, so nothing tells the two apart",
                help="say what makes the difference",
                related=((place, f"the definition of {other}"),),
            )
        seen.setdefault(definition, (value, span))
