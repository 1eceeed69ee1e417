"""Texts that reach a model by loops over lists, by settings in texts, and by the project's own messages and tools."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest
from shown import RULES, TASK, found

from promptlint.extract.python import facts
from promptlint.link import link
from promptlint.rules import all_rules
from promptlint.source import Source
from promptlint.template import texts

ASK = 'client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": '


def case(name: str, text: str, *expected: tuple[str, str]) -> Any:
    return pytest.param(text.replace("RULES_TEXT", RULES).replace("TASK_TEXT", TASK), expected, id=name)


CASES = [
    case(
        "the items of a list that a loop goes through, by way of a helper that numbers them",
        f"""
        def numbered(sections):
            return "\\n".join(f"{{i}}. {{section}}" for i, section in enumerate(sections, 1))
        def ask(client, kind):
            sections = ["RULES_TEXT"]
            if kind:
                sections.append("TASK_TEXT")
            {ASK}numbered(sections)}}])
        """,
        ("user", f". {RULES}{TASK}\n"),
    ),
    case(
        "each of the questions of a list, of which one is beside what else is kept of it",
        f"""
        CASES = [("first", "RULES_TEXT"), ("second", "TASK_TEXT")]
        def ask(client):
            for name, question in CASES:
                print(name)
                {ASK}question}}])
        """,
        ("user", RULES + TASK),
    ),
    case(
        "a record of a dict of records",
        f"""
        TOPICS = {{"one": {{"about": "RULES_TEXT"}}, "two": {{"about": "TASK_TEXT"}}}}
        def ask(client):
            text = ""
            for topic in TOPICS.values():
                text += f"- {{topic['about']}}"
            {ASK}text}}])
        """,
        ("user", f"- {RULES}{TASK}"),
    ),
    case(
        "settings in a text of which an agent is made",
        """
        SPEC = '''
        name: Sorter
        instructions: >
          RULES_TEXT
        model: {id: "${MODEL}"}
        '''
        async def start(client):
            return await AgentRegistry.create_from_yaml(SPEC, client=client)
        """,
        ("system", f"{RULES}\n"),
    ),
    case(
        "settings in a text that the program reads",
        f"""
        SETTINGS = yaml.safe_load('''
        rules: RULES_TEXT
        size: 12
        ''')
        def ask(client):
            {ASK}SETTINGS["rules"]}}])
        """,
        ("user", RULES),
    ),
    case(
        "a message class of the project, and instructions for one kind of conversation",
        """
        def lines():
            return [ChatMessageLine(message="TASK_TEXT", message_type=MessageType.USER), ChatInstructions(audio=VOICE)]
        VOICE = "RULES_TEXT"
        """,
        ("user", TASK),
        ("system", RULES),
    ),
    case(
        "a message class of the project that is given the role first, and its methods that make messages",
        """
        class LineMessage:
            def __init__(self, role, content):
                self.role, self.content = role, content
            @classmethod
            def system(cls, content):
                return cls("system", content)
            @classmethod
            def user(cls, content):
                return cls(role="user", content=content)
        def lines():
            return [LineMessage.system("RULES_TEXT"), LineMessage.user("TASK_TEXT"), LineMessage("user", "TASK_TEXT")]
        """,
        ("system", RULES),
        ("user", TASK),
        ("user", TASK),
    ),
    case(
        "a text headed like the file that agents read first",
        """
        GUIDE = '''# AGENTS.md

        This folder holds the letters of one week.
        '''
        (folder / "AGENTS.md").write_text(GUIDE)
        """,
        ("user", "# AGENTS.md\n\nThis folder holds the letters of one week.\n"),
    ),
    case(
        "questions that agents of Semantic Kernel are asked, and the task of an orchestration",
        """
        from semantic_kernel.agents import ChatCompletionAgent, MagenticOrchestration
        QUESTIONS = ["TASK_TEXT", "How many letters are there?"]
        async def main(service, runtime):
            agent = ChatCompletionAgent(service=service, name="Sorter")
            for question in QUESTIONS:
                async for answer in agent.invoke_stream(messages=question):
                    print(answer)
            team = MagenticOrchestration(members=[agent])
            await team.invoke(task="RULES_TEXT", runtime=runtime)
        """,
        ("user", TASK + "How many letters are there?"),
        ("user", RULES),
    ),
    case(
        "examples beside a prompt in a dict",
        """
        FEW = Template("TASK_TEXT {{ question }}")
        TASK = {"prompt": FEW, "examples": [{"question": "Which is older than a week?", "answer": "RULES_TEXT"}]}
        """,
        ("user", RULES),
    ),
    case(
        "tools whose base class is generic, of the project, or asks for the description",
        """
        class Params(BaseModel):
            pattern: str = Field(description="RULES_TEXT")
        class Glob(CallableTool2[Params]):
            description: str = "Finds files by their names in this folder."
        class Shell(SandboxToolsBase):
            description: str = "TASK_TEXT"
        class Edit(Tool):
            def get_description(self):
                return "Views files, creates them and edits them."
        """,
        ("tool", RULES),
        ("tool", TASK),
        ("tool", "Finds files by their names in this folder."),
        ("tool", "Views files, creates them and edits them."),
    ),
    case(
        "messages put together piece by piece, turns with which a conversation begins",
        """
        def ask(llm):
            system_msg = llm.msg.system()
            system_msg.add_text("RULES_TEXT")
        START = Conversation(messages=(("Human", "TASK_TEXT"), ("Assistant", "Here they are.")), offset=2)
        """,
        ("system", RULES),
        ("user", TASK),
        ("assistant", "Here they are."),
    ),
    case(
        "a prompt into which a text goes that may be an error",
        """
        def status(plan):
            return plan.text if plan else "Error: there is no plan of this name"
        def ask(agent, plan):
            summary_prompt = f"The plan has been completed, this is its status: {status(plan)} Sum up what was done."
            return agent.run(summary_prompt)
        """,
        (
            "user",
            "The plan has been completed, this is its status: "
            "Error: there is no plan of this name Sum up what was done.",
        ),
    ),
    case(
        "names and columns in a list are data",
        f"""
        COLUMNS = ["name", "departments"]
        def ask(client):
            {ASK}"TASK_TEXT " + ", ".join(column for column in COLUMNS)}}])
        """,
        ("user", f"{TASK} , "),
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_what_reaches_a_model_is_found(text: str, expected: tuple[tuple[str, str], ...]) -> None:
    assert set(expected) <= found(text)


NONE = [
    case(
        "what is shown in a box, headed with a word that is also a role",
        """
        def save(desk):
            MessageBox("System", "TASK_TEXT")
            FlashMessage("user", "TASK_TEXT")
            raise ErrorMessage("user", f"{desk}: TASK_TEXT")
        """,
    ),
    case(
        "what is said of the prompt of a class to those who choose one",
        """
        class LetterPrompt(Prompt):
            description: str = "TASK_TEXT"
            text: str = TEXT
        """,
    ),
    case(
        "records of personas",
        """
        class Persona:
            __table_args__ = (Check("RULES_TEXT"),)
        def get_persona_avatar():
            return {"Cache-Control": "private, TASK_TEXT"}
        """,
    ),
    case(
        "a document made of a prompt",
        """
        def prompt_to_document(prompt):
            return Document(text=f"RULES_TEXT {prompt}")
        """,
    ),
    case(
        "what a web service is asked and answers",
        """
        USERS = Resource.validate({"name": "User", "endpoint": "/users", "description": "RULES_TEXT", "schema": SCHEMA})
        class Answer(BaseModel):
            query: str = Field(description="TASK_TEXT")
        class QueryHook:
            payload_model = Question
            response_model = Answer
        """,
    ),
    case(
        "what the program itself replies",
        """
        def answer(context):
            _set_reply_text("You are an assistant of this office. You must always answer in English.", context)
        """,
    ),
]


@pytest.mark.parametrize(("text", "expected"), NONE)
def test_what_is_for_others_is_not(text: str, expected: tuple[tuple[str, str], ...]) -> None:
    assert found(text) == set(expected)


def test_what_is_said_of_each_item_of_a_collection_is_said_once() -> None:
    program = """
    from langchain_core.tools import Tool

    DESKS = [
        {"name": "find", "description": "Finds a letter. You must give the number of the letter as a whole number."},
        {"name": "burn", "description": "Burns a letter. You must give the number of the letter as a whole number."},
        {"name": "send", "description": "Sends a letter. You must give the number of the letter as a whole number."},
    ]

    def tools(run):
        return [Tool(name=desk["name"], description=desk["description"], func=run) for desk in DESKS]
    """
    project = link([facts(Source("app.py", textwrap.dedent(program)))])
    rule = all_rules()["duplicate-instruction"]
    assert any("Burns a letter" in text.value for prompt in project.prompts for text in texts(prompt.template))
    assert rule.check is not None
    assert not [each for request in project.requests for each in rule.check(request)]


SHORT = ("Name every town.", "Name every street.")
LOOPS = {
    "a list": ("ITEMS", ["for text in ITEMS:", "    send(text)"]),
    "a list that is written in the loop": ("ITEMS", [f"for text in [{SHORT[0]!r}, {SHORT[1]!r}]:", "    send(text)"]),
    "a copy, numbered": ("ITEMS", ["for number, text in enumerate(list(ITEMS)):", "    send(text)"]),
    "values": ("TABLE", ["for text in TABLE.values():", "    send(text)"]),
    "values beside their keys": ("TABLE", ["for number, (key, text) in enumerate(TABLE.items()):", "    send(text)"]),
    "values by their keys": ("TABLE", ["for key in TABLE:", "    send(TABLE[key])"]),
    "pairs": ("PAIRS", ["for name, text in PAIRS:", "    send(text)"]),
    "records": ("RECORDS", ["for each in RECORDS:", "    send(each['text'])"]),
    "two lists together": ("ITEMS", ["for text, number in zip(ITEMS, range(9)):", "    send(text)"]),
    "a comprehension": ("ITEMS", ["return [send(text) for text in ITEMS]"]),
    "a comprehension of values": ("TABLE", ["return [send(text) for key, text in TABLE.items()]"]),
}
HELD = {
    "ITEMS": list(SHORT),
    "TABLE": {"one word": SHORT[0], "two words": SHORT[1]},
    "PAIRS": [("one", SHORT[0]), ("two", SHORT[1])],
    "RECORDS": [{"id": 1, "text": SHORT[0]}, {"id": 2, "text": SHORT[1]}],
}


SEND = f"def send(text):\n    {ASK}text}}])\n"


@pytest.mark.parametrize("name", LOOPS)
@pytest.mark.parametrize("place", ["module", "function", "other module"])
def test_short_items_are_part_of_what_is_sent(name: str, place: str) -> None:
    table, loop = LOOPS[name]
    value = f"{table} = {HELD[table]!r}"
    body = [*([value] if place == "function" else []), *loop]
    head = f"from held import {table}\n" if place == "other module" else f"{value}\n" if place == "module" else ""
    files = {"app.py": head + SEND + "def ask(client):\n" + "".join(f"    {line}\n" for line in body)}
    files |= {"held.py": f"{value}\n"} if place == "other module" else {}
    project = link([facts(Source(file, text)) for file, text in files.items()])
    (sent,) = [request for request in project.requests if request.api]
    assert tuple(text.value for prompt in sent.prompts for text in texts(prompt.template)) == SHORT


@pytest.mark.parametrize("number", [10, 60, 110, 200, 390])
@pytest.mark.parametrize("chained", [True, False])
def test_a_text_in_which_much_is_replaced_is_kept(number: int, chained: bool) -> None:
    fields = "".join(f" [{n}]" for n in range(number))
    calls = [f'.replace("[{n}]", given["{n}"])' for n in range(number)]
    steps = [f"text = TEXT{''.join(calls)}"] if chained else ["text = TEXT", *(f"text = text{each}" for each in calls)]
    program = f"TEXT = '{TASK}{fields}'\ndef ask(client, given):\n"
    program += "".join(f"    {step}\n" for step in (*steps, f"return {ASK}text}}])"))
    (sent,) = [request for request in link([facts(Source("app.py", program))]).requests if request.api]
    said = "".join(text.value for text in texts(sent.prompts[0].template))
    assert said.startswith(TASK)
    # Of what one expression nests deeper than it is read the text is kept, not what is put into it.
    assert said.count("[") == (0 if number < 120 or not chained else said.count("]"))
    assert said.count("[") < number


def test_texts_that_each_go_on_from_the_one_before() -> None:
    chain = "".join(f"PROMPT_{n} = PROMPT_{n - 1} + ' {TASK}'\n" for n in range(1, 1_500))
    read = facts(Source("app.py", f"PROMPT_0 = '{RULES}'\n{chain}"))
    # All but the first of them are in the last, and cost no more than it.
    assert sum(len(site.value) for site in read.sites if isinstance(site.value, tuple)) < 50_000
    (prompt,) = link([read]).prompts
    assert prompt.name == "PROMPT_1499"
