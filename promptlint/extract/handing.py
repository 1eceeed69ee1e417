"""Functions that are handed on together with their arguments: to a thread, a pool, a process, a partial."""

from __future__ import annotations

import ast

import msgspec

from promptlint.extract.state import File, Scope
from promptlint.extract.volatility import NAMES, dotted
from promptlint.operations import exact
from promptlint.template import Arguments, Choice, Hole, Items, Mapping, Ref, Value

PARTIAL = "functools.partial"
# What calls the function that it is given first, and with nothing but what follows: functions, and methods of others.
RUNNERS = frozenset({
    "asyncio.to_thread",
    "anyio.to_thread.run_sync",
    "fastapi.concurrency.run_in_threadpool",
    "starlette.concurrency.run_in_threadpool",
    "trio.to_thread.run_sync",
})  # fmt: skip
POOLS = frozenset({"run_in_executor", "submit"})
# Calls that pass what follows on to the function they are given first, or second.
FIRST = frozenset({"partial", "to_thread", "submit"})
SECOND = frozenset({"run_in_executor"})
PASSING = FIRST | SECOND
# The same by names that others have, too: only what is imported says that.
_IMPORTED = frozenset(name.rpartition(".")[2] for name in RUNNERS) - FIRST
# Where the function stands by name that is called with what is given as `args=` and `kwargs=`, and these
# names: pools of processes have `kwds=`.
_TARGET, _ARGS, _KWARGS = "target", "args", ("kwargs", "kwds")
_GIVEN = frozenset({_ARGS, *_KWARGS})
# Methods of tables that call a function with each row before what is given.
_ROWS = frozenset({"apply", "applymap", "map", "pipe", "transform", "agg", "aggregate"})


# Behind which place a function stands, and behind that what it is called with, as a list: `Timer(5, ask, [text])`.
_LISTED = {"apply_async": 0, "apply": 0, "Timer": 1, "start_new_thread": 0}
# What such names are of: others have them, too.
_RUNNING = frozenset({"multiprocessing", "threading", "_thread", "multiprocess", "billiard", "gevent"})


class Handed(msgspec.Struct, frozen=True, gc=False):
    """A function that something is given to call, and with what.

    `partial`: whoever calls that gives the rest. `direct`: what passes it on is known, and no function of the project.
    """

    function: ast.expr
    arguments: Arguments
    partial: bool = False
    direct: bool = True


def last_of(node: ast.expr) -> str:
    """The last part of a name; "" if it is none."""
    return node.attr if type(node) is ast.Attribute else node.id if type(node) is ast.Name else ""


def handed(file: File, node: ast.Call, given: Arguments) -> Handed | None:
    """The call that another one makes of a function which it is given with its arguments; None where it makes none."""
    func = node.func
    last = last_of(func)
    skipped = 1 if last in FIRST else 2 if last in SECOND else 0
    if last in _IMPORTED and file.resolve(dotted(func)) in RUNNERS:
        skipped = 1
    if not skipped:
        for keyword in node.keywords:
            if keyword.arg in _GIVEN:
                return _by_keywords(node, given)
        return _listed(node, given, _LISTED[last]) if last in _LISTED and _RUNNING & file.imported else None
    if len(node.args) < skipped:
        return None
    sure = given.complete and _calls_it(file, func, last)
    arguments = Arguments(given.positional[skipped:], given.keywords, sure)
    return Handed(node.args[skipped - 1], arguments, file.resolve(dotted(func)) == PARTIAL)


def _calls_it(file: File, func: ast.expr, last: str) -> bool:
    """Whether the function is called with what follows it, and with nothing else."""
    if last == "submit" and "concurrent" not in file.imported:
        # What a form does when it is sent has a method of that name, too: `box.submit(answer, [box], [box])`.
        return False
    return runs(file, dotted(func), file.resolve(dotted(func)))


def runs(file: File, written: str, name: str) -> bool:
    """Whether it is known of what is called that it calls the function which it is given, as that is given."""
    on, _, method = written.rpartition(".")
    if method in POOLS and (on or written[:1] == "."):
        return not any(key.rpartition(".")[2] == method for key in file.definitions)
    return name in RUNNERS


def held_by_default(scope: Scope, node: ast.expr) -> tuple[str, str]:
    """The function that a name stands for where nothing else is given: `ask=complete`, `ask or complete`.

    With it the parameter that may be given another one; "" for each if there is none, or more than one.
    """
    here: Scope | None = scope if type(node) is ast.Name else None
    while here is not None and here.kind == "function":
        value = here.values.get(node.id)  # type: ignore[attr-defined]
        if value is not None:
            part = value[0] if type(value) is tuple and len(value) == 1 else None
            if type(part) is Hole:
                return named_by(here.defaults.get(part.parameter, ())), part.parameter
            return or_function(value)
        here = here.parent
    return "", ""


def named_by(value: Value) -> str:
    """The name that a value is and nothing else, as in `Ref`."""
    part = value[0] if type(value) is tuple and len(value) == 1 else None
    return part.name if type(part) is Ref and part.call is None else ""


def or_function(value: Value) -> tuple[str, str]:
    """The same of a value that is what a parameter is given, or else a function."""
    part = value[0] if type(value) is tuple and len(value) == 1 else None
    branches = part.branches if type(part) is Choice else ()
    names = [name for branch in branches if (name := named_by(branch))]
    given = [each.parameter for branch in branches for each in branch if type(each) is Hole and len(branch) == 1]
    found = len(branches) == 2 and len(names) == 1 and len(given) == 1 and bool(given[0])
    return (names[0], given[0]) if found else ("", "")


def _listed(node: ast.Call, given: Arguments, at: int) -> Handed | None:
    """`pool.apply_async(ask, (rules, text))`, `Timer(5, ask, [text], {"rules": rules})`"""
    if len(node.args) < at + 2 or len(given.positional) < len(node.args) or type(node.args[at]) not in NAMES:
        return None
    values, named = given.positional[at + 1], given.positional[at + 2] if len(node.args) > at + 2 else None
    if type(values) is not Items or not exact(values):
        return None
    keywords = named.entries if type(named) is Mapping and named.complete else ()
    arguments = Arguments(values.items, keywords, given.complete and (named is None or type(named) is Mapping))
    return Handed(node.args[at], arguments, direct=False)


def passes(node: ast.FunctionDef | ast.AsyncFunctionDef, method: bool) -> int:
    """What `Function.passes` says."""
    own, rest, more = [*node.args.posonlyargs, *node.args.args][method:], node.args.vararg, node.args.kwarg
    if rest is None or not own:
        return 0
    names = (own[0].arg, rest.arg, more.arg if more is not None else "")
    found = False
    for each in ast.walk(node):
        if _binds(each, names) and each not in (own[0], rest, more):
            return 0
        found = found or (isinstance(each, ast.Call) and _passes_on(each, *names))
    return len(own) if found else 0


def _passes_on(node: ast.Call, call: str, rest: str, more: str) -> bool:
    """Whether a call is one of a parameter, with all that follows: `call(*rest, **more)`, `submit(call, *rest)`."""
    last, given = last_of(node.func), [node.func, *node.args]
    if last in SECOND:
        del given[:2]
    elif last == "to_thread" or last in _IMPORTED or (last == "submit" and isinstance(node.func, ast.Attribute)):
        del given[:1]
    if len(given) == 1 and given[0] is not node.func and isinstance(inner := given[0], ast.Call):
        # Nothing is given to it but what it holds.
        return not node.keywords and last_of(inner.func) == "partial" and _in_full(inner, inner.args, call, rest, more)
    return _in_full(node, given, call, rest, more)


def _in_full(node: ast.Call, given: list[ast.expr], call: str, rest: str, more: str) -> bool:
    if len(given) != 2 or not _is(given[0], call):
        return False
    settings = [each.value for each in node.keywords if each.arg is None]
    named = [each for each in node.keywords if each.arg is not None]
    if named or len(settings) != bool(more) or not all(_is(each, more) for each in settings):
        return False
    return isinstance(given[1], ast.Starred) and _is(given[1].value, rest)


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _binds(node: ast.AST, names: tuple[str, ...]) -> bool:
    """Whether a name is bound in a place, or what stands in it changed: `more["tone"] = x`, `more.update(x)`."""
    if isinstance(node, ast.Name):
        return node.id in names and not isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.value, ast.Name):
        # What a method of the settings does to them is not looked at.
        return node.value.id == names[2] and (type(node) is ast.Attribute or not isinstance(node.ctx, ast.Load))
    if isinstance(node, ast.arg):
        return node.arg in names
    if isinstance(node, ast.alias):
        return (node.asname or node.name) in names
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.ExceptHandler):
        return node.name in names
    if isinstance(node, ast.MatchAs | ast.MatchStar):
        return node.name in names
    return isinstance(node, ast.MatchMapping) and node.rest in names


def _by_keywords(node: ast.Call, given: Arguments) -> Handed | None:
    """`Thread(target=ask, args=(rules, text))`, `timed(5, ask, args=(rules,), kwargs={"text": text})`.

    Without a name the function is the last that is given: `minimize(cost, start, args=(text,))` gives it more.
    """
    values: dict[str, Value] = dict(given.keywords)
    positional, keywords = values.get(_ARGS), next((values[name] for name in _KWARGS if name in values), None)
    target = next((each.value for each in node.keywords if each.arg == _TARGET), None)
    function = target or (node.args[-1] if node.args else None)
    if function is None or type(function) not in NAMES or type(node.func) not in NAMES:
        return None
    if target is None and dotted(node.func).rpartition(".")[2] in _ROWS:
        return None
    if positional is not None and not (type(positional) is Items and exact(positional)):
        return None
    if keywords is not None and not (type(keywords) is Mapping and keywords.complete and not keywords.kind):
        return None
    arguments = Arguments(
        positional.items if type(positional) is Items else (),
        keywords.entries if type(keywords) is Mapping else (),
        given.complete,
    )
    return Handed(function, arguments, direct=False)
