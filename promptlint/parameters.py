"""What a call gives the parameters of a function, by their names."""

from __future__ import annotations

from promptlint.extract.facts import Function
from promptlint.extract.iteration import spread
from promptlint.template import LOST, Arguments, Hole, Items, Value


def told(function: Function, call: Arguments) -> list[tuple[str, Value]]:
    """The arguments of a call beside the names of the parameters that take them, defaults left out.

    What `*parts` gathers is a list under that name; where the call hides arguments, what stands before them begins it,
    and what else there is, a text among them perhaps, is not known.
    """
    in_order = [name for name, _ in function.parameters if name not in function.named]
    names = {name for name, _ in function.parameters}
    found = [*zip(in_order, call.positional, strict=False), *(each for each in call.keywords if each[0] in names)]
    if function.starred and function.span is not None:
        rest, hidden = call.positional[len(in_order) :], (Hole(function.starred, function.span, origin=LOST),)
        found.append((function.starred, Items(rest if call.complete else (*rest, spread(hidden)), function.span)))
    return found
