"""Prompts in text files that are picked at run time: `(FOLDER / f"{name}.md").read_text()`, `FOLDER.glob("*.txt")`.

Which file a request takes is not known, so none of them is a part of one; each is a prompt of its own. A file that lies
among prompts, and does not read like one (a short text, a page that might as well explain prompts to people), counts if
the program names it or picks from its folder. One that lies elsewhere counts if the code that picks it speaks of
prompts: by its own name, those of its parameters, or that of the folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from promptlint.environments import folders
from promptlint.extract.facts import Facts, Site
from promptlint.extract.names import words
from promptlint.extract.prompt_paths import TEXT, among_prompts
from promptlint.extract.sites import NAME
from promptlint.loading import components
from promptlint.template import Apply, Choice, Hole, Ref, Span, Text, Value

if TYPE_CHECKING:
    from promptlint.link import Linker

_SPEAKS = frozenset("prompt prompts instruction instructions persona personas".split())
# What stands for whatever is not known of a path.
_ANY = "*"
_MAX_WAYS = 32


def sites(all_facts: Sequence[Facts], linker: Linker) -> Iterator[tuple[Facts, Site]]:
    """The texts that are prompts because the program picks their files."""
    doubtful = [facts for facts in all_facts if facts.doubtful]
    if not doubtful:
        return
    named = {name for facts in all_facts for name in facts.loads}
    picked: dict[str, bool] = {}
    for facts in all_facts:
        for path in _paths(facts, linker):
            for file, speaks in _picked(path, facts, linker, named):
                picked[file] = speaks or picked.get(file, False)
    # A name by which files lie elsewhere, too, says nothing of the folder: the program may mean any of them.
    last = {name.rpartition("/")[2] for name in named}
    called = [facts.file for facts in all_facts if facts.file.rpartition("/")[2] in last]
    elsewhere = {file.rpartition("/")[2] for file in called if not among_prompts(file)}
    said = {file for file in called if file.rpartition("/")[2] not in elsewhere}
    known = said.union(picked)
    # Where the program is known to load prompts of a kind, those beside them are loaded, too: by texts, by lists.
    kinds = {kind for file in known if _says((kind := _kind(file))[0].rpartition("/")[2])}
    for facts in doubtful:
        by_place = facts.file in known or _kind(facts.file) in kinds
        for site in facts.doubtful:
            if picked.get(facts.file) or (site.rank == NAME and by_place):
                yield facts, site


def _kind(file: str) -> tuple[str, str]:
    """The folder of a file, and its extension."""
    folder, _, name = file.rpartition("/")
    return folder, name.rpartition(".")[2]


class _Path(msgspec.Struct, frozen=True):
    """What a file reads: `deep`, the name is one below a folder; `all`, the program takes what is there."""

    value: Value
    deep: bool = False
    all: bool = False


def _paths(facts: Facts, linker: Linker) -> Iterator[_Path]:
    yield from map(_Path, facts.reads)
    for path in facts.listed_files:
        yield _Path(path, all=True)
    for environment, name in facts.asked:
        place = _place(name)
        if isinstance(name, tuple) and place is not None:
            for folder in folders(linker.resolve(environment, facts)):
                yield _Path((Text(f"{folder}/", place, False), *name), deep=True)


def _picked(path: _Path, facts: Facts, linker: Linker, named: set[str]) -> Iterator[tuple[str, bool]]:
    """The files that a path may mean of which the folder is known, and whether the code speaks of prompts."""
    for text in _ways(linker.resolve(path.value, facts)):
        *above, name = components(text) or ("",)
        at = next((at for at, part in enumerate(above) if _ANY in part), len(above))
        folder = tuple(above[:at])
        if not folder and text[:1] == "/":
            folder = components(facts.file)[:-1]
        elif not folder:
            # Below a folder that only run time knows, those count that are named for prompts themselves.
            known = next((at for at, part in enumerate(reversed(above)) if _ANY in part), len(above))
            folder = tuple(above[len(above) - known :])
            if not any(map(_says, folder)):
                continue
            at = len(above)
        depth, below = linker.files.below(facts.file, folder, TEXT)
        start, end = name.partition(_ANY)[0], name.rpartition(_ANY)[2]
        speaks = bool(below) and _speaks(path.value, (*folder[-2:], start), facts, linker)
        for each in below:
            parts = components(each.file)
            if not (parts[-1].startswith(start) and parts[-1].endswith(end)):
                continue
            if not (path.deep or at < len(above) or len(parts) == depth + 1):
                continue
            # Of a name of which nothing is known it may be any that the program says.
            if path.all or start or end or "/".join(parts[depth:]) in named:
                yield each.file, speaks


def _ways(value: Value) -> list[str]:
    """What a path may be, `*` for what is not known of it, "/" in front if it begins in a folder of the program."""
    if not isinstance(value, tuple):
        return []
    ways = [""]
    for part in value:
        if type(part) is Text:
            ways = [way + part.value for way in ways]
        elif type(part) is Choice and ways == [""]:
            ways = [way for branch in part.branches for way in _ways(branch)][:_MAX_WAYS]
        else:
            own = type(part) is Hole and part.origin == "folder"
            ways = ["/" if own and not way else way + _ANY for way in ways]
    return ways


def _place(value: Value) -> Span | None:
    part = value[0] if isinstance(value, tuple) and value else None
    if type(part) is Ref:
        return part.fallback.span
    return part.span if type(part) is Text or type(part) is Hole or type(part) is Apply else None


def _speaks(path: Value, names: tuple[str, ...], facts: Facts, linker: Linker) -> bool:
    """Whether the names around a path say that prompts are read there."""
    said = [*names, *facts.file.removesuffix(".py").split("/")[-3:]]
    place = _place(path)
    for key in linker.around(facts, place.start) if place is not None else ():
        function = facts.functions.get(key)
        said += [*key.split("."), *(name for name, _ in (function.parameters if function is not None else ()))]
    return any(map(_says, said))


def _says(name: str) -> bool:
    return not _SPEAKS.isdisjoint(words(name))
