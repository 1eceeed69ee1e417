"""What agents and clients are given after they were made: `agent.tools = [find]`, `agent.tools.append(find)`."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import msgspec

from promptlint.extract.bounds import bounded, full
from promptlint.extract.catalogue import ClientEntry, Matcher, PromptEntry
from promptlint.extract.places import renew
from promptlint.extract.schemas import OUTPUTS
from promptlint.extract.sending import OUTPUT, UNREAD
from promptlint.extract.state import File, Scope
from promptlint.extract.volatility import dotted
from promptlint.template import Hole, Items, Mapping, Ref, Text, Value


def equip(file: File, made: Mapping, attribute: str, value: Value, node: ast.expr) -> Mapping:
    """An agent or a client with what stands in an attribute of it now, and is sent with each of its requests."""
    slot = _slot(file, made, attribute)
    if not slot:
        return made
    provider = made.get("@provider") or ()
    calls = file.facts.calls
    for number in file.makers.get(made.span, ()):
        # What was read only to see what it is worth is among these no longer.
        call = calls[number] if number < len(calls) else None
        if call is not None and call.made and call.span == made.span and call.complete:
            # Whether it has that is known of those who run it alone.
            rest = Hole(ast.unparse(node), file.span(node))
            calls[number] = msgspec.structs.replace(call, complete=False, rest=rest)
    key = OUTPUT if slot == OUTPUT else f"@{slot}"
    if slot == OUTPUT:
        part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
        if type(part) is not Ref or part.call is not None:
            return made
        value = (Text(part.name, file.span(node), False),)
    return made.put(key, value).put("@provider", provider)


def add(file: File, scope: Scope, node: ast.expr, value: Value) -> None:
    """What is appended to a list of an agent, whether any was given when it was made or not."""
    owner = dotted(node.value) if isinstance(node, ast.Attribute) else ""
    made = scope.values.get(owner)
    if type(made) is not Mapping or made.get("@provider") is None or not isinstance(node, ast.Attribute) or full(made):
        return
    before = made.get(node.attr)
    if before is None:
        # Whether it begins with any the framework says.
        items = Items((value,), file.span(node), False)
        changed = equip(file, made, node.attr, items, node)
        changed = changed.put(node.attr, items) if changed is not made else made
    elif type(before) is Items:
        items = Items((*before.items, value), before.span, before.complete)
        entries = tuple((key, items if item is before else item) for key, item in made.entries)
        changed = msgspec.structs.replace(made, entries=entries)
    elif (slot := _slot(file, made, node.attr)) and slot != OUTPUT:
        more: Value = (Hole(ast.unparse(node), file.span(node)),)
        changed = made.put(f"@{UNREAD}{slot}", more).put("@provider", made.get("@provider") or ())
    else:
        return
    if changed is not made:
        renew(scope, owner, bounded(changed, len(made.entries)))


def _slot(file: File, made: Mapping, attribute: str) -> str:
    return slot_of(made, attribute, file.lexicon.matchers, file.imported)


def slot_of(made: Mapping, attribute: str, matchers: Iterable[Matcher], imported: frozenset[str]) -> str:
    """The slot in which an argument of that name stands where such an object is made; "" if none is sent."""
    if made.get("@provider") is None:
        return ""
    if attribute in OUTPUTS:
        return OUTPUT
    for match in matchers:
        found: list[PromptEntry | ClientEntry | None] = [
            Matcher.find(match.prompts, made.kind, imported),
            Matcher.find(match.clients, made.kind, imported),
        ]
        for entry in found:
            if entry is None:
                continue
            slot = next((slot for slot, at in entry.slots.items() if attribute in at), "")
            slot = slot or next((UNREAD + slot for slot, at in entry.unread.items() if attribute in at), "")
            if slot:
                return slot
    return ""
