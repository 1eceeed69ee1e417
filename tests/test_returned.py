"""What gives a result back to a model is a part of its request, and no prompt that is listed or judged."""

from __future__ import annotations

import textwrap

import pytest

from promptlint.extract.python import facts
from promptlint.link import link
from promptlint.prompt import Project, Prompt
from promptlint.returned import wraps_result
from promptlint.source import Source
from promptlint.template import Hole, Span, Text, texts

RULES = "You sort the letters of a city council. Name one office, and nothing else."


def project_of(program: str) -> Project:
    return link([facts(Source("app.py", textwrap.dedent(program)))])


def text_of(prompt: Prompt) -> str:
    return "".join(text.value for text in texts(prompt.template))


def asked(*messages: str) -> Project:
    """The project of one call with a system message, a question, and more messages."""
    listed = "".join(f"            {message},\n" for message in messages)
    return project_of(f"""
import openai
client = openai.OpenAI()

def ask(letter, found, call):
    return client.chat.completions.create(
        model="gpt-5",
        messages=[
            {{"role": "system", "content": "{RULES}"}},
            {{"role": "user", "content": f"The letter: {{letter}}"}},
{listed}        ],
    )
""")


# In the place of a result.
TOOL = '{"role": "tool", "tool_call_id": call.id, "content": "The clerk has not read this letter."}'
FUNCTION = '{"role": "function", "name": "search", "content": f"{found} letters lie in the archive."}'
BLOCK = (
    '{"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, '
    '"content": "The archive is closed today."}]}'
)
BEDROCK = (
    '{"role": "user", "content": [{"toolResult": {"toolUseId": call.id, "status": "error", '
    '"content": [{"text": "The archive is closed today."}]}}]}'
)
OBSERVED = '{"role": "user", "content": f"Observation: {found}"}'
TAGGED = '{"role": "user", "content": f"<tool_response>\\n{found}\\n</tool_response>"}'
SAID = '{"role": "assistant", "content": found + "</code>"}'
CUT = '{"role": "user", "content": f"{found[:900]}\\n[output truncated]"}'


@pytest.mark.parametrize("message", [TOOL, FUNCTION, BLOCK, BEDROCK, OBSERVED, TAGGED, CUT, SAID])
def test_a_result_is_a_part_of_its_request_and_no_prompt(message: str) -> None:
    project = asked(message)
    (request,) = project.requests
    assert [prompt.result for prompt in request.prompts] == [False, False, True]
    assert texts_of(project) == [RULES, "The letter: "]
    # Alone, without a call, it is none either.
    alone = f"def told(found, call):\n    return [{message}, {{'role': 'user', 'content': found}}]"
    assert texts_of(project_of(alone)) == []


def texts_of(project: Project) -> list[str]:
    return [text_of(prompt) for prompt in project.prompts]


@pytest.mark.parametrize(
    "message",
    [
        '{"role": "user", "content": f"Observation: {found}\\nNow name the office."}',
        '{"role": "user", "content": f"What is the result of {found}?"}',
        '{"role": "user", "content": f"Letter: {letter}\\nResult:"}',
        '{"role": "assistant", "content": f"<code>{found}</code> sorts the letter."}',
        # Nothing is put in: written beforehand.
        '{"role": "user", "content": "Observation: result"}',
        '{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": "no"}, '
        '{"type": "text", "text": "Go on with the next letter."}]}',
    ],
)
def test_what_says_more_is_a_prompt(message: str) -> None:
    (request,) = asked(message).requests
    assert [prompt.result for prompt in request.prompts] == [False, False, False]


def test_the_words_of_the_model_and_of_the_system_are_its_own() -> None:
    span = Span("app.py", 0, 1)
    template = (Text("Observation: ", span, True), Hole("found", span))
    assert wraps_result("user", template) and wraps_result("unknown", template)
    assert not wraps_result("system", template) and not wraps_result("assistant", template)
    failed = (Text("**Error:** ", span, True), Hole("e", span))
    assert wraps_result("user", failed) and wraps_result("assistant", failed) and not wraps_result("system", failed)
    assert not wraps_result("user", template[:1])


def test_a_prompt_in_a_result_is_one() -> None:
    project = asked('{"role": "tool", "tool_call_id": call.id, "content": found + HELPER_PROMPT}')
    assert texts_of(project) == [RULES, "The letter: "]
    helper = 'HELPER_PROMPT = "Think about what the archive has said before you name an office."\n'
    message = '{"role": "tool", "tool_call_id": "a", "content": found + HELPER_PROMPT}'
    project = project_of(
        f"import openai\n{helper}\ndef ask(found):\n    return openai.chat.completions.create(\n"
        f'        model="gpt-5", messages=[{{"role": "system", "content": "{RULES}"}}, {message}]\n    )\n'
    )
    assert texts_of(project) == ["Think about what the archive has said before you name an office.", RULES]


def test_what_callers_give_as_a_result_is_none() -> None:
    program = """
    def observed(seen):
        return {{"role": "user", "content": f"{label}{{seen}}"}}

    def work(messages):
        messages.append(observed("The archive has no letter of this name, so look for it in the register."))
    """
    told = "The archive has no letter of this name, so look for it in the register."
    assert not any(told in text for text in texts_of(project_of(program.format(label="Observation: "))))
    assert any(told in text for text in texts_of(project_of(program.format(label="Mind this: "))))


def test_a_comment_makes_a_result_a_prompt() -> None:
    told = "The archive is closed today, name the office by the letter alone."
    message = f'{{"role": "tool", "tool_call_id": call.id, "content": "{told}"}}'
    assert told not in texts_of(asked(message))
    assert told in texts_of(asked(f"# promptlint: prompt[tool]\n            {message}"))
