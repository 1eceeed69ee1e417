"""The registry of rules. A rule is a module of this package, with one function, and a page of the same name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeVar

import msgspec

from promptlint.prompt import Finding, Severity

Check = Callable[..., Iterator[Finding]]
_Checked = TypeVar("_Checked", bound=Check)

SUBJECTS = ("Prompt", "Request", "Project")
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error")
# The group of the rules that are made by the engine: they are on whatever is selected, unless they are ignored by name.
ALWAYS = "always"


class Rule(msgspec.Struct, frozen=True):
    """What is known of a rule: its names, and the function that looks.

    `subject` is the type of the function's first parameter: "Prompt", "Request" or "Project"; "" for the engine's own.
    `options` are its keyword-only parameters, in kebab case, with their defaults.
    """

    name: str
    group: str
    severity: Severity
    default: bool
    summary: str
    subject: str = ""
    options: dict[str, Any] = {}
    check: Check | None = None


class Files:
    """The files that an option of a rule names by a pattern in the words of .gitignore.

    `matches` says of a file, by its name as it is shown, whether it is one of them.
    """

    def __init__(self, pattern: str, matches: Callable[[str], bool]) -> None:
        self.pattern = pattern
        self.matches = matches

    def __repr__(self) -> str:
        return repr(self.pattern)


class Meeting(msgspec.Struct, frozen=True):
    """Where both see one defect, `loser` stays silent: at one "place" (spans overlap), or on the same "subject"."""

    winner: str
    loser: str
    where: str


# One defect, one finding.
MEETINGS = (
    Meeting("frozen-clock", "volatile-prefix", "place"),
    Meeting("ineffective-dedent", "indented-prompt", "subject"),
    Meeting("missing-cache-control", "static-after-variable", "subject"),
    Meeting("unstable-order", "static-after-variable", "place"),
    Meeting("static-after-variable", "uncached-boundary", "place"),
    Meeting("static-after-variable", "useless-cache-control", "place"),
)

_ENGINE = (
    Rule(
        "invalid-template", ALWAYS, "error", True, "A template does not parse, so the program that loads it will fail."
    ),
    Rule(
        "unknown-rule-in-ignore", ALWAYS, "error", True, "An ignore comment names no rule, or one that does not exist."
    ),
    Rule("unused-ignore", ALWAYS, "warning", True, "An ignore comment stands where its rule finds nothing."),
)
_registry: dict[str, Rule] = {}


def rule(*, group: str, severity: Severity, default: bool = True) -> Callable[[_Checked], _Checked]:
    """Make a function a rule.

    The module's name is the rule's name, the docstring its summary; the annotation of the first parameter says what it
    is called with (`Prompt`, `Request` or `Project`), keyword-only parameters are its options. Raises TypeError when
    the function is not of that form.
    """

    def register(check: _Checked) -> _Checked:
        name = check.__module__.rpartition(".")[2].replace("_", "-")
        code = check.__code__
        first = check.__annotations__.get(code.co_varnames[0]) if code.co_argcount == 1 else None
        subject = first if isinstance(first, str) else getattr(first, "__name__", "")
        if subject not in SUBJECTS:
            raise TypeError(f"rule {name}: the one positional parameter must be a {', a '.join(SUBJECTS)}")
        if not check.__doc__:
            raise TypeError(f"rule {name}: the docstring is its summary, and there is none")
        names = code.co_varnames[1 : 1 + code.co_kwonlyargcount]
        defaults = check.__kwdefaults__ or {}
        options = {option.replace("_", "-"): defaults[option] for option in names}
        summary = check.__doc__.strip().partition("\n")[0]
        _registry[name] = Rule(name, group, severity, default, summary, subject, options, check)
        return check

    return register


@cache
def all_rules() -> dict[str, Rule]:
    """Every rule by its name, in the order of the names."""
    import importlib
    import pkgutil

    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            importlib.import_module(f"{__name__}.{module.name}")
    return {name: _registry[name] for name in sorted(_registry)}


def page(name: str) -> str:
    """The page of a rule, in Markdown: from the installed package, or from the checkout. Raises FileNotFoundError."""
    from pathlib import Path

    package = Path(__file__).parent.parent
    for folder in (package / "pages", package.parent / "rules"):
        path = folder / f"{name}.md"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise FileNotFoundError(f"the rule {name} has no page")


_registry.update({each.name: each for each in _ENGINE})
