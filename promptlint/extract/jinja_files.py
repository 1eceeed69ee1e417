"""Which Jinja files are prompts.

Jinja makes web pages, configuration and code as well. What a file makes is told by its name ("page.html.j2"), by its
folders ("prompts/"), and by how its text reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from promptlint.extract.chat_markup import ROLES, shown
from promptlint.extract.names import prompt_like, role_of, words
from promptlint.extract.prompt_paths import MACHINE
from promptlint.extract.reads import could_be_prompt, looks_like_code_or_markup, reads_like_prompt
from promptlint.template import Choice, Repeat, Template, Text

EXTENSIONS = (".j2", ".jinja", ".jinja2")

SAMPLE = 8_000
"""Characters of a template by which it is judged."""

# What may stand before the Jinja extension in the name of a prompt; a version ("v2") may as well.
_PROSE = frozenset("txt text prompt prompty tmpl template tpl msg message".split())
_MACHINE_STEMS = frozenset(
    "dockerfile containerfile makefile jenkinsfile vagrantfile procfile rakefile gemfile cmakelists readme "
    "changelog license licence contributing notice authors crontab hosts manifest docker-compose".split()
)
_SHARED_STEMS = frozenset("index macro macros helpers layout base page".split())
_FOR = frozenset("prompt prompts llm gpt instruction instructions persona personas fewshot".split())
_AGAINST = frozenset(
    "html email emails mail mails notification notifications newsletter invoice docs sphinx latex css js web www "
    "public ansible helm k8s kubernetes terraform nginx systemd docker dockerfile workflows cookiecutter codegen "
    "apidoc sql reports readme readmes scaffold scaffolding".split()
)
_INSIDE_WORDS = str.maketrans("", "", "-'’")


def is_prompt(name: str, template: Template, *, divided: bool = False) -> bool:
    """Whether a Jinja file is meant for a model. `divided`: it is written as several messages."""
    kind, named = _kind(name), _path_says(name)
    text = _sample(template, "{{ value }}")
    if kind == "machine":
        return named > 0 and reads_like_prompt(text)
    if divided:
        return True
    # A word stands for each value here, so that what surrounds it looks as it will.
    plain = _sample(template, "x")
    if looks_like_code_or_markup(plain) or (named < 2 and _is_data(template)):
        return False
    if (kind == "prose" and named == 2) or reads_like_prompt(text):
        return True
    if named < 0 or not could_be_prompt(text):
        return False
    return named == 2 or (kind == "prose" and (named == 1 or _is_prose(plain)))


def _is_data(template: Template) -> bool:
    """Whether a file makes one JSON document: settings, or what a service is sent."""
    first = next((piece.strip() for piece in shown(template, "0") if piece.strip()), "")
    if first[:1] not in ("{", "["):
        return False
    try:
        json.loads("".join(_one_way(template)))
    except (ValueError, RecursionError):
        return False
    return True


def _one_way(template: Template) -> Iterator[str]:
    """The text of a template with the first branch of each, one turn of each loop, and a number for each value."""
    for part in template:
        if type(part) is Text:
            yield part.value
        elif type(part) is Choice:
            yield from _one_way(part.branches[0])
        elif type(part) is Repeat:
            yield from _one_way(part.body)
        else:
            yield "0"


def may_be_prompt(name: str, text: str) -> bool:
    """The same of a file that jinja2 cannot read, by its raw text. In doubt it is one, and its fault is reported."""
    kind = _kind(name)
    if kind == "machine" or (kind == "unknown" and _path_says(name) <= 0):
        return False
    return not looks_like_code_or_markup(text[:SAMPLE])


def _sample(template: Template, hole: str) -> str:
    """The beginning of a template's text, with `hole` for every value."""
    pieces: list[str] = []
    length = 0
    for piece in shown(template, hole):
        pieces.append(piece[:SAMPLE])
        length += len(piece)
        if length > SAMPLE:
            break
    return "".join(pieces)[:SAMPLE]


def _is_prose(text: str) -> bool:
    """Whether at least half of the text stands in lines that hold a run of words."""
    prose = total = 0
    for line in text.splitlines():
        line = line.strip()
        total += len(line)
        if _has_words(line):
            prose += len(line)
    return 2 * prose >= total > 0


def _has_words(line: str) -> bool:
    """Four words in a row, or six characters of a script that writes no spaces."""
    run = 0
    for token in line.split():
        run = run + 1 if token.strip(".,;:!?()*\"'").translate(_INSIDE_WORDS).isalpha() else 0
        if run == 4:
            return True
    return sum("\u0e00" <= character <= "\u0e7f" or "\u3040" <= character <= "\ud7af" for character in line) >= 6


def _kind(name: str) -> str:
    """What the file name says of the template's output: "prose" (or nothing), "machine", or "unknown"."""
    base = _stem(name).lower()
    stem, _, inner = base.rpartition(".")
    if (stem or inner).partition(".")[0] in _MACHINE_STEMS or inner in _MACHINE_STEMS or base.startswith("."):
        return "machine"
    if base in _SHARED_STEMS:
        return "unknown"
    if not stem or inner in _PROSE or any(character.isdigit() for character in inner) or inner in ROLES:
        return "prose"
    return "machine" if inner in MACHINE else "unknown"


def _path_says(name: str) -> int:
    """What the name and its two nearest folders speak of: 2 prompts, 1 a role, -1 pages, mail, machines, 0 nothing."""
    folders, stem = name.replace("\\", "/").split("/")[-3:-1], _stem(name)
    said = {word for part in (*folders, stem) for word in words(part)}
    if said & _FOR or prompt_like(stem):
        return 2
    if role_of(stem) != "unknown" or any(word in ROLES for word in words(stem)):
        return 1
    return -1 if said & _AGAINST else 0


def _stem(name: str) -> str:
    base = name.replace("\\", "/").rpartition("/")[2]
    for extension in EXTENSIONS:
        base = base.removesuffix(extension)
    return base


def role_of_file(name: str) -> str:
    """The role that a file's name states, or "unknown"."""
    stem = _stem(name)
    return role_of(stem) if stem.lower() in ("tool", "function") else ROLES.get(stem.lower()) or role_of(stem)


def has_text(template: Template) -> bool:
    """Whether anything but values and white space stands in a template."""
    return any(piece.strip() for piece in shown(template, ""))
