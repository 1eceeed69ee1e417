"""Which names of a function hold texts that only people read: they are printed, logged, raised or asked, nothing else.

Evidence against a text that is taken for a prompt by its name alone (`prompt = f"Delete {n} files?"`). One walk over
the body of a function; asked only where such a text is.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from promptlint.extract.sites import speaks_against
from promptlint.extract.volatility import dotted

# What becomes of a value: shown to people, looked at without being passed on, or anything else. A name: put into it.
_SHOWN, _TESTED, _OTHER = "=shown", "=tested", "=other"
# Functions and methods whose result is their text again.
_SAME = frozenset(
    "format format_map join strip lstrip rstrip replace dedent indent cleandoc str upper lower title ljust rjust "
    "center capitalize removeprefix removesuffix fill".split()
)
_TESTS = frozenset("len isinstance bool startswith endswith".split())
# Steps of one walk; a function beyond this size is not judged.
MAX_STEPS = 50_000


def only_shown(body: Sequence[ast.stmt], names: set[str], resolve: Callable[[str], str]) -> set[str]:
    """Those of `names`, variables of the function with this body, whose every use shows them to people.

    `resolve` gives the import path of a dotted name. A name that nothing uses is not among them.
    """
    uses: dict[str, set[str]] = {}
    stack: list[tuple[ast.AST, str]] = [(statement, _OTHER) for statement in body]
    steps = 0
    while stack:
        node, use = stack.pop()
        steps += 1
        if steps > MAX_STEPS:
            return set()
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                uses.setdefault(node.id, set()).add(use)
        elif isinstance(node, ast.Call):
            _call(node, use, resolve, stack)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
            target = node.target if isinstance(node, ast.AnnAssign | ast.AugAssign) else target
            if node.value is not None:
                stack.append((node.value, target.id if isinstance(target, ast.Name) else _OTHER))
        elif isinstance(node, ast.Raise):
            stack += [(child, _SHOWN) for child in ast.iter_child_nodes(node)]
        elif isinstance(node, ast.If | ast.IfExp | ast.While):
            stack.append((node.test, _TESTED))
            rest = [node.body, node.orelse] if isinstance(node, ast.IfExp) else [*node.body, *node.orelse]
            stack += [(child, use) for child in rest]
        elif isinstance(node, ast.Compare):
            stack += [(child, _TESTED) for child in ast.iter_child_nodes(node)]
        else:
            inner = _OTHER if isinstance(node, ast.stmt | ast.Lambda | ast.Subscript) else use
            stack += [(child, inner) for child in ast.iter_child_nodes(node)]
    return {name for name in names if _shown(name, uses, set())}


def _call(node: ast.Call, use: str, resolve: Callable[[str], str], stack: list[tuple[ast.AST, str]]) -> None:
    """What becomes of what a call is given."""
    written = dotted(node.func)
    last = written.rpartition(".")[2] or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
    path = resolve(written)
    drawn = path.startswith("rich.") and not path.startswith("rich.prompt.")
    if drawn or speaks_against(written) or speaks_against(path):
        use = _SHOWN
    elif last in _TESTS:
        use = _TESTED
    elif last not in _SAME:
        use = _OTHER
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    if isinstance(node.func, ast.Attribute):
        given.append(node.func.value)
    stack += [(child, use) for child in given]


def _shown(name: str, uses: dict[str, set[str]], above: set[str]) -> bool:
    """Whether every use of a name shows it, or puts it into another name of which the same holds."""
    if name in above or len(above) > 8:
        return False
    found = uses.get(name, set()) - {_TESTED, name}
    return bool(found) and all(use == _SHOWN or (use[0] != "=" and _shown(use, uses, above | {name})) for use in found)
