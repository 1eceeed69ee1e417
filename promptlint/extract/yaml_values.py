"""YAML as values: libyaml's events, with every piece of a scalar at its place in the text.

PyYAML gives the place of a scalar as a whole. What stands between is folded, indented and escaped, so each piece is
aligned with the source by the rules of its style, and the result compared with the value that PyYAML gives: where they
differ, the scalar is one atomic text. Importing this module imports yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from promptlint.extract.data_values import MAX_LEVELS, MAX_VALUES, Pieces, Unreadable, joined, other
from promptlint.template import Items, Mapping, Span, Template, Text, Value

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONSTANTS = frozenset("~ null true false yes no on off".split())
_NUMBER = re.compile(r"[-+]?[.\d][\d_.eE+:x-]*|[-+]?\.(?:inf|nan)", re.IGNORECASE)
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|$)")
_FOLD = r"[ \t]*(?:\r\n|\r|\n)[ \t\r\n]*"
_PLAIN = re.compile(_FOLD)
_SINGLE = re.compile(f"''|{_FOLD}")
_DOUBLE = re.compile(
    rf"\\(?:x[0-9a-fA-F]{{2}}|u[0-9a-fA-F]{{4}}|U[0-9a-fA-F]{{8}}|(?:\r\n|\r|\n)[ \t\r\n]*|[^\r\n])|{_FOLD}"
)
_ESCAPES = {
    "0": "\0", "a": "\x07", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip


def read(name: str, text: str) -> Value:
    """The value of a document, or `Items` of several. Raises `Unreadable`."""
    try:
        documents = list(_Composer(name, text).documents())
    except (yaml.YAMLError, UnicodeError, ValueError) as error:
        raise Unreadable from error
    return documents[0] if len(documents) == 1 else Items(tuple(documents), Span(name, 0, len(text)))


class _Composer:
    """Puts events together. An alias is what its anchor stands for, as long as there are not too many values."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text
        self.events: Iterator[Any] = iter(yaml.parse(text, Loader=_LOADER))
        self.anchors: dict[str, tuple[Value, int]] = {}
        self.count = 0

    def documents(self) -> Iterator[Value]:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.anchors = {}
                yield self.node(next(self.events), 0)

    def node(self, event: Any, level: int) -> Value:
        self.count += 1
        if self.count > MAX_VALUES or level > MAX_LEVELS:
            raise Unreadable
        before = self.count
        value: Value
        match event:
            case yaml.ScalarEvent():
                value = self.scalar(event)
            case yaml.MappingStartEvent():
                value = self.mapping(event, level)
            case yaml.SequenceStartEvent():
                items: list[Value] = []
                while not isinstance(inner := next(self.events), yaml.SequenceEndEvent):
                    items.append(self.node(inner, level + 1))
                value = Items(tuple(items), Span(self.name, event.start_mark.index, inner.end_mark.index))
            case _:
                return self.alias(event)
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, self.count - before + 1)
        return value

    def alias(self, event: Any) -> Value:
        known = self.anchors.get(event.anchor)
        if known is None:  # of itself, or of nothing
            return other(self.name, self.text, event.start_mark.index, event.end_mark.index)
        self.count += known[1]
        return known[0]

    def mapping(self, event: Any, level: int) -> Value:
        entries: list[tuple[str, Value]] = []
        while not isinstance(inner := next(self.events), yaml.MappingEndEvent):
            key = self.node(inner, level + 1)
            word = inner.value if isinstance(inner, yaml.ScalarEvent) else joined(key) if isinstance(key, tuple) else ""
            value = self.node(next(self.events), level + 1)
            if word == "<<":
                merged = value.items if isinstance(value, Items) else (value,)
                # What a mapping merges in counts less than what it says itself.
                mappings = [each for each in reversed(merged) if isinstance(each, Mapping)]
                entries[:0] = [entry for each in mappings for entry in each.entries]
            else:
                entries.append((word, value))
        if len(entries) > MAX_VALUES:
            raise Unreadable
        return Mapping(tuple(entries), Span(self.name, event.start_mark.index, inner.end_mark.index))

    def scalar(self, event: Any) -> Template:
        start, end, value = event.start_mark.index, event.end_mark.index, event.value
        if not event.style and (not value or value.lower() in _CONSTANTS or _NUMBER.fullmatch(value)):
            return other(self.name, self.text, start, end)
        quoted = event.style in ("'", '"')
        if not event.style or quoted:
            written = (start + quoted, end - quoted)
            if value and self.text[slice(*written)] == value:
                # Nothing is folded and nothing escaped.
                return (Text(value, Span(self.name, *written), True),)
        if event.style == "|":
            made = self.literal(value, start, end)
        elif event.style == ">":
            made = self.folded(value, start, end)
        elif not event.style:  # None, or "" from libyaml
            made = self.flow(start, end, _PLAIN)
        else:
            made = self.flow(start + 1, end - 1, _SINGLE if event.style == "'" else _DOUBLE)
        if joined(made) == value:
            return made
        return (Text(value, Span(self.name, start, end), False),) if value else ()

    def flow(self, start: int, end: int, special: re.Pattern[str]) -> Template:
        """A plain or quoted scalar: escapes, and newlines that are folded with the blanks around them."""
        pieces = Pieces(self.name, self.text)
        at = start
        while at < end:
            match = special.search(self.text, at, end)
            if match is None:
                break
            if match.start() > at:
                pieces.verbatim(at, match.start())
            at = match.end()
            pieces.atomic(_decoded(match.group()), match.start(), at)
        if at < end:
            pieces.verbatim(at, end)
        return pieces.done()

    def lines(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Start, end and end behind the newline of the lines of a block scalar, its header left out."""
        at = _LINE.match(self.text, start, end).end()  # type: ignore[union-attr]
        while at < end:
            match = _LINE.match(self.text, at, end)
            assert match is not None
            yield at, match.end(1), match.end()
            at = match.end()

    def literal(self, value: str, start: int, end: int) -> Template:
        """`|`: every line of the value is a line of the source without its indentation."""
        pieces = Pieces(self.name, self.text)
        wanted = value.split("\n")
        for number, (first, last, behind) in enumerate(self.lines(start, end)):
            if number >= len(wanted):
                break
            begin = last - len(wanted[number])
            if begin < first or not self.text.startswith(wanted[number], begin):
                return ()
            if begin < last:
                pieces.verbatim(begin, last)
            if number + 1 < len(wanted):
                if behind - last == 1 and self.text[last] == "\n":
                    pieces.verbatim(last, behind)
                else:
                    pieces.atomic("\n", last, behind)
        return pieces.done()

    def folded(self, value: str, start: int, end: int) -> Template:
        """`>`: the words of every line, and between them what became of the newlines."""
        pieces = Pieces(self.name, self.text)
        at, gap = 0, start
        for first, last, _ in self.lines(start, end):
            words = self.text[first:last].lstrip(" \t")
            if not words:
                continue
            blanks = value[at : len(value) - len(value[at:].lstrip(" \n\t"))]
            # A newline that is kept, or the blank that it became; what follows it is the line's own indentation.
            fold = blanks.rfind("\n") + 1 or (1 if at and blanks else 0)
            begin = last - len(words) - len(blanks) + fold
            body = self.text[begin:last]
            if begin < first or not value.startswith(body, at + fold):
                return ()
            if fold:
                pieces.atomic(blanks[:fold], gap, begin)
            pieces.verbatim(begin, last)
            at, gap = at + fold + len(body), last
        if at < len(value):
            pieces.atomic(value[at:], gap, max(end, gap + 1))
        return pieces.done()


def _decoded(special: str) -> str:
    if special == "''":
        return "'"
    if special[0] == "\\":
        kind = special[1]
        if kind in "xuU" and len(special) > 2:
            code = int(special[2:], 16)
            return chr(code) if code <= 0x10FFFF else ""
        return "" if kind in "\r\n" else _ESCAPES.get(kind, "")
    breaks = special.replace("\r\n", "\n").replace("\r", "\n").count("\n")
    return " " if breaks == 1 else "\n" * (breaks - 1)
