"""A call that is being read: its names and its evaluated arguments."""

from __future__ import annotations

import ast
from collections.abc import Callable, Set
from typing import NamedTuple, TypeAlias

import msgspec

from promptlint.extract.catalogue import Places
from promptlint.extract.state import File, Scope
from promptlint.extract.volatility import dotted
from promptlint.template import Arguments, Hole, Items, Mapping, Message, Ref, Text, Value

Evaluate: TypeAlias = Callable[[File, Scope, ast.expr], Value]


class Callee(NamedTuple):
    """What is known of a called name, wherever it is called in its file: worked out once.

    `last` ends its import path `name`. `against`: what it is given is not for a model; `shown`: it is not even sent.
    `plain`: neither the catalogue nor promptlint itself knows functions or classes whose name ends so; `ordinary`: nor
    does the project say anything of them. `of_value`: they would be both, were it no name of a method of values, of
    which most calls say nothing. `mild`: it is `against` texts that say nothing themselves, and no inner calls.
    """

    name: str
    last: str
    against: bool
    shown: bool
    plain: bool
    ordinary: bool
    of_value: bool
    mild: bool


class Override:
    """What an agent is run with for a while, by its slots, whether a run of it was seen, and what may bring more."""

    def __init__(self, slots: dict[str, Value], rest: Hole | None) -> None:
        self.slots, self.rest, self.applied = slots, rest, False


def _given(value: Value) -> bool:
    """Whether a text is given, whatever is decided: one that stands there, or a name that the program gives one."""
    part = value[0] if isinstance(value, tuple) and value else None
    return type(part) is Text or (type(part) is Ref and part.call is None and not part.fallback.parameter)


class CallSite(msgspec.Struct):
    """A call being read: the node, its dotted names (`last` is the end of them) and its evaluated arguments."""

    node: ast.Call
    written: str
    name: str
    last: str
    positional: list[tuple[Value, ast.expr]]
    keywords: dict[str, tuple[Value, ast.expr]]
    complete: bool
    gathered: str = ""
    # Parameters of the enclosing function that are lists of strings.
    strings: Set[str] = frozenset()
    # What is given as `*` or `**` and hides arguments.
    rest: Hole | None = None
    # Dicts given as `**` of which linking may find out what they hold, None if something else hides arguments, too.
    spread: list[Value] | None = None
    # The same, whatever is given as `*`.
    dicts: list[Value] | None = None
    given: Arguments | None = None
    # Of a partial: it has been bound to a method of this value, if it is one's.
    partial: bool = False
    on: Value | None = None

    def pick(self, places: Places) -> tuple[Value, ast.expr] | None:
        """The argument at the first of these keyword names, `keyword.key` paths or positions that is given."""
        for at in places:
            keyword, _, path = at.partition(".") if isinstance(at, str) else (at, "", "")
            if (given := self.given_at(keyword)) is not None and (found := within(given[0], path)) is not None:
                return found, given[1]
        return None

    def given_at(self, at: str | int) -> tuple[Value, ast.expr] | None:
        """The argument of this keyword, or at this position, which may be written as a number."""
        if isinstance(at, str) and not at.isdecimal():
            return self.keywords.get(at)
        number = int(at)
        known = number < len(self.positional) and not isinstance(self.positional[number][1], ast.Starred)
        return self.positional[number] if known else None

    def pick_all(self, places: Places) -> list[tuple[Value, ast.expr]]:
        """The arguments at all of these places, in their order."""
        found = [picked for place in places if (picked := self.pick([place])) is not None]
        return [each for number, each in enumerate(found) if all(each[1] is not other[1] for other in found[:number])]

    def unsent(self, unless: dict[str, list[str]]) -> list[ast.expr]:
        """The arguments that only stand in for others, by the names of those, where all of these are given."""
        return [
            self.keywords[key][1]
            for key, others in unless.items()
            if key in self.keywords and all(name in self.keywords and _given(self.keywords[name][0]) for name in others)
        ]

    def arguments(self) -> Arguments:
        if self.given is None:
            positional: list[Value] = []
            for value, node in self.positional:
                if type(node) is ast.Starred:
                    break
                positional.append(value)
            keywords = tuple([(key, value) for key, (value, _) in self.keywords.items()]) if self.keywords else ()
            self.given = Arguments(tuple(positional), keywords, self.complete)
        return self.given


def within(value: Value, path: str) -> Value | None:
    """What stands at a dotted path of keys in a dict or an object."""
    while path:
        key, _, path = path.partition(".")
        inner = value.get(key) if type(value) is Mapping else None
        if inner is None:
            return None
        value = inner
    return value


def as_object(file: File, site: CallSite) -> Mapping:
    """An instance, as its arguments."""
    entries = [(str(number), value) for number, (value, _) in enumerate(site.positional)]
    entries += [(key, value) for key, (value, _) in site.keywords.items()]
    return Mapping(tuple(entries), file.span(site.node), site.complete, site.name)


def imported_here(file: File, scope: Scope, written: str) -> str:
    """The name of what is called, where several imports give it: that of the import which holds here."""
    first, dot, rest = written.partition(".")
    here: Scope | None = scope if first in file.rebound else None
    while here is not None:
        if (value := here.values.get(first)) is not None:
            part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
            imported = type(part) is Ref and part.call is None and part.name[:1] not in (":", "@", ".")
            return f"{part.name}{dot}{rest}" if type(part) is Ref and imported else written
        here = here.parent
    return written


def as_lent(scope: Scope, site: CallSite) -> Arguments:
    """The arguments of a call; what of a list of texts other functions have made that had it before is not known."""
    given = site.arguments()
    if not scope.lent or not any(type(value) is Items for value in given.positional):
        return given
    positional: list[Value] = []
    for value, (_, node) in zip(given.positional, site.positional, strict=False):
        if type(value) is Items and not any(type(item) is Message for item in value.items):
            # This very call stands among them.
            before = {name.rpartition(".")[2].lstrip(":") for name, _ in scope.lent.get(dotted(node), ())}
            value = msgspec.structs.replace(value, complete=value.complete and before <= {site.last})
        positional.append(value)
    return Arguments(tuple(positional), given.keywords, given.complete)


def of_super(node: ast.expr) -> bool:
    """Whether a method is that of the classes above: `super().name`."""
    called = node.value if isinstance(node, ast.Attribute) else None
    return isinstance(called, ast.Call) and dotted(called.func) == "super"
