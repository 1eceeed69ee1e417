"""Helps the desk's people in a chat beside the tickets."""

import json
from collections.abc import Callable

import anthropic
import openai

from .reply import HANDBOOK

claude = anthropic.Anthropic()
client = openai.OpenAI()

DESKS = {"billing", "repairs", "theft", "delivery", "account", "sales"}

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "find_order",
            "description": "The visits, payments and bicycles of a subscriber.",
            "parameters": {"type": "object", "properties": {"email": {"type": "string"}}, "required": ["email"]},
        },
    }
]


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


def investigate(ticket: str, find_order: Callable[[str], str]) -> str:
    """What happened, by looking at most five times into the orders."""
    messages = [{"role": "system", "content": HANDBOOK}, {"role": "user", "content": ticket}]
    for turn in range(6):
        answer = client.chat.completions.create(
            model="gpt-5.2",
            messages=messages,
            tools=TOOLS,
            tool_choice="auto" if turn < 5 else "none",
            max_completion_tokens=400,
        )
        messages.append(answer.choices[0].message)
        for call in answer.choices[0].message.tool_calls or ():
            found = find_order(json.loads(call.function.arguments)["email"])
            messages.append({"role": "tool", "tool_call_id": call.id, "content": found})
        if not answer.choices[0].message.tool_calls:
            break
    return answer.choices[0].message.content
