"""Statements in order: branches joined, loops repeated."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from promptlint.extract import carried, equipped, lists, opened, partials, schemas, spreads
from promptlint.extract.against import documents, silences
from promptlint.extract.attributes import note_appended
from promptlint.extract.bindings import bind, note_doc, note_grown, note_value, owner_of
from promptlint.extract.bounds import bounded, cut_short, full
from promptlint.extract.conditions import any_turn, condition, guard, matched
from promptlint.extract.correlated import possible, reached
from promptlint.extract.decorated import note_return
from promptlint.extract.expressions import add, evaluate
from promptlint.extract.extents import sample
from promptlint.extract.invocations import note_annotation
from promptlint.extract.iteration import bind_loop, condition_text, iteration_state
from promptlint.extract.joins import join_branches
from promptlint.extract.messages import note_company
from promptlint.extract.names import class_of_prompts, example_like, gives_prompt, heading, of_model, role_of, words
from promptlint.extract.narrowed import narrow, widen
from promptlint.extract.places import SHARED, held, place, renew
from promptlint.extract.reads import reads_like_prompt
from promptlint.extract.repeats import (
    counts,
    each_turn,
    forget_roles,
    made_again,
    note_growing,
    repeated,
    replaces,
    shortened,
)
from promptlint.extract.sites import NAME, consider, note_content
from promptlint.extract.state import File, Scope, has_text, single_hole, textual
from promptlint.extract.turns import body_text, counted
from promptlint.extract.volatility import NAMES, dotted, of_name
from promptlint.template import (
    Condition,
    Hole,
    Items,
    Mapping,
    Message,
    Ref,
    Test,
    Value,
)


def run(file: File, scope: Scope, statements: Sequence[ast.stmt]) -> bool:
    """Read statements in order. Gives False when the end of them is not reached (return, raise, continue, break)."""
    around, file.block = file.block, statements
    reached = True
    for statement in statements:
        handler = STATEMENTS.get(type(statement))
        if handler is not None and not handler(file, scope, statement):
            reached = False
            break
    file.block = around
    return reached


def _expression(file: File, scope: Scope, node: ast.Expr) -> bool:
    value = node.value
    if isinstance(value, ast.Call):
        if not _only_talk(value):
            file.unused = True
            evaluate(file, scope, value)
            name = value.func.id if type(value.func) is ast.Name else ""
            if name == "setattr" and len(value.args) == 3:
                _set_by_name(file, scope, *value.args)
            elif name == "shuffle":
                lists.rearrange(file, scope, value, evaluate)
    elif not isinstance(value, ast.Constant):
        evaluate(file, scope, value)
    return True


def _set_by_name(file: File, scope: Scope, owner: ast.expr, name: ast.expr, value: ast.expr) -> None:
    """`setattr(desk, "tone", tone)` is `desk.tone = tone`."""
    if isinstance(name, ast.Constant) and isinstance(name.value, str) and not isinstance(value, ast.Starred):
        target = ast.copy_location(ast.Attribute(owner, name.value, ast.Store()), owner)
        bind(file, scope, target, file.unnoted(lambda: evaluate(file, scope, value)), value)


def _assign(file: File, scope: Scope, node: ast.Assign) -> bool:
    if type(node.value) is ast.Lambda and (made := _named_function(scope, node, node.value)) is not None:
        return STATEMENTS[ast.FunctionDef](file, scope, made)
    value = _given(file, scope, node.targets[0], node.value)
    if type(node.value) in partials.NAMING:
        value = partials.named(file, scope, node.value, evaluate) or value
    for number, target in enumerate(node.targets):
        # `first = second = [...]` is one list.
        bind(file, scope, target, value, node.targets[0] if number and type(value) in SHARED else node.value)
        if type(node.value) is ast.Subscript and isinstance(target, ast.Name) and scope.kind != "function":
            schemas.describe_alias(file, scope, target.id, node.value, evaluate)
    return True


def _named_function(scope: Scope, node: ast.Assign, made: ast.Lambda) -> ast.FunctionDef | None:
    """`ask = lambda town: f"..."`: a function by this name."""
    target = node.targets[0]
    if len(node.targets) > 1 or type(target) is not ast.Name:
        return None
    scope.values.pop(target.id, None)
    back = ast.copy_location(ast.Return(made.body), made.body)
    return ast.copy_location(ast.FunctionDef(target.id, made.args, [back], [], None, None), node)


def _annotated(file: File, scope: Scope, node: ast.AnnAssign) -> bool:
    _annotation(file, scope, node.annotation)
    note_annotation(file, scope, dotted(node.target), node.annotation)
    if node.value is not None:
        bind(file, scope, node.target, _given(file, scope, node.target, node.value), node.value)
    return True


def _given(file: File, scope: Scope, target: ast.expr, node: ast.expr) -> Value:
    """What a name is given. What documents a web service, or is an example of what one takes, is no prompt."""
    name = target.id if isinstance(target, ast.Name) else ""
    if name and (documents(name, node) or (file.documented and example_like(name))):
        with file.aside():
            return evaluate(file, scope, node)
    first = len(file.facts.sites)
    value = evaluate(file, scope, node)
    if type(node) is ast.Call and len(file.facts.sites) > first and "PromptTemplate" in dotted(node.func).split("."):
        _name_role(file, dotted(target).rpartition(".")[2] if type(target) in NAMES else "", first)
    return value


def _name_role(file: File, name: str, first: int) -> None:
    """A template that may be that of any message has the role of its name: `SYSTEM = PromptTemplate(template=...)`."""
    role = role_of(name)
    for number, site in enumerate(file.facts.sites[first:] if role != "unknown" else (), first):
        if site.evidence == "keyword":
            file.facts.sites[number] = msgspec.structs.replace(site, role=role)


def _return(file: File, scope: Scope, node: ast.Return) -> bool:
    scope.left.append(scope.values)
    if node.value is not None:
        value = reached(file, scope, evaluate(file, scope, node.value))
        scope.returned.append(value)
        scope.returned_if.append(scope.guards)
        scope.returned_at.append(node.lineno)
        note_return(file, scope, node.value)
        if single_hole(value) is not None:
            return False
        name = scope.name.rpartition(".")[2]
        gives = gives_prompt(name)
        if gives or type(node.value) not in NAMES:
            said = file.verdict is not None and file.verdict(name) is not None
            owner = scope.owner.rpartition(".")[2]
            # What such a class says of itself is an object: `return Metadata(task="...")`.
            told = class_of_prompts(owner) and not (type(value) is Mapping and value.kind)
            named = told or (gives and not said)
            if gives and type(value) is Mapping and not value.kind and words(name)[-1:] not in _SEVERAL:
                value = _without_measures(file, value)
            consider(file, value, node.value, name if gives or said else "", named=named)
    return False


# Last words of functions that give several prompts, and keys under which parts of one stand.
_SEVERAL = (("prompts",), ("instructions",), ("messages",), ("templates",), ("examples",))
_PARTS = frozenset(
    "system user human assistant message text content template context question task output input".split()
)


def _without_measures(file: File, made: Mapping) -> Mapping:
    """A dict that stands for one prompt without what the prompt comes with: `{"prompt": ..., "ratio": f"{ratio}x"}`."""
    kept = [
        (key, item)
        for key, item in made.entries
        if not isinstance(item, tuple) or not has_text(item) or key in _PARTS or file.prompt_like(key)
        or heading(key) or reads_like_prompt(sample(item))
    ]
    return msgspec.structs.replace(made, entries=tuple(kept))


def _leave(file: File, scope: Scope, node: ast.Continue | ast.Break) -> bool:
    """A turn of a loop ends here: what it has built so far counts behind the loop.

    Of one way out more than are followed it is known that there is another one.
    """
    if isinstance(node, ast.Break):
        scope.breaks.append(node.lineno)
    if len(scope.ends) < MAX_ENDS:
        scope.ends.append((scope.fork(), node.lineno))
        return False
    known = scope.ends[-1][0].values
    for name, value in scope.values.items():
        if value is not (other := known.get(name)) and other is not None:
            known[name] = cut_short(other, file.span(node))
    return False


def _assert(file: File, scope: Scope, node: ast.Assert) -> bool:
    file.muted += 1
    try:
        _test(file, scope, node.test)
    finally:
        file.muted -= 1
    return True


# Ways out of one loop that are followed.
MAX_ENDS = 8
# Functions that show a value, or measure it.
_SHOWING = frozenset("len str repr round sum max min abs int float bool type sorted isinstance hasattr".split())


def _still(node: ast.expr) -> bool:
    """Whether nothing is called in an expression that could lead to a model, as in `agent.run("...").output`."""
    stack: list[ast.expr] = [node]
    while stack:
        each = stack.pop()
        kind = type(each)
        if kind is ast.Constant or kind is ast.Name:
            continue
        if type(each) is ast.Attribute or type(each) is ast.Subscript or type(each) is ast.FormattedValue:
            stack.append(each.value)
        elif type(each) is ast.JoinedStr:
            stack += each.values
        elif type(each) is ast.BinOp:
            stack += (each.left, each.right)
        elif type(each) is ast.UnaryOp:
            stack.append(each.operand)
        elif type(each) is ast.Compare:
            stack += (each.left, *each.comparators)
        elif type(each) is ast.Call and type(each.func) is ast.Name and each.func.id in _SHOWING:
            stack += each.args
        else:
            return False
    return True


def _only_talk(node: ast.Call) -> bool:
    """A log line, a print, an assertion: text for people, with nothing in it that calls a model."""
    name = dotted(node.func)
    if not silences(name) or of_model(name.rpartition(".")[0]):
        return False
    return all(map(_still, node.args)) and all(_still(keyword.value) for keyword in node.keywords)


def is_cell(file: File, scope: Scope, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function is a cell of a marimo notebook: what it gives back are names that other cells take."""
    if scope.kind != "module" or "marimo" not in file.imported:
        return False
    targets = [each.func if isinstance(each, ast.Call) else each for each in node.decorator_list]
    return any(dotted(target).rpartition(".")[2] == "cell" for target in targets)


def _test(file: File, scope: Scope, node: ast.expr) -> None:
    """A condition: read for the calls in it."""
    if type(node) is ast.BoolOp:
        for value in node.values:
            _test(file, scope, value)
    elif not _still(node):
        evaluate(file, scope, node)


def _augment(file: File, scope: Scope, statement: ast.AugAssign) -> bool:
    if (said := lists.said_of(scope, statement.target)) is not None:
        statement = ast.copy_location(ast.AugAssign(said, statement.op, statement.value), statement)
    target, operator, node = statement.target, statement.op, statement.value
    value = evaluate(file, scope, node)
    note_company(file, value, True)
    name = dotted(target) if type(target) in NAMES else ""
    if type(value) is Items and "." in name:
        note_appended(file, scope, name, value)
    if isinstance(target, ast.Subscript) and isinstance(operator, ast.Add | ast.BitOr):
        # `templates["task"] += "..."`, `prompt["Rules"] |= {...}`: the keys and what they belong to are its name.
        names = lists.keys_of(target)
        consider(file, value, node, ".".join(names), named=any(map(file.prompt_like, names)))
        if names[-1] == "content":
            note_content(file, names[:-1], value, node, NAME)
            if scope.among:
                lists.put_into_one(file, scope, dotted(target.value), names[-1], target)
    if isinstance(target, ast.Subscript) or not isinstance(operator, ast.Add):
        _augment_within(file, scope, statement, value)
        return True
    if not name or name.startswith("."):
        return True
    if name.endswith(".__doc__"):
        note_doc(file, name, value, node)
        return True
    if name.endswith(".content"):
        note_content(file, [name.rpartition(".")[0]], value, node)
    if type(target) is ast.Attribute and textual(value) and type(held(scope, place(target.value))) is Mapping:
        # `config.system_instruction += "..."`: the object holds it.
        both = ast.copy_location(ast.BinOp(target, operator, node), statement)
        bind(file, scope, target, file.unnoted(lambda: evaluate(file, scope, both)), both)
        return True
    current = scope.values.get(name)
    if current is None and owner_of(scope, name.partition(".")[0]):
        current = evaluate(file, scope, target)
    if current is None:
        if isinstance(value, Items):
            equipped.change(file, scope, equipped.meant(scope, target), "extend", value)
        if textual(value):
            scope.values[name] = add(file, [(file.hole(target, *of_name(name)),), value], node)
            note_value(file, scope, name, scope.values[name], node)
        return True
    if full(current):
        return True
    if isinstance(value, Items):
        lists.note_change(file, scope, (name,))
    grown = add(file, [current, value], node)
    if isinstance(current, Items):
        renew(scope, name, grown)
        if isinstance(grown, Items):
            equipped.hold(file, scope, equipped.meant(scope, target), grown)
    else:
        scope.values[name] = (file.hole(target, *of_name(name)),) if counts(current, node) else grown
    if name in scope.noted:
        note_grown(file, scope, name)
    elif isinstance(scope.values[name], tuple):
        note_value(file, scope, name, scope.values[name], node)
    return True


def _augment_within(file: File, scope: Scope, node: ast.AugAssign, value: Value) -> None:
    """`messages[0]["content"] += text`, `request["messages"] += [...]`, `messages[0] |= {...}`, `text *= 2`."""
    where = place(node.target)
    if not where[0]:
        return
    lists.note_change(file, scope, where)
    current = held(scope, where)
    if current is None and isinstance(node.op, ast.Add) and lists.sends(value):
        current = lists.begun(file, scope, node.target, evaluate)
    if current is None and where[2:] == ("content",) and isinstance(node.target, ast.Subscript):
        # Linking knows what stood there.
        before = file.unnoted(lambda: evaluate(file, scope, node.target))
        known = isinstance(before, tuple) and single_hole(before) is None
        if known and isinstance(node.op, ast.Add) and isinstance(value, tuple):
            lists.put(file, scope, node.target, add(file, [before, value], node.value))
        else:
            opened.change(file, scope, where, node)
        return
    if current is None:
        opened.change(file, scope, where, node)
    if current is None or full(current):
        return
    if isinstance(node.op, ast.Add):
        changed = add(file, [current, value], node.value)
    elif isinstance(node.op, ast.BitOr) and isinstance(current, Mapping | Message):
        changed = spreads.updated(current, value)
    else:
        both = ast.copy_location(ast.BinOp(node.target, node.op, node.value), node)
        changed = file.unnoted(lambda: evaluate(file, scope, both))
    if isinstance(current, Items) and not isinstance(changed, Items):
        changed = Items(current.items, current.span, False)
    lists.give(file, scope, node.target, bounded(changed), evaluate)
    if where[0] in scope.noted:
        note_grown(file, scope, str(where[0]))


def join(
    file: File, scope: Scope, condition: Condition, first: Scope, second: Scope, *, before: Scope | None = None
) -> None:
    """The values after two branches, given to `scope`; `before` is how it was in front of them."""
    start, known, others = (before or scope).values, first.values, second.values
    if scope.before:
        known, others = {**_held_still(scope, others), **known}, {**_held_still(scope, known), **others}
    after = known.copy()
    for name, value in others.items():
        other = known.get(name)
        if other is value:
            continue
        if other is None:
            after[name] = value
        else:
            kept = start.get(name)
            was = name if kept is other or kept is value else ""
            after[name] = join_branches(condition, *possible(file, scope, condition, other, value), was)
    scope.values = after
    for name in scope.noted:
        if after.get(name) is not start.get(name):
            note_grown(file, scope, name)


def _held_still(scope: Scope, changed: dict[str, Value]) -> dict[str, Value]:
    """What attributes that a branch has set hold where it is not taken."""
    return {name: value for name, value in scope.before.items() if name in changed}


def _if(file: File, scope: Scope, node: ast.If) -> bool:
    arms: list[tuple[Condition, Scope, bool]] = []
    less: list[dict[str, Value]] = []
    rest: list[ast.stmt] = [node]
    # Where no arm before has been taken: a branch of its own only if something is done there.
    last = scope.shared()
    last.lent = scope.lent.copy()
    # `elif` nests: a chain of a thousand is one statement to its reader, and read without recursion.
    while len(rest) == 1 and isinstance(arm := rest[0], ast.If):
        _test(file, scope, arm.test)
        asked = condition(file, scope, arm.test, evaluate)
        branch = last.fork()
        branch.lent = last.lent.copy()
        guard(branch, asked)
        guard(last, asked, False)
        if scope.rows:
            less += narrow(file, branch, last, arm.test)
        arms.append((asked, branch, run(file, branch, arm.body)))
        rest = arm.orelse
    if rest:
        last.values = last.values.copy()
    reached = run(file, last, rest)
    meeting = [branch for _, branch, through in arms if through] + ([last] if reached else [])
    if less:
        widen(scope, meeting, less)
    lists.meet(scope, meeting)
    if reached and not any(through for _, _, through in arms):
        scope.guards = last.guards
    elif len(arms) == 1 and arms[0][2] and not reached:
        scope.guards = arms[0][1].guards
    for asked, branch, through in reversed(arms):
        if through and reached:
            join(file, last, asked, branch, last, before=scope)
        elif through:
            last.values = branch.values
        reached = reached or through
    scope.values = last.values
    return reached


def _after_turns(
    file: File,
    scope: Scope,
    node: ast.For | ast.AsyncFor | ast.While,
    inner: Scope,
    whole: Callable[[Value, Value], Value],
) -> None:
    """Give the names of a scope what the turns of a loop make of them: `whole`, of what they were and are after one."""
    cut: frozenset[str] | None = None
    for name, value in inner.values.items():
        before = scope.values.get(name)
        if before is value:
            continue
        if before is None or replaces(node, name, before, value):
            scope.values[name] = value
        else:
            made = whole(before, value)
            if type(made) is Items:
                cut = shortened(file, node) if cut is None else cut
                made = made_again(name, before, value, made, cut)
            scope.values[name] = made
            note_grown(file, scope, name)


def _loop(file: File, scope: Scope, node: ast.For | ast.AsyncFor | ast.While) -> bool:
    if scope.attributed:
        # What a turn does to objects is not followed into the next one.
        lists.doubt(file, scope, scope.attributed, node)
    inner = scope.fork()
    state, over = (of_name(""), "")
    test: Test | None = None
    if isinstance(node, ast.While):
        _test(file, scope, node.test)
        over = condition_text(file, node.test)
    else:
        iterable = evaluate(file, scope, node.iter)
        state, over, test = iteration_state(iterable), condition_text(file, node.iter), any_turn(iterable)
        bind_loop(file, inner, node.target, node.iter, iterable, evaluate)
        lists.note_turns(inner, node)
    forget_roles(file, inner, node)
    left = carried.carry(file, inner, node, evaluate)
    once, file.once = file.once, False
    inner.ends, inner.breaks = [], []
    guard(inner)
    calls = len(file.facts.calls)
    file.loops.append(node)
    reached = run(file, inner, node.body)
    file.loops.pop()
    file.once = once
    for end, row in inner.ends:
        if reached:
            leaves = Condition(f"a turn ends at line {row} of the loop over {over}")
            join(file, inner, leaves, end, inner, before=scope)
        else:
            inner.values, reached = end.values, True
    carried.restore(file, scope, inner, left)
    if len(file.facts.calls) > calls and not counted(node):
        note_growing(file, node, scope, inner, calls)
    span = file.span(node.test if isinstance(node, ast.While) else node.iter)
    # What is put in front of what there is does not stand there in the order of the turns.
    turn = None if "insert(" in (text := body_text(file, node)) or "] +" in text else each_turn(file, node)

    def whole(before: Value, value: Value) -> Value:
        return bounded(repeated(before, value, over, span, state, test, turn))

    _after_turns(file, scope, node, inner, whole)
    if not isinstance(node, ast.While):
        lists.rewrite(file, scope, node)
    if not node.orelse or not inner.breaks:
        return run(file, scope, node.orelse)
    broken = scope.fork()
    if run(file, scope, node.orelse):
        join(file, scope, Condition(f"the loop over {over} is left early"), broken, scope, before=broken)
    else:
        scope.values = broken.values
    return True


def _match(file: File, scope: Scope, node: ast.Match) -> bool:
    evaluate(file, scope, node.subject)
    arms: list[tuple[Condition, Scope]] = []
    # Where no case has been taken.
    last: Scope | None = scope.fork()
    for case in node.cases:
        branch = scope.fork()
        asked = matched(file, scope, node.subject, case, evaluate)
        guard(branch, asked)
        for captured in ast.walk(case.pattern):
            name = captured.name if isinstance(captured, ast.MatchAs | ast.MatchStar) else None
            if name:
                branch.values[name] = (Hole(name, file.span(node.subject), *of_name(name)),)
        if case.guard is not None:
            _test(file, branch, case.guard)
        everything = isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None and case.guard is None
        if run(file, branch, case.body):
            arms.append((asked, branch))
            last = None if everything else last
        elif everything:
            last = None
            break
    for asked, branch in reversed(arms):
        if last is not None:
            join(file, branch, asked, branch, last, before=scope)
        last = branch
    if last is None:
        return False
    scope.values = last.values
    return True


def _import(file: File, scope: Scope, node: ast.ImportFrom) -> bool:
    """Of an import that is not the only one of its name: from here on the name stands for this one."""
    for alias in node.names if file.rebound else ():
        name = alias.asname or alias.name
        if name in file.rebound:
            module = "." * node.level + (node.module or "")
            path = f"{module}{alias.name}" if module.endswith(".") else f"{module}.{alias.name}"
            place = file.span(node)
            scope.values[name] = (Ref(path, Hole(name, place, *of_name(name))),)
            if scope.kind == "module":
                file.known.add(name)
    return True


def _global(file: File, scope: Scope, node: ast.Global) -> bool:
    scope.declared.update(node.names)
    return True


def _delete(file: File, scope: Scope, node: ast.Delete) -> bool:
    for target in node.targets:
        lists.delete(file, scope, target)
    return True


def _annotation(file: File, scope: Scope, node: ast.expr | None) -> None:
    """`x: str = ...` says nothing; `Annotated[...]` may hold calls with text."""
    if isinstance(node, ast.Subscript) and dotted(node.value).rpartition(".")[2] == "Annotated":
        evaluate(file, scope, node.slice)


# Functions and classes are added by `definitions`, `try` and `with` by `attempts`.
STATEMENTS: dict[type, Callable[[File, Scope, Any], bool]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augment,
    ast.Delete: _delete,
    ast.Return: _return,
    ast.Continue: _leave,
    ast.Break: _leave,
    ast.If: _if,
    ast.For: _loop,
    ast.AsyncFor: _loop,
    ast.While: _loop,
    ast.Match: _match,
    ast.ImportFrom: _import,
    ast.Global: _global,
    ast.Assert: _assert,
}
