"""Classes that make tools of the methods of their objects.

That is of whichever these have (`for name in dir(self): ...`), or of those that they list by their names.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from promptlint.extract.docstrings import FunctionNode, docstring
from promptlint.extract.facts import Sent
from promptlint.extract.names import words
from promptlint.extract.state import File
from promptlint.extract.volatility import dotted

# What gives the members of an object, and what a file that asks for them has in its text.
_MEMBERS = frozenset({"dir", "getmembers", "vars"})
_TABLE = "__dict__"
# What says of a member that it is a method, and the classes of those that are.
_METHODS = frozenset("callable ismethod isfunction isroutine iscoroutinefunction isasyncgenfunction".split())
_KINDS = frozenset("MethodType FunctionType BuiltinMethodType Callable property staticmethod classmethod type".split())
_SAID = frozenset("tool tools toolkit toolkits toolbox toolboxes toolset toolsets".split())
# Methods that look like attributes, or are there to be written below.
_NO_METHODS = ("property", "setter", "deleter", "abstractmethod", "validator", "serializer", "overload")


def note_toolkits(file: File) -> list[str]:
    """Note the classes that make tools of the methods of their objects, and the methods that may be such tools.

    Gives back these methods, and those that a class lists by name. They are the public ones with a docstring of classes
    that are said to be of tools, by their own name or that of a base class: the class that makes tools of them may
    stand in another file.
    """
    found = file.facts
    methods: dict[str, list[FunctionNode]] = {}
    for node, scope in file.definitions.values():
        if scope.kind == "class" and isinstance(node, FunctionNode):
            methods.setdefault(scope.name, []).append(node)
    if not file.mentions.isdisjoint(_MEMBERS) or _TABLE in file.source.text:
        for owner, own in methods.items():
            gathering = next((node for node in own if _speaks(file, node) and _gathers(node, owner)), None)
            if gathering is not None:
                about = [node.name for node in own if _says_tools(node.name)]
                around = file.definitions.get(owner, (gathering, None))[0]
                held = [each for each in around.body if isinstance(each, ast.Assign | ast.AnnAssign)]
                found.toolkits[owner] = (gathering.name, *about, *_named([gathering, *held]))
    kits = {key for key, bases in found.bases.items() if any(map(_says_tools, (key, *bases)))}.union(found.toolkits)
    kits.update([key for key, bases in found.bases.items() if not kits.isdisjoint(bases)])
    listed: list[str] = []
    for owner, own in methods.items() if kits else ():
        if owner in kits:
            found.offered[owner] = [f"{owner}.{node.name}" for node in own if _may_be_tool(file, node)]
            if any(map(_says_tools, found.bases[owner])):
                keys = [f"{owner}.{name}" for name in _listed(file, owner, {node.name for node in own})]
                found.sent += [Sent((f":{key}",)) for key in keys]
                listed += keys
    return [*listed, *(key for keys in found.offered.values() for key in keys)]


def _listed(file: File, owner: str, methods: set[str]) -> list[str]:
    """The methods that a class lists by their names, and nothing beside them: its base makes tools of these.

    An asynchronous one may stand beside that which does the same: `("load", "aload")`. The name of the list says that
    they are for use: methods are listed to be cached, checked or left out, too.
    """
    listed: list[str] = []
    node = file.definitions[owner][0] if owner in file.definitions else None
    for each in node.body if isinstance(node, ast.ClassDef) else ():
        target = each.targets[0] if isinstance(each, ast.Assign) else getattr(each, "target", None)
        value = each.value if isinstance(each, ast.Assign | ast.AnnAssign) else None
        if isinstance(value, ast.List | ast.Tuple) and isinstance(target, ast.Name) and _for_use(target.id):
            elements = [one for item in value.elts for one in (item.elts if isinstance(item, ast.Tuple) else (item,))]
            names = [one.value for one in elements if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if names and len(names) == len(elements) and methods.issuperset(names):
                listed += [name for name in dict.fromkeys(names) if name[:1] != "_"]
    return list(dict.fromkeys(listed))


def _for_use(name: str) -> bool:
    """Whether a list of methods with this name is one of tools: `spec_functions`, `tools`."""
    said = words(name)
    return said[-1:] in _LISTS and _OTHERWISE.isdisjoint(said)


_LISTS = frozenset((word,) for word in "tools functions methods actions skills capabilities operations".split())
_OTHERWISE = frozenset(
    "abstract async blocked cache cached deprecated disabled excluded exclude hidden ignored ignore internal memoized "
    "mocked optional overridden patched private protected required retried skip skipped slow static traced".split()
)


def _speaks(file: File, node: FunctionNode) -> bool:
    """Whether a word for the members of an object stands in the text of a method: of most nothing more is asked."""
    span = file.span(node)
    text = file.source.text
    return any(text.find(word, span.start, span.end) >= 0 for word in (*_MEMBERS, _TABLE))


def _named(nodes: Iterable[ast.AST]) -> list[str]:
    """The names that a method which collects those of its object mentions, or its class: these may be no tools."""
    texts = (one.value for node in nodes for one in ast.walk(node) if isinstance(one, ast.Constant))
    return list(dict.fromkeys(name for name in texts if isinstance(name, str) and name.isidentifier()))


def _says_tools(name: str) -> bool:
    return not _SAID.isdisjoint(words(name.rpartition(".")[2]))


def _may_be_tool(file: File, node: ast.AST) -> bool:
    if not isinstance(node, FunctionNode) or node.name.startswith("_") or not docstring(file, node):
        return False
    above = (dotted(each.func if isinstance(each, ast.Call) else each) for each in node.decorator_list)
    return not any(name.endswith(_NO_METHODS) for name in above)


def _gathers(node: FunctionNode, owner: str) -> bool:
    """Whether a method collects the public methods of its object, and it, its class or the collection says tools."""
    if not node.args.args:
        return False
    receiver = node.args.args[0].arg
    said = _says_tools(node.name) or _says_tools(owner)
    for target, iterable, body, whole in _loops(node):
        if _of_own(iterable, receiver) and _all_public([iterable, *body], target, receiver):
            kept = [""] if whole else [name for part in body for name in _keeping(part)]
            if any(said or _says_tools(name) for name in kept):
                return True
    return False


def _loops(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr, list[ast.AST], bool]]:
    """Every loop: its target, what it goes through, what it does, and whether it is one that makes a collection."""
    for each in ast.walk(node):
        if isinstance(each, ast.For | ast.AsyncFor):
            yield each.target, each.iter, [*each.body], False
        elif isinstance(each, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            made = [each.key, each.value] if isinstance(each, ast.DictComp) else [each.elt]
            for one in each.generators:
                yield one.target, one.iter, [*made, *one.ifs], True


def _of_own(node: ast.expr, receiver: str) -> bool:
    """Whether an expression gives the members of the object that a method belongs to, or of its class."""
    while isinstance(node, ast.Call):
        last = dotted(node.func).rpartition(".")[2]
        if last in _MEMBERS or last in ("sorted", "list", "set", "reversed"):
            if not node.args:
                return False
            if last in _MEMBERS:
                return _is_own(node.args[0], receiver)
            node = node.args[0]
        elif isinstance(node.func, ast.Attribute) and last in ("items", "keys", "values"):
            node = node.func.value
        else:
            return False
    return isinstance(node, ast.Attribute) and node.attr == _TABLE and _is_own(node.value, receiver)


def _is_own(node: ast.expr, receiver: str) -> bool:
    if isinstance(node, ast.Call) and dotted(node.func) == "type" and len(node.args) == 1:
        node = node.args[0]
    elif isinstance(node, ast.Attribute) and node.attr == "__class__":
        node = node.value
    return isinstance(node, ast.Name) and node.id == receiver


def _all_public(parts: list[ast.AST], target: ast.expr, receiver: str) -> bool:
    """Whether a loop leaves out private members and what is no method: it asks for no mark, class or name."""
    members = {each.id for each in ast.walk(target) if isinstance(each, ast.Name)}
    public = methods = False
    for each in (one for part in parts for one in ast.walk(part)):
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name):
            members.add(each.targets[0].id)
        if isinstance(each, ast.Name | ast.Attribute):
            methods = methods or dotted(each).rpartition(".")[2] in _METHODS
        if not isinstance(each, ast.Call):
            continue
        name = dotted(each.func)
        last = each.args[-1] if each.args else None
        if name.endswith((".startswith", ".endswith")):
            start = last.value if isinstance(last, ast.Constant) else None
            if name.endswith(".endswith") or not isinstance(start, str) or start.strip("_"):
                return False
            public = True
        elif name == "isinstance" and len(each.args) == 2:
            kinds = each.args[1].elts if isinstance(each.args[1], ast.Tuple) else [each.args[1]]
            if _among(each.args[0], members) and any(dotted(kind).rpartition(".")[2] not in _KINDS for kind in kinds):
                return False
        elif name in ("getattr", "hasattr") and len(each.args) > 1 and not _is_own(each.args[0], receiver):
            mark = each.args[1].value if isinstance(each.args[1], ast.Constant) else ""
            if not isinstance(mark, str) or (mark and not mark.startswith("__")):
                return False
    return public and methods


def _among(node: ast.expr, names: set[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def _keeping(node: ast.AST) -> Iterator[str]:
    """The names of what a part of a loop's body puts something into, "" if it gives it out."""
    for each in ast.walk(node):
        if isinstance(each, ast.Yield):
            yield ""
        elif isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.args:
            if each.func.attr in ("append", "add", "update"):
                yield dotted(each.func.value)
            elif _says_tools(each.func.attr):
                yield each.func.attr
        elif isinstance(each, ast.Assign):
            yield from (dotted(one.value) for one in each.targets if isinstance(one, ast.Subscript))
