"""What a request must say to be known in full: texts that are changed where nothing follows them, and what is asked."""

from __future__ import annotations

import pytest
from requested import ASK, MORE, SAID, parts, requests_of

from promptlint.gaps import WHICH

TEXTS = """
A = "Be kind to all."
B = "Be brief, please."
"""


def user(content: str) -> str:
    return ASK.format(f'[{{"role": "user", "content": {content}}}]')


# Texts that are in sight, however they come into the message.
READ = [
    ('"; ".join(f"{n}. {each}" for n, each in enumerate((A, B), 1))', ["Be kind to all.", "Be brief, please."]),
    ('"; ".join(f"{n}. {each}" for n, each in zip("ab", [A, B]))', ["Be kind to all.", "Be brief, please."]),
    ('"; ".join(["Begin."] + [A] * 2)', ["Begin.; Be kind to all.; Be kind to all."]),
    ('"; ".join({"a": A, "b": B}.values())', ["Be kind to all.; Be brief, please."]),
    ('"{} {}".format(*[A, B])', ["Be kind to all. Be brief, please."]),
    ('"Well: " + (question and A)', ["Well: ", "Be kind to all."]),
    ('"%*d %s" % (5, 7, A)', ["Be kind to all."]),
    ("str(A)", ["Be kind to all."]),
    ('"; ".join(RULES[::-1])', ["Be brief, please.; Be kind to all."]),
    ('"; ".join([A, B][::-1])', ["Be brief, please.; Be kind to all."]),
    ('"Say: " + textwrap.dedent(text=A)', ["Say: Be kind to all."]),
    ('"Say: " + textwrap.indent(text=A, prefix="> ")', ["Say: > Be kind to all."]),
]


@pytest.mark.parametrize(("content", "expected"), READ)
def test_texts_in_sight_are_read(content: str, expected: list[str]) -> None:
    known = "import textwrap\nRULES = [A, B]\n"
    (request,) = requests_of(f"{TEXTS}{known}def ask(question):\n    {user(content)}\n")
    ((_, said),) = parts(request)
    assert request.complete
    assert all(each in said for each in expected)


# Texts of the program of which it is not known what becomes of them.
LOST = [
    'f"Say {[A, B]}"',
    'f"Say {RULES}"',
    '"Say {a[0]}".format(a=[A])',
    '"%-40s: " % A',
    '"%.5s..." % A',
    '"Say " + "%r" % A',
    '"Say " + "; ".join(NAMED.values())',
    '"Say " + "; ".join(list(NAMED.values()))',
    '"Say " + "; ".join(sorted(NAMED.values()))',
    '"Say " + json.dumps(obj=RULES)',
    '"Say " + random.choice(seq=RULES)',
    '"Say %s" % (RULES,)',
    '"Say %s" % RULES',
    'f"Say {RULES[::-1]}"',
    'f"Say {A[::-1]}"',
    'f"Say {A[:question]}"',
    'f"Say {RULES[:question]}"',
    '"Say " + "; ".join(NAMED)',
    '"Say " + "; ".join(list(NAMED))',
    '"Say " + "; ".join(NAMED.keys())',
    '"Say " + "; ".join(sorted(NAMED.keys()))',
]


@pytest.mark.parametrize("content", LOST)
def test_texts_that_are_made_into_others_are_not_known(content: str) -> None:
    known = "import json, random\nRULES = [A, B]\nNAMED = {'a': A, 'b': B}\n"
    (request,) = requests_of(f"{TEXTS}{known}def ask(question):\n    {user(content)}\n")
    assert not request.complete


# What is made of what the program is given is no text of its own, however that is written.
GIVEN = [
    '"Say: " + json.dumps(obj=question, separators=(", ", "is to be"))',
    '"Say: " + "; ".join(sorted(question.values()))',
    '"Say: " + "; ".join(SIZES.values())',
]


@pytest.mark.parametrize("content", GIVEN)
def test_what_is_made_of_values_is_one(content: str) -> None:
    known = "import json\nSIZES = {'a': int(A), 'b': 3}\n"
    (request,) = requests_of(f"{TEXTS}{known}def ask(question):\n    {user(content)}\n")
    assert request.complete


def test_a_list_shown_as_text_is_no_message() -> None:
    (request,) = requests_of(f"""
        class Desk:
            def note(self, question):
                self.log = [("user", question), ("assistant", "Yes, I can.")]

            def ask(self):
                {user("str(self.log)")}
        """)
    assert (parts(request), request.complete) == ([("user", "{str(self.log)}")], False)


# What changes a list of texts before they are joined, without being followed.
GROWN = [
    "del rules[int(question)]",
    "rules.insert(int(question), B)",
    "note(rules)",
    "def push(more):\n        rules.append(more)\n    push(B)",
]


@pytest.mark.parametrize("change", GROWN)
def test_a_list_of_texts_that_something_else_grows_is_not_known_in_full(change: str) -> None:
    (request,) = requests_of(f"""{TEXTS}
def note(given):
    given.append(B)

def ask(question):
    rules = [A]
    {change}
    {user('"; ".join(rules)')}
""")
    assert not request.complete


def test_a_list_of_texts_that_is_only_looked_at_is_known() -> None:
    (request,) = requests_of(f"""{TEXTS}
def count(given):
    return len(given)

def ask(question):
    rules = [A, B]
    count(rules)
    {user('"; ".join(rules)')}
""")
    assert (request.complete, parts(request)) == (True, [("user", "Be kind to all.; Be brief, please.")])


def test_a_text_that_a_function_within_binds_anew_is_not_known() -> None:
    (request,) = requests_of(f"""{TEXTS}
def ask(question):
    tone = A
    def change():
        nonlocal tone
        tone = B
    change()
    {user("tone")}
""")
    assert not request.complete


def test_one_list_with_two_names() -> None:
    (request,) = requests_of(f"""
        def ask(question):
            first = second = [{SAID}]
            second.append({MORE})
            {ASK.format("first")}
        """)
    assert (request.complete, parts(request)) == (True, [("system", "Be kind."), ("user", "{question}")])


def test_messages_that_the_turns_of_a_loop_replace_are_not_known() -> None:
    (request,) = requests_of(f"""
        def ask(question):
            messages = [{SAID}, {MORE}]
            for number in range(len(messages)):
                messages[number] = make(question)
            {ASK.format("messages")}
        """)
    assert not request.complete


def test_an_attribute_set_by_name_or_through_the_class() -> None:
    for change in ('setattr(self, "tone", B)', "type(self).tone = B", "self.__class__.tone = B"):
        (request,) = requests_of(f"""{TEXTS}
class Desk:
    tone = A

    def change(self):
        {change}

    def ask(self, question):
        {user("self.tone")}
""")
        assert parts(request) == [("user", "Be kind to all.|Be brief, please.")]


# Two functions of one name, and what the request says then.
AGAIN = [
    ("def tone(): return A\ndef tone(): return B", "Be brief, please."),
    ("def tone(): return A\nif ask:\n    def tone(): return B", "Be kind to all.|Be brief, please."),
    ("if ask:\n    def tone(): return A\nelse:\n    def tone(): return B", "Be kind to all.|Be brief, please."),
    ("@overload\ndef tone(): ...\ndef tone(): return B", "Be brief, please."),
]


@pytest.mark.parametrize(("functions", "said"), AGAIN)
def test_the_last_function_of_a_name_is_the_one_that_is_called(functions: str, said: str) -> None:
    (request,) = requests_of(f"{TEXTS}def ask(question):\n    {user('tone()')}\n{functions}\n")
    assert parts(request) == [("user", said)]


def test_a_setter_leaves_the_property_as_it_is() -> None:
    (request,) = requests_of(f"""{TEXTS}
class Desk:
    @property
    def tone(self):
        return A

    @tone.setter
    def tone(self, value):
        return B

    def ask(self, question):
        {user("self.tone")}
""")
    assert parts(request) == [("user", "Be kind to all.")]


def test_a_name_of_the_module_is_not_the_one_of_the_function_around() -> None:
    (request,) = requests_of(f"""
        def build():
            scheme = ""
            def ask(question):
                global scheme
                {user('"The scheme is: " + scheme')}
            return ask
        """)
    assert parts(request) == [("user", "The scheme is: {scheme}")]


def test_what_an_object_is_made_with_comes_through_objects_around_it() -> None:
    desks = """
class Desk:
    def __init__(self, tone):
        self.tone = tone

    def ask(self, question):
        CALL

class Hall:
    def __init__(self, tone):
        self.desk = Desk(tone)

    def ask(self, question):
        return self.desk.ask(question)
""".replace("CALL", user("self.tone"))
    (request,) = requests_of(f"{desks}\nHall('Be kind to all.').ask('x')\n")
    assert (request.complete, parts(request)) == (True, [("user", "Be kind to all.")])
    (request,) = requests_of(f"{desks}\nHall('Be kind to all.').ask('x')\nHall('Be brief, please.').ask('x')\n")
    assert not request.complete


def test_a_request_in_which_nothing_is_asked_is_not_known_in_full() -> None:
    (request,) = requests_of("""
        from vertexai.generative_models import GenerativeModel
        model = GenerativeModel("gemini-1.0-pro")

        def ask(question):
            return model.generate_content([""])
        """)
    assert (request.model, request.prompts, request.complete) == ("gemini-1.0-pro", (), False)


def test_a_list_or_what_a_call_gives_back_is_not_known_in_full() -> None:
    (request,) = requests_of(f"""
        def make(question):
            return [{{"role": "user", "content": each}} for each in question]

        def ask(question):
            messages = make(question)
            if not messages:
                messages = [{SAID}, {MORE}]
            return {ASK.format("messages")}
        """)
    assert not request.complete


def test_messages_that_a_call_for_completions_is_given() -> None:
    (request,) = requests_of(f"""
        def ask(question):
            return client.completions.create(model="gpt-5.2", messages=[{SAID}, {MORE}])
        """)
    assert parts(request) == [("system", "Be kind."), ("user", "{question}")]


def test_one_of_several_sets_of_tools() -> None:
    tools = """
        def first():
            '''Finds a book.'''

        def second():
            '''Finds a map.'''

        def get_tools(maps=False):
            table = {"first": first}
            if maps:
                return [first, second]
            return [first]

        def ask(question, maps):
            return client.responses.create(model="gpt-5.2", input=question, tools=get_tools(GIVEN))
        """
    (request,) = requests_of(tools.replace("GIVEN", ""))
    assert (request.complete, [role for role, _ in parts(request)].count("tool")) == (True, 1)
    (request,) = requests_of(tools.replace("GIVEN", "maps=True"))
    assert (request.complete, [role for role, _ in parts(request)].count("tool")) == (True, 2)


def test_tools_that_are_picked_out_of_a_table_are_not_all_sent() -> None:
    (request,) = requests_of("""
        def first():
            '''Finds a book.'''

        def second():
            '''Finds a map.'''

        TABLE = {"first": first, "second": second}

        def ask(question, names):
            tools = {"first": first, "second": second}
            return client.responses.create(model="gpt-5.2", input=question, tools=[tools[name] for name in names])
        """)
    assert WHICH in [each.reason for each in request.unresolved]


def test_a_function_without_def() -> None:
    (request,) = requests_of(f"""
        tone = lambda given: f"Be {{given}} to all."

        def ask(question):
            kind = lambda: "Be kind. "
            {user('kind() + tone("polite")')}
        """)
    assert (parts(request), request.complete) == ([("user", "Be kind. Be polite to all.")], True)


def test_a_sum_with_a_list_that_earlier_turns_have_added_to() -> None:
    requests = requests_of(f"""
        def send(messages):
            return {ASK.format(f"[{SAID}] + messages")}

        def ask(questions):
            turns = []
            for question in questions:
                turns.append({MORE})
                send(turns + [{{"role": "user", "content": "Go on, please."}}])
        """)
    assert [request.complete for request in requests] == [False]


def test_text_that_only_classes_below_give_back() -> None:
    (request,) = requests_of(f"""
        def send(system, question):
            return {ASK.format('[{"role": "system", "content": system}, {"role": "user", "content": question}]')}

        class Desk:
            def tone(self):
                raise NotImplementedError

            def ask(self, question):
                return send(f"You are {{self.tone()}}", question)

        class Kind(Desk):
            def tone(self):
                return "a kind clerk of the city library"
        """)
    assert not request.complete


@pytest.mark.parametrize("kinds", ["Clerk | Robot", "None | Clerk | Robot"])
def test_an_object_of_one_class_or_another_by_its_annotation(kinds: str) -> None:
    classes = f"""
        class Clerk:
            def ask(self, question):
                return {ASK.format(f"[{MORE}]")}

        class Robot:
            def ask(self, question):
                return other.chat.completions.create(model="o3", messages=[{MORE}])

        def chosen() -> KINDS:
            return Clerk() if open else Robot()

        def run(desk: KINDS):
            CALL("Name a plant that likes water.")
        """
    for call in ("chosen().ask", "desk.ask"):
        (request,) = [
            each for each in requests_of(classes.replace("KINDS", kinds).replace("CALL", call)) if each.name == "run"
        ]
        assert (request.model, request.complete) == ("", False)
        first = classes.replace("KINDS", "Clerk").replace("CALL", call)
        assert [each.model for each in requests_of(first) if each.name == "run"] == ["gpt-5.2"]


def test_parameters_that_are_given_by_name_alone_take_no_value_by_their_place() -> None:
    (request,) = requests_of(f"""
        def ask(question, tone="kind", *rest, end=" Be brief."):
            {user('"Be " + tone + end')}

        ask("x", "polite to all", "and more")
        """)
    assert parts(request) == [("user", "Be polite to all Be brief.")]


def test_a_constructor_that_calls_none_above_leaves_what_it_sets_itself() -> None:
    requests = requests_of(f"""
        class Desk:
            def __init__(self, tone="Be kind to all."):
                self.tone = tone

            def ask(self, question):
                {ASK.format('[{"role": "system", "content": self.tone}, {"role": "user", "content": question}]')}

        class Quick(Desk):
            def __init__(self):
                self.tone = "Be brief, please."

        Desk().ask("Name a plant that likes water.")
        Quick().ask("Name a tree that likes water.")
        """)
    assert [parts(request)[0][1] for request in requests] == ["Be kind to all.", "Be brief, please."]


def test_a_call_that_leaves_out_what_matters_sends_the_default() -> None:
    requests = requests_of(f"""
        def ask(depth, text="Be kind to all."):
            {user("text")}
            ask(depth + 1, "Go on, please.")

        ask(0)
        """)
    assert [parts(request)[0][1] for request in requests] == ["Be kind to all.", "Go on, please."]


def test_what_one_of_several_classes_says_by_itself_is_not_told_of_a_call_that_may_mean_each() -> None:
    requests = requests_of(f"""
        from elsewhere import shaped

        class Clerk:
            def ask(self, question):
                {user('"Answer as a clerk: " + shaped(question)')}

        class Robot:
            def ask(self, question):
                {user('"Answer as a robot: " + shaped(question)')}

        def run(desk: Clerk | Robot):
            desk.ask("Name a plant that likes water.")
        """)
    assert {each.name for each in requests} == {"Clerk.ask", "Robot.ask"}


def test_a_list_of_an_object_that_a_function_is_given_which_adds_to_it() -> None:
    desk = f"""
        def note(messages, text):
            CHANGE

        class Desk:
            def __init__(self):
                self.messages = [{SAID}]

            def hear(self, text):
                note(self.messages, text)

            def ask(self):
                {ASK.format("self.messages")}
        """
    (request,) = requests_of(desk.replace("CHANGE", "messages.append(text)"))
    assert not request.complete
    (request,) = requests_of(desk.replace("CHANGE", "print(messages)"))
    assert request.complete


def test_parts_that_are_added_to_a_content_within_a_message() -> None:
    (request,) = requests_of(f"""
        def ask(question):
            content = [{{"type": "text", "text": "Be kind."}}]
            messages = [{{"role": "user", "content": content}}]
            content.append({{"type": "text", "text": " Be brief."}})
            {ASK.format("messages")}
        """)
    assert (parts(request), request.complete) == ([("user", "Be kind. Be brief.")], True)


def test_one_client_or_another_of_which_nothing_is_known() -> None:
    ask = """
        from langchain_openai import ChatOpenAI
        from elsewhere import Chat

        def ask(question, kind, given=None):
            small = ChatOpenAI(model="gpt-4o-mini")
            llm = OTHER
            if kind == "small":
                llm = small
            return llm.invoke("Name a plant that likes water, please.")
        """
    others = ("Chat(model=kind)", "Chat(model='large one')")
    for other, model in (*((each, "") for each in others), ("None", "gpt-4o-mini"), ("given", "gpt-4o-mini")):
        (request,) = requests_of(ask.replace("OTHER", other))
        assert (request.model, request.complete) == (model, bool(model))


@pytest.mark.parametrize(
    ("taken", "provider"),
    [
        ("client = self.client\n        if flag:\n            client = OpenAI(base_url=ROUTER)", ""),
        ("client = OpenAI(base_url=ROUTER) if flag else self.client", ""),
        ("client = self.client or OpenAI(base_url=ROUTER)", ""),
        ("client = ''\n        if flag:\n            client = OpenAI(base_url=ROUTER)", "openrouter"),
        ("client = self.client\n        if not client:\n            client = OpenAI(base_url=ROUTER)", "openrouter"),
    ],
)
def test_a_client_that_an_attribute_holds_may_be_another(taken: str, provider: str) -> None:
    (request,) = requests_of(f"""
        from openai import OpenAI

        ROUTER = "https://openrouter.ai/api/v1"

        class Caller:
            def ask(self, flag):
                {taken.replace(chr(10), chr(10) + " " * 8)}
                return client.chat.completions.create(model="m", messages=[{SAID}])
        """)
    assert (request.provider, request.complete) == (provider, bool(provider))


CUTS = ["if most > 3:\n            given = given[:-1]\n        return given", "return given[1:]"]


@pytest.mark.parametrize("cut", CUTS)
def test_an_empty_list_is_not_all_that_a_function_gives_back(cut: str) -> None:
    (request,) = requests_of(f"""
        def shortened(given, most=1000):
            if not given:
                return []
            {cut.replace(chr(10), chr(10) + " " * 4)}

        def ask(history):
            messages = [{SAID}, *shortened(history)]
            {ASK.format("messages")}
        """)
    assert (parts(request), request.complete) == ([("system", "Be kind.")], False)


def test_messages_whose_role_a_caller_says_are_not_known_in_full() -> None:
    (request,) = requests_of(f"""
        def ask(chat):
            messages = []
            for role, content in chat:
                messages.append({{"role": role, "content": content}})
            {ASK.format("messages")}
        """)
    assert ([role for role, _ in parts(request)], request.complete) == (["unknown"], False)


HOISTED = """
    import anthropic

    def send(messages):
        told = ""
        if messages[0]ROLE == "system":
            told = messages[0]["content"]
            messages = messages[1:]
        return anthropic.Anthropic().messages.create(model="claude-opus-4-5", messages=messages, system=told)
"""


@pytest.mark.parametrize("role", ['["role"]', '.get("role")'])
@pytest.mark.parametrize(
    ("listed", "sent"),
    [
        (f"messages = [{SAID}, {MORE}]", [("system", "Be kind."), ("user", "{question}")]),
        (f"messages = [{MORE}]", [("user", "{question}")]),
        (
            f"messages = [{SAID}] if kind else []\n        messages.append({MORE})",
            [("system", "Be kind.|"), ("user", "{question}")],
        ),
        (
            f"""messages = []
        if kind:
            messages.append({SAID})
        elif short:
            messages.append({SAID.replace("kind", "short")})
        for question in questions:
            messages.append({MORE})
            send(messages)
        return""",
            [("system", "Be kind.|Be short.|"), ("user", "{question}"), ("unknown", "[{messages}]")],
        ),
    ],
)
def test_a_system_message_that_is_taken_out_of_the_list_is_sent_once(
    role: str, listed: str, sent: list[tuple[str, str]]
) -> None:
    (request,) = requests_of(
        f"""{HOISTED.replace("ROLE", role)}
    def ask(question, kind, short, questions):
        {listed}
        return send(messages)
    """
    )
    assert parts(request) == sent


@pytest.mark.parametrize(
    ("tools", "given", "sent"),
    [
        ("TOOLS", "", 1),
        ("TOOLS", ", use=True", 1),
        ("TOOLS", ", use=False", 0),
        ("TOOLS", ", False", 0),
        ("[TOOL]", ", use=False", 0),
        ('[{"type": "function", "function": {"name": "find", "description": "Find it."}}]', ", use=False", 0),
        ('[{"type": "function", "function": {"name": "find", "description": "Find it."}}]', ", use=True", 1),
    ],
)
@pytest.mark.parametrize("otherwise", [False, True])
def test_a_call_may_decide_that_tools_are_not_sent(tools: str, given: str, sent: int, otherwise: bool) -> None:
    ways = "if not use:\n            pass\n        else:" if otherwise else "if use:"
    (request,) = requests_of(
        f"""
    TOOL = {{"type": "function", "function": {{"name": "find", "description": "Find it."}}}}
    TOOLS = [TOOL]

    def send(messages, use=True):
        settings = {{"model": "gpt-5.2", "messages": messages}}
        {ways}
            settings["tools"] = {tools}
        return client.chat.completions.create(**settings)

    def ask(question):
        return send([{SAID}, {MORE}]{given})
    """
    )
    assert ([each.role for each in request.prompts].count("tool"), request.complete) == (sent, True)


@pytest.mark.parametrize(
    ("made", "call"),
    [
        ("import ollama", 'ollama.generate(model="codellama", prompt="def mean(values):"{})'),
        ("from openai import OpenAI", 'OpenAI().completions.create(model="davinci-002", prompt="def mean(values):"{})'),
    ],
)
def test_what_stands_behind_the_gap_to_fill_is_not_read(made: str, call: str) -> None:
    (request,) = requests_of(f"{made}\n{call.format('')}\n")
    assert request.complete
    gap = ', suffix="    return result"'
    (request,) = requests_of(f"{made}\n{call.format(gap)}\n")
    assert not request.complete


@pytest.mark.parametrize(
    ("taken", "known"), [("", True), ("lines.pop()", False), ("lines.pop(0)", False), ("lines.remove(word)", False),
     ("del lines[-1]", False), ("del lines[2:]", False)]
)
@pytest.mark.parametrize("words", ["words", '["Be brief.", "Be kind."]'])
def test_what_is_taken_out_of_texts_that_a_loop_puts_in_is_not_known(taken: str, known: bool, words: str) -> None:
    (request,) = requests_of(f"""
        def ask(words, word):
            lines = ["You name plants."]
            for each in {words}:
                lines.append(f"Mind this: {{each}}")
            {taken}
            return client.chat.completions.create(
                model="gpt-5", messages=[{{"role": "system", "content": "\\n".join(lines)}}]
            )
    """)
    assert request.complete is known
