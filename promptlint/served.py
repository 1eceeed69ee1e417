"""Descriptions of tools that no model gets: a web API lists them for people, or every class below has its own.

And functions that only look like tools, as others that are marked as such work with them; and what agents say of
themselves where nothing tells others of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from promptlint import template
from promptlint.classes import Classes
from promptlint.extract.catalogue import LISTED
from promptlint.extract.facts import Call, Facts, Site
from promptlint.extract.sending import UNREAD
from promptlint.template import Items, Span, Value

if TYPE_CHECKING:
    from promptlint.link import Linker


def only_served(all_facts: Sequence[Facts], linker: Linker) -> set[Span]:
    """The places of descriptions in collections that routes of a web API answer with, and that nobody else imports.

    A file that calls a model itself, or passes tools on, may send what its routes mention.
    """
    listed = {(facts.file, key): places for facts in all_facts for key, places in facts.listed}
    names = {key for _, key in listed}
    idle: dict[tuple[str, str], bool] = {}
    for facts in all_facts if listed else ():
        for path in facts.aliases.values():
            if path.rpartition(".")[2] in names and (home := linker.modules.find(facts, path)) is not None:
                place = (home[0].file, home[1])
                shown = path in facts.routed and not facts.calls and not facts.sent
                idle[place] = idle.get(place, True) and shown
    return {place for key, places in listed.items() if idle.get(key, False) for place in places}


def explained(all_facts: Sequence[Facts], linker: Linker) -> Iterator[tuple[Facts, list[str]]]:
    """The functions that explain their parameters in words, as tools do, though nothing is seen to send them.

    What a file imports that marks its tools, also by way of other files, is what these are made of. Where tools are
    marked somewhere, a file that nothing imports gives none to anybody.
    """
    seeming = [facts for facts in all_facts if facts.explained]
    marking = [facts for facts in all_facts if facts.marked] if seeming else []
    reached = _reached(marking, linker)
    left = [facts for facts in seeming if facts.file not in reached]
    imported: set[str] = set()
    for facts in all_facts if left and marking else ():
        imported.update(*(path.split(".") for path in facts.aliases.values()))
    for facts in left:
        path = linker.modules.paths.get(facts.file, ())
        if not marking or not imported.isdisjoint(path[-2:-1] if path[-1:] == ("__init__",) else path[-1:]):
            yield facts, facts.explained


def _reached(starts: Sequence[Facts], linker: Linker) -> set[str]:
    """Files and all that they import, one by way of another."""
    reached = {facts.file for facts in starts}
    pending = list(starts)
    while pending:
        facts = pending.pop()
        for path in facts.aliases.values():
            for home, _ in linker.modules.places(facts, path.rstrip("."))[:1]:
                if home.file not in reached:
                    reached.add(home.file)
                    pending.append(home)
    return reached


def overridden(facts: Facts, site: Site, classes: Classes, made: Callable[[str], bool]) -> bool:
    """Whether an attribute that a base class of tools has is one of which each class below has its own.

    `made`: whether something makes objects of a class of this name, which then is a tool itself.
    """
    owner = next((name for name in facts.bases if facts.bindings.get(f"{name}.{site.name}") == site.value), "")
    below = list(classes.below(facts.file, owner)) if owner else []
    own = bool(below) and all(_own(classes, home, name, (facts.file, owner), site.name) for home, name in below)
    return own and not made(owner.rpartition(".")[2])


def _own(classes: Classes, home: Facts, name: str, base: tuple[str, str], attribute: str) -> bool:
    """Whether a class, or one between it and a base, has an attribute of its own."""
    for above, each in classes.lineage(home, name):
        if (above.file, each) == base:
            return False
        key = f"{each}.{attribute}"
        if key in above.bindings or key in above.functions or key in above.assigned:
            return True
    return False


def told_of(
    sites: Iterable[tuple[Facts, Site]], all_facts: Sequence[Facts], linker: Linker
) -> Iterator[tuple[Facts, Site]]:
    """The sites, without what agents say of themselves where nothing in sight of those who make them tells it.

    An agent does not read its own description. It is sent where the agent is one of a team whose members know each
    other, or a tool of another one; of one that runs alone, or as a step of a graph, it is for who reads the program.
    """
    around: _Around | None = None
    for facts, site in sites:
        if site.role.startswith(LISTED):
            around = around or _Around(all_facts, linker)
            if not around.tells(facts, site):
                continue
            site = msgspec.structs.replace(site, role=site.role.removeprefix(LISTED))
        yield facts, site


class _Around:
    """Which files have something that tells of agents, and which are near them."""

    def __init__(self, all_facts: Sequence[Facts], linker: Linker) -> None:
        self.linker = linker
        imports: dict[str, set[str]] = {}
        importers: dict[str, set[str]] = {}
        # By the names of functions and classes that stand alone: the files that mention them.
        self.users: dict[str, set[str]] = {}
        self.telling: set[str] = set()
        own = {key.partition(".")[0] for facts in all_facts for key in (*facts.functions, *facts.bases)}
        for facts in all_facts:
            for path in set(facts.aliases.values()):
                for home, _ in linker.modules.places(facts, path.rstrip("."))[:1]:
                    imports.setdefault(facts.file, set()).add(home.file)
                    importers.setdefault(home.file, set()).add(facts.file)
            for name in own.intersection(facts.mentions):
                self.users.setdefault(name, set()).add(facts.file)
            if facts.tells or any(self._has_agents(call, facts) for call in facts.calls):
                self.telling.add(facts.file)
        # Those that import a file which tells, and those that such a file imports, with it.
        self.near = _closed(self.telling, importers) | _closed(self.telling, imports)

    def tells(self, facts: Facts, site: Site) -> bool:
        """Whether something tells of an agent that is made here.

        That is a file which uses what makes it, one that imports such a file, or one that such a file imports, each by
        way of others, too.
        """
        offset = site.span.start if site.span.file == facts.file else -1
        *_, key = "", *self.linker.around(facts, offset)
        users = self.users.get(key.partition(".")[0]) or {facts.file}
        # Another one of that name may be meant where it is used.
        return facts.file in self.telling or not self.near.isdisjoint(users)

    def _has_agents(self, call: Call, facts: Facts) -> bool:
        """Whether an agent has others as tools, or something that may bring some."""
        if any(slot == f"{UNREAD}tools" for slot, _ in call.slots):
            return True
        given = [value for slot, value in call.slots if slot == "tools"]
        return any(self._holds_agent(self.linker.resolve(value, facts)) for value in given)

    def _holds_agent(self, value: Value) -> bool:
        items = value.items if isinstance(value, Items) else ()
        return any(isinstance(item, template.Mapping) and item.get("@provider") is not None for item in items)


_NONE: frozenset[str] = frozenset()


def _closed(starts: Iterable[str], leads: Mapping[str, set[str]]) -> set[str]:
    """Files and all that they lead to, one by way of another."""
    reached = set(starts)
    pending = list(reached)
    while pending:
        for file in leads.get(pending.pop(), _NONE) - reached:
            reached.add(file)
            pending.append(file)
    return reached
