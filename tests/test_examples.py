"""The example app has the defects that the README shows, one kind in its place, and its clean twin has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptlint.config import Configuration, Overrides
from promptlint.engine import Report, run
from promptlint.files import discover
from promptlint.rules import ALWAYS, all_rules

EXAMPLES = Path(__file__).parent.parent / "examples"
CONFIGURATION = Configuration(Overrides(cwd=str(EXAMPLES)))

DEFECTS = {
    "support_desk/assistant.py": [
        "changing-tools",
        "missing-cache-control",
        "uncached-boundary",
        "unstable-order",
        "useless-cache-control",
    ],
    "support_desk/handover.md.j2": ["pretty-json"],
    "support_desk/notes.py": [
        "frozen-clock",
        "interpolated-template",
        "missing-variable",
        "unescaped-brace",
        "unformatted-placeholder",
        "unused-variable",
    ],
    "support_desk/phone.py": ["oversized-tools"],
    "support_desk/photos.py": ["embedded-blob", "ineffective-dedent"],
    "support_desk/reply.py": ["oversized-prompt", "pretty-json", "pretty-json", "volatile-prefix"],
    "support_desk/survey.py": ["duplicate-instruction", "restated-schema"],
    "support_desk/triage.py": ["indented-prompt", "static-after-variable", "unused-ignore"],
}


@pytest.fixture(scope="module")
def report() -> Report:
    return run(discover([str(EXAMPLES)], CONFIGURATION, str(EXAMPLES)).files, CONFIGURATION)


def test_every_file_has_its_defects_and_no_other(report: Report) -> None:
    found: dict[str, list[str]] = {}
    for finding in report.findings:
        found.setdefault(finding.span.file, []).append(finding.rule)
    assert {name: sorted(rules) for name, rules in found.items()} == DEFECTS
    assert report.problems == []


def test_every_rule_that_is_on_has_an_example() -> None:
    shown = {rule for rules in DEFECTS.values() for rule in rules}
    assert {name for name, rule in all_rules().items() if rule.default and rule.group != ALWAYS} <= shown


def test_the_twins_send_the_same_kinds_of_prompts(report: Report) -> None:
    """The clean files are silent because they are right, not because nothing in them was read."""
    prompts: dict[str, int] = {}
    for prompt in report.project.prompts:
        prompts[prompt.span.file] = prompts.get(prompt.span.file, 0) + 1
    assert {name for name in prompts if "_clean/" in name} == {name.replace("desk/", "desk_clean/") for name in DEFECTS}
    assert prompts["support_desk_clean/triage.py"] == 2


def test_the_figures_of_the_findings(report: Report) -> None:
    found = {finding.rule: finding for finding in report.findings if finding.span.file != "support_desk/handover.md.j2"}
    triage, reply = found["static-after-variable"], found["volatile-prefix"]
    assert triage.saving == reply.saving == "cached"
    assert triage.tokens >= 1024 and triage.exact
    assert reply.tokens >= 1024 and not reply.exact
    assert found["oversized-prompt"].tokens > 2000
    assert 50 <= found["indented-prompt"].tokens <= 70 and found["indented-prompt"].saving == "removed"
    assert found["ineffective-dedent"].tokens >= 10 and found["embedded-blob"].tokens >= 100
    assert report.tokens("removed") < 500 < report.tokens("cached")
