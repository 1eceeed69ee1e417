"""Links what files say about themselves: every `Ref` and `Apply` is resolved, prompts and requests come out.

Bounded in depth and in size, free of cycles, and independent of the order of files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import msgspec

from promptlint import applied, decisions, lent, loading, parameters, signatures, usual
from promptlint.answers import Answers, Shared, Trail
from promptlint.applied import OPERATIONS, by_name, changed, given_up, or_default, sliced, summed
from promptlint.changes import Changes
from promptlint.classes import BELOW, Classes
from promptlint.clients import Through, unset
from promptlint.extract.bounds import bounded
from promptlint.extract.facts import Facts, Function, Problem
from promptlint.extract.invocations import given_by
from promptlint.extract.joins import MARKERS, either_message
from promptlint.extract.messages import spoken_as
from promptlint.extract.places import SPREAD
from promptlint.extract.state import has_text, state_of
from promptlint.extract.volatility import TELLING
from promptlint.fields import made_once, named_for, used_at
from promptlint.formatting import filled
from promptlint.gaps import names_text
from promptlint.modules import Modules
from promptlint.nesting import Nesting
from promptlint.operations import SEVERAL, in_text, is_several
from promptlint.prompt import Project
from promptlint.references import is_property, of_self
from promptlint.remarks import Remarks
from promptlint.slots import note_dedent, unsaid
from promptlint.template import (
    SUPER,
    Apply,
    Arguments,
    Choice,
    Dedent,
    Hole,
    Items,
    Mapping,
    Message,
    Part,
    Ref,
    Repeat,
    Span,
    Template,
    Text,
    Value,
    Volatility,
    holes,
)
from promptlint.unrolled import put_in, unrolled

MAX_DEPTH = 40
MAX_PARTS = 4_000
# Steps of one look-up, and what may be cut off in it. Values of real programs take up to 7,000 steps and 110 cuts;
# functions that call each other have ways without end: each of them ends where one is on the way already.
MAX_STEPS, MAX_CUTS = 60_000, 1_000
MAX_HOPS = 12

Bound: TypeAlias = dict[str, Value]


def link(
    all_facts: Sequence[Facts], paths: dict[str, str] | None = None, problems: list[Problem] | None = None
) -> Project:
    """All prompts and requests of a run. `paths` are the absolute paths of files by their names, where these differ.

    What cannot be put together is added to `problems`.
    """
    from promptlint.collect import collect

    ordered = sorted(all_facts, key=lambda facts: facts.file)
    linker, found = Linker(ordered, paths), [] if problems is None else problems
    project = collect(ordered, linker, found)
    found += linker.failed.values()
    return project


class Linker:
    """Resolves values. One for a run: what a name stands for is worked out once."""

    def __init__(self, all_facts: Sequence[Facts], paths: dict[str, str] | None = None) -> None:
        self.modules = Modules(all_facts, paths)
        self.classes = Classes(all_facts, self.modules)
        self.files = loading.Files(all_facts)
        # The project uses OpenAI's client for servers of others, too.
        self.elsewhere = frozenset(provider for facts in all_facts for provider in facts.addressed)
        # By file its functions, by their keys.
        self.nestings: dict[str, Nesting[str]] = {}
        # Clients that settings are given, by the name of the settings, and what that comes to.
        self.settings: dict[str, list[tuple[Facts, Value]]] = {}
        self.clients: dict[str, Through | None] = {}
        for facts in all_facts:
            for name, value in facts.settings:
                self.settings.setdefault(name, []).append((facts, value))
        self.chains: list[loading.Chain] = []
        self.memo: dict[tuple[str, str], Value | None] = {}
        # What functions give back, and what was looked up for it.
        self.answers = Answers()
        self.trail = Trail(set())
        self.deepest = 0
        # Parts of values, by themselves and by what is given for the parameters in them.
        self.shared: dict[tuple[int, int], Shared] = {}
        self.active: set[tuple[str, str]] = set()
        # How often something was not looked up: a cycle, too deep, too much. What that touched holds once.
        self.cuts = 0
        self.passing: dict[tuple[str, str], Value | None] = {}
        self.depth = 0
        # Of one call from outside: its steps, and the cuts before it.
        self.steps = self.before = 0
        self.assumed: frozenset[str] = frozenset()
        # Settings in texts of the program, by these texts.
        self.read: dict[Template, tuple[Value | None]] = {}
        # By their places values for which the program has a text that was not read, in a file or another module.
        self.unseen: set[Span] = set()
        # By their places texts that are made of templates which are not known, with what these are filled with.
        self.put_in: dict[tuple[str, int], dict[str, Value]] = {}
        # Calls that take margins off, each with the longest text that any way here gave it.
        self.dedents: dict[Span, Dedent] = {}
        # The places of values that stand in templates of Jinja which the program reads.
        self.in_jinja: set[Span] = set()
        # What promptlint failed at where no text is told, by the places of functions.
        self.failed: dict[Span, Problem] = {}
        self.changes = Changes(all_facts, self)
        self.remarks = Remarks(all_facts, self)

    def resolve(
        self, value: Value, facts: Facts, bound: Bound | None = None, assumed: frozenset[str] = frozenset()
    ) -> Value:
        """A value with nothing left to look up, within a budget of steps for each call from outside.

        `bound` are values for the parameters of the function around it. Those that are `assumed` are what holds if
        nothing is given, so they decide no condition.
        """
        bound = bound or {}
        self.begin(assumed)
        self.passing.clear()
        self.answers.begin()
        # A template that includes itself, through others or not, is a hole in itself.
        own = (facts.file, "template")
        if facts.file.endswith(".py") or "template" not in facts.bindings:
            return self.value(value, facts, bound)
        self.active.add(own)
        try:
            return self.value(value, facts, bound)
        finally:
            self.active.discard(own)

    def begin(self, assumed: frozenset[str]) -> None:
        """Begin a look-up from outside, with a budget of its own."""
        self.assumed = assumed
        self.shared.clear()
        self.steps, self.before = 0, self.cuts
        if not self.depth:
            self.trail, self.deepest = Trail(set()), 0

    def lacks(self, value: Value) -> bool:
        """Whether a value is one for which the program has a text that was not read."""
        hole = value[0] if isinstance(value, tuple) and len(value) == 1 else None
        return type(hole) is Hole and hole.span in self.unseen

    def lose(self, hole: Hole, value: Value) -> None:
        """A value that stands in a text is a list or dict of texts, and what is shown of them is not known."""
        if not isinstance(value, tuple) and has_text(value) and not (type(value) is Mapping and value.kind):
            self.unseen.add(hole.span)

    def _spent(self) -> bool:
        return self.steps > MAX_STEPS or self.cuts - self.before > MAX_CUTS

    def value(self, value: Value, facts: Facts, bound: Bound) -> Value:
        self.steps += 1
        if self.depth > MAX_DEPTH or self.steps > MAX_STEPS or self.cuts - self.before > MAX_CUTS:
            self.cuts += 1
            self.trail.deep |= self.depth > MAX_DEPTH
            return given_up(value)
        if type(value) is tuple and (not value or (len(value) == 1 and type(value[0]) in _LEAVES)):
            # Most values are that simple.
            given = given_by(value[0], bound) if value and bound else None
            return value if given is None else bounded(given) if isinstance(given, tuple) else given
        self.depth += 1
        if self.depth > self.deepest:
            self.deepest = self.depth
        try:
            if isinstance(value, tuple):
                if len(value) == 1 and type(value[0]) in _ALONE:
                    result = self.part(value[0], facts, bound)
                    return bounded(result) if isinstance(result, tuple) else result
                return bounded(self.template(value, facts, bound))
            if type(value) is Message:
                content = self.value(value.content, facts, bound)
                decided = value.test is not None and decisions.decide(self, value.test, facts, bound)
                return Message(value.role, content, value.span, value.marker, () if decided else value.when)
            if type(value) is Items:
                if any(type(item) is Message and item.turn is not None for item in value.items):
                    value = unrolled(self, value, facts, bound)
                items: list[Value] = []
                complete = value.complete
                for item in value.items:
                    test = item.test if type(item) is Message or type(item) is Mapping else None
                    if test is not None and decisions.decide(self, test, facts, bound) is False:
                        continue
                    asked = item
                    while is_several(item) and (taken := decisions.taken(self, item, facts, bound)) is not None:
                        item = taken
                    if item is not asked and item == (SEVERAL,):
                        continue
                    whole = put_in(self, item, facts, bound) if is_several(item) else None
                    if whole is not None:
                        items.extend(whole.items)
                        complete = complete and whole.complete
                        continue
                    resolved = self.value(item, facts, bound)
                    if type(resolved) is Items and (type(item) is not Items or either_message(item)):
                        items.extend(resolved.items)
                        complete = complete and resolved.complete
                    else:
                        items.append(resolved)
                return bounded(Items(tuple(items), value.span, complete), len(value.items))
            entries, complete = self.entries(value, facts, bound)
            when = decisions.open_of(self, value, facts, bound)
            return bounded(Mapping(entries, value.span, complete, value.kind, when=when), len(entries))
        finally:
            self.depth -= 1

    def entries(self, value: Mapping, facts: Facts, bound: Bound) -> tuple[tuple[tuple[str, Value], ...], bool]:
        """The entries of a dict, those of dicts that are put into it among them, and whether these are all."""
        entries: list[tuple[str, Value]] = []
        complete = value.complete
        for key, item in value.entries:
            inner = (decisions.marker if key in MARKERS else Linker.value)(self, item, facts, bound)
            if key != SPREAD:
                entries.append((key, inner))
            elif type(inner) is Mapping and not inner.kind:
                entries += inner.entries
                complete = complete and inner.complete
            elif type(inner) is Message and inner.role != "unknown":
                entries += (("role", (Text(inner.role, inner.span, False),)), ("content", inner.content))
            elif not unset(inner):
                entries.append((SPREAD, inner))
                complete = False
        return tuple(entries), complete

    def template(self, template: Template, facts: Facts, bound: Bound) -> Template:
        """A text with nothing left to look up; the same one if there was nothing."""
        parts: list[Part] = []
        same = len(template) <= MAX_PARTS
        for part in template:
            if type(part) is Text or (type(part) is Hole and given_by(part, bound) is None):
                parts.append(part)
                continue
            above = facts.aliases.get("extends") if type(part) is Ref else None
            if type(part) is Ref and above and part.name == f"jinja:{above}":
                whole = loading.extended(self, facts)
                if whole is not None:
                    # Of what follows only the blocks count, and they are in the layout now.
                    parts.extend(in_text(whole))
                    same = False
                    break
            value = self.part(part, facts, bound)
            same = same and type(value) is tuple and len(value) == 1 and value[0] is part
            if isinstance(value, tuple):
                parts.extend(value)
            elif type(part) is Ref or type(part) is Apply:
                self.lose(part.fallback, value)
                parts.append(part.fallback)
            else:
                parts.append(unsaid(value, *in_text(value)))
            if len(parts) > MAX_PARTS:
                same = False
                break
        return template if same else tuple(parts[:MAX_PARTS])

    def part(self, part: Part, facts: Facts, bound: Bound) -> Value:
        if type(part) in _LEAVES or self.chains:
            return self._part(part, facts, bound)
        # What is said of one name stands in all that is made of it: ways through the program share what they have gone.
        known = self.shared.get((id(part), id(bound)))
        if known is not None and known.holds(self.depth, MAX_DEPTH):
            self.deepest = max(self.deepest, self.depth + known.height)
            return known.value
        deepest, self.deepest = self.deepest, self.depth
        result = self._part(part, facts, bound)
        self.shared[id(part), id(bound)] = Shared(part, bound, result, self.depth, self.deepest - self.depth)
        self.deepest = max(deepest, self.deepest)
        return result

    def _part(self, part: Part, facts: Facts, bound: Bound) -> Value:
        self.steps += 1
        match part:
            case Hole():
                given = given_by(part, bound)
                return (part,) if given is None else given
            case Choice():
                if part.test is not None and (taken := decisions.taken(self, (part,), facts, bound)) is not None:
                    return self.value(taken, facts, bound)
                ways = decisions.branches(self, part, facts, bound)[: applied.MAX_BRANCHES]
                values = [self.value(branch, facts, given) for branch, given in ways]
                return decisions.either(part, values)
            case Repeat():
                body = in_text(self.value(part.body, facts, bound))
                return (part if body is part.body else msgspec.structs.replace(part, body=body),)
            case Ref():
                # An attribute may hold what the object was made with.
                found = bound.get(part.fallback.parameter) if part.fallback.parameter else None
                found = self.reference(part, facts, bound) if found is None else found
                found = bound.get(part.fallback.member) if found is None and part.fallback.member[:1] == "*" else found
                if found is None and (names_text(part, facts) or self.changes.unread(part, facts)):
                    self.unseen.add(part.fallback.span)
                return (part.fallback,) if found is None else used_at(part.fallback, found)
            case Apply():
                return self.apply(part, facts, bound)
            case _:
                return (part,)

    def reference(self, ref: Ref, facts: Facts, bound: Bound) -> Value | None:
        """What a name stands for, or None."""
        if self.depth > MAX_DEPTH or self._spent():
            self.cuts += 1
            self.trail.deep |= self.depth > MAX_DEPTH
            return None
        if ref.name[:1] != "@" and ":" in ref.name[1:]:
            return loading.reference(self, ref, facts, bound)
        found = self.place(ref.name.removeprefix("@"), facts)
        if found is None:
            return None
        nearest = self.classes.nearest(bound[BELOW], *found) if bound and BELOW in bound and of_self(ref) else None
        home, key = nearest or found
        if ref.call is None:
            made = of_self(ref) and any(name[:5] == "self." for name in bound) and is_property(home, key, self.modules)
            return self.called(home, key, Arguments(), facts, bound) if made else self.named(home, key)
        if ref.name[:1] == "@":
            return self.asked(home, key, ref.call, facts, bound)
        value = self.called(home, key, ref.call, facts, bound)
        place = ref.fallback.span
        function = home.functions.get(key)
        if value is not None and function is not None and function.wrappers:
            value = self.changes.decorated(value, function, home, place)
        if value is not None and self.lacks(value):
            self.unseen.add(place)
            return None
        if isinstance(value, tuple) and facts.file == place.file and not any(self.around(facts, place.start)):
            value = made_once(value)
        seldom = ref.fallback.volatility is Volatility.DEPLOY and ref.fallback.origin == "name"
        if seldom and function is not None and isinstance(value, tuple):
            return named_for(value, function.span, {parameter for parameter, _ in function.parameters})
        return value

    def asked(self, home: Facts, key: str, call: Arguments, facts: Facts, bound: Bound) -> Value | None:
        """The message, or the list of messages, that the method of an object gives back whose class is known.

        Of texts nothing but where they are read from is known: another class may have made the object. So it is with
        messages where a class below makes its own.
        """
        place = self.classes.meant(home, f":{key}") if "." in key else None
        if place is None or place[1] not in self.classes.homes[place[0]].functions or self.classes.overridden(place):
            return None
        value = self.called(self.classes.homes[place[0]], place[1], call, facts, bound, own=False)
        several = value.items if isinstance(value, Items) else (value,)
        return value if any(isinstance(each, Message) for each in several) else None

    def around(self, facts: Facts, offset: int) -> Iterator[str]:
        """The keys of the functions around an offset of a file, from the innermost."""
        if facts.file not in self.nestings:
            places = ((function.span, key) for key, function in facts.functions.items() if function.span is not None)
            self.nestings[facts.file] = Nesting((span.start, span.end, key) for span, key in places)
        return self.nestings[facts.file].around(offset)

    def place(self, name: str, facts: Facts) -> tuple[Facts, str] | None:
        """The file that the name of a `Ref` leads to, and the key there."""
        return (facts, name[1:]) if name.startswith(":") else self.modules.find(facts, name)

    def named(self, home: Facts, key: str, hops: int = 0) -> Value | None:
        """The value of a module's name, a class's attribute (inherited too), or an entry of either."""
        place = (home.file, key)
        if place in self.memo:
            return self.memo[place]
        if place in self.passing:
            self.trail.passing = True
            return self.passing[place]
        if place in self.active or hops > MAX_HOPS:
            self.cuts += 1
            self.trail.met |= {place} & self.active
            return None
        self.active.add(place)
        self.trail.entered.add(place)
        cuts = self.cuts
        try:
            result: Value | None = None
            value = home.bindings.get(key)
            if value is not None:
                result = self.classes.in_field(self.value(value, home, {}), value)
                result = self.changes.made(result, place)
            else:
                result = self._inherited(home, key, hops)
        finally:
            self.active.discard(place)
        if self.cuts == cuts or (not self.active and not self._spent()):
            self.memo[place] = result
        else:
            self.passing[place] = result
            self.trail.passing = True
        return result

    def _inherited(self, home: Facts, key: str, hops: int) -> Value | None:
        if SUPER in key and (above := self.classes.above(home, key)) is not None:
            return self.named(*above, hops + 1)
        for place in self.modules.elsewhere(home, key):
            if (value := self.named(*place, hops + 1)) is not None:
                return value
        owner, _, member = key.rpartition(".")
        if owner not in home.bases:
            container = self.named(home, owner, hops + 1)
            if type(container) is Mapping:
                given = container.get(member)
                return self._default(home, container, member, hops) if given is None else given
            if member == "value" and isinstance(container, tuple):
                # Of an enumeration's member: a text has no attribute of this name.
                return container
        return None

    def origin(self, value: Value, facts: Facts, deep: bool = True) -> tuple[Value, Facts]:
        """What a name or a call leads to as its file says it, with that file; a value that is neither stays."""
        for _ in range(MAX_HOPS):
            value, facts = applied.item_of(self, value, facts) if deep else (value, facts)
            ref = value[0] if isinstance(value, tuple) and len(value) == 1 else None
            if type(ref) is not Ref or ":" in ref.name[1:] or (found := self.place(ref.name, facts)) is None:
                break
            if ref.call is None:
                places = self.modules.definitions(*found)
                said = next(((home.bindings[key], home) for home, key in places if key in home.bindings), None)
            else:
                function = self.function(*found)
                said = (function[1].returns, function[0]) if function is not None else None
            if said is None:
                break
            value, facts = said
        return value, facts

    def _default(self, home: Facts, instance: Mapping, member: str, hops: int) -> Value | None:
        """An attribute of an object that was not given when it was made: what its class says."""
        if not instance.kind or not instance.complete or any(key.isdecimal() for key, _ in instance.entries):
            return None
        key = f"{instance.kind}.{member}"
        if instance.kind in home.bases:
            return self.named(home, key, hops + 1)
        found = self.modules.find(home, key) or self.modules.imported(home, key)
        return self.named(found[0], found[1], hops + 1) if found else None

    def function(self, home: Facts, key: str) -> tuple[Facts, Function] | None:
        """The function behind a name: of the module, of a class or its bases, or imported."""
        places = self.modules.definitions(home, key)
        return next(((home, home.functions[key]) for home, key in places if key in home.functions), None)

    def called(
        self, home: Facts, key: str, call: Arguments, facts: Facts, bound: Bound, own: bool = True
    ) -> Value | None:
        """What a function gives back for these arguments; `own`: a method is one of the object that calls it."""
        found = self.function(home, key)
        if found is None:
            return self.asked(home, key, call, facts, bound)
        owner, function = found
        place = (owner.file, f"{key}()")
        if place in self.active:
            self.cuts += 1
            self.trail.met.add(place)
            return None
        names = {parameter for parameter, _ in function.parameters}
        # A function inside of another one sees what that one was called with.
        inside = owner is facts and key.rpartition(".")[0] in facts.functions
        given = decisions.within(bound, names) if inside else {}
        if own and (owner is facts or home is facts) and not inside and key.rpartition(".")[0] in facts.bases:
            # A method of the same class has the same attributes.
            given = {name: value for name, value in bound.items() if name.startswith("self.")}
        if "." in key and own and not inside and (about := self.classes.of_call(home, key, owner, bound)) is not None:
            given[BELOW] = about
        told = parameters.told(function, call)
        for name, argument in told:
            given[name] = self.value(argument, facts, bound)
        given.update(decisions.under(told, bound))
        self.assumed, assumed = usual.held_in(self, told, names, facts), self.assumed
        if call.complete:
            for parameter, default in function.parameters:
                if default is not None and parameter not in given:
                    given[parameter] = self.value(default, owner, {})
        asked = self.answers.asked(owner.file, key, given, self.assumed)
        known = None if self.chains else self.answers.get(asked, self.depth, MAX_DEPTH, self.active)
        if known is not None:
            self.assumed = assumed
            self.cuts += known.cut
            self.trail.join(known)
            self.deepest = max(self.deepest, self.depth + known.height)
            return known.value
        cuts, outer, self.trail = self.cuts, self.trail, Trail({place})
        deepest, self.deepest = self.deepest, self.depth
        self.active.add(place)
        try:
            result = self._returned(key, function, owner, given)
        finally:
            self.active.discard(place)
            self.assumed = assumed
            inner, self.trail = self.trail, outer
            # What was met on the way from here is met again.
            inner.met -= inner.entered
            outer.join(inner)
            height, self.deepest = self.deepest - self.depth, max(deepest, self.deepest)
        if not self.chains and (self.cuts == cuts or not self._spent()):
            self.answers.keep(asked, result, inner, self.depth, height, self.cuts > cuts)
        return result

    def _returned(self, key: str, function: Function, owner: Facts, given: Bound) -> Value | None:
        result = self.value(function.returns, owner, given)
        if not isinstance(result, tuple) and (said := given.get(owner.spoken.get(key, ""))) is not None:
            result = spoken_as(result, said)
        # Of a helper that only passes values on, the call itself says more than the holes inside it.
        if has_text(result) or not isinstance(result, tuple) or self.lacks(result):
            return result
        state = state_of(result)
        source = state[1] in TELLING and len(result) == 1 and type(result[0]) is Hole
        return result if source else None

    def apply(self, part: Apply, facts: Facts, bound: Bound) -> Value:
        """The result of an operation, or the hole that stands for it."""
        if part.operation in signatures.OPERATIONS:
            told = signatures.OPERATIONS[part.operation](self, part.target, part.span, facts, bound)
            return (part.fallback,) if told is None else told
        target = self.value(part.target, facts, bound)
        if self.unseen and self.lacks(target):
            self.unseen.add(part.fallback.span)
        positional = [self.value(value, facts, bound) for value in part.arguments.positional]
        keywords = {name: self.value(value, facts, bound) for name, value in part.arguments.keywords}
        applied.note_put_in(self, part, target, positional, keywords)
        if part.operation in loading.OPERATIONS:
            loaded = loading.apply(self, part, target, positional, keywords, facts, bound)
            return (part.fallback,) if loaded is None else loaded
        if part.operation == "join" and part.arguments.keywords and positional:
            positional[0] = lent.given(self, positional[0], part.arguments.keywords, facts)
        if part.operation == "item":
            found = usual.item(self, part, target, (positional, keywords), facts, bound)
            if found is None and (given := bound.get(part.fallback.member)) is not None:
                return given
            return or_default(part.fallback, positional) if found is None else found
        if part.operation == "slice" and (type(target) is Items or unset(target)):
            # Of nothing nothing can be cut out.
            return sliced(target, positional) if type(target) is Items else target
        if part.operation in ("insert", "put", "open", "kept"):
            return changed(part, target, positional)
        if part.operation == "add":
            return summed(part.fallback, [target, *positional])
        if part.operation == "given" or (type(target) is Items and part.operation in applied.FILLING):
            return filled(target, by_name(keywords))
        if not isinstance(target, tuple) or (part.operation != "join" and len(target) == 1 and type(target[0]) is Hole):
            self.lose(part.fallback, target)
            return (part.fallback,)
        if part.operation in ("dedent", "cleandoc"):
            note_dedent(self.dedents, part, target)
        result = (
            OPERATIONS[part.operation](target, positional, keywords, part) if part.operation in OPERATIONS else None
        )
        if part.operation == "jinja" and result is not None:
            # The names in it are those of the template, not of the function around it.
            made = self.value(result, facts, {})
            self.in_jinja.update(hole.span for hole in (holes(made) if isinstance(made, tuple) else ()))
            return made
        if result is None and applied.said_in(part.operation, target, [*positional, *keywords.values()]):
            # What is made of it is said by the program, too.
            self.unseen.add(part.fallback.span)
        return (part.fallback,) if result is None else result


# What alone makes up a value may be a list, too.
_ALONE = (Ref, Apply, Hole, Choice)
_LEAVES = (Text, Hole)
