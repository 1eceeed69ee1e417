"""What `super().__init__(...)` and `cls(...)` hand to a base class, above all to one that the catalogue knows."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TypeAlias

from promptlint.extract.callsite import CallSite, of_super
from promptlint.extract.catalogue import Matcher
from promptlint.extract.extents import sample
from promptlint.extract.names import tool_named
from promptlint.extract.places import SPREAD, STARRED
from promptlint.extract.state import File, Scope, has_text, single_hole
from promptlint.template import Arguments, Value

# Notes the texts of one argument: file, value, node, name, role.
Note: TypeAlias = Callable[[File, Value, ast.AST, str, str], None]


def note(file: File, scope: Scope, site: CallSite, noted: Note) -> None:
    """Note what a class gives its base class, or itself (`cls(...)`), as a call of the base class would give it."""
    func = site.node.func
    bases = file.facts.bases.get(scope.owner, ()) if scope.owner else ()
    if type(func) is ast.Name:
        if func.id != scope.receiver or not bases:
            return
        bases = (scope.owner, *bases)
    elif site.last != "__init__" or not of_super(func):
        return
    for base in bases:
        roles = _roles(file, base)
        for key in sorted(roles.keys() & site.keywords.keys()):
            value, node = site.keywords[key]
            if isinstance(value, tuple) and has_text(value) and _word(sample(value)):
                continue
            noted(file, value, node, key, roles[key])


def handed_on(scope: Scope, site: CallSite) -> Arguments:
    """What a constructor hands to one above it, its own `*args` and `**settings` among the keywords.

    These stand there under `STARRED` and `SPREAD`, where nothing else hides arguments.
    """
    given = site.arguments()
    starred = [(value, node.value) for value, node in site.positional if type(node) is ast.Starred]
    # What it holds now may be less than the constructor was given.
    held = single_hole(scope.values.get(scope.starred, ())) if starred else None
    own = held is not None and held.expression == scope.starred and site.positional[-1][0] is starred[0][0]
    own = own and isinstance(starred[0][1], ast.Name) and starred[0][1].id == scope.starred
    if (starred and not own) or site.dicts is None or len(site.dicts) > 1:
        return given
    rest = [(STARRED, value) for value, _ in starred] + [(SPREAD, each) for each in site.dicts]
    return Arguments(given.positional, (*given.keywords, *rest), False)


def _word(text: str) -> bool:
    """Whether a text is a name only: tools that are built into a model are given one for a description."""
    return text.isascii() and len(text.split()) < 2


def _roles(file: File, base: str) -> dict[str, str]:
    """The keywords of a base class that carry text for a model, each with its role."""
    for each in file.lexicon.matchers:
        made = Matcher.find(each.prompts, base, file.imported)
        if made is not None:
            return made.arguments
    sent = file.lexicon.base(base, file.imported)
    if sent is not None:
        return sent.attributes
    # A tool by way of a class of the project.
    return {"description": "tool"} if tool_named(base.rpartition(".")[2]) else {}
