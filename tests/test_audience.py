"""Texts that people read, that document a service or that stand for a model's answers are no prompts."""

from __future__ import annotations

import ast
import json
import textwrap

import pytest

from promptlint.extract.audience import only_shown
from promptlint.extract.documents import facts as document_facts
from promptlint.extract.jinja import facts as jinja_facts
from promptlint.extract.prompt_paths import data_may
from promptlint.extract.python import facts
from promptlint.extract.reads import asks_for_input, asks_user
from promptlint.link import link
from promptlint.source import Source
from promptlint.template import texts

GUIDE = "Generate a comprehensive guide for setting up the desk of the council"
SENT = '    ask(model="gpt-5.2", messages=[{"role": "user", "content": prompt}])'


def texts_of(program: str) -> list[str]:
    project = link([facts(Source("app.py", textwrap.dedent(program)))])
    return ["".join(text.value for text in texts(prompt.template)) for prompt in project.prompts]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('prompt = f"Sort {n} letters of the council"\nprint(prompt)', True),
        ('prompt = f"Sort {n} letters of the council"\nline = prompt.strip() + "!"\nlogger.info(line)', True),
        ('prompt = f"Sort {n} letters of the council"\nif prompt:\n    raise ValueError(prompt)', True),
        ('prompt = f"Sort {n} letters of the council"\nprompt += "."\nprint(prompt)', True),
        # The answer is printed, not the text.
        ('prompt = f"Sort {n} letters of the council"\nanswer = run(prompt)\nprint(answer)', False),
        ('prompt = f"Sort {n} letters of the council"\nprint(prompt)\nrun(prompt)', False),
        ('prompt = f"Sort {n} letters of the council"\nprint(prompt)\nreturn prompt', False),
        ('prompt = f"Sort {n} letters of the council"\nprint(prompt)\nself.prompt = prompt', False),
        ('prompt = f"Sort {n} letters of the council"\nprint(run(prompt))', False),
        ('prompt = f"Sort {n} letters of the council"', False),
        ('prompt = f"Sort {n} letters of the council"\nassert n, prompt', True),
        ('prompt = f"Sort {n} letters of the council"\nassert run(prompt), prompt', False),
        ('prompt = f"Sort {n} letters of the council"\nreturn asyncio.to_thread(input, prompt)', True),
        ('prompt = f"Sort {n} letters of the council"\nreturn asyncio.to_thread(ask, prompt)', False),
        ('prompt = f"Sort {n} letters of the council"\nfor line in prompt:\n    print(line)', True),
        ('try:\n    run()\nexcept:\n    prompt = f"Sort {n} letters"\n    raise ValueError(prompt) from None', True),
        ('a = b\nb = a\nprint(c)\nprompt = f"Sort {n} letters of the council"\na = prompt', False),
    ],
)
def test_a_name_that_is_only_shown(body: str, shown: bool) -> None:
    assert only_shown(ast.parse(body).body, {"prompt"}, str) == ({"prompt"} if shown else set())
    function = "def work(self, n, b, c):\n" + textwrap.indent(body, "    ")
    assert any("letters" in text for text in texts_of(function)) is not shown


def test_a_constant_is_found_behind_a_longer_name_that_holds_its_own() -> None:
    program = """
    TITLE_PROMPT = "Sort the letters of the council"


    def show(OLD_TITLE_PROMPT):
        print(OLD_TITLE_PROMPT, TITLE_PROMPT)
    """
    assert texts_of(program) == []
    assert texts_of(program.replace("print", "run")) == ["Sort the letters of the council"]


def test_a_name_and_the_wording_together_count_even_if_the_text_is_printed() -> None:
    program = """
    def show(name):
        {name} = f"You are {{name}}, a clerk of the council. Answer in one sentence."
        print({name})
    """
    assert len(texts_of(program.format(name="prompt"))) == 1
    assert not texts_of(program.format(name="line"))


@pytest.mark.parametrize(
    "text",
    ["Address of the server (e.g. 10.0.0.1)", "(no letter found)", "[nothing yet]", "Name of the desk (optional):"],
)
def test_labels_and_stand_ins(text: str) -> None:
    assert asks_user(text)
    assert not texts_of(f"letter_prompt = {text!r}")


@pytest.mark.parametrize(
    "text", ["Sort the letter (see below). Name its desk.", "Name the desk of {letter} (one word)"]
)
def test_instructions_are_no_labels(text: str) -> None:
    assert not asks_user(text)


def test_colours_of_a_terminal() -> None:
    assert not texts_of('prompt_line = f"{YELLOW}letters that were sorted today{ENDC} and {n} more of them"')
    assert not texts_of('prompt_line = f"[bold]letters that were sorted[/bold] and {n} more of them"')
    assert texts_of('prompt_line = f"the letters that were sorted today and {n} more of them"')


def test_the_documentation_of_a_web_service() -> None:
    program = """
    class Letter(BaseModel):
        turns: list = Field(examples=[[{"role": "user", "content": "Sort the letter in the example."}, 1]])
        class Config:
            json_schema_extra = {"example": [{"role": "user", "content": "Sort the letter in the example."}, 1]}

    @router.get("/letters", responses={200: {"content": {"application/json": {"example": {
        "messages": [{"role": "user", "content": "Sort the letter in the example."}],
        "tools": [{"name": "sort", "description": "Sort a letter in the example.", "parameters": {}}],
    }}}}})
    def letters():
        return ask(responses=[{"role": "user", "content": "Sort the letter that is sent."}])
    """
    assert texts_of(program) == ["Sort the letter that is sent."]


def test_stand_ins_for_a_model_and_its_answers() -> None:
    program = """
    from langchain_core.messages import AIMessage, HumanMessage
    from langchain_core.outputs import ChatGeneration

    class FakeModel(BaseChatModel):
        def _generate(self, messages):
            messages = [HumanMessage("The fake answers this."), AIMessage("And that.")]
            return messages

    model = FakeListModel(responses=[HumanMessage("One of two answers."), AIMessage("The other answer.")])
    generation = ChatGeneration(message=HumanMessage("The answer of the house."))
    sent = [HumanMessage("The letter of the house."), AIMessage("I have filed the letter.")]
    """
    assert texts_of(program) == ["The letter of the house.", "I have filed the letter."]


def test_what_the_assistant_says_alone_is_an_answer_of_the_program() -> None:
    program = """
    from langchain_core.messages import AIMessage, ToolMessage

    def node(state, history):
        if state.failed:
            return {"messages": [AIMessage(content="The letters have all been sorted by the desk.")]}
        if state.gone:
            return {"messages": [ToolMessage(content="The letter was put into the archive.", tool_call_id="1")]}
        history.append({"role": "assistant", "content": "I will sort the letters one by one."})
        history.append({"role": "tool", "content": "The letters have been counted twice."})
        history.append({"role": "assistant", "content": "Sorry, the letters are all gone."})
        return [*history, {"role": "assistant", "content": "The desk of the letter is"}]

    EXAMPLE = [{"role": "user", "content": "Count the letters."}, {"role": "tool", "content": "There are 12 letters."}]
    """
    found = ["Count the letters.", "I will sort the letters one by one."]
    assert sorted(texts_of(program)) == sorted([*found, "The desk of the letter is"])


def test_kinds_and_formats_of_parts_are_no_text() -> None:
    program = """
    def message(data, note):
        return {"role": "user", "parts": [{"kind": "image of a letter", "file": {"mimeType": "a picture"}}, note]}
    FIELDS = {"role": Field(name="the role of it"), "content": Field(name="the text of it", type_hint="a text")}
    """
    assert not texts_of(program)


def test_settings_that_ask_a_person() -> None:
    assert asks_for_input("Please upload the letters that you want to sort.")
    assert not asks_for_input("Sort the letters and name a desk for each of them.")
    asked = document_facts(
        Source("flow.yaml", "graph:\n  first_instruction: Please enter the letter of your {house}.\n")
    )
    assert not asked.sites
    told = document_facts(
        Source("flow.yaml", "graph:\n  first_instruction: Sort the letters of the {house} by desk.\n")
    )
    assert len(told.sites) == 1


def test_a_record_of_somebody_is_no_prompt() -> None:
    facts_of_clerk = {f"fact_{number}": f"You have sorted letters at desk {number} for years." for number in range(50)}
    told = {"name": "Ida", "style": "Likes to sort the letters of the house by desk and by day."}
    record = {"persona": {**told, **facts_of_clerk}}
    assert not document_facts(Source("ida.agent.json", json.dumps(record)), 1).sites
    prompt = {"persona": "You are Ida, a clerk who sorts the letters of the house by desk and by day."}
    assert len(document_facts(Source("ida.agent.json", json.dumps(prompt)), 1).sites) == 1


MEASURED = {"total": 1319, "length": {"mean": 19.5}, "computed_at": "2026-01-28T11:13:21.430820"}
LENGTHS = {"mean": 19.5, "min": 8, "max": 75}
TASK = "You sort letters. Name the desk of {letter} and give the reason in one sentence."


@pytest.mark.parametrize(
    ("name", "record", "count"),
    [
        ("letters.json", {"meta": {"prompt_template": TASK}, "statistics": MEASURED}, 0),
        ("letters.json", {"meta": {"prompt_template": TASK}, "lengths": LENGTHS, "made": "2026-01-28 11:13"}, 0),
        ("letters.json", {"meta": {"prompt_template": TASK}, "lengths": LENGTHS, "text": {"hash": "0af1" * 8}}, 0),
        # Neither numbers nor a time alone say that a program has written it.
        ("letters.json", {"meta": {"prompt_template": TASK}, "lengths": LENGTHS}, 1),
        ("letters.json", {"meta": {"prompt_template": TASK}, "updated_at": "2026-01-28T11:13:21"}, 1),
        ("letters.json", {"meta": {"prompt_template": TASK}, "limits": {"max": 8}, "made": "2026-01-28 11:13"}, 1),
        ("letters.json", {"meta": {"prompt_template": TASK}, "statistics": {"of": "0af1" * 8}}, 1),
        # A prompt with its scores.
        ("letters.json", {"prompt_template": TASK, "statistics": MEASURED}, 1),
        ("letters_prompt.json", {"meta": {"text": TASK}, "statistics": MEASURED}, 1),
    ],
)
def test_an_entry_of_a_catalogue_is_no_prompt(name: str, record: object, count: int) -> None:
    found = document_facts(Source(name, json.dumps(record)), 1)
    assert len(found.sites) + len(found.promised) == count
    assert document_facts(Source(name, json.dumps(record)), 1).bindings["data"]
    assert document_facts(Source(name, json.dumps(record)), 2).sites


def test_a_system_text_and_what_the_user_says_are_prompts_together() -> None:
    pair = '{"system": "You sort the letters of the house.", "user": "Letter: {letter}. Return its desk.", "n": 1}'
    assert len(texts_of(f'STAGES = {{"sort": {pair}}}')) == 2
    assert not texts_of('STAGES = {"sort": {"user": "Letter: {letter}. Return its desk.", "json": True}}')
    assert not texts_of('HOSTS = {"desk": {"system": "linux", "user": "the clerk of the house"}}')


def test_many_entries_of_one_form_are_a_data_set() -> None:
    def entries(count: int) -> str:
        return json.dumps({f"letter_{number}.jpg": {"score": [8], "prompt_input": TASK} for number in range(count)})

    assert not document_facts(Source("answers.json", entries(60)), 1).sites
    assert len(document_facts(Source("answers.json", entries(10)), 1).sites) == 10
    assert len(document_facts(Source("desk_prompts.json", entries(60)), 1).sites) == 60


def test_documentation_in_settings_is_no_prompt() -> None:
    page = {"readme": {"en": TASK, "system_prompt": TASK}, "agent": {"system_prompt": TASK}}
    assert [site.name for site in document_facts(Source("desk.json", json.dumps(page)), 1).sites] == [
        "agent.system_prompt"
    ]
    assert len(document_facts(Source("desk.json", json.dumps({"readme_prompt": TASK})), 1).sites) == 1
    service = {"openapi": "3.1.0", "paths": {}, "components": {"prompt": {"examples": [TASK]}}}
    assert not document_facts(Source("desk_service.json", json.dumps(service)), 1).sites
    del service["paths"]
    assert len(document_facts(Source("desk.json", json.dumps(service)), 1).sites) == 1


def test_recorded_exchanges_names_and_apologies() -> None:
    assert not texts_of('turn = {"messages": [{"role": "user", "content": "Sort the letters."}], "observation": seen}')
    assert texts_of('turn = {"messages": [{"role": "user", "content": "Sort the letters."}], "model": model}')
    assert not texts_of('letter_prompt = "sort_letters_by_desk $model=small_one"')
    assert not texts_of('PROMPTS = {"failed": "Sorry, I am not able to sort this letter."}')


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("USER", "user"),
        ("Role.SYSTEM", "system"),
        ("house.user_message_role", "user"),
        ("roles.MessageRole.USER.value", "user"),
        ("ROLE_SYSTEM", "system"),
    ],
)
def test_constants_name_the_role_of_a_message(role: str, expected: str) -> None:
    program = f'from house import USER, ROLE_SYSTEM, Role, roles\nm = dict(role={role}, content="Sort by desk.")\n'
    project = link([facts(Source("app.py", program))])
    assert [prompt.role for prompt in project.prompts] == [expected]
    assert not texts_of(f'from house import TOOL\nm = Message(role=TOOL, content="{expected} letters were sorted.")\n')


@pytest.mark.parametrize(
    ("program", "role"),
    [
        ("INSTRUCTIONS = {}", "system"),
        ("Desk(instructions={})", "system"),
        ("class Desk:\n    def __init__(self):\n        self.instructions = {}", "user"),
    ],
)
def test_whose_the_instructions_are(program: str, role: str) -> None:
    text = program.format('"Sort the letters of the house by desk."')
    project = link([facts(Source("app.py", text))])
    assert [prompt.role for prompt in project.prompts] == [role]


def test_who_the_model_is_behind_a_heading() -> None:
    for text in ("# Role\\nYou are a clerk of the {house}.", "SETTING: You are a clerk of the {house}."):
        project = link([facts(Source("app.py", f'CLERK_PROMPT = "{text.replace("{house}", "house")}"\n'))])
        assert [prompt.role for prompt in project.prompts] == ["system"]


def test_what_a_service_answers_about_a_prompt() -> None:
    program = """
    PARAMETERS = [{"name": "letter_id", "in": "query", "description": "The letter that is asked for", "schema": {}}]

    def revert_prompt(self):
        if self.busy:
            return ErrorObject(code=3, message="A turn with the letters is in progress")
        if self.done:
            return ResponseMessage(message="The letters are sorted by desk")
        return {"success": True, "message": "The letters are as they were before"}
    """
    assert texts_of(program) == []
    kept = 'def revert_prompt(self):\n    return {"system": "x", "message": "The letters are as they were before"}\n'
    assert texts_of(kept) == ["The letters are as they were before"]


def test_steps_for_a_person() -> None:
    program = """
    from kits import Connector, Helper

    kit = Connector(name="lamp", instructions=["Open the box and take out the cable.", "Copy the number on its back."])
    helper = Helper(instructions=["You are a helpful gardener who answers in one sentence.", "Never name a price."])
    """
    assert texts_of(program) == ["You are a helpful gardener who answers in one sentence.", "Never name a price."]


def test_descriptions_of_metrics() -> None:
    program = """
    letters = meter.create_counter(name="letters", description="Letters of the house that were sorted", parameters=FORM)
    way = EndpointInfo(name="letters", description="Letters of the house that were sorted", input_schema={})
    sort = registry.create(name="sort", description="Sorts the letters of the house by desk", parameters=FORM)
    """
    assert texts_of(program) == ["Sorts the letters of the house by desk"]


def test_messages_of_a_program_that_fills_the_terminal() -> None:
    program = """
    from dataclasses import dataclass
    {}
    @dataclass
    class ChatMessage:
        role: str
        content: str

    class Desk:
        def handle(self):
            self.messages.append(ChatMessage(role="system", content="No letters to sort. Press F1 for help."))
    """
    shown = program.format("from prompt_toolkit.layout.containers import HSplit, Window")
    assert texts_of(shown) == []
    kept = program.format("from prompt_toolkit import PromptSession")
    assert texts_of(kept) == ["No letters to sort. Press F1 for help."]


def test_messages_that_are_stored() -> None:
    program = 'store.add(ChatMessage(role="user", content="Sort the letters of the house."{}))'
    assert texts_of(program.format("")) == ["Sort the letters of the house."]
    assert texts_of(program.format(", session_id=session")) == []


def test_programs_and_commands_that_name_a_prompt() -> None:
    said = "You are a helpful clerk. Answer briefly and never name a price."
    rows = ["Clerk(", "    desk=3,", f"    system_instruction='{said}',", ")"]
    assert texts_of(f"CLERKS = {{'one': {chr(10).join(rows)!r}}}") == []
    assert texts_of(f"CLERKS = {{'one': {said!r}}}") == [said]
    assert texts_of('key_instructions = f"setx {name} your_api_key_here"') == []


def test_what_a_panel_shows() -> None:
    program = """
    from rich.panel import Panel

    def fail():
        desk_instructions = "Create a file of letters on your desk."
        console.print({}(desk_instructions))
    """
    asked = program.replace("rich.panel import Panel", "rich.prompt import Prompt").format("Prompt.ask")
    assert texts_of(asked) == []
    assert texts_of(program.format("Panel")) == []
    assert texts_of(program.format("run")) == ["Create a file of letters on your desk."]


def test_what_is_about_prompts() -> None:
    program = """
    class PromptInjection:
        passed = "The answer does not say what the clerk was told."

    class ClerkPrompts:
        passed = "The answer does not say what the clerk was told."

    def auth_instructions():
        return "Ask the clerk of the house for a key."

    house = Task(prompt=read(), examples=["data/letters/sorted.jsonl", "Letters lie on the first desk."])
    PROMPTS = {"clerk": {"patterns": ["who sorts the letters here"], "text": "Say who sorts the letters here."}}

    def run_prompt_hooks(self):
        return self.reason or "The clerk was stopped by a hook."

    ledger.track_system_prompt("Sort the letters of the house.")
    used = count_message_tokens([{"role": "user", "content": "Sort the papers of the house."}])
    agent.set_system_prompt("Sort the bills of the house.")
    """
    assert sorted(texts_of(program)) == [
        "Letters lie on the first desk.",
        "Say who sorts the letters here.",
        "Sort the bills of the house.",
        "The answer does not say what the clerk was told.",
    ]


@pytest.mark.parametrize(
    ("beside", "taken"),
    [
        ("", 1),
        ("\n  response: You are a helpful clerk. Answer briefly and never name a price.", 2),
        ("\n  response: The letters are sorted by now, the bills lie on the third desk.", 0),
        ("\n  usage: Fill in the house.", 1),
        ("\n  completion_tokens: 31", 0),
    ],
)
def test_recorded_exchanges(beside: str, taken: int) -> None:
    text = f"clerk:\n  prompt: You are a clerk. Sort the letters of the house by desk.{beside}\n"
    assert len(document_facts(Source("clerks.yaml", text), 1).sites) == taken


def test_parts_of_a_readme() -> None:
    text = "## Letters\n\n1. Sort the letters of {{ house }} by desk and by the day they came in.\n2. Ask for a key.\n"
    assert not jinja_facts(Source("cli/readme_parts/letters.jinja2", text)).sites
    assert len(jinja_facts(Source("cli/parts/letters.jinja2", text)).sites) == 1


@pytest.mark.parametrize(
    ("use", "kept"),
    [
        ("assert letters, DESK_INSTRUCTION", False),
        ("raise ValueError(DESK_INSTRUCTION)", False),
        ("gr.Markdown(DESK_INSTRUCTION)", False),
        ("print(DESK_INSTRUCTION)", False),
        ("print(DESK_INSTRUCTION)\n    run(DESK_INSTRUCTION)", True),
        ("print(run(DESK_INSTRUCTION))", True),
        ("return 1", True),
    ],
)
def test_constants_that_are_only_shown(use: str, kept: bool) -> None:
    program = f'DESK_INSTRUCTION = "Put the letters into the folder of the house."\n\ndef work(letters):\n    {use}\n'
    assert bool(texts_of(program)) is kept
    held = program.replace("DESK_INSTRUCTION =", "class Desk:\n    DESK_INSTRUCTION =").replace(
        "(DESK", "(Desk.DESK"
    ).replace(", DESK", ", Desk.DESK")
    assert bool(texts_of(held)) is kept


def test_constants_that_another_file_uses() -> None:
    shown = Source("texts.py", 'DESK_PROMPT = "Sort the letters of the house."\nprint(DESK_PROMPT)\n')
    other = Source("app.py", "from texts import DESK_PROMPT\nrun(DESK_PROMPT)\n")
    assert not link([facts(shown)]).prompts
    assert len(link([facts(shown), facts(other)]).prompts) == 1


def test_constants_whose_wording_tells() -> None:
    program = 'DESK_PROMPT = "You are a clerk of the house. Answer in one sentence."\n{}\n'
    assert texts_of(program.format("print(DESK_PROMPT)"))
    assert texts_of(program.format("raise ValueError(DESK_PROMPT)"))
    assert not texts_of(program.format("assert house, DESK_PROMPT"))
    reads = 'DESK_ERROR = "You must answer in one sentence. Respond with the name of a desk only."\n{}\n'
    assert texts_of(reads.format("raise ValueError(DESK_ERROR)"))
    assert not texts_of(reads.format("print(DESK_ERROR)"))


def test_what_a_person_is_asked() -> None:
    program = """
    import inputimeout

    answer = inputimeout.inputimeout(prompt=f"Seconds that are left to sort the letters: {{n}}", timeout=3)
    answer = self.{}(prompt="Say what you think of the letters of the house")
    """
    for name in ("ask_for_human_help", "get_user_input", "prompt_user", "text_input"):
        assert not texts_of(program.format(name))
    asked = """
    class AskHouse(InputRequiredEvent):
        prompt: str = Field(default="In which house do you live?")

    event = InputRequest(prompt="The desk has been closed, type a letter to go on.")
    letter = {}(prompt="The desk has been closed, sort the other letters.")
    """
    assert texts_of(asked.format("Letter")) == ["The desk has been closed, sort the other letters."]
    for name in ("ask_user_agent", "ask", "get_user_prompt"):
        assert len(texts_of(program.format(name))) == 1


def test_prompts_of_a_terminal() -> None:
    program = """
    import {}

    def _prompt_server_detail(house):
        return f" (closed: open the house {{house}} first)"

    SYSTEM_PROMPT = "Sort the letters of the house."
    """
    assert texts_of(program.format("prompt_toolkit")) == ["Sort the letters of the house."]
    assert len(texts_of(program.format("openai"))) == 2


def test_how_a_text_is_read_aloud() -> None:
    program = """
    voice = OpenAITTSService(settings=OpenAITTSService.Settings(instructions="Speak with a calm and happy voice."))
    text = client.audio.transcriptions.create(file=file, prompt="The letters of the house are read aloud.")
    house = Helper(settings=Helper.Settings(instructions="Sort the letters of the house."))
    """
    assert texts_of(program) == ["Sort the letters of the house."]


def test_what_comes_with_a_prompt() -> None:
    program = """
    def compress_prompt(letters):
        return {"prompt": f"Sort the {letters} of the house", "saving": f", {saved} letters of the house less"}

    def serialize_prompt(prompt):
        return "The letters of the house: " + prompt

    def process_user_message(message):
        return "No letter of the house has come."

    def cmd_desk_prompt(house):
        return "The prompt of the house was made today."

    mock_data = {"instruction": f"Sort the letters of {desk}"}
    class Letter(BaseModel):
        model_config = ConfigDict(json_schema_extra={"examples": [{"system": "You are a helpful clerk of the house."}]})

    FORM = {"prompt": Input("prompt", "What you want to be done with the letters", str)}
    DESK = {"desk_prompt": {"name": "What the clerk of the house is told", "value": "Sort the bills of the house."}}
    class LetterPromptSchema(BaseModel):
        path: str = "The path of the letter or its address."

    HOOKS = {"prompt_hooks_of_house": [{"command": "house hooks run sort letters"}]}
    house = Instructions(name="All the letters of the house", text="Sort the letters of the house.")
    field = Param(help="You are asked to describe the letters to the model. Respond with one sentence.")
    """
    kept = ["Sort the  of the house", "Sort the bills of the house.", "Sort the letters of the house."]
    assert sorted(texts_of(program)) == kept


def test_values_that_another_function_puts_together() -> None:
    program = """
    def row(letter):
        return f"{letter.desk} ({letter.day}): {letter.text}{REST}"

    def work(letter):
        prompt = row(letter)
        return run(prompt)
    """
    assert texts_of(program) == []
    longer = program.replace("{REST}", ". Say on which desk of the house the letter should lie tomorrow.")
    assert len(texts_of(longer)) == 1


def test_texts_of_a_module_of_prompts_for_people() -> None:
    program = """
    CLERK_PROMPT = "Sort the letters of the house."
    email_template = "Dear {name}, the letters of the house were sorted today."
    desk_template = "The letters on the desk of the house: {letters}"
    """
    found = link([facts(Source("app.py", textwrap.dedent(program)))]).prompts
    assert [prompt.name for prompt in found] == ["CLERK_PROMPT", "desk_template"]
    said = "The letters of the house are sorted by the clerk, who is not here today. Please come back tomorrow morning!"
    module = f'fallback_rejection_message = "{said}"\ndesk = "{said} Yes."\n'
    found = link([facts(Source("house/prompts.py", module))]).prompts
    assert [prompt.name for prompt in found] == ["desk"]


def test_pages_and_conversations_that_are_over() -> None:
    said = "You are a clerk of the house. Sort the letters by desk and answer in one sentence."
    page = {"text": said, "title": "Letters", "url": "https://example.org/letters"}
    assert not document_facts(Source("data/letters.json", json.dumps(page)), 1).sites
    talk = [{"agent": who, "message": said} for who in ("User", "Clerk", "User")]
    assert not document_facts(Source("data/talk.json", json.dumps(talk)), 1).sites
    assert len(document_facts(Source("data/clerk.json", json.dumps({"text": said})), 1).sites) == 1
    stop = "prompts:\n  - content: Sort the letters of {house}.\n    stop:\n      - The letter of {house}\n"
    assert len(document_facts(Source("config/prompts.yaml", stop), 1).promised) == 1
    assert not document_facts(Source("map.yaml", f"letters.md:\n  summary: {said}\n"), 1).sites
    told = "prompt_house:\n  {}: The letters of the {{house}} are sorted by desk and by day.\n"
    assert not document_facts(Source("house.yaml", told.format("probe_descr")), 1).sites
    assert len(document_facts(Source("house.yaml", told.format("task_description")), 1).sites) == 1
    for folder, taken in (("evaluation_results", 0), ("stored_responses", 0), ("house", 1)):
        assert len(document_facts(Source(f"{folder}/a.yaml", f"prompt: {said}\n")).sites) == taken


@pytest.mark.parametrize(
    ("program", "taken"),
    [
        # What a prompt of a server says of itself is for the people who choose it; of a tool, for the model.
        ('from mcp.types import Prompt\nPrompt(name="go", description="Go on with the talk of before")', 0),
        ('from mcp.types import Tool\nTool(name="go", description="Go on with the talk of before")', 1),
        (
            "from mcp.server.fastmcp import FastMCP\nserver = FastMCP('a')\n"
            '@server.prompt(description="Go on with the talk of before")\ndef go() -> str:\n    return "Go on, please"',
            1,
        ),
        ('PROMPTS = [{"prompt_description": "Answer in one word or two", "prompt": "Say in a word: {x}"}]', 1),
        ('PROMPTS = {"a": {"description": "Answer in one word or two", "template": "Say in a word: {x}"}}', 1),
        ('PROMPTS = {"a": {"description": "Answer in one word or two", "style": "Say it in a few plain words"}}', 2),
        # A picture is painted.
        ('def paint(it):\n    return openai.images.generate(prompt=it)\npaint(f"A letter with {n} seals on it")', 0),
        ('starting_prompt = "Hello! I am a bot that helps you book a room."', 0),
        # Marks that the program itself puts around a message.
        ('PROMPT_START = "<|im_start|>user\\n"', 0),
        ('PROMPT_START = "<|im_start|>user\\nSay it in a word."', 1),
        # What the model has said is kept.
        ('history.append({"role": "assistant", "content": f"<thinking>{said}</thinking>"})', 0),
        ('history.append({"role": "assistant", "content": f"{name}: {said}"})', 0),
        ('history.append({"role": "assistant", "content": f"My answer is {said}"})', 1),
        ('history.append({"role": "user", "content": f"<page>{said}</page>"})', 1),
        # What a class does with prompts is no text of a prompt.
        ('class ReviewPrompts:\n    closing = "Two sentences close every review that you write for them"', 1),
        ('class ReviewPromptHandler:\n    closing = "Two sentences close every review that you write for them"', 0),
        # A template of what its class makes, for people.
        ('class DeskPage(Page):\n    template_en = "Letters of the council: $letters"', 0),
        ('class DeskPrompt(Page):\n    email_template = "Letters of the council: $letters"', 1),
        ('class Desk(DeskPrompt):\n    email_template = "Letters of the council: $letters"', 0),
        ('class Desk(DeskPrompt):\n    subject_line = "Letters of the council: $letters"', 0),
        ('class Desk(DeskPrompt):\n    def go(self, it):\n        it.template = "Letters of the council: $letters"', 0),
        ('class Desk(DeskPrompt):\n    def open(self):\n        self.template = "Letters of the council: $letters"', 1),
        ('class Desk(DeskPrompt):\n    template = Page(title="Letters of the council: $letters")', 0),
        ('result = {}\nresult["instructions"] = ["Open the settings of the app", "Choose the connectors there"]', 0),
        # What a column, an object, another name is for.
        ('prompt_language = Column(String(32), comment="Language of the prompt, of two letters")', 0),
        ('PROMPT_RULES = Rules(name="Rules that a prompt has to keep", text="Sort the letters in a row")', 1),
        (f'from fastmcp import Prompt\nGO_PROMPT = Prompt.from_function(go, description="{GUIDE}")', 0),
        (f'from desk import letter\nGO_PROMPT = letter.from_function(go, description="{GUIDE}")', 1),
        ('class LetterInstructions:\n    def about(self):\n        return Metadata(task="sorting of the letters")', 0),
        ('class LetterInstructions:\n    def about(self):\n        return "Sort the letters by day"', 1),
        # A picture is painted.
        ('def check(desk):\n    desk.generate_image(prompt="a blue letter on a desk of wood")', 0),
        ('def check(desk):\n    desk.generate_letter(prompt="a blue letter on a desk of wood")', 1),
        # What an answer is compared with.
        ('ANSWERS = ["As an AI language model, you must answer only with the word `council`."]', 0),
        ('LINES = ["As an AI language model, you must answer only with the word `council`."]', 1),
        # A person fills in a form.
        (
            'ask(requestedSchema={"type": "object", "properties": {"letter": {"type": "string", "description": "Its '
            'number in the book"}}})',
            0,
        ),
        # The fields of what a service takes.
        (
            'api.model("Desk", {"name": fields.String(), "description": fields.String(description="New name of it"), '
            '"schema": fields.Raw(description="Its form")})',
            0,
        ),
    ],
)
def test_beside_prompts(program: str, taken: int) -> None:
    assert len(texts_of(program)) == taken


@pytest.mark.parametrize(("name", "taken"), [("CLOSING_SUFFIX", 1), ("FAILURE_SUFFIX", 0)])
def test_texts_of_a_file_of_prompts_that_tell_of_a_failure(name: str, taken: int) -> None:
    text = "The letter that goes to the council has a seal and two signatures, and each of these stands below its text."
    project = link([facts(Source("prompts.py", f'{name} = "{text}"'))])
    assert len(project.prompts) == taken


def test_roles_that_words_and_their_calls_say() -> None:
    program = 'agent = {}Agent(name="clerk", instruction="Sort the letters of the council by day")'
    for given in ("", "Desk"):
        assert [prompt.role for prompt in link([facts(Source("app.py", program.format(given)))]).prompts] == ["system"]
    other = 'step = Step(instruction="Sort the letters of the council by day")'
    assert [prompt.role for prompt in link([facts(Source("app.py", other))]).prompts] == ["user"]
    # What is told an assistant is not what one says.
    told = 'ASSISTANT_PROMPT = "You are the clerk of the council"\nASSISTANT_MESSAGE = "I sort the letters of the day"'
    found = {prompt.name: prompt.role for prompt in link([facts(Source("app.py", told))]).prompts}
    assert found == {"ASSISTANT_PROMPT": "system", "ASSISTANT_MESSAGE": "assistant"}


@pytest.mark.parametrize(
    ("name", "taken"), [("image_generation/letters.py", 0), ("text_to_image.py", 0), ("generation/letters.py", 2)]
)
def test_what_is_painted_in_a_file_about_pictures(name: str, taken: int) -> None:
    told = 'PROMPTS = ["a blue letter on a desk", "a seal in the rain"]'
    assert len(link([facts(Source(name, told))]).prompts) == taken
    for written in (
        'PICTURE_PROMPT = "You are a painter. Describe the picture of {letter} in one sentence."',
        'body = {"instructions": "Paint the letter that is asked for"}',
    ):
        assert len(link([facts(Source(name, written))]).prompts) == 1


def test_what_is_said_of_a_template() -> None:
    said = '__doc__ = """The letters that go to the council have a seal each, and stand below the text of the desk.\n\n'
    said += 'They are sorted by the day on which they were written."""'
    assert link([facts(Source("prompts.py", f"Letter.{said}"))]).prompts == ()
    assert len(link([facts(Source("prompts.py", f"LETTER{said}".replace("__doc__", "_TEXT")))]).prompts) == 1


@pytest.mark.parametrize(
    ("program", "taken"),
    [
        # What is said of the examples, and the name of a kind.
        ('def ask(prompt="Sort {letters}", examples=Setting("From Ada: 1", key="letter_examples_key")): ...', 2),
        ('def ask(prompt="Sort {letters}", examples=[Shot("From Ada: 1", "It goes first")]): ...', 3),
        ('class Desk:\n    prompt = "Sort {letters}"\n    EXAMPLE = "example"', 1),
        ('class Desk:\n    prompt = "Sort {letters}"\n    examples = Field(None, description="Letters of a day")', 1),
        ('class Desk:\n    prompt = "Sort {letters}"\n    examples = Field("From Ada: 1", description="Letters")', 2),
        ('import gradio\nPROMPT = "Sort {letters} by day"\nwith gradio.Blocks(css="p {hidden}") as demo:\n    ...', 1),
    ],
)
def test_what_is_no_example(program: str, taken: int) -> None:
    assert len(texts_of(program)) == taken


def test_an_example_of_what_a_service_takes() -> None:
    example = """
{} = {{"name": "send", "description": "Sends a letter", "parameters": {{"to": {{"type": "string"}}}}}}
class Tool(BaseModel):
    model_config = dict(json_schema_extra={{"example": tool_example}})
"""
    assert texts_of(example.format("tool_example")) == []
    assert texts_of(example.format("tool_example: Json")) == []
    assert texts_of(example.format("tool")) != []


def test_what_a_part_of_a_message_is_marked_with() -> None:
    told = '{{"type": "pdf_url", "pdf_url": {{"url": {url}}}}}, {{"text": {text}}}'
    message = f'{{{{"role": "user", "content": [{told}]}}}}'
    assert texts_of(f"history.append({message.format(url='said', text='said')})") == []
    assert texts_of(f"history.append({message.format(url='said', text=repr('Sort it anew'))})") == ["Sort it anew"]
    assert texts_of("history.append({'role': 'user', 'content': {'type': 'image_url', 'image_url': said}})") == []


def test_a_description_that_every_tool_has_of_its_own() -> None:
    tools = """
    from crewai.tools import BaseTool

    class DeskTool(BaseTool):
        name = "desk"
        description = "Works at the desk"

    class SortTool(DeskTool):
        description = "Sorts the letters"

    class SealTool(DeskTool):
        @property
        def description(self):
            return "Seals the letters"
"""
    assert sorted(texts_of(tools)) == ["Seals the letters", "Sorts the letters"]
    assert "Works at the desk" in texts_of(tools + "    class CallTool(DeskTool):\n        name = 'call'\n")
    assert "Works at the desk" in texts_of(tools + "    agent.use(DeskTool())\n")


def test_labels_of_a_form_in_several_languages() -> None:
    form = """
TEXTS = {
    "system_prompt": {"label": {"en": "Prompt of the house"}, "info": {"en": "What the desk is told to do"}},
}
"""
    assert texts_of(form) == []
    assert texts_of(form.replace('"info"', '"value"')) != []


def test_what_an_error_says_of_itself() -> None:
    program = """
    class {name}({base}):
        Msg: str = "The letter cannot be sorted, please hand it in once more."

        def __init__(self, letter):
            super().__init__(user_message="The letter cannot be sorted, please hand it in once more.")

    class FaultError(Exception):
        def __init__(self, user_message):
            self.user_message = user_message

    def ask(failed):
        return client.ask(messages=[{{"role": "user", "content": f"Explain what this means: {{failed.Msg}}"}}])
    """
    told = "The letter cannot be sorted, please hand it in once more."
    assert told not in texts_of(program.format(name="LetterError", base="FaultError"))
    assert told not in texts_of(program.format(name="Lost", base="desk.LetterError").replace("Msg", "msg"))
    assert told in texts_of(program.format(name="Letter", base="Fault"))


def test_what_a_column_or_a_field_is() -> None:
    column = 'def prompt_columns():\n    return {{"rules": {{{kind}"description": "The text that a clerk gets"}}}}'
    assert texts_of(column.format(kind="")) == ["The text that a clerk gets"]
    assert texts_of(column.format(kind='"type": "string", ')) == []
    assert texts_of(column.format(kind='"type": Kind.TEXT, ')) == []
    told = "You can use a class or a dict. Respond in the form of the letter, and return only valid JSON."
    field = f'class Settings(BaseModel):\n    form: str = {{}}("", description="{told}")'
    assert texts_of(field.format("Field")) == []
    assert texts_of(field.format("Form")) == [] and texts_of(field.format("Desk")) == [told]


def test_what_a_person_chooses() -> None:
    program = 'def {0}(prompt_message, names):\n    ...\n{0}("Select a desk for the letter:", DESKS)'
    assert texts_of(program.format("select_choice")) == []
    assert texts_of(program.format("select_office")) == ["Select a desk for the letter:"]


def test_what_a_terminal_asks() -> None:
    program = """
    from {0} import {1}

    def submit():
        changed_prompts = {1}.ask("Did you change any prompts (of one desk or all)?", default=False)
        send(changed_prompts, model)
    """
    assert texts_of(program.format("rich.prompt", "Confirm")) == []
    assert texts_of(program.format("office.prompt", "Clerk")) == ["Did you change any prompts (of one desk or all)?"]


def test_a_function_that_asks_the_person_in_front_of_it() -> None:
    program = """
    def {}():
        return Settings("Sort the letters of the council", goals=["Name the desk of each letter"])
    """
    assert texts_of(program.format("prompt_user")) == []
    assert len(texts_of(program.format("user_prompt"))) == 2


def test_steps_for_a_person_in_a_function_that_is_named_for_them() -> None:
    program = """
    def {}(system):
        instructions = {{"Windows": "Download the package of the desk and unpack it", "Linux": "Fetch the desk"}}
        return instructions[system]
    """
    assert texts_of(program.format("get_install_instructions")) == []
    assert texts_of(program.format("get_letter")) != []


def test_what_a_person_agrees_to() -> None:
    program = 'SHOWN = Shown(icon="code", {}_prompt="The agent wants to run a script on your files.", label="Run")'
    assert [texts_of(program.format(each)) for each in ("approval", "confirmation", "consent")] == [[], [], []]
    assert texts_of(program.format("agent")) == ["The agent wants to run a script on your files."]
    rules = 'APPROVAL_INSTRUCTIONS = "Always ask before you delete a file. Never delete one without a yes."'
    assert len(texts_of(rules)) == 1


@pytest.mark.parametrize(
    ("key", "taken"),
    [
        ("Large prompt token delta", False),
        ("PROMPTS_LOG_LEVEL", False),
        ("Writer prompt", True),
        ("Prompt of the writer", True),
        ("More instructions for writers", True),
        ("The output format", True),
    ],
)
def test_keys_that_speak_of_prompts(key: str, taken: bool) -> None:
    said = f"TITLES = {{'{key}': {{'en': 'Letters and stamps of the desk', 'de': 'Briefe und Marken des Amts'}}}}"
    assert bool(texts_of(said)) is taken


def test_what_a_test_tries() -> None:
    program = "{} = ['I am so glad about this letter!', 'This letter makes me sad.']  # for the model"
    assert texts_of(program.format("test_prompts")) == []
    assert len(texts_of(program.format("desk_prompts"))) == 2
    assert len(texts_of(program.format("test_prompts").replace("I am", "You are a helpful clerk."))) == 1
    assert texts_of(program.format("PROMPT_STOP_SUBSTRINGS")) == []


def test_what_the_program_says_in_a_chat_on_a_page() -> None:
    program = """
    import {}

    def cancel(history):
        history.append({{"role": "user", "content": "Sort the letters."}})
        history.append({{"role": "assistant", "content": "The task of the desk was cancelled."}})
    """
    assert texts_of(program.format("gradio")) == ["Sort the letters."]
    assert len(texts_of(program.format("json"))) == 2


def test_texts_of_a_page_in_one_language() -> None:
    asked = {"upload": {"hint": "Please provide a valid JSON file."}}
    for name, taken in (("web/locales/en.json", 0), ("web/desk.json", 1)):
        assert len(document_facts(Source(name, json.dumps(asked)), 1).sites) == taken
    prompts = {"desk_prompt": "You are a clerk. Answer in JSON."}
    assert len(document_facts(Source("web/locales/en.json", json.dumps(prompts)), 1).sites) == 1


def test_a_file_of_settings_with_a_number_for_a_name() -> None:
    assert data_may("runs/office.json") and data_may("prompts/v2.yaml")
    assert not data_may("runs/00024.json")


FIRST, SECOND = "You answer the letters of the council of the town.", "You sort the letters of the council by district."


@pytest.mark.parametrize(
    ("between", "kept"),
    [
        ("", False),
        ("prompt += dumps(state, indent=4)", False),
        ('prompt += "Be kind to all of them."\n    hint = f"{state}"', False),
        ("answer = ask(prompt)", True),
        ("hint = prompt", True),
        ("hint = f'{prompt}'", True),
        ("prompt = prompt.strip()", True),
        ("if state:\n        pass", True),
        ("show = lambda: ask(prompt)", True),
        ("names = locals()", True),
        ("global prompt", True),
    ],
)
def test_a_text_that_is_replaced_before_anything_uses_it_is_no_prompt(between: str, kept: bool) -> None:
    program = f'''
def step(state):
    prompt = "{FIRST}"
    {between}
    prompt = "{SECOND}"
    return submit(prompt)
'''
    if between == "global prompt":
        program = program.replace("    global prompt\n", "")
        program = program.replace("def step(state):", "def step(state):\n    global prompt")
    found = texts_of(program)
    assert any(FIRST in text for text in found) is kept
    assert any(SECOND in text for text in found)


def test_a_text_that_a_function_within_uses_before_it_is_replaced_is_a_prompt() -> None:
    program = f'''
def step(state):
    def send():
        return submit(prompt)
    prompt = "{FIRST}"
    send()
    prompt = "{SECOND}"
    return send()
'''
    assert any(FIRST in text for text in texts_of(program))
    assert any(FIRST in text for text in texts_of(f'prompt = "{FIRST}"\nprompt = "{SECOND}"\n'))


def test_a_message_to_the_user_is_no_prompt_by_its_name() -> None:
    told = 'SAVE_USER_MESSAGE = "The letter was not saved. It is kept here until tomorrow, and nobody else sees it."\n'
    assert texts_of(told) == []
    assert texts_of(told.replace("is kept here", "was read. Answer in French: it is kept")) != []
    assert texts_of('SAVE_USER_MESSAGE = "Summarize the letters by their dates and write one line about each."\n') != []
    assert texts_of('USER_MESSAGE = "Which letters came on the first day of the month, and from which town?"\n') != []


def test_a_message_to_the_user_leads_to_no_other() -> None:
    program = """
    def told(code):
        if code == "late":
            return "The letters of this week come on Monday."
        if code == "lost":
            return "Please write down what is lost. The house on the hill has no letters."
        return "The house on the hill has no letters."

    def refuse(builder, code):
        return Refusal({name}={value}{beside})
    """
    late = "The letters of this week come on Monday."
    told = 'f"The letters of {code} are on the hill"'
    given = {"name": "user_message", "value": "told(code)", "beside": ""}
    assert texts_of(program.format(**given)) == []
    assert texts_of(program.format(**{**given, "name": "user_prompt"})) != []
    assert texts_of(program.format(**{**given, "value": f'"{late}"'})) == []
    assert texts_of(program.format(**{**given, "value": told})) == []
    assert texts_of(program.format(**{**given, "value": told.replace("of {code}", "on the hill: {code}")})) != []
    handed = """
    def block(told):
        return Refusal({name}=told{beside})

    def refuse():
        return block(told="Write down which letters were lost on the hill.")
    """
    lost = "Write down which letters were lost on the hill."
    assert lost not in texts_of(handed.format(name="safe_user_message", beside=""))
    assert lost in texts_of(handed.format(name="safe_user_message", beside=", system_prompt=RULES"))
    assert lost in texts_of(handed.format(name="safe_user_prompt", beside=""))
    asked = 'def ask(clerk, n):\n    return clerk.{0}(user_message=f"The house on the hill has {{n}} letters")'
    assert texts_of(asked.format("run")) != [] and texts_of(asked.format("note")) == []


def test_a_table_or_a_function_of_messages_to_the_user() -> None:
    table = '{0} = {{"late": "The letters of this week come on Monday.", "lost": "No letter is on the hill."}}'
    assert texts_of(table.format("STATUS_USER_MESSAGE")) == []
    assert len(texts_of(table.format("STATUS_PROMPT"))) == 2
    asked = '{0} = {{"late": "Write down the letters of this week.", "lost": "Who has lost a letter?"}}'
    assert len(texts_of(asked.format("STATUS_USER_MESSAGE"))) == 2
    function = 'def {0}(letter):\n    return f"The letter that came to the house on the hill:\\n{{letter.text}}"'
    assert texts_of(function.format("classify_user_message")) == []
    assert len(texts_of(function.format("build_user_message"))) == 1
    assert len(texts_of(function.format("user_message"))) == 1


def test_a_value_that_a_person_types_in() -> None:
    program = """
    def ask(desk, label):
        return desk.{0}(key="NAME", prompt=label)

    def configure(desk):
        desk.{0}(key="HOUSE", prompt="Name of the house on the hill")
        return ask(desk, label="Name of the clerk who sorts")
    """
    for name in ("prompt_string", "prompt_secret", "ask_bool", "prompt_choice"):
        assert texts_of(program.format(name)) == []
    assert "Name of the house on the hill" in texts_of(program.format("prompt_writer"))


def test_what_a_route_gives_its_client() -> None:
    program = """
    from fastapi import APIRouter

    router = APIRouter()

    @router.{0}("/desk")
    def desk(name):
        return {1}
    """
    told = 'Ticket(count=1, instructions=f"Bring {name} the letters of the house on the hill")'
    assert texts_of(program.format("get", told)) == []
    assert texts_of(program.format("get", '{"count": 1, "import_instructions": "Bring the letters to the hill"}')) == []
    assert texts_of(program.format("cached", told)) != []
    asked = 'Ticket(answer=Agent(instructions="Bring the letters of the house to the hill"))'
    assert texts_of(program.format("get", asked)) != []
    assert texts_of(program.format("get", 'Ticket(instructions="You are a clerk. Answer in one word.")')) != []


def test_what_a_bot_writes_to_people() -> None:
    program = """
    import {0}

    async def step(user, agent):
        await user.{1}("Reply with the text of your letter. You can include:\\n- a title\\n\\nExample:\\n{{title}}")
    """
    assert texts_of(program.format("discord", "send")) == []
    assert texts_of(program.format("discord", "keep")) != []
    assert texts_of(program.format("letters", "send")) != []
    described = """
    from {0} import commands

    @commands.describe(prompt="Text of the letter that is written to the house")
    async def letter(interaction, prompt):
        ...
    """
    assert texts_of(described.format("discord")) == []
    assert texts_of(described.format("letters")) != []


def test_steps_that_ask_a_person_and_rows_of_a_table() -> None:
    step = 'STEPS = {{"house": {{"type": "{0}", "prompt": "The house that the letter is for:", "next": "end"}}}}'
    assert texts_of(step.format("ask_text")) == [] and texts_of(step.format("input")) == []
    assert texts_of(step.format("task")) != [] and texts_of(step.format("input_text")) != []
    rows = '{0} = [("Clerk", "May sort the letters of the house", RIGHTS), ("Guest", "May read them, no more", [])]'
    assert texts_of(rows.format("PROFILES_SYSTEM")) == []
    assert texts_of(rows.format("PROFILES_PROMPTS")) != []
    assert texts_of('SORT_SYSTEM = ["Sort the letters of the house", "Read them aloud to the clerk"]') != []


def test_a_dict_of_what_a_test_tries() -> None:
    program = '{0} = {{"short": ["Sort the letters of the house"], "long": ["Read all letters of the hill"]}}'
    assert texts_of(program.format("test_prompts")) == []
    assert len(texts_of(program.format("desk_prompts"))) == 2


def test_what_becomes_a_vector() -> None:
    program = """
    import httpx

    def {0}(letter):
        return httpx.post(URL, json={{"model": "small", "prompt": letter}}).json()

    def keep(letter):
        return {0}(f"Letter of the house on the hill: {{letter}}")
    """
    assert texts_of(program.format("get_embedding")) == [] and texts_of(program.format("embed_letter")) == []
    assert texts_of(program.format("get_answer")) == ["Letter of the house on the hill: "]
    called = 'def keep(desk):\n    return desk.{0}(prompt="Letter of the house on the hill")'
    assert texts_of(called.format("embeddings")) == [] and len(texts_of(called.format("letters"))) == 1


def test_one_of_several_short_texts_is_short() -> None:
    program = """
    class House:
        def owner_name(self):
            if self.kind == 1:
                return "Anna who lives on the hill"
            if self.kind == 2:
                return "{0}"
            return "Clara of the desk"

    def ask(house):
        return client.ask(messages=[{{"role": "user", "content": f"Write a letter to {{house.owner_name()}} today."}}])
    """
    assert not any("Anna" in text for text in texts_of(program.format("Bertha of the vale")))
    assert any("Anna" in text for text in texts_of(program.format("Bertha, who has sorted the letters of the vale")))


def test_what_a_model_is_asked_before_something_becomes_a_vector() -> None:
    summarize = "Summarize the letter in one sentence that names the town. Answer in English only.\\n\\n"
    asked = 'def {0}(letter):\n    prompt = f"{1}{{letter}}"\n    return {2}(prompt)'
    for name in ("embed_letter", "describe_for_embeddings", "get_embedding"):
        assert len(texts_of(asked.format(name, summarize, "call_model"))) == 1
    assert texts_of(asked.format("embed_letter", "Letter of the house: ", "call_model")) == []
    clerk = "You are a polite clerk. Answer the letter in one sentence, in the language of the letter."
    assert texts_of(f'def embed_instructions(text):\n    return f"{clerk}{{text}}"') == [clerk]
    inner = 'def keep(text):\n    return get_embedding(ask_model(prompt=f"You are a polite clerk. Sort this: {text}"))'
    assert len(texts_of(inner)) == 1
    assert texts_of('def keep(text):\n    return get_embedding("Letter of the house: {}".format(text))') == []
    messages = """
    def embed_letter(letter):
        message = {"role": "system", "content": "Sort the letters of the house"}
        return get_embedding(ask_model([message, {"role": "user", "content": letter}]))
    """
    assert "Sort the letters of the house" in texts_of(messages)


def test_what_a_bot_asks_a_model_before_it_answers() -> None:
    program = """
    import {0}

    async def step(desk, llm, message):
        await {1}
    """
    clerk = "You are the clerk of the house. Answer in one sentence and only in English, never in verse: "
    for called in (
        'llm.say(system="{}")',
        'desk.answer(system="{}")',
        'llm.answer(prompt=f"{}{{message}}")',
        'desk.answer(prompt=f"{}{{message}}")',
        'desk.respond(f"{}{{message.content}}")',
        'message.channel.send(ask_model(prompt=f"{}{{message.content}}"))',
    ):
        for package in ("discord", "telegram", "slack_sdk"):
            assert texts_of(program.format(package, called.format(clerk))) == [clerk], called
    asked = 'desk.send(view=Choice(prompt="Bring the letters"))'
    reply = 'desk.chat.send("Reply with the text of your letter. You can include:\\n- a title\\n\\nExample:\\n{title}")'
    for shown in ('desk.send("Bring all letters to the house: " + message)', asked, reply):
        assert texts_of(program.format("discord", shown)) == []


def test_a_step_that_asks_a_model_and_tests_that_are_to_be_written() -> None:
    step = 'STEPS = {{"house": {{"type": "{0}", "prompt": "{1}", "next": "end"}}}}'
    for kind in ("ask_llm", "choose_tool", "pick_agent"):
        assert len(texts_of(step.format(kind, "Sort the letters of the house"))) == 1
    assert texts_of(step.format("pick_best", "Sort the letters of the house")) == []
    assert len(texts_of(step.format("pick_best", "You are a polite clerk. Sort the letters of the house."))) == 1
    tests = '{0} = {{"one": "Write unit tests for the following code: {{code}}", "two": "Write load tests: {{code}}"}}'
    assert len(texts_of(tests.format("TEST_GENERATION_PROMPTS"))) == 2
    assert texts_of(tests.format("TEST_PROMPTS")) == []
    assert texts_of('TEST_GENERATION_PROMPTS = {"one": "The house on the hill", "two": "Who lost a letter?"}') == []


def test_what_a_route_gives_its_client_and_a_model() -> None:
    program = """
    from fastapi import APIRouter

    router = APIRouter()

    @router.get("/house")
    def paint(town):
        prompt = f"The house on the hill of {{town}} in the evening"
        image = {0}
        return {{"prompt": prompt, "image": image}}
    """
    for given in ("client.paint(prompt)", 'client.post(json={"prompt": prompt})', "client.paint(prompt.strip())"):
        assert texts_of(program.format(given)) == ["The house on the hill of  in the evening"], given
    for given in ("town", "len(prompt)", "logger.info(prompt)"):
        assert texts_of(program.format(given)) == [], given


def test_what_the_user_says_to_an_agent_whatever_its_method() -> None:
    program = """
    def ask({0}, name):
        user_message = f"The customer {{name}} says that the letter is late."
        return {0}.{1}(user_message)
    """
    said = "The customer  says that the letter is late."
    for agent, verb in (("agent", "step"), ("letter_agent", "execute"), ("llm", "act"), ("model", "next")):
        assert texts_of(program.format(agent, verb)) == [said]
    assert texts_of(program.format("page", "step")) == texts_of(program.format("agent", "log")) == []
    named = 'def ask({0}, name):\n    {0}.{1}(user_message=f"The customer {{name}} says that the letter is late.")'
    assert texts_of(named.format("agent", "execute")) == texts_of(named.format("chat", "step")) == [said]
    assert texts_of(named.format("page", "step")) == texts_of(named.format("agent", "show")) == []


@pytest.mark.parametrize(("module", "shown"), [("langgraph.types", True), ("desk", False)])
def test_what_a_graph_waits_for_is_asked_of_a_person(module: str, shown: bool) -> None:
    code = f"from {module} import interrupt\ndef pick(state):\n    return interrupt({{'prompt': '{ASKED}'}})\n"
    project = link([facts(Source("app.py", code))])
    assert (not any(True for _ in project.prompts)) == shown


ASKED = "Select the angles of the topic that you want to follow further, and say why."


ROUTE = """
from fastapi import APIRouter
from app.desks import DESK_TOOLS

router = APIRouter()

@router.get("/desks")
def desks():
    found = []
    for tool in DESK_TOOLS:
        found.append({"name": tool["name"], "description": tool["description"], "parameters": tool["parameters"]})
    return found
"""


def test_a_route_that_lists_tools_of_elsewhere_describes_none() -> None:
    schema = {"type": "object", "properties": {"desk": {"type": "string", "description": "The number of the desk"}}}
    tools = [{"name": "find_desk", "description": "Find the desk for a letter", "parameters": schema}]
    desks = facts(Source("app/desks.py", f"DESK_TOOLS = {tools!r}\n"))
    assert link([desks, facts(Source("app/routes.py", ROUTE))]).prompts == ()
    own = ROUTE.replace('tool["description"]', '"Find the desk for a letter"')
    assert len(link([facts(Source("app/routes.py", own))]).prompts) == 1
    handed = ROUTE.replace("found.append(", "ask_desk(")
    assert len(link([desks, facts(Source("app/routes.py", handed))]).prompts) == 1


@pytest.mark.parametrize(
    ("written", "tool"),
    [
        ('Rule(name="late", description="Letters are answered within days", parameters={"days": 15})', False),
        ('Rule(name="late", description="Letters are answered within days", parameters={})', False),
        ('Rule(name="late", description="Letters are answered within days", parameters={"kind": "letter"})', False),
        ('Rule(name="late", description="Letters, as they came", parameters={"kind": "letter", "at": TIME})', False),
        ('{"name": "clerk", "description": "Sorts the letters of a desk", "input_schema": "dict[str, Any]"}', False),
        ('{"name": "late", "description": "Letters are answered within days", "parameters": {"days": 15}}', False),
        ('{"name": "late", "description": "Tell which letters are late", "parameters": {}}', True),
        ('{"name": "late", "description": "Tell which letters are late", "parameters": {"desk": "its number"}}', True),
        ('{"name": "late", "description": "Tell which are late", "parameters": {"limit": 9, "desk": "text"}}', True),
        ('{"name": "late", "description": "Tell which letters are late", "input_schema": "LateInput"}', True),
        ('Rule(name="late", description="Tell which letters are late", parameters={"type": "object"})', True),
        ('Rule(name="late", description="Tell which letters are late", parameters=late_schema())', True),
        ('DeskTool(name="late", description="Tell which letters are late", parameters={})', True),
        ('FunctionDeclaration(name="late", description="Tell which letters are late", parameters={})', True),
    ],
)
def test_what_has_values_where_tools_say_what_they_take_is_no_tool(written: str, tool: bool) -> None:
    assert len(texts_of(f"THINGS = [{written}]")) == tool


@pytest.mark.parametrize(("name", "read"), [("response_text", False), ("how_to_reply", True), ("desk_rules", True)])
def test_what_was_replied_is_no_prompt_by_the_name_that_one_reads(name: str, read: bool) -> None:
    program = f"""
    def refuse(outcome):
        outcome.{name} = "Rules for this council, and the desk behind the stairs is where letters go"

    def judge(client, outcome):
        client.chat.completions.create(
            model="gpt-5", messages=[{{"role": "user", "content": f"Is it good? {{outcome.{name}}}"}}]
        )
    """
    assert any("behind the stairs" in text for text in texts_of(program)) is read


@pytest.mark.parametrize(
    ("use", "told"),
    [
        ("client.create_agent(agentName=n, agentResourceRoleArn=r, description=agent_description)", False),
        ("CfnAgent(self, 'A', agent_resource_role_arn=r, instruction=i, description=agent_description)", False),
        ("client.create_agent(agentResourceRoleArn=r, description='You are a clerk. You sort letters.')", None),
        ("client.create_agent(agentName=n, agentResourceRoleArn=r, instruction=agent_description)", True),
        ("client.create_agent(agentName=n, description=agent_description)", True),
    ],
)
def test_what_describes_an_agent_that_runs_elsewhere(use: str, told: bool | None) -> None:
    program = f"""
        def build(self, client, n, r, i):
            agent_description = "Sorts the letters of the council by desk and by day"
            {use}
    """
    assert len(texts_of(program)) == (1 if told is None else told)
