"""Python source -> facts: statements are read in order, values are followed, prompts are noted by evidence."""

from __future__ import annotations

import ast
import sys
import warnings
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from operator import itemgetter

from promptlint.extract import bounds, comments, onward, options, overridden, partials
from promptlint.extract.audience import shown_constants
from promptlint.extract.catalogue import Matcher, uses_models
from promptlint.extract.definitions import bind_scope, describe_tools, unknown_lengths
from promptlint.extract.docstrings import note_readers
from promptlint.extract.examples import note_examples
from promptlint.extract.expressions import evaluate
from promptlint.extract.extents import extent
from promptlint.extract.facts import Facts, Problem, Remark
from promptlint.extract.handled import forget_handled, routed
from promptlint.extract.later import either_held
from promptlint.extract.patterns import lazy
from promptlint.extract.reads import speaks_of_models
from promptlint.extract.shown_as import shorten
from promptlint.extract.sites import KEYWORD, NAME, settle
from promptlint.extract.state import File, Scope
from promptlint.extract.statements import run
from promptlint.nesting import Nesting
from promptlint.source import Source
from promptlint.template import Items, Mapping, Span

# Libraries whose programs run on, and those that run a program anew for every click.
_SERVERS = frozenset(
    "fastapi flask django starlette quart sanic aiohttp tornado uvicorn celery fastmcp mcp chainlit gradio slack_bolt "
    "discord telegram aiogram".split()
)
_RERUN = frozenset({"streamlit"})
# All that may stand behind the word of an import.
_BEHIND_IMPORT = frozenset(" (*\t\f\\")
# Errors of the parser that no newer Python takes back.
_WRONG_EVER = (
    *("Missing parentheses in call to", "leading zeros", "unmatched", "'", "invalid non-printable"),
    *("source code string cannot contain null bytes", "too many nested parentheses"),
)
# Names that every template of an environment has, or a way with names that are not given.
_JINJA = lazy(r"\.globals\b|\b(?!StrictUndefined\b)\w*Undefined\b|\bpass_context\b")


def facts(source: Source, words: bytes = b"") -> Facts:
    """All that one Python file says about prompts; `words` is what the project says of its own code.

    Raises nothing: what cannot be read becomes a problem.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source.text)
    except SyntaxError as error:
        place = source.offset(error.lineno or 1, 0)
        message = f"line {error.lineno}: {error.msg}" if error.lineno else str(error.msg)
        if not isinstance(error, IndentationError) and not str(error.msg).startswith(_WRONG_EVER):
            version = f"{sys.version_info[0]}.{sys.version_info[1]}"
            message += f" (read as Python {version}, under which promptlint runs)"
        return _unread(source, "syntax", message, place)
    except (ValueError, RecursionError, MemoryError) as error:
        return _unread(source, "syntax", f"{type(error).__name__}: {error}" if str(error) else "nested too deeply", 0)
    bounds.forget()
    file = File(source, words)
    file.body = tree.body
    said = comments.mark(source, tree) if comments.marked(source.text) else comments.Said()
    _imports(file, tree.body)
    file.facts.aliases = file.aliases
    # Classes below those that are imported tell as they do, and what is called by another name.
    file.facts.tells = uses_models(
        path for path in file.aliases.values() if path.rpartition(".")[2] in file.lexicon.telling
    )
    file.facts.marks = any(part in source.text for part in _IN_MARKING) and any(
        word in source.text for word in _MARKING
    )
    file.known = _bound_names(tree.body)
    file.rebound |= file.known & file.aliases.keys()
    options.note_parsers(file, tree, evaluate)
    overridden.begin_kept(file, file.module, tree.body)
    file.once = True
    _guarded(file, file.module, tree.body)
    file.once = False
    forget_handled(file, tree.body, 0)
    bind_scope(file, file.module)
    note_examples(file, file.module, tree, NAME)
    file.importing = False
    if partials.concern(file):
        # The last is read first: what a constructor makes of a call is called by the other methods.
        file.pending.sort(key=lambda item: item[0].name == "__init__")
    while file.pending:
        node, scope = file.pending.pop()
        try:
            overridden.read(file, node, scope)
        except RecursionError:
            file.facts.problems.append(Problem("internal", f"{node.name}: nested too deeply to read", file.span(node)))
    _conclude(file, source, tree)
    for expression, name, directive in said.docstrings:
        text = evaluate(file, file.module, expression)
        if settle(file, text, expression, name, "comment", directive.role) is not None:
            file.settled.add(directive.start)
    _remark(file, said)
    return file.facts


def _remark(file: File, said: comments.Said) -> None:
    """What comments settle: some at once, the rest when it is known what is sent."""
    if any(directive.verb == comments.NOT_A_PROMPT for _, directive in said.units):
        _silence(file, said.units)
    for unit, directive in said.units:
        denied = directive.verb == comments.NOT_A_PROMPT
        if denied or directive.role:
            place = file.span(unit.value)
            settled = directive.start in file.settled
            file.facts.remarks.append(Remark(
                Span(file.name, directive.start, directive.end), place, "" if denied else directive.role,
                shorten(file.source.text[place.start : place.end]), unit.name, file.worth.get(place),
                comments.used(unit), settled, comments.may_hold_text(unit.value), comments.several(unit.value),
            ))  # fmt: skip
    later = {each.comment.start for each in file.facts.remarks}
    idle = [each for each in said.directives if each.start not in file.settled and each.start not in later]
    file.facts.idle = [Span(file.name, each.start, each.end) for each in idle]


def _conclude(file: File, source: Source, tree: ast.Module) -> None:
    """What is known of a file when all of its functions have been read."""
    either_held(file)
    unknown_lengths(file)
    file.facts.loads = sorted(file.loads)
    file.facts.bare = sorted(file.bare)
    file.facts.strays = sorted(file.strays)
    file.facts.methods_given = sorted(file.methods_given)
    file.facts.shown = shown_constants(file, tree)
    file.facts.quiet = _quiet(file)
    file.facts.mentions = sorted(file.mentions | _written_again(file))
    file.facts.addressed += _speaking(file)
    file.facts.runs = _runs(file, tree.body)
    file.facts.jinja = "jinja2" in file.imported and _JINJA.search(source.text) is not None
    file.facts.listed, file.facts.routed = _listed(file), routed(file, tree)
    note_readers(file)
    describe_tools(file)
    partials.forget_called(file)
    if any(call.api == onward.MAKES_TEXT for call in file.facts.calls):
        onward.settle(file, tree)


def _speaking(file: File) -> list[str]:
    """The providers for whose methods a file names a client that asks somebody else, wherever one is made of it:
    `{"bedrock": anthropic.AnthropicBedrock}`."""
    found: list[str] = []
    for each in file.lexicon.matchers:
        for last in sorted(each.speaking & file.mentions):
            paths = (
                [file.aliases[last]] if last in file.aliases else [f"{root}.{last}" for root in sorted(file.imported)]
            )
            entries = (Matcher.find(each.clients, path, file.imported) for path in paths)
            found += [entry.speaks for entry in entries if entry is not None and entry.speaks][:1]
    return found


def _quiet(file: File) -> bool:
    """Whether nothing in a file but names says that there are prompts, and no word that there is a model."""
    known = all(site.rank >= NAME and site.role == "unknown" for site in file.facts.sites)
    if not file.facts.sites or not known or file.of_prompts or file.facts.calls:
        return False
    return not speaks_of_models(file.source.text)


def _written_again(file: File) -> set[str]:
    """The names of texts that are written a second time in their file: what a module does with them is not followed."""
    names = {site.name for site in file.facts.sites if site.name in file.facts.bindings} - file.mentions
    return {name for name, times in file.written(names).items() if times > 1} & names


def _listed(file: File) -> list[tuple[str, tuple[Span, ...]]]:
    """The collections of descriptions of tools that a module holds for others: `Facts.listed`."""
    told = [site.span for site in file.facts.sites if site.role == "tool" and site.rank in (KEYWORD, NAME)]
    places = sorted(place for place in told if place.file == file.name)
    starts = [place.start for place in places]
    found: list[tuple[str, tuple[Span, ...]]] = []
    for key, value in file.facts.bindings.items() if places else ():
        if isinstance(value, Items | Mapping) and "." not in key and value.span.file == file.name:
            inside = tuple(places[bisect_right(starts, value.span.start) : bisect_left(starts, value.span.end)])
            if inside:
                found.append((key, inside))
    times = file.written([key for key, _ in found])
    return [(key, inside) for key, inside in found if times[key] == 1]


def _runs(file: File, statements: Sequence[ast.stmt]) -> str:
    """How the process of the file runs: `Facts.runs`."""
    if not file.imported.isdisjoint(_SERVERS):
        return "server"
    if not file.imported.isdisjoint(_RERUN):
        return "rerun"
    chained = any(call.api == "chain" and not call.name for call in file.facts.calls)
    if any(call.once for call in file.facts.calls) or (chained and _invokes(statements)):
        return "script"
    tests = [statement.test for statement in statements if isinstance(statement, ast.If)]
    if any(isinstance(node, ast.Name) and node.id == "__name__" for test in tests for node in ast.walk(test)):
        return "script"
    defines = any(isinstance(each, _DEFINITIONS) for each in statements)
    return "" if defines else "bare"


# Methods by which a chain is run.
_INVOKED = frozenset({"invoke", "ainvoke", "stream", "astream", "batch", "abatch"})


def _invokes(statements: Sequence[ast.stmt]) -> bool:
    """Whether the top level runs a chain; to put one together calls no model."""
    run = (node for each in statements if not isinstance(each, _DEFINITIONS) for node in ast.walk(each))
    return any(isinstance(node, ast.Attribute) and node.attr in _INVOKED for node in run)


# What a program that sets cache markers, by itself or through a framework, has in its text.
_MARKING = (
    "cache_control", "cachePoint", "CachePoint", "cache_point", "anthropic_cache", "prompt_cach", "PromptCach",
    "prompt-cach", "promptCach", "cache_system", "ephemeral",
)  # fmt: skip
# What one of these at least has in it.
_IN_MARKING = ("cach", "Cach", "ephemeral")


def _silence(file: File, units: Sequence[tuple[comments.Unit, comments.Directive]]) -> None:
    """Forget what was found in expressions that are said to be no prompts, each with its comment."""
    denied = Nesting(
        (place.start, place.end, (number, directive))
        for number, (unit, directive) in enumerate(units)
        if directive.verb == comments.NOT_A_PROMPT
        for place in (file.span(unit.value),)
    )
    found = file.facts

    def kept(span: Span) -> bool:
        said = min(denied.around(span.start), key=itemgetter(0), default=None) if span.file == file.name else None
        if said is not None:
            file.settled.add(said[1].start)
        return said is None

    found.sites = [site for site in found.sites if kept(site.span)]
    found.calls = [call for call in found.calls if kept(call.span)]
    # What callers give such a message is none, either.
    found.made = [each for each in found.made if kept(each[1].span)]
    found.handed = [each for each in found.handed if kept(each[1].span)]
    found.inside = [each for each in found.inside if kept(each[1].span)]
    for described in found.described.values():
        # Where the schema of a tool is sent it says so there.
        for value in (described.docstring, *(text for _, text in described.texts)):
            if (span := extent(value)) is not None:
                kept(span)


def _unread(source: Source, kind: str, message: str, at: int) -> Facts:
    return Facts(source.name, problems=[Problem(kind, message, Span(source.name, at, at))])


def _guarded(file: File, scope: Scope, statements: Sequence[ast.stmt]) -> None:
    """Statements of the top level, each on its own: one that nests too deeply costs no other."""
    for statement in statements:
        try:
            run(file, scope, (statement,))
        except RecursionError:
            file.depth = file.muted = file.mild = file.shown = 0
            file.loops.clear()
            file.facts.problems.append(Problem("internal", "nested too deeply to read", file.span(statement)))


def _blocks(statement: ast.stmt) -> Iterable[list[ast.stmt]]:
    """The lists of statements in one that is not `_SIMPLE`."""
    if isinstance(statement, _DEFINITIONS):
        return (statement.body,)
    blocks = [block for name in ("body", "orelse", "finalbody") if (block := getattr(statement, name, None))]
    blocks += [handler.body for handler in getattr(statement, "handlers", ())]
    blocks += [case.body for case in getattr(statement, "cases", ())]
    return blocks


# Statements in which no other stands.
_SIMPLE = frozenset({
    *(ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Raise, ast.Pass, ast.Continue, ast.Break),
    *(ast.Assert, ast.Delete, ast.Global, ast.Nonlocal, ast.Import, ast.ImportFrom),
})  # fmt: skip
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_BINDING = (ast.AnnAssign, ast.AugAssign, ast.For, ast.AsyncFor)


def _imports(file: File, statements: list[ast.stmt]) -> None:
    """What every import of the file, at whatever depth, binds."""
    imported: set[str] = set()
    stack = [statements]
    # Most files have all of their imports at the top: when as many were met as there can be, the rest of the file is
    # not looked through.
    left = sum([behind[:1] in _BEHIND_IMPORT for behind in file.source.text.split("import")[1:]])
    while stack and left > 0:
        for statement in stack.pop():
            if type(statement) is ast.Import:
                left -= 1
                for alias in statement.names:
                    imported.add(alias.name.partition(".")[0])
                    file.aliases[alias.asname or alias.name.partition(".")[0]] = (
                        alias.name if alias.asname else alias.name.partition(".")[0]
                    )
            elif type(statement) is ast.ImportFrom:
                left -= 1
                module = "." * statement.level + (statement.module or "")
                if not statement.level:
                    imported.add(module.partition(".")[0])
                for alias in statement.names:
                    joined = module if module.endswith(".") else module + "."
                    if alias.name == "*":
                        file.aliases["*" + module] = joined
                        file.starred = True
                    else:
                        name = alias.asname or alias.name
                        if file.aliases.get(name, joined + alias.name) != joined + alias.name:
                            file.rebound.add(name)
                        file.aliases[name] = joined + alias.name
            elif type(statement) not in _SIMPLE:
                stack.extend(_blocks(statement))
    file.imported = frozenset(imported)


def _bound_names(statements: list[ast.stmt]) -> set[str]:
    """Names that the module itself binds, wherever a reference to them stands."""
    names: set[str] = set()
    stack = [statements]
    while stack:
        for statement in stack.pop():
            if isinstance(statement, _DEFINITIONS):
                names.add(statement.name)
                continue
            targets: list[ast.expr] = []
            if isinstance(statement, ast.Assign):
                targets = statement.targets
            elif isinstance(statement, _BINDING):
                targets = [statement.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    names.add(target.id)
                else:
                    # `st.session_state.turns = []` binds nothing: `st` is what was imported.
                    inner = (node for node in ast.walk(target) if isinstance(node, ast.Name))
                    names.update(node.id for node in inner if isinstance(node.ctx, ast.Store))
            if type(statement) not in _SIMPLE:
                stack.extend(_blocks(statement))
    return names
