"""Conditions: as they are written, and what they ask of the values that a function is given."""

from __future__ import annotations

import ast

from promptlint.extract.callsite import Evaluate
from promptlint.extract.correlated import ask
from promptlint.extract.iteration import condition_text
from promptlint.extract.joins import opposite
from promptlint.extract.state import File, Scope, all_of
from promptlint.extract.turns import turned
from promptlint.extract.volatility import NAMES, dotted
from promptlint.operations import takes
from promptlint.template import Choice, Condition, Hole, Items, Ref, Template, Test, Text, Value

MAX_DEPTH, MAX_TESTS, MAX_WORDS = 4, 8, 32
# Conditions around a statement that are followed.
MAX_GUARDS = 16
# What numbers that are compared are less than: Python writes out none of thousands of digits.
MAX_NUMBER = 10**18
NOT_KNOWN = Condition("")
_ENDS = {"startswith": "begins", "endswith": "ends"}
# What a value may be an instance of. What other names stand for is not followed; a class of the program's own, as its
# name has it, is none of a text, a list or a dict.
_KINDS = {
    "str": ("text",), "dict": ("dict",), "Dict": ("dict",), "Mapping": ("dict",),
    "list": ("list",), "tuple": ("list",), "List": ("list",), "Sequence": ("list", "text"),
}
_ABSTRACT = frozenset(
    "Any AnyStr Collection Container Hashable Iterable MutableMapping MutableSequence Reversible Sized Text".split()
)
_SAME = frozenset({ast.Is, ast.Eq, ast.IsNot, ast.NotEq})
_OPPOSITE = frozenset({ast.IsNot, ast.NotEq, ast.NotIn})


def condition(file: File, scope: Scope, node: ast.expr, evaluate: Evaluate) -> Condition:
    """A condition as written, with what could decide it."""
    text = condition_text(file, node)
    ask(file, scope, node, text)
    test = _test(file, scope, node, evaluate, 0)
    return Condition(text, test, *_there(scope, node))


def truth(file: File, scope: Scope, node: ast.expr, value: Value) -> Condition:
    """Whether a value that is known already is true."""
    text = condition_text(file, node)
    if type(node) in NAMES:
        # The name may stand for something else where it is asked again: `tone = tone or "kind"`.
        ask(file, scope, node, text)
    known = type(node) is ast.Name and _decides(value)
    there = value if isinstance(value, tuple) and len(value) == 1 else ()
    return Condition(text, Test("true", value) if known else None, there)


def _there(scope: Scope, node: ast.expr) -> tuple[Template, bool]:
    """What a condition asks to be there, as its name stands for it now; and whether it asks the opposite."""
    absent = False
    while type(node) is ast.UnaryOp and type(node.op) is ast.Not:
        node, absent = node.operand, not absent
    if type(node) is ast.Compare and len(node.ops) == 1 and type(node.ops[0]) in _SAME:
        right = node.comparators[0]
        if type(right) is not ast.Constant or (right.value is not None and right.value != ""):
            return (), False
        absent = absent is (type(node.ops[0]) in _OPPOSITE)
        node = node.left
    node = node.target if type(node) is ast.NamedExpr else node
    value = scope.values.get(dotted(node)) if type(node) in NAMES else None
    return (value, absent) if isinstance(value, tuple) and len(value) == 1 else ((), False)


def matched(file: File, scope: Scope, subject: ast.expr, case: ast.match_case, evaluate: Evaluate) -> Condition:
    """Under which condition a case is taken, if none before it is."""
    asked, pattern = condition_text(file, subject), case.pattern
    if case.guard is not None:
        return Condition(f"{asked} matches {condition_text(file, pattern)} if {condition_text(file, case.guard)}")
    several = pattern.patterns if isinstance(pattern, ast.MatchOr) else [pattern]
    words = [word for each in several if (word := _word(each)) is not None]
    verb = "==" if isinstance(pattern, ast.MatchValue) else "matches"
    text = f"{asked} {verb} {condition_text(file, pattern)}"
    value = _given(file, scope, subject, evaluate) if len(words) == len(several) <= MAX_WORDS else None
    if value is None:
        return Condition(text)
    tests = tuple(Test("equal", value, word) for word in words)
    return Condition(text, tests[0] if len(tests) == 1 else Test("or", inner=tests))


def _word(pattern: ast.pattern) -> str | None:
    """The text that a pattern stands for."""
    value = pattern.value if isinstance(pattern, ast.MatchValue) else None
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def guard(scope: Scope, condition: Condition = NOT_KNOWN, holds: bool = True) -> None:
    """From here on this condition holds, or does not; without one: one that nothing decides."""
    if len(scope.guards) < MAX_GUARDS or scope.guards[-1] != (NOT_KNOWN, True):
        scope.guards = (*scope.guards, (condition, holds) if len(scope.guards) < MAX_GUARDS else (NOT_KNOWN, True))


def ways_back(scope: Scope) -> list[Condition]:
    """Of each `return` of a function the condition under which it is reached if none before it is.

    Where that is not known as it is written, its line stands for it.
    """
    found: list[Condition] = []
    passed: set[str] = set()
    for each, row in zip(scope.returned_if, scope.returned_at, strict=True):
        texts = [one.text if holds or not one.text else f"not ({one.text})" for one, holds in each]
        own = [text for text in texts if text not in passed]
        if not own or not all(own) or len(own) < len(set(own)) or len(each) >= MAX_GUARDS:
            text = f"{scope.name} returns at line {row}"
        else:
            text = own[0] if len(own) == 1 else " and ".join(f"({one})" for one in own)
            if len(own) == 1:
                passed.add(f"not ({text})")
        found.append(Condition(text, all_of(each)))
    return found


def _test(file: File, scope: Scope, node: ast.expr, evaluate: Evaluate, depth: int) -> Test | None:
    """What decides a condition: that a parameter is given, is None, is a text or a list, is a certain word."""
    if depth > MAX_DEPTH:
        return None
    if type(node) is ast.Name:
        value = _given(file, scope, node, evaluate)
        return None if value is None else Test("true", value)
    if type(node) is ast.BoolOp:
        inner = tuple([_test(file, scope, each, evaluate, depth + 1) for each in node.values[:MAX_TESTS]])
        if len(node.values) > MAX_TESTS or not any(inner):
            return None
        return Test("and" if isinstance(node.op, ast.And) else "or", inner=inner)
    if type(node) is ast.UnaryOp and type(node.op) is ast.Not:
        return opposite(_test(file, scope, node.operand, evaluate, depth + 1))
    if type(node) is ast.Call:
        return _instance(file, scope, node, evaluate)
    return _compared(file, scope, node, evaluate) if type(node) is ast.Compare else None


def _given(file: File, scope: Scope, node: ast.expr, evaluate: Evaluate) -> Value | None:
    """The value of a name, if it takes anything of what the function around it is given.

    What an earlier turn of a loop may have made of it, that does not tell.
    """
    if type(node) is not ast.Name or (file.loops and turned(file, node.id)):
        return None
    value = evaluate(file, scope, node)
    return value if _decides(value) else None


def _decides(value: Value) -> bool:
    """Whether a value is a parameter, or one of a few words if that is not given."""
    part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    if type(part) is Choice:
        return all(len(branch) < 2 for branch in part.branches) and takes(value)
    return type(part) is Hole and bool(part.parameter)


def any_turn(value: Value) -> Test | None:
    """What decides whether a loop over a value has any turn at all."""
    return Test("true", value) if _decides(value) else None


def _instance(file: File, scope: Scope, node: ast.Call, evaluate: Evaluate) -> Test | None:
    if isinstance(node.func, ast.Attribute) and node.func.attr in _ENDS and len(node.args) == 1:
        word = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
        value = _given(file, scope, node.func.value, evaluate) if isinstance(word, str) else None
        return None if value is None else Test(_ENDS[node.func.attr], value, str(word))
    if not isinstance(node.func, ast.Name) or node.func.id != "isinstance" or len(node.args) != 2:
        return None
    return _of_class(_given(file, scope, node.args[0], evaluate), node.args[1])


def _of_class(value: Value | None, classes: ast.expr) -> Test | None:
    """Whether a value is an instance of a class, or of one of several."""
    if value is None:
        return None
    several = classes.elts if isinstance(classes, ast.Tuple) else _union(classes)
    if not several or len(several) > MAX_TESTS:
        return None
    kinds = dict.fromkeys(kind for each in several for kind in _kinds(dotted(each).rpartition(".")[2]))
    tests = tuple(Test(kind, value) for kind in kinds)
    return tests[0] if len(tests) == 1 else Test("or", inner=tests)


def _kinds(name: str) -> tuple[str, ...]:
    """What the instances of a class are."""
    own = name[:1].isupper() and not name.isupper() and name not in _ABSTRACT
    return _KINDS.get(name, ("object",) if own else ("instance",))


def _union(node: ast.expr) -> list[ast.expr]:
    """The classes of `str | list`."""
    found: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and len(found) < MAX_TESTS:
        found.append(node.right)
        node = node.left
    return [*found, node]


def _compared(file: File, scope: Scope, node: ast.Compare, evaluate: Evaluate) -> Test | None:
    if len(node.ops) != 1:
        return None
    operator, right = type(node.ops[0]), node.comparators[0]
    test: Test | None = None
    if isinstance(node.left, ast.Call) and dotted(node.left.func) == "type" and len(node.left.args) == 1:
        # `type(messages) is str`
        test = _of_class(_given(file, scope, node.left.args[0], evaluate), right) if operator in _SAME else None
    elif isinstance(node.left, ast.Call) and dotted(node.left.func) == "len" and len(node.left.args) == 1:
        return _counted(file, scope, node.left.args[0], operator, right, evaluate)
    elif operator is ast.In or operator is ast.NotIn:
        test = _member(file, scope, node.left, right, evaluate)
    elif (listed := _first_role(node.left)) is not None and isinstance(right, ast.Constant) and operator in _SAME:
        value = _given(file, scope, listed, evaluate) if isinstance(right.value, str) else None
        test = None if value is None else Test("opens", value, str(right.value))
    elif type(right) is ast.Constant and (value := _given(file, scope, node.left, evaluate)) is not None:
        if right.value is None:
            test = Test("none", value)
        elif isinstance(right.value, bool):
            test = Test("flag", value, str(right.value))
        elif isinstance(right.value, str) and (operator is ast.Eq or operator is ast.NotEq):
            test = Test("equal", value, right.value)
        elif type(right.value) is int and operator in _COUNTS and abs(right.value) < MAX_NUMBER:
            # `rounds > 1`
            kind, less, holds = _COUNTS[operator]
            test = Test("is" if kind == "counts" else "above", value, str(right.value - less))
            return test if holds else opposite(test)
    elif type(right) is ast.Name and (operator is ast.Eq or operator is ast.NotEq):
        test = _equal_to(_given(file, scope, node.left, evaluate), evaluate(file, scope, right))
    return opposite(test) if test is not None and operator in _OPPOSITE else test


def _first_role(node: ast.expr) -> ast.expr | None:
    """Of `messages[0]["role"]` and `messages[0].get("role")` the list."""
    match node:
        case ast.Subscript(value=ast.Subscript(value=ast.Name() as listed, slice=ast.Constant(value=0)), slice=key):
            asked = key
        case ast.Call(func=ast.Attribute(ast.Subscript(ast.Name() as listed, ast.Constant(value=0)), attr=how)):
            asked = node.args[0] if how == "get" and len(node.args) == 1 else node.func
        case _:
            return None
    return listed if isinstance(asked, ast.Constant) and asked.value == "role" else None


def _counted(
    file: File, scope: Scope, listed: ast.expr, operator: type[ast.cmpop], right: ast.expr, evaluate: Evaluate
) -> Test | None:
    """`len(messages) == 1`, of a list that is known or given."""
    number = right.value if isinstance(right, ast.Constant) else None
    if type(listed) is not ast.Name or type(number) is not int or operator not in _COUNTS or number > MAX_NUMBER:
        return None
    if file.loops or scope.lent.get(listed.id):
        # An earlier turn, or a function that it was given to, may have put more into it.
        return None
    value = evaluate(file, scope, listed)
    if not (len(value.items) <= MAX_TESTS if type(value) is Items else _decides(value)):
        return None
    kind, less, holds = _COUNTS[operator]
    test = Test(kind, value, str(number - less))
    return test if holds else opposite(test)


# What is asked of how many there are: the kind of test, by how many fewer, and whether it holds then.
_COUNTS: dict[type[ast.cmpop], tuple[str, int, bool]] = {
    ast.Eq: ("counts", 0, True), ast.NotEq: ("counts", 0, False), ast.Gt: ("exceeds", 0, True),
    ast.GtE: ("exceeds", 1, True), ast.Lt: ("exceeds", 1, False), ast.LtE: ("exceeds", 0, False),
}  # fmt: skip


def _equal_to(value: Value | None, named: Value) -> Test | None:
    """`mode == STRICT`"""
    return Test("equal", value, named=named) if value is not None and _constant(named) else None


def _constant(value: Value) -> bool:
    """Whether a value is one of the constants of the program: nothing that another call gives."""
    part = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    return type(part) is Text or (type(part) is Ref and part.call is None)


def _member(file: File, scope: Scope, left: ast.expr, right: ast.expr, evaluate: Evaluate) -> Test | None:
    """`"gpt" in model` and `model in ["a", "b"]`."""
    if isinstance(left, ast.Constant) and isinstance(left.value, str):
        value = _given(file, scope, right, evaluate)
        return None if value is None else Test("holds", value, left.value)
    if isinstance(left, ast.Name) and (value := _given(file, scope, right, evaluate)) is not None:
        # `SEPARATOR in text`
        named = evaluate(file, scope, left)
        return Test("holds", value, named=named) if _constant(named) else None
    words = right.elts if isinstance(right, ast.List | ast.Tuple | ast.Set) else ()
    texts = [each.value for each in words if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    if not texts or len(texts) < len(words) or len(texts) > MAX_WORDS:
        return None
    value = _given(file, scope, left, evaluate)
    return None if value is None else Test("or", inner=tuple(Test("equal", value, text) for text in texts))


def bound_if(file: File, body: list[ast.stmt]) -> dict[str, tuple[tuple[str, bool], ...]]:
    """The names that a class body gives a value under conditions only, each with these."""
    found: dict[str, tuple[tuple[str, bool], ...]] = {}
    often: set[str] = set()
    stack: list[tuple[list[ast.stmt], tuple[tuple[str, bool], ...]]] = [(body, ())]
    while stack:
        statements, when = stack.pop()
        for each in statements:
            if isinstance(each, ast.If) and len(when) < MAX_GUARDS:
                asked = condition_text(file, each.test)
                stack += [(each.body, (*when, (asked, True))), (each.orelse, (*when, (asked, False)))]
            elif isinstance(each, ast.Assign | ast.AnnAssign):
                targets = each.targets if isinstance(each, ast.Assign) else [each.target]
                for name in (target.id for target in targets if isinstance(target, ast.Name)):
                    # What stands in more places than one is what their conditions make of it.
                    often |= {name} & found.keys()
                    found[name] = when
    return {name: when for name, when in found.items() if when and name not in often}


def only_if(text: Template, when: tuple[tuple[str, bool], ...]) -> Template:
    """A text that is there under conditions only, the outermost first."""
    for asked, holds in reversed(when):
        text = (Choice(asked, (text, ()) if holds else ((), text)),)
    return text
