"""Which files are linted, in what order, under which name, and how their bytes are read."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from promptlint.config import Configuration, Patterns, Settings, beneath, marked
from promptlint.extract import prompt_paths

PYTHON = (".py",)
JINJA = (".j2", ".jinja", ".jinja2")
# A source file beyond this is data; reading it would take more memory than it could be worth.
MAX_BYTES = 16 * 1024 * 1024
MAX_LOADED = 2_000
# Texts in folders of which the program picks some at run time.
MAX_BELOW = 500
# Files and folders that are looked at before a pattern is said to match none.
_MAX_LOOKED_AT = 100_000

# Directories that hold no source of the project. They are passed by on the way down, not when they are named.
_JUNK = frozenset(
    {
        *(".bzr", ".git", ".hg", ".svn", ".idea", ".vscode", ".direnv", ".eggs", ".nox", ".tox", ".pants.d", ".pyenv"),
        *(".ipynb_checkpoints", ".mypy_cache", ".pytest_cache", ".pytype", ".ruff_cache", "__pycache__"),
        *(".venv", "venv", "__pypackages__", "site-packages", "node_modules", "_build", "buck-out", "build", "dist"),
    }
)
# What is built goes beside a package; within one these are names like others.
_OUTPUT = frozenset({"build", "dist"})
_REPOSITORY = (".git", ".hg")
_IgnoreFiles = tuple[Patterns, ...]
# What is told of a file that will be read, with what its project says of its own code.
Found = Callable[["File", bytes], None]
# By extension; every name on the way is asked for its own.
_LANGUAGES = {
    **dict.fromkeys(prompt_paths.TEXT, "text"),
    **dict.fromkeys(prompt_paths.DATA, "data"),
    **dict.fromkeys(PYTHON, "python"),
    **dict.fromkeys(JINJA, "jinja"),
}


class File(msgspec.Struct, frozen=True, order=True):
    """A file to lint: its name in output, its absolute path. `data` holds the bytes of one that is not on disk.

    `says`: what is known of a file that is neither Python nor Jinja: 2 it is a prompt, 1 it may hold some, 0 only if
    Python loads it. A Jinja file that the configuration calls a template has 2, too.
    """

    name: str
    path: str
    data: bytes | None = None
    says: int = 0


_EXCLUDED = "excluded by the configuration or --exclude"


class Skipped(msgspec.Struct, frozen=True, order=True):
    """A path that is not linted, and why. `kind`: "missing", "unreadable", "excluded", "ignored" (by git), "tests" or
    "other".
    """

    name: str
    kind: str
    reason: str


class Discovery(msgspec.Struct, frozen=True):
    """The files of a run in the order of their names. `tests`: how many files were left out as tests.

    `others` are texts and settings below the named directories that are read only if a linted file loads them.
    """

    files: list[File]
    skipped: list[Skipped]
    tests: int = 0
    others: dict[str, list[File]] = {}
    # Those of them that lie below folders of templates, and that no pattern leaves out.
    templates: list[File] = []

    def loaded(self, names: Iterable[str]) -> list[File]:
        """The other files that go by one of these names, which end like their paths, in order of their own names.

        A name that ends with "/" is that of a folder: the texts below folders of that name.
        """
        names = list(names)
        folders = [f"/{name}" for name in names if name.endswith("/")]
        below = {file for file in self.templates if any(folder in f"/{file.name}" for folder in folders)}
        found: set[File] = set()
        for name in names:
            wanted = name.replace("\\", "/").lstrip("./")
            for file in self.others.get(wanted.rpartition("/")[2], ()):
                if ("/" + file.path.replace(os.sep, "/")).endswith("/" + wanted):
                    found.add(file)
        return sorted({*sorted(found)[:MAX_LOADED], *sorted(below - found)[:MAX_BELOW]})


def display(path: str, cwd: str) -> str:
    """The name of a file in output: relative to the working directory if it is below, always with forward slashes.

    Bytes of a file name that are not text appear as escapes, so that the name can be written anywhere.
    """
    name = beneath(path, cwd) or path.replace(os.sep, "/")
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def language(name: str) -> str:
    """ "python", "jinja", "text", "data" or "" by a file's extension."""
    return _LANGUAGES.get(name[name.rfind(".") :].lower(), "")


_TESTS = frozenset({"tests", "unittest", "unittests", "unit_tests"})


def is_test(below: str) -> bool:
    """Whether a path, relative to its project, is a test or stands among tests."""
    *folders, name = below.split("/")
    if not _TESTS.isdisjoint(folders) or name == "conftest.py":
        return True
    return name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py"))


def read(file: File) -> bytes:
    """The bytes of a file. Raises OSError: it is gone, closed, no regular file, or larger than MAX_BYTES."""
    if file.data is not None:
        return file.data
    # Opening a FIFO would wait for its other end.
    descriptor = os.open(file.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with open(descriptor, "rb") as opened:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError("is not a regular file")
        if status.st_size > MAX_BYTES:
            raise OSError(f"is larger than {MAX_BYTES // 1024**2} MiB")
        return opened.read()


def discover(
    paths: Sequence[str], configuration: Configuration, cwd: str, found: Found | None = None
) -> Discovery:
    """The files that these paths mean; `found` is told of each at once, before all are known. Raises ConfigError."""
    walk = _Walk(configuration, cwd, found)
    for path in sorted(set(paths)):
        walk.add(path)
    tests = len(walk.tests - set(walk.files))
    return Discovery(sorted(walk.files.values()), sorted(set(walk.skipped)), tests, walk.others, walk.templates)


def given(name: str, data: bytes, configuration: Configuration, cwd: str) -> Discovery:
    """One file whose text comes from elsewhere, under the name of a file. Raises ConfigError."""
    walk = _Walk(configuration, cwd)
    walk.take(os.path.abspath(name), data)
    return Discovery(list(walk.files.values()), walk.skipped, len(walk.tests))


class _Walk:
    def __init__(self, configuration: Configuration, cwd: str, found: Found | None = None) -> None:
        self.configuration = configuration
        self.found = found
        self.cwd = cwd
        self.files: dict[str, File] = {}
        self.tests: set[str] = set()
        self.skipped: list[Skipped] = []
        self.others: dict[str, list[File]] = {}
        self.templates: list[File] = []
        # What stands in front of the paths below the directory that is gone through.
        self.within = ""

    def skip(self, path: str, kind: str, reason: str) -> None:
        self.skipped.append(Skipped(display(path, self.cwd), kind, reason))

    def add(self, argument: str) -> None:
        """A path of the command line."""
        path = os.path.abspath(argument)
        try:
            mode = os.stat(path).st_mode
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            self.skip(path, "missing", reason[:1].lower() + reason[1:])
            return
        if stat.S_ISDIR(mode):
            self.directory(path)
        elif not stat.S_ISREG(mode):
            self.skip(path, "other", "not a regular file")
        elif not os.access(path, os.R_OK):
            self.skip(path, "unreadable", "permission denied")
        else:
            self.take(path)

    def take(self, path: str, data: bytes | None = None) -> None:
        """A file that was named: whoever names it, what the configuration leaves out is left out."""
        folder, name = os.path.split(path)
        settings = self.configuration.settings(folder)
        project = self.configuration.project(folder)
        below = beneath(path, project)
        within = _telling(project) if marked(project) else ""
        says = 2 if settings.template(path) else _says(f"{within}{below}", path, data)
        kind = language(name)
        if not kind and not says:
            self.skip(path, "other", f"neither Python nor Jinja by its extension ({', '.join(PYTHON + JINJA)})")
        elif kind in ("text", "data") and not says:
            reason = "neither Python nor Jinja, nor a prompt by its name or folder (`templates` may say so)"
            self.skip(path, "other", reason)
        elif settings.excluded(path):
            self.skip(path, "excluded", _EXCLUDED)
        elif not settings.include_tests and is_test(below):
            self.tests.add(path)
            self.skip(path, "tests", "a test, left out without --include-tests")
        else:
            self.keep(File(display(path, self.cwd), path, data, says), settings)

    def keep(self, file: File, settings: Settings) -> None:
        """A file that is to be read."""
        self.files[file.path] = file
        if self.found is not None:
            self.found(file, settings.words)

    def directory(self, root: str) -> None:
        """All files below a directory that was named."""
        stack = [(root, _ignored_above(root))]
        self.within = _telling(root)
        while stack:
            folder, above = stack.pop()
            try:
                with os.scandir(folder) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                self.skip(folder, "unreadable" if folder == root else "other", str(error.strerror).lower())
                continue
            names = {entry.name for entry in found}
            if "pyvenv.cfg" in names and folder != root:
                continue  # a virtual environment
            ignored = above + tuple(_ignore_file(folder, names))
            junk = _JUNK - _OUTPUT if "__init__.py" in names else _JUNK
            settings = self.configuration.settings(folder, names)
            for entry in found:
                kind = language(entry.name)
                if kind in ("python", "jinja"):
                    self._found_file(entry, root, ignored, settings)
                elif kind or settings.templates:
                    self._found_other(entry, root, ignored, kind, settings)
                inside = entry.name not in junk and entry.is_dir(follow_symlinks=False)
                if inside and not self._left_out(entry, ignored, settings, True):
                    stack.append((entry.path, ignored))

    def _found_file(self, entry: os.DirEntry[str], root: str, ignored: _IgnoreFiles, settings: Settings) -> None:
        try:
            regular = entry.is_file()
        except OSError:  # a symbolic link to itself
            regular = False
        if not regular or self._left_out(entry, ignored, settings, False):
            return
        # Only what lies below the named directory counts: a whole project may lie in a folder called tests.
        if not settings.include_tests and is_test(beneath(entry.path, root)):
            self.tests.add(entry.path)
            return
        says = 2 if settings.template(entry.path) else 0
        self.keep(File(display(entry.path, self.cwd), entry.path, None, says), settings)

    def _found_other(
        self, entry: os.DirEntry[str], root: str, ignored: _IgnoreFiles, kind: str, settings: Settings
    ) -> None:
        """A file that is neither Python nor Jinja: it may be a prompt, or become one when Python loads it."""
        template = settings.template(entry.path)
        below = beneath(entry.path, root)
        if not (kind or template) or (not settings.include_tests and is_test(below)):
            return
        try:
            if not entry.is_file() or entry.stat().st_size > (MAX_BYTES if template else prompt_paths.MAX_BYTES):
                return
        except OSError:
            return
        says = 2 if template else _says(f"{self.within}{below}", entry.path)
        inside = not says and kind == "text" and any(map(prompt_paths.may_hold_templates, below.split("/")[:-1]))
        left_out = (says or inside) and (_ignores(ignored, entry.path, False) or settings.excluded(entry.path))
        if says and left_out:
            return
        file = File(display(entry.path, self.cwd), entry.path, None, says)
        if says:
            self.keep(file, settings)
        elif entry.name[:1] != ".":
            self.others.setdefault(entry.name, []).append(file)
            if inside and not left_out:
                self.templates.append(file)

    def _left_out(self, entry: os.DirEntry[str], ignored: _IgnoreFiles, settings: Settings, directory: bool) -> bool:
        """Whether a file, or a directory on the way, is not gone into, which is noted with its reason."""
        if _ignores(ignored, entry.path, directory):
            self.skip(entry.path, "ignored", "ignored by git")
        elif settings.excluded(entry.path, directory=directory):
            self.skip(entry.path, "excluded", _EXCLUDED)
        else:
            return False
        return True


def _telling(root: str) -> str:
    """The name of a directory, to stand in front of the paths below it, if it tells something of the files in it.

    A folder may be one of prompts, also one that is a package of its own within a project. What a project is called,
    or a repository, tells nothing.
    """
    if marked(root) and (any(os.path.exists(os.path.join(root, name)) for name in _REPOSITORY) or not _inside(root)):
        return ""
    return f"{os.path.basename(root)}/"


def _inside(directory: str) -> bool:
    """Whether a directory lies in a project."""
    while (above := os.path.dirname(directory)) != directory:
        directory = above
        if marked(directory):
            return True
    return False


def _says(below: str, path: str, data: bytes | None = None) -> int:
    """What is known of a text or settings file by its path in the project and, of settings, by their keys."""
    kind = language(path)
    if kind == "text":
        return prompt_paths.text_says(below)
    if kind != "data" or not prompt_paths.data_may(below):
        return 0
    if not below.lower().endswith(".json") and (prompt_paths.data_named(below) or prompt_paths.among_prompts(below)):
        return 1  # JSON of that name is as likely a data set
    try:
        return int(prompt_paths.data_speaks(read(File("", path, data))))
    except OSError:
        return 0


def _ignores(ignored: _IgnoreFiles, path: str, directory: bool) -> bool:
    """Whether ignore files leave a path out: the deepest that speaks of it decides."""
    for patterns in reversed(ignored):
        verdict = patterns.verdict(path, directory)
        if verdict is not None:
            return verdict
    return False


def _ignore_file(folder: str, names: set[str] | None = None) -> Iterator[Patterns]:
    """The ignore files that stand in a directory, weakest first."""
    if names is None or ".git" in names:
        yield from _patterns(folder, os.path.join(folder, ".git", "info", "exclude"))
    if names is None or ".gitignore" in names:
        yield from _patterns(folder, os.path.join(folder, ".gitignore"))


def _patterns(folder: str, path: str) -> Iterator[Patterns]:
    if not os.path.isfile(path):
        return
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            lines = [line for line in file.read().split("\n") if line.strip() and not line.startswith("#")]
    except OSError:
        return
    if lines:
        yield Patterns(folder, lines)


def _ignored_above(root: str) -> _IgnoreFiles:
    """The ignore files above a named directory, up to its repository's top, outermost first.

    None, if there is no repository, or if they leave out the directory itself: it was named, so it is wanted.
    """
    folders = [root]
    while not os.path.exists(os.path.join(folders[-1], ".git")):
        parent = os.path.dirname(folders[-1])
        if parent == folders[-1]:
            return ()
        folders.append(parent)
    found = tuple(patterns for folder in reversed(folders[1:]) for patterns in _ignore_file(folder))
    return () if any(_ignores(found, folder, True) for folder in folders[:-1]) else found


def idle_patterns(
    found: Discovery, configuration: Configuration, roots: Sequence[str]
) -> list[tuple[str, str, str]]:
    """Patterns that match no file: the configuration file, the key, the pattern.

    Only those whose directory lies in one of the absolute `roots` as a whole: of others nobody has looked at all files.
    """
    all_settings = {each.source: each for file in found.files for each in [configuration.settings(_folder(file))]}
    idle: list[tuple[str, str, str]] = []
    for source, settings in sorted(all_settings.items()):
        whole = any(settings.root == root or beneath(settings.root, root) for root in roots)
        said = [(key, each) for key, each in settings.patterns() if not each.lines[0].startswith("!")] if whole else []
        left = [(key, each) for key, each in said if not any(each.verdict(file.path) for file in found.files)]
        # What is not read is there all the same: tests, texts that nothing loads, what is left out.
        for path in _all_below(settings.root) if left else ():
            left = [(key, each) for key, each in left if path and not each.verdict(path)]
            if not left:
                break
        idle += [(source, key, each.lines[0]) for key, each in left]
    return idle


def _folder(file: File) -> str:
    return os.path.dirname(file.path)


def _all_below(root: str) -> Iterator[str]:
    """Every file below a directory; at last "" if there are more than are looked at."""
    most = _MAX_LOOKED_AT
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name != ".git"]
        for name in names:
            yield os.path.join(folder, name)
        most -= len(names) + len(folders)
        if most < 0:
            yield ""
            return
