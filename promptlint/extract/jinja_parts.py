"""What a parsed Jinja template becomes: text, holes, choices, loops, and references to other templates. Nothing is run.

Importing this module imports jinja2.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from jinja2 import nodes

from promptlint import operations
from promptlint.extract import volatility
from promptlint.extract.facts import Function, Syntax
from promptlint.extract.jinja_tree import (
    Extent,
    Joined,
    Tree,
    Unreadable,
    constant,
    dotted,
    is_history,
    is_mutable,
    json_dump,
    parse,
    printed,
)
from promptlint.extract.jinja_volatility import MAX_EXPRESSION, Scope, of_template, state_of
from promptlint.extract.volatility import UNKNOWN, State
from promptlint.template import Arguments, Choice, Hole, JsonDump, Part, Ref, Repeat, Span, Template, Text, Volatility

MAX_LEVELS = 100
"""Levels of choices and loops in each other; an `elif` is one level below the condition before it."""

# A name may stand for a text any number of times, and macros for each other: what is put in place is limited.
MAX_VALUE = 2_000
MAX_INLINED = 100_000
MAX_MACROS = 8

# Filters that leave the words of a text alone.
_KEEPING = frozenset(
    ["safe", "string", "e", "escape", "forceescape", "indent", "wordwrap", "trim", "strip", "striptags"]
)
_DEFAULT = frozenset({"default", "d"})
_JSON = frozenset({"tojson", "to_json"})
_DUMPS = frozenset({"dumps", "json_dumps", "to_json", "model_dump_json"})


class Reader:
    """One pass over a template, in the order in which jinja2 would run it."""

    def __init__(self, tree: Tree, outline: bool = False) -> None:
        self.tree = tree
        self.top = Scope()
        self.macros: dict[str, nodes.Macro] = {}
        self.imports: dict[str, str] = {}
        self.blocks: dict[str, Template] = {}
        # The template that this one extends, and the blocks around what is being read.
        self.parent = ""
        self.within: list[str] = []
        # Blocks are references, to be filled in by templates that extend this one.
        self.outline = outline
        self.running: list[nodes.Macro] = []
        self.inlined = 0
        self.depth = self.level = 0

    def read(self) -> Template:
        """The whole template. Behind `extends` only blocks are put out, as jinja2 does it."""
        parts: list[Part] = []
        extended = False
        self.macros.update((node.name, node) for node in self.tree.body if isinstance(node, nodes.Macro))
        for node in self.tree.body:
            made = self.statement(node, self.top)
            if not extended or isinstance(node, nodes.Block):
                parts += made
            extended = extended or isinstance(node, nodes.Extends)
        return tuple(parts)

    def functions(self) -> dict[str, Function]:
        """The macros, as functions whose parameters are holes of their text."""
        made: dict[str, Function] = {}
        for name, macro in list(self.macros.items()):
            scope = self.parameters(macro, Scope(self.top))
            defaults = dict(zip([arg.name for arg in reversed(macro.args)], reversed(macro.defaults), strict=False))
            parameters = tuple(
                (arg.name, tuple(self.value(defaults[arg.name], scope)) if arg.name in defaults else None)
                for arg in macro.args
            )
            self.running.append(macro)
            made[name] = Function(parameters, tuple(self.body(macro.body, scope)))
            self.running.pop()
        return made

    # Statements

    def body(self, statements: Iterable[nodes.Node], scope: Scope) -> list[Part]:
        parts: list[Part] = []
        for node in statements:
            if self.running:
                self.inlined += 1
            parts += self.statement(node, scope)
        return parts

    def statement(self, node: nodes.Node, scope: Scope) -> Sequence[Part]:
        match node:
            case nodes.Output():
                return self.output(node, scope)
            case nodes.If():
                return self.choice(node, scope)
            case nodes.For():
                return self.loop(node, scope)
            case nodes.Assign() | nodes.AssignBlock():
                self.bind(node, scope)
            case nodes.Block():
                self.within.append(node.name)
                made = self.body(node.body, Scope(scope))
                self.within.pop()
                self.blocks[node.name] = tuple(made)
                return [Ref(f"block:{node.name}", self.tag_hole(node))] if self.outline else made
            case nodes.With():
                inner = Scope(scope)
                for target, value in zip(node.targets, node.values, strict=True):
                    self.assign(target, value, scope, inner)
                return self.body(node.body, inner)
            case nodes.Scope() | nodes.ScopedEvalContextModifier():
                return self.body(node.body, Scope(scope))
            case nodes.FilterBlock():
                return self.filtered(self.body(node.body, Scope(scope)), node.filter, node)
            case nodes.Macro():
                self.macros[node.name] = node
            case nodes.CallBlock():
                inner = Scope(scope)
                for argument in node.args:
                    self.bind_holes(argument, volatility.of_name(argument.name), inner)
                caller = tuple(self.body(node.body, inner))
                return self.value(node.call, scope, self.tree.tag(node.lineno)[:2], caller)
            case nodes.Include():
                return [self.template_ref(node, scope)]
            case nodes.Extends():
                self.parent = self.parent or constant(node.template) or ""
                return [self.template_ref(node, scope)]
            case nodes.Import():
                self.imports[node.target] = constant(node.template) or ""
            case nodes.FromImport():
                for item in node.names:
                    name, alias = item if isinstance(item, tuple) else (item, item)
                    self.imports[alias] = f"{constant(node.template) or ''}#{name}"
            case _:
                pass
        return ()

    def output(self, node: nodes.Output, scope: Scope) -> list[Part]:
        tag = self.tree.tag(node.lineno) if self.tree.tags else (0, 0, "")
        if tag[2] == "trans" and tag[0] <= node.lineno < tag[1]:
            return self.translation(tag[0], scope)
        parts: list[Part] = []
        for child in node.nodes:
            if isinstance(child, nodes.TemplateData):
                parts += self.tree.source.cut(child.lineno, child.lineno + len(child.data))
            else:
                parts += self.value(child, scope, self.tree.tag(child.lineno)[:2])
        return parts

    def translation(self, start: int, scope: Scope) -> list[Part]:
        """`{% trans %}` to `{% endtrans %}`: jinja2 makes one string of it, so its tokens are read instead."""
        arms: list[list[Part]] = [[]]
        behind = self.tree.tag(start)[1]
        for begin, end, word in self.tree.after(start):
            for data in self.tree.data(behind, begin):
                arms[-1] += self.tree.source.cut(*data)
            behind = end
            if word == "endtrans":
                break
            if word == "pluralize":
                arms.append([])
            elif not word:
                name = self.tree.words((begin + 2, end - 2)).strip("-+ ")
                arms[-1] += self.name(nodes.Name(name, "load", lineno=begin), scope, (begin, end))
        return arms[0] if len(arms) == 1 else [Choice("plural", (tuple(arms[1]), tuple(arms[0])))]

    def choice(self, node: nodes.If, scope: Scope) -> Sequence[Part]:
        level, otherwise = self.level, Scope(scope)
        made: list[tuple[str, Sequence[Part], dict[str, Template]]] = []
        rest: Sequence[Part] = ()
        for arm in (node, *node.elif_):
            if self.level >= MAX_LEVELS:
                rest = [self.tag_hole(arm)]
                break
            self.level += 1
            inner = Scope(scope)
            made.append((self.condition(arm.test), self.body(arm.body, inner), inner.names))
        else:
            rest = self.body(node.else_, otherwise)
        self.level = level
        for condition, parts, _ in reversed(made):
            if parts or rest:
                rest = [Choice(condition, (tuple(parts), tuple(rest)))]
        changed = dict.fromkeys(name for names in [*(arm[2] for arm in made), otherwise.names] for name in names)
        for name in changed:
            before = scope.get(name)
            if before is None:
                before = (self.free(name, node.lineno),)
            merged = otherwise.names.get(name, before)
            for condition, _, names in reversed(made):
                merged = (Choice(condition, (names.get(name, before), merged)),)
            scope.names[name] = self.bounded(merged, name, node.lineno)
        return rest

    def loop(self, node: nodes.For, scope: Scope) -> list[Part]:
        if self.level >= MAX_LEVELS:
            return [self.tag_hole(node)]
        start, end, _ = self.tree.tag(node.lineno)
        over = self.condition(node.iter)
        state = state_of(node.iter, scope)
        inner = self.bind_holes(node.target, (state[0], "loop"), Scope(scope))
        inner.names["loop"] = (Hole("loop", self.tree.source.span(start, end), state[0], "loop"),)
        self.level += 1
        body = tuple(self.body(node.body, inner))
        otherwise = tuple(self.body(node.else_, Scope(scope)))
        self.level -= 1
        span = self.tree.source.span(start, end)
        parts: list[Part] = [Repeat(body, over, span, state[0], is_history(node.iter))] if body else []
        return [Choice(over, (tuple(parts), otherwise))] if otherwise else parts

    # Bindings

    def bind(self, node: nodes.Assign | nodes.AssignBlock, scope: Scope) -> None:
        if isinstance(node, nodes.Assign):
            self.assign(node.target, node.node, scope, scope)
            return
        made = self.body(node.body, Scope(scope))
        if node.filter is not None:
            made = self.filtered(made, node.filter, node)
        if isinstance(node.target, nodes.Name):
            scope.names[node.target.name] = self.bounded(tuple(made), node.target.name, node.lineno)

    def assign(self, target: nodes.Node, value: nodes.Node, scope: Scope, into: Scope) -> None:
        """Bind a name to an expression's value, or the names of a tuple to holes."""
        if not isinstance(target, nodes.Name) or target.lineno is None:
            self.bind_holes(target, state_of(value, scope), into)
        elif is_mutable(value):
            self.bind_holes(target, UNKNOWN, into)
        else:
            into.names[target.name] = self.bounded(tuple(self.value(value, scope)), target.name, target.lineno)

    def bind_holes(self, target: nodes.Node, state: State, scope: Scope) -> Scope:
        for name in [target] if isinstance(target, nodes.Name) else target.find_all(nodes.Name):
            if name.lineno is not None:
                span = self.tree.source.span(name.lineno, name.lineno + len(name.name))
                scope.names[name.name] = (Hole(name.name, span, state[0], state[1]),)
        return scope

    def parameters(self, node: nodes.Macro, scope: Scope) -> Scope:
        """Every parameter of a macro as a hole of its own."""
        for name in node.args:
            known = volatility.of_name(name.name)
            span = self.tree.source.span(name.lineno, name.lineno + len(name.name))
            scope.names[name.name] = (Hole(name.name, span, known[0], known[1], parameter=name.name),)
        return scope

    def bounded(self, template: Template, name: str, offset: int) -> Template:
        """The value of a name, or a hole when it has grown beyond `MAX_VALUE` parts."""
        size, depth = _measure(template)
        if size <= MAX_VALUE and depth <= MAX_EXPRESSION:
            return template
        start, end, _ = self.tree.tag(offset)
        return (Hole(name, self.tree.source.span(start, end), of_template(template)[0]),)

    # Expressions

    def value(
        self, node: nodes.Node, scope: Scope, where: Extent | None = None, caller: Template | None = None
    ) -> Sequence[Part]:
        """What an expression puts into the text; `where` is the range of a hole, if not that of the expression."""
        if self.depth > MAX_EXPRESSION:
            return [self.hole(node, scope, where)]
        if self.running:
            self.inlined += 1
        self.depth += 1
        try:
            match node:
                case nodes.Const():
                    text = printed(node.value)
                    if text is None:
                        return [self.hole(node, scope, where)]
                    return [Text(text, self.tree.source.span(*self.tree.extent(node)), False)] if text else []
                case nodes.Concat():
                    return [part for child in node.nodes for part in self.value(child, scope)]
                case nodes.Add():
                    return self.sum(node, scope, where)
                case nodes.CondExpr() if self.level < MAX_LEVELS:
                    self.level += 1
                    chosen = tuple(self.value(node.expr1, scope))
                    otherwise = () if node.expr2 is None else tuple(self.value(node.expr2, scope))
                    self.level -= 1
                    return [Choice(self.condition(node.test), (chosen, otherwise))]
                case nodes.Name():
                    return self.name(node, scope, where)
                case nodes.Filter():
                    return self.filter(node, scope, where)
                case nodes.Call():
                    return self.call(node, scope, where, caller)
                case nodes.Getattr() if (imported := self.imported(node, scope)) is not None:
                    return [Ref(imported, self.hole(node, scope, where, (Volatility.DEPLOY, "")))]
                case _:
                    return [self.hole(node, scope, where)]
        finally:
            self.depth -= 1

    def sum(self, node: nodes.Add, scope: Scope, where: Extent | None) -> Sequence[Part]:
        """`a + b`: text if one of the terms is text for sure, or else a number."""
        terms: list[nodes.Expr] = []
        left: nodes.Expr = node
        while isinstance(left, nodes.Add):
            terms.append(left.right)
            left = left.left
        terms.append(left)
        if not any(isinstance(term, nodes.Concat) or constant(term) is not None for term in terms):
            return [self.hole(node, scope, where)]
        return [part for term in reversed(terms) for part in self.value(term, scope)]

    def name(self, node: nodes.Name, scope: Scope, where: Extent | None) -> Sequence[Part]:
        bound = scope.get(node.name)
        if bound is None:
            imported = self.imported(node, scope)
            state = None if imported is None else (Volatility.DEPLOY, "")
            hole = self.hole(node, scope, where, state)
            return [hole if imported is None else Ref(imported, hole)]
        if len(bound) == 1 and isinstance(bound[0], Hole):
            known = bound[0]
            if known.json is not None:
                return bound
            made = self.hole(node, scope, where)
            return [Hole(made.expression, made.span, known.volatility, known.origin, known.parameter)]
        self.inlined += _measure(bound)[0]
        made = self.hole(node, scope, where)
        return _at_use(bound, node.name, made.span) if self.inlined <= MAX_INLINED else [made]

    def filter(self, node: nodes.Filter, scope: Scope, where: Extent | None) -> Sequence[Part]:
        if node.name in _KEEPING and node.node is not None:
            made = self.value(node.node, scope)
            if not (len(made) == 1 and isinstance(made[0], Hole)):
                return self.filtered(made, node, node)
        if node.name in _DEFAULT and isinstance(node.node, nodes.Name) and scope.get(node.node.name) is not None:
            return self.value(node.node, scope, where)
        return [self.hole(node, scope, where)]

    def filtered(self, parts: Sequence[Part], used: nodes.Filter, at: nodes.Node) -> list[Part]:
        """A text that went through filters: those that keep its words leave it, others make a hole of it."""
        chain: nodes.Node | None = used
        trim = False
        while isinstance(chain, nodes.Filter):
            if chain.name not in _KEEPING:
                start, end, _ = self.tree.tag(at.lineno)
                return [Hole(used.name, self.tree.source.span(start, end), of_template(tuple(parts))[0])]
            trim = trim or (chain.name == "trim" and not chain.args and not chain.kwargs)
            chain = chain.node if used is not at else None
        return list(operations.strip(tuple(parts))) if trim else list(parts)

    def call(self, node: nodes.Call, scope: Scope, where: Extent | None, caller: Template | None) -> Sequence[Part]:
        callee = dotted(node.node)
        base, _, attribute = callee.partition(".")
        if callee == "caller" and (bound := scope.get("caller()")) is not None:
            return bound
        if base == "self" and attribute in self.blocks:
            return self.blocks[attribute]
        if callee == "super":
            hole = self.hole(node, scope, where, (Volatility.DEPLOY, ""))
            return [Ref(f"super:{self.within[-1]}", hole) if self.outline and self.within else hole]
        if callee in self.macros and scope.get(callee) is None:
            made = self.expand(self.macros[callee], node, scope, caller)
            return made if made is not None else [self.hole(node, scope, where)]
        imported = self.imported(node.node, scope)
        if imported is not None:
            positional = tuple(tuple(self.value(argument, scope)) for argument in node.args)
            keywords = tuple((item.key, tuple(self.value(item.value, scope))) for item in node.kwargs)
            arguments = Arguments(positional, keywords, node.dyn_args is None and node.dyn_kwargs is None)
            given = [state_of(argument, scope) for argument in (*node.args, *(item.value for item in node.kwargs))]
            state = volatility.strongest([(Volatility.DEPLOY, ""), *given])
            return [Ref(imported, self.hole(node, scope, where, state), arguments)]
        return [self.hole(node, scope, where)]

    def imported(self, node: nodes.Node, scope: Scope) -> str | None:
        """The name of a `Ref` to something of another template: `forms.field` after `import "forms.j2" as forms`."""
        base, _, attribute = dotted(node).partition(".")
        if base not in self.imports or scope.get(base) is not None:
            return None
        return f"jinja:{self.imports[base]}" + (f"#{attribute}" if attribute else "")

    def expand(
        self, macro: nodes.Macro, call: nodes.Call, scope: Scope, caller: Template | None
    ) -> Sequence[Part] | None:
        """The body of a macro with the arguments of a call in it; None when it goes too deep."""
        too_deep = self.inlined > MAX_INLINED or macro in self.running or len(self.running) >= MAX_MACROS
        if too_deep or call.dyn_args or call.dyn_kwargs:
            return None
        inner = Scope(self.top)
        given: dict[str, nodes.Expr] = {}
        given.update((arg.name, value) for arg, value in zip(macro.args, call.args, strict=False))
        given.update((item.key, item.value) for item in call.kwargs)
        defaults = dict(zip([arg.name for arg in reversed(macro.args)], reversed(macro.defaults), strict=False))
        for name in [arg.name for arg in macro.args]:
            if name in given:
                inner.names[name] = self.bounded(tuple(self.value(given[name], scope)), name, call.lineno)
            elif name in defaults:
                inner.names[name] = self.bounded(tuple(self.value(defaults[name], inner)), name, macro.lineno)
            else:
                inner.names[name] = ()
        if caller is not None:
            inner.names["caller()"] = caller
        depth, self.depth = self.depth, 0
        self.running.append(macro)
        try:
            return self.body(macro.body, inner)
        finally:
            self.running.pop()
            self.depth = depth

    def template_ref(self, node: nodes.Include | nodes.Extends, scope: Scope) -> Ref:
        """Another template, by its name if that is a literal. Its text is a file's: it changes with a deployment."""
        start, end, _ = self.tree.tag(node.lineno)
        wanted: nodes.Node = node.template
        if isinstance(wanted, (nodes.List, nodes.Tuple)) and wanted.items:
            wanted = wanted.items[0]
        name = constant(wanted)
        state = (Volatility.DEPLOY, "") if name is not None else state_of(wanted, scope)
        expression = self.tree.words((start, end)).strip("{%-+ }")
        return Ref(f"jinja:{name or ''}", Hole(expression, self.tree.source.span(start, end), state[0], state[1]))

    # Holes

    def condition(self, node: nodes.Node) -> str:
        return self.tree.words(self.tree.extent(node), 200)

    def free(self, name: str, offset: int) -> Hole:
        """A name that the template does not bind, where no expression stands for it."""
        known = volatility.of_name(name)
        start, end, _ = self.tree.tag(offset)
        return Hole(name, self.tree.source.span(start, end), known[0], known[1], parameter=name)

    def tag_hole(self, node: nodes.Node) -> Hole:
        """What stands for a statement that is nested too deeply."""
        start, end, _ = self.tree.tag(node.lineno)
        return Hole(self.tree.words((start, end)), self.tree.source.span(start, end))

    def hole(self, node: nodes.Node, scope: Scope, where: Extent | None, state: State | None = None) -> Hole:
        extent = self.tree.extent(node)
        known = state or state_of(node, scope)
        inner, dump = node, None
        while isinstance(inner, nodes.Filter) and inner.node is not None:
            if inner.name in _JSON:
                dump = json_dump(inner, JsonDump(ensure_ascii=True, sort_keys=True))
                break
            if inner.name not in _KEEPING and inner.name not in _DEFAULT:
                break
            inner = inner.node
        if isinstance(inner, nodes.Call) and dotted(inner.node).rpartition(".")[2] in _DUMPS:
            dump = json_dump(inner, JsonDump(ensure_ascii=dotted(inner.node).endswith("dumps")))
        parameter = inner.name if isinstance(inner, nodes.Name) and scope.get(inner.name) is None else ""
        span = self.tree.source.span(*(where or extent))
        return Hole(self.tree.words(extent), span, known[0], known[1], parameter, dump)


def read(
    source: Joined, *, lstrip_blocks: bool, trim_blocks: bool, outline: bool = False, syntax: Syntax = ()
) -> tuple[Template, Reader]:
    """The template of a text, and its reader for what else it defines. Raises `Unreadable`."""
    tree = parse(source, lstrip_blocks=lstrip_blocks, trim_blocks=trim_blocks, syntax=syntax)
    reader = Reader(tree, outline)
    try:
        return reader.read(), reader
    except RecursionError:
        raise Unreadable("nested too deeply", 0) from None


def _at_use(template: Template, name: str, span: Span) -> Template:
    """The value of a name that only some branches bind: where none did, its place is where it is used."""
    parts: list[Part] = []
    for part in template:
        match part:
            case Hole() if part.parameter == name:
                parts.append(Hole(part.expression, span, part.volatility, part.origin, name, part.json))
            case Choice():
                parts.append(Choice(part.condition, tuple(_at_use(branch, name, span) for branch in part.branches)))
            case _:
                parts.append(part)
    return tuple(parts)


def _measure(template: Template) -> tuple[int, int]:
    """Number of parts, all branches counted, and levels of nesting."""
    size, depth = len(template), 0
    for part in template:
        inner = part.branches if isinstance(part, Choice) else (part.body,) if isinstance(part, Repeat) else ()
        for branch in inner:
            below = _measure(branch)
            size, depth = size + below[0], max(depth, below[1] + 1)
    return size, depth
