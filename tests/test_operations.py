"""Every operation on templates gives what Python itself gives, and keeps the place of every character."""

from __future__ import annotations

import inspect
import string
import textwrap
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptlint import formatting, margins, operations
from promptlint.template import Choice, Hole, Items, Repeat, Span, Template, Text, Volatility, texts

FILE = "a.py"
ALPHABET = "ab Zß\n\t{}%$ x."
HOLE = Hole("value", Span(FILE, 0, 0))
DATA = "~1~"

Made = tuple[str, Template]


@st.composite
def made(draw: st.DrawFn, alphabet: str = ALPHABET, data: bool = False) -> Made:
    """A value and a template of it whose verbatim texts stand in a source that is the value itself, shifted by 100."""
    parts: list[Text | Hole] = []
    value = ""
    for _ in range(draw(st.integers(0, 5))):
        piece = draw(st.text(alphabet, min_size=1, max_size=12))
        span = Span(FILE, 100 + len(value), 100 + len(value) + len(piece))
        verbatim = draw(st.booleans())
        if data and draw(st.integers(0, 3)) == 0:
            parts.append(HOLE)
            value += DATA
        else:
            parts.append(Text(piece, span, verbatim))
            value += piece
    return value, tuple(parts)


def joined(template: Template) -> str:
    """The text of a template whose every hole is DATA."""
    return "".join(part.value if isinstance(part, Text) else DATA for part in template)


def same_places(value: str, template: Template) -> None:
    """Every verbatim text is what stands at its span of the source, and nothing stands twice or out of order."""
    last = 0
    for text in texts(template):
        if text.span.start < 100:
            continue
        assert text.span.start >= 100 and text.span.end <= 100 + len(value)
        if text.verbatim:
            assert value[text.span.start - 100 : text.span.end - 100] == text.value
            assert text.span.start >= last
            last = text.span.end


def static(value: str, start: int = 0) -> Template:
    return (Text(value, Span(FILE, start, start + len(value)), False),) if value else ()


CHANGES: list[tuple[str, Callable[[Template], Template | None], Callable[[str], str]]] = [
    ("strip", operations.strip, str.strip),
    ("lstrip", lambda t: operations.strip(t, right=False), str.lstrip),
    ("rstrip", lambda t: operations.strip(t, left=False), str.rstrip),
    ("strip characters", lambda t: operations.strip(t, "a\n"), lambda v: v.strip("a\n")),
    ("upper", lambda t: operations.recase(t, str.upper), str.upper),
    ("lower", lambda t: operations.recase(t, str.lower), str.lower),
    ("replace", lambda t: operations.replace(t, "a", static("bb")), lambda v: v.replace("a", "bb")),
    ("replace nothing", lambda t: operations.replace(t, "", static("bb")), lambda v: v),
    ("dedent", margins.dedent, textwrap.dedent),
]


@pytest.mark.parametrize(("change", "real"), [(c, r) for _, c, r in CHANGES], ids=[name for name, _, _ in CHANGES])
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_changes(
    change: Callable[[Template], Template | None], real: Callable[[str], str], data: st.DataObject
) -> None:
    value, template = data.draw(made(data=True))
    result = change(template)
    assert result is not None
    assert joined(result) == real(value)
    same_places(value, result)


@settings(max_examples=300, deadline=None)
@given(made("ab \n"))
def test_dedent_and_cleandoc_of_rows(pair: Made) -> None:
    value, template = pair
    assert joined(margins.dedent(template)) == textwrap.dedent(value)
    assert joined(margins.cleandoc(template)) == inspect.cleandoc(value)


@settings(max_examples=300, deadline=None)
@given(made("ab \n\t"))
def test_cleandoc(pair: Made) -> None:
    value, template = pair
    result = margins.cleandoc(template)
    assert joined(result) == inspect.cleandoc(value)
    same_places(value, result)


@settings(max_examples=200, deadline=None)
@given(made(), st.sampled_from([str.title, str.swapcase]))
def test_recase_of_static_text(pair: Made, change: Callable[[str], str]) -> None:
    value, template = pair
    if len(change(value)) == len(value):
        assert joined(operations.recase(template, change)) == change(value)


@settings(max_examples=200, deadline=None)
@given(made("aB .\n"))
def test_capitalize(pair: Made) -> None:
    value, template = pair
    assert joined(operations.capitalize(template)) == value.capitalize()


@settings(max_examples=200, deadline=None)
@given(made(), st.none() | st.integers(-70, 70), st.none() | st.integers(-70, 70))
def test_cut(pair: Made, start: int | None, stop: int | None) -> None:
    value, template = pair
    result = operations.cut(template, start, stop)
    assert result is not None
    assert joined(result) == value[start:stop]
    same_places(value, result)


@settings(max_examples=200, deadline=None)
@given(made(), st.integers(-1, 9))
def test_times(pair: Made, count: int) -> None:
    value, template = pair
    result = operations.times(template, count)
    assert result is not None
    assert joined(result) == value * count


def test_times_has_a_bound() -> None:
    assert operations.times(static("a" * 100), operations.MAX_REPEATED) is None


@settings(max_examples=500, deadline=None)
@given(made("ab{}01 "), st.lists(st.text("xy{}", max_size=3), max_size=3))
def test_format(pair: Made, values: Sequence[str]) -> None:
    value, template = pair
    named = {"a": "first{}", "b": "", "ab": "x", "ba": "{a}"}
    try:
        expected = value.format(*values, **named)
    except (ValueError, IndexError, KeyError, AttributeError):
        return
    given_values = [static(one) for one in values]
    result = formatting.format_template(template, given_values, {name: static(one) for name, one in named.items()})
    assert joined(result) == expected


FIELDS = ["{a:>9}", "{a:*<3}", "{b!r}", "{b!a:^12}", "{0:8}", "{1!s:.<7s}", "{e:_>4}", "text ", "\n", "{{", "}}"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(FIELDS), max_size=8))
def test_format_puts_blanks_and_quotes_beside_a_text(pieces: list[str]) -> None:
    value = "".join(pieces)
    whole = (Text(value, Span(FILE, 100, 100 + len(value)), True),) if value else ()
    named = {"a": "first", "b": "in side", "e": ""}
    result = formatting.format_template(
        whole, [static("one"), static("two")], {name: static(text) for name, text in named.items()}
    )
    assert joined(result) == value.format("one", "two", **named)
    assert all(type(part) is Text for part in result)


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("{a:>9}", "data"),
        ("{a!r}", "data"),
        ("{a.name:.2f}", "data.name"),
        ("{a[key]}", "data[key]"),
        ("{missing:>9}", "missing"),
        ("{missing.name!s}", "missing.name"),
        ('{"result": "x"}', '"result": "x"'),
    ],
)
def test_a_field_with_a_format_is_named_for_its_value(field: str, name: str) -> None:
    whole = (Text(field, Span(FILE, 100, 100 + len(field)), True),)
    (hole,) = formatting.format_template(whole, [], {"a": (Hole("data", Span(FILE, 0, 4)),)})
    assert isinstance(hole, Hole) and hole.expression == name


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["{{", "}}", "{a}", "{b}", "text ", "\n"]), max_size=8))
def test_format_keeps_places(pieces: list[str]) -> None:
    value = "".join(pieces)
    whole = (Text(value, Span(FILE, 100, 100 + len(value)), True),) if value else ()
    result = formatting.format_template(whole, [], {"a": (HOLE,), "b": static("inside")})
    assert joined(result) == value.format(a=DATA, b="inside")
    same_places(value, result)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(["%%", "%s", "%(a)s", "text ", "%d", "{", "$"]), max_size=8))
def test_percent(pieces: list[str]) -> None:
    value = "".join(pieces)
    whole = (Text(value, Span(FILE, 100, 100 + len(value)), True),) if value else ()
    fields = value.count("%s") + value.count("%d")
    if "%(a)s" in value and not fields:
        assert joined(operations.percent(whole, [], {"a": (HOLE,)})) == value % {"a": DATA}
    elif "%(a)s" not in value:
        result = operations.percent(whole, [static(str(number)) for number in range(fields)], {})
        assert joined(result) == value % tuple(range(fields))
        same_places(value, result)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(["$$", "$a", "${b}", "text ", "{}", "%s", "_"]), max_size=8))
def test_substitute(pieces: list[str]) -> None:
    value = "".join(pieces)
    names = {"a": "first", "b": "second"}
    whole = (Text(value, Span(FILE, 100, 100 + len(value)), True),) if value else ()
    result = operations.substitute(whole, {name: static(one) for name, one in names.items()})
    assert _without_unknown(result) == string.Template(value).safe_substitute(names)
    same_places(value, result)


def _without_unknown(template: Template) -> str:
    return "".join(
        part.value if isinstance(part, Text) else f"${part.expression}"
        for part in template
        if isinstance(part, Text | Hole)
    )


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text("ab\n", max_size=4), max_size=5), st.text(",\n ", max_size=3))
def test_join(values: list[str], separator: str) -> None:
    items = Items(tuple(static(value) for value in values), Span(FILE, 0, 0))
    result = operations.join(static(separator), items)
    assert result is not None
    assert joined(result) == separator.join(values)


# ---- items that may be there, or are many


def every_text(template: Template, turns: int, truths: dict[str, int]) -> set[str]:
    """What a template may be when every loop runs so many times, known conditions take their branch, others any."""
    done = {""}
    for part in template:
        ends: set[str] = set()
        if isinstance(part, Text):
            ends = {part.value}
        elif isinstance(part, Choice):
            branches = part.branches if part.condition not in truths else (part.branches[truths[part.condition]],)
            ends = {end for branch in branches for end in every_text(branch, turns, truths)}
        elif isinstance(part, Repeat):
            ends = {""}
            for _ in range(turns):
                ends = {end + more for end in ends for more in every_text(part.body, turns, truths)}
        done = {start + end for start in done for end in ends}
    return done


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(["one", "condition", "loop"]), max_size=3),
    st.sampled_from(["", ", ", "\n"]),
    st.integers(0, 2),
    st.integers(0, 1),
)
def test_join_of_conditions_and_loops(kinds: list[str], separator: str, turns: int, untrue: int) -> None:
    items: list[Template] = []
    expected: list[str] = []
    for number, kind in enumerate(kinds):
        text = f" {number}\n"
        if kind == "condition":
            items.append(operations.several(Choice("c", (static(text), (operations.SEVERAL,)))))
            expected += [] if untrue else [text]
        elif kind == "loop":
            items.append(operations.several(Repeat(static(text), "over", Span(FILE, 0, 0), Volatility.UNKNOWN)))
            expected += [text] * turns
        else:
            items.append(static(text))
            expected.append(text)
    result = operations.join(static(separator), Items(tuple(items), Span(FILE, 0, 0)))
    assert result is not None
    assert operations.SEVERAL not in result
    assert separator.join(expected) in every_text(result, turns, {"c": untrue})
    bare = operations.strip(result)
    assert separator.join(expected).strip() in every_text(bare, turns, {"c": untrue})


@settings(max_examples=300, deadline=None)
@given(st.text(" a\n", max_size=6), st.text(" a\n", max_size=6), st.text(" a\n", max_size=6), st.integers(0, 1))
def test_strip_and_dedent_of_branches(before: str, inside: str, behind: str, branch: int) -> None:
    template = (*static(before), Choice("c", (static(inside), ())), *static(behind))
    value = before + ("" if branch else inside) + behind
    assert value.strip() in every_text(operations.strip(template), 1, {"c": branch})
    assert value.lstrip() in every_text(operations.strip(template, right=False), 1, {"c": branch})
    if "\n" in inside:
        assert every_text(margins.dedent(template), 1, {"c": branch}) == {textwrap.dedent(value)}
        assert every_text(margins.cleandoc(template), 1, {"c": branch}) == {inspect.cleandoc(value)}


def test_a_branch_that_stands_in_many_choices_is_stripped_once(monkeypatch: pytest.MonkeyPatch) -> None:
    template, deep = static("  a "), 12
    for number in range(deep):
        template = (Choice(f"c{number}", (template, template)),)
    bare, seen = operations._bare, []
    monkeypatch.setattr(operations, "_bare", lambda *given: seen.append(1) or bare(*given))
    for _ in range(deep):
        (choice,) = template = operations.strip(template)
        # What is the same stays one, so that the next to ask need not look at each way, either.
        assert choice.branches[0] is choice.branches[1]
    assert len(seen) == deep * 2 * (2 * deep + 1)
    assert every_text(template, 1, {f"c{number}": 0 for number in range(deep)}) == {"a"}


@settings(max_examples=200, deadline=None)
@given(made(), st.integers(0, 70), st.integers(0, 70))
def test_ruler(pair: Made, start: int, end: int) -> None:
    value, template = pair
    ruler = operations.Ruler([part for part in template if isinstance(part, Text)])
    assert ruler.value == value
    pieces = ruler.cut(start, end)
    assert "".join(piece.value for piece in pieces) == value[start:end]
    same_places(value, pieces)
    if value and start < len(value):
        place = ruler.place(start, max(end, start + 1))
        assert place.start <= 100 + start < place.end
