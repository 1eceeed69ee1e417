"""What functions and classes say of themselves, where a model gets it by way of services and of the project's code."""

from __future__ import annotations

import textwrap

import pytest

from promptlint.extract.python import facts
from promptlint.link import link
from promptlint.source import Source
from promptlint.template import texts


def described(files: dict[str, str]) -> set[str]:
    """The static text of every description of a tool or of its fields."""
    project = link([facts(Source(name, textwrap.dedent(text))) for name, text in files.items()])
    said = (prompt for prompt in project.prompts if prompt.role == "tool")
    return {"".join(text.value for text in texts(prompt.template)) for prompt in said}


TOOL = """
    import fastapi

    class Tool(fastapi.FastAPI):
        pass
"""
ROUTE = """
    from tool import Tool

    def build() -> Tool:
        tool = Tool("Trains", "Looks up trains")

        @tool.get("/stations")
        def stations(city: str):
            '''Lists the stations of a city.'''
            return []

        return tool
"""
PLUGIN = """
    from fastapi import FastAPI

    app = FastAPI()

    @app.get("/.well-known/ai-plugin.json", include_in_schema=False)
    def manifest():
        '''The manifest of this service.'''
        return {}

    @app.post("/stations")
    def stations(city: str):
        '''Lists the stations of a city.'''
        return []

    @app.get("/health", include_in_schema=False)
    def health():
        '''Tells whether this service is well.'''
        return {}
"""


@pytest.mark.parametrize(
    "files", [{"tool.py": TOOL, "api.py": ROUTE}, {"plugin.py": PLUGIN}], ids=["an object of tools", "a plugin"]
)
def test_routes_of_a_tool_are_described_by_their_docstrings(files: dict[str, str]) -> None:
    assert described(files) == {"Lists the stations of a city."}


def test_routes_of_other_services_are_described_to_people() -> None:
    assert described({"api.py": ROUTE.replace("Tool", "Server"), "tool.py": TOOL.replace("Tool", "Server")}) == set()
    assert described({"plugin.py": PLUGIN.replace("/ai-plugin.json", "/service.json")}) == set()


def test_a_decorator_may_write_another_docstring() -> None:
    text = ROUTE.replace(
        "        def stations", "        @with_docstring(f'Lists the stations of {CITIES}.')\n        def stations"
    )
    assert described({"tool.py": TOOL, "api.py": text}) == {"Lists the stations of ."}


FACTORY = """
    from llama_index.core.tools import FunctionTool
    from pydantic import BaseModel, Field, create_model

    def make(function, name, told, base, more):
        fields = {}
        for model in (base, more):
            fields.update({key: (info.annotation, info) for key, info in base.model_fields.items()})
        schema = create_model(f"{name}_schema", **fields)
        return FunctionTool.from_defaults(fn=function, name=name, description=told, fn_schema=schema)

    def search_tool(short, more):
        def run(query):
            '''Runs a search.'''
            return query

        class Short(BaseModel):
            '''What a short search takes.'''
            query: str = Field(description="The words to look for.")

        class Long(BaseModel):
            '''What a long search takes.'''
            query: str = Field(description="The question to look for.")

        return make(run, "search", "Searches the shop.", Short if short else Long, more)
"""
FIELDS = {"The words to look for.", "The question to look for."}


def test_the_fields_of_a_class_go_into_one_that_is_made_at_run_time() -> None:
    assert described({"app.py": FACTORY}) == {"Searches the shop.", *FIELDS}
    inherited = FACTORY.replace("**fields", "__base__=base").replace("base.model_fields", "found")
    assert described({"app.py": inherited}) == {"Searches the shop.", *FIELDS}
    assert not described({"app.py": FACTORY.replace("fn_schema=schema", "tags=schema")}) & FIELDS


LISTED = """
    from llama_index.core.tools import FunctionTool

    class Factory:
        def create(self, function, kind):
            return FunctionTool.from_defaults(fn=function, description=function.__doc__)

        def of_laws(self):
            def shorten(text: str) -> str:
                '''Shortens the text of a law.'''
                return text

            def explain(text: str) -> str:
                '''Explains the text of a law.'''
                return text

            def count(text: str) -> int:
                '''Counts the words of a law.'''
                return len(text)

            return [self.create(tool, "law") for tool in [shorten, explain]]
"""


def test_functions_within_functions_are_tools_that_a_factory_makes_one_by_one() -> None:
    said = {"Shortens the text of a law.", "Explains the text of a law."}
    assert described({"app.py": LISTED}) == said
    written = "            function.__doc__ = kind\n"
    other = LISTED.replace("            return FunctionTool", f"{written}            return FunctionTool")
    assert described({"app.py": other}) == set()


def test_a_tool_is_described_by_the_default_of_its_constructor() -> None:
    text = """
        from tools.base import Tool{base}

        class Search(Tool{base}):
            def __init__(self, name="search", description="Searches the shop, and gives back its goods."):
                super().__init__(name, description)
    """
    assert described({"app.py": text.format(base="")}) == {"Searches the shop, and gives back its goods."}
    assert described({"app.py": text.format(base="Settings")}) == set()


TOOLKIT = """
    import inspect

    class Toolkit:
        def __init__(self):
            self.tools = {}
            for name, method in inspect.getmembers(self, predicate=inspect.ismethod):
                if name.startswith("_") or hasattr(Toolkit, name):
                    continue
                self.tools[name] = method

        def prepare(self):
            '''Makes all ready.'''

        def allowed(self, name: str) -> bool:
            '''Whether a name is allowed.'''
            return name in self.tools
"""
LETTERS = """
    from kit import Toolkit

    class Letters(Toolkit):
        def prepare(self):
            '''Opens the office.'''

        @property
        def count(self):
            '''How many there are.'''
            return 3

        def sort(self, letters, by="town"):
            '''Sorts letters.'''
            return self._by(letters, by)

        def _by(self, letters, by):
            '''By a key.'''
            return sorted(letters, key=by)

    class Stamps(Letters):
        async def stamp(self, letter: str) -> str:
            '''Puts a stamp on a letter.'''
            return letter

    class Served(Toolkit):
        def __init__(self):
            self.tools = ask_server()

        def reach(self):
            '''Asks for what the server has.'''
"""
SELF = """
    class Desk:
        _blocked = ("open",)

        def sort(self, letters: list[str]) -> list[str]:
            '''Sorts letters.'''
            return sorted(letters)

        def all_tools(self):
            '''What a model may call.'''
            return [
                getattr(self, name) for name in dir(self)
                if not name.startswith("_") and name not in ("close", *self._blocked) and callable(getattr(self, name))
            ]

        def open(self):
            '''Opens the desk.'''

        def close(self):
            '''Closes the desk.'''
"""


def test_a_class_makes_tools_of_the_methods_that_those_below_add_to_its_own() -> None:
    said = {"Sorts letters.", "Puts a stamp on a letter."}
    assert described({"letters.py": LETTERS, "kit.py": TOOLKIT}) == said
    assert described({"letters.py": LETTERS, "kit.py": TOOLKIT.replace("self.tools[name] =", "last =")}) == set()


@pytest.mark.parametrize(
    ("members", "kept"),
    [
        ("inspect.getmembers(type(self), inspect.isfunction)", "self.server.add_tool(method)"),
        ("self.__class__.__dict__.items()", "self.tools.append(method) if callable(method) else None"),
        ("sorted(vars(type(self)).items())", "self.tools.update({name: method}) if callable(method) else None"),
    ],
    ids=["functions of the class", "its table", "its sorted table"],
)
def test_members_are_asked_for_and_kept_in_many_ways(members: str, kept: str) -> None:
    kit = TOOLKIT.replace("inspect.getmembers(self, predicate=inspect.ismethod)", members)
    kit = kit.replace("self.tools[name] = method", kept)
    assert "Sorts letters." in described({"letters.py": LETTERS, "kit.py": kit})


def test_a_class_makes_tools_of_its_own_methods() -> None:
    assert described({"desk.py": SELF}) == {"Sorts letters."}
    assert described({"desk.py": SELF.replace("all_tools", "all_names")}) == set()


@pytest.mark.parametrize(
    "asked",
    [
        "not name.startswith('do_')",
        "name.startswith('_') or not hasattr(method, 'is_tool')",
        "name.startswith('_') or not isinstance(method, Marked)",
        "hasattr(Toolkit, name)",
    ],
    ids=["a name", "a mark", "a class", "private ones, too"],
)
def test_members_that_are_asked_for_something_else_are_not_all_tools(asked: str) -> None:
    kit = TOOLKIT.replace('name.startswith("_") or hasattr(Toolkit, name)', asked)
    assert kit != TOOLKIT
    assert described({"letters.py": LETTERS, "kit.py": kit}) == set()


MARKED = """
    def agent_action(function):
        function.is_agent_action = True
        return function

    class Desk:
        @agent_action
        def sort(self, letters: str) -> str:
            '''Sorts letters.'''

        def close(self, hour: int) -> str:
            '''Closes the desk.'''
"""
MARKED_WITH = MARKED.replace(
    """    def agent_action(function):
        function.is_agent_action = True
        return function
""",
    """    def agent_action(risk):
        def mark(function):
            function.is_agent_action = True
            return function
        return mark
""",
).replace("@agent_action", "@agent_action('low')")
WRAPPED = MARKED.replace(
    """        function.is_agent_action = True
        return function
""",
    """        def call(*given):
            return function(*given)
        call.is_agent_action = True
        return call
""",
)
ASKING = """
    import inspect

    def instructions(desk):
        text = "You work at a desk."
        for name in dir(desk):
            member = getattr(desk, name)
            if hasattr(member, "is_agent_action"):
                text += f"def {name}{inspect.signature(member)}: {member.__doc__}"
        return text
"""


@pytest.mark.parametrize(
    ("marked", "asking", "sent"),
    [
        (MARKED, ASKING, True),
        (MARKED.replace("function.is_agent_action = True", 'setattr(function, "is_agent_action", 1)'), ASKING, True),
        (MARKED, ASKING.replace("member.__doc__", "inspect.getdoc(member)"), True),
        (MARKED, ASKING.replace("hasattr(member,", "getattr(member,").replace('action")', 'action", False)'), True),
        (MARKED, ASKING.replace("{member.__doc__}", ""), False),
        (MARKED, ASKING.replace("is_agent_action", "is_user_action"), False),
        (MARKED.replace("is_agent_action", "is_shown"), ASKING.replace("is_agent_action", "is_shown"), False),
        (MARKED.replace("is_agent_action", "is_action"), ASKING.replace("is_agent_action", "is_action"), False),
        (MARKED.replace("is_agent_action", "is_tool"), ASKING.replace("is_agent_action", "is_tool"), True),
        (MARKED_WITH, ASKING, True),
        (WRAPPED, ASKING, True),
    ],
    ids=[
        "by an attribute",
        "by setattr",
        "getdoc",
        "getattr",
        "docstrings not read",
        "another mark",
        "no tool's mark",
        "the mark of a menu",
        "the mark of a tool",
        "a decorator with arguments",
        "a function around it",
    ],
)
def test_a_mark_by_which_docstrings_are_collected_is_one_of_tools(marked: str, asking: str, sent: bool) -> None:
    assert described({"desk.py": marked, "main.py": asking}) == ({"Sorts letters."} if sent else set())


FUNCTIONS = """
    def add(a: float, b: float) -> float:
        '''Adds two numbers.'''
        return a + b

    def sort(letters):
        '''Sorts letters.'''
        return sorted(letters)
"""


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("tools = [add, sort]\nagent = team_up(model, tools, run)", {"Adds two numbers.", "Sorts letters."}),
        ("tools = [add, sort]\nprint(len(tools))\nfor each in itertools.chain(tools): each()", set()),
        ("helpers = [add, sort]\nagent = team_up(model, helpers, run)", set()),
        ("tools = [add, sort]\nteam_up(tools)", set()),
        ("import openai\ntools = [add, sort]\nteam_up(tools)", {"Adds two numbers.", "Sorts letters."}),
        ("import openai, queue\ntools = [add]\nlist(tools)\nqueue.put(tools)", set()),
        ("from offers import platform\ntools = [sort]\nplatform.create_agent(model, tools)", {"Sorts letters."}),
    ],
    ids=[
        "given by their place",
        "counted",
        "another name",
        "nothing says model",
        "a library for models",
        "Python's own functions",
        "called like a module of Python",
    ],
)
def test_a_list_that_is_called_tools_is_given_by_its_place(made: str, said: set[str]) -> None:
    code = textwrap.dedent(FUNCTIONS) + "import itertools\nfrom library import team_up\n" + made
    assert described({"desk.py": code}) == said


@pytest.mark.parametrize(
    ("imported", "beside", "parameter", "said"),
    [
        ("", "model", "tools", {"Sorts letters."}),
        ("from langchain_core.tools import tool", "board", "tools", {"Sorts letters."}),
        ("", "model", "steps", set()),
        ("", "model", "functions", set()),
        ("from click import echo", "board", "tools", set()),
    ],
)
def test_what_is_given_for_a_parameter_that_is_called_tools_is_a_tool(
    imported: str, beside: str, parameter: str, said: set[str]
) -> None:
    made = f"{imported}\ndef build({beside}, {parameter}):\n    return Desk({beside}, {parameter})\n"
    main = textwrap.dedent(FUNCTIONS) + "from desk import build\nmine = [sort]\nbuild(first, mine)\n"
    assert described({"desk.py": made, "main.py": main}) == said


SPEC = """
    from letters.base import BaseToolSpec

    class Letters(BaseToolSpec):
        '''Letters.'''

        spec_functions = ["sort", ("stamp", "astamp")]

        def sort(self, letters):
            '''Sorts letters.'''

        def stamp(self, letter):
            '''Puts a stamp on a letter.'''

        def astamp(self, letter):
            '''Puts a stamp on a letter, later.'''

        def close(self):
            '''Closes the desk.'''
"""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (SPEC, {"Sorts letters.", "Puts a stamp on a letter.", "Puts a stamp on a letter, later."}),
        (SPEC.replace('["sort", (', '["sort", "letters", ('), set()),
        (SPEC.replace("BaseToolSpec", "BaseDesk"), set()),
        (SPEC.replace("spec_functions", "abstract_fields"), set()),
        (SPEC.replace("spec_functions", "_cached_methods"), set()),
        (
            SPEC.replace("spec_functions", '_cached = ["close"]\n        spec_functions'),
            {"Sorts letters.", "Puts a stamp on a letter.", "Puts a stamp on a letter, later."},
        ),
    ],
    ids=[
        "methods",
        "something else beside them",
        "no class of tools",
        "fields",
        "kept",
        "behind another list",
    ],
)
def test_a_class_of_tools_lists_its_methods_by_name(code: str, said: set[str]) -> None:
    assert described({"letters.py": code}) == said


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("TOOLS = [end_schema]", {"Ends the call."}),
        ("TOOLS = [Schema(name='end', description='Ends it.', parameters={}, handler=end)]", set()),
        ("TOOLS = [Schema(name='end', description='Ends it.', handler=end)]", {"Winds the pipeline down."}),
        ("TOOLS = [Schema(name='end', description=None, parameters={}, handler=end)]", {"Winds the pipeline down."}),
        ("TOOLS = [Schema(name='end', handler=end)]", {"Winds the pipeline down."}),
        ("TOOLS = [Schema(description=end.__doc__, parameters={}, handler=end)]", {"Winds the pipeline down."}),
        ("TOOLS = [end]", {"Winds the pipeline down."}),
    ],
)
@pytest.mark.parametrize("inside", [False, True])
def test_what_stands_beside_a_description_is_not_described_by_its_docstring(
    made: str, said: set[str], inside: bool
) -> None:
    code = textwrap.dedent(f"""
        from helpers import Agent, Schema
        from pipecat.adapters.schemas.function_schema import FunctionSchema

        async def end(params):
            '''Winds the pipeline down.'''

        end_schema = FunctionSchema(name="end", description="Ends the call.", properties={{}}, handler=end)
        {made}
    """)
    code += "def run():\n    " * inside + "agent = Agent(model='m', tools=TOOLS)\n"
    # The catalogue knows this schema wherever it stands.
    assert described({"m.py": code}) == said | {"Ends the call."}


def test_a_decorator_that_is_given_the_description_by_its_place() -> None:
    program = """
        import mcp
        from claude_agent_sdk import create_sdk_mcp_server, tool

        @tool("find", "Finds the letters of a desk", {"desk": str})
        async def find(args):
            '''Look into the drawers.

            Args:
                args: what came with the call
            '''

        @tool(name="count", description="Counts the letters of a day", input_schema={})
        async def count(args):
            '''Go through the drawers.'''

        server = create_sdk_mcp_server("desk", tools=[find, count])
    """
    assert described({"app.py": program}) == {"Finds the letters of a desk", "Counts the letters of a day"}


@pytest.mark.parametrize(
    ("base", "said"),
    [
        ("langroid.ToolMessage", {"The owner", "What is shipped", "Ships that are due", "Where it is painted"}),
        # What else has such fields may be settings.
        ("langroid.Settings", set()),
    ],
)
def test_classes_that_the_fields_of_a_tool_are_annotated_with(base: str, said: set[str]) -> None:
    code = f"""
        import langroid
        from pydantic import BaseModel, Field

        class Mark(BaseModel):
            place: str = Field(description="Where it is painted")

        class Ship(BaseModel):
            owner: str = Field(description="The owner")
            marks: list[Mark] = []
            cargo: str = Field(description="What is shipped")

        class Due({base}):
            ships: list[Ship] = Field(description="Ships that are due")
    """
    assert described({"a.py": code}) == said


@pytest.mark.parametrize("keyword", ["structured_model", "response_model", "output_type"])
def test_the_class_that_an_answer_must_have_the_form_of(keyword: str) -> None:
    code = f"""
        from pydantic import BaseModel, Field

        class Ship(BaseModel):
            owner: str = Field(description="Who owns the ship")

        async def ask(agent, letter):
            return await agent(letter, {keyword}=Ship)
    """
    assert described({"a.py": code}) == {"Who owns the ship"}


HANDED = """
    from google.adk.tools import FunctionTool

    async def recall(query: str):
        '''Looks up what the visitor has said before.'''

    class RecallTool(FunctionTool):
        def __init__(self):
            super().__init__(recall)
"""


def test_a_function_that_a_class_hands_to_its_base_class_is_the_tool() -> None:
    assert described({"app.py": HANDED}) == {"Looks up what the visitor has said before."}
    assert not described({"app.py": HANDED.replace("(FunctionTool)", "(Widget)")})
    assert not described({"app.py": HANDED.replace("super().", "other.")})
    assert not described({"app.py": HANDED.replace("(FunctionTool)", "(Keeping, FunctionTool)")})
    assert not described({"app.py": HANDED.replace("(recall)", "(func=recall, declaration=RECALL)")})
