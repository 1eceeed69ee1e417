"""`volatile-prefix`: a value that is different on every call, in the part a provider would otherwise cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from promptlint import cache
from promptlint.cache import Mode, Piece
from promptlint.prompt import Finding, Prefix, Request
from promptlint.rules import rule
from promptlint.template import Span, Volatility
from promptlint.tokens import encoding_of

# A date in the last part of the static text is at its end.
_END_SHARE = 0.15

_ADVICE = {
    "clock": "move it behind the static part, into the last message, or make it coarser: a date changes once a day",
    "uuid": "leave it out of the text (requests can carry ids as metadata), or move it into the last message",
    "random": "draw it once per process, or move it into the last message",
}


class _Date(msgspec.Struct, frozen=True):
    piece: Piece
    behind: int


@rule(group="cache", severity="warning")
def check(request: Request, *, min_tokens: int = 1024, min_gain: int = cache.UNIQUE_GAIN) -> Iterator[Finding]:
    """A value that is different on every call stands in the part of a request that would otherwise be cached."""
    if cache.sent_once(request) or not cache.varies(request, Volatility.UNIQUE):
        return
    policy = cache.policy_of(request)
    minimum, words_of_minimum = cache.threshold(policy, min_tokens)
    if policy.mode == "none" or not cache.may_reach(request, minimum):
        return
    found: dict[Span, Finding] = {}
    # Dates that cost nothing in one of the ways.
    harmless: set[Span] = set()
    for choices in cache.alternatives(request):
        pieces = cache.lay_out(request, choices, policy)
        unique = cache.unique_values(pieces, policy, minimum, min_gain, known=request.whole)
        finding = None
        if unique is not None:
            finding = _finding(request, pieces, unique, words_of_minimum)
        elif (date := _date(pieces, policy.mode, minimum, min_gain)) is not None:
            finding = _date_finding(request, date, words_of_minimum)
        else:
            harmless.update(piece.span for piece in pieces if piece.origin == "date")
        # Of several ways through the conditions the smallest figure is claimed.
        if finding is not None and (finding.span not in found or finding.tokens < found[finding.span].tokens):
            found[finding.span] = finding
    yield from (found[span] for span in sorted(found) if found[span].tokens or span not in harmless)


def _finding(request: Request, pieces: Sequence[Piece], unique: cache.Unique, minimum: str) -> Finding:
    first, *others = (pieces[place] for place in unique.places)
    exact = encoding_of(cache.model_of(request)).exact
    about = "" if exact else "~"
    grows = unique.then > unique.now
    message = f"`{first.expression}` is different on every call"
    if grows:
        now = f"{about if unique.now else ''}{unique.now:,}"
        turn = "in the next turn of the same conversation, " if unique.turn else ""
        message += f"; without it{', ' + turn if turn else ' '}the cached prefix would grow from {now} to "
        message += f"{about}{unique.then:,} tokens ({minimum})"
    if unique.history:
        message += (
            "; the conversation behind it is never cached"
            if not grows
            else ", and the conversation behind it be cached"
        )
    return Finding(
        first.span,
        message,
        tokens=unique.then - unique.now,
        saving="cached",
        help=_ADVICE.get(first.origin, "move it behind the static part, into the last message"),
        related=tuple((piece.span, "different on every call too") for piece in others if piece.span != first.span),
        exact=exact,
        prefix=Prefix(request.span, unique.now, unique.then),
    )


def _date(pieces: Sequence[Piece], mode: Mode, minimum: int, min_gain: int) -> _Date | None:
    """The first date that makes a provider store static text anew every day, unless it stands at the end."""
    end = cache.first_change(pieces)
    reused = cache.reused(pieces, end, mode, minimum)
    for index, piece in enumerate(pieces[:end]):
        if piece.origin == "date" and piece.role != "tool" and piece.volatility > Volatility.DEPLOY:
            behind = reused - cache.reused(pieces, index, mode, minimum)
            enough = behind >= max(min_gain, 1) and behind >= _END_SHARE * cache.static_tokens(pieces)
            return _Date(piece, behind) if enough else None
    return None


def _date_finding(request: Request, date: _Date, minimum: str) -> Finding:
    exact = encoding_of(cache.model_of(request)).exact
    about = "" if exact else "~"
    return Finding(
        date.piece.span,
        f"`{date.piece.expression}` changes once a day, and {about}{date.behind:,} tokens of the cached prefix with it "
        f"({minimum})",
        help="move it behind the static part, or into the last message",
        exact=exact,
        severity="info",
    )
