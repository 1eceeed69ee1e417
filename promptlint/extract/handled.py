"""Messages that the code only looks at: it counts, cuts, formats or prints them, and nothing sends them.

They show how a helper works. One walk over the body of a function, or over a module, asked only where such messages
are. And what of a module's imports the routes of a web API answer with.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence

from promptlint.extract.against import WEB, speaks_against
from promptlint.extract.names import words
from promptlint.extract.state import File, has_text
from promptlint.extract.volatility import children, dotted
from promptlint.template import Mapping, Value

# What becomes of a value: shown to people, looked at, added to, or anything else. A name: put into it.
_SHOWN, _TESTED, _GROWN, _OTHER = "=shown", "=tested", "=grown", "=other"
_GROWING = frozenset({"append", "extend", "insert"})
# Functions and methods whose result is made of what they are called on or given.
_SAME = frozenset(
    "format format_map join strip lstrip rstrip replace dedent indent str len isinstance bool startswith endswith "
    "encode decode splitlines".split()
)
# Methods that read a value they are called on.
_READING = frozenset("get items keys values index count".split())
# Steps of one walk; what goes beyond is not judged.
MAX_STEPS = 50_000


def forget_handled(file: File, body: Sequence[ast.stmt], first: int) -> None:
    """Forget messages that a function, or a module, only looks at."""
    sites = file.facts.sites
    if not any(site.evidence in _MESSAGES for site in sites[first:]):
        return
    places = only_handled(body, lambda node: (file.span(node).start, file.span(node).end), file.resolve)
    if places:
        sites[first:] = [
            site
            for site in sites[first:]
            if site.evidence not in _MESSAGES
            or site.span.file != file.name
            or not any(start <= site.span.start < end for start, end in places)
        ]


_MESSAGES = ("role-dict", "message-class")
# Decorators of the routes of a web API.
_ROUTES = frozenset("get post put patch delete route api_route".split())
# Words of names of collections that describe tools.
_OF_TOOLS = frozenset("tool tools function functions capability capabilities action actions skill skills".split())


def routed(file: File, tree: ast.Module) -> list[str]:
    """Import paths of constants that nothing in a file mentions but functions which are routes of a web API."""
    if file.imported.isdisjoint(WEB):
        return []
    constants = {name for name in file.aliases if name.isupper() and not _OF_TOOLS.isdisjoint(words(name))}
    if not constants:
        return []
    inside: set[str] = set()
    outside: set[str] = set()
    stack: list[tuple[ast.AST, bool]] = [(tree, False)]
    while stack:
        node, within = stack.pop()
        if isinstance(node, ast.Name) and node.id in constants:
            (inside if within else outside).add(node.id)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names = (dotted(each.func) for each in node.decorator_list if isinstance(each, ast.Call))
            within = within or any(name.rpartition(".")[2] in _ROUTES for name in names)
        stack += [(child, within) for child in children(node)]
    return sorted(file.aliases[name] for name in inside - outside)


def forget_listed(file: File, node: ast.FunctionDef | ast.AsyncFunctionDef, first: int) -> None:
    """Forget descriptions of tools that a route of a web API takes from elsewhere: it lists them for its client.

    What it hands on to a function may go to a model there.
    """
    sites = file.facts.sites
    if file.facts.calls or not any(site.evidence == "tool-schema" for site in sites[first:]) or not _routes(file, node):
        return
    handed = [
        file.span(given)
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and _hands_on(dotted(call.func).rpartition(".")[2])
        for given in (*call.args, *(each.value for each in call.keywords))
    ]
    sites[first:] = [
        site
        for site in sites[first:]
        if site.evidence != "tool-schema"
        or not _elsewhere(site.value)
        or any(place.start <= site.span.start < place.end for place in handed)
    ]


def _hands_on(called: str) -> bool:
    """Whether a call may do more with what it is given than to hold it."""
    return not called[:1].isupper() and called not in ("append", "extend", "insert", "dict", "list", "jsonify")


def _elsewhere(value: Value) -> bool:
    """Whether a text, or a part of a schema, has no words of its own."""
    if isinstance(value, Mapping):
        return all(_elsewhere(item) for _, item in value.entries)
    return isinstance(value, tuple) and not has_text(value)


def _routes(file: File, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function is a route of a web API."""
    called = [each.func for each in node.decorator_list if isinstance(each, ast.Call)]
    return not file.imported.isdisjoint(WEB) and any(dotted(each).rpartition(".")[2] in _ROUTES for each in called)


def answered(file: File, node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """What a function that is a route of a web API gives its client by a name: `return Ticket(instructions="...")`."""
    if not _routes(file, node):
        return set()
    given: set[str] = set()
    for each in ast.walk(node):
        made = each.value if isinstance(each, ast.Return) else None
        if isinstance(made, ast.Dict):
            given.update(key.value for key in made.keys if isinstance(key, ast.Constant) and isinstance(key.value, str))
        elif isinstance(made, ast.Call) and dotted(made.func).rpartition(".")[2][:1].isupper():
            given.update(keyword.arg for keyword in made.keywords if keyword.arg)
    return given - _passed(node) if given else given


def _passed(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """The names that a function gives to calls which may do anything with them, but for what it returns."""
    passed: set[str] = set()
    returned = {id(each.value) for each in ast.walk(node) if isinstance(each, ast.Return)}
    stack: list[tuple[ast.AST, bool]] = [(each, False) for each in node.body]
    while stack:
        each, within = stack.pop()
        if isinstance(each, ast.Name) and within:
            passed.add(each.id)
        elif isinstance(each, ast.Call):
            written = dotted(each.func)
            looks = written.rpartition(".")[2] in _SAME or speaks_against(written) or id(each) in returned
            given = [*each.args, *(keyword.value for keyword in each.keywords)]
            stack += [(value, within or not looks) for value in given]
            stack.append((each.func, within and looks))
        else:
            stack += [(child, within) for child in children(each)]
    return passed


# First words of functions that look at messages or make others of them, and send none.
_HANDLING = frozenset(
    "count estimate measure track dump dumps pprint trim prune truncate transform format convert normalize encode "
    "tokenize serialize validate dedupe deduplicate len isinstance bool sum sorted list tuple enumerate zip "
    "reversed range str repr type json deepcopy copy print display".split()
)
# Phrases of names of the same.
_HANDLES = (("apply", "chat", "template"), ("apply", "transforms"))
# The same words begin names of functions that do send: `print_response`.
_SENDING = frozenset("response responses reply generate completion chat llm model ask send request stream run".split())


def only_handled(
    body: Sequence[ast.stmt], place: Callable[[ast.AST], tuple[int, int]], resolve: Callable[[str], str]
) -> list[tuple[int, int]]:
    """The places at which messages are put into variables that the code only looks at: it counts, cuts, prints them.

    Variables of a function with this body, or of a module, those that others import being in capitals. `place` gives
    the offsets of an expression.
    """
    holding: dict[str, list[ast.expr]] = {}
    added: dict[str, list[ast.expr]] = {}
    uses: dict[str, set[str]] = {}
    stack: list[tuple[ast.AST, tuple[str, ...]]] = [(statement, (_OTHER,)) for statement in body]
    steps = 0
    while stack:
        node, use = stack.pop()
        steps += 1
        if steps > MAX_STEPS:
            return []
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                uses.setdefault(node.id, set()).update(use)
            continue
        if isinstance(node, ast.Constant):
            continue
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name) and not target.id.isupper():
                    holding.setdefault(target.id, []).append(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _GROWING:
            if isinstance(node.func.value, ast.Name):
                added.setdefault(node.func.value.id, []).extend(node.args)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            for name in node.names:
                uses.setdefault(name, set()).add(_OTHER)
        stack += _handled(node, use, resolve)
    busy = _busy(uses)
    found = [name for name in holding if uses.get(name, set()) - {_GROWN} and name not in busy]
    return [place(each) for name in found for node in (*holding[name], *added.get(name, ())) for each in _written(node)]


def _written(node: ast.expr) -> Iterator[ast.expr]:
    """The messages that are written out in a list, or alone."""
    if isinstance(node, ast.List | ast.Tuple):
        for each in node.elts:
            yield from _written(each)
    elif isinstance(node, ast.Dict):
        yield node
        for value in node.values:
            yield from _written(value)
    elif isinstance(node, ast.Call) and words(dotted(node.func).rpartition(".")[2])[-1:] in _OF_MESSAGES:
        yield node


_OF_MESSAGES = (("message",), ("msg",), ("dict",))


def _handled(
    node: ast.AST, use: tuple[str, ...], resolve: Callable[[str], str]
) -> Iterator[tuple[ast.AST, tuple[str, ...]]]:
    """What a node is made of, each part with what becomes of it: shown, looked at, put into names, or anything else."""
    other = (_OTHER,)
    match node:
        case ast.Call():
            into = _handed(node, use, resolve)
            yield from ((each, into) for each in (*node.args, *(keyword.value for keyword in node.keywords)))
            if isinstance(node.func, ast.Attribute):
                into = use if node.func.attr in _READING else into
                yield node.func.value, (_GROWN,) if node.func.attr in _GROWING else into
        case ast.Assign(targets=targets, value=value):
            yield value, tuple(_into(targets))
        case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.AugAssign(target=target, value=value):
            yield value, tuple(_into([target]))
        case ast.For() | ast.AsyncFor() | ast.comprehension():
            yield node.iter, tuple(_into([node.target]))
            inner = node.ifs if isinstance(node, ast.comprehension) else [*node.body, *node.orelse]
            yield from ((each, (_TESTED,) if isinstance(each, ast.expr) else other) for each in inner)
        case ast.Expr():
            yield node.value, (_SHOWN,)
        case ast.If() | ast.While() | ast.IfExp() | ast.Assert():
            yield node.test, (_TESTED,)
            yield from ((each, use) for each in children(node) if each is not node.test)
        case ast.Compare():
            yield from ((each, (_TESTED,)) for each in children(node))
        case ast.Subscript():
            yield node.value, use
            yield node.slice, (_TESTED,)
        case ast.ClassDef():
            # What a class holds, others read from its objects.
            yield from ((getattr(each, "value", None) or each, other) for each in node.body)
        case ast.Raise():
            yield from ((each, (_SHOWN,)) for each in children(node))
        case ast.stmt() | ast.Lambda() | ast.Yield() | ast.YieldFrom():
            yield from ((each, other) for each in children(node))
        case _:
            yield from ((each, use) for each in children(node))


def _handed(node: ast.Call, use: tuple[str, ...], resolve: Callable[[str], str]) -> tuple[str, ...]:
    """What becomes of what a call is given."""
    written = dotted(node.func)
    last = written.rpartition(".")[2] or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
    if speaks_against(written) or speaks_against(resolve(written)):
        return (_SHOWN,)
    said = words(last)
    if any(said[: len(phrase)] == phrase for phrase in _HANDLES):
        return use
    handles = last in _SAME or not _HANDLING.isdisjoint(said[:1])
    return use if handles and _SENDING.isdisjoint(said) else (_OTHER,)


def _into(targets: Iterable[ast.expr]) -> Iterator[str]:
    """The names that targets bind; anything else may lead anywhere."""
    for target in targets:
        if isinstance(target, ast.Name):
            yield target.id
        elif isinstance(target, ast.Tuple | ast.List):
            yield from _into(target.elts)
        elif isinstance(target, ast.Starred):
            yield from _into([target.value])
        else:
            yield _OTHER


def _busy(uses: dict[str, set[str]]) -> set[str]:
    """The names of which any use does more than show it, look at it, or put it into another name that is not busy."""
    sources: dict[str, list[str]] = {}
    for name, found in uses.items():
        for use in found:
            sources.setdefault(use, []).append(name)
    busy: set[str] = set()
    stack = [_OTHER]
    while stack:
        new = [name for name in sources.get(stack.pop(), ()) if name not in busy]
        busy.update(new)
        stack += new
    return busy
