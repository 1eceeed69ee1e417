"""`unused-variable`: a value is given to a template that has no field for it."""

from __future__ import annotations

from collections.abc import Iterator

from promptlint.prompt import Filling, Finding, Project
from promptlint.rules import rule
from promptlint.rules.missing_variable import label, missing_fields
from promptlint.template import Span


@rule(group="template", severity="warning")
def check(project: Project) -> Iterator[Finding]:
    """A value is given to a template that has no field for it."""
    for filling in project.fillings:
        # Where another name is missing, that finding speaks of both.
        if not filling.whole or filling.broken or filling.operation == "fields" or missing_fields(filling):
            continue
        for what, span in _unused(filling):
            yield Finding(
                span,
                f"the template has no field for {what}, so the value given here is dropped",
                help="put the field into the template, or leave the value out",
                related=((filling.template, "the template"),),
            )


def _unused(filling: Filling) -> Iterator[tuple[str, Span]]:
    asked = {field.name for field in filling.fields}
    for name, span in filling.names:
        if name not in asked:
            yield f"`{name}`", span
    if filling.operation == "render":
        return
    for number, span in enumerate(filling.positional):
        if str(number) not in asked:
            yield label(str(number)), span
