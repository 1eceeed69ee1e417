"""Messages and tool schemas written as dicts."""

from __future__ import annotations

import ast
from collections.abc import Collection

import msgspec

from promptlint.extract.against import BUILT_FOR
from promptlint.extract.extents import sample
from promptlint.extract.facts import Sent
from promptlint.extract.names import words
from promptlint.extract.reads import hails
from promptlint.extract.sites import MESSAGE, note_descriptions, note_drawn, note_fed
from promptlint.extract.state import File, Scope, single_hole, textual
from promptlint.operations import is_several, literal, settled, takes
from promptlint.template import Choice, Hole, Items, Mapping, Message, Part, Ref, Span, Template, Value

ROLES = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "model": "assistant",
    "bot": "assistant",
    "tool": "tool",
    "function": "tool",
}


# What is made of a parameter that describes a tool, where others are messages of a role.
DESCRIPTION = "description"


def role_named(word: str) -> str:
    """The role behind a provider's word for it, "unknown" for any other."""
    return ROLES.get(word.lower(), "unknown")


def spoken_as(made: Value, said: Value) -> Value:
    """A message, or those of a list, with the role that the function which makes it is given; others as they are."""
    if isinstance(made, Items):
        return msgspec.structs.replace(made, items=tuple(spoken_as(item, said) for item in made.items))
    if not isinstance(made, Message) or made.role != "unknown":
        return made
    role = role_named(literal(said) or role_constant(said) or "")
    return made if role == "unknown" else msgspec.structs.replace(made, role=role)


def as_message(mapping: Mapping) -> Message | None:
    """The message that a dict (or a call with keywords) with a role and a content is."""
    role = mapping.get("role")
    if role is None:
        return _call_item(mapping)
    word = literal(role) or role_constant(role)
    content = mapping.get("content")
    if content is None:
        content = mapping.get("parts")
    if content is None and word is not None and word.lower() in _IN_ROUNDS:
        content = mapping.get("prompt")
    if content is None:
        return None
    if word is not None and word.lower() not in ROLES:
        return None
    if (kind := mapping.get("type")) is not None and not _EVENTS.isdisjoint(words(literal(kind) or "")):
        return None
    if word is None and not (isinstance(role, tuple) and _only_message(mapping)):
        return None
    marker = mapping.get("cache_control") is not None or _marked(content)
    return Message(role_named(word) if word else "unknown", content, mapping.span, marker)


# Who speaks in a round of a benchmark's configuration: `dict(role="BOT", prompt="...")` is a message. With the role of
# the assistant it may be an agent, and what that is told.
_IN_ROUNDS = frozenset(("human", "bot", "system", "user"))

# Words of the type of what a program tells its page: `{"type": "waiting_input", "role": "system", "content": ...}`.
_EVENTS = frozenset("error event log notification progress status update waiting warning".split())


# Who speaks in a conversation as ShareGPT writes it, but for the model: `{"from": "human", "value": "..."}`.
_SHARED = {"human": "user", "user": "user", "system": "system"}


def note_turn(file: File, mapping: Mapping) -> None:
    """Record what a person or the system says in a conversation in the form of ShareGPT, if it stands there."""
    speaker, said = mapping.get("from"), mapping.get("value")
    role = _SHARED.get(literal(speaker) or "") if speaker is not None and said is not None else None
    if role is not None and said is not None and textual(said) and not file.shown:
        file.note(said, mapping.span, file.where, role, "role-dict", MESSAGE)


def _call_item(mapping: Mapping) -> Message | None:
    """An item of the responses API that has a type in the place of a role: a call of a tool, or what that gave back."""
    kind = literal(mapping.get("type")) or ""
    if kind.endswith("_call_output") and (content := mapping.get("output")) is not None:
        return Message("tool", content, mapping.span)
    if kind == "function_call" and (content := mapping.get("arguments")) is not None:
        return Message("assistant", content, mapping.span)
    return None


def role_constant(role: Value) -> str | None:
    """The role that a constant or a setting is named after: `USER`, `Role.TOOL`, `self.system_message_role`."""
    part = role[0] if isinstance(role, tuple) and len(role) == 1 else None
    if type(part) is Choice:
        # `"developer" if new else "system"`: two words for one role.
        named = {role_named(literal(branch) or role_constant(branch) or "") for branch in part.branches}
        return named.pop() if len(named) == 1 and "unknown" not in named else None
    name = part.name if type(part) is Ref else part.expression if type(part) is Hole else ""
    last = name.removesuffix(".value").rpartition(".")[2].lstrip(":")
    parts = words(last)
    if (last.isupper() and len(parts) <= 2) or (parts[-1:] == ("role",) and len(parts) <= 3):
        return next((word for word in parts if word in ROLES), None)
    return None


def _only_message(mapping: Mapping) -> bool:
    """With a role known at run time only, the other keys must be those of a message."""
    return all(
        key in ("role", "content", "parts", "name", "cache_control", "tool_calls", "tool_call_id")
        for key, _ in mapping.entries
    )


def _marked(content: Value) -> bool:
    if type(content) is not Items:
        return False
    # What a condition sets, or a name holds, is known when that is linked.
    found = (marker_of(item) for item in content.items)
    return any(type(marker) is Mapping and marker.test is None for marker in found)


def note_alone(file: File, message: Message, evidence: str) -> None:
    """Record a message where it is made, unless the assistant or a tool is said to speak: see `note_company`."""
    if message.role in ("assistant", "tool"):
        file.alone[message.span] = (evidence, file.where)
    else:
        note_message(file, message, evidence)


_WITH_TEXT = frozenset(("content", "parts"))
# Keys of a message that is kept: no model takes a message that has them.
_RECORD = frozenset("conversation_id session_id created_at createdAt timestamp message_id sender_user_id".split())


def note_written(file: File, message: Message, keys: Collection[str], role: Value | None, evidence: str) -> None:
    """Record a message that is written as a dict or an object: of one that is kept, what it takes of its function."""
    if "prompt" in keys and _WITH_TEXT.isdisjoint(keys):
        # A template: what fills its fields stands in the data of the benchmark.
        evidence = "role-prompt"
    hole = single_hole(role) if role is not None else None
    if hole is not None and hole.parameter and file.function:
        file.facts.spoken[file.function] = hole.parameter
    if _RECORD.isdisjoint(keys):
        note_alone(file, message, evidence)
    elif message.role != "unknown" and file.function and takes(message.content):
        file.facts.made.append((file.function, message))
        file.facts.recorded.append(message.span)


def note_company(file: File, value: Value, grown: bool = False) -> None:
    """Record the messages of the assistant and of tools in a list of several.

    Among other messages they are an example, or how the conversation goes on, as what the assistant says in a list that
    others are added to is (`grown`). Alone they are the answer of the program itself, returned or shown to people
    ("Sorry, ..."), and the result of a tool.
    """
    if not file.alone or type(value) not in (Items, Message):
        return
    items = value.items if type(value) is Items else (value,)
    # Where a page shows the chat, what the program says in it is said to the person in front of it.
    page = not file.imported.isdisjoint(BUILT_FOR)
    if len(items) < 2 and (page or not grown):
        return
    for item in items:
        known = file.alone.pop(item.span, None) if type(item) is Message else None
        if type(item) is not Message or known is None or (page and _welcomes(item)):
            continue
        if item.role != "tool" or (type(value) is Items and _inside(item.span, value.span)):
            note_message(file, item, known[0], known[1])


def _welcomes(message: Message) -> bool:
    """Whether a message of the assistant is how a program greets its user."""
    content = message.content
    return message.role == "assistant" and isinstance(content, tuple) and hails(sample(content, 240))


def _inside(span: Span, whole: Span) -> bool:
    """Whether a message is written in the very list: what a tool has given back to a program is put in by its name."""
    return whole.start < span.start and span.end < whole.end


def note_message(file: File, message: Message, evidence: str, name: str = "") -> None:
    """Record the text of a message as a prompt of its role, and what it takes of the function around it."""
    if file.shown:
        return  # an example in the documentation of a route, a chat on a page, what a stand-in for a model answers
    note_fed(file, message.content, name or file.where, message.role)
    if textual(message.content):
        file.note(message.content, message.span, name or file.where, message.role, evidence, MESSAGE)
    elif message.role != "unknown":
        note_drawn(file, message.content, message.role)
    if file.function and takes(message.content):
        file.facts.made.append((file.function, message))


def note_taken(file: File, value: Value, role: str, span: Span) -> None:
    """Record what a text that a framework sends takes of the function around it."""
    if file.function and takes(value):
        file.facts.made.append((file.function, Message(DESCRIPTION if role == "tool" else role, value, span)))


def as_asked(file: File, scope: Scope, node: ast.expr, value: Value) -> Value:
    """An item of a list: where an object's method gives it back, the call itself, for it may make a message.

    `[helper.system("...")]`, and of a name that stands for such a call the same. Linking knows what the method does.
    """
    hole = single_hole(value)
    if hole is None or hole.member[:1] != "@":
        return value
    made = single_hole(scope.values.get(node.id, ())) if type(node) is ast.Name else hole
    call = file.asked.get(made.span) if made is not None else None
    # Where it makes none, what is known of the item holds.
    return value if call is None else (Ref(call.name, hole, call.call),)


def paired(item: Value, roles: dict[str | None, str] | None = None) -> Value:
    """`("system", "...")`: a message as a pair of role and text; `roles` are those of other names than a provider's."""
    if type(item) is Items and len(item.items) == 2 and isinstance(item.items[1], tuple):
        word = literal(item.items[0])
        if word is not None and (role := (roles or {}).get(word) or role_named(word)) != "unknown":
            return Message(role, item.items[1], item.span)
    return item


# Anthropic's and Bedrock's, in seconds (https://platform.claude.com/docs/en/build-with-claude/prompt-caching, 2026-10).
_LIVES = {"5m": 300, "1h": 3_600}
_DEFAULT_LIFE = 300
# In the place of the seconds: whether the marker is set at all is not known.
MAY_BE = -1


def marker_of(block: Value) -> Value | None:
    """The cache marker of a block, None if it has none."""
    marker = (block.get("cache_control") or block.get("cachePoint")) if type(block) is Mapping else None
    hole = None if marker is None else single_hole(marker)
    return None if marker == () or (hole is not None and hole.expression == "None") else marker


def life_of(block: Value) -> int:
    """For how many seconds the cache marker of a block stores; 0 if it has none, or does not say so plainly.

    `MAY_BE` if it may be that it has one.
    """
    marker = marker_of(block)
    if isinstance(marker, tuple) or (type(marker) is Mapping and marker.test is not None):
        return MAY_BE
    if type(marker) is not Mapping or not marker.complete:
        return 0
    said = marker.get("ttl")
    return _DEFAULT_LIFE if said is None else _LIVES.get(literal(said) or "", 0)


# What stands for a block of a message that has no text: an image, the call of a tool.
NO_TEXT = "{...}"
# Where Google's parts of messages have a picture or a sound.
DATA = "inline_data"


def content_template(value: Value) -> Template:
    """The text of a message's content: a string, or a list of parts of which the textual ones count."""
    if isinstance(value, tuple):
        return settled(value)
    if type(value) is Message:
        return content_template(value.content)
    if type(value) is Mapping:
        for key in ("text", "content", "input_text", "parts", "0"):
            inner = value.get(key)
            if inner is not None:
                return content_template(inner)
        # A block that is a cache marker holds no text.
        return () if value.get("cachePoint") is not None else (Hole(NO_TEXT, value.span),)
    parts: list[Part] = []
    for item in value.items:
        parts.extend(content_template(item))
    if not value.complete and not any(is_several(item) for item in value.items):
        parts.append(Hole("...", value.span))
    return tuple(parts)


# Where a tool says which arguments it takes.
SCHEMAS = ("parameters", "input_schema", "inputSchema", "args_schema", "json_schema", "schema", "inputs")


def note_asked(file: File, schema: Value) -> None:
    """Note the class whose schema says what a tool takes: `{"name": ..., "parameters": Search.model_json_schema()}`."""
    part = schema[0] if isinstance(schema, tuple) and len(schema) == 1 else None
    if type(part) is Ref and part.call is not None and part.name.rpartition(".")[2] in SCHEMA_METHODS:
        file.facts.sent.append(Sent((part.name.rpartition(".")[0],), False))


# Methods of a class that give its schema.
SCHEMA_METHODS = frozenset({"model_json_schema", "schema", "schema_json"})
# With `in` it is the parameter of a web service (OpenAPI), with `endpoint` a resource of one.
_OF_SERVICES = ("in", "endpoint")


def _of_settings(mapping: Mapping, schema: Value) -> bool:
    """Whether what stands where a tool says what it takes are values that something has, or the name of a type.

    `Rule(name=..., description=..., parameters={"days": 15})` is an object of the project's own that has a name, too;
    an entry of a list of agents says `"input_schema": "dict[str, Any]"`.
    """
    if type(schema) is tuple:
        word = literal(schema)
        return word is not None and "[" in word and not word.lstrip().startswith(("{", "["))
    if type(schema) is not Mapping or not _OF_TOOLS.isdisjoint(words(mapping.kind)):
        return False
    values = [item for key, item in schema.entries if key not in _OF_SCHEMAS]
    if len(values) < len(schema.entries) or any(type(item) is Mapping for item in values):
        return False
    if not mapping.kind:
        return bool(values) and all(map(_is_amount, values))
    # What says in words what it takes, or takes nothing, is a tool by the name of its class; one value that stands
    # there is enough, whatever stands beside it.
    written = [type(item) is not tuple or literal(item) is not None or _is_amount(item) for item in values]
    return any(written) or not values


_OF_TOOLS = frozenset(
    "tool tools function functions action actions capability capabilities skill skills command commands".split()
)
# Keys of a schema, and what is put into it from elsewhere.
_OF_SCHEMAS = frozenset("properties type $ref anyOf oneOf allOf required **".split())


def _is_amount(value: Value) -> bool:
    """Whether a value is written as a number or a truth value."""
    part = value[0] if type(value) is tuple and len(value) == 1 else None
    word = part.expression if type(part) is Hole else ""
    return word in ("True", "False") or word.lstrip("-")[:1].isdigit()


def note_schema(file: File, mapping: Mapping) -> None:
    """Record the descriptions of a tool schema: `{"name", "description", "parameters" | "input_schema"}`."""
    text = mapping.get("description")
    if text is None or file.shown or any(mapping.get(key) is not None for key in _OF_SERVICES):
        return
    if type(text) is Mapping:
        # `{"name": fields.String(...), "description": fields.String(...)}` says what such a record has.
        return
    schema = next((found for key in SCHEMAS if (found := mapping.get(key))), None)
    named = mapping.get("name") or mapping.get("tool_name")
    if named is None or (type(schema) is not Mapping and type(schema) is not tuple) or _of_settings(mapping, schema):
        return
    note_descriptions(file, mapping, literal(named) or "tool")
    note_asked(file, schema)
    if file.function and not textual(text) and takes(text):
        file.facts.made.append((file.function, Message(DESCRIPTION, text, mapping.span)))
