"""Jinja with delimiters of its own: what an environment in sight reads, and what is left as it is."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest
from test_loading import lint, shown

from promptlint.extract.facts import Syntax
from promptlint.extract.jinja import TemplateError, template
from promptlint.template import Span, Text

OWN = 'variable_start_string="[[", variable_end_string="]]", block_start_string="[%", block_end_string="%]"'
TEMPLATE = "You sort letters.\n[% if desk %]Desk: [[ desk ]]\n[% endif %]Letter: [[ letter ]] {{ as it is }} {% raw"
READ = "You sort letters.\n[Desk: <desk>\n|]Letter: <letter> {{ as it is }} {% raw"


def texts(root: Path, files: dict[str, str]) -> list[str]:
    report = lint(root, files)
    assert not report.findings, [finding.message for finding in report.findings]
    return [shown(prompt.template) for prompt in report.project.prompts]


@pytest.mark.parametrize(
    "head",
    [
        'env = Environment(loader=FileSystemLoader("templates"), {own})',
        'env = Environment({own}, loader=FileSystemLoader(Path(__file__).parent / "templates"))',
        'env = SandboxedEnvironment(loader=FileSystemLoader(["other", "templates"]), {own})',
        'env = Environment(loader=PackageLoader("app"), {own})',
        'OPEN = "[["\nenv = Environment(loader=FileSystemLoader("templates"), '
        + OWN.replace('variable_start_string="[["', "variable_start_string=OPEN")
        + ")",
    ],
)
def test_files_below_the_folder_of_the_loader(tmp_path: Path, head: str) -> None:
    code = "from pathlib import Path\nfrom jinja2 import *\nfrom jinja2.sandbox import SandboxedEnvironment\n"
    files = {"app/main.py": code + head.format(own=OWN) + "\n", "app/templates/prompts/sort.j2": TEMPLATE}
    assert texts(tmp_path, files) == [READ]


def test_a_template_that_is_asked_for_by_name(tmp_path: Path) -> None:
    code = f"""
from jinja2 import Environment

class Sorter:
    def __init__(self, loader):
        self.env = Environment(loader=loader, {OWN})

    def sort(self, client, letter):
        text = self.env.get_template("sort.j2").render(letter=letter, desk="stamps")
        client.chat.completions.create(model="gpt-4o", messages=[{{"role": "user", "content": text}}])
"""
    files = {"app/main.py": code, "app/prompts/sort.j2": TEMPLATE}
    assert texts(tmp_path, files) == [READ.replace("<desk>", "stamps")]


def test_a_string(tmp_path: Path) -> None:
    code = f"""
import jinja2
env = jinja2.Environment({OWN})

def sort(client, letter):
    text = env.from_string({TEMPLATE!r}).render(letter=letter, desk="stamps")
    client.chat.completions.create(model="gpt-4o", messages=[{{"role": "user", "content": text}}])
"""
    assert texts(tmp_path, {"app/main.py": code}) == [READ.replace("<desk>", "stamps")]


@pytest.mark.parametrize(
    "head",
    [
        # Which delimiters they are is not known.
        'env = Environment(loader=FileSystemLoader("templates"), variable_start_string=start, block_start_string="[%")',
        # It reads other files.
        f'env = Environment(loader=FileSystemLoader("pages"), {OWN})',
        # Two environments read the same file, each in its own way.
        f'env = Environment(loader=FileSystemLoader("templates"), {OWN})\n'
        'plain = Environment(loader=FileSystemLoader("templates"))\npage = plain.get_template("sort.prompt.j2")',
    ],
)
def test_files_of_which_it_is_not_known(tmp_path: Path, head: str) -> None:
    text = "You sort letters. Letter: {{ letter }} [[ as it is ]]"
    code = f"from jinja2 import Environment, FileSystemLoader\n{head}\n"
    found = texts(tmp_path, {"app/main.py": code, "app/templates/sort.prompt.j2": text})
    assert found == ["You sort letters. Letter: <letter> [[ as it is ]]"]


def test_the_result_is_what_jinja2_makes_of_it() -> None:
    syntax: Syntax = (
        ("comment_start_string", "<#"),
        ("comment_end_string", "#>"),
        ("line_comment_prefix", "##"),
        ("line_statement_prefix", "%%"),
        ("variable_end_string", ">"),
        ("variable_start_string", "${"),
    )
    syntax = tuple((key, "}" if value == ">" else value) for key, value in syntax)
    source = "Names:\n%% for n in names\n- ${n} <# no #>{{ raw }}\n%% endfor\nEnd. ## no more\n{% if on %}On{% endif %}"
    made = template([Text(source, Span("a.j2", 0, len(source)), True)], syntax=syntax)
    rendered = jinja2.Environment(**dict(syntax)).from_string(source).render(names=["<n>"], on=True)
    assert shown(made).replace("(", "").replace(")*", "").replace("[On|]", "On") == rendered


def test_delimiters_that_jinja2_refuses() -> None:
    with pytest.raises(TemplateError):
        template([Text("x", Span("a.j2", 0, 1), True)], syntax=(("block_start_string", "{{"),))
