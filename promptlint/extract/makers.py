"""What makes tools of functions and classes, or may: decorators of the project, routes, marks, names of parameters."""

from __future__ import annotations

import ast

from promptlint.extract import equipped
from promptlint.extract.against import serves
from promptlint.extract.callsite import CallSite, Evaluate
from promptlint.extract.extents import extent
from promptlint.extract.invocations import class_in_sight
from promptlint.extract.messages import SCHEMA_METHODS, SCHEMAS, note_asked, note_taken
from promptlint.extract.names import tool_named, words
from promptlint.extract.schemas import CLASSES, SENDING, mentioned, note
from promptlint.extract.sites import KEYWORD
from promptlint.extract.state import File, Scope, single_hole, textual
from promptlint.extract.volatility import dotted
from promptlint.template import Value, references


def note_applied(file: File, scope: Scope, node: ast.Call, evaluate: Evaluate) -> None:
    """`tool(description="...")(f)`: a decorator that is applied where its function is not defined."""
    inner = node.func
    if not isinstance(inner, ast.Call) or len(node.args) != 1:
        return
    entry = file.lexicon.decorator(file.resolve(dotted(inner.func)), file.imported)
    if entry is None or entry.gives != "docstring":
        return
    described = False
    for keyword in inner.keywords:
        role = entry.arguments.get(keyword.arg or "")
        if role:
            described = described or "description" in (keyword.arg or "")
            value = evaluate(file, scope, keyword.value)
            if isinstance(value, tuple) and textual(value):
                place = extent(value) or file.span(keyword.value)
                file.note(value, place, keyword.arg or "", role, "decorator", KEYWORD)
    note(file, mentioned(file, scope, node.args[0], evaluate), docstring=not described)


def route_of_tool(file: File, scope: Scope, decorator: ast.expr) -> bool:
    """Whether a function answers for a tool that is a web service: a model reads what it is for, as a schema has it.

    That is a route of an object whose class is called a tool, `@tool.get("/search")`, or of a service that has the
    manifest of a plugin.
    """
    if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
        return False
    path = decorator.args[0] if decorator.args else None
    route = path.value if isinstance(path, ast.Constant) and isinstance(path.value, str) else ""
    if decorator.func.attr not in _METHODS or route[:1] != "/" or route.startswith("/."):
        return False
    if any(keyword.arg in _OTHERWISE for keyword in decorator.keywords):
        return False
    if "fastapi" in file.imported and _MANIFEST in file.source.text:
        return True
    written = dotted(decorator.func.value)
    known = class_in_sight(scope, written) or file.facts.types.get(written, "")
    return words(known.rpartition(".")[2].lstrip(":"))[-1:] == ("tool",)


_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_MANIFEST = "/ai-plugin.json"
# What a route says in place of its docstring, or that no schema has it.
_OTHERWISE = frozenset({"description", "include_in_schema", "openapi_extra"})


def note_passed(file: File, scope: Scope, site: CallSite) -> None:
    """Note classes that are given by a name of several words, and attributes whose schema is asked for.

    Where the two have one name (`action(param_model=Search)`, `self.param_model.model_json_schema()`), it is sent.
    """
    func = site.node.func
    asks = isinstance(func, ast.Attribute) and func.attr in SCHEMA_METHODS and not serves(file)
    if asks and isinstance(func, ast.Attribute) and isinstance(func.value, ast.Attribute):
        file.facts.asked_schemas.append(func.value.attr)
    for key, (value, node) in site.keywords.items():
        if key.endswith(CLASSES) and key not in SENDING and isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            file.facts.given_classes += [(key, name) for name in references(value, 4)]
        elif key in SCHEMAS and "description" in site.keywords:
            note_asked(file, value)
    if site.last in file.lexicon.decorator_tails:
        equipped.register(file, scope, site)
        if file.function:
            _note_maker(file, site)
    elif site.name == "setattr" and site.positional:
        mark = site.positional[1][1] if len(site.positional) > 1 else None
        note_marked(file, site.positional[0][0], str(mark.value) if isinstance(mark, ast.Constant) else "")
    elif "description" in site.keywords and tool_named(site.last) and not file.mentions.isdisjoint(_DOCSTRINGS):
        # What it decorates describes the tool by its docstring.
        _note_around(file)


_DOCSTRINGS = frozenset({"__doc__", "getdoc"})


def note_marked(file: File, value: Value, mark: str) -> None:
    """Note a decorator that marks what it stands above (`f.is_tool = True`), or what it puts in the place of it: who
    collects that sends its docstring."""
    hole = single_hole(value)
    inner = any(name.startswith(f":{file.function}.") for name in references(value, 2))
    if inner or (hole is not None and hole.parameter):
        if tool_named(file.function.partition(".")[0]) and not inner:
            _note_around(file)
        elif mark_of_tool(mark):
            file.facts.tool_marks += [(key, mark) for key in _around(file)]


def mark_of_tool(name: str) -> bool:
    """Whether an attribute of a function says that a model may have it called: `is_tool`, `is_agent_action`."""
    said = words(name)
    return "tool" in said or (not _CALLABLE.isdisjoint(said) and not _CALLING.isdisjoint(said))


_CALLABLE = frozenset({"action", "skill", "ability", "capability", "function"})
_CALLING = frozenset({"agent", "llm", "ai", "gpt", "model"})


def _note_maker(file: File, site: CallSite) -> None:
    """Note the functions around a call that makes a tool of a function, as decorators of the project's own do."""
    entry = file.lexicon.decorator(site.name, file.imported)
    if entry is None or entry.gives != "docstring":
        return
    _note_around(file)
    for keyword, role in entry.arguments.items():
        if keyword in site.keywords:
            value, node = site.keywords[keyword]
            note_taken(file, value, role, file.span(node))


def _note_around(file: File) -> None:
    """Note the functions around a place where a tool is made of a function."""
    file.facts.makers += [key for key in _around(file) if key not in file.facts.makers]


def _around(file: File) -> list[str]:
    """The function that is read, and those around it, by their keys."""
    names = file.function.split(".") if file.function else []
    return [".".join(names[:count]) for count in range(len(names), 0, -1)]
