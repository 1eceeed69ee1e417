"""Functions of the project that lead to a model, and what their callers give them.

A function whose parameter stands in a message or in a call to a model is a *wrapper*: what its callers give for that
parameter goes to the model, with the role that the parameter has. A function that hands its own parameter on to a
wrapper is one, too, up to `MAX_HOPS`. Attributes of objects take part: `self.system` is what the class was made
with.

Everything is looked up by name, so the cost grows with the calls of wrappers, not with functions times calls.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from promptlint import drawn
from promptlint.around import Around
from promptlint.classes import BELOW, Place, object_of
from promptlint.clients import given_model
from promptlint.decisions import asked_of, decided, said_of, under
from promptlint.extract import spreads
from promptlint.extract.against import of_failures, speaks_against
from promptlint.extract.attributes import ITEM
from promptlint.extract.facts import Call, Facts, Function, Invocation, Site, unlinked
from promptlint.extract.later import as_made
from promptlint.extract.messages import role_constant, role_named
from promptlint.extract.places import SPREAD
from promptlint.extract.sites import READS
from promptlint.given import NO_TEXT, as_usual, defaults, inherited, kept_lists, left, never_given, spreads_more, strays
from promptlint.objects import Given, Objects, arguments_of, fits, fresh, hands_on, same_object
from promptlint.operations import literal, takes
from promptlint.prompt import Request
from promptlint.references import attributes_in
from promptlint.requests import Sent, reaches, sent
from promptlint.returned import gives_back
from promptlint.senders import Senders
from promptlint.slots import MESSAGES, MODEL, Slot, attributes, flows, marked, marks, named, parameters_in, partly, says
from promptlint.template import LOST, Hole, Mapping, Span, Value
from promptlint.told import (
    Asked,
    Way,
    alike,
    another,
    at_caller,
    beyond,
    chosen,
    chosen_of,
    doubtful,
    kept_on,
    lacking,
    of_caller,
    sent_by_default,
    sites_in,
    told_of,
    unfollowed,
    usually,
    with_turns,
)

if TYPE_CHECKING:
    from promptlint.link import Bound, Linker

# Wrappers of wrappers that are followed.
MAX_HOPS = 4
# Requests that are made of one call in a wrapper, whatever led there; beyond them, those that any call leads to, and
# the ways that may give none: functions that all call each other have ways without end.
MAX_REQUESTS, MAX_EACH, MAX_IDLE = 32, 4, 100
# Calls that are looked at for the requests of one call, wrappers of wrappers included: there may be ways without end.
MAX_WAYS = 1_000
# Calls of wrappers that are looked at, over all.
MAX_CALLS = 50_000
# Classes below one whose objects are compared with its own.
MAX_BELOW = 8
# Text that stands in the middle of a message counts as a prompt of its own from this length on.
MIN_WITHIN = 40
# What the slots of a call are, as roles.
_ROLES = {"system": "system", MESSAGES: MESSAGES, "prompt": "user", "chain": MESSAGES, MODEL: MODEL}


class Callers:
    """Wrappers of a run, and their calls."""

    def __init__(self, all_facts: Sequence[Facts], linker: Linker) -> None:
        self.linker = linker
        self.asked = Asked(linker)
        self.classes = linker.classes
        self.homes = {facts.file: facts for facts in all_facts}
        self.slots: dict[Place, dict[str, Slot]] = {}
        self.calls: dict[Place, list[Given]] = {}
        self.others: dict[Place, list[Given]] = {}
        # By file, class and attribute, of items with the keys behind it ("turns.user").
        self.attributes: dict[tuple[str, str, str], Slot] = {}
        # By class the attributes of its object ("self.system") that methods send, and those of them that hold tools.
        self.own: dict[Place, set[str]] = {}
        self.held: dict[Place, set[str]] = {}
        # Calls of a model that take text of the parameters around them.
        self.fed: set[Span] = set()
        # Calls that lead to a model by way of the project's own functions.
        self.led: set[Span] = set()
        # Parameters of which their name alone says that they are prompts.
        self.told: set[tuple[Place, str]] = set()
        # Requests that begin with a call of the project's own functions.
        self.begun: dict[Span, int] = {}
        self.senders = Senders(self.classes)
        self.around, self.objects = Around(self), Objects(self)
        self.used = self.ways = 0
        self.by_name: dict[str, list[tuple[Facts, Invocation]]] = {}
        self.renamed: dict[str, set[str]] = {}
        self._index(all_facts)
        level = self._direct(all_facts)
        for _ in range(MAX_HOPS):
            level = self._next(level)
        self.follow(level)
        self.objects.follow(all_facts)
        for facts in all_facts:
            for call in facts.calls:
                place = (facts.file, call.name)
                if call.span in self.fed and place not in self.objects.asked:
                    self.led.update(given.invocation.span for given in self.calls.get(place, ()))

    def _index(self, all_facts: Sequence[Facts]) -> None:
        for facts in all_facts:
            # A call that hands a function on is one of two functions, at one place.
            seen: set[tuple[Span, bool]] = set()
            for each in facts.invocations:
                invocation = self.classes.passed(facts, each) if each.by else self.classes.held(facts, each)
                if invocation is not None and (key := (each.span, bool(each.by))) not in seen:
                    seen.add(key)
                    last = invocation.name.rpartition(".")[2].lstrip(":")
                    self.by_name.setdefault(last, []).append((facts, invocation))
            for alias, path in facts.aliases.items():
                last = path.rpartition(".")[2]
                if last and alias != last:
                    self.renamed.setdefault(last, set()).add(alias)

    # ---- which parameters lead to a model

    def _direct(self, all_facts: Sequence[Facts]) -> list[Place]:
        """The functions that themselves call a model, or make a message."""
        found: dict[Place, None] = {}
        for facts in all_facts:
            for call in facts.calls:
                place = (facts.file, call.name)
                if call.name not in facts.functions or not reaches(call, facts, self.linker):
                    continue
                if not self.senders.sends(call, facts):
                    continue
                through = {name for name in attributes(call.client) if name[0] != "*"}
                self.own.setdefault((facts.file, call.name.rpartition(".")[0]), set()).update(through)
                for slot, value in call.slots:
                    if slot == "tools" and (held := {name for name in attributes(value) if name[0] != "*"}):
                        self.held.setdefault((facts.file, call.name.rpartition(".")[0]), set()).update(held)
                    flows = self._flows(place, value, _ROLES[slot]) if slot in _ROLES else []
                    if any(name[:5] != "self." and name[0] != "*" and known.role != MODEL for name, known in flows):
                        self.fed.add(call.span)
                    if self._learn(place, flows):
                        found[place] = None
                    if slot in _ROLES and slot != MODEL:
                        found |= self._above(place, value, _ROLES[slot])
            recorded = frozenset(facts.recorded)
            for function, message in facts.made:
                place = (facts.file, function)
                # What a tool gives back is data.
                if function not in facts.functions or gives_back(message):
                    continue
                vague = message.role == "unknown"
                known = self._flows(place, message, "", weak=vague)
                if self._learn(place, marked(known, vague, "." not in function and message.span in recorded)):
                    found[place] = None
                if not vague:
                    found |= self._above(place, message, "")
        return list(found) + self._constructors()

    def _above(self, place: Place, value: Value, role: str) -> dict[Place, None]:
        """The functions around this one whose own parameters it sends."""
        functions, key = self.homes[place[0]].functions, place[1].rpartition(".")[0]
        found: dict[Place, None] = {}
        seen = {name for name, _ in functions[place[1]].parameters}
        while key in functions and (names := parameters_in(value) - seen):
            flows = [each for each in self._flows((place[0], key), value, role) if each[0] in names]
            if self._learn((place[0], key), flows):
                found[place[0], key] = None
            seen.update(name for name, _ in functions[key].parameters)
            key = key.rpartition(".")[0]
        return found

    def _flows(
        self, place: Place, value: Value, role: str, whole: bool = True, weak: bool = False
    ) -> list[tuple[str, Slot]]:
        """What becomes of a function's parameters, and of the attributes of its object, in a value sent by it."""
        facts = self.homes[place[0]]
        own = sorted(attributes_in(value, facts, self.linker))
        if not own and not takes(value):
            return []
        function = facts.functions[place[1]]
        names = [name for name, _ in function.parameters] + ([function.starred] if function.starred else [])
        gathered = sorted(spreads.asked(value)) if function.gathered else []
        self.own.setdefault((place[0], place[1].rpartition(".")[0]), set()).update(o for o in own if o[0] != "*")
        names += [*gathered, *own]
        try:
            linked = self.linker.resolve(value, facts, marks(value, names, function.gathered, gathered))
        except Exception as error:
            # What one function sends costs no other: none of those that call it is followed.
            place_of = function.span or Span(facts.file, 0, 0)
            self.linker.failed[place_of] = unlinked(error, place_of)
            return []
        return [
            (names[at], Slot(slot.role, slot.whole and whole, weak, names[at][0] == "*"))
            for at, slot in flows(linked, role)
        ]

    def _learn(self, place: Place, flows: list[tuple[str, Slot]]) -> bool:
        """Note what becomes of a function's parameters. Tells whether that makes it a wrapper, or one of more."""
        news = False
        for name, slot in flows:
            if name.startswith(("self.", "*self.")):
                self._learn_attribute(place, name.partition(".")[2], slot)
                continue
            known = self.slots.setdefault(place, {})
            news = news or name not in known
            if name not in known or slot.rank < known[name].rank:
                known[name] = slot
        return news

    def _learn_attribute(self, place: Place, attribute: str, slot: Slot) -> None:
        key = (place[0], place[1].rpartition(".")[0], attribute)
        whole = slot.each or "." not in attribute
        if whole and (key not in self.attributes or slot.rank < self.attributes[key].rank):
            self.attributes[key] = slot

    def _handed(self) -> list[Place]:
        """The functions that hand a parameter on under a name that says it is a prompt."""
        found: dict[Place, None] = {}
        for facts in self.homes.values():
            for at, (function, message) in enumerate((*facts.handed, *facts.inside)):
                place = (facts.file, function)
                known = self._flows(place, message, "", weak=True) if function in facts.functions else []
                if self._learn(place, known if at < len(facts.handed) else partly(known)):
                    found[place] = None
            for key, made in facts.functions.items():
                told = named(facts, made)
                against = not told or speaks_against(key) or of_failures(key.rpartition(".")[0])
                if not against and self._learn(place := (facts.file, key), told):
                    self.told.update((place, name) for name, slot in told if self.slots[place][name] is slot)
                    found[place] = None
        return list(found) + self._constructors()

    def _constructors(self) -> list[Place]:
        """The methods, `__init__` above all, that keep a parameter in an attribute that leads to a model."""
        found: dict[Place, None] = {}
        for (file, owner, keys), slot in sorted(self.attributes.items(), key=lambda item: item[0]):
            attribute, *path = keys.split(".")
            for home, name in self.classes.lineage(self.homes[file], owner):
                kept = home.assigned.get(f"{name}.{attribute}", ())
                given = [(method, drawn.item_of(each, path) if slot.each else each) for method, each in kept]
                one = msgspec.structs.replace(slot, each=False)
                added = home.appended.get(f"{name}.{attribute}", ()) if not path else ()
                for method, parameter in (*given, *added):
                    place = (home.file, method)
                    if method not in home.functions:
                        continue
                    known = self.slots.setdefault(place, {})
                    if parameter not in known:
                        known[parameter] = slot if parameter[0] == "*" else one
                        found[place] = None
        return list(found)

    def _next(self, level: list[Place]) -> list[Place]:
        """The functions that hand their parameters on to those of this level."""
        found: dict[Place, None] = {}
        for place, given in self.follow(level):
            facts, invocation = given.facts, given.invocation
            if invocation.function not in facts.functions:
                continue
            above = (facts.file, invocation.function)
            if above == place:
                continue
            for name, slot in list(self.slots[place].items()):
                parameter, path = drawn.parameter_of(name)
                value = given.arguments.get(parameter)
                if value is None:
                    continue
                role = self._role(place, given) if slot.role == "unknown" else slot.role
                known = self._flows(above, value, role, slot.whole, slot.weak)
                if slot.each:
                    known = [(drawn.item_of(to, path), msgspec.structs.replace(each, each=True)) for to, each in known]
                if self._learn(above, marked(known, slot.vague, slot.kept)):
                    found[above] = None
        return [*found, *self._constructors()]

    def follow(self, level: list[Place]) -> Iterator[tuple[Place, Given]]:
        """The calls of these wrappers, each with its arguments."""
        result: list[tuple[Place, Given]] = []
        for place in level:
            if place not in self.calls:
                self.calls[place] = []
                self.classes.prefer(place)
        for place in level:
            function = self.homes[place[0]].functions[place[1]]
            if not self.calls[place]:
                self.calls[place] = list(self._calls_of(place, function))
            result += [(place, given) for given in self.calls[place]]
        return iter(result)

    def calls_of(self, place: Place) -> list[Given]:
        """The calls of any function, each with its arguments."""
        if place not in self.others:
            known = self.calls.get(place)
            function = self.homes[place[0]].functions[place[1]]
            self.others[place] = list(self._calls_of(place, function)) if known is None else known
        return self.others[place]

    def names_of(self, place: Place) -> set[str]:
        """The last words under which a function is called, also those that imports give it."""
        names = self.classes.names(place)
        return names.union(*(self.renamed.get(name, ()) for name in names))

    def _calls_of(self, place: Place, function: Function) -> Iterator[Given]:
        wanted = self.slots if place in self.slots else {place}
        for name in sorted(self.names_of(place)):
            for facts, invocation in self.by_name.get(name, ()):
                if self.used >= MAX_CALLS:
                    return
                if invocation.handed and not fits(function, invocation):
                    continue
                unsaid = invocation.name[0] == "?" or (ITEM in invocation.name and self._unknown(facts, invocation))
                if self.classes.only(place) if unsaid else self.classes.target(facts, invocation.name, wanted) == place:
                    self.used += 1
                    ambiguous = unsaid or invocation.either or self.classes.ambiguous(facts, invocation.name)
                    certain = not unsaid and self.classes.certain(facts, invocation.name)
                    yield Given(facts, invocation, arguments_of(function, invocation), ambiguous, certain)

    def _unknown(self, facts: Facts, invocation: Invocation) -> bool:
        """Whether nothing is known of the items of a list, one of which is called by a name of several words."""
        last = invocation.name.rpartition(".")[2]
        return "_" in last.strip("_") and not self.classes.known_object(facts, invocation.name)

    # ---- what callers give

    def sites(self) -> Iterator[tuple[Facts, Site]]:
        """The arguments of all calls of wrappers that go to a model, in order of file and place.

        Also those of which a name alone says so: requests are made of none of them, so they come last.
        """
        level = self._handed()
        for _ in range(MAX_HOPS):
            level = self._next(level)
        self.follow(level)
        found: list[tuple[Span, str, Facts, Site]] = []
        for place, calls in self.calls.items():
            for given in calls:
                for name, slot in sorted(self.slots[place].items()):
                    parameter, path = drawn.parameter_of(name)
                    value = given.arguments.get(parameter)
                    if value is None or slot.role in NO_TEXT:
                        continue
                    if slot.role == "assistant" and self._answered(place, given):
                        continue
                    for one in self.each(value, path, given.facts) if slot.each else (value,):
                        for site in sites_in(one, slot, parameter, given.invocation):
                            if site.role == "unknown":
                                site = msgspec.structs.replace(site, role=self._role(place, given))
                            if (place, name) in self.told:
                                site = msgspec.structs.replace(site, rank=READS)
                            found.append((given.invocation.span, name, given.facts, site))
        found += [*inherited(self), *left(self)]
        for _, _, facts, site in sorted(found, key=lambda item: item[:2]):
            yield facts, site

    def _answered(self, place: Place, given: Given) -> bool:
        """Whether a call keeps what a user has said: what it gives for the answer the program has said itself.

        The messages of an example are both written out.
        """
        said = (given.arguments.get(name) for name, slot in self.slots[place].items() if slot.role == "user")
        return any(value is not None and value != () and not says(value) for value in said)

    def _role(self, place: Place, given: Given) -> str:
        """The role of the message that a function makes of what it is given, if that is told along with it."""
        home = self.homes[place[0]]
        name = home.spoken.get(place[1], "")
        value = given.arguments.get(name)
        if value is None:
            value = dict(home.functions[place[1]].parameters).get(name)
        word = None if value is None else literal(value) or role_constant(value)
        return role_named(word) if word else "unknown"

    def each(self, value: Value, path: list[str], facts: Facts) -> Iterator[Value]:
        """The texts of a collection that a function takes one of at a time."""
        return itertools.islice(drawn.given(self.linker.resolve(value, facts), path, self.linker), drawn.MAX_TEXTS)

    def requests(self, call: Call, facts: Facts) -> list[Sent]:
        """What one call of a model sends: for each call of the function around it, as far as these give it text."""
        place = (facts.file, call.name)
        if not self.senders.sends(call, facts):
            return []
        if call.span in self.led:
            # It is a request of the function that is called.
            return []
        call = self.senders.named(call, facts)
        found: list[Sent] = []
        silent: dict[tuple[str, ...], Way] = {}
        below: list[tuple[str, Sent]] = []
        rest, cut, idle, who, held = True, False, 0, self.around.who(call, facts), self.objects.held(place, call)
        # What parameters are by default, as long as no call that is told together with others gives anything else.
        usual = defaults(self, place, call)
        if call.span in self.fed and self.calls.get(place):
            rest = self._by_default(place) or strays(self, place)
            rest, self.ways = rest or (place in self.objects.asked and self.around.bare_of(place)), 0
            for way in self._bindings(place, 0, set()):
                invocation, bound, cut = way.invocation, way.bound, cut or way.cut
                if len(found) >= MAX_REQUESTS and self.begun.get(invocation.span, 0) >= MAX_EACH:
                    rest, cut, idle = True, True, idle + 1
                    if idle <= MAX_IDLE:
                        continue
                    break
                lacks = lacking(self.slots[place], bound, self.linker)
                if not lacks and not self._tells(place, bound):
                    # One request for all that tell no more than who gets it, and what their object says.
                    silent.setdefault(self._kind(place, bound), way)
                    usual = as_usual(usual, bound)
                    continue
                made = self._made(call, facts, way, who, held)
                if made is not None and (lacks or not made.bare):
                    found.append(self._doubted(made, call, facts, who, below) if BELOW not in bound else made)
                    self.begun[invocation.span] = self.begun.get(invocation.span, 0) + 1
            if self.ways > MAX_WAYS or len(silent) > MAX_REQUESTS:
                rest = cut = True
            found = beyond(found, call.span, (each.invocation.span for each in self.calls[place])) if cut else found
        else:
            usual = never_given(self, place, usual)
        call = msgspec.structs.replace(call, defaults=tuple(each for each in call.defaults if each[0] in usual))
        alone = sent(call, facts, self.linker, {**who, **held}, who) if rest or silent or not found else None
        alone = unfollowed(alone) if alone is not None and cut else alone
        known = False
        for way in itertools.islice(silent.values(), MAX_REQUESTS):
            other = self._made(call, facts, way, who, held) if alone is not None else None
            told = other is not None and not (other.bare and place in self.objects.asked)
            if told and other is not None and alone is not None and not alike(other, alone):
                found.append(self._doubted(other, call, facts, who, below) if BELOW not in way.bound else other)
            else:
                # What the function sends by itself stands for all that is the same.
                rest, known = True, known or BELOW in way.bound
        if alone is None or (found and not rest):
            return found
        return [*found, alone if known else self._doubted(alone, call, facts, who, below)]

    def _made(self, call: Call, facts: Facts, way: Way, who: Bound, held: Bound) -> Sent | None:
        """What a call of a model sends on one way to the function around it."""
        invocation, bound = way.invocation, way.bound
        here = msgspec.structs.replace(call, span=invocation.span, once=invocation.once)
        made = sent(here, facts, self.linker, {**who, **held, **bound}, who.keys() - bound)
        if made is None:
            return None
        placed = at_caller(made.request, invocation, getattr(facts.functions.get(call.name), "span", None))
        placed = kept_on(placed) if way.kept else placed
        placed = chosen_of(placed, call, way.chosen, self.asked)
        owned: Request | None = placed
        if way.doubt is not None:
            # Another class may send something else around what the caller gives.
            owned = of_caller(placed, way.doubt)
        made = None if owned is None else msgspec.structs.replace(made, request=sent_by_default(owned, way.usual))
        return unfollowed(made) if made is not None and way.cut else made

    def _doubted(self, made: Sent, call: Call, facts: Facts, who: Bound, others: list[tuple[str, Sent]]) -> Sent:
        """A request of an object of a class or of one below, as far as it is the same for all of them.

        `others` are what those below send, once that is known.
        """
        owner = call.name.rpartition(".")[0]
        if not others and owner in facts.bases:
            for home, below in itertools.islice(self.classes.below(facts.file, owner), MAX_BELOW):
                about = object_of((home.file, below))
                own = self.objects.client_below(call, facts, about)
                other = sent(call, facts, self.linker, {**who, **own, BELOW: about}, who)
                if other is not None:
                    others.append((below, other))
        return doubtful(made, others)

    def _kind(self, place: Place, bound: Bound) -> tuple[str, ...]:
        """What a way tells of who gets a request, and of the attributes of the object whose method is called."""
        slots = self.slots[place]
        names = [name for name in bound if name[:5] == "self." or (name in slots and slots[name].role == MODEL)]
        told = [f"{name}={told_of(bound[name])}" for name in sorted(names)]
        kind = bound.get(BELOW)
        return (*told, *said_of(bound), kind.kind if isinstance(kind, Mapping) else "")

    def _by_default(self, place: Place) -> bool:
        """Whether a function is called with nothing that matters, and sends what its parameters are by default."""
        parameters = self.homes[place[0]].functions[place[1]].parameters
        slots = self.slots[place]
        return (
            all(default is not None for name, default in parameters if name in slots)
            and any(says(default) for name, default in parameters if default is not None and name in slots)
            and self.around.bare_of(place)
        )

    def _tells(self, place: Place, bound: Bound) -> bool:
        """Whether callers give a text of more than a word, or messages; one word, too, that is all of a message."""
        slots = [(name, slot) for name, slot in self.slots[place].items() if name in bound and slot.role not in NO_TEXT]
        if any(says(bound[name]) for name, _ in slots):
            return True
        usual = dict(self.homes[place[0]].functions[place[1]].parameters)
        whole = [name for name, slot in slots if slot.whole and not (slot.weak or slot.vague or slot.each)]
        told = [name for name in whole if (literal(bound[name]) or "").strip()]
        return any(literal(usual.get(name) or ()) != literal(bound[name]) for name in told)

    def _bindings(self, place: Place, hops: int, active: set[Place]) -> Iterator[Way]:
        """The ways to a function, from the calls where they begin."""
        if place in active or hops > MAX_HOPS:
            return
        for given in self.calls.get(place, ()):
            if not given.certain or self.objects.exceeds(given, place, {}):
                continue
            self.ways += 1
            if self.ways > MAX_WAYS:
                return
            facts, invocation = given.facts, given.invocation
            above = (facts.file, invocation.function)
            through = silent = False
            usual = usually(place, invocation)
            kept, cut = kept_lists(self, place, given), hops == MAX_HOPS and hands_on(given, self.slots[place])
            if above in self.calls and above != place:
                kinds: set[tuple[str, ...]] = set()
                for way in self._bindings(above, hops + 1, active | {place}):
                    other = another(self.linker, facts, invocation, way.bound)
                    goes, kind = not other and self._goes(place, given, way.bound), self._kind(above, way.bound)
                    # Of an object of a known class it is told what that has.
                    tells = goes and (self._tells(above, way.bound) or (BELOW in way.bound and kind not in kinds))
                    cut = cut or (goes and way.cut)
                    silent = silent or (goes and not tells and BELOW not in way.bound)
                    through = through or not (goes or other) or BELOW in way.bound or tells
                    if tells:
                        kinds.add(kind)
                        bound = with_turns(self._bind(place, given, way.bound), kept, invocation.span)
                        doubt = bound if given.ambiguous and way.doubt is None else way.doubt
                        asked = (*way.chosen, *chosen(self.linker, above, invocation, facts, way.bound))
                        turns = way.kept or bool(kept)
                        yield Way(way.invocation, bound, doubt, turns, way.cut, asked, (*way.usual, *usual))
            if silent or not through:
                bound = with_turns(self._bind(place, given, {}), kept, invocation.span)
                yield Way(invocation, bound, bound if given.ambiguous else None, bool(kept), cut, (), usual)

    def _goes(self, place: Place, given: Given, outer: Bound) -> bool:
        """Whether a call of a wrapper is reached and means it, for all that a call of the function around it tells."""
        test, meant = given.invocation.test, not self.objects.exceeds(given, place, outer)
        return meant and (test is None or decided(self.linker, test, given.facts, outer, frozenset()) is not False)

    def _bind(self, place: Place, given: Given, outer: Bound) -> Bound:
        """The values of a function's parameters in one call of it."""
        bound = {}
        for name, value in given.arguments.items():
            model = name in self.slots[place] and self.slots[place][name].role == MODEL
            known = {**self.around.at(given, value), **outer} if model else outer
            found = self.linker.resolve(value, given.facts, known)
            bound[name] = given_model(found) if model else found
        home, whole = self.homes[place[0]], given.invocation.arguments.complete
        function = home.functions[place[1]]
        if function.gathered:
            more = tuple((name, value) for name, value in bound.items() if name not in dict(function.parameters))
            held = Mapping(more, given.invocation.span, whole)
            bound[f"{SPREAD}{function.gathered}"] = held
        for name, default in function.parameters:
            if default is None or name in bound:
                continue
            if whole:
                bound[name] = self.linker.resolve(default, home)
            elif spreads_more(given.invocation) and literal(default):
                # What a dict brings along that is put into the arguments may stand in its place.
                bound[name] = (Hole(name, given.invocation.span, origin=LOST),)
        told = asked_of(self.linker, given.invocation.test, given.facts, given.invocation.function)
        bound |= under(given.arguments.items(), outer, told)
        return {**self._own(place, given, outer), **bound}

    def _own(self, place: Place, given: Given, outer: Bound) -> Bound:
        """What the class whose object is called has for the attributes that its methods send."""
        owner = place[1].rpartition(".")[0]
        line = self.classes.lineage(self.homes[place[0]], owner)
        names = sorted({name for home, each in line for name in self.own.get((home.file, each), ())})
        same = same_object(given.invocation)
        about = outer.get(BELOW) if same else self.objects.below(given, place)
        made = self.objects.made_with(given, names, outer, same, about)
        bound: Bound = {} if about is None else {BELOW: about}
        for name in names:
            if same and name in outer:
                bound[name] = outer[name]
            elif (said := self.classes.override(given.facts, given.invocation.name, place, name[5:])) is not None:
                bound[name] = self.linker.resolve(*said)
        if fresh(given.invocation):
            # What the program puts into other objects of the class is not in this one.
            for name in [name for name in names if name not in made]:
                value = bound.get(name) or self.linker.named(self.homes[place[0]], f"{owner}.{name[5:]}")
                if value is not None:
                    bound[name] = as_made(value)
        put = {f"self.{name}": self.linker.resolve(value, given.facts, outer) for name, value in given.invocation.held}
        return {**self.around.held(place), **made, **bound, **put}
