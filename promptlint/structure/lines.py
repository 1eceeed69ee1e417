"""The lines of a prompt's text, each with its kind, and the sections they stand in.

Prompts are loose Markdown: headings in stars or capitals, tags of one's own, fields in braces, indented by the program
around them. A Markdown parser takes the indentation for code and the tags for HTML and forgets the columns, so this is
a scanner of its own: one pass over the lines, with a stack of tags, after one that pairs brackets and fences.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Sequence
from enum import StrEnum

import msgspec

from promptlint.extract.patterns import lazy
from promptlint.extract.reads import looks_like_code_or_markup
from promptlint.structure.blocks import Block, Row, blocks_of, rows_of
from promptlint.structure.flat import VALUE
from promptlint.structure.wording import begins_like_order


class Kind(StrEnum):
    """What a line is. Where it stands goes first: a list item inside an example is `EXAMPLE`."""

    BLANK = "blank"
    HEADING = "heading"
    ITEM = "item"
    TEXT = "text"
    EXAMPLE = "example"
    QUOTED = "quoted"
    TABLE = "table"
    TAG = "tag"
    FENCE = "fence"
    CODE = "code"
    JSON = "json"
    SCALE = "scale"
    SEPARATOR = "separator"


class Section(msgspec.Struct, frozen=True):
    """What stands under a heading or in a tag. `level`: 1-6 as in Markdown, 7 for bold or capitals, 8 for `Label:`.

    Of a tag `level` is 0 and `title` its name. `parent` is a position in the list of sections, -1 at the top.
    """

    title: str
    level: int
    parent: int


class Line(msgspec.Struct, frozen=True, gc=False):
    """One line: its content from `start` to `end` (offsets in the text, without indentation, marker and end of line).

    `indent` is the column of its first character, a tab being four blanks; `marker` the bullet or number of an item or
    the signs of a heading. `section` is a position in the list of sections, -1 before the first.
    """

    start: int
    end: int
    kind: Kind
    indent: int
    marker: str
    section: int


# Beyond this a line is not looked at closely: minified data, not writing.
LONGEST_LINE = 4_000
# As many open tags and headings are looked through for the one that a tag closes.
_DEEPEST = 32
# Lines between two turns of an example, at most.
_TURN_LINES = 20
# Lines in capitals that say who speaks in a dialogue that is shown.
_SPEAKERS = ("SYSTEM", "USER", "ASSISTANT", "HUMAN")
_FENCES = ("```", "~~~", '"""', "'''")
_BULLETS = frozenset("-*+•–—·▪●◦‣")

_SEPARATOR = lazy(r"(?:([-=*_#~+])(?:\s?\1){2,}|[-=*_#~+<>/|—–─═]{4,}|\*\*|[\"']{1,3})$")
_TAG = lazy(
    r"(?:\s*(?:</?[A-Za-z_\ue000][\w:.\ue000-]*(?:\s[^<>]*)?/?>|<\|[^|<>]*\|>|\[/?[A-Z_]{2,20}\]|<</?SYS>>))+\s*(\w*:?)$"
)
_ONE_TAG = lazy(r"<(/?)([A-Za-z_\ue000][\w:.\ue000-]*)(?:\s[^<>]*?)?(/?)>")
_ROLE = lazy(r"#{0,3}\s*(?:system|user|assistant|human)\s*:$", re.IGNORECASE)
_HEADING = lazy(r"(#{1,6})\s+(?=\S)")
_BOLD = lazy(r"(\*\*|__)(?=\S)((?:(?!\1).)+)\1\s*:?\s*$")
_RULED = lazy(r"([-=*#~]{2,})\s*(?=[^\W_])(?:(?!\1).){1,60}\1[-=*#~]*$")
_BRACKETED = lazy(
    r"(?:\[[A-Z][A-Z\d_ \-/&]{2,40}\]\s*:?|\[[A-Z][\w \-/&]{2,40}\]\s*:|【[^】]{1,30}】\s*:?|-[A-Z][\w ]{1,40}-)$"
)
_ITEM = lazy(
    r"(?:[-*+•–—·▪●◦‣○■□▶►➤➔→✅❌✓✗✔✘☑]\ufe0f?|\(?\d{1,3}(?:\.\d{1,2}){0,2}[.):、]|\d{1,2}(?:\.\d{1,2}){1,2}"
    r"|\(\d{1,3}\)|\(?[a-zA-Z][.)]"
    r"|\(?[ivx]{1,4}[.)]|(?:[Ss]tep|STEP)\s*\d{1,2}\s*[.:)-])(?:\s+|(?<=[、•→✅❌✓✗])|(?<=[-)])(?=[A-Z*\[]))(?=\S)"
)
_LABEL = lazy(r"([A-Z\u00c0-\uffff][^\n.!?:]{0,50}):\s*(?:\*\*)?$")
_NUMBERED = lazy(r"(?:step|phase|stage|part|section|task|rule|level)\s+\d+", re.IGNORECASE)
# What opens the description of something: "For example:", "Here are the rules:", "The answer should:".
_ANNOUNCING = frozenset("for here here's this these as below above see so like e.g. when if while such".split())
_UNFINISHED = frozenset("should must is are can may to will by with be of in as that have has do".split())
PARAMETER_TITLES = frozenset(
    "args arguments parameters params attributes fields keys methods returns return raises yields".split()
)
_PARAMETER = lazy(r"\*{0,2}`?[\w.\[\]]{1,60}`?(?:\s?\([^()]{0,80}\))?\s?:\s")
_MARKUP = "*_`#> \t\"'"
SCALE_VALUE = lazy(
    r"(?:an? (?:score|rating|grade|mark) of (\d{1,3}(?:\.\d+)?) (?:indicates|means|signifies|is|represents|if|for)\b"
    r"|(?:\(?\d{1,2}[.)]\s+)?[\"'*`(\[]{0,3}"
    r"(?:(?:score|rating|level|grade|scale|points?|stars?)\s*(?:of\s*)?[\"'*`]{0,2})?"
    r"(\d{1,3}(?:\.\d+)?)(?:\s*(?:-|–|to)\s*(\d{1,3}(?:\.\d+)?))?\s*(?:points?|stars?|%)?[\"'*`)\]]{0,3}\s*"
    r"(?:[:=]|[-–—]\s|\((?=[A-Za-z])))",
    re.IGNORECASE,
)
_EXAMPLE_WORD = lazy(
    r"\b(?:(?:few|one|multi)[- ]?shots?|examples?|demonstrations?|illustrations?|samples?|exemplars?|e\.g|for instance"
    r"|demos?|case stud(?:y|ies)|beispiele?|exemples?|ejemplos?|esempi)\b|示例|例子|例如|样例|例[:：]|예시",
    re.IGNORECASE,
)
# A heading about examples that are not shown below it: "Do not copy the examples".
EXAMPLE_HEADING = lazy(
    r"^[\W_\d]*(?:(?:here (?:are|is)|some|an?|the|few|below|following|\w+(?: \w+)?)\s+)??"
    r"(?:(?:\w+[ -]){0,3}(?:few|one|multi)[- ]?shots?(?: \w+)?|(?:[\w/&-]+ ){0,4}(?:examples?|demonstrations?|samples?"
    r"|exemplars?|illustrations?|demos?)(?: (?:of|for|outputs?|inputs?|responses?|conversations?|interactions?|usage"
    r"|queries|tasks?|answers?|cases?|formats?|json|code|with|to)\b.*)?|examples?(?: [\w-]+){1,5}|for instance|e\.g\.?"
    r"|beispiele?|exemples?|ejemplos?|(?:.*)(?:示例|例子|样例).{0,12})[\W_]*(?:#?\s*(?:\d+|[A-Z])\b.{0,60})?[\W_]*$",
    re.IGNORECASE,
)
TURN = lazy(
    r"[\[*_#<>\"' ]{0,4}(?:(?:example|sample|expected|good|bad|correct|incorrect|wrong|model|final|your|user|action)"
    r"\s+)?(inputs?|outputs?|user(?: ?input| ?query| ?message)?|assistant|human|ai|q|a|question|answer|thought|action"
    r"|observation|response|reply|query|result|agent|customer|bot|explanation|reasoning|rationale|utterance|sentence"
    r"|instruction|text|request|before|after|wrong|right|good|bad|correct|incorrect|输入|输出|用户|问题|回答)"
    r"\s?(?:#?\d{1,2}|[A-D])?(?:\s*\([^()]{0,40}\))?[\]*_\"']{0,3}\s*(?:[:：]|->|=>)[*_]{0,2}\s*",
    re.IGNORECASE,
)
_BEHIND_EXAMPLES = lazy(
    r"[\W_]*(?:now\b|begin\b|let's begin|let us begin|your turn|remember\b|important\b|note that\b|please note"
    r"|end of examples?|given the above|based on the (?:above|examples)|following is|here is the|here are the"
    r"|here's (?:a|the|your) (?:new|next|actual|real|current)"
    r"|the following is|current\b|actual\b|real\b|use the (?:following|above)|you (?:must|should|are|will|have|can)\b"
    r"|do not\b|don't\b|never\b|always\b|make sure\b|ensure\b)",
    re.IGNORECASE,
)
_EXAMPLE_TAG = lazy(r"example|few_?-?shot|sample|demonstration|exemplar", re.IGNORECASE)
_FIELD = lazy(
    r"(?:\{\{?\s*[$\w.\[\]'\"|:() -]{1,60}\s*\}?\}|\$\{?\w+\}?|<<?[a-z][\w ]{1,30}>>?|%\(\w+\)s|%s|\ue000)"
)
_CODE_HINT = lazy(r"[(){}=;<>$\[\]@`/\\]|^\s*(?:import|from|def|class|SELECT|return|else|try)\b")
_WORD = lazy(r"[^\W\d_]{2,}")


class Scanned(msgspec.Struct):
    """What `scan` makes of a text."""

    lines: list[Line]
    sections: list[Section]


def scan(text: str) -> Scanned:
    """The lines of a text, and its sections. Linear in its length."""
    return _Scanner(text).run()


class _Scanner:
    """The state of one pass: open tags and headings, and the examples that a line may stand in."""

    def __init__(self, text: str) -> None:
        self.rows = rows_of(text)
        self.blocks = blocks_of(self.rows)
        self.closing = _closing_tags(self.rows)
        self.lines: list[Line] = []
        self.sections: list[Section] = []
        self.open: list[int] = []  # positions of open sections, those of tags among them
        self.heading = 0  # one more than the level of the heading that examples stand under; 0 outside of examples
        self.announced = -1  # indentation of a line like "For example:", whose block is an example; -1 outside
        self.begun = False  # that block has begun

    def run(self) -> Scanned:
        number = 0
        while number < len(self.rows):
            block = self.blocks.get(number)
            if block is not None:
                self._block(number, block)
                number = block.last + 1
            else:
                self._line(number)
                number += 1
        return Scanned(_turns(self.rows, _scales(self.rows, self.lines)), self.sections)

    def _add(self, number: int, kind: Kind, marker: str = "") -> None:
        row = self.rows[number]
        section = self.open[-1] if self.open else -1
        self.lines.append(Line(row.start + len(marker), row.end, kind, row.indent, marker.strip(), section))

    def _shown(self) -> bool:
        """Whether the next line stands in an example."""
        return bool(self.heading) or self.announced >= 0 or self._example_tag()

    def _example_tag(self) -> bool:
        return any(
            self.sections[at].level == 0 and _EXAMPLE_TAG.search(self.sections[at].title) for at in self.open[-8:]
        )

    def _block(self, number: int, block: Block) -> None:
        inner = {"code": Kind.CODE, "json": Kind.JSON, "quoted": Kind.QUOTED}[block.kind]
        if self._shown():
            inner = Kind.EXAMPLE
        for at in range(number, block.last + 1):
            if not self.rows[at].text:
                self._add(at, Kind.BLANK)
            elif block.fenced and at in (number, block.last) and self.rows[at].text[:3] in _FENCES:
                self._add(at, Kind.FENCE if self.rows[at].text[0] in "`~" else Kind.SEPARATOR)
            elif inner is Kind.CODE and _is_field(self.rows[at].text):
                self._add(at, Kind.QUOTED)
            else:
                self._add(at, inner)
        self.announced = -1

    def _line(self, number: int) -> None:
        text = self.rows[number].text
        if not text:
            self._add(number, Kind.BLANK)
            if self.begun:
                self.announced, self.begun = -1, False
        elif len(text) > LONGEST_LINE:
            self._add(number, Kind.EXAMPLE if self._shown() else Kind.TEXT)
        elif (text[0] in "<[" and _TAG.match(text)) or _ROLE.match(text):
            self._tags(number)
        elif text[0] == "|" and text.count("|") > 1:
            self._add(number, Kind.EXAMPLE if self._shown() else Kind.TABLE)
        elif text[:3] in ("```", "~~~"):
            self._add(number, Kind.FENCE)  # without a partner
        elif _SEPARATOR.match(text):
            self._separator(number)
        elif (found := self._title(number)) is not None:
            self._open_heading(number, *found)
        else:
            self._writing(number)

    def _separator(self, number: int) -> None:
        """A line of signs: a separator, and where it is a row of "=" under one short line, that line is a heading."""
        if self.lines and self.rows[number].text.strip("=") == "" and self.lines[-1].kind is Kind.TEXT:
            title = self.rows[number - 1].text
            if len(title) <= 60 and (number == 1 or self.lines[-2].kind is Kind.BLANK):
                self.lines.pop()
                self._open_heading(number - 1, "", title, 1)
        self._add(number, Kind.SEPARATOR)
        self.announced, self.begun = -1, False

    def _tags(self, number: int) -> None:
        self._add(number, Kind.TAG)
        for tag in _ONE_TAG.finditer(self.rows[number].text):
            if tag[1]:
                self._close(tag[2])
            elif not tag[3] and self.closing.get(tag[2], -1) > number:
                self.announced, self.begun = -1, False
                self._push(Section(tag[2], 0, self.open[-1] if self.open else -1))

    def _close(self, name: str) -> None:
        for depth in range(len(self.open) - 1, max(len(self.open) - _DEEPEST, -1), -1):
            section = self.sections[self.open[depth]]
            if section.level == 0 and section.title == name:
                del self.open[depth:]
                self.heading, self.announced, self.begun = 0, -1, False
                return

    def _push(self, section: Section) -> None:
        self.sections.append(section)
        self.open.append(len(self.sections) - 1)

    def _title(self, number: int) -> tuple[str, str, int] | None:
        """The signs, title and level of a line that is a heading."""
        text = self.rows[number].text
        match = _HEADING.match(text)
        if match is not None:
            title = text[match.end() :].rstrip("# ")
            # A whole sentence behind "#" is shouted, or a comment, and no title.
            sentence = len(title) > 100 or (title.endswith((".", "!")) and title.count(" ") > 5)
            return None if sentence else (text[: match.end()], title, len(match[1]))
        if len(text) > 90:
            return None
        if (
            _BRACKETED.match(text)
            or _RULED.match(text)
            or (_BOLD.match(text) and not text.rstrip("*_: ").endswith((".", "!", "?", ",")))
        ):
            return "", text, 7
        if _capitals(text):
            return "", text, 7
        label = _LABEL.match(text.rstrip("*_"))
        if label is not None and not _ITEM.match(text) and _names(label[1]):
            return "", text, 8
        if text[-1] == ":" and text[:-1].lower() in PARAMETER_TITLES:
            return "", text, 8
        if len(text) <= 40 and self._bare(number):
            return "", text, 8
        return None

    def _bare(self, number: int) -> bool:
        """Whether a line is one to three words with a capital, above a paragraph or list and below a blank line."""
        text = self.rows[number].text
        if not text[0].isupper() or not text.replace(" ", "").isalpha() or text.count(" ") > 2:
            return False
        above = number == 0 or not self.rows[number - 1].text
        below = self.rows[number + 1].text if number + 1 < len(self.rows) else ""
        return above and (bool(_ITEM.match(below)) or below.endswith((".", ":"))) and _names(text)

    def _parameters(self) -> bool:
        """Whether the section is one of a docstring that describes parameters."""
        return bool(self.open) and self.sections[self.open[-1]].title.lower() in PARAMETER_TITLES

    def _open_heading(self, number: int, signs: str, title: str, level: int) -> None:
        plain = title.strip(_MARKUP + ":：")
        shown = EXAMPLE_HEADING.match(plain) is not None or plain in _SPEAKERS
        if self._example_tag() or (self.heading and (level >= self.heading or (level > 6 and TURN.match(plain + ":")))):
            self._add(number, Kind.EXAMPLE, signs)
            return
        while self.open and self.sections[self.open[-1]].level >= level:
            self.open.pop()
        self._push(Section(plain, level, self.open[-1] if self.open else -1))
        self._add(number, Kind.HEADING, signs)
        self.heading = level + 1 if shown else 0
        self.announced, self.begun = -1, False

    def _writing(self, number: int) -> None:
        """A list item, a line of a paragraph, or of data and code without a fence."""
        row = self.rows[number]
        text = row.text
        blank_before = not self.lines or self.lines[-1].kind is Kind.BLANK
        if self.heading and blank_before and _BEHIND_EXAMPLES.match(text):
            self.heading = 0
        if self.announced >= 0 and row.indent < self.announced:
            self.announced, self.begun = -1, False
        item = _ITEM.match(text)
        marker = item[0] if item else ""
        content = text[len(marker) :]
        if self._shown():
            self.begun = self.announced >= 0
            kind = Kind.EXAMPLE
        elif _is_field(content) or text[0] == ">" or _in_quotes(content):
            kind = Kind.QUOTED
        elif item or (self._parameters() and _PARAMETER.match(text)):
            kind = Kind.ITEM
        elif _CODE_HINT.search(text) and looks_like_code_or_markup(text.replace(VALUE, "x")):
            kind = Kind.CODE
        else:
            kind = Kind.TEXT
        self._add(number, kind, marker)
        if kind in (Kind.ITEM, Kind.TEXT) and text.endswith((":", "：")) and _EXAMPLE_WORD.search(text):
            self.announced = row.indent


def _capitals(text: str) -> bool:
    letters = text.strip(_MARKUP + ":.-!?")
    if not letters.isupper() or not 2 < len(letters) <= 60 or text.endswith((".", "!", ",")):
        return False
    return len(_WORD.findall(letters)) <= 7 and VALUE not in text and not _ITEM.match(text)


def _names(label: str) -> bool:
    """Whether a line `Label:` names what follows, instead of asking for it."""
    words = label.strip(_MARKUP).lower().split()
    if not 1 <= len(words) <= 5 or words[0] in _ANNOUNCING or words[-1] in _UNFINISHED:
        return False
    return len(words) == 1 or _NUMBERED.match(label) is not None or not begins_like_order(label)


def _is_field(text: str) -> bool:
    """Whether a line holds nothing but fields, perhaps behind a label."""
    if "{" not in text and VALUE not in text and "<" not in text and "%" not in text and "$" not in text:
        return False
    rest, fields = _FIELD.subn("", text)
    if not fields:
        return False
    label, colon, behind = rest.partition(":")
    if colon and len(label.split()) <= 6:
        rest = behind
    return not any(character.isalnum() for character in rest)


def _in_quotes(text: str) -> bool:
    pairs = {'"': '"', "“": "”", "«": "»", "「": "」"}
    closing = pairs.get(text[:1])
    return closing is not None and len(text) > 2 and text.rstrip(".,;").endswith(closing) and text.count('"') <= 2


def _closing_tags(rows: Sequence[Row]) -> dict[str, int]:
    """The last line on which each tag is closed: a tag that is not closed behind its opening opens nothing."""
    last: dict[str, int] = {}
    for number, row in enumerate(rows):
        if "</" in row.text and len(row.text) <= LONGEST_LINE:
            for tag in _ONE_TAG.finditer(row.text):
                if tag[1]:
                    last[tag[2]] = number
    return last


def _scales(rows: Sequence[Row], lines: list[Line]) -> list[Line]:
    """The lines with those of rating scales marked: three or more in a row that explain rising or falling numbers."""
    run: list[tuple[int, float]] = []

    def settle() -> None:
        if len(run) >= 3:
            for number, _ in run:
                lines[number] = msgspec.structs.replace(lines[number], kind=Kind.SCALE)
        run.clear()

    for number, line in enumerate(lines):
        if line.kind is Kind.BLANK:
            continue
        content = rows[number].text
        match = SCALE_VALUE.match(content[len(line.marker) :].lstrip() if line.marker[:1] in _BULLETS else content)
        if match is None or line.kind not in (Kind.TEXT, Kind.ITEM, Kind.HEADING, Kind.QUOTED, Kind.CODE):
            # A few lines that explain a value may stand between it and the next.
            if run and number - run[-1][0] > 4:
                settle()
            continue
        value = float(match[1] or match[2])
        if run and (value == run[-1][1] or (len(run) > 1 and (value > run[-1][1]) != (run[-1][1] > run[-2][1]))):
            settle()
        run.append((number, value))
    settle()
    return lines


def _turns(rows: Sequence[Row], lines: list[Line]) -> list[Line]:
    """The lines with those of example dialogues marked: labels of two kinds near one another, with static words."""
    labels: list[tuple[int, str, bool]] = []
    for number, line in enumerate(lines):
        if line.kind in (Kind.TEXT, Kind.ITEM, Kind.HEADING, Kind.JSON, Kind.QUOTED):
            text = rows[number].text
            match = TURN.match(text)
            if match is not None:
                static = match.end() < len(text) and VALUE not in text
                labels.append((number, match[1].lower(), static))
    for (first, label, shown), (second, other, shown_too) in itertools.pairwise(labels):
        if label != other and shown and shown_too and second - first <= _TURN_LINES:
            _mark_example(lines, first, second)
    separators = [number for number, line in enumerate(lines) if line.kind is Kind.SEPARATOR]
    for (first, label, shown), (second, other, _) in itertools.pairwise(labels):
        # Records with a line between them: each ends with the answer that is wanted.
        above = bisect_left(separators, first)
        if label == other and shown and above < len(separators) and separators[above] < second:
            _mark_example(lines, separators[above - 1] + 1 if above else max(first - _TURN_LINES, 0), first)
    return lines


def _mark_example(lines: list[Line], first: int, last: int) -> None:
    """Make lines of writing examples, and those behind them up to the next blank line."""
    number = first
    while number < len(lines) and (number <= last or lines[number].kind is not Kind.BLANK):
        if lines[number].kind in (Kind.TEXT, Kind.ITEM, Kind.HEADING, Kind.SCALE):
            lines[number] = msgspec.structs.replace(lines[number], kind=Kind.EXAMPLE)
        elif number > last:
            break
        number += 1
