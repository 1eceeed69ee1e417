"""What is known while one Python file is read: its imports, its scopes, and the facts gathered so far."""

from __future__ import annotations

import ast
import builtins
import contextlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from promptlint.extract.catalogue import Lexicon, lexicon
from promptlint.extract.facts import Call, Change, Facts, Site, Stray, shortened
from promptlint.extract.names import declared_global, prompt_like, says_prompts, words
from promptlint.extract.shown_as import MAX_EXPRESSION, read_from, shorten
from promptlint.extract.volatility import CONSTANT, DEPLOY, TELLING, UNKNOWN, State, strongest
from promptlint.source import Source
from promptlint.template import (
    Apply,
    Arguments,
    Choice,
    Condition,
    Hole,
    Items,
    JsonDump,
    Mapping,
    Message,
    Ref,
    Repeat,
    Span,
    Test,
    Text,
    Value,
    Volatility,
)

if TYPE_CHECKING:
    from promptlint.extract.callsite import Callee, Override
    from promptlint.extract.places import Place

# So much of an expression is looked at: white space in it is left out.
_LONGEST = 4 * MAX_EXPRESSION


# Conditions that hold or do not hold, as the flag says; without text: something of which nothing is known.
Guards: TypeAlias = tuple[tuple[Condition, bool], ...]


class Scope:
    """Names bound in a module, class or function, in the order in which its statements run."""

    def __init__(self, kind: str, name: str, parent: Scope | None, owner: str = "") -> None:
        self.kind = kind
        self.name = name
        self.parent = parent
        # The class whose attributes `self` (named `receiver`) has, "" outside methods.
        self.owner = owner
        self.receiver = ""
        # The names of the function's `**kwargs` and `*args`.
        self.gathered = self.starred = ""
        # Parameters that are lists of strings, by their annotations; those that are one string, or None.
        self.strings, self.texts = set[str](), set[str]()
        # What names hold, and what attributes held that have been set under a condition.
        self.values: dict[str, Value] = {}
        self.before: dict[str, Value] = {}
        # By the names of objects those of their attributes that have values; by those of single items their lists.
        self.attributed: dict[str, set[str]] = {}
        self.among: dict[str, str] = {}
        # What parameters of the function are when they are not given.
        self.defaults: dict[str, Value] = {}
        self.returned: list[Value] = []
        # Of each of them under which conditions it is given back.
        self.returned_if: list[Guards] = []
        # And at which line; those that are given out one after another.
        self.returned_at: list[int] = []
        self.yields: list[Value] = []
        # Names that it declares global, and what all names held where it gave something back.
        self.declared: set[str] = set()
        self.left: list[dict[str, Value]] = []
        # How things stood at each `continue` and `break` of the loop that is read, at which line; all lines of `break`.
        self.ends: list[tuple[Scope, int]] = []
        self.breaks: list[int] = []
        # Sites of the last value of each name, so that a value grown by `+=` is noted once.
        self.noted: dict[str, int] = {}
        # The classes of what names stand for, as `Ref` names.
        self.types: dict[str, str] = {}
        # Of what is made in sight under which conditions and where that is, and the names of what another way makes of
        # another class.
        self.made: dict[str, tuple[str, Guards, Span]] = {}
        self.mixed: set[str] = set()
        # Places of one and the same object: `same = messages`, `request = {"messages": messages}`.
        self.same: dict[Place, set[Place]] = {}
        # Names that stand for what agents are given (`tools = agent.tools`), also by agent; lists that are changed.
        self.equipment: dict[str, ast.Attribute] = {}
        self.equipped: dict[str, list[str]] = {}
        self.doubted: dict[Span, tuple[int, int]] = {}
        # Lists by their names, with the functions they were given to and the place among their arguments.
        self.lent: dict[str, tuple[tuple[str, str], ...]] = {}
        # Parameters that are handed on as they are, likewise.
        self.lends: dict[str, list[tuple[str, str]]] = {}
        # Parameters that hold lists which the function changes.
        self.changed: set[str] = set()
        # What holds wherever the statement that is read is reached.
        self.guards: Guards = ()
        # Conditions that were asked, by their texts (`correlated.Asked`; None: of several values), and how many
        # different ones ask for a name; of what list names are items (`iteration.Rows`).
        self.asked: dict[str, Any] = {}
        self.asks: dict[str, int] = {}
        self.rows: dict[str, Any] = {}

    def key(self, name: str) -> str:
        """The key of a name of this scope in `Facts.bindings`."""
        return f"{self.name}.{name}" if self.name else name

    def fork(self) -> Scope:
        """A scope for one branch: the same place, its own values."""
        other = self.shared()
        other.values = self.values.copy()
        return other

    def shared(self) -> Scope:
        """A scope for a branch in which nothing is done: the same values, until they are replaced as a whole."""
        other = Scope.__new__(Scope)
        other.__dict__ = self.__dict__.copy()
        return other


class File:
    """One Python file being read. Offsets of nodes go through `span`, since f-string fields are parsed on their own."""

    # Asked for with every node, and more than a dict shares the keys of.
    __slots__ = (
        "aliases", "alone", "asked", "bare", "block", "body", "bound", "bound_called", "bound_names", "callees",
        "components", "cut", "definitions", "depth", "documented", "drawn", "explained", "facts", "fed", "forced",
        "function", "given_tools", "globals", "grown", "guards", "handed", "handed_on", "held", "imported", "importing",
        "known", "later", "lexicon", "loads", "long", "longest", "loops", "made", "makers", "mentions", "methods_given",
        "mild", "module", "muted", "name", "nested", "of_docstrings", "of_prompts", "once", "options", "overrides",
        "own_jinja", "own_rows", "partials", "pending", "perhaps", "popped", "positions", "prompt_like", "put",
        "rebound", "rests", "reused", "rows", "settled", "several", "shown", "source", "starred", "strays", "templates",
        "tested", "tuned", "turns", "united", "unused", "verdict", "where", "wide", "worth",
    )  # fmt: skip

    def __init__(self, source: Source, words: bytes = b"") -> None:
        self.source = source
        self.name = source.name
        self.lexicon: Lexicon = lexicon(words)
        # What the project says of a name, where it says anything at all.
        self.verdict = self.lexicon.verdict
        # Whether what has a name is a text for a model, by the project's own word or by the name itself.
        self.prompt_like: Callable[[str], bool] = prompt_like if self.verdict is None else self._prompt_like
        # Where the comments begin that have settled a case, and what expressions are worth that comments speak of.
        self.settled: set[int] = set()
        self.worth: dict[Span, Value] = {}
        self.aliases: dict[str, str] = {}
        # Names that are imported from several places, or imported and assigned: which one holds, statements tell.
        self.rebound: set[str] = set()
        self.imported: frozenset[str] = frozenset()
        # The classes of what functions put into attributes of objects ("state.agent"), as `Ref` names.
        self.held: dict[str, str] = {}
        # By the place of a call of an object's method, where its class is known, that call: it may make a message.
        self.asked: dict[Span, Ref] = {}
        # By the name of a collection its number among those that are drawn from.
        self.drawn: dict[str, int] = {}
        # Attributes that hold a list of messages which methods add to.
        self.grown: set[str] = set()
        # Entries of dicts that were made of others, by identity: `bindings.note_value` looks at each once.
        self.united: dict[tuple[str, bool], dict[int, tuple[str, Value]]] = {}
        # By the key of a binding what else is put in its place, each with the name that it has there.
        self.later: dict[str, list[tuple[str, Value]]] = {}
        self.facts = Facts(source.name)
        self.module = Scope("module", "", None)
        # Names that the module binds, and those of functions and classes inside of functions.
        self.known: set[str] = set()
        self.nested: set[str] = set()
        # Literals that may be paths of files: what is loaded is read, too.
        self.loads: set[str] = set()
        # Last names of what is called or handed over, and of what is called with nothing that matters.
        self.mentions: set[str] = set()
        self.bare: set[str] = set()
        self.pending: list[tuple[ast.FunctionDef | ast.AsyncFunctionDef, Scope]] = []
        # Messages of the assistant and of tools that nothing stands beside so far: their evidence, the function around.
        self.alone: dict[Span, tuple[str, str]] = {}
        # Where texts that grew too large have been cut off, and what was cut off of lists and dicts written out.
        self.cut: set[Span] = set()
        self.rests: dict[Span, Value] = {}
        # The loops around the statement that is being read, within one function, and the block that it stands in.
        self.loops: list[ast.For | ast.AsyncFor | ast.While] = []
        self.block: Sequence[ast.stmt] = ()
        # What a turn of them does, by the loop.
        self.turns: dict[int, Any] = {}
        # Functions whose annotations explain their parameters in words.
        self.explained: list[str] = []
        # Functions and local classes by their keys, to be described when something sends them.
        self.definitions: dict[str, tuple[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, Scope]] = {}
        self.positions: tuple[Source, int] = (source, 0)
        self._start_reading()
        self._start_calls()
        self._look_through(source)

    def _start_reading(self) -> None:
        """Where the reading is at."""
        # The statements of the whole file.
        self.body: Sequence[ast.stmt] = ()
        # What functions set in what they are given, by their names and those of their parameters.
        self.tuned: dict[str, dict[str, tuple[tuple[bool, str | int | None], ...]]] = {}
        self.depth = 0
        # How many expressions were evaluated so far, and how many of them gave a value that is bound to a name.
        self.made = 0
        self.reused = 0
        # Attributes that functions are given, which may change them.
        self.handed_on: list[Change] = []
        # Functions whose last definition stands under a condition, by their keys.
        self.perhaps: set[str] = set()
        self.long = 0  # messages of the long lists that are sent
        # The last text of very many parts that was noted, and its index.
        self.longest: tuple[int, Site | None] = (0, None)
        # Inside calls that talk to people or programs (logging, argparse, SQL): weak evidence does not count there.
        self.muted = 0
        # How many of them mute no inner calls.
        self.mild = 0
        # Calls around the place that show what they are given to people, messages too.
        self.shown = 0
        # Inside `try` statements that expect a template not to be filled.
        self.guards = 0
        # Straight-line code of the top level or under `__main__`: sent once per process.
        self.once = False
        # Statements of the module and of class bodies: what they compute stays as it is until the process ends.
        self.importing = True
        # The value of the next call is not used: it need not be described.
        self.unused = False
        # A function without a name that a keyword hands over for a prompt.
        self.handed: ast.Lambda | None = None
        # The function being read, to name what has no name of its own, and its key.
        self.where = ""
        self.function = ""
        # The place that all nodes have which are read now.
        self.forced: Span | None = None
        # Names that nothing binds may come from `from x import *`.
        self.starred = False

    def _start_calls(self) -> None:
        """What is gathered of the calls of the file."""
        # Functions within functions of which one or another is defined.
        self.several: set[str] = set()
        # Where calls stand that make what sends requests later, and which of the file's calls these are.
        self.makers: dict[Span, list[int]] = {}
        # What is known of the names that are called, as they are written.
        self.callees: dict[str, Callee] = {}
        # By the call of a method what has been put into attributes of its object before.
        self.put: dict[ast.Call, tuple[tuple[str, Value], ...]] = {}
        # Models that options of a command line name by default.
        self.options: dict[str, Value] = {}
        # Lists of tools that were given to an agent or a client, by their places.
        self.given_tools: set[Span] = set()
        # What agents are run with in the blocks around the place, by their names.
        self.overrides: dict[str, Override] = {}
        # Texts that frameworks keep as templates of prompts, by identity.
        self.templates: dict[int, Value] = {}
        # Components of pipelines by their names.
        self.components: dict[str, dict[str, Value]] = {}
        # Calls of `functools.partial` by their places: the value, what is called, the call, and whose method it is.
        self.partials: dict[Span, tuple[Value, str, Any, Value | None]] = {}
        # Those of other functions: what is called, its arguments so far, and the names that they have, by the scope.
        self.bound: dict[Span, tuple[ast.expr, Arguments]] = {}
        self.bound_names: dict[tuple[str, str], Span] = {}
        self.bound_called: set[Span] = set()
        # By the place of a call that nothing is known of, what it is given.
        self.fed: dict[Span, tuple[Value, ...]] = {}
        # The conditions around the call that was noted last, and their test: those of most calls are the same.
        self.tested: tuple[Guards, Test | None, tuple[tuple[str, bool], ...]] = ((), None, ())
        # Methods that are called on objects of which nothing is known, and how.
        self.strays: set[Stray] = set()
        self.methods_given: set[str] = set()
        # By the place of a `pop`, the dict from which it takes something out.
        self.popped: dict[Span, Value] = {}

    def _look_through(self, source: Source) -> None:
        """What the text and the name of the file say before it is read."""
        # Where the rows begin, by their numbers, and the same while nodes have their own places in the file.
        self.own_rows: Sequence[int] = (0, *source.starts)
        self.rows: Sequence[int] = self.own_rows
        self.wide = source.wide
        # Names of the module that functions may bind anew: what follows a `global` anywhere in the text.
        self.globals = frozenset(declared_global(source.text))
        # It may make Jinja environments with delimiters of their own.
        self.own_jinja = "_start_string" in source.text or "line_statement_prefix" in source.text
        # It documents a web service: constants that are called examples stand in the documentation.
        self.documented = "schema_extra" in source.text or "openapi_examples" in source.text
        # It reads docstrings, which may become parts of prompts.
        self.of_docstrings = "__doc__" in source.text
        # The name of the file or its folder says that it holds prompts.
        self.of_prompts = says_prompts(source.name)

    @property
    def builds_prompts(self) -> bool:
        """Whether the file uses a class that puts prompts together by its name: `PromptBuilder`."""
        used = (name for name in (*self.aliases, *self.known) if name.endswith("Builder"))
        return any("prompt" in words(name) for name in used)

    def written(self, names: Collection[str]) -> Counter[str]:
        """How often each of some words stands in the text of the file."""
        if len(names) > _SEVERAL:
            return Counter(re.findall(r"\w+", self.source.text))
        times: Counter[str] = Counter()
        for name in names:
            pieces = self.source.text.split(name)
            times[name] = sum(not goes_on(before[-1:], behind[:1]) for before, behind in pairwise(pieces))
        return times

    def span(self, node: ast.AST) -> Span:
        """The place of an expression or statement in the file."""
        rows = self.rows
        # Attributes of nodes are slow to look up, and all four of them stand in its dict.
        place = node.__dict__
        if rows:
            try:
                row, end_row = place["lineno"], place["end_lineno"]
            except KeyError:
                # A module.
                return Span(self.name, 0, 0)
            wide = self.wide
            if not wide or (row not in wide and end_row not in wide):
                # Most rows are ASCII: columns in bytes are columns in characters.
                return Span(self.name, rows[row] + place["col_offset"], rows[end_row] + place["end_col_offset"])
        return self._place(place)

    def _place(self, place: dict[str, Any]) -> Span:
        """The same of nodes whose columns are no offsets; the file itself has none."""
        if self.forced is not None:
            return self.forced
        if "lineno" not in place:
            return Span(self.name, 0, 0)
        positions, base = self.positions
        start = positions.offset(place["lineno"], place["col_offset"])
        end = positions.offset(place["end_lineno"], place["end_col_offset"])
        return Span(self.name, base + start, base + end)

    def inside(self, positions: tuple[Source, int] | None) -> None:
        """Read nodes of a text parsed on its own (None: of the file again), which begins at an offset of this file."""
        self.positions = positions or (self.source, 0)
        self._count_rows()

    def force(self, place: Span | None) -> None:
        """Give all nodes that are read now this place; None: their own again."""
        self.forced = place
        self._count_rows()

    def _count_rows(self) -> None:
        own = self.forced is None and self.positions[0] is self.source
        self.rows = self.own_rows if own else ()

    def hole(
        self,
        node: ast.AST,
        volatility: Volatility,
        origin: str = "",
        json: JsonDump | None = None,
        parameter: str = "",
        member: str = "",
    ) -> Hole:
        """A hole for an expression, named by its source text."""
        span = self.span(node)
        kind = type(node)
        if kind is ast.Name:
            return Hole(node.id, span, volatility, origin, parameter, json, member)  # type: ignore[attr-defined]
        if kind is ast.arg:
            name: str = node.arg  # type: ignore[attr-defined]
            return Hole(name, Span(span.file, span.start, span.start + len(name)), volatility, origin, parameter, json)
        start, end = span.start, span.end
        text = self.source.text[start : end if end - start < _LONGEST else start + _LONGEST]
        if kind is ast.Constant:
            return Hole(shorten(text), span, volatility, origin)
        return Hole(shorten(text), span, volatility, origin, parameter, json, member or read_from(node))

    def resolve(self, dotted: str) -> str:
        """A dotted name with its first part replaced by what the file imported under it."""
        first, dot, rest = dotted.partition(".")
        target = self.aliases.get(first)
        return target + dot + rest if target else dotted

    def may_import(self, name: str) -> bool:
        """Whether a name that the file does not bind may come from `from x import *`."""
        return self.starred and not hasattr(builtins, name)

    def of_module(self, name: str, named: State) -> State:
        """State of a name of the module as a function sees it; `named`: what the name itself says.

        What the module computes is computed once in a process, but for names that a function declares global.
        """
        if name.isupper():
            return CONSTANT
        value = self.module.values.get(name)
        hole = single_hole(value) if value is not None else None
        if hole is None or name in self.globals:
            return named
        if hole.origin in TELLING or named[0] is UNKNOWN[0]:
            return (min(hole.volatility, DEPLOY), hole.origin)
        return named

    def literal_of_module(self, node: ast.expr) -> str | None:
        """The text of a constant of the module."""
        value = self.module.values.get(node.id) if isinstance(node, ast.Name) else None
        if not isinstance(value, tuple) or not all(type(part) is Text for part in value):
            return None
        return "".join(part.value for part in value if type(part) is Text)

    def note(self, value: Value, span: Span, name: str, role: str, evidence: str, rank: int) -> int:
        """Record a site and give back its index.

        A text of very many parts takes the place of the one that it goes on from (`B = A + "..."`): it holds all of it.
        """
        sites, site = self.facts.sites, Site(value, role, name, evidence, span, rank, self.once)
        if type(value) is tuple and len(value) >= _MANY:
            at, before = self.longest
            if before is not None and at < len(sites) and sites[at] is before and _holds(site, before):
                # One that was cut off holds no more than the one before.
                if site.value != before.value:
                    sites[at] = site
                    self.longest = (at, site)
                return at
            self.longest = (len(sites), site)
        sites.append(site)
        return len(sites) - 1

    def unnoted(self, evaluate: Callable[[], Value]) -> Value:
        """What an expression is worth that has been read before, so that nothing is noted of it again."""
        facts = self.facts
        before = len(facts.sites), len(facts.calls), len(facts.sent)
        value = evaluate()
        del facts.sites[before[0] :], facts.calls[before[1] :], facts.sent[before[2] :]
        return value

    def renote(self, value: Value, other: Value) -> None:
        """Put another value in the place of one that has just been noted."""
        sites = self.facts.sites
        for at in range(len(sites) - 1, max(len(sites) - 200, 0) - 1, -1):
            if sites[at].value is value:
                sites[at] = msgspec.structs.replace(sites[at], value=other)
                return

    def note_call(self, call: Call) -> None:
        self.long, call = shortened(self.long, call)
        if call.made:
            self.makers.setdefault(call.span, []).append(len(self.facts.calls))
        self.facts.calls.append(call)

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Read what is no part of what the program sends: the documentation of its routes, a model's answers."""
        self.muted, self.shown = self.muted + 1, self.shown + 1
        try:
            yield
        finally:
            self.muted, self.shown = self.muted - 1, self.shown - 1

    def _prompt_like(self, name: str) -> bool:
        said = self.verdict(name) if self.verdict is not None else None
        return prompt_like(name) if said is None else said


# Parts of a text from which on it is looked at whether it goes on from the one before: that costs as much as both.
# Words that are looked for one by one.
_MANY, _SEVERAL = 200, 20


def _holds(site: Site, before: Site) -> bool:
    """Whether a text, doubtful or not, begins with all of another that is found in the same way."""
    same = (site.role, site.evidence, site.rank, site.once) == (before.role, before.evidence, before.rank, before.once)
    value, start = site.value, before.value
    if not same or site.evidence not in ("name", "reads") or type(value) is not tuple or type(start) is not tuple:
        return False
    return value[: len(start)] == start


def goes_on(before: str, behind: str) -> bool:
    """Whether one of the characters around a word belongs to it."""
    return before.isalnum() or before == "_" or behind.isalnum() or behind == "_"


_TEXTUAL = frozenset({Text, Ref, Apply})


def textual(value: Value) -> bool:
    """Whether a value may hold static text: it has some, or refers to something that may."""
    if type(value) is tuple:
        for part in value:
            kind = type(part)
            if kind is Hole:
                continue
            if kind in _TEXTUAL:
                return True
            if kind is Choice and any(map(textual, part.branches)):  # type: ignore[union-attr]
                return True
            if kind is Repeat and textual(part.body):  # type: ignore[union-attr]
                return True
        return False
    if type(value) is Message:
        return textual(value.content)
    if type(value) is Items:
        return any(map(textual, value.items))
    entries = value.entries if type(value) is Mapping else ()
    # What requests go through is kept, whether it was given a text or not.
    if entries and entries[-1][0] == "@provider" and entries[-1][1] == ():
        return True
    return any(map(textual, [item for _, item in entries]))


def is_instance(value: Value) -> bool:
    """Whether a value is an object made without arguments: what its class says holds for it."""
    return type(value) is Mapping and value.entries[:1] != () and value.entries[0][0] == "@made"


def has_text(value: Value) -> bool:
    """Whether static text stands in a value itself, nothing being looked up."""
    if type(value) is tuple:
        for part in value:
            if type(part) is Text:
                return True
            if type(part) is Choice and any(has_text(branch) for branch in part.branches):
                return True
            if type(part) is Repeat and has_text(part.body):
                return True
            if type(part) is Apply and (has_text(part.target) or (part.operation == "join" and _joins(part))):
                return True
        return False
    if type(value) is Message:
        return has_text(value.content)
    if type(value) is Items:
        return any(map(has_text, value.items))
    return type(value) is Mapping and any(has_text(item) for _, item in value.entries)


def _joins(part: Apply) -> bool:
    """Whether static text is among what is joined, by whatever separator."""
    return any(map(has_text, part.arguments.positional))


def single_hole(value: Value) -> Hole | None:
    """The hole, if the value is one hole and nothing else."""
    if type(value) is tuple and len(value) == 1:
        part = value[0]
        if type(part) is Hole:
            return part
    return None


def fallback_of(value: Value) -> Hole | None:
    """The hole that stands for a value when it cannot be looked up."""
    if type(value) is tuple and len(value) == 1:
        part = value[0]
        if type(part) is Hole:
            return part
        if type(part) is Ref or type(part) is Apply:
            return part.fallback
    return None


def all_of(guards: Guards) -> Test | None:
    """The test of several conditions that must hold, or not."""
    if not guards:
        return None
    tests = [each.test if holds or each.test is None else Test("not", inner=(each.test,)) for each, holds in guards]
    if not any(tests):
        return None
    return tests[0] if len(tests) == 1 else Test("and", inner=tuple(tests))


def state_of(value: Value) -> State:
    """Volatility and origin of a value: the strongest of what stands in it."""
    if type(value) is tuple:
        if len(value) == 1:
            part = value[0]
            if type(part) is Hole:
                return (part.volatility, part.origin)
            if type(part) is Text:
                return CONSTANT
            if type(part) is Ref or type(part) is Apply:
                return (part.fallback.volatility, part.fallback.origin)
        states: list[State] = []
        for part in value:
            if type(part) is Hole:
                states.append((part.volatility, part.origin))
            elif type(part) is Ref or type(part) is Apply:
                states.append((part.fallback.volatility, part.fallback.origin))
            elif type(part) is Choice:
                states.extend(state_of(branch) for branch in part.branches)
            elif type(part) is Repeat:
                states.append((part.volatility, "unordered" if part.unordered else ""))
        return strongest(states) if states else CONSTANT
    if type(value) is Message:
        return state_of(value.content)
    if type(value) is Mapping:  # What an empty one comes to have, or what stands in its place, is not known.
        return strongest([state_of(item) for _, item in value.entries]) if value.entries else UNKNOWN
    items = value.items if type(value) is Items else ()
    return strongest(list(map(state_of, items))) if items else CONSTANT
