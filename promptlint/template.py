"""The one intermediate form: what a string expression becomes, in Python and in Jinja alike.

A *template* is a tuple of parts. Its static parts know their place in the source, its holes know how often
their value changes. `Ref` and `Apply` stand only in what one file says about itself; linking replaces them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from typing import TypeAlias, TypeVar, final

import msgspec


class Volatility(IntEnum):
    """How often the value of a hole changes, in the order in which one swallows another.

    `UNKNOWN` is laid out like `REQUEST`, but what rests on it alone is reported at most as info.
    """

    CONSTANT = 0
    DEPLOY = 1
    SESSION = 2
    UNKNOWN = 3
    REQUEST = 4
    UNIQUE = 5


# The origin of a value that stands for a text of which a comment says that it is no prompt.
COMMENT = "comment"
# That of a value made of a text of the program in a way that is not followed.
LOST = "lost"
# That of what a function gathers: `*parts`.
GATHERED = "gathered"
# Within the name of a `Ref`: an attribute as the class above leaves it, `:Desk.super().tone`.
SUPER = ".super()."
# The operation that leaves it open what a list of messages, or of tools, holds.
OPEN = "open"


class Span(msgspec.Struct, frozen=True, array_like=True, order=True, gc=False):
    """A place: file as displayed, and character offsets into `Source.text`, end exclusive."""

    file: str
    start: int
    end: int


@final
class Text(msgspec.Struct, frozen=True, array_like=True, gc=False, tag=True):
    """Static text and its place in the source.

    *Verbatim*: offsets map one to one, so the span can be cut and edited. Otherwise *atomic* (an escape, a
    doubled brace, a CRLF inside a literal, a line continuation): any offset in it is the whole span.
    """

    value: str
    span: Span
    verbatim: bool


class JsonDump(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How a value is turned into JSON text on its way into a prompt.

    `indent` is the number of blanks a level (0 when compact or not pretty-printed). `texts`: it is a list of strings.
    `quote`: literals in the place of it are written with these quotes (inside an f-string the other ones end that).
    """

    indent: int = 0
    ensure_ascii: bool = False
    sort_keys: bool = False
    texts: bool = False
    quote: str = '"'


@final
class Hole(msgspec.Struct, frozen=True, array_like=True, gc=False, tag=True):
    """A value put in at run time.

    `expression` is its source text, on one line and shortened. `origin` says where the volatility comes
    from, in words that rules and messages may rely on: "clock" (time of day), "date" (day precision), "uuid",
    "random", "unordered" (its items come in another order in another process: set, listing), "environment",
    "folder" (made of where the program lies, or where it runs), "whole" (all of a file, page or query result, with
    nothing in sight that limits it), "parameter", "name", "loop", `COMMENT` (a text of which a comment says that it is
    no prompt), `LOST` (a text of the program, made into another one), "own" (what a framework adds) or "" (not known).
    `parameter` is the name of the enclosing function's parameter that the value is, if it is just that: linking puts
    the caller's argument in its place. `member` is the attribute of an object ("rules"), or the method ("rules()"),
    that the value was read from, with the class of the object where that is known (".:Place.rules"); or which items
    of a collection it is one of ("#3.question", see `extract.collections`), or that it is an item of a parameter
    ("*letters"), or the class of an object that stands there as a text ("@:Place"), or its method
    ("@:Place.describe()").
    """

    expression: str
    span: Span
    volatility: Volatility = Volatility.UNKNOWN
    origin: str = ""
    parameter: str = ""
    json: JsonDump | None = None
    member: str = ""


class Test(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a condition asks of the values that a function is given, so that a call may decide it.

    `kind`: "true", "none" (is None), "flag" (is `word`, "True" or "False"), "equal" (to the text `word`), "holds",
    "begins" and "ends" (with it), "text", "list" and "dict" (what it is an instance of; "object": of a class of the
    program, "instance": of what is not followed), "opens" (is a list whose first message has the role `word`), "counts"
    and "exceeds" (is a list of so many items, or of more), "is" and "above" (is this whole number, or a greater one)
    ask it of `value`; "not", "and" and "or" of the tests `inner`, of which None is one that nothing decides. Where a
    name stands for the text, `named` is what that comes to, and not `word`.
    """

    kind: str
    value: Value = ()
    word: str = ""
    inner: tuple[Test | None, ...] = ()
    named: Value = ()


class Condition(msgspec.Struct, frozen=True, gc=False):
    """A condition as it is written, and what could decide it.

    `there` is the value that it asks to be there at all (`if given`), or, if `absent`, not to be (`given is None`).
    """

    text: str
    test: Test | None = None
    there: Template = ()
    absent: bool = False

    def asks(self, first: Value, second: Value) -> bool:
        """Whether it asks for what stands in the one of two branches that is taken where that is there."""
        return bool(self.there) and (second if self.absent else first) == self.there


@final
class Choice(msgspec.Struct, frozen=True, array_like=True, gc=False, tag=True):
    """One of several texts, by a condition (source text). Equal conditions take equal branches.

    A condition with a text for each branch (`by_key`) is shown by `subject` and `way`. `test` decides between two
    branches; linking leaves none. `asks`: what stands in one of them is taken because it is there
    (`given or "default"`).
    """

    condition: str
    branches: tuple[Template, ...]
    test: Test | None = None
    asks: bool = False


# Stands between what a condition is about and what each of its branches asks; no source text on one line holds it.
_BETWEEN = "\x1f"
_LONGEST_KEY = 60
_WHICH = "which item of "
_PICKED = "turn by turn, "


def by_key(subject: str, keys: Iterable[str], default: bool = False) -> str:
    """The condition of what a dict with these keys has under `subject` (source text), or of a default behind them."""
    words = [f'"{key}"' if len(key) <= _LONGEST_KEY else f'"{key[:_LONGEST_KEY]}\u2026"' for key in keys]
    ways = [f"{subject} == {word}" for word in words]
    if default:
        ways.append(f"{subject} not in [{', '.join(words)}]" if len(words) > 1 else f"{subject} != {words[0]}")
    return _BETWEEN.join((subject, *(" ".join(way.split()) for way in ways)))


def by_number(over: str, templates: Sequence[Template], complete: bool) -> tuple[str, tuple[Template, ...]]:
    """The condition of one item of a collection (source text), and the different ones of its items.

    Of a collection that is not `complete` another item may be meant, which the last branch is for.
    """
    numbers: dict[Template, list[str]] = {}
    for number, template in enumerate(templates, 1):
        numbers.setdefault(template, []).append(str(number))
    told = [f"it is item {' or '.join(each)} of {over}" for each in numbers.values()]
    told += [] if complete else [f"it is another item of {over}"]
    return _BETWEEN.join((f"{_WHICH}{over}", *(" ".join(each.split()) for each in told))), tuple(numbers)


def subject(condition: str) -> str:
    """What a condition is about, in one text: the condition itself, or what is asked for one of several keys."""
    return condition.partition(_BETWEEN)[0]


def by_item(condition: str, over: str = "") -> bool:
    """Whether a condition asks which item of a collection it is (`by_number`), of this one if one is named."""
    return subject(condition) == f"{_WHICH}{over}" if over else condition.startswith(_WHICH)


def in_turn(condition: str) -> str:
    """The same of what is picked in the turns of a loop, each time by another key."""
    return f"{_PICKED}{condition}"


def picked_in_turn(condition: str) -> bool:
    """Whether a condition asks what the turns of a loop pick: which that is, and how often, it does not say."""
    return condition.startswith(_PICKED)


def by_keys(condition: str) -> bool:
    """Whether a condition has a text for each of its branches."""
    return _BETWEEN in condition


def way(condition: str, number: int, ways: int) -> tuple[str, bool]:
    """Under which condition the branch of this number of so many is taken, and whether that holds then."""
    asked, *each = condition.split(_BETWEEN)
    if len(each) == ways:
        return each[number], True
    return (asked, number == 0) if ways == 2 else (f"{asked}: {number + 1}/{ways}", True)


# What the program says of conditions that the source has no words for, and the opposite.
_OPPOSITES = (
    (" is not reached", " is reached"),
    (" stays", " goes"),
)
_UNCHANGED = re.compile(r"(.*) is unchanged( \(\d+\))?", re.DOTALL)
_RETURNS = re.compile(r"(\S+) returns (at line \d+)")
_TURN = re.compile(r"(a|no) turn ((?:of the loop over|ends at line) .*)", re.DOTALL)
_SIMPLE = re.compile(r"[\w.]+(?:\([\w., ]*\))?")


def negated(condition: str) -> str:
    """The opposite of a condition, in the same words."""
    for words, opposite in _OPPOSITES:
        if condition.endswith(words):
            return condition.removesuffix(words) + opposite
    if (match := _UNCHANGED.fullmatch(condition)) is not None:
        return f"{match[1]} was changed{match[2] or ''}"
    if (match := _RETURNS.fullmatch(condition)) is not None:
        return f"{match[1]} does not return {match[2]}"
    if (match := _TURN.fullmatch(condition)) is not None:
        return f"{'no' if match[1] == 'a' else 'a'} turn {match[2]}"
    rest = condition.removeprefix("not ")
    if rest is not condition and _SIMPLE.fullmatch(rest):
        # `if not rules`, and its `else`.
        return rest
    return f"not ({condition})"


@final
class Repeat(msgspec.Struct, frozen=True, array_like=True, gc=False, tag=True):
    """A text that is repeated over a collection; `grows`: it is longer with every turn of a conversation.

    `volatility` is that of the collection: a loop over a literal list repeats the same text on every call.
    `unordered`: the collection is a set or a listing, whose order is another one in another process.
    """

    body: Template
    over: str
    span: Span
    volatility: Volatility = Volatility.UNKNOWN
    grows: bool = False
    unordered: bool = False


@final
class Ref(msgspec.Struct, frozen=True, array_like=True, gc=False, tag=True):
    """Something defined elsewhere.

    `name` is dotted. With a leading ":" it is a key of this file's own bindings (":PROMPT", ":Agent.system");
    otherwise it is an import path as written after alias resolution ("pkg.prompts.SYSTEM", "..prompts.SYSTEM").
    `call` holds the arguments when the thing is called. `fallback` is the hole that stands here when nothing is found.
    """

    name: str
    fallback: Hole
    call: Arguments | None = None


@final
class Apply(msgspec.Struct, frozen=True, array_like=True, gc=False, tag=True):
    """A string operation, kept until its target is linked: whether `{x}` is a field is not known before.

    `operation` is a key of `applied.OPERATIONS` ("format", "percent", "replace", "dedent", "cleandoc", "join", ...).
    """

    operation: str
    target: Value
    arguments: Arguments
    span: Span
    fallback: Hole


Part: TypeAlias = Text | Hole | Choice | Repeat | Ref | Apply
Template: TypeAlias = tuple[Part, ...]
_Leaf = TypeVar("_Leaf", Text, Hole)


@final
class Message(msgspec.Struct, frozen=True, gc=False, tag=True):
    """One message of a request, before linking: `role` is "system", "user", "assistant", "tool" or "unknown".

    It is sent if every condition of `when` holds or not, as the flag beside it says; `test` decides all of them, and
    whether there is anything in the collection of which a loop makes it. Of one that every turn of a loop makes anew
    `turn` is the place of the names that the loop gives a value; linking leaves none.
    """

    role: str
    content: Value
    span: Span
    marker: bool = False
    when: tuple[tuple[str, bool], ...] = ()
    test: Test | None = None
    turn: Span | None = None


@final
class Items(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A list, tuple or set of values in order; `complete` is False when more may stand in it."""

    items: tuple[Value, ...]
    span: Span
    complete: bool = True


@final
class Mapping(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A dict with literal keys, or an object built with keywords; `kind` is the class called, or "".

    Of one in a list `test` decides whether it is there: where every condition of `when` holds or not, as the flag
    beside it says.
    """

    entries: tuple[tuple[str, Value], ...]
    span: Span
    complete: bool = True
    kind: str = ""
    test: Test | None = None
    when: tuple[tuple[str, bool], ...] = ()

    def get(self, key: str) -> Value | None:
        """The value of the last entry with this key, or None."""
        if len(self.entries) > _FEW:
            at = places(self).get(key)
            return None if at is None else self.entries[at][1]
        for name, value in reversed(self.entries):
            if name == key:
                return value
        return None

    def put(self, key: str, value: Value) -> Mapping:
        """The dict with this value under the key, where it stands last."""
        entries, known = self.entries, places(self) if len(self.entries) > _FEW else None
        if known is None or key in known:
            entries = tuple([entry for entry in entries if entry[0] != key])
        made = Mapping((*entries, (key, value)), self.span, self.complete, self.kind, self.test, self.when)
        if known is not None and len(entries) == len(self.entries):
            # A dict may grow in thousands of such steps: what is known of the one before holds for the next one.
            del _places[id(self)]
            known[key] = len(entries)
            _places[id(made)] = (made, known)
        return made


# Entries of a dict that are gone through as fast as they are looked up, and dicts whose keys are remembered.
_FEW, _MAX_KNOWN = 32, 64
# The places of their keys by identity, which holds as long as they are kept here.
_places: dict[int, tuple[Mapping, dict[str, int]]] = {}


def places(mapping: Mapping) -> dict[str, int]:
    """Where the last entry of each key stands among the entries of a dict."""
    found = _places.get(id(mapping))
    if found is None:
        if len(_places) >= _MAX_KNOWN:
            _places.clear()
        found = _places[id(mapping)] = (mapping, {key: number for number, (key, _) in enumerate(mapping.entries)})
    return found[1]


Value: TypeAlias = Template | Message | Items | Mapping


class Arguments(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Arguments of a call. `complete` is False when `*args` or `**kwargs` hide some."""

    positional: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()
    complete: bool = True


class Dedent(msgspec.Struct, frozen=True):
    """A call of `textwrap.dedent` ("dedent") or `inspect.cleandoc` ("cleandoc"), and the linked text it was given.

    What becomes of the text stands in the prompt; a rule that asks what the call is good for needs both.
    """

    operation: str
    target: Template
    span: Span


def texts(template: Template) -> Iterator[Text]:
    """Every static piece of a linked template, branches and loop bodies included, in source order of the parts."""
    return _each(template, Text)


def holes(template: Template) -> Iterator[Hole]:
    """Every hole of a linked template, branches and loop bodies included."""
    return _each(template, Hole)


def _each(template: Template, kind: type[_Leaf]) -> Iterator[_Leaf]:
    stack = [iter(template)]
    while stack:
        for part in stack[-1]:
            if type(part) is kind:
                yield part
            elif type(part) is Choice:
                stack += [iter(branch) for branch in reversed(part.branches)]
                break
            elif type(part) is Repeat:
                stack.append(iter(part.body))
                break
        else:
            stack.pop()


def references(value: Value, limit: int = 200) -> list[str]:
    """The names that a value refers to, those among the arguments of calls included."""
    found: list[str] = []
    stack: list[Value] = [value]
    steps = 0
    while stack and steps < 20 * limit and len(found) < limit:
        one = stack.pop()
        steps += 1
        if isinstance(one, tuple):
            for part in one:
                if type(part) is Ref:
                    if part.call is None:
                        found.append(part.name)
                    else:
                        stack += [item for _, item in reversed(part.call.keywords)]
                        stack += reversed(part.call.positional)
                elif type(part) is Choice:
                    stack += reversed(part.branches)
                elif type(part) is Repeat:
                    stack.append(part.body)
                elif type(part) is Apply:
                    stack.append(part.target)
        elif type(one) is Items:
            stack += reversed(one.items)
        elif type(one) is Mapping:
            stack += [item for _, item in reversed(one.entries)]
    return found


def runs(template: Template) -> Iterator[list[Text]]:
    """The unbroken runs of static text in a linked template, in branches and loop bodies too; none of them is empty."""
    run: list[Text] = []
    for part in template:
        if type(part) is Text:
            run.append(part)
            continue
        if run:
            yield run
            run = []
        match part:
            case Choice():
                for branch in part.branches:
                    yield from runs(branch)
            case Repeat():
                yield from runs(part.body)
            case _:
                pass
    if run:
        yield run


def parts(value: Value, limit: int = 2_000) -> Iterator[Part]:
    """Every part that stands somewhere in a value, linked or not: what operations and calls are given included.

    In no order that means anything. Of more than `limit` texts, lists and mappings inside it the rest is left out.
    """
    stack: list[Value] = [value]
    steps = 0
    while stack and steps < limit:
        one = stack.pop()
        steps += 1
        if type(one) is Message:
            stack.append(one.content)
            continue
        if type(one) is Items:
            stack += one.items
            continue
        if type(one) is Mapping:
            stack += [item for _, item in one.entries]
            continue
        for part in one:
            yield part
            given: Arguments | None = None
            if type(part) is Choice:
                stack += part.branches
            elif type(part) is Repeat:
                stack.append(part.body)
            elif type(part) is Ref:
                given = part.call
            elif type(part) is Apply:
                stack.append(part.target)
                given = part.arguments
            if given is not None:
                stack += given.positional
                stack += [item for _, item in given.keywords]


def written(guards: Iterable[tuple[Condition, bool]]) -> tuple[tuple[str, bool], ...]:
    """Conditions as they stand in the source, each with whether it holds."""
    return tuple([(condition.text, holds) for condition, holds in guards if condition.text])
