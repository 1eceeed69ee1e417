"""Findings as JSON in Ruff's shape, so that what reads Ruff's findings reads these."""

from __future__ import annotations

from typing import Any

import msgspec

from promptlint.engine import Report, Sources
from promptlint.output.text import by_rule
from promptlint.prompt import Finding, Fix, Unresolved, saved
from promptlint.template import Span


def render(report: Report) -> bytes:
    """An array of findings. Rows and columns from 1, columns in characters, ends exclusive."""
    return encode([_finding(finding, report.sources) for finding in report.findings])


def statistics(report: Report) -> bytes:
    """An array of rules and severities with their number of findings, and their tokens per call."""
    rows = []
    for (rule, severity), some in by_rule(report.findings):
        tokens = {"removed": saved(some, "removed"), "cached": saved(some, "cached")}
        rows.append({"code": rule, "name": rule, "severity": severity, "count": len(some), "tokens": tokens})
    return encode(rows)


def encode(value: Any) -> bytes:
    """Indented JSON in UTF-8, with a newline at its end."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def place(span: Span, sources: Sources) -> dict[str, Any]:
    """The three keys that say where something is."""
    source = sources.get(span.file)
    return {
        "filename": span.file,
        "location": _location(source.location(span.start)),
        "end_location": _location(source.location(span.end)),
    }


def unknown_json(unknown: Unresolved, sources: Sources) -> dict[str, Any]:
    """A part of a request that is not known, and why."""
    said = {"slot": unknown.slot, "expression": unknown.expression, "reason": unknown.reason or None}
    return {**said, "default": unknown.default or None, **place(unknown.span, sources)}


def _location(position: tuple[int, int]) -> dict[str, int]:
    return {"row": position[0], "column": position[1]}


def _finding(finding: Finding, sources: Sources) -> dict[str, Any]:
    return {
        "code": finding.rule,
        "name": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "help": finding.help or None,
        "url": None,
        **place(finding.span, sources),
        "fix": _fix(finding.fix, sources) if finding.fix else None,
        "tokens": finding.tokens,
        "saving": finding.saving,
        "exact": finding.exact,
        "related": [{"message": message, **place(span, sources)} for span, message in finding.related],
    }


def _fix(fix: Fix, sources: Sources) -> dict[str, Any]:
    edits = []
    for edit in fix.edits:
        where = place(edit.span, sources)
        edits.append({"content": edit.text, "filename": where.pop("filename"), **where})
    return {"applicability": "safe" if fix.safe else "unsafe", "message": fix.title, "edits": edits}
