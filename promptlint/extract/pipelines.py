"""Haystack pipelines: components by name, and which of them gives its prompt to which model."""

from __future__ import annotations

import ast

from promptlint.extract.callsite import CallSite
from promptlint.extract.sending import chain, formatted
from promptlint.extract.state import File, Scope
from promptlint.extract.volatility import dotted
from promptlint.operations import literal
from promptlint.template import Value

KNOWN = frozenset({"add_component", "connect"})
# Of one pipeline; more are made by a program.
MAX_COMPONENTS = 200


def note(file: File, scope: Scope, site: CallSite) -> None:
    """`pipe.add_component("llm", ...)` and `pipe.connect("prompt_builder.prompt", "llm.messages")`."""
    if not isinstance(site.node.func, ast.Attribute) or "haystack" not in file.imported:
        return
    pipeline = scope.key(dotted(site.node.func.value))
    known = file.components.setdefault(pipeline, {})
    if site.last == "add_component":
        name, component = site.pick(["name", 0]), site.pick(["instance", 1])
        word = literal(name[0]) if name is not None else None
        if word and component is not None and len(known) < MAX_COMPONENTS:
            # A text that is a component is the template of a `PromptBuilder`.
            known[word] = formatted(component[0], "jinja", file.span(component[1]))
    elif site.last == "connect":
        sender, receiver = site.pick(["sender", 0]), site.pick(["receiver", 1])
        if sender is not None and receiver is not None:
            steps = [_component(known, each[0]) for each in (sender, receiver)]
            if steps[0] is not None and steps[1] is not None:
                chain(file, scope, site.node, [steps[0], steps[1]])


def _component(known: dict[str, Value], socket: Value) -> Value | None:
    word = literal(socket)
    return known.get(word.partition(".")[0]) if word else None
