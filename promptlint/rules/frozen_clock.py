"""`frozen-clock`: a time or date that stays as it was when the process started."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.prompt import Finding, Project, Prompt
from promptlint.rules import rule
from promptlint.template import Hole, Volatility, holes


@rule(group="template", severity="warning")
def check(project: Project) -> Iterator[Finding]:
    """A time or date in a prompt stays as it was when the module was imported."""
    for prompt in project.prompts:
        if prompt.once:
            continue
        for hole in _frozen(prompt):
            if hole.span.file in project.scripts:
                continue
            what = "date" if hole.origin == "date" else "time"
            place = ((prompt.span, "the prompt"),) if prompt.span.file != hole.span.file else ()
            yield Finding(
                hole.span,
                f"`{hole.expression}` is computed once, when the module is imported: a process that runs on sends the "
                f"{what} at which it was started, and every process another one",
                help="compute it where the prompt is sent, and put it behind the static text",
                related=place,
            )


def _frozen(prompt: Prompt) -> Iterator[Hole]:
    for hole in holes(prompt.template):
        if hole.origin in ("clock", "date") and hole.volatility is Volatility.DEPLOY:
            yield hole
