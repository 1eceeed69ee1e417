"""What is sent and does not stand in the code: a request that holds such a thing is not complete."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from requested import START
from test_requests import parts, requests_of

from promptlint.config import Configuration
from promptlint.engine import run
from promptlint.extract.python import facts
from promptlint.files import discover
from promptlint.link import link
from promptlint.output.requests import render_text
from promptlint.prompt import Request
from promptlint.source import Source


def unknown(request: Request) -> list[tuple[str, str]]:
    return [(each.slot, each.expression) for each in request.unresolved]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        # Instructions that stand in the package, always.
        (
            """
            from smolagents import CodeAgent, OpenAIModel
            helper = CodeAgent(tools=[], model=OpenAIModel("gpt-4o"), instructions="You keep the archive.")
            helper.run("Count the books.")
            """,
            [("system", "CodeAgent")],
        ),
        # Those that stand there if none are given.
        (
            """
            from autogen_agentchat.agents import AssistantAgent
            from autogen_ext.models.openai import OpenAIChatCompletionClient
            helper = AssistantAgent("helper", model_client=OpenAIChatCompletionClient(model="gpt-4o"))
            helper.run(task="Count the books.")
            """,
            [("system", "AssistantAgent")],
        ),
        (
            """
            from autogen_agentchat.agents import AssistantAgent
            from autogen_ext.models.openai import OpenAIChatCompletionClient
            client = OpenAIChatCompletionClient(model="gpt-4o")
            helper = AssistantAgent("helper", model_client=client, system_message="You keep the archive.")
            helper.run(task="Count the books.")
            """,
            [],
        ),
        # What arguments bring along.
        (
            """
            from autogen_agentchat.agents import AssistantAgent
            from autogen_ext.models.openai import OpenAIChatCompletionClient
            client = OpenAIChatCompletionClient(model="gpt-4o")
            helper = AssistantAgent("a", model_client=client, system_message="You keep books.", memory=[shelves])
            helper.run(task="Count the books.")
            """,
            [("messages", "")],
        ),
        (
            """
            from pydantic_ai import Agent
            helper = Agent("openai:gpt-5", instructions="You are a clerk.", toolsets=[shelves()])
            helper.run_sync("Count the books.", message_history=earlier)
            """,
            [("tools", ""), ("messages", "earlier")],
        ),
        (
            """
            from pydantic_ai import Agent
            helper = Agent("openai:gpt-5", instructions="You are a clerk.", toolsets=[])
            helper.run_sync("Count the books.", message_history=None)
            """,
            [],
        ),
        (
            """
            from pydantic_ai import Agent
            helper = Agent("openai:gpt-5", instructions="You are a clerk.")
            @helper.toolset
            def shelves(context):
                return shelves_of(context.deps)
            helper.run_sync("Count the books.")
            """,
            [("tools", "shelves")],
        ),
        (
            """
            from openai import OpenAI
            first = OpenAI().responses.create(model="gpt-4o", input="Count the books.", previous_response_id=before.id)
            """,
            [("messages", "before.id")],
        ),
        (
            """
            from openai import OpenAI
            first = OpenAI().responses.create(model="gpt-4o", input="Count the books.", previous_response_id=None)
            """,
            [],
        ),
        (
            """
            from agents import Agent, Runner
            helper = Agent(name="a", model="gpt-4o", instructions="You keep books.", mcp_servers=[server])
            Runner.run_sync(helper, "Count the books.")
            """,
            [("tools", "")],
        ),
    ],
)
def test_text_that_does_not_stand_in_the_code(code: str, expected: list[tuple[str, str]]) -> None:
    (found,) = requests_of(code)
    assert unknown(found) == expected
    assert found.complete == (not expected)


TOOLS = """
    import openai
    client = openai.OpenAI()
    TOOLS = [{"type": "function", "function": {"name": "search", "description": "Search the shelves."}}]

    def ask(prompt, tools=None):
        if tools is None:
            tools = TOOLS
        return client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": prompt}], tools=tools
        )

    def plain(prompt, tools=TOOLS):
        return client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": prompt}], tools=tools
        )

    def main():
        ask("Count the books.")
        ask("Count the birds.", tools=[])
        plain("Count the trees.")
        plain("Count the clouds.", tools=None)
"""


def test_what_a_call_says_of_its_tools_wins_over_what_holds_otherwise() -> None:
    found = {parts(each)[-1][1]: [role for role, _ in parts(each)] for each in requests_of(TOOLS)}
    assert found == {
        "Count the books.": ["tool", "user"],
        "Count the birds.": ["user"],
        "Count the trees.": ["tool", "user"],
        "Count the clouds.": ["user"],
    }


def test_an_empty_list_of_tools_stands_in_the_place_of_those_of_the_client() -> None:
    code = '''
    from langchain_core.tools import tool
    from langchain_openai import ChatOpenAI

    @tool
    def search(words: str) -> str:
        """Search the shelves."""

    llm = ChatOpenAI(model="gpt-4o").bind_tools([search])
    llm.invoke("Count the books.")
    llm.bind_tools([]).invoke("Count the birds.")
    '''
    assert [parts(each) for each in requests_of(code)] == [
        [("tool", "Search the shelves."), ("user", "Count the books.")],
        [("user", "Count the birds.")],
    ]


def test_tools_that_objects_are_made_with_are_not_those_of_their_class() -> None:
    code = """
    import openai
    TOOLS = [{"type": "function", "function": {"name": "search", "description": "Search the shelves."}}]

    class Clerk:
        def __init__(self, tools=TOOLS):
            self.client = openai.OpenAI()
            self.tools = tools

        def ask(self, prompt):
            return self.client.chat.completions.create(
                model="gpt-4o", messages=[{"role": "user", "content": prompt}], tools=self.tools
            )

    clerk = Clerk(%s)
    clerk.ask("Count the books.")
    """
    (plain,) = requests_of(code % "")
    assert (parts(plain), plain.complete) == ([("tool", "Search the shelves."), ("user", "Count the books.")], True)
    (other,) = requests_of(code % "tools=[]")
    assert (parts(other), unknown(other)) == ([("user", "Count the books.")], [("tools", "self.tools")])


def test_a_form_of_the_answer_that_goes_out_as_a_tool_is_one() -> None:
    code = '''
    from langchain_anthropic import ChatAnthropic
    from langchain_openai import ChatOpenAI
    from pydantic import BaseModel, Field

    class Count(BaseModel):
        """How many there are."""
        number: int = Field(description="Counted, not guessed.")

    ChatAnthropic(model="claude-sonnet-4-5").with_structured_output(Count).invoke("Count the books.")
    ChatOpenAI(model="gpt-4o").with_structured_output(Count).invoke("Count the birds.")
    ChatOpenAI(model="gpt-4o").with_structured_output(Count, method="function_calling").invoke("Count the trees.")
    ChatAnthropic(model="claude-sonnet-4-5").with_structured_output(Count, method="json_schema").invoke("Count all.")
    '''
    tool = ("tool", "How many there are.\nCounted, not guessed.")
    assert [parts(each) for each in requests_of(code)] == [
        [tool, ("user", "Count the books.")],
        [("user", "Count the birds.")],
        [tool, ("user", "Count the trees.")],
        [("user", "Count all.")],
    ]


def others_of(code: str) -> tuple[Request, ...]:
    return link([facts(Source("app.py", textwrap.dedent(code)))]).others


def test_calls_of_which_no_text_is_in_sight_are_told_apart() -> None:
    code = """
    from openai import OpenAI
    client = OpenAI()

    def chat(messages, model="gpt-4o"):
        return client.chat.completions.create(model=model, messages=messages)

    def answer(question):
        return client.responses.create(model="gpt-5", input=question)
    """
    assert requests_of(code) == []
    chat, answer = others_of(code)
    assert (chat.provider, chat.model, parts(chat)) == ("openai", "gpt-4o", [("unknown", "{messages}")])
    assert unknown(chat) == [("model", "model"), ("messages", "messages")]
    assert (answer.model, parts(answer), answer.complete) == ("gpt-5", [("user", "{question}")], True)


def test_a_wrapper_whose_callers_give_it_text_is_not_told_again() -> None:
    code = """
    from openai import OpenAI

    def chat(text):
        return OpenAI().responses.create(model="gpt-5", input=text)

    def ask():
        return chat("Count the books.")
    """
    assert [parts(each) for each in requests_of(code)] == [[("user", "Count the books.")]]
    assert others_of(code) == ()


def test_agents_and_pipelines_without_text_send_nothing_that_is_known() -> None:
    code = """
    from agents import Agent
    from langchain_openai import ChatOpenAI
    helper = Agent(name="helper", model="gpt-4o", instructions=given)
    chain = given | ChatOpenAI(model="gpt-4o")
    """
    assert others_of(code) == ()


def test_settings_that_are_made_elsewhere_hold_what_is_sent() -> None:
    code = """
    from google import genai
    client = genai.Client()
    CONFIG = genai.types.GenerateContentConfig(system_instruction="You keep the archive.")

    def known():
        return client.models.generate_content(model="gemini-2.5-pro", contents="Count the books.", config=CONFIG)

    def not_known(config):
        return client.models.generate_content(model="gemini-2.5-pro", contents="Count the birds.", config=config)

    def none():
        return client.models.generate_content(model="gemini-2.5-pro", contents="Count the trees.", config=None)
    """
    known, other, none = requests_of(code)
    assert (parts(known), known.complete) == ([("system", "You keep the archive."), ("user", "Count the books.")], True)
    assert (parts(other), unknown(other)) == (
        [("user", "Count the birds.")],
        [("system", "config"), ("tools", "config")],
    )
    assert (parts(none), none.complete) == ([("user", "Count the trees.")], True)


def test_a_tool_that_nothing_describes_is_its_name() -> None:
    code = """
    from agents import Agent, Runner

    def search(words):
        return words

    helper = Agent(name="a", model="gpt-4o", instructions="You keep books.", tools=[search, elsewhere])
    Runner.run_sync(helper, "Count the books.")
    """
    (found,) = requests_of(code)
    assert [(each.role, each.name) for each in found.prompts if each.role == "tool"] == [("tool", "search")]
    assert unknown(found) == [("tools", "elsewhere")]


def test_the_tools_of_a_server_are_known_at_run_time_alone() -> None:
    code = """
    from openai import OpenAI
    tools = [{"type": "mcp", "server_label": "shelves", "server_url": "https://shelves.example"}]
    OpenAI().responses.create(model="gpt-5", input="Count the books.", tools=tools)
    """
    (found,) = requests_of(code)
    assert (parts(found), unknown(found)) == ([("user", "Count the books.")], [("tools", "")])


def test_a_message_of_a_thread_is_no_request() -> None:
    code = """
    from anthropic import Anthropic
    from azure.ai.projects import AIProjectClient
    client = AIProjectClient(endpoint=URL)
    client.agents.messages.create(thread_id=thread, role="user", content="Count the books.")
    """
    assert requests_of(code) == [] and others_of(code) == ()


def test_a_value_in_the_place_of_messages_is_the_users_only_if_its_name_says_so() -> None:
    code = """
    from openai import OpenAI

    def run(question, given):
        OpenAI().responses.create(model="gpt-5", instructions="You help people.", input=question)
        OpenAI().responses.create(model="gpt-5", instructions="You help all.", input=given)
    """
    asked, other = requests_of(code)
    assert (parts(asked)[-1], asked.complete) == (("user", "{question}"), True)
    assert (parts(other)[-1], unknown(other)) == (("unknown", "{given}"), [("messages", "given")])


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("helper.add_history(messages)", "add_history(...)"),
        ("inject(messages)", "inject(...)"),
        ("append_rules(messages)", "append_rules(...)"),
        ("memory.add(messages)", ""),
        ("count(messages)", ""),
        ("logger.info(messages)", ""),
    ],
)
def test_a_list_given_to_what_changes_it_out_of_sight(call: str, expected: str) -> None:
    code = f"""
    from openai import OpenAI
    from elsewhere import append_rules, memory

    def run(helper):
        messages = [{{"role": "system", "content": "You keep the archive."}}]
        {call}
        return OpenAI().chat.completions.create(model="gpt-4o", messages=messages)
    """
    (found,) = requests_of(code)
    assert unknown(found) == ([("messages", expected)] if expected else [])


def test_a_model_that_may_embed_is_no_request_without_text() -> None:
    code = """
    import boto3, json
    client = boto3.client("bedrock-runtime")

    def embed(text, body):
        client.invoke_model(modelId="cohere.rerank-v3", body=json.dumps({"documents": text}))
        client.invoke_model(modelId="amazon.titan-embed-text-v2", body=body)
    """
    assert requests_of(code) == [] and others_of(code) == ()


OUTSIDE = """
from openai import OpenAI
from somewhere.texts import SYSTEM, header
from somewhere import desk, rules
from app.here import MISSING
import string
client = OpenAI()
def ask(question, words, system):
    client.responses.create(model="gpt-5", {})
"""


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        # All of a text comes from where nothing was read.
        ("instructions=SYSTEM, input=question", [("system", "SYSTEM")]),
        ("instructions='Be brief.', input=SYSTEM", [("messages", "SYSTEM")]),
        ("instructions=MISSING, input=question", [("system", "MISSING")]),
        ("instructions=rules(question), input=question", [("system", "rules(question)")]),
        ("instructions='Be brief.', input=rules(desk)", [("messages", "rules(desk)")]),
        ("instructions=system, input=question", [("system", "system")]),
        ("instructions=desk.system_prompt, input=question", [("system", "desk.system_prompt")]),
        ("instructions=open('rules.txt').read(), input=question", [("system", "open('rules.txt')")]),
        # Some of it does.
        ("instructions=f'{SYSTEM} Be brief.', input=question", [("system", "SYSTEM")]),
        ("instructions='Be brief.' + SYSTEM.strip(), input=question", [("system", "SYSTEM.strip()")]),
        ("instructions=desk.RULES + 'Be brief.', input=question", [("system", "desk.RULES")]),
        ("instructions='Be brief.' + open('rules.txt').read(), input=question", [("system", "open('rules.txt')")]),
        # What is put in at run time is no gap, nor are Python's own names.
        ("instructions='Be brief.', input=question", []),
        ("instructions='Be brief.', input=[{'role': 'user', 'content': words}]", []),
        ("instructions=f'Answer in {desk.language}.', input=question", []),
        ("instructions=f'Use {string.ascii_letters}.', input=question", []),
        ("instructions='Be brief.', input=f'Sum up: {open(words).read()}'", []),
    ],
)
def test_texts_that_were_not_read(arguments: str, expected: list[tuple[str, str]]) -> None:
    files = {"app/main.py": OUTSIDE.replace("{}", arguments), "app/here.py": "OTHER = 'Be kind.'\n"}
    project = link([facts(Source(name, text)) for name, text in files.items()])
    (found,) = [each for each in (*project.requests, *project.others) if each.api]
    assert unknown(found) == expected
    assert found.complete == (not expected)


CHATS = """
    import google.generativeai as genai

    class Guide:
        def __init__(self):
            self.model = genai.GenerativeModel("gemini-1.5-pro", system_instruction="You know the old town.")
            self.chat = None

        def begin(self, place):
            self.chat = self.model.start_chat(history=[{"role": "user", "parts": ["We are at " + place]}])

        def ask(self, text):
            return self.chat.send_message(text)

    def apart(place):
        model = genai.GenerativeModel("gemini-1.5-pro", system_instruction="You know the new town.")
        return model.start_chat(history=[{"role": "user", "parts": ["We are at " + place]}])
"""


def test_a_chat_that_another_method_opens_is_asked_with_what_it_was_opened_with() -> None:
    asked, apart = sorted(requests_of(CHATS), key=lambda each: each.span.start)
    assert (asked.provider, asked.model) == ("gemini", "gemini-1.5-pro")
    assert parts(asked) == [("system", "You know the old town."), ("user", "We are at {place}"), ("user", "{text}")]
    # Opening one sends nothing: what is asked comes later.
    assert [each.slot for each in apart.unresolved] == ["messages"]


CHAT = """
    import vertexai
    from vertexai.generative_models import GenerativeModel

    model = GenerativeModel("gemini-1.5-pro", system_instruction="You know all rivers.")

    class Talk:
        def __init__(self):
            self.chat = model.start_chat()

        def say(self):
            return self.chat.send_message("And which is the longest?")

    def ask(texts):
        chat = model.start_chat()
        CODE
"""


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("chat.send_message('Name a river.'); chat.send_message('Name one more.')", [True, False]),
        ("if texts: chat.send_message('Name a river.')\n        else: chat.send_message('Name one.')", [True, True]),
        ("chat.send_message('Name a river.'); chat = model.start_chat(); chat.send_message('Name one.')", [True, True]),
        ("for text in texts: chat.send_message('Name a river.')", [False]),
        ("for text in texts: chat = model.start_chat(); chat.send_message('Name a river.')", [True]),
        ("model.start_chat().send_message('Name a river.')", [True]),
        ("if texts:\n            return chat.send_message('Name a river.')", [True]),
        ("for part in chat.send_message('Name a river.'): print(part)", [True]),
        ("while chat.send_message('Name a river.'): print(texts)", [False]),
        ("other = chat; other.send_message('Name a river.'); chat.send_message('Name one.')", [False, False]),
        ("chat.send_message('Name a river.'); other = chat; other.send_message('Name one.')", [True, False]),
        ("send = chat.send_message; send('Name one.'); chat.send_message('Name a river.')", [False, False]),
        ("return [chat.send_message('Name a river.') for text in texts]", [False]),
        ("return lambda text: chat.send_message('Name a river.')", [False]),
        ("def say(): chat.send_message('Name one.')\n        chat.send_message('Name a river.')", [False, False]),
        (
            "for text in texts:\n            if text:\n                chat = model.start_chat()\n"
            "                continue\n            chat.send_message('Name a river.')",
            [False],
        ),
        (
            "try: chat.send_message('Name a river.')\n        except ValueError: chat.send_message('Name one.')",
            [True, False],
        ),
    ],
)
def test_a_chat_sends_what_it_was_told_before(code: str, known: list[bool]) -> None:
    later, *found = sorted(requests_of(CHAT.replace("CODE", code)), key=lambda each: each.span.start)
    assert [each.complete for each in found] == known
    assert all(parts(each)[0] == ("system", "You know all rivers.") for each in found)
    # Of the chat of an object nobody knows how often it has been asked.
    assert "messages" in [each.slot for each in later.unresolved]


@pytest.mark.parametrize(
    "code",
    [
        "for text in texts:\n            if text: chat = model.start_chat()\n            chat.send_message(text)",
        "current().send_message('Name a river.')",
    ],
)
def test_a_chat_that_may_be_an_earlier_one_may_have_been_told_something(code: str) -> None:
    program = CHAT.replace("CODE", code) + "\n    def current(): return Talk().chat\n"
    found = all_of(program)
    assert found and not any(each.complete for each in found)


@pytest.mark.parametrize(
    ("given", "open_parts"),
    [("", []), (", OpenAIChatPromptExecutionSettings()", []), (", settings, kernel=kernel", ["tools"])],
)
def test_functions_of_a_kernel_may_be_tools(given: str, open_parts: list[str]) -> None:
    code = f"""
        from semantic_kernel import Kernel
        from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion, OpenAIChatPromptExecutionSettings
        from semantic_kernel.contents import ChatHistory
        service, kernel = OpenAIChatCompletion(ai_model_id="gpt-5"), Kernel()
        async def ask(settings):
            said = ChatHistory()
            said.add_user_message("Name a fruit of the year.")
            return await service.get_chat_message_content(said{given})
    """
    (request,) = requests_of(code)
    assert parts(request) == [("user", "Name a fruit of the year.")]
    assert [each.slot for each in request.unresolved] == open_parts


def all_of(code: str) -> list[Request]:
    """The requests of a program, also those of which no text is in sight."""
    project = link([facts(Source("app.py", textwrap.dedent(code)))])
    return sorted((*project.requests, *project.others), key=lambda each: each.span)


@pytest.mark.parametrize("word", ["load", "load_prompt"])
def test_each_caller_that_gives_a_text_of_another_module_has_a_request_that_is_not_known(word: str) -> None:
    # Of callers whose texts were not read one was told, and its request as known in full.
    code = f"""
        from openai import OpenAI
        from store import {word}
        client = OpenAI()
        def ask(q):
            return client.responses.create(model="gpt-4o", input=q)
        def one(topic):
            return ask({word}("first", topic))
        def two(topic):
            return ask({word}("second", topic))
        def three(topic):
            return ask("Explain this to a gardener: " + topic)
        def four(question):
            return ask(question)
    """
    found = all_of(code)
    assert [(parts(each)[0][1], each.complete) for each in found] == [
        (f'{{{word}("first", topic)}}', False),
        (f'{{{word}("second", topic)}}', False),
        ("Explain this to a gardener: {topic}", True),
        ("{question}", True),
    ]


def test_what_a_function_out_of_sight_finds_for_what_is_asked_is_put_in_at_run_time() -> None:
    code = """
        from openai import OpenAI
        from store import look_up
        client = OpenAI()
        def one(question):
            return client.responses.create(model="gpt-4o", input=look_up(question))
    """
    (request,) = all_of(code)
    assert request.complete


HANDED = """
from openai import OpenAI
from pydantic import BaseModel
client = OpenAI()

class Short(BaseModel):
    text: str

def ask(question, form{usual}):
    said = [{{"role": "user", "content": question}}]
    return client.chat.completions.parse(model="gpt-4o", messages=said, response_format=form)

ask("Which plant?"{given})
"""


@pytest.mark.parametrize(
    ("usual", "given", "known"),
    [
        ("", ", Short", False),
        ("={'type': 'json_object'}", "", True),
        ("=None", "", True),
        ("=None", ", Short", False),
    ],
)
def test_the_form_of_an_answer_that_callers_give_is_not_known(usual: str, given: str, known: bool) -> None:
    (request,) = requests_of(HANDED.format(usual=usual, given=given))
    assert [each.slot for each in request.unresolved] == ([] if known else ["schemas"])


def test_the_form_of_an_answer_that_a_function_gives_a_model_is_not_known() -> None:
    code = """
    from langchain_openai import ChatOpenAI
    from pydantic import BaseModel
    class Short(BaseModel):
        text: str
    def formed(model, form):
        return model.with_structured_output(form)
    class Desk:
        def __init__(self, form):
            self.form = form
            self.model = ChatOpenAI(model="gpt-4o").with_structured_output(self.form)
        def ask(self):
            return self.model.invoke("Name a tree.")
    formed(ChatOpenAI(model="gpt-4o"), Short).invoke("Name a plant.")
    """
    found = requests_of(code)
    assert len(found) == 2
    assert all([each.slot for each in request.unresolved] == ["schemas"] for request in found)


@pytest.mark.parametrize(
    ("given", "unknown", "forms"),
    [
        ("form or {'type': 'json_object'}", ["form"], []),
        ("{'type': 'json_object'} if short else form", ["form"], []),
        ("kw['form']", ["kw['form']"], []),
        ("settings.get('form')", ["settings.get('form')"], []),
        ("kw.get('form', Short)", ["kw.get('form', Short)"], ["Short"]),
        ("settings.form or FORMAT", ["settings.form or FORMAT"], []),
        ("made_of(kw)", ["made_of(kw)"], []),
        ("create_model('Short', text=(str, ...))", ["create_model('Short', text=(str, ...))"], []),
        ("{'type': 'json_schema', 'json_schema': {'name': 'short', 'schema': kw['form']}}", ["kw['form']"], []),
        ("{'type': 'json_schema', 'json_schema': {'name': 'a', 'schema': Short.model_json_schema()}}", [], ["Short"]),
        ("{'type': 'json_object'} if short else None", [], []),
        ("{'type': 'json_object'} if short else openai.NOT_GIVEN", [], []),
        ("FORMAT if short else {'type': 'text'}", [], []),
        ("Short", [], ["Short"]),
        ("list[Short]", [], ["Short"]),
        ("Optional[Short]", [], ["Short"]),
        ("Short | None", [], ["Short"]),
        ("TypeAdapter(Short).json_schema()", [], ["Short"]),
        ("dict[str, int]", [], []),
        ("str", [], []),
    ],
)
def test_a_form_of_the_answer_that_the_code_does_not_tell_is_not_known(
    given: str, unknown: list[str], forms: list[str]
) -> None:
    (request,) = requests_of(f"""
    import openai
    from typing import Optional
    from pydantic import BaseModel, TypeAdapter, create_model
    client = openai.OpenAI()
    FORMAT = {{"type": "json_object"}}
    class Short(BaseModel):
        text: str
    def ask(question, form, kw, settings, short):
        said = [{{"role": "user", "content": "Read this: " + question}}]
        return client.chat.completions.parse(model="gpt-4o", messages=said, response_format={given})
    """)
    found = [(each.slot, each.expression.replace('"', "'")) for each in request.unresolved]
    assert found == [("schemas", each) for each in unknown]
    assert [schema.name for schema in request.schemas] == forms


@pytest.mark.parametrize(("member", "forms"), [("schema", []), ("other", ["Short"])])
def test_a_property_of_the_program_gives_another_schema_than_that_of_its_class(member: str, forms: list[str]) -> None:
    (request,) = requests_of(f"""
    import openai
    from typing import Generic, TypeVar, get_args
    T = TypeVar("T")
    class Generator(Generic[T]):
        @property
        def {member}(self) -> type[T]:
            return get_args(self.__orig_class__)[0]
    class Short(Generator[T]):
        retries: dict[str, int] = {{}}
        def ask(self, question):
            said = [{{"role": "user", "content": "Read this: " + question}}]
            return openai.OpenAI().chat.completions.parse(model="gpt-4o", messages=said, response_format=self.schema)
    """)
    assert [schema.name for schema in request.schemas] == forms


@pytest.mark.parametrize(
    ("form", "unknown"),
    [
        ('{"type": "json_object"}', ""),
        ('{"type": "json_schema", "json_schema": {"name": "plant", "schema": SCHEMA}}', ""),
        ("FORM", 'json.load(open("form.json"))'),
        ('{"type": "json_schema", "json_schema": {"name": "plant", "schema": FORM}}', 'json.load(open("form.json"))'),
        ('dict(type="json_schema", json_schema=FORM)', 'json.load(open("form.json"))'),
        ('{"type": "json_schema", "json_schema": json.loads(Path("a.json").read_text())}',
         'json.loads(Path("a.json").read_text())'),
        ('{"type": "json_schema", **schema}', "schema"),
        ('{"type": "json_schema", "json_schema": schema}', "schema"),
        ("self.form", 'json.load(open("form.json"))'),
    ],
)  # fmt: skip
@pytest.mark.parametrize("named", [False, True])
def test_a_form_from_a_file_is_not_known(form: str, unknown: str, named: bool) -> None:
    said = '[{"role": "system", "content": "Name the plant."}]'
    app = f"""
        import json
        from pathlib import Path
        FORM = json.load(open("form.json"))
        SCHEMA = {{"type": "object", "properties": {{"name": {{"type": "string"}}}}}}
        class Desk:
            def __init__(self):
                self.form = {{"type": "json_schema", "json_schema": {{"name": "plant", "schema": FORM}}}}
            def ask(self, schema):
                form = {form}
                return client.chat.completions.create(
                    model="gpt-5", messages={said}, response_format={"form" if named else form}
                )
    """
    (request,) = requests_of(app)
    told = [each.expression for each in request.unresolved if each.slot == "schemas"]
    assert told == ([unknown] if unknown else [])
    assert request.complete is not bool(unknown)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("handoffs=[clerk, chief], **options", ["options"]),
        ("handoffs=[clerk, chief], tools=more", ["more"]),
        ("handoffs=[clerk, chief]", [""]),
        ("handoffs=more, tools=options", ["more", "options"]),
    ],
)
def test_what_is_not_known_of_a_part_is_told_once(given: str, told: list[str]) -> None:
    (request,) = requests_of(
        "from agents import Agent\nfrom elsewhere import clerk, chief\n\n\n"
        f"def made(options, more):\n    return Agent(instructions='Sort the mail of the desk.', {given})\n"
    )
    assert sorted(each.expression for each in request.unresolved if each.slot == "tools") == told


def test_two_places_of_one_line_are_told_once(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        f"{START}def ask(one, other):\n    return client.chat.completions.create(model='gpt-5.2', messages=["
        "{'role': one, 'content': 'Be kind.'}, {'role': other, 'content': 'Be brief.'}])\n"
    )
    configuration = Configuration()
    report = run(discover([str(tmp_path)], configuration, str(tmp_path)).files, configuration)
    (request,) = [each for each in report.project.requests if each.api]
    assert len(request.unresolved) == 2
    assert render_text(report).count("not known: messages (`role`") == 1
