"""Methods of strings, lists and dicts, and what a call gives back of which no more is known."""

from __future__ import annotations

import ast
import copy

import msgspec

from promptlint.extract import fills, lists
from promptlint.extract.bounds import MIN_DEFAULT
from promptlint.extract.callsite import CallSite, Evaluate
from promptlint.extract.collections import DRAWN, all_of, drawn_from, looked_up, read_by
from promptlint.extract.extents import sample
from promptlint.extract.invocations import called_name, changed_before, shown_as
from promptlint.extract.iteration import as_given, condition_text
from promptlint.extract.names import words
from promptlint.extract.places import SPREAD
from promptlint.extract.results import JSON_DUMPS, note_form, run_time_value
from promptlint.extract.state import File, Scope, fallback_of, single_hole, state_of, textual
from promptlint.extract.strings import may_be_text
from promptlint.extract.subscripts import ASKED
from promptlint.extract.volatility import NAMES
from promptlint.operations import literal
from promptlint.template import (
    Apply,
    Arguments,
    Choice,
    Hole,
    Items,
    Mapping,
    Message,
    Part,
    Template,
    Text,
    Value,
)

# String methods that are kept until their target is known; the operation has the method's name.
METHODS = frozenset(
    "format format_map replace strip lstrip rstrip upper lower title capitalize removeprefix removesuffix "
    "substitute safe_substitute partial format_messages format_prompt render to_messages".split()
)
SAME_AS = {
    "format_messages": "format",
    "format_prompt": "format",
}
# Those of them that a list of messages has, too.
FILLED = frozenset({"partial", "format_messages", "format_prompt", "to_messages"})
ENVIRONMENT = frozenset({"os.getenv", "os.environ.get", "environ.get", "getenv"})
# All of them, by the last part of their names, whose result may be more than a run-time value.
OF_VALUES = METHODS | FILLED | fills.METHODS.keys() | {"join", "get", "pop", "copy", "values"}
# Those of which `method` says nothing where they are called on a run-time value that no caller gives.
SILENT = OF_VALUES - fills.METHODS.keys() - {"join", "copy", "partial"}
# Calls of `replace` in one chain that are followed.
MAX_REPLACED = 400


def method(file: File, scope: Scope, site: CallSite, receiver: Value, evaluate: Evaluate) -> Value | None:
    """A method of a string, a list or a dict."""
    node = site.node
    called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if called not in OF_VALUES:
        return None
    if called == "join":
        return _join(file, scope, receiver, site, evaluate)
    if called == "get" and len(site.positional) == 2 and "configparser" in file.imported:
        # `config.get("model", "NAME")`: a section and an option of it, no key and what stands for it.
        return (result_of(file, scope, site, receiver, evaluate),)
    held = type(receiver) is Mapping or (called == "get" and textual(receiver))
    held = held and called in ("get", "pop")
    if held and site.positional and site.name not in ENVIRONMENT:
        hole = result_of(file, scope, site, receiver, evaluate)
        given = site.arguments()
        if node.args:
            about: Value = (Text(condition_text(file, node.args[0]), hole.span, False),)
            given = Arguments(given.positional, (*given.keywords, (ASKED, about)))
        return (Apply("item", receiver, given, file.span(node), hole),)
    if len(site.positional) == 2 and _stands_in(site, called):
        return unless_set(file, site, receiver, site.positional[1][0])
    if called == "values" and isinstance(receiver, Mapping) and not receiver.kind and not node.args:
        items = tuple(value for key, value in dict(receiver.entries).items() if key != SPREAD)
        whole = receiver.complete and len(items) == len(dict(receiver.entries))
        return Items(items, file.span(node), whole)
    if called == "copy" and not node.args and not node.keywords:
        whole = isinstance(receiver, Items | Message) or (isinstance(receiver, Mapping) and not receiver.kind)
        return copy.copy(receiver) if whole else lists.copied(file, site, receiver)
    fills.note_method(file, node, called, receiver, site)
    if called in FILLED and type(receiver) is Items and any(type(item) is Message for item in receiver.items):
        return _filled(file, node, receiver, site)
    if called not in METHODS or not isinstance(receiver, tuple) or not may_be_text(receiver):
        return None
    operation = SAME_AS.get(called, called)
    known = single_hole(receiver)
    if called in ("strip", "lstrip", "rstrip", "upper", "lower") and known is not None and not known.parameter:
        return None
    hole = run_time_value(file, site, receiver)
    if operation == "replace" and len(receiver) == 1:
        return _replaced(file, site, receiver, receiver[0], hole)
    given = site.arguments()
    if site.spread and len(site.spread) == 1:
        given = Arguments(given.positional, (*given.keywords, (SPREAD, site.spread[0])), given.complete)
    return (Apply(operation, receiver, given, file.span(node), hole),)


def unless_set(file: File, site: CallSite, receiver: Value | None, default: Value) -> Value | None:
    """What settings or the environment say, or the text that stands for it where they say nothing."""
    if not isinstance(default, tuple):
        return None
    func, given = site.node.func, site.pick(["key", 0])
    hole = run_time_value(file, site, receiver)
    held = "os.environ"
    if isinstance(func, ast.Attribute) and func.attr != "getenv":
        held = _operand(file, func.value)
    asked = hole.expression
    # What is asked for at an address is no setting.
    if given is not None and "/" not in (literal(given[0]) or ""):
        asked = f"{_operand(file, given[1])} in {held}"
    return (Choice(asked, ((hole,), default), asks=True),)


def _operand(file: File, node: ast.expr) -> str:
    """An expression as it stands beside an operator."""
    written = condition_text(file, node)
    return written if isinstance(node, _TIGHT) else f"({written})"


_TIGHT = (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.Constant, ast.JoinedStr, ast.Dict)


def says_nothing(file: File, site: CallSite, receiver: Value | None) -> bool:
    """Whether `method` has nothing to say of a call of one that is `SILENT`, as of most: asked of each of them."""
    hole = single_hole(receiver) if receiver is not None else None
    if hole is None:
        return False
    if site.last != "get":
        return not (hole.parameter or (site.last == "pop" and len(site.positional) == 2 and _stands_in(site, "pop")))
    return len(site.positional) < 2 or not ("configparser" in file.imported or _stands_in(site, "get"))


def _replaced(file: File, site: CallSite, receiver: Template, known: Part, hole: Hole) -> Value:
    """`text.replace("{a}", a).replace("{b}", b)`: one operation, however many calls are chained.

    Of more than any program has the text stands as it is.
    """
    given, span = site.arguments(), file.span(site.node)
    chained = type(known) is Apply and known.operation == "replace" and len(known.arguments.positional) % 2 == 0
    if type(known) is not Apply or not chained or len(given.positional) != 2 or given.keywords or not given.complete:
        return (Apply("replace", receiver, given, span, hole),)
    pairs = (*known.arguments.positional, *given.positional)
    if len(pairs) > 2 * MAX_REPLACED:
        return receiver
    return (Apply("replace", known.target, Arguments(pairs), span, hole),)


def _stands_in(site: CallSite, called: str) -> bool:
    """Whether what is taken where settings say nothing is told: a text of its own (`settings.get("rules", "...")`), or
    the name of a model."""
    default = site.positional[1][0]
    if called not in ("get", "pop") or not isinstance(default, tuple) or not textual(default):
        return False
    key = literal(site.positional[0][0]) or ""
    return (called == "get" and len(sample(default, 200)) >= MIN_DEFAULT) or "model" in words(key)


def _filled(file: File, node: ast.Call, receiver: Items, site: CallSite) -> Items:
    """A list of messages with fields of its texts filled; those that are left stay values."""
    span = file.span(node)
    items: list[Value] = []
    for item in receiver.items:
        content = item.content if type(item) is Message else ()
        part = content[0] if isinstance(content, tuple) and len(content) == 1 else None
        if type(item) is Message and type(part) is Apply and part.operation == "fields":
            text = (Apply("partial", part.target, site.arguments(), span, part.fallback),)
            said = literal(part.target) or ""
            whole = said[:1] == "{" and said[-1:] == "}"
            alone = site.keywords.get(said[1:-1], (None, node))[0] if whole else None
            # What is all of a text stands in its place.
            content = alone if isinstance(alone, tuple) else (msgspec.structs.replace(part, target=text),)
            item = msgspec.structs.replace(item, content=content)
        items.append(item)
    return Items(tuple(items), receiver.span, receiver.complete)


def _join(file: File, scope: Scope, receiver: Value, site: CallSite, evaluate: Evaluate) -> Value | None:
    node = site.node
    if not isinstance(receiver, tuple) or len(site.positional) != 1:
        return None
    value, argument = site.positional[0]
    # The items of a list that nothing is known of, one after the other.
    named = type(argument) in NAMES and isinstance(value, tuple)
    member = drawn_from(file, scope, argument, value, evaluate).member if named else ""
    asked = single_hole(value)
    # What a parameter holds, a call says: a list, or a text whose letters are joined. Not what the function adds to it.
    given = asked is not None and as_given(scope, asked)
    # Functions that a list was given to may have added to it.
    lent = changed_before(file, scope, argument) if given or (type(value) is Items and scope.lent) else ()
    if type(value) is Items or (isinstance(value, tuple) and textual(value)) or (given and ("", "") not in lent):
        hole = run_time_value(file, site, None)
        hole = msgspec.structs.replace(hole, member=member) if member else hole
        told = tuple((name, (Text(at, hole.span, False),)) for name, at in lent if name)
        if type(argument) is ast.Call and isinstance(value, tuple):
            part = value[0]
            note_form(file, hole.span, part.target if type(part) is Apply and part.operation == "slice" else value)
        return (Apply("join", receiver, Arguments((value,), told), file.span(node), hole),)
    state, made = state_of(value), file.facts.made_of
    if made and isinstance(value, tuple) and asked is not None and asked.span == made[-1][0]:
        # It is made of what that was made of: `"; ".join(sorted(RULES.values()))`.
        note_form(file, file.span(node), made[-1][1])
    # What is to be sorted is the argument.
    return (file.hole(argument if state[1] == "unordered" else node, state[0], state[1], member=member),)


# Functions that draw from a collection.
_SOME = frozenset({"choice", "choices", "sample"})


def result_of(file: File, scope: Scope, site: CallSite, receiver: Value | None, evaluate: Evaluate) -> Hole:
    """The hole for what a call gives back, and what it may be drawn from, or be the text of."""
    hole = run_time_value(file, site, receiver)
    own = fallback_of(receiver) if receiver is not None else None
    member = ""
    if own is not None and own.member[:1] in DRAWN:
        member = read_by(own.member, site.last, site.positional)
    elif site.last == "get" and own is not None and site.positional and literal(site.positional[0][0]) is None:
        member = looked_up(file, scope, site.node, receiver, evaluate)
    elif site.written == "str" and len(site.positional) == 1:
        value, node = site.positional[0]
        member = shown_as(file, scope, node, value)
    elif site.last in _SOME and site.node.args and site.positional[0][1] is site.node.args[0]:
        # One of them, or a list of some, of which another one is taken.
        member = drawn_from(file, scope, site.node.args[0], site.positional[0][0], evaluate).member
    elif site.name in JSON_DUMPS and site.node.args and site.positional[0][1] is site.node.args[0]:
        member = all_of(file, scope, site.node.args[0], site.positional[0][0])
    elif hole.member == f"{site.last}()" and (name := called_name(file, scope, site.node.func)):
        # Whose method it is, is known.
        member = f"@{name}()"
    elif site.last == "get" and own is not None and (name := called_name(file, scope, site.node.func))[:1] == ":":
        # So it is of one that is called as that of a dict.
        owner = name[1:].rpartition(".")[0]
        member = f"@{name}()" if owner in file.facts.bases or owner in file.facts.types else ""
    return msgspec.structs.replace(hole, member=member) if member else hole
