"""What the turns of a loop make of a value, and calls whose messages are more with every turn."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Sequence

import msgspec

from promptlint.extract.joins import if_holds, join_branches, ways
from promptlint.extract.messages import ROLES, content_template
from promptlint.extract.patterns import lazy
from promptlint.extract.state import File, Scope, single_hole
from promptlint.extract.turns import body_text
from promptlint.extract.volatility import State, dotted, of_name, walk
from promptlint.operations import is_several, literal, settled, several
from promptlint.template import (
    Apply,
    Choice,
    Condition,
    Hole,
    Items,
    Message,
    Repeat,
    Span,
    Template,
    Test,
    Value,
)

# Calls that go through all of what they are given first, in its order.
_IN_ORDER = frozenset({"enumerate", "zip", "list", "tuple"})
# Conditions of which each holds or does not.
When = tuple[tuple[str, bool], ...]


def note_growing(
    file: File, node: ast.For | ast.AsyncFor | ast.While, before: Scope, after: Scope, first: int
) -> None:
    """Mark the calls of a loop, from the one numbered `first` on, whose messages are more with every turn."""
    grown = {
        name: items
        for name, items in after.values.items()
        if type(items) is Items
        and isinstance(was := before.values.get(name), Items)
        and len(items.items) > len(was.items)
        and _begins(items, was)
    }
    cut = shortened(file, node) if grown else ()
    growing = [items for name, items in grown.items() if name not in cut]
    for index in range(first, len(file.facts.calls)) if growing else ():
        call = file.facts.calls[index]
        sent = dict(call.slots).get("messages")
        if type(sent) is Items and sent.items and any(_begins(items, sent) for items in growing):
            file.facts.calls[index] = msgspec.structs.replace(call, grows=True)


def forget_roles(file: File, scope: Scope, loop: ast.For | ast.AsyncFor | ast.While) -> None:
    """Forget the roles that names stand for where a turn of a loop sets others for the next one: `role = "user"`."""
    if "role" not in body_text(file, loop).lower():
        return
    known = {name for name, value in scope.values.items() if "role" in name.lower() and literal(value) in ROLES}
    found: dict[str, ast.Name] = {}
    for node in (each for statement in loop.body for each in walk(statement)) if known else ():
        if type(node) is ast.Name and node.id in known and type(node.ctx) is ast.Store:
            found.setdefault(node.id, node)
    for name, node in found.items():
        scope.values[name] = (file.hole(node, *of_name("")),)


def _begins(items: Items, first: Items) -> bool:
    """Whether a list begins with the items that another one has."""
    return items.items[: len(first.items)] == first.items


def shortened(file: File, node: ast.For | ast.AsyncFor | ast.While) -> frozenset[str]:
    """The lists which something in a loop takes items out of, or asks how long they are."""
    found: set[str] = set()
    span = file.span(node)
    text = file.source.text[span.start : span.end]
    # Most loops have none of these words, and are not gone through.
    for inner in walk(node) if _SHORTENING.search(text) is not None else ():
        if type(inner) is ast.Delete:
            deleted = (target.value if isinstance(target, ast.Subscript) else target for target in inner.targets)
            found.update(map(dotted, deleted))
        elif type(inner) is ast.Call:
            owner, _, called = dotted(inner.func).rpartition(".")
            if owner and called in _TAKING:
                found.add(owner)
            elif (owner, called) == ("", "len") and inner.args:
                found.add(dotted(inner.args[0]))
    return frozenset(found)


_TAKING = frozenset({"pop", "clear", "popleft", "remove"})
# What a loop that makes lists shorter, or asks how long they are, has in its text.
_SHORTENING = lazy(r"\b(?:len|pop|popleft|del|clear|remove)\b")


def replaces(node: ast.For | ast.AsyncFor | ast.While, name: str, before: Value, after: Value) -> bool:
    """Whether a name of a model, or of what a loop goes through, is no default of what the turns leave in it."""
    if not isinstance(after, tuple) or len(after) != 1 or type(after[0]) not in (Hole, Apply):
        return False
    own = not isinstance(node, ast.While) and type(node.target) is ast.Name and node.target.id == name
    return (own or "model" in name.lower()) and len((literal(before) or "").split()) == 1


def repeated(
    before: Value, after: Value, over: str, span: Span, state: State, test: Test | None, turn: Span | None = None
) -> Value:
    """What a loop that turns `before` into `after` once makes of it; `test`: it has a turn at all.

    `turn` is the place of the names of a loop that goes through all of a collection.
    """
    level, mixed = state[0], state[1] == "unordered"
    if isinstance(before, tuple) and isinstance(after, tuple) and after[: len(before)] == before:
        return (*before, Repeat(after[len(before) :], over, span, level, unordered=mixed))
    if type(before) is Items and type(after) is Items and (at := _grown_at(before.items, after.items)) is not None:
        added = after.items[at : len(after.items) - len(before.items) + at]
        if turn is not None and all(type(item) is Message and not item.when and item.turn is None for item in added):
            each_turn = [msgspec.structs.replace(item, turn=turn) for item in added if type(item) is Message]
            made = (*before.items[:at], *[if_holds(test, item) for item in each_turn], *before.items[at:])
            return Items(made, before.span, before.complete and after.complete)
        added = tuple(map(_of_no_turn, added))
        if _in_turns(added):
            # Which of them comes when, the turns decide.
            added = (_turn(added, over, span, state),)
        known = tuple(
            several(Repeat(item, over, span, level, unordered=mixed))
            if isinstance(item, tuple)
            else if_holds(test, item)
            for item in added
        )
        whole = after.complete and all(isinstance(item, tuple) for item in added)
        return Items((*before.items[:at], *known, *before.items[at:]), before.span, before.complete and whole)
    return join_branches(Condition(f"no turn of the loop over {over}"), before, after)


def made_again(name: str, before: Value, after: Value, whole: Items, cut: frozenset[str]) -> Items:
    """What the turns of a loop make of a list, which is not known where one turn does not tell what more of them make.

    That is one that a turn has put something into or taken something out of, and that has not only got more behind it.
    `cut`: the lists that something in the loop makes shorter.
    """
    if type(before) is not Items or type(after) is not Items:
        return whole
    if _grown_at(before.items, after.items) is not None:
        return whole
    at = {id(item): number for number, item in enumerate(before.items)}
    moved = any(at.get(id(item), number) != number for number, item in enumerate(after.items))
    return msgspec.structs.replace(whole, complete=False) if moved or name in cut else whole


def each_turn(file: File, node: ast.For | ast.AsyncFor | ast.While | ast.comprehension) -> Span | None:
    """The place of the names of a loop that goes through all of a collection in its order."""
    over = None if isinstance(node, ast.While) else node.iter
    if isinstance(over, ast.Call) and isinstance(over.func, ast.Name) and over.func.id in _IN_ORDER and over.args:
        over = over.args[0]
    plain = isinstance(over, ast.Name | ast.Attribute | ast.Subscript)
    return file.span(node.target) if plain and not isinstance(node, ast.While) else None


def _of_no_turn(item: Value) -> Value:
    """What a loop within another one makes, which is told once."""
    return msgspec.structs.replace(item, turn=None) if type(item) is Message and item.turn is not None else item


def _grown_at(before: Sequence[Value], after: Sequence[Value]) -> int | None:
    """Behind how many of its items a list has got more, None where it has not only got more."""
    at = 0
    while at < min(len(before), len(after)) and before[at] == after[at]:
        at += 1
    behind = before[at:]
    return at if len(after) >= len(before) and after[len(after) - len(behind) :] == behind else None


def _in_turns(added: Sequence[Value]) -> bool:
    """Whether of the messages that a loop adds some come in one turn, some in another."""
    messages = [each for each in added if type(each) is Message]
    values = [each for each in added if isinstance(each, tuple) and is_several(each) and type(each[0]) is Choice]
    return len(messages) > (not values) and (bool(values) or any(each.when for each in messages))


def _turn(items: Sequence[Value], over: str, span: Span, state: State) -> Message:
    """One message for those of which some come in one turn of a loop, some in another."""
    own = [each for each in items if isinstance(each, Message)]
    roles = {each.role for each in own}
    turns = Repeat(_ways([_said(each) for each in items]), over, span, state[0], unordered=state[1] == "unordered")
    known = len(roles) == 1 and len(own) == len(items)
    return Message(roles.pop() if known else "unknown", (turns,), own[0].span)


def _said(item: Value) -> tuple[When, Template]:
    """What an item says, and under which conditions."""
    if isinstance(item, Message):
        return item.when, content_template(item.content)
    part = item[0] if isinstance(item, tuple) and is_several(item) else None
    if type(part) is Choice and len(kept := ways(part)) == 1:
        [(asked, holds, text)] = kept
        return ((asked.text, holds),), settled(text)
    return (), settled(item) if isinstance(item, tuple) else ()


def _ways(said: Sequence[tuple[When, Template]]) -> Template:
    """Texts with their conditions as one, what stands under the same condition together."""
    found: Template = ()
    for asked, group in itertools.groupby(said, lambda each: each[0][0][0] if each[0] else ""):
        if not asked:
            found += tuple(part for _, text in group for part in text)
            continue
        each = list(group)
        yes, no = ([(when[1:], text) for when, text in each if when[0][1] is holds] for holds in (True, False))
        found += (Choice(asked, (_ways(yes), _ways(no))),)
    return found


def counts(before: Value, added: ast.expr) -> bool:
    """Whether what a value is added to is a number, another one then: `rounds += 1`."""
    hole = single_hole(before)
    number = isinstance(added, ast.Constant) and isinstance(added.value, int | float)
    return hole is not None and (number or hole.expression.isdigit())
