"""Words that are nearly one of those that are known: what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that this one was probably meant to be, as ", did you mean `...`?", or ""."""
    close = closest(word, known)
    return f", did you mean `{close}`?" if close else ""


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that this one is, or was probably meant to be; "" if there is none."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word.lower().replace("_", "-"), list(known), n=1, cutoff=0.55)), "")
