"""Jinja: the template of a text, and the prompts of a `.j2`, `.jinja` or `.jinja2` file.

jinja2's own lexer and parser read it; it is sliced, never rendered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from promptlint.extract.facts import Facts, Problem, Remark, Site, Syntax
from promptlint.operations import literal
from promptlint.template import Choice, Hole, Mapping, Ref, Repeat, Span, Template, Text, Value

if TYPE_CHECKING:
    from promptlint.extract.comments import Directive
    from promptlint.extract.jinja_parts import Reader
    from promptlint.source import Source

RANK, SAID = 2, -1


class TemplateError(Exception):
    """jinja2 cannot read a template. `offset` is a character offset into the joined value of its texts."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message, self.offset = message, offset


def template(
    texts: Sequence[Text],
    *,
    lstrip_blocks: bool = False,
    trim_blocks: bool = False,
    keep_trailing_newline: bool = False,
    syntax: Syntax = (),
) -> Template:
    """What a Jinja template becomes, of a file or of a literal in it. Its source are the joined values of `texts`.

    The options are those of jinja2. White-space control is applied and newlines are line feeds, as in what jinja2 would
    render. Names that the template does not bind are holes with `parameter` set: the argument of `render` they stand
    for. Another template is a `Ref` "jinja:NAME", a macro of another template "jinja:NAME#MACRO". Raises
    `TemplateError` when jinja2 cannot parse it.
    """
    return _read(texts, lstrip_blocks, trim_blocks, keep_trailing_newline, syntax=syntax)[0]


def _read(
    texts: Sequence[Text],
    lstrip_blocks: bool = False,
    trim_blocks: bool = False,
    keep_trailing_newline: bool = False,
    outline: bool = False,
    syntax: Syntax = (),
) -> tuple[Template, Reader]:
    from promptlint.extract import jinja_parts, jinja_tree

    source = jinja_tree.Joined(texts, keep_trailing_newline)
    try:
        return jinja_parts.read(
            source, lstrip_blocks=lstrip_blocks, trim_blocks=trim_blocks, outline=outline, syntax=syntax
        )
    except jinja_tree.Unreadable as error:
        raise TemplateError(error.message, error.offset) from None


# jinja2's names for its delimiters: of these the project may have its own.
_DELIMITERS = (
    "block_start_string", "block_end_string", "variable_start_string", "variable_end_string", "comment_start_string",
    "comment_end_string", "line_statement_prefix", "line_comment_prefix",
)  # fmt: skip


def has_own_syntax(environment: Value | None) -> bool:
    """Whether a value is an environment that is given delimiters."""
    return isinstance(environment, Mapping) and any(environment.get(key) for key in _DELIMITERS)


def syntax_of(environment: Mapping) -> Syntax | None:
    """The delimiters that an environment is given; None where one of them is not known."""
    found: list[tuple[str, str]] = []
    for key in _DELIMITERS:
        given = environment.get(key)
        if given is None:
            continue
        word = literal(given)
        if not word:
            return None
        found.append((key, word))
    return tuple(found)


def names(texts: Sequence[Text]) -> frozenset[str]:
    """All names in the tags of a template, those that it binds itself too. Raises `TemplateError`."""
    return _names(_read(texts)[1])


def _names(reader: Reader) -> frozenset[str]:
    return frozenset(value for _, kind, value in reader.tree.tokens if kind == "name")


def facts(source: Source, *, wanted: bool = False, syntax: Syntax = ()) -> Facts:
    """The prompts of a Jinja file: one site, or one for each message of a file that is written as several.

    The whole template is the binding "template" and its macros are functions, so that others can refer to them.
    `wanted`: it is a prompt, whatever it looks like. `syntax`: the delimiters of the environment that reads it.
    """
    from promptlint.extract import comments

    found = Facts(source.name, syntax=syntax)
    said = comments.jinja_directives(source)
    denied = any(each.verb == comments.NOT_A_PROMPT for each in said)
    _read_file(source, found, () if denied else said, wanted)
    settled = bool(found.sites or (denied and found.problems))
    several = len(found.sites) > 1
    if denied:
        found.sites, found.problems = [], []
    whole, written = Span(source.name, 0, len(source.text)), source.name.replace("\\", "/").rpartition("/")[2]
    for each in said:
        comment = Span(source.name, each.start, each.end)
        if each.verb == comments.NOT_A_PROMPT:
            found.remarks.append(Remark(comment, whole, "", written, settled=settled))
        elif each.role and not denied:
            found.remarks.append(Remark(comment, whole, each.role, written, settled=settled, several=several))
        elif not settled:
            found.idle.append(comment)
    return found


def _read_file(source: Source, found: Facts, said: Sequence[Directive], wanted: bool) -> None:
    from promptlint.extract import chat_markup, jinja_files

    whole = Text(source.text, Span(source.name, 0, len(source.text)), True)
    try:
        made, reader = _read([whole], syntax=found.syntax)
    except TemplateError as error:
        if wanted or jinja_files.may_be_prompt(source.name, source.text):
            end = min(error.offset + 1, len(source.text))
            found.problems.append(Problem("template", error.message, Span(source.name, error.offset, end)))
        return
    define(found, made, reader, [whole])
    messages = chat_markup.sections(made)
    if not messages and not jinja_files.has_text(made):
        return
    name = source.name.replace("\\", "/").rpartition("/")[2]
    role, evidence, rank = jinja_files.role_of_file(name), "jinja-file", RANK - (wanted or bool(messages))
    if said:
        role = next((each.role for each in said if each.role), role)
        evidence, rank = "comment", SAID
    elif not wanted and not jinja_files.is_prompt(source.name, made, divided=bool(messages)):
        return
    for each, text in messages or [(role, made)]:
        found.sites.append(Site(text, each, name, evidence, _extent(text) or whole.span, rank))


def define(found: Facts, made: Template, reader: Reader, texts: Sequence[Text]) -> None:
    """What other templates can refer to: the whole, macros, top-level names, and blocks for those that extend it."""
    found.bindings["template"] = made
    found.names = tuple(sorted(_names(reader)))
    found.functions.update(reader.functions())
    found.bindings.update((f"#{name}", value) for name, value in reader.top.names.items() if value)
    if reader.parent:
        found.aliases["extends"] = reader.parent
    if reader.blocks:
        outline, other = _read(texts, outline=True, syntax=found.syntax)
        found.bindings["outline"] = outline
        found.bindings.update((f"block:{name}", body) for name, body in other.blocks.items())


def _extent(template: Template) -> Span | None:
    """From the first to the last character of a part of a file, as far as its own pieces show it."""
    spans = sorted(_spans(template))
    return Span(spans[0].file, spans[0].start, max(span.end for span in spans)) if spans else None


def _spans(template: Template) -> Iterator[Span]:
    for part in template:
        match part:
            case Text() | Hole():
                yield part.span
            case Choice():
                for branch in part.branches:
                    yield from _spans(branch)
            case Repeat():
                yield part.span
                yield from _spans(part.body)
            case Ref():
                yield part.fallback.span
            case _:
                pass
