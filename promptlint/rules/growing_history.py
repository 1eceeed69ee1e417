"""`growing-history`: a conversation that is sent whole with every turn, and only ever grows."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.prompt import Finding, Request
from promptlint.rules import rule

# Keywords with which the provider keeps the conversation, or shortens it.
_KEPT = frozenset(
    {"previous_response_id", "conversation", "thread_id", "session_id", "truncation", "context_management"}
)


@rule(group="bloat", severity="warning", default=False)
def check(request: Request) -> Iterator[Finding]:
    """A loop appends to the messages with every turn, sends all of them each time, and takes none out."""
    if not request.grows or any(name in _KEPT for name, _ in request.parameters):
        return
    yield Finding(
        request.span,
        "each turn of this loop appends to the messages and sends all of them; nothing takes any out",
        help="keep the last turns, sum up the older ones, or let the provider keep the conversation",
    )
