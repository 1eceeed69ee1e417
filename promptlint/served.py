"""Descriptions of tools that a web API lists for people, and that no model gets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from promptlint.extract.facts import Facts
from promptlint.template import Span

if TYPE_CHECKING:
    from promptlint.link import Linker


def only_served(all_facts: Sequence[Facts], linker: Linker) -> set[Span]:
    """The places of descriptions in collections that routes of a web API answer with, and that nobody else imports.

    A file that calls a model itself, or passes tools on, may send what its routes mention.
    """
    listed = {(facts.file, key): places for facts in all_facts for key, places in facts.listed}
    names = {key for _, key in listed}
    idle: dict[tuple[str, str], bool] = {}
    for facts in all_facts if listed else ():
        for path in facts.aliases.values():
            if path.rpartition(".")[2] in names and (home := linker.modules.find(facts, path)) is not None:
                place = (home[0].file, home[1])
                shown = path in facts.routed and not facts.calls and not facts.sent
                idle[place] = idle.get(place, True) and shown
    return {place for key, places in listed.items() if idle.get(key, False) for place in places}
