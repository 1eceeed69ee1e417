"""`unescaped-brace`: a brace that is meant as text in a template that `str.format` fills."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.prompt import Finding, Project
from promptlint.rules import rule
from promptlint.template import Span


@rule(group="template", severity="error")
def check(project: Project) -> Iterator[Finding]:
    """A brace that is meant as text stands single in a template that `str.format` fills."""
    seen: set[Span] = set()
    for filling in project.fillings:
        if not filling.broken or filling.broken[0] in seen:
            continue
        seen.add(filling.broken[0])
        others = len(filling.broken) - 1
        more = f", like {others} more in this template" if others else ""
        yield Finding(
            filling.broken[0],
            f"this brace is read as the beginning or end of a field, and filling the template fails{more}",
            help="double the braces that are text: `{{` and `}}`",
            related=((filling.span, "the template is filled here"),),
        )
