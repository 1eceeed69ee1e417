"""Python source -> facts: statements are read in order, values are followed, prompts are noted by evidence."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Sequence

from promptlint.extract.catalogue import BaseEntry, DecoratorEntry, Matcher
from promptlint.extract.expressions import add, bind_loop, condition_text, evaluate, iteration_state, string
from promptlint.extract.facts import Facts, Function, Problem, Site
from promptlint.extract.names import prompt_like
from promptlint.extract.sites import KEYWORD, consider, extent
from promptlint.extract.state import File, Scope, join_branches, single_hole, textual
from promptlint.extract.volatility import dotted, of_name
from promptlint.source import Source
from promptlint.template import Apply, Arguments, Hole, Items, Mapping, Message, Repeat, Span, Template, Value

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def facts(source: Source) -> Facts:
    """All that one Python file says about prompts. Raises nothing: what cannot be read becomes a problem."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source.text)
    except SyntaxError as error:
        place = source.offset(error.lineno or 1, 0)
        message = f"line {error.lineno}: {error.msg}" if error.lineno else str(error.msg)
        return _unread(source, "syntax", message, place)
    except (ValueError, RecursionError, MemoryError) as error:
        return _unread(source, "syntax", f"{type(error).__name__}: {error}" if str(error) else "nested too deeply", 0)
    file = File(source)
    _imports(file, tree.body)
    file.facts.aliases = file.aliases
    file.known = _bound_names(tree.body)
    file.once = True
    _guarded(file, file.module, tree.body)
    file.once = False
    _bind_scope(file, file.module)
    file.importing = False
    while file.pending:
        node, scope = file.pending.pop()
        try:
            _read_function(file, node, scope)
        except RecursionError:
            file.facts.problems.append(Problem("internal", f"{node.name}: nested too deeply to read", file.span(node)))
    return file.facts


def _unread(source: Source, kind: str, message: str, at: int) -> Facts:
    return Facts(source.name, problems=[Problem(kind, message, Span(source.name, at, at))])


def _guarded(file: File, scope: Scope, statements: Sequence[ast.stmt]) -> None:
    """Statements of the top level, each on its own: one that nests too deeply costs no other."""
    for statement in statements:
        try:
            run(file, scope, (statement,))
        except RecursionError:
            file.depth = file.muted = 0
            file.facts.problems.append(Problem("internal", "nested too deeply to read", file.span(statement)))


def _blocks(statement: ast.stmt) -> Iterable[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if block:
            yield block
    for handler in getattr(statement, "handlers", ()):
        yield handler.body
    for case in getattr(statement, "cases", ()):
        yield case.body


def _imports(file: File, statements: list[ast.stmt]) -> None:
    """What every import of the file, at whatever depth, binds."""
    imported: set[str] = set()
    stack = [statements]
    while stack:
        for statement in stack.pop():
            if isinstance(statement, ast.Import):
                for alias in statement.names:
                    imported.add(alias.name.partition(".")[0])
                    file.aliases[alias.asname or alias.name.partition(".")[0]] = (
                        alias.name if alias.asname else alias.name.partition(".")[0]
                    )
            elif isinstance(statement, ast.ImportFrom):
                module = "." * statement.level + (statement.module or "")
                if not statement.level:
                    imported.add(module.partition(".")[0])
                for alias in statement.names:
                    joined = module if module.endswith(".") else module + "."
                    file.aliases[alias.asname or alias.name] = joined + alias.name
            else:
                stack.extend(_blocks(statement))
    file.imported = frozenset(imported)


def _bound_names(statements: list[ast.stmt]) -> set[str]:
    """Names that the module itself binds, wherever a reference to them stands."""
    names: set[str] = set()
    stack = [statements]
    while stack:
        for statement in stack.pop():
            if isinstance(statement, FunctionNode | ast.ClassDef):
                names.add(statement.name)
                continue
            targets: list[ast.expr] = []
            if isinstance(statement, ast.Assign):
                targets = statement.targets
            elif isinstance(statement, ast.AnnAssign | ast.AugAssign | ast.For | ast.AsyncFor):
                targets = [statement.target]
            for target in targets:
                names.update(node.id for node in ast.walk(target) if isinstance(node, ast.Name))
            stack.extend(_blocks(statement))
    return names


def _bind_scope(file: File, scope: Scope) -> None:
    for name, value in scope.values.items():
        if textual(value):
            file.facts.bindings[scope.key(name)] = value


def run(file: File, scope: Scope, statements: Sequence[ast.stmt]) -> bool:
    """Read statements in order. Gives False when the end of them is not reached (return, raise, continue, break)."""
    for statement in statements:
        match statement:
            case ast.Expr(value=value):
                if not isinstance(value, ast.Constant):
                    evaluate(file, scope, value)
            case ast.Assign(targets=targets, value=node):
                value = evaluate(file, scope, node)
                for target in targets:
                    bind(file, scope, target, value, node)
            case ast.AnnAssign(target=target, value=node, annotation=annotation):
                _annotation(file, scope, annotation)
                if node is not None:
                    bind(file, scope, target, evaluate(file, scope, node), node)
            case ast.AugAssign(target=target, op=operator, value=node):
                _augment(file, scope, target, operator, node)
            case ast.Return(value=node):
                if node is not None:
                    value = evaluate(file, scope, node)
                    scope.returned.append(value)
                    name = scope.name.rpartition(".")[2]
                    if prompt_like(name) or not isinstance(node, ast.Name | ast.Attribute):
                        consider(file, value, node, name)
                return False
            case ast.Raise(exc=node):
                if node is not None:
                    file.muted += 1
                    evaluate(file, scope, node)
                    file.muted -= 1
                return False
            case ast.Continue() | ast.Break():
                return False
            case ast.If():
                if not _if(file, scope, statement):
                    return False
            case ast.For() | ast.AsyncFor() | ast.While():
                _loop(file, scope, statement)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                _define(file, scope, statement)
            case ast.ClassDef():
                _class(file, scope, statement)
            case ast.With() | ast.AsyncWith():
                for item in statement.items:
                    value = evaluate(file, scope, item.context_expr)
                    if item.optional_vars is not None:
                        bind(file, scope, item.optional_vars, value, item.context_expr)
                if not run(file, scope, statement.body):
                    return False
            case ast.Try() | ast.TryStar():
                if not _try(file, scope, statement):
                    return False
            case ast.Match():
                _match(file, scope, statement)
            case ast.Assert(msg=node):
                file.muted += 1
                evaluate(file, scope, statement.test)
                if node is not None:
                    evaluate(file, scope, node)
                file.muted -= 1
            case _:
                pass
    return True


def bind(file: File, scope: Scope, target: ast.expr, value: Value, node: ast.expr) -> None:
    """Give a target its value, and take the value for a prompt if the target's name or the text says so."""
    taken = not isinstance(node, ast.Name | ast.Attribute)
    match target:
        case ast.Name(id=name):
            scope.values[name] = value
            if taken or prompt_like(name):
                _note(file, scope, name, value, node)
        case ast.Attribute(attr=name):
            written = dotted(target)
            scope.values[written] = value
            owner = _owner(scope, written.partition(".")[0])
            if owner and written.count(".") == 1 and textual(value):
                key = f"{owner}.{name}"
                known = file.facts.bindings.get(key)
                file.facts.bindings[key] = value if known is None else join_branches(written, known, value)
            if taken or prompt_like(name):
                _note(file, scope, written, value, node)
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(key))):
            current = scope.values.get(name)
            if isinstance(current, Mapping):
                entries = tuple(entry for entry in current.entries if entry[0] != key)
                scope.values[name] = Mapping((*entries, (key, value)), current.span, current.complete, current.kind)
            if taken:
                consider(file, value, node, f"{name}.{key}", named=prompt_like(name) or prompt_like(key))
        case ast.Subscript(value=container):
            evaluate(file, scope, target.slice)
            if taken:
                consider(file, value, node, dotted(container).rpartition(".")[2])
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            items = value.items if isinstance(value, Items) and len(value.items) == len(targets) else ()
            hole = single_hole(value)
            for number, element in enumerate(targets):
                if items:
                    bind(file, scope, element, items[number], node)
                elif isinstance(element, ast.Name):
                    state = of_name(element.id)
                    if hole is not None and hole.volatility > state[0]:
                        state = (hole.volatility, hole.origin)
                    scope.values[element.id] = (file.hole(element, *state),)
        case ast.Starred(value=inner):
            bind(file, scope, inner, value, node)
        case _:
            pass


def _owner(scope: Scope, receiver: str) -> str:
    here: Scope | None = scope
    while here is not None:
        if here.receiver and here.receiver == receiver:
            return here.owner
        here = here.parent
    return ""


def _note(file: File, scope: Scope, name: str, value: Value, node: ast.expr) -> None:
    """A prompt held by a name; in classes and modules of prompts every text counts."""
    named = scope.kind == "class" and prompt_like(scope.name.rpartition(".")[2])
    index = consider(file, value, node, name.rpartition(".")[2], named=named)
    if index is not None:
        scope.noted[name] = index
    else:
        scope.noted.pop(name, None)


def _renote(file: File, scope: Scope, name: str) -> None:
    """A noted value has grown: the site is the whole of it."""
    index = scope.noted.get(name)
    value = scope.values.get(name)
    if index is not None and isinstance(value, tuple):
        site = file.facts.sites[index]
        file.facts.sites[index] = Site(value, site.role, site.name, site.evidence, site.span, site.rank, site.once)


def _augment(file: File, scope: Scope, target: ast.expr, operator: ast.operator, node: ast.expr) -> None:
    value = evaluate(file, scope, node)
    name = dotted(target) if isinstance(target, ast.Name | ast.Attribute) else ""
    if not isinstance(operator, ast.Add) or not name or name.startswith("."):
        return
    current = scope.values.get(name)
    if current is None and _owner(scope, name.partition(".")[0]):
        current = evaluate(file, scope, target)
    if current is None:
        if textual(value):
            scope.values[name] = add(file, [(file.hole(target, *of_name(name)),), value], node)
            _note(file, scope, name, scope.values[name], node)
        return
    scope.values[name] = add(file, [current, value], node)
    if name in scope.noted:
        _renote(file, scope, name)
    elif isinstance(scope.values[name], tuple):
        _note(file, scope, name, scope.values[name], node)


def _join(file: File, scope: Scope, condition: str, first: Scope, second: Scope) -> None:
    """The values after two branches."""
    before = scope.values
    after = dict(first.values)
    for name, value in second.values.items():
        other = first.values.get(name)
        if other is value:
            continue
        if other is None:
            after[name] = value
        else:
            after[name] = join_branches(condition, other, value)
    scope.values = after
    for name in scope.noted:
        if after.get(name) is not before.get(name):
            _renote(file, scope, name)


def _if(file: File, scope: Scope, node: ast.If) -> bool:
    evaluate(file, scope, node.test)
    first, second = scope.fork(), scope.fork()
    once = file.once
    reached = run(file, first, node.body), run(file, second, node.orelse)
    file.once = once
    if reached[0] and reached[1]:
        _join(file, scope, condition_text(file, node.test), first, second)
    elif reached[0]:
        scope.values = first.values
    elif reached[1]:
        scope.values = second.values
    return reached[0] or reached[1]


def _loop(file: File, scope: Scope, node: ast.For | ast.AsyncFor | ast.While) -> None:
    inner = scope.fork()
    state, over = (of_name(""), "")
    if isinstance(node, ast.While):
        evaluate(file, scope, node.test)
        over = condition_text(file, node.test)
    else:
        iterable = evaluate(file, scope, node.iter)
        state, over = iteration_state(iterable), condition_text(file, node.iter)
        bind_loop(file, inner, node.target, iterable)
    once, file.once = file.once, False
    run(file, inner, node.body)
    file.once = once
    span = file.span(node.test if isinstance(node, ast.While) else node.iter)
    for name, value in inner.values.items():
        before = scope.values.get(name)
        if before is value:
            continue
        if before is None:
            scope.values[name] = value
        else:
            scope.values[name] = _repeated(before, value, over, span, state[0])
            _renote(file, scope, name)
    run(file, scope, node.orelse)


def _repeated(before: Value, after: Value, over: str, span: Span, volatility: object) -> Value:
    """What a loop that turns `before` into `after` once makes of it."""
    from promptlint.template import Volatility

    level = volatility if isinstance(volatility, Volatility) else Volatility.UNKNOWN
    if isinstance(before, tuple) and isinstance(after, tuple) and after[: len(before)] == before:
        return (*before, Repeat(after[len(before) :], over, span, level))
    if isinstance(before, Items) and isinstance(after, Items) and after.items[: len(before.items)] == before.items:
        added = after.items[len(before.items) :]
        known = tuple((Repeat(item, over, span, level),) if isinstance(item, tuple) else item for item in added)
        whole = all(isinstance(item, tuple) for item in added)
        return Items((*before.items, *known), before.span, before.complete and whole)
    return join_branches(over, before, after)


def _try(file: File, scope: Scope, node: ast.Try | ast.TryStar) -> bool:
    start = scope.fork()
    reached = run(file, scope, node.body) and run(file, scope, node.orelse)
    for handler in node.handlers:
        branch = start.fork()
        if run(file, branch, handler.body):
            if reached:
                for name, value in branch.values.items():
                    scope.values.setdefault(name, value)
            else:
                scope.values, reached = branch.values, True
    if node.finalbody and not run(file, scope, node.finalbody):
        return False
    return reached


def _match(file: File, scope: Scope, node: ast.Match) -> None:
    evaluate(file, scope, node.subject)
    subject = condition_text(file, node.subject)
    joined: Scope | None = None
    for number, case in enumerate(node.cases):
        branch = scope.fork()
        if run(file, branch, case.body):
            if joined is None:
                joined = branch
            else:
                _join(file, branch, f"{subject} case {number}", joined, branch)
                joined = branch
    if joined is not None:
        _join(file, scope, f"{subject} match", scope.fork(), joined)


def _annotation(file: File, scope: Scope, node: ast.expr | None) -> None:
    """`x: str = ...` says nothing; `Annotated[...]` may hold calls with text."""
    if isinstance(node, ast.Subscript) and dotted(node.value).rpartition(".")[2] == "Annotated":
        evaluate(file, scope, node.slice)


def _define(file: File, scope: Scope, node: FunctionNode) -> None:
    for decorator in node.decorator_list:
        _decorator(file, scope, node, decorator)
    for default in (*node.args.defaults, *node.args.kw_defaults):
        if default is not None:
            evaluate(file, scope, default)
    if scope.kind == "function":
        # Known before its body is read, so that calls in between find it.
        file.facts.functions.setdefault(scope.key(node.name), Function((), ()))
    file.pending.append((node, scope))


def docstring(file: File, node: FunctionNode | ast.ClassDef) -> Template:
    """The docstring as `inspect.getdoc` gives it, () if there is none."""
    first = node.body[0] if node.body else None
    if not isinstance(first, ast.Expr) or not isinstance(first.value, ast.Constant) or not isinstance(first.value.value, str):
        return ()
    text = string(file, first.value, first.value.value)
    span = file.span(first.value)
    hole = Hole("docstring", span)
    return (Apply("cleandoc", text, Arguments(), span, hole),) if text else ()


def _decorator(file: File, scope: Scope, node: FunctionNode, decorator: ast.expr) -> None:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = file.resolve(dotted(target))
    entry: DecoratorEntry | None = Matcher.find(file.matcher.decorators, name, file.imported)
    if isinstance(decorator, ast.Call):
        value = evaluate(file, scope, decorator)
        if entry is not None and isinstance(decorator.func, ast.Name | ast.Attribute):
            _decorator_arguments(file, scope, decorator, entry)
        del value
    if entry is None:
        return
    if entry.gives == "docstring":
        text = docstring(file, node)
        if text:
            file.note(text, extent(text) or file.span(node), node.name, entry.role, "decorator", KEYWORD)
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            for description in _annotated_texts(file, argument.annotation):
                place = extent(description) or file.span(argument)
                file.note(description, place, f"{node.name}.{argument.arg}", entry.role, "decorator", KEYWORD)


def _decorator_arguments(file: File, scope: Scope, decorator: ast.Call, entry: DecoratorEntry) -> None:
    for keyword in decorator.keywords:
        role = entry.arguments.get(keyword.arg or "")
        if role:
            value = evaluate(file, scope, keyword.value)
            if isinstance(value, tuple) and textual(value):
                place = extent(value) or file.span(keyword.value)
                file.note(value, place, keyword.arg or "", role, "decorator", KEYWORD)


def _annotated_texts(file: File, annotation: ast.expr | None) -> list[Template]:
    """The strings of `Annotated[type, "text"]`."""
    if not isinstance(annotation, ast.Subscript) or dotted(annotation.value).rpartition(".")[2] != "Annotated":
        return []
    elements = annotation.slice.elts[1:] if isinstance(annotation.slice, ast.Tuple) else []
    return [
        string(file, element, element.value)
        for element in elements
        if isinstance(element, ast.Constant) and isinstance(element.value, str) and element.value
    ]


def _read_function(file: File, node: FunctionNode, parent: Scope) -> None:
    owner = parent.name if parent.kind == "class" else ""
    scope = Scope("function", parent.key(node.name), parent, owner)
    arguments = [*node.args.posonlyargs, *node.args.args]
    static = any(dotted(decorator) == "staticmethod" for decorator in node.decorator_list)
    if owner and arguments and not static:
        scope.receiver = arguments[0].arg
        arguments = arguments[1:]
    elif parent.kind == "function" and parent.receiver:
        scope.receiver, scope.owner = "", ""
    defaults: list[ast.expr | None] = [None] * max(len(arguments) - len(node.args.defaults), 0)
    defaults += node.args.defaults[-len(arguments) :] if arguments else []
    pairs = list(zip(arguments, defaults, strict=False))
    pairs += list(zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True))
    parameters: list[tuple[str, Value | None]] = []
    for argument, default in pairs:
        state = of_name(argument.arg)
        scope.values[argument.arg] = (file.hole(argument, state[0], state[1] or "parameter", None, argument.arg),)
        scope.parameters.add(argument.arg)
        value = evaluate(file, parent, default) if default is not None else None
        if value is not None and default is not None and textual(value) and not isinstance(default, ast.Name):
            consider(file, value, default, argument.arg)
        parameters.append((argument.arg, value))
    for extra in (node.args.vararg, node.args.kwarg):
        if extra is not None:
            scope.values[extra.arg] = (file.hole(extra, *of_name(extra.arg)),)
    file.where = node.name
    run(file, scope, node.body)
    file.where = ""
    # A nested function sees the names as they are when its own body is read.
    returned = _returned(scope)
    if returned is not None:
        file.facts.functions[scope.name] = Function(tuple(parameters), returned)
        _note_returned(file, scope, node, returned)


def _returned(scope: Scope) -> Value | None:
    """All that a function may give back, as one value."""
    known = [value for value in scope.returned if textual(value)]
    if not known:
        return None
    value = known[0]
    for number, other in enumerate(known[1:]):
        value = join_branches(f"{scope.name} return {number}", value, other)
    return value


def _note_returned(file: File, scope: Scope, node: FunctionNode, value: Value) -> None:
    for decorator in node.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        entry = Matcher.find(file.matcher.decorators, file.resolve(dotted(target)), file.imported)
        if entry is not None and entry.gives == "return" and isinstance(value, tuple):
            file.note(value, extent(value) or file.span(node), node.name, entry.role, "decorator", KEYWORD)


def _class(file: File, scope: Scope, node: ast.ClassDef) -> None:
    inner = Scope("class", scope.key(node.name), scope)
    bases = tuple(file.resolve(dotted(base)) for base in node.bases)
    file.facts.bases[inner.name] = bases
    for decorator in node.decorator_list:
        evaluate(file, scope, decorator)
    entries = [entry for base in bases if (entry := Matcher.find(file.matcher.bases, base, file.imported)) is not None]
    run(file, inner, node.body)
    _bind_scope(file, inner)
    for entry in entries:
        _note_class(file, inner, node, entry)


def _note_class(file: File, inner: Scope, node: ast.ClassDef, entry: BaseEntry) -> None:
    """Attributes, docstring and fields that a base class sends."""
    for name, role in entry.attributes.items():
        value = inner.values.get(name)
        if value is not None:
            for template in (value,) if isinstance(value, tuple) else ():
                if textual(template):
                    file.note(template, extent(template) or file.span(node), name, role, "base-class", KEYWORD)
    if entry.docstring:
        text = docstring(file, node)
        if text:
            file.note(text, extent(text) or file.span(node), node.name, entry.docstring, "base-class", KEYWORD)
    for name, value in inner.values.items():
        if not isinstance(value, Mapping) or not value.kind:
            continue
        for field, role in entry.fields.items():
            kind, _, argument = field.rpartition(".")
            text_value = value.get(argument)
            if value.kind.rpartition(".")[2] == kind.rpartition(".")[2] and isinstance(text_value, tuple) and textual(text_value):
                place = extent(text_value) or file.span(node)
                file.note(text_value, place, f"{name}.{argument}", role, "base-class", KEYWORD)
