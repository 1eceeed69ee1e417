"""One call as the request it sends: its parts in the order in which a provider reads them, and what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from promptlint.extract.facts import Call, Facts
from promptlint.extract.messages import content_template
from promptlint.extract.sites import extent
from promptlint.operations import is_several, literal
from promptlint.prompt import Prompt, Request, Role, Unresolved
from promptlint.template import Hole, Items, Mapping, Message, Span, Template, Value, texts

if TYPE_CHECKING:
    from promptlint.link import Bound, Linker

SLOTS = (("system", "system"), ("messages", "user"), ("prompt", "user"))


def request(call: Call, facts: Facts, linker: Linker, bound: Bound | None = None) -> Request | None:
    """What a call sends, or None when nothing is known of it.

    `bound` are the values that a call of the enclosing function gives its parameters.
    """
    slots = {name: linker.resolve(value, facts, bound) for name, value in call.slots}
    unresolved: list[Unresolved] = []
    model = _model(slots.get("model"), call, unresolved)
    tools = slots.get("tools")
    if tools is not None:
        unresolved += _unknown("tools", tools, call)
    prompts: list[Prompt] = []
    markers: list[int] = []
    for slot, role in SLOTS:
        value = slots.get(slot)
        if value is None:
            continue
        for message in _messages(value, role, call.span):
            for template, marked in _blocks(message):
                prompts.append(
                    Prompt(call.name, cast(Role, message.role), "call", template, message.span, model, call.once)
                )
                if marked:
                    markers.append(len(prompts) - 1)
        if slot != "prompt":
            unresolved += _unknown(slot, value, call)
    if not any(any(texts(prompt.template)) for prompt in prompts):
        return None
    if not call.complete:
        unresolved.append(Unresolved("arguments", "**", call.span))
    parameters = tuple((name, literal(value)) for name, value in call.parameters)
    count = len(tools.items) if isinstance(tools, Items) else 0
    return Request(
        call.provider,
        model,
        tuple(prompts),
        call.span,
        not unresolved,
        call.once,
        count,
        tuple(markers),
        parameters,
        call.name,
        call.api,
        tuple(unresolved),
    )


def _model(value: Value | None, call: Call, unresolved: list[Unresolved]) -> str:
    """The name of the model, "" when it is not known."""
    model = literal(value) if value is not None else None
    if value is not None and model is None:
        hole = value[0] if isinstance(value, tuple) and value and isinstance(value[0], Hole) else None
        unresolved.append(Unresolved("model", hole.expression if hole else "...", hole.span if hole else call.span))
    return model or ""


def _unknown(slot: str, value: Value, call: Call) -> list[Unresolved]:
    """What of a list is not known: all of it, some of its items, or how many there are."""
    if isinstance(value, tuple):
        # One text is a system prompt; a list that is one hole is not known.
        hole = value[0] if len(value) == 1 and isinstance(value[0], Hole) else None
        return [Unresolved(slot, hole.expression, hole.span)] if hole is not None and slot != "system" else []
    if not isinstance(value, Items):
        return []
    found = [Unresolved(slot, *_source(item, value.span)) for item in value.items if is_several(item)]
    return found if found or value.complete else [Unresolved(slot, "...", value.span)]


def _source(item: Value, span: Span) -> tuple[str, Span]:
    hole = item[0] if isinstance(item, tuple) and item and isinstance(item[0], Hole) else None
    return (hole.expression, hole.span) if hole is not None else ("...", extent(item) or span)


def _blocks(message: Message) -> list[tuple[Template, bool]]:
    """The content of a message, cut behind every block that carries a cache marker."""
    content = message.content
    if not isinstance(content, Items) or not any(_marked(item) for item in content.items):
        return [(content_template(content), message.marker)]
    blocks: list[tuple[Template, bool]] = []
    for item in content.items:
        template = content_template(item)
        if blocks and not blocks[-1][1]:
            template = (*blocks.pop()[0], *template)
        blocks.append((template, _marked(item)))
    return blocks


def _messages(value: Value, role: str, span: Span) -> list[Message]:
    """What stands in a slot, as messages in order."""
    if isinstance(value, Message):
        return [value]
    if isinstance(value, Items):
        if any(isinstance(item, Mapping) and item.get("text") is not None for item in value.items):
            return [Message(role, value, value.span, any(_marked(item) for item in value.items))]
        return [message for item in value.items for message in _messages(item, role, span)]
    if isinstance(value, Mapping):
        return [Message(role, value, value.span, _marked(value))]
    return [Message(role, value, next((text.span for text in texts(value)), span))] if value else []


def _marked(value: Value) -> bool:
    return isinstance(value, Mapping) and (value.get("cache_control") or value.get("cachePoint")) is not None
