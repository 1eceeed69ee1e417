"""Descriptions of tools that no model gets: a web API lists them for people, or every class below has its own.

And functions that only look like tools, as others that are marked as such work with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from promptlint.classes import Classes
from promptlint.extract.facts import Facts, Site
from promptlint.template import Span

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
