"""What a value says as one text, and where its static texts stand."""

from __future__ import annotations

from promptlint.extract.state import has_text
from promptlint.template import Apply, Choice, Hole, Items, Message, Part, Ref, Repeat, Span, Template, Text, Value


def sample(template: Template, limit: int = 8_000) -> str:
    """The text of a template with `{name}` in the place of what is put in, up to about `limit` characters."""
    if len(template) == 1 and type(first := template[0]) is Text:
        return first.value
    values: list[str] = []
    size = 0
    stack: list[Template] = [template]
    while stack and size < limit:
        parts = stack.pop()
        for number, part in enumerate(parts):
            value = ""
            if type(part) is Text:
                value = part.value
            elif type(part) is Hole or _picked(part):
                value = "{x}"
            elif type(part) is Choice or type(part) is Repeat or type(part) is Apply:
                apart = type(part) is Apply and part.operation == "join" and not has_text(part.target)
                ways = _joined(part) if apart else _inner(part)
                inner = next((way for way in ways if has_text(way)), ways[0])
                stack.append(parts[number + 1 :])
                if isinstance(inner, tuple):
                    stack.append(inner)
                break
            values.append(value)
            if (size := size + len(value)) >= limit:
                break
    return "".join(values)


def _picked(part: Part) -> bool:
    """Whether a part is one of several things of which none is known."""
    return type(part) is Apply and part.operation == "item" and not has_text(part.target)


def _inner(part: Choice | Repeat | Apply) -> tuple[Value, ...]:
    """What a part is made of."""
    if type(part) is Choice:
        return part.branches
    return (part.body,) if type(part) is Repeat else (part.target,)


def _joined(part: Choice | Repeat | Apply) -> tuple[Value, ...]:
    """What is joined by a separator that is not known, one after the other."""
    assert type(part) is Apply
    value = part.arguments.positional[0]
    items = value.items if type(value) is Items else (value,)
    return (tuple(piece for item in items if isinstance(item, tuple) for piece in item),)


def extent(value: Value) -> Span | None:
    """From the first to the last static text of a value, as far as it stands in one file."""
    first = last = None
    for template in templates(value):
        for part in template:
            span = part.span if type(part) is Text else None
            if type(part) is Choice or type(part) is Repeat or type(part) is Apply:
                # What stands between the texts that are joined, and these.
                joined = part.arguments.positional if type(part) is Apply and part.operation == "join" else ()
                ways = [extent(one) for one in _inner(part) if isinstance(one, tuple)] + [extent(one) for one in joined]
                for span in ways:
                    if span is not None:
                        first, last = first or span, span
                continue
            if span is not None:
                first, last = first or span, span
    if first is None or last is None:
        return None
    if first.file != last.file or last.end < first.start:
        return first
    return Span(first.file, first.start, last.end)


def read_at(value: Template) -> Span | None:
    """Where a text that stands elsewhere is read."""
    return value[0].fallback.span if type(value[0]) is Ref else None


def templates(value: Value) -> list[Template]:
    """The templates in a value, containers opened."""
    if isinstance(value, tuple):
        return [value]
    if type(value) is Message:
        return []
    items = value.items if type(value) is Items else tuple(item for _, item in value.entries)
    return [template for item in items for template in templates(item)]
