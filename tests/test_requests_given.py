"""What requests hold by way of those who call and make what sends them: models, dicts of arguments, lists, tools."""

from __future__ import annotations

import textwrap

import pytest

from promptlint.extract.python import facts
from promptlint.gaps import EITHER, NOT_GIVEN, WHERE_RUN
from promptlint.link import link
from promptlint.prompt import Request
from promptlint.source import Source
from promptlint.template import texts


def requests_of(text: str, **files: str) -> list[Request]:
    named = {"app.py": textwrap.dedent(text)} | {f"{name}.py": textwrap.dedent(each) for name, each in files.items()}
    project = link([facts(Source(name, each)) for name, each in named.items()])
    return [each for each in (*project.requests, *project.others) if each.api]


def parts(request: Request) -> list[tuple[str, str]]:
    return [(each.role, "".join(text.value for text in texts(each.template))) for each in request.prompts]


DESK = """
from openai import OpenAI

class Desk:
    def __init__(self, llm="gpt-4o-mini"):
        self.llm = llm
        self.client = OpenAI()

    def ask(self, question):
        messages = [{"role": "user", "content": "Answer: " + question}]
        return self.client.chat.completions.create(model=self.llm, messages=messages)
"""


@pytest.mark.parametrize(
    ("made", "model"),
    [
        ("", "gpt-4o-mini"),
        ("Desk()", "gpt-4o-mini"),
        ("Desk(names[0])\nDesk()", ""),
        ("Desk(names[0])", ""),
        ("Desk(llm=names[0])\nDesk('gpt-5')", ""),
        ("Desk('gpt-5')\nDesk(llm='gpt-5')", "gpt-5"),
        ("Desk('gpt-5')\nDesk(llm='gpt-4o')", ""),
        ("Desk(**names)", ""),
        ("class Quick(Desk):\n    def __init__(self):\n        super().__init__('gpt-5')", "gpt-5"),
        ("def make(llm='gpt-5'):\n    return Desk(llm)", "gpt-5"),
        ("def make(llm='gpt-5'):\n    return Desk(llm)\nmake(names[0])", ""),
    ],
)
def test_the_model_of_an_attribute_is_what_objects_are_made_with(made: str, model: str) -> None:
    (found,) = requests_of(DESK + made)
    assert (found.model, found.whole) == (model, bool(model))


@pytest.mark.parametrize(
    ("calls", "model"),
    [
        ("", "gpt-4o"),
        ("ask(5)", "gpt-4o"),
        ("ask(names, names[0])", ""),
        ("ask(names, model='gpt-5')\nask(names, model='gpt-5')", "gpt-5"),
    ],
)
def test_the_model_of_a_parameter_is_what_all_calls_give(calls: str, model: str) -> None:
    code = """
    import openai

    def ask(number, model="gpt-4o"):
        messages = [{"role": "user", "content": f"Is {len(number)} odd?"}]
        return openai.OpenAI().chat.completions.create(model=model, messages=messages)
    """
    (found,) = requests_of(textwrap.dedent(code) + calls)
    assert found.model == model


def test_the_model_of_a_client_that_an_object_holds() -> None:
    code = """
    from langchain_openai import ChatOpenAI

    class Desk:
        def __init__(self, name):
            self.llm = ChatOpenAI(model=name)

        def ask(self, question):
            return self.llm.invoke("Answer: " + question)

    Desk("gpt-5")
    """
    (found,) = requests_of(code)
    assert (found.model, found.complete) == ("gpt-5", True)
    (other,) = requests_of(textwrap.dedent(code) + "Desk(input())\n")
    assert (other.model, other.provider) == ("", "openai")


def test_an_attribute_that_is_made_of_itself_is_not_known() -> None:
    code = """
    import litellm

    class Desk:
        def prepare(self):
            self.llm = wrapped(self.llm)

        def ask(self):
            return litellm.completion(model=self.llm, messages=[{"role": "user", "content": "Name a plant."}])
    """
    (found,) = requests_of(code)
    assert found.model == ""


SPREAD = """
from openai import OpenAI
client = OpenAI()
TOOL = {"type": "function", "function": {"name": "look", "description": "Looks up plants."}}
"""


@pytest.mark.parametrize(
    ("body", "expected", "complete"),
    [
        # Made in the same function, and changed afterwards.
        (
            "arguments = dict(model='gpt-5', messages=[{'role': 'user', 'content': 'Name a plant.'}])\n"
            "arguments['tools'] = [TOOL]\n"
            "client.chat.completions.create(**arguments)",
            [("tool", "Looks up plants."), ("user", "Name a plant.")],
            True,
        ),
        (
            "arguments = {'model': 'gpt-5'}\n"
            "arguments.update(messages=[{'role': 'user', 'content': 'Name a plant.'}])\n"
            "client.chat.completions.create(**arguments)",
            [("user", "Name a plant.")],
            True,
        ),
        (
            "arguments = {'model': 'gpt-5', 'messages': [{'role': 'user', 'content': 'Name a plant.'}]}\n"
            "arguments.update(load())\n"
            "client.chat.completions.create(**arguments)",
            [("user", "Name a plant.")],
            False,
        ),
        (
            "messages = [{'role': 'user', 'content': 'Name a plant.'}]\n"
            "arguments = {'model': 'gpt-5', 'messages': messages, 'tools': [TOOL]}\n"
            "arguments.pop('tools')\n"
            "client.chat.completions.create(**arguments)",
            [("user", "Name a plant.")],
            True,
        ),
        # Made by a function of the project.
        (
            "def arguments(text):\n"
            "    return {'model': 'gpt-5', 'messages': [{'role': 'user', 'content': text}]}\n"
            "client.chat.completions.create(**arguments('Name a plant.'))",
            [("user", "Name a plant.")],
            True,
        ),
        (
            "def arguments(text):\n"
            "    return {'model': 'gpt-5', 'messages': [{'role': 'user', 'content': text}]}\n"
            "given = arguments('Name a plant.')\n"
            "given['tools'] = [TOOL]\n"
            "client.chat.completions.create(**{**given, 'temperature': 1})",
            [("tool", "Looks up plants."), ("user", "Name a plant.")],
            True,
        ),
        # Given by the caller.
        (
            "def send(**arguments):\n"
            "    arguments['stream'] = True\n"
            "    return client.chat.completions.create(**arguments)\n"
            "send(model='gpt-5', messages=[{'role': 'system', 'content': 'You are a plant.'}])",
            [("system", "You are a plant.")],
            True,
        ),
        (
            "def send(text, **others):\n"
            "    messages = [{'role': 'user', 'content': text}]\n"
            "    return client.chat.completions.create(model='gpt-5', messages=messages, **others)\n"
            "send('Name a plant.', tools=[TOOL])",
            [("tool", "Looks up plants."), ("user", "Name a plant.")],
            True,
        ),
        (
            "def send(text, **others):\n"
            "    messages = [{'role': 'user', 'content': text}]\n"
            "    return client.chat.completions.create(model='gpt-5', messages=messages, **others)\n"
            "send('Name a plant.', **load())",
            [("user", "Name a plant.")],
            False,
        ),
    ],
)
def test_arguments_that_come_by_way_of_a_dict(body: str, expected: list[tuple[str, str]], complete: bool) -> None:
    (found,) = requests_of(SPREAD + body)
    assert parts(found) == expected
    assert (found.model, found.complete) == ("gpt-5", complete)


def test_of_a_dict_that_is_not_known_nothing_is_said() -> None:
    body = "def send(**arguments):\n    return client.chat.completions.create(**arguments)\n"
    (found,) = requests_of(SPREAD + body)
    assert (found.model, found.prompts, found.complete) == ("", (), False)
    assert [each.expression for each in found.unresolved if each.slot == "arguments"] == ["arguments"]


def test_an_address_among_the_arguments_says_who_answers() -> None:
    code = """
    import litellm

    def ask(text, **others):
        return litellm.completion(model="openai/some", messages=[{"role": "user", "content": text}], **others)

    ask("Name a plant.", api_base=URL)
    """
    (found,) = requests_of(code)
    assert found.provider == ""


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("ask('Name a plant.')", [("system", "You are kind."), ("user", "Name a plant.")]),
        (
            "ask('Name a plant.', more=[{'role': 'assistant', 'content': 'Moss.'}])",
            [("system", "You are kind."), ("user", "Name a plant."), ("assistant", "Moss.")],
        ),
    ],
)
def test_lists_that_are_empty_if_nothing_is_given_add_nothing(call: str, expected: list[tuple[str, str]]) -> None:
    code = """
    def ask(text, extra=[], more=None, tools=[]):
        messages = [{"role": "system", "content": "You are kind."}, {"role": "user", "content": text}, *extra]
        messages += more or []
        if len(extra) > 0:
            messages += extra
        return client.chat.completions.create(model="gpt-5", messages=messages, tools=tools)
    """
    (found,) = requests_of(SPREAD + textwrap.dedent(code) + call)
    assert (parts(found), found.complete) == (expected, True)


@pytest.mark.parametrize(
    ("body", "roles", "complete"),
    [
        ("client.chat.completions.create(model='gpt-5', messages=[first, second])", ["unknown", "unknown"], False),
        ("client.responses.create(model='gpt-5', input=[first])", ["unknown"], False),
        # A dict with a role that is not known.
        (
            "one = {'role': first.role}\n    one['tool_calls'] = second\n"
            "    client.chat.completions.create(model='gpt-5', messages=[one])",
            ["unknown"],
            True,
        ),
        # One message or another.
        (
            "one = {'role': 'user', 'content': 'Yes?'}\n    if first:\n"
            "        one = {'role': 'system', 'content': 'No.'}\n"
            "    client.chat.completions.create(model='gpt-5', messages=[one])",
            ["system", "user"],
            True,
        ),
        (
            "one = {'role': 'user', 'content': 'Yes?'}\n    if first:\n        one = second.last()\n"
            "    client.chat.completions.create(model='gpt-5', messages=[one])",
            ["unknown", "user"],
            False,
        ),
        # One list or another.
        (
            "all = [{'role': 'user', 'content': 'Yes?'}]\n    if first:\n        all = second.load()\n"
            "    client.chat.completions.create(model='gpt-5', messages=all)",
            ["user"],
            False,
        ),
    ],
)
def test_what_one_way_or_another_makes_both_count(body: str, roles: list[str], complete: bool) -> None:
    (found,) = requests_of(SPREAD + f"def ask(first, second):\n    {body}\n")
    assert ([each.role for each in found.prompts], found.complete) == (roles, complete)


def test_a_function_that_gives_back_several_lists_keeps_them_apart() -> None:
    code = """
    def divided(text):
        return [{"role": "system", "content": "You are kind."}], [{"role": "user", "content": text}]

    def ask(text):
        first, second = divided(text)
        return client.chat.completions.create(model="gpt-5", messages=second)
    """
    (found,) = requests_of(SPREAD + textwrap.dedent(code))
    assert ("system", "You are kind.") not in parts(found)


def test_tools_inside_of_functions_and_objects_that_describe_a_tool() -> None:
    code = """
    from langchain.agents import create_agent
    from smolagents import Tool

    class Finder(Tool):
        name = "finder"
        description = "Finds plants."
        inputs = {"place": {"type": "string", "description": "Where they grow."}}

    def ask():
        def water(plant: str):
            "Gives water to a plant."
            return plant

        agent = create_agent(model="openai:gpt-5", tools=[water, Finder()])
        return agent.invoke({"messages": [{"role": "user", "content": "Which plant is dry?"}]})
    """
    (found,) = requests_of(code)
    assert [text for role, text in parts(found) if role == "tool"] == [
        "Gives water to a plant.",
        "Finds plants.\nWhere they grow.",
    ]
    assert found.complete


@pytest.mark.parametrize(
    ("call", "requests"),
    [
        ("async with engine.begin() as connection:\n        await connection.run_sync(create)", 0),
        ("await anyio.to_thread.run_sync(create)", 0),
        ("planner.run_sync('Name a plant.')", 0),
        ("planner_agent.run_sync('Name a plant.')", 1),
        ("self.agent.run_sync('Name a plant.')", 1),
    ],
)
def test_methods_of_agents_that_others_have_too(call: str, requests: int) -> None:
    head = "import anyio\nimport pydantic_ai\n\nasync def ask(self, engine, planner, planner_agent, create):\n    "
    assert len(requests_of(f"{head}{call}\n")) == requests


def test_the_responses_api_of_another_client_is_not_openai() -> None:
    code = """
    from portkey_ai import Portkey

    class Desk:
        def __init__(self):
            self.client = Portkey()

        def ask(self, name):
            return self.client.responses.create(model=name, input=[{"role": "user", "content": "Name a plant."}])
    """
    (found,) = requests_of(code)
    assert found.provider == ""


@pytest.mark.parametrize("client", ["anthropic", "groq_client", "self.mistral"])
def test_a_client_that_is_named_after_somebody_else_is_not_openai(client: str) -> None:
    code = f"""
    import openai

    def ask(self, anthropic, groq_client, name):
        return {client}.chat.completions.create(model=name, messages=[{{"role": "user", "content": "Name a plant."}}])
    """
    (found,) = requests_of(code)
    assert found.provider == ""


def test_one_list_or_another_of_which_nothing_is_known() -> None:
    code = """
    def ask(first, second, messages):
        if first:
            messages = second.add(first) + second.shown(messages)
        else:
            messages = second.shown(messages)
        return client.chat.completions.create(model="gpt-5", messages=messages)
    """
    (found,) = requests_of(SPREAD + textwrap.dedent(code))
    assert ([each.role for each in found.prompts], found.complete) == (["unknown"], False)


@pytest.mark.parametrize(("more", "count"), [("", 1), (", temperature='0'", 2)])
def test_one_request_of_a_function_that_asks_in_two_places(more: str, count: int) -> None:
    code = f"""
from langchain_core.language_models import BaseChatModel
def ask(model: BaseChatModel, letter):
    try:
        return model.invoke(letter)
    except ValueError:
        return model.invoke(letter{more})
def sort(model):
    return ask(model, "Sort this letter: it is late.")
"""
    assert [each.name for each in requests_of(code)] == ["sort"] * count


@pytest.mark.parametrize("cut", ["chat_messages[-5:]", "chat_messages[-most:]"])
@pytest.mark.parametrize(
    "body",
    [
        "chat_messages = {}\n    messages += chat_messages\n",
        "if chat_messages:\n        chat_messages = {}\n        messages += chat_messages\n",
        "if chat_messages:\n        if len(chat_messages) > 5:\n            chat_messages = {}\n"
        "        if isinstance(chat_messages[0], dict):\n            messages += chat_messages\n",
        "chat_messages = {} if chat_messages else []\n    messages.extend(chat_messages)\n",
    ],
)
def test_of_no_messages_none_are_cut_out(body: str, cut: str) -> None:
    code = SPREAD + "def ask(question, chat_messages, most=5):\n    messages = []\n    " + body.replace("{}", cut)
    code += "    messages.append({'role': 'user', 'content': question})\n"
    code += "    return client.chat.completions.create(model='gpt-5', messages=messages)\n"
    code += "def go():\n    return ask('Name a plant.', None)\n"
    (found,) = [each for each in requests_of(code) if each.name == "go"]
    assert [each.role for each in found.prompts] == ["user"] and found.complete
    code = code.replace("None)", "[{'role': 'assistant', 'content': 'Well.'}])")
    (found,) = [each for each in requests_of(code) if each.name == "go"]
    assert [each.role for each in found.prompts] == ["assistant", "user"]
    # How many of them are left is not known, unless there are too few to be cut.
    assert found.complete == ("5" in cut or "len(" in body)


SETTINGS = """
import dataclasses
from dataclasses import dataclass
from pydantic import BaseModel, Field
from openai import OpenAI
client = OpenAI()
{0}
class Settings{1}:
    warm: bool = True
    model: str = {2}
def ask(settings: Settings):
    return client.chat.completions.create(model=settings.model, messages=[{{"role": "user", "content": "Name one."}}])
class Desk:
    def __init__(self, settings: Settings | None = None):
        self.settings = settings or Settings()
    def ask(self):
        return client.responses.create(model=self.settings.model, input="Name a plant.")
def other(path):
    return [{3}]
"""


@pytest.mark.parametrize(
    ("default", "made", "model"),
    [
        ("'gpt-5'", "Settings(True)", "gpt-5"),
        ("'gpt-5'", "Settings(warm=path.warm)", "gpt-5"),
        ("FIELD(default='gpt-5')", "", "gpt-5"),
        # Some of them are given another one: which of them this is, is not known.
        ("'gpt-5'", "Settings(model='gpt-4o')", ""),
        ("'gpt-5'", "Settings(model=path.model)", ""),
        ("'gpt-5'", "Settings(**path.read())", ""),
        ("path()", "Settings()", ""),
    ],
)
@pytest.mark.parametrize("kind", ["dataclass", "pydantic"])
def test_the_model_of_an_object_whose_class_is_known(default: str, made: str, model: str, kind: str) -> None:
    plain = kind == "dataclass"
    first, base, field = ("@dataclass", "", "dataclasses.field") if plain else ("", "(BaseModel)", "Field")
    found = requests_of(SETTINGS.format(first, base, default.replace("FIELD", field), made))
    assert [each.model for each in found] == [model, model]


def test_the_model_of_an_object_that_nothing_in_sight_makes() -> None:
    code = SETTINGS.format("@dataclass", "", "'gpt-5'", "").replace("settings or Settings()", "settings")
    assert [each.model for each in requests_of(code)] == ["", ""]
    code = code.replace("return []", "return Desk(Settings(model='gpt-4o'))")
    assert [each.model for each in requests_of(code)] == ["gpt-4o", "gpt-4o"]


HELPER = """
class Helper:
    style = "brief"

    def system(self, text):
        return {"role": "system", "content": f"{text} Be {self.style}."}

    def user(self, text):
        return {"role": "user", "content": text}

    def both(self, text, question):
        return [self.system(text), self.user(question)]

    def labelled(self, text):
        return f"Letter: {text}"

helper = Helper()
"""
HELPED = """
from openai import OpenAI
import helpers
from helpers import Helper, helper

def send(messages):
    OpenAI().chat.completions.create(model="gpt-5", messages=messages)
"""


@pytest.mark.parametrize(
    "ask",
    [
        "def ask(q):\n    h = Helper()\n    send([h.system('Sort letters.'), h.user(q)])",
        "def ask(q):\n    h = Helper()\n    first = h.system('Sort letters.')\n    send([first, h.user(q)])",
        "def ask(q):\n    h = Helper()\n    sent = []\n    sent.append(h.system('Sort letters.'))\n"
        "    sent.insert(1, h.user(q))\n    send(sent)",
        "def ask(q):\n    h = Helper()\n    send([*h.both('Sort letters.', q)])",
        "def ask(h: Helper, q):\n    send([h.system('Sort letters.'), h.user(q)])",
        "def ask(q):\n    send([Helper().system('Sort letters.'), Helper().user(q)])",
        "def ask(q):\n    send([helper.system('Sort letters.'), helper.user(q)])",
        "def ask(q):\n    send([helpers.helper.system('Sort letters.'), helpers.helper.user(q)])",
        "def ask(q):\n    send(helper.both('Sort letters.', q))",
        "own = Helper()\ndef ask(q):\n    send([own.system('Sort letters.'), own.user(q)])",
        "class Desk:\n    style = 'long'\n    def __init__(self):\n        self.h = Helper()\n"
        "    def ask(self, q):\n        send([self.h.system('Sort letters.'), self.h.user(q)])",
        "def made(h: Helper, q):\n    return [h.system('Sort letters.'), h.user(q)]\n"
        "def ask(q):\n    send(made(helper, q))",
        "class Loud(Helper): pass\ndef ask(q):\n    h = Loud()\n    send([h.system('Sort letters.'), h.user(q)])",
    ],
)
def test_messages_that_methods_of_objects_make_have_their_roles(ask: str) -> None:
    (found,) = requests_of(HELPED + ask, helpers=HELPER)
    assert parts(found) == [("system", "Sort letters. Be brief."), ("user", "")]
    assert found.complete


def test_what_an_object_gives_back_as_a_text_is_not_read_as_a_message() -> None:
    ask = "def ask(h: Helper, q):\n    send([h.user('Read it.'), h.labelled(q), h.user(q)])"
    (found,) = requests_of(HELPED + ask, helpers=HELPER)
    assert [each.role for each in found.prompts] == ["user", "unknown", "user"] and not found.complete


KEPT = """
from openai import OpenAI

class Desk:
    def __init__(self, llm="gpt-4o-mini", rules="You are kind.", address=None):
        self.llm = llm
        self.rules = rules
        self.client = OpenAI(base_url=address)

    def ask(self, question):
        messages = [{"role": "system", "content": self.rules}, {"role": "user", "content": "Answer: " + question}]
        return self.client.chat.completions.create(model=self.llm, messages=messages)
"""
HOUSE = """
class House:
    def __init__(self, llm="gpt-4.1", rules="You own a house."):
        self.llm = llm
        self.desk = Desk(llm, rules=rules)

    def run(self, question):
        return self.answer(question)

    def answer(self, question):
        Desk(llm=self.llm).ask("Think of " + question)
        return self.desk.ask("Say " + question)
"""


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('Desk().ask("What is new?")', [("openai", "gpt-4o-mini", "You are kind.")]),
        ('desk = Desk("gpt-5")\ndesk.ask("What is new?")', [("openai", "gpt-5", "You are kind.")]),
        (
            'a = Desk()\nb = Desk("deepseek-chat", "You are brief.", "https://api.deepseek.com")\n'
            'a.ask("What is old?")\nb.ask("What is new?")',
            [("openai", "gpt-4o-mini", "You are kind."), ("deepseek", "deepseek-chat", "You are brief.")],
        ),
        (
            'desk = Desk("gpt-5")\ndesk.ask("What is old?")\ndesk = Desk("gpt-4.1")\ndesk.ask("What is new?")',
            [("openai", "gpt-5", "You are kind."), ("openai", "gpt-4.1", "You are kind.")],
        ),
        (
            'def go(kind):\n    desk = Desk("gpt-5")\n    if kind:\n        desk = Desk("gpt-4o")\n'
            '    desk.ask("What is new?")\nDesk().ask("What is old?")',
            [("", "", ""), ("openai", "gpt-4o-mini", "You are kind.")],
        ),
        (
            'def go(llm):\n    desk = Desk(llm=llm)\n    desk.ask("What is new?")\n'
            'go("gpt-5.2")\nDesk().ask("What is old?")',
            [("openai", "gpt-5.2", "You are kind."), ("openai", "gpt-4o-mini", "You are kind.")],
        ),
        (
            'House().run("What is old?")\nHouse("gpt-5").run("What is new?")\nDesk().ask("What else?")',
            [
                ("openai", "gpt-4.1", "You are kind."),
                ("openai", "gpt-4.1", "You own a house."),
                ("openai", "gpt-5", "You are kind."),
                ("openai", "gpt-5", "You own a house."),
                ("openai", "gpt-4o-mini", "You are kind."),
            ],
        ),
    ],
)
def test_an_object_has_what_the_call_that_makes_it_gives(code: str, expected: list[tuple[str, str, str]]) -> None:
    found = requests_of(f"{KEPT}{HOUSE if 'House' in code else ''}\n{code}\n")
    assert {(each.provider, each.model, parts(each)[0][1]) for each in found} == set(expected)
    assert len(found) == len(expected)


TWO = """
from anthropic import Anthropic
from openai import OpenAI

class First:
    def __init__(self, llm="gpt-5"):
        self.llm, self.client = llm, OpenAI()
    def ask(self, question):
        return self.client.chat.completions.create(model=self.llm, messages=[{"role": "user", "content": question}])

class Second:
    def __init__(self, llm="claude-sonnet-4-5"):
        self.llm, self.client = llm, Anthropic()
    def ask(self, question):
        messages = [{"role": "user", "content": question}]
        return self.client.messages.create(model=self.llm, max_tokens=9, messages=messages)

class House:
    def __init__(self, served="first", llm="gpt-5"):
        if served == "first":
            self.desk = First(llm)
        elif served == "second":
            self.desk = Second(llm)

    def run(self):
        return self.desk.ask("Name a plant of the garden.")
"""


def test_who_is_asked_by_one_class_or_another_is_not_known() -> None:
    [found] = [each for each in requests_of(TWO) if each.name == "House.run"]
    assert (found.provider, found.model, parts(found)) == ("", "", [("user", "Name a plant of the garden.")])
    assert not found.complete


def test_a_call_that_its_arguments_exclude_gives_no_model() -> None:
    made = requests_of(f'{TWO}\nHouse(served="second", llm="claude-opus-4-5").run()\n')
    assert {each.name: each.model for each in made} == {"House.run": "", "First.ask": ""}


def test_a_loop_over_what_is_left_out_sends_nothing() -> None:
    code = """
        from openai import OpenAI

        def form(question, tools=None, shots=()):
            messages = [{"role": "system", "content": "You know plants."}]
            for shot in shots or []:
                messages.append({"role": "assistant", "content": shot})
            messages += [{"role": "user", "content": each} for each in [question]]
            listed = [{"type": "function", "function": {"name": each, "description": each}} for each in tools or []]
            return {"model": "gpt-5", "messages": messages, "tools": listed}

        def plain(question):
            return OpenAI().chat.completions.create(**form("Name a plant."))

        def rich(question, tools, shots):
            return OpenAI().chat.completions.create(**form("Name a plant.", tools, shots=shots))
        """
    plain, rich = requests_of(code)
    assert [role for role, _ in parts(plain)] == ["system", "user"]
    assert [role for role, _ in parts(rich)] == ["tool", "system", "assistant", "user"]


def test_what_is_put_in_front_of_a_list_is_under_its_condition() -> None:
    [found] = requests_of(
        """
        from openai import OpenAI

        def ask(history, rules):
            messages = history.recent(4)
            if rules:
                messages = [{"role": "system", "content": rules}] + messages
            messages += [{"role": "user", "content": "Name a plant."}]
            return OpenAI().chat.completions.create(model="gpt-5", messages=messages)
        """
    )
    assert [(each.role, each.condition) for each in found.prompts] == [
        ("system", "rules"),
        ("unknown", ""),
        ("user", ""),
    ]


def test_what_a_generator_gives_out_is_sent_in_order() -> None:
    [found] = requests_of(
        """
        from openai import OpenAI

        def messages(question, example, history):
            if example:
                yield {"role": "user", "content": "Name a bird."}
                yield {"role": "assistant", "content": "Wren."}
            for each in history:
                yield {"role": "user", "content": each}
            yield {"role": "user", "content": question}

        def ask(question, example, history):
            sent = list(messages(question, example, history))
            return OpenAI().chat.completions.create(model="gpt-5", messages=sent)
        """
    )
    assert [(each.role, each.condition) for each in found.prompts] == [
        ("user", "example"),
        ("assistant", "example"),
        ("user", ""),
        ("user", ""),
    ]
    assert not found.complete


@pytest.mark.parametrize("first", ["yield from load()", "yield from [{'role': 'system', 'content': 'Sort letters.'}]"])
def test_what_a_generator_gives_out_first_is_not_lost(first: str) -> None:
    (found,) = requests_of(
        "from openai import OpenAI\n"
        f"def sent():\n    {first}\n    yield {{'role': 'user', 'content': 'Name a plant.'}}\n"
        "OpenAI().chat.completions.create(model='gpt-5', messages=list(sent()))\n"
    )
    assert [each.role for each in found.prompts] == ["unknown" if "load" in first else "system", "user"]
    assert found.complete == ("load" not in first)


@pytest.mark.parametrize("put", ["{**BASE, **load()}", "BASE | load()", "{**BASE, **other}"])
def test_what_is_put_into_a_dict_may_replace_what_it_says(put: str) -> None:
    (found,) = requests_of(
        "from openai import OpenAI\n"
        "BASE = {'system': 'Sort letters.', 'model': 'gpt-5'}\n"
        f"def ask(other):\n    known = {put}\n"
        "    return OpenAI().chat.completions.create(model=known['model'], input='',\n"
        "        messages=[{'role': 'system', 'content': known['system']}])\n"
    )
    assert (found.model, found.complete) == ("", False)
    assert parts(found) == [("system", "")]


def test_a_message_that_a_class_below_makes_in_its_own_way_is_not_known() -> None:
    below = "class Loud(Helper):\n    def system(self, text):\n        return {'role': 'developer', 'content': text}\n"
    ask = "def ask(h: Helper, q):\n    send([h.system('Sort letters.'), h.user(q)])\nask(Loud(), 'Why?')\n"
    ask = ask.replace("send(", "OpenAI().chat.completions.create(model='gpt-5', messages=")
    for more, roles in (("", ["system", "user"]), (below, ["unknown", "user"])):
        (found,) = [each for each in requests_of(HELPED + more + ask, helpers=HELPER) if each.name == "ask"]
        assert [each.role for each in found.prompts] == roles and found.complete == (not more)


@pytest.mark.parametrize(("later", "model"), [("", "gpt-4o"), ("desk.model = pick()", ""), ("desk.size = 3", "")])
def test_an_object_that_is_changed_is_no_longer_what_it_was_made_with(later: str, model: str) -> None:
    (found,) = requests_of(
        "from openai import OpenAI\n"
        "class Desk:\n    def __init__(self, model):\n        self.model = model\n"
        "    def ask(self, text):\n        return OpenAI().responses.create(model=self.model, input=text)\n"
        f"desk = Desk('gpt-4o')\n{later}\ndesk.ask('Name a plant.')\n"
    )
    assert found.model == model


@pytest.mark.parametrize(
    ("text", "known"), [("get_prompt()", False), ("places.build_prompt(1)", False), ("day()", True)]
)
def test_a_text_of_a_function_that_is_not_part_of_the_run_is_not_known(text: str, known: bool) -> None:
    (found,) = requests_of(
        "from openai import OpenAI\nfrom .unknown import day, get_prompt\nfrom other import places\n"
        f"OpenAI().responses.create(model='gpt-5', input='Name a plant.', instructions='You are kind. ' + {text})\n"
    )
    assert found.complete == known


def test_what_is_taken_out_of_a_dict_stood_in_it() -> None:
    code = """
    from openai import OpenAI

    client = OpenAI()

    def ask(letter):
        settings = {"model": "gpt-5", "rules": "You are a clerk."}
        rules = settings.pop("rules", "")
        turns = [{"role": "system", "content": rules}, {"role": "user", "content": letter}]
        client.chat.completions.create(messages=turns, **settings)

    def look(letter, **options):
        client.chat.completions.create(
            model=options.pop("model", "gpt-4o"), messages=[{"role": "user", "content": "Read " + letter}], **options
        )

    def count(letter):
        client.chat.completions.create(messages=[{"role": "user", "content": "Count " + letter}])
    """
    asked, looked, counted = requests_of(code)
    assert (asked.model, parts(asked)) == ("gpt-5", [("system", "You are a clerk."), ("user", "")]) and asked.complete
    # What the caller gives for it is not known, and named as it is written.
    assert [each.expression for each in looked.unresolved if each.slot == "model"] == ['options.pop("model", "gpt-4o")']
    assert [(each.expression, each.reason) for each in counted.unresolved] == [("", NOT_GIVEN)]


@pytest.mark.parametrize(
    ("loads", "expected"),
    [
        ("if p.startswith('file:'):\n        return open(p[5:]).read()\n    return p", ""),
        ("if not p.endswith('.md'):\n        return p\n    return open(p[5:]).read()", ""),
        ("if 'file:' in p:\n        path = p[5:]\n    else:\n        return p\n    return open(path).read()", ""),
        # What may stand there is kept.
        ("if p.startswith('http'):\n        return open(p[5:]).read()\n    return p", "file:desk.md"),
        ("if p.endswith('.md'):\n        return p\n    return open(p[5:]).read()", "file:desk.md"),
        ("if p.endswith('.txt'):\n        return open(p[5:]).read()\n    return p", "file:desk.md"),
    ],
)
def test_one_text_or_another_is_not_what_a_condition_excludes(loads: str, expected: str) -> None:
    code = f"""
from openai import OpenAI
client = OpenAI()
def load(p):
    {loads}
def ask(question, p=None):
    if not p:
        p = "file:desk.md"
    messages = [{{"role": "system", "content": load(p)}}, {{"role": "user", "content": "Answer: " + question}}]
    return client.chat.completions.create(model="gpt-4o", messages=messages)
"""
    (found,) = requests_of(code)
    assert parts(found) == [("system", expected), ("user", "Answer: ")]


GIVEN = """
from openai import OpenAI
client = OpenAI()
{wrapper}
    return client.chat.completions.create(model="gpt-5.2", messages=sent)
def order(question):
    return ask([{{"role": "system", "content": "Be kind to them."}}, {{"role": "user", "content": question}}])
def plain(question):
    return ask(f"Answer this with one sentence: {{question}}")
"""
WRAPPED = '[{"role": "user", "content": given}]'


@pytest.mark.parametrize(
    "wrapper",
    [
        f"def ask(sent):\n    if isinstance(sent, str):\n        sent = {WRAPPED.replace('given', 'sent')}",
        f"def ask(given):\n    sent = {WRAPPED} if isinstance(given, str) else given",
        f"def ask(given):\n    sent = given if isinstance(given, (list, tuple)) else {WRAPPED}",
        f"def ask(given):\n    sent = given\n    if not isinstance(given, list | tuple):\n        sent = {WRAPPED}",
        f"def ask(given):\n    sent = given if type(given) is not str else {WRAPPED}",
        f"def ask(given):\n    if isinstance(given, str):\n        sent = {WRAPPED}\n"
        "    elif isinstance(given, Talk):\n        sent = given.dump()\n    else:\n        sent = given",
    ],
)
def test_a_text_or_a_list_of_messages_is_sent_as_what_is_given(wrapper: str) -> None:
    found = {each.name: each for each in requests_of(GIVEN.format(wrapper=wrapper))}
    assert parts(found["order"]) == [("system", "Be kind to them."), ("user", "")]
    assert parts(found["plain"]) == [("user", "Answer this with one sentence: ")]
    assert found["order"].complete and found["plain"].complete
    unknown = {each.name: each for each in requests_of(GIVEN.format(wrapper=wrapper).partition("def order")[0])}
    assert not unknown["ask"].complete


SHOTS = """
from openai import OpenAI
client = OpenAI()
SHOTS = [
    {"letter": "Where is my dog?", "desk": "dogs"},
    {"letter": "Where is my bag?", "desk": "luggage"},
]

def ask(question):
    messages = [{"role": "system", "content": "Name the desk."}]
LOOP
    messages.append({"role": "user", "content": question})
    return client.chat.completions.create(model="gpt-5.2", messages=messages)
"""
EACH = [("user", "Where is my dog?"), ("assistant", "dogs"), ("user", "Where is my bag?"), ("assistant", "luggage")]


def with_loop(loop: str, said: str = 'shot["letter"]', sorted_as: str = 'shot["desk"]') -> Request:
    body = f"""
        messages.append({{"role": "user", "content": {said}}})
        messages.append({{"role": "assistant", "content": {sorted_as}}})"""
    (found,) = requests_of(SHOTS.replace("LOOP", f"    {loop}{body}"))
    return found


def test_messages_of_a_loop_over_a_list_that_is_known_are_sent_one_after_the_other() -> None:
    system, user = ("system", "Name the desk."), ("user", "")
    for loop in ("for shot in SHOTS:", "for number, shot in enumerate(SHOTS):", "for shot in SHOTS[:2]:"):
        found = with_loop(loop)
        assert (parts(found), found.complete) == ([system, *EACH, user], True)
    found = with_loop("for shot in SHOTS[1:]:")
    assert parts(found) == [system, *EACH[2:], user]
    pairs = SHOTS.replace(
        "LOOP", "    for letter, desk in PAIRS:\n        messages += [{'role': 'user', 'content': letter}]"
    )
    (found,) = requests_of(f"{pairs}\nPAIRS = (('Where is my dog?', 'dogs'), ('Where is my bag?', 'luggage'))")
    assert parts(found) == [system, EACH[0], EACH[2], user]
    comprehended = SHOTS.replace(
        "LOOP", "    messages += [{'role': 'user', 'content': shot['letter']} for shot in SHOTS]"
    )
    (found,) = requests_of(comprehended)
    assert (parts(found), found.complete) == ([system, EACH[0], EACH[2], user], True)


def test_a_loop_of_which_not_every_turn_is_known_is_not_told_turn_by_turn() -> None:
    for loop in (
        "for shot in sample(SHOTS, 1):", "for shot in given:", "for shot in SHOTS[:count]:",
        "for shot in SHOTS:\n        if shot['desk'] == question: continue",
        "for shot in SHOTS:\n        if len(messages) > 2: break",
    ):
        found = with_loop(loop)
        assert not found.complete and len(found.prompts) <= 4
    inserted = "    for shot in SHOTS:\n        messages.insert(1, {'role': 'user', 'content': shot['letter']})"
    (found,) = requests_of(SHOTS.replace("LOOP", inserted))
    assert not found.complete


def test_of_a_model_that_is_not_known_there_is_a_reason() -> None:
    found = requests_of(
        """
        import boto3
        from crewai import Agent
        from openai import OpenAI

        client = boto3.client("bedrock-runtime")
        said = [{"role": "user", "content": [{"text": "Sort this letter."}]}]

        def ask(first):
            client.converse(modelId=GET_NAME("MODEL_ID", df="us.anthropic.claude"), messages=said)
            name = "gpt-5" if first else "gpt-4.1"
            OpenAI().responses.create(model=name, input="Sort this letter.")
            return Agent(role="clerk", goal="Sort letters.", backstory="You sort letters.")
        """
    )
    told = {each.name + each.api: [(one.slot, one.expression, one.reason) for one in each.unresolved] for each in found}
    assert ("model", "GET_NAME(...)", "") in told["askconverse"]
    assert told["askresponses"] == [("model", "", EITHER)]
    assert {("model", "", NOT_GIVEN), ("messages", "", WHERE_RUN)} <= {*told["askagent"]}


PLACE = '''
from openai import OpenAI

def sort(text, district="Jhapa", model="gpt-4o", strict="yes"):
    system = f"You sort grievances of the district of {district}. Be strict: {strict}."
    messages = [{"role": "system", "content": system}, {"role": "user", "content": f"Sort this: {text}"}]
    return OpenAI().chat.completions.create(model=model, messages=messages)
'''


@pytest.mark.parametrize(
    ("calls", "said", "model"),
    [
        ("", "Jhapa. Be strict: yes.", "gpt-4o"),
        ("def run(data):\n    return sort(data['text'])", "Jhapa. Be strict: yes.", "gpt-4o"),
        ("def run(data):\n    return sort(data['text'], data.get('place'))", ". Be strict: yes.", "gpt-4o"),
        ("def run(data):\n    return sort(data['text'], district='Koshi')", ". Be strict: yes.", "gpt-4o"),
        ("def run(data):\n    return sort(data['text'], district='Jhapa')", "Jhapa. Be strict: yes.", "gpt-4o"),
        ("def run(data):\n    return sort(data['text'], model=data['model'])", "Jhapa. Be strict: yes.", ""),
    ],
)
def test_a_parameter_is_what_it_is_by_default_only_where_no_call_gives_anything_else(
    calls: str, said: str, model: str
) -> None:
    requests = requests_of(f"{PLACE}\n{calls}\n")
    assert {request.model for request in requests} == {model}
    assert [parts(request)[0][1].partition("district of ")[2] for request in requests] == [said]


def test_a_model_that_is_all_that_a_call_gives_stands_in_the_place_of_the_default() -> None:
    ask = 'OpenAI().chat.completions.create(model=model, messages=[{"role": "user", "content": "Say hello."}])'
    code = f"from openai import OpenAI\n\ndef ask(model='gpt-4o'):\n    return {ask}\n"
    (request,) = requests_of(f"{code}\ndef run(args):\n    return ask(args.model)\n")
    assert request.model == ""


BLOCKS = '[{"type": "text", "text": "Look at this picture."}, {"type": "image_url", "image_url": image}]'


@pytest.mark.parametrize(
    "body",
    [
        f"if image:\n        return {BLOCKS}\n    return 'Read this text: ' + text",
        f"if not image:\n        return 'Read this text: ' + text\n    return {BLOCKS}",
        f"return {BLOCKS} if image else 'Read this text: ' + text",
    ],
)
def test_a_content_that_is_a_text_or_blocks_is_either_of_the_two(body: str) -> None:
    ask = 'create(model="gpt-4o", messages=[{"role": "user", "content": content(text, image)}])'
    code = f"from openai import OpenAI\n\ndef content(text, image):\n    {body}\n\ndef ask(text, image):\n    "
    (request,) = requests_of(f"{code}OpenAI().chat.completions.{ask}\n")
    ((_, said),) = parts(request)
    assert "Look at this picture." in said
    assert "Read this text: " in said
def test_a_word_that_is_all_of_a_message_is_told_where_it_is_given() -> None:
    code = """
        from openai import OpenAI
        def ask(task, text, tone="kind"):
            said = [{"role": "system", "content": task}, {"role": "user", "content": f"Be {tone}: {text}"}]
            return OpenAI().chat.completions.create(model="gpt-5", messages=said)
        def main(text):
            ask("Summarize.", text)
            ask("Translate", text, "short")
            ask(text, text, "long")
    """
    found = sorted((parts(each)[0][1], each.complete) for each in requests_of(code))
    assert found == [("", False), ("Summarize.", True), ("Translate", True)]



@pytest.mark.parametrize("call", ["sort(data, **more)", "sort(data, *rest)"])
def test_what_is_put_into_the_arguments_may_stand_in_the_place_of_a_default(call: str) -> None:
    run = f"def run(data, *rest, **more):\n    return {call}\n\nrun('Fees are too high.', strict='no, not at all')"
    (request,) = requests_of(f"{PLACE}\n{run}\n")
    assert not request.complete
    assert "Jhapa" not in "".join(text for _, text in parts(request))


def test_a_function_of_the_file_that_has_the_name_of_a_method_sends_nothing() -> None:
    code = "def generate_content(page, text):\n    return [page, text]\n\nstory = generate_content('a', 'Write it.')\n"
    assert requests_of(code) == []


def test_of_an_agent_that_is_not_known_tools_are_not_known_either() -> None:
    code = """
        from pydantic_ai import Agent

        class Desk:
            def __init__(self, agent):
                self.agent = agent

            async def ask(self, text):
                return await self.agent.run("Answer this question: " + text)
    """
    (request,) = requests_of(code)
    assert {"system", "tools"} <= {each.slot for each in request.unresolved}


def test_a_model_that_the_request_asks_for_is_not_the_one_beside_it() -> None:
    ask = 'create(model=request.model or "gpt-4o", messages=[{"role": "user", "content": "Say hello."}])'
    code = f"from openai import OpenAI\n\ndef serve(request):\n    return OpenAI().chat.completions.{ask}\n"
    assert [each.model for each in requests_of(code)] == [""]


@pytest.mark.parametrize(
    ("given", "told", "known"),
    [
        ("find", ["Find a plant."], True),
        ("partial(find, 'b')", [], False),
        ("functools.partial(find, book='b')", [], False),
        ("here", [], False),
        ("OUTSIDE", [], False),
        ("function_tool(partial(find, 'b'))", [], False),
        ("tool(here)", [], False),
        ("function_tool(here, name_override='seek', description_override='Seek.')", ["Seek."], True),
        ("StructuredTool.from_function(here, name='seek', description='Seek.')", ["Seek."], True),
    ],
)
def test_what_is_sent_of_a_partial_is_not_known(given: str, told: list[str], known: bool) -> None:
    (request,) = requests_of(f"""
    import functools
    from functools import partial
    from agents import function_tool
    from langchain_core.tools import StructuredTool, tool
    from langchain_openai import ChatOpenAI
    def find(book: str, name: str) -> str:
        "Find a plant."
    OUTSIDE = partial(find, "b")
    def ask():
        here = partial(find, "b")
        return ChatOpenAI(model="gpt-5").bind_tools([{given}]).invoke("Hello.")
    """)
    said = ["".join(text.value for text in texts(each.template)) for each in request.prompts]
    assert said == [*told, "Hello."]
    assert {each.slot for each in request.unresolved} == (set() if known else {"tools"})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "Sort them."),
        ("said='Be brief.'", "Sort them.\nMind this:\n\n<said>\nBe brief.\n</said>"),
        (
            "said='Be brief.', before='Count them.'",
            "Sort them.\nMind this:\n\n<before>\nCount them.\n</before>\n\n<said>\nBe brief.\n</said>",
        ),
    ],
    ids=["neither", "the outer one", "both"],
)
def test_empty_lines_of_a_list_that_conditions_within_others_put_in(given: str, said: str) -> None:
    code = f"""
    from openai import OpenAI

    def build(said=None, before=None):
        lines = ["Sort them."]
        if said:
            lines.append("Mind this:")
            if before:
                lines.extend(["", "<before>", before, "</before>"])
            lines.extend(["", "<said>", said, "</said>"])
        return "\\n".join(lines)

    def ask():
        content = build({given})
        return OpenAI().chat.completions.create(model="gpt-4o", messages=[{{"role": "user", "content": content}}])
    """
    [found] = requests_of(code)
    assert parts(found) == [("user", said)]
