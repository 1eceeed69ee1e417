"""Writes what the program prints of the examples, and the table of its rules, into the README.

    python scripts/update_readme.py

What stands around them is written by hand: the meaning of an option, the number of findings in a sentence.
`tests/test_readme.py` says what is not up to date.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from promptlint.rules import ALWAYS, all_rules  # noqa: E402

_FINDING = re.compile(r"^(?P<file>\S+?):\d+:\d+: \w+\[(?P<rule>[a-z-]+)\]")
_SUMMARY = re.compile(r"^\d+ findings \(")


def printed(*arguments: str) -> str:
    """What the program prints in the checkout."""
    command = [sys.executable, "-m", "promptlint", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PROMPTLINT_NO_CACHE": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False).stdout


def shown(block: str, findings: list[str]) -> str:
    """A block of the README as it is printed now: a finding of this rule in this file, or the last line."""
    if _SUMMARY.match(block):
        return findings[-1]
    old = _FINDING.match(block)
    for each in findings:
        new = _FINDING.match(each)
        if old and new and (old["file"], old["rule"]) == (new["file"], new["rule"]):
            return each
    return block


def main() -> None:
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    findings = re.split(r"\n+(?=\S+?:\d+:\d+: \w+\[|\d+ findings \()", printed("examples/").strip("\n"))
    head, heading, rest = text.partition("## What it finds")
    part, command, rest = rest.partition("`promptlint prompts examples/`")
    part = re.sub(
        r"^```text\n(.*?)\n```$", lambda match: f"```text\n{shown(match[1], findings)}\n```", part, flags=re.M | re.S
    )
    prompts = printed("prompts", "examples/")
    rest = re.sub(r"^```text\n.*?^```$", lambda _: f"```text\n{prompts}```", rest, count=1, flags=re.M | re.S)
    before, layout, rest = rest.partition("## One request as its provider sees it")
    asked = re.search(r"^\$ promptlint (layout .*)$", rest, re.M)
    if asked:
        picture = printed(*asked[1].split())
        rest = re.sub(r"^```text\n.*?^```$", lambda _: f"```text\n{picture}```", rest, count=1, flags=re.M | re.S)
    text = head + heading + part + command + before + layout + rest
    rows = "".join(
        f"| [`{name}`](rules/{name}.md) | {rule.group} | {rule.severity} "
        f"| {'always on' if rule.group == ALWAYS else 'on' if rule.default else 'off'} | {rule.summary} |\n"
        for name, rule in all_rules().items()
    )
    text = re.sub(r"(?:^\| \[`[a-z-]+`\]\(rules/.*\n)+", lambda _: rows, text, count=1, flags=re.M)
    readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
