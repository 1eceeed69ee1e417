"""Calls of the project's own functions, methods and classes, and what says whose method is called."""

from __future__ import annotations

import ast
import sys
from typing import TypeAlias

import msgspec

from promptlint.extract.annotations import CLASS_ONLY, annotated_class, class_only, items_of, of_text, several_classes
from promptlint.extract.attributes import ITEM, lengthy
from promptlint.extract.collections import DRAWN
from promptlint.extract.correlated import given_here
from promptlint.extract.facts import SEVERAL, Change, Invocation
from promptlint.extract.handing import FIRST, PASSING, Handed, handed, held_by_default, last_of
from promptlint.extract.state import File, Scope, all_of, single_hole, state_of
from promptlint.extract.turns import changers, in_turns
from promptlint.extract.volatility import CONSTANT, NAMES, dotted
from promptlint.template import (
    Arguments,
    Condition,
    Hole,
    Items,
    Mapping,
    Part,
    Ref,
    Span,
    Text,
    Value,
    written,
)

# One file says no more: what is generated has thousands of calls that are all alike.
MAX_INVOCATIONS = 5_000
# Functions that one list is given to which are remembered, and attributes of one file that functions are given.
MAX_LENT, MAX_HANDED = 16, 500
# The place of an argument that is a list, and a function that this was given to before, with its place there.
_Kept: TypeAlias = tuple[str, str, str]
# Members of an enumeration are slow to look up.
_CONSTANT = CONSTANT[0]
# What calling an object calls.
CALLED = "__call__"


def note_invocation(
    file: File, scope: Scope, node: ast.Call, arguments: Arguments, whole: tuple[ast.expr, Arguments] | None = None
) -> None:
    """Record a call of what may be the project's own, if it is given anything that could matter.

    `whole`: what is called, with all its arguments, where the call is that of a partial.
    """
    if len(file.facts.invocations) >= MAX_INVOCATIONS:
        return
    passed = handed(file, node, arguments) if node.args or node.keywords else None
    if node.args or node.keywords:
        _note_given(file, scope, node, arguments, passed)
    if passed is not None:
        function, given = whole or (passed.function, passed.arguments)
        _note_call(file, scope, node, function, given, passed, passed.partial and arguments.complete)
        if not passed.direct:
            _note_call(file, scope, node, node.func, arguments, None)
    elif whole is not None:
        _note_call(file, scope, node, *whole, None, whole=True)
    elif last_of(node.func) not in PASSING:
        if node.args and type(node.args[0]) in NAMES and (len(node.args) > 1 or node.keywords):
            _note_passed(file, scope, node, arguments)
        _note_call(file, scope, node, node.func, arguments, None)


def _note_passed(file: File, scope: Scope, node: ast.Call, given: Arguments) -> None:
    """Record the call of a function that another one of the project is given with its arguments, and may make."""
    function, by = called_name(file, scope, node.args[0]), called_name(file, scope, node.func)
    if function and by and (arguments := Arguments(given.positional[1:], given.keywords, given.complete)):
        own = scope.name if scope.kind == "function" else ""
        made = Invocation(function, _given(arguments), file.span(node), own, file.once, all_of(scope.guards), by=by)
        file.facts.invocations.append(made)


def _note_call(
    file: File, scope: Scope, node: ast.Call, called: ast.expr, arguments: Arguments, passed: Handed | None,
    later: bool = False, whole: bool = False,
) -> None:
    """Record the call of one function. `passed`: that is handed on; `later`: the rest of its arguments may follow."""
    last = last_of(called)
    if arguments.complete and not _tell(arguments):
        if last and last != "__init__" and not _note_bare(file, scope, node, called, arguments):
            file.bare.add(last)
        return
    name = called_name(file, scope, called)
    name, usual = (name, "") if name else held_by_default(scope, called)
    if not name:
        method = type(called) is ast.Attribute
        if method and not whole and passed is None:
            names = tuple([key for key, _ in arguments.keywords])
            file.strays.add((last, len(arguments.positional), names, arguments.complete))
        unknown = f"?.{last}" if method else last
        if says_it_changes(unknown):
            # What it is, is not known, but it is called for what it does to a list.
            _lend(file, scope, node, unknown)
        elif type(called) is ast.Name and called.id in scope.values and passed is None:
            # One of several functions, or one that is handed over: it may do that.
            _lend(file, scope, node, "")
        if not method or passed is not None or "_" not in last.strip("_") or not _worded(arguments):
            return
        # Of an object of which nothing is known: a method of several words may be the only one of its name.
        name = unknown
    if name[0] in ":.?" or name.partition(".")[0] not in sys.stdlib_module_names:
        given = in_turns(file, node, _given(arguments))
        # What is handed on with its arguments stands among them: `asyncio.to_thread(ask, messages)`.
        behind = 0 if passed is None else next((at for at, one in enumerate(node.args, 1) if one is called), -1)
        lent = _lend(file, scope, node, name, behind) if behind >= 0 else ()
        _note(file, scope, node, name, called, given, lent, later, usual)


def _note_given(file: File, scope: Scope, node: ast.Call, given: Arguments, passed: Handed | None) -> None:
    """Record what may be called with anything: classes and methods that are handed on, and those asked for by name."""
    called = node.func
    if type(called) is ast.Name and called.id == "getattr" and len(given.positional) > 1:
        function = scope.name if scope.kind == "function" else ""
        file.facts.asked_by_name.append((function, given.positional[1]))
        return
    if node.keywords and node.args and type(node.args[0]) in NAMES:
        _note_handed(file, scope, node, given)
    if passed is None or not passed.direct:
        # What is handed on with its arguments is called with these.
        own = None if passed is None else passed.function
        for each in node.args:
            if type(each) is ast.Attribute and each is not own:
                file.methods_given.add(each.attr)
        for keyword in node.keywords:
            if type(keyword.value) is ast.Attribute and keyword.value is not own:
                file.methods_given.add(keyword.value.attr)


# What makes objects of the class that it is given first, with what follows and nothing else.
_PROVIDERS = "dependency_injector.providers."


def _note_handed(file: File, scope: Scope, node: ast.Call, given: Arguments) -> None:
    """Record a class that is handed on, with what follows as the arguments of its constructor."""
    handed, last = node.args[0], dotted(node.func).rpartition(".")[2]
    if last in FIRST or not dotted(handed).rpartition(".")[2].lstrip("_")[:1].isupper():
        return
    name = called_name(file, scope, handed)
    if not name or not given.keywords:
        return
    complete = given.complete and file.resolve(dotted(node.func)).startswith(_PROVIDERS)
    arguments = _given(Arguments(given.positional[1:], given.keywords, complete))
    function = scope.name if scope.kind == "function" else ""
    # The call itself has its own place.
    made = Invocation(name, arguments, file.span(handed), function, file.once, handed=True)
    file.facts.invocations.append(made)


def _note_bare(file: File, scope: Scope, node: ast.Call, called: ast.expr, given: Arguments) -> bool:
    """Record a call that is given nothing, of a method whose object is known: that may be made with what is sent."""
    name = called_name(file, scope, called) if type(called) is ast.Attribute and _of_own(scope, called.value) else ""
    if name:
        _note(file, scope, node, name, called, given, ())
    return bool(name)


def _of_own(scope: Scope, node: ast.expr) -> bool:
    """Whether an object is that of the method around it, or made in sight: what its methods send may be given there."""
    if type(node) is ast.Call:
        return type(node.func) is ast.Name and node.func.id.lstrip("_")[:1].isupper()
    written = dotted(node) if type(node) in NAMES else ""
    here: Scope | None = scope if written else None
    while here is not None:
        if written in here.made or (here.receiver == written and here.owner):
            return True
        here = here.parent
    return False


def _note(
    file: File, scope: Scope, node: ast.Call, name: str, called: ast.expr, given: Arguments, kept: tuple[_Kept, ...],
    later: bool = False, usual: str = "",
) -> None:
    function = scope.name if scope.kind == "function" else ""
    either, made = _object(file, scope, called) if type(called) is ast.Attribute else (False, None)
    if file.tested[0] is not scope.guards:
        file.tested = (scope.guards, all_of(scope.guards), written(scope.guards))
    given = given_here(file, scope, given) if scope.guards else given
    known = (name, given, file.span(node), function, file.once, file.tested[1], kept, either, made)
    noted = Invocation(*known, later=later, when=file.tested[2], usual=usual)
    if file.put and (held := file.put.pop(node, ())):
        noted = msgspec.structs.replace(noted, held=held)
    file.facts.invocations.append(noted)


def _tell(arguments: Arguments) -> bool:
    """Whether any of the arguments is more than a number or a switch."""
    for value in arguments.positional:
        if _matters(value):
            return True
    return bool(arguments.keywords) and any(_matters(value) for _, value in arguments.keywords)


def _given(arguments: Arguments) -> Arguments:
    """Arguments as far as they can be, or hold, a text or a message."""
    positional, keywords = arguments.positional, arguments.keywords
    if Mapping not in map(type, positional) and not (keywords and any(type(value) is Mapping for _, value in keywords)):
        return arguments
    return Arguments(
        tuple(map(_kept, positional)), tuple([(key, _kept(value)) for key, value in keywords]), arguments.complete
    )


def says_it_changes(name: str) -> bool:
    """Whether the name of a function says that it changes what it is given: `add_history`, `trim`.

    What is given to a method of one word (`memory.add`) becomes a part of the object.
    """
    owner, _, last = name.rpartition(".")
    first, several, _ = last.lstrip(":_").partition("_")
    return first in _CHANGING and bool(several or not owner)


_CHANGING = frozenset(
    "add append attach augment compress enrich extend fill inject insert populate prepend prune push remember remove "
    "shorten trim truncate update".split()
)


def _lend(file: File, scope: Scope, node: ast.Call, name: str, behind: int = 0) -> tuple[_Kept, ...]:
    """Lists that a function is given may be others afterwards. Gives back what may have changed them before.

    `behind` so many arguments stand those of the function.
    """
    kept: list[_Kept] = []
    for place, argument in enumerate(node.args[behind:]):
        if type(argument) in NAMES:
            _lend_one(file, scope, argument, name, str(place), kept)
    for keyword in node.keywords:
        if type(keyword.value) in NAMES and keyword.arg:
            _lend_one(file, scope, keyword.value, name, keyword.arg, kept)
    return tuple(kept)


def _lend_one(file: File, scope: Scope, argument: ast.expr, name: str, place: str, kept: list[_Kept]) -> None:
    """The same of one argument; what may have changed it before is added to `kept`."""
    written = argument.id if type(argument) is ast.Name else dotted(argument)
    value = scope.values.get(written)
    if value is None:
        first, _, attribute = written.partition(".")
        owner = next((here.owner for here in _around(scope) if here.receiver == first), "")
        if owner and attribute and len(file.handed_on) < MAX_HANDED:
            file.handed_on.append(Change(f":{owner}.{attribute}", "", written, None, (name, place)))
        return
    part = value[0] if type(value) is tuple and len(value) == 1 else None
    own = type(part) is Hole and part.parameter
    lists = type(value) is Mapping and any(type(item) is Items for _, item in value.entries)
    if own or lists or type(value) is Items or type(part) is Ref:
        kept += [(place, *each) for each in changed_before(file, scope, argument)]
        lent = scope.lent.get(written, ())
        if len(lent) < MAX_LENT:
            scope.lent[written] = (*lent, (name, place))
        if own == written:
            scope.lends.setdefault(written, []).append((name, place))


def changed_before(file: File, scope: Scope, node: ast.expr) -> list[tuple[str, str]]:
    """The functions that a list was given to before, in this turn of a loop or an earlier one, and where among their
    arguments it stood; a name "" where it has been changed in plain sight."""
    found = list(scope.lent.get(dotted(node), ())) if type(node) in NAMES else []
    for call, place in changers(file, node) if file.loops else ():
        name = called_name(file, scope, call.func) if call is not None else ""
        if name or call is None:
            found.append((name, place))
    return list(dict.fromkeys(found))[:MAX_LENT]


def _worded(arguments: Arguments) -> bool:
    """Whether a text of more than a word is among the arguments."""
    values = (*arguments.positional, *(value for _, value in arguments.keywords))
    return any(
        type(part) is Text and " " in part.value.strip() for value in values if type(value) is tuple for part in value
    )


def _kept(value: Value) -> Value:
    """An argument as far as it can be, or hold, a text or a message."""
    if type(value) is Mapping and (value.kind or not lengthy(value, 0)):
        state = state_of(value)
        return (Hole("{...}", value.span, state[0], state[1]),)
    return value


def _matters(value: Value) -> bool:
    """Whether an argument is more than a number or a switch."""
    if type(value) is Mapping:
        value = _kept(value)
    hole = single_hole(value)
    if hole is None:
        return value != ()
    return hole.volatility is not _CONSTANT or bool(hole.parameter) or hole.member[:1] in DRAWN


def called_name(file: File, scope: Scope, node: ast.expr) -> str:
    """The name of a function, method or class, as in `Invocation`; "" if it cannot be one of the project."""
    if type(node) is ast.Name:
        return _named(file, scope, node.id, "")
    if type(node) is ast.Attribute:
        if type(node.value) is ast.Name:
            return _named(file, scope, node.value.id, node.attr)
        if type(node.value) is ast.Call:
            before = node.value.func
            if isinstance(before, ast.Name) and before.id == "super":
                owner = next((here.owner for here in _around(scope) if here.owner), "")
                return f":{owner}.super().{node.attr}" if owner else ""
            inner = called_name(file, scope, before)
            made = inner if _capital(inner) else f"{inner}()"
            return f"{made}.{node.attr}" if inner else ""
        first, _, rest = dotted(node).partition(".")
        return _named(file, scope, first, rest) if first else ""
    if type(node) is ast.Call and type(node.func) in NAMES:
        # An object that is called where it is made: `Grader(model)(answer)`.
        inner = called_name(file, scope, node.func)
        made = inner if _capital(inner) else f"{inner}()"
        return f"{made}.{CALLED}" if inner else ""
    return ""


def _named(file: File, scope: Scope, first: str, rest: str) -> str:
    here: Scope | None = scope
    if rest:
        member, _, further = rest.partition(".")
        while here is not None and here.kind == "function":
            known = here.types.get(f"{first}.{member}") if further else None
            if known:
                return f"{known}.{further}"
            known = here.types.get(first)
            if known:
                return f"{known}.{rest}"
            if here.receiver == first and here.owner:
                return f":{here.owner}.{rest}"
            if first in here.values and first not in file.rebound:
                return _stands_for(here.values[first], rest)
            here = here.parent
    else:
        inside = first in file.nested
        while here is not None and here.kind == "function":
            if inside and here.key(first) in file.facts.functions:
                return ":" + here.key(first)
            if known := here.types.get(first):
                return f"{known}.{CALLED}"
            if first == "cls" == here.receiver and here.owner:
                return f":{here.owner}"
            if first in here.values and first not in file.rebound:
                return _stands_for(here.values[first], rest)
            here = here.parent
    if first in file.known:
        return f":{first}.{rest}" if rest else ":" + first
    if first in file.aliases:
        path = file.aliases[first]
        return f"{path}.{rest}" if rest else path
    return (f":{first}.{rest}" if rest else ":" + first) if file.may_import(first) else ""


def _stands_for(value: Value, rest: str) -> str:
    """The name of what a name is another one for: `planner = self.planner`, `ask = models.ask`."""
    part = value[0] if type(value) is tuple and len(value) == 1 else None
    name = part.name if type(part) is Ref and part.call is None else ""
    return f"{name}.{rest}" if name and rest else name


def _around(scope: Scope) -> list[Scope]:
    """The functions around a place, from the inside out."""
    scopes: list[Scope] = []
    here: Scope | None = scope
    while here is not None and here.kind == "function":
        scopes.append(here)
        here = here.parent
    return scopes


def _capital(name: str) -> bool:
    return name.rpartition(".")[2].lstrip(":_")[:1].isupper()


# Types


def note_type(file: File, scope: Scope, name: str, node: ast.expr) -> None:
    """Remember the class of an object that a name is bound to, as far as it is made or named in sight."""
    if type(node) is ast.Await:
        node = node.value
    if type(node) is ast.BoolOp:
        note_type(file, scope, name, node.values[-1])
        if name in scope.made:
            # `self.llm = llm or LLM()`: what stands in front may be made with something else.
            scope.made[name] = (*scope.made[name][:2], SEVERAL)
        return
    if type(node) is ast.IfExp:
        _note_either(file, scope, name, node)
        return
    found = ""
    if type(node) is ast.Call:
        found = called_name(file, scope, node.func)
        if found and not _capital(found):
            found += "()"
    elif type(node) is ast.Subscript and type(node.value) in NAMES:
        found = _item(file, scope, node.value)
    elif type(node) in NAMES:
        written = dotted(node)
        own = f":{scope.owner}" if written == scope.receiver != "cls" and scope.owner else ""
        found = class_in_sight(scope, written) or own
    if found:
        _keep(file, scope, name, found)
        if type(node) is ast.Call:
            _note_way(scope, name, found, file.span(node))
    elif type(node) in NAMES and (items := class_in_sight(scope, f"{dotted(node)}{ITEM}")):
        _keep(file, scope, f"{name}{ITEM}", items)
    if not found and name in scope.made:
        # Which object it stands for now, is not known.
        scope.made[name] = (*scope.made[name][:2], SEVERAL)


def _note_either(file: File, scope: Scope, name: str, node: ast.IfExp) -> None:
    """Remember that a name stands for an object of one class or of another: `desk = Desk() if open else Counter()`."""
    note_type(file, scope, name, node.orelse)
    other = scope.types.get(name)
    note_type(file, scope, name, node.body)
    if other != scope.types.get(name) and name in scope.made:
        _note_mixed(file, scope, name, scope.types[name])


def _note_way(scope: Scope, name: str, found: str, span: Span) -> None:
    """Remember names of objects of one class or another, by conditions."""
    before, guards, _ = scope.made.get(name, (found, (), span))
    if before != found and scope.guards != guards[: len(scope.guards)]:
        scope.mixed.add(name)
    elif scope.guards == guards[: len(scope.guards)]:
        scope.mixed.discard(name)
    scope.made[name] = (found, scope.guards, span)


def _object(file: File, scope: Scope, node: ast.Attribute) -> tuple[bool, Span | None]:
    """What is known of the object on which a method is called.

    Whether it is of this class or of another one, as the conditions before were, and the call that makes it, as far as
    it is made in sight.
    """
    written = dotted(node.value)
    around = _around(scope) if written else []
    either = False
    for here in around:
        if written in here.types:
            guards = here.made[written][1] if written in here.mixed else ()
            either = written in here.mixed and scope.guards[: len(guards)] != guards
            break
    if type(node.value) is ast.Call:
        return either, file.span(node.value)
    for here in (*around, file.module) if written else ():
        if written in here.made:
            _, guards, span = here.made[written]
            sure = here.kind == scope.kind and scope.guards[: len(guards)] == guards
            return either, span if sure or (here.kind != scope.kind and not guards) else SEVERAL
        if written in here.values:
            break
    return either, None


def class_in_sight(scope: Scope, written: str) -> str:
    """The class of what has this name in a function, or in one around it; or ""."""
    here: Scope | None = scope
    while here is not None and here.kind == "function":
        found = here.types.get(written)
        if found is not None:
            return found
        here = here.parent
    return ""


def note_annotation(file: File, scope: Scope, name: str, annotation: ast.expr) -> None:
    """Remember the class that an annotation names, or that it is a string."""
    if scope.kind == "class" and class_only(annotation):
        _keep(file, scope, name, CLASS_ONLY)
    if of_text(annotation):
        scope.texts.add(name)
        return
    found = annotated_class(annotation)
    if not found and name and isinstance(annotation, ast.Subscript) and (inner := items_of(annotation)) is not None:
        found, name = annotated_class(inner), f"{name}{ITEM}"
    if found and name:
        first, _, rest = found.partition(".")
        known = _named(file, file.module, first, rest)
        if known:
            _keep(file, scope, name, known)
            if several_classes(annotation):
                _note_mixed(file, scope, name, known)


def _note_mixed(file: File, scope: Scope, name: str, known: str) -> None:
    """Remember that something is of this class or of another one."""
    if scope.kind == "function" and not name.endswith("()"):
        scope.mixed.add(name)
        # Under a condition that holds nowhere else.
        scope.made[name] = (known, (*scope.guards, (Condition(""), True)), SEVERAL)
    elif (key := scope.key(name)) not in file.facts.mixed:
        file.facts.mixed.append(key)


def note_item(file: File, scope: Scope, target: ast.expr, iterable: ast.expr) -> None:
    """Remember the class of what a loop goes through: `for agent in self.agents`, `in enumerate(agents)`."""
    if isinstance(iterable, ast.Call):
        last = iterable.func.attr if isinstance(iterable.func, ast.Attribute) else dotted(iterable.func)
        pair = isinstance(target, ast.Tuple) and len(target.elts) == 2
        if last in ("values", "items") and isinstance(iterable.func, ast.Attribute) and pair == (last == "items"):
            iterable = iterable.func.value
        elif iterable.args and (last == "enumerate" if pair else last in ("list", "reversed", "tuple")):
            iterable = iterable.args[0]
        elif last == "zip" and isinstance(target, ast.Tuple):
            for each, argument in zip(target.elts, iterable.args, strict=False):
                note_item(file, scope, each, argument)
            return
        else:
            return
        target = target.elts[1] if isinstance(target, ast.Tuple) else target
    if isinstance(target, ast.Name) and type(iterable) in NAMES and (found := _item(file, scope, iterable)):
        _keep(file, scope, target.id, found)


def _item(file: File, scope: Scope, node: ast.expr) -> str:
    """The name of one item of a collection: its class, or as an attribute of an object, ":Team.agents[]"."""
    written = f"{dotted(node)}{ITEM}"
    found = class_in_sight(scope, written)
    if not found and isinstance(node, ast.Attribute):
        found = called_name(file, scope, node)
        found = f"{found}{ITEM}" if found[:1] == ":" else ""
    return found or (f":{scope.key(written)}" if scope.kind != "function" else "")


def type_of(file: File, scope: Scope, node: ast.expr) -> str:
    """The class of an object as far as this file says it, as an import path, or a `Ref` name of the project; or ""."""
    written = dotted(node)
    if not written or written[0] == ".":
        return ""
    found = class_in_sight(scope, written)
    found = found or file.held.get(written, "")
    key = written
    for here in _around(scope):
        first, _, rest = written.partition(".")
        if here.receiver == first and here.owner:
            key = f"{here.owner}.{rest}"
    found = found or file.facts.types.get(key, "")
    if found.endswith("()") and found[0] == ":":
        # What a function gives back, as it is annotated.
        found = file.facts.types.get(found[1:], found)
    return found


def shown_as(file: File, scope: Scope, node: ast.expr, value: Value) -> str:
    """The class of an object whose text is put into another one (`f"{place}"`), as in `Hole.member`; or ""."""
    if type(value) is Mapping:
        found = f":{value.kind}" if value.kind.partition(".")[0] in file.known else value.kind
    else:
        found = type_of(file, scope, node) if type(node) in NAMES else ""
    return f"@{found}" if found and not found.endswith(")") else ""


def of_class(owner: str, member: str) -> str:
    """An attribute of an object whose class is known, as in `Hole.member`; or ""."""
    return f".{owner}.{member}" if owner else ""


def given_as(hole: Hole) -> str:
    """The name under which a call may give a value: a parameter, an item of one, an attribute of a class; or ""."""
    if hole.parameter or hole.member[:1] == "*":
        return hole.parameter or hole.member
    # A class has its name in the file alone.
    return f"{hole.span.file}{hole.member}" if hole.member[:1] == "." else ""


def given_by(part: Part, bound: dict[str, Value]) -> Value | None:
    """What a call gives for a run-time value."""
    name = given_as(part) if bound and type(part) is Hole else ""
    return bound.get(name) if name else None


def _keep(file: File, scope: Scope, name: str, found: str) -> None:
    if "." in name:
        file.held.setdefault(name, found)
    if scope.kind == "function":
        scope.types[name] = found
        if name.endswith(ITEM):
            file.facts.types[scope.key(name)] = found
    elif "." not in name.removesuffix("()"):
        file.facts.types[scope.key(name)] = found


# Parameters
