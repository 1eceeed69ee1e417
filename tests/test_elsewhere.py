"""Parts of prompts and schemas that stand elsewhere: lambdas, functions that give parts of schemas, pairs."""

from __future__ import annotations

import textwrap

import pytest

from promptlint.extract.python import facts
from promptlint.link import link
from promptlint.source import Source
from promptlint.template import texts

RULES = "Write in short sentences, name the source of every figure, and leave out what is not known."


def found(text: str, **more: str) -> set[tuple[str, str]]:
    """Role and static text of every prompt."""
    files = {"app.py": text, **{f"{name}.py": other for name, other in more.items()}}
    project = link([facts(Source(name, textwrap.dedent(each))) for name, each in files.items()])
    return {(prompt.role, "".join(text.value for text in texts(prompt.template))) for prompt in project.prompts}


def test_what_is_put_behind_an_attribute_that_a_loop_may_have_changed_takes_no_text_away() -> None:
    texts = found("""
        def prepare(request, tools, rest):
            if request.system_prompt is None:
                request.system_prompt = ""
            if rest:
                request.system_prompt += "The room is closed today, so nobody can come and look at the letters."
            for tool in tools:
                request.box.add(tool)
            if tools:
                request.system_prompt += f"\\n{rest}\\n"
    """)
    assert ("system", "The room is closed today, so nobody can come and look at the letters.") in texts


ASK = 'client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": '


def test_a_name_that_is_given_a_lambda_is_a_function() -> None:
    program = f"""
        letter_text = lambda town, count: f"{{count}} letters have come from {{town}}, sort them by department."
        def ask(client, town):
            {ASK}letter_text(town, 3)}}])
    """
    assert ("user", " letters have come from , sort them by department.") in found(program)
    named = """
        user_prompt = lambda letter: f"The letter stands here, in the words of those who wrote it: {letter}"
    """
    assert found(named) == {("user", "The letter stands here, in the words of those who wrote it: ")}


SCHEMA = """
    def {name}():
        return {{
            "level": {{"type": "string", "enum": ["of the town", "of the land"], "description": "Who has to answer."}},
        }}
    TOOL = {{
        "name": "sort", "description": "Sorts the letters.",
        "input_schema": {{"type": "object", "properties": {{
            "letters": {{"type": "array", "items": {{"type": "object", "properties": {used}}}}},
        }}}},
    }}
"""


@pytest.mark.parametrize("used", ["fields()", "{**fields()}"])
def test_descriptions_in_a_part_of_a_schema_that_a_function_gives(used: str) -> None:
    assert found(SCHEMA.format(name="fields", used=used)) == {
        ("tool", "Sorts the letters."),
        ("tool", "Who has to answer."),
    }


@pytest.mark.parametrize(
    "tool",
    [
        'Tool(name="log", description="Shows the log.", inputSchema=Log.model_json_schema())',
        '{"name": "log", "description": "Shows the log.", "parameters": Log.model_json_schema()}',
    ],
)
def test_a_class_whose_schema_says_what_a_tool_takes(tool: str) -> None:
    program = f"""
        from mcp.types import Tool
        from pydantic import BaseModel, Field
        class Log(BaseModel):
            '''Not told to anybody.'''
            since: str = Field(None, description="The day with which it begins.")
        def tools():
            return [{tool}]
    """
    assert found(program) == {("tool", "Shows the log."), ("tool", "The day with which it begins.")}
    asked = program.replace(".model_json_schema()", ".load()")
    assert ("tool", "The day with which it begins.") not in found(asked)


@pytest.mark.parametrize(
    "parameters",
    [
        'parameters: dict = Field(default_factory=lambda: {"type": "object", "properties": {"since": {SINCE}}})',
        'parameters = [{"name": "since", {SINCE[1:]}]',
    ],
)
def test_what_a_class_of_tools_takes(parameters: str) -> None:
    since = '{"type": "string", "description": "The day with which it begins."}'
    program = f"""
        class LogTool(BaseTool):
            description = "Shows the log."
            {parameters.replace("{SINCE}", since).replace("{SINCE[1:]}", since[1:])}
    """
    assert found(program) == {("tool", "Shows the log."), ("tool", "The day with which it begins.")}


def test_pairs_of_roles_and_long_texts_are_messages_whatever_takes_them() -> None:
    program = """
        answer = Pages(pages=[
            ("system", "{rules}"),
            ("user", \"\"\"
        In which year did the mill burn down? It was the year of the flood, and nobody had seen it coming: {year}
        \"\"\".strip()),
        ])
    """
    asked = "In which year did the mill burn down? It was the year of the flood, and nobody had seen it coming: "
    assert {(role, text.strip()) for role, text in found(program)} == {("user", asked.strip())}
    words = 'answer = Pages(pages=[("system", "System message"), ("user", "User message")])'
    assert found(words) == set()


def test_what_callers_give_for_a_part_of_a_text_that_is_a_prompt_by_its_name() -> None:
    program = f"""
        def make(rules, letter):
            letter_prompt = f"These rules hold for all letters: {{rules}}. Now go on with this one: {{letter}}"
            return letter_prompt
        def prepare(letter):
            return make("{RULES}", letter)
    """
    assert ("user", RULES) in found(program)
    assert found(program.replace("letter_prompt", "letter_page")) == set()


def test_that_nothing_was_found_is_no_prompt_where_it_stands_in_one() -> None:
    program = """
        def look(words):
            return "No good article about these words was found" if not words else words
        def build_text(rows):
            summary_prompt = f"Sum up in one line what is said here: {rows}"
            return summary_prompt
        def sum_up(words):
            return build_text(look(words))
    """
    assert found(program) == {("user", "Sum up in one line what is said here: ")}


KINDS = """
    from dataclasses import dataclass
    @dataclass
    class Kind:
        name: str
        about: str
    KINDS = [
        Kind("Rude.", "A letter is rude if it calls somebody names, or shouts at the people of the office."),
        Kind("Long.", "A letter is long if it has more than three pages of text, pictures left out."),
    ]
    def build_prompt(letter):
        return build_full_prompt(letter, KINDS, "Say of which kinds this letter is: {letter} {kinds}")
    def build_full_prompt(letter, kinds, template):
        listed = "; ".join([f"{number}: {kind.about}" for number, kind in enumerate(kinds)])
        return template.format(letter=letter, kinds=listed)
"""


def test_what_is_put_into_a_template_that_callers_give_and_stands_in_objects_by_its_place() -> None:
    told = {text for _, text in found(KINDS)}
    assert "A letter is rude if it calls somebody names, or shouts at the people of the office." in told
    assert "A letter is long if it has more than three pages of text, pictures left out." in told
    assert not any("Rude" in text for text in told)


def test_objects_whose_class_has_a_constructor() -> None:
    made = KINDS.replace("        name: str\n        about: str\n", "        def __init__(self, name, about): ...\n")
    told = {text for _, text in found(made)}
    assert "A letter is long if it has more than three pages of text, pictures left out." in told
    assert not any("Rude" in text for text in told)


AGENT = """
    from langchain.agents import initialize_agent
    class Clerk:
        def __init__(self, llm):
            self.agent = initialize_agent(tools=[], llm=llm)
        def go_on(self, text):
            return self.agent.run(text)
        def answer(self, letter):
            return self.go_on(f"Everybody in the town speaks of the mill that burned down. The letter: {letter}")
"""


@pytest.mark.parametrize("program", [AGENT, AGENT.replace("langchain.agents", "house")])
def test_what_callers_give_to_whom_an_agent_is_asked_by(program: str) -> None:
    assert found(program) == {("user", "Everybody in the town speaks of the mill that burned down. The letter: ")}
    assert found(program.replace("langchain.agents", "house").replace("self.agent", "self.motor")) == set()


def test_what_is_added_to_a_prompt_piece_by_piece() -> None:
    program = """
        def build(prompt, letter):
            prompt.add_text(f"Everybody in the town speaks of the mill that burned down. The letter: {letter}")
    """
    assert found(program) == {("user", "Everybody in the town speaks of the mill that burned down. The letter: ")}
    assert found(program.replace("prompt", "page")) == set()


def test_a_file_of_prompts_of_one_version_and_a_table_in_it() -> None:
    text = "Everybody in the town speaks of the mill that burned down, and nobody knows who saw it first. Today: {day}."
    program = f"""
        MILL = "{text}"
        BY_TOWN = {{"ulm": "{text.replace("mill", "inn")}", "description": "{text.replace("mill", "barn")}"}}
    """
    project = link([facts(Source("clerk_prompts_v2.py", textwrap.dedent(program)))])
    told = sorted("".join(text.value for text in texts(prompt.template)) for prompt in project.prompts)
    assert [next(word for word in ("mill", "inn", "barn") if word in each) for each in told] == ["inn", "mill"]
    assert found(program) == set()


def test_a_prompt_by_its_keyword_that_is_a_text_of_another_file_with_values_in_it() -> None:
    program = """
        from texts import OPENING, ASPECTS
        def judge(letter, chosen, model):
            first = OPENING.replace("[LETTER]", letter)
            listed = "; ".join([f"{key}: {ASPECTS[key]}" for key in chosen])
            return model.generate(user_prompt=first.replace("[ASPECTS]", listed), temperature=0)
    """
    others = """
        OPENING = "Here is the letter: [LETTER]. These are its aspects: [ASPECTS]. Be strict about all of them."
        ASPECTS = {"Depth": "A letter that goes into it has a five.", "Tone": "A letter that is polite has a five."}
    """
    (told,) = (text for _, text in found(program, texts=others))
    assert "Be strict about all of them." in told
    assert "A letter that goes into it has a five." in told
    assert "A letter that is polite has a five." in told


def test_data_that_stands_in_a_prompt_by_its_name_and_labels_are_none() -> None:
    program = """
        def make(rules, query):
            letter_prompt = f"These rules hold for all letters: {rules}. Now go on with this one: {query}"
            return letter_prompt
        def prepare():
            return make("Clerk of the town", "There is a letter about the mill that burned down in the night.")
    """
    assert found(program) == {("user", "These rules hold for all letters: . Now go on with this one: ")}


def test_what_is_asked_beside_a_system_message_by_way_of_a_function() -> None:
    program = """
        def prepare(letter):
            send = lambda inputs, rules: ask_slowly(inputs=inputs, sys_prompt=rules, plain=True)
            return repaired(send("Say in one word to which department this letter has to go: " + letter, ""))
    """
    assert found(program) == {("user", "Say in one word to which department this letter has to go: ")}


def test_marks_of_a_chat_template_around_a_field_are_no_prompt() -> None:
    program = """
        marks = field(default_factory=lambda: ["<|begin|><|header_start|>system<|header_end|>{{SYSTEM}}<|eot|>"])
    """
    assert found(program) == set()


DRAWN = """
    import random
    RULES = ["The first of all letters is the one that has come first, whatever it says."]
    def build_prompt(number, letter):
        drawn = random.sample(RULES, number)
        listed = ""
        for at, rule in enumerate(drawn):
            listed += f"Rule {at}: {rule}; "
        return f"Say by these rules how old the letter is. {listed} {letter}"
"""


@pytest.mark.parametrize("draw", ["random.sample(RULES, number)", "random.choices(RULES, k=number)"])
def test_some_of_a_list_that_are_drawn_before_they_come_into_a_prompt(draw: str) -> None:
    told = {text for _, text in found(DRAWN.replace("random.sample(RULES, number)", draw))}
    assert "The first of all letters is the one that has come first, whatever it says." in told
