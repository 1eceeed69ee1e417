"""Requests of one call that several calls of the function around it lead to, and of objects of classes below."""

from __future__ import annotations

import textwrap

import pytest

from promptlint.extract.python import facts
from promptlint.link import link
from promptlint.prompt import Request
from promptlint.source import Source
from promptlint.template import Text

START = "from openai import OpenAI\nclient = OpenAI()\n"
WRAPPER = """
def ask(text, model="gpt-4o"):
    return client.chat.completions.create(model=model, messages=[{"role": "user", "content": text}])
"""


def requests_of(app: str, **files: str) -> list[Request]:
    """The requests of a project whose `app.py` has a client, those without a text in sight as well."""
    named = {"app.py": START + textwrap.dedent(app)}
    named |= {f"{name}.py": textwrap.dedent(text) for name, text in files.items()}
    project = link([facts(Source(name, text)) for name, text in named.items()])
    return [each for each in (*project.requests, *project.others) if each.api]


def told(request: Request) -> tuple[str, str]:
    """The model of a request and its fixed text."""
    parts = [part for prompt in request.prompts for part in prompt.template]
    return request.model, "".join(part.value for part in parts if isinstance(part, Text))


def test_each_model_that_callers_name_has_a_request() -> None:
    found = requests_of(
        WRAPPER
        + """
def fixed():
    return ask("Tell me about the weather.", model="gpt-5")

def built(rows):
    return ask("\\n".join(rows), model="gpt-4.1")

def upper(word):
    return ask(word.upper(), model="gpt-4.1-mini")

def lower(word):
    return ask(word.lower(), model="gpt-4.1-mini")
"""
    )
    expected = [("gpt-4.1", ""), ("gpt-4.1-mini", ""), ("gpt-5", "Tell me about the weather.")]
    assert sorted(map(told, found)) == expected


def test_callers_that_give_no_text_have_one_request_beside_those_that_do() -> None:
    found = requests_of(
        WRAPPER
        + """
def fixed():
    return ask("Tell me about the weather.")

def one(question):
    return ask(question)

def two(question):
    return ask(question)
"""
    )
    assert sorted(map(told, found)) == [("gpt-4o", ""), ("gpt-4o", "Tell me about the weather.")]
    assert [each.name for each in found if told(each)[1] == ""] == ["ask"]


def test_callers_of_callers_that_give_no_text_are_not_lost() -> None:
    above = "def hand_on(text): return ask(text)\n\ndef fixed(): return hand_on('Tell me about the weather.')\n"
    found = requests_of(f"{WRAPPER}\n{above}\ndef run(question):\n    return hand_on(question)\n")
    assert sorted(map(told, found)) == [("gpt-4o", ""), ("gpt-4o", "Tell me about the weather.")]
    assert [told(each)[1] for each in requests_of(f"{WRAPPER}\n{above}")] == ["Tell me about the weather."]


def test_what_a_function_sends_by_default_is_a_request_where_it_is_called_so() -> None:
    function = WRAPPER.replace("text,", 'text="Say hello to the town.",') + "\ndef fixed(): ask('Say goodbye to it.')\n"
    assert [told(each)[1] for each in requests_of(function)] == ["Say goodbye to it."]
    found = requests_of(f"{function}\ndef plain(): ask()\n")
    assert sorted(told(each)[1] for each in found) == ["Say goodbye to it.", "Say hello to the town."]


ATTRIBUTES = ("system = 'You are generic.'", "system = 'You are special.'", "self.system")
METHODS = (
    "def system(self): return 'You are generic.'",
    "def system(self): return 'You are special.'",
    "self.system()",
)
PROPERTIES = (*(each.replace("def", "@property\n    def") for each in METHODS[:2]), "self.system")
KINDS = [ATTRIBUTES, METHODS, PROPERTIES]


AGAIN = "def again(self, question): return self.ask(question)"


def classes(own: str, below: str, read: str, model: str = "", again: str = "") -> str:
    """A class that asks a model, and one below it that says something else."""
    return f"""
class Base:
    model = "gpt-4o"
    {own}

    def ask(self, question):
        return client.chat.completions.create(
            model=self.model,
            messages=[{{"role": "system", "content": {read}}}, {{"role": "user", "content": question}}],
        )

    {again}


class Special(Base):
    {below}
    {model}
"""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("method", "again"), [("ask", ""), ("again", AGAIN)])
def test_an_object_of_a_class_below_sends_what_that_says(kind: tuple[str, str, str], method: str, again: str) -> None:
    app = classes(*kind, 'model = "gpt-5"', again)
    (request,) = requests_of(f"{app}\ndef run(question):\n    return Special().{method}(question)\n")
    assert (told(request), request.complete) == (("gpt-5", "You are special."), True)
    (request,) = requests_of(f"{app}\ndef run():\n    return Special().{method}('Tell me about it.')\n")
    assert (told(request), request.complete) == (("gpt-5", "You are special.Tell me about it."), True)
    both = f"{app}\ndef run(question):\n    Special().{method}(question)\n    Base().{method}(question)\n"
    found = requests_of(both)
    assert sorted(map(told, found)) == [("gpt-4o", "You are generic."), ("gpt-5", "You are special.")]
    assert all(request.complete for request in found)


@pytest.mark.parametrize("kind", KINDS)
def test_an_object_of_one_class_or_another_is_not_known(kind: tuple[str, str, str]) -> None:
    app = classes(*kind)
    for use in ("", "def run(agent, question):\n    return agent.ask(question)\n"):
        (request,) = requests_of(f"{app}\n{use}")
        assert (told(request), request.complete) == (("gpt-4o", "You are generic."), False)
        assert [(each.slot, each.expression) for each in request.unresolved] == [("messages", "Special(...)")]
    same = classes(kind[0], "pass", kind[2])
    assert [request.complete for request in requests_of(same)] == [True]


def test_what_a_class_below_says_in_another_file() -> None:
    base = "from openai import OpenAI\nclient = OpenAI()\n" + classes(*METHODS).partition("class Special")[0]
    use = "class Special(Base):\n    def system(self): return 'You are special.'\n"
    run = "def run(question):\n    return Special().ask(question)\n"
    found = requests_of(f"from base import Base\n{use}\n{run}", base=base)
    assert [(told(each), each.complete) for each in found] == [(("gpt-4o", "You are special."), True)]


def test_a_method_of_a_class_reads_the_attributes_of_the_class_below() -> None:
    (request,) = requests_of("""
        class Clerk:
            town = "Antwerp"

            @classmethod
            def prompt(cls):
                return f"You sort the letters of {cls.town}."

            @classmethod
            def whole(cls):
                return cls.prompt() + " Be kind."

        class Postman(Clerk):
            town = "Bruges"

        def ask():
            messages = [{"role": "system", "content": Postman.prompt()}, {"role": "system", "content": Clerk.prompt()},
                        {"role": "system", "content": Postman.whole()}]
            return client.chat.completions.create(model="gpt-4o", messages=messages)
    """)
    said = ["".join(part.value for part in each.template if isinstance(part, Text)) for each in request.prompts]
    bruges, antwerp = (f"You sort the letters of {town}." for town in ("Bruges", "Antwerp"))
    assert (said, request.complete) == ([bruges, antwerp, f"{bruges} Be kind."], True)


def test_what_is_put_into_one_object_is_not_in_another() -> None:
    app = classes(*ATTRIBUTES).partition("class Special")[0]
    found = requests_of(f"""{app}
def main(question):
    first = Base()
    first.system = "You are new."
    first.ask("Tell me about Paris.")
    Base().ask("Tell me about Rome.")
    second = Base()
    second.ask("Tell me about Ghent.")
""")
    said = {told(each)[1]: each.complete for each in found}
    assert said["You are new.Tell me about Paris."]
    assert said["You are generic.Tell me about Rome."]
    assert len(said) == 3


TWO_WAYS = """
def ask(text, ready, as_json=False):
    if ready:
        if as_json == False:
            found = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": text}])
        else:
            found = client.chat.completions.create(
                model="gpt-4o", messages=[{"role": "user", "content": text}], response_format={"type": "json_object"})
        return found

"""


def ways(request: Request) -> tuple[tuple[str, ...], bool]:
    """What the request depends on, and whether its answer has a form."""
    return request.conditions, bool(request.parameters)


def test_two_ways_to_send_the_same_have_their_conditions() -> None:
    found = requests_of(TWO_WAYS + 'def sort(question, form):\n    return ask("Sort this letter.", True, form)\n')
    assert list(map(ways, found)) == [(("as_json == False",), False), (("not (as_json == False)",), True)]
    # One way alone has nothing that tells it apart, nor has what is sent either way.
    same = TWO_WAYS.replace(', response_format={"type": "json_object"}', "")
    found = requests_of(same + 'def sort(question, form):\n    ask("Sort this letter.", True, form)\n')
    assert list(map(ways, found)) == [((), False)]


@pytest.mark.parametrize(("given", "form"), [("", False), (", False", False), (", as_json=True", True)])
def test_what_is_given_decides_whether_something_is_true(given: str, form: bool) -> None:
    called = f'def sort(question):\n    return ask("Sort this letter.", True{given})\n'
    assert [ways(each) for each in requests_of(TWO_WAYS + called) if each.name == "sort"] == [((), form)]
    other = TWO_WAYS.replace("as_json == False", "as_json is not True")
    assert [ways(each) for each in requests_of(other + called) if each.name == "sort"] == [((), form)]
