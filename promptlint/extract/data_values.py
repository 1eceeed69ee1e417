"""JSON, TOML and YAML as values whose texts know their places.

Each reader gives the intermediate form: a table is a `Mapping`, a list `Items`, a string a template of `Text`s,
anything else a hole. Nothing is constructed, no tag is obeyed, and an alias of YAML is not expanded without end.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from promptlint.template import Hole, Items, Mapping, Part, Span, Template, Text, Value, Volatility

MAX_LEVELS = 60
"""Levels of tables and lists in each other; a settings file has few."""

MAX_VALUES = 60_000
"""Values in one file, those behind aliases counted each time. Beyond it the file is data."""

_SHOWN = 60
# What blanks and comments begin with.
_SPACE = " \t\r\n#"


class Unreadable(Exception):
    """The text is not what its extension says, or there is too much of it."""


def read(name: str, text: str) -> Value | None:
    """The value of a file by its extension (`.json`, `.toml`, `.yaml`, `.yml`), None when it cannot be read."""
    lowered = name.lower()
    reader = next((reader for ends, reader in _READERS.items() if lowered.endswith(ends)), None)
    if reader is None:
        return None
    try:
        return reader(name, text)
    except (Unreadable, RecursionError):
        return None


def other(name: str, text: str, start: int, end: int) -> Template:
    """A number, a date, a truth value: a value that does not change."""
    shown = " ".join(text[start : min(end, start + _SHOWN)].split())
    return (Hole(shown, Span(name, start, end), Volatility.CONSTANT),)


class Pieces:
    """The texts of one string, verbatim runs and atomic pieces; runs that follow each other are one."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text
        self.parts: list[Part] = []
        self.run = (0, 0)

    def verbatim(self, start: int, end: int) -> None:
        if self.run[1] == start and self.run[0] < start:
            self.run = (self.run[0], end)
            return
        self.flush()
        self.run = (start, end)

    def atomic(self, value: str, start: int, end: int) -> None:
        self.flush()
        if value:
            self.parts.append(Text(value, Span(self.name, start, end), False))

    def flush(self) -> None:
        start, end = self.run
        if start < end:
            self.parts.append(Text(self.text[start:end], Span(self.name, start, end), True))
        self.run = (0, 0)

    def done(self) -> Template:
        self.flush()
        return tuple(self.parts)


class _Reader:
    """What the readers of JSON and TOML have in common: a text, a position, and a count of values."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text
        self.at = 0
        self.count = 0

    def span(self, start: int) -> Span:
        return Span(self.name, start, self.at)

    def counted(self, level: int) -> None:
        self.count += 1
        if self.count > MAX_VALUES or level > MAX_LEVELS:
            raise Unreadable

    def skip(self, pattern: re.Pattern[str]) -> None:
        if self.text[self.at : self.at + 1] not in _SPACE:
            return
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def expect(self, character: str) -> None:
        if self.peek() != character:
            raise Unreadable
        self.at += 1

    def escaped(self, close: str, escape: re.Pattern[str], decode: Callable[[str], str]) -> Template:
        """The text up to a closing delimiter, its escapes decoded; the position is behind the delimiter."""
        pieces = Pieces(self.name, self.text)
        while True:
            match = escape.search(self.text, self.at)
            if match is None:
                raise Unreadable
            if match.start() > self.at:
                pieces.verbatim(self.at, match.start())
            self.at = match.end()
            found = match.group()
            if found.startswith(close):
                # Up to two quotes may stand right before the closing ones of a TOML text.
                if len(found) > len(close):
                    pieces.verbatim(match.start(), match.end() - len(close))
                return pieces.done()
            value = decode(found)
            if value == found:
                pieces.verbatim(match.start(), match.end())
            else:
                pieces.atomic(value, match.start(), match.end())


_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "e": "\x1b", '"': '"', "\\": "\\", "/": "/"}


def _character(digits: str) -> str:
    code = int(digits, 16)
    if code > 0x10FFFF:
        raise Unreadable
    # Half of a surrogate pair cannot be written anywhere.
    return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)


# JSON

_JSON_SPACE = re.compile(r"[ \t\r\n]+")
_JSON_ESCAPE = re.compile(
    r'"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\["\\/bfnrt]|\\|[\x00-\x1f]'
)
# Most strings have nothing escaped in them.
_JSON_PLAIN = re.compile(r'[^"\\\x00-\x1f]*"')
_JSON_OTHER = re.compile(r"-?\d[\d.eE+-]*|true|false|null|NaN|-?Infinity")


def _json_character(escape: str) -> str:
    if escape[0] != "\\":
        return escape  # Python's reader takes control characters with `strict=False` only; nothing is gained by it here
    if len(escape) < 2:
        raise Unreadable
    if escape[1] != "u":
        return _SHORT[escape[1]]
    if len(escape) == 12:
        high, low = int(escape[2:6], 16), int(escape[8:], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00)
    return _character(escape[2:])


class _Json(_Reader):
    def value(self, level: int) -> Value:
        self.counted(level)
        self.skip(_JSON_SPACE)
        start, first = self.at, self.peek()
        if first == '"':
            self.at += 1
            return self.string()
        if first == "{":
            return self.table(start, level)
        if first == "[":
            return self.list(start, level)
        match = _JSON_OTHER.match(self.text, start)
        if match is None:
            raise Unreadable
        self.at = match.end()
        return other(self.name, self.text, start, self.at)

    def string(self) -> Template:
        start = self.at
        plain = _JSON_PLAIN.match(self.text, start)
        if plain is None:
            return self.escaped('"', _JSON_ESCAPE, _json_character)
        self.at = plain.end()
        end = self.at - 1
        return (Text(self.text[start:end], Span(self.name, start, end), True),) if start < end else ()

    def table(self, start: int, level: int) -> Value:
        entries: list[tuple[str, Value]] = []
        self.at += 1
        self.skip(_JSON_SPACE)
        while self.peek() != "}":
            if entries:
                self.expect(",")
                self.skip(_JSON_SPACE)
            self.expect('"')
            key = joined(self.string())
            self.skip(_JSON_SPACE)
            self.expect(":")
            entries.append((key, self.value(level + 1)))
            self.skip(_JSON_SPACE)
        self.at += 1
        return Mapping(tuple(entries), self.span(start))

    def list(self, start: int, level: int) -> Value:
        items: list[Value] = []
        self.at += 1
        self.skip(_JSON_SPACE)
        while self.peek() != "]":
            if items:
                self.expect(",")
            items.append(self.value(level + 1))
            self.skip(_JSON_SPACE)
        self.at += 1
        return Items(tuple(items), self.span(start))


def joined(template: Template) -> str:
    """The static text of a template."""
    if len(template) == 1:
        part = template[0]
        return part.value if type(part) is Text else ""
    return "".join(part.value for part in template if isinstance(part, Text))


def read_json(name: str, text: str) -> Value:
    reader = _Json(name, text)
    value = reader.value(0)
    reader.skip(_JSON_SPACE)
    if reader.at < len(text):
        raise Unreadable
    return value


# TOML

_TOML_BLANK = re.compile(r"[ \t]+")
_TOML_SPACE = re.compile(r"(?:[ \t\r\n]+|#[^\r\n]*)+")
_TOML_KEY = re.compile(r"[A-Za-z0-9_-]+")
_TOML_BASIC = re.compile(r'"|\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|[btnfre"\\])|\\|[\r\n]')
_TOML_BASIC_LINES = re.compile(
    r'"{3,5}|\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|[btnfre"\\]|[ \t]*\r?\n[ \t\r\n]*)|\\|\r\n'
)
_TOML_LITERAL = re.compile(r"'|[\r\n]")
_TOML_LITERAL_LINES = re.compile(r"'{3,5}|\r\n")
_TOML_NEWLINE = re.compile(r"\r?\n")
_TOML_OTHER = re.compile(r"[A-Za-z0-9_+:.-]+(?: \d\d:[\d:.]+(?:Z|[+-][\d:]+)?)?")


def _toml_character(escape: str) -> str:
    if escape == "\r\n":
        return "\n"
    if escape[0] != "\\" or len(escape) < 2:
        raise Unreadable
    if escape[1] in "uUx":
        return _character(escape[2:])
    return "" if escape[1] in " \t\r\n" else _SHORT[escape[1]]


class _Table:
    """A table being filled: later headers and dotted keys may add to it."""

    def __init__(self) -> None:
        self.entries: dict[str, Value | _Table | list[_Table]] = {}

    def below(self, keys: list[str], *, last: bool = False) -> _Table:
        """The table at a dotted key; of a list of tables the last, or with `last` a new one."""
        table = self
        for number, key in enumerate(keys):
            known = table.entries.get(key)
            if last and number == len(keys) - 1:
                tables = known if isinstance(known, list) else []
                table.entries[key] = tables
                tables.append(_Table())
                return tables[-1]
            if isinstance(known, list) and known:
                table = known[-1]
            elif isinstance(known, _Table):
                table = known
            else:
                table.entries[key] = inner = _Table()
                table = inner
        return table

    def value(self, span: Span, level: int = 0) -> Mapping:
        if level > MAX_LEVELS:
            raise Unreadable
        entries: list[tuple[str, Value]] = []
        for key, item in self.entries.items():
            if isinstance(item, _Table):
                entries.append((key, item.value(span, level + 1)))
            elif isinstance(item, list):
                entries.append((key, Items(tuple(each.value(span, level + 1) for each in item), span)))
            else:
                entries.append((key, item))
        return Mapping(tuple(entries), span)


class _Toml(_Reader):
    def document(self) -> Value:
        root = table = _Table()
        self.skip(_TOML_SPACE)
        while self.at < len(self.text):
            self.counted(0)
            if self.peek() == "[":
                double = self.text.startswith("[[", self.at)
                self.at += 2 if double else 1
                self.skip(_TOML_BLANK)
                table = root.below(self.key(), last=double)
                for _ in range(2 if double else 1):
                    self.expect("]")
            else:
                self.entry(table, 0)
            self.skip(_TOML_BLANK)
            if self.at < len(self.text) and self.peek() not in "#\r\n":
                raise Unreadable
            self.skip(_TOML_SPACE)
        return root.value(Span(self.name, 0, len(self.text)))

    def entry(self, table: _Table, level: int) -> None:
        keys = self.key()
        self.expect("=")
        self.skip(_TOML_BLANK)
        table.below(keys[:-1]).entries[keys[-1]] = self.value(level + 1)

    def key(self) -> list[str]:
        keys: list[str] = []
        while True:
            if self.peek() in ("'", '"') and self.peek():
                keys.append(joined(self.string()))
            else:
                match = _TOML_KEY.match(self.text, self.at)
                if match is None or len(keys) > MAX_LEVELS:
                    raise Unreadable
                self.at = match.end()
                keys.append(match.group())
            self.skip(_TOML_BLANK)
            if self.peek() != ".":
                return keys
            self.at += 1
            self.skip(_TOML_BLANK)

    def value(self, level: int) -> Value:
        self.counted(level)
        start, first = self.at, self.peek()
        if first in ("'", '"') and first:
            return self.string()
        if first == "[":
            items: list[Value] = []
            self.at += 1
            self.skip(_TOML_SPACE)
            while self.peek() != "]":
                items.append(self.value(level + 1))
                self.comma("]")
            self.at += 1
            return Items(tuple(items), self.span(start))
        if first == "{":
            table = _Table()
            self.at += 1
            self.skip(_TOML_SPACE)
            while self.peek() != "}":
                self.entry(table, level + 1)
                self.comma("}")
            self.at += 1
            return table.value(self.span(start), level)
        match = _TOML_OTHER.match(self.text, start)
        if match is None:
            raise Unreadable
        self.at = match.end()
        return other(self.name, self.text, start, self.at)

    def comma(self, close: str) -> None:
        self.skip(_TOML_SPACE)
        if self.peek() != close:
            self.expect(",")
            self.skip(_TOML_SPACE)

    def string(self) -> Template:
        quote = self.peek()
        lines = self.text.startswith(3 * quote, self.at)
        self.at += 3 if lines else 1
        if lines:
            self.skip(_TOML_NEWLINE)
        if quote == '"':
            special = _TOML_BASIC_LINES if lines else _TOML_BASIC
        else:
            special = _TOML_LITERAL_LINES if lines else _TOML_LITERAL
        return self.escaped(3 * quote if lines else quote, special, _toml_character)


def read_toml(name: str, text: str) -> Value:
    return _Toml(name, text).document()


def read_yaml(name: str, text: str) -> Value:
    from promptlint.extract import yaml_values

    return yaml_values.read(name, text)


_READERS: dict[str, Callable[[str, str], Value]] = {
    ".json": read_json,
    ".toml": read_toml,
    ".yaml": read_yaml,
    ".yml": read_yaml,
}
DATA = tuple(_READERS)
