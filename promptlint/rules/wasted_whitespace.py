"""`wasted-whitespace`: blanks at the ends of rows, and many empty rows in a row, in the static text.

What they cost is measured: the tokens of a text as it stands, less its tokens without them. Fenced code is left alone,
and so are two blanks in front of a row of text, which in Markdown break the line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from promptlint.operations import Ruler
from promptlint.prompt import Edit, Finding, Fix, Prompt
from promptlint.rules import rule
from promptlint.template import Choice, Repeat, Span, Template, Text
from promptlint.tokens import count, encoding_of

# So many empty rows in a row become one.
_MANY = 3
# Places that a finding names besides the first.
_NAMED = 4
_FENCES = ("```", "~~~")


class _Waste(msgspec.Struct):
    """What a walk through a prompt has met: places in order, the fence that is open ("" outside)."""

    places: list[tuple[Text, ...]]
    fence: str = ""


@rule(group="bloat", severity="info", default=False)
def check(prompt: Prompt, *, min_tokens: int = 10) -> Iterator[Finding]:
    """Blanks at the ends of rows and runs of empty rows are sent."""
    waste = _Waste([])
    tokens = _walk(prompt.template, waste, prompt.model)
    if tokens < max(min_tokens, 1):
        return
    places = [_span(pieces) for pieces in waste.places]
    exact = encoding_of(prompt.model).exact
    several = "" if len(places) == 1 else f", in {len(places):,} places"
    yield Finding(
        places[0],
        f"{'' if exact else '~'}{tokens:,} tokens of blanks at the ends of rows and of empty rows are sent{several}",
        tokens=tokens,
        saving="removed",
        help="take them out: the model reads the same",
        related=tuple((place, "and here") for place in places[1 : 1 + _NAMED]),
        fix=_fix(waste.places),
        exact=exact,
    )


def _walk(template: Template, waste: _Waste, model: str) -> int:
    """Note the places in a template, and give the tokens that one call sends too much: of branches the most."""
    tokens = 0
    run: list[Text] = []
    for part in (*template, None):
        if isinstance(part, Text):
            run.append(part)
            continue
        if run:
            tokens += _in_run(Ruler(run), waste, model)
            run = []
        match part:
            case Choice():
                tokens += max((_walk(branch, waste, model) for branch in part.branches), default=0)
            case Repeat():
                tokens += _walk(part.body, waste, model)
            case _:
                pass
    return tokens


def _in_run(run: Ruler, waste: _Waste, model: str) -> int:
    value = run.value
    if "\n" not in value:
        return 0
    found = list(_ranges(value, waste))
    if not found:
        return 0
    waste.places.extend(run.cut(start, end) for start, end in found)
    kept: list[str] = []
    position = 0
    for start, end in found:
        kept.append(value[position:start])
        position = end
    return count(value, model) - count("".join((*kept, value[position:])), model)


def _ranges(value: str, waste: _Waste) -> Iterator[tuple[int, int]]:
    """The blanks and line breaks of a run that could go, as (start, end), in order.

    The last row ends with the text or a value, and what stands in it alone is the indentation of the closing quotes.
    """
    rows = value.split("\n")
    offset = 0
    # Where the empty rows begin that are read now, or -1.
    empty = -1
    for number, row in enumerate(rows[:-1]):
        bare = row.rstrip(" \t")
        if not bare and number and not waste.fence:
            empty = offset if empty < 0 else empty
        else:
            if empty >= 0:
                yield from _empty_rows(value, empty, offset)
            empty = -1
            inside = waste.fence
            if bare.lstrip(" \t").startswith(_FENCES):
                waste.fence = _fence(bare.lstrip(" \t")[:3], inside)
            # The first row of a run may have a value in front of it.
            if len(bare) < len(row) and not inside and not _breaks(row[len(bare) :], rows[number + 1]):
                yield offset + len(bare), offset + len(row)
        offset += len(row) + 1
    if empty >= 0:
        yield from _empty_rows(value, empty, offset)


def _fence(marks: str, inside: str) -> str:
    """The fence that is open behind a row of fence marks: only its own marks end one."""
    return marks if not inside else "" if marks == inside else inside


def _breaks(blanks: str, following: str) -> bool:
    """Whether blanks at the end of a row break the line in Markdown: two, and a row of text behind them."""
    return blanks == "  " and bool(following.strip())


def _empty_rows(value: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Of empty rows between two offsets: all but the first if they are many, or else the blanks in them."""
    rows = value[start:end].split("\n")[:-1]
    if len(rows) >= _MANY:
        first = start + len(rows[0])
        if first < end - 1:
            yield (start if rows[0] else first), end - 1
        return
    for row in rows:
        if row:
            yield start, start + len(row)
        start += len(row) + 1


def _span(pieces: Sequence[Text]) -> Span:
    first, last = pieces[0].span, pieces[-1].span
    return Span(first.file, first.start, last.end if last.file == first.file and last.end > first.start else first.end)


def _fix(places: Sequence[tuple[Text, ...]]) -> Fix | None:
    """Edits that take the white space out, where every bit of it stands in the source as it is sent."""
    spans = {piece.span for pieces in places for piece in pieces if piece.verbatim}
    if not all(piece.verbatim for pieces in places for piece in pieces):
        return None
    return Fix("Take the blanks out", tuple(Edit(span, "") for span in sorted(spans)), safe=True)
