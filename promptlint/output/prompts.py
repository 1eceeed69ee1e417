"""Every prompt of a run: a table for people, and JSON with each piece of source text that belongs to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

import msgspec

from promptlint.engine import Report
from promptlint.output.json import encode, place
from promptlint.output.text import amount, columns, counted, plural, safe
from promptlint.prompt import Prompt
from promptlint.template import Choice, Hole, Repeat, Span, Template, Volatility, runs, texts

_HEAD = ("place", "name", "role", "tokens", "variables")
_LONGEST = 60


class Variable(msgspec.Struct, frozen=True):
    """A value that a prompt takes in at run time."""

    expression: str
    volatility: Volatility
    span: Span


class Row(msgspec.Struct, frozen=True):
    """A prompt and what is measured of it. `tokens`: of its static text, every branch and one turn of a loop."""

    prompt: Prompt
    tokens: int
    exact: bool
    variables: tuple[Variable, ...]


# A line of a file: the name under which it is shown, and the line's number from 1.
Line: TypeAlias = tuple[str, int]


def chosen(report: Report, at: Line | None = None) -> list[Prompt]:
    """The prompts with words of their own, in order of their places.

    At a line, all that stand there themselves or with a text of theirs; where none does, those that a call there sends.
    """
    found: Iterable[Prompt] = report.project.worded
    if at is not None:
        found = [each for each in report.project.prompts if _at(each, at, report)] or _sent(at, report)
    return sorted(found, key=lambda prompt: (prompt.span, prompt.name, prompt.role))


def _sent(at: Line, report: Report) -> list[Prompt]:
    """The prompts of the requests that calls at a line send."""
    calls = (each for each in (*report.project.requests, *report.project.others) if stands_at(each.span, at, report))
    return list(dict.fromkeys(prompt for request in calls for prompt in request.prompts))


def _at(prompt: Prompt, at: Line, report: Report) -> bool:
    spans = (prompt.span, *(text.span for text in texts(prompt.template)))
    return any(stands_at(span, at, report) for span in spans)


def stands_at(span: Span, at: Line, report: Report) -> bool:
    """Whether a line is one of those that a span covers."""
    if span.file != at[0]:
        return False
    source = report.sources.get(span.file)
    return source.location(span.start)[0] <= at[1] <= source.location(max(span.end - 1, span.start))[0]


def rows(report: Report, at: Line | None = None) -> list[Row]:
    """The prompts (`chosen`), measured."""
    return [row_of(prompt) for prompt in chosen(report, at)]


def render_json(report: Report, at: Line | None = None) -> bytes:
    """An array of prompts."""
    return encode([_as_json(row, report) for row in rows(report, at)])


def render_text(report: Report, at: Line | None = None, *, summary: bool = True) -> str:
    """An aligned table, and how much it is in all."""
    found = rows(report, at)
    lines = columns([_HEAD, *_cells(found, report)], right=(3,)) if found else ""
    return lines + (
        f"\n{total(found, report)}\n" if summary and found else f"{total(found, report)}\n" if summary else ""
    )


def total(found: Sequence[Row], report: Report) -> str:
    """The last line of the table."""
    tokens = counted(sum(row.tokens for row in found), all(row.exact for row in found))
    return f"{plural(len(found), 'prompt')} with {tokens}, in {plural(report.files, 'file')}."


def print_table(report: Report, color: bool, at: Line | None = None) -> None:
    """The table on a terminal."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    found = rows(report, at)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in _HEAD:
        right = name == "tokens"
        table.add_column(
            name, justify="right" if right else "left", no_wrap=name in ("place", "tokens", "role"), overflow="fold"
        )
    for cells in _cells(found, report):
        table.add_row(*map(escape, cells))
    console = Console(highlight=False, no_color=not color, force_terminal=color or None)
    if found:
        console.print(table)
        console.print()
    console.print(total(found, report))


def row_of(prompt: Prompt) -> Row:
    """A prompt, measured."""
    from promptlint.tokens import count, encoding_of

    tokens = sum(count("".join(text.value for text in run), prompt.model) for run in runs(prompt.template))
    return Row(prompt, tokens, encoding_of(prompt.model).exact, tuple(dict.fromkeys(_variables(prompt.template))))


def _variables(template: Template) -> Iterator[Variable]:
    for part in template:
        match part:
            case Hole(expression="None"):
                # Nothing is put in.
                pass
            case Hole():
                yield Variable(part.expression, part.volatility, part.span)
            case Choice():
                for branch in part.branches:
                    yield from _variables(branch)
            case Repeat():
                yield Variable(part.over, part.volatility, part.span)
                yield from _variables(part.body)
            case _:
                pass


def pieces(template: Template) -> list[Span]:
    """The source of all static text, without overlaps, pieces that touch as one."""
    merged: list[Span] = []
    for span in sorted({text.span for text in texts(template) if text.span.end > text.span.start}):
        last = merged[-1] if merged else None
        if last and last.file == span.file and span.start <= last.end:
            merged[-1] = Span(last.file, last.start, max(last.end, span.end))
        else:
            merged.append(span)
    return merged


def _as_json(row: Row, report: Report) -> dict[str, Any]:
    prompt, sources = row.prompt, report.sources
    variables = [variable_json(variable, report) for variable in row.variables]
    return {
        "name": prompt.name,
        "role": prompt.role,
        "evidence": prompt.evidence,
        **place(prompt.span, sources),
        "tokens": row.tokens,
        "exact": row.exact,
        "variables": variables,
        "spans": [place(span, sources) for span in pieces(prompt.template)],
    }


def variable_json(variable: Variable, report: Report) -> dict[str, Any]:
    """A variable and where it stands."""
    where = place(variable.span, report.sources)
    return {
        "expression": variable.expression,
        "volatility": variable.volatility.name.lower(),
        "filename": where["filename"],
        "location": where["location"],
    }


def _cells(found: Iterable[Row], report: Report) -> Iterator[tuple[str, ...]]:
    for row in found:
        line, _ = report.sources.get(row.prompt.span.file).location(row.prompt.span.start)
        names = list(dict.fromkeys(safe(variable.expression) for variable in row.variables))
        variables = ", ".join(names)
        if len(variables) > _LONGEST:
            shown = 0
            while shown < len(names) and len(", ".join(names[: shown + 1])) <= _LONGEST - 10:
                shown += 1
            shown = max(shown, 1)
            more = f", {len(names) - shown} more" if len(names) > shown else ""
            variables = ", ".join(name[:_LONGEST] for name in names[:shown]) + more
        tokens = amount(row.tokens, row.exact)
        yield f"{safe(row.prompt.span.file)}:{line}", safe(row.prompt.name), row.prompt.role, tokens, variables
