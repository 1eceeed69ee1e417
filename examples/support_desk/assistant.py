"""Answers the desk's own questions in a chat beside the tickets."""

import openai

from .reply import HANDBOOK

client = openai.OpenAI()

DESKS = {"billing", "repairs", "theft", "delivery", "account", "sales"}


def ask(question: str, history: list[dict[str, str]]) -> str:
    """An answer out of the handbook."""
    rules = f"Answer from the handbook, or name the desk to ask: {', '.join(DESKS)}.\n\n{HANDBOOK}"
    answer = client.chat.completions.create(
        model="gpt-5.2",
        messages=[{"role": "system", "content": rules}, *history, {"role": "user", "content": question}],
        max_completion_tokens=400,
    )
    return answer.choices[0].message.content
