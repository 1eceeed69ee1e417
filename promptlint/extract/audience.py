"""Which names hold texts that only people read: they are printed, logged, raised, asserted or asked, nothing else.

Evidence against a text that is taken for a prompt by its name or wording alone (`prompt = f"Delete {n} files?"`). One
walk over the body of a function, or over a file for its constants; asked only where such a text is.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from typing import TypeAlias

import msgspec

from promptlint.extract.against import MANAGED, speaks_against
from promptlint.extract.extents import sample
from promptlint.extract.facts import Site
from promptlint.extract.reads import reads_like_prompt
from promptlint.extract.sites import NAME, READS
from promptlint.extract.state import File, Scope, goes_on
from promptlint.extract.volatility import children, dotted
from promptlint.template import Span

# What becomes of a value: shown to people, raised, asserted, looked at without being passed on, or anything else. A
# name: put into it.
_SHOWN, _RAISED, _ASSERTED, _TESTED, _OTHER = "=shown", "=raised", "=asserted", "=tested", "=other"
# Functions and methods whose result is their text again.
_SAME = frozenset(
    "format format_map join strip lstrip rstrip replace dedent indent cleandoc str upper lower title ljust rjust "
    "center capitalize removeprefix removesuffix fill enumerate".split()
)
# Functions that call another with what stands behind it.
_HANDING_ON = frozenset("to_thread run_in_executor run_sync submit partial".split())
_TESTS = frozenset("len isinstance bool startswith endswith".split())
# Steps of one walk; a function or file beyond this size is not judged.
MAX_STEPS = 50_000

Uses: TypeAlias = dict[str, set[str]]


def only_shown(
    body: Sequence[ast.stmt], names: set[str], resolve: Callable[[str], str], known: Container[str] = ()
) -> set[str]:
    """Those of `names`, variables of the function with this body, whose every use shows them to people.

    `resolve` gives the import path of a dotted name; `known` are names that the function has without giving them a
    value. A name that nothing uses is not among them.
    """
    uses = _uses(body, resolve)
    own = [name for name in names if f"{name}=" in uses or name in known]
    return _shown(uses, (_SHOWN, _RAISED, _ASSERTED)).intersection(own)


def mark_unread(file: File, scope: Scope, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    """Mark the texts that a function gives to names of its own which it never uses: `text_v0 = "..."`."""
    sites = file.facts.sites
    held = {
        name: at
        for name, at in scope.noted.items()
        if at < len(sites) and sites[at].name == name and sites[at].evidence in ("name", "reads")
    }
    if not held:
        return
    span = file.span(node)
    words = Counter(re.findall(r"\w+", file.source.text[span.start : span.end]))
    once = {name for name in held if words[name] == 1 and not words["locals"]}
    for each in ast.walk(node) if once else ():
        # What `a = b = "..."` and `(a := "...")` give to a name is used all the same.
        if isinstance(each, ast.Assign | ast.AnnAssign):
            targets = each.targets if isinstance(each, ast.Assign) else [each.target]
            name = targets[0].id if len(targets) == 1 and isinstance(targets[0], ast.Name) else ""
            if name in once:
                sites[held[name]] = msgspec.structs.replace(sites[held[name]], unread=True)


def held_by(name: str) -> str:
    """The variable in which an item of a list or dict stands: "prompts" of "prompts[1].text"."""
    return name.partition("[")[0].partition(".")[0]


def shown_constants(file: File, tree: ast.Module) -> list[tuple[str, Span]]:
    """Texts of a module and its classes that their file shows to people and uses for nothing else: name and place.

    What an agent's tool raises may well be told the model, and texts of models are printed, too: the more speaks for a
    model, the fewer uses speak against it. Other files may use such a text.
    """
    asked = [site for site in file.facts.sites if site.rank in (NAME, READS) and site.evidence in ("name", "reads")]
    bound = {(key.rpartition(".")[2], id(value)) for key, value in file.facts.bindings.items()} if asked else set()
    doubtful: dict[str, list[Site]] = {}
    for site in asked:
        name = _constant(file, site, bound)
        # A text that reads like a prompt and is used by more than logs and prints is one.
        if name and not (name in file.mentions and _worded(site)):
            doubtful.setdefault(name, []).append(site)
    times = file.written(doubtful)
    names = [name for name in doubtful if times[name] > 1]
    if names:
        # Most are used for something else in plain sight, and nothing but what mentions them need be gone through.
        uses = _uses_of(names, _mentioning(file, tree.body, names), file.resolve)
        names = [name for name in names if uses[name] - {_TESTED, name} and _OTHER not in uses[name]]
    uses = _uses_of(names, tree.body, file.resolve) if names else {}
    anyhow = _shown(uses, (_SHOWN, _RAISED, _ASSERTED)) if names else set()
    shown: dict[tuple[str, ...], set[str]] = {}
    found = []
    for each, site in [(name, site) for name in names if name in anyhow for site in doubtful[name]]:
        worded = _worded(site)
        kinds: tuple[str, ...] = (_ASSERTED,) if worded else (_SHOWN, _ASSERTED)
        kinds += (_RAISED,) if site.rank == NAME and not worded else ()
        if kinds not in shown:
            shown[kinds] = _shown(uses, kinds)
        if each in shown[kinds]:
            found.append((each, site.span))
    return found


def _mentioning(file: File, body: Sequence[ast.stmt], names: Iterable[str]) -> list[ast.stmt]:
    """The statements of a module in which, or in the decorators of which, one of some names is written."""
    ends = [file.span(statement).end for statement in body]
    text = file.source.text
    found: set[int] = set()
    for name in names:
        at = text.find(name)
        while at >= 0:
            if (number := bisect_right(ends, at)) >= len(ends):
                break
            # Within the statement one place says as much as any other.
            whole = not goes_on(text[at - 1 : at], text[at + len(name) : at + len(name) + 1])
            if whole:
                found.add(number)
            at = text.find(name, ends[number] if whole else at + 1)
    return [body[number] for number in sorted(found)]


def _uses_of(names: Sequence[str], body: Sequence[ast.stmt], resolve: Callable[[str], str]) -> Uses:
    """What becomes of names in statements; that of these ones also where they are attributes.

    An attribute is used by its owner's name, a constant by its own.
    """
    uses = _uses(body, resolve)
    uses.update({name: uses.get(name, set()) | uses.get(f".{name}", set()) for name in names})
    return uses


def _constant(file: File, site: Site, bound: set[tuple[str, int]]) -> str:
    """The name of a constant, or of a table of them, in which a doubtful text stands; "" for any other.

    `bound` are the last names of what the file binds, each with the identity of its value.
    """
    name = held_by(site.name) if isinstance(site.value, tuple) else ""
    if not name.isidentifier():
        return ""
    if name != site.name:
        return name if name in file.known else ""
    return name if (name, id(site.value)) in bound else ""


def _worded(site: Site) -> bool:
    return site.rank == NAME and isinstance(site.value, tuple) and reads_like_prompt(sample(site.value))


def _uses(body: Sequence[ast.stmt], resolve: Callable[[str], str]) -> Uses:
    """What becomes of names, and of attributes (".name"), and which names are given values ("name=").

    Nothing is known of what is too large.
    """
    uses: Uses = {}
    stack: list[tuple[ast.AST, str]] = [(statement, _OTHER) for statement in body]
    steps = 0
    while stack:
        node, use = stack.pop()
        steps += 1
        if steps > MAX_STEPS:
            return {}
        if type(node) is ast.Name:
            if type(node.ctx) is ast.Load:
                uses.setdefault(node.id, set()).add(use)
            else:
                uses.setdefault(f"{node.id}=", set())
        elif type(node) is ast.Constant:
            if isinstance(node.value, str) and node.value.isidentifier():
                # `getattr(self, "prompt")`, `__all__ = ["prompt"]`
                uses.setdefault(f".{node.value}", set()).add(_OTHER)
        elif type(node) is ast.Call:
            _call(node, use, resolve, stack)
        elif type(node) is ast.Attribute:
            if type(node.ctx) is ast.Load:
                uses.setdefault(f".{node.attr}", set()).add(use)
            stack.append((node.value, use))
        elif isinstance(node, (ast.stmt, ast.comprehension)):
            _statement(node, stack)
        elif type(node) is ast.IfExp:
            stack += [(node.test, _TESTED), (node.body, use), (node.orelse, use)]
        elif type(node) is ast.Compare:
            stack += [(child, _TESTED) for child in children(node)]
        elif type(node) is ast.Subscript:
            stack += [(node.value, use), (node.slice, _OTHER)]
        else:
            inner = _OTHER if isinstance(node, ast.Lambda) else use
            stack += [(child, inner) for child in children(node)]
    return uses


def _statement(node: ast.stmt | ast.comprehension, stack: list[tuple[ast.AST, str]]) -> None:
    """What becomes of what stands in a statement."""
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
        target = node.target if isinstance(node, ast.AnnAssign | ast.AugAssign) else target
        stack += [(each, _OTHER) for each in (node.targets if isinstance(node, ast.Assign) else [node.target])]
        if node.value is not None:
            stack.append((node.value, target.id if isinstance(target, ast.Name) else _OTHER))
    elif isinstance(node, ast.Raise):
        stack += [(child, _RAISED) for child in children(node)]
    elif isinstance(node, ast.Assert):
        stack.append((node.test, _TESTED))
        if node.msg is not None:
            stack.append((node.msg, _ASSERTED))
    elif isinstance(node, ast.If | ast.While):
        stack.append((node.test, _TESTED))
        stack += [(child, _OTHER) for child in (*node.body, *node.orelse)]
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        stack.append((node.iter, node.target.id if isinstance(node.target, ast.Name) else _OTHER))
        inner = node.ifs if isinstance(node, ast.comprehension) else (*node.body, *node.orelse)
        stack += [(child, _OTHER) for child in inner]
    else:
        stack += [(child, _OTHER) for child in children(node)]


def _call(node: ast.Call, use: str, resolve: Callable[[str], str], stack: list[tuple[ast.AST, str]]) -> None:
    """What becomes of what a call is given."""
    written = dotted(node.func)
    last = written.rpartition(".")[2] or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
    path = resolve(written)
    if last in _HANDING_ON:
        # `asyncio.to_thread(input, prompt)`
        names = {dotted(each) for each in node.args if isinstance(each, ast.Name | ast.Attribute)}
        written = next((name for name in sorted(names) if speaks_against(name)), written)
    if use != _RAISED or not last[:1].isupper():
        if speaks_against(written) or speaks_against(path):
            use = _SHOWN
        elif last in _TESTS:
            use = _TESTED
        elif last not in _SAME:
            use = _OTHER
    managed = any(keyword.arg in MANAGED for keyword in node.keywords)
    stack += [(each, use) for each in node.args]
    stack += [(each.value, _SHOWN if managed and each.arg == "description" else use) for each in node.keywords]
    if isinstance(node.func, ast.Attribute):
        stack.append((node.func.value, use))


def _shown(uses: Uses, kinds: tuple[str, ...]) -> set[str]:
    """The names whose every use shows them in one of these ways, or puts them into another name of which that holds.

    A name that is put into itself by way of others is none of them.
    """
    sources: dict[str, list[str]] = {}
    waiting: dict[str, int] = {}
    ready: list[str] = []
    for name, known in uses.items():
        found = known - {_TESTED, name}
        into = [use for use in found if use not in kinds]
        if not found or any(use[0] == "=" for use in into):
            continue
        waiting[name] = len(into)
        for use in into:
            sources.setdefault(use, []).append(name)
        if not into:
            ready.append(name)
    shown: set[str] = set()
    while ready:
        name = ready.pop()
        shown.add(name)
        for source in sources.get(name, ()):
            waiting[source] -= 1
            if not waiting[source]:
                ready.append(source)
    return shown
