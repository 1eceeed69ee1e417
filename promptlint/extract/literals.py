"""The exact place of every piece inside Python string literals.

`ast` says what a literal's value is, but not which characters of the source each part of it comes from. This scanner
does, for one literal or a run of adjacent ones, by the rules of the language reference
(https://docs.python.org/3/reference/lexical_analysis.html), f-strings as of PEP 701. It reads what Python accepts; of
anything else it only promises to raise ScanError or to give something back.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TypeAlias

import msgspec

from promptlint.template import Span, Text


class Field(msgspec.Struct, frozen=True):
    """A replacement field of an f-string.

    `span` is all of `{...}`; `expression` the expression in it, without blanks and comments around it. `conversion` is
    "r", "s", "a" or "". `spec` are the pieces of the format specification. A `debug` field (`{x=}`) comes behind an
    atomic Text of what Python prints before the value (`x=`, blanks included), whose span lies inside the field's; its
    conversion is "r" if it has neither conversion nor specification.
    """

    span: Span
    expression: Span
    conversion: str = ""
    spec: tuple[Text | Field, ...] = ()
    debug: bool = False


Piece: TypeAlias = Text | Field


class ScanError(Exception):
    """The text is not a run of string literals, or is nested deeper than Python itself accepts."""


# CPython gives up at 200 open brackets (MAXLEVEL), 150 nested f-strings and 2 nested specifications; an f-string and
# its field are two here.
_DEEPEST = 400
_DEEPEST_SPEC = 5

_OPEN = re.compile(r"""([A-Za-z]{0,2})(\"\"\"|'''|"|')""")
_GAP = re.compile(r"(#[^\r\n]*)|(?:[ \t\f\r\n]|\\(?:\r\n?|\n|\Z))++")
_PREFIXES = frozenset({"", "r", "u", "f", "fr", "rf"})
_WITH_FIELDS = frozenset({"f", "fr", "rf", "t", "tr", "rt"})
_ESCAPES = {
    "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\n": "", "\r": "", "\r\n": "",
}  # fmt: skip
_CODED = r"[0-7]{1,3}|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|N\{[^{}\r\n]{1,200}\}|\r\n"
# What can end or bend an expression. Operators that hold "=" or "!" are here so that neither is taken for the end.
_IN_FIELD = re.compile(r"""(?:\b([A-Za-z]{1,2}))?(\"\"\"|'''|"|')|[!=<>]=|[][(){}#!:=]""")
_IN_BRACKETS = re.compile(r"""(?:\b([A-Za-z]{1,2}))?(\"\"\"|'''|"|')|[][(){}#]""")
_CLOSING = {"(": ")", "[": "]", "{": "}"}
# Between single quotes Python 3.12 to 3.13.3 takes a newline right behind the colon for a blank, others refuse it
# (https://github.com/python/cpython/issues/129958). Formatters have written it.
_ROW_END = re.compile(r"[\r\n][ \t\f\r\n]*")
_LINE_END = re.compile(r"[\r\n]|\Z")
_BLANKS = " \t\f\r\n"
_NEWLINE = re.compile(r"\r\n?")


@cache
def _specials(quote: str, raw: bool, kind: str) -> re.Pattern[str]:
    """The next thing that is not just itself. `kind`: "plain", "f" (text of an f-string) or "spec" (in a field)."""
    if raw:
        escape = r"\\[\\'\"]"
    else:
        # A backslash before a brace of an f-string stands for itself, and the brace keeps its meaning.
        escape = rf"\\(?:{_CODED}|{'[^{}]' if kind != 'plain' else '.'})"
    braces = {"plain": "", "f": r"|\{\{|\}\}|[{}]", "spec": r"|[{}]"}[kind]
    return re.compile(rf"{quote}|{escape}|\r\n?{braces}", re.DOTALL)


def scan(text: str, start: int, end: int, file: str) -> list[Piece]:
    """The pieces of `text[start:end]`, one or more adjacent string literals with comments and newlines between them.

    Verbatim texts are as long as can be within one literal. Pieces without text (a backslash at the end of a row, an
    empty literal) are left out, so no Text is empty. `file` is the name that goes into the spans. Raises ScanError when
    the text is no such run, or holds bytes.
    """
    pieces: list[Piece] = []
    position = start
    while position < end:
        match = _OPEN.match(text, position, end)
        if match is None:
            raise ScanError(f"no string literal at offset {position}")
        prefix, quote = match.group(1).lower(), match.group(2)
        if prefix not in _PREFIXES:
            raise ScanError(f"not a string of text at offset {position}: prefix {prefix!r}")
        raw, formatted = "r" in prefix, "f" in prefix
        position = match.end()
        close = text.find(quote, position, end)
        if close < 0:
            raise ScanError(f"a string is not closed at offset {position}")
        if (
            (raw or text.find("\\", position, close) < 0)
            and (not raw or text[close - 1] != "\\")
            and text.find("\r", position, close) < 0
            and not (formatted and (text.find("{", position, close) >= 0 or text.find("}", position, close) >= 0))
        ):
            if close > position:
                pieces.append(Text(text[position:close], Span(file, position, close), True))
            position = close + len(quote)
        else:
            scanner = _Scanner(text, end, file, quote, raw)
            position = scanner.run(position, "f" if formatted else "plain", pieces, 0)
        position = _skip_gap(text, position, end)
    if position == start:
        raise ScanError(f"no string literal at offset {start}")
    return pieces


class _Scanner:
    """What stays the same within one literal: where it ends at the latest, its quote, and whether it is raw."""

    def __init__(self, text: str, end: int, file: str, quote: str, raw: bool) -> None:
        self.text = text
        self.end = end
        self.file = file
        self.quote = quote
        self.raw = raw

    def run(self, position: int, kind: str, pieces: list[Piece], depth: int) -> int:
        """Append the pieces of a literal's text, or of a specification, and return the offset behind what closes it."""
        text, file, end, quote, raw = self.text, self.file, self.end, self.quote, self.raw
        search = _specials(quote, raw, kind).search
        closing = "}" if kind == "spec" else quote
        verbatim = position
        while match := search(text, position, end):
            found = match.group()
            begin, position = match.span()
            value: str | None = None
            if found[0] == "\\":
                value = None if raw else _unescape(found)
                if value is None:
                    continue
            if verbatim < begin:
                pieces.append(Text(text[verbatim:begin], Span(file, verbatim, begin), True))
            if found == closing:
                return position
            if found == "{":
                position = self.field(begin, pieces, depth)
            elif found == quote or found == "}":
                raise ScanError(f"{found} out of place at offset {begin}")
            else:
                if value is None:
                    value = "\n" if found[0] == "\r" else found[0]
                if value:
                    pieces.append(Text(value, Span(file, begin, position), False))
            verbatim = position
        raise ScanError(f"a string is not closed at offset {position}")

    def field(self, begin: int, pieces: list[Piece], depth: int) -> int:
        """Append the field whose brace opens at `begin`, and return the offset behind its closing brace."""
        text, end = self.text, self.end
        stop, comments = _expression_end(text, begin + 1, end)
        expression = self.trim(begin + 1, stop, comments)
        debug = text[stop] == "="
        conversion = ""
        spec: list[Piece] = []
        if debug:
            after = _skip_gap(text, stop + 1, end, comments)
            pieces.append(self.label(begin + 1, after, comments))
            stop = after
        if text.startswith("!", stop, end):
            conversion = text[stop + 1 : stop + 2]
            if conversion not in ("r", "s", "a"):
                raise ScanError(f"not a conversion at offset {stop}")
            stop = _skip_gap(text, stop + 2, end)
        if text.startswith(":", stop, end):
            if depth >= _DEEPEST_SPEC:
                raise ScanError(f"format specifications are nested too deep at offset {stop}")
            stop += 1
            if len(self.quote) == 1 and (row_end := _ROW_END.match(text, stop, end)):
                stop = row_end.end()
            position = self.run(stop, "spec", spec, depth + 1)
            # An empty specification is one all the same: it keeps `=` from meaning repr.
            implied = ""
        elif text.startswith("}", stop, end):
            position = stop + 1
            implied = "r" if debug else ""
        else:
            raise ScanError(f"a field is not closed at offset {stop}")
        span = Span(self.file, begin, position)
        pieces.append(Field(span, expression, conversion or implied, tuple(spec), debug))
        return position

    def label(self, start: int, end: int, comments: list[tuple[int, int]]) -> Text:
        """What Python prints before the value of a debug field: its source up to `end`, but for comments."""
        kept: list[str] = []
        position = start
        for begin, after in comments:
            kept.append(self.text[position:begin])
            position = after
        kept.append(self.text[position:end])
        return Text(_NEWLINE.sub("\n", "".join(kept)), Span(self.file, start, end), False)

    def trim(self, start: int, end: int, comments: list[tuple[int, int]]) -> Span:
        """The span of an expression without blanks and comments around it."""
        text = self.text
        first, last = 0, len(comments)
        while True:
            while start < end and text[start] in _BLANKS:
                start += 1
            while start < end and text[end - 1] in _BLANKS:
                end -= 1
            if first < last and comments[last - 1][1] == end:
                last -= 1
                end = comments[last][0]
            elif first < last and comments[first][0] == start:
                start = comments[first][1]
                first += 1
            else:
                break
        if start >= end:
            raise ScanError(f"a field without an expression at offset {start}")
        return Span(self.file, start, end)


def _unescape(found: str) -> str | None:
    """The value of an escape sequence; None when it is not one and stands for itself."""
    kind = found[1]
    if kind in _ESCAPES:
        return _ESCAPES[found[1:]]
    if kind in "01234567":
        return chr(int(found[1:], 8))
    if kind not in "xuUN":
        return None
    if len(found) == 2:
        raise ScanError(f"an escape sequence is cut short: {found}")
    if kind != "N":
        digits = found[2:]
        code = int(digits, 16)
        if code > 0x10FFFF:
            raise ScanError(f"no such character: {found}")
        return chr(code)
    import unicodedata

    try:
        value = unicodedata.lookup(found[3:-1])
    except KeyError as error:
        raise ScanError(f"no such character: {found}") from error
    if len(value) != 1:
        raise ScanError(f"a sequence of characters, not one: {found}")
    return value


def _skip_gap(text: str, position: int, end: int, comments: list[tuple[int, int]] | None = None) -> int:
    """The offset behind blanks, newlines and comments, whose places are appended to `comments`."""
    while gap := _GAP.match(text, position, end):
        position = gap.end()
        if comments is not None and gap.group(1):
            comments.append(gap.span(1))
    return position


def _expression_end(text: str, position: int, end: int) -> tuple[int, list[tuple[int, int]]]:
    """Where the expression that begins at `position` ends (at "=", "!", ":" or "}"), and the comments in it.

    With a stack of its own: strings, f-strings in it, their fields and so on may be nested as deep as Python accepts.
    """
    # An entry is a closing bracket, "field", or for text of an f-string its kind ("f", "spec"), quote and rawness.
    stack: list[str | tuple[str, str, bool]] = []
    comments: list[tuple[int, int]] = []
    while True:
        if len(stack) > _DEEPEST:
            raise ScanError(f"brackets are nested too deep at offset {position}")
        top = stack[-1] if stack else "field"
        if isinstance(top, tuple):
            position = _nested_text(text, position, end, stack, *top)
            continue
        match = (_IN_FIELD if top == "field" else _IN_BRACKETS).search(text, position, end)
        if match is None:
            raise ScanError(f"a field is not closed at offset {position}")
        found, position = match.group(), match.end()
        if quote := match.group(2):
            prefix = (match.group(1) or "").lower()
            if prefix in _WITH_FIELDS:
                stack.append(("f", quote, "r" in prefix))
            else:
                position = _string_end(text, position, end, quote)
        elif found == "#":
            line_end = _LINE_END.search(text, position, end)
            position = line_end.start() if line_end else end
            comments.append((match.start(), position))
        elif found in _CLOSING:
            stack.append(_CLOSING[found])
        elif not stack and found in "=!:}":
            return match.start(), comments
        elif found in ")]}":
            if found != ("}" if top == "field" else top):
                raise ScanError(f"{found} out of place at offset {match.start()}")
            stack.pop()
        elif found == ":":
            # The entry of the text that a field stands in is right below its own.
            below = stack[-2]
            if isinstance(below, tuple):
                stack[-1] = ("spec", below[1], below[2])


def _nested_text(
    text: str, position: int, end: int, stack: list[str | tuple[str, str, bool]], kind: str, quote: str, raw: bool
) -> int:
    """Go over the text of an f-string inside an expression, up to its next field or its end, and change the stack."""
    search = _specials(quote, raw, kind).search
    while match := search(text, position, end):
        found, position = match.group(), match.end()
        if found == "{":
            stack.append("field")
            return position
        if found == ("}" if kind == "spec" else quote):
            stack.pop()
            return position
        if found == "}" or found == quote:
            raise ScanError(f"{found} out of place at offset {match.start()}")
    raise ScanError(f"a string is not closed at offset {position}")


@cache
def _until(quote: str) -> re.Pattern[str]:
    return re.compile(rf"\\.|{quote}", re.DOTALL)


def _string_end(text: str, position: int, end: int, quote: str) -> int:
    """The offset behind the closing quote of a string without fields. Raw or not, a backslash shields a quote."""
    for match in _until(quote).finditer(text, position, end):
        if match.group() == quote:
            return match.end()
    raise ScanError(f"a string is not closed at offset {position}")
