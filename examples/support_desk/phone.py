"""Answers on the phone: the model looks things up and acts through functions of the desk."""

from openai import OpenAI

client = OpenAI()
TICKET = {"type": "object", "properties": {"ticket": {"type": "string"}}, "required": ["ticket"]}
TOOLS = [
    {"type": "function", "name": "find_bicycle", "parameters": TICKET},
    {"type": "function", "name": "find_subscriber", "parameters": TICKET},
    {"type": "function", "name": "find_order", "parameters": TICKET},
    {"type": "function", "name": "list_visits", "parameters": TICKET},
    {"type": "function", "name": "list_payments", "parameters": TICKET},
    {"type": "function", "name": "book_visit", "parameters": TICKET},
    {"type": "function", "name": "move_visit", "parameters": TICKET},
    {"type": "function", "name": "cancel_visit", "parameters": TICKET},
    {"type": "function", "name": "swap_bicycle", "parameters": TICKET},
    {"type": "function", "name": "order_part", "parameters": TICKET},
    {"type": "function", "name": "reserve_courtesy_bicycle", "parameters": TICKET},
    {"type": "function", "name": "lock_bicycle", "parameters": TICKET},
    {"type": "function", "name": "unlock_bicycle", "parameters": TICKET},
    {"type": "function", "name": "ask_tracker", "parameters": TICKET},
    {"type": "function", "name": "report_theft", "parameters": TICKET},
    {"type": "function", "name": "pause_subscription", "parameters": TICKET},
    {"type": "function", "name": "end_subscription", "parameters": TICKET},
    {"type": "function", "name": "refund_days", "parameters": TICKET},
    {"type": "function", "name": "waive_fee", "parameters": TICKET},
    {"type": "function", "name": "send_voucher", "parameters": TICKET},
    {"type": "function", "name": "phone_subscriber", "parameters": TICKET},
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
