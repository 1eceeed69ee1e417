"""Turns the answers to the yearly survey into rows that the shops can count."""

from openai import OpenAI
from pydantic import BaseModel, Field

client = OpenAI()


class Row(BaseModel):
    town: str = Field(description="where the subscriber rides")
    wish: str = Field(description="what should change, or an empty text")
    bicycle: str = Field(description="city, cargo, child or unknown")
    recommends: bool


RULES = """\
You read answers to the yearly survey of Tidewater Bikes, a company that rents bicycles by the month.

- Keep the wish in the subscriber's own words, and shorten it to ten of them.
- Leave out names, phone numbers and frame numbers.
- An answer that names no town gets the town "unknown".
- A complaint about the app is a wish, too.
"""


def read_answer(answer: str) -> Row | None:
    """What one subscriber answered."""
    completion = client.chat.completions.parse(
        model="gpt-5.2",
        messages=[{"role": "system", "content": RULES}, {"role": "user", "content": answer}],
        response_format=Row,
        max_completion_tokens=200,
    )
    return completion.choices[0].message.parsed
