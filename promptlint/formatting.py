"""`str.format` on templates: which fields a text has, and what stands in their place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from promptlint.extract.names import origin_of_name, volatility_of
from promptlint.extract.volatility import date_only
from promptlint.operations import MAX_FIELDS, Counter, Ruler, over_texts
from promptlint.template import LOST, Hole, Items, Message, Part, Span, Template, Text, Value, Volatility, texts

# A field: the name, attributes and items of its value, the conversion, and behind a colon the format.
_FIELD = re.compile(r"([^.\[!:]*)((?:\.[^.\[!:]*|\[[^\]]*\])*)(?:!([rsa]))?(?::(.*))?", re.DOTALL)
# Formats of a text that only put something beside it.
_PADS = re.compile(r"(?:.?[<>^])?0*\d{0,3}s?", re.DOTALL)
# What a name in braces, which nothing in sight fills, may have behind it to be a field: attributes and items, a
# conversion, a format of digits that is no value of a dict.
_LIKELY = re.compile(
    r"([A-Za-z_][A-Za-z0-9_.]*(?:\[[\w-]+\])*)(?:![rsa])?(?::(?:.?[<>^]\d+[a-z]?|\d*,?\.\d+[efg%]|,))?", re.IGNORECASE
)


def format_fields(value: str) -> list[tuple[int, int, str]] | None:
    """The replacement fields of a `str.format` template: start, end and what stands between the braces.

    A doubled brace is a field whose text is "{" or "}". None when `str.format` would raise `ValueError`.
    """
    fields: list[tuple[int, int, str]] = []
    position = 0
    while (found := _next_brace(value, position)) >= 0:
        if value.startswith(value[found], found + 1):
            fields.append((found, found + 2, value[found]))
            position = found + 2
            continue
        if value[found] == "}":
            return None
        depth, end = 1, found + 1
        while depth:
            end = _next_brace(value, end)
            if end < 0:
                return None
            depth += 1 if value[end] == "{" else -1
            end += 1
        fields.append((found, end, value[found + 1 : end - 1]))
        position = end
    return fields


_BRACE = re.compile("[{}]")


def _next_brace(value: str, position: int) -> int:
    match = _BRACE.search(value, position)
    return match.start() if match else -1


def likely_field(inner: str) -> str:
    """The value of a field that nothing in sight fills, by what stands between its braces; "" if that may be no field.

    `{name}`, `{user.name}`, `{name!r}` and `{price:.2f}` are, `{a: 1}` and `{result: ...}` are not.
    """
    match = _LIKELY.fullmatch(inner)
    return match[1] if match is not None else ""


def format_template(
    target: Template,
    positional: Sequence[Template],
    keywords: Mapping[str, Template],
    *,
    partial: bool = False,
) -> Template:
    """`target.format(*positional, **keywords)`. A field that nothing fills becomes a hole, or stays with `partial`.

    Text that `str.format` would refuse is left as it is.
    """
    counter = Counter()

    def change(ruler: Ruler) -> Template:
        fields = format_fields(ruler.value)
        if not fields or len(fields) > MAX_FIELDS:
            return ruler.cut(0, len(ruler.value))
        parts: list[Part] = []
        position = 0
        for start, end, inner in fields:
            parts.extend(ruler.cut(position, start))
            position = end
            if inner in ("{", "}"):
                if partial:
                    parts.extend(ruler.cut(start, end))
                else:
                    parts.append(ruler.text(inner, start, end))
                continue
            match = _FIELD.match(inner)
            name, path, conversion, spec = match.groups("") if match else ("", "", "", "")
            name = name.strip() or str(counter.take())
            value = keywords.get(name)
            if value is None and name.isdecimal() and len(name) < 6 and int(name) < len(positional):
                value = positional[int(name)]
            if value is None and partial:
                parts.extend(ruler.cut(start, end))
            elif value is None or match is None or match.end() < len(inner):
                # `{"result": ...}` is a brace that was not meant to be a field: its words say nothing.
                named = name.isidentifier() and match is not None and match.end() == len(inner)
                written = name + path if named else inner.strip() or name
                state = _volatility_of_field(name), origin_of_name(name)
                parts.append(_dated(Hole(written, ruler.place(start, end), *state), spec))
            else:
                parts.extend(_shown(value, (name, path, conversion, spec), ruler.place(start, end)))
        parts.extend(ruler.cut(position, len(ruler.value)))
        return tuple(parts)

    return over_texts(target, change, counter)


def _shown(value: Template, field: tuple[str, str, str, str], place: Span) -> Template:
    """What a field makes of its value: the text itself, blanks beside it, or a hole that is named for the value."""
    name, path, conversion, spec = field
    if not path and conversion in ("", "s") and not spec:
        return value
    known = value[0] if len(value) == 1 and type(value[0]) is Hole else None
    if known is not None:
        of_it = Hole(known.expression + path, place, known.volatility, known.origin) if path else known
        return (_dated(of_it, spec),)
    if not path and _PADS.fullmatch(spec) and all(type(part) is Text for part in value):
        given = "".join(part.value for part in value if type(part) is Text)
        made = format({"r": repr, "a": ascii}.get(conversion, str)(given), spec)
        if given in made:
            # What is put beside a text has the place of the field.
            before, _, after = made.partition(given) if given else (made, "", "")
            around = [(Text(put, place, False),) if put else () for put in (before, after)]
            return (*around[0], *value, *around[1])
    if any(texts(value)):
        return (Hole(name + path, place, Volatility.CONSTANT, LOST),)
    return (Hole(name + path, place, _volatility_of_field(name), origin_of_name(name)),)


def _dated(hole: Hole, spec: str) -> Hole:
    """A value in a format: of a clock that shows the day alone, a date."""
    if hole.origin == "clock" and "%" in spec and date_only(spec):
        return msgspec.structs.replace(hole, origin="date")
    return hole


def filled(target: Value, keywords: Mapping[str, Template]) -> Value:
    """A framework's template with values for its fields, by the rules of `str.format`.

    In a list of messages the fields have been read before: they are holes. A Jinja template is left as it is.
    """
    if type(target) is Items:
        return Items(tuple(filled(item, keywords) for item in target.items), target.span, target.complete)
    if type(target) is Message and isinstance(target.content, tuple):
        parts: list[Part] = []
        for part in target.content:
            parts.extend(keywords.get(part.expression, (part,)) if type(part) is Hole else (part,))
        return Message(target.role, tuple(parts), target.span, target.marker)
    if not isinstance(target, tuple):
        return target
    text = "".join(part.value for part in target if type(part) is Text)
    if any(f"{{{{{blank}{name}" in text for name in keywords for blank in ("", " ")):
        return target
    return format_template(target, [], keywords)


def _volatility_of_field(name: str) -> Volatility:
    return volatility_of(name) if name.isidentifier() else Volatility.UNKNOWN
