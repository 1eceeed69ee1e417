"""The redundancy rules by planting: clean prompts are silent, and what is planted is reported at its place."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import msgspec
import pytest
from timing import seconds, within

from promptlint.prompt import Finding, Project, Prompt, Request, Role, Schema
from promptlint.rules import _repeats, _wordings, all_rules
from promptlint.template import Choice, Hole, Span, Template, Text, Volatility
from promptlint.tokens import count

ROLES = (
    "You sort letters to a city council.",
    "You answer the phone of a bicycle shop.",
    "You write the news of a sailing club.",
    "You check the menus of school kitchens.",
    "You describe furniture for an auction house.",
    "You plan the shifts of a small hospital.",
    "You translate the signs of a botanical garden.",
    "You read the meters of a water works.",
    "You grade essays about local history.",
    "You help people who lost their luggage.",
    "You keep the diary of a research vessel.",
    "You list the recordings of a radio archive.",
)
RULES = (
    "Name the department that has to act, and say why it is the right one.",
    "Never promise a date that nobody in the office has confirmed in writing.",
    "Write the names of streets and squares exactly as the letter spells them.",
    "Leave out every phone number, even when the text repeats it several times.",
    "If two answers are possible, give both of them and mark the likelier one.",
    "Do not comment on the tone of the person who is asking.",
    "Use the metric system for all lengths, weights and temperatures.",
    "Keep quotations in their own language and add a translation in brackets.",
    "Sort the entries by their year, the oldest of them first.",
    "Avoid words that a reader of twelve years would have to look up.",
    "You must ask for the frame number before you order any part.",
    "Mention allergies in the first line of the answer, before the dishes.",
    "When a source is missing, write down what kind of source would settle it.",
    "Round all sums to whole euros, and say that they are rounded.",
    "Always close with one question that helps the reader to decide.",
    "Skip letters that were sent twice, and count them in the last line.",
    "The title should be shorter than sixty characters, without a full stop.",
    "Refuse requests for the private addresses of former members of staff.",
)
LAYOUTS = ("list", "numbers", "paragraph", "sections", "tags", "lines")
SPAN = Span("a.py", 0, 1)


def clean(number: int) -> list[str]:
    """The lines of a prompt without repetition: of 36 numbers no two give the same."""
    choose = random.Random(number)
    rules = choose.sample(RULES, 6)
    layout = LAYOUTS[number % len(LAYOUTS)]
    head = [ROLES[number % len(ROLES)], ""]
    match layout:
        case "list":
            return [*head, *(f"- {rule}" for rule in rules)]
        case "numbers":
            return [*head, "Rules:", *(f"{at}. {rule}" for at, rule in enumerate(rules, 1))]
        case "paragraph":
            return [*head, " ".join(rules[:3]), "", " ".join(rules[3:])]
        case "sections":
            return [*head, "## Form", *(f"* {rule}" for rule in rules[:3]), "", "## Content", *rules[3:]]
        case "tags":
            return [*head, "<rules>", *(f"- {rule}" for rule in rules), "</rules>", "", "Begin with the first letter."]
        case _:
            return [*head, *rules]


def prompt_of(lines: list[str], role: Role = "system", start: int = 0, file: str = "a.py") -> Prompt:
    value = "\n".join(lines)
    text = Text(value, Span(file, start, start + len(value)), True)
    return Prompt("PROMPT", role, "name", (text,), text.span)


def request_of(*prompts: Prompt, schemas: tuple[Schema, ...] = ()) -> Request:
    return Request("", "", prompts, SPAN, schemas=schemas)


def found(rule: str, subject: Request | Project, **options: int) -> list[Finding]:
    known = all_rules()[rule]
    assert known.check is not None
    if known.subject == "Project" and isinstance(subject, Request):
        subject = Project((subject,))
    return list(known.check(subject, **options))


def rewritten(rule: str, way: int) -> str:
    """An instruction in other case and markup, or behind a lead-in."""
    plain = rule.rstrip(".")
    return (
        f"- **{plain}!**",
        f"IMPORTANT: {rule.upper()}",
        f"* Remember: {plain[0].lower()}{plain[1:]}",
        f"Please note: {plain}",
    )[way % 4]


@pytest.mark.parametrize("number", range(36))
def test_a_clean_prompt_is_silent(number: int) -> None:
    request = request_of(prompt_of(clean(number)))
    for rule in ("duplicate-instruction", "restated-schema", "similar-instruction", "conflicting-instructions"):
        assert found(rule, request) == []


@pytest.mark.parametrize("number", range(36))
def test_a_planted_copy_is_reported_at_its_place(number: int) -> None:
    lines = clean(number)
    chosen = next(rule for rule in random.Random(number).sample(RULES, 6) if any(rule in line for line in lines))
    copy = rewritten(chosen, number)
    planted = [*lines, "", copy]
    [finding] = found("duplicate-instruction", request_of(prompt_of(planted)))
    text = "\n".join(planted)
    assert text[finding.span.start : finding.span.end] in copy
    assert finding.span.start >= len("\n".join(lines))
    [(first, _)] = finding.related
    assert text[first.start : first.end] == chosen
    assert finding.saving == "removed" and 10 <= finding.tokens <= 40


def other_words(rule: str, way: int) -> str:
    """An instruction with other small words, which mean nothing by themselves."""
    for before, after in (
        (("the ", "these "), (" a ", " one ")),
        ((" of ", " of any "), (" of the ", " of ")),
        (("the ", ""), (" in ", " in their ")),
    )[way % 3]:
        rule = rule.replace(before, after)
    return rule


@pytest.mark.parametrize("number", range(36))
def test_a_planted_near_copy_is_reported_at_its_place(number: int) -> None:
    lines = clean(number)
    # Inside a paragraph "it" may point back to the sentence before.
    rules = [rule for rule in RULES if " it" not in rule and any(rule in line for line in lines)]
    chosen = next(rule for rule in rules if other_words(rule, number) != rule)
    copy = other_words(chosen, number)
    planted = [*lines, "", f"- {copy}"]
    [finding] = found("duplicate-instruction", request_of(prompt_of(planted)))
    text = "\n".join(planted)
    assert text[finding.span.start : finding.span.end] == copy
    assert finding.severity is None


ADDS_NOTHING = (
    "Mention the department that acts, and the street. | The department that acts must be mentioned in the street.",
    "Never skip an update, because readers see progress at once. | Readers see progress at once: never skip updates.",
    "Group letters such that all copies are in the same pile. | All copies of letters should be grouped in a pile.",
)
ADDS_SOMETHING = (
    "Call a letter new if you found no copy that overlaps. | Call a letter not new if you found a copy that overlaps.",
    "Field names must be actual names in a table schema. | Table names must be actual names in a schema.",
    "Ask the reader before you install the garden pump. | Ask the reader before you install the garden pump garden.",
    "Pick the most relevant object from the list: BED | Pick the most relevant object from the list: TV",
    "`find`: Find the street of a letter by its writer. | `search`: Find the street by the writer of a letter.",
    "Write at most 5 sentences about street and letter. | Write at most 9 sentences about letter and street.",
    "Mention street, writer, tag1, tag 2 of letter 1. | Mention the street, writer, tag1, tag 2 of the letter 2.",
    "If the letter is late, mention street and department. | Mention the street and the department of a late letter.",
    "Respond with a list of streets and their names, one a line. | Only respond with the list of names of streets.",
)


@pytest.mark.parametrize("pair", [*ADDS_NOTHING, *ADDS_SOMETHING])
def test_an_instruction_that_adds_nothing(pair: str) -> None:
    lines = [ROLES[0], "", *(f"- {line}" for line in pair.split(" | "))]
    findings = found("duplicate-instruction", request_of(prompt_of(lines)))
    assert [finding.severity for finding in findings] == ["info"] * (pair in ADDS_NOTHING)


def test_values_of_a_scale_that_are_defined_alike() -> None:
    lines = ["Rate the letter:", "", "1: it is rude", "2: it is rather cold", "3: it is kind", "4: it is rather cold"]
    [finding] = found("duplicate-instruction", request_of(prompt_of(lines)))
    assert "\n".join(lines)[finding.span.start :] in lines[-1]
    assert "4 is defined by the words that define 2" in finding.message


FIELDS = (
    ("queue", "which desk acts"),
    ("urgency", "now, today or week"),
    ("summary", "one short sentence"),
    ("legal", "a boolean"),
)
SPELLED = {
    "JSON": ["{", *(f'  "{name}": "{text}",' for name, text in FIELDS), "}"],
    "fenced": ["```json", "{", *(f'  "{name}": "{text}",' for name, text in FIELDS), "}", "```"],
    "list": [f"- {name}: {text}" for name, text in FIELDS],
    "marked": [f"- **{name}** (string): {text}" for name, text in FIELDS],
    "table": ["| field | meaning |", "|---|---|", *(f"| {name} | {text} |" for name, text in FIELDS)],
}


@pytest.mark.parametrize("form", SPELLED)
@pytest.mark.parametrize("number", range(0, 36, 5))
def test_a_schema_that_is_spelled_out_is_reported(form: str, number: int) -> None:
    schema = Schema("Ticket", tuple(name for name, _ in FIELDS), SPAN)
    lines = [*clean(number), "", "Answer with these fields:", "", *SPELLED[form]]
    prompt = prompt_of(lines)
    assert found("restated-schema", request_of(prompt)) == []
    [finding] = found("restated-schema", request_of(prompt, schemas=(schema,)))
    text = "\n".join(lines)
    assert text[finding.span.start : finding.span.end].count("\n") in (3, 5)
    assert finding.span.start > text.index("these fields")
    assert "Ticket" in finding.message and finding.tokens > 20
    # A model that takes no schema is sent the same text.
    both = Project((request_of(prompt, schemas=(schema,)), request_of(prompt)))
    assert found("restated-schema", both) == []
    twice = Project((request_of(prompt, schemas=(schema,)), request_of(prompt, schemas=(schema,))))
    assert {each.span for each in found("restated-schema", twice)} == {finding.span}


def _json(*values: str) -> list[str]:
    return ["{", *(f'  "{name}": {value},' for (name, _), value in zip(FIELDS, itertools.cycle(values))), "}"]


REAL = ('"High Street"', '"The lamp is dark since Monday."', "150", '"2024-05-03"')


@pytest.mark.parametrize(
    ("above", "values", "reported"),
    [
        ("Example. The letter above gives", REAL, False),
        ("LetterInstantiateSchema:", REAL, False),
        ("Output:", REAL, False),
        ("For example, answer in this format:", REAL, False),
        ("Answer in this format:", REAL, False),
        ("Answer in this format:", ('"the street"', '"one sentence"'), True),
        ("What you return may for example be", ('"<street>"', '"..."', "string", '"low | high"'), True),
        ("It gives", ("string", "number", '"the street"', "true"), True),
        ("Here it is", ('"https://example.org/a"', '"12/05"', '"Mill Lane"'), False),
    ],
)
def test_a_worked_example_is_no_schema(above: str, values: tuple[str, ...], reported: bool) -> None:
    schema = Schema("Ticket", tuple(name for name, _ in FIELDS), SPAN)
    lines = [*clean(1), "", above, "", *_json(*values)]
    assert bool(found("restated-schema", request_of(prompt_of(lines), schemas=(schema,)))) == reported


def test_a_list_of_one_answer_is_no_schema() -> None:
    schema = Schema("Ticket", tuple(name for name, _ in FIELDS), SPAN)
    for above, reported in (("Answer with these fields:", True), ("The letter above gives", False)):
        lines = [*clean(1), above, *(f"- {name}: street lighting and lamps" for name, _ in FIELDS)]
        assert bool(found("restated-schema", request_of(prompt_of(lines), schemas=(schema,)))) == reported


def test_another_schema_is_not_spelled_out() -> None:
    schema = Schema("Letter", ("sender", "receiver", "date"), SPAN)
    lines = [*clean(1), "", *SPELLED["JSON"]]
    assert found("restated-schema", request_of(prompt_of(lines), schemas=(schema,))) == []


TOOLS = (
    "Finds the street that a letter is about, and its district.",
    "Opens a case at the department that has to act on it.",
)
TOLD = (
    "- {name}: {text}",
    "- **{name}**: {text}",
    "* `{name}(letter)` - {text}",
    "{text}",
)


@pytest.mark.parametrize("way", TOLD)
@pytest.mark.parametrize("number", range(0, 36, 4))
def test_the_description_of_a_tool_in_the_text_is_reported(way: str, number: int) -> None:
    tools = [
        Prompt(f"tool_{at}", "tool", "call", template(text), Span("tools.py", at * 100, at * 100 + len(text)))
        for at, text in enumerate(TOOLS)
    ]
    lines = clean(number)
    assert found("restated-schema", request_of(prompt_of(lines), *tools)) == []
    told = [way.format(name=f"tool_{at}", text=text.lower()) for at, text in enumerate(TOOLS)]
    planted = prompt_of([*lines, "", "Your tools:", "", *told, "", "Begin."])
    [finding] = found("restated-schema", request_of(planted, *tools))
    assert finding.span.start > len("\n".join(lines)) and "2 tools" in finding.message and finding.tokens > 20
    assert found("restated-schema", request_of(planted)) == []
    used = prompt_of([*lines, "", *(f"- tool_{at}: use it once for a letter" for at in range(2))])
    assert found("restated-schema", request_of(used, *tools)) == []


@pytest.mark.parametrize("behind", ["", "\nBegin.", "\n"])
def test_what_stands_behind_a_copy_in_its_last_row_is_no_part_of_it(behind: str) -> None:
    tool = Prompt("find", "tool", "call", template(TOOLS[0]), Span("tools.py", 0, len(TOOLS[0])))
    told = TOOLS[0] + " Answer in one sentence that names the street, the district and the department, in this order."
    prompt = prompt_of(["You sort letters to a city council.", "", told + behind])
    assert found("restated-schema", request_of(prompt, tool)) == []
    [finding] = found("restated-schema", request_of(prompt, tool), min_tokens=5)
    assert finding.tokens == count(TOOLS[0], "")


# When copies have a reason


RULE = RULES[0]


def template(*parts: str | Hole | Choice) -> Template:
    made: list[Text | Hole | Choice] = []
    at = 0
    for part in parts:
        if isinstance(part, str):
            made.append(Text(part, Span("a.py", at, at + len(part)), True))
            at += len(part)
        else:
            made.append(part)
            at += 10
    return tuple(made)


def hole(name: str, volatility: Volatility = Volatility.REQUEST) -> Hole:
    return Hole(name, SPAN, volatility)


def of_template(made: Template, role: Role = "user") -> Request:
    return request_of(Prompt("PROMPT", role, "name", made, SPAN))


@pytest.mark.parametrize("between", ["\n\n", "\n\n<letter>\n", "\n\nLetter: "])
def test_a_reminder_behind_a_value_is_left_alone(between: str) -> None:
    made = template(RULE, between, hole("letter"), "\n</letter>\n\n", RULE)
    assert found("duplicate-instruction", of_template(made)) == []


def test_a_value_that_stays_the_same_is_no_document() -> None:
    made = template(RULE, "\n\nLanguage: ", hole("language", Volatility.DEPLOY), "\n\n", RULE)
    assert len(found("duplicate-instruction", of_template(made))) == 1


def test_a_reminder_at_the_end_of_a_long_text_is_left_alone() -> None:
    reading = "".join(f"The harbour has seen {number} storms since the year {1500 + number}. " for number in range(100))
    assert found("duplicate-instruction", of_template(template(RULE, "\n\n", reading, "\n\n", RULE))) == []
    begun = template(RULE, "\n\n", reading[:400], "\n\n", RULE, "\n\n", reading)
    assert len(found("duplicate-instruction", of_template(begun))) == 1


def test_roles_are_texts_of_their_own() -> None:
    system, user = prompt_of([RULE]), prompt_of([RULE], "user", 200)
    assert found("duplicate-instruction", request_of(system, user)) == []
    again = prompt_of(["Be kind.", RULE], "system", 200)
    assert len(found("duplicate-instruction", request_of(system, again))) == 1


def test_what_a_user_said_before_the_model_answered_is_an_example() -> None:
    prompts = [prompt_of([RULE], role, at * 200) for at, role in enumerate(("user", "assistant", "user"))]
    assert found("duplicate-instruction", request_of(*prompts)) == []


def test_branches_of_which_one_is_sent() -> None:
    one, other = template(RULE + "\n"), (Text(RULE + "\n", Span("a.py", 500, 500 + len(RULE) + 1), True),)
    assert found("duplicate-instruction", of_template((Choice("formal", (one, other)),))) == []
    always = (*template("Be kind.\n", RULE, "\n"), Choice("formal", ((), other)))
    assert len(found("duplicate-instruction", of_template(always))) == 1


def test_one_text_that_is_put_in_twice_has_one_place() -> None:
    text = template(RULE)
    assert found("duplicate-instruction", of_template((*text, Text("\n", Span("a.py", 90, 92), False), *text))) == []


CHINESE = "可用区是一个逻辑概念，它在不同的模式下代表不同的含义。"


def test_an_instruction_in_chinese_is_one() -> None:
    order = "请只根据文档中的内容回答问题，不要编造任何内容，也不要猜测。"
    assert len(found("duplicate-instruction", request_of(prompt_of([order, "", "# 输出", order])))) == 1


@pytest.mark.parametrize(
    "lines",
    [
        ["## Step 1", RULE, "", "## Step 2", RULE],
        ["# Letters", "## Output", RULE, "# Mails", "## Output", RULE],
        ["- Chairs: name the wood. " + RULE, "- Tables: name the maker. " + RULE],
        ["If it is a complaint, be kind. " + RULE, "", "If it is a bill, be quick. " + RULE],
        ["- letters", "  - " + RULE, "- mails", "  - " + RULE],
        ["Examples:", "Letter: the lamp is dark", "Answer: " + RULE, "", "Letter: the lamp is out", "Answer: " + RULE],
        ["<example>", RULE, "</example>", "<example>", RULE, "</example>"],
        ["```", RULE, RULE, "```"],
        ["> " + RULE, "> " + RULE],
        ["1: " + RULE, "2: a mild case", "3: " + RULE + " It may be late."],
        ["<transcript>", RULE, RULE, "</transcript>"],
        ["Args:", "    one: " + RULE, "    two: " + RULE],
        ["[Main]", "1. {element}: Score {0-10} [why]", "", "[Other]", "1. {element}: Score {0-10} [why]"],
        ["To ask, write:", "Thought: " + RULE + " Yes", "", "To answer, write:", "Thought: " + RULE + " No"],
        ["Ann is in town.", RULE, "Answer: {home}", "---", "", "{who} is away.", "It is late.", RULE, "Answer: {"],
        [CHINESE, "", "# 模型", CHINESE],
        ["### Question:", "Why?", RULE, "", "### Answer:", "4", "### Question:", "How?", RULE, "", "### Answer:", "5"],
        ["## Task", "Why?", RULE, "", "## Reply", "It is late.", "## Task", "How?", RULE, "", "## Reply", "By ship."],
    ],
)
def test_copies_that_have_a_reason(lines: list[str]) -> None:
    assert found("duplicate-instruction", request_of(prompt_of(["You are a clerk.", "", *lines]))) == []


@pytest.mark.parametrize(
    "lines",
    [
        # The same block as a whole, headings that are no labels of examples, and another one behind.
        ["### Question:", RULE, "", "### Answer:", "It is 4.", "### Question:", RULE, "", "### Answer:", "It is 4."],
        ["## Style", RULE, "", "## Length", "Be brief.", "## Style", RULE, "", "## Length", "Be very brief."],
        ["### Question:", RULE, "", "### Answer:", "4", "### Question:", RULE, "", "### Notes:", "5"],
    ],
)
def test_copies_below_the_same_heading(lines: list[str]) -> None:
    assert len(found("duplicate-instruction", request_of(prompt_of(["You are a clerk.", "", *lines])))) == 1


EXAMPLES = ["Examples:", "Input: the lamp is dark", "Output: roads", "", "Input: the cellar is wet", "Output: housing"]


def test_an_example_that_is_shown_twice_is_reported() -> None:
    lines = [*EXAMPLES, "", *EXAMPLES[1:3]]
    [finding] = found("duplicate-instruction", request_of(prompt_of(lines)), min_tokens=5)
    assert "\n".join(lines)[finding.span.start :] == "\n".join(EXAMPLES[1:3])
    assert "example" in finding.message


@pytest.mark.parametrize("output", ["Output: lights", "Output:"])
def test_an_example_with_another_output_is_another(output: str) -> None:
    lines = [*EXAMPLES, "", EXAMPLES[1], output]
    assert found("duplicate-instruction", request_of(prompt_of(lines)), min_tokens=5) == []


def test_a_run_of_copies_is_one_finding() -> None:
    lines = [*RULES[:3], "", "Be kind.", "", *RULES[:3]]
    [finding] = found("duplicate-instruction", request_of(prompt_of(lines)))
    assert "\n".join(lines)[finding.span.start : finding.span.end] == "\n".join(RULES[:3])


def test_three_places_are_one_finding() -> None:
    [finding] = found("duplicate-instruction", request_of(prompt_of([RULE, "Be kind.", RULE, "Be quick.", RULE])))
    assert len(finding.related) == 2
    assert "3 times" in finding.message


def test_the_tokens_are_those_that_leaving_it_out_saves() -> None:
    from promptlint.tokens import count

    lines = ["You are a clerk.", f"- {RULE}", "- Be kind.", f"- {RULE.upper()}", "- Be quick."]
    [finding] = found("duplicate-instruction", request_of(prompt_of(lines)))
    assert finding.tokens == count("\n".join(lines)) - count("\n".join([*lines[:3], *lines[4:]]))


def test_a_text_that_many_requests_send_is_analysed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: Counter[str] = Counter()
    said: Counter[str] = Counter()
    key_of, meaning_of = _repeats.key_of, _wordings._said
    monkeypatch.setattr(_repeats, "key_of", lambda words: read.update([words]) or key_of(words))
    monkeypatch.setattr(_wordings, "_said", lambda place: said.update([place.text]) or meaning_of(place))
    system = prompt_of([*RULES, rewritten(RULES[0], 0)], file="sent_by_many.py")
    questions = [f"Answer question {number} in a single word. Be quick about it." for number in range(200)]
    requests = [request_of(system, prompt_of([question], "user", 10_000)) for question in questions]
    for rule, expected in (("duplicate-instruction", 1), ("similar-instruction", 0), ("conflicting-instructions", 0)):
        findings = [found(rule, request) for request in requests]
        assert all(each == findings[0] for each in findings)
        assert len(findings[0]) == expected
    assert {read[rule] for rule in RULES} == {1}
    # By the two rules that ask for the words of an instruction, and only where another one has enough of them.
    assert said[RULES[0]] == 2
    assert not any(said[rule] for rule in RULES[1:])


SAID_ALIKE = [
    (
        "Call the agent `ds_agent` for each letter that asks for a table of numbers of the council.",
        "Call the agent `db_agent` for each letter that asks for a table of letters or numbers of the council.",
    ),
    (
        "Never promise the reader of a letter a new house in the answer of the city council.",
        "Never mention the reader of the letter in the answer of the city council.",
    ),
    (
        "Always sort letters about broken street lamps to the office in Bergen for the next day.",
        "Always sort the letters about broken street lamps to the office in Molde before the next day ends.",
    ),
]


@pytest.mark.parametrize("pair", SAID_ALIKE)
def test_instructions_about_other_things_are_not_similar(pair: tuple[str, str]) -> None:
    assert found("similar-instruction", request_of(prompt_of(list(pair)))) == []


def test_a_similar_pair_is_told_at_one_place() -> None:
    one, other = (
        "Never mention the names, desks and rooms of council members in your answer.",
        "The names of council members and of staff must never be mentioned in an answer.",
    )
    first = prompt_of([one])
    second = prompt_of([other], start=500)
    places = [
        [(finding.span.start, finding.related[0][0].start) for finding in found("similar-instruction", request)]
        for request in (request_of(first, second), request_of(second, first))
    ]
    assert places == [[(500, 0)], [(500, 0)]]


# Over the project


def project_of(texts: list[str]) -> Project:
    prompts = (prompt_of([text], file=f"{number:06}.py") for number, text in enumerate(texts))
    return Project(tuple(Request("", "", (prompt,), prompt.span) for prompt in prompts))


def test_a_block_in_several_prompts_names_every_place() -> None:
    block = "\n".join(RULES)
    project = project_of([f"{ROLES[0]}\n{block}", ROLES[1], f"{ROLES[2]}\n\n  {block}\nBe kind.", block])
    [finding] = found("duplicate-block", project)
    assert finding.span.file == "000002.py"
    assert [span.file for span, _ in finding.related] == ["000000.py", "000003.py"]
    assert finding.saving is None and finding.tokens > 200


def test_two_copies_of_a_file_are_one_finding() -> None:
    blocks = ["\n".join(RULES[:9]), "\n".join(RULES[9:])]
    prompts = [
        prompt_of([block], start=1000 * at, file=file) for file in ("a.py", "b.py") for at, block in enumerate(blocks)
    ]
    project = Project(tuple(Request("", "", (prompt,), prompt.span) for prompt in prompts))
    [finding] = found("duplicate-block", project)
    assert "2 blocks" in finding.message and "a.py" in finding.message


def test_twenty_thousand_prompts_take_linear_time() -> None:
    def project(number: int) -> Project:
        choose = random.Random(number)
        return project_of(["\n".join([*choose.sample(RULES, 12), f"This is prompt {at}."]) for at in range(number)])

    few, many = project(2_000), project(20_000)
    small = seconds(lambda: found("duplicate-block", few))
    within(min(10, max(1, 20 * small)), lambda: found("duplicate-block", many))


def test_blanks_behind_a_key_are_looked_at_once() -> None:
    from promptlint.rules.restated_schema import _JSON_VALUE

    def looked_at(count: int) -> None:
        assert _JSON_VALUE.search('{"deadline":' + " " * count + "}") is None

    # Four times as long; it was 16 times.
    within(8 * max(seconds(lambda: looked_at(16_000)), 0.002), lambda: looked_at(64_000))


@pytest.mark.parametrize(
    ("first", "second", "number"),
    [
        ((), (), 1),
        ((("full", True),), (("full", False),), 0),
        ((("full", True),), (("late", True),), 0),
        ((), (("full", True),), 1),
        ((("full", True),), (("full", True), ("late", True)), 1),
    ],
)
def test_messages_under_conditions(
    first: tuple[tuple[str, bool], ...], second: tuple[tuple[str, bool], ...], number: int
) -> None:
    one, other = prompt_of([ROLES[0], RULES[0]]), prompt_of([ROLES[1], RULES[0]], start=1_000)
    request = request_of(msgspec.structs.replace(one, when=first), msgspec.structs.replace(other, when=second))
    assert len(found("duplicate-instruction", request)) == number
