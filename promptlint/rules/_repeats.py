"""What the rules about repetition have in common: the sentences of a request, and which copies have a reason."""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import ParamSpec, TypeAlias, cast

import msgspec

from promptlint.extract.patterns import lazy
from promptlint.prompt import Finding, Prompt, Request
from promptlint.structure import Document, Kind, Section, Sentence, read
from promptlint.structure.flat import VALUE, Path, block_of_values
from promptlint.structure.lines import PARAMETER_TITLES, TURN
from promptlint.structure.sentences import condition, instructs, key_of
from promptlint.template import Span, Template
from promptlint.tokens import count

P = ParamSpec("P")

# Texts whose sentences and findings are kept: requests that send one text are read one after the other.
_KEPT = 64
# Longer texts are no prompts that somebody wrote: characters.
_LONGEST = 400_000
# Vendors advise to repeat what matters behind a long text; so much is long: characters, about 1,000 tokens.
_LONG = 4_000
# The last part of a prompt, where a reminder stands.
_END = 0.85
# In tags of such a name stands what somebody else wrote.
_DATA = lazy(
    r"(?:.*_)?(?:context|documents?|data|inputs?|history|conversations?|transcripts?|content|text|query|question|letter"
    r"|e?mails?|messages?|article|page|code|file|answer|response|output|report)s?$",
    re.IGNORECASE,
)
_NUMBERS = lazy(r"\d+|\b(?:one|two|three|four|five|six|first|second|third|fourth|fifth|[a-f])\b")


# Lines that hold values rather than writing.
_DATA_LINES = (Kind.QUOTED, Kind.EXAMPLE, Kind.CODE, Kind.JSON, Kind.TABLE)
# Lines that a record of an example has at most.
_RECORD = 40
# A place to be filled in, in brackets of any kind.
_SLOT = lazy(r"\{[^{}\n]*\}|\[[^\[\]\n]*\]|<[^<>\n]*>|\ue000")
_SLOT_FIRST = lazy(r"[\[{<][^\[\]{}<>\n]*[\]}>]\s*[:：]")
# In scripts without spaces a character counts as a word.
_WORD = lazy(r"[\u2e80-\uffdc]|[^\W\d_]+")
# Words of a sentence besides its places to fill in: of fewer none is an instruction.
_FEWEST_WORDS = 3
# What the model writes down before it calls a tool or answers.
_THINKS = lazy(
    r"[\[*_#<>\"' ]{0,4}(?:thought|action|action input|observation|final answer)[*_\]]{0,3}\s*[:：]", re.IGNORECASE
)
# A sentence with such a word speaks of what stands before it.
_GOES_ON = lazy(r"(?:then|and|but|or|so|otherwise|instead|in that case|at the same time|both|the same)\b")
_POINTS_BACK = lazy(
    r"(?:also|here|there)\b"
    r"|(?:.* )?(?:this|these|those|it|its|they|them|their|he|she|his|her|such|above|below|former|latter)(?: |$)"
)
# What a part that is one of several of its kind begins with: "Step 2", "title (str):", "If the letter is empty".
_CASE = lazy(
    r"[*_`\"'#]*(?:(?:if|when|for|in case|where|step|case|option|phase|type|mode)\b|[\w./ -]{1,40}[*_`\"']*"
    r"(?:\([^()]{0,40}\))?[*_`\"']*\s*[:=–—])",
    re.IGNORECASE,
)


class Place(msgspec.Struct, frozen=True, eq=False):
    """One sentence of a request: its words as `key`, its place, and where it comes among all of its role.

    `prompt` numbers the prompts of a group, `number` the sentences of the group. `governor` is the line that the
    sentence depends on: the item above it, or what introduces its list; -1 when there is none. `leans`: it says nothing
    without the sentence before it, or introduces what follows. `path` says in which branches it is sent, also of the
    conditions of its message.
    """

    key: str
    text: str
    span: Span
    prompt: int
    number: int
    document: Document
    sentence: Sentence
    governor: int
    leans: bool
    path: Path


def places_of(request: Request) -> Iterator[tuple[Place, ...]]:
    """The sentences of a request in groups that are read as one text: the system messages, the user's messages.

    Every tool and its fields are texts of their own. What the model said before, and what a user said before that,
    are examples. What several requests send is the same tuple of places for each of them.
    """
    for group in _groups(request.prompts):
        places = _places(group)
        if len(places) > 1:
            yield places


# A text, and the conditions under which it is sent.
_Sent: TypeAlias = tuple[Template, tuple[tuple[str, bool], ...]]


def _groups(prompts: Sequence[Prompt]) -> Iterator[tuple[_Sent, ...]]:
    last = max((at for at, prompt in enumerate(prompts) if prompt.role == "assistant"), default=-1)
    roles: dict[str, list[_Sent]] = {}
    for at, prompt in enumerate(prompts):
        if prompt.result:
            continue
        if prompt.role == "tool":
            yield ((prompt.template, prompt.when),)
        elif prompt.role == "system" or (prompt.role != "assistant" and at > last):
            roles.setdefault(prompt.role, []).append((prompt.template, prompt.when))
    yield from map(tuple, roles.values())


@functools.lru_cache(maxsize=_KEPT)
def _places(group: tuple[_Sent, ...]) -> tuple[Place, ...]:
    documents = [read(template) for template, _ in group]
    if sum(len(document.flat.text) for document in documents) > _LONGEST:
        return ()
    places: list[Place] = []
    for prompt, (document, (_, when)) in enumerate(zip(documents, group, strict=True)):
        governors = _governors(document)
        # As in `flat.Piece`: of a condition that holds the first branch is taken.
        around = tuple((condition, 0 if holds else 1) for condition, holds in when)
        for sentence in document.sentences:
            if sentence.section >= 0 and _not_ours(document, sentence.section):
                continue
            key = key_of(document.words(sentence))
            span = document.span(sentence) if key and not _of_form(document, sentence) else None
            if span is not None:
                text, governor = document.text(sentence), governors[sentence.line]
                leans = text[-1] in ":：" or _leans(document, sentence, key)
                path = (*around, *sentence.path)
                places.append(Place(key, text, span, prompt, len(places), document, sentence, governor, leans, path))
    return tuple(places)


def once_a_text(find: Callable[P, Iterator[Finding]]) -> Callable[P, tuple[Finding, ...]]:
    """The findings of a function of one text, asked for by every request that sends the text, and worked out once."""

    @functools.lru_cache(maxsize=_KEPT)
    def kept(*arguments: P.args, **options: P.kwargs) -> tuple[Finding, ...]:
        return tuple(find(*arguments, **options))

    return cast("Callable[P, tuple[Finding, ...]]", kept)


def _not_ours(document: Document, section: int) -> bool:
    """Whether a section holds what somebody else wrote, or describes parameters one by one."""
    scope = document.scope(section)[-8:]
    return scope[-1].title.lower() in PARAMETER_TITLES or any(
        each.level == 0 and _DATA.match(each.title) for each in scope
    )


def _of_form(document: Document, sentence: Sentence) -> bool:
    """Whether a sentence is a row of a form that the model fills: places to fill in, or the thoughts it writes down."""
    text = document.text(sentence)
    if _THINKS.match(document.text(document.lines[sentence.line])) or _SLOT_FIRST.match(text):
        return True
    return len(_WORD.findall(_SLOT.sub(" ", text))) < _FEWEST_WORDS


def _leans(document: Document, sentence: Sentence, key: str) -> bool:
    """Whether a sentence goes on from the one before it, or points back at it inside one paragraph or item."""
    if _GOES_ON.match(document.text(sentence).lower().lstrip("*_`#\"' ")):
        return True
    return sentence.start > document.lines[sentence.line].start and _POINTS_BACK.match(key) is not None


def _governors(document: Document) -> list[int]:
    """For every line the one it depends on: the nearest above, in its section, that is less indented or ends in ":"."""
    governors: list[int] = []
    stack: list[int] = []
    lines = document.lines
    for number, line in enumerate(lines):
        if line.kind is Kind.BLANK:
            governors.append(-1)
            continue
        if line.kind not in (Kind.TEXT, Kind.ITEM) or (stack and lines[stack[-1]].section != line.section):
            stack.clear()
        while stack and not _depends(document, stack[-1], number):
            stack.pop()
        governors.append(stack[-1] if stack else -1)
        if line.kind in (Kind.TEXT, Kind.ITEM):
            stack.append(number)
    return governors


def _depends(document: Document, above: int, number: int) -> bool:
    over, line = document.lines[above], document.lines[number]
    if line.indent > over.indent:
        return True
    introduces = document.flat.text[over.end - 1 : over.end] in (":", "：")
    return introduces and line.indent == over.indent and line.kind is Kind.ITEM and over.kind is Kind.TEXT


def together(one: Place, other: Place) -> bool:
    """Whether one of two places is only sent together with the other: no branch takes the one and leaves the other."""
    return within(one.path, other.path) or within(other.path, one.path)


def within(path: Path, other: Path) -> bool:
    """Whether what stands in the branch `other` is only sent together with what stands in the branch `path`."""
    return set(path) <= set(other)


def sandwich(one: Place, other: Place, places: Sequence[Place]) -> bool:
    """Whether two copies enclose a value that changes, or a long text: a reminder, as vendors advise."""
    if one.prompt != other.prompt:
        between = [place.document for place in places if one.prompt <= place.prompt <= other.prompt]
        distinct = {id(document): document for document in between}.values()
        return any(_value_between(document, 0, len(document.flat.text)) for document in distinct)
    start, end = one.sentence.end, other.sentence.start
    if _value_between(one.document, start, end):
        return True
    return end - start >= _LONG and end >= _END * len(one.document.flat.text.rstrip())


def _value_between(document: Document, start: int, end: int) -> bool:
    """Whether a block of values stands in a range: one on lines of its own, or behind a label."""
    blocks = _value_blocks(document)
    return bisect_left(blocks, start) < bisect_left(blocks, end)


@functools.lru_cache(maxsize=64)
def _value_blocks(document: Document) -> list[int]:
    return [
        piece.start
        for piece in document.flat.pieces
        if block_of_values(piece.part) and document.lines[document.line_at(piece.start)].kind in _DATA_LINES
    ]


def in_parallel(copies: Sequence[Place]) -> bool:
    """Whether copies belong to parts that are built alike: cases, steps, tools, each of which needs its own."""
    first = copies[0]
    if _in_records(copies) or _in_turns(copies):
        return True
    for other in copies[1:]:
        if other.document is not first.document:
            continue
        if _under_cases(first, other):
            return True
        if _closes_case(first) and _closes_case(other) and _head(first) != _head(other):
            return True
        sections = first.sentence.section, other.sentence.section
        if sections[0] != sections[1] and (_alike(first.document, *sections) or _in_worked(first, other)):
            return True
    return False


def _in_worked(one: Place, other: Place) -> bool:
    """Whether two sentences belong to the form of worked examples: the same two headings in a row, other text below.

    One of the headings says what it is, as "Question" and "Answer" do; a whole that is there twice is no form.
    """
    sections = one.document.sections
    first, second = one.sentence.section, other.sentence.section
    if min(first, second) < 0 or max(first, second) + 1 >= len(sections):
        return False
    heads = [(sections[at], sections[at + 1]) for at in (first, second)]
    if any((left.title, left.level) != (right.title, right.level) for left, right in zip(*heads, strict=True)):
        return False
    labels = any(TURN.match(f"{each.title}:") for each in heads[0])
    return labels and _below(one) != _below(other)


def _below(place: Place) -> str:
    """What stands behind a sentence, in its section and the next one, as far as a record reaches."""
    lines, start = place.document.lines, place.sentence.line
    end = start
    while end + 1 < len(lines) and end - start < _RECORD and lines[end + 1].section <= place.sentence.section + 1:
        end += 1
    return place.document.flat.text[place.sentence.end : lines[end].end].strip()


def _under_cases(one: Place, other: Place) -> bool:
    """Whether two sentences depend on two items, or on lines that name one of several cases."""
    lines, text = one.document.lines, one.document.flat.text
    if one.governor == other.governor or min(one.governor, other.governor) < 0:
        return False
    above = lines[one.governor], lines[other.governor]
    return all(line.kind is Kind.ITEM or _CASE.match(text, line.start) is not None for line in above)


def _in_records(copies: Sequence[Place]) -> bool:
    """Whether two copies stand at one place of two records with a separator between them."""
    seen: set[tuple[int, int]] = set()
    last = (-1, -1)
    for place in copies:
        lines = place.document.lines
        above = place.sentence.line
        while above >= 0 and lines[above].kind is not Kind.SEPARATOR and place.sentence.line - above < _RECORD:
            above -= 1
        if above < 0 or lines[above].kind is not Kind.SEPARATOR:
            continue
        written = sum(lines[at].kind is not Kind.BLANK for at in range(above, place.sentence.line))
        if (id(place.document), written) in seen and last != (id(place.document), above):
            return True
        last = (id(place.document), above)
        seen.add((id(place.document), written))
    return False


def _in_turns(copies: Sequence[Place]) -> bool:
    """Whether two copies stand in two records with a separator between them, that have a labelled line in common.

    What is asked at the end of few-shot examples has their form.
    """
    ends: dict[tuple[int, str], int] = {}
    for place in copies:
        lines = place.document.lines
        first, last = _record(place.document, place.sentence.line)
        for number in range(first, last):
            label = TURN.match(place.document.text(lines[number]))
            if label is None:
                continue
            end = ends.setdefault((id(place.document), label[1].lower()), last)
            if end < first and lines[end].kind is Kind.SEPARATOR:
                return True
    return False


def _record(document: Document, line: int) -> tuple[int, int]:
    """The lines around a line up to the nearest separators, as far as a record reaches: from, up to."""
    lines = document.lines
    first = last = line
    while first > 0 and line - first < _RECORD and lines[first - 1].kind is not Kind.SEPARATOR:
        first -= 1
    while last < len(lines) and last - line < _RECORD and lines[last].kind is not Kind.SEPARATOR:
        last += 1
    return first, last


def _closes_case(place: Place) -> bool:
    """Whether a sentence is the end of an item or paragraph that is about one of several cases."""
    line = place.document.lines[place.sentence.line]
    if place.sentence.start <= line.start:
        return False
    return line.kind is Kind.ITEM or _CASE.match(place.document.flat.text, line.start) is not None


def _head(place: Place) -> str:
    """The words that the paragraph or item of a sentence begins with."""
    line = place.document.lines[place.sentence.line]
    return key_of(place.document.flat.text[line.start : min(line.end, place.sentence.start)])


def _alike(document: Document, one: int, other: int) -> bool:
    """Whether two sections, or two that they stand in, are named after one pattern: "Step 1" and "Step 2"."""
    if min(one, other) < 0:
        return False
    first, second = document.scope(one), document.scope(other)
    for left, right in zip(first, second, strict=False):
        if left is right:
            continue
        if left.level == right.level and left.title != right.title:
            return _pattern(left.title) == _pattern(right.title) or _same_end(first, second)
        break
    return False


def _same_end(first: Sequence[Section], second: Sequence[Section]) -> bool:
    """Whether there is "Output" under one heading and "Output" under the other."""
    return len(first) > 1 and len(second) > 1 and first[-1].title == second[-1].title


def _pattern(title: str) -> str:
    return _NUMBERS.sub("#", title.lower()).partition(":")[0].strip()


def merged(found: Sequence[Sequence[Place]]) -> list[list[Place]]:
    """Runs of sentences that are repeated together as one: their first places in a row, and so their copies.

    A run begins with an instruction that stands by itself; what belongs to it may be none.
    """
    runs: list[list[Place]] = []
    ends: list[list[Place]] = []
    for copies in sorted(found, key=lambda copies: copies[0].number):
        if ends and len(ends[-1]) == len(copies) and all(map(_follows, ends[-1], copies)):
            runs[-1] = [_joined(whole, copy) for whole, copy in zip(runs[-1], copies, strict=True)]
            ends[-1] = list(copies)
        elif not copies[0].leans and instructs(copies[0].text):
            runs.append(list(copies))
            ends.append(list(copies))
    return runs


def _follows(one: Place, other: Place) -> bool:
    return other.number == one.number + 1 and one.document is other.document and one.span.file == other.span.file


def _joined(whole: Place, place: Place) -> Place:
    span = Span(whole.span.file, whole.span.start, max(place.span.end, whole.span.end))
    sentence = msgspec.structs.replace(whole.sentence, end=place.sentence.end)
    return msgspec.structs.replace(whole, span=span, sentence=sentence)


def measure(place: Place, model: str) -> int:
    """Tokens that leaving a sentence out saves."""
    return cut(place.document, place.sentence.start, place.sentence.end, model)


def cut(document: Document, start: int, end: int, model: str) -> int:
    """Tokens that a range of a text takes: its lines with those around them, minus the same without it.

    A line that is left with nothing goes as a whole, with its marker. Exact, since no token reaches over the beginning
    of a line with writing.
    """
    text = document.flat.text
    head = text.rfind("\n", 0, start) + 1
    first = text.rfind("\n", 0, max(head - 1, 0)) + 1
    after = text.find("\n", end)
    last = text.find("\n", after + 1) if after >= 0 else -1
    last = len(text) if last < 0 else last
    marker = document.lines[document.line_at(start)].start >= start
    if marker and not text[end : after if after >= 0 else last].strip():
        start, end = head, len(text) if after < 0 else after + 1
    else:
        while end < len(text) and text[end] == " ":
            end += 1
    whole = text[first:last].replace(VALUE, "x")
    without = (text[first:start] + text[end:last]).replace(VALUE, "x")
    return count(whole, model) - count(without, model)


def conditional(place: Place) -> str:
    """What limits a sentence: the clause it begins with, or that of the line it depends on."""
    own = condition(place.text)
    if own or place.governor < 0:
        return own
    return condition(place.document.text(place.document.lines[place.governor]))
