"""What functions and classes say of themselves: their docstrings, and what decorators say in the place of them."""

from __future__ import annotations

import ast

from promptlint.extract import schemas
from promptlint.extract.expressions import evaluate
from promptlint.extract.extents import extent
from promptlint.extract.facts import Described, Site
from promptlint.extract.invocations import called_name
from promptlint.extract.names import words
from promptlint.extract.sites import KEYWORD
from promptlint.extract.state import File, Scope, textual
from promptlint.extract.strings import string
from promptlint.extract.volatility import dotted
from promptlint.template import Apply, Arguments, Hole, Template

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def described_by(file: File, scope: Scope, node: FunctionNode) -> Template:
    """What a decorator says in the place of the docstring: `@tool(description="...")`; () if none does.

    Some are given it by its place: `@tool("find", "...", {...})`.
    """
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call):
            entry = file.lexicon.decorator(file.resolve(dotted(decorator.func)), file.imported)
            if entry is None or entry.gives == "return":
                continue
            given = [each.value for each in decorator.keywords if "description" in (each.arg or "")]
            given += [each for at, each in enumerate(decorator.args) if str(at) in entry.arguments]
            for argument in given[:1]:
                value = evaluate(file, scope, argument)
                return value if isinstance(value, tuple) and textual(value) else ()
    return ()


def called_by(file: File, scope: Scope, node: FunctionNode) -> Template:
    """The name that a decorator gives a tool: `@tool("search")`, `@tool(name=f"to_{desk}")`; () if none does."""
    for decorator in node.decorator_list:
        if not isinstance(decorator, ast.Call):
            continue
        entry = file.lexicon.decorator(file.resolve(dotted(decorator.func)), file.imported)
        if entry is not None and entry.gives == "docstring":
            named = [keyword.value for keyword in decorator.keywords if keyword.arg in _NAMES]
            given = named or (decorator.args if "0" not in entry.arguments else [])
            for argument in given[:1]:
                with file.aside():
                    value = evaluate(file, scope, argument)
                # What stands there without a word may be something else than a name.
                return value if isinstance(value, tuple) and (named or textual(value)) else ()
    return ()


_NAMES = ("name", "name_override")


def docstring(file: File, node: FunctionNode | ast.ClassDef) -> Template:
    """The docstring as `inspect.getdoc` gives it, () if there is none."""
    first = node.body[0] if node.body else None
    if (
        not isinstance(first, ast.Expr)
        or not isinstance(first.value, ast.Constant)
        or not isinstance(first.value.value, str)
    ):
        return ()
    text = string(file, first.value, first.value.value)
    span = file.span(first.value)
    hole = Hole("docstring", span)
    return (Apply("docstring", text, Arguments(), span, hole),) if text else ()


def class_docstring(file: File, inner: Scope, node: ast.ClassDef) -> Template:
    """The docstring of a class, also one that is put together: `__doc__ = f"..."`."""
    said = inner.values.get("__doc__")
    return said if isinstance(said, tuple) and textual(said) else docstring(file, node)


def note_described(file: File, scope: Scope, node: FunctionNode, role: str, *, replaced: bool) -> Described:
    """Take what a function says of itself for prompts; `replaced`: something else is said in place of its docstring."""
    text = docstring(file, node) if replaced else _written_over(file, scope, node) or docstring(file, node)
    described = schemas.describe_function(file, scope, node, text, evaluate)
    texts = [] if replaced or not described.docstring else [(node.name, described.docstring)]
    for name, said in (*texts, *((f"{node.name}.{name}", said) for name, said in described.texts)):
        file.note(said, extent(said) or file.span(node), name, role, "decorator", KEYWORD)
    schemas.note(file, described.uses)
    return described


def note_decorated(file: File, scope: Scope, node: FunctionNode, decorator: ast.expr) -> None:
    """Note a function that is given to a decorator of the project: it may be a tool, or its docstring a prompt."""
    is_tool, text = schemas.tool_like(node, scope.kind == "class"), ast.get_docstring(node, clean=False) or ""
    called = called_name(file, scope, decorator) if is_tool or len(text) >= MIN_TEXT else ""
    if called and is_tool:
        file.facts.decorated.append((called, scope.key(node.name)))
    if called and len(text) >= MIN_TEXT and (said := docstring(file, node)):
        place = extent(said) or file.span(node)
        file.facts.docstrings.append((called, Site(said, "", node.name, "decorator", place, KEYWORD)))


# Characters of a docstring that tells a model what to do.
MIN_TEXT = 40


def _written_over(file: File, scope: Scope, node: FunctionNode) -> Template:
    """The docstring that a decorator of the project writes over the function's own: `@with_docstring(TEXT)`."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and "docstring" in words(dotted(decorator.func)):
            for argument in (*decorator.args[:1], *(keyword.value for keyword in decorator.keywords[:1])):
                value = evaluate(file, scope, argument)
                return value if isinstance(value, tuple) and textual(value) else ()
    return ()
