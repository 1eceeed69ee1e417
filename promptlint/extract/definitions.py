"""Functions and classes: what they return, what decorators and base classes make of them."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator

import msgspec

from promptlint.extract import docstrings, equipped, handing, makers, options, partials, schemas, tuned
from promptlint.extract.against import answers, of_failures
from promptlint.extract.annotations import explains, no_texts, of_strings
from promptlint.extract.arguments import note_argument
from promptlint.extract.attempts import attempt, leave, within
from promptlint.extract.attributes import note_attribute, note_fields
from promptlint.extract.audience import held_by, mark_unread, only_shown
from promptlint.extract.bindings import owner_of
from promptlint.extract.catalogue import BaseEntry, DecoratorEntry
from promptlint.extract.conditions import bound_if, only_if
from promptlint.extract.decorated import decorated, wrappers
from promptlint.extract.docstrings import FunctionNode, class_docstring, described_by, docstring, note_described
from promptlint.extract.examples import note_examples
from promptlint.extract.expressions import evaluate
from promptlint.extract.extents import extent, read_at, sample
from promptlint.extract.facts import SEVERAL, Described, Function, Site
from promptlint.extract.handled import answered, forget_handled, forget_listed
from promptlint.extract.invocations import CALLED, note_annotation
from promptlint.extract.joins import join_branches
from promptlint.extract.later import note_globals, note_later, note_outside, note_set, note_within, of_itself, ways
from promptlint.extract.lists import begins_with
from promptlint.extract.loads import settle_crew
from promptlint.extract.messages import note_taken
from promptlint.extract.names import asks_person, embeds, example_like, of_tools
from promptlint.extract.places import SPREAD
from promptlint.extract.reads import reads_like_prompt
from promptlint.extract.returns import given_back
from promptlint.extract.silence import silent
from promptlint.extract.sites import KEYWORD, NAME, READS, consider, field_default, note_descriptions, take_examples
from promptlint.extract.state import (
    File,
    Scope,
    fallback_of,
    is_instance,
    single_hole,
    textual,
)
from promptlint.extract.statements import STATEMENTS, is_cell, run
from promptlint.extract.toolkits import note_toolkits
from promptlint.extract.volatility import NAMES, TELLING, dotted, of_name
from promptlint.template import (
    GATHERED,
    Arguments,
    Condition,
    Hole,
    Items,
    Mapping,
    Ref,
    Template,
    Value,
    Volatility,
    references,
)


def bind_scope(file: File, scope: Scope) -> None:
    for name, (_, guards, span) in scope.made.items() if scope.kind == "module" else ():
        file.facts.origins[scope.key(name)] = span if not guards else SEVERAL
    for name, value in scope.values.items():
        if textual(value) or is_instance(value):
            given = field_default(value)
            if given is None:
                file.facts.bindings[scope.key(name)] = value
            elif given and textual(given[0][1]):
                file.facts.bindings[scope.key(name)] = given[0][1]
        elif (hole := single_hole(value)) is not None and hole.origin in TELLING and name not in file.globals:
            file.facts.bindings[scope.key(name)] = value


def _frozen(value: Value) -> bool:
    """Whether a value is a clock as it stood when the module was imported."""
    hole = fallback_of(value)
    return hole is not None and hole.volatility is Volatility.DEPLOY and hole.origin in ("clock", "date")


def define(file: File, scope: Scope, node: FunctionNode) -> bool:
    if is_cell(file, scope, node):
        run(file, scope, node.body)
        return True
    for decorator in node.decorator_list:
        _decorator(file, scope, node, decorator)
    if scope.kind == "function" and scope.guards and scope.key(node.name) in file.definitions:
        file.several.add(scope.key(node.name))
    file.definitions[scope.key(node.name)] = (node, scope)
    (file.perhaps.add if scope.guards else file.perhaps.discard)(scope.key(node.name))
    if file.of_docstrings and (text := docstring(file, node)):
        file.facts.bindings[f"{scope.key(node.name)}.__doc__"] = text
    if node.returns is not None:
        note_annotation(file, scope, f"{node.name}()", node.returns)
    decorators = node.decorator_list
    if decorators and scope.kind == "class" and any(dotted(each).endswith("property") for each in decorators):
        # Reading the attribute is calling the function.
        key = scope.key(node.name)
        file.facts.bindings[key] = (Ref(f":{key}", Hole(node.name, file.span(node)), Arguments()),)
    if scope.kind == "function":
        # Known before its body is read, so that calls in between find it.
        file.facts.functions.setdefault(scope.key(node.name), Function((), ()))
        file.nested.add(node.name)
        note_within(file, scope, node)
        tuned.note_within(file, scope, node)
    file.pending.append((node, scope))
    return True


def describe_tools(file: File) -> None:
    """Describe the functions that this file sends, and those that another file may send."""
    file.facts.marked = any(site.role == "tool" and site.evidence == "decorator" for site in file.facts.sites)
    if not file.facts.marked:
        # Words about parameters are for whoever fills them, a model; where tools are marked, what is not is none.
        file.facts.explained += dict.fromkeys(file.explained)
    wanted: set[str] = set()
    names = [name[1:] for sent in file.facts.sent for name in sent.names if name.startswith(":")]
    names += [name[1:] for name in file.facts.explained]
    names += [key for key, value in file.facts.bindings.items() if isinstance(value, Items) and references(value, 1)]
    seen: set[str] = set()
    while names:
        key = names.pop()
        if key not in seen and len(seen) < 1_000:
            seen.add(key)
            wanted.add(key.rpartition(".")[2])
            value = file.facts.bindings.get(key)
            names += [name[1:] for name in references(value) if name.startswith(":")] if value is not None else []
    decorated = {key for _, key in file.facts.decorated}.union(file.facts.tool_methods, note_toolkits(file))
    for key, (node, scope) in file.definitions.items():
        if isinstance(node, ast.ClassDef):
            continue
        if node.name in wanted or key in decorated or (scope.kind != "class" and schemas.tool_like(node)):
            text = described_by(file, scope, node) or docstring(file, node)
            described = schemas.describe_function(file, scope, node, text, evaluate)
            if described.docstring or described.texts or described.uses:
                called, several = docstrings.called_by(file, scope, node), key in file.several
                file.facts.described[key] = msgspec.structs.replace(described, called=called, several=several)


def _decorator(file: File, scope: Scope, node: FunctionNode, decorator: ast.expr) -> None:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = file.resolve(dotted(target))
    entry = file.lexicon.decorator(name, file.imported)
    if isinstance(decorator, ast.Call):
        evaluate(file, scope, decorator)
        if entry is not None and isinstance(decorator.func, ast.Name | ast.Attribute):
            _decorator_arguments(file, scope, decorator, entry)
    if entry is None:
        if makers.route_of_tool(file, scope, decorator):
            note_described(file, scope, node, "tool", replaced=False)
        else:
            docstrings.note_decorated(file, scope, node, target)
        return
    joined = _join_agent(file, scope, node, target, entry)
    if entry.gives == "docstring":
        if scope.kind == "class" and entry.role == "tool":
            file.facts.tool_methods.append(scope.key(node.name))
        given = {keyword.arg for keyword in decorator.keywords} if isinstance(decorator, ast.Call) else set()
        replaced = any(key in given for key in entry.arguments if "description" in key)
        described = note_described(file, scope, node, entry.role, replaced=replaced)
        if joined and not replaced:
            file.facts.described[scope.key(node.name)] = described


def _join_agent(file: File, scope: Scope, node: FunctionNode, method: ast.expr, entry: DecoratorEntry) -> bool:
    """`@agent.system_prompt` and `@agent.tool`: the function is one of what is sent through the agent."""
    slot = equipped.slot_of_method(entry)
    if type(method) is not ast.Attribute or not slot:
        return False
    called = Arguments(complete=False) if entry.gives == "return" else None
    function: Template = (Ref(f":{scope.key(node.name)}", Hole(node.name, file.span(node)), called),)
    if equipped.join(file, scope, method, slot, function):
        return True
    note_outside(file, scope, dotted(method))
    return False


def _decorator_arguments(file: File, scope: Scope, decorator: ast.Call, entry: DecoratorEntry) -> None:
    for keyword in decorator.keywords:
        role = entry.arguments.get(keyword.arg or "")
        if role:
            _note_argument(file, scope, keyword.value, keyword.arg or "", role)
    for number, argument in enumerate(decorator.args):
        role = entry.arguments.get(str(number))
        if role and not isinstance(argument, ast.Starred):
            _note_argument(file, scope, argument, "description", role)


def _note_argument(file: File, scope: Scope, node: ast.expr, name: str, role: str) -> None:
    value = evaluate(file, scope, node)
    if isinstance(value, tuple) and textual(value):
        file.note(value, extent(value) or file.span(node), name, role, "decorator", KEYWORD)


def read_function(file: File, node: FunctionNode, parent: Scope) -> None:
    owner = parent.name if parent.kind == "class" else ""
    scope = Scope("function", parent.key(node.name), parent, owner)
    sites = len(file.facts.sites)
    arguments = [*node.args.posonlyargs, *node.args.args]
    decorators = node.decorator_list
    static = bool(decorators) and any(dotted(decorator) == "staticmethod" for decorator in decorators)
    if owner and arguments and not static:
        scope.receiver = arguments[0].arg
        arguments = arguments[1:]
    elif parent.kind == "function" and parent.receiver:
        scope.receiver, scope.owner = "", ""
    parameters = _parameters(file, node, parent, scope, arguments)
    scope.gathered = node.args.kwarg.arg if node.args.kwarg else ""
    scope.starred = node.args.vararg.arg if node.args.vararg else ""
    for extra in (node.args.vararg, node.args.kwarg):
        if extra is not None:
            # What is gathered by name is a dict that calls give, else a list like that of a parameter.
            state, named = of_name(extra.arg), extra is node.args.kwarg
            known, origin = (f"{SPREAD}{extra.arg}", state[1]) if named else (extra.arg, GATHERED)
            scope.values[extra.arg] = (file.hole(extra, state[0], origin, None, known),)
    file.where, file.function = node.name, scope.name
    calls = len(file.facts.calls)
    # What a stand-in for a model says, its methods hold, as those of an error what that says.
    told = owner and (answers(owner) or any(map(of_failures, (owner, *file.facts.bases.get(owner, ())))))
    with file.aside() if told else _embedding(file) if embeds(node.name) else contextlib.nullcontext():
        run(file, scope, node.body)
    file.where = file.function = ""
    mark_unread(file, scope, node)
    _forget_shown(file, scope, node, sites)
    _bind_attributes(file, scope)
    note_globals(file, scope)
    # A nested function sees the names as they are when its own body is read.
    returned = given_back(scope)
    if returned is not None or len(file.facts.calls) > calls:
        file.facts.scopes.append((file.span(node), tuple(sorted(name for name in scope.values if "." not in name))))
    above = decorated(node)
    made = Function(
        parameters,
        () if returned is None else returned,
        file.span(node),
        above,
        tuple(sorted(scope.changed)),
        tuple((name, *each) for name, given in sorted(scope.lends.items()) for each in given),
        bool(owner) and (node.name in file.lexicon.tails or node.name == CALLED) and silent(node),
        schemas.plain(node),
        scope.gathered,
        wrappers(file, parent, node),
        tuple(each.arg for each in node.args.kwonlyargs),
        no_texts(node, [*arguments, *node.args.kwonlyargs]),
        handing.passes(node, bool(scope.receiver)),
        "" if above or (owner and not scope.receiver and not static) else scope.starred,
    )
    file.facts.functions[scope.name] = _defined_again(file, scope.name, node, made)
    if returned is not None:
        _note_returned(file, scope, node, returned)


# Ends of decorators under which a function does not take the place of the one before it.
_BESIDE = frozenset({"setter", "deleter", "register"})


def _defined_again(file: File, key: str, node: FunctionNode, made: Function) -> Function:
    """The function behind a name that more functions have; those defined later have been read before this one.

    The last one holds, or either of them where it stands under a condition.
    """
    later, last = file.facts.functions.get(key), file.definitions[key][0]
    if later is None or later.span is None or last is node or _BESIDE.intersection(_ends(last)):
        return made
    if "overload" in _ends(node) or key not in file.perhaps or type(made.returns) is not type(later.returns):
        return later
    either = Condition(f"{node.name} is the function of line {node.lineno}")
    return msgspec.structs.replace(later, returns=join_branches(either, made.returns, later.returns))


def _ends(node: FunctionNode | ast.ClassDef) -> list[str]:
    """The last parts of the names of what stands above a function or class."""
    return [dotted(each).rpartition(".")[2] for each in node.decorator_list]


def _parameters(
    file: File, node: FunctionNode, parent: Scope, scope: Scope, arguments: list[ast.arg]
) -> tuple[tuple[str, Value | None], ...]:
    """The parameters and their defaults, bound in the scope of the function; `arguments` are those without `self`."""
    defaults: list[ast.expr | None] = [None] * max(len(arguments) - len(node.args.defaults), 0)
    defaults += node.args.defaults[-len(arguments) :] if arguments else []
    pairs = list(zip(arguments, defaults, strict=False))
    pairs += list(zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True))
    parameters: list[tuple[str, Value | None]] = []
    explained = False
    commands = options.of_commands(node) if node.decorator_list else {}
    for argument, default in pairs:
        value = _default_value(file, parent, default) if default is not None else None
        if commands or type(default) is ast.Call:
            value = options.of_parameter(file, parent, argument, default, commands, evaluate) or value
        known = fallback_of(value) if value is not None and _frozen(value) else None
        state = (known.volatility, known.origin) if known is not None else of_name(argument.arg)
        scope.values[argument.arg] = (file.hole(argument, state[0], state[1] or "parameter", None, argument.arg),)
        if argument.annotation is not None:
            note_annotation(file, scope, argument.arg, argument.annotation)
            explained = explained or explains(argument.annotation)
            if of_strings(argument.annotation):
                scope.strings.add(argument.arg)
        if value is not None and default is not None and textual(value) and not isinstance(default, ast.Name):
            if argument.arg == "description" and node.name == "__init__" and _makes_tools(file, parent):
                note_argument(file, value, default, "description", "tool")
            else:
                consider(file, value, default, argument.arg)
        parameters.append((argument.arg, value))
        if value is not None and textual(value):
            scope.defaults[argument.arg] = value
    if explained and not decorated(node) and not node.name.startswith("_"):
        file.explained.append(f":{scope.name}")
    examples = [(name, value) for name, value in parameters if value is not None and example_like(name)]
    if examples and any(file.prompt_like(name) for name, _ in parameters):
        for name, value in examples:
            take_examples(file, value, node, name)
    return tuple(parameters)


def _forget_shown(file: File, scope: Scope, node: FunctionNode, first: int) -> None:
    """Forget the texts of a function that only people get to see, unless both their name and their wording tell."""
    sites = file.facts.sites
    doubtful = {held_by(site.name) for site in sites[first:] if site.name and _doubtful(site)}
    shown = only_shown(node.body, doubtful, file.resolve, scope.values) if doubtful else set()
    if shown:
        sites[first:] = [site for site in sites[first:] if site.rank < NAME or held_by(site.name) not in shown]
    if doubtful and (given := doubtful & answered(file, node)):
        # The client of a service gets to see it, too.
        sites[first:] = [site for site in sites[first:] if site.name not in given or not _doubtful(site)]
    forget_handled(file, node.body, first)
    forget_listed(file, node, first)


@contextlib.contextmanager
def _embedding(file: File) -> Iterator[None]:
    """Forget what a function makes vectors of; what reads like a prompt asks a model before."""
    facts = file.facts
    sites, handed, inside = len(facts.sites), len(facts.handed), len(facts.inside)
    yield
    del facts.handed[handed:], facts.inside[inside:]
    facts.sites[sites:] = [
        site
        for site in facts.sites[sites:]
        if site.rank < NAME or (isinstance(site.value, tuple) and reads_like_prompt(sample(site.value)))
    ]


def _doubtful(site: Site) -> bool:
    """Whether a site is a text whose name and wording do not both say that it is a prompt."""
    if site.rank not in (NAME, READS) or not isinstance(site.value, tuple):
        return False
    return site.rank == READS or not reads_like_prompt(sample(site.value))


def _default_value(file: File, parent: Scope, default: ast.expr) -> Value:
    """The value of a parameter's default, which is computed when the function is defined."""
    file.importing = parent.kind != "function"
    try:
        value = evaluate(file, parent, default)
        return (partials.named(file, parent, default, evaluate) if type(default) in NAMES else None) or value
    finally:
        file.importing = False


def _bind_source(file: File, key: str, value: Value) -> None:
    """An attribute that holds what a clock, the environment or the like has given."""
    hole = single_hole(value)
    if hole is not None and hole.origin in TELLING and not hole.parameter and key not in file.facts.bindings:
        file.facts.bindings[key] = value


def _aged(hole: Hole, scope: Scope) -> Hole:
    """What an attribute holds is as old as its object, of which nobody knows how long it lives."""
    made = hole.volatility is Volatility.UNIQUE and scope.name.rpartition(".")[2] in ("__init__", "__post_init__")
    return msgspec.structs.replace(hole, volatility=Volatility.UNKNOWN) if made else hole


def _bind_attributes(file: File, scope: Scope) -> None:
    """What a method leaves in the attributes of its object."""
    attributes = [(written, value) for written, value in scope.values.items() if "." in written]
    for written, held in attributes:
        receiver, _, name = written.partition(".")
        owner = "" if "." in name else owner_of(scope, receiver)
        if not owner:
            continue
        key = f"{owner}.{name}"
        if begins_with(held, key):
            # How much of it other calls have added before is not known.
            file.grown.add(key)
            continue
        if (value := of_itself(scope, key, written, held)) is None:
            continue
        note_attribute(file, scope, key, written, value)
        note_set(file, scope, key, written, value)
        hole = single_hole(value)
        if hole is not None:
            value = (_aged(hole, scope),)
            made = scope.defaults.get(hole.parameter) if scope.name.rpartition(".")[2] == "__init__" else None
            if made is None:
                note_later(file, key, written, value)
            value = scope.defaults.get(hole.parameter, value)
        elif not textual(value) and not is_instance(value):
            note_later(file, key, written, value)
        if not textual(value) and not is_instance(value):
            _bind_source(file, key, value)
        else:
            known = file.facts.bindings.get(key)
            if known is not None and single_hole(known) is not None:
                # What a clock or the like gives is among what is put there later.
                known = None
            file.facts.bindings[key] = value if known is None else join_branches(Condition(written), known, value)
    for written, value in ways(scope):
        receiver, _, name = written.partition(".")
        owner = "" if "." in name else owner_of(scope, receiver)
        if owner and not is_instance(value) and not begins_with(value, f"{owner}.{name}"):
            note_later(file, f"{owner}.{name}", written, value)


def unknown_lengths(file: File) -> None:
    """Lists of messages in attributes that methods add to hold more than they began with."""
    for key in file.grown:
        value = file.facts.bindings.get(key)
        if isinstance(value, Items):
            file.facts.bindings[key] = msgspec.structs.replace(value, complete=False)
    for change in file.handed_on:
        if isinstance(file.facts.bindings.get(change.name[1:]), Items):
            file.facts.changes.append(change)


def _note_returned(file: File, scope: Scope, node: FunctionNode, value: Value) -> None:
    for decorator in node.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        entry = file.lexicon.decorator(file.resolve(dotted(target)), file.imported)
        role = "" if entry is None else entry.role if entry.gives == "return" else entry.returned
        if role and isinstance(value, tuple):
            # What its callers give it stands in the prompt that a framework sends.
            file.function = scope.name
            note_taken(file, value, role, file.span(node))
            file.function = ""
            file.note(value, extent(value) or file.span(node), node.name, role, "decorator", KEYWORD)


def define_class(file: File, scope: Scope, node: ast.ClassDef) -> bool:
    inner = Scope("class", scope.key(node.name), scope)
    # `Base[T]` is a `Base`.
    written = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
    bases = tuple(file.resolve(dotted(base)) for base in written)
    file.facts.bases[inner.name] = bases
    if scope.kind == "function":
        file.nested.add(node.name)
    for decorator in node.decorator_list:
        evaluate(file, scope, decorator)
    entries = [entry for base in bases if (entry := file.lexicon.base(base, file.imported)) is not None]
    # What a class asks people for, they read; so they do what an error says.
    asks = any(asks_person(base.rpartition(".")[2]) for base in bases)
    with file.aside() if asks or any(map(of_failures, (node.name, *bases))) else contextlib.nullcontext():
        run(file, inner, node.body)
    if node.decorator_list:
        settle_crew(file, inner, node)
    bind_scope(file, inner)
    note_fields(file, inner, node)
    file.definitions[inner.name] = (node, scope)
    tools = [base for base, name in zip(node.bases, bases, strict=True) if of_tools(name.rpartition(".")[2])]
    tool = bool(tools)
    text = class_docstring(file, inner, node)
    if file.of_docstrings and text:
        file.facts.bindings[inner.key("__doc__")] = text
    schemas.define_class(file, inner, node, text, evaluate, tool=tool)
    if any(file.lexicon.schema(file.resolve(dotted(one)), file.imported) for one in node.decorator_list):
        schemas.note(file, [":" + inner.name])
    for base in node.bases:
        if isinstance(base, ast.Subscript) and not schemas.note_typed(file, scope, base, evaluate) and base in tools:
            schemas.note_taken(file, scope, base, evaluate)
    if tool and _configures(file, scope, node):
        entries = []
    elif tool and not entries:
        # A tool by way of a class of the project.
        entries = [BaseEntry([], {"description": "tool", "inputs": "tool"})]
    entries += [_TAKES] if tool and entries else []
    note_examples(file, inner, node, KEYWORD)
    for entry in entries:
        _note_class(file, inner, node, entry)
    return True


# What a tool takes, by the name that many frameworks have for it, whatever else they tell of it.
_TAKES = BaseEntry([], {"parameters": "tool"})


def _makes_tools(file: File, scope: Scope) -> bool:
    """Whether the objects of a class are tools, by its base classes."""
    return any(of_tools(base.rpartition(".")[2].lstrip(":")) for base in file.facts.bases.get(scope.name, ()))


def _configures(file: File, scope: Scope, node: ast.ClassDef) -> bool:
    """Whether a class of tools is a record of data that does nothing, by way of a base class in this file.

    People choose tools by such ones.
    """
    own = data = False
    seen: set[int] = set()
    stack = [node]
    while stack:
        one = stack.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if any(isinstance(each, FunctionNode) for each in one.body):
            return False
        for base in one.bases:
            name = dotted(base)
            known = file.definitions.get(scope.key(name)) or file.definitions.get(name)
            if known is not None and isinstance(known[0], ast.ClassDef):
                own = True
                stack.append(known[0])
            elif name.rpartition(".")[2] in _DATA:
                data = True
            else:
                return False
    return own and data


# Base classes that bring fields and nothing to do.
_DATA = frozenset({"BaseModel", "TypedDict", "NamedTuple"})


def _given_later(file: File, inner: Scope, node: ast.ClassDef, name: str) -> Template | None:
    """An attribute that a property gives, or that `__init__` sets: known when the methods have been read."""
    key = inner.key(name)
    made = file.facts.bindings.get(key)
    if isinstance(made, tuple):
        return made
    for method in node.body:
        if isinstance(method, FunctionNode) and method.name == f"get_{name}":
            return (Ref(f":{inner.key(method.name)}", Hole(name, file.span(method)), Arguments()),)
        if isinstance(method, FunctionNode) and method.name == "__init__":
            targets = [target for each in method.body if isinstance(each, ast.Assign) for target in each.targets]
            for target in targets:
                if dotted(target) == f"self.{name}":
                    return (Ref(f":{key}", Hole(name, file.span(target))),)
    return None


def _note_class(file: File, inner: Scope, node: ast.ClassDef, entry: BaseEntry) -> None:
    """Attributes, docstring and fields that a base class sends."""
    for name, role in entry.attributes.items():
        value = inner.values.get(name)
        if value is None and name == "description":
            value = _given_later(file, inner, node, name)
        if (given := field_default(value) if value is not None else None) is not None:
            value = given[0][1] if given else None
        if isinstance(value, tuple):
            note_taken(file, value, role, file.span(node))
        if isinstance(value, tuple) and textual(value):
            file.note(value, extent(value) or read_at(value) or file.span(node), name, role, "base-class", KEYWORD)
        elif isinstance(value, Mapping):
            note_descriptions(file, value, name)
        elif isinstance(value, Items):
            for item in value.items:
                if isinstance(item, Mapping):
                    note_descriptions(file, item, name)
    if entry.docstring:
        text = class_docstring(file, inner, node)
        if text:
            file.note(text, extent(text) or file.span(node), node.name, entry.docstring, "base-class", KEYWORD)
    described: list[tuple[str, Value]] = []
    asked: list[tuple[str, Value]] = []
    when = bound_if(file, node.body)
    for name, value in inner.values.items():
        if not isinstance(value, Mapping) or not value.kind:
            continue
        for field, role in entry.fields.items():
            kind, _, argument = field.rpartition(".")
            text_value = value.get(argument)
            if (
                value.kind.rpartition(".")[2] == kind.rpartition(".")[2]
                and isinstance(text_value, tuple)
                and textual(text_value)
            ):
                place = extent(text_value) or file.span(node)
                file.note(text_value, place, f"{name}.{argument}", role, "base-class", KEYWORD)
                if argument == "desc":
                    told = asked if kind.endswith("OutputField") else described
                    told.append((f"{name}.{argument}", only_if(text_value, when.get(name, ()))))
    known = file.facts.described.get(inner.name)
    if known is not None and entry.fields.get("Field.description") == "tool":
        # Classes that its fields are annotated with stand in the schema, too.
        schemas.note(file, known.uses)
    if entry.docstring == "system":
        # A signature is told by whoever is made with it.
        known = known or Described(class_docstring(file, inner, node) or ())
        texts = (*described, *asked)
        file.facts.described[inner.name] = msgspec.structs.replace(known, texts=texts, given=len(described))
        schemas.note_answers(file, inner, node, evaluate)


STATEMENTS.update({ast.FunctionDef: define, ast.AsyncFunctionDef: define, ast.ClassDef: define_class})
STATEMENTS.update({ast.Try: attempt, ast.TryStar: attempt, ast.With: within, ast.AsyncWith: within, ast.Raise: leave})
