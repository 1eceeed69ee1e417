"""What is not known to change: values of helpers that nothing runs, of files read as they stand, of fixed files."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptlint.config import Configuration
from promptlint.engine import run
from promptlint.files import discover
from promptlint.template import Repeat, Volatility, holes

V = Volatility
BUILD = 'def build_prompt(question):\n    return f"You are a helper. Answer {question} and explain it."\n'
CLIENT = "import openai\nclient = openai.OpenAI()\n"


def states(folder: Path, **files: str) -> dict[str, Volatility]:
    """How often the values of all prompts of a project change, by their expressions."""
    for name, text in files.items():
        path = folder / (name.replace("__", "/") if "." in name else f"{name.replace('__', '/')}.py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    configuration = Configuration()
    report = run(discover([str(folder)], configuration, str(folder)).files, configuration)
    assert not report.problems
    found: dict[str, Volatility] = {}
    for prompt in report.project.prompts:
        for hole in holes(prompt.template):
            found[hole.expression] = max(found.get(hole.expression, V.CONSTANT), hole.volatility)
        found.update((part.over, part.volatility) for part in prompt.template if isinstance(part, Repeat))
    return found



def test_a_helper_that_nothing_runs_is_given_nobody_knows_what(tmp_path: Path) -> None:
    assert states(tmp_path, a=BUILD) == {"question": V.UNKNOWN}


@pytest.mark.parametrize(
    "more",
    [
        "print(build_prompt(asked()))\n",
        "HANDLERS = [build_prompt]\n",
        "graph.add_node('ask', build_prompt)\n",
        "def outer(maker):\n    return getattr(maker, {'ask': 'build_prompt'}[maker.kind])(asked())\n",
        "def outer(maker):\n    return maker.build_prompt(asked())\n",
    ],
)
def test_a_helper_that_is_called_or_handed_over(tmp_path: Path, more: str) -> None:
    assert states(tmp_path, a=BUILD + more) == {"question": V.REQUEST}
    assert states(tmp_path, a=BUILD, b="from a import build_prompt\n" + more) == {"question": V.REQUEST}


@pytest.mark.parametrize("head", ["@server.handler\n", "@app.post('/')\n"])
def test_a_decorated_function_is_run_by_its_framework(tmp_path: Path, head: str) -> None:
    assert states(tmp_path, a=head + BUILD) == {"question": V.REQUEST}


def test_a_plain_decorator_runs_nothing(tmp_path: Path) -> None:
    method = "class Maker:\n    @staticmethod\n" + "".join(f"    {line}\n" for line in BUILD.splitlines())
    assert states(tmp_path, a=method) == {"question": V.UNKNOWN}


def test_a_method_may_be_run_by_a_base_class_from_elsewhere(tmp_path: Path) -> None:
    method = "".join(f"    {line}\n" for line in BUILD.replace("(question)", "(self, question)").splitlines())
    assert states(tmp_path, a="class Maker(framework.Chain):\n" + method) == {"question": V.REQUEST}
    assert states(tmp_path, a="class Base:\n    pass\nclass Maker(Base):\n" + method) == {"question": V.UNKNOWN}


def test_a_function_that_sends_its_request_is_no_helper(tmp_path: Path) -> None:
    sends = BUILD.replace("return f", "text = f") + (
        "    return client.chat.completions.create(model='gpt-5.2', messages=[{'role': 'user', 'content': text}])\n"
    )
    assert states(tmp_path, a=CLIENT + sends) == {"question": V.REQUEST}


def test_a_clock_is_no_guess(tmp_path: Path) -> None:
    code = BUILD.replace("{question}", "{datetime.now()}")
    assert states(tmp_path, a="from datetime import datetime\n" + code) == {"datetime.now()": V.UNIQUE}


TEXT = "You are a helper of a shop. Insert the words in {{ query }} and answer.\n"


def test_a_text_that_is_read_as_it_stands(tmp_path: Path) -> None:
    use = "from pathlib import Path\nBASE = Path(__file__).parent\ndef load(show):\n    show(%s)\n"
    read = use % "(BASE / 'prompts' / 'words.txt').read_text()"
    assert states(tmp_path / "a", a=read, **{"prompts__words.txt": TEXT}) == {"query": V.UNKNOWN}
    assert states(tmp_path / "b", a=use % "Words()", **{"prompts__words.txt": TEXT}) == {"query": V.REQUEST}


LOADER = """
import os

import jinja2


def load_prompt(name):
    with open(os.path.join("prompts", f"{name}.txt")) as file:
        return file.read()


WORDS = load_prompt("words")
ENVIRONMENT = jinja2.Environment()
"""


def test_a_text_that_a_helper_reads(tmp_path: Path) -> None:
    file = {"prompts__words.txt": TEXT}
    assert states(tmp_path / "a", a=LOADER, **file) == {"query": V.UNKNOWN}
    fill = "def ask(shop):\n    shop.send(ENVIRONMENT.from_string(WORDS).render(**shop.asked))\n"
    assert states(tmp_path / "b", a=LOADER + fill, **file) == {"query": V.UNKNOWN}
    assert states(tmp_path / "c", a=LOADER + fill + "HANDLERS = [ask]\n", **file) == {"query": V.REQUEST}


def prompt(expression: str, before: str = "pass") -> str:
    return (
        f"from pathlib import Path\nBASE = Path(__file__).parent\nPAGE = BASE / 'page.html'\n"
        f"def prompt(document, path, user_id, loader):\n    {before}\n"
        f"    return f'You are a helper. Read {{{expression}}} and go on.'\nHANDLERS = [prompt]\n"
    )


@pytest.mark.parametrize(
    ("expression", "before", "expected"),
    [
        ("PAGE.read_text()", "pass", V.DEPLOY),
        ('(BASE / "page.html").read_text()', "pass", V.DEPLOY),
        ("Path(path).read_text()", "pass", V.UNKNOWN),
        ("Path(document).read_text()", "pass", V.REQUEST),
        ("loader.load(user_id)", "pass", V.UNKNOWN),
        ("user_id", "pass", V.SESSION),
        ("str(user_id)", "pass", V.SESSION),
        ("result", "result = loader.run(path_of())", V.UNKNOWN),
        ('result["output"]', "result = loader.run(path_of())", V.UNKNOWN),
        ("result", "result = loader.run(document)", V.REQUEST),
        ("answer", "answer = loader.run(path_of())", V.REQUEST),
        ("document", "pass", V.REQUEST),
    ],
)
def test_values_by_where_they_come_from(tmp_path: Path, expression: str, before: str, expected: Volatility) -> None:
    (level,) = states(tmp_path, a=prompt(expression, before)).values()
    assert level is expected


SCRIPT = """
def main():
    page = Path("page.html").read_text()
    print(build_prompt(page))


if __name__ == "__main__":
    main()
"""


def test_a_script_that_gives_the_same_every_time(tmp_path: Path) -> None:
    script = "from pathlib import Path\n" + BUILD + SCRIPT
    assert states(tmp_path / "a", a=script) == {"question": V.DEPLOY}
    # Somebody else may give it anything.
    other = "from a import build_prompt\ndef f(shop):\n    return shop.send(shop.build_prompt(shop.asked))\n"
    assert states(tmp_path / "b", a=script, b=other) == {"question": V.REQUEST}
    asked = script.replace('Path("page.html").read_text()', "input()")
    assert states(tmp_path / "c", a=asked) == {"question": V.REQUEST}


def test_a_system_text_that_is_one_value_holds_instructions(tmp_path: Path) -> None:
    code = CLIENT + (
        "def ask(parts, question):\n    fitted = fit(parts)\n    return client.chat.completions.create(\n"
        "        model='gpt-5.2',\n        messages=[\n"
        "            {'role': 'system', 'content': fitted[0]['message']},\n"
        "            {'role': 'user', 'content': f'Answer in a sentence: {question}'},\n        ],\n    )\n"
    )
    assert states(tmp_path, a=code) == {"fitted[0]['message']": V.UNKNOWN, "question": V.REQUEST}


def test_a_function_named_for_what_changes_seldom(tmp_path: Path) -> None:
    code = """
def list_tools(context):
    answer = context.box.run("ls")
    return "Known: " + answer

def show_rules(question):
    return f"Rules for {question} and {question.strip()}"

def prompt(context, question):
    return f"You are a helper. Use {list_tools(context)} and {show_rules(question)} and go on."

HANDLERS = [prompt]
"""
    assert states(tmp_path, a=code) == {"answer": V.DEPLOY, "question": V.REQUEST, "question.strip()": V.REQUEST}


def test_a_brace_that_is_no_field_says_nothing(tmp_path: Path) -> None:
    code = (
        "from langchain_core.prompts import PromptTemplate\n"
        "PROMPT = PromptTemplate.from_template('You help. Give {\"result\": \"answer\"} for {question} now.')\n"
    )
    assert states(tmp_path, a=code) == {'"result": "answer"': V.UNKNOWN, "question": V.REQUEST}


LONG = 'You are a clerk. Answer {question} and explain every step of it.'
DRAFT = (
    f'DRAFT_PROMPT = "{LONG}"\nUSED_PROMPT = "{LONG} Be brief."\n'
    "def ask(q):\n    return USED_PROMPT.format(question=q)\n"
)


SORT = "Sort the letters by street and by number before you answer any of them. "
VERSIONS = (
    "def instructions():\n"
    f"    prompt_v0@ = 'You are a clerk.\\n- {SORT}\\n- {SORT}'\n"
    "    return 'You are a clerk who sorts letters.'\n"
)


@pytest.mark.parametrize(
    ("expected", "files"),
    [
        pytest.param({"DRAFT_PROMPT"}, {"a": DRAFT}, id="its file uses another"),
        pytest.param({"PROMPT_LEGACY"}, {"a": f'PROMPT_LEGACY = "{LONG}"\n'}, id="named as out of use"),
        pytest.param(set(), {"a": DRAFT + "PROMPTS = {'draft': DRAFT_PROMPT}\n"}, id="put into a dict"),
        pytest.param(set(), {"a": f'DRAFT_PROMPT = "{LONG}"\n'}, id="a file that holds prompts"),
        pytest.param(
            set(),
            {"a": DRAFT, "b": "import a\nask(a.DRAFT_PROMPT)\n"},
            id="used elsewhere",
        ),
        pytest.param(
            set(),
            {"a": DRAFT, "b": "from a import DRAFT_PROMPT as P\n"},
            id="imported",
        ),
        pytest.param(
            set(),
            {"a": "__all__ = ['DRAFT_PROMPT']\n" + DRAFT},
            id="named in a string",
        ),
        pytest.param({"prompt_v0"}, {"a": VERSIONS.replace("@", "")}, id="a local that is not read"),
        pytest.param({"prompt_v0"}, {"a": VERSIONS.replace("@", ": str")}, id="declared with its type"),
        pytest.param(set(), {"a": VERSIONS.replace("@", " = chosen")}, id="two names"),
        pytest.param(set(), {"a": VERSIONS.replace("@", "") + "    return locals()\n"}, id="all locals at once"),
        pytest.param(
            set(),
            {"a": VERSIONS.replace("prompt_v0@ = ", "return (prompt_v0 := ").replace("them. '", "them. ')")},
            id="used where it is named",
        ),
    ],
)
def test_texts_that_nothing_sends(tmp_path: Path, expected: set[str], files: dict[str, str]) -> None:
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text)
    configuration = Configuration()
    prompts = run(discover([str(tmp_path)], configuration, str(tmp_path)).files, configuration).project.prompts
    assert prompts
    assert {prompt.name for prompt in prompts if prompt.idle} == expected


def test_of_a_text_that_nothing_sends_nothing_can_be_saved(tmp_path: Path) -> None:
    configuration = Configuration()

    def saved() -> list[str]:
        findings = run(discover([str(tmp_path)], configuration, str(tmp_path)).files, configuration).findings
        return [finding.rule for finding in findings]

    (tmp_path / "a.py").write_text(VERSIONS.replace("@", ""))
    assert saved() == []
    (tmp_path / "a.py").write_text(VERSIONS.replace("@", "").replace("return", "return prompt_v0 +"))
    assert saved() == ["duplicate-instruction"]
