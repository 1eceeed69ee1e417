"""Names that are called: what is known of each before any call of it is read."""

from __future__ import annotations

import functools
from typing import NamedTuple

from promptlint.extract import handing, lists, loads, pipelines
from promptlint.extract.against import (
    answers,
    for_people,
    measures,
    posts,
    shown_on,
    silences,
    speaks_against,
    told_to_page,
)
from promptlint.extract.arguments import ASKING
from promptlint.extract.callsite import Callee
from promptlint.extract.messages import SCHEMA_METHODS
from promptlint.extract.methods import ENVIRONMENT, OF_VALUES, SILENT
from promptlint.extract.state import File
from promptlint.extract.volatility import SETS

# Functions that give back their first argument as a text, changed or not.
FUNCTIONS = {
    "textwrap.dedent": "dedent",
    "dedent": "dedent",
    "inspect.cleandoc": "cleandoc",
    "cleandoc": "cleandoc",
    "str": "same",
    "string.Template": "same",
    "Template": "same",
    "jinja2.Template": "jinja",
    "textwrap.indent": "indent",
    "chevron.render": "mustache",
    "pystache.render": "mustache",
}
# All functions, by the last part of their names, whose result may be more than a run-time value.
TAILS = frozenset(name.rpartition(".")[2] for name in (*ENVIRONMENT, *FUNCTIONS, *SETS, *lists.COPIES)) | {
    "from_string",
    "dict",
    "from_text",
    "from_bytes",
    "from_uri",
    "sorted",
    "reversed",
    "filter",
}
# All that is treated in a way of its own.
_SPECIAL = OF_VALUES | TAILS | FUNCTIONS.keys() | loads.KNOWN | SCHEMA_METHODS | ASKING | pipelines.KNOWN

class _Known(NamedTuple):
    """What a name says in whatever file it is called, as in `Callee`."""

    last: str
    method: str
    against: bool
    shown: bool
    plain: bool
    ordinary: bool
    of_value: bool
    mild: bool


@functools.lru_cache(maxsize=20_000)
def _known(written: str, name: str, tails: frozenset[str], said: frozenset[str]) -> _Known:
    """`written` is the name as it is called, `name` its import path; `tails` and `said` are those of the lexicon."""
    last = name.rpartition(".")[2]
    method = written.rpartition(".")[2]
    against = speaks_against(written) or (name != written and speaks_against(name))
    mild = against and not silences(written) and (name == written or not silences(name))
    shown = answers(name) or (against and for_people(name)) or measures(last)
    plain = last not in tails and not last[:1].isupper() and name != handing.PARTIAL
    odd = last in said or name == "setattr" or "Message" in last or last == "cls" or last.endswith("from_yaml")
    of_value = plain and not odd and method == last and last in SILENT and ENVIRONMENT.isdisjoint((name, written))
    plain = plain and _SPECIAL.isdisjoint((last, method, written))
    return _Known(last, method, against, shown, plain, plain and not odd, of_value, mild)


def callee_of(file: File, written: str, known: str = "") -> Callee:
    """What is known of a call by its name; `known` is that, where it is another one than the file's imports say."""
    name = file.resolve(known or written)
    last, method, against, shown, plain, ordinary, of_value, mild = _known(
        written, name, file.lexicon.tails, file.lexicon.said_tails
    )
    file.mentions.add(last)
    file.mentions.add(method)
    file.facts.tells = file.facts.tells or last in file.lexicon.telling
    if not against and written.endswith("Message") and shown_on(file, name):
        against, shown = True, shown or for_people(name)
    if not against and posts(file, written, last):
        against = mild = True
    shown = shown or told_to_page(file, last)
    callee = file.callees[known or written] = Callee(
        name, last, against or shown, shown, plain, ordinary, of_value, mild and not shown
    )
    return callee
