"""`below-cache-minimum`: the static prefix ends below what is cached, and filling it up would pay."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint import cache
from promptlint.prompt import Finding, Prefix, Request
from promptlint.rules import rule
from promptlint.template import Span, Volatility
from promptlint.tokens import encoding_of


@rule(group="cache", severity="info", default=False)
def check(request: Request, *, calls: int = 10) -> Iterator[Finding]:
    """The static prefix ends just below what the provider caches, and filling it up would pay."""
    policy = cache.policy_of(request)
    if policy.minimum is None or policy.read is None or cache.sent_once(request) or not request.whole:
        return
    if policy.mode not in ("prefix", "boundary", "breakpoint") or not cache.varies(request, Volatility.SESSION):
        return
    write = policy.write[0] if policy.write else 1.0
    # Tokens that are paid in full now against `minimum` tokens, written once and read by the other calls.
    pays_from = policy.minimum * (policy.read + (write - policy.read) / max(calls, 1))
    if not cache.may_reach(request, int(pays_from) + 1):
        return
    fronts: list[tuple[int, Span]] = []
    for choices in cache.alternatives(request):
        pieces = cache.lay_out(request, choices, policy)
        end = cache.first_change(pieces)
        if end == len(pieces) or cache.static_tokens(pieces) >= policy.minimum:
            # Nothing changes, or another order would do (static-after-variable).
            return
        fronts.append((cache.static_tokens(pieces[:end]), pieces[end].span))
    tokens, place = min(fronts)
    if not pays_from < tokens < policy.minimum:
        return
    exact = encoding_of(cache.model_of(request)).exact
    about = "" if exact else "~"
    yield Finding(
        place,
        f"the static prefix ends here after {about}{tokens:,} tokens, {about}{policy.minimum - tokens:,} before "
        f"anything is cached ({policy.model}: minimum {policy.minimum:,}); over {calls} calls, filling it up pays from "
        f"{pays_from:,.0f} tokens",
        tokens=policy.minimum,
        saving="cached",
        help="put more of what the model should know in front, such as examples",
        exact=exact,
        prefix=Prefix(request.span, 0, policy.minimum),
    )
