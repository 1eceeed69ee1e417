"""What the output calls conditions and names that a program does not name itself: words of the source, with lines."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path

import pytest

from promptlint.commands import execute

HEAD = "RULES = 'You are a kind helper of the harbour. Answer in one word.'\n"
LABELS = [
    (
        "def rules(x):\n    if x > 3:\n        return 'Name the ship.'\n    return 'Name the pier.'\n"
        "PROMPT = RULES + rules(other)\n",
        ["x > 3"],
    ),
    (
        "def ask(kind):\n    match kind:\n        case 1:\n            text = 'Name the ship.'\n"
        "        case 2:\n            text = 'Name the pier.'\n        case _:\n            text = 'Name both.'\n"
        "    prompt = RULES + text\n    return prompt\n",
        ["kind == 1", "kind == 2"],
    ),
    (
        "def ask():\n    text = 'Name the ship.'\n    match given():\n        case 1:\n"
        "            text = 'Name the pier.'\n"
        "    prompt = RULES + text\n    return prompt\n",
        ["given() == 1"],
    ),
    (
        "def rules(xs):\n    for x in xs:\n        return 'Name the ship.'\n    return 'Name the pier.'\n"
        "PROMPT = RULES + rules(other)\n",
        ["rules returns at line 4"],
    ),
    (
        "def ask(kind):\n    match kind:\n        case [1, *_]:\n            text = 'Name the ship.'\n"
        "        case {'a': _}:\n            text = 'Name the pier.'\n        case _:\n            text = 'Both.'\n"
        "    prompt = RULES + text\n    return prompt\n",
        ["kind matches [1, *_]", "kind matches {'a': _}"],
    ),
    (
        "def ask():\n    text = 'Name the ship.'\n    match given():\n        case [1, *_]:\n"
        "            text = 'Name the pier.'\n"
        "    prompt = RULES + text\n    return prompt\n",
        ["given() matches [1, *_]"],
    ),
    (
        "def ask():\n    try:\n        text = 'Name the ship.'\n    except OSError:\n        text = 'Name the pier.'\n"
        "    prompt = RULES + text\n    return prompt\n",
        ["except at line 5 is not reached"],
    ),
    (
        "def ask(xs):\n    text = 'Name the ship.'\n    for x in xs:\n"
        "        if x:\n            text = 'Name the pier.'\n"
        "            break\n        text = 'Name both.'\n    prompt = RULES + text\n    return prompt\n",
        ["no turn of the loop over xs", "a turn ends at line 7 of the loop over xs"],
    ),
    (
        "def ask(x):\n    prompt = f\"{RULES}\\n{'Name the ship.' if x else ''}\".strip()\n    return prompt\n",
        ["white space before what depends on x stays", "x"],
    ),
    (
        "def ask(x):\n    end = 'Name the ship. ' if x else ''\n"
        "    prompt = f\"{end} {RULES} {'Be short.' if x else ''}\".strip()\n    return prompt\n",
        ["x", "white space behind what depends on x stays", "white space before what depends on x stays"],
    ),
    (
        "def ask(x):\n    start = 'Be short.' if x else ''\n"
        "    prompt = f\"{start}   Name the ship that is ment. {RULES}\".strip()\n    return prompt\n",
        ["x", 'white space before "Name the ship that is me\u2026" stays'],
    ),
]


@pytest.mark.parametrize(("text", "expected"), LABELS, ids=[each[1][0] for each in LABELS])
def test_a_condition_is_named_in_words_of_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, expected: list[str]
) -> None:
    (tmp_path / "app.py").write_text(HEAD + text)
    monkeypatch.chdir(tmp_path)
    assert execute(["prompts", "--tree", "app.py"]) == 0
    shown = capsys.readouterr().out
    found = re.findall(r"depends on `(.*)`", shown)
    assert list(dict.fromkeys(found)) == expected, shown


def test_a_prompt_is_listed_under_the_name_that_stands_in_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = """\
        build(system="You look after the ships of the harbour. Name the pier that each of them lies at.")
        Tool(name="find", description="Look up the pier of a ship by its name.", function=find)
    """
    (tmp_path / "app.py").write_text(textwrap.dedent(text))
    monkeypatch.chdir(tmp_path)
    assert execute(["prompts", "app.py"]) == 0
    rows = capsys.readouterr().out.splitlines()[1:3]
    assert [row.split()[1:3] for row in rows] == [["system", "system"], ["description", "tool"]]


CONDITIONS = [
    (
        "def ask(letter):\n    for role, text in (('system', RULES), ('user', letter)):\n"
        "        client.responses.create(model='gpt-5', input=[{'role': role, 'content': text}])\n",
        {
            "it is item 1 of (('system', RULES), ('user', letter))",
            "it is item 2 of (('system', RULES), ('user', letter))",
        },
    ),
    (
        "def ask():\n    try:\n        text = RULES\n    except OSError:\n        text = 'Name the pier.'\n"
        "    client.responses.create(model='gpt-5', input=text)\n",
        {"except at line 7 is not reached", "except at line 7 is reached"},
    ),
    (
        "def ask():\n    client.responses.create(model='gpt-5', input=RULES)\n"
        "def shorter():\n    global RULES\n    RULES = 'Name the pier.'\n",
        {"RULES is unchanged", "RULES was changed"},
    ),
    (
        "def ask(xs):\n    client.responses.create(model='gpt-5', input=rules(xs))\n"
        "def rules(xs):\n    for x in xs:\n        return 'Name the ship.'\n    return 'Name the pier.'\n",
        {"rules returns at line 8", "rules does not return at line 8"},
    ),
    (
        "def ask(n):\n    text = RULES\n    for _ in range(n):\n        text = 'Name the pier.'\n"
        "    client.responses.create(model='gpt-5', input=text)\n",
        {"no turn of the loop over range(n)", "a turn of the loop over range(n)"},
    ),
    (
        "def ask(brief):\n    text = RULES if not brief else 'Name the pier.'\n"
        "    client.responses.create(model='gpt-5', input=text)\n",
        {"not brief", "brief"},
    ),
]


@pytest.mark.parametrize(("text", "expected"), CONDITIONS, ids=[min(each[1]) for each in CONDITIONS])
def test_both_sides_of_a_condition_are_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, expected: set[str]
) -> None:
    (tmp_path / "app.py").write_text(f"import openai\nclient = openai.OpenAI()\n{HEAD}{text}")
    monkeypatch.chdir(tmp_path)
    assert execute(["prompts", "--requests", "--output-format", "json", "app.py"]) == 0
    (request,) = json.loads(capsys.readouterr().out)
    (part,) = request["parts"]
    assert {each["condition"] for each in part["alternatives"]} == expected


def test_of_several_conditions_the_beginning_of_each_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        "def ask(letters_of_the_whole_year, kind):\n    turns = [{'role': 'system', 'content': RULES}]\n"
        "    if letters_of_the_whole_year and kind:\n"
        "        if kind.startswith('complaint about the harbour master'):\n"
        "            turns.append({'role': 'user', 'content': 'Answer the complaint first.'})\n"
        "    client.chat.completions.create(model='gpt-5', messages=turns)\n"
    )
    (tmp_path / "app.py").write_text(f"import openai\nclient = openai.OpenAI()\n{HEAD}{text}")
    monkeypatch.chdir(tmp_path)
    assert execute(["prompts", "--requests", "app.py"]) == 0
    shown = "[if (letters_of_the_whole_year and kind) and (kind.startswith('complaint about the ha\u2026)]"
    assert shown in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "def ask(papers):\n    turns = [\n        {'role': 'system', 'content': RULES}]\n    for paper in papers:\n"
            "        turns.append({'role': 'user', 'content': f'Read {paper}.'})\n"
            "    client.chat.completions.create(model='gpt-5', messages=turns)\n",
            "messages (not all of them can be read, app.py:7)",
        ),
        (
            "def ask():\n    turns = [{'role': 'system', 'content': RULES}]\n"
            "    client.chat.completions.create(\n        model='gpt-5', messages=turns, tools=tools_of())\n",
            "tools (`tools_of()`, app.py:7)",
        ),
        (
            "def ask(model):\n    turns = [{'role': 'system', 'content': RULES}]\n"
            "    client.chat.completions.create(model=model, messages=turns)\n",
            "model (`model`)",
        ),
        (
            "from smolagents import CodeAgent, OpenAIModel\nhelper = CodeAgent(\n    tools=[],"
            " model=OpenAIModel('gpt-4o'), instructions=RULES)\nhelper.run('Count the ships.')\n",
            "system (what `CodeAgent` adds itself, app.py:5)",
        ),
    ],
)
def test_what_is_not_known_is_told_with_its_reason_and_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, expected: str
) -> None:
    (tmp_path / "app.py").write_text(f"import openai\nclient = openai.OpenAI()\n{HEAD}{text}")
    monkeypatch.chdir(tmp_path)
    assert execute(["prompts", "--requests", "app.py"]) == 0
    assert f"  not known: {expected}\n" in capsys.readouterr().out


MARKED = """
def ask(sent, caching):
    system = {"type": "text", "text": RULES}
    while True:
        BODY
        anthropic.Anthropic().messages.create(model="claude-sonnet-4-5", messages=sent, system=[system])
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("pass", ""),
        ('system = {"type": "text", "text": RULES, "cache_control": {"type": "ephemeral"}}', "  [cache marker]"),
        (
            'if caching: system = {"type": "text", "text": RULES, "cache_control": {"type": "ephemeral"}}',
            "  [cache marker on some ways only]",
        ),
        (
            'if caching: system = {"type": "text", "text": system["text"], "cache_control": {"type": "ephemeral"}}',
            "  [cache marker on some ways only]",
        ),
    ],
)
def test_a_cache_marker_that_may_not_be_set_is_told_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], body: str, expected: str
) -> None:
    (tmp_path / "app.py").write_text(f"import anthropic\n{HEAD}{MARKED.replace('BODY', body)}")
    monkeypatch.chdir(tmp_path)
    assert execute(["prompts", "--requests", "app.py"]) == 0
    (system,) = re.findall(r"^  system .*$", capsys.readouterr().out, re.MULTILINE)
    assert (re.search(r"  \[cache marker.*$", system) or [""])[0] == expected
