"""Fields of texts that nothing in sight fills: `{name}` and Jinja syntax, which a framework or a caller fills later."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from promptlint import operations
from promptlint.applied import as_jinja, parsed
from promptlint.extract.names import origin_of_name, volatility_of
from promptlint.extract.volatility import TELLING
from promptlint.formatting import format_fields, likely_field
from promptlint.operations import over_texts
from promptlint.template import Choice, Hole, Part, Repeat, Span, Template, Text, Value, Volatility, texts

_ROOT = re.compile(r"[A-Za-z_]\w*")
_JINJA = re.compile(r"\{%-?\s*\w|\{\{-?\s*[A-Za-z_][\w.]*(?:\s*\|[^}]*)?\s*-?\}\}")


def likely(template: Template) -> Template:
    """A template that nothing in sight fills: that its values change is no more than likely."""
    return _levelled(template, _likely)


def _likely(level: Volatility) -> Volatility:
    return level if level <= Volatility.DEPLOY else Volatility.UNKNOWN


def made_once(template: Template) -> Template:
    """What a call outside of any function gives back: it is computed once in a process."""
    return _levelled(template, lambda level: Volatility.DEPLOY if level is Volatility.UNIQUE else level)


def _levelled(template: Template, change: Callable[[Volatility], Volatility]) -> Template:
    """A template whose values change as often as `change` says of how often they did."""
    parts: list[Part] = []
    for part in template:
        match part:
            case Hole():
                parts.append(msgspec.structs.replace(part, volatility=change(part.volatility)))
            case Choice():
                parts.append(Choice(part.condition, tuple(_levelled(branch, change) for branch in part.branches)))
            case Repeat():
                level = change(part.volatility)
                parts.append(msgspec.structs.replace(part, body=_levelled(part.body, change), volatility=level))
            case _:
                parts.append(part)
    return tuple(parts)


def named_for(template: Template, body: Span | None, parameters: set[str]) -> Template:
    """What a function gives back whose name says that it changes seldom (`list_tools`): so do the values made in it.

    That is, in its `body`, and not of its `parameters`, as far as their own names are all that is known of them.
    """
    if body is None:
        return template
    parts: list[Part] = []
    for part in template:
        match part:
            case Hole(span=span, origin="name" | "", volatility=Volatility.REQUEST):
                own = span.file == body.file and body.start <= span.start < body.end
                root = _ROOT.match(part.expression)
                if own and (root is None or root.group() not in parameters):
                    part = msgspec.structs.replace(part, volatility=Volatility.DEPLOY)
                parts.append(part)
            case Choice():
                branches = tuple(named_for(branch, body, parameters) for branch in part.branches)
                parts.append(Choice(part.condition, branches))
            case _:
                parts.append(part)
    return tuple(parts)


def guess_fields(template: Template) -> Template:
    """`{name}` in a text that nothing in sight fills: a field filled elsewhere. Jinja syntax is read as Jinja."""
    if not any("{" in text.value for text in texts(template)):
        return template
    written = tuple([part for part in template if type(part) is Text])
    if len(written) == len(template) and _JINJA.search("".join([part.value for part in written])):
        found = parsed(written)
        if found is not None:
            return likely(found)

    def change(ruler: operations.Ruler) -> Template:
        parts: list[Part] = []
        position = 0
        fields = format_fields(ruler.value)
        if fields is None or not all(name in ("{", "}") or likely_field(name) for _, _, name in fields):
            # `str.format` would not take it: braces of JSON or code.
            fields = []
        for start, end, name in fields:
            pieces = ruler.cut(start, end)
            if name in ("{", "}") or not all(piece.verbatim for piece in pieces):
                # A brace that an f-string has doubled is meant to stay one.
                continue
            parts.extend(ruler.cut(position, start))
            position = end
            # Nothing in sight fills it, so what the name says is no more than likely.
            name = likely_field(name)
            level = _likely(volatility_of(name))
            parts.append(Hole(name, ruler.place(start, end), level, origin_of_name(name)))
        parts.extend(ruler.cut(position, len(ruler.value)))
        return tuple(parts)

    return over_texts(template, change)


# Fields of `%` and of `string.Template`, which have names.
_NAMED = re.compile(r"%\(\w+\)[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]|\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})")


def named_fields(template: Template) -> Template:
    """A text with `%(name)s`, `$name`, `${name}` and what is Jinja as values, whether anything fills them or not."""
    if any("{{" in text.value or "{%" in text.value for text in texts(template)):
        template = as_jinja(template, (), Span("", 0, 0))

    def change(ruler: operations.Ruler) -> Template:
        def value(match: re.Match[str]) -> Template:
            return (Hole(match[0], ruler.place(match.start(), match.end())),)

        return ruler.replaced(_NAMED.finditer(ruler.value), value)

    return over_texts(template, change)


def used_at(place: Hole, value: Value) -> Value:
    """A run-time value where it is used, with what is known of it where it comes from."""
    hole = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    if type(hole) is not Hole or hole.origin not in TELLING:
        return value
    frozen = place.volatility is Volatility.DEPLOY and hole.volatility > Volatility.DEPLOY
    level = Volatility.DEPLOY if frozen else hole.volatility
    return (msgspec.structs.replace(place, volatility=level, origin=hole.origin),)
