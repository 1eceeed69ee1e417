"""Jinja templates: what they become, against examples worked out by hand and against what jinja2 renders."""

from __future__ import annotations

import random

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptlint.extract.jinja import TemplateError, facts, template
from promptlint.source import Source
from promptlint.template import Choice, Hole, JsonDump, Ref, Repeat, Span, Text, Volatility

FILE = "prompts/a.j2"


def whole(source):
    return [Text(source, Span(FILE, 0, len(source)), True)]


def read(source, **options):
    return template(whole(source), **options)


def short(parts):
    """A template on one line: «hole», (condition? one | other), [over: body], <reference>."""
    return "".join(_short(part) for part in parts)


def _short(part):
    match part:
        case Text():
            return part.value
        case Hole():
            return f"«{part.expression}»"
        case Choice():
            return f"({part.condition}? {' | '.join(short(branch) for branch in part.branches)})"
        case Repeat():
            return f"[{part.over}: {short(part.body)}]"
        case Ref():
            return f"<{part.name}>"


def everything(parts):
    for part in parts:
        yield part
        if isinstance(part, Choice):
            for branch in part.branches:
                yield from everything(branch)
        if isinstance(part, Repeat):
            yield from everything(part.body)


def holes(parts):
    return [part for part in everything(parts) if isinstance(part, Hole)]


def levels(parts):
    inner = [branch for part in parts if isinstance(part, Choice) for branch in part.branches]
    inner += [part.body for part in parts if isinstance(part, Repeat)]
    return max((1 + levels(branch) for branch in inner), default=0)


def check_places(source, parts):
    for part in everything(parts):
        if isinstance(part, Text):
            held = source[part.span.start : part.span.end]
            assert held == part.value if part.verbatim else held
        elif isinstance(part, (Hole, Repeat)):
            assert source[part.span.start : part.span.end]


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("", ""),
        ("plain\n", "plain"),
        ("plain\n\n", "plain\n"),
        ("Hi {{ name }}!", "Hi «name»!"),
        ("a\r\nb\rc\r\n", "a\nb\nc"),
        ("a  {{- x -}}  b", "a«x»b"),
        ("{{ user.name\n | upper }}", "«user.name | upper»"),
        ("{% if a and (b or c) %}x{% endif %}", "(a and (b or c)? x | )"),
        ("{% if a %}x{% elif not b %}y{% else %}z{% endif %}", "(a? x | (not b? y | z))"),
        ("{% if a, b %}x{% endif %}", "(a, b? x | )"),
        ("{% if a %}{% endif %}x", "x"),
        ("{% for m in xs | sort if m %}{{ m.x }}{% endfor %}", "[xs | sort: «m.x»]"),
        ("{% for m in xs recursive %}{{ m }}{% else %}none{% endfor %}", "(xs? [xs: «m»] | none)"),
        ("{% for a, b in xs.items() %}{{ b }}{% endfor %}", "[xs.items(): «b»]"),
        ("{% set x = 'a' ~ b ~ 3 %}{{ x }}{{ x }}", "a«b»3a«b»3"),
        ("{% set x %}t {{ b }}{% endset %}{{ x }}", "t «b»"),
        ("{% set x | trim %} t {{ b }} {% endset %}[{{ x }}]", "[t «b»]"),
        ("{% set x | upper %}t{% endset %}{{ x }}", "«x»"),
        ("{% set x = y %}{{ x }}", "«x»"),
        ("{% if a %}{% set x = '1' %}{% endif %}{{ x }}", "(a? 1 | «x»)"),
        (
            "{% if a %}{% set x = '1' %}{% elif b %}{% else %}{% set x = '2' %}{% endif %}{{ x }}",
            "(a? 1 | (b? «x» | 2))",
        ),
        ("{% for i in y %}{% set x = '1' %}{{ x }}{% endfor %}{{ x }}", "[y: 1]«x»"),
        ("{% set xs = [] %}{% do xs.append(1) %}{{ xs }}", "«xs»"),
        ("{% with a = 'b', c = d %}{{ a }}{{ c }}{% endwith %}{{ a }}", "b«c»«a»"),
        ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
        ("a{# no #}b", "ab"),
        ("{{ 'a' if c else 'b' }}{{ 'd' if c }}", "(c? a | b)(c? d | )"),
        ("{{ 'a' + b + 'c' }}{{ 1 + 2 }}", "a«b»c«1 + 2»"),
        ("{{ 'a' 'b' }}{{ ('c') }}{{ 3 }}{{ none }}{{ true }}{{ '' }}", "abc3NoneTrue"),
        ("{{ x | default('y') }}", "«x | default('y')»"),
        ("{% set x = 'a ' %}{{ x | trim }}{{ x | d('z') }}{{ x | upper }}", "aa «x | upper»"),
        ("{% block b %}x{% endblock %}{{ self.b() }}", "xx"),
        ("{% include 'f.j2' %}{% include ['g.j2', 'h.j2'] ignore missing %}", "<jinja:f.j2><jinja:g.j2>"),
        ("{% include name %}", "<jinja:>"),
        ("a{% extends 'b.j2' %}c{% block d %}e{{ super() }}{% endblock %}", "a<jinja:b.j2>e«super()»"),
        ("{% import 'm.j2' as m %}{{ m.f(1, a=b) }}{{ m.g }}", "<jinja:m.j2#f><jinja:m.j2#g>"),
        ("{% from 'm.j2' import f, g as h %}{{ h(1) }}{{ f }}", "<jinja:m.j2#g><jinja:m.j2#f>"),
        ("{{ f('x') }}{% macro f(a, b='q') %}[{{ a }}{{ b }}]{% endmacro %}{{ f(u, b='') }}", "[xq][«a»]"),
        ("{% macro f(a) %}{{ a }}{{ f(a) }}{% endmacro %}{{ f('x') }}", "x«f(a)»"),
        ("{% macro f(n) %}[{{ caller(n) }}]{% endmacro %}{% call(u) f(3) %}x{{ u }}{% endcall %}", "[x«u»]"),
        ("{% filter trim %} a {% endfilter %}{% filter upper %}b{% endfilter %}", "a«upper»"),
        (
            "{% trans count=n %}one {{ count }}{% pluralize %}many {{ count }}{% endtrans %}",
            "(plural? many «count» | one «count»)",
        ),
        ("{% autoescape true %}a{% endautoescape %}{% print 'b', c %}", "ab«c»"),
        ("{% for x in xs %}{% if x %}{% continue %}{% endif %}a{% endfor %}", "[xs: a]"),
        ("{{ ns.x }}{% set ns = namespace(x='a') %}{% set ns.x = 'b' %}{{ ns.x }}", "«ns.x»«ns.x»"),
    ],
)
def test_becomes(source, result):
    made = read(source)
    assert short(made) == result
    check_places(source, made)


def test_places_lead_to_the_source():
    source = 'A\r\n{% set x = "con" "st" %}{{ x }} {{ who.name }}{% for i in them %}{{ i }}{% endfor %}'
    made = read(source)
    shown = [(source[part.span.start : part.span.end], getattr(part, "verbatim", None)) for part in everything(made)]
    assert shown == [
        ("A", True),
        ("\r\n", False),
        ('"con" "st"', False),
        (" ", True),
        ("{{ who.name }}", None),
        ("{% for i in them %}", None),
        ("{{ i }}", None),
    ]


def test_value_of_several_pieces():
    """A Python literal: its pieces are cut, and what lies on two of them spans both."""
    texts = [
        Text("Hi {{ na", Span("a.py", 1, 9), True),
        Text("me }}\r", Span("a.py", 12, 19), False),
        Text("\n", Span("a.py", 19, 21), False),
        Text("end", Span("a.py", 30, 33), True),
    ]
    assert template(texts) == (
        Text("Hi ", Span("a.py", 1, 4), True),
        Hole("name", Span("a.py", 4, 19), Volatility.UNKNOWN, "", "name"),
        Text("\n", Span("a.py", 12, 21), False),
        Text("end", Span("a.py", 30, 33), True),
    )


@pytest.mark.parametrize(
    ("source", "volatility", "origin"),
    [
        ("{{ now() }}", Volatility.UNIQUE, "clock"),
        ("{{ datetime.now().isoformat() }}", Volatility.UNIQUE, "clock"),
        ("{{ today() }}", Volatility.UNIQUE, "date"),
        ("{{ now().strftime('%Y-%m-%d') }}", Volatility.UNIQUE, "date"),
        ("{{ strftime_now('%d %b') }}", Volatility.UNIQUE, "date"),
        ("{{ strftime_now('%H:%M') }}", Volatility.UNIQUE, "clock"),
        ("{{ uuid4() }}", Volatility.UNIQUE, "uuid"),
        ("{{ names | random }}", Volatility.UNIQUE, "random"),
        ("{{ settings.tone }}", Volatility.DEPLOY, "name"),
        ("{{ question | trim }}", Volatility.REQUEST, "name"),
        ("{{ user['name'] }}", Volatility.SESSION, "name"),
        ("{{ blob }}", Volatility.UNKNOWN, ""),
        ("{{ lead.type }}", Volatility.UNKNOWN, ""),
        ("{{ user.language }}", Volatility.SESSION, "name"),
        ("{{ lead.settings.language }}", Volatility.DEPLOY, "name"),
        ("{{ 1 + 2 }}", Volatility.CONSTANT, ""),
        ("{% set x = now() %}{{ x }}", Volatility.UNIQUE, "clock"),
        ("{% set x = now() %}{{ x | upper }}", Volatility.UNIQUE, "clock"),
        ("{% for x in ['a', 'b'] %}{{ x }}{% endfor %}", Volatility.CONSTANT, "loop"),
        ("{% for x in documents %}{{ x.blob }}{% endfor %}", Volatility.REQUEST, "loop"),
        ("{% include 'a.j2' %}", Volatility.DEPLOY, ""),
    ],
)
def test_volatility(source, volatility, origin):
    made = read(source)
    found = made[0].fallback if isinstance(made[0], Ref) else holes(made)[0]
    assert (found.volatility, found.origin) == (volatility, origin)


@pytest.mark.parametrize(
    ("source", "grows"),
    [
        ("messages", True),
        ("chat.history", True),
        ("history | reverse", True),
        ("history[-3:]", False),
        ("documents", False),
        ("message_types", False),
    ],
)
def test_grows(source, grows):
    (loop,) = read("{% for m in " + source + " %}{{ m }}{% endfor %}")
    assert loop.grows is grows


@pytest.mark.parametrize(
    ("expression", "dump"),
    [
        ("x | tojson", JsonDump(0, True, True)),
        ("x | tojson(indent=2) | safe", JsonDump(2, True, True)),
        ("x | tojson(4)", JsonDump(4, True, True)),
        ("json.dumps(x, indent=2, ensure_ascii=False)", JsonDump(2, False, False)),
        ("x | upper", None),
    ],
)
def test_json(expression, dump):
    (hole,) = read("{{ " + expression + " }}")
    assert hole.json == dump


def test_parameter_is_the_argument_of_render():
    made = read("{{ a }}{{ b | trim | default('') }}{{ c.d }}{% set e = f %}{{ e }}{% for g in h %}{{ g }}{% endfor %}")
    assert [hole.parameter for hole in holes(made)] == ["a", "b", "", "f", ""]


# Against jinja2

_VALUES = [
    "v0",
    "v1",
    "s0",
    "s1",
    "s0 ~ s1",
    "'p' ~ v0",
    "s0 if c0 else s1",
    "(s0)",
    "'q' 'r'",
    "' t ' | trim",
    "'x\n{%'",
]
_CONDITIONS = ["c0", "c1", "not c0", "c0 and c1", "(c0 or\nc1) and not c0"]
_LEAVES = ["data", "data", "print", "set", "comment", "raw"]
_BLOCKS = ["if", "if-else", "for", "set-block", "with"]


@st.composite
def templates(draw, depth=3):
    """Templates with white-space control, whose conditions and values are known to the test."""

    def data():
        return draw(st.text(st.sampled_from("ab \t\n\r.{}%#é\u2028"), max_size=6))

    def tag(inner):
        signs = st.sampled_from(["", "", "", "-", "+"])
        return f"{{%{draw(signs)} {inner} {draw(signs)}%}}"

    def one(values):
        return draw(st.sampled_from(values))

    def body(depth):
        return "".join(piece(depth) for _ in range(draw(st.integers(0, 3))))

    def piece(depth):
        match one([*_LEAVES, *(_BLOCKS if depth else [])]):
            case "data":
                return data()
            case "print":
                return f"{{{{{one(['', '-'])} {one(_VALUES)} {one(['', '-'])}}}}}"
            case "set":
                return tag(f"set {one(['s0', 's1'])} = {one(_VALUES)}")
            case "comment":
                return f"{{#{one(['', '-', '+'])}{data().replace('#', '')}{one(['', '-', '+'])}#}}"
            case "raw":
                return tag("raw") + data() + tag("endraw")
            case "if":
                return tag(f"if {one(_CONDITIONS)}") + body(depth - 1) + tag("endif")
            case "if-else":
                first = tag(f"if {one(_CONDITIONS)}") + body(depth - 1) + tag(f"elif {one(_CONDITIONS)}")
                return first + body(depth - 1) + tag("else") + body(depth - 1) + tag("endif")
            case "for":
                return tag(f"for i in {one(['[1, 2]', '()'])}") + body(depth - 1) + tag("endfor")
            case "set-block":
                return tag("set s2") + body(depth - 1) + tag("endset") + data() + "{{ s2 }}"
            case _:
                return tag(f"with s1 = {one(_VALUES)}") + body(depth - 1) + tag("endwith")

    # Assigned from the start: jinja2 takes a name that is assigned later for undefined in inner scopes.
    start = "".join(f"{{% set {name} = {name!r} %}}" for name in ("s0", "s1", "s2"))
    return start + "".join(piece(depth) for _ in range(draw(st.integers(0, 6))))


_OPTIONS = st.fixed_dictionaries(
    {"lstrip_blocks": st.booleans(), "trim_blocks": st.booleans(), "keep_trailing_newline": st.booleans()}
)
VALUES = {"v0": "V", "v1": " W\n"}


def _chosen(parts, conditions):
    """The text of a template whose conditions and holes are known."""
    made = []
    for part in parts:
        match part:
            case Text():
                made.append(part.value)
            case Hole():
                made.append(VALUES[part.parameter])
            case Choice():
                made.append(_chosen(part.branches[0 if eval(part.condition, {}, conditions) else 1], conditions))
            case Repeat():
                made.append(_chosen(part.body, conditions) * len(eval(part.over)))
    return "".join(made)


@settings(max_examples=300, deadline=None)
@given(templates(), _OPTIONS, st.booleans(), st.booleans(), st.integers(0, 99))
def test_reads_what_jinja2_renders(source, options, c0, c1, seed):
    """The chosen texts are what jinja2 renders, every piece is where it says, and what jinja2 refuses is refused."""
    try:
        parsed = jinja2.Environment(**options).from_string(source)
    except jinja2.TemplateSyntaxError:
        with pytest.raises(TemplateError) as error:
            read(source, **options)
        assert 0 <= error.value.offset <= len(source)
        return
    made = read(source, **options)
    check_places(source, made)
    conditions = {"c0": c0, "c1": c1}
    assert _chosen(made, conditions) == parsed.render(**VALUES, **conditions)
    # The same source in pieces, as a Python literal has it, is the same text.
    at, pieces, picked = 0, [], random.Random(seed)
    while at < len(source):
        end = at + picked.randint(1, 7)
        pieces.append(Text(source[at:end], Span(FILE, at, min(end, len(source))), picked.random() < 0.7))
        at = end
    cut = template(pieces, **options)
    assert _chosen(cut, conditions) == _chosen(made, conditions)
    check_places_in_pieces(source, cut)


def check_places_in_pieces(source, parts):
    for part in everything(parts):
        if isinstance(part, Text) and part.verbatim:
            assert source[part.span.start : part.span.end] == part.value


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab{}%#-+ \n'\"()[]|~.=,if0\\\r\ufffc"), max_size=40))
def test_never_raises_anything_else(source):
    try:
        check_places(source, read(source))
    except TemplateError as error:
        assert error.message
        assert 0 <= error.offset <= len(source)
    assert facts(Source("a.j2", source)).file == "a.j2"


def test_is_not_rendered(monkeypatch):
    def fail(*_args, **_kwargs):
        raise AssertionError("compiled")

    monkeypatch.setattr(jinja2.Environment, "compile", fail)
    monkeypatch.setattr(jinja2.Environment, "from_string", fail)
    monkeypatch.setattr(jinja2.Template, "render", fail)
    assert short(read("{{ cycler.__init__.__globals__.os.system('x') }}")) != ""


# Bad input


@pytest.mark.parametrize(
    ("source", "message", "offset"),
    [
        ("a {{ b", "unexpected end of template, expected 'end of print statement'.", 5),
        ("a {% if b %} c {{ d }}", "Unexpected end of template", 2),
        ("{% if a %}{% for b in c %}x", "Unexpected end of template", 10),
        ("a {# b", "Missing end of comment tag", 2),
        ("a {% raw %} b", "Missing end of raw directive", 2),
        ("a {% endif %}", "Encountered unknown tag 'endif'.", 5),
        ("a\r\n\r\n{% nonsense %}", "Encountered unknown tag 'nonsense'.", 8),
        ("{{ a ? }}", "unexpected char '?'", 5),
        ("{{ 'a' b }}", "expected token 'end of print statement', got 'b'", 7),
        ("{{ (1] }}", "unexpected ']', expected ')'", 5),
        ("{{ " + "9" * 5000 + " }}", "Exceeds the limit", 0),
        (r"{{ '\N{no such}' }}", "unknown Unicode character name", 3),
    ],
)
def test_errors(source, message, offset):
    with pytest.raises(TemplateError) as error:
        read(source)
    assert error.value.message.startswith(message)
    assert error.value.offset == offset


@pytest.mark.parametrize(
    "source",
    [
        "{% if a %}" * 2000 + "x" + "{% endif %}" * 2000,
        "{{ " + "(" * 2000 + "1" + ")" * 2000 + " }}",
        "{{ " + "not " * 5000 + "a }}",
        "{{ " + "[" * 500 + "]" * 500 + " }}",
        "{{ " + "'a' if b else " * 3000 + "c }}",
        "{" * 100_000,
    ],
)
def test_nested_too_deeply(source):
    with pytest.raises(TemplateError, match="nested too deeply"):
        read(source)


@pytest.mark.parametrize(
    "source",
    [
        "{{ " + " ~ ".join(["a"] * 5000) + " }}",
        "{{ " + " + ".join(["'a'"] * 5000) + " }}",
        "{{ a" + " | trim" * 5000 + " }}",
        "{{ a" + ".b" * 5000 + " }}",
        "{{ a" + "()" * 5000 + " }}",
        "{{ 0x" + "9" * 50_000 + " }}",
        "{% if a %}x" + "{% elif b %}y" * 3000 + "{% endif %}",
        "{% if a %}" * 99 + "x" + "{% endif %}" * 99,
        ("{% if a %}" + "x{% elif b %}" * 30 + "{% else %}") * 90 + "y" + "{% endif %}" * 90,
        "{% for a in b %}{% set x = a ~ x %}" * 50 + "{{ x }}" + "{% endfor %}" * 50,
        "{% set x = 'ab' %}" + "{% set x = x ~ x %}" * 100 + "{{ x }}",
        "{% set x = 'ab' %}" + "{% set x = (x ~ 'a') if b else '' %}" * 300 + "{{ x }}",
        "{% set x = 'ab' %}" + "{% if a %}{% set x = x ~ 'a' %}{% endif %}" * 300 + "{{ x }}" * 100,
        "{% macro a() %}" + "x{{ z }}" * 1000 + "{% endmacro %}" + "{{ a() }}" * 1000,
        "".join(f"{{% macro m{n}() %}}{{{{ m{n + 1}() }}}}{{{{ m{n + 1}() }}}}{{% endmacro %}}" for n in range(40))
        + "{{ m0() }}",
        "\ufffc\ud800\0" * 1000,
    ],
)
def test_hostile(source):
    """Read in bounded time and size, with few levels, so that nothing that walks the template can overflow."""
    made = read(source)
    assert sum(1 for _ in everything(made)) < 250_000
    assert levels(made) <= 150
    check_places(source, made)


def test_large_file():
    source = "Some text of a long file.\r\n" * 20_000 + "{{ x }}"
    made = read(source)
    assert "".join(part.value for part in made[:-1]) == source[:-7].replace("\r\n", "\n")


# Files


def site_texts(name, source):
    return [(site.role, short(site.value)) for site in facts(Source(name, source)).sites]


PROMPT = "You are a helpful assistant. Answer the question of the user in one sentence.\n{{ question }}\n"


def test_facts_of_a_prompt():
    source = Source("app/prompts/system_prompt.j2", PROMPT + "{% macro f(a, b='c') %}{{ a }}!{% endmacro %}")
    found = facts(source)
    (site,) = found.sites
    assert (site.role, site.name, site.evidence) == ("system", "system_prompt.j2", "jinja-file")
    assert (site.span.start, site.span.end) == (0, source.text.index("{% macro"))
    assert found.bindings["template"] == site.value
    assert short(found.functions["f"].returns) == "«a»!"
    assert [(name, default and short(default)) for name, default in found.functions["f"].parameters] == [
        ("a", None),
        ("b", "c"),
    ]
    assert not found.problems


def test_problem():
    found = facts(Source("app/prompts/a.j2", "Hello {{ name\n"))
    (problem,) = found.problems
    assert (problem.kind, problem.span) == ("template", Span("app/prompts/a.j2", 9, 10))
    assert not found.sites


@pytest.mark.parametrize("name", ["page.html.j2", "deploy/app.yml.jinja2", "Dockerfile.j2"])
def test_no_problem_in_a_file_that_is_no_prompt(name):
    found = facts(Source(name, "Hello {% custom_tag %}"))
    assert (found.problems, found.sites) == ([], [])


def test_roles():
    source = """{# comment #}
system:
You are kind.

# User:
{{ question }}
text

## Assistant :
{% if a %}yes{% endif %}
"""
    assert site_texts("chat.jinja2", source) == [
        ("system", "You are kind."),
        ("user", "«question»\ntext"),
        ("assistant", "(a? yes | )"),
    ]


def test_roles_in_a_loop_are_no_part_of_the_message_before():
    turns = "{% for m in history %}\nuser:\n{{ m.q }}\nassistant:\n{{ m.a }}\n{% endfor %}\n"
    source = f"system:\nBe kind.\n{turns}user:\n{{{{ q }}}}\n"
    assert site_texts("chat.jinja2", source) == [("system", "Be kind."), ("user", "«q»")]
    told = source.replace("{{ m.q }}", "I ask {{ m.q }}")
    assert [role for role, _ in site_texts("chat.jinja2", told)] == ["system", "user", "user"]


def test_roles_only_where_the_file_begins_with_one():
    assert site_texts("a.prompt.j2", "Write a play.\n\nuser:\nHi\n") == [("unknown", "Write a play.\n\nuser:\nHi")]


def test_places_of_roles():
    source = "system:\r\nBe kind.\r\nuser:\r\n  {{ q }} now\r\n"
    sites = facts(Source("a.jinja2", source)).sites
    assert [source[site.span.start : site.span.end] for site in sites] == ["Be kind.", "{{ q }} now"]


HTML = (
    "<!DOCTYPE html>\n<html><body>\n<p>{{ text }}</p>\n{% for a in b %}<li>{{ a }}</li>{% endfor %}\n</body></html>\n"
)
DOCKER = 'FROM python:3.11\nWORKDIR /app\nCOPY . .\nRUN pip install {{ package }}\nCMD ["python", "app.py"]\n'
CODE = "import os\n\n\nclass {{ name }}({{ base }}):\n    def run(self):\n        return {{ value }}\n"
PROSE = "Summarize the article below for a child of ten years.\n\n{{ article }}\n"
MAIL = "Dear {{ name }},\n\nthank you for your order. We will send it to you tomorrow.\n\nYour shop\n"
GERMAN = "Fasse den folgenden Text in drei Sätzen zusammen und nenne die wichtigsten Personen.\n\n{{ text }}\n"
CHINESE = "请把下面的文章翻译成英文，并保持原来的格式和语气。\n\n{{ text }}\n"


# What a service is told of its index: all of it is JSON, on either way.
INDEX = """{
  "name": "{{ name }}",
  "description": "You are shown the shelves of the archive. Answer with the number of the shelf, and do not guess.",
  "size": {{ size | int }},
  {% if shared %}"readers": [{% for reader in readers %}"{{ reader }}"{% endfor %}]{% else %}"readers": null{% endif %}
}
"""


@pytest.mark.parametrize(
    ("name", "source", "prompt"),
    [
        ("prompt.j2", PROMPT, True),
        ("tasks/summary.jinja", PROSE, True),
        ("tasks/summary.v2.jinja", PROSE, True),
        ("tasks/summary.jinja", GERMAN, True),
        ("tasks/summary.jinja", CHINESE, True),
        ("prompts/tiny.j2", "{{ text }} and more", True),
        ("prompts/answer.xml.j2", PROMPT, True),
        ("templates/answer.md.j2", PROMPT, True),
        ("templates/user.j2", "The document is: {{ text }}", True),
        ("page.html.j2", PROMPT, False),
        ("page.j2", HTML, False),
        ("prompts/page.j2", HTML, False),
        ("Dockerfile.jinja2", DOCKER, False),
        ("docker/base.j2", DOCKER, False),
        ("prompts/Dockerfile.j2", DOCKER, False),
        ("model/class.jinja2", CODE, False),
        ("ci/build.yml.jinja2", "name: build\non: push\njobs:\n  {{ job }}:\n    runs-on: ubuntu\n", False),
        ("docs/module.rst.jinja", "{{ name }}\n======\n\n.. automodule:: {{ name }}\n   :members:\n", False),
        ("emails/welcome.j2", MAIL, False),
        ("README.md.j2", PROSE, False),
        ("notes.md.j2", MAIL, False),
        ("config.j2", "[server]\nport = {{ port }}\nhost = {{ host }}\n", False),
        ("config.yml.j2", "system:\n  name: {{ name }}\n", False),
        ("search/shelves.j2", INDEX, False),
        ("prompts/empty.j2", "", False),
        ("prompts/value.j2", "{{ text }}\n", False),
    ],
)
def test_which_files_are_prompts(name, source, prompt):
    assert bool(facts(Source(name, source)).sites) is prompt
