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
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec

from promptlint.classes import Place
from promptlint.drawn import MAX_TEXTS, everything, within
from promptlint.extract.against import of_failures
from promptlint.extract.collections import EVERYTHING
from promptlint.extract.extents import extent, sample
from promptlint.extract.facts import Facts, Site
from promptlint.extract.messages import role_named
from promptlint.extract.names import describing, of_template, several_words, volatility_of, words
from promptlint.extract.reads import utters
from promptlint.extract.sites import READS, TOLD
from promptlint.extract.state import fallback_of, single_hole
from promptlint.operations import literal
from promptlint.prompt import Request
from promptlint.template import Choice, Hole, Repeat, Span, Template, Value, Volatility, holes, references

if TYPE_CHECKING:
    from promptlint.callers import Callers
    from promptlint.link import Linker
    from promptlint.objects import Given

# Families of classes that may share a name of several words.
MAX_FAMILIES = 4
# The same where the name says that it is a template: each class has its own.
MAX_TEMPLATES = 16
# Names that are looked up in a run.
MAX_NAMES = 5_000
MAX_NESTING = 40
# Methods that give the text of an object, the first that it has.
_SHOWN = ("__format__", "__str__", "__repr__")
# Attributes that objects of all kinds have.
_COMMON = frozenset("content description id key label name role summary text title type value".split())
# What a message says, and the last words of the classes of messages. Most of it comes with data; what the program
# itself lets one say stands where the message is made, and is all of it.
_SAYING = frozenset({"content", "text"})
_MESSAGES = frozenset({("message",), ("msg",), ("utterance",)})
# Functions that hand on what they are given, from one to the next.
MAX_HANDED = 3
_NOWHERE = Span("", 0, 0)
# Characters of the braces around a variable, with white space and the form it is given.
_BRACES = 24
# In a template, `agent.goal` is an attribute, too.
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")


class Read(msgspec.Struct, frozen=True):
    """What a prompt reads, and in which file it does where that matters.

    `kind`: "member", an attribute or method of objects, by its `name` alone; "variable" of a template that is called
    the same; "item" of a collection, as in `Hole.member`; "shown", an object as text, and "returned", what a method
    gives back, where the class is known; "own", an attribute of an object of the class `owner` of that file, whose
    method reads it, or whose class is known; "added", what methods add to a list in such an attribute, or what stands
    in that under a key; "put", what a template that is not known is filled with at this place.
    """

    kind: Literal["member", "variable", "item", "shown", "returned", "own", "of", "added", "put"]
    name: str
    file: str = ""
    owner: str = ""


class Members:
    """What classes and their objects have, by name. One for a run."""

    def __init__(self, all_facts: Sequence[Facts], callers: Callers, linker: Linker) -> None:
        self.linker = linker
        self.callers = callers
        classes = self.classes = callers.classes
        self.homes = {facts.file: facts for facts in all_facts}
        # What prompts read, each with the role of the first, and how much of that has been looked up.
        self.asked: dict[Read, str] = {}
        self.done = 0
        # By name: whose it is, the file it stands in, the value there.
        self.values: dict[str, list[tuple[Place, Facts, Value]]] = {}
        self.namesakes = {name for facts in all_facts for name in facts.namesakes}
        own = {key.rpartition(".")[2] for facts in all_facts for key in facts.bases}
        for facts in all_facts:
            for key, value in facts.bindings.items():
                owner, _, name = key.rpartition(".")
                if owner in facts.bases and not of_failures(owner):
                    self._add(name, classes.family(facts, owner), facts, value)
            for key, function in facts.functions.items():
                owner, _, name = key.rpartition(".")
                if owner in facts.bases and describing(name):
                    self._add(f"{name}()", classes.family(facts, owner), facts, function.returns)
            for owner, name, value in facts.given:
                # What object `x.text = "..."` is about, or what `Field(help="...")` is, nothing says.
                if owner in own or describing(name.strip("[]")):
                    self._add(name, ("", owner), facts, value)

    def _add(self, name: str, family: Place, facts: Facts, value: Value) -> None:
        self.values.setdefault(name, []).append((family, facts, value))

    def ask(self, role: str, template: Template) -> None:
        """Look for what a prompt reads from objects."""
        for read in _read(template, self.namesakes, 0):
            if read.kind == "of":
                self._of(read, role)
                continue
            by_name = read.kind in ("member", "variable")
            if self._known(read) if read.kind == "returned" else not by_name or read.name in self.values:
                self._want(read, role)
        self._put_in(role, template)
        for hole in holes(template):
            if hole.member[:6] == "*self." and (owner := self._around(hole)):
                self._want(Read("added", hole.member[6:], hole.span.file, owner), role)
            if hole.member[:1] == "*" and hole.member.rpartition(".")[2] in _SAYING:
                self._of_item(hole, role)
            if hole.parameter[:5] == "self." and (owner := self._around(hole)):
                inner, _, name = hole.parameter[5:].rpartition(".")
                if inner and name == "__doc__":
                    # What a method of the object says of itself.
                    self._want(Read("own", f"{inner}.{name}", hole.span.file, owner), role)
                elif inner:
                    self._of(Read("of", name, hole.span.file, f":{owner}.{inner}"), role)
                else:
                    self._want(Read("own", name, hole.span.file, owner), role)

    def ask_methods(self, role: str, template: Template) -> None:
        """Look for what methods of objects give back, of which a message that has no text of its own consists."""
        for read in _read(template, self.namesakes, 0):
            if read.kind == "returned" and self._known(read):
                self._want(read, role)

    def _put_in(self, role: str, template: Template) -> None:
        """Look for what fills templates of which nothing is known."""
        for hole in holes(template):
            if (hole.span.file, hole.span.start) in self.linker.put_in:
                self._want(Read("put", str(hole.span.start), hole.span.file), role)

    def _of(self, read: Read, role: str) -> None:
        """Look for an attribute of an object whose class is one of the project."""
        facts = self.homes.get(read.file)
        said = _speaks(read.name) or read.name in _SAYING
        found = self.classes.about(facts, read.owner) if facts is not None and said else None
        if found is not None and (_speaks(read.name) or words(found[1].rpartition(".")[2])[-1:] in _MESSAGES):
            self._want(Read("own", read.name, *found), role)

    def _of_item(self, hole: Hole, role: str) -> None:
        """Look for what the messages of a list say, where their class is annotated: `history: list[Message]`."""
        facts = self.homes.get(hole.span.file)
        name, _, attribute = hole.member[1:].rpartition(".")
        around = list(self.linker.around(facts, hole.span.start)) if facts is not None else []
        if name[:5] == "self.":
            around, name = [self._around(hole)], name[5:]
        for key in (f"{each}.{name}[]" for each in around):
            if facts is not None and key in facts.types:
                self._of(Read("of", attribute, facts.file, f":{key}"), role)

    def _want(self, read: Read, role: str) -> None:
        if len(self.asked) < MAX_NAMES:
            self.asked.setdefault(read, role)

    def _known(self, read: Read) -> bool:
        """Whether a method is one of a class of the project."""
        facts = self.homes.get(read.file)
        found = self.classes.meant(facts, read.name) if facts is not None else None
        return found is not None and found[1].rpartition(".")[0] in self.homes[found[0]].bases

    def _around(self, hole: Hole) -> str:
        """The class whose method a value stands in, or ""."""
        facts = self.homes.get(hole.span.file)
        for key in self.linker.around(facts, hole.span.start) if facts is not None else ():
            owner = key.rpartition(".")[0]
            if facts is not None and owner in facts.bases:
                return owner
        return ""

    def found(self, bare: Iterable[Request] = ()) -> list[tuple[Facts, Site]]:
        """The texts for what was asked for since the last time, and those that fill what `bare` requests send."""
        for prompt in (prompt for request in bare for prompt in request.prompts):
            self._put_in(prompt.role, prompt.template)
        sites: list[tuple[Facts, Site]] = []
        for read, role in list(self.asked.items())[self.done :]:
            match read.kind:
                case "item":
                    sites += self._drawn(read, role)
                case "returned":
                    sites += self._given_back(read, role)
                case "shown":
                    sites += self._shown(read, role)
                case "own":
                    sites += self._held(read, role)
                case "added":
                    sites += self._added(read, role)
                case "put":
                    for name, value in self.linker.put_in[read.file, int(read.name)].items():
                        site = Site(value, role, name, "within", extent(value) or _NOWHERE, READS)
                        sites.append((self.homes[read.file], site))
                case _ if self._tells(read):
                    for _, facts, value in self.values[read.name]:
                        span = extent(value) or _NOWHERE
                        sites.append((facts, Site(value, role, read.name.strip("[]()"), "member", span, READS)))
        self.done = len(self.asked)
        return sites

    def _drawn(self, read: Read, role: str) -> Iterator[tuple[Facts, Site]]:
        """The texts of a collection that a prompt takes one of at a time."""
        facts = self.homes.get(read.file)
        number, *path = read.name[1:].split(".")
        if facts is None or not number.isdecimal() or int(number) >= len(facts.drawn):
            return
        written = facts.drawn[int(number)]
        # It is called like its key, or like the whole.
        whole = next(iter(references(written, 1)), "").lstrip(":").rpartition(".")[2]
        name = path[-1] if path and path[-1].strip("*") else whole
        collection = self.linker.resolve(written, facts)
        if path == [EVERYTHING]:
            told = everything(collection, whole)
        else:
            told = ((name, text) for text in within(collection, path, self.linker))
        found = list(itertools.islice(told, MAX_TEXTS))
        replies = facts.quiet and any(utters(sample(text), False) for _, text in found)
        for name, text in found:
            if replies and utters(sample(text), True):
                # A program that speaks of no model says one of several things to people.
                continue
            yield facts, Site(text, role, name, "member", extent(text) or _NOWHERE, READS)

    def _shown(self, read: Read, role: str) -> Iterator[tuple[Facts, Site]]:
        """What an object gives as its text: `__str__` of its class, or `__repr__`."""
        facts = self.homes.get(read.file)
        place = self.linker.place(read.name, facts) if facts is not None else None
        if place is None:
            return
        for method in _SHOWN:
            known = self.linker.function(place[0], f"{place[1]}.{method}")
            if known is not None:
                home, function = known
                yield home, Site(function.returns, role, method, "member", extent(function.returns) or _NOWHERE, READS)
                return

    def _given_back(self, read: Read, role: str) -> Iterator[tuple[Facts, Site]]:
        """What a method of a class of the project gives back, of that class and of those made from it."""
        found = self.classes.meant(self.homes[read.file], read.name)
        if found is None:
            return
        owner, _, method = found[1].rpartition(".")
        for home, key in ((self.homes[found[0]], owner), *self.classes.below(found[0], owner)):
            function = home.functions.get(f"{key}.{method}")
            if function is not None and function.returns != ():
                span = extent(function.returns) or _NOWHERE
                yield home, Site(function.returns, role, method, "member", span, READS)

    def _held(self, read: Read, role: str) -> Iterator[tuple[Facts, Site]]:
        """What the objects whose method a prompt comes from have for an attribute that this method reads.

        That is what their classes say of it, and what they are made with.
        """
        attribute = read.name
        line = self.classes.lineage(self.homes[read.file], read.owner)
        below = list(self.classes.below(read.file, read.owner))
        said = [each for each in line if f"{each[1]}.{attribute}" in each[0].bindings][:1]
        for home, name in (*said, *below):
            value = home.bindings.get(f"{name}.{attribute}")
            told = attribute in _SAYING and words(name.rpartition(".")[2])[-1:] in _MESSAGES
            if value is not None and not told:
                yield home, Site(value, role, attribute, "member", extent(value) or _NOWHERE, READS)
        kinds = {(home.file, name) for home, name in (*line[:1], *below)}
        for home, name in (*line, *below):
            for method, parameter in home.assigned.get(f"{name}.{attribute}", ()):
                made = self.callers.calls_of((home.file, method)) if method in home.functions else ()
                for given in made:
                    value = given.arguments.get(parameter)
                    if value is not None and self._makes(given, kinds):
                        yield from self._given(value, given, attribute, role)

    def _given(self, value: Value, given: Given, attribute: str, role: str) -> Iterator[tuple[Facts, Site]]:
        """What the call that makes an object gives for one of its attributes."""
        spoken, evidence = "unknown", "member"
        if attribute in _SAYING:
            # What is said in the model's name it has said itself, as a rule; so are messages of several blocks.
            spoken, evidence = role_named(literal(given.arguments.get("role", ())) or ""), "wrapper"
            if spoken in ("assistant", "tool") or not isinstance(value, tuple):
                return
        for facts, each in self._handed(value, given, 0 if evidence == "wrapper" else MAX_HANDED):
            own = fallback_of(each)
            if evidence == "wrapper" and (single_hole(each) is not None or (own is not None and own.json is not None)):
                # What a tool or an answer has come to, which others know.
                continue
            told = role if spoken == "unknown" else spoken
            yield facts, Site(each, told, attribute, evidence, extent(each) or _NOWHERE, READS)

    def _handed(self, value: Value, given: Given, hops: int) -> Iterator[tuple[Facts, Value]]:
        """What a call gives; where that is a parameter of the function around it, what the callers of that give."""
        yield given.facts, value
        hole = single_hole(value)
        place = (given.facts.file, given.invocation.function)
        if hole is None or not hole.parameter or hops >= MAX_HANDED or place[1] not in given.facts.functions:
            return
        for above in self.callers.calls_of(place):
            more = above.arguments.get(hole.parameter)
            if more is not None and above.certain:
                yield from self._handed(more, above, hops + 1)

    def _added(self, read: Read, role: str) -> Iterator[tuple[Facts, Site]]:
        """The texts that methods add to a list in an attribute, or to what stands in the list."""
        attribute, *path = read.name.split(".")
        line = self.classes.lineage(self.homes[read.file], read.owner)
        for home, name in (*line, *self.classes.below(read.file, read.owner)):
            for value in home.added.get(f"{name}.{attribute}", ()):
                for text in itertools.islice(within(self.linker.resolve(value, home), path, self.linker), MAX_TEXTS):
                    yield home, Site(text, role, attribute, "member", extent(text) or _NOWHERE, READS)

    def _makes(self, given: Given, classes: set[Place]) -> bool:
        """Whether a call is about an object of one of these classes: it makes it, or it is one of its own methods'."""
        made = self.classes.about(given.facts, given.invocation.name)
        return made in classes or (given.facts.file, given.invocation.function.rpartition(".")[0]) in classes

    def _tells(self, read: Read) -> bool:
        """Whether a name says enough of whose it is: by its words, or since few have it."""
        owners = {family[1].rpartition(".")[2] for family, _, value in self.values[read.name] if not _bare(value)}
        if read.name in _COMMON and all(words(owner)[-1:] == ("command",) for owner in owners):
            # What a command says of itself is for those who type it.
            return False
        if len(words(read.name)) > 1 or describing(read.name.strip("[]()")):
            return len(owners) <= (MAX_TEMPLATES if of_template(read.name) else MAX_FAMILIES)
        if read.kind == "variable":
            # What objects are made with, and the class that keeps it.
            return len(owners) <= 2
        return len(owners) == 1 and _speaks(read.name)


def _bare(value: Value) -> bool:
    """Whether a value is a text that says nothing: `""`, `"en"`, `"{{ error }}"`."""
    text = literal(value) if isinstance(value, tuple) else None
    return text is not None and not several_words(text.strip(" {}"))


def _speaks(name: str) -> bool:
    """Whether an attribute may hold a text of the project.

    What holds a text, an error, an answer comes with data, as does what is told of an outcome.
    """
    return volatility_of(name) is not Volatility.REQUEST and name not in TOLD


def _read(template: Template, namesakes: set[str], depth: int) -> Iterator[Read]:
    """What a prompt reads from objects and collections, and the variables of a template that are called the same."""
    for part in template if depth < MAX_NESTING else ():
        if type(part) is Hole:
            yield from _read_by(part, namesakes)
        elif type(part) is Choice:
            for branch in part.branches:
                yield from _read(branch, namesakes, depth + 1)
        elif type(part) is Repeat:
            if part.over in namesakes:
                yield Read("variable", part.over)
            yield from _read(part.body, namesakes, depth + 1)


def _read_by(hole: Hole, namesakes: set[str]) -> Iterator[Read]:
    file, member = hole.span.file, hole.member
    if member[:1] == "@" and member.endswith("()"):
        yield Read("returned", member[1:-2], file)
        yield Read("member", member.rpartition(".")[2])
    elif member[:1] == "@":
        yield Read("shown", member[1:], file)
    elif member[:1] == "#":
        yield Read("item", member, file)
        key = member.rpartition(".")[2]
        if describing(key):
            yield Read("member", f"[{key}]")
    elif member[:1] == "*":
        # An item of what callers give: if that is not in sight, the name alone leads on.
        key = member.rpartition(".")[2]
        if key not in _COMMON:
            yield Read("member", key)
        if describing(key):
            yield Read("member", f"[{key}]")
    elif member[:1] == ".":
        owner, _, name = member[1:].rpartition(".")
        yield Read("of", name, file, owner)
        if name not in _COMMON:
            yield Read("member", name)
    elif member:
        # Whose `self.description` is, is known: that of objects of other classes is none of it.
        if member not in _COMMON or hole.parameter[:5] != "self.":
            yield Read("member", member)
    elif not file.endswith(".py") and _DOTTED.fullmatch(hole.expression):
        yield Read("member", hole.expression.rpartition(".")[2])
    elif hole.expression in namesakes and 1 < hole.span.end - hole.span.start - len(hole.expression) < _BRACES:
        # A variable of a template, which stands between braces; a method without a body has a name as well.
        yield Read("variable", hole.expression)
