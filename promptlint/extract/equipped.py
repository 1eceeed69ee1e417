"""What agents and clients are given after they were made: `agent.tools = [find]`, `agent.tools.append(find)`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

import msgspec

from promptlint.extract.bounds import bounded, full
from promptlint.extract.callsite import CallSite
from promptlint.extract.catalogue import ClientEntry, DecoratorEntry, Matcher, PromptEntry
from promptlint.extract.later import note_outside, note_retold
from promptlint.extract.names import words
from promptlint.extract.places import renew
from promptlint.extract.schemas import OUTPUTS, note
from promptlint.extract.sending import OUTPUT, UNREAD
from promptlint.extract.state import File, Scope
from promptlint.extract.volatility import dotted
from promptlint.template import Arguments, Hole, Items, Mapping, Ref, Span, Text, Value, references


def equip(file: File, made: Mapping, attribute: str, value: Value, node: ast.expr) -> Mapping:
    """An agent or a client with what stands in an attribute of it now, and is sent with each of its requests."""
    slot = _slot(file, made, attribute)
    if not slot:
        return made
    _tell(file, slot, value)
    provider = made.get("@provider") or ()
    _reopen(file, made, node)
    if slot == OUTPUT:
        return _answering(file, made, value, node).put("@provider", provider)
    return made.put(f"@{slot}", value).put("@provider", provider)


def given_anew(file: File, made: Mapping, attribute: str, value: Value, node: ast.expr) -> None:
    """An agent is given something else in the place of what it was made with, or beside it."""
    if slot := _slot(file, made, attribute):
        _tell(file, slot, value)
        _reopen(file, made, node)


def _reopen(file: File, made: Mapping, node: ast.expr) -> None:
    """Of an agent that is changed after it was made, only those who run it know what it has."""
    calls = file.facts.calls
    for number in file.makers.get(made.span, ()):
        # What was read only to see what it is worth is among these no longer.
        call = calls[number] if number < len(calls) else None
        if call is not None and call.made and call.span == made.span and call.complete:
            rest = Hole(ast.unparse(node), file.span(node))
            calls[number] = msgspec.structs.replace(call, complete=False, rest=rest)


def _tell(file: File, slot: str, value: Value) -> None:
    """Note what a model is told of functions that an agent gets as tools."""
    if slot == "tools":
        note(file, references(value))


def _answering(file: File, made: Mapping, value: Value, node: ast.expr) -> Mapping:
    """An object whose answers have another form from here on: of none that it was made with any more."""
    unread = f"@{UNREAD}schemas"
    entries = tuple([entry for entry in made.entries if entry[0] not in (OUTPUT, unread)])
    made = msgspec.structs.replace(made, entries=entries)
    part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    if type(part) is Ref and part.call is None:
        return made.put(OUTPUT, (Text(part.name, file.span(node), False),))
    if type(part) is Hole and part.expression == "None":
        return made
    return made.put(unread, (Hole(ast.unparse(node), file.span(node)),))


def doubt(file: File, scope: Scope, given: Items | Mapping, written: str) -> None:
    """A list of tools, or a tool, is changed after an agent was made with it: some keep it, others what it was then."""
    # Agents that have been made with it are known of as soon as it was changed once.
    made_so_far = (len(scope.values), len(file.makers))
    if scope.doubted.get(given.span) == made_so_far:
        return
    scope.doubted[given.span] = made_so_far
    # What an agent has under its own name for it is followed.
    own = written.rpartition(".")[0]
    for owner, made in list(scope.values.items()):
        if type(made) is Mapping and made.get("@provider") is not None and not full(made) and owner != own:
            inner = made.get("@tools")
            if type(inner) is Items and given.span in (inner.span, *(_place(item) for item in inner.items)):
                _open(scope, owner, made, "tools", (Hole(written, given.span),))


def _place(item: Value) -> Span | None:
    return None if isinstance(item, tuple) else item.span


def retold(file: File, scope: Scope, target: ast.Attribute, read: Callable[[ast.expr], Value]) -> None:
    """`find.description = "..."`, `for each in agent.tools: each.name = ...`: what a tool says is set."""
    node = target.value
    if (source := _taken_from(file, node)) is not None:
        if (found := _owner(scope, meant(scope, source))) is not None:
            _leave_open(file, scope, *found, target)
        elif type(given := scope.values.get(dotted(source))) is Items:
            doubt(file, scope, given, ast.unparse(target))
            renew(scope, dotted(source), msgspec.structs.replace(given, complete=False))
        return
    if type(node) is not ast.Name:
        return
    value = scope.values.get(node.id)
    value = file.unnoted(lambda: read(node)) if value is None or type(value) is tuple else value
    part = value[0] if type(value) is tuple and len(value) == 1 else None
    if type(value) is Mapping and value.kind and file.given_tools:
        doubt(file, scope, value, ast.unparse(target))
    if type(part) is Ref and part.call is None:
        note_retold(file, part.name, ast.unparse(target))


def _taken_from(file: File, node: ast.expr) -> ast.expr | None:
    """The list of which a tool is an item, by its place or in a loop over the list: `tools[0]`, `for each in tools`."""
    if type(node) is ast.Subscript:
        return node.value
    for loop in reversed(file.loops) if type(node) is ast.Name else ():
        if isinstance(loop, ast.While):
            continue
        targets = loop.target.elts if isinstance(loop.target, ast.Tuple) else [loop.target]
        if any(dotted(each) == dotted(node) for each in targets):
            source = loop.iter
            if isinstance(source, ast.Call) and dotted(source.func) in _THROUGH and source.args:
                source = source.args[0]
            return source
    return None


# Functions whose items are those of a list.
_THROUGH = frozenset({"enumerate", "reversed", "sorted", "list"})
# Attributes of tools, and of functions, that say what a model is told of them.
TELLING = frozenset({"description", "name", "__doc__"})
# Attributes of agents that list their tools, and what those are called by whom nothing more is known.
_LISTS = frozenset({"tools", "functions"})
_AGENTS = (("agent",), ("assistant",))


def name(scope: Scope, target: str, node: ast.expr) -> None:
    """`tools = agent.tools`: another name for what an agent has."""
    for other in scope.equipped.pop(target, ()):
        # The agent has another name now, or none.
        if other in scope.equipment and dotted(scope.equipment[other].value) == target:
            del scope.equipment[other]
    if type(node) is ast.Attribute and _owner(scope, node) is not None:
        scope.equipment[target] = node
        scope.equipped.setdefault(dotted(node.value), []).append(target)
    elif target in scope.equipment:
        del scope.equipment[target]


def meant(scope: Scope, node: ast.expr) -> ast.expr:
    """What is changed where a list is: the attribute of the agent that has it, if it is one under another name."""
    return scope.equipment.get(node.id, node) if type(node) is ast.Name else node


def change(file: File, scope: Scope, node: ast.expr, method: str, value: Value = ()) -> None:
    """`agent.tools.append(find)`, `.extend(...)`, `.clear()`: a list that an agent or a client has is changed."""
    if isinstance(node, ast.Attribute):
        note_tools(file, scope, node, value)
    if method == "append":
        add(file, scope, node, value)
    elif method == "extend" and type(value) is Items and value.complete:
        for item in value.items:
            add(file, scope, node, item)
    elif method != "reverse" and (found := _owner(scope, node)) is not None:
        # Which ones it has in the end is not known.
        _leave_open(file, scope, *found, node)


def note_tools(file: File, scope: Scope, node: ast.Attribute, value: Value) -> None:
    """`agent.tools = [find]`: what a model is told of them is the same, whatever agent that is."""
    # Every attribute that is set comes by here.
    if node.attr in _LISTS and _of_agent(node.value) and _owner(scope, node) is None:
        _tell(file, "tools", value)


def _of_agent(node: ast.expr) -> bool:
    owner = words(dotted(node).rpartition(".")[2])
    return owner[-1:] in _AGENTS and owner[-2:-1] != ("user",)


def hold(file: File, scope: Scope, node: ast.expr, value: Value) -> None:
    """A list that an attribute was given after the object was made is another one now, and is sent as that."""
    found = _owner(scope, node)
    if found is None or not (slot := _slot(file, found[1], found[2])) or slot == OUTPUT:
        return
    owner, made, attribute = found
    _reopen(file, made, node)
    changed = made.put(attribute, value).put(f"@{slot}", value).put("@provider", made.get("@provider") or ())
    renew(scope, owner, bounded(changed, len(made.entries)))


def _owner(scope: Scope, node: ast.expr) -> tuple[str, Mapping, str] | None:
    """An agent or a client by its name, with what it was made with, and the attribute of it that is meant."""
    owner = dotted(node.value) if isinstance(node, ast.Attribute) else ""
    made = scope.values.get(owner)
    if type(made) is not Mapping or made.get("@provider") is None or not isinstance(node, ast.Attribute) or full(made):
        return None
    return owner, made, node.attr


def _leave_open(file: File, scope: Scope, owner: str, made: Mapping, attribute: str, node: ast.expr) -> None:
    """Of what an attribute has it is not known that it is all."""
    if (slot := _slot(file, made, attribute)) and slot != OUTPUT and not slot.startswith(UNREAD):
        _reopen(file, made, node)
        _open(scope, owner, made, slot, (Hole(ast.unparse(node), file.span(node)),))


def _open(scope: Scope, owner: str, made: Mapping, slot: str, more: Value) -> None:
    changed = made.put(f"@{UNREAD}{slot}", more).put("@provider", made.get("@provider") or ())
    renew(scope, owner, bounded(changed, len(made.entries)))


def add(file: File, scope: Scope, node: ast.expr, value: Value) -> None:
    """What is appended to a list of an agent, whether any was given when it was made or not."""
    found = _owner(scope, node)
    if found is None:
        return
    owner, made, attribute = found
    before = made.get(attribute)
    if before is None:
        # Whether it begins with any the framework says.
        items = Items((value,), file.span(node), False)
        changed = equip(file, made, attribute, items, node)
        changed = changed.put(attribute, items) if changed is not made else made
    elif type(before) is Items:
        given_anew(file, made, attribute, value, node)
        items = Items((*before.items, value), before.span, before.complete)
        entries = tuple((key, items if item is before else item) for key, item in made.entries)
        changed = msgspec.structs.replace(made, entries=entries)
    else:
        _leave_open(file, scope, owner, made, attribute, node)
        return
    if changed is not made:
        renew(scope, owner, bounded(changed, len(made.entries)))


def register(file: File, scope: Scope, site: CallSite) -> None:
    """`agent.tool(find)`, `agent.system_prompt(guide)`: what a decorator does with the function below it."""
    func = site.node.func
    entry = file.lexicon.decorator(site.name, file.imported) if site.positional else None
    if entry is None or type(func) is not ast.Attribute or not (slot := slot_of_method(entry)):
        return
    value, node = site.positional[0]
    part = value[0] if type(value) is tuple and len(value) == 1 else None
    if type(part) is Ref and part.call is None and len(site.positional) == 1 and not site.keywords:
        called = Arguments(complete=False) if entry.gives == "return" else None
        if called is None:
            note(file, [part.name])
        value = (Ref(part.name, part.fallback, called),)
    else:
        slot, value = f"{UNREAD}{'tools' if slot == 'tools' else 'system'}", (Hole(ast.unparse(func), file.span(node)),)
    if not join(file, scope, func, slot, value):
        note_outside(file, scope, ast.unparse(func))


def slot_of_method(entry: DecoratorEntry) -> str:
    """Where the requests of an agent have what a decorator that is a method of it gives it."""
    return "tools" if entry.role == "tool" else (entry.slot or "system") if entry.role == "system" else ""


def join(file: File, scope: Scope, method: ast.expr, slot: str, value: Value) -> bool:
    """Give an agent of this scope what a method of it is given: one more of its tools, or of what it is told.

    Whether it is one that is made here.
    """
    found = _owner(scope, method)
    if found is None:
        return False
    owner, agent, _ = found
    key, given = f"@{slot}", Items((value,), file.span(method)) if slot == "tools" else value
    before = next((each for name, each in reversed(agent.entries) if name == key), None)
    if type(given) is Items and type(before) is Items:
        # One list: of two entries of one name, one is lost where two ways through the code come together.
        more = Items((*before.items, *given.items), before.span, before.complete)
        entries = tuple([(name, more if each is before else each) for name, each in agent.entries])
    else:
        entries = (*agent.entries[:-1], (key, given), agent.entries[-1])
    renew(scope, owner, bounded(msgspec.structs.replace(agent, entries=entries), len(agent.entries)))
    for number in file.makers.get(agent.span, ()):
        call = file.facts.calls[number] if number < len(file.facts.calls) else None
        if call is not None and call.made and call.span == agent.span:
            file.facts.calls[number] = msgspec.structs.replace(call, slots=(*call.slots, (slot, given)))
    return True


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
    method = f"agent.{attribute}"
    registers = (Matcher.find(match.decorators, method, imported) for match in matchers)
    return next((slot_of_method(entry) for entry in registers if entry is not None), "")
