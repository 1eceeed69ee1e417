"""Texts that come into a prompt by tables of functions, functions handed over, defaults, and words about parameters."""

from __future__ import annotations

from typing import Any

import pytest
from shown import RULES, TASK, found

# A table that is too large for its texts to stand one beside the other.
DESKS = [f"'desk {number}': 'Letters of desk {number} go to the clerk on duty there.'" for number in range(60)]
TABLE = f"{{{', '.join(DESKS)}, 'last': 'RULES_TEXT'}}"
ASK = 'client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": '


def case(name: str, text: str, *expected: tuple[str, str]) -> Any:
    return pytest.param(text.replace("RULES_TEXT", RULES).replace("TASK_TEXT", TASK), expected, id=name)


BUILDERS = """
def rules(letter):
    return "RULES_TEXT"
def task(letter):
    return f"TASK_TEXT {letter}"
"""
CASES = [
    case(
        "one function of a table, called with what it is about",
        f"""{BUILDERS}
def ask(client, letter, kind):
    builders = {{"rules": rules, "task": task}}
    {ASK}builders[kind](letter)}}])
        """,
        ("user", f"{RULES}{TASK} "),
    ),
    case(
        "one function of a table of the module",
        f"""{BUILDERS}
TABLE = {{"rules": rules, "task": task}}
def ask(client, letter, kind):
    text = TABLE[kind](letter)
    {ASK}text}}])
        """,
        ("user", f"{RULES}{TASK} "),
    ),
    case(
        "a function that is handed over for a prompt",
        f"""{BUILDERS}
def run(engine):
    engine.start(desk_prompt=rules, retries=3)
        """,
        ("user", RULES),
    ),
    case(
        "a function without a name that is handed over for a prompt",
        """
        def run(engine, letter):
            engine.start(desk_prompt=lambda letter: f"TASK_TEXT {letter}", retries=3)
        """,
        ("user", f"{TASK} "),
    ),
    case(
        "what is taken where settings say nothing",
        f"""
        def ask(client, settings, letter):
            rules = settings.get("rules", "RULES_TEXT")
            {ASK}f"{{rules}} {{letter}}"}}])
        """,
        ("user", f"{RULES} "),
    ),
    case(
        "what is taken where settings that an object keeps say nothing",
        f"""
        class Desk:
            def __init__(self, settings):
                self.settings = settings
            def ask(self, client, letter):
                rules = self.settings.get("rules", "RULES_TEXT")
                {ASK}f"{{rules}} {{letter}}"}}])
        """,
        ("user", f"{RULES} "),
    ),
    case(
        "a parameter that is named for what it takes",
        """
        LETTERS = "TASK_TEXT"
        def ask(prompt_template, parser):
            return ENGINES[parser].send(prompt_template)
        def run(letter):
            return ask(LETTERS, int)
        """,
        ("user", TASK),
    ),
    case(
        "what is asked beside a system message",
        """
        def run(chat):
            say = "TASK_TEXT"
            return talk(inputs=say, engine=chat, sys_prompt="RULES_TEXT")
        """,
        ("user", TASK),
        ("system", RULES),
    ),
    case(
        "words about parameters",
        """
        from typing import Annotated
        class Desk:
            @staticmethod
            def sort(letter: Annotated[str, "TASK_TEXT"], year: int = 2026) -> str:
                '''RULES_TEXT'''
                return letter
        """,
        ("tool", TASK),
        ("tool", RULES),
    ),
    case(
        "what lm-eval makes of a document",
        """
        def doc_to_text(doc):
            return "TASK_TEXT\\n" + doc["letter"]
        """,
        ("user", f"{TASK}\n"),
    ),
    case(
        "a function of a package that is called as methods of agents are",
        """
        import controlflow as cf
        cf.run("TASK_TEXT", instructions="RULES_TEXT")
        """,
        ("user", TASK),
        ("user", RULES),
    ),
    case(
        "an attribute of one word of an object whose class is known",
        f"""
from dataclasses import dataclass
@dataclass
class Case:
    category: str
    count: int = 3
@dataclass
class Parcel:
    category: str
def ask(client, case: Case):
    {ASK}f"Sort this: {{case.category}}"}}])
def run(client, queue):
    queue.put(Case(category="RULES_TEXT"))
    queue.put(Parcel(category="TASK_TEXT"))
    ask(client, queue.get())
        """,
        ("user", RULES),
    ),
    case(
        "an attribute of an object that the object of a method holds",
        f"""
class Case:
    def __init__(self, category):
        self.category = category
class Parcel:
    def __init__(self, category):
        self.category = category
class Desk:
    def __init__(self, case: Case):
        self.case = case
    def ask(self, client):
        {ASK}f"Sort this: {{self.case.category}}"}}])
desk = Desk(Case("RULES_TEXT"))
print(Parcel("TASK_TEXT"))
        """,
        ("user", RULES),
    ),
    case(
        "a large table that is asked for a key",
        f"""
DESKS = {TABLE}
def ask(client, names):
    told = "\\n".join(f"{{name}}: {{DESKS.get(name, '')}}" for name in names)
    {ASK}f"These are the desks: {{told}}"}}])
        """,
        ("user", RULES),
    ),
    case(
        "a large table that an object holds",
        f"""
DESKS = {TABLE}
class Office:
    def __init__(self):
        self.desks = DESKS
    def ask(self, client, name):
        {ASK}f"This is the desk: {{self.desks.get(name, '')}}"}}])
        """,
        ("user", RULES),
    ),
    case(
        "a part of a prompt that another dict is put into",
        """
        def sort(engine):
            prompt = {"Task": "TASK_TEXT", "Instructions": {}}
            prompt["Instructions"] |= {"Format": ["RULES_TEXT"]}
            engine.plan(prompt)
        """,
        ("user", RULES),
    ),
    case(
        "a prompt in a file that loads its templates",
        """
        import yaml
        with open("desks.yaml") as file:
            DESK_TEMPLATE = yaml.safe_load(file)
        SYSTEM_PROMPT = "RULES_TEXT"
        """,
        ("system", RULES),
    ),
    case(
        "an object that is called",
        f"""
class Grader:
    def __call__(self, client, letter):
        {ASK}f"Sort this: {{letter}}"}}])
class Office:
    def __init__(self):
        self.grader = Grader()
    def sort(self, client):
        self.grader(client, "RULES_TEXT")
def sort(client):
    grader = Grader()
    grader(client, "TASK_TEXT")
    Grader()(client, "Sort RULES_TEXT")
        """,
        ("user", f"Sort this: {RULES}"),
        ("user", f"Sort this: {TASK}"),
        ("user", f"Sort this: Sort {RULES}"),
    ),
    case(
        "an object of the module that is called",
        f"""
class Grader:
    def __call__(self, client, letter):
        {ASK}letter}}])
grader = Grader()
grader(make_client(), "RULES_TEXT")
        """,
        ("user", RULES),
    ),
    case(
        "texts that are joined by what is not known",
        """
        class Desk:
            def build(self, rows):
                parts = []
                for row in rows:
                    parts.append("TASK_TEXT {letter}".format(letter=row["letter"]))
                self.prompt = self.between.join(parts)
        """,
        ("user", f"{TASK} "),
    ),
    case(
        "cells of a marimo notebook",
        f"""
import marimo
app = marimo.App()
@app.cell
def _():
    rules = "RULES_TEXT"
    return (rules,)
@app.cell
def _(rules, client):
    {ASK}rules}}])
        """,
        ("user", RULES),
    ),
    case(
        "two dicts that are put together",
        """
        BASE = {"model": "gpt-5", "prompt": "RULES_TEXT"}
        OTHER = BASE | {"prompt": "TASK_TEXT"}
        """,
        ("user", RULES),
        ("user", TASK),
    ),
    case(
        "what the first of the messages gets",
        """
        def extend(messages):
            messages[0]["content"] += "TASK_TEXT"
            return send(messages)
        """,
        ("user", TASK),
    ),
    case(
        "what an agent of which nothing is known is asked",
        """
        LETTERS = "RULES_TEXT"
        def run(office):
            orchestrator = office.make()
            orchestrator.generate_str(message=LETTERS)
            office.llm.chat("TASK_TEXT")
        """,
        ("user", RULES),
        ("user", TASK),
    ),
    case(
        "examples that are objects",
        """
        def build_prompt(shots):
            return format(shots)
        class SortingShot:
            pass
        def turn(number, text):
            return {"number": number, "said": text}
        first = SortingShot(letter="RULES_TEXT", turns=[turn("11", "TASK_TEXT")])
        """,
        ("user", RULES),
        ("user", TASK),
    ),
    case(
        "an action that is registered with what it does",
        """
        class Desk:
            def __init__(self, controller):
                @controller.action("TASK_TEXT")
                def sort(letter: str):
                    return letter
                @controller.action(description="RULES_TEXT")
                def answer(letter: str):
                    return letter
        """,
        ("tool", TASK),
        ("tool", RULES),
    ),
    case(
        "attributes of the objects of a list that callers give",
        f"""
class Playbook:
    def __init__(self, found, extract):
        self.found = found
        self.extract = extract
BOOKS = {{"letters": Playbook(found=3, extract="RULES_TEXT")}}
def ask(client, books):
    told = [f"Extract: {{book.extract}}" for book in books]
    text = "\\n".join(told)
    {ASK}f"Sort this: {{text}}"}}])
        """,
        ("user", RULES),
    ),
    case(
        "what stands in front of a conversation, by a short name",
        """
        def register(template):
            template.add(
                Meta("desk", default_system="Letters of the house lie with the clerk on the first floor. TASK_TEXT")
            )
        """,
        ("system", f"Letters of the house lie with the clerk on the first floor. {TASK}"),
    ),
    case(
        "what a user is taken to have said in a chat",
        """
        import chainlit
        def starters():
            return [chainlit.Starter(label="RULES_TEXT", message="TASK_TEXT")]
        """,
        ("user", TASK),
    ),
    case(
        "what workflows and executors of agents are asked",
        """
        from mcp_agent.executor.temporal import TemporalExecutor
        async def run(executor: TemporalExecutor, agent_executor):
            await executor.start_workflow("Desk", "TASK_TEXT")
            agent_executor.invoke({"input": "RULES_TEXT", "chat_history": []})
        """,
        ("user", TASK),
        ("user", RULES),
    ),
    case(
        "the description of a task, cut short",
        """
        letters_task_desc = "TASK_TEXT"
        """,
        ("user", TASK),
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_what_is_handed_over_is_found(text: str, expected: tuple[tuple[str, str], ...]) -> None:
    assert set(expected) <= found(text)


SILENT = [
    case(
        "functions of a table whose value goes nowhere",
        f"""{BUILDERS}
TABLE = {{"rules": rules, "task": task}}
def show(letter, kind):
    print(TABLE[kind](letter))
        """,
    ),
    case(
        "what is taken where an answer says nothing, and is shown",
        """
        def show(answer):
            print(answer.get("text", "RULES_TEXT"))
        """,
    ),
    case(
        "a parameter of one word, by which people are asked",
        """
        TEXT = "TASK_TEXT"
        def ask(prompt, retries):
            return READERS[retries].send(prompt)
        def run():
            return ask(TEXT, 3)
        """,
    ),
    case(
        "a part of something else that another dict is put into",
        """
        def count(engine, parcels):
            parcels["sorted"] |= {"Format": ["RULES_TEXT"]}
            engine.plan(parcels)
        """,
    ),
    case(
        "two dicts of other things that are put together",
        """
        BASE = {"model": "gpt-5", "title": "RULES_TEXT"}
        OTHER = BASE | {"title": "TASK_TEXT"}
        """,
    ),
    case(
        "shots of a camera",
        """
        class FilmShot:
            pass
        first = FilmShot(place="RULES_TEXT")
        """,
    ),
    case(
        "what all kinds of objects have, of a list that callers give",
        f"""
class Field:
    def __init__(self, found, description):
        self.found = found
        self.description = description
FIELDS = [Field(found=3, description="RULES_TEXT")]
def ask(client, letters):
    text = "\\n".join([letter.description for letter in letters])
    {ASK}f"Sort this: {{text}}"}}])
        """,
    ),
    case(
        "an error that an object comes with",
        f"""
from dataclasses import dataclass
@dataclass
class Outcome:
    error: str
def ask(client, outcome: Outcome):
    {ASK}f"Sort this: {{outcome.error}}"}}])
outcomes = [Outcome(error="TASK_TEXT")]
        """,
    ),
    case(
        "the shape of an array",
        """
        from typing import Annotated
        def scale(image: Annotated[np.ndarray, "height width"]) -> float:
            '''RULES_TEXT'''
            return 2.0
        """,
    ),
    case(
        "words about parameters where tools are marked, and this is none",
        """
        from typing import Annotated
        from semantic_kernel.functions import kernel_function
        class Desk:
            @kernel_function(description="Lists all letters that have come in.")
            def letters(self) -> str:
                return ""
            def sort(self, letter: Annotated[str, "TASK_TEXT"]) -> str:
                '''RULES_TEXT'''
                return letter
        """,
    ),
]


@pytest.mark.parametrize(("text", "expected"), SILENT)
def test_what_is_not_is_left_alone(text: str, expected: tuple[tuple[str, str], ...]) -> None:
    assert not [said for _, said in found(text) if RULES in said or TASK in said]


def test_what_only_the_name_of_an_agent_tells() -> None:
    plain = "Letters of the house lie with the clerk on the first floor until noon."
    program = f'''
    def run(agent, letters):
        agent.run("{plain}")
    '''
    assert found(program) == {("user", plain)}
    assert found(program.replace("agent.run", "letters.run")) == set()
    assert found(program.replace("agent.run", "agent.greet")) == set()
    # What a person reads.
    assert found("import discord\n" + program) == set()
    assert found(program.replace(plain, "letters of today")) == set()


def test_examples_and_templates_that_are_added() -> None:
    program = """
    class DeskAgent:
        def build(self):
            chain = [(Act("sort"), "TASK_TEXT")]
            self.add_example(action_chain=chain)
    """.replace("TASK_TEXT", TASK)
    assert found(program) == {("user", TASK)}
    # Whoever adds an example to something else shows it to people.
    assert found(program.replace("DeskAgent", "DeskParser")) == set()
    built = f"""
    from house import PromptBuilder
    builder = PromptBuilder()
    builder.add_section(name="rules", template="{RULES}")
    """
    assert ("unknown", RULES) in found(built) or ("user", RULES) in found(built)
    short = built.replace(RULES, "Letters of the house {letters}")
    assert {text for _, text in found(short)} == {"Letters of the house "}
    assert found(short.replace("PromptBuilder", "PageBuilder")) == set()
