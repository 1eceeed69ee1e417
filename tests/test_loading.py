"""Prompts in texts and settings, Jinja as a tree, and the Python that loads them: what is sent, and where it stands."""

from __future__ import annotations

import json
import textwrap
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from shown import shown

from promptlint import reading
from promptlint.config import Configuration
from promptlint.engine import Report, run
from promptlint.extract import data_values, documents
from promptlint.files import discover
from promptlint.link import link
from promptlint.prompt import Prompt
from promptlint.source import Source
from promptlint.template import Hole, Items, Mapping, Text, Value, Volatility, holes, texts

ASKED = 'client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": '


def lint(root: Path, files: dict[str, str], config: str = "") -> Report:
    root = root / "project"
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    (root / "pyproject.toml").write_text(f"[tool.promptlint]\n{config}\n")
    configuration = Configuration()
    found = discover([str(root)], configuration, str(root))
    report = run(found.files, configuration, loaded=found.loaded)
    assert not report.problems
    for prompt in report.project.prompts:
        for text in texts(prompt.template):
            if text.verbatim:
                assert report.sources.get(text.span.file).text[text.span.start : text.span.end] == text.value
    return report


def prompts(root: Path, files: dict[str, str], config: str = "") -> list[Prompt]:
    return list(lint(root, files, config).project.prompts)


# Values and their places


def plain(value: Value) -> Any:
    """A value as a parser gives it, `...` for what is not text."""
    if isinstance(value, tuple):
        return ... if any(isinstance(part, Hole) for part in value) else "".join(text.value for text in texts(value))
    if isinstance(value, Items):
        return [plain(item) for item in value.items]
    assert isinstance(value, Mapping)
    return {key: plain(item) for key, item in value.entries}


def leaves(value: Value) -> list[Text]:
    if isinstance(value, tuple):
        return list(texts(value))
    inner = value.items if isinstance(value, Items) else [item for _, item in value.entries]  # type: ignore[union-attr]
    return [text for each in inner for text in leaves(each)]


def check(name: str, text: str) -> Any:
    value = data_values.read(name, text)
    assert value is not None
    last = 0
    for piece in leaves(value):
        span = piece.span
        assert last <= span.start < span.end <= len(text)
        if piece.verbatim:
            assert text[span.start : span.end] == piece.value
        last = span.end
    return plain(value)


YAML = """\
literal: |
  You are {who}.

    Indented.
  Last.
folded: >-
  One line
  and its rest.

  Next.
plain: some words
  on two lines
double: "a \\"quoted\\" word,\\n\\u00e9 and
  more"
single: 'it''s so'
keep: |+
  text

list: [one, "two", 3]
"""


def test_yaml_pieces() -> None:
    assert check("a.yaml", YAML) == {
        "literal": "You are {who}.\n\n  Indented.\nLast.\n",
        "folded": "One line and its rest.\nNext.",
        "plain": "some words on two lines",
        "double": 'a "quoted" word,\n\u00e9 and more',
        "single": "it's so",
        "keep": "text\n\n",
        "list": ["one", "two", ...],
    }
    value = data_values.read("a.yaml", YAML)
    assert isinstance(value, Mapping)
    places = [(piece.value, YAML[piece.span.start : piece.span.end]) for piece in leaves(value)]
    assert places[:3] == [
        ("You are {who}.\n\n", "You are {who}.\n\n"),
        ("  Indented.\n", "  Indented.\n"),
        ("Last.\n",) * 2,
    ]
    assert ("One line", "One line") in places and (" ", "\n  ") in places and ('"', '\\"') in places
    assert ("\u00e9", "\\u00e9") in places and ("'", "''") in places


def test_windows_newlines() -> None:
    text = YAML.replace("\n", "\r\n")
    assert check("a.yaml", text) == check("a.yaml", YAML)
    toml = 'a = """\r\none\r\ntwo"""\r\n'
    assert check("a.toml", toml) == tomllib.loads(toml)


TOML = r'''
title = "a \"b\" \u00e9 \\"  # comment
"quoted key" = 'raw \n'
[agent.main]
system_prompt = """
You are {who}.\
   Joined.
"Quoted." """"
user.prompt = """He said ''it''"""
raw = """one
two"""
[[tools]]
name = "a"
when = 1979-05-27 07:32:00
inline = { x = ["one", 2, { y = """z""" }], n = 1_000.5 }
[[tools]]
name = 'b'
'''


def test_toml() -> None:
    def without(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without(item) for key, item in value.items()}
        if isinstance(value, list):
            return [without(item) for item in value]
        return value if isinstance(value, str) else ...

    text = TOML.replace('"Quoted." """"', '"Quoted.""""')
    assert check("a.toml", text) == without(tomllib.loads(text))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '{"a": "b'),
        ("a.json", "[" * 100_000),
        ("a.json", '{"a": 1} x'),
        ("a.json", '"\\q"'),
        ("a.toml", "a = " + "[" * 100_000),
        ("a.toml", 'a = "b'),
        ("a.toml", "a = 'b\n'"),
        ("a.toml", "[" + ".".join("a" * 1000) + "]"),
        ("a.yaml", "a: [b"),
        ("a.yaml", "[" * 100_000),
        ("a.yaml", "\ta: b"),
        ("a.yaml", "a: *b\n" * 2),
        ("a.yaml", "- " * 50_000 + "a"),
        ("a.yaml", "a: \x00"),
        (
            "a.yaml",
            "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9) if n else 'lol'}]\n" for n in range(12)),
        ),
    ],
)
def test_broken_deep_and_bombs(name: str, text: str) -> None:
    found = data_values.read(name, text)
    assert found is None or len(leaves(found)) <= data_values.MAX_VALUES
    assert documents.facts(Source(name, text)).sites == []


def test_aliases_merges_and_duplicates() -> None:
    text = "a: &x {p: one, q: two}\nb: {<<: *x, q: three}\nc: &self [*self]\nc: four\n"
    value = data_values.read("a.yaml", text)
    assert isinstance(value, Mapping)
    merged = value.get("b")
    assert isinstance(merged, Mapping)
    assert [plain(merged.get(key) or ()) for key in "pq"] == ["one", "three"]
    assert plain(value.get("c") or ()) == "four"


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t \"'\\{}:#-|>"), max_size=60
)
TREES = st.recursive(
    WORDS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=8
)


@settings(max_examples=150, deadline=None)
@given(TREES, st.booleans())
def test_json_as_python_reads_it(tree: Any, ascii_only: bool) -> None:
    assert check("a.json", json.dumps(tree, ensure_ascii=ascii_only, indent=1)) == tree


@settings(max_examples=200, deadline=None)
@given(TREES, st.sampled_from([None, "|", ">", '"', "'"]), st.sampled_from([20, 1000]))
def test_yaml_as_pyyaml_reads_it(tree: Any, style: Any, width: int) -> None:
    text = yaml.safe_dump(tree, default_style=style, allow_unicode=True, width=width)

    def same(found: Any, wanted: Any) -> bool:
        if isinstance(wanted, dict):
            return all(same(found[key], wanted[key]) for key in wanted if key != "<<")
        if isinstance(wanted, list):
            return all(map(same, found, wanted)) and len(found) == len(wanted)
        # A plain scalar that looks like a number is one.
        return found == wanted or (found is ... and (not wanted or style is None))

    assert same(check("a.yaml", text), yaml.load(text, Loader=yaml.BaseLoader))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80), st.sampled_from([".md", ".txt", ".prompt", ".prompty", ".json", ".toml", ".yaml"]))
def test_any_text_is_read(text: str, extension: str) -> None:
    found = documents.facts(Source(f"prompts/a{extension}", text), 2)
    for prompt in link([found]).prompts:
        for piece in texts(prompt.template):
            assert 0 <= piece.span.start < piece.span.end <= len(text)
            if piece.verbatim:
                assert text[piece.span.start : piece.span.end] == piece.value


# Which files hold prompts

SYSTEM = "You are a helpful assistant. Answer the question of the user in English.\n"


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("prompts/system.md", SYSTEM, 1),
        ("app/answer.prompt", "Answer briefly: {{ question }}", 1),
        ("app/judge_prompt.txt", SYSTEM, 1),
        ("plugins/Sum/skprompt.txt", "Summarize the text below in one sentence.\n{{$input}}\n", 1),
        ("prompts/README.md", SYSTEM, 0),
        ("prompts/requirements.txt", "jinja2>=3\npyyaml\n", 0),
        ("docs/prompts/system.md", SYSTEM, 0),
        ("LICENSE.txt", SYSTEM, 0),
        ("CHANGELOG.md", SYSTEM, 0),
        ("notes/system.md", SYSTEM, 0),
        ("tests/prompts/system.md", SYSTEM, 0),
        ("conf/app.yaml", f"agent:\n  system_prompt: {SYSTEM}  name: x\n", 1),
        ("conf/app.json", json.dumps({"a": {"system_prompt": SYSTEM, "model": "gpt"}}), 1),
        ("conf/app.toml", f"[a]\nsystem_prompt = {SYSTEM.strip()!r}\n", 1),
        ("conf/other.yaml", "name: a\nvalue: some text that says nothing much\n", 0),
        ("conf/ci.yaml", "prompt_toolkit: 3.0\nsteps: [a, b]\n", 0),
        ("data/set.json", json.dumps([{"instruction": f"Name {n} animals that live here."} for n in range(40)]), 0),
        (
            "data/recorded.json",
            json.dumps([{"instruction": [f"{n}", "You are a judge. Name one animal."][n == 3]} for n in range(60)]),
            0,
        ),
        (
            "config/agents.yaml",
            "w:\n  role: >\n    Writer of {topic}\n  goal: Write about {topic}\n  backstory: You write.\n",
            3,
        ),
        (
            "config/tasks.yaml",
            "t:\n  description: Find out about {topic}.\n  expected_output: A list of ten items.\n",
            2,
        ),
        ("lm/task.yaml", "task: qa\ndoc_to_text: 'Question: {{question}} Answer the question.'\ndoc_to_target: x\n", 1),
    ],
)
def test_which_files_are_prompts(tmp_path: Path, name: str, text: str, count: int) -> None:
    assert len(prompts(tmp_path, {name: text})) == count


def test_what_a_task_of_lm_eval_is_about_is_its_system_message(tmp_path: Path) -> None:
    task = "task: qa\ndescription: 'Answer each question in one word.'\ndoc_to_text: 'Question: {{question}} Answer:'\n"
    found = prompts(tmp_path, {"lm/task.yaml": task})
    assert sorted(prompt.role for prompt in found) == ["system", "user"]


def test_the_examples_of_a_task_of_lm_eval_stand_in_front_of_each_question(tmp_path: Path) -> None:
    task = (
        "task: qa\ninclude: base\ndataset_name: towns\ndescription: 'Answer each question in one word.'\n"
        "fewshot_config:\n  samples:\n"
        "  - question: 'Where does the river end that begins here?'\n    target: 'In the sea of the north.'\n"
    )
    found = prompts(tmp_path, {"lm/task.yaml": task})
    assert sorted((prompt.role, prompt.name) for prompt in found) == [
        ("assistant", "samples[0].target"), ("system", "description"), ("user", "samples[0].question")
    ]  # fmt: skip
    others = prompts(tmp_path, {"lm/task.yaml": task.replace("dataset_name", "room")})
    assert not [prompt for prompt in others if "samples" in prompt.name]


BOTH = ["system", "user"]
CLERK = "agent:\n  system_template: You are a careful clerk.\n"
SHOWN = "  shown_template: |\n    Output of the command:\n    {{ output }}\n    (in {{ folder }})\n"
CLERKS = "desks:\n" + "  - role: |\n      You are a careful clerk. You sort letters.\n" * 2
TOLD = "The letters for the mayor go to the third desk. Those who bring them wait.\n"
ROLE = "nodes:\n  - id: a\n    config:\n      role: |\n"


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        (f"agent:\n  system_template: |\n    You are a careful clerk.\nmodel:\n{SHOWN}", ["system", "user"]),
        # Nothing says that a model is shown it.
        (f"page:\n  review_prompt: Say in a few words what to change in it, and why.\nmodel:\n{SHOWN}", ["user"]),
        # One line may be a subject or a command.
        (CLERK + "run:\n  job_template: 'sort {desk} all'\n", ["system"]),
        (f"{CLERK}  a_template: The desk was empty, so it is.\n", BOTH),
        (CLERK + "  a_template: Report of {day} by {clerk} for all\n", ["system"]),
        (f"{CLERK}  a_template: [The desk was empty, so it is.]\n", ["system"]),
        ("mail:\n  user_template: |\n    Dear {name},\n    please answer this mail by Friday.\n", []),
        ('nodes:\n  - "system": &first |\n      You are a careful clerk.\n      Sort the letters.\n', ["system"]),
        (f"{ROLE}        You are a careful clerk.\n        Sort letters.\n", ["system"]),
        (f"{ROLE}        arn:aws:iam::1:role/a\n        arn:aws:iam::1:role/b\n", []),
        ("model:\n  first_prompt: |\n    Sort the letters by the departments that they are for.\n", ["user"]),
        # What most items have a prompt under.
        (CLERKS + f"  - role: {TOLD}", ["system", "system", "system"]),
        (CLERKS + f"  - name: {TOLD}", BOTH[:1] * 2),
        (CLERKS + f"  - role: {TOLD}" * 2, BOTH[:1] * 2),
        (CLERKS + "  - role: the third of them\n", BOTH[:1] * 2),
    ],
)
def test_templates_and_roles_among_settings(tmp_path: Path, text: str, roles: list[str]) -> None:
    assert sorted(prompt.role for prompt in prompts(tmp_path, {"config/run.yaml": text})) == roles


def test_configured_templates(tmp_path: Path) -> None:
    files = {"web/mail.tpl": "Dear {{ name }}, here is what we found.", "web/page.html.j2": "<p>{{ name }}</p>"}
    assert prompts(tmp_path, files) == []
    found = prompts(tmp_path, files, 'templates = ["*.tpl", "*.html.j2"]')
    assert sorted(shown(prompt.template) for prompt in found) == [
        "<p><name></p>",
        "Dear <name>, here is what we found.",
    ]


def test_prompty(tmp_path: Path) -> None:
    text = (
        "---\nname: x\nmodel:\n"
        "  api: chat\n  configuration:\n    type: azure_openai\n    azure_deployment: gpt-4o\n---\n"
        "system:\nYou are a poet.\n\nuser:\nWrite about {{topic}}.\n"
    )
    request = lint(tmp_path, {"a/b.prompty": text}).project.requests[0]
    assert (request.provider, request.model) == ("azure", "gpt-4o")
    assert [(prompt.role, shown(prompt.template)) for prompt in request.prompts] == [
        ("system", "You are a poet."),
        ("user", "Write about <topic>."),
    ]


def test_tools_of_a_prompty_file_are_not_known(tmp_path: Path) -> None:
    model = "---\nmodel:\n  id: gpt-4o\n  provider: openai\n"
    body = "---\nsystem:\nYou are a poet of the old kind.\n\nuser:\n{{topic}}\n"
    described = "tools:\n  - name: rhymes\n    kind: function\n    description: Finds words that rhyme\n"
    schema = '{type: function, function: {name: rhymes, description: "Finds words that rhyme with one"}}'
    files = {
        "a.prompty": f"{model}{body}",
        "b.prompty": f"{model}{described}{body}",
        "c.prompty": f"{model}  parameters:\n    tools:\n      - {schema}\n{body}",
    }
    requests = lint(tmp_path, files).project.requests
    told = {request.span.file[0]: [each.slot for each in request.unresolved] for request in requests}
    assert told == {"a": [], "b": ["tools"], "c": ["tools"]}


@pytest.mark.parametrize(
    ("turn", "known"),
    [
        ("{{item.role}}:\n{{item.content}}", False),
        ("{% if item.kept %}{{item.role}}: {{item.content}}{% endif %}", False),
        ("- {{item.role}}: {{item.content}}", True),
        ("Turn: {{item.content}}", True),
    ],
)
def test_a_prompty_file_whose_data_says_who_speaks_is_not_known_in_full(
    tmp_path: Path, turn: str, known: bool
) -> None:
    head = "---\nmodel:\n  id: gpt-4o\n  provider: openai\n---\nsystem:\nYou are a poet of the old kind.\n\n"
    text = f"{head}{{% for item in history %}}\n{turn}\n{{% endfor %}}\n\nuser:\n{{{{topic}}}}\n"
    (request,) = lint(tmp_path, {"a.prompty": text}).project.requests
    assert [each.slot for each in request.unresolved] == ([] if known else ["messages"])


def test_foreign_braces_are_values_and_no_fault(tmp_path: Path) -> None:
    report = lint(tmp_path, {"a.prompt": "Answer.\n{{#each items}}\n- {{this}}\n{{/each}}\n{{$input}} {% oops"})
    assert report.findings == []
    assert [hole.expression for hole in holes(report.project.prompts[0].template)] == [
        "each items",
        "this",
        "each",
        "$input",
    ]


def test_braces_doubled_around_more_than_a_name_are_braces_that_stay(tmp_path: Path) -> None:
    form = '  {{\n    "title": "{{MACHINE}} with {{PROFILE}}"\n  }}\n'
    asked = f"prompt: |\n  You are a clerk. Answer {{question}} in this form:\n{form}"
    (only,) = prompts(tmp_path, {"prompts.yaml": asked})
    assert [hole.expression for hole in holes(only.template)] == ["question"]
    # On one row each of them is a value in most template languages.
    asked = "prompt: |\n  You are a clerk. Answer {{the question}} {{in: TONE}}.\n"
    (only,) = prompts(tmp_path, {"prompts.yaml": asked})
    assert [hole.expression for hole in holes(only.template)] == ["the question", "in: TONE"]


def test_json_in_doubled_braces_on_one_row_stays_too(tmp_path: Path) -> None:
    text = 'You name a topic of the page {title}. Answer with JSON only:\n{{"topic": "a name", "score": 0.9}}\n'
    (only,) = prompts(tmp_path, {"prompts/topic.txt": text})
    assert (only.evidence, [hole.expression for hole in holes(only.template)]) == ("prompt-file", ["title"])
    # What jinja2 reads is Jinja, and with other values in doubled braces beside it they are none of `str.format`.
    text = 'You name all topics of {{ title }}, {{"in a word" if short else "at length"}}. Say {"topic": 1}.\n'
    (only,) = prompts(tmp_path / "jinja", {"prompts/topics.txt": text})
    assert (only.evidence, [hole.expression for hole in holes(only.template)]) == ("jinja-file", ["title"])


# Python that loads them

HEAD = """\
import json, os, pkgutil, tomllib, yaml
from importlib import resources
from pathlib import Path
from jinja2 import Environment, FileSystemLoader, Template
HERE = Path(__file__).parent
env = Environment(loader=FileSystemLoader("templates"))
odd = Environment(variable_start_string="<<", variable_end_string=">>")
def send(client, text):
    client.chat.completions.create(model="gpt-4o", messages=[{"role": "system", "content": text}])
def load(name):
    with open(os.path.join(HERE, "assets", f"{name}.md"), encoding="utf-8") as file:
        return file.read().strip()
def load_named(name):
    return open(f"prompts/{name}.txt").read()
def ask(client, question, user):
"""
FILES = {
    "app/assets/a.md": "Text of the file. {{ name }} {x}\n",
    "app/prompts/p.txt": "Text of the prompt.",
    "app/conf.yaml": "agent:\n  system: >\n    Text of\n    the settings.\n",
    "app/conf.toml": '[agent]\nsystem = "Text of the settings."\n',
    "app/conf.json": '{"agent": {"system": "Text of the \\"settings\\"."}}',
    "app/templates/t.j2": "Hello {{ name }}{% if b %} and {{ name | upper }}{% endif %}.",
}
RAW = "Text of the file. {{ name }} {x}\n"


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ('open("app/assets/a.md").read()', RAW),
        ('(HERE / "assets" / "a.md").read_text(encoding="utf-8")', RAW),
        ('HERE.joinpath("assets", "a.md").read_text()', RAW),
        ('Path(__file__).with_name("assets/a.md").read_text()', RAW),
        ('open(os.path.join(os.path.dirname(__file__), "assets/a.md")).read()', RAW),
        ('open(f"{HERE}/assets/a.md").read()', RAW),
        ('resources.files("app.assets").joinpath("a.md").read_text()', RAW),
        ('(resources.files("app") / "assets" / "a.md").read_text()', RAW),
        ('pkgutil.get_data("app", "assets/a.md").decode()', RAW),
        ('load("p")', None),
        ('load_named("p")', "Text of the prompt."),
        ('load_prompt("a.md")', RAW),
        ('load_prompt("a.md", name=user)', "Text of the file. <user> {x}"),
        ('open("app/assets/a.md").read().replace("{x}", "!")', RAW.replace("{x}", "!")),
        ('Template(Path("assets/a.md").read_text()).render(name=user)', "Text of the file. <user> {x}"),
        ('env.from_string(Path("assets/a.md").read_text()).render(name="Ann")', "Text of the file. Ann {x}"),
        ('yaml.safe_load(open("conf.yaml"))["agent"]["system"]', "Text of the settings.\n"),
        ('yaml.safe_load((HERE / "conf.yaml").read_text())["agent"]["system"]', "Text of the settings.\n"),
        ('tomllib.load(open("conf.toml", "rb"))["agent"]["system"]', "Text of the settings."),
        ('json.loads(Path("conf.json").read_text())["agent"]["system"]', 'Text of the "settings".'),
        ('env.get_template("t.j2").render(name="Ann", b=user)', "Hello Ann[ and <name | upper>|]."),
        ('env.select_template(["no.j2", "t.j2"]).render({"name": "Ann"})', "Hello Ann[ and <name | upper>|]."),
        ('render_template("t.j2", name=question)', "Hello <question>[ and <name | upper>|]."),
    ],
)
def test_python_loads(tmp_path: Path, expression: str, wanted: str | None) -> None:
    source = HEAD + f'    client.responses.create(model="gpt-4o", instructions={expression})\n'
    found = [prompt for prompt in prompts(tmp_path, {**FILES, "app/main.py": source}) if prompt.evidence == "call"]
    assert [shown(prompt.template) for prompt in found if "<text>" not in shown(prompt.template)] == [wanted or "a"][
        : wanted is not None
    ]


@pytest.mark.parametrize(
    "expression",
    [
        'open("app/assets/a.md", "w").read()',
        'open("app/assets/b.md").read()',
        'open("other/assets/a.md").read()',
        "open(user).read()",
        'open(f"{user}a.md").read()',
        'odd.get_template("t.j2").render(name=user)',
        'os.path.join("app", "assets", "a.md")',
    ],
)
def test_python_does_not_load(tmp_path: Path, expression: str) -> None:
    source = HEAD + f'    client.responses.create(model="gpt-4o", instructions="Do this: " + {expression})\n'
    found = prompts(tmp_path, {**FILES, "app/main.py": source})
    assert not any(
        "Text of" in shown(prompt.template) or "Hello" in shown(prompt.template)
        for prompt in found
        if prompt.evidence == "call"
    )


FOLDERS = """\
import argparse, inspect, os, sys
from importlib import resources
from pathlib import Path
from openai import OpenAI
from elsewhere import BASE, settings
from app.where import DESKS
client = OpenAI()
HERE = Path(__file__).resolve().parent
ROOT = os.path.dirname(os.path.abspath(__file__))
TOLD = Path(os.environ["ASSETS"])
GUESSED = Path(os.environ.get("ASSETS", "assets"))
args = argparse.ArgumentParser().parse_args()
def top():
    for folder in Path(__file__).parents:
        if (folder / "pyproject.toml").exists():
            return folder
def read(folder):
    return (Path(folder) / "a.md").read_text()
def usual(folder=HERE / "assets"):
    return (folder / "a.md").read_text()
class Desk:
    def __init__(self, folder=None, other=None):
        self.folder = folder or HERE
        self.other = other
    def near(self):
        return (self.folder / "assets" / "a.md").read_text()
    def far(self):
        return (self.other / "assets" / "a.md").read_text()
    def ask(self, folder, name, given=None):
        if given is None:
            given = HERE
        client.responses.create(model="gpt-5", instructions={}, input="Sort the letters.")
"""


@pytest.mark.parametrize(
    ("expression", "settled"),
    [
        ('(HERE / "assets" / "a.md").read_text()', True),
        ('open(os.path.join(ROOT, "assets", "a.md")).read()', True),
        ('open(f"{ROOT}/assets/a.md").read()', True),
        ('(DESKS / "a.md").read_text()', True),
        ('(Path.cwd() / "assets" / "a.md").read_text()', True),
        ('(Path(sys.path[0]) / "assets" / "a.md").read_text()', True),
        ('(Path(inspect.getfile(Desk)).parent / "assets" / "a.md").read_text()', True),
        ('resources.files(__package__).joinpath("assets/a.md").read_text()', True),
        ('(top() / "assets" / "a.md").read_text()', True),
        ('(GUESSED / "a.md").read_text()', True),
        ('(given / "assets" / "a.md").read_text()', True),
        ("usual()", True),
        ('read(HERE / "assets")', True),
        ("self.near()", True),
        ('(Path(args.folder) / "a.md").read_text()', False),
        ('open(f"{args.folder}/assets/a.md").read().strip()', False),
        ('(TOLD / "a.md").read_text()', False),
        ('(BASE / "assets" / "a.md").read_text()', False),
        ('(Path(settings.folder) / "a.md").read_text()', False),
        ('(Path(folder) / "a.md").read_text()', False),
        ('(HERE / name / "a.md").read_text()', False),
        ("read(folder)", False),
        ('read("/srv" if folder else args.folder)', False),
        ("self.far()", False),
    ],
)
def test_the_folder_of_a_file(tmp_path: Path, expression: str, settled: bool) -> None:
    files = {**FILES, "app/main.py": FOLDERS.replace("{}", expression), "app/where.py": WHERE}
    (found,) = [each for each in lint(tmp_path, files).project.requests if each.api]
    assert [shown(prompt.template) == RAW for prompt in found.prompts] == [settled, False]
    assert found.complete == settled
    # What is not read is named, with its place.
    assert [each.slot for each in found.unresolved] == ([] if settled else ["system"])


WHERE = "from pathlib import Path\nDESKS = Path(__file__).parent / 'assets'\n"


@pytest.mark.parametrize(("folder", "settled"), [("HERE", True), ("args.folder", False)])
def test_settings_in_a_folder(tmp_path: Path, folder: str, settled: bool) -> None:
    loads = f'yaml.safe_load((Path({folder}) / "conf.yaml").read_text())["agent"]["system"]'
    source = "import yaml\n" + FOLDERS.replace("{}", loads)
    (found,) = [each for each in lint(tmp_path, {**FILES, "app/main.py": source}).project.requests if each.api]
    assert (shown(found.prompts[0].template) == "Text of the settings.\n") == found.complete == settled


def test_a_loader_of_a_folder_that_is_not_known(tmp_path: Path) -> None:
    for folder, settled in (("HERE / 'assets'", True), ("Path(args.folder)", False)):
        source = FOLDERS.replace("{}", 'load_text("a.md")')
        source += f"def load_text(name):\n    return ({folder} / name).read_text()\n"
        (found,) = [each for each in lint(tmp_path, {**FILES, "app/main.py": source}).project.requests if each.api]
        assert (shown(found.prompts[0].template) == RAW) == found.complete == settled


def test_values_of_render_change_as_often_as_what_is_given(tmp_path: Path) -> None:
    template = "You are a bot. {{ style }} {{ data.text }} {% for row in rows %}{{ row }}{% endfor %} {{ question }}"
    call = 'env.get_template("v.j2").render(style="brief", data=question, rows=["a"], question=user)'
    source = HEAD + f'    client.responses.create(model="gpt-4o", instructions={call})\n'
    files = {"app/main.py": source, "app/templates/v.j2": template}
    found = next(prompt for prompt in prompts(tmp_path, files) if "You are a bot" in shown(prompt.template))
    assert "brief" in shown(found.template)
    assert [(hole.expression, hole.volatility) for hole in holes(found.template)] == [
        ("data.text", Volatility.REQUEST),
        ("row", Volatility.CONSTANT),
        ("user", Volatility.SESSION),
    ]


# Jinja as a tree


def jinja(root: Path, files: dict[str, str]) -> dict[str, str]:
    return {prompt.name: shown(prompt.template) for prompt in prompts(root, files)}


def test_includes_imports_and_macros(tmp_path: Path) -> None:
    files = {
        "prompts/main_prompt.j2": '{% from "m.j2" import rule %}{% import "m.j2" as m %}You are a bot.'
        '{% include "sub/x.j2" %}'
        '{{ rule("Be brief") }}{{ m.rule(text=topic) }}',
        "prompts/m.j2": "{% macro rule(text, mark='!') %} Rule: {{ text }}{{ mark }}{% endmacro %}",
        "prompts/sub/x.j2": " Always say {{ word }}.",
        "other/sub/x.j2": " Never.",
    }
    found = jinja(tmp_path, files)
    assert found["main_prompt.j2"] == "You are a bot. Always say <word>. Rule: Be brief! Rule: <topic>!"
    # What stands in another prompt is no prompt of its own.
    assert "sub/x.j2" not in found and "x.j2" not in {name for name in found if found[name].startswith(" Always")}


def test_blocks(tmp_path: Path) -> None:
    files = {
        "prompts/base.j2": "You are a bot.{% block rules %} Be kind.{% block deep %} Deep.{% endblock %}"
        "{% endblock %} End.",
        "prompts/mid.j2": '{% extends "base.j2" %}{% block rules %}{{ super() }} Be brief.{% endblock %}',
        "prompts/leaf.j2": '{% extends "mid.j2" %}lost{% block deep %} Shallow {{ x }}.{% endblock %}',
    }
    assert jinja(tmp_path, files)["leaf.j2"] == "You are a bot. Be kind. Shallow <x>. Be brief. End."


@pytest.mark.parametrize(
    "files",
    [
        {"prompts/a.j2": 'You are a bot.{% include "a.j2" %}'},
        {"prompts/a.j2": 'You are a bot.{% include "b.j2" %}', "prompts/b.j2": '{% include "a.j2" %}'},
        {"prompts/a.j2": '{% extends "a.j2" %}{% block x %}You are a bot.{% endblock %}'},
        {
            "prompts/a.j2": '{% extends "b.j2" %}{% block x %}You are a bot.{% endblock %}',
            "prompts/b.j2": '{% extends "a.j2" %}',
        },
        {"prompts/a.j2": '{% import "a.j2" as a %}You are a bot.{% macro f() %}x{{ a.f() }}{% endmacro %}{{ a.f() }}'},
    ],
)
def test_templates_that_include_themselves(tmp_path: Path, files: dict[str, str]) -> None:
    found = "".join(jinja(tmp_path, files).values())
    assert found.count("You are a bot.") == 1 and "<" in found


def test_the_nearest_template_whatever_the_order(tmp_path: Path) -> None:
    files = {
        "a/prompts/main.j2": 'You are a bot. {% include "part.j2" %}',
        "a/prompts/shared/part.j2": "Far.",
        "a/part.j2": "Near.",
        "b/part.j2": "Other.",
        "b/prompts/main.j2": 'You are a cat. {% include "part.j2" %}',
    }
    report = lint(tmp_path, files)
    found = [shown(prompt.template) for prompt in report.project.prompts if "You are" in shown(prompt.template)]
    assert found == ["You are a bot. Far.", "You are a cat. Other."]


def test_a_settings_file_of_prompts_needs_no_word_in_its_keys(tmp_path: Path) -> None:
    toml = '[review_prompt]\nsystem = """You are a reviewer of letters. Answer in one line."""\n'
    keys = "draft:\n  system: |-\n    You are a clerk. Sort the letters by desk.\n"
    found = prompts(tmp_path, {
        "settings/review.toml": toml, "app/prompts.yaml": keys, "prompts/draft.yml": keys,
        "app/draft.yaml": "draft:\n  system: You are a clerk. Sort the letters by desk.\n",
        "app/prompts.json": '{"draft": {"system": "You are a clerk. Sort the letters by desk."}}',
    })  # fmt: skip
    assert [(each.name, each.role, each.span.file.rpartition("project/")[2]) for each in found] == [
        ("draft.system", "system", "app/prompts.yaml"),
        ("draft.system", "system", "prompts/draft.yml"),
        ("review_prompt.system", "system", "settings/review.toml"),
    ]


JUDGE = "You are a judge of menus. Say in one line whether the menu below keeps to the budget."
RUBRIC = {
    "kitchen": "Bakery and cafe",
    "judge_prompt": JUDGE,
    "rubric": {
        "prices": {"description": "Every dish has a price", "criteria": ["Prices are in euros", "No price is missing"]},
        "notes_on_scores": "9 and 10 are for menus that a guest reads without asking anything",
    },
    "scoring_guidelines": {
        "poor_menus": ["Prices are missing for more than one dish", "The dishes are listed in no order at all"],
        "overall": "Weigh the prices twice as much as the order of the dishes, and round the result down.",
    },
    "common_failures": ["The list of allergens is not there", "Two dishes have one and the same name"],
}


def in_files(tmp_path: Path, files: dict[str, str]) -> list[str]:
    return sorted(f"{each.span.file.rpartition('/')[2]} {each.name}" for each in prompts(tmp_path, files))


def test_what_a_file_of_prompts_tells_of_them_is_none(tmp_path: Path) -> None:
    found = in_files(tmp_path, {"judges/meta_prompts/cafe.json": json.dumps(RUBRIC)})
    assert found == ["cafe.json judge_prompt", "cafe.json scoring_guidelines.overall"]
    # What stands under a key that names a prompt does so in any file.
    found = in_files(tmp_path / "other", {"judges/cafe.json": json.dumps(RUBRIC)})
    assert found == ["cafe.json judge_prompt", "cafe.json scoring_guidelines.overall"]


def test_many_files_of_prompts_of_one_form_are_records(tmp_path: Path) -> None:
    few = {f"judges/prompts/cafe{n}.json": json.dumps(RUBRIC) for n in range(12)}
    assert len(prompts(tmp_path / "few", few)) == 24
    many = few | {"judges/prompts/cafe12.json": json.dumps(RUBRIC)}
    assert {each.name for each in prompts(tmp_path / "many", many)} == {"judge_prompt"}
    # Another form, another thing; what reads like a prompt, or has its name, is one in any number of files.
    more = many | {"judges/prompts/bar.json": json.dumps(RUBRIC | {"menu": 1})}
    assert len(prompts(tmp_path / "more", more)) == 15
    texts = {f"prompts/p{n}.yaml": f"title: Desk {n}\nbody: You are a clerk. Sort letter {n}.\n" for n in range(20)}
    assert len(prompts(tmp_path / "texts", texts)) == 20
    roles = {
        f"prompts/p{n}.yaml": f"title: Desk {n}\nuser: 'Question {n} of the visitor at the desk = {{question}}'\n"
        for n in range(20)
    }
    assert len(prompts(tmp_path / "roles", roles)) == 20
    # A program fills it in, whatever its key.
    filled = {
        f"prompts/p{n}.yaml": f"title: Desk {n}\nbody: 'Question {n} of the visitor at the desk = {{letter}}'\n"
        for n in range(20)
    }
    assert len(prompts(tmp_path / "filled", filled)) == 20


def test_what_a_program_leaves_of_its_runs_holds_no_prompts(tmp_path: Path) -> None:
    asked = "Tell me which of the letters at this desk are late by now"
    run = {"user_instructions": asked, "created_at": "2026-03-04T10:20:30"}
    folders = [f"data/run_{n:04x}{n + 4096:04x}" for n in range(1, 14)]
    assert prompts(tmp_path / "many", {f"{folder}/context.json": json.dumps(run) for folder in folders}) == []
    few = {f"{folder}/context.json": json.dumps(run) for folder in folders[:12]}
    assert prompts(tmp_path / "few", few)
    # What people have written is called by a name or counted, and does not say when it was asked.
    named = {f"data/desk_{n}/context.json": json.dumps(run) for n in range(20)}
    assert prompts(tmp_path / "named", named)
    timeless = {key: json.dumps({"user_instructions": run["user_instructions"], "desk": 4}) for key in few}
    timeless[f"{folders[12]}/context.json"] = timeless[f"{folders[0]}/context.json"]
    assert prompts(tmp_path / "timeless", timeless)


def test_a_catalogue_of_prompts_is_all_prompts(tmp_path: Path) -> None:
    catalogue = """\
        system_prompt: You are a clerk. Sort the letters by desk.
        _labels: [A short answer, A long answer]
        answers:
          A short answer: Write one sentence that says what the letter is about.
          A long answer: >
            Every letter is told from its beginning, with who has written it and when, what it asks for, what has been
            promised before, and what is still open after it; names of people are kept as they are in the letter, and
            whatever has no bearing on the desk is left out.
          with_lines: |
            Letters of today and of yesterday
            - one line for each
          with_a_value: "Letter of today = {letter}; desk of that letter ="
          retry: A clerk has tried to answer and did not succeed. You are tasked with the answer instead.
        shots:
          - "Letter 12 of the fourth of May\\nDesk 4 behind the stairs"
          - "Letter {n} is for desk 7, which is behind the stairs"
        shown_to_people: Desks of the second floor and their letters
        few_shot: [The letter of May is for the fourth desk., The letter of June is for nobody.]
    """
    assert in_files(tmp_path, {"app/prompts.yaml": textwrap.dedent(catalogue)}) == [
        "prompts.yaml answers.A long answer",
        "prompts.yaml answers.A short answer",
        "prompts.yaml answers.retry",
        "prompts.yaml answers.with_a_value",
        "prompts.yaml answers.with_lines",
        "prompts.yaml few_shot",
        "prompts.yaml few_shot",
        "prompts.yaml shots",
        "prompts.yaml shots",
        "prompts.yaml system_prompt",
    ]


def test_terms_and_records_in_a_folder_of_prompts_are_none(tmp_path: Path) -> None:
    terms = {"terms": {"LTV": "The loan by the value of the house, in percent"}, "instructions": JUDGE}
    checks = {"checks": [{"when": "The roof is older than thirty years", "action": "Check it twice; ask for photos"}]}
    found = in_files(tmp_path, {"prompts/terms.json": json.dumps(terms | checks)})
    assert found == ["terms.json instructions"]


def test_a_name_for_all_of_a_file_of_prompts_makes_none_of_what_it_tells(tmp_path: Path) -> None:
    catalogue = {
        "clerk": {"description": "For the letters of one desk", "template": "Desk: {desk}"},
        "terms": {"LTV": "The loan by the value of the house, in percent"},
    }
    load = 'import json\n\nwith open("prompts.json") as file:\n    prompts = json.load(file)\n'
    files = {"app/prompts.json": json.dumps(catalogue | {"judge_prompt": JUDGE}), "app/main.py": load}
    assert in_files(tmp_path / "all", files) == [
        "prompts.json prompts.clerk.template",
        "prompts.json prompts.judge_prompt",
    ]
    # Of one text a name says what it is.
    files["app/main.py"] += '\nTERM_PROMPT = prompts["terms"]["LTV"]\n'
    assert "prompts.json TERM_PROMPT" in in_files(tmp_path / "one", files)


def test_files_that_are_loaded_are_the_same_with_several_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"ask{n}.py": f'def ask{n}(client):\n    {ASKED}open("told{n}.txt").read()}}])\n' for n in range(40)}
    files |= {f"told{n}.txt": f"Sort the letters of day {n} by the desks that they are for." for n in range(40)}
    alone = prompts(tmp_path / "alone", files)
    assert len(alone) == 40
    monkeypatch.setattr(reading, "PARALLEL_FILES", 2)
    monkeypatch.setattr(reading, "_processors", lambda: 2)
    assert [shown(each.template) for each in prompts(tmp_path / "several", files)] == [shown(p.template) for p in alone]
    # Of more names than are read ahead, no file comes twice and none is missing.
    monkeypatch.setattr(reading, "MAX_LOADED", 3)
    report = lint(tmp_path / "several", files)
    assert len(report.project.prompts) == 40 and report.files == 80


def test_the_place_of_a_text_of_a_settings_file_is_its_own(tmp_path: Path) -> None:
    source = 'import json\n\nwith open("pool.json") as file:\n    prompt = json.load(file)\n'
    pool = json.dumps({"examples": [{"question": "Which desk sorts the letters?", "answer": "The third desk does."}]})
    found = prompts(tmp_path, {"main.py": source, "pool.json": pool})
    assert [pool[prompt.span.start : prompt.span.end] for prompt in found if prompt.span.file == "pool.json"] == [
        "Which desk sorts the letters?",
        "The third desk does.",
    ]
    assert len(found) == 2


def test_what_ansible_asks_who_runs_it_is_no_prompt(tmp_path: Path) -> None:
    asked = "Do you want the letters of {{{{ desk }}}} to be sorted now?\n      Answer yes.\n"
    step = "- name: Ask\n  {}:\n    prompt: |\n      " + asked
    for name in ("pause", "ansible.builtin.pause"):
        assert prompts(tmp_path / name, {"tasks/main.yaml": step.format(name)}) == []
    assert len(prompts(tmp_path / "ask", {"tasks/main.yaml": step.format("ask")})) == 1
