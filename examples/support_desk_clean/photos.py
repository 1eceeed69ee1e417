"""Reads the photos that come with a ticket."""

from textwrap import dedent

from openai import OpenAI

client = OpenAI()
STICKER = "data:image/png;base64,iVBORw0KGgrn7udhXvNfMOSbSC4VyudQByAeEmF7D+2n4WR3lv8CK+qO0CqCoXWTDyM3zTeUxSIIAG1rGvDAy9YlZYqsLJ+qB9E8RH4zBR7u+Vpg5WFD1sQ7ytdsAIqbCmtfyTMVSm3ihASol8UlJi5qfAe8vuhB90XFXU6fdH9hUWTG9yjXGDU3"


def read_photo(address: str) -> str:
    """What a photo shows that the mechanic has to know, on one line."""
    instructions = dedent("""\
        You look at photos that subscribers of Tidewater Bikes send with a ticket.
        Name the part that is broken, bent or missing, and the side it is on.
        A lock counts as a part, a basket does not.
        Read the frame number if it can be read: two letters and five digits.
        Say "no number" if a digit is hidden, and complete none.
        Rust on a chain is no damage in a harbour town.
        A crack in a frame, a fork or a crank comes first, whatever else is to be seen.
        Mud hides cracks, so say where it lies.
        Say nothing about people, doors and number plates.
        Our bicycles carry a sticker on the seat tube. It is the first picture.
        Without it the bicycle is not ours, and the line says so.
        Write one line of at most twenty words.
    """)
    answer = client.responses.create(
        model="gpt-5.2",
        instructions=instructions,
        input=[
            {
                "role": "user",
                "content": [
                    {"type": "input_image", "image_url": STICKER},
                    {"type": "input_image", "image_url": address},
                ],
            }
        ],
        max_output_tokens=100,
    )
    return answer.output_text
