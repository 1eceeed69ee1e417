"""What an annotation says: the class of a value, the items of a collection, whether it is text."""

from __future__ import annotations

import ast

from promptlint.extract.volatility import dotted

# Classes that say what is in them, not what they are.
_AROUND = frozenset({"Optional", "Annotated", "Final", "ClassVar", "Required", "NotRequired", "Type", "type"})
_COLLECTIONS = frozenset("list List tuple Tuple set Set frozenset Sequence Iterable Collection".split())
_PLAIN = frozenset(
    "str int float bool bytes dict list tuple set frozenset object None Any Dict List Tuple Set Callable Iterable "
    "Iterator Sequence Mapping Literal Union Self Awaitable Generator AsyncGenerator AsyncIterator Path".split()
)

# What is written of an attribute that is no field: nothing that objects are made with, or settings read, is put there.
CLASS_ONLY = "typing.ClassVar"


def class_only(annotation: ast.expr) -> bool:
    """Whether an annotation says that an attribute is the class's alone: `ClassVar[str]`."""
    written = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return dotted(written).rpartition(".")[2] == "ClassVar"


def of_strings(annotation: ast.expr) -> bool:
    """Whether an annotation is that of a collection of strings: `list[str]`, `Sequence[str]`, `tuple[str, ...]`."""
    if not isinstance(annotation, ast.Subscript) or dotted(annotation.value).rpartition(".")[2] not in _COLLECTIONS:
        return False
    inner = annotation.slice
    if isinstance(inner, ast.Tuple) and len(inner.elts) == 2 and isinstance(inner.elts[1], ast.Constant):
        inner = inner.elts[0]
    return isinstance(inner, ast.Name) and inner.id == "str"


def of_text(annotation: ast.expr) -> bool:
    """Whether an annotation is that of one string: `str`, `str | None`, `Optional[str]`."""
    if type(annotation) is ast.Name:
        return annotation.id == "str"
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        sides = (annotation.left, annotation.right)
        return any(map(of_text, sides)) and all(of_text(side) or _is_none(side) for side in sides)
    if isinstance(annotation, ast.Subscript) and dotted(annotation.value).rpartition(".")[2] == "Optional":
        return type(annotation.slice) is ast.Name and annotation.slice.id == "str"
    return False


def of_other(annotation: ast.expr, depth: int = 0) -> bool:
    """Whether an annotation is that of a list or an object, or of one beside a string: `str | list[Item]`."""
    if depth > 4:
        return False
    if type(annotation) is ast.Name:
        return annotation.id not in _OPEN
    if isinstance(annotation, ast.BinOp):
        return of_other(annotation.left, depth + 1) or of_other(annotation.right, depth + 1)
    if isinstance(annotation, ast.Subscript):
        last, inner = dotted(annotation.value).rpartition(".")[2], annotation.slice
        within = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        if last == "Annotated":
            within = within[:1]
        return last != "Literal" and (last not in _EITHER or any(of_other(each, depth + 1) for each in within))
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        # In quotes it may be anything; what has no brackets is one name.
        word = annotation.value.strip()
        return "[" in word or (word.isidentifier() and word not in _OPEN)
    return isinstance(annotation, ast.Attribute)


def no_texts(node: ast.FunctionDef | ast.AsyncFunctionDef, parameters: list[ast.arg]) -> tuple[str, ...]:
    """The parameters that are annotated as lists or objects, or may be such, and `RETURNED` if what comes back is."""
    names = [each.arg for each in parameters if each.annotation is not None and of_other(each.annotation)]
    return (*names, RETURNED) if node.returns is not None and of_other(node.returns) else tuple(names)


# Among the names of parameters, of which none can be this one: what a function gives back.
RETURNED = "return"
# What may be a string, and what holds one or another.
_OPEN = frozenset({"str", "Any", "object", "None", "Text", "AnyStr", "LiteralString"})
_EITHER = frozenset({"Optional", "Union", "Annotated", "Final", "Required", "NotRequired"})


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


# Collections. The class of their items stands under the name of the collection with `ITEM` behind it.
_DICTS = frozenset("dict Dict Mapping MutableMapping defaultdict OrderedDict".split())


def items_of(annotation: ast.Subscript, depth: int = 0) -> ast.expr | None:
    """The annotation of the items of an annotated list, or of the values of a dict."""
    last = dotted(annotation.value).rpartition(".")[2]
    inner = annotation.slice
    first = inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner
    if last in _AROUND and depth < 4:
        return items_of(first, depth + 1) if isinstance(first, ast.Subscript) else None
    if last in _COLLECTIONS:
        return first
    if last in _DICTS and isinstance(inner, ast.Tuple) and len(inner.elts) == 2:
        return inner.elts[1]
    return None


def annotated_class(node: ast.expr, depth: int = 0) -> str:
    """The dotted name of the one class that an annotation speaks of, or ""."""
    if depth > 4:
        return ""
    if type(node) is ast.Name:
        return node.id if node.id[:1].isupper() and node.id not in _PLAIN else ""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        name = node.value.strip()
        return name if all(part.isidentifier() for part in name.split(".")) and name not in _PLAIN else ""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        left = annotated_class(node.left, depth + 1)
        return left or annotated_class(node.right, depth + 1)
    if isinstance(node, ast.Subscript):
        if dotted(node.value).rpartition(".")[2] not in _AROUND:
            return ""
        inner = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
        return annotated_class(inner, depth + 1)
    name = dotted(node)
    last = name.rpartition(".")[2]
    return name if last[:1].isupper() and last not in _PLAIN and not name.startswith(".") else ""


def several_classes(node: ast.expr) -> bool:
    """Whether an annotation speaks of one class or another: `Clerk | Robot`."""
    found: set[str] = set()
    for _ in range(MAX_TERMS):
        last = node.right if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) else node
        found |= {annotated_class(last)} - {""}
        if last is node or not isinstance(node, ast.BinOp):
            break
        node = node.left
    return len(found) > 1


# Classes of one annotation that are looked at.
MAX_TERMS = 20


def explains(annotation: ast.expr) -> bool:
    """Whether an annotation explains its parameter in words: `Annotated[str, "the city to look up"]`.

    What people get to see of a parameter, and what checks it, are objects. An array's words are its shape.
    """
    if not isinstance(annotation, ast.Subscript) or not isinstance(annotation.slice, ast.Tuple):
        return False
    if dotted(annotation.value).rpartition(".")[2] != "Annotated":
        return False
    kind, *extras = annotation.slice.elts
    if dotted(kind).rpartition(".")[2].endswith(("Tensor", "Array", "array")):
        return False
    said = (each.value for each in extras if isinstance(each, ast.Constant) and isinstance(each.value, str))
    return any(" " in text.strip() and any(map(str.isalpha, text)) for text in said)


def describes(extra: ast.expr) -> bool:
    """Whether a part of `Annotated[...]` describes a parameter: a text, `Field(description=...)` or `Doc("...")`."""
    if isinstance(extra, ast.Call):
        return documented(extra) is not extra or any(keyword.arg == "description" for keyword in extra.keywords)
    return isinstance(extra, ast.JoinedStr) or (isinstance(extra, ast.Constant) and isinstance(extra.value, str))


def documented(extra: ast.expr) -> ast.expr:
    """The text in a `Doc("...")` of `typing_extensions`; any other part of `Annotated[...]` as it is."""
    if isinstance(extra, ast.Call) and dotted(extra.func).rpartition(".")[2] == "Doc" and len(extra.args) == 1:
        return extra.args[0]
    return extra
