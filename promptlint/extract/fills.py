"""Calls that fill a template, noted as they are written: which names they give, and where."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from promptlint.extract.callsite import CallSite
from promptlint.extract.extents import extent, sample
from promptlint.extract.facts import Fill
from promptlint.extract.reads import reads_like_prompt
from promptlint.extract.sites import READS, flattened, note_handed
from promptlint.extract.state import File, textual
from promptlint.extract.volatility import dotted
from promptlint.operations import takes
from promptlint.template import Items, Span, Value

# Methods that fill a template, and the operation each one is.
METHODS = {
    "format": "format",
    "format_map": "format_map",
    "format_messages": "format_messages",
    "format_prompt": "format_prompt",
    "substitute": "substitute",
    "render": "render",
    "invoke": "invoke",
}
# What these are given as their one positional argument are names.
_BY_MAPPING = frozenset({"format_map", "substitute", "render", "invoke"})
# Libraries whose templates are filled by `str.format`, and raise as it does.
_STRICT = ("langchain.", "langchain_core.", "langchain_classic.")
# Arguments of such a template that do not change how it is filled.
_PLAIN = frozenset({"template", "input_variables", "input_types", "validate_template", "output_parser", "messages"})
_EXPECTED = frozenset({"KeyError", "IndexError", "LookupError", "ValueError", "TypeError"})

_Names = list[tuple[str, Span]]


def note_method(file: File, node: ast.Call, method: str, receiver: Value, site: CallSite) -> None:
    """Note a call of a method that fills the text it is called on, or the messages."""
    if method not in METHODS and method != "partial":
        return
    if not isinstance(node.func, ast.Attribute) or file.muted or not isinstance(receiver, (tuple, Items)):
        return
    if method == "partial" and not site.complete:
        file.facts.loose.append(receiver)
    if site.node.args or site.keywords:
        _note_put(file, node.func.value, receiver, site)
    operation = METHODS.get(method)
    if operation is None or not textual(receiver):
        return
    names, complete = ([], True) if operation == "invoke" else _keywords(file, node)
    positional = [argument for argument in node.args if not isinstance(argument, ast.Starred)]
    complete = complete and len(positional) == len(node.args)
    if operation in _BY_MAPPING and positional:
        given, whole = _mapping(file, positional[0])
        names, complete = names + given, complete and whole
        positional = []
    elif operation == "invoke":
        return
    call = file.span(node)
    place = Span(call.file, min(file.span(node.func.value).end, call.end), call.end)
    places = tuple(file.span(argument) for argument in positional)
    _note(file, Fill(operation, receiver, place, tuple(names), places, complete, file.guards > 0))


def _note_put(file: File, node: ast.expr, receiver: Value, site: CallSite) -> None:
    """What a prompt is filled with goes where it goes: `PROMPT.format(rules=RULES)`, of a prompt by name or wording."""
    given = flattened((*(value for value, _ in site.positional), *(value for value, _ in site.keywords.values())))
    told = [value for value in given if isinstance(value, tuple) and (textual(value) or takes(value))]
    if told and textual(receiver):
        known = type(receiver) is Items or id(receiver) in file.templates
        known = known or file.prompt_like(dotted(node).rpartition(".")[2])
        if known or (isinstance(receiver, tuple) and reads_like_prompt(sample(receiver))):
            note_put(file, told)


def note_put(file: File, values: Iterable[Value]) -> None:
    """Note texts that are put into a prompt, and what of the function around it is."""
    for value in values:
        note_handed(file, value, "", "unknown")
        if isinstance(value, tuple) and textual(value):
            file.note(value, extent(value) or Span("", 0, 0), file.where, "unknown", "within", READS)


def note_percent(file: File, node: ast.BinOp, left: Value) -> None:
    """Note `left % right`."""
    if file.muted or not textual(left):
        return
    place = file.span(node.right)
    if isinstance(node.right, ast.Tuple):
        complete = not any(isinstance(item, ast.Starred) for item in node.right.elts)
        places = tuple(file.span(item) for item in node.right.elts)
        _note(file, Fill("percent", left, place, (), places, complete, file.guards > 0))
        return
    names, complete = _mapping(file, node.right)
    if complete:
        _note(file, Fill("percent", left, place, tuple(names), (), True, file.guards > 0))


def note_template(file: File, site: CallSite, text: Value, template: str, place: Span) -> None:
    """Note a template that a framework fills with the rules of `str.format`, or in its own way."""
    if not template or not isinstance(text, tuple) or not textual(text):
        return
    file.templates[id(text)] = text
    if template == "jinja":
        note_jinja(file, text, place)
        return
    strict = template == "format" and site.name.startswith(_STRICT)
    if not strict or not site.complete or not site.keywords.keys() <= _PLAIN:
        file.facts.loose.append(text)
    if strict and "template_format" not in site.keywords:
        _note(file, Fill("fields", text, place, (), (), False, False))


def note_jinja(file: File, text: Value, place: Span) -> None:
    """Note a text that is given to jinja2 as a template."""
    if textual(text):
        _note(file, Fill("jinja", text, place, (), (), False, file.guards > 0))


def _note(file: File, fill: Fill) -> None:
    if file.forced is None:
        file.facts.fills.append(fill)


def _keywords(file: File, node: ast.Call) -> tuple[_Names, bool]:
    names: _Names = []
    complete = True
    for keyword in node.keywords:
        if keyword.arg is not None:
            names.append((keyword.arg, file.span(keyword)))
        else:
            given, whole = _mapping(file, keyword.value)
            names += given
            complete = complete and whole
    return names, complete


def _mapping(file: File, node: ast.expr) -> tuple[_Names, bool]:
    """The keys of a dict that is written where it is used: of any other, more may have been put into it."""
    if isinstance(node, ast.Dict):
        names: _Names = []
        complete = True
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                names.append((key.value, file.span(key)))
            elif key is None:
                given, whole = _mapping(file, value)
                names += given
                complete = complete and whole
            else:
                complete = False
        return names, complete
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict" and not node.args:
        return _keywords(file, node)
    return [], False


def guards(node: ast.Try | ast.TryStar) -> bool:
    """Whether a `try` is there for what filling a template may raise."""
    for handler in node.handlers:
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        for kind in kinds:
            if isinstance(kind, ast.Name) and kind.id in _EXPECTED:
                return True
            if len(node.body) == 1 and (kind is None or (isinstance(kind, ast.Name) and kind.id == "Exception")):
                return True
    return False
