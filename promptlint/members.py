"""Texts that prompts read from objects whose class is not known: attributes and methods, found by their names.

`f"... {scenario.rules} ..."` in a prompt is filled by what classes say of `rules`, or what their objects are given for
it. Where an object comes from is often decided at run time, so the name alone leads there: a name that classes of one
family have, or one of several words that few have. Where the class is known (the method that a prompt comes from reads
its own object, the object of a method is annotated), what belongs to that class counts, whatever its name. Each name is
looked up once, and what is found may ask for more.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from promptlint.classes import Place
from promptlint.drawn import MAX_TEXTS, within
from promptlint.extract.facts import Facts, Site
from promptlint.extract.names import volatility_of, words
from promptlint.extract.sites import READS, TOLD, extent
from promptlint.template import Choice, Hole, Repeat, Span, Template, Value, Volatility, holes

if TYPE_CHECKING:
    from promptlint.callers import Callers, Given
    from promptlint.link import Linker

# Families of classes that may share a name of several words.
MAX_FAMILIES = 4
# Names that are looked up in a run.
MAX_NAMES = 5_000
MAX_NESTING = 40
# Methods that give the text of an object, the first that it has.
_SHOWN = ("__format__", "__str__", "__repr__")
_NOWHERE = Span("", 0, 0)
# In a template, `agent.goal` is an attribute, too.
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")


class Members:
    """What classes and their objects have, by name. One for a run."""

    def __init__(self, all_facts: Sequence[Facts], callers: Callers, linker: Linker) -> None:
        self.linker = linker
        self.callers = callers
        classes = self.classes = callers.classes
        self.homes = {facts.file: facts for facts in all_facts}
        # The names that prompts ask for, and whether as variables of a template; each with the role of the first. And
        # how many have been looked up.
        self.asked: dict[tuple[str, bool], str] = {}
        self.done = 0
        # By name: whose it is, the file it stands in, the value there.
        self.values: dict[str, list[tuple[Place, Facts, Value]]] = {}
        self.namesakes = {name for facts in all_facts for name in facts.namesakes}
        own = {key.rpartition(".")[2] for facts in all_facts for key in facts.bases}
        for facts in all_facts:
            for key, value in facts.bindings.items():
                owner, _, name = key.rpartition(".")
                if owner in facts.bases:
                    self._add(name, classes.family(facts, owner), facts, value)
            for key, function in facts.functions.items():
                owner, _, name = key.rpartition(".")
                if owner in facts.bases and "_" in name.strip("_"):
                    self._add(f"{name}()", classes.family(facts, owner), facts, function.returns)
            for owner, name, value in facts.given:
                # What object `x.text = "..."` is about, or what `Field(help="...")` is, nothing says.
                if owner in own or "_" in name.strip("_[]"):
                    self._add(name, ("", owner), facts, value)

    def _add(self, name: str, family: Place, facts: Facts, value: Value) -> None:
        self.values.setdefault(name, []).append((family, facts, value))

    def ask(self, role: str, template: Template) -> None:
        """Look for what a prompt reads from objects."""
        for name, variable in _read(template, self.namesakes, 0):
            if "()\0" in name and not self._known(name):
                continue
            if (name in self.values or name[:1] in ("#", "@")) and len(self.asked) < MAX_NAMES:
                self.asked.setdefault((name, variable), role)
        for hole in holes(template):
            if hole.parameter[:5] == "self." and (owner := self._around(hole)) and len(self.asked) < MAX_NAMES:
                self.asked.setdefault((f"self\0{hole.parameter[5:]}\0{owner}\0{hole.span.file}", False), role)

    def _known(self, name: str) -> bool:
        """Whether a method is one of a class of the project."""
        called, _, file = name[1:].partition("()\0")
        facts = self.homes.get(file)
        found = self.classes.meant(facts, called) if facts is not None else None
        return found is not None and found[1].rpartition(".")[0] in self.homes[found[0]].bases

    def _around(self, hole: Hole) -> str:
        """The class whose method a value stands in, or ""."""
        facts = self.homes.get(hole.span.file)
        for key in self.linker.around(facts, hole.span.start) if facts is not None else ():
            owner = key.rpartition(".")[0]
            if facts is not None and owner in facts.bases:
                return owner
        return ""

    def found(self) -> list[tuple[Facts, Site]]:
        """The texts for the names that were asked for since the last time."""
        sites: list[tuple[Facts, Site]] = []
        for (name, variable), role in list(self.asked.items())[self.done :]:
            if name[:1] == "#":
                sites += self._drawn(role, *name.split("\0"))
            elif name[:1] == "@" and "()\0" in name:
                place, _, file = name[1:].partition("()\0")
                sites += self._given_back(role, place, file)
            elif name[:1] == "@":
                sites += self._shown(role, *name[1:].split("\0"))
            elif name[:5] == "self\0":
                sites += self._held(role, *name[5:].split("\0"))
            elif self._tells(name, variable):
                for _, facts, value in self.values[name]:
                    span = extent(value) or _NOWHERE
                    sites.append((facts, Site(value, role, name.strip("[]()"), "member", span, READS)))
        self.done = len(self.asked)
        return sites

    def _drawn(self, role: str, member: str, file: str) -> Iterator[tuple[Facts, Site]]:
        """The texts of a collection that a prompt takes one of at a time."""
        facts = self.homes.get(file)
        number, *path = member[1:].split(".")
        if facts is None or not number.isdecimal() or int(number) >= len(facts.drawn):
            return
        name = path[-1] if path and path[-1] != "*" else ""
        for text in itertools.islice(within(self.linker.resolve(facts.drawn[int(number)], facts), path), MAX_TEXTS):
            yield facts, Site(text, role, name, "member", extent(text) or _NOWHERE, READS)

    def _shown(self, role: str, name: str, file: str) -> Iterator[tuple[Facts, Site]]:
        """What an object gives as its text: `__str__` of its class, or `__repr__`."""
        facts = self.homes.get(file)
        place = self.linker.place(name, facts) if facts is not None else None
        if place is None:
            return
        for method in _SHOWN:
            known = self.linker.function(place[0], f"{place[1]}.{method}")
            if known is not None:
                home, function = known
                yield home, Site(function.returns, role, method, "member", extent(function.returns) or _NOWHERE, READS)
                return

    def _given_back(self, role: str, name: str, file: str) -> Iterator[tuple[Facts, Site]]:
        """What a method of a class of the project gives back, of that class and of those made from it."""
        found = self.classes.meant(self.homes[file], name)
        if found is None:
            return
        owner, _, method = found[1].rpartition(".")
        for home, key in ((self.homes[found[0]], owner), *self.classes.below(found[0], owner)):
            function = home.functions.get(f"{key}.{method}")
            if function is not None and function.returns != ():
                span = extent(function.returns) or _NOWHERE
                yield home, Site(function.returns, role, method, "member", span, READS)

    def _held(self, role: str, attribute: str, owner: str, file: str) -> Iterator[tuple[Facts, Site]]:
        """What the objects whose method a prompt comes from have for an attribute that this method reads.

        That is what their classes say of it, and what they are made with.
        """
        line = self.classes.lineage(self.homes[file], owner)
        below = list(self.classes.below(file, owner))
        said = [each for each in line if f"{each[1]}.{attribute}" in each[0].bindings][:1]
        for home, name in (*said, *below):
            value = home.bindings.get(f"{name}.{attribute}")
            if value is not None:
                yield home, Site(value, role, attribute, "member", extent(value) or _NOWHERE, READS)
        own = {(home.file, name) for home, name in (*line[:1], *below)}
        for home, name in (*line, *below):
            for method, parameter in home.assigned.get(f"{name}.{attribute}", ()):
                made = self.callers.calls_of((home.file, method)) if method in home.functions else ()
                for given in made:
                    value = given.arguments.get(parameter)
                    if value is not None and self._makes(given, own):
                        yield given.facts, Site(value, role, attribute, "member", extent(value) or _NOWHERE, READS)

    def _makes(self, given: Given, classes: set[Place]) -> bool:
        """Whether a call is about an object of one of these classes: it makes it, or it is one of its own methods'."""
        made = self.classes.about(given.facts, given.invocation.name)
        return made in classes or (given.facts.file, given.invocation.function.rpartition(".")[0]) in classes

    def _tells(self, name: str, variable: bool) -> bool:
        """Whether a name says enough of whose it is: by its words, or since few have it."""
        owners = {family[1].rpartition(".")[2] for family, _, _ in self.values[name]}
        if len(words(name)) > 1:
            return len(owners) <= MAX_FAMILIES
        if variable:
            # What objects are made with, and the class that keeps it.
            return len(owners) <= 2
        # What holds a text, an error, an answer comes with data, as does what is told of an outcome.
        return len(owners) == 1 and volatility_of(name) is not Volatility.REQUEST and name not in TOLD


def _read(template: Template, namesakes: set[str], depth: int) -> Iterator[tuple[str, bool]]:
    """The names of what a prompt reads from objects, and of the variables of a template that are called the same.

    And whether a name is that of a variable.
    """
    for part in template if depth < MAX_NESTING else ():
        if type(part) is Hole:
            if part.member[:1] == "@":
                yield f"{part.member}\0{part.span.file}", False
                if part.member.endswith("()"):
                    yield part.member.rpartition(".")[2], False
            elif part.member[:1] == "#":
                yield f"{part.member}\0{part.span.file}", False
                key = part.member.rpartition(".")[2]
                if "_" in key.strip("_"):
                    yield f"[{key}]", False
            elif part.member:
                yield part.member, False
            elif not part.span.file.endswith(".py") and _DOTTED.fullmatch(part.expression):
                yield part.expression.rpartition(".")[2], False
            elif part.expression in namesakes and part.span.end - part.span.start > len(part.expression) + 1:
                # A variable of a template, which stands between braces.
                yield part.expression, True
        elif type(part) is Choice:
            for branch in part.branches:
                yield from _read(branch, namesakes, depth + 1)
        elif type(part) is Repeat:
            if part.over in namesakes:
                yield part.over, True
            yield from _read(part.body, namesakes, depth + 1)
