"""What the name of a `Ref` says of what it stands for, before it is looked up."""

from __future__ import annotations

from promptlint.extract.facts import Facts
from promptlint.template import Ref, Value


def of_self(ref: Ref) -> bool:
    """Whether a name is that of an attribute of the object, or the class, whose method the function around it is."""
    written, owner = ref.fallback.expression.partition(".")[0], ref.name.rpartition(".")[0].rpartition(".")[2]
    return ref.name[:1] == ":" and "." in ref.name and written != owner.lstrip(":")


def of_object(argument: Value, facts: Facts) -> bool:
    """Whether an argument is an attribute that holds what its object was made with."""
    part = argument[0] if isinstance(argument, tuple) and len(argument) == 1 else None
    return type(part) is Ref and part.call is None and part.name[1:] in facts.assigned
