"""What calls send by way of a framework's own objects: partials, signatures, templates with fields, pipelines."""

from __future__ import annotations

import textwrap

import pytest
from requested import requests_of as every_request
from requested import shown
from test_requests import parts, requests_of
from timing import within

from promptlint import operations
from promptlint.extract.python import facts
from promptlint.link import link
from promptlint.source import Source
from promptlint.template import Choice, Span, Text, holes, texts

PARTIALS = '''
    import functools
    from functools import partial
    from litellm import completion as litellm_completion
    from openai import OpenAI

    client = OpenAI(base_url="https://api.deepseek.com")
    ask = partial(client.chat.completions.create, model="deepseek-chat", temperature=0)

    def plants(question):
        return ask(messages=[{"role": "system", "content": "Be kind."}, {"role": "user", "content": question}])

    class Writer:
        def write(self, text):
            return self._completion(messages=[{"role": "user", "content": f"Sum up this text: {text}"}])

        def __init__(self):
            self._completion = functools.partial(litellm_completion, model="gpt-4o")

    def local(question):
        run = partial(litellm_completion, "gpt-5", [{"role": "user", "content": f"Name one plant. {question}"}])
        return run(temperature=1)
'''


def test_partials() -> None:
    found = [(each.provider, each.model, parts(each)) for each in requests_of(PARTIALS)]
    assert found == [
        ("deepseek", "deepseek-chat", [("system", "Be kind."), ("user", "{question}")]),
        ("litellm", "gpt-4o", [("user", "Sum up this text: {text}")]),
        ("litellm", "gpt-5", [("user", "Name one plant. {question}")]),
    ]
    assert all(each.complete for each in requests_of(PARTIALS))


def test_a_partial_of_something_else_is_no_call_of_a_model() -> None:
    code = """
    from functools import partial
    from litellm import completion

    def pick(flag):
        run = partial(print, "Name a plant.") if flag else partial(sorted)
        return run(messages=[{"role": "user", "content": "Name a plant that likes shade."}])
    """
    assert requests_of(code) == []


DSPY = '''
    import dspy

    class Ask(dspy.Signature):
        """Answer the question with the facts of the context alone."""
        context: str = dspy.InputField(desc="what is known")
        question = dspy.InputField()
        answer = dspy.OutputField(desc="one sentence")

    class Helper(dspy.Module):
        def __init__(self):
            super().__init__()
            self.ask = dspy.ChainOfThought(Ask)
            self.title = dspy.Predict(dspy.Signature("text -> title", "Write a title of five words."))
            self.plain = dspy.Predict("text -> title")
            self.search = dspy.ReAct(Ask.with_instructions("Look things up first."), tools=[look_up])

        def forward(self, question, context):
            answer = self.ask(question=question, context=context)
            title = self.title(text=answer)
            self.plain(text=title)
            self.note(text=title)
            return self.search(question=question)

        def note(self, text):
            print(text)

    def look_up(term: str) -> str:
        """Look a term up in the dictionary."""

    def once(question):
        ask = dspy.Predict(Ask, lm=dspy.LM("openai/gpt-4o"))
        return ask(question=question, context="Plants need light.")
'''
FIELDS = [("system", "what is known"), ("system", "one sentence")]
ASKED = ("system", "Answer the question with the facts of the context alone.")


def test_modules_of_dspy() -> None:
    found = requests_of(DSPY)
    assert [parts(each) for each in found] == [
        [*FIELDS, ASKED, ("user", "{question}{context}")],
        [("system", "Write a title of five words."), ("user", "{self.ask(question=question, context=context)}")],
        [
            ("system", "Look things up first."),
            ("tool", "Look a term up in the dictionary."),
            ("user", "{question}"),
        ],
        [*FIELDS, ASKED, ("user", "{question}Plants need light.")],
    ]
    # Which model the settings name is not known; the last one says so itself.
    assert [(each.provider, each.model, each.complete) for each in found[:3]] == [("", "", False)] * 3
    assert (found[3].provider, found[3].model) == ("openai", "openai/gpt-4o")
    # In every one DSPy says what the fields are in words of its own.
    assert all("system" in [one.slot for one in each.unresolved] for each in found)


def test_what_a_signature_asks_for_stands_behind_what_it_is_given() -> None:
    code = '''
    import dspy

    def look_up(term: str) -> str:
        """Look a term up in the dictionary."""

    class Rank(dspy.Signature):
        """Rank the answers from best to worst."""
        best = dspy.OutputField(desc="the best one", prefix="Best one of all:")
        reasoning = dspy.OutputField(desc="why that is so")
        answers = dspy.InputField(desc="all answers")

    def rank(answers):
        dspy.Predict(Rank)(answers=answers)
        dspy.ChainOfThought(Rank)(answers=answers)
        dspy.ReAct(Rank, tools=[look_up])(answers=answers)
    '''
    plain, reasoned, acting = requests_of(code)
    asked, user = ("system", "Rank the answers from best to worst."), ("user", "{answers}")
    given, best, why = (("system", said) for said in ("all answers", "the best one", "why that is so"))
    assert parts(plain) == [given, best, why, asked, user]
    # `dspy.ChainOfThought` puts the reasons first.
    assert parts(reasoned) == [given, why, best, asked, user]
    # Tools are told in the text, and the answer is asked for when they are done.
    assert parts(acting) == [given, asked, ("tool", "Look a term up in the dictionary."), user]


def test_a_module_is_asked_by_its_method_as_well() -> None:
    code = '''
    import dspy

    class Rank(dspy.Signature):
        """Rank the answers from best to worst."""
        answers = dspy.InputField(desc="all answers")

    class Ranking(dspy.Module):
        def __init__(self):
            self.rank = dspy.Predict(Rank)

        def forward(self, answers):
            return self.rank.forward(answers="Those of today: " + answers)

        async def aforward(self, answers):
            return await self.rank.acall(answers=answers)
    '''
    said = [parts(each)[-1] for each in requests_of(code)]
    assert said == [("user", "Those of today: {answers}"), ("user", "{answers}")]


def test_sets_that_are_united_are_no_chain() -> None:
    code = """
    from shop import load

    MORE = frozenset(["rise", "rose", "fell"])

    def read(name):
        return frozenset(("good fine fair and all that is said of good days " + name).split())

    WORDS = read("good") | MORE
    """
    assert requests_of(code) == []
    (found,) = requests_of("""
    from shop import best_model

    def prompt(name):
        return "Write a letter to {name}, who has waited for a year: " + name

    letter = prompt("the king") | best_model
    """)
    assert found.api == "chain"


def test_a_signature_of_another_file() -> None:
    found = requests_of(
        signatures='''
        import dspy

        class Rank(dspy.Signature):
            """Rank the answers from best to worst."""
            answers = dspy.InputField()
        ''',
        app="""
        import dspy
        from signatures import Rank

        rank = dspy.Predict(Rank)

        def best(answers):
            return rank(answers=answers)
        """,
    )
    assert [parts(each) for each in found] == [
        [("system", "Rank the answers from best to worst."), ("user", "{answers}")]
    ]


def test_a_module_that_nothing_calls_is_a_request_that_lacks_its_values() -> None:
    code = '''
    import dspy

    class Rank(dspy.Signature):
        """Rank the answers from best to worst."""

    program = dspy.Predict(Rank)
    '''
    (made,) = requests_of(code)
    assert parts(made) == [("system", "Rank the answers from best to worst.")]
    assert not made.complete


def test_fields_that_a_signature_has_under_a_condition_are_told_under_it() -> None:
    code = '''
    import dspy

    def make(aware=True, tip=True):
        class Propose(dspy.Signature):
            """Write one instruction for the task."""

            if aware:
                code = dspy.InputField(desc="The code of the program.")
                if tip:
                    tip = dspy.InputField(desc="A tip for how to go about it.")
            else:
                task = dspy.InputField(desc="What the task is about.")
            if tip:
                size = dspy.InputField(desc="How long it may be.")
            else:
                size = dspy.InputField(desc="How short it has to be.")
            written = dspy.OutputField(desc="The instruction itself.")

        return dspy.Predict(Propose)
    '''
    (made,) = requests_of(code)
    assert [(prompt.when, *part) for prompt, part in zip(made.prompts, parts(made), strict=True)] == [
        ((("aware", True),), "system", "The code of the program."),
        ((("aware", True), ("tip", True)), "system", "A tip for how to go about it."),
        ((("aware", False),), "system", "What the task is about."),
        ((), "system", "?"),
        ((), "system", "The instruction itself."),
        ((), "system", "Write one instruction for the task."),
    ]


def test_fields_of_llama_index_have_the_values_of_the_call() -> None:
    code = """
    from llama_index.core import PromptTemplate
    from llama_index.core.prompts import ChatPromptTemplate
    from llama_index.llms.openai import OpenAI

    llm = OpenAI(model="gpt-4o")
    SUMMARY = PromptTemplate('Sum up this text in {count} words, as {{"text": ...}}: {text}')
    CHAT = ChatPromptTemplate.from_messages([("system", "You are kind to {name}."), ("user", "{question}")])

    def go(text, question):
        llm.predict(SUMMARY, text=text, count="five")
        llm.predict(CHAT, name="Ann", question=question)
        llm.structured_predict(Answer, SUMMARY, text=text)
    """
    assert [parts(each) for each in requests_of(code)] == [
        [("user", 'Sum up this text in five words, as {"text": ...}: {text}')],
        [("system", "You are kind to Ann."), ("user", "{question}")],
        [("user", 'Sum up this text in {count} words, as {"text": ...}: {text}')],
    ]


@pytest.mark.parametrize(
    "asked",
    [
        "llm.structured_predict(Plan, PLAN, goal=goal)",
        "llm.astream_structured_predict(output_cls=Plan, prompt=PLAN, goal=goal)",
        "llm.as_structured_llm(Plan).complete(goal)",
    ],
)
def test_the_form_of_an_answer_of_llama_index_is_the_first_that_is_given(asked: str) -> None:
    code = f"""
    from llama_index.core import PromptTemplate
    from llama_index.llms.openai import OpenAI
    from pydantic import BaseModel

    class Plan(BaseModel):
        steps: list[str]

    llm = OpenAI(model="gpt-4o")
    PLAN = PromptTemplate("Plan the work for this in a few steps: {{goal}}")

    def go(goal):
        {asked}
    """
    assert [[form.name for form in each.schemas] for each in every_request(code)] == [["Plan"]]


@pytest.mark.parametrize(
    "made",
    [
        "ChatPromptTemplate(message_templates=[ChatMessage(role=MessageRole.SYSTEM, content=TEXT)])",
        'ChatPromptTemplate.from_messages([("system", TEXT)])',
    ],
    ids=["message objects", "tuples"],
)
@pytest.mark.parametrize("beside", ["", "from langchain.text_splitter import CharacterTextSplitter"])
def test_messages_of_a_chat_template_of_llama_index_are_filled(made: str, beside: str) -> None:
    code = f"""
    {beside}
    from llama_index.core import ChatPromptTemplate
    from llama_index.core.llms import ChatMessage, MessageRole
    from llama_index.llms.openai import OpenAI

    TEXT = "You sort letters{{where}}. Answer in {{language}}."
    TEMPLATE = {made}

    def sort(language):
        OpenAI(model="gpt-4o").chat(TEMPLATE.format_messages(where=" at a desk", language=language))
    """
    [found] = requests_of(code)
    assert parts(found) == [("system", "You sort letters at a desk. Answer in {language}.")]


def test_an_agent_of_atomic_agents_says_what_its_generator_is_given() -> None:
    code = """
    import instructor, openai
    from atomic_agents import AgentConfig, AtomicAgent, BasicChatInputSchema, BasicChatOutputSchema
    from atomic_agents.context import SystemPromptGenerator

    said = SystemPromptGenerator(background=["You sort letters."], steps=["Read."], output_instructions=["Be kind."])
    config = AgentConfig(client=instructor.from_openai(openai.OpenAI()), model="gpt-4o", system_prompt_generator=said)
    agent = AtomicAgent[BasicChatInputSchema, BasicChatOutputSchema](config=config)

    def sort(letter):
        return agent.run(BasicChatInputSchema(chat_message=letter))
    """
    [found] = requests_of(code)
    assert (found.provider, found.model, found.complete) == ("openai", "gpt-4o", False)
    assert parts(found)[:3] == [("system", "You sort letters."), ("system", "Read."), ("system", "Be kind.")]
    assert {each.slot for each in found.unresolved} >= {"system", "tools", "messages"}


def test_an_extractor_of_trustcall_has_its_schemas_as_tools() -> None:
    code = """
    from langchain_openai import ChatOpenAI
    from pydantic import BaseModel, Field
    from trustcall import create_extractor

    class Letter(BaseModel):
        '''A letter with its parts.'''
        sender: str = Field(description="Who wrote it")

    reader = create_extractor(ChatOpenAI(model="gpt-4o"), tools=[Letter], tool_choice="Letter")

    def read(letter):
        reader.invoke({"messages": [("system", "You read letters."), ("user", letter)]})
        reader.invoke(f"Read this: {letter}")
    """
    found = requests_of(code)
    assert [(each.provider, each.model) for each in found] == [("openai", "gpt-4o")] * 2
    assert [[role for role, _ in parts(each)] for each in found] == [["tool", "system", "user"], ["tool", "user"]]


def test_templates_of_llama_index_are_jinja_or_have_fields() -> None:
    code = """
    from llama_index.core import ChatPromptTemplate
    from llama_index.core.llms import ChatMessage
    from llama_index.core.prompts import RichPromptTemplate
    from llama_index.llms.openai import OpenAI

    RICH = RichPromptTemplate("You keep {{ desk }}. {% if letter %}Sort this: {{ letter }}{% endif %}")
    PLAIN = ChatPromptTemplate(message_templates=[ChatMessage(content="Sort {letter} by desk.")])

    def sort(letter):
        OpenAI(model="gpt-4o").complete(RICH.format(desk="the desk", letter=letter))
        OpenAI(model="gpt-4o").chat(PLAIN.format_messages(letter=letter))
    """
    found = requests_of(code)
    assert [[role for role, _ in parts(each)] for each in found] == [["user"], ["user"]]
    assert parts(found[1]) == [("user", "Sort {letter} by desk.")]
    assert not link([facts(Source("a.py", textwrap.dedent(code)))]).fillings


HAYSTACK = '''
    from haystack import Pipeline
    from haystack.components.builders import ChatPromptBuilder, PromptBuilder
    from haystack.components.generators import OpenAIGenerator
    from haystack.components.generators.chat import OpenAIChatGenerator
    from haystack.dataclasses import ChatMessage

    TEMPLATE = """Answer from these documents.
    {% for each in documents %}{{ each.content }}{% endfor %}Question: {{ question }}"""

    def build():
        pipe = Pipeline()
        pipe.add_component("retriever", Retriever(store))
        pipe.add_component("prompt_builder", PromptBuilder(template=TEMPLATE))
        pipe.add_component(instance=OpenAIGenerator(model="gpt-4o-mini"), name="llm")
        pipe.connect("retriever", "prompt_builder.documents")
        pipe.connect("prompt_builder", "llm")
        return pipe

    class Chat:
        def __init__(self):
            template = [ChatMessage.from_system("Answer in {{ language }}."), ChatMessage.from_user("On {{ topic }}")]
            self.pipeline = Pipeline()
            self.pipeline.add_component("builder", ChatPromptBuilder(template=template))
            self.pipeline.add_component("llm", OpenAIChatGenerator(model="gpt-4o"))
            self.pipeline.connect("builder.prompt", "llm.messages")
'''


def test_pipelines_of_haystack() -> None:
    found = requests_of(HAYSTACK)
    assert [(each.provider, each.model, each.complete, parts(each)) for each in found] == [
        (
            "openai",
            "gpt-4o-mini",
            True,
            [("user", "Answer from these documents.\n[{each.content}]Question: {question}")],
        ),
        ("openai", "gpt-4o", True, [("system", "Answer in {language}."), ("user", "On {topic}")]),
    ]


def test_components_that_are_not_connected_send_nothing_to_each_other() -> None:
    code = HAYSTACK.replace("connect(", "join(")
    assert requests_of(code) == []


def test_chat_history_of_semantic_kernel() -> None:
    code = """
    from semantic_kernel.connectors.ai.open_ai import AzureChatCompletion, OpenAIChatCompletion
    from semantic_kernel.contents import ChatHistory

    async def sort(letter):
        chat = AzureChatCompletion(deployment_name="gpt-4o")
        history = ChatHistory(system_message="You sort letters by desk.")
        history.add_user_message(f"Sort this letter: {letter}")
        return await chat.get_chat_message_content(chat_history=history, settings=None)

    async def answer(letter, before):
        history = ChatHistory()
        history.add_system_message("You are kind.")
        history.add_user_message(letter)
        return await OpenAIChatCompletion(ai_model_id="gpt-4o").get_chat_message_contents(history, None)
    """
    assert [(each.provider, each.model, parts(each)) for each in requests_of(code)] == [
        ("azure", "gpt-4o", [("system", "You sort letters by desk."), ("user", "Sort this letter: {letter}")]),
        ("openai", "gpt-4o", [("system", "You are kind."), ("user", "{letter}")]),
    ]


SEMANTIC_KERNEL = """
    from semantic_kernel import Kernel
    from semantic_kernel.agents import ChatCompletionAgent
    from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion
    from semantic_kernel.prompt_template import PromptTemplateConfig

    kernel = Kernel()
    short = kernel.add_function(plugin_name="p", function_name="short", prompt="Sum up this text: {{$input}}")
    config = PromptTemplateConfig(template="Translate this text: {{$input}}")
    other = kernel.add_function(plugin_name="p", function_name="other", prompt_template_config=config)
    alone = kernel.add_function(plugin_name="p", function_name="alone", prompt="Tell a joke of this: {{$input}}")

    async def run(text):
        await kernel.invoke(short, input=text)
        await kernel.invoke(other, input=text)
        service = OpenAIChatCompletion(ai_model_id="gpt-4o")
        agent = ChatCompletionAgent(service=service, name="clerk", instructions="Answer in one sentence.")
        await agent.get_response(messages="Why is the sky blue?")
        async for answer in agent.invoke(messages="Why is the grass green?", thread=text):
            print(answer)
"""


def test_functions_and_agents_of_semantic_kernel() -> None:
    found = [(each.model, parts(each), [one.slot for one in each.unresolved]) for each in requests_of(SEMANTIC_KERNEL)]
    assert found == [
        ("", [("user", "Tell a joke of this: {input}")], ["model"]),
        ("", [("user", "Sum up this text: {input}")], ["model"]),
        ("", [("user", "Translate this text: {input}")], ["model"]),
        ("gpt-4o", [("system", "Answer in one sentence."), ("user", "Why is the sky blue?")], []),
        ("gpt-4o", [("system", "Answer in one sentence."), ("user", "Why is the grass green?")], ["messages"]),
    ]


def test_a_prompt_of_semantic_kernel_has_values_and_what_else_the_call_is_given_may_bring_tools() -> None:
    code = """
    from semantic_kernel import Kernel
    from semantic_kernel.agents import ChatCompletionAgent
    from semantic_kernel.functions import KernelArguments

    kernel = Kernel()
    TEMPLATE = "{{$chat_history}} Sum up {{mail.read id='}}'}} in {{ 'one' }} {{$unit}}."
    sum_up = kernel.add_function(plugin_name="p", function_name="f", prompt=TEMPLATE)
    with_tools = kernel.add_function(
        plugin_name="p", function_name="g", prompt="Tell {{$name}} a joke.", prompt_execution_settings=settings
    )

    async def run(given, service):
        await kernel.invoke(sum_up, KernelArguments(unit="line"))
        await kernel.invoke(sum_up, given)
        await kernel.invoke(sum_up, KernelArguments(settings=other, unit="line"))
        await kernel.invoke(with_tools, name="Ada")
        await kernel.invoke_prompt("Sort {{$letter}} by date.", KernelArguments(letter="A letter from Rome."))
        await kernel.invoke_prompt("Sort {{$letter}} by name.", arguments=given)
        agent = ChatCompletionAgent(service=service, instructions="You are the clerk of {{$place}}.")
        await agent.get_response(messages="Why is the sky blue?")
    """
    found = [(parts(each), [why.slot for why in each.unresolved if why.slot != "model"]) for each in requests_of(code)]
    sum_up = [("user", "{chat_history} Sum up {mail.read id='}}'} in one {unit}.")]
    assert found == [
        (sum_up, []),
        (sum_up, ["tools"]),
        (sum_up, ["tools"]),
        ([("user", "Tell {name} a joke.")], ["tools"]),
        ([("user", "Sort {letter} by date.")], []),
        ([("user", "Sort {letter} by name.")], ["tools"]),
        ([("system", "You are the clerk of {place}."), ("user", "Why is the sky blue?")], []),
    ]


def test_what_defines_an_assistant_sends_nothing_and_its_runs_send_what_it_says() -> None:
    code = """
    from openai import OpenAI
    client = OpenAI()

    def make():
        return client.beta.assistants.create(model="gpt-4o", instructions="You file letters.", tools=[find])

    def run(thread, made):
        client.beta.threads.runs.create(thread_id=thread, assistant_id=made, model="gpt-4o", instructions="Sort mail.")
    """
    (run,) = requests_of(code)
    assert parts(run) == [("system", "Sort mail.")]
    assert [why.slot for why in run.unresolved] == ["messages", "tools"]


def test_agents_of_agent_framework() -> None:
    code = '''
    from agent_framework import Agent, tool
    from agent_framework.openai import OpenAIChatClient
    from agent_framework.foundry import FoundryChatClient

    @tool
    def weather(place: str) -> str:
        """Tell the weather of a place."""

    async def run():
        client = OpenAIChatClient(model="gpt-4o")
        agent = Agent(client=client, instructions="You help people.", tools=[weather])
        await agent.run("Will it rain in Rome?")
        clerk = FoundryChatClient(model="gpt-4o-mini").as_agent(instructions="You are a clerk.", tools=weather)
        await clerk.run("Will it rain in Paris?", session=session)
    '''
    first, second = requests_of(code)
    tool = ("tool", "Tell the weather of a place.")
    assert parts(first) == [tool, ("system", "You help people."), ("user", "Will it rain in Rome?")]
    assert (first.provider, first.model, first.complete) == ("openai", "gpt-4o", True)
    assert parts(second) == [tool, ("system", "You are a clerk."), ("user", "Will it rain in Paris?")]
    assert (second.provider, second.model) == ("azure", "gpt-4o-mini")
    assert [each.slot for each in second.unresolved] == ["messages"]


def test_the_fields_of_a_template_in_a_pipeline_are_values() -> None:
    code = """
    from langchain_core.prompts import PromptTemplate
    from langchain_openai import ChatOpenAI

    TEMPLATE = "Sum up {text} in {language}, as JSON: {{}}"

    def run(text):
        prompt = PromptTemplate(template=TEMPLATE, input_variables=["text", "language"])
        chain = prompt | ChatOpenAI(model="gpt-4o")
        return chain.invoke({"text": text, "language": "French"})
    """
    (found,) = requests_of(code)
    assert [hole.expression for hole in holes(found.prompts[0].template)] == ["text", "language"]
    assert parts(found) == [("user", "Sum up {text} in {language}, as JSON: {}")]


def test_messages_in_the_markup_of_semantic_kernel() -> None:
    code = """
    from semantic_kernel import Kernel

    def run(kernel):
        kernel.invoke_prompt('''
            <message role="system">You are a clerk. {{#if rules}}Keep the rules.{{/if}}</message>
            {{#each messages}}<message role="{{role}}">{{content}}</message>{{/each}}
            <message role='user' name="x">Count the books.</message>''')
        kernel.invoke_prompt("Read this first: <message role='user'>Count.</message>")
    """
    found = [[role for role, _ in parts(each)] for each in requests_of(code)]
    assert found == [["system", "unknown", "user"], ["user"]]


def test_who_serves_a_generative_model() -> None:
    code = """
    from {} import GenerativeModel

    def run(name):
        model = load(name)
        return model.generate_content("Count the books.")
    """
    assert [each.provider for each in requests_of(code.format("vertexai.generative_models"))] == ["vertex-ai"]
    assert [each.provider for each in requests_of(code.format("google.generativeai"))] == ["gemini"]


def test_two_generative_models_of_one_file_are_served_by_two() -> None:
    code = """
    def first(question):
        import google.generativeai as genai

        return genai.GenerativeModel("gemini-1.5-pro").start_chat().send_message("Count the books.")

    def second(question):
        from vertexai.generative_models import GenerativeModel

        return GenerativeModel("gemini-1.5-pro").start_chat().send_message("Count the books.")
    """
    assert [each.provider for each in requests_of(code)] == ["gemini", "vertex-ai"]


def test_partials_of_functions_of_the_project() -> None:
    code = """
    import functools
    from functools import partial
    from openai import OpenAI

    def ask(system, question, model="gpt-4o"):
        messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
        return OpenAI().chat.completions.create(model=model, messages=messages)

    translate = partial(ask, "You translate word for word.")
    handed_on = partial(ask, "You count the letters.")

    def main():
        translate("The house is red.")

    class Clerk:
        def __init__(self):
            self.sum_up = functools.partial(ask, "You sum up in one sentence.", model="gpt-5")

        def work(self):
            self.sum_up(question="It was a dark night.")

    def other(translate):
        translate("Nothing is known of this one.")
    """
    assert [(each.model, parts(each)) for each in requests_of(code)] == [
        ("gpt-4o", [("system", "You count the letters."), ("user", "{question}")]),
        ("gpt-4o", [("system", "You translate word for word."), ("user", "The house is red.")]),
        ("gpt-5", [("system", "You sum up in one sentence."), ("user", "It was a dark night.")]),
    ]


SETTINGS = '''
    import dspy

    class Ask(dspy.Signature):
        """Answer with the facts of the context alone."""
        question = dspy.InputField()

    ask = dspy.Predict(Ask)

    def run():
        ask(question="Where is tea grown?")
'''


@pytest.mark.parametrize(
    ("head", "role"),
    [
        ("dspy.settings.configure(lm=dspy.OpenAI(model='gpt-3.5-turbo'))", "user"),
        ("dspy.configure(lm=dspy.HFClientTGI(model='llama', port=8080))", "user"),
        ("dspy.configure(lm=dspy.LM('openai/gpt-4o-mini'))", "system"),
        ("dspy.configure(lm=dspy.OpenAI('gpt-4'))\nwith dspy.context(lm=dspy.Claude('claude-2')):\n    pass", "user"),
        # Of which of them is asked nothing is known.
        ("dspy.configure(lm=dspy.OpenAI('gpt-4'))\nwith dspy.context(lm=dspy.LM('gpt-4o')):\n    pass", "system"),
        ("dspy.configure(lm=dspy.OpenAI('gpt-4'))\ndspy.configure(lm=given)", "system"),
        ("", "system"),
    ],
)
def test_models_of_old_versions_of_dspy_are_sent_one_message(head: str, role: str) -> None:
    code = f"""import dspy
{head}
class Sort(dspy.Signature):
    \"\"\"Sort the letter by what it asks for.\"\"\"
    letter = dspy.InputField(desc="the letter as it came in")
    kind = dspy.OutputField(desc="one word alone")
sort = dspy.Predict(Sort)
def run(letter):
    return sort(letter=letter)
"""
    (found,) = requests_of(code)
    asked, fields = (role, "Sort the letter by what it asks for."), [
        (role, "the letter as it came in"),
        (role, "one word alone"),
    ]
    told = [asked, *fields] if role == "user" else [*fields, asked]
    assert parts(found) == [*told, ("user", "{letter}")]
    slots = {each.slot for each in found.unresolved} - {"model", "provider"}
    assert slots == {"messages" if role == "user" else "system"}


def test_the_model_that_dspys_settings_name() -> None:
    one = "import dspy\nlm = dspy.LM('openai/gpt-4o-mini')\ndspy.configure(lm=lm)\n"
    (found,) = requests_of(SETTINGS, main=one)
    assert (found.provider, found.model) == ("openai", "openai/gpt-4o-mini")
    # DSPy says what the fields are in words of its own.
    assert [(each.slot, each.expression) for each in found.unresolved] == [("system", "dspy.Predict")]

    same = "import dspy\ndspy.settings.configure(lm=dspy.LM('openai/gpt-4o-mini'))\n"
    other = "import dspy\nwith dspy.context(lm=dspy.LM('anthropic/claude-sonnet-4-5')):\n    pass\n"
    unknown = "import dspy\ndspy.configure(lm=given)\n"
    assert [each.model for each in requests_of(SETTINGS, main=one, again=same)] == ["openai/gpt-4o-mini"]
    for more in (other, unknown):
        (found,) = requests_of(SETTINGS, main=one, again=more)
        assert (found.provider, found.model) == ("", "")

    own = SETTINGS.replace("dspy.Predict(Ask)", "dspy.Predict(Ask, lm=dspy.LM('openai/gpt-5'))")
    assert [each.model for each in requests_of(own, main=one)] == ["openai/gpt-5"]


def test_a_swarm_is_given_its_agent_where_it_runs() -> None:
    code = """
    from swarm import Agent, Swarm
    client = Swarm()
    helper = Agent(name="helper", model="gpt-4o", instructions="You keep books.")
    client.run(agent=helper, messages=[{"role": "user", "content": "Count the books."}])
    """
    (found,) = requests_of(code)
    assert (found.provider, found.model, found.complete) == ("openai", "gpt-4o", True)
    assert parts(found) == [("system", "You keep books."), ("user", "Count the books.")]


def test_models_by_their_names() -> None:
    code = """
    from {} import {}

    class Clerk:
        def work(self, text):
            return self.{}("Count the books.")
    """
    langchain = ("langchain_core.prompts", "PromptTemplate", "summary_model.invoke")
    llama = ("llama_index.core", "VectorStoreIndex", "mm_llm.complete")
    for given in (langchain, llama):
        assert [parts(each) for each in requests_of(code.format(*given))] == [[("user", "Count the books.")]]
    for other in (("numpy", "array", "summary_model.invoke"), (*langchain[:2], "desk.invoke")):
        assert requests_of(code.format(*other)) == []


def test_agno_adds_text_where_it_is_told_to() -> None:
    code = """
    from agno.agent import Agent
    from agno.models.openai import OpenAIChat
    helper = Agent(model=OpenAIChat(id="gpt-4o"), description="You keep books."{})
    helper.run("Count the books.")
    """
    assert [each.complete for each in requests_of(code.format(""))] == [True]
    assert [each.complete for each in requests_of(code.format(", markdown=False"))] == [True]
    for more in (", markdown=True", ", db=db", ", knowledge=shelves"):
        assert [each.complete for each in requests_of(code.format(more))] == [False]


def test_agno_sends_nothing_beside_a_system_message() -> None:
    code = """
    from agno.agent import Agent
    from agno.models.openai import OpenAIChat
    helper = Agent(model=OpenAIChat(id="gpt-4o"), description="You keep books.", markdown=True{})
    helper.run("Count the books.")
    """
    (alone,) = requests_of(code.format(', system_message="You keep the archive."'))
    assert (parts(alone), alone.complete) == ([("system", "You keep the archive."), ("user", "Count the books.")], True)
    (none,) = requests_of(code.format(", system_message=None"))
    assert (parts(none), none.complete) == ([("system", "You keep books."), ("user", "Count the books.")], False)


def test_a_slice_of_the_messages_that_a_chat_template_gets() -> None:
    code = """
    from transformers import AutoTokenizer
    def answer(tokenizer, model, {0}):
        return model.generate(tokenizer.apply_chat_template({1}, tools=[{{"name": "find", "description": "Finds."}}]))
    """
    for name, given in (("messages", "messages[-1:]"), ("letters", "letters[1:]"), ("query", "query")):
        (found,) = requests_of(code.format(name, given))
        assert parts(found)[1:] == [("unknown", f"{{{given}}}")]


KITCHEN = """
from typing import Annotated
from semantic_kernel.functions import kernel_function
class Shelves:
    @kernel_function(description="Says how much is left.")
    def left(self, dish: Annotated[str, "The name of the dish."]) -> int:
        return 1
class Kitchen(Shelves):
    def __init__(self, size=3):
        self.size = size
    @kernel_function
    def close(self, when: str) -> str:
        \"""Closes the kitchen.\"""
    def clean(self):
        \"""Not for the model.\"""
"""


@pytest.mark.parametrize("plugin", ["Kitchen()", "Kitchen(size)", "Kitchen(size=size)", "kitchen"])
@pytest.mark.parametrize("apart", [False, True])
def test_methods_of_an_object_that_are_tools(plugin: str, apart: bool) -> None:
    code = f"""
from semantic_kernel.agents import ChatCompletionAgent
from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion
service = OpenAIChatCompletion(ai_model_id="gpt-4o")
kitchen = Kitchen()
async def ask(question, size):
    agent = ChatCompletionAgent(service=service, instructions="You keep a restaurant.", plugins=[{plugin}])
    return await agent.get_response(messages=question)
"""
    imports = "from kitchen import Kitchen\n" if apart else KITCHEN
    (found,) = requests_of(app=imports + code, **({"kitchen": KITCHEN} if apart else {}))
    tools = [("tool", "Closes the kitchen."), ("tool", "Says how much is left.\nThe name of the dish.")]
    assert parts(found) == [*tools, ("system", "You keep a restaurant."), ("user", "{question}")]
    assert [each.name for each in found.prompts[:2]] == ["close", "left"] and found.complete


def test_objects_without_tools_are_not_known() -> None:
    code = """
    from semantic_kernel.agents import ChatCompletionAgent
    from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion
    class Kitchen:
        def close(self):
            return ""
    agent = ChatCompletionAgent(
        service=OpenAIChatCompletion(ai_model_id="gpt-4o"), instructions="Cook.", plugins=[Kitchen(), other(), Bar(3)]
    )
    """
    (found,) = requests_of(code)
    assert [each.expression for each in found.unresolved if each.slot == "tools"] == ["Kitchen", "other()", "Bar(3)"]


def test_a_platform_serves_models_of_others() -> None:
    [found] = requests_of(
        """
        from camel.agents import ChatAgent
        from camel.models import ModelFactory
        from camel.types import ModelPlatformType

        model = ModelFactory.create(model_platform=ModelPlatformType.PPIO, model_type="deepseek/deepseek-v3")
        ChatAgent(system_message="You know plants.", model=model).step("Name a plant.")
        """
    )
    assert (found.provider, found.model) == ("", "deepseek/deepseek-v3")


def test_a_call_under_another_name() -> None:
    code = """
    from openai import OpenAI

    client = OpenAI(base_url="https://api.deepseek.com")

    create = OpenAI().chat.completions.create

    def write(text):
        return create(model="gpt-4o", messages=[{"role": "user", "content": f"Sum up: {text}"}])

    def local(question):
        ask = client.chat.completions.create
        return ask(model="deepseek-chat", messages=[{"role": "user", "content": f"Name one plant. {question}"}])

    def other(question):
        ask = question.create
        return ask(model="gpt-5", messages=[{"role": "user", "content": f"Name one tree. {question}"}])
    """
    assert [(each.provider, each.model, parts(each)) for each in requests_of(code)] == [
        ("openai", "gpt-4o", [("user", "Sum up: {text}")]),
        ("deepseek", "deepseek-chat", [("user", "Name one plant. {question}")]),
    ]


FEW_SHOT = """
from langchain_core.prompts import FewShotPromptTemplate, PromptTemplate
from langchain_openai import ChatOpenAI

few = FewShotPromptTemplate(
    EXAMPLES,
    example_prompt=PromptTemplate.from_template("Letter: {letter}\\nDesk: {desk}"),
    prefix="Name the desk that answers the letter.",
    suffix="Letter: {letter}\\nDesk:",
)
chain = few | ChatOpenAI(model="gpt-4o")
chain.invoke({"letter": letter})
"""


def test_a_template_of_examples_is_all_of_it() -> None:
    front, behind = "Name the desk that answers the letter.", "Letter: {letter}\nDesk:"
    dogs, bags = "Letter: Where is my dog?\nDesk: dogs", "Letter: Where is my bag?\nDesk: bags"
    examples = '[{"letter": "Where is my dog?", "desk": "dogs"}, {"letter": "Where is my bag?", "desk": "bags"}]'
    for given, between in (
        (f"examples={examples}", "\n\n"),
        (f'examples={examples}, example_separator="\\n--\\n"', "\n--\n"),
        ("examples=known", "\n\n"),
    ):
        (found,) = requests_of(FEW_SHOT.replace("EXAMPLES", given) + f"known = {examples}\n")
        assert [shown(prompt.template) for prompt in found.prompts] == [between.join((front, dogs, bags, behind))]
        assert (found.prompts[0].name, found.complete) == ("few", True)
    (found,) = requests_of(FEW_SHOT.replace("EXAMPLES", "example_selector=selector"))
    assert shown(found.prompts[0].template) == f"{front}[\n\nLetter: {{letter}}\nDesk: {{desk}}]\n\n{behind}"


def test_a_chain_of_the_module_is_run_as_often_as_it_is_invoked() -> None:
    code = """
        from langchain_core.prompts import ChatPromptTemplate
        from langchain_openai import ChatOpenAI

        def once(): pass
        prompt = ChatPromptTemplate.from_messages([("system", "Be kind to all."), ("user", "{question}")])
        chain = prompt | ChatOpenAI(model="gpt-5")
        def ask(question): return chain.invoke({"question": question})
        if __name__ == "__main__": print(once())
    """
    (request,) = requests_of(code)
    assert request.complete and not request.once
    assert not any(prompt.once for prompt in request.prompts)


GUARDED = """
from guardrails import Guard

class Desk:
    def __init__(self, guard: Guard, api):
        self.guard = guard
        self.api = api

    def answer(self, *, messages, **more):
        return str(self.engine.query(messages[0]["content"]))

    def ask(self, text):
        return self.guard({given})
"""
TEXT = '[{"role": "user", "content": text}]'


@pytest.mark.parametrize(
    ("given", "sent", "opened"),
    [
        (f"llm_api=self.answer, messages={TEXT}", [("user", "{text}")], ["self.answer"]),
        (f"lambda messages: f(messages), messages={TEXT}", [("user", "{text}")], ["lambda messages: f(messages)"]),
        (f"self.api, messages={TEXT}", [("user", "{text}")], []),
        ("self.api, prompt_params={'town': text}", [], [""]),
        ("self.api, prompt_params={'town': text}, **self.more", [], [""]),
    ],
)
def test_a_guard_over_a_function_of_the_project_sends_what_that_makes(
    given: str, sent: list[tuple[str, str]], opened: list[str]
) -> None:
    (found,) = every_request(GUARDED.format(given=given))
    assert parts(found) == sent
    assert [each.expression for each in found.unresolved if each.slot == "messages"] == opened


def test_blanks_in_a_prompt_of_a_kernel_are_gone_through_once() -> None:
    sort = Text("Sort {{a" + " " * 100_000, Span("a.py", 0, 100_009), True)
    # Each of them was the begin of all that follow: that took minutes.
    assert within(5, lambda: operations.kernel((sort,)))


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("handlebars", "Sort {{#each plans}}{{this}}, {{/each}}by {{day}}.", "Sort {this}, by {day}."),
        ("jinja2", "Sort {% for plan in plans %}{{ plan }}, {% endfor %}by {{ day }}.", "Sort [{plan}, ]by {day}."),
        ("semantic-kernel", "Sort all plans by {{$day}}.", "Sort all plans by {$day}."),
    ],
)
@pytest.mark.parametrize("call", ["invoke_prompt({}, ", "add_function('plugin', 'sort', prompt={}, "])
def test_the_languages_of_a_kernel(language: str, text: str, said: str, call: str) -> None:
    written = call.format(repr(text))
    code = f"""
    from semantic_kernel import Kernel
    kernel = Kernel()

    async def ask(plans):
        await kernel.{written}template_format="{language}")
    """
    (request,) = requests_of(code)
    ((_, found),) = parts(request)
    assert found.replace("{$day}", "{day}") == said.replace("{$day}", "{day}")


@pytest.mark.parametrize(
    ("made", "asked"),
    [
        ("agent = ChatAgent('Be kind.')", "agent.step(text)"),
        ("helper = ChatAgent(system_message='Be kind.')", "helper.step(text)"),
        ("helper = ChatAgent('Be kind.')", "await helper.astep(input_message=text)"),
        ("self.helper = ChatAgent('Be kind.')", "self.helper.step(text)"),
        ("self.helper = ChatAgent('Be kind.')", "self.helper.step(BaseMessage.make_user_message('u', text))"),
    ],
)
def test_what_an_agent_of_camel_is_told_in_a_step_is_the_users(made: str, asked: str) -> None:
    (request,) = requests_of(f"""
    from camel.agents import ChatAgent
    from camel.messages import BaseMessage
    class Desk:
        async def ask(self, question):
            {made}
            text = f"Which plant is meant? {{question}}"
            return {asked}
    """)
    assert parts(request) == [("system", "Be kind."), ("user", "Which plant is meant? {question}")]


def test_a_step_of_anything_else_is_no_request() -> None:
    assert not requests_of("""
    from camel.agents import ChatAgent
    def go(world, text):
        return world.step(f"Go to the {text} of the garden, and look for a plant.")
    """)


KIND, HELLO = ("system", "Be kind."), ("user", "Hello.")


@pytest.mark.parametrize(
    ("given", "said", "known"),
    [
        ("[[SystemMessage(content='Be kind.'), HumanMessage(content='Hello.')]]", [KIND, HELLO], True),
        ("[[SystemMessage(content='Be kind.'), HumanMessage(content='Hello.')] for _ in more]", [KIND, HELLO], True),
        ("['Hello.']", [HELLO], True),
        ("[f'Hello, {each}.' for each in more]", [("user", "Hello, {each}.")], True),
        ("PROMPTS", [("user", "Which plant is it?|Which tree is it?")], True),
        ("['Which plant is it?', 'Which tree is it?']", [("user", "Which plant is it?|Which tree is it?")], True),
        ("more", [("unknown", "{more}")], False),
        ("[[HumanMessage(content='Hello.')], [HumanMessage(content='Good night.')]]", None, False),
    ],
)
@pytest.mark.parametrize("method", ["batch", "abatch"])
def test_a_batch_is_a_request_of_each_of_its_inputs(
    method: str, given: str, said: list[tuple[str, str]] | None, known: bool
) -> None:
    (request,) = every_request(f"""
    from langchain_core.messages import HumanMessage, SystemMessage
    from langchain_openai import ChatOpenAI
    PROMPTS = ["Which plant is it?", "Which tree is it?"]
    def ask(more):
        asked = ChatOpenAI(model="gpt-5")
        return asked.{method}({given}, config={{"max_concurrency": 5}})
    """)
    assert request.model == "gpt-5"
    assert said is None or [(prompt.role, shown(prompt.template)) for prompt in request.prompts] == said
    assert request.complete is known


def test_a_batch_of_anything_else_is_no_request() -> None:
    assert not every_request("""
    from langchain_openai import ChatOpenAI
    def ask(loader):
        return loader.batch(["Which plant is it, and where does it grow?"])
    """)


FILLED = """
    from langchain_core.prompts import ChatPromptTemplate, PromptTemplate
    from langchain_openai import ChatOpenAI
    llm = ChatOpenAI(model="gpt-5")
    PROMPT = ChatPromptTemplate.from_messages([("system", "Speak of {land}."), ("human", "{question}")])
    TEXT = PromptTemplate.from_template("Speak of {land}: {question}")
    async def ask(question, town):
        own = ChatPromptTemplate.from_messages([("system", "Speak of {land}."), ("human", "{question}")])
        CODE
"""
OF_NORWAY = [("system", "Speak of Norway."), ("user", "{question}")]


@pytest.mark.parametrize("prompt", ["PROMPT", "own"])
@pytest.mark.parametrize(
    "code",
    [
        "return llm.invoke(P.format_messages(land='Norway', question=question))",
        "return llm.invoke(P.format_prompt(land='Norway', question=question))",
        "return llm.invoke(P.format_prompt(land='Norway', question=question).to_messages())",
        "return llm.invoke(P.invoke({'land': 'Norway', 'question': question}))",
        "value = await P.ainvoke({'land': 'Norway', 'question': question})\n        return llm.invoke(value)",
        "return llm.invoke(P.invoke({'land': 'Norway', 'question': question}).to_messages())",
        "return llm.invoke(P.partial(land='Norway').invoke({'question': question}))",
        "prompt = P.partial(land='Norway')\n        return (prompt | llm).invoke({'question': question})",
        "return (P.partial(land='Norway') | llm).invoke({'question': question})",
    ],
)
def test_a_template_that_is_filled_is_what_a_model_is_given(code: str, prompt: str) -> None:
    (request,) = every_request(FILLED.replace("CODE", code.replace("P.", f"{prompt}.")))
    assert [(each.role, shown(each.template)) for each in request.prompts] == OF_NORWAY
    assert request.complete


def test_a_text_template_that_is_filled_is_what_a_model_is_given() -> None:
    code = "return llm.invoke(TEXT.invoke({'land': town, 'question': question}))"
    (request,) = every_request(FILLED.replace("CODE", code))
    assert [shown(each.template) for each in request.prompts] == ["Speak of {town}: {question}"]


def test_what_a_chain_gives_back_is_no_template_that_is_filled() -> None:
    code = "chain = PROMPT | llm\n        return llm.invoke(chain.invoke({'land': town, 'question': question}))"
    first, second = every_request(FILLED.replace("CODE", code))
    assert (first.complete, second.complete) == (True, False)


@pytest.mark.parametrize(
    ("code", "slots"),
    [
        (
            "from langchain.agents import create_agent\n"
            "agent = create_agent('openai:gpt-5', tools=[], system_prompt='Be kind to them.', middleware=MIDDLEWARE)\n"
            "agent.invoke({'messages': [{'role': 'user', 'content': 'What grows in the wood?'}]})\n",
            {"system", "tools", "messages"},
        ),
        (
            "from aider.coders import Coder\n"
            "coder = Coder.create(main_model='gpt-4o')\n"
            "coder.run('Write the part about methods, please.')\n",
            {"model", "system", "tools", "messages"},
        ),
        (
            "from pydantic_ai import Agent\n"
            "def run(options):\n"
            "    agent = Agent('openai:gpt-5', **options)\n"
            "    return agent.run_sync('What grows in the wood?')\n",
            {"system", "tools"},
        ),
        (
            "from pydantic_ai import Agent\n"
            "def make(model, **kwargs):\n"
            "    return Agent(model, **kwargs)\n"
            "def run():\n"
            "    agent = make('openai:gpt-5', system_prompt='You know all the plants.')\n"
            "    return agent.run_sync('What grows in the wood?')\n",
            {"system", "tools"},
        ),
    ],
)
def test_what_a_framework_puts_in_of_its_own_is_not_known(code: str, slots: set[str]) -> None:
    (request,) = every_request(code)
    assert {each.slot for each in request.unresolved} == slots


@pytest.mark.parametrize(
    ("given", "number"), [("text=text, voice='Cherry'", 0), ("messages=said, voice=voice", 1), ("messages=said", 1)]
)
def test_speech_that_is_made_of_a_text_is_no_request(given: str, number: int) -> None:
    code = f"""
        import dashscope
        def ask(text, said, voice=None):
            return dashscope.MultiModalConversation.call(model="qwen3-omni", {given})
    """
    assert len(every_request(code)) == number


@pytest.mark.parametrize("given", ["system=SYSTEM", "llm=llm"])
def test_a_template_that_a_function_is_given_has_fields(given: str) -> None:
    (request,) = requests_of(f"""
        from langchain_core.prompts import ChatPromptTemplate
        from langchain_openai import ChatOpenAI

        llm = ChatOpenAI(model="gpt-4o")
        SYSTEM = 'Answer in {{language}} out of these documents, as {{{{"text": ...}}}}: {{context}}'

        def chain_of(llm=llm, system=SYSTEM):
            prompt = ChatPromptTemplate.from_messages([("system", system), ("human", "{{question}}")])
            return prompt | llm

        def ask(docs, question):
            return chain_of({given}).invoke({{"context": docs, "language": "Dutch", "question": question}})
    """)
    said = 'Answer in {language} out of these documents, as {"text": ...}: {context}'
    assert parts(request) == [("system", said), ("user", "{question}")]


def test_instructions_that_stand_in_for_others_are_not_sent_beside_them() -> None:
    (request, other) = requests_of("""
        from praisonaiagents import Agent, PraisonAIAgents, Task

        both = Agent(role="Analyst", goal="Find costs", backstory="Years of work", instructions="Analyse the data")
        one = Agent(role="Analyst", goal="Find costs", instructions="Analyse the data")
        tasks = [Task(description="Look at May", agent=both), Task(description="Look at June", agent=one)]
        PraisonAIAgents(agents=[both, one], tasks=tasks).start()
    """)
    assert [text for role, text in parts(request) if role == "system"] == ["Years of work", "Analyst", "Find costs"]
    assert [text for role, text in parts(other) if role == "system"] == ["Analyse the data", "Analyst", "Find costs"]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("backstory=BACK, goal=GOAL", ["Years of work", "Find costs"]),
        ("backstory='B' if flag else None, goal=GOAL", ["Do it well.", "B", "Find costs"]),
        ("backstory=given, goal=GOAL", ["Do it well.", "{given}", "Find costs"]),
        ("backstory=SAME, goal=GOAL", ["Do it well.", "Find costs"]),
    ],
)
def test_what_may_not_be_given_is_stood_in_for(given: str, sent: list[str]) -> None:
    (request,) = requests_of(f"""
        from praisonaiagents import Agent

        BACK, GOAL = "Years of work", "Find costs"
        SAME = "Do it well."

        def made(flag, given):
            return Agent(instructions=SAME, {given})
    """)
    assert [text for role, text in parts(request) if role == "system"] == sent


def test_a_pipeline_whose_prompt_is_one_of_several_is_a_request() -> None:
    (request,) = requests_of("""
        from langchain_core.prompts import PromptTemplate

        ANSWER = "Answer out of {context}: {question}"

        class Node:
            def __init__(self, config):
                self.llm, self.info = config["llm"], config.get("info")

            def run(self, doc, question):
                template = ANSWER
                if self.info is not None:
                    template = self.info + ANSWER
                chain = PromptTemplate(template=template, partial_variables={"context": doc}) | self.llm
                return chain.invoke({"question": question})
    """)
    (prompt,) = request.prompts
    (choice,) = prompt.template
    assert isinstance(choice, Choice) and prompt.role == "user"
    said = [[part.value for part in branch if isinstance(part, Text)] for branch in choice.branches]
    assert said == [["Answer out of ", ": "]] * 2


@pytest.mark.parametrize("asked", ["chain.run(land)", "chain.predict(land=land)", "chain({'land': land})"])
def test_a_chain_of_langchain_is_told_where_it_is_made(asked: str) -> None:
    (request, other) = requests_of(f"""
        from langchain.chains import LLMChain
        from langchain.prompts import ChatPromptTemplate, PromptTemplate
        from langchain_openai import ChatOpenAI

        llm = ChatOpenAI(model="gpt-4o")
        CHAT = ChatPromptTemplate.from_messages([("system", "Be kind to {{land}}."), ("human", "{{question}}")])

        def ask(land):
            prompt = PromptTemplate(template="Name towns in {{land}} as {{{{json}}}}.", input_variables=["land"])
            chain = LLMChain(llm=llm, prompt=prompt)
            return {asked}

        def keep(memory):
            return LLMChain(prompt=CHAT, llm=llm, memory=memory)
    """)
    assert (request.model, request.complete) == ("gpt-4o", True)
    assert parts(request) == [("user", "Name towns in {land} as {json}.")]
    assert parts(other) == [("system", "Be kind to {land}."), ("user", "{question}")]
    assert not other.complete


@pytest.mark.parametrize(
    "made",
    [
        "create_stuff_documents_chain(llm, PROMPT)",
        "create_history_aware_retriever(llm, retriever, PROMPT)",
        "RetrievalQA.from_chain_type(llm=llm, retriever=retriever, chain_type_kwargs={'prompt': PROMPT})",
        "ConversationalRetrievalChain.from_llm(llm, retriever, combine_docs_chain_kwargs={'prompt': PROMPT})",
        "load_qa_chain(llm, chain_type='stuff', prompt=PROMPT)",
        "ConversationChain(llm=llm, memory=memory, prompt=PROMPT)",
    ],
)
def test_chains_of_langchain_that_are_given_their_prompt(made: str) -> None:
    name = made.partition("(")[0].partition(".")[0]
    code = f"""
        from langchain.chains import {name}
        from langchain_core.prompts import ChatPromptTemplate
        from langchain_openai import ChatOpenAI

        llm = ChatOpenAI(model="gpt-4o")
        PROMPT = ChatPromptTemplate.from_messages([("system", "Answer out of {{context}}."), ("human", "{{input}}")])

        def made(retriever, memory):
            return {made}
    """
    (request,) = requests_of(code)
    assert (request.model, request.complete) == ("gpt-4o", True)
    assert parts(request) == [("system", "Answer out of {context}."), ("user", "{input}")]
    # Texts of its own do not stand in the code.
    for given in (", prompt=PROMPT", ", PROMPT", "'prompt': PROMPT"):
        code = code.replace(given, "")
    assert "PROMPT)" not in code and not requests_of(code)


@pytest.mark.parametrize(
    ("made", "asked", "expected"),
    [
        ("huggingface_hub.InferenceClient('zai/glm')", "chat_completion", ("huggingface", "zai/glm")),
        ("huggingface_hub.AsyncInferenceClient(model='zai/glm')", "chat_completion", ("huggingface", "zai/glm")),
        ("huggingface_hub.InferenceClient('zai/glm', provider='groq')", "chat_completion", ("groq", "zai/glm")),
        ("vllm.LLM(model='zai/glm')", "chat", ("vllm", "zai/glm")),
    ],
)
def test_the_model_of_a_client_that_has_one(made: str, asked: str, expected: tuple[str, str]) -> None:
    (request,) = requests_of(f"""
        import {made.partition(".")[0]}
        llm = {made}
        llm.{asked}([{{"role": "user", "content": "Say something kind."}}])
    """)
    assert (request.provider, request.model, request.complete) == (*expected, True)


PIPED = """
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI

bot = ChatOpenAI(model="gpt-4o")
piped = bot | StrOutputParser()
TOLD = ChatPromptTemplate.from_template("Tell of the {place}.")


def at_once(place):
    return (ChatOpenAI(model="gpt-5") | StrOutputParser()).invoke(f"Tell me of {place} at the sea.")


def by_name(place):
    return (bot | StrOutputParser()).invoke([SystemMessage("You are a guide."), HumanMessage(f"Now {place}.")])


def kept(place):
    return piped.invoke(f"Tell me of {place} in the hills.")


def handed(place, llm):
    return (llm | StrOutputParser()).invoke(f"Tell me of {place} in the woods.")


def behind(place):
    return (TOLD | piped).invoke({"place": place})


def others(place, words, finder):
    more = words | {"sea"}
    return (finder | StrOutputParser()).invoke(f"Tell me of {place} in the marsh."), more
"""


def test_a_pipeline_that_begins_with_a_model_is_asked_as_it_is() -> None:
    found = {request.name: request for request in requests_of(PIPED)}
    assert {name: (each.provider, each.model) for name, each in found.items()} == {
        "at_once": ("openai", "gpt-5"),
        "by_name": ("openai", "gpt-4o"),
        "kept": ("openai", "gpt-4o"),
        "handed": ("", ""),
        "behind": ("openai", "gpt-4o"),
    }
    assert [each.complete for each in found.values()] == [name != "handed" for name in found]
    assert parts(found["at_once"]) == [("user", "Tell me of {place} at the sea.")]
    assert parts(found["by_name"]) == [("system", "You are a guide."), ("user", "Now {place}.")]
    assert [(each.slot, each.expression) for each in found["handed"].unresolved] == [("model", "llm")]


def test_a_brace_that_becomes_a_field_of_the_next_template_is_no_prompt_of_its_own() -> None:
    code = """
        from langchain_core.prompts import ChatPromptTemplate, PromptTemplate
        from langchain_openai import ChatOpenAI

        llm = ChatOpenAI(model="gpt-4o")

        def ask(topic, this):
            text = PromptTemplate.from_template("Say {{this}} about the {topic} of today.").format(topic=topic)
            return (ChatPromptTemplate.from_template(text) | llm).invoke({"this": this})
    """
    project = link([facts(Source("app.py", textwrap.dedent(code)))])
    assert [shown(prompt.template) for prompt in project.prompts] == ["Say {this} about the {topic} of today."]


def test_the_fields_of_one_of_two_signatures_are_sent_where_that_is_asked() -> None:
    (request,) = [
        each
        for each in requests_of("""
        import dspy

        class Long(dspy.Signature):
            '''Answer at length.'''
            answer = dspy.OutputField(desc="ten lines")

        class Short(dspy.Signature):
            '''Answer in a word.'''
            answer = dspy.OutputField(desc="a word")

        class Desk(dspy.Module):
            def __init__(self, full=False):
                if full:
                    self.asked = dspy.Predict(Long)
                else:
                    self.asked = dspy.Predict(Short)

            def forward(self, question):
                return self.asked(question=question)
    """)
        if each.name == "Desk.forward"
    ]
    said = {"".join(text.value for text in texts(each.template)): each.conditions for each in request.prompts}
    assert {said[text] for text in ("Answer at length.", "ten lines")} == {("full",)}
    assert {said[text] for text in ("Answer in a word.", "a word")} == {("not (full)",)}


def test_a_generator_of_adalflow_is_given_what_fills_its_template_when_it_is_called() -> None:
    code = """
    import adalflow as adal

    def ask(question):
        write = adal.Generator(template="You are a clerk. {{input_str}}", model_kwargs={"model": "gpt-4o"})
        write.call(prompt_kwargs={"input_str": "Who wrote the letter?"})
        values = {"input_str": f"Who wrote {question}?"}
        return write(values)

    def plain(question):
        return adal.Generator(model_kwargs={"model": "gpt-4o"})({"input_str": "Who wrote it?"})
    """
    first, second, plain = requests_of(code)
    assert (first.model, parts(first)[1:]) == ("gpt-4o", [("user", "Who wrote the letter?")])
    assert parts(second)[1:] == [("user", "Who wrote {question}?")]
    assert [each.slot for each in first.unresolved] == ["provider"]
    # The template that it has by itself stands in the package.
    assert parts(plain) == [("user", "Who wrote it?")]
    assert "system" in {each.slot for each in plain.unresolved}
