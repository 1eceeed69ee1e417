"""Time of a whole promptlint process on one small file, beside tiktoken, and of `promptlint --version`.

    python benchmarks/cold.py [--rounds N] [--limit RATIO] [--version-limit RATIO]

"Cold" is a process of its own, bytecode and files in the system's cache. The measure for a file is
`python -c "import tiktoken; tiktoken.get_encoding('o200k_base')"` with a warm cache directory, for --version it is
`python -c pass`; all run in turns. Of the two files one is short enough that no rule needs its tokens, one is not.
With a limit, exits 1 when a median is more than RATIO times that of its measure.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from first_count import ROOT, fill_cache

CALL = '''"""One call to a model."""

from openai import OpenAI

client = OpenAI()
RULES = """{rules}"""


def answer(question: str) -> str:
    done = client.chat.completions.create(
        model="gpt-5",
        messages=[
            {{"role": "system", "content": RULES}},
            {{"role": "user", "content": f"Question: {{question}}"}},
        ],
    )
    return done.choices[0].message.content or ""
'''
SHORT = CALL.format(rules="You are a careful assistant. Answer in one sentence.")
LONG = CALL.format(rules="You are a careful assistant. Answer in one sentence \N{EM DASH} no more.\n" * 200)
STOCK = "import tiktoken; tiktoken.get_encoding('o200k_base')"


def commands(directory: str) -> dict[str, list[str]]:
    Path(directory, "short.py").write_text(SHORT, encoding="utf-8")
    Path(directory, "long.py").write_text(LONG, encoding="utf-8")
    python, program = sys.executable, [sys.executable, "-m", "promptlint"]
    return {
        "tiktoken": [python, "-c", STOCK],
        "promptlint short.py": [*program, "--exit-zero", "short.py"],
        "promptlint long.py": [*program, "--exit-zero", "long.py"],
        "pass": [python, "-c", "pass"],
        "promptlint --version": [*program, "--version"],
    }


def measure(rounds: int) -> dict[str, list[float]]:
    """Seconds of every command, `rounds` times, in turns."""
    with tempfile.TemporaryDirectory() as directory:
        fill_cache(directory, "o200k_base")
        environment = {
            **os.environ,
            "TIKTOKEN_CACHE_DIR": directory,
            "PYTHONPYCACHEPREFIX": directory,
            "PYTHONPATH": str(ROOT),
        }
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        todo = commands(directory)
        times: dict[str, list[float]] = {name: [] for name in todo}
        for number in range(rounds + 1):  # the first round writes bytecode and is not counted
            for name, command in todo.items():
                begin = time.perf_counter()
                subprocess.run(
                    command, cwd=directory, env=environment, check=True, stdin=subprocess.DEVNULL, capture_output=True
                )
                if number:
                    times[name].append(time.perf_counter() - begin)
    return times


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--limit", type=float, help="for a file, against tiktoken")
    parser.add_argument("--version-limit", type=float, help="for --version, against `pass`")
    options = parser.parse_args()
    times = measure(options.rounds)
    failed = False
    print(f"{'':22} {'median':>8} {'fastest':>8}  ratio")
    for name, seconds in times.items():
        measured, limit = ("pass", options.version_limit) if "--version" in name else ("tiktoken", options.limit)
        ratio = statistics.median(seconds) / statistics.median(times[measured])
        told = f"{ratio:6.2f} of {measured}" if name.startswith("promptlint") else ""
        print(f"{name:22} {statistics.median(seconds) * 1000:5.0f} ms {min(seconds) * 1000:5.0f} ms {told}")
        failed = failed or (bool(told) and limit is not None and ratio > limit)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
