"""String operations on templates: what `.format`, `%`, `dedent`, `strip`, `join` and the like make of one.

Targets and arguments are linked: no `Ref` and no `Apply` stands in them. A function gives None when what comes
out cannot be known; the caller then puts a hole there.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from promptlint.extract.names import volatility_of
from promptlint.template import Choice, Hole, Items, Part, Repeat, Span, Template, Text, Value, Volatility, texts
from promptlint.template import Mapping as MappingValue

# Stands for a part that is not text while white space is measured; no prompt holds it.
OBJECT = "\ufffc"
MAX_REPEATED = 10_000
# A text with more is data, and every field would become a part of its own.
MAX_FIELDS = 20_000
# Behind a choice or a loop among the items of a list: it stands for as many items as there are, not for one. Alone: no item.
SEVERAL = Repeat((), "", Span("", 0, 0), Volatility.CONSTANT)


class Ruler:
    """Cuts a run of texts by offsets of their joined value, keeping every piece's place in the source."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self.texts = texts
        self.starts: list[int] = []
        position = 0
        for text in texts:
            self.starts.append(position)
            position += len(text.value)
        self.value = "".join(text.value for text in texts)

    def cut(self, start: int, end: int) -> tuple[Text, ...]:
        """The texts between two offsets; a verbatim text is cut with its span, an atomic one keeps its whole span."""
        pieces: list[Text] = []
        index = max(bisect.bisect_right(self.starts, start) - 1, 0)
        while index < len(self.texts) and self.starts[index] < end:
            base = self.starts[index]
            piece = _slice(self.texts[index], start - base, end - base)
            if piece is not None:
                pieces.append(piece)
            index += 1
        return tuple(pieces)

    def place(self, start: int, end: int) -> Span:
        """The source span from the first to the last character of a part of the joined value.

        Where the part lies in pieces of several files, or in order reversed, it is the first piece's span.
        """
        pieces = self.cut(start, max(end, start + 1)) or tuple(self.texts[-1:])
        first, last = pieces[0].span, pieces[-1].span
        if first.file != last.file or last.end < first.start:
            return first
        return Span(first.file, first.start, last.end)


def _slice(text: Text, low: int, high: int) -> Text | None:
    low, high = max(low, 0), min(high, len(text.value))
    if low >= high:
        return None
    if low == 0 and high == len(text.value):
        return text
    if not text.verbatim:
        return Text(text.value[low:high], text.span, False)
    start = text.span.start
    return Text(text.value[low:high], Span(text.span.file, start + low, start + high), True)


class Flat:
    """A template laid out as one string, with one placeholder character for every part that is not text."""

    def __init__(self, template: Template) -> None:
        self.template = template
        self.starts: list[int] = []
        values: list[str] = []
        position = 0
        for part in template:
            value = part.value if isinstance(part, Text) else OBJECT
            self.starts.append(position)
            values.append(value)
            position += len(value)
        self.value = "".join(values)

    def keep(self, ranges: Iterable[tuple[int, int]]) -> Template:
        """The template made of these ranges of offsets, in order."""
        parts: list[Part] = []
        for start, end in ranges:
            index = max(bisect.bisect_right(self.starts, start) - 1, 0)
            while index < len(self.template) and self.starts[index] < end:
                part, base = self.template[index], self.starts[index]
                if isinstance(part, Text):
                    piece = _slice(part, start - base, end - base)
                    if piece is not None:
                        parts.append(piece)
                elif start <= base < end:
                    parts.append(part)
                index += 1
        return tuple(parts)


def over_texts(template: Template, change: Callable[[Ruler], Template]) -> Template:
    """Every maximal run of texts changed, in branches and loop bodies too; holes stay."""
    parts: list[Part] = []
    run: list[Text] = []
    for part in (*template, None):
        if isinstance(part, Text):
            run.append(part)
            continue
        if run:
            parts.extend(change(Ruler(run)))
            run = []
        match part:
            case None:
                pass
            case Choice():
                parts.append(Choice(part.condition, tuple(over_texts(branch, change) for branch in part.branches)))
            case Repeat():
                body = over_texts(part.body, change)
                parts.append(Repeat(body, part.over, part.span, part.volatility, part.grows))
            case _:
                parts.append(part)
    return tuple(parts)


def literal(value: Value | None) -> str | None:
    """The string, if the template is static text and nothing else."""
    if not isinstance(value, tuple):
        return None
    if not all(isinstance(part, Text) for part in value):
        return None
    return "".join(part.value for part in value if isinstance(part, Text))


def several(part: Choice | Repeat) -> Template:
    """An item of a list that stands for any number of items."""
    return (part, SEVERAL)


def is_several(item: Value) -> bool:
    return isinstance(item, tuple) and item[-1:] == (SEVERAL,)


def exact(items: Items) -> bool:
    """Whether every item of the list stands for itself, so that they can be counted."""
    return items.complete and not any(is_several(item) for item in items.items)


def settled(template: Template) -> Template:
    """What items are as a text of their own, not joined."""
    if not any(isinstance(part, Choice | Repeat) for part in template):
        return template
    parts: list[Part] = []
    for part in template:
        if isinstance(part, Choice):
            parts.append(Choice(part.condition, tuple(settled(branch) for branch in part.branches)))
        elif isinstance(part, Repeat) and part != SEVERAL:
            parts.append(Repeat(settled(part.body), part.over, part.span, part.volatility, part.grows))
        elif not isinstance(part, Repeat):
            parts.append(part)
    return tuple(parts)


def in_text(value: Value, what: str = "...") -> Template:
    """A value as it stands in a text: a template as it is, anything else as a hole."""
    if isinstance(value, tuple):
        return value
    if isinstance(value, Items):
        return (Hole(f"[{what}]", value.span),)
    if isinstance(value, MappingValue):
        return (Hole(f"{{{what}}}", value.span),)
    return (Hole(what, value.span),)


_FIELD_NAME = re.compile(r"[^.\[!:]*")


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


def format_template(
    target: Template,
    positional: Sequence[Template],
    keywords: Mapping[str, Template],
    *,
    complete: bool = True,
    partial: bool = False,
) -> Template:
    """`target.format(*positional, **keywords)`. A field that nothing fills becomes a hole, or stays with `partial`.

    Text that `str.format` would refuse is left as it is.
    """
    counter = 0

    def change(ruler: Ruler) -> Template:
        nonlocal counter
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
                    parts.append(Text(inner, ruler.place(start, end), False))
                continue
            match = _FIELD_NAME.match(inner)
            name = match.group().strip() if match else ""
            if not name:
                name, counter = str(counter), counter + 1
            value = keywords.get(name)
            if value is None and name.isdecimal() and int(name) < len(positional):
                value = positional[int(name)]
            if value is None and partial:
                parts.extend(ruler.cut(start, end))
            elif value is None or len(inner.strip()) > len(name):
                known = value[0] if value and isinstance(value[0], Hole) else None
                volatility = known.volatility if known else volatility_of(name)
                parts.append(Hole(inner.strip() or name, ruler.place(start, end), volatility, "name"))
            else:
                parts.extend(value)
        parts.extend(ruler.cut(position, len(ruler.value)))
        return tuple(parts)

    return over_texts(target, change)


_PERCENT = re.compile(
    r"%(?:\((?P<name>[^)]*)\))?[-#0 +]*(?:\*|\d+)?(?:\.(?:\*|\d+))?[hlL]?(?P<kind>[diouxXeEfFgGcrsa%])"
)


def percent(target: Template, positional: Sequence[Template], keywords: Mapping[str, Template]) -> Template:
    """`target % values`, with a tuple of values or a dict."""
    counter = 0

    def change(ruler: Ruler) -> Template:
        nonlocal counter
        parts: list[Part] = []
        position = 0
        for match in _PERCENT.finditer(ruler.value):
            parts.extend(ruler.cut(position, match.start()))
            position = match.end()
            place = ruler.place(match.start(), match.end())
            if match["kind"] == "%":
                parts.append(Text("%", place, False))
            elif match["name"] is not None:
                name = match["name"]
                parts.extend(keywords.get(name) or (Hole(name, place, volatility_of(name), "name"),))
            else:
                value = positional[counter] if counter < len(positional) else None
                counter += 1
                parts.extend(value or (Hole(match.group(), place),))
        parts.extend(ruler.cut(position, len(ruler.value)))
        return tuple(parts)

    return over_texts(target, change)


_DOLLAR = re.compile(r"\$(?:(?P<escaped>\$)|(?P<named>[_a-zA-Z][_a-zA-Z0-9]*)|\{(?P<braced>[_a-zA-Z][_a-zA-Z0-9]*)\})")


def substitute(target: Template, keywords: Mapping[str, Template]) -> Template:
    """`string.Template(target).substitute(**keywords)`."""

    def change(ruler: Ruler) -> Template:
        parts: list[Part] = []
        position = 0
        for match in _DOLLAR.finditer(ruler.value):
            parts.extend(ruler.cut(position, match.start()))
            position = match.end()
            place = ruler.place(match.start(), match.end())
            name = match["named"] or match["braced"]
            if name is None:
                parts.append(Text("$", place, False))
            else:
                parts.extend(keywords.get(name) or (Hole(name, place, volatility_of(name), "name"),))
        parts.extend(ruler.cut(position, len(ruler.value)))
        return tuple(parts)

    return over_texts(target, change)


def replace(target: Template, old: str, new: Template) -> Template:
    """`target.replace(old, new)`."""
    if not old:
        return target

    def change(ruler: Ruler) -> Template:
        parts: list[Part] = []
        position = 0
        for match in re.finditer(re.escape(old), ruler.value):
            parts.extend(ruler.cut(position, match.start()))
            parts.extend(new)
            position = match.end()
        parts.extend(ruler.cut(position, len(ruler.value)))
        return tuple(parts)

    return over_texts(target, change)


def strip(target: Template, characters: str | None = None, *, left: bool = True, right: bool = True) -> Template:
    """`target.strip(characters)`, `lstrip`, `rstrip`. A hole counts as text that is not blank."""
    if left:
        target = _bare(target, characters, True, _AT_EDGE)[0]
    if right:
        target = _bare(target, characters, False, _AT_EDGE)[0]
    return target


_INSIDE, _PERHAPS, _AT_EDGE = 0, 1, 2


def _bare(template: Template, characters: str | None, left: bool, where: int) -> tuple[Template, int]:
    """A template without the blanks at one of its ends, and where its other end then is.

    `where` it begins: at the edge, or only perhaps, behind a branch or a loop that may be empty. Blanks that may be
    inside are kept as a choice.
    """
    parts: list[Part] = []
    for part in template if left else reversed(template):
        if where == _INSIDE:
            parts.append(part)
        elif isinstance(part, Text):
            value = part.value.lstrip(characters) if left else part.value.rstrip(characters)
            kept, size = len(value), len(part.value)
            blank = _slice(part, 0, size - kept) if left else _slice(part, kept, size)
            if blank is not None and where == _PERHAPS:
                parts.append(Choice(f"blanks at {blank.span.start} are inside", ((blank,), ())))
            rest = _slice(part, size - kept, size) if left else _slice(part, 0, kept)
            if rest is not None:
                parts.append(rest)
                where = _INSIDE
        elif isinstance(part, Choice):
            ends = [_bare(branch, characters, left, where) for branch in part.branches]
            parts.append(Choice(part.condition, tuple(branch for branch, _ in ends)))
            reached = {end for _, end in ends}
            where = reached.pop() if len(reached) == 1 else _PERHAPS
        elif isinstance(part, Repeat):
            body, _ = _bare(part.body, characters, left, _PERHAPS)
            parts.append(Repeat(body, part.over, part.span, part.volatility, part.grows))
            where = _PERHAPS
        else:
            parts.append(part)
            where = _INSIDE
    return tuple(parts if left else reversed(parts)), where


_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_BLANKS = re.compile(r"[ \t]*")
_TAB_OR_ROW = re.compile(r"[\t\n\r]")


def _lines(value: str) -> list[tuple[int, int]]:
    return [match.span() for match in _LINE.finditer(value)]


def _indent(value: str, start: int, end: int) -> str | None:
    """The blanks in front of a line, or None when nothing else is on it."""
    match = _BLANKS.match(value, start, end)
    stop = match.end() if match else start
    return value[start:stop] if stop < end and value[stop] != "\n" else None


def _by_branch(target: Template, change: Callable[[Template], Template], ways: int = 8) -> Template:
    """A change that depends on all rows of a text, made for each way through the conditions with rows of their own."""
    for part in target:
        if isinstance(part, Choice) and 1 < len(part.branches) <= ways and any("\n" in text.value for text in texts((part,))):
            left = ways // len(part.branches)
            taken = [_taken(target, part.condition, number) for number in range(len(part.branches))]
            return (Choice(part.condition, tuple(_by_branch(way, change, left) for way in taken)),)
    return change(target)


def _taken(target: Template, condition: str, number: int) -> Template:
    """The template when a condition takes one of its branches."""
    parts: list[Part] = []
    for part in target:
        if isinstance(part, Choice) and part.condition == condition and number < len(part.branches):
            parts.extend(part.branches[number])
        else:
            parts.append(part)
    return tuple(parts)


def dedent(target: Template) -> Template:
    """`textwrap.dedent(target)`. A hole counts as a character that is not blank."""
    return _by_branch(target, _dedent)


def _dedent(target: Template) -> Template:
    flat = Flat(target)
    lines = _lines(flat.value)
    margin: str | None = None
    for start, end in lines:
        indent = _indent(flat.value, start, end)
        if indent is None:
            continue
        if margin is None or margin.startswith(indent):
            margin = indent
        elif not indent.startswith(margin):
            common = 0
            while common < min(len(margin), len(indent)) and margin[common] == indent[common]:
                common += 1
            margin = margin[:common]
    ranges = []
    for start, end in lines:
        if _indent(flat.value, start, end) is None:
            start = max(end - 1, start) if flat.value.endswith("\n", start, end) else end
        else:
            start += len(margin or "")
        ranges.append((start, end))
    return flat.keep(ranges)


def _expand_tabs(target: Template) -> Template:
    """`.expandtabs()`: a tab behind a hole, on the same line, is any number of blanks."""
    column: int | None = 0
    parts: list[Part] = []
    for part in target:
        if not isinstance(part, Text):
            parts.append(part)
            column = None
            continue
        start = 0
        for match in _TAB_OR_ROW.finditer(part.value):
            if match.group() != "\t":
                column = 0
                continue
            parts.extend(filter(None, [_slice(part, start, match.start())]))
            line = max(part.value.rfind("\n", 0, match.start()), part.value.rfind("\r", 0, match.start())) + 1
            place = _slice(part, match.start(), match.end())
            assert place is not None
            if column is None:
                parts.append(Repeat((Text(" ", place.span, False),), "tab", place.span, Volatility.CONSTANT))
            else:
                column += match.start() - max(line, start)
                parts.append(Text(" " * (8 - column % 8), place.span, False))
                column += 8 - column % 8
            start = match.end()
        rest = _slice(part, start, len(part.value))
        if rest is not None:
            parts.append(rest)
            line = max(part.value.rfind("\n"), part.value.rfind("\r")) + 1
            column = None if column is None and not line else (column or 0) + len(part.value) - max(line, start)
    return tuple(parts)


def cleandoc(target: Template) -> Template:
    """`inspect.cleandoc(target)`. A hole counts as a character that is not blank."""
    return _by_branch(target, _cleandoc)


def _cleandoc(target: Template) -> Template:
    flat = Flat(_expand_tabs(target))
    value = flat.value
    lines = _lines(value)
    widths = [len(indent) for start, end in lines[1:] if (indent := _indent(value, start, end)) is not None]
    margin = min(widths, default=0)
    ranges: list[tuple[int, int]] = []
    for number, (start, end) in enumerate(lines):
        indent = _indent(value, start, end)
        text_end = end - 1 if value.endswith("\n", start, end) else end
        if number == 0:
            start = start + len(indent) if indent is not None else text_end
        else:
            start = min(start + margin, text_end)
        ranges.append((start, end))

    def blank(line: tuple[int, int]) -> bool:
        return value[line[0] : line[1]] in ("", "\n")

    while ranges and blank(ranges[-1]):
        ranges.pop()
    while ranges and blank(ranges[0]):
        ranges.pop(0)
    if ranges and value.endswith("\n", *ranges[-1]):
        ranges[-1] = (ranges[-1][0], ranges[-1][1] - 1)
    return flat.keep(ranges)


def join(separator: Template, items: Items) -> Template | None:
    """`separator.join(items)`; a loop or a condition among the items takes its separator in."""
    templates = [in_text(item) for item in items.items]
    certain = [number for number, template in enumerate(templates) if not is_several(template)]
    first = certain[0] if certain else len(templates)
    parts: list[Part] = []
    for number, template in enumerate(templates):
        if number == first:
            parts.extend(template)
        elif number > first:
            parts.extend(_each(template, separator, ()))
        elif certain or not separator:
            parts.extend(_each(template, (), separator))
        else:
            # Behind the last item that is there, which may be this one, stands none.
            perhaps = Choice(f"item {number} is not the last", (separator, ()))
            parts.extend(_each(template, (), (perhaps,)))
    if not items.complete and not any(is_several(template) for template in templates):
        parts.append(Hole("...", items.span))
    return tuple(parts)


def _each(item: Template, before: Template, after: Template) -> Template:
    """An item, or each of several, with something in front and behind."""
    if not is_several(item):
        return (*before, *item, *after)
    if len(item) == 1:
        return ()
    part = item[0]
    if len(item) == 2 and isinstance(part, Repeat):
        return (Repeat(_each(part.body, before, after), part.over, part.span, part.volatility, part.grows),)
    if len(item) == 2 and isinstance(part, Choice):
        return (Choice(part.condition, tuple(_each(branch, before, after) for branch in part.branches)),)
    return (*before, *item[:-1], *after)


def times(target: Template, count: int) -> Template | None:
    """`target * count` of static text, as an atomic piece; None beyond `MAX_REPEATED` characters."""
    text = literal(target)
    if text is None or count * len(text) > MAX_REPEATED:
        return None
    if count <= 0 or not text:
        return ()
    ruler = Ruler([part for part in target if isinstance(part, Text)])
    return target if count == 1 else (Text(text * count, ruler.place(0, len(text)), False),)


def recase(target: Template, change: Callable[[str], str]) -> Template:
    """`.upper()`, `.lower()` and the like; the pieces become atomic."""

    def over(ruler: Ruler) -> Template:
        value = change(ruler.value)
        if len(value) != len(ruler.value):
            return tuple(Text(change(text.value), text.span, False) for text in ruler.texts)
        ends = zip(ruler.starts, ruler.texts, strict=True)
        return tuple(Text(value[start : start + len(text.value)], text.span, False) for start, text in ends)

    return over_texts(target, over)


def capitalize(target: Template) -> Template:
    """`.capitalize()`: a hole in front may be empty, but is taken for text."""
    return _capital(recase(target, str.lower))


def _capital(target: Template) -> Template:
    first = target[0] if target else None
    if isinstance(first, Text):
        return (Text(first.value.capitalize(), first.span, False), *target[1:])
    if isinstance(first, Choice):
        return (Choice(first.condition, tuple(_capital(branch) for branch in first.branches)), *target[1:])
    return target


def cut(target: Template, start: int | None, stop: int | None) -> Template | None:
    """`target[start:stop]` of static text; None when a hole makes the offsets unknown."""
    if literal(target) is None:
        return None
    flat = Flat(target)
    low, high, _ = slice(start, stop).indices(len(flat.value))
    return flat.keep([(low, high)])
