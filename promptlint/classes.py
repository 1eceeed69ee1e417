"""Which function of the project a call means: methods of classes, of their bases, of objects whose class is known."""

from __future__ import annotations

import functools
from collections.abc import Container, Iterator, Sequence
from typing import TypeAlias

import msgspec

from promptlint.extract.annotations import CLASS_ONLY
from promptlint.extract.facts import Facts, Invocation
from promptlint.extract.handing import named_by, or_function
from promptlint.extract.invocations import CALLED
from promptlint.extract.sending import GROUPS
from promptlint.modules import Modules
from promptlint.operations import literal
from promptlint.references import is_property
from promptlint.template import (
    SUPER,
    Apply,
    Arguments,
    Hole,
    Items,
    Mapping,
    Ref,
    Span,
    Template,
    Text,
    Value,
    Volatility,
    texts,
)

# A file and a key in its `functions`, `bindings` or `bases`.
Place: TypeAlias = tuple[str, str]
MAX_HOPS, MAX_BASES, MAX_BELOW = 12, 40, 400
# Among what holds in a method: the class of its object.
BELOW = "@below"
# What the objects of a framework's classes call when they are called: of PyTorch and DSPy, of Keras and AdalFlow.
FORWARDED = ("forward", "call")


@functools.lru_cache(4_096)
def object_of(place: Place, exact: bool = False) -> Mapping:
    """A class as a value, to be handed on beside those of parameters; `complete`: the object is of none below it."""
    return Mapping((), Span(place[0], 0, 0), exact, ":".join(place))


class Classes:
    """Classes of the linted tree, above and below each other."""

    def __init__(self, all_facts: Sequence[Facts], modules: Modules) -> None:
        self.modules = modules
        self.homes = {facts.file: facts for facts in all_facts}
        self.lines: dict[Place, list[tuple[Facts, str]]] = {}
        self.known: dict[Place, Place | None] = {}
        # Calls of methods of what may be an object of another class, too.
        self.either: set[tuple[str, str]] = set()
        self.unsure = False
        # Methods that are not there, or do nothing, by the class below that has one that does.
        self.better: dict[Place, Place] = {}
        # Whether more than one class below has such a method.
        self.several: dict[Place, bool] = {}
        # Whether a class below has its own.
        self.replaced: dict[Place, bool] = {}
        self.children: dict[Place, list[Place]] | None = None
        self.objects: dict[str, set[str]] | None = None
        # By their names in small letters the classes.
        self.alike: dict[str, list[tuple[Facts, str]]] | None = None
        # By the name of a method the families of classes that have it.
        self.families: dict[str, set[Place]] | None = None
        # What the fields of settings are by default which the environment may set: the texts, each with its field.
        self.fields: dict[Span, Hole] | None = None
        # Of each file with settings the keys of what its classes hold.
        self.owned: dict[str, dict[str, list[str]]] = {}

    def from_outside(self, value: Value) -> Hole | None:
        """The field of settings whose default a text is, or may be: the environment may say something else."""
        fields = self._fields()
        told = texts(value) if fields and isinstance(value, tuple) else ()
        return next((fields[text.span] for text in told if text.span in fields), None)

    def in_field(self, linked: Value, written: Value) -> Value:
        """What a name holds; a text that something else gives a field of settings stands there.

        `model: str = SMALL`, `model: str = TABLE["small"]`, `model: str = Models.SMALL.value`.
        """
        part = written[0] if isinstance(written, tuple) and len(written) == 1 else None
        if not isinstance(part, Ref | Apply) or not (said := literal(linked)):
            return linked
        if len(said.split()) > 1 or part.fallback.span not in self._fields():
            return linked
        return (Text(said, part.fallback.span, False),)

    def _fields(self) -> dict[Span, Hole]:
        """The fields of settings, by the places of what they are by default."""
        if self.fields is None:
            self.fields, seen = {}, set[Place]()
            for facts in self.homes.values():
                for name in facts.bases:
                    line = self.lineage(facts, name)
                    if any(_reads_environment(base) for home, each in line for base in home.bases[each]):
                        self._set_outside(facts, name, seen, self.fields)
            self.owned.clear()
        return self.fields

    def _set_outside(self, facts: Facts, name: str, seen: set[Place], fields: dict[Span, Hole]) -> None:
        """Note what the fields of a class are by default, and those of the models that these hold."""
        stack = [(facts, name)]
        while stack:
            facts, name = stack.pop()
            if (facts.file, name) in seen:
                continue
            seen.add((facts.file, name))
            for key in self._members(facts).get(name, ()):
                if key in facts.bindings and facts.types.get(key) != CLASS_ONLY:
                    fields |= _of_field(facts, key)
                model = self.class_of(facts, facts.types[key]) if key in facts.types else None
                if model is not None and model[1] in model[0].bases:
                    stack.append(model)

    def _members(self, facts: Facts) -> dict[str, list[str]]:
        """By the classes of a file the keys of what they hold, gone through once for all of them."""
        if facts.file not in self.owned:
            members = self.owned[facts.file] = {}
            for key in {**facts.bindings, **facts.types}:
                members.setdefault(key.rpartition(".")[0], []).append(key)
        return self.owned[facts.file]

    # ---- from a call to its function

    def target(self, facts: Facts, name: str, wanted: Container[Place]) -> Place | None:
        """The function that a call means: of several overridden ones the one that is wanted."""
        found = self.meant(facts, name)
        return found if found is None or found in wanted else self.better.get(found)

    def meant(self, facts: Facts, name: str) -> Place | None:
        """The function that a call means, for all that the class of its object says."""
        asked = (facts.file, name)
        if asked not in self.known:
            place = self._start(facts, name)
            self.unsure = False
            self.known[asked] = self._function(*place, 0) if place else None
            if self.unsure:
                self.either.add(asked)
        return self.known[asked]

    def passed(self, facts: Facts, invocation: Invocation) -> Invocation | None:
        """The call of a function that is handed to another one, where that one calls it with what it is given."""
        place = self.meant(facts, invocation.by)
        function = self.homes[place[0]].functions.get(place[1]) if place is not None else None
        if function is None or not function.passes:
            return None
        own, given = {name for name, _ in function.parameters}, invocation.arguments
        keywords = tuple((key, value) for key, value in given.keywords if key not in own)
        arguments = Arguments(given.positional[function.passes - 1 :], keywords, given.complete)
        return msgspec.structs.replace(invocation, arguments=arguments, by="")

    def held(self, facts: Facts, invocation: Invocation) -> Invocation:
        """The call of a function that an attribute holds, at least where nothing else is given: `self._ask(text)`."""
        key = invocation.name[1:] if invocation.name[:1] == ":" else ""
        value = facts.bindings.get(key) if "." in key and key not in facts.functions else None
        if value is None or not (name := named_by(value) or or_function(value)[0]) or self.meant(facts, name) is None:
            return invocation
        # A class below, or whoever has such an object, may give it another one.
        return msgspec.structs.replace(invocation, name=name, usual=f"self.{key.rpartition('.')[2]}")

    def known_object(self, facts: Facts, name: str) -> bool:
        """Whether the class of the object that a method is called on is one of the project."""
        place = self._start(facts, name)
        return place is not None and self._class(place[0], place[1].rpartition(".")[0], 0) is not None

    def class_of(self, facts: Facts, name: str) -> tuple[Facts, str] | None:
        """The class that a name stands for, or of whose object it is the name."""
        place = self._start(facts, name)
        return self._class(*place, 0) if place is not None else None

    def about(self, facts: Facts, name: str) -> Place | None:
        """The class that a call makes an object of, or of whose object it calls a method."""
        place = self._start(facts, name)
        found = self._class(*place, 0) if place is not None else None
        if found is None and place is not None:
            found = self._class(place[0], place[1].rpartition(".")[0], 0)
        return (found[0].file, found[1]) if found is not None else None

    def certain(self, facts: Facts, name: str) -> bool:
        """Whether the object of a call has the method that is meant, for all that is known of its class.

        A class has not, if only some of those below it have the method.
        """
        found = self.known.get((facts.file, name))
        if found is None or found not in self.better or found[1] in self.homes[found[0]].functions:
            return True
        owner, _, member = found[1].rpartition(".")
        return all(
            any(f"{each}.{member}" in above.functions for above, each in self.lineage(home, below))
            for home, below in self.below(found[0], owner)
        )

    def ambiguous(self, facts: Facts, name: str) -> bool:
        """Whether a call that means a method of one class may, for all that is known, mean that of another one."""
        if (facts.file, name) in self.either:
            return True
        found = self.known.get((facts.file, name))
        if found is None or found not in self.better:
            return False
        if found not in self.several:
            owner, _, member = found[1].rpartition(".")
            having = [name for home, name in self.below(found[0], owner) if f"{name}.{member}" in home.functions]
            self.several[found] = len(having) > 1
        return self.several[found]

    def overridden(self, place: Place) -> bool:
        """Whether a class below has its own method in the place of this one."""
        if place not in self.replaced:
            owner, _, member = place[1].rpartition(".")
            below = self.below(place[0], owner)
            self.replaced[place] = any(f"{name}.{member}" in home.functions for home, name in below)
        return self.replaced[place]

    def _start(self, facts: Facts, name: str) -> tuple[Facts, str] | None:
        return (facts, name[1:]) if name.startswith(":") else self.modules.find(facts, name)

    def _function(self, home: Facts, key: str, hops: int) -> Place | None:
        if hops > MAX_HOPS or not key:
            return None
        if key in home.functions:
            return home.file, key
        if key in home.bases:
            return self._method(home, key, "__init__")
        owner, _, member = key.rpartition(".")
        if owner:
            found = self._class(home, owner, hops + 1)
            if found is not None:
                method = self._method(*found, member)
                known = method[1] in self.homes[method[0]].functions
                held = None if known else self._attribute(found, member, hops)
                return method if held is None else self._method(*held, CALLED)
        elif key in home.types and (found := self._class(home, key, hops + 1)) is not None:
            # An object that is called.
            return self._method(*found, CALLED)
        origin = self.modules.imported(home, key)
        return self._function(*origin, hops + 1) if origin is not None else None

    def _method(self, home: Facts, name: str, member: str) -> Place:
        """A method of a class or of its bases; where nothing has it, the place it would have."""
        line = self.lineage(home, name)
        for above, each in line:
            if f"{each}.{member}" in above.functions:
                return above.file, f"{each}.{member}"
        if member == CALLED and line and line[-1][0].bases.get(line[-1][1]):
            # A class that is not in the tree has it.
            keys = ((above, f"{each}.{called}") for above, each in line for called in FORWARDED)
            found = next(((above.file, key) for above, key in keys if key in above.functions), None)
            if found is not None:
                return found
        return home.file, f"{name}.{member}"

    def _class(self, home: Facts, key: str, hops: int) -> tuple[Facts, str] | None:
        """The class that a name stands for, or whose object it stands for."""
        if hops > MAX_HOPS or not key:
            return None
        if key in home.bases:
            return home, key
        said = home.types.get(key)
        self.unsure = self.unsure or key in home.mixed
        if said is not None:
            place = self._start(home, said)
            return self._class(*place, hops + 1) if place is not None else None
        if key.endswith("()") and not key.endswith(".super()"):
            return self._given_back(home, key[:-2], hops + 1)
        owner, _, member = key.rpartition(".")
        if owner:
            found = self._class(home, owner, hops + 1)
            if found is not None:
                if member == "super()":
                    return next(iter(self.lineage(*found)[1:]), None)
                return self._attribute(found, member, hops)
        origin = self.modules.imported(home, key)
        return self._class(*origin, hops + 1) if origin is not None else None

    def _attribute(self, owner: tuple[Facts, str], member: str, hops: int) -> tuple[Facts, str] | None:
        for above, each in self.lineage(*owner):
            key = f"{each}.{member}"
            if key not in above.types and key in above.functions and is_property(above, key, self.modules):
                # What a property gives back, as it is annotated.
                key += "()"
            said = above.types.get(key)
            place = self._start(above, said) if said is not None else None
            if place is not None:
                self.unsure = self.unsure or key in above.mixed
                return self._class(*place, hops + 1)
        return self._called_like(member)

    def _called_like(self, member: str) -> tuple[Facts, str] | None:
        """The one class of the tree that has the name of an attribute of which nothing else is known: `llm_client`.

        One word is a name for many things, and what has such a name may be an object of another class all the same.
        """
        found = self._namesake(member) if "_" in member.strip("_") else None
        self.unsure = self.unsure or found is not None
        return found

    def perhaps(self, facts: Facts, name: str, called: str) -> Place | None:
        """The method that a call on an attribute of which nothing is known may mean: `self.desk.llm.run`, of `Llm`.

        `name` is what is called, as in `Invocation`, `called` as it is written.
        """
        owner, _, method = called.rpartition(".")
        if owner.rpartition(".")[2] in GROUPS:
            # By these words the SDKs group their methods.
            return None
        held = name.rpartition(".")[0].lstrip(":")
        known = held and (held in facts.types or isinstance(facts.bindings.get(held), Mapping))
        found = self._namesake(owner.rpartition(".")[2]) if "." in owner and not known else None
        place = self._method(*found, method) if found is not None else None
        return place if place is not None and place[1] in self.homes[place[0]].functions else None

    def _namesake(self, member: str) -> tuple[Facts, str] | None:
        """The one class of the tree that has the name of an attribute, in small letters."""
        if not member.islower():
            return None
        if self.alike is None:
            self.alike = {}
            for home in self.homes.values():
                for name in home.bases:
                    self.alike.setdefault(name.lower(), []).append((home, name))
        found = self.alike.get(member.replace("_", ""), [])
        return found[0] if len(found) == 1 else None

    def _given_back(self, home: Facts, key: str, hops: int) -> tuple[Facts, str] | None:
        """The class of what a function gives back, as it is annotated."""
        place = self._function(home, key, hops)
        if place is None:
            return None
        above = self.homes[place[0]]
        said = above.types.get(f"{place[1]}()")
        start = self._start(above, said) if said is not None else None
        self.unsure = self.unsure or f"{place[1]}()" in above.mixed
        return self._class(*start, hops + 1) if start is not None else None

    def only(self, place: Place) -> bool:
        """Whether no class but those of one family has a method of this name."""
        if self.families is None:
            self.families = {}
            for facts in self.homes.values():
                for key in facts.functions:
                    owner, _, member = key.rpartition(".")
                    if owner in facts.bases:
                        self.families.setdefault(member, set()).add(self.family(facts, owner))
        return len(self.families.get(place[1].rpartition(".")[2], ())) == 1

    def family(self, home: Facts, name: str) -> Place:
        """The class above all others that a class is made from."""
        first, key = self.lineage(home, name)[-1]
        return first.file, key

    # ---- above and below

    def lineage(self, home: Facts, name: str) -> list[tuple[Facts, str]]:
        """A class and those above it, nearest first."""
        place = (home.file, name)
        if place not in self.lines:
            line: dict[Place, tuple[Facts, str]] = {}
            todo = [(home, name)]
            while todo and len(line) < MAX_BASES:
                here, each = todo.pop(0)
                if (here.file, each) in line or each not in here.bases:
                    continue
                line[here.file, each] = (here, each)
                todo += self.modules.above(here, each)
            self.lines[place] = list(line.values())
        return self.lines[place]

    def above(self, home: Facts, key: str) -> tuple[Facts, str] | None:
        """Where a class above says what `Desk.super().tone` names."""
        owner, _, member = key.partition(SUPER)
        line = self.lineage(home, owner)[1:]
        return next(((each, f"{name}.{member}") for each, name in line if f"{name}.{member}" in each.bindings), None)

    def below(self, file: str, name: str) -> Iterator[tuple[Facts, str]]:
        """The classes that are made from a class, at whatever distance."""
        if self.children is None:
            self.children = {}
            for home in self.homes.values():
                for each in home.bases:
                    for above, base in self.lineage(home, each)[1:]:
                        self.children.setdefault((above.file, base), []).append((home.file, each))
        for place in self.children.get((file, name), ())[:MAX_BELOW]:
            yield self.homes[place[0]], place[1]

    def receiver(self, facts: Facts, name: str) -> Place | None:
        """The class of the object whose method a call names."""
        start = self._start(facts, name)
        found = self._class(start[0], start[1].rpartition(".")[0], 0) if start is not None else None
        return (found[0].file, found[1]) if found is not None else None

    def line(self, place: Place) -> list[Place]:
        """A class and those above it, nearest first."""
        return [(home.file, each) for home, each in self.lineage(self.homes[place[0]], place[1])]

    def nearer(self, about: Value, home: Facts, name: str) -> bool:
        """Whether an object is one of a class, or of one below."""
        file, _, below = about.kind.rpartition(":") if isinstance(about, Mapping) else ("", "", "")
        return (home.file, name) in self.line((file, below))

    def of_call(self, home: Facts, key: str, owner: Facts, bound: dict[str, Value]) -> Value | None:
        """The class of the object, or the class itself, that a method of one above is called on: `Below.method()`."""
        name = key.rpartition(".")[0]
        if name not in home.bases:
            return None
        known = bound.get(BELOW)
        if known is not None and self.nearer(known, home, name):
            return known
        return object_of((home.file, name)) if key not in home.functions or owner is not home else None

    def nearest(self, about: Value, home: Facts, key: str) -> tuple[Facts, str] | None:
        """What an object of a class has in the place of a member of one above, None if that is it."""
        assert isinstance(about, Mapping)
        file, _, below = about.kind.rpartition(":")
        owner, _, member = key.rpartition(".")
        line = self.lineage(self.homes[file], below)
        places = [(each.file, name) for each, name in line]
        if (home.file, owner) not in places or any(f"{name}.{member}" in each.assigned for each, name in line):
            # What the object is made with is nearer than what its class says.
            return None
        for each, name in line[: places.index((home.file, owner))]:
            if f"{name}.{member}" in each.bindings or f"{name}.{member}" in each.functions:
                return each, f"{name}.{member}"
        return None

    def override(self, facts: Facts, name: str, place: Place, attribute: str) -> tuple[Value, Facts] | None:
        """What the class whose method a call names has for an attribute, if that is below the one with the method."""
        start = self._start(facts, name)
        found = self._class(start[0], start[1].rpartition(".")[0], 0) if start is not None else None
        owner = (place[0], place[1].rpartition(".")[0])
        line = self.lineage(*found) if found is not None else []
        if owner not in [(home.file, each) for home, each in line]:
            return None
        if any(f"{each}.{attribute}" in home.assigned for home, each in line):
            # What the object is made with is nearer than what its class says.
            return None
        for home, each in line:
            if (home.file, each) == owner:
                return None
            value = home.bindings.get(f"{each}.{attribute}")
            if value is not None:
                return value, home
        return None

    def prefer(self, place: Place) -> None:
        """What is called as a method of a class above may be this method of one below."""
        owner, _, member = place[1].rpartition(".")
        home = self.homes[place[0]]
        for above, name in self.lineage(home, owner)[1:] if owner in home.bases and member != "__init__" else ():
            self.better.setdefault((above.file, f"{name}.{member}"), place)

    def names(self, place: Place) -> set[str]:
        """The last words of the names under which a function may be called."""
        owner, _, member = place[1].rpartition(".")
        if member not in ("__init__", CALLED, *FORWARDED) or owner not in self.homes[place[0]].bases:
            return {member}
        family = [owner, *(name for _, name in self.below(place[0], owner))]
        own = {name.rpartition(".")[2] for name in family}
        if member == "__init__":
            return {member, *own}
        if self.objects is None:
            # By the class that is named the last words of what holds an object of it.
            self.objects = {}
            for facts in self.homes.values():
                for key, said in facts.types.items():
                    self.objects.setdefault(said.rpartition(".")[2].lstrip(":"), set()).add(key.rpartition(".")[2])
        return {member, CALLED}.union(*(self.objects.get(name, ()) for name in own))


def _reads_environment(base: str) -> bool:
    """Whether a base class is pydantic's for settings, which gives fields what the environment has for them."""
    path = base.split(".")
    return path[-1] == "BaseSettings" and path[0] in ("pydantic", "pydantic_settings")


def _held(value: Value) -> Iterator[tuple[str, Template]]:
    """A text, or those of a list, a dict or that an object is made with, each with where it stands in it."""
    if isinstance(value, tuple):
        yield "", value
    if isinstance(value, Items):
        yield from ((f"[{at}]", item) for at, item in enumerate(value.items) if isinstance(item, tuple))
    for key, item in value.entries if isinstance(value, Mapping) and not value.kind else ():
        if isinstance(item, tuple):
            yield f'["{key}"]', item
    for key, item in value.entries if isinstance(value, Mapping) and value.kind else ():
        if isinstance(item, tuple) and key[:1] != "@":
            yield f".{key}", item


def _of_field(facts: Facts, key: str) -> dict[Span, Hole]:
    """The texts that a field of a class is by default, and the names that stand for such."""
    owner, _, field = key.rpartition(".")
    said = f"{owner.rpartition('.')[2]}.{field}"
    found: dict[Span, Hole] = {}
    for inner, item in _held(facts.bindings[key]):
        for part in item:
            if isinstance(part, Text | Ref | Apply):
                at = part.span if isinstance(part, Text) else part.fallback.span
                found[at] = Hole(said + inner, at, Volatility.DEPLOY, "environment")
    return found
