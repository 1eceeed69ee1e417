"""What becomes of the parameters of a function: in which message the text of each stands, and how much of it it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from promptlint.extract.catalogue import uses_models
from promptlint.extract.facts import Facts, Function
from promptlint.extract.iteration import joins_given
from promptlint.extract.messages import DESCRIPTION, content_template
from promptlint.extract.names import leads_on, role_of, several_words, takes_prompt, volatility_of
from promptlint.extract.places import SPREAD
from promptlint.extract.schemas import FIELDS, LISTS, SCHEMA, thinks
from promptlint.extract.state import single_hole
from promptlint.operations import is_several
from promptlint.template import (
    LOST,
    Apply,
    Choice,
    Dedent,
    Hole,
    Items,
    Mapping,
    Message,
    Part,
    Ref,
    Repeat,
    Span,
    Template,
    Text,
    Value,
    Volatility,
    parts,
    texts,
)

# A role that is a list of messages; a text in its place is the user's.
MESSAGES = "messages"
MODEL = "model"
# Stands for the file of a text that takes the place of a parameter; where it starts is the parameter's number.
MARK = "\0parameter"
_ORDER = ("system", "user", MESSAGES, "assistant", DESCRIPTION, "tool", "unknown", SCHEMA, FIELDS, MODEL)


class Slot(msgspec.Struct, frozen=True):
    """What becomes of a parameter: the role of the message it stands in, and whether it is all of that message.

    `weak`: that it stands in one, a name alone says. `each`: the items of the list that it is given do.
    `vague`: that message has no role that is known. `kept`: it is recorded, and who sends it, if anybody, is not seen.
    """

    role: str
    whole: bool
    weak: bool = False
    each: bool = False
    vague: bool = False
    kept: bool = False

    @property
    def rank(self) -> tuple[bool, bool, bool, bool, int]:
        """What a parameter is above all comes first."""
        order = _ORDER.index(self.role) if self.role in _ORDER else len(_ORDER)
        return self.weak, self.vague, not self.whole, self.kept, order


def flows(value: Value, role: str, depth: int = 0) -> Iterator[tuple[int, Slot]]:
    """The numbers of the marked parameters in a linked value, each with what becomes of it."""
    if depth > 12:
        return
    if type(value) is Message:
        yield from flows(value.content, value.role, depth + 1)
    elif type(value) is Items:
        for item in value.items:
            yield from flows(item, role, depth + 1)
    elif type(value) is Mapping:
        for key in ("text", "content", "input_text", "parts", "0"):
            inner = value.get(key)
            if inner is not None:
                yield from flows(inner, "user" if role == MESSAGES else role, depth + 1)
                break
    else:
        whole = _alone(value)
        several = is_several(value)
        for number in [text.span.start for text in texts(value) if text.span.file == MARK]:
            if role == MESSAGES and not whole:
                yield number, Slot("user", False)
            else:
                yield number, Slot(MESSAGES if several else role, whole)


def _alone(template: Template) -> bool:
    """Whether nothing but parameters, one or another, makes up a text."""
    for part in template:
        if type(part) is Text:
            if part.span.file != MARK and part.value.strip():
                return False
        elif type(part) is Choice:
            if not any(_alone(branch) and branch for branch in part.branches):
                return False
        elif type(part) is Repeat:
            if not _alone(part.body):
                return False
        else:
            return False
    return True


def says(value: Value) -> bool:
    """Whether a linked value holds a text of more than one word."""
    if isinstance(value, tuple):
        return several_words("".join(text.value for text in texts(value)).strip())
    if type(value) is Message:
        return any(True for text in texts(content_template(value.content)) if text.value.strip())
    items = value.items if type(value) is Items else tuple(item for _, item in value.entries)
    return any(says(item) for item in items)


def unsaid(value: Value, hole: Part) -> Part:
    """What stands in a text for a list, a dict or an object; lost is what that says."""
    return msgspec.structs.replace(hole, origin=LOST) if type(hole) is Hole and says(value) else hole


def parameters_in(value: Value) -> set[str]:
    """The parameters, of whichever function, that stand in a value."""
    return {part.parameter for part in parts(value) if type(part) is Hole and part.parameter[:5] not in ("", "self.")}


def marks(value: Value, names: Sequence[str], gathered: str, keys: Iterable[str]) -> dict[str, Value]:
    """Marked texts in the place of the parameters in a value, which go through every operation that leaves a text one.

    Of a list whose texts are joined it is the only item; `keys` are those that stand in the dict `gathered`.
    """
    found: dict[str, Value] = {name: (Text("\u2026", Span(MARK, at, at), False),) for at, name in enumerate(names)}
    for name in _joined(value).intersection(names):
        found[name] = Items((found[name],), Span(MARK, 0, 0))
    if held := tuple((name, found[name]) for name in keys):
        found[f"{SPREAD}{gathered}"] = Mapping(held, Span(MARK, 0, 0), False)
    return found


def _joined(value: Value) -> set[str]:
    """The parameters that hold lists whose texts are joined in a value."""
    made = [part.arguments.positional[0] for part in parts(value) if type(part) is Apply and joins_given(part)]
    return {hole.parameter for each in made if (hole := single_hole(each)) is not None}


def named(facts: Facts, function: Function) -> list[tuple[str, Slot]]:
    """What becomes of the parameters whose names alone say so: prompts, and tools.

    Builds and plugins have tools, too: a model is given beside them, or the file uses a library for models.
    """
    taken = [name for name, _ in function.parameters if takes_prompt(name)]
    prompts = [(name, Slot(role_of(name), True, True)) for name in taken if leads_on(name, taken)]
    tools = [(name, Slot(SCHEMA, True, True)) for name, _ in function.parameters if name in LISTS]
    if tools and (prompts or thinks(name for name, _ in function.parameters) or uses_models(facts.aliases.values())):
        return prompts + tools
    return prompts


def marked(known: Iterable[tuple[str, Slot]], vague: bool, kept: bool) -> list[tuple[str, Slot]]:
    """What becomes of parameters in a message; `vague`: its role is not known, `kept`: it is one that is recorded."""
    if not (vague or kept):
        return list(known)
    return [(name, msgspec.structs.replace(slot, vague=vague, kept=kept)) for name, slot in known]


def partly(known: Iterable[tuple[str, Slot]]) -> list[tuple[str, Slot]]:
    """What becomes of parameters that stand in a text of the function itself.

    What is called a question, a query, code, a document or the like is what the program works on, and comes from
    outside.
    """
    told = [(name, slot) for name, slot in known if not _is_data(name.rpartition(".")[2].lstrip("*"))]
    return [(name, msgspec.structs.replace(slot, whole=False)) for name, slot in told]


def _is_data(name: str) -> bool:
    return name[:2] == "__" or volatility_of(name) in (Volatility.REQUEST, Volatility.UNIQUE)


def attributes(value: Value) -> set[str]:
    """The attributes of `self` that stand in a value, and the parameters ("*letters") of which items do."""
    found: set[str] = set()
    for part in parts(value):
        # Where nothing is known of a table, what it has under a key is an item of it; JSON is made of all its items.
        own = part.fallback if type(part) is Apply or (type(part) is Ref and part.call is not None) else part
        if type(own) is Hole:
            if own.member[:1] == "*":
                found.add(own.member)
        elif type(part) is Ref and part.fallback.parameter.startswith("self."):
            found.add(part.fallback.parameter)
    return found


def note_dedent(known: dict[Span, Dedent], part: Apply, target: Template) -> None:
    """Keep the longest text that a call which takes margins off is given, as it is where no parameter is marked."""
    longest = known.get(part.span)
    kept = longest is not None and not _marked(longest.target)
    if longest is None or not kept or (len(longest.target) < len(target) and not _marked(target)):
        known[part.span] = Dedent(part.operation, target, part.span)


def _marked(template: Template) -> bool:
    return any(text.span.file == MARK for text in texts(template))
