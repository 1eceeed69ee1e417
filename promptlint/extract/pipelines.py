"""Pipelines: components of Haystack by name, and which gives its prompt to which model; models with a parser behind."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import msgspec

from promptlint.extract.callsite import CallSite
from promptlint.extract.facts import Call
from promptlint.extract.names import words
from promptlint.extract.sending import PIPES, chain, formatted, known_client
from promptlint.extract.state import File, Scope, fallback_of, single_hole
from promptlint.extract.volatility import dotted
from promptlint.operations import literal
from promptlint.template import Choice, Hole, Mapping, Ref, Template, Value, by_number

KNOWN = frozenset({"add_component", "connect"})
# Of one pipeline; more are made by a program.
MAX_COMPONENTS = 200
# What a model of LangChain is called, where nothing else tells.
_MODELS = frozenset({"llm", "model"})
_ASKED = frozenset({"invoke", "ainvoke", "stream", "astream"})
# The slot of what a pipeline is given for the fields of its prompt.
FIELDS = "fields"


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


def begun(file: File, steps: Sequence[ast.expr], values: Sequence[Value]) -> Value | None:
    """`model | parser`: a pipeline that begins with a model is asked as that is; None for any other.

    One in which a model stands further behind, too, is asked more than once.
    """
    if file.imported.isdisjoint(PIPES):
        return None
    behind = zip(steps[1:], values[1:], strict=True)
    return None if any(_model(file, *each) is not None for each in behind) else _model(file, steps[0], values[0])


def _model(file: File, node: ast.expr, first: Value) -> Value | None:
    """What is asked where a step of a pipeline is a model, by what it is or by its name; None if it is none."""
    if known_client(_known(file, first)):
        return first
    part = first[0] if isinstance(first, tuple) and len(first) == 1 else None
    named = isinstance(node, (ast.Name, ast.Attribute)) and words(dotted(node).rpartition(".")[2])[-1:]
    if type(part) not in (Ref, Hole) or not named or named[0] not in _MODELS:
        return None
    return Mapping((("@provider", ()), ("@model", first)), file.span(node))


def note_fields(file: File, scope: Scope, site: CallSite, receiver: Value | None) -> None:
    """`chain.invoke({"rows": json.dumps(rows, indent=2)})`: JSON that stands in a field of the prompt of a pipeline.

    Of the other fields their names say enough.
    """
    given = site.given_at("input") or site.given_at(0)
    if site.last not in _ASKED or given is None or type(given[0]) is not Mapping or given[0].kind:
        return
    holes = ((key, fallback_of(value)) for key, value in given[0].entries)
    # Those around the call say nothing of the parameters of the function that makes the pipeline.
    laid = tuple((key, (_alone(hole),)) for key, hole in holes if hole is not None and hole.json is not None)
    node = site.node.func.value if isinstance(site.node.func, ast.Attribute) else None
    if isinstance(node, ast.Name) and node.id in scope.values:
        receiver = scope.values[node.id]
    made = _known(file, receiver) if laid else None
    pipeline = single_hole(made) if made is not None else None
    for index in reversed(range(len(file.facts.calls))) if pipeline is not None else ():
        call = file.facts.calls[index]
        if call.api == "chain" and pipeline is not None and call.span == pipeline.span:
            fields = (FIELDS, Mapping(laid, given[0].span))
            if fields not in call.slots:
                file.facts.calls[index] = msgspec.structs.replace(call, slots=(*call.slots, fields))
            return


def _alone(hole: Hole) -> Hole:
    return msgspec.structs.replace(hole, parameter="", member="")


def fields_of(call: Call) -> dict[str, Template]:
    """What stands in the fields of a pipeline's prompt, as far as it was noted; one or another by several calls."""
    found: dict[str, list[Template]] = {}
    for slot, given in call.slots:
        for key, value in given.entries if slot == FIELDS and isinstance(given, Mapping) else ():
            if isinstance(value, tuple):
                found.setdefault(key, []).append(value)
    return {key: _either(key, values) for key, values in found.items()}


def _either(key: str, values: list[Template]) -> Template:
    condition, ways = by_number(f"those given for {key}", values, True)
    return values[0] if len(ways) == 1 else (Choice(condition, ways),)


def _known(file: File, value: Value | None) -> Value | None:
    """A value of this file that stands behind the name of one."""
    part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    if type(part) is Ref and part.call is None and part.name[:1] == ":":
        return file.module.values.get(part.name[1:])
    return value
