"""What stands in a slot of texts of a request, as messages in order, and the blocks of which each of them is made."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from promptlint.clients import unset
from promptlint.extract.annotations import RETURNED
from promptlint.extract.extents import extent
from promptlint.extract.joins import under, ways
from promptlint.extract.messages import DATA, as_message, content_template, life_of, marker_of, paired
from promptlint.extract.state import single_hole
from promptlint.operations import SEVERAL, is_several, literal
from promptlint.template import (
    Choice,
    Condition,
    Hole,
    Items,
    Mapping,
    Message,
    Repeat,
    Span,
    Template,
    Value,
    Volatility,
    texts,
)

if TYPE_CHECKING:
    from promptlint.link import Linker

When = tuple[tuple[str, bool], ...]
# What holds several messages by its name.
_HISTORY = re.compile(
    r"(?:^|[\W_])(?:history|messages|msgs|conversation|contents|turns|items|inputs|input_list)\W*$", re.IGNORECASE
)
# The end of a slice: what it is cut out of has the name.
_SLICE = re.compile(r"\[[^\[\]]*:[^\[\]]*\]$")
# What is called just that may be one text or a list.
_INPUT = re.compile(r"(?:^|\W)input[\"'\]]*$")
# What stands there under that key may be a text, or a message in one form or another.
_UNDER = re.compile(r"\[[\"']message[\"']\]$")
# Kinds of calls that take no text in the place of a list of messages.
_LISTS = frozenset({"chat", "chat_template", "messages", "converse"})


def blocks(message: Message) -> list[tuple[Template, bool, int, When]]:
    """The content of a message, cut behind every block that carries a cache marker, with how long that stores, and
    the conditions under which it is sent."""
    content = message.content
    if not isinstance(content, Items) or not any(_marked(item) for item in content.items):
        return [(_template(content), message.marker, life_of(content), message.when)]
    found: list[tuple[Template, bool, int, When]] = []
    for item in content.items:
        # Bedrock's marker is a block of its own.
        alone = isinstance(item, Mapping) and item.get("cachePoint") is not None and item.get("text") is None
        template = () if alone else content_template(item)
        when = (*message.when, *(item.when if isinstance(item, Mapping) else ()))
        if found and (alone or (not found[-1][1] and found[-1][3] == when)):
            before = found.pop()
            template, when = (*before[0], *template), before[3]
        found.append((template, _marked(item), life_of(item), when))
    return found


def _template(content: Value) -> Template:
    """The content of a message as one text, with the conditions of its blocks."""
    if not isinstance(content, Items) or not any(isinstance(item, Mapping) and item.when for item in content.items):
        return content_template(content)
    told = content_template(Items((), content.span, content.complete or any(map(is_several, content.items))))
    return (*_under([(item.when if isinstance(item, Mapping) else (), item) for item in content.items]), *told)


def _under(items: list[tuple[When, Value]]) -> Template:
    """Blocks that stand under conditions: those under the same one beside each other are the ways of one choice."""
    made: list[Template] = []
    for asked, group in itertools.groupby(items, lambda each: each[0][0][0] if each[0] else ""):
        several = list(group)
        if not several[0][0]:
            made += [content_template(item) for _, item in several]
            continue
        either = [_under([(when[1:], item) for when, item in several if when[0][1] is way]) for way in (True, False)]
        made.append((Choice(asked, tuple(either)),))
    return tuple(part for each in made for part in each)


def messages(value: Value, role: str, span: Span) -> list[Message]:
    """What stands in a slot, as messages in order."""
    if isinstance(value, Message):
        return [value]
    if isinstance(value, Items):
        if any(isinstance(item, Mapping) and item.get("text") is not None for item in value.items):
            return [Message(role, value, value.span, any(_marked(item) for item in value.items))]
        if len(value.items) > 1 and all(map(_alone, value.items)):
            # Texts alone are the parts of one message.
            return [Message(role, value, value.span)]
        if any(isinstance(item, Message) for item in value.items):
            # A value among messages is one, of which the role is not known.
            role = "unknown"
        return [each for item in map(paired, value.items) for each in messages(item, role, span)]
    if isinstance(value, Mapping):
        inner = value.get("messages")
        if inner is not None:
            return messages(inner, role, span)
        made = as_message(value)
        if made is not None:
            return [made]
        return [Message("unknown" if _open(value) else role, value, value.span, _marked(value))]
    if not value:
        return []
    if is_several(value) and type(value[0]) is Choice and len(value[0].branches) == 2:
        found = ((asked, holds, messages(branch, "unknown", span)) for asked, holds, branch in ways(value[0]))
        return [under(asked, holds, message) for asked, holds, several in found for message in several]
    if role in ("system", "user") and (given := _given_if(value)) is not None:
        asked, holds, branch = given
        return [under(asked, holds, message) for message in messages(branch, role, span)]
    place = extent(value) or next((part.span for part in _changing(value)), span)
    several = is_several(value) and not any(texts(value))
    return [Message("unknown" if several else role, value, place)]


def _given_if(value: Template) -> tuple[Condition, bool, Template] | None:
    """A text that is given on one of two ways only (`system=SYSTEM if strict else None`), and when it is."""
    choice = value[0] if len(value) == 1 else None
    if type(choice) is not Choice or len(choice.branches) != 2:
        return None
    given = [way for way in ways(choice) if not (unset(way[2]) and single_hole(way[2]))]
    return given[0] if len(given) == 1 else None


def _alone(item: Value) -> bool:
    """Whether a part of a message stands in a list without one: a text, a sound."""
    if isinstance(item, Mapping):
        return item.get(DATA) is not None
    return isinstance(item, tuple) and not is_several(item)


def _open(item: Mapping) -> bool:
    """Whether a dict may hold anything, a role too: a copy of another one."""
    if not item.complete and literal(item.get("type") or ()) == "message":
        return True
    return not item.complete and not item.kind and not any(item.get(key) is not None for key in ("text", "type", DATA))


def in_list(item: Value) -> Value:
    """What stands in a list of messages, where nothing else can: of a value put in at run time the role is unknown."""
    if isinstance(item, Mapping):
        known = (item.get("role") is None and not _open(item)) or as_message(item) is not None
        return item if known else Message("unknown", item, item.span, _marked(item))
    hole = single_hole(item)
    return item if hole is None or unset(item) else Message("unknown", item, hole.span)


def _changing(template: Template) -> Iterator[Hole | Repeat]:
    """The values and loops of a template, those of its branches included."""
    for part in template:
        if isinstance(part, Hole) or (isinstance(part, Repeat) and part != SEVERAL):
            yield part
        elif isinstance(part, Choice):
            for branch in part.branches:
                yield from _changing(branch)


def _marked(value: Value) -> bool:
    return marker_of(value) is not None


def whole_system(template: Template) -> Template:
    """A system text that is one value: it holds instructions, whatever the value is called (`message["content"]`)."""
    hole = single_hole(template)
    if hole is None or hole.volatility is not Volatility.REQUEST or hole.origin not in ("name", "parameter"):
        return template
    return (msgspec.structs.replace(hole, volatility=Volatility.UNKNOWN),)


def listed(hole: Hole, api: str, linker: Linker) -> bool:
    """Whether a value that is not known is a list of messages (for a call of that kind), not a text in its place."""
    whole = _SLICE.sub("", hole.expression)
    named = whole.startswith("[") or any(each.search(whole) for each in (_HISTORY, _INPUT, _UNDER))
    named = named or _annotated(hole, linker) or api in _LISTS or hole.span in linker.changes.of_messages
    return named or hole.volatility is Volatility.UNKNOWN or _returns_list(hole, linker)


def _returns_list(hole: Hole, linker: Linker) -> bool:
    """Whether a value is what a function gives back that is named after a list, or annotated as one or as an object."""
    name, called, _ = hole.expression.removeprefix("await ").partition("(")
    facts = linker.classes.homes.get(hole.span.file)
    if facts is None or not called or not name.replace(".", "").isidentifier():
        return False
    if _HISTORY.search(name) is not None:
        return True
    first, _, rest = name.partition(".")
    written = [name] if first != "self" else [
        f"{key.rpartition('.')[0]}.{rest}" for key in linker.around(facts, hole.span.start)
    ]
    path = facts.aliases.get(first)
    names = [f":{each}" for each in written] if path is None else [f"{path}.{rest}" if rest else path]
    places = (found for each in names if (found := linker.place(each, facts)) is not None)
    functions = (known[1] for place in places if (known := linker.function(*place)) is not None)
    return any(RETURNED in each.objects for each in functions)


def _annotated(hole: Hole, linker: Linker) -> bool:
    """Whether a value is a parameter that is annotated as a list or an object, or may be such."""
    facts = linker.classes.homes.get(hole.span.file) if hole.parameter else None
    keys = linker.around(facts, hole.span.start) if facts is not None else ()
    known = (facts.functions.get(key) for key in keys) if facts is not None else ()
    return any(each is not None and hole.parameter in each.objects for each in known)
