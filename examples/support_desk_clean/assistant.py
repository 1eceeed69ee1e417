"""Helps the desk's people in a chat beside the tickets."""

import anthropic
import openai

from .reply import HANDBOOK

claude = anthropic.Anthropic()
client = openai.OpenAI()

DESKS = {"billing", "repairs", "theft", "delivery", "account", "sales"}


def ask(question: str, history: list[dict[str, str]]) -> str:
    """An answer out of the handbook, in a conversation."""
    rules = f"Answer from the handbook, or name the desk to ask: {', '.join(sorted(DESKS))}.\n\n{HANDBOOK}"
    answer = client.chat.completions.create(
        model="gpt-5.2",
        messages=[{"role": "system", "content": rules}, *history, {"role": "user", "content": question}],
        max_completion_tokens=400,
    )
    return answer.choices[0].message.content


def look_up(question: str) -> str:
    """The place of the handbook that answers a question."""
    answer = client.responses.create(
        model="gpt-6-sol",
        input=[
            {"role": "developer", "content": HANDBOOK},
            {"role": "user", "content": f"Quote the paragraph that answers this: {question}"},
        ],
        max_output_tokens=200,
    )
    return answer.output_text


def shorten(draft: str) -> str:
    """A draft that became too long, within what the handbook allows."""
    message = claude.messages.create(
        model="claude-opus-5-5",
        max_tokens=400,
        system=[{"type": "text", "text": HANDBOOK, "cache_control": {"type": "ephemeral"}}],
        messages=[{"role": "user", "content": f"Shorten this draft to eighty words:\n\n{draft}"}],
    )
    return message.content[0].text


def check(draft: str) -> str:
    """What a draft promises that the handbook does not allow."""
    message = claude.messages.create(
        model="claude-haiku-4-5",
        max_tokens=200,
        system=HANDBOOK,
        messages=[{"role": "user", "content": f"Which promises of this draft are not ours to make?\n\n{draft}"}],
    )
    return message.content[0].text
