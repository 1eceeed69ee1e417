"""Requests of small programs, and what stands in them, for tests that say what is sent."""

from __future__ import annotations

import textwrap

from promptlint.extract.python import facts
from promptlint.link import link
from promptlint.prompt import Request
from promptlint.source import Source
from promptlint.template import Choice, Hole, Repeat, Template, Text

START = "from openai import OpenAI\nclient = OpenAI()\n"
SAID = '{"role": "system", "content": "Be kind."}'
MORE = '{"role": "user", "content": question}'
ASK = 'client.chat.completions.create(model="gpt-5.2", messages={})'


def requests_of(app: str, **files: str) -> list[Request]:
    """The requests of a project whose `app.py` has a client."""
    named = {"app.py": START + textwrap.dedent(app)}
    named |= {f"{name}.py": textwrap.dedent(text) for name, text in files.items()}
    project = link([facts(Source(name, text)) for name, text in named.items()])
    return [each for each in (*project.requests, *project.others) if each.api]


def shown(template: Template) -> str:
    """A template with its values in braces, its loops in brackets and its ways between bars."""
    said = ""
    for part in template:
        match part:
            case Text():
                said += part.value
            case Hole():
                said += f"{{{part.expression}}}"
            case Repeat():
                said += f"[{shown(part.body)}]"
            case Choice():
                said += "|".join(map(shown, part.branches))
            case _:
                raise AssertionError(part)
    return said


def parts(request: Request) -> list[tuple[str, str]]:
    return [(prompt.role, shown(prompt.template)) for prompt in request.prompts]
