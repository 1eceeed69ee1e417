"""What a project says of its own code in the configuration: its calls, classes and names, in the catalogue's terms.

Everything is checked: a mistake would otherwise be a prompt that is silently not read.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import msgspec

from promptlint.config import ConfigError, reason
from promptlint.extract.catalogue import KINDS, Catalogue, Words
from promptlint.spelling import nearest

KEYS = (*KINDS, "names", "not-names")
_SLOTS = ("model", "system", "instructions", "computed", "messages", "prompt", "tools", "examples", "client")
_ROLES = ("system", "user", "assistant", "tool", "unknown")
_TEMPLATES = ("", "format", "jinja", "dollar", "signature", "reasoned", "acting", "kernel")
_GIVES = ("docstring", "return", "arguments")
_TYPES = {field.name: field.type.__args__[0] for field in msgspec.structs.fields(Catalogue)}
# Keys of which one must be there.
_SAYS = {
    "call": ("slots fills",),
    "message": ("content", "role role_from"),
    "prompt": ("arguments positional slots",),
    "messages": ("argument",),
    "decorator": ("gives",),
    "base": ("attributes docstring fields types",),
    "schema": ("arguments",),
    "client": ("provider slots",),
}
_PLACES = ("content", "role_from", "argument", "address")
# An identifier in the words of `fnmatch`.
_PATTERN = re.compile(r"(?:[\w*?]|\[!?[\w-]+\])+")


def words(table: dict[str, Any], path: str) -> bytes:
    """The words of a configuration table, checked and encoded as `catalogue.matchers` takes them; b"" if it has none.

    Raises ConfigError, which names the file, the entry and the key.
    """
    given = {key: table[key] for key in KEYS if table.get(key)}
    if not given:
        return b""
    catalogue: dict[str, Any] = {kind: list(_entries(kind, given[kind], path)) for kind in KINDS if kind in given}
    names = {key: _patterns(given.get(key, []), f"{path}: {key}") for key in ("names", "not-names")}
    return msgspec.json.encode(Words(Catalogue(**catalogue), names["names"], names["not-names"]))


def _entries(kind: str, entries: list[Any], path: str) -> Iterator[Any]:
    taken: dict[tuple[str, frozenset[str], frozenset[str]], int] = {}
    for number, entry in enumerate(entries, 1):
        where = f"{path}: [[{kind}]] {number}" if len(entries) > 1 else f"{path}: [[{kind}]]"
        if not isinstance(entry, dict):
            raise ConfigError(f"{where}: must be a table")
        known = [field.name for field in msgspec.structs.fields(_TYPES[kind])]
        _known(entry, known, where, "unknown key")
        for place in entry.get("positional", ()) if kind == "prompt" else ():
            _known(place if isinstance(place, dict) else (), ("index", "role"), f"{where}: positional", "unknown key")
        try:
            made = msgspec.convert(entry, _TYPES[kind])
        except msgspec.ValidationError as error:
            raise ConfigError(f"{where}: {reason(error, _TYPES[kind])}") from error
        _check(kind, made, where)
        for name in made.match:
            first = taken.setdefault((name, frozenset(made.requires), frozenset(made.excludes)), number)
            if first != number:
                raise ConfigError(f"{where}: `{name}` can never match: [[{kind}]] {first} has it already")
        yield made


def _check(kind: str, entry: Any, where: str) -> None:
    """What the types alone do not say."""
    if not entry.match:
        raise ConfigError(f"{where}: `match` names nothing")
    for name in (*entry.match, *entry.requires, *entry.excludes):
        if not all(part.isidentifier() and not keyword.iskeyword(part) for part in name.split(".")):
            raise ConfigError(f"{where}: `{name}` is not a dotted name")
    for name in (*entry.requires, *entry.excludes):
        if "." in name:
            raise ConfigError(f"{where}: `{name}`: of the imports only the top-level module is compared")
    if entry.requires and set(entry.requires) <= set(entry.excludes):
        raise ConfigError(f"{where}: can never match: what `requires` names, `excludes` does as well")
    for table in ("arguments", "attributes", "fields"):
        roles = getattr(entry, table, {})
        _known(roles.values() if isinstance(roles, dict) else (), _ROLES, f"{where}: {table}", "unknown role")
    for role in (getattr(entry, "role", ""), getattr(entry, "docstring", "")):
        _known([role] if role else [], _ROLES, where, "unknown role")
    _known([getattr(entry, "template", "")], _TEMPLATES, where, "unknown template")
    if kind in ("call", "prompt", "client"):
        _known(entry.slots, _SLOTS, f"{where}: slots", "unknown slot")
    for key in ("unread", "own", "otherwise"):
        _known(getattr(entry, key, ()), _SLOTS, f"{where}: {key}", "unknown slot")
    if kind == "decorator":
        _known([entry.gives], _GIVES, f"{where}: gives", "unknown word")
        _known([entry.slot] if entry.slot else [], _SLOTS, f"{where}: slot", "unknown slot")
    positional = getattr(entry, "positional", [])
    _known([place.role for place in positional], _ROLES, f"{where}: positional", "unknown role")
    given = [getattr(entry, key, []) for key in _PLACES] + ([entry.arguments] if kind == "schema" else [])
    given += [entry.types or []] if kind == "base" else []
    for places in (*getattr(entry, "slots", {}).values(), *getattr(entry, "unread", {}).values(), *given):
        _places(places, where)
    _places([place.index for place in positional], where)
    for keys in _SAYS[kind]:
        if not any(getattr(entry, key) for key in keys.split()):
            raise ConfigError(f"{where}: says nothing without `" + "` or `".join(keys.split()) + "`")


def _places(places: Iterable[str | int], where: str) -> None:
    """Arguments by position or keyword; "config.tools" is what stands under `tools` in the argument `config`."""
    for place in places:
        if isinstance(place, int) and place < 0:
            raise ConfigError(f"{where}: positions count from 0")
        if isinstance(place, str) and not all(part.isidentifier() for part in place.split(".")):
            raise ConfigError(f"{where}: `{place}`: no argument has such a name")


def _known(given: Iterable[str], known: Collection[str], where: str, what: str) -> None:
    for word in given:
        if word not in known:
            hint = nearest(word, known) or ", known are " + ", ".join(each for each in known if each)
            raise ConfigError(f"{where}: {what} `{word}`{hint}")


def _patterns(patterns: list[str], where: str) -> list[str]:
    for pattern in patterns:
        if not _PATTERN.fullmatch(pattern):
            wrong = "names are matched without their module or class" if "." in pattern else "no name is like that"
            raise ConfigError(f"{where}: `{pattern}`: {wrong}")
    return patterns
