"""Names of objects: the class of what each is made in sight, or annotated as; one of several where branches differ."""

from __future__ import annotations

import ast

from promptlint.extract.annotations import CLASS_ONLY, annotated_class, class_only, items_of, of_text, several_classes
from promptlint.extract.attributes import ITEM
from promptlint.extract.facts import SEVERAL
from promptlint.extract.invocations import MAX_KINDS, called_name, capital, class_in_sight, item_class, keep, named
from promptlint.extract.iteration import condition_text
from promptlint.extract.state import File, Kind, Scope
from promptlint.extract.volatility import NAMES, dotted
from promptlint.template import Condition, Span


def note_type(file: File, scope: Scope, name: str, node: ast.expr) -> None:
    """Remember the class of an object that a name is bound to, as far as it is made or named in sight."""
    if type(node) is ast.Await:
        node = node.value
    if type(node) is ast.BoolOp:
        note_type(file, scope, name, node.values[-1])
        if name in scope.made:
            # `self.llm = llm or LLM()`: what stands in front may be made with something else.
            scope.made[name] = (*scope.made[name][:2], SEVERAL)
        return
    if type(node) is ast.IfExp:
        _note_either(file, scope, name, node)
        return
    found = ""
    if type(node) is ast.Call:
        found = called_name(file, scope, node.func)
        if found and not capital(found):
            found += "()"
    elif type(node) is ast.Subscript and type(node.value) in NAMES:
        found = item_class(file, scope, node.value)
    elif type(node) in NAMES:
        written = dotted(node)
        own = f":{scope.owner}" if written == scope.receiver != "cls" and scope.owner else ""
        found = class_in_sight(scope, written) or own
    if found:
        keep(file, scope, name, found)
        if type(node) is ast.Call:
            _note_way(scope, name, found, file.span(node))
    elif type(node) in NAMES and (items := class_in_sight(scope, f"{dotted(node)}{ITEM}")):
        keep(file, scope, f"{name}{ITEM}", items)
    if not found and name in scope.made:
        # Which object it stands for now, is not known.
        scope.made[name] = (*scope.made[name][:2], SEVERAL)
    if (not found or type(node) is not ast.Call) and (scope.guards or name in scope.kinds):
        _note_kind(scope, name, (found, scope.guards, SEVERAL))


def _note_either(file: File, scope: Scope, name: str, node: ast.IfExp) -> None:
    """Remember that a name stands for an object of one class or of another: `desk = Desk() if open else Counter()`."""
    around, asked = scope.guards, Condition(condition_text(file, node.test))
    for made, holds in ((node.orelse, False), (node.body, True)):
        scope.guards = (*around, (asked, holds))
        note_type(file, scope, name, made)
    scope.guards = around
    kinds = scope.kinds.get(name, ())
    if len({found for found, _, _ in kinds}) < 2 and name in scope.made:
        # It is made here, for all that is known.
        scope.mixed.discard(name)
        scope.made[name] = (scope.made[name][0], around, SEVERAL if len(kinds) > 1 else scope.made[name][2])


def _note_way(scope: Scope, name: str, found: str, span: Span) -> None:
    """Remember names of objects of one class or another, by conditions."""
    before, guards, _ = scope.made.get(name, (found, (), span))
    if before != found and scope.guards != guards[: len(scope.guards)]:
        scope.mixed.add(name)
    elif scope.guards == guards[: len(scope.guards)]:
        scope.mixed.discard(name)
    scope.made[name] = made = (found, scope.guards, span)
    _note_kind(scope, name, made)


def _note_kind(scope: Scope, name: str, kind: Kind) -> None:
    """Remember one more way to an object; what was made under conditions that hold here is replaced."""
    left = [each for each in scope.kinds.get(name, ()) if scope.guards != each[1][: len(scope.guards)]]
    scope.kinds[name] = (*left[:MAX_KINDS], kind)


def note_annotation(file: File, scope: Scope, name: str, annotation: ast.expr) -> None:
    """Remember the class that an annotation names, or that it is a string."""
    if scope.kind == "class" and class_only(annotation):
        keep(file, scope, name, CLASS_ONLY)
    if of_text(annotation):
        scope.texts.add(name)
        return
    found = annotated_class(annotation)
    if not found and name and isinstance(annotation, ast.Subscript) and (inner := items_of(annotation)) is not None:
        found, name = annotated_class(inner), f"{name}{ITEM}"
    if found and name:
        first, _, rest = found.partition(".")
        known = named(file, file.module, first, rest)
        if known:
            keep(file, scope, name, known)
            if several_classes(annotation):
                _note_mixed(file, scope, name, known)


def _note_mixed(file: File, scope: Scope, name: str, known: str) -> None:
    """Remember that something is of this class or of another one."""
    if scope.kind == "function" and not name.endswith("()"):
        scope.mixed.add(name)
        # Under a condition that holds nowhere else.
        scope.made[name] = (known, (*scope.guards, (Condition(""), True)), SEVERAL)
    elif (key := scope.key(name)) not in file.facts.mixed:
        file.facts.mixed.append(key)
