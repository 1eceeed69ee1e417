"""What a call gives back as a run-time value: how often it changes, and whether it is JSON."""

from __future__ import annotations

import ast

from promptlint.extract.callsite import CallSite
from promptlint.extract.names import words
from promptlint.extract.state import File, fallback_of, has_text, state_of, textual
from promptlint.extract.volatility import (
    AS_LONG,
    CONSTANT,
    DEPLOY,
    MAX_VARIANTS,
    UNIQUE,
    UNKNOWN,
    State,
    dotted,
    of_call,
)
from promptlint.operations import literal, takes
from promptlint.template import Hole, Items, JsonDump, Mapping, Message, Span, Value, Volatility

# Functions of Python that give back what they are given in another form, one of it, or some; and methods that do.
_OF_GIVEN = frozenset(
    "json.dumps orjson.dumps ujson.dumps simplejson.dumps yaml.dump yaml.safe_dump pprint.pformat max min next map "
    "filter sum vars iter list tuple set dict sorted reversed zip enumerate str repr ascii format random.choice "
    "random.choices random.sample itertools.chain itertools.chain.from_iterable itertools.islice functools.reduce "
    "copy.copy copy.deepcopy textwrap.fill textwrap.shorten textwrap.wrap html.escape string.capwords".split()
)
# Those of them that take one item after the other.
_GONE_OVER = frozenset("next filter iter list tuple set sorted reversed enumerate choice choices sample islice".split())
# Their names for it.
_GIVEN = frozenset("obj data seq population object iterable text s".split())
_OF_RECEIVER = frozenset(
    "swapcase center ljust rjust zfill expandtabs translate splitlines split rsplit partition rpartition casefold "
    "items keys values encode decode".split()
)
# The class of what stands for a value whose items are taken.
EACH = ".each"
# Such values of one file that are remembered.
MAX_MADE = 2_000
JSON_DUMPS = frozenset({"json.dumps", "orjson.dumps", "ujson.dumps", "simplejson.dumps"})
_IDS = (("id",), ("ids",))
_SESSION = Volatility.SESSION
_PURE = frozenset("json orjson ujson simplejson textwrap re copy itertools math html string operator".split())


def run_time_value(file: File, site: CallSite, receiver: Value | None) -> Hole:
    """The hole that stands for a call's value, with how often that changes."""
    first = literal(site.positional[0][0]) if site.positional else None
    arguments: list[State] = []
    for value, node in (*site.positional, *site.keywords.values()) if site.keywords else site.positional:
        state = state_of(value)
        arguments.append(_looked_up(site, state, node) if state[0] is _SESSION else state)
    known = state_of(receiver) if receiver is not None else None
    if known is not None and ((not known[1] and known[0] is CONSTANT[0]) or _of_package(file, site)):
        known = None
    if first is None and site.positional and site.name.endswith("strftime"):
        first = file.literal_of_module(site.positional[0][1])
    state = of_call(site.name, known, arguments, first)
    if state[0] is UNIQUE and state[1] == "random" and _few(site):
        state = CONSTANT
    if file.importing and (state[0] is UNIQUE or (file.once and state[0] is UNKNOWN[0])):
        # Computed once, when the module is imported.
        state = (DEPLOY, state[1])
    dump = _json(site, receiver)
    if dump is not None and not dump.sort_keys and site.positional and _gathered(site):
        state = (state[0], "unordered")
    return file.hole(site.node, state[0], state[1], dump)


def note_made(file: File, site: CallSite, receiver: Value | None, hole: Hole) -> None:
    """Remember of what a function of Python makes a value, where that is, or may be given, a text of the program."""
    if site.name in _OF_GIVEN and site.name not in file.known:
        named = [value for key, (value, _) in site.keywords.items() if key in _GIVEN] if site.keywords else []
        all_of = (*(value for value, _ in site.positional), *named)
        over = site.last in _GONE_OVER
        given: Value = Items(tuple(_each_of(value, hole.span) for value in all_of) if over else all_of, hole.span)
    elif receiver is not None and site.last in _OF_RECEIVER:
        given = _each_of(receiver, hole.span) if site.last == "keys" else receiver
    else:
        return
    note_form(file, hole.span, given)


def note_messages(file: File, site: CallSite, value: Value) -> None:
    """Remember of which calls that are not followed the value may be a list of messages: they are given one."""
    hole = fallback_of(value) if isinstance(value, tuple) else None
    if hole is None:
        return
    given = (*site.positional, *site.keywords.values()) if site.keywords else site.positional
    lists = (each.items for each, _ in given if type(each) is Items)
    if any(type(item) is Message for items in lists for item in items):
        file.facts.of_messages.append(hole.span)


def _each_of(value: Value, span: Span) -> Value:
    """A value whose items are taken one after the other: of a dict these are its keys."""
    return Mapping((("", value),), span, kind=EACH)


def note_form(file: File, span: Span, value: Value) -> None:
    """Remember that a value stands at a place in another form: as a text, as one of its items."""
    if len(file.facts.made_of) < MAX_MADE and (textual(value) or takes(value) or type(value) is Mapping):
        file.facts.made_of.append((span, value))


def _looked_up(site: CallSite, state: State, node: ast.expr) -> State:
    """The state of an argument. By the id of a user or a session something is looked up, and that may be all alike."""
    if site.last not in AS_LONG and words(dotted(node))[-1:] in _IDS:
        return UNKNOWN
    return state


def _of_package(file: File, site: CallSite) -> bool:
    """Whether a function is called whose value depends on its arguments alone; its package is no value."""
    return file.aliases.get(site.written.partition(".")[0]) in _PURE


def _gathered(site: CallSite) -> bool:
    """Whether the argument is the function's `**kwargs`, in the order in which its callers happen to name them."""
    node = site.positional[0][1]
    return isinstance(node, ast.Name) and bool(site.gathered) and node.id == site.gathered


def _few(site: CallSite) -> bool:
    """One of a few texts, drawn at random: each of them makes a prefix that is met again."""
    first = site.positional[0][0] if site.positional and site.name.endswith(".choice") else None
    return type(first) is Items and first.complete and len(first.items) <= MAX_VARIANTS


def _json(site: CallSite, receiver: Value | None) -> JsonDump | None:
    """How a call writes JSON, if it does."""
    last = site.last
    if site.name in JSON_DUMPS or last in ("model_dump_json", "to_json"):
        indent = site.keywords.get("indent")
        number = indent[1].value if indent and isinstance(indent[1], ast.Constant) else None
        width = number if isinstance(number, int) else len(number) if isinstance(number, str) else 0
        flags = {
            key: node.value
            for key, (_, node) in site.keywords.items()
            if key in ("ensure_ascii", "sort_keys") and isinstance(node, ast.Constant)
        }
        plain = last in ("model_dump_json", "to_json") or site.name == "orjson.dumps"
        ascii_only, in_order = bool(flags.get("ensure_ascii", not plain)), bool(flags.get("sort_keys", False))
        return JsonDump(width, ascii_only, in_order, bool(site.positional) and _strings(site.positional[0][0], site))
    hole = fallback_of(receiver) if receiver is not None else None
    return hole.json if hole is not None and (last in ("decode", "strip") or _keeps_rows(site)) else None


def _strings(value: Value, site: CallSite) -> bool:
    """Whether a value is a list of which every item is known to be a string."""
    hole = value[0] if isinstance(value, tuple) and len(value) == 1 else None
    if isinstance(hole, Hole):
        return hole.parameter in site.strings and hole.expression == hole.parameter
    if type(value) is not Items or not value.items:
        return False
    return all(isinstance(item, tuple) and has_text(item) for item in value.items)


def _keeps_rows(site: CallSite) -> bool:
    """Whether a call is `replace` and takes no rows away: `.replace("\\n", "\\n    ")` sets them off further."""
    if site.last != "replace" or len(site.positional) < 2:
        return False
    old, new = (literal(value) for value, _ in site.positional[:2])
    return bool(old) and new is not None and (bool(old and old.strip()) or "\n" in new)
