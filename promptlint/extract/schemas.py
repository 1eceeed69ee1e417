"""Classes and functions of which a model is told: output types, tools, and the descriptions in their schemas.

A class or function is described where it is defined and noted as sent where it is passed on; linking puts the two
together (`promptlint.schemas`). What nothing sends, such as settings and the models of a web API, stays silent.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator, Sequence

from promptlint.extract.annotations import describes, documented
from promptlint.extract.callsite import CallSite, Evaluate, of_super
from promptlint.extract.catalogue import SchemaEntry, uses_models
from promptlint.extract.comments import bare
from promptlint.extract.facts import Described, Sent
from promptlint.extract.names import words
from promptlint.extract.state import File, Scope, single_hole, textual
from promptlint.extract.volatility import dotted
from promptlint.template import Items, Mapping, Message, Ref, Value, references

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

# Keywords of any call, and attributes of classes, that take the type of an answer or of the arguments of a tool.
OUTPUTS = frozenset(
    "response_format text_format response_model response_schema output_type output_schema output_cls output_model "
    "output_pydantic output_json args_schema fn_schema params_json_schema parameters_json_schema pydantic_object "
    "structured_output structured_output_model structured_model result_type json_output".split()
)
# Those of them that say it as the key of a dict, too.
_FORMS = frozenset({"response_format", "text_format", "response_schema"})
TOOLS = frozenset(
    "tools functions tool_functions function_tools extra_tools custom_tools additional_tools agent_tools builtin_tools "
    "output_tools".split()
)
SENDING = OUTPUTS | TOOLS
# The class of a tool's arguments: its fields are sent, beside the description of the tool itself.
ARGUMENTS = frozenset({"args_schema", "fn_schema", "params_json_schema", "parameters_json_schema"})
# What is made of a parameter whose value is sent as a schema, where others are messages of a role.
SCHEMA = "schema"
# The same, where something else is said in the place of its docstring.
FIELDS = "fields"
# Decorators and methods that declare a route of a web application: their `response_model` answers people.
_ROUTES = frozenset("get post put delete patch head options route api_route add_api_route websocket APIRouter".split())
# Members of a class that give its schema.
SCHEMA_MEMBERS = frozenset(
    "openai_schema anthropic_schema gemini_schema model_json_schema schema schema_json json_schema to_openai".split()
)
_FIELDS = frozenset({"Field", "field", "PrivateAttr", "Parameter", "Param", "Arg"})
# A parameter that the framework fills and leaves out of the schema, by the last word of its name or type.
_INJECTED = frozenset(
    "context ctx wrapper runtime state deps self cls config callback callbacks store agent team session message "
    "messages client model llm db kernel".split()
)
# How such a first parameter is called, typed or not: `context_variables`.
_CONTEXTS = (("context",), ("ctx",))
PLAIN_BASES = frozenset("object ABC Exception Enum StrEnum IntEnum Protocol BaseSettings Generic".split())
_DEPTH = 12
MAX_FIELDS = 200


def note_sent(file: File, scope: Scope, site: CallSite, evaluate: Evaluate) -> None:
    """Note the classes and functions that a call sends, by its keywords or by what the catalogue says of it."""
    last = site.last
    nodes = _listed(file, site)
    for key in sorted(SENDING.intersection(site.keywords)):
        if key == "functions" and not _names_model(site):
            continue
        if key in ARGUMENTS:
            _note_arguments(file, scope, site.keywords[key], evaluate)
        elif key not in OUTPUTS or not (last in _ROUTES or _gives_back(site)):
            nodes.append(site.keywords[key][1])
    entry = _entry(file, scope, site)
    if entry is not None:
        for place in entry.arguments:
            picked = site.pick([place])
            if picked is not None:
                nodes.append(picked[1])
    if nodes:
        described = [value for key, (value, _) in site.keywords.items() if "description" in key]
        replaced = entry is not None and not all(_of_docstring(file, value) for value in described)
        _note_nodes(file, scope, nodes, evaluate, docstring=not replaced)


def _entry(file: File, scope: Scope, site: CallSite) -> SchemaEntry | None:
    """What the catalogue says of a call, or of the base class that is given one thing: `super().__init__(search)`."""
    if site.last != "__init__" or not scope.owner or not of_super(site.node.func):
        return file.lexicon.schema(site.name or site.written.lstrip("."), file.imported)
    if len(site.positional) + len(site.keywords) != 1:
        return None  # what else it is given may describe the tool
    bases = file.facts.bases.get(scope.owner, ())
    return file.lexicon.schema(bases[0], file.imported) if bases else None


def may_send(file: File, site: CallSite) -> bool:
    """Whether a call has something in it that `note_sent` would note."""
    if not SENDING.isdisjoint(site.keywords) or site.last in file.lexicon.schema_tails or site.last == "__init__":
        return True
    for _, node in site.positional:  # noqa: SIM110 (asked of nearly every call)
        if type(node) is ast.Name and node.id in LISTS:
            return True
    return False


def _listed(file: File, site: CallSite) -> list[ast.expr]:
    """The lists that are called tools which a call is given by their place: `create_agent(model, tools)`.

    Builds and plugins have tools, too: a model is given beside them, or the file uses a library for models. What
    Python's own functions do with them tells no model of them.
    """
    listed: list[ast.expr] = [node for _, node in site.positional if type(node) is ast.Name and node.id in LISTS]
    if not listed or _of_python(file, site.written.partition(".")[0]):
        return []
    beside = (dotted(node).rpartition(".")[2] for _, node in site.positional)
    return listed if thinks((*site.keywords, *beside)) or uses_models(file.imported) else []


def thinks(names: Iterable[str]) -> bool:
    """Whether one of the things that a call or a function is given is a model, or what it is told."""
    return any(words(name)[-1:] in _MODELS for name in names)


def _of_python(file: File, name: str) -> bool:
    """Whether a name is one of Python's own, by what the file binds it to."""
    target = file.aliases.get(name)
    if target is not None:
        return target.partition(".")[0] in _PYTHON
    return name not in file.known and hasattr(builtins, name)


# `functions` are given to much else.
LISTS = TOOLS - {"functions"}
# Modules that hand on, print, copy and keep whatever they are given. Which ones Python has differs by its version.
_PYTHON = frozenset(
    "asyncio collections concurrent contextlib copy dataclasses functools heapq inspect itertools json logging "
    "multiprocessing operator os pickle pprint queue random shelve statistics subprocess sys threading time types "
    "typing unittest weakref".split()
)
_MODELS = frozenset((word,) for word in "model llm lm agent prompt instruction instructions".split())


def _of_docstring(file: File, value: Value) -> bool:
    """Whether a description is what a function has for its docstring: `description=function.__doc__`.

    It is not where that is written over before.
    """
    hole = single_hole(value)
    if hole is None or hole.member.rpartition(".")[2] != "__doc__":
        return False
    around = file.definitions.get(file.function)
    targets = (
        target
        for each in (ast.walk(around[0]) if around is not None else ())
        if isinstance(each, ast.Assign)
        for target in each.targets
    )
    return not any(dotted(target) == hole.expression for target in targets)


def _note_nodes(file: File, scope: Scope, nodes: Sequence[ast.expr], evaluate: Evaluate, *, docstring: bool) -> None:
    """Note the classes and functions that stand there, and the parameters whose callers give them."""
    for node in nodes if file.function else ():
        if isinstance(node, ast.Name):
            _note_parameter(file, evaluate(file, scope, node), SCHEMA if docstring else FIELDS)
    note(file, _names(file, scope, nodes, evaluate), docstring=docstring)


def _note_parameter(file: File, value: Value, role: str) -> bool:
    """Note that what is given for a parameter is sent as a schema."""
    hole = single_hole(value)
    if not file.function or hole is None or not hole.parameter:
        return False
    file.facts.made.append((file.function, Message(role, value, hole.span)))
    return True


def _made_from(file: File, scope: Scope, value: Value, evaluate: Evaluate) -> Iterator[Value]:
    """The classes whose fields a class has that is made at run time: `create_model("Args", __base__=Search)`.

    Its base, and the parameters of the function around whose fields are looked through to make it.
    """
    made = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    if type(made) is not Ref or made.name.rpartition(".")[2] != "create_model":
        return
    yield from (each for name, each in (made.call.keywords if made.call is not None else ()) if name == "__base__")
    node = file.definitions[file.function][0] if file.function in file.definitions else None
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    own = {argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    for each in ast.walk(node):
        read = each.value if isinstance(each, ast.Attribute) and each.attr in _FIELD_TABLES else None
        if isinstance(read, ast.Name) and read.id in own:
            own.discard(read.id)
            yield evaluate(file, scope, read)


_FIELD_TABLES = frozenset({"model_fields", "__fields__"})
# How names of parameters and attributes end that hold a class for its schema.
CLASSES = ("_model", "_schema", "_cls")


def _note_arguments(file: File, scope: Scope, given: tuple[Value, ast.expr], evaluate: Evaluate) -> None:
    """Note the class of a tool's arguments, or the attribute that has it: `args_schema=capability.input_schema`."""
    names = mentioned(file, scope, given[1], evaluate)
    for value in _made_from(file, scope, given[0], evaluate):
        if not _note_parameter(file, value, FIELDS):
            names += references(value, 4)
    note(file, names, docstring=False)
    hole = single_hole(given[0])
    if not names and hole is not None and hole.member.endswith(CLASSES):
        file.facts.asked_schemas.append(hole.member.rpartition(".")[2])


def _gives_back(site: CallSite) -> bool:
    """Whether the form of a result is what the program itself gives back: it stands beside the form of what it takes.

    A tool, a step or a graph is described like this; of a tool a model is told what it takes. An agent may be, too,
    but has a model or instructions.
    """
    if site.last in _GRAPHS:
        return True
    return not _TAKES.isdisjoint(site.keywords) and _THINKS.isdisjoint(site.keywords)


_GRAPHS = frozenset({"StateGraph", "MessageGraph"})
_TAKES = frozenset("input_schema input_model input_type input_cls args_schema request_model".split())
_THINKS = frozenset(
    "model llm lm client instruction instructions prompt prompt_template system system_prompt system_message messages "
    "tools sub_agents handoffs agent".split()
)


def _names_model(site: CallSite) -> bool:
    """Whether a call with `functions=` is about a model: functions are passed to much else."""
    return not site.keywords.keys().isdisjoint(("model", "messages", "instructions", "system_prompt", "function_call"))


def note(file: File, names: Iterable[str], *, docstring: bool = True) -> None:
    known = tuple(dict.fromkeys(names))
    if known:
        file.facts.sent.append(Sent(known, docstring))


def note_form(file: File, key: str, value: Value) -> None:
    """Note the class that stands under a key for the form of the answer: `options["response_format"] = Letter`."""
    if key in _FORMS:
        note(file, references(value, 4))


def mentioned(file: File, scope: Scope, node: ast.expr, evaluate: Evaluate) -> list[str]:
    """The names of classes and functions in an expression: `X`, `list[X]`, `X | None`, `[f, self.g]`, `wrap(f)`."""
    return _names(file, scope, [node], evaluate)


def _names(file: File, scope: Scope, nodes: Sequence[ast.expr], evaluate: Evaluate) -> list[str]:
    found: list[str] = []
    stack = [(node, 0) for node in reversed(nodes)]
    while stack:
        node, depth = stack.pop()
        node = bare(node)
        if depth > _DEPTH or len(found) > 500:
            continue
        inner: Sequence[ast.expr | None] = ()
        if isinstance(node, ast.Name):
            local = _local(file, scope, node.id)
            found += [local] if local else _held(file, evaluate(file, scope, node))
        elif isinstance(node, ast.Attribute):
            found += _held(file, evaluate(file, scope, node))
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            inner = node.elts
        elif isinstance(node, ast.Dict):
            inner = [value for value in node.values if not _is_text(value)]
        elif isinstance(node, ast.Subscript):
            inner = (node.slice,)
            if not isinstance(node.value, ast.Name) or node.value.id in file.known:
                inner = (node.value, node.slice)
        elif isinstance(node, ast.BinOp):
            inner = (node.left, node.right)
        elif isinstance(node, ast.Starred | ast.Await):
            inner = (node.value,)
        elif isinstance(node, ast.IfExp):
            inner = (node.body, node.orelse)
        elif isinstance(node, ast.Call):
            # `Tool(name="Search")` says what a tool is called, `{"name": "Search"}` too: neither sends the class.
            inner = [each for each in (*node.args, *(one.value for one in node.keywords)) if not _is_text(each)]
            told = {one.arg: evaluate(file, scope, one.value) for one in node.keywords if one.arg in _OF_SCHEMA}
            if _replaces(told):
                inner = [each for each in inner if each is None or not _is_function(file, dotted(each))]
            if isinstance(node.func, ast.Attribute) and node.func.attr in SCHEMA_MEMBERS:
                inner = [node.func.value]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            found += [f":{node.value}"] if node.value in file.known else []
        stack += [(child, depth + 1) for child in reversed(inner) if child is not None]
    return found


def _held(file: File, value: Value) -> list[str]:
    """What a value refers to, without functions whose docstrings something else replaces."""
    return [
        name
        for names, replaced in held(value)
        for name in names
        if not (replaced and _is_function(file, name.removeprefix(":")))
    ]


def held(value: Value) -> Iterator[tuple[list[str], bool]]:
    """What each object of a value refers to, and whether it has a schema of its own in place of a docstring.

    `Schema(description="Ends the call.", properties={}, handler=end)` has; one with `description=end.__doc__` has none.
    """
    for each in value.items if type(value) is Items else (value,):
        yield references(each), type(each) is Mapping and each.kind != "" and _replaces(dict(each.entries))


# Keys of a schema of a tool: what it takes, as it is told a model.
_INPUTS = frozenset({"properties", "parameters", "input_schema", "inputSchema"})
_OF_SCHEMA = _INPUTS | {"description"}


def _replaces(told: dict[str, Value] | dict[str | None, Value]) -> bool:
    """Whether a schema is written out, with a description: what it takes is not read from a function then."""
    said = told.get("description", ())
    hole = single_hole(said)
    written = said != () and (hole is None or hole.expression != "None")
    return written and not _INPUTS.isdisjoint(told) and not any(name.endswith(".__doc__") for name in references(said))


def _is_function(file: File, name: str) -> bool:
    return name in file.definitions and not isinstance(file.definitions[name][0], ast.ClassDef)


def _is_text(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _local(file: File, scope: Scope, name: str) -> str:
    """The key of a class or function defined in a function around, as a reference."""
    here: Scope | None = scope
    while here is not None and here.name:
        if here.key(name) in file.definitions:
            return ":" + here.key(name)
        here = here.parent
    return ""


def note_typed(file: File, scope: Scope, node: ast.Subscript, evaluate: Evaluate) -> bool:
    """Note what a generic class sends of its type arguments: `Agent[Question, Answer]`; False if nothing is known."""
    entry = file.lexicon.base(file.resolve(dotted(node.value)), file.imported)
    if entry is None or entry.types is None:
        return False
    given = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    sent = [given[place] for place in entry.types if place < len(given)]
    _note_nodes(file, scope, sent, evaluate, docstring=True)
    return True


# Last words of classes that a tool works with, or gives back, or is.
_NOT_TAKEN = tuple((word,) for word in "kwargs config settings state context deps result output response tool".split())


def note_taken(file: File, scope: Scope, node: ast.Subscript, evaluate: Evaluate) -> None:
    """Note what a tool takes, by a type argument of its base class: `class Search(Tool[SearchArguments])`."""
    given = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    # Also by the name that a file gives it: `from settings import SearchTool as SearchToolConfig`.
    given = [each for each in given if not _not_taken(dotted(each))]
    names = [name for each in given for name in mentioned(file, scope, each, evaluate)]
    note(file, [name for name in names if not _not_taken(name)], docstring=False)


def _not_taken(name: str) -> bool:
    """Whether the name of a class says that it is not what a tool takes."""
    return words(name.rpartition(".")[2])[-1:] in _NOT_TAKEN


def note_answers(file: File, scope: Scope, node: ast.ClassDef, evaluate: Evaluate) -> None:
    """Note what a signature asks for: `answer: Report = dspy.OutputField()` sends the schema of `Report`."""
    for each in node.body:
        if not isinstance(each, ast.AnnAssign) or each.value is None:
            continue
        value = bare(each.value)
        if isinstance(value, ast.Call) and dotted(value.func).endswith("OutputField"):
            note(file, mentioned(file, scope, each.annotation, evaluate))


def define_class(
    file: File, scope: Scope, node: ast.ClassDef, docstring: Value, evaluate: Evaluate, *, tool: bool
) -> None:
    """Describe a class that may be sent, and note what its attributes send. What a `tool` gives back is no schema."""
    inherits = [dotted(base).rpartition(".")[2] for base in node.bases]
    if not (inherits or node.decorator_list) or any(
        base in PLAIN_BASES or base.endswith(("Error", "Exception")) for base in inherits[:1]
    ):
        return
    texts: list[tuple[str, Value]] = []
    uses: list[str] = []
    fields: list[str] = []
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            target: ast.expr = statement.targets[0]
        elif isinstance(statement, ast.AnnAssign):
            target = statement.target
            if isinstance(target, ast.Name) and _is_field(target.id, statement.annotation):
                fields.append(target.id)
                _annotated(file, scope, statement.annotation, target.id, texts, uses, evaluate)
        else:
            continue
        value = bare(statement.value) if statement.value is not None else None
        if isinstance(value, ast.Call):
            _field(file, scope, value, dotted(target), texts, evaluate)
        elif value is not None and isinstance(target, ast.Name) and target.id in OUTPUTS:
            given_back = tool and target.id.startswith("output_")
            if given_back or (target.id == "response_model" and _asked_by_service(node)):
                continue
            note(file, mentioned(file, scope, value, evaluate), docstring=target.id not in ARGUMENTS)
    if texts or uses or docstring or fields:
        described = Described(docstring, tuple(texts), tuple(dict.fromkeys(uses)), tuple(fields[:MAX_FIELDS]))
        file.facts.described[scope.name] = described


def _asked_by_service(node: ast.ClassDef) -> bool:
    """Whether a class says what a web service is sent, so that its `response_model` is what that answers."""
    names = {dotted(target) for each in node.body if isinstance(each, ast.Assign) for target in each.targets}
    return not names.isdisjoint(("payload_model", "request_model", "body_model"))


def _is_field(name: str, annotation: ast.expr) -> bool:
    """Whether an annotated attribute of a class is a field of its schema."""
    if isinstance(annotation, ast.Subscript):
        annotation = annotation.value
    return not name.startswith("_") and name != "model_config" and dotted(annotation).rpartition(".")[2] != "ClassVar"


def describe_function(file: File, scope: Scope, node: FunctionNode, docstring: Value, evaluate: Evaluate) -> Described:
    """What the schema of a function says: its docstring, and the descriptions of its parameters."""
    texts: list[tuple[str, Value]] = []
    uses: list[str] = []
    positional = [*node.args.posonlyargs, *node.args.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(node.args.defaults)) + list(node.args.defaults)
    pairs = [*zip(positional, defaults, strict=True), *zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)]
    for argument, default in pairs:
        if argument.annotation is not None and not _injected(argument):
            _annotated(file, scope, argument.annotation, argument.arg, texts, uses, evaluate)
        default = bare(default) if default is not None else None
        if isinstance(default, ast.Call):
            _field(file, scope, default, argument.arg, texts, evaluate)
    return Described(docstring, tuple(texts), tuple(dict.fromkeys(uses)))


def describe_alias(file: File, scope: Scope, name: str, node: ast.Subscript, evaluate: Evaluate) -> None:
    """`Place = Annotated[str, "..."]`: a type that brings its description along wherever a parameter has it."""
    if dotted(node.value).rpartition(".")[2] != "Annotated":
        return
    texts: list[tuple[str, Value]] = []
    uses: list[str] = []
    _annotated(file, scope, node, name, texts, uses, evaluate)
    if texts:
        file.facts.described[scope.key(name)] = Described((), tuple(texts), tuple(dict.fromkeys(uses)))


# What a framework passes to a tool even where it is described: Semantic Kernel's.
_PASSED = frozenset("Kernel KernelArguments KernelProcessStepContext".split())


def _injected(argument: ast.arg) -> bool:
    annotation = argument.annotation
    if isinstance(annotation, ast.Subscript):
        first = annotation.slice.elts[0] if isinstance(annotation.slice, ast.Tuple) else annotation.slice
        written = first.value if isinstance(first, ast.Constant) else dotted(first)
        if isinstance(written, str) and written.rpartition(".")[2] in _PASSED:
            return True
    if isinstance(annotation, ast.Subscript):
        extras = annotation.slice.elts[1:] if isinstance(annotation.slice, ast.Tuple) else []
        if dotted(annotation.value).rpartition(".")[2] == "Annotated" and any(map(describes, extras)):
            # What is described to the model, the model fills.
            return False
        annotation = annotation.value
    said = (words(argument.arg)[-1:], words(dotted(annotation))[-1:] if annotation is not None else ())
    return any(part and part[0] in _INJECTED for part in said)


def _annotated(
    file: File,
    scope: Scope,
    annotation: ast.expr,
    name: str,
    texts: list[tuple[str, Value]],
    uses: list[str],
    evaluate: Evaluate,
) -> None:
    """Descriptions in `Annotated[...]`, and the classes that an annotation names."""
    for part in _parts(annotation):
        if isinstance(part, ast.Subscript) and dotted(part.value).rpartition(".")[2] == "Annotated":
            extras = part.slice.elts[1:] if isinstance(part.slice, ast.Tuple) else []
            for extra in map(documented, extras):
                if isinstance(extra, ast.Call):
                    _field(file, scope, extra, name, texts, evaluate)
                elif isinstance(extra, ast.Constant | ast.JoinedStr | ast.BinOp):
                    value = evaluate(file, scope, extra)
                    if isinstance(value, tuple) and textual(value):
                        texts.append((name, value))
        elif isinstance(part, ast.Name):
            if part.id[:1].isupper() and (part.id in file.known or part.id in file.aliases):
                target = file.aliases.get(part.id)
                if target is None:
                    uses.append(_local(file, scope, part.id) or ":" + part.id)
                elif not target.startswith(("typing", "pydantic.", "collections.")):
                    uses.append(target)
            elif (local := _local(file, scope, part.id)) != "":
                uses.append(local)
        elif isinstance(part, ast.Attribute):
            first = dotted(part).partition(".")[0]
            if first in file.aliases and part.attr[:1].isupper() and file.aliases[first] != "typing":
                uses.append(file.resolve(dotted(part)))
            elif first in file.known:
                uses.append(":" + dotted(part))


def _parts(annotation: ast.expr) -> Iterator[ast.expr]:
    """The names, attributes and `Annotated` of an annotation, whose other arguments are not looked into."""
    stack: list[ast.expr] = [annotation]
    seen = 0
    while stack and seen < 200:
        node = stack.pop()
        seen += 1
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            # What stands in a text has no place of its own: names are all that can be taken from it.
            try:
                yield from (one for one in ast.walk(ast.parse(node.value, mode="eval")) if isinstance(one, ast.Name))
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
        elif isinstance(node, ast.Subscript):
            head = dotted(node.value).rpartition(".")[2]
            if head == "Annotated":
                yield node
                stack += node.slice.elts[:1] if isinstance(node.slice, ast.Tuple) else []
            elif head != "Literal":
                stack += [node.slice, node.value]
        elif isinstance(node, ast.Tuple | ast.List):
            stack += reversed(node.elts)
        elif isinstance(node, ast.BinOp):
            stack += [node.right, node.left]
        elif isinstance(node, ast.Name | ast.Attribute):
            yield node


def _field(
    file: File, scope: Scope, node: ast.Call, name: str, texts: list[tuple[str, Value]], evaluate: Evaluate
) -> None:
    """The description that `Field(description=...)`, or `Field(json_schema_extra={"description": ...})`, gives."""
    if dotted(node.func).rpartition(".")[2] not in _FIELDS:
        return
    for keyword in node.keywords:
        if keyword.arg == "description":
            value = evaluate(file, scope, keyword.value)
            if isinstance(value, tuple) and textual(value):
                texts.append((f"{name}.description", value))
        elif keyword.arg in ("metadata", "json_schema_extra") and isinstance(bare(keyword.value), ast.Dict):
            value = evaluate(file, scope, keyword.value)
            inner = value.get("description") if isinstance(value, Mapping) else None
            if isinstance(inner, tuple) and textual(inner):
                texts.append((f"{name}.description", inner))
        elif keyword.arg == "examples":
            with file.aside():
                value = evaluate(file, scope, keyword.value)
            if isinstance(value, Items):
                items = [item for item in value.items if isinstance(item, tuple) and textual(item)]
                texts += [(f"{name}.examples", item) for item in items]


_PLAIN_TYPES = frozenset("str int float bool list dict tuple set bytes None object Any".split())


def plain(node: FunctionNode) -> bool:
    """Whether nothing describes a function that is a tool but its name and those of its parameters."""
    first = node.body[0]
    if node.decorator_list or (isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant | ast.JoinedStr)):
        return False
    arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
    typed = (each.annotation for each in arguments if each.annotation is not None)
    return all(isinstance(each, ast.Name) and each.id in _PLAIN_TYPES for each in typed)


def tool_like(node: FunctionNode, method: bool = False) -> bool:
    """Whether a function may be somebody's tool: public, described, every parameter typed (of a `method` but one).

    A first one that the framework fills may have no type: `context_variables`.
    """
    first = node.body[0]
    if node.name.startswith(("_", "test_")) or not isinstance(first, ast.Expr):
        return False
    if not isinstance(first.value, ast.Constant) or not isinstance(first.value.value, str):
        return False
    arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
    if arguments and (method or words(arguments[0].arg)[:1] in _CONTEXTS):
        arguments = arguments[1:]
    return all(argument.annotation is not None for argument in arguments)
