"""How often the value of a Jinja expression changes, and the names that a template binds.

Importing this module imports jinja2.
"""

from __future__ import annotations

from jinja2 import nodes

from promptlint.extract import volatility
from promptlint.extract.jinja_tree import constant, dotted
from promptlint.extract.volatility import CONSTANT, UNKNOWN, State
from promptlint.template import Choice, Hole, Ref, Repeat, Template, Volatility

MAX_EXPRESSION = 40
_CLOCKS = frozenset(
    "now utcnow current_time get_current_time get_now current_datetime get_current_datetime localtime".split()
)
_DATES = frozenset(["today", "current_date", "get_current_date", "get_today", "todays_date"])
_RANDOMS = frozenset(["random", "randint", "rand", "lipsum", "shuffle", "random_number"])


class Scope:
    """Names bound by the template itself; a name bound nowhere is an argument of `render`."""

    def __init__(self, outer: Scope | None = None) -> None:
        self.names: dict[str, Template] = {}
        self.outer = outer

    def get(self, name: str) -> Template | None:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return None


def state_of(node: nodes.Node | None, scope: Scope, depth: int = 0) -> State:
    """How often the value of an expression changes, and why."""
    if depth > MAX_EXPRESSION:
        return UNKNOWN
    match node:
        case nodes.Const() | nodes.TemplateData() | None:
            return CONSTANT
        case nodes.Name():
            bound = scope.get(node.name)
            return volatility.of_name(node.name) if bound is None else of_template(bound)
        case nodes.Getattr() | nodes.Getitem():
            return _of_part(node, scope, depth)
        case nodes.Call():
            return _of_call(node, scope, depth)
        case nodes.Filter() if node.name in _RANDOMS:
            return (Volatility.UNIQUE, "random")
    states = [state_of(child, scope, depth + 1) for child in node.iter_child_nodes()]
    return volatility.strongest(states) if states else CONSTANT


def _of_part(node: nodes.Getattr | nodes.Getitem, scope: Scope, depth: int) -> State:
    """`a.b`, `a["b"]`: what the name says, unless more is known about `a`."""
    base = state_of(node.node, scope, depth + 1)
    name = dotted(node)
    root = name.partition(".")[0]
    known = volatility.of_name(name) if name else UNKNOWN
    bound = scope.get(root) if root else None
    if base[0] is Volatility.UNIQUE or not name or (bound is not None and base[0] is not Volatility.UNKNOWN):
        return base
    if known[0] is Volatility.DEPLOY and base[0] > Volatility.DEPLOY:
        return volatility.of_part(name.partition(".")[2], (base[0], "name"), known)
    return known if known[0] is not Volatility.UNKNOWN else base


def _of_call(node: nodes.Call, scope: Scope, depth: int) -> State:
    callee = dotted(node.node)
    last = callee.rpartition(".")[2]
    given = (*node.args, *(item.value for item in node.kwargs))
    arguments = [state_of(child, scope, depth + 1) for child in given]
    first = constant(node.args[0]) if node.args else None
    if callee == "namespace":
        return UNKNOWN
    if callee == "strftime_now":
        return (Volatility.UNIQUE, "date" if first is not None and volatility.date_only(first) else "clock")
    for known, origin in ((_CLOCKS, "clock"), (_DATES, "date"), (_RANDOMS, "random")):
        if last in known:
            return (Volatility.UNIQUE, origin)
    if callee in ("range", "cycler", "joiner"):
        return volatility.strongest([CONSTANT, *arguments])
    receiver = None
    if isinstance(node.node, (nodes.Getattr, nodes.Getitem)):
        receiver = state_of(node.node.node, scope, depth + 1)
    return volatility.of_call(callee, receiver, arguments, first)


def of_template(template: Template) -> State:
    """The state of what a name stands for: that of its most volatile part."""
    states: list[State] = [CONSTANT]
    for part in template:
        match part:
            case Hole():
                states.append((part.volatility, part.origin))
            case Choice():
                states += [of_template(branch) for branch in part.branches]
                states.append(UNKNOWN)
            case Repeat():
                states += [(part.volatility, ""), of_template(part.body)]
            case Ref():
                states.append((part.fallback.volatility, part.fallback.origin))
            case _:
                pass
    return volatility.strongest(states)
