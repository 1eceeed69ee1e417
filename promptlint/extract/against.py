"""What speaks against a text: calls, classes and keywords whose text people or other programs read.

They show, log, store, measure or document it, or it stands for what a model answers.
"""

from __future__ import annotations

import ast
import functools

from promptlint.extract.names import asks_person, embeds, of_model, scripted, words
from promptlint.extract.patterns import lazy
from promptlint.extract.state import File
from promptlint.template import Hole, Mapping, Ref, Template, Text, Value

# What declares a field or a parameter: its first argument is the default, the others are about it.
FIELDS = frozenset(
    "Field field PrivateAttr Option Argument Query Body Form Path Header Cookie Param Parameter ConfigField".split()
)
# Keywords of a call that makes an agent which runs at Bedrock: what describes it there is told to those who manage it,
# its `instruction` to the model (boto3 bedrock-agent create_agent, update_agent; aws-cdk-lib aws_bedrock.CfnAgent).
MANAGED = frozenset({"agentResourceRoleArn", "agent_resource_role_arn"})
# Calls whose text people or programs read, by the last part of the name.
AGAINST = frozenset(
    "print debug info warning warn error exception critical fatal log trace echo secho add_argument "
    "add_parser add_option ArgumentParser argument Option Argument Typer execute executemany "
    "executescript fetch fetchall fetchval run_sql read_sql run_query cypher "
    "Popen check_output check_call getLogger confirm pprint deprecated skip skipif xfail "
    "fail abort HTTPException jsonify Markdown rule status HTML st_markdown set_page_config markdown "
    "writelines subheader caption button add_row".split()
)
# The same of words that mean something else elsewhere (`chat.system("...")`): only with this in front of them.
AGAINST_OF = {
    "system": ("os",), "input": ("",), "option": ("", "click"), "compile": ("re", "regex"), "sub": ("re", "regex"),
    "subn": ("re", "regex"), "match": ("re", "regex"), "fullmatch": ("re", "regex"), "search": ("re", "regex"),
    "findall": ("re", "regex"), "finditer": ("re", "regex"), "split": ("re", "regex"),
    "interrupt": ("langgraph.types",),
}  # fmt: skip
_ANSWERING = frozenset({"set", "send", "post", "add", "make"})
# Where texts become pictures, or sound, or the other way round: what to paint, how to read aloud, what may be heard.
_MEDIA = frozenset({"images", "speech", "transcriptions", "translations"})
AGAINST_SUFFIXES = ("Error", "Exception", "Warning")
# Packages that talk to people: whatever they are given is read by one.
AGAINST_PACKAGES = frozenset(
    "argparse optparse logging loguru structlog warnings click typer rich questionary inquirer InquirerPy PyInquirer "
    "inputimeout pyinputplus getpass pwinput prompt_toolkit tkinter pytest unittest fastapi flask starlette gradio "
    "streamlit textual nicegui chainlit".split()
)
# Packages of services by which people write to one another: bots that ask models for their answers use them, too.
_MESSENGERS = frozenset(
    "discord nextcord disnake telegram telebot aiogram slack_sdk slack_bolt botbuilder twilio".split()
)
AGAINST_PACKAGES |= _MESSENGERS
# The same without those that every program may use beside what it is about.
AUDIENCE_PACKAGES = (
    AGAINST_PACKAGES
    - frozenset("argparse optparse logging loguru structlog warnings click typer rich".split())
    - _MESSENGERS
)
# Of these, the ones that ask for lines and choices.
TERMINALS = frozenset("prompt_toolkit questionary inquirer InquirerPy PyInquirer".split())
# Those for which others build packages of their own, named after them.
BUILT_FOR = frozenset("gradio streamlit textual nicegui chainlit".split())
# Packages that draw what a person sees.
_SCREENS = frozenset("textual prompt_toolkit tkinter nicegui gradio".split())
# What documents the routes and models of a web service: its examples are recorded, not sent.
_DOCUMENTS = frozenset("json_schema_extra schema_extra openapi_extra openapi_examples application/json".split())
# All names of which `documents` says something.
MAY_DOCUMENT = _DOCUMENTS | {"examples", "responses"}
# Classes of what a model gives back, and of what is told of a request to those who watch the program.
_OUTPUTS = frozenset(
    "ChatGeneration ChatGenerationChunk ChatResult LLMResult ChatCompletion ChatCompletionChunk "
    "ModelResponse CompletionResponse LogRecord".split()
)
# Services that keep what was said.
_STORES = frozenset({"zep_cloud", "zep_python"})


@functools.lru_cache(maxsize=20_000)
def answers(dotted: str) -> bool:
    """Whether what this class is given, or holds, are answers of a model: it is one of them, or a test double."""
    last = dotted.rpartition(".")[2]
    return last in _OUTPUTS or (last.lstrip("_")[:1].isupper() and scripted(last))


def of_failures(name: str) -> bool:
    """Whether a class of this name is an error or a warning: who catches it reads what it says."""
    return name.endswith(AGAINST_SUFFIXES)


_MEASURING = frozenset("count estimate track".split())
_MEASURED = frozenset("token tokens cost message messages history".split())


@functools.lru_cache(maxsize=20_000)
def measures(name: str) -> bool:
    """Whether a function of this name only measures messages: `count_tokens([...])`, `track_history([...])`."""
    said = words(name)
    return len(said) > 1 and said[0] in _MEASURING and said[-1] in _MEASURED


def documents(name: object, node: ast.expr, call: str = "") -> bool:
    """Whether a keyword, key or name says that its value documents a web service.

    `responses={200: {...}}`, `Field(examples=[...])`; `call` is what a keyword belongs to.
    """
    if name == "examples" and call.rpartition(".")[2] in FIELDS:
        return True
    return name in _DOCUMENTS or (name == "responses" and isinstance(node, ast.Dict) and _by_status(node))


def exemplified(name: str, value: Value) -> bool:
    """Whether what is said of a model under this name are examples of it, for those who call the service."""
    return name in _DOCUMENTS and type(value) is Mapping and any(value.get(key) for key in ("example", "examples"))


def _by_status(node: ast.Dict) -> bool:
    return any(isinstance(key, ast.Constant) and isinstance(key.value, int) for key in node.keys)


def for_people(dotted: str) -> bool:
    """Whether a class, by its import path, is one of a user interface, whose messages are shown."""
    package = dotted.partition(".")[0]
    # `gradio_agentchatbot`, `streamlit_chat`: what others have built for it.
    return package in AGAINST_PACKAGES or package.partition("_")[0] in BUILT_FOR


# Packages that serve a web API, and folders of its routes.
WEB = frozenset("fastapi flask starlette quart sanic litestar ninja rest_framework".split())
_ROUTES = frozenset("router routers route routes rest endpoints".split())
# How such a file answers the page or the program that asks.
_ANSWERS = frozenset("send_json send_text JSONResponse ORJSONResponse jsonify emit".split())


def serves(file: File) -> bool:
    """Whether a file serves a web API."""
    return not file.imported.isdisjoint(WEB) or not _ROUTES.isdisjoint(file.name.split("/")[-3:-1])


def told_to_page(file: File, last: str) -> bool:
    """Whether what a call of this name is given goes to the page that a web API serves."""
    return last in _ANSWERS and not file.imported.isdisjoint(WEB)


# What a bot writes to those who chat with it.
_POSTS = frozenset("send send_message reply reply_text respond say answer edit_text".split())


def posts(file: File, written: str, last: str) -> bool:
    """Whether a method of this name, in a file that uses a messenger, writes to people: `user.send("...")`.

    `llm.answer("...")` asks a model; `message.chat.send("...")` is said in a chat of people.
    """
    if last not in _POSTS or file.imported.isdisjoint(_MESSENGERS):
        return False
    receiver = written.rpartition(".")[0]
    return not of_model(receiver) or words(receiver)[-1] == "chat"


def shown_on(file: File, dotted: str) -> bool:
    """Whether messages of a class are shown, or stored: of a user interface, or the own one of a file that draws it.

    A class that such a file defines itself may as well be what it sends, unless it fills the whole terminal.
    """
    if for_people(dotted) or dotted.partition(".")[0] in _STORES:
        return True
    if file.imported.isdisjoint(_SCREENS):
        return False
    if dotted.startswith("."):
        return True
    drawn = "tui" in words(file.name.rpartition("/")[2]) or any(map(_full_screen, file.aliases.values()))
    return drawn and dotted in file.known


def _full_screen(path: str) -> bool:
    return path.startswith(("textual.", "prompt_toolkit.layout.")) or path == "prompt_toolkit.Application"


_PAINTING = frozenset("generate create make draw paint render edit imagine".split())
_PICTURES = frozenset("image images picture pictures video videos".split())


@functools.lru_cache(maxsize=20_000)
def paints(name: str) -> bool:
    """Whether a function of this name makes pictures of what it is told: `generate_image(prompt="a blue circle")`."""
    said = words(name)
    return len(said) > 1 and said[0] in _PAINTING and said[-1] in _PICTURES


_OF_PICTURES = (("image", "generation"), ("text", "to", "image"), ("stable", "diffusion"), ("dalle",), ("diffusers",))


@functools.lru_cache(maxsize=4_000)
def about_pictures(file: str) -> bool:
    """Whether a file, by its name or that of its folder, is about models that make pictures of texts."""
    said = words("/".join(file.split("/")[-2:]))
    return any(
        said[at : at + len(phrase)] == phrase for phrase in _OF_PICTURES for at in range(len(said) - len(phrase) + 1)
    )


@functools.lru_cache(maxsize=20_000)
def speaks_against(dotted: str) -> bool:
    """Whether text given to this call, named as it is written or by its import path, is not for a model."""
    return silences(dotted) or embeds(dotted.rpartition(".")[2])


@functools.lru_cache(maxsize=20_000)
def silences(dotted: str) -> bool:
    """The same of calls that have nothing for a model inside of other calls, either."""
    front, _, last = dotted.rpartition(".")
    if last in AGAINST or last.endswith(AGAINST_SUFFIXES):
        return True
    if "reply" in last and (parts := words(last))[0] in _ANSWERING and "reply" in parts[1:]:
        # `set_reply_text(...)`: what the program itself answers.
        return True
    if last in AGAINST_OF:
        return front in AGAINST_OF[last]
    if "TTS" in dotted or front.rpartition(".")[2] in _MEDIA or paints(last):
        return True
    return for_people(dotted) or asks_person(last)


# Colours of a terminal, by the names of their constants, and the markup of Rich.
_COLORS = frozenset(
    "endc reset reset_all bold bright dim red green yellow blue magenta cyan white okblue okgreen warning fail".split()
)
_RICH = lazy(r"\[/(?:bold|dim|italic|red|green|yellow|blue|magenta|cyan|white)?\]")


def drawn(value: Template) -> bool:
    """Whether a text has the colours of a terminal in it."""
    colors = 0
    for part in value:
        if type(part) is Text:
            if "\x1b[" in part.value or ("[/" in part.value and _RICH.search(part.value)):
                return True
        elif type(part) is Hole or type(part) is Ref:
            hole = part if type(part) is Hole else part.fallback
            colors += hole.expression.rpartition(".")[2].lower() in _COLORS
    return colors > 1
