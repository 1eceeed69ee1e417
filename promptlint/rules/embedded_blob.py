"""`embedded-blob`: data in the static text that a model can hardly read, and pays for character by character.

Base64, data URIs, long hexadecimal strings, lists of UUIDs, and minified code. A candidate is found by its alphabet and
taken only if it decodes, or has the mixture of letters and digits that encoded data has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from promptlint.extract.patterns import lazy
from promptlint.operations import Ruler
from promptlint.prompt import Finding, Prompt
from promptlint.rules import rule
from promptlint.rules._sizes import without
from promptlint.template import runs
from promptlint.tokens import encoding_of, fewer_than

# A row of encoded data, and of those in a block that is wrapped (PEM has 64 characters, MIME 76).
_ROW = 60
_UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_CANDIDATE = lazy(
    rf"(?P<uri>\bdata:[\w.+-]+/[\w.+-]+(?:;[\w=.-]+)*;base64,[A-Za-z0-9+/=_-]{{40,}})"
    rf"|(?P<uuids>{_UUID}(?:[\s\"',;|\[\]-]{{1,40}}{_UUID}){{3,}})"
    rf"|(?P<encoded>[A-Za-z0-9+/_-]{{{_ROW},}}(?:[ \t]*\n[ \t]*[A-Za-z0-9+/_-]{{8,}}(?![^\s=\"'`)]))*={{0,2}})"
)
_NAMES = {"uri": "a data URI", "uuids": "a list of UUIDs", "hex": "hexadecimal data", "base64": "Base64"}
# Characters of a row that is taken for minified code when it is longer; the shares of its blanks and of its signs.
_LONG_ROW = 400
_MOST_BLANKS, _LEAST_SIGNS, _STATEMENTS = 0.08, 0.12, 5
_SIGNS = frozenset("{}()[];=,.:&|!?+*<>")


@rule(group="bloat", severity="warning")
def check(prompt: Prompt, *, min_tokens: int = 100) -> Iterator[Finding]:
    """Encoded or minified data stands in the static text, where every few characters are a token."""
    for run in map(Ruler, runs(prompt.template)):
        value = run.value
        for start, end, what in _blobs(value):
            blob = value[start:end]
            if fewer_than(blob, min_tokens, prompt.model):
                continue
            tokens = without(value, start, end, prompt.model)
            if tokens < min_tokens:
                continue
            exact = encoding_of(prompt.model).exact
            yield Finding(
                run.place(start, end),
                f"{what} of {'' if exact else '~'}{tokens:,} tokens stands in the prompt",
                tokens=tokens,
                saving="removed",
                help=_HELP.get(what, "say what is in it, or hand it to a tool or to the program that needs it"),
                exact=exact,
            )


_HELP = {
    _NAMES["uri"]: "send an image or a file as a part of the message of its own, or by its address",
    _NAMES["uuids"]: "number the items in the prompt, and turn the numbers back into UUIDs in the program",
}


def _blobs(value: str) -> Iterator[tuple[int, int, str]]:
    """What of a text is a blob: start, end, and what it is."""
    if len(value) < _ROW:
        return
    past = 0
    for match in _CANDIDATE.finditer(value):
        kind = match.lastgroup or ""
        if kind == "encoded":
            kind = _encoding(match.group())
        if kind:
            past = match.end()
            yield match.start(), past, _NAMES[kind]
    offset = 0
    for row in value.split("\n"):
        if len(row) >= _LONG_ROW and _minified(row):
            lead = len(row) - len(row.lstrip())
            if offset >= past:
                yield offset + lead, offset + len(row.rstrip()), "minified code"
        offset += len(row) + 1


def _encoding(candidate: str) -> str:
    """Which encoding a run of letters and digits is in: "hex", "base64", or "" if it is none, as a path or a rule."""
    text = re.sub(r"\s", "", candidate).rstrip("=")
    digits = sum(map(str.isdigit, text))
    letters = sum(map(str.isalpha, text))
    if not digits or not letters or len(set(text)) < 10:
        return ""
    if all(character in "0123456789abcdefABCDEF" for character in text):
        return "hex"
    upper = sum(map(str.isupper, text))
    # Of 64 characters 26 are capitals and 10 digits. Words, paths and identifiers have far fewer of both.
    if upper < 0.2 * len(text) or letters - upper < 0.2 * len(text) or digits < 0.05 * len(text):
        return ""
    return "" if max(map(len, re.split(r"[/_+-]", text))) < _ROW / 4 else "base64"


def _minified(row: str) -> bool:
    """Whether a long row is code without blanks: signs of every kind, statements, no sentences."""
    blanks = row.count(" ") + row.count("\t")
    signs = sum(character in _SIGNS for character in row)
    if blanks > _MOST_BLANKS * len(row) or signs < _LEAST_SIGNS * len(row):
        return False
    # Data in JSON has as many signs; code ends statements and opens blocks.
    return row.count(";") + row.count("=>") + row.count("){") >= _STATEMENTS and "=" in row
