"""How a run-time value is told: its source text on one line, and what it is read from."""

from __future__ import annotations

import ast

from promptlint.extract.names import describing

MAX_EXPRESSION = 60
# Methods whose value is the text that they are called on, or nearly so.
NEARLY = frozenset("strip lstrip rstrip replace format removeprefix removesuffix expandtabs".split())


def read_from(node: ast.AST) -> str:
    """The attribute or method that the value of an expression comes from, as in `Hole.member`."""
    for _ in range(8):
        if type(node) is ast.Attribute:
            return node.attr
        if type(node) is ast.Call:
            func = node.func
            if type(func) is ast.Attribute:
                if func.attr == "get" and node.args:
                    return key_of(node.args[0])
                if func.attr not in NEARLY:
                    return f"{func.attr}()"
                node = func.value
            elif type(func) is ast.Name and func.id == "str" and len(node.args) == 1:
                node = node.args[0]
            else:
                return ""
        elif type(node) is ast.Subscript:
            return key_of(node.slice)
        elif type(node) is ast.Await or type(node) is ast.FormattedValue:
            node = node.value
        elif type(node) is ast.BoolOp:
            node = node.values[0]
        elif type(node) is ast.IfExp:
            node = node.body
        else:
            return ""
    return ""


def key_of(node: ast.expr) -> str:
    """The key of a dict, as in `Hole.member`, where it is a name that tells what it holds; or ""."""
    key = node.value if isinstance(node, ast.Constant) else None
    return f"[{key}]" if isinstance(key, str) and describing(key) and key.isidentifier() else ""


def shorten(text: str) -> str:
    """Source text on one line, at most `MAX_EXPRESSION` characters."""
    if len(text) <= MAX_EXPRESSION and "\n" not in text and "\r" not in text and "  " not in text:
        return text
    text = " ".join(text.split())
    return text if len(text) <= MAX_EXPRESSION else text[: MAX_EXPRESSION - 1] + "\u2026"
