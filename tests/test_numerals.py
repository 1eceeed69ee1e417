"""Numbers of the program in its texts: what Python's `str`, `format` and `%` write for those that never change."""

from __future__ import annotations

import time

import pytest
from requested import START, requests_of
from shown import shown

from promptlint.extract.python import facts
from promptlint.link import link
from promptlint.source import Source
from promptlint.template import texts

SEND = 'client.chat.completions.create(model="gpt-5.2", messages=[{{"role": "system", "content": {}}}])\n'
CONSTANTS = "LIMIT = 7\nRATE = 0.25\nBIG = 1_234_567\nVERBOSE = True\nLOW = -3\n"


def said(program: str, **files: str) -> str:
    request = requests_of(program, **files)[-1]
    return shown(request.prompts[0].template)


FORMS = [
    ('f"Give {LIMIT} items."', "Give 7 items."),
    ('f"Give {LIMIT:03d}, {RATE:.0%}, {BIG:,}, {LOW}, {VERBOSE}."', "Give 007, 25%, 1,234,567, -3, True."),
    ('f"Give {RATE!r:>6} and {VERBOSE:d}."', "Give   0.25 and 1."),
    ('"Give %d items, %s." % (LIMIT, RATE)', "Give 7 items, 0.25."),
    ('"Give %(n)5.1f items." % {"n": LIMIT}', "Give   7.0 items."),
    ('"Give {n} items, {0:.1f}.".format(RATE, n=LIMIT)', "Give 7 items, 0.2."),
    ('"Give " + str(LIMIT) + " items."', "Give 7 items."),
    ('f"Give {3} items, {3:02d}."', "Give 3 items, 03."),
    # What is computed.
    ('f"Give {LIMIT * 2} items, {-LIMIT}."', "Give <LIMIT * 2> items, <-LIMIT>."),
    # A format with a field of its own, one that no number has, and what depends on the machine.
    ('f"Give {LIMIT:{BIG}} items."', "Give <LIMIT> items."),
    ('f"Give {LIMIT:q} items, {LIMIT:n}."', "Give <LIMIT> items, <LIMIT>."),
    ('"Give {0:q} items, {0.real}.".format(LIMIT)', "Give <LIMIT> items, <LIMIT.real>."),
]


@pytest.mark.parametrize(("text", "told"), FORMS)
def test_a_number_stands_in_a_text_as_python_writes_it(text: str, told: str) -> None:
    assert said(CONSTANTS + SEND.format(text)) == told
    imported = "from figures import BIG, LIMIT, LOW, RATE, VERBOSE\n"
    assert said(imported + SEND.format(text), figures=CONSTANTS) == told


def test_one_number_or_another() -> None:
    program = CONSTANTS + "def ask():\n    " + SEND.format('f"Give {LIMIT if VERBOSE else BIG} items."')
    assert said(program) == "Give <LIMIT> items."
    program = SEND.format('f"Give {0.5 if VERBOSE else LIMIT} items."')
    assert said(f"{CONSTANTS}def ask():\n    {program}") == "Give <0.5 if VERBOSE else LIMIT> items."


def test_what_may_be_a_sum_is_no_text() -> None:
    program = CONSTANTS + "def ask():\n    " + SEND
    assert said(program.format('f"Give {LIMIT + BIG} items, {LIMIT + 1}."')) == (
        "Give <LIMIT><BIG> items, <LIMIT><LIMIT + 1>."
    )


CHANGED = [
    "LIMIT = 7\nLIMIT += 1\n",
    "LIMIT = 7\nfor LIMIT in range(3):\n    pass\n",
    "LIMIT = 7\nif input():\n    LIMIT = 8\n",
    "try:\n    import fast\n    LIMIT = 7\nexcept ImportError:\n    LIMIT = 8\n",
    "LIMIT = 7\ndef more():\n    global LIMIT\n    LIMIT += 1\n",
    "import os\nLIMIT = int(os.environ.get('LIMIT', 7))\n",
    "LIMIT = 7 or 8\n",
    "LIMIT = None\n",
    "LIMIT = 99999999999999999999999999999999999999999\n",
]


@pytest.mark.parametrize("bound", CHANGED)
def test_a_number_that_changes_is_not_known(bound: str) -> None:
    assert said(bound + "def ask():\n    " + SEND.format('f"Give {LIMIT} items."')) == "Give <LIMIT> items."


def test_a_number_that_a_function_has_changed_before_is_not_known() -> None:
    more = "def more():\n    global LIMIT\n    LIMIT += 1\nmore()\n"
    assert said(CONSTANTS + more + SEND.format('f"Give {LIMIT} items."')) == "Give <LIMIT> items."
    more = "    def more():\n        nonlocal n\n        n += 1\n    more()\n    "
    assert said(f"def ask():\n    n = 7\n{more}" + SEND.format('f"Give {n} items."')) == "Give <n> items."


def test_a_number_that_another_module_sets_is_not_known() -> None:
    ask = "import figures\ndef set(n):\n    figures.LIMIT = n\n" + SEND.format('f"Give {figures.LIMIT} items."')
    assert said(ask, figures=CONSTANTS) == "Give <figures.LIMIT> items."


OWN = "    def ask(self):\n        " + SEND.format('f"Give {self.most} items."')
PLAIN = "class Desk:\n    most = 7\n"
CLASSES = [
    (PLAIN + OWN, "7"),
    (f"class Desk:\n    most: int = 7\n{OWN}", "7"),
    (f"class Base:\n    most = 7\nclass Desk(Base):\n{OWN}", "7"),
    (f"{PLAIN}    def ask(self):\n        self.most -= 1\n{OWN}", ""),
    (f"{PLAIN}    def more(self):\n        self.most -= 1\n{OWN}", ""),
    (f"{PLAIN}{OWN}def more(desk):\n    desk.most = 8\n", ""),
    (f"{PLAIN}{OWN}class More(Desk):\n    most = 8\n", ""),
    (f"{PLAIN}{OWN}class More(Desk):\n    most: int = 8\n", ""),
    (f"{PLAIN}    def __init__(self, most):\n        self.most = most\n{OWN}", ""),
    (f"{PLAIN}    def set(self, name):\n        setattr(self, name, 1)\n{OWN}", ""),
    # What others make of the class, nobody here knows.
    (f"from pydantic import BaseModel\nclass Desk(BaseModel):\n    most: int = 7\n{OWN}", ""),
    (f"from other import Base\nclass Desk(Base):\n    most = 7\n{OWN}", ""),
]


@pytest.mark.parametrize(("program", "told"), CLASSES)
def test_a_number_of_a_class(program: str, told: str) -> None:
    assert said(program) == f"Give {told or '<self.most>'} items."


def test_a_member_of_an_enumeration_is_no_number() -> None:
    program = "from enum import Enum\nclass Level(Enum):\n    HIGH = 7\n" + SEND.format('f"Be at {Level.HIGH} here."')
    assert said(program) == "Be at <Level.HIGH> here."


ASK = """
def ask(text, n=7, name="kind"):
    system = f"Be {name!r}, {name:>5}|{name}, and give {n} items, {n:03d}."
    messages = [{"role": "system", "content": system}, {"role": "user", "content": text}]
    client.chat.completions.create(model="gpt-5.2", messages=messages)
"""
GIVEN = [
    ("ask('Tea?')", "7 items, 007."),
    ("ask('Tea?', 8)", "8 items, 008."),
    ("ask('Tea?', n=EIGHT)", "8 items, 008."),
    ("ask('Tea?', n=len(EIGHT))", "<len(EIGHT)> items, <len(EIGHT)>."),
]


@pytest.mark.parametrize(("call", "told"), GIVEN)
def test_what_a_function_is_given_stands_there_in_its_form(call: str, told: str) -> None:
    assert said(f"EIGHT = 8\n{ASK}\n{call}\n") == f"Be 'kind',  kind|kind, and give {told}"


def test_a_number_in_the_place_of_one_that_is_read_is_not_known() -> None:
    read = "def ask(row, kind):\n    data = row.value if row else {}\n    n = data.get('n', 7)\n"
    table = "    m = {'a': 1.5, 'b': 2}.get(kind, 3)\n    "
    text = SEND.format("f'Give {n} items, {m} each.'")
    assert said(read + table + text) == "Give <data.get('n', 7)> items, [1.5|2|3] each."


LOOPS = [
    ("n = 0\nwhile True:\n    n += 1\n    ", "n"),
    ("n = 0\nwhile True:\n    m = n\n    n += 1\n    ", "n"),
    ("def ask(rows):\n  n = 0\n  for row in rows:\n    n = n + 1\n    ", "n"),
]


@pytest.mark.parametrize(("loop", "name"), LOOPS)
def test_a_number_that_a_loop_counts_is_not_known(loop: str, name: str) -> None:
    assert said(loop + SEND.format(f'f"Try {{{name}}} now."')) == f"Try <{name}> now."


def test_a_hostile_format_makes_no_large_text() -> None:
    begun = time.perf_counter()
    for form in ('f"{LIMIT:1000000000} x"', 'f"{LIMIT:.1000000000f} x"', '"{:1000000000} x".format(LIMIT)'):
        assert said(CONSTANTS + SEND.format(form)) == "<LIMIT> x"
    assert said(CONSTANTS + SEND.format('"%1000000000d x" % LIMIT')) == "<LIMIT> x"
    assert said("LIMIT = 1e308\n" + SEND.format('f"{LIMIT:900.900f} x"')) == "<LIMIT> x"
    assert time.perf_counter() - begun < 5


def test_a_number_stands_where_it_is_put_in() -> None:
    program = START + CONSTANTS + SEND.format('f"Give {LIMIT} items, %d." % BIG')
    (prompt,) = link([facts(Source("app.py", program))]).prompts
    placed = [(program[text.span.start : text.span.end], text.value) for text in texts(prompt.template)]
    assert placed == [("Give ", "Give "), ("LIMIT", "7"), (" items, ", " items, "), ("%d", "1234567"), (".", ".")]
    assert [text.verbatim for text in texts(prompt.template)] == [True, False, True, False, True]
