"""`similar-instruction`: what the model is told twice in one request, in other words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from promptlint.cache import model_of
from promptlint.prompt import Finding, Request
from promptlint.rules import rule
from promptlint.rules._repeats import Place, conditional, in_parallel, measure, places_of, sandwich, together
from promptlint.structure.wording import NEGATIONS, content_words, is_order
from promptlint.tokens import encoding_of

# Words that two sentences must share, and the share of all their words that is; or of the shorter and the longer one.
_FEWEST = 4
_OVERLAP = 0.6
_INSIDE = 0.8
_WITHIN = 0.5
# Percent of rapidfuzz's `token_set_ratio` over the words that carry meaning.
_RATIO = 80
# A sentence is found by pairs of its rarest words; words that more sentences have say nothing of one.
_RAREST = 5
_BUCKET = 12
_NUMBER = re.compile(r"\d+(?:\.\d+)?|\{[^{}]*\}")

# Who the model is, what it is given, a question: they name the task that the instructions are about.
_TASK = re.compile(r"(?:you are|you re|you will be|you have|as an?|act as|given|whether|here)\b")


class _Said(msgspec.Struct, frozen=True, eq=False):
    """An instruction, by the words that carry its meaning."""

    place: Place
    words: frozenset[str]
    numbers: frozenset[str]
    negative: bool


@rule(group="redundancy", severity="info", default=False)
def check(request: Request, *, min_tokens: int = 10) -> Iterator[Finding]:
    """The same instruction stands twice in one request, in other words."""
    model = model_of(request)
    exact = encoding_of(model).exact
    for places in places_of(request):
        said = [_said(place) for place in places if not place.leans and not _TASK.match(place.key)]
        taken: set[int] = set()
        for first, second in _candidates(said):
            one, other = said[first], said[second]
            if second in taken or not _similar(one, other) or not _redundant(one, other, places):
                continue
            taken.add(second)
            tokens = measure(other.place, model)
            if tokens < min_tokens:
                continue
            yield Finding(
                other.place.span,
                f"this says in other words what stands in this request already; it takes "
                f"{'' if exact else '~'}{tokens:,} tokens",
                tokens=tokens,
                saving="removed",
                help="make one instruction of the two",
                related=((one.place.span, "said here first"),),
                exact=exact,
            )


def _said(place: Place) -> _Said:
    words = content_words(place.key)
    numbers = frozenset(_NUMBER.findall(place.key))
    return _Said(place, words, numbers, not NEGATIONS.isdisjoint(place.key.split()))


def _candidates(said: Sequence[_Said]) -> list[tuple[int, int]]:
    """Pairs of sentences that share two of their rarest words, in order. Linear in the number of sentences."""
    often: dict[str, int] = {}
    for each in said:
        for word in each.words:
            often[word] = often.get(word, 0) + 1
    buckets: dict[tuple[str, str], list[int]] = {}
    pairs: set[tuple[int, int]] = set()
    for number, each in enumerate(said):
        shared = sorted((word for word in each.words if often[word] > 1), key=lambda word: (often[word], word))[
            :_RAREST
        ]
        for at, one in enumerate(shared):
            for other in shared[at + 1 :]:
                bucket = buckets.setdefault((min(one, other), max(one, other)), [])
                if len(bucket) < _BUCKET:
                    pairs.update((earlier, number) for earlier in bucket)
                    bucket.append(number)
    return sorted(pairs, key=lambda pair: (pair[1], pair[0]))


def _similar(one: _Said, other: _Said) -> bool:
    if one.negative != other.negative or one.numbers != other.numbers or one.place.key == other.place.key:
        return False
    shared = one.words & other.words
    close = len(shared) >= _OVERLAP * len(one.words | other.words)
    inside = len(shared) >= _INSIDE * min(len(one.words), len(other.words))
    within = len(shared) >= _WITHIN * max(len(one.words), len(other.words))
    if len(shared) < _FEWEST or not (close or (inside and within)):
        return False
    only, also = one.words - shared, other.words - shared
    if len(only) == len(also) == 1:
        # Two things of one kind: "the name of the sender", "the name of the receiver".
        return False
    if not is_order(one.place.text) or not is_order(other.place.text):
        return False
    from rapidfuzz import fuzz

    return fuzz.token_set_ratio(" ".join(sorted(one.words)), " ".join(sorted(other.words))) >= _RATIO


def _redundant(one: _Said, other: _Said, places: Sequence[Place]) -> bool:
    first, second = one.place, other.place
    if first.span == second.span or not together(first, second) or conditional(first) != conditional(second):
        return False
    return not in_parallel((first, second)) and not sandwich(first, second, places)
