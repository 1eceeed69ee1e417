"""Jinja environments with delimiters of their own: which files of the run they read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from promptlint.extract.facts import Facts, Syntax
from promptlint.extract.jinja import syntax_of
from promptlint.loading import components, path_of
from promptlint.operations import literal
from promptlint.template import Items, Mapping, Value

_JINJA = (".j2", ".jinja", ".jinja2")


def syntaxes(all_facts: Sequence[Facts]) -> dict[str, Syntax]:
    """The delimiters of Jinja files that are read with others than jinja2's own, by the names of the files.

    They are those below the folder of such an environment's loader, and those that it is asked for by name. What two
    environments would read in different ways is left out.
    """
    if not any(facts.environments for facts in all_facts):
        return {}
    from promptlint.link import Linker

    ordered = sorted(all_facts, key=lambda facts: facts.file)
    linker = Linker(ordered)
    found: dict[str, set[Syntax]] = {}
    for facts in ordered:
        for environment in facts.environments:
            for folder in folders(linker.resolve(environment, facts)):
                for file in linker.files.below(facts.file, components(folder), _JINJA)[1]:
                    _add(found, file.file, environment)
        for value, name in facts.asked:
            made = linker.resolve(value, facts)
            home = linker.files.find(facts.file, path_of(linker.resolve(name, facts)), "")
            # Without a loader it reads no file.
            if home is not None and home.file.endswith(_JINJA) and isinstance(made, Mapping) and made.get("loader"):
                _add(found, home.file, made)
    return {name: next(iter(ways)) for name, ways in found.items() if len(ways) == 1 and () not in ways}


def _add(found: dict[str, set[Syntax]], name: str, environment: Mapping) -> None:
    syntax = syntax_of(environment)
    if syntax is not None:
        found.setdefault(name, set()).add(syntax)


def folders(environment: Value) -> Iterator[str]:
    """The folders of an environment's `FileSystemLoader` or `PackageLoader`, as far as their ends are known."""
    loader = environment.get("loader") if isinstance(environment, Mapping) else None
    if not isinstance(loader, Mapping):
        return
    kind = loader.kind.rpartition(".")[2]
    first, second = loader.get("0"), loader.get("1")
    if kind == "FileSystemLoader":
        given = loader.get("searchpath") or first
        for item in given.items if isinstance(given, Items) else [given] if given else []:
            yield path_of(item)
    elif kind == "PackageLoader":
        package = literal(loader.get("package_name") or first)
        folder = loader.get("package_path") or second
        inner = "templates" if folder is None else literal(folder)
        if package and inner is not None:
            yield f"{package.replace('.', '/')}/{inner}"
