"""`oversized-tools`: more tools in one request than a model chooses among well, or schemas that fill its context."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from promptlint.cache import model_of
from promptlint.prompt import Finding, Prompt, Request
from promptlint.rules import rule
from promptlint.rules._sizes import length, size
from promptlint.template import texts
from promptlint.tokens import encoding_of

# The largest tools that a finding names.
_NAMED = 3
# A tool that is only loaded when a search finds it costs nothing before.
_DEFERRED = "defer_loading"
_HELP = "send the tools that the task at hand needs, or let the model search for the others (deferred loading)"


@rule(group="bloat", severity="warning")
def check(request: Request, *, max_tools: int = 20, max_tokens: int = 10_000) -> Iterator[Finding]:
    """A request carries more tools, or longer schemas of tools, than a model chooses among well."""
    tools = [tool for tool in _tools(request) if not _deferred(tool)]
    # Of tools that are not known one by one at least their number is.
    number = max(len(tools), request.tools - (len(_tools(request)) - len(tools)))
    model = model_of(request)
    exact = encoding_of(model).exact
    most = sum(length(tool.template) for tool in tools) * encoding_of(model).factor
    sizes = [size(tool.template, model) for tool in tools] if most > max_tokens or number > max_tools else []
    total = sum(sizes)
    if number <= max_tools and total <= max_tokens:
        return
    about = f", {'' if exact else '~'}{total:,} tokens of names, descriptions and schemas" if total else ""
    limit = f"more than {max_tools:,}" if number > max_tools else f"over {max_tokens:,}"
    largest = sorted(zip(sizes, tools, strict=True), key=lambda pair: (-pair[0], pair[1].span))[:_NAMED]
    yield Finding(
        request.span,
        f"this request carries {number:,} tools{about}: {limit}",
        tokens=total,
        help=_HELP,
        related=tuple(
            (tool.span, f"{'' if exact else '~'}{tokens:,} of them are here") for tokens, tool in largest if tokens
        ),
        exact=exact,
    )


def _tools(request: Request) -> list[Prompt]:
    """The tools of a request; what has the same role behind the first message is the result of a call."""
    front = takewhile(lambda prompt: prompt.role in ("tool", "system"), request.prompts)
    return [prompt for prompt in front if prompt.role == "tool"]


def _deferred(tool: Prompt) -> bool:
    return any(_DEFERRED in text.value for text in texts(tool.template))
