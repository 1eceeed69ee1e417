"""What requests hold and who gets them, where the code says it elsewhere: by another name, below, in other calls."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from requested import START, parts, requests_of

from promptlint.config import Configuration
from promptlint.engine import run
from promptlint.extract.python import facts
from promptlint.files import discover
from promptlint.link import link
from promptlint.source import Source
from promptlint.template import texts

CHAIN = """
from litellm import completion

class Base:
    def run_tests(self, llm="gpt-4o-mini"):
        return self.instantiate("a", llm)

class Chain(Base):
    def instantiate(self, op, llm):
        return self.llm(op, llm)

    def llm(self, op, llm):
        return completion(model=llm, messages=[{"role": "system", "content": "Chain them."}])

TABLE = {"chain": Chain()}
"""


@pytest.mark.parametrize(
    ("call", "model"),
    [
        ("", "gpt-4o-mini"),
        ("def main(op, model):\n    TABLE[op].instantiate(op, model)", ""),
        ("def main(op, each, model):\n    each.instantiate(op, llm=model)", ""),
        # None of these can be a call of that method, or gives it a model.
        ("def main(op, each, model):\n    each.instantiate(op, model, op)", "gpt-4o-mini"),
        ("def main(op, each, model):\n    each.instantiate(op, models=model)", "gpt-4o-mini"),
        ("def main(op, each, model):\n    each.instantiate(llm=model)", "gpt-4o-mini"),
    ],
)
def test_a_default_further_out_is_no_model_where_others_may_give_one(call: str, model: str) -> None:
    (found,) = requests_of(CHAIN + call)
    assert (found.model, found.whole) == (model, bool(model))


RULE = '"Always use bun and never npm."'
ABOUT = """
class Base:
    {}

class Vite(Base):
    {}

def send(p: Base):
    client.chat.completions.create(model="gpt-5.2", messages=[{{"role": "system", "content": f"Rules: {{{}}}."}}])
"""


@pytest.mark.parametrize(
    ("above", "below", "read", "complete"),
    [
        ('rule: str = ""', f"rule = {RULE}", "p.rule", False),
        (f"rule = {RULE}", "pass", "p.rule", False),
        (f"def __init__(self, rule={RULE}):\n        self.rule = rule", "pass", "p.rule", False),
        ('def rule(self) -> str:\n        return ""', f"def rule(self):\n        return {RULE}", "p.rule()", False),
        ("@property\n    def rule(self): ...", f"@property\n    def rule(self): return {RULE}", "p.rule", False),
        ('rule: str = ""', 'rule = "vite"', "p.rule", True),
        ('rule: str = ""', f"other = {RULE}", "p.rule", True),
    ],
)
def test_the_text_of_a_class_below_is_missing_within_another_one(
    above: str, below: str, read: str, complete: bool
) -> None:
    (found,) = requests_of(ABOUT.format(above, below, read))
    assert found.complete is complete
    assert parts(found) == [("system", f"Rules: {{{read}}}.")]


def test_an_attribute_that_is_set_to_what_another_one_holds_has_that_text_once() -> None:
    (found,) = requests_of('''
        class Desk:
            def __init__(self, mode):
                self.default = make(mode)
                self.prompt = self.default

            def reset(self):
                self.prompt = self.default

            def update(self, rules):
                self.prompt = f"{self.default} Mind these rules: {rules}"

            def ask(self):
                return client.chat.completions.create(
                    model="gpt-5.2", messages=[{"role": "system", "content": self.prompt}]
                )

        def make(mode):
            return f"Sort the letters, mode {mode}."
    ''')
    assert parts(found) == [("system", "Sort the letters, mode {mode}. Mind these rules: {rules}|")]


BEDROCK = """
import boto3, json
bedrock = boto3.client("bedrock-runtime")
RULES = {{"system": "Sort the letters.", "messages": [{{"role": "user", "content": "By street."}}]}}

def sort(letter):
    body = {}
    return bedrock.invoke_model(modelId="{}", body={})
"""
CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
MESSAGES = '{"system": "Sort the letters.", "messages": [{"role": "user", "content": "By street."}]}'


@pytest.mark.parametrize(
    ("body", "model", "given", "sent"),
    [
        (MESSAGES, CLAUDE, "json.dumps(body)", [("system", "Sort the letters."), ("user", "By street.")]),
        ("None", CLAUDE, f"json.dumps({MESSAGES})", [("system", "Sort the letters."), ("user", "By street.")]),
        ("json.dumps(RULES)", CLAUDE, "body", [("system", "Sort the letters."), ("user", "By street.")]),
        ("None", "amazon.titan-text", "json.dumps({'inputText': 'Sort: ' + letter})", [("user", "Sort: {letter}")]),
        ("None", "amazon.titan-embed-text-v2", "json.dumps({'inputText': 'A letter: ' + letter})", None),
        ("None", "x", "json.dumps({'inputText': letter})", None),
        ("None", "x", "json.dumps({'inputText': 'Sort: ' + letter})", [("user", "Sort: {letter}")]),
        # What only models are given that make vectors.
        ("None", "x", "json.dumps({'inputText': 'Sort: ' + letter, 'dimensions': 256})", None),
        ("{'inputText': 'Sort: ' + letter, 'normalize': True}", "x", "json.dumps(body)", None),
        ("None", "x", "json.dumps(dict(inputText='Sort: ' + letter, embeddingConfig=CONFIG))", None),
    ],
)
def test_a_body_that_is_written_as_json_is_sent(
    body: str, model: str, given: str, sent: list[tuple[str, str]] | None
) -> None:
    found = requests_of(BEDROCK.format(body, model, given))
    assert [(each.provider, each.model, parts(each)) for each in found] == ([("bedrock", model, sent)] if sent else [])


POST = """
import httpx, json, requests
OPENAI = "https://api.openai.com/v1/chat/completions"

class Desk:
    def __init__(self, url, base):
        self.url, self.base = url, base
        self.http = httpx.Client()

    def ask(self, letter):
        payload = {{"model": "gpt-4o", "messages": [{{"role": "system", "content": "Sort: " + letter}}]}}
        other = {{"messages": [{{"role": "system", "content": "Sort: " + letter}}]}}
        return {}
"""


@pytest.mark.parametrize(
    ("call", "provider", "model"),
    [
        ('requests.post("https://api.openai.com/v1/chat/completions", json=payload)', "openai", "gpt-4o"),
        ('requests.post(url="https://openrouter.ai/api/v1/chat/completions", json=payload)', "openrouter", "gpt-4o"),
        ("httpx.post(OPENAI, data=json.dumps(payload))", "openai", "gpt-4o"),
        ('self.http.post(f"{self.base}/chat/completions", json=payload)', "", "gpt-4o"),
        ("self.http.post(self.url, json=payload)", "", "gpt-4o"),
        ("httpx.post(OPENAI, json=other)", "openai", ""),
        # Neither the address nor the name of a model says that a model is asked.
        ("self.http.post(self.url, json=other)", None, ""),
        ('requests.post("https://desk.example/letters", json=payload)', None, ""),
        ('requests.post(f"{self.base}/letters", json=payload)', None, ""),
        ('requests.post(f"https://desk.example/v1/messages/{self.number}", json=other)', None, ""),
        ("self.http.post(OPENAI, json={'model': 'gpt-4o', 'letter': 'Sort it by street.'})", None, ""),
    ],
)
def test_what_is_posted_to_the_address_of_a_model_is_a_request(call: str, provider: str | None, model: str) -> None:
    found = requests_of(POST.format(call))
    assert [(each.provider, each.model) for each in found] == ([] if provider is None else [(provider, model)])
    for each in found:
        assert (each.api, parts(each)) == ("chat", [("system", "Sort: {letter}")])
        unknown = [] if provider and model else ["provider" if model else "model"]
        assert [gap.slot for gap in each.unresolved] == unknown


NAMED = """
import asyncio
from functools import partial
import litellm
from litellm import completion
from elsewhere import retry, other
import anthropic

claude = anthropic.Anthropic()

class Desk:
    def __init__(self):
        self.fn = completion
        self.create = client.chat.completions.create

    def ask(self, letter, call=completion, later=False):
        given = dict(model="gpt-5.2", messages=[{{"role": "system", "content": "Sort: " + letter}}])
        {}
"""


@pytest.mark.parametrize(
    ("code", "provider"),
    [
        ("fn = completion\n        return fn(**given)", "litellm"),
        ("return call(**given)", "litellm"),
        ("return self.fn(**given)", "litellm"),
        ("return self.create(**given)", "openai"),
        ("fn = litellm.acompletion if later else completion\n        return fn(**given)", "litellm"),
        ("fn = completion\n        if later:\n            fn = make(letter)\n        return fn(**given)", "litellm"),
        ("return retry(client.chat.completions.create, **given)", "openai"),
        ("return retry(completion, retries=3, **given)", "litellm"),
        ("return asyncio.to_thread(client.chat.completions.create, **given)", "openai"),
        ("return loop.run_in_executor(None, partial(client.chat.completions.create, **given))", "openai"),
        ("return retry(partial(client.chat.completions.create, **given))", "openai"),
        # Of one of two clients who is asked is not known; and what is not called sends nothing.
        ("fn = claude.messages.create if later else completion\n        return fn(**given)", None),
        ("return retry(client.chat.completions.create)", None),
        ("return retry(other, **given)", None),
    ],
)
def test_a_call_of_a_library_under_another_name(code: str, provider: str | None) -> None:
    found = requests_of(NAMED.format(code))
    assert [(each.provider, each.model) for each in found] == ([] if provider is None else [(provider, "gpt-5.2")])
    assert all(parts(each) == [("system", "Sort: {letter}")] for each in found)


HANDED = """
import asyncio
from litellm import completion
from elsewhere import retry, register

RULES = "Never talk about lamps at night."

def with_rules(fn, messages, model):
    return fn(model=model, messages=[{{"role": "system", "content": RULES}}, *messages])

def again(fn, *values, **settings):
    return fn(*values, **settings)

class Desk:
    def call(self, fn, messages, model):
        return with_rules(fn, messages, model)

    def run(self, fn, **settings):
        return again(fn, **settings)

    def ask(self, loop, pool, given=None):
        messages = [{{"role": "user", "content": "Be kind to the town."}}]
        {}
"""
GIVEN = 'messages=messages, model="gpt-5.2"'


@pytest.mark.parametrize(
    ("code", "complete"),
    [
        (f"asyncio.to_thread(completion, {GIVEN})", [True]),
        (f"pool.submit(completion, {GIVEN})", [True]),
        (f"self.pool.submit(client.chat.completions.create, {GIVEN})", [True]),
        # What another function does with it is not known.
        (f"retry(completion, {GIVEN})", [False]),
        (f"register(client.chat.completions.create, {GIVEN})", [False]),
        (f"retry(completion, **dict({GIVEN}))", [False]),
        (f"again(completion, {GIVEN})", [False]),
        (f"self.run(completion, {GIVEN})", [False]),
        (f"def submit(*given): ...\n        pool.submit(completion, {GIVEN})", [False]),
        # One that has names for all that it is given makes something of it.
        (f"with_rules(completion, {GIVEN})", []),
        (f"self.call(completion, {GIVEN})", []),
    ],
)
def test_a_call_that_is_handed_over_is_whole_where_what_makes_it_is_known(code: str, complete: list[bool]) -> None:
    found = requests_of(HANDED.format(code))
    assert [each.complete for each in found] == complete
    assert all(parts(each) == [("user", "Be kind to the town.")] for each in found)


def test_a_text_that_is_a_default_alone_is_a_prompt_wherever_others_are_sent() -> None:
    text = """
        def ask(letter, system_prompt="You are kind to everybody who writes."):
            client.responses.create(model="gpt-5.2", instructions=system_prompt, input="Sort it.")

        def tell(letter, system_prompt="You are stern with everybody who writes."):
            return send(letter, system_prompt)
    """
    named = {"app.py": START + textwrap.dedent(text)}
    project = link([facts(Source(name, each)) for name, each in named.items()])
    said = ["".join(each.value for each in texts(prompt.template)) for prompt in project.prompts]
    assert said == [
        "You are kind to everybody who writes.", "Sort it.", "You are stern with everybody who writes."
    ]  # fmt: skip


CLIENT = """
from openai import OpenAI

class LLMClient:
    def generate(self, messages, system, model="gpt-5.2"):
        sent = [{{"role": "system", "content": system}}, *messages]
        return OpenAI().chat.completions.create(model=model, messages=sent)
{}
class Join:
    def __init__(self, runner):
        self.{} = {}

    def ask(self, x):
        return self.{}.generate([{{"role": "user", "content": "Compare them."}}], "You compare fields.")
"""


@pytest.mark.parametrize(
    ("more", "name", "value", "known"),
    [
        ("", "llm_client", "runner.optimizer.llm_client", True),
        ("", "llm_client", "runner", True),
        # Something else is known of it, or another class is called the same; one word is a name for many things.
        ("", "llm_client", "OpenAI()", False),
        ("def make(runner): ...", "llm_client", "make(runner)", False),
        ("class LlmClient:\n    pass", "llm_client", "runner", False),
        ("", "client", "runner.client", False),
        ("", "text_client", "runner.client", False),
    ],
)
def test_an_attribute_that_has_the_name_of_a_class_is_an_object_of_it(
    more: str, name: str, value: str, known: bool
) -> None:
    found = requests_of(CLIENT.format(more, name, value, name))
    said = [("system", "You compare fields."), ("user", "Compare them.")]
    assert any(parts(each) == said for each in found) is known


def test_an_attribute_that_has_the_name_of_a_class_may_be_an_object_of_another_one() -> None:
    ask = 'client.chat.completions.create(model="gpt-5.2", messages=[{"role": "system", "content": "%s"}, %s])'
    user = '{"role": "user", "content": q}'
    found = requests_of(f"""
        class TaskRunner:
            def run_task(self, q):
                return {ask % ("You run tasks.", user)}

        class Job:
            def __init__(self, task_runner):
                self.task_runner = task_runner

            def go(self):
                return self.task_runner.run_task("Tell me about the lamps.")

        class Fast:
            def run_task(self, q):
                return {ask % ("You run tasks fast.", user)}

        Job(Fast()).go()
    """)
    (named,) = [each for each in found if ("user", "Tell me about the lamps.") in parts(each)]
    assert (parts(named), named.model, named.complete) == ([("user", "Tell me about the lamps.")], "", False)


@pytest.mark.parametrize("agent", ["Agent(instructions=describe)", "Agent(instructions=texts.describe)"])
def test_instructions_of_an_agent_that_a_function_gives(agent: str) -> None:
    function = 'def describe(context, agent):\n    return f"You help {context.name}."\n'
    (found,) = requests_of(
        f"import texts\nfrom agents import Agent, Runner\n{function}desk = {agent}\nRunner.run(desk, 'Sort it.')\n",
        texts=function,
    )
    assert parts(found) == [("system", "You help {context.name}."), ("user", "Sort it.")]
    assert not any(each.slot == "system" for each in found.unresolved)


def test_parts_of_googles_messages_that_are_no_text_are_given_at_run_time() -> None:
    found = requests_of('''
        from google import genai
        from google.genai import types

        google = genai.Client()

        def ask(query, audio):
            sound = types.Part.from_bytes(data=audio, mime_type="audio/mp3")
            parts = [types.Part(text=query), sound, types.Part(text="Write it down.")]
            google.models.generate_content(model="gemini-2.5-pro", contents=types.Content(parts=parts))
            google.models.generate_content(model="gemini-2.5-pro", contents=[query, sound])
    ''')
    assert [parts(each) for each in found] == [[("user", "{query}{{...}}Write it down.")], [("user", "{query}{{...}}")]]
    assert all(each.complete for each in found)


def test_a_client_of_the_claude_agent_sdk_is_asked_by_any_name() -> None:
    found = requests_of("""
        from claude_agent_sdk import ClaudeAgentOptions, ClaudeSDKClient

        async def chat(question, db):
            options = ClaudeAgentOptions(system_prompt="You review letters.", model="claude-sonnet-4-5")
            async with ClaudeSDKClient(options=options) as c:
                await c.query(f"Review this: {question}")
                await db.query("Select all letters.")

        async def more(question):
            preset = {"type": "preset", "preset": "claude_code", "append": "Answer in Norwegian."}
            async with ClaudeSDKClient(options=ClaudeAgentOptions(system_prompt=preset)) as c:
                await c.query("Review it.")
    """)
    assert [(each.provider, each.model, parts(each)) for each in found] == [
        (
            "anthropic",
            "claude-sonnet-4-5",
            [("system", "You review letters."), ("user", "Review this: {question}")],
        ),
        ("anthropic", "", [("system", "Answer in Norwegian."), ("user", "Review it.")]),
    ]
    assert [any(gap.slot == "system" for gap in each.unresolved) for each in found] == [False, True]


def test_the_description_of_a_tool_below_a_class_in_between() -> None:
    base = """
        class LLMTool:
            description: str

        class BaseAgent(LLMTool):
            pass
    """
    text = """
        from base import BaseAgent, LLMTool

        class Clerk(BaseAgent):
            description = "Sorts the letters of the office by street."

            def run(self): ...

        class Other(Missing):
            description = "Waters the plants of the office once a day."

            def run(self): ...
    """
    named = {"app.py": textwrap.dedent(text), "base.py": textwrap.dedent(base)}
    project = link([facts(Source(name, each)) for name, each in named.items()])
    assert [(each.role, each.name) for each in project.prompts] == [("tool", "description")]


CREW = """
from crewai import Agent, Task
from crewai.project import CrewBase, agent, task

{}
class Harbour:
    {}

    @agent
    def clerk(self):
        return Agent(config=self.agents_config["clerk"], llm="gpt-4o")

    @task
    def sort(self):
        return Task(config=self.tasks_config["sort"], agent=self.clerk())
"""
AGENTS = "clerk:\n  role: Clerk of the harbour\n  goal: Sort the letters by pier\n  backstory: You know all piers.\n"
TASKS = "sort:\n  description: Read {letter} and name the pier.\n  expected_output: One word, the pier.\n"


@pytest.mark.parametrize(
    ("above", "said", "found"),
    [
        ("@CrewBase", "pass", True),
        ("@CrewBase", 'agents_config = "config/agents.yaml"\n    tasks_config = "config/tasks.yaml"', True),
        ("", 'agents_config = "config/agents.yaml"\n    tasks_config = "config/tasks.yaml"', False),
    ],
)
def test_settings_of_a_crew_are_those_of_its_agents_and_tasks(
    above: str, said: str, found: bool, tmp_path: Path
) -> None:
    files = {"crew.py": CREW.format(above, said), "config/agents.yaml": AGENTS, "config/tasks.yaml": TASKS}
    (tmp_path / "config").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    configuration = Configuration()
    project = run(discover([str(tmp_path)], configuration, str(tmp_path)).files, configuration).project
    requests = [parts(each) for each in project.requests if each.api]
    expected = [
        ("system", "Clerk of the harbour"),
        ("system", "You know all piers."),
        ("system", "Sort the letters by pier"),
        ("user", "Read {letter} and name the pier."),
        ("user", "One word, the pier."),
    ]
    assert requests == ([expected] if found else [])
    assert len([each for each in project.prompts if any(texts(each.template))]) == 5


@pytest.mark.parametrize(
    ("body", "model", "said", "gaps"),
    [
        ('{"tools": TOOLS}', "gpt-5", [("tool", "Find a plant."), ("user", "{question}")], []),
        ('{"messages": [{"role": "user", "content": "Hello."}]}', "gpt-5", [("user", "Hello.")], []),
        ('{"model": "gpt-5-mini", "top_k": 3}', "gpt-5-mini", [("user", "{question}")], []),
        ('{"top_k": 3}', "gpt-5", [("user", "{question}")], []),
        ("{}", "gpt-5", [("user", "{question}")], []),
        ("more", "gpt-5", [("user", "{question}")], ["arguments"]),
        ('{"top_k": 3, **more}', "gpt-5", [("user", "{question}")], ["arguments"]),
        ('{"response_format": {"type": "json_schema"}}', "gpt-5", [("user", "{question}")], ["arguments"]),
        ('{"system": "Be kind."}', "gpt-5", [("user", "{question}")], []),
        ('{"tools": TOOLS} if more else None', "gpt-5", [("tool", "Find a plant."), ("user", "{question}")], ["tools"]),
        ('{"model": "gpt-5-mini"} if more else None', "", [("user", "{question}")], ["model"]),
        (
            '{"messages": [{"role": "user", "content": "Hello."}]} if more else None',
            "gpt-5",
            [("user", "Hello."), ("user", "{question}")],
            [],
        ),
    ],
)
@pytest.mark.parametrize("inline", [True, False])
def test_what_is_put_into_the_body_stands_in_the_place_of_arguments(
    body: str, model: str, said: list[tuple[str, str]], gaps: list[str], inline: bool
) -> None:
    code = f"""
    TOOLS = [{{"type": "function", "function": {{"name": "find", "description": "Find a plant."}}}}]

    def ask(question, more):
        body = {body}
        said = [{{"role": "user", "content": question}}]
        return client.chat.completions.create(model="gpt-5", messages=said, extra_body={body if inline else "body"})
    """
    (found,) = requests_of(code)
    assert (found.model, parts(found)) == (model, said)
    assert [each.slot for each in found.unresolved] == gaps


ASKS = """
    return client.chat.completions.create(
        model="gpt-5", messages=[{"role": "system", "content": system}, {"role": "user", "content": text}]
    )
"""


@pytest.mark.parametrize(
    ("around", "asked", "told"),
    [
        ("if kind == 'card':", "'Sort letters.' if kind == 'letter' else 'Sort cards.'", "Sort cards."),
        ("if kind == 'letter':", "'Sort letters.' if kind == 'letter' else 'Sort cards.'", "Sort letters."),
        ("if not kind:", "'Sort letters.' if kind else 'Sort cards.'", "Sort cards."),
        ("if kind is None:", "'Sort letters.' if kind == 'letter' else 'Sort cards.'", "Sort cards."),
        ("if kind and more:", "'Sort letters.' if kind is None else 'Sort cards.'", "Sort cards."),
        # Nothing tells.
        ("if kind != 'letter':", "'Sort letters.' if kind == 'card' else 'Sort cards.'", "Sort letters.|Sort cards."),
        ("if kind or more:", "'Sort letters.' if kind else 'Sort cards.'", "Sort letters.|Sort cards."),
        ("if kind == 'card':\n        kind = more", "'Sort letters.' if kind == 'letter' else 'Sort cards.'", None),
        ("if not kind:\n        fill(kind)", "'Sort letters.' if kind else 'Sort cards.'", None),
        ("if not kind:\n        kind.append(more)", "'Sort letters.' if kind else 'Sort cards.'", None),
    ],
)
def test_what_contradicts_the_condition_of_a_call_is_not_sent(around: str, asked: str, told: str | None) -> None:
    head = "def fill(kind):\n    kind.append('letter')\n"
    route = f"def route(kind, more, text):\n    {around}\n        return ask(kind, text)\n"
    own = route.replace("ask(kind, text)", "ask(system, text)").replace("    if", f"    system = {asked}\n    if", 1)
    for code in (
        f"{route}def ask(kind, text):\n    system = {asked}\n{ASKS}",
        f"{route}def ask(kind, text):\n    system = named(kind)\n{ASKS}def named(kind):\n    return {asked}\n",
        *([f"{own}def ask(system, text):\n{ASKS}"] if told is not None else []),
    ):
        (found,) = requests_of(head + code)
        assert parts(found)[0][1] == (told or "Sort letters.|Sort cards.")


def test_of_two_calls_under_other_conditions_both_are_told() -> None:
    code = f"""
def route(kind, text):
    if kind == "letter":
        return ask(kind, text)
    if kind == "card":
        return ask(kind, text)
def ask(kind, text):
    system = "Sort letters." if kind == "letter" else "Sort cards."
{ASKS}
"""
    assert sorted(parts(each)[0][1] for each in requests_of(code)) == ["Sort cards.", "Sort letters."]


def test_a_name_that_was_asked_for_before_it_got_another_value() -> None:
    code = f"""
def ask(text, system=None):
    system = system or "Sort letters."
    if system and text:
        if system:
            {ASKS.strip()}
"""
    (found,) = requests_of(code)
    assert parts(found)[0][1] == "{system}|Sort letters."


def test_of_which_class_something_is_says_nothing_of_other_classes() -> None:
    found = requests_of(
        """
        class North: ...
        class South: ...
        def ask(desk, question):
            if isinstance(desk, North):
                return client.responses.create(model="gpt-5", input="Sort the letters of the north.")
            elif isinstance(desk, South):
                return client.responses.create(model="gpt-5", input="Sort the letters of the south.")
            elif isinstance(desk, other.East):
                return client.responses.create(model="gpt-5", input="Sort the letters of the east.")
        """
    )
    assert [parts(each)[0][1].split()[-1] for each in found] == ["north.", "south.", "east."]
