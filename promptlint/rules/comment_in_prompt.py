"""`comment-in-prompt`: notes for the people who work on a prompt, inside the text that is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator

from promptlint.extract.patterns import lazy
from promptlint.prompt import Finding, Prompt
from promptlint.rules import rule
from promptlint.rules._sizes import without
from promptlint.structure import Document, Kind, read
from promptlint.structure.flat import VALUE
from promptlint.template import Span, texts
from promptlint.tokens import encoding_of

_SIGNS = ("<!--", "TODO", "FIXME", "XXX", "HACK")
# Characters of one comment. What is longer is a document that begins with "<!--".
_LONGEST = 4_000
_COMMENT = lazy(
    rf"<!--(?P<html>(?:(?!-->|<!--)[^\ue000]){{0,{_LONGEST}}})-->"
    r"|^[ \t]*(?:(?:#|//|--|\*|-|\[|\()[ \t]*)?(?:TODO|FIXME|XXX|HACK)\b(?:\([^()\n]{0,40}\))?[ \t]*[:\]-][^\n]*$",
    re.MULTILINE,
)
# Where such signs are part of what is shown, not remarks about the prompt.
_SHOWN = (Kind.CODE, Kind.FENCE, Kind.JSON, Kind.EXAMPLE, Kind.QUOTED, Kind.TABLE)
_QUOTES = ("'", '"', "`", "“")
_JINJA = (".j2", ".jinja", ".jinja2")


@rule(group="bloat", severity="info", default=False)
def check(prompt: Prompt, *, min_tokens: int = 5) -> Iterator[Finding]:
    """A note for people stands in the text, so it is sent to the model with every call."""
    if not any(sign in text.value for text in texts(prompt.template) for sign in _SIGNS):
        return
    document = read(prompt.template)
    text = document.flat.text
    counted = text.replace(VALUE, "x")
    for match in _COMMENT.finditer(text):
        quoted = text[max(match.start() - 1, 0) : match.start()] in _QUOTES
        if quoted or not _is_note(match.group()) or _shown(document, match.start()):
            continue
        start, end = match.start() + len(match.group()) - len(match.group().lstrip()), match.end()
        place = document.flat.span(start, end)
        if place is None:
            continue
        tokens = without(counted, start, end, prompt.model)
        if tokens < min_tokens:
            continue
        exact = encoding_of(prompt.model).exact
        yield Finding(
            place,
            f"this note for people is sent: {'' if exact else '~'}{tokens:,} tokens",
            tokens=tokens,
            saving="removed",
            help=_help(place),
            exact=exact,
        )


def _is_note(comment: str) -> bool:
    """Whether a comment says something: of one or two words it is a mark that the program or the answer needs."""
    return len([word for word in comment.split() if word[:1].isalpha() or word[1:2].isalpha()]) > 2


def _shown(document: Document, offset: int) -> bool:
    """Whether an offset stands in code, an example, a table or quoted data."""
    lines = document.lines
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high) // 2
        if lines[middle].end < offset:
            low = middle + 1
        else:
            high = middle
    if low == len(lines) or lines[low].kind not in _SHOWN:
        return False
    # A comment in HTML looks like code by itself; it is when other code stands beside it.
    beside = [line.kind for line in (*lines[max(low - 1, 0) : low], *lines[low + 1 : low + 2])]
    return lines[low].kind is not Kind.CODE or any(kind in _SHOWN for kind in beside)


def _help(place: Span) -> str:
    if place.file.endswith(_JINJA):
        return "{# ... #} is a comment that is not sent"
    return "move it out of the text, into a comment of the program"
