"""Calls that the catalogue knows: messages, prompts, requests, and what they go through."""

from __future__ import annotations

import ast

import msgspec

from promptlint.extract import answering, fills, lists, pipelines, schemas, sending
from promptlint.extract.against import shown_on, speaks_against
from promptlint.extract.arguments import consider_arguments, note_argument
from promptlint.extract.callsite import CallSite, Evaluate, as_object
from promptlint.extract.catalogue import LISTED, CallEntry, Matcher, MessageEntry, MessagesEntry, PromptEntry
from promptlint.extract.comments import PROMPT, Marked
from promptlint.extract.extents import extent, sample
from promptlint.extract.iteration import spread
from promptlint.extract.messages import note_message, note_written, paired, role_constant, role_named
from promptlint.extract.names import words
from promptlint.extract.results import run_time_value
from promptlint.extract.sites import flattened
from promptlint.extract.state import File, Scope, fallback_of, has_text, textual
from promptlint.extract.volatility import dotted, of_name
from promptlint.operations import literal, takes
from promptlint.template import Apply, Arguments, Hole, Items, Mapping, Message, Ref, Text, Value, references


def catalogued(file: File, scope: Scope, site: CallSite, evaluate: Evaluate) -> Value | None:
    """What the catalogue says of the call, if it knows it."""
    last = site.last
    for match in file.lexicon.matchers:
        if last in match.call_tails:
            known = _entry(file, scope, site, match, evaluate)
            if known is not None:
                return known
    return None


# Slots of requests that hold texts.
_OF_TEXT = (*sending.TEXTS, "tools")


def spoken_of(file: File, called: str, at: str | int, node: Marked) -> ast.expr:
    """An argument, by keyword or position, as a comment on several of a call has it: one of no text is no prompt."""
    for match in file.lexicon.matchers if node.directive.verb == PROMPT else ():
        request = Matcher.find(match.calls, called, file.imported)
        prompt = Matcher.find(match.prompts, called, file.imported)
        told: set[str | int] = set()
        if request is not None and not request.through:
            told.update(place for slot in _OF_TEXT for place in request.slots.get(slot, ()))
        if prompt is not None:
            told.update((*prompt.arguments, *(each.index for each in prompt.positional)))
        if told:
            known = {place.partition(".")[0] if isinstance(place, str) else place for place in told}
            return node if at in known or ("*" in known and isinstance(at, str)) else node.value
    return node


def _entry(file: File, scope: Scope, site: CallSite, match: Matcher, evaluate: Evaluate) -> Value | None:
    message = Matcher.find(match.message, site.name, file.imported)
    if message is not None and not shown_on(file, site.name):
        return _message(file, scope, site, message)
    request = Matcher.find(match.calls, site.name, file.imported)
    if request is not None and request.most is not None and len(site.positional) > request.most:
        # It has no more than the name of that method.
        request = None
    if request is not None and _own_function(file, site):
        # It has the name of a method, and says itself what it does.
        request = None
    if request is not None and request.through and (sending.typed(file, scope, site.node) or _speaks(site, request)):
        request = msgspec.structs.replace(request, through=False)
    if request is not None and request.through and "." in site.name:
        # `controlflow.run(...)` is a function of a package, whatever else has a method of that name.
        function = Matcher.find(match.prompts, site.name, file.imported)
        request = None if function is not None and site.name in function.match else request
    if request is not None and request.address and not sending.asks_model(site, request):
        request = None
    receiver = _receiver(file, scope, site, evaluate, request.keeps) if request is not None else None
    if request is not None and request.through:
        pipelines.note_fields(file, scope, site, receiver)
    if request is not None and request.through and (filled := _filled(file, site, receiver)) is not None:
        return filled
    if request is not None and (not request.through or sending.may_be_client(file, receiver, request)):
        form = answering.form(file, scope, site, evaluate, request.output)
        sending.sent(file, scope, site, request, receiver, form)
        for place in request.output:
            output = site.pick([place])
            if output is not None:
                schemas.note(file, (*references(output[0]), *schemas.mentioned(file, scope, output[1], evaluate)))
        if request.through and not sending.known_client(receiver):
            # Where linking knows nothing of who is asked, the words tell.
            consider_arguments(file, site, speaks_against(site.written))
        if request.opens:
            return sending.opened(file, site, request, receiver, form)
        return (run_time_value(file, site, None),)
    several = Matcher.find(match.messages, site.name, file.imported)
    if several is not None:
        return _messages(file, site, several)
    prompt = Matcher.find(match.prompts, site.name, file.imported)
    if prompt is not None and prompt.template == "kernel":
        site, prompt = _with_templates(file, site, prompt), msgspec.structs.replace(prompt, template="")
    if prompt is not None:
        value = _prompt(file, site, prompt)
        if prompt.api:
            return sending.maker(file, scope, site, prompt, answering.form(file, scope, site, evaluate, ()))
        return value
    client = Matcher.find(match.clients, site.name, file.imported)
    if client is not None:
        inner = _receiver(file, scope, site, evaluate) if client.method else None
        if client.through and not sending.known_client(inner):
            return None
        return sending.client(file, site, client, inner, answering.form(file, scope, site, evaluate, client.output))
    return None


def _filled(file: File, site: CallSite, receiver: Value | None) -> Value | None:
    """`PROMPT.invoke({"land": land})`: a template of this file with its fields filled, for a model to be given."""
    given = site.given_at("input") or site.given_at(0)
    if given is None or type(given[0]) is not Mapping or given[0].kind or site.last not in ("invoke", "ainvoke"):
        return None
    if receiver is None or not _is_template(file, receiver):
        return None
    consider_arguments(file, site, speaks_against(site.written))
    fills.note_method(file, site.node, site.last, receiver, site)
    hole = run_time_value(file, site, None)
    return (Apply("format", receiver, Arguments((), given[0].entries, given[0].complete), hole.span, hole),)


def _is_template(file: File, value: Value) -> bool:
    """Whether a value is a template, or a list of messages that are some, of this file, partly filled or not."""
    part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    for _ in range(_MAX_FILLS):
        if type(part) is not Apply or part.operation not in ("partial", "format", "fields"):
            break
        value = part.target
        part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    if type(part) is Ref and part.call is None and part.name[:1] == ":":
        value = file.module.values.get(part.name[1:], ())
    if type(value) is Items:
        return any(type(item) is Message for item in value.items)
    return id(value) in file.templates


# Fields of one template that are filled one after another.
_MAX_FILLS = 8


def _speaks(site: CallSite, entry: CallEntry) -> bool:
    """Whether a call is given messages with their roles, which nothing but a model is, whatever it is called on."""
    given = site.pick(entry.slots.get("messages", []))
    items = given[0].items if given is not None and isinstance(given[0], Items) else ()
    said = [item for item in map(paired, items) if isinstance(item, Message)]
    return any(message.role in ("system", "user") for message in said)


def _own_function(file: File, site: CallSite) -> bool:
    """Whether a function of this file is called, of which the configuration does not say that it sends anything."""
    func = site.node.func
    if not isinstance(func, ast.Name) or func.id != site.name or file.lexicon.told(site.name, file.imported):
        return False
    node, _ = file.definitions.get(func.id, (None, None))
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _receiver(file: File, scope: Scope, site: CallSite, evaluate: Evaluate, chat: bool = False) -> Value | None:
    """What a method is called on, without the names by which an SDK groups its methods; nothing is noted again."""
    if site.partial:
        return site.on
    node = sending.client_in(site.node.func, chat)
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
        if word or role == "" or (given is not None and given[0] and not _none(given[1])):
            # What is said in the place of the usual role counts, also where it is not known.
            role = role_named(word) if word else "unknown"
        if given is None and not entry.role:
            # `Message(content=...)` without a role is the word for many things: mail, queues, protocols.
            return None
    span = file.span(site.node)
    if picked is None:
        return (run_time_value(file, site, None),)
    fills.note_template(file, site, picked[0], entry.template, span)
    content = sending.formatted(picked[0], entry.template, span)
    message = Message(role or "unknown", content, span, "cache_control" in site.keywords)
    if not entry.adds:
        said = site.pick(entry.role_from)
        note_written(file, message, site.keywords, said[0] if said else None, "message-class")
    else:
        note_message(file, message, "message-class")
        lists.tell(scope, site.node, message)
    return message


def _none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


_ROLES_OF = ("role", "message_type")
_CONTENTS_OF = ("content", "message", "text")


def own_message(file: File, scope: Scope, site: CallSite) -> Value | None:
    """A message class of the project: `ChatLine(message=..., message_type=MessageType.USER)`, `ChatLine("user", ...)`.

    Also where a method of the class makes one: `cls("user", text)`.
    """
    called = scope.owner if site.written == scope.receiver == "cls" else site.last
    if "Message" not in called or not called[:1].isupper():
        return None
    given = next((site.keywords[key] for key in _ROLES_OF if key in site.keywords), None)
    content = next((site.keywords[key] for key in _CONTENTS_OF if key in site.keywords), None)
    # Where one is given by its place the role is first, and what follows is said to a model or by it.
    places = [] if any(isinstance(node, ast.Starred) for _, node in site.positional) else site.positional
    if given is None and places and len(places) + (content is not None) == 2 and _in_chat(file, called):
        given, content = places[0], content or places[1]
    if given is None or content is None or not (textual(content[0]) or takes(content[0])):
        return None
    role = role_named(literal(given[0]) or role_constant(given[0]) or "")
    if role not in ("system", "user"):
        # What a model has said is kept in such objects, too.
        return None
    message = Message(role, content[0], file.span(site.node), "cache_control" in site.keywords)
    note_written(file, message, site.keywords, given[0], "message-class")
    return message


def _in_chat(file: File, called: str) -> bool:
    """Whether a class is of the messages of a chat: it takes the role first where it is in sight, or is called so."""
    own = file.definitions.get(called, (None, None))[0]
    if isinstance(own, ast.ClassDef):
        made = next((each for each in own.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"), None)
        names = [each.arg for each in made.args.args[1:2]] if made is not None else []
        fields = [dotted(each.target) for each in own.body if isinstance(each, ast.AnnAssign)]
        return (names or fields)[:1] == ["role"]
    return called == "Message" or not _OF_CHATS.isdisjoint(words(called))


_OF_CHATS = frozenset("chat llm gpt model prompt conversation dialog dialogue".split())


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
        history = _placeholder(item)
        if history is not None:
            message = history
        elif type(item) is Items and len(item.items) == 2 and literal(item.items[0]) is not None:
            word = literal(item.items[0]) or ""
            fills.note_template(file, site, item.items[1], entry.template, item.span)
            content = sending.formatted(item.items[1], entry.template, item.span)
            message = Message(role_named(word), content, item.span)
            note_message(file, message, "message-class")
        elif type(item) is Message:
            if entry.objects:
                fills.note_template(file, site, item.content, entry.template, item.span)
                text = sending.formatted(item.content, entry.template, item.span)
                file.renote(item.content, text)
                message = msgspec.structs.replace(item, content=text)
        elif isinstance(item, tuple) and textual(item) and (len(item) == 1 or has_text(item)):
            # Several values without a word between them are lists that have been joined.
            fills.note_template(file, site, item, entry.template, file.span(node))
            message = Message(
                "user", sending.formatted(item, entry.template, file.span(node)), extent(item) or file.span(node)
            )
            note_message(file, message, "message-class")
        messages.append(message)
    return Items(tuple(messages), value.span, value.complete)


def _few_shot(file: File, site: CallSite) -> Value:
    """`FewShotPromptTemplate(prefix=..., examples=..., example_prompt=..., suffix=...)`: all of it, in its order."""
    given = {name: value for name, (value, _) in site.keywords.items()}
    examples = given.get("examples") or given["example_selector"]
    place = file.span(site.node)
    over = fallback_of(examples) or Hole("examples", place, *of_name("examples"))
    said: dict[str, Value] = {name: given[name] for name in ("example_prompt", "suffix") if name in given}
    said["example_separator"] = given.get("example_separator", (Text("\n\n", place, False),))
    arguments = Arguments((examples,), tuple(said.items()))
    return (Apply("few_shot", given.get("prefix", ()), arguments, place, over),)


def _with_templates(file: File, site: CallSite, entry: PromptEntry) -> CallSite:
    """A call of which the object that it makes holds its texts as templates."""
    keywords, positional = {**site.keywords}, [*site.positional]
    template = sending.language(site, entry.template)
    for key in entry.arguments.keys() & keywords.keys():
        value, node = keywords[key]
        keywords[key] = sending.formatted(value, template, file.span(node)), node
    for at in (each.index for each in entry.positional if each.index < len(positional)):
        value, node = positional[at]
        positional[at] = sending.formatted(value, template, file.span(node)), node
    return msgspec.structs.replace(site, keywords=keywords, positional=positional)


def _prompt(file: File, site: CallSite, entry: PromptEntry) -> Value:
    """A class or function of a framework that takes prompt text by keyword."""
    main: Value | None = None
    for key, role in entry.arguments.items():
        picked = site.pick([key]) if "." in key else site.keywords.get(key)
        if picked is not None:
            value, node = picked
            role = f"{LISTED}{role}" if key in entry.told else role
            note_argument(file, value, node, key.rpartition(".")[2], role, entry.template)
            main = main if main is not None else value
    if "*" in entry.arguments:
        for key, (value, node) in site.keywords.items():
            # One word is a name or a setting.
            told = isinstance(value, tuple) and (not textual(value) or " " in sample(value, 240).strip())
            if told and key not in entry.arguments:
                note_argument(file, value, node, key, entry.arguments["*"], entry.template)
    for positional in entry.positional:
        picked = site.pick([positional.index])
        if picked is not None:
            note_argument(file, picked[0], picked[1], site.last, positional.role, entry.template)
            main = main if main is not None else picked[0]
    if "partial_variables" in site.keywords:
        fills.note_put(file, flattened((site.keywords["partial_variables"][0],)))
    if entry.template and not {"examples", "example_selector"}.isdisjoint(site.keywords):
        main = _few_shot(file, site)
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
    consider_arguments(file, rest, False, bool(entry.arguments))
    if entry.template and isinstance(main, tuple):
        # What has fields for `str.format` is filled as a string is.
        return sending.formatted(main, "jinja", file.span(site.node)) if entry.template == "jinja" else main
    return as_object(file, site)


def _placeholder(item: Value) -> Value | None:
    """`MessagesPlaceholder("history")` and `("placeholder", "{history}")`: messages that are put in later."""
    given: Value | None = None
    if isinstance(item, Mapping) and item.kind.rpartition(".")[2] == "MessagesPlaceholder":
        given = item.get("variable_name") or item.get("0")
    elif isinstance(item, Items) and len(item.items) == 2 and literal(item.items[0]) == "placeholder":
        given = item.items[1]
    name = literal(given)
    if name is None or isinstance(item, tuple):
        return None
    state = of_name(name.strip("{}"))
    return spread((Hole(name.strip("{}"), item.span, *state),))
