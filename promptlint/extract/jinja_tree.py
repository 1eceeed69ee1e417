"""A Jinja template as jinja2 parses it, with every token and expression at its place in the text.

jinja2 gives nodes line numbers only, and its lexer folds newlines and drops white space. Here its tokens carry
offsets in the place of line numbers, and its own parser hands them on to the nodes. Importing this module imports
jinja2.
"""

from __future__ import annotations

import functools
import re
import warnings
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec.structs
from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.lexer import TokenStream, ignored_tokens
from jinja2.parser import Parser

from promptlint.extract.facts import Syntax
from promptlint.extract.names import words
from promptlint.operations import Ruler
from promptlint.template import JsonDump, Span, Text

MAX_NESTING = 100
"""Levels of nested tags that are read; jinja2's own parser ends between 150 and 200 in a plain process."""

_EXTENSIONS = ("jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols")
_EMPTY = frozenset(["namespace", "dict", "list", "set"])
_HISTORY = frozenset(
    ["messages", "history", "conversation", "conversations", "turns", "dialogue", "dialog", "transcript"]
)
_OPENING = frozenset(["if", "for", "macro", "call", "filter", "with", "block", "autoescape", "trans"])

# A text with more folded newlines is data, and every one would become a part of its own.
MAX_FOLDS = 20_000
_PAIR = re.compile("\r\n")

Extent = tuple[int, int]
_Token = tuple[int, str, str]


class Unreadable(Exception):
    """jinja2 cannot read the template; `offset` is one of the joined value."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message, self.offset = message, offset


class Joined:
    """The joined value of some texts as jinja2 sees it: every newline is a line feed, and the very last one is dropped.

    All offsets outside this class are offsets into `text`; `cut` and `span` lead back to the source.
    """

    def __init__(self, texts: Sequence[Text], keep_trailing_newline: bool) -> None:
        self.ruler = Ruler(texts)
        self.folds: list[int] = []
        self.pairs: list[int] = []
        self.text = self._fold(self.ruler.value)
        if self.text.endswith("\n") and not keep_trailing_newline:
            self.text = self.text[:-1]

    def _fold(self, value: str) -> str:
        returns = value.count("\r")
        if not returns:
            return value
        if value.count("\r\n") == returns:
            self.folds = self.pairs = [found.start() - number for number, found in enumerate(_PAIR.finditer(value))]
            return value.replace("\r\n", "\n")
        pieces: list[str] = []
        position = length = 0
        while (found := value.find("\r", position)) >= 0:
            pieces.append(value[position:found])
            length += found - position
            self.folds.append(length)
            position = found + 1
            if value.startswith("\n", position):
                self.pairs.append(length)
                position += 1
            pieces.append("\n")
            length += 1
        return "".join(pieces) + value[position:]

    def at(self, offset: int) -> int:
        """The offset in the joined value of an offset in `text`."""
        return offset + bisect_left(self.pairs, offset)

    def cut(self, start: int, end: int) -> tuple[Text, ...]:
        """The texts between two offsets; a folded newline is atomic, and so is all of a text that is data."""
        pieces: list[Text] = []
        folds = self.folds[bisect_left(self.folds, start) : bisect_left(self.folds, end)]
        if len(folds) > MAX_FOLDS:
            return (Text(self.text[start:end], self.span(start, end), False),)
        for fold in folds:
            pieces += self.ruler.cut(self.at(start), self.at(fold))
            pieces.append(Text("\n", self.span(fold, fold + 1), False))
            start = fold + 1
        pieces += self.ruler.cut(self.at(start), self.at(end))
        return tuple(pieces)

    def span(self, start: int, end: int) -> Span:
        """The source span of a part of `text`."""
        return self.ruler.place(self.at(start), self.at(end))


class Tree:
    """The parsed template: its nodes, whose `lineno` is an offset, and where tags and expressions begin and end."""

    def __init__(self, source: Joined, tokens: list[_Token]) -> None:
        self.source = source
        self.tokens = tokens
        self.body: list[nodes.Node] = []
        self.extents: dict[int, Extent] = {}
        self.tags: list[tuple[int, int, str]] = list(_tags(tokens))
        self._tag_starts = [tag[0] for tag in self.tags]

    def tag(self, offset: int) -> tuple[int, int, str]:
        """Start, end and first word ("" for `{{`) of the tag around an offset."""
        return self.tags[max(bisect_right(self._tag_starts, offset) - 1, 0)]

    def after(self, offset: int) -> list[tuple[int, int, str]]:
        """The tags that begin behind an offset."""
        return self.tags[bisect_right(self._tag_starts, offset) :]

    def data(self, start: int, end: int) -> Iterator[Extent]:
        """The pieces of template text in a range, as jinja2 leaves them."""
        for begin, kind, value in self.inside(start, end):
            if kind == "data":
                yield begin, begin + len(value)

    def inside(self, start: int, end: int) -> list[_Token]:
        """The tokens that begin in a range, white space left out."""
        low = bisect_left(self.tokens, (start, "", ""))
        high = bisect_left(self.tokens, (end, "", ""))
        return [token for token in self.tokens[low:high] if token[1] != "whitespace"]

    def extent(self, node: nodes.Node) -> Extent:
        """Where an expression begins and ends; without its own note, the inside of its tag."""
        known = self.extents.get(id(node))
        if known is not None:
            return known
        start, end, _ = self.tag(node.lineno)
        tokens = self.inside(start, end)[1:-1]
        return (tokens[0][0], tokens[-1][0] + len(tokens[-1][2])) if tokens else (start, end)

    def words(self, extent: Extent, limit: int = 100) -> str:
        """The source text of a range on one line, shortened to `limit` characters."""
        line = " ".join(self.source.text[extent[0] : min(extent[1], extent[0] + 20 * limit)].split())
        return line if len(line) <= limit else line[: limit - 3] + "..."


def parse(source: Joined, *, lstrip_blocks: bool, trim_blocks: bool, syntax: Syntax = ()) -> Tree:
    """Lex and parse; nothing is rendered. `syntax`: delimiters by jinja2's names for them. Raises `Unreadable`."""
    try:
        environment = _environment(lstrip_blocks, trim_blocks, syntax)
    except AssertionError as error:
        raise Unreadable(str(error), 0) from None
    tokens = _lex(environment, source)
    unclosed = _nesting(tokens, source)
    tree = Tree(source, tokens)
    offset = 0
    try:
        with warnings.catch_warnings():
            # jinja2 decodes string constants with a codec that warns of unknown escapes.
            warnings.simplefilter("ignore")
            parser = _Placed(environment, tokens)
            tree.body = parser.parse().body
            tree.extents = parser.extents
            return tree
    except TemplateSyntaxError as error:
        message, offset = _plain(error), min(error.lineno or 0, len(source.text))
        if "end of template" in message and unclosed is not None:
            offset = unclosed
    except RecursionError:
        message = "nested too deeply"
    except Exception as error:  # numbers too long, and what else a hostile template finds in jinja2
        message = str(error) or type(error).__name__
    raise Unreadable(message, source.at(offset))


@functools.lru_cache(maxsize=64)
def _environment(lstrip_blocks: bool, trim_blocks: bool, syntax: Syntax) -> Environment:
    delimiters: dict[str, Any] = dict(syntax)
    return Environment(
        extensions=_EXTENSIONS,
        keep_trailing_newline=True,
        lstrip_blocks=lstrip_blocks,
        trim_blocks=trim_blocks,
        **delimiters,
    )


def _plain(error: TemplateSyntaxError) -> str:
    """The message without the offset that jinja2 puts behind an unexpected character."""
    message = error.message or "not a Jinja template"
    head, at, number = message.rpartition(" at ")
    return head if at and number.isdigit() else message


def _lex(environment: Environment, source: Joined) -> list[_Token]:
    """jinja2's tokens with their offsets. It drops white space before `{%-`, hence the search for each of them."""
    tokens: list[_Token] = []
    position = 0
    try:
        for _, kind, value in environment.lexer.tokeniter(source.text, None):
            start = source.text.index(value, position)
            tokens.append((start, kind, value))
            position = start + len(value)
    except TemplateSyntaxError as error:
        raise Unreadable(_plain(error), source.at(_opening(tokens, position))) from None
    except (RecursionError, RuntimeError, ValueError) as error:
        raise Unreadable(str(error), source.at(position)) from None
    return tokens


def _opening(tokens: list[_Token], position: int) -> int:
    """Where lexing failed: for a comment or raw block without an end, where it begins."""
    if tokens and tokens[-1][1] in ("comment_begin", "raw_begin"):
        return tokens[-1][0]
    return position


def _nesting(tokens: list[_Token], source: Joined) -> int | None:
    """Where the innermost tag without an end begins, or None. Raises `Unreadable` when tags are nested too deeply."""
    open_tags: list[int] = []
    for start, _, word in _tags(tokens):
        if word in _OPENING:
            open_tags.append(start)
            if len(open_tags) > MAX_NESTING:
                raise Unreadable("nested too deeply", source.at(start))
        elif word.startswith("end") and word[3:] in _OPENING and open_tags:
            open_tags.pop()
    return open_tags[-1] if open_tags else None


def _tags(tokens: list[_Token]) -> Iterator[tuple[int, int, str]]:
    """Start, end and first word of every tag; the white space that a closing delimiter eats is left out."""
    begin, word, wanted = 0, "", False
    for start, kind, value in tokens:
        if kind in ("block_begin", "variable_begin", "linestatement_begin"):
            begin, word, wanted = start, "", kind != "variable_begin"
        elif kind in ("block_end", "variable_end", "linestatement_end"):
            yield begin, start + len(value.rstrip()), word
        elif wanted and kind != "whitespace":
            word, wanted = (value if kind == "name" else ""), False


class _Placed(Parser):
    """jinja2's parser, over tokens with offsets; it notes where each expression begins and ends."""

    def __init__(self, environment: Environment, tokens: list[_Token]) -> None:
        super().__init__(environment, "")
        # The parser looks at no line number: it hands them on to nodes and errors.
        self.stream = TokenStream(environment.lexer.wrap(tokens), None, None)
        self.extents: dict[int, Extent] = {}
        read = [token for token in tokens if token[1] not in ignored_tokens]
        self._starts = [start for start, _, _ in read]
        self._ends = [start + len(value) for start, _, value in read]

    def _noted(self, start: int, node: nodes.Expr) -> nodes.Expr:
        if id(node) not in self.extents:
            behind = bisect_left(self._starts, self.stream.current.lineno)
            if self.stream.current.type == "eof":
                behind = len(self._starts)
            end = self._ends[max(behind - 1, 0)]
            if start < end:  # what is between the parentheses of `()` is nothing, the tuple is both of them
                self.extents[id(node)] = (start, end)
        return node

    def parse_condexpr(self) -> nodes.Expr:
        start = self.stream.current.lineno
        return self._noted(start, super().parse_condexpr())

    def parse_or(self) -> nodes.Expr:
        start = self.stream.current.lineno
        return self._noted(start, super().parse_or())

    def parse_concat(self) -> nodes.Expr:
        start = self.stream.current.lineno
        return self._noted(start, super().parse_concat())

    def parse_math2(self) -> nodes.Expr:
        start = self.stream.current.lineno
        return self._noted(start, super().parse_math2())

    def parse_primary(self, *args: Any, **kwargs: Any) -> nodes.Expr:
        start = self.stream.current.lineno
        return self._noted(start, super().parse_primary(*args, **kwargs))

    def parse_tuple(self, *args: Any, **kwargs: Any) -> nodes.Expr:
        start = self.stream.current.lineno
        return self._noted(start, super().parse_tuple(*args, **kwargs))


def constant(node: nodes.Node | None) -> str | None:
    """The value of a string literal."""
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else None


def printed(value: object) -> str | None:
    """A constant as jinja2 prints it; None for a number that Python refuses to print."""
    try:
        return str(value)
    except ValueError:
        return None


def dotted(node: nodes.Node) -> str:
    """`a.b.c` of names, attributes and literal keys; any other key is left out, any other base is "" (".b.c")."""
    parts: list[str] = []
    while isinstance(node, (nodes.Getattr, nodes.Getitem)):
        key = node.attr if isinstance(node, nodes.Getattr) else constant(node.arg)
        if key is not None:
            parts.append(key)
        node = node.node
    if not isinstance(node, nodes.Name):
        return ".".join(["", *reversed(parts)]) if parts else ""
    return ".".join([node.name, *reversed(parts)])


def is_mutable(node: nodes.Node) -> bool:
    """An empty list or a namespace: it is filled later, in ways that are not followed."""
    if isinstance(node, nodes.Call):
        return dotted(node.node) in _EMPTY
    return isinstance(node, (nodes.List, nodes.Dict)) and not node.items


def is_history(node: nodes.Node) -> bool:
    """Whether a loop goes over the turns of a conversation; a slice of them does not grow."""
    while isinstance(node, (nodes.Filter, nodes.Call)) and node.node is not None:
        node = node.node
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Slice):
        return False
    parts = words(dotted(node).rpartition(".")[2]) or ("",)
    return parts[-1] in _HISTORY


def json_dump(node: nodes.Filter | nodes.Call, start: JsonDump) -> JsonDump:
    """The options of a JSON dump. jinja2's `tojson` sorts keys and escapes what is not ASCII."""
    known: dict[str, object] = msgspec.structs.asdict(start)
    given: list[tuple[str, nodes.Node]] = [(str(item.key), item.value) for item in node.kwargs]
    if isinstance(node, nodes.Filter) and node.args:
        given.append(("indent", node.args[0]))
    for key, value in given:
        if key in known and isinstance(value, nodes.Const):
            known[key] = value.value
    indent = known["indent"]
    return JsonDump(indent if isinstance(indent, int) else 0, bool(known["ensure_ascii"]), bool(known["sort_keys"]))
