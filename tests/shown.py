"""Linked templates and prompts as text, for tests that say what becomes of a text."""

from __future__ import annotations

import textwrap

from promptlint.extract.python import facts
from promptlint.link import link
from promptlint.source import Source
from promptlint.template import Choice, Hole, Repeat, Template, Text, texts

RULES = "Write in short sentences, name the source of every figure, and leave out what is not known."
TASK = "Sort the letters of this week by the departments that they are for, the oldest of them first."


def found(program: str) -> set[tuple[str, str]]:
    """Role and static text of every prompt of a program."""
    project = link([facts(Source("app.py", textwrap.dedent(program)))])
    return {(prompt.role, "".join(text.value for text in texts(prompt.template))) for prompt in project.prompts}


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
