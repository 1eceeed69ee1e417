"""What stands in the body of a request beside the arguments of its call: `create(messages=..., extra_body={...})`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from promptlint.clients import unset
from promptlint.extract.facts import Call, Facts
from promptlint.extract.joins import or_default
from promptlint.extract.places import SPREAD
from promptlint.extract.state import fallback_of
from promptlint.template import Hole, Mapping, Value

if TYPE_CHECKING:
    from promptlint.link import Bound, Linker

# The argument of OpenAI's and Anthropic's clients, and of LiteLLM, that is put into the body over what else is there.
_BODY = "extra_body"
# Keys of a body that say who answers, or hold text, by the slots of a call.
_SLOTS = {
    "model": "model",
    "messages": "messages",
    "input": "messages",
    "system": "system",
    "instructions": "instructions",
    "tools": "tools",
}
# What of these the API of a kind of request does not have: no model is shown what stands there.
_NONE_OF = {
    "chat": frozenset({"input", "system", "instructions"}),
    "completion": frozenset({"input", "system", "instructions"}),
    "responses": frozenset({"messages", "system"}),
    "messages": frozenset({"input", "instructions"}),
}
# What else holds text for a model, and is not looked at here.
_UNREAD = frozenset({"response_format", "functions", "text", "output_format", "output_config", "prompt"})


def with_body(call: Call, facts: Facts, linker: Linker, bound: Bound) -> Call:
    """A call with what its body is given beside its arguments in the place of them."""
    value = dict(call.parameters).get(_BODY)
    if value is None:
        return call
    written, home = linker.origin(value, facts)
    # Names of tools are what is looked for, so those that stand in this file are left as they are.
    body = written if home is facts and isinstance(written, Mapping) else linker.resolve(value, facts, bound)
    if unset(body):
        return call
    given: list[tuple[str, Value]] = []
    known = isinstance(body, Mapping) and body.complete
    if isinstance(body, Mapping):
        own = dict(reversed(call.slots))
        none = _NONE_OF.get(call.api, frozenset())
        given = [(_SLOTS[key], item) for key, item in body.entries if key in _SLOTS and key not in none]
        known = known and all(key not in _UNREAD or unset(item) for key, item in body.entries)
        # What is put there on one way only leaves on the others what the call gives.
        given = [(slot, or_default(slot, item, own[slot]) if slot in own else item) for slot, item in given]
        known = known and body.get(SPREAD) is None
    instead = {slot for slot, _ in given}
    slots = tuple(each for each in call.slots if each[0] not in instead)
    call = msgspec.structs.replace(call, slots=(*slots, *given))
    if known or not call.complete:
        return call
    return msgspec.structs.replace(call, complete=False, rest=_place(body) or _place(value) or call.rest)


def _place(value: Value) -> Hole | None:
    return fallback_of(value) if isinstance(value, tuple) else None
