"""Every request of a run: a table for people, and JSON with its parts in the order in which they are sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from promptlint.engine import Report
from promptlint.extract.extents import extent
from promptlint.extract.messages import MAY_BE
from promptlint.output.json import encode, place, unknown_json
from promptlint.output.prompts import Line, Row, pieces, row_of, stands_at, variable_json
from promptlint.output.text import amount, columns, counted, plural, safe
from promptlint.prompt import Prompt, Request, Unresolved, together
from promptlint.providers import model_of
from promptlint.rules._sizes import conditions, longest_way, size
from promptlint.template import Choice, Hole, Repeat, Span, Template, Text, way

_LONGEST = 60
_FORM = "form of the answer"
# As many conditions of a text are told.
_CONDITIONS = 3
# Alternatives of one prompt that are told apart.
MAX_ALTERNATIVES = 32


class Parts(msgspec.Struct, frozen=True):
    """A request with its prompts measured: the most static tokens that one call sends, of each prompt and in all.

    `several`: there are calls that send less of it, for some stands under a condition. Of a loop one turn counts.
    """

    request: Request
    rows: tuple[Row, ...]
    tokens: int
    exact: bool
    several: bool


def measured(report: Report, at: Line | None = None) -> list[Parts]:
    """The requests that calls send, in order of their places. A prompt that no known call sends is none.

    Those are included of which no text is in sight. At a line, those whose call or one of whose prompts stands there.
    """
    found = []
    for request in (*report.project.requests, *report.project.others):
        places = (request.span, *(prompt.span for prompt in request.prompts))
        if at is not None and not any(stands_at(span, at, report) for span in places):
            continue
        if request.api:
            rows = tuple(_row(prompt) for prompt in request.prompts)
            found.append(Parts(request, rows, *_total(request, rows)))
    return sorted(found, key=lambda parts: parts.request.span)


def _row(prompt: Prompt) -> Row:
    """A prompt, measured by what one call sends of it at most."""
    return msgspec.structs.replace(row_of(prompt), tokens=size(prompt.template, prompt.model))


def _total(request: Request, rows: Sequence[Row]) -> tuple[int, bool, bool]:
    """The most tokens that one call sends, whether they are exact, and whether other calls send fewer."""
    exact = all(row.exact for row in rows)
    if not any(row.prompt.when or _branches(row.prompt.template) for row in rows):
        return sum(row.tokens for row in rows), exact, False
    sized = [row for row in rows if row.tokens]
    asked = [name for row in sized for name in {*conditions(row.prompt.template), *dict(row.prompt.when)}]
    if len(sized) < 2 or len(set(asked)) == len(asked):
        # No condition decides of two texts: the longest of each go together.
        return sum(row.tokens for row in sized), exact, True
    way = longest_way(request, model_of(request))
    tokens = sum(size(template, row.prompt.model) for template, row in zip(way, rows, strict=True))
    return tokens, exact, True


def _branches(template: Template) -> bool:
    """Whether a text has branches."""
    return any(isinstance(part, Choice) or (isinstance(part, Repeat) and _branches(part.body)) for part in template)


def render_json(report: Report, at: Line | None = None) -> bytes:
    """An array of requests."""
    return encode([_as_json(parts, report) for parts in measured(report, at)])


def render_text(report: Report, at: Line | None = None, *, summary: bool = True) -> str:
    """A block for each request: who gets it, its parts in order, and what is not known."""
    found = measured(report, at)
    blocks = ["\n".join(_lines(parts, report)) + "\n" for parts in found]
    if summary:
        blocks.append(total(found, report) + "\n")
    return "\n".join(blocks)


def total(found: list[Parts], report: Report) -> str:
    """The last line."""
    complete = sum(parts.request.complete for parts in found)
    files = plural(report.files, "file")
    return f"{plural(len(found), 'request')}, {complete} of them known in full, in {files}."


def _lines(parts: Parts, report: Report) -> Iterator[str]:
    request = parts.request
    line, _ = report.sources.get(request.span.file).location(request.span.start)
    to = ", ".join((*who(request), *([safe(request.api)] if request.api else [])))
    inside = f" in {safe(request.name)}" if request.name else ""
    most = f"{'up to ' if parts.several else ''}{counted(parts.tokens, parts.exact)}"
    under = f"  [if {_condition(request)}]" if request.when else ""
    yield f"{safe(request.span.file)}:{line}{inside}: {to}, {most}{under}"
    cells = []
    for number, row in enumerate(parts.rows):
        names = ", ".join(dict.fromkeys(safe(variable.expression) for variable in row.variables))
        shown = _short(names)
        marker = _marker(number, request)
        if row.prompt.when:
            marker = f"  [if {_condition(row.prompt)}]{marker}"
        if row.prompt.result:
            marker = f"  [a result that is given back]{marker}"
        if row.prompt.refused:
            marker = f"  [not a prompt, says a comment]{marker}"
        where = _where(row, report)
        if row.prompt.name not in ("", request.name):
            where = f"{where} {_short(safe(row.prompt.name), _LONGEST * 2 // 3)}"
        cells.append((f"  {row.prompt.role}", amount(row.tokens, row.exact), where, shown + marker))
        for one in map(_row, _alternatives(row.prompt)):
            condition = f"[if {_condition(one.prompt)}]"
            cells.append(("    either", amount(one.tokens, one.exact), _where(one, report), condition))
    if cells:
        yield columns(cells, right=(1,)).rstrip("\n")
    for schema in request.schemas:
        fields = ", ".join(map(safe, schema.fields))
        yield f"  {_FORM}: {safe(schema.name)}" + (f" ({_short(fields)})" if fields else "")
    gaps = (
        f"  {'by default only' if each.default else 'not known'}: {_unknown(each, request, report)}"
        for each in request.unresolved
    )
    # Two places on one line read alike.
    yield from dict.fromkeys(gaps)
    if request.beyond is not None:
        yield f"  may send more: more functions lead to {_place_of(request.beyond, report)} than are followed"


def who(request: Request) -> tuple[str, str]:
    """Who gets a request, and which model; whether that is only so by default, which is told once of both."""
    usual = [slot for slot in ("provider", "model") if request.by_default(slot)]
    provider = safe(request.provider) + (" by default" if usual == ["provider"] else "")
    model = safe(request.model) + (" by default" if "model" in usual else "")
    return provider if request.provider else "provider not known", model if request.model else "model not known"


def _marker(number: int, request: Request) -> str:
    """Whether a cache marker stands behind a part, or may do so."""
    if number not in request.markers:
        return ""
    at = request.markers.index(number)
    return "  [cache marker on some ways only]" if request.lives[at : at + 1] == (MAY_BE,) else "  [cache marker]"


def _where(row: Row, report: Report) -> str:
    return _place_of(row.prompt.span, report)


def _place_of(span: Span, report: Report) -> str:
    """File and line of a place."""
    return f"{safe(span.file)}:{report.sources.get(span.file).location(span.start)[0]}"


def _alternatives(prompt: Prompt) -> list[Prompt]:
    """The texts of which a prompt is one, each with its place and its conditions alone; none if it is one text."""
    found: list[Prompt] = []
    todo: list[tuple[tuple[tuple[str, bool], ...], Template]] = [((), prompt.template)]
    while todo and len(found) < MAX_ALTERNATIVES:
        when, template = todo.pop()
        parts = [part for part in template if not (isinstance(part, Text) and not part.value.strip())]
        # Values beside it, such as a picture, are in all of them.
        said = [part for part in parts if not isinstance(part, Hole)]
        part = said[0] if len(said) == 1 else None
        if isinstance(part, Choice):
            ways = len(part.branches)
            for number in reversed(range(ways)):
                todo.append(((*when, way(part.condition, number, ways)), part.branches[number]))
        elif parts and when:
            places = [each.span for each in parts if isinstance(each, Hole | Repeat)]
            span = extent(template) or (places or [prompt.span])[0]
            found.append(msgspec.structs.replace(prompt, template=template, span=span, when=when))
    return found if len(found) > 1 else []


def _condition(sent: Prompt | Request) -> str:
    """Under which conditions something is sent: of several the first ones, each with its beginning."""
    each = [safe(text) for text in sent.conditions]
    if len(each) < 2:
        return _short(together(each))
    more = f" and {len(each) - _CONDITIONS} more" if len(each) > _CONDITIONS else ""
    return together([_short(text, _LONGEST * 2 // 3) for text in each[:_CONDITIONS]]) + more


def _short(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "\u2026"


def _unknown(unknown: Unresolved, request: Request, report: Report) -> str:
    """What is not known, why, and where that stands if not at the call."""
    told = [safe(unknown.reason)] if unknown.reason else [f"`{safe(unknown.expression)}`"] if unknown.expression else []
    if unknown.default:
        told = [safe(unknown.default), *(f"unless {each} says otherwise" for each in told)]
    if (where := _place_of(unknown.span, report)) != _place_of(request.span, report):
        told.append(where)
    slot = _FORM if unknown.slot == "schemas" else unknown.slot
    return f"{slot} ({', '.join(told)})" if told else slot


def _as_json(parts: Parts, report: Report) -> dict[str, Any]:
    request, sources = parts.request, report.sources
    return {
        "name": request.name,
        "api": request.api,
        "provider": request.provider or None,
        "model": request.model or None,
        **place(request.span, sources),
        "condition": together(request.conditions) or None,
        "complete": request.complete,
        "beyond": place(request.beyond, sources) if request.beyond is not None else None,
        "once": request.once,
        "tokens": parts.tokens,
        "exact": parts.exact,
        "parts": [
            {
                "role": row.prompt.role,
                "name": row.prompt.name,
                **place(row.prompt.span, sources),
                "tokens": row.tokens,
                "condition": row.prompt.condition or None,
                "alternatives": [
                    {"condition": one.condition, **place(one.span, sources), "tokens": _row(one).tokens}
                    for one in _alternatives(row.prompt)
                ],
                "cache_marker": number in request.markers,
                "not_a_prompt": row.prompt.refused,
                "result": row.prompt.result,
                "variables": [variable_json(variable, report) for variable in row.variables],
                "spans": [place(span, sources) for span in pieces(row.prompt.template)],
            }
            for number, row in enumerate(parts.rows)
        ],
        "schemas": [
            {"name": schema.name, "fields": schema.fields, **place(schema.span, sources)} for schema in request.schemas
        ],
        "parameters": dict(request.parameters),
        "unresolved": [unknown_json(each, sources) for each in request.unresolved],
    }
