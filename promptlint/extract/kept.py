"""Lists of which some items are kept: messages (`[each for each in messages if each["role"] != "system"]`), and texts
that are not empty (`filter(None, texts)`, `text for text in texts if text`).
"""

from __future__ import annotations

import ast

from promptlint.extract.callsite import CallSite
from promptlint.extract.iteration import as_given, condition_text
from promptlint.extract.joins import optional
from promptlint.extract.lists import but_for_empty
from promptlint.extract.results import run_time_value
from promptlint.extract.state import File, Scope, single_hole
from promptlint.extract.volatility import dotted
from promptlint.operations import is_several
from promptlint.template import Apply, Arguments, Condition, Hole, Items, Mapping, Message, Value

# Messages of one list that are looked at.
MAX_MESSAGES = 64


def kept(file: File, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, iterable: Value) -> Items | None:
    """The messages of a list that is known, each under the condition it is kept by; None for anything else."""
    turn, name = node.generators[0], _taken(node)
    if not name or type(node) is not ast.ListComp or type(iterable) is not Items or len(iterable.items) > MAX_MESSAGES:
        return None
    if not any(type(item) is Message for item in iterable.items):
        return None
    found: list[Value] = []
    for number, item in enumerate(iterable.items, 1):
        asked = [test for test in turn.ifs if _holds(file, test, name, item) is not True]
        if any(_holds(file, test, name, item) is False for test in asked):
            continue
        one = item
        for test in reversed(asked if isinstance(item, Message | Mapping) or not is_several(item) else []):
            one = optional(Condition(f"{condition_text(file, test)} for item {number}"), one, True)
        found.append(one)
    # Of what stands for the items of another list it is not known which are kept.
    whole = not turn.ifs or not any(map(is_several, iterable.items))
    return Items(tuple(found), iterable.span, iterable.complete and whole)


def _holds(file: File, test: ast.expr, name: str, item: Value) -> bool | None:
    """Whether a message is kept by a test of its role; None where that cannot be told."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not _role_of(test.left, name):
        return None
    if type(item) is not Message or item.span.file != file.name:
        return None
    role, text = item.role, file.source.text[item.span.start : item.span.end]
    if f'"{role}"' not in text and f"'{role}'" not in text:
        # "developer" is another word for "system".
        return None
    other, operator = test.comparators[0], test.ops[0]
    if isinstance(operator, ast.Eq | ast.NotEq) and isinstance(other, ast.Constant):
        return (role == other.value) == isinstance(operator, ast.Eq)
    if isinstance(operator, ast.In | ast.NotIn) and isinstance(other, ast.List | ast.Tuple | ast.Set):
        roles = [each.value for each in other.elts if isinstance(each, ast.Constant)]
        return (role in roles) == isinstance(operator, ast.In) if len(roles) == len(other.elts) else None
    return None


def _role_of(node: ast.expr, name: str) -> bool:
    """`each["role"]` or `each.get("role")`."""
    match node:
        case ast.Subscript(value=ast.Name(id=written), slice=key):
            pass
        case ast.Call(func=ast.Attribute(value=ast.Name(id=written), attr="get"), args=[key, *_]):
            pass
        case _:
            return False
    return written == name and isinstance(key, ast.Constant) and key.value == "role"


def _taken(node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> str:
    """The name of the items that a comprehension over one list gives as they are, or ""."""
    target = node.generators[0].target
    name = target.id if len(node.generators) == 1 and isinstance(target, ast.Name) else ""
    return name if isinstance(node.elt, ast.Name) and node.elt.id == name else ""


def filtered(file: File, scope: Scope, site: CallSite) -> Value | None:
    """`filter(None, texts)`: a list without its texts that are empty; None for any other filter."""
    if len(site.positional) != 2:
        return None
    test, (value, _) = site.positional[0][1], site.positional[1]
    nothing = isinstance(test, ast.Constant) and test.value is None
    if not (nothing or dotted(test) in ("bool", "str.strip")):
        return None
    if type(value) is Items:
        return but_for_empty(value)
    return _of_given(file, scope, site.node, value, run_time_value(file, site, None))


def said(
    file: File, scope: Scope, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, iterable: Value
) -> Value | None:
    """`text for text in texts if text`: a list, or what calls give for it, without its texts that are empty."""
    turn, name = node.generators[0], _taken(node)
    if not name or type(node) is ast.SetComp or turn.is_async:
        return None
    if not all(_asks_said(each, name) for each in turn.ifs):
        return None
    if type(iterable) is Items:
        texts = all(type(item) is tuple for item in iterable.items)
        return but_for_empty(iterable) if turn.ifs and texts else None
    hole = single_hole(iterable)
    if not turn.ifs:
        return iterable if hole is not None and as_given(scope, hole) else None
    return _of_given(file, scope, node, iterable, file.hole(node, hole.volatility, hole.origin)) if hole else None


def _asks_said(test: ast.expr, name: str) -> bool:
    """`text` and `text.strip()`: whether there is anything in it."""
    func = test.func if isinstance(test, ast.Call) and not test.args else None
    if isinstance(func, ast.Attribute) and func.attr == "strip":
        test = func.value
    return isinstance(test, ast.Name) and test.id == name


def _of_given(file: File, scope: Scope, node: ast.expr, value: Value, made: Hole) -> Value | None:
    hole = single_hole(value)
    if hole is None or not as_given(scope, hole):
        return None
    return (Apply("kept", value, Arguments(), file.span(node), made),)
