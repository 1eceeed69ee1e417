"""What requests hold of objects in collections and of what may be made in two ways; tools, services, cut lists."""

from __future__ import annotations

import pytest
from requested import ASK, shown
from test_requests_given import parts, requests_of

from promptlint.template import holes

LIBRARIAN = "You are a helper for a city library."
LLM = f"""
from openai import OpenAI
client = OpenAI()

class LLM:
    def __init__(self, model="gpt-4o", system="{LIBRARIAN}"):
        self.model = model
        self.system = system

    def ask(self, q):
        client.chat.completions.create(
            model=self.model,
            messages=[{{"role": "system", "content": self.system}}, {{"role": "user", "content": q}}],
        )

    @classmethod
    def big(cls):
        return cls("o3", "You are a pirate.")
"""


@pytest.mark.parametrize(
    "used",
    [
        "for each in [LLM(), LLM('o3', 'You are a cook.')]:\n    each.ask('What is the time over there?')",
        "L = {'a': LLM(), 'b': LLM('o3', 'You are a cook.')}\nL['b'].ask('What is the time over there?')",
        "def make(m):\n    return LLM(m)\nLLM.big().ask('What is the time?')\nmake('o1').ask('What is the day?')",
        "class App:\n    def __init__(self, llm=None):\n        self.llm = llm or LLM()\n"
        "    def go(self):\n        self.llm.ask('What is the time over there?')\n"
        "App(LLM('o3', 'You are a cook.')).go()",
    ],
)
def test_what_an_object_says_that_may_be_one_of_several_is_not_known(used: str) -> None:
    found = requests_of(LLM + used)
    assert found
    assert not any(each.complete or each.model == "gpt-4o" for each in found)
    assert not any(text == LIBRARIAN for each in found for _, text in parts(each))


def test_fields_of_a_dataclass_are_those_that_one_object_or_another_is_made_with() -> None:
    first, found = requests_of(
        """
        from dataclasses import dataclass, replace
        from openai import OpenAI
        client = OpenAI()

        @dataclass
        class Desk:
            system: str = "You are a helper for a city library."
            model: str = "gpt-4o"
            def ask(self):
                message = {"role": "system", "content": self.system}
                client.chat.completions.create(model=self.model, messages=[message])

        Desk().ask()
        replace(Desk("You are a pirate.", "o3"), system="You are a cook.").ask()
        """
    )
    assert (first.complete, first.model, parts(first)[0][1]) == (True, "gpt-4o", LIBRARIAN)
    assert (found.complete, found.model) == (False, "")


@pytest.mark.parametrize(
    ("keeps", "sent"),
    [
        ("self.system = f'Be kind. {job}'", "Be kind. {}"),
        ("self.system = job\n        self.system += ' Be kind.'", "{} Be kind."),
        ("self.system = job", "{}"),
    ],
)
def test_a_method_that_is_given_nothing_sends_what_each_object_was_made_with(keeps: str, sent: str) -> None:
    agent = f"""
from openai import OpenAI
class Agent:
    def __init__(self, job="You are a cook for a school."):
        {keeps}
    def _ask(self):
        messages = [{{"role": "system", "content": self.system}}]
        OpenAI().chat.completions.create(model="gpt-4o", messages=messages)
    def run(self):
        self._ask()
"""
    found = requests_of(f"{agent}Agent().run()\nagent = Agent({LIBRARIAN!r})\nagent.run()\n")
    assert [(each.complete, parts(each)[0][1]) for each in found] == [
        (True, sent.format("You are a cook for a school.")),
        (True, sent.format(LIBRARIAN)),
    ]
    # Which of the objects it is, or that there are more of them, is not known here.
    (one,) = requests_of(f"{agent}Agent({LIBRARIAN!r})\ndef go(agent):\n    agent.run()\n")
    assert not one.complete or LIBRARIAN in parts(one)[0][1]


@pytest.mark.parametrize(
    ("service", "provider", "complete"),
    [
        ("", "openrouter", True),
        (", custom_llm_provider=None", "openrouter", True),
        (", custom_llm_provider='litellm_proxy'", "", False),
        (", custom_llm_provider='groq'", "groq", True),
        (", custom_llm_provider=names[0]", "", False),
    ],
)
def test_the_service_that_a_call_names_goes_before_the_name_of_the_model(
    service: str, provider: str, complete: bool
) -> None:
    message = '{"role": "user", "content": "What is the time over there?"}'
    (found,) = requests_of(
        f"import litellm\nlitellm.completion(model='openrouter/openai/gpt-4o', messages=[{message}]{service})"
    )
    assert (found.provider, found.complete) == (provider, complete)


TOOLS = """
from openai import OpenAI
client = OpenAI()

def ask(messages, tools=None, **kwargs):
    if tools:
        tools = [{"type": "function", "function": {"name": t["name"], "description": t["text"]}} for t in tools]
    client.chat.completions.create(model="gpt-4o", messages=messages, tools=tools)

def usual(messages, tools=None):
    if tools is None:
        tools = [{"type": "function", "function": {"name": "look", "description": "Look up a book."}}]
    client.chat.completions.create(model="gpt-4o", messages=messages, tools=tools)

OWN = [{"type": "function", "function": {"name": "lend", "description": "Lend a book."}}]
M = [{"role": "user", "content": "Say what you know of it."}]
"""


@pytest.mark.parametrize(
    ("call", "tools", "complete"),
    [
        ("def main():\n    ask(M)", [], True),
        # What `more` gives is not known; what makes a tool of it is none.
        ("def main(**more):\n    ask(M, **more)", [], False),
        ("def main():\n    ask(M, [{'name': 'look', 'text': 'Look up a book.'}])", ["Look up a book."], True),
        ("def main():\n    usual(M)", ["Look up a book."], True),
        ("def main():\n    usual(M, OWN)", ["Lend a book."], True),
    ],
)
def test_tools_stand_in_a_request_where_its_condition_holds(call: str, tools: list[str], complete: bool) -> None:
    found = [each for each in requests_of(TOOLS + call) if ("user", "Say what you know of it.") in parts(each)]
    assert [([text for role, text in parts(each) if role == "tool"], each.complete) for each in found] == [
        (tools, complete)
    ]


def test_of_two_ways_to_make_a_client_either_gives_the_same_tool_once() -> None:
    (found, *_) = requests_of(
        '''
        from langchain_core.prompts import ChatPromptTemplate
        from pydantic import BaseModel

        class Answer(BaseModel):
            """What is said to the visitor."""
            text: str

        class Desk:
            def __init__(self, llm, forced=False):
                if forced:
                    llm = llm.bind_tools([Answer], tool_choice="any")
                else:
                    llm = llm.bind_tools([Answer])
                self.chain = ChatPromptTemplate.from_template("Answer this question: {q}") | llm
        '''
    )
    assert [role for role, _ in parts(found)] == ["tool", "user"]


@pytest.mark.parametrize(
    ("cut", "left", "complete"),
    [
        ("self.history[1:]", ["Do this: ", "Write it down."], True),
        ("self.history[2:]", ["Write it down."], True),
        ("self.history[:-1]", ["You are kind.", "Write it down."], True),
        # From which end it is counted, differs.
        ("self.history[-1:]", ["You are kind.", "Do this: ", "Write it down."], False),
    ],
)
def test_what_is_cut_off_a_list_that_has_other_messages_on_another_way(
    cut: str, left: list[str], complete: bool
) -> None:
    (found,) = requests_of(
        f"""
        from openai import OpenAI
        class Desk:
            def __init__(self):
                self.history = []
            def begin(self, task):
                self.history = [
                    {{"role": "system", "content": "You are kind."}},
                    {{"role": "user", "content": f"Do this: {{task}}"}},
                ]
            def ask(self):
                messages = {cut} + [{{"role": "user", "content": "Write it down."}}]
                OpenAI().chat.completions.create(model="gpt-4o", messages=messages)
        """
    )
    assert ([text for _, text in parts(found)], found.complete) == (left, complete)


def test_texts_and_lists_that_callers_give_are_added() -> None:
    found = requests_of(
        """
        from openai import OpenAI
        client = OpenAI()
        def ask(system, more, first, last):
            messages = [{"role": "system", "content": system + more}]
            client.chat.completions.create(model="gpt-4o", messages=messages)
            client.chat.completions.create(model="gpt-4o", messages=first + last)
        def main(q):
            ask("You are kind. ", "You are wise.", [{"role": "user", "content": "Say it."}],
                [{"role": "user", "content": q}])
        """
    )
    assert [(parts(each), each.complete) for each in found] == [
        ([("system", "You are kind. You are wise.")], True),
        ([("user", "Say it."), ("user", "")], True),
    ]


@pytest.mark.parametrize(("functions", "complete"), [(4, True), (6, False), (12, False)])
def test_what_comes_from_beyond_the_wrappers_that_are_followed_is_not_known(functions: int, complete: bool) -> None:
    chain = "".join(f"def f{at}(s):\n    f{at - 1}(s)\n" for at in range(1, functions))
    (found,) = requests_of(
        "from openai import OpenAI\ndef f0(s):\n"
        "    OpenAI().chat.completions.create(model='gpt-4o', messages=[{'role': 'user', 'content': s}])\n"
        f"{chain}f{functions - 1}('You are a helper for a city library.')\n"
    )
    assert (found.complete, parts(found)[0][1]) == (complete, LIBRARIAN if complete else "")


@pytest.mark.parametrize(
    ("makes", "sent", "complete"),
    [
        ("super().__init__('Be kind. ')\n        self.tone += 'Be brief.'", "Be kind. Be brief.", True),
        ("super().__init__()\n        self.tone = self.tone + 'Be brief.'", "Be wise. Be brief.", True),
        ("Desk.__init__(self, 'Be kind. ')\n        self.tone = f'{self.tone}Be brief.'", "Be kind. Be brief.", True),
        ("super().__init__('Be kind. ')\n        self.tone = self.tone.upper()", "BE KIND. ", True),
        ("super().__init__()\n    def more(self):\n        self.tone += 'Be brief.'", "", False),
    ],
)
def test_an_attribute_that_is_made_of_itself_holds_what_the_class_above_left(
    makes: str, sent: str, complete: bool
) -> None:
    found = requests_of(
        f"""
from openai import OpenAI
class Desk:
    def __init__(self, tone="Be wise. "):
        self.tone = tone
    def say(self, text):
        messages = [{{"role": "system", "content": self.tone}}, {{"role": "user", "content": text}}]
        OpenAI().chat.completions.create(model="gpt-4o", messages=messages)
class Counter(Desk):
    def __init__(self):
        {makes}
    def ask(self):
        messages = [{{"role": "system", "content": self.tone}}]
        OpenAI().chat.completions.create(model="gpt-4o", messages=messages)
Counter().say("What is the time over there?")
Counter().ask()
"""
    )
    assert {each.complete for each in found} == {complete}
    assert not complete or {parts(each)[0][1] for each in found} == {sent}


def test_a_request_that_more_calls_lead_to_than_are_followed_is_not_known_in_full() -> None:
    ways = "".join(
        f"def f{at}(s):\n    ask(s + '!')\ndef g{at}(s):\n    f{at}(s)\ng{at}('You are number {at}.')\n"
        for at in range(400)
    )
    found = requests_of(
        "from openai import OpenAI\ndef ask(s):\n"
        f"    OpenAI().chat.completions.create(model='gpt-4o', messages=[{{'role': 'user', 'content': s}}])\n{ways}"
    )
    told = {text for each in found for _, text in parts(each)}
    assert len(told) < 400
    assert any(not each.complete for each in found)


def test_what_is_kept_in_an_object_is_named_by_how_it_is_asked_for() -> None:
    """An object that is made without arguments holds no text of its own: of `CACHE.get(key)` it is no name."""
    (found,) = requests_of("""
        import weakref

        CACHE = weakref.WeakKeyDictionary()

        def rules(harbour):
            kept = CACHE.get(harbour)
            if kept is not None:
                return kept
            text = f"You keep the books of {harbour}."
            CACHE[harbour] = text
            return text

        def ask(harbour):
            said = [{"role": "system", "content": rules(harbour)}]
            return client.chat.completions.create(model="gpt-5.2", messages=said)
    """)
    assert [hole.expression for hole in holes(found.prompts[0].template)] == ["CACHE.get(harbour)", "harbour"]


def test_what_other_methods_put_in_the_place_of_what_an_object_is_made_with_may_be_sent() -> None:
    (found,) = requests_of(
        f"""
        from openai import OpenAI
        class Desk:
            def __init__(self, tone="Be wise."):
                self.tone = tone
            def reset(self):
                self.tone = "Be kind."
            def ask(self):
                messages = [{{"role": "system", "content": self.tone}}]
                OpenAI().chat.completions.create(model="gpt-4o", messages=messages)
        Desk({LIBRARIAN!r}).ask()
        """
    )
    assert (parts(found)[0][1], found.complete) == (f"Be kind.{LIBRARIAN}", True)


@pytest.mark.parametrize(
    ("head", "hands", "given", "model", "system"),
    [
        ("*args, tone=3, **more", "*args, **more", "model=names[0]", "", LIBRARIAN),
        ("*args, tone=3, **more", "*args, **more", "model='o3', tone=4", "o3", LIBRARIAN),
        ("*args, tone=3, **more", "*args, **more", "'o3', 'Be kind.'", "o3", "Be kind."),
        ("*args, tone=3, **more", "*args, **more", "system='Be kind.'", "gpt-4o", "Be kind."),
        ("*args, tone=3, **more", "*args, **more", "tone=4", "gpt-4o", LIBRARIAN),
        ("*args, tone=3, **more", "*args, **more", "'o3', *names", "o3", ""),
        ("*args, tone=3, **more", "*args, **more", "**names", "", ""),
        ("**more", "'o3', **more", "system='Be kind.'", "o3", "Be kind."),
        ("**more", "**names", "system='Be kind.'", "", ""),
        ("first, *args", "*args", "'a', 'o3', 'Be kind.'", "o3", "Be kind."),
        ("*args", "*args[1:]", "'a', 'o3', 'Be kind.'", "", ""),
    ],
)
def test_what_a_constructor_hands_on_as_a_whole_is_what_its_caller_gives(
    head: str, hands: str, given: str, model: str, system: str
) -> None:
    """So it is with two classes of which one hands on what the other one takes, and whoever calls the method."""
    below = f"""
class Pirate(LLM):
    def __init__(self, {head}):
        super().__init__({hands})
class Cook(Pirate):
    def __init__(self, *args, **rest):
        super().__init__(*args, **rest)
LLM().ask("What is the day?")
"""
    for name in ("Pirate", "Cook"):
        found = requests_of(f"{LLM}{below}{name}({given}).ask('What is the time?')")
        sent = [(each.model, *(text for _, text in parts(each)), each.complete) for each in found]
        assert ("gpt-4o", LIBRARIAN, "What is the day?", True) in sent
        assert (model, system, "What is the time?", bool(model and system)) in sent
    told = f"def ask(llm: Pirate):\n    llm.ask('What is the time?')\nask(Pirate({given}))"
    (found,) = (each for each in requests_of(f"{LLM}{below}{told}") if parts(each)[1][1] == "What is the time?")
    assert not found.complete or (model, system) == ("gpt-4o", LIBRARIAN)


@pytest.mark.parametrize("kept", ["tone", "f'{tone} Be brief.'"])
@pytest.mark.parametrize("count", [6, 7, 8, 20])
def test_what_more_constructors_hand_on_than_are_followed_is_not_known(count: int, kept: str) -> None:
    desk = f"""
class Desk0:
    def __init__(self, *args, tone="You are kind.", **more):
        self.tone = {kept}
    def ask(self, text):
        messages = [{{"role": "system", "content": self.tone}}, {{"role": "user", "content": text}}]
        return client.chat.completions.create(model="gpt-5.2", messages=messages)
"""
    below = "".join(
        f"class Desk{number + 1}(Desk{number}):\n    def __init__(self, *args, **more):\n"
        "        super().__init__(*args, **more)\n"
        for number in range(count)
    )
    found = requests_of(f"{desk}{below}Desk{count}(tone='You are stern.').ask('What is the time?')")
    (asked,) = [each for each in found if ("user", "What is the time?") in parts(each)]
    (_, system), _ = parts(asked)
    assert (system.startswith("You are stern."), asked.complete) == ((True, True) if count == 6 else (False, False))
    assert "kind" not in system


@pytest.mark.parametrize(
    ("used", "chats"),
    [
        ("desk = Desk()\ndesk.run('What is the time?')", False),
        ("desk = Desk()\ndef go():\n    desk.run('What is the time?')\ngo()", False),
        ("def go():\n    desk = Desk()\n    desk.run('What is the time?')\ngo()", False),
        ("Desk().run('What is the time?')", False),
        ("Desk().ask('What is the time?')", False),
        ("def go(desk: Desk):\n    desk.run('What is the time?')", True),
        ("desk = Desk()\nif names:\n    desk = Pirate()\ndesk.run('What is the time?')", True),
        ("desk = Desk()\nif names:\n    desk = names.desk\ndesk.run('What is the time?')", True),
        ("def make() -> Desk:\n    return Pirate()\ndesk = make()\ndesk.run('What is the time?')", True),
        ("Pirate().run('What is the time?')", True),
    ],
)
def test_what_classes_below_have_is_not_sent_by_an_object_that_is_made_of_one_above(used: str, chats: bool) -> None:
    found = requests_of(
        f"""
from openai import OpenAI
client = OpenAI()
def plain(text):
    return complete(text)
def complete(text):
    return client.completions.create(model="gpt-3.5-turbo-instruct", prompt=text)
class Desk:
    def ask(self, text):
        return plain(text)
    def run(self, text):
        return self.ask(text)
class Pirate(Desk):
    def ask(self, text):
        messages = [{{"role": "system", "content": "You are a pirate."}}, {{"role": "user", "content": text}}]
        return client.chat.completions.create(model="gpt-4o", messages=messages)
{used}
"""
    )
    told = [each for each in found if any(text == "What is the time?" for _, text in parts(each))]
    assert chats == any(each.api == "chat" for each in told)
    assert chats or [each.api for each in told] == ["completion"]


@pytest.mark.parametrize(
    ("methods", "system"),
    [
        ("def system(self):\n        return self.persona + ' Be brief.'", "self.system()"),
        ("def tone(self, how):\n        return f'{self.persona} Be {how}.'", "self.tone('brief')"),
        (
            "def rules(self):\n        return self.persona + ' Be brief.'\n"
            "    def system(self):\n        return self.rules()",
            "self.system()",
        ),
        ("def both(self, first):\n        return first + ' Be brief.'", "self.both(self.persona)"),
    ],
)
def test_what_another_method_reads_of_an_object_is_what_that_is_made_with(methods: str, system: str) -> None:
    """As if it stood in the method that sends it, of a class below and of one object too."""
    below = f"""
from openai import OpenAI
client = OpenAI()
class Base:
    def __init__(self, persona):
        self.persona = persona
    {methods}
class Bot(Base):
    def ask(self, q):
        messages = [{{"role": "system", "content": {system}}}, {{"role": "user", "content": q}}]
        return client.chat.completions.create(model="gpt-4.1", messages=messages)
    def hello(self):
        return client.chat.completions.create(model="gpt-4.1", messages=[{{"role": "system", "content": {system}}}])
def first(q):
    return Bot("You are a cook.").ask(q)
"""
    more = """
def second(q):
    return Bot("You are a vet.").ask(q)
Bot("You are a baker.").hello()
"""
    found = [(parts(each)[0][1], len(parts(each)), each.complete) for each in requests_of(below + more)]
    assert ("You are a cook. Be brief.", 2, True) in found
    assert ("You are a vet. Be brief.", 2, True) in found
    assert ("You are a baker. Be brief.", 1, True) in found
    assert len(found) == 3
    assert ("You are a cook. Be brief.", 2, True) in [
        (parts(each)[0][1], len(parts(each)), each.complete) for each in requests_of(below)
    ]


DESK = """
class Desk:
    def __init__(self, name):
        self.name = name
    @property
    def system(self):
        return f"You are the desk {self.name}."
    def text(self):
        return f"Ask the desk {self.name}."
"""
OPEN = """
class Open(Desk):
    def ask(self):
        SEND
    def again(self):
        SECOND
def main():
    Open("by the river").ask()
    Open("near the gate").again()
""".replace("SEND", ASK.format('[{"role": "system", "content": self.system}]')).replace(
    "SECOND", ASK.format('[{"role": "user", "content": "Well. " + self.text()}]')
)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_what_properties_and_inherited_methods_make_of_what_an_object_was_made_with(elsewhere: bool) -> None:
    found = requests_of(f"from desk import Desk\n{OPEN}", desk=DESK) if elsewhere else requests_of(f"{DESK}{OPEN}")
    whole = {text for each in found if each.complete for _, text in parts(each)}
    assert whole == {"You are the desk by the river.", "Well. Ask the desk near the gate."}


def test_a_property_of_an_object_whose_class_is_known_is_text_of_the_program() -> None:
    sent = ASK.format('[{"role": "user", "content": "Well: " + desk.system}]')
    code = f'{DESK}\ndef ask():\n    desk = Desk("by the river")\n    {sent}\n'
    (request,) = requests_of(code)
    assert [each.expression for each in request.unresolved] == ["desk.system"] and not request.complete


FACTORY = '''
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.prebuilt import create_react_agent

def move(shelf, words=None):
    @tool(f"to_{{shelf}}", description=words or f"Hand over to {{shelf}}.")
    def go(title: str) -> str:
        """Go on."""
        return title

    return go

to_maps = move("maps", "For all maps.")
agent = create_react_agent(ChatOpenAI(model="gpt-4o"), tools={tools}, prompt="Be kind.")
agent.invoke({{"messages": [{{"role": "user", "content": "Where am I?"}}]}})
'''


def test_each_call_of_what_makes_a_tool_makes_one_of_its_own() -> None:
    (made,) = requests_of(FACTORY.format(tools='[to_maps, move("coins"), move("rest", words="For the rest.")]'))
    assert made.complete
    assert [(each.name, shown(each.template)) for each in made.prompts if each.role == "tool"] == [
        ("to_maps", "For all maps."),
        ("to_coins", "Hand over to coins."),
        ("to_rest", "For the rest."),
    ]
    (turns,) = requests_of(FACTORY.format(tools="[move(shelf) for shelf in input().split()]"))
    assert [(each.name, shown(each.template)) for each in turns.prompts if each.role == "tool"] == [
        ("", "Hand over to {shelf}."),
    ]
    assert [(each.slot, each.reason) for each in turns.unresolved] == [
        ("tools", "what one of them is called"),
        ("tools", "not all of them can be read"),
    ]


def test_beside_a_system_message_one_of_nobody_known_is_anybodys() -> None:
    code = """
from langchain_openai import ChatOpenAI
from langgraph.prebuilt import create_react_agent

def asked(state):
    last = next(each for each in state["messages"] if each.type == "human")
    return [{"role": "system", "content": "Be kind."}, last]

agent = create_react_agent(ChatOpenAI(model="gpt-4o"), tools=[], prompt=asked)
agent.invoke({"messages": [("user", "Where am I?")]})
"""
    (request,) = requests_of(code)
    assert [role for role, _ in parts(request)] == ["system", "unknown", "user"]
    assert ("system", "role") in [(each.slot, each.expression) for each in request.unresolved]


    plain = FACTORY.replace(', description=words or f"Hand over to {{shelf}}."', "")
    (turns,) = requests_of(plain.format(tools="[move(shelf) for shelf in input().split()]"))
    assert [(each.slot, each.reason) for each in turns.unresolved] == [
        ("tools", "what one of them is called"),
        ("tools", "not all of them can be read"),
    ]


def test_of_a_tool_that_is_defined_one_way_or_another_it_is_not_known_which() -> None:
    inner = '        @tool(description=f"To {{shelf}}.")\n        def go(title):\n            return title\n'
    other = inner.replace("To", "Back to")
    code = FACTORY[: FACTORY.index("    @tool")] + f"    if words:\n{inner}    else:\n{other}    return go\n"
    code += FACTORY[FACTORY.index("\nto_maps") :]
    (made,) = requests_of(code.format(tools='[to_maps, move("coins")]'))
    assert {each.slot for each in made.unresolved} == {"tools"}


def test_a_tool_that_is_made_of_a_function_under_another_name() -> None:
    code = '''
from agents import Agent, Runner, function_tool

def move(shelf):
    def go(title: str) -> str:
        """Go on."""
        return title
    return function_tool(go, name_override=f"to_{shelf}", description_override=f"Hand over to {shelf}.")

def ask(question):
    agent = Agent(name="Desk", model="gpt-5", tools=[move("maps"), move("coins")])
    return Runner.run_sync(agent, question)
'''
    found = [each for each in requests_of(code) if each.model]
    assert [(each.name, shown(each.template)) for each in found[0].prompts if each.role == "tool"] == [
        ("to_maps", "Hand over to maps."),
        ("to_coins", "Hand over to coins."),
    ]


NAMED = """
import os
from agents import Agent, FunctionTool, Runner, function_tool
from langchain_core.tools import StructuredTool, Tool, tool
NAME = os.environ["TOOL_NAME"]

def find(kind: str) -> str:
    "Find a plant."

{above}
def look(kind: str) -> str:
    "Look for a plant."

def maker(name):
    @function_tool(name_override=name)
    def seek(kind: str) -> str:
        "Seek a plant."
    return seek

Runner.run_sync(Agent(name="a", instructions="Be kind.", model="gpt-4o", tools=[{tool}]), "Hello.")
"""


@pytest.mark.parametrize(
    ("above", "tool", "name"),
    [
        ("@function_tool(name_override=NAME)", "look", ""),
        ("@function_tool(name_override=None)", "look", "look"),
        ("@function_tool(name_override=os.getenv('TOOL', 'look_for'))", "look", ""),
        ("@tool(NAME)", "look", ""),
        ("", "StructuredTool.from_function(look, name=NAME)", ""),
        ("", "StructuredTool.from_function(look)", "look"),
        ("", "Tool(name=NAME, func=find, description='Search.')", ""),
        ("", "function_tool(find, name_override=NAME)", ""),
        ("", "maker(os.getenv('TOOL'))", ""),
        ("", "maker('dig')", "dig"),
    ],
)
def test_a_tool_that_a_value_names_is_called_by_nobody_known(above: str, tool: str, name: str) -> None:
    (request,) = requests_of(NAMED.format(above=above, tool=tool))
    assert [each.name for each in request.prompts if each.role == "tool"] == [name]
    assert request.complete is bool(name)
    assert ("tools", "what one of them is called") in [(each.slot, each.reason) for each in request.unresolved] or name


@pytest.mark.parametrize(
    ("made", "others", "model"),
    [
        ("Desk(model=self.settings.model)", "", ""),
        ("Desk(model=self.settings.model)", "spare = Desk()", ""),
        ('Desk(model="gpt-5-mini")', "", "gpt-5-mini"),
        ('Desk(model="gpt-5-mini")', "spare = Desk()", ""),
        ("Desk()", "", "gpt-5"),
    ],
)
def test_an_object_that_a_function_gives_back_is_made_with_what_all_are_made_with(
    made: str, others: str, model: str
) -> None:
    code = f"""
    class Desk:
        def __init__(self, model="gpt-5"):
            self.model = model
        def ask(self, question):
            client.chat.completions.create(model=self.model, messages=[{{"role": "user", "content": question}}])

    class Hall:
        def __init__(self, settings, desk=None):
            self.settings, self._desk = load_settings(), desk
        def desk(self) -> Desk:
            if self._desk is None:
                self._desk = {made}
            return self._desk
        def greet(self):
            return self.desk().ask("Where is the garden?")
    {others}
    """
    assert {each.model for each in requests_of(code) if "Where is the garden?" in dict(parts(each)).values()} == {model}


def test_a_tool_that_a_value_names_in_the_schema_of_its_function_is_called_by_nobody_known() -> None:
    code = """
    tool = {"type": "function", "function": {"name": os.environ["TOOL"], "description": "Find it.", "parameters": {}}}
    client.chat.completions.create(model="gpt-4o", tools=[tool], messages=[{"role": "user", "content": "Hello."}])
    """
    (request,) = requests_of(code)
    assert [each.name for each in request.prompts if each.role == "tool"] == [""]
    assert not request.complete
