"""`functools.partial`: calls of what it makes give the rest of the arguments.

Of a call that the catalogue knows it is that call, of a function of the project a call of that function.
"""

from __future__ import annotations

import ast

from promptlint.extract.callsite import CallSite, Evaluate
from promptlint.extract.catalogue import Matcher
from promptlint.extract.sending import client_in
from promptlint.extract.state import File, Scope
from promptlint.extract.volatility import dotted
from promptlint.template import Arguments, Mapping, Ref, Value

PARTIAL = "functools.partial"


def made(file: File, scope: Scope, site: CallSite, evaluate: Evaluate) -> Value | None:
    """`partial(client.chat.completions.create, model="...")`: the value of the name that it is bound to."""
    if site.name != PARTIAL or not site.node.args or isinstance(site.node.args[0], ast.Starred):
        return None
    function = site.node.args[0]
    name = file.resolve(dotted(function))
    if not any(_calls(match, name, file.imported) for match in file.lexicon.matchers):
        return None
    client = client_in(function)
    on = evaluate(file, scope, client) if client is not None else None
    entries = [(str(number), value) for number, (value, _) in enumerate(site.positional[1:])]
    entries += [(key, value) for key, (value, _) in site.keywords.items()]
    # The last entry says that it is kept where no text is in it.
    value = Mapping((*entries, ("@provider", ())), file.span(site.node), site.complete, PARTIAL)
    file.partials[value.span] = (value, name, site, on)
    return value


def method(file: File, scope: Scope, node: ast.Attribute, evaluate: Evaluate) -> Value | None:
    """`create = client.chat.completions.create`: a call that is given another name, as if with no arguments yet."""
    name = file.resolve(dotted(node))
    if not any(_calls(match, name, file.imported) for match in file.lexicon.matchers):
        return None
    client, span = client_in(node), file.span(node)
    on = evaluate(file, scope, client) if client is not None else None
    value = Mapping((("@provider", ()),), span, True, PARTIAL)
    call = ast.Call(node, [], [])
    site = CallSite(call, name, name, node.attr, [], {}, True, scope.gathered, scope.strings)
    file.partials[span] = (value, name, site, on)
    return value


def _calls(match: Matcher, name: str, imported: frozenset[str]) -> bool:
    entry = Matcher.find(match.calls, name, imported)
    return entry is not None and not entry.through


def called(file: File, scope: Scope, site: CallSite, evaluate: Evaluate) -> CallSite | None:
    """The whole call, where what is called is a name of such a partial; None where it is anything else."""
    if not isinstance(site.node.func, ast.Name | ast.Attribute):
        return None
    value = evaluate(file, scope, site.node.func)
    part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    if isinstance(part, Ref) and part.call is None and part.name.startswith(":"):
        value = file.facts.bindings.get(part.name[1:]) or file.module.values.get(part.name[1:], ())
    known = file.partials.get(value.span) if isinstance(value, Mapping) and value.kind == PARTIAL else None
    if known is None or known[0] != value:
        return None
    _, name, first, on = known
    return type(site)(
        site.node,
        name,
        name,
        name.rpartition(".")[2],
        [*first.positional[1:], *site.positional],
        {**first.keywords, **site.keywords},
        first.complete and site.complete,
        site.gathered,
        site.strings,
        site.rest or first.rest,
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
    """Note that a name is bound, to such a partial or to something else."""
    span = file.span(node) if isinstance(node, ast.Call) else None
    if span in file.bound:
        file.bound_names[_key(scope, name)] = span
    else:
        file.bound_names.pop(_key(scope, name), None)


def whole_call(file: File, scope: Scope, node: ast.Call, given: Arguments) -> tuple[ast.expr, Arguments] | None:
    """The function that a call of such a partial calls, with all arguments; None where it is anything else."""
    name = dotted(node.func)
    here: Scope | None = scope
    while here is not None:
        span = file.bound_names.get(_key(here, name))
        if span is not None:
            file.bound_called.add(span)
            function, first = file.bound[span]
            keywords = {**dict(first.keywords), **dict(given.keywords)}
            complete = first.complete and given.complete
            return function, Arguments((*first.positional, *given.positional), tuple(keywords.items()), complete)
        if here.kind == "function" and name in here.values and "." not in name:
            # Another one of that name.
            return None
        here = here.parent
    return None


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
