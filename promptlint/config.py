"""Configuration: the closest `[tool.promptlint]` or `promptlint.toml` of each file, and the command line above it."""

from __future__ import annotations

import functools
import os
import re
import warnings
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from promptlint.prompt import Severity
from promptlint.providers import Override
from promptlint.rules import ALWAYS, Files, Rule, all_rules
from promptlint.spelling import nearest

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

FILES = ("promptlint.toml", "pyproject.toml")
# What the top of a project holds.
MARKS = (*FILES, "setup.cfg", "setup.py", ".git", ".hg")
_ALL, _DEFAULT = "all", "default"


class ConfigError(Exception):
    """The configuration or a selector is wrong; the message names file and key, and says what would be right."""


class _Table(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """The keys of the table, as a user writes them."""

    select: list[str] | None = None
    extend_select: list[str] = []
    ignore: list[str] = []
    exclude: list[str] = []
    templates: list[str] = []
    include_tests: bool = False
    fail_on: Literal["info", "warning", "error"] = "warning"
    per_file_ignores: dict[str, list[str]] = {}
    provider: str = ""
    model: str = ""
    models: dict[str, dict[str, Any]] = {}
    rules: dict[str, dict[str, Any]] = {}
    # The catalogue's terms for the project's own code: checked in `words`.
    call: list[Any] = []
    message: list[Any] = []
    prompt: list[Any] = []
    messages: list[Any] = []
    decorator: list[Any] = []
    base: list[Any] = []
    schema: list[Any] = []
    client: list[Any] = []
    names: list[str] = []
    not_names: list[str] = []


class Overrides(msgspec.Struct, frozen=True):
    """What the command line says; it goes before every file. Patterns of `exclude` are relative to `cwd`."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    include_tests: bool = False
    fail_on: Severity | None = None
    cwd: str = ""


class Patterns:
    """Patterns in the words of .gitignore, relative to a directory; compiled when first asked."""

    def __init__(self, root: str, lines: Sequence[str]) -> None:
        self.root = root
        self.lines = lines
        self._spec: GitIgnoreSpec | None = None
        self._any = re.compile("")

    def verdict(self, path: str, directory: bool = False) -> bool | None:
        """True: left out, False: taken back in (`!`), None: no pattern speaks of this absolute path."""
        if not self.lines:
            return None
        below = beneath(path, self.root)
        if not below:
            return None
        if self._spec is None:
            self._spec, self._any = _compiled(tuple(self.lines))
        below += "/" if directory else ""
        # Most paths match none of many patterns: of them all that is asked at once.
        return self._spec.check_file(below).include if self._any.search(below) else None


# A group with a name, which one expression may have but once.
_NAMED_GROUP = re.compile(r"(?<!\\)\(\?P<\w+>")
# A pattern that matches in every folder.
_ANYWHERE = "(?:^(?:.+/)?"


# The packages of a repository often have the same .gitignore.
@functools.lru_cache(maxsize=256)
def _compiled(lines: tuple[str, ...]) -> tuple[GitIgnoreSpec, re.Pattern[str]]:
    """Patterns, and an expression that finds something in every path that one of them matches."""
    spec = _compile(lines)
    expressions = [getattr(pattern, "regex", None) for pattern in spec.patterns]
    found = [f"(?:{_NAMED_GROUP.sub('(?:', each.pattern)})" for each in expressions if each is not None]
    # What most of them begin with goes through the path once, not once for each.
    below = "|".join(each.replace(_ANYWHERE, "(?:", 1) for each in found if each.startswith(_ANYWHERE))
    found = [each for each in found if not each.startswith(_ANYWHERE)]
    found += [f"{_ANYWHERE}(?:{below}))"] if below else []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            return spec, re.compile("|".join(found) or "(?!)")
    except re.error:
        return spec, re.compile("")


class Settings(msgspec.Struct, frozen=True):
    """What holds for the files of one directory.

    `source` is the configuration file or "", `root` the directory that its patterns start from. `rules` are the names
    of the rules that are on; `options` holds what is set for them, by rule and by parameter name. `models` is what is
    said of how models are cached, by pattern. `words` is what is said of the project's own code, encoded for
    `extract.catalogue.lexicon`.
    """

    source: str
    root: str
    rules: frozenset[str]
    options: dict[str, dict[str, Any]]
    exclude: tuple[Patterns, ...]
    templates: tuple[Patterns, ...]
    include_tests: bool
    fail_on: Severity
    per_file_ignores: tuple[tuple[Patterns, frozenset[str]], ...]
    provider: str
    model: str
    models: dict[str, Override] = {}
    words: bytes = b""

    def excluded(self, path: str, directory: bool = False) -> bool:
        """Whether `exclude` names this absolute path."""
        return any(patterns.verdict(path, directory) for patterns in self.exclude)

    def template(self, path: str) -> bool:
        """Whether `templates` names this absolute path: a prompt, whatever its name and its extension."""
        return any(patterns.verdict(path) for patterns in self.templates)

    def patterns(self) -> list[tuple[str, Patterns]]:
        """The patterns that say something of files that are there, one by one, each with its key."""
        templates = [("templates", Patterns(each.root, [line])) for each in self.templates for line in each.lines]
        return [*templates, *(("per-file-ignores", each) for each, _ in self.per_file_ignores)]

    def rules_for(self, path: str) -> frozenset[str]:
        """The rules that are on for this absolute path."""
        rules = self.rules
        for patterns, ignored in self.per_file_ignores:
            if patterns.verdict(path):
                rules -= ignored
        return rules


class Configuration:
    """Finds the settings of each directory, and keeps them. `file` is a configuration for all files, or ""."""

    def __init__(self, overrides: Overrides | None = None, file: str = "") -> None:
        self.overrides = overrides or Overrides()
        self._by_directory: dict[str, Settings] = {}
        self._projects: dict[str, str] = {}
        # What may be meant for promptlint and is not: to be said, once a run.
        self.hints: list[str] = []
        self._fixed = self._read(os.path.abspath(file), named=True) if file else None
        if file and self._fixed is None:
            raise ConfigError(f"{file}: holds no [tool.promptlint] table")
        self._without = resolve(_Table(), "", "", self.overrides)

    def settings(self, directory: str, names: Container[str] = FILES) -> Settings:
        """The settings of an absolute directory: of the closest file upwards, or the defaults. Raises ConfigError.

        `names` are the names of the files in the directory, where they are known: the others are not asked for.
        """
        if self._fixed is not None:
            return self._fixed
        passed = []
        found: Settings | None = None
        while (found := self._by_directory.get(directory)) is None:
            passed.append(directory)
            for name in FILES:
                if name in names:
                    found = found or self._read(os.path.join(directory, name))
            names = FILES
            parent = os.path.dirname(directory)
            if found is not None or parent == directory:
                break
            directory = parent
        found = found or self._without
        self._by_directory.update(dict.fromkeys(passed, found))
        return found

    def project(self, directory: str) -> str:
        """The project that the files of an absolute directory belong to, as a directory.

        The working directory, if the files are beneath it and it holds one of `MARKS`; otherwise the closest directory
        upwards that does. Where none does, the working directory again, unless it is a home or the root of all, or
        they are not beneath it: then the outermost directory that is still a package, or their own.
        """
        if directory not in self._projects:
            cwd = self.overrides.cwd
            inside = bool(cwd) and (directory == cwd or beneath(directory, cwd) != "")
            found = cwd if inside and marked(cwd) else next(filter(marked, _upwards(directory)), "")
            if not found and inside and cwd not in (os.path.expanduser("~"), os.path.dirname(cwd)):
                found = cwd
            self._projects[directory] = found or _top(directory)
        return self._projects[directory]

    def _read(self, path: str, named: bool = False) -> Settings | None:
        """The settings in a file; None if it is not there or says nothing of promptlint."""
        try:
            with open(path, "rb") as file:
                data = file.read()
        except OSError as error:
            if named or not isinstance(error, FileNotFoundError | NotADirectoryError):
                raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
            return None
        project = os.path.basename(path) == "pyproject.toml"
        if project and _TABLE_OF_OURS.search(data) is None and (meant := _misspelt(data)):
            self.hints.append(f"{path}: [tool.{meant}] is not read, did you mean [tool.promptlint]?")
        # Most projects say nothing of promptlint, and those need no parser.
        if project and b"promptlint" not in data:
            return None
        table = _parse(data, path)
        if project:
            tool = table.get("tool")
            if not isinstance(tool, dict) or "promptlint" not in tool:
                return None
            table = tool["promptlint"]
        checked = _checked(table, path)
        settings = resolve(checked, path, os.path.dirname(path), self.overrides)
        return msgspec.structs.replace(settings, words=_words(table, path))


# The head of a table of a tool, with the tool's name.
_TABLE_OF_A_TOOL = re.compile(
    rb"^[ \t]*\[{1,2}[ \t]*tool[ \t]*\.[ \t]*[\"']?(p[\w-]{7,11})[\"']?[ \t]*[\].]", re.M | re.I
)
_TABLE_OF_OURS = re.compile(rb"^[ \t]*\[{1,2}[ \t]*tool[ \t]*\.[ \t]*[\"']?promptlint\b(?!-)", re.M)


def _misspelt(data: bytes) -> str:
    """The name of a tool's table that is clearly meant to be ours: a slip away, or two where it is a linter."""
    names: set[bytes] = set(_TABLE_OF_A_TOOL.findall(data))
    for name in sorted(each.decode() for each in names):
        from rapidfuzz.distance import OSA

        lowered = name.lower()
        slips = OSA.distance(lowered, "promptlint", score_cutoff=2)
        if slips <= 1 or (slips == 2 and lowered.endswith("lint")):
            return name
    return ""


def marked(directory: str) -> bool:
    """Whether a directory says that it is the top of a project."""
    return any(os.path.exists(os.path.join(directory, name)) for name in MARKS)


def _upwards(directory: str) -> Iterator[str]:
    """A directory and those that it is in."""
    yield directory
    while (parent := os.path.dirname(directory)) != directory:
        directory = parent
        yield directory


def _top(directory: str) -> str:
    """The directory that the package of a directory stands in; the directory itself, if it is no package."""
    above = (each for each in _upwards(directory) if not os.path.exists(os.path.join(each, "__init__.py")))
    return next(above, directory)


def _compile(lines: Sequence[str]) -> GitIgnoreSpec:
    """Patterns of .gitignore; as in Git, a line that is none is passed over."""
    try:
        return _spec(lines)
    except (ValueError, re.error):
        return _spec([line for line in lines if _is_pattern(line)])


def _is_pattern(line: str) -> bool:
    try:
        _spec([line])
    except (ValueError, re.error):
        return False
    return True


def _spec(lines: Sequence[str]) -> GitIgnoreSpec:
    """Raises ValueError or re.error: a line is no pattern, or has a range that goes backwards (`[z-a]`)."""
    from pathspec import GitIgnoreSpec

    with warnings.catch_warnings():
        # Of brackets in brackets (`[[:alpha:]]`), of which Python may think otherwise in the future.
        warnings.simplefilter("ignore", FutureWarning)
        return GitIgnoreSpec.from_lines(lines)


def _patterns(root: str, lines: Sequence[str], where: str) -> Patterns:
    """Patterns that somebody has written for promptlint. Raises ConfigError for one that no file can match."""
    if not lines:
        return Patterns(root, lines)
    # The words of .gitignore have no `./`, which a shell completes.
    lines = [line.replace("./", "/", 1) if line.startswith("./") else line for line in lines]
    for line in lines:
        if line.startswith("../"):
            raise ConfigError(f"{where}: `{line}`: patterns go from {root} downwards")
        if not _is_pattern(line) or not any(each.include is not None for each in _compile([line]).patterns):
            raise ConfigError(f"{where}: `{line}`: no file can match that; patterns are in the words of .gitignore")
    return Patterns(root, lines)


def beneath(path: str, root: str) -> str:
    """The part of an absolute path below a directory, with forward slashes; "" if it is not below."""
    prefix = root if root.endswith(os.sep) else root + os.sep
    if not path.startswith(prefix):
        return ""
    return path[len(prefix) :].replace(os.sep, "/")


def selectors() -> dict[str, frozenset[str]]:
    """What may stand in `select` and `ignore` ("all", "default", groups, rules), and the rules that each means."""
    rules = all_rules()
    found: dict[str, frozenset[str]] = {
        _ALL: frozenset(rules),
        _DEFAULT: frozenset(name for name, rule in rules.items() if rule.default),
    }
    for rule in rules.values():
        found[rule.group] = found.get(rule.group, frozenset()) | {rule.name}
    return found | {name: frozenset([name]) for name in rules}


def expand(words: Iterable[str], where: str) -> frozenset[str]:
    """The rules that selectors mean. Raises ConfigError for one that means nothing."""
    known = selectors()
    rules: frozenset[str] = frozenset()
    for word in words:
        if word not in known:
            raise ConfigError(f"{where}: there is no rule or group `{word}`{nearest(word, known)}")
        rules |= known[word]
    return rules


def resolve(table: _Table, source: str, root: str, overrides: Overrides) -> Settings:
    """The settings that a table and the command line make together. Raises ConfigError."""
    chosen = expand([_DEFAULT], "")
    chosen = _select(chosen, table.select, table.extend_select, table.ignore, source)
    chosen = _select(chosen, overrides.select, overrides.extend_select, overrides.ignore, "")
    exclude = [
        _patterns(root, table.exclude, f"{source}: exclude"),
        _patterns(overrides.cwd, overrides.exclude, "--exclude"),
    ]
    where = f"{source}: per-file-ignores"
    ignores = [
        (_patterns(root, [pattern], where), expand(words, where)) for pattern, words in table.per_file_ignores.items()
    ]
    return Settings(
        source=source,
        root=root,
        rules=chosen,
        options={name: _options(name, values, source, root, overrides.cwd) for name, values in table.rules.items()},
        exclude=tuple(patterns for patterns in exclude if patterns.lines),
        templates=(_patterns(root, table.templates, f"{source}: templates"),) if table.templates else (),
        include_tests=table.include_tests or overrides.include_tests,
        fail_on=overrides.fail_on or table.fail_on,
        per_file_ignores=tuple(ignores),
        provider=_provider(table.provider, f"{source}: `provider`"),
        model=table.model,
        models={pattern: _override(pattern, said, source) for pattern, said in table.models.items()},
    )


def _provider(name: str, where: str) -> str:
    """The name of a provider, if there is one of that name. Raises ConfigError."""
    if not name:
        return name
    from promptlint.providers import known_names

    known = known_names()
    if name.strip().lower().replace("_", "-").replace(" ", "-") not in known:
        raise ConfigError(f"{where}: there is no provider `{name}`{nearest(name, known)}")
    return name


def _override(pattern: str, said: dict[str, Any], source: str) -> Override:
    """What is said of the models of a pattern, checked. Raises ConfigError."""
    where = f"{source}: [models.{pattern!r}]"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ConfigError(f"{where}: is no regular expression: {error}") from error
    known = [field.encode_name for field in msgspec.structs.fields(Override)]
    for key in said:
        if key not in known:
            raise ConfigError(f"{where}: unknown key `{key}`{nearest(key, known) or ', known are ' + ', '.join(known)}")
    try:
        found = msgspec.convert(said, Override)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {reason(error, Override)}") from error
    _provider(found.provider or "", f"{where}: `provider`")
    wrong = next(filter(None, (_out_of_range(key, value) for key, value in said.items())), "")
    if found.step == 0:
        wrong = "step: 0 is no step"
    if found.order is not None and sorted(found.order) != ["messages", "system", "tools"]:
        wrong = 'order: must name each of "tools", "system" and "messages" once'
    if wrong:
        raise ConfigError(f"{where}: {wrong}")
    return found


def _select(
    chosen: frozenset[str], select: Sequence[str] | None, extend: Sequence[str], ignore: Sequence[str], source: str
) -> frozenset[str]:
    """Apply one layer of selectors: the more specific word wins, and of two that are equally specific `ignore`."""
    known = selectors()
    where = f"{source}: " if source else "--"
    for key, words in (("select", select or ()), ("extend-select", extend), ("ignore", ignore)):
        expand(words, where + key)
    if select is not None:
        chosen = known[ALWAYS]
    rules = all_rules()
    broad = (_ALL, _DEFAULT)
    groups = {rule.group for rule in rules.values()}
    for level in (lambda word: word in broad, lambda word: word in groups, lambda word: word in rules):
        for word in filter(level, (*(select or ()), *extend)):
            chosen |= known[word]
        for word in filter(level, ignore):
            chosen -= known[word]
    return chosen


def _parse(data: bytes, path: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: is not TOML: {error}") from error


def _checked(table: object, path: str) -> _Table:
    """The table with its keys and types checked."""
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: [tool.promptlint] must be a table")
    known = [field.encode_name for field in msgspec.structs.fields(_Table)]
    for key in table:
        if key not in known:
            hint = nearest(key, known)
            if key == "tool":
                hint = ": in promptlint.toml the keys stand at the top, without [tool.promptlint]"
            elif key in all_rules():
                hint = f": the options of a rule stand in [{_head(f'rules.{key}', path)}]"
            elif owners := [name for name, rule in all_rules().items() if key in rule.options]:
                hint = f": it is an option of rules, such as [{_head(f'rules.{owners[0]}', path)}]"
            raise ConfigError(f"{path}: unknown key `{key}`{hint or ', known are ' + ', '.join(known)}")
    lists = {field.encode_name for field in msgspec.structs.fields(_Table) if field.type == list[Any]}
    for key in lists.intersection(table):
        if isinstance(table[key], dict):
            raise ConfigError(f"{path}: `{key}`: {_twice(key, path)}")
    try:
        return msgspec.convert(table, _Table)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {reason(error, _Table)}") from error


def _twice(key: str, path: str) -> str:
    """That a list of tables needs two brackets."""
    return f"is a list of tables: write [[{_head(key, path)}]], with two brackets"


def _head(key: str, path: str) -> str:
    """What stands in the brackets of a table in a file."""
    return f"tool.promptlint.{key}" if os.path.basename(path) == "pyproject.toml" else key


def _words(table: dict[str, Any], path: str) -> bytes:
    from promptlint import words

    return words.words(table, path) if any(table.get(key) for key in words.KEYS) else b""


def reason(error: msgspec.ValidationError, kind: Any) -> str:
    """A type error in the words of TOML, the key first. `kind` is the type that the value does not have."""
    said, _, place = str(error).partition(" - at ")
    key = place.strip("`").removeprefix("$").removeprefix(".")
    for word, plain in _PLAIN:
        said = re.sub(word, plain, said)
    said = said[:1].lower() + said[1:]
    if said.startswith("invalid enum value"):
        values = _literals(kind, re.sub(r"\[[^]]*\]", "", key).rpartition(".")[2].replace("-", "_"))
        said = said.removeprefix("invalid enum value ") + " is none of " + ", ".join(values)
    return f"`{key}`: {said}" if key else said


# msgspec speaks of JSON.
_PLAIN = (
    (r" \| null`", "`"),
    (r"`array`", "`list`"),
    (r"`object`", "`table`"),
    (r"`str`", "`string`"),
    (r"`int`", "`integer`"),
    (r"`bool`", "`boolean`"),
    (r"`float`|`int \| float`", "`number`"),
    (r"Object missing required field (`[^`]+`)", r"the key \1 is missing"),
    (r"Object contains unknown field (`[^`]+`)", r"unknown key \1"),
)


def _literals(kind: Any, field: str) -> list[str]:
    """The words that a field may hold, in a struct or in what holds structs; with no field, those of a type."""
    from typing import get_args, get_origin

    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        [kind] = [each.type for each in msgspec.structs.fields(kind) if each.name == field] or [None]
        field = ""
    if get_origin(kind) is Literal:
        return [] if field else [f"`{word}`" for word in get_args(kind) if word]
    return [word for inner in get_args(kind) for word in _literals(inner, field)]


def _options(name: str, values: dict[str, Any], source: str, root: str, cwd: str) -> dict[str, Any]:
    """The options of a rule, checked against the types of its parameters; none of their numbers is negative."""
    rules = all_rules()
    if name not in rules:
        raise ConfigError(f"{source}: [rules.{name}]: there is no rule `{name}`{nearest(name, rules)}")
    rule = rules[name]

    def hook(kind: type, value: object) -> Files:
        if kind is not Files or not isinstance(value, str):
            raise ValueError("expected a pattern of files")
        patterns = _patterns(root, [value], f"{source}: [rules.{name}] budgets")
        return Files(value, lambda shown: bool(patterns.verdict(os.path.normpath(os.path.join(cwd, shown)))))

    found = {}
    for key, value in values.items():
        if key not in rule.options:
            known = f", it has {', '.join(rule.options)}" if rule.options else ", it has none"
            hint = nearest(key, rule.options) or known
            raise ConfigError(f"{source}: [rules.{name}]: the rule has no option `{key}`{hint}")
        parameter = key.replace("-", "_")
        kind = _type(rule, parameter)
        wrong = _out_of_range(key, value) or _wrong_tables(kind, key, value, f"rules.{name}.{key}", source)
        if wrong:
            raise ConfigError(f"{source}: [rules.{name}] {wrong}")
        try:
            found[parameter] = msgspec.convert(value, kind, dec_hook=hook)
        except msgspec.ValidationError as error:
            raise ConfigError(f"{source}: [rules.{name}] {key}: {reason(error, kind)}") from error
    return found


def _wrong_tables(kind: Any, key: str, value: object, head: str, source: str) -> str:
    """What is wrong with an option that is a list of tables: its brackets, or a key in it. "" if nothing is."""
    from typing import get_args

    made = next((each for each in get_args(kind) if isinstance(each, type) and issubclass(each, msgspec.Struct)), None)
    if made is None:
        return ""
    if isinstance(value, dict):
        return f"{key}: {_twice(head, source)}"
    known = [field.encode_name for field in msgspec.structs.fields(made)]
    for table in value if isinstance(value, list) else ():
        for word in table if isinstance(table, dict) else ():
            if word not in known:
                return f"{key}: unknown key `{word}`{nearest(word, known) or ', known are ' + ', '.join(known)}"
    return ""


def _out_of_range(key: str, value: object) -> str:
    """What is wrong with a number: options count tokens, items or per cent, so none is below 0. "" if nothing is."""
    if isinstance(value, dict):
        return next(filter(None, (_out_of_range(inner, each) for inner, each in value.items())), "")
    if isinstance(value, list):
        return next(filter(None, (_out_of_range(key, each) for each in value)), "")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if value < 0:
        return f"{key}: {value} is below 0"
    return f"{key}: {value} is above 100" if key.endswith("percent") and value > 100 else ""


def _type(rule: Rule, parameter: str) -> Any:
    from typing import get_type_hints

    return get_type_hints(rule.check)[parameter] if rule.check else Any
