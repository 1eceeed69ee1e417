"""Short texts about a ticket, each made by a prompt of its own."""

from datetime import date

from openai import OpenAI

client = OpenAI()

TODAY = date.today()

LINE_PROMPT = """Write the line of the list of open tickets: what is wrong, with which bicycle, in which town.
Answer with JSON like {"line": "Flat rear tyre, Brandhaven", "urgent": false}.
Ticket: {ticket}"""

QUESTION_PROMPT = """Write the one question that the desk has to ask before it can help.
Missing: {missing}
Ticket: {ticket}"""

SUMMARY_PROMPT = """Sum up for the evening shift, in two sentences, what was agreed.
Ticket: {ticket}"""


def line(ticket: str) -> str:
    return client.responses.create(model="gpt-5.2", input=LINE_PROMPT.format(ticket=ticket)).output_text


def question(ticket: str) -> str:
    return client.responses.create(model="gpt-5.2", input=QUESTION_PROMPT.format(ticket=ticket)).output_text


def summary(ticket: str, history: str) -> str:
    prompt = SUMMARY_PROMPT.format(ticket=ticket, history=history)
    return client.responses.create(model="gpt-5.2", input=prompt).output_text


def shop_note(ticket: str, shop: str) -> str:
    prompt = "Write a note to the mechanics in {shop}: what to look at first.\nTicket: " + ticket
    return client.responses.create(model="gpt-5.2", input=prompt).output_text


def callback(ticket: str, transcript: str) -> str:
    prompt = f"Name what was promised on the telephone.\nCall: {transcript}\nTicket: {{ticket}}"
    return client.responses.create(model="gpt-5.2", input=prompt.format(ticket=ticket)).output_text


def deadline(ticket: str) -> str:
    prompt = f"Say by which day the desk has to answer.\nTicket: {ticket}\nToday is {TODAY}."
    return client.responses.create(model="gpt-5.2", input=prompt).output_text
