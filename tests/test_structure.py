"""The structure of prompt text: kinds of lines, sections, sentences, and where they stand in the source."""

from __future__ import annotations

import pytest
from timing import seconds, within

from promptlint.structure import Kind, read
from promptlint.structure.flat import VALUE, flatten
from promptlint.structure.sentences import condition, instructs, key_of
from promptlint.structure.wording import begins_like_order, is_foreign
from promptlint.template import Choice, Hole, Repeat, Span, Template, Text, Volatility

LETTERS = {
    "h": Kind.HEADING,
    "i": Kind.ITEM,
    "t": Kind.TEXT,
    "e": Kind.EXAMPLE,
    "q": Kind.QUOTED,
    "b": Kind.TABLE,
    "g": Kind.TAG,
    "f": Kind.FENCE,
    "c": Kind.CODE,
    "j": Kind.JSON,
    "s": Kind.SCALE,
    "-": Kind.SEPARATOR,
}


def static(value: str, at: int = 0, file: str = "a.py") -> Text:
    return Text(value, Span(file, at, at + len(value)), True)


def hole(expression: str, volatility: Volatility = Volatility.REQUEST) -> Hole:
    return Hole(expression, Span("a.py", 0, 1), volatility)


def labelled(prompt: str) -> tuple[Template, list[Kind]]:
    """A prompt written with the letter of its kind in front of every line that is not blank."""
    rows = prompt.strip("\n").split("\n")
    kinds = [LETTERS[row[0]] if row.strip() else Kind.BLANK for row in rows]
    return (static("\n".join(row[2:] for row in rows)),), kinds


PROMPTS = {
    "markdown": """
h # Task
t You sort the post of a harbour office. Read each letter to its end
t before you decide, because people bury their reason.

h ## Rules
i - Name one department.
i - Never guess:
i   1. Ask when two departments fit.
i   2. Say which ones.
i * Keep names out of the answer.

h **Output**
t Return JSON only:
f ```json
j {"department": "...", "reason": "..."}
f ```
- ---
t Thank you.
""",
    "tags": """
g <rules>
i 1. Answer in Dutch.
i 2) Use at most three sentences.
g </rules>
g <letter>
q {letter}
g </letter>
g <examples>
e Write to the harbour master.
e - Always say please.
g </examples>
t Answer the letter now.
""",
    "examples": """
t Sort the ticket into one of three queues.

h Examples:
e Input: my brake squeaks
e Output: repairs

e Input: I was charged twice
e Output: billing

t Now sort this ticket:
q {ticket}
""",
    "announced": """
t Write a title for the letter, for example:
e Return only what I ask for
e Never again

t Return only the title.
""",
    "dialogue": """
t Play the clerk.
e User: Where is my bicycle?
e Assistant: It left the shop this morning.
e Come and see.

t Never promise a time.
""",
    "schema": """
t Hand back an object like this one:
j {
j   "queue": "billing",
j   "urgent": true,
j   "notes": [
j     "..."
j   ]
j }
t Do not wrap it in a code block.
""",
    "scale": """
h Scoring
t Rate how polite the letter is.
s 1: insulting
s 2: cold
s 3: neutral
s 4: kind
t Return the number.
""",
    "scale in words": """
t Judge the answer.
s A score of 0 means that it is wrong.
s A score of 1 means that it is half right.
s A score of 2 means that it is right.
""",
    "table": """
t The queues are:
b | queue | desk |
b |-------|------|
b | billing | second floor |
t Pick one.
""",
    "capitals": """
h RULES
- -----
i - NEVER ANSWER QUESTIONS ABOUT ELECTIONS.
h ---Goal---
t Sort the mail.
h 【输出】
t 请只输出一个部门的名称。
""",
    "code": """
t You repair this function and change nothing else.
f ```python
c def add(a, b):
c     return a - b
f ```
t Answer with the repaired function.
""",
    "docstring": """
t Search the orders of a customer.

h Args:
i     customer (str): The number of the customer.
i     limit: At most so many orders.

h Returns:
t     The orders, the newest first.
""",
    "fields": """
h Question
t Answer the question below.

q Question: {question}
q Context: {context}
q > You wrote last week that the lock would open.
h Answer:
""",
    "not examples": """
h ## Style
t Do not copy the examples word for word.
i - Give one example per rule.
h ## Output
t Return plain text.
""",
    "unclosed": """
t Answer in this form:
f ```
t one line of text
t Never write more.
""",
    "wrapped in quotes": """
- \"\"\"
t You are a clerk.
i - Be brief.
- \"\"\"
""",
}


@pytest.mark.parametrize("name", PROMPTS)
def test_kinds_of_lines(name: str) -> None:
    template, kinds = labelled(PROMPTS[name])
    document = read(template)
    shown = [f"{line.kind:9} {document.text(line)}" for line in document.lines]
    assert [line.kind for line in document.lines] == kinds, "\n".join(shown)


def texts_of(template: Template) -> list[str]:
    document = read(template)
    return [document.text(sentence) for sentence in document.sentences]


def test_sentences_are_split_and_wrapped_lines_joined() -> None:
    template = (
        static(
            "Use Dr. Bakker's list, e.g. the one from May. Keep it short!\nA sentence that was wrapped by its writer "
            "goes on\nin the next line.\nAnother begins here\n\n- An item: it has a label. It has two sentences\n"
            "  and is wrapped.\n- Another"
        ),
    )
    assert [" ".join(text.split()) for text in texts_of(template)] == [
        "Use Dr. Bakker's list, e.g. the one from May.",
        "Keep it short!",
        "A sentence that was wrapped by its writer goes on in the next line.",
        "Another begins here",
        "An item: it has a label.",
        "It has two sentences and is wrapped.",
        "Another",
    ]


def test_sentences_of_other_scripts() -> None:
    assert texts_of((static("请只输出名称。不要解释原因。"),)) == ["请只输出名称。", "不要解释原因。"]


def test_examples_and_data_have_no_sentences() -> None:
    template, _ = labelled(PROMPTS["examples"])
    assert texts_of(template) == ["Sort the ticket into one of three queues.", "Now sort this ticket:"]


def test_sections_nest() -> None:
    template, _ = labelled(PROMPTS["markdown"])
    document = read(template)
    scopes = {
        document.text(sentence): [section.title for section in document.scope(sentence.section)]
        for sentence in document.sentences
    }
    assert scopes["Name one department."] == ["Task", "Rules"]
    assert scopes["Return JSON only:"] == ["Task", "Rules", "Output"]
    tagged, _ = labelled(PROMPTS["tags"])
    sections = [read(tagged).sections[sentence.section].title for sentence in read(tagged).sentences[:2]]
    assert sections == ["rules", "rules"]


def test_items_of_one_list_share_their_block() -> None:
    document = read((static("Rules:\n- one rule\n\n- two rules\n\nThe end of it.\n- three rules"),))
    blocks = [sentence.block for sentence in document.sentences]
    assert blocks[0] == blocks[1] != blocks[2]
    assert blocks[3] != blocks[1]


@pytest.mark.parametrize(
    "text",
    [
        "Return JSON only.",
        "**Never** quote the law",
        "IMPORTANT: do not answer in German",
        "You must name the desk",
        "If the letter is empty, say so.",
        "When two desks fit, pick the first",
        "The answer must be shorter than the question.",
        "Tone: keep it light",
        "Please make sure that every name is spelled as in the letter.",
        "Your reply has two sentences.",
        "To move a letter, write its number.",
        "请只输出名称。",
        "Antworte immer auf Deutsch und nicht auf Englisch.",
    ],
)
def test_instructions(text: str) -> None:
    assert instructs(text)


@pytest.mark.parametrize(
    "text",
    [
        "The harbour office has four desks.",
        "Billing: charges and refunds",
        "Letters arrive in the morning.",
        "Answer format: JSON",
    ],
)
def test_no_instructions(text: str) -> None:
    assert not instructs(text)


def test_conditions() -> None:
    assert condition("If the letter is empty, say so.") == "if the letter is empty"
    assert condition("Unless told otherwise: be brief") == "unless told otherwise"
    assert condition("Be brief.") == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Do not quote the law.", "- **DO NOT** quote the law!"),
        ("Answer in Dutch.", "IMPORTANT: Please make sure to answer in Dutch"),
        ("Don't guess a name.", "Remember: you must not guess a name."),
        ("Use `desk` as the key.", 'Use "desk" as the key'),
        ("Return   only\n  the number.", "Always remember to return only the number."),
        ("NOTE: it's urgent", "It’s urgent."),
    ],
)
def test_equal_instructions_have_equal_keys(one: str, other: str) -> None:
    assert key_of(one) == key_of(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Quote the law.", "Do not quote the law."),
        ("Use at most 3 sentences.", "Use at most 5 sentences."),
        ("Keep x < 3.", "Keep x > 3."),
        ("Answer in {language}.", "Answer in {tongue}."),
        ("Only answer the first question.", "Answer the first question."),
    ],
)
def test_different_instructions_have_different_keys(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


def test_other_languages() -> None:
    assert is_foreign("Ne cite pas la loi dans la réponse.")
    assert not is_foreign("Do not cite the law in the answer.")
    assert begins_like_order("carefully read the letter")
    assert not begins_like_order("Output format")


# Places


def test_branches_stand_apart_and_know_their_way() -> None:
    template: Template = (
        static("Be kind.\n", 0),
        Choice("brief", ((static("Use one sentence.\n", 20),), (static("Use ten sentences.", 50),))),
        static("Sign with the name of the desk.", 90),
    )
    document = read(template)
    assert [(document.text(each), each.path) for each in document.sentences] == [
        ("Be kind.", ()),
        ("Use one sentence.", (("brief", 0),)),
        ("Use ten sentences.", (("brief", 1),)),
        ("Sign with the name of the desk.", ()),
    ]
    assert [document.span(each) for each in document.sentences] == [
        Span("a.py", 0, 8),
        Span("a.py", 20, 37),
        Span("a.py", 50, 68),
        Span("a.py", 90, 121),
    ]


def test_words_chosen_inside_a_sentence_are_a_value() -> None:
    template: Template = (
        static("Write a "),
        Choice("brief", ((static("short"),), (static("long"),))),
        static(" reply to "),
        hole("name"),
        static("."),
    )
    document = read(template)
    (sentence,) = document.sentences
    assert document.text(sentence) == f"Write a {VALUE} reply to {VALUE}."
    assert document.words(sentence) == "Write a {brief: short | long} reply to {name}."


def test_loops_are_read_once() -> None:
    template: Template = (
        static("Rules:\n"),
        Repeat((static("- Obey "), hole("rule"), static("\n")), "rules", Span("a.py", 7, 20)),
        static("Begin."),
    )
    document = read(template)
    assert [(document.words(each), each.loop) for each in document.sentences] == [
        ("Obey {rule}", True),
        ("Begin.", False),
    ]


def test_a_place_that_is_no_part_of_the_source_is_none() -> None:
    flat = flatten((hole("question"), Text("\n", Span("a.py", 5, 7), False), static("It.", 9)))
    assert flat.span(0, 1) is None
    assert flat.span(1, 2) == Span("a.py", 5, 7)
    assert flat.span(0, 5) == Span("a.py", 5, 12)


def test_every_sentence_is_what_stands_at_its_place() -> None:
    source = "\n".join(row[2:] for prompt in PROMPTS.values() for row in prompt.strip("\n").split("\n"))
    document = read((static(source),))
    assert len(document.sentences) > 30
    for sentence in document.sentences:
        span = document.span(sentence)
        assert span is not None
        assert source[span.start : span.end] == document.text(sentence)


# Hostile text


@pytest.mark.parametrize(
    "unit",
    [
        *("{", "}\n", "[\n", "<a>\n", "</a>\n", "```\n", "- ", "**", '"""\n', "Example:\n", "# a\n", "1: a\n", "a. "),
        *("| a\n", "{{", "if x, ", "important: ", "(", "<", VALUE, "Q: a\n", "a\u3002", "\t", "{a: [\n"),
    ],
)
def test_time_is_linear_in_the_size(unit: str) -> None:
    def look(repeats: int) -> None:
        document = read((static((unit * repeats)[:400_000]),))
        for sentence in document.sentences[:50]:
            instructs(document.text(sentence))
            key_of(document.words(sentence))

    within(max(0.25, 24 * seconds(lambda: look(2_000))), lambda: look(16_000))


def test_a_fence_with_a_wide_gap_is_read_in_time() -> None:
    within(0.5, lambda: read((static("Answer in JSON.\n```" + " " * 20_000 + "x!\n"),)))
