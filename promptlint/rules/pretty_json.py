"""`pretty-json`: JSON that is laid out for people, in a text that a model reads.

Three things: a value that is turned into JSON with an indentation, a value whose JSON escapes what is not ASCII in a
prompt that is not written in ASCII, and pretty-printed records in the static text. What shows the model the form of its
answer is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from promptlint.extract.names import words
from promptlint.operations import Ruler
from promptlint.prompt import Finding, Prompt, Severity
from promptlint.rules import rule
from promptlint.template import Choice, Hole, Part, Repeat, Span, Template, Text, Volatility, texts
from promptlint.tokens import count, encoding_of

# By line, the one figure that holds whatever the value turns out to be. Measured with o200k_base on records, texts,
# messages, numbers and nested dicts: `json.dumps` without indent takes 1.0 to 1.7 tokens a line less than with indent=2
# (indent=4 takes no more than that), with the separators (",", ":") as well 2.0 to 3.0. As a share that is 4 to 36 and
# 6 to 55 %, by the length of the values.
_PLAIN, _COMPACT = "one to two tokens a line", "two to three"


def _remedy(expression: str, quote: str) -> tuple[str, str]:
    """What a call costs, by line, and what to do: not every function has separators."""
    if "model_dump_json" in expression or "to_json" in expression:
        return f"{_COMPACT} tokens a line", "leave the indent out: what is written then has no blanks at all"
    if "tojson" in expression:
        return _PLAIN, "leave the indent out"
    separators = f"separators=({quote},{quote}, {quote}:{quote})"
    return f"{_COMPACT} tokens a line", f"{_PLAIN} less without the indent, {_COMPACT} with {separators} too"


# Words in the names of values that are texts, or hold texts: next to them indentation is little.
_LONG_NAMES = frozenset(
    """
    answer answers article articles bodies body book chapter chapters chat chunk chunks claim claims comment
    comments content contents conversation conversations description descriptions dialog dialogue dialogues diff
    doc docs document documents email emails essay essays evidence excerpt excerpts explanation explanations
    feedback finding findings history letter letters log logs mail mails memories memory message messages msg
    msgs note notes observation observations output outputs page pages paper papers paragraph paragraphs passage
    passages post posts prompt prompts question questions report reports response responses result results
    review reviews script scripts section sections segment segments sentence sentences snippet snippets source
    sources speech statement statements story summaries summary text texts thought thoughts thread threads
    transcript transcripts turn turns utterance utterances
    """.split()
)


# A line in front of JSON that speaks of its form, rather than of what is in it.
_FORM = frozenset({
    "example", "examples", "expected", "fewshot", "form", "instance", "format", "formats", "formatted", "pattern",
    "properties", "sample", "samples", "schema", "schemas", "shape", "shot", "shots", "skeleton", "spec",
    "specification", "structure", "structured", "syntax", "template",
})  # fmt: skip
_ANSWER = frozenset({
    "answer", "answers", "create", "emit", "fill", "generate", "output", "outputs", "produce", "reply", "respond",
    "response", "responses", "return", "returned", "returning", "returns", "write",
})  # fmt: skip
_EXAMPLES = frozenset({"example", "examples", "sample", "shot"})
# An expression named after one of these gives a form to fill.
_FORM_NAMES = _FORM | {"definition", "definitions", "parameters"}

_SCHEMA_KEYS = frozenset({
    "$schema", "$ref", "$defs", "additionalProperties", "anyOf", "enum", "input_schema", "oneOf", "parameters",
    "properties", "required",
})  # fmt: skip
_EXAMPLE_KEYS = frozenset({
    "answer", "assistant", "completion", "example", "expected", "input", "label", "output", "prompt", "query",
    "question", "response", "user",
})  # fmt: skip
_PLACEHOLDERS = frozenset({
    "any", "array", "bool", "boolean", "date", "datetime", "dict", "float", "int", "integer", "list", "null",
    "number", "object", "str", "string", "text", "url", "yyyy-mm-dd",
})  # fmt: skip

# Stands for a value of the program: not JSON by itself, but inside a JSON string one more character.
_VALUE = "\ue000"
_NOWHERE = Span("", 0, 0)
_FEWEST = 3
_HEADINGS = ("#", "<", "**")
# Limits on hostile text: attempts to read JSON in one run of text, characters of one, characters searched before it.
_ATTEMPTS = 100
_LONGEST = 1_000_000
_LEAD = 1_000
_DEEPEST = 4


@rule(group="bloat", severity="warning")
def check(prompt: Prompt, *, min_tokens: int = 100) -> Iterator[Finding]:
    """JSON is laid out with indentation, or written with escapes, that only cost tokens."""
    if prompt.role == "assistant":
        # What an assistant says in an example is what the model will imitate.
        return
    sequences = list(_sequences(prompt.template, ""))
    yield from _dumps(prompt.template, sequences)
    for parts, lead in sequences:
        yield from _records(parts, lead, prompt.model, min_tokens)


def _sequences(template: Template, lead: str) -> Iterator[tuple[Template, str]]:
    """A template, then its branches and loop bodies, each with the end of the text in front of it."""
    yield template, lead
    before = lead
    for part in template:
        match part:
            case Choice():
                for branch in part.branches:
                    yield from _sequences(branch, before)
            case Repeat():
                yield from _sequences(part.body, before)
            case _:
                pass
        before = _grown(before, part)


def _grown(before: str, part: Part) -> str:
    return (before + (part.value if isinstance(part, Text) else _VALUE))[-_LEAD:]


# --- values that are turned into JSON at run time


def _dumps(template: Template, sequences: Sequence[tuple[Template, str]]) -> Iterator[Finding]:
    """The values of a prompt that are not in one of its places the form of an answer, each of them once."""
    found: dict[Span, Hole] = {}
    forms: set[Span] = set()
    for parts, before in sequences:
        for part in parts:
            if isinstance(part, Hole) and part.json is not None:
                found[part.span] = part
                if not _is_data(part) or _introduces_form(before):
                    forms.add(part.span)
            before = _grown(before, part)
    foreign = any(hole.json and hole.json.ensure_ascii for hole in found.values()) and _foreign(template)
    for span, hole in sorted(found.items()):
        if span in forms or hole.json is None:
            continue
        if hole.json.indent > 0:
            if not hole.json.texts:
                yield _indented(span, hole)
        elif hole.json.ensure_ascii and foreign:
            yield Finding(
                span,
                f"`{hole.expression}` escapes all that is not ASCII, in a prompt whose text is not ASCII",
                help="ensure_ascii=False sends the characters themselves; an escape takes several tokens for each",
                severity="info",
            )


def _indented(span: Span, hole: Hole) -> Finding:
    """The share that indentation costs depends on the data: much of records with short values, little of long texts."""
    named = {word for name in re.findall(r"\w+", hole.expression) for word in words(name)}
    long = not _LONG_NAMES.isdisjoint(named)
    costs, advice = _remedy(hole.expression, hole.json.quote if hole.json else '"')
    severity: Severity | None = "info" if long else None
    message = f"`{hole.expression}` is sent as indented JSON; that takes {costs}"
    return Finding(span, message, help=advice, severity=severity)


def _is_data(hole: Hole) -> bool:
    """Whether a value is made at run time, and is not named after a form that the model is to fill."""
    if hole.volatility is Volatility.CONSTANT:
        return False
    return not any(_FORM_NAMES.intersection(words(name)) for name in re.findall(r"\w+", hole.expression))


def _foreign(template: Template) -> bool:
    """Whether most letters of the static text are not ASCII: then, as far as one can tell, neither is the data."""
    letters = [character.isascii() for piece in texts(template) for character in piece.value if character.isalpha()]
    return 2 * sum(letters) < len(letters)


# --- JSON in the static text


def _records(parts: Sequence[Part], lead: str, model: str, min_tokens: int) -> Iterator[Finding]:
    run = Ruler([part if isinstance(part, Text) else Text(_VALUE, _NOWHERE, False) for part in parts])
    value = run.value
    if value.count("\n") < _FEWEST or len(value.encode("utf-8", "surrogatepass")) < min_tokens:
        return
    for start, end, data in _blocks(value):
        before = (lead + value[max(start - _LEAD, 0) : start])[-_LEAD:]
        if not _is_records(data) or _introduces_form(before, wide=True) or _refers_to_form(value[end : end + _LEAD]):
            continue
        sent = _dedented(value, start, end).replace(_VALUE, "x")
        tokens, compact = count(sent, model), count(_compact(sent), model)
        if tokens < min_tokens or compact >= tokens:
            continue
        exact = encoding_of(model).exact
        about = "" if exact else "~"
        yield Finding(
            run.place(start, end),
            f"{about}{tokens:,} tokens of JSON are laid out for people, {about}{compact:,} would say the same",
            tokens=tokens - compact,
            saving="removed",
            help="write the records without indentation and blanks, or put them in from data with json.dumps",
            exact=exact,
        )


def _blocks(value: str) -> Iterator[tuple[int, int, Any]]:
    """JSON that begins at the end of a line and ends at the start of a later one: start, end, value; outer first."""
    past = attempts = 0
    for start, end in _brackets(value):
        if start < past or end - start > _LONGEST:
            continue
        attempts += 1
        if attempts > _ATTEMPTS:
            return
        data = _parsed(value[start:end])
        if data is not None:
            past = end
            yield start, end, data


def _brackets(value: str) -> list[tuple[int, int]]:
    """Matching brackets, the one at the end of a line, the other at the beginning of one, in order of their starts.

    A JSON string has no line break in it, so whatever a line has between its ends cannot mislead.
    """
    pairs: list[tuple[int, int]] = []
    stack: list[int] = []
    offset = 0
    for line in value.split("\n"):
        position = 0
        while position < len(line) and line[position] in " \t}],":
            if line[position] in "}]":
                opener = "{" if line[position] == "}" else "["
                if stack and value[stack[-1]] == opener:
                    pairs.append((stack.pop(), offset + position + 1))
                else:
                    stack.clear()
            position += 1
        end = len(line)
        while end > position and line[end - 1] in " \t{[":
            end -= 1
        stack.extend(offset + at for at in range(end, len(line)) if line[at] in "{[")
        offset += len(line) + 1
    return sorted(pairs)


def _parsed(text: str) -> Any | None:
    """The array or object that a text is in JSON, or None."""
    import json

    try:
        return json.loads(text)
    except (ValueError, RecursionError, MemoryError):
        return None


def _compact(text: str) -> str:
    """JSON without the blanks outside of its strings; numbers and escapes stay as they are written."""
    kept: list[str] = []
    quoted = escaped = False
    for character in text:
        if quoted:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                quoted = False
        elif character.isspace():
            continue
        elif character == '"':
            quoted = True
        kept.append(character)
    return "".join(kept)


def _dedented(value: str, start: int, end: int) -> str:
    """A block without the indentation that it shares with the line it begins on: that is another rule's."""
    line = value.rfind("\n", 0, start) + 1
    margin = value[line : line + len(value[line:start]) - len(value[line:start].lstrip(" \t"))]
    return "\n".join(row.removeprefix(margin) for row in value[start:end].split("\n"))


def _is_records(data: Any, depth: int = 0) -> bool:
    """Whether JSON is data: three or more objects with the same keys and different values, none of them a stand-in.

    Schemas, tools, and examples of questions and answers are not.
    """
    values = list(data.values()) if isinstance(data, dict) else data if isinstance(data, list) else []
    if isinstance(data, dict) and _SCHEMA_KEYS.intersection(data):
        return False
    rows = [each for each in values if isinstance(each, dict)]
    if len(rows) >= _FEWEST and len(rows) == len(values):
        keys = set(rows[0])
        if (_SCHEMA_KEYS | _EXAMPLE_KEYS).intersection(key.lower() if key.islower() else key for key in keys):
            return False
        distinct = {repr(row) for row in rows}
        return (
            len(keys) > 1
            and all(set(row) == keys for row in rows)
            and len(distinct) >= _FEWEST
            and not any(_stands_in(cell) for row in rows for cell in row.values())
        )
    return depth < _DEEPEST and any(_is_records(each, depth + 1) for each in values)


def _stands_in(cell: Any) -> bool:
    """Whether a value says what is to stand in its place."""
    if isinstance(cell, list):
        return any(map(_stands_in, cell))
    if not isinstance(cell, str):
        return False
    text = cell.strip()
    return text.lower() in _PLACEHOLDERS or "..." in text or "|" in text or text[:1] in ("<", "[", "{") or text == ""


# --- what the lines around JSON say of it


def _introduces_form(before: str, *, wide: bool = False) -> bool:
    """Whether the lines that lead in to JSON, or the heading above, say that this is an answer's form or an example.

    `wide` takes more words for a sign: those about answering, wherever they stand, and the line before the last.
    """
    said = [line.strip() for line in before.split("\n")]
    lines = [line for line in said if _speaks(line) and not line.startswith(("```", "~~~"))]
    if _announces(said):
        return any(_speaks_of_form(line, wide=wide) for line in lines[-1:])
    heading = next((line for line in reversed(lines) if line.startswith(_HEADINGS)), "")
    if _FORM.intersection(words(heading)) or (wide and _ANSWER.intersection(words(heading))):
        return True
    # "Example 3", "Input: ...": what is under the first line is an example whatever the second calls it.
    if any(_speaks_of_form(line, wide=False) if wide else _EXAMPLES.intersection(words(line)) for line in lines[-2:-1]):
        return True
    return any(_speaks_of_form(line, wide=wide) for line in lines[-1:])


def _announces(lines: Sequence[str]) -> bool:
    """Whether the last line is a paragraph of its own that says what follows ("The orders of this customer:").

    Then no heading and no line above the paragraph in front of it says anything of what follows.
    """
    last = next((number for number in range(len(lines) - 1, -1, -1) if _speaks(lines[number])), 0)
    above = next((line for line in reversed(lines[: max(last - 1, 0)]) if line), "")
    alone = last > 1 and not lines[last - 1] and lines[last].endswith(":") and len(words(lines[last])) >= _FEWEST
    return alone and bool(above) and not above.startswith(_HEADINGS)


def _speaks(line: str) -> bool:
    return any(character.isalpha() for character in line if character != _VALUE)


def _refers_to_form(after: str) -> bool:
    """Whether the next line calls the JSON above it a form or an example."""
    return any(_speaks_of_form(line, wide=False) for line in [line for line in after.split("\n") if line.strip()][:1])


def _speaks_of_form(line: str, *, wide: bool) -> bool:
    said = words(line)
    if _FORM.intersection(said):
        return True
    if not _ANSWER.intersection(said):
        return False
    return wide or "json" in said or len(said) == 1
