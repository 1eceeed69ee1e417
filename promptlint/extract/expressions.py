"""What a Python expression is worth as a template: concatenations, containers, names, and what else has a value."""

from __future__ import annotations

import ast
import builtins
import functools
import sys
from collections.abc import Callable, Sequence
from typing import Any

from promptlint.extract import fills, options, pipelines, schemas, spreads
from promptlint.extract.against import MAY_DOCUMENT, documents
from promptlint.extract.attributes import note_given
from promptlint.extract.bounds import MAX_WEIGHT, bounded, full, rest
from promptlint.extract.calls import call
from promptlint.extract.collections import below
from promptlint.extract.comments import NOT_A_PROMPT, Marked
from promptlint.extract.comprehensions import comprehension, dict_comprehension
from promptlint.extract.conditions import condition, truth
from promptlint.extract.correlated import possible
from promptlint.extract.invocations import of_class
from promptlint.extract.iteration import condition_text, joins_given, of_loop, spread, unordered
from promptlint.extract.joins import join_branches, or_default
from promptlint.extract.loads import divided
from promptlint.extract.messages import as_asked, as_message, note_company, note_schema, note_turn, note_written
from promptlint.extract.names import PASSING, example_like
from promptlint.extract.places import SPREAD, held, place
from promptlint.extract.sending import PIPES, chain
from promptlint.extract.shown_as import key_of
from promptlint.extract.sites import consider, settle, take_examples
from promptlint.extract.spreads import may_be_dict
from promptlint.extract.state import File, Scope, fallback_of, single_hole, state_of, textual
from promptlint.extract.strings import constant, formats, fstring
from promptlint.extract.subscripts import subscript
from promptlint.extract.volatility import (
    CONSTANT,
    DEPLOY,
    UNKNOWN,
    State,
    dotted,
    either_state,
    of_name,
    of_part,
    strongest,
    terms,
)
from promptlint.template import (
    GATHERED,
    LOST,
    Apply,
    Arguments,
    Choice,
    Condition,
    Hole,
    Items,
    Mapping,
    Message,
    Part,
    Ref,
    Text,
    Value,
    Volatility,
)

MAX_DEPTH = 120
# Items of a list that is written once and meant several times: `[line] * 2`.
MAX_TIMES = 64
# Expressions whose value may be larger than what it is made of.
COMPOSED = frozenset(
    {
        *(ast.JoinedStr, ast.BinOp, ast.IfExp, ast.BoolOp, ast.Call, ast.Subscript),
        *(ast.List, ast.Tuple, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp),
    }
)
_WRITTEN = frozenset({ast.Dict, ast.List, ast.Tuple, ast.Set})
# An expression with fewer inside nests less deeply, and weighs less, than any bound.
_FEW = 40
# Members of an enumeration are slow to look up.
_UNKNOWN = UNKNOWN[0]


def evaluate(file: File, scope: Scope, node: ast.expr) -> Value:
    """The value of an expression; what is not known is a hole. Sites inside the expression are noted on the way."""
    kind = type(node)
    if kind is ast.Name and file.depth <= MAX_DEPTH:
        return lookup(file, scope, node.id, node)  # type: ignore[attr-defined]
    if kind is ast.Constant:
        file.made += 1
        return constant(file, scope, node)  # type: ignore[arg-type]
    handler = HANDLERS.get(kind)
    if file.depth > MAX_DEPTH or handler is None:
        return _deep(file, scope, node)
    file.depth += 1
    made, reused = file.made, file.reused
    file.made = made + 1
    try:
        value = handler(file, scope, node)
    finally:
        file.depth -= 1
    if kind not in COMPOSED or (type(value) is tuple and len(value) == 1 and type(value[0]) is Hole):
        return value
    if file.reused == reused and file.made - made < _FEW:
        # Made of little, and of nothing that was there before: it cannot have grown.
        return value
    kept = bounded(value, written_out(node) if kind in _WRITTEN else 0)
    if kept is not value and kind in _WRITTEN and (type(value) is Items or type(value) is Mapping):
        file.rests[value.span] = rest(value, kept)
    return kept


def _deep(file: File, scope: Scope, node: ast.expr) -> Value:
    """What is not looked into; of a long chain of `replace` the text that it begins with stands as it is."""
    start = node
    # The innermost call stands deepest: of a chain, the text is worth more than what is put into it.
    while isinstance(start, ast.Call) and isinstance(start.func, ast.Attribute) and start.func.attr == "replace":
        start = start.func.value
    if isinstance(start, ast.Name):
        return lookup(file, scope, start.id, start)
    if isinstance(start, ast.Constant):
        return constant(file, scope, start)
    return (file.hole(node, _UNKNOWN),)


def written_out(node: ast.expr) -> int:
    """How many entries a list or dict has in the source."""
    if isinstance(node, ast.Dict):
        return len(node.values)
    return len(node.elts) if isinstance(node, (ast.List, ast.Tuple, ast.Set)) else 0


def lookup(file: File, scope: Scope, identifier: str, node: ast.expr) -> Value:
    """What a name is bound to at this point; names of the module and imports are references."""
    here: Scope | None = scope
    while here is not None:
        if here.kind == "module" and here is not scope:
            break
        value = here.values.get(identifier)
        if value is not None and (here is scope or here.kind != "class"):
            part = value[0] if type(value) is tuple and len(value) == 1 else None
            if type(part) is Hole:
                return (_known_as(file, here, identifier, part, node),)
            file.reused += 1
            if type(part) is Apply and (of_loop(value) if part.operation == "item" else joins_given(part)):
                # Where linking knows nothing of it, it is a run-time value like any other.
                named = _known_as(file, here, identifier, part.fallback, node)
                return (Apply(part.operation, part.target, part.arguments, part.span, named),)
            return value
        if identifier in file.nested and here.kind == "function":
            key = here.key(identifier)
            if key in file.facts.functions or key in file.facts.bases:
                file.mentions.add(identifier)
                return (Ref(f":{key}", file.hole(node, *of_name(identifier))),)
        if here.declared and identifier in here.declared:
            # It is the one of the module, whatever has that name in functions around this one.
            break
        here = here.parent
    alias = file.aliases.get(identifier)
    state = of_name(alias or identifier)
    file.mentions.add(identifier)
    if identifier in file.known:
        if scope.kind != "module":
            state = file.of_module(identifier, state)
        return (Ref(":" + identifier, file.hole(node, state[0], state[1])),)
    if alias is not None:
        # What another module holds was made when that was imported.
        state = state if state[0] <= DEPLOY else (DEPLOY, "name")
        file.mentions.add(alias.rpartition(".")[2])
        return (Ref(alias, file.hole(node, state[0], state[1])),)
    if file.may_import(identifier):
        return (Ref(":" + identifier, file.hole(node, state[0], state[1])),)
    if hasattr(builtins, identifier):
        state = CONSTANT
    return (file.hole(node, state[0], state[1]),)


def _known_as(file: File, here: Scope, identifier: str, hole: Hole, node: ast.expr) -> Hole:
    """A run-time value under the name that it is used by."""
    state = (hole.volatility, hole.origin)
    if state[0] is _UNKNOWN and state[1] not in ("loop", "unordered", GATHERED):
        # `result = run(command)`: what a program calls its values in between says nothing of them.
        passing = identifier in PASSING and not hole.parameter and here.kind == "function"
        state = state if passing else of_name(identifier, state[1])
    return file.hole(node, state[0], state[1], hole.json, hole.parameter, hole.member)


def attribute(file: File, scope: Scope, node: ast.Attribute) -> Value:
    """What an attribute is known to be."""
    value = _attribute(file, scope, node)
    return options.parsed(file, scope, node, value) if node.attr in file.options else value


def _attribute(file: File, scope: Scope, node: ast.Attribute) -> Value:
    """`self.x`, `Class.x` and `module.x` are references; of anything else the name is all that is known."""
    written = dotted(node)
    first, _, rest = written.partition(".")
    state = of_name(file.resolve(written))
    file.mentions.add(node.attr)
    if first and rest and not rest.startswith("."):
        here: Scope | None = scope
        while here is not None:
            if first == here.receiver and here.owner:
                # Bound in this very function: statement order is known.
                if written in scope.values:
                    return _held(file, scope.values[written], node)
                own = f"self.{rest}"
                return (Ref(f":{here.owner}.{rest}", file.hole(node, state[0], state[1], None, own)),)
            if first in here.values and here.kind == "function":
                module = here.values[first]
                known = here.attributed.get(written.rpartition(".")[0], ()) if here is scope else ()
                if written in known and written in here.values:
                    return _held(file, here.values[written], node)
                if first in file.rebound and isinstance(module, tuple) and type(module[0]) is Ref:
                    return (Ref(f"{module[0].name}.{rest}", file.hole(node, state[0], state[1])),)
                return _member(file, here.values[first], rest, node, state, here.types.get(first, ""))
            here = here.parent
        if first in file.known or (first not in file.aliases and file.may_import(first)):
            return (Ref(f":{written}", file.hole(node, state[0], state[1])),)
        if first in file.aliases:
            return (Ref(file.resolve(written), file.hole(node, state[0], state[1])),)
    if not first:
        state = of_part(node.attr, state_of(evaluate(file, scope, node.value)), state)
    # The class above may say it in a text.
    above = type(node.value) is ast.Call and dotted(node.value.func) == "super"
    return (file.hole(node, state[0], LOST if above else state[1]),)


def _held(file: File, value: Value, node: ast.Attribute) -> Value:
    """What an attribute holds that this very function has set, or changed: statement order is known."""
    hole = single_hole(value)
    if hole is None:
        file.reused += 1
        return value
    return (file.hole(node, hole.volatility, hole.origin, hole.json, hole.parameter, hole.member),)


def _member(file: File, value: Value, member: str, node: ast.expr, state: State, owner: str) -> Value:
    """An attribute of an object that was built in sight, by its keyword. `owner` is the class of any other."""
    if type(value) is Mapping:
        found = value.get(member)
        if found is not None:
            file.reused += 1
            return found
        root = value.kind.partition(".")[0]
        if value.complete and value.kind and not any(key.isdecimal() for key, _ in value.entries):
            # Not given: what the class itself says.
            own = bool(root) and (root in file.known or root not in file.imported)
            name = f"{':' if own else ''}{value.kind}.{member}"
            return (Ref(name, file.hole(node, state[0], state[1])),)
    if type(value) is Message and member in ("content", "text"):
        file.reused += 1
        return value.content
    hole = fallback_of(value)
    known = of_class(owner, member)
    if hole is not None:
        state = of_part(member, (hole.volatility, hole.origin), state)
        known = below(hole.member, member) or known
    return (file.hole(node, state[0], state[1], member=known),)


def binary(file: File, scope: Scope, node: ast.BinOp) -> Value:
    if isinstance(node.op, ast.Add):
        return addition(file, scope, node)
    if isinstance(node.op, ast.BitOr) and (not file.imported.isdisjoint(PIPES) or _begins_with_call(file, node)):
        return _pipeline(file, scope, node)
    left, right = evaluate(file, scope, node.left), None
    if isinstance(node.op, ast.Mod) and isinstance(left, tuple) and formats(left, node.right):
        right = evaluate(file, scope, node.right)
        fills.note_percent(file, node, left)
        hole = file.hole(node, *strongest([state_of(left), state_of(right)]))
        return (Apply("percent", left, Arguments((right,)), file.span(node), hole),)
    right = evaluate(file, scope, node.right)
    if isinstance(node.op, ast.BitOr) and (united := spreads.union(left, right, file.span(node))) is not None:
        return united
    if isinstance(node.op, ast.Div) and (path := divided(file, node, left, right)) is not None:
        return path
    if isinstance(node.op, ast.Mult):
        text, count, number = (left, right, node.right) if textual(left) else (right, left, node.left)
        times = number.value if isinstance(number, ast.Constant) and isinstance(number.value, int) else None
        if times is not None and isinstance(text, tuple) and textual(text):
            hole = file.hole(node, *state_of(text))
            return (Apply("times", text, Arguments((count,)), file.span(node), hole),)
        if times is not None and type(text) is Items and len(text.items) * times <= MAX_TIMES:
            return Items(text.items * times, text.span, text.complete)
    return (file.hole(node, *strongest([state_of(left), state_of(right)])),)


def _begins_with_call(file: File, node: ast.BinOp) -> bool:
    """Whether the first of what `|` joins is what a function of the project gives back."""
    first = terms(node, ast.BitOr)[0]
    name = dotted(first.func).partition(".")[0] if isinstance(first, ast.Call) else ""
    return name in file.known or file.aliases.get(name, "os").partition(".")[0] not in sys.stdlib_module_names


def _pipeline(file: File, scope: Scope, node: ast.BinOp) -> Value:
    """`prompt | model | parser`."""
    steps = terms(node, ast.BitOr)
    values = [evaluate(file, scope, term) for term in steps]
    chain(file, scope, node, values)
    if (asked := pipelines.begun(file, steps, values)) is not None:
        return asked
    if len(values) == 2 and (united := spreads.union(values[0], values[1], file.span(node))) is not None:
        return united
    return (file.hole(node, *strongest([state_of(value) for value in values])),)


def addition(file: File, scope: Scope, node: ast.BinOp) -> Value:
    """A chain of `+`. What has a number in it is one."""
    added = terms(node, ast.Add)
    values = [evaluate(file, scope, term) for term in added]
    if any(type(term) is ast.Constant and type(term.value) in (int, float) for term in added):
        return (file.hole(node, *strongest([state_of(value) for value in values])),)
    return add(file, values, node)


def add(file: File, values: list[Value], node: ast.AST) -> Value:
    """The sum of texts or of lists."""
    if any(type(value) is Items for value in values):
        items: list[Value] = []
        complete = True
        for value in values:
            if len(items) > MAX_WEIGHT:
                break
            if type(value) is Items:
                items.extend(value.items)
                complete = complete and value.complete
                if full(value):
                    break
            else:
                items.append(spread(value))
        note_company(file, Items(tuple(items), file.span(node), complete))
        return bounded(Items(tuple(items), file.span(node), complete))
    if not any(textual(value) for value in values) and not any(isinstance(v, tuple) and not v for v in values):
        state = strongest([state_of(value) for value in values])
        hole = file.hole(node, state[0], state[1])
        known = [each for value in values if (each := single_hole(value)) is not None and each.parameter]
        if len(known) < len(values) or len(known) > MAX_WEIGHT or not isinstance(values[0], tuple):
            return (hole,)
        # What callers give: texts, lists or numbers.
        return (Apply("add", values[0], Arguments(tuple(values[1:])), file.span(node), hole),)
    parts: list[Part] = []
    for value in values:
        if len(parts) >= MAX_WEIGHT:
            break
        if isinstance(value, tuple):
            parts.extend(value)
            if full(value):
                break
        else:
            parts.append(file.hole(node, *state_of(value)))
    return bounded(tuple(parts))


def conditional(file: File, scope: Scope, node: ast.IfExp) -> Value:
    evaluate(file, scope, node.test)
    first, second = evaluate(file, scope, node.body), evaluate(file, scope, node.orelse)
    asked = condition(file, scope, node.test, evaluate)
    return either(file, node, asked, *possible(file, scope, asked, first, second))


def either(file: File, node: ast.expr, asked: Condition, first: Value, second: Value) -> Value:
    if isinstance(first, tuple) and isinstance(second, tuple):
        if not textual(first) and not textual(second) and first and second:
            return (file.hole(node, *either_state([state_of(first), state_of(second)])),)
        return (Choice(asked.text, (first, second), asked.test, asked.asks(first, second)),)
    return join_branches(asked, first, second)


def boolean(file: File, scope: Scope, node: ast.BoolOp) -> Value:
    """`given or "default"`: either."""
    values = [evaluate(file, scope, value) for value in node.values]
    asked = node.values[0]
    if isinstance(node.op, ast.Or) and len(values) == 2 and type(values[1]) is Items and type(asked) is ast.Call:
        where = place(asked)
        if type(known := held(scope, where)) is Items:
            # `request.get("messages") or [...]`
            return or_default(str(where[-1]), known, values[1])
    if isinstance(node.op, ast.Or) and (any(textual(value) for value in values) or _given_or_empty(values)):
        result = values[-1]
        for operand, value in zip(reversed(node.values[:-1]), reversed(values[:-1]), strict=True):
            result = either(file, node, truth(file, scope, operand, value), value, result)
        return result
    states = [state_of(value) for value in values]
    state = either_state(states) if isinstance(node.op, ast.Or) else strongest(states)
    if isinstance(node.op, ast.And) and isinstance(values[-1], tuple) and textual(values[-1]):
        # The last one, or something in front of it that is empty or false.
        return (Choice(condition_text(file, node), (values[-1], (file.hole(node, *state),))),)
    hole = single_hole(values[0])
    if isinstance(node.op, ast.Or) and hole is not None and type(values[-1]) is Items and len(values) == 2:
        # `given or []`: what is given.
        return (file.hole(node, state[0], state[1], None, hole.parameter),)
    return (file.hole(node, *state),)


def _given_or_empty(values: Sequence[Value]) -> bool:
    """`given or ""`: what the caller gives."""
    hole = single_hole(values[0])
    return len(values) == 2 and values[1] == () and hole is not None and bool(hole.parameter)


def sequence(file: File, scope: Scope, node: ast.List | ast.Tuple | ast.Set) -> Value:
    items: list[Value] = []
    complete = True
    for element in node.elts:
        if isinstance(element, ast.Starred):
            value = as_asked(file, scope, element.value, evaluate(file, scope, element.value))
            if type(value) is Items:
                items.extend(value.items)
                complete = complete and value.complete
            else:
                items.append(spread(value))
                complete = complete and fallback_of(value) is not None
        else:
            items.append(as_asked(file, scope, element, evaluate(file, scope, element)))
    value = Items(tuple(items), file.span(node), complete)
    note_company(file, value)
    return unordered(file, node, value) if isinstance(node, ast.Set) else value


def dictionary(file: File, scope: Scope, node: ast.Dict) -> Value:
    entries: list[tuple[str, Value]] = []
    complete, sites = True, len(file.facts.sites)
    for key, item in zip(node.keys, node.values, strict=True):
        if type(key) is ast.Constant and key.value in MAY_DOCUMENT and documents(key.value, item):
            with file.aside():
                evaluate(file, scope, item)
            continue
        value = evaluate(file, scope, item)
        if key is None:
            if type(value) is Mapping:
                entries.extend(value.entries)
                complete = complete and value.complete
            elif type(value) is Message and value.role != "unknown":
                # `{**message, "content": text}`
                entries += (("role", (Text(value.role, value.span, False),)), ("content", value.content))
            else:
                entries.append((SPREAD, value))
                complete = complete and may_be_dict(value)
        elif isinstance(key, ast.Constant) and isinstance(key.value, str):
            entries.append((key.value, value))
            schemas.note_form(file, key.value, value)
            if member := key_of(key):
                note_given(file, file.name, member, value)
            hole = fallback_of(value)
            if hole is not None and hole.member and _namesake(key.value, hole.member):
                file.facts.namesakes.append(key.value)
        else:
            if not isinstance(key, ast.Constant):
                evaluate(file, scope, key)
            complete = False
            entries.append((condition_text(file, key), value))
    mapping = Mapping(tuple(entries), file.span(node), complete)
    keys = [key for key, _ in entries]
    message = as_message(mapping) if "role" in keys or "type" in keys else None
    if message is not None:
        note_written(file, message, keys, mapping.get("role"), "role-dict")
        return message
    if "from" in keys:
        note_turn(file, mapping)
    if "messages" in keys and not _ANSWERED.isdisjoint(keys):
        # A record of what was sent and of what came back.
        del file.facts.sites[sites:]
    if "description" in keys:
        note_schema(file, mapping)
    if not file.muted and any(map(example_like, keys)):
        _take_examples(file, entries, node)
    return mapping


def _take_examples(file: File, entries: list[tuple[str, Value]], node: ast.Dict) -> None:
    """Examples that stand beside a prompt: `{"prompt": TEMPLATE, "examples": [...]}`."""
    if any(textual(value) and isinstance(value, tuple) and file.prompt_like(key) for key, value in entries):
        for key, value in entries:
            if example_like(key):
                take_examples(file, value, node, key)


# Keys of what has come back from a model, or from the world.
_ANSWERED = frozenset({"response", "observation", "completion"})


def _namesake(key: str, member: str) -> bool:
    """Whether what stands under a key is read from an attribute, or a getter, of the same name."""
    return member == key or member == f"get_{key}()" or (member[:1] == "." and member.rpartition(".")[2] == key)


def awaited(file: File, scope: Scope, node: ast.Await | ast.YieldFrom | ast.Starred) -> Value:
    value = evaluate(file, scope, node.value)
    if isinstance(node, ast.YieldFrom):
        _give(scope, value, node)
    return value


def _give(scope: Scope, value: Value, node: ast.expr) -> None:
    """A generator gives this out next."""
    scope.returned.append(value)
    scope.returned_if.append(scope.guards)
    scope.returned_at.append(node.lineno)
    scope.yields.append(value)


def yielded(file: File, scope: Scope, node: ast.Yield) -> Value:
    if node.value is not None:
        value = evaluate(file, scope, node.value)
        _give(scope, value, node)
        if textual(value):
            consider(file, value, node.value, scope.name.rpartition(".")[2])
    return (file.hole(node, Volatility.UNKNOWN),)


def assigned(file: File, scope: Scope, node: ast.NamedExpr) -> Value:
    value = evaluate(file, scope, node.value)
    scope.values[node.target.id] = value
    return value


def compared(file: File, scope: Scope, node: ast.Compare) -> Value:
    return _others(file, scope, node, [node.left, *node.comparators])


def unary(file: File, scope: Scope, node: ast.UnaryOp) -> Value:
    return _others(file, scope, node, [node.operand])


def function(file: File, scope: Scope, node: ast.Lambda) -> Value:
    """A function without a name; one that is handed over for a prompt is worth the text that it gives back."""
    if file.handed is not node:
        return _within(file, scope, node, lambda: _others(file, scope, node, [node.body]))
    return _within(file, scope, node, lambda: evaluate(file, scope, node.body))


def _within(file: File, scope: Scope, node: ast.Lambda, read: Callable[[], Value]) -> Value:
    """The body of a function without a name: its parameters hold what it is called with, or what they have by default,
    and not what has their names around it."""
    arguments = [*node.args.posonlyargs, *node.args.args]
    defaults: list[ast.expr | None] = [*[None] * (len(arguments) - len(node.args.defaults)), *node.args.defaults]
    arguments += [*node.args.kwonlyargs, *(each for each in (node.args.vararg, node.args.kwarg) if each is not None)]
    defaults += [*node.args.kw_defaults, None, None]
    own: dict[str, Value] = {}
    for each, default in zip(arguments, defaults, strict=False):
        usual = file.unnoted(functools.partial(evaluate, file, scope, default)) if default is not None else None
        own[each.arg] = usual if usual is not None else (file.hole(each, *of_name(each.arg)),)
    if not own:
        return read()
    around = {key: scope.values.pop(key) for key in list(scope.values) if key.partition(".")[0] in own}
    scope.values.update(own)
    value = read()
    for name in own:
        scope.values.pop(name, None)
    scope.values.update(around)
    return value


def _others(file: File, scope: Scope, node: ast.expr, operands: list[ast.expr]) -> Value:
    """Comparisons, lambdas and the rest: their operands may hold sites, their value is not text."""
    state = strongest([state_of(evaluate(file, scope, operand)) for operand in operands])
    # Whether something is in a set does not depend on its order.
    return (file.hole(node, state[0], "" if state[1] == "unordered" else state[1]),)


def marked(file: File, scope: Scope, node: Marked) -> Value:
    """An expression that a comment calls a prompt, or none."""
    value = evaluate(file, scope, node.value)
    file.worth[file.span(node.value)] = value
    if node.directive.verb == NOT_A_PROMPT:
        return value
    name = node.name or scope.name.rpartition(".")[2]
    if settle(file, value, node.value, name, "comment", node.directive.role) is not None:
        file.settled.add(node.directive.start)
    return value


HANDLERS: dict[type, Callable[[File, Scope, Any], Value]] = {
    ast.JoinedStr: lambda file, scope, node: fstring(file, scope, node, evaluate),
    ast.Name: lambda file, scope, node: lookup(file, scope, node.id, node),
    ast.Attribute: attribute,
    ast.BinOp: binary,
    ast.IfExp: conditional,
    ast.BoolOp: boolean,
    ast.List: sequence,
    ast.Tuple: sequence,
    ast.Set: sequence,
    ast.Dict: dictionary,
    ast.ListComp: lambda file, scope, node: comprehension(file, scope, node, evaluate),
    ast.SetComp: lambda file, scope, node: comprehension(file, scope, node, evaluate),
    ast.GeneratorExp: lambda file, scope, node: comprehension(file, scope, node, evaluate),
    ast.DictComp: lambda file, scope, node: dict_comprehension(file, scope, node, evaluate),
    ast.Subscript: lambda file, scope, node: subscript(file, scope, node, evaluate),
    ast.Call: lambda file, scope, node: call(file, scope, node, evaluate),
    ast.Await: awaited,
    ast.YieldFrom: awaited,
    ast.Starred: awaited,
    ast.Yield: yielded,
    ast.NamedExpr: assigned,
    ast.Compare: compared,
    ast.UnaryOp: unary,
    ast.Lambda: function,
    Marked: marked,
}
