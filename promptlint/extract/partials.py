"""`functools.partial`: calls of what it makes give the rest of the arguments.

Of a call that the catalogue knows it is that call, of a function of the project a call of that function.
"""

from __future__ import annotations

import ast

from promptlint.extract import handing
from promptlint.extract.callsite import CallSite, Evaluate
from promptlint.extract.catalogue import CallEntry
from promptlint.extract.handing import PARTIAL, runs
from promptlint.extract.sending import TEXTS, client_in
from promptlint.extract.state import File, Scope, single_hole
from promptlint.extract.volatility import NAMES, dotted
from promptlint.template import Arguments, Hole, Mapping, Ref, Span, Value

# What may be a call that is given another name.
NAMING = frozenset({*NAMES, ast.IfExp})


def concern(file: File) -> bool:
    """Whether a constructor of the file may give a call that the catalogue knows another name."""
    text = file.source.text
    if ("functools" in file.imported and "partial" in text) or ".create\n" in text:
        return True
    imported = [path.rpartition(".")[2] for path in file.aliases.values()]
    return any(last in match.calls for match in file.lexicon.matchers for last in imported)


def made(file: File, scope: Scope, site: CallSite, evaluate: Evaluate) -> Value | None:
    """`partial(client.chat.completions.create, model="...")`: the value of the name that it is bound to."""
    if site.name != PARTIAL or not site.node.args or isinstance(site.node.args[0], ast.Starred):
        return None
    function = site.node.args[0]
    name = file.resolve(dotted(function))
    entry = _entry(file, name)
    if entry is None:
        return None
    client = client_in(function, entry.keeps)
    on = evaluate(file, scope, client) if client is not None else None
    entries = [(str(number), value) for number, (value, _) in enumerate(site.positional[1:])]
    entries += [(key, value) for key, (value, _) in site.keywords.items()]
    value = Mapping((*entries, *_mark(entry)), file.span(site.node), site.complete, PARTIAL)
    file.partials[value.span] = (value, name, site, on)
    return value


def named(file: File, scope: Scope, node: ast.expr, evaluate: Evaluate) -> Value | None:
    """`create = client.chat.completions.create`, `ask = completion`: a call that is given another name, as if with no
    arguments yet. Of two that are the same but for a condition, `acompletion if later else completion`, either."""
    if type(node) is ast.IfExp:
        first, second = named(file, scope, node.body, evaluate), named(file, scope, node.orelse, evaluate)
        alike = isinstance(first, Mapping) and isinstance(second, Mapping) and first.entries == second.entries
        return first if second is None or alike else second if first is None else None
    if type(node) is ast.Attribute:
        known = node.attr in file.lexicon.tails
    else:
        known = type(node) is ast.Name and node.id in file.aliases and node.id not in scope.values
    name = file.resolve(dotted(node)) if known else ""
    entry = _entry(file, name) if name.rpartition(".")[2] in file.lexicon.tails else None
    if entry is None:
        return None
    client, span = client_in(node, entry.keeps), file.span(node)
    on = evaluate(file, scope, client) if client is not None else None
    value = Mapping(_mark(entry), span, True, PARTIAL)
    call = ast.Call(node, [], [])
    site = CallSite(call, name, name, name.rpartition(".")[2], [], {}, True, scope.gathered, scope.strings)
    file.partials[span] = (value, name, site, on)
    return value


def _entry(file: File, name: str) -> CallEntry | None:
    """What the catalogue says of a call by this name, unless the name alone is too common to tell."""
    entry = file.lexicon.call(name, file.imported)
    return None if entry is None or entry.through else entry


def _mark(entry: CallEntry) -> tuple[tuple[str, Value], ...]:
    """Who is asked, and how; the last entry says that the value is kept where no text is in it."""
    return ("@asked", (Hole(f"{entry.provider} {entry.api}", Span("", 0, 0)),)), ("@provider", ())


def handed(file: File, scope: Scope, site: CallSite, evaluate: Evaluate) -> CallSite | None:
    """The call that a function makes which is given it first, with what follows: `retry(client.messages.create, ...)`,
    `asyncio.to_thread(...)`, `loop.run_in_executor(None, partial(...))`; None where it is anything else.

    What is not known to do that and nothing else may add to the arguments, or never make the call.
    """
    for number, (value, node) in enumerate(site.positional[:2] if site.name != PARTIAL else ()):
        inline = file.partials.get(value.span) if isinstance(value, Mapping) and value.kind == PARTIAL else None
        if inline is None and type(node) in NAMES and _may_be(file, node):
            made = named(file, scope, node, evaluate)
            inline = file.partials.get(made.span) if isinstance(made, Mapping) else None
        if inline is not None:
            whole = _whole(site, inline, site.positional[number + 1 :])
            entry = _entry(file, whole.name)
            texts = entry.slots if entry is not None else {}
            # What is handed over with nothing to send may be called anywhere, or never.
            if not any(whole.pick(texts.get(slot, [])) for slot in TEXTS) or _takes_arguments(file, scope, site):
                return None
            if not runs(file, site.written, site.name):
                whole.complete, whole.rest = False, Hole(f"{site.written}(...)", file.span(site.node))
                whole.spread = None if whole.spread is None else [*whole.spread, (whole.rest,)]
            return whole
    return None


def _takes_arguments(file: File, scope: Scope, site: CallSite) -> bool:
    """Whether a function of the file is called that has a name for all that it is given: it says what becomes of it."""
    first, _, rest = site.written.partition(".")
    key = f"{scope.owner}.{rest}" if rest and scope.owner and first == scope.receiver else site.written
    node, _ = file.definitions.get(scope.key(key), file.definitions.get(key, (None, None)))
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.args.kwarg is None


def _may_be(file: File, node: ast.expr) -> bool:
    """Whether a name may be that of a call which the catalogue knows."""
    if type(node) is ast.Attribute:
        return node.attr in file.lexicon.tails
    return type(node) is ast.Name and file.aliases.get(node.id, "").rpartition(".")[2] in file.lexicon.tails


def called(file: File, scope: Scope, site: CallSite, evaluate: Evaluate) -> CallSite | None:
    """The whole call, where what is called is a name of such a partial; None where it is anything else."""
    if not isinstance(site.node.func, ast.Name | ast.Attribute):
        return None
    value = evaluate(file, scope, site.node.func)
    part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    if isinstance(part, Ref) and part.call is None and part.name.startswith(":"):
        value = file.facts.bindings.get(part.name[1:]) or file.module.values.get(part.name[1:], ())
    hole = single_hole(value)
    if hole is not None and hole.parameter in scope.defaults:
        # What a parameter is by default.
        value = scope.defaults[hole.parameter]
    known = file.partials.get(value.span) if isinstance(value, Mapping) and value.kind == PARTIAL else None
    if known is None or known[0] != value:
        return None
    return _whole(site, known, site.positional)


def _whole(
    site: CallSite, known: tuple[Value, str, CallSite, Value | None], positional: list[tuple[Value, ast.expr]]
) -> CallSite:
    _, name, first, on = known
    return CallSite(
        site.node,
        name,
        name,
        name.rpartition(".")[2],
        [*first.positional[1:], *positional],
        {**first.keywords, **site.keywords},
        first.complete and site.complete,
        site.gathered,
        site.strings,
        site.rest or first.rest,
        site.spread,
        on=on,
        partial=True,
    )


def note_bound(file: File, site: CallSite) -> None:
    """Note a partial of a function that the catalogue does not know."""
    if site.name == PARTIAL and site.node.args and isinstance(site.node.args[0], ast.Name | ast.Attribute):
        given = site.arguments()
        rest = Arguments(given.positional[1:], given.keywords, given.complete)
        file.bound[file.span(site.node)] = (site.node.args[0], rest)


def name_bound(file: File, scope: Scope, name: str, node: ast.expr) -> None:
    """Note that a name is bound, to such a partial, by whatever name, or to something else."""
    span = file.span(node) if isinstance(node, ast.Call) else None
    if isinstance(node, ast.Name):
        span = file.bound_names.get(_key(scope, node.id))
    if span in file.bound:
        file.bound_names[_key(scope, name)] = span
    else:
        file.bound_names.pop(_key(scope, name), None)


def whole_call(file: File, scope: Scope, node: ast.Call, given: Arguments) -> tuple[ast.expr, Arguments] | None:
    """The function that a call of such a partial calls, with all arguments; None where it is anything else.

    What a thread or a pool is given may be one, too: `run_in_executor(None, partial(ask, rules, text))`.
    """
    known = handing.handed(file, node, given)
    if known is not None and not known.partial:
        called, given = known.function, known.arguments
    else:
        called = node.func
    if type(called) is ast.Call:
        return _filled(file, file.span(called), given) if file.span(called) in file.bound else None
    name = dotted(called)
    here: Scope | None = scope
    while here is not None:
        span = file.bound_names.get(_key(here, name))
        if span is not None:
            return _filled(file, span, given)
        if here.kind == "function" and name in here.values and "." not in name:
            # Another one of that name.
            return None
        here = here.parent
    return None


def _filled(file: File, span: Span, given: Arguments) -> tuple[ast.expr, Arguments]:
    """The function of a partial, with what it was made with and what it is called with."""
    file.bound_called.add(span)
    function, first = file.bound[span]
    keywords = {**dict(first.keywords), **dict(given.keywords)}
    complete = first.complete and given.complete
    return function, Arguments((*first.positional, *given.positional), tuple(keywords.items()), complete)


def forget_called(file: File) -> None:
    """A partial that is called in sight is no call itself."""
    if file.bound_called:
        file.facts.invocations[:] = [each for each in file.facts.invocations if each.span not in file.bound_called]


def _key(scope: Scope, name: str) -> tuple[str, str]:
    """Where a name means one thing: in its function, or in all methods of its class."""
    first, _, rest = name.partition(".")
    if rest and scope.owner and first == scope.receiver:
        return f":{scope.owner}", rest
    return scope.name, name
