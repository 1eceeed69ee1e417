"""A linked template as text, for tests that say what becomes of a text."""

from __future__ import annotations

from promptlint.template import Choice, Hole, Repeat, Template, Text


def shown(template: Template) -> str:
    """A template as text: `<name>` for a hole, `[a|b]` for a choice, `(a)*` for a loop."""
    said = ""
    for part in template:
        match part:
            case Text():
                said += part.value
            case Hole():
                said += f"<{part.expression}>"
            case Choice():
                said += "[" + "|".join(map(shown, part.branches)) + "]"
            case Repeat():
                said += f"({shown(part.body)})*"
            case _:
                raise AssertionError(f"not linked: {part}")
    return said
