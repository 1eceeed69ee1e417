"""Models, and who serves them, that are so by default only: what else may say so is told, and why it is not known."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from requested import parts, requests_of
from timing import seconds, within

from promptlint.classes import Classes
from promptlint.extract.python import facts
from promptlint.modules import Modules
from promptlint.prompt import Request
from promptlint.source import Source
from promptlint.template import Span, Text

SAID = '[{"role": "user", "content": "Name a plant: " + question}]'


def asked(model: str, head: str = "", more: str = "") -> Request:
    """The one request of a program that asks for a model."""
    ask = f"    return client.chat.completions.create(model={model}, messages={SAID})\n"
    (found,) = requests_of(f"import os\n{head}\ndef ask(question, config, given=None):\n{more}{ask}")
    return found


def by_default(request: Request) -> list[tuple[str, str, str]]:
    return [(each.slot, each.expression, each.default) for each in request.unresolved]


@pytest.mark.parametrize(
    ("model", "first"),
    [
        ('os.environ.get("X") or "gpt-5"', 'os.environ.get("X")'),
        ('os.getenv("X", "gpt-5")', 'os.getenv("X", "gpt-5")'),
        ('config.get("model", "gpt-5")', 'config.get("model", "gpt-5")'),
        ('config.pop("model_name", "gpt-5")', 'config.pop("model_name", "gpt-5")'),
        ('config["model"] if "model" in config else "gpt-5"', 'config["model"]'),
        ('config.model or config.other or "gpt-5"', "config.model"),
        ('given or "gpt-5"', "given"),
    ],
)
def test_a_model_behind_others_is_one_by_default(model: str, first: str) -> None:
    found = asked(model)
    assert (found.provider, found.model, found.complete, found.whole) == ("openai", "gpt-5", False, True)
    assert by_default(found) == [("model", first, "gpt-5")]


def test_the_last_of_several_that_a_function_gives_back_is_one_by_default() -> None:
    head = """
def named(config):
    found = config.read().get("model")
    if found:
        return found
    every = config.every()
    if every:
        return every[0]
    return "gpt-5"
"""
    found = asked("given or named(config)", head)
    assert (found.model, by_default(found)) == ("gpt-5", [("model", "given", "gpt-5")])
    more = '    try:\n        name = config.read()["model"]\n    except KeyError:\n        name = "gpt-5"\n'
    found = asked("name", more=more)
    assert by_default(found) == [("model", 'config.read()["model"]', "gpt-5")]


@pytest.mark.parametrize("calls", ["", "def run(question):\n    return ask(question, 'o3'), ask(question)\n"])
def test_the_default_of_a_parameter_is_told_where_it_stands(calls: str) -> None:
    # It was told at a call that gives another one.
    head = 'def ask(question, model="gpt-5"):\n'
    code = f"{head}    return client.chat.completions.create(model=model, messages={SAID})\n{calls}"
    found = next(each for each in requests_of(code) if each.model == "gpt-5")
    (usual,) = found.unresolved
    assert (usual.default, usual.expression) == ("gpt-5", "model")
    assert usual.span.start < found.span.start and usual.span.end - usual.span.start == len("gpt-5")


@pytest.mark.parametrize(
    ("model", "more"),
    [
        ('name or "gpt-5"', ""),
        ('name if name else "gpt-5"', ""),
        ("name", 'if not name:\n        name = "gpt-5"'),
        ("name", 'if name is None:\n        name = "gpt-5"'),
        ("name", 'if name == "":\n        name = "gpt-5"'),
        ("other", 'other = "gpt-5"\n    if name:\n        other = name'),
        ("other", 'other = "gpt-5"\n    if name is not None:\n        other = name'),
        ("config.name", 'config.name = name\n    if not config.name:\n        config.name = "gpt-5"'),
        ("other", 'if (found := os.getenv("OTHER")):\n        other = found\n    else:\n        other = "gpt-5"'),
    ],
)
def test_a_name_that_is_asked_whether_it_is_there_is_what_it_was_given(model: str, more: str) -> None:
    found = asked(model, more=f'    name = os.getenv("NAME")\n    {more}\n')
    assert found.model == "gpt-5"
    assert [(slot, default) for slot, _, default in by_default(found)] == [("model", "gpt-5")]


def test_an_address_of_which_a_name_is_asked_whether_it_is_there() -> None:
    more = """    base = os.getenv("BASE")
    if not base:
        base = "https://api.deepseek.com/v1"
    client = openai.OpenAI(base_url=base)
"""
    found = asked('"deepseek-chat"', "import openai\n", more)
    assert (found.provider, [each[::2] for each in by_default(found)]) == ("deepseek", [("provider", "deepseek")])


@pytest.mark.parametrize(
    ("model", "first"),
    [
        ('"gpt-5" if config.fast else config.slow', "config.slow"),
        ('"gpt-5" if config.name.startswith("o1") else config.name', "config.name"),
        ('"gpt-5" if config.name == "default" else config.name', "config.name"),
        ('name if config.debug else "gpt-5"', 'os.environ["DEBUG"]'),
        # The other way round the name is nothing where it is taken.
        ('name if not name else "gpt-5"', 'os.environ["DEBUG"]'),
    ],
)
def test_one_of_two_models_by_a_condition_is_no_default(model: str, first: str) -> None:
    found = asked(model, more='    name = os.environ["DEBUG"]\n')
    assert (found.model, by_default(found)) == ("", [("model", first, "")])


@pytest.mark.parametrize(
    ("calls", "default"),
    [
        ("", True),
        ("ask('Which one?')", False),
        ("ask(texts[0])\nask(texts[1], model=texts[2])", True),
    ],
)
def test_what_a_parameter_is_by_default(calls: str, default: bool) -> None:
    head = f'def ask(question, model="gpt-5"):\n    said = {SAID}\n'
    for model in ("model", "self.model"):
        code = f"{head}    return client.chat.completions.create(model=model, messages=said)\n{calls}"
        if model == "self.model":
            code = (
                'class Desk:\n    def __init__(self, shop, model="gpt-5"):\n        self.model = model\n'
                f"    def ask(self, question):\n        said = {SAID}\n"
                "        return client.chat.completions.create(model=self.model, messages=said)\n"
                + calls.replace("ask", "Desk")
            )
        found = requests_of(code)
        assert found and all(each.model in ("gpt-5", "") for each in found)
        # With each of its calls that is told for itself it is known.
        assert any(each.unresolved for each in found) == default


@pytest.mark.parametrize("field", ['"gpt-5"', 'Field(default="gpt-5", alias="NAME")'])
@pytest.mark.parametrize("base", ["BaseSettings", "Above"])
def test_what_a_field_of_settings_is_by_default(field: str, base: str) -> None:
    head = f"""
from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings
class Above(BaseSettings):
    level: int = 3
class Settings({base}):
    name: str = {field}
settings = Settings()
"""
    found = asked("settings.name", head)
    assert (found.model, by_default(found)) == ("gpt-5", [("model", "Settings.name", "gpt-5")])
    found = asked("settings.name", head.replace(f"Settings({base})", "Settings(BaseModel)"))
    assert (found.model, found.complete) == ("gpt-5", True)


@pytest.mark.parametrize(
    "field",
    [
        "str = SMALL",
        "str = Field(SMALL)",
        "str = Field(default=SMALL)",
        "str = TABLE['small']",
        "str = Field(default=TABLE['small'])",
        "str = Models.SMALL.value",
        "str = smallest()",
    ],
)
def test_a_constant_in_a_field_of_settings_is_its_default(field: str) -> None:
    head = f"""
import enum
from typing import ClassVar
from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings
SMALL = "gpt-5"
TABLE = {{"small": "gpt-5", "large": "gpt-4o"}}
class Models(enum.Enum):
    SMALL = "gpt-5"
def smallest():
    return "gpt-5"
class Settings(BaseSettings):
    name: {field}
    names: list[str] = ["gpt-5"]
    table: dict[str, str] = {{"small": "gpt-5"}}
    fixed: ClassVar[str] = "gpt-5"
    own: ClassVar[str] = SMALL
settings = Settings()
"""
    found = asked("settings.name", head)
    assert (found.model, by_default(found)) == ("gpt-5", [("model", "Settings.name", "gpt-5")])
    for model, name in (("settings.names[0]", "names[0]"), ("settings.table['small']", 'table["small"]')):
        assert by_default(asked(model, head)) == [("model", f"Settings.{name}", "gpt-5")]
    for model in ("SMALL", "settings.fixed", "settings.own", "Settings.fixed"):
        # Nothing else gives these.
        assert asked(model, head).complete
    assert asked("settings.name", head.replace("Settings(BaseSettings)", "Settings(BaseModel)")).complete


@pytest.mark.parametrize(
    ("field", "said", "name"),
    [
        ("Llm = Llm()", "gpt-5", "Llm.name"),
        ('Llm = Llm(name="gpt-4o")', "gpt-4o", "Settings.llm.name"),
    ],
)
def test_what_a_model_within_settings_is_by_default(field: str, said: str, name: str) -> None:
    head = f"""
from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings
class Llm(BaseModel):
    name: str = "gpt-5"
class Settings(BaseSettings):
    llm: {field}
settings = Settings()
"""
    found = asked("settings.llm.name", head)
    assert (found.model, by_default(found)) == (said, [("model", name, said)])
    found = asked("settings.llm.name", head.replace("Settings(BaseSettings)", "Settings(BaseModel)"))
    assert (found.model, found.complete) == (said, True)


def test_who_serves_a_model_that_is_one_by_default_is_so_by_default() -> None:
    code = f"""
    import litellm, os

    def ask(question):
        return litellm.completion(model=os.getenv("NAME", "anthropic/claude-sonnet-4-5"), messages={SAID})
    """
    (found,) = requests_of(code)
    assert (found.provider, [each[::2] for each in by_default(found)]) == (
        "anthropic",
        [("model", "anthropic/claude-sonnet-4-5"), ("provider", "anthropic")],
    )


@pytest.mark.parametrize(
    "given",
    [
        'custom_llm_provider="deepseek"',
        'api_base="https://api.deepseek.com"',
    ],
)
def test_who_serves_a_call_by_the_default_of_a_parameter_is_so_by_default(given: str) -> None:
    name = given.partition("=")[0]
    code = f"""
    import litellm

    def ask(question, {given}):
        return litellm.completion(model="chat-x", messages={SAID}, {name}={name})
    """
    (found,) = requests_of(code)
    assert (found.provider, found.model) == ("deepseek", "chat-x")
    assert by_default(found) == [("provider", name, "deepseek")]
    # What the call itself says is known.
    (found,) = requests_of(code.replace(f"{name}={name}", given))
    assert (found.provider, by_default(found)) == ("deepseek", [])


@pytest.mark.parametrize(
    "address", ['os.getenv("AT", "https://api.deepseek.com")', 'os.getenv("AT") or "https://api.deepseek.com"', "at"]
)
def test_who_answers_at_an_address_that_is_one_by_default(address: str) -> None:
    code = f"""
    import os

    class Desk:
        def __init__(self, at="https://api.deepseek.com"):
            self.client = OpenAI(base_url={address})

        def ask(self, question):
            return self.client.chat.completions.create(model="deepseek-chat", messages={SAID})
    """
    (found,) = requests_of(code)
    assert (found.provider, found.model) == ("deepseek", "deepseek-chat")
    assert [each[::2] for each in by_default(found)] == [("provider", "deepseek")]


def test_the_fields_of_many_settings_are_found_in_linear_time() -> None:
    def fields(number: int) -> Callable[[], None]:
        made = "".join(f"class S{each}(BaseSettings):\n    model: str = 'gpt-5'\n" for each in range(number))
        read = facts(Source.from_bytes("app.py", f"from pydantic_settings import BaseSettings\n{made}".encode()))

        def find() -> None:
            classes = Classes([read], Modules([read]))
            classes.from_outside((Text("gpt-5", Span("app.py", 0, 0), False),))
            assert classes.fields is not None and len(classes.fields) == number

        return find

    within(8 * seconds(fields(200)) * 3 + 0.05, fields(1600))


def test_a_condition_without_a_name_asks_for_none() -> None:
    found = asked('"gpt-5" if [1][0] else config.name')
    assert (found.model, [slot for slot, _, _ in by_default(found)]) == ("", ["model"])


def test_settings_within_settings_are_no_deep_recursion() -> None:
    models = "".join(f"class M{n}(BaseModel):\n    inner: M{n + 1}\n" for n in range(1_500))
    code = f"from pydantic import BaseModel\nfrom pydantic_settings import BaseSettings\n{models}"
    code += "class M1500(BaseModel):\n    rest: str = ''\n"
    code += "class S(BaseSettings):\n    inner: M0\n    model: str = 'gpt-5'\nsettings = S()\n"
    code += f"client.chat.completions.create(model=settings.model, messages={SAID})\n"
    assert [each.model for each in requests_of(code)] == ["gpt-5"]


PARSED = """
import argparse
SMALL = "gpt-5"
def arguments():
    parser = argparse.ArgumentParser()
    OPTION
    return parser.parse_args()
args = argparse.Namespace()
"""


@pytest.mark.parametrize(
    ("option", "read", "model"),
    [
        ("parser.add_argument('--model', default='gpt-5')", "args.model", "gpt-5"),
        ("parser.add_argument('-m', '--model', type=str, default=SMALL)", "args.model", "gpt-5"),
        ("parser.add_argument('--chat-model', default='gpt-5')", "args.chat_model", "gpt-5"),
        ("parser.add_argument('-m', dest='model', default='gpt-5')", "args.model", "gpt-5"),
        ("parser.add_argument('model', nargs='?', default='gpt-5')", "args.model", "gpt-5"),
        ("parser.add_argument('--model', default='gpt-5')", "args.other_model", ""),
        ("parser.add_argument('--model', default='gpt-5')", "question.model", ""),
        ("parser.add_argument('--model', required=True)", "args.model", ""),
        ("parser.add_argument('--model', default=None)", "args.model", ""),
        # Of two parsers it is not known whose arguments these are.
        (
            "parser.add_argument('--model', default='gpt-5')\n    other.add_argument('--model', default='gpt-4o')",
            "args.model",
            "",
        ),
    ],
)
def test_an_option_of_a_command_line_names_a_model_by_default(option: str, read: str, model: str) -> None:
    found = asked(read, PARSED.replace("OPTION", option), "    args = arguments()\n")
    assert found.model == model
    assert by_default(found) == [("model", read, model)]


def test_an_option_that_is_handed_on_names_a_model_by_default() -> None:
    (found,) = requests_of(f"""
import argparse
import asyncio
async def ask(model):
    return client.chat.completions.create(model=model, messages={SAID})
if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="gpt-5")
    args = parser.parse_args()
    asyncio.run(ask(args.model))
""")
    assert (found.model, by_default(found)) == ("gpt-5", [("model", "args.model", "gpt-5")])


@pytest.mark.parametrize("end", ["", "    else:\n        print(args.model)\n"])
def test_a_model_that_is_set_under_a_condition_is_one_of_two(end: str) -> None:
    head = PARSED.replace("OPTION", "parser.add_argument('--model', default='gpt-5')")
    fast = "    args = arguments()\n    if args.fast:\n        args.model = 'gpt-5-nano'\n"
    found = asked("args.model", head, fast + end)
    assert (found.model, found.complete) == ("", False)
    found = asked("args.model", head, f"{fast}    else:\n        args.model = 'gpt-5-nano'\n")
    assert (found.model, found.complete) == ("gpt-5-nano", True)


def test_a_model_that_is_set_is_no_option() -> None:
    head = PARSED.replace("OPTION", "parser.add_argument('--model', default='gpt-5')")
    found = asked("args.model", head, "    args = arguments()\n    args.model = 'gpt-4o'\n")
    assert (found.model, found.complete) == ("gpt-4o", True)


@pytest.mark.parametrize(
    ("above", "parameter"),
    [
        ("@click.command()\n@click.option('--model', '-m', default='gpt-5')", "model"),
        ("@click.command()\n@click.option('--llm', 'model', default=SMALL)", "model"),
        ("@cli.command()", "model: str = typer.Option('gpt-5', '--model')"),
        ("@cli.command()", "model: str = typer.Option(default=SMALL)"),
        ("@app.post('/ask')", "model: str = Form('gpt-5')"),
        ("@app.get('/ask')", "model: str = Query(default='gpt-5')"),
    ],
)
def test_an_option_of_a_command_or_a_form_names_a_model_by_default(above: str, parameter: str) -> None:
    code = f"""
import click
import typer
from fastapi import FastAPI, Form, Query
cli, app = typer.Typer(), FastAPI()
SMALL = "gpt-5"
{above}
def ask({parameter}):
    return client.chat.completions.create(model=model, messages={SAID})
"""
    (found,) = requests_of(code)
    assert (found.model, by_default(found)) == ("gpt-5", [("model", "model", "gpt-5")])
    # Whoever starts the program may name another one.
    (found,) = requests_of(f'{code}\nif __name__ == "__main__":\n    ask()\n')
    assert not found.complete


@pytest.mark.parametrize(
    "parameter", ["model: str = Form(...)", "model: str = typer.Option()", "model: str = made('gpt-5')"]
)
def test_a_form_without_a_default_names_no_model(parameter: str) -> None:
    (found,) = requests_of(f"""
import typer
from fastapi import Form
def ask({parameter}):
    return client.chat.completions.create(model=model, messages={SAID})
""")
    assert found.model == ""


def test_an_object_that_is_said_to_be_another_one_is_none_of_the_command_line() -> None:
    (found,) = requests_of("""
        import argparse
        from openai import OpenAI
        parser = argparse.ArgumentParser()
        parser.add_argument("--model", default="gpt-5")

        class Options:
            model = "gpt-4o"

        def ask(question, options: Options):
            said = [{"role": "user", "content": "Name a plant for " + question}]
            return OpenAI().chat.completions.create(model=options.model, messages=said)
    """)
    assert found.model != "gpt-5"


ASKING = f"""
    def ask(self, question):
        return CLIENT.chat.completions.create(model="chat-x", messages={SAID})
"""
MADE = "    def make(self):\n        return OpenAI(base_url=self.at)\n"
OWN = """
class Desk:
    def __init__(self, at="https://api.deepseek.com"):
        self.at = at
"""


@pytest.mark.parametrize(
    ("more", "client"),
    [
        (f"        self.client = self.make()\n{MADE}", "self.client"),
        ("        self.make()\n    def make(self):\n        self.client = OpenAI(base_url=self.at)\n", "self.client"),
        ("    @property\n    def client(self):\n        return OpenAI(base_url=self.at)\n", "self.client"),
        (MADE, "self.make()"),
        (
            "        self.client = self.first()\n    def first(self):\n        return self.make()\n"
            + MADE,
            "self.client",
        ),
    ],
)
def test_a_client_that_a_method_makes_is_made_of_what_the_object_is_made_with(more: str, client: str) -> None:
    code = f"{OWN}{more}{ASKING.replace('CLIENT', client)}"
    (found,) = requests_of(code)
    assert (found.provider, by_default(found)) == ("deepseek", [("provider", "at", "deepseek")])
    # Of each object that is made in sight it is told who is asked; where no attribute holds the client it is not known.
    calls = "\ndef run(text):\n    Desk('https://api.mistral.ai/v1').ask(text)\n    Desk('https://api.groq.com').ask(text)\n"
    told = ["groq", "mistral"] if client == "self.client" else [""]
    assert sorted(each.provider for each in requests_of(code + calls)) == told
    (found,) = requests_of(code.replace('at="https://api.deepseek.com"', "at=None"))
    assert (found.provider, [each.slot for each in found.unresolved]) == ("", ["provider"])


@pytest.mark.parametrize(
    "below",
    [
        '    at = "https://api.mistral.ai/v1"\n',
        '    def make(self):\n        return OpenAI(base_url="https://api.mistral.ai/v1")\n',
    ],
)
def test_a_class_below_has_another_client_by_what_it_has_for_itself(below: str) -> None:
    code = f"""
class Desk:
    at = "https://api.deepseek.com"
    def __init__(self):
        self.client = self.make()
    def make(self):
        return OpenAI(base_url=self.at)
{ASKING.replace("CLIENT", "self.client")}
class Below(Desk):
{below}
"""
    (found,) = requests_of(code)
    assert (found.provider, by_default(found)) == ("deepseek", [("provider", "Below(...)", "deepseek")])
    found, other = requests_of(f"{code}\ndef run(text):\n    Desk().ask(text)\n    Below().ask(text)\n")
    assert {(each.provider, each.complete) for each in (found, other)} == {("deepseek", True), ("mistral", True)}


def test_a_text_that_a_method_makes_is_made_of_what_the_object_is_made_with() -> None:
    code = """
class Desk:
    def __init__(self, tone="Be kind to them."):
        self.tone = tone
        self.system = self.build()
    def build(self):
        return f"You sort letters. {self.tone}"
    def ask(self, question):
        said = [{"role": "system", "content": self.system}, {"role": "user", "content": question}]
        return client.chat.completions.create(model="gpt-5", messages=said)
def run(question):
    return Desk("Be short with them.").ask(question)
"""
    (found,) = requests_of(code)
    assert parts(found) == [("system", "You sort letters. Be short with them."), ("user", "{question}")]


def test_a_model_that_a_method_names_is_one_by_default() -> None:
    code = f"""
class Desk:
    def __init__(self, model="gpt-5"):
        self.model = model
    def named(self):
        return self.model
    def ask(self, question):
        return client.chat.completions.create(model=self.named(), messages={SAID})
"""
    (found,) = requests_of(code)
    assert (found.model, by_default(found)) == ("gpt-5", [("model", "model", "gpt-5")])
    assert [each.model for each in requests_of(f"{code}\nDesk('gpt-4o').ask('Which one?')\n")] == ["gpt-4o"]


COMPLETE = '''
def complete(system, text):
    said = [{"role": "system", "content": system}, {"role": "user", "content": text}]
    return client.chat.completions.create(model="gpt-5", messages=said)
'''
RULES = '"Sort the letters of this week."'
BY_DEFAULT = [
    (f"def sort(text, ask=complete):\n    return ask({RULES}, text)\n", "ask"),
    (f"async def sort(text, *, ask=complete):\n    return await ask({RULES}, text)\n", "ask"),
    (f"def sort(text, ask=None):\n    run = ask or complete\n    return run({RULES}, text)\n", "ask"),
    (f"def sort(text, ask=None):\n    if ask is None:\n        ask = complete\n    return ask({RULES}, text)\n", "ask"),
    (f"def sort(text, ask=None):\n    run = ask if ask else complete\n    return run({RULES}, text)\n", "ask"),
    (
        "class Desk:\n    def __init__(self, ask=None):\n        self._ask = ask or complete\n"
        f"    def sort(self, text):\n        return self._ask({RULES}, text)\n",
        "self._ask",
    ),
    (
        "class Desk:\n    def __init__(self, ask=complete):\n        self._ask = ask\n"
        f"    def sort(self, text):\n        return self._ask({RULES}, text)\n",
        "self._ask",
    ),
]


@pytest.mark.parametrize(("program", "given"), BY_DEFAULT)
def test_a_function_that_may_be_given_another_one_sends_by_default(program: str, given: str) -> None:
    # No request was told at these.
    (found,) = requests_of(COMPLETE + program)
    assert parts(found) == [("system", "Sort the letters of this week."), ("user", "{text}")]
    assert (found.model, found.complete, found.whole) == ("gpt-5", False, True)
    assert by_default(found) == [("model", given, "gpt-5"), ("messages", given, "complete")]


def test_a_function_that_an_attribute_holds_sends() -> None:
    program = "class Desk:\n    def __init__(self):\n        self._ask = complete\n    def sort(self, text):\n"
    (found,) = requests_of(f"{COMPLETE}{program}        return self._ask({RULES}, text)\n")
    assert (found.name, found.complete, parts(found)[0][1]) == ("Desk.sort", False, "Sort the letters of this week.")
    # A class below may give it another one.
    assert by_default(found) == [("model", "self._ask", "gpt-5"), ("messages", "self._ask", "complete")]


def test_a_function_is_not_sent_what_goes_to_another_one() -> None:
    program = """
def sort(rules, text, ask=complete):
    return ask(rules, text)
def main(text):
    sort("Sort the letters of this week.", text)
    sort("Count the letters of this week.", text, ask=None)
    sort("Weigh the letters of this week.", text, other)
def other(rules, text):
    return rules
"""
    found = requests_of(COMPLETE + program)
    assert [parts(each)[0][1].split()[0] for each in found] == ["Sort", "Count"]
    assert {each for request in found for each in by_default(request)} == {
        ("model", "ask", "gpt-5"),
        ("messages", "ask", "complete"),
    }


OPEN = [
    # One of two parameters; a function that is not known; a name that stands for something else by then.
    f"def sort(text, ask=None, tell=None):\n    run = ask or tell\n    return run({RULES}, text)\n",
    f"def sort(text, ask=print):\n    return ask({RULES}, text)\n",
    f"def sort(text, ask=complete):\n    ask = text.ask\n    return ask({RULES}, text)\n",
    f"def sort(text, ask=complete):\n    for ask in text:\n        ask({RULES}, text)\n",
]


@pytest.mark.parametrize("program", OPEN)
def test_what_stands_for_no_one_function_sends_nothing(program: str) -> None:
    assert [each.name for each in requests_of(COMPLETE + program)] == ["complete"]


def test_the_last_of_many_conditions_decides_too() -> None:
    other = "".join(f'        elif name == "m{number}":\n            pass\n' for number in range(2, 12))
    code = f"""
def ask(name, question, version="2"):
    if version:
        if name == "m1":
            pass
{other}
        elif name == "last":
            if version == "1":
                client.responses.create(model="gpt-4", input=question)
            else:
                client.responses.create(model="gpt-5", input=question)
def run():
    ask("last", "Sort the letters.")
"""
    assert [found.model for found in requests_of(code) if found.name == "run"] == ["gpt-5"]
