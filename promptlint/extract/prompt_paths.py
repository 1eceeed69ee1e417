"""Which files beside Python and Jinja may hold prompts, by their names and, of data, by the words of their keys.

Cheap enough to be asked of every file of a repository.
"""

from __future__ import annotations

import functools
import re

from promptlint.extract.names import prompt_like, words

_TEMPLATES = (".tmpl", ".tpl", ".mustache", ".hbs", ".liquid")
TEXT = (".txt", ".md", ".prompt", ".prompty", *_TEMPLATES)
DATA = (".yaml", ".yml", ".toml", ".json")
ALWAYS = (".prompt", ".prompty")
"""Extensions of nothing but prompts."""

# What may stand before the extension in the name of a template that makes no text for people or models.
MACHINE = frozenset(
    "html htm xhtml xml svg rss css scss less js mjs cjs ts tsx jsx vue json jsonl json5 yml yaml toml ini cfg "
    "conf config cnf properties env service timer socket mount target unit rules list repo spec in lock py pyi "
    "pyx ipynb sh bash zsh fish ps1 bat cmd sql ddl rst tex sty bib cls c h cc cpp hpp cs go rs java kt kts scala "
    "rb php pl lua r swift tf hcl nix mk cmake gradle dockerfile csv tsv po pot proto graphql ics vcf eml patch "
    "diff plist desktop xsl xsd wsdl nginx vhost htaccess cron crontab logrotate sudoers pem key manifest ncx "
    "opf".split()
)

MAX_BYTES = 1024 * 1024
"""A text or settings file beyond this is data."""

_FOLDERS = frozenset({"prompt", "prompts"})
_TEXTS = frozenset("template templates text texts file files library data".split())
_TEMPLATE_FOLDERS = frozenset("template templates instruction instructions persona personas".split())
_NAMES = frozenset("prompt prompts skprompt sysprompt instructions".split())
# Texts for people, whatever the folder.
_NEVER = frozenset(
    "readme license licence licenses changelog changes history news contributing contributors authors codeowners "
    "requirements constraints notice copying security support governance maintainers credits todo roadmap faq index "
    "install installation upgrade upgrading migration release releases robots manifest cmakelists agents claude "
    "gemini copilot skill".split()
)
_DOCUMENTATION = frozenset(
    "doc docs documentation website site blog posts wiki tutorials howtos guides references licenses node_modules "
    "fixtures cassettes recordings datasets dataset testdata releasenotes changelogs snapshots __snapshots__ logs "
    "outputs results benchmark_results issue_template todos tickets backlog".split()
)
# Last words of folders that hold what programs have written: `evaluation_results`, `stored_responses`.
_RECORDS = (("results",), ("outputs",), ("logs",), ("responses",), ("recordings",), ("cassettes",), ("traces",))
# The same in the names of settings files: `test_result_1751840944.json`.
_RECORDED = frozenset("result results log logs output outputs trace traces".split())
# What people do with a program, before "instructions".
_OF_PROGRAMS = frozenset(
    "installation install setup build upgrade download login usage run start deployment deploy project final".split()
)
# Markdown about prompts.
_EXPLAIN = frozenset(
    "guide guides reference tutorial overview formats engineering howto notes architecture spec".split()
)
_SETTINGS = frozenset(
    "pyproject.toml package.json package-lock.json composer.json tsconfig.json jsconfig.json angular.json "
    "lerna.json manifest.json mkdocs.yml mkdocs.yaml docker-compose.yml docker-compose.yaml compose.yml "
    "compose.yaml pnpm-lock.yaml pnpm-workspace.yaml environment.yml environment.yaml openapi.json openapi.yaml "
    "openapi.yml swagger.json codecov.yml netlify.toml cargo.toml pipfile.toml ruff.toml promptlint.toml "
    "_config.yml renovate.json vercel.json deno.json".split()
)
_TRANSLATIONS = frozenset(
    "i18n l10n locale locales lang langs languages translations translation messages frontend".split()
)
_LANGUAGES = frozenset("i18n l10n locale locales translation translations".split())
# What stands in the keys of prompts, or in the header of a TOML table (`[review_prompt]`); the search for them is what
# every data file costs.
_NEEDLES = (b"prompt", b"instruction", b"backstory", b"doc_to_text", b"persona", b"few_shot", b"fewshot",
            b"system_message", b"input_variables", b"expected_output", b"preamble", b"guideline",
            b"system_template")  # fmt: skip
# The rest of such a key.
_KEY = re.compile(rb"[\w.-]*[\"']?\s*[:=\]]")
# Lines of YAML behind a key that says what the role of somebody is, or that they are a system's.
_SPOKEN = re.compile(rb"^[ \t-]*[\"']?(?:role|system)[\"']?[ \t]*:[ \t]*(?:&\S+[ \t]+)?[|>]", re.MULTILINE)


def extension(name: str) -> str:
    """The extension of a file that may hold a prompt, in lower case, or ""."""
    dot = name.rfind(".")
    ending = name[dot:].lower() if dot >= 0 else ""
    return ending if ending in TEXT or ending in DATA else ""


def _parts(path: str) -> tuple[list[str], str]:
    *folders, name = path.replace("\\", "/").lower().split("/")
    return [folder for folder in folders if folder not in ("", ".", "..")], name


def _for_people(folders: list[str], name: str) -> bool:
    stem, _, inner = name.rpartition(".")[0].rpartition(".")
    if stem and inner in MACHINE and name.endswith(_TEMPLATES):
        return True
    if name.endswith(TEXT) and not {name.partition(".")[0], *words(name.rpartition(".")[0])[:1]}.isdisjoint(_NEVER):
        return True
    return any(
        folder in _DOCUMENTATION or words(folder)[-1:] in _RECORDS or (folder[0] == "." and folder.strip("."))
        for folder in folders
    )


def for_people(path: str) -> bool:
    """Whether a text file, by its path relative to its project, is documentation, a record or code in any case."""
    folders, name = _parts(path)
    return _for_people(folders, name)


def _of_prompts(folder: str) -> bool:
    """Whether a folder is named for prompts: "prompts", "system_prompts", "prompt_templates"."""
    named = words(folder)
    return bool(named) and (named[-1] in _FOLDERS or (named[0] in _FOLDERS and named[-1] in _TEXTS))


def may_hold_templates(folder: str) -> bool:
    """Whether texts in a folder of this name are read if the program picks some; those of "prompts" always are."""
    return not _TEMPLATE_FOLDERS.isdisjoint(words(folder))


def text_says(path: str) -> int:
    """What the path of a text file, relative to its project, says: 2 a prompt for sure, 1 perhaps, 0 no prompt."""
    folders, name = _parts(path)
    if name.endswith(ALWAYS):
        return 2
    if _for_people(folders, name):
        return 0
    if name.endswith(".md") and not _EXPLAIN.isdisjoint(words(name)):
        return 0
    return 1 if among_prompts(path) or not _NAMES.isdisjoint(words(name.rpartition(".")[0])) else 0


def perhaps_steps(path: str) -> bool:
    """Whether a text file of instructions, by its name, has those of people: `FINAL_INSTRUCTIONS.txt`, `setup-...`."""
    said = words(_parts(path)[1].rpartition(".")[0])
    return _NAMES.intersection(said) == {"instructions"} and not _OF_PROGRAMS.isdisjoint(said)


def data_named(path: str) -> bool:
    """Whether a settings file says by its name, or by its folder's, that prompts are all that it holds."""
    folders, name = _parts(path)
    return prompt_like(name.rpartition(".")[0]) or bool(folders and _of_prompts(folders[-1]))


def among_prompts(path: str) -> bool:
    """Whether a file lies in a folder of prompts, or at most two below one."""
    folders, _ = _parts(path)
    return any(map(_of_prompts, folders[-3:]))


def translated(path: str) -> bool:
    """Whether a settings file holds the texts of a user interface."""
    folders, _ = _parts(path)
    return not _TRANSLATIONS.isdisjoint(folders)


@functools.lru_cache(maxsize=256)
def translates(path: str) -> bool:
    """Whether a module holds the texts of a user interface in several languages: `web/i18n.py`, `locales/de.py`."""
    *folders, name = path.lower().replace("\\", "/").split("/")
    return not _LANGUAGES.isdisjoint((*folders[-1:], name.removesuffix(".py")))


def data_may(path: str) -> bool:
    """Whether a settings file may hold prompts at all: one whose name is a number is a record of many, and one that is
    named for what a run has left is one of that run."""
    folders, name = _parts(path)
    recorded = name.partition(".")[0].isdecimal()
    if name.endswith(".json") and not _RECORDED.isdisjoint(words(name[:-5])[-1:]):
        recorded = recorded or not among_prompts(path)
    return name not in _SETTINGS and not recorded and not _for_people(folders, name) and name[:1] != "."


def data_speaks(data: bytes) -> bool:
    """Whether a key of a settings file has a word that keys of prompts have."""
    lowered = data.lower()
    for needle in _NEEDLES:
        at = lowered.find(needle)
        while at >= 0:
            if _KEY.match(lowered, at + len(needle)):
                return True
            at = lowered.find(needle, at + len(needle))
    return _SPOKEN.search(lowered) is not None
