"""The ground that generated programs stand on: choices, literals, modules and their imports, and what comes in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

Draw = Callable[[int], int]
T = TypeVar("T")

WORDS = "answer briefly cite every source never guess the reader expects plain facts in order ok".split()
WORDS += ["und", "größer", "漢字", "naïve", "🙂"]
SEPARATORS = (" ", ", ", ".\n", "\n", "\n\n", ": ", "\n    ", "\t", "\n- ")
ODDITIES = ("{", "}", "%", "$", '"', "'", "\\", "{}", "{{x}}", "100%", "$5", "\\n", "''", "#", "\u00a0")
STYLES = ("double", "single", "triple", "triple-single", "raw", "unicode", "formatted", "implicit")


@dataclass(frozen=True)
class Mode:
    """What a text will still go through: its own braces, percents or dollars are doubled, and it may hold fields."""

    kind: str = "plain"
    names: tuple[str, ...] = ()
    outer: Mode | None = None
    safe: bool = False  # without the characters that any formatting looks at

    def escape(self, text: str) -> str:
        if self.outer is not None:
            text = self.outer.escape(text)
        return self._own(text)

    def _own(self, text: str) -> str:
        if self.kind == "format":
            return text.replace("{", "{{").replace("}", "}}")
        if self.kind == "percent":
            return text.replace("%", "%%")
        return text.replace("$", "$$") if self.kind == "dollar" else text

    def markers(self) -> list[str]:
        shapes = {"format": "{%s}", "percent": "%%(%s)s", "dollar": "${%s}", "replace": "[[%s]]", "jinja": "{{ %s }}"}
        shape = shapes.get(self.kind, "")
        own = [shape % name for name in self.names]
        return own + [self._own(marker) for marker in self.outer.markers()] if self.outer is not None else own

    def is_safe(self) -> bool:
        return self.safe or (self.outer is not None and self.outer.is_safe())

    def plain(self) -> bool:
        return self.kind in ("plain", "replace") and (self.outer is None or self.outer.plain())


PLAIN = Mode()
SAFE = Mode(safe=True)


@dataclass
class Module:
    path: str
    dotted: str
    imports: dict[str, None] = field(default_factory=dict)
    body: list[str] = field(default_factory=list)

    @property
    def package(self) -> str:
        return self.dotted if self.path.endswith("__init__.py") else self.dotted.rpartition(".")[0]


@dataclass
class Class:
    """A class being written: attributes, statements of `__init__`, methods."""

    name: str
    bases: list[Class] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    start: list[str] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)
    parameters: list[str] = field(default_factory=list)


@dataclass
class Scope:
    """Where an expression stands: statements in front of it are emitted into `lines`."""

    module: Module
    lines: list[str]
    indent: int = 0
    inputs: dict[str, list[str]] = field(default_factory=dict)
    entry: bool = False
    owner: Class | None = None
    in_class_body: bool = False

    def emit(self, line: str) -> None:
        self.lines.append("    " * self.indent + line)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        self.emit(head)
        self.indent += 1
        yield
        self.indent -= 1


@dataclass(frozen=True)
class Program:
    """Files of a program by path, what its `main` is called with, and what went into it.

    `loose`: messages stand under conditions or in loops, so that not all that are found are sent, or not once.
    """

    files: dict[str, str]
    arguments: tuple[Any, ...]
    forms: tuple[str, ...]
    loose: bool

    def __repr__(self) -> str:
        listing = "\n".join(f"# ---- {path}\n{text}" for path, text in self.files.items())
        return f"Program {self.forms}, loose={self.loose}, main{self.arguments}\n{listing}"


class Writer:
    """Choices, names and literals."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.counter = 0
        self.forms: list[str] = []

    def pick(self, options: Sequence[T]) -> T:
        return options[self.draw(len(options))]

    def chance(self, out_of: int) -> bool:
        return self.draw(out_of) == out_of - 1

    def fresh(self, prefix: str) -> str:
        self.counter += 1
        return f"{prefix}{self.counter}"

    def prose(self, mode: Mode, *, fields: bool = True) -> str:
        """Static text with a word of its own, escaped for what it goes through, with fields of that."""
        pieces: list[str] = []
        for number in range(1 + self.draw(4)):
            if number:
                pieces.append(self.pick(SEPARATORS))
            pieces.append(f"{self.fresh(self.pick(WORDS))} {self.pick(WORDS)}")
            if self.chance(6) and not mode.is_safe():
                pieces.append(self.pick(ODDITIES))
        text = mode.escape("".join(pieces))
        markers = mode.markers() if fields else []
        if markers and self.chance(2):
            text += mode.escape(" ") + self.pick(markers)
        if self.chance(3):
            text += self.pick(("\n", " ", "\n\n", ". "))
        return self.pick(("\n", "  ")) + text if self.chance(8) else text

    def literal(self, value: str, *, simple: bool = False, bare: bool = False) -> str:
        """A literal, or several side by side, with this value; `bare`: not between parentheses."""
        style = self.pick(STYLES)
        if simple:
            style = "double"
        if style == "implicit" and len(value) > 1:
            cut = 1 + self.draw(len(value) - 1)
            parts = self.literal(value[:cut], bare=True), self.literal(value[cut:], bare=True)
            ways = ("{} {}", "{}{}", "{} \\\n {}", "({}\n  {})", "({}  # and\n\n    {})")
            return self.pick(ways[:3] if bare else ways).format(*parts)
        if style == "raw" and not set("\"\n\\'") & set(value):
            return self.pick(("r", "R")) + f'"{value}"'
        if style == "formatted":
            return self.pick(("f", "F")) + self._quoted(value.replace("{", "{{").replace("}", "}}"), '"', False)
        prefix = "u" if style == "unicode" else ""
        quote = {"single": "'", "triple": '"""', "triple-single": "'''"}.get(style, '"')
        return prefix + self._quoted(value, quote, not simple)

    def _quoted(self, value: str, quote: str, coded: bool) -> str:
        pieces: list[str] = []
        for character in value:
            if character == "\\":
                pieces.append("\\\\")
            elif character == quote[0]:
                pieces.append("\\" + character)
            elif character == "\n":
                pieces.append("\n" if len(quote) == 3 and not self.chance(8) else "\\n")
            elif character == "\t":
                pieces.append("\\t")
            elif coded and self.chance(40):
                pieces.append(self._coded(character))
            else:
                pieces.append(character)
        if coded and pieces and self.chance(12):
            pieces.insert(self.draw(len(pieces) + 1), "\\\n")
        return quote + "".join(pieces) + quote

    def _coded(self, character: str) -> str:
        code = ord(character)
        if code < 256:
            return self.pick((f"\\x{code:02x}", f"\\u{code:04x}", f"\\{code:03o}"))
        return f"\\U{code:08x}"


class Maker(Writer):
    """Writes one program."""

    def __init__(self, draw: Draw) -> None:
        super().__init__(draw)
        self.arguments: list[Any] = []
        self.parameters: list[str] = []
        self.loose = False
        self.budget = 6 + self.draw(14)
        self.modules: list[Module] = []
        self.main = self._layout()
        self.stars: set[tuple[str, str]] = set()

    # ---- modules

    def _layout(self) -> Module:
        shape = self.draw(4)
        if shape == 0:
            paths = ["app.py"]
        elif shape == 1:
            paths = ["app.py", "prompts.py", "texts.py"]
        elif shape == 2:
            paths = ["pkg/app.py", "pkg/prompts.py", "pkg/deep/texts.py"]
        else:
            paths = ["app.py", "pkg/prompts.py", "pkg/deep/texts.py", "common.py"]
        for path in paths:
            self.modules.append(Module(path, path.removesuffix(".py").replace("/", ".")))
        return self.modules[0]

    def init(self, package: str) -> Module:
        """The `__init__` of a package, made when something is exported through it."""
        path = package.replace(".", "/") + "/__init__.py"
        for module in self.modules:
            if module.path == path:
                return module
        module = Module(path, package)
        self.modules.append(module)
        return module

    def other(self, module: Module) -> Module:
        """This module or one that it may import without a cycle."""
        later = [
            other for other in self.modules[self.modules.index(module) :] if not other.path.endswith("__init__.py")
        ]
        return self.pick(later) if later and not module.path.endswith("__init__.py") else module

    def imported(self, module: Module, home: Module, name: str) -> str:
        """An expression for a name of another module, whose import is put on top of this one."""
        if home is module:
            return name
        self.forms.append("import")
        alias = self.fresh("x")
        package, _, last = home.dotted.rpartition(".")
        ways = [(f"from {home.dotted} import {name}", name), (f"from {home.dotted} import {name} as {alias}", alias)]
        ways += [
            (f"import {home.dotted} as {alias}", f"{alias}.{name}"),
            (f"import {home.dotted}", f"{home.dotted}.{name}"),
        ]
        ways += [(f"from {home.dotted} import *", name)]
        if package:
            ways.append((f"from {package} import {last}", f"{last}.{name}"))
        if module.package:
            dots, here = ".", module.package
            while here and not home.dotted.startswith(here + "."):
                dots, here = dots + ".", here.rpartition(".")[0]
            if here:
                relative = home.dotted[len(here) + 1 :]
                ways.append((f"from {dots}{relative} import {name}", name))
                base, _, tail = relative.rpartition(".")
                ways.append((f"from {dots}{base} import {tail} as {alias}", f"{alias}.{name}"))
        elif package and not module.path.endswith("__init__.py"):
            # Exported by the package: only where the importing module lies outside of it.
            ways.append((f"from {package} import {name}", name))
            statement, expression = way = self.pick(ways)
            if way == ways[-1]:
                self.forms.append("re-export")
                self.init(package).imports[
                    self.pick((f"from .{last} import {name}", f"from {home.dotted} import {name}"))
                ] = None
            module.imports[statement] = None
            return expression
        statement, expression = self.pick(ways)
        module.imports[statement] = None
        return expression

    # ---- what comes in

    def new_input(self, scope: Scope, kind: str, value: Any = None) -> str:
        """One more parameter of `main`."""
        names = {
            "text": "question context answer topic",
            "list": "docs items lines",
            "flag": "verbose strict",
            "number": "n limit",
        }
        names["full"] = names["list"]
        name = self.fresh(self.pick(names.get(kind, "kind").split()))
        if value is None:
            value = {
                "text": lambda: f"~{self.counter}~",
                "maybe": lambda: self.pick((f"~{self.counter}~", "", None)),
                "list": lambda: [f"~{self.counter}{n}~" for n in range(self.draw(4))],
                "full": lambda: [f"~{self.counter}{n}~" for n in range(1 + self.draw(2))],
                "flag": lambda: bool(self.draw(2)),
                "number": lambda: 9000000 + self.counter,
            }[kind]()
        self.arguments.append(value)
        self.parameters.append(name)
        scope.inputs.setdefault(kind, []).append(name)
        return name

    def input(self, scope: Scope, kind: str) -> str:
        known = scope.inputs.get(kind, [])
        if scope.entry and (not known or self.chance(3)):
            return self.new_input(scope, kind)
        if known:
            return self.pick(known)
        scope.module.imports["import inputs"] = None
        number = self.fresh("")
        return {
            "text": f"inputs.text({number})",
            "maybe": f"inputs.maybe({number})",
            "list": f"inputs.texts({number})",
            "full": f"inputs.texts({number}, 1)",
            "flag": f"inputs.flag({number})",
            "number": f"inputs.number({number})",
        }[kind]

    def data(self, scope: Scope) -> str:
        """An expression for something known at run time only."""
        form = self.draw(8)
        if form == 1:
            return f"str({self.input(scope, 'number')})"
        if form == 2:
            return self.input(scope, "text") + ".strip()"
        if form == 3:
            scope.module.imports["import json"] = None
            return f"json.dumps({self.input(scope, 'full')})"
        if form == 4:
            return f"', '.join({self.input(scope, 'full')})"
        if form == 5:
            return self.input(scope, "text") + "[:20000]"
        if form == 6:
            return f"({self.input(scope, 'maybe')} or {self.input(scope, 'text')})"
        return self.input(scope, "text")
