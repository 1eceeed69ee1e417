"""Every form in which programs write prompts, one small program each: what must be found, and what must not."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from promptlint.extract.facts import Problem
from promptlint.extract.python import facts
from promptlint.link import link
from promptlint.source import Source
from promptlint.template import texts

Found = list[tuple[str, str]]


def prompts_of(*files: tuple[str, str]) -> Found:
    """Static text and role of every prompt of a project of these files."""
    project = link([facts(Source(name, textwrap.dedent(text))) for name, text in files])
    return [("".join(text.value for text in texts(prompt.template)), prompt.role) for prompt in project.prompts]


def form(name: str, *parts: Any, silent: tuple[str, ...] = ()) -> Any:
    """A case: files (a lone text is `app.py`), then `(fragment, role)` for what must be found."""
    files = [part for part in parts if isinstance(part, dict)] or [{"app.py": parts[0]}]
    expected = [part for part in parts if isinstance(part, tuple)]
    return pytest.param(tuple(files[0].items()), expected, silent, id=name)


FORMS = [
    form(
        "schemas for a validator and a web API are no tools",
        """
        LETTER_SCHEMA = {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "definitions": {"letter": {
                "type": "object", "properties": {"to": {"type": "string", "description": "Who gets it"}}}},
        }
        SORT_SPEC = {"parameters": [{"name": "body", "in": "body", "schema": {
            "type": "object", "properties": {"by": {"type": "string", "description": "How they are sorted"}}}}]}
        SORT_TOOL = {"name": "sort", "description": "Sorts letters", "parameters": {
            "type": "object", "properties": {"by": {"type": "string", "description": "What they are sorted by"}}}}
        """,
        ("Sorts letters", "tool"),
        ("What they are sorted by", "tool"),
        silent=("Who gets it", "How they are sorted"),
    ),
    form(
        "a constant of any name that is held by one of a prompt",
        """
        _SORTED = "The letters are sorted by their subject."
        _COUNTED = "The letters are counted by their subject."
        _SHOWN = "The letters are shown by their subject."
        _BEGUN = "letters"
        def choose(kind):
            if kind == "sort":
                prompt = _SORTED
            else:
                system_prompt = _COUNTED
            title = _SHOWN
            user_prompt = _BEGUN
        """,
        ("The letters are sorted", "user"),
        ("The letters are counted", "system"),
        silent=("are shown",),
    ),
    form(
        "a text that is found by its name, filled with the values of a dict",
        """
        JUDGE_PROMPT = "Judge the letter by this: {{BY}}. Answer with a number."
        CRITERIA = {
            "tone": "Was the letter kind to its reader? Score 1: it is rude. Score 5: it is kind throughout.",
            "length": "Was the letter short enough? Score 1: it rambles. Score 5: nothing can be left out.",
        }
        def judge(client):
            for name, text in CRITERIA.items():
                asked = JUDGE_PROMPT.replace("{{BY}}", text.strip())
                client.make_request(Request(model="gpt-4o", prompt=asked))
        """,
        ("Score 1: it is rude.", "user"),
        ("Score 1: it rambles.", "user"),
    ),
    form(
        "a tuple that a function gives back",
        """
        from openai import OpenAI
        def texts(letter):
            return "Sort the letter by its subject.", f"The letter: {letter}"
        def main(client: OpenAI, letter):
            rules, body = texts(letter)
            client.responses.create(model="gpt-4o", instructions=rules, input=body)
        """,
        ("Sort the letter by its subject.", "system"),
        ("The letter: ", "user"),
    ),
    form(
        "the form of the answer under a key",
        """
        from pydantic import BaseModel, Field
        class Letter(BaseModel):
            subject: str = Field(description="What the letter is about")
        class Day(BaseModel):
            name: str = Field(description="Its name")
        def prepare(options, mode):
            options["response_format"] = Letter
        """,
        ("What the letter is about", "tool"),
        silent=("Its name",),
    ),
    form(
        "a template that settings hold",
        {
            "app.py": """
            from langchain_core.prompts import PromptTemplate
            class Editor:
                def __init__(self, config):
                    self.config = config
                def template(self):
                    return PromptTemplate(template=self.config.edit_template)
            """,
            "settings.py": """
            from pydantic import BaseModel, Field
            class Settings(BaseModel):
                edit_template: str = Field(
                    default="You have this letter: {letter}. It was written to a council. Make it shorter than a page.",
                    description="How to edit",
                )
            """,
        },
        ("Make it shorter than a page.", "user"),
        silent=("How to edit",),
    ),
    form(
        "what an object is made with decides nothing",
        """
        from openai import OpenAI
        def rules(mode):
            return "Answer at length." if mode == "long" else "Answer in one line."
        class Desk:
            def __init__(self, mode="long"):
                self.mode = mode
            def ask(self, client: OpenAI):
                client.responses.create(model="gpt-4o", instructions=rules(self.mode), input="x")
        """,
        ("Answer at length.Answer in one line.", "system"),
    ),
    form(
        "a decorator of the project that makes a tool of a docstring",
        {
            "app.py": """
            from tools import tool
            def before(context):
                @tool(name="list")
                def list_letters(year: int):
                    \"\"\"List the letters of a year.\"\"\"
            """,
            "tools.py": """
            def tool(func=None, *, name="", description=""):
                def wrapper(f):
                    told = description or (f.__doc__ or "")
                    return FunctionTool(name=name, description=told, func=f)
                return wrapper(func) if func else wrapper
            """,
        },
        ("List the letters of a year.", "tool"),
    ),
    # Names
    form(
        "module constant",
        'REVIEW_PROMPT = "Judge the tone of the letter and say whether it is polite."',
        ("Judge the tone", "user"),
    ),
    form(
        "constant without a telling name",
        '''
        STRATEGY = """You are a patient gardener who answers questions on soil.
        Always name the plant first, then answer in two sentences."""
        ''',
        ("You are a patient gardener", "system"),
    ),
    form(
        "class attribute",
        """
        class Gardener:
            instruction = "Name three plants that grow in the shade of a wall."
        """,
        ("Name three plants", "user"),
    ),
    form(
        "class attribute in a wrapper",
        '''
        class Persona:
            ROLE_PROMPT = TextPrompt("""You are a {trade} and answer as one would.""")
        ''',
        ("You are a ", "user"),
    ),
    form(
        "instance attribute",
        """
        class Gardener:
            def __init__(self):
                self.system_prompt = "You look after roses and nothing else."
        """,
        ("You look after roses", "system"),
    ),
    form(
        "inherited attribute",
        {
            "base.py": """
            class Base:
                opening = "You sort the mail of a small museum."
            """,
            "app.py": """
            from base import Base
            class Clerk(Base):
                def ask(self, client, text):
                    return client.chat.completions.create(
                        model="m",
                        messages=[{"role": "system", "content": self.opening}, {"role": "user", "content": text}],
                    )
            """,
        },
        ("You sort the mail", "system"),
    ),
    form(
        "entry of a dict of prompts",
        """
        PROMPTS = {}
        PROMPTS["greeting"] = "Write one friendly sentence that greets the visitor of a museum."
        """,
        ("Write one friendly sentence", "user"),
    ),
    form(
        "dict of prompts",
        """
        prompts = {
            "long": "Retell the story in ten sentences without names.",
            "short": "Retell the story in one sentence without names.",
        }
        """,
        ("in ten sentences", "user"),
        ("in one sentence", "user"),
    ),
    form(
        "list of prompts",
        'FOLLOW_UP_PROMPTS = ["Ask for the missing date.", "Ask whether the sender agrees."]',
        ("Ask for the missing date", "user"),
        ("Ask whether the sender agrees", "user"),
    ),
    form(
        "default argument",
        """
        def plan(goal, system_message="You split a goal into steps that take an hour each."):
            return run(goal, system_message)
        """,
        ("You split a goal", "system"),
    ),
    form(
        "returned text",
        """
        def build_prompt(letter):
            return f"Answer this letter in the tone of its sender.\\n\\n{letter}"
        """,
        ("Answer this letter", "user"),
    ),
    form(
        "returned by a class of prompts",
        """
        class PromptFamily:
            def joined(self, near, far):
                return f"Notes from the archive: {near}\\n\\nNotes from elsewhere: {far}"
        """,
        ("Notes from the archive", "user"),
    ),
    form(
        "templates of a prompt in several languages",
        """
        class LetterSorter(DeskPrompt):
            template_en = "Letters of the council: $letters"

            def __init__(self):
                self.template_de = f"Briefe aus dem Rathaus: $letters {self.closing}"
                self.template_for_cards = "Cards of the council: $letters"
        """,
        ("Letters of the council", "user"),
        ("Briefe aus dem Rathaus", "user"),
    ),
    form(
        "yielded text",
        """
        def prompt_parts(rules):
            yield "You referee a game of chess between two beginners."
            for rule in rules:
                yield f"Mind this rule of the house: {rule}"
        """,
        ("You referee a game", "user"),
        ("Mind this rule", "user"),
    ),
    form(
        "grown by +=",
        """
        def prompt_for(notes):
            prompt = "Sort these notes by their date."
            for note in notes:
                prompt += f"\\nNote of a visitor: {note}"
            return prompt
        """,
        ("Sort these notes by their date.\nNote of a visitor: ", "user"),
    ),
    form(
        "list that is joined",
        """
        def prompt_for(notes):
            parts = ["Compare the notes of two visitors and tell where they differ."]
            parts.append(f"First notes of the visit: {notes}")
            return "\\n".join(parts)
        """,
        ("Compare the notes", "user"),
        ("First notes of the visit", "user"),
    ),
    form(
        "joined literals",
        """
        prompt = "\\n".join(["You are the writer of labels in a museum.", "Keep each label under thirty words."])
        """,
        ("labels in a museum.\nKeep each label", "system"),
    ),
    form(
        "conditional expression",
        """
        def system_prompt(brief):
            return "You answer in one line." if brief else "You answer in full and cite the page."
        """,
        ("You answer in one line.", "system"),
    ),
    # Fields
    form(
        "format",
        {
            "texts.py": 'LETTER = "Answer the letter of {name}, who writes in anger."',
            "app.py": """
            from texts import LETTER
            def ask(client, name):
                client.messages.create(model="m", messages=[{"role": "user", "content": LETTER.format(name=name)}])
            """,
        },
        ("Answer the letter of , who writes in anger.", "user"),
    ),
    form(
        "percent",
        """
        def ask(client, name):
            prompt = "Say in one word what %s wants from us today." % name
        """,
        ("Say in one word what  wants", "user"),
    ),
    form(
        "replace",
        """
        def prompt_of(name):
            prompt = "Say in one word what [NAME] wants from us today."
            return prompt.replace("[NAME]", name)
        """,
        ("wants from us today", "user"),
    ),
    form(
        "string.Template",
        """
        from string import Template
        VISIT_PROMPT = Template("Describe the visit of $guest to the museum in two lines.")
        def ask(guest):
            return VISIT_PROMPT.substitute(guest=guest)
        """,
        ("Describe the visit of ", "user"),
    ),
    form(
        "dedent",
        '''
        from textwrap import dedent
        def ask(client, text):
            client.responses.create(model="m", instructions=dedent("""\\
                You are a clerk.
                You file letters."""), input=text)
        ''',
        ("You are a clerk.\nYou file letters.", "system"),
    ),
    form(
        "safe format helper of the project",
        {
            "util.py": """
            def safe_format(template, **values):
                for key, value in values.items():
                    template = template.replace("{" + key + "}", str(value))
                return template
            """,
            "app.py": """
            from util import safe_format
            JUDGE_PROMPT = "Judge whether {answer} is what the guide would have said."
            def ask(client, answer):
                client.messages.create(model="m", messages=[
                    {"role": "user", "content": safe_format(JUDGE_PROMPT, answer=answer)}])
            """,
        },
        ("Judge whether ", "user"),
    ),
    # Messages
    form(
        "role dict",
        'history = [{"role": "assistant", "content": "I have filed the letter."}]',
        ("I have filed the letter.", "assistant"),
    ),
    form("dict call", 'x = [dict(role="user", content="File the letter, please.")]', ("File the letter", "user")),
    form(
        "rounds of a benchmark",
        """
        guide = dict(template=dict(
            begin=[dict(role="SYSTEM", fallback_role="HUMAN", prompt="Read the stamp of {letter}.")],
            round=[
                dict(role="HUMAN", prompt="What does the old stamp show?"),
                {"role": "BOT", "prompt": "The stamp shows a ship in front of a harbour."},
                dict(role="HUMAN", prompt="What does {stamp} show, and why?"),
            ],
        ))
        """,
        ("Read the stamp of ", "system"),
        ("What does the old stamp show?", "user"),
        ("The stamp shows a ship in front of a harbour.", "assistant"),
        ("What does ", "user"),
    ),
    form(
        "content parts",
        'm = {"role": "user", "content": [{"type": "text", "text": "What does the stamp show?"}, picture]}',
        ("What does the stamp show?", "user"),
    ),
    form(
        "message class",
        """
        from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
        def chat(text):
            return [SystemMessage(content="You read stamps."), AIMessage("I see a ship."), HumanMessage(content=text)]
        """,
        ("You read stamps.", "system"),
        ("I see a ship.", "assistant"),
    ),
    form(
        "helper that wraps a message",
        """
        class Talk:
            def system_message(self, text):
                return {"role": "system", "content": text}
            def run(self):
                return [self.system_message("You repair clocks and explain each step.")]
        """,
        ("You repair clocks", "system"),
    ),
    form(
        "from_messages with partial",
        """
        from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
        prompt = ChatPromptTemplate.from_messages([
            ("system", "You work with colleagues. {duty}"),
            MessagesPlaceholder("messages"),
            ("human", "What does {guest} want?"),
        ])
        duty = "You watch the prices of old clocks."
        prompt = prompt.partial(duty=duty)
        """,
        ("You work with colleagues.", "system"),
        ("What does ", "user"),
    ),
    form(
        "few-shot pairs appended",
        """
        def ask(client, text):
            messages = [{"role": "system", "content": "Name the city."}]
            for question, answer in PAIRS:
                messages.append({"role": "user", "content": question})
                messages.append({"role": "assistant", "content": answer})
            messages.append({"role": "user", "content": f"The river is {text}"})
            return client.chat.completions.create(model="m", messages=messages)
        """,
        ("Name the city.", "system"),
        ("The river is ", "user"),
    ),
    # Agents
    form(
        "agent keywords",
        """
        from crewai import Agent, Task
        guide = Agent(role="Guide", goal="Show the house to guests", backstory="You grew up in this house.")
        tour = Task(description="Lead {guest} through the house.", expected_output="A list of rooms.", agent=guide)
        """,
        ("You grew up", "system"),
        ("Lead ", "user"),
    ),
    form(
        "keyword of the project's own class",
        """
        NODE = Step(key="goals", instruction="Write down up to three goals of the museum.", example="More guests")
        """,
        ("Write down up to three goals", "user"),
        ("More guests", "user"),
    ),
    form(
        "function for an agent's instructions",
        """
        from pydantic_ai import Agent
        agent = Agent("m")
        @agent.system_prompt
        def house(ctx):
            return f"The house opens at {ctx.deps.hour}."
        @agent.instructions
        async def manners():
            return "Never tell a guest the price of a clock."
        """,
        ("The house opens at ", "system"),
        ("Never tell a guest", "system"),
    ),
    form(
        "function given as instructions",
        """
        from agents import Agent
        def house(context, agent):
            return f"The guest is called {context.name}; greet the guest by name."
        agent = Agent(name="guide", instructions=house)
        """,
        ("The guest is called ", "system"),
    ),
    form(
        "dspy signature",
        '''
        import dspy
        class Shorten(dspy.Signature):
            """Shorten the letter to one sentence."""
            letter = dspy.InputField(desc="letter as it was typed")
            short = dspy.OutputField(prefix="In one sentence:")
        ''',
        ("Shorten the letter", "system"),
        ("letter as it was typed", "system"),
        ("In one sentence:", "system"),
    ),
    form(
        "dspy signature with a docstring in parentheses",
        '''
        import dspy
        class Shorten(dspy.Signature):
            ("""Shorten the letter to one sentence."""
             """ Keep the names in it.""")
            letter = dspy.InputField()
        ''',
        ("Shorten the letter to one sentence. Keep the names", "system"),
    ),
    form(
        "dspy signature with instructions as a string",
        """
        import dspy
        signature = dspy.Signature("letter -> short", "Shorten the letter to one sentence.")
        """,
        ("Shorten the letter", "system"),
    ),
    form(
        "decorated tool",
        '''
        from typing import Annotated
        from pydantic import Field
        from langchain_core.tools import tool
        @tool
        def room(name: Annotated[str, "Name on the door"], floor: int = Field(1, description="Floor, from 0")):
            """Tell who works in a room."""
        ''',
        ("Tell who works in a room.", "tool"),
        ("Name on the door", "tool"),
        ("Floor, from 0", "tool"),
    ),
    form(
        "decorated tool with a description of its own",
        '''
        from agents import function_tool
        @function_tool(description_override="Tells who works in a room.")
        def room(name: str):
            """Reads the table of rooms; see the notes on caching."""
        ''',
        ("Tells who works in a room.", "tool"),
        silent=("notes on caching",),
    ),
    form(
        "functions listed as tools",
        {
            "rooms.py": '''
            def who(name: str) -> str:
                """Tell who works in a room."""
            def where(person):
                """Tell where a person works."""
            def unlisted(name: str) -> str:
                """Nobody is told of this one."""
            ROOMS = [where]
            ''',
            "app.py": """
            from rooms import ROOMS, who
            agent = Agent(name="porter", tools=[who, *ROOMS])
            """,
        },
        ("Tell who works in a room.", "tool"),
        ("Tell where a person works.", "tool"),
        silent=("Nobody is told",),
    ),
    form(
        "methods listed as tools",
        '''
        class Desk:
            def key_of(self, room):
                """Find the key of a room."""
            def clean(self, room):
                """Not a tool of anybody."""
            def agent(self):
                return Agent(tools=[self.key_of])
        ''',
        ("Find the key", "tool"),
        silent=("Not a tool",),
    ),
    form(
        "function made a tool by a call",
        '''
        from llama_index.core.tools import FunctionTool
        def key_of(room):
            """Find the key of a room."""
        def door_of(room):
            """Notes for people who keep this code."""
        keys = FunctionTool.from_defaults(fn=key_of)
        doors = FunctionTool.from_defaults(fn=door_of, description="Find the door of a room.")
        ''',
        ("Find the key", "tool"),
        ("Find the door", "tool"),
        silent=("Notes for people",),
    ),
    form(
        "tool class",
        """
        from langchain_core.tools import BaseTool
        from pydantic import BaseModel, Field
        class RoomInput(BaseModel):
            room: str = Field(description="Number on the door")
        class RoomTool(BaseTool):
            name: str = "room"
            description: str = "Tells who works in a room."
            args_schema: type[BaseModel] = RoomInput
        """,
        ("Tells who works in a room.", "tool"),
        ("Number on the door", "tool"),
    ),
    form(
        "tool class of the project",
        """
        class HouseTool:
            name: str
        class RoomTool(HouseTool):
            description: str = "Tells who works in a room."
        """,
        ("Tells who works in a room.", "tool"),
    ),
    form(
        "mcp server",
        '''
        from mcp.server.fastmcp import FastMCP
        server = FastMCP("house", instructions="Ask for the room before the person.")
        @server.tool()
        def room(name: str) -> str:
            """Tell who works in a room."""
        @server.prompt()
        def tour(guest: str) -> str:
            return f"Plan a tour of the house for {guest}."
        ''',
        ("Ask for the room", "system"),
        ("Tell who works", "tool"),
        ("Plan a tour of the house", "user"),
    ),
    form(
        "tool schema",
        """
        TOOLS = [{"type": "function", "function": {"name": "room", "description": "Tells who works in a room.",
                  "parameters": {"type": "object", "properties": {
                      "number": {"type": "string", "description": "Number on the door"}}}}}]
        """,
        ("Tells who works in a room.", "tool"),
        ("Number on the door", "tool"),
    ),
    form(
        "tool schema made by calls",
        """
        from .words import shorten
        LONG = "Tells who works in a room, since when, and until when."
        SHORT = "Tells who works in a room."
        def tool(brief):
            return ToolParam(type="function", function=FunctionChunk(
                name="room", description=SHORT if brief else LONG,
                parameters={"type": "object", "properties": {
                    "number": {"type": "string", "description": shorten("Number on the door")}}}))
        """,
        ("Tells who works in a room.", "tool"),
        ("since when", "tool"),
        ("Number on the door", "tool"),
    ),
    # Types of answers
    form(
        "model given as response_format, nested and inherited",
        '''
        from pydantic import BaseModel, Field
        from typing import Annotated, Optional
        class Named(BaseModel):
            """Not part of the schema of a child."""
            name: str = Field(description="Name as it is spelled in the letter")
        class Stamp(BaseModel):
            """A stamp on the letter."""
            value: int = Field(..., description="Value printed on the stamp, in cents")
        class Letter(Named):
            """A letter that came in by mail."""
            stamps: list[Stamp] | None = None
            place: Annotated[Optional[str], Field(description="Town the letter was posted in")] = None
        class Window(BaseModel):
            """Size of the window."""
            width: int = Field(description="Width of the window in pixels")
        def read(client, scan):
            return client.beta.chat.completions.parse(model="m", messages=scan, response_format=Letter)
        ''',
        ("A letter that came in", "tool"),
        ("A stamp on the letter", "tool"),
        ("Value printed on the stamp", "tool"),
        ("Town the letter was posted in", "tool"),
        ("Name as it is spelled", "tool"),
        silent=("Not part of the schema", "Width of the window", "Size of the window"),
    ),
    form(
        "model imported through a package",
        {
            "shapes/__init__.py": "from .letters import Letter",
            "shapes/letters.py": """
            from pydantic import BaseModel, Field
            class Letter(BaseModel):
                place: str = Field(description="Town the letter was posted in")
            """,
            "app.py": """
            from shapes import Letter
            def read(llm, text):
                return llm.with_structured_output(Letter).invoke(text)
            """,
        },
        ("Town the letter was posted in", "tool"),
    ),
    form(
        "iterable and decorated models",
        '''
        from typing import Iterable
        import instructor
        from instructor import openai_schema
        from pydantic import BaseModel, Field
        class Stamp(BaseModel):
            value: int = Field(description="Value printed on the stamp")
        @openai_schema
        class Letter(BaseModel):
            """A letter that came in."""
        def read(client, text):
            return client.create(response_model=Iterable[Stamp], messages=[{"role": "user", "content": text}])
        ''',
        ("Value printed on the stamp", "tool"),
        ("A letter that came in", "tool"),
    ),
    form(
        "output type of an agent, dataclass and typed dict",
        '''
        from dataclasses import dataclass, field
        from typing import Annotated, TypedDict
        @dataclass
        class Visit:
            """A visit to the house."""
            day: str = field(metadata={"description": "Day of the visit in words"})
        class Guest(TypedDict):
            """A guest of the house."""
            name: Annotated[str, "Name the guest goes by"]
        agent = Agent("m", output_type=[Visit, Guest])
        ''',
        ("A visit to the house", "tool"),
        ("Day of the visit", "tool"),
        ("A guest of the house", "tool"),
        ("Name the guest goes by", "tool"),
    ),
    form(
        "models of a web application and settings",
        '''
        from fastapi import FastAPI
        from pydantic import BaseModel, Field
        from pydantic_settings import BaseSettings
        app = FastAPI()
        class Order(BaseModel):
            """An order as the shop receives it."""
            count: int = Field(description="How many clocks are ordered at once")
        class Settings(BaseSettings):
            """Settings of the shop."""
            url: str = Field(description="Where the shop keeps its orders for later")
        @app.post("/orders", response_model=Order)
        def order(body: Order) -> Order:
            """Take an order."""
        ''',
        silent=("An order as", "How many clocks", "Settings of", "Where the shop", "Take an order"),
    ),
    # Examples
    form(
        "examples beside an instruction, in a class",
        """
        class Sorter:
            instruction = "Sort the letter into one of the three trays."
            examples = [({"letter": "Dear sir"}, {"tray": "polite"}), (Letter(text="Hey you"), Tray(name="rude"))]
        """,
        ("Dear sir", "user"),
        ("Hey you", "user"),
    ),
    form(
        "examples beside instructions, in a call",
        """
        DEFAULT_EXAMPLES = [{"inputs": {"letter": "Dear sir"}, "outputs": {"tray": "polite"}}]
        class Sorter(Base):
            def __init__(self, examples=None):
                self.examples = examples or DEFAULT_EXAMPLES
                super().__init__(instructions="Sort the letter into one of three trays.", examples=self.examples)
        """,
        ("Dear sir", "user"),
    ),
    form(
        "examples as a default",
        """
        PAIRS = [("2 apples", "fruit"), ("3 carrots", "vegetables")]
        def sort(instructions, examples=PAIRS):
            return ask(instructions, examples)
        """,
        ("2 apples", "user"),
    ),
    form(
        "text added to a list for a builder of prompts",
        """
        def answer(self, question, notes):
            return self.get_answer_prompt(
                question=question, notes=notes + [f"The table holds these rows on clocks: \\n" + question.rows()])
        """,
        ("The table holds these rows", "user"),
    ),
    form(
        "default of a field",
        """
        class Reader(BaseModel):
            prompt_template: str = Field(default="Name the three rooms of {house}.", description="Prompt for rooms.")
            def read(self, llm, house):
                return llm.chat.completions.create(model="m", messages=[
                    {"role": "user", "content": self.prompt_template.format(house=house)}])
        """,
        ("Name the three rooms of ", "user"),
        silent=("Prompt for rooms",),
    ),
    form(
        "any name in a file of prompts",
        {
            "house/prompts/rooms.py": '''
            TOUR = """The guest sees the hall first, then the kitchen, and only then the tower,
            because the stairs are steep. Every room takes ten minutes."""
            '''
        },
        ("The guest sees the hall first", "user"),
    ),
    form(
        "description given to what makes a tool",
        """
        @register_house_tool(name="room", description="Tells who works in a room of the house.")
        def room(name): ...
        """,
        ("Tells who works in a room", "tool"),
    ),
    form(
        "chat markup",
        """
        class GranitePromptFamily:
            PREFIX = "<|start_of_role|>documents<|end_of_role|>\\n"
        """,
        ("<|start_of_role|>documents", "user"),
    ),
    form(
        "questions to the user of a terminal",
        """
        def offer(url, prompt="Open the page of the clock?"):
            ask(prompt)
        other_prompt = "Delete all clocks of the house? [y/N] "
        name_prompt = "Enter the name of the clock: "
        """,
        silent=("Open the page", "Delete all", "Enter the name"),
    ),
    form(
        "text behind a choice that may be a variable",
        """
        def plan(prompt=None):
            prompt = prompt or cleandoc("Your job is to plan the day of one guest of the house.")
        """,
        ("Your job is to plan", "user"),
    ),
    form(
        "worked examples of data",
        '''
        PROMPTS["examples"] = ["""Example 1:
        Query: "Which rooms are open in winter?"
        Output:
        {
          "rooms": ["hall", "kitchen"],
          "season": ["winter"]
        }
        """]
        ''',
        ("Example 1:", "user"),
    ),
    form(
        "template of a message beside a system prompt",
        '''
        class Judge:
            system_template: str = "You judge letters that two clerks have written."
            letter_template: str = dedent("""
                We have this letter:
                {{letter}}""")
        ''',
        ("We have this letter:", "user"),
    ),
    form(
        "grown entry of a dict of prompts",
        """
        def extend(agent):
            agent.prompt_templates["guide"]["task"] += "You can open the doors of the tower with the iron key."
        """,
        ("You can open the doors", "user"),
    ),
    form(
        "error that goes back to the model",
        '''
        class LetterParser:
            error = """Your last output was not formatted correctly. Please make sure that it includes one letter."""
        ''',
        ("Your last output was not", "user"),
    ),
    form(
        "system keyword of an unknown call",
        """
        def ask(ai, text):
            return ai.start(system="From the notes of the guest you will say which room was meant.", user=text)
        """,
        ("From the notes of the guest", "system"),
    ),
    form(
        "constants named by whose message they are",
        """
        JUDGE_SYSTEM = "Judge whether the letter answers the question of the guest."
        JUDGE_USER = "Letter of the clerk: {letter}"
        OPERATING_SYSTEM = "linux"
        """,
        ("Judge whether", "system"),
        ("Letter of the clerk", "user"),
        silent=("linux",),
    ),
    form(
        "inputs of a tool class",
        """
        class RoomTool(Tool):
            description = "Tells who works in a room."
            inputs = {"room": {"type": "string", "description": "Number on the door"}}
        """,
        ("Tells who works", "tool"),
        ("Number on the door", "tool"),
    ),
    form(
        "definition of a tool in the project's own words",
        """
        tools = [HouseTool(name="room", description="Tells who works in a room.", schema={
            "type": "object", "properties": {"room": {"type": "string", "description": "Number on the door"}}})]
        spec = ToolDefinition(name="key", description="Finds the key of a room.")
        """,
        ("Tells who works", "tool"),
        ("Number on the door", "tool"),
        ("Finds the key", "tool"),
    ),
    form(
        "decorator with the description of an action",
        """
        from browser_use import Agent, Controller
        controller = Controller()
        @controller.action("Open the door of the tower with the iron key.")
        def open_door(): ...
        """,
        ("Open the door", "tool"),
    ),
    form(
        "what is about a prompt, and what is done with one",
        """
        def update_prompt(name):
            return f"Prompt {name} updated successfully for everybody in the house."
        FIELDS = {"reflection_prompt": Spec(description="Prompt used for reflection in the evening")}
        TEMPLATES = {"Deep Agent": {"description": "A template for guests who like to go deep."}}
        LABELS = {Kind.PROMPT: "Send a single text made of all earlier letters."}
        INSTRUCTION_MARKERS = ("call the guide now", "open the door now")
        def install():
            installation_instructions = "Please install the clock of the tower and wind it every day."
        class OutputFormatter:
            def check(self, rows):
                return ["The table of the rooms is empty and cannot be shown."]
        class Console:
            def run(self):
                self._system_message("Console of the house, type help for all commands.")
        """,
        silent=(
            "updated",
            "reflection",
            "go deep",
            "Send a single",
            "call the guide",
            "install",
            "The table",
            "Console",
        ),
    ),
    form(
        "texts for the user of a terminal or of a web service",
        """
        import questionary, typer
        from fastapi import Body
        def choose(instructions: str = typer.Option(None, help="Instructions for the extraction of rooms.")):
            questionary.select("Which rooms?", instruction="Use the arrow keys and press enter to select.").ask()
        def answer(system_prompt: str = Body("You answer letters in two lines.", description="Other prompt")):
            ...
        """,
        ("You answer letters", "system"),
        silent=("Instructions for", "arrow keys", "Other prompt"),
    ),
    form(
        "role helpers named like functions of the system",
        """
        def chat(c):
            c.append(gemini.system("You are a clerk of the house, and you answer in one line."))
        """,
        ("You are a clerk", "system"),
    ),
    # Languages
    form(
        "Chinese",
        'PROMPT = "你是一位耐心的老师。请用简单的语言回答学生的问题:{question}"',
        ("你是一位耐心的老师", "user"),
    ),
    form(
        "Japanese",
        'SYSTEM_PROMPT = """あなたは親切な案内係です。質問には日本語で簡潔に答えてください。"""',
        ("案内係", "system"),
    ),
    form(
        "German",
        'x = "Du bist ein geduldiger Gärtner. Antworte immer in zwei Sätzen auf Deutsch."',
        ("Gärtner", "system"),
    ),
    form(
        "Russian",
        'SYSTEM_PROMPT = "Ты терпеливый садовник. Отвечай на вопросы кратко и по-русски."',
        ("садовник", "system"),
    ),
    form("Arabic", 'system_prompt = "أنت بستاني صبور. أجب عن الأسئلة بإيجاز وباللغة العربية."', ("بستاني", "system")),
    form(
        "Portuguese",
        'x = "Você é um jardineiro paciente. Responda sempre em português, em duas frases."',
        ("jardineiro", "system"),
    ),
    form(
        "message whose content comes later",
        """
        def ask(client, text):
            turn = {"role": "system"}
            turn["content"] = "Sort the letters of this village by street."
            turn["name"] = "clerk"
            return client.chat.completions.create(model="m", messages=[turn, {"role": "user"}])
        """,
        ("Sort the letters", "system"),
        silent=("user", "clerk"),
    ),
    form(
        "messages of a user interface",
        """
        import gradio as gr
        from chainlit import Message
        def show(log):
            yield gr.ChatMessage(role="assistant", content=f"Used a tool, see the log of {log} for more.")
            yield Message(role="assistant", content="The letters have been sorted, thank you.")
        """,
        silent=("Used a tool", "have been sorted"),
    ),
    form(
        "messages in the documentation of a route",
        """
        from fastapi import APIRouter, Body
        router = APIRouter()
        async def complete(
            messages: list[dict] = Body(..., example=[{"role": "system", "content": "You are a helpful gardener."}]),
        ):
            return await answer(messages)
        """,
        silent=("helpful gardener",),
    ),
    form(
        "parts of a message that are no text",
        """
        from google.genai import types
        def given(name):
            part = types.Part(function_response={"name": "sow", "response": {"result": "sown in a row"}})
            return types.Content(role="user", parts=[part, types.Part(text="Say what to sow next.")])
        """,
        ("Say what to sow next", "user"),
        silent=("sown in a row",),
    ),
    form(
        "docstring that is put together",
        """
        import dspy
        def rules(number):
            class Rules(dspy.Signature):
                __doc__ = f"Draw {number} short rules from the letters." + " Leave out the names."
                letters = dspy.InputField()
            return Rules
        """,
        ("short rules from the letters", "system"),
    ),
    form(
        "schema through a helper",
        {
            "shapes.py": """
            from pydantic import BaseModel, Field
            class Verdict(BaseModel):
                '''What the judge thinks of a letter.'''
                grade: int = Field(description="From one to ten, ten for the best letter.")
            class Row(BaseModel):
                width: int = Field(description="The width of the table on the page.")
            """,
            "llm.py": """
            def shaped(llm, schema, name):
                return llm.with_structured_output(schema)
            def judge(llm, kind):
                return shaped(llm, kind, "judge")
            """,
            "app.py": """
            from llm import judge
            from shapes import Row, Verdict
            judging = judge(model, Verdict)
            table = draw(model, Row)
            """,
        },
        ("What the judge thinks", "tool"),
        ("From one to ten", "tool"),
        silent=("The width of the table",),
    ),
    form(
        "tasks given to a library of agents",
        """
        import marvin
        agent = marvin.Agent(name="clerk")
        async def main():
            await agent.run_async("Count the letters that came in today.", result_type=int)
            marvin.run("Write a reply to the mayor of the village.", tools=[])
        """,
        ("Count the letters", "user"),
        ("Write a reply", "user"),
    ),
    form(
        "instructions beside those of the program",
        """
        clerk.custom_instructions = "Answer every letter on the day it comes in."
        ROLE_PROMPT = "${HOUSE_RULES} You are the clerk who sorts the letters of the village."
        """,
        ("Answer every letter", "system"),
        ("You are the clerk", "system"),
    ),
    # Descriptions of tools and of answers
    form(
        "tool decorator applied by hand",
        {
            "app.py": """
            from mcp.server.fastmcp import FastMCP
            from texts import FETCH_DESCRIPTION
            from beds import fetch, water
            server = FastMCP("garden")
            server.tool(description=FETCH_DESCRIPTION)(fetch)
            server.tool()(water)
            """,
            "texts.py": 'FETCH_DESCRIPTION = "Fetch one page of the almanac, without the pictures."',
            "beds.py": """
            def fetch(page: str):
                '''Fetches, says the code.'''
            def water(bed: str):
                '''Water one bed of the garden.'''
            """,
        },
        ("Fetch one page", "tool"),
        ("Water one bed", "tool"),
        silent=("Fetches, says the code",),
    ),
    form(
        "decorator that describes its function",
        """
        from langchain_core.tools import tool
        @tool(description="Think about what was found so far.")
        def think(thought: str) -> str:
            '''Records a thought, which nobody reads.'''
        agent = create_agent(model="m", tools=[think])
        """,
        ("Think about what", "tool"),
        silent=("Records a thought",),
    ),
    form(
        "description through a helper that makes tool schemas",
        """
        SOW_TEXT = "Sow the seeds of one plant and give back the number of the row."
        def _spec(name, text, parameters):
            return {"type": "function", "function": {"name": name, "description": text, "parameters": parameters}}
        TOOLS = [_spec("sow", SOW_TEXT, {}), _spec("reap", "Reap a row and tell what it weighs.", {})]
        """,
        ("Sow the seeds", "tool"),
        ("Reap a row", "tool"),
    ),
    form(
        "constant as the description of a tool",
        """
        DIG_TEXT = "Dig a bed with a spade and tell which stones were there."
        digging = make_tool("dig", run=dig, description=DIG_TEXT)
        shed = Shed(description=SHED_TEXT)
        SHED_TEXT = "A shed of wood that stands behind the house."
        """,
        ("Dig a bed", "tool"),
        silent=("A shed of wood",),
    ),
    form(
        "annotated types under names of their own",
        {
            "kinds.py": """
            from typing import Annotated
            from pydantic import Field
            Bed = Annotated[str, "The name of the bed, as the plan of the garden has it."]
            Row = Annotated[int, Field(description="The number of the row, from one at the wall.")]
            Unused = Annotated[str, "The name of the owner, in full."]
            """,
            "app.py": """
            from langchain_core.tools import tool
            from kinds import Bed, Row
            @tool
            def water(bed: Bed, row: Row | None = None) -> str:
                "Water one row of a bed."
            """,
        },
        ("The name of the bed", "tool"),
        ("The number of the row", "tool"),
        silent=("The name of the owner",),
    ),
    form(
        "JSON schema of an answer",
        """
        def schema_for(key):
            return {
                "type": "object",
                "properties": {
                    key: {"type": "array", "description": "The plants that the page offers.", "items": {}},
                    "whole": {"type": "boolean", "description": "Whether the page shows all of them."},
                },
            }
        SETTINGS = {
            "type": "object",
            "properties": {"port": {"type": "integer", "description": "The port that the server listens on."}},
        }
        @router.get("/plants", responses={200: {"content": {"schema": {
            "type": "object", "properties": {"id": {"type": "string", "description": "The id of the plant."}},
        }}}})
        def plants(): ...
        """,
        ("The plants that the page", "tool"),
        ("Whether the page shows", "tool"),
        silent=("The port that", "The id of the plant"),
    ),
    form(
        "schemas of atomic agents: that of the answer, with what is part of it",
        {
            "shapes.py": """
            from atomic_agents.base.base_io_schema import BaseIOSchema
            from pydantic import BaseModel, Field
            class Row(BaseModel):
                "A row of plants."
            class Ask(BaseIOSchema):
                "What the gardener asks."
                text: str = Field(..., description="The words of the gardener.")
            class Dig(BaseIOSchema):
                "Digs a bed with a spade."
                depth: int = Field(..., description="How deep the bed is dug.")
            class Dug(BaseIOSchema):
                "The bed that was dug."
                size: int = Field(..., description="How large the bed has become.")
            class Plan(BaseIOSchema):
                "The plan of the garden."
                rows: list[Row] = Field(..., description="All rows from the wall on.")
                step: Dig | None = None
            class Report(BaseIOSchema):
                "A report on the season."
            class Note(BaseIOSchema):
                "A note on one plant."
            class Bill(BaseIOSchema):
                "The bill for the seeds."
            """,
            "app.py": """
            from atomic_agents import AtomicAgent, AgentConfig, BaseTool
            from shapes import Ask, Bill, Dig, Dug, Note, Plan, Report
            class Spade(BaseTool[Dig, Dug]):
                output_schema = Dug
            class Reporter(AtomicAgent[Ask, Report]): ...
            planner = AtomicAgent[Ask, Plan](config=AgentConfig(client=client, model="gpt-5"))
            def agent_for(shape):
                return AtomicAgent[Ask, shape](config=AgentConfig(client=client, model="gpt-5"))
            noting = agent_for(Note)
            """,
        },
        ("The plan of the garden", "tool"),
        ("All rows from", "tool"),
        ("A row of plants", "tool"),
        ("Digs a bed", "tool"),
        ("How deep", "tool"),
        ("A report on", "tool"),
        ("A note on", "tool"),
        silent=("What the gardener asks", "The words of", "The bed that was", "How large", "The bill for"),
    ),
    form(
        "what the answer of a DSPy signature has the form of",
        {
            "app.py": """
            import dspy
            from pydantic import BaseModel, Field
            class Plan(BaseModel):
                beds: list[str] = Field(..., description="The beds in the order in which they are dug.")
            class Wish(BaseModel):
                size: int = Field(..., description="How large the garden is to be.")
            class Draw(dspy.Signature):
                "Draw a plan of the garden."
                wish: Wish = dspy.InputField()
                plan: list[Plan] = dspy.OutputField(desc="the plan, bed by bed")
            """,
        },
        ("The beds in the order", "tool"),
        ("the plan, bed by bed", "system"),
        ("Draw a plan", "system"),
        silent=("How large the garden",),
    ),
    form(
        "what tools are made with is nothing that they take, also under another name",
        {
            "settings.py": """
            from pydantic import BaseModel, Field
            class SearchTool(BaseModel):
                limit: int = Field(10, description="How many results the search shows.")
            class SearchConfig(BaseModel):
                path: str = Field("", description="Where the index of the search is kept.")
            class Query(BaseModel):
                words: str = Field(..., description="The words to look for.")
            """,
            "tools.py": """
            from shop.base import BaseTool
            from settings import Query, SearchConfig, SearchTool as SearchToolSettings
            class Search(BaseTool[SearchToolSettings]):
                pass
            class Find(BaseTool[Query, SearchConfig]):
                pass
            """,
        },
        ("The words to look for.", "tool"),
        silent=("How many results", "Where the index"),
    ),
    form(
        "explained parameters of functions that marked tools are made of",
        {
            "garden/__init__.py": "",
            "garden/tools.py": """
            from langchain_core.tools import tool
            from typing import Annotated
            from garden.routes import route
            @tool
            def water(bed: Annotated[str, "The bed to water"]) -> str:
                "Water a bed of the garden."
                return route("water", bed)
            """,
            "garden/routes.py": "from .pumps import pump\ndef route(name, bed): return {'water': pump}[name](bed)",
            "garden/pumps.py": """
            from typing import Annotated
            def pump(bed: Annotated[str, "The bed that the pump serves"]) -> str:
                "Pump water to one bed."
            """,
            "garden/idle.py": """
            from typing import Annotated
            def rake(bed: Annotated[str, "The bed that is raked"]) -> str:
                "Rake one bed of the garden."
            """,
            "garden/skills.py": """
            from typing import Annotated
            def prune(tree: Annotated[str, "The tree that is pruned"]) -> str:
                "Prune one tree of the garden."
            """,
            "app.py": "from garden import skills\nstart(vars(skills))",
        },
        ("The bed to water", "tool"),
        ("Water a bed", "tool"),
        ("The tree that is pruned", "tool"),
        ("Prune one tree", "tool"),
        silent=("The bed that the pump", "Pump water", "The bed that is raked", "Rake one bed"),
    ),
    form(
        "a described parameter whose name is that of the framework's own",
        """
        from fastmcp import FastMCP
        server = FastMCP("house")
        @server.tool()
        def plan(
            config: Annotated[Plan, Field(description="The beds and the paths between them.")],
            message: Annotated[str, "What the gardener is told."],
            session: Annotated[Session, Depends(session)],
        ) -> str:
            "Plan a garden."
        """,
        ("The beds and the paths", "tool"),
        ("What the gardener is told", "tool"),
    ),
    form(
        "a class that reads the answer of a tool whose schema is written by hand",
        """
        class Plant(BaseModel):
            "A plant that was found on the page."
        class Bed(BaseModel):
            "A bed that was found on the page."
        def ask(client, page):
            answer = client.messages.create(
                model="claude-haiku-4-5",
                messages=[{"role": "user", "content": f"Name the plants of {page}"}],
                tools=[{"name": "Plant", "description": "A plant of the page.", "input_schema": {}}, Tool(name="Bed")],
            )
            return Plant.model_validate(answer.content[0].input)
        """,
        ("A plant of the page", "tool"),
        silent=("A plant that was", "A bed that was"),
    ),
    form(
        "descriptions of tools that a property, a constructor or a base class is given",
        """
        class Rake(BaseTool):
            @property
            def description(self):
                return f"Rakes the leaves of {self.garden} together."
        class Hose(GardenTool):
            def __init__(self):
                self.description = "Waters one bed, slowly."
        class Spade(BaseTool):
            def __init__(self):
                super().__init__(name="spade", description="Turns the soil of one bed.")
        class Shears(BaseTool):
            description: str = Field(default="Cuts a hedge to a height.")
        class Shed(Building):
            def __init__(self):
                super().__init__(name="shed", description="Where the tools are kept.")
        """,
        ("Rakes the leaves of", "tool"),
        ("Waters one bed", "tool"),
        ("Turns the soil", "tool"),
        ("Cuts a hedge", "tool"),
        silent=("Where the tools",),
    ),
    form(
        "a tool that its class makes",
        """
        class SpadeTool(ToolDefinition[Digging]):
            @classmethod
            def create(cls, garden):
                told = f"Turns the soil of one bed of {garden.name}, and leaves the worms."
                return [cls(digging=Digging, description=told)]
        class Shed(Building):
            @classmethod
            def create(cls, garden):
                told = f"Where the tools of {garden.name} are kept."
                return [cls(name=garden.name, description=told)]
        """,
        ("Turns the soil of one bed of", "tool"),
        silent=("Where the tools",),
    ),
    form(
        "a template that is called after its message",
        """
        from langchain_core.prompts import PromptTemplate
        SYSTEM_PROMPT = PromptTemplate(template="Assume the role of {role}, and sort all letters.")
        class Desk:
            def __init__(self):
                self.system_prompt = PromptTemplate.from_template("Assume the role of {role}, and sort no letters.")
                self.letter_prompt = PromptTemplate.from_template("Sort this letter, please: {letter}")
        """,
        (", and sort all letters.", "system"),
        (", and sort no letters.", "system"),
        ("Sort this letter, please: ", "user"),
    ),
    form(
        "tools that people choose from a list",
        """
        class BaseTool(BaseModel):
            name: str
            description: str
        class Rake(BaseTool):
            description: str = "Rakes leaves, by Garden & Sons."
        class DoingTool(BaseModel):
            description: str
            def run(self): ...
        class Hose(DoingTool):
            description: str = "Waters one bed, slowly."
        """,
        ("Waters one bed", "tool"),
        silent=("Rakes leaves",),
    ),
    form(
        "what stands beside the parts of a prompt",
        """
        PROMPT = {
            "template": "Name the plants of this page: {page}",
            "meta_data": {"answer_phrase": "In short, the plants of the page are these"},
        }
        """,
        ("Name the plants of this page", "user"),
        silent=("In short",),
    ),
    form(
        "settings of prompts",
        """
        class PromptSettings(BaseSettings):
            language: str = "the language that people speak"
            chats: dict = {
                "default": "{{input}}",
                "garden": (
                    "The following is a talk between a gardener and a friend of hers, who knows a lot about plants "
                    "and says so when he does not know one.\\n{{history}}\\nGardener: {{input}}"
                ),
            }
        """,
        ("a talk between a gardener", "user"),
        silent=("the language that people speak",),
    ),
    form(
        "the text of a message that was made before",
        """
        RULES = "1. Look the plant up before anything is said about it.\\n2. Name the page that it stands on."
        def tell(messages):
            first = {**messages[0]}
            if first.get("role") == "system":
                first_message = first
                first_message["content"] = (first.get("content") or "") + f"\\n<rules>{RULES}</rules>"
            last = messages[-1]["content"]
            messages[-1]["content"] = f"{last} The answer is at most one page long, with the names in Latin too."
        """,
        ("Look the plant up", "user"),
        ("at most one page long", "user"),
    ),
    form(
        "tools described as data, with lists of what they take",
        """
        description = [
            {
                "name": "sort_letters",
                "description": "Sorts the letters of the house by their subject.",
                "required_parameters": [
                    {"name": "letters", "type": "list", "description": "The letters, as texts", "default": None},
                ],
                "optional_parameters": [
                    {"name": "by", "type": "str", "description": "The subject or the date", "default": "date"},
                ],
            },
        ]
        COMMANDS = [
            {
                "name": "sort",
                "description": "Sort your letters",
                "args": [{"name": "by", "type": "str", "description": "What the command sorts by"}],
            },
        ]
        def served():
            # What people pick from a menu.
            return [{"name": "sort", "description": "Menu of letters", "arguments": [
                {"name": "by", "description": "What to sort in the menu", "required": True}]}]
        """,
        ("Sorts the letters of the house by their subject.", "tool"),
        ("The letters, as texts", "tool"),
        ("The subject or the date", "tool"),
        silent=("Sort your letters", "What the command sorts by", "Menu of letters", "What to sort in the menu"),
    ),
    form(
        "the fields of a tool, described in a table of another file",
        {
            "words.py": """
            FIELD_DESCRIPTIONS = {
                "letter": "The letter as it came in, without its head.",
                "tone": "How kind the letter is.",
            }
            """,
            "tool.py": """
            from words import FIELD_DESCRIPTIONS
            class LetterTool(House):
                def get_input_schema(self):
                    overrides = {
                        "letter": {"type": "string", "description": FIELD_DESCRIPTIONS["letter"]},
                        "day": {"type": "integer", "minimum": 1, "description": "The day on which it came"},
                        "name": {"type": "string", "description": "Who wrote it"},
                    }
                    return self.build(overrides)
                def get_config_schema(self):
                    return {"inputs": {"folder": {"type": "string", "description": "Where the letters are kept"}}}
                def describe(self):
                    return {"width": {"type": "integer", "description": "How wide a column is"}}
            def test_input_schema(tool):
                wanted = {"letter": {"type": "string", "description": "What a test expects"}}
            """,
        },
        ("The letter as it came in, without its head.", "tool"),
        ("The day on which it came", "tool"),
        ("Who wrote it", "tool"),
        silent=("How kind the letter is.", "Where the letters are kept", "How wide a column is", "What a test expects"),
    ),
    form(
        "a prompt as a dict of its sections",
        """
        class Clerk:
            @property
            def _prompt_form(self):
                return {"Form of the answer": "One line for every letter, and nothing else."}
            def ask(self, letters):
                prompt = {
                    "Introduction": "You are the clerk of the house.",
                    "What its readers say": letters.reader_feedback,
                    "Rules": {},
                }
                prompt["Rules"] |= self._prompt_form
                prompt["Rules"] |= {"Order": ["The oldest letter comes first.", "Bills come last."]}
                flags["Rules"] |= {"Order": "no text of a clerk"}
                return self.query(prompt)
            def read(self, letters):
                letters.reader_feedback = "The readers want the bills in front of the " \\
                    "others, and everything that has come twice only once."
                letters.reader_count = "no text of a reader, however long this text of a reader is, which nobody reads"
        """,
        ("You are the clerk of the house.", "system"),
        ("One line for every letter, and nothing else.", "user"),
        ("The oldest letter comes first.", "user"),
        ("Bills come last.", "user"),
        ("The readers want the bills in front of the others", "user"),
        silent=("no text of a clerk", "no text of a reader"),
    ),
    form(
        "a system message by its short name",
        """
        TASK_SYS_MSG = "Letters of the house, sorted by their subject."
        SYS_MSG_COUNT = "three of them"
        """,
        ("Letters of the house, sorted by their subject.", "system"),
        silent=("three of them",),
    ),
    form(
        "a conversation of pairs, of two who have names of their own",
        """
        register(Template(name="desk", roles=("Bob", "Alice"), messages=(
            ("Bob", "Is there anybody at the desk?"),
            ("Alice", "I am at the desk, and answer every letter in full."),
        )))
        register(Template(name="play", messages=(("Carol", "To be, or not to be, says Carol."), ("Dan", "Not to be."))))
        """,
        ("Is there anybody at the desk?", "user"),
        ("I am at the desk, and answer every letter in full.", "assistant"),
        silent=("says Carol",),
    ),
    form(
        "what an agent is asked that is called itself, or told among options",
        """
        def main(desk, session, database, count):
            agent = desk.load()
            agent("Sort the letters of this week by the departments they are for.")
            count("Sort the letters of last week by the departments they are for.")
            session.execute(options={"instruction": "Open the page of the desk and give back its letters.", "steps": 5})
            database.execute("letters", {"instruction": "Open the page of the house and give back its letters."})
        """,
        ("Sort the letters of this week", "user"),
        ("Open the page of the desk", "user"),
        silent=("letters of last week", "page of the house"),
    ),
    form(
        "a tool that is described anew",
        """
        def update(tools, subject):
            for tool in tools:
                tool.metadata.description = tool.metadata.description + f"The shelves hold books about {subject}."
        """,
        ("The shelves hold books about ", "tool"),
    ),
    form(
        "tools that an agent is given later",
        """
        from agents import Agent

        def seek(place: str):
            '''Seek a plant.'''
        def water(place: str):
            '''Water a plant.'''
        def prune(place: str):
            '''Prune a plant.'''
        def weed(place: str):
            '''Weed a bed.'''
        def mow(place: str):
            '''Mow a lawn.'''
        def rake(place: str):
            '''Rake a path.'''

        gardener = Agent(name="Gardener", tools=[seek])
        gardener.tools.append(water)

        def train(helper_agent, table, toolbar, user_agent):
            helper_agent.functions.extend([prune, mow])
            helper_agent.tools = [rake]
            table.functions.append(weed)
            toolbar.tools.append(weed)
            user_agent.tools = [weed]
        """,
        ("Seek a plant.", "tool"),
        ("Water a plant.", "tool"),
        ("Prune a plant.", "tool"),
        ("Mow a lawn.", "tool"),
        ("Rake a path.", "tool"),
        silent=("Weed a bed.",),
    ),
    form(
        "tasks that agents are given one by one",
        """
        from garden import load_agents

        FLOWERS = ["Describe the flowers of the garden in one sentence.", "Count the trees and the beds."]
        def flowers(agent):
            for task in FLOWERS:
                agent.run(task)
        def trees():
            tasks = ["Describe the trees of the garden in one sentence.", "Fell none of them."]
            for number, (agent, task) in enumerate(zip(load_agents(), tasks)):
                print(number, agent.run(task))

        TITLES = ["Mow", "The lawn behind the house and before the wall of it"]
        SHORT = ["Go to the trees and wait.", "Come back to the beds."]
        HEADERS = ["The browser that looks at the garden, version 5 of it", "Another browser that looks at it"]
        def steer(agent, user_agent):
            for title in TITLES:
                agent.run(title)
            for order in SHORT:
                agent.run(order)
            for header in HEADERS:
                user_agent.run(header)
        """,
        ("Describe the flowers of the garden", "user"),
        ("Describe the trees of the garden", "user"),
        ("Fell none of them.", "user"),
        silent=("lawn", "wait", "browser"),
    ),
    form(
        "a message of which its class says more than the text",
        """
        from camel.agents import ChatAgent
        from camel.messages import BaseMessage

        class Desk:
            def __init__(self):
                self.agent = ChatAgent(system_message="You sort letters.")
            def made(self, content):
                return BaseMessage(role_name="Human", role_type="user", meta_dict=None, content=content)
            def sort(self, letters):
                message = self.made(content=f"Sort these letters by the town they come from: {letters}")
                return self.agent.step(message)
        """,
        ("Sort these letters", "user"),
        silent=("Human", "user"),
    ),
    form(
        "what a chain fills its template with",
        """
        import random
        from kitchen import load_chain

        STYLES = ["- Ask what the guests of the house like to eat.", "- Say nothing of what there is to eat or drink."]
        menu_chain = load_chain("menu.prompt")
        def write(day, blocks):
            menu_chain.invoke({"rules": "- Write one line for each dish, and name the price last.", "day": day})
            menu_chain.invoke({"style": random.choice(STYLES), "day": day, "kind": "soup"})
            menu_chain.invoke("The name of the chain, of which there is no more than one")
            blocks.invoke({"rules": "- Lay the blocks beside each other, and the last on top."})
        """,
        ("- Write one line for each dish", "user"),
        ("- Ask what the guests", "user"),
        ("- Say nothing of", "user"),
        silent=("soup", "name of the chain", "Lay the blocks"),
    ),
    form(
        "a package that gets its names when it runs",
        {
            "garden/__init__.py": """
            import importlib

            from garden.registry import plants

            for each in ("beds", "trees"):
                importlib.import_module(f"garden.{each}")
            globals().update(plants)
            """,
            "garden/beds.py": """
            from garden.registry import register

            @register("weed")
            def weed(context_variables, bed: str):
                '''Weed a bed.'''
            @register("cut")
            def cut(context_variables, bed: str):
                '''Cut what grows in a bed.'''
            """,
            "garden/trees.py": """
            from garden.registry import register

            @register("cut")
            def cut(context_variables, tree: str):
                '''Cut a tree.'''
            """,
            "house/__init__.py": "ROOMS = 3",
            "house/rooms.py": """
            def sweep(room: str):
                '''Sweep a room.'''
            """,
            "app.py": """
            from garden import cut, weed
            from house import sweep
            from agents import Agent

            gardener = Agent(name="Gardener", tools=[weed, cut, sweep])
            """,
        },
        ("Weed a bed.", "tool"),
        # Which of two is meant, or whether one is, nobody knows.
        silent=("Cut a tree.", "Cut what grows", "Sweep a room."),
    ),
    form(
        "tools of a framework that is not known",
        """
        from typing import Annotated
        from typing_extensions import Doc

        from orchard.agent.resource import tool
        from orchard.forms import tool as press

        @tool
        def pick(kind, tree: Annotated[str, Doc("The name of the tree")]) -> str:
            '''Pick an apple.'''

        @press
        def squeeze(kind) -> str:
            '''Squeeze an apple.'''
        """,
        ("Pick an apple.", "tool"),
        ("The name of the tree", "tool"),
        silent=("Squeeze an apple.",),
    ),
]


@pytest.mark.parametrize(("files", "expected", "silent"), FORMS)
def test_form(files: tuple[tuple[str, str], ...], expected: Found, silent: tuple[str, ...]) -> None:
    found = prompts_of(*files)
    for fragment, role in expected:
        roles = {one for text, one in found if fragment in text}
        assert roles == {role}, f"{fragment!r} in {found}"
    for fragment in silent:
        assert not [text for text, _ in found if fragment in text]


def test_a_text_that_jinja2_does_not_take_is_named() -> None:
    text = "import jinja2\nVISIT_PROMPT = jinja2.Template('Greet {{ guest } by {% if kind %}name.')\n"
    problems: list[Problem] = []
    link([facts(Source("app.py", text))], problems=problems)
    assert [(problem.kind, problem.span.file) for problem in problems] == [("template", "app.py")]
    good = text.replace("guest }", "guest }}").replace("name.", "name.{% endif %}")
    problems.clear()
    link([facts(Source("app.py", good.replace("Greet", "{% trans %}Greet{% endtrans %}")))], problems=problems)
    assert not problems


def test_files_in_any_order_say_the_same() -> None:
    files = (
        ("app.py", "from shapes import Letter\nfrom rooms import TOOLS\na = Agent(tools=TOOLS, output_type=Letter)"),
        ("rooms.py", 'def who(room: str):\n    """Tell who works there."""\nTOOLS = [who]'),
        ("shapes.py", 'class Letter(BaseModel):\n    """A letter."""\n    next: "list[Letter]" = []\n'),
    )
    assert (
        prompts_of(*files) == prompts_of(*reversed(files)) == [("Tell who works there.", "tool"), ("A letter.", "tool")]
    )


@pytest.mark.parametrize(
    "text",
    [
        "class A(A):\n    x: 'list[A' = Field(description=A)\ng(tools=A)",
        "class A(B):\n    y: B\nclass B(A):\n    x: A\ng(output_type=[A, B])",
        "TOOLS = [TOOLS]\nOTHER = [*TOOLS]\ng(tools=TOOLS + OTHER)",
        "from a import b\nfrom b import a\ng(tools=[a, b.c.d, a.b], response_model=a.openai_schema)",
        "def f(x: Annotated[int, f'{f(x)}'] = Field(description=f(x))): 'd'\ng(tools=[f, f(f), lambda: f])",
        "def f(): ...\ng(tools=[f], functions=f, output_type='f' if x else None)\n@tool(*a, **k)\nclass T: x = 1",
    ],
)
def test_strange_schemas_do_no_harm(text: str) -> None:
    found = facts(Source("a.py", text))
    assert not found.problems
    link([found])


def test_messages_that_a_program_shows_are_no_prompts() -> None:
    shown = """
    from textual.app import App
    from .view import SystemMessage
    class Desk(App):
        def action(self, command):
            self.show(SystemMessage(f"The goal of this thread is now: {command}. Press F1 for help."))
    """
    assert not prompts_of(("app.py", textwrap.dedent(shown)))
