"""Functions of a project that lead to a model: what their callers give them is found, with its role and its request."""

from __future__ import annotations

import itertools
import textwrap
from typing import Any

import pytest
from timing import within

from promptlint.extract.python import facts
from promptlint.link import link
from promptlint.prompt import Project
from promptlint.source import Source
from promptlint.template import Hole, Text, holes, texts

ASK = """
from openai import OpenAI
client = OpenAI()
def ask(system, question, model="gpt-4o"):
    return client.chat.completions.create(
        model=model,
        messages=[{"role": "system", "content": system}, {"role": "user", "content": question}],
    )
"""
CLIENT = """
from openai import AsyncOpenAI
class Client:
    def __init__(self, key):
        self.api = AsyncOpenAI(api_key=key)
    async def complete(self, prompt, system="Answer as a botanist would."):
        return await self.api.chat.completions.create(
            model="gpt-4o", messages=[{"role": "system", "content": system}, {"role": "user", "content": prompt}]
        )
    async def chat(self, messages):
        return await self.api.chat.completions.create(model="gpt-4o", messages=messages)
"""


def read(files: dict[str, str]) -> Project:
    return link([facts(Source(name, textwrap.dedent(text))) for name, text in files.items()])


def found(files: dict[str, str]) -> set[tuple[str, str]]:
    """Role and static text of every prompt."""
    return {(prompt.role, "".join(text.value for text in texts(prompt.template))) for prompt in read(files).prompts}


def case(name: str, files: dict[str, str], *expected: tuple[str, str]) -> Any:
    return pytest.param(files, set(expected), id=name)


TONE, QUESTION = "Be brief and kind to all.", "Name three trees that grow by the sea."
BOTH = (("system", TONE), ("user", QUESTION))

CASES = [
    case("positional", {"llm.py": ASK, "app.py": f'from llm import ask\nask("{TONE}", "{QUESTION}")\n'}, *BOTH),
    case(
        "keywords, and another name",
        {"llm.py": ASK, "app.py": f'from llm import ask as talk\ntalk(question="{QUESTION}", system="{TONE}")\n'},
        *BOTH,
    ),
    case(
        "a module",
        {
            "pkg/__init__.py": "",
            "pkg/llm.py": ASK,
            "pkg/app.py": f'from . import llm\ndef run():\n    llm.ask("{TONE}", "{QUESTION}")\n',
        },
        *BOTH,
    ),
    case(
        "exported under another name",
        {
            "pkg/__init__.py": "from .llm import ask as talk\n",
            "pkg/llm.py": ASK,
            "app.py": f'from pkg import talk\ndef run():\n    talk("{TONE}", "{QUESTION}")\n',
        },
        *BOTH,
    ),
    case(
        "constants of other modules",
        {
            "llm.py": ASK,
            "texts.py": f'TONE = "{TONE}"\n',
            "app.py": f'import texts\nfrom llm import ask\ndef run(x):\n    ask(texts.TONE, f"{QUESTION}{{x}}")\n',
        },
        *BOTH,
    ),
    case(
        "names, locals and branches",
        {
            "llm.py": ASK,
            "app.py": f"""
            from llm import ask
            def run(short):
                tone = "{TONE}"
                if short:
                    question = "{QUESTION}"
                else:
                    question = "Name a moss."
                ask(tone, question)
            """,
        },
        ("system", TONE),
        ("user", QUESTION + "Name a moss."),
    ),
    case(
        "a wrapper of a wrapper of a wrapper",
        {
            "llm.py": ASK,
            "one.py": "import llm\ndef first(text, rules):\n    return llm.ask(rules, text.strip())\n",
            "two.py": "from one import first\ndef second(rules, text):\n    return first(rules=rules, text=text)\n",
            "app.py": f'from two import second\nsecond("{TONE}", "{QUESTION}")\n',
        },
        *BOTH,
    ),
    case(
        "functools.partial, and a thread",
        {
            "llm.py": ASK,
            "app.py": f"""
            import asyncio
            from functools import partial
            from llm import ask
            talk = partial(ask, "{TONE}")
            async def run():
                await asyncio.to_thread(ask, question="{QUESTION}")
            """,
        },
        *BOTH,
    ),
    case(
        "self",
        {
            "app.py": CLIENT
            + f"""
    async def run(self):
        return await self.complete("{QUESTION}", system="{TONE}")
"""
        },
        *BOTH,
    ),
    case(
        "an inherited method",
        {
            "client.py": CLIENT,
            "app.py": f"""
            from client import Client
            class Gardener(Client):
                async def run(self):
                    return await self.complete("{QUESTION}", "{TONE}")
            """,
        },
        *BOTH,
    ),
    case(
        "an object made in sight",
        {
            "client.py": CLIENT,
            "app.py": f"""
            from client import Client
            async def run():
                one = Client("key")
                await one.complete("{QUESTION}", "{TONE}")
            """,
        },
        *BOTH,
    ),
    case(
        "an object of the module, and one that is made where it is used",
        {
            "client.py": CLIENT,
            "shared.py": "import client\nshared = client.Client('key')\n",
            "app.py": f"""
            from client import Client
            from shared import shared
            async def run():
                await shared.complete("{QUESTION}")
                await Client("key").complete("Name a flower.", system="{TONE}")
            """,
        },
        *BOTH,
        ("user", "Name a flower."),
        ("system", "Answer as a botanist would."),
    ),
    case(
        "an attribute made in __init__",
        {
            "client.py": CLIENT,
            "app.py": f"""
            from client import Client
            class App:
                def __init__(self, given=None):
                    self.llm = given or Client("key")
                async def run(self):
                    await self.llm.complete("{QUESTION}", "{TONE}")
            """,
        },
        *BOTH,
    ),
    case(
        "an attribute from an annotated parameter",
        {
            "client.py": CLIENT,
            "app.py": f"""
            from __future__ import annotations
            from typing import Optional
            from client import Client
            class App:
                def __init__(self, llm: Optional[Client] = None):
                    self.llm = llm
            class Sub(App):
                async def run(self):
                    await self.llm.complete("{QUESTION}", "{TONE}")
            """,
        },
        *BOTH,
    ),
    case(
        "annotations of a class, a parameter and a result",
        {
            "client.py": CLIENT,
            "app.py": f"""
            import client
            def make() -> "client.Client": ...
            class App:
                llm: client.Client
                async def run(self):
                    await self.llm.complete("{QUESTION}", "Speak slowly.")
            async def other(llm: client.Client | None):
                await llm.complete("Name a flower.", "{TONE}")
            async def third():
                llm = make()
                await llm.complete("Name a moss.", "{TONE}")
                await make().complete("Name a fern.", "{TONE}")
            """,
        },
        *BOTH,
        ("system", "Speak slowly."),
        *(("user", f"Name a {what}.") for what in ("flower", "moss", "fern")),
    ),
    case(
        "an object of an object",
        {
            "client.py": CLIENT,
            "app.py": f"""
            from client import Client
            class Context:
                llm: Client
            class App:
                def __init__(self, context: Context):
                    self.context = context
                async def run(self):
                    await self.context.llm.complete("{QUESTION}", "{TONE}")
            """,
        },
        *BOTH,
    ),
    case(
        "an abstract method",
        {
            "base.py": """
            class Base:
                def complete(self, prompt):
                    raise NotImplementedError
            """,
            "llm.py": """
            from openai import OpenAI
            from base import Base
            class Real(Base):
                def complete(self, prompt):
                    return OpenAI().chat.completions.create(messages=[{"role": "user", "content": prompt}])
            """,
            "app.py": f"""
            from base import Base
            def run(model: Base):
                return model.complete("{QUESTION}")
            """,
        },
        ("user", QUESTION),
    ),
    case(
        "lists of messages",
        {
            "client.py": CLIENT,
            "app.py": f"""
            from client import Client
            class App(Client):
                async def send(self, history):
                    return await self.chat([{{"role": "system", "content": "{TONE}"}}] + history)
                async def run(self):
                    await self.send([{{"role": "user", "content": "{QUESTION}"}}])
            """,
        },
        *BOTH,
        ("system", "Answer as a botanist would."),
    ),
    case(
        "messages that a helper makes",
        {
            "llm.py": """
            from openai import OpenAI
            def messages_of(rules, text):
                return [{"role": "system", "content": rules}, {"role": "user", "content": text}]
            def ask(text, rules):
                return OpenAI().chat.completions.create(messages=messages_of(rules, text))
            """,
            "app.py": f'from llm import ask\nask("{QUESTION}", "{TONE}")\n',
        },
        *BOTH,
    ),
    case(
        "an interface that no catalogue knows",
        {
            "llm.py": """
            import requests
            def ask(rules, text):
                body = {"messages": [{"role": "system", "content": rules}, {"role": "user", "content": text}]}
                return requests.post("http://localhost/v1", json=body)
            """,
            "app.py": f'from llm import ask\nask("{TONE}", "{QUESTION}")\n',
        },
        *BOTH,
    ),
    case(
        "what an object is made with",
        {
            "agent.py": """
            from openai import OpenAI
            class Agent:
                def __init__(self, name, rules=None):
                    self.name = name
                    self.rules = rules
                def run(self, text):
                    return OpenAI().chat.completions.create(
                        messages=[{"role": "system", "content": self.rules}, {"role": "user", "content": text}]
                    )
            class Child(Agent):
                def __init__(self, name):
                    super().__init__(name, "Speak as to a child.")
            class Sailor(Agent):
                rules = "Speak as a sailor does."
            """,
            "app.py": f'from agent import Agent\nAgent("one of many", rules="{TONE}").run("{QUESTION}")\n',
        },
        *BOTH,
        ("system", "Speak as to a child."),
        ("system", "Speak as a sailor does."),
    ),
    case(
        "a data class",
        {
            "agent.py": """
            from dataclasses import dataclass
            from openai import OpenAI
            @dataclass
            class Agent:
                name: str
                rules: str
                def run(self, text):
                    return OpenAI().chat.completions.create(
                        messages=[{"role": "system", "content": self.rules}, {"role": "user", "content": text}]
                    )
            """,
            "app.py": f'from agent import Agent\na = Agent("one of many", "{TONE}")\na.run("{QUESTION}")\n',
        },
        *BOTH,
    ),
    case(
        "a nested function",
        {
            "app.py": ASK
            + f"""
def run(rules):
    def inner(text):
        return ask(rules, text)
    return inner("{QUESTION}")
run("{TONE}")
"""
        },
        ("user", QUESTION),
    ),
    case(
        "not what goes elsewhere",
        {
            "llm.py": ASK
            + """
def log(message, level="info by default"):
    print(message)
class Store:
    def ask(self, system, question):
        return self.rows.get(system, question)
""",
            "app.py": f"""
            from llm import ask, log, Store
            def run(path):
                log("The run has begun at the harbour.")
                Store().ask("A key of two words", "Another key of words")
                ask("{TONE}", "{QUESTION}", model="the model of the year")
            """,
        },
        *BOTH,
    ),
    case(
        "a word that is all of a message",
        {"app.py": f'{ASK}\ndef run(text):\n    ask("Summarize.", text)\n    ask("Translate", "{QUESTION}")\n'},
        ("system", "Summarize."),
        ("system", "Translate"),
        ("user", QUESTION),
    ),
    case(
        "two functions of one name",
        {
            "llm.py": ASK,
            "other.py": "def ask(system, question):\n    return question\n",
            "app.py": f'from llm import ask\ndef run():\n    ask("{TONE}", "{QUESTION}")\n',
            "elsewhere.py": 'from other import ask\ndef run():\n    ask("The sea is wide.", "The sun is hot.")\n',
        },
        *BOTH,
    ),
    case(
        "a function that sends what the one around it is given",
        {
            "llm.py": """
            from openai import OpenAI
            client = OpenAI()
            def desk(system, question, note):
                def ask(state, note):
                    messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
                    messages.append({"role": "user", "content": note})
                    return client.chat.completions.create(model="gpt-5", messages=messages)
                return ask
            """,
            "app.py": f'from llm import desk\ndesk("{TONE}", "{QUESTION}", "The sea is wide, and nobody has asked.")\n',
        },
        *BOTH,
    ),
]


@pytest.mark.parametrize(("files", "expected"), CASES)
def test_what_callers_give_is_found(files: dict[str, str], expected: set[tuple[str, str]]) -> None:
    assert {pair for pair in found(files) if pair[1]} == expected


@pytest.mark.parametrize("order", list(itertools.permutations(range(3)))[1:])
def test_the_order_of_files_does_not_matter(order: tuple[int, ...]) -> None:
    files = {
        "a.py": "from b import second\ndef first(text):\n    return second(text)\nfirst('Name a tree by the sea.')\n",
        "b.py": "from c import ask\ndef second(text):\n    return ask('Be kind to everyone.', text)\n",
        "c.py": ASK,
    }
    names = list(files)
    assert read({names[at]: files[names[at]] for at in order}) == read(files)


def test_one_request_for_each_call_with_its_own_text() -> None:
    project = read(
        {
            "llm.py": ASK,
            "app.py": f"""
            from llm import ask
            def one(context):
                ask("{TONE}", f"Sum up: {{context}}")
            def two():
                ask(system="{TONE}", question="Tell a joke in a line.", model="gpt-4.1")
            def three(system, question):
                ask(system, question)
            """,
        }
    )
    shown = [
        (request.name, request.model, request.span.file, [prompt.role for prompt in request.prompts])
        for request in project.requests
    ]
    assert shown == [
        ("one", "gpt-4o", "app.py", ["system", "user"]),
        ("two", "gpt-4.1", "app.py", ["system", "user"]),
    ]
    first = project.requests[0].prompts[1].template
    assert isinstance(first[0], Text) and isinstance(first[1], Hole) and first[1].expression == "context"
    assert [prompt.span.file for prompt in project.requests[0].prompts] == ["app.py", "app.py"]


def test_the_text_of_the_wrapper_itself_is_one_prompt() -> None:
    project = read(
        {
            "app.py": """
            from openai import OpenAI
            def ask(question):
                return OpenAI().responses.create(model="gpt-4o", instructions="Be kind to all.", input=question)
            ask("Name a tree by the sea.")
            ask("Name a flower by the sea.")
            """
        }
    )
    assert len(project.requests) == 2
    assert len(project.prompts) == 3


@pytest.mark.parametrize(
    "files",
    [
        {"a.py": ASK + "def again(system, question):\n    return again(question, ask(question, system))\n"},
        {"a.py": ASK + "def one(a, b):\n    return two(b, a)\ndef two(a, b):\n    one(a, b)\n    return ask(a, b)\n"},
        {
            "a.py": "from b import one\ndef two(a):\n    return one(a)\n" + ASK,
            "b.py": "from a import two, ask\ndef one(a):\n    ask(a, a)\n    return two(a)\n",
        },
        {
            "a.py": ASK
            + "class A(A):\n    x: A\n    def m(self, q):\n        self.x.x.m(q)\n        ask(q, self.m(q))\n"
        },
        {
            "a.py": "class A(B):\n    pass\nclass B(A):\n    def go(self, q):\n        self.go(q)\n        ask(q, q)\n"
            + ASK
        },
    ],
    ids=["itself", "each other", "modules", "a class of itself", "bases in a circle"],
)
def test_circles_end(files: dict[str, str]) -> None:
    call = 'again = one = two = 1\ndef run(): ask("Speak as a sailor does.", "Sing a song of the sea.")\n'
    assert ("system", "Speak as a sailor does.") in found({**files, "z.py": "from a import ask\n" + call})


def test_hops_are_bounded() -> None:
    chain = "".join(f"def f{n}(text):\n    return f{n - 1}(text)\n" for n in range(1, 60))
    start = ASK + "def f0(text):\n    return ask('Be kind to everyone.', text)\n" + chain
    assert ("user", "Name a tree by the sea.") in found({"a.py": start + 'f2("Name a tree by the sea.")\n'})
    assert ("user", "Name a tree by the sea.") not in found({"a.py": start + 'f50("Name a tree by the sea.")\n'})


def test_many_calls_of_one_function() -> None:
    lines = [f'    ask("Be kind to everyone.", "Name tree number {n} of the list.")' for n in range(1_000)]
    files = {"llm.py": ASK, "app.py": "from llm import ask\ndef run():\n" + "\n".join(lines) + "\n"}
    project = within(20, lambda: read(files))
    assert len(project.prompts) == 2_000
    assert sum(len(request.prompts) > 1 for request in project.requests) == 1_000


def test_ways_without_end_make_few_requests() -> None:
    """Four levels, each function of which calls every one below: 4,096 ways from 16 calls."""
    level = ["def f1_0(text):\n    return ask('Be kind to everyone.', text)\n"]
    for high in range(2, 5):
        below = range(1 if high == 2 else 16)
        for number in range(16):
            calls = "".join(f"    f{high - 1}_{other}(text + ' and {other}')\n" for other in below)
            level.append(f"def f{high}_{number}(text):\n{calls}")
    begins = "".join(f"f4_{number}('Name a tree by the sea.')\n" for number in range(16))
    project = within(20, lambda: read({"a.py": ASK + "".join(level) + begins}))
    assert 16 < len(project.requests) <= 32 + 16 * 4 + 1


def state_of_hole(files: dict[str, str], expression: str) -> tuple[str, str]:
    """Volatility and origin of the one hole with this expression."""
    holes_found = {
        (hole.volatility.name.lower(), hole.origin)
        for prompt in read(files).prompts
        for hole in holes(prompt.template)
        if hole.expression == expression
    }
    assert len(holes_found) == 1, holes_found
    return holes_found.pop()


BUILDER = """
def zebra_prompt(zebra, question="none"):
    return f"You are a keeper of animals. Say what {zebra} needs. Then answer {question} in a line."
"""


@pytest.mark.parametrize(
    ("calls", "zebra"),
    [
        ("", ("unknown", "")),
        ('def run():\n    zebra_prompt("hay and water")\n', ("constant", "")),
        (
            'def run():\n    zebra_prompt("hay and water")\n    zebra_prompt(zebra="rest and shade")\n',
            ("deploy", "parameter"),
        ),
        ("import os\ndef run():\n    zebra_prompt(os.getenv('ZEBRA') + ' and hay')\n", ("deploy", "environment")),
        ("def run(question):\n    text = 'a few words: '\n    zebra_prompt(question)\n", ("request", "name")),
        (
            "from datetime import datetime\ndef run():\n    text = 'a few words'\n    zebra_prompt(datetime.now())\n",
            ("unique", "clock"),
        ),
        (
            'def run(thing):\n    zebra_prompt("hay and water")\n    zebra_prompt(thing)\n',
            ("unknown", ""),
        ),
        (
            'def run(thing):\n    return zebra_prompt(thing)\ndef go():\n    run("hay and water")\n',
            ("constant", ""),
        ),
        # A function that is not read calls it, too.
        (
            'def run():\n    zebra_prompt("hay and water")\ndef go(x):\n    y = x + 1\n    zebra_prompt(y)\n',
            ("unknown", ""),
        ),
    ],
    ids=["no call", "one text", "texts", "settings", "request", "clock", "unknown", "through a caller", "not read"],
)
def test_calls_say_how_often_a_parameter_changes(calls: str, zebra: tuple[str, str]) -> None:
    assert state_of_hole({"app.py": BUILDER + calls}, "zebra") == zebra


def test_a_plain_name_is_believed() -> None:
    """The calls in sight may be examples."""
    calls = 'def run():\n    zebra_prompt("hay", "How tall is it?")\n'
    assert state_of_hole({"app.py": BUILDER + calls}, "question") == ("request", "name")


def test_parameters_of_functions_that_call_each_other() -> None:
    calls = "def one(a):\n    zebra_prompt(a)\n    two(a)\ndef two(b):\n    text = 'a few words'\n    one(b)\n"
    assert state_of_hole({"app.py": BUILDER + calls}, "zebra") == ("unknown", "")


def test_who_gets_it_is_not_known_where_several_classes_could() -> None:
    files = {
        "base.py": """
class Model:
    def ask(self, prompt): ...
""",
        "one.py": """
from base import Model
import anthropic
class One(Model):
    def ask(self, prompt):
        messages = [{"role": "user", "content": prompt}]
        return anthropic.Anthropic().messages.create(model="claude-sonnet-4-5", messages=messages)
""",
        "two.py": """
from base import Model
from openai import OpenAI
class Two(Model):
    def ask(self, prompt):
        return OpenAI().chat.completions.create(model="gpt-5.2", messages=[{"role": "user", "content": prompt}])
""",
        "app.py": """
from base import Model
def run(model: Model):
    return model.ask("Name three trees that grow by a river.")
""",
    }
    project = read(files)
    told = [each for each in project.requests if each.span.file == "app.py" and each.api]
    assert [(each.provider, each.model, each.complete) for each in told] == [("", "", False)]


def test_attributes_of_the_class_whose_object_is_called() -> None:
    code = """
    from openai import OpenAI
    class Base:
        model = "gpt-4o"
        system = "You know much."
        def __init__(self):
            self.client = OpenAI()
        def _llm(self, prompt):
            return self.client.chat.completions.create(
                model=self.model,
                messages=[{"role": "system", "content": self.system}, {"role": "user", "content": prompt}],
            )
        def ask(self, question):
            return self._llm("Please say: " + question)
    class Poet(Base):
        model = "gpt-4.1"
        system = "You are a poet."
        def write(self):
            return self._llm("Write a short poem.")
    def main():
        poet = Poet()
        poet.ask("Name ten birds.")
        Base().ask("Name ten fish.")
    """
    found = [each for each in read({"app.py": textwrap.dedent(code)}).requests if each.api]
    assert [(each.model, [text.value for p in each.prompts for text in texts(p.template)]) for each in found] == [
        ("gpt-4.1", ["You are a poet.", "Write a short poem."]),
        ("gpt-4.1", ["You are a poet.", "Please say: ", "Name ten birds."]),
        ("gpt-4o", ["You know much.", "Please say: ", "Name ten fish."]),
    ]


def test_functions_that_all_call_each_other_end_in_time() -> None:
    names = [f"ask{number}" for number in range(16)]
    code = "from openai import OpenAI\nclient = OpenAI()\n"
    for name in names:
        code += f"def {name}(prompt, to):\n"
        code += "".join(f"    if to == '{other}': return {other}('Say so: ' + prompt, to)\n" for other in names)
        code += '    client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": prompt}])\n'
    code += "def main(to):\n    ask0('Tell me a long story.', to)\n"
    project = within(20, lambda: read({"app.py": code}))
    assert any(each.name == "main" for each in project.requests)


def test_a_common_name_leads_to_a_model_only_by_way_of_an_agent() -> None:
    session = """
    from agents import Agent
    from neo4j import driver
    class Store:
        async def query(self, text):
            async with driver.session() as session:
                return await session.run(text)
        async def edges(self):
            return await self.query("MATCH (a)-[r]->(b) WHERE a.id = 1 RETURN a, r, b")
    """
    assert not found({"app.py": textwrap.dedent(session)})


def test_a_message_for_which_nothing_is_given_is_not_sent() -> None:
    code = """
    from openai import OpenAI
    def ask(system, question=None):
        messages = [{"role": "system", "content": system}]
        if question:
            messages.append({"role": "user", "content": question})
        return OpenAI().chat.completions.create(model="gpt-5.2", messages=messages)
    def begin():
        return ask("You begin a story about a lighthouse.")
    """
    told = [each for each in read({"app.py": textwrap.dedent(code)}).requests if each.api]
    assert [[prompt.role for prompt in each.prompts] for each in told] == [["system"]]


def test_a_message_with_an_empty_text_is_sent() -> None:
    # It was not told, so that what stands behind it seemed to come first.
    code = """
    from openai import OpenAI
    def ask(question, system="", last="Go on."):
        said = [{"role": "system", "content": system}, {"role": "user", "content": question}]
        said.append({"role": "assistant", "content": last})
        return OpenAI().chat.completions.create(model="gpt-5.2", messages=said)
    def begin():
        return ask("Begin a story about a lighthouse.", last="")
    def tell():
        return ask("Tell a story about a lighthouse.", "Be kind.")
    """
    told = [each for each in read({"app.py": textwrap.dedent(code)}).requests if each.api]
    assert [[prompt.role for prompt in each.prompts] for each in told] == [["system", "user", "assistant"]] * 2
    assert [[bool(prompt.template) for prompt in each.prompts] for each in told] == [[False, True, False], [True] * 3]
    assert all(each.complete for each in told)


def test_a_method_that_only_some_objects_have_makes_no_request_certain() -> None:
    code = """
    from openai import OpenAI
    client = OpenAI()
    class Strategy:
        def score(self, text): ...
    class Counting(Strategy):
        def score(self, text): return len(text)
    class Asking(Strategy):
        def score(self, text): return self.expand(text)
        def expand(self, text):
            return client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": text}])
    class Crawler:
        def __init__(self, strategy: Strategy):
            self.strategy = strategy
        def run(self, text):
            if hasattr(self.strategy, "expand"):
                self.strategy.expand("Say in other words: " + text)
    """
    project = read({"app.py": code})
    assert [each.name for each in project.requests if each.api] == []
    # What is given is a prompt nevertheless.
    assert len(project.prompts) == 1


def test_a_wrapper_that_the_arguments_of_a_call_pass_by() -> None:
    code = """
    from openai import OpenAI
    client = OpenAI()
    def ask(prompt):
        return client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": prompt}])
    def schema(html, example=None):
        if not example:
            example = ask("Make an example of this: " + html)
        return ask("Make a schema of this: " + html)
    def with_example():
        schema("<p>One and two</p>", example="{}")
    def without():
        schema("<p>Three and four</p>")
    """
    project = read({"app.py": code})
    names = [each.name for each in project.requests if each.api]
    assert (names.count("with_example"), names.count("without")) == (1, 2)


HISTORY = """
from openai import OpenAI
client = OpenAI()
def start():
    return [{"role": "system", "content": "You know plants."}]
def send(messages):
    messages.append({"role": "user", "content": "Name the next plant."})
    answer = client.chat.completions.create(model="gpt-5", messages=messages)
    messages.append({"role": "assistant", "content": answer})
def step(messages):
    send(messages)
"""


@pytest.mark.parametrize(
    ("code", "complete"),
    [
        # Each turn sends what those before it have added.
        ("messages = start()\n    while True:\n        send(messages)", [False]),
        ("messages = start()\n    for _ in range(3):\n        step(messages)", [False]),
        ("messages = start()\n    send(messages)\n    send(messages)", [True, False]),
        ("messages = start()\n    step(messages)\n    send(messages)", [True, False]),
        ("while True:\n        messages = start()\n        send(messages)", [True]),
        ("messages = start()\n    if first:\n        send(messages)\n    else:\n        step(messages)", [True, True]),
        ("messages = start()\n    if first:\n        return send(messages)\n    send(messages)", [True, True]),
    ],
)
def test_a_list_that_is_kept_over_calls_holds_what_they_have_added(code: str, complete: list[bool]) -> None:
    project = read({"app.py": f"{HISTORY}\ndef main(first):\n    {code}\n"})
    found = [each for each in project.requests if each.api]
    assert [each.complete for each in found if each.name == "main"] == complete
    assert all(each.slot == "messages" for request in found for each in request.unresolved)


def test_a_common_method_makes_an_agent_only_of_what_is_known_to_be_one() -> None:
    program = """
    from agent_framework import Agent, WorkflowBuilder
    from agent_framework.orchestrations import SequentialBuilder

    async def main(client):
        team = SequentialBuilder(participants=[Agent(client=client, instructions="Sort letters.")]).build()
        await team.run("Sort the letters of this week.")
        plain = WorkflowBuilder(start_executor=upper).build()
        await plain.run("some text for a function")
    """
    assert found({"app.py": program}) == {("system", "Sort letters."), ("user", "Sort the letters of this week.")}


def test_functions_that_put_each_other_into_their_texts_end_in_time() -> None:
    def program(number: int) -> dict[str, str]:
        names = range(number)
        text = "".join(
            f"def p{each}(x):\n    prompt = 'You are helper {each}. Answer in a word. '"
            + "".join(f" + p{other}(x)" for other in names if other != each)
            + "\n    return prompt\n"
            for each in names
        )
        return {"a.py": text}

    assert within(3, lambda: read(program(14))).prompts
    assert within(6, lambda: read(program(28))).prompts


def test_what_a_program_answers_itself_is_kept_and_no_prompt() -> None:
    program = """
    REFUSAL = "The house on the hill takes no letters today."

    def keep(history, user_msg, assistant_msg):
        history.append({{"role": "user", "content": user_msg}})
        history.append({{"role": "assistant", "content": assistant_msg}})

    def refuse(history, question):
        keep(history, {0}, REFUSAL)
    """
    given = {each: found({"a.py": program.format(each)}) for each in ("question", '"Who has lost the letter?"')}
    refusal = "The house on the hill takes no letters today."
    assert all(refusal not in text for _, text in given["question"])
    assert any(refusal in text for _, text in given['"Who has lost the letter?"'])
