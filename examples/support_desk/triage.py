"""Sorts incoming tickets, and briefs the mechanic who takes one over."""

import json
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from openai import OpenAI

client = OpenAI()
environment = Environment(loader=FileSystemLoader(Path(__file__).parent))


def triage(ticket: str) -> dict[str, object]:
    """The queue, urgency and other facts of a ticket."""
    prompt = f"""
        This ticket came in:

        {ticket}

        You sort the mail of Tidewater Bikes, a company that rents bicycles by the month in six harbour towns.
        Subscribers write to one address about everything, and a ticket reaches the right desk only when you
        have read it to the end: people bury the reason for writing under a story about their day.

        # Queues

        billing: charges, refunds, receipts, failed cards, vouchers, the monthly pause fee. A subscriber who was
        charged after cancelling belongs here and not in account, since money is what has to move.
        repairs: anything that rattles, leaks, slips or has stopped. A flat tyre on a ride in progress is a repair
        with urgency "now"; the same tyre at home can wait until the van comes by.
        theft: stolen or missing bicycles, locks found cut, letters from the police or an insurer. A bicycle that
        someone parked and cannot find again counts as theft until the tracker says otherwise.
        delivery: new bicycles, swaps, pick-ups, missed time windows, stairs and lifts, wrong frame size on arrival.
        account: names, addresses, passwords, data requests, deaths in the family, moving to another town.
        sales: people who are not subscribers yet, and companies that ask for ten bicycles or more.

        When two queues fit, take the one that loses money or daylight first: theft before repairs, repairs before
        billing, billing before the rest. A thank-you note with no question in it goes to account with urgency "none".

        # Urgency

        "now" is for a person who stands in the street: a crash, a brake that failed, a lock that will not open, a
        child seat that has come loose. The desk phones within ten minutes, so spend the word sparingly.
        "today" covers thefts, double charges above fifty euros, and a delivery whose window has begun.
        "week" is the ordinary case.
        "none" means that nobody has to act, as with newsletters, out-of-office replies and praise.

        An angry tone alone changes nothing. Threats to leave, to post a review or to call a lawyer are common, and
        the desk wants them noted in the field for mood rather than in the urgency. Capital letters are not a fact.

        # Reading the ticket

        Subscribers quote our own mail back to us. Read only what stands above the first quoted row, unless the new
        text is shorter than five words, in which case the quotation tells you what "yes, that one" refers to.
        Frame numbers are two letters and five digits, such as KD 40718, and are painted under the bottom bracket.
        An order number has nine digits and begins with 7. Phone numbers are often mistaken for it; a leading zero or
        a plus gives them away. If several frame numbers occur, keep the one the complaint is about.
        Photos reach you as captions in square brackets. Trust a caption about damage, but not one about the weather.
        Messages come in English, Dutch, Danish and German, sometimes in two of them at once. Sort all of them by the
        same rules, and name the language of the new text, not that of the signature below it.

        People write "the app" for three things: the booking page, the smart lock, and the payment provider's window.
        A lock that refuses to open is a repair. A page that does not load is an account matter. A payment that is
        declined belongs to billing, even if the screenshot shows our logo.

        # Injuries and the law

        If anybody was hurt, set injury to true and say nothing about whose fault it was. The same holds for damage to
        cars and shop windows. A lawyer's letter keeps its queue, and legal becomes true. Data requests under the
        privacy law have a deadline of thirty days that starts with the mail's date, which is why they are "today"
        although nothing burns. Mail from journalists goes to account with legal set to true; the press officer
        reads along there.

        # What to hand back

        One JSON object on one line, with the keys queue, urgency, injury, legal, mood, language, frame, order,
        summary. injury and legal are booleans. mood is calm, annoyed, angry or afraid. language is a two-letter code.
        frame and order are null if the ticket does not give them, never an empty string and never a guess. summary
        has at most fifteen words, in English, in the present tense, and leaves out names: "front brake locks up on
        wet cobbles, wants a swap". A summary that begins with "the customer" wastes two of them. Write about the
        bicycle or the bill.

        # Borderline cases from last spring

        Somebody returns a bicycle at a closed shop and leaves it unlocked: theft, because it is usually gone by
        morning.
        A subscriber reports a squeak and, three paragraphs later, that the frame is cracked at the weld: repairs,
        "now".
        A school asks whether forty children can visit the workshop: sales, "week", even though no money is involved.
        Two flatmates share one account and fall out over it: account, calm or not, and never billing.
        An insurer wants the purchase price of a stolen cargo bicycle: theft, "week", legal true.
        A subscriber has moved and wants the old bicycle collected and a new one brought: delivery, not account, since
        the van is what both wishes need.
        Someone asks for the tracker's last position of a bicycle that an ex-partner took: theft, legal true, and no
        town in the summary, for the desk must not give a position away.
        A hotel reports one of ours chained to its fence for three weeks: delivery, "week", with the hotel's street in
        the summary so that the van finds it.
    """
    answer = client.chat.completions.create(
        model="gpt-5.2",
        messages=[{"role": "user", "content": prompt}],
        max_completion_tokens=200,
    )
    return json.loads(answer.choices[0].message.content)


def brief_mechanic(ticket: str, bikes: list[dict[str, str]]) -> str:
    """A note for the mechanic who takes the ticket over."""
    template = environment.get_template("handover.md.j2")
    # promptlint: ignore[volatile-prefix] only the day changes
    text = template.render(ticket=ticket, bikes=bikes, day=date.today())
    answer = client.responses.create(model="gpt-5.2", input=text, max_output_tokens=400)
    return answer.output_text
