"""The literal scanner, against examples worked out by hand and against what `ast` says of generated literals."""

from __future__ import annotations

import ast
import sys
import warnings

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from literal_differential import expected, libcst_difference, main, misplaced, misread, scanned

from promptlint.extract.literals import Field, ScanError, scan
from promptlint.template import Text

PEP_701 = sys.version_info >= (3, 12)


def pieces(source):
    """Pieces in short: (value, source), (value, source, "atomic") or (source, expression, conversion, spec)."""
    return [_short(source, piece) for piece in scan(source, 0, len(source), "a.py")]


def _short(source, piece):
    held = source[piece.span.start : piece.span.end]
    if isinstance(piece, Text):
        return (piece.value, held) if piece.verbatim else (piece.value, held, "atomic")
    expression = source[piece.expression.start : piece.expression.end]
    return (held, expression, piece.conversion, [_short(source, inner) for inner in piece.spec])


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ('""', []),
        ("''''''", []),
        ('"plain"', [("plain", "plain")]),
        ('"a\\nb"', [("a", "a"), ("\n", "\\n", "atomic"), ("b", "b")]),
        (r'"\d\."', [(r"\d\.", r"\d\.")]),
        (r'"\x41\101\u00e9\U0001F600\N{BULLET}\0"', [
            ("A", r"\x41", "atomic"), ("A", r"\101", "atomic"), ("é", r"\u00e9", "atomic"),
            ("😀", r"\U0001F600", "atomic"), ("•", r"\N{BULLET}", "atomic"), ("\0", r"\0", "atomic"),
        ]),
        (r'"\777"', [("\u01ff", r"\777", "atomic")]),
        ('"a\\\nb"', [("a", "a"), ("b", "b")]),
        ('"a\\\r\nb"', [("a", "a"), ("b", "b")]),
        ('"""a\nb"""', [("a\nb", "a\nb")]),
        ('"""a\r\nb\rc"""', [("a", "a"), ("\n", "\r\n", "atomic"), ("b", "b"), ("\n", "\r", "atomic"), ("c", "c")]),
        ('r"\\n\\""', [('\\n\\"', '\\n\\"')]),
        ('r"""a\\\r\nb"""', [("a\\", "a\\"), ("\n", "\r\n", "atomic"), ("b", "b")]),
        ('"""a"b""c"""', [('a"b""c', 'a"b""c')]),
        ('"""a""""b"', [("a", "a"), ("b", "b")]),
        ('"""a"""""', [("a", "a")]),
        ('"a"  # "no"\n \'b\' \\\n u"c"', [("a", "a"), ("b", "b"), ("c", "c")]),
        ('"{x}" f"{{y}}"', [("{x}", "{x}"), ("{", "{{", "atomic"), ("y", "y"), ("}", "}}", "atomic")]),
        ('f"a{x}b"', [("a", "a"), ("{x}", "x", "", []), ("b", "b")]),
        ('F"{ x !r}"', [("{ x !r}", "x", "r", [])]),
        ('f"{x:>10}"', [("{x:>10}", "x", "", [(">10", ">10")])]),
        ('f"{x:{w}.{p!s}}"', [
            ("{x:{w}.{p!s}}", "x", "", [("{w}", "w", "", []), (".", "."), ("{p!s}", "p", "s", [])]),
        ]),
        (r'f"{x:\x41}" rf"{x:\d}"', [
            (r"{x:\x41}", "x", "", [("A", r"\x41", "atomic")]), (r"{x:\d}", "x", "", [(r"\d", r"\d")]),
        ]),
        ('f"{x=}"', [("x=", "x=", "atomic"), ("{x=}", "x", "r", [])]),
        ('f"{ x = }"', [(" x = ", " x = ", "atomic"), ("{ x = }", "x", "r", [])]),
        ('f"{x=!s}{y=:5}"', [
            ("x=", "x=", "atomic"), ("{x=!s}", "x", "s", []),
            ("y=", "y=", "atomic"), ("{y=:5}", "y", "", [("5", "5")]),
        ]),
        ('f"{x # c}\n = # d\n !s}"', [
            ("x \n = \n ", "x # c}\n = # d\n ", "atomic"), ("{x # c}\n = # d\n !s}", "x", "s", []),
        ]),
        ('f"{\n  x:\n}"', [("{\n  x:\n}", "x", "", [])]),
        ('f"""{\n  x:\n}"""', [("{\n  x:\n}", "x", "", [("\n", "\n")])]),
        ('f"""{x\r\n=}"""', [("x\n=", "x\r\n=", "atomic"), ("{x\r\n=}", "x", "r", [])]),
        ('f"{x=:}"', [("x=", "x=", "atomic"), ("{x=:}", "x", "", [])]),
        ('f"{a!=b}{a==b}{a<=b}{a>=b}"', [
            ("{a!=b}", "a!=b", "", []), ("{a==b}", "a==b", "", []),
            ("{a<=b}", "a<=b", "", []), ("{a>=b}", "a>=b", "", []),
        ]),
        ('f"{a==b=}"', [("a==b=", "a==b=", "atomic"), ("{a==b=}", "a==b", "r", [])]),
        ('f"{d[1:2]}{(lambda: 1)()}{(y := 2)}{f(a=1)}{ {1: 2} }"', [
            ("{d[1:2]}", "d[1:2]", "", []), ("{(lambda: 1)()}", "(lambda: 1)()", "", []),
            ("{(y := 2)}", "(y := 2)", "", []), ("{f(a=1)}", "f(a=1)", "", []), ("{ {1: 2} }", "{1: 2}", "", []),
        ]),
        ("f\"{a['}']}{':!='}\"", [("{a['}']}", "a['}']", "", []), ("{':!='}", "':!='", "", [])]),
        (r'f"\{x}\N{BULLET}"', [("\\", "\\"), ("{x}", "x", "", []), ("•", r"\N{BULLET}", "atomic")]),
        (r'rf"\{x}\N{y}"', [("\\", "\\"), ("{x}", "x", "", []), (r"\N", r"\N"), ("{y}", "y", "", [])]),
        # PEP 701: the same quotes, backslashes, comments and f-strings within a field.
        ('f"{a["k"]}"', [('{a["k"]}', 'a["k"]', "", [])]),
        (r'f"{"\"}"}"', [(r'{"\"}"}', r'"\"}"', "", [])]),
        ('f"{f"{f"{1}:{{"!r:{f"{2}"}}"}"', [
            ('{f"{f"{1}:{{"!r:{f"{2}"}}"}', 'f"{f"{1}:{{"!r:{f"{2}"}}"', "", []),
        ]),
        ('f"{  # why }\n x  # "\n}"', [('{  # why }\n x  # "\n}', "x", "", [])]),
        ('f"{"\\n".join(x)}"', [('{"\\n".join(x)}', '"\\n".join(x)', "", [])]),
        ('f"{x if"}"else rb"}"}"', [('{x if"}"else rb"}"}', 'x if"}"else rb"}"', "", [])]),
    ],
)  # fmt: skip
def test_pieces(source, result):
    assert pieces(source) == result


def test_offsets_and_file_are_those_of_the_whole_text():
    text = "é = 'a\\n'\n"
    found = scan(text, 4, 9, "b.py")
    assert [(p.span.file, p.span.start, p.span.end) for p in found] == [("b.py", 5, 6), ("b.py", 6, 8)]


def test_what_follows_the_end_is_not_read():
    assert pieces('"a"') == [_short('"a""b"', piece) for piece in scan('"a""b"', 0, 3, "")]


@pytest.mark.parametrize(
    "source",
    [
        "", " ", "x", "1",
        'b"a"', 'rb"a"', 'Rb"a" "b"', '"a" b"b"', 't"{x}"', '"a', "'''a'", '"a" + "b"', 'f"{x"', 'f"{"',
        'f"{}"', 'f"{ }"', 'f"{# c\n}"', 'f"{x!}"', 'f"{x!z}"', 'f"{x:"', 'f"}"', 'f"{x}}"', 'f"{x=y}"', 'f"{(]}"',
        'f"{f"}', 'f"{f"}"}"', '"\\x4"', '"\\u12"', '"\\N{no such name}"', '"\\N"', '"\\U00110000"',
        '"\\N{KEYCAP NUMBER SIGN}"',
        '"\\', 'r"\\"', 'f"{x:{y:{z:{a:{b:{c:{d}}}}}}}"',
    ],
)  # fmt: skip
def test_anything_else_is_refused(source):
    with pytest.raises(ScanError):
        scan(source, 0, len(source), "")


@pytest.mark.parametrize(
    "source",
    [
        'f"{' + "(" * 2000 + ")" * 2000 + '}"',
        'f"{' * 2000 + "1" + '}"' * 2000,
        "f'{x:" * 2000 + "}'" * 2000,
        'f"{x:' + "{x:" * 2000 + "}" * 2000 + '}"',
        'f"{' + "{" * 5000,
    ],
)
def test_deep_nesting_is_refused_without_recursion(source):
    with pytest.raises(ScanError):
        scan(source, 0, len(source), "")


def test_nesting_that_python_accepts():
    brackets = 'f"{' + "(" * 150 + "1" + ")" * 150 + '}"'
    assert isinstance(pieces(brackets)[0], tuple)
    strings = 'f"{' * 100 + "1" + '}"' * 100
    assert pieces(strings) == [(strings[2:-1], strings[3:-2], "", [])]


def test_large_literals_take_linear_time():
    # What is quadratic here would take hours; that these end at all is the test.
    long = '"""' + "lorem ipsum\n" * 400_000 + '"""'
    assert pieces(long) == [(long[3:-3], long[3:-3])]
    assert len(pieces('"' + "a\\n" * 200_000 + '"')) == 400_000
    assert len(pieces('f"' + "{x} " * 50_000 + '"')) == 100_000
    assert len(pieces("'a' \n" * 20_000)) == 20_000
    assert len(pieces('f"{' + "x + " * 100_000 + 'x}"')) == 1
    assert len(pieces("''\n" * 100_000)) == 0
    with pytest.raises(ScanError):
        pieces('f"' + '{"' * 100_000)
    with pytest.raises(ScanError):
        pieces('"' + "\\N{" * 100_000)


def agrees(source):
    """Whether Python takes the text for a string; if so, the pieces have to say what `ast` says."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            node = ast.parse(f"({source}\n)", mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return False
        if not isinstance(node, ast.JoinedStr) and not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            return False
        found = scan(source, 0, len(source), "")
        assert scanned(source, found) == expected(node) or misread(source, found)
        assert misplaced(source, 0, len(source), found) == ""
    return True


ESCAPED = {"\n": "\\n", "\t": "\\t", "\\": "\\\\", "'": "\\'", '"': '\\"', "\a": "\\a", "\r": "\\r"}
CHARACTERS = st.one_of(
    st.sampled_from("ab {}\n\r\t'\"\\#é€😀0"), st.characters(codec="utf-8", exclude_characters="\0"), st.just("\ud800")
)


@st.composite
def written(draw, quote, raw, formatted):
    """Text of a literal: every character in one of the ways in which it may be written."""
    out = []
    previous = ""
    for character in draw(st.lists(CHARACTERS, max_size=12)):
        verbatim = character != "\ud800" and (raw or character != "\\")
        # A quote, or a newline between single quotes, ends the literal; a backslash in a raw one shields what follows.
        verbatim &= character != quote[0] and not (character == "\\" and raw)
        verbatim &= len(quote) == 3 or character not in "\r\n"
        ways = [character] if verbatim else []
        if formatted and character in "{}":
            ways = [character * 2]
        if not raw:
            code = ord(character)
            ways.append(ESCAPED.get(character, f"\\U{code:08x}"))
            if code < 0x10000:
                ways.append(f"\\u{code:04X}")
            if code < 0x100:
                ways.append(f"\\x{code:02x}")
                ways.append(f"\\{code:03o}")
            if character == "€":
                ways.append("\\N{EURO SIGN}")
            if character == "a" and previous != "\\":
                ways += ["\\\na", "\\d", "\\\r\n"]
        elif character == "a":
            ways += ["\\n", "\\" + quote[0], "\\\\", "\\x4"]
        if ways:
            previous = draw(st.sampled_from(ways))
            out.append(previous)
    return "".join(out)


EXPRESSIONS = ["x", "x.y", "a[1:2]", "f(k=1, *b)", " x ", "{1: 2}[1]", "(lambda y: y)(1)", "a != b", "a <= b == c >= d"]
EXPRESSIONS += ["(y := 1)", "[i for i in z if i]", "not x", "a if b else c", "-x", "x,", "{1, 2}", "1_0.5e3", "é"]


@st.composite
def field(draw, quote, depth):
    expression = draw(st.sampled_from(EXPRESSIONS))
    if expression.startswith("{"):
        expression = " " + expression
    other = "'" if quote[0] == '"' else '"'
    kinds = ["name", "string", "newline"] + (["comment", "nested", "escape"] if PEP_701 and depth < 3 else [])
    kind = draw(st.sampled_from(kinds))
    if kind == "string":
        expression = f"g({other}:!}}={{({other}, r{other}]{other})"
    elif kind == "newline" and len(quote) == 3:
        expression = f"(\n{expression}\r\n)\n"
    elif kind == "comment":
        expression = f"  # no }} {quote}\n {expression} # {{ {quote}\n"
    elif kind == "nested":
        expression = " " + draw(literal(depth + 1))
    elif kind == "escape":
        expression = f'"\\"}}".join({expression.strip(", ")})'
    tail = draw(st.sampled_from(["", "", "!r", "!s", "!a", "=", " = ", "=!r"]))
    if draw(st.booleans()):
        tail += ":" + draw(st.sampled_from(["", ">10", "%Y-%m", ".2f", "\\x41", other]))
        if draw(st.booleans()):
            tail += draw(st.sampled_from(["{w}", "{w!r}", "{w:}", "{w=}"]))
    return "{" + expression + tail + "}"


@st.composite
def literal(draw, depth=0):
    prefix = draw(st.sampled_from(["", "u", "U", "r", "R", "f", "F", "fr", "rF", "Rf", "FR"]))
    quote = draw(st.sampled_from(["'", '"', "'''", '"""']))
    raw, formatted = "r" in prefix.lower(), "f" in prefix.lower()
    parts = [draw(written(quote, raw, formatted))]
    if formatted:
        for _ in range(draw(st.integers(0, 3))):
            parts += [draw(field(quote, depth)), draw(written(quote, raw, formatted))]
    return prefix + quote + "".join(parts) + quote


@st.composite
def run(draw):
    gap = st.sampled_from(["", " ", "\n", "\r\n\t", " \\\n", "  # it's \"\n", "\f", "\r"])
    parts = draw(st.lists(literal(), min_size=1, max_size=4))
    source = parts[0] + "".join(draw(gap) + part for part in parts[1:])
    newline = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    return source.replace("\r\n", "\n").replace("\n", newline)


@settings(max_examples=600, deadline=None)
@given(run())
def test_a_generated_literal_is_what_ast_says(source):
    agrees(source)


SCRAPS = ["{", "}", "{x", "x", "\\", "'", '"', "!r", ":", "=", "\n", "\r", "#", "(", ")", "N{BULLET}", "{{", " "]
PREFIXES = ["", "r", "f", "f", "rf"]
QUOTES = ["'", '"', '"""']


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from(PREFIXES), st.sampled_from(QUOTES), st.lists(st.sampled_from(SCRAPS), max_size=9), st.booleans())
@example("f", '"', ["\\", "{", "x", "}"], True)
@example("", "'", ["'", "\\"], False)
@example("f", '"', ["{x", "=", "=", "x", "=", ":", "{x", "}", "}"], True)
def test_scraps_of_syntax_never_crash_and_agree_where_python_accepts_them(prefix, quote, scraps, closed):
    source = prefix + quote + "".join(scraps) + quote * closed
    if not agrees(source):
        try:
            found = scan(source, 0, len(source), "")
        except ScanError:
            return
        assert all(0 <= piece.span.start <= piece.span.end <= len(source) for piece in found)


def test_most_generated_literals_are_python():
    # The property above says something only if the generated texts are strings to Python.
    seen = []

    @settings(max_examples=150, deadline=None, database=None)
    @given(run())
    def collect(source):
        seen.append(agrees(source))

    collect()
    assert sum(seen) > 0.6 * len(seen)


@pytest.mark.parametrize("source", [r'"a\n" f"b{x!r:>{w}}c{{" r"\d"', 'f"""{ y = }\n"""', '"a\\\nb" \'c\'  "d\\\\"'])
def test_pieces_are_those_of_libcst(source):
    assert libcst_difference(source) == ""


def test_differential_script(tmp_path, capsys):
    (tmp_path / "a.py").write_text('"""Doc."""\nX = f"a{x}" "\\n"\n')
    (tmp_path / "b.py").write_text("not python at all")
    assert main([str(tmp_path), "--libcst", "all"]) == 0
    out = capsys.readouterr().out
    assert "1 files (1 not read), 2 literals" in out
    assert "libcst: 1 of 1 literals" in out
    assert main([str(tmp_path / "none")]) == 1


def test_differential_sees_differences():
    found = scan('f"a{x}"', 0, 7, "")
    assert scanned('f"a{x}"', found) != expected(ast.parse('f"a{y}"', mode="eval").body)
    assert scanned('f"a{x}"', found) != expected(ast.parse('f"b{x}"', mode="eval").body)
    assert misplaced('f"b{x}"', 0, 7, found) != ""
    assert misplaced('f"a{x}"', 0, 5, found) != ""
    assert isinstance(found[1], Field)
