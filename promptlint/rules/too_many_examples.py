"""`too-many-examples`: more examples than help, in a part of the request that no cache serves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from promptlint.extract.patterns import lazy
from promptlint.pieces import choices_in
from promptlint.prompt import Finding, Prompt, Request
from promptlint.rules import rule
from promptlint.structure import Document, Kind, read
from promptlint.structure.flat import VALUE
from promptlint.template import Choice, Part, Template, Volatility, holes
from promptlint.tokens import count, encoding_of, fewer_than

_NUMBERED = lazy(
    r"^\W*(?:(?:few[- ]?shot )?example|sample|shot|demonstration|beispiel|exemple|ejemplo|示例|例子)s? ?#?"
    r"(\d{1,3}|[A-Z])\b",
    re.IGNORECASE | re.MULTILINE,
)
_TAGGED = lazy(r"<(?:example|sample|shot|demonstration)(?:[ _-]?\d+)?(?:\s[^<>]*)?>", re.IGNORECASE)
_ASKED = lazy(r"^\W*(?:input|question|query|user|human|q)(?: ?#?\d{1,3})?\W{0,3}[:：]", re.IGNORECASE | re.MULTILINE)

# Branches of a condition that are looked at.
MAX_WAYS = 8


@rule(group="bloat", severity="info", default=False)
def check(
    request: Request, *, max_examples: int = 8, max_percent: int = 50, min_tokens: int = 1024
) -> Iterator[Finding]:
    """A prompt holds more examples than help, or is made of examples for the most part."""
    before = 0
    for prompt in request.prompts:
        sizes: list[int] = []
        told = False
        for each in _ways(prompt.template) if _may_hold(prompt) else ():
            document = read(each)
            sizes.append(count(document.flat.text, prompt.model))
            for finding in () if told else _examples(prompt, document, max_examples, max_percent, min_tokens, before):
                told = True
                yield finding
        if any(hole.volatility > Volatility.DEPLOY for hole in holes(prompt.template)):
            return
        before += min(sizes, default=0)


def _may_hold(prompt: Prompt) -> bool:
    return prompt.role != "tool" and not prompt.result and prompt.evidence not in ("decorator", "schema")


def _ways(template: Template) -> list[Template]:
    """A template by the branches that are taken: the first ones of all its choices, the second ones.

    No two branches of one choice are in one text. Other ways through several choices are not looked at.
    """
    ways = min(max([len(choice.branches) for choice in choices_in(template)], default=1), MAX_WAYS)
    return [_taken(template, number) for number in range(ways)]


def _taken(template: Template, number: int) -> Template:
    found: list[Part] = []
    for part in template:
        if isinstance(part, Choice):
            found += _taken(part.branches[min(number, len(part.branches) - 1)], number)
        else:
            found.append(part)
    return tuple(found)


def _examples(
    prompt: Prompt, document: Document, most: int, percent: int, minimum: int, before: int
) -> Iterator[Finding]:
    lines = [line for line in document.lines if line.kind is Kind.EXAMPLE]
    text = document.flat.text
    if not lines or fewer_than(text, most * 4, prompt.model):
        return
    shown = "\n".join(document.text(line) for line in lines)
    number = _number(shown, text)
    total = count(text.replace(VALUE, "x"), prompt.model)
    tokens = count(shown.replace(VALUE, "x"), prompt.model)
    share = 100 * tokens / max(total, 1)
    if number <= most and (share <= percent or total < minimum):
        return
    if _cached(document, lines[-1].end, prompt, minimum - before):
        return
    place = document.flat.span(lines[0].start, lines[-1].end) or prompt.span
    exact = encoding_of(prompt.model).exact
    figure = f"{'' if exact else '~'}{tokens:,} tokens, {share:.0f} % of the prompt"
    yield Finding(
        place,
        f"{number:,} examples of {figure}" if number > most else f"examples are {figure}",
        tokens=tokens,
        help="keep three to five that differ, or put them in front of what changes, where they can be cached",
        exact=exact,
    )


def _number(shown: str, text: str) -> int:
    """How many examples there are, by their numbers, their tags, or the inputs among them."""
    numbered = {match.group(1) for match in _NUMBERED.finditer(text)}
    return max(len(numbered), len(_TAGGED.findall(text)), len(_ASKED.findall(shown)))


def _cached(document: Document, end: int, prompt: Prompt, minimum: int) -> bool:
    """Whether the text up to the end of the examples never changes and is long enough to be cached."""
    for piece in document.flat.covered(0, end):
        volatility = getattr(piece.part, "volatility", Volatility.CONSTANT)
        if volatility > Volatility.DEPLOY:
            return False
    return count(document.flat.text[:end], prompt.model) >= minimum
