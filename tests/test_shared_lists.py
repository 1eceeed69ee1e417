"""Messages that are changed under another name, by the turns of a loop, or of which some are taken."""

from __future__ import annotations

import textwrap

import pytest

from promptlint.extract.python import facts
from promptlint.link import link
from promptlint.prompt import Request
from promptlint.source import Source
from promptlint.template import texts

START = """
from openai import OpenAI
client = OpenAI()
def ask(question, drop):
    first = {"role": "system", "content": "Be kind."}
    said = [first, {"role": "user", "content": question}]
"""
END = '    client.chat.completions.create(model="gpt-5.2", messages=said)\n'


def request_of(text: str) -> Request:
    body = textwrap.indent(textwrap.dedent(text), "    ")
    project = link([facts(Source("app.py", f"{START}{body}\n{END}"))])
    (found,) = (each for each in (*project.requests, *project.others) if each.api)
    return found


def parts(text: str) -> list[tuple[str, str]]:
    return [(each.role, "".join(part.value for part in texts(each.template))) for each in request_of(text).prompts]


MORE = '{"role": "user", "content": "Be brief."}'
BOTH = [("system", "Be kind."), ("user", "")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", BOTH),
        (f"same = said\nsame.append({MORE})", [*BOTH, ("user", "Be brief.")]),
        (f"same = said\nother = same\nother += [{MORE}]", [*BOTH, ("user", "Be brief.")]),
        (f"same = said\nsaid.append({MORE})\nsaid = same", [*BOTH, ("user", "Be brief.")]),
        ("same = said\nsame.pop(0)", BOTH[1:]),
        ("first['content'] += ' And warm.'", [("system", "Be kind. And warm."), BOTH[1]]),
        ("first['content'] = 'Be warm.'", [("system", "Be warm."), BOTH[1]]),
        ("said[0]['content'] += ' And warm.'", [("system", "Be kind. And warm."), BOTH[1]]),
        # A name that was given something else, and a copy, are lists of their own.
        (f"same = said\nsame = []\nsame.append({MORE})", BOTH),
        (f"same = list(said)\nsame.append({MORE})", BOTH),
        (f"same = said.copy()\nsame.append({MORE})", BOTH),
        ("said = [each for each in said if each['role'] != 'system']", BOTH[1:]),
        ("said = [each for each in said if each.get('role') in ('system', 'developer')]", BOTH[:1]),
        ("said = [each for each in said]", BOTH),
    ],
)
def test_what_is_changed_under_one_name_is_changed_under_all(text: str, expected: list[tuple[str, str]]) -> None:
    assert parts(text) == expected
    assert request_of(text).complete


def test_messages_that_a_condition_keeps_are_there_under_it() -> None:
    found = request_of("said = [each for each in said if each['role'] != drop]")
    assert [(each.role, each.when) for each in found.prompts] == [
        ("system", ((f"each['role'] != drop for item {1}", True),)),
        ("user", ((f"each['role'] != drop for item {2}", True),)),
    ]


@pytest.mark.parametrize("turn", ["each['content'] = 'Please: ' + each['content']", "each['content'] += '!'"])
@pytest.mark.parametrize("over", ["each in said", "_, each in enumerate(said)", "each in reversed(said)"])
def test_messages_that_a_loop_writes_anew_are_not_known(turn: str, over: str) -> None:
    assert not request_of(f"for {over}:\n    {turn}").complete
    assert request_of(f"for {over}:\n    print(each['content'])").complete
