"""How often values change, by the way on which they come into a prompt: clocks, ids, settings, sets, loops."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import pytest

from promptlint.extract import python
from promptlint.link import link
from promptlint.source import Source
from promptlint.template import Choice, Hole, Repeat, Template, Volatility

V = Volatility
IMPORTS = """
import glob, json, os, random, time, uuid
from datetime import date, datetime, timezone
from pathlib import Path
"""


def changing(template: Template) -> Iterator[Hole | Repeat]:
    """The holes and loops of a template, the items of loops left out."""
    for part in template:
        if isinstance(part, Hole | Repeat):
            yield part
        elif isinstance(part, Choice):
            for branch in part.branches:
                yield from changing(branch)


def read(code: str, **others: str) -> list[Hole | Repeat]:
    files = {"a.py": IMPORTS + textwrap.dedent(code)}
    files |= {f"{name}.py": IMPORTS + textwrap.dedent(text) for name, text in others.items()}
    facts = [python.facts(Source.from_bytes(name, text.encode())) for name, text in files.items()]
    assert not any(each.problems for each in facts)
    return [part for prompt in link(facts).prompts for part in changing(prompt.template)]


def states(code: str, **others: str) -> list[tuple[Volatility, str]]:
    return [
        (part.volatility, part.origin) if isinstance(part, Hole) else (part.volatility, "unordered" * part.unordered)
        for part in read(code, **others)
    ]


def of(expression: str, before: str = "pass") -> tuple[Volatility, str]:
    """What is known of an expression in an f-string, behind a statement."""
    text = f"f'You are a helper. Note: {{{expression}}} and go on.'"
    (state,) = states(f"def prompt(q, names, rows):\n    {before}\n    return {text}\nHANDLERS = [prompt]\n")
    return state


@pytest.mark.parametrize(
    "expression",
    ["datetime.now()", "datetime.now(timezone.utc)", "datetime.utcnow().isoformat()", "time.time()", "int(time.time())",
     "time.strftime(\"%Y-%m-%d %H:%M\")", "datetime.now().strftime(\"%c\")", "datetime.now():%d %b %H:%M",
     "str(time.time())[:10]", "datetime.now().hour", "datetime.now().replace(microsecond=0)", "get_current_time()",
     "datetime.now().isoformat(timespec=\"minutes\")", "datetime.now().time()", "self.timestamp"],
)  # fmt: skip
def test_the_time_of_day(expression: str) -> None:
    assert of(expression) == (V.UNIQUE, "clock")


@pytest.mark.parametrize(
    "expression",
    ["date.today()", "date.today().isoformat()", "datetime.now().date()", "datetime.now().strftime(\"%B %d, %Y\")",
     "datetime.now():%Y-%m-%d", "datetime.now().year", "datetime.now().isoformat()[:10]", "str(datetime.now())[:10]",
     "datetime.now().isoformat().split(\"T\")[0]", "time.strftime(\"%Y\")", "datetime.now().weekday()",
     "date.today().strftime(\"%H\")", "current_date", "today"],
)  # fmt: skip
def test_a_day(expression: str) -> None:
    assert of(expression) == (V.UNIQUE, "date")


def test_a_clock_through_names_and_attributes() -> None:
    assert of("d.year", "d = datetime.now()") == (V.UNIQUE, "date")
    assert of("text", "text = datetime.now().strftime('%H:%M')") == (V.UNIQUE, "clock")
    assert of("text", "now = datetime.now(timezone.utc); text = now.date().isoformat()") == (V.UNIQUE, "date")
    method = """
        class Desk:
            def prompt(self):
                self.at = time.time()
                return f"You are a helper. It is {self.at} now."
    """
    assert states(method) == [(V.UNIQUE, "clock")]


def test_a_clock_through_helpers() -> None:
    helper = "def stamp():\n    zone = timezone.utc\n    return datetime.now(zone).strftime({!r})\n"
    use = "def prompt():\n    return f'You are a helper. It is {stamp()} now.'\n"
    assert states(helper.format("%H:%M") + use) == [(V.UNIQUE, "clock")]
    assert states(helper.format("%Y-%m-%d") + use) == [(V.UNIQUE, "date")]
    assert states("from util import stamp\n" + use, util=helper.format("%H:%M")) == [(V.UNIQUE, "clock")]
    method = """
        class Desk:
            def _now(self):
                return datetime.now().isoformat()
            def prompt(self):
                return f"You are a helper. It is {self._now()} now."
    """
    assert states(method) == [(V.UNIQUE, "clock")]
    twice = "def clock():\n    return stamp()\n" + helper.format("%H:%M")
    assert states(twice + use.replace("stamp()", "clock()")) == [(V.UNIQUE, "clock")]
    # A helper that is given a moment says nothing of when that was.
    assert states("def show(timestamp):\n    return timestamp.isoformat()\n" + use.replace("stamp()", "show(row)")) == [
        (V.UNKNOWN, "")
    ]


def test_the_place_of_a_clock_is_where_it_is_used() -> None:
    (hole,) = read(
        "from util import stamp\ndef prompt():\n    return f'You are a helper. It is {stamp()} now.'\n",
        util="def stamp():\n    return datetime.now().isoformat()\n",
    )
    assert isinstance(hole, Hole) and (hole.span.file, hole.expression) == ("a.py", "stamp()")


def test_a_format_in_a_constant_of_the_module() -> None:
    use = "def prompt():\n    return f'You are a helper. It is {datetime.now().strftime(FORMAT)} now.'\n"
    assert states("FORMAT = '%Y-%m-%d'\n" + use) == [(V.UNIQUE, "date")]
    assert states("FORMAT = '%Y-%m-%dT%H:%M'\n" + use) == [(V.UNIQUE, "clock")]


def test_a_clock_in_the_fields_of_format() -> None:
    use = "def prompt():\n    return 'You are a helper. It is {now%s} today.'.format(now=datetime.now())\n"
    assert states(use % "") == [(V.UNIQUE, "clock")]
    assert states(use % ":%Y-%m-%d") == [(V.UNIQUE, "date")]
    assert states(use % ":%H:%M") == [(V.UNIQUE, "clock")]
    assert states("def prompt(x):\n    return 'You are a helper. It is {current_date} today.'.format(x=x)\n") == [
        (V.UNIQUE, "date")
    ]


def test_frozen_at_import() -> None:
    use = "def prompt():\n    return f'You are a helper. It is {started} now.'\n"
    assert states("SYSTEM_PROMPT = f'You are a helper. It is {datetime.now()} now.'\n") == [(V.DEPLOY, "clock")]
    assert states("started = datetime.now().isoformat()\n" + use) == [(V.DEPLOY, "clock")]
    assert states("started = load()\n" + use) == [(V.DEPLOY, "")]
    assert states("from util import started\n" + use, util="started = time.time()\n") == [(V.DEPLOY, "clock")]
    # By way of a function of the project: where it is called decides.
    told = "def told():\n    now = datetime.now()\n    return f'It is {now:%H:%M} now.'\n"
    assert states(told + "SYSTEM_PROMPT = f'You are a helper. {told()}'\n") == [(V.DEPLOY, "clock")]
    assert states(told + "def prompt():\n    return f'You are a helper. {told()}'\n")[-1] == (V.UNIQUE, "clock")
    # Not what a function computes anew.
    fresh = "started = time.time()\ndef restart():\n    global started\n    started = time.time()\n"
    assert states(fresh + use)[0][0] is V.UNKNOWN


def test_as_old_as_its_object() -> None:
    code = """
        class Desk:
            def __init__(self):
                self.opened = datetime.now()
                self.region = os.environ.get("REGION")
            def prompt(self):
                return f"You are a helper in {self.region}, open since {self.opened}, so be quick."
    """
    assert states(code) == [(V.DEPLOY, "environment"), (V.UNKNOWN, "clock")]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("uuid.uuid4()", (V.UNIQUE, "uuid")), ("str(uuid.uuid4())[:8]", (V.UNIQUE, "uuid")),
        ("uuid.uuid4().hex", (V.UNIQUE, "uuid")), ("random.randint(1, 99)", (V.UNIQUE, "random")),
        ("random.choice([1, 2, 3])", (V.CONSTANT, "")), ("random.choice(names)", (V.UNIQUE, "random")),
        ("request_id", (V.UNIQUE, "uuid")), ("ctx.request_id", (V.UNIQUE, "uuid")),
        # Belongs to what it stands in, and is the same whenever that is sent.
        ("message.timestamp", (V.REQUEST, "name")), ("row[\"timestamp\"]", (V.UNIQUE, "clock")),
        ("os.getenv(\"REGION\")", (V.DEPLOY, "environment")), ("settings.company", (V.DEPLOY, "name")),
        ("self.config.rules.max_items", (V.DEPLOY, "name")), ("user.first_name", (V.SESSION, "name")),
        ("self.session.id", (V.SESSION, "name")), ("document.title", (V.REQUEST, "name")),
        ("user_language", (V.DEPLOY, "name")), ("settings[\"language\"]", (V.DEPLOY, "name")),
        ("has_access", (V.DEPLOY, "name")), ("entity_types", (V.DEPLOY, "name")), ("max_docs", (V.DEPLOY, "name")),
        ("retriever.invoke(q)", (V.REQUEST, "name")),
        ("store.similarity_search(q, k=4)", (V.REQUEST, "name")), ("input()", (V.REQUEST, "name")),
        ("thing.stuff", (V.UNKNOWN, "")),
    ],
)  # fmt: skip
def test_other_sources(expression: str, expected: tuple[Volatility, str]) -> None:
    assert of(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("lead.type", (V.UNKNOWN, "")), ("lead.kind.language", (V.UNKNOWN, "")), ("lead[\"type\"]", (V.UNKNOWN, "")),
        ("ticket.category", (V.UNKNOWN, "")), ("ticket[\"category\"]", (V.UNKNOWN, "")),
        ("user.language", (V.SESSION, "name")), ("lead.timestamp", (V.UNKNOWN, "")),
        ("ticket.body", (V.REQUEST, "name")),
        # What belongs to settings is settled with them.
        ("lead.settings.language", (V.DEPLOY, "name")), ("options.language", (V.DEPLOY, "name")),
        ("options[\"language\"]", (V.DEPLOY, "name")),
    ],
)  # fmt: skip
def test_a_part_changes_as_its_whole(expression: str, expected: tuple[Volatility, str]) -> None:
    # That a class has a field of this name says nothing of how often it is another one.
    named = "class Kind(Enum):\n    type = 'big'\n    language = 'small'\n"
    text = f"You are a helper. Note: {{{expression}}} and go on."
    code = f"{named}def prompt(lead, ticket, user, options):\n    return f'{text}'\nHANDLERS = [prompt]\n"
    assert states(code) == [expected]



@pytest.mark.parametrize(
    "expression",
    ["set(LABELS)", "list(set(LABELS))", "\", \".join(set(LABELS))", "json.dumps(list(set(LABELS)))",
     "\", \".join({\"a\", \"b\"})", "\", \".join(f\"<{x}>\" for x in set(LABELS))", "\", \".join({x for x in LABELS})",
     "\", \".join([x for x in set(LABELS) | set(MORE)])", "\", \".join(set(LABELS).union(MORE))",
     "\"\".join(map(str, set(LABELS)))", "\", \".join(list({\"a\", \"b\"}))", "\", \".join(set([\"a\", \"b\"]))",
     "dict.fromkeys(set(LABELS))", "json.dumps({x: 1 for x in set(LABELS)})"],
)  # fmt: skip
def test_sets_have_no_order(expression: str) -> None:
    assert of(expression) == (V.CONSTANT, "unordered")


@pytest.mark.parametrize(
    "expression",
    ["sorted(set(LABELS))", "\", \".join(sorted(set(LABELS)))", "len(set(LABELS))", "\"a\" in {\"a\", \"b\"}",
     "\", \".join(x for x in sorted({\"a\", \"b\"}))", "\", \".join(sorted({x for x in LABELS}))", "max(set(LABELS))",
     "\", \".join(sorted(list({\"a\", \"b\"})))", "json.dumps(LABELS)", "\", \".join({\"a\": 1, \"b\": 2})"],
)  # fmt: skip
def test_what_puts_a_set_in_order_or_does_not_show_it(expression: str) -> None:
    code = f"def prompt():\n    return f'You are a helper. Note: {{{expression}}} and go on.'\n"
    assert all("unordered" not in state for state in states(code))


def test_sets_through_names_and_loops() -> None:
    assert of("names", "names = list(set(LABELS)); names.sort()") == (V.CONSTANT, "")
    assert of("names", "names = list(set(LABELS)); random.shuffle(names)") == (V.UNIQUE, "random")
    assert of("\", \".join(names)", "names = {x.name for x in LABELS}") == (V.CONSTANT, "unordered")
    loop = (
        "def prompt():\n    text = 'You are a helper. You can: '\n    for name in {}:\n        text += f'- {{name}}'\n"
        "    return text\n"
    )
    assert states(loop.format("os.listdir('skills')")) == [(V.DEPLOY, "unordered")]
    assert states(loop.format("Path('skills').glob('*.md')")) == [(V.DEPLOY, "unordered")]
    assert states(loop.format("glob.glob('skills/*.md')")) == [(V.DEPLOY, "unordered")]
    assert states(loop.format("sorted(os.listdir('skills'))")) == [(V.DEPLOY, "")]
    assert states(loop.format("{'read', 'write'}")) == [(V.CONSTANT, "unordered")]
    assert states(loop.format("['read', 'write']")) == [(V.CONSTANT, "")]
    use = "def prompt():\n    return f'You are a helper. Say {\", \".join(LABELS)} now.'\n"
    assert states("LABELS = {'a', 'b'}\n" + use) == [(V.CONSTANT, "unordered")]


def test_keyword_arguments_come_in_the_order_of_the_caller() -> None:
    use = "def prompt(**facts):\n    return f'You are a helper. Known: {json.dumps(facts%s)} and go on.'\n"
    use += "HANDLERS = [prompt]\n"
    assert states(use % "") == [(V.REQUEST, "unordered")]
    assert states(use % ", sort_keys=True") == [(V.REQUEST, "name")]


def test_what_the_program_says_of_its_own_functions_never_changes() -> None:
    code = """
    def prompt_for(desk):
        text = "You keep a desk. These are its actions:"
        for name in dir(desk):
            text += f"{name}: {getattr(desk, name).__doc__}"
        return text
    """
    [loop] = read(code)
    assert isinstance(loop, Repeat)
    assert loop.volatility is V.CONSTANT
    assert [part.volatility for part in loop.body if isinstance(part, Hole)] == [V.CONSTANT, V.CONSTANT]
