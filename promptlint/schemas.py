"""Puts what is sent together with what describes it, across files: the texts of schemas become prompts of role tool."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from promptlint.extract.extents import extent
from promptlint.extract.facts import Call, Described, Facts, Site
from promptlint.extract.names import of_tools
from promptlint.extract.schemas import FIELDS, OUTPUTS, PLAIN_BASES, SCHEMA, SCHEMA_MEMBERS, held
from promptlint.extract.sites import KEYWORD
from promptlint.extract.state import single_hole
from promptlint.operations import settled
from promptlint.prompt import Schema, Unresolved
from promptlint.template import Apply, Items, Mapping, Span, Template, Value, references

if TYPE_CHECKING:
    from promptlint.callers import Callers
    from promptlint.classes import Classes, Place
    from promptlint.link import Bound, Linker

MAX_HOPS = 8
# Keywords that hold the form of the answer among other settings.
_SETTINGS = frozenset(("text", "config", "generation_config", "format", "output_config", "output_format"))
_DEPTH = 6
MAX_NAMES = 20_000
# Forms of an answer that are told, of which it has one.
MAX_FORMS = 16


def described_sites(
    all_facts: Sequence[Facts], linker: Linker, passed_on: Iterable[tuple[Facts, list[str], bool]]
) -> list[tuple[Facts, Site]]:
    """The texts of every class and function that some file sends, in order of file and place.

    `passed_on`: names, each with the file it stands in, that are sent by way of the project's own functions, and
    whether their docstrings are sent with them.
    """
    wanted: dict[tuple[str, str], tuple[Facts, bool]] = {}
    names_sent = [(facts, sent.names, sent.docstring) for facts in all_facts for sent in facts.sent]
    for facts, names, docstring in (*names_sent, *passed_on):
        for name in names:
            for home, key in targets_of(linker, facts, name):
                before = wanted.get((home.file, key), (home, False))
                wanted[home.file, key] = (home, before[1] or docstring)
    todo = sorted(wanted)
    while todo:
        file, key = todo.pop()
        home = wanted[file, key][0]
        described = home.described[key]
        names = [*described.uses, *_parents(home, key)]
        for name in names:
            for target, inner in targets_of(linker, home, name):
                place = (target.file, inner)
                if place not in wanted and (_is_function(target, inner) or not _of_data(linker, target, inner, 0)):
                    continue
                if place not in wanted and len(wanted) < MAX_NAMES:
                    # A parent gives its fields, not its docstring.
                    wanted[place] = (target, name in described.uses)
                    todo.append(place)
                elif place in wanted and name in described.uses:
                    wanted[place] = (target, True)
    return [
        (home, site)
        for (_, key), (home, docstring) in sorted(wanted.items(), key=lambda item: item[0])
        for site in _sites(key, home.described[key], docstring)
    ]


def descriptions(value: Value, name: str, depth: int = 0) -> Iterator[tuple[str, Template]]:
    """The descriptions in a part of a schema that stands elsewhere, with their names."""
    if isinstance(value, Items):
        for item in value.items:
            yield from descriptions(item, name, depth + 1) if depth < _NESTED else ()
    elif isinstance(value, Mapping):
        for key, item in value.entries:
            if key == "description" and isinstance(item, tuple):
                yield name, settled(item)
            elif depth < _NESTED:
                yield from descriptions(item, name if key in _PASSED else f"{name}.{key}", depth + 1)


# How deep schemas stand in each other that are looked into, and keys that are no names of fields.
_NESTED = 12
_PASSED = frozenset({"properties", "parameters", "items"})


def decorated(all_facts: Sequence[Facts], classes: Classes) -> Iterator[tuple[Facts, list[str]]]:
    """The functions that a decorator of the project makes tools of."""
    makers = {(facts.file, key) for facts in all_facts for key in facts.makers}
    collected = {mark for facts in all_facts for mark in facts.asked_marks}
    makers.update((facts.file, key) for facts in all_facts for key, mark in facts.tool_marks if mark in collected)
    for facts in all_facts if makers else ():
        for name, key in facts.decorated:
            if classes.target(facts, name, makers) in makers:
                yield facts, [f":{key}"]


def prompted(all_facts: Sequence[Facts], classes: Classes) -> Iterator[tuple[Facts, Site]]:
    """What functions say of themselves, where a decorator of the project makes prompts of it."""
    roles = {(facts.file, key): role for facts in all_facts for key, role in facts.prompting}
    for facts in all_facts if roles else ():
        for name, site in facts.docstrings:
            place = classes.target(facts, name, roles)
            if place in roles:
                yield facts, msgspec.structs.replace(site, role=roles[place])


def gathered(all_facts: Sequence[Facts], classes: Classes) -> Iterator[tuple[Facts, list[str]]]:
    """The methods that a class makes tools of, whichever its object has.

    They are those that the classes below add to its own, unless they make their tools in another way, and its own where
    there is none below.
    """

    def has(line: Iterable[Place], member: str) -> bool:
        return any(f"{name}.{member}" in classes.homes[file].functions for file, name in line)

    for facts in all_facts:
        for owner, left_out in facts.toolkits.items():
            line, below = classes.line((facts.file, owner)), list(classes.below(facts.file, owner))
            for home, name in below:
                if not has((each for each in classes.line((home.file, name)) if each not in line), left_out[0]):
                    keys = home.offered.get(name, ())
                    yield home, [f":{key}" for key in keys if not has(line, key.rpartition(".")[2])]
            if not below:
                keys = facts.offered.get(owner, ())
                yield facts, [f":{key}" for key in keys if key.rpartition(".")[2] not in left_out]


def tools_below(all_facts: Sequence[Facts], classes: Classes) -> Iterator[tuple[Facts, Site]]:
    """The descriptions of tools whose base class is one of the project, itself below one of tools."""
    for facts in all_facts:
        for name, bases in facts.bases.items():
            value = facts.bindings.get(f"{name}.description") if bases else None
            if not isinstance(value, tuple) or any(map(_of_tools, bases)) or (place := extent(value)) is None:
                continue
            above = classes.lineage(facts, name)[1:]
            does = any(key.startswith(f"{name}.") for key in facts.functions)
            if does and any(_of_tools(base) for home, each in above for base in home.bases[each]):
                yield facts, Site(value, "tool", "description", "base-class", place, KEYWORD)


def _of_tools(base: str) -> bool:
    return of_tools(base.rpartition(".")[2].lstrip(":"))


def from_callers(callers: Callers) -> Iterator[tuple[Facts, list[str], bool]]:
    """The names that callers give for what is sent as a schema, its docstring too if nothing else describes it."""
    for place, calls in callers.calls.items():
        known = [(name, slot) for name, slot in callers.slots[place].items() if slot.role in (SCHEMA, FIELDS)]
        for given, (name, slot) in itertools.product(calls, known):
            if name in given.arguments:
                whole = slot.role == SCHEMA and not any("description" in key for key in given.arguments)
                yield given.facts, references(given.arguments[name]), whole


def by_name(all_facts: Sequence[Facts]) -> Iterator[tuple[Facts, list[str]]]:
    """The classes that are given by the name of an attribute whose schema somebody asks for."""
    asked = {name for facts in all_facts for name in facts.asked_schemas}
    for facts in all_facts if asked else ():
        if names := [name for key, name in facts.given_classes if key in asked]:
            yield facts, names


def passed(call: Call, facts: Facts, linker: Linker, bound: Bound | None) -> tuple[Schema, ...]:
    """The forms of the answer that a call passes: classes, and JSON schemas written as dicts."""
    found = schemas_named(call.outputs, facts, linker, call.span)
    for key, value in call.parameters:
        if key in OUTPUTS | _SETTINGS:
            properties = _properties(linker.resolve(value, facts, bound), 0)
            if properties is not None:
                found.append(Schema(key, tuple(name for name, _ in properties.entries), call.span))
    return tuple(found)


def unread_forms(names: Iterable[str], facts: Facts, linker: Linker) -> Iterator[Unresolved]:
    """The forms of an answer that a name of a module stands for, and that are not in the code: a schema from a file."""
    for name in names:
        found = linker.place(name, facts)
        value = found[0].bindings.get(found[1]) if found is not None else None
        part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
        if found is not None and type(part) is Apply and part.operation in ("data", "read"):
            hole = single_hole(linker.named(*found) or ())
            if hole is not None:
                yield Unresolved("schemas", hole.expression, hole.span)


def schemas_named(names: Iterable[str], facts: Facts, linker: Linker, span: Span) -> list[Schema]:
    """The forms that classes give an answer, passed at `span`; `names` are those that a file has for them."""
    known = (each for name in names for each in _forms(linker, facts, name))
    return [Schema(name, fields, span) for name, fields in itertools.islice(known, MAX_FORMS)]


def _properties(value: Value, depth: int) -> Mapping | None:
    """The `properties` of a JSON schema, however it is wrapped: those at its top."""
    if not isinstance(value, Mapping) or depth > _DEPTH:
        return None
    properties = value.get("properties")
    if isinstance(properties, Mapping) and properties.complete:
        return properties
    return next((found for _, inner in value.entries if (found := _properties(inner, depth + 1)) is not None), None)


def fields_of(linker: Linker, facts: Facts, name: str) -> tuple[str, tuple[str, ...]] | None:
    """The class behind a name and the names of its fields, those of its base classes first; None when it has none."""
    return next(_forms(linker, facts, name), None)


def _forms(linker: Linker, facts: Facts, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The same for each of the classes that stand in a list or dict of this name."""
    for home, key in targets_of(linker, facts, name):
        fields = _fields(linker, home, key, 0, set())
        if fields:
            yield key.rpartition(".")[2], tuple(dict.fromkeys(fields))


def _fields(linker: Linker, home: Facts, key: str, hops: int, seen: set[Place]) -> list[str]:
    described = home.described.get(key)
    if described is None or hops > MAX_HOPS or (home.file, key) in seen:
        return []
    seen.add((home.file, key))
    found: list[str] = []
    for parent in _parents(home, key)[:MAX_HOPS]:
        for target, inner in targets_of(linker, home, parent)[:1]:
            found += _fields(linker, target, inner, hops + 1, seen)
    return [*found, *described.fields]


def _is_function(home: Facts, key: str) -> bool:
    return key not in home.bases


def _of_data(linker: Linker, home: Facts, key: str, hops: int) -> bool:
    """Whether a class may have a schema: not one that is made from nothing but plain ones, whose objects do things."""
    parents = _parents(home, key)
    if hops > MAX_HOPS or not parents:
        return hops == 0 or hops > MAX_HOPS or key in home.described
    for parent in parents:
        if parent.startswith(":"):
            found: tuple[Facts, str] | None = (home, parent[1:])
        else:
            found = linker.modules.find(home, parent)
        if found is None or found[1] not in found[0].bases:
            if parent.rpartition(".")[2] not in PLAIN_BASES:
                return True
        elif _of_data(linker, found[0], found[1], hops + 1):
            return True
    return False


def _parents(home: Facts, key: str) -> list[str]:
    return [f":{base}" if base in home.bases else base for base in home.bases.get(key, ()) if base]


def _sites(key: str, described: Described, docstring: bool) -> list[Site]:
    name = key.rpartition(".")[2]
    texts: list[tuple[str, Value]] = [(name, described.docstring)] if docstring and described.docstring else []
    texts += [(f"{name}.{field}", value) for field, value in described.texts]
    sites: list[Site] = []
    for label, value in texts:
        span = extent(value)
        if span is not None:
            sites.append(Site(value, "tool", label, "schema", span, KEYWORD))
    return sites


def targets_of(linker: Linker, facts: Facts, name: str) -> list[tuple[Facts, str]]:
    """The described classes and functions that a `Ref` of this name leads to."""
    return _targets(linker, facts, name, 0, set())


def _targets(linker: Linker, facts: Facts, name: str, hops: int, seen: set[Place]) -> list[tuple[Facts, str]]:
    """The described classes and functions behind a name: itself, the items of a list, or what was imported.

    What was `seen` on the way here has been looked into.
    """
    if hops > MAX_HOPS:
        return []
    if name.startswith(":"):
        return _within(linker, facts, name[1:], hops, seen)
    found = linker.modules.find(facts, name)
    return _within(linker, found[0], found[1], hops + 1, seen) if found else []


def _gives(linker: Linker, home: Facts, owner: str, member: str) -> bool:
    """Whether a class has a method or property of its own by the name under which others give their schema."""
    return any(f"{each}.{member}" in above.functions for above, each in linker.classes.lineage(home, owner))


def _within(linker: Linker, home: Facts, key: str, hops: int, seen: set[Place]) -> list[tuple[Facts, str]]:
    if hops > MAX_HOPS or not key:
        return []
    if key in home.described:
        return [(home, key)]
    if (home.file, key) in seen:
        return []
    seen.add((home.file, key))
    value = home.bindings.get(key)
    if value is not None:
        return [
            target
            for names, replaced in held(value)
            for name in names
            for target in _targets(linker, home, name, hops + 1, seen)
            if not (replaced and _is_function(*target))
        ]
    owner, _, member = key.rpartition(".")
    if not owner:
        target = home.aliases.get(key)
        return _targets(linker, home, target, hops + 1, seen) if target else []
    if member in SCHEMA_MEMBERS and not _gives(linker, home, owner, member):
        return _within(linker, home, owner, hops + 1, seen)
    for parent in _parents(home, owner):
        found = _targets(linker, home, f"{parent}.{member}", hops + 1, seen)
        if found:
            return found
    return []
