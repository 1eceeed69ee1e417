"""`missing-cache-control`: a provider that caches at markers only gets a long static prefix without one."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from promptlint import cache
from promptlint.cache import Piece, Policy
from promptlint.prompt import Finding, Prefix, Request
from promptlint.rules import rule
from promptlint.tokens import encoding_of

# Keywords of a call whose value can carry markers, or switch them on.
_CARRIERS = ("cache_control", "cache_control_injection_points", "extra_body", "extra_headers", "model_kwargs")
# The largest minimum of the models that cache at markers.
_CAUTIOUS = 4096
_WORTH_A_BLOCK = 200

_MARKERS = {
    "anthropic": '`"cache_control": {"type": "ephemeral"}` on the last block that stays the same',
    "bedrock": '`{"cachePoint": {"type": "default"}}` behind the last block that stays the same',
}


class _Case(msgspec.Struct, frozen=True):
    """The static front of one way through a request's conditions, and what changes behind it, if anything."""

    static: tuple[Piece, ...]
    tokens: int
    change: Piece | None


@rule(group="cache", severity="warning")
def check(request: Request, *, min_tokens: int = 1024) -> Iterator[Finding]:
    """A long static prefix goes to a provider that caches only at markers, and no marker is set."""
    policy = cache.policy_of(request)
    if policy.mode != "breakpoint" or cache.sent_once(request) or _may_be_marked(request):
        return
    minimum, words_of_minimum = cache.threshold(policy, min_tokens)
    if not cache.may_reach(request, minimum):
        return
    # Of several ways through the conditions the smallest figure is claimed.
    cases = [_front(cache.lay_out(request, choices, policy), minimum) for choices in cache.alternatives(request)]
    case = min(cases, key=lambda case: case.tokens)
    if case.tokens >= max(minimum, 1):
        yield _finding(request, policy, case, words_of_minimum)


def _may_be_marked(request: Request) -> bool:
    """Whether a marker is set, or may be: by what is not known of the request, where the project sets any at all."""
    if request.markers or any(name in _CARRIERS for name, _ in request.parameters):
        return True
    unknown = [part.slot for part in request.unresolved if part.slot != "model" and not part.default]
    return "arguments" in unknown or bool(unknown and request.marking)


def _front(pieces: list[Piece], minimum: int) -> _Case:
    end = cache.first_change(pieces)
    change = pieces[end] if end < len(pieces) else None
    static = tuple(piece for piece in pieces[:end] if piece.kind == "text")
    # A marker behind the last whole message serves, if a few words are all that would need a block of their own.
    whole = tuple(piece for piece in static if change is None or piece.prompt != change.prompt)
    tokens, fewer = cache.static_tokens(static), cache.static_tokens(whole)
    if fewer >= minimum and tokens - fewer < _WORTH_A_BLOCK:
        return _Case(whole, fewer, change)
    return _Case(static, tokens, change)


def _finding(request: Request, policy: Policy, case: _Case, minimum: str) -> Finding:
    exact = encoding_of(cache.model_of(request)).exact
    about = "" if exact else "~"
    first, last = case.static[0], case.static[-1]
    longest = max(case.static, key=lambda piece: piece.tokens)
    place = max(cache.stretches(longest.texts), key=lambda each: each[1])[0]
    advice = f"set a marker: {_MARKERS.get(policy.provider, 'on the last block that stays the same')}"
    if case.change is not None and case.change.prompt == last.prompt:
        advice += f", and put `{case.change.expression}` into a block of its own behind it"
    assumed = policy.minimum is None and case.tokens < _CAUTIOUS
    if assumed:
        advice += f"; some models of this provider cache {_CAUTIOUS:,} tokens and more only"
    what = "tools and system text" if {first.part, last.part} == {"tools", "system"} else "static text"
    return Finding(
        request.span,
        f"{about}{case.tokens:,} tokens of {what} are sent in front with every call, and no cache marker is set; with "
        f"one they would be read from the cache ({minimum})",
        tokens=case.tokens,
        saving="cached",
        help=advice,
        related=((place, "static text that a marker would cache"),),
        exact=exact,
        # Which model it is decides whether anything is cached at all.
        severity="info" if assumed else None,
        prefix=Prefix(request.span, 0, case.tokens),
    )
