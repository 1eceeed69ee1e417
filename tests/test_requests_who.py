"""Who answers a request: which of two agents, and which provider; and whose words a value is that may be a list."""

from __future__ import annotations

import textwrap

import pytest
from requested import requests_of as every_request
from test_requests import parts, requests_of

from promptlint.extract.python import facts
from promptlint.link import link
from promptlint.source import Source

AGENTS = """
    from autogen import ConversableAgent, UserProxyAgent

    class Lesson:
        def hold(self, other):
            pupil = ConversableAgent("pupil", system_message="You want to learn.", llm_config={"model": "gpt-4o"})
            teacher = ConversableAgent("teacher", system_message="You teach.", llm_config={"model": "gpt-4.1"})
            CALL
"""


@pytest.mark.parametrize(
    ("call", "model", "sent"),
    [
        ("pupil.run(teacher, message='What is a root?')", "gpt-4.1", ["You teach.", "What is a root?"]),
        ("pupil.a_run(recipient=teacher, message='What is a root?')", "gpt-4.1", ["You teach.", "What is a root?"]),
        ("pupil.initiate_chat(teacher, message='What is a root?')", "gpt-4.1", ["You teach.", "What is a root?"]),
        ("pupil.a_initiate_chat(teacher, message='What is a root?')", "gpt-4.1", ["You teach.", "What is a root?"]),
        ("teacher.run(message='What is a root?', max_turns=1)", "gpt-4.1", ["You teach.", "What is a root?"]),
        ("teacher.run(None, message='What is a root?')", "gpt-4.1", ["You teach.", "What is a root?"]),
        # Of another agent nothing is known: it is not that of the sender.
        ("pupil.run(other, message='What is a root?')", "", ["What is a root?"]),
        ("pupil.initiate_chat(self.other, message='What is a root?')", "", ["What is a root?"]),
    ],
)
def test_of_two_agents_the_recipient_answers(call: str, model: str, sent: list[str]) -> None:
    found = [(each.model, parts(each)) for each in requests_of(AGENTS.replace("CALL", call))]
    expected = list(zip(["system", "user"][-len(sent) :], sent, strict=True))
    assert [(name, each) for name, each in found if "What is a root?" in dict(each).values()] == [(model, expected)]


@pytest.mark.parametrize(
    ("client", "provider"),
    [
        ("cohere.Client(KEY)", "cohere"),
        ("cohere.ClientV2(base_url='https://api.cohere.com/v2')", "cohere"),
        ("cohere.Client(KEY, base_url=os.environ['COHERE_URL'])", ""),
        ("cohere.Client(base_url='https://small.eastus.models.ai.azure.com/v1')", ""),
        ("cohere.BedrockClient(aws_region='us-east-1')", "bedrock"),
        ("cohere.SagemakerClientV2(aws_region='us-east-1')", "sagemaker"),
        ("cohere.AwsClientV2(service='bedrock')", "bedrock"),
        ("cohere.AwsClient(service=os.environ['SERVICE'])", ""),
        ("cohere.OciClient(oci_region='us-chicago-1')", "oci"),
    ],
)
def test_a_client_of_cohere_may_ask_somebody_else(client: str, provider: str) -> None:
    code = f"""
    import os
    import cohere

    class Shop:
        def __init__(self):
            self.client = {client}

        def ask(self):
            return self.client.chat(model="command-r", message="Name a plant.")
    """
    assert [each.provider for each in requests_of(code)] == [provider]


@pytest.mark.parametrize(
    ("client", "provider"),
    [
        ("groq.Groq()", "groq"),
        ("groq.Groq(base_url=os.environ['GATEWAY'])", ""),
        ("together.Together(base_url='https://models.example.org/v1')", ""),
        ("openai.OpenAI() if local is None else openai.OpenAI(base_url=local)", ""),
        ("openai.OpenAI(base_url='https://api.deepseek.com') if local else openai.OpenAI()", ""),
        ("anthropic.Anthropic() if local is None else anthropic.AnthropicBedrock()", ""),
    ],
)
def test_an_address_decides_who_answers(client: str, provider: str) -> None:
    call = "messages" if "anthropic" in client else "chat.completions"
    code = f"""
    import os, {client.partition(".")[0]}

    def ask(local):
        client = {client}
        return client.{call}.create(model=MODEL, messages=[{{"role": "user", "content": "Name a plant."}}])
    """
    assert [each.provider for each in requests_of(code)] == [provider]


@pytest.mark.parametrize(
    ("client", "model", "provider"),
    [
        ("anthropic.Anthropic()", "MODEL", "anthropic"),
        ("given", "MODEL", ""),
        # A server that is asked in the way of OpenAI may have models of anybody.
        ("given", "'claude-2'", ""),
        ("openai_client", "MODEL", ""),
    ],
)
def test_a_completion_is_of_whom_the_client_is(client: str, model: str, provider: str) -> None:
    code = f"""
    import anthropic

    def ask(question, given, openai_client):
        return {client}.completions.create(model={model}, prompt=f"Name a plant: {{question}}")
    """
    project = link([facts(Source("app.py", textwrap.dedent(code)))])
    assert [each.provider for each in project.requests] == [provider]


def test_a_model_asks_whom_its_client_asks() -> None:
    code = """
    import os
    from agents import Agent, OpenAIChatCompletionsModel
    from openai import AsyncAzureOpenAI, AsyncOpenAI

    local = OpenAIChatCompletionsModel(model=os.environ["M"], openai_client=AsyncOpenAI(base_url=os.environ["URL"]))
    known = OpenAIChatCompletionsModel(model=os.environ["M"], openai_client=AsyncAzureOpenAI())
    found = OpenAIChatCompletionsModel(model=os.environ["M"], openai_client=find_client())
    a = Agent(name="a", instructions="Name a plant.", model=local)
    b = Agent(name="b", instructions="Name a tree.", model=known)
    c = Agent(name="c", instructions="Name a herb.", model=found)
    """
    assert [(each.provider, parts(each)[0][1]) for each in requests_of(code)] == [
        ("", "Name a plant."),
        ("azure", "Name a tree."),
        ("", "Name a herb."),
    ]


@pytest.mark.parametrize(
    ("parameter", "given", "role", "complete"),
    [
        ("input: str", "input", "user", True),
        ("input: str | None = None", "input", "user", True),
        ("question", "question", "user", True),
        ("state", "f'Name {state.plant}.'", "user", True),
        ("input: str | list[dict]", "input", "unknown", False),
        ("input", "input", "unknown", False),
        ("state", "state.input_items", "unknown", False),
        ("state", "state", "unknown", False),
    ],
)
def test_what_may_be_a_text_or_a_list(parameter: str, given: str, role: str, complete: bool) -> None:
    code = f"""
    from agents import Agent, Runner

    helper = Agent(name="helper", instructions="Name plants.", model="gpt-4.1")

    async def ask({parameter}):
        return await Runner.run(helper, {given})
    """
    found = requests_of(code)
    assert [([each for each, _ in parts(one)], one.complete) for one in found] == [(["system", role], complete)]


def test_what_a_caller_gives_may_be_a_text_or_a_list() -> None:
    code = """
    from agents import Agent, Runner

    helper = Agent(name="helper", instructions="Name plants.", model="gpt-4.1")

    async def ask(input: str | list[dict]):
        return await Runner.run(helper, input)

    async def main(state):
        await ask("Name three plants that like shade.")
    """
    found = requests_of(code)
    assert [(parts(each), each.complete) for each in found] == [
        ([("system", "Name plants."), ("user", "Name three plants that like shade.")], True)
    ]


@pytest.mark.parametrize(
    ("name", "messages", "flags", "requests"),
    [
        ("make", "[USER]", "", 1),
        ("make", "[USER]", ", add_generation_prompt=True", 1),
        ("make", "[USER]", ", add_generation_prompt=False", 0),
        ("make", "[USER, ANSWER]", "", 0),
        ("make", "[USER, ANSWER]", ", add_generation_prompt=True", 1),
        ("make", "[USER, ANSWER]", ", continue_final_message=True", 1),
        ("tokenize_for_trainer", "[USER]", "", 0),
        ("count_tokens", "[USER]", "", 0),
        ("postprocess", "[USER]", "", 0),
        ("infer", "[USER]", "", 0),
        ("make_inference_prompt", "[USER]", "", 1),
        ("tokenize", "[USER]", "", 0),
        ("tokenize_prompt", "[USER]", "", 1),
    ],
)
def test_a_text_that_is_made_of_messages_to_train_on_is_no_request(
    name: str, messages: str, flags: str, requests: int
) -> None:
    code = f"""
    USER = {{"role": "user", "content": "Name a plant that likes water."}}
    ANSWER = {{"role": "assistant", "content": "A willow."}}

    def {name}(tokenizer):
        return tokenizer.apply_chat_template({messages}{flags})
    """
    use = f"from app import {name}\nmodel.generate({name}(tokenizer))\n"
    assert len(requests_of(app=code, use=use)) == requests


def test_a_text_that_is_kept_among_messages_is_not_sent_there() -> None:
    code = """
    class Rollout:
        def add(self, tokenizer, content):
            turn = {"role": "assistant", "content": content}
            self.messages.append(turn)
            content = tokenizer.apply_chat_template([turn], add_generation_prompt=False)
            self.ids += tokenizer.encode(content)
    """
    assert requests_of(code) == []


def test_a_function_that_makes_a_prompt_to_generate_from_generates_nothing() -> None:
    make = """
    def make(tokenizer):
        return tokenizer.apply_chat_template([{"role": "user", "content": "Name a plant that likes water."}])
    """
    use = "from app import make\nprint(get_generation_prompt(make(tokenizer)))\n"
    assert requests_of(app=make, use=use) == []


def test_what_a_caller_gives_a_chat_template_may_end_with_an_answer() -> None:
    make = """
    def make(tokenizer, messages):
        return tokenizer.apply_chat_template(messages)
    """
    use = """
    from app import make

    def ask(tokenizer, model):
        question = {"role": "user", "content": "Name a plant that likes water."}
        model.generate(make(tokenizer, [question]))

    def keep(tokenizer, rows, answer):
        question = {"role": "user", "content": "Name a tree that likes shade."}
        rows.append(make(tokenizer, [question, {"role": "assistant", "content": answer}]))
    """
    found = [parts(each) for each in requests_of(app=make, use=use)]
    assert found == [[("user", "Name a plant that likes water.")]]


def test_a_template_of_a_chat_template_is_not_sent_by_another_one() -> None:
    code = """
    def rows(tokenizer, row):
        row["asked"] = tokenizer.apply_chat_template([{"role": "user", "content": "Name a plant."}], CLOSED)
        row["all"] = tokenizer.apply_chat_template(row["messages"], CLOSED)
        return row
    """.replace("CLOSED", "add_generation_prompt=False")
    assert requests_of(code, "def run():\n    return llm.generate('Go on.')\n") == []


def test_a_method_of_the_project_does_not_say_who_answers() -> None:
    code = """
    from google import genai

    class Base:
        def generate_content(self, prompt):
            return self.http.post("/ask", json={"prompt": prompt})

    class Below(Base):
        def ask(self, other):
            self.generate_content("Name a plant.")
            super().generate_content("Name a tree.")
            other.generate_content("Name a herb.")
    """
    found = {parts(each)[0][1]: each.provider for each in requests_of(code)}
    assert found == {"Name a plant.": "", "Name a tree.": "", "Name a herb.": "gemini"}


@pytest.mark.parametrize(("made", "provider"), [("OpenAI()", "openai"), ("OpenAI(base_url=url)", "")])
def test_a_file_with_a_client_for_another_server_does_not_say_who_has_a_model(made: str, provider: str) -> None:
    code = f"""
    from openai import OpenAI

    class Desk:
        def _make(self, url):
            return {made}

        def ask(self):
            question = {{"role": "user", "content": "Name a plant."}}
            return self._model.chat.completions.create(model="gpt-4o", messages=[question])
    """
    assert [each.provider for each in requests_of(code)] == [provider]


@pytest.mark.parametrize(
    ("made", "asked", "provider"),
    [
        ("anthropic.Anthropic()", "client.messages.create", "anthropic"),
        ("anthropic.Anthropic(base_url=None)", "client.messages.create", "anthropic"),
        ("anthropic.AnthropicBedrock()", "client.messages.create", ""),
        ("anthropic.AsyncAnthropic(base_url=url)", "client.messages.create", ""),
        ("genai.Client(vertexai=False)", "client.models.generate_content", "gemini"),
        ("genai.Client(vertexai=True)", "client.models.generate_content", ""),
        ("anthropic.AnthropicBedrock()", "client.models.generate_content", "gemini"),
    ],
)
def test_a_client_that_is_not_known_may_be_one_that_asks_somebody_else(made: str, asked: str, provider: str) -> None:
    slot = "contents" if "models" in asked else "messages"
    app = f"""
    import anthropic
    from google import genai

    def ask(client):
        return {asked}(model=MODEL, {slot}=[{{"role": "user", "content": "Name a plant."}}])
    """
    clients = f"import anthropic\nfrom google import genai\n\ndef make(url):\n    return {made}\n"
    assert [each.provider for each in requests_of(app=app, clients=clients)] == [provider]


@pytest.mark.parametrize(
    ("messages", "roles"),
    [
        ("[HumanMessage(content='Name a plant.')]", ["user"]),
        ("self.trim(query)", ["unknown"]),
        ("[HumanMessage(content='Name a plant.'), *self.more(query)]", ["user", "unknown"]),
    ],
)
def test_messages_that_an_agent_is_given_in_a_dict(messages: str, roles: list[str]) -> None:
    code = f"""
    from langchain_core.messages import HumanMessage
    from langgraph.prebuilt import create_react_agent

    class Desk:
        def __init__(self):
            self.agent = create_react_agent("openai:gpt-4.1", [], prompt="You know plants.")

        def ask(self, query):
            return self.agent.invoke({{"messages": {messages}}})
    """
    found = requests_of(code)
    sent = [([role for role, _ in parts(each)], each.complete) for each in found]
    assert sent == [(["system", *roles], roles == ["user"])]


def test_tools_stand_in_front_of_what_moonshot_is_told() -> None:
    code = """
    from openai import OpenAI

    client = OpenAI(base_url="https://api.moonshot.cn/v1")
    tool = {"type": "function", "function": {"name": "find", "description": "Find a plant by its name."}}
    told = {"role": "system", "content": "You know plants."}
    asked = {"role": "user", "content": "Name a plant."}
    client.chat.completions.create(model="kimi-k2", messages=[told, asked], tools=[tool])
    """
    assert [[role for role, _ in parts(each)] for each in requests_of(code)] == [["tool", "system", "user"]]


@pytest.mark.parametrize(
    ("turn", "roles"),
    [
        ("ADD\n        role = 'user' if role == 'assistant' else role", "unknown"),
        ("ADD", "assistant"),
        ("role = 'user'\n        ADD", "user"),
    ],
)
def test_a_role_that_changes_from_turn_to_turn_is_not_known(turn: str, roles: str) -> None:
    turn = turn.replace("ADD", "messages.append({'role': role, 'content': each})")
    code = f"""
from openai import OpenAI
def ask(said):
    messages = [{{"role": "system", "content": "You know plants."}}]
    role = "assistant"
    for each in said:
        {turn}
    return OpenAI().chat.completions.create(model="gpt-4o", messages=messages)
"""
    assert [[role for role, _ in parts(each)] for each in requests_of(code)] == [["system", roles]]


def test_a_message_may_be_one_of_several_that_a_function_gives_back() -> None:
    code = """
    from openai import OpenAI

    def wire(message):
        if message.role == "assistant":
            made = {"role": "assistant", "content": f"Answer: {message.content}"}
            if message.calls:
                made["tool_calls"] = list(message.calls)
            return made
        if message.role == "tool":
            return {"role": "tool", "content": f"Result: {message.content}"}
        if message.role == "system":
            return {"role": "system", "content": f"Rules: {message.content}"}
        return {"role": "user", "content": f"Question: {message.content}"}

    def ask(messages):
        OpenAI().chat.completions.create(model="gpt-4o", messages=[wire(each) for each in messages])
    """
    (found,) = requests_of(code)
    assert [role for role, _ in parts(found)] == ["assistant", "tool", "system", "user"]
    assert [bool(each.when) for each in found.prompts] == [True] * 4


def test_of_two_classes_with_one_method_the_tools_are_not_known() -> None:
    code = """
    from openai import OpenAI

    TOOLS = [{"type": "function", "function": {"name": "click", "description": "Clicks.", "parameters": {}}}]

    class Handy:
        def act(self, text):
            return OpenAI().chat.completions.create(
                model="gpt-4o", tools=TOOLS, messages=[{"role": "user", "content": text}]
            )

    class Plain:
        def act(self, text):
            return OpenAI().chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": text}])

    class Agent:
        def __init__(self, name):
            if "tools" in name:
                self.agent = Handy()
            else:
                self.agent = Plain()

        def run(self):
            return self.agent.act("Open the window of the shop, please.")
    """
    found = [each for each in requests_of(code) if each.name == "Agent.run"]
    assert found and all({part.slot for part in each.unresolved} >= {"provider", "model", "tools"} for each in found)


def test_an_option_of_a_section_is_no_model() -> None:
    (found,) = requests_of("""
        import configparser
        from openai import OpenAI
        config = configparser.ConfigParser()
        NAME = config.get("OpenAI", "CHAT_MODEL")
        OpenAI().chat.completions.create(model=NAME, messages=[{"role": "user", "content": "Name a boat."}])
    """)
    assert not found.model and not found.complete


STRATEGY = """
class Prompter:
    def build(self, turns, add_generation_prompt=False):
        return self.tokenizer.apply_chat_template([{"role": "user", "content": "Name a plant."}, *turns])

class Strategy:
    def one(self, prompt):
        ids = self.prompter.build(prompt["turns"])
        BODY
"""


@pytest.mark.parametrize(
    ("body", "requests"),
    [
        ("labels = [-100] * 4 + ids[4:]\n        return {'ids': ids, 'asked': labels}", 0),
        ("res = {'ids': ids}\n        res['labels'] = mask(ids)\n        return res", 0),
        ("return Row(ids=ids, loss_mask=mask(ids))", 0),
        ("return IGNORE_INDEX, ids", 0),
        ("return ids", 1),
        ("return self.model.generate(ids)", 1),
    ],
)
def test_what_is_made_beside_labels_is_no_request(body: str, requests: int) -> None:
    use = "from app import Strategy\nmodel.generate(Strategy().build(turns))\nmodel.generate(Strategy().one(row))\n"
    assert len(requests_of(app=STRATEGY.replace("BODY", body), use=use)) == requests


@pytest.mark.parametrize(
    ("mentioned", "requests"),
    [
        ("model.generate(made)", 1),
        ("server.chat_completion(made)", 1),
        ("CompletionRow(made)", 0),
        ("plot(row.completion_lengths, made)", 0),
        ("page.generate_html(made)", 0),
        ("call_llm(made)", 1),
        ("llm_call(made)", 1),
        ("callLLM(made)", 1),
        ("task.llm_view(made)", 0),
        ("model.generation_config(made)", 0),
    ],
)
def test_what_lets_a_model_go_on_with_a_text_is_a_function_that_generates(mentioned: str, requests: int) -> None:
    code = """
    def make(tokenizer):
        return tokenizer.apply_chat_template([{"role": "user", "content": "Name a plant that likes water."}])
    """
    assert len(requests_of(app=code, use=f"from app import make\nmade = make(tokenizer)\n{mentioned}\n")) == requests


RENDERED = 'tok.apply_chat_template([{"role": "user", "content": f"Name a plant. {said}"}])'


@pytest.mark.parametrize(
    ("body", "caller", "requests"),
    [
        # What is made in plain sight outweighs names and keys, and not the other way round.
        ("return TEXT", "def run_dataset(rows): return [model.generate(build(row)) for row in rows]", 1),
        ("return TEXT", "def run_dataset(rows): return [write(build(row)) for row in rows]", 0),
        ("return {'text': TEXT, 'labels': names}", "def run(): return model.generate(build()['text'])", 1),
        ("return {'text': TEXT, 'labels': names}", "def run(): return write(build()['text'])", 0),
        # A call of `build` that goes nowhere does not hide the next.
        ("return TEXT", "def run_dataset():\n    log(len(build()))\n    return model.generate(build())", 1),
        ("return len(TEXT)", "def run(): return model.generate(plan, build())", 0),
        # What is found for a prompt, and what a model has said.
        ("said = retriever.invoke(q)\n    return TEXT", "def run(): return model.generate(build())", 1),
        ("said = llm.invoke(q)\n    return TEXT", "def run(): return model.generate(build())", 0),
        ("said = model.generate(q)\n    log(said)\n    said = 1\n    return TEXT", "model.generate(build())", 0),
        ("other = model.generate(q)\n    log(other)\n    return TEXT", "model.generate(build())", 1),
        ("text = TEXT\n    payload = {'inputs': text}\n    return client.post(json=payload)", "build()", 1),
    ],
)
def test_a_text_is_no_request_where_something_says_that_it_is_trained_on_and_nothing_generates(
    body: str, caller: str, requests: int
) -> None:
    code = f"import transformers\ndef build(tok=0, q=0, said=0):\n    {body.replace('TEXT', RENDERED)}\n{caller}\n"
    assert len(requests_of(app=code, use="model.generate(q)\n")) == requests


def test_a_text_is_followed_through_functions_of_its_file_and_names_in_between() -> None:
    code = """
    class Engine:
        def _text(self, turns):
            return self.tokenizer.apply_chat_template([{"role": "user", "content": "Name a plant."}, *turns])

        def prompt(self, turns):
            return self._text(turns)

        def run(self, rows):
            texts = []
            for row in rows:
                text = self.prompt(row)
                texts.append(text)
            for start in range(0, len(texts), 4):
                part = texts[start : start + 4]
                encoded = self.tokenizer(part)
                moved = encoded.to("cuda")
                kept = {**moved}
                out = self.model.generate(**kept)
    """
    assert len(requests_of(code)) == 1
    # Elsewhere it is the last of these functions that is called.
    handed = code.partition("    def run")[0] + "\n"
    assert len(requests_of(app=handed, use="from app import Engine\nmodel.generate(Engine().prompt(turns))\n")) == 1
    found = handed.replace("def prompt", "def get_template")
    assert requests_of(app=found, use="from app import Engine\nmodel.generate(Engine().get_template(turns))\n") == []


def test_the_role_of_a_message_that_is_one_or_another_is_not_the_usual_one() -> None:
    code = """
    from google import genai
    from google.genai import types

    def turns(messages):
        found = []
        for message in messages:
            if message.asks:
                role = "user"
            else:
                role = "model"
            found.append(types.Content(role=role, parts=[types.Part.from_text(text=message.text)]))
        return found

    def ask(messages):
        usual = [types.Content(parts=[types.Part.from_text(text="Sort the letters.")])]
        genai.Client().models.generate_content(model="gemini-2.5-pro", contents=usual + turns(messages))
    """
    (found,) = requests_of(code)
    assert [role for role, _ in parts(found)] == ["user", "unknown"]


def test_a_file_that_imports_the_client_of_azure_may_ask_that() -> None:
    code = """
    from openai import AzureOpenAI
    class Desk:
        def client(self):
            return self.made(AzureOpenAI)
        def ask(self, question):
            asked, said = self.client(), f"Sort this letter: {question}"
            return asked.chat.completions.create(model=self.name, messages=[{"role": "user", "content": said}])
    """
    (found,) = requests_of(code)
    assert found.provider == "" and "provider" in [each.slot for each in found.unresolved]
    (found,) = requests_of(code.replace("AzureOpenAI", "OpenAI"))
    assert found.provider == "openai"


def test_a_method_of_the_project_that_makes_parts_of_a_message_asks_no_model() -> None:
    code = """
    import google.generativeai as genai

    class Desk:
        def generate_content(self, letters):
            content = []
            for letter in letters:
                if isinstance(letter, str):
                    content.append({"type": "text", "text": letter})
                else:
                    letter.load()
                    content.append({"type": "image", "source": letter.url})
            return content
        def ask(self, letters):
            return self.send(self.generate_content(["Sort these letters by street.", *letters]))
    """
    assert requests_of(code) == []
    assert len(requests_of(code.replace("return content", "return self.model.generate_content(content)"))) > 0


@pytest.mark.parametrize(
    ("model", "provider"),
    [("", "openai"), (', model="gpt-4.1"', "openai"), (", model=made(name)", ""), (', model="litellm/groq/x"', "groq")],
)
def test_an_object_that_is_the_model_of_an_agent_may_be_anybodys(model: str, provider: str) -> None:
    agent = f'Agent(name="helper", instructions="Help all the people kindly."{model})'
    code = f"from agents import Agent, Runner\n\nasync def run(made, name, text):\n    agent = {agent}\n"
    (request,) = requests_of(f"{code}    await Runner.run(agent, text)\n")
    assert request.provider == provider


def test_a_method_of_the_project_that_is_not_followed_may_send_more() -> None:
    llm = """
        from langchain_core.messages import HumanMessage

        class Desk:
            def __init__(self):
                self.cache = Cache()

            def invoke(self, messages, config):
                return self.cache.provider_for(config).invoke(messages, config=config)

        llm = Desk()

        def ask(config):
            return llm.invoke([HumanMessage(content="Say hello to everybody.")], config)
        """
    (request,) = requests_of(llm)
    assert [each.slot for each in request.unresolved if each.expression == "invoke(...)"] == ["messages"]
    assert not request.complete


@pytest.mark.parametrize(
    "client",
    [
        "KINDS[kind]()",
        "KINDS.get(kind)()",
        "{'a': OpenAI, 'b': Anthropic}[kind]()",
        "(Anthropic if kind else OpenAI)()",
        "CLIENTS[kind]",
        "CLIENTS.get(kind)",
        "MAKERS[kind]()",
    ],
)
def test_of_a_client_out_of_a_dict_it_is_not_known_which(client: str) -> None:
    code = f"""
        from anthropic import Anthropic
        from groq import Groq
        from openai import OpenAI

        KINDS = {{"a": OpenAI, "b": Groq}}
        CLIENTS = {{"a": OpenAI(), "b": Groq()}}
        MAKERS = {{"a": lambda: OpenAI(), "b": lambda: Groq()}}

        def ask(kind, question):
            client = {client}
            turn = {{"role": "user", "content": "Name a fruit of the year."}}
            return client.chat.completions.create(model="gpt-4o", messages=[turn])
    """
    (request,) = requests_of(code)
    assert request.provider == "" and not request.complete
    assert [each.slot for each in request.unresolved] == ["provider"]


def test_a_class_of_one_client_or_another_is_called_by_its_name() -> None:
    code = """
        from openai import AsyncOpenAI, OpenAI

        def ask(later):
            made = AsyncOpenAI if later else OpenAI
            turn = {"role": "user", "content": "Name a fruit of the year."}
            return made().chat.completions.create(model="gpt-4o", messages=[turn])
    """
    (request,) = requests_of(code)
    assert request.provider == "openai" and request.complete


@pytest.mark.parametrize(
    ("made", "provider"),
    [
        ("OpenAI()", ""),
        ("OpenAI(key)", ""),
        ("Slow()", ""),
        ("Mine()", "openai"),
        ("Logged(key)", "openai"),
        ("openai.OpenAI()", "openai"),
    ],
)
def test_a_class_of_the_project_is_no_client_of_that_name(made: str, provider: str) -> None:
    files = {
        "app/fakes.py": """
            class OpenAI:
                def __init__(self, key=""): self.chat = self.completions = self
                def create(self, model, messages): return "Yes."
        """,
        "app/main.py": f"""
            import openai
            from app.fakes import OpenAI

            class Slow(OpenAI): pass
            class Mine(openai.OpenAI): pass
            class Logged(Mine): pass

            def ask(key):
                client = {made}
                turn = {{"role": "user", "content": "Name a fruit of the year."}}
                return client.chat.completions.create(model="gpt-4o", messages=[turn])
        """,
    }
    (request,) = link([facts(Source(name, textwrap.dedent(text))) for name, text in files.items()]).requests
    assert request.provider == provider and request.complete is bool(provider)


BOTH = [("tool", "Find a plant."), ("tool", "Water a plant.")]
EQUIPPED = '''
from agents import Agent, Runner
from pydantic import BaseModel

def find(name: str) -> str:
    """Find a plant."""

def water(name: str) -> str:
    """Water a plant."""

class Plant(BaseModel):
    name: str

GIVEN = [water]

def ask(question, other):
    agent = Agent(name="Helper", model="gpt-5"{given})
    {later}
    return Runner.run_sync(agent, question)
'''


@pytest.mark.parametrize(
    ("given", "later", "said", "gaps"),
    [
        ("", "agent.tools = [find]", [("tool", "Find a plant.")], []),
        (", tools=[water]", "agent.tools = [find]", [("tool", "Find a plant.")], []),
        ("", "agent.tools.append(find)", [("tool", "Find a plant.")], ["tools"]),
        (", tools=[water]", "agent.tools.append(find)", [("tool", "Water a plant."), ("tool", "Find a plant.")], []),
        (", tools=GIVEN", "agent.tools.append(find)", [("tool", "Water a plant.")], ["tools"]),
        ("", "agent.tools = [find]; agent.tools.append(water)", BOTH, []),
        ("", "agent.tools = [find, water]; agent.tools.pop()", [("tool", "Find a plant.")], []),
        ("", "agent.tools.extend([find])", [("tool", "Find a plant.")], ["tools"]),
        (", tools=[water]", "agent.tools.extend([find])", BOTH[::-1], []),
        ("", "agent.tools.extend(other)", [], ["tools"]),
        (", tools=[water]", "agent.tools.insert(0, find)", [("tool", "Water a plant.")], ["tools"]),
        (", tools=[water]", "agent.tools.clear()", [("tool", "Water a plant.")], ["tools"]),
        (", tools=[water]", "agent.tools.remove(water)", [("tool", "Water a plant.")], ["tools"]),
        ("", 'agent.instructions = "Be kind."', [("system", "Be kind.")], []),
        (', instructions="Be nice."', 'agent.instructions = "Be kind."', [("system", "Be kind.")], []),
        (", tools=[water]", "tools = agent.tools; tools.append(find)", BOTH[::-1], []),
        (", tools=[water]", "tools = agent.tools; tools += [find]", BOTH[::-1], []),
        (", tools=[water]", "agent.tools += [find]", BOTH[::-1], []),
        (", tools=[water]", "tools = agent.tools; tools.pop()", [], []),
        ("", "tools = agent.tools; tools.append(find)", [("tool", "Find a plant.")], ["tools"]),
        (", tools=[water]", "tools = agent.tools; tools = []; tools.append(find)", [("tool", "Water a plant.")], []),
        ("", "agent.handoffs = [other]", [], ["tools"]),
        ("", "agent.handoffs.append(other)", [], ["tools"]),
        ("", "agent.name = other", [], []),
    ],
)
def test_what_an_agent_is_given_after_it_was_made(
    given: str, later: str, said: list[tuple[str, str]], gaps: list[str]
) -> None:
    found = every_request(EQUIPPED.format(given=given, later=later))
    (request,) = [each for each in found if ("user", "{question}") in parts(each)]
    assert parts(request) == [*said, ("user", "{question}")]
    assert [each.slot for each in request.unresolved] == gaps


@pytest.mark.parametrize(
    "later",
    ["agent.tools = [find, refund]", "agent.tools.append(refund)", "agent.tools += [refund]", "agent.tools.pop()"],
)
@pytest.mark.parametrize("given", ["tools=[find]", ""])
def test_of_an_agent_that_is_changed_and_not_run_in_sight_not_all_is_known(given: str, later: str) -> None:
    made = 'def find(name: str):\n    """Find a plant."""\ndef refund(name: str):\n    """Give it."""\ndef make():\n'
    made = f'from agents import Agent\n{made}    agent = Agent(model="gpt-5", instructions="Be kind.", {given})\n'
    (before,), (after,) = (
        every_request(f"{made}{line}    return agent\n") for line in ("", f"    {later}\n")
    )
    gaps = {each.slot for each in after.unresolved} - {each.slot for each in before.unresolved}
    assert gaps == {"arguments"} or (not given and "pop" in later)


def test_what_an_agent_is_given_on_one_way_only() -> None:
    found = every_request(EQUIPPED.format(given="", later="if other:\n        agent.tools = [find]"))
    (request,) = [each for each in found if ("user", "{question}") in parts(each)]
    assert [each.slot for each in request.unresolved] == ["tools"]
    found = every_request(EQUIPPED.format(given="", later='if other:\n        agent.instructions = "Be kind."'))
    (request,) = [each for each in found if ("user", "{question}") in parts(each)]
    assert [each.when for each in request.prompts] == [(("other", True),), ()]


def test_the_form_of_an_answer_that_an_agent_is_given_later() -> None:
    (request,) = every_request(EQUIPPED.format(given="", later="agent.output_type = Plant"))
    assert [each.name for each in request.schemas] == ["Plant"]


@pytest.mark.parametrize(
    ("given", "later", "said", "gaps"),
    [
        ("", "agent.output_type = Plant; agent.output_type = None", [], []),
        (", output_type=Plant", "agent.output_type = None", [], []),
        (", output_type=other", "agent.output_type = Plant", ["Plant"], []),
        ("", "agent.output_type = list[Plant]", [], ["schemas"]),
        (", output_type=Plant", "agent.output_type = Plant if other else None", [], ["schemas"]),
    ],
)
def test_an_agent_whose_answers_come_to_have_another_form(
    given: str, later: str, said: list[str], gaps: list[str]
) -> None:
    (request,) = every_request(EQUIPPED.format(given=given, later=later))
    assert [each.name for each in request.schemas] == said
    assert [each.slot for each in request.unresolved] == gaps


def test_an_agent_that_nothing_runs_is_given_more_later() -> None:
    code = EQUIPPED.format(given=', instructions="Be kind."', later="agent.tools = [find]")
    (request,) = every_request(code.replace("return Runner.run_sync(agent, question)", "return agent"))
    assert [each.slot for each in request.unresolved] == ["messages", "arguments"]


@pytest.mark.parametrize(
    ("later", "slot", "name"),
    [
        ("def more(tool):\n    helper.tools.append(tool)", "tools", "helper.tools"),
        ("def more(tool):\n    helper.tools = [tool]", "tools", "helper.tools"),
        ("def more(text):\n    helper.instructions = text", "system", "helper.instructions"),
        ("def more(text):\n    helper.name = text", "", ""),
        ("def more(text, helper):\n    helper.tools = [text]", "", ""),
    ],
)
@pytest.mark.parametrize("inside", [False, True])
def test_what_functions_give_an_agent_later_is_not_known(later: str, slot: str, name: str, inside: bool) -> None:
    made, head = 'Agent(name="Helper", model="gpt-5", instructions="Be kind.")', "from agents import Agent, Runner\n"
    code = f"{head}helper = {made}\n{later}\ndef ask():\n    return Runner.run_sync(helper, 'Hello.')\n"
    if inside:
        if "helper)" not in later:
            later, name = later.replace("helper", "self.helper"), name and f"self.{name}"
        method = textwrap.indent(later.replace("more(", "more(self, "), "    ")
        code = (
            f"{head}class Desk:\n    def __init__(self):\n        self.helper = {made}\n"
            f"{method}\n    def ask(self):\n        return Runner.run_sync(self.helper, 'Hello.')\n"
        )
    (request,) = [each for each in every_request(code) if ("user", "Hello.") in parts(each)]
    found = [(each.slot, each.expression) for each in request.unresolved if each.slot != "messages"]
    assert found == ([(slot, name)] if slot else [])


def test_what_the_method_gives_an_agent_that_makes_it_is_known() -> None:
    code = """
    from agents import Agent, Runner
    def find(name: str) -> str:
        "Find a plant."
    class Desk:
        def __init__(self):
            self.helper = Agent(name="Helper", model="gpt-5", instructions="Be kind.")
            self.helper.tools = [find]
        def ask(self):
            return Runner.run_sync(self.helper, "Hello.")
    """
    (request,) = every_request(code)
    assert parts(request) == [("tool", "Find a plant."), ("system", "Be kind."), ("user", "Hello.")]
    assert request.complete


REGISTERED = '''
from pydantic_ai import Agent

def find(name: str) -> str:
    """Find a plant."""

def water(name: str) -> str:
    """Water a plant."""

def guide(ctx):
    return "Be kind."

def ask(question, other):
    agent = Agent("openai:gpt-5"{given})
    {later}
    return agent.run_sync(question)
'''


@pytest.mark.parametrize(
    ("given", "later", "said", "gaps"),
    [
        ("", "agent.tool_plain(find)", [("tool", "Find a plant.")], []),
        ("", "agent.tool_plain(find); agent.tool(water)", BOTH, []),
        (", tools=[water]", "agent.tool_plain(find)", BOTH[::-1], []),
        ("", "agent.tool_plain(find, retries=2)", [], ["tools"]),
        ("", "agent.tool_plain(other.find)", [], ["tools"]),
        ("", "for each in other: agent.tool_plain(each)", [], ["tools"]),
        ("", "if other:\n        for each in other: agent.tool_plain(each)", [], ["tools"]),
        ("", "agent.system_prompt(guide)", [("system", "Be kind.")], []),
        ("", "agent.instructions(guide)", [("system", "Be kind.")], []),
        (', system_prompt="Be."', "agent.system_prompt(guide)", [("system", "Be."), ("system", "Be kind.")], []),
        ("", "agent.system_prompt(other)", [], ["system"]),
        ("", "agent.system_prompt(guide, dynamic=True)", [], ["system"]),
        ("", "other.tool_plain(find)", [], []),
        ("", "agent.name(find)", [], []),
    ],
)  # fmt: skip
def test_what_methods_of_an_agent_give_it(given: str, later: str, said: list[tuple[str, str]], gaps: list[str]) -> None:
    found = every_request(REGISTERED.format(given=given, later=later))
    (request,) = [each for each in found if ("user", "{question}") in parts(each)]
    assert parts(request) == [*said, ("user", "{question}")]
    assert [each.slot for each in request.unresolved] == gaps


def test_of_several_tools_all_are_told_where_one_way_gives_more() -> None:
    later = "agent.tool(find)\n    agent.tool(water)\n    if other:\n        agent.system_prompt(guide)"
    (request,) = every_request(REGISTERED.format(given="", later=later))
    assert parts(request) == [*BOTH, ("system", "Be kind."), ("user", "{question}")]
    assert [each.when for each in request.prompts] == [(), (), (("other", True),), ()]


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("return agent, 3", "helper, count = opened()"),
        ("return 3, agent", "count, helper = opened()"),
        ("return agent, 3", "helper = opened()[0]"),
        ("return agent", "helper = opened()"),
    ],
)
def test_an_agent_that_a_function_gives_back_with_something_else_has_its_tools(given: str, taken: str) -> None:
    (request,) = every_request(f"""
    from pydantic_ai import Agent
    agent = Agent("openai:gpt-5")
    @agent.tool_plain
    def find(name: str) -> str:
        "Find a plant."
    def opened():
        {given}
    def ask():
        {taken}
        return helper.run_sync("Hello.")
    """)
    assert parts(request) == [("tool", "Find a plant."), ("user", "Hello.")]


def test_what_a_function_gives_back_of_itself_has_an_end() -> None:
    (request,) = every_request("""
    from pydantic_ai import Agent
    def opened():
        return opened()[0], Agent("openai:gpt-5")
    def ask():
        other, helper = opened()
        other.run_sync("Good night.")
        return helper.run_sync("Hello.")
    """)
    assert parts(request) == [("user", "Hello.")]


@pytest.mark.parametrize(
    ("code", "slot"),
    [
        ("self.agent.tool_plain(find)", "tools"),
        ("for each in self.given: self.agent.tool(each)", "tools"),
        ("@self.agent.tool\n        def seek(ctx): pass", "tools"),
        ("self.agent.system_prompt(guide)", "system"),
        ("self.agent.output_validator(guide)", ""),
    ],
)
def test_what_another_method_gives_an_agent_later_is_not_known(code: str, slot: str) -> None:
    (request,) = every_request(f"""
    from pydantic_ai import Agent
    def find(name: str) -> str:
        "Find a plant."
    def guide(ctx):
        return "Be kind."
    class Desk:
        def __init__(self):
            self.agent = Agent("openai:gpt-5", system_prompt="Be brief.")
        def more(self):
            {code.replace("        def", "            def")}
        def ask(self):
            return self.agent.run_sync("Hello.")
    """)
    assert [each.slot for each in request.unresolved] == [slot] * bool(slot)
    assert request.complete is not bool(slot)


@pytest.mark.parametrize(
    ("taken", "provider", "said"),
    [
        ("model", "", "{question}"),
        ("*, model", "", "{question}"),
        ("other", "openai", "{question}"),
        ("model=model", "openai", "{question}"),
        ("*, model=model", "openai", "{question}"),
        ("model, question", "", "{question}"),
        ("model=other", "anthropic", "{question}"),
        ("*, model=other", "anthropic", "{question}"),
    ],
)
def test_what_a_function_without_a_name_is_called_with_has_its_own_name(taken: str, provider: str, said: str) -> None:
    code = f"""
    from langchain_openai import ChatOpenAI
    from langchain_anthropic import ChatAnthropic
    model, other = ChatOpenAI(model="gpt-4o"), ChatAnthropic(model="claude-sonnet-4-5")
    def ask(question):
        return retry(lambda {taken}: model.invoke([("system", "Be kind."), ("user", question)]))
    """
    (request,) = every_request(code)
    assert (request.provider, parts(request)) == (provider, [("system", "Be kind."), ("user", said)])
    assert request.complete is bool(provider)


@pytest.mark.parametrize(
    ("made", "provider"),
    [
        ("from letters import Letters\nclient = Letters()", ""),
        ("from letters import Letters\nclient = Letters(KEY) if KEY else Letters()", ""),
        ("client = OpenAI()", "openai"),
        # What is handed in may be OpenAI's, which the file uses.
        ("client = given", "openai"),
    ],
)
def test_what_another_library_has_a_client_for_asks_anybody(made: str, provider: str) -> None:
    program = """
        from openai import APIConnectionError, OpenAI

        def ask(given, question):
            MADE
            return client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": question}])
    """
    program = textwrap.dedent(program).replace("MADE", textwrap.indent(made, "    ").strip())
    (request,) = every_request(program)
    assert request.provider == provider
    assert ("provider" in {each.slot for each in request.unresolved}) is not bool(provider)


def test_a_class_below_with_a_client_of_its_own_leaves_the_provider_a_default() -> None:
    program = """
        from openai import AzureOpenAI, OpenAI

        class Desk:
            def __init__(self, settings):
                self.client = OpenAI()
            def ask(self, question):
                messages = [{"role": "user", "content": question}]
                return self.client.chat.completions.create(model=MODEL, messages=messages)

        class Branch(Desk):
            def __init__(self, settings):
                self.client = CLIENT
    """
    (other,) = every_request(program.replace("CLIENT", "AzureOpenAI(azure_endpoint=settings.endpoint)"))
    assert (other.provider, [at.default for at in other.unresolved if at.slot == "provider"]) == ("openai", ["openai"])
    (same,) = every_request(program.replace("CLIENT", "OpenAI(timeout=20)"))
    assert (same.provider, {at.slot for at in same.unresolved}) == ("openai", {"model"})


@pytest.mark.parametrize(
    ("asked", "who"),
    [
        ("agent.run_sync(question)", ("anthropic", "anthropic:claude-sonnet-4-5")),
        ('agent.run_sync(question, model="openai:gpt-4o")', ("openai", "openai:gpt-4o")),
        ("agent.run_sync(question, model=MODEL)", ("", "")),
        ('llm.bind(model="gpt-4o").invoke("Hello. " + question)', ("openai", "gpt-4o")),
        ('llm.bind(stop=["."]).invoke("Hello. " + question)', ("openai", "gpt-4o-mini")),
    ],
)
def test_a_model_that_is_given_for_one_run_is_the_one_asked(asked: str, who: tuple[str, str]) -> None:
    program = f"""
        from langchain_openai import ChatOpenAI
        from pydantic_ai import Agent
        agent = Agent("anthropic:claude-sonnet-4-5", instructions="Be kind to all of the town.")
        llm = ChatOpenAI(model="gpt-4o-mini")
        def ask(question):
            return {asked}
    """
    assert who in [(each.provider, each.model) for each in every_request(program)]


@pytest.mark.parametrize(
    ("model", "provider"), [("gpt-5-mini", "openai"), ("gpt-oss-120b", ""), ("openai/gpt-oss-20b", "")]
)
def test_models_of_openai_that_others_serve_tell_no_provider(model: str, provider: str) -> None:
    program = f"""
        import openai
        def judge(client, letter):
            messages = [{{"role": "user", "content": "Judge: " + letter}}]
            client.chat.completions.create(model="{model}", messages=messages)
    """
    (request,) = every_request(program)
    assert request.provider == provider


ROUTER = """
    from anthropic import Anthropic
    from openai import OpenAI
    gpt, claude = OpenAI(), Anthropic()

    class Router:
        def complete(self, messages, model):
            if "claude" in model:
                return self.ask_claude(messages, model)
            return self.ask_gpt(messages, model)

        def ask_claude(self, messages, model):
            rest = [each for each in messages if each["role"] != "system"]
            return claude.messages.create(model=model, messages=rest, max_tokens=100)

        def ask_gpt(self, messages, model):
            return gpt.chat.completions.create(model=model, messages=messages)

    router = Router()

    def usual(question):
        return router.complete([{"role": "user", "content": "Name a plant for " + question}], "gpt-4o")

    def any_of(question, model):
        return router.complete([{"role": "user", "content": "Name a tree for " + question}], model)
"""


def test_a_router_asks_one_of_several_by_conditions_on_the_way() -> None:
    asked = {each.name: each for each in requests_of(ROUTER)}
    assert (asked["usual"].provider, asked["usual"].model, asked["usual"].complete) == ("openai", "gpt-4o", True)
    assert asked["usual"].when == ()
    # What the other way sends is told where it stands: nothing of the caller is in sight there.
    assert (asked["any_of"].provider, asked["any_of"].model) == ("openai", "")
    assert asked["any_of"].when == (('"claude" in model', False),)


def test_conditions_that_are_not_followed_are_told_as_well() -> None:
    code = ROUTER.replace('"claude" in model:', '"claude" in model.lower():')
    asked = {each.name: each for each in requests_of(code)}
    assert asked["any_of"].when == asked["usual"].when == (('"claude" in model.lower()', False),)


def test_what_an_sdk_has_for_nothing_is_nothing() -> None:
    (found,) = requests_of("""
        import anthropic
        client = anthropic.Anthropic()

        def complete(system, text):
            return client.messages.create(
                model="claude-sonnet-4-5", max_tokens=9, system=system if system else anthropic.NOT_GIVEN,
                messages=[{"role": "user", "content": "Name a plant for " + text}],
            )

        def ask(text):
            return complete("", text)
    """)
    assert (parts(found), found.complete) == ([("user", "Name a plant for {text}")], True)


@pytest.mark.parametrize("default", ['"gpt-5"', "SMALL", "Names.SMALL", "names.SMALL"])
@pytest.mark.parametrize("field", ["", 'model: str = "gpt-5"', "model: str = SMALL", "model: str"])
def test_what_a_constructor_has_by_default_is_the_model_by_default_only(default: str, field: str) -> None:
    (request,) = every_request(
        f"""
        import openai
        import names
        SMALL = "gpt-5"
        class Names:
            SMALL = "gpt-5"
        class Desk:
            {field or "pass"}
            def __init__(self, model: str = {default}, **kwargs):
                self.model = model
            def ask(self, letter):
                return openai.OpenAI().chat.completions.create(
                    model=self.model, messages=[{{"role": "user", "content": letter}}])
        """,
        names='SMALL = "gpt-5"',
    )
    assert (request.model, request.complete) == ("gpt-5", False)
    assert [(each.slot, each.expression) for each in request.unresolved if each.default] == [("model", "model")]


LITELLM = """
import litellm
from litellm import Router

NAMED, OTHER = "azure/prod-gpt-4o", "gpt-5"
ROWS = [{rows}]
router = Router(model_list=ROWS)

class Desk:
    def __init__(self, router):
        self.completion = litellm.completion
        self.router = router

    def ask(self):
        return {call}(model="{name}", messages=[{{"role": "user", "content": "Say something kind."}}])
"""
ROW = '{{"model_name": "{}", "litellm_params": {{"model": {}}}}}'
ROUTED = [
    # What a router has under the name.
    (ROW.format("fast", "NAMED"), "router.completion", "fast", ("azure", "azure/prod-gpt-4o")),
    (", ".join([ROW.format("fast", "NAMED")] * 2), "router.completion", "fast", ("azure", "azure/prod-gpt-4o")),
    (ROW.format("fast", "pick()"), "router.completion", "fast", ("litellm", "")),
    (f"{ROW.format('fast', 'NAMED')}, {ROW.format('fast', 'OTHER')}", "router.completion", "fast", ("litellm", "")),
    # A name that it does not have, or of which nothing is known.
    (ROW.format("slow", "NAMED"), "router.completion", "fast", ("litellm", "")),
    (ROW.format("slow", "NAMED"), "router.completion", "gpt-5", ("litellm", "gpt-5")),
    ("", "self.router.completion", "fast", ("litellm", "")),
    ("", "self.router.completion", "groq/fast", ("groq", "groq/fast")),
    # The library itself.
    ("", "litellm.completion", "fast", ("litellm", "fast")),
    ("", "self.completion", "fast", ("litellm", "fast")),
]


@pytest.mark.parametrize(("rows", "call", "name", "expected"), ROUTED)
def test_a_name_that_a_router_gives_is_no_model(rows: str, call: str, name: str, expected: tuple[str, str]) -> None:
    (request,) = requests_of(LITELLM.format(rows=rows, call=call, name=name))
    assert (request.provider, request.model) == expected
    assert ("model" in [each.slot for each in request.unresolved]) is (not expected[1])


@pytest.mark.parametrize(
    "kept",
    [
        "if desk in _kept:\n        return _kept[desk]\n    made = ChatOpenAI(model='gpt-4o')\n    _kept[desk] = made",
        "known = _kept.get(desk)\n    if known:\n        return known\n    made = ChatOpenAI(model='gpt-4o')",
    ],
)
def test_a_client_that_is_made_once_and_kept(kept: str) -> None:
    program = f"""
from langchain_openai import ChatOpenAI

_kept = {{}}

def model_of(desk):
    {kept}
    return made

def ask(letter):
    return model_of("a").invoke("Sort this letter: " + letter)
"""
    (request,) = link([facts(Source("a.py", program))]).requests
    assert (request.api, request.provider, request.model, request.complete) == ("chat", "", "", False)
    assert [each.slot for each in request.unresolved] == ["provider", "model"]
