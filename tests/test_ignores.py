"""Ignore comments: what they cover, and what is wrong with them."""

from __future__ import annotations

import pytest

from promptlint.ignores import apply, ignores
from promptlint.prompt import Finding
from promptlint.source import Source
from promptlint.template import Span

RULE, OTHER = "oversized-prompt", "pretty-json"
ON = {RULE, OTHER, "unused-ignore", "unknown-rule-in-ignore"}


def lint(text: str, *places: str, name: str = "a.py", judged: set[str] = ON) -> tuple[Source, list[Finding], int]:
    """What is left of findings of RULE at these places, and how many are ignored."""
    source = Source(name, text)
    starts = [text.index(place) for place in places]
    findings = [Finding(Span(name, start, start + 1), "found", rule=RULE) for start in starts]
    kept, ignored = apply(findings, ignores(source), judged)
    return source, kept, len(ignored)


def left(text: str, *places: str, name: str = "a.py", judged: set[str] = ON) -> list[str]:
    return [finding.rule for finding in lint(text, *places, name=name, judged=judged)[1]]


def fixed(text: str, *places: str, name: str = "a.py") -> tuple[str, bool]:
    """The text after the one fix that is offered, and whether it is safe."""
    fixes = [finding.fix for finding in lint(text, *places, name=name)[1] if finding.fix]
    (fix,) = fixes
    for edit in fix.edits:
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text, fix.safe


COVERED = [
    'X = "@"  # promptlint: ignore[oversized-prompt]\n',
    'X = """@\nmore\n"""  # promptlint: ignore[oversized-prompt] reason, with [brackets]\n',
    '# promptlint: ignore[oversized-prompt]\nX = """\n@\n"""\n',
    '# promptlint: ignore[oversized-prompt]\n# another comment\n# and one more\nX = "@"\n',
    '# promptlint: ignore[pretty-json,oversized-prompt]\nX = "@"\n',
    '#promptlint:ignore[ oversized-prompt , pretty-json ]\nX = "@"\n',
    'X = "@"  # noqa: E501  # promptlint: ignore[oversized-prompt] why\n',
    'X = "@"  # promptlint: ignore[oversized-prompt] why  # noqa: E501\n',
    'X = "@"  # Promptlint: Ignore[oversized-prompt]\n',
    'X = "@"  # PROMPTLINT: IGNORE[oversized-prompt] why\n',
    'call(\n    "@",  # promptlint: ignore[oversized-prompt]\n    "more",\n)\n',
    'call(\n    # promptlint: ignore[oversized-prompt]\n    "@",\n)\n',
    'call(\n    "@",\n    "more",\n)  # promptlint: ignore[oversized-prompt]\n',
    'call(  # promptlint: ignore[oversized-prompt]\n    "more",\n    more,\n    "@",\n)\n',
    'def f():\n    # promptlint: ignore[oversized-prompt]\n    """@"""\n',
    '# promptlint: ignore[oversized-prompt]\n@tool("@")\ndef f():\n    pass\n',
    'def f(x="@"):  # promptlint: ignore[oversized-prompt]\n    pass\n',
    'with a("@") as b:  # promptlint: ignore[oversized-prompt]\n    pass\n',
    'match "@":  # promptlint: ignore[oversized-prompt]\n    case 1:\n        pass\n',
    'match x:\n    case 1:\n        y = "@"  # promptlint: ignore[oversized-prompt]\n',
    'try:\n    pass\nexcept E:\n    y = "@"  # promptlint: ignore[oversized-prompt]\n',
    'x = 1; y = "@"  # promptlint: ignore[oversized-prompt]\n',
    'X = "@"\r# promptlint: ignore-file[oversized-prompt]\r',
    '# promptlint: ignore-file[oversized-prompt] generated\n\nimport x\n\nX = "@"\n',
    '"é"; X = """@\r\n"""  # promptlint: ignore[oversized-prompt]\r\n',
    'def f(self):\n    return (\n        "a"\n        "@"\n    )  # promptlint: ignore[oversized-prompt]',
]
NOT_COVERED = [
    'X = """@  # promptlint: ignore[oversized-prompt]"""\n',
    'X = "@"\n# promptlint: ignore[pretty-json]\n',
    '# promptlint: ignore[oversized-prompt]\n\nX = "@"\n',
    '# promptlint: ignore[oversized-prompt]\nX = "a"\nY = "@"\n',
    'def f(x=1):  # promptlint: ignore[oversized-prompt]\n    return "@"\n',
    'if a:\n    X = "@"\nelse:  # promptlint: ignore[oversized-prompt]\n    pass\n',
    '# see promptlint: ignore[oversized-prompt]\nX = "@"\n',
    'X = "@"  # promptlint: ignore[bloat]\n',
    'X = "@"  # promptlint: ignore[all]\n',
]


@pytest.mark.parametrize("text", COVERED)
def test_covered(text: str) -> None:
    assert lint(text, "@", judged={RULE})[1:] == ([], 1)
    assert left(text, "@", judged={RULE, "unused-ignore"}) == []


@pytest.mark.parametrize("text", NOT_COVERED)
def test_not_covered(text: str) -> None:
    assert left(text, "@", judged={RULE}) == [RULE]


JINJA_COVERED = [
    "@ {# promptlint: ignore[oversized-prompt] why #}\n",
    "{# promptlint: ignore[oversized-prompt] #}\n@\n",
    "{#- promptlint: ignore[oversized-prompt] -#}\n{# another #}\n@\n",
    "{# promptlint: ignore[oversized-prompt]\n   a long reason #}\n@\n",
    "a\n{{ x }} {# promptlint: ignore[oversized-prompt] #} @",
    "@\r\n\r\n{%- if x -%}\r\na{% endif %}\r\n{# promptlint: ignore-file[oversized-prompt] #}\r\n",
    '@ {# promptlint: ignore[oversized-prompt] #} {% if %} {{ "',
    "a\r{{ x }}\r{# promptlint: ignore[oversized-prompt] #}\r@\r",
]
JINJA_NOT_COVERED = [
    "@ {% raw %}{# promptlint: ignore[oversized-prompt] #}{% endraw %}",
    "a {# promptlint: ignore[oversized-prompt] #}\n@\n",
    "{# promptlint: ignore[oversized-prompt] #}\n\n@\n",
    '@ {{ "{# promptlint: ignore[oversized-prompt] #}" }}',
    "@ # promptlint: ignore[oversized-prompt]",
    '@ {{ " {# promptlint: ignore[oversized-prompt] #}',
]


@pytest.mark.parametrize("text", JINJA_COVERED)
def test_covered_in_jinja(text: str) -> None:
    assert left(text, "@", name="a.j2") == []


@pytest.mark.parametrize("text", JINJA_NOT_COVERED)
def test_not_covered_in_jinja(text: str) -> None:
    assert left(text, "@", name="a.j2", judged={RULE}) == [RULE]


SETTINGS_COVERED = [
    ("a.yaml", "# promptlint: ignore[oversized-prompt] why\na: |\n  b\n  @\nc: d\n"),
    ("a.yml", "a:\r\n  # promptlint: ignore[oversized-prompt]\r\n  system: '@'\r\n"),
    ("a.yaml", "# promptlint: ignore-file[oversized-prompt]\na: b\nc: @d\n"),
    ("a.yaml", "a: |\n  {# promptlint: ignore[oversized-prompt] #}\n  @\n"),
    ("a.yaml", "a: '{{$x}} {%'\n# promptlint: ignore[oversized-prompt]\nb: '@'\n"),
    ("a.toml", '# promptlint: ignore[oversized-prompt]\n[t]\na = """\nb\n@"""\n'),
]
SETTINGS_NOT_COVERED = [
    ("a.yaml", "a: |\n  # promptlint: ignore[oversized-prompt]\n  @\n"),
    ("a.yaml", "# promptlint: ignore[oversized-prompt]\na: b\nc: '@'\n"),
    ("a.yaml", "a: '@'\n# promptlint: ignore[oversized-prompt]\nb: c\n"),
    ("a.yaml", "a: '@'\nb: |\n  # promptlint: ignore-file[oversized-prompt]\n"),
    ("a.toml", 'a = """\n# promptlint: ignore[oversized-prompt]\n@"""\n'),
    ("a.json", '# promptlint: ignore-file[oversized-prompt]\n{"a": "@"}\n'),
]


@pytest.mark.parametrize(("name", "text"), SETTINGS_COVERED)
def test_covered_in_settings(name: str, text: str) -> None:
    assert left(text, "@", name=name) == []


@pytest.mark.parametrize(("name", "text"), SETTINGS_NOT_COVERED)
def test_not_covered_in_settings(name: str, text: str) -> None:
    assert left(text, "@", name=name, judged={RULE}) == [RULE]


def test_an_unused_comment_in_settings() -> None:
    text = "# promptlint: ignore[oversized-prompt]\na: b\n"
    assert left(text, name="a.yaml") == ["unused-ignore"]
    assert fixed(text, name="a.yaml") == ("a: b\n", True)


@pytest.mark.parametrize("verb", ["prompt[system]", "not-a-prompt"])
def test_a_settings_file_has_no_comments_that_settle(verb: str) -> None:
    (finding,) = lint(f"# promptlint: {verb} mine\na: b\n", name="a.yaml")[1]
    assert (finding.rule, finding.message) == (
        "unknown-rule-in-ignore",
        f"`{verb.partition('[')[0]}` settles nothing in a settings file",
    )


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.yaml", "a: You sort letters.  # promptlint: not-a-prompt\n", 1),
        ("a.yaml", "- x: 'b' # promptlint: prompt[user]\n- y: |  # promptlint: not-a-prompt\n    You sort.\n", 2),
        ("a.toml", 'a = "You sort letters."  # promptlint: not-a-prompt\n', 1),
        ("a.yaml", "a: 'Write  # promptlint: not-a-prompt there.'\nb: c\n", 0),
        ("a.yaml", "a: |\n  Write x = 1  # promptlint: not-a-prompt\n  there.\n", 0),
        ("a.toml", 'a = """\nWrite  # promptlint: not-a-prompt\n"""\n', 0),
        ("a.yaml", "a: b  # promptlint: prompts are here\n", 0),
    ],
)
def test_nor_behind_what_it_holds(name: str, text: str, said: int) -> None:
    found = lint(text, name=name)[1]
    assert [each.rule for each in found] == ["unknown-rule-in-ignore"] * said


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("x = 1  # promptlint: ignore\n", "# promptlint", "an ignore must name the rule it is for"),
        ("x = 1  # promptlint: ignore[]\n", "# promptlint", "an ignore must name the rule it is for"),
        ("x = 1  # promptlint: ignore-file\n", "# promptlint", "an ignore must name the rule it is for"),
        (
            "x = 1  # promptlint: ignore[oversize-prompt]\n",
            "oversize-prompt",
            "there is no rule `oversize-prompt`, did you mean `oversized-prompt`?",
        ),
        ("x = 1  # promptlint: ignore[bloat]\n", "bloat", "`bloat` is a group, and an ignore comment names rules"),
    ],
)
def test_an_ignore_that_names_no_rule(text: str, place: str, message: str) -> None:
    source, kept, _ = lint(text)
    (finding,) = kept
    assert (finding.rule, finding.message) == ("unknown-rule-in-ignore", message)
    assert source.text[finding.span.start :].startswith(place)


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("disable[pretty-json]", "ignore[pretty-json]"),
        ("disable=pretty-json", "ignore[pretty-json]"),
        ("disable [pretty-json, oversized-prompt]", "ignore[pretty-json, oversized-prompt]"),
        ("noqa: pretty_json, oversized-prompt", "ignore[pretty-json, oversized-prompt]"),
        ("Disable-File[pretty-json]", "ignore-file[pretty-json]"),
        ("disable[prety-json]", "ignore[pretty-json]"),
        ("disable[everything-here]", "ignore[rule]"),
        ("noqa", "ignore[rule]"),
        ("ignore-next-line[pretty-json]", "ignore[pretty-json]"),
        ("ignore pretty-json", "ignore[pretty-json]"),
        ("ignore(pretty-json)", "ignore[pretty-json]"),
        ("allow[pretty-json]", "ignore[pretty-json]"),
        ("[pretty-json]", "ignore[pretty-json]"),
    ],
)
def test_other_words_for_an_ignore_are_told_what_to_write(written: str, instead: str) -> None:
    _, (finding,), _ = lint(f"x = 1  # promptlint: {written} because of the mechanic\n")
    message = f"promptlint knows no comment `{written}`, write `{instead}`"
    assert (finding.rule, finding.message) == ("unknown-rule-in-ignore", message)


@pytest.mark.parametrize(
    "text",
    [
        "# promptlint: see the README\n",
        "# promptlint: no filler here\n",
        "# promptlint: see [docs]\n",
        "# promptlint is a linter\n",
        "# Promptlint: a linter\n",
        "x = '# promptlint: ignore'\n",
    ],
)
def test_a_comment_about_promptlint_is_no_ignore(text: str) -> None:
    assert ignores(Source("a.py", text)) == []


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ('X = "@"  # promptlint: ignore[pretty-json]\n', 'X = "@"\n'),
        ('# promptlint: ignore[pretty-json] why\nX = "@"\n', 'X = "@"\n'),
        ('if x:\r\n    # promptlint: ignore[pretty-json] why\r\n    X = "@"\r\n', 'if x:\r\n    X = "@"\r\n'),
        ('X = "@"  # noqa: E501  # promptlint: ignore[pretty-json] why\n', 'X = "@"  # noqa: E501\n'),
        ('X = "@"  # promptlint: ignore[pretty-json] why  # noqa: E501\n', 'X = "@"  # noqa: E501\n'),
        (
            'X = "@"  # promptlint: ignore[pretty-json, oversized-prompt] why\n',
            'X = "@"  # promptlint: ignore[oversized-prompt] why\n',
        ),
        (
            'X = "@"  # promptlint: ignore[oversized-prompt, oversized-prompt]\n',
            'X = "@"  # promptlint: ignore[oversized-prompt]\n',
        ),
        ('X = "@"  # promptlint: ignore[pretty-json]', 'X = "@"'),
    ],
)
def test_the_fix_of_an_unused_ignore(text: str, after: str) -> None:
    assert fixed(text, "@") == (after, True)


@pytest.mark.parametrize(
    ("text", "after", "safe"),
    [
        ("a {# promptlint: ignore[pretty-json] #} b\n", "a  b\n", True),
        ("a {#- promptlint: ignore[pretty-json] #} b\n", "a  b\n", False),
        ("{# promptlint: ignore[pretty-json] #}\nb\n", "\nb\n", False),
    ],
)
def test_the_fix_in_jinja(text: str, after: str, safe: bool) -> None:
    assert fixed(text, name="a.j2") == (after, safe)


def test_a_rule_that_had_no_say_is_not_called_unused() -> None:
    text = 'X = "@"  # promptlint: ignore[pretty-json]\n'
    assert left(text, judged={RULE, "unused-ignore"}) == []
    assert left(text, judged={OTHER}) == []
    assert left(text) == ["unused-ignore"]


def test_an_unused_ignore_can_be_ignored() -> None:
    text = "x = 1  # promptlint: ignore[pretty-json, unused-ignore] needed by another version\n"
    assert left(text) == []
    assert left("x = 1  # promptlint: ignore[unused-ignore]\n") == ["unused-ignore"]


def test_each_ignore_is_judged_by_itself() -> None:
    text = 'A = "@"  # promptlint: ignore[oversized-prompt]\n' * 2
    _, kept, ignored = lint(text, "@")
    assert ignored == 1 and [finding.span.start > len(text) // 2 for finding in kept] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "x = (  # promptlint: ignore[pretty-json]\n",
        "# promptlint: ignore[pretty-json]\n\0",
        "(" * 5000 + "# promptlint:",
    ],
)
def test_a_file_that_does_not_parse_has_no_comments(text: str) -> None:
    assert ignores(Source("a.py", text)) == []


def test_many_comments_take_no_long_time() -> None:
    text = 'X = "@"  # promptlint: ignore[oversized-prompt]\n' * 5000
    assert len(ignores(Source("a.py", text))) == 5000


@pytest.mark.parametrize(
    ("comment", "instead"),
    [
        ("# promptlint ignore[pretty-json]", "ignore[pretty-json]"),
        ("# promptlint ignore[pretty-json, oversized_prompt] why", "ignore[pretty-json, oversized-prompt]"),
        ("# noqa: E501  # promptlint ignore[pretty-json]", "ignore[pretty-json]"),
        ("#promptlint-ignore-file[pretty-json]", "ignore-file[pretty-json]"),
        ("# promptlint = ignore[nothing-like-it]", "ignore[rule]"),
        ("# promptlint disable[pretty-json]", "ignore[pretty-json]"),
        ("# Promptlint ignore pretty-json as people read it", "ignore[pretty-json]"),
        ("# promptlint ignore", "ignore[rule]"),
        ("# promptlint not-a-prompt", "not-a-prompt"),
        ("# promptlint prompt[system]", "prompt[system]"),
    ],
)
def test_a_comment_without_its_colon_is_told(comment: str, instead: str) -> None:
    _, (found,), ignored = lint(f"X = 1  {comment}\n")
    message = f"a colon is missing behind `promptlint`, write `promptlint: {instead}`"
    assert (found.rule, found.message, ignored) == ("unknown-rule-in-ignore", message, 0)


@pytest.mark.parametrize(
    "comment",
    [
        "# promptlint ignores what stands in [brackets]",
        "# promptlint ignore comments are read here",
        "# promptlint prompt tables [see below]",
        "# promptlint disable is no word of ours",
        "# see promptlint ignore[pretty-json]",
        "# what promptlint prompts --tree shows",
        "# promptlint not-a-prompt comments stand above",
        "# promptlintignore[pretty-json]",
    ],
)
def test_a_note_about_promptlint_is_no_comment_without_its_colon(comment: str) -> None:
    assert left(f"X = 1  {comment}\n") == []
    assert left(f'X = """\n# promptlint ignore[pretty-json]\n"""  {comment}\n') == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.j2", "{# promptlint ignore[pretty-json] why #}\n{{ x }}\n"),
        ("a.j2", "{#- promptlint not-a-prompt -#}\n"),
        ("a.yaml", "# promptlint ignore[pretty-json]\nsystem_prompt: |\n  You sort letters.\n"),
    ],
)
def test_a_colon_is_missing_in_other_files(name: str, text: str) -> None:
    assert left(text, name=name) == ["unknown-rule-in-ignore"]
