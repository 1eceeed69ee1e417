"""Conditions that are asked twice go one way, and what a request sends at most is what its longest way sends."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from timing import seconds, within

from promptlint.commands import execute

HEAD = """\
from openai import OpenAI
client = OpenAI()
"""
ASK = "return client.chat.completions.create(model='gpt-5', messages=[{'role': 'user', 'content': prompt + text}])"
DOC, CHAT = "'Read the document with care. {tags}'", "'Read the chat with care, and say what it is about.'"
FIRST = f"if kind == 'doc':\n    prompt = {DOC}\nelse:\n    prompt = {CHAT}\n"
FILL = "prompt = prompt.replace('{tags}', tags)\n"


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What promptlint prints of a function."""
    monkeypatch.chdir(tmp_path)

    def printed(body: str, *arguments: str, module: str = "") -> str:
        source = f"{HEAD}{module}def ask(kind, text, tags, other):\n{textwrap.indent(body + ASK, '    ')}\n"
        (tmp_path / "app.py").write_text(source, encoding="utf-8")
        execute([*arguments, "app.py"])
        return capsys.readouterr().out

    return printed


ONE_WAY = {
    "the same": FIRST + f"if kind == 'doc':\n    {FILL}",
    "its opposite": FIRST + f"if kind != 'doc':\n    pass\nelse:\n    {FILL}",
    "one of several": FIRST + f"if kind in ['doc', 'note']:\n    {FILL}",
    "a chain": f"if kind == 'note':\n    prompt = {CHAT}\nel{FIRST}" + f"if kind in ('doc', 'other'):\n    {FILL}",
    "and": FIRST + f"if not (kind != 'doc' and not tags):\n    if kind == 'doc':\n        {FILL}",
    "an expression": f"prompt = {DOC} if kind == 'doc' else {CHAT}\n"
    "prompt = prompt.replace('{tags}', tags) if kind == 'doc' else prompt\n",
}


@pytest.mark.parametrize("name", ONE_WAY)
def test_a_condition_goes_one_way(name: str, output: Callable[..., str]) -> None:
    assert "unformatted-placeholder" not in output(ONE_WAY[name], "check")


ANY_WAY = {
    "another one": FIRST + f"if other:\n    {FILL}",
    "other words": FIRST + f"if kind in ['note', 'mail']:\n    {FILL}",
    "bound anew": FIRST + f"kind = other\nif kind == 'doc':\n    {FILL}",
    "bound anew on one way": FIRST + f"if other:\n    kind = other\nif kind == 'doc':\n    {FILL}",
    "asked of what is called": FIRST.replace("kind ==", "kind() ==") + f"if kind() == 'doc':\n    {FILL}",
    "in a loop": FIRST + f"for kind in other:\n    if kind == 'doc':\n        {FILL}",
}


@pytest.mark.parametrize("name", ANY_WAY)
def test_of_other_values_it_may_go_another(name: str, output: Callable[..., str]) -> None:
    assert "unformatted-placeholder" in output(ANY_WAY[name], "check")


def test_what_is_impossible_is_not_listed(output: Callable[..., str]) -> None:
    body = FIRST + f"if kind == 'doc':\n    {FILL}else:\n    prompt = prompt.replace('chat', 'talk')\n"
    shown = output(body, "prompts", "--tree")
    assert shown.count("depends on `kind == 'doc'`") == shown.count("depends on") == 1


def test_what_stands_in_both_ways_stands_there_once(output: Callable[..., str]) -> None:
    body = FIRST + "prompt += ' Be kind.'\nif kind == 'doc':\n    prompt += tags\n"
    assert output(body, "prompts", "--tree").count("Be kind.") == 1


@pytest.mark.parametrize(("asked", "together"), [("kind == 'doc'", False), ("kind != 'doc'", True)])
def test_a_request_has_the_tokens_of_its_longest_way(asked: str, together: bool, output: Callable[..., str]) -> None:
    system = f"system = 'Two words.' if {asked} else 'One two three four five six seven eight.'\n"
    body = FIRST.replace(DOC, "'One two three four five six seven eight nine, ten.'").replace(CHAT, "'Go.'") + system
    body += "prompt = [{'role': 'system', 'content': system}, {'role': 'user', 'content': prompt + text}]\n"
    body += "return client.chat.completions.create(model='gpt-5', messages=prompt)\n"
    [found, *_] = json.loads(output(body, "prompts", "--requests", "--output-format", "json"))
    most = sum(part["tokens"] for part in found["parts"])
    assert (found["tokens"] == most) if together else (found["tokens"] < most)
    assert f"up to {found['tokens']} static tokens" in output(body, "prompts", "--requests")


def test_the_cost_is_linear(output: Callable[..., str]) -> None:
    def check(size: int) -> None:
        output(FIRST + f"if kind == 'doc':\n    {FILL}else:\n    prompt += 'x'\n" * size, "check")

    within(10 * seconds(lambda: check(100)) + 0.5, lambda: check(400))


TABLES = "table = {'en': 'Answer in English, and be brief.', 'de': 'Antworte auf Deutsch, bitte.'}\n"
KEYS = {
    "of a dict": ("prompt = table[kind.lang]\n", ["kind.lang == 'en'", "kind.lang == 'de'"]),
    "with a default": (
        "prompt = TABLE.get(kind, 'Answer in their language, whatever that is.')\n",
        ["kind == 'en'", "kind == 'de'", "kind not in ['en', 'de']"],
    ),
    "of the module": ("prompt = TABLE[kind]\n", ["kind == 'en'", "kind == 'de'"]),
}


@pytest.mark.parametrize("name", KEYS)
def test_of_a_dict_the_key_is_asked_for(name: str, output: Callable[..., str]) -> None:
    body, expected = KEYS[name]
    head = TABLES + body + ASK.replace("prompt + text", "prompt") + "\n"
    module = textwrap.dedent(TABLES).replace("table", "TABLE")
    asked = [each.replace("'", '"') for each in expected]
    shown = output(head, "prompts", "--requests", "--output-format", "json", module=module)
    assert [one["condition"] for one in json.loads(shown)[0]["parts"][0]["alternatives"]] == asked
    assert all(f"if `{each}`" in output(head, "prompts", "--tree", module=module) for each in asked)


def test_of_tables_the_key_is_asked_for(output: Callable[..., str]) -> None:
    tables = "{'en': {'a': 'Go on now.'}, 'de': {'a': 'Mach jetzt weiter.'}, 'fr': {'a': 'Continue alors.'}}"
    tree = output("prompt = TABLE[kind]['a']\n", "prompts", "--tree", module=f"TABLE = {tables}\n")
    assert 'depends on `kind == "en"`' in tree and 'depends on `kind == "de"`' in tree
