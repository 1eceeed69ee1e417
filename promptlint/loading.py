"""Files that others load: Jinja templates by the names their loaders know, texts and settings by their paths.

Where a program's folders lie is not known, so a name fits every file whose path ends with it; of several the nearest to
the file that says the name is taken. A path whose folder the program itself does not settle fits none.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from promptlint import operations
from promptlint.extract import data_values, prompt_paths
from promptlint.extract.facts import Facts
from promptlint.extract.jinja import has_own_syntax, syntax_of
from promptlint.extract.joins import join_branches
from promptlint.extract.state import has_text, state_of
from promptlint.formatting import format_template
from promptlint.operations import in_text, literal
from promptlint.template import (
    Apply,
    Choice,
    Condition,
    Hole,
    Items,
    Mapping,
    Message,
    Part,
    Ref,
    Repeat,
    Template,
    Text,
    Value,
    Volatility,
)

if TYPE_CHECKING:
    from promptlint.link import Linker

MAX_PARENTS = 12
MAX_SETTINGS = 60_000
"""Characters of settings in a text of the program; longer ones are data."""

OPERATIONS = frozenset({"path", "read", "data", "template", "load"})
_JINJA = (".j2", ".jinja", ".jinja2")


class Files:
    """The files of a run that others may load."""

    def __init__(self, all_facts: Sequence[Facts]) -> None:
        self.by_last: dict[str, list[tuple[tuple[str, ...], Facts]]] = {}
        self.folders: dict[tuple[tuple[str, ...], tuple[str, ...]], dict[tuple[str, ...], list[Facts]]] = {}
        for facts in all_facts:
            if not facts.file.endswith(".py"):
                parts = components(facts.file)
                if parts:
                    self.by_last.setdefault(parts[-1], []).append((parts, facts))

    def alike(self, name: str) -> int:
        """How many files of the run have the last part of a file's name."""
        parts = components(name)
        return len(self.by_last.get(parts[-1], ())) if parts else 0

    def find(self, near: str, name: str, key: str) -> Facts | None:
        """The file of a name that has the binding `key` ("": any): beside `near`, or the nearest whose path ends so."""
        wanted = components(name)
        if not wanted:
            return None
        here = components(near)[:-1]
        found = [item for item in self.by_last.get(wanted[-1], ()) if item[0][-len(wanted) :] == wanted]
        found = [item for item in found if key in item[1].bindings or not key]
        if not found:
            return None
        return max(found, key=lambda item: (common(item[0], here), -len(item[0]), item[1].file))[1]


    def below(self, near: str, folder: tuple[str, ...], endings: tuple[str, ...]) -> tuple[int, list[Facts]]:
        """The files below a folder whose names end so, and how many components its path has.

        Of several folders whose paths end alike it is the nearest to the file `near`.
        """
        roots = self.folders.get((folder, endings))
        if roots is None:
            roots = self.folders[folder, endings] = {}
            size = len(folder)
            for last in sorted(self.by_last) if size else ():
                for path, facts in self.by_last[last] if last.lower().endswith(endings) else ():
                    at = next((at for at in range(len(path) - size) if path[at : at + size] == folder), None)
                    if at is not None:
                        roots.setdefault(path[: at + size], []).append(facts)
        here = components(near)[:-1]
        root = max(roots, key=lambda root: (common(root, here), -len(root), root), default=())
        return len(root), roots.get(root, [])


def components(path: str) -> tuple[str, ...]:
    """The components of a path; `..` takes one away, or stands for nothing that is known."""
    parts: list[str] = []
    for part in path.replace("\\", "/").split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return tuple(parts)


def common(first: tuple[str, ...], second: tuple[str, ...]) -> int:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count


# Jinja


def reference(linker: Linker, ref: Ref, facts: Facts, bound: dict[str, Value]) -> Value | None:
    """What `jinja:NAME` stands for; `block:NAME` and `super:NAME` inside a template that others extend."""
    kind, _, name = ref.name.partition(":")
    if kind in ("block", "super"):
        return _block(linker, name, kind == "super")
    name, _, member = name.partition("#")
    home = linker.files.find(facts.file, name, "template") if name else None
    if home is None:
        return None
    if member and ref.call is not None:
        return linker.called(home, member, ref.call, facts, bound)
    return linker.named(home, f"#{member}" if member else "template")


class Chain:
    """A template and those it extends, the last one the layout; and how far down each block is being read."""

    def __init__(self, files: list[Facts]) -> None:
        self.files = files
        self.levels: dict[str, int] = {}


def extended(linker: Linker, child: Facts) -> Value | None:
    """The layout that a template extends, with the blocks of those below in it. None when it is not in the run."""
    chain = [child]
    while name := chain[-1].aliases.get("extends"):
        parent = linker.files.find(chain[-1].file, name, "template")
        if parent is None or any(parent is each for each in chain) or len(chain) > MAX_PARENTS:
            return None
        chain.append(parent)
    layout = chain[-1]
    own = {(facts.file, "template") for facts in chain} - linker.active
    linker.active |= own
    linker.chains.append(Chain(chain))
    try:
        return linker.value(layout.bindings.get("outline") or layout.bindings["template"], layout, {})
    finally:
        linker.chains.pop()
        linker.active -= own


def _block(linker: Linker, name: str, above: bool) -> Value | None:
    if not linker.chains:
        return None
    chain = linker.chains[-1]
    before = chain.levels.get(name, -1)
    if (before >= 0) != above:  # a block within itself, or `super()` outside of its block
        return None
    owners = [facts for facts in chain.files if f"block:{name}" in facts.bindings]
    level = before + 1
    if level >= len(owners):
        return None
    chain.levels[name] = level
    try:
        return linker.value(owners[level].bindings[f"block:{name}"], owners[level], {})
    finally:
        if before < 0:
            del chain.levels[name]
        else:
            chain.levels[name] = before


def given(values: dict[str, Value]) -> dict[str, Template]:
    """Arguments of `render` as templates; of lists and dicts only how often they change is known."""
    found: dict[str, Template] = {}
    for name, value in values.items():
        found[name] = value if isinstance(value, tuple) else (Hole(name, value.span, *state_of(value)),)
    return found


def render(target: Template, given: dict[str, Template]) -> Template:
    """The variables of a Jinja template with the values it is rendered with, or with how often these change."""
    if not given:
        return target
    parts: list[Part] = []
    for part in target:
        match part:
            case Hole():
                parts.extend(_rendered(part, given))
            case Choice():
                parts.append(Choice(part.condition, tuple(render(branch, given) for branch in part.branches)))
            case Repeat():
                known = _known(part.over, given)
                volatility = part.volatility if known is None else known[0]
                body = part.body if known is None else _turned(part.body, part.volatility, volatility)
                parts.append(msgspec.structs.replace(part, body=render(body, given), volatility=volatility))
            case _:
                parts.append(part)
    return tuple(parts)


def _turned(body: Template, before: Volatility, after: Volatility) -> Template:
    """The body of a loop whose collection changes as often as `after`: so do the items of it."""
    parts: list[Part] = []
    for part in body:
        match part:
            case Hole() if part.origin == "loop" and part.volatility is before:
                parts.append(msgspec.structs.replace(part, volatility=after))
            case Choice():
                branches = tuple(_turned(branch, before, after) for branch in part.branches)
                parts.append(Choice(part.condition, branches))
            case _:
                parts.append(part)
    return tuple(parts)


def _known(expression: str, given: dict[str, Template]) -> tuple[Volatility, str] | None:
    """How often an expression's value changes, by the value that its first name is given."""
    end = next((at for at, character in enumerate(expression) if not (character.isalnum() or character == "_")), None)
    value = given.get(expression[:end])
    if value is None:
        return None
    state = state_of(value)
    return None if state[0] is Volatility.UNKNOWN else state


def _rendered(hole: Hole, given: dict[str, Template]) -> Template:
    value = given.get(hole.parameter) if hole.parameter and hole.json is None else None
    if value is not None and hole.expression == hole.parameter:
        single = value[0] if len(value) == 1 else None
        if isinstance(single, Hole) and single.volatility is Volatility.UNKNOWN:
            # The template's name for a value may say more than the program's.
            return (msgspec.structs.replace(single, volatility=hole.volatility, origin=single.origin or hole.origin),)
        return value
    state = _known(hole.expression, given)
    if state is None:
        return (hole,)
    return (msgspec.structs.replace(hole, volatility=state[0], origin=state[1] or hole.origin, parameter=""),)


# Loading


def apply(
    linker: Linker,
    part: Apply,
    target: Value,
    positional: list[Value],
    keywords: dict[str, Value],
    facts: Facts,
    bound: dict[str, Value],
) -> Value | None:
    """The result of an operation on a path. A path is a template like any other; what is not known of it is a hole."""
    if part.operation == "path":
        return tuple(_joined([in_text(value) for value in (target, *positional)]))
    if part.operation == "template":
        return _template(linker, target, positional, keywords, facts)
    if part.operation == "load":
        return _load(linker, target, positional, keywords, facts)
    key = "text" if part.operation == "read" else "data"
    inner = part.target[0] if isinstance(part.target, tuple) and part.target else None
    if key == "data" and isinstance(inner, Apply) and inner.operation == "read":
        target = linker.value(inner.target, facts, bound)
    elif key == "data" and isinstance(target, tuple):
        word, choice = literal(target), target[0] if len(target) == 1 else None
        if word and "\n" in word:
            return _read_text(linker, word, target)
        if type(choice) is Choice:
            read = [_read_text(linker, literal(branch) or "", branch) for branch in choice.branches]
            known = [value for value in read if value is not None]
            join = functools.partial(join_branches, Condition(choice.condition))
            return functools.reduce(join, known) if known and len(known) == len(read) else None
    home = linker.files.find(facts.file, located(target), key)
    if home is None and path_of(target):
        # A file of the program, of which it is not known which one it is, or one that is not part of the run.
        linker.unseen.add(part.fallback.span)
    return None if home is None else home.bindings[key]


def _read_text(linker: Linker, word: str, target: Template) -> Value | None:
    """The settings that stand in a text of the program, each piece in its place there. JSON is YAML, too."""
    if "\n" not in word or len(word) > MAX_SETTINGS:
        return None
    known = linker.read.get(target)
    if known is None:
        found = data_values.read(".yaml", word)
        ruler = operations.Ruler([part for part in target if isinstance(part, Text)])
        known = linker.read[target] = (None if found is None else _placed(found, ruler),)
    return known[0]


def _placed(value: Value, ruler: operations.Ruler) -> Value:
    """A value read from a text, in the places of that text."""
    if isinstance(value, tuple):
        parts: list[Part] = []
        for part in value:
            if type(part) is Text and part.verbatim:
                parts.extend(ruler.cut(part.span.start, part.span.end))
            elif type(part) is Text:
                parts.append(ruler.text(part.value, part.span.start, part.span.end))
            elif type(part) is Hole:
                parts.append(msgspec.structs.replace(part, span=ruler.place(part.span.start, part.span.end)))
        return tuple(parts)
    if isinstance(value, Message):
        return value
    span = ruler.place(value.span.start, value.span.end)
    if isinstance(value, Items):
        return Items(tuple(_placed(item, ruler) for item in value.items), span, value.complete)
    return Mapping(tuple((key, _placed(item, ruler)) for key, item in value.entries), span, value.complete)


def _joined(pieces: list[Template]) -> Iterator[Part]:
    before = ""
    for piece in pieces:
        if not piece:
            continue
        first = piece[0].value if isinstance(piece[0], Text) else ""
        if before and not before.endswith("/") and not first.startswith("/"):
            span = next((text.span for text in piece if isinstance(text, Text | Hole)), None)
            if span is not None:
                yield Text("/", span, False)
        yield from piece
        before = piece[-1].value if isinstance(piece[-1], Text) else "?"


def path_of(value: Value) -> str:
    """What is known of the end of a path, whole components of it, or ""."""
    if not isinstance(value, tuple):
        return ""
    tail = ""
    for part in reversed(value):
        if not isinstance(part, Text):
            # What stands right behind an unknown may be the rest of a name.
            return tail.partition("/")[2]
        tail = part.value + tail
    return tail


def located(value: Value) -> str:
    """The known end of a path whose folder is settled by the program itself: by what it says, or by where it lies.

    What options, settings, the environment or a caller out of sight say is not: any file of the name may be meant, and
    one that is no part of the run. Of several ways the first that is settled counts: it holds unless told otherwise.
    "" for any other path.
    """
    parts = _settled(value)
    return path_of(parts) if parts is not None else ""


def _settled(value: Value) -> Template | None:
    """A path with nothing in it but text and folders of the program, or None."""
    if not isinstance(value, tuple):
        return None
    parts: list[Part] = []
    for part in value:
        if type(part) is Choice:
            inner = next((known for branch in part.branches if (known := _settled(branch)) is not None), None)
            if inner is None:
                return None
            parts += inner
        elif type(part) is Text or (type(part) is Hole and part.origin == "folder"):
            parts.append(part)
        else:
            return None
    return tuple(parts)


def _template(
    linker: Linker, target: Value, positional: list[Value], keywords: dict[str, Value], facts: Facts
) -> Value | None:
    """`environment.get_template(name)`, if it was read with the delimiters of the environment."""
    environment = keywords.get("environment")
    own = isinstance(environment, Mapping) and has_own_syntax(environment)
    for name in (target, *positional):
        home = linker.files.find(facts.file, path_of(name), "template")
        if home is not None:
            if own and isinstance(environment, Mapping) and home.syntax != syntax_of(environment):
                return None
            return linker.named(home, "template")
    return None


def _load(
    linker: Linker, target: Value, positional: list[Value], keywords: dict[str, Value], facts: Facts
) -> Value | None:
    """A function that is called with the name of a file: what it gives back, or else what stands in the file."""
    if not isinstance(target, tuple) or has_text(target):
        return target
    name = literal(positional[0]) if positional else None
    if not name or linker.lacks(target):
        # What the function reads is not known, not even where.
        return None
    values = given(keywords)
    if name.lower().endswith(_JINJA) or name.lower().endswith(prompt_paths.ALWAYS):
        home = linker.files.find(facts.file, name, "template")
        found = None if home is None else linker.named(home, "template")
        return render(found, values) if isinstance(found, tuple) else None
    key = "data" if name.lower().endswith(prompt_paths.DATA) else "text"
    home = linker.files.find(facts.file, name, key)
    found = None if home is None else home.bindings[key]
    if not isinstance(found, tuple) or not values:
        return found
    if "{{" in "".join(part.value for part in found if isinstance(part, Text)):
        made = linker.named(home, "template") if home is not None else None
        return render(made, values) if isinstance(made, tuple) else found
    return format_template(found, [], values, partial=True)
