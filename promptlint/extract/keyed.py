"""What a list, a dict or an object of texts says of them by its keys and by what else it holds.

Evidence against texts that are taken for prompts by a name alone: rows of a table, steps for a person, questions to
choose from, notices of a program, and what people are told about a prompt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from promptlint.extract.against import FIELDS, speaks_against
from promptlint.extract.extents import sample, templates
from promptlint.extract.names import (
    asks_value,
    by_speaker,
    for_person,
    prompt_like,
    role_of,
    several_words,
    words,
)
from promptlint.extract.reads import addresses, instructs, reads_like_prompt
from promptlint.extract.state import has_text, textual
from promptlint.operations import literal
from promptlint.template import Items, Mapping, Value

# Characters of a question or a task that stands with others in a list.
MAX_BRIEF = 160
# Sentences under other keys that make a dict one of notices.
_NOTICES = 3
_MADE_UP = (("mock",), ("dummy",), ("fake",), ("stub",))
_FORMAL = ("$schema", "openapi", "swagger")
_PARTS_OF_HTTP = frozenset({"body", "query", "path", "header", "formData", "cookie"})
# In a dict that has one of the others: `{"name": "The prompt for summaries", "value": "..."}`.
_LABELS = frozenset("name label title info placeholder tooltip".split())
_NAMED = _LABELS | {"description", "id"}
_DESCRIBED = ("template", "prompt", "prompt_text", "prompt_template")
_LABELLED = frozenset({"value", "default", "content", "text", "query", "question", "message", *_DESCRIBED})
# Keys of what is said of a whole: they make no dict one of notices.
_ABOUT = _LABELS | {"description", "help", "summary", "hint"}
# Entries of one object that are compared.
_MAX_ENTRIES = 16


def asks_person(step: Mapping) -> bool:
    """Whether a step of a dialog asks a person, by its type, and none of its texts reads like a prompt."""
    if not asks_value(literal(step.get("type") or ()) or ""):
        return False
    return not any(isinstance(item, tuple) and reads_like_prompt(sample(item)) for _, item in step.entries)


def paired(value: Mapping) -> bool:
    """Whether a dict holds the two texts of one request: a system text of several words, and what the user says."""
    system, user = value.get("system"), value.get("user")
    if not isinstance(system, tuple) or not isinstance(user, tuple):
        return False
    return several_words(sample(system, 240)) and several_words(sample(user, 240))


def labels(value: Mapping, keys: set[str]) -> frozenset[str]:
    """The keys of a dict under which people are told what its text is: `{"description": ..., "template": ...}`."""
    if value.kind or _LABELLED.isdisjoint(keys):
        # `{"label": {"en": ...}, "info": {"en": ...}}` describes what a person sees, and nothing else.
        if "label" in keys and keys <= _LABELS:
            return _LABELS
        # So does what only describes one by its name, unless that is said to a model.
        told = value.get("description") if {"name", "description"} <= keys <= _NAMED else None
        said = literal(told) if isinstance(told, tuple) and not value.kind else None
        only = said is not None and not reads_like_prompt(said) and not instructs(said) and "{" not in said
        return frozenset({"description"}) if only else frozenset()
    known = any(textual(value.get(key) or ()) for key in _DESCRIBED)
    return _LABELS | {"description"} if known else _LABELS


def said_twice(entries: Sequence[tuple[str, Value]]) -> frozenset[str]:
    """Keys of texts that stand in another one of their object, too: the choices of a question in the question."""
    if not 1 < len(entries) < _MAX_ENTRIES:
        return frozenset()
    texts = [(key, text) for key, item in entries if (text := literal(item))]
    return frozenset(key for key, text in texts if any(text in other != text for _, other in texts))


def declares(value: Mapping, name: str) -> bool:
    """Whether an object is drawn for people, or says what has this name (`"prompt": Input("prompt", "Do what?")`), or a
    dict stands for what a program would give (`mock_data = {...}`), or is for a validator, or a web API."""
    if not value.kind or value.kind.rpartition(".")[2] in FIELDS:
        formal = any(value.get(key) is not None for key in _FORMAL)
        formal = formal or literal(value.get("in") or ()) in _PARTS_OF_HTTP
        return not value.kind and (formal or words(name)[:1] in _MADE_UP)
    first = value.get("0")
    said = literal(first) if isinstance(first, tuple) else None
    return speaks_against(value.kind) or (said is not None and said == name.rpartition(".")[2])


def steps(name: str, value: Value) -> bool:
    """Whether a list of instructions is one of steps for a person: what a form, a kit or a connector asks for."""
    if type(value) is not Items or words(name.rpartition(".")[2]) != ("instructions",):
        return False
    return not reads_like_prompt("\n".join(sample(each) for each in templates(value)))


def to_choose(name: str, value: Value) -> bool:
    """Whether the "prompts" of a dict or an object are short questions and tasks, none of which says who answers.

    People choose from such lists, write about what they ask, or are reminded by them; cases of a test look the same.
    What of them goes to a model is seen there.
    """
    if type(value) is not Items or words(name)[-1:] != ("prompts",) or role_of(name) == "system":
        return False
    found = templates(value)
    said = [literal(each) for each in found]
    return bool(found) and all(text is not None and brief(text) for text in said)


def brief(text: str) -> bool:
    """Whether a text is a line that a person might say to anybody, and nothing to a model alone."""
    if len(text) > MAX_BRIEF or "\n" in text.strip() or "{" in text:
        return False
    return not addresses(text) and not reads_like_prompt(text)


def only_tried(value: Value) -> bool:
    """Whether a text of a test is none that tells a model what to do: a question, a word, what a stand-in answers."""
    said = sample(value) if type(value) is tuple else ""
    return brief(said) or not instructs(said)


def others(name: str, value: Value, around: str) -> bool:
    """Whether texts whose name might say that they are prompts are for a person, or what a test tries.

    `around` is the function they stand in.
    """
    tried = words(name)[:1] == ("test",) and (type(value) is Items or (type(value) is Mapping and not value.kind))
    if tried and type(value) is Mapping and not prompt_like("_".join(words(name)[:2])):
        # `TEST_WRITING_PROMPTS = {"unit": "Write tests of this code: {code}"}`, `test = {"name": "a", "prompt": "..."}`
        told = [(key, item) for key, item in value.entries if type(item) is tuple]
        texts = [sample(item) for key, item in told if prompt_like(key)] or [sample(item) for _, item in told]
        tried = 2 * sum(map(instructs, texts)) <= len(texts)
    # `PROFILES_SYSTEM = [("Clerk", "Sorts the letters", RIGHTS)]`: rows of a table, each with more than a text.
    rows = type(value) is Items and all(type(item) in (Items, Mapping) for item in value.items)
    return tried or (rows and by_speaker(name)) or steps(name, value) or for_person(name, around)


def notices(value: Mapping, told: Callable[[str], bool]) -> bool:
    """Whether a dict or an object has what a program says to people under most of its keys; `told`: a prompt's key.

    `{"saved": "The letter is saved.", ..., "name_prompt": "What is your name?"}`
    """
    rest = [(key, item) for key, item in value.entries if not told(key)]
    named = len(value.entries) - len(rest)
    # Most dicts have no such key.
    return named > 0 and sum(_sentence(item) for key, item in rest if key not in _ABOUT) >= max(_NOTICES, 2 * named)


def _sentence(value: Value) -> bool:
    return type(value) is tuple and has_text(value) and several_words(sample(value, 240))


def of_notice(key: str, value: Value) -> bool:
    """Whether what stands under the key of a prompt, among notices, may be one of them: it says nothing to a model."""
    parts = words(key)
    if len(parts) < 2 or role_of(key) == "system":
        return False
    if "prompt" not in parts and not by_speaker(key) and parts[-1] != "description":
        return False
    if type(value) is not tuple:
        return False
    text = sample(value)
    filled = "{" in text or literal(value) is None
    return not reads_like_prompt(text) and not (filled and instructs(text))
