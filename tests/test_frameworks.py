"""The catalogue of frameworks: its structure, that every entry is reachable, and what it finds in sample code."""

from __future__ import annotations

import re
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import promptlint.extract
from promptlint.extract.catalogue import LISTED, Catalogue, Matcher, matcher
from promptlint.extract.facts import Facts
from promptlint.extract.python import facts
from promptlint.source import Source
from promptlint.template import Apply, Choice, Items, Mapping, Message, Repeat, Text, Value

PATH = Path(promptlint.extract.__file__).parent / "frameworks.toml"
ROLES = {"system", "user", "assistant", "tool", "unknown"}
TEMPLATES = {"", "format", "jinja", "dollar", "signature", "reasoned", "acting", "kernel"}
SLOTS = {"model", "system", "instructions", "computed", "messages", "prompt", "tools", "examples", "client", "service"}
PROVIDERS = {
    "",
    "openai",
    "anthropic",
    "gemini",
    "bedrock",
    "mistral",
    "cohere",
    "ollama",
    "groq",
    "together",
    "fireworks",
    "dashscope",
    "vllm",
    "vertex-ai",
    "litellm",
    "huggingface",
}
KINDS = ("call", "message", "prompt", "messages", "decorator", "base")
# Words that mean something else in a file that does not import the framework.
GENERIC = {
    "Agent",
    "Task",
    "Team",
    "Tool",
    "tool",
    "prompt",
    "Prompt",
    "Function",
    "Server",
    "Rule",
    "Role",
    "Signature",
    "generate",
    "invoke",
    "stream",
    "run",
    "chat",
    "complete",
    "completion",
    "converse",
    "handoff",
    "Handoff",
    "GroupChat",
    "lm",
    "guard",
    "Flow",
    "system_prompt",
    "instructions",
    "activity",
    "add_tool",
    "add_function",
}
# What an unknown framework's agent class may carry without its import being seen.
PLAIN_WORDS = {"instructions", "system_prompt", "system_message", "backstory"}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return msgspec.convert(tomllib.loads(PATH.read_text(encoding="utf-8")), Catalogue)


def entries(catalogue: Catalogue) -> Iterator[tuple[str, Any]]:
    for kind in KINDS:
        for entry in getattr(catalogue, kind):
            yield kind, entry


def test_the_head_explains_every_key() -> None:
    head = PATH.read_text(encoding="utf-8").partition("# ----")[0]
    explained = set(re.findall(r"^# (\w+)|`(\w+)`", head, re.M))
    words = {word for pair in explained for word in pair}
    for kind in msgspec.structs.fields(Catalogue):
        entry = getattr(kind.type, "__args__", (None,))[0]
        if kind.name != "hosts":
            assert set(entry.__struct_fields__) <= words, kind.name


def test_words_are_known(catalogue: Catalogue) -> None:
    for kind, entry in entries(catalogue):
        assert entry.match, kind
        for name in (*entry.match, *entry.requires, *entry.excludes):
            assert all(part.isidentifier() for part in name.split(".")), name
        for module in (*entry.requires, *entry.excludes):
            assert "." not in module, f"{entry.match}: only top-level modules are compared, not {module}"
        assert not set(entry.requires) & set(entry.excludes), entry.match
        assert getattr(entry, "template", "") in TEMPLATES, entry.match
        roles = [
            *getattr(entry, "arguments", {}).values(),
            *getattr(entry, "attributes", {}).values(),
            *getattr(entry, "fields", {}).values(),
        ]
        roles += [place.role for place in getattr(entry, "positional", [])]
        roles += [role for role in (getattr(entry, "role", ""), getattr(entry, "docstring", "")) if role]
        assert set(roles) <= ROLES, entry.match


def test_entries_say_something(catalogue: Catalogue) -> None:
    for call in catalogue.call:
        assert (call.slots or call.fills) and set(call.slots) <= SLOTS, call.match
        assert all(call.slots.values()), call.match
        assert call.provider in PROVIDERS and call.api, call.match
    for message in catalogue.message:
        assert message.content and (message.role or message.role_from), message.match
    for prompt in catalogue.prompt:
        assert prompt.arguments or prompt.positional or prompt.slots, prompt.match
        assert all(place.index >= 0 for place in prompt.positional), prompt.match
    for decorator in catalogue.decorator:
        assert decorator.gives in ("docstring", "return", "arguments"), decorator.match
    for base in catalogue.base:
        assert base.attributes or base.docstring or base.fields or base.types is not None, base.match


def test_generic_names_name_their_package(catalogue: Catalogue) -> None:
    for kind, entry in entries(catalogue):
        for name in entry.match:
            if getattr(entry, "through", False):
                # It counts on what is known to send requests only.
                continue
            if name in GENERIC and not entry.requires:
                assert kind == "prompt" and set(entry.arguments) <= PLAIN_WORDS and not entry.positional, (kind, name)


def test_every_entry_is_reached(catalogue: Catalogue) -> None:
    """No entry is hidden by another one for the imports that it asks for."""
    known = Matcher(catalogue)
    indexes: dict[str, Any] = {
        "call": known.calls,
        "message": known.message,
        "prompt": known.prompts,
        "messages": known.messages,
        "decorator": known.decorators,
        "base": known.bases,
    }
    for kind, entry in entries(catalogue):
        for name in entry.match:
            for imported in entry.requires or [""]:
                found = Matcher.find(indexes[kind], f"x.{name}" if entry.requires else name, frozenset({imported}))
                assert found is entry, f"{kind} {name} with {imported or 'nothing'} imported: {found and found.match}"


def test_every_entry_names_its_source() -> None:
    lines = PATH.read_text(encoding="utf-8").splitlines()
    named = False
    for line in lines:
        if line.startswith("# ----"):
            named = False
        elif line.startswith("# "):
            named = True
        elif line.startswith("[["):
            assert named, line


def static(value: Value) -> str:
    """All static text of a value, in order."""
    if isinstance(value, Message):
        return static(value.content)
    if isinstance(value, Items):
        return "".join(static(item) for item in value.items)
    if isinstance(value, Mapping):
        return "".join(static(item) for _, item in value.entries)
    text = ""
    for part in value:
        match part:
            case Text():
                text += part.value
            case Choice():
                text += "".join(static(branch) for branch in part.branches)
            case Repeat():
                text += static(part.body)
            case Apply():
                text += static(part.target)
            case _:
                pass
    return text


def read(code: str) -> Facts:
    found = facts(Source.from_bytes("sample.py", textwrap.dedent(code).encode()))
    assert found.problems == []
    return found


def sites(code: str) -> set[tuple[str, str]]:
    """Role and text of every site that evidence stronger than a name gives."""
    found = [site for site in read(code).sites if site.rank <= 1]
    return {(site.role.removeprefix(LISTED), " ".join(static(site.value).split())) for site in found}


# name, code, the sites that must be found: (role, text)
FOUND: list[tuple[str, str, set[tuple[str, str]]]] = [
    (
        "openai-responses",
        """
        from openai import OpenAI
        client = OpenAI()
        client.responses.create(model="gpt-5", instructions="Be terse.", input="Why is the sky blue?")
        """,
        {("system", "Be terse."), ("user", "Why is the sky blue?")},
    ),
    (
        "openai-assistants",
        """
        from openai import OpenAI
        OpenAI().beta.assistants.create(model="gpt-4o", instructions="You file tickets.")
        client.beta.threads.messages.create(thread_id=t, role="user", content="Where is my parcel?")
        """,
        {("system", "You file tickets."), ("user", "Where is my parcel?")},
    ),
    (
        "anthropic",
        """
        import anthropic
        anthropic.Anthropic().messages.create(model="claude", system=[{"type": "text", "text": "Be kind."}])
        """,
        {("system", "Be kind.")},
    ),
    (
        "google-genai",
        """
        from google import genai
        from google.genai import types
        client = genai.Client()
        config = types.GenerateContentConfig(system_instruction="You are a cat.")
        client.models.generate_content(model="gemini-2.5-flash", contents="Purr for me", config=config)
        """,
        {("system", "You are a cat."), ("user", "Purr for me")},
    ),
    (
        "google-generativeai",
        """
        import google.generativeai as genai
        model = genai.GenerativeModel("gemini-1.5-pro", system_instruction="You are a dog.")
        model.generate_content("Bark for me")
        """,
        {("system", "You are a dog."), ("user", "Bark for me")},
    ),
    (
        "litellm",
        """
        from litellm import completion
        completion("gpt-4o", [{"role": "system", "content": "Be exact."}])
        """,
        {("system", "Be exact.")},
    ),
    (
        "cohere",
        """
        import cohere
        co = cohere.Client()
        co.chat(message="Name three rivers", preamble="Answer in one line.")
        """,
        {("user", "Name three rivers"), ("system", "Answer in one line.")},
    ),
    (
        "ollama",
        """
        import ollama
        ollama.generate("llama3", "Say hello to me", system="Be friendly.")
        """,
        {("user", "Say hello to me"), ("system", "Be friendly.")},
    ),
    (
        "langchain-messages",
        """
        from langchain_core.messages import HumanMessage, SystemMessage
        messages = [SystemMessage("Be brief."), HumanMessage(content="What is a fjord?")]
        """,
        {("system", "Be brief."), ("user", "What is a fjord?")},
    ),
    (
        "langchain-from-messages",
        """
        from langchain_core.prompts import ChatPromptTemplate
        prompt = ChatPromptTemplate.from_messages([("system", "Translate to {language}."), ("human", "{text}")])
        """,
        {("system", "Translate to {language}.")},
    ),
    (
        "langchain-templates",
        """
        from langchain_core.prompts import PromptTemplate, SystemMessagePromptTemplate
        a = PromptTemplate(input_variables=["topic"], template="Tell me a joke about {topic}.")
        b = PromptTemplate.from_template("Sum up {text}.")
        c = SystemMessagePromptTemplate.from_template("You know {subject}.")
        """,
        {("user", "Tell me a joke about {topic}."), ("user", "Sum up {text}."), ("system", "You know {subject}.")},
    ),
    (
        "langchain-tools",
        """
        from langchain_core.tools import BaseTool, StructuredTool, Tool, tool
        @tool
        def search(query: str) -> str:
            '''Look something up.'''
        class Clock(BaseTool):
            name: str = "clock"
            description: str = "Tells the time."
        StructuredTool.from_function(func=f, name="f", description="Adds two numbers.")
        Tool("g", g, "Divides two numbers.")
        """,
        {
            ("tool", "Look something up."),
            ("tool", "Tells the time."),
            ("tool", "Adds two numbers."),
            ("tool", "Divides two numbers."),
        },
    ),
    (
        "langchain-agents",
        """
        from langchain.agents import create_agent
        from langgraph.prebuilt import create_react_agent
        create_agent("openai:gpt-5", tools=[], system_prompt="You plan trips.")
        create_react_agent(model, tools=[], prompt="You book hotels.")
        """,
        {("system", "You plan trips."), ("system", "You book hotels.")},
    ),
    (
        "openai-agents",
        """
        from agents import Agent, Runner, function_tool
        agent = Agent(name="Triage", instructions="Route the caller.", handoff_description="Knows every desk.")
        @function_tool
        async def weather(city: str) -> str:
            '''Fetch the weather.'''
        Runner.run_sync(agent, "Which desk for refunds?")
        """,
        {
            ("system", "Route the caller."),
            ("tool", "Knows every desk."),
            ("tool", "Fetch the weather."),
            ("user", "Which desk for refunds?"),
        },
    ),
    (
        "pydantic-ai",
        """
        from pydantic_ai import Agent, RunContext
        agent = Agent("openai:gpt-4o", system_prompt=("Use the customer's name.", "Reply politely."))
        @agent.system_prompt
        def add_date(ctx):
            return "Prices are in euros."
        @agent.tool_plain
        def roll() -> int:
            '''Roll a die.'''
        agent.run_sync("What did I order?")
        """,
        {
            ("system", "Use the customer's name."),
            ("system", "Reply politely."),
            ("system", "Prices are in euros."),
            ("tool", "Roll a die."),
            ("user", "What did I order?"),
        },
    ),
    (
        "crewai",
        """
        from crewai import Agent, Task
        from crewai.tools import tool
        a = Agent(role="Researcher on {topic}", goal="Find the news", backstory="You read everything.")
        t = Task(description="Write a report on {topic}", expected_output="Ten bullets", agent=a)
        @tool("Search")
        def search(query: str) -> str:
            '''Searches the web.'''
        """,
        {
            ("system", "Researcher on {topic}"),
            ("system", "Find the news"),
            ("system", "You read everything."),
            ("user", "Write a report on {topic}"),
            ("user", "Ten bullets"),
            ("tool", "Searches the web."),
        },
    ),
    (
        "beeai",
        """
        from beeai_framework.backend import AssistantMessage, UserMessage
        llm.run([UserMessage("Start now"), AssistantMessage("I have begun.")])
        """,
        {("user", "Start now"), ("assistant", "I have begun.")},
    ),
    (
        "autogen",
        """
        from autogen_agentchat.agents import AssistantAgent
        from autogen_agentchat.teams import SelectorGroupChat
        from autogen_core.models import UserMessage
        from autogen_core.tools import FunctionTool
        a = AssistantAgent("writer", model_client=c, system_message="You write.", description="Writes the text.")
        SelectorGroupChat([a], model_client=c, selector_prompt="Pick one of {participants}.")
        FunctionTool(f, "Counts the words.")
        UserMessage("Start now", source="user")
        """,
        {
            ("system", "You write."),
            ("system", "Writes the text."),
            ("system", "Pick one of {participants}."),
            ("tool", "Counts the words."),
            ("user", "Start now"),
        },
    ),
    (
        "autogen-0.2",
        """
        import autogen
        a = autogen.ConversableAgent("a", system_message="You argue.")
        b.initiate_chat(a, message="Is tea better?")
        """,
        {("system", "You argue."), ("user", "Is tea better?")},
    ),
    (
        "llama-index",
        """
        from llama_index.core import PromptTemplate
        from llama_index.core.agent.workflow import FunctionAgent
        from llama_index.core.llms import ChatMessage, MessageRole
        from llama_index.core.prompts import RichPromptTemplate
        p = PromptTemplate("Context: {context_str}")
        r = RichPromptTemplate("Hello {{ name }}!")
        FunctionAgent(tools=[], llm=llm, system_prompt="You compute.")
        ChatMessage(role=MessageRole.SYSTEM, content="You list.")
        """,
        {
            ("user", "Context: {context_str}"),
            ("user", "Hello {{ name }}!"),
            ("system", "You compute."),
            ("system", "You list."),
        },
    ),
    (
        "dspy",
        """
        import dspy
        class Judge(dspy.Signature):
            '''Judge whether the answer is right.'''
            answer = dspy.InputField(desc="what was said")
            right: bool = dspy.OutputField(prefix="Verdict:", desc="whether it holds")
        s = dspy.Signature("question -> answer", "Answer in French.")
        """,
        {
            ("system", "Judge whether the answer is right."),
            ("system", "what was said"),
            ("system", "Verdict:"),
            ("system", "whether it holds"),
            ("system", "Answer in French."),
        },
    ),
    (
        "haystack",
        """
        from haystack.components.builders import ChatPromptBuilder, PromptBuilder
        from haystack.dataclasses import ChatMessage
        PromptBuilder(template="Answer {{ question }} briefly.")
        ChatPromptBuilder(template=[ChatMessage.from_system("You cite sources.")])
        """,
        {("user", "Answer {{ question }} briefly."), ("system", "You cite sources.")},
    ),
    (
        "semantic-kernel",
        """
        from semantic_kernel.agents import ChatCompletionAgent
        from semantic_kernel.functions import kernel_function
        ChatCompletionAgent(service=s, name="host", instructions="Greet the guests.")
        class Menu:
            @kernel_function(description="Lists the dishes.")
            def dishes(self): ...
        history.add_system_message("You serve food.")
        """,
        {("system", "Greet the guests."), ("tool", "Lists the dishes."), ("system", "You serve food.")},
    ),
    (
        "mcp",
        """
        from mcp.server.fastmcp import FastMCP
        server = FastMCP("demo", instructions="Ask before you delete.")
        @server.tool()
        def add(a: int, b: int) -> int:
            '''Add two numbers.'''
        @server.prompt()
        def review(code: str) -> str:
            return f"Please review this code: {code}"
        """,
        {("system", "Ask before you delete."), ("tool", "Add two numbers."), ("user", "Please review this code:")},
    ),
    (
        "google-adk",
        """
        from google.adk.agents import Agent
        root = Agent(name="root", instruction="Help with bills.", description="Knows the bills.")
        """,
        {("system", "Help with bills."), ("system", "Knows the bills.")},
    ),
    (
        "agno",
        """
        from agno.agent import Agent
        Agent(model=m, description="You are a chef.", instructions=["Use what is there.", "Give weights."])
        """,
        {("system", "You are a chef."), ("system", "Use what is there."), ("system", "Give weights.")},
    ),
    (
        "smolagents",
        """
        from smolagents import CodeAgent, Tool, tool
        CodeAgent(tools=[], model=m, instructions="Prefer short code.")
        class Area(Tool):
            name = "area"
            description = "Computes an area."
        @tool
        def total(x: int) -> int:
            '''Adds it up.'''
        """,
        {("system", "Prefer short code."), ("tool", "Computes an area."), ("tool", "Adds it up.")},
    ),
    (
        "camel",
        """
        from camel.agents import ChatAgent
        from camel.messages import BaseMessage
        from camel.prompts import TextPrompt
        ChatAgent("You negotiate.")
        BaseMessage.make_user_message("buyer", "How much for both?")
        TEXT = TextPrompt("Never forget you are {role}.")
        """,
        {("system", "You negotiate."), ("user", "How much for both?"), ("unknown", "Never forget you are {role}.")},
    ),
    (
        "griptape",
        """
        from griptape.rules import Rule
        from griptape.structures import Agent
        from griptape.tasks import PromptTask
        from griptape.utils.decorators import activity
        agent = Agent(rules=[Rule("Never swear.")])
        agent.run("Sort this letter.")
        PromptTask("Sum up {{ args[0] }} for me.")
        class Sums:
            @activity(config={"description": "Adds numbers up."})
            def add(self, values): ...
        """,
        {
            ("system", "Never swear."),
            ("user", "Sort this letter."),
            ("user", "Sum up {{ args[0] }} for me."),
            ("tool", "Adds numbers up."),
        },
    ),
    (
        "llmware",
        """
        from llmware.agents import LLMfx
        from llmware.models import ModelCatalog
        from llmware.prompts import Prompt
        prompter = Prompt().load_model("bling")
        prompter.prompt_main("When does it start?", context="Work starts in May.", prompt_name="default_with_context")
        ModelCatalog().load_model("bling").inference("What rose?", add_context="Sales rose by a tenth.")
        ModelCatalog().load_model("slim-ner").function_call("Ann met Bob.", params=["people"])
        LLMfx().load_work("The parcel came late.")
        LLMfx().exec_function_call("sentiment", "The box was broken.")
        """,
        {
            ("user", "When does it start?"),
            ("user", "Work starts in May."),
            ("user", "What rose?"),
            ("user", "Sales rose by a tenth."),
            ("user", "Ann met Bob."),
            ("user", "The parcel came late."),
            ("user", "The box was broken."),
        },
    ),
    (
        "mirascope-and-magentic",
        """
        from magentic import prompt
        from mirascope.core import Messages, prompt_template
        @prompt("Name a {thing}.")
        def name(thing: str) -> str: ...
        @prompt_template("Recommend a {genre} book.")
        def book(genre: str): ...
        Messages.System("You sell books.")
        """,
        {("user", "Name a {thing}."), ("unknown", "Recommend a {genre} book."), ("system", "You sell books.")},
    ),
    (
        "functions-that-return-prompts",
        """
        import ell
        from mirascope.core import openai
        @openai.call("gpt-4o-mini")
        def book(genre: str) -> str:
            return f"Recommend a {genre} book."
        @ell.simple(model="gpt-4o")
        def rhyme(name: str):
            '''You rhyme.'''
            return f"Say hello to {name}."
        """,
        {("user", "Recommend a book."), ("system", "You rhyme."), ("user", "Say hello to .")},
    ),
    (
        "other-agents",
        """
        from strands import Agent
        from claude_agent_sdk import ClaudeAgentOptions, tool
        Agent(system_prompt="You fix bugs.")
        ClaudeAgentOptions(system_prompt="You write tests.")
        ClaudeAgentOptions(system_prompt={"type": "preset", "preset": "claude_code", "append": "End with a rhyme."})
        @tool("greet", "Greets a user.", {"name": str})
        async def greet(args): ...
        """,
        {
            ("system", "You fix bugs."),
            ("system", "You write tests."),
            ("system", "End with a rhyme."),
            ("tool", "Greets a user."),
        },
    ),
    (
        "tasks-of-agents",
        """
        from praisonaiagents import Agent
        from app.crew import Task, writer
        Task(description="Write of boats.", expected_output="A page.", agent=writer)
        sailor = Agent(instructions="You know boats.")
        sailor.start("Name a boat.")
        """,
        {("user", "Write of boats."), ("user", "A page."), ("system", "You know boats."), ("user", "Name a boat.")},
    ),
    (
        "cua-bench",
        """
        import cua_bench as cb

        def tasks():
            return [cb.Task(description="Draw a boat.", metadata={"level": "easy"})]
        """,
        {("user", "Draw a boat.")},
    ),
    (
        "upsonic",
        """
        from upsonic import Agent, Task
        agent = Agent("openai/gpt-4o", role="Historian", education="Knows the north")
        agent.print_do(Task("Tell of boats."))
        agent.do("Tell of ships.")
        """,
        {
            ("system", "Historian"),
            ("system", "Knows the north"),
            ("user", "Tell of boats."),
            ("user", "Tell of ships."),
        },
    ),
    (
        "langroid",
        """
        import langroid as lr
        from langroid.agent.tool_message import ToolMessage
        class Probe(ToolMessage):
            request: str = "probe"
            purpose: str = "Count the boats"
        agent = lr.ChatAgent(lr.ChatAgentConfig(system_message="You count."))
        task = lr.Task(agent, system_message="Answer in figures.")
        task.run("How many boats?")
        agent.llm_response("How many ships?")
        """,
        {
            ("tool", "Count the boats"),
            ("system", "You count."),
            ("system", "Answer in figures."),
            ("user", "How many boats?"),
            ("user", "How many ships?"),
        },
    ),
    (
        "documents-that-are-asked",
        """
        from concordia.document import interactive_document
        from concordia.typing import entity
        prompt = interactive_document.InteractiveDocument(model)
        prompt.statement("It rains.")
        prompt.open_question("What now?", answer_prefix="They would ")
        prompt.multiple_choice_question("Which?", answers=["To stay", "To go"])
        entity.free_action_spec(call_to_action="What would they say?")
        """,
        {
            ("user", "It rains."),
            ("user", "What now?"),
            ("user", "They would"),
            ("user", "Which?"),
            ("user", "To go"),
            ("user", "What would they say?"),
        },
    ),
    (
        "voices",
        """
        import livekit
        from pipecat.adapters.schemas.function_schema import FunctionSchema
        FunctionSchema("w", description="The weather", properties={"at": {"type": "string", "description": "The city"}})
        service.Settings(system_instruction="Speak slowly.")
        session.generate_reply(instructions="Greet them.", user_input="Who is there?")
        chat.add_message(role="system", content="They are late.")
        """,
        {
            ("tool", "The weather"),
            ("tool", "The city"),
            ("system", "Speak slowly."),
            ("system", "Greet them."),
            ("user", "Who is there?"),
            ("system", "They are late."),
        },
    ),
    (
        "parameters-of-tools",
        """
        import azure.functions as func
        from nanobot.agent.tools.schema import IntegerSchema, StringSchema
        StringSchema("The city")
        IntegerSchema(description="How many days")
        @app.generic_trigger(type="mcpToolTrigger", description="The wind", toolProperties='[{"description": "A day"}]')
        def weather(c): ...
        """,
        {
            ("tool", "The city"),
            ("tool", "How many days"),
            ("tool", "The wind"),
            ("tool", '[{"description": "A day"}]'),
        },
    ),
    (
        "texts-that-are-optimized",
        """
        import textgrad as tg
        import marvin
        import controlflow
        import langfun as lf
        tg.Variable("You solve riddles.", role_description="the system prompt")
        tg.TextLoss("Rate the answer.")
        marvin.run("Write a poem.")
        controlflow.Task("Write a letter.")
        lf.query("Name a thing.", str, lm=model)
        """,
        {
            ("unknown", "You solve riddles."),
            ("user", "the system prompt"),
            ("system", "Rate the answer."),
            ("user", "Write a poem."),
            ("user", "Write a letter."),
            ("user", "Name a thing."),
        },
    ),
    (
        "agents-told-of-each-other",
        """
        import agency_swarm
        import agentscope
        import camel
        from agency_swarm import Agent
        from camel.societies.workforce import SingleAgentWorker
        Agent(name="a", description="Knows the prices.")
        SingleAgentWorker("Knows the stock.", worker=w)
        workforce.add_main_task("Count the chairs.")
        toolkit.create_tool_group("files", "Read files.", notes="Open before reading.")
        class Ask(agency_swarm.SendMessage):
            "Ask another one."
            reason: str = Field(description="Why it is asked")
        """,
        {
            ("tool", "Knows the prices."),
            ("system", "Knows the stock."),
            ("user", "Count the chairs."),
            ("tool", "Read files."),
            ("tool", "Open before reading."),
            ("tool", "Ask another one."),
            ("tool", "Why it is asked"),
        },
    ),
    (
        "agent-framework",
        """
        from agent_framework import Agent, Content, Message
        async def main(client, context):
            clerk = Agent(client=client, instructions="You sort letters.", description="Knows the letters")
            context.extend_instructions(self.source_id, "Never open letters.")
            context.extend_messages(self, [Message("user", ["The post has come."])])
            Message(role="system", contents=[Content.from_text(text="Letters are sorted at nine.")])
        """,
        {
            ("system", "You sort letters."),
            ("tool", "Knows the letters"),
            ("system", "Never open letters."),
            ("user", "The post has come."),
            ("system", "Letters are sorted at nine."),
        },
    ),
    (
        "tools-and-agents-by-their-description",
        """
        import nat
        from agent_squad.agents import BedrockLLMAgent, BedrockLLMAgentOptions
        yield FunctionInfo.from_fn(search, description="Search the letters of a year.")
        group.add_function(name="count", fn=count, description="Count the letters of a day.")
        BedrockLLMAgent(BedrockLLMAgentOptions(name="a", description="Answers letters about taxes."))
        """,
        {
            ("tool", "Search the letters of a year."),
            ("tool", "Count the letters of a day."),
            ("tool", "Answers letters about taxes."),
        },
    ),
    (
        "described-data",
        """
        import langchain, langgraph_supervisor, llama_index, letta_client
        AttributeInfo(name="year", description="The year of the letter", type="integer")
        SelfQueryRetriever.from_llm(llm, store, "Letters to a city", fields)
        ConstitutionalPrinciple(critique_request="Is it polite?", revision_request="Make it polite.")
        langgraph_supervisor.create_handoff_tool(agent_name="a", description="Hand a bill over")
        VectorStoreInfo(content_info="Letters of a year", metadata_info=[MetadataInfo(description="Its year")])
        client.blocks.create(label="human", value="Lives in a village.")
        """,
        {
            ("system", "The year of the letter"),
            ("system", "Letters to a city"),
            ("user", "Is it polite?"),
            ("user", "Make it polite."),
            ("tool", "Hand a bill over"),
            ("user", "Letters of a year"),
            ("user", "Its year"),
            ("system", "Lives in a village."),
        },
    ),
    (
        "teams",
        """
        from swarms import Agent, GroupChat
        from swarms.structs.graph_workflow import GraphWorkflow
        chat = GroupChat(agents=[Agent(system_prompt="You sort letters.")], rules="One speaks at a time.")
        chat.run("Sort this letter.")
        flow = GraphWorkflow(name="letters")
        flow.run(task="Answer this letter.")
        """,
        {
            ("system", "You sort letters."),
            ("system", "One speaks at a time."),
            ("user", "Sort this letter."),
            ("user", "Answer this letter."),
        },
    ),
    (
        "judges",
        """
        import agno, griptape, opik, pydantic_evals, ragas, trulens
        AgentAsJudgeEval(criteria="Is it short?")
        EvalEngine(criteria="Is it whole?")
        opik.evaluation.metrics.GEval(task_introduction="You judge.", evaluation_criteria="Is it calm?")
        LLMJudge(rubric="It names a source.")
        DiscreteMetric(name="d", prompt="Rate {text}.")
        RubricsScore(rubrics={"score1_description": "It is wrong."})
        Metric(implementation=f, name="r", criteria="0: it is off the topic", description="How near it is")
        """,
        {
            ("system", "Is it short?"),
            ("user", "Is it whole?"),
            ("user", "You judge."),
            ("user", "Is it calm?"),
            ("user", "It names a source."),
            ("user", "Rate {text}."),
            ("user", "It is wrong."),
            ("system", "0: it is off the topic"),
        },
    ),
    (
        "evaluation",
        """
        from deepeval.metrics import GEval
        from ragas.prompt import PydanticPrompt
        GEval(name="tone", criteria="Is the tone polite?", evaluation_steps=["Read it.", "Rate it."])
        class Recall(PydanticPrompt[A, B]):
            instruction = "Classify each sentence."
        """,
        {
            ("user", "Is the tone polite?"),
            ("user", "Read it."),
            ("user", "Rate it."),
            ("user", "Classify each sentence."),
        },
    ),
]


@pytest.mark.parametrize(
    ("code", "expected"), [(code, expected) for _, code, expected in FOUND], ids=[name for name, _, _ in FOUND]
)
def test_prompts_are_found(code: str, expected: set[tuple[str, str]]) -> None:
    assert expected <= sites(code)


# code whose texts are for people or programs, although it uses the same words
NOT_FOUND = {
    "own-classes": """
        from app.models import Task, Team, Tool
        Task(description="Paint the fence before Friday", expected_output="A white fence")
        Task(description="Paint the fence before Friday", agent="Bob", tools=None)
        Team(description="The people who paint")
        Tool("brush", f, "A thing to paint with")
        Metric(criteria="How white the fence is", description="Its colour")
        Rubric(expected_outcome="A fence that is white")
        Persona(role_description="A man who paints")
        """,
    "promptflow-tool": """
        from promptflow.core import tool
        import langchain
        @tool
        def node(text: str) -> str:
            '''This tool passes the text on.'''
        """,
    "runners": """
        import subprocess
        from autogen_agentchat.agents import AssistantAgent
        from smolagents import CodeAgent
        subprocess.run("ls -la /tmp && echo done", shell=True)
        """,
    "openapi": """
        from fastapi import FastAPI
        app = FastAPI(description="Serves the shop's orders to partners")
        @app.get("/orders", description="Lists all orders of a day")
        def orders(): ...
        """,
}


@pytest.mark.parametrize("code", NOT_FOUND.values(), ids=NOT_FOUND)
def test_other_texts_are_left_alone(code: str) -> None:
    assert sites(code) == set()
    assert read(code).calls == []


# code, provider, api, slots filled
CALLS = {
    "kani": (
        "from kani import Kani\nKani(engine).chat_round_str(query)",
        "",
        "agent",
        {"prompt", "unread.tools", "unread.system", "unread.messages"},
    ),
    "llama-index-query": (
        "from llama_index.core import VectorStoreIndex\nindex.as_query_engine(llm=llm).aquery(question)",
        "",
        "completion",
        {"prompt", "unread.prompt"},
    ),
    "openai": (
        "client.chat.completions.create(model=m, messages=h, tools=t)",
        "openai",
        "chat",
        {"model", "messages", "tools"},
    ),
    "openai-0.28": (
        "import openai\nopenai.ChatCompletion.create(model=m, messages=h)",
        "openai",
        "chat",
        {"model", "messages"},
    ),
    "azure-parse": (
        "self._client.beta.chat.completions.parse(model=m, messages=h, response_format=R)",
        "openai",
        "chat",
        {"model", "messages", "unread.schemas"},
    ),
    "anthropic": (
        "client.messages.create(model=m, system=s, messages=h, tools=t)",
        "anthropic",
        "messages",
        {"model", "system", "messages", "tools"},
    ),
    "groq": (
        "from groq import Groq\nclient = Groq()\nclient.chat.completions.create(model=m, messages=h)",
        "groq",
        "chat",
        {"model", "messages"},
    ),
    "bedrock": (
        "import boto3\nclient.converse(modelId=m, system=s, messages=h)",
        "bedrock",
        "converse",
        {"model", "system", "messages"},
    ),
    "mistral": (
        "from mistralai import Mistral\nclient.chat.complete(model=m, messages=h)",
        "mistral",
        "chat",
        {"model", "messages"},
    ),
    "ollama": ("from ollama import chat\nchat(m, h)", "ollama", "chat", {"model", "messages"}),
    "litellm": ("import litellm\nlitellm.acompletion(model=m, messages=h)", "litellm", "chat", {"model", "messages"}),
    "gemini": (
        "client.aio.models.generate_content_stream(model=m, contents=c)",
        "gemini",
        "generate",
        {"model", "messages"},
    ),
    "langchain": ("from langchain_openai import ChatOpenAI\nself.llm.invoke(h)", "", "chat", {"messages"}),
    "instructor": (
        "import instructor\nclient.chat.completions.create(model=m, response_model=R, messages=h)",
        "",
        "chat",
        {"model", "messages", "unread.schemas"},
    ),
}


@pytest.mark.parametrize(("code", "provider", "api", "slots"), CALLS.values(), ids=CALLS)
def test_calls_are_known(code: str, provider: str, api: str, slots: set[str]) -> None:
    [call] = read(code).calls
    assert (call.provider, call.api, {name for name, _ in call.slots}) == (provider, api, slots)


def test_twilio_messages_are_not_requests() -> None:
    code = "from twilio.rest import Client\nclient.messages.create(body='Your code is 1234', to=number)"
    assert read(code).calls == []


def test_catalogue_is_read_once() -> None:
    assert matcher() is matcher()


def test_the_built_catalogue_is_the_written_one() -> None:
    data = tomllib.loads(PATH.read_text(encoding="utf-8"))
    built = msgspec.json.decode(PATH.with_suffix(".json").read_bytes(), type=Catalogue)
    assert built == msgspec.convert(data, Catalogue), "run: python scripts/build_catalogue.py"
