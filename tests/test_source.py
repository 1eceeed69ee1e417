"""Decoding, and offsets to rows, columns and UTF-16 positions and back."""

from __future__ import annotations

import ast
import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptlint.source import DecodeError, Source

# Newlines of every kind, characters of one to four UTF-8 bytes, and what other tools (not Python) take for newlines.
TEXTS = st.text(st.sampled_from("ab\n\r\té€😀\x0b\x0c\x85\u2028 "), max_size=40)


def test_newlines_are_kept_and_the_byte_order_mark_is_not():
    data = codecs.BOM_UTF8 + "a = 'é'\r\nb\rc\n".encode()
    source = Source.from_bytes("a.py", data)
    assert source.text == "a = 'é'\r\nb\rc\n"
    assert source.to_bytes(source.text) == data
    assert source.to_bytes("x") == codecs.BOM_UTF8 + b"x"


@pytest.mark.parametrize(
    ("data", "newline"), [(b"", "\n"), (b"a", "\n"), (b"a\r\nb\n", "\r\n"), (b"a\rb\r\n", "\r"), (b"a\nb\r\n", "\n")]
)
def test_newline_is_the_first_one(data, newline):
    assert Source.from_bytes("a.py", data).newline == newline


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"x = 1", "utf-8"),
        (b"# coding: latin-1\nx = '\xe9'", "iso8859-1"),
        (b"#!/usr/bin/python\r# -*- coding: cp1252 -*-\rx = '\x80'", "cp1252"),
        (b"\x0c # vim: set fileencoding=koi8-r :\n", "koi8-r"),
        (b"# coding: utf-8-unix\n", "utf-8"),
        (b"# coding: utf8\n", "utf-8"),
        (codecs.BOM_UTF8 + b"# coding: utf-8-sig\n", "utf-8"),
        (b"# coding: utf-7\n", "utf-7"),
        (b"\n\n# coding: latin-1\n", "utf-8"),
        (b"x = 1\n# coding: latin-1\n", "utf-8"),
        (b"'''\n# coding: latin-1\n'''", "utf-8"),
        (b"# " + b"-" * 5000 + b" coding: latin-1\n", "iso8859-1"),
    ],
)
def test_encoding_of_a_python_file(data, encoding):
    source = Source.from_bytes("a.py", data)
    assert source.encoding == encoding
    assert source.to_bytes(source.text) == data
    ast.parse(data)


def test_only_python_files_have_cookies():
    with pytest.raises(DecodeError, match="is not utf-8: unexpected end of data at byte 20"):
        Source.from_bytes("a.j2", b"# coding: latin-1\nx \xe9")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"x = '\xff'", "is not utf-8: invalid start byte at byte 5"),
        (codecs.BOM_UTF8 + b"'\xff'", "is not utf-8: invalid start byte at byte 4"),
        (b"# coding: nonsense\n", "does not know: nonsense"),
        (b"# coding: hex\n00", "not one of text files: hex"),
        (b"# coding: zlib\n", "not one of text files: zlib"),
        (b"# coding: unicode_escape\n\\ud800", "not one of text files"),
        (b"# coding: punycode\n", "not one of text files"),
        (b"# coding: raw_unicode_escape\n", "not one of text files"),
        (b"# coding: utf-16\nx", "not one of text files: utf-16"),
        (b"# coding: cp037\nx", "not one of text files: cp037"),
        (b"# coding: shift_jis\n\xff", "is not shift_jis"),
        (codecs.BOM_UTF8 + b"# coding: latin-1\n", "byte order mark"),
        (b"# coding: utf-7\n+2AA-", "utf-7"),
        (b"# coding: " + b"x" * 100_000 + b"\n", "does not know"),
    ],
)
def test_what_cannot_be_decoded_is_said(data, message):
    with pytest.raises(DecodeError, match=message):
        Source.from_bytes("a.py", data)


def test_what_cannot_be_encoded_is_said():
    source = Source.from_bytes("a.py", b"# coding: latin-1\n")
    with pytest.raises(DecodeError, match="cannot be written in iso8859-1"):
        source.to_bytes("€")


def test_locations():
    source = Source("a.py", "ab\r\n😀c\rd\n")
    places = [(0, (1, 1)), (2, (1, 3)), (3, (1, 4)), (4, (2, 1)), (5, (2, 2)), (6, (2, 3)), (7, (3, 1)), (9, (4, 1))]
    assert [(offset, source.location(offset)) for offset, _ in places] == places
    assert source.location(99) == (4, 1)
    assert source.location(-1) == (1, 1)
    assert [source.line(row) for row in range(6)] == ["", "ab", "😀c", "d", "", ""]


def test_positions_of_the_language_server_protocol():
    source = Source("a.py", "ab\n😀c\n")
    assert source.utf16(5) == (1, 3)
    assert source.from_utf16(1, 3) == 5
    assert source.from_utf16(1, 2) == 4
    # Within a surrogate pair is its character; behind a row is its end; behind the text is the text's end.
    assert source.from_utf16(1, 1) == 3
    assert source.from_utf16(0, 50) == 2
    assert source.from_utf16(9, 0) == 6
    assert source.from_utf16(-1, 3) == 0


@given(TEXTS)
def test_location_is_what_splitting_at_newlines_says(text):
    source = Source("a.py", text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert [source.line(row + 1) for row in range(len(lines))] == lines
    assert len(source.starts) == len(lines)
    for offset in range(len(text) + 1):
        row, column = source.location(offset)
        before = text[:offset]
        ended = before.replace("\r\n", "\n").replace("\r", "\n").count("\n")
        # Between CR and LF the row has not ended.
        ended -= before.endswith("\r") and text.startswith("\n", offset)
        assert row == ended + 1
        assert source.starts[row - 1] + column - 1 == offset


@given(TEXTS)
def test_positions_survive_the_way_there_and_back(text):
    source = Source("a.py", text)
    for offset in range(len(text) + 1):
        line, character = source.utf16(offset)
        inside = text[offset - 1 : offset + 1] == "\r\n"
        assert source.from_utf16(line, character) == offset - inside
        row, column = source.location(offset)
        start = offset - column + 1
        assert source.offset(row, len(text[start:offset].encode())) == offset - inside


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["a", "'é'", "'😀' + b", "f(x, 'ß')", "[1, '€']"]), min_size=1, max_size=150),
    st.sampled_from([", ", ",\r\n ", ",\n", ",\r\t"]),
)
def test_offset_is_where_ast_says(expressions, comma):
    text = "é = (" + comma.join(expressions) + ",)"
    source = Source("a.py", text)
    for node in ast.walk(ast.parse(text)):
        # Every expression stands where its positions say: what is read there is the same expression.
        if isinstance(node, ast.expr):
            start = source.offset(node.lineno, node.col_offset)
            end = source.offset(node.end_lineno or 0, node.end_col_offset or 0)
            assert ast.dump(ast.parse(text[start:end]).body[0].value) == ast.dump(node).replace("Store()", "Load()")


def test_offset_past_a_row_is_its_end():
    source = Source("a.py", "é\r\nab")
    assert source.offset(1, 9) == 1
    assert source.offset(2, 9) == 5
    assert source.offset(9, 0) == 5
    assert source.offset(0, 0) == 0
    # In the middle of a character is the character.
    assert source.offset(1, 1) == 0


def test_offsets_on_one_long_row_take_linear_time():
    # Measuring the row anew for each of these would take hours.
    text = "é," * 500_000
    source = Source("a.py", text)
    for index in range(0, 1_000_000, 10):
        assert source.offset(1, index // 2 * 3) == index
