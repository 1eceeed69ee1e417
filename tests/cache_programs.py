"""Sample programs for `test_cache_programs.py`: each shape of a request, written for each framework.

`planting_cache.py` writes its programs with the same calls and messages.

A program is made of a *shape* (what is static, what changes, in which order) and a *framework* (how it is sent). Its
`main(session)` holds one conversation of two turns. What comes from outside begins with another letter each time
and ends with "~", so that it can be told from static text.
"""

from __future__ import annotations

import importlib
import json
import random
import sys
from collections.abc import Iterator
from typing import NamedTuple

from program_runner import Finder

# name, first argument: modules that stand for what is not installed. `SENT` collects what is sent.
STUBS = {
    "sink": """
SENT = []
class Sink:
    def __init__(self, path=""):
        self.path = path
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Sink(f"{self.path}.{name}")
    def __call__(self, *given, **named):
        SENT.append([self.path, list(given), named])
        return self
def client(*given, **named):
    return Sink()
""",
    "openai": "from sink import client as OpenAI, client as AsyncOpenAI, client as AzureOpenAI\n",
    "anthropic": "from sink import client as Anthropic\n",
    "litellm": "from sink import client\ncompletion = client().completion\n",
    "mistralai": "from sink import client as Mistral\n",
    "groq": "from sink import client as Groq\n",
    "together": "from sink import client as Together\n",
    "huggingface_hub": "from sink import client as InferenceClient\n",
    "langchain_openai": """
from sink import SENT
class ChatOpenAI:
    def __init__(self, model):
        self.model = model
    def invoke(self, messages):
        SENT.append(["invoke", [messages], {}])
""",
    "langchain_core": "",
    "langchain_core.messages": """
def message(role):
    return lambda content: {"role": role, "content": content}
SystemMessage, HumanMessage, AIMessage = map(message, ("system", "user", "assistant"))
""",
    "langchain_core.prompts": """
class ChatPromptTemplate:
    @classmethod
    def from_messages(cls, messages):
        self = cls()
        self.messages = messages
        return self
    def __or__(self, model):
        self.model = model
        return self
    def invoke(self, values):
        kinds = {"human": "user"}
        self.model.invoke(
            [{"role": kinds.get(role, role), "content": text.format(**values)} for role, text in self.messages]
        )
""",
    "pydantic_ai": """
from sink import SENT
class Agent:
    def __init__(self, model, *, system_prompt):
        self.system = system_prompt
    def run_sync(self, prompt):
        SENT.append(["agent", [], {"system": self.system, "messages": [{"role": "user", "content": prompt}]}])
""",
    "agents": """
from sink import SENT
class Agent:
    def __init__(self, name, instructions, model):
        self.system = instructions
class Runner:
    @staticmethod
    def run_sync(agent, prompt):
        SENT.append(["agent", [], {"system": agent.system, "messages": [{"role": "user", "content": prompt}]}])
""",
    "ollama": "from sink import client\nchat = client().chat\n",
    "boto3": "from sink import client\n",
    "google.genai": "from sink import client as Client\n",
    "google.genai.types": "GenerateContentConfig = dict\n",
    "outside": """
def question(session, turn):
    return "ABCDEFGH"[2 * session + turn] * 3 + "q~"
def context(session, turn):
    return "KLMNOPQR"[2 * session + turn] * 3 + "c~"
def user(session):
    return "UV"[session] * 3 + "u~"
def answer(session, turn):
    return "WXYZ"[2 * session + turn] * 3 + "a~"
""",
}


class Shape(NamedTuple):
    """What a request is made of.

    `messages` are roles and expressions over `question`, `context`, `user_name`, `history`, `strict`; "*" is the
    history. `setup` stands in front of the function, `before` in it. `branch`: the way that `strict` takes. `built`:
    how the list of messages is made, in place or by "append", "extend" or "plus". `tools`: a tool is sent along.
    """

    name: str
    messages: tuple[tuple[str, str], ...]
    setup: str = ""
    before: str = ""
    branch: bool | None = None
    built: str = ""
    tools: bool = False


SHAPES = (
    Shape("rules-first", (("system", "RULES"), ("user", "question"))),
    Shape("question-first", (("user", 'f"{question}\\n\\n{RULES}"'),)),
    Shape("rules-in-user", (("user", 'f"{RULES}\\n\\nQuestion: {question}"'),)),
    Shape("two-parts", (("system", "RULES"), ("user", 'f"{MORE}\\n\\nQuestion: {question}"'))),
    Shape("clock-in-front", (("system", 'f"It is {datetime.now()}. {RULES}"'), ("user", "question"))),
    Shape("clock-behind", (("system", 'f"{RULES} It is {datetime.now()}."'), ("user", "question"))),
    Shape("user-between", (("system", 'f"{RULES}\\nYou talk to {user_name}.\\n{MORE}"'), ("user", "question"))),
    Shape("user-in-front", (("system", 'f"You talk to {user_name}.\\n{RULES}"'), ("user", "question"))),
    Shape("history", (("system", "RULES"), ("*", "history"), ("user", "question"))),
    Shape("history-of-user", (("system", 'f"{RULES} {user_name}"'), ("*", "history"), ("user", "question"))),
    Shape("clock-and-history", (("system", 'f"{datetime.now()} {RULES}"'), ("*", "history"), ("user", "question"))),
    Shape(
        "few-shot",
        (("system", "RULES"), ("user", '"How many?"'), ("assistant", "MORE"), ("user", "question")),
    ),
    Shape("context", (("system", "RULES"), ("user", 'f"<context>{context}</context>\\n{MORE}\\n{question}"'))),
    Shape("context-in-system", (("system", 'f"{RULES}\\n{context}\\n{MORE}"'), ("user", "question"))),
    Shape(
        "formatted",
        (("user", "TEMPLATE.format(question=question)"),),
        setup='TEMPLATE = RULES + "\\nQuestion: {question}\\n" + MORE\n',
    ),
    Shape(
        "replaced",
        (("user", 'TEMPLATE.replace("[question]", question)'),),
        setup='TEMPLATE = MORE + "\\n[question]\\n" + RULES\n',
    ),
    Shape("percent", (("user", '"%s\\n%s\\n%s" % (RULES, question, MORE)'),)),
    Shape("joined", (("system", '"\\n".join([RULES, MORE])'), ("user", '"\\n".join(["Question:", question])'))),
    Shape("imported", (("system", "texts.RULES + texts.MORE"), ("user", "question")), setup="import texts\n"),
    Shape("added", (("system", "text"), ("user", "question")), before='text = RULES\ntext += "\\n" + MORE\n'),
    Shape(
        "returned", (("system", "rules()"), ("user", "question")), setup='def rules():\n    return RULES + " " + MORE\n'
    ),
    Shape("strict", (("system", "RULES if strict else MORE + RULES"), ("user", "question")), branch=True),
    Shape("lenient", (("system", "RULES if strict else MORE + RULES"), ("user", "question")), branch=False),
    Shape(
        "lenient-and-late",
        (("user", "text + question"), ("user", "MORE")),
        before="text = question\nif strict:\n    text = RULES\n",
        branch=False,
    ),
    Shape("tools", (("system", "RULES"), ("user", "question")), tools=True),
    Shape("tools-and-user", (("system", 'f"{RULES} {user_name}"'), ("user", "question")), tools=True),
    Shape("tools-and-clock", (("system", 'f"{datetime.now()} {RULES}"'), ("user", "question")), tools=True),
    Shape("tools-and-history", (("system", "RULES"), ("*", "history"), ("user", "question")), tools=True),
    Shape("appended", (("system", "RULES"), ("user", "MORE"), ("user", "question")), built="append"),
    Shape("appended-late", (("system", "RULES"), ("user", "question"), ("user", "MORE")), built="append"),
    Shape("extended", (("system", "RULES"), ("*", "history"), ("user", "question")), built="extend"),
    Shape("plus", (("system", "RULES"), ("*", "history"), ("user", "question")), built="plus"),
    Shape("reminder", (("system", "RULES"), ("*", "history"), ("user", 'question + "\\n" + MORE'))),
)


class Framework(NamedTuple):
    """How a request is sent.

    `marks`: where cache markers are set ("tools", "system", "last", "request" for the whole of it). `size`: words of
    RULES.
    """

    name: str
    model: str
    size: int
    marks: tuple[str, ...] = ()


FRAMEWORKS = (
    Framework("openai", "gpt-5.2", 1500),
    Framework("openai", "gpt-5.6", 1500),
    Framework("responses", "gpt-5.2", 1500),
    Framework("responses", "gpt-6-sol", 1500),
    Framework("anthropic", "claude-sonnet-4-5", 1500),
    Framework("anthropic", "claude-sonnet-4-5", 1500, ("system",)),
    Framework("anthropic", "claude-opus-5-5", 1500, ("last",)),
    Framework("anthropic", "claude-opus-5-5", 1500, ("system", "last")),
    Framework("litellm", "gpt-5", 1500),
    Framework("litellm", "anthropic/claude-sonnet-4-5", 1500, ("system",)),
    Framework("litellm", "gemini/gemini-2.5-pro", 2500),
    Framework("gemini", "gemini-2.5-flash", 2500),
    Framework("bedrock", "anthropic.claude-opus-5-v1:0", 1500, ("system",)),
    Framework("mistral", "mistral-large-latest", 1500),
    Framework("groq", "llama-3.3-70b", 1500),
    Framework("together", "deepseek-ai/DeepSeek-V3", 1500),
    Framework("ollama", "llama3.2", 1500),
    Framework("azure", "gpt-4o", 1500),
    Framework("huggingface", "meta-llama/Llama-3.3-70B", 1500),
    Framework("langchain", "gpt-5.2", 1500),
    Framework("chain", "gpt-5.2", 1500),
    Framework("pydantic-ai", "openai:gpt-5.2", 1500),
    Framework("agents", "gpt-5.2", 1500),
    Framework("anthropic", "claude-opus-5-5", 1500, ("tools",)),
    Framework("anthropic", "claude-opus-5-5", 1500, ("request",)),
    Framework("anthropic", "claude-sonnet-4-5", 1500, ("system", "request")),
)


class Program(NamedTuple):
    """A program, and the name of what is sent in it. Its files are those of `STUBS` and these."""

    name: str
    shape: Shape
    framework: Framework
    files: dict[str, str]


def programs() -> Iterator[Program]:
    """Every shape for every framework, as far as the framework can send it."""
    for framework in FRAMEWORKS:
        for shape in SHAPES:
            # What a chain is given is put into its prompt by the framework, tools are bound to its model before.
            chained = framework.name == "chain" and shape.messages[-1][1] != "question"
            bound = framework.name == "langchain" and shape.tools
            if not chained and not bound and (framework.name not in _FIXED or _is_plain(shape)):
                yield program(shape, framework)


# A system text that is fixed, and one message behind it, is all that these are given.
_FIXED = ("chain", "pydantic-ai", "agents")


def _is_plain(shape: Shape) -> bool:
    values = ("question", "context", "user_name", "datetime", "strict")
    system = shape.messages[0]
    return (
        [role for role, _ in shape.messages] == ["system", "user"]
        and not any(value in system[1] for value in values)
        and not (shape.tools or shape.built or shape.before)
    )


def program(shape: Shape, framework: Framework) -> Program:
    """One sample program. The static texts are drawn by its name, so they are the same in every run."""
    name = f"{framework.name}-{framework.model}-{'-'.join(framework.marks)}-{shape.name}"
    rules, more = (_words(name + which, size) for which, size in (("rules", framework.size), ("more", 150)))
    texts = f"RULES = {rules!r}\nMORE = {more!r}\nTOOL = {_words(name + 'tool', 900)!r}\n"
    head, call = _call(shape, framework)
    body = "".join(f"    {line}\n" for line in [*shape.before.splitlines(), *call.splitlines()])
    source = (
        f"{head}from datetime import datetime\nimport outside\n{texts}{shape.setup}\n"
        f"def ask(question, context, user_name, history, strict):\n{body}\n"
        "def main(session):\n    history = []\n    for turn in range(2):\n"
        "        question = outside.question(session, turn)\n"
        "        ask(question, outside.context(session, turn), outside.user(session), history, "
        f"{shape.branch is True})\n"
        f"        history.append({message(framework.name, 'user', 'question')})\n"
        f"        history.append({message(framework.name, 'assistant', 'outside.answer(session, turn)')})\n"
    )
    return Program(name, shape, framework, {"app": source, "texts": texts})


def _words(seed: str, number: int) -> str:
    chosen = random.Random(seed)
    words = "reply letter short plain date name price order never always first second answer ask say write sum".split()
    text = " ".join(chosen.choice(words) for _ in range(number))
    return text[:1].upper() + text[1:] + "."


def message(framework: str, role: str, text: str, marked: bool = False) -> str:
    """A message as the framework writes it."""
    match framework:
        case "gemini":
            return f'{{"role": "{"model" if role == "assistant" else role}", "parts": [{{"text": {text}}}]}}'
        case "bedrock":
            point = ', {"cachePoint": {"type": "default"}}' if marked else ""
            return f'{{"role": "{role}", "content": [{{"text": {text}}}{point}]}}'
        case "langchain":
            kinds = {"system": "SystemMessage", "user": "HumanMessage", "assistant": "AIMessage"}
            return f"{kinds[role]}(content={text})"
    if marked:
        block = f'{{"type": "text", "text": {text}, "cache_control": {{"type": "ephemeral"}}}}'
        return f'{{"role": "{role}", "content": [{block}]}}'
    return f'{{"role": "{role}", "content": {text}}}'


_CHAT = "client.chat.completions.create(model={model!r}, messages={all})"
# How a framework is imported, and the call that sends messages by it.
CALLS = {
    "openai": ("import openai\nclient = openai.OpenAI()\n", _CHAT),
    "responses": (
        "import openai\nclient = openai.OpenAI()\n",
        "client.responses.create(model={model!r}, {system}input={rest})",
    ),
    "anthropic": (
        "import anthropic\nclient = anthropic.Anthropic()\n",
        "client.messages.create(model={model!r}, max_tokens=9, {system}messages={rest})",
    ),
    "litellm": ("import litellm\n", "litellm.completion(model={model!r}, messages={all})"),
    "gemini": (
        "from google import genai\nfrom google.genai import types\nclient = genai.Client()\n",
        "client.models.generate_content(model={model!r}, contents={rest}, "
        "config=types.GenerateContentConfig({system}))",
    ),
    "bedrock": (
        'import boto3\nclient = boto3.client("bedrock-runtime")\n',
        "client.converse(modelId={model!r}, {system}messages={rest})",
    ),
    "mistral": (
        "from mistralai import Mistral\nclient = Mistral()\n",
        "client.chat.complete(model={model!r}, messages={all})",
    ),
    "groq": ("from groq import Groq\nclient = Groq()\n", _CHAT),
    "together": (
        "from together import Together\nclient = Together()\n",
        _CHAT,
    ),
    "azure": ("import openai\nclient = openai.AzureOpenAI()\n", _CHAT),
    "huggingface": (
        "from huggingface_hub import InferenceClient\nclient = InferenceClient()\n",
        "client.chat_completion(model={model!r}, messages={all})",
    ),
    "langchain": (
        "from langchain_openai import ChatOpenAI\n"
        "from langchain_core.messages import AIMessage, HumanMessage, SystemMessage\n"
        "llm = ChatOpenAI(model={model!r})\n",
        "llm.invoke({all})",
    ),
    "chain": (
        "from langchain_openai import ChatOpenAI\nfrom langchain_core.prompts import ChatPromptTemplate\n"
        "llm = ChatOpenAI(model={model!r})\n",
        'prompt = ChatPromptTemplate.from_messages([("system", {texts[0]}), ("human", "{{value}}")])\n'
        'chain = prompt | llm\nchain.invoke({{"value": {texts[1]}}})',
    ),
    "pydantic-ai": (
        "from pydantic_ai import Agent\n",
        "agent = Agent({model!r}, system_prompt={texts[0]})\nagent.run_sync({texts[1]})",
    ),
    "agents": (
        "from agents import Agent, Runner\n",
        'agent = Agent(name="writer", instructions={texts[0]}, model={model!r})\nRunner.run_sync(agent, {texts[1]})',
    ),
    "ollama": ("import ollama\n", "ollama.chat(model={model!r}, messages={all})"),
}


def _call(shape: Shape, framework: Framework) -> tuple[str, str]:
    """The imports of a framework, and the call that sends a shape."""
    head, call = CALLS[framework.name]
    written = []
    system = ""
    last = max(index for index, (role, _) in enumerate(shape.messages) if role != "*")
    for index, (role, text) in enumerate(shape.messages):
        marked = (role == "system" and "system" in framework.marks) or (index == last and "last" in framework.marks)
        if role == "*":
            written.append("*history")
        elif role == "system" and "{all}" not in call:
            system = system_argument(framework.name, text, marked)
        else:
            written.append(message(framework.name, role, text, marked))
    before, messages = _listed(written, shape.built)
    head = head.format(model=framework.model)
    texts = [text for _, text in shape.messages]
    if "request" in framework.marks:
        system += 'cache_control={"type": "ephemeral"}, '
    if shape.tools:
        call = _with_tools(framework, call)
    called = call.format(model=framework.model, system=system, rest=messages, all=messages, texts=texts)
    return head, before + called


def _with_tools(framework: Framework, call: str) -> str:
    """The call with a tool, as the framework describes one."""
    described = '"name": "search", "description": TOOL'
    schema = '{{"type": "object", "properties": {{"query": {{"type": "string", "description": "What to look for."}}}}}}'
    marker = ', "cache_control": {{"type": "ephemeral"}}' if "tools" in framework.marks else ""
    match framework.name:
        case "anthropic":
            tools = f'tools=[{{{{{described}, "input_schema": {schema}{marker}}}}}]'
        case "bedrock":
            spec = f'{{{{"toolSpec": {{{{{described}, "inputSchema": {{{{"json": {schema}}}}}}}}}}}}}'
            tools = f'toolConfig={{{{"tools": [{spec}]}}}}'
        case "gemini":
            tools = f'tools=[{{{{"function_declarations": [{{{{{described}, "parameters": {schema}}}}}]}}}}]'
            return call.replace("({system})", "({system}, " + tools + ")")
        case "responses":
            tools = f'tools=[{{{{"type": "function", {described}, "parameters": {schema}}}}}]'
        case _:
            function = f'{{{{{described}, "parameters": {schema}}}}}'
            tools = f'tools=[{{{{"type": "function", "function": {function}}}}}]'
    return f"{call[:-1]}, {tools})"


def _listed(written: list[str], built: str) -> tuple[str, str]:
    """The list of some messages: statements in front of the call, and the expression that is given to it."""
    match built:
        case "append":
            return "messages = []\n" + "".join(f"messages.append({each})\n" for each in written), "messages"
        case "extend":
            lines = [f"messages.extend({each[1:] if each.startswith('*') else f'[{each}]'})\n" for each in written[1:]]
            return f"messages = [{written[0]}]\n" + "".join(lines), "messages"
        case "plus":
            return "", " + ".join(each[1:] if each.startswith("*") else f"[{each}]" for each in written)
    return "", f"[{', '.join(written)}]"


def system_argument(framework: str, text: str, marked: bool) -> str:
    """The argument that holds the system text."""
    match framework:
        case "responses":
            return f"instructions={text}, "
        case "gemini":
            return f"system_instruction={text}"
        case "bedrock":
            point = ', {"cachePoint": {"type": "default"}}' if marked else ""
            return f'system=[{{"text": {text}}}{point}], '
    block = f'[{{"type": "text", "text": {text}, "cache_control": {{"type": "ephemeral"}}}}]' if marked else text
    return f"system={block}, "


def main() -> None:
    """The worker: programs (their files) as JSON on standard input, what each conversation sent on standard output."""
    finder = Finder()
    sys.meta_path.insert(0, finder)  # type: ignore[arg-type]
    results = []
    for files in json.load(sys.stdin):
        finder.files = {f"{name.replace('.', '/')}.py": text for name, text in {**STUBS, **files}.items()}
        finder.files["langchain_core/__init__.py"] = finder.files.pop("langchain_core.py")
        finder.files |= {"google/__init__.py": "", "google/genai/__init__.py": finder.files.pop("google/genai.py")}
        before = set(sys.modules)
        app, sink = importlib.import_module("app"), importlib.import_module("sink")
        conversations = []
        for conversation in range(2):
            sink.__dict__["SENT"].clear()
            app.main(conversation)
            conversations.append(list(sink.__dict__["SENT"]))
        results.append(conversations)
        for name in set(sys.modules) - before:
            path = name.replace(".", "/")
            if not {f"{path}.py", f"{path}/__init__.py"}.isdisjoint(finder.files):
                del sys.modules[name]
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
