"""What a name says: whether it names a prompt, whose message it is, and how often its value changes.

Only words of general use stand here. A name is read as words ("systemPrompt", "SYSTEM_PROMPT_V2" -> system, prompt).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from promptlint.template import Volatility

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+")

PROMPT_WORDS = frozenset(
    "prompt prompts instruction instructions backstory persona preamble guideline guidelines subprompt "
    "metaprompt fewshot sysprompt".split()
)
# Two words that only together name a text for a model.
PROMPT_PAIRS = frozenset(
    {
        ("few", "shot"), ("shot", "examples"), ("shot", "example"), ("system", "message"), ("system", "msg"),
        ("system", "text"), ("system", "content"), ("system", "template"), ("user", "template"), ("user", "message"),
        ("user", "msg"), ("human", "message"), ("human", "template"), ("assistant", "message"), ("chat", "template"),
        ("message", "template"), ("output", "format"), ("format", "rules"), ("system", "role"),
        ("role", "description"), ("task", "description"), ("tool", "description"), ("agent", "description"),
        ("task", "desc"), ("tool", "desc"), ("agent", "desc"),
        ("system", "reminder"), ("system", "suffix"), ("system", "prefix"), ("sys", "msg"), ("sys", "message"),
    }
)  # fmt: skip
# A last word that says the value is about a prompt, not the prompt itself.
ABOUT_WORDS = frozenset(
    "id ids key keys name names path paths file files filename dir url uri type types version hash token "
    "tokens count length len size limit index cache class cls node builder manager registry loader config "
    "settings options params args kwargs variables vars fields toolkit session style color label title "
    "icon regex pattern ext extension suffixes usage cost costs score scores tag tags flag column table "
    "sql query html css email marker markers keyword keywords phrases shown event events error errors "
    "placeholder help hook hooks matches batches substring substrings patterns intent intents policy policies "
    "workflow workflows".split()
)
# What is said of a prompt to those who choose one, what is answered to it, and how much is logged.
_TOLD_OF = (*(("prompt", each) for each in "description descriptions response responses".split()), ("log", "level"))
# Before "instructions", "guidelines" and the like: what a person is told to do.
_FOR_PEOPLE = frozenset(
    "installation install uninstall contributing contribution setup build upgrade migration download login auth "
    "authentication".split()
)
# What people are asked for at the end of a name (`prompt_text_human_review`), and what pictures shall not show.
_OTHERS = (("human", "review"), ("human", "feedback"), ("human", "approval"), ("negative", "prompt"))
# What a `prompt` is for that asks a person; instructions about them may be a model's.
_AGREED = frozenset({"confirmation", "approval", "consent", "permission"})
# What follows a prompt in the words of a key that names one: `"Additional instructions for the writer"`.
_OF = frozenset({"", "for", "of", "to", "in", "on", "with"})
# Words between what a function makes and what it makes it of.
_SOURCES = frozenset({"from", "by", "using", "with", "without"})
# What a function does with a prompt: it gives back how that went (`update_prompt`, `save_system_prompt`).
_HANDLING = frozenset(
    "add save store delete remove update insert set put register push publish upload sync validate log print show "
    "display record track count send reset clear rename archive import run execute serialize parse dump hash tokenize "
    "list evaluate process handle".split()
)
# What makes or fetches what it is called after.
_MAKING = frozenset("build make create format render construct compose generate assemble prepare get fill".split())
# First words of functions that answer a command or an event, or do something.
_ANSWERING = tuple((verb,) for verb in "cmd command on handle callback run".split())
_HANDLED = PROMPT_WORDS | {"system", "user", "custom", "default", "all", "new"}

# What a program calls its values in between.
PASSING = frozenset("result results res output outputs data response value ret".split())

# `JUDGE_SYSTEM`, `_EXTRACT_USER`: constants named by whose message they are.
# `MENTIONED_BY_USER` says more of a user than that the message is one of hers.
_SYSTEM = re.compile(
    r"_?[A-Z][A-Z0-9_]*(?<!_BY)(?<!_TO)(?<!_OF)(?<!_FROM)(?<!_FOR)(?<!_IN)(?<!_WITH)"
    r"_(?:SYSTEM|USER|SYSTEM_MSG|SYSTEM_TEXT)(?:_V?\d+)?$"
)

_REQUEST = frozenset(
    "question questions query queries document documents doc docs context contexts message messages "
    "history text texts code task tasks input inputs content contents passage passages article paragraph "
    "paragraphs request utterance transcript conversation chat issue problem statement answer answers "
    "response responses observation observations result results memory memories snippet snippets chunk "
    "chunks summary summaries prediction reference claim claims email ticket review comment body diff "
    "patch scratchpad feedback topic goal objective subject story resume prompt idea draft report "
    "source_text sentence sentences data error errors traceback output outputs plan thought "
    "thoughts action search findings facts".split()
)
_SESSION = frozenset("user username customer tenant session profile preferences account member".split())
_DEPLOY = frozenset(
    "language lang locale tone model models role roles max min num n count limit k temperature "
    "settings config configuration env version style format rules policies guidelines schema formatting "
    "instructions instruction "
    "persona personality tool tools company product brand domain number length words separator delimiter "
    "os platform type types names label labels category categories example examples guidance tag tags opening closing "
    "root path dir directory folder workspace home option options flag flags mode level threshold template templates "
    "agent base key keys rating scale criteria rubric "
    "skill skills agents features version currency country region timezone capabilities".split()
)
_SYSTEMS = frozenset({"system", "sys"})
# First words of a switch ("has_network_access", "use_tools") and of what there is to choose from ("available_names").
_SWITCHES = frozenset("is has use enable enabled allow allowed available supported default".split())
# Words that say what kind of thing a value is, not what it is about: the word in front decides ("tool_descriptions").
_KINDS = frozenset(
    "name description descriptions desc info list str string json block section text content prompt".split()
)
# Whose attributes change with it, whatever they are called.
_OWNERS = {
    **dict.fromkeys("user customer tenant session member account profile".split(), Volatility.SESSION),
    **dict.fromkeys(
        "question query document doc message chunk passage article ticket email request review comment issue "
        "snippet".split(),
        Volatility.REQUEST,
    ),
}
_SETTINGS = frozenset("settings config configuration conf cfg env environ options constants defaults".split())
_UNIQUE = {"uuid": "uuid", "nonce": "random", "timestamp": "clock", "today": "date"}
_UNIQUE_PAIRS = {
    ("request", "id"): "uuid",
    ("trace", "id"): "uuid",
    ("correlation", "id"): "uuid",
    ("span", "id"): "uuid",
    ("current", "url"): "random",
    ("current", "time"): "clock",
    ("current", "datetime"): "clock",
    ("current", "timestamp"): "clock",
    ("current", "date"): "date",
    ("todays", "date"): "date",
    ("today", "date"): "date",
    ("date", "today"): "date",
}


@functools.lru_cache(maxsize=20_000)
def words(name: str) -> tuple[str, ...]:
    """The words of an identifier in lower case: camel case, underscores and digits divide."""
    if name.islower() and name.isascii() and (letters := name.replace("_", "")).isalpha():
        # Most names.
        return (name,) if letters == name else tuple([word for word in name.split("_") if word])
    return tuple([word.lower() for word in _WORDS.findall(name)])


@functools.lru_cache(maxsize=20_000)
def prompt_like(name: str) -> bool:
    """Whether a variable, attribute, key or function of this name usually holds or makes a text for a model."""
    parts = words(name)
    if not parts or parts[-1] in ABOUT_WORDS or parts[-2:] in _TOLD_OF:
        return False
    if (" " in name and not _names_one(parts)) or (parts[-2:] in _OTHERS and parts[-3:-2] != ("false",)):
        return False
    if not PROMPT_WORDS.isdisjoint(parts):
        for before, part, after in zip(("", *parts), parts, (*parts[1:], ""), strict=False):
            if part not in PROMPT_WORDS or before in _FOR_PEOPLE or (part == "prompt" and before in _AGREED):
                continue
            if part != "persona" or after in _OF_PERSONA:
                return True
    return not PROMPT_PAIRS.isdisjoint(pairwise(parts)) or _SYSTEM.match(name) is not None


def by_speaker(name: str) -> bool:
    """Whether all that says of a name that it is one of a prompt is whose message it may be: `JUDGE_SYSTEM`."""
    parts = words(name)
    other = not PROMPT_WORDS.isdisjoint(parts) or not PROMPT_PAIRS.isdisjoint(pairwise(parts))
    return not other and _SYSTEM.match(name) is not None


@functools.lru_cache(maxsize=20_000)
def about_prompt(name: str) -> bool:
    """Whether a name is that of something about a prompt: `prompt_id`."""
    parts = words(name)
    return parts[-1:] != () and parts[-1] in ABOUT_WORDS and not PROMPT_WORDS.isdisjoint(parts)


def told_of_prompt(owner: str, name: str) -> bool:
    """Whether an attribute says of the one prompt that its class is what it is for: `description` of `ReviewPrompt`."""
    return (*words(owner)[-1:], *words(name)) in _TOLD_OF


def _names_one(parts: tuple[str, ...]) -> bool:
    """Whether a key of several words names a prompt, instead of speaking of one: `"Large prompt token delta"` does."""
    if parts[0] in PROMPT_WORDS or parts[:2] in PROMPT_PAIRS or parts[-2:] in PROMPT_PAIRS:
        return True
    return any(part in PROMPT_WORDS and after in _OF for part, after in pairwise((*parts, "")))


def for_person(name: str, around: str) -> bool:
    """Whether a function tells a person what to do, and a name of one word in it says no more.

    As `instructions` does in `get_install_instructions`, which is `around` it.
    """
    said = words(name)
    return len(said) == 1 and any(before in _FOR_PEOPLE and part == said[0] for before, part in pairwise(words(around)))


def takes_prompt(name: str) -> bool:
    """Whether a parameter of this name takes a text for a model: people, too, are asked by a `prompt` alone."""
    return "_" in name.strip("_") and "_to_" not in name and prompt_like(name)


_OF_USERS = (("user", "message"), ("user", "messages"), ("user", "msg"))


@functools.lru_cache(maxsize=20_000)
def of_user(name: str) -> bool:
    """Whether what has this name is a message of the user, or as well one to the user: `safe_user_message`."""
    return words(name.removesuffix("_templates").removesuffix("_template"))[-2:] in _OF_USERS


def leads_on(name: str, others: Iterable[str] = ()) -> bool:
    """Whether what has this name leads to other texts of a prompt, by its name alone; `others` are given beside it.

    What is shown to the user is a `user_message`, too.
    """
    return not of_user(name) or any(not of_user(other) and prompt_like(other) for other in others)


@functools.lru_cache(maxsize=20_000)
def gives_prompt(name: str) -> bool:
    """Whether a function of this name gives back the text it names: `build_prompt` does, `update_prompt` does not."""
    parts = words(name)
    if parts[:3] == ("doc", "to", "text"):
        # lm-eval 0.4.9: api/task.py Task.doc_to_text, and the functions that its YAML names for it.
        return True
    source = next((at for at, part in enumerate(parts) if at and part in _SOURCES), 0)
    if source:
        # `flow_from_instructions`: what it makes of them is named in front.
        return gives_prompt("_".join(parts[:source]))
    if "to" in parts[1:-1]:
        # `messages_to_prompt` gives one, `prompt_to_document` takes one.
        parts = parts[len(parts) - parts[::-1].index("to") :]
        return prompt_like("_".join(parts))
    if parts[:1] in _ANSWERING or asks_person(name):
        # `prompt_user()` does so with the person in front of it.
        return False
    if of_user(name) and len(parts) > 2 and parts[0] not in _MAKING:
        # `explain_user_message` does something with one, or says something to the user.
        return False
    if parts[:1] == ("build",):
        # Of a function it is what is done with them, not what they are about.
        return prompt_like("_".join(parts[1:]))
    return prompt_like(name) and not (len(parts) > 1 and parts[0] in _HANDLING and parts[1] in _HANDLED)


# By which an object says what it is, and how it is to be used.
_DESCRIBING = frozenset("docstring documentation guidance guidelines manpage manual rules usage".split())


def describing(name: str) -> bool:
    """Whether an attribute, a method or a key of this name says enough of what it holds to be looked for by it.

    A name of several words does, and one by which an object tells of itself: `documentation`, `rules`.
    """
    return "_" in name.strip("_") or name in _DESCRIBING


# Words of functions that ask a person.
_CHOOSING = frozenset("select choose pick".split())
_PERSONS = frozenset({"human", "user"})
_ASKING = frozenset("ask prompt get request await wait read query confirm human user".split())
# Fields of a form: `ui.text_input(prompt="...")`
_FIELDS_OF_FORMS = frozenset({"text", "number", "password", "secret", "multiline", "chat"})
# First words of the kinds of questions that a dialog, or a form, has for a person.
_QUESTIONS = frozenset("ask confirm choose pick".split())
# Who or what is asked, or chosen by a model, where that is no person.
_ASKED = frozenset("model llm gpt lm ai agent tool tools assistant".split())


def asks_value(kind: str) -> bool:
    """Whether a step of this kind asks a person: `{"type": "ask_text", "prompt": "..."}`, not `"ask_llm"`."""
    said = words(kind)
    return kind in ("input", "password") or (said[:1] != () and said[0] in _QUESTIONS and _ASKED.isdisjoint(said))


# Kinds of values that a person types in: `prompt_string(prompt="Name of the desk")`.
_TYPED = frozenset("string str integer int number float bool boolean secret password choice".split())
_GIVEN_BY_PERSONS = frozenset("input help confirmation approval consent permission choice feedback".split())


@functools.lru_cache(maxsize=20_000)
def asks_person(name: str) -> bool:
    """Whether what has this name asks a person: `ask_for_human_help(prompt)`, `get_user_input(prompt)`."""
    parts = words(name)
    if name[:1].isupper():
        # `InputRequest(prompt="...")`, `class AskName(InputRequiredEvent)`
        return "input" in parts and parts[-1] in ("request", "event")
    if len(parts) < 2:
        return False
    if parts[0] in _CHOOSING and parts[-1] in ("choice", "option", "choices", "options"):
        return True
    if len(parts) == 2 and parts[0] in _FIELDS_OF_FORMS and parts[1] == "input":
        return True
    if len(parts) == 2 and parts[0] in ("ask", "prompt") and parts[1] in _TYPED:
        return True
    if parts[0] not in _ASKING or _PERSONS.isdisjoint(parts):
        return False
    return parts[-1] in _GIVEN_BY_PERSONS or (parts[0] in ("ask", "prompt", "confirm") and parts[-1] in _PERSONS)


_EMBEDDINGS = frozenset({"embed", "embedding", "embeddings"})


@functools.lru_cache(maxsize=20_000)
def embeds(name: str) -> bool:
    """Whether a function of this name makes vectors of texts, which no model answers: `embed_query`.

    `describe_for_embedding` gives a text that others make one of.
    """
    parts = words(name)
    if not name[:1].islower() or not parts or "for" in parts:
        return False
    return parts[0] in ("embed", "aembed") or parts[-1] in _EMBEDDINGS


_SAID = frozenset({"message", "msg", "response", "reply", "notice"})
_OCCASIONS = frozenset(
    "error rejection refusal fallback welcome greeting goodbye success failure failed warning denied denial blocked "
    "busy timeout unavailable".split()
)


@functools.lru_cache(maxsize=20_000)
def told_people(name: str) -> bool:
    """Whether a name says that the program answers with this text: `fallback_message`, `WELCOME_MESSAGE`."""
    parts = words(name)
    return parts[-1:] != () and parts[-1] in _SAID and not _OCCASIONS.isdisjoint(parts)


_REPLIES = frozenset({"response", "reply", "answer", "completion", "generated"})
_THEIR_TEXT = frozenset({"text", "message", "msg", "content", "body"})


@functools.lru_cache(maxsize=20_000)
def of_reply(name: str) -> bool:
    """Whether a name says that it holds what a program or a model has replied: `response_text`, not `how_to_reply`."""
    parts = words(name)
    return len(parts) > 1 and parts[-2] in _REPLIES and parts[-1] in _THEIR_TEXT


_FAILURES = frozenset("error errors failure failures warning warnings exception".split())


@functools.lru_cache(maxsize=20_000)
def of_failure(name: str) -> bool:
    """Whether a name says that its text tells of something that has failed: `CALLABLE_FAILURE_SUFFIX`."""
    return not _FAILURES.isdisjoint(words(name))


@functools.lru_cache(maxsize=20_000)
def documents(name: str) -> bool:
    """Whether a name, or that of the table it stands in, says that its text documents functions: `PARAM_DOCS.NAME`."""
    return words(name.partition(".")[0])[-1:] in (("doc",), ("docs",), ("docstring",), ("docstrings",))


def told_others(name: str) -> bool:
    """Whether a name says that its text is for people, whatever stands around it."""
    return told_people(name) or of_failure(name) or documents(name)


@functools.lru_cache(maxsize=20_000)
def of_test(name: str) -> bool:
    """Whether what stands in this variable is tried by a test, or shall come out of it: `gold[0].text`."""
    return words(re.split(r"[.[]", name, maxsplit=1)[0])[:1] in (("test",), ("gold",), ("expected",))


# Media for which a template is made, if not for a model.
_MEDIA = frozenset(
    "email mail html css sql svg url latex tex readme dockerfile slack notification banner cypher license "
    "commit webpage website".split()
)


@functools.lru_cache(maxsize=20_000)
def of_medium(name: str) -> bool:
    """Whether a name says for what its text is made, and that is no model: `email_template`."""
    return not _MEDIA.isdisjoint(words(name))


# Objects of a class `Persona` are records of one, with much else.
_CLASS_WORDS = PROMPT_WORDS - {"persona"}
# What a class does with prompts, instead of holding them.
_ABOUT_CLASS = ABOUT_WORDS | frozenset(
    "extraction injection detection detector validator filter scanner schema input inputs arguments params parameters "
    "request response event block handler driver operator workflow service channel engine router server database "
    "executor logger exporter exception trainer verifier guardrail payload body result credential property surface "
    "interceptor mapping tool tools command".split()
)


@functools.lru_cache(maxsize=20_000)
def class_of_prompts(name: str) -> bool:
    """Whether every text in a class of this name is for a model: `ReviewPrompts` is one, `OutputFormatter` is not."""
    parts = words(name)
    return bool(parts) and parts[-1] not in _ABOUT_CLASS and not _CLASS_WORDS.isdisjoint(parts)


# What one prompt has several texts for.
_LANGUAGES = frozenset(
    "en eng english zh cn chs cht hans hant chinese ja jp japanese ko kr korean de german fr french es spanish pt "
    "portuguese ru russian it italian ar arabic vi vietnamese".split()
)


@functools.lru_cache(maxsize=20_000)
def of_template(name: str) -> bool:
    """Whether an attribute is called a template, in whatever language it is: `template`, `template_en`."""
    return without_language(words(name))[-1:] == ("template",) and not of_medium(name)


def without_language(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a name without those behind it that tell of several: `template_en`, `prompts_v2`."""
    while len(parts) > 1 and (parts[-1] in _LANGUAGES or parts[-1] == "v"):
        parts = parts[:-1]
    return parts


_HOLDERS = (("prompts",), ("prompt",), ("fewshots",), ("fewshot",))


def declared_global(text: str) -> Iterator[str]:
    """Names behind `global`, those in comments and strings too: about them nothing is concluded."""
    at = text.find("global ")
    while at >= 0:
        end = text.find("\n", at)
        yield from text[at + 7 : end if end >= 0 else len(text)].replace(",", " ").split()
        at = text.find("global ", at + 7)


def says_prompts(path: str) -> bool:
    """Whether the name of a file or its folder says that it holds prompts."""
    said = path.lower()
    if "prompt" not in said and "fewshot" not in said:
        # Most files.
        return False
    *folders, stem = path.removesuffix(".py").replace("\\", "/").split("/")
    names = [without_language(words(name)) for name in (*folders[-1:], stem)]
    return any(parts[-1:] in _HOLDERS or parts[:1] in _HOLDERS for parts in names)


@functools.lru_cache(maxsize=20_000)
def settings_of_prompts(name: str) -> bool:
    """Whether a class of this name holds prompts among other settings: `PromptSettings`."""
    parts = words(name)
    return parts[-1:] in (("settings",), ("config",)) and not {"prompt", "prompts"}.isdisjoint(parts)


# What is said of a persona is for a model; what else is called after it concerns records of them.
_OF_PERSONA = frozenset(
    ("", *"prompt prompts text description instruction instructions template definition content block context".split())
)
_TOOL_KINDS = frozenset("tool definition spec schema param parameter declaration info def function description".split())


@functools.lru_cache(maxsize=20_000)
def tool_named(name: str) -> bool:
    """Whether a class or function of this name makes or describes a tool: `SearchTool`, `ToolDefinition`."""
    parts = words(name)
    return parts[-1:] == ("tool",) or ("tool" in parts and parts[-1] in _TOOL_KINDS)


_TEXT_WORDS = frozenset(
    "prompt prompts message messages msg template text content instruction instructions input".split()
)
# What holds examples is part of a prompt only where it stands beside one.
EXAMPLE_WORDS = frozenset("example examples demo demos demonstration demonstrations shots exemplars".split())


@functools.lru_cache(maxsize=20_000)
def example_like(name: str) -> bool:
    """Whether a name says that it holds examples, which go into a prompt if they stand beside one."""
    parts = words(name)
    return bool(parts) and parts[-1] in EXAMPLE_WORDS


def shots_in(path: str) -> bool:
    """Whether a file, or the folder that it is in, is called after examples for a model: `few_shots/arithmetic.py`."""
    *folders, stem = path.removesuffix(".py").replace("\\", "/").split("/")
    return any("fewshot" in "".join(words(name)) for name in (*folders[-1:], stem))


@functools.lru_cache(maxsize=20_000)
def role_of(name: str) -> str:
    """The role that a name states ("SYSTEM_PROMPT" -> "system", "user_message" -> "user"), or "unknown"."""
    parts = words(name)
    for part, after in zip(parts, (*parts[1:], ""), strict=False):
        if part in ("system", "sys", "sysprompt", "developer", "persona", "backstory", "preamble"):
            return "system"
        if part in ("user", "human") and (after in _TEXT_WORDS or (not after and len(parts) > 1)):
            return "user"
        if part in ("assistant", "ai") and after in _TEXT_WORDS and after not in PROMPT_WORDS:
            return "assistant"
        if (part == "tool" and "description" in parts) or (part == "field" and after == "descriptions"):
            return "tool"
        if after == "instructions" and part in ("custom", "agent", "global", "shared", "default"):
            return "system"
    if parts == ("instructions",) or (parts[-1:] == ("instructions",) and name.isupper()):
        # What frameworks call the system message of an agent.
        return "system"
    return "unknown"


@functools.lru_cache(maxsize=20_000)
def volatility_of(name: str) -> Volatility:
    """How often the value behind a name changes, where the name says so plainly; otherwise `UNKNOWN`.

    The last word decides ("user_language" is a language), then the others; of a dotted name that says nothing, what
    it belongs to ("user.first_name").
    Whether capitals mean a constant is for the caller to say: of fields of a template they do not.
    """
    dotted = name.split(".")
    if any(part in _SETTINGS for part in dotted[:-1]):
        return Volatility.DEPLOY
    known = _of_words(dotted[-1], name)
    for owner in reversed(dotted[:-1]):
        if known is not Volatility.UNKNOWN:
            break
        known = _OWNERS.get(words(owner)[-1], known) if words(owner) else known
    return known


def _of_words(last_name: str, name: str) -> Volatility:
    parts = words(last_name)
    if not parts:
        return Volatility.UNKNOWN
    if unique_name(name):
        return Volatility.UNIQUE
    if not _SYSTEMS.isdisjoint(parts) and prompt_like(last_name):
        return Volatility.DEPLOY
    if (parts[0] in _SWITCHES and len(parts) > 1) or "personality" in parts:
        return Volatility.DEPLOY
    counts = parts[0] in ("n", "num", "max", "min", "number")
    if counts or (parts[0] == "top" and (len(parts) == 1 or parts[-1] in _DEPLOY or _REQUEST.isdisjoint(parts[1:]))):
        return Volatility.DEPLOY
    last = parts[-2] if parts[-1] in _KINDS and len(parts) > 1 else parts[-1]
    if last in _DEPLOY:
        return Volatility.DEPLOY
    for part in reversed(parts):
        if part in _REQUEST:
            return Volatility.REQUEST
        if part in _SESSION:
            return Volatility.SESSION
    return Volatility.UNKNOWN


def origin_of_name(name: str) -> str:
    """Where the volatility of a name comes from: what makes its value unique, else "name"."""
    return unique_name(name) or "name"


@functools.lru_cache(maxsize=20_000)
def unique_name(name: str) -> str:
    """What makes a value of this name differ on every call ("clock", "date", "uuid", "random"), "" if nothing.

    A moment that belongs to something (`message.timestamp`) is a part of it, and the same whenever it is sent.
    """
    owner, _, last = name.rpartition(".")
    parts = words(last)
    if parts[-1:] == ("timestamp",) and owner.rpartition(".")[2] not in ("", "self", "cls"):
        return ""
    for pair in pairwise(parts):
        if pair in _UNIQUE_PAIRS:
            return _UNIQUE_PAIRS[pair]
    return _UNIQUE.get(parts[-1], "") if parts else ""


_SCRIPTED = frozenset("fake mock mocked stub dummy scripted echo echoing noop".split())
_MODELS = frozenset("model llm chat agent lm".split())


@functools.lru_cache(maxsize=20_000)
def of_model(receiver: str) -> bool:
    """Whether an object is called after a model or an agent: `self.llm`, `letter_agent`."""
    return not _MODELS.isdisjoint(words(receiver.rpartition(".")[2])[-1:])


def scripted(name: str) -> bool:
    """Whether a class, or what has this name, says that it answers for a model: `FakeListChatModel`, `mock_llm`."""
    last = name.rpartition(".")[2]
    if last in ("TestModel", "FunctionModel"):
        return True
    said = words(last)
    return not _SCRIPTED.isdisjoint(said) and ("client" in said or not _MODELS.isdisjoint(said))


def heading(key: str) -> bool:
    """Whether a key is the heading of a section, as it will stand in the prompt: `{"Response format": "..."}`."""
    return " " in key and key[:1].isupper()


def several_words(text: str) -> bool:
    """Whether a text is more than a key, a name, a language."""
    return " " in text or "\n" in text or (len(text) > 5 and not text.isascii())


def of_tools(base: str) -> bool:
    """Whether a base class of this name is one of tools: `BaseTool`, `FileTool`, `SandboxToolsBase`."""
    parts = words(base)
    parts, around = (parts[:-1], True) if parts[-1:] == ("base",) else (parts, False)
    return parts[-1:] == ("tool",) or (around and parts[-1:] == ("tools",))
