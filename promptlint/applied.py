"""The operations that waited for their target: `str.format`, `join`, `dedent`, Jinja and the like, by their names.

Each is given a linked template, its arguments, and the `Apply` that it was written as.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from promptlint import loading, margins, operations
from promptlint.extract.bounds import MIN_DEFAULT, bounded
from promptlint.extract.extents import sample
from promptlint.extract.facts import Facts, Syntax
from promptlint.extract.iteration import KEYS, one_of, spread
from promptlint.extract.joins import join_branches, optional
from promptlint.extract.joins import one_of as one_list
from promptlint.extract.joins import ways as ways_of
from promptlint.extract.lists import but_for_empty
from promptlint.extract.patterns import lazy
from promptlint.extract.places import SPREAD, replaced, with_value
from promptlint.extract.reads import instructs, reads_like_prompt
from promptlint.extract.state import has_text, single_hole, state_of
from promptlint.extract.subscripts import ASKED, SOME
from promptlint.formatting import format_template
from promptlint.operations import in_text, literal
from promptlint.template import (
    OPEN,
    Apply,
    Choice,
    Condition,
    Hole,
    Items,
    Mapping,
    Message,
    Part,
    Ref,
    Repeat,
    Span,
    Template,
    Text,
    Value,
    by_key,
    holes,
    in_turn,
    parts,
    texts,
    way,
)

if TYPE_CHECKING:
    from promptlint.link import Linker

# Values of a table of which one may be taken.
MAX_BRANCHES = 32
# Items of a list out of which some are cut, of which it differs where they stand.
MAX_CUT = 500

# Parts of a text that a template is filled with, and characters of it that are looked at.
MAX_PUT_IN, MAX_SAID = 60, 2_000
# What fills the fields of a template that is none of a framework.
_FORMATS = frozenset({"format", "format_map", "substitute", "safe_substitute", "replace"})

Operation: TypeAlias = Callable[[Template, list[Value], dict[str, Value], Apply], Template | None]


def by_name(values: dict[str, Value]) -> dict[str, Template]:
    """What is given by name, in a dict too (`**row`), as it stands in a text."""
    row = values.get(SPREAD)
    if row is not None:
        values = {**(dict(row.entries) if type(row) is Mapping else {}), **values}
        values.pop(SPREAD, None)
    return {name: in_text(value, name) for name, value in values.items()}


def _format(target: Template, positional: list[Value], keywords: dict[str, Value], part: Apply) -> Template | None:
    return format_template(target, [in_text(value) for value in positional], by_name(keywords))


def _format_map(target: Template, positional: list[Value], keywords: dict[str, Value], part: Apply) -> Template | None:
    values = dict(positional[0].entries) if positional and type(positional[0]) is Mapping else {}
    return format_template(target, [], by_name(values))


def _substituted(partial: bool) -> Operation:
    def substitute(
        target: Template, positional: list[Value], keywords: dict[str, Value], part: Apply
    ) -> Template | None:
        given = positional[0] if positional else None
        if given is not None and type(given) is not Mapping:
            # Which of its fields a dict fills that is not known is not known, either.
            return operations.substitute(target, by_name(keywords))
        held = dict(given.entries) if type(given) is Mapping else {}
        whole = type(given) is not Mapping or given.complete
        return operations.substitute(target, by_name({**held, **keywords}), partial=partial and whole)

    return substitute


def _partial(target: Template, positional: list[Value], keywords: dict[str, Value], part: Apply) -> Template | None:
    return format_template(target, [], by_name(keywords), partial=True)


def _percent(target: Template, positional: list[Value], keywords: dict[str, Value], part: Apply) -> Template | None:
    value = positional[0] if positional else ()
    if type(value) is Items:
        fields = (field for text in texts(target) for field in operations.PERCENT.finditer(text.value))
        if len(value.items) > 1 and sum(field["kind"] != "%" for field in fields) == 1:
            # A list is one value; a tuple would have one for each field.
            return operations.percent(target, [in_text(value)], {})
        return operations.percent(target, [in_text(item) for item in value.items], {})
    if type(value) is Mapping and not value.kind:
        return operations.percent(target, [], by_name(dict(value.entries)))
    return operations.percent(target, [in_text(value)], {})


def _replace(target: Template, positional: list[Value], keywords: dict[str, Value], part: Apply) -> Template | None:
    """What is replaced, and by what, one after another: a chain of calls is one operation."""
    if len(positional) < 2:
        return None
    result, count = target, None
    if len(positional) == 3:
        number = single_hole(positional[2])
        count = int(number.expression) if number is not None and number.expression.isdecimal() else None
    for wanted, given in zip(positional[::2], positional[1::2], strict=False):
        old = literal(wanted)
        if not old or (len(result) == 1 and type(result[0]) is Hole):
            return None
        result = operations.replace(result, old, in_text(given), count)
    return result


def _stripped(left: bool, right: bool) -> Operation:
    def strip(target: Template, positional: list[Value], keywords: dict[str, Value], part: Apply) -> Template | None:
        characters = literal(positional[0]) if positional else None
        return operations.strip(target, characters, left=left, right=right)

    return strip


def _cut_fixed(prefix: bool) -> Operation:
    def remove(target: Template, positional: list[Value], keywords: dict[str, Value], part: Apply) -> Template | None:
        fixed = literal(positional[0]) if positional else None
        flat = operations.Flat(target)
        if not fixed:
            return None
        if prefix and flat.value.startswith(fixed):
            return flat.keep([(len(fixed), len(flat.value))])
        if not prefix and flat.value.endswith(fixed):
            return flat.keep([(0, len(flat.value) - len(fixed))])
        return target

    return remove


def _join(target: Template, positional: list[Value], keywords: dict[str, Value], part: Apply) -> Template | None:
    value = positional[0] if positional else None
    if type(value) is Mapping or (isinstance(value, tuple) and value):
        return None
    return operations.join(target, value) if type(value) is Items else None


def _indent(target: Template, positional: list[Value], keywords: dict[str, Value], part: Apply) -> Template | None:
    prefix = positional[1] if len(positional) > 1 else keywords.get("prefix")
    if prefix is None or len(positional) > 2 or "predicate" in keywords:
        return None
    return operations.indent(target, in_text(prefix))


def _slice(target: Template, positional: list[Value], keywords: dict[str, Value], part: Apply) -> Template | None:
    ends = _ends(positional)
    # Letters that are left out, or turned around, are another text.
    return None if ends is None or ends[2] != 1 else operations.cut(target, *ends[:2])


def sliced(target: Items, positional: list[Value]) -> Items:
    """The items between two ends, or, where these are not known, some of them."""
    ends = _ends(positional)
    if ends is None:
        return msgspec.structs.replace(target, complete=target.complete and not target.items)
    if operations.exact(target):
        return Items(target.items[slice(*ends)], target.span)
    if ends[2] != 1:
        return msgspec.structs.replace(target, complete=False)
    return _cut_ways(target, ends[0] or 0, -(ends[1] or 0))


def changed(part: Apply, target: Value, positional: list[Value]) -> Value:
    """A list with a message that was inserted, or one of whose messages says something else.

    Where these stand is not known behind an item that there may be more of, or none: then what is inserted is not told,
    nor what another message may say by now.
    """
    if part.operation == OPEN:
        return _opened(part, target)
    if part.operation == "kept":
        return but_for_empty(target) if type(target) is Items else (part.fallback,)
    hole, (written, value) = part.fallback, positional
    if type(target) is not Items:
        body = target if isinstance(target, tuple) and target else (hole,)
        if part.operation == "put":
            return body
        unread = operations.several(Repeat(body, hole.expression, hole.span, hole.volatility))
        return Items((unread,), part.span, False)
    at, inserts, items = int(literal(written) or 0), part.operation == "insert", target.items
    counted = items[: at + (not inserts)] if at >= 0 else items[at:]
    known = (target.complete or at >= 0) and len(counted) >= (abs(at) if at < 0 else at + (not inserts))
    if known and operations.exact(Items(counted, target.span)):
        if inserts:
            return Items((*items[:at], value, *items[at:]), target.span, target.complete)
        return with_value(target, [at] if type(value) is Message else [at, "content"], value)
    if inserts or not -len(items) <= at < len(items):
        return Items(items, part.span, False)
    reached = [item for item in counted if not _stands(item)]
    if len(reached) == 1 and reached[0] is items[at] and operations.is_several(items[at]):
        # It is one of these, if there are any.
        return Items(items, part.span, False)
    kept = itertools.takewhile(_stands, counted) if at >= 0 else ()
    return Items((*kept, *filter(_collection, items)), part.span, False)


def _opened(part: Apply, target: Value) -> Value:
    """A list that has been changed in a way that is not followed, as far as something is asked of it as a whole."""
    return Items(target.items, part.span, False) if type(target) is Items else target


def _stands(item: Value) -> bool:
    return operations.exact(Items((item,), Span("", 0, 0)))


def summed(hole: Hole, values: list[Value]) -> Value:
    """Texts, or lists, that are added to each other; `hole` for anything else."""
    if any(type(value) is Items for value in values):
        lists = [value if type(value) is Items else Items((spread(value),), hole.span) for value in values]
        items = tuple(item for each in lists for item in each.items)
        return bounded(Items(items, lists[0].span, all(each.complete for each in lists)))
    told = [value for value in values if isinstance(value, tuple)]
    if len(told) < len(values) or not any(True for value in told for _ in texts(value)):
        return (hole,)
    return bounded(tuple(part for value in told for part in value))


def _cut_ways(target: Items, front: int, back: int) -> Items:
    """A list of which other items stand there on other ways, without so many at either end.

    A collection among them, of which nothing is known, keeps all that it has. Where more than one condition decides
    what stands there, or an end is counted from the other one, it is not known what is cut off.
    """
    where = [_there(item) for item in target.items]
    about = {each[0] for each in where if each is not None}
    if len(about) > 1 or front < 0 or back < 0 or len(where) > MAX_CUT:
        return msgspec.structs.replace(target, complete=False)
    kept: dict[bool, set[int]] = {}
    for holds in (True, False) if about else (True,):
        here = [at for at, each in enumerate(where) if each is None or each[1] is holds]
        first = next((at for at, index in enumerate(here) if _collection(target.items[index])), len(here))
        last = next((at for at, index in enumerate(reversed(here)) if _collection(target.items[index])), len(here))
        kept[holds] = set(here[min(front, first) : len(here) - min(back, last)])
    items: list[Value] = []
    for at, item in enumerate(target.items):
        ways = [holds for holds in kept if at in kept[holds]]
        if ways and where[at] is None and len(ways) < len(kept):
            item = optional(Condition(next(iter(about))), item, ways[0])
        items += [item] if ways else []
    return Items(tuple(items), target.span, target.complete)


def _there(item: Value) -> tuple[str, bool] | None:
    """The condition under which an item stands in a list, and whether that holds then; None: it always does."""
    if type(item) is Message and item.when:
        return item.when[0] if len(item.when) == 1 else (" and ".join(text for text, _ in item.when), True)
    part = item[0] if isinstance(item, tuple) and operations.is_several(item) else None
    if type(part) is Choice and len(found := ways_of(part)) == 1 and not operations.is_several(found[0][2]):
        return found[0][0].text, found[0][1]
    return None


def _collection(item: Value) -> bool:
    """Whether an item of a list stands for any number of them."""
    return isinstance(item, tuple) and operations.is_several(item) and _there(item) is None


def _ends(positional: list[Value]) -> tuple[int | None, int | None, int] | None:
    """Where a slice begins and ends, and how far it goes on each time."""
    written = (literal(positional[0]) if positional else "") or ","
    if written == SOME:
        return None
    low, high, step = (*written.split(","), "")[:3]
    return int(low) if low else None, int(high) if high else None, int(step) if step else 1


def or_default(hole: Hole, positional: list[Value]) -> Template:
    """What a table of which nothing is known has under a key, or the text to be taken if it has nothing there."""
    default = positional[1] if len(positional) > 1 else ()
    told = isinstance(default, tuple) and sum(len(text.value) for text in texts(default)) >= MIN_DEFAULT
    return (Choice(hole.expression, ((hole,), default)),) if told and isinstance(default, tuple) else (hole,)


def picked(part: Apply, target: Value, positional: list[Value], keywords: dict[str, Value]) -> Value | None:
    """What stands in a value under a key, or at one turn of a loop; None where nothing is known of it."""
    if KEYS in keywords and type(target) is Mapping:
        # The keys of a dict are no texts.
        return None
    asked = literal(keywords.get(ASKED)) or f"key of {part.fallback.expression}"
    found = _found(target, positional, part.fallback, asked)
    if ASKED in keywords and isinstance(found, tuple) and len(found) == 1 and type(choice := found[0]) is Choice:
        key = single_hole(positional[0])
        if key is not None and key.origin == "loop":
            return (msgspec.structs.replace(choice, condition=in_turn(choice.condition)),)
    inner = part.target[0] if isinstance(part.target, tuple) and len(part.target) == 1 else None
    hole = single_hole(found) if found is not None else None
    if hole is not None and type(inner) is Apply and hole.span == inner.fallback.span:
        # Of what a loop goes through nothing is known but that this is a part of it.
        return None
    return found


def item_of(linker: Linker, value: Value, facts: Facts) -> tuple[Value, Facts]:
    """One of several that a function gives back, as its file says it: `agent, desk = opened()`. Others stay."""
    part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    if type(part) is not Apply or part.operation != "item":
        return value, facts
    target, home = linker.origin(part.target, facts, False)
    at = list(part.arguments.positional)
    found = _found(target, at, part.fallback, "") if type(target) is Items and at and literal(at[0]) else None
    return (value, facts) if found is None else (found, home)


def _found(target: Value, positional: list[Value], hole: Hole, about: str) -> Value | None:
    """The same, with `hole` for the items that are not in sight; `about`: how the key is written."""
    condition = hole.expression
    key = literal(positional[0]) if positional else None
    default = positional[1] if len(positional) > 1 else None
    asked = single_hole(positional[0]) if positional else None
    if asked is not None and asked.origin == "loop":
        return one_of(target, condition, (hole,))
    if key is None:
        # What an object notes of itself stands under no key.
        held = target.entries if type(target) is Mapping and target.complete else ()
        entries = [each for each in held if not each[0].startswith("@")]
        keys, values = [name for name, _ in entries], [item for _, item in entries]
        if values and len(values) <= MAX_BRANCHES and all(type(item) is Mapping for item in values):
            # Tables of one form, of which one is taken: by languages, by models.
            return _table(values, keys, about)
        values += [default] if values and default is not None else []
        lists = [value for value in values if type(value) is Items and any(type(one) is Message for one in value.items)]
        if lists and len(lists) == len(values) <= MAX_BRANCHES:
            # Conversations to begin with: by languages, by tasks.
            return one_list(by_key(about, keys, default is not None), lists, len(values))
        branches = tuple(value for value in values if isinstance(value, tuple))
        if not branches or not len(branches) == len(values) <= MAX_BRANCHES:
            return None
        return (Choice(by_key(about, keys, default is not None), branches),)
    if type(target) is Mapping:
        found = target.get(key)
        if found is not None and replaced(target, key):
            return or_default(hole, [(), found])
        return default if found is None and target.complete else found
    if type(target) is Message:
        return target.content if key == "content" else None
    if type(target) is Items and key == "0" and target.items and type(first := target.items[0]) is Message:
        # Whatever stands behind it.
        return None if first.when else first
    if type(target) is Items and re.fullmatch(r"-?\d{1,9}", key) and -len(target.items) <= int(key) < len(target.items):
        index = int(key)
        counted = target.items[: index + 1] if index >= 0 else target.items[index:]
        known = operations.exact(Items(counted, target.span)) and (index >= 0 or target.complete)
        return target.items[index] if known else None
    return None


def _table(values: list[Value], keys: list[str], about: str) -> Value:
    """One of several tables: under each of its own keys what one or another of them has."""
    found = values[-1]
    for value, key in reversed(list(zip(values[:-1], keys[:-1], strict=True))):
        found = join_branches(Condition(way(by_key(about, [key, ""]), 0, 2)[0]), value, found)
    return found


def _times(target: Template, positional: list[Value], keywords: dict[str, Value], part: Apply) -> Template | None:
    count = positional[0] if positional else ()
    if isinstance(count, tuple) and len(count) == 1 and type(count[0]) is Hole and count[0].expression.isdecimal():
        return operations.times(target, int(count[0].expression[:6]))
    return None


def _recased(change: Callable[[str], str]) -> Operation:
    return lambda target, positional, keywords, part: operations.recase(target, change)


def _jinja(target: Template, positional: list[Value], keywords: dict[str, Value], part: Apply) -> Template | None:
    from promptlint.extract.jinja import has_own_syntax, syntax_of

    environment = keywords.get("environment")
    syntax = syntax_of(environment) if isinstance(environment, Mapping) and has_own_syntax(environment) else ()
    return target if syntax is None else as_jinja(target, syntax, part.span)


# Characters for private use: they stand for what is put into a template before it is read.
_PRIVATE = lazy("[\ue000-\uf8ff]")
_FIRST, _MOST = 0xE000, 6_000
# The same as `repr` shows them.
_LEFT = lazy(r"\\u(?:e[0-9a-f]|f[0-8])[0-9a-f]{2}")


def as_jinja(target: Template, syntax: Syntax, span: Span, inner: bool = False) -> Template:
    """A text as a Jinja template; `inner`: it is a part of one, read alone. What cannot be read is left as it is."""
    if len(target) == 1 and type(target[0]) is Choice:
        return (_each_way(target[0], syntax, span, inner),)
    composed = inner or any(type(part) is not Text for part in target)
    if composed and (len(target) > _MOST or any(_PRIVATE.search(text.value) for text in texts(target))):
        return target
    put_in: dict[str, Template] = {}
    written: list[Text] = []

    def put(*parts: Part) -> None:
        mark = chr(_FIRST + len(put_in))
        put_in[mark] = parts
        written.append(Text(mark, span, False))

    for at, part in enumerate(target, 1):
        if type(part) is Text:
            written.append(part)
        elif type(part) is Choice:
            put(_each_way(part, syntax, span, inner or at < len(target)))
        elif type(part) is Repeat:
            put(msgspec.structs.replace(part, body=as_jinja(part.body, syntax, span, True)))
        else:
            put(part)
    if inner:
        # A newline at the end of a template is left out, but not within it.
        put()
    found = parsed(tuple(written), syntax)
    if found is None or not put_in:
        return target if found is None else found
    made = _put_back(found, put_in)
    # What stands in an expression or a condition of the template makes that one which is not known.
    return target if _LEFT.search(repr(made)) else made


def _each_way(part: Choice, syntax: Syntax, span: Span, inner: bool) -> Choice:
    branches = tuple(as_jinja(branch, syntax, span, inner) for branch in part.branches)
    return msgspec.structs.replace(part, branches=branches)


def _put_back(template: Template, put_in: dict[str, Template]) -> Template:
    """A template with the values that characters stand for in it. Unlike `over_texts` it keeps what is asked."""
    made: list[Part] = []
    for part in template:
        if type(part) is Text:
            made += put_in.get(part.value, (part,))
        elif type(part) is Choice:
            branches = tuple(_put_back(branch, put_in) for branch in part.branches)
            made.append(msgspec.structs.replace(part, branches=branches))
        elif type(part) is Repeat:
            made.append(msgspec.structs.replace(part, body=_put_back(part.body, put_in)))
        else:
            made.append(part)
    return tuple(made)


@functools.lru_cache(maxsize=200)
def parsed(texts: tuple[Text, ...], syntax: Syntax = ()) -> Template | None:
    """What a Jinja template becomes, None where it cannot be read: a file is rendered in more places than one."""
    from promptlint.extract.jinja import TemplateError, template

    try:
        return template(texts, syntax=syntax)
    except TemplateError:
        return None


def _render(target: Template, positional: list[Value], keywords: dict[str, Value], part: Apply) -> Template | None:
    """Variables of a Jinja template get the values they are rendered with."""
    given = loading.given(keywords)
    if positional and type(positional[0]) is Mapping:
        given = {**loading.given(dict(positional[0].entries)), **given}
    return loading.render(target, given)


def _mustache(target: Template, positional: list[Value], keywords: dict[str, Value], part: Apply) -> Template | None:
    given = positional[1] if len(positional) > 1 else keywords.get("data")
    return operations.mustache(target, by_name(dict(given.entries)) if type(given) is Mapping else {})


def _few_shot(target: Template, positional: list[Value], keywords: dict[str, Value], part: Apply) -> Template | None:
    """LangChain's template of examples: what stands in front, each example in its form, and what stands behind."""
    form, behind = keywords.get("example_prompt", ()), keywords.get("suffix", ())
    between = keywords["example_separator"]
    if not isinstance(form, tuple) or not isinstance(behind, tuple) or not isinstance(between, tuple):
        return None
    examples, span = positional[0], part.fallback.span
    known = examples.items if type(examples) is Items and operations.exact(examples) else None
    pieces: list[Template] = [target]
    if known is not None and len(known) <= MAX_BRANCHES and all(type(item) is Mapping for item in known):
        rows = [dict(item.entries) for item in known if type(item) is Mapping]
        pieces += [format_template(form, [], by_name(row)) for row in rows]
    else:
        each = Repeat((*between, *format_template(form, [], {})), part.fallback.expression, span, state_of(examples)[0])
        pieces = [(*target, each)]
    said = [piece for piece in (*pieces, behind) if piece]
    return tuple(inner for number, piece in enumerate(said) for inner in ((*between, *piece) if number else piece))


OPERATIONS: dict[str, Operation] = {
    "few_shot": _few_shot,
    "same": lambda target, positional, keywords, part: target,
    "to_messages": lambda target, positional, keywords, part: target,
    "format": _format,
    "fields": _format,
    "format_map": _format_map,
    "partial": _partial,
    "percent": _percent,
    "replace": _replace,
    "strip": _stripped(True, True),
    "lstrip": _stripped(True, False),
    "rstrip": _stripped(False, True),
    "removeprefix": _cut_fixed(True),
    "removesuffix": _cut_fixed(False),
    "join": _join,
    "slice": _slice,
    "times": _times,
    "dedent": lambda target, positional, keywords, part: margins.dedent(target),
    "cleandoc": lambda target, positional, keywords, part: margins.cleandoc(target),
    "docstring": lambda target, positional, keywords, part: margins.cleandoc(target),
    "indent": _indent,
    "upper": _recased(str.upper),
    "lower": _recased(str.lower),
    "title": _recased(str.title),
    "capitalize": lambda target, positional, keywords, part: operations.capitalize(target),
    "substitute": _substituted(False),
    "safe_substitute": _substituted(True),
    "str": lambda target, positional, keywords, part: None if single_hole(target) is not None else target,
    "mustache": _mustache,
    "kernel": lambda target, positional, keywords, part: operations.kernel(target),
    "jinja": _jinja,
    "render": _render,
}
# Those that a list of messages which are templates has, too.
FILLING = frozenset({"format", "partial", "to_messages"})
# Operations that say what they are given in another form; the last one is not worked out.
_MADE = OPERATIONS.keys() | {"shown"}


def said_in(operation: str, target: Value, given: list[Value]) -> bool:
    """Whether an operation whose result is not known is one of texts of the program."""
    joins = operation == "join"
    made_of = given if joins else [target, *given]
    return operation in _MADE and (any(map(has_text, made_of)) or (joins and any(map(keyed, given))))


def note_put_in(
    linker: Linker, part: Apply, target: Value, positional: list[Value], keywords: dict[str, Value]
) -> None:
    """Keep what a template of which nothing is known is filled with, as far as it tells a model something.

    Of what large values hold much is what the program works on.
    """
    if part.operation not in _FORMATS or not isinstance(target, tuple) or has_text(target):
        return
    # `text.replace(old, new)`: what is put in stands behind what is looked for.
    in_order = positional[1::2] if part.operation == "replace" else positional
    given: list[tuple[str, Value]] = [(str(at), each) for at, each in enumerate(in_order)]
    for name, value in (*given, *keywords.items()):
        given += value.entries if type(value) is Mapping and not value.kind else [(name, value)]
    found: dict[str, Value] = {}
    for name, value in given:
        if type(value) is tuple and has_text(value) and sum(1 for _ in parts(value)) < MAX_PUT_IN:
            said = sample(value, MAX_SAID)[:MAX_SAID]
            if instructs(said) or reads_like_prompt(said):
                found[name] = value
    for span in (part.fallback.span, *(hole.span for hole in holes(target))) if found else ():
        linker.put_in.setdefault((span.file, span.start), {}).update(found)


def keyed(value: Value) -> bool:
    """Whether a value is a dict with keys, which are texts of the program where the dict itself is gone over."""
    return type(value) is Mapping and not value.kind and any(key != SPREAD for key, _ in value.entries)


def given_up(value: Value) -> Value:
    """What is left of a value that is not looked into any more."""
    if isinstance(value, tuple):
        return tuple(
            part.fallback if (type(part) is Ref or type(part) is Apply) else part
            for part in value
            if (type(part) is not Choice and type(part) is not Repeat)
        )
    return value
