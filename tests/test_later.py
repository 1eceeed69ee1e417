"""Names and attributes that hold something else later than the text they are written down with."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import pytest

from promptlint.extract.python import facts
from promptlint.link import link
from promptlint.prompt import Request
from promptlint.source import Source
from promptlint.template import Choice, Hole, Template, Text

START = """
from openai import OpenAI
client = OpenAI()
"""
ASK = 'client.chat.completions.create(model="gpt-5.2", messages=[{{"role": "system", "content": f"Be {{{}}}."}}])'
SELF = ASK.format("self.tone")


def requests_of(text: str) -> list[Request]:
    return list(link([facts(Source("app.py", START + textwrap.dedent(text)))]).requests)


def read(template: Template) -> Iterator[str]:
    """All ways through a template: texts as they are, what is put in in braces."""
    ways = [""]
    for part in template:
        if type(part) is Choice:
            ways = [way + more for way in ways for branch in part.branches for more in read(branch)]
        else:
            assert isinstance(part, Text | Hole)
            shown = part.value if isinstance(part, Text) else f"{{{part.expression}}}"
            ways = [way + shown for way in ways]
    yield from ways


def prompts_of(text: str) -> set[str]:
    (request,) = requests_of(text)
    return set(read(request.prompts[0].template))


READ = f"    def ask(self): {SELF}"
SET_LATER = [
    (f"    def set(self, tone): self.tone = tone\n{READ}", "tone"),
    (f"    def set(self, tone='rude'): self.tone = tone\n{READ}", "tone"),
    # Another statement of the same method, a way out of one, a tuple, an object whose class is known.
    (f"    def ask(self):\n        {SELF}\n        self.tone = self.more()", "self.more()"),
    (f"    def set(self, a):\n        if a:\n            self.tone = a\n            return a\n{READ}", "a"),
    (f"    def set(self, a): self.tone, self.more = a()\n{READ}", "self.tone"),
    (f"{READ}\n\ndef main(x):\n    desk = Desk()\n    desk.tone = x\n", "x"),
]


@pytest.mark.parametrize("first", ["    def __init__(self): self.tone = 'kind'", "    tone = 'kind'"])
@pytest.mark.parametrize(("methods", "put"), SET_LATER)
def test_an_attribute_that_is_set_later_is_either(first: str, methods: str, put: str) -> None:
    found = prompts_of(f"class Desk:\n{first}\n{methods}")
    assert {"Be kind.", f"Be {{{put}}}."} <= found


def test_what_the_statement_before_sets_is_that_alone() -> None:
    text = f"""
    class Desk:
        tone = "kind"
        def ask(self, tone):
            self.tone = tone
            {SELF}
    """
    assert prompts_of(text) == {"Be {self.tone}."}


def test_a_class_below_may_set_what_the_one_above_has() -> None:
    text = f"""
    class Base:
        tone = "kind"
    class Desk(Base):
        def set(self, tone):
            self.tone = tone
        def ask(self):
            {SELF}
    """
    assert prompts_of(text) == {"Be kind.", "Be {tone}."}


FIXED = [
    ("class Desk:\n    def __init__(self): self.tone = 'kind'", {"Be kind."}),
    ("class Desk:\n    def __init__(self, tone='kind'): self.tone = tone", {"Be kind."}),
    ("class Desk:\n    tone: str = 'kind'\n    def clear(self): self.tone = None", {"Be kind."}),
    (
        "class Desk:\n    def __init__(self): self.tone = 'kind'\n    def more(self): self.tone = 'short'",
        {"Be kind.", "Be short."},
    ),
    (
        "class Desk:\n    def __init__(self, a):\n        if a:\n            self.tone = a\n"
        "        else:\n            self.tone = 'kind'",
        {"Be kind.", "Be {a}."},
    ),
]


@pytest.mark.parametrize(("text", "expected"), FIXED)
def test_what_is_set_to_texts_alone_is_these(text: str, expected: set[str]) -> None:
    assert prompts_of(f"{text}\n    def ask(self): {SELF}") == expected


@pytest.mark.parametrize(
    ("put", "expected"),
    [
        ("tone = x", "Be {x}."),
        ("if x:\n            tone = x\n            return x", "Be {x}."),
        ("tone = 'short'", "Be short."),
        ("tone += ' and ' + x", "Be {tone} and {x}."),
    ],
)
def test_a_name_of_the_module_that_a_function_binds_anew_is_either(put: str, expected: str) -> None:
    text = f"""
    tone = "kind"
    def change(x):
        global tone
        {put}
    def ask():
        {ASK.format("tone")}
    """
    assert prompts_of(text) == {"Be kind.", expected}


def test_a_name_of_a_function_is_its_own_without_global() -> None:
    text = f"""
    tone = "kind"
    def change(x):
        tone = x
    def ask():
        {ASK.format("tone")}
    """
    assert prompts_of(text) == {"Be kind."}


@pytest.mark.parametrize("first", ["def __init__(self): self.llm = 'gpt-5.2'", "llm = 'gpt-5.2'"])
def test_a_model_that_is_set_later_is_not_known(first: str) -> None:
    text = f"""
    class Desk:
        {first}
        def choose(self, llm): self.llm = llm
        def ask(self): client.chat.completions.create(model=self.llm, messages=[{{"role": "user", "content": "Hi."}}])
    """
    (request,) = requests_of(text)
    assert (request.model, request.complete, request.provider) == ("", False, "openai")
    assert [(each.slot, each.expression) for each in request.unresolved] == [("model", "llm")]


def test_a_list_that_is_replaced_later_is_not_known_in_full() -> None:
    text = """
    class Desk:
        def __init__(self): self.said = [{"role": "system", "content": "Be kind."}]
        def load(self, said): self.said = said
        def ask(self): client.chat.completions.create(model="gpt-5.2", messages=self.said)
    """
    (request,) = requests_of(text)
    assert not request.complete
