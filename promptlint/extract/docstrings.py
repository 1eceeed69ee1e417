"""What functions and classes say of themselves: their docstrings, what decorators say in the place of them, who reads
them."""

from __future__ import annotations

import ast

from promptlint.extract import makers, schemas
from promptlint.extract.expressions import evaluate
from promptlint.extract.extents import extent
from promptlint.extract.facts import Described, Site
from promptlint.extract.invocations import called_name
from promptlint.extract.names import role_of, words
from promptlint.extract.sites import KEYWORD, MIN_READS
from promptlint.extract.state import File, Scope, textual
from promptlint.extract.strings import string
from promptlint.extract.volatility import dotted, walk
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
    is_tool = schemas.tool_like(node, scope.kind == "class")
    long = len(ast.get_docstring(node, clean=False) or "") >= MIN_READS
    called = called_name(file, scope, decorator) if is_tool or long else ""
    if called and is_tool:
        file.facts.decorated.append((called, scope.key(node.name)))
    if called and long and (said := docstring(file, node)):
        place = extent(said) or file.span(node)
        file.facts.docstrings.append((called, Site(said, "", node.name, "decorator", place, KEYWORD)))


def note_readers(file: File) -> None:
    """Note who reads docstrings: the marks by which functions are collected for them (`hasattr(member, "is_tool")`),
    and decorators that make prompts of them."""
    if not file.of_docstrings and _GETDOC not in file.mentions:
        return
    for key, (node, _) in file.definitions.items():
        inner = list(walk(node)) if isinstance(node, FunctionNode) else []
        read = {name for each in inner if (name := _read_of(each))}
        if read and isinstance(node, FunctionNode):
            calls = [each for each in inner if isinstance(each, ast.Call) and dotted(each.func) in _ASKING]
            marks = [each.args[1].value for each in calls if len(each.args) > 1 and type(each.args[1]) is ast.Constant]
            file.facts.asked_marks += [mark for mark in marks if isinstance(mark, str) and makers.mark_of_tool(mark)]
            given = {each.arg for each in (*node.args.posonlyargs, *node.args.args)}
            decorates = any(isinstance(each, FunctionNode) for each in node.body)
            role = _asked_as(file, inner, read & given) if decorates else ""
            while role and key in file.facts.functions:
                file.facts.prompting.append((key, role))
                key = key.rpartition(".")[0]


def _asked_as(file: File, nodes: list[ast.AST], functions: set[str]) -> str:
    """The role of the prompt that docstrings of functions with these names are put into, "" if there is none."""
    held: set[str] = set()

    def puts(value: ast.AST | None) -> bool:
        each = walk(value) if value is not None else ()
        return any(_read_of(one) in functions or (isinstance(one, ast.Name) and one.id in held) for one in each)

    for node in nodes if functions else ():
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            said = {key.value: value for key, value in pairs if type(key) is ast.Constant}
            role = said.get("role")
            if isinstance(role, ast.Constant) and role.value in _ROLES and puts(said.get("content")):
                return _ROLES[role.value]
        named = [(node.arg or "", node.value)] if isinstance(node, ast.keyword) else []
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            named = [(dotted(target), node.value) for target in targets if node.value is not None]
        for name, value in named:
            if name and puts(value):
                if file.prompt_like(name.rpartition(".")[2]):
                    return role_of(name.rpartition(".")[2])
                held.add(name)
    return ""


_ROLES = {"system": "system", "developer": "system", "user": "user"}
_GETDOC = "getdoc"
_ASKING = frozenset({"hasattr", "getattr"})


def _read_of(node: ast.AST) -> str:
    """The name of what a docstring is read of, "" where none is read."""
    if isinstance(node, ast.Call):
        return dotted(node.args[0]) if node.args and dotted(node.func).rpartition(".")[2] == _GETDOC else ""
    if isinstance(node, ast.Attribute) and node.attr == "__doc__" and isinstance(node.ctx, ast.Load):
        return dotted(node.value)
    return ""


def _written_over(file: File, scope: Scope, node: FunctionNode) -> Template:
    """The docstring that a decorator of the project writes over the function's own: `@with_docstring(TEXT)`."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and "docstring" in words(dotted(decorator.func)):
            for argument in (*decorator.args[:1], *(keyword.value for keyword in decorator.keywords[:1])):
                value = evaluate(file, scope, argument)
                return value if isinstance(value, tuple) and textual(value) else ()
    return ()
