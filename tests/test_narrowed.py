"""Of the items of a list that a loop goes through those are sent that the conditions around the call leave."""

from __future__ import annotations

import textwrap

import pytest
from requested import ASK, parts, requests_of

CASES = """
cases = [
    {"kind": "greet", "text": "Hello there."},
    {"kind": "price", "text": "What is it?"},
    {"kind": "price", "text": "Why is it?"},
]
"""
SEND = ASK.format('[{"role": "user", "content": case["text"]}]')
HELLO, WHAT, WHY = "Hello there.", "What is it?", "Why is it?"

# A condition, and what is sent where it holds and where it does not.
CONDITIONS = [
    ('case["kind"] == "greet"', [HELLO], [WHAT, WHY]),
    ('case["kind"] != "greet"', [WHAT, WHY], [HELLO]),
    ('case.get("kind") in ("price", "order")', [WHAT, WHY], [HELLO]),
    ('not case["kind"] == "price"', [HELLO], [WHAT, WHY]),
    ('case["kind"] == "price" and case["text"] == "Why is it?"', [WHY], [HELLO, WHAT]),
    ('case["kind"] == "greet" or case["text"] == "Why is it?"', [HELLO, WHY], [WHAT]),
    # Something else is asked, too: what holds then is known, what holds otherwise is not.
    ('case["kind"] == "price" and hurried', [WHAT, WHY], [HELLO, WHAT, WHY]),
    # Nothing that the items say.
    ("hurried", [HELLO, WHAT, WHY], [HELLO, WHAT, WHY]),
    ('case["kind"] == hurried', [HELLO, WHAT, WHY], [HELLO, WHAT, WHY]),
    ('case["other"] == "x"', [HELLO, WHAT, WHY], [HELLO, WHAT, WHY]),
    ('case == "x"', [HELLO, WHAT, WHY], [HELLO, WHAT, WHY]),
]


def program(body: str) -> str:
    return f"def run(hurried):\n{textwrap.indent(CASES, '    ')}\n{textwrap.indent(body, '    ')}\n"


def sent(body: str) -> list[list[str]]:
    return [parts(request)[0][1].split("|") for request in requests_of(program(body))]


@pytest.mark.parametrize(("condition", "there", "otherwise"), CONDITIONS)
def test_a_condition_leaves_items(condition: str, there: list[str], otherwise: list[str]) -> None:
    body = f"for number, case in enumerate(cases, 1):\n    if {condition}:\n        {SEND}\n    else:\n        {SEND}\n"
    assert sent(body) == [there, otherwise]


def test_a_turn_that_is_left_early_leaves_the_other_items() -> None:
    body = f'for case in cases:\n    if case["kind"] == "greet":\n        continue\n    {SEND}\n'
    assert sent(body) == [[WHAT, WHY]]


def test_one_condition_behind_another() -> None:
    chain = (("if", HELLO), ("elif", WHY))
    arms = "".join(f'    {word} case["text"] == "{text}":\n        {SEND}\n' for word, text in chain)
    assert sent(f"for case in cases:\n{arms}    else:\n        {SEND}\n") == [[HELLO], [WHY], [WHAT]]


def test_behind_a_condition_it_is_any_item_again() -> None:
    body = f'for case in cases:\n    if case["kind"] == "greet":\n        print(case)\n    {SEND}\n'
    assert sent(body) == [[HELLO, WHAT, WHY]]


def test_names_of_parts_of_an_item() -> None:
    send = ASK.format('[{"role": "user", "content": text}]')
    rows = f'[("a", "{HELLO}"), ("b", "{WHAT}"), ("b", "{WHY}")]'
    body = f'for kind, text in {rows}:\n    if kind == "b":\n        {send}\n    else:\n        {send}\n'
    assert sent(body) == [[WHAT, WHY], [HELLO]]


@pytest.mark.parametrize("change", ['case["kind"] = "greet"', "case = dict(case)", "case = other(case)"])
def test_a_name_with_another_value_is_left_alone(change: str) -> None:
    body = f'for case in cases:\n    {change}\n    if case["kind"] == "price":\n        {SEND}\n'
    before = f"for case in cases:\n    {change}\n    if hurried:\n        {SEND}\n"
    assert sent(body) == sent(before)


def test_a_list_that_grows_at_run_time_is_left_alone() -> None:
    body = f'cases.extend(hurried)\nfor case in cases:\n    if case["kind"] == "greet":\n        {SEND}\n'
    assert [HELLO] not in sent(body)


CHANGES = [
    'for each in cases: each["kind"] = "price"',
    "prepare(cases)",
    "prepare(cases[1])",
    "for each in cases: prepare(each)",
    'for each in cases: each.update(kind="price")',
    'for number, each in enumerate(cases): each["kind"] = "price"',
    '[each.update(kind="price") for each in cases]',
    "list(map(prepare, cases))",
    'pick(cases)["kind"] = "price"',
    "first, *others = cases",
    'others = {each["text"]: each for each in cases}',
    'cases[1]["kind"] = "price"',
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_list_that_something_else_has_is_left_alone(change: str) -> None:
    loop = f'for case in cases:\n    if case["kind"] == "greet":\n        {SEND}\n'
    assert sent(f"{change}\n{loop}") == [[HELLO, WHAT, WHY]]


@pytest.mark.parametrize("use", ["print(len(cases))", 'print([each["text"] for each in cases])'])
def test_a_list_that_is_read_elsewhere_is_as_it_is_written(use: str) -> None:
    loop = f'for case in cases:\n    if case["kind"] == "greet":\n        {SEND}\n'
    assert sent(f"{use}\n{loop}") == [[HELLO]]
