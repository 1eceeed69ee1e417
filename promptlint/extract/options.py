"""Models that an option of a command line, or a field of a web form, names by default.

argparse: `add_argument("--model", default="gpt-5")`, read as `args.model`; click: `@option("--model",
default="gpt-5")`; typer and FastAPI: `model: str = Option("gpt-5")`. Whoever starts the program, or sends the form, may
name another one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from promptlint.extract.callsite import Evaluate
from promptlint.extract.names import words
from promptlint.extract.state import File, Scope, fallback_of
from promptlint.extract.volatility import NAMES, dotted, walk
from promptlint.template import Choice, Hole, Value, Volatility

# What the arguments of a command line are called where they are read.
_PARSED = frozenset("args arguments opts options namespace ns parsed flags".split())
# Classes and functions whose first argument, or `default`, is what a parameter is if nothing is given for it.
_FIELDS = frozenset("Option Argument Form Query Body Header Cookie".split())
_PACKAGES = ("typer", "fastapi")


def note_parsers(file: File, tree: ast.Module, evaluate: Evaluate) -> None:
    """Note what models the options of a file's parsers name by default; of two with one name, neither is known."""
    text = file.source.text
    if "add_argument" not in text or "model" not in text:
        return
    found: dict[str, ast.expr | None] = {}
    for node in walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add_argument":
            default = next((each.value for each in node.keywords if each.arg == "default"), None)
            for name in _named(node):
                found[name] = None if name in found and not _same(found[name], default) else default
    for name, known in found.items():
        if known is not None and not _nothing(known):
            each = known
            file.options[name] = file.unnoted(lambda each=each: evaluate(file, file.module, each))  # type: ignore[misc]


def _named(node: ast.Call) -> Iterator[str]:
    """By which name an option is read: that of `dest`, or the first long one."""
    given = next((each.value for each in node.keywords if each.arg == "dest"), None)
    constants = [each.value for each in (given, *node.args) if isinstance(each, ast.Constant)]
    said = [each for each in constants if isinstance(each, str)]
    long = [each for each in said if each[:2] == "--" or each[:1] != "-"] or said
    name = long[0].lstrip("-").replace("-", "_") if long else ""
    if "model" in words(name):
        yield name


def _same(one: ast.expr | None, other: ast.expr | None) -> bool:
    return one is not None and other is not None and ast.dump(one) == ast.dump(other)


def _nothing(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not (isinstance(node.value, str) and node.value)


def parsed(file: File, scope: Scope, node: ast.Attribute, value: Value) -> Value:
    """`args.model`: what the command line says, or else what its option is by default."""
    owner, hole = node.value, fallback_of(value)
    written = dotted(node)
    if type(owner) is not ast.Name or hole is None or written in scope.values or written in file.module.values:
        return value
    known = scope.types.get(owner.id, "")
    # What a call gives back has no class that is known: `parser.parse_args()`.
    of_class = known and not known.endswith(")")
    if "argparse" not in known and (of_class or owner.id not in _PARSED):
        return value
    return _by_default(hole, file.options[node.attr]) or value


def _by_default(hole: Hole, default: Value) -> Value | None:
    return (Choice(hole.expression, ((hole,), default)),) if isinstance(default, tuple) else None


def of_commands(node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, ast.expr]:
    """What options that stand above a function as click's name by default, by the parameters that they give."""
    found: dict[str, ast.expr] = {}
    for each in node.decorator_list:
        if isinstance(each, ast.Call) and dotted(each.func).rpartition(".")[2] in ("option", "argument"):
            default = next((keyword.value for keyword in each.keywords if keyword.arg == "default"), None)
            plain = [one.value for one in each.args if isinstance(one, ast.Constant) and str(one.value)[:1] != "-"]
            # A name without dashes is that of the parameter.
            for name in [str(one) for one in plain] or _named(each):
                if default is not None and not _nothing(default) and "model" in words(name):
                    found[name] = default
    return found


def in_form(file: File, name: str, default: ast.expr) -> ast.expr | None:
    """What typer's and FastAPI's descriptions of a parameter say that it is by default."""
    if not isinstance(default, ast.Call) or type(default.func) not in NAMES or "model" not in words(name):
        return None
    path = file.resolve(dotted(default.func))
    if path.partition(".")[0] not in _PACKAGES or path.rpartition(".")[2] not in _FIELDS:
        return None
    given = next((each.value for each in default.keywords if each.arg == "default"), None)
    given = given or (default.args[0] if default.args else None)
    return None if given is None or _nothing(given) else given


def of_parameter(
    file: File,
    scope: Scope,
    argument: ast.arg,
    default: ast.expr | None,
    commands: dict[str, ast.expr],
    evaluate: Evaluate,
) -> Value | None:
    """A parameter that those give who start the program, or send a form: that, or what it is by default."""
    node = commands.get(argument.arg) if default is None else in_form(file, argument.arg, default)
    if node is None:
        return None
    value = file.unnoted(lambda: evaluate(file, scope, node))
    return _by_default(file.hole(argument, Volatility.DEPLOY, "parameter"), value)
