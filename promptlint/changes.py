"""What functions do to what others hold: lists, dicts and attributes that stand outside of them, in whatever file, what
the functions give back that they decorate, and the methods of clients in whose place they are put.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from promptlint import drawn
from promptlint.applied import keyed
from promptlint.classes import Place
from promptlint.clients import Through, by_default
from promptlint.extract.catalogue import matcher
from promptlint.extract.collections import EVERYTHING
from promptlint.extract.decorated import PICKING
from promptlint.extract.equipped import slot_of
from promptlint.extract.extents import sample
from promptlint.extract.facts import Call, Change, Facts, Function
from promptlint.extract.later import ANY, INSIDE, RETOLD, changed
from promptlint.extract.results import EACH
from promptlint.extract.sending import COMPUTED, INSTEAD, INSTRUCTIONS, SYSTEM, UNREAD, method_of
from promptlint.extract.state import has_text, single_hole, textual
from promptlint.lent import changes
from promptlint.loading import OPERATIONS
from promptlint.operations import literal
from promptlint.slots import says
from promptlint.template import Apply, Choice, Hole, Items, Mapping, Message, Ref, Span, Value, Volatility, holes, parts

if TYPE_CHECKING:
    from promptlint.callers import Callers
    from promptlint.link import Linker
    from promptlint.objects import Given

# Functions that call each other which are looked at for one value.
MAX_CALLED = 40
# Forms of forms of texts that are looked through for one value.
MAX_FORMS = 20
# Parameters of which it is asked what callers give for them.
MAX_ASKED = 500
# Characters of their texts that are looked at.
MAX_SAMPLE = 400


class Changes:
    """All changes of a run, by the places of what is changed."""

    def __init__(self, all_facts: Sequence[Facts], linker: Linker) -> None:
        self.linker = linker
        self.known: dict[Place, list[tuple[Change, Facts]]] = {}
        # Whether decorators of the project give back something else than the functions that they stand above.
        self.remaking: dict[Place, bool] = {}
        # Methods whose objects are not known, that give back text of their own.
        self.telling: dict[Place, bool] = {}
        self.replaced = frozenset(method for facts in all_facts for method in facts.patched)
        # Calls of functions that were not read, given a word of the program: as whole messages they may be its texts.
        self.outside: set[Span] = set()
        self.made_of = {span: (value, facts) for facts in all_facts for span, value in facts.made_of}
        self.of_messages = frozenset(span for facts in all_facts for span in facts.of_messages)
        # Classes whose attributes are set by names that only run time knows.
        self.open: dict[Place, tuple[Change, Facts]] = {}
        # By the places where agents are made: what functions give them later, by its slot.
        self.given: dict[Span, list[tuple[str, str]]] = {}
        # Functions of which a model is told what is set elsewhere, by their places.
        self.retold: dict[Place, str] = {}
        # Set when it is known who calls whom.
        self.callers: Callers | None = None
        self.asked = 0
        for facts in all_facts:
            for change in facts.changes:
                if change.name.endswith(ANY):
                    self._open(change, facts)
                elif change.by is not None and not changes(linker, *change.by, facts):
                    continue
                elif change.key == INSIDE:
                    self._equip(change, facts)
                elif change.key == RETOLD:
                    if (found := linker.place(change.name, facts)) is not None:
                        self.retold[found[0].file, found[1]] = change.written
                elif (place := self._place(change.name, facts)) is not None:
                    self.known.setdefault(place, []).append((change, facts))
                else:
                    self._equip(change, facts)
            for change in facts.set_later:
                owner, _, attribute = change.name[1:].rpartition(".")
                for home, below in linker.classes.below(facts.file, owner):
                    if (key := f"{below}.{attribute}") in home.bindings:
                        self.known.setdefault((home.file, key), []).append((change, facts))

        held = ((self.linker.classes.homes[file].bindings.get(key), told) for (file, key), told in self.known.items())
        # Lists that functions change which stand outside of them.
        self.grown_lists = frozenset(
            value.span
            for value, told in held
            if isinstance(value, Items) and any(change.value is None and not change.key for change, _ in told)
        )

    def _open(self, change: Change, facts: Facts) -> None:
        """Note a class whose objects are given attributes by whatever names, with those above and below it."""
        classes = self.linker.classes
        found = classes.class_of(facts, change.name.removesuffix(ANY))
        if found is not None:
            for home, each in (*classes.lineage(*found), *classes.below(found[0].file, found[1])):
                self.open.setdefault((home.file, each), (change, facts))

    def _equip(self, change: Change, facts: Facts) -> None:
        """Note what a function gives an agent that was made outside of it: `agent.tools.append(find)`."""
        owner, _, attribute = change.name.rpartition(".")
        found = self.linker.place(owner, facts) if owner.lstrip(":") else None
        made = found[0].bindings.get(found[1]) if found is not None else None
        if found is None or not isinstance(made, Mapping) or made.get("@provider") is None:
            return
        imported = frozenset(each.partition(".")[0] for each in found[0].aliases.values())
        if slot := slot_of(made, attribute, (matcher(),), imported):
            slot = slot.removeprefix(UNREAD).lstrip("@")
            self.given.setdefault(made.span, []).append(("system" if slot in SYSTEM else slot, change.written))

    def equipped(self, through: Through | None, call: Call) -> Through | None:
        """What a request goes through, with what functions give it later: whether they were called is not known."""
        if through is not None and any(slot == INSTEAD for slot, _ in call.slots):
            slots = tuple([each for each in through.slots if each[0] not in (INSTRUCTIONS, COMPUTED)])
            through = msgspec.structs.replace(through, slots=slots)
        if through is None or not self.given:
            return through
        later = [(slot, name, span) for span in sorted(through.places) for slot, name in self.given.get(span, ())]
        more = tuple((f"{UNREAD}{slot}", (Hole(name, span),)) for slot, name, span in later if slot != "model")
        model = next((Hole(name, span) for slot, name, span in later if slot == "model"), None)
        own = [(slot, by_default(model, each) if slot == "model" and model else each) for slot, each in through.slots]
        return msgspec.structs.replace(through, slots=(*own, *more)) if later else through

    def _place(self, name: str, facts: Facts) -> Place | None:
        """Where a list, a dict or an attribute is written down that a function changes by this name."""
        owner, _, member = name.rpartition(".")
        classes = self.linker.classes
        found = classes.class_of(facts, owner) if owner.lstrip(":") else None
        line = classes.lineage(*found) if found is not None else []
        places = [(home, f"{each}.{member}") for home, each in line]
        if not places and (named := self.linker.place(name, facts)) is not None:
            places = [named]
        return next(((home.file, key) for home, key in places if key in home.bindings), None)

    def made(self, value: Value, place: Place) -> Value:
        """What stands at a place, or comes to stand there by what functions do to it; `value` is written there."""
        told = self.known.get(place, ())
        if self.open and (any_of := self.open.get((place[0], place[1].rpartition(".")[0]))) is not None:
            told = [*told, any_of]
        if not told:
            return value
        resolve = self.linker.value
        return changed(value, [(each, resolve(each.value, at, {}) if each.value else None) for each, at in told])

    def grown(self, value: Value, place: Place) -> Value:
        """What is written at a place: a list that functions change is not known as a whole."""
        told = self.known.get(place, ())
        return changed(value, [(each, None) for each, _ in told if each.value is None])

    def instead(self, call: Call, facts: Facts) -> Iterator[str]:
        """What else than a call says decides what it sends.

        That is a function of the project in the place of the method that it means, or a decorator above the function
        around it, which calls that with other arguments than it is given.
        """
        if self.replaced and method_of(call.called) in self.replaced:
            yield call.called
        around = facts.functions.get(call.name)
        for name in around.wrappers if around is not None else ():
            found = self.linker.place(name, facts)
            if found is not None and any(each.startswith(f"{found[1]}.") for each in found[0].regiving):
                yield found[1]

    def gives_text(self, hole: Hole, bound: dict[str, Value]) -> bool:
        """Whether a value is what an object holds or gives back, with text of the program's own, or out of a file.

        Whose attribute or method it is, is known; which of the classes below the object has, and what it was made
        with, is not. So it is of what a function of Python makes of texts, with what holds of the parameters around it.
        """
        if hole.span in self.made_of:
            return self._made_of_text(hole, bound)
        classes, member = self.linker.classes, hole.member
        if member[:1] == "#":
            return self._drawn(hole)
        if member[:1] == "*":
            return self._given(hole, member)
        home = classes.homes.get(hole.span.file)
        if home is None or not (member[:1] == "." or (member[:1] == "@" and member.endswith("()"))):
            return False
        asked = member[1:].removesuffix("()")
        owner, _, name = asked.rpartition(".")
        found = classes.class_of(home, owner) if owner.lstrip(":") else None
        place = (found[0].file, f"{found[1]}.{name}") if found is not None else classes.meant(home, asked)
        if place is None:
            return False
        if place not in self.telling:
            self.telling[place] = self._tells(place) if found is None else self._held(*found, name)
        return self.telling[place]

    def _made_of_text(self, hole: Hole, bound: dict[str, Value]) -> bool:
        """Whether that is made of a text, at whatever remove: `"; ".join(sorted(RULES.values()))`."""
        todo, seen = [hole.span], {hole.span}
        while todo and len(seen) < MAX_FORMS:
            value, facts = self.made_of[todo.pop()]
            resolved = self.linker.resolve(value, facts, bound)
            given = list(resolved.items if type(resolved) is Items else (resolved,))
            taken = [each.entries[0][1] for each in given if type(each) is Mapping and each.kind == EACH]
            if says(resolved) or any(map(keyed, taken)):
                return True
            given += taken
            own = [single_hole(item) for item in given if isinstance(item, tuple)]
            if any(each is not None and each.parameter and self._given(each, _all_within(each)) for each in own):
                return True
            spans = {each.span for item in given if isinstance(item, tuple) for each in holes(item)}
            todo += [span for span in sorted(spans - seen, key=_at) if span in self.made_of]
            seen.update(todo)
        # Beyond the bound it may be.
        return bool(todo)

    def _held(self, home: Facts, owner: str, name: str) -> bool:
        """Whether a class, or one above or below, has text under the name of an attribute or a method."""
        classes = self.linker.classes
        for facts, each in (*classes.lineage(home, owner), *classes.below(home.file, owner)):
            key = f"{each}.{name}"
            kept = ((facts.functions.get(method), given) for method, given in facts.assigned.get(key, ()))
            made = (dict(method.parameters).get(given) for method, given in kept if method is not None)
            if any(sentence(value) for value in (facts.bindings.get(key), *made) if value is not None):
                return True
            if key in facts.functions and self._tells((facts.file, key)):
                return True
        return False

    def _drawn(self, hole: Hole) -> bool:
        """Whether a value is taken out of a list or dict of the program that holds texts, which one of them ever."""
        asked = (hole.span.file, hole.member)
        if asked not in self.telling:
            number, *path = hole.member[1:].split(".")
            home = self.linker.classes.homes[hole.span.file]
            known = self.linker.resolve(home.drawn[int(number)], home)
            self.telling[asked] = type(known) is not tuple and any(map(says, drawn.given(known, path, self.linker)))
        return self.telling[asked]

    def _given(self, hole: Hole, member: str) -> bool:
        """Whether a value is an item of what a function is given, or all of it, and a caller gives it texts there."""
        name, path = drawn.parameter_of(member)
        home = self.linker.classes.homes.get(hole.span.file)
        if home is None or self.callers is None or name[:5] == "self.":
            return False
        for key in self.linker.around(home, hole.span.start):
            if name in dict(home.functions[key].parameters):
                asked = (home.file, f"{key}({member})")
                if asked not in self.telling:
                    self.asked += 1
                    calls = self.callers.calls_of((home.file, key)) if self.asked <= MAX_ASKED else ()
                    told = any(self._holds(given, name, path) for given in calls)
                    self.telling[asked] = told or self.asked > MAX_ASKED
                return self.telling[asked]
        return False

    def gives_messages(self, name: str, span: Span) -> bool:
        """Whether a caller gives messages for a parameter of the function around a place."""
        home = self.linker.classes.homes.get(span.file)
        keys = self.linker.around(home, span.start) if home is not None and self.callers is not None else ()
        for key in keys:
            if home is None or self.callers is None or name not in dict(home.functions[key].parameters):
                continue
            asked = (home.file, f"{key}({name})")
            if asked not in self.telling:
                self.asked += 1
                calls = self.callers.calls_of((home.file, key)) if self.asked <= MAX_ASKED else ()
                values = ((each.arguments.get(name), each.facts) for each in calls)
                lists = (self.linker.resolve(value, facts) for value, facts in values if value is not None)
                # What is not looked at may be anything.
                self.telling[asked] = self.asked > MAX_ASKED or any(map(_of_messages, lists))
            return self.telling[asked]
        return False

    def _holds(self, given: Given, name: str, path: list[str]) -> bool:
        value = given.arguments.get(name)
        known = self.linker.resolve(value, given.facts) if value is not None and textual(value) else ()
        return type(known) is not tuple and any(map(says, drawn.given(known, path, self.linker)))

    def _tells(self, start: Place) -> bool:
        """Whether a function gives back text that the program holds: its own, a constant, a file of a known kind."""
        seen: set[Place] = set()
        todo = [start]
        while todo and len(seen) < MAX_CALLED:
            place = todo.pop()
            home = self.linker.classes.homes[place[0]]
            function = home.functions.get(place[1])
            if place in seen or function is None:
                continue
            seen.add(place)
            if sentence(function.returns):
                return True
            for part in parts(function.returns):
                if type(part) is Apply and part.operation in OPERATIONS and has_text(part.target):
                    return True
                found = self.linker.place(part.name, home) if type(part) is Ref else None
                if type(part) is Ref and part.call is None and found is not None:
                    if sentence(found[0].bindings.get(found[1], ())):
                        return True
                elif found is not None:
                    todo.append((found[0].file, found[1]))
        return False

    def unread(self, ref: Ref, facts: Facts) -> bool:
        """Whether a name, or what a function makes of a text, is one of a module of the program that was not read."""
        told = facts.aliases.get(ref.fallback.expression) == ref.name
        told = told if ref.call is None else any(map(sentence, ref.call.positional))
        named = not told and self._names(ref, facts)
        known = not (told or named) or ref.name.partition(".")[0] in sys.stdlib_module_names
        if known or self.linker.place(ref.name, facts) is not None:
            return False
        if named:
            self.outside.add(ref.fallback.span)
        return told

    def _names(self, ref: Ref, facts: Facts) -> bool:
        """Whether a function that is imported is given a word of the program, by which it may look a text up."""
        if ref.call is None or ref.fallback.origin != "name" or not any(map(literal, ref.call.positional)):
            return False
        written = ref.fallback.expression.removeprefix("await ").partition("(")[0]
        return facts.aliases.get(written) == ref.name

    def decorated(self, value: Value, function: Function, home: Facts, place: Span) -> Value | None:
        """What a call at this place gives back of a function that gives back a value; None if that is not known.

        Where a decorator of the project makes something else of it, more than that is sent, or less.
        """
        name = next((each for each in function.wrappers if self._remakes(each, home)), None)
        if name is None:
            return value
        if isinstance(value, Items):
            return msgspec.structs.replace(value, complete=False)
        if not isinstance(value, tuple):
            return None
        self.linker.unseen.add(place)
        return (*value, Hole(f"{name.rpartition('.')[2].lstrip(':')}(...)", place, Volatility.CONSTANT))

    def _remakes(self, name: str, facts: Facts) -> bool:
        """Whether a function inside of a decorator gives back a text, or messages, that it makes itself."""
        if name.startswith(PICKING):
            # Which of several functions is called is decided by what they are given.
            return True
        found = self.linker.place(name, facts)
        if found is None:
            return False
        home, key = found
        place = (home.file, key)
        if place not in self.remaking:
            inner = (each for name, each in home.functions.items() if name.startswith(f"{key}."))
            own = any(f"{each}.".startswith(f"{key}.") for each in home.remaking)
            self.remaking[place] = own or any(_made(each.returns) for each in inner)
        return self.remaking[place]


def _of_messages(value: Value) -> bool:
    return type(value) is Items and any(map(_message, value.items))


def _message(item: Value) -> bool:
    return isinstance(item, Message)


def _all_within(hole: Hole) -> str:
    """The name of all that stands in what a function is given for a parameter."""
    return f"*{hole.parameter}.{EVERYTHING}"


def _at(span: Span) -> tuple[str, int, int]:
    return span.file, span.start, span.end


def sentence(value: Value) -> bool:
    """Whether a value is a text with more than a word of its own."""
    said = sample(value, MAX_SAMPLE).replace("{x}", " ") if isinstance(value, tuple) and has_text(value) else ""
    return sum(word.strip(_MARKS).isalpha() for word in said.split()) > 1


_MARKS = ".,:;!?()\"'"


def _made(value: Value) -> bool:
    """Whether a value is put together, not just one that is handed on."""
    if not isinstance(value, tuple):
        return True
    part = value[0] if len(value) == 1 else None
    if type(part) is Choice:
        return any(map(_made, part.branches))
    return has_text(value) or len(value) > 1 or (type(part) is Apply and part.operation != "item")
