"""Which way a condition goes for what a call gives the parameters of a function; mostly that is not known."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from promptlint.extract.attributes import bare
from promptlint.extract.facts import Call, Facts
from promptlint.extract.joins import either_text, one_of
from promptlint.extract.state import single_hole
from promptlint.lent import changes
from promptlint.operations import exact, in_text, is_several, literal
from promptlint.template import Choice, Hole, Items, Mapping, Message, Span, Template, Test, Text, Value, parts

if TYPE_CHECKING:
    from promptlint.link import Bound, Linker

MAX_DEPTH = 40
# Messages of which a list begins with one or another.
MAX_FIRST = 8
# Digits of a whole number that is compared.
MAX_DIGITS = 19
# Values that are no text, as they are written.
_FALSE = frozenset({"None", "False", "0", "0.0"})
_TRUE = frozenset({"True", "1", "1.0"})
# What holds for any text that says something.
_OF_TEXT = {"true": True, "none": False, "text": True, "list": False, "dict": False, "object": False}
# Tests that hold, or do not.
_Facts: TypeAlias = Iterable[tuple[Test, bool]]
# Tests of what a text is made of.
_OF_WORDS = frozenset({"equal", "holds", "begins", "ends"})
# Tests of how many items a list has.
_OF_NUMBER = frozenset({"counts", "exceeds"})
# Tests that say all by their kind and word; of which class something is, or how many items there are, is none.
_TELLING = frozenset({"true", "none", "flag", "equal", "holds", "begins", "ends", "text", "list", "dict"})
# In front of the name of a parameter: what the conditions around a call say of what it is given.
KNOWN = "@known:"


def decided(linker: Linker, test: Test, facts: Facts, bound: Bound, assumed: frozenset[str]) -> bool | None:
    """Whether what `bound` gives the parameters of a function decides a condition in it, those `assumed` apart."""
    linker.begin(assumed)
    return decide(linker, test, facts, bound)


def decide(linker: Linker, test: Test, facts: Facts, bound: Bound, depth: int = 0) -> bool | None:
    """Whether a condition holds for what a call gives; None when that does not tell."""
    if not bound or depth > MAX_DEPTH:
        return None
    if test.inner:
        inner = [None if each is None else decide(linker, each, facts, bound, depth + 1) for each in test.inner]
        if test.kind == "not":
            return None if inner[0] is None else not inner[0]
        deciding = test.kind == "or"
        return deciding if deciding in inner else None if None in inner else not deciding
    names = bare(test.value)
    if test.kind in _OF_NUMBER and type(test.value) is Items:
        # What it is given to hold, beside what stands in it.
        names = [hole.parameter for item in test.value.items if is_several(item) for hole in _given_in(item)]
    elif not names:
        return None
    asked = _worded(linker, test, facts, bound)
    if asked is None:
        return None
    given = linker.assumed.isdisjoint(names) and all(name in bound for name in names)
    found = holds(asked, linker.value(test.value, facts, bound)) if given else None
    return _implied(asked, names[0], bound) if found is None and single_hole(test.value) is not None else found


def under(given: Iterable[tuple[str, Value]], outer: Bound, told: Callable[[str], _Facts] | None = None) -> Bound:
    """What conditions say of what a call gives the parameters of a function, where that itself is not known.

    `outer` is what holds in the function around the call; `told` says what those around the call ask of a parameter.
    """
    found: Bound = {}
    for name, value in given:
        hole = value[0] if isinstance(value, tuple) and len(value) == 1 else None
        if type(hole) is not Hole or not hole.parameter:
            continue
        known = outer.get(f"{KNOWN}{hole.parameter}")
        before = _facts(known.test, hole.parameter) if type(known) is Mapping else ()
        facts = [*before, *(told(hole.parameter) if told is not None else ())]
        if facts:
            tests = tuple(fact if so else Test("not", inner=(fact,)) for fact, so in facts)
            named = tuple(_of(each, (msgspec.structs.replace(hole, parameter=name),)) for each in tests)
            found[f"{KNOWN}{name}"] = Mapping((), hole.span, test=Test("and", inner=named))
    return found


def around(linker: Linker, call: Call, facts: Facts, bound: Bound) -> Bound:
    """What the conditions around a call of a model say of the parameters of the function that it stands in."""
    function = facts.functions.get(call.name) if call.test is not None else None
    own = function.parameters if function is not None else ()
    told = asked_of(linker, call.test, facts, call.name)
    return under([(name, (Hole(name, call.span, parameter=name),)) for name, _ in own], bound, told)


def asked_of(linker: Linker, test: Test | None, facts: Facts, function: str) -> Callable[[str], _Facts] | None:
    """What a test in a function asks of each parameter of it.

    Of a list that the function may change, by way of others too, nothing tells later whether it is empty.
    """

    def told(parameter: str) -> _Facts:
        found = list(_facts(test, parameter))
        whether = any(fact.kind == "true" for fact, _ in found) and changes(linker, f":{function}", parameter, facts)
        return [each for each in found if each[0].kind != "true"] if whether else found

    return None if test is None else told


def within(bound: Bound, names: Container[str]) -> Bound:
    """What holds within a function that stands in another one, and has parameters of these names itself."""
    return {name: value for name, value in bound.items() if name.removeprefix(KNOWN) not in names}


def said_of(bound: Bound) -> tuple[str, ...]:
    """What conditions around a call say of its parameters, in words that tell one from another."""
    known = [(name, value.test) for name, value in bound.items() if name.startswith(KNOWN) and type(value) is Mapping]
    return tuple(
        f"{name} {so} {fact.kind} {fact.word}"
        for name, test in sorted(known, key=lambda each: each[0])
        for fact, so in _facts(test, name.removeprefix(KNOWN))
    )


def _of(test: Test, value: Value) -> Test:
    """The same test of another value."""
    if test.kind == "not":
        return msgspec.structs.replace(test, inner=tuple(each and _of(each, value) for each in test.inner))
    return msgspec.structs.replace(test, value=value)


def _facts(test: Test | None, parameter: str, so: bool = True, depth: int = 0) -> _Facts:
    """The tests of one parameter that hold, or do not, wherever a test does."""
    if test is None or depth > MAX_DEPTH:
        return
    if test.kind == "not":
        yield from _facts(test.inner[0], parameter, not so, depth + 1)
    elif test.kind == ("and" if so else "or"):
        for each in test.inner:
            yield from _facts(each, parameter, so, depth + 1)
    elif not test.inner and (hole := single_hole(test.value)) is not None and hole.parameter == parameter:
        yield test, so


def _implied(test: Test, parameter: str, bound: Bound) -> bool | None:
    """What is known of a parameter by the conditions around a call tells a test of it; None if it does not."""
    known = bound.get(f"{KNOWN}{parameter}")
    facts = _facts(known.test, parameter) if type(known) is Mapping else ()
    return next((told for fact, so in facts if (told := _tells(fact, so, test)) is not None), None)


def _tells(fact: Test, so: bool, test: Test) -> bool | None:
    """Whether one test of a value holds where another one does, or does not (`so`); None if that does not tell."""
    if fact.named != () or fact.kind not in _TELLING:
        return None
    if (fact.kind, fact.word) == (test.kind, test.word):
        return so
    if so and fact.kind in ("equal", "none", "flag"):
        word, place = "None" if fact.kind == "none" else fact.word, Span("", 0, 0)
        return holds(test, (Text(word, place, False) if fact.kind == "equal" else Hole(word, place),))
    if fact.kind == "true":
        # What is true is not None, nor an empty text; what is not is no text that says something.
        opposite = test.kind == "none" if so else False
        opposite = opposite or (test.kind == "equal" and bool(test.word) is not so)
        opposite = opposite or (test.kind == "flag" and (test.word == "True") is not so)
        return False if opposite else None
    return None


def _given_in(item: Value) -> list[Hole]:
    return [part for part in parts(item) if type(part) is Hole and part.parameter]


def _worded(linker: Linker, test: Test, facts: Facts, bound: Bound) -> Test | None:
    """A test with the text that it asks for, where a name stands for that; None if it is not known."""
    if test.named == ():
        return test
    word = literal(linker.value(test.named, facts, bound))
    return None if word is None else msgspec.structs.replace(test, word=word, named=())


def marker(linker: Linker, item: Value, facts: Facts, bound: Bound) -> Value:
    """A linked cache marker: nothing where a call decides that none is set; where that is open, so it stays."""
    test = item.test if type(item) is Mapping else None
    set_here = True if test is None else decide(linker, test, facts, bound)
    value = () if set_here is False else linker.value(item, facts, bound)
    return msgspec.structs.replace(value, test=test) if set_here is None and type(value) is Mapping else value


def open_of(linker: Linker, block: Mapping, facts: Facts, bound: Bound) -> tuple[tuple[str, bool], ...]:
    """The conditions under which a dict of a list is there, where what a call gives does not decide them."""
    settled = bool(block.when) and block.test is not None and decide(linker, block.test, facts, bound)
    return () if settled else block.when


def taken(linker: Linker, item: Value, facts: Facts, bound: Bound) -> Template | None:
    """The branch of a choice between two that a call decides."""
    part = item[0] if isinstance(item, tuple) and item else None
    if type(part) is not Choice or part.test is None or len(part.branches) != 2:
        return None
    found = decide(linker, part.test, facts, bound)
    return None if found is None else part.branches[0 if found else 1]


def branches(linker: Linker, part: Choice, facts: Facts, bound: Bound) -> list[tuple[Template, Bound]]:
    """The branches of a choice that no call decides, each with what is given where that one is taken.

    A parameter that is one text or another is in each branch what the condition lets it be: where it begins with
    `builtin://` it is none of the texts that do not.
    """
    test, holding = part.test, True
    while test is not None and test.kind == "not":
        test, holding = test.inner[0] if test.inner else None, not holding
    whole = [(branch, bound) for branch in part.branches]
    test = test and _worded(linker, test, facts, bound)
    if test is None or (test.kind not in _OF_WORDS and test.kind != "opens") or len(whole) != 2:
        return whole
    hole = test.value[0] if isinstance(test.value, tuple) and len(test.value) == 1 else None
    if type(hole) is not Hole or hole.parameter not in bound or hole.parameter in linker.assumed:
        return whole
    value = linker.value(test.value, facts, bound)
    narrowed = _opening if test.kind == "opens" else _left
    left = [narrowed(test, value, side) for side in (holding, not holding)]
    return [
        (branch, bound if each is None or each is value else {**bound, hole.parameter: each})
        for branch, each in zip(part.branches, left, strict=True)
    ]


def either(part: Choice, values: list[Value]) -> Value:
    """A choice that no call decides, of what its branches come to."""
    lists = [value for value in values if type(value) is Items]
    if lists:
        # Of what is not a list nothing is known that could stand in it.
        known = len(lists) == len([value for value in values if value != ()])
        joined = one_of(part.condition, lists, len(values))
        return joined if known else msgspec.structs.replace(joined, complete=False)
    branches = tuple(map(in_text, values))
    same = all(branch == branches[0] for branch in branches[1:])
    holes = [branch[0] for branch in branches if len(branch) == 1 and type(branch[0]) is Hole]
    nothing = [type(hole) is Hole and hole.expression == "None" for hole in holes]
    # Of a value that is written out as JSON it counts how.
    dumped = any(type(hole) is Hole and hole.json is not None for hole in holes)
    if not same and len(holes) == len(branches) and not dumped and (len(holes) != 2 or not any(nothing)):
        # One value or another, all put in at run time.
        known_as = next((hole.member for hole in holes if type(hole) is Hole and hole.member), "")
        most = max(holes, key=lambda hole: hole.volatility)
        if any(hole.origin == "folder" for hole in holes):
            # What is not given is a folder of the program.
            most = msgspec.structs.replace(most, origin="folder")
        if not same and (most.expression in _FALSE | _TRUE or _whole(most.expression) is not None):
            # It decides nothing, as one of them alone would.
            most = msgspec.structs.replace(most, expression=" or ".join(hole.expression for hole in holes))
        return (most if most.member else msgspec.structs.replace(most, member=known_as),)
    if same:
        return branches[0]
    kept = part.test is None and len(branches) == len(part.branches)
    kept = kept and all(new is old for new, old in zip(branches, part.branches, strict=True))
    return (part,) if kept else either_text(part.condition, branches, part.asks)


def _left(test: Test, value: Value, holding: bool, depth: int = 0) -> Value | None:
    """What a value may be where a test holds, or does not; None if it is nothing that could be."""
    part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    if type(part) is not Choice or depth > MAX_DEPTH:
        return None if holds(test, value) is (not holding) else value
    left = [each for branch in part.branches if (each := _left(test, branch, holding, depth + 1)) is not None]
    # With one of three gone it is still one or another.
    return None if not left else left[0] if len(left) == 1 else value


def _opening(test: Test, value: Value, holding: bool) -> Value | None:
    """A list that begins with a message of a role under a condition, where it does so, and where it does not."""
    items = value.items if type(value) is Items else ()
    first: list[Message] = []
    for item in items:
        if type(item) is not Message or item.role != test.word or not item.when:
            break
        first.append(item)
    if type(value) is not Items or not first or len(first) > MAX_FIRST:
        return value
    if any(not isinstance(item.content, tuple) or len(item.when) > number + 1 for number, item in enumerate(first)):
        return value
    if any(item.when[:number] != _none_of(first[:number]) for number, item in enumerate(first)):
        # Both of two of them may be sent.
        return value
    rest = items[len(first) :]
    if not holding:
        return msgspec.structs.replace(value, items=rest)
    content = first[-1].content
    for item in reversed(first[:-1]):
        if isinstance(item.content, tuple) and isinstance(content, tuple):
            asked, taken = item.when[-1]
            content = (Choice(asked, (item.content, content) if taken else (content, item.content)),)
    opening = msgspec.structs.replace(first[0], content=content, when=(), test=None)
    return msgspec.structs.replace(value, items=(opening, *rest))


def _none_of(items: list[Message]) -> tuple[tuple[str, bool], ...]:
    """What holds where none of these messages is sent, the ones after others where those are not."""
    return tuple([(item.when[-1][0], not item.when[-1][1]) for item in items])


def holds(test: Test, value: Value) -> bool | None:
    """Whether a linked value is what a test asks for; None when that is not known."""
    hole = value[0] if isinstance(value, tuple) and len(value) == 1 and type(value[0]) is Hole else None
    if test.kind == "is" or test.kind == "above":
        count = _whole(hole.expression) if hole is not None else None
        return None if count is None else _number(test, count)
    if hole is not None and hole.expression not in _FALSE and hole.expression not in _TRUE:
        return None
    if type(value) is tuple and hole is None and (is_several(value) or not all(type(part) is Text for part in value)):
        sure = any(type(part) is Text and part.value for part in value) and not is_several(value)
        if test.kind == "equal":
            return False if sure and not test.word else None
        return _OF_TEXT.get(test.kind) if sure else None
    word = literal(value)
    match test.kind:
        case "counts" | "exceeds":
            if type(value) is not Items or not exact(value):
                return None
            return None if any(map(_may_go, value.items)) else _number(test, len(value.items))
        case "none":
            return hole is not None and hole.expression == "None"
        case "opens":
            first = value.items[0] if type(value) is Items and value.items else None
            return first.role == test.word if type(first) is Message and not first.when and _known(first) else None
        case "text":
            return isinstance(value, tuple) and hole is None
        case "list":
            return type(value) is Items
        case "object" if type(value) is Items or (type(value) is Mapping and not value.kind) or word is not None:
            return False
        case "dict" if type(value) is not Mapping or not value.kind:
            return type(value) is Mapping or type(value) is Message
        case "flag":
            return hole.expression == test.word if hole is not None and hole.expression in ("True", "False") else None
        case "equal":
            return None if hole is not None and hole.expression not in _FALSE else word == test.word
        case "holds" | "begins" | "ends" if word is not None and hole is None:
            return {"holds": word.__contains__, "begins": word.startswith, "ends": word.endswith}[test.kind](test.word)
        case "true" if hole is not None:
            return hole.expression not in _FALSE
        case "true" if isinstance(value, tuple):
            return bool(value)
        case "true" if type(value) is Items:
            return bool(value.items) if exact(value) else True if any(map(_sure, value.items)) else None
        case "true":
            return True if type(value) is Message or (type(value) is Mapping and value.entries) else None
    return None


def _may_go(item: Value) -> bool:
    """Whether an item is there under a condition."""
    return type(item) is Mapping and (bool(item.when) or item.test is not None)


def _number(test: Test, count: int) -> bool:
    return count > int(test.word) if test.kind in ("exceeds", "above") else count == int(test.word)


def _whole(written: str) -> int | None:
    """The whole number that is written so."""
    digits = written.removeprefix("-")
    return int(written) if digits.isascii() and digits.isdigit() and len(digits) < MAX_DIGITS else None


def _known(item: Message) -> bool:
    return item.role != "unknown"


def _sure(item: Value) -> bool:
    return not is_several(item) and not (type(item) is Message and bool(item.when))
