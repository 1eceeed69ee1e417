"""`useless-cache-control`: a marker that stores nothing, or what is never read again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from promptlint import cache
from promptlint.cache import Piece, Policy
from promptlint.extract.messages import MAY_BE
from promptlint.fields import guess_fields
from promptlint.prompt import Finding, Prefix, Request
from promptlint.rules import rule
from promptlint.template import Span, Volatility, holes
from promptlint.tokens import encoding_of

# An estimate of tokens may be off by so much: a prefix that is nearly large enough is not called too small.
_DOUBT = 0.8


@rule(group="cache", severity="warning")
def check(request: Request) -> Iterator[Finding]:
    """A cache marker does nothing: too little stands before it, or something that changes with every request does."""
    if not request.markers:
        return
    policy = cache.policy_of(request)
    if not policy.known or policy.minimum is None or policy.mode not in ("breakpoint", "boundary"):
        return
    ways = [cache.lay_out(request, choices, policy) for choices in cache.alternatives(request)]
    if 0 < policy.breakpoints < len(_set(request)):
        yield _too_many(request, policy)
        return
    late = _longer_behind_shorter(request, policy)
    if late is not None:
        yield late
        return
    found: dict[Span, list[Finding]] = {}
    for pieces in ways:
        for finding in _idle(request, policy, policy.minimum, pieces):
            found.setdefault(finding.span, []).append(finding)
    # Every way through the conditions has to show it; of several figures the smallest gain is claimed.
    for span in sorted(found):
        if len(found[span]) == len(ways):
            yield min(found[span], key=lambda finding: finding.tokens)


def _set(request: Request) -> list[int]:
    """The markers that are surely set: what a condition sets may be kept for those texts that are long enough."""
    return [at for number, at in enumerate(request.markers) if request.lives[number : number + 1] != (MAY_BE,)]


def _too_many(request: Request, policy: Policy) -> Finding:
    markers = _set(request)
    return Finding(
        request.prompts[markers[policy.breakpoints]].span,
        f"{len(markers)} cache markers are set, and {policy.model} takes {policy.breakpoints}",
        help="keep those behind the tools, behind the system text and in the last message",
    )


def _longer_behind_shorter(request: Request, policy: Policy) -> Finding | None:
    """The first marker that stores for longer than one in front of it: the provider refuses the request."""
    if len(policy.ttl) < 2:
        return None
    for number, life in enumerate(request.lives):
        shorter = [index for index, other in enumerate(request.lives[:number]) if 0 < other < life]
        if shorter:
            first = request.prompts[request.markers[shorter[0]]]
            before = _words(request.lives[shorter[0]])
            return Finding(
                request.prompts[request.markers[number]].span,
                f"this cache marker stores for {_words(life)}, and one in front of it for {before}: "
                f"{policy.model} takes longer ones first",
                help="give those in front at least the same `ttl`",
                related=((first.span, "stored for a shorter time"),),
            )
    return None


def _words(seconds: int) -> str:
    return f"{seconds // 3600} h" if seconds % 3600 == 0 else f"{seconds // 60} min"


def _idle(request: Request, policy: Policy, minimum: int, pieces: Sequence[Piece]) -> Iterator[Finding]:
    """The markers of one way through the conditions that store nothing, or what no request reads again."""
    unknown = {part.slot for part in request.unresolved if not part.default} - {"model"}
    markers = _set(request)
    for index, piece in enumerate(pieces):
        if not piece.marker or piece.prompt not in markers:
            continue
        before = pieces[:index]
        tokens = cache.static_tokens(before)
        if all(map(_of_known_length, before)) and not _hidden_in_front(unknown, piece):
            if tokens < minimum * (1.0 if encoding_of(policy.model).exact else _DOUBT):
                yield _too_small(request, policy, pieces, index, minimum)
        elif not unknown and not any(each.grows for each in pieces):
            change = next((each for each in before if _per_request(each)), None)
            if change is None:
                continue
            front = cache.static_tokens(pieces[: pieces.index(change)])
            if front < minimum and _asked_about(before, pieces[index + 1 :]):
                continue
            if not any(each.marker for each in before if each.kind == "end"):
                yield _never_read(request, policy, pieces, change, minimum)


def _of_known_length(piece: Piece) -> bool:
    """Whether a piece is sent as it stands: nothing in it may be a field that a framework fills."""
    return piece.kind == "end" or (piece.kind == "text" and not any(True for _ in holes(guess_fields(piece.texts))))


def _hidden_in_front(unknown: set[str], marked: Piece) -> bool:
    """Whether something of the request that is not known may stand in front of a marker."""
    return bool(unknown - {"messages"}) or ("messages" in unknown and marked.part == "messages")


def _per_request(piece: Piece) -> bool:
    """Whether a value is surely another one with every request; of unique ones volatile-prefix speaks."""
    return piece.volatility is Volatility.REQUEST and cache.changes(piece, sure=True)


def _asked_about(before: Sequence[Piece], behind: Sequence[Piece]) -> bool:
    """Whether other content that changes follows a marker: a document with many questions about it is read again."""
    known = {each.expression for each in before}
    return any(cache.changes(each) and each.expression not in known for each in behind)


def _too_small(request: Request, policy: Policy, pieces: Sequence[Piece], at: int, minimum: int) -> Finding:
    """The marker `pieces[at]` stores nothing: further behind it would, or with more text in front of it."""
    exact = encoding_of(cache.model_of(request)).exact
    about = "" if exact else "~"
    tokens = cache.static_tokens(pieces[:at])
    message = f"this cache marker does nothing: {about}{tokens:,} tokens stand before it"
    gain, advice = 0, "take it out"
    end = _further(request, pieces, at, minimum)
    if end is not None:
        gain = cache.static_tokens(pieces[:end])
        where = {"tools": "tools", "system": "system text", "messages": "static messages"}[pieces[end].part]
        advice = f"move it behind the {where}: {about}{gain:,} tokens then come from the cache"
    elif tokens + sum(each.tokens for each in pieces[at:] if each.role in ("system", "user")) >= minimum:
        advice += ", or put static text of later messages in front of it"
    return Finding(
        pieces[at].span,
        f"{message} ({policy.model}: minimum {minimum:,})",
        tokens=gain,
        saving="cached" if gain else None,
        help=advice,
        exact=exact,
        prefix=Prefix(request.span, 0, gain) if gain else None,
    )


def _further(request: Request, pieces: Sequence[Piece], at: int, minimum: int) -> int | None:
    """The end of a message or block behind a marker up to which nothing changes, and enough text for it stands.

    None as well if there is no next call, or if another marker stores that already.
    """
    same = range(at, cache.first_change(pieces))
    if cache.sent_once(request) or not all(_as_it_stands(pieces[index]) for index in same):
        return None
    ends = [index for index in same if pieces[index].kind == "end" and cache.static_tokens(pieces[:index]) >= minimum]
    return ends[-1] if ends and not any(pieces[index].marker for index in ends) else None


def _as_it_stands(piece: Piece) -> bool:
    return piece.kind != "text" or _of_known_length(piece)


def _never_read(request: Request, policy: Policy, pieces: Sequence[Piece], change: Piece, minimum: int) -> Finding:
    exact = encoding_of(cache.model_of(request)).exact
    about = "" if exact else "~"
    front = cache.static_tokens(pieces[: pieces.index(change)])
    gain = front if front >= minimum else 0
    price = f" at {policy.write[0]:g} times the price" if policy.write and policy.write[0] > 1 else ""
    message = (
        f"what this cache marker stores{price} is never read again: `{change.expression}` in front of it changes with "
        "every request"
    )
    if gain:
        message += f"; in front of that, {about}{gain:,} tokens would be read ({policy.model}: minimum {minimum:,})"
    advice = f"set it in front of `{change.expression}`, at the end of a block of its own" if gain else "take it out"
    return Finding(
        change.span,
        message,
        tokens=gain,
        saving="cached" if gain else None,
        help=advice,
        exact=exact,
        prefix=Prefix(request.span, 0, gain) if gain else None,
    )
