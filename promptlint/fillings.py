"""Which calls fill the templates of prompts: what the templates ask for, and what they are given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from promptlint import operations
from promptlint.covered import Covered
from promptlint.extract.facts import Facts, Fill, Problem
from promptlint.formatting import format_fields
from promptlint.nesting import Nesting
from promptlint.operations import OBJECT, Ruler
from promptlint.prompt import FORMATS, Field, Filling, Project, Request, Unfilled
from promptlint.template import (
    Apply,
    Choice,
    Hole,
    Items,
    Message,
    Ref,
    Repeat,
    Span,
    Template,
    Text,
    Value,
    Volatility,
    holes,
    texts,
)

if TYPE_CHECKING:
    from promptlint.link import Linker
    from promptlint.modules import Modules

# Texts that are given to jinja2 or to a framework first: what is filled later is made of them.
_ORDER = {"jinja": 0, "fields": 1}
# Operations that fill fields in braces.
_BRACES = frozenset({*FORMATS, "fields"})
_NOWHERE = Span("", 0, 0)
# The share of a template's characters outside of its fields that must belong to a prompt.
COVERED = 0.5
MAX_FIELDS = 200
MAX_DEPTH = 20
_NAME = re.compile(r"[^.\[!:]*")
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")
_WORD = re.compile(r"[A-Za-z_]\w*")
# Words of tags that bring in other templates.
_OTHERS = frozenset({"include", "import", "extends"})
_PLAIN_FIELD = re.compile(r"\{([A-Za-z_]\w*)\}")


class Asked(msgspec.Struct):
    """What a template asks for, gathered piece by piece."""

    fields: list[Field] = []
    broken: list[Span] = []
    inserted: list[Hole] = []
    whole: bool = True
    number: int = 0


def with_fillings(
    project: Project, all_facts: Sequence[Facts], linker: Linker, covered: Covered, problems: list[Problem]
) -> Project:
    """The project with the calls that fill its prompts. Jinja texts that do not parse are added to `problems`."""
    loose, filled = Covered(), Covered()
    for facts in all_facts:
        for value in facts.loose:
            for template in _templates(linker.resolve(value, facts)):
                loose.add(template)
                filled.add(template)
    jinja = Jinja(all_facts)
    fillings: dict[tuple[Span, str], Filling] = {}
    # Fields of messages that a framework fills: linked, they are holes at these places.
    known: dict[Span, str] = {}
    fills = [(facts, fill) for facts in all_facts for fill in facts.fills]
    for facts, fill in sorted(fills, key=lambda item: (_ORDER.get(item[1].operation, 2), item[1].span)):
        target = linker.resolve(fill.target, facts)
        for template in _templates(target):
            in_jinja = linker.in_jinja if fill.operation in FORMATS else ()
            if in_jinja and any(hole.span in in_jinja for hole in holes(template)):
                # `RichPromptTemplate("...").format(...)`: its braces are none of `str.format`.
                continue
            if fill.operation in ("fields", "jinja", "render"):
                filled.add(template)
            kept = _outside_fields(template) if fill.operation in _BRACES else template
            if loose.share(template) > 0 or covered.share(kept) < COVERED or _guessed(template, linker):
                continue
            if fill.operation == "jinja":
                _parse(template, fill, jinja, problems)
            if not fill.guarded:
                filling = _filling(fill, template, jinja)
                if isinstance(target, Items):
                    filling = _of_messages(filling, template, target, known)
                elif fill.operation == "fields":
                    known.update((field.span, field.name) for field in filling.fields if field.certain)
                fillings.setdefault((fill.span, fill.operation), filling)
    found = sorted(fillings.values(), key=lambda filling: (filling.span, filling.operation))
    unfilled = sorted(_unfilled(project.requests, all_facts, filled), key=lambda each: (each.span, each.sent))
    scripts = _scripts(project, all_facts, linker)
    return msgspec.structs.replace(project, fillings=tuple(found), unfilled=tuple(unfilled), scripts=scripts)


def _outside_fields(template: Template) -> Template:
    """The texts of a template without its fields: they are gone where a prompt is made of it. All if no other is."""
    ruler = Ruler([part if isinstance(part, Text) else Text(OBJECT, _NOWHERE, False) for part in template])
    kept: list[Text] = []
    position = 0
    for start, end, inner in format_fields(ruler.value) or ():
        if inner not in ("{", "}"):
            kept += ruler.cut(position, start)
            position = end
    if not position:
        return template
    kept += ruler.cut(position, len(ruler.value))
    written = tuple(piece for piece in kept if piece.span is not _NOWHERE)
    return written if any(piece.value.strip() for piece in written) else template


def _scripts(project: Project, all_facts: Sequence[Facts], linker: Linker) -> frozenset[str]:
    """The files with a clock in a prompt whose process is over soon: run as programs, or imported by these alone."""
    clocks = {
        hole.span.file
        for request in project.requests
        for prompt in request.prompts
        if prompt.listed
        for hole in holes(prompt.template)
        if hole.origin in ("clock", "date") and hole.volatility is Volatility.DEPLOY
    }
    if not clocks:
        return frozenset()
    runs = {facts.file: facts.runs for facts in all_facts}
    importers = _importers(clocks, all_facts, linker.modules)

    def short(file: str) -> bool:
        if runs.get(file) in ("server", "script", "rerun"):
            return runs[file] != "server"
        around = importers.get(file, set())
        return all(runs[each] == "script" for each in around) if around else runs.get(file) == "bare"

    return frozenset(file for file in clocks if short(file))


def _importers(files: set[str], all_facts: Sequence[Facts], modules: Modules) -> dict[str, set[str]]:
    """For each of some files, the others that import it or a name that it defines, by way of others or not."""
    imports: dict[str, list[tuple[Facts, str]]] = {}
    for facts in all_facts:
        for path in set(facts.aliases.values()):
            for part in set(path.split(".")):
                imports.setdefault(part, []).append((facts, path))
    importers: dict[str, set[str]] = {}
    waiting, known, asked = sorted(files), set(files), set[tuple[str, str]]()
    while waiting:
        *folders, name = modules.paths.get(waiting.pop()) or ("",)
        # A package has the name of its folder, and inside of it none: `from . import x`.
        for part in [*folders[-1:], ""] if name == "__init__" else [name]:
            for facts, path in imports.get(part, ()):
                if (facts.file, path) in asked:
                    continue
                asked.add((facts.file, path))
                # A name of a module, or a module, of which any name is asked for.
                for found in (modules.find(facts, path), modules.find(facts, f"{path}._")):
                    if found is None or found[0].file not in files or found[0] is facts:
                        continue
                    importers.setdefault(found[0].file, set()).add(facts.file)
                    if facts.file not in known:
                        # It may give what it imports on to others.
                        known.add(facts.file)
                        waiting.append(facts.file)
    return importers


def _guessed(template: Template, linker: Linker) -> bool:
    """Whether a template is one of several files of the same name: which of them is loaded is not known."""
    names = {text.span.file for text in texts(template) if not text.span.file.endswith(".py")}
    return any(linker.files.alike(name) > 1 for name in names)


def _templates(value: Value) -> list[Template]:
    """The text of a value, or that of all its messages as one."""
    if isinstance(value, Items):
        contents = [item.content if isinstance(item, Message) else () for item in value.items]
        value = tuple(part for content in contents if isinstance(content, tuple) for part in content)
    return [value] if isinstance(value, tuple) and any(texts(value)) else []


def _of_messages(filling: Filling, template: Template, messages: Items, known: dict[Span, str]) -> Filling:
    """What messages ask for whose fields are holes already."""
    fields = [Field(known[part.span], part.span) for part in template if isinstance(part, Hole) and part.span in known]
    certain = all(isinstance(item, Message) and isinstance(item.content, tuple) for item in messages.items)
    whole = len(fields) == sum(not isinstance(part, Text) for part in template)
    return msgspec.structs.replace(
        filling, fields=tuple(fields), whole=whole and certain and messages.complete, broken=(), inserted=()
    )


def _parse(template: Template, fill: Fill, known: Jinja, problems: list[Problem]) -> None:
    """Remember the names of a text that jinja2 is given, or note that it cannot parse it."""
    from promptlint.extract import jinja

    pieces = [part for part in template if isinstance(part, Text)]
    if len(pieces) != len(template):
        return
    try:
        known.add(_extent(pieces), jinja.names(pieces))
    except jinja.TemplateError as error:
        if not fill.guarded and not _of_extension(error.message):
            ruler = Ruler(pieces)
            at = min(error.offset, max(len(ruler.value) - 1, 0))
            problems.append(Problem("template", error.message, ruler.place(at, at + 1)))


def _of_extension(message: str) -> bool:
    """Whether jinja2 does not know a tag that an extension may bring: of what ends one the tag itself is told first."""
    _, unknown, name = message.partition("unknown tag '")
    return bool(unknown) and not name.startswith(("end", "else'", "elif'"))


def _extent(pieces: Sequence[Text]) -> Span:
    """From the first to the last of the pieces that stand in one file with the first."""
    spans = [piece.span for piece in pieces if piece.span.file == pieces[0].span.file]
    return Span(spans[0].file, min(span.start for span in spans), max(span.end for span in spans))


def _filling(fill: Fill, template: Template, jinja: Jinja) -> Filling:
    asked = Asked()
    if fill.operation == "render":
        jinja.fields(template, asked, [name for name, _ in fill.names])
    else:
        _gather(template, fill.operation, asked, True, False, 0)
    return Filling(
        fill.operation,
        fill.span,
        next(texts(template)).span,
        tuple(asked.fields),
        asked.whole and len(asked.fields) < MAX_FIELDS and not _exchangeable(fill.target),
        fill.names,
        fill.positional,
        fill.complete,
        tuple(asked.broken),
        tuple(asked.inserted),
    )


def _exchangeable(target: Value) -> bool:
    """Whether a template is an attribute that an object may be given another value for."""
    while isinstance(target, tuple) and len(target) == 1 and isinstance(target[0], Apply):
        target = target[0].target
    part = target[0] if isinstance(target, tuple) and len(target) == 1 else None
    if not isinstance(part, Ref) or part.call is not None:
        return False
    owner, _, name = part.name.removeprefix(":").rpartition(".")
    return part.name.startswith(":") and bool(owner) and not name.isupper()


def _gather(template: Template, operation: str, asked: Asked, certain: bool, beside: bool, depth: int) -> None:
    """What the texts of a template ask for; what is not text may hide more.

    `beside`: text stands around it. A value with none around it is the template itself, one of several.
    """
    if depth > MAX_DEPTH:
        asked.whole = False
        return
    pieces = [part if isinstance(part, Text) else Text(OBJECT, Span("", 0, 0), False) for part in template]
    ruler = Ruler(pieces)
    beside = beside or any(isinstance(part, Text) and part.value.strip() for part in template)
    if operation == "jinja":
        pass
    elif operation == "percent":
        _percent_fields(ruler, asked, certain)
    elif operation == "substitute":
        _dollar_fields(ruler, asked, certain)
    else:
        _format_fields(ruler, asked, certain)
    start = asked.number
    names = _names_of_fields(template)
    for part in template:
        match part:
            case Hole():
                asked.whole = False
                if beside and len(asked.inserted) < MAX_FIELDS and part.expression not in names:
                    asked.inserted.append(part)
            case Choice():
                last = start
                for branch in part.branches:
                    asked.number = start
                    _gather(branch, operation, asked, False, beside, depth + 1)
                    last = max(last, asked.number)
                asked.number = last
            case Repeat():
                _gather(part.body, operation, asked, False, beside, depth + 1)
            case _:
                pass


def _names_of_fields(template: Template) -> set[str]:
    """The run-time values that stand between braces of the text around them: names of fields, put in by hand."""
    # A text between two parts that are none may be in pieces.
    joined = "".join(part.value if isinstance(part, Text) else OBJECT for part in template)
    values = [part for part in template if not isinstance(part, Text)]
    around = joined.split(OBJECT)
    return {
        part.expression
        for number, part in enumerate(values)
        if isinstance(part, Hole)
        and (around[number].rstrip(" ").endswith("{") or around[number + 1].lstrip(" ").startswith("}"))
    }


def _format_fields(ruler: Ruler, asked: Asked, certain: bool) -> None:
    fields = format_fields(ruler.value)
    if fields is None:
        if certain and OBJECT not in ruler.value:
            at = first_broken(ruler.value)
            asked.broken.append(ruler.place(at, at + 1))
        asked.whole = False
        return
    for start, end, inner in fields:
        if inner in ("{", "}"):
            continue
        if OBJECT in inner:
            asked.whole = False
            continue
        match = _NAME.match(inner)
        name = match.group() if match else ""
        spec = inner.partition(":")[2]
        if name.strip() and not (name.isidentifier() or name.isdecimal()):
            if certain:
                asked.broken.append(ruler.place(start, start + 1))
            continue
        if not name.strip():
            name, asked.number = str(asked.number), asked.number + 1
        _add(asked, name, ruler.place(start, end), certain)
        for _, _, nested in format_fields(spec) or ():
            if nested.isidentifier():
                _add(asked, nested, ruler.place(start, end), certain)


def _add(asked: Asked, name: str, place: Span, certain: bool) -> None:
    if len(asked.fields) < MAX_FIELDS:
        asked.fields.append(Field(name, place, certain))


def first_broken(value: str) -> int:
    """The offset of the first brace that `str.format` does not accept, in a text that it refuses."""
    opened: list[int] = []
    position = 0
    while position < len(value):
        character = value[position]
        if character in "{}" and not opened and value.startswith(character, position + 1):
            position += 2
            continue
        if character == "{":
            opened.append(position)
        elif character == "}":
            if not opened:
                return position
            opened.pop()
        position += 1
    return opened[0] if opened else 0


def _percent_fields(ruler: Ruler, asked: Asked, certain: bool) -> None:
    for match in operations.PERCENT.finditer(ruler.value):
        if match["kind"] == "%":
            continue
        if "*" in match.group():
            asked.whole = False
            asked.number += match.group().count("*")
        name = match["name"]
        if name is None:
            name, asked.number = str(asked.number), asked.number + 1
        _add(asked, name, ruler.place(match.start(), match.end()), certain)


def _dollar_fields(ruler: Ruler, asked: Asked, certain: bool) -> None:
    for match in operations.DOLLAR.finditer(ruler.value):
        name = match["named"] or match["braced"]
        if name is not None:
            _add(asked, name, ruler.place(match.start(), match.end()), certain)


# Jinja


class Jinja:
    """What is known of the names in the Jinja templates of a run."""

    def __init__(self, all_facts: Sequence[Facts]) -> None:
        self.files = {facts.file: frozenset(facts.names) for facts in all_facts if facts.names is not None}
        self.inline: dict[str, list[tuple[Span, frozenset[str]]]] = {}
        # Names may come from elsewhere, or are filled in a second turn.
        self.open = any(facts.jinja for facts in all_facts)

    def add(self, extent: Span, names: frozenset[str]) -> None:
        """A text of a Python file that is given to jinja2."""
        self.inline.setdefault(extent.file, []).append((extent, names))

    def names(self, template: Template) -> frozenset[str] | None:
        """All names that stand in the tags of a linked template, and more; None when some may be missing."""
        found: set[str] = set()
        for text in texts(template):
            names = self.files.get(text.span.file)
            if names is None:
                around = self.inline.get(text.span.file, ())
                names = next((known for span, known in around if span.start <= text.span.start < span.end), None)
            if names is None:
                return None
            found |= names
        if not _OTHERS.isdisjoint(found):
            for more in self.files.values():
                found |= more
        return frozenset(found)

    def fields(self, template: Template, asked: Asked, given: Iterable[str]) -> None:
        """The variables that a template prints as they are, unless it asks somewhere whether they are there."""
        printed: dict[str, Hole] = {}
        tested: list[str] = []
        _walk_jinja(template, printed, tested, True)
        words = {word for each in tested for word in _WORD.findall(each)}
        if not self.open:
            asked.fields += [Field(name, hole.span) for name, hole in printed.items() if name not in words]
        names = self.names(template)
        asked.whole = names is not None
        if names is not None:
            # What stands in a tag is used, wherever and however.
            asked.fields += [Field(name, Span("", 0, 0), False) for name in given if name in names]


def _walk_jinja(template: Template, printed: dict[str, Hole], tested: list[str], certain: bool) -> None:
    for part in template:
        match part:
            case Hole(parameter=name, span=span):
                # The hole of a variable is as long as its tag: `{{ name }}`. What Python puts in stands alone.
                tag = span.end - span.start >= len(part.expression) + len("{{}}")
                if name and certain and tag and _DOTTED.fullmatch(part.expression):
                    printed.setdefault(name, part)
                elif part.expression != name:
                    tested.append(part.expression)
            case Choice():
                tested.append(part.condition)
                for branch in part.branches:
                    _walk_jinja(branch, printed, tested, False)
            case Repeat():
                tested.append(part.over)
                _walk_jinja(part.body, printed, tested, False)
            case _:
                pass


# Fields that nothing fills


def _unfilled(requests: Sequence[Request], all_facts: Sequence[Facts], filled: Covered) -> Iterator[Unfilled]:
    scopes = {
        facts.file: Nesting((span.start, span.end, names) for span, names in facts.scopes)
        for facts in all_facts
        if facts.scopes
    }
    for request in requests:
        called = [prompt for prompt in request.prompts if prompt.evidence == "call"]
        if not called:
            continue
        sends = _bound(scopes, request.span)
        # What is given to the very call by this name is what its framework fills in.
        given = {name for name, _ in request.parameters}
        for prompt in called:
            for text in texts(prompt.template):
                if not text.verbatim or "{" not in text.value or filled.share((text,)) > 0:
                    continue
                bound = sends | _bound(scopes, text.span)
                for match in _PLAIN_FIELD.finditer(text.value):
                    if match[1] in bound - given and _single(text.value, match):
                        at = text.span.start + match.start()
                        place = Span(text.span.file, at, at + len(match.group()))
                        yield Unfilled(match[1], place, request.span)


def _bound(scopes: dict[str, Nesting[tuple[str, ...]]], place: Span) -> set[str]:
    """The names that the function around a place binds, and those around that function."""
    functions = scopes.get(place.file)
    return {name for names in functions.around(place.start) for name in names} if functions is not None else set()


def _single(value: str, match: re.Match[str]) -> bool:
    """Whether the braces of a field are not doubled."""
    return value[match.start() - 1 : match.start()] != "{" and not value.startswith("}", match.end())
