"""Time and memory of promptlint over a directory, beside `ast.parse`, bandit and flake8 over the same files.

    python benchmarks/speed.py DIR [--runs N] [--limit RATIO] [--grow]

Every tool runs once in each round, in turns, as a process of its own, over the Python files that promptlint would lint
(Jinja files only promptlint reads). `ast.parse` reads and parses all of them in one process and keeps nothing;
"extraction and linking" is promptlint without its rules. "nothing changed" is a run behind another one of the same
files, whose readings it finds; all others read everything. bandit and flake8 are left out when they are not installed
beside this interpreter. Prints the median and the fastest time, the processor time of all processes of the tool (the
least of all runs, which other programs on the machine disturb least), the ratios of both to `ast.parse`, and peak
memory: of the largest process, and, where /proc tells, of all processes of a tool at one time (pages that they share
counted once), from one more run that is not timed. With --limit, exits 1 when promptlint takes more than RATIO times
as long as `ast.parse`.

With --grow the files of DIR are copied 1, 2 and 4 times side by side, and each of the three is measured so: cost that
grows with the size of the project alone has the same ratios in all of them.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PARSE = """
import ast, sys, warnings
warnings.simplefilter("ignore")
for path in sys.stdin.read().split("\\0"):
    try:
        with open(path, "rb") as file:
            ast.parse(file.read())
    except (SyntaxError, ValueError):
        pass
"""
ALONE = """
import sys
from promptlint import reading
reading.PARALLEL_FILES = sys.maxsize
from promptlint.cli import main
main()
"""
WITHOUT_RULES = """
from promptlint import engine
engine._ask = lambda *given: ([], frozenset())
from promptlint.cli import main
main()
"""
REFERENCE = "ast.parse"
PROGRAM = "promptlint"
AGAIN = "promptlint, nothing changed"


class Use(NamedTuple):
    """What one run took: seconds, seconds of processor time, kilobytes of the largest process and of all together."""

    seconds: float
    processor: float
    largest: int
    together: int


def tools(directory: str, files: list[str], cache: str) -> dict[str, tuple[list[str], str]]:
    """The command of every tool and its standard input. `cache` is where promptlint may keep what it has read."""
    python, lint = sys.executable, ["--exit-zero", "--quiet", "--no-cache", directory]
    found = {
        REFERENCE: ([python, "-c", PARSE], "\0".join(files)),
        PROGRAM: ([python, "-m", "promptlint", *lint], ""),
        "promptlint, one process": ([python, "-c", ALONE, *lint], ""),
        "extraction and linking": ([python, "-c", WITHOUT_RULES, *lint], ""),
        AGAIN: ([python, "-m", "promptlint", *lint[:2], "--cache-dir", cache, directory], ""),
    }
    for name, options in (("bandit", ["-q", "--exit-zero", *files]), ("flake8", ["--exit-zero", "-q", *files])):
        if importlib.util.find_spec(name):
            found[name] = ([python, "-m", name, *options], "")
        else:
            print(f"{name} is left out: it is not installed (pip install {name})")
    return found


def run(command: list[str], text: str, sample: bool = False) -> Use:
    """What a command takes; what all its processes take together (0 without `sample`) is measured apart."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryFile() as stdin:
        stdin.write(text.encode("utf-8", "surrogateescape"))
        stdin.seek(0)
        begin = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
            start_new_session=True,
        )  # fmt: skip
        most = 0
        while sample and process.poll() is None:
            most = max(most, together(process.pid))
            time.sleep(0.02)
        if sample:
            return Use(0.0, 0.0, 0, most)
        # The usage of a process has that of the processes it waited for: memory is that of the largest.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command[:4]} ended with {process.returncode}")
    largest = usage.ru_maxrss if sys.platform != "darwin" else usage.ru_maxrss // 1024
    return Use(seconds, usage.ru_utime + usage.ru_stime, largest, most)


def together(session: int) -> int:
    """Kilobytes of all processes of a session, shared pages counted once; 0 where there is no /proc."""
    total = 0
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(entry.name)) == session:
                for line in (entry / "smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1])
        except (OSError, ValueError):
            continue
    return total


def python_files(directory: str) -> list[str]:
    """The Python files that promptlint would lint, absolute."""
    command = [sys.executable, "-m", "promptlint", "--show-files", directory]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    listed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    return [os.path.abspath(name) for name in listed.splitlines() if name.endswith(".py")]


def copy(source: str, target: str, copies: int) -> None:
    """Copy a directory, version control and links left out, into so many folders of another one."""
    for number in range(copies):
        shutil.copytree(
            source, os.path.join(target, f"copy{number}"), ignore=shutil.ignore_patterns(".git"), symlinks=True
        )


def count_lines(files: list[str]) -> int:
    return sum(Path(name).read_bytes().count(b"\n") for name in files)


def measure(directory: str, runs: int) -> float:
    """Measure and print. Gives the ratio of promptlint's median time to that of `ast.parse`."""
    files = python_files(directory)
    with tempfile.TemporaryDirectory() as cache:
        return compare(tools(directory, files, cache), files, runs)


def compare(commands: dict[str, tuple[list[str], str]], files: list[str], runs: int) -> float:
    """The same of these tools."""
    run(*commands[AGAIN])
    print(f"{len(files):,} Python files, {count_lines(files):,} lines, {runs} runs, Python {sys.version.split()[0]}")
    uses: dict[str, list[Use]] = {name: [] for name in commands}
    order = list(commands)
    for _ in range(runs):
        for name in order:
            uses[name].append(run(*commands[name]))
        order.append(order.pop(0))
    medians = {name: statistics.median(use.seconds for use in each) for name, each in uses.items()}
    processor = {name: min(use.processor for use in each) for name, each in uses.items()}
    print(f"{'':27} {'median':>8} {'fastest':>8} {'ratio':>6} {'CPU':>8} {'ratio':>6} {'largest':>9} {'together':>9}")
    for name, (command, text) in commands.items():
        all_memory = run(command, text, sample=True).together
        told = f"{all_memory / 1024:6.0f} MB" if all_memory else "?"
        print(
            f"{name:27} {medians[name]:6.2f} s {min(use.seconds for use in uses[name]):6.2f} s"
            f" {medians[name] / medians[REFERENCE]:6.2f} {processor[name]:6.2f} s"
            f" {processor[name] / processor[REFERENCE]:6.2f}"
            f" {max(use.largest for use in uses[name]) / 1024:6.0f} MB {told:>9}",
            flush=True,
        )
    return medians[PROGRAM] / medians[REFERENCE]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("directory")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--limit", type=float, help="exit 1 when promptlint takes more than this times ast.parse")
    parser.add_argument("--grow", action="store_true", help="measure 1, 2 and 4 copies of the directory")
    options = parser.parse_args()
    if not python_files(options.directory):
        parser.error(f"no Python files below {options.directory}")
    if not options.grow:
        ratio = measure(options.directory, options.runs)
        return 1 if options.limit is not None and ratio > options.limit else 0
    for copies in (1, 2, 4):
        with tempfile.TemporaryDirectory() as directory:
            copy(options.directory, directory, copies)
            measure(directory, options.runs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
