"""The catalogue of frameworks: which call, class, keyword, decorator or base class carries text to a model.

The data is `frameworks.toml`, built by `scripts/build_catalogue.py` into a form that loads fast; this module only
matches names against it.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable
from typing import TypeVar

import msgspec

Places = list[str | int]


class CallEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A call that sends a request; `slots` maps a slot to keyword names and positional indexes."""

    match: list[str]
    provider: str = ""
    api: str = ""
    slots: dict[str, Places] = {}
    output: list[str] = []
    requires: list[str] = []
    excludes: list[str] = []


class MessageEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A call that makes one message."""

    match: list[str]
    content: Places
    role: str = ""
    role_from: Places = []
    template: str = ""
    requires: list[str] = []
    excludes: list[str] = []


class Positional(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    index: int
    role: str = "unknown"


class PromptEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A call with arguments that are prompt text; `template` names the formatting the framework applies itself."""

    match: list[str]
    arguments: dict[str, str] = {}
    positional: list[Positional] = []
    template: str = ""
    lists: bool = False
    requires: list[str] = []
    excludes: list[str] = []


class MessagesEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A call that takes a whole list of messages, written as tuples, dicts or message objects."""

    match: list[str]
    argument: Places
    template: str = ""
    requires: list[str] = []
    excludes: list[str] = []


class DecoratorEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A decorator that makes a function's docstring, or what it returns, text for the model."""

    match: list[str]
    gives: str
    role: str = "tool"
    arguments: dict[str, str] = {}
    requires: list[str] = []
    excludes: list[str] = []


class BaseEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A base class whose subclasses carry text for the model in attributes, docstring or fields."""

    match: list[str]
    attributes: dict[str, str] = {}
    docstring: str = ""
    fields: dict[str, str] = {}
    requires: list[str] = []
    excludes: list[str] = []


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    call: list[CallEntry] = []
    message: list[MessageEntry] = []
    prompt: list[PromptEntry] = []
    messages: list[MessagesEntry] = []
    decorator: list[DecoratorEntry] = []
    base: list[BaseEntry] = []


Entry = TypeVar("Entry", CallEntry, MessageEntry, PromptEntry, MessagesEntry, DecoratorEntry, BaseEntry)
Index = dict[str, list[tuple[str, Entry]]]


class Matcher:
    """Looks entries up by the last part of a dotted name."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.calls = _index(catalogue.call)
        self.message = _index(catalogue.message)
        self.prompts = _index(catalogue.prompt)
        self.messages = _index(catalogue.messages)
        self.decorators = _index(catalogue.decorator)
        self.bases = _index(catalogue.base)
        self.call_tails = frozenset((*self.calls, *self.message, *self.prompts, *self.messages))

    @staticmethod
    def find(index: Index[Entry], dotted: str, imported: frozenset[str]) -> Entry | None:
        """The entry with the longest match whose conditions on the file's imports hold, or None."""
        best: tuple[int, Entry] | None = None
        for match, entry in index.get(dotted.rpartition(".")[2], ()):
            if dotted != match and not dotted.endswith("." + match):
                continue
            if entry.requires and imported.isdisjoint(entry.requires):
                continue
            if entry.excludes and not imported.isdisjoint(entry.excludes):
                continue
            rank = 2 * len(match) + bool(entry.requires)
            if best is None or rank > best[0]:
                best = (rank, entry)
        return best[1] if best else None


def _index(entries: Iterable[Entry]) -> Index[Entry]:
    index: Index[Entry] = {}
    for entry in entries:
        for match in entry.match:
            index.setdefault(match.rpartition(".")[2], []).append((match, entry))
    return index


@functools.cache
def matcher() -> Matcher:
    """The built-in catalogue, read once per process."""
    with open(os.path.join(os.path.dirname(__file__), "frameworks.json"), "rb") as file:
        return Matcher(msgspec.json.decode(file.read(), type=Catalogue))
