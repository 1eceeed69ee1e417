"""Pipelines: components of Haystack by name, and which gives its prompt to which model; models with a parser behind."""

from __future__ import annotations

import ast

from promptlint.extract.callsite import CallSite
from promptlint.extract.names import words
from promptlint.extract.sending import PIPES, chain, formatted, known_client
from promptlint.extract.state import File, Scope
from promptlint.extract.volatility import dotted
from promptlint.operations import literal
from promptlint.template import Hole, Mapping, Ref, Value

KNOWN = frozenset({"add_component", "connect"})
# Of one pipeline; more are made by a program.
MAX_COMPONENTS = 200
# What a model of LangChain is called, where nothing else tells.
_MODELS = frozenset({"llm", "model"})


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


def begun(file: File, node: ast.expr, first: Value) -> Value | None:
    """`model | parser`: a pipeline that begins with a model is asked as that is; None for any other.

    `node` is the first step and `first` its value.
    """
    if file.imported.isdisjoint(PIPES):
        return None
    part = first[0] if isinstance(first, tuple) and len(first) == 1 else None
    own = type(part) is Ref and part.call is None and part.name[:1] == ":"
    if known_client(file.module.values.get(part.name[1:]) if own and isinstance(part, Ref) else first):
        return first
    named = isinstance(node, (ast.Name, ast.Attribute)) and words(dotted(node).rpartition(".")[2])[-1:]
    if type(part) not in (Ref, Hole) or not named or named[0] not in _MODELS:
        return None
    return Mapping((("@provider", ()), ("@model", first)), file.span(node))
