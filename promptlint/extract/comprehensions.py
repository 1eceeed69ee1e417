"""Comprehensions: what one turn makes, as often as there are turns."""

from __future__ import annotations

import ast

import msgspec

from promptlint.extract.callsite import Evaluate
from promptlint.extract.conditions import any_turn
from promptlint.extract.iteration import bind_loop, condition_text, iteration_state
from promptlint.extract.joins import if_holds
from promptlint.extract.kept import kept, said
from promptlint.extract.later import note_named_in
from promptlint.extract.repeats import each_turn
from promptlint.extract.results import note_form
from promptlint.extract.state import File, Scope, single_hole, textual
from promptlint.extract.volatility import CONSTANT, State, dotted, strongest
from promptlint.operations import several
from promptlint.template import Items, Mapping, Message, Repeat, Test, Value


def comprehension(
    file: File, scope: Scope, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, evaluate: Evaluate
) -> Value:
    """`[... for each in items]`: a text for each turn, or a message."""
    inner = scope.fork()
    once, file.once = file.once, False
    state, over = CONSTANT, ""
    any_of: Test | None = None
    mixed = isinstance(node, ast.SetComp)
    some: Value | None = None
    for generator in node.generators:
        iterable = evaluate(file, inner, generator.iter)
        _note_form(file, node, iterable)
        some = kept(file, node, iterable) or said(file, scope, node, iterable)
        any_of = any_of or any_turn(iterable)
        turn = iteration_state(iterable)
        state, mixed = strongest([state, turn]), mixed or turn[1] == "unordered"
        over = over or condition_text(file, generator.iter)
        bind_loop(file, inner, generator.target, generator.iter, iterable, evaluate)
        for test in generator.ifs:
            evaluate(file, inner, test)
    value = evaluate(file, inner, node.elt)
    note_named_in(file, scope, node)
    file.once = once
    if some is not None:
        return some
    span = file.span(node)
    if isinstance(value, tuple):
        # What is made of each of some messages in a way that is not followed is not known.
        whole = single_hole(value) is None or not any(_of_messages(scope, each.iter) for each in node.generators)
        return Items((several(Repeat(value, over, span, state[0], unordered=mixed)),), span, whole)
    first = node.generators[0]
    place = each_turn(file, first) if len(node.generators) == 1 and not first.ifs and not mixed else None
    if type(value) is not Message or value.when or place is None:
        return Items((if_holds(any_of, value),), span, False)
    return Items((if_holds(any_of, msgspec.structs.replace(value, turn=place)),), span)


def _note_form(file: File, node: ast.expr, iterable: Value) -> None:
    """What is gone through is made of what that was made of: `rule for rule in RULES[:most]`."""
    made, hole = file.facts.made_of, single_hole(iterable)
    if made and hole is not None and hole.span == made[-1][0]:
        note_form(file, file.span(node), made[-1][1])


def _of_messages(scope: Scope, node: ast.expr) -> bool:
    """Whether an iteration goes over a list of messages that is known, counted or turned around perhaps."""
    given = scope.values.get(dotted(node.args[0] if isinstance(node, ast.Call) and node.args else node))
    return isinstance(given, Items) and any(isinstance(item, Message) for item in given.items)


def dict_comprehension(file: File, scope: Scope, node: ast.DictComp, evaluate: Evaluate) -> Value:
    """`{key: value for each in items}`: a dict of which one value is known."""
    inner = scope.fork()
    states: list[State] = []
    for generator in node.generators:
        iterable = evaluate(file, inner, generator.iter)
        states.append(iteration_state(iterable))
        bind_loop(file, inner, generator.target, generator.iter, iterable, evaluate)
    evaluate(file, inner, node.key)
    value = evaluate(file, inner, node.value)
    note_named_in(file, scope, node)
    if any(state[1] == "unordered" for state in states) and not textual(value):
        return (file.hole(node, strongest(states)[0], "unordered"),)
    return Mapping((("...", value),), file.span(node), False)
