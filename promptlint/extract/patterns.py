"""Regular expressions that are compiled when they are first used: a short run needs few of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import Pattern
from typing import Any, cast

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")


class _Lazy:
    def __init__(self, pattern: str, flags: int) -> None:
        self._pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        # Reached once: afterwards the methods are the compiled pattern's own.
        compiled = re.compile(self._pattern, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def lazy(pattern: str, flags: int = 0) -> Pattern[str]:
    """What `re.compile` gives, compiled at the first call of a method."""
    return cast("Pattern[str]", _Lazy(pattern, flags))


def any_of(words: Iterable[str]) -> Pattern[str]:
    """An expression that finds something in every text in which one of these words stands.

    What several of them begin with is looked at once: of many words it takes a fraction of the time of asking for each.
    """
    tree: dict[str, Any] = {}
    for word in words:
        branch = tree
        for character in word:
            branch = branch.setdefault(character, {})
        branch[""] = {}
    return lazy(_branches(tree))


def _branches(tree: dict[str, Any]) -> str:
    # Where a word ends, nothing more is needed.
    if "" in tree:
        return ""
    return f"(?:{'|'.join(re.escape(first) + _branches(rest) for first, rest in tree.items())})"
