"""Blocks of several lines that are no writing: fenced, bracketed (JSON and the like), and between triple quotes."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from promptlint.extract.patterns import lazy

_FENCE = lazy(r"(`{3,}|~{3,})\s*([\w+-]*)$")
_JSON_NAMES = frozenset(("json", "jsonc", "json5", "jsonl"))
_OPENS = lazy(r"(?:^|[\s:=(,\[{])[\[{(]\s*$|^\{{1,2}\s*[\"']\w|^\[\s*[{\"]")
_STRINGS = lazy(r'"(?:[^"\\\n]|\\.)*"')
_MEMBER = lazy(r"[\"'“]?[\w\s./$<>*-]{1,60}[\"'”]?\s*[:=]\s*\S|[\"'\[\]{}(),]|//|#|\.\.\.|…|-?\d|<|\ue000")
_PROSE = lazy(r"(?:[^\W\d_]+[,;]? ){6,}[^\W\d_]+[.:]$")
_TRIPLE = ('"""', "'''")
# Lines of one block: what is longer is data, and its end is not looked for.
_LONGEST = 2_000


class Row(msgspec.Struct, frozen=True, gc=False):
    """A line before it is known what it is: where its stripped text stands, that text, and the column it begins in."""

    start: int
    end: int
    indent: int
    text: str


class Block(msgspec.Struct, frozen=True, gc=False):
    """A block up to the line `last`.

    `kind`: "code", "json" or "quoted"; `fenced`: its first and last line are signs of it.
    """

    last: int
    kind: str
    fenced: bool


def rows_of(text: str) -> list[Row]:
    """The lines of a text; a tab in front counts as up to four blanks."""
    rows: list[Row] = []
    at = 0
    for raw in text.split("\n"):
        stripped = raw.strip()
        left = len(raw) - len(raw.lstrip()) if stripped else 0
        indent = len(raw[:left].expandtabs(4)) if "\t" in raw[:left] else left
        rows.append(Row(at + left, at + left + len(stripped), indent, stripped))
        at += len(raw) + 1
    return rows


def blocks_of(rows: Sequence[Row]) -> dict[int, Block]:
    """The blocks by the number of their first line. Linear in the length of the lines."""
    found = _fences(rows)
    written = [number for number, row in enumerate(rows) if row.text]
    # Quotes around the whole text are a slip of its writer.
    if written and written[0] in found and found[written[0]].kind == "quoted" and found[written[0]].last == written[-1]:
        del found[written[0]]
    taken = sorted((first, block.last) for first, block in found.items())
    _brackets(rows, taken, found)
    return found


def _fences(rows: Sequence[Row]) -> dict[int, Block]:
    found: dict[int, Block] = {}
    opening: tuple[int, str, str] | None = None
    for number, row in enumerate(rows):
        text = row.text
        if text in _TRIPLE:
            sign, name = text, "quoted"
        elif text[:3] in ("```", "~~~") and (match := _FENCE.match(text)):
            sign, name = match[1], match[2].lower()
        elif opening is not None and text.endswith(opening[1]) and opening[1] not in text[:-3]:
            sign, name = opening[1], ""
        else:
            continue
        if opening is None:
            opening = (number, sign, name)
        elif opening[1][0] == sign[0] and len(sign) >= len(opening[1]) and (not name or name == "quoted"):
            first, _, name = opening
            content = next((each.text for each in rows[first + 1 : number] if each.text), "")
            json = name in _JSON_NAMES or (not name and content[:1] in ("{", "["))
            kind = "quoted" if name == "quoted" else "json" if json else "code"
            found[first] = Block(number, kind, True)
            opening = None
        elif name and name != "quoted":
            # The one before was not closed.
            opening = (number, sign, name)
    return found


def _brackets(rows: Sequence[Row], taken: list[tuple[int, int]], found: dict[int, Block]) -> None:
    """Add blocks in brackets: from a line that opens one to the line that closes it, most between like members."""
    fences = iter(taken)
    fence = next(fences, None)
    stack: list[int] = []
    pairs: dict[int, int] = {}
    for number, row in enumerate(rows):
        if fence is not None and number > fence[1]:
            fence = next(fences, None)
        if fence is not None and number >= fence[0]:
            stack.clear()
            continue
        text = row.text
        if not stack and not _OPENS.search(text):
            continue
        plain = _STRINGS.sub('""', text) if '"' in text else text
        for character in plain:
            if character in "[{":
                stack.append(number)
            elif character in "]}" and stack:
                opened = stack.pop()
                if not stack:
                    pairs[opened] = number
        if stack and number - stack[0] > _LONGEST:
            stack.clear()
    end = -1
    for first, last in sorted(pairs.items()):
        if first <= end:
            continue
        if _is_data(rows[first : last + 1]):
            # `The answer as JSON: {` is writing that opens a block: the sentence itself is not data.
            begin = (
                first if last == first or len(rows[first].text) < 3 or rows[first].text[0] in "[{\"'(" else first + 1
            )
            found[begin] = Block(last, "json", False)
            end = last


def _is_data(rows: Sequence[Row]) -> bool:
    first = rows[0].text
    if len(rows) == 1:
        return bool(re.match(r"\{{1,2}\s*[\"'][^\"'\n]{1,80}[\"']\s*:|\[\s*[\[{\"]", first)) and first[-1] in "]},"
    inner = [row.text for row in rows[1:-1] if row.text]
    members = sum(1 for text in inner if _MEMBER.match(text) and not _PROSE.match(text))
    return 4 * members >= 3 * len(inner)
