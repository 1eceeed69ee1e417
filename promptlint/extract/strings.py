"""Strings as templates: literals and f-strings."""

from __future__ import annotations

import ast
import sys

import msgspec

from promptlint.extract.bounds import MAX_WEIGHT
from promptlint.extract.callsite import Evaluate
from promptlint.extract.invocations import shown_as
from promptlint.extract.literals import Field, Piece, ScanError, scan
from promptlint.extract.loads import note_name
from promptlint.extract.patterns import lazy
from promptlint.extract.shown_as import shorten
from promptlint.extract.state import File, Scope, fallback_of, single_hole, state_of, textual
from promptlint.extract.volatility import CONSTANT, date_only
from promptlint.source import Source
from promptlint.template import Apply, Arguments, Choice, Hole, Mapping, Part, Ref, Span, Template, Text, Value, holes

_LONE = lazy("[\ud800-\udfff]")
# A literal with more is data; every escape would become a part of its own.
MAX_ESCAPES = 50_000
# Up to 3.11 the nodes inside an f-string have no reliable position.
FIELDS_HAVE_POSITIONS = sys.version_info >= (3, 12)
# Members of an enumeration are slow to look up.
_CONSTANT = CONSTANT[0]


def constant(file: File, scope: Scope, node: ast.Constant) -> Value:
    """A literal of any kind; of numbers and the like no more is said than that they do not change."""
    if not isinstance(node.value, str):
        return (file.hole(node, _CONSTANT),)
    if "." in node.value[-9:-1]:
        note_name(file, node.value)
    elif "_" in node.value and node.value.isidentifier():
        # `getattr(prompts, "build_report")`
        file.mentions.add(node.value)
    return string(file, node, node.value)


def string(file: File, node: ast.expr, value: str) -> Template:
    """A plain literal: one verbatim text when nothing in it is escaped."""
    span = file.span(node)
    text = file.source.text
    if file.forced is not None:
        return (Text(value, span, False),)
    if not value.isascii() and _LONE.search(value):
        # Half of a surrogate pair is no text: it is counted and kept as the replacement character.
        return (Text(_LONE.sub("\ufffd", value), span, False),)
    if span.end - span.start == len(value) + 2 and text.startswith(value, span.start + 1):
        return (Text(value, Span(file.name, span.start + 1, span.end - 1), True),) if value else ()
    if text.count("\\", span.start, span.end) > MAX_ESCAPES:
        return (Text(value, span, False),)
    try:
        pieces = scan(text, span.start, span.end, file.name)
    except ScanError:
        return (Text(value, span, False),)
    return tuple(piece for piece in pieces if type(piece) is Text and piece.value)


def fstring(file: File, scope: Scope, node: ast.JoinedStr, evaluate: Evaluate) -> Value:
    """An f-string: its texts with what its fields are worth in between."""
    span = file.span(node)
    values = [value for value in node.values if isinstance(value, ast.FormattedValue)]
    pieces: list[Piece] = []
    if file.forced is None:
        try:
            pieces = scan(file.source.text, span.start, span.end, file.name)
        except ScanError:
            pieces = []
    fields = [piece for piece in pieces if isinstance(piece, Field)]
    if len(fields) != len(values) or (not pieces and node.values):
        return _loose_fstring(file, scope, node, span, evaluate)
    parts: list[Part] = []
    remaining = iter(values)
    for piece in pieces:
        if type(piece) is Text:
            if not piece.value.isascii() and _LONE.search(piece.value):
                piece = Text(_LONE.sub("\ufffd", piece.value), piece.span, False)
            if piece.value:
                parts.append(piece)
                if "." in piece.value[-9:-1]:
                    note_name(file, piece.value)
        else:
            value = field(file, scope, piece, next(remaining), evaluate)
            if len(value) == 1 and type(value[0]) in (Hole, Ref):
                value = (_quoted(file, value[0], span.start),)
            if len(parts) <= MAX_WEIGHT:
                parts.extend(value)
    return tuple(parts)


def _loose_fstring(file: File, scope: Scope, node: ast.JoinedStr, span: Span, evaluate: Evaluate) -> Template:
    """An f-string inside a field of another: its pieces have the place of the field."""
    parts: list[Part] = []
    for value in node.values:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            parts.append(Text(value.value, span, False))
        elif isinstance(value, ast.FormattedValue):
            parts.extend(_formatted(file, value, evaluate(file, scope, value.value)))
    return tuple(parts)


def field(file: File, scope: Scope, piece: Field, node: ast.FormattedValue, evaluate: Evaluate) -> Template:
    """One `{...}` of an f-string: the value's own template, or a hole."""
    expression = node.value
    source = file.source.text[piece.expression.start : piece.expression.end]
    outer, nested = file.forced, file.positions
    if not FIELDS_HAVE_POSITIONS:
        if '"' in source or "'" in source:
            # Literals in the field need their places, so it is parsed again on its own.
            try:
                expression = ast.parse(f"({source}\n)", mode="eval").body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                file.force(piece.expression)
            else:
                file.inside((Source(file.name, f"({source}\n)"), piece.expression.start - 1))
        else:
            file.force(piece.expression)
    try:
        value = evaluate(file, scope, expression)
    finally:
        file.force(outer)
        if file.positions is not nested:
            file.inside(nested if nested[0] is not file.source else None)
    hole = single_hole(value)
    if hole is not None:
        member = hole.member or shown_as(file, scope, expression, value)
        place = Hole(
            shorten(source), piece.expression, hole.volatility, hole.origin, hole.parameter, hole.json, member
        )
        return _formatted(file, node, (place,))
    if not isinstance(value, tuple) or not (may_be_text(value) or value == ()):
        state = state_of(value)
        member = shown_as(file, scope, expression, value) or _left(value)
        told = Hole(shorten(source), piece.expression, state[0], state[1], member=member)
        if isinstance(value, tuple) or not textual(value) or (type(value) is Mapping and value.kind):
            return (told,)
        # A list or dict of texts.
        return (Apply("shown", value, Arguments(), told.span, told),)
    ref = value[0] if len(value) == 1 else None
    if type(ref) is Ref and ref.call is None and (member := shown_as(file, scope, expression, value)):
        value = (msgspec.structs.replace(ref, fallback=msgspec.structs.replace(ref.fallback, member=member)),)
    return _formatted(file, node, value)


def may_be_text(value: Template) -> bool:
    """Whether a template is, or by linking may become, static text: a parameter may be given one by a caller."""
    part = value[0] if len(value) == 1 else None
    given = type(part) is Hole and bool(part.parameter)
    return textual(value) or given or (type(part) is Choice and any(map(may_be_text, part.branches)))


def formats(left: Template, right: ast.expr) -> bool:
    """Whether `left % right` fills a text: no number is divided by a dict or a tuple."""
    return textual(left) or (type(right) in (ast.Dict, ast.Tuple) and may_be_text(left))


def _quoted(file: File, part: Part, start: int) -> Part:
    """A value of the f-string at an offset: if it is turned into JSON, with quotes that fit up to 3.11."""
    hole = part.fallback if type(part) is Ref else part
    if type(hole) is not Hole or hole.json is None:
        return part
    text = file.source.text
    own = text[hole.span.start : hole.span.end]
    quote = '"' if text[start : start + 4].lstrip("fFrR")[:1] == "'" else "'"
    if ('"' in own) != ("'" in own):
        quote = '"' if '"' in own else "'"
    hole = msgspec.structs.replace(hole, json=msgspec.structs.replace(hole.json, quote=quote))
    return msgspec.structs.replace(part, fallback=hole) if type(part) is Ref else hole


def _left(value: Value) -> str:
    """What a turn of a loop may have left in a value, as in `Hole.member`; or ""."""
    found = holes(value) if isinstance(value, tuple) else ()
    return next((hole.member for hole in found if hole.member[:1] == "#"), "")


def _formatted(file: File, node: ast.FormattedValue, value: Value) -> Template:
    """A value behind its conversion and format specification: what these make of text is not known."""
    hole = fallback_of(value)
    spec = node.format_spec
    if isinstance(spec, ast.JoinedStr) and hole is not None and hole.origin == "clock":
        pattern = "".join(str(part.value) for part in spec.values if isinstance(part, ast.Constant))
        if "%" in pattern and date_only(pattern):
            return (Hole(hole.expression, hole.span, hole.volatility, "date"),)
    if isinstance(value, tuple) and (single_hole(value) is not None or (node.conversion in (-1, 115) and spec is None)):
        return value
    state = state_of(value)
    hole = hole or Hole("...", file.span(node), state[0], state[1])
    return (Apply("shown", value, Arguments(), hole.span, hole),)
