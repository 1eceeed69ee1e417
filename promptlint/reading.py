"""Files -> readings: what each file says, made by several processes where there are many files."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import pickle
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from promptlint import ignores
from promptlint.extract.facts import Facts, Problem, Syntax
from promptlint.files import MAX_LOADED, File, language, read
from promptlint.ignores import Ignore
from promptlint.source import DecodeError, Source
from promptlint.template import Apply, Arguments, Choice, Hole, Mapping, Ref, Span, Test, Text, Volatility

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future, ProcessPoolExecutor

    from promptlint.stored import Stored

# Below this a second process costs more than it saves: starting one and handing the facts over take about 0.1 s.
PARALLEL_FILES = 150
# Below this it takes longer to look for readings of earlier runs than to read the files.
STORED_FILES = 50
_CHUNK = 12
# Seconds after which a thread that reads a file lets another one go on.
_INTERVAL = 0.0002
# Bytes that a worker may put down before they are taken: what a portion of files says, and the most that any may ask
# of Linux. By default it is 64 KiB.
_PIPE = 1024 * 1024

Progress = Callable[[int, int], None]
Loaded = Callable[[Iterable[str]], list[File]]


class Reading(msgspec.Struct, frozen=True):
    """What one file says, all of it computed from its bytes and the words of its project alone."""

    facts: Facts
    ignores: list[Ignore] = []
    # What the configuration says of the project's own code and may have matched here.
    matched: list[str] = []


# A file and what its project says of its own code.
_Task = tuple[File, bytes]


class _Made(NamedTuple):
    """A reading that has just been made, as it is or packed, and the key that stands for all that it was made of.

    There is no key where another run may come to something else.
    """

    key: bytes
    reading: Reading | bytes


class _Begun(NamedTuple):
    """Files that are to be read at once, by another process where there is a future."""

    tasks: Sequence[_Task]
    future: Future[list[_Made]] | None


def read_all(
    files: Sequence[File],
    progress: Progress | None = None,
    words: Sequence[bytes] | None = None,
    readers: Readers | None = None,
    loaded: Loaded | None = None,
) -> tuple[list[Reading], list[File]]:
    """The readings of files, in their order, made with the help of `readers` if there are any, and files they load.

    `words` holds for each file what its project says of its own code, `loaded` gives the files behind names that are
    loaded. Their readings stand behind those of the others.
    """
    tasks = list(zip(files, words or [b""] * len(files), strict=True))
    if readers is None:
        readers = Readers()
        made: dict[_Task, Reading] = {}
    else:
        made = readers.known(tasks)
        readers.start(len(tasks) - len(made))
    left = [task for task in tasks if task not in made]
    workers = readers.executor
    begun = list(readers.begun)
    taken = {task for each in begun for task in each.tasks}
    begun += _begin([task for task in left if task not in taken], readers)
    # A path that was found twice may turn out to be another file than it was taken for at first.
    own = set(tasks)
    names = {name for reading in made.values() for name in reading.facts.loads}
    # Files that others load. Nobody waits until all have been read that may load some.
    ahead: set[File] = set()
    later: list[_Begun] = []
    if workers is not None:
        _prepare()
    for each, part in zip(begun, _made(begun, readers), strict=True):
        done = [(task, reading) for task, reading in zip(each.tasks, part, strict=True) if task in own]
        made.update(done)
        if progress:
            progress(len(made), len(files))
        news = {name for _, reading in done for name in reading.facts.loads} - names
        names |= news
        if loaded is not None and workers is not None and news and len(ahead) < MAX_LOADED:
            others = [file for file in loaded(news) if file not in ahead]
            later += _begin([(file, b"") for file in others], readers)
            ahead.update(others)
    more = loaded(names) if loaded is not None else []
    rest = [(file, b"") for file in more if file not in ahead]
    made.update(readers.known(rest))
    later += _begin([task for task in rest if task not in made], readers)
    wanted = frozenset(more)
    later = [each for each in later if any(file in wanted for file, _ in each.tasks)]
    for each, part in zip(later, _made(later, readers), strict=True):
        made.update(zip(each.tasks, part, strict=True))
    return [made[task] for task in (*tasks, *((file, b"") for file in more))], more


def _prepare() -> None:
    """Load what comes after reading while others read: they take more of the files then, and nobody waits for it."""
    from promptlint import environments, link  # noqa: F401
    from promptlint.collect import collect  # noqa: F401
    from promptlint.providers import providers

    providers()


def _begin(tasks: Sequence[_Task], readers: Readers) -> list[_Begun]:
    """Have files read by the workers, fewer and fewer at once, so that no process waits long for the last ones."""
    begun: list[_Begun] = []
    workers, at = readers.executor, 0
    while at < len(tasks):
        some = tasks[at : at + min(_CHUNK, max((len(tasks) - at) // _CHUNK, 1))]
        begun.append(_Begun(some, None if workers is None else workers.submit(_packed, some, readers.storing)))
        at += len(some)
    return begun


def _made(begun: Sequence[_Begun], readers: Readers) -> Iterator[list[Reading]]:
    """The readings, in the order of their files. Until all are there, this process makes those that none has begun."""
    own: dict[int, list[_Made]] = {}
    given = after = 0
    while given < len(begun):
        tasks, future = begun[given]
        if given in own or future is None:
            yield readers.take(own.pop(given) if given in own else _read_chunk(tasks, readers.storing))
            given += 1
        elif future.done() or after == len(begun):
            yield readers.take(future.result())
            given += 1
        else:
            tasks, future = begun[after]
            if future is not None and future.cancel():
                own[after] = _read_chunk(tasks, readers.storing)
            after += 1


def _packed(tasks: Sequence[_Task], keyed: bool) -> list[_Made]:
    """Readings as they go from a worker to the process that started it."""
    return [_Made(key, _pack(reading)) for key, reading in _read_chunk(tasks, keyed) if isinstance(reading, Reading)]


def _pack(reading: Reading) -> bytes:
    """A reading as bytes. The pickler's own way would look up every object's type."""
    packed = io.BytesIO()
    pickler = pickle.Pickler(packed, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _REDUCED
    pickler.dump(reading)
    return packed.getvalue()


class _Unpickler(pickle.Unpickler):
    """Makes nothing but what readings are made of, whatever the bytes ask for."""

    def find_class(self, module: str, name: str) -> Any:
        if module not in _OF_READINGS:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a reading")
        found = super().find_class(module, name)
        if not isinstance(found, type) or not issubclass(found, msgspec.Struct | Volatility):
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a reading")
        return found


# The modules of the classes that readings are made of.
_OF_READINGS = frozenset(kind.__module__ for kind in (Reading, Facts, Ignore, Span))


def _unpack(packed: bytes) -> Reading:
    """The reading that these bytes stand for. Raises all that bytes can which stand for none."""
    reading = _Unpickler(io.BytesIO(packed)).load()
    if not isinstance(reading, Reading):
        raise pickle.UnpicklingError("no reading")
    return reading


# What readings are made of, in the main.
_REDUCED: dict[type, Any] = {
    kind: kind.__reduce__ for kind in (Span, Hole, Text, Ref, Choice, Apply, Arguments, Mapping, Test)
}


def _processors() -> int:
    available = getattr(os, "sched_getaffinity", None)
    return len(available(0)) if available else os.cpu_count() or 1


class Readers:
    """Processes that share the reading of many files with this one; none for few files, or on one processor.

    What has been found when it is known that there are many files is read while the others are looked for: these keep
    them busy for as long as that takes.
    """

    def __init__(self, stored: Stored | None = None) -> None:
        """`stored` has the readings of earlier runs."""
        self.stored = stored
        # Whether there are so many files that what is made is stored; what was made so far.
        self.storing = False
        self._news: list[_Made] = []
        self.executor: Executor | None = None
        # Files that are read ahead of the others.
        self.begun: list[_Begun] = []
        self._found: list[_Task] = []
        self._interval = sys.getswitchinterval()

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *error: object) -> None:
        sys.setswitchinterval(self._interval)
        if self.executor is not None:
            self.executor.shutdown(wait=True, cancel_futures=True)

    def found(self, file: File, words: bytes) -> None:
        """Have the first files read when many have been found; `words` is what their project says of its own code."""
        self._found.append((file, words))
        # Where there are more processors than portions, how many processes there will be is not known yet.
        if len(self._found) == PARALLEL_FILES >= _processors() * _CHUNK and not (self.stored and self.stored.holds):
            self.start(PARALLEL_FILES)
            self.storing = self.stored is not None
            self.begun = _begin(self._found, self) if self.executor is not None else []

    def start(self, files: int) -> None:
        """Start the processes, if there are none, for so many files."""
        processes = min(_processors(), -(-files // _CHUNK))
        if self.executor is not None or files < PARALLEL_FILES or processes < 2:
            return
        from concurrent.futures import ProcessPoolExecutor

        # Processes that are forked have it then: each would take as long to load it as it takes to read some files.
        from promptlint.extract import catalogue, python  # noqa: F401

        catalogue.matcher()
        # This process is one of those that read.
        executor = ProcessPoolExecutor(processes - 1, initializer=_quiet)
        _widen(executor)
        # While it reads a file, the thread that takes readings from the others must not wait, or these wait for it.
        sys.setswitchinterval(_INTERVAL)
        self.executor = executor

    def known(self, tasks: Sequence[_Task]) -> dict[_Task, Reading]:
        """The readings of files that an earlier run has made of the same bytes."""
        if self.stored is None or (len(tasks) < STORED_FILES and not self.storing):
            return {}
        self.storing = True
        if not self.stored.holds:
            return {}
        keys: dict[bytes, _Task] = {}
        for task in tasks:
            with contextlib.suppress(OSError):
                keys[_key(task, read(task[0]))] = task
        made: dict[_Task, Reading] = {}
        with uncollected():
            for key, packed in self.stored.find(list(keys)).items():
                # What cannot be unpacked is read again.
                with contextlib.suppress(Exception):
                    reading = _unpack(packed)
                    if reading.facts.file == keys[key][0].name:
                        made[keys[key]] = reading
        return made

    def take(self, made: Sequence[_Made]) -> list[Reading]:
        """The readings that have been made, kept for the next run, too."""
        if self.storing:
            self._news += made
        return [each if isinstance(each, Reading) else _unpack(each) for _, each in made]

    @contextlib.contextmanager
    def leaving(self) -> Iterator[None]:
        """Let workers that have nothing more to read end, and store what was made, while this process goes on."""
        if self.executor is None and not self.storing:
            yield
            return
        import threading

        ending = threading.Thread(target=self._leave)
        ending.start()
        try:
            yield
        finally:
            ending.join()

    def _leave(self) -> None:
        if self.executor is not None:
            self.executor.shutdown()
        if self.stored is not None and self.storing:
            news = ((key, each if isinstance(each, bytes) else _pack(each)) for key, each in self._news if key)
            self.stored.store(news)


def _widen(executor: ProcessPoolExecutor) -> None:
    """Let a worker put down what it has read at once: it would wait until this process comes to take it."""
    with contextlib.suppress(ImportError, AttributeError, OSError):
        # Linux knows it. Elsewhere a pipe holds what it holds.
        import fcntl

        fcntl.fcntl(executor._result_queue._reader.fileno(), fcntl.F_SETPIPE_SZ, _PIPE)  # type: ignore[attr-defined]


def _quiet() -> None:
    """In a worker: an interrupt is the parent's to report, and what is read leaves next to nothing in cycles."""
    import signal

    gc.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _read_chunk(tasks: Sequence[_Task], keyed: bool = False) -> list[_Made]:
    """Readings of files, with their keys where they are to be stored (`keyed`)."""
    with uncollected(), _level():
        return [_read_file(task, keyed) for task in tasks]


@contextlib.contextmanager
def _level() -> Iterator[None]:
    """What nests too deeply is the same in every process, however many functions are around."""
    limit, around = sys.getrecursionlimit(), 0
    frame = sys._getframe()
    while frame.f_back is not None:
        frame, around = frame.f_back, around + 1
    sys.setrecursionlimit(limit + around)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Syntax trees and facts are many small objects in no cycles: looking for some takes a third of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _read_file(task: _Task, keyed: bool) -> _Made:
    file, words = task
    try:
        data = read(file)
        reading = read_source(Source.from_bytes(file.name, data), words, file.says)
    except OSError as error:
        return _Made(b"", _failed(file.name, "read", (error.strerror or str(error)).lower()))
    except DecodeError as error:
        return _Made(b"", _failed(file.name, "decode", str(error)))
    # What went wrong in promptlint itself may be another time's memory.
    lasting = keyed and all(problem.kind != "internal" for problem in reading.facts.problems)
    return _Made(_key(task, data) if lasting else b"", reading)


def _key(task: _Task, data: bytes) -> bytes:
    """What stands for all that the reading of a file is made of."""
    from promptlint.stored import digest

    file, words = task
    return digest(file.name.encode("utf-8", "surrogatepass"), str(file.says).encode(), words, data)


def read_source(source: Source, words: bytes, says: int | None = None, syntax: Syntax = ()) -> Reading:
    """The reading of a text, whatever it holds: what goes wrong becomes a problem of that file."""
    try:
        made = _facts(source, words, says, syntax)
        return Reading(made, ignores.ignores(source), _matched(source, words, made.named))
    except RecursionError:
        return _failed(source.name, "internal", "nested too deeply")
    except MemoryError:
        return _failed(source.name, "internal", "out of memory, or nested too deeply")
    except Exception as error:
        return _failed(source.name, "internal", short(error))


def _matched(source: Source, words: bytes, called: list[str]) -> list[str]:
    if not words or language(source.name) != "python":
        return []
    from promptlint.extract.catalogue import found_in

    return found_in(source.text, words, called)


def _facts(source: Source, words: bytes, says: int | None, syntax: Syntax) -> Facts:
    kind = language(source.name)
    if kind == "python":
        from promptlint.extract import python

        return python.facts(source, words)
    if kind == "jinja":
        from promptlint.extract import jinja

        return jinja.facts(source, wanted=says == 2, syntax=syntax)
    from promptlint.extract import documents

    return documents.facts(source, says)


def _failed(name: str, kind: str, message: str) -> Reading:
    return Reading(Facts(name, problems=[Problem(kind, message, Span(name, 0, 0))]))


def short(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__
