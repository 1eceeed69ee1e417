"""Calls: string methods, the catalogue's calls and classes, functions of the project, and everything else."""

from __future__ import annotations

import ast
from collections.abc import Callable, Set
from typing import TypeAlias

import msgspec

from promptlint.extract import fills, inherited, lists, loads, partials, pipelines, schemas, sending, turns
from promptlint.extract.catalogue import Matcher, MessageEntry, MessagesEntry, Places, PromptEntry
from promptlint.extract.invocations import note_given, note_invocation
from promptlint.extract.iteration import in_order, spread, unordered
from promptlint.extract.jinja import has_own_syntax
from promptlint.extract.messages import (
    as_message,
    note_alone,
    note_message,
    note_schema,
    note_taken,
    role_constant,
    role_named,
)
from promptlint.extract.names import example_like, role_of, tool_named, words
from promptlint.extract.results import run_time_value
from promptlint.extract.sites import (
    FIELDS,
    KEYWORD,
    MIN_READS,
    answers,
    consider,
    documents,
    extent,
    feeds,
    flattened,
    for_people,
    note_fed,
    note_handed,
    sample,
    shown_on,
    speaks_against,
    take_examples,
    unclaimed,
)
from promptlint.extract.state import File, Scope, fallback_of, has_text, references, single_hole, state_of, textual
from promptlint.extract.volatility import NAMES, SETS, TELLING, dotted, is_source
from promptlint.operations import literal
from promptlint.template import (
    Apply,
    Arguments,
    Choice,
    Hole,
    Items,
    Mapping,
    Message,
    Ref,
    Template,
    Value,
    Volatility,
)

Evaluate: TypeAlias = Callable[[File, Scope, ast.expr], Value]

# String methods that are kept until their target is known; the operation has the method's name.
METHODS = frozenset(
    "format format_map replace strip lstrip rstrip upper lower title capitalize removeprefix removesuffix "
    "substitute safe_substitute partial format_messages format_prompt render".split()
)
SAME_AS = {
    "format_messages": "format",
    "format_prompt": "format",
    "safe_substitute": "substitute",
}
# Those of them that a list of messages has, too.
FILLED = frozenset({"partial", "format_messages"})
# Functions that give back their first argument as a text, changed or not.
FUNCTIONS = {
    "textwrap.dedent": "dedent",
    "dedent": "dedent",
    "inspect.cleandoc": "cleandoc",
    "cleandoc": "cleandoc",
    "str": "same",
    "string.Template": "same",
    "Template": "same",
    "jinja2.Template": "jinja",
    "textwrap.indent": "indent",
}
ENVIRONMENT = frozenset({"os.getenv", "os.environ.get", "environ.get", "getenv"})
# All methods and functions, by the last part of their names, whose result may be more than a run-time value.
_OF_VALUES = METHODS | FILLED | fills.METHODS.keys() | {"join", "get", "copy"}
_TAILS = frozenset(
    name.rpartition(".")[2]
    for name in (*ENVIRONMENT, *FUNCTIONS, *SETS, *lists.COPIES)
) | {"from_string", "dict", "from_text", "sorted", "reversed"}
# Last words of classes whose one string argument is the text they stand for.
WRAPPERS = frozenset("prompt template text string str instruction instructions markdown".split())
# First words of functions that make a prompt of what they are given.
BUILDERS = frozenset("get build make create format render construct compose generate assemble prepare fill".split())
# Keywords that name a tool.
_NAMED = frozenset({"name", "tool_name"})
_ROLE_WORDS = frozenset({"system", "user", "assistant", "human", "ai"})


class CallSite(msgspec.Struct):
    """A call being read: the node, its dotted names (`last` is the end of them) and its evaluated arguments."""

    node: ast.Call
    written: str
    name: str
    last: str
    positional: list[tuple[Value, ast.expr]]
    keywords: dict[str, tuple[Value, ast.expr]]
    complete: bool
    gathered: str = ""
    # Parameters of the enclosing function that are lists of strings.
    strings: Set[str] = frozenset()
    # What is given as `*` or `**` and hides arguments.
    rest: Hole | None = None
    given: Arguments | None = None
    # Of a partial: it has been bound to a method of this value, if it is one's.
    partial: bool = False
    on: Value | None = None

    def pick(self, places: Places) -> tuple[Value, ast.expr] | None:
        """The argument at the first of these keyword names, `keyword.key` paths or positions that is given."""
        for at in places:
            if isinstance(at, str):
                keyword, _, path = at.partition(".")
                if keyword in self.keywords:
                    value, node = self.keywords[keyword]
                    found = _within(value, path)
                    if found is not None:
                        return found, node
            elif at < len(self.positional) and not isinstance(self.positional[at][1], ast.Starred):
                return self.positional[at]
        return None

    def pick_all(self, places: Places) -> list[tuple[Value, ast.expr]]:
        """The arguments at all of these places, in their order."""
        found = [picked for place in places if (picked := self.pick([place])) is not None]
        return [each for number, each in enumerate(found) if all(each[1] is not other[1] for other in found[:number])]

    def arguments(self) -> Arguments:
        if self.given is None:
            positional: list[Value] = []
            for value, node in self.positional:
                if type(node) is ast.Starred:
                    break
                positional.append(value)
            keywords = tuple([(key, value) for key, (value, _) in self.keywords.items()]) if self.keywords else ()
            self.given = Arguments(tuple(positional), keywords, self.complete)
        return self.given


def _within(value: Value, path: str) -> Value | None:
    """What stands at a dotted path of keys in a dict or an object."""
    while path:
        key, _, path = path.partition(".")
        inner = value.get(key) if type(value) is Mapping else None
        if inner is None:
            return None
        value = inner
    return value


def call(file: File, scope: Scope, node: ast.Call, evaluate: Evaluate) -> Value:
    """The value of a call; sites among its arguments, and the call itself as a site, are noted."""
    written = dotted(node.func)
    name = file.resolve(written)
    receiver: Value | None = None
    file.mentions.add(name.rpartition(".")[2])
    file.mentions.add(written.rpartition(".")[2])
    unused, file.unused = file.unused, False
    if isinstance(node.func, ast.Attribute):
        if node.func.attr in lists.GROWING and len(node.args) >= 1:
            return lists.grow(file, scope, node, evaluate)
        if node.func.attr in lists.LOSING:
            lists.lose(file, scope, node, node.func)
        if unused and node.func.attr in ("sort", "shuffle"):
            lists.rearrange(file, scope, node, node.func)
        if not unused or node.func.attr in METHODS or type(node.func.value) not in NAMES:
            receiver = evaluate(file, scope, node.func.value)
    elif not isinstance(node.func, ast.Name):
        evaluate(file, scope, node.func)
        schemas.note_applied(file, scope, node, evaluate)
    against = speaks_against(written) or (name != written and speaks_against(name))
    against = against or (written.endswith("Message") and shown_on(name, file.imported))
    shown = answers(name) or (against and for_people(name))
    against = against or shown
    file.muted, file.shown = file.muted + against, file.shown + shown
    try:
        site = _arguments(file, scope, node, written, name, evaluate)
    finally:
        file.muted, file.shown = file.muted - against, file.shown - shown
    if file.loops and "tools" in site.keywords:
        turns.note(file, site)
    if (site.keywords and not schemas.SENDING.isdisjoint(site.keywords)) or site.last in file.lexicon.schema_tails:
        schemas.note_sent(file, scope, site, evaluate)
    schemas.note_passed(file, site)
    if site.keywords:
        inherited.note(file, scope, site, note_argument)
    if file.partials and (whole := partials.called(file, scope, site, evaluate)) is not None:
        site = whole
    known = partials.made(file, scope, site, evaluate) or _catalogued(file, scope, site, evaluate)
    if known is not None:
        # A class of the project may have the name of a framework's.
        note_invocation(file, scope, node, site.arguments())
        return known
    sending.called(file, scope, site, evaluate)
    if site.last in ("add_component", "connect"):
        pipelines.note(file, scope, site)
    if "description" in site.keywords and not _NAMED.isdisjoint(site.keywords):
        note_schema(file, _object(file, site))
    loaded = _loaded(file, scope, site, receiver)
    if loaded is not None:
        return loaded
    if receiver is not None and isinstance(node.func, ast.Attribute):
        result = _method(file, node, node.func.attr, receiver, site)
        if result is not None:
            return result
    result = _function(file, site, receiver)
    if result is not None:
        return result
    _consider_arguments(file, site, against, shown=unused)
    if not against:
        note_invocation(file, scope, node, site.arguments())
    if unused:
        return ()
    value = _other(file, scope, site, receiver, against)
    if not against:
        _keep_given(file, site, value)
    return value


def _keep_given(file: File, site: CallSite, value: Value) -> None:
    """Remember what a call of which nothing is known is given: its value may turn out to be a prompt."""
    made = single_hole(value)
    if made is None or site.last in FIELDS:
        return
    values = flattened(each for each, _ in (*site.positional, *site.keywords.values()))
    if given := tuple(item for item in values if feeds(item)):
        file.fed[made.span] = given


def _loaded(file: File, scope: Scope, site: CallSite, receiver: Value | None) -> Value | None:
    """What a call loads from a file, if that is what it does."""
    if not loads.concerns(site, receiver):
        return None
    hole = run_time_value(file, site, receiver)
    if site.name.endswith("select_template"):
        return loads.select(file, site, hole)
    return loads.load(file, site, receiver, hole, _reference(file, scope, site))


def _arguments(file: File, scope: Scope, node: ast.Call, written: str, name: str, evaluate: Evaluate) -> CallSite:
    site = CallSite(node, written, name, name.rpartition(".")[2], [], {}, True, scope.gathered, scope.strings)
    for argument in node.args:
        if type(argument) is not ast.Starred:
            site.positional.append((evaluate(file, scope, argument), argument))
            continue
        site.positional.append((evaluate(file, scope, argument.value), argument))
        site.complete = False
        site.rest = file.hole(argument.value, Volatility.UNKNOWN)
    for keyword in node.keywords:
        if documents(keyword.arg, keyword.value, name):
            with file.aside():
                value = evaluate(file, scope, keyword.value)
        else:
            value = evaluate(file, scope, keyword.value)
        if keyword.arg is not None:
            site.keywords[keyword.arg] = (value, keyword.value)
        else:
            for key, item in value.entries if type(value) is Mapping else ():
                site.keywords[key] = (item, keyword.value)
            if type(value) is not Mapping or not value.complete:
                site.complete = False
                site.rest = file.hole(keyword.value, Volatility.UNKNOWN)
    return site


def _catalogued(file: File, scope: Scope, site: CallSite, evaluate: Evaluate) -> Value | None:
    """What the catalogue says of the call, if it knows it."""
    last = site.last
    for match in file.lexicon.matchers:
        if last in match.call_tails:
            known = _entry(file, scope, site, match, evaluate)
            if known is not None:
                return known
    return None


def _entry(file: File, scope: Scope, site: CallSite, match: Matcher, evaluate: Evaluate) -> Value | None:
    message = Matcher.find(match.message, site.name, file.imported)
    if message is not None and not shown_on(site.name, file.imported):
        return _message(file, scope, site, message)
    request = Matcher.find(match.calls, site.name, file.imported)
    if request is not None and request.through and sending.typed(file, scope, site.node):
        request = msgspec.structs.replace(request, through=False)
    receiver = _receiver(file, scope, site, evaluate) if request is not None else None
    if request is not None and (not request.through or sending.may_be_client(receiver)):
        outputs = schemas.outputs(file, scope, site, evaluate, request.output)
        sending.sent(file, scope, site, request, receiver, outputs)
        for place in request.output:
            output = site.pick([place])
            if output is not None:
                schemas.note(file, (*references(output[0]), *schemas.mentioned(file, scope, output[1], evaluate)))
        return sending.opened(file, site, request, receiver) if request.opens else (run_time_value(file, site, None),)
    several = Matcher.find(match.messages, site.name, file.imported)
    if several is not None:
        return _messages(file, site, several)
    prompt = Matcher.find(match.prompts, site.name, file.imported)
    if prompt is not None:
        value = _prompt(file, site, prompt)
        if prompt.api:
            return sending.maker(file, scope, site, prompt, schemas.outputs(file, scope, site, evaluate, ()))
        return value
    client = Matcher.find(match.clients, site.name, file.imported)
    if client is not None:
        inner = _receiver(file, scope, site, evaluate) if client.method else None
        return sending.client(file, site, client, inner, schemas.outputs(file, scope, site, evaluate, client.output))
    return None


def _receiver(file: File, scope: Scope, site: CallSite, evaluate: Evaluate) -> Value | None:
    """What a method is called on, without the names by which an SDK groups its methods; nothing is noted again."""
    if site.partial:
        return site.on
    node = sending.client_in(site.node.func)
    if node is None:
        return None
    function = node
    return file.unnoted(lambda: evaluate(file, scope, function))


def _message(file: File, scope: Scope, site: CallSite, entry: MessageEntry) -> Value | None:
    picked = site.pick(entry.content)
    role = entry.role
    if entry.role_from:
        given = site.pick(entry.role_from)
        word = literal(given[0]) if given else None
        if word is None and given is not None:
            last = dotted(given[1]).rpartition(".")[2] if isinstance(given[1], ast.Attribute) else ""
            word = role_constant(given[0]) or last or None
        role = role_named(word) if word else role or "unknown"
        if given is None and not entry.role:
            # `Message(content=...)` without a role is the word for many things: mail, queues, protocols.
            return None
    span = file.span(site.node)
    if picked is None:
        return (run_time_value(file, site, None),)
    fills.note_template(file, site, picked[0], entry.template, span)
    content = sending.formatted(file, picked[0], entry.template, span)
    message = Message(role or "unknown", content, span, "cache_control" in site.keywords)
    (note_message if entry.adds else note_alone)(file, message, "message-class")
    if entry.adds:
        lists.tell(scope, site.node, message)
    return message


def _messages(file: File, site: CallSite, entry: MessagesEntry) -> Value:
    """`from_messages([("system", "..."), ...])`: a list of messages."""
    picked = site.pick(entry.argument)
    told = site.pick(entry.system)
    first = (Message("system", told[0], file.span(site.node)),) if told is not None else ()
    for system in first:
        note_message(file, system, "message-class")
    if picked is None:
        begun = Items(first, file.span(site.node), site.complete)
        return begun if entry.system else (run_time_value(file, site, None),)
    value, node = picked
    if type(value) is not Items:
        return value if not first else Items((*first, spread(value)), file.span(site.node))
    messages: list[Value] = [*first]
    for item in value.items:
        message = item
        history = sending.placeholder(item)
        if history is not None:
            message = history
        elif type(item) is Items and len(item.items) == 2 and literal(item.items[0]) is not None:
            word = literal(item.items[0]) or ""
            fills.note_template(file, site, item.items[1], entry.template, item.span)
            content = sending.formatted(file, item.items[1], entry.template, item.span)
            message = Message(role_named(word), content, item.span)
            note_message(file, message, "message-class")
        elif type(item) is Message:
            # Of Haystack the messages themselves are templates, of LangChain they are sent as they stand.
            jinja = entry.template == "jinja"
            text = sending.formatted(file, item.content, entry.template, item.span) if jinja else item.content
            if jinja:
                file.renote(item.content, text)
            message = Message(item.role, text, item.span, item.marker)
        elif isinstance(item, tuple) and textual(item):
            fills.note_template(file, site, item, entry.template, file.span(node))
            message = Message(
                "user", sending.formatted(file, item, entry.template, file.span(node)), extent(item) or file.span(node)
            )
            note_message(file, message, "message-class")
        messages.append(message)
    return Items(tuple(messages), value.span, value.complete)


def _prompt(file: File, site: CallSite, entry: PromptEntry) -> Value:
    """A class or function of a framework that takes prompt text by keyword."""
    main: Value | None = None
    for key, role in entry.arguments.items():
        if key in site.keywords:
            value, node = site.keywords[key]
            note_argument(file, value, node, key, role, entry.template)
            main = main if main is not None else value
    for positional in entry.positional:
        picked = site.pick([positional.index])
        if picked is not None:
            note_argument(file, picked[0], picked[1], site.last, positional.role, entry.template)
            main = main if main is not None else picked[0]
    if main is not None and entry.template:
        fills.note_template(file, site, main, entry.template, file.span(site.node))
    rest = CallSite(
        site.node,
        site.written,
        site.name,
        site.last,
        [],
        {k: v for k, v in site.keywords.items() if k not in entry.arguments},
        True,
    )
    _consider_arguments(file, rest, False, bool(entry.arguments))
    if entry.template and isinstance(main, tuple):
        return main
    return _object(file, site)


def note_argument(file: File, value: Value, node: ast.AST, name: str, role: str, template: str = "") -> None:
    """Record the texts of an argument that a framework sends: a string, a list of strings or messages."""
    if isinstance(value, tuple):
        note_taken(file, value, role, file.span(node))
        note_fed(file, value, name, role)
        if textual(value):
            span = extent(value) or file.span(node)
            file.note(sending.formatted(file, value, template, span), span, name, role, "keyword", KEYWORD)
    elif type(value) is Items:
        for item in value.items:
            note_argument(file, item, node, name, role, template)
    elif type(value) is Mapping:
        # Of an object that stands for a text (`BaseMessage(role_name=..., content=...)`), that text.
        told = [entry for entry in value.entries if entry[0] in _TEXT_KEYS] if value.kind else []
        for key, item in told or value.entries:
            note_argument(file, item, node, f"{name}.{key}", role, template)


_TEXT_KEYS = frozenset({"content", "text", "template", "prompt"})


def _method(file: File, node: ast.Call, method: str, receiver: Value, site: CallSite) -> Value | None:
    """A method of a string."""
    if method not in _OF_VALUES:
        return None
    if method == "join":
        return _join(file, node, receiver, site)
    held = method == "get" and (type(receiver) is Mapping or textual(receiver))
    if held and site.positional and site.name not in ENVIRONMENT:
        return (Apply("item", receiver, site.arguments(), file.span(node), run_time_value(file, site, receiver)),)
    if method == "copy" and not node.args and not node.keywords:
        return receiver if isinstance(receiver, Items) else lists.copied(file, site, receiver)
    fills.note_method(file, node, method, receiver, site)
    if method in FILLED and type(receiver) is Items and any(type(item) is Message for item in receiver.items):
        return _filled(file, node, receiver, site)
    if method not in METHODS or not isinstance(receiver, tuple) or not _may_be_text(receiver):
        return None
    operation = SAME_AS.get(method, method)
    known = single_hole(receiver)
    if method in ("strip", "lstrip", "rstrip", "upper", "lower") and known is not None and not known.parameter:
        return None
    hole = run_time_value(file, site, receiver)
    return (Apply(operation, receiver, site.arguments(), file.span(node), hole),)


def _filled(file: File, node: ast.Call, receiver: Items, site: CallSite) -> Items:
    """A list of messages with fields of its texts filled; those that are left stay values."""
    span = file.span(node)
    items: list[Value] = []
    for item in receiver.items:
        content = item.content if type(item) is Message else ()
        part = content[0] if isinstance(content, tuple) and len(content) == 1 else None
        if type(item) is Message and type(part) is Apply and part.operation == "fields":
            text = (Apply("partial", part.target, site.arguments(), span, part.fallback),)
            content = (msgspec.structs.replace(part, target=text),)
            item = Message(item.role, content, item.span, item.marker)
        items.append(item)
    return Items(tuple(items), receiver.span, receiver.complete)


def _may_be_text(value: Template) -> bool:
    """Whether a template is, or by linking may become, static text: a parameter may be given one by a caller."""
    hole = single_hole(value)
    return textual(value) or (hole is not None and bool(hole.parameter))


def _join(file: File, node: ast.Call, receiver: Value, site: CallSite) -> Value | None:
    if not isinstance(receiver, tuple) or len(site.positional) != 1:
        return None
    value = site.positional[0][0]
    if type(value) is Items or (isinstance(value, tuple) and textual(value)):
        return (Apply("join", receiver, Arguments((value,)), file.span(node), run_time_value(file, site, None)),)
    state = state_of(value)
    # What is to be sorted is the argument.
    return (file.hole(site.positional[0][1] if state[1] == "unordered" else node, state[0], state[1]),)


def _function(file: File, site: CallSite, receiver: Value | None = None) -> Value | None:
    """A function whose result is known: `dedent`, `str`, `dict`, `list`, wrappers of a text."""
    if site.last not in _TAILS and not site.last[:1].isupper() and site.written not in FUNCTIONS:
        return None
    if site.name in ENVIRONMENT and (default := site.pick(["default", 1])) is not None and textual(default[0]):
        hole = run_time_value(file, site, None)
        return (Choice(hole.expression, ((hole,), default[0])),) if isinstance(default[0], tuple) else None
    operation = FUNCTIONS.get(site.name) or (FUNCTIONS.get(site.written) if "." not in site.written else None)
    first = site.positional[0][0] if site.positional else None
    if operation == "jinja" or (site.name.endswith(".from_string") and "jinja2" in file.imported):
        if isinstance(first, tuple) and textual(first):
            span = extent(first) or file.span(site.node)
            given = (("environment", receiver),) if operation is None and receiver is not None else ()
            if not file.own_jinja:
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
    if operation and isinstance(first, tuple) and textual(first):
        if operation == "same":
            return first
        return (Apply(operation, first, site.arguments(), file.span(site.node), run_time_value(file, site, None)),)
    if site.name == "dict" and not site.positional:
        mapping = Mapping(tuple((k, v) for k, (v, _) in site.keywords.items()), file.span(site.node), site.complete)
        message = as_message(mapping)
        if message is not None:
            note_alone(file, message, "role-dict")
            return message
        note_schema(file, mapping)
        return mapping
    if site.name.endswith("Part.from_text") and (text := site.pick(["text", 0])) is not None:
        return Mapping((("text", text[0]),), file.span(site.node))
    if type(first) is Items:
        if site.name in SETS:
            return unordered(file, site.node, first)
        if site.name in lists.COPIES or site.name in ("sorted", "reversed"):
            return in_order(first) if site.name == "sorted" else first
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


def _consider_arguments(file: File, site: CallSite, against: bool, prompted: bool = False, shown: bool = False) -> None:
    """Weak evidence: the name of a keyword, examples beside a prompt, or how the text reads.

    `prompted`: an argument that is not among those of `site` is a prompt. `shown`: nothing takes what the call gives
    back: `self.system_message("...")` alone shows a message of the program.
    """
    if against:
        return
    for key, (value, node) in site.keywords.items():
        if file.prompt_like(key):
            note_fed(file, value, key)
            note_handed(file, value, key)
        if type(value) is tuple and not textual(value):
            continue
        if example_like(key) and (prompted or any(map(file.prompt_like, site.keywords))):
            take_examples(file, value, node, key)
            continue
        tells = key == "description" and tool_named(site.last)
        if tells or type(node) not in NAMES or file.prompt_like(key):
            if key == "system" and isinstance(value, tuple) and len(sample(value)) >= MIN_READS:
                key = "system_text"
            index = consider(file, value, node, "tool_description" if tells else key, named=tells)
            unclaimed(file, index, type(node) in NAMES)
    if {"role", "content"} <= site.keywords.keys():
        _consider_said(file, site)
    last = site.last
    for value, node in site.positional:
        if type(node) not in NAMES and (type(value) is not tuple or textual(value)):
            # `system_message("...")` says what its argument is, `parse_prompt("...")` does not.
            says = file.prompt_like(last) and role_of(last) != "unknown" and len(site.positional) == 1
            says = says and not (shown and words(last)[0] in _ROLE_WORDS)
            consider(file, value, node, last if says else "")
    if site.keywords and words(last)[:1] and words(last)[0] in BUILDERS and file.prompt_like(last):
        for key, (value, node) in site.keywords.items():
            if (type(value) is tuple or type(value) is Items) and has_text(value) and not file.prompt_like(key):
                consider(file, value, node, f"{last}.{key}", named=True)


def _consider_said(file: File, site: CallSite) -> None:
    """`chat.add(role="user", content=...)`: what callers give for it is said to the model."""
    role = role_named(literal(site.keywords["role"][0]) or "")
    if role in ("system", "user") and not file.shown:
        note_handed(file, site.keywords["content"][0], "content", role)


def _object(file: File, site: CallSite) -> Mapping:
    """An instance, as its arguments."""
    entries = [(str(number), value) for number, (value, _) in enumerate(site.positional)]
    entries += [(key, value) for key, (value, _) in site.keywords.items()]
    return Mapping(tuple(entries), file.span(site.node), site.complete, site.name)


def _other(file: File, scope: Scope, site: CallSite, receiver: Value | None, against: bool) -> Value:
    """A call of the project's own functions and classes, or of something unknown."""
    hole = run_time_value(file, site, receiver)
    last = site.last
    if hole.origin in TELLING and is_source(site.name):
        return (hole,)
    if last[:1].isupper():
        mapping = _object(file, site)
        if file.own_jinja and last.endswith("Environment") and has_own_syntax(mapping):
            file.facts.environments.append(mapping)
        for key, (value, _) in site.keywords.items() if not against and last not in FIELDS else ():
            note_given(file, last, key, value)
        message = as_message(mapping)
        if message is not None and literal(mapping.get("role")) is not None and not shown_on(site.name, file.imported):
            note_alone(file, message, "message-class")
            return message
        if mapping.entries and textual(mapping):
            return mapping
        if not site.positional and not site.keywords and site.name.partition(".")[0] not in ("datetime", "random"):
            # Its attributes are those of its class.
            return Mapping((("@made", (hole,)),), mapping.span, True, site.name)
        return (hole,)
    reference = _reference(file, scope, site)
    if reference is not None:
        return (Ref(reference, hole, site.arguments()),)
    return (hole,)


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
