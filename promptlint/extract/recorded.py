"""What of settings and data has happened, or tells of something that runs elsewhere: no text of it is sent."""

from __future__ import annotations

import re
from collections.abc import Sequence

from promptlint.extract import data_values, prompt_paths
from promptlint.extract.names import prompt_like, words
from promptlint.extract.reads import reads_like_prompt
from promptlint.template import Hole, Items, Mapping, Template, Text, Value

MIN_ANSWER = 40
"""Characters of a text that is what a model has answered; a shorter one may say in which form it shall."""

MAX_RECORDS = 40
"""Mappings with the same keys in one list or mapping; more are a data set, even if few texts in it are like prompts."""

# Keys of a page or an article that say where its text is from, and of that text.
_ORIGINS = frozenset("url source_url link permalink href article_id doc_id document_id page_id".split())
_WRITTEN = frozenset("text content body markdown html".split())
# Keys under which a record of a conversation says who speaks, and what.
_SPEAKERS = frozenset("agent speaker from sender author".split())
_SPOKEN = frozenset({"message", "value", "utterance"})
# Keys of what was counted or measured, and those of which several stand beside each other in any such summary.
_STATISTICS = (("statistics",), ("stats",), ("statistic",))
_AGGREGATES = frozenset("mean average avg median min max std stdev variance sum count".split())
# When something was written down, to the minute, or a digest of what was.
_STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d|(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$")


def catalogued(value: Value, name: str) -> bool:
    """Whether a settings file as a whole tells of something that runs elsewhere: none of its texts is sent from it.

    That is the description of a web interface (OpenAPI), or an entry of a catalogue that a program has written: beside
    copies of texts stand what it measured and when. A file that is named for prompts, or whose first keys are, may be
    kept in that way: a prompt with its scores.
    """
    if not isinstance(value, Mapping):
        return False
    keys = {key for key, _ in value.entries}
    if "paths" in keys and not keys.isdisjoint({"openapi", "swagger"}):
        return True
    if prompt_paths.data_named(name) or any(map(prompt_like, keys)):
        return False
    if not any(_measured(key, item) for key, item in value.entries):
        return False
    return any(stamped(item) or any(map(stamped, _values(item))) for item in _values(value))


def _values(value: Value) -> list[Value]:
    return [item for _, item in value.entries] if isinstance(value, Mapping) else []


def _measured(key: str, value: Value) -> bool:
    """Whether a member of a mapping holds what was counted or measured of something."""
    if not isinstance(value, Mapping):
        return False
    numbers = {name for name, item in value.entries if _is_number(item)}
    if words(key)[-1:] in _STATISTICS:
        return bool(numbers) or any(any(map(_is_number, _values(item))) for item in _values(value))
    return len(numbers & _AGGREGATES) > 2


def _is_number(value: Value) -> bool:
    """Whether a value is a number that is written as one."""
    if not isinstance(value, tuple) or len(value) != 1 or not isinstance(value[0], Hole):
        return False
    return value[0].expression.lstrip("-")[:1].isdigit()


def stamped(value: Value) -> bool:
    """Whether a value is a time of a day, or a digest."""
    if not isinstance(value, tuple) or len(value) != 1:
        return False
    part = value[0]
    text = part.value if isinstance(part, Text) else part.expression if isinstance(part, Hole) else ""
    return _STAMP.match(text) is not None


def page(keys: dict[str, Template]) -> bool:
    """Whether a mapping is a page or an article with its text."""
    return not _WRITTEN.isdisjoint(keys) and not _ORIGINS.isdisjoint(keys)


def _said(item: Value) -> bool:
    """Whether a mapping records who has said what."""
    if not isinstance(item, Mapping):
        return False
    keys = {key for key, _ in item.entries}
    return not _SPEAKERS.isdisjoint(keys) and not _SPOKEN.isdisjoint(keys)


_ASKED = frozenset({"prompt", "prompts", "messages", "request"})
_ANSWERS = ("response", "completion", "reply")
_USAGE = frozenset({"prompt_tokens", "completion_tokens", "input_tokens", "output_tokens", "total_tokens"})


def exchange(mapping: Mapping, keys: dict[str, Template]) -> bool:
    """Whether a mapping records what a model was asked: beside it stands what came back, or what that took."""
    names = {key for key, _ in mapping.entries}
    if _ASKED.isdisjoint(names):
        return False
    if not _USAGE.isdisjoint(names) or isinstance(mapping.get("usage"), Mapping):
        return True
    answers = [data_values.joined(keys[key]) for key in _ANSWERS if key in keys]
    return any(len(text) >= MIN_ANSWER and not reads_like_prompt(text) for text in answers)


def recorded(items: Items) -> bool:
    """Whether a list is a data set, many records with the same keys, or a conversation that is over."""
    if len(items.items) > 2 and all(map(_said, items.items)):
        return True
    return alike(items.items)


def alike(items: Sequence[Value]) -> bool:
    """Whether among many things there are too many mappings with the same keys."""
    if len(items) <= MAX_RECORDS:
        return False
    shapes: dict[tuple[str, ...], int] = {}
    for item in items:
        if isinstance(item, Mapping):
            shape = tuple(key for key, _ in item.entries)
            shapes[shape] = shapes.get(shape, 0) + 1
    return max(shapes.values(), default=0) > MAX_RECORDS
