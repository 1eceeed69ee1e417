"""Comments that speak to promptlint: `# promptlint: prompt[role]` and `# promptlint: not-a-prompt` settle a case.

A comment belongs to the assignment, argument, item, return or docstring that ends (or begins) on its line; alone on its
line, to the one that begins right below. That a docstring is no prompt may also stand at a decorator or `def`. What
looks like a comment inside a string is text.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator

import msgspec

from promptlint.source import Source

MARK = "promptlint:"
PROMPT, NOT_A_PROMPT = "prompt", "not-a-prompt"
ROLES = ("system", "user", "assistant", "tool")
_DIRECTIVE = re.compile(r"promptlint:[ \t]*(prompt|not-a-prompt)(?![\w-])(?:[ \t]*\[([^\]\r\n]*)\])?", re.I)


class Directive(msgspec.Struct, frozen=True):
    """A comment that settles a case. `start` and `end` are its offsets, `role` is "" if it names none."""

    verb: str
    role: str
    start: int
    end: int


class Marked(ast.expr):
    """An expression of which a comment says that it is a prompt, or none: it takes the expression's place in the tree.

    One that is none only stands there where its text may be written elsewhere. `shared`: the comment speaks of others
    beside it.
    """

    _fields = ("value",)

    def __init__(self, value: ast.expr, name: str, directive: Directive, shared: bool = False) -> None:
        super().__init__()
        ast.copy_location(self, value)
        self.value, self.name, self.directive, self.shared = value, name, directive, shared


def bare(node: ast.expr) -> ast.expr:
    """The expression itself, whatever a comment says of it."""
    return node.value if isinstance(node, Marked) else node


# Of a file both its comments about prompts and those about rules are looked for.
@functools.lru_cache(maxsize=2)
def marked(text: str) -> bool:
    """Whether a text names promptlint as its comments do, in small letters or capitals."""
    # Hardly a file has one of these, and only such a file is looked at as a whole.
    return any(end in text for end in ("lint:", "Lint:", "LINT:")) and MARK in text.lower()


def directive(comment: str, start: int = 0) -> Directive | None:
    """The directive that a comment, which begins at an offset, is; None if it is none."""
    match = _DIRECTIVE.search(comment)
    # In a note about promptlint other words stand before its name.
    if match is None or comment[: match.start()].strip(" \t#{-+"):
        return None
    role = (match[2] or "").strip().lower()
    return Directive(match[1].lower(), role if role in ROLES else "", start, start + len(comment))


def python_comments(source: Source) -> Iterator[tuple[int, int, int]]:
    """Row and offsets of every comment of a Python file."""
    import io
    import tokenize

    # Universal newlines: rows stay what they are, and the tokenizer knows a lone carriage return as a newline.
    text = io.StringIO(source.text, newline=None)
    try:
        for token in tokenize.generate_tokens(text.readline):
            if token.type == tokenize.COMMENT:
                row, column = token.start
                start = source.starts[row - 1] + column
                yield row, start, start + len(token.string)
    except tokenize.TokenError:
        return


def parts(comment: str, start: int) -> Iterator[tuple[int, int]]:
    """Our parts of a comment such as `# noqa: E501  # promptlint: ignore[rule] because`, each from its sign on."""
    places = [match.start() for match in re.finditer(r"#(?=[ \t]*[A-Za-z])", comment)] or [0]
    for place, end in zip(places, [*places[1:], len(comment)], strict=True):
        if MARK.rstrip(":") in comment[place:end].lower():
            yield start + place, start + end


def rows_below(alone: dict[int, int]) -> dict[int, int]:
    """The row below a run of comments that are alone on their rows, by the first row of each of them.

    `alone` has the last row of every comment by its first.
    """
    below: dict[int, int] = {}
    for first in sorted(alone, reverse=True):
        below[first] = below.get(alone[first] + 1, alone[first] + 1)
    return below


class Unit(msgspec.Struct, frozen=True):
    """What one comment can settle: an expression with its name, and the slot of the tree that holds it."""

    first: int
    last: int
    name: str
    value: ast.expr
    owner: ast.AST
    field: str
    index: int | None


class Said(msgspec.Struct, frozen=True):
    """The comments of a file that settle a case, and what is not told by a `Marked` in the tree.

    `units` are the expressions that comments speak of, but for `docstrings` that are prompts, each of those with its
    function or class.
    """

    directives: list[Directive] = []
    units: list[tuple[Unit, Directive]] = []
    docstrings: list[tuple[ast.expr, str, Directive]] = []


def mark(source: Source, tree: ast.Module) -> Said:
    """Put `Marked` into the tree for what is called a prompt, docstrings apart, and what may lead to what is none."""
    try:
        comments = list(python_comments(source))
    except (SyntaxError, ValueError):
        return Said()
    alone = {row for row, start, _ in comments if not source.line(row)[: start - source.starts[row - 1]].strip()}
    said: list[tuple[int, Directive]] = []
    for row, start, end in comments:
        for low, high in parts(source.text[start:end], start):
            verb = directive(source.text[low:high], low)
            if verb:
                said.append((row, verb))
    if not said:
        return Said()
    begin, end_at = _by_rows(tree)
    found = Said([each for _, each in said])
    below = rows_below({row: row for row in alone})
    heard: set[tuple[bool, int, str, str]] = set()
    for row, each in said:
        whole = each.verb == NOT_A_PROMPT
        above, row = row in alone, below.get(row, row)
        if (above, row, each.verb, each.role) in heard:
            # It has been said.
            continue
        heard.add((above, row, each.verb, each.role))
        if above:
            units = _widest(begin.get(row, []), whole)
        else:
            units = _widest(end_at.get(row, []), whole) or _widest(begin.get(row, []), whole)
        for unit in units:
            if not whole and isinstance(unit.owner, ast.Expr):
                found.docstrings.append((unit.value, unit.name, each))
                continue
            found.units.append((unit, each))
            if not whole or isinstance(unit.value, _LEADING) or (used(unit) and isinstance(unit.value, ast.Call)):
                _put(unit, Marked(_held(unit), unit.name, each, len(units) > 1))
    return found


# Expressions whose text may be written elsewhere. Of an object that is made it matters which class it is of.
_LEADING = (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.IfExp, ast.BoolOp)


def used(unit: Unit) -> bool:
    """Whether a unit stands where a text is used; otherwise it is what a name or a function stands for."""
    return isinstance(unit.owner, (ast.Call, ast.keyword, ast.List, ast.Tuple, ast.Set, ast.Dict))


def may_hold_text(value: ast.expr) -> bool:
    """Whether there is a text in an expression, or something that may be worth one."""
    return any(
        isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.JoinedStr))
        or (isinstance(node, ast.Constant) and isinstance(node.value, str))
        for node in ast.walk(value)
    )


def several(value: ast.expr) -> bool:
    """Whether an expression holds a list or a dict, of messages for all one can see."""
    return any(isinstance(node, _HOLDING) for node in ast.walk(value))


_HOLDING = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.ListComp, ast.GeneratorExp)


def _held(unit: Unit) -> ast.expr:
    held = getattr(unit.owner, unit.field)
    found = held if unit.index is None else held[unit.index]
    assert isinstance(found, ast.expr)
    return found


def _put(unit: Unit, value: ast.expr) -> None:
    if unit.index is None:
        setattr(unit.owner, unit.field, value)
    else:
        getattr(unit.owner, unit.field)[unit.index] = value


def _by_rows(tree: ast.Module) -> tuple[dict[int, list[Unit]], dict[int, list[Unit]]]:
    begin: dict[int, list[Unit]] = {}
    end: dict[int, list[Unit]] = {}
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        for unit in _units(node):
            begin.setdefault(unit.first, []).append(unit)
            end.setdefault(unit.last, []).append(unit)
        pending.extend(ast.iter_child_nodes(node))
    return begin, end


def _widest(units: list[Unit], whole: bool) -> list[Unit]:
    """The units that stand in no other of them, in the order of the source.

    `whole`: a statement that is one expression is a unit, too. It can be silenced; of a call that stands alone the
    arguments can be prompts. A docstring can be either.
    """

    def start(unit: Unit) -> tuple[int, int, int]:
        return unit.value.lineno, unit.value.col_offset, unit.first

    def stop(unit: Unit) -> tuple[int, int]:
        return unit.value.end_lineno or 0, unit.value.end_col_offset or 0

    units = [unit for unit in units if whole or unit.name or not isinstance(unit.owner, ast.Expr)]
    found: list[Unit] = []
    for unit in sorted(units, key=lambda unit: (start(unit)[:2], tuple(-at for at in stop(unit)), unit.first)):
        if not found or start(unit)[:2] >= stop(found[-1]):
            found.append(unit)
    return found


def _units(node: ast.AST) -> Iterator[Unit]:
    """The places for a text that one node has."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield from _docstring(node)
        case ast.Assign(targets=[*targets]):
            yield _unit(node, _name(targets[-1]), node, "value")
        case ast.AnnAssign(value=ast.expr()) | ast.AugAssign() | ast.NamedExpr():
            yield _unit(node, _name(node.target), node, "value")
        case ast.Return(value=ast.expr()) | ast.Yield(value=ast.expr()):
            yield _unit(node, "", node, "value")
        case ast.Expr():
            yield _unit(node, "", node, "value")
        case ast.Call():
            for index, argument in enumerate(node.args):
                if not isinstance(argument, ast.Starred):
                    yield _unit(argument, "", node, "args", index)
            for keyword in node.keywords:
                yield _unit(keyword, keyword.arg or "", keyword, "value")
        case ast.List() | ast.Tuple() | ast.Set():
            if not isinstance(getattr(node, "ctx", None), ast.Store):
                for index, element in enumerate(node.elts):
                    if not isinstance(element, ast.Starred):
                        yield _unit(element, "", node, "elts", index)
        case ast.Dict():
            for index, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
                name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
                first = key.lineno if key is not None else value.lineno
                yield Unit(first, value.end_lineno or first, name, value, node, "values", index)
        case ast.arguments():
            plain = [*node.posonlyargs, *node.args]
            for index, default in enumerate(node.defaults):
                argument_node = plain[len(plain) - len(node.defaults) + index]
                last = default.end_lineno or default.lineno
                yield Unit(argument_node.lineno, last, argument_node.arg, default, node, "defaults", index)
            for index, (only, given) in enumerate(zip(node.kwonlyargs, node.kw_defaults, strict=True)):
                if given is not None:
                    last = given.end_lineno or given.lineno
                    yield Unit(only.lineno, last, only.arg, given, node, "kw_defaults", index)
        case _:
            pass


def _docstring(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Iterator[Unit]:
    """The docstring, by its own rows, those of a decorator, and the one on which `def` or `class` stands."""
    first = node.body[0]
    if not isinstance(first, ast.Expr) or not isinstance(first.value, ast.Constant):
        return
    yield _unit(first, node.name, first, "value")
    for each in node.decorator_list:
        yield _unit(each, "", first, "value")
    yield Unit(node.lineno, node.lineno, "", first.value, first, "value", None)


def _unit(place: ast.AST, name: str, owner: ast.AST, field: str, index: int | None = None) -> Unit:
    held = getattr(owner, field)
    value = held if index is None else held[index]
    assert isinstance(place, ast.expr | ast.stmt | ast.keyword) and isinstance(value, ast.expr)
    return Unit(place.lineno, place.end_lineno or place.lineno, name, value, owner, field, index)


def _name(target: ast.expr) -> str:
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(key))):
            return key
        case _:
            return ""


def jinja_comments(source: Source) -> list[tuple[int, int]]:
    """The offsets of every comment of a Jinja file, up to the place where it cannot be read."""
    from jinja2 import Environment, TemplateSyntaxError

    # The lexer folds newlines in the same way, so rows and columns stay what they are.
    folded = Source(source.name, source.text.replace("\r\n", "\n").replace("\r", "\n"))
    comments: list[tuple[int, int]] = []
    position = begin = 0
    try:
        for _, kind, value in Environment(keep_trailing_newline=True).lex(folded.text):
            position = folded.text.index(value, position)
            if kind == "comment_begin":
                begin = position
            position += len(value)
            if kind == "comment_end":
                end = begin + len(folded.text[begin:position].rstrip())
                comments.append((_unfold(source, folded, begin), _unfold(source, folded, end)))
    except (TemplateSyntaxError, ValueError):
        pass  # the comments before the place where the template is wrong are comments all the same
    return comments


def _unfold(source: Source, folded: Source, offset: int) -> int:
    row, column = folded.location(offset)
    return source.starts[row - 1] + column - 1


def jinja_directives(source: Source) -> list[Directive]:
    """What comments of a Jinja file say of the file."""
    if not marked(source.text):
        return []
    found = (directive(source.text[start:end], start) for start, end in jinja_comments(source))
    return [each for each in found if each is not None]
