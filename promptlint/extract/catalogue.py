"""The catalogue of frameworks: which call, class, keyword, decorator or base class carries text to a model.

The data is `frameworks.toml`, built by `scripts/build_catalogue.py` into a form that loads fast; this module only
matches names against it, and against what a project's configuration says of its own code in the same terms.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Collection, Iterable
from typing import Any, TypeVar

import msgspec

Places = list[str | int]
# In front of the role of what an agent says of itself to others: it is sent where something tells them.
LISTED = "listed "


class CallEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A call that sends a request; `slots` maps a slot to keyword names and positional indexes.

    `through`: the method has a common name, and counts only on what the catalogue says requests go through. `opens`: it
    sends nothing itself; what it gives back (a chat) sends what it was given along with each message. `keeps`: what it
    is called on keeps what it sends, and sends it once more with every later call. `fills`: its other keywords are
    values for the fields of its text; with no text, they are what it sends. `unread`, `own` and `otherwise` say what it
    sends that does not stand in the code: what these arguments bring along, by slot; the slots in which it puts text of
    its own, and those in which it does so if nothing is given for them. `settings` names those that say who gets the
    request if the call does not (`dspy.configure(lm=...)`). `address`: it asks any server, and counts only where the
    address may be that of a model. `most`: how many arguments it takes by position, where the catalogue says that; what
    is given more, and only named like it, is something else. `each`: it is given a list of what several requests say.
    `no_text`: given any of these, it asks a model that makes vectors or speech of texts, and answers with none.
    """

    match: list[str]
    provider: str = ""
    api: str = ""
    slots: dict[str, Places] = {}
    through: bool = False
    opens: bool = False
    keeps: bool = False
    fills: bool = False
    output: list[int | str] = []
    unread: dict[str, Places] = {}
    own: list[str] = []
    otherwise: list[str] = []
    settings: str = ""
    address: Places = []
    most: int | None = None
    each: bool = False
    no_text: Places = []
    template: str = ""
    requires: list[str] = []
    excludes: list[str] = []


class MessageEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A call that makes one message. `adds`: it is a method of a list of messages, which has it then."""

    match: list[str]
    content: Places
    role: str = ""
    role_from: Places = []
    adds: bool = False
    template: str = ""
    requires: list[str] = []
    excludes: list[str] = []


class Positional(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    index: int
    role: str = "unknown"


class PromptEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A call with arguments that are prompt text; `template` names the formatting the framework applies itself.

    With `api`, what is made sends requests itself: `slots` are what it sends, and `provider` is who gets it; `unread`,
    `own`, `otherwise` and `settings` are those of `CallEntry`. An argument of `instead`, if it is given, is all that is
    sent in the slot of its text; one of `unless` is not sent where all the others that it names are given. What an
    agent says of itself by an argument of `told` is sent where calls of these names, or agents that have it as a
    tool, tell others of it.
    """

    match: list[str]
    arguments: dict[str, str] = {}
    positional: list[Positional] = []
    template: str = ""
    provider: str = ""
    api: str = ""
    slots: dict[str, Places] = {}
    unread: dict[str, Places] = {}
    own: list[str] = []
    otherwise: list[str] = []
    instead: list[str] = []
    unless: dict[str, list[str]] = {}
    told: dict[str, list[str]] = {}
    settings: str = ""
    requires: list[str] = []
    excludes: list[str] = []


class MessagesEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A call that takes a whole list of messages, written as tuples, dicts or message objects.

    `system` is the text of a message in front of them; a call that may be given one begins a list. `template`: how
    texts in it are filled; `objects`: those of message objects, too, which are sent as they stand otherwise.
    """

    match: list[str]
    argument: Places
    system: Places = []
    template: str = ""
    objects: bool = False
    requires: list[str] = []
    excludes: list[str] = []


class DecoratorEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A decorator that makes a function's docstring, or what it returns, text for the model.

    `arguments` are its own, by keyword or position ("0"); with `gives` "arguments" they are all that is sent. `slot` is
    where what it gives stands in the requests of the agent whose method it is, if that is not told by the role
    (`unread.tools`: tools that are made where it runs). `returned` is the role of what is returned beside a docstring.
    """

    match: list[str]
    gives: str
    role: str = "tool"
    returned: str = ""
    slot: str = ""
    arguments: dict[str, str] = {}
    requires: list[str] = []
    excludes: list[str] = []


class BaseEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A base class whose subclasses carry text for the model in attributes, docstring or fields.

    `types`: which of its type arguments are sent as schemas, None where the catalogue does not say.
    """

    match: list[str]
    attributes: dict[str, str] = {}
    docstring: str = ""
    fields: dict[str, str] = {}
    types: list[int] | None = None
    requires: list[str] = []
    excludes: list[str] = []


class SchemaEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A call that sends the schema of the classes and functions it is given."""

    match: list[str]
    arguments: Places
    requires: list[str] = []
    excludes: list[str] = []


class ClientEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A call that makes what requests go through: a client, a model, a wrapper of one.

    `slots` is what every request through it gets ("model", "tools", "system", "client": another client inside).
    `address` is where it connects to; `hosts` of the catalogue know some. `method`: it is called on a client, and
    gives back that client with more set; with `through` its name is a common one, and it counts only on what is known
    to be one. `output` is where it is given the form of every answer. `unread` and `own` are those of `CallEntry`.
    `settings`: it makes no client, but settings of this name out of the one that it is given. `speaks` is the provider
    whose methods it has, where `provider` is another one. `whole`: whatever framework it is given to, it is sent all
    that a request says as one message of the user.
    """

    match: list[str]
    provider: str = ""
    slots: dict[str, Places] = {}
    address: Places = []
    output: list[int | str] = []
    whole: bool = False
    method: bool = False
    through: bool = False
    unread: dict[str, Places] = {}
    own: list[str] = []
    otherwise: list[str] = []
    settings: str = ""
    speaks: str = ""
    requires: list[str] = []
    excludes: list[str] = []


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    call: list[CallEntry] = []
    message: list[MessageEntry] = []
    prompt: list[PromptEntry] = []
    messages: list[MessagesEntry] = []
    decorator: list[DecoratorEntry] = []
    base: list[BaseEntry] = []
    schema: list[SchemaEntry] = []
    client: list[ClientEntry] = []
    # Host name -> provider.
    hosts: dict[str, str] = {}


KINDS = ("call", "message", "prompt", "messages", "decorator", "base", "schema", "client")


class Words(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a configuration says of the project's own code; `names` and `not_names` are patterns of identifiers."""

    catalogue: Catalogue = Catalogue()
    names: list[str] = []
    not_names: list[str] = []


Entry = TypeVar(
    "Entry",
    CallEntry,
    MessageEntry,
    PromptEntry,
    MessagesEntry,
    DecoratorEntry,
    BaseEntry,
    SchemaEntry,
    ClientEntry,
)
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
        self.schemas = _index(catalogue.schema)
        self.clients = _index(catalogue.client)
        self.hosts = catalogue.hosts
        # The last names of clients that have the methods of another provider.
        self.speaking = frozenset(tail for tail, each in self.clients.items() if any(entry.speaks for _, entry in each))
        self.call_tails = frozenset((*self.calls, *self.message, *self.prompts, *self.messages, *self.clients))

    @staticmethod
    def find(index: Index[Entry], dotted: str, imported: frozenset[str]) -> Entry | None:
        """The entry with the longest match whose conditions on the file's imports hold, or None.

        Of several, that of the package which the name itself comes from.
        """
        best: tuple[int, Entry] | None = None
        root = dotted.partition(".")[0]
        for match, entry in index.get(dotted.rpartition(".")[2], ()):
            if dotted != match and not dotted.endswith("." + match):
                continue
            if entry.requires and imported.isdisjoint(entry.requires):
                continue
            if entry.excludes and not imported.isdisjoint(entry.excludes):
                continue
            rank = 4 * len(match) + 2 * bool(entry.requires) + (root in entry.requires)
            if best is None or rank > best[0]:
                best = (rank, entry)
        return best[1] if best else None


def makes_client(path: str, matchers: Iterable[Matcher], imported: frozenset[str]) -> bool:
    """Whether requests go through the objects of a class, by its import path."""
    if not path or path[0] == ":" or path.endswith("()"):
        return False
    for each in matchers:
        made = Matcher.find(each.prompts, path, imported)
        if (made is not None and made.api) or Matcher.find(each.clients, path, imported) is not None:
            return True
    return False


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


@functools.cache
def given_names() -> frozenset[str]:
    """What agents are given by name that they send with each of their requests, in any framework."""
    made = (entry for each in matcher().prompts.values() for _, entry in each if entry.api)
    return frozenset(
        at for entry in made for places in (entry.slots, entry.unread) for each in places.values() for at in each
        if isinstance(at, str)
    )  # fmt: skip


@functools.cache
def telling() -> frozenset[str]:
    """Last names of what tells models of the agents that it is given, in any framework."""
    entries = (entry for each in matcher().prompts.values() for _, entry in each)
    return frozenset(name for entry in entries for names in entry.told.values() for name in names)


@functools.cache
def _packages() -> frozenset[str]:
    """The packages that files import to use what the catalogue knows, but those that do much else."""
    known = matcher()
    tables: tuple[Index[Any], ...] = (
        known.calls,
        known.message,
        known.prompts,
        known.messages,
        known.decorators,
        known.bases,
        known.schemas,
        known.clients,
    )
    entries = (entry for table in tables for each in table.values() for _, entry in each)
    return frozenset(package for entry in entries for package in entry.requires) - _MUCH_ELSE


_MUCH_ELSE = frozenset("aioboto3 aiobotocore aiohttp azure boto3 botocore google httpx requests schema".split())


def uses_models(imported: Iterable[str]) -> bool:
    """Whether one of these import paths is of a library for language models: `langchain_openai.ChatOpenAI`."""
    for path in imported:
        package = path.partition(".")[0]
        if package in _packages() or package.partition("_")[0] in _packages():
            return True
    return False


class Lexicon:
    """All that is known beforehand when a file is read: the catalogue, and before it the words of the project."""

    def __init__(self, words: Words | None) -> None:
        self.matchers: tuple[Matcher, ...] = (Matcher(words.catalogue), matcher()) if words else (matcher(),)
        self.verdict: Callable[[str], bool | None] | None = None
        self.schema_tails = frozenset(tail for each in self.matchers for tail in each.schemas)
        self.decorator_tails = frozenset(tail for each in self.matchers for tail in each.decorators)
        self.telling = telling()
        # The last parts of all calls that are known.
        self.tails = self.schema_tails.union(self.decorator_tails, *[each.call_tails for each in self.matchers])
        # What the project says of its code: the kind of entry, the name, and the imports that a file must have.
        self.said: list[tuple[str, str, list[str]]] = []
        for kind in KINDS if words else ():
            for entry in getattr(words.catalogue, kind) if words else ():
                self.said += [(kind, name, entry.requires) for name in entry.match]
        # The last parts of what is called by these names.
        self.said_tails = frozenset(name.rpartition(".")[2] for kind, name, _ in self.said if kind not in _UNCALLED)
        if words and (words.names or words.not_names):
            self.verdict = functools.lru_cache(maxsize=20_000)(_verdict(words.names, words.not_names))

    def call(self, dotted: str, imported: frozenset[str]) -> CallEntry | None:
        """What a call sends."""
        found = (Matcher.find(each.calls, dotted, imported) for each in self.matchers)
        return next((entry for entry in found if entry is not None), None)

    def told(self, dotted: str, imported: frozenset[str]) -> bool:
        """Whether it is the project itself that says what a call sends."""
        return len(self.matchers) > 1 and Matcher.find(self.matchers[0].calls, dotted, imported) is not None

    def decorator(self, dotted: str, imported: frozenset[str]) -> DecoratorEntry | None:
        """What a decorator makes of its function."""
        found = (Matcher.find(each.decorators, dotted, imported) for each in self.matchers)
        return next((entry for entry in found if entry is not None), None)

    def base(self, dotted: str, imported: frozenset[str]) -> BaseEntry | None:
        """What a base class sends of its subclasses."""
        found = (Matcher.find(each.bases, dotted, imported) for each in self.matchers)
        return next((entry for entry in found if entry is not None), None)

    def schema(self, dotted: str, imported: frozenset[str]) -> SchemaEntry | None:
        """Which schemas a call or a decorator sends."""
        found = (Matcher.find(each.schemas, dotted, imported) for each in self.matchers)
        return next((entry for entry in found if entry is not None), None)


# Kinds of entries whose names may stand where nothing is called.
_UNCALLED = ("decorator", "base", "schema")


def said_of(words: bytes) -> list[str]:
    """What a configuration says of the project's own code: the kind of each entry, and the name."""
    return [f"[[{kind}]]: `{name}`" for kind, name, _ in lexicon(words).said]


def found_in(text: str, words: bytes, called: Collection[str]) -> list[str]:
    """The part of it that matches in a file with this text, in which functions of these dotted names are `called`."""

    def matches(kind: str, name: str) -> bool:
        if kind in _UNCALLED or name.endswith("__call__"):
            return all(part in text for part in name.split("."))
        return any(each == name or each.endswith(f".{name}") for each in called)

    return [
        f"[[{kind}]]: `{name}`"
        for kind, name, requires in lexicon(words).said
        if matches(kind, name) and (not requires or any(module in text for module in requires))
    ]


def _verdict(names: list[str], not_names: list[str]) -> Callable[[str], bool | None]:
    """Whether the project says that a name holds prompts (True) or none (False); None when it says nothing."""
    import fnmatch

    yes, no = (re.compile("|".join(map(fnmatch.translate, patterns)) or "(?!)") for patterns in (names, not_names))

    def verdict(name: str) -> bool | None:
        last = name.rpartition(".")[2].partition("[")[0]
        if no.match(last):
            return False
        return True if yes.match(last) else None

    return verdict


@functools.lru_cache(maxsize=256)
def lexicon(words: bytes = b"") -> Lexicon:
    """The lexicon for the words of a configuration, as `promptlint.words` encodes them: once per process for each."""
    return Lexicon(msgspec.json.decode(words, type=Words) if words else None)
