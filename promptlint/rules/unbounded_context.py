"""`unbounded-context`: all of a file, a page, a table or a query result goes into a prompt, however long it is."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.prompt import Finding, Prompt
from promptlint.rules import rule
from promptlint.template import Hole, Span, holes, texts

# Letters of static text around the value. A value alone is the prompt itself, read from a file.
_LEAST_TEXT = 20


@rule(group="bloat", severity="info", default=False)
def check(prompt: Prompt) -> Iterator[Finding]:
    """A whole file, page, table or query result goes into a prompt, with nothing in sight that limits it."""
    found: dict[Span, Hole] = {hole.span: hole for hole in holes(prompt.template) if hole.origin == "whole"}
    if not found or sum(len(text.value.strip()) for text in texts(prompt.template)) < _LEAST_TEXT:
        return
    for span, hole in sorted(found.items()):
        yield Finding(
            span,
            f"`{hole.expression}` is a whole file, page, table or query result, and nothing in sight limits it",
            help="cut it to a number of tokens, take the parts that are asked for, or hand it over as a file",
        )
