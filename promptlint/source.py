"""A file's text, and the only place where offsets become rows, columns and UTF-16 positions, and back."""

from __future__ import annotations

import bisect
import codecs
import re
from functools import cached_property
from itertools import accumulate

_NEWLINE = re.compile(r"\r\n?|\n")
# PEP 263: the cookie stands in a comment of the first two lines, the first of which holds nothing but a comment.
_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_HEAD = re.compile(rb"([^\r\n]*)(?:\r\n?|\n)?([^\r\n]*)")
# Emacs writes "utf-8-unix" and the like, and Python reads it.
_EDITOR_SUFFIX = re.compile(r"-(?:unix|dos|mac)$")
_BLANK = re.compile(rb"[ \t\f]*(?:#.*)?$")
_PYTHON = (".py", ".pyi", ".pyw")
# Text codecs that are no encodings of a file: they read escapes, so text and bytes have different rows.
_NOT_FILES = frozenset({"unicode-escape", "raw-unicode-escape", "punycode", "idna", "undefined"})
_CHUNK = 256


class DecodeError(Exception):
    """The bytes of a file are not text in the encoding that it declares, or the encoding is not known."""


class Source:
    """One file. `name` is its path as displayed, `text` its characters without a BOM, newlines kept as they are."""

    def __init__(self, name: str, text: str, encoding: str = "utf-8", bom: bool = False) -> None:
        self.name = name
        self.text = text
        self.encoding = encoding
        self.bom = bom
        self._ascii = text.isascii()
        self._columns: tuple[int, list[int]] = (0, [])

    @classmethod
    def from_bytes(cls, name: str, data: bytes) -> Source:
        """Decode a file: UTF-8 with or without BOM, or for Python the encoding of its PEP 263 cookie.

        Raises DecodeError, whose message says what is wrong and where.
        """
        bom = data.startswith(codecs.BOM_UTF8)
        encoding = "utf-8"
        if name.lower().endswith(_PYTHON):
            encoding = _declared(data[3:] if bom else data)
            if bom and encoding != "utf-8":
                raise DecodeError(f"declares the encoding {encoding}, but begins with a UTF-8 byte order mark")
        try:
            text = str(memoryview(data)[3:] if bom else data, encoding)
        except UnicodeDecodeError as error:
            place = f"byte {error.start + 3 * bom}"
            raise DecodeError(f"is not {encoding}: {error.reason} at {place}") from error
        except (UnicodeError, LookupError) as error:
            raise DecodeError(f"is not {encoding}: {error}") from error
        if encoding != "utf-8" and any("\ud800" <= character <= "\udfff" for character in text):
            raise DecodeError(f"holds half of a surrogate pair, written in {encoding}")
        return cls(name, text, encoding, bom)

    def to_bytes(self, text: str) -> bytes:
        """Encode a changed text as the file was, BOM included. Raises DecodeError if the encoding cannot write it."""
        try:
            data = text.encode(self.encoding)
        except UnicodeError as error:
            raise DecodeError(f"cannot be written in {self.encoding}: {error}") from error
        return codecs.BOM_UTF8 + data if self.bom else data

    @cached_property
    def newline(self) -> str:
        """The first newline of the file, as it is written there; "\\n" if there is none."""
        match = _NEWLINE.search(self.text)
        return match.group() if match else "\n"

    @cached_property
    def starts(self) -> list[int]:
        """The offset at which every row begins, the first row's at index 0."""
        if self._ascii and "\r" not in self.text:
            rows = self.text.encode().splitlines(keepends=True)
            if not self.text.endswith("\n"):
                del rows[-1:]
            return [0, *accumulate(map(len, rows))]
        if "\r" not in self.text:
            return [0, *accumulate([len(line) + 1 for line in self.text.split("\n")[:-1]])]
        return [0, *(match.end() for match in _NEWLINE.finditer(self.text))]

    @cached_property
    def wide(self) -> frozenset[int]:
        """The rows, from 1, that hold characters of more than one byte."""
        if self._ascii:
            return frozenset()
        rows = _NEWLINE.split(self.text) if "\r" in self.text else self.text.split("\n")
        return frozenset(row for row, line in enumerate(rows, 1) if not line.isascii())

    def offset(self, row: int, byte_column: int) -> int:
        """The offset of a position as `ast` gives it: row from 1, column in UTF-8 bytes from 0. Past a row, its end."""
        start, end = self._bounds(row)
        if self._ascii:
            return min(start + byte_column, end)
        if end - start <= _CHUNK:
            line = self.text[start:end]
            if line.isascii():
                return min(start + byte_column, end)
            return start + len(line.encode()[:byte_column].decode(errors="ignore"))
        # Long rows are measured once, in chunks, lest many positions on one row take quadratic time.
        if self._columns[0] != row:
            sizes = (len(self.text[at : min(at + _CHUNK, end)].encode()) for at in range(start, end, _CHUNK))
            self._columns = (row, list(accumulate(sizes, initial=0)))
        columns = self._columns[1]
        chunk = bisect.bisect_right(columns, byte_column) - 1
        at = min(start + chunk * _CHUNK, end)
        piece = self.text[at : min(at + _CHUNK, end)].encode()[: byte_column - columns[chunk]]
        return at + len(piece.decode(errors="ignore"))

    def location(self, offset: int) -> tuple[int, int]:
        """Row and column of an offset, both from 1, in characters. An offset past the end is taken for the end."""
        offset = min(max(offset, 0), len(self.text))
        row = bisect.bisect_right(self.starts, offset)
        return row, offset - self.starts[row - 1] + 1

    def utf16(self, offset: int) -> tuple[int, int]:
        """Line and character of an offset as the Language Server Protocol counts: from 0, in UTF-16 code units."""
        row, column = self.location(offset)
        if self._ascii:
            return row - 1, column - 1
        start = self.starts[row - 1]
        return row - 1, len(self.text[start : start + column - 1].encode("utf-16-le")) // 2

    def from_utf16(self, line: int, character: int) -> int:
        """The offset of a Language Server Protocol position; past a row, the row's end before its newline."""
        if line < 0:
            return 0
        start, end = self._bounds(line + 1)
        if self._ascii:
            return min(start + max(character, 0), end)
        units = self.text[start:end].encode("utf-16-le")[: 2 * max(character, 0)]
        return start + len(units.decode("utf-16-le", errors="ignore"))

    def line(self, row: int) -> str:
        """The text of a row, counted from 1, without its newline; "" for a row that is not there."""
        start, end = self._bounds(row)
        return self.text[start:end]

    def _bounds(self, row: int) -> tuple[int, int]:
        """Where a row begins, and where it ends before its newline."""
        starts = self.starts
        if not 1 <= row <= len(starts):
            place = 0 if row < 1 else len(self.text)
            return place, place
        start = starts[row - 1]
        if row == len(starts):
            return start, len(self.text)
        end = starts[row] - 1
        if end > start and self.text.startswith("\r\n", end - 1):
            end -= 1
        return start, end


def _extends_ascii(encoding: str) -> bool:
    """Whether a cookie reads as it was found; UTF-16 does not, nor do codecs that are not of text ("hex", "zlib")."""
    try:
        return str(b"# coding\r\n", encoding) == "# coding\r\n"
    except (UnicodeError, LookupError):
        return False


def _declared(data: bytes) -> str:
    """The encoding that a Python file declares by PEP 263, under the name Python gives it; UTF-8 by default."""
    head = _HEAD.match(data)
    if head is None or b"coding" not in head.group():
        return "utf-8"
    for line in head.groups():
        cookie = _COOKIE.match(line)
        if cookie:
            name = cookie.group(1).decode("ascii", "replace")
            try:
                info = codecs.lookup(_EDITOR_SUFFIX.sub("", name))
            except (LookupError, ValueError) as error:
                raise DecodeError(f"declares an encoding that Python does not know: {name[:40]}") from error
            if info.name in _NOT_FILES or not _extends_ascii(info.name):
                raise DecodeError(f"declares an encoding that is not one of text files: {name[:40]}")
            return "utf-8" if info.name in ("utf-8", "utf-8-sig") else info.name
        if not _BLANK.match(line):
            break
    return "utf-8"
