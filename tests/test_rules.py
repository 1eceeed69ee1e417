"""Every rule's page, executed: what it calls bad is reported, what it calls good is not, fixes do what it shows."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from promptlint.config import Configuration, Overrides
from promptlint.engine import Report, run
from promptlint.files import File
from promptlint.prompt import Finding, Fix
from promptlint.rules import ALWAYS, all_rules, page

PAGES = Path(__file__).parent.parent / "rules"
KINDS = ("bad", "good", "fixed", "config")
EXTENSIONS = {"python": "py", "jinja": "j2"}
MARKER = "# <-"

_FENCE = re.compile(r"(?P<fence>`{3,}|~{3,})(?P<info>.*)")
_LINE = re.compile(r"line=(\d+)")


class Fence(msgspec.Struct, frozen=True):
    """An example of a page; `row` is the page's row of its first line, `config` the configuration that holds for it.

    `line` is the line of it at which the rule must report.
    """

    page: str
    row: int
    language: str
    kind: str
    text: str
    line: int | None
    config: str

    def __str__(self) -> str:
        return f"{self.page}:{self.row}-{self.kind}"


def fences(name: str, text: str) -> Iterator[Fence]:
    """The examples of a page in order; fences whose info string names no kind are prose."""
    config = ""
    rows = text.split("\n")
    row = 0
    while row < len(rows):
        opening = _FENCE.fullmatch(rows[row])
        row += 1
        if not opening:
            continue
        begin = row
        while row < len(rows) and not (
            rows[row].startswith(opening["fence"]) and not rows[row].strip(opening["fence"][0])
        ):
            row += 1
        assert row < len(rows), f"{name}.md:{begin}: the fence is not closed"
        body = "".join(f"{line}\n" for line in rows[begin:row])
        row += 1
        language, _, words = opening["info"].strip().partition(" ")
        kind = next((word for word in words.split() if word in KINDS), "")
        if not kind:
            continue
        if kind == "config":
            assert language == "toml", f"{name}.md:{begin}: a configuration is TOML"
            config = body
            continue
        yield Fence(name, begin + 1, language, kind, body, _reported(words, body) if kind == "bad" else None, config)


def _reported(words: str, body: str) -> int | None:
    named = _LINE.search(words)
    if named:
        return int(named[1])
    marked = [number for number, line in enumerate(body.split("\n"), 1) if MARKER in line]
    return marked[0] if len(marked) == 1 else None


ALL = [fence for path in sorted(PAGES.glob("*.md")) for fence in fences(path.stem, path.read_text(encoding="utf-8"))]
BAD, GOOD = ([fence for fence in ALL if fence.kind == kind] for kind in ("bad", "good"))
# The example that stands above a fixed one is what was fixed.
FIXED = [(before, after) for before, after in itertools.pairwise(ALL) if after.kind == "fixed"]


def lint(fence: Fence, folder: Path) -> Report:
    """A run over the example as a file of its own, with the default rules, the page's rule and its configuration."""
    config = folder / ("pyproject.toml" if "[tool.promptlint" in fence.config else "promptlint.toml")
    config.write_text(fence.config, encoding="utf-8")
    path = folder / f"example.{EXTENSIONS[fence.language]}"
    path.write_text(fence.text, encoding="utf-8", newline="")
    overrides = Overrides(extend_select=(fence.page,), cwd=str(folder))
    return run([File(path.name, str(path))], Configuration(overrides, file=str(config)))


def described(report: Report) -> list[str]:
    """The findings as lines, for a failure to be read."""
    lines = []
    for finding in report.findings:
        row, column = report.sources.get(finding.span.file).location(finding.span.start)
        lines.append(f"{row}:{column} {finding.rule}: {finding.message}")
    return lines + [f"{problem.kind}: {problem.message}" for problem in report.problems]


def applied(fix: Fix, text: str) -> str:
    """A text with the edits of a fix in place."""
    for edit in sorted(fix.edits, key=lambda edit: edit.span, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def test_every_rule_has_a_page_and_every_page_a_rule() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == set(all_rules())


@pytest.mark.parametrize("name", all_rules())
def test_page_says_what_why_and_when_not(name: str) -> None:
    text = page(name)
    title, _, rest = text.partition("\n")
    assert title == f"# {name}"
    assert rest.strip().partition("\n")[0].endswith("."), "the first line below the title is a sentence that sums it up"
    needed = ["## What it reports", "## Why", "## Examples", "## When not to use it"]
    if all_rules()[name].options:
        needed.insert(3, "## Options")
    if all_rules()[name].group == ALWAYS:
        needed = ["## What it reports", "## Examples"]
    headings = [line for line in text.split("\n") if line.startswith("## ")]
    assert [heading for heading in headings if heading in needed] == needed


@pytest.mark.parametrize("name", all_rules())
def test_page_names_every_option_with_its_default(name: str) -> None:
    rows = page(name).partition("## Options")[2].partition("\n## ")[0].split("\n")
    for option, default in all_rules()[name].options.items():
        shown = rf"{default}|{default:,}" if type(default) is int else re.escape(str(default))
        about = [row for row in rows if f"`{option}`" in row]
        assert about, f"{option} is not on the page"
        assert any(re.search(rf"(?<![\w,.])({shown})(?![\w,]*\w)", row) for row in about), (
            f"the default {default} of {option} is not"
        )


@pytest.mark.parametrize("name", all_rules())
def test_page_has_enough_examples(name: str) -> None:
    bad = [fence for fence in BAD if fence.page == name]
    good = [fence for fence in GOOD if fence.page == name]
    least = (1, 1) if all_rules()[name].group == ALWAYS else (2, 3)
    assert (len(bad), len(good)) >= least and len(good) >= least[1]


@pytest.mark.parametrize("fence", ALL, ids=str)
def test_example_is_what_it_says_it_is(fence: Fence) -> None:
    assert fence.language in EXTENSIONS
    if fence.kind == "bad":
        assert fence.line is not None, "a bad example says where: line=N behind it, or one `# <-` in it"
    if fence.language == "python":
        ast.parse(fence.text)


@pytest.mark.parametrize("fence", BAD, ids=str)
def test_bad_example_is_reported(fence: Fence, tmp_path: Path) -> None:
    report = lint(fence, tmp_path)
    source = report.sources.get(f"example.{EXTENSIONS[fence.language]}")
    rows = [source.location(finding.span.start)[0] for finding in report.findings if finding.rule == fence.page]
    assert rows == [fence.line], described(report)


@pytest.mark.parametrize("fence", GOOD, ids=str)
def test_good_example_is_not_reported(fence: Fence, tmp_path: Path) -> None:
    report = lint(fence, tmp_path)
    assert described(report) == []
    if all_rules()[fence.page].group != ALWAYS:
        assert report.project.prompts, "nothing in it was taken for a prompt, so it shows nothing"


@pytest.mark.parametrize(("before", "after"), FIXED, ids=lambda fence: str(fence))
def test_fix_of_a_bad_example(before: Fence, after: Fence, tmp_path: Path) -> None:
    assert before.kind == "bad", "above a fixed example stands the bad one"
    fixes = [finding.fix for finding in lint(before, tmp_path).findings if finding.rule == before.page and finding.fix]
    assert len(fixes) == 1
    assert applied(fixes[0], before.text) == after.text
    again = msgspec.structs.replace(after, config=before.config)
    assert [finding for finding in lint(again, tmp_path).findings if finding.rule == before.page] == []


@pytest.mark.parametrize("fence", BAD, ids=str)
def test_every_fix_is_shown(fence: Fence, tmp_path: Path) -> None:
    """A page whose rule has a fix shows what it makes of one of its bad examples at least."""
    found: list[Finding] = [each for each in lint(fence, tmp_path).findings if each.rule == fence.page and each.fix]
    assert not found or any(after.page == fence.page for _, after in FIXED)


def test_fences_are_read() -> None:
    text = "```toml config\na = 1\n```\n~~~~python bad line=2\nx = '''\n~~~\n'''\n~~~~\n"
    text += "```python\nprose\n```\n```jinja bad\n{{ x }} # <-\n```\n"
    first, second = fences("some-rule", text)
    assert (first.language, first.kind, first.line, first.config) == ("python", "bad", 2, "a = 1\n")
    assert first.text == "x = '''\n~~~\n'''\n"
    assert (second.language, second.line, second.row) == ("jinja", 1, 13)
