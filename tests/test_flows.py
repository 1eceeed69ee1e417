"""Texts that come into a prompt by way of objects, dicts, decorators and calls of which little is known."""

from __future__ import annotations

import itertools
import textwrap
from typing import Any

import pytest

from promptlint.extract.python import facts
from promptlint.link import Linker, link
from promptlint.source import Source
from promptlint.template import texts

RULES = "Write in short sentences, name the source of every figure, and leave out what is not known."
TASK = "Sort the letters of this week by the departments that they are for, the oldest of them first."


def found(files: dict[str, str]) -> set[tuple[str, str]]:
    """Role and static text of every prompt."""
    project = link([facts(Source(name, textwrap.dedent(text))) for name, text in files.items()])
    return {(prompt.role, "".join(text.value for text in texts(prompt.template))) for prompt in project.prompts}


def case(name: str, text: str, *expected: tuple[str, str]) -> Any:
    return pytest.param({"app.py": text.replace("RULES_TEXT", RULES).replace("TASK_TEXT", TASK)}, expected, id=name)


ASK = 'client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": '
CASES = [
    case(
        "an attribute of a class, read from an object of which nothing is known",
        f"""
        class Settings:
            house_rules: str = "RULES_TEXT"
        def ask(client, settings, letter):
            {ASK}f"{{settings.house_rules}} This is it: {{letter}}"}}])
        """,
        ("user", RULES),
    ),
    case(
        "by way of a name, a branch and a format",
        f"""
        DEFAULT = "RULES_TEXT"
        class Settings:
            house_rules: str = DEFAULT
        def ask(client, letter):
            settings = Settings.load(letter)
            rules = settings.house_rules
            if isinstance(rules, dict):
                rules = str(rules)
            {ASK}"Read these rules: {{rules}} {{letter}}".format(rules=rules, letter=letter)}}])
        """,
        ("user", RULES),
    ),
    case(
        "what an object is made with",
        f"""
        from places import Place
        PLACES = [Place(name="north", house_rules="RULES_TEXT")]
        def ask(client, number):
            {ASK}f"The rules here: {{PLACES[number].house_rules}}"}}])
        """,
        ("user", RULES),
    ),
    case(
        "what an attribute of an object is set to",
        f"""
        def prepare(state):
            state.house_rules = "RULES_TEXT"
        def ask(client, state):
            {ASK}f"The rules here: {{state.house_rules}}"}}])
        """,
        ("user", RULES),
    ),
    case(
        "a method of classes of one family",
        f"""
        class Place:
            def all_rules(self): ...
        class North(Place):
            def all_rules(self):
                return "RULES_TEXT"
        class South(Place):
            def all_rules(self):
                return "TASK_TEXT"
        def ask(client, place):
            {ASK}f"The rules here: {{place.all_rules()}}"}}])
        """,
        ("user", RULES),
        ("user", TASK),
    ),
    case(
        "a key of a dict that another function made",
        f"""
        def prepare(hint):
            return {{"house_rules": "RULES_TEXT", "hint": hint}}
        def ask(client, values):
            {ASK}f"The rules here: {{values['house_rules']}}"}}])
        """,
        ("user", RULES),
    ),
    case(
        "a table of tables, by keys that are known at run time",
        f"""
        TEXTS = {{"en": {{"rules": "RULES_TEXT", "task": "TASK_TEXT"}}, "de": {{"rules": "Kurz.", "task": "Gut."}}}}
        def text(language, key):
            table = TEXTS.get(language, TEXTS["en"])
            return table[key]
        def ask(client, language):
            {ASK}text(language, "task")}}])
        """,
        ("user", f"{TASK}Gut."),
    ),
    case(
        "arguments of a call that makes a prompt",
        """
        def ask(render, letter, hint):
            hint += "RULES_TEXT"
            user_prompt = render.load("letter").fill(letter=letter, hint=hint)
            return user_prompt
        """,
        ("user", RULES),
    ),
    case(
        "a dict of values for a template",
        """
        def ask(load, letter):
            values = {"letter": letter, "rules": "RULES_TEXT"}
            prompt = load.messages("letter", values)
            return prompt
        """,
        ("user", RULES),
    ),
    case(
        "an agent as an annotated parameter",
        """
        from agno.agent import Agent
        def ask(clerk: Agent):
            clerk.run("TASK_TEXT")
        """,
        ("user", TASK),
    ),
    case(
        "an agent as a function is annotated to give it back",
        """
        from agno.agent import Agent
        from makers import make
        def clerk() -> Agent:
            return make("clerk")
        def ask():
            one = clerk()
            one.run("TASK_TEXT")
        """,
        ("user", TASK),
    ),
    case(
        "an agent in an attribute that is annotated as a parameter",
        """
        from agno.agent import Agent
        class Office:
            def __init__(self, clerk: Agent):
                self.clerk = clerk
            def ask(self):
                self.clerk.run("TASK_TEXT")
        """,
        ("user", TASK),
    ),
    case(
        "an agent in an attribute of another object",
        """
        from agno.agent import Agent
        def main(page):
            page.state.clerk = Agent(instructions="RULES_TEXT")
            page.state.clerk.run("TASK_TEXT")
        """,
        ("system", RULES),
        ("user", TASK),
    ),
    case(
        "an agent of one package beside a folder that is called like another",
        """
        from agents.tools import sort
        from agno.agent import Agent
        clerk = Agent(description="TASK_TEXT", instructions="RULES_TEXT")
        """,
        ("system", TASK),
        ("system", RULES),
    ),
    case(
        "a function that makes tools",
        """
        from llama_index.core.tools import FunctionTool
        def make(name, description):
            return FunctionTool.from_defaults(name=name, description=description, fn=print)
        SORT = make("sort", "TASK_TEXT")
        """,
        ("tool", TASK),
    ),
    case(
        "a decorator of the project that makes tools",
        """
        from langchain.tools import tool
        def office_tool(*args, title=""):
            def wrapper(function):
                return tool(*args)(function)
            return wrapper
        @office_tool(title="Sort")
        def sort(letters: str):
            \"\"\"TASK_TEXT\"\"\"
        """,
        ("tool", TASK),
    ),
    case(
        "a prompt of texts of the file, one filled in, whose names do not say so",
        """
        OPENING = "Here are the letter of {town} and what two clerks made of it, each in turn."
        LAST = "At the end, please give your comparison of both in one line, and who is better."
        def keep(rows, box):
            for row in rows:
                judge_prompt = OPENING.format(town=row) + LAST
                box.append(judge_prompt)
        """,
        (
            "user",
            "Here are the letter of  and what two clerks made of it, each in turn."
            "At the end, please give your comparison of both in one line, and who is better.",
        ),
    ),
    case(
        "methods that a decorator of the project marks as tools",
        """
        def is_tool(kind="read"):
            def decorator(function):
                setattr(function, "__tool__", kind)
                return function
            return decorator
        class Office(House):
            @is_tool("write")
            def sort(self, letters: str) -> str:
                \"\"\"TASK_TEXT\"\"\"
            def weigh(self, letters: str) -> str:
                \"\"\"RULES_TEXT\"\"\"
        """,
        ("tool", TASK),
    ),
    case(
        "a function that a decorator of the project marks as a tool by an attribute",
        """
        def office_tool(function):
            function._is_tool = True
            return function
        def timed_tool(function):
            times = []
            times.is_tool = setattr(times, "tool", function)
            return function
        @office_tool
        def sort(letters: str):
            \"\"\"TASK_TEXT\"\"\"
        @timed_tool
        def weigh(letters: str):
            \"\"\"RULES_TEXT\"\"\"
        """,
        ("tool", TASK),
    ),
    case(
        "a skill that an agent reads, with the files that come along with it",
        """
        from typing import NamedTuple
        from desk.skills import Skill, SkillFile
        class Book(NamedTuple):
            key: str
            body: str
        BOOKS = [Book(key="letters", body="TASK_TEXT")]
        def files():
            for book in BOOKS:
                yield SkillFile(path=f"books/{book.key}.md", content=book.body)
        SORTING = Skill(name="sorting", body="RULES_TEXT", files=[*files()])
        """,
        ("user", TASK),
        ("user", RULES),
    ),
    case(
        "docstrings of functions that a decorator of the project asks a model with",
        """
        import functools, inspect
        from openai import OpenAI
        def asked(function):
            @functools.wraps(function)
            def run(letter):
                said = {"role": "system", "content": function.__doc__}
                messages = [said, {"role": "user", "content": letter}]
                return OpenAI().chat.completions.create(model="gpt-4o", messages=messages)
            return run
        def asked_with(model):
            def decorator(function):
                said = inspect.getdoc(function)
                def run(letter):
                    prompt = said + letter
                    return OpenAI().chat.completions.create(model=model, messages=[{"role": "user", "content": prompt}])
                return run
            return decorator
        def shown(function):
            def run(letter):
                print(function.__doc__)
                return function(letter)
            return run
        @asked
        def sort(letter):
            \"\"\"TASK_TEXT\"\"\"
        @asked_with(model="gpt-4o-mini")
        def weigh(letter):
            \"\"\"RULES_TEXT\"\"\"
        @shown
        def lose(letter):
            \"\"\"Sort these letters into the boxes of the desk, and count them.\"\"\"
        """,
        ("system", TASK),
        ("user", RULES),
    ),
    case(
        "a docstring that grows where tools are made",
        """
        def sort_tool(sort):
            sort.__doc__ += "TASK_TEXT"
            return sort
        """,
        ("tool", TASK),
    ),
    case(
        "a message that gets a hint",
        """
        def remind(messages):
            for message in messages:
                if message.role == "user":
                    message.content += "RULES_TEXT"
        """,
        ("user", RULES),
    ),
    case(
        "a method of several words on an object of which nothing is known",
        f"""
        class Clerk:
            def ask_clerk(self, client, question):
                {ASK}question}}])
        def main(office):
            office.clerk.ask_clerk(None, "TASK_TEXT")
        """,
        ("user", TASK),
    ),
    case(
        "a function that builds instructions",
        """
        def build_instructions(enabled):
            parts = []
            if enabled:
                parts.append("RULES_TEXT")
            if not parts:
                return ""
            result = "## House" + "".join(parts)
            return result
        """,
        ("user", f"## House{RULES}"),
    ),
    case(
        "handed on under a keyword that names a prompt",
        """
        import sys
        from teams import Society
        def build(question):
            given = {"task_prompt": question}
            return Society(**given)
        def main():
            default = "TASK_TEXT"
            build(sys.argv[1] if len(sys.argv) > 1 else default)
        """,
        ("user", TASK),
    ),
    case(
        "said to a conversation that something else sends",
        """
        class Desk:
            def run(self, task):
                self.conversation.add(role="user", content=task)
        def main():
            Desk().run("TASK_TEXT")
        """,
        ("user", TASK),
    ),
    case(
        "given to a function whose result a decorator sends",
        """
        from mirascope import llm
        @llm.call("openai/gpt-5")
        def summarize(letter):
            return f"Sum up this letter: {letter}"
        summarize("TASK_TEXT")
        """,
        ("user", TASK),
    ),
    case(
        "given to the agents of an annotated list",
        f"""
        class Agent:
            def run(self, task):
                {ASK}task}}])
        class Team:
            def __init__(self, agents: list[Agent]):
                self.agents = agents
            def run(self, task):
                return [agent.run(task) for agent in self.agents]
        def main(team: Team):
            team.run("TASK_TEXT")
        """,
        ("user", TASK),
    ),
    case(
        "given to one agent of an annotated dict",
        f"""
        class Agent:
            def run(self, task):
                {ASK}task}}])
        class Team:
            agents: dict[str, Agent]
            def run(self, task):
                for name, agent in self.agents.items():
                    agent.run(task)
        Team().run("TASK_TEXT")
        """,
        ("user", TASK),
    ),
    case(
        "a loop over a constant",
        f"""
        LETTERS = ["RULES_TEXT", "TASK_TEXT"]
        def ask(client):
            for letter in LETTERS:
                {ASK}f"Answer this: {{letter}}"}}])
        """,
        ("user", f"Answer this: {RULES}{TASK}"),
    ),
    case(
        "a loop over the values of a table, each of them a message",
        f"""
        def ask(client):
            tasks = {{"first": "RULES_TEXT", "second": "TASK_TEXT"}}
            for number, (name, task) in enumerate(tasks.items()):
                {ASK}task}}])
        """,
        ("user", RULES + TASK),
    ),
    case(
        "a text that is cut into messages",
        f"""
        TASKS = "RULES_TEXT"
        def ask(client):
            for task in TASKS.strip().split("###"):
                {ASK}task.strip()}}])
        """,
        ("user", RULES),
    ),
    case(
        "one of a list, by a number or by chance",
        f"""
        import random
        RULES = ["RULES_TEXT"]
        TASKS = ["TASK_TEXT"]
        def ask(client, number):
            {ASK}f"Do it: {{RULES[number]}} and {{random.choice(TASKS)}}"}}])
        """,
        ("user", RULES),
        ("user", TASK),
    ),
    case(
        "a conversation that is played by a script",
        """
        SCENES = {"short": [{"user": "TASK_TEXT", "assistant": "RULES_TEXT"}], "long": []}
        class Desk:
            def __init__(self, client):
                self.client, self.history = client, []
            def send(self, text, scripted):
                self.history.append({"role": "user", "content": text})
                self.history.append({"role": "assistant", "content": scripted})
                self.client.chat.completions.create(model="gpt-5", messages=self.history)
        def play(desk: Desk, turns):
            for turn in turns:
                desk.send(turn["user"], scripted=turn["assistant"])
        def main(name):
            turns = SCENES[name]
            play(Desk(None), turns)
        """,
        ("user", TASK),
        ("assistant", RULES),
    ),
    case(
        "a list of templates that is given to a function which goes through it",
        f"""
        def ask(client, templates):
            for template in templates:
                {ASK}template.format(letter=1)}}])
        ask(None, ["RULES_TEXT", "TASK_TEXT"])
        """,
        ("user", RULES),
        ("user", TASK),
    ),
    case(
        "a list that an object is made with, and goes through",
        f"""
        class Desk:
            def __init__(self, client, tasks):
                self.client, self.tasks = client, tasks
            def run(self):
                for task in self.tasks:
                    self.{ASK}task}}])
        Desk(None, ["TASK_TEXT"]).run()
        """,
        ("user", TASK),
    ),
    case(
        "examples beside a prompt in a dict",
        """
        EXAMPLES = [{"answer": "RULES_TEXT"}]
        OPTIONS = {"prompt": "Answer the question in the style of the examples.", "examples": EXAMPLES}
        """,
        ("user", RULES),
    ),
    case(
        "a function that gives the examples of a tool",
        """
        from tools import Spec
        def examples():
            return "TASK_TEXT"
        SPEC = Spec(instructions="Sort the letters into boxes.", examples=examples)
        """,
        ("user", TASK),
    ),
    case(
        "a conversation of pairs that an object begins with",
        """
        from chat import Conversation
        START = Conversation(messages=[("Human", "TASK_TEXT"), ("Assistant", "RULES_TEXT")])
        """,
        ("user", TASK),
        ("assistant", RULES),
    ),
    case(
        "a part of a message that a method adds to a list of its object",
        """
        class Turn:
            def __init__(self):
                self.parts = []
            def add_hint(self, hint):
                self.parts.append({"type": "text", "text": hint})
            def message(self):
                return {"role": "user", "content": self.parts}
        def ask(turn):
            turn.add_hint("TASK_TEXT")
        """,
        ("user", TASK),
    ),
    case(
        "the text of an object, by an annotation, by how it is made and by the items of a list",
        f"""
        class Place:
            def __str__(self):
                return "RULES_TEXT"
        class Task:
            def __repr__(self):
                return "TASK_TEXT"
        def ask(client, place: Place, tasks: list[Task]):
            lines = " ".join(str(task) for task in tasks)
            {ASK}f"It is here: {{place}}. Do this: {{lines}}"}}])
        """,
        ("user", RULES),
        ("user", TASK),
    ),
    case(
        "the text of an object in an attribute",
        f"""
        from dataclasses import dataclass
        @dataclass
        class Place:
            def __str__(self):
                return "RULES_TEXT"
        @dataclass
        class Desk:
            place: Place
            def ask(self, client):
                {ASK}f"It is here: {{self.place}}"}}])
        """,
        ("user", RULES),
    ),
    case(
        "a part that is added to the content of a message within others",
        """
        def remind(messages, payload):
            messages[-1]["content"].append({"type": "text", "text": "RULES_TEXT"})
            payload["messages"][0]["content"] += "TASK_TEXT"
            return {"role": "user", "content": messages}
        """,
        ("user", RULES),
        ("user", TASK),
    ),
    case(
        "what a framework is given in a loop over what a function makes",
        """
        from agno.agent import Agent
        def clerks():
            return [{"name": "north", "rules": "RULES_TEXT"}, {"name": "south", "rules": "TASK_TEXT"}]
        TEAM = [Agent(instructions=clerk["rules"]) for clerk in clerks()]
        """,
        ("system", RULES),
        ("system", TASK),
    ),
    case(
        "a short text, handed on under a keyword that names a prompt",
        """
        from flows import Step
        def step(instruction):
            return Step(input_instruction=instruction)
        step("Read the letter above")
        """,
        ("user", "Read the letter above"),
    ),
    case(
        "messages of a role that the caller tells",
        """
        def message(role, content):
            return {"role": role, "content": content}
        def examples(letter):
            return [message("user", "TASK_TEXT"), message(content="RULES_TEXT", role="assistant"), letter]
        """,
        ("user", TASK),
        ("assistant", RULES),
    ),
    case(
        "what is given to a partial of a function of the project",
        """
        from functools import partial
        def ask_model(client, system, question):
            client.chat.completions.create(model="gpt-5", messages=[
                {"role": "system", "content": system}, {"role": "user", "content": question}])
        ask_clerk = partial(ask_model, None, "RULES_TEXT")
        ask_clerk(question="TASK_TEXT")
        """,
        ("system", RULES),
        ("user", TASK),
    ),
    case(
        "what objects are made with whose method puts it together",
        f"""
        class Letter(Record):
            kind: str
            handling: str = Field(..., help="how it is handled")
            def to_string(self):
                return f"## {{self.kind}}: {{self.handling}}"
        class Notice:
            def __init__(self, handling):
                self.handling = handling
        LETTERS = [Letter(kind="bill", handling="RULES_TEXT"), Letter("offer", "TASK_TEXT")]
        def ask(client, letters):
            {ASK}"\\n".join(each.to_string() for each in letters)}}])
        """,
        ("user", RULES),
        ("user", TASK),
    ),
    case(
        "what classes say of it that are made from the one with the method",
        f"""
        class Letter(Record):
            handling: str = Field(..., help="how it is handled")
            def for_plan(self):
                return f"### Handling: {{self.handling}}"
        class Bill(Letter):
            handling: str = Field(default="RULES_TEXT")
        class Offer(Letter):
            handling: str = "TASK_TEXT"
        def ask(client, letters):
            {ASK}"\\n".join(each.for_plan() for each in letters)}}])
        """,
        ("user", RULES),
        ("user", TASK),
    ),
    case(
        "a method of one word, of an object whose class is known",
        f"""
        from abc import ABC
        class Letter(ABC):
            def __init__(self, handling):
                self.handling = handling
            def describe(self):
                return f"- {{self.handling}}"
        class Bill(Letter):
            def describe(self):
                return "TASK_TEXT"
        class Machine:
            def describe(self):
                return ""
        OFFER = Letter(handling="RULES_TEXT")
        def ask(client, letter: Letter):
            {ASK}f"Letter: {{letter.describe()}}"}}])
        """,
        ("user", RULES),
        ("user", TASK),
    ),
    case(
        "what an object is made with, by way of a Mustache template and a helper",
        f"""
        import textwrap
        import chevron
        def indented(text):
            return textwrap.indent(textwrap.dedent(text), "    ")
        class Claim:
            def __init__(self, claim):
                self.claim = claim
            def check(self, client, letter, variables):
                claim = chevron.render(self.claim, variables)
                {ASK}f"Is this so? {{indented(claim)}} {{letter}}"}}])
        CLAIM = Claim("TASK_TEXT")
        """,
        ("user", f"Is this so?     {TASK} "),
    ),
    case(
        "a Mustache template",
        f"""
        from chevron import render
        def ask(client, letter):
            text = render("RULES_TEXT {{{{#more}}}}TASK_TEXT{{{{/more}}}} {{{{{{letter}}}}}}", {{"letter": letter}})
            {ASK}text}}])
        """,
        ("user", f"{RULES} {TASK} "),
    ),
    case(
        "what tools say of themselves, by their docstrings, put into a dict of commands",
        f"""
        class Tool:
            def documentation(self, form="short"):
                raise NotImplementedError
        class Search(Tool):
            def documentation(self, form="short"):
                match form:
                    case "short":
                        return self.function.__doc__
                    case "manual":
                        return "RULES_TEXT"
            def function(self, term):
                '''TASK_TEXT'''
        class Desk:
            def commands(self):
                found = {{}}
                for name, tool in self.office.tools.items():
                    found[name] = {{"docstring": tool.documentation("short"), "signature": "(...)"}}
                return found
        def told(commands):
            text = ""
            for command in commands:
                signature, docstring = command["signature"], command["docstring"]
                text += f"{{signature}}: {{docstring}}"
            return text
        def ask(client, desk):
            {ASK}"These are the commands: " + told(list(desk.commands().values()))}}])
        """,
        ("user", TASK + RULES),
    ),
    case(
        "what a class above reads of the docstring of a method below",
        f"""
        class Tool:
            def documentation(self):
                return f"A tool for letters: {{self.function.__doc__}}"
        class Search(Tool):
            def function(self, term):
                '''TASK_TEXT'''
        def ask(client, tools):
            {ASK}"The tools. " + "".join(tool.documentation() for tool in tools)}}])
        """,
        ("user", TASK),
    ),
    case(
        "the docstring of a function",
        f"""
        def search(term):
            '''TASK_TEXT'''
        def ask(client):
            {ASK}f"This is a tool. {{search.__doc__}}"}}])
        """,
        ("user", f"This is a tool. {TASK}"),
    ),
    case(
        "what is found by its name has the role of the message that reads it from an object",
        """
        class Base:
            def ask(self, client, letter):
                system = f"Hello. {self.role_description()}"
                client.chat.completions.create(model="gpt-5", messages=[
                    {"role": "system", "content": system}, {"role": "user", "content": letter}])
        class Clerk(Base):
            def role_description(self):
                return "A clerk who reads all the letters of the week, and does so with great care."
        """,
        ("system", "A clerk who reads all the letters of the week, and does so with great care."),
    ),
    case(
        "what methods add to a list of the object, and a prompt joins",
        f"""
        class Desk:
            def __init__(self):
                self.history, self.notes, self.rules = list(), [], []
            def keep(self, number, letter):
                self.history.append(f"RULES_TEXT {{letter}}")
                self.notes.append((number, f"TASK_TEXT {{letter}}"))
                self.rules += [{{"kind": number, "told": f"Rule {{number}}: leave out what nobody has to know of it."}}]
            def ask(self, client):
                told = "\\n".join(self.history)
                notes = "\\n".join([_[1] for _ in self.notes])
                rules = "\\n".join(f"- {{rule['told']}}" for rule in self.rules)
                {ASK}f"Letters: {{told}} {{notes}} {{rules}}"}}])
        """,
        ("user", f"{RULES} "),
        ("user", f"{TASK} "),
        ("user", "Rule : leave out what nobody has to know of it."),
    ),
    case(
        "what a turn of a loop leaves for the next one, in more ways than one",
        f"""
        def answer(client, topic, feedback):
            return {ASK}f"Sort these letters: {{topic}}. {{feedback}}"}}])
        def main(client, topic):
            feedback = str()
            for _ in range(5):
                reply = answer(client, topic, feedback=f"Feedback: {{feedback}}")
                feedback = str()
                if "DONE" in reply:
                    done = reply.split("DONE")
                    feedback += f"RULES_TEXT {{done}}"
                    if len(done) > 2:
                        feedback += "TASK_TEXT"
        """,
        ("user", f"{RULES} {TASK}"),
    ),
    case(
        "what is left for the next turn by name alone",
        f"""
        def main(client, letter, failed):
            told = ""
            for _ in range(5):
                reply = {ASK}f"Sort this letter: {{letter}}. {{told}}"}}])
                said = f"TASK_TEXT {{reply}}"
                told = said if failed(reply) else "RULES_TEXT"
        """,
        ("user", f"{TASK} "),
        ("user", RULES),
    ),
    case(
        "the lists that callers give to a function that joins them",
        f"""
        def ask(client, rules):
            told = "\\n".join(rules)
            {ASK}f"Rules: {{told}}"}}])
        ask(None, ["RULES_TEXT", "TASK_TEXT"])
        """,
        ("user", f"Rules: {RULES}\n{TASK}"),
    ),
    case(
        "the texts that callers give to a function which gathers and joins them",
        f"""
        def ask(client, *rules):
            {ASK}"\\n".join(rules)}}])
        ask(None, "RULES_TEXT", "TASK_TEXT")
        """,
        ("user", f"{RULES}\n{TASK}"),
    ),
    case(
        "a text that a function makes of those it gathers",
        f"""
        def joined(title, *parts, end="!"):
            return title + " ".join(parts) + end
        def ask(client, *more):
            {ASK}joined("Rules: ", "RULES_TEXT", "TASK_TEXT")}}])
            {ASK}joined("Else: ", "TASK_TEXT", *more)}}])
        """,
        ("user", f"Rules: {RULES} {TASK}!"),
        ("user", f"Else: {TASK} "),
    ),
    case(
        "what a template is filled with of which nothing is known",
        f"""
        import yaml

        class Desk:
            def __init__(self, path):
                self.letter = yaml.safe_load(open(path))["letter"]
            def rules(self):
                return "\\n".join(["RULES_TEXT"])
            def ask(self, client, topic):
                return {ASK}self.letter.format(rules=self.rules(), topic=topic)}}])
        """,
        ("user", RULES),
    ),
    case(
        "a text that a function makes of a list",
        f"""
        def joined(parts):
            return "; ".join(parts)
        def ask(client):
            {ASK}joined(["RULES_TEXT", "TASK_TEXT"])}}])
        """,
        ("user", f"{RULES}; {TASK}"),
    ),
    case(
        "what a turn of a loop leaves in the place of a parameter",
        f"""
        def send(client, text):
            return {ASK}text}}])
        def run(client, task, failed):
            said = task
            for _ in range(4):
                reply = send(client, said)
                if failed(reply):
                    said = f"Pears are green, and nobody has asked for anything else: {{reply}}"
                else:
                    said = "Bananas are yellow, and that is all there is to say of them."
        """,
        (
            "user",
            "Pears are green, and nobody has asked for anything else: "
            "Bananas are yellow, and that is all there is to say of them.",
        ),
    ),
    case(
        "what is added to a list of prompts",
        """
        class Desk:
            def __init__(self, letters):
                self.prompts = []
                for letter in letters:
                    self.prompts.append(f"Pears are green, and nobody has asked for anything else: {letter}")
        """,
        ("user", "Pears are green, and nobody has asked for anything else: "),
    ),
    case(
        "what stands at any depth in what a prompt has as JSON",
        f"""
        import json

        def examples():
            return {{"examples": [{{"number": 1, "letter": {{"rule": "RULES_TEXT"}}}}]}}

        def ask(client):
            text = "Write it down in this form: "
            text += json.dumps(examples(), indent=4)
            return {ASK}text}}])
        """,
        ("user", RULES),
    ),
    case(
        "what callers give for it",
        f"""
        import json

        def ask(client, letters):
            return {ASK}f"Sort these: {{json.dumps(letters)}}"}}])

        def run(client):
            ask(client, [{{"number": 1, "letter": "TASK_TEXT"}}])
        """,
        ("user", TASK),
    ),
]


@pytest.mark.parametrize(("files", "expected"), CASES)
def test_what_flows_into_a_prompt_is_found(files: dict[str, str], expected: tuple[tuple[str, str], ...]) -> None:
    assert set(expected) <= found(files)


SILENT = [
    case(
        "a name of one word that many classes have",
        f"""
        class A:
            text = "RULES_TEXT"
        class B:
            text = "TASK_TEXT"
        def ask(client, thing):
            {ASK}f"The text here: {{thing.text}}"}}])
        """,
    ),
    case(
        "a name of one word that is set on any object",
        f"""
        def draw(label):
            label.text = "RULES_TEXT"
        def ask(client, thing):
            {ASK}f"The text here: {{thing.text}}"}}])
        """,
    ),
    case(
        "an attribute that no prompt reads",
        """
        class Settings:
            house_rules: str = "RULES_TEXT"
        def show(settings):
            print(settings.house_rules)
        """,
    ),
    case(
        "a query, though a prompt reads it",
        f"""
        class Settings:
            house_query: str = "SELECT a.name, a.age FROM people AS a WHERE a.age > 20 ORDER BY a.age, a.name LIMIT 10"
        def ask(client, settings):
            {ASK}f"The query was: {{settings.house_query}}"}}])
        """,
    ),
    case(
        "a docstring of a wrapper",
        """
        def wraps(function):
            function.__doc__ += "RULES_TEXT"
            return function
        """,
    ),
    case(
        "a method that classes of two families have",
        f"""
        class Clerk:
            def ask_clerk(self, client, question):
                {ASK}question}}])
        class Desk:
            def ask_clerk(self, question):
                print(question)
        def main(office):
            office.clerk.ask_clerk(None, "TASK_TEXT")
        """,
    ),
    case(
        "handed on under a keyword that names no prompt",
        """
        from teams import Society
        def build(question):
            return Society(label=question)
        build("TASK_TEXT")
        """,
    ),
    case(
        "a question to the user of a terminal, handed on under a keyword that names a prompt",
        """
        from forms import Ask
        def ask(question):
            return Ask(prompt=question)
        ask("Delete all the letters, RULES_TEXT? [y/N]")
        """,
    ),
    case(
        "given to one of a list of other things",
        f"""
        class Agent:
            def run(self, task):
                {ASK}task}}])
        class Printer:
            def run(self, task):
                print(task)
        class Office:
            printers: list[Printer]
            def run(self, task):
                for printer in self.printers:
                    printer.run(task)
        Office().run("TASK_TEXT")
        """,
    ),
    case(
        "a loop over texts that are shown",
        f"""
        LETTERS = ["RULES_TEXT"]
        def show(client, number):
            for letter in LETTERS:
                print(letter)
                {ASK}f"How is the weather? {{number}}"}}])
        """,
    ),
    case(
        "a message that is kept in a table",
        """
        from models import Message
        def keep(session, id):
            session.add(Message(role="user", content="[DONE] TASK_TEXT", conversation_id=id))
            event = {"role": "system", "content": "[DONE] RULES_TEXT", "timestamp": 1}
            session.add(event)
        """,
    ),
    case(
        "what is made of instructions",
        """
        def flow_from_instructions(lines):
            return {"name": "none", "body": "say 'Sorry, there was a mistake in the flow, TASK_TEXT'"}
        """,
    ),
    case(
        "the text of an object that only people are shown",
        f"""
        class Place:
            def __str__(self):
                return "RULES_TEXT"
        def ask(client, place: Place, number):
            print(f"{{place}}")
            {ASK}f"How is the weather there? {{number}}"}}])
        """,
    ),
    case(
        "what objects of other classes have for an attribute that a prompt reads from one",
        f"""
        class Record:
            def __init__(self, handling):
                self.handling = handling
        class Letter(Record):
            def for_plan(self):
                return f"### This is how the letters of this kind are handled: {{self.handling}}"
        class Notice(Record):
            pass
        class Bill:
            handling = "TASK_TEXT"
        NOTICE = Notice("RULES_TEXT")
        def ask(client, letter):
            {ASK}letter.for_plan()}}])
        """,
    ),
    case(
        "what others are told of skills, and programs that come along with one",
        """
        CARD = AgentSkill(name="sorting", content="TASK_TEXT")
        PAGE = SkillPage(name="sorting", body="TASK_TEXT")
        FILE = SkillFile(path="sort.py", content="TASK_TEXT")
        """,
    ),
    case(
        "steps that people are told, one by one",
        """
        def install(system):
            instructions = []
            instructions.append(f"Download TASK_TEXT for {system}")
            return instructions
        """,
    ),
    case(
        "a method of one word, of an object of which nothing is known",
        f"""
        class Letter:
            def describe(self):
                return "TASK_TEXT"
        def ask(client, letter):
            {ASK}f"Letter: {{letter.describe()}}"}}])
        """,
    ),
    case(
        "what goes elsewhere as JSON",
        f"""
        import json

        def ask(client, letter, log):
            log.write(json.dumps({{"note": "TASK_TEXT"}}))
            return {ASK}f"Sort this: {{letter}}"}}])
        """,
    ),
]


@pytest.mark.parametrize(("files", "expected"), SILENT)
def test_what_does_not_is_left_alone(files: dict[str, str], expected: tuple[tuple[str, str], ...]) -> None:
    assert not [text for _, text in found(files) if RULES in text or TASK in text or "SELECT" in text]


def test_what_stands_in_json_is_called_like_its_key_or_like_the_whole() -> None:
    code = f"""
        import json

        RULES = ["{RULES}"]
        CASE = {{"sender": "Miller and Sons, Harbour Street (Old Town)", "notes": [{{"deep": ["{TASK}"]}}]}}
        SENDER = {{"name": "North Harbour Letter Company, Inc. (Old Town)"}}

        def ask(client):
            return {ASK}"Sort: " + json.dumps(CASE) + json.dumps(RULES) + json.dumps(SENDER)}}])
    """
    project = link([facts(Source("app.py", textwrap.dedent(code)))])
    named = {"".join(text.value for text in texts(prompt.template)): prompt.name for prompt in project.prompts}
    assert named[RULES] == "RULES" and named[TASK] == "deep"
    # A proper name is no prompt.
    assert not any("Letter Company" in text for text in named)


def test_the_order_of_files_does_not_matter() -> None:
    files = {
        "a.py": f'class Settings:\n    house_rules = "{RULES}"\n',
        "b.py": f'class Others:\n    house_rules = "{TASK}"\n',
        "c.py": f'def ask(client, s):\n    {ASK}f"Rules: {{s.house_rules}} and {{s.more_rules()}}"}}])\n',
        "d.py": f'class More:\n    def more_rules(self):\n        return "{RULES} {TASK}"\n',
    }
    first = found(files)
    assert {("user", RULES), ("user", TASK), ("user", f"{RULES} {TASK}")} <= first
    for order in itertools.islice(itertools.permutations(files), 0, 24, 5):
        assert found({name: files[name] for name in order}) == first


def test_what_is_found_may_ask_for_more_and_circles_end() -> None:
    files = {
        "a.py": f'class A:\n    def first_part(self, b):\n        return f"{RULES} {{b.second_part()}}"\n',
        "b.py": f'class B:\n    def second_part(self, a):\n        return f"{TASK} {{a.first_part()}}"\n',
        "c.py": f'def ask(client, a):\n    {ASK}f"Begin: {{a.first_part()}}"}}])\n',
    }
    assert {("user", f"{RULES} "), ("user", f"{TASK} ")} <= found(files)


def test_a_list_that_is_written_out_is_read_to_its_end() -> None:
    steps = ", ".join(f'{{"name": "step {number}"}}' for number in range(40))
    entries = [f'{{"instruction": "{TASK} This is number {number}.", "steps": [{steps}]}}' for number in range(60)]
    prompts = {text for _, text in found({"a.py": f"TASKS = [{', '.join(entries)}]\n"})}
    assert {f"{TASK} This is number {number}." for number in range(60)} <= prompts


def test_a_function_that_many_ask_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # Each of them asks the one before it twice: thousands of times in all, if every answer were worked out anew.
    lines = [f'def tone0():\n    return "{RULES}"\n']
    lines += [f'def tone{n}():\n    return tone{n - 1}().replace("?", tone{n - 1}())\n' for n in range(1, 12)]
    ask = f"def ask(client):\n    {ASK}tone11()}}])\n"
    called, asked = Linker.called, []
    monkeypatch.setattr(Linker, "called", lambda *given, **more: asked.append(given) or called(*given, **more))
    assert found({"app.py": "".join(lines) + ask}) == {("user", RULES)}
    assert len(asked) < 200


def test_what_is_given_again_is_not_worked_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # What is handed on is put together anew for every letter, and is the same for all of them.
    lines = [f'def tone0(desk):\n    return f"{RULES} {{desk}}"\n']
    lines += [f'def tone{n}(desk):\n    return tone{n - 1}("The " + desk)\n' for n in range(1, 7)]
    lines += ['DESK = "first desk"\ndef text(desk, letter):\n    return tone6("The " + desk) + " " + letter\n']
    ask = "".join(f'def ask{n}(client):\n    {ASK}text(DESK, "letter {n}")}}])\n' for n in range(10))
    returned, asked = Linker._returned, []
    monkeypatch.setattr(Linker, "_returned", lambda *given: asked.append(given[1]) or returned(*given))
    told = {("user", f"{RULES} {'The ' * 7}first desk letter {n}") for n in range(10)}
    assert found({"app.py": "".join(lines) + ask}) == told
    assert sum(key.startswith("tone") for key in asked) == 7


def looked_at(monkeypatch: pytest.MonkeyPatch, program: str) -> tuple[set[tuple[str, str]], int]:
    """What is found in a program, and how many values were looked at for that."""
    value, seen = Linker.value, []
    with monkeypatch.context() as patch:
        patch.setattr(Linker, "value", lambda *given: seen.append(1) or value(*given))
        return found({"app.py": program}), len(seen)


def chain(length: int, asking: int = 1) -> str:
    """Functions each of which asks the one before it twice, with other arguments, under a condition on its own."""
    lines = [f'def tone0(desk, loud):\n    return f"{RULES} {{desk}}" if loud else "{TASK}"\n']
    for n in range(1, length):
        lines.append(f"def tone{n}(desk, loud):\n    said = tone{n - 1}(desk, True).strip()\n")
        lines.append(f"    return said if loud else tone{n - 1}(desk, False) + said\n")
    lines.append(f'def begin():\n    return tone{length - 1}("first", False)\n')
    lines += [f'def ask{n}(client):\n    {ASK}"Letter {n}. " + begin()}}])\n' for n in range(asking)]
    return "".join(lines)


def test_conditions_on_what_is_given_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    short, longer, longest = [looked_at(monkeypatch, chain(length))[1] for length in (4, 8, 12)]
    assert longest - longer == longer - short


def test_what_lies_too_deep_is_cut_off_once_for_all_that_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    # Functions call each other on more ways than are followed, and no way leads to the first one.
    told, first = looked_at(monkeypatch, chain(40))
    assert told == {("user", "Letter 0. ")}
    assert looked_at(monkeypatch, chain(40, 9))[1] - first < 100
    assert looked_at(monkeypatch, chain(80, 9))[1] - first < 100


def ring(length: int) -> str:
    """Functions each of which asks the one before it twice, and the first one the last one."""
    lines = [f'def tone0(desk):\n    return "{RULES}" + tone{length - 1}(desk)\n']
    lines += [f"def tone{n}(desk):\n    return tone{n - 1}(desk) + tone{n - 1}(desk)\n" for n in range(1, length)]
    return "".join(lines) + f'def ask(client):\n    {ASK}tone{length - 1}("first")}}])\n'


def test_functions_that_call_each_other_are_worked_out_once_on_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    short, longer, longest = [looked_at(monkeypatch, ring(length))[1] for length in (4, 8, 12)]
    assert longest - longer == longer - short


def test_ways_share_what_they_have_gone_together(monkeypatch: pytest.MonkeyPatch) -> None:
    # Twice as many ways with every line, of which the first part is the same.
    def ways(length: int) -> str:
        lines = ["def ask(client, desk, seats):\n    said = tone(desk)\n"]
        lines += [f"    said = tone(said) if seats[{n}] else said.strip()\n" for n in range(length)]
        return f'def tone(said):\n    return said or "{RULES}"\n' + "".join(lines) + f"    {ASK}said}}])\n"

    short, longer, longest = [looked_at(monkeypatch, ways(length))[1] for length in (2, 4, 6)]
    assert longest - longer == longer - short


def test_answers_that_are_kept_hold_only_where_nothing_else_is_on_the_way() -> None:
    text = textwrap.dedent("""
    def outer(deep):
        return "Sort the letters by desk. " + (between() if deep else "Begin with the oldest of them.")
    def between():
        return "Name them. " + inner(False)
    def inner(deep):
        return "Leave out what is no letter. " + (outer(True) if deep else "Say how many there are.")
    """)
    first = f"\ndef ask(client):\n    {ASK}outer(True)}}])\n"
    second = f"\ndef again(client):\n    {ASK}inner(True)}}])\n"
    asked = found({"app.py": text + first + second})
    assert len(asked) == 2 and asked == found({"app.py": text + first}) | found({"app.py": text + second})


def test_a_template_whose_fields_have_a_format_is_one_prompt() -> None:
    code = """
    def ask(client, question):
        text = "You are a clerk. Your name is {name:>5}. Answer {question!r:>3} and {question.source[0]}."
        text = text.format(name="Bob", question=question)
        client.responses.create(model="gpt-4o", input=text)
    """
    assert found({"a.py": code}) == {("user", "You are a clerk. Your name is   Bob. Answer  and .")}
    # With nothing in sight that fills them they are fields all the same, other than the braces of an object.
    held = {"a.py": 'PROMPT = "You are a clerk. The price is {price:.2f} for {name!r}. Answer in {tone}."\n'}
    assert found(held) == {("user", "You are a clerk. The price is  for . Answer in .")}
    node = {"a.py": 'PROMPT = "You are a clerk. Answer for {age:30} with {tone}."\n'}
    assert found(node) == {("system", "You are a clerk. Answer for {age:30} with {tone}.")}


POOL = {
    "messages.py": """
        from dataclasses import dataclass

        @dataclass
        class Message:
            speaker: str
            content: str

        class Pool:
            def __init__(self):
                self._messages: list[Message] = []
            def add(self, message: Message):
                self._messages.append(message)
            def all(self) -> list[Message]:
                return self._messages
    """,
    "player.py": f"""
        from messages import Message

        def play(client, history: list[Message]):
            heard = "This is what you have heard."
            for message in history:
                heard += f"{{message.speaker}}: {{message.content}}"
            {ASK}heard}}])
    """,
    "game.py": """
        from messages import Message, Pool

        class Game:
            def __init__(self):
                self.pool = Pool()
            def judge(self, guess):
                if not guess:
                    return {"points": 0}, ""
                verdict = "The guess is right." if guess == self.word else "The guess is wrong, nobody wins."
                return {"points": 1}, verdict
            def step(self, guess, seat):
                self.say("Everybody gives one clue, in turn.")
                points, verdict = self.judge(guess)
                self.say(f"{verdict} {points}", seat)
            def say(self, text: str, seat=None):
                self.pool.add(Message(speaker="Host", content=text))
    """,
}


def test_what_a_method_lets_a_message_say_comes_into_the_prompt_that_reads_messages_of_its_class() -> None:
    said = {text for _, text in found(POOL)}
    assert "Everybody gives one clue, in turn." in said
    assert any("The guess is right." in text and "nobody wins" in text for text in said)


def test_messages_that_no_prompt_reads_are_none() -> None:
    other = {**POOL, "player.py": POOL["player.py"].replace("{message.content}", "...")}
    assert not any("clue" in text or "guess" in text for _, text in found(other))
    record = {name: text.replace("Message", "Row") for name, text in POOL.items()}
    assert not any("clue" in text or "guess" in text for _, text in found(record))
    answers = {name: text.replace("content: str", "content: str\n            role: str") for name, text in POOL.items()}
    answers["game.py"] = answers["game.py"].replace('speaker="Host"', 'speaker="Host", role="assistant"')
    assert not any("clue" in text or "guess" in text for _, text in found(answers))


def test_a_message_that_is_nothing_but_json_is_an_answer_as_a_rule() -> None:
    answer = 'json.dumps({"thought": "Nobody wins the game, and the clue was wrong."})'
    said = f"import json\nfrom messages import Message\nMessage(speaker='Host', content={answer})\n"
    assert not any("clue" in text for _, text in found({**POOL, "game.py": said}))


MAKERS = """
    class Maker:
        def messages(self, letter):
            return [{"role": "system", "content": self.message(letter)}]
        def message(self, letter):
            return f"{self.fields(letter)}\\n{self.task(letter)}"
        def fields(self, letter):
            raise NotImplementedError
        def task(self, letter):
            raise NotImplementedError
    class Sorter(Maker):
        def fields(self, letter):
            return f"A letter has these parts, and the first of them is always there:\\n{letter.parts}"
        def task(self, letter):
            parts = ["What follows is to be kept to the word, with the right names filled in."]
            parts.append(letter.form())
            return "\\n".join(parts)
"""


def test_what_classes_below_give_back_comes_into_the_message_that_is_nothing_else() -> None:
    assert {text for role, text in found({"app.py": MAKERS}) if role == "system"} == {
        "A letter has these parts, and the first of them is always there:\n",
        "What follows is to be kept to the word, with the right names filled in.\n",
    }
    assert not found({"app.py": MAKERS.replace('"system"', '"tool"')})


RAISED = """
    class Desk:
        def reject(self, content, kind="refused"):
            raise Rejected({"role": "user", "content": content, "kind": kind})
        def look(self, letter, answer):
            if not answer:
                self.reject("Nobody has sorted the letter, so begin once more with the sender.")
            raise Rejected({"role": "user", "content": f"The clerk says of your letter: {answer}"})
"""


def test_messages_that_an_exception_carries_are_sent_by_who_catches_it() -> None:
    assert found({"app.py": RAISED}) == {
        ("user", "Nobody has sorted the letter, so begin once more with the sender."),
        ("user", "The clerk says of your letter: "),
    }
    for other in ('"code": "user"', '"role": user.role', '"role": "editor"'):
        assert not found({"app.py": RAISED.replace('"role": "user"', other)})
    assert not found({"app.py": 'raise ValueError("You are a clerk. Sort the letters and answer in one word.")\n'})


def test_templates_of_a_class_that_holds_that_of_a_system_message() -> None:
    text = """
        class Templates(BaseModel):
            system_template: str
            shown_template: str = "Seen: {{seen}}"
            refused_template = "The form was not filled in and nobody has read it. {{reason}}"
            page_template_id: str = "the number of a page that has something to do with it"
    """
    assert found({"app.py": text}) == {("user", "The form was not filled in and nobody has read it. ")}
    for name in ("page_template", "file_system_template"):
        assert not found({"app.py": text.replace("system_template", name)})
    assert not found({"app.py": text.replace("in and nobody has read it. {{reason}}", "in by {{clerk}} on that day")})


RENDERED = """
    from jinja2 import Environment, StrictUndefined, Template
    class Settings:
        hint_template: str = "Give one letter to each clerk, not {{ letters|length }} of them."
    class Clerk:
        def __init__(self, settings_class=Settings, **options):
            self.settings = settings_class(**options)
        def sort(self, letters):
            return check(letters, self.settings.hint_template, day="Monday")
    def check(letters, template, **more):
        made = Template(template, undefined=StrictUndefined).render(letters=letters, **more)
        return [{"role": "user", "content": made}]
"""


def test_a_template_that_callers_give_is_rendered_where_the_message_is_made() -> None:
    said = {("user", "Give one letter to each clerk, not  of them.")}
    assert found({"app.py": RENDERED}) == said
    made = RENDERED.replace("Template(template, undefined=StrictUndefined)", "Environment().from_string(template)")
    assert found({"app.py": made}) == said
    assert not found({"app.py": RENDERED.replace('"role": "user", "content"', '"kind": "user", "page"')})


def test_many_classes_may_have_a_template_of_one_name_and_one_that_says_nothing_is_none_of_them() -> None:
    def classes(name: str, *texts: str) -> str:
        return "".join(f"\nclass S{at}:\n    {name} = {text!r}\n" for at, text in enumerate(texts))

    def app(name: str) -> str:
        return textwrap.dedent(f'''
            def check(settings, letters):
                return [{{"role": "user", "content": f"For {{letters}}: {{settings.{name}}}"}}]
        ''')

    several = [f"This is what desk {at} has to say of all the letters that it was given." for at in range(6)]
    assert len(found({"app.py": app("shown_template") + classes("shown_template", *several)})) == 7
    assert len(found({"app.py": app("shown_words") + classes("shown_words", *several)})) == 1
    bare = ["{{ error }}", "", "none", "{{ letter }}", "en", several[0]]
    assert len(found({"app.py": app("shown_words") + classes("shown_words", *bare)})) == 2


CALLED = '''
    import dspy
    class Letter(dspy.Signature):
        """Write a letter for the clerk of the town."""
        tip = dspy.InputField()
        letter = dspy.OutputField()
    class Writer(dspy.Module):
        def __init__(self):
            self.write = dspy.Predict(Letter)
        def forward(self, tip):
            return self.write(tip=tip)
    class Desk:
        def __init__(self):
            self.writer = Writer()
        def first(self):
            return self.writer(tip="Make the letter as warm as the stove of the clerk.")
        def second(self):
            writer = Writer()
            return writer(tip="Write of the harbour and of the boats in it.")
'''
TIPS = {
    ("user", "Make the letter as warm as the stove of the clerk."),
    ("user", "Write of the harbour and of the boats in it."),
}


def test_an_object_of_a_framework_that_is_called_calls_the_method_that_the_class_writes_for_that() -> None:
    assert found({"app.py": CALLED}) >= TIPS
    assert found({"app.py": CALLED.replace("def forward", "def call")}) >= TIPS
    assert not TIPS & found({"app.py": CALLED.replace("def forward", "def write_letter")})
    assert not TIPS & found({"app.py": CALLED.replace("(dspy.Module)", "")})
    own = CALLED.replace("def forward", "def __call__(self, tip):\n            return tip\n        def forward")
    assert not TIPS & found({"app.py": own})


def test_the_text_of_an_object_that_stands_for_it_is_told_where_it_is_written() -> None:
    code = textwrap.dedent(
        """
        GOAL = "Answer all letters of the week in plain words."

        class Desk:
            profile = Profile(retry_goal=Setting(GOAL, key="desk_goal"))

        def ask(client, profile):
            text = f"You are a clerk.\\n{profile.retry_goal}"
            return client.chat.completions.create(model="gpt-4o", messages=[{"role": "system", "content": text}])
        """
    )
    (goal,) = [each for each in link([facts(Source("app.py", code))]).prompts if each.name == "retry_goal"]
    assert code[goal.span.start : goal.span.end] == "Answer all letters of the week in plain words."


def test_what_stands_in_a_template_before_it_is_read_is_no_syntax_of_it() -> None:
    code = """
        from jinja2 import Template
        def message(name, rules, late):
            text = f"For {name}: {{% if late %}}hurry{{% endif %}} {{{{ day }}}}" + rules + " {{ desk }}"
            text += "{{ name }}!" if late else "\\n?"
            return {"role": "user", "content": Template(text).render(day="Monday", desk=name, late=late)}
    """
    assert found({"app.py": code}) == {("user", "For : hurry Monday !\n?")}
    # In an expression of the template: nothing is read. Nor where a character is of the kind that stands for them.
    put_in = code.replace('" {{ desk }}"', '" {{ desk | replace(\\"" + rules + "\\", day) }}"')
    ((_, said),) = found({"app.py": put_in})
    assert "{% if late %}hurry{% endif %}" in said and "\ue000" not in said
    ((_, said),) = found({"app.py": code.replace("For", "\ue000")})
    assert "{% if late %}hurry{% endif %}" in said


FILLED = """
    from string import Template
    from openai import OpenAI
    def ask(text):
        OpenAI().chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": text}])
    def letter(template, sender):
        ask(Template(template).substitute(sender=sender))
    def page(template, sender):
        ask(template % {"sender": sender})
    def number(count, sender):
        ask(count % sender)
    def run(row):
        letter("Sort this letter of $sender by its weight.", row.name)
        page("Sort this page of %(sender)s by its weight.", row.name)
        number("Sort this number by its weight, too.", row.name)
"""


def test_texts_that_callers_give_are_filled_where_they_are_sent_whatever_way() -> None:
    """Each is one prompt: what was given, with its fields as text, is none beside it."""
    assert found({"app.py": FILLED}) == {
        ("user", "Sort this letter of  by its weight."),
        ("user", "Sort this page of  by its weight."),
    }


def test_a_template_that_a_helper_renders_is_one_prompt() -> None:
    code = """
        from jinja2 import Template
        from openai import OpenAI
        HINT = "Your last letter was no letter: {{ error }}. Write one with $5 and a sender, and nothing else."
        def render(template, **values):
            return Template(template).render(**values)
        def run(letter, error):
            messages = [{"role": "user", "content": letter}]
            messages.append({"role": "user", "content": render(HINT, error=error)})
            return OpenAI().chat.completions.create(model="gpt-4.1", messages=messages)
    """
    said = "Your last letter was no letter: . Write one with $5 and a sender, and nothing else."
    assert found({"app.py": code}) - {("user", "")} == {("user", said)}
