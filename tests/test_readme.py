"""The documentation says what the program does: output, configuration, options, rules, modules, the rule to copy."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import msgspec
import pytest

from promptlint import config
from promptlint.commands import cli
from promptlint.config import Configuration
from promptlint.engine import run
from promptlint.extract.catalogue import KINDS, Catalogue
from promptlint.files import discover
from promptlint.rules import ALWAYS, all_rules

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "rules").glob("*.md")]

TABLE = [field.encode_name for field in msgspec.structs.fields(config._Table)]
FIRST_LINE = re.compile(r"^(.+?):(\d+):(\d+): (error|warning|info)\[([a-z-]+)\] (.*)$")


def fences(text: str, language: str) -> list[str]:
    """The bodies of the fences of a language, in order; what stands inside a longer fence is part of that one."""
    found = []
    for match in re.finditer(r"^(?P<fence>`{3,})(?P<info>[^`\n]*)\n(?P<body>.*?)^(?P=fence)$", text, re.M | re.S):
        if match["info"].strip() == language:
            found.append(match["body"])
    return found


def section(text: str, heading: str) -> str:
    """What stands below a heading, up to the next of its level or above; headings inside fences are none."""
    level = heading.index(" ")
    lines: list[str] = []
    inside, fence = False, ""
    for line in text.splitlines(keepends=True):
        opening = re.match(r"`{3,}", line)
        if fence:
            fence = "" if line.rstrip() == fence else fence
        elif opening:
            fence = opening[0]
        elif line.rstrip() == heading:
            inside = True
            continue
        elif inside and re.match(rf"#{{1,{level}}} ", line):
            break
        if inside:
            lines.append(line)
    assert lines, f"there is no {heading}"
    return "".join(["\n", *lines])


def printed(*arguments: str) -> str:
    """What the program prints in the checkout."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "promptlint", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=120)
    assert not done.stderr, done.stderr.decode()
    return done.stdout.decode()


def test_it_begins_with_the_two_commands() -> None:
    first = fences(README, "console")[0]
    assert "pip install . && promptlint examples/" in first
    assert "pip install -e '.[dev]' && pytest" in first


def test_findings_of_the_examples_are_as_they_are_printed() -> None:
    output = printed("examples/")
    shown = fences(section(README, "## What it finds").partition("`promptlint prompts")[0], "text")
    assert len(shown) >= 2
    for block in shown:
        assert f"\n{block}\n" in f"\n{output}\n", f"this is not what `promptlint examples/` prints:\n{block}"


def test_prompts_of_the_examples_are_as_they_are_printed() -> None:
    [table] = fences(section(README, "## What it finds").partition("`promptlint prompts")[2], "text")
    assert table == printed("prompts", "examples/")


def test_layout_of_the_example_is_as_it_is_printed() -> None:
    told = section(README, "## One request as its provider sees it")
    [command], [picture] = fences(told, "console"), fences(told, "text")
    assert picture == printed(*command.removeprefix("$ promptlint ").split())


def test_the_regular_expression_reads_every_finding() -> None:
    output = printed("--output-format", "json", "examples/")
    findings = msgspec.json.decode(output)
    [pattern] = fences(section(README, "### Editors"), "text")
    assert pattern.strip() == FIRST_LINE.pattern
    [task] = fences(section(README, "### Editors"), "json")
    matcher = msgspec.json.decode(task)["tasks"][0]["problemMatcher"]["pattern"]
    assert matcher["regexp"] == FIRST_LINE.pattern
    matches = [match for line in printed("examples/").split("\n") if (match := FIRST_LINE.match(line))]
    for match, finding in zip(matches, findings, strict=True):
        keys = ("file", "line", "column", "severity", "code", "message")
        read = {key: match[matcher[key]] for key in keys}
        place = finding["location"]
        assert read == {
            "file": finding["filename"],
            "line": str(place["row"]),
            "column": str(place["column"]),
            "severity": finding["severity"],
            "code": finding["code"],
            "message": finding["message"],
        }
        for key in finding:
            assert f"`{key}`" in section(README, "### Editors"), f"the key {key} is not in the README"


def test_configuration_is_what_the_loader_takes(tmp_path: Path) -> None:
    example = fences(section(README, "## Configuration"), "toml")[0]
    (tmp_path / "pyproject.toml").write_text(example, encoding="utf-8")
    settings = Configuration().settings(str(tmp_path))
    assert settings.source == str(tmp_path / "pyproject.toml")
    assert settings.exclude and settings.per_file_ignores and settings.options
    assert "oversized-prompt" not in settings.rules
    assert (settings.provider, settings.model) == ("anthropic", "claude-sonnet-4-5")


def test_the_tables_for_code_of_ones_own_do_what_it_says(tmp_path: Path) -> None:
    told = section(README, "### Code of your own")
    [tables], [program] = fences(told, "toml"), fences(told, "python")
    assert re.findall(r"^\[\[tool\.promptlint\.(\w+)\]\]", tables, re.M) == [
        "call", "message", "messages", "prompt", "decorator", "base", "schema", "client",
    ]  # fmt: skip
    assert set(KINDS) <= set(re.findall(r"tool\.promptlint\.(\w+)", tables))
    lines = program.splitlines()
    said = {number: line.rpartition("  # ")[2] for number, line in enumerate(lines, 1) if "  # " in line}
    assert len(said) == len(KINDS)

    def found(config: str) -> dict[int, set[str]]:
        (tmp_path / "app.py").write_text(program, encoding="utf-8")
        (tmp_path / "pyproject.toml").write_text(config, encoding="utf-8")
        configuration = Configuration()
        done = run(discover([str(tmp_path)], configuration, str(tmp_path)).files, configuration)
        assert done.unmatched == []
        words: dict[int, set[str]] = {}
        for request in done.project.requests:
            for prompt in request.prompts:
                row = done.sources.get("app.py").location(prompt.span.start)[0]
                words.setdefault(row, set()).update((prompt.role, request.provider))
        return words

    with_tables, without = found(tables), found("")
    for row, word in said.items():
        assert word in with_tables[row] and word not in without.get(row, ()), lines[row - 1]


def test_the_names_it_speaks_of(tmp_path: Path) -> None:
    told = section(README, "### Code of your own")
    (tmp_path / "app.py").write_text("\n".join(re.findall(r'`(\w+ = "[^`]+")`', told)), encoding="utf-8")
    configured = dict(re.findall(r"`((?:not-)?names) = (\[[^`]+\])`", told))
    listed = []
    for keys in ([], ["names"], ["not-names"]):
        config = "".join(f"{key} = {configured[key]}\n" for key in keys)
        (tmp_path / "promptlint.toml").write_text(config, encoding="utf-8")
        configuration = Configuration()
        done = run(discover([str(tmp_path)], configuration, str(tmp_path)).files, configuration)
        listed.append([prompt.name for prompt in done.project.prompts])
    assert listed == [["SHOP_PROMPT"], ["clerk_manner", "SHOP_PROMPT"], []]


def test_budgets_are_written_as_it_says(tmp_path: Path) -> None:
    [example] = fences(section(README, "### Models, budgets, files"), "toml")
    (tmp_path / "pyproject.toml").write_text(example, encoding="utf-8")
    [budget] = Configuration().settings(str(tmp_path)).options["oversized-prompt"]["budgets"]
    assert (budget.max_tokens, budget.role, budget.name) == (800, "system", "*")


@pytest.mark.parametrize("key", TABLE)
def test_every_key_of_the_configuration_is_explained(key: str) -> None:
    assert f"\n| `{key}` | " in section(README, "## Configuration")


def test_defaults_of_the_configuration_are_as_it_says(tmp_path: Path) -> None:
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| `([^`|]+)` \|", section(README, "## Configuration"), re.M))
    assert set(TABLE) <= set(rows)
    (tmp_path / "promptlint.toml").write_text("")
    silent = Configuration().settings(str(tmp_path))
    assert silent.rules == {name for name, rule in all_rules().items() if rule.default}
    (tmp_path / "said").mkdir()
    lines = [f"{key} = {rows[key]}\n" for key in TABLE]
    (tmp_path / "said" / "promptlint.toml").write_text("".join(lines), encoding="utf-8")
    said = Configuration().settings(str(tmp_path / "said"))
    assert msgspec.structs.replace(said, source="", root="") == msgspec.structs.replace(silent, source="", root="")


@pytest.mark.parametrize("name", all_rules())
def test_every_rule_is_listed_as_it_is(name: str) -> None:
    rule = all_rules()[name]
    state = "always on" if rule.group == ALWAYS else "on" if rule.default else "off"
    row = f"| [`{name}`](rules/{name}.md) | {rule.group} | {rule.severity} | {state} | {rule.summary} |"
    assert f"\n{row}\n" in section(README, "## Rules")
    for option, default in rule.options.items():
        assert f"\n| `{name}` | `{option}` | {default} | " in section(README, "## Configuration")
    assert f"`{name}`" in CHANGELOG


def test_no_rule_is_listed_that_does_not_exist() -> None:
    assert set(re.findall(r"\]\(rules/([a-z-]+)\.md\)", README)) == set(all_rules())


def test_every_command_and_option_is_named() -> None:
    commands: list[click.Command] = [cli, *cli.commands.values()]
    options = {
        word
        for command in commands
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for word in parameter.opts
        if word.startswith("--")
    }
    assert len(options) > 10
    told = set(re.findall(r"`[^`\n]*?(--[a-z-]+)[^`\n]*`", README))
    assert options <= told | {"--version"} and "--version" in README
    for name in cli.commands:
        assert f"`promptlint {name}" in README
    shown = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", section(README, "## Use")))
    assert shown <= options | {"--help"}, "the README has an option that the program has not"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_nobody_is_sent_to_the_package_of_that_name_on_the_registry(path: Path) -> None:
    text = " ".join(path.read_text(encoding="utf-8").split())
    assert not re.search(r"(?:pip3?|pipx|uv|uvx)(?: tool| add)? (?:install |run )?(?:-\S+ )*promptlint", text)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"^(`{3,}).*?^\1$", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    headings = {
        re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", text, re.M)
    }
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in headings, target
        elif not target.startswith("https://"):
            assert (path.parent / target.partition("#")[0]).exists(), target


def test_every_module_and_test_has_a_line_in_contributing() -> None:
    layout, tests = section(CONTRIBUTING, "## Layout"), section(CONTRIBUTING, "## Tests")
    package = ROOT / "promptlint"
    modules = {path.relative_to(package).as_posix() for path in package.rglob("*.py") if not path.name.startswith("__")}
    modules = {name for name in modules if not name.startswith("rules/")}
    assert modules == set(re.findall(r"^\| `([\w/]+\.py)` \|", layout, re.M))
    assert {path.name for path in (ROOT / "tests").glob("*.py")} == set(re.findall(r"^\| `(\w+\.py)` \|", tests, re.M))


def test_the_rule_to_copy_works(tmp_path: Path) -> None:
    text = section(CONTRIBUTING, "## Add a rule")
    [module], [page] = fences(text, "python"), fences(text, "markdown")
    for name in ("promptlint", "rules", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "promptlint" / "rules" / "shouted_sentence.py").write_text(module, encoding="utf-8")
    (tmp_path / "rules" / "shouted-sentence.md").write_text(page, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/test_rules.py", "-k", "shouted"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout
    counted = re.search(r"(\d+) passed", done.stdout)
    assert counted and int(counted[1]) >= 10, done.stdout


def test_catalogue_entry_and_provider_to_copy_are_well_formed() -> None:
    import tomllib

    from promptlint.cache import policy, read_providers

    [entry] = fences(section(CONTRIBUTING, "## Add a framework to the catalogue"), "toml")
    [call] = msgspec.convert(tomllib.loads(entry), Catalogue).call
    assert call.requires and call.slots
    [provider] = fences(section(CONTRIBUTING, "## Add a provider"), "toml")
    found = policy(call.provider, "acme-large-2", table=read_providers(provider))
    assert (found.known, found.minimum, found.mode) == (True, 512, "prefix")
