"""`promptlint layout`: the picture of requests against golden files, the sentence about each, and the command."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from test_output import check

from promptlint.commands import execute
from promptlint.engine import Report, Sources
from promptlint.output import layout
from promptlint.prompt import Project, Prompt, Request, Role, Unresolved
from promptlint.shared import with_fronts
from promptlint.source import Source
from promptlint.template import Choice, Hole, Repeat, Span, Text, Volatility

V = Volatility
RULES = "Answer in one sentence. " * 220
APP = Source("src/app.py", "".join(f"line {number} of a file with requests\n" for number in range(1, 60)))
SHARED = Source("src/texts.py", RULES + "\n" + RULES)


def at(line: int, width: int = 8) -> Span:
    start = sum(len(APP.line(number)) + 1 for number in range(1, line))
    return Span(APP.name, start, start + width)


def text(line: int, value: str) -> Text:
    return Text(value, at(line), True)


def hole(line: int, name: str, volatility: Volatility = V.REQUEST, origin: str = "") -> Hole:
    return Hole(name, at(line), volatility, origin)


def prompt(role: Role, *parts: Text | Hole | Choice | Repeat) -> Prompt:
    return Prompt("p", role, "call", parts, parts[0].span if not isinstance(parts[0], Choice) else at(1))


def request(line: int, name: str, model: str, *prompts: Prompt, **more: Any) -> Request:
    more.setdefault("complete", True)
    return Request(more.pop("provider", "openai"), model, prompts, at(line), name=name, api="chat", **more)


def report() -> Report:
    rules = Text(RULES, Span(SHARED.name, 0, len(RULES)), True)
    chat = (
        prompt("system", rules),
        prompt("unknown", hole(13, "history")),
        prompt("user", text(14, "Question: "), hole(14, "question")),
    )
    requests = (
        request(1, "late", "gpt-5.2", prompt("user", hole(2, "letter"), rules, text(3, "\x1b[31mBe\nkind."))),
        request(10, "chat", "gpt-5.2", *chat, tools=2),
        request(20, "marked", "claude-sonnet-4-5", *chat, provider="anthropic", markers=(0, 2)),
        request(
            30, "clock", "gpt-6-sol",
            prompt("system", text(31, "It is "), hole(31, "datetime.now()", V.UNIQUE, "clock"), rules),
            prompt("user", Choice("polite", ((text(32, "Please: "),), (hole(33, "tone", V.DEPLOY),))), hole(34, "q")),
            complete=False, unresolved=(Unresolved("tools", "make_tools()", at(35)),),
        ),
        request(40, "small", "", prompt("user", text(41, "Say hello to "), hole(42, "names", V.SESSION)), provider=""),
        request(45, "brief", "gpt-5.2", prompt("system", rules), prompt("user", hole(46, "q"))),
        request(50, "old", "gpt-4", prompt("user", rules)),
    )  # fmt: skip
    lone = Request("", "", (prompt("user", Repeat((hole(57, "x"),), "items", at(57), V.UNKNOWN), rules),), at(57))
    return Report(Project(with_fronts((*requests, lone))), Sources((), (APP, SHARED)), files=2)


def views(made: Report, line: int | None = None) -> list[layout.View]:
    return layout.views(made, layout.chosen(made, {APP.name}, line))


def test_text() -> None:
    made = report()
    check("layout.txt", layout.render_text(views(made), made))


def test_json() -> None:
    made = report()
    check("layout.json", layout.render_json(views(made), made))


def test_color_is_the_same_text() -> None:
    made = report()
    colored = layout.render_text(views(made), made, color=True)
    assert "\x1b[1;31m~" in colored and "\x1b[32m#" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == layout.render_text(views(made), made)


def test_no_color_means_no_control_characters() -> None:
    made = report()
    assert all(each.isprintable() or each == "\n" for each in layout.render_text(views(made), made))


def test_calls_are_shown_and_a_prompt_alone_where_there_is_no_call() -> None:
    made = report()
    assert [view.request.name for view in views(made)] == ["late", "chat", "marked", "clock", "small", "brief", "old"]
    assert [view.request.name for view in views(made, 31)] == ["clock"]
    assert [view.request.prompts[0].role for view in views(made, 57)] == ["user"]
    assert views(made, 59) == []
    assert layout.lines(made, layout.chosen(made, {APP.name}, None), {APP.name})[:2] == [1, 10]


def test_a_long_request_is_cut_in_the_middle() -> None:
    many = request(1, "many", "gpt-5.2", *(prompt("user", text(2, "a b c"), hole(3, "q")) for _ in range(500)))
    made = Report(Project((many,)), Sources((), (APP,)), files=1)
    shown = layout.render_text(views(made), made).splitlines()
    assert len(shown) < 80 and sum("more pieces" in line for line in shown) == 1
    assert len(msgspec.json.decode(layout.render_json(views(made), made))[0]["pieces"]) == 1500


PROGRAM = """
import openai
from texts import RULES

client = openai.OpenAI()

def ask(question):
    return client.chat.completions.create(
        model="gpt-5.2", messages=[{"role": "user", "content": f"{question}\\n{RULES}"}]
    )
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "app.py").write_text(PROGRAM)
    (tmp_path / "texts.py").write_text(f"RULES = {RULES!r}\n")
    (tmp_path / "empty.py").write_text("x = 1\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_request_at_a_line_takes_texts_from_other_files(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    moved = r"Move the 1,10\d fixed tokens at texts\.py:1 in front of `question`"
    for path in ("app.py:9", "app.py:9:3", "app.py", "."):
        assert execute(["layout", path]) == 0
        shown, said = capsys.readouterr()
        assert "ask: gpt-5.2" in shown and re.search(moved, shown), path
        assert said == ""


def test_a_gain_within_a_step_is_none() -> None:
    parts = prompt("user", text(2, " a" * 1229), hole(3, "now()", Volatility.UNIQUE), text(4, " a" * 24), hole(5, "q"))
    made = Report(Project((request(1, "r", "gpt-5.2", parts, complete=True),)), Sources((), (APP,)), files=1)
    (view,) = views(made)
    told = "Nothing to move: in steps of 128 tokens no more comes from the cache than now."
    assert layout.advice(view, made.sources) == told


@pytest.mark.parametrize(
    ("model", "minimum"),
    [("gpt-5.2", "the 1,024 that are needed"), ("", "the 1,024 that are assumed to be needed")],
)
def test_less_than_the_minimum_could_stand_in_front(model: str, minimum: str) -> None:
    turns = prompt("user", hole(2, "q")), prompt("assistant", hole(3, "a")), prompt("user", text(4, " a" * 1229))
    made = Report(Project((request(1, "r", model, *turns),)), Sources((), (APP,)), files=1)
    (view,) = views(made)
    assert layout.advice(view, made.sources) == f"Nothing to move: what could stand in front is less than {minimum}."


def test_no_message_is_to_stand_in_front_of_the_system_text(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = 'instructions=f"You write to {user_name}.", input=f"{RULES}\\n{question}"'
    call = f'client.responses.create(model="gpt-5.2", {sent})'
    (project / "app.py").write_text(f"{PROGRAM}\n\ndef write(user_name, question):\n    return {call}\n")
    assert execute(["layout", "app.py:14"]) == 0
    moved = r"Move the 1,10\d fixed tokens at texts\.py:1 into the system text, in front of `user_name`: then 1,1"
    assert re.search(moved, capsys.readouterr().out)


def test_the_nearest_requests_are_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sent = 'messages=[{{"role": "user", "content": f"Question {0}, to be answered: {{q}}"}}]'
    call = f'def ask_{{0}}(q):\n    client.chat.completions.create(model="gpt-5.2", {sent})\n'
    calls = "".join(call.format(number) for number in range(20))
    (project / "many.py").write_text(f"from openai import OpenAI\nclient = OpenAI()\n{calls}")
    # Calls stand at all even lines from 4 to 42.
    assert execute(["layout", "many.py:22"]) == 0
    assert execute(["layout", "many.py:99"]) == 2
    lines = "28, 30, 32, 34, 36, 38, 40, 42"
    said = f"promptlint: many.py:99: no request stands at this line; the nearest are at lines {lines}\n"
    assert capsys.readouterr().err == said


def test_where_there_is_nothing_to_show(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["layout", "app.py:1"]) == 2
    shown, said = capsys.readouterr()
    assert shown == "" and said == "promptlint: app.py:1: no request stands at this line; the nearest is at line 8\n"
    assert execute(["layout", "--quiet", "--output-format", "json", "app.py:1"]) == 2
    shown, said = capsys.readouterr()
    assert shown == "[]\n" and said.startswith("promptlint: app.py:1: no request stands")
    assert execute(["layout", "empty.py:1"]) == 2
    assert capsys.readouterr().err.startswith("promptlint: empty.py:1: no request and no prompt is found there")
    assert execute(["layout", "empty.py"]) == 0
    shown, said = capsys.readouterr()
    assert shown == "" and said.startswith("promptlint: no request and no prompt is found there")
    for options in ([], ["--tree"], ["--quiet"]):
        assert execute(["prompts", *options, "app.py:1"]) == 2
        shown, said = capsys.readouterr()
        assert (shown, said) == ("", "promptlint: app.py:1: no prompt stands at this line; the nearest is at line 9\n")
    assert execute(["prompts", "--requests", "app.py:1"]) == 2
    said = "promptlint: app.py:1: no request stands at this line; the nearest is at line 8\n"
    assert capsys.readouterr() == ("", said)
    assert execute(["prompts", "--requests", "--output-format", "json", "app.py:1"]) == 2
    assert capsys.readouterr() == ("[]\n", said)
    assert execute(["prompts", "empty.py:1"]) == 2
    said = "promptlint: empty.py:1: no prompt stands at this line, nor in the rest of the file\n"
    assert capsys.readouterr().err == said
    assert execute(["layout", "gone.py:3"]) == 2
    assert capsys.readouterr().err == "promptlint: gone.py: no such file or directory\n"
    assert execute(["layout", "--output-format", "json", "empty.py"]) == 0
    assert capsys.readouterr().out == "[]\n"


WRAPPER = """\
import openai
client = openai.OpenAI()


def ask(system, question):
    messages = [{"role": "system", "content": system}]
    messages.append({"role": "user", "content": question})
    return client.chat.completions.create(model="gpt-5.2", messages=messages)


def chat(messages):
    return client.chat.completions.create(model="gpt-5.2", messages=messages)
"""
CALLERS = """\
from llm import ask

ask("You are a kind helper.", input())
ask("You are a stern helper.", input())
"""


def test_a_request_without_fixed_text_is_shown(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "llm.py").write_text(WRAPPER)
    assert execute(["layout", "llm.py:12"]) == 0
    shown, said = capsys.readouterr()
    assert shown.startswith("llm.py:12: chat: gpt-5.2") and "{messages}" in shown and said == ""
    assert execute(["layout", "llm.py:10"]) == 2
    said = "promptlint: llm.py:10: no request stands at this line; the nearest are at lines 8, 12\n"
    assert capsys.readouterr().err == said


def test_the_body_of_a_wrapper_names_its_callers(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "llm.py").write_text(WRAPPER)
    (project / "use.py").write_text(CALLERS)
    said = "this function sends what its callers give; the requests are at the callers: use.py:3, use.py:4\n"
    for line in (5, 8):
        assert execute(["layout", f"llm.py:{line}"]) == 2
        assert capsys.readouterr() == ("", f"promptlint: llm.py:{line}: {said}")
        assert execute(["prompts", "--requests", f"llm.py:{line}"]) == 2
        assert capsys.readouterr() == ("", f"promptlint: llm.py:{line}: {said}")


@pytest.mark.parametrize("mark", ["", "setup.cfg", "pyproject.toml", ".git", ".hg"])
@pytest.mark.parametrize("where", [".", "lib", ".."])
def test_a_line_is_read_with_the_files_of_its_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], mark: str, where: str
) -> None:
    top = tmp_path / "top"
    (top / "lib").mkdir(parents=True)
    (top / "use").mkdir()
    (top / "lib" / "llm.py").write_text(WRAPPER)
    (top / "lib" / "__init__.py").write_text("")
    (top / "use" / "app.py").write_text(CALLERS.replace("from llm", "from lib.llm"))
    if mark:
        (top / mark).write_text("")
    monkeypatch.chdir(top / where)
    path = os.path.relpath(top / "lib" / "llm.py")
    execute(["layout", f"{path}:8"])
    said = capsys.readouterr().err
    # Without a mark the working directory is the project of what is beneath it.
    assert ("app.py:3" in said) == (mark != "" or where != "lib")


CLASSES = {
    "models.py": """\
class Model:
    def answer(self, messages):
        raise NotImplementedError
""",
    "local.py": """\
from models import Model

class Local(Model):
    def answer(self, messages):
        return self.finish(self.tokenizer.apply_chat_template(messages))
    def finish(self, text):
        return self.model.generate(self.tokenizer([text]))
""",
    "remote.py": """\
from openai import OpenAI
from models import Model

class Remote(Model):
    def answer(self, messages):
        return OpenAI().chat.completions.create(model="gpt-5.2", messages=messages)
""",
}
DESK = """\
from models import Model

PROMPT = "You sort letters to a city council by street."

class Desk:
    def __init__(self, llm: Model):
        self.llm = llm

    def sort(self, letter):
        messages = [{"role": "system", "content": PROMPT}, {"role": "user", "content": letter}]
        return self.llm.answer(messages)
"""


def test_a_call_of_one_class_or_another(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, code in {**CLASSES, "desk.py": DESK}.items():
        (project / name).write_text(code)
    assert execute(["layout", "desk.py:11"]) == 0
    shown = capsys.readouterr().out
    assert "provider (not said in the code, desk.py:11), model (not said in the code, desk.py:11)" in shown
    assert execute(["prompts", "--requests", "desk.py:11"]) == 0
    shown = capsys.readouterr().out
    assert "provider not known, model not known, call," in shown and "chat_template" not in shown


def test_the_prompts_of_a_call(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, code in {**CLASSES, "desk.py": DESK}.items():
        (project / name).write_text(code)
    for options in (["--tree"], []):
        assert execute(["prompts", *options, "desk.py:11"]) == 0
        shown, said = capsys.readouterr()
        assert said == "" and "system" in shown and "letter" in shown and "2 prompts" in shown


def test_lines_that_are_offered_show_something(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prompt = 'LETTER_PROMPT = "You sort letters by street and answer with one word."\n'
    call = 'client.chat.completions.create(model="gpt-5.2", messages=[{"role": "user", "content": "Sort it."}])\n'
    (project / "alone.py").write_text(prompt)
    (project / "both.py").write_text(f"from openai import OpenAI\nclient = OpenAI()\n{prompt}{call}")
    # At the line of a prompt whose call is not in sight no request is listed.
    for line in (1, 3):
        assert execute(["prompts", "--requests", f"both.py:{line}"]) == 2
        said = f"promptlint: both.py:{line}: no request stands at this line; the nearest is at line 4\n"
        assert capsys.readouterr() == ("", said)
    assert execute(["prompts", "--requests", "both.py:4"]) == 0
    assert execute(["prompts", "--requests", "alone.py:1"]) == 2
    said = "promptlint: alone.py:1: no request is found there; `promptlint prompts` lists the prompts of a path\n"
    assert capsys.readouterr().err == said
    assert execute(["layout", "alone.py:1"]) == 0
    # What no call in sight sends is no request; what is sent from elsewhere is one there.
    assert execute(["layout", "alone.py:7"]) == 2
    said = "no request is found there, but prompts that no call in sight sends; the nearest is at line 1"
    assert capsys.readouterr().err == f"promptlint: alone.py:7: {said}\n"
    (project / "texts.py").write_text(f"RULES = {RULES!r}\nMORE_PROMPT = 'You sort letters by street.'\n")
    assert execute(["layout", "texts.py:9"]) == 2
    said = "no request stands there; texts of this file are sent at app.py:8"
    assert capsys.readouterr().err == f"promptlint: texts.py:9: {said}\n"


def test_a_call_that_leads_further_than_is_followed_says_so(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hops = "".join(f"def ask{number}(system):\n    ask{number - 1}(system)\n" for number in range(1, 7))
    (project / "far.py").write_text(
        "from openai import OpenAI\nclient = OpenAI()\n"
        "def ask0(system):\n"
        '    client.chat.completions.create(model="gpt-5.2", messages=[{"role": "system", "content": system}])\n'
        f"{hops}"
        "def desk(question):\n"
        "    ask6(question)\n"
        '    ask2("You sort letters by street.")\n'
        'ask0("You count stamps.")\n'
    )
    at = "far.py:4"
    assert execute(["layout", "far.py:19"]) == 0
    assert f"This call may send more: more functions lead to {at} than are followed.\n" in capsys.readouterr().out
    assert execute(["prompts", "--requests", "far.py:19"]) == 0
    assert f"  may send more: more functions lead to {at} than are followed\n" in capsys.readouterr().out
    # What asks the model at once asks nothing else.
    assert execute(["layout", "far.py:20"]) == 0
    assert "more functions lead" not in capsys.readouterr().out


def test_what_loops_say_is_told_apart(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "loop.py").write_text(
        "from openai import OpenAI\nclient = OpenAI()\n"
        "def ask(rows):\n"
        '    text = "Sort these." + "".join(f"\\nLetter: {row}" for row in rows)\n'
        '    client.chat.completions.create(model="gpt-5.2", messages=[{"role": "user", "content": text}])\n'
    )
    assert execute(["layout", "--output-format", "json", "loop.py:5"]) == 0
    [found] = msgspec.json.decode(capsys.readouterr().out)
    assert execute(["prompts", "--requests", "--output-format", "json", "loop.py:5"]) == 0
    [request] = msgspec.json.decode(capsys.readouterr().out)
    assert found["in_loops"] and found["tokens"] + found["in_loops"] == request["tokens"]
    assert execute(["layout", "loop.py:5"]) == 0
    told = f"Not counted: {found['in_loops']} fixed tokens in loops, with every turn: how many there are is open."
    assert told in capsys.readouterr().out


# A text of many rows, one of which is longer than the others.
ROWS = "".join(
    f"Rule {number}: a letter goes to desk {number}{', with all that is in it' * 3 if number == 90 else ''}.\n"
    for number in range(120)
)


def test_a_text_stands_where_it_begins(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "rules.yaml").write_text(
        "sort: |-\n  Sort the letter of {{ name }}.\n" + "".join(f"  {row}\n" for row in ROWS.splitlines())
    )
    (project / "far.py").write_text('RULES = """\n' + ROWS + '"""\n')
    (project / "sort.py").write_text(
        "from pathlib import Path\nimport yaml\nfrom jinja2 import Template\nfrom openai import OpenAI\n"
        "from far import RULES\nclient = OpenAI()\n"
        'PROMPTS = yaml.safe_load(Path("rules.yaml").read_text())\n'
        "def sort(name, question):\n"
        '    text = Template(PROMPTS["sort"]).render(name=name)\n'
        '    client.responses.create(model="gpt-4.1", instructions=text, input=question)\n'
        "def again(question):\n"
        f'    """Rules.\n\n{ROWS}    """\n'
        '    client.responses.create(model="gpt-4.1", input=f"Letter: {question}\\n\\n{again.__doc__}")\n'
        "def both(question):\n"
        '    client.responses.create(model="gpt-4.1", input=f"Letter: {question}\\nSo sort it. {RULES}")\n'
    )
    assert execute(["layout", "sort.py"]) == 0
    first, second, third = re.split(r"\n(?=sort\.py:\d+: )", capsys.readouterr().out)
    assert re.search(r'"\. Rule 0: .*" +fixed +rules\.yaml:2 +not cached', first)
    assert "fixed tokens at rules.yaml:2 in front of `name`" in first
    assert re.search(r'"Rules\. Rule 0: .*" +fixed +line 12 +not cached', second)
    assert "fixed tokens at sort.py:12 in front of `question`" in second
    assert re.search(r'"So sort it\. Rule 0: .*" +fixed +line 137 +not cached', third)
    assert "fixed tokens at sort.py:137 (most of them at far.py:2) in front of `question`" in third
    assert execute(["layout", "--output-format", "json", "sort.py"]) == 0
    places = [request["pieces"][2]["location"]["row"] for request in msgspec.json.decode(capsys.readouterr().out)]
    assert places == [2, 12, 137]


def test_requests_at_one_place_say_when_each_is_sent(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "ways.py").write_text(
        "from openai import OpenAI\nclient = OpenAI()\n"
        "def ask(text, form):\n"
        '    said = [{"role": "user", "content": text}]\n'
        '    if form == "json":\n'
        '        client.chat.completions.create(model="gpt-4o", messages=said, temperature=0)\n'
        '    return client.chat.completions.create(model="gpt-4o", messages=said)\n'
        "def sort(question, form):\n"
        '    return ask("Sort this letter: " + question, form)\n'
        "def alone(question):\n"
        '    if question:\n        ask("Sort this one: " + question, "text")\n'
    )
    assert execute(["layout", "ways.py:9"]) == 0
    shown = capsys.readouterr().out
    assert shown.count("ways.py:9: sort: ") == 2 and shown.count("\n  Sent if `form == \"json\"`.\n") == 1
    assert execute(["prompts", "--requests", "ways.py"]) == 0
    shown = capsys.readouterr().out
    assert shown.count("ways.py:9 in sort: openai, gpt-4o, chat, 5 static tokens") == 2
    assert shown.count('static tokens  [if form == "json"]\n') == 1
    for command in (["layout"], ["prompts", "--requests"]):
        assert execute([*command, "--output-format", "json", "ways.py"]) == 0
        found = msgspec.json.decode(capsys.readouterr().out)
        assert sorted(str(each["condition"]) for each in found) == ["None", "None", 'form == "json"']


ONE_OR_ANOTHER = r"""
import anthropic
from datetime import datetime
from openai import OpenAI
client = OpenAI()
RULES = "Answer in one sentence. " * 300
MORE = "Name the desk that answers such letters. " * 10
def ask(question, known):
    text = f"Letter: {question}\\n\\n{RULES}"
    if known:
        text += MORE
    return client.chat.completions.create(model="gpt-5.2", messages=[{"role": "user", "content": text}])
def timed(question):
    text = f"Now: {datetime.now()}\n\n{RULES}"
    return anthropic.Anthropic().messages.create(
        model="claude-sonnet-4-5", messages=[{"role": "user", "content": question}],
        system=[{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}])
"""


def test_rules_and_layout_say_the_same(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "ways.py").write_text(ONE_OR_ANOTHER)
    assert execute(["check", "--select", "cache", "ways.py"]) == 1
    first, second = re.findall(r"would grow from 0 to (~?[\d,]+)", capsys.readouterr().out)
    assert execute(["layout", "ways.py"]) == 0
    ways, timed = capsys.readouterr().out.split("\nways.py:", 1)
    told = re.search(r"Shown is one of 2 ways, if `known`; at best they read ([\d,]+) to ([\d,]+)\.", ways)
    assert told is not None and first == told[1] and f"then {told[2]} tokens come from the cache" in ways
    assert "Shown is" not in timed and f"at best {second} (" in timed


@pytest.mark.parametrize(
    ("model", "assumed"),
    [('"anthropic--claude-sonnet-4.5"', True), ('"ollama/deepseek-r1"', True), ('"claude-sonnet-4-5"', False)],
)
def test_how_an_unknown_provider_caches_is_not_said(
    model: str, assumed: bool, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = f"""import litellm
def ask(question):
    told = [{{"role": "system", "content": "Name a tree."}}, {{"role": "user", "content": question}}]
    return litellm.completion(model={model}, messages=told)
"""
    (project / "ask.py").write_text(code)
    assert execute(["layout", "ask.py:4"]) == 0
    shown = capsys.readouterr().out
    assert ("; how it is cached is not known\n" in shown) == assumed
    assert ("  That holds for a provider that caches any beginning that is the same again, from" in shown) == assumed
    assert "same again, from an assumed 1,024 tokens on\n" not in shown


@pytest.mark.parametrize(
    ("model", "head", "advice"),
    [
        ("claude-sonnet-4-5", "(litellm, with the figures of anthropic) caches what", "Nothing to move"),
        ("gpt-4", "(litellm, with the figures of openai) caches nothing", "gpt-4, by default, has no prompt cache"),
    ],
)
def test_a_model_by_default_is_told_as_one(
    model: str, head: str, advice: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = f"""import os, litellm
def ask(question):
    told = [{{"role": "system", "content": "Name a tree."}}, {{"role": "user", "content": question}}]
    return litellm.completion(model=os.environ.get("MODEL", "{model}"), messages=told)
"""
    (project / "ask.py").write_text(code)
    assert execute(["layout", "ask.py:4"]) == 0
    shown = capsys.readouterr().out
    assert f"ask.py:4: ask: {model} by default {head}" in shown and f"  {advice}" in shown
    name = 'unless `os.environ.get("MODEL"'
    assert "By default only: model (" in shown and f"model ({model}, {name}" in shown
    assert "What is said holds by default." in shown and "Not known" not in shown
    assert execute(["prompts", "--requests", "ask.py"]) == 0
    shown = capsys.readouterr().out
    assert f", {model} by default, " in shown and shown.count("by default,") == 1
    assert f"  by default only: model ({model}, {name}" in shown


def test_requests_without_fixed_text_are_counted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = """import litellm
def ask(question):
    return litellm.completion(model="gpt-5", messages=[{"role": "user", "content": "Name a tree. " + question}])
def hand(question):
    return litellm.completion(model="gpt-5", messages=[{"role": "user", "content": question}])
"""
    (project / "ask.py").write_text(code)
    assert execute(["layout", "ask.py"]) == 0
    shown = capsys.readouterr()
    assert "ask.py:3: ask" in shown.out and "hand" not in shown.out
    assert "1 request left out, as none of their fixed text is in sight" in shown.err
    assert execute(["layout", "ask.py:5"]) == 0
    assert "left out" not in capsys.readouterr().err


def test_what_the_turns_of_a_loop_add_is_said_not_to_be_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loop = (
        "from openai import OpenAI\n\n\ndef chat(client: OpenAI, ask):\n"
        "    said = [{'role': 'system', 'content': 'You sort the mail of the harbour.'}]\n"
        "    while True:\n        said.append({'role': 'user', 'content': ask()})\n"
        "        answer = client.chat.completions.create(model='gpt-5.2', messages=said)\n"
        "        said.append({'role': 'assistant', 'content': answer.choices[0].message.content})\n"
    )
    told = "before anything is cached. What earlier turns of its loop have said is not counted."
    for text, grows in ((loop, True), (loop.replace("while True", "if ask"), False)):
        (tmp_path / "app.py").write_text(text)
        assert execute(["layout", str(tmp_path / "app.py")]) == 0
        shown = capsys.readouterr().out
        assert "before anything is cached." in shown and (told in shown) == grows


NOTES = """from openai import OpenAI
client = OpenAI()
NOTES = ["Mind the first rule of the house. ", "Mind the second rule. "]
RULES = "Answer in one sentence, and mind the rules of the house, whoever asks. " * 100
def front(question):
    text = "You are a clerk. "
    for note in NOTES:
        text += f"Rule: {note} It holds for everybody who comes in. "
    return client.chat.completions.create(model="gpt-4o", messages=[
        {"role": "system", "content": text}, {"role": "user", "content": question}])
def behind(question):
    text = RULES + f"Question: {question}. " + " ".join(f"Mind {note} of all." for note in NOTES)
    return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": text}])
def found(question, pages):
    text = "Read these. " + "".join(f"<page> {page} </page>" for page in pages)
    return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": text}])
def ahead(question):
    text = RULES + " ".join(f"Mind {note} of all." for note in NOTES) + f" Question: {question}"
    return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": text}])
"""


def test_what_loops_repeat_leaves_open_whether_to_move(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "notes.py").write_text(NOTES)
    assert execute(["layout", "notes.py"]) == 0
    front, behind, found, ahead = re.findall(r"^  (Whether .*|Nothing to move.*)$", capsys.readouterr().out, re.M)
    unknown = "Whether there is anything to move is not known: "
    told = "the fixed text is 6 tokens without what the loop over `NOTES` repeats, and 1,024 are needed"
    assert front.startswith(unknown + told)
    assert behind == f"{unknown}how much the loop over `NOTES` repeats behind what changes is open."
    # A loop over what changes is nothing that could stand in front.
    assert found.startswith("Nothing to move: the fixed text is 4 tokens")
    assert ahead.startswith("Nothing to move: all the fixed text")


WAYS = """from openai import OpenAI
client = OpenAI()
RULES = "Answer in one sentence, and mind the rules of the house, whoever asks. " * 100
def ask(question, hard, tone):
    text = "You are a clerk. "
    if hard:
        text += "Be quick. "
    elif tone:
        text += f"The question: {question} "
        text += RULES
    return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": text + question}])
def desk(question, desk):
    text = {"repairs": "You repair.", "sales": "You sell what there is."}[desk]
    return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": text + question}])
"""


def test_which_way_is_shown_is_said(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "ways.py").write_text(WAYS)
    assert execute(["layout", "ways.py"]) == 0
    shown = capsys.readouterr().out
    # All of them read nothing from the cache now, so it is the one in which something may be moved.
    assert "Shown is one of 4 ways, if `not (hard)` and `tone`; at best they read 0 to 1,6" in shown
    assert "Shown is one of 2 ways, if `desk == \"sales\"`." in shown
    assert execute(["layout", "ways.py", "--output-format", "json"]) == 0
    ways = [each["ways"]["shown"] for each in msgspec.json.decode(capsys.readouterr().out)]
    assert ways == [["not (hard)", "tone"], ['desk == "sales"']]


@pytest.mark.parametrize(
    ("call", "provider", "figures", "said"),
    [
        ("litellm.completion", "litellm", "openai", "(litellm, with the figures of openai) caches"),
        ("openai.OpenAI().chat.completions.create", "openai", "openai", "(openai) caches"),
        ("made(URL).chat.completions.create", None, "openai", "(provider not known, with the figures of openai)"),
    ],
)
def test_layout_names_the_provider_that_requests_name(
    call: str, provider: str | None, figures: str, said: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = f"""import litellm, openai
from elsewhere import URL
def made(url):
    return openai.OpenAI(base_url=url)
def ask(question):
    return {call}(model="gpt-4o", messages=[{{"role": "user", "content": "Name a tree. " + question}}])
"""
    (project / "ask.py").write_text(code)
    assert execute(["layout", "ask.py"]) == 0
    assert f"ask.py:6: ask: gpt-4o {said}" in capsys.readouterr().out
    assert execute(["layout", "ask.py", "--output-format", "json"]) == 0
    (layout,) = msgspec.json.decode(capsys.readouterr().out)
    assert execute(["prompts", "--requests", "ask.py", "--output-format", "json"]) == 0
    (request,) = msgspec.json.decode(capsys.readouterr().out)
    assert layout["provider"] == request["provider"] == provider and layout["figures_of"] == figures
