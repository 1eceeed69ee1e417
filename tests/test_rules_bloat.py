"""The bloat rules on templates made by hand: what is counted, what is left alone, and where a finding stands."""

from __future__ import annotations

import base64
import inspect
import json
import random
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from timing import seconds, within

from promptlint.config import Configuration, Overrides
from promptlint.engine import run
from promptlint.extract.literals import Field, scan
from promptlint.files import File, discover
from promptlint.prompt import Finding, Prompt, Request, Role
from promptlint.rules import (
    Files,
    comment_in_prompt,
    embedded_blob,
    indented_prompt,
    oversized_prompt,
    oversized_tools,
    pretty_json,
    too_many_examples,
    wasted_whitespace,
)
from promptlint.rules._sizes import without
from promptlint.template import Choice, Hole, JsonDump, Part, Repeat, Span, Template, Text, Volatility
from promptlint.tokens import count

FILE = "app.py"
RECORDS = [
    {"sku": f"A-{n}", "name": f"Desk lamp {n}", "price": 10 + n, "stock": 3 * n, "tags": ["home", "light"]}
    for n in range(6)
]


def literal(source: str, at: int = 0, file: str = FILE) -> Template:
    """The template of one Python literal that stands at this offset of a file."""
    text = " " * at + source
    parts: list[Part] = []
    for piece in scan(text, at, len(text), file):
        if isinstance(piece, Field):
            parts.append(Hole(text[piece.expression.start : piece.expression.end], piece.span, Volatility.REQUEST))
        else:
            parts.append(piece)
    return tuple(parts)


def text(value: str, at: int = 0) -> Text:
    return Text(value, Span(FILE, at, at + len(value)), True)


def prompt(*parts: Part, role: str = "user", model: str = "", at: int = 0) -> Prompt:
    return Prompt("p", role, "call", parts, Span(FILE, at, at + 1), model)  # type: ignore[arg-type]


def test_docstrings_of_tools_are_left_alone() -> None:
    text = prompt(*literal('"""\n' + prose(30, "        ") + '"""'))
    assert list(indented_prompt.check(text))
    for evidence in ("decorator", "schema"):
        assert not list(indented_prompt.check(msgspec.structs.replace(text, evidence=evidence)))


def request(*prompts: Prompt, model: str = "") -> Request:
    return Request("openai", model, prompts, Span(FILE, 500, 600), complete=True)


def one(findings: Iterator[Finding]) -> Finding:
    found = list(findings)
    assert len(found) == 1, found
    return found[0]


def prose(lines: int, indent: str = "") -> str:
    return "".join(
        f"{indent}Rule {n}: answer point {n} of the letter in a friendly tone.\n" for n in range(1, lines + 1)
    )


# --- oversized-prompt


def test_a_prompt_over_its_budget_is_named_with_its_tokens() -> None:
    body = prose(30)
    long = prompt(text(body, 40), at=40)
    finding = one(oversized_prompt.check(request(prompt(text("Hello")), long), max_tokens=count(body) - 1))
    assert finding.span == long.span
    assert finding.tokens == count(body) and finding.saving is None
    assert f"{count(body):,} static tokens" in finding.message
    assert list(oversized_prompt.check(request(long), max_tokens=count(body))) == []


def test_a_text_that_nobody_wrote_or_sends_has_no_budget() -> None:
    asked = prompt(text("Read this file: ", 10), Text("x = 1\n" * 500, Span(FILE, 40, 49), False))
    assert list(oversized_prompt.check(request(asked), max_tokens=100)) == []
    assert one(oversized_prompt.check(request(asked), budgets=(budget(100),))).severity == "warning"
    long = prompt(text(prose(30)))
    assert list(oversized_prompt.check(request(msgspec.structs.replace(long, idle=True)), max_tokens=100)) == []


def test_the_place_is_the_text_where_most_of_it_stands() -> None:
    body = prose(30)
    here = Span(FILE, 9_000, 9_400)
    value = Hole("now", Span(FILE, 9_010, 9_020))
    long = Prompt("p", "system", "call", (text("It is ", 9_001), value, text(body, 100), text(".", 9_090)), here)
    finding = one(oversized_prompt.check(request(long), max_tokens=200))
    assert finding.span == Span(FILE, 100, 100 + len(body))
    assert [span for span, _ in finding.related] == [here]
    halves = Prompt("p", "system", "call", (text("So: ", 9_001), text(body, 100), text(body, 5_000)), here)
    assert one(oversized_prompt.check(request(halves), max_tokens=200)).span == here
    # What returns a text that all stands elsewhere is no place to shorten it.
    elsewhere = Prompt("p", "system", "call", (text(body, 100), text(body, 5_000), text("So", 4_000)), here)
    finding = one(oversized_prompt.check(request(elsewhere), max_tokens=200))
    assert finding.span == Span(FILE, 100, 100 + len(body))
    assert finding.related == (
        (here, "the prompt stands here"), (Span(FILE, 5_000, 5_000 + len(body)), "more of its text"),
    )  # fmt: skip


def test_the_place_begins_where_the_text_does() -> None:
    """A section that is put in comes from further up: the text goes on behind its field."""
    body, there = prose(30), Span(FILE, 60_000, 60_010)
    parts = (text("You are a clerk.", 9_000), text("About the harbour.", 8_000), text(body, 9_030))
    finding = one(oversized_prompt.check(request(Prompt("p", "system", "call", parts, there)), max_tokens=200))
    assert finding.span == Span(FILE, 9_000, 9_030 + len(body))


def test_a_request_is_over_its_budget_when_no_prompt_is() -> None:
    body = prose(30)
    first, second = prompt(text(body), at=10), prompt(text(body, 900), at=900)
    finding = one(oversized_prompt.check(request(first, second), max_tokens=count(body)))
    assert finding.span == Span(FILE, 500, 600)
    assert finding.tokens == 2 * count(body)
    assert [span for span, _ in finding.related] == [first.span, second.span]


def test_of_branches_the_longest_counts_and_of_a_loop_one_turn() -> None:
    short, long, body = "Be brief.", prose(8), "- item of the list\n"
    template = (
        text("Start. "),
        Choice("verbose", ((text(short),), (text(long),))),
        Repeat((text(body), Hole("x", Span(FILE, 0, 0))), "items", Span(FILE, 0, 0)),
        text("The end."),
    )
    expected = count("Start. " + long + body) + count("The end.")
    assert one(oversized_prompt.check(request(prompt(*template)), max_tokens=expected - 1)).tokens == expected
    assert list(oversized_prompt.check(request(prompt(*template)), max_tokens=expected)) == []


def test_the_tokens_of_a_model_without_a_public_tokenizer_are_an_estimate() -> None:
    finding = one(oversized_prompt.check(request(prompt(text(prose(30))), model="claude-sonnet-4-5"), max_tokens=50))
    assert not finding.exact and f"~{finding.tokens:,}" in finding.message
    assert finding.tokens == count(prose(30), "claude-sonnet-4-5")


def budget(most: int, path: str = "", name: str = "*", role: Role | None = None) -> oversized_prompt.Budget:
    return oversized_prompt.Budget(most, Files(path, lambda shown: shown == path) if path else None, name, role)


@pytest.mark.parametrize(
    ("kept", "over"),
    [
        pytest.param({"path": "other.py"}, {"path": FILE}, id="path"),
        pytest.param({"name": "q*"}, {"name": "p*"}, id="name"),
        pytest.param({"role": "system"}, {"role": "user"}, id="role"),
        pytest.param({"path": FILE, "role": "system"}, {}, id="all of them"),
    ],
)
def test_a_budget_of_its_own_is_a_warning(kept: dict[str, Any], over: dict[str, Any]) -> None:
    body = prose(30)
    asked = request(prompt(text(body)))
    finding = one(oversized_prompt.check(asked, budgets=(budget(50, **kept), budget(60, **over), budget(90))))
    assert finding.severity == "warning" and finding.tokens == count(body) and "its budget of 60" in finding.message
    assert list(oversized_prompt.check(asked, budgets=(budget(50, **kept), budget(2_000, **over)))) == []


def test_a_budget_of_its_own_makes_room() -> None:
    body = prose(30)
    asked = request(prompt(text(body)), prompt(text(prose(3), 5_000), role="system", at=5_000))
    assert one(oversized_prompt.check(asked, max_tokens=100)).severity is None
    assert list(oversized_prompt.check(asked, max_tokens=100, budgets=(budget(2_000, role="user"),))) == []


# --- indented-prompt


def test_indentation_is_measured_with_the_tokenizer() -> None:
    body = f"\n{prose(30, ' ' * 8)}    "
    finding = one(indented_prompt.check(prompt(*literal(f'"""{body}"""', at=20))))
    assert finding.span == Span(FILE, 23, 23 + len(body))
    # The row of the closing quotes is blank: `inspect.cleandoc` does not take it for the margin either.
    taken = "\n" + inspect.cleandoc(body) + "\n"
    assert finding.tokens == count(body) - count(taken) == 31
    assert finding.saving == "removed"
    assert f"{finding.tokens} tokens" in finding.message and "cleandoc" in finding.help


def test_a_value_in_the_first_row_is_no_text_beside_it() -> None:
    named = literal(f'f"""{{name}}\n{prose(30, " " * 8)}    """', at=20)
    assert "inspect.cleandoc(...)" in one(indented_prompt.check(prompt(*named))).help


@pytest.mark.parametrize(
    ("front", "behind", "first", "advised"),
    [
        (None, None, "\n", "inspect.cleandoc"),
        ("You are a clerk.", None, "\n", "textwrap.dedent"),
        ("You are a clerk.\n", None, "\n", "inspect.cleandoc"),
        (Hole("HEAD", Span(FILE, 0, 4), Volatility.DEPLOY), None, "\n", "textwrap.dedent"),
        (None, "Question: ", "\n", "textwrap.dedent"),
        (None, "\nQuestion: ", "\n", "inspect.cleandoc"),
        # textwrap.dedent takes nothing off a text that begins right behind the quotes.
        ("You are a clerk.", None, prose(1), "inspect.cleandoc"),
    ],
)
def test_what_stands_beside_a_text_is_not_glued_to_it(
    front: str | Hole | None, behind: str | None, first: str, advised: str
) -> None:
    template: list[Part] = [text(front, 0) if isinstance(front, str) else front] if front is not None else []
    template += literal(f'"""{first}{prose(30, " " * 8)}    """', at=100)
    template += [text(behind, 9_000)] if behind is not None else []
    assert one(indented_prompt.check(prompt(*template))).help.startswith(f"{advised}(...)")


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(f'"""\n{prose(30)}"""', id="not indented"),
        pytest.param(f'"""\n{prose(5, "    ")}"""', id="too few lines"),
        pytest.param(f'"""{prose(1)}{prose(30, "    ")}"""', id="set off under a first line"),
        pytest.param(f'"""\n{prose(15, "    ")}```\n{prose(15, "    ")}```\n"""', id="one line at the margin"),
        pytest.param('"""\n' + "    | a | table | row |\n" * 40 + '"""', id="table"),
        pytest.param('"""\n    name: x\n' + "    - key: value\n      other_key: value\n" * 20 + '"""', id="YAML"),
        pytest.param(
            f'"""\n    name: sort\n    type: map\n    prompt: Sort these.\n{prose(30, "    ")}"""', id="YAML with prose"
        ),
        pytest.param('"""\n' + "    print('x')\n" * 40 + '"""', id="code"),
        pytest.param('"""\n    ```\n' + "    $ run this\n" * 40 + '    ```\n"""', id="fenced"),
        pytest.param('"' + "Note:\\n    more of it\\n" * 40 + '"', id="newlines by escapes"),
        pytest.param("(" + f"'{' ' * 12}the next item of the list\\n'\n    " * 40 + ")", id="deep rows"),
        pytest.param('"' + "        one\\n        two\\n" * 40 + '"', id="rows by escapes"),
        pytest.param('"""\n' + "        call(one, two);\n        if (ready) {\n" * 20 + '"""', id="code with braces"),
        pytest.param('"""\n' + "        Content      Research the topic\n" * 40 + '"""', id="columns"),
        pytest.param("(" + "'    indented on purpose\\n' " * 40 + ")", id="many literals"),
    ],
)
def test_no_source_indentation(source: str) -> None:
    if source.startswith("("):
        source = source[1:-1]
    assert list(indented_prompt.check(prompt(*literal(source)))) == []


def test_rows_of_a_docstring_whose_margin_is_taken_off_are_no_source_indentation() -> None:
    row = " " * 12 + "'the next field': 'of the example'\n"
    rows = [Text(row, Span(FILE, start, start + len(row)), True) for start in range(24, 24 + 40 * 64, 64)]
    assert list(indented_prompt.check(prompt(*rows))) == []


def test_values_stand_as_a_letter() -> None:
    body = f"\n{prose(15, '    ')}    {{context}}\n    Now {{question}} again.\n{prose(15, '    ')}    {{tail}}"
    finding = one(indented_prompt.check(prompt(*literal(f'f"""{body}"""'))))
    sent = body
    for name in ("context", "question", "tail"):
        sent = sent.replace("{" + name + "}", "x")
    assert finding.tokens == count(sent) - count(sent.replace("\n    ", "\n"))
    assert "values of several lines" in finding.help


def test_a_value_at_the_margin_keeps_the_indentation() -> None:
    for end in ("\n", ""):
        assert list(indented_prompt.check(prompt(*literal(f'f"""\n{prose(30, "    ")}{{rules}}{end}"""')))) == []


def test_a_value_behind_the_literal_is_not_in_it() -> None:
    first = literal(f'"""\n{prose(30, "        ")}    """')
    value = Hole("question", Span(FILE, len(f'"""\n{prose(30, "        ")}    """') + 3, 9_000), Volatility.REQUEST)
    finding = one(indented_prompt.check(prompt(*first, value)))
    assert finding.tokens == one(indented_prompt.check(prompt(*first))).tokens


def test_a_field_ends_where_its_value_ends() -> None:
    above = text("Table: ", 10), Hole("item", Span(FILE, 18, 22), Volatility.REQUEST)
    deep = literal(f'"""\n{prose(30, "        ")}"""', at=80)
    finding = one(indented_prompt.check(prompt(Repeat(above, "rows", Span(FILE, 9, 60)), text("\n", 2_000), *deep)))
    assert finding.span.start == 83
    below = text("\n" + prose(30, "        "), 34)
    template = text("Rules\n        of ", 10), Hole("desk", Span(FILE, 27, 31), Volatility.REQUEST), below
    assert one(indented_prompt.check(prompt(*template))).span.start == 10


def test_literals_are_judged_one_by_one_and_reported_together() -> None:
    flat, deep = literal(f'"""{prose(30)}"""'), literal(f'"""\n{prose(30, "        ")}"""', at=5_000)
    other = literal(f'"""\n{prose(30, "    ")}"""', at=20_000)
    finding = one(indented_prompt.check(prompt(*flat, *deep, *other)))
    assert finding.span.start == 5_003
    # First the prompt, whose text is defined elsewhere, then the other texts.
    assert [span.start for span, _ in finding.related] == [0, 20_003]
    alone = [one(indented_prompt.check(prompt(*template))).tokens for template in (deep, other)]
    assert finding.tokens == sum(alone)


def test_a_literal_beside_one_at_the_margin_is_judged_by_itself() -> None:
    finding = one(indented_prompt.check(prompt(*literal(f'"""{prose(3)}""" """\n{prose(30, "    ")}"""'))))
    assert finding.tokens == one(indented_prompt.check(prompt(*literal(f'"""\n{prose(30, "    ")}"""')))).tokens


def test_of_branches_one_is_sent() -> None:
    deep, other = (
        literal(f'"""\n{prose(40, "        ")}"""', at=5_000),
        literal(f'"""\n{prose(25, "    ")}"""', at=20_000),
    )
    both = prompt(Choice("x", (deep, other)))
    assert one(indented_prompt.check(both)).tokens == one(indented_prompt.check(prompt(*deep))).tokens


def test_carriage_returns_change_nothing() -> None:
    source = f'"""\n{prose(30, "        ")}"""'
    finding = one(indented_prompt.check(prompt(*literal(source.replace("\n", "\r\n")))))
    assert finding.tokens == one(indented_prompt.check(prompt(*literal(source)))).tokens


def test_a_backslash_ends_the_first_row() -> None:
    finding = one(indented_prompt.check(prompt(*literal(f'"""\\\n{prose(30, "        ")}"""'))))
    body = prose(30, "        ")
    assert finding.tokens == count(body) - count(inspect.cleandoc(body) + "\n")


def test_a_template_file_has_no_source_indentation() -> None:
    assert list(indented_prompt.check(prompt(*literal(f'"""\n{prose(30, "    ")}"""', file="ask.md.j2")))) == []


def test_a_small_share_is_not_worth_a_finding() -> None:
    deep, long = literal(f'"""\n{prose(22, "    ")}"""'), literal(f'"""{prose(300)}"""', at=9_000)
    tokens = one(indented_prompt.check(prompt(*deep))).tokens
    assert 100 * tokens / count(prose(322)) < 3
    assert list(indented_prompt.check(prompt(*deep, *long))) == []


# --- pretty-json: values


def dumped(
    indent: int = 2,
    ascii_only: bool = False,
    expression: str = "orders",
    volatility: Volatility = Volatility.UNKNOWN,
    at: int = 70,
) -> Hole:
    dump = JsonDump(indent, ascii_only)
    return Hole(f"json.dumps({expression}, indent=2)", Span(FILE, at, at + 29), volatility, json=dump)


def test_indented_json_of_a_value_is_reported_at_the_value() -> None:
    finding = one(pretty_json.check(prompt(text("Here are the orders:\n"), dumped())))
    assert finding.span == Span(FILE, 70, 99)
    assert finding.saving is None and finding.tokens == 0, "how long the value is nobody knows"
    assert finding.message.endswith("that takes two to three tokens a line") and finding.severity is None
    advice = "one to two tokens a line less without the indent, two to three with"
    assert finding.help == f'{advice} separators=(",", ":") too'


def test_next_to_long_texts_the_lines_are_little() -> None:
    for expression in ("messages", "[page.to_dict() for page in found]", "context.results"):
        finding = one(pretty_json.check(prompt(text("Summarize:\n"), dumped(expression=expression))))
        assert finding.severity == "info" and "two to three tokens a line" in finding.message


def test_a_list_of_strings_is_left_alone(tmp_path: Path) -> None:
    code = (
        "import json\nfrom openai import OpenAI\ndef f(orders, client: OpenAI):\n"
        "    rows = [{row} for order in orders]\n    text = 'The orders: ' + json.dumps(rows, indent=2)\n"
        "    return client.responses.create(model='gpt-5.2', input=text)\n"
    )
    typed = (
        "import json\nfrom openai import OpenAI\ndef f(orders: {kind}, client: OpenAI):\n"
        "    text = 'The orders: ' + json.dumps(orders, indent=2)\n"
        "    return client.responses.create(model='gpt-5.2', input=text)\n"
    )
    for kind, most in (("list[str]", 0), ("tuple[str, ...]", 0), ("list[dict[str, str]]", 1), ("dict[str, str]", 1)):
        (tmp_path / "a.py").write_text(typed.replace("{kind}", kind))
        configuration = Configuration(Overrides(cwd=str(tmp_path)))
        report = run(discover([str(tmp_path)], configuration, str(tmp_path)).files, configuration)
        assert len([each for each in report.findings if each.rule == "pretty-json"]) == most, kind
    for row, most in (("f'{order.day}: {order.item}'", 0), ("{'day': order.day, 'item': order.item}", 1)):
        (tmp_path / "a.py").write_text(code.replace("{row}", row))
        configuration = Configuration(Overrides(cwd=str(tmp_path)))
        report = run(discover([str(tmp_path)], configuration, str(tmp_path)).files, configuration)
        assert len([each for each in report.findings if each.rule == "pretty-json"]) == most


FIELDS = """
import json
from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI
model = ChatOpenAI(model="gpt-4o")
SORT = ChatPromptTemplate.from_messages([("system", "You sort the rows."), ("human", "{rows}, for {reader}")])
chain = SORT | model
def by_module(found, reader):
    return chain.invoke({"rows": json.dumps(found, indent=2), "reader": reader})  # told
def at_once(found):
    return (ChatPromptTemplate.from_template("Sort these: {rows}") | model).invoke(
        {"rows": json.dumps(found, indent=2)})  # told
async def by_name(found, others):
    asked = ChatPromptTemplate.from_template("Sort these rows: {rows}") | model
    rows = json.dumps(found, indent=2)  # told
    await asked.ainvoke({"rows": rows})
    async for part in asked.astream(input={"rows": json.dumps(others, indent=4)}):  # told
        print(part)
def compact(found):
    asked = ChatPromptTemplate.from_template("Sort these rows now: {rows}") | model
    return asked.invoke({"rows": json.dumps(found)})
def no_field(found):
    asked = ChatPromptTemplate.from_template("Sort those rows: {rows}") | model
    return asked.invoke({"rows": found, "log": json.dumps(found, indent=2)})
def goes_through(found):
    asked = {"rows": lambda given: given["rows"][:9]} | ChatPromptTemplate.from_template("Sort some: {rows}") | model
    return asked.invoke({"rows": json.dumps(found, indent=2)})
def another(found, asked):
    return asked.invoke({"rows": json.dumps(found, indent=2)})
"""


def test_what_a_pipeline_is_given_for_its_fields(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(FIELDS)
    configuration = Configuration(Overrides(select=("pretty-json", "template"), cwd=str(tmp_path)))
    report = run(discover([str(tmp_path)], configuration, str(tmp_path)).files, configuration)
    rows = [report.sources.get("a.py").location(each.span.start)[0] for each in report.findings]
    assert rows == [row for row, line in enumerate(FIELDS.split("\n"), 1) if line.endswith("# told")]
    assert {each.rule for each in report.findings} == {"pretty-json"}


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ('f"The orders: {json.dumps(load(), indent=2)}"', "'"),
        ("f'The orders: {json.dumps(load(), indent=2)}'", '"'),
        ('rf"""The orders:\n{json.dumps(load(), indent=2)}"""', "'"),
        ('"The orders: " + json.dumps(load(), indent=2)', '"'),
        # What stands there already has the quotes that fit.
        ("'Read the \"orders\": ' f\"{json.dumps(load()['all'], indent=2)}\"", "'"),
    ],
)
def test_the_advice_fits_into_the_quotes_around_it(text: str, quote: str, tmp_path: Path) -> None:
    code = f"import json\nfrom openai import OpenAI\n\ndef f():\n    OpenAI().responses.create(input={text})\n"
    (tmp_path / "a.py").write_text(code)
    configuration = Configuration(Overrides(cwd=str(tmp_path)))
    report = run(discover([str(tmp_path)], configuration, str(tmp_path)).files, configuration)
    (finding,) = (each for each in report.findings if each.rule == "pretty-json")
    (advised,) = re.findall(r"separators=\(.*?\)", finding.help)
    assert advised == f"separators=({quote},{quote}, {quote}:{quote})"


@pytest.mark.parametrize(
    ("data", "plain", "compact"),
    [
        # Each with its shares, which differ by far: that is why the message has none.
        ([{"id": n, "name": f"Customer {n}", "open": n % 2 == 0, "total": n * 3.5} for n in range(100)], 20, 41),
        ([{"role": "user", "content": prose(6)} for _ in range(50)], 5, 8),
        ([prose(2) for _ in range(50)], 4, 7),
        (list(range(100, 200)), 25, 50),
        ({f"Customer {n}": {"town": "Leeds", "lines": [{"sku": n, "many": 2}]} for n in range(50)}, 33, 48),
    ],
)
def test_the_figures_of_the_message_hold(data: object, plain: int, compact: int) -> None:
    pretty = json.dumps(data, indent=2)
    size, lines = count(pretty), pretty.count("\n")
    assert count(json.dumps(data, indent=4)) == size
    less, least = size - count(json.dumps(data)), size - count(json.dumps(data, separators=(",", ":")))
    assert 1 <= less / lines < 2 and round(least / lines, 1) >= 2 and least / lines <= 3
    assert 100 * less / size == pytest.approx(plain, abs=3) and 100 * least / size == pytest.approx(compact, abs=3)


@pytest.mark.parametrize(
    ("before", "hole"),
    [
        pytest.param("Respond in this JSON format:\n", dumped(), id="format"),
        pytest.param("Return JSON like this: ", dumped(), id="return JSON"),
        pytest.param("## Output schema\n\nEvery field is needed.\n\n", dumped(), id="heading"),
        pytest.param("<example>\n", dumped(), id="example"),
        pytest.param("Example 3\nInput: ", dumped(), id="input of an example"),
        pytest.param("Fill it in:\n", dumped(expression="Invoice.model_json_schema()"), id="schema by its expression"),
        pytest.param("Fill it in:\n", dumped(expression="response_format"), id="format by its expression"),
        pytest.param("Orders:\n", dumped(volatility=Volatility.CONSTANT), id="a constant"),
        pytest.param("Orders:\n", dumped(indent=0), id="no indent"),
        pytest.param("Orders:\n", dumped(indent=0, ascii_only=True), id="escapes in an English prompt"),
        pytest.param("Orders:\n", Hole("orders", Span(FILE, 70, 99)), id="not JSON"),
    ],
)
def test_json_of_a_value_that_is_as_it_should_be(before: str, hole: Hole) -> None:
    assert list(pretty_json.check(prompt(text(before), hole))) == []


def test_an_earlier_line_about_the_answer_does_not_excuse_the_data() -> None:
    before = "Return JSON with the fields name and total.\n\n## Orders of the customer\n"
    assert one(pretty_json.check(prompt(text(before), dumped()))).span.start == 70


def test_what_the_assistant_says_is_an_example() -> None:
    assert list(pretty_json.check(prompt(text("Orders:\n"), dumped(), role="assistant"))) == []


def test_values_in_branches_and_loops_are_seen_with_what_stands_before_them() -> None:
    branch = Choice("x", ((text("none"),), (dumped(),)))
    loop = Repeat((dumped(at=170),), "pages", Span(FILE, 0, 0))
    assert len(list(pretty_json.check(prompt(text("Orders:\n"), branch, loop)))) == 2
    assert list(pretty_json.check(prompt(text("Use this schema:\n"), branch))) == []


def test_a_value_that_is_also_sent_as_the_form_is_left_alone() -> None:
    twice = prompt(text("Orders:\n"), dumped(), text("\n\n## Format\n\n"), dumped())
    assert list(pretty_json.check(twice)) == []
    assert len(list(pretty_json.check(prompt(text("Orders:\n"), dumped(), text("\n\nAgain:\n"), dumped())))) == 1


def test_escapes_in_a_prompt_that_is_not_ascii() -> None:
    finding = one(pretty_json.check(prompt(text("次の注文を要約してください。\n"), dumped(indent=0, ascii_only=True))))
    assert finding.severity == "info" and "ensure_ascii=False" in finding.help


# --- pretty-json: static text


def test_pretty_records_are_measured() -> None:
    pretty, compact = json.dumps(RECORDS, indent=2), json.dumps(RECORDS, separators=(",", ":"))
    before = "These are the products we sell today:\n\n"
    finding = one(pretty_json.check(prompt(text(before + pretty + "\n\nAnswer politely."))))
    assert finding.span == Span(FILE, len(before), len(before) + len(pretty))
    assert finding.tokens == count(pretty) - count(compact) and finding.saving == "removed"
    assert f"{count(pretty):,} tokens" in finding.message and f"{count(compact):,}" in finding.message


def test_doubled_braces_and_strings_with_values_are_read() -> None:
    pretty = (
        json.dumps({"products": RECORDS}, indent=4)
        .replace("{", "{{")
        .replace("}", "}}")
        .replace("Desk lamp 3", "Lamp {name}")
    )
    finding = one(pretty_json.check(prompt(*literal(f'f"""Our products:\n{pretty}\n"""'))))
    assert finding.span == Span(FILE, len('f"""Our products:\n'), len('f"""Our products:\n') + len(pretty))


def test_the_indentation_of_the_source_is_not_counted_here() -> None:
    pretty = json.dumps(RECORDS, indent=2)
    inside = "".join(f"        {line}\n" for line in pretty.split("\n"))
    finding = one(pretty_json.check(prompt(text("Our products:\n" + inside))))
    assert finding.tokens == one(pretty_json.check(prompt(text("Our products:\n" + pretty)))).tokens


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("Respond in this format:\n" + json.dumps(RECORDS, indent=2), id="format"),
        pytest.param("# Example\n\nA shop.\n\n```json\n" + json.dumps(RECORDS, indent=2) + "\n```", id="example"),
        pytest.param("Output\n" + json.dumps(RECORDS, indent=2), id="output"),
        pytest.param(
            "The list:\n" + json.dumps(RECORDS, indent=2) + "\n\nAnswer in the format of this list.",
            id="format, said behind",
        ),
        pytest.param("Our products:\n" + json.dumps(RECORDS), id="one line"),
        pytest.param("Our products:\n" + json.dumps(RECORDS[:2], indent=2), id="two records"),
        pytest.param("Our products:\n" + json.dumps(RECORDS, indent=2)[:-2], id="not closed"),
        pytest.param("Our products:\n" + json.dumps(RECORDS, indent=2).replace('"', "'"), id="not JSON"),
        pytest.param(
            "Our products:\n" + json.dumps([{"name": "string", "price": f"<{n}>"} for n in range(30)], indent=2),
            id="stand-ins",
        ),
        pytest.param(
            "Tools:\n" + json.dumps([{"name": f"t{n}", "parameters": {"a": n}} for n in range(30)], indent=2),
            id="tools",
        ),
        pytest.param(
            "It is:\n"
            + json.dumps(
                {"type": "object", "properties": {f"p{n}": {"type": "string", "title": f"P{n}"} for n in range(30)}},
                indent=2,
            ),
            id="schema",
        ),
        pytest.param(
            "Cases:\n" + json.dumps([{"input": f"{n} + 1", "output": n + 1} for n in range(30)], indent=2), id="pairs"
        ),
        pytest.param(
            "Our products:\n" + json.dumps([{"sku": 1, "name": "A lamp"}] * 30, indent=2), id="the same again"
        ),
    ],
)
def test_json_that_is_left_alone(value: str) -> None:
    assert list(pretty_json.check(prompt(text(value)))) == []


def test_a_value_between_brackets_is_not_json() -> None:
    pretty = json.dumps(RECORDS, indent=2).replace("{", "{{").replace("}", "}}").replace('"Desk lamp 3"', "{name}")
    assert list(pretty_json.check(prompt(*literal(f'f"""Our products:\n{pretty}\n"""')))) == []


def test_min_tokens_is_the_size_of_the_json() -> None:
    template = text("Our products:\n" + json.dumps(RECORDS, indent=2))
    tokens = count(json.dumps(RECORDS, indent=2))
    assert list(pretty_json.check(prompt(template), min_tokens=tokens + 1)) == []
    assert len(list(pretty_json.check(prompt(template), min_tokens=tokens))) == 1


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param("[\n" * 60_000, id="never closed"),
        pytest.param("[\n" * 30_000 + "]\n" * 30_000, id="nested"),
        pytest.param("{\n" * 30_000 + "]\n" * 30_000, id="crossed"),
        pytest.param('{"a": \n' * 20_000 + "}\n" * 20_000, id="nested objects"),
        pytest.param("[\n1\n,\n" + "9" * 50_000 + "\n]\n", id="a long number"),
        pytest.param("\ud800[\n" * 2_000, id="surrogates"),
    ],
)
def test_hostile_text_is_read_in_time(hostile: str) -> None:
    assert list(pretty_json.check(prompt(text("Our products:\n" + hostile)))) == []
    list(indented_prompt.check(prompt(text(hostile))))


# --- wasted-whitespace


def cleaned(value: str) -> str:
    """A text without what the rule finds in it, which is white space and nothing else."""
    kept, position = [], 0
    for start, end in wasted_whitespace._ranges(value, wasted_whitespace._Waste([])):
        assert position <= start < end and not value[start:end].strip()
        kept.append(value[position:start])
        position = end
    return "".join(kept) + value[position:]


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        ("a  \t\nb\n", "a\nb\n"),
        ("a\n\n\n\nb", "a\n\nb"),
        ("a\n   \n \n\t\nb", "a\n\nb"),
        ("a\n\n\nb", "a\n\n\nb"),
        ("a\n  \nb", "a\n\nb"),
        ("a\n\n\n\n", "a\n\n"),
        ("a  \nb", "a  \nb"),
        ("a  \n\nb", "a\n\nb"),
        ("a\n    ", "a\n    "),
        ("a   \n```\nx   \n\n\n\n\ny\n```   \nb   \n", "a\n```\nx   \n\n\n\n\ny\n```   \nb\n"),
        ("a\n\n```\n{x}\n```\n\nb", "a\n\n```\n{x}\n```\n\nb"),
        ("~~~\n```   \nx   \n~~~\nb   \n", "~~~\n```   \nx   \n~~~\nb\n"),
        ("   \n\n\n\n\nb", "\n\nb"),
    ],
)
def test_white_space_that_could_go(value: str, clean: str) -> None:
    assert cleaned(value) == clean
    assert cleaned(clean) == clean


def test_white_space_is_measured_and_can_be_fixed() -> None:
    body = "".join(f"Rule {n}: answer point {n} of the letter.{' ' * (n + 2)}\n\n\n\n\n" for n in range(12))
    finding = one(wasted_whitespace.check(prompt(text(body))))
    assert finding.tokens == count(body) - count(cleaned(body)) >= 10 and finding.saving == "removed"
    assert finding.span.start == body.index("  ")
    assert finding.fix is not None and finding.fix.safe
    fixed = body
    for edit in reversed(finding.fix.edits):
        fixed = fixed[: edit.span.start] + edit.text + fixed[edit.span.end :]
    assert fixed == cleaned(body)


def test_white_space_of_escapes_has_no_fix() -> None:
    source = '"' + "".join(f"Rule {n}: be brief about it.    \\n\\n\\n\\n\\n" for n in range(15)) + '"'
    finding = one(wasted_whitespace.check(prompt(*literal(source))))
    assert finding.fix is None and finding.tokens >= 10


def test_white_space_of_branches_counts_once() -> None:
    one_way = text("".join(f"Rule {n}: be brief.     \n" for n in range(20)), 100)
    other = text("".join(f"Rule {n}: be long.     \n" for n in range(30)), 9_000)
    finding = one(wasted_whitespace.check(prompt(Choice("x", ((one_way,), (other,))))))
    assert finding.tokens == count(other.value) - count(cleaned(other.value))
    assert finding.span.start < 9_000


# --- whole programs


ROWS = "".join(f"        Answer point {n} of the letter in a friendly tone.\n" for n in range(12))
AT_MARGIN = "\\n".join(f"- rule {n}" for n in range(3))


def found(folder: Path, rule: str, source: str) -> list[Finding]:
    """What a rule finds in a program, with the prompts that were read in it."""
    path = folder / "app.py"
    path.write_text(source, encoding="utf-8")
    report = run([File(path.name, str(path))], Configuration(Overrides(extend_select=(rule,), cwd=str(folder))))
    assert report.project.prompts and not report.problems
    return [finding for finding in report.findings if finding.rule == rule]


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        pytest.param('dedent("""You answer letters.\n@""")', "behind the quotes", id="dedent, text behind the quotes"),
        pytest.param('dedent("""\n@""")', "", id="dedent"),
        pytest.param('dedent("""\\\n@""")', "", id="dedent, backslash"),
        pytest.param('cleandoc("""You answer letters.\n@""")', "", id="cleandoc, text behind the quotes"),
        pytest.param('dedent(f"""\n@        {RULES}\n@""")', "a text that is put in", id="constant of several rows"),
        pytest.param('cleandoc(f"""\n@        {RULES}\n@""")', "a text that is put in", id="the same with cleandoc"),
        pytest.param('dedent("""\n@        {RULES}\n@""").format(RULES=RULES)', "", id="put in afterwards"),
        pytest.param('dedent(f"""\n@        {json.dumps(x, indent=2)}\n@""")', "json.dumps", id="JSON"),
        pytest.param('dedent(f"""\n@        {json.dumps(x)}\n@""")', "", id="JSON of one row"),
        pytest.param('dedent(f"""\n@        {lines}\n@""")', "made of `x`", id="joined rows"),
        pytest.param('dedent(f"""\n@        {words}\n@""")', "", id="joined words"),
        pytest.param('dedent(f"""\n@        {text}\n@""")', "", id="nobody knows"),
        pytest.param('dedent("""You answer letters. Be kind.""")', "", id="one row"),
    ],
)
def test_calls_that_take_nothing_off(tmp_path: Path, call: str, reason: str) -> None:
    source = (
        "import json\nfrom inspect import cleandoc\nfrom textwrap import dedent\n\n"
        f'RULES = "{AT_MARGIN}"\n\n\ndef ask(x, text):\n    lines = "\\n".join(f"- {{each}}" for each in x)\n'
        f'    words = ", ".join(x)\n    system_prompt = {call.replace("@", ROWS)}\n    return system_prompt\n'
    )
    findings = found(tmp_path, "ineffective-dedent", source)
    assert len(findings) == bool(reason)
    for finding in findings:
        assert reason in finding.message and finding.span.start == source.index(call.partition("(")[0], 150)
        assert finding.tokens >= 12
    if reason:
        assert not found(tmp_path, "indented-prompt", source), "one defect, one finding"


FIELD = "write a field in its place, and fill it when the indentation is off: dedent(...).format(...)"


@pytest.mark.parametrize(
    ("call", "reason", "advice"),
    [
        (
            'dedent(f"""You answer letters.\n@        {RULES}\n@""")',
            "right behind the quotes and a row of a text that is put in begins at the margin",
            f"begin the text on a row of its own behind a backslash; for what is put in, {FIELD}",
        ),
        (
            'dedent(f"""{RULES}\n@""")',
            "right behind the quotes and a row of a text that is put in begins at the margin",
            f"begin the text on a row of its own behind a backslash; for what is put in, {FIELD}",
        ),
        (
            'dedent(f"""You answer letters.\n@        {lines}\n""")',
            "right behind the quotes and the rows made of `x` begin at the margin",
            f"begin the text on a row of its own behind a backslash; for what is put in, {FIELD}",
        ),
        (
            'dedent(f"""You answer letters.\n@        {text}\n""")',
            "the text begins right behind the quotes",
            f"leaves the first row aside; if `text` may have several rows, also {FIELD}",
        ),
        (
            'dedent(f"""{text}\n@""")',
            "the text begins with `text`, at the margin",
            f"leaves the first row aside; if `text` may have several rows, also {FIELD}",
        ),
        (
            'dedent("""You answer letters.\n@""")',
            "the text begins right behind the quotes",
            "or use inspect.cleandoc, which leaves the first row aside",
        ),
        (
            'cleandoc(f"""\n@        {RULES}\n@""")',
            "nothing off: a row of a text that is put in begins at the margin",
            FIELD.replace("dedent", "cleandoc"),
        ),
    ],
)
def test_the_advice_names_all_that_is_at_the_margin(tmp_path: Path, call: str, reason: str, advice: str) -> None:
    source = (
        "from inspect import cleandoc\nfrom textwrap import dedent\n\n"
        f'RULES = "{AT_MARGIN}"\n\n\ndef ask(x, text):\n    lines = "\\n".join(f"- {{each}}" for each in x)\n'
        f"    system_prompt = {call.replace('@', ROWS)}\n    return system_prompt\n"
    )
    (finding,) = found(tmp_path, "ineffective-dedent", source)
    assert f"{reason}, so " in finding.message and finding.help is not None and finding.help.endswith(advice)


BASE64 = base64.b64encode(random.Random(5).randbytes(600)).decode()
WRAPPED = "\n".join(BASE64[at : at + 76] for at in range(0, len(BASE64), 76))
UUIDS = [str(uuid.UUID(int=random.Random(n).getrandbits(128), version=4)) for n in range(8)]
MINIFIED = "".join(
    f"function f{n}(e,t){{var r=e[{n}]||t.x;if(!r){{return null}}for(var i=0;i<r.length;i++){{r[i]=t(r[i])}}return r}}"
    for n in range(8)
)


@pytest.mark.parametrize(
    ("blob", "what"),
    [
        (BASE64, "Base64"),
        (WRAPPED, "Base64"),
        (f"data:image/png;base64,{BASE64}", "a data URI"),
        (random.Random(6).randbytes(250).hex(), "hexadecimal data"),
        ("\n".join(UUIDS), "a list of UUIDs"),
        (str(UUIDS), "a list of UUIDs"),
        (MINIFIED, "minified code"),
    ],
)
def test_blobs_are_measured(blob: str, what: str) -> None:
    before, after = prose(3) + "\n", "\n\n" + prose(3)
    finding = one(embedded_blob.check(prompt(text(before + blob + after))))
    assert finding.message.startswith(what)
    shown = (before + blob + after)[finding.span.start : finding.span.end]
    assert shown.strip("[]'") == blob.strip("[]'")
    assert abs(finding.tokens - count(blob)) <= 4 and finding.saving == "removed"


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(prose(60), id="prose"),
        pytest.param("/srv/data/" + "a-long-path-with-Many/Parts-Of-2026/" * 30, id="path"),
        pytest.param(" ".join(UUIDS[:3]), id="few UUIDs"),
        pytest.param("=" * 900 + "-" * 900 + "A" * 900, id="rules"),
        pytest.param("0123456789" * 90, id="digits"),
        pytest.param(json.dumps(RECORDS, separators=(",", ":")) * 3, id="JSON in one row"),
        pytest.param("someVeryLongIdentifierInCamelCase" * 30, id="identifier"),
        pytest.param("次の注文を要約してください。" * 100, id="Japanese"),
    ],
)
def test_no_blob(value: str) -> None:
    assert list(embedded_blob.check(prompt(text(value)))) == []


# --- oversized-tools


def tool(number: int, words: int = 20) -> Prompt:
    described = text(f"find_{number}: " + "looks up a thing of the library, " * words, number * 1_000)
    return prompt(described, role="tool", at=number * 1_000)


def test_tools_are_counted_and_measured() -> None:
    asked = prompt(text("Hello", 90_000), at=90_000)
    many = [tool(n) for n in range(21)]
    finding = one(oversized_tools.check(request(*many, asked)))
    assert "21 tools" in finding.message and "more than 20" in finding.message and finding.saving is None
    sizes = [count(each.template[0].value) for each in many]  # type: ignore[union-attr]
    assert finding.tokens == sum(sizes) and finding.span == Span(FILE, 500, 600)
    assert list(oversized_tools.check(request(*many[:20], asked))) == []
    assert one(oversized_tools.check(request(*many[:20], asked), max_tokens=sum(sizes[:20]) - 1)).tokens == sum(
        sizes[:20]
    )
    assert list(oversized_tools.check(request(*many[:20], asked), max_tokens=sum(sizes[:20]))) == []


def test_tools_that_are_only_counted() -> None:
    asked = msgspec.structs.replace(request(prompt(text("Hello"))), tools=21)
    finding = one(oversized_tools.check(asked))
    assert "21 tools" in finding.message and finding.tokens == 0


def test_deferred_tools_and_results_do_not_count() -> None:
    asked = prompt(text("Hello", 90_000), at=90_000)
    deferred = [
        msgspec.structs.replace(tool(n), template=(*tool(n).template, text('"defer_loading": true'))) for n in range(15)
    ]
    plain = [tool(n) for n in range(15)]
    listed = msgspec.structs.replace(request(*deferred, *plain, asked), tools=30)
    assert list(oversized_tools.check(listed)) == []
    assert list(oversized_tools.check(request(asked, *(tool(n) for n in range(40))))) == []


# What a part of a text costs


def test_a_part_is_counted_where_it_stands_as_in_the_whole_text() -> None:
    chance = random.Random(7)
    pieces = [
        "Hello there",
        " and then",
        "\n",
        "\n\n",
        "\n   ",
        "  ",
        " ",
        "TODO: x",
        "12 345",
        ".",
        "'s",
        " \t",
        "é",
        "{a}",
    ]
    for _ in range(500):
        value = "".join(chance.choice(pieces) for _ in range(chance.randint(3, 60)))
        start = chance.randrange(len(value))
        end = chance.randrange(start, len(value)) + 1
        rest = value[:start] + value[end:]
        assert without(value, start, end, "gpt-4o") == count(value, "gpt-4o") - count(rest, "gpt-4o"), (
            value,
            start,
            end,
        )


@pytest.mark.parametrize("check", [embedded_blob.check, comment_in_prompt.check])
def test_many_parts_of_one_text_are_counted_in_linear_time(check: Any) -> None:
    def checked(number: int) -> Callable[[], list[Finding]]:
        chance = random.Random(5)
        rows = (
            f"Read what follows now.\n{base64.b64encode(chance.randbytes(150)).decode()}\nTODO: say which part {n} is\n"
            for n in range(number)
        )
        whole = prompt(text("".join(rows)))
        return lambda: list(check(whole))

    assert len(checked(100)()) == 100
    assert len(within(max(0.5, 40 * seconds(checked(100))), checked(1_600))) == 1_600


def test_comments_that_are_never_closed_are_passed_over() -> None:
    whole = prompt(text("Read this. <!-- " * 20_000))
    assert within(2, lambda: list(comment_in_prompt.check(whole))) == []


def test_examples_in_branches_that_exclude_each_other_are_not_added_up() -> None:
    def shown(first: int, number: int) -> str:
        lines = (f"Example {n}:\nInput: the letter of street {n}\nOutput: district {n}\n" for n in range(first, number))
        return "Sort the letters.\n\n" + "\n".join(lines)

    def found(*branches: str) -> int:
        choice = Choice("kind", tuple((text(each),) for each in branches))
        return len(list(too_many_examples.check(request(prompt(choice, text("\nNow this one: "), model="gpt-4o")))))

    assert found(shown(1, 6), shown(6, 11)) == 0
    assert found(shown(1, 6), shown(6, 18)) == found(shown(1, 12), shown(12, 24)) == 1


def test_one_value_or_another_of_which_one_is_indented_is_told(tmp_path: Path) -> None:
    (tmp_path / "ask.py").write_text(
        "import json\nfrom openai import OpenAI\n\n\ndef ask(orders):\n    if isinstance(orders, str):\n"
        "        told = orders\n    else:\n        told = json.dumps(orders, indent=2)\n"
        "    OpenAI().chat.completions.create(model='gpt-4o', messages=[{'role': 'user', 'content': f'Sort {told}'}])\n"
    )
    path = tmp_path / "ask.py"
    report = run([File(path.name, str(path))], Configuration(Overrides(select=("pretty-json",), cwd=str(tmp_path))))
    assert [(found.rule, found.span.file) for found in report.findings] == [("pretty-json", "ask.py")]
