"""One value for two ways through the code: what is bound in an `if` and in its `else`."""

from __future__ import annotations

import itertools

import msgspec

from promptlint.extract.bounds import bounded
from promptlint.extract.extents import extent
from promptlint.extract.messages import content_template
from promptlint.extract.names import origin_of_name, volatility_of
from promptlint.extract.places import SPREAD
from promptlint.extract.state import fallback_of, has_text, single_hole, textual
from promptlint.operations import SEVERAL, is_several, literal, several
from promptlint.template import (
    GATHERED,
    Apply,
    Choice,
    Condition,
    Hole,
    Items,
    Mapping,
    Message,
    Ref,
    Repeat,
    Span,
    Template,
    Test,
    Value,
    Volatility,
    parts,
    texts,
    way,
)

# Conditions of one message that are told; of more the inner ones count.
MAX_CONDITIONS = 8
# Where a block of a message, or a tool, has its cache marker.
MARKERS = frozenset({"cache_control", "cachePoint"})
_KINDS_OF_MARKER = frozenset({"ephemeral", "default"})
# A condition that nothing decides.
_OPEN = Test("and", inner=(None,))
# Tests of what a value is an instance of.
MAX_ASKED = 50
KINDS = frozenset({"text", "list", "dict", "object", "instance"})
# Keys of what a request sends, of which a dict may have some on one way only.
_SENT = frozenset("tools system instructions system_instruction messages contents input prompt model".split())
_LISTS_OF_MESSAGES = frozenset({"messages", "contents"})
# What of a client decides who gets its requests, see `sending`.
_DECIDING = frozenset({"@address", "@service", "@vertex"})


def join_branches(condition: Condition, first: Value, second: Value, name: str = "") -> Value:
    """One value for two ways through the code; `name` is what one of them, left as it was, is called in the other."""
    return first if first is second or first == second else bounded(_joined(condition, first, second, name))


def _joined(condition: Condition, first: Value, second: Value, name: str) -> Value:
    if isinstance(first, tuple) and isinstance(second, tuple):
        common = 0
        while common < min(len(first), len(second)) and first[common] == second[common]:
            common += 1
        asks = not common and condition.asks(first, second)
        choice = Choice(condition.text, (first[common:], second[common:]), condition.test, asks)
        return (*first[:common], choice)
    if type(first) is Items and type(second) is Items:
        return _join_items(condition, first, second)
    if type(first) is Message and type(second) is Items and either_message(second):
        # One more of several messages.
        return _join_items(condition, Items((first,), first.span), second)
    if type(second) is Message and type(first) is Items and either_message(first):
        return _join_items(condition, first, Items((second,), second.span))
    if (type(first) is Message and _may_be_message(second)) or (type(second) is Message and _may_be_message(first)):
        both = _either(condition, first, second)
        span = first.span if type(first) is Message else second.span if type(second) is Message else Span("", 0, 0)
        items = (optional(condition, first, True), optional(condition, second, False))
        return Items(items, span) if both is None else both
    if type(first) is Items and (was := _grown(first, second, name)) is not None:
        return _join_items(condition, first, Items((was,), first.span, first.complete))
    if type(second) is Items and (was := _grown(second, first, name)) is not None:
        return _join_items(condition, Items((was,), second.span, second.complete), second)
    if type(first) is Mapping and type(second) is Mapping:
        if (first.get("@provider") is None) is not (second.get("@provider") is None) and first.kind and second.kind:
            client, another = (second, first) if first.get("@provider") is None else (first, second)
            return _or_another(client, Hole(another.kind.rpartition(".")[2], another.span))
        ones, others = dict(first.entries), dict(second.entries)
        entries: list[tuple[str, Value]] = []
        for key in ones | others:
            one, other = ones.get(key), others.get(key)
            if key in _DECIDING and first.get("@provider") is not None and second.get("@provider") is not None:
                # Of two clients one may connect to where it does by itself.
                one, other = () if one is None else one, () if other is None else other
            both = one if other is None else other if one is None else join_branches(condition, one, other)
            if both is not None and key in MARKERS and (one is None or other is None):
                both = if_set(condition, both, other is None)
            elif both is not None and (one is None or other is None) and _sent_on_one_way(first, key):
                both = _sent_if(condition, key.removeprefix("@"), both, other is None)
            elif type(both) is Mapping and both.kind and (one is None or other is None):
                both = _if_there(condition, both, other is None)
            elif first.kind and both is not None and (one is None or other is None):
                both = _or_none(condition, key, both, other is None, first.span)
            if both is not None:
                entries.append((key, both))
        return Mapping(tuple(entries), first.span, first.complete and second.complete, first.kind)
    whole = _or_other_body(condition, first, second) or _or_text(condition, first, second)
    return whole or _join_unlike(condition, first, second)


def _sent_on_one_way(made: Mapping, key: str) -> bool:
    """Whether a key holds what a request sends: of a dict, or of an agent or a client that one way has given it."""
    return key in _SENT if not made.kind else made.get("@provider") is not None and key[:1] == "@" and key[1:] in _SENT


def _join_unlike(condition: Condition, first: Value, second: Value) -> Value:
    """One value for two of different kinds: mostly the one of which more is known."""
    one, other = (second, first) if _less_known(first, second) else (first, second)
    if type(other) is Mapping and other.get("@asked") is not None and isinstance(one, tuple):
        # A call that is given another name, or one that is made in the same way.
        return other
    if type(one) is Mapping and one.kind and _none(other):
        one = _if_there(condition, one, one is first)
    elif type(one) is Mapping and _none(other) and any(key in _SENT for key, _ in one.entries):
        # `{"tools": tools} if online else None`, as with an empty one.
        nothing = Mapping((), one.span)
        return _joined(condition, *((one, nothing) if one is first else (nothing, one)), "")
    elif type(one) is Mapping and one.get(SPREAD) == other and any(key in _SENT for key, _ in one.entries):
        # `if "messages" not in given: given["messages"] = [...]`, of what callers give.
        before = Mapping(((SPREAD, other),), one.span, one.complete)
        return _joined(condition, *((one, before) if one is first else (before, one)), "")
    if type(one) is Mapping and one.get("@provider") is not None and one.get("@asked") is None:
        hole = fallback_of(other)
        # An attribute holds another client, unless it is asked whether it does: `if not self.client`.
        part = other[0] if isinstance(other, tuple) and len(other) == 1 else None
        held = type(part) is Ref and not condition.asks(first, second)
        return one if hole is None or (_left_out(hole) and not held) else _or_another(one, hole)
    if type(one) is Items and _named(one) and _none(other):  # `tools=[search] if online else None`
        return Items(tuple(optional(condition, item, one is first) for item in one.items), one.span, one.complete)
    if type(one) is Items and tools_among(one) and (hole := single_hole(other)) is not None:
        test = condition.test or _OPEN
        kept = [if_holds(test if one is first else opposite(test), item) for item in one.items]
        return Items((*kept, optional(condition, (hole,), one is second)), one.span, one.complete)
    if type(one) is Items and type(other) is tuple and _asked_in(condition.test, other):
        # `[{"role": "user", "content": messages}] if isinstance(messages, str) else messages`: either of the two.
        kept = [optional(condition, item, one is first) for item in one.items]
        return Items((*kept, optional(condition, other, one is second)), one.span, one.complete)
    if type(one) is Items and (given := _given_list(one, other)) is not None:
        # `if not turns: turns = []`: what else callers give is a list, too.
        kept = [optional(condition, item, one is first) for item in one.items]
        return Items((*kept, optional(condition, given, one is second)), one.span, one.complete)
    if type(one) is Items and one.complete and _another_list(other):
        # What else it may hold is not known.
        sent = any(type(item) is Message for item in one.items)
        under_it = tuple(optional(condition, item, one is first) for item in one.items)
        return Items(under_it if sent else one.items, one.span, False)
    if type(one) is Mapping and literal(one.get("type") or ()) in _KINDS_OF_MARKER and isinstance(other, tuple):
        return if_set(condition, one, one is first)
    if (type(first) is Items and _in_blocks(first, second)) or (type(second) is Items and _in_blocks(second, first)):
        # `content = [{"type": "text", "text": text}, image] if image else text`
        branches = tuple(each if isinstance(each, tuple) else content_template(each) for each in (first, second))
        return (Choice(condition.text, branches, condition.test),)
    if type(one) is Mapping and not MARKERS.isdisjoint(key for key, _ in one.entries):
        # What the other one is, is not known; that it has a marker, too, is not said.
        set_here = [(key, if_set(condition, at, one is first) if key in MARKERS else at) for key, at in one.entries]
        return msgspec.structs.replace(one, entries=tuple(set_here))
    if (whole := _or_other_values(condition, one, other, one is first)) is not None:
        return whole
    said = other.items if type(other) is Items and _followed(one) else ()
    if type(other) is Items and any(type(item) is Message or _followed(item) for item in said):
        # `options.get("messages") or [...]`: another list, as linking finds out.
        kept = [optional(condition, item, other is first) for item in other.items]
        return Items((optional(condition, one, one is first), *kept), other.span, other.complete)
    return one


def _or_other_body(condition: Condition, first: Value, second: Value) -> Mapping | None:
    """A dict with the messages of a request, or something else in its place of which nothing is known."""
    body, other = (first, second) if type(first) is Mapping else (second, first)
    if type(body) is not Mapping or body.kind or all(key not in _LISTS_OF_MESSAGES for key, _ in body.entries):
        return None
    hole, taken = fallback_of(other), body is first
    if hole is None or _none(other) or body.get(SPREAD) == other:
        return None
    entries: list[tuple[str, Value]] = []
    for key, value in body.entries:
        if key in _LISTS_OF_MESSAGES and type(value) is Items:
            items = tuple([optional(condition, each, taken) for each in value.items])
            value = msgspec.structs.replace(value, items=items, complete=False)
        elif key in _SENT and type(value) is tuple:
            value = (Choice(condition.text, (value, (hole,)) if taken else ((hole,), value), condition.test),)
        entries.append((key, value))
    return msgspec.structs.replace(body, entries=tuple(entries), complete=False)


def _less_known(first: Value, second: Value) -> bool:
    """Whether of two values of different kinds more is known of the second; of a client more than of what is kept."""
    if not isinstance(first, tuple) or not textual(first):
        return isinstance(first, tuple)
    part = first[0] if len(first) == 1 else None
    client = type(second) is Mapping and second.get("@provider") is not None
    # What stands in a table may be a client, too: `return _clients[name]`.
    return client and type(part) is Apply and part.operation == "item"


def _or_other_values(condition: Condition, table: Value, other: Value, taken: bool) -> Mapping | None:
    """A dict, or a run-time value in its place, which may have something else under these keys and under others."""
    value = single_hole(other)
    if type(table) is not Mapping or table.kind or value is None or _none(other):
        return None
    if not any(isinstance(item, tuple) and textual(item) for _, item in table.entries):
        return None
    entries: list[tuple[str, Value]] = [(SPREAD, (value,))]
    for key, item in table.entries:
        if isinstance(item, tuple) and textual(item):
            told = value.volatility is not Volatility.UNKNOWN
            state = (value.volatility, value.origin) if told else (volatility_of(key), origin_of_name(key))
            there: Template = (Hole(f"{value.expression}[{key!r}]", value.span, *state),)
            item = (Choice(condition.text, (item, there) if taken else (there, item), condition.test),)
        entries.append((key, item))
    return msgspec.structs.replace(table, entries=tuple(entries), complete=False)


def _or_text(condition: Condition, first: Value, second: Value) -> Items | None:
    """A list of messages, or a text in the place of one, which is then the user's."""
    said, text = (first, second) if type(first) is Items else (second, first)
    if type(said) is not Items or not isinstance(text, tuple) or is_several(text):
        return None
    # What is put together of several parts is a text, whatever stands in them.
    written = has_text(text) or (len(text) > 1 and textual(text))
    if not written or not any(type(item) is Message for item in said.items):
        return None
    kept = [optional(condition, item, said is first) for item in said.items]
    alone = Message("user", text, extent(text) or said.span)
    return Items((*kept, under(condition, text is first, alone)), said.span, said.complete)


def _followed(value: Value) -> bool:
    """Whether a value is one that linking looks up."""
    return type(value) is tuple and len(value) == 1 and type(value[0]) in (Ref, Apply)


def _in_blocks(value: Items, other: Value) -> bool:
    """Whether a list holds the blocks of a message, none of them with a cache marker, and `other` is a text."""
    blocks = [item for item in value.items if type(item) is Mapping]
    said = any(item.get("type") is not None and item.get("text") is not None for item in blocks)
    marked = any(item.get(key) is not None for item in blocks for key in MARKERS)
    return said and not marked and isinstance(other, tuple) and textual(other)


def if_set(condition: Condition, marker: Value, taken: bool) -> Value:
    """A cache marker that is set in one branch only."""
    test = condition.test if taken else opposite(condition.test)
    if type(marker) is Mapping:
        return msgspec.structs.replace(marker, test=_and(test or _OPEN, marker))
    hole = fallback_of(marker)
    if hole is None or not isinstance(marker, tuple):
        return marker
    return (Choice(condition.text, (marker, (Hole("None", hole.span),)), test),)


def _if_there(condition: Condition, made: Mapping, taken: bool) -> Mapping:
    """An object that one branch only makes, `config = RunConfig(model=x)`: there what it is given, elsewhere none."""
    entries = tuple((key, _or_none(condition, key, value, taken, made.span)) for key, value in made.entries)
    return msgspec.structs.replace(made, entries=entries)


def _or_none(condition: Condition, key: str, value: Value, taken: bool, span: Span) -> Value:
    """What an object is given in one branch only; what the catalogue says of it holds where there is one."""
    if not isinstance(value, tuple) or not value or key[:1] == "@":
        return value
    none: Template = (Hole("None", span),)
    return (Choice(condition.text, (value, none) if taken else (none, value), condition.test),)


def _sent_if(condition: Condition, key: str, value: Value, taken: bool) -> Value:
    """What only one branch puts into a request; what a function is given may decide which one is taken."""
    if type(value) is Items:
        named = key not in _LISTS_OF_MESSAGES
        kept = [
            _sent_if(condition, key, each, taken) if named and type(each) is tuple else optional(condition, each, taken)
            for each in value.items
        ]
        return msgspec.structs.replace(value, items=tuple(kept))
    # Of lists of which one or the other is given, one may be a value that callers give.
    hole = fallback_of(value) or next((part for part in parts(value) if type(part) is Hole), None)
    written = texts(value) if isinstance(value, tuple) else iter(())
    place = hole.span if hole is not None else next((text.span for text in written), None)
    if place is None or not isinstance(value, tuple):
        return value
    none: Template = (Hole("None", place),)
    return (Choice(condition.text, (value, none) if taken else (none, value), condition.test),)


def or_default(key: str, value: Value, default: Value) -> Value:
    """What a dict has on one way only, and on the others what `setdefault` puts there."""
    if type(value) is not Items:
        return _or_default(value, default) if type(value) is tuple and type(default) is tuple else value
    found = [asked for item in value.items if (asked := _sent_when(item)) is not None]
    if not found:
        # Of what is there under several conditions, or comes out of another list, it is not known when it is none.
        sure = all(type(item) is Message and not item.when for item in value.items)
        return value if sure and value.items else msgspec.structs.replace(value, complete=False)
    condition, taken = found[0]
    same = len(found) == len(value.items) and all((each.text, way) == (condition.text, taken) for each, way in found)
    if not same or type(default) is not Items:
        # What is sent on the other ways is not known.
        return msgspec.structs.replace(value, complete=False)
    other = _sent_if(condition, key, default, not taken)
    items = (*value.items, *other.items) if type(other) is Items else value.items
    return msgspec.structs.replace(value, items=items, complete=value.complete and default.complete)


def _or_default(value: Template, default: Template) -> Template:
    choice = value[0] if len(value) == 1 else None
    if type(choice) is Choice:
        branches = tuple(_or_default(each, default) for each in choice.branches)
        return (msgspec.structs.replace(choice, branches=branches),)
    return default if _absent(value) else value


def _absent(value: Value) -> bool:
    """Whether a value stands for none, see `_sent_if`: not one that the program writes itself, which is given."""
    hole = single_hole(value)
    return hole is not None and hole.expression == "None" and hole.volatility is Volatility.UNKNOWN


def _sent_when(item: Value) -> tuple[Condition, bool] | None:
    """The one condition under which an item of a list is there, and whether it holds then."""
    if type(item) is Message and len(item.when) == 1:
        asked, taken = item.when[0]
        # What else decides it cannot be told from that.
        test = item.test if item.test is not None and item.test.kind != "and" else None
        return Condition(asked, test if taken else opposite(test)), taken
    if type(item) is Mapping and item.test is not None:
        return Condition("", item.test), True
    choice = item[0] if type(item) is tuple and len(item) == 1 else None
    if type(choice) is not Choice or len(choice.branches) != 2 or not any(map(_absent, choice.branches)):
        return None
    return Condition(choice.condition, choice.test), _absent(choice.branches[1])


def either_text(condition: str, branches: tuple[Template, ...], asks: bool = False) -> Template:
    """One linked text or another: what both begin with stands there once. Of `self.rules` and `self.default + more`,
    that is where two names have turned out to be the same text."""
    if len(branches) != 2 or any(part == SEVERAL for branch in branches for part in branch):
        return (Choice(condition, branches, asks=asks),)
    first, second = branches
    common = 0
    while common < min(len(first), len(second)) and first[common] == second[common]:
        common += 1
    one, other = first[common:], second[common:]
    inner = one[0] if len(one) == 1 else None
    if type(inner) is Choice and inner.condition == condition and other in inner.branches:
        # An attribute that is set in several places, in two of them to the same.
        return first
    return (*first[:common], Choice(condition, (one, other), asks=asks and not common))


def _or_another(client: Mapping, other: Hole) -> Mapping:
    """A client in the place of which there may be another one, of which nothing is known."""
    entries = [(key, (other,) if key == "@model" else item) for key, item in client.entries if key != "@address"]
    return msgspec.structs.replace(client, entries=(*entries[:-1], ("@address", (other,)), entries[-1]))


def either_message(items: Items) -> bool:
    """Whether a list is what stands for one message or another, not a list in the program."""
    conditional = sum(type(item) is Message and bool(item.when) for item in items.items)
    others = sum(is_several(item) or type(item) is Mapping for item in items.items)
    if conditional == len(items.items) > 2:
        return all(_exclude(one, other) for one, other in itertools.pairwise(items.items))
    return len(items.items) == 2 and conditional > 0 and conditional + others == 2


def tools_among(items: Items) -> bool:
    """Whether a list is one of tools that are described as dicts."""
    described = (type(item) is Mapping and item.get("role") is None for item in items.items)
    return bool(items.items) and all(described) and any(_describes(item) for item in items.items)


def _describes(item: Value) -> bool:
    return type(item) is Mapping and (item.get("function") is not None or item.get("description") is not None)


def _exclude(one: Value, other: Value) -> bool:
    """Whether one message is not sent where another is."""
    if type(one) is not Message or type(other) is not Message:
        return False
    return any((text, not holds) in other.when for text, holds in one.when)


def _asked_in(test: Test | None, other: Template) -> bool:
    """Whether a condition asks what kind of value something is, a text or a list, that stands in another one."""
    names = _of_kinds(test) if test is not None else set()
    return bool(names) and any(type(part) is Hole and part.expression in names for part in parts(other, MAX_ASKED))


def _of_kinds(test: Test) -> set[str]:
    """The names of the values of which a condition asks what they are instances of."""
    hole = single_hole(test.value) if test.kind in KINDS else None
    found = {hole.expression} if hole is not None else set()
    return found.union(*[_of_kinds(inner) for inner in test.inner if inner is not None])


def _none(value: Value) -> bool:
    """Whether a value is `None`."""
    hole = single_hole(value)
    return hole is not None and hole.expression == "None"


def _left_out(hole: Hole) -> bool:
    """Whether a value is none, or a parameter: what stands in its place stands there when it is not given."""
    return hole.expression == "None" or (bool(hole.parameter) and hole.origin != GATHERED)


def _named(items: Items) -> bool:
    """Whether a list has nothing but names in it: functions that are tools, constants."""
    return bool(items.items) and all(isinstance(item, tuple) and not has_text(item) for item in items.items)


def _given_list(own: Items, other: Value) -> Template | None:
    """A parameter that may hold another list in the place of one that is empty, or has messages."""
    hole = single_hole(other)
    if hole is None or not hole.parameter or not isinstance(other, tuple):
        return None
    sent = any(type(item) is Message for item in own.items)
    return other if not own.items or sent or _named(own) else None


def _another_list(other: Value) -> bool:
    """Whether a value of which nothing is known, or one of several such, may stand in the place of a list."""
    part = other[0] if isinstance(other, tuple) and len(other) == 1 and not has_text(other) else None
    if type(part) is Choice:
        return any(branch and not _none(branch) for branch in part.branches)
    hole = fallback_of(other)
    return hole is not None and not _left_out(hole)


def _may_be_message(value: Value) -> bool:
    """Whether a value is a message, or what may be one: a dict with a role, a value of which nothing is known."""
    if type(value) is Mapping:
        return value.get("role") is not None
    hole = single_hole(value)
    return type(value) is Message or (hole is not None and hole.expression != "None")


def _grown(items: Items, other: Value, name: str) -> Value | None:
    """What of a list another value was, if the list is that with more behind it or in front of it."""
    hole = fallback_of(other)
    for item in (*items.items[:1], *items.items[-1:]) if hole is not None else ():
        part = item[0] if isinstance(item, tuple) and is_several(item) else None
        was = fallback_of(part.body) if type(part) is Repeat else None
        if hole is not None and was is not None and was.expression in (hole.expression, name):
            return item
    return None


def _join_items(condition: Condition, first: Items, second: Items) -> Items:
    """One list for two: what they begin and end with alike once, in between what stands in either."""
    before, shortest = 0, min(len(first.items), len(second.items))
    while before < shortest and first.items[before] == second.items[before]:
        before += 1
    behind = 0
    while behind < shortest - before and first.items[-1 - behind] == second.items[-1 - behind]:
        behind += 1
    one = first.items[before : len(first.items) - behind]
    other = second.items[before : len(second.items) - behind]
    items = list(first.items[:before])
    pairs = 0
    while pairs < min(len(one), len(other)) and (both := _either(condition, one[pairs], other[pairs])) is not None:
        items.append(both)
        pairs += 1
    items += [optional(condition, item, True) for item in one[pairs:]]
    items += [optional(condition, item, False) for item in other[pairs:]]
    items += first.items[len(first.items) - behind :]
    return Items(tuple(items), first.span, first.complete and second.complete)


def _either(condition: Condition, one: Value, other: Value) -> Value | None:
    """One item for two that stand in the same place of two lists, if they can be one."""
    if type(one) is Message and type(other) is Message and one.role == other.role and one.when == other.when:
        if one.turn != other.turn:
            return None
        content = join_branches(condition, one.content, other.content)
        test = one.test if one.when or one.test == other.test else None
        return Message(one.role, content, one.span, one.marker or other.marker, one.when, test, one.turn)
    if type(one) is Mapping and type(other) is Mapping and one.test == other.test and _but_for_marker(one, other):
        both = if_holds(one.test, join_branches(condition, one, other))
        return msgspec.structs.replace(both, when=one.when) if type(both) is Mapping else both
    if not isinstance(one, tuple) or not isinstance(other, tuple):
        return None
    if not is_several(one) and not is_several(other):
        return (Choice(condition.text, (one, other), condition.test),)
    return one if _same_collection(one, other) else None


def _but_for_marker(one: Mapping, other: Mapping) -> bool:
    """Whether two blocks are the same, and one of them has a cache marker."""
    first, second = ([entry for entry in each.entries if entry[0] not in MARKERS] for each in (one, other))
    alike = one.complete == other.complete and one.kind == other.kind and one.when == other.when
    return bool(first) and first == second and alike


def _same_collection(one: Template, other: Template) -> bool:
    """Whether two items are all of one collection, written out in two places: `*history` in either list."""
    if not is_several(one) or not is_several(other):
        return False
    first, second = one[0], other[0]
    if type(first) is not Repeat or type(second) is not Repeat or first.over != second.over:
        return False
    own, its = fallback_of(first.body), fallback_of(second.body)
    return own is not None and its is not None and own.expression == its.expression == first.over


def optional(condition: Condition, item: Value, taken: bool) -> Value:
    """An item that is there in one branch only."""
    if type(item) is Items and any(type(each) is Message for each in item.items):
        # Messages that stand together: the fields of a signature.
        return msgspec.structs.replace(item, items=tuple([optional(condition, each, taken) for each in item.items]))
    if type(item) is Mapping and _of_message(item):
        # A message in a form of which only that is known.
        bare = msgspec.structs.replace(item, test=None, when=())
        item = Message("unknown", bare, item.span, when=item.when, test=item.test)
    if type(item) is Message:
        return under(condition, taken, item)
    if type(item) is Mapping and (point := item.get("cachePoint")) is not None:
        item = item.put("cachePoint", if_set(condition, point, taken))
    if not isinstance(item, tuple):
        # A tool, a block: that it may be left out is known also where nothing decides it.
        asked = condition.test or _OPEN
        if type(item) is Mapping and len(item.when) < MAX_CONDITIONS and (condition.text, taken) not in item.when:
            item = msgspec.structs.replace(item, when=((condition.text, taken), *item.when))
        return if_holds(asked if taken else opposite(asked), item)
    branches = (item, (SEVERAL,)) if taken else ((SEVERAL,), item)
    return several(Choice(condition.text, branches, condition.test))


def _of_message(item: Mapping) -> bool:
    """Whether a dict is a message: with a role, or another one that says something else (`{**it, "content": text}`)."""
    changed = item.get("content") is not None and item.get("type") is None and item.entries[0][0] == SPREAD
    return changed or item.get("role") is not None


def ways(choice: Choice) -> list[tuple[Condition, bool, Template]]:
    """What may stand in a list, each with the condition and whether that holds then."""
    asked = Condition(way(choice.condition, 0, 2)[0], choice.test)
    found = [(asked, number == 0, branch) for number, branch in enumerate(choice.branches)]
    return [way for way in found if way[2] != (SEVERAL,)]


def under(condition: Condition, taken: bool, item: Message) -> Message:
    """A message that is sent under a condition, beside those it has."""
    if len(item.when) >= MAX_CONDITIONS or (condition.text, taken) in item.when:
        return item
    test = _and(condition.test if taken else opposite(condition.test), item)
    return msgspec.structs.replace(item, when=((condition.text, taken), *item.when), test=test)


def if_holds(test: Test | None, item: Value) -> Value:
    """A message or a dict of a list that is there only if this holds, too."""
    if test is None or not isinstance(item, Message | Mapping):
        return item
    return msgspec.structs.replace(item, test=_and(test, item))


def _and(test: Test | None, item: Message | Mapping) -> Test | None:
    """What decides whether an item is there, and this beside it."""
    if item.test is None and not (type(item) is Message and item.when):
        return test
    return Test("and", inner=(test, item.test)) if test is not None or item.test is not None else None


def opposite(test: Test | None) -> Test | None:
    return None if test is None else Test("not", inner=(test,))


def one_of(condition: str, lists: list[Items], ways: int) -> Items:
    """One of several lists, of which each is that of a branch if there are as many."""
    found = lists[-1]
    for number in reversed(range(len(lists) - 1)):
        asked, _ = way(condition, number, len(lists) if len(lists) == ways else 0)
        joined = join_branches(Condition(asked if ways > 2 else way(condition, 0, 2)[0]), lists[number], found)
        found = joined if isinstance(joined, Items) else lists[number]
    return found


def goes_through(part: Repeat) -> bool:
    """Whether what is repeated is the collection itself: `*messages`."""
    inner = part.body[0] if len(part.body) == 1 else None
    own = inner.fallback if isinstance(inner, Ref | Apply) else inner
    return isinstance(own, Hole) and own.expression == part.over
