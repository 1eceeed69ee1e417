"""Calls: string methods, functions of the project, and everything else."""

from __future__ import annotations

import ast
import copy
import functools

import msgspec

from promptlint.extract import (
    fills,
    handing,
    inherited,
    lists,
    loads,
    makers,
    partials,
    pipelines,
    schemas,
    sending,
    spreads,
    tuned,
    turns,
)
from promptlint.extract.against import (
    FIELDS,
    MAY_DOCUMENT,
    documents,
    shown_on,
)
from promptlint.extract.arguments import consider_arguments, note_argument, outweighed
from promptlint.extract.attributes import note_given
from promptlint.extract.callees import FUNCTIONS, TAILS, callee_of
from promptlint.extract.callsite import Callee, CallSite, Evaluate, as_lent, as_object, imported_here
from promptlint.extract.catalogue import makes_client
from promptlint.extract.catalogued import catalogued, own_message, spoken_of
from promptlint.extract.comments import Marked
from promptlint.extract.extents import extent
from promptlint.extract.invocations import note_invocation
from promptlint.extract.iteration import condition_text, in_order, unordered
from promptlint.extract.jinja import has_own_syntax
from promptlint.extract.joins import join_branches
from promptlint.extract.kept import filtered
from promptlint.extract.later import note_any
from promptlint.extract.messages import DATA, as_message, note_schema, note_written
from promptlint.extract.methods import ENVIRONMENT, METHODS, OF_VALUES, method, result_of, says_nothing, unless_set
from promptlint.extract.names import of_model, words
from promptlint.extract.places import SPREAD
from promptlint.extract.results import note_form, note_made, note_messages, run_time_value
from promptlint.extract.sites import consider, feeds, flattened
from promptlint.extract.state import File, Scope, fallback_of, has_text, single_hole, textual
from promptlint.extract.strings import may_be_text
from promptlint.extract.subscripts import MAX_BRANCHES
from promptlint.extract.volatility import NAMES, SETS, TELLING, UNKNOWN, dotted, is_source
from promptlint.operations import exact, literal
from promptlint.template import (
    Apply,
    Arguments,
    Choice,
    Condition,
    Hole,
    Items,
    Mapping,
    Message,
    Part,
    Ref,
    Value,
    Volatility,
    by_key,
)

# What is called as a method is, and is none of a value.
_NO_METHODS = FUNCTIONS.keys() | {handing.PARTIAL}
# Those of them that helpers are made of, to which the text itself is given.
_SHAPING = frozenset({"dedent", "cleandoc", "indent", "mustache", "str"})
_REARRANGING = frozenset({"sort", "shuffle"})
_CHANGING = lists.LOSING | spreads.CHANGING | _REARRANGING
# Functions that give back a dict like the one that they are given.
_COPYING = frozenset({"dict", "copy.copy", "copy.deepcopy"})
# Last words of classes whose one string argument is the text they stand for.
WRAPPERS = frozenset("prompt template text string str instruction instructions markdown".split())
# Classes whose objects are empty unless they are given something.
_EMPTY = frozenset({"str", "list", "tuple"})
# Keywords that name a tool.
_NAMED = frozenset({"name", "tool_name"})
# What measures a program, or is a way into a service, has a name and a description, too.
_METERS = frozenset("counter gauge histogram distribution scalar metric metrics meter timer".split())
_WAYS = frozenset({"endpoint", "route"})


def call(file: File, scope: Scope, node: ast.Call, evaluate: Evaluate) -> Value:
    """The value of a call; sites among its arguments, and the call itself as a site, are noted."""
    if file.mild and not _makes_text(node.func):
        # What a model answers may be shown, or become a vector; what it is asked does not.
        muted, mild = file.muted, file.mild
        file.muted, file.mild = muted - mild, 0
        try:
            return call(file, scope, node, evaluate)
        finally:
            file.muted, file.mild = muted, mild
    written = dotted(node.func)
    name = imported_here(file, scope, written) if file.rebound else written
    callee = file.callees.get(name) or callee_of(file, written, name)
    receiver: Value | None = None
    unused, file.unused = file.unused, False
    func = node.func
    if type(func) is ast.Attribute:
        if func.attr in lists.GROWING and len(node.args) >= 1:
            return lists.grow(file, scope, node, evaluate)
        if func.attr in _CHANGING:
            receiver = _change(file, scope, node, func, unused, evaluate)
        if receiver is None and (not unused or func.attr in METHODS or type(func.value) not in NAMES):
            receiver = evaluate(file, scope, func.value)
    elif type(func) is not ast.Name:
        table = evaluate(file, scope, node.func)
        makers.note_applied(file, scope, node, evaluate)
        if type(func) is ast.Subscript and (picked := _picked(file, scope, node, func, table, evaluate)) is not None:
            return picked
    elif (one := _one_of(file, scope, node, func.id, evaluate)) is not None:
        return one
    if written == "setattr" and len(node.args) == 3 and not isinstance(node.args[1], ast.Constant):
        note_any(file, scope, node, dotted(node.args[0]))
    _, _, against, shown, plain, ordinary, of_value, mild = callee
    if against or shown:
        file.muted, file.mild, file.shown = file.muted + against, file.mild + mild, file.shown + shown
        try:
            site = _arguments(file, scope, node, written, callee, evaluate)
        finally:
            file.muted, file.mild, file.shown = file.muted - against, file.mild - mild, file.shown - shown
        against = against and not (mild and outweighed(file, site))
    else:
        site = _arguments(file, scope, node, written, callee, evaluate)
    if scope.attributed:
        if put := lists.held_by(scope, node.func):
            file.put[node] = put
        lists.doubt(file, scope, lists.touched(node), node)
    if type(func) is ast.Name and func.id in file.definitions and (node.args or node.keywords):
        tuned.note(file, scope, node, func.id)
    silent = of_value and says_nothing(file, site, receiver)
    if (plain or silent) and not file.partials:
        if not site.keywords and _run_time(site):
            # Values of which nothing but names is known, given to what nothing is known of: no text is among them.
            return _unknown(file, scope, site, receiver, against, unused, evaluate)
        if ordinary or silent:
            return _ordinary(file, scope, site, receiver, against, unused, evaluate)
    _note_site(file, scope, site, evaluate)
    whole = partials.called(file, scope, site, evaluate) if file.partials else None
    site = whole or (partials.handed(file, scope, site, evaluate) if site.positional else None) or site
    return _catalogued(file, scope, site, receiver, against, unused, evaluate)


def _makes_text(called: ast.expr) -> bool:
    """Whether a call gives the text that it is called on, or an object of a class: both go where they are put."""
    last = called.attr if isinstance(called, ast.Attribute) else dotted(called)
    return last in OF_VALUES or last in FUNCTIONS or last[:1].isupper()


def _note_site(file: File, scope: Scope, site: CallSite, evaluate: Evaluate) -> None:
    """Note what the name of a call, and the names of its arguments, tell whatever the call is worth."""
    if file.loops and "tools" in site.keywords:
        turns.note(file, site)
    if site.last in file.lexicon.said_tails:
        file.facts.named.append(site.name)
    if schemas.may_send(file, site):
        schemas.note_sent(file, scope, site, evaluate)
    makers.note_passed(file, scope, site)
    if site.last.endswith("from_yaml"):
        loads.note_settings(file, site)
    if site.keywords:
        inherited.note(file, scope, site, note_argument)


def _catalogued(
    file: File, scope: Scope, site: CallSite, receiver: Value | None, against: bool, unused: bool, evaluate: Evaluate
) -> Value:
    """The value of a call that the catalogue may know."""
    known = partials.made(file, scope, site, evaluate) or catalogued(file, scope, site, evaluate)
    if known is not None:
        # A class of the project may have the name of a framework's.
        note_invocation(file, scope, site.node, site.arguments())
        return known
    return _uncatalogued(file, scope, site, receiver, against, unused, evaluate)


def _run_time(site: CallSite) -> bool:
    """Whether all that a call is given without a name are values that only run time knows."""
    for value, _ in site.positional:
        if type(value) is not tuple or len(value) != 1 or type(value[0]) is not Hole:
            return False
    return True


def _ordinary(
    file: File, scope: Scope, site: CallSite, receiver: Value | None, against: bool, unused: bool, evaluate: Evaluate
) -> Value:
    """The value of a call of what neither the catalogue nor promptlint knows: only what it is given says something."""
    if schemas.may_send(file, site):
        schemas.note_sent(file, scope, site, evaluate)
    if site.keywords:
        if file.loops and "tools" in site.keywords:
            turns.note(file, site)
        makers.note_passed(file, scope, site)
        inherited.note(file, scope, site, note_argument)
    whole = partials.handed(file, scope, site, evaluate) if site.positional else None
    if whole is not None:
        return _catalogued(file, scope, whole, receiver, against, unused, evaluate)
    sending.called(file, scope, site, evaluate)
    if site.keywords:
        _note_tool(file, site)
    loaded = _loaded(file, scope, site, receiver)
    if loaded is not None:
        return loaded
    against = against and not _states(site)
    if not against:
        consider_arguments(file, site, against, shown=unused)
    return _unknown(file, scope, site, receiver, against, unused, evaluate)


def _states(site: CallSite) -> bool:
    """Whether a call that executes something is given nothing without a name, as a database is its statement.

    `agent.execute(task)` is none of a database, either.
    """
    if site.last != "execute":
        return False
    return (bool(site.keywords) and not site.positional) or of_model(site.written.rpartition(".")[0])


def _note_tool(file: File, site: CallSite) -> None:
    """Note the tool that a call with a name and a description may make."""
    if "description" in site.keywords and not _NAMED.isdisjoint(site.keywords) and not _no_tool(site.last):
        note_schema(file, as_object(file, site))


def _change(
    file: File, scope: Scope, node: ast.Call, method: ast.Attribute, unused: bool, evaluate: Evaluate
) -> Value | None:
    """A method that changes the list or dict which it is called on. Gives back what that was, if it takes out of it."""
    receiver: Value | None = None
    if method.attr == "pop" and not unused and type(method.value) in NAMES:
        # What is taken out of a dict is what stood in it before, however often the call is read.
        receiver = file.popped.get(file.span(node)) or evaluate(file, scope, method.value)
        if not isinstance(receiver, Items):
            file.popped[file.span(node)] = receiver
    if method.attr in lists.LOSING:
        lists.lose(file, scope, node, method)
    if method.attr in spreads.CHANGING:
        spreads.change(file, scope, node, method, evaluate)
        if scope.among and method.attr == "update":
            lists.put_into_one(file, scope, dotted(method.value), "content", node)
    if unused and method.attr in _REARRANGING:
        lists.rearrange(file, scope, node, evaluate)
    return receiver


def _picked(
    file: File, scope: Scope, node: ast.Call, func: ast.Subscript, table: Value, evaluate: Evaluate
) -> Value | None:
    """What functions of a table give back, of which one is called: `builders[kind](letter)`."""
    schemas.note_typed(file, scope, func, evaluate)
    part = table[0] if isinstance(table, tuple) and len(table) == 1 else None
    if type(part) is Apply and part.operation == "item":
        # A table of the module, which is known by its name alone.
        name = func.value.id if type(func.value) is ast.Name else ""
        top = scope
        while top.parent is not None:
            top = top.parent
        held = top.values.get(name)
        entries = held.entries if type(held) is Mapping and not held.kind else ()
        branches = tuple(item for _, item in entries[:MAX_BRANCHES] if isinstance(item, tuple))
        asked = condition_text(file, func.slice)
        whole = type(held) is Mapping and held.complete and len(branches) == len(entries)
        part = Choice(by_key(asked, [key for key, _ in entries]) if whole else asked, branches)
    ways: tuple[Value, ...] = part.branches if type(part) is Choice else (table,)
    known = [way[0] for way in ways if isinstance(way, tuple) and len(way) == 1 and type(way[0]) is Ref]
    functions = [each for each in known if type(each) is Ref and each.call is None]
    if not functions or len(functions) < len(ways):
        return None
    if (client := _client_of(file, scope, node, part, evaluate)) is not None:
        return client
    given = _arguments(file, scope, node, "", callee_of(file, ""), evaluate).arguments()
    hole = file.hole(node, *UNKNOWN)
    called = tuple((Ref(each.name, hole, given),) for each in functions)
    return (Choice(part.condition, called),) if type(part) is Choice else called[0]


def _one_of(file: File, scope: Scope, node: ast.Call, name: str, evaluate: Evaluate) -> Value | None:
    """What a name makes that stands for one of several classes of clients: `cls = Groq if fast else OpenAI`."""
    value = scope.values.get(name)
    part = value[0] if type(value) is tuple and len(value) == 1 else None
    return _client_of(file, scope, node, part, evaluate) if type(part) is Choice else None


def _client_of(file: File, scope: Scope, node: ast.Call, part: Part | None, evaluate: Evaluate) -> Value | None:
    """What a call makes of one of several classes, if requests go through the objects of any: either of them."""
    ways: tuple[Value, ...] = part.branches if type(part) is Choice else ()
    names = [way[0].name for way in ways if isinstance(way, tuple) and len(way) == 1 and type(way[0]) is Ref]
    if not any(makes_client(name, file.lexicon.matchers, file.imported) for name in names):
        return None
    site = _arguments(file, scope, node, "", callee_of(file, ""), evaluate)
    unknown: Value = (file.hole(node, *UNKNOWN),)
    made: list[Value] = [unknown] if len(names) < len(ways) else []
    for name in names:
        one = msgspec.structs.replace(site, written=name, name=name, last=name.rpartition(".")[2])
        client = catalogued(file, scope, one, evaluate)
        made.append(client if client is not None and sending.known_client(client) else unknown)
    asked = Condition(part.condition if type(part) is Choice else "")
    return functools.reduce(lambda first, second: join_branches(asked, first, second), made)


def _uncatalogued(
    file: File, scope: Scope, site: CallSite, receiver: Value | None, against: bool, unused: bool, evaluate: Evaluate
) -> Value:
    """The value of a call that the catalogue says nothing of; `unused` when nothing takes it."""
    own = None if against else own_message(file, scope, site)
    if own is not None:
        note_invocation(file, scope, site.node, site.arguments())
        return own
    sending.called(file, scope, site, evaluate)
    if site.last in pipelines.KNOWN:
        pipelines.note(file, scope, site)
    _note_tool(file, site)
    loaded = _loaded(file, scope, site, receiver)
    if loaded is not None:
        return loaded
    called = site.node.func
    if receiver is not None and isinstance(called, ast.Attribute) and site.name not in _NO_METHODS:
        result = method(file, scope, site, receiver, evaluate)
        if result is not None:
            return result
    part = "Part" in site.name or site.name.endswith("Content.from_text")
    result = (_part(file, site) if part else None) or _function(file, scope, site, receiver)
    if result is not None:
        return result
    against = against and not _states(site)
    consider_arguments(file, site, against, shown=unused)
    return _unknown(file, scope, site, receiver, against, unused, evaluate)


def _no_tool(last: str) -> bool:
    """Whether a class or function of this name describes a metric or a route: `create_counter`, `EndpointInfo`."""
    said = words(last)
    return not _METERS.isdisjoint(said[-1:]) or not _WAYS.isdisjoint(said)


def _unknown(
    file: File, scope: Scope, site: CallSite, receiver: Value | None, against: bool, unused: bool, evaluate: Evaluate
) -> Value:
    """The value of a call of the project's own functions and classes, or of something unknown."""
    if not against:
        whole = partials.whole_call(file, scope, site.node, site.arguments()) if file.bound else None
        given = site.arguments() if site.complete or site.last != "__init__" else inherited.handed_on(scope, site)
        note_invocation(file, scope, site.node, given, whole)
        partials.note_bound(file, site)
    if unused:
        return ()
    value = _other(file, scope, site, receiver, against, evaluate)
    note_messages(file, site, value)
    if not against:
        _keep_given(file, site, value)
    return value


def _keep_given(file: File, site: CallSite, value: Value) -> None:
    """Remember what a call of which nothing is known is given: its value may turn out to be a prompt."""
    made = single_hole(value)
    if made is None or site.last in FIELDS:
        return
    values = [each for each, _ in site.positional]
    if site.keywords:
        values += [each for each, _ in site.keywords.values()]
    if Mapping in map(type, values):
        values = list(flattened(values))
    if given := tuple(filter(feeds, values)):
        file.fed[made.span] = given


def _loaded(file: File, scope: Scope, site: CallSite, receiver: Value | None) -> Value | None:
    """What a call loads from a file, if that is what it does."""
    if not loads.concerns(site, receiver):
        return None
    hole = run_time_value(file, site, receiver)
    if site.name.endswith("select_template"):
        return loads.select(file, site, hole)
    return loads.load(file, site, receiver, hole, _reference(file, scope, site))


def _arguments(file: File, scope: Scope, node: ast.Call, written: str, callee: Callee, evaluate: Evaluate) -> CallSite:
    name = callee.name
    site = CallSite(node, written, name, callee.last, [], {}, True, scope.gathered, scope.strings)
    spread: list[Value] = []
    hidden = 0
    for at, argument in enumerate(node.args):
        if type(argument) is Marked and argument.shared:
            argument = spoken_of(file, callee.name, at, argument)
        if type(argument) is not ast.Starred:
            site.positional.append((evaluate(file, scope, argument), argument))
            continue
        given = evaluate(file, scope, argument.value)
        if type(given) is Items and exact(given):
            site.positional += [(item, argument.value) for item in given.items]
            continue
        site.positional.append((given, argument))
        site.complete = False
        hidden += 1
        site.rest = file.hole(argument.value, Volatility.UNKNOWN)
    starred = hidden
    for keyword in node.keywords:
        name_of = keyword.arg or ""
        if type(keyword.value) is ast.Lambda and (name_of == "default_factory" or file.prompt_like(name_of)):
            file.handed = keyword.value
        if type(keyword.value) is Marked and keyword.value.shared:
            keyword.value = spoken_of(file, callee.name, keyword.arg or "", keyword.value)
        if keyword.arg in MAY_DOCUMENT and documents(keyword.arg, keyword.value, name):
            with file.aside():
                value = evaluate(file, scope, keyword.value)
        else:
            value = evaluate(file, scope, keyword.value)
        if keyword.arg is not None:
            site.keywords[keyword.arg] = (value, keyword.value)
        else:
            for key, item in value.entries if type(value) is Mapping else (("**", value),):
                if key != SPREAD:
                    if all(key != each.arg for each in node.keywords):
                        # What is given by name can be no key of it (`f(size=options.pop("size"), **options)`).
                        site.keywords[key] = (item, keyword.value)
                    continue
                site.complete = False
                site.rest = file.hole(keyword.value, Volatility.UNKNOWN)
                known = spreads.may_be_dict(item)
                spread += [item] if known else []
                hidden += not known
            if type(value) is Mapping and not value.complete:
                site.complete, hidden = False, hidden + 1
                site.rest = file.hole(keyword.value, Volatility.UNKNOWN)
    site.spread = spread if not hidden else None
    site.dicts = spread if hidden == starred else None
    return site


def _function(file: File, scope: Scope, site: CallSite, receiver: Value | None = None) -> Value | None:
    """A function whose result is known: `dedent`, `str`, `dict`, `list`, wrappers of a text."""
    if site.last not in TAILS and not site.last[:1].isupper() and site.written not in FUNCTIONS:
        return None
    if site.name in ENVIRONMENT and (default := site.pick(["default", 1])) is not None and textual(default[0]):
        return unless_set(file, site, None, default[0])
    if not site.node.args and not site.node.keywords and site.written in _EMPTY and site.written not in file.known:
        return () if site.written == "str" else Items((), file.span(site.node))
    operation = FUNCTIONS.get(site.name) or (FUNCTIONS.get(site.written) if "." not in site.written else None)
    first = site.positional[0][0] if site.positional else None
    if operation in _SHAPING and first is None and "text" in site.keywords:
        return _function(file, scope, _by_place(site), receiver)
    if operation == "jinja" or (site.name.endswith(".from_string") and "jinja2" in file.imported):
        if isinstance(first, tuple) and may_be_text(first):
            span = extent(first) or file.span(site.node)
            given = (("environment", receiver),) if operation is None and receiver is not None else ()
            if not file.own_jinja and textual(first):
                fills.note_jinja(file, first, file.span(site.positional[0][1]))
            return (Apply("jinja", first, Arguments((), given), span, run_time_value(file, site, None)),)
        return None
    if (
        operation == "same"
        and first is not None
        and site.name in ("Template", "string.Template")
        and "jinja2" in file.imported
    ):
        operation = "jinja" if site.name == "Template" and "string" not in file.imported else operation
    operation = "str" if site.written == "str" and not textual(first or ()) else operation  # a caller may give one
    shaping = operation in _SHAPING or (operation == "same" and site.name == "string.Template")
    if operation and isinstance(first, tuple) and (textual(first) or (shaping and may_be_text(first))):
        if operation == "same" and (site.written != "str" or type(first[0]) not in (Ref, Apply)):
            return first
        return (Apply(operation, first, site.arguments(), file.span(site.node), run_time_value(file, site, None)),)
    if site.name == "dict" and not site.positional:
        entries = [(SPREAD, value) for value in site.spread or ()]
        entries += [(key, value) for key, (value, _) in site.keywords.items()]
        known = site.complete or site.spread is not None
        mapping = Mapping(tuple(entries), file.span(site.node), known)
        message = as_message(mapping)
        if message is not None:
            note_written(file, message, site.keywords, mapping.get("role"), "role-dict")
            return message
        note_schema(file, mapping)
        return mapping
    if (made := filtered(file, scope, site) if site.name == "filter" else _of_list(file, site, first)) is not None:
        return made
    if site.name in _COPYING and isinstance(first, Message | Mapping) and len(site.positional) == 1:
        return copy.copy(first) if not site.keywords and not (isinstance(first, Mapping) and first.kind) else None
    if site.name in lists.COPIES and first is not None and fallback_of(first) is not None and len(site.positional) == 1:
        return lists.copied(file, site, first)
    if len(site.positional) != 1 or not isinstance(first, tuple) or not has_text(first):
        return None
    last = site.last
    if last[:1].isupper() and words(last)[-1:] and words(last)[-1] in WRAPPERS:
        consider(file, first, site.positional[0][1], last)
        file.facts.loose.append(first)
        return first
    return None


def _by_place(site: CallSite) -> CallSite:
    """A call that is given its text by name, as if it were given in the first place."""
    rest = {key: given for key, given in site.keywords.items() if key != "text"}
    return msgspec.structs.replace(site, positional=[site.keywords["text"]], keywords=rest, given=None)


def _part(file: File, site: CallSite) -> Value | None:
    """A part of a message of Google's, whether it is a text that is given here or none."""
    if site.name.endswith(("Part.from_bytes", "Part.from_uri")):
        return Mapping(((DATA, (file.hole(site.node, *UNKNOWN),)),), file.span(site.node))
    made = site.last == "from_text" or (site.last == "Part" and "google" in file.imported)
    text = site.pick(["text", *((0,) if site.last == "from_text" else ())]) if made else None
    return Mapping((("text", text[0]),), file.span(site.node)) if text is not None else None


def _of_list(file: File, site: CallSite, given: Value | None) -> Value | None:
    """What `set`, `sorted`, `list` and the like make of a list."""
    if type(given) is not Items:
        return None
    if site.name in SETS:
        return unordered(file, site.node, given)
    if site.name == "sorted":
        return in_order(given, site.node)
    if site.name in lists.COPIES or site.name == "reversed":
        # A list of its own: what is added to one is not added to the other.
        return Items(given.items[::-1] if site.name == "reversed" else given.items, given.span, given.complete)
    return None


def _other(
    file: File, scope: Scope, site: CallSite, receiver: Value | None, against: bool, evaluate: Evaluate
) -> Value:
    """What such a call gives back."""
    hole = result_of(file, scope, site, receiver, evaluate)
    note_made(file, site, receiver, hole)
    last = site.last
    if hole.origin in TELLING and is_source(site.name):
        return (hole,)
    if type(site.node.func) is ast.Subscript and _table(file, scope, site.written):
        # What a function out of a table makes of what it is given.
        note_form(file, hole.span, Items(tuple([value for value, _ in site.positional]), hole.span))
        return (hole,)
    if last[:1].isupper():
        mapping = as_object(file, site)
        if file.own_jinja and last.endswith("Environment") and has_own_syntax(mapping):
            file.facts.environments.append(mapping)
        if last in loads.LOADERS:
            for value, _ in site.positional:
                loads.note_folder(file, value)
        for key, (value, _) in site.keywords.items() if not against and last not in FIELDS else ():
            note_given(file, last, key, value)
        message = as_message(mapping)
        if message is not None and literal(mapping.get("role")) is not None and not shown_on(file, site.name):
            note_written(file, message, site.keywords, mapping.get("role"), "message-class")
            return message
        if mapping.entries and textual(mapping):
            return mapping
        if not site.positional and not site.keywords and site.name.partition(".")[0] not in ("datetime", "random"):
            # Its attributes are those of its class.
            return Mapping((("@made", (hole,)),), mapping.span, True, site.name)
        return (hole,)
    reference = _reference(file, scope, site)
    if reference is not None:
        return (Ref(reference, hole, as_lent(scope, site)),)
    if hole.member[:1] == "@" and hole.member.endswith("()"):
        file.asked[hole.span] = Ref(hole.member[:-2], hole, site.arguments())
    return (hole,)


def _table(file: File, scope: Scope, written: str) -> bool:
    """Whether a name is that of a dict or a list, not of a class with the types of what its objects hold."""
    held = scope.values.get(written) or file.module.values.get(written)
    return type(held) is Items or (type(held) is Mapping and not held.kind)


def _reference(file: File, scope: Scope, site: CallSite) -> str | None:
    """The name under which linking finds the called function: of this file, of the class of `self`, or imported."""
    first, _, rest = site.written.partition(".")
    here: Scope | None = scope
    while here is not None:
        if first == here.receiver and here.owner and rest and "." not in rest:
            return f":{here.owner}.{rest}"
        here = here.parent
    if not first:
        return None
    nested = scope.key(first)
    if not rest and nested in file.facts.functions:
        return ":" + nested
    if first in file.known and (not rest or "." not in rest):
        return ":" + site.written
    if first in file.aliases:
        return site.name
    if file.may_import(first) and not rest:
        return ":" + first
    return None
