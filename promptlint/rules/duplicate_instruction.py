"""`duplicate-instruction`: what the model is told twice in one request."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from promptlint.cache import model_of
from promptlint.prompt import Finding, Request
from promptlint.rules import rule
from promptlint.rules._repeats import (
    Place,
    cut,
    in_parallel,
    measure,
    merged,
    once_a_text,
    places_of,
    sandwich,
    together,
    within,
)
from promptlint.rules._scales import equal_values
from promptlint.rules._wordings import repeated, says_again
from promptlint.structure import Document, read
from promptlint.structure.examples import Example, examples_of
from promptlint.structure.wording import without_determiners
from promptlint.tokens import encoding_of

# What stands more often is a pattern of data.
_MOST = 5


@rule(group="redundancy", severity="warning")
def check(request: Request, *, min_tokens: int = 10) -> Iterator[Finding]:
    """The same instruction, or the same example, stands twice in one request."""
    model = model_of(request)
    for prompt in request.prompts:
        if not prompt.result:
            yield from _shown_twice(read(prompt.template), model, min_tokens)
    for places in places_of(request):
        yield from _said_twice(places, model, min_tokens)


@once_a_text
def _shown_twice(document: Document, model: str, min_tokens: int) -> Iterator[Finding]:
    yield from _examples(document, model, min_tokens)
    yield from equal_values(document)


@once_a_text
def _said_twice(places: Sequence[Place], model: str, min_tokens: int) -> Iterator[Finding]:
    by_key: dict[str, list[Place]] = {}
    for place in places:
        by_key.setdefault(without_determiners(place.key), []).append(place)
    repeats = [copies for key, copies in by_key.items() if len(copies) > 1 and key.count(" ") >= 2]
    found = [kept for copies in repeats if len(kept := _copies(copies, places)) > 1]
    for copies in merged(found):
        finding = _finding(copies, model, min_tokens)
        if finding is not None:
            yield finding
    yield from _again(places, model, min_tokens)


def _again(places: Sequence[Place], model: str, min_tokens: int) -> Iterator[Finding]:
    """Instructions of which every word that carries meaning stands in one that comes before."""
    exact = encoding_of(model).exact
    for one, other, tokens in repeated(places, model, says_again):
        if tokens >= min_tokens:
            yield Finding(
                other.place.span,
                f"all that this says stands in this request already; it takes {'' if exact else '~'}{tokens:,} tokens",
                tokens=tokens,
                saving="removed",
                help="say it once; of two versions that differ later, the model follows one",
                related=((one.place.span, "said here first"),),
                severity="info",
                exact=exact,
            )


def _examples(document: Document, model: str, min_tokens: int) -> Iterator[Finding]:
    """Whole examples that one prompt shows twice: the input and the output are the same."""
    exact = encoding_of(model).exact
    seen: dict[tuple[str, ...], Example] = {}
    for example in examples_of(document):
        first = seen.setdefault(example.words, example)
        if first is example or example.labels < 2:
            continue
        places = [document.flat.span(*_range(document, each)) for each in (first, example)]
        tokens = cut(document, *_range(document, example), model)
        if places[0] is None or places[1] is None or places[0] == places[1] or tokens < min_tokens:
            continue
        if not within(document.path_at(example.first), document.path_at(first.first)):
            continue
        yield Finding(
            places[1],
            f"this example stands in the prompt already; the copy takes {'' if exact else '~'}{tokens:,} tokens",
            tokens=tokens,
            saving="removed",
            help="show something else instead, or one example less",
            related=((places[0], "shown here first"),),
            exact=exact,
        )


def _range(document: Document, example: Example) -> tuple[int, int]:
    return document.lines[example.first].start, document.lines[example.last].end


def _copies(copies: Sequence[Place], places: Sequence[Place]) -> list[Place]:
    """The first place of an instruction and those that only repeat it; fewer than two when there is nothing to say."""
    if len(copies) > _MOST or in_parallel(copies):
        return []
    kept = [copies[0]]
    for before, place in itertools.pairwise(copies):
        if place.span == before.span or not all(together(place, other) for other in kept):
            continue
        if not sandwich(before, place, places):
            # A copy that had a reason has none any more when another follows it.
            kept = [before, place] if len(kept) == 1 else [*kept, place]
    return kept


def _finding(copies: Sequence[Place], model: str, min_tokens: int) -> Finding | None:
    tokens = sum(measure(copy, model) for copy in copies[1:])
    if tokens < min_tokens * (len(copies) - 1):
        return None
    exact = encoding_of(model).exact
    about = "" if exact else "~"
    number = len(copies)
    said = "stands in this request already" if number == 2 else f"stands in this request {number} times"
    taken = f"the copy takes {about}{tokens:,} tokens" if number == 2 else f"the copies take {about}{tokens:,} tokens"
    return Finding(
        copies[1].span,
        f"this instruction {said}; {taken}",
        tokens=tokens,
        saving="removed",
        help="say it once, where it matters most; of two versions that differ later, the model follows one",
        related=(
            (copies[0].span, "said here first"),
            *((copy.span, "and again here") for copy in copies[2:]),
        ),
        exact=exact,
    )
