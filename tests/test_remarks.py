"""Comments on texts that are sent: `not-a-prompt` and `prompt[role]` settle the text at which they stand."""

from __future__ import annotations

import json
import textwrap
import time
from pathlib import Path

import pytest

from promptlint.config import Configuration
from promptlint.engine import Report, run
from promptlint.files import discover
from promptlint.output import layout as layout_output
from promptlint.output import requests as requests_output
from promptlint.template import texts

RULES = "You are a kind helper of the harbour. Answer in one word, and name the ship that you speak of."
DENY = "# promptlint: not-a-prompt"
HEAD = f'import openai\nclient = openai.OpenAI()\nRULES = "{RULES}"\n'


def report(folder: Path, **files: str) -> Report:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    configuration = Configuration()
    return run(discover([str(folder)], configuration, str(folder)).files, configuration)


def call(*messages: str, head: str = HEAD, before: str = "") -> str:
    listed = "".join(textwrap.indent(message, "    ") + "\n" for message in messages)
    body = f"{before}client.chat.completions.create(\n    model='gpt-5',\n    messages=[\n{listed}    ],\n)\n"
    return f"{head}\n\ndef ask(q, r):\n{textwrap.indent(body, '    ')}"


def sent(done: Report) -> list[tuple[str, str]]:
    """Role and text of every part of the only request, in the words of its value where a comment says it is none."""
    (request,) = [each for each in (*done.project.requests, *done.project.others) if each.api]
    return [
        (prompt.role, "-" if prompt.refused else "".join(text.value for text in texts(prompt.template)))
        for prompt in request.prompts
    ]


def listed(done: Report) -> list[str]:
    """The texts of the prompts that are listed."""
    return [said for each in done.project.prompts if (said := "".join(text.value for text in texts(each.template)))]


ITEM = f"{{'role': 'system', 'content': '{RULES}'}},"
USER = "{'role': 'user', 'content': 'What of ' + q},"
REFUSED = [
    # The item of a list, by its own text and by a name.
    call(f"{ITEM}  {DENY}", USER),
    call(f"{DENY}\n{ITEM}", USER),
    call(f"{{'role': 'system', 'content': rules}},  {DENY}", USER, before=f"rules = '{RULES}'\n"),
    # The value of the key, above it and behind it.
    call(f"{{\n    'role': 'system',\n    {DENY}\n    'content': '{RULES}',\n}},", USER),
    call(f"{{\n    'role': 'system',\n    'content': '{RULES}',  {DENY}\n}},", USER),
    call(f"{{\n    'role': 'system',\n    'content': rules,  {DENY}\n}},", USER, before=f"rules = '{RULES}'\n"),
    # A constant that is sent.
    call("{'role': 'system', 'content': RULES},", USER, head=HEAD.replace(f'"{RULES}"', f'"{RULES}"  {DENY}')),
    call("{'role': 'system', 'content': f'{rules}'},", USER, before=f"rules = '{RULES}'  {DENY}\n"),
]


@pytest.mark.parametrize("text", REFUSED)
def test_a_text_that_is_none_stays_a_part_of_its_request(tmp_path: Path, text: str) -> None:
    done = report(tmp_path, a=text)
    assert sent(done) == [("system", "-"), ("user", "What of ")]
    assert RULES not in listed(done) or "RULES = " in text.replace(DENY, "")
    assert done.findings == []
    (request,) = [each for each in done.project.requests if each.api]
    assert request.complete
    plain = report(tmp_path, a=text.replace(DENY, "#"))
    assert sent(plain) == [("system", RULES), ("user", "What of ")]


def test_what_is_said_of_one_use_holds_for_that_alone(tmp_path: Path) -> None:
    text = call("{'role': 'system', 'content': RULES},  " + DENY, USER)
    done = report(tmp_path, a=text)
    assert sent(done) == [("system", "-"), ("user", "What of ")]
    # The constant is a prompt by its name all the same.
    assert listed(done) == [RULES, "What of "] and done.findings == []


def test_a_constant_of_another_file(tmp_path: Path) -> None:
    done = report(tmp_path, texts=f"HARBOUR = '{RULES}'  {DENY}\n", a=call(
        "{'role': 'system', 'content': HARBOUR},", "{'role': 'user', 'content': HARBOUR + ' Now: ' + q},",
        head="import openai\nfrom texts import HARBOUR\nclient = openai.OpenAI()\n",
    ))  # fmt: skip
    assert sent(done) == [("system", "-"), ("user", " Now: ")]
    assert listed(done) == [" Now: "] and done.findings == []


def test_a_keyword_of_a_call(tmp_path: Path) -> None:
    body = (
        f"client.responses.create(\n    model='gpt-5',\n    instructions=RULES,  {DENY}\n"
        "    input='Tell me of ships.',\n)\n"
    )
    done = report(tmp_path, a=HEAD + body)
    assert sent(done) == [("system", "-"), ("user", "Tell me of ships.")]


def test_what_callers_give_a_message_that_is_none(tmp_path: Path) -> None:
    given = "\n\nask('Which ship of the harbour is the oldest one?', 1)\n"
    text = call("{'role': 'user', 'content': q},  " + DENY) + given
    done = report(tmp_path, a=text)
    assert sent(done) == [("user", "-")] and listed(done) == [RULES]
    assert "Which ship of the harbour is the oldest one?" in listed(report(tmp_path, a=text.replace(DENY, "")))


def test_what_a_caller_gives_is_none(tmp_path: Path) -> None:
    head = "import openai\nclient = openai.OpenAI()\nHARBOUR = 'Ships lie in the harbour until the tide is high.'\n"
    text = call("{'role': 'user', 'content': q},", head=head) + f"\n\nask(\n    HARBOUR,  {DENY}\n    1,\n)\n"
    done = report(tmp_path, a=text)
    assert sent(done) == [("user", "-")] and listed(done) == [] and done.findings == []
    assert listed(report(tmp_path, a=text.replace(DENY, ""))) == ["Ships lie in the harbour until the tide is high."]


def test_findings_in_a_text_that_is_none_are_gone(tmp_path: Path) -> None:
    clock = "{'role': 'system', 'content': f'It is {datetime.now()}. ' + LONG},"
    long = " ".join(f"Answer {number} with the ship that lies at pier {number * 7}." for number in range(200))
    head = f"from datetime import datetime\n{HEAD}LONG = '{long}'\n"
    rules = [each.rule for each in report(tmp_path, a=call(clock, USER, head=head)).findings]
    assert rules == ["oversized-prompt", "volatile-prefix"]
    assert report(tmp_path, a=call(f"{clock}  {DENY}", USER, head=head)).findings == []


def test_a_marker_behind_a_text_that_is_none_is_not_called_useless(tmp_path: Path) -> None:
    text = (
        f"import anthropic\nHARBOUR = '{RULES}'  {DENY}\n\n\ndef ask(q):\n    anthropic.Anthropic().messages.create(\n"
        "        model='claude-sonnet-4-5',\n        max_tokens=9,\n"
        "        system=[{'type': 'text', 'text': HARBOUR, 'cache_control': {'type': 'ephemeral'}}],\n"
        "        messages=[{'role': 'user', 'content': q}],\n    )\n"
    )
    assert report(tmp_path, a=text).findings == []
    assert [each.rule for each in report(tmp_path, a=text.replace(DENY, "")).findings] == ["useless-cache-control"]


def test_a_call_that_is_said_to_send_none_is_gone(tmp_path: Path) -> None:
    text = f"{HEAD}x = client.responses.create(model='gpt-5', input='Tell me of ships.')  {DENY}\n"
    done = report(tmp_path, a=text)
    assert [each for each in (*done.project.requests, *done.project.others) if each.api] == []


SPOKEN = [
    (call("{'role': r, 'content': 'What of ' + q},  # promptlint: prompt[system]"), [("system", "What of ")]),
    (call("{'role': 'system', 'content': 'What of ' + q},  # promptlint: prompt[user]"), [("user", "What of ")]),
    (call("{'role': 'system', 'content': q},  # promptlint: prompt[user]"), [("user", "")]),
    (
        call("{\n    'role': 'system',\n    # promptlint: prompt[user]\n    'content': RULES,\n},"),
        [("user", RULES)],
    ),
    (
        call("{'role': 'system', 'content': RULES},", head=HEAD.replace('"\n', '"  # promptlint: prompt[user]\n')),
        [("user", RULES)],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SPOKEN)
def test_a_comment_says_whose_words_a_message_has(tmp_path: Path, text: str, expected: list[tuple[str, str]]) -> None:
    done = report(tmp_path, a=text)
    assert sent(done) == expected and done.findings == []
    assert sent(report(tmp_path, a=text.replace("promptlint:", ""))) != expected


UNHEARD = [
    (
        HEAD.replace('"\n', '"  # promptlint: prompt[system]\n')
        + "def f(q):\n    client.responses.create(model='gpt-5', input='Now: ' + RULES)\n",
        "the comment settles nothing: it is part of a message that is sent as `user`",
    ),
    (
        f"{HEAD}client.chat.completions.create(\n    model='gpt-5',\n"
        "    messages=[{'role': 'system', 'content': RULES}],  # promptlint: prompt[user]\n)\n",
        "the comment settles nothing: the message in it is sent as `system`",
    ),
    (
        f"{HEAD}client.responses.create(\n    model='gpt-5',  {DENY}\n    input='Tell me of ships.',\n)\n",
        "nothing to settle here: no prompt was found",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), UNHEARD)
def test_a_comment_that_is_not_heard_is_reported_with_the_reason(tmp_path: Path, text: str, message: str) -> None:
    assert [(each.rule, each.message) for each in report(tmp_path, a=text).findings] == [("unused-ignore", message)]


def test_a_file_by_itself_does_not_tell_that_nobody_sends_a_text(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(f"HARBOUR = '{RULES}'.upper()  {DENY}\nX = 1  {DENY}\n")
    configuration = Configuration()
    files = discover([str(tmp_path)], configuration, str(tmp_path)).files
    assert [each.span.start > 100 for each in run(files, configuration, named=True).findings] == [True]


def test_output_says_that_a_comment_refuses_it(tmp_path: Path) -> None:
    done = report(tmp_path, a=call(f"{ITEM}  {DENY}", USER))
    shown = requests_output.render_text(done)
    assert "  system  0  a.py:10  {'role': 'system', 'content': " in shown and "[not a prompt, says a comment]" in shown
    assert [part["not_a_prompt"] for part in json.loads(requests_output.render_json(done))[0]["parts"]] == [True, False]
    views = layout_output.views(done, layout_output.chosen(done, {"a.py"}, 10))
    assert "not a prompt, says a comment" in layout_output.render_text(views, done)


def test_many_comments_take_no_long_time(tmp_path: Path) -> None:
    def took(count: int) -> float:
        items = [f"{{'role': 'system', 'content': '{number} {RULES}'}},  {DENY}" for number in range(count)]
        text = call(*items)
        start = time.perf_counter()
        done = report(tmp_path, a=text)
        assert len(sent(done)) == count and done.findings == []
        return time.perf_counter() - start

    took(10)
    assert took(1_600) < 40 * max(min(took(100), took(100)), 0.02)
