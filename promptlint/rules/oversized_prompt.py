"""`oversized-prompt`: a budget for the static tokens of one prompt, and of one request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from promptlint.cache import model_of
from promptlint.prompt import Finding, Prompt, Request
from promptlint.rules import rule
from promptlint.template import Choice, Repeat, Span, Template, Text, texts
from promptlint.tokens import count, encoding_of

# The largest parts of a request that a finding names.
_NAMED = 3
# Pieces of one text stand at most so many characters of source apart (quotes, a field, indentation).
_GAP = 200
_HELP = "move what only some calls need into a branch, a tool or a document that is looked up, or raise max-tokens"


@rule(group="bloat", severity="info")
def check(request: Request, *, max_tokens: int = 2000) -> Iterator[Finding]:
    """The static text of a prompt, or of all prompts of a request together, is over its token budget."""
    model = model_of(request)
    # A token is at least one byte, so most requests need no tokenizer.
    if sum(_length(prompt.template) for prompt in request.prompts) * encoding_of(model).factor <= max_tokens:
        return
    sizes = [_size(prompt.template, model) for prompt in request.prompts]
    over = [(prompt, size) for prompt, size in zip(request.prompts, sizes, strict=True) if size > max_tokens]
    for prompt, size in over:
        yield _finding(prompt, size, max_tokens, model)
    if not over and sum(sizes) > max_tokens:
        yield _request_finding(request, sizes, max_tokens, model)


def _finding(prompt: Prompt, tokens: int, budget: int, model: str) -> Finding:
    exact = encoding_of(model).exact
    place = _place(prompt)
    return Finding(
        place,
        f"this prompt has {_figure(tokens, exact)} static tokens, over the budget of {budget:,}",
        tokens=tokens,
        help=_HELP,
        related=() if place == prompt.span else ((prompt.span, "the prompt stands here"),),
        exact=exact,
    )


def _place(prompt: Prompt) -> Span:
    """Where most of a prompt's text stands: the prompt, or a text defined elsewhere that is over half of it."""
    size: dict[Span, int] = {}
    last: Span | None = None
    for piece in texts(prompt.template):
        start = piece.span.start
        if last is not None and last.file == piece.span.file and 0 <= start - last.end <= _GAP:
            merged = Span(last.file, last.start, piece.span.end)
            size[merged] = size.pop(last) + len(piece.value)
            last = merged
        else:
            last = piece.span
            size[last] = size.get(last, 0) + len(piece.value)
    largest = max(size, key=lambda span: size[span], default=prompt.span)
    inside = prompt.span.file == largest.file and prompt.span.start <= largest.start < prompt.span.end
    return prompt.span if inside or 2 * size[largest] <= sum(size.values()) else largest


def _request_finding(request: Request, sizes: Sequence[int], budget: int, model: str) -> Finding:
    exact = encoding_of(model).exact
    total = sum(sizes)
    largest = sorted(zip(sizes, request.prompts, strict=True), key=lambda pair: (-pair[0], pair[1].span))
    return Finding(
        request.span,
        f"this request has {_figure(total, exact)} static tokens in all, over the budget of {budget:,}",
        tokens=total,
        help=_HELP,
        related=tuple(
            (prompt.span, f"{_figure(size, exact)} of them are here") for size, prompt in largest[:_NAMED] if size
        ),
        exact=exact,
    )


def _figure(tokens: int, exact: bool) -> str:
    return f"{tokens:,}" if exact else f"~{tokens:,}"


def _size(template: Template, model: str) -> int:
    """Tokens of the static text that one call sends: of branches the longest, of a loop one turn."""
    runs: list[str] = [""]
    _collect(template, runs)
    return sum(count(run, model) for run in runs if run)


def _collect(template: Template, runs: list[str]) -> None:
    """Append static text to the last run; whatever else stands in the text begins a new one."""
    pieces: list[str] = []
    for part in template:
        if isinstance(part, Text):
            pieces.append(part.value)
            continue
        runs[-1] += "".join(pieces)
        pieces = []
        match part:
            case Choice() if part.branches:
                _collect(max(part.branches, key=_length), runs)
            case Repeat():
                _collect(part.body, runs)
                runs.append("")
            case _:
                runs.append("")
    runs[-1] += "".join(pieces)


def _length(template: Template) -> int:
    """UTF-8 bytes of the static text of the longest way through a template."""
    total = 0
    for part in template:
        match part:
            case Text():
                total += len(part.value.encode("utf-8", "surrogatepass"))
            case Choice():
                total += max(map(_length, part.branches), default=0)
            case Repeat():
                total += _length(part.body)
            case _:
                pass
    return total
