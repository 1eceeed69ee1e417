"""Comments on texts that are sent: `not-a-prompt` and `prompt[role]` settle the text at which they stand."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from timing import seconds, within

from promptlint.config import Configuration
from promptlint.engine import Report, run
from promptlint.extract.python import facts
from promptlint.files import discover
from promptlint.ignores import ignores
from promptlint.output import layout as layout_output
from promptlint.output import requests as requests_output
from promptlint.source import Source
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


SPEAKING = HEAD.replace('"\n', '"  # promptlint: prompt[user]\n')
SPOKEN = [
    (call("{'role': r, 'content': 'What of ' + q},  # promptlint: prompt[system]"), [("system", "What of ")]),
    (call("{'role': 'system', 'content': 'What of ' + q},  # promptlint: prompt[user]"), [("user", "What of ")]),
    (call("{'role': 'system', 'content': q},  # promptlint: prompt[user]"), [("user", "")]),
    (
        call("{\n    'role': 'system',\n    # promptlint: prompt[user]\n    'content': RULES,\n},"),
        [("user", RULES)],
    ),
    # Where it is written a comment says it for messages that do not.
    (call("{'role': r, 'content': RULES},", head=SPEAKING), [("user", RULES)]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SPOKEN)
def test_a_comment_says_whose_words_a_message_has(tmp_path: Path, text: str, expected: list[tuple[str, str]]) -> None:
    done = report(tmp_path, a=text)
    assert sent(done) == expected and done.findings == []
    assert sent(report(tmp_path, a=text.replace("promptlint:", ""))) != expected


UNSAID = "{'role': r, 'content': %s},"
SETTLED = [
    # With words of its own and without, of a list that is known and of one that is not.
    (call(f"{UNSAID % 'RULES'}  # promptlint: prompt[user]", USER), []),
    (call(f"{UNSAID % 'q'}  # promptlint: prompt[user]", USER), []),
    (call(f"{UNSAID % 'q'}  # promptlint: prompt[user]", UNSAID % "RULES"), ["role"]),
    (call(UNSAID % "RULES", head=SPEAKING), []),
    # What a system text is, the program says itself.
    (call(f"{UNSAID % 'q'}  # promptlint: prompt[system]", USER), ["q"]),
    # That it is no prompt says nothing of whose words they are.
    (call(f"{UNSAID % 'RULES'}  {DENY}", USER), ["role"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "unknown"), SETTLED)
def test_a_role_that_a_comment_says_is_known(tmp_path: Path, text: str, unknown: list[str]) -> None:
    (request,) = [each for each in report(tmp_path, a=text).project.requests if each.api]
    assert [each.expression for each in request.unresolved] == unknown
    assert request.complete == (not unknown)


UNHEARD = [
    (
        call("{'role': 'system', 'content': RULES},", head=SPEAKING),
        "the comment settles nothing: the message that is this text is sent as `system`",
    ),
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


WRAPPER = f"{HEAD}\n\ndef ask(q):\n    return client.responses.create(model='gpt-5', input=q)\n\n\n"


@pytest.mark.parametrize("statement", ["ask('Tell me of ships.')", "x = ask('Tell me of ships.')", "ask(RULES)"])
def test_a_call_of_a_function_that_sends_is_gone_too(tmp_path: Path, statement: str) -> None:
    done = report(tmp_path, a=f"{WRAPPER}{statement}  {DENY}\nask('Tell me of the tide.')\n")
    assert sent(done) == [("user", "Tell me of the tide.")]
    assert "Tell me of ships." not in listed(done) and done.findings == []


def test_a_role_at_the_end_of_a_call_is_that_of_its_texts(tmp_path: Path) -> None:
    body = "client.responses.create(model='gpt-5', instructions=RULES)  # promptlint: prompt[user]\n"
    done = report(tmp_path, a=HEAD + body)
    assert sent(done) == [("user", RULES)] and listed(done) == [RULES] and done.findings == []
    # An argument that has its line to itself is meant, whatever it is.
    alone = "client.responses.create(\n    user='Tell me of ships.',  # promptlint: prompt[user]\n    input=RULES,\n)\n"
    assert "Tell me of ships." in listed(report(tmp_path, a=HEAD + alone))


def test_a_role_at_the_end_of_an_agent_is_that_of_its_texts(tmp_path: Path) -> None:
    body = "Agent(name='harbour', instructions=RULES)  # promptlint: prompt[user]\n"
    done = report(tmp_path, a=f"from agents import Agent\n{HEAD}{body}")
    assert listed(done) == [RULES]


@pytest.mark.parametrize("words", ["not-a-prompt", "prompt[user]", ""])
def test_a_comment_in_a_jinja_file_that_is_sent(tmp_path: Path, words: str) -> None:
    comment = f"{{# promptlint: {words} #}}\n" if words else ""
    (tmp_path / "a.j2").write_text(f"{comment}{RULES}\nNow: {{{{ q }}}}\n", encoding="utf-8")
    head = (
        f"{HEAD}from jinja2 import Environment, FileSystemLoader\n"
        "page = Environment(loader=FileSystemLoader('.')).get_template('a.j2')\n"
    )
    done = report(tmp_path, a=call("{'role': 'system', 'content': page.render(q=q)},", head=head.replace(RULES, "-")))
    ((role, said),) = sent(done)
    assert (role, RULES in said) == ("system", words != "not-a-prompt")
    assert (listed(done) == []) == (words == "not-a-prompt")
    assert [each.rule for each in done.findings] == (["unused-ignore"] if words == "prompt[user]" else [])


def test_a_tool_that_is_none_stays_a_part_of_its_request(tmp_path: Path) -> None:
    done = report(tmp_path, a=(
        f"from agents import Agent, function_tool\n\n\n@function_tool  {DENY}\ndef tide(q: str):\n"
        f"    \"\"\"Find the time of the tide.\"\"\"\n\n\na = Agent(name='x', instructions='{RULES}', tools=[tide])\n"
    ))  # fmt: skip
    assert sent(done) == [("tool", "-"), ("system", RULES)]
    assert listed(done) == [RULES] and done.findings == []


def test_many_comments_take_no_long_time(tmp_path: Path) -> None:
    def reported(count: int) -> Callable[[], None]:
        items = [f"{{'role': 'system', 'content': '{number} {RULES}'}},  {DENY}" for number in range(count)]
        text = call(*items)

        def run() -> None:
            done = report(tmp_path, a=text)
            assert len(sent(done)) == count and done.findings == []

        return run

    within(40 * max(seconds(reported(100)), 0.02), reported(1_600))


MANY: dict[str, Callable[[int], str]] = {
    "one above the other": lambda count: f"{DENY}\n" * count + f"X_PROMPT = '{RULES}'\n",
    "in one line": lambda count: f"X = [{', '.join([repr(RULES)] * (count // 8))}]  {DENY * (count // 8)}\n",
    "on as many texts": lambda count: "".join(f"A{n}_PROMPT = '{RULES}'  {DENY}\n" for n in range(count // 8)),
}


@pytest.mark.parametrize("name", MANY)
def test_comments_are_read_in_linear_time(name: str) -> None:
    small, large = MANY[name](1_000), MANY[name](16_000)
    limit = 50 * max(seconds(lambda: facts(Source("a.py", small))), 0.01)
    within(limit, lambda: facts(Source("a.py", large)))


def test_ignores_of_comments_one_above_the_other_are_read_in_linear_time() -> None:
    def read(count: int) -> int:
        return len(ignores(Source("a.py", f"{DENY}\n" * count + "X = 1\n")))

    assert read(1_000) == 1_000
    assert within(50 * max(seconds(lambda: read(1_000)), 0.01), lambda: read(16_000)) == 16_000
