"""The tools of a request: dict schemas, functions, classes and objects, each with the texts that are sent of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from promptlint.clients import unset
from promptlint.decisions import decided
from promptlint.extract.extents import extent
from promptlint.extract.facts import Facts, Function
from promptlint.extract.messages import life_of, marker_of
from promptlint.extract.spreads import hidden
from promptlint.extract.state import fallback_of
from promptlint.gaps import MORE, NAME, WHICH
from promptlint.operations import is_several, literal, settled
from promptlint.prompt import Unresolved
from promptlint.schemas import targets_of
from promptlint.template import (
    Apply,
    Arguments,
    Choice,
    Hole,
    Items,
    Mapping,
    Part,
    Ref,
    Repeat,
    Span,
    Template,
    Test,
    Text,
    Value,
    holes,
    texts,
)

if TYPE_CHECKING:
    from promptlint.link import Bound, Linker

MAX_TOOLS, MAX_DEPTH, MAX_TEXTS = 500, 12, 2_000
MAX_BASES = 40
# Values that are looked into for the tools of one request: lists may name each other.
MAX_STEPS = 5_000
# Keys and keywords that describe a tool, and those that hold the function or class it is made of.
_DESCRIPTIONS = ("description", "tool_description", "description_override", "desc")
_FUNCTIONS = ("func", "fn", "function", "coroutine", "async_fn", "callable", "0")
# Keys of a schema that are not sent as words, or not by the name of the tool.
_NAMES = ("name", "tool_name", "name_override")
# Attributes of a tool's class that describe what it is given.
_SCHEMAS = ("inputs", "args_schema", "parameters")
_INNER = ("function", "toolSpec", "function_declarations", "functionDeclarations")


class Tool(msgspec.Struct, frozen=True):
    """One tool: its name ("" when not known) and what is sent of it besides.

    `marked`: a cache marker is set, and stores for `life` seconds (0: not known, -1: it may not be set).
    """

    name: str
    template: Template
    span: Span
    marked: bool = False
    life: int = 0


_PARTIAL = frozenset({"functools.partial", "functools.partialmethod"})


class Tools(msgspec.Struct, frozen=True):
    """The tools that an argument gives, what of it is not known, and the first set among what holds them."""

    tools: list[Tool]
    unresolved: list[Unresolved]
    mixed: Hole | None


def tools_of(value: Value, facts: Facts, linker: Linker, bound: Bound, assumed: frozenset[str]) -> Tools:
    """What the tools of a request are. Of `bound`, those that are `assumed` hold if nothing is given."""
    reading = _Reading(linker, bound, assumed)
    reading.take(value, facts, 0)
    tools: list[Tool] = []
    for tool in reading.tools:
        if tool is not None:
            tools.append(tool)
        elif tools:
            tools[-1] = msgspec.structs.replace(tools[-1], marked=True)
    return Tools(tools, reading.unresolved, reading.mixed)


class _Reading:
    """One list of tools being read; None among the tools is a marker of its own."""

    def __init__(self, linker: Linker, bound: Bound, assumed: frozenset[str]) -> None:
        self.linker = linker
        # Tools whose names are given at run time.
        self.unnamed = 0
        self.bound = bound
        self.assumed = assumed
        # Whether a call of the function around it is in sight.
        self.called = any(name.isidentifier() for name in bound if name not in assumed)
        self.tools: list[Tool | None] = []
        self.unresolved: list[Unresolved] = []
        self.mixed: Hole | None = None
        self.steps = 0
        # The function whose call is being looked into: what it is given, the tools that are made in it say.
        self.maker = ("", "")

    def take(self, value: Value, facts: Facts, depth: int) -> None:
        self.steps += 1
        if depth > MAX_DEPTH or len(self.tools) > MAX_TOOLS or self.steps > MAX_STEPS:
            return
        if isinstance(value, Items):
            left = not value.items
            for item in value.items:
                test = item.test if isinstance(item, Mapping) else None
                if test is None or not self.excluded(test, facts, value.span):
                    before = len(self.tools)
                    self.take(item, facts, depth + 1)
                    left = True
                    sure = test is None or decided(self.linker, test, facts, self.bound, self.assumed)
                    if not sure and len(self.tools) > before:
                        self.unresolved.append(Unresolved("tools", "", self.place(before), WHICH))
            if value.span in self.linker.changes.grown_lists:
                # Another function adds to it, or takes from it.
                self.unresolved.append(Unresolved("tools", "", value.span, MORE))
            elif left and not value.complete and not any(is_several(item) for item in value.items):
                self.unresolved.append(Unresolved("tools", "", value.span, MORE))
        elif isinstance(value, Mapping):
            self.mapping(value, facts, depth)
        elif isinstance(value, tuple) and value:
            self.part(value[0], value, facts, depth)

    def part(self, part: Part, value: Template, facts: Facts, depth: int) -> None:
        """A name, a call, a value that is put in, or one of two."""
        if isinstance(part, Ref):
            # An attribute may hold what the object was made with.
            own = self.bound.get(part.fallback.parameter) if part.fallback.parameter else None
            if own is not None and own != value:
                self.take(own, facts, depth + 1)
            elif not self.named(part, facts, depth):
                self.unknown(part.fallback)
        elif isinstance(part, Hole):
            given = self.bound.get(part.parameter) if part.parameter else None
            if part.expression in ("None", "NOT_GIVEN"):
                return
            if given is not None and given != value:
                self.take(given, facts, depth + 1)
            elif not self.object(part, facts):
                self.unknown(part)
        elif isinstance(part, Choice | Repeat):
            if isinstance(part, Repeat) and part.unordered:
                self.mixed = self.mixed or Hole(part.over, part.span, part.volatility, "unordered")
            before, unnamed, branches = len(self.tools), self.unnamed, self.branches(part, facts)
            for branch in branches:
                self.take(branch, facts, depth + 1)
            if len(branches) > 1 and len(self.tools) > before and isinstance(part, Choice):
                # Which of them are there, the condition says.
                self.unresolved.append(Unresolved("tools", "", self.place(before), WHICH))
            elif isinstance(part, Repeat) and (
                self.unnamed > unnamed or any(tool and any(holes(tool.template)) for tool in self.tools[before:])
            ):
                # What a turn makes stands for as many tools as there are turns.
                self.unresolved.append(Unresolved("tools", "", part.span, MORE))
        elif isinstance(part, Apply):
            resolved = self.linker.resolve(value, facts, self.bound)
            if isinstance(resolved, tuple):
                if not unset(resolved) and not hidden(resolved):
                    self.unknown(part.fallback)
            else:
                self.take(resolved, facts, depth + 1)

    def place(self, number: int) -> Span:
        """Where the tool of this number, or the next one, is described."""
        return next((tool.span for tool in self.tools[number:] if tool is not None), Span("", 0, 0))

    def branches(self, part: Choice | Repeat, facts: Facts) -> tuple[Template, ...]:
        """What may stand there: of two branches one, if what a call gives decides between them."""
        if isinstance(part, Repeat):
            return (part.body,)
        decides = part.test is not None and len(part.branches) == 2
        holds = decided(self.linker, part.test, facts, self.bound, self.assumed) if decides and part.test else None
        return part.branches if holds is None else (part.branches[0 if holds else 1],)

    def excluded(self, test: Test, facts: Facts, place: Span) -> bool:
        """Whether tools are left out under their condition.

        What a call that is in sight does not give by name is nothing, or is not known: `**settings` may give it.
        """
        if decided(self.linker, test, facts, self.bound, self.assumed) is False:
            return True
        if not self.called or decided(self.linker, test, facts, self.bound, frozenset()) is not False:
            return False
        self.unresolved.append(Unresolved("tools", "", place, MORE))
        return True

    def unknown(self, hole: Hole) -> None:
        if hole.origin == "unordered":
            self.mixed = self.mixed or hole
        self.unresolved.append(Unresolved("tools", hole.expression, hole.span))

    def named(self, ref: Ref, facts: Facts, depth: int) -> bool:
        """What a name stands for: a described function or class, a list of tools, or what a call makes of one."""
        if ":" in ref.name[1:]:
            return False
        found = self.linker.place(ref.name, facts)
        if ref.call is not None:
            places = self.linker.modules.definitions(*found) if found is not None else ()
            function = next((each for each in places if each[1] in each[0].functions), None)
            if function is not None:
                home, key = function
                before, outer = len(self.tools), (self.bound, self.assumed, self.maker)
                made = home.functions[key]
                self.bound, self.assumed = self.given((home, made), ref.call, facts)
                self.maker = (home.file, key)
                self.take(made.returns, home, depth + 1)
                self.bound, self.assumed, self.maker = outer
                return len(self.tools) > before
            if ref.name in _PARTIAL:
                # It has neither the name nor the docstring of its function: what is sent of it, if anything is, each
                # framework decides.
                return False
            # `function_tool(f)`: what is made of a function is described as it is.
            before = len(self.tools)
            if not self.overridden(ref.call, facts):
                for argument in ref.call.positional[:1]:
                    self.take(argument, facts, depth + 1)
            return len(self.tools) > before
        if found is None:
            return False
        home, key = found
        if key in home.described:
            self.described(home, key, at=ref.fallback.span)
            return True
        value = home.bindings.get(key)
        if value is not None:
            value = self.linker.changes.grown(value, (home.file, key))
            before = len(self.tools)
            self.take(value, home, depth + 1)
            return len(self.tools) > before or isinstance(value, Items)
        targets = targets_of(self.linker, facts, ref.name)
        for place in targets:
            self.described(*place, at=ref.fallback.span)
        plain = home.functions.get(key) if not targets else None
        if plain is None or not plain.plain:
            return bool(targets)
        # Its name is sent, and those of its parameters.
        self.tools.append(Tool(key.rpartition(".")[2], (), plain.span or Span(home.file, 0, 0)))
        return True

    def overridden(self, call: Arguments, facts: Facts) -> bool:
        """`function_tool(f, name_override=...)`: whether a tool is made of a function under another name or text."""
        told = dict(call.keywords)
        called = next((told[key] for key in _NAMES if key in told), None)
        said = next((told[key] for key in _DESCRIPTIONS if key in told), None)
        function = call.positional[0] if call.positional else ()
        meant = function[0] if isinstance(function, tuple) and len(function) == 1 else None
        if (called is None and said is None) or not isinstance(meant, Ref):
            return False
        if meant.name in _PARTIAL and meant.call is not None:
            inner = meant.call.positional[0] if meant.call.positional else ()
            meant = inner[0] if isinstance(inner, tuple) and inner and isinstance(inner[0], Ref) else meant
        targets = targets_of(self.linker, facts, meant.name)
        for place in targets[:1]:
            name = self.name(called, facts, meant.fallback.span) if called is not None else ""
            text = None if said is None else self.linker.resolve(said, facts, self.bound, self.assumed)
            self.described(*place, name, text if isinstance(text, tuple) else None, meant.fallback.span)
        return bool(targets)

    def name(self, called: Value, facts: Facts, at: Span) -> str | None:
        """What a tool is called; None, and that is not known, if a value says it that is put in, "" if none does."""
        resolved = self.linker.resolve(called, facts, self.bound)
        name = "" if unset(resolved) else literal(resolved)
        if name is None:
            self.unnamed += 1
            hole = fallback_of(resolved) if isinstance(resolved, tuple) else None
            self.unresolved.append(
                Unresolved("tools", hole.expression if hole else "", hole.span if hole else at, NAME)
            )
        return name

    def given(self, function: tuple[Facts, Function], call: Arguments, facts: Facts) -> tuple[Bound, frozenset[str]]:
        """What holds in a function by what a call gives it, and what of that is assumed."""
        home, known = function
        names = [name for name, _ in known.parameters]
        bound: Bound = {}
        if home is facts:
            # A method of the same object, a function within this one.
            bound = {name: value for name, value in self.bound.items() if name not in names}
        in_order = [name for name in names if name not in known.named]
        told = {**dict(zip(in_order, call.positional, strict=False)), **dict(call.keywords)}
        for name in (each for each in names if each in told):
            bound[name] = self.linker.resolve(told[name], facts, self.bound)
        for name, default in known.parameters if call.complete else ():
            if default is not None and name not in told:
                bound[name] = self.linker.resolve(default, home)
        return bound, self.assumed.difference(names)

    def described(
        self, home: Facts, key: str, name: str | None = "", instead: Template | None = None, at: Span | None = None
    ) -> None:
        """A function or class by its docstring and the descriptions of its parameters, `at` where it is named.

        Another `name` than its own may be told, or be None, which is not known.
        """
        described = home.described[key]
        # Of a tool that a function makes, each call of that makes one of its own.
        bound = self.bound if self.maker == (home.file, key.rpartition(".")[0]) else {}
        said: list[Value] = [described.docstring if instead is None else instead]
        said += [text for _, text in described.texts]
        for used in described.uses:
            for other, inner in targets_of(self.linker, home, used)[:1]:
                said += [other.described[inner].docstring, *(text for _, text in other.described[inner].texts)]
        linked = (self.linker.resolve(each, home, bound, self.assumed if bound else frozenset()) for each in said)
        template = _lines([settled(text) for text in linked if isinstance(text, tuple)])
        place = extent(template) or at or Span(home.file, 0, 0)
        if name == "" and described.called != ():
            outer, self.bound = self.bound, bound
            name = self.name(described.called, home, place)
            self.bound = outer
        name = key.rpartition(".")[2] if name == "" else name
        self.tools.append(Tool(name or "", template, place))
        told = self.linker.changes.retold.get((home.file, key)) if instead is None else None
        if told is not None:
            self.unresolved.append(Unresolved("tools", told, place))
        if described.several:
            self.unresolved.append(Unresolved("tools", "", place, WHICH))

    def mapping(self, value: Mapping, facts: Facts, depth: int) -> None:
        """A schema written as a dict, or an object made of a function. What tools a server has is known at run time."""
        resolved = self.linker.resolve(value, facts, self.bound)
        if not isinstance(resolved, Mapping):
            return
        if value.get("cachePoint") is not None:
            self.tools.append(None)
            return
        for key in _INNER:
            inner = value.get(key)
            if isinstance(inner, Items) or (isinstance(inner, Mapping) and key != "function"):
                self.take(inner, facts, depth + 1)
                return
        marked = marker_of(resolved) is not None
        said = next((item for key in _DESCRIPTIONS if (item := resolved.get(key)) is not None), None)
        called = next((item for key in _NAMES if (item := resolved.get(key)) is not None), None)
        name = self.name(called, facts, value.span) if called is not None else ""
        made_of = next((item for key in _FUNCTIONS if (item := value.get(key)) is not None), None)
        if value.kind and isinstance(made_of, tuple) and made_of and isinstance(made_of[0], Ref):
            targets = targets_of(self.linker, facts, made_of[0].name)
            if targets:
                self.described(*targets[0], name, said if isinstance(said, tuple) else None, value.span)
                return
        inner = resolved.get("function")
        if name == "" and isinstance(inner, Mapping) and (called := inner.get("name")) is not None:
            name = self.name(called, facts, value.span)
        descriptions: list[Template] = []
        _describe(resolved, descriptions, 0)
        if isinstance(said, tuple) and not descriptions:
            descriptions.append(settled(said))
        server = "mcp" in value.kind.rpartition(".")[2].lower() or literal(resolved.get("type")) == "mcp"
        if (descriptions or not value.kind) and not server:
            template = _lines(descriptions)
            name = literal(resolved.get("type")) or "" if name == "" else name
            self.tools.append(Tool(name or "", template, resolved.span, marked, life_of(resolved)))
        elif not self.instance(value, facts) and not self.methods(value.kind, facts, value.span):
            self.unresolved.append(Unresolved("tools", value.kind, value.span))

    def instance(self, value: Mapping, facts: Facts) -> bool:
        """An object of a class of the project that says what it is for: `description = "..."`."""
        key = f"{value.kind}.description"
        if value.kind in facts.bases:
            found: tuple[Facts, str] | None = (facts, key)
        else:
            found = self.linker.modules.find(facts, key) or self.linker.modules.imported(facts, key)
        said = self.linker.named(*found) if found is not None else None
        if found is None or not isinstance(said, tuple) or not any(texts(said)):
            return False
        home, owner = found[0], found[1].rpartition(".")[0]
        parts = [settled(said)]
        for name in _SCHEMAS:
            inner = self.linker.named(home, f"{owner}.{name}")
            if inner is not None:
                _describe(inner, parts, 0)
            for other, one in targets_of(self.linker, home, f":{owner}.{name}")[:1]:
                given = (self.linker.resolve(text, other) for _, text in other.described[one].texts)
                parts += [settled(text) for text in given if isinstance(text, tuple)]
        template = _lines(parts)
        named = literal(self.linker.named(home, f"{owner}.name"))
        self.tools.append(Tool(named or owner.rpartition(".")[2], template, extent(template) or value.span))
        return True

    def methods(self, kind: str, facts: Facts, span: Span) -> bool:
        """An object of a class of the project whose methods, inherited ones too, are tools: `plugins=[Shelves()]`."""
        found = (facts, kind) if kind in facts.bases else self.linker.modules.find(facts, kind)
        line = [found] if found is not None else []
        seen: set[tuple[str, str]] = set()
        known: set[str] = set()
        while line and len(seen) < MAX_BASES:
            home, owner = line.pop(0)
            if (home.file, owner) in seen:
                continue
            seen.add((home.file, owner))
            for key in home.tool_methods:
                above, _, name = key.rpartition(".")
                if above == owner and name not in known and key in home.described:
                    known.add(name)
                    self.described(home, key, at=span)
            line += self.linker.modules.above(home, owner)
        return bool(known)

    def object(self, hole: Hole, facts: Facts) -> bool:
        """An object that is made with values of which nothing is known: `Shelves(client)`."""
        name, call, _ = hole.expression.partition("(")
        kind = name if name in facts.bases else facts.aliases.get(name, "")
        return bool(call and kind) and self.methods(kind, facts, hole.span)


def _describe(value: Value, found: list[Template], depth: int) -> None:
    """Every description in a JSON schema, in order."""
    if depth > MAX_DEPTH or len(found) > MAX_TEXTS:
        return
    if isinstance(value, Mapping):
        for key, item in value.entries:
            if key in ("description", "desc") and isinstance(item, tuple):
                found.append(settled(item))
            elif not isinstance(item, tuple):
                _describe(item, found, depth + 1)
    elif isinstance(value, Items):
        for item in value.items:
            _describe(item, found, depth + 1)


def _lines(templates: Sequence[Template]) -> Template:
    """Texts on lines of their own: what stands between them is not in the source."""
    parts: list[Part] = []
    for template in templates:
        if parts and template:
            last = parts[-1]
            span = last.span if isinstance(last, Text | Hole | Repeat) else Span("", 0, 0)
            parts.append(Text("\n", Span(span.file, span.end, span.end), False))
        parts += template
    return tuple(parts)
