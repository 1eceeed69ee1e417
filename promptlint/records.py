"""Settings files of which many have one form: records of a data set, as are many entries of one form within a file.

What such a file says beside its prompts, of what these are about, is no prompt because the folder is named for prompts;
nor is what any file of prompts tells of them, because a program keeps the whole of it under such a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from promptlint.extract.facts import Facts, Site
from promptlint.extract.recorded import stamped
from promptlint.template import Hole, Mapping, Template, Text, Value, parts

MAX_FILES = 12
"""Files with the same keys in one folder; more of them are records."""


def sites(all_facts: Sequence[Facts]) -> Iterator[tuple[Facts, Site]]:
    """What only the names of files and folders make prompts, where the files are no records.

    A text with a value to fill in is none: a program fills it in.
    """
    promising = [facts for facts in all_facts if facts.promised]
    folders = {_folder(facts) for facts in promising}
    counts: dict[tuple[str, tuple[str, ...]], int] = {}
    for facts in all_facts if promising else ():
        if "data" in facts.bindings and _folder(facts) in folders:
            counts[_form(facts)] = counts.get(_form(facts), 0) + 1
    for facts in promising:
        records = counts[_form(facts)] > MAX_FILES
        for site in facts.promised:
            if not records or any(type(part) is Hole or "{" in part.value for part in _pieces(site.value)):
                yield facts, site


def runs(all_facts: Sequence[Facts]) -> set[str]:
    """Files that a program leaves of what it has done, each in a folder that it has made for it.

    That is one file of one name and form in many folders side by side, which are called by hexadecimal digits or a
    date, and with the time in it. What is asked there has been asked: no prompt comes from there, unless the name of
    the file or folder promises some.
    """
    counts: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for facts in all_facts:
        value = facts.bindings.get("data")
        folder, _, name = facts.file.rpartition("/")
        above, _, last = folder.rpartition("/")
        if not isinstance(value, Mapping) or not facts.sites or facts.promised or _ID.search(last) is None:
            continue
        if any(stamped(item) for _, item in value.entries):
            counts.setdefault((above, name, tuple(key for key, _ in value.entries)), []).append(facts.file)
    return {file for files in counts.values() if len(files) > MAX_FILES for file in files}


# How a folder ends that is called by a number which nobody has counted: of hexadecimal digits, or a time.
_ID = re.compile(r"(?:^|[^0-9A-Za-z])(?=[a-f]*\d)[0-9a-f]{8,}$")


class Told:
    """What files that are named for prompts tell of them: no prompts by the name that holds all of the file."""

    def __init__(self, all_facts: Sequence[Facts]) -> None:
        self.places = {span for facts in all_facts for span in facts.told}

    def holds(self, site: Site, value: Value, template: Template) -> bool:
        """Whether a text of a value is told of prompts, where a site knows no more of it than the name of the value."""
        if not self.places or site.evidence != "name" or isinstance(value, tuple):
            return False
        return any(type(part) is Text and part.span in self.places for part in template)


def _pieces(value: Value) -> Iterator[Hole | Text]:
    return (part for part in parts(value) if type(part) is Hole or type(part) is Text)


def _folder(facts: Facts) -> str:
    return facts.file.rpartition("/")[0]


def _form(facts: Facts) -> tuple[str, tuple[str, ...]]:
    """The folder of a file, and the keys that it has."""
    value = facts.bindings["data"]
    # A list has no form by which it is told from another file.
    keys = tuple(key for key, _ in value.entries) if isinstance(value, Mapping) else (facts.file,)
    return _folder(facts), keys
