"""Prompts in text files that the program picks at run time: by a folder, a loader, names that subclasses say."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_loading import prompts

SHORT = "## Tone\nfriendly words only, no slang"
MODES = "Guide {name} through the setup, one step at a time, and check each of them before the next one."
READ = 'from pathlib import Path\nFOLDER = Path(__file__).parent / "{folder}"\n'
BASE = """
import os
from pathlib import Path
from jinja2 import Environment, FileSystemLoader

class BasePrompt:
    template_path = None

    def __init__(self, **values):
        folder = os.path.join(Path(__file__).parent, "templates")
        self.text = Environment(loader=FileSystemLoader(folder)).get_template(self.template_path)
        self.values = values
"""
NAMED = """
def read(name):
    return open(os.path.join("prompts", f"{name}.md")).read()
"""
SUBCLASS = """
from .prompts import BasePrompt

class Repair(BasePrompt):
    template_path = "repair.tmpl"
"""


def found(root: Path, files: dict[str, str]) -> list[str]:
    return sorted(prompt.span.file.rpartition("project/")[2] for prompt in prompts(root, files))


def test_templates_of_which_subclasses_say_the_names(tmp_path: Path) -> None:
    files = {
        "app/core/prompts.py": BASE,
        "app/core/repair.py": SUBCLASS,
        "app/core/templates/repair.tmpl": "Fix the error in this code: {{ code }}\nThe error was {{ error }}.",
        "app/core/templates/never_named.tmpl": "Fix the error in this code: {{ code }}\nIt was {{ error }}.",
    }
    assert found(tmp_path, files) == ["app/core/templates/repair.tmpl"]
    (prompt,) = prompts(tmp_path, files)
    assert prompt.evidence == "jinja-file"


@pytest.mark.parametrize(
    ("folder", "code", "picked"),
    [
        ("modes", 'def prompt_of(mode):\n    return (FOLDER / f"{mode}.md.tmpl").read_text()', False),
        ("ask_templates", 'def prompt_of(mode):\n    return (FOLDER / f"{mode}.md.tmpl").read_text()', True),
        ("ask_templates", 'def fill(mode, prompt):\n    return (FOLDER / f"{mode}.md.tmpl").read_text()', True),
        ("ask_templates", 'def page(mode):\n    return (FOLDER / f"{mode}.md.tmpl").read_text()', False),
        ("ask_templates", 'def prompt_of(mode):\n    return (FOLDER / f"{mode}.txt").read_text()', False),
        ("ask_templates", 'def prompts():\n    return [each.read_text() for each in FOLDER.glob("*.md.tmpl")]', True),
        ("ask_templates", "def prompts():\n    return [each.read_text() for each in FOLDER.iterdir()]", True),
        ("ask_templates", "import os\ndef prompts():\n    return [each for each in os.listdir(FOLDER)]", True),
        ("instructions", 'def read(mode):\n    return (FOLDER / f"{mode}.md.tmpl").read_text()', True),
    ],
)
def test_files_of_a_folder(tmp_path: Path, folder: str, code: str, picked: bool) -> None:
    files = {"app/ask.py": READ.replace("{folder}", folder) + code, f"app/{folder}/guided.md.tmpl": MODES}
    assert found(tmp_path, files) == ([f"app/{folder}/guided.md.tmpl"] if picked else [])


def test_a_folder_that_only_run_time_knows(tmp_path: Path) -> None:
    code = "def prompts(root):\n    return [each for each in (root / 'FOLDER').glob('*.txt')]"
    for folder, picked in (("attack_prompt_templates", True), ("attack_templates", False)):
        files = {"app/ask.py": code.replace("FOLDER", folder), f"app/{folder}/a.txt": MODES}
        assert found(tmp_path / folder, files) == ([f"app/{folder}/a.txt"] if picked else [])


@pytest.mark.parametrize(
    ("code", "picked"),
    [
        ('tone = read("tone.md")', ["prompts/deep.md", "prompts/tone.md"]),
        (NAMED, ["prompts/deep.md", "prompts/tone.md"]),
        ('tone = read("tone.txt")', []),
        ("tone = 1", []),
    ],
)
def test_what_lies_among_prompts_and_is_loaded(tmp_path: Path, code: str, picked: list[str]) -> None:
    """A page that does not read like a prompt may as well explain prompts, unless the program loads its like."""
    files = {"ask.py": f"import os\n{code}", "prompts/tone.md": SHORT, "prompts/deep.md": SHORT}
    files["prompts/README.md"] = files["prompts/formats.md"] = SHORT
    assert found(tmp_path, files) == picked


def test_templates_of_code_and_pages_are_none(tmp_path: Path) -> None:
    names = ("routes.py.tmpl", "page.html.hbs", "config.yaml.tpl", "review.system.mustache")
    files = {f"app/prompts/{name}": MODES for name in names}
    assert found(tmp_path, files) == ["app/prompts/review.system.mustache"]


def test_what_is_excluded_is_not_picked(tmp_path: Path) -> None:
    code = 'def prompt_of(mode):\n    return (FOLDER / f"{mode}.txt").read_text()'
    files = {"app/ask.py": READ.replace("{folder}", "templates") + code, "app/templates/a.txt": MODES}
    assert found(tmp_path / "all", files) == ["app/templates/a.txt"]
    assert not prompts(tmp_path / "none", files, 'exclude = ["app/templates/"]')


def test_a_page_that_is_named_for_prompts_and_lies_elsewhere(tmp_path: Path) -> None:
    files = {"app/ask.py": 'PAGES = ["prompts.md"]', "specs/prompts.md": SHORT}
    assert not found(tmp_path, files)


def test_settings_below_a_folder_of_prompts(tmp_path: Path) -> None:
    text = "version: 1.0\nsystem: You are a strict judge of answers. Say which of them is better.\n"
    files = {"app/prompts/judge/strict.yaml": text, "app/settings/judge/strict.yaml": text}
    assert found(tmp_path, files) == ["app/prompts/judge/strict.yaml"]


def test_documents_of_a_change_to_prompts(tmp_path: Path) -> None:
    """A name that the program mentions is that of a file among prompts only where no other file has it."""
    page = "## Why\n\nThe texts that greet a town stand in five modules, and each of them has to be changed alone.\n"
    code = 'def change(folder):\n    return [(folder / each).read_text() for each in ("design.md", "tone.md")]\n'
    files = {
        "tools/change.py": code,
        "changes/move-prompts/design.md": page,
        "changes/paint-desks/design.md": page.replace("greet a town", "say who sits at a desk"),
        "app/prompts/tone.md": SHORT,
    }
    assert found(tmp_path, files) == ["app/prompts/tone.md"]
    del files["changes/paint-desks/design.md"]
    assert found(tmp_path / "alone", files) == ["app/prompts/tone.md", "changes/move-prompts/design.md"]
