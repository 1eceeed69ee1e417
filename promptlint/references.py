"""What the name of a `Ref` says of what it stands for, before it is looked up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from promptlint.extract.facts import Facts
from promptlint.modules import Modules
from promptlint.slots import attributes
from promptlint.template import Ref, Value, parts

if TYPE_CHECKING:
    from promptlint.link import Linker

# Methods that call each other which are followed.
MAX_CALLED = 20


def of_self(ref: Ref) -> bool:
    """Whether a name is that of an attribute of the object, or the class, whose method the function around it is."""
    written, owner = ref.fallback.expression.partition(".")[0], ref.name.rpartition(".")[0].rpartition(".")[2]
    return ref.name[:1] == ":" and "." in ref.name and written != owner.lstrip(":")


def of_object(argument: Value, facts: Facts) -> bool:
    """Whether an argument is an attribute that holds what its object was made with."""
    part = argument[0] if isinstance(argument, tuple) and len(argument) == 1 else None
    return type(part) is Ref and part.call is None and part.name[1:] in facts.assigned


def is_property(home: Facts, key: str, modules: Modules) -> bool:
    """Whether an attribute of a class, or of one above, is what a method gives back."""
    places = modules.definitions(home, key)
    value, name = next(((each.bindings[name], name) for each, name in places if name in each.bindings), ((), ""))
    part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    return type(part) is Ref and part.call is not None and part.name == f":{name}"


def own_calls(value: Value, facts: Facts, linker: Linker) -> Iterator[tuple[Ref, Value]]:
    """The methods of the same object that are called in a value, or read as properties, with what each gives back."""
    seen: set[str] = set()
    level = [value]
    while level:
        for part in parts(level.pop()):
            if type(part) is not Ref or part.name in seen or not of_self(part):
                continue
            if part.call is None and not is_property(facts, part.name[1:], linker.modules):
                continue
            known = linker.function(facts, part.name[1:]) if len(seen) < MAX_CALLED else None
            seen.add(part.name)
            if known is not None:
                level.append(known[1].returns)
                yield part, known[1].returns


def attributes_in(value: Value, facts: Facts, linker: Linker) -> set[str]:
    """The attributes of `self` that stand in a value, those among them that methods of the same object put there."""
    found = attributes(value)
    for called, returned in own_calls(value, facts, linker):
        # What a property gives back is made anew each time.
        found.discard(called.fallback.parameter)
        found |= {name for name in attributes(returned) if name[0] != "*"}
    return found
