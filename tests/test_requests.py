"""What one call sends: provider, model, parts in order, tools, markers, and what of it is not known."""

from __future__ import annotations

import textwrap

import pytest
from timing import seconds, within

from promptlint.extract.python import facts
from promptlint.link import Linker, link
from promptlint.prompt import Request
from promptlint.requests import request
from promptlint.source import Source
from promptlint.template import Choice, Hole, Repeat, Span, Template, Text, Volatility


def requests_of(*texts: str, **files: str) -> list[Request]:
    """The requests that the calls of a project send; a lone text is `app.py`."""
    named = {"app.py": "\n".join(textwrap.dedent(text) for text in texts)} if texts else {}
    named |= {f"{name}.py": textwrap.dedent(text) for name, text in files.items()}
    project = link([facts(Source(name, text)) for name, text in named.items()])
    return [each for each in project.requests if each.api]


def shown(template: Template) -> str:
    """A template with its values in braces and its loops in brackets."""
    parts = []
    for part in template:
        match part:
            case Text():
                parts.append(part.value)
            case Hole():
                parts.append(f"{{{part.expression}}}")
            case Repeat():
                parts.append(f"[{shown(part.body)}]")
            case _:
                parts.append("?")
    return "".join(parts)


def parts(request: Request) -> list[tuple[str, str]]:
    return [(prompt.role, shown(prompt.template)) for prompt in request.prompts]


CHAT = 'client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": "Name a plant."}])\n'


@pytest.mark.parametrize(
    ("code", "provider", "model"),
    [
        (f"from openai import OpenAI\nclient = OpenAI()\n{CHAT}", "openai", "gpt-5"),
        (f"from openai import AsyncAzureOpenAI as A\nclient = A()\n{CHAT}", "azure", "gpt-5"),
        (f"import openai\nclient = openai.OpenAI(base_url='https://api.deepseek.com/v1')\n{CHAT}", "deepseek", "gpt-5"),
        (f"import openai\nclient = openai.OpenAI(base_url=URL)\n{CHAT}", "", "gpt-5"),
        (f"import openai\nclient = openai.OpenAI(base_url=None)\n{CHAT}", "openai", "gpt-5"),
        (f"import openai\nclient = openai.OpenAI(base_url='http://localhost:8000/v1')\n{CHAT}", "", "gpt-5"),
        (f"import openai, instructor\nclient = instructor.patch(openai.AzureOpenAI())\n{CHAT}", "azure", "gpt-5"),
        (f"import instructor\nclient = instructor.from_provider('groq/llama-3')\n{CHAT}", "groq", "gpt-5"),
        (
            'from anthropic import Anthropic, AnthropicBedrock\nclient = AnthropicBedrock() if aws else None\n'
            'client.messages.create(model="claude", system="You know plants.", messages=[])',
            "bedrock",
            "claude",
        ),
        (
            "from google import genai\nclient = genai.Client(vertexai=True)\n"
            'client.models.generate_content(model="gemini-2.5-pro", contents="Name a plant.")',
            "vertex-ai",
            "gemini-2.5-pro",
        ),
        ('import litellm\nlitellm.completion("azure/gpt-5", [{"role": "user", "content": "Hi there"}])', "azure", None),
        (
            'import litellm\nlitellm.completion(f"anthropic/{name}", [{"role": "user", "content": "Hi there"}])',
            "anthropic",
            "",
        ),
    ],
)
def test_provider(code: str, provider: str, model: str | None) -> None:
    [found] = requests_of(code)
    assert found.provider == provider
    assert found.model == (model if model is not None else "azure/gpt-5")
    assert ("provider" in {each.slot for each in found.unresolved}) == (provider == "")
    assert found.complete == (not found.unresolved)


@pytest.mark.parametrize(
    ("code", "model"),
    [
        ("MODEL = 'gpt-5'\ndef f(q):\n    return ask(MODEL, q)", "gpt-5"),
        ("def f(q, model='gpt-5'):\n    return ask(model, q)", "gpt-5"),
        ("def f(q, model=None):\n    model = model or 'gpt-5'\n    return ask(model, q)", "gpt-5"),
        ("def f(q, model):\n    return ask(model, q)", ""),
        ("import os\ndef f(q):\n    return ask(os.getenv('MODEL', 'gpt-5'), q)", "gpt-5"),
        ("import os\ndef f(q):\n    return ask(os.environ.get('MODEL', 'gpt-5'), q)", "gpt-5"),
        ("class S:\n    model: str = 'gpt-5'\nsettings = S()\ndef f(q):\n    return ask(settings.model, q)", "gpt-5"),
        ("class A:\n    model = 'gpt-5'\n    def f(self, q):\n        return ask(self.model, q)", "gpt-5"),
        (
            "class A:\n    def __init__(self, model='gpt-5'):\n        self.model = model\n"
            "    def f(self, q):\n        return ask(self.model, q)",
            "gpt-5",
        ),
        ("def f(q, big):\n    return ask('gpt-5' if big else 'gpt-5-mini', q)", ""),
    ],
)
def test_model(code: str, model: str) -> None:
    call = 'client.chat.completions.create(model={0}, messages=[{{"role": "user", "content": f"Name it: {{q}}"}}])'
    head, _, rest = code.partition("ask(")
    given = rest.rpartition(", q)")[0]
    [found] = requests_of("import openai\n" + head + call.format(given))
    assert (found.model, found.name.rpartition(".")[2]) == (model, "f")
    sure = code.startswith(("MODEL", "class S", "class A:\n    model"))
    assert [each.slot for each in found.unresolved] == ([] if sure else ["model"])
    assert [each.default for each in found.unresolved] == ([] if sure else [model])


def test_messages_built_in_steps() -> None:
    [found] = requests_of(
        """
        def ask(question, history, model="gpt-5"):
            messages = [{"role": "system", "content": "You know plants."}]
            messages.extend(history)
            messages.append({"role": "user", "content": question})
            messages.insert(1, {"role": "user", "content": "An example."})
            messages += [{"role": "assistant", "content": "Well."}]
            return client.chat.completions.create(model=model, messages=[*messages, {"role": "user", "content": "Go."}])
        """
    )
    assert parts(found) == [
        ("system", "You know plants."),
        ("user", "An example."),
        ("unknown", "[{history}]"),
        ("user", "{question}"),
        ("assistant", "Well."),
        ("user", "Go."),
    ]
    assert found.whole


def test_a_list_that_is_not_known_is_said_to_be() -> None:
    [found] = requests_of(
        """
        def ask(messages):
            return client.messages.create(model="claude", system="You know plants.", messages=messages, **options)
        """
    )
    assert parts(found) == [("system", "You know plants."), ("unknown", "{messages}")]
    assert [(each.slot, each.expression) for each in found.unresolved] == [
        ("messages", "messages"),
        ("arguments", "options"),
    ]
    assert not found.complete


TOOLS = '''
def find(name: str, count: int = 3) -> str:
    """Find a plant by its name."""
    return name

SCHEMA = {"name": "water", "description": "Water a plant.", "cache_control": {"type": "ephemeral"},
          "input_schema": {"type": "object", "properties": {"plant": {"type": "string", "description": "which one"}}}}
'''


def test_tools_stand_in_front() -> None:
    [found] = requests_of(
        TOOLS,
        """
        def ask(q):
            return client.messages.create(
                model="claude", system="You know plants.", messages=[{"role": "user", "content": q}],
                tools=[find, SCHEMA, other],
            )
        """,
    )
    assert parts(found) == [
        ("tool", "Find a plant by its name."),
        ("tool", "Water a plant.\nwhich one"),
        ("system", "You know plants."),
        ("user", "{q}"),
    ]
    assert [prompt.name for prompt in found.prompts[:2]] == ["find", "water"]
    assert (found.tools, found.markers) == (2, (1,))
    assert [(each.slot, each.expression) for each in found.unresolved] == [("tools", "other")]


def test_google_reads_the_system_first() -> None:
    [found] = requests_of(
        TOOLS,
        """
        from google import genai
        from google.genai import types
        def ask(q):
            return genai.Client().models.generate_content(
                model="gemini-2.5-pro", contents=["Name the plant:", q],
                config=types.GenerateContentConfig(system_instruction="You know plants.", tools=[find]),
            )
        """,
    )
    assert parts(found) == [
        ("system", "You know plants."),
        ("tool", "Find a plant by its name."),
        ("user", "Name the plant:{q}"),
    ]
    assert (found.provider, found.api, found.complete) == ("gemini", "generate", True)


def test_markers() -> None:
    [system, message, point, whole] = requests_of(
        """
        E = {"type": "ephemeral"}
        ONE = [{"role": "user", "content": "Hello."}]
        def a():
            client.messages.create(model="claude", messages=ONE, system=[
                {"type": "text", "text": "You know plants.", "cache_control": E},
                {"type": "text", "text": "Be brief."}])
        def b(q):
            client.messages.create(model="claude", messages=[{"role": "user", "content": [
                {"type": "text", "text": "A list.", "cache_control": E}, {"type": "text", "text": q}]}])
        import boto3
        def c(q):
            client.converse(modelId="claude",
                            system=[{"text": "You know plants."}, {"cachePoint": {"type": "default"}}],
                            messages=[{"role": "user", "content": [{"text": q}]}])
        def d(q):
            client.messages.create(model="claude", system="You know plants.", messages=ONE, cache_control=E)
        """
    )
    assert (parts(system), system.markers) == (
        [("system", "You know plants."), ("system", "Be brief."), ("user", "Hello.")],
        (0,),
    )
    assert (parts(message), message.markers) == ([("user", "A list."), ("user", "{q}")], (0,))
    assert (parts(point), point.markers) == ([("system", "You know plants."), ("user", "{q}")], (0,))
    assert whole.markers == (1,)


LANGCHAIN = '''
from langchain_openai import ChatOpenAI
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_core.tools import tool
from langgraph.prebuilt import create_react_agent

llm = ChatOpenAI(model="gpt-4o")
PROMPT = ChatPromptTemplate.from_messages([
    ("system", "You sort {kind}."), MessagesPlaceholder("history"), ("human", "{letter}")])

@tool
def find(name: str) -> str:
    """Find a letter."""
    return ""
'''


def test_langchain() -> None:
    [chain, bound, agent] = requests_of(
        LANGCHAIN,
        """
        def run(letter):
            return (PROMPT | llm | str).invoke(letter)
        def tools(letter):
            return (ChatPromptTemplate.from_template("Answer {q}") | llm.bind_tools([find])).invoke(letter)
        def make():
            return create_react_agent(llm, [find], prompt="You are a clerk.")
        """,
    )
    assert parts(chain) == [("system", "You sort {kind}."), ("unknown", "[{history}]"), ("user", "{letter}")]
    assert parts(bound) == [("tool", "Find a letter."), ("user", "Answer {q}")]
    assert parts(agent) == [("tool", "Find a letter."), ("system", "You are a clerk.")]
    for found in (chain, bound, agent):
        assert (found.provider, found.model) == ("openai", "gpt-4o")
    assert chain.complete and bound.complete
    # What the agent is asked is said where it is run.
    assert [each.slot for each in agent.unresolved] == ["messages"] and not agent.complete


def test_messages_as_pairs_and_fields_filled_later() -> None:
    [chain, pairs, unknown] = requests_of(
        LANGCHAIN,
        """
        def run(letter, llm):
            prompt = ChatPromptTemplate.from_messages([("system", "Sort {kind} {more}.")]).partial(kind="letters")
            return (prompt.partial(more="and parcels") | llm).invoke(letter)
        """,
        """
        def ask(q):
            return llm.invoke([("system", "You are terse."), ("human", q)])
        def other(self, q):
            return self.fast_llm.invoke(f"Answer {q}")
        """,
    )
    assert parts(chain) == [("system", "Sort letters and parcels.")]
    assert parts(pairs) == [("system", "You are terse."), ("user", "{q}")]
    assert (parts(unknown), unknown.provider, unknown.model) == ([("user", "Answer {q}")], "", "")
    assert [(each.slot, each.expression) for each in unknown.unresolved] == [("model", "self.fast_llm")]


def test_an_agent_that_is_run_sends_one_request() -> None:
    [run, idle] = requests_of(
        agents='''
        from pydantic_ai import Agent
        def look(city: str) -> str:
            """Look up the weather."""
            return ""
        clerk = Agent("openai:gpt-5", system_prompt="You tell the weather.", tools=[look])
        idle = Agent("anthropic:claude-sonnet-4-5", instructions="You tell the time.")
        ''',
        app="""
        import pydantic_ai
        from agents import clerk as agent
        async def ask(city):
            return await agent.run(f"How is it in {city}?")
        """,
    )
    by_name = {found.model: found for found in (run, idle)}
    assert parts(by_name["anthropic:claude-sonnet-4-5"]) == [("system", "You tell the time.")]
    assert {found.provider for found in (run, idle)} == {"openai", "anthropic"}
    # Where it is made nothing is sent yet.
    assert not any(found.once for found in (run, idle))
    assert parts(by_name["openai:gpt-5"]) == [
        ("tool", "Look up the weather."),
        ("system", "You tell the weather."),
        ("user", "How is it in {city}?"),
    ]
    assert by_name["openai:gpt-5"].complete


def test_agents_of_openai_and_crewai() -> None:
    [clerk] = requests_of(
        '''
        from agents import Agent, Runner, function_tool
        @function_tool
        def price(item: str) -> str:
            """The price of an item."""
            return ""
        clerk = Agent(name="clerk", instructions="You sell tools.", model="gpt-5-mini", tools=[price])
        async def go(text):
            return await Runner.run(clerk, text)
        '''
    )
    assert (clerk.provider, clerk.model, clerk.name) == ("openai", "gpt-5-mini", "go")
    assert parts(clerk) == [("tool", "The price of an item."), ("system", "You sell tools."), ("user", "{text}")]
    [task] = requests_of(
        """
        from crewai import Agent, Task, LLM
        llm = LLM(model="anthropic/claude-3-5-sonnet")
        a = Agent(role="Gardener", goal="Grow {plant}", backstory="You grow plants.", llm=llm)
        t = Task(description="Water the {plant}.", expected_output="A report.", agent=a)
        """
    )
    assert (task.provider, task.model) == ("anthropic", "anthropic/claude-3-5-sonnet")
    assert parts(task) == [
        ("system", "Gardener"),
        ("system", "You grow plants."),
        ("system", "Grow {plant}"),
        ("user", "Water the {plant}."),
        ("user", "A report."),
    ]


def test_a_shared_text_is_listed_once_and_sent_twice() -> None:
    code = """
    SYSTEM = "You know all plants of the garden."
    def a(q):
        return client.responses.create(model="gpt-5", instructions=SYSTEM, input=f"Name {q}")
    def b(q):
        return client.responses.create(model="gpt-5", instructions=SYSTEM, input=f"Draw {q}")
    """
    project = link([facts(Source("app.py", textwrap.dedent(code)))])
    assert [parts(found)[0] for found in project.requests] == [("system", "You know all plants of the garden.")] * 2
    assert [prompt.role for prompt in project.prompts] == ["system", "user", "user"]


def test_parameters_are_bound_to_a_call_site() -> None:
    code = """
    def ask(system, question, model="gpt-5"):
        return client.chat.completions.create(
            model=model, messages=[{"role": "system", "content": system}, {"role": "user", "content": question}])
    """
    read = facts(Source("app.py", textwrap.dedent(code)))
    [call] = read.calls
    text = Text("You know plants.", Span("app.py", 0, 0), False)
    value = Hole("letter", Span("app.py", 0, 0), Volatility.REQUEST)
    found = request(call, read, Linker([read]), {"system": (text,), "question": (value,)})
    assert found is not None
    assert (found.model, found.name, found.complete) == ("gpt-5", "ask", True)
    assert parts(found) == [("system", "You know plants."), ("user", "{letter}")]


def test_clients_of_clients_end() -> None:
    code = "import openai\nfrom langsmith import wrap_openai\nclient = openai.OpenAI()\n"
    code += "client = wrap_openai(client)\n" * 50
    [found] = requests_of(code + CHAT)
    assert found.model == "gpt-5"


def test_a_message_whose_content_comes_later_keeps_its_role() -> None:
    [found] = requests_of(
        """
        def ask(question):
            first = {"role": "system"}
            first["content"] = "You know plants."
            second = {"role": "user", "content": question}
            return client.chat.completions.create(model="gpt-5.2", messages=[first, second])
        """
    )
    assert parts(found) == [("system", "You know plants."), ("user", "{question}")]


def test_an_object_that_is_not_known_may_be_the_model_of_anybody() -> None:
    [named, given] = requests_of(
        """
        from google.adk.agents import LlmAgent
        from somewhere import Claude
        one = LlmAgent(name="a", model="gemini-2.5-flash", instruction="You know plants and their names.")
        two = LlmAgent(name="b", model=Claude(model="x"), instruction="You know birds and their names.")
        """
    )
    assert (named.provider, named.model) == ("gemini", "gemini-2.5-flash")
    assert (given.provider, given.model) == ("", "")


BASE = """
from openai import OpenAI
import copy
client = OpenAI()
BASE = [{"role": "system", "content": "You are a gardener."}]
def build():
    return [{"role": "system", "content": "You are a gardener."}]
def run(question, history):
"""
SEND = '    return client.chat.completions.create(model="gpt-5", messages=messages)\n'
SYSTEM, USER = ("system", "You are a gardener."), ("user", "Name a plant.")


@pytest.mark.parametrize(
    "source", ["list(BASE)", "BASE.copy()", "copy.deepcopy(BASE)", "BASE[:]", "build()", "[*BASE]"]
)
@pytest.mark.parametrize(
    "grown",
    [
        'messages.append({"role": "user", "content": "Name a plant."})',
        'messages.extend([{"role": "user", "content": "Name a plant."}])',
        'messages.insert(1, {"role": "user", "content": "Name a plant."})',
        'messages += [{"role": "user", "content": "Name a plant."}]',
    ],
)
def test_lists_known_by_name_grow(source: str, grown: str) -> None:
    (found,) = requests_of(f"{BASE}    messages = {source}\n    {grown}\n{SEND}")
    if "insert" in grown and source != "[*BASE]":
        # How long the list was is not known where it is written.
        assert sorted(parts(found)) == [SYSTEM, USER]
    elif "insert" not in grown:
        assert parts(found) == [SYSTEM, USER] and found.complete


def test_lists_of_which_something_is_not_known() -> None:
    last = '{"role": "user", "content": "Go on."}'
    (history,) = requests_of(f"{BASE}    messages = list(history)\n    messages.append({last})\n{SEND}")
    assert parts(history) == [("unknown", "[{list(history)}]"), ("user", "Go on.")]
    (other,) = requests_of(f"{BASE}    messages = elsewhere() + [{last}]\n{SEND}")
    assert [each.expression for each in other.unresolved] == ["elsewhere()"]


@pytest.mark.parametrize("grown", ["messages + [NEXT]", "[*messages, NEXT]", "messages.copy() + [NEXT]"])
def test_callers_lists_are_put_in(grown: str) -> None:
    code = f"""{BASE}
        pass
NEXT = {{"role": "user", "content": "Name a plant."}}
def ask(messages):
    messages = {grown}
{SEND}
def go():
    ask([{{"role": "system", "content": "You are a gardener."}}])
"""
    (found,) = requests_of(code.replace("        pass", "    pass"))
    assert parts(found) == [SYSTEM, USER] and found.complete


def test_lists_are_cut_and_changed() -> None:
    def sent(*lines: str) -> list[tuple[str, str]]:
        start = '    messages = [{"role": "system", "content": "Old."}, {"role": "user", "content": "Name a plant."}]\n'
        (found,) = requests_of(BASE + start + "".join(f"    {line}\n" for line in lines) + SEND)
        return [*parts(found), *(("not known", each.slot) for each in found.unresolved)]

    assert sent("messages.pop()") == [("system", "Old.")]
    assert sent("messages.pop(0)") == [USER]
    assert sent("messages.reverse()") == [USER, ("system", "Old.")]
    assert sent("messages[0] = BASE[0]") == [SYSTEM, USER]
    assert sent('messages[0]["content"] = "New."') == [("system", "New."), USER]
    assert sent("messages.remove(question)")[-1] == ("not known", "messages")
    assert sent("messages[question] = BASE[0]")[-1] == ("not known", "messages")
    assert sent("messages.clear()", "messages.append(BASE[0])") == [SYSTEM]


def test_markers_set_after_the_message_is_written() -> None:
    (found,) = requests_of(
        """
        import anthropic
        client = anthropic.Anthropic()
        def run(question):
            messages = [{"role": "user", "content": [{"type": "text", "text": "A long document."}]}]
            messages[-1]["content"][-1]["cache_control"] = {"type": "ephemeral"}
            messages.append({"role": "user", "content": question})
            system = [{"type": "text", "text": "You are a gardener."}]
            system[0]["cache_control"] = {"type": "ephemeral"}
            tools = [{"name": "dig", "description": "Dig a hole."}]
            tools[-1]["cache_control"] = {"type": "ephemeral"}
            return client.messages.create(model="claude-sonnet-4-5", system=system, tools=tools, messages=messages)
        """
    )
    assert found.markers == (0, 1, 2) and found.complete


def test_messages_kept_in_an_attribute() -> None:
    found = requests_of(
        """
        from openai import OpenAI
        client = OpenAI()
        class Chat:
            def __init__(self):
                self.messages = [{"role": "system", "content": "You are a gardener."}]
            def say(self, question):
                self.messages.append({"role": "user", "content": question})
                return client.chat.completions.create(model="gpt-5", messages=self.messages)
            def again(self):
                return client.chat.completions.create(model="gpt-5", messages=self.messages)
        """
    )
    assert [parts(each) for each in found] == [[SYSTEM, ("user", "{question}")], [SYSTEM]]
    # What other calls have added is not in sight.
    assert not any(each.complete for each in found)


@pytest.mark.parametrize(
    ("code", "provider", "model", "expected"),
    [
        (
            """
            from pydantic_ai import Agent
            helper = Agent("openai:gpt-5", system_prompt="You are a clerk.")
            @helper.system_prompt
            def customer(ctx):
                return f"The customer is {ctx.deps}."
            @helper.tool
            def balance(ctx, pending: bool) -> float:
                "Gives the balance of an account."
            def run(question):
                return helper.run_sync(question)
            """,
            "openai",
            "openai:gpt-5",
            [
                ("tool", "Gives the balance of an account."),
                ("system", "You are a clerk."),
                ("system", "The customer is {ctx.deps}."),
                ("user", "{question}"),
            ],
        ),
        (
            """
            from pydantic_ai import Agent
            helper = Agent("openai:gpt-5", instructions="You are a clerk.")
            @helper.instructions
            def kind(ctx):
                return "Be kind to everyone."
            """,
            "openai",
            "openai:gpt-5",
            [("system", "You are a clerk."), ("system", "Be kind to everyone.")],
        ),
        (
            """
            from pydantic_ai import Agent
            def late(ctx):
                return "Close at six."
            helper = Agent("openai:gpt-5", instructions=late, system_prompt="You are a clerk.")
            @helper.instructions
            def kind(ctx):
                return f"Be kind to {ctx.deps}."
            @helper.system_prompt
            def now(ctx):
                return f"It is {ctx.deps.now}."
            def run(question):
                return helper.run_sync(question, instructions="Answer in one line.")
            """,
            "openai",
            "openai:gpt-5",
            [
                ("system", "You are a clerk."),
                ("system", "It is {ctx.deps.now}."),
                ("system", "Answer in one line."),
                ("system", "Close at six."),
                ("system", "Be kind to {ctx.deps}."),
                ("user", "{question}"),
            ],
        ),
        (
            """
            from google import genai
            client = genai.Client()
            def run(question):
                talk = client.chats.create(model="gemini-2.5-flash", config={"system_instruction": "You sell tea."})
                return talk.send_message("Tell me about green tea.")
            """,
            "gemini",
            "gemini-2.5-flash",
            [("system", "You sell tea."), ("user", "Tell me about green tea.")],
        ),
        (
            """
            import copy
            from google import genai
            from google.genai import types
            SAID = (types.Content(role="user", parts=[types.Part(text="I drink tea.")]),)
            client = genai.Client()
            def run(question):
                chat = client.chats.create(model="gemini-2.5-flash", history=copy.deepcopy(SAID))
                return chat.send_message(message=question)
            """,
            "gemini",
            "gemini-2.5-flash",
            [("user", "I drink tea."), ("user", "{question}")],
        ),
        (
            """
            from google import genai
            from google.genai import types
            client = genai.Client()
            def run(question):
                parts = [types.Part.from_text(text="Tell me about green tea.")]
                contents = [types.Content(role="user", parts=parts)]
                return client.models.generate_content(model="gemini-2.5-pro", contents=contents)
            """,
            "gemini",
            "gemini-2.5-pro",
            [("user", "Tell me about green tea.")],
        ),
        (
            """
            from azure.ai.inference import ChatCompletionsClient
            from azure.ai.inference.models import SystemMessage, UserMessage
            def run(question):
                service = ChatCompletionsClient(endpoint=URL)
                texts = [SystemMessage("You sell tea."), UserMessage(question)]
                return service.complete(messages=texts, model="gpt-4o")
            """,
            "azure",
            "gpt-4o",
            [("system", "You sell tea."), ("user", "{question}")],
        ),
        (
            """
            import cohere
            def run(question):
                return cohere.ClientV2().chat(model="command-r", messages=[{"role": "user", "content": "Sell me tea."}])
            """,
            "cohere",
            "command-r",
            [("user", "Sell me tea.")],
        ),
    ],
)
def test_what_clients_chats_and_agents_send_along(
    code: str, provider: str, model: str, expected: list[tuple[str, str]]
) -> None:
    (found,) = requests_of(code)
    assert (found.provider, found.model, parts(found)) == (provider, model, expected)
    # An agent that nothing in sight asks lacks the question, and nothing else.
    asked = any(role == "user" for role, _ in expected)
    assert [each.slot for each in found.unresolved] == ([] if asked else ["messages"])


def test_a_message_cut_by_markers_is_one_prompt() -> None:
    code = """
    import anthropic
    client = anthropic.Anthropic()
    def run(question):
        content = [
            {"type": "text", "text": "A long document.", "cache_control": {"type": "ephemeral"}},
            {"type": "text", "text": question},
        ]
        return client.messages.create(model="claude-sonnet-4-5", messages=[{"role": "user", "content": content}])
    """
    project = link([facts(Source("app.py", textwrap.dedent(code)))])
    assert [parts(each) for each in project.requests] == [[("user", "A long document."), ("user", "{question}")]]


def test_many_messages_are_added_in_time() -> None:
    def read(count: int) -> None:
        added = "".join(
            f'    messages.append({{"role": "user", "content": "Name plant {n}."}})\n' for n in range(count)
        )
        (found,) = requests_of(f"{BASE}    messages = []\n{added}{SEND}")
        assert len(found.prompts) == count and found.complete

    # Four times the messages: a cost that grows with their square is sixteen times as high.
    within(11 * seconds(lambda: read(1_000)), lambda: read(4_000))


def test_one_list_of_messages_or_another() -> None:
    [found] = requests_of(
        """
        SHORT = [{"role": "system", "content": "Answer in one line."}]
        LONG = [{"role": "system", "content": "Answer in ten lines."}]
        def ask(question, short):
            messages = (SHORT if short else LONG) + [{"role": "user", "content": question}]
            return client.chat.completions.create(model="gpt-5.2", messages=messages)
        """
    )
    assert found.complete and [prompt.role for prompt in found.prompts] == ["system", "user"]
    [choice] = found.prompts[0].template
    assert isinstance(choice, Choice) and choice.condition == "short"
    assert [shown(branch) for branch in choice.branches] == ["Answer in one line.", "Answer in ten lines."]


TICKET = "class Ticket(BaseModel):\n    queue: str\n    urgency: str\n"


@pytest.mark.parametrize(
    "code",
    [
        "from langchain_openai import ChatOpenAI\n"
        "llm = ChatOpenAI(model='gpt-5').with_structured_output({})\n"
        "llm.invoke([('user', 'Name a plant.')])\n",
        "from langchain_openai import ChatOpenAI\n"
        "from langchain_core.prompts import ChatPromptTemplate\n"
        "prompt = ChatPromptTemplate.from_messages([('user', 'Name a plant.')])\n"
        "chain = prompt | ChatOpenAI(model='gpt-5').with_structured_output(schema={}).with_retry()\n",
        "from agents import Agent, Runner\n"
        "agent = Agent(name='a', instructions='Name a plant.', output_type={})\n"
        "Runner.run_sync(agent, 'Which?')\n",
    ],
)
def test_the_form_of_the_answer_is_given_beforehand(code: str) -> None:
    here = requests_of("from pydantic import BaseModel\n" + TICKET + code.replace("{}", "Ticket"))
    home = "from pydantic import BaseModel\n" + TICKET
    there = requests_of(app="import forms\n" + code.replace("{}", "forms.Ticket"), forms=home)
    for found in (here, there):
        assert [(schema.name, schema.fields) for schema in found[-1].schemas] == [("Ticket", ("queue", "urgency"))]


ASK = """
def ask(system, question, history=None, extra=None, style="short"):
    messages = []
    if system:
        messages.append({"role": "system", "content": system})
    if history is not None:
        messages.extend(history)
    if extra and style != "long":
        messages.append({"role": "assistant", "content": extra})
    else:
        messages.append({"role": "user", "content": "Nothing else is known."})
    content = f"Say it: {question}" if isinstance(question, str) else question
    messages.append({"role": "user", "content": content})
    if style == "many":
        return client.chat.completions.create(model="gpt-5-mini", messages=messages, n=4)
    return client.chat.completions.create(model="gpt-5", messages=messages)
"""


@pytest.mark.parametrize(
    ("call", "model", "expected"),
    [
        ('ask("", "Name a plant.")', "gpt-5", ["user Nothing else is known.", "user Say it: Name a plant."]),
        (
            'ask("You know plants.", "Name one.", None, "Well.")',
            "gpt-5",
            ["system You know plants.", "assistant Well.", "user Say it: Name one."],
        ),
        (
            'ask(system="", question="Name a plant.", history=[{"role": "user", "content": "Hi."}], style="many")',
            "gpt-5-mini",
            ["user Hi.", "user Nothing else is known.", "user Say it: Name a plant."],
        ),
        (
            'ask("", "Name a plant.", extra=more)',
            "gpt-5",
            [
                'assistant {more} if extra and style != "long"',
                'user Nothing else is known. if not (extra and style != "long")',
                "user Say it: Name a plant.",
            ],
        ),
    ],
)
def test_what_the_arguments_of_a_call_exclude_is_not_sent(call: str, model: str, expected: list[str]) -> None:
    made = requests_of(f"{ASK}\ndef go(more):\n    return {call}\n")
    [found] = [each for each in made if each.name == "go"]
    said = [f" if {prompt.condition}" if prompt.when else "" for prompt in found.prompts]
    assert [f"{role} {text}{when}" for (role, text), when in zip(parts(found), said, strict=True)] == expected
    assert (found.model, found.name, found.complete) == (model, "go", True)


def test_defaults_decide_no_condition_when_nobody_calls() -> None:
    [_, last] = requests_of(ASK)
    assert [(prompt.role, prompt.condition) for prompt in last.prompts] == [
        ("system", "system"),
        ("unknown", "history is not None"),
        ("assistant", 'extra and style != "long"'),
        ("user", 'not (extra and style != "long")'),
        ("user", ""),
    ]


def test_a_builder_gives_back_what_its_argument_asks_for() -> None:
    [one, either] = requests_of(
        """
        def build(kind):
            if kind == "plant":
                return [{"role": "system", "content": "You know plants."}]
            return [{"role": "user", "content": "Name a bird."}]
        def birds():
            return client.chat.completions.create(model="gpt-5", messages=build("bird"))
        def any(kind):
            return client.chat.completions.create(model="gpt-5", messages=build(kind))
        """
    )
    assert parts(one) == [("user", "Name a bird.")] and not one.prompts[0].when
    assert parts(either) == [("system", "You know plants."), ("user", "Name a bird.")]
    assert [prompt.when[0][1] for prompt in either.prompts] == [True, False]


def test_messages_that_take_turns_in_a_loop_have_no_role() -> None:
    [found] = requests_of(
        """
        def convert(messages):
            out = []
            for message in messages:
                if message.role == "user":
                    out.append({"role": "user", "content": f"They say {message.content}"})
                else:
                    out.append({"role": "system", "content": "Be kind."})
            return client.chat.completions.create(model="gpt-5", messages=out)
        """
    )
    assert [prompt.role for prompt in found.prompts] == ["unknown"] and not found.complete


def test_a_function_that_adds_to_a_list_is_said() -> None:
    [first, second] = requests_of(
        app="""
        from helper import add, measure
        def one(question):
            messages = [{"role": "user", "content": "Name a plant."}]
            add(messages, question)
            return client.chat.completions.create(model="gpt-5", messages=messages)
        def two(question):
            messages = [{"role": "user", "content": "Name a bird."}]
            measure(messages, question)
            return client.chat.completions.create(model="gpt-5", messages=messages)
        """,
        helper="""
        def add(messages, text):
            messages.append({"role": "user", "content": text})
        def measure(messages, text):
            messages = list(messages)
            messages.append({"role": "user", "content": text})
            return len(messages)
        """,
    )
    assert [(each.slot, each.expression) for each in first.unresolved] == [("messages", "add(...)")]
    assert second.complete


def test_what_gives_back_messages_is_not_known() -> None:
    def unknown(source: str) -> list[str]:
        [found] = requests_of(f'{BASE}    messages = {source} + [{{"role": "user", "content": "Hi."}}]\n{SEND}')
        return [each.expression for each in found.unresolved]

    assert unknown("elsewhere(question)") == ["elsewhere(question)"]
    assert unknown("history") == unknown("list(history)") == []


@pytest.mark.parametrize(
    ("made", "call"),
    [
        ("from langchain_core.language_models import FakeChatModel", "FakeChatModel(responses=['A long one.'])"),
        ("from pydantic_ai.models.test import TestModel", "TestModel()"),
        ("from somewhere import make_mock_llm", "make_mock_llm()"),
    ],
)
def test_scripted_answers_are_no_requests(made: str, call: str) -> None:
    code = f"{made}\nfrom langgraph.prebuilt import create_react_agent\nllm = {call}\n"
    code += 'agent = create_react_agent(llm, [], prompt="You are a clerk.")\n'
    project = link([facts(Source("app.py", code + 'agent.invoke({"messages": [("user", "Name a plant.")]})\n'))])
    assert [each for each in project.requests if each.api] == []
    assert not any("A long one." in shown(prompt.template) for prompt in project.prompts)


@pytest.mark.parametrize(
    ("code", "provider"),
    [
        ('Agent(OpenAIModel("gpt-4o", provider=OpenAIProvider(base_url="https://api.other.example/v1")), {0})', ""),
        ('Agent(OpenAIModel("gpt-4o", provider=OpenAIProvider(base_url="https://api.deepseek.com")), {0})', "deepseek"),
        ('Agent(OpenAIModel("gpt-4o", provider=AzureProvider()), {0})', "azure"),
        ('Agent(OpenAIModel("gpt-4o", provider="openrouter"), {0})', "openrouter"),
        ('Agent(OpenAIModel("gpt-4o"), {0})', "openai"),
    ],
)
def test_the_provider_object_of_a_model_says_who_answers(code: str, provider: str) -> None:
    head = "from pydantic_ai import Agent\nfrom pydantic_ai.models.openai import OpenAIModel\n"
    head += "from pydantic_ai.providers.openai import OpenAIProvider\n"
    head += "from pydantic_ai.providers.azure import AzureProvider\n"
    [found] = requests_of(head + code.format('system_prompt="You know all the plants."'))
    assert (found.provider, "provider" in {each.slot for each in found.unresolved}) == (provider, provider == "")


@pytest.mark.parametrize(
    "code",
    [
        "import openai\nopenai.api_base = URL\nopenai.ChatCompletion.create(model='gpt-4', messages=M)",
        "import openai\nclient = openai.OpenAI(**options)\nclient.chat.completions.create(model='gpt-4', messages=M)",
        "import openai\nclient = openai.OpenAI(base_url=URL)\n"
        "client.chat.completions.create(model='openai/gpt-4', messages=M)",
        "import litellm\nlitellm.completion(model='openai/gpt-4', messages=M, api_base=URL)",
    ],
)
def test_an_address_that_is_not_known(code: str) -> None:
    [found] = requests_of(f'M = [{{"role": "user", "content": "Name a plant."}}]\n{code}\n')
    assert found.provider == "" and "provider" in {each.slot for each in found.unresolved}


def test_the_owner_of_a_model_is_no_provider() -> None:
    code = 'from smolagents import CodeAgent, {0}\nCodeAgent(tools=[], model={0}("Qwen/Qwen2.5-72B")).run("Add it up.")'
    [found] = requests_of(code.format("InferenceClientModel"))
    assert (found.provider, found.model) == ("huggingface", "Qwen/Qwen2.5-72B")
    [found] = requests_of(code.format("LiteLLMModel"))
    assert found.provider == "litellm"


def test_items_of_the_responses_api_and_lists_in_the_place_of_a_text() -> None:
    items, listed, text = requests_of(
        """
        def run(output, history, question):
            items = [{"role": "user", "content": "Name a plant."},
                     {"type": "function_call_output", "call_id": "1", "output": output}]
            client.responses.create(model="gpt-5", input=items)
            client.responses.create(model="gpt-5", instructions="You know plants.", input=history)
            client.responses.create(model="gpt-5", instructions="You know plants.", input=question)
        """
    )
    assert parts(items) == [("user", "Name a plant."), ("tool", "{output}")]
    assert parts(listed)[-1] == ("unknown", "{history}")
    assert parts(text)[-1] == ("user", "{question}")


def test_the_name_of_a_model_decides_between_clients() -> None:
    made = requests_of(
        """
        import anthropic, openai
        def ask(model, text, client):
            if "claude" in model:
                return anthropic.Anthropic().messages.create(model=model, messages=[{"role": "user", "content": text}])
            elif model.startswith("gpt") or model in ["o1", "o3"]:
                return openai.OpenAI().chat.completions.create(
                    model=model, messages=[{"role": "user", "content": text}])
            elif model in ["llama", "llama-2"]:
                return client.chat.completions.create(model="meta", messages=[{"role": "user", "content": text}])
        def go():
            ask("gpt-5", "Name a plant that grows.", None)
            ask("o3", "Name a bird that sings.", None)
            ask("claude-opus-4", "Name a tree that stands.", None)
        """
    )
    assert [(each.provider, each.model) for each in made if each.name == "go"] == [
        ("openai", "gpt-5"),
        ("openai", "o3"),
        ("anthropic", "claude-opus-4"),
    ]


def test_a_value_among_messages_has_no_role() -> None:
    [found] = requests_of(
        """
        def ask(question, reply):
            client.chat.completions.create(
                model="gpt-5", messages=[{"role": "user", "content": "Name it."}, reply.model_dump()])
        """
    )
    assert [prompt.role for prompt in found.prompts] == ["user", "unknown"]


@pytest.mark.parametrize(
    ("code", "provider"),
    [
        ("{0}.chat.completions.create(model='qwen2.5:7b', messages=M)", ""),
        ("{0}.chat.completions.create(model=name, messages=M)", ""),
        ("self.openai_client.chat.completions.create(model=name, messages=M)", "openai"),
        ("import openai\n{0}.chat.completions.create(model=name, messages=M)", "openai"),
        ("import openai\nopenai.OpenAI().chat.completions.create(model='llama-3', messages=M)", ""),
        ("{0}.chat.completions.create(model='gpt-5', messages=M)", "openai"),
        ("from agents import Agent\nAgent(instructions='You know.', model='litellm/anthropic/claude-x')", "anthropic"),
    ],
)
def test_openai_answers_only_for_its_own_models(code: str, provider: str) -> None:
    [found] = requests_of(f'M = [{{"role": "user", "content": "Name a plant."}}]\n{code.format("client")}\n')
    assert found.provider == provider and ("provider" in {each.slot for each in found.unresolved}) == (not provider)


def test_a_message_put_in_somewhere_has_no_place() -> None:
    [found] = requests_of(
        """
        def ask(messages):
            for number, message in enumerate(messages):
                if message["role"] == "user":
                    messages.insert(number, {"role": "assistant", "content": "I see."})
            client.messages.create(model="claude-x", system="You know plants.", messages=messages)
        """
    )
    assert parts(found) == [("system", "You know plants."), ("unknown", "[{messages}]")] and not found.complete


def test_a_list_that_is_not_known_grows_in_one_branch() -> None:
    [found] = requests_of(
        """
        def ask(question, as_json):
            messages, system = split(question)
            if as_json:
                messages.append({"role": "assistant", "content": "{"})
            client.messages.create(model="claude-x", messages=messages)
        """
    )
    assert [(prompt.role, prompt.condition) for prompt in found.prompts] == [("unknown", ""), ("assistant", "as_json")]


def test_a_list_that_one_branch_takes_has_a_place() -> None:
    [found] = requests_of(
        """
        def ask(question, history, short):
            messages = [{"role": "system", "content": "You know plants."}]
            if not short:
                messages += history
            client.messages.create(model="claude-x", messages=messages)
        """
    )
    assert [prompt.span.file for prompt in found.prompts] == ["app.py", "app.py"]


@pytest.mark.parametrize(
    ("loop", "complete"),
    [
        ("ask(messages)\n        messages.append(turn())", False),
        ("ask(messages)\n        keep(messages)", False),
        ("ask(messages)\n        pass_on(kept=messages)", False),
        ("ask(messages)\n        look(messages)", True),
        ("messages = [start[0]]\n        messages.append(turn())\n        ask(messages)", True),
        # What is added to a list of which only the name is known here is not told.
        ("messages = list(start)\n        messages.append(turn())\n        ask(messages)", False),
        ("messages = [*messages, turn()]\n        ask(messages)", False),
    ],
)
def test_what_a_loop_adds_to_its_messages_is_sent_with_the_next_turn(loop: str, complete: bool) -> None:
    code = """
    from openai import OpenAI
    client = OpenAI()
    def turn():
        return {"role": "user", "content": "Name another plant."}
    def keep(kept):
        kept.append(turn())
    def pass_on(kept):
        keep(kept)
    def look(kept):
        print(kept)
    start = [{"role": "system", "content": "You know plants."}]
    def main():
        messages = [{"role": "system", "content": "You know plants."}]
        while True:
            """
    loop = loop.replace("\n", "\n    ").replace("ask(", "client.chat.completions.create(model='gpt-5', messages=")
    assert [each.complete for each in requests_of(code + loop + "\n")] == [complete]


@pytest.mark.parametrize(
    ("body", "requests"),
    [
        ("return model.generate(**tokenizer(TEXT))", 1),
        ("prompts = [TEXT for _ in range(3)]\n    ids = tokenizer(prompts)\n    out = model.generate(**ids)", 1),
        ("batch = []\n    batch.append(TEXT)\n    for each in batch:\n        out = llm.generate(each)", 1),
        ("text = TEXT\n    return client.completions.create(prompt=text)", 1),
        ("kwargs = dict(inputs=TEXT)\n    Thread(target=model.generate, kwargs=kwargs).start()", 1),
        ("return TEXT", 1),
        ("text = TEXT\n    assert isinstance(text, str)", 0),
        ("text = TEXT\n    return len(tokenizer.encode(text))\ndef render():\n    return model.generate('Go on.')", 0),
        ("text = TEXT\n    rows.append({'text': text})\n    save(rows)", 0),
        ("text = TEXT\n    return model.generate(text[: 4000])", 1),
        ("mask = start()\n    out = model.generate(mask)\n    mask = tokenizer(TEXT)\n    log(mask, out)", 0),
        ("mask = start()\n    while mask:\n        out = model.generate(mask)\n        mask = tokenizer(TEXT)", 1),
        ("out = model.generate(start())\n    return TEXT + out", 0),
        ("run = lambda: model.generate(mask)\n    mask = tokenizer(TEXT)\n    run()", 1),
        ("text = TEXT\n    return model.generate(text[len(START) :])", 0),
        ("text = TEXT\n    return model.generate(encode(text[self.begun_end_pos :]))", 0),
    ],
)
def test_a_chat_template_makes_a_request_only_where_a_model_goes_on_with_its_text(body: str, requests: int) -> None:
    text = 'tokenizer.apply_chat_template([{"role": "user", "content": "Name a plant that likes water."}])'
    code = f"import transformers\ndef make(model, tokenizer):\n    {body.replace('TEXT', text)}\n"
    found = requests_of(code, "def run():\n    return llm.generate(make(model, tokenizer))\n")
    assert len(found) == requests


def test_a_text_of_a_chat_template_that_no_caller_sends() -> None:
    code = """
    def make(tokenizer):
        return tokenizer.apply_chat_template([{"role": "user", "content": "Name a plant that likes water."}])
    """
    assert requests_of(app=code, use="from app import make\nprint(make(t))\n") == []
    assert len(requests_of(app=code, use="from app import make\nmodel.generate(make(t))\n")) == 1


CLERK = """
from llama_index.core import Settings
class Client:
    async def complete(self, prompt: str) -> str:
        BODY
class Above:
    def complete(self, prompt):
        return "Nothing."
class Below(Above):
    def complete(self, prompt):
        return self.http.post(prompt)
async def ask(llm: CLASS, question):
    return await llm.complete(f"Answer this question: {question}")
"""


@pytest.mark.parametrize(
    ("owner", "body", "requests"),
    [
        ("Client", 'return f"Answer to {prompt}"', 0),
        ("Client", 'await asyncio.sleep(1)\n        logger.info(prompt)\n        return {"text": "Yes."}', 0),
        ("Client", 'return {"text": self.http.post(prompt)}', 1),
        ("Client", "raise NotImplementedError", 1),
        ("Client", "...", 1),
        ("Above", "...", 1),
        ("Any", 'return "Yes."', 1),
    ],
)
def test_a_class_in_sight_that_asks_no_model_sends_no_request(owner: str, body: str, requests: int) -> None:
    assert len(requests_of(CLERK.replace("BODY", body).replace("CLASS", owner))) == requests


def test_a_client_of_a_project_that_has_other_servers_is_not_known() -> None:
    ask = """
    import openai
    def ask(model, name):
        model["client"].chat.completions.create(model=name, messages=[{"role": "user", "content": "Name a plant."}])
    """
    make = "import openai\ndef make(url):\n    return openai.OpenAI({0})\n"
    for given, provider in (("", "openai"), ("base_url=url", ""), ("base_url=None", "openai"), ("**url", "")):
        [found] = requests_of(ask=ask, make=make.format(given))
        assert found.provider == provider


def test_one_of_two_clients_that_are_not_known() -> None:
    [found] = requests_of(
        """
        import openai
        def ask(model, name, server):
            if isinstance(model, dict):
                client = model["client"]
            else:
                client, kind = connect(server)
            client.chat.completions.create(model=name, messages=[{"role": "user", "content": "Name a plant."}])
        """
    )
    assert found.provider == "" and "provider" in {each.slot for each in found.unresolved}


@pytest.mark.parametrize(
    ("model", "provider"),
    [
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", "litellm"),
        ("google/gemma-3-27b-it", "litellm"),
        ("google/gemini-2.5-flash", "google"),
        ("openai/gpt-oss-20b", "litellm"),
        ("openai/gpt-4o", "openai"),
        ("mistral/mistral-large-latest", "mistral"),
        ("together_ai/meta-llama/Llama-4-Scout", "together_ai"),
    ],
)
def test_who_made_a_model_is_not_who_serves_it(model: str, provider: str) -> None:
    code = f"""
    import litellm
    litellm.completion(model="{model}", messages=[{{"role": "user", "content": "Name a plant."}}])
    """
    (found,) = requests_of(code)
    assert found.provider == provider


def test_of_several_classes_that_may_be_meant_only_what_the_caller_gives_is_known() -> None:
    code = """
    from openai import OpenAI

    class Desk:
        def ask(self, question):
            raise NotImplementedError

    class First(Desk):
        def ask(self, question):
            messages = [{"role": "system", "content": "You sell tea."}, {"role": "user", "content": question}]
            return OpenAI().chat.completions.create(model="gpt-4o", messages=messages)
    %s
    def run(desk: Desk):
        desk.ask("Which tea is green?")
    """
    second = """
    class Second(Desk):
        def ask(self, question):
            return OpenAI().responses.create(model="gpt-5", instructions="You sell coffee.", input=question)
    """
    (only,) = requests_of(code % "")
    assert parts(only) == [("system", "You sell tea."), ("user", "Which tea is green?")]
    several = [each for each in requests_of(code % second) if each.name == "run"]
    assert [(each.provider, parts(each)) for each in several] == [("", [("user", "Which tea is green?")])]
    assert {"provider", "model", "messages"} <= {one.slot for one in several[0].unresolved}
