"""Time and memory of `duplicate-block` over many prompts.

    python benchmarks/blocks.py [--prompts N] [--limit SECONDS] [--memory-limit MIB]

Half of the prompts share blocks with others, the rest are alone; each has about 30 lines. Prints seconds of processor
time for N / 8, N / 4, N / 2 and N prompts, and for N the most memory of the process (MiB, resident) with and without
the prompts themselves. With a limit, exits 1 when N prompts take more.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from promptlint.prompt import Project, Prompt, Request
from promptlint.rules import all_rules
from promptlint.template import Span, Text

SUBJECTS = "letter invoice contract recording shift meter essay harbour garden kitchen vessel archive".split()
VERBS = "name sort list describe translate count mark quote round check file answer".split()
TAILS = "in one sentence|before noon|with its year|without a comment|in the first line|for the council".split("|")
_SCALE = 1024 if sys.platform != "darwin" else 1024 * 1024


def line(choose: random.Random) -> str:
    number = choose.randrange(10_000)
    return f"- {choose.choice(VERBS).title()} the {choose.choice(SUBJECTS)} {number} {choose.choice(TAILS)}."


def project_of(number: int) -> Project:
    """A project of so many prompts, the same with every call."""
    choose = random.Random(number)
    blocks = [[line(choose) for _ in range(12)] for _ in range(max(number // 20, 1))]
    requests: list[Request] = []
    for at in range(number):
        lines = [f"You are clerk {at}.", *(line(choose) for _ in range(16))]
        lines += choose.choice(blocks) if at % 2 else [line(choose) for _ in range(12)]
        value = "\n".join(lines)
        span = Span(f"{at:06}.py", 0, len(value))
        requests.append(Request("", "", (Prompt("PROMPT", "system", "name", (Text(value, span, True),), span),), span))
    return Project(tuple(requests))


def memory() -> float:
    """The most memory that this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _SCALE


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--prompts", type=int, default=20_000)
    parser.add_argument("--limit", type=float, help="seconds")
    parser.add_argument("--memory-limit", type=float, help="MiB, prompts included")
    options = parser.parse_args()
    check = all_rules()["duplicate-block"].check
    assert check is not None
    seconds = before = 0.0
    for number in (options.prompts // 8, options.prompts // 4, options.prompts // 2, options.prompts):
        project = project_of(max(number, 1))
        before = memory()
        began = time.process_time()
        findings = sum(1 for _ in check(project))
        seconds = time.process_time() - began
        each = seconds / max(number, 1) * 1e6
        print(f"{number:>9,} prompts {seconds:7.2f} s {each:6.0f} µs a prompt  {findings:,} findings")
    print(f"{memory():,.0f} MiB at most, {memory() - before:,.0f} of them beyond the prompts")
    failed = options.limit is not None and seconds > options.limit
    failed = failed or (options.memory_limit is not None and memory() > options.memory_limit)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
