"""Pipelines of LangChain that are asked: the prompt among their steps, and the model behind it."""

from __future__ import annotations

from collections.abc import Callable

from promptlint.clients import client_of
from promptlint.extract.facts import Call, Facts
from promptlint.extract.names import words
from promptlint.extract.pipelines import fields_of
from promptlint.extract.sending import PIPES
from promptlint.extract.state import single_hole
from promptlint.template import Apply, Arguments, Hole, Items, Message, Template, Value, texts

# Words in the name of a model.
_MODELS = frozenset({"llm", "model", "chat", "gpt", "agent"})


def pipeline(
    value: Value, call: Call, facts: Facts, resolve: Callable[[Value], Value]
) -> list[tuple[str, Value]] | None:
    """Of a pipeline the prompt, and the model behind it; None when no prompt stands in it."""
    steps = value.items if isinstance(value, Items) else ()
    resolved = [resolve(step) for step in steps]
    for number, step in enumerate(resolved[:-1]):
        behind = resolved[number + 1]
        model = client_of(behind) is not None or _may_be_model(single_hole(behind), step, facts)
        if model and _is_prompt(step):
            # What a pipeline is given goes through the steps in front.
            return [("messages", _filled(step, {} if number else fields_of(call), call, resolve)), ("client", behind)]
    return None


def _filled(step: Value, given: dict[str, Template], call: Call, resolve: Callable[[Value], Value]) -> Value:
    """A prompt of a pipeline, whose fields the values fill that the pipeline is given, as far as they are known."""
    hole = Hole("...", call.span)
    if given:
        step = resolve((Apply("partial", step, Arguments((), tuple(given.items())), call.span, hole),))
    if not isinstance(step, tuple):
        return step
    return resolve((Apply("fields", step, Arguments(complete=False), call.span, hole),))


def _may_be_model(hole: Hole | None, step: Value, facts: Facts) -> bool:
    """Whether what stands behind a step of a pipeline may be a model: sets of words are united by `|`, too."""
    if hole is None or not isinstance(step, tuple):
        return hole is not None
    imported = {path.partition(".")[0] for path in facts.aliases.values()}
    return not imported.isdisjoint(PIPES) or not _MODELS.isdisjoint(words(hole.expression.rpartition(".")[2]))


def _is_prompt(value: Value) -> bool:
    """Whether a step of a pipeline is a prompt: messages, or a text."""
    if isinstance(value, Items):
        return any(isinstance(item, Message) for item in value.items)
    return isinstance(value, tuple) and any(True for _ in texts(value))
