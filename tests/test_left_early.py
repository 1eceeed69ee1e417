"""Ways that leave the statements of a function early: exceptions, `break`, `return`; bounds of what is followed."""

from __future__ import annotations

import textwrap

import pytest
from shown import shown

from promptlint.extract.python import facts
from promptlint.link import link
from promptlint.prompt import Request
from promptlint.source import Source
from promptlint.template import Hole, Volatility

START = """\
import contextlib
from string import Template
from openai import OpenAI
client = OpenAI()
A = "Sort the letters."
B = "Sort the parcels."
"""
SEND = 'client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": text}])'


def request_of(program: str) -> Request:
    text = START + textwrap.dedent(program).replace("SEND", SEND)
    (request,) = (each for each in link([facts(Source("app.py", text))]).requests if each.api)
    return request


def sent(body: str) -> tuple[list[str], bool]:
    request = request_of("def run(q, letters):\n" + textwrap.indent(textwrap.dedent(body), "    "))
    return [shown(prompt.template) for prompt in request.prompts], request.complete


EITHER, OTHER = "[Sort the parcels.|Sort the letters.]", "[Sort the letters.|Sort the parcels.]"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("text = A\ntry:\n    int(q)\n    text = B\nexcept ValueError:\n    pass\nSEND", EITHER),
        ("text = A\ntry:\n    int(q)\n    text = B\nexcept V:\n    print(q)\nexcept E:\n    pass\nSEND", EITHER),
        ("text = A\ntry:\n    int(q)\n    text = B\nexcept ValueError:\n    return\nSEND", "Sort the parcels."),
        ("text = A\nwith contextlib.suppress(ValueError):\n    int(q)\n    text = B\nSEND", EITHER),
        ("text = A\nwith open(q) as f:\n    text = B\nSEND", "Sort the parcels."),
        # A handler begins where the body was left.
        ("text = A\ntry:\n    text = B\n    return int(q)\nexcept ValueError:\n    SEND", OTHER),
        # What a handler catches has its name until the handler ends.
        ("text = A\ntry:\n    int(q)\nexcept ValueError as text:\n    print(text)\nSEND", "Sort the letters."),
        ("text = A\nfor x in letters:\n    if x == q:\n        break\nelse:\n    text = B\nSEND", OTHER),
        ("text = A\nfor x in letters:\n    print(x)\nelse:\n    text = B\nSEND", "Sort the parcels."),
        ("text = A\nfor x in letters:\n    if x == q:\n        break\nelse:\n    return\nSEND", "Sort the letters."),
    ],
)
def test_a_body_that_is_left_early(body: str, text: str) -> None:
    assert sent(body) == ([text], True)


def test_the_name_of_what_is_caught_is_no_text_of_before() -> None:
    body = "text = A\ntry:\n    int(q)\nexcept ValueError as text:\n    text = f'Be kind. {text}'\n    SEND"
    assert sent(body) == (["Be kind. <text>"], True)


def test_a_message_that_is_added_where_something_may_be_raised() -> None:
    body = """
        m = [{"role": "system", "content": A}]
        try:
            m.append({"role": "user", "content": f"It is {int(q)}."})
        except ValueError:
            pass
        client.chat.completions.create(model="gpt-5", messages=m)
    """
    request = request_of("def run(q):" + textwrap.indent(body, "    "))
    assert [bool(prompt.when) for prompt in request.prompts] == [False, True] and request.complete


@pytest.mark.parametrize("end", ["return", "raise ValueError(q)"])
def test_what_a_method_leaves_where_it_ends_early(end: str) -> None:
    program = f"""
        class Desk:
            def __init__(self): self.text = A
            def choose(self, q):
                if q:
                    self.text = B
                    {end}
                print(q)
            def run(self): SEND
        """.replace("SEND", SEND.replace("text}", "self.text}"))
    assert shown(request_of(program).prompts[0].template) == "[Sort the letters.|Sort the parcels.]"


def test_more_ways_than_are_followed() -> None:
    turns = "".join(f"    if x == {n}:\n        text = 'Sort the {n} letters.'\n        continue\n" for n in range(12))
    texts, complete = sent(f"text = A\nfor x in letters:\n{turns}SEND")
    assert "<\u2026>" in texts[0] and not complete
    ways = "".join(f"{'el' if n else ''}if q == {n}: text = 'Sort the {n} letters.'\n" for n in range(90))
    assert not sent(f"text = A\n{ways}SEND")[1]
    methods = "".join(f"    def m{n}(self): self.text = 'Sort the {n} letters.'\n" for n in range(20))
    program = f"class Desk:\n    def __init__(self): self.text = A\n{methods}    def run(self): SEND\n"
    many = "".join(f"        if q == {n}: self.text = 'Sort the {n} letters.'; return\n" for n in range(20))
    one = f"class Desk:\n    def __init__(self): self.text = A\n    def m(self, q):\n{many}    def run(self): SEND\n"
    for each in (program, one):
        request = request_of(each.replace("SEND", SEND.replace("text}", "self.text}")))
        assert request.complete is all(f"the {n} letters" in shown(request.prompts[0].template) for n in range(20))


@pytest.mark.parametrize(
    ("text", "said", "complete"),
    [
        ('"Say: {x!s}".format(x=A)', "Say: Sort the letters.", True),
        ('"Say: {0!r}".format(A)', "Say: 'Sort the letters.'", True),
        ('"Say: {:.10}".format(A)', "Say: <0>", False),
        ('"Say: {:.2f}".format(q)', "Say: <q>", True),
        ('f"Say: {A!r}"', "Say: <A>", False),
        ('f"Say: {q!r}"', "Say: <q>", True),
        ('"Say: " + " ".join(letters[1:])', "Say: <\" \".join(letters[1:])>", True),
        ('"a b a b a".replace("a", B, 2)', "Sort the parcels. b Sort the parcels. b a", True),
        ('Template("$a and $b").safe_substitute(a=A)', "Sort the letters. and $b", True),
        ('Template("$a and $b").substitute(a=A)', "Sort the letters. and <b>", True),
    ],
)
def test_a_text_that_a_format_makes_another_one_of_is_not_known(text: str, said: str, complete: bool) -> None:
    assert sent(f"text = {text}\nSEND") == ([said], complete)


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ("A", "text = B", OTHER),
        ("A", "text = B if x else 'Sort.'", "[Sort the letters.|[Sort the parcels.|Sort.]]"),
        ("A", "if (text := B): pass", OTHER),
        ("A", "text = x", "[Sort the letters.|<x>]"),
    ],
)
def test_a_constant_that_a_turn_leaves_for_the_next_one(before: str, after: str, text: str) -> None:
    assert sent(f"text = {before}\nfor x in letters:\n    SEND\n    {after}") == ([text], True)


def messages_of(program: str) -> tuple[list[tuple[str, str]], bool]:
    request = request_of(program)
    return [(prompt.role, shown(prompt.template)) for prompt in request.prompts], request.complete


CREATE = '\n    client.chat.completions.create(model="gpt-5", messages={})\n'


def test_the_role_that_a_helper_is_given() -> None:
    helper = "def msg(role, content): return {'role': role, 'content': content}\n"
    helper += "def ask(text): return msg('user', text)\n"
    program = helper + "def run(q):" + CREATE.format("[msg('system', A), msg(content=B, role='user'), ask(q)]")
    wanted = [("system", "Sort the letters."), ("user", "Sort the parcels."), ("user", "<q>")]
    assert messages_of(program) == (wanted, True)
    program = helper + "def run(q, who):" + CREATE.format("[msg(who, A)]")
    assert messages_of(program) == ([("unknown", "Sort the letters.")], False)


def test_a_role_that_is_not_known_leaves_a_text_of_the_program_incomplete() -> None:
    program = "def run(q):\n    who = 'user' if q else 'system'" + CREATE.format("[{'role': who, 'content': A}]")
    assert messages_of(program) == ([("unknown", "Sort the letters.")], False)
    turns = "[{'role': turn['role'], 'content': turn['content']} for turn in history]"
    program = "def run(q, history):" + CREATE.format(f"[{{'role': 'system', 'content': A}}] + {turns}")
    assert not any(each.expression == "role" for each in request_of(program).unresolved)


def test_a_class_of_the_same_name_elsewhere_changes_no_model() -> None:
    desk = """
        class Desk:
            def __init__(self, model="gpt-5"): self.model = model
            def run(self, q):
                client.chat.completions.create(model=self.model, messages=[{"role": "user", "content": A + q}])
        def make(model): return Desk(model=model)
        def run(q): make("o3").run("Which letters are left?")
    """
    own = "class Desk:\n    def __init__(self, path='x'): self.path = path\ndef run(): return Desk()\n"
    mine = START + textwrap.dedent(desk)
    alone = link([facts(Source("a.py", mine))]).requests
    beside = link([facts(Source("a.py", mine)), facts(Source("b.py", own))]).requests
    taken = link([facts(Source("a.py", mine)), facts(Source("b.py", "from a import Desk\nDesk().run('x y')"))]).requests
    assert [each.model for each in alone] == [each.model for each in beside] == ["o3"]
    assert "o3" not in [each.model for each in taken]


def test_an_object_of_one_class_or_another() -> None:
    program = """
        class Letters:
            def ask(self, s): SEND
        class Parcels:
            def ask(self, s): SEND
        def run(q):
            desk = Letters() if q == "z" else Parcels()
            desk.ask("What is the time over there?")
    """.replace("SEND", SEND.replace("text}", "A + s}"), 1).replace("SEND", SEND.replace("text}", "B + s}"))
    found = [each for each in link([facts(Source("app.py", START + textwrap.dedent(program)))]).requests if each.api]
    asked = [each for each in found if any("over there" in shown(prompt.template) for prompt in each.prompts)]
    assert asked and not any(each.complete for each in asked)


def test_messages_that_are_made_of_others() -> None:
    lists = "m = [{'role': 'system', 'content': A}, {'role': 'user', 'content': B}]\n    "
    first = "def run(q):\n    first = {'role': 'system', 'content': A}"
    wanted = [("user", "Sort the letters.")]
    assert messages_of(first + CREATE.format("[{**first, 'role': 'user'}]")) == (wanted, True)
    for made in ("[dict(x, role='user') for x in m]", "[x for i, x in enumerate(m) if i]"):
        sending = CREATE.strip().format(f"[{{'role': 'system', 'content': A}}] + {made}")
        assert not messages_of(f"def run(q):\n    {lists}{sending}\n")[1], made


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("given = q if q else {'tone': B}", "[<q['tone']>|Sort the parcels.]"),
        ("given = q or {'tone': B}", "[<q['tone']>|Sort the parcels.]"),
        ("given = {'tone': B}\nif q:\n    given = q", "[<q['tone']>|Sort the parcels.]"),
        ("given = {'tone': B} if q else None", "Sort the parcels."),
    ],
)
def test_a_dict_in_the_place_of_what_was_not_given(body: str, text: str) -> None:
    for read in ("given['tone']", "given.get('tone')"):
        assert sent(f"{body}\ntext = {read}\nSEND")[0] == [text]


@pytest.mark.parametrize("given", ["q if q else {}", "{}", "dict(q) if q else {}"])
def test_what_an_empty_dict_lacks_may_be_there_later(given: str) -> None:
    request = request_of(f"def run(q):\n    given = {given}\n    text = f'{{A}} {{given.get(\"tone\")}}'\n    SEND\n")
    (hole,) = (part for part in request.prompts[0].template if isinstance(part, Hole))
    assert hole.volatility is not Volatility.CONSTANT
