"""What is not known of a request is open: an order, a role, what callers give. It is never told as if it were known."""

from __future__ import annotations

import textwrap

import pytest
from requested import ASK, MORE, SAID, parts, requests_of, shown

from promptlint.gaps import PICKED, WHICH
from promptlint.prompt import Request
from promptlint.template import Choice, Text

SHOTS = '[{"role": "user", "content": "Where is Oslo?"}, {"role": "assistant", "content": "In Norway."}]'


def alone(app: str, **files: str) -> Request:
    (found,) = requests_of(app, **files)
    return found


def run(body: str, sent: str, given: str = "question", before: str = "") -> Request:
    """The request of a function with this body."""
    lines = textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
    return alone(f"{before}\ndef run({given}):\n{lines}\n    {ASK.format(sent)}\n")


@pytest.mark.parametrize(
    "change",
    [
        "random.shuffle(shots)",
        "shuffle(shots)",
        "random.Random(3).shuffle(shots)",
        "shots.sort(key=lambda shot: near(shot, question))",
        "shots = sorted(shots, key=lambda shot: near(shot, question))",
    ],
)
def test_the_order_of_what_is_shuffled_or_sorted_by_something_is_not_known(change: str) -> None:
    start = "import random\nfrom random import shuffle\n"
    known = run(f"shots = {SHOTS}", f"[{SAID}, *shots, {MORE}]", before=start)
    assert known.complete and [role for role, _ in parts(known)] == ["system", "user", "assistant", "user"]
    assert not run(f"shots = {SHOTS}\n{change}", f"[{SAID}, *shots, {MORE}]", before=start).complete
    # The same of what messages are made of, here and in a list of the module.
    pairs = '[{"q": "Where is Oslo?", "a": "In Norway."}, {"q": "Where is Rome?", "a": "In Italy."}]'
    turn = 'for shot in shots:\n    said.append({"role": "user", "content": shot["q"]})'
    assert not run(f"shots = {pairs}\n{change}\nsaid = [{SAID}]\n{turn}", "said", before=start).complete
    if "shuffle" in change:
        named, told = change.replace("shots", "SHOTS"), turn.replace("shots", "SHOTS")
        assert run(f"said = [{SAID}]\n{told}", "said", before=f"{start}SHOTS = {pairs}").complete
        assert not run(f"{named}\nsaid = [{SAID}]\n{told}", "said", before=f"{start}SHOTS = {pairs}").complete


def test_texts_that_are_shuffled_are_the_programs_own() -> None:
    body = """
    rules = ["Be kind to all of them.", "Never guess what it is."]
    random.shuffle(rules)
    """
    text = '[{"role": "user", "content": "Sort the letters. " + "\\n".join(rules)}]'
    assert not run(body, text, before="import random").complete
    assert run(body.replace("random.shuffle(rules)", ""), text, before="import random").complete


@pytest.mark.parametrize(
    ("turn", "complete"),
    [
        (f"said.pop()\n    said.append({MORE})", False),
        (f'said.insert(0, {MORE})\n    said.append({{"role": "user", "content": "Mind that."}})', False),
        (f"if len(said) > 1:\n        said.pop(1)\n    said.append({MORE})", False),
        # Each turn makes the same of it.
        (f"said = [{SAID}, {MORE}]", True),
        (f"said[1] = {MORE}", True),
    ],
)
def test_what_many_turns_make_of_a_list_one_does_not_tell(turn: str, complete: bool) -> None:
    start = f'said = [{SAID}, {{"role": "user", "content": "Where is Oslo?"}}]'
    found = run(f"{start}\nfor question in questions:\n    {turn}", "said", "questions")
    assert found.complete is complete


TURNS = """
def run(question, turns=None):
    {}
    turns.append({})
    {}
"""


@pytest.mark.parametrize(
    "start",
    [
        "if not turns: turns = []",
        "if turns is None: turns = []",
        "turns = turns or []",
        "if not len(turns) > 0: turns = []",
    ],
)
def test_a_list_that_callers_may_give_is_not_the_empty_one_in_its_place(start: str) -> None:
    code = TURNS.format(start, MORE, ASK.format("turns"))
    found = alone(code)
    assert not found.complete and [role for role, _ in parts(found)] == ["unknown", "user"]
    given = '[{"role": "user", "content": "Where is Oslo?"}]'
    asked = requests_of(f'{code}\ndef one(): run("Where is Rome?", {given})\n')
    assert [parts(each) for each in asked] == [[("user", "Where is Oslo?"), ("user", "Where is Rome?")]]
    if "len" not in start:
        # What a caller does not give is the default.
        asked = requests_of(f'{code}\ndef one(): run("Where is Rome?")\n')
        assert [(parts(each), each.complete) for each in asked] == [([("user", "Where is Rome?")], True)]


def test_a_list_that_begins_otherwise_if_none_is_given() -> None:
    found = alone(TURNS.format(f"if turns is None: turns = [{SAID}]", MORE, ASK.format("turns")))
    assert not found.complete
    assert parts(found) == [("system", "Be kind."), ("unknown", "{turns}"), ("user", "{question}")]
    assert [prompt.condition for prompt in found.prompts] == ["turns is None", "not (turns is None)", ""]


@pytest.mark.parametrize(
    ("annotation", "role"),
    [
        ("", "user"),
        (": str", "user"),
        (": str | None", "user"),
        (": Optional[str]", "user"),
        (": Union[str, None]", "user"),
        (": Any", "user"),
        (": list[dict]", "unknown"),
        (": 'list[dict]'", "unknown"),
        (": str | list[Item]", "unknown"),
        (": Union[str, List[Item]]", "unknown"),
        (": openai.types.Items", "unknown"),
    ],
)
def test_what_is_annotated_as_a_list_is_no_text_of_the_user(annotation: str, role: str) -> None:
    code = f"""
    def run(prompt{annotation}):
        client.responses.create(model="gpt-5.2", instructions="Be kind.", input=prompt)
    """
    found = alone(code)
    assert parts(found) == [("system", "Be kind."), (role, "{prompt}")]
    assert found.complete is (role == "user")
    # What a caller gives is known.
    asked = alone(f'{code}\n    def one(): run("Where is Oslo?")\n')
    assert parts(asked) == [("system", "Be kind."), ("user", "Where is Oslo?")]


@pytest.mark.parametrize(
    "sent", ['[{key: said[key] for key in ("role", "content")} for said in found]', '[{**said} for said in found]']
)
def test_a_copy_of_a_message_has_the_role_of_that(sent: str) -> None:
    found = alone(f"def run(found):\n    {ASK.format(sent)}\n")
    assert not found.complete and [role for role, _ in parts(found)] == ["unknown"]


def test_what_stands_under_message_may_be_a_message() -> None:
    code = """
    from google import genai
    google = genai.Client()
    def run(row):
        google.models.generate_content(model="gemini-2.5-pro", contents=row["message"])
    """
    found = alone(code)
    assert not found.complete and [role for role, _ in parts(found)] == ["unknown"]
    assert alone(code.replace('"message"', '"question"')).complete


AGENT = """
from agents import Agent, RunConfig, Runner
from openai import AsyncOpenAI
helper = Agent(name="Helper", instructions="Be kind.", model="gpt-5.2")
async def run(config):
    await Runner.run(helper, "Where is Oslo?"{})
"""


@pytest.mark.parametrize(
    ("given", "provider", "model", "complete"),
    [
        ("", "openai", "gpt-5.2", True),
        (", run_config=None", "openai", "gpt-5.2", True),
        (", run_config=RunConfig(tracing_disabled=True)", "openai", "gpt-5.2", True),
        (', run_config=RunConfig(model="gpt-5.2-mini")', "openai", "gpt-5.2-mini", True),
        # Another one makes a model of its name.
        (", run_config=RunConfig(model_provider=SERVER)", "", "gpt-5.2", False),
        (", run_config=config", "openai", "gpt-5.2", False),
    ],
)
def test_what_a_run_is_configured_with_goes_before_the_agent(
    given: str, provider: str, model: str, complete: bool
) -> None:
    found = alone(AGENT.format(given))
    assert (found.provider, found.model, found.complete) == (provider, model, complete)


@pytest.mark.parametrize(
    ("made", "model"),
    [
        ('settings = RunConfig(model="gpt-5.2-mini") if config else None', ""),
        ('settings = None\n    if config: settings = RunConfig(model="gpt-5.2-mini")', ""),
        ('settings = RunConfig()\n    if config: settings.model = "gpt-5.2-mini"', ""),
        ('settings = RunConfig(model="gpt-5.2") if config else None', "gpt-5.2"),
        ('settings = RunConfig()\n    settings.model = "gpt-5.2-mini"', "gpt-5.2-mini"),
        ('settings = RunConfig(model="o3")\n    settings.model = "gpt-5.2-mini"', "gpt-5.2-mini"),
    ],
)
def test_what_a_run_is_configured_with_on_one_way_only_is_one_of_two(made: str, model: str) -> None:
    begin = "async def run(config):\n"
    found = alone(AGENT.format(", run_config=settings").replace(begin, f"{begin}    {made}\n"))
    assert (found.provider, found.model, found.complete) == ("openai", model, model != "")
    given = 'more = {}\n    if config: more["run_config"] = RunConfig(model="o3")'
    assert not alone(AGENT.format(", **more").replace(begin, f"{begin}    {given}\n")).model


LLAMA = 'f"<s>[INST] Be kind. {question} [/INST]"'
QWEN = 'f"<|im_start|>system\\nBe kind.<|im_end|>\\n<|im_start|>user\\n{question}<|im_end|>\\n<|im_start|>assistant\\n"'
GEMMA = 'f"<start_of_turn>user\\nBe kind. {question}<end_of_turn>\\n<start_of_turn>model\\n"'
LOCAL = """
from vllm import LLM
llm = LLM("Qwen/Qwen3-8B")
def run(question, kind):
    if kind == 1:
        text = {}
    elif kind == 2:
        text = {}
    else:
        text = {}
    {}
    llm.generate(text)
"""


def test_a_text_with_the_marks_of_one_model_or_another_is_divided_by_each() -> None:
    found = alone(LOCAL.format(LLAMA, QWEN, GEMMA, ""))
    assert parts(found) == [
        ("user", "Be kind. {question}"),
        ("system", "Be kind."),
        ("user", "{question}"),
        ("user", "Be kind. {question}"),
    ]
    assert [prompt.condition for prompt in found.prompts][:2] == ["kind == 1", "not (kind == 1) and (kind == 2)"]
    # What stands behind either is what the model goes on with.
    found = alone(LOCAL.format(LLAMA, QWEN, GEMMA, 'text += "The town is"'))
    assert [each for each in parts(found) if each[0] == "assistant"] == [("assistant", "The town is")] * 3
    # The same in any form.
    found = alone(LOCAL.format(LLAMA, GEMMA, '"Be kind. " + question', ""))
    assert [role for role, _ in parts(found)] == ["user"]


def test_who_speaks_in_a_text_with_the_marks_of_two_models_is_not_known() -> None:
    found = alone(LOCAL.format(*[f"{QWEN} + {LLAMA}"] * 3, ""))
    assert [role for role, _ in parts(found)] == ["unknown"] and ("prompt", "role") in [
        (each.slot, each.expression) for each in found.unresolved
    ]


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ('"Be kind."', True),
        ('rules or "Be kind."', False),
        ('os.environ.get("RULES", "Be kind.")', False),
        ('"Be kind." if question else described()', False),
        ('"Be kind." if question else "Be brief."', True),
    ],
)
def test_a_system_text_in_the_place_of_which_there_may_be_another_is_not_known(text: str, complete: bool) -> None:
    sent = f'[{{"role": "system", "content": {text}}}, {MORE}]'
    assert run("", sent, "question, rules=None", "import os").complete is complete
    # What the user is to say may be anything.
    sent = f'[{SAID}, {{"role": "user", "content": rules or "Where is Oslo?"}}]'
    assert run("", sent, "question, rules=None").complete


COUNTED = """
from transformers import AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained("Qwen/Qwen3-8B")
class Rows:
    def short(self, rows, processor):
        if processor:
            def length(row):
                text = tokenizer.apply_chat_template([{{"role": "user", "content": f"Sort {{row}}."}}], tokenize=False)
                return {}
        else:
            def length(row):
                return len(row)
        return rows.filter(lambda row: length(row) < 100)
"""


@pytest.mark.parametrize(
    ("given", "requests"), [('len(processor(text=[text])["input_ids"])', 0), ("self.llm.generate(text)", 1)]
)
def test_a_text_that_is_only_counted_is_no_request_where_two_functions_have_one_name(given: str, requests: int) -> None:
    assert len(requests_of(COUNTED.format(given))) == requests


LOOK = '{"type": "function", "function": {"name": "look", "description": "Looks up a town."}}'
TOOLS = """
def run(question, use=None, tools=None):
    {}
    client.chat.completions.create(model="gpt-5.2", messages=[{{"role": "user", "content": question}}], {})
"""


def with_tools(before: str, given: str) -> str:
    return f"LOOK = {LOOK}\n{TOOLS.format(before, given)}"


@pytest.mark.parametrize(
    ("before", "given", "complete"),
    [
        ("", "tools=[LOOK]", True),
        ("", "tools=[LOOK] if use else None", False),
        ("", f"tools=[{LOOK}] if use else None", False),
        ("", "tools=[LOOK] if near(question) else None", False),
        (f"more = {{}}\n    if near(question): more['tools'] = [{LOOK}]", "**more", False),
        ("if tools is None: tools = [LOOK]", "tools=tools", False),
    ],
)
def test_of_tools_under_a_condition_it_is_not_known_which_are_sent(before: str, given: str, complete: bool) -> None:
    found = alone(with_tools(before, given))
    assert found.tools == 1 and found.complete is complete
    assert complete or "tools" in [each.slot for each in found.unresolved]


def test_tools_that_a_caller_decides_on_are_known() -> None:
    code = with_tools("", "tools=[LOOK] if use else None")
    found = alone(f'{code}\ndef one(): run("Where is Oslo?", use=True)\n')
    assert found.tools == 1 and found.complete
    found = alone(f'{code}\ndef one(): run("Where is Oslo?", use=False)\n')
    assert found.tools == 0 and found.complete


@pytest.mark.parametrize(
    ("given", "complete"), [("rows", True), ('["Never guess a town.", "Be brief."]', False), ("[1, 2]", True)]
)
@pytest.mark.parametrize("made", ["json.dumps(cases)", '"; ".join(sorted(cases))'])
def test_what_is_made_of_texts_that_callers_give_is_not_known(made: str, given: str, complete: bool) -> None:
    sent = f'[{{"role": "user", "content": "Sort these cases: " + {made}}}]'
    code = f"import json\ndef run(cases):\n    {ASK.format(sent)}\n"
    assert alone(code).complete
    assert alone(f"{code}\ndef one(rows): run({given})\n").complete is complete


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ('"developer" if new else "system"', "system"),
        ('"user" if new else "system"', "unknown"),
        ('"system" if new else role', "unknown"),
    ],
)
def test_two_words_for_one_role_are_that(role: str, expected: str) -> None:
    code = f'def run(new, role):\n    {ASK.format(f"""[{{"role": {role}, "content": "Be kind."}}]""")}\n'
    assert [each for each, _ in parts(alone(code))] == [expected]


def test_the_old_name_of_the_client_of_anthropic_is_that() -> None:
    code = """
    import anthropic
    claude = anthropic.Client(api_key=key)
    def run(question):
        claude.completions.create(model="claude-2", prompt=f"\\n\\nHuman: Where is {question}?\\n\\nAssistant:")
    """
    assert alone(code).provider == "anthropic"


@pytest.mark.parametrize(
    "turn",
    [
        'said.clear()\n    said.append({"role": "user", "content": each})',
        'said.insert(0, {"role": "user", "content": each})',
        'if len(said) > 1: del said[1:]\n    said.append({"role": "user", "content": each})',
    ],
)
def test_turns_that_do_more_than_append_are_not_known_in_full(turn: str) -> None:
    start = 'said = [{"role": "user", "content": "Sort."}]\nfor each in ["a letter", "a parcel"]:\n    '
    assert not run(start + turn, "said").complete


def test_lists_that_are_joined_have_no_role() -> None:
    code = """
    from langchain_core.prompts import ChatPromptTemplate
    def run(llm, first, last, question):
        said = first.of(question) + last.of(question)
        said += [("user", "Sort the letters: {question}")]
        return (ChatPromptTemplate.from_messages(said) | llm).invoke({"question": question})
    """
    (found,) = requests_of(code)
    assert [role for role, _ in parts(found)] == ["unknown", "user"]


def test_an_agent_that_is_not_known_has_instructions_that_are_not_known() -> None:
    code = """
    from agents import Agent, Runner
    async def run(agent, question):
        return await Runner.run(AGENT, f"Sort this: {question}")
    """
    unknown, known = (requests_of(code.replace("AGENT", agent))[0] for agent in ("agent", "Agent(name='a')"))
    assert "system" in {each.slot for each in unknown.unresolved}
    assert "system" not in {each.slot for each in known.unresolved}


def test_what_a_class_of_the_project_adds_to_its_agent_is_not_known() -> None:
    code = """
    from agno.agent import Agent
    class Clerk:
        def run(self, text):
            return self.send([self.rules, text])
    class Desk(Agent):
        pass
    def ask(question):
        agent = AGENT
        return agent.run(f"Sort this: {question}")
    """
    for made, known in (("Clerk()", False), ("Agent(model='gpt-5')", True)):
        (found,) = [each for each in requests_of(code.replace("AGENT", made)) if each.name == "ask"]
        slots = {each.slot for each in found.unresolved}
        assert ("system" not in slots) is known and ("tools" not in slots) is known


def test_a_message_for_an_agent_of_marvin_stands_before_the_instructions() -> None:
    code = """
    import marvin
    def ask(question):
        return marvin.say(question, instructions="Answer in one word.")
    """
    (found,) = requests_of(code)
    assert parts(found) == [("user", "{question}"), ("user", "Answer in one word.")]


def test_a_sum_with_a_number_is_one_value() -> None:
    asked = ASK.replace("{}", '[{"role": "user", "content": TEXT}]')
    code = """
    from limits import MOST
    LEAST = 3
    def ask(question, number):
        return ASKED
    """
    text = 'f"Name {LEAST + 1} to {MOST + 1} letters, {number + 1} times: {question}"'
    (found,) = requests_of(code.replace("ASKED", asked.replace("TEXT", text)))
    assert parts(found) == [("user", "Name {LEAST + 1} to {MOST + 1} letters, {number + 1} times: {question}")]
    assert not any(each.slot == "messages" for each in found.unresolved)


@pytest.mark.parametrize(("given", "tools"), [("", 1), (", use_tools=False", 0)])
def test_tools_that_a_call_leaves_out_whichever_they_are(given: str, tools: int) -> None:
    code = f"""
    from openai import OpenAI
    PARAMETERS = {{"type": "object", "properties": {{}}}}
    FIND = {{"type": "function", "function": {{"name": "find", "description": "Finds.", "parameters": PARAMETERS}}}}
    TOOLS = [FIND]
    def ask(messages, use_tools=True, others=None):
        payload = {{"model": "gpt-5", "messages": messages}}
        if use_tools:
            payload["tools"] = others if others is not None else TOOLS
        return OpenAI().chat.completions.create(**payload)
    def run():
        return ask([{{"role": "user", "content": "Sort."}}]{given})
    """
    (found,) = requests_of(code)
    assert found.tools == tools and found.complete


def test_tools_of_one_list_or_another_may_be_left_out() -> None:
    tool = '{"type": "function", "function": {"name": "NAME", "description": "Search in all of it.", "parameters": {}}}'
    one, other = tool.replace("NAME", "read"), tool.replace("NAME", "query")
    ask = 'create(model="gpt-4o", tools=tools, messages=[{"role": "user", "content": "Say hello."}])'
    code = "import os\nfrom openai import OpenAI\n\ndef ask():\n    plain = 'json' in os.environ['MODE']\n    "
    choice = f"tools = [{one}] if plain else [{other}, {other.replace('query', 'list')}]"
    (request,) = requests_of(f"{code}{choice}\n    return OpenAI().chat.completions.{ask}\n")
    assert [prompt.name for prompt in request.prompts if prompt.role == "tool"] == ["read", "query", "list"]
    assert [(each.slot, each.reason) for each in request.unresolved] == [("tools", WHICH)] * 3


@pytest.mark.parametrize(
    ("given", "holds"),
    [
        ("kw = {}\n    if urgent: kw['system'] = TEXT\n    ", [True]),
        ("kw = {'system': TEXT}\n    if urgent: kw.pop('system')\n    ", [False]),
        ("kw = {'system': TEXT} if urgent else {}\n    ", [True]),
        ("kw = {'system': TEXT if urgent else None}\n    ", [True]),
        ("kw = {'system': TEXT}\n    ", []),
    ],
)
def test_a_system_text_that_a_dict_has_on_one_way_only_is_told_under_its_condition(
    given: str, holds: list[bool]
) -> None:
    ask = 'create(model="claude-sonnet-4-5", messages=[{"role": "user", "content": "Go. " + q}], **kw)'
    code = f"from anthropic import Anthropic\n\nTEXT = 'You are the clerk.'\n\ndef ask(q, urgent):\n    {given}"
    (request,) = requests_of(f"{code}return Anthropic().messages.{ask}\n")
    system, user = request.prompts
    assert (system.role, [taken for _, taken in system.when]) == ("system", holds)
    assert user.when == ()


CLERKS = """
from openai import OpenAI

def said(text, q):
    return [{"role": "system", "content": text}, {"role": "user", "content": q}]

def ask(q, urgent, late):
    kw = {"model": "gpt-4o"}
    PUT
    return OpenAI().chat.completions.create(**kw)
"""
FAST = "[{'role': 'system', 'content': 'You are the fast clerk.'}, {'role': 'user', 'content': q}]"
KIND = "[{'role': 'system', 'content': 'You are the kind clerk.'}, {'role': 'user', 'content': q}]"


@pytest.mark.parametrize(
    ("taken", "holds"),
    [
        ('os.getenv("RULES", {0})', '"RULES" in os.environ'),
        ('os.environ.get("RULES", {0})', '"RULES" in os.environ'),
        ('os.getenv(key="RULES", default={0})', '"RULES" in os.environ'),
        ('settings.get("rules", {0})', '"rules" in settings'),
        ('(settings or other).get("rules", {0})', '"rules" in (settings or other)'),
        ('settings.get(key or "rules", {0})', '(key or "rules") in settings'),
    ],
)
def test_a_text_stands_for_what_settings_do_not_say(taken: str, holds: str) -> None:
    text = "Answer in one short sentence, and never mention a cat, a dog or any other animal that lives in a house."
    code = f"""
    import os
    from openai import OpenAI

    def ask(settings, other, key):
        rules = {taken.format(repr(text))}
        return OpenAI().chat.completions.create(model="gpt-4o", messages=[{{"role": "user", "content": rules}}])
    """
    found = alone(code)
    [choice] = [part for part in found.prompts[0].template if isinstance(part, Choice)]
    assert choice.condition == holds
    assert [each[0].value for each in choice.branches[1:] if isinstance(each[0], Text)] == [text]


@pytest.mark.parametrize("kept", ["each for each in lines if each", "each for each in lines if each.strip()"])
@pytest.mark.parametrize("around", ["({})", "([{}])"])
def test_lines_that_are_joined_but_for_empty_ones_stand_there_in_order(kept: str, around: str) -> None:
    code = f"""
    from openai import OpenAI

    def ask(question, more):
        lines = ["Sort them.", "", question]
        if more:
            lines.append("Count them.")
        content = "; ".join{around.format(kept)}
        return OpenAI().chat.completions.create(model="gpt-4o", messages=[{{"role": "user", "content": content}}])
    """
    found = alone(code)
    assert found.complete
    assert shown(found.prompts[0].template) == "Sort them.; {question}; Count them.|"


def test_messages_that_a_dict_has_on_one_way_only_are_told_under_its_condition() -> None:
    def told(*put: str) -> tuple[list[tuple[str, tuple[tuple[str, bool], ...]]], list[str]]:
        (request,) = requests_of(CLERKS.replace("PUT", "\n    ".join(put)))
        return [(text, each.when) for (_, text), each in zip(parts(request), request.prompts, strict=True)], [
            why.slot for why in request.unresolved
        ]

    fast, kind, rest = "You are the fast clerk.", "You are the kind clerk.", f"kw.setdefault('messages', {KIND})"
    urgent, calm = (("urgent", True),), (("urgent", False),)
    first = f"if urgent: kw['messages'] = {FAST}"
    assert told(first) == ([(fast, urgent), ("{q}", urgent)], [])
    assert told(first, rest) == ([(fast, urgent), ("{q}", urgent), (kind, calm), ("{q}", calm)], [])
    assert told(f"kw['messages'] = {FAST}", rest) == ([(fast, ()), ("{q}", ())], [])
    # Where one of three is sent it is not known when the default is.
    _, unknown = told(first, f"elif late: kw['messages'] = {FAST}", rest)
    assert unknown == ["messages"]


def test_a_default_stands_where_nothing_else_was_put() -> None:
    def told(*put: str, default: str) -> tuple[list[tuple[str, str]], str, list[str]]:
        ask = f"kw = {{'messages': {KIND}, **kw}}"
        code = CLERKS.replace("PUT", "\n    ".join([*put, f"kw.setdefault({default})", ask]))
        (request,) = requests_of(code)
        return parts(request), request.model, [why.slot for why in request.unresolved]

    sent = [("system", "You are the kind clerk."), ("user", "{q}")]
    assert told(default="'model', 'gpt-4'") == (sent, "gpt-4o", [])
    dropped = "kw.pop('model')"
    assert told(dropped, "if urgent: kw['model'] = 'gpt-5'", default="'model', 'gpt-4'") == (sent, "", ["model"])
    assert told(dropped, default="'model', 'gpt-4'") == (sent, "gpt-4", [])


def test_a_system_text_and_tools_by_default_are_told_where_nothing_else_was_put() -> None:
    ask = 'create(model="claude-sonnet-4-5", messages=[{"role": "user", "content": "Go. " + q}], **kw)'
    tool = '{{"name": "{0}", "description": "{0} one", "input_schema": {{"type": "object"}}}}'
    code = f"""
from anthropic import Anthropic

def ask(q, urgent, late):
    kw = {{}}
    if urgent:
        kw["system"], kw["tools"] = "You are the fast clerk.", [{tool.format("find")}]
    elif late:
        kw["system"] = "You are the late clerk."
    kw.setdefault("system", "You are the kind clerk.")
    kw.setdefault("tools", [{tool.format("look")}])
    return Anthropic().messages.{ask}
"""
    (request,) = requests_of(code)
    told = [prompt for prompt in request.prompts if prompt.role == "tool"]
    assert [prompt.name for prompt in told] == ["find", "look"]
    assert [why.slot for why in request.unresolved] == ["tools", "tools"]
    (system,) = [text for role, text in parts(request) if role == "system"]
    assert all(f"You are the {each} clerk." in system for each in ("fast", "late", "kind"))


DESK = """
class Desk:
    def ask(self, prompt, system={usual}):
        kwargs = {{}}
        if system:
            kwargs["system"] = system
        return anthropic.Anthropic().messages.create(
            model="claude-sonnet-4-5", messages=[{{"role": "user", "content": prompt}}], max_tokens=9, **kwargs
        )

    def ask_for_json(self, prompt, system=None):
        return self.ask(prompt + " Answer with JSON alone.", system=system)

def short(title):
    return Desk().ask(title)

"""


def test_a_text_that_an_unknown_object_may_be_asked_with_is_told_under_its_condition() -> None:
    def told(more: str, usual: str = "None") -> list[tuple[list[tuple[str, str]], list[str]]]:
        found = requests_of("import anthropic\n" + DESK.format(usual=usual) + more)
        return [(parts(each), [why.slot for why in each.unresolved]) for each in found]

    asked = ("user", "{prompt} Answer with JSON alone.")
    handed = ([("system", "{system}"), asked], ["system"])
    assert told("") == [handed, ([("user", "{title}")], [])]
    stray = "use(lambda desk: desk.ask('Make a plan.', system='You plan the week.'))"
    open_one = ([("system", "{system}"), ("user", "{prompt}")], ["system"])
    assert told(stray) == [handed, open_one, ([("user", "{title}")], [])]
    kind = "'You are a kind librarian.'"
    assert open_one in told(stray, kind)
    assert open_one not in told("", kind)
    found = requests_of("import anthropic\n" + DESK.format(usual="None"))
    assert [each.when for each in found[0].prompts if each.role == "system"] == [(("system", True),)]


@pytest.mark.parametrize("put", ["if a:\n        if b: kw['messages'] = FIRST", "if a: kw['messages'] = [*turns]"])
def test_a_default_beside_what_several_conditions_put_is_not_known(put: str) -> None:
    code = f"""
from openai import OpenAI
FIRST = [{{"role": "user", "content": "Sort the plans."}}]

def ask(a, b, turns):
    kw = {{}}
    {put}
    kw.setdefault("messages", [{{"role": "user", "content": "Sort the maps."}}])
    return OpenAI().chat.completions.create(model="gpt-4o", **kw)
"""
    assert not any(each.complete for each in requests_of(code))


PLANS, MAPS, OWN = ("user", "Sort the plans."), ("user", "Sort the maps."), ("user", "Sort: {question}")


@pytest.mark.parametrize(
    ("body", "said", "known"),
    [
        # The list of another function, of which linking knows.
        ("said = usual(question) or [MAPS]", [(OWN, True), (MAPS, False)], True),
        ("said = usual(question) if a else [MAPS]", [(OWN, True), (MAPS, False)], True),
        ("said = usual(question) if a else [NAMED]", [(OWN, True), (MAPS, False)], True),
        ("said = usual(question) or a or [MAPS]", [(OWN, True), (MAPS, False), (("unknown", "{a}"), False)], False),
        # What a dict has on one way, and what it has on every way.
        ("if a: kw['messages'] = [PLANS]\n    LAST", [(PLANS, True), (MAPS, False)], True),
        ("kw['messages'] = [PLANS]\n    LAST", [(PLANS, None)], True),
        ("said = more.get('messages') or [MAPS]", [(MAPS, False)], False),
    ],
)
def test_one_list_or_another_are_told_both(
    body: str, said: list[tuple[tuple[str, str], bool | None]], known: bool
) -> None:
    body = body.replace("LAST", "said = kw.get('messages') or [MAPS]")
    body = body.replace("PLANS", '{"role": "user", "content": "Sort the plans."}')
    body = body.replace("MAPS", '{"role": "user", "content": "Sort the maps."}')
    request = alone(f"""
NAMED = {{"role": "user", "content": "Sort the maps."}}

def usual(question):
    return [{{"role": "user", "content": "Sort: " + question}}]

def ask(question, a, **more):
    kw = {{}}
    {body}
    return client.chat.completions.create(model="gpt-4o", messages=said)
""")
    ways = [each.when[0][1] if each.when else None for each in request.prompts]
    told = list(zip(parts(request), ways, strict=True))
    assert (told, request.complete) == (said, known)


def test_what_is_put_where_callers_give_nothing_is_told_so() -> None:
    request = alone("""
def ask(question, **more):
    if "messages" not in more:
        more["messages"] = [{"role": "user", "content": "Sort the maps."}]
    return client.chat.completions.create(model="gpt-4o", **more)
""")
    assert [prompt.when for prompt in request.prompts] == [(('"messages" not in more', True),)]
    assert not request.complete


BASE = f"""
def base(question):
    return [{SAID}, {MORE}]
"""
OTHER = '{"role": "system", "content": "Be strict."}'


@pytest.mark.parametrize(
    "change",
    [
        "for each in turns:\n    said.append(each)",
        "said.append(turns[0])",
        "said.extend(turns)",
        "said.extend(each for each in turns)",
        "said.insert(1, turns[0])",
        "said.insert(at, turns[0])",
        "del said[0]",
        "del said[1:]",
        "said.pop()",
        "last = said.pop(0)",
        "said.remove(said[0])",
        "said.clear()",
        "said.reverse()",
        "said.sort(key=len)",
        "said[:0] = turns",
        "said[:] = [said[1]]",
        "said[at] = turns[0]",
        "said[0] |= {'content': 'Be strict.'}",
        "said[-1].update(content='Be strict.')",
        "said[0].update({'content': 'Be strict.'})",
        "said[0].pop('content')",
        "said[at]['content'] += ' Be strict.'",
        "said[0]['content'].append({'type': 'text', 'text': 'Be strict.'})",
        "same = said\nsame.extend(turns)",
    ],
)
def test_a_list_of_another_function_that_is_changed_is_not_known(change: str) -> None:
    request = run(f"said = base(question)\n{change}", "said", "question, turns, at", BASE)
    assert not request.complete
    assert {gap.slot for gap in request.unresolved} == {"messages"}


def test_a_dict_with_a_list_of_another_function_that_is_changed_holds_what_is_not_known() -> None:
    request = alone(f"""{BASE}
def run(question, turns):
    said = base(question)
    given = {{"model": "gpt-5.2", "messages": said}}
    said.extend(turns)
    return client.chat.completions.create(**given)
""")
    assert not request.complete


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("", "Be kind."),
        (f"said.append({OTHER})", "Be kind."),
        ("said[0]['content'] = 'Be strict.'", "Be strict."),
        ("said[0]['content'] += ' Be strict.'", "Be kind. Be strict."),
        ("shown = said[0].get('content')\nprint(said.index(shown), said.count(shown))", "Be kind."),
    ],
)
def test_a_list_of_another_function_is_known_where_its_changes_are(change: str, told: str) -> None:
    request = run(f"said = base(question)\n{change}", "said", before=BASE)
    assert (parts(request)[0], request.complete) == (("system", told), True)


def test_texts_and_dicts_of_another_function_hold_what_is_put_into_them() -> None:
    request = run(
        "parts = lines()\nparts.append(question)\nheld = table()\nheld[question] = 1\nheld.pop(question)",
        '[{"role": "system", "content": "\\n".join(parts) + held["tone"]}]',
        before='def lines():\n    return ["Be kind.", "Be brief."]\ndef table():\n    return {"tone": "Be warm."}\n',
    )
    assert parts(request) == [("system", "Be kind.\nBe brief.\n{question}Be warm.")]


@pytest.mark.parametrize(
    ("change", "told", "known"),
    [
        ("parts.append('Be warm.')", "Be kind. Be brief. Be warm.", True),
        ("parts.append(question)", "Be kind. Be brief. {question}", True),
        ("parts.insert(0, 'Be warm.')", "Be warm. Be kind. Be brief.", True),
        ("parts.extend(['Be warm.', 'Be strict.'])", "Be kind. Be brief. Be warm. Be strict.", True),
        ("parts += ['Be warm.']", "Be kind. Be brief. Be warm.", True),
        ("if question: parts.append('Be warm.')", "Be kind. Be brief. Be warm.|", True),
        ("parts.pop()", "Be kind. Be brief.{...}", False),
        ("same = parts; same.append('Be warm.')", "Be kind. Be brief.{...}", False),
    ],
)
def test_texts_of_another_function_that_are_changed(change: str, told: str, known: bool) -> None:
    request = run(
        f"parts = lines()\n{change}",
        '[{"role": "system", "content": " ".join(parts)}]',
        before='def lines():\n    return ["Be kind.", "Be brief."]\n',
    )
    assert (parts(request)[0][1], request.complete) == (told, known)


@pytest.mark.parametrize(
    "change",
    [
        "said = said + [HINT]\nsaid = [each for each in said if each['role'] != 'system']",
        "said.append(HINT)\nsaid = [each for each in said if each['role'] == 'system']",
        "said = [HINT, *said]\nsaid = [each for each in said if each['content']]",
    ],
)
def test_which_messages_of_another_function_are_kept_is_not_known(change: str) -> None:
    change = change.replace("HINT", '{"role": "user", "content": "Take your time."}')
    assert not run(f"said = base(question)\n{change}", "said", before=BASE).complete


def test_messages_of_another_function_that_are_all_kept_are_known() -> None:
    request = run(f"said = base(question) + [{OTHER}]\nsaid = [each for each in said]", "said", before=BASE)
    assert parts(request) == [("system", "Be kind."), ("user", "{question}"), ("system", "Be strict.")]
    assert request.complete


@pytest.mark.parametrize("at", [0, -1, 1])
@pytest.mark.parametrize("added", ["insert(0, HINT)", "insert(1, HINT)", "append(HINT)", "append(turns[0])"])
@pytest.mark.parametrize("when", ["if strict:\n    ", ""])
def test_what_is_added_to_a_message_is_told_or_not_known(at: int, added: str, when: str) -> None:
    added = added.replace("HINT", OTHER)
    change = f"said = base(question)\n{when}said.{added}\nsaid[{at}]['content'] += ' In French.'"
    request = run(change, "said", "question, strict, turns", BASE)
    told = [content for _, content in parts(request)]
    assert not request.complete or (len(told) == 3 and sum("In French." in each for each in told) == 1)


TONES = 'TONES = {"kind": "Be kind to all of them.", "curt": "Say one word and no more."}\n'
TELL = ASK.format('[{"role": "system", "content": WHICH}, ' + MORE + "]")


@pytest.mark.parametrize(
    "app",
    [
        "def ask(question, tone='kind'):\n    TONES[tone]",
        "def ask(question, tone='kind'):\n    TONES.get(tone)",
        "def ask(question, tone='kind'):\n    TONES[tone.lower()]",
        "def ask(question, tone=None):\n    TONES[tone or 'kind']",
        # By way of a function that makes the text.
        "def told(kind):\n    return TONES[kind]\n\ndef ask(question, tone='kind'):\n    told(tone)",
        "def told(kind):\n    if kind == 'kind':\n        return TONES['kind']\n    return TONES['curt']\n\n"
        "def ask(question, tone='kind'):\n    told(tone)",
        # By way of an object that anything may have made.
        "class Desk:\n    def __init__(self, tone='kind'):\n        self.tone = tone\n\n"
        "    def ask(self, question):\n        TONES[self.tone]",
    ],
)
def test_a_text_under_a_key_that_is_one_by_default_is_one_of_several(app: str) -> None:
    head, _, which = app.rpartition("\n")
    indent = " " * (len(which) - len(which.lstrip()))
    request = alone(f"{TONES}{head}\n{indent}{TELL.replace('WHICH', which.strip())}\n")
    assert parts(request)[0] == ("system", "Be kind to all of them.|Say one word and no more.")


def test_a_key_that_a_call_leaves_as_it_is_is_known() -> None:
    told = "def told(tone='kind'):\n    return TONES[tone]\n\n"
    # What a call says, and leaves out, holds whatever the parameters around it are called.
    for given, said in (("", "Be kind to all of them."), ("'curt'", "Say one word and no more.")):
        ask = f"def ask(question, tone='kind'):\n    {TELL.replace('WHICH', f'told({given})')}\n"
        assert parts(alone(TONES + told + ask))[0] == ("system", said)
    ask = f"def ask(question, tone='kind'):\n    {TELL.replace('WHICH', 'TONES[tone]')}\n"
    for call, said in (("'Who?'", "Be kind to all of them."), ("'Who?', 'curt'", "Say one word and no more.")):
        assert parts(alone(f"{TONES}{ask}\nask({call})\n"))[0] == ("system", said)


def test_of_a_table_that_is_not_known_in_full_the_default_is_not_all() -> None:
    table = f"{TONES}TONES.update(read())\n"
    ask = f"def ask(question, tone='kind'):\n    {TELL.replace('WHICH', 'TONES[tone]')}\n"
    assert not alone(table + ask).complete


def test_conversations_to_begin_with_by_a_key() -> None:
    shots = (
        'SHOTS = {"one": [{"role": "system", "content": "Be kind."}],\n'
        '"two": [{"role": "system", "content": "Be curt."}, {"role": "user", "content": "Who are they?"}]}\n'
    )
    for given in ("kind", "kind='one'"):
        request = alone(f"{shots}def ask(question, {given}):\n    {ASK.format('SHOTS[kind] + [' + MORE + ']')}\n")
        assert parts(request) == [("system", "Be kind.|Be curt."), ("user", "Who are they?"), ("user", "{question}")]
        assert request.complete and request.prompts[1].conditions == ('not (kind == "one")',)


JOINED = '"\\n".join(TONES[each] for each in tones)'
ADDED = 'text = ""\nfor each in tones:\n    text += TONES[each] + "\\n"'


def told(body: str, which: str, given: str = "", more: str = "") -> Request:
    """The one request of a function whose system message is made in its body."""
    lines = textwrap.indent(body, "    ")
    return alone(f"{TONES}{more}\ndef ask(question{given}):\n{lines}\n    {TELL.replace('WHICH', which)}\n")


@pytest.mark.parametrize("given", [", tones", ", tones=('kind', 'curt')"])
@pytest.mark.parametrize(
    ("body", "which"),
    [
        ("pass", JOINED),
        ("pass", '"\\n".join([TONES[each] for each in tones if each in TONES])'),
        ("pass", '"\\n".join(f"{each}: {TONES[each]}" for each in tones)'),
        (ADDED, "text"),
        (ADDED.replace("TONES[each]", "TONES.get(each)"), "text"),
    ],
)
def test_which_texts_the_turns_of_a_loop_pick_is_not_known(body: str, which: str, given: str) -> None:
    found = told(body, which, given)
    assert not found.complete and any(each.reason == PICKED for each in found.unresolved)


@pytest.mark.parametrize(
    ("which", "more"),
    [
        (JOINED.replace("in tones", "in TONES"), ""),
        (JOINED.replace("in tones", "in BOTH"), 'BOTH = ("kind", "curt")\n'),
        ("both()", f'def both(keys=("kind", "curt")):\n    return {JOINED.replace("tones", "keys")}\n'),
        ('both(("kind", "curt"))', f"def both(keys):\n    return {JOINED.replace('tones', 'keys')}\n"),
    ],
)
def test_texts_that_a_loop_picks_by_keys_that_are_known(which: str, more: str) -> None:
    found = told("pass", which, more=more)
    assert found.complete and parts(found)[0][1].startswith("[Be kind to all of them.|Say one word and no more.")
    one = told("pass", which, more=more.replace(', "curt")', ",)")) if '"curt"' in more else None
    assert one is None or parts(one)[0][1].startswith("[Be kind to all of them.\n")


def test_how_many_messages_keys_make_that_are_only_so_by_default() -> None:
    said = '[{"role": "system", "content": TONES[each]} for each in tones] + [' + MORE + "]"
    ask = f"{TONES}def ask(question, tones=('kind', 'curt')):\n    {ASK.format(said)}\n"
    assert not alone(ask).complete
    known = alone(f"{ask}\nask('Who?', ('curt', 'kind'))\n")
    assert known.complete
    assert parts(known)[:2] == [("system", "Say one word and no more."), ("system", "Be kind to all of them.")]


def test_what_a_loop_goes_through_may_be_made_of_texts() -> None:
    rules = 'RULES = ["Be kind to all of them.", "Never guess what it is."]\n'
    for over in ("RULES[:most]", "filter(near, RULES)"):
        loop = f'text = ""\nfor each in {over}:\n    text += f"- {{each}}"'
        assert not told("pass", f'"\\n".join(each for each in {over})', ", most", rules).complete
        assert not told(loop, "text", ", most", rules).complete
    assert told("pass", '"Be kind. " + ", ".join(each for each in question.split()[:most])', ", most", rules).complete


ANSWER = 'client.responses.create(model="gpt-5.2", input={})'
EACH = "    made = []\n    for turn in messages:\n"


def answered(sent: str, head: str = "", given: str = "question") -> Request:
    """The request of a function that gives a value in the place of a text or of a list of messages."""
    return alone(f"from elsewhere import anew\n{head}\ndef ask({given}):\n    {ANSWER.format(sent)}\n")


@pytest.mark.parametrize(
    "body",
    [
        f"{EACH}        made.append(anew(turn))\n    return made",
        f"{EACH}        made.extend(anew(turn))\n    return made",
        f"{EACH}        made.append(turn.to_dict())\n    return made",
        "    made = None\n    for turn in messages:\n        made = (made or []) + [turn]\n    return made",
        "    return [anew(turn) for turn in messages]",
        "    return [turn for turn in messages if anew(turn)]",
        "    return list(map(anew, messages))",
        "    for turn in messages:\n        yield {key: value for key, value in turn.items()}",
    ],
)
def test_messages_that_a_function_makes_of_others_are_not_one_text_of_a_user(body: str) -> None:
    # The value was told as a text where the name of the question says that it is another one each time.
    found = answered(f"told([{SAID}, {MORE}])", f"def told(messages):\n{body}\n")
    assert [role for role, _ in parts(found)] and {role for role, _ in parts(found)} == {"unknown"}
    assert any(each.slot == "messages" for each in found.unresolved)


def test_a_list_that_a_caller_gives_is_put_in_as_it_is() -> None:
    ask = "def ask(question, history):\n    return " + ANSWER.format("history + [" + MORE + "]")
    ask += "\n\ndef reply(text, history):\n    return ask('Answer in a word: ' + text, history)\n"
    other = '\n\ndef run(text, said):\n    return ask(text, [{"role": "user", "content": said}])\n'
    found = [each for each in requests_of(ask + other) if any("Answer" in text for _, text in parts(each))]
    assert found and all(each.complete for each in found)


@pytest.mark.parametrize("made", [f"anew([{SAID}, {MORE}])", f"anew(question, [{MORE}])", "as_messages(question)"])
def test_what_may_be_a_list_of_messages_is_none_of_a_user(made: str) -> None:
    found = answered(made)
    assert [role for role, _ in parts(found)] == ["unknown"] and not found.complete


def test_what_a_function_gives_back_by_its_annotation() -> None:
    for kind, role in (("list[dict]", "unknown"), ("Turns", "unknown"), ("str", "user"), ("str | None", "user")):
        head = f"def told(question) -> {kind}:\n    return anew(question)\n"
        assert parts(answered("told(question)", head))[0][0] == role
        own = f"class Desk:\n    def told(self, question) -> {kind}:\n        return anew(question)\n\n"
        ask = f"    def ask(self, question):\n        {ANSWER.format('self.told(question)')}\n"
        assert parts(alone(f"from elsewhere import anew\n{own}{ask}"))[0][0] == role


def test_a_copy_of_a_message_may_have_any_role() -> None:
    body = f'{EACH}        made.append({{**turn, "type": "message"}})\n    return made'
    found = answered("told(turns)", f"def told(messages):\n{body}\n", "turns")
    assert [role for role, _ in parts(found)] == ["unknown"] and not found.complete


def asked(text: str) -> str:
    """The call of a model with a system message that an expression gives."""
    return ASK.format(f'[{{"role": "system", "content": {text}}}]')


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("", '"; ".join(parts)', "One.; Two."),
        ("parts += ['Three.']", "''.join(parts)", "One.Two.Three."),
        ("", "', '.join(part for part in parts if part)", "One., Two."),
        ("", "', '.join([part for part in parts])", "One., Two."),
        ("", "', '.join(filter(None, parts))", "One., Two."),
        ("said = [part for part in parts if part]", "'; '.join(said)", "One.; Two."),
        ("parts = [*parts[1:], *parts[:1]]", "''.join(parts)", "Two.One."),
        # What is added to the list, or moved in it, is not followed, whoever does it and under whatever name.
        ("parts.append('Three.')", "''.join(parts)", None),
        ("parts.sort()", "''.join(parts)", None),
        ("parts.insert(0, 'None.')", "''.join(parts[1:])", None),
        ("other = parts\n        other.append('Three.')", "''.join(parts)", None),
        ("helped(parts)", "''.join(parts)", None),
        ("for _ in range(2):\n            last = ''.join(parts)\n            parts.append(last)", "last", None),
    ],
)
def test_what_a_function_joins_of_a_list_that_it_is_given(before: str, after: str, said: str | None) -> None:
    code = f"""
    def helped(them):
        them.append("Four.")
    def joined(parts):
        {before or "pass"}
        return {after}
    def ask():
        return {asked('joined(["One.", "", "Two."][::2])')}
    """
    (found,) = requests_of(code)
    if said is None:
        assert not found.complete
    else:
        assert found.complete and parts(found) == [("system", said)]


@pytest.mark.parametrize(
    ("takes", "given", "said"),
    [
        ("*parts", '"One.", "Two."', "One. Two."),
        ("first, *parts", '"One.", "Two.", "Three."', "Two. Three."),
        ("*parts, end='!'", '"One.", "Two.", end="?"', "One. Two."),
        ("*parts", "", ""),
        ("*parts", '*["One.", "Two."]', "One. Two."),
        ("*parts", '"One.", *letters', None),
        ("*parts", '*letters, "Two."', None),
    ],
)
def test_what_a_function_joins_of_all_that_it_gathers(takes: str, given: str, said: str | None) -> None:
    code = f"""
    def joined({takes}):
        return "Rules: " + " ".join(parts)
    def ask(letters):
        return {asked(f"joined({given})")}
    """
    (found,) = requests_of(code)
    assert said is None or parts(found) == [("system", f"Rules: {said}")]
    assert found.complete is (said is not None)


@pytest.mark.parametrize(
    "code",
    [
        # In the place of nothing, or of too much, stands something else.
        "if not parts:\n        parts = ('Three.',)\n    return ' '.join(parts)",
        "parts = parts or ('Three.',)\n    return ' '.join(parts)",
        "if len(parts) > 2:\n        parts = ('Three.',)\n    return ' '.join(parts)",
    ],
)
def test_what_stands_in_the_place_of_what_a_function_gathers(code: str) -> None:
    program = """
def joined(*parts):
    BODY
def ask():
    return ASKED
    """.replace("ASKED", asked('joined("One.", "Two.")'))
    (found,) = requests_of(program.replace("BODY", code))
    assert not found.complete


def test_a_list_that_another_function_was_given_before() -> None:
    code = """
    def add(them):
        them.append("Three.")
    def joined(parts):
        return " ".join(parts)
    def ask():
        rules = ["One."]
        ADD
        return ASKED
    """.replace("ASKED", asked("joined(rules)"))
    added, alone = (requests_of(code.replace("ADD", line))[0] for line in ("add(rules)", "add(['Four.'])"))
    assert alone.complete and parts(alone) == [("system", "One.")] and not added.complete


def test_items_of_what_a_function_gathers() -> None:
    code = """
    def joined(*parts):
        return parts[0] + " and " + parts[-1]
    def ask():
        return ASKED
    """.replace("ASKED", asked('joined("One", "Two", "Three")'))
    (found,) = requests_of(code)
    assert found.complete and parts(found) == [("system", "One and Three")]


def test_what_the_class_above_says_in_a_property_is_not_known() -> None:
    code = """
    class Clerk:
        @property
        def rules(self):
            return "Sort the letters."
    class Kind(Clerk):
        @property
        def rules(self):
            return super().rules + " Be kind."
        def ask(self):
            return ASKED
    """.replace("ASKED", asked("self.rules"))
    (found,) = requests_of(code)
    assert not found.complete
