"""Answers on the phone: the model looks things up and acts through functions of the desk."""

from openai import OpenAI

client = OpenAI()
TICKET = {"type": "object", "properties": {"ticket": {"type": "string"}}, "required": ["ticket"]}
# What a caller needs at once. Everything else is done at the desk.
TOOLS = [
    {"type": "function", "name": "find_bicycle", "parameters": TICKET},
    {"type": "function", "name": "book_visit", "parameters": TICKET},
    {"type": "function", "name": "lock_bicycle", "parameters": TICKET},
    {"type": "function", "name": "ask_tracker", "parameters": TICKET},
    {"type": "function", "name": "report_theft", "parameters": TICKET},
]


def take_call(words: str) -> object:
    """The next step for what a caller has said."""
    return client.responses.create(
        model="gpt-5.2",
        instructions="You take calls for Tidewater Bikes. Say what you do before you do it, in one sentence.",
        input=words,
        tools=TOOLS,
        max_output_tokens=200,
    )
