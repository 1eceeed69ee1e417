"""The commands and their options. What they print, and with what code they end, is decided here and nowhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from promptlint.config import ConfigError, Configuration, Overrides
from promptlint.engine import Report, run
from promptlint.files import Discovery, Found, Skipped, discover, given, idle_patterns
from promptlint.output import text as text_output
from promptlint.prompt import Severity
from promptlint.reading import Readers
from promptlint.rules import SEVERITIES, all_rules, page
from promptlint.spelling import nearest

if TYPE_CHECKING:
    from promptlint.stored import Stored

_STDIN = "-"
_STDIN_NAME = "stdin.py"
_NAMED = "--stdin-filename"
_Command = TypeVar("_Command", bound=Callable[..., Any])
_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def execute(arguments: Sequence[str]) -> int:
    """Run a command line and give back the exit code."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="backslashreplace")
    if _asks_version(arguments):
        from promptlint import __version__

        print(f"promptlint {__version__}")
        return 0
    try:
        return _execute(arguments)
    except Exception as error:
        # A bug must not look like findings, which is what Python's own exit code for it would say.
        _say(f"internal error: {type(error).__name__}: {error}. This is a bug in promptlint: please report it")
        return 2


def _asks_version(arguments: Sequence[str]) -> bool:
    options = list(arguments)[: list(arguments).index("--")] if "--" in arguments else arguments
    return "--version" in options or "-V" in options


def _execute(arguments: Sequence[str]) -> int:
    try:
        with cli.make_context("promptlint", _with_command(arguments)) as context:
            code = cli.invoke(context)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as error:
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except click.ClickException as error:
        error.show()
        return 2
    except ConfigError as error:
        _say(str(error))
        return 2
    except BrokenPipeError:
        # Whoever reads our output has had enough. What is still buffered must not be written when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _with_command(arguments: Sequence[str]) -> list[str]:
    """`promptlint PATHS` is `promptlint check PATHS`."""
    first = arguments[0] if arguments else "--help"
    if first in cli.commands or first in ("-h", "--help"):
        return [first, *arguments[1:]]
    for at, each in enumerate(arguments) if first[:1] == "-" and first != "--" else ():
        if each in cli.commands and not os.path.lexists(each):
            rest = " ".join([each, *arguments[:at], *arguments[at + 1 :]])
            raise click.UsageError(f"options stand behind the command: `promptlint {rest}`")
    return ["check", *arguments]


@click.group(context_settings=_CONTEXT)
@click.option("-V", "--version", is_flag=True, help="Show the version.")
def cli(version: bool) -> None:
    """Find the prompts inside Python and Jinja files, count their tokens, and report what they cost for nothing.

    `promptlint PATHS` is short for `promptlint check PATHS`.
    """


def _words(context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> tuple[str, ...] | None:
    """A repeatable option of words between commas; None when it is not given."""
    words = tuple(word.strip() for value in values for word in value.split(",") if word.strip())
    if values and not words and parameter.name == "select":
        raise click.UsageError("--select names no rule, so nothing would be checked")
    return words if values else None


def _named(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Paths and names as they are given. An empty one is a variable that holds nothing, not the working directory."""
    if value == "" or (isinstance(value, tuple) and "" in value):
        if parameter.name == "paths":
            raise click.UsageError("a path is empty; the working directory is `.`")
        raise click.UsageError(f"{parameter.opts[0]} is empty")
    return value


_patterns = click.option(
    "--exclude",
    multiple=True,
    callback=_words,
    metavar="PATTERNS",
    help="Leave out files that match, besides those that the configuration leaves out.",
)


def _shared(command: _Command) -> _Command:
    """The options of the commands that read files."""
    options = [
        click.argument("paths", nargs=-1, callback=_named),
        _patterns,
        click.option("--include-tests", is_flag=True, help="Read tests, too."),
        click.option(
            _NAMED,
            metavar="NAME",
            callback=_named,
            help="Read one file's text from standard input (path `-`).",
        ),
        click.option("--config", metavar="FILE", callback=_named, help="Use this configuration for all files."),
        click.option("--no-cache", is_flag=True, envvar="PROMPTLINT_NO_CACHE", help="Keep nothing for the next run."),
        click.option(
            "--cache-dir",
            metavar="DIR",
            envvar="PROMPTLINT_CACHE_DIR",
            callback=_named,
            help="Where what was read is kept for the next run.",
        ),
        click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Use colors."),
        click.option("-q", "--quiet", is_flag=True, help="No summary, no notes."),
        click.option("-v", "--verbose", is_flag=True, help="Say what is left out, and why."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


_format = click.option(
    "--output-format", type=click.Choice(["text", "json"]), default="text", help="How to write the output."
)


@cli.command(short_help="Report what prompts cost for nothing.")
@_shared
@_format
@click.option("--select", multiple=True, callback=_words, metavar="RULES", help="Rules or groups to check, or `all`.")
@click.option("--extend-select", multiple=True, callback=_words, metavar="RULES", help="Rules or groups to check, too.")
@click.option("--ignore", multiple=True, callback=_words, metavar="RULES", help="Rules or groups to leave out.")
@click.option("--fail-on", type=click.Choice(SEVERITIES), help="The least severity that fails the run (warning).")
@click.option("--exit-zero", is_flag=True, help="Findings do not fail the run.")
@click.option("--strict", is_flag=True, help="A file that cannot be read or parsed fails the run.")
@click.option("--statistics", is_flag=True, help="Count findings by rule instead of listing them.")
@click.option("--show-files", is_flag=True, help="List the files that would be linted.")
@click.option("--show-settings", is_flag=True, help="Show the settings that hold for the first path.")
def check(
    select: tuple[str, ...] | None,
    extend_select: tuple[str, ...] | None,
    ignore: tuple[str, ...] | None,
    fail_on: Severity | None,
    exit_zero: bool,
    strict: bool,
    statistics: bool,
    show_files: bool,
    show_settings: bool,
    **shared: Any,
) -> int:
    """Report what the prompts below PATHS (files or directories) cost for nothing.

    Ends with 0 if nothing is as severe as --fail-on (a warning), 1 if something is, 2 if it could not run.
    """
    job = _Job(shared, Overrides(select, extend_select or (), ignore or (), fail_on=fail_on))
    if show_settings:
        from promptlint.output import settings as settings_output

        first = os.path.abspath(shared["stdin_filename"] or next(iter(shared["paths"]), "."))
        folder = first if os.path.isdir(first) else os.path.dirname(first)
        _write(settings_output.render(job.configuration.settings(folder)))
        return 0
    if show_files:
        _write("".join(text_output.safe(file.name) + "\n" for file in job.discovery.files))
        return job.blocked
    report = job.run()
    if shared["output_format"] == "json":
        from promptlint.output import json as json_output

        _write((json_output.statistics if statistics else json_output.render)(report))
    elif statistics:
        lines = text_output.statistics(report)
        summary = "" if shared["quiet"] else text_output.summarize(report) + "\n"
        _write(lines + ("\n" if lines and summary else "") + summary)
    elif job.discovery.files:
        _write(text_output.render(report, color=job.colored(sys.stdout), summary=not shared["quiet"]))
    return max(job.blocked, _broken(report, strict), 1 if report.failing and not exit_zero else 0)


@cli.command(short_help="List prompts, or the requests that send them.")
@_shared
@_format
@click.option("--requests", "as_requests", is_flag=True, help="List the calls that send them, with all they send.")
@click.option("--tree", "as_tree", is_flag=True, help="Show how each is put together.")
def prompts(as_requests: bool, as_tree: bool, **shared: Any) -> int:
    """List every prompt below PATHS: where it is, its role, its tokens and its variables.

    FILE:LINE is what stands at a line, or what a call there sends. Files that stand in the same project are read, too,
    if there is a line. Ends with 2 if nothing stands there.
    """
    if as_requests and as_tree:
        raise click.UsageError("--requests and --tree are two lists; ask for one of them")
    if as_tree and shared["output_format"] == "json":
        raise click.UsageError("--tree is for people; --output-format json gives the same without it")
    shared["paths"], line = _with_line(shared["paths"])
    job = _Job(shared, Overrides(select=()))
    report = job.run(around=line is not None)
    found = job.discovery
    at = (next(iter(found.files)).name, line) if line is not None and found.files else None
    missing = _missing(report, shared["paths"][0], at, as_requests) if at is not None else ""
    if missing:
        _say(missing)
    output = _listed(report, job, as_requests, as_tree, at) if (found.files and not missing) or job.json else ""
    if output is not None:
        _write(output)
    return max(job.blocked, _broken(report, strict=False), 2 if missing else 0)


def _missing(report: Report, path: str, at: tuple[str, int], as_requests: bool) -> str:
    """Why nothing stands at a line of a file, and where something does; "" if something stands there."""
    from promptlint.output import prompts as prompts_output
    from promptlint.output import requests as requests_output

    file, line = at
    if as_requests:
        return "" if requests_output.measured(report, at) else _nothing(report, path, line, {file}, True)
    if prompts_output.chosen(report, at):
        return ""
    rows = {
        report.sources.get(file).location(each.span.start)[0]
        for each in report.project.prompts
        if each.span.file == file
    }
    place = f"{text_output.safe(path)}:{line}: no prompt stands at this line"
    return f"{place}; {_nearest(rows, line)}" if rows else f"{place}, nor in the rest of the file"


def _nearest(rows: Collection[int], line: int) -> str:
    """The lines that are closest to another one, in words."""
    near = sorted(sorted(rows, key=lambda row: (abs(row - line), row))[:8])
    numbers = ", ".join(f"{row:,}" for row in near)
    return f"the nearest is at line {numbers}" if len(near) == 1 else f"the nearest are at lines {numbers}"


def _listed(
    report: Report, job: _Job, as_requests: bool, as_tree: bool, at: tuple[str, int] | None
) -> str | bytes | None:
    """What `prompts` writes; None when it has been printed. `at`: only what stands there."""
    from promptlint.output import prompts as prompts_output
    from promptlint.output import requests as requests_output
    from promptlint.output import tree as tree_output

    summary = not job.shared["quiet"]
    if as_tree:
        return tree_output.render(report, at, summary=summary)
    if as_requests:
        if job.json:
            return requests_output.render_json(report, at)
        return requests_output.render_text(report, at, summary=summary)
    if job.json:
        return prompts_output.render_json(report, at)
    if sys.stdout.isatty():
        prompts_output.print_table(report, job.colored(sys.stdout), at)
        return None
    return prompts_output.render_text(report, at, summary=summary)


@cli.command(short_help="Show requests as their provider's cache sees them.")
@_shared
@_format
def layout(**shared: Any) -> int:
    """Show requests as their provider sees them: what comes from the prompt cache, what does not, and what to move.

    PATHS are files or directories; FILE:LINE is the request at a line. Files that stand in the same project are read,
    too, for a request takes texts from other files. Ends with 2 if no request stands at the line.
    """
    from promptlint.output import layout as layout_output

    shared["paths"], line = _with_line(shared["paths"])
    job = _Job(shared, Overrides(select=()))
    report = job.run(around=True)
    wanted = {file.name for file in job.discovery.files}
    found = layout_output.chosen(report, wanted, line)
    missed = line is not None and not found and not job.blocked
    if missed or (wanted and not found):
        _say(_nothing(report, shared["paths"][0] if line is not None else "", line, wanted))
    if line is None and found and (more := layout_output.left_out(report, wanted, found)):
        left = "left out, as none of their fixed text is in sight; `promptlint prompts --requests` lists them"
        _say(f"{text_output.plural(more, 'request')} {left}")
    views = layout_output.views(report, found)
    if shared["output_format"] == "json":
        _write(layout_output.render_json(views, report))
    else:
        _write(layout_output.render_text(views, report, color=job.colored(sys.stdout)))
    return max(job.blocked, _broken(report, strict=False), 2 if missed else 0)


def _with_line(paths: tuple[str, ...]) -> tuple[tuple[str, ...], int | None]:
    """The paths without the line that the only one of them names. A file that is really called so goes first."""
    if len(paths) != 1 or os.path.lexists(paths[0]):
        return paths, None
    name, _, number = paths[0].rstrip(":").rpartition(":")
    if name.rpartition(":")[2].isdecimal() and not os.path.lexists(name):  # FILE:LINE:COLUMN
        name, _, number = name.rpartition(":")
    if not (name and number.isascii() and number.isdecimal()):
        return paths, None
    return (name,), int(number)


def _first(places: Sequence[str]) -> str:
    """The first of some places, and how many there are."""
    return ", ".join(places[:8]) + (f" and {len(places) - 8:,} more" if len(places) > 8 else "")


def _nothing(report: Report, path: str, line: int | None, files: set[str], sent: bool = False) -> str:
    """Why there is nothing to show (at a line of a path, if one was named), and where there would be something.

    `sent`: only calls would be shown, and no prompts whose call is not in sight.
    """
    from promptlint.output import layout as layout_output

    place = f"{text_output.safe(path)}:{line}: " if line is not None else ""
    if line is not None and (made := layout_output.senders(report, files, line)):
        return f"{place}this function sends what its callers give; the requests are at the callers: {_first(made)}"
    every = layout_output.every(report)
    shown = [*layout_output.chosen(report, files, None), *range(len(report.project.requests), len(every))]
    calls = [index for index in shown if (every[index].api if sent else layout_output.is_call(every[index]))]
    if files and (below := layout_output.lines(report, calls, files)):
        return f"{place}no request stands at this line; {_nearest(below, line or 0)}"
    if files and (made := layout_output.takers(report, files)):
        return f"{place}no request stands there; texts of this file are sent at {_first(made)}"
    if files and not sent and (below := layout_output.lines(report, shown, files)):
        alone = "no request is found there, but prompts that no call in sight sends"
        return f"{place}{alone}; {_nearest(below, line or 0)}"
    nothing = "no request is" if sent else "no request and no prompt is"
    return f"{place}{nothing} found there; `promptlint prompts` lists the prompts of a path"


@cli.command(short_help="List the rules, or show the page of one.")
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="All rules.")
@_format
def rule(name: str | None, every: bool, output_format: str) -> int:
    """Show the page of a rule; without NAME, list the rules."""
    rules = all_rules()
    if name is not None and name not in rules:
        hint = nearest(name, rules) or "; `promptlint rule` lists the rules"
        raise click.UsageError(f"there is no rule `{name}`{hint}")
    chosen = [rules[name]] if name is not None else list(rules.values())
    if output_format == "json":
        from promptlint.output.json import encode

        fields = ("name", "group", "severity", "default", "summary", "options")
        found = [{**{key: getattr(each, key) for key in fields}, "page": page(each.name)} for each in chosen]
        _write(encode(found if name is None else found[0]))
    elif name is not None or every:
        _write("\n\n".join(page(each.name).rstrip("\n") for each in chosen) + "\n")
    else:
        rows = [
            (each.name, each.group, each.severity, "on" if each.default else "off", each.summary) for each in chosen
        ]
        _write(text_output.columns(rows))
    return 0


class _Job:
    """What the commands that read files have in common."""

    def __init__(self, shared: dict[str, Any], overrides: Overrides) -> None:
        import msgspec

        self.shared = shared
        self.cwd = os.getcwd()
        overrides = msgspec.structs.replace(
            overrides, exclude=shared["exclude"] or (), include_tests=shared["include_tests"], cwd=self.cwd
        )
        self.configuration = Configuration(overrides, shared["config"] or "")
        self.paths: tuple[str, ...] = shared["paths"]
        self.stdin = shared["stdin_filename"] is not None or _STDIN in self.paths
        if self.stdin and self.paths not in ((), (_STDIN,)):
            raise click.UsageError("standard input (`-`) is linted alone, without other paths")
        self._discovery: Discovery | None = None
        # What is told of files that are found, where they are to be read.
        self._found: Found | None = None

    @property
    def json(self) -> bool:
        """Whether the output is data."""
        return bool(self.shared["output_format"] == "json")

    @property
    def discovery(self) -> Discovery:
        """The files to read. What is left out is said on standard error, once."""
        if self._discovery is None:
            if self.stdin:
                name = self.shared["stdin_filename"] or _STDIN_NAME
                self._discovery = given(name, sys.stdin.buffer.read(), self.configuration, self.cwd)
            else:
                self._discovery = discover(self.paths or (".",), self.configuration, self.cwd, self._found)
            self._say_left_out(self._discovery)
            for hint in () if self.shared["quiet"] else self.configuration.hints:
                _say(text_output.safe(hint))
        return self._discovery

    @property
    def blocked(self) -> int:
        """2 if a path that was named could not be read, otherwise 0."""
        return 2 if any(_blocks(each) for each in self.discovery.skipped) else 0

    def run(self, around: bool = False) -> Report:
        """Lint, and say on standard error what could not be read, also to who wants no notes.

        `around`: read the projects of the files that are named, too.
        """
        named = self.stdin or not any(os.path.isdir(path) for path in self.paths or (".",))
        progress = _Progress() if sys.stderr.isatty() and not self.shared["quiet"] else None
        try:
            with Readers(stored := self._stored()) as readers:
                self._found = readers.found
                found = self._around() if around and named and not self.stdin else self.discovery
                report = run(
                    found.files, self.configuration, named=named, progress=progress, loaded=found.loaded,
                    readers=readers,
                )  # fmt: skip
        finally:
            self._found = None
            if progress:
                progress.close()
        if stored is not None and stored.trouble and self.shared["verbose"]:
            _say(f"nothing is kept for the next run: {stored.trouble}")
        unnamed = self.stdin and self.shared["stdin_filename"] is None
        for problem in report.problems:
            hint = f"; without {_NAMED} standard input is Python" if unnamed and problem.kind == "syntax" else ""
            _say(text_output.describe(problem, report.sources) + hint)
        for source, said, written in () if self.shared["quiet"] else report.unmatched:
            names = " or ".join(f"`{text_output.safe(name)}`" for name in written)
            hint = f"; a name matches as it is written, here {names}" if names else ""
            _say(f"{text_output.safe(source)}: {said} matches nothing: nothing that was read has this name{hint}")
        roots = [os.path.abspath(path) for path in self.paths or (".",) if os.path.isdir(path)]
        if roots and not self.stdin and not self.shared["quiet"]:
            for source, key, pattern in idle_patterns(found, self.configuration, roots):
                where = text_output.safe(os.path.dirname(source))
                said = f"{text_output.safe(source)}: {key}: `{text_output.safe(pattern)}` matches no file"
                _say(f"{said}; patterns go from {where} downwards")
        return report

    def _stored(self) -> Stored | None:
        """What earlier runs have read, unless nothing is to be kept."""
        if self.shared["no_cache"] or self.stdin:
            return None
        from promptlint.stored import Stored

        return Stored(self.shared["cache_dir"])

    def _around(self) -> Discovery:
        """The files to read, and the other files of their projects."""
        folders = {os.path.dirname(file.path) for file in self.discovery.files}
        roots = {self.configuration.project(folder) for folder in folders}
        return discover((*self.paths, *sorted(roots)), self.configuration, self.cwd, self._found)

    def colored(self, stream: Any) -> bool:
        """Whether to write colors: as asked, as the environment says, or on a terminal."""
        if self.shared["color"] != "auto":
            return bool(self.shared["color"] == "always")
        if os.environ.get("NO_COLOR"):
            return False
        if os.environ.get("FORCE_COLOR"):
            return True
        return bool(stream.isatty()) and os.environ.get("TERM") != "dumb"

    def _say_left_out(self, found: Discovery) -> None:
        verbose, quiet = self.shared["verbose"], self.shared["quiet"]
        for each in found.skipped:
            if _blocks(each):
                hint = self._meant(each.name) if each.kind == "missing" else ""
                _say(f"{text_output.safe(each.name)}: {each.reason}{hint}")
            elif verbose or (each.kind == "other" and not quiet):
                _say(f"{text_output.safe(each.name)}: skipped: {each.reason}")
        if verbose and found.tests:
            _say(f"{text_output.plural(found.tests, 'test file')} left out, see --include-tests")
        if verbose:
            folders = {os.path.dirname(file.path) for file in found.files}
            for source in sorted({self.configuration.settings(folder).source for folder in folders} - {""}):
                _say(f"configuration: {text_output.safe(source)}")
        if not found.files and not quiet and not self.blocked_by(found):
            left = (
                f"; {text_output.plural(found.tests, 'test file')} left out, see --include-tests" if found.tests else ""
            )
            # Of the others it has been said why, or they are among the tests.
            excluded = sum(each.kind in ("excluded", "ignored") for each in found.skipped)
            if excluded and not verbose:
                left += f"; {text_output.plural(excluded, 'path')} excluded, -v names them"
            _say(f"no Python or Jinja files to read{left}")

    @staticmethod
    def _meant(name: str) -> str:
        """What somebody may have meant by a path that does not exist."""
        (path,), line = _with_line((name,))
        if line is not None and os.path.lexists(path):
            return ": a line is for `promptlint layout FILE:LINE` and `promptlint prompts FILE:LINE`, one at a time"
        return nearest(name, cli.commands)

    @staticmethod
    def blocked_by(found: Discovery) -> bool:
        """Whether a path that was named could not be read."""
        return any(_blocks(each) for each in found.skipped)


def _blocks(skipped: Skipped) -> bool:
    return skipped.kind in ("missing", "unreadable")


def _broken(report: Report, strict: bool) -> int:
    """2 if promptlint itself failed somewhere, or, when strict, if a file was skipped."""
    return 2 if any(strict or problem.kind == "internal" for problem in report.problems) else 0


class _Progress:
    """A bar on standard error for a run that lasts over a second; only then is imported what draws it."""

    def __init__(self) -> None:
        from time import monotonic

        self._clock = monotonic
        self._start = monotonic()
        self._bar: Any = None

    def __call__(self, done: int, total: int) -> None:
        if self._bar is None and self._clock() - self._start > 1 and done < total:
            from rich.console import Console
            from rich.progress import Progress

            self._bar = Progress(console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task("reading", total=total)
            self._bar.start()
        if self._bar is not None:
            self._bar.update(self._task, completed=done)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()


def _say(message: str) -> None:
    """Everything that is not a finding goes to standard error."""
    click.echo(f"promptlint: {message}" if not message.startswith("promptlint:") else message, err=True)


def _write(output: str | bytes) -> None:
    """Findings go to standard output; JSON is UTF-8 whatever the terminal speaks."""
    if isinstance(output, bytes):
        sys.stdout.flush()
        sys.stdout.buffer.write(output)
        sys.stdout.buffer.flush()
    else:
        sys.stdout.write(output)
        sys.stdout.flush()
