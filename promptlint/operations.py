"""String operations on templates: what `.format`, `%`, `dedent`, `strip`, `join` and the like make of one.

Targets and arguments are linked: no `Ref` and no `Apply` stands in them. A function gives None when what comes
out cannot be known; the caller then puts a hole there.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import msgspec

from promptlint.extract.names import origin_of_name, volatility_of
from promptlint.template import (
    LOST,
    Choice,
    Hole,
    Items,
    Message,
    Part,
    Ref,
    Repeat,
    Span,
    Template,
    Text,
    Value,
    Volatility,
    parts,
    texts,
)
from promptlint.template import Mapping as MappingValue

# Stands for a part that is not text while white space is measured; no prompt holds it.
OBJECT = "\ufffc"
MAX_REPEATED = 10_000
# A text with more fields is data, and each would become a part of its own; as many characters nothing adds to a prompt.
MAX_FIELDS, MAX_GROWN = 20_000, 1_000_000
_DIVIDED = frozenset({Choice, Repeat})
# Behind a choice or a loop among the items of a list: it stands for as many items as there are, not for one.
# Alone: no item.
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
            piece = slice_text(self.texts[index], start - base, end - base)
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

    def text(self, value: str, start: int, end: int) -> Text:
        """A text in the place of a part of the joined value; what stands between two literals is no part of it."""
        pieces = self.cut(start, max(end, start + 1)) or tuple(self.texts[-1:])
        span = pieces[0].span
        for piece in pieces[1:]:
            if (piece.span.file, piece.span.start) != (span.file, span.end):
                break
            span = Span(span.file, span.start, piece.span.end)
        return Text(value, span, False)

    def replaced(self, matches: Iterable[re.Match[str]], value: Callable[[re.Match[str]], Template]) -> Template:
        """The texts with a value in the place of every match in the joined value; the matches are in order."""
        parts: list[Part] = []
        position = 0
        for match in matches:
            parts.extend(self.cut(position, match.start()))
            parts.extend(value(match))
            position = match.end()
        parts.extend(self.cut(position, len(self.value)))
        return tuple(parts)


def slice_text(text: Text, low: int, high: int) -> Text | None:
    """The part of a text between two offsets, None when it is empty."""
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
            value = part.value if type(part) is Text else OBJECT
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
                if type(part) is Text:
                    piece = slice_text(part, start - base, end - base)
                    if piece is not None:
                        parts.append(piece)
                elif start <= base < end:
                    parts.append(part)
                index += 1
        return tuple(parts)


class Counter:
    """Fields that are filled by position: every branch of a choice counts on from the same number."""

    def __init__(self) -> None:
        self.next = 0

    def take(self) -> int:
        self.next += 1
        return self.next - 1


def over_texts(template: Template, change: Callable[[Ruler], Template], counter: Counter | None = None) -> Template:
    """Every maximal run of texts changed, in branches and loop bodies too; holes stay."""
    parts: list[Part] = []
    run: list[Text] = []
    for part in (*template, None):
        if type(part) is Text:
            run.append(part)
            continue
        if run:
            parts.extend(change(Ruler(run)))
            run = []
        match part:
            case None:
                pass
            case Choice():
                parts.append(Choice(part.condition, _over_branches(part.branches, change, counter)))
            case Repeat():
                body = over_texts(part.body, change, counter)
                parts.append(msgspec.structs.replace(part, body=body))
            case _:
                parts.append(part)
    return tuple(parts)


def _over_branches(
    branches: tuple[Template, ...], change: Callable[[Ruler], Template], counter: Counter | None
) -> tuple[Template, ...]:
    if counter is None:
        return tuple(over_texts(branch, change) for branch in branches)
    start, last = counter.next, counter.next
    changed: list[Template] = []
    for branch in branches:
        counter.next = start
        changed.append(over_texts(branch, change, counter))
        last = max(last, counter.next)
    counter.next = last
    return tuple(changed)


def literal(value: Value | None) -> str | None:
    """The string, if the template is static text and nothing else."""
    if type(value) is not tuple:
        return None
    if len(value) == 1:
        part = value[0]
        return part.value if type(part) is Text else None
    if not all(type(part) is Text for part in value):
        return None
    return "".join(part.value for part in value if type(part) is Text)


def takes(value: Value) -> bool:
    """Whether a parameter of the function around it, or an attribute of its object, may stand in a value."""
    for part in parts(value):
        if type(part) is Hole and (part.parameter or part.member[:1] == "*"):
            return True
        if type(part) is Ref and (part.fallback.parameter or part.fallback.member[:1] == "*"):
            return True
    return False


def several(part: Choice | Repeat) -> Template:
    """An item of a list that stands for any number of items."""
    return (part, SEVERAL)


def is_several(item: Value) -> bool:
    return isinstance(item, tuple) and item[-1:] == (SEVERAL,)


def exact(items: Items) -> bool:
    """Whether every item of the list stands for itself, so that they can be counted."""
    return items.complete and not any(is_several(item) or _perhaps(item) for item in items.items)


def _perhaps(item: Value) -> bool:
    """Whether an item is a message that is sent under a condition, or with every turn of a loop."""
    return type(item) is Message and (bool(item.when) or item.turn is not None)


def settled(template: Template) -> Template:
    """What items are as a text of their own, not joined."""
    if _DIVIDED.isdisjoint(map(type, template)):
        return template
    parts: list[Part] = []
    for part in template:
        if type(part) is Choice:
            parts.append(Choice(part.condition, tuple(settled(branch) for branch in part.branches)))
        elif type(part) is Repeat and part != SEVERAL:
            parts.append(msgspec.structs.replace(part, body=settled(part.body)))
        elif type(part) is not Repeat:
            parts.append(part)
    return tuple(parts)


def says(value: Value) -> bool:
    """Whether static text stands in a value, in a list or dict that it is, too."""
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, tuple):
            if any(True for _ in texts(one)):
                return True
        elif type(one) is Message:
            todo.append(one.content)
        else:
            todo += one.items if type(one) is Items else [item for _, item in one.entries]
    return False


def in_text(value: Value, what: str = "...") -> Template:
    """A value as it stands in a text: a template as it is, anything else as a hole."""
    if isinstance(value, tuple):
        return value
    origin = LOST if says(value) else ""
    if type(value) is Items:
        return (Hole(f"[{what}]", value.span, origin=origin),)
    if isinstance(value, MappingValue):
        return (Hole(f"{{{what}}}", value.span, origin=origin),)
    return (Hole(what, value.span, origin=origin),)


PERCENT = re.compile(
    r"%(?:\((?P<name>[^)]*)\))?[-#0 +]*(?P<size>(?:\*|\d+)?(?:\.(?:\*|\d+))?)[hlL]?(?P<kind>[diouxXeEfFgGcrsa%])"
)


def percent(target: Template, positional: Sequence[Template], keywords: Mapping[str, Template]) -> Template:
    """`target % values`, with a tuple of values or a dict."""
    counter = Counter()

    def change(ruler: Ruler) -> Template:
        if ruler.value.count("%") > MAX_FIELDS:
            return ruler.cut(0, len(ruler.value))

        def value(match: re.Match[str]) -> Template:
            if match["kind"] == "%":
                return (ruler.text("%", match.start(), match.end()),)
            place = ruler.place(match.start(), match.end())
            if match["name"] is not None:
                return _sized(_given(keywords, match["name"], place), match, place)
            for _ in range(match["size"].count("*")):
                # How wide it is, is among the values.
                counter.take()
            number = counter.take()
            if number >= len(positional):
                return (Hole(match.group(), place),)
            return _sized(positional[number], match, place)

        return ruler.replaced(PERCENT.finditer(ruler.value), value)

    return over_texts(target, change, counter)


def _sized(value: Template, match: re.Match[str], place: Span) -> Template:
    """A value as a field shows it: what a field makes of a text that it cuts, fills up or quotes is not known."""
    plain = not match["size"] and match["kind"] not in "ra"
    return value if plain or not any(texts(value)) else (Hole(match.group(), place, Volatility.CONSTANT, LOST),)


def _given(keywords: Mapping[str, Template], name: str, place: Span) -> Template:
    """The value of a field, or the hole that stands where it has none."""
    value = keywords.get(name)
    return (Hole(name, place, volatility_of(name), origin_of_name(name)),) if value is None else value


DOLLAR = re.compile(r"\$(?:(?P<escaped>\$)|(?P<named>[_a-zA-Z][_a-zA-Z0-9]*)|\{(?P<braced>[_a-zA-Z][_a-zA-Z0-9]*)\})")


def substitute(target: Template, keywords: Mapping[str, Template], *, partial: bool = False) -> Template:
    """`string.Template(target).substitute(**keywords)`; `partial` (`safe_substitute`) leaves what has no value."""

    def value(ruler: Ruler, match: re.Match[str]) -> Template:
        name = match["named"] or match["braced"]
        if name is None:
            return (ruler.text("$", match.start(), match.end()),)
        if partial and name not in keywords:
            return ruler.cut(match.start(), match.end())
        return _given(keywords, name, ruler.place(match.start(), match.end()))

    return _filled_in(target, "$", DOLLAR, value)


# A variable of a Mustache template, and the marks around its sections.
_MUSTACHE = re.compile(r"\{\{(?:\{ *(?P<plain>[\w.]+) *\}|[&]? *(?P<name>[\w.]+) *|[#^/!>=][^{}]*)\}\}")


def mustache(target: Template, keywords: Mapping[str, Template]) -> Template:
    """`chevron.render(target, keywords)`: the texts of its sections stand where they are written, each once."""

    def value(ruler: Ruler, match: re.Match[str]) -> Template:
        name = match["plain"] or match["name"]
        return _given(keywords, name, ruler.place(match.start(), match.end())) if name else ()

    return _filled_in(target, "{{", _MUSTACHE, value)


# A value, or a call of a function with what it is given. What stands in the role of a message stays where it is.
_KERNEL = re.compile(
    r"""(?<!=["'])\{\{-?\s*(?:(?P<said>"[^"]*"|'[^']*')|\$?(?!else\b)"""
    r"""(?P<name>[A-Za-z_](?:"[^"]*"|'[^']*'|[^{}"'\s]|\s++(?=\S))*?))\s*-?\}\}"""
)


def kernel(target: Template) -> Template:
    """A template of Semantic Kernel, in whichever of its languages: `{{$letter}}`, `{{time.today}}`, `{{letter}}`."""

    def value(ruler: Ruler, match: re.Match[str]) -> Template:
        if match["said"]:
            return ruler.cut(match.start("said") + 1, match.end("said") - 1)
        name = match["name"]
        return (Hole(name, ruler.place(match.start(), match.end()), volatility_of(name), origin_of_name(name)),)

    return _filled_in(target, "{{", _KERNEL, value)


def _filled_in(
    target: Template, sign: str, pattern: re.Pattern[str], value: Callable[[Ruler, re.Match[str]], Template]
) -> Template:
    """A template with a value for every field, which a pattern finds and which begins with a sign."""

    def change(ruler: Ruler) -> Template:
        if ruler.value.count(sign) > MAX_FIELDS:
            return ruler.cut(0, len(ruler.value))
        return ruler.replaced(pattern.finditer(ruler.value), lambda match: value(ruler, match))

    return over_texts(target, change)


def replace(target: Template, old: str, new: Template, count: int | None = None) -> Template:
    """`target.replace(old, new)`, or `target.replace(old, new, count)`."""
    if not old:
        return target
    counter = Counter()

    def change(ruler: Ruler) -> Template:
        if count is not None:
            found = (match for match in re.finditer(re.escape(old), ruler.value) if counter.take() < count)
            return ruler.replaced(found, lambda match: new)
        if ruler.value.count(old) > MAX_FIELDS:
            with_text = known if (known := literal(new)) is not None else OBJECT
            grown = ruler.value.count(old) * (len(with_text) - len(old)) > MAX_GROWN
            changed = ruler.value if grown else ruler.value.replace(old, with_text)
            return (ruler.text(changed, 0, len(ruler.value)),)
        return ruler.replaced(re.finditer(re.escape(old), ruler.value), lambda match: new)

    return over_texts(target, change, counter)


def strip(target: Template, characters: str | None = None, *, left: bool = True, right: bool = True) -> Template:
    """`target.strip(characters)`, `lstrip`, `rstrip`. A hole counts as text that is not blank."""
    if left:
        target = _bare(target, characters, True, _AT_EDGE, {})[0]
    if right:
        target = _bare(target, characters, False, _AT_EDGE, {})[0]
    return target


_INSIDE, _PERHAPS, _AT_EDGE = 0, 1, 2
# Templates without their blanks, by their identity and by where they begin: a branch may stand in many choices.
_Known: TypeAlias = dict[tuple[int, int], tuple[Template, int]]


def _bare(template: Template, characters: str | None, left: bool, where: int, known: _Known) -> tuple[Template, int]:
    """A template without the blanks at one of its ends, and where its other end then is.

    `where` it begins: at the edge, or only perhaps, behind a branch or a loop that may be empty. Blanks that may be
    inside are kept as a choice.
    """
    asked = id(template), where
    if asked in known:
        return known[asked]
    parts: list[Part] = []
    beside = ""
    for part in template if left else reversed(template):
        if where == _INSIDE:
            parts.append(part)
        elif type(part) is Text:
            value = part.value.lstrip(characters) if left else part.value.rstrip(characters)
            kept, size = len(value), len(part.value)
            blank = slice_text(part, 0, size - kept) if left else slice_text(part, kept, size)
            if blank is not None and where == _PERHAPS:
                parts.append(Choice(_stays(part.value, left, beside), ((blank,), ())))
            rest = slice_text(part, size - kept, size) if left else slice_text(part, 0, kept)
            if rest is not None:
                parts.append(rest)
                where = _INSIDE
        elif type(part) is Choice:
            ends = [_bare(branch, characters, left, where, known) for branch in part.branches]
            parts.append(Choice(part.condition, tuple(branch for branch, _ in ends)))
            beside = part.condition
            reached = {end for _, end in ends}
            where = reached.pop() if len(reached) == 1 else _PERHAPS
        elif type(part) is Repeat:
            body, _ = _bare(part.body, characters, left, _PERHAPS, known)
            parts.append(msgspec.structs.replace(part, body=body))
            where, beside = _PERHAPS, part.over
        else:
            parts.append(part)
            where = _INSIDE
    known[asked] = tuple(parts if left else reversed(parts)), where
    return known[asked]


def _stays(value: str, left: bool, beside: str) -> str:
    """What white space at an end of a text depends on that something may stand beyond, in the words of the text."""
    words = " ".join(value.split())
    if not words:
        return f"white space {'behind' if left else 'before'} what depends on {beside or 'something'} stays"
    said = words if len(words) <= _WORDS else f"{words[:_WORDS]}\u2026" if left else f"\u2026{words[-_WORDS:]}"
    return f'white space {"before" if left else "behind"} "{said}" stays'


# Characters of a text by which it is known again.
_WORDS = 24


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
            perhaps = Choice(f"item {number + 1} of those joined is not the last", (separator, ()))
            parts.extend(_each(template, (), (perhaps,)))
    if not items.complete and not any(is_several(template) for template in templates):
        parts.append(Hole("...", items.span, origin=LOST))
    return tuple(parts)


def _each(item: Template, before: Template, after: Template) -> Template:
    """An item, or each of several, with something in front and behind."""
    if not is_several(item):
        return (*before, *item, *after)
    if len(item) == 1:
        return ()
    part = item[0]
    if len(item) == 2 and type(part) is Repeat:
        return (msgspec.structs.replace(part, body=_each(part.body, before, after)),)
    if len(item) == 2 and type(part) is Choice:
        return (Choice(part.condition, tuple(_each(branch, before, after) for branch in part.branches)),)
    return (*before, *item[:-1], *after)


def times(target: Template, count: int) -> Template | None:
    """`target * count` of static text, as an atomic piece; None beyond `MAX_REPEATED` characters."""
    text = literal(target)
    if text is None or count * len(text) > MAX_REPEATED:
        return None
    if count <= 0 or not text:
        return ()
    ruler = Ruler([part for part in target if type(part) is Text])
    return target if count == 1 else (ruler.text(text * count, 0, len(text)),)


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
    if type(first) is Text:
        return (Text(first.value.capitalize(), first.span, False), *target[1:])
    if type(first) is Choice:
        return (Choice(first.condition, tuple(_capital(branch) for branch in first.branches)), *target[1:])
    return target


def cut(target: Template, start: int | None, stop: int | None) -> Template | None:
    """`target[start:stop]` of static text; None when a hole makes the offsets unknown."""
    if literal(target) is None:
        return None
    flat = Flat(target)
    low, high, _ = slice(start, stop).indices(len(flat.value))
    return flat.keep([(low, high)])


def indent(target: Template, prefix: Template) -> Template:
    """`textwrap.indent(target, prefix)`. A hole counts as a character that is not blank."""
    flat = Flat(target)
    parts: list[Part] = []
    for start, end in [match.span() for match in re.finditer(r"[^\n]*\n|[^\n]+", flat.value)]:
        if flat.value[start:end].strip():
            parts.extend(prefix)
        parts.extend(flat.keep([(start, end)]))
    return tuple(parts)
