"""Calls that look as if they sent a request, and send none."""

from __future__ import annotations

import functools

import msgspec

from promptlint.classes import Classes
from promptlint.extract.catalogue import matcher
from promptlint.extract.facts import Call, Facts
from promptlint.extract.names import prompt_like
from promptlint.extract.onward import generates
from promptlint.extract.sending import TEXTS, UNREAD
from promptlint.extract.state import fallback_of
from promptlint.extract.volatility import of_name
from promptlint.operations import literal
from promptlint.template import Hole, Items, Mapping, Value, Volatility


def _parts(value: Value) -> bool:
    """Whether a function gives back parts that it makes for a message: `{"type": "text", "text": ...}`."""
    items = value.items if isinstance(value, Items) else ()
    return any(isinstance(each, Mapping) and literal(each.get("type") or ()) == "text" for each in items)


@functools.cache
def _of_texts() -> frozenset[str]:
    """The names by which calls of the catalogue take what they send as a text or as messages."""
    entries = (entry for each in matcher().calls.values() for _, entry in each)
    places = (at for entry in entries for slot in TEXTS for at in entry.slots.get(slot, ()))
    return frozenset(at.rpartition(".")[2] for at in places if isinstance(at, str))


def _takes_text(name: str) -> bool:
    """Whether a parameter takes a text, messages, or what is asked, by its name."""
    return name in _of_texts() or prompt_like(name) or of_name(name)[0] is Volatility.REQUEST


def _unread(slot: tuple[str, Value]) -> tuple[str, Value]:
    # A text in plain sight is one, whatever it is given to.
    alone = slot[0] in TEXTS and fallback_of(slot[1]) is not None
    return (f"{UNREAD}messages", slot[1]) if alone else slot


def _not_followed(call: Call) -> Call:
    """A call of a method of the project: what it sends besides, or makes of what it is given, is not followed here."""
    own = (f"{UNREAD}messages", (Hole(f"{call.called.rpartition('.')[2]}(...)", call.span),))
    return msgspec.structs.replace(call, slots=(*call.slots, own), provider="")


class Senders:
    """Which calls of a run lead to a model, by what the project's own code says of it."""

    def __init__(self, classes: Classes) -> None:
        self.classes = classes
        # Last names of what is called in files that also call what generates; None until it is asked for.
        self.onward: set[str] | None = None

    def sends(self, call: Call, facts: Facts) -> bool:
        return not self._answered(call, facts) and (not call.returned or self._sent_on(call))

    def named(self, call: Call, facts: Facts) -> Call:
        """A call, as far as the name of its method says what it sends, and that is none of the project's own.

        Such a method says itself what it takes, and who gets it.
        """
        place = self.classes.meant(facts, call.method) if call.method and (call.provider or call.first) else None
        function = self.classes.homes[place[0]].functions.get(place[1]) if place is not None else None
        if function is None:
            asks = place is None and (call.provider or call.first)
            own = self.classes.perhaps(facts, call.method, call.called) if asks else None
            return call if own is None else _not_followed(call)
        first = next((name for name, _ in function.parameters if name not in function.named), "")
        if call.first and not self.classes.ambiguous(facts, call.method) and not _takes_text(first):
            # What it is given there is something else than what methods of this name are given.
            call = msgspec.structs.replace(call, slots=tuple(map(_unread, call.slots)))
        if call.method.rpartition(".")[2] == call.called.rpartition(".")[2]:
            return _not_followed(call)
        return msgspec.structs.replace(call, provider="")

    def _answered(self, call: Call, facts: Facts) -> bool:
        """Whether what is called is a method of the project that answers by itself, and asks no model."""
        place = self.classes.meant(facts, call.method) if call.method else None
        function = self.classes.homes[place[0]].functions.get(place[1]) if place is not None else None
        if place is None or function is None or not (function.silent or _parts(function.returns)):
            return False
        owner, _, member = place[1].rpartition(".")
        return not any(f"{name}.{member}" in home.functions for home, name in self.classes.below(place[0], owner))

    def _sent_on(self, call: Call) -> bool:
        """Whether a file that calls a function which gives back the text, by its name, also lets a model go on."""
        if self.onward is None:
            files = [facts for facts in self.classes.homes.values() if any(map(generates, facts.mentions))]
            self.onward = {each for facts in files for each in facts.mentions}
        return not self.onward.isdisjoint(call.returned)
