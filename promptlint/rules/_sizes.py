"""The static text that one call sends of a template: its tokens, and what bounds them without the tokenizer."""

from __future__ import annotations

from promptlint.template import Choice, Repeat, Template, Text
from promptlint.tokens import count


def size(template: Template, model: str) -> int:
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
                _collect(max(part.branches, key=length), runs)
            case Repeat():
                _collect(part.body, runs)
                runs.append("")
            case _:
                runs.append("")
    runs[-1] += "".join(pieces)


def length(template: Template) -> int:
    """UTF-8 bytes of the static text of the longest way through a template."""
    total = 0
    for part in template:
        match part:
            case Text():
                total += len(part.value.encode("utf-8", "surrogatepass"))
            case Choice():
                total += max(map(length, part.branches), default=0)
            case Repeat():
                total += length(part.body)
            case _:
                pass
    return total
