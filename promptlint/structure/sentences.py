"""The sentences of a prompt: which are instructions, where they hold, and their words without markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from promptlint.extract.patterns import lazy
from promptlint.structure.flat import Flat, Path
from promptlint.structure.lines import LONGEST_LINE, Kind, Line
from promptlint.structure.wording import (
    condition_of,
    is_chinese_statement,
    is_foreign,
    is_order,
    joined_not,
    without_lead_ins,
)

# Where a sentence ends: its sign, closing signs, blanks, and something that a sentence may begin with.
_END = lazy(
    r"(?<=[a-z]{3}[.!?]) (?=[a-z])"
    r"|(?<=[.!?:])[\"')\]*_`”’]{0,3}\s+(?=[\"'(\[{*_`“]{0,3}[A-Z\d\ue000{\u0080-\uffff])"
    r"|(?<=[。！？；])[”』」）]?\s*(?=\S)"
)
_ABBREVIATION = lazy(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|dr|mr|mrs|ms|st|no|fig|approx|incl|inc|ltd|esp|e\.g|ca|nos|vol|resp|max|min|ex)\.|\b[A-Za-z]\.|\d\.)$",
    re.I,
)
_CONTINUES = lazy(r"[a-z(,;&/]|\ue000")
_TERMINAL = (".", "!", "?", ":", ";", "。", "！", "？", "：", "；")
_MARKUP = lazy(r"[*_`#~]+|</?[A-Za-z][\w-]{0,30}/?>|\[(?:IMPORTANT|CRITICAL|NOTE|WARNING|MUST)\]", re.IGNORECASE)
_KEPT = lazy(r"\w+(?:['’.:/@+-]\w+)*|\{[^{}\n]*\}|[<>=%$€£+]=?")
# Characters of a line that is taken for wrapped: shorter ones end because their writer ended them.
_WRAPPED = 50


class Sentence(msgspec.Struct, frozen=True, gc=False):
    """One sentence of a paragraph or list item, at `start` to `end` in the text.

    `line` is its first line, `section` the section it stands in (-1: none), `block` numbers paragraphs and lists, so
    that the items of one list share theirs; `indent` and `item` say how deep in it. `path` is the branch it is sent
    in, `loop`: it is sent once a turn.
    """

    start: int
    end: int
    line: int
    section: int
    block: int
    indent: int
    item: bool
    path: Path
    loop: bool


def sentences_of(flat: Flat, lines: Sequence[Line]) -> list[Sentence]:
    """The sentences of all lines that are writing: paragraphs and list items. Linear in the length of the text."""
    found: list[Sentence] = []
    block = 0
    for unit, starts_block in _units(flat, lines):
        block += starts_block
        first, last = lines[unit[0]], lines[unit[-1]]
        item = first.kind is Kind.ITEM
        for start, end in _split(flat.text, first.start, last.end):
            piece = flat.piece(start)
            found.append(
                Sentence(start, end, unit[0], first.section, block, first.indent, item, piece.path, piece.loop)
            )
    return found


def _units(flat: Flat, lines: Sequence[Line]) -> Iterator[tuple[list[int], bool]]:
    """Lines that belong together, an item or paragraph and what it is wrapped to, and whether a block begins there."""
    unit: list[int] = []
    blank = fresh = True
    for number, line in enumerate(lines):
        if line.kind not in (Kind.ITEM, Kind.TEXT):
            if unit:
                yield unit, fresh
                unit, fresh = [], False
            fresh = fresh or line.kind is not Kind.BLANK
            blank = True
            continue
        if unit and not blank and line.kind is Kind.TEXT and _wrapped(flat, lines[unit[-1]], line):
            unit.append(number)
            continue
        if unit:
            yield unit, fresh
            fresh = False
        # Items with blank lines between them are one list still.
        if line.kind is Kind.TEXT or (number and lines[number - 1].kind is Kind.TEXT):
            fresh = True
        unit, blank = [number], False
    if unit:
        yield unit, fresh


def _wrapped(flat: Flat, before: Line, line: Line) -> bool:
    text = flat.text
    last = text[before.end - 1 : before.end]
    if last in _TERMINAL or line.start >= line.end:
        return False
    if flat.piece(before.start).path != flat.piece(line.start).path:
        return False
    if _CONTINUES.match(text, line.start):
        return True
    # A sentence may go on with a name or a number, when the line before was full.
    return before.end - before.start >= _WRAPPED and (last.isalnum() or last == ",") and text[line.start] not in "*-#"


def _split(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    if end - start <= LONGEST_LINE * 4:
        for match in _END.finditer(text, start, end):
            if _ABBREVIATION.search(text, max(match.start() - 8, at), match.start()) or _label(text, at, match.start()):
                continue
            if match.start() > at:
                yield at, match.start()
            at = match.end()
    if at < end:
        yield at, end


def _label(text: str, start: int, end: int) -> bool:
    """Whether what ends here is a label in front of its sentence: "Tone: keep it light"."""
    return text[end - 1] == ":" and end - start <= 60


def instructs(text: str) -> bool:
    """Whether a sentence is an instruction, or in a language of which that is not known."""
    return is_order(text) or (is_foreign(text) and not is_chinese_statement(text))


def condition(text: str) -> str:
    """The clause a sentence begins with that says when it holds, in small letters, or ""."""
    return condition_of(text)


def key_of(words: str) -> str:
    """A sentence without case, punctuation, markup and lead-ins: what is equal says the same in the same words.

    Values are their expressions in braces. "" when nothing is left.
    """
    plain = _MARKUP.sub(" ", words).lower().replace("’", "'").replace("‘", "'")
    plain = " ".join(plain.split()).lstrip("-•([ \"'")
    plain = joined_not(without_lead_ins(plain))
    return " ".join(_KEPT.findall(plain))
