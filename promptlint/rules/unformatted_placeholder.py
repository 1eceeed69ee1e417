"""`unformatted-placeholder`: `{name}` is sent to the model as it stands."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.prompt import Finding, Project, Unfilled
from promptlint.rules import rule
from promptlint.template import Span

_SHOWN = 5


@rule(group="template", severity="warning")
def check(project: Project) -> Iterator[Finding]:
    """`{name}` is sent to the model as it stands, although a value of that name is at hand."""
    # Of the fields in what one call sends from one file, the first; the others belong to it.
    alike: dict[tuple[Span, str], list[Unfilled]] = {}
    for field in project.unfilled:
        alike.setdefault((field.sent, field.span.file), []).append(field)
    for first, *others in alike.values():
        yield Finding(
            first.span,
            f"the model reads `{{{first.name}}}` as it stands: the text is no f-string, and nothing fills it",
            help=f"put an `f` in front of the quotes, or fill it: `.format({first.name}={first.name})`",
            related=(
                (first.sent, "sent here"),
                *((field.span, f"`{{{field.name}}}` too") for field in others[:_SHOWN]),
            ),
        )
