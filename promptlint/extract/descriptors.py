"""Dicts that describe what a tool takes, or the form of an answer."""

from __future__ import annotations

from promptlint.extract.names import words
from promptlint.extract.state import has_text
from promptlint.operations import literal
from promptlint.template import Items, Mapping


def describes(mapping: Mapping, name: str) -> bool:
    """Whether a dict is a schema, as it stands or by its name and that of the function around it."""
    entries = dict(mapping.entries) if not mapping.kind else {}
    if not entries or "$schema" in entries:
        # What says by which draft it is written is for a validator.
        return False
    if "properties" in entries:
        return _is_schema(mapping) and _SCHEMAS_FOR_PEOPLE.isdisjoint(words(name))
    if isinstance(entries.get("name"), tuple):
        return _is_descriptor(mapping) and (_SCHEMAS_FOR_PEOPLE | _DESCRIBED_FOR_PEOPLE).isdisjoint(words(name))
    if not _is_parameters(mapping):
        return False
    said = words(name)
    of_tool = not (_OF_TOOLS.isdisjoint(said) or _TAKEN.isdisjoint(said))
    return of_tool and (_SCHEMAS_FOR_PEOPLE | _TRIED).isdisjoint(said)


def _is_schema(mapping: Mapping) -> bool:
    """Whether a dict is the JSON schema of an object: what a model is asked for, or what a tool takes."""
    return isinstance(mapping.get("properties"), Mapping) and literal(mapping.get("type")) == "object"


def _is_descriptor(mapping: Mapping) -> bool:
    """Whether a dict describes a tool beside lists of what it takes, each with its type and a description.

    `{"name": "search", "description": "...", "required_parameters": [{"name": "query", "type": "str", ...}]}`; what has
    no types is a prompt of an MCP server, which people pick.
    """
    name = literal(mapping.get("name"))
    if name is None or not name.isidentifier() or mapping.get("description") is None:
        return False
    lists = (item for key, item in mapping.entries if type(item) is Items and words(key)[-1:] in _LISTED)
    taken = [each for items in lists for each in items.items]
    return bool(taken) and all(
        type(each) is Mapping and all(each.get(key) is not None for key in ("name", "type", "description"))
        for each in taken
    )


def _is_parameters(mapping: Mapping) -> bool:
    """Whether a dict stands for the `properties` of a schema: every entry has a type of JSON, some a description."""
    described = False
    for _, item in mapping.entries:
        if type(item) is Mapping:
            if literal(item.get("type")) not in _JSON_TYPES:
                return False
            described = described or item.get("description") is not None
        elif not isinstance(item, tuple) or has_text(item):
            return False
    return described


_LISTED = (("parameters",), ("params",), ("arguments",), ("args",), ("inputs",))
_JSON_TYPES = frozenset("string integer number boolean array object".split())
# Words of names that together say of a dict of fields that a tool takes them: `get_input_schema`, `TOOL_FIELDS`.
_OF_TOOLS = frozenset("tool tools input inputs function args arguments".split())
_TAKEN = frozenset("schema schemas properties fields parameters params specs".split())
_TRIED = frozenset("test tests expected mock sample fake".split())
# What is described with a name and parameters to people: commands, prompts of an MCP server, blocks of an editor.
_DESCRIBED_FOR_PEOPLE = frozenset(
    "command commands cli api apis prompt prompts node nodes block blocks widget widgets event events".split()
)
# Words that name schemas of other things: of settings, of what a person fills in, of the routes of a web application.
_SCHEMAS_FOR_PEOPLE = frozenset(
    "config configs configuration setting settings form forms ui openapi openapi_extra swagger responses route routes "
    "endpoint request body example examples manifest metadata migration preferences requested elicitation".split()
)
