"""A prompt's text read as headings, lists, paragraphs, sentences, examples, quoted data, tables, code and scales.

`read` gives the `Document` of a template. Its offsets are those of `Document.flat.text`; `Document.span` says where a
range of it stands in the source. Everything is linear in the length of the text, and of one template made once.
"""

from __future__ import annotations

import functools
from bisect import bisect_right

import msgspec

from promptlint.structure.flat import Flat, Path, flatten
from promptlint.structure.lines import Kind, Line, Section, scan
from promptlint.structure.sentences import Sentence, sentences_of
from promptlint.template import Span, Template

__all__ = ["Document", "Kind", "Line", "Section", "Sentence", "read"]


class Document(msgspec.Struct, frozen=True, eq=False):
    """The structure of one template: its text, every line with its kind, the sections, and the sentences.

    `starts` are the offsets at which the lines' contents begin.
    """

    flat: Flat
    lines: tuple[Line, ...]
    sections: tuple[Section, ...]
    sentences: tuple[Sentence, ...]
    starts: list[int]

    def line_at(self, offset: int) -> int:
        """The number of the line that an offset stands in, or of the first when it stands in its indentation."""
        return max(bisect_right(self.starts, offset) - 1, 0)

    def path_at(self, line: int) -> Path:
        """The branches that a line stands in."""
        return self.flat.piece(self.starts[line]).path if self.flat.pieces else ()

    def text(self, part: Line | Sentence) -> str:
        """The text of a line or sentence, with `flat.VALUE` for values."""
        return self.flat.text[part.start : part.end]

    def words(self, part: Line | Sentence) -> str:
        """The text of a line or sentence, with values as their expressions in braces."""
        return self.flat.words(part.start, part.end)

    def span(self, part: Line | Sentence) -> Span | None:
        """Where a line or sentence stands in the source, as far as it is in one place; None if nothing is static."""
        return self.flat.span(part.start, part.end)

    def scope(self, section: int) -> tuple[Section, ...]:
        """A section and those around it, from the outermost to it."""
        found: list[Section] = []
        while section >= 0:
            found.append(self.sections[section])
            section = self.sections[section].parent
        return tuple(reversed(found))


@functools.lru_cache(maxsize=256)
def read(template: Template) -> Document:
    """The structure of a linked template."""
    flat = flatten(template)
    scanned = scan(flat.text)
    sentences = sentences_of(flat, scanned.lines)
    starts = [line.start for line in scanned.lines]
    return Document(flat, tuple(scanned.lines), tuple(scanned.sections), tuple(sentences), starts)
