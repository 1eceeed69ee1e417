"""Requests with texts out of lists and dicts of the program: examples, rows, what Python's functions make of them."""

from __future__ import annotations

import textwrap

import pytest
from requested import ASK, MORE, SAID, parts, requests_of, shown

from promptlint.prompt import Request
from promptlint.rules.useless_cache_control import check as useless_cache_control
from promptlint.template import Choice

ASKED = ASK.format('[{"role": "user", "content": content}]')
DATA = """
from string import Template
import json, random
SHOTS = [("What is the sun?", "a star"), ("What is the moon?", "a rock")]
ROWS = [{"q": "What is the sun?", "a": "a star"}, {"q": "What is the moon?", "a": "a rock"}]
ROW = {"q": "What is the sun?"}
"""


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("''.join(f'{x} {y}' for x, y in SHOTS)", "[What is the sun?|What is the moon? a star|a rock]"),
        ("''.join('{q} {a}'.format(**row) for row in ROWS)", "[What is the sun?|What is the moon? a star|a rock]"),
        ("'Is it? {q}'.format(**ROW)", "Is it? What is the sun?"),
        ("Template('Is it? $q').substitute(ROW)", "Is it? What is the sun?"),
        ("Template('Is it? $q').safe_substitute(dict(q='Who knows?'))", "Is it? Who knows?"),
    ],
)
def test_texts_of_rows_stand_where_they_are_put(given: str, sent: str) -> None:
    (found,) = requests_of(f"{DATA}\ndef main():\n    content = {given}\n    {ASKED}")
    assert (parts(found), found.complete) == ([("user", sent)], True)


def test_lists_that_are_zipped_give_one_text_each() -> None:
    (found,) = requests_of(
        f"""
        def main():
            content = "Say it:"
            for x, y in zip(["Be kind now.", "Be wise now."], ["yes", "no"]):
                content += x
            {ASKED}
        """
    )
    assert (parts(found)[0][1], found.complete) == ("Say it:[Be kind now.|Be wise now.]", True)


@pytest.mark.parametrize(
    "given",
    [
        "'Rows: ' + json.dumps(ROWS)",
        "f'Rows: {ROWS}'",
        "'Rows: ' + str(ROW)",
        "'It is: ' + max('Be kind now.', 'Be wise now.')",
        "'It is: ' + random.choice(SHOTS)[0]",
        "random.choice(['Be kind now.', PROMPT])",
        "'It is: %r' % 'Be kind now.'",
        "'It is: %.5s' % 'Be kind now.'",
    ],
)
def test_what_functions_make_of_texts_of_the_program_is_not_known_in_full(given: str) -> None:
    source = f"{DATA}\nPROMPT = 'You are a helper.'\ndef main():\n    content = {given}\n    {ASKED}"
    (found,) = requests_of(source)
    assert not found.complete


def test_what_callers_give_is_lost_in_another_form() -> None:
    found = requests_of(
        f"""
        import json
        def ask(question, rules):
            content = question + "Rules: " + json.dumps(rules)
            {ASKED}
        ask("What is the time over there?", ["Be kind to them."])
        """
    )
    assert [each.complete for each in found] == [False]
    (found_of_values,) = requests_of(
        f"""
        import json
        def ask(question, rules):
            content = question + "Rules: " + json.dumps(rules)
            {ASKED}
        def main(rules):
            ask("What is the time over there?", rules)
        """
    )
    assert found_of_values.complete


WRAP = "def d(s):\n    def wrap(f):\n        def g(*a): return f(*a){}\n        return g\n    return wrap"


@pytest.mark.parametrize(
    ("decorator", "above", "complete"),
    [
        (WRAP.format(" + s"), "d(X)", False),
        ("def d(f): return lambda: X", "d", False),
        ("from functools import singledispatch as d", "d", False),
        (WRAP.format(""), "d(X)", True),
    ],
)
def test_a_decorator_that_makes_another_text_is_not_known(decorator: str, above: str, complete: bool) -> None:
    (found,) = requests_of(
        f"X = 'Be kind.'\n{decorator}\n@{above}\ndef tell():\n    return 'Be wise now.'\n"
        f"def main():\n    content = tell()\n    {ASKED}"
    )
    assert found.complete == complete


@pytest.mark.parametrize(("call", "complete"), [("f(u, tone=X, **k)", False), ("f(u, **k)", True)])
def test_a_decorator_that_gives_more_leaves_what_is_sent_unknown(call: str, complete: bool) -> None:
    found = requests_of(
        f"""
        X = "Be kind."
        def with_tone(f):
            def g(u, **k):
                return {call}
            return g
        @with_tone
        def ask(content, tone="Be wise now."):
            {ASKED.replace("[{", '[{"role": "system", "content": tone}, {')}
        ask("What is the time over there?")
        """
    )
    assert [each.complete for each in found] == [complete]


@pytest.mark.parametrize("change", ["own.append({'role': 'user', 'content': 'Be kind.'})", "own += [more]"])
def test_a_list_of_the_module_that_is_changed_under_another_name_is_not_known_in_full(change: str) -> None:
    (found,) = requests_of(
        f"""
        MESSAGES = [{{"role": "system", "content": "Be wise now."}}]
        def main(more):
            own = MESSAGES
            {change}
            {ASK.format("MESSAGES")}
        """
    )
    assert not found.complete


@pytest.mark.parametrize("given", ["TABLE[key]('Who are you?')", "'Say: ' + TABLE['a']('Who are you?')"])
def test_what_a_function_out_of_a_table_makes_of_a_text_is_not_that_text(given: str) -> None:
    (found,) = requests_of(
        f"TABLE = {{'a': lambda x: x + ' Be kind.'}}\ndef main(key):\n    content = {given}\n    {ASKED}"
    )
    assert not found.complete
    assert "Who are you?" not in dict(parts(found))["user"].split("{")[0]


EPHEMERAL = '{"type": "ephemeral"}'
PLAIN = 'block = {"type": "text", "text": system}'


@pytest.mark.parametrize(
    ("made", "system"),
    [
        (f'{PLAIN}\n    if cache:\n        block["cache_control"] = {EPHEMERAL}', "[block]"),
        (f'blocks = [{{"type": "text", "text": system}}]\n    if cache:\n'
         f'        blocks[-1]["cache_control"] = {EPHEMERAL}', "blocks"),
        (f'{PLAIN}\n    if cache:\n        block = {{**block, "cache_control": {EPHEMERAL}}}', "[block]"),
        ("", f'[{{"type": "text", "text": system, **({{"cache_control": {EPHEMERAL}}} if cache else {{}})}}]'),
        ("", f'[{{"type": "text", "text": system, "cache_control": {EPHEMERAL} if cache else None}}]'),
        (f'{PLAIN}\n    if not cache:\n        pass\n    else:\n        block["cache_control"] = MARKER', "[block]"),
        ('row = [{"text": system}]\n    if cache:\n        row.append({"cachePoint": {"type": "default"}})', "row"),
    ],
)  # fmt: skip
def test_a_cache_marker_that_a_condition_sets(made: str, system: str) -> None:
    """Where a call decides the condition it is set or not; otherwise nothing is said of what it stores."""
    code = f"""
import anthropic
client = anthropic.Anthropic()
MARKER = {EPHEMERAL}
def ask(system, text, cache):
    {made or "pass"}
    return client.messages.create(
        model="claude-sonnet-4-5", max_tokens=9, system={system}, messages=[{{"role": "user", "content": text}}]
    )
"""
    for given, expected in (("True", True), ("False", False), ("len(q) > 9", None)):
        found = requests_of(f"{code}def short(q):\n    ask('Be brief.', q, cache={given})")
        (sent,) = (each for each in found if parts(each)[0] == ("system", "Be brief."))
        assert len(sent.prompts) == 2
        assert bool(list(useless_cache_control(sent))) is (expected is True), given
        assert bool(sent.markers) is (expected is not False), given


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("' '.join(filter(None, ['Be kind.', '', 'Be short.' if question else '']))", "Be kind. Be short.|"),
        ("' '.join(filter(None, [None, 'Be kind.', None if question else 'Be short.']))", "Be kind.| Be short."),
        ("' '.join(list(filter(bool, ['Be kind.', question])))", "Be kind. {question}"),
        ("' '.join(filter(needed, ['Be kind.', question]))", "{content}"),
    ],
)
def test_texts_that_are_empty_are_taken_out_of_a_list(given: str, sent: str) -> None:
    (found,) = requests_of(f"\ndef main(question):\n    content = {given}\n    {ASKED}")
    assert parts(found) == [("user", sent)]


def _in_blocks(text: str, marker: str = "", more: str = "") -> Request:
    """A request whose system blocks are cut at a separator, for a caller that gives this text."""
    code = f"""
        SEPARATOR = "--cut--"
        RULES = "Be kind."
        BOTH = "Be kind.--cut--Be short."

        def ask(system, question, cache=True):
            if cache and SEPARATOR in system:
                first, second = system.split(SEPARATOR, 1)
                blocks = [{{"type": "text", "text": first{marker}}}]
                if second.strip():
                    blocks.append({{"type": "text", "text": second}})
            else:
                blocks = [{{"type": "text", "text": system}}]
                {more or "pass"}
            messages = [{{"role": "user", "content": question}}]
            return anthropic.Anthropic().messages.create(model="claude-sonnet-4-5", system=blocks, messages=messages)

        def main(question, settings):
            return ask({text}, question)
    """
    (request,) = requests_of("import anthropic\n" + textwrap.dedent(code))
    return request


MARKED = ', "cache_control": {"type": "ephemeral"}'
IS_CUT = "cache and SEPARATOR in system"


def test_blocks_of_two_ways_are_those_of_the_one_that_a_call_takes() -> None:
    for marker in ("", MARKED):
        request = _in_blocks("RULES", marker, 'blocks[0]["cache_control"] = {"type": "ephemeral"}')
        assert (parts(request), request.complete) == ([("system", "Be kind."), ("user", "{question}")], True)
        assert [prompt.when for prompt in request.prompts] == [(), ()]


def test_blocks_of_two_ways_are_told_each_under_its_condition() -> None:
    request = _in_blocks("settings.rules", MARKED)
    assert parts(request)[:3] == [("system", "{first}"), ("system", "{second}"), ("system", "{system}")]
    assert [prompt.when for prompt in request.prompts[:3]] == [
        ((IS_CUT, True),), ((IS_CUT, True), ("second.strip()", True)), ((IS_CUT, False),)
    ]  # fmt: skip
    (choice,) = _in_blocks("settings.rules").prompts[0].template
    assert isinstance(choice, Choice)
    assert (choice.condition, list(map(shown, choice.branches))) == (
        IS_CUT, ["{first}{second}|", "{system}"]
    )  # fmt: skip


@pytest.mark.parametrize(("mode", "told"), [("strict", "Be strict with every word."), ("loose", "Be kind to all.")])
def test_a_name_of_a_text_decides_a_condition_as_the_text_does(mode: str, told: str) -> None:
    code = f"""
        STRICT = "strict"

        def ask(mode, question):
            told = "Be strict with every word." if mode == STRICT else "Be kind to all."
            messages = [{{"role": "user", "content": told + question}}]
            return client.chat.completions.create(model="gpt-5", messages=messages)

        def main(question):
            return ask("{mode}", question)
    """
    (request,) = requests_of(code)
    assert parts(request) == [("user", told + "{question}")]


FORMS = """
from pydantic import BaseModel

class Receipt(BaseModel):
    total: float

class Letter(BaseModel):
    sender: str

FORMS = {{"receipt": Receipt, "letter": Letter}}

def read(kind, text):
    {set}
    messages = [{{"role": "user", "content": "Read this: " + text}}]
    return client.chat.completions.create(model="gpt-5", response_model={given}, messages=messages)
"""


@pytest.mark.parametrize(
    ("given", "set_before", "told"),
    [
        ("Receipt", "", ["Receipt"]),
        ("FORMS[kind]", "", ["Receipt", "Letter"]),
        ("form", "form = FORMS.get(kind, Receipt)", ["Receipt", "Letter"]),
        ("Receipt if kind == 'receipt' else Letter", "", ["Receipt", "Letter"]),
        ("form", "form = Letter if kind else Receipt", ["Letter", "Receipt"]),
    ],
)
def test_a_form_of_the_answer_that_is_one_of_several_is_not_known(
    given: str, set_before: str, told: list[str]
) -> None:
    (request,) = requests_of(FORMS.format(set=set_before, given=given))
    assert [schema.name for schema in request.schemas] == told
    assert [(each.slot, each.expression) for each in request.unresolved] == ([("schemas", given)] if told[1:] else [])


COUNTED = """
def ask(question, turns=None):
    if turns is None:
        turns = [{{"role": "user", "content": question}}]
    {before}
    told = "Answer in one line." if {asked} else "Answer as you did before."
    messages = [{{"role": "system", "content": told}}, *turns]
    return client.chat.completions.create(model="gpt-5", messages=messages)

def main(text):
    return ask("What is this? " + text)
"""
ONCE, AGAIN = "Answer in one line.", "Answer as you did before."


@pytest.mark.parametrize(
    ("asked", "before", "told"),
    [
        ("len(turns) == 1", "", ONCE),
        ("len(turns) != 1", "", AGAIN),
        ("len(turns) > 1", "", AGAIN),
        ("len(turns) >= 1", "", ONCE),
        ("len(turns) < 2", "", ONCE),
        ("len(turns) <= 0", "", AGAIN),
        ("len(turns) == 2", "turns.append({'role': 'user', 'content': 'Be quick.'})", ONCE),
        ("len(turns) == 1", "enrich(turns)", f"{ONCE}|{AGAIN}"),
        ("len(turns) == 1", "turns.extend(load())", f"{ONCE}|{AGAIN}"),
        ("len(turns) == size", "", f"{ONCE}|{AGAIN}"),
    ],
)
def test_how_many_items_a_list_has_decides_a_condition(asked: str, before: str, told: str) -> None:
    (request,) = requests_of(COUNTED.format(asked=asked, before=before))
    assert parts(request)[0] == ("system", told)


def test_how_many_items_a_list_has_in_a_loop_decides_nothing() -> None:
    code = """
        def main():
            turns = [{"role": "user", "content": "Hello there."}]
            while True:
                told = "Answer in one line." if len(turns) == 1 else "Answer as you did before."
                messages = [{"role": "system", "content": told}, *turns]
                client.chat.completions.create(model="gpt-5", messages=messages)
                turns.append({"role": "user", "content": input()})
    """
    (request,) = requests_of(code)
    assert parts(request)[0] == ("system", f"{ONCE}|{AGAIN}")


POSTS = """
import httpx
import requests
from elsewhere import other, more
URL = "https://api.openai.com/v1/chat/completions"
"""
CHAT = '{"model": "gpt-5.2", "messages": [' + SAID + ", " + MORE + "]}"
PLAIN = '{"model": "gpt-5.2", "KEY": "Be kind. " + question}'
WAYS = "    if fast:\n        body = {}\n    else:\n        body = {}\n"


def posted(body: str, by: str = "requests.post(URL, json=body)") -> Request:
    """The one request of a function that posts what it makes."""
    (found,) = requests_of(f"{POSTS}\ndef ask(question, fast):\n{body}    return {by}\n")
    return found


@pytest.mark.parametrize("key", ["prompt", "input", "contents"])
@pytest.mark.parametrize("by", ["requests.post(URL, json=body)", "httpx.post(URL, json=body)"])
def test_a_body_with_messages_or_with_something_else_is_not_known(key: str, by: str) -> None:
    # It was told as the messages alone, known in full.
    plain = PLAIN.replace("KEY", key)
    put = f'    body = {{"model": "gpt-5.2"}}\n    if fast:\n        body["messages"] = [{MORE}]\n    else:\n'
    for body in (
        WAYS.format(CHAT, plain),
        f"    body = {plain}\n    if fast:\n        body = {CHAT}\n",
        f'{put}        body["{key}"] = "Be kind. " + question\n',
    ):
        found = posted(body, by)
        assert not found.complete and all(prompt.conditions == ("fast",) for prompt in found.prompts)
        assert [each.slot for each in found.unresolved] == ["messages"]
    assert posted(WAYS.format(CHAT, CHAT), by).complete


@pytest.mark.parametrize(
    ("body", "known"),
    [
        (f"    body = {CHAT}\n    body['stream'] = True\n", True),
        (f"    body = {{**more(), **{CHAT}}}\n", False),
        (f"    body = {CHAT}\n    body.update(more())\n", False),
        (f"    body = {CHAT} if fast else other(question)\n", False),
        (f"    body = {CHAT}\n    if fast:\n        body = fast.body\n", False),
    ],
)
def test_what_else_stands_in_a_body_is_not_known(body: str, known: bool) -> None:
    assert posted(body).complete is known
    assert posted(body, "client.chat.completions.create(**body)").complete is known


def test_a_prompt_or_messages_by_a_condition() -> None:
    create = 'client.completions.create(model="gpt-5.2", **given)'
    body = '    given = {}\n    if fast:\n        given["prompt"] = "Be kind. " + question\n'
    assert [each.conditions for each in posted(body, create).prompts] == [("fast",)]
    alone = 'client.completions.create(model="gpt-5.2", prompt="Be kind. " + question if fast else None)'
    assert [each.conditions for each in posted("", alone).prompts] == [("fast",)]


@pytest.mark.parametrize("text", ['"Be kind. " + question', 'f"{RULE} {question}"', 'RULE + "\\n" + question'])
def test_a_list_of_messages_or_a_text_in_the_place_of_it(text: str) -> None:
    # One of the two was left out.
    for ways in (f"[{MORE}] if fast else {text}", f"{text} if not fast else [{MORE}]"):
        for sent in ("input=said", "**{'input': said}"):
            code = f'RULE = "Be kind."\ndef ask(question, fast):\n    said = {ways}\n'
            (found,) = requests_of(f"{code}    return client.responses.create(model='gpt-5.2', {sent})\n")
            assert [role for role, _ in parts(found)] == ["user", "user"] and found.complete
            assert len({each.conditions for each in found.prompts}) == 2
