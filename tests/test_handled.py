"""Messages and descriptions that nothing sends to a model: they are looked at, shown, stored or listed for people."""

from __future__ import annotations

import ast
import textwrap

import pytest
from timing import within

from promptlint.extract.audience import only_shown
from promptlint.extract.handled import only_handled
from promptlint.extract.python import facts
from promptlint.link import link
from promptlint.source import Source
from promptlint.template import texts


def project_of(**files: str) -> list[str]:
    project = link([facts(Source(f"{name}.py", textwrap.dedent(text))) for name, text in files.items()])
    return ["".join(text.value for text in texts(prompt.template)) for prompt in project.prompts]


def texts_of(program: str) -> list[str]:
    return project_of(app=program)


LETTERS = '[{"role": "system", "content": "You sort letters."}, {"role": "user", "content": "Dear council, hello"}]'


@pytest.mark.parametrize(
    ("body", "handled"),
    [
        ("prompt = tokenizer.apply_chat_template(letters)\nassert isinstance(prompt, str)", True),
        ("print(len(letters), count_tokens(letters))", True),
        ("letters.append({})\nfor letter in letters:\n    print(letter['role'])", True),
        ("shorter = trimmer.trim(letters)\nprint(f'{shorter.tokens} are left')", True),
        ("formatted = await formatter.format(letters)\nprint(json.dumps(formatted))", True),
        # What comes back is shown, what was sent is not.
        ("answer = client.chat(letters)\nprint(answer)", False),
        ("text = tokenizer.apply_chat_template(letters)\nanswer = model.generate(text)\nprint(answer)", False),
        ("agent.print_response(letters)", False),
        ("for part in llm.stream(letters):\n    print(part)", False),
        ("print(letters)\nreturn letters", False),
        ("print(letters)\nself.letters = letters", False),
        ("print(letters)\nyield {'messages': letters}", False),
        ("global letters\nprint(letters)", False),
        ("letters.append({})", False),
        ("answer = requests.get(url, json={'messages': letters})\nprint(answer)", False),
        ("print(letters[0].get('content'))", True),
    ],
)
def test_messages_that_a_function_only_looks_at(body: str, handled: bool) -> None:
    program = f"async def f(self):\n    letters = {LETTERS}\n" + textwrap.indent(body, "    ")
    tree = ast.parse(program)
    function = tree.body[0]
    assert isinstance(function, ast.AsyncFunctionDef)
    places = only_handled(function.body, lambda node: (getattr(node, "lineno", 0), 0), lambda name: name)
    assert (len(places) > 1) is handled


def layers(first: str, made: str, count: int = 5, deep: int = 11) -> str:
    """Names that are each made of all those of the layer before."""
    rows = [f"a0_{n} = {first}" for n in range(count)]
    for layer in range(1, deep):
        of = ", ".join(f"a{layer - 1}_{n}" for n in range(count))
        rows += [f"a{layer}_{n} = {made.format(of)}" for n in range(count)]
    return "\n".join((*rows, *(f"print(a{deep - 1}_{n})" for n in range(count))))


def test_names_that_are_made_of_many_others_are_looked_at_once_each() -> None:
    def look() -> None:
        # More than a chain of some names deep, too.
        body = ast.parse(layers(LETTERS, "list([{}])", deep=30)).body
        assert len(only_handled(body, lambda node: (getattr(node, "lineno", 0), 0), lambda name: name)) == 10
        assert only_shown(ast.parse(layers(repr("Sort"), "' '.join([{}])")).body, {"a0_0"}, str) == {"a0_0"}

    within(1, look)


def test_messages_of_a_class_are_read_from_its_objects() -> None:
    program = ast.parse("class A:\n    letters = [{}]\ndef f(letters):\n    print(letters)")
    assert only_handled(program.body, lambda node: (0, 0), lambda name: name) == []


def test_a_conversation_that_is_only_counted_is_no_prompt() -> None:
    program = f"def main():\n    letters = {LETTERS}\n    print(estimate_tokens(letters))\n"
    assert texts_of(program) == []
    assert texts_of(program + "    answer = ask(letters)\n") == ["You sort letters.", "Dear council, hello"]
    assert texts_of(f"letters = {LETTERS}\nfor letter in letters:\n    print(letter['content'])\n") == []
    # Others import what has a name in capitals.
    assert len(texts_of(f"LETTERS = {LETTERS}\nprint(LETTERS)\n")) == 2


def test_what_a_web_service_sends_its_page_is_no_prompt() -> None:
    line = 'await socket.send_json({"role": "system", "content": "Sorting was cancelled by the clerk."})'
    program = f"async def cancel(socket):\n    {line}\n"
    assert texts_of("import fastapi\n" + program) == []
    assert texts_of("import websockets\n" + program) == ["Sorting was cancelled by the clerk."]


def test_messages_of_what_is_built_for_a_user_interface_are_shown() -> None:
    program = """
        from {} import ChatMessage
        history = [ChatMessage(role="user", content="Sort this letter"), ChatMessage(role="assistant", content="Done")]
        show(history)
    """
    assert texts_of(program.format("gradio_letters")) == []
    assert len(texts_of(program.format("letters"))) == 2


CATALOGUE = """
    from dataclasses import dataclass
    @dataclass
    class ToolMetadata:
        name: str
        description: str
    TOOLS = [ToolMetadata(name="sort", description="Sort the letters of the council by department")]
"""
PAGE = """
    from fastapi import APIRouter
    from tools import TOOLS
    router = APIRouter()
    @router.get("/tools")
    def tools():
        return [tool.description for tool in TOOLS]
"""


def test_tools_that_only_a_page_lists_are_no_prompts() -> None:
    assert project_of(tools=CATALOGUE, page=PAGE) == []
    described = ["Sort the letters of the council by department"]
    assert project_of(tools=CATALOGUE) == described
    assert project_of(tools=CATALOGUE, page=PAGE, agent="from tools import TOOLS\nrun(TOOLS)") == described
    # A page may lead to an agent.
    helper = PAGE + "    def run(query):\n        return choose(query, TOOLS)\n"
    assert project_of(tools=CATALOGUE, page=helper) == described
    assert project_of(tools=CATALOGUE + "    def find(): return TOOLS[0]\n", page=PAGE) == described


FORMS = """
    from pydantic import BaseModel, Field
    class Search(BaseModel):
        department: str = Field(description="The department whose letters are wanted")
    class Found(BaseModel):
        letters: list[str] = Field(description="The letters that were found, the newest first")
"""


def test_of_a_tool_the_form_of_its_result_is_not_sent() -> None:
    takes, gives = "The department whose letters are wanted", "The letters that were found, the newest first"
    tool = "from forms import Found, Search\ntool = Capability(name='find', {}args_schema=Search, output_schema=Found)"
    assert project_of(forms=FORMS, tool=tool.format("")) == [takes]
    # An agent answers in it.
    assert project_of(forms=FORMS, tool=tool.format("model='gpt-5.2', ")) == [takes, gives]
    graph = "from forms import Found, Search\ngraph = StateGraph(State, output_schema=Found)"
    assert project_of(forms=FORMS, graph=graph) == []
    alone = "from forms import Found, Search\nask(output_schema=Found)"
    assert project_of(forms=FORMS, alone=alone) == [gives]


def test_a_tool_takes_what_the_schema_of_a_class_says() -> None:
    takes = "The department whose letters are wanted"
    for keyword in ("params_json_schema", "parameters_json_schema"):
        tool = f"from forms import Search\ntool = Tool(name='find', {keyword}=Search.model_json_schema())"
        assert project_of(forms=FORMS, tool=tool) == [takes]
    assert project_of(forms=FORMS, tool=tool.replace(keyword, "path")) == []


def test_schemas_that_a_web_api_lists_are_asked_for_by_people() -> None:
    given = "from forms import Search\nregister(input_schema=Search)"
    takes = ["The department whose letters are wanted"]
    asks = "def forms(tools):\n    return [tool.input_schema.model_json_schema() for tool in tools]\n"
    assert project_of(forms=FORMS, given=given, asks=asks) == takes
    assert project_of(forms=FORMS, given=given, asks="import fastapi\n" + asks) == []
    # The tool itself is made with it.
    made = "def make(tool):\n    return StructuredTool.from_function(tool.run, args_schema=tool.input_schema)\n"
    assert project_of(forms=FORMS, given=given, asks="import fastapi\n" + asks, made=made) == takes


def test_objects_that_a_tool_works_with_have_no_schema() -> None:
    program = """
        from abc import ABC
        from pydantic import BaseModel, Field
        class Archive(ABC):
            pass
        class Cellar(Archive):
            \"\"\"Holds the letters of former years, shelf by shelf.\"\"\"
            shelves: int
        class Shelf(BaseModel):
            \"\"\"A shelf with letters of one year.\"\"\"
            year: int
        class Find(BaseModel):
            \"\"\"Finds a letter of a former year.\"\"\"
            _archive: Shelf
            place: {}
        ask(model="gpt-5.2", messages=[], response_format=Find)
    """
    found = ["Finds a letter of a former year."]
    assert texts_of(program.format("Cellar")) == found
    assert texts_of(program.format("Shelf")) == ["A shelf with letters of one year.", *found]


def test_what_asks_a_person_is_known_where_its_module_is_given_attributes() -> None:
    program = """
        import streamlit as st
        st.session_state.messages = []
        if prompt := st.chat_input("Ask me anything about the letters"):
            st.session_state.messages.append({"role": "user", "content": prompt})
    """
    assert texts_of(program) == []


def test_events_for_a_page_are_no_messages() -> None:
    program = 'def wait(tell):\n    tell({{"type": "{}", "role": "system", "content": "All letters are sorted."}})\n'
    assert texts_of(program.format("waiting_input")) == []
    assert texts_of(program.format("message")) == ["All letters are sorted."]


def test_what_a_tool_is_configured_with_is_not_sent() -> None:
    program = """
        from pydantic import BaseModel, Field
        class {0}(BaseModel):
            department: str = Field(description="The department whose letters are wanted")
        class Search(Tool[{0}]):
            pass
    """
    assert texts_of(program.format("SearchArguments")) == ["The department whose letters are wanted"]
    assert texts_of(program.format("SearchConfig")) == []


def test_messages_that_a_memory_keeps_are_stored() -> None:
    program = 'from {} import Message\nclient.add(messages=[Message(role="user", content="I sort letters all day")])\n'
    assert texts_of(program.format("zep_cloud")) == []
    assert texts_of(program.format("letters")) == ["I sort letters all day"]


def test_what_semantic_kernel_passes_to_a_tool_is_not_described_to_the_model() -> None:
    program = """
        from typing import Annotated
        from semantic_kernel.functions import kernel_function
        class Sorting:
            @kernel_function(description="Sort the letters of a department")
            def sort(self, department: Annotated[str, "The department"], kernel: Annotated[{}, "The kernel"]) -> str:
                return ""
    """
    described = ["Sort the letters of a department", "The department"]
    assert texts_of(program.format("Kernel")) == texts_of(program.format("'Kernel'")) == described


CLERK = 'from strands import Agent\nclerk = Agent(system_prompt="You sort.", description="Sorts the letters.")\n'
LIST = "Sorts the letters."


@pytest.mark.parametrize(
    ("use", "told"),
    [
        ('clerk("Sort them")', False),
        ("from strands.multiagent import GraphBuilder\nGraphBuilder().add_node(clerk)", False),
        ("from strands.multiagent import Swarm\nSwarm([clerk])", True),
        ("def kind(team: Swarm) -> None:\n    team.run()", False),
        ('head = Agent(system_prompt="You lead.", tools=[clerk])', True),
        ('head = Agent(system_prompt="You lead.", tools=[clerk.as_tool()])', True),
        ('head = Agent(system_prompt="You lead.", tools=[find])', False),
    ],
)
def test_what_an_agent_says_of_itself_is_sent_where_others_are_told(use: str, told: bool) -> None:
    assert (LIST in texts_of(f"{CLERK}{use}\n")) is told


def test_what_agents_of_other_files_say_of_themselves() -> None:
    desk = textwrap.dedent(
        """
        from strands import Agent

        def build(name, about):
            return Agent(name=name, description=about)

        def make_clerk():
            return build("clerk", "Sorts the letters.")

        def make_porter():
            return build("porter", "Carries the letters.")
        """
    )
    team = "from desk import make_clerk\nfrom strands.multiagent import Swarm\nteam = Swarm(nodes=[make_clerk()])\n"
    graph = "from desk import make_porter\nporter = make_porter()\nporter('Carry this')\n"
    app = "import team\nimport graph\n"
    found = project_of(desk=desk, team=team, graph=graph, app=app)
    assert LIST in found
    assert "Carries the letters." not in found


@pytest.mark.parametrize(("team", "told"), [("RoundRobinGroupChat", False), ("SelectorGroupChat", True)])
def test_what_members_of_a_team_say_of_themselves(team: str, told: bool) -> None:
    program = f"""
        from autogen_agentchat.agents import AssistantAgent
        from autogen_agentchat.teams import {team}
        clerk = AssistantAgent("clerk", model_client=c, system_message="You sort.", description="Sorts the letters.")
        team = {team}([clerk])
    """
    assert (LIST in texts_of(program)) is told


@pytest.mark.parametrize("made", ["Team([clerk])", "KINDS[kind]([clerk])", "main()"])
def test_teams_of_another_name_are_told_of_their_members(made: str) -> None:
    desk = textwrap.dedent(
        f"""
        from autogen_agentchat.agents import AssistantAgent
        from autogen_agentchat.teams import SelectorGroupChat

        class Team(SelectorGroupChat):
            pass

        KINDS = {{"selector": SelectorGroupChat}}

        def main():
            clerk = AssistantAgent("clerk", model_client=c, description="Sorts the letters.")
            {made}
        """
    )
    # A function of the same name is called elsewhere.
    assert LIST in project_of(desk=desk, other="def main():\n    print(1)\n\nmain()\n")
