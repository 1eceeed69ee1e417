"""What a call means: a method that only has the name of a known one, methods asked for by name, classes handed on."""

from __future__ import annotations

import textwrap

import pytest
from requested import requests_of as every_request
from test_requests import parts, requests_of
from timing import within

from promptlint.extract.python import facts
from promptlint.link import link
from promptlint.source import Source

RUNNER = """
    class Runner:
        def __init__(self, context, address):
            self.context = context
            self.address = address
        def run(self, question, history):
            return self.context.llm.CALL
"""


@pytest.mark.parametrize("call", ["invoke", "ainvoke", "stream", "astream"])
def test_what_is_given_more_than_a_method_takes_is_not_that_method(call: str) -> None:
    two = RUNNER.replace("CALL", f'{call}(f"Answer in one line: {{question}}", history)')
    assert [parts(each) for each in requests_of(two)] == [[("user", "Answer in one line: {question}")]]
    assert requests_of(RUNNER.replace("CALL", f'{call}(f"Answer in one line: {{question}}", history, [])')) == []


DESK = """
    class Desk:
        def __init__(self, session):
            self.session = session
        def stream(self, FIRST: str, history: list):
            return self.session.post(FIRST, {"history": history})
"""
CONTEXT = """
    from dataclasses import dataclass
    from desk import Desk

    @dataclass
    class Services:
        llm: Desk

    class Context:
        def __init__(self):
            self.services: Services | None = None
        @property
        def ready(self) -> Services:
            assert self.services is not None
            return self.services
"""
APP = """
    from context import Context

    def run(context: Context, first: str, history):
        return context.ready.llm.stream(first, history)
"""


@pytest.mark.parametrize(("first", "sent"), [("address", []), ("prompt", ["{first}"]), ("question", ["{first}"])])
def test_a_method_of_the_project_says_what_it_takes(first: str, sent: list[str]) -> None:
    found = every_request(APP, desk=DESK.replace("FIRST", first), context=CONTEXT)
    assert [[text for _, text in parts(each)] for each in found] == [sent]
    assert "messages" in {each.slot for each in found[0].unresolved}


CLOUD = """
    import httpx

    def cleaned(messages):
        return [each for each in messages if each.get("content")]

    class Base:
        async def complete_chat(self, messages, model, **more):
            raise NotImplementedError
        async def healthy(self):
            return await self.complete_chat(messages=[{"role": "user", "content": "Hello"}], model="test")

    class Cloud(Base):
        async def complete_chat(self, messages, model, **more):
            messages = cleaned(messages)
            async with httpx.AsyncClient() as client:
                payload = {"model": model, "messages": messages}
                return await client.post("https://api.deepseek.com/chat/completions", json=payload)
"""
MANAGER = """
    class Manager:
        def chat(self, messages, task):
            return self.call("complete_chat", task, {"messages": messages})
        def call(self, method, task, given):
            provider = self.registry[task]
            return CALLED
"""


@pytest.mark.parametrize(
    ("called", "model"),
    [
        ("None", "test"),
        ('getattr(provider, "healthy")()', "test"),
        ('getattr(provider, "complete_chat")(**given)', ""),
        ("getattr(provider, method)(**given)", ""),
        ("retried(provider.complete_chat, given)", ""),
        ("retried(task, given, call=provider.complete_chat)", ""),
    ],
)
def test_what_is_called_with_anything_has_no_known_model(called: str, model: str) -> None:
    found = every_request(MANAGER.replace("CALLED", called), cloud=CLOUD)
    assert [(each.provider, each.model) for each in found if each.api == "chat"] == [("deepseek", model)]


ENGINE = """
    import anthropic

    class Engine:
        def __init__(self, key: str = "", model: str = "claude-haiku-4-5", limit: int = 5):
            self._client = anthropic.Anthropic(api_key=key)
            self._model = model
        def read(self, page):
            text = f"Write down all the words on this page: {page}"
            return self._client.messages.create(
                model=self._model, max_tokens=100, messages=[{"role": "user", "content": text}]
            )

    class Reader:
        def __init__(self, engine: Engine):
            self._engine = engine
        def all(self, pages):
            return [self._engine.read(page) for page in pages]
"""


@pytest.mark.parametrize(
    ("made", "model"),
    [
        ('providers.Singleton(Engine, key=KEY, model="claude-sonnet-4-6")', "claude-sonnet-4-6"),
        ('functools.partial(Engine, model="claude-sonnet-4-6")', "claude-sonnet-4-6"),
        ("providers.Factory(Engine, key=KEY)", "claude-haiku-4-5"),
        # What else is given to it, is not known.
        ("registry.add(Engine, key=KEY)", ""),
        # These are no arguments of its constructor.
        ("registry.add(Engine, scope=KEY)", "claude-haiku-4-5"),
    ],
)
def test_a_class_that_is_handed_on_is_made_with_what_follows(made: str, model: str) -> None:
    app = f"""
    import functools
    from dependency_injector import providers
    from engine import Engine, Reader

    engine = {made}
    reader = providers.Singleton(Reader, engine=engine)
    """
    assert [each.model for each in every_request(app, engine=ENGINE)] == [model]


ASK = """
    from openai import OpenAI

    client = OpenAI()

    def ask(text, model=None):
        name = model or "gpt-4o-mini"
        said = [{"role": "user", "content": f"Sum this up: {text}"}]
        return client.chat.completions.create(model=name, messages=said)

    class Writer:
        def __init__(self, model=None):
            self.model = model or "gpt-4o-mini"
        def write(self, text):
            said = [{"role": "user", "content": f"Sum this up: {text}"}]
            return client.chat.completions.create(model=self.model, messages=said)

    class Helper:
        def __init__(self, model=None):
            self.llm = ChatOpenAI(model=model or "gpt-4o-mini")
        def write(self, text):
            return self.llm.invoke(f"Sum this up: {text}")
"""


@pytest.mark.parametrize("call", ["ask(NEWS, GIVEN)", "Writer(GIVEN).write(NEWS)", "Helper(GIVEN).write(NEWS)"])
@pytest.mark.parametrize(
    ("given", "model"),
    [
        ("", "gpt-4o-mini"),
        ("model=None", "gpt-4o-mini"),
        ("model=args.model", ""),
        ("model=str(args.model or '').strip()", ""),
    ],
)
def test_a_model_that_is_given_may_be_another_than_the_usual_one(call: str, given: str, model: str) -> None:
    told = call.replace("NEWS", '"the news of the day, all of them"').replace("GIVEN", given)
    app = f"{ASK}\n    def main(args):\n        return {told}\n"
    found = requests_of("from langchain_openai import ChatOpenAI\n", app)
    assert {each.model for each in found if each.name == "main"} == {model}


@pytest.mark.parametrize(
    ("makers", "provider"),
    [
        ("{'own': anthropic.AsyncAnthropic}", "anthropic"),
        ("{'own': anthropic.AsyncAnthropic, 'cloud': anthropic.AsyncAnthropicBedrock}", ""),
        ("[AnthropicVertex]", ""),
    ],
)
def test_a_project_that_names_a_client_for_somebody_else_may_ask_there(makers: str, provider: str) -> None:
    clients = f"""
    import anthropic
    from anthropic import AnthropicVertex

    MAKERS = {makers}
    """
    app = """
    async def ask(client, model, text):
        said = [{"role": "user", "content": f"Sum this up: {text}"}]
        return await client.messages.create(model=model, messages=said)
    """
    found = requests_of(app=app, clients=clients)
    assert [each.provider for each in found] == [provider]
    assert ("provider" in {each.slot for each in found[0].unresolved}) == (provider == "")


def test_names_that_are_asked_for_through_many_functions_are_looked_for_once() -> None:
    asks = "client.chat.completions.create(model=model, messages=[{'role': 'user', 'content': question}])"
    code = f"class Desk:\n    def ask(self, question, model='gpt-4o'):\n        return {asks}\n"
    code += "def named(name):\n    return getattr(client, name)\n"
    for above, below in (("one", "named"), ("two", "one"), ("three", "two"), ("four", "three")):
        code += f"def {above}(name):\n" + f"    {below}(name)\n" * 60
    code += "Desk().ask('Sort the letters.', model='gpt-5')\n"
    # It was half a minute.
    assert [each.model for each in within(6, lambda: requests_of(code))] == ["gpt-5"]


HANDED = """
    import asyncio
    import functools
    import threading
    from concurrent.futures import ThreadPoolExecutor
    from openai import OpenAI

    client = OpenAI()

    def ask(rules, question, model="gpt-4.1"):
        said = [{"role": "system", "content": rules}, {"role": "user", "content": question}]
        return client.chat.completions.create(model=model, messages=said)

    class Desk:
        def ask(self, rules, question, model="gpt-4.1"):
            return ask(rules, question, model)
        def work(self, letter):
            return threading.Thread(target=self.ask, args=("Sort by town.", letter))

    def main(letter, pool, loop, options):
        return CALL
"""


@pytest.mark.parametrize(
    ("call", "model"),
    [
        ('pool.submit(ask, "Sort by date.", letter)', "gpt-4.1"),
        ('pool.submit(ask, "Sort by date.", letter, model="gpt-5")', "gpt-5"),
        ('pool.submit(ask, "Sort by date.", letter, **options)', ""),
        ('asyncio.to_thread(ask, "Sort by date.", letter)', "gpt-4.1"),
        ('loop.run_in_executor(None, ask, "Sort by date.", letter)', "gpt-4.1"),
        ('asyncio.get_running_loop().run_in_executor(None, ask, "Sort by date.", letter)', "gpt-4.1"),
        ('loop.run_in_executor(None, functools.partial(ask, "Sort by date."), letter)', "gpt-4.1"),
        ('loop.run_in_executor(None, functools.partial(ask, "Sort by date.", question=letter))', "gpt-4.1"),
        ('pool.map(functools.partial(ask, "Sort by date."), [letter])', "gpt-4.1"),
        ('pool.map(functools.partial(ask, "Sort by date.", **options), [letter])', ""),
        # What this gives to it besides is not known.
        ('other(ask, "Sort by date.", letter) or pool.to_thread(ask, "Sort by date.", letter)', ""),
        ('threading.Thread(target=ask, args=("Sort by date.", letter), daemon=True).start()', "gpt-4.1"),
        ('Process(target=ask, args=["Sort by date."], kwargs={"question": letter, "model": "gpt-5"})', "gpt-5"),
        ('pool.apply_async(ask, args=("Sort by date.",), kwds={"question": letter, "model": "gpt-5"})', "gpt-5"),
        ('threading.Timer(5, ask, kwargs=dict(rules="Sort by date.", question=letter))', "gpt-4.1"),
        ('timed(5, ask, args=("Sort by date.", letter))', "gpt-4.1"),
    ],
)
def test_a_function_is_called_with_what_is_handed_on_with_it(call: str, model: str) -> None:
    found = [each for each in requests_of(HANDED.replace("CALL", call)) if each.name == "main"]
    assert [(each.model, parts(each)[0]) for each in found] == [(model, ("system", "Sort by date."))]


def test_a_method_is_called_with_what_is_handed_on_with_it() -> None:
    found = [each for each in requests_of(HANDED.replace("CALL", "letter")) if each.name == "Desk.work"]
    assert [(each.model, parts(each)) for each in found] == [
        ("gpt-4.1", [("system", "Sort by town."), ("user", "{letter}")])
    ]


@pytest.mark.parametrize(
    "call",
    [
        # These give the function something before that.
        'letters["text"].apply(ask, args=("Sort by date.", letter))',
        'minimize(ask, letter, args=("Sort by date.",))',
        'threading.Thread(target=ask, args=given("Sort by date."))',
    ],
)
def test_what_is_given_with_a_function_that_is_given_more_is_not_all(call: str) -> None:
    assert [each for each in requests_of(HANDED.replace("CALL", call)) if each.name == "main"] == []


@pytest.mark.parametrize(
    "call",
    [
        "Pool(2).apply_async(ask, ('Be kind to all.', text))",
        "Pool(2).apply(ask, ['Be kind to all.'], {'text': text})",
        "Timer(5, ask, ['Be kind to all.', text]).start()",
        "retry(ask, 3, 'Be kind to all.', text)",
        "retry(ask, 3, rules='Be kind to all.', text=text)",
        "retry(fn=ask, tries=3)",
        "kept(ask, 'Be kind to all.', text)",
    ],
)
def test_a_function_that_is_handed_on_with_a_list_of_arguments_is_called_with_these(call: str) -> None:
    files = {
        "app/again.py": """
            def retry(fn, tries, *args, **kwargs):
                for _ in range(tries):
                    return fn(*args, **kwargs)
            def kept(fn, *names): return [name.title() for name in names]
        """,
        "app/main.py": f"""
            from multiprocessing import Pool
            from threading import Timer
            from openai import OpenAI
            from app.again import kept, retry

            def ask(rules, text):
                said = [{{"role": "system", "content": rules}}, {{"role": "user", "content": text}}]
                return OpenAI().chat.completions.create(model="gpt-5", messages=said)

            def main(text): {call}
        """,
    }
    found = link([facts(Source(name, textwrap.dedent(text))) for name, text in files.items()]).requests
    told = [("system", "Be kind to all."), ("user", "{text}")]
    assert [parts(each) for each in found] == ([] if "kept" in call or "fn=" in call else [told])
    assert all(each.complete for each in found)


@pytest.mark.parametrize(
    ("function", "given", "told"),
    [
        ("def short(answer, most): return len(answer) < most", "short, 'Was the clerk kind?', 20", []),
        (
            "def more(text): return asked([{'role': 'user', 'content': text}])",
            "more, 'Was the clerk kind?', 'Name one more clerk.'",
            [[("user", "Name one more clerk.")]],
        ),
    ],
)
def test_what_is_given_with_a_function_is_sent_by_the_one_that_it_is_given_to(
    function: str, given: str, told: list[list[tuple[str, str]]]
) -> None:
    code = f"""
        from openai import OpenAI
        def asked(said): return OpenAI().chat.completions.create(model="gpt-5", messages=said)
        {function}
        def checked(call, prompt, *rest):
            asked([{{"role": "user", "content": prompt}}])
            return call(*rest)
        def main(): checked({given})
    """
    found = [parts(each) for each in requests_of(textwrap.dedent(code)) if each.name == "main"]
    assert sorted(found) == sorted([*told, [("user", "Was the clerk kind?")]])


@pytest.mark.parametrize(
    ("parameters", "body", "known"),
    [
        ("*args", "return call(*args)", True),
        ("*args, **more", "return call(*args, **more)", True),
        ("*args", "return pool.submit(call, *args).result()", True),
        ("*args", "return loop.run_in_executor(None, call, *args)", True),
        ("*args", "return loop.run_in_executor(None, functools.partial(call, *args))", True),
        ("*args", "return functools.partial(call, *args)", False),
        ("*args", "return call('Be brief.', *args)", False),
        ("*args", "return call(OpenAI(), *args)", False),
        ("*args", "return call(*args[1:])", False),
        ("*args", "return call(*args, tone=3)", False),
        ("*args, **more", "return call(*args)", False),
        ("*args, **more", "more['text'] = 'Be brief.'; return call(*args, **more)", False),
        ("*args", "print('called', call, *args)", False),
        ("*args", "logging.info('%s %s', call, *args)", False),
        ("*args", "args = ['Be brief.']; return call(*args)", False),
        ("*args", "call = calls[0]; return call(*args)", False),
        ("*args", "def inner(*args): return call(*args)\n            return inner", False),
    ],
)
def test_a_function_is_called_with_what_is_given_behind_it_where_that_alone_is_handed_on(
    parameters: str, body: str, known: bool
) -> None:
    code = f"""
        from openai import OpenAI
        def ask(rules, text):
            said = [{{"role": "system", "content": rules}}, {{"role": "user", "content": text}}]
            return OpenAI().chat.completions.create(model="gpt-5", messages=said)
        def timed(call, {parameters}):
            {body}
        def main(text): timed(ask, "Be kind to all.", text)
    """
    told = [("system", "Be kind to all."), ("user", "{text}")]
    found = [parts(each) for each in requests_of(textwrap.dedent(code)) if each.name == "main"]
    assert found == ([told] if known else [])


NAMESAKE = """
class Llm:
    def run(self, messages):
        messages[0]["content"] += self.hint
        return self.through(messages)

class Helper:
    def __init__(self, desk{typed}):
        self.desk = desk

    def ask(self, text):
        return self.desk{held}.run([{{"role": "system", "content": "Be kind."}}, {{"role": "user", "content": text}}])
"""


@pytest.mark.parametrize(
    ("typed", "held", "opened"), [("", ".llm", True), ("", ".agent", False), ("", ".lm", False), (": Agent", "", False)]
)
def test_the_namesake_of_an_attribute_may_be_the_class_whose_method_is_called(
    typed: str, held: str, opened: bool
) -> None:
    found = requests_of(f"from agents import Agent\n{NAMESAKE.format(typed=typed, held=held)}")
    assert any(why.expression == "run(...)" for each in found for why in each.unresolved) is opened


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("return 'A canned answer.'", []),
        ("return self.client.chat.completions.create(model=model, messages=messages)", [("openai", [])]),
        ("self.kept.append(messages)", [("", ["provider", "messages"])]),
    ],
)
def test_an_object_that_stands_for_its_own_client_has_its_own_methods(
    body: str, told: list[tuple[str, list[str]]]
) -> None:
    code = f"""
from openai import OpenAI

class Desk:
    def __init__(self):
        self.chat = self
        self.completions = self
        self.client, self.kept = OpenAI(), []

    def create(self, model, messages):
        {body}

    def ask(self, text):
        said = [{{"role": "user", "content": "Sort the letters. " + text}}]
        return self.chat.completions.create(model="gpt-4o", messages=said)
"""
    found = requests_of(code)
    assert [(each.provider, [why.slot for why in each.unresolved]) for each in found] == told
    assert all(parts(each) == [("user", "Sort the letters. {text}")] for each in found)


READ = [("system", "You read plans."), ("user", "{question}")]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("[('system', 'You read plans.'), ('human', question)]", READ),
        ("[{'role': 'system', 'content': 'You read plans.'}]", READ[:1]),
        ("[SystemMessage('You read plans.'), HumanMessage(question)]", READ),
        # What is not said by anybody may be an argument of any function.
        ("[('reader', 'You read plans.'), ('plan', question)]", []),
        ("['You read plans.', question]", []),
        ("{'plan': 'You read plans.'}", []),
    ],
)
def test_what_is_given_messages_is_a_model(given: str, sent: list[tuple[str, str]]) -> None:
    found = requests_of(f"""
        from langchain_core.messages import HumanMessage, SystemMessage

        def ask(self, thing, question):
            return thing.invoke({given})
    """)
    assert [part for each in found for part in parts(each)] == sent
    assert all(each.model == "" for each in found)


def test_the_groups_of_a_client_are_no_classes_of_the_project() -> None:
    code = """
import anthropic

class Messages:
    def create(self, text):
        self.rows.append(text)

client = anthropic.Anthropic()
client.messages.create(model="claude-sonnet-4-5", messages=[{"role": "user", "content": "Sort the plans."}])
"""
    (request,) = requests_of(code)
    assert (request.provider, request.complete) == ("anthropic", True)


EITHER_CLASS = """
    from openai import OpenAI
    client = OpenAI()
    class Desk:
        def __init__(self, tone=None):
            self.tone = tone
        def ask(self, question):
            said = []
            if not self.tone:
                said.append({"role": "system", "content": "Be kind."})
            said.append({"role": "user", "content": question})
            return self.send(said)
        def send(self, said):
            return client.chat.completions.create(model="gpt-5", messages=said)
    class Other:
        def __init__(self, tone=None):
            self.tone = tone
        def ask(self, question, brief=False):
            said = [{"role": "system", "content": "Be brief."}] if self.tone else []
            if self.tone:
                said.append({"role": "user", "content": question})
            return self.send(said)
        def send(self, said):
            return client.chat.completions.create(model="gpt-5-mini", messages=said)
    def run(flag):
        if flag:
            desk = FIRST
        else:
            desk = SECOND
        return desk.ask("Which plant is it?")
"""


@pytest.mark.parametrize(("first", "second"), [("Desk()", "Other('x')"), ("Other('x')", "Desk()")])
def test_of_an_object_of_one_of_two_classes_only_what_the_caller_gives_is_told(first: str, second: str) -> None:
    found = requests_of(EITHER_CLASS.replace("FIRST", first).replace("SECOND", second))
    told = [each for each in found if each.name == "run"]
    assert [parts(each) for each in told] == [[("user", "Which plant is it?")]]
    assert [prompt.when for each in told for prompt in each.prompts] == [()]
    assert [gap.slot for gap in told[0].unresolved] == ["provider", "model", "tools", "messages"]


def test_which_of_some_names_something_is_is_told_with_the_request() -> None:
    source = """
        def low(messages):
            return client.chat.completions.create(model="gpt-5.2", messages=messages)

        def told(text, letter):
            return [{"role": "system", "content": text}, {"role": "user", "content": letter}]

        def mid(provider, letter):
            name = normal(provider)
            if name == "north":
                return low(told("You sort letters of the north.", letter))
            if letter:
                return low(told("You sort letters of the south.", letter))
            return other(letter)

        def main():
            mid("west", "Sort the letters of the week.")
    """
    found = {parts(each)[0][1]: each.conditions for each in every_request(source)}
    assert found == {
        "You sort letters of the north.": ('name == "north"',),
        "You sort letters of the south.": (),
    }
