"""What the turns of a loop leave in values, taken out of them behind it."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from promptlint.operations import is_several
from promptlint.template import Apply, Arguments, Choice, Items, Message, Part, Ref, Repeat, Template, Value

# Values within values that are gone through behind a loop, and how deep they may stand.
_STEPS, _DEPTH = 400, 8

# The parts of a value that stand for earlier turns, by `id`, each with what stands there without them.
Marks: TypeAlias = dict[int, tuple[Part, Template]]


class Without:
    """Values without what stands in them for earlier turns."""

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self.steps = 0

    def value(self, value: Value, depth: int = 0) -> Value:
        """The value without it, itself if nothing of it stands there."""
        self.steps += 1
        if depth > _DEPTH or self.steps > _STEPS:
            return value
        if isinstance(value, tuple):
            return self.template(value, depth)
        if isinstance(value, Message):
            content = self.value(value.content, depth + 1)
            return value if content is value.content else msgspec.structs.replace(value, content=content)
        if isinstance(value, Items):
            items = [self.value(item, depth + 1) for item in value.items]
            if all(one is other for one, other in zip(items, value.items, strict=True)):
                return value
            kept = tuple(item for item, was in zip(items, value.items, strict=True) if item or not was or item is was)
            return msgspec.structs.replace(value, items=kept)
        entries = tuple((key, self.value(item, depth + 1)) for key, item in value.entries)
        same = all(one[1] is other[1] for one, other in zip(entries, value.entries, strict=True))
        return value if same else msgspec.structs.replace(value, entries=entries)

    def template(self, value: Template, depth: int) -> Template:
        parts: list[Part] = []
        changed = False
        for part in value:
            marked = self.marks.get(id(part))
            if marked is not None:
                parts += marked[1]
                changed = True
                continue
            kept = self.part(part, depth)
            changed = changed or kept is not part
            parts.append(kept)
        if not changed:
            return value
        # What stood for any number of items of earlier turns is none of them.
        return () if len(parts) == 1 and is_several(tuple(parts)) else tuple(parts)

    def part(self, part: Part, depth: int) -> Part:
        match part:
            case Choice(branches=branches):
                inner = tuple(self.template(branch, depth + 1) if depth < _DEPTH else branch for branch in branches)
                same = all(one is other for one, other in zip(inner, branches, strict=True))
                return part if same else msgspec.structs.replace(part, branches=inner)
            case Repeat(body=body):
                kept = self.value(body, depth + 1)
                return part if kept is body else msgspec.structs.replace(part, body=kept)
            case Apply(target=target, arguments=arguments):
                kept, given = self.value(target, depth + 1), self.arguments(arguments, depth)
                if kept is target and given is arguments:
                    return part
                return msgspec.structs.replace(part, target=kept, arguments=given)
            case Ref(call=call) if call is not None:
                given = self.arguments(call, depth)
                return part if given is call else msgspec.structs.replace(part, call=given)
        return part

    def arguments(self, given: Arguments, depth: int) -> Arguments:
        positional = tuple(self.value(each, depth + 1) for each in given.positional)
        keywords = tuple((name, self.value(each, depth + 1)) for name, each in given.keywords)
        same = all(one is other for one, other in zip(positional, given.positional, strict=True))
        same = same and all(one[1] is other[1] for one, other in zip(keywords, given.keywords, strict=True))
        return given if same else msgspec.structs.replace(given, positional=positional, keywords=keywords)
