"""Requests of lists, dicts and messages that are changed in their place, wherever they stand."""

from __future__ import annotations

import pytest
from requested import ASK, MORE, SAID, parts, requests_of

from promptlint.prompt import Request

SEND = "client.chat.completions.create(**request)"


def ask(*statements: str, sent: str = SEND) -> Request:
    """The request of a function with these statements before what it sends."""
    body = "".join(f"    {line}\n" for each in statements for line in each.splitlines())
    (request,) = requests_of(f"def ask(question, flag):\n{body}    return {sent}\n")
    return request


BOTH = [("system", "Be kind."), ("user", "{question}")]
IN_DICT = [
    f"request['messages'].append({MORE})",
    f"request['messages'].extend([{MORE}])",
    f"request['messages'].insert(1, {MORE})",
    f"request['messages'] += [{MORE}]",
    f"request['messages'] = request['messages'] + [{MORE}]",
    f"request.setdefault('messages', []).append({MORE})",
    f"request.get('messages').append({MORE})",
    f"messages = request['messages']\nmessages.append({MORE})",
    f"messages = request['messages']\nsame = messages\nif flag:\n    pass\nsame.append({MORE})",
    f"messages = request['messages']\nrequest['messages'].append({MORE})\nrequest['messages'] = messages",
]


@pytest.mark.parametrize("change", IN_DICT)
def test_a_list_in_a_dict_has_what_is_added_to_it(change: str) -> None:
    request = ask(f"request = {{'model': 'gpt-5.2', 'messages': [{SAID}]}}", change)
    assert (parts(request), request.complete) == (BOTH, True)


DICTS = ["{'model': 'gpt-5.2', 'messages': messages}", "dict(model='gpt-5.2', messages=messages)"]


@pytest.mark.parametrize("made", DICTS)
def test_a_list_that_is_put_into_a_dict_stays_the_same_list(made: str) -> None:
    begun = f"messages = [{SAID}]"
    request = ask(begun, f"request = {made}", f"messages.append({MORE})")
    assert (parts(request), request.complete) == (BOTH, True)
    request = ask(begun, f"request = {made}", f"request['messages'].append({MORE})", sent=ASK.format("messages"))
    assert (parts(request), request.complete) == (BOTH, True)
    ways = f"if flag:\n    messages.append({MORE})\nmessages.append({MORE})"
    assert [role for role, _ in parts(ask(begun, f"request = {made}", ways))] == ["system", "user", "user"]


COPIES = ["list(messages)", "messages.copy()", "messages[:]", "[*messages]", "sorted(messages)"]


@pytest.mark.parametrize("copy", COPIES)
def test_a_copy_is_another_list(copy: str) -> None:
    begun = f"messages = [{SAID}]"
    request = ask(begun, f"request = {{'model': 'gpt-5.2', 'messages': {copy}}}", f"messages.append({MORE})")
    assert (parts(request), request.complete) == ([("system", "Be kind.")], True)
    request = ask(begun, f"other = {copy}", f"other.append({MORE})", sent=ASK.format("messages"))
    assert (parts(request), request.complete) == ([("system", "Be kind.")], True)


def test_what_an_object_holds_in_a_dict_grows() -> None:
    (request,) = requests_of(f"""
        class Chat:
            def __init__(self):
                self.state = {{"messages": [{SAID}]}}

            def ask(self, question):
                self.state["messages"].append({MORE})
                return {ASK.format('self.state["messages"]')}
    """)
    assert (parts(request), request.complete) == (BOTH, False)
    (request,) = requests_of(f"""
        STATE = {{"messages": [{SAID}]}}

        def tell(question):
            STATE["messages"].append({MORE})

        def ask():
            return {ASK.format('STATE["messages"]')}
    """)
    assert (parts(request), request.complete) == ([("system", "Be kind.")], False)


def test_what_a_function_is_given_in_a_dict_grows() -> None:
    (request,) = requests_of(f"""
        def ask(question, **request):
            request["messages"].append({MORE})
            return {SEND}

        def run(question):
            return ask(question, model="gpt-5.2", messages=[{SAID}])
    """)
    assert not request.complete
    (request,) = requests_of(f"""
        def add(request, question):
            request["messages"].append({MORE})

        def run(question):
            request = {{"model": "gpt-5.2", "messages": [{SAID}]}}
            add(request, question)
            return {SEND}
    """)
    assert not request.complete


TAKEN = [
    ("del messages[0]", BOTH[1:]),
    ("del messages[1:]", BOTH[:1]),
    ("del messages[-1]", BOTH[:1]),
    ("del messages[:]", []),
    ("messages.pop(0)", BOTH[1:]),
    ("messages = list(reversed(messages))", BOTH[::-1]),
    ("messages[0].update(content='Be brief.')", [("system", "Be brief."), BOTH[1]]),
    ("messages[0].update({'content': 'Be brief.', 'role': 'developer'})", [("system", "Be brief."), BOTH[1]]),
    ("messages[0]['role'] = 'user'", [("user", "Be kind."), BOTH[1]]),
    ("messages[0] |= {'content': 'Be brief.'}", [("system", "Be brief."), BOTH[1]]),
    ("messages[0]['content'] += ' Be brief.'", [("system", "Be kind. Be brief."), BOTH[1]]),
    ("messages *= 2", BOTH * 2),
    ("first = messages[0]\nfirst['content'] = 'Be brief.'", [("system", "Be brief."), BOTH[1]]),
]


@pytest.mark.parametrize(("change", "expected"), TAKEN)
def test_what_is_taken_out_of_a_list_or_put_into_its_messages(change: str, expected: list[tuple[str, str]]) -> None:
    request = ask(f"messages = [{SAID}, {MORE}]", change, sent=ASK.format("messages"))
    assert (parts(request), request.complete) == (expected, True)
    within = change.replace("messages", "request['messages']")
    request = ask(f"request = {{'model': 'gpt-5.2', 'messages': [{SAID}, {MORE}]}}", within)
    assert (parts(request), request.complete) == (expected, True)


@pytest.mark.parametrize(
    "change",
    [
        "del messages[number]",
        "messages.sort(key=str)",
        "messages = sorted(messages, key=str)",
        "messages[0] |= given",
        "messages[0].update(given)",
        "messages *= number",
        "messages[0]['content'] *= 2",
    ],
)
def test_a_change_that_is_not_followed_is_not_known(change: str) -> None:
    assert not ask(f"messages = [{SAID}, {MORE}]", change, sent=ASK.format("messages")).complete


def test_words_in_their_order() -> None:
    words = "words = ['pears', 'apples']"
    for change in ("words.sort()", "words = sorted(words)"):
        request = ask(words, change, "text = ', '.join(words)", sent=ASK.format("[{'role': 'user', 'content': text}]"))
        assert parts(request) == [("user", "apples, pears")]


def test_a_text_that_is_repeated() -> None:
    text = "text = 'One clerk. '\ntext *= 3\ntext += 'That is all.'"
    request = ask(text, sent=ASK.format("[{'role': 'user', 'content': text}]"))
    assert (parts(request), request.complete) == ([("user", "One clerk. " * 3 + "That is all.")], True)


@pytest.mark.parametrize("base", ["", "BASE = "])
def test_a_message_that_is_put_into_another_gives_it_its_role(base: str) -> None:
    name, outside = ("BASE", f"BASE = {SAID}\n") if base else ("base", "")
    made = "" if base else f"base = {SAID}"
    sent = ASK.format(f"[{{**{name}, 'content': 'Be brief.'}}, {name}.copy(), {MORE}]")
    body = f"    {made}\n" if made else ""
    (request,) = requests_of(f"{outside}def ask(question):\n{body}    return {sent}\n")
    expected = [("system", "Be brief."), *([("system", "Be kind.")] if not base else []), ("user", "{question}")]
    assert [each for each in parts(request) if each[0] != "unknown"] == expected


def test_what_has_no_known_role_or_provider_is_not_complete() -> None:
    request = ask(sent=ASK.format("[{'role': question, 'content': 'Be brief.'}]"))
    assert (parts(request), request.complete) == ([("unknown", "Be brief.")], False)
    (request,) = requests_of("""
        from langchain.agents import create_agent
        agent = create_agent("gpt-4.1", tools=[], system_prompt="You sort letters.")

        def ask(question):
            return agent.invoke({"messages": [{"role": "user", "content": question}]})
    """)
    assert (request.provider, [each.slot for each in request.unresolved]) == ("", ["provider"])


def test_an_object_in_the_place_of_a_list_is_not_known() -> None:
    (request,) = requests_of(f"""
        class Messages(list):
            def user(self, text):
                self.append({{"role": "user", "content": text}})

        def ask():
            messages = Messages()
            messages.user("This one is sent, too.")
            return {ASK.format("messages")}
    """)
    assert not request.complete


TUNING = """
KIND = "Be kind to all."
class Settings:
    def __init__(self):
        self.model = "gpt-5.2"
        self.system = KIND
def made():
    return {"system": KIND, "model": "gpt-5.2"}
def tune(held):
    held.model = "o3"
    held.system = "Be brief."
def name(held):
    setattr(held, "system", "Be brief.")
def fill(plain, held=None):
    held["system"] = "Be brief."
def look(held):
    print(held["system"], held.system)
    own = {}
    own["system"] = held.system = "Be brief." if False else held.system
shared = Settings()
"""


@pytest.mark.parametrize(
    ("statements", "model", "text", "complete"),
    [
        ("held = Settings()\ntune(held)", "held.model", "held.system", False),
        ("held = Settings()\nname(held)", "held.model", "held.system", False),
        ("tune(shared)", "shared.model", "'Say: ' + shared.system", False),
        ("held = Settings()\nprint(held)", "held.model", "held.system", True),
        ("held = {'system': KIND, 'model': 'gpt-5.2'}\nfill(1, held)", "held['model']", "held['system']", False),
        ("held = {'system': KIND, 'model': 'gpt-5.2'}\nfill(1, held=held)", "held['model']", "held['system']", False),
        ("held = {'system': KIND, 'model': 'gpt-5.2'}\nfill(held, {})", "held['model']", "held['system']", True),
        ("held = made()\nfill(1, held)", "held['model']", "held['system']", False),
        ("held = [made()]\nheld[0]['system'] = 'Be brief.'", "held[0]['model']", "held[0]['system']", True),
    ],
)
def test_what_a_function_sets_in_what_it_is_given(statements: str, model: str, text: str, complete: bool) -> None:
    body = statements.replace("\n", "\n    ")
    sent = f'client.chat.completions.create(model={model}, messages=[{{"role": "user", "content": {text}}}])'
    (request,) = requests_of(f"{TUNING}def ask():\n    {body}\n    {sent}\n")
    assert request.complete is complete
    if "brief" in statements:
        assert parts(request) == [("user", "Be brief.")]
    elif "held[" in text:
        # What it was before may be sent, too.
        assert "Be kind to all." in parts(request)[0][1] and request.model == "gpt-5.2"


@pytest.mark.parametrize(
    ("held", "within", "text", "complete"),
    [
        ("{'system': KIND}", "held['system'] = word", "held['system']", False),
        ("{'system': KIND}", "held[word] = word", "held['system']", False),
        ("{'system': KIND}", "held = {}\n        held['system'] = word", "held['system']", True),
        ("[KIND]", "held[0] = word", "held[0]", False),
        ("[KIND]", "held[word] = word", "'; '.join(held)", False),
        ("[KIND]", "print(held[0])", "held[0]", True),
    ],
)
def test_what_an_inner_function_sets(held: str, within: str, text: str, complete: bool) -> None:
    sent = ASK.format(f'[{{"role": "user", "content": "Say: " + {text}}}]')
    inner = f"def inner(word):\n        {within}\n    inner('Be brief.')"
    (request,) = requests_of(f'KIND = "Be kind to all."\ndef ask():\n    held = {held}\n    {inner}\n    {sent}\n')
    assert request.complete is complete
