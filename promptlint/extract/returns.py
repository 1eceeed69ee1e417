"""What a function gives back, as one value: all its returns, or what a generator gives out one after another."""

from __future__ import annotations

from promptlint.extract.bounds import bounded
from promptlint.extract.conditions import ways_back
from promptlint.extract.iteration import spread
from promptlint.extract.joins import join_branches, optional
from promptlint.extract.names import unique_name
from promptlint.extract.state import Scope, is_instance, single_hole, textual
from promptlint.extract.volatility import TELLING, strongest
from promptlint.operations import exact
from promptlint.template import Condition, Items, Mapping, Message, Span, Value


def given_back(scope: Scope) -> Value | None:
    """All that a function may give back, as one value."""
    if not scope.returned:
        return None
    if not any(textual(value) or is_instance(value) or _sends(value) for value in scope.returned):
        return _measured(scope)
    if scope.yields and (any(map(_sends, scope.returned)) or _in_loops(scope)):
        return _given_out(scope)
    known = [
        (value, condition)
        for value, condition in zip(scope.returned, ways_back(scope), strict=True)
        if (hole := single_hole(value)) is None or hole.expression != "None"
    ]
    value = known[-1][0]
    rows = [each for each, _ in known if isinstance(each, Items) and _is_row(each)]
    for other, condition in reversed(known[:-1]):
        if len(rows) == len(known) and len({len(row.items) for row in rows}) == 1:
            value = _joined(condition, other, value)
        else:
            value = join_branches(condition, other, value)
    return value


def _in_loops(scope: Scope) -> bool:
    """Whether a generator gives out dicts in the turns of a loop."""
    given = zip(scope.returned, scope.returned_if, strict=True)
    dicts = (guards for value, guards in given if isinstance(value, Mapping) and not value.kind)
    return any(not condition.text for guards in dicts for condition, _ in guards)


def _is_row(value: Items) -> bool:
    """Whether a value is a tuple of a dict and other things, none of them a message: each has its place."""
    dicts = [item for item in value.items if isinstance(item, Mapping)]
    if not dicts or not exact(value) or any(item.get("role") is not None for item in dicts):
        return False
    return not any(isinstance(item, Message) for item in value.items)


def _joined(condition: Condition, first: Value, second: Value) -> Value:
    """One tuple for two, place by place."""
    if not isinstance(first, Items) or not isinstance(second, Items) or len(first.items) != len(second.items):
        # What grew too large was cut short.
        return join_branches(condition, first, second)
    pairs = zip(first.items, second.items, strict=True)
    return bounded(Items(tuple(join_branches(condition, one, other) for one, other in pairs), first.span))


def _given_out(scope: Scope) -> Value:
    """The messages that a generator gives out, one after another."""
    items: list[Value] = []
    complete = True
    for value, guards in zip(scope.returned, scope.returned_if, strict=True):
        own = value.items if isinstance(value, Items) else (value if _sends(value) else spread(value),)
        complete = complete and not (isinstance(value, Items) and not value.complete)
        for item in own:
            for condition, holds in reversed(guards):
                item = optional(condition, item, holds) if condition.text else item
            items.append(item)
        complete = complete and all(condition.text for condition, _ in guards)
    span = next((item.span for item in items if isinstance(item, Message)), Span("", 0, 0))
    return bounded(Items(tuple(items), span, complete))


def _measured(scope: Scope) -> Value | None:
    """What a function gives back that is no text but a value of a plain source: the clock, an id, the environment."""
    holes = [hole for value in scope.returned if (hole := single_hole(value)) is not None]
    if not holes or len(holes) < len(scope.returned) or any(unique_name(name) for name in scope.values):
        return None
    state = strongest([(hole.volatility, hole.origin) for hole in holes])
    found = next((hole for hole in holes if (hole.volatility, hole.origin) == state), None)
    return (found,) if found is not None and state[1] in TELLING and not found.parameter else None


def _sends(value: Value) -> bool:
    """Whether a value is a message or holds one, be its text known or not."""
    return isinstance(value, Message) or (isinstance(value, Items) and any(_sends(item) for item in value.items))
