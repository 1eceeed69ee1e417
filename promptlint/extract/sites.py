"""Which values are taken for prompts, and on what evidence.

Ranks: -1 a comment says so, with its role; 0 it reaches a message or a call to a model; 1 a keyword, decorator or
base class of a framework, or the project's own word; 2 a name; 3 how the text reads. Evidence against (logging,
argparse, SQL, ...) silences ranks 2 and 3.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from promptlint.extract.against import (
    AUDIENCE_PACKAGES,
    FIELDS,
    TERMINALS,
    about_pictures,
    drawn,
    exemplified,
    speaks_against,
)
from promptlint.extract.bounds import full, whole
from promptlint.extract.descriptors import describes
from promptlint.extract.extents import extent, sample, templates
from promptlint.extract.keyed import (
    asks_person,
    declares,
    labels,
    notices,
    of_notice,
    only_tried,
    others,
    paired,
    said_twice,
    steps,
    to_choose,
)
from promptlint.extract.names import (
    example_like,
    heading,
    leads_on,
    of_test,
    of_user,
    role_of,
    several_words,
    told_others,
    words,
)
from promptlint.extract.patterns import lazy
from promptlint.extract.prompt_paths import translates
from promptlint.extract.reads import addresses, asks_user, instructs, reads_like_prompt
from promptlint.extract.state import File, fallback_of, has_text, single_hole, textual
from promptlint.operations import takes
from promptlint.template import (
    Apply,
    Choice,
    Hole,
    Items,
    Mapping,
    Message,
    Part,
    Ref,
    Span,
    Template,
    Text,
    Value,
)

SAID, MESSAGE, KEYWORD, NAME, READS = -1, 0, 1, 2, 3
# What a file of prompts holds under any name is one, from the last of these lengths on.
MIN_READS, MIN_BYTES, MIN_HELD = 40, 80, 100
# Keys of the two texts of one request.
_SPEAKERS = frozenset({"system", "user"})


def consider(file: File, value: Value, node: ast.AST, name: str, *, named: bool = False, depth: int = 0) -> int | None:
    """Take a value for a prompt if its name or its text says so. Gives the index of the site of a template.

    `named`: the name of something around it (a dict of prompts, a class of prompts) has said so already.
    """
    if file.muted or depth > 6 or (depth == 0 and file.documented and example_like(name)):
        return None
    if file.verdict is not None and (said := file.verdict(name)) is not None:
        return settle(file, value, node, name, "config") if said else None
    if isinstance(value, tuple):
        return _consider_text(file, value, node, name, named, depth)
    if type(value) is Message:
        return None
    if full(value):
        # Sums of what was cut off are cut off at the same place; what is longer than any value has been kept apart.
        end = file.rests.pop(value.span, None)
        if end is None:
            return None
        value = whole(value, end)
    if depth == 0 and _shots(name, value) and "prompt" in file.source.text:
        take_examples(file, value, node, name, NAME)
        return None
    told = depth == 0 and file.prompt_like(name)
    named = named or (told and not others(name, value, file.where.rpartition(".")[2]))
    if type(value) is Items:
        for number, item in enumerate(value.items):
            if named or file.verdict is not None or not _says_little(item):
                consider(file, item, node, f"{name}[{number}]", named=named, depth=depth + 1)
    elif not declares(value, name):
        _consider_entries(file, value, node, name, named, depth)
    return None


def _consider_entries(file: File, value: Mapping, node: ast.AST, name: str, named: bool, depth: int) -> None:
    """The same of what a dict or an object has under its keys."""
    if describes(value, f"{name}.{file.where}"):
        note_descriptions(file, value, name or file.where, NAME)
    if not value.kind:
        _note_shots(file, value, node, name)
    keys = {key for key, _ in value.entries}
    if "type" in keys and not value.kind and asks_person(value):
        return
    outcome = not _ANSWERED.isdisjoint(words(value.kind)) or not _OUTCOME.isdisjoint(keys)
    aside = labels(value, keys) | (said_twice(value.entries) if named and name[-1:] == "]" else frozenset())
    shown = not named and file.verdict is None and notices(value, file.prompt_like)
    for key, item in _telling(file, value, named):
        if outcome and key in TOLD:
            continue
        about = key in _NAMING or exemplified(key, item) if value.kind else words(key) in _ASIDE
        if about or key in aside or (key == "description" and "type" in keys):  # of a field
            continue
        below = f"{name}.{key}" if name else key
        told = file.prompt_like(key) and _KEY.fullmatch(key) is not None
        told = (told or (key in _SPEAKERS and paired(value))) and not (of_test(name) and only_tried(item))
        inner = named or (told and not steps(key, item) and not to_choose(key, item))
        if not inner and file.verdict is None and _says_little(item):
            continue
        if inner and heading(key) and isinstance(item, tuple) and len(item) == 1 and feeds(item):
            # What stands under a heading of a prompt is read from an object.
            file.note(item, _span(item), below, role_of(name), "within", READS)
        consider(file, item, node, below, named=inner and not (shown and of_notice(key, item)), depth=depth + 1)


def _telling(file: File, value: Mapping, named: bool) -> Sequence[tuple[str, Value]]:
    """The entries of a dict or an object without those of which no more is to be asked: most of them."""
    # `x_prompt: str = Field(default="...", description="...")`: the default is the prompt, the rest is about it.
    entries = value.entries if (given := field_default(value)) is None else given
    if named or file.verdict is not None:
        return entries
    return [each for each in entries if each[0] in _SPEAKERS or file.prompt_like(each[0]) or not _says_little(each[1])]


def _says_little(value: Value) -> bool:
    """Whether a value holds no text, or so short a one that its name alone may say that it is a prompt."""
    if type(value) is not tuple:
        return False
    part = value[0] if len(value) == 1 else None
    return len(part.value) < MIN_BYTES // 4 if type(part) is Text else not textual(value)


_SHOTS = (("shot",), ("shots",))


def _shots(name: str, value: Value) -> bool:
    """Whether objects are examples for a model, by their class or name: `baseline_shots = [Shot(task=...), ...]`."""
    if type(value) is Items:
        objects = value.items and all(type(item) is Mapping for item in value.items)
        return bool(objects) and (words(name)[-1:] in _SHOTS or all(_shots("", item) for item in value.items))
    return type(value) is Mapping and words(value.kind)[-1:] in _SHOTS


def _in_sentence(value: Template, at: int) -> bool:
    """Whether a value that is put into a text has words of one sentence before it, or behind it if it is the first."""
    before, behind = value[at - 1] if at else None, value[at + 1] if at + 1 < len(value) else None
    if type(before) is Text:
        said = before.value.rstrip(" \t")
        return said[-1:] not in ("", "\n", ":", ">", "`")
    return before is None and type(behind) is Text and behind.value[:1] == " " and behind.value[1:2].islower()


def told_user(name: str, value: Template) -> bool:
    """Whether what is called a user's message is one to the user: sentences that ask and order nothing.

    So does what stands in a table of that name: `USER_MESSAGES["late"]`.
    """
    if not (of_user(name) or of_user(name.partition("[")[0].partition(".")[0])):
        return False
    said = list(_written_out(value))
    # "Please check your network" is one of the things that a program tells.
    return bool(said) and 2 * sum("?" in text or addresses(text) or instructs(text) for text in said) < len(said)


def _written_out(value: Template) -> Iterator[str]:
    """The sentences that a value may be. What stands alone, or behind a colon, is data: `f"Question: {question}"`."""
    if all(type(part) is Text or (type(part) is Hole and _in_sentence(value, at)) for at, part in enumerate(value)):
        yield sample(value)
    elif len(value) == 1 and type(part := value[0]) is Choice:
        for branch in part.branches:
            yield from _written_out(branch)


def _consider_text(file: File, value: Template, node: ast.AST, name: str, named: bool, depth: int) -> int | None:
    """The same of a text."""
    if named and depth > 0 and leads_on(name):
        note_handed(file, value, name)
    if not textual(value) or _cut_before(file, value):
        return None
    if named or (depth == 0 and file.prompt_like(name)):
        # What is painted is told nobody else, but for the instructions of who paints.
        other = about_pictures(file.name) and role_of(name.rpartition(".")[2]) != "system"
        other = other or _of_a_line(file, name) or translates(file.name)
        if other and has_text(value) and not reads_like_prompt(sample(value)):
            return None
        told = has_text(value) or named or _called(value) or _handed_over(file, value)
        if told and not asks_user(sample(value, 240)) and not drawn(value) and not told_user(name, value):
            if depth == 0 and leads_on(name):
                # What callers give for a part of it goes where it goes.
                note_handed(file, value, name, part=True)
            return file.note(value, place(file, value, node), name, role_of(name), "name", NAME)
        return None
    if has_text(value):
        text = sample(value)
        if len(text) < MIN_BYTES // 4:
            return None
        # `Template.__doc__ = "..."` is said of it.
        held = file.of_prompts and name and (depth == 0 or _in_table(name)) and name[:2] != "__"
        held = held and not told_others(name)
        # `default_system = "..."`: of so many words that it names no file system or the like.
        held = held or words(name.rpartition(".")[2])[1:][-1:] == ("system",)
        if len(text) >= MIN_HELD and held:
            return file.note(value, place(file, value, node), name, role_of(name), "name", NAME)
        # One character of a script without spaces says what three others do.
        long = len(text) >= MIN_READS or len(text.encode()) >= MIN_BYTES
        if long and _ABOUT_READ.isdisjoint(words(name)[-1:]) and reads_like_prompt(text) and not drawn(value):
            return file.note(value, place(file, value, node), name, role_of(name), "reads", READS)
    return None


def _in_table(name: str) -> bool:
    """Whether a text stands under a key of a constant's dict: `RULES_BY_TOWN = {"ulm": "..."}`, and is not about it."""
    owner, _, key = name.partition(".")
    if not (owner.isidentifier() and owner.isupper() and key.isidentifier()):
        return False
    return words(key)[-1:] not in _ASIDE and key not in _ABOUT_KEYS


# Last words of names of what is compared with an answer, or is one.
_ABOUT_READ = frozenset("answer answers completion completions pattern patterns reply replies response".split())


def _of_a_line(file: File, name: str) -> bool:
    """Whether a prompt by this name may be what stands in front of a line that is edited in a terminal."""
    return not file.imported.isdisjoint(TERMINALS) and role_of(name) == "unknown"


def _note_shots(file: File, mapping: Mapping, node: ast.AST, name: str) -> None:
    """`{"prompt": TEMPLATE, "examples": [...]}`: what stands beside a prompt goes where it goes."""
    shots = [(key, item) for key, item in mapping.entries if type(item) is Items and example_like(key)]
    if not shots:
        return
    prompts = [item for key, item in mapping.entries if file.prompt_like(key)]
    if any(isinstance(item, tuple) and textual(item) for item in prompts):
        for key, item in shots:
            take_examples(file, item, node, f"{name}.{key}" if name else key, NAME)


# Keys of what a service says of its work, and under which it says so to people.
_OUTCOME = frozenset({"success", "error", "error_code", "status", "status_code", "code", "ok"})
_ANSWERED = frozenset({"error", "errors", "response"})
TOLD = frozenset({"message", "msg", "error", "detail", "details", "reason", "status"})


def _handed_over(file: File, value: Template) -> bool:
    """Whether a value is a function of this file, which somebody calls later: `prompt_fn=describe`."""
    part = value[0] if len(value) == 1 else None
    known = file.definitions.get(part.name[1:]) if type(part) is Ref and part.call is None else None
    return known is not None and not isinstance(known[0], ast.ClassDef)


def _called(value: Template) -> bool:
    """Whether a value is what a function of the project gives back, an item of that, or texts that are put together.

    `prompt = GUIDE.format(town=town) + FORM`
    """
    part = value[0] if len(value) == 1 else None
    made = len(value) > 1 or (type(part) is Apply and part.operation in _FILLING)
    if made and not any(type(each) is Hole for each in value):
        return all(type(each) is Text or _named(each) for each in value)
    if type(part) is Apply and part.operation == "item" and isinstance(part.target, tuple):
        part = part.target[0] if len(part.target) == 1 else None
    return type(part) is Ref and part.call is not None


def _named(part: Part) -> bool:
    """Whether a part of a text is a text by its name, with or without values that are filled in."""
    while type(part) is Apply and isinstance(part.target, tuple) and len(part.target) == 1:
        part = part.target[0]
    return type(part) is Ref and part.call is None


def unclaimed(file: File, index: int | None, kept: bool) -> int | None:
    """The index of a site. Whose instructions are that an object keeps or hands on (`kept`) is not known."""
    if index is not None and kept:
        site = file.facts.sites[index]
        if site.evidence == "name" and site.name == "instructions":
            file.facts.sites[index] = msgspec.structs.replace(site, role="unknown")
    return index


def note_descriptions(file: File, mapping: Mapping, name: str, rank: int = KEYWORD, depth: int = 0) -> None:
    """Record every `description` in a JSON schema, also in parts of it that stand elsewhere."""
    if depth > 12:
        return
    for key, value in mapping.entries:
        if key == "description" and isinstance(value, tuple) and textual(value):
            file.note(value, extent(value) or mapping.span, name, "tool", "tool-schema", rank)
        elif isinstance(value, Mapping):
            below = name if key in ("properties", "parameters") else f"{name}.{key}"
            note_descriptions(file, value, below, rank, depth + 1)
        elif isinstance(value, Items):
            for item in value.items:
                if isinstance(item, Mapping):
                    note_descriptions(file, item, name, rank, depth + 1)
        elif key in _SCHEMA_PARTS and isinstance(value, tuple) and textual(value) and not has_text(value):
            # `"properties": town_properties()`: linking knows what is described there.
            part = Mapping(((key, value),), mapping.span)
            file.note(part, Span("", 0, 0), name, "tool", "tool-schema", rank)


# Keys under which a schema has schemas, and that of a part which is put into it (`places.SPREAD`).
_SCHEMA_PARTS = frozenset(
    "** properties parameters items input_schema inputSchema args_schema schema json_schema".split()
)
# Keywords of an object that say to people what it is, or to a metric what the answer should have been.
_ABOUT_KEYS = frozenset(
    "description help title label display_name display placeholder tooltip hint doc comment "
    "choices gold gold_index target targets ground_truth".split()
)
# The same, and what an object is called.
_NAMING = _ABOUT_KEYS | {"name"}
# Keys beside the parts of a prompt that tell the program how to use it.
_ASIDE = (
    ("command",), ("cmd",), ("meta",), ("metadata",), ("meta", "data"), ("pattern",), ("patterns",), ("keywords",),
    ("tags",), ("prompt", "description"),
)  # fmt: skip
# A key that is a name; a member of an enumeration (`Kind.PROMPT`) names a kind.
_KEY = lazy(r"[\w -]+")


def _cut_before(file: File, value: Template) -> bool:
    """Whether a text that was cut off has been looked at already: sums of it are cut off at the same place."""
    if not full(value):
        return False
    cut = value[-1]
    assert type(cut) is Hole
    known = cut.span in file.cut
    file.cut.add(cut.span)
    return known


def field_default(value: Value) -> tuple[tuple[str, Value], ...] | None:
    """The default that a field of a model (`Field(...)`), or a flag, gives, as entries; None for any other value."""
    if type(value) is not Mapping:
        return None
    last = value.kind.rpartition(".")[2]
    if last[:7] == "DEFINE_":  # absl: `flags.DEFINE_string("tone", "kind", "The tone of answers.")`
        return tuple((key, item) for key, item in value.entries if key in ("default", "1"))
    if last not in FIELDS:
        return None
    return tuple((key, item) for key, item in value.entries if key in ("default", "default_factory", "0"))


# Where examples are kept, in the place of them.
_PATH = lazy(r"[\w.{}-]*(?:/[\w.{}-]+)*\.(?:jsonl?|ya?ml|txt|csv|tsv|md|parquet)")


def take_examples(file: File, value: Value, node: ast.AST, name: str, rank: int = KEYWORD, depth: int = 0) -> None:
    """Note the texts of examples that stand beside a prompt: they go where it goes, whatever they say."""
    if depth > 8 or (file.verdict is not None and file.verdict(name) is False):
        return
    if isinstance(value, tuple):
        if has_text(value):
            text = sample(value, 240)
            # `EXAMPLE = "example"` is a kind of something.
            if _PATH.fullmatch(text) is None and text.lower() != name.lower():
                file.note(value, place(file, value, node), name, "user", "example", rank)
            return
        for part in value:
            if type(part) is Choice:
                for branch in part.branches:
                    take_examples(file, branch, node, name, rank, depth + 1)
            elif type(part) is Ref and part.call is None:
                file.note((part,), part.fallback.span, name, "user", "example", rank)
            elif type(part) is Ref and part.call is not None and not _for_others(part.name):
                # `turn("user", "...")`: what it makes of its words is part of the example.
                for given in (*part.call.positional, *(item for _, item in part.call.keywords)):
                    if type(given) is not tuple or several_words(sample(given, 240)):
                        take_examples(file, given, node, name, rank, depth + 1)
    elif type(value) is Items:
        for number, item in enumerate(value.items):
            take_examples(file, item, node, f"{name}[{number}]", rank, depth + 1)
    elif type(value) is Mapping and not (value.kind and speaks_against(value.kind)):
        entries = field_default(value)
        if entries is None:
            # `Setting("...", key="shots")`: the keywords say what the text in front is.
            front = tuple(entry for entry in value.entries if entry[0].isdecimal()) if value.kind else ()
            entries = front if any(has_text(item) for _, item in front) else value.entries
        said = said_twice(entries)
        for key, item in entries:
            if key in said:
                continue
            take_examples(file, item, node, f"{name}.{key}", rank, depth + 1)


def note_fed(file: File, value: Value, name: str, role: str = "unknown") -> None:
    """Note what a call is given whose value is a prompt: it most likely stands in it."""
    part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    given: tuple[Value, ...] = ()
    if type(part) is Hole:
        given = file.fed.pop(part.span, ())
    elif type(part) is Ref and part.call is not None and not _for_others(part.name):
        # `Prompt.from_function(guide, description="...")`
        about = _ABOUT_KEYS if any(each[:1].isupper() for each in part.name.split(".")[-2:]) else ()
        given = (*part.call.positional, *(item for key, item in part.call.keywords if key not in about))
    known = role if role != "unknown" else role_of(name)
    for item in flattened(given) if given and not file.muted else ():
        if feeds(item):
            file.note(item, extent(item) or Span("", 0, 0), name, known, "within", READS)


def note_drawn(file: File, value: Value, role: str) -> None:
    """Note a value that is sent as it is, and drawn from a collection: all that it may be is sent."""
    hole = single_hole(value)
    if hole is not None and hole.member[:1] == "#" and not file.muted:
        file.note(value, hole.span, "", role, "wrapper", KEYWORD)


def note_handed(file: File, value: Value, name: str, role: str = "", part: bool = False) -> None:
    """Note what of the function around it stands in a value whose name says it is a prompt: its callers give that.

    `part`: the value is a text of the function itself, and what is given a part of it.
    """
    if file.function and not file.muted and isinstance(value, tuple) and takes(value):
        # Whose instructions are that are handed on is not known.
        role = role or ("unknown" if name == "instructions" else role_of(name))
        known = file.facts.inside if part else file.facts.handed
        known.append((file.function, Message(role, value, extent(value) or _span(value))))
        for each in _put_in(value):
            file.facts.inside.append((file.function, Message(role, each, extent(each) or _span(each))))


def _put_in(value: Template) -> Iterator[Template]:
    """What is put into a template that callers give: `template.format(rules=rules)`."""
    part = value[0] if len(value) == 1 else None
    if type(part) is Apply and part.operation in _FILLING and single_hole(part.target) is not None:
        for given in (*part.arguments.positional, *(item for _, item in part.arguments.keywords)):
            if isinstance(given, tuple) and takes(given):
                yield given


_FILLING = frozenset("format format_map replace substitute safe_substitute partial render jinja".split())


def _span(value: Template) -> Span:
    part = value[0]
    return part.fallback.span if type(part) is Ref or type(part) is Apply else getattr(part, "span", Span("", 0, 0))


def _for_others(dotted: str) -> bool:
    """Whether what a call is given is for people, or tells what a field is."""
    return speaks_against(dotted) or dotted.rpartition(".")[2] in FIELDS


def flattened(values: Iterable[Value]) -> Iterator[Value]:
    """Values, and in the place of dicts what stands in them."""
    for value in values:
        if type(value) is Mapping and not value.kind:
            yield from (item for _, item in value.entries)
        else:
            yield value


def feeds(value: Value) -> bool:
    """Whether an argument may bring a text, or is read from an object that may have one."""
    if type(value) is not tuple or not value:
        return False
    hole = value[0] if len(value) == 1 else None
    return bool(hole.member) if type(hole) is Hole else textual(value)


def note_content(file: File, owners: Sequence[str], value: Value, node: ast.expr, rank: int = READS) -> None:
    """A text that a message gets, of those with roles that are sent: `message.content += hint`.

    `owners` are the names and keys in front of its content.

    Of a dict (`message["content"] = ...`) it is as good as a name that says so.
    """
    sent = any(words(owner)[-1:] in _MESSAGES for owner in owners)
    # `messages[0]["content"]` can hardly be that of anything else.
    sent = sent and ("role" in file.source.text or (rank < READS and list(owners) == ["messages"]))
    told = textual(value) if rank == READS else isinstance(value, tuple) and has_text(value)
    if sent and told and file.imported.isdisjoint(AUDIENCE_PACKAGES):
        file.note(value, place(file, value, node), file.where, "unknown", "within", rank)


_MESSAGES = (("message",), ("messages",), ("msg",))


def note_setting(file: File, name: str, value: Value, node: ast.expr) -> None:
    """The long texts of a setting of prompts; the short ones are names, paths and switches."""
    if name != "model_config" and not (type(value) is Mapping and value.kind):
        for text in templates(value):
            if len(sample(text)) >= MIN_HELD:
                consider(file, text, node, name, named=True)


def settle(file: File, value: Value, node: ast.AST, name: str, evidence: str, role: str = "") -> int | None:
    """Take every text of a value for a prompt, since somebody has said so. Gives the index of the last site."""
    found: int | None = None
    stack = [(name, value, 0)]
    while stack:
        name, value, depth = stack.pop()
        known = role or (value.role if type(value) is Message else role_of(name))
        if type(value) is Message:
            value = value.content
        if isinstance(value, tuple):
            if textual(value):
                # Where the role is not said, what knows it goes first.
                found = file.note(value, place(file, value, node), name, known, evidence, SAID if role else KEYWORD)
        elif depth < 6 and type(value) is Items:
            stack += [(f"{name}[{number}]", item, depth + 1) for number, item in enumerate(value.items)][::-1]
        elif depth < 6 and type(value) is Mapping:
            entries = field_default(value) or value.entries
            stack += [(f"{name}.{key}" if name else key, item, depth + 1) for key, item in entries][::-1]
    return found


def place(file: File, value: Value, node: ast.AST) -> Span:
    """Where a value stands: its own text if there is any, else the expression."""
    # A module has no place: what it loads is named where it does so.
    made = fallback_of(value) if type(node) is ast.Module else None
    return extent(value) or (made.span if made is not None else file.span(node))
