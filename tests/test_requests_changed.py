"""Requests of what functions change that others hold, too: lists, dicts, attributes, decorated functions, clients."""

from __future__ import annotations

import textwrap

import pytest
from requested import ASK, MORE, SAID, START, parts, requests_of

from promptlint.rules._sizes import size
from promptlint.template import Text
from promptlint.template import parts as parts_of

RUN = f"def run(): {ASK}\n"
SENT_FROM_MODULE = [
    f"def tell(question): SAID.append({MORE})",
    f"def tell(question): SAID.insert(1, {MORE})",
    "def tell(question): SAID.pop()",
    "def tell(question): SAID[0]['content'] = question",
]


@pytest.mark.parametrize("change", SENT_FROM_MODULE)
def test_a_list_of_the_module_that_a_function_changes_is_not_known(change: str) -> None:
    (request,) = requests_of(f"SAID = [{SAID}]\n{RUN.format('SAID')}{change}\n")
    assert parts(request) == [("system", "Be kind.")]
    assert not request.complete
    (plain,) = requests_of(f"SAID = [{SAID}]\n{RUN.format('SAID')}def tell(SAID): SAID.append(1)\n")
    assert plain.complete


@pytest.mark.parametrize(
    ("imports", "name"),
    [("from texts import SAID", "SAID"), ("import texts", "texts.SAID"), ("from texts import SAID as S", "S")],
)
def test_a_list_of_another_module_that_a_function_changes_is_not_known(imports: str, name: str) -> None:
    app, texts = f"{imports}\n{RUN.format(name)}", f"SAID = [{SAID}]\n"
    (request,) = requests_of(app, texts=texts)
    assert request.complete
    (request,) = requests_of(f"{app}def tell(question): {name}.append({MORE})\n", texts=texts)
    assert not request.complete
    other = f"{imports}\ndef tell(question): {name}.append({MORE})\n"
    (request,) = requests_of(app, texts=texts, other=other)
    assert not request.complete


DESK = f"""
class Desk:
    def __init__(self):
        self.said = [{SAID}]
        self.tone = "kind"
    def tell(self, message): CHANGE
    def ask(self): {ASK.format("self.said")}
"""
PLAIN = DESK.replace("CHANGE", "pass")


@pytest.mark.parametrize(
    "use",
    [
        f"def use(question):\n    desk = Desk()\n    desk.said.append({MORE})\n    desk.ask()\n",
        f"def use(desk: Desk, question):\n    desk.said.append({MORE})\n    desk.ask()\n",
        f"class Small(Desk):\n    def more(self, question): self.said.append({MORE})\n",
    ],
)
def test_a_list_of_an_object_that_others_add_to_is_not_known(use: str) -> None:
    assert [each.complete for each in requests_of(PLAIN)] == [True]
    assert not any(each.complete for each in requests_of(f"{PLAIN}{use}"))
    assert not any(each.complete for each in requests_of(PLAIN, other=f"from app import Desk\n{use}"))
    # A method that adds what it is given, whatever that is.
    assert [each.complete for each in requests_of(DESK.replace("CHANGE", "self.said.append(message)"))] == [False]


def test_what_a_function_adds_to_the_list_of_an_object_is_sent_by_it() -> None:
    use = f"def use(question):\n    desk = Desk()\n    desk.said.append({MORE})\n    {ASK.format('desk.said')}\n"
    *_, request = requests_of(f"{PLAIN}{use}")
    assert parts(request) == [("system", "Be kind."), ("user", "{question}")]
    # Another object has a list of its own.
    again = use.replace("    client", "    desk = Desk()\n    client")
    *_, request = requests_of(f"{PLAIN}{again}")
    assert parts(request) == [("system", "Be kind.")]


def test_a_list_that_an_inner_function_adds_to_is_not_known() -> None:
    inner = f"""
    def run(question):
        said = [{SAID}]
        def tell(): said.append({MORE})
        tell()
        {ASK.format("said")}
    """
    (request,) = requests_of(inner)
    assert not request.complete


TONE = ASK.format('[{"role": "system", "content": f"Be {DESK}."}]')


def test_an_item_of_a_dict_that_a_function_sets_is_either() -> None:
    said = TONE.replace("DESK", "RULES['tone']")
    app = f'RULES = {{"tone": "kind"}}\ndef run(): {said}\n'
    (request,) = requests_of(f'{app}def use(tone): RULES["tone"] = tone\n')
    assert parts(request) == [("system", "Be kind|{tone}.")]
    (request,) = requests_of(app, other='from app import RULES\ndef use(tone): RULES["tone"] = tone\n')
    assert parts(request) == [("system", "Be kind|{tone}.")]


def test_an_attribute_that_another_file_sets_is_either() -> None:
    ask = TONE.replace("DESK", "self.tone")
    desk = f'class Desk:\n    def __init__(self): self.tone = "kind"\n    def ask(self): {ask}\n'
    use = "from app import Desk\ndef use(tone):\n    desk = Desk()\n    desk.tone = tone\n    desk.ask()\n"
    assert [parts(each) for each in requests_of(desk)] == [[("system", "Be kind.")]]
    assert [parts(each) for each in requests_of(desk, other=use)] == [[("system", "Be kind|{tone}.")]]


@pytest.mark.parametrize("begins", ["    {} = 'kind'\n", "    def __init__(self): self.{} = 'kind'\n"])
@pytest.mark.parametrize(
    ("name", "put", "expected"), [("prompt", "tone", "{tone}"), ("tone", "f'brief, {tone}'", "brief, {tone}")]
)
def test_an_attribute_that_a_method_of_a_class_above_sets_is_either(
    begins: str, name: str, put: str, expected: str
) -> None:
    above = f"class Above:\n    def set(self, tone): self.{name} = {put}\n"
    ask = TONE.replace("DESK", f"self.{name}")
    desk = f"from above import Above\nclass Desk(Above):\n{begins.format(name)}    def ask(self): {ask}\n"
    (request,) = requests_of(desk, above=above)
    assert parts(request) == [("system", f"Be kind|{expected}.")]
    (request,) = requests_of(desk, above=above.replace("def set", "def __init__"))
    assert parts(request) == [("system", "Be kind.")]


SELF = TONE.replace("DESK", "self.tone")


@pytest.mark.parametrize(
    "change",
    [
        "def change(more): Desk.tone = more\n",
        "def change(desk: Desk, name, more): setattr(desk, name, more)\n",
        "class More(Desk):\n    def __init__(self, **more): self.__dict__.update(more)\n",
        "class More(Desk):\n    def fill(self, name, more): setattr(self, name, more)\n",
    ],
)
def test_an_attribute_that_is_set_by_way_of_the_class_or_its_name_is_either(change: str) -> None:
    desk = f"class Desk:\n    tone = 'kind'\n    def ask(self): {SELF}\n"
    for request in (*requests_of(f"{desk}{change}"), *requests_of(desk, other=f"from app import Desk\n{change}")):
        ((_, said),) = parts(request)
        assert said.startswith("Be kind|{") and "more" in said


def test_an_item_of_a_dict_of_an_object_that_a_method_sets_is_either() -> None:
    ask = TONE.replace("DESK", "self.tones['day']")
    app = f"class Desk:\n    def __init__(self): self.tones = {{'day': 'kind'}}\n    def ask(self): {ask}\n"
    (request,) = requests_of(f"{app}    def set(self, tone): self.tones['day'] = tone\n")
    assert parts(request) == [("system", "Be kind|{tone}.")]


def test_what_a_method_sets_under_a_condition_is_either() -> None:
    text = f"""
    class Desk:
        tone = "kind"
        def ask(self, hard):
            if hard:
                self.tone = "strict"
            {TONE.replace("DESK", "self.tone")}
    """
    (request,) = requests_of(text)
    assert request.complete and parts(request) == [("system", "Be strict|kind|strict.")]
    (request,) = requests_of(text.replace('self.tone = "strict"', "return self.later()"))
    assert parts(request) == [("system", "Be kind.")]


def test_a_name_that_an_inner_function_binds_anew_is_either() -> None:
    text = f"""
    def run(more):
        tone = "kind"
        def change():
            nonlocal tone
            tone += more
        change()
        {TONE.replace("DESK", "tone")}
    """
    (request,) = requests_of(text)
    assert parts(request) == [("system", "Be kind|{tone}.")]


@pytest.mark.parametrize(
    "changed",
    [
        "def relax():\n        nonlocal strict\n        strict = True\n    relax()",
        "def on():\n        def go():\n            nonlocal strict\n            strict = True\n        go()\n    on()",
        "seen = [(strict := row.hard) for row in rows]",
        "seen = {row: (strict := row.hard) for row in rows}",
    ],
)
def test_a_parameter_that_an_inner_scope_binds_anew_decides_nothing(changed: str) -> None:
    sent = 'client.chat.completions.create(model="o3", messages=[{"role": "system", "content": tone}, ' + MORE + "])"
    text = f"""
def run(question, strict=False):
    {changed}
    tone = "Be strict." if strict else "Be kind."
    {sent}

run("What is a good name for a cat?")
"""
    (request,) = requests_of(text)
    assert parts(request)[0] == ("system", "Be strict.|Be kind.")
    (request,) = requests_of(text.replace("nonlocal strict", "pass").replace("(strict := row.hard)", "row.hard"))
    assert parts(request)[0] == ("system", "Be kind.")


def test_tools_that_a_function_adds_are_not_known() -> None:
    tool = '{"type": "function", "function": {"name": "find", "description": "Find the letters of a day."}}'
    sent = 'client.chat.completions.create(model="gpt-5.2", tools=TOOLS, messages=[' + SAID + "])"
    app = f"TOOLS = [{tool}]\ndef run(): {sent}\n"
    assert [each.complete for each in requests_of(app)] == [True]
    (request,) = requests_of(f"{app}def add(tool): TOOLS.append(tool)\n")
    assert [each.slot for each in request.unresolved] == ["tools"]


@pytest.mark.parametrize(
    ("call", "complete"),
    [
        ("hook(said)", False),
        ("for each in hooks: each(said)", False),
        ("helper(said, hook)", False),
        ("len(said)", True),
    ],
)
def test_a_function_that_is_handed_over_may_change_messages(call: str, complete: bool) -> None:
    app = f"""
    def helper(said, hook): hook(said)
    def run(hook, hooks):
        said = [{SAID}]
        {call}
        {ASK.format("said")}
    """
    (request,) = requests_of(app)
    assert request.complete == complete


@pytest.mark.parametrize(("given", "complete"), [("'Be kind to them.'", False), ("question", True), ("'%d %m'", True)])
def test_what_a_function_that_was_not_read_makes_of_a_text_is_not_known(given: str, complete: bool) -> None:
    sent = '[{"role": "user", "content": f"You help. {short(GIVEN)}"}]'.replace("GIVEN", given)
    (request,) = requests_of(f"from texts import short\ndef run(question): {ASK.format(sent)}\n")
    assert request.complete == complete


POLITE = """
def polite(function):
    def inner(*args):
        {}
    return inner
@polite
def make(question): return {}
"""
LIST = f"[{MORE}]"


@pytest.mark.parametrize(
    ("body", "complete"),
    [
        (f"found = function(*args)\n        found.insert(0, {SAID})\n        return found", False),
        (f"return [{SAID}, *function(*args)]", False),
        ("return function(*args)", True),
        ("print(args)\n        found = function(*args)\n        return found", True),
    ],
)
def test_a_decorator_of_the_project_may_make_something_else_of_messages(body: str, complete: bool) -> None:
    (request,) = requests_of(f"{POLITE.format(body, LIST)}def run(q): {ASK.format('make(q)')}\n")
    assert (request.complete, parts(request)) == (complete, [("user", "{q}")])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return function(*args) + ' And brief.'", "Be kind.{polite(...)}"),
        ("return f'{function(*args)} And brief.'", "Be kind.{polite(...)}"),
        ("return function(*args)", "Be kind."),
    ],
)
def test_a_decorator_of_the_project_may_make_something_else_of_a_text(body: str, expected: str) -> None:
    sent = '[{"role": "system", "content": make("")}]'
    (request,) = requests_of(f'{POLITE.format(body, repr("Be kind."))}def run(): {ASK.format(sent)}\n')
    assert parts(request) == [("system", expected)]
    assert request.complete == (expected == "Be kind.")


PATCHED = "client.chat.completions.create = counted\n"


@pytest.mark.parametrize(
    "patch",
    [
        f"def counted(**more): return 1\n{PATCHED}",
        f"def wrap(client, counted):\n    {PATCHED}    return client\n",
        "import openai\ndef counted(**more): return 1\nopenai.resources.chat.Completions.create = counted\n",
    ],
)
def test_a_client_whose_method_the_project_replaces_may_send_more(patch: str) -> None:
    run = RUN.format(f"[{SAID}]")
    assert [each.complete for each in requests_of(run)] == [True]
    assert [each.complete for each in requests_of(f"{patch}{run}")] == [False]


def test_what_is_imported_from_where_nothing_was_read_is_not_known() -> None:
    app = f"from texts import tone\ndef run(): {TONE.replace('DESK', 'tone')}\n"
    (request,) = requests_of(app)
    assert [each.expression for each in request.unresolved] == ["tone"]
    (request,) = requests_of(app, texts="tone = 3\n")
    assert request.complete
    (request,) = requests_of(app.replace("texts", "os"))
    assert request.complete


LOOP = f"""
def run(questions):
    said = [{SAID}, {{"role": "user", "content": "Say."}}]
    for question in questions:
        {ASK.format("said")}
        CHANGE
"""


@pytest.mark.parametrize(
    ("change", "complete", "expected"),
    [
        ('said[0]["content"] = "Be brief."', True, [("system", "Be kind.|Be brief."), ("user", "Say.")]),
        ('said[-1]["content"] = question', True, [("system", "Be kind."), ("user", "Say.|{question}")]),
        ('said[1]["content"] += question', True, [("system", "Be kind."), ("user", "Say.[{question}]")]),
        ('said[len(question)]["content"] = question', False, [("system", "Be kind."), ("user", "Say.")]),
        ('said[1] = {"role": "user", "content": question}', False, [("system", "Be kind."), ("unknown", "{said[1]}")]),
    ],
)
def test_what_a_turn_puts_into_a_message_is_sent_by_the_next(
    change: str, complete: bool, expected: list[tuple[str, str]]
) -> None:
    (request,) = requests_of(LOOP.replace("CHANGE", change))
    assert (request.complete, parts(request)) == (complete, expected)


def test_what_a_turn_puts_into_a_message_before_it_sends_it_is_all_that_is_sent() -> None:
    change = 'said[0]["content"] = "Be brief."'
    text = LOOP.replace("CHANGE", "pass").replace("        client", f"        {change}\n        client")
    (request,) = requests_of(text)
    assert (request.complete, parts(request)) == (True, [("system", "Be brief."), ("user", "Say.")])


FIRST, LAST = ("system", "Be kind."), ("user", "{question}")
SHORTER = '{"role": "system", "content": "Be brief."}'
GIVEN_BACK = f"""
def make(question): return [{SAID}, {MORE}]
def go(question, history): return [*history, {MORE}]
def run(question, history, short):
    said = make(question)
    CHANGE
    {ASK.format("said")}
"""


@pytest.mark.parametrize(
    ("change", "complete", "expected"),
    [
        (f"said.insert(1, {SHORTER})", True, [FIRST, ("system", "Be brief."), LAST]),
        (f"said.insert(-1, {SHORTER})", True, [FIRST, ("system", "Be brief."), LAST]),
        (f"if short: said.insert(1, {SHORTER})", True, [FIRST, ("system", "Be brief."), LAST]),
        (f"said.append({MORE}); said.insert(1, {SHORTER})", True, [FIRST, ("system", "Be brief."), LAST, LAST]),
        # Where it comes to stand is not known.
        (f"said.insert(short, {SHORTER})", False, [FIRST, LAST]),
        (f"said.insert(5, {SHORTER})", False, [FIRST, LAST]),
        (f"said = go(question, history); said.insert(1, {SHORTER})", False, [("unknown", "[{history}]"), LAST]),
        ('said[0]["content"] = "Be brief."', True, [("system", "Be brief."), LAST]),
        ('said[-1]["content"] += " Hurry."', True, [FIRST, ("user", "{question} Hurry.")]),
        (f"said.append({MORE}); said[0]['content'] = 'Be brief.'", True, [("system", "Be brief."), LAST, LAST]),
        ('said[5]["content"] = "Be brief."', False, [FIRST, LAST]),
    ],
)
def test_a_list_that_a_function_gives_back_is_changed_where_its_messages_stand(
    change: str, complete: bool, expected: list[tuple[str, str]]
) -> None:
    (request,) = requests_of(GIVEN_BACK.replace("CHANGE", change))
    assert (parts(request), request.complete) == (expected, complete)


def test_a_list_that_callers_give_is_changed_where_its_messages_stand() -> None:
    send = f"def send(said):\n    said.insert(1, {SHORTER})\n    {ASK.format('said')}\n"
    (request,) = requests_of(f"{send}def run(question): send([{SAID}, {MORE}])\n")
    assert parts(request) == [FIRST, ("system", "Be brief."), LAST]


@pytest.mark.parametrize(
    ("said", "change", "expected"),
    [
        (f"[{SAID}, *history]", '[0]["content"] = "Be brief."', ("system", "Be brief.")),
        (f"[*history, {SAID}]", '[-1]["content"] += " Be brief."', ("system", "Be kind. Be brief.")),
    ],
)
def test_a_message_is_changed_whatever_stands_beyond_it(said: str, change: str, expected: tuple[str, str]) -> None:
    text = f"def run(history):\n    said = {said}\n    said{change}\n    {ASK.format('said')}\n"
    (request,) = requests_of(text)
    assert expected in parts(request) and FIRST not in parts(request)


def test_what_is_not_known_of_the_turns_of_a_loop_stands_at_the_loop() -> None:
    text = f"""
    def run(question, history):
        said = [
            {SAID},
        ]
        for turn in history:
            said.append({{"role": "user", "content": turn["text"]}})
        {ASK.format("said")}
    """
    (request,) = requests_of(text)
    (unread,) = request.unresolved
    assert unread.span.start == (START + textwrap.dedent(text)).index("turn in history")


def test_a_call_under_a_condition_that_was_asked_before_has_one_way() -> None:
    text = f"""
    def run(short):
        tone = "Be brief." if short else "Be kind."
        if short:
            {ASK.format('[{"role": "system", "content": tone}]')}
        else:
            {ASK.format('[{"role": "system", "content": tone}]')}
    """
    assert [parts(each) for each in requests_of(text)] == [[("system", "Be brief.")], [("system", "Be kind.")]]


@pytest.mark.parametrize(
    ("given", "asked", "said"),
    [
        ("5", "rounds > 1", ["Again."]),
        ("5", "rounds < 1", ["Once."]),
        ("5", "rounds >= 5", ["Again."]),
        ("5", "rounds <= 4", ["Once."]),
        ("5", "rounds == 5", ["Again."]),
        ("5", "rounds != 5", ["Once."]),
        ("-5", "rounds > 0", ["Once."]),
        ("0", "rounds > 0", ["Once."]),
        ("5", "rounds > 1.5", ["Again.", "Once."]),
        ("4.5", "rounds > 4", ["Again.", "Once."]),
        ("len(rows)", "rounds > 4", ["Again.", "Once."]),
        ('"5"', "rounds > 4", ["Again.", "Once."]),
        ("5 if rows else 1", "rounds > 4", ["Again.", "Once."]),
        ("True if rows else False", "rounds", ["Again.", "Once."]),
        pytest.param("5", f"rounds > 0x{'f' * 5_000}", ["Again.", "Once."], id="digits"),
    ],
)
def test_a_number_decides_what_is_compared_with_it(given: str, asked: str, said: list[str]) -> None:
    (request,) = requests_of(f"""
    def ask(question, rounds):
        tone = "Again." if {asked} else "Once."
        {ASK.format('[{"role": "system", "content": tone}, {"role": "user", "content": question}]')}
    def main(rows):
        ask("Read this.", {given})
    """)
    assert parts(request) == [("system", "|".join(said)), ("user", "Read this.")]


@pytest.mark.parametrize("change", ["for row in rows:\n            n += 1", "if rows:\n            n += 1", "n += 1"])
def test_a_number_that_is_added_to_decides_nothing(change: str) -> None:
    (request,) = requests_of(f"""
    def ask(question, rounds):
        tone = "Again." if rounds > 1 else "Once."
        {ASK.format('[{"role": "system", "content": tone}, {"role": "user", "content": question}]')}
    def main(rows):
        n = 1
        {change}
        ask("Read this.", n)
    """)
    assert parts(request) == [("system", "Again.|Once."), ("user", "Read this.")]


@pytest.mark.parametrize("turn", ['mode = "second"', "mode = mode[1:]", 'mode += "!"'])
def test_what_a_turn_makes_of_a_parameter_is_not_what_a_call_gives_it(turn: str) -> None:
    requests = requests_of(f"""
    def send(messages):
        {ASK.format("messages")}
    def ask(question, mode):
        for _ in range(2):
            if mode == "first":
                send([{{"role": "user", "content": "Read it all: " + question}}])
            else:
                send([{{"role": "user", "content": "Read it again: " + question}}])
            {turn}
    def main(question):
        ask(question, "first")
    """)
    said = [text.partition("{")[0] for each in requests for _, text in parts(each)]
    assert said == ["Read it all: ", "Read it again: "]


ASKING = """
class Desk:
    def __init__(self, tone, model="gpt-5.2"):
        self.tone, self.model = tone, model
    def ask(self, question):
        client.chat.completions.create(model=self.model, messages=[
            {"role": "system", "content": self.tone}, {"role": "user", "content": question}])
"""
KIND, BRIEF = 'Desk("Be kind to them.")', 'Desk("Be brief with them.", "gpt-5-mini")'
QUESTION = '"What grows in the wood?"'


def models_of(app: str, **files: str) -> list[str]:
    return [request.model for request in requests_of(app, **files)]


def test_an_object_that_a_turn_of_a_loop_makes_anew_is_one_or_another() -> None:
    loop = f"def run(many):\n    desk = {KIND}\n    for each in many:\n        desk.ask({QUESTION})\n"
    (request,) = requests_of(ASKING + loop)
    assert (request.model, request.complete) == ("gpt-5.2", True)
    (request,) = requests_of(f"{ASKING}{loop}        desk = {BRIEF}\n")
    assert (request.model, request.complete) == ("", False)
    assert parts(request)[0] == ("system", "{tone}")


@pytest.mark.parametrize("made", ['{"role": "user", "content": "Say."}', "dict(role='user', content='Say.')"])
def test_a_message_that_a_turn_of_a_loop_makes_anew_is_not_known(made: str) -> None:
    loop = f"def run(many):\n    said = {made}\n    for each in many:\n        {ASK.format('[said]')}\n"
    assert [each.complete for each in requests_of(loop)] == [True]
    assert [each.complete for each in requests_of(f"{loop}        said = other(each)\n")] == [False]


def test_of_an_object_that_is_handed_over_only_what_all_have_is_known() -> None:
    use = f"def use(desk: Desk): desk.ask({QUESTION})\n"
    assert models_of(f"{ASKING}{use}use({BRIEF})\n") == ["gpt-5-mini"]
    assert models_of(f"{ASKING}{use}use({KIND})\n") == ["gpt-5.2"]
    assert models_of(f"{ASKING}{use}use({KIND})\nuse({BRIEF})\n") == [""]


ABOVE = f"""{ASKING}
class Brief(Desk):
    def __init__(self, model):
        super().__init__("Be brief with them.", model=model)
class Old(Desk):
    def __init__(self):
        Desk.__init__(self, "Be kind to them.", "gpt-4o")
class Small(Brief):
    def __init__(self):
        super().__init__("gpt-5-nano")
"""


@pytest.mark.parametrize(
    ("made", "model", "tone"),
    [
        ('Brief("gpt-5-mini")', "gpt-5-mini", "Be brief with them."),
        ("Old()", "gpt-4o", "Be kind to them."),
        ("Small()", "gpt-5-nano", "Be brief with them."),
        ('Desk("Be fair to them.")', "gpt-5.2", "Be fair to them."),
    ],
)
def test_an_object_has_what_its_constructor_gives_to_the_one_above(made: str, model: str, tone: str) -> None:
    (request,) = requests_of(f"{ABOVE}def run():\n    desk = {made}\n    desk.ask({QUESTION})\n")
    assert (request.model, parts(request)[0]) == (model, ("system", tone))


def test_an_object_of_another_module_is_the_one_that_is_made_there() -> None:
    use = f"from app import desk\ndef run(): desk.ask({QUESTION})\n"
    assert models_of(f"{ASKING}desk = {BRIEF}\nother = {KIND}\n", other=use) == ["gpt-5-mini"]


@pytest.mark.parametrize(("name", "complete"), [("history", True), ("examples", False), ("SHOTS", False)])
def test_a_list_that_the_program_puts_in_front_is_not_known(name: str, complete: bool) -> None:
    app = f"def run({name}, question): {ASK.format(f'[*{name}, {MORE}]')}\n"
    (request,) = requests_of(f"SHOTS = load()\n{app.replace('SHOTS, ', '')}")
    assert request.complete == complete


LOADER = """
class Texts:
    def __init__(self, folder): self.folder = folder
    def rules(self): return "Be kind."
    def read(self, name): return open(f"{self.folder}/{name}.txt").read()
    def get(self, name): return self.read(name)
    def now(self): return self.folder
texts = Texts(FOLDER)
"""


@pytest.mark.parametrize(
    ("call", "complete"),
    [
        ("texts.rules()", False),
        ('texts.read("tone")', False),
        ('texts.get("tone")', False),
        ("texts.now()", True),
        ("other.now()", True),
    ],
)
def test_the_text_that_a_method_gives_back_is_not_known(call: str, complete: bool) -> None:
    sent = '[{"role": "system", "content": f"You help. {' + call.replace('"', "'") + '}"}]'
    (request,) = requests_of(f"{LOADER}def run(other): {ASK.format(sent)}\n")
    assert request.complete == complete


CHAIN = """
from langchain_core.prompts import ChatPromptTemplate
def made(): return ChatPromptTemplate.from_messages([("system", "Be kind."), ("human", "{question}")])
"""
LLM = "from langchain_openai import ChatOpenAI\ndef llm(): return ChatOpenAI(model='gpt-5.2')\n"


@pytest.mark.parametrize(
    "use",
    [
        "from texts import made\nfrom models import llm\ndef run(question): (made() | llm()).invoke(question)\n",
        "import texts, models\ndef run(question): (texts.made() | models.llm()).invoke(question)\n",
        "from texts import made\nfrom models import llm\ndef chain(prompt): return prompt | llm()\n"
        "import langchain_core\ndef run(question): chain(made()).invoke(question)\n",
    ],
)
def test_a_pipeline_of_what_functions_give_back_is_a_request(use: str) -> None:
    (request,) = requests_of("", use=use, texts=CHAIN, models=LLM)
    assert parts(request) == [("system", "Be kind."), ("user", "{question}")]
    assert (request.provider, request.model) == ("openai", "gpt-5.2")


@pytest.mark.parametrize(
    ("between", "said"),
    [("", "Be kind."), ("desk.fill()", "Be {desk.tone}."), ("fill(desk)", "Be {desk.tone}.")],
)
def test_what_an_attribute_holds_is_known_until_something_may_change_it(between: str, said: str) -> None:
    app = f"""
    def run(desk):
        desk.tone = "kind"
        {between}
        {TONE.replace("DESK", "desk.tone")}
    """
    (request,) = requests_of(app)
    assert parts(request) == [("system", said)]


def test_what_an_attribute_holds_is_not_known_in_a_loop_that_may_change_it() -> None:
    app = f"""
    def run(desk, many):
        desk.tone = "kind"
        for each in many:
            {TONE.replace("DESK", "desk.tone")}
            desk.fill(each)
    """
    (request,) = requests_of(app)
    assert parts(request) == [("system", "Be {desk.tone}.")]


def test_settings_that_a_turn_makes_anew_hold_the_same_messages() -> None:
    app = f"""
    def run(question, long):
        said = [{SAID}]
        for each in range(3):
            settings = {{"model": "gpt-5.2", "messages": said}}
            if long:
                settings["max_tokens"] = 2
            client.chat.completions.create(**settings)
    """
    (request,) = requests_of(app)
    assert (request.complete, parts(request)) == (True, [("system", "Be kind.")])


@pytest.mark.parametrize(
    "change",
    [
        'first = next(each for each in said if each["role"] == "system")\n        first["content"] += more',
        'first = next((each for each in said), None)\n        first["content"] = more',
        'last = said[len(more)]\n        last["content"] = more',
        'for each in said:\n            each["content"] = more',
    ],
)
def test_a_message_that_is_changed_under_a_name_of_its_own_is_not_known(change: str) -> None:
    app = f"""
    def send(said, more):
        settings = {{"model": "gpt-5.2", "messages": said}}
        {change}
        client.chat.completions.create(**settings)
    def run(question):
        send([{SAID}, {MORE}], question)
    """
    (request,) = requests_of(app)
    assert parts(request) == [("system", "Be kind."), ("user", "{question}")]
    assert not request.complete


@pytest.mark.parametrize(
    ("loop", "told"),
    [
        # From the newest to the oldest, each put in front.
        (
            "for message in reversed(messages):\n"
            "    if message.asks:\n"
            "        out = [message] + out\n"
            "    else:\n"
            '        out = [{"role": "user", "content": "An answer."}] + out',
            [("unknown", "[{message}|An answer.]")],
        ),
        # All of a turn, whatever its conditions are.
        (
            "for message in messages:\n"
            "    if message.asks:\n"
            '        out.append({"role": "user", "content": "One."})\n'
            '        out.append({"role": "assistant", "content": "Two."})\n'
            "    elif message.told:\n"
            '        out.append({"role": "assistant", "content": "Three."})\n'
            "    else:\n"
            '        out.append({"role": "user", "content": "Four."})',
            [("unknown", "[One.Two.|Three.|Four.]")],
        ),
        # In front of what stands there.
        (
            'out.append({"role": "user", "content": "The last."})\n'
            "for message in messages:\n"
            "    if message.asks:\n"
            '        out.insert(0, {"role": "user", "content": "One."})\n'
            "    else:\n"
            '        out.insert(0, {"role": "assistant", "content": "Two."})',
            [("unknown", "[One.|Two.]"), ("user", "The last.")],
        ),
        (
            'out.append({"role": "system", "content": "The first."})\n'
            'out.append({"role": "user", "content": "The last."})\n'
            "for message in messages:\n"
            '    out.insert(1, {"role": "user", "content": "One."})',
            [("system", "The first."), ("user", "One."), ("user", "The last.")],
        ),
    ],
)
def test_messages_of_which_turns_of_a_loop_add_one_or_another_stand_in_no_order(
    loop: str, told: list[tuple[str, str]]
) -> None:
    code = textwrap.indent(loop, "    ")
    ask = 'client.chat.completions.create(model="gpt-5", messages=out)'
    [found] = requests_of(f"def convert(messages):\n    out = []\n{code}\n    return {ask}\n")
    assert parts(found) == told and not found.complete


def test_a_message_that_says_something_else_is_put_in_under_its_condition() -> None:
    [request] = requests_of(
        """
        def build(history, brief):
            messages = list(history)
            messages.append({"role": "user", "content": "Sort the next one."})
            if brief:
                messages = [{"role": "user", "content": "Sort it."}]
            return messages
        def ask(history, brief):
            cleaned = []
            for message in history:
                message = {**message, "content": clean(message["content"])}
                cleaned.append(message)
            return client.chat.completions.create(model="gpt-5.2", messages=build(cleaned, brief))
        """
    )
    assert [(*part, prompt.when) for part, prompt in zip(parts(request), request.prompts, strict=True)] == [
        ("user", "Sort it.", (("brief", True),)),
        ("unknown", '{clean(message["content"])}', (("brief", False),)),
        ("user", "Sort the next one.", (("brief", False),)),
    ]


def test_messages_that_stand_for_a_list_of_which_nothing_is_known_have_their_condition() -> None:
    [request] = requests_of(
        """
        def ask(state):
            messages = state.get("messages", [])
            if not messages:
                messages = [{"role": "user", "content": "Sort the next one."}]
            return client.chat.completions.create(
                model="gpt-5.2", messages=[{"role": "system", "content": "Be kind."}] + messages)
        """
    )
    assert parts(request) == [("system", "Be kind."), ("user", "Sort the next one.")] and not request.complete
    assert [prompt.when for prompt in request.prompts] == [(), (("not messages", True),)]


@pytest.mark.parametrize("known", ["list(BASE)", "made()", "BASE[:]", "given"])
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("said[0] = {'role': 'user', 'content': 'Be quick.'}", ["user Be quick.", "user Hi."]),
        ("said[-1] = {'role': 'user', 'content': question}", ["system Be kind.", "user "]),
        # Which one it is, or what it says, is not known.
        ("said[at] = {'role': 'user', 'content': 'Be quick.'}", None),
        ("said[0] = one(question)", None),
        ("said[0]['role'] = 'user'", None),
    ],
)
def test_a_message_in_the_place_of_another(known: str, change: str, expected: list[str] | None) -> None:
    code = f"""
        BASE = [{SAID}, {{"role": "user", "content": "Hi."}}]
        def made(): return [{SAID}, {{"role": "user", "content": "Hi."}}]
        def one(text): return load(text)
        def run(question, at, given):
            said = {known}
            {change}
            return {ASK.format("said")}
        def main(): run("Why is that so?" if now() else ask(), 0, [{SAID}, {{"role": "user", "content": "Hi."}}])
    """
    (request,) = requests_of(textwrap.dedent(code))
    assert request.complete is (expected is not None)
    if expected is not None:
        assert [" ".join(each) if "Why" not in each[1] else "user " for each in parts(request)] == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("said[0].content = 'Be quick.'", [("system", "Be quick."), ("user", "Hi.")]),
        ("first.content = 'Be quick.'", [("system", "Be quick."), ("user", "Hi.")]),
        ("said[-1].content += ' Be quick.'", [("system", "Be kind."), ("user", "Hi. Be quick.")]),
        ("said[0] = HumanMessage('Be quick.')", [("user", "Be quick."), ("user", "Hi.")]),
    ],
)
def test_a_message_that_is_an_object_says_something_else(change: str, expected: list[tuple[str, str]]) -> None:
    code = f"""
        from langchain_core.messages import HumanMessage, SystemMessage
        from langchain_openai import ChatOpenAI
        def run():
            first = SystemMessage("Be kind.")
            said = [first, HumanMessage("Hi.")]
            {change}
            return ChatOpenAI(model="gpt-5").invoke(said)
    """
    (request,) = requests_of(textwrap.dedent(code))
    assert request.complete and parts(request) == expected


@pytest.mark.parametrize("shuffle", ["random.shuffle(hints)", "rng.shuffle(hints)"])
def test_texts_that_are_shuffled_are_told_and_their_order_is_not_known(shuffle: str) -> None:
    code = f"""
        import random
        def run(rng):
            hints = ["Use short words.", "Name your sources.", "Say please."]
            {shuffle}
            return {ASK.format('[{"role": "system", "content": "".join(hints)}]')}
    """
    (request,) = requests_of(textwrap.dedent(code))
    (gap,) = request.unresolved
    assert (gap.slot, gap.reason) == ("messages", "in which order they come")
    said = "".join(part.value for part in parts_of(request.prompts[0].template) if isinstance(part, Text))
    assert all(hint in said for hint in ("Use short words.", "Name your sources.", "Say please."))
    (plain,) = requests_of(textwrap.dedent(code.replace(shuffle, "print(hints)")))
    assert plain.complete
    # All of them are sent.
    sizes = [size(each.prompts[0].template, "gpt-5") for each in (request, plain)]
    assert sizes[0] >= sizes[1] > 8


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ('config.system_instruction += " Be kind."', "You sort letters. Be kind."),
        ('config.system_instruction = "Sell tea."; config.system_instruction += " Be kind."', "Sell tea. Be kind."),
        ('config.system_instruction += " Today: " + text', "You sort letters. Today: {text}"),
    ],
)
def test_what_is_added_to_a_text_of_settings_is_sent_with_them(change: str, told: str) -> None:
    code = f"""
        from google import genai
        from google.genai import types
        def run(text):
            config = types.GenerateContentConfig(system_instruction="You sort letters.")
            {change}
            return genai.Client().models.generate_content(model="gemini-2.5-pro", contents="Name one.", config=config)
    """
    (request,) = requests_of(textwrap.dedent(code))
    assert request.complete and parts(request) == [("system", told), ("user", "Name one.")]


OVERRIDDEN = """
    from pydantic_ai import Agent
    def find(name: str) -> str:
        "Find a plant."
    def seek(name: str) -> str:
        "Seek a plant."
    agent = Agent("openai:gpt-5", system_prompt="Be brief.", instructions="Be kind.", tools=[find])
    other = Agent("openai:gpt-5")
    def ask(question, model, more):
        with GIVEN:
            return agent.run_sync(question, model="openai:gpt-5-mini")
    def again(question):
        return agent.run_sync(question)
"""
AS_MADE = [("tool", "Find a plant."), ("system", "Be brief."), ("system", "Be kind."), ("user", "{question}")]


@pytest.mark.parametrize(
    ("given", "model", "said", "unknown"),
    [
        ("agent.override(model='openai:gpt-4.1')", "openai:gpt-4.1", AS_MADE, []),
        ("agent.override(model=model)", "", AS_MADE, ["model"]),
        ("agent.override(deps=3)", "openai:gpt-5-mini", AS_MADE, []),
        ("other.override(model='openai:gpt-4.1')", "openai:gpt-5-mini", AS_MADE, []),
        ("agent.override(tools=[seek])", "openai:gpt-5-mini", [("tool", "Seek a plant."), *AS_MADE[1:]], []),
        ("agent.override(tools=[])", "openai:gpt-5-mini", AS_MADE[1:], []),
        ("agent.override(toolsets=more)", "openai:gpt-5-mini", AS_MADE, ["tools"]),
        (
            "agent.override(instructions='Be loud.'), agent.override(model='openai:gpt-4.1')",
            "openai:gpt-4.1",
            [*AS_MADE[:2], ("system", "Be loud."), AS_MADE[3]],
            [],
        ),
        ("agent.override(**more)", "openai:gpt-5-mini", AS_MADE, ["arguments"]),
    ],
)
def test_an_agent_is_run_with_what_stands_in_its_place_for_a_while(
    given: str, model: str, said: list[tuple[str, str]], unknown: list[str]
) -> None:
    first, second = requests_of(OVERRIDDEN.replace("GIVEN", given))
    assert (first.model, parts(first), [each.slot for each in first.unresolved]) == (model, said, unknown)
    assert (second.model, parts(second), second.complete) == ("openai:gpt-5", AS_MADE, True)


@pytest.mark.parametrize(
    ("block", "slots"),
    [
        ("over = agent.override(model='openai:o3')\n        with over:", ["model"]),
        (
            "with ExitStack() as stack:\n            stack.enter_context(agent.override(model='openai:o3', tools=[]))",
            ["model", "tools"],
        ),
        ("with entered(agent.override(**more)):", ["arguments"]),
    ],
)
def test_what_an_override_gives_that_is_kept_or_handed_on_is_not_known(block: str, slots: list[str]) -> None:
    code = OVERRIDDEN.replace("with GIVEN:", block)
    first, second = requests_of(code)
    assert not first.complete and sorted(each.slot for each in first.unresolved if each.slot != "provider") == slots
    assert (second.model, parts(second), second.complete) == ("openai:gpt-5", AS_MADE, True)
    # Of the whole module it is so everywhere.
    kept = "    over = agent.override(model=MODEL)\n    def ask("
    at_module = code.replace(block, "with over:").replace("    def ask(", kept)
    assert [each.model for each in requests_of(at_module)] == ["", ""]


def test_an_agent_that_others_run_within_a_block_has_its_model_by_default() -> None:
    run = 'agent.run_sync(question, model="openai:gpt-5-mini")'
    given = "agent.override(model=model, instructions='Hm.')"
    (request,) = requests_of(OVERRIDDEN.replace(run, "again(question)").replace("GIVEN", given))
    # So it has where the block runs it as well.
    both = requests_of(OVERRIDDEN.replace(run, f"[{run}, again(question)]").replace("GIVEN", given))
    assert [each.by_default("model") for each in both] == [False, True]
    assert (request.model, parts(request)) == ("openai:gpt-5", AS_MADE)
    assert [(each.slot, each.default) for each in request.unresolved] == [
        ("model", "openai:gpt-5"), ("provider", "openai"), ("system", ""),
    ]  # fmt: skip


GIVEN_TOOLS = """
    from agents import Agent, Runner, function_tool
    from langchain_core.tools import StructuredTool
    def look(name):
        "Look for a plant."
    @function_tool
    def find(name: str) -> str:
        "Find a plant."
    @function_tool
    def seek(name: str) -> str:
        "Seek a plant."
    def ask(more):
        tools = [find]
        made = StructuredTool.from_function(look, description="Look.")
        other = Agent(name="B", model="gpt-5", instructions="Be brief.", tools=[seek])
        agent = Agent(name="A", model="gpt-5", instructions="Be kind.", tools=GIVEN)
        LATER
        return Runner.run(agent, "Hello.")
"""


@pytest.mark.parametrize(
    ("later", "told", "known"),
    [
        ("", ["Find a plant."], True),
        ("tools.append(seek)", ["Find a plant."], False),
        ("tools.append(more)", ["Find a plant."], False),
        ("tools += [seek]", ["Find a plant."], False),
        ("tools.clear()", ["Find a plant."], False),
        ("tools = []", ["Find a plant."], True),
        ("tools = agent.tools; agent = other; tools.append(find)", ["Seek a plant."], True),
        ("for each in agent.tools: each.description = 'Hm.'", ["Find a plant."], False),
        ("for each in tools: each.description = 'Hm.'", ["Find a plant."], False),
        ("for at, each in enumerate(agent.tools): each.description = 'Hm.'", ["Find a plant."], False),
        ("agent.tools[0].description = 'Hm.'", ["Find a plant."], False),
        ("for each in tools: each.enabled = True", ["Find a plant."], True),
        ("find.description = 'Find all plants.'", ["Find a plant."], False),
        ("seek.description = 'Seek all plants.'", ["Find a plant."], True),
        ("made.description = 'Hm.'", ["Find a plant."], True),
    ],
)
def test_tools_that_are_changed_after_an_agent_was_given_them_are_not_known(
    later: str, told: list[str], known: bool
) -> None:
    request = requests_of(GIVEN_TOOLS.replace("GIVEN", "tools").replace("LATER", later))[-1]
    assert [text for role, text in parts(request) if role == "tool"] == told
    assert [each.slot for each in request.unresolved] == [] if known else ["tools"]


def test_a_tool_that_is_changed_after_an_agent_was_given_it_is_not_known() -> None:
    before, after = (GIVEN_TOOLS.replace("GIVEN", "[made]").replace("LATER", each) for each in ("", "made.name = 'x'"))
    assert requests_of(before)[-1].complete
    assert [each.slot for each in requests_of(after)[-1].unresolved] == ["tools"]


def test_a_list_of_tools_that_another_method_changes_is_not_known() -> None:
    code = """
    from agents import Agent, Runner, function_tool
    @function_tool
    def find(name: str) -> str:
        "Find a plant."
    class Desk:
        def __init__(self):
            self.tools = [find]
            self.agent = Agent(name="A", model="gpt-5", instructions="Be kind.", tools=self.tools)
        def more(self, tool):
            self.tools.append(tool)
        def ask(self):
            return Runner.run(self.agent, "Hello.")
    """
    (request,) = requests_of(code)
    assert [each.slot for each in request.unresolved] == ["tools"]
    assert requests_of(code.replace("self.tools.append", "self.other.append"))[0].complete


@pytest.mark.parametrize(
    "change", ['messages[-1]["content"] = question + " Take care."', 'messages[0]["content"] += " Take care."']
)
@pytest.mark.parametrize("sent", ["messages=messages", '**{"messages": messages}'])
def test_a_message_says_what_is_given_or_what_an_earlier_turn_has_left(change: str, sent: str) -> None:
    send = f'client.chat.completions.create(model="gpt-5.2", {sent})'
    (request,) = requests_of(f"""
        def ask(question):
            messages = [{{"role": "user", "content": question}}]
            for turn in range(3):
                {send}
                {change}
        """)
    ((role, text),) = parts(request)
    assert role == "user"
    assert "{question}" in text
    assert text != "{question}"


@pytest.mark.parametrize(
    ("made", "sent"),
    [
        ("asked = [each for each in turns if each['role'] != 'tool']", "messages=asked"),
        ("asked = turns + [{'role': 'user', 'content': question}]", "messages=asked"),
        ("asked = turns[-10:]", "messages=asked"),
        ("asked = turns.copy()\n                asked.insert(0, turns[0])", "messages=asked"),
        ("asked = [{'role': 'user', 'content': question}, *turns]", "messages=asked"),
        ("kept = list(turns)\n                asked = kept[:]", "messages=asked"),
        ("asked = {'messages': turns[:]}", "**asked"),
    ],
)
def test_a_list_that_is_made_in_every_turn_of_one_that_grows(made: str, sent: str) -> None:
    program = f"""
        def ask(question):
            turns = [{{"role": "system", "content": "You count sheep."}}]
            while True:
                {made}
                answer = client.chat.completions.create(model="gpt-5.2", {sent})
                GROW
        """
    (request,) = requests_of(program.replace("GROW", 'turns.append({"role": "assistant", "content": answer})'))
    assert "messages" in [each.slot for each in request.unresolved]
    (request,) = requests_of(program.replace("GROW", "print(answer)"))
    assert request.complete


def test_a_list_that_is_made_in_every_turn_of_what_the_turn_has() -> None:
    (request,) = requests_of("""
        def ask(questions):
            answers = []
            for question in questions:
                asked = [{"role": "system", "content": "You count sheep."}, {"role": "user", "content": question}]
                answers.append(client.chat.completions.create(model="gpt-5.2", messages=asked))
        """)
    assert request.complete


def test_a_hint_behind_what_is_given_leaves_what_is_given() -> None:
    (request,) = requests_of("""
        def ask(question):
            messages = [{"role": "user", "content": question}]
            for turn in range(3):
                answer = client.chat.completions.create(model="gpt-5.2", messages=messages)
                hint = "Be brief." if len(answer) > 100 else "Take care."
                messages[-1]["content"] = question + hint

        def main():
            ask("Sort the letters.")
        """)
    ((_, text),) = parts(request)
    # What both ways begin with stands in front of them.
    assert text == "Sort the letters.|{hint}"


@pytest.mark.parametrize(
    "content",
    [
        '(system or "") + " Answer in JSON."',
        'f\'{system or ""} Answer in JSON.\'',
        '(system or "").strip() + " Answer in JSON."',
        'str(system or "") + " Answer in JSON."',
        '(system if system else "") + " Answer in JSON."',
        'held + " Answer in JSON."',
    ],
)
def test_what_is_given_or_an_empty_text_is_what_is_given(content: str) -> None:
    (called,) = requests_of(f"""
        def ask(question, system=None):
            held = system or ""
            {ASK.format(f'[{{"role": "system", "content": {content}}}, {MORE}]')}

        def main(question):
            ask(question, system="You sort letters.")
        """)
    assert parts(called)[0] == ("system", "You sort letters. Answer in JSON.")
    assert called.complete


@pytest.mark.parametrize(
    "call", ["asyncio.to_thread(self.desk.ask, turns)", "asyncio.to_thread(self.desk.ask, messages=turns)"]
)
def test_a_list_that_grows_is_handed_on_with_the_function_that_sends_it(call: str) -> None:
    (request,) = requests_of(f"""
        import asyncio

        class Desk:
            def ask(self, messages):
                return client.chat.completions.create(model="gpt-5.2", messages=messages)

        class Talk:
            def __init__(self):
                self.desk = Desk()

            async def hold(self, question):
                turns = [{{"role": "user", "content": "Sort the letters."}}]
                while True:
                    answer = await {call}
                    turns.append({{"role": "assistant", "content": answer}})
        """)
    assert parts(request)[0] == ("user", "Sort the letters.")
    assert "messages" in [each.slot for each in request.unresolved]
