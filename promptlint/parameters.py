"""What a call gives the parameters of a function, by their names."""

from __future__ import annotations

from promptlint.extract.facts import Function
from promptlint.template import Arguments, Items, Span, Value

_NOWHERE = Span("", 0, 0)


def told(function: Function, call: Arguments) -> list[tuple[str, Value]]:
    """The arguments of a call beside the names of the parameters that take them, defaults left out.

    What `*parts` gathers is a list under that name; where the call hides arguments, what stands before them begins it.
    """
    in_order = [name for name, _ in function.parameters if name not in function.named]
    names = {name for name, _ in function.parameters}
    found = [*zip(in_order, call.positional, strict=False), *(each for each in call.keywords if each[0] in names)]
    rest = call.positional[len(in_order) :]
    if function.starred and (rest or call.complete):
        found.append((function.starred, Items(rest, function.span or _NOWHERE, call.complete)))
    return found
