"""Compares the literal scanner with `ast`, and on a sample with libcst, on every string literal of real code.

python tests/literal_differential.py [--libcst N|all] DIR...

Below every DIR, each Python file that this interpreter parses is read. For each literal the scanner's texts, fields,
conversions, specifications and expressions have to be those of `ast`, and its spans have to hold what they say.
Prints counts and times; exits with 1 on a difference, or when there was no literal to compare.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import re
import sys
import time
import warnings
from collections.abc import Iterator
from typing import Any

from promptlint.extract.literals import Field, Piece, ScanError, scan
from promptlint.source import DecodeError, Source
from promptlint.template import Text

_CONTINUATIONS = re.compile(r"(?:\\(?:\r\n?|\n))*")
_RICH = re.compile(r"[\\{}]|['\"]\s+\w*['\"]")
_LONGEST_FOR_LIBCST = 20_000


def literals(tree: ast.AST) -> Iterator[ast.Constant | ast.JoinedStr]:
    """Every string literal of a tree. What stands inside f-strings has reliable positions only since Python 3.12."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                yield node
        elif isinstance(node, ast.JoinedStr):
            yield node
            if sys.version_info >= (3, 12):
                todo.extend(_expressions(node))
        else:
            todo.extend(ast.iter_child_nodes(node))


def _expressions(node: ast.JoinedStr) -> Iterator[ast.AST]:
    for value in node.values:
        if isinstance(value, ast.FormattedValue):
            yield value.value
            if isinstance(value.format_spec, ast.JoinedStr):
                yield from _expressions(value.format_spec)


def expected(node: ast.expr) -> list[Any]:
    """What `ast` says of a literal: texts, and fields as (tree of the expression, conversion, specification)."""
    if isinstance(node, ast.Constant):
        return [node.value] if node.value else []
    assert isinstance(node, ast.JoinedStr)
    parts: list[Any] = []
    for value in node.values:
        if isinstance(value, ast.FormattedValue):
            spec = expected(value.format_spec) if value.format_spec else []
            conversion = chr(value.conversion) if value.conversion > 0 else ""
            parts.append((ast.dump(value.value), conversion, spec))
        else:
            assert isinstance(value, ast.Constant)
            _add(parts, str(value.value))
    return parts


def scanned(text: str, pieces: list[Piece] | tuple[Piece, ...]) -> list[Any]:
    """What the scanner says, in the same form."""
    parts: list[Any] = []
    for piece in pieces:
        if isinstance(piece, Text):
            _add(parts, piece.value)
        else:
            source = text[piece.expression.start : piece.expression.end]
            tree = ast.dump(ast.parse(f"({source}\n)", mode="eval").body)
            parts.append((tree, piece.conversion, scanned(text, piece.spec)))
    return parts


def _add(parts: list[Any], text: str) -> None:
    if parts and isinstance(parts[-1], str):
        parts[-1] += text
    elif text:
        parts.append(text)


def misread(text: str, pieces: list[Piece] | tuple[Piece, ...]) -> bool:
    """Whether a literal holds what releases of CPython since 3.12 read otherwise than the reference says.

    They decode escapes in the text of `{x=}` (https://github.com/python/cpython/issues/124363), end it at "!=", take
    a "#" in it for a comment (https://github.com/python/cpython/issues/137182), and decode escapes in the
    specifications of raw f-strings.
    """
    if sys.version_info < (3, 12):
        return False
    for piece in pieces:
        if isinstance(piece, Field):
            expression = text[piece.span.start : piece.expression.end]
            if piece.debug and re.search(r"[\\#!]", expression):
                return True
            verbatim = [inner.value for inner in piece.spec if isinstance(inner, Text) and inner.verbatim]
            if any("\\" in value for value in verbatim) or misread(text, piece.spec):
                return True
    return False


def misplaced(text: str, start: int, end: int, pieces: list[Piece] | tuple[Piece, ...]) -> str:
    """What is wrong with the spans of a literal's pieces: disorder, overlap, or not what the source says."""
    position = start
    label: Text | None = None
    for piece in pieces:
        span = piece.span
        if isinstance(piece, Field) and piece.debug:
            if label is None or label.verbatim or label.span.start != span.start + 1:
                return f"no label of {span}"
            position = span.start
        if not position <= span.start < span.end <= end:
            return f"{span} out of place"
        position = span.end
        if isinstance(piece, Field):
            if not span.start < piece.expression.start < piece.expression.end < span.end:
                return f"{piece.expression} out of its field"
            if wrong := misplaced(text, piece.expression.end, span.end - 1, piece.spec):
                return wrong
            label = None
            continue
        label = piece
        if not piece.value or (piece.verbatim and text[span.start : span.end] != piece.value):
            return f"{span} is not {piece.value!r}"
    return ""


def libcst_difference(text: str) -> str:
    """Compare the pieces of a run of literals with libcst's; "" when they are the same, or why they are not."""
    import libcst

    code = libcst.Module([]).code_for_node
    node: libcst.BaseExpression = libcst.parse_expression(f"({text})")
    regions: list[tuple[int, int]] = []
    fields: list[tuple[int, int, libcst.FormattedStringExpression]] = []
    position = 0
    while True:
        leaf = node.left if isinstance(node, libcst.ConcatenatedString) else node
        if isinstance(leaf, libcst.SimpleString):
            opening = len(leaf.prefix) + len(leaf.quote)
            regions.append((position + opening, position + len(leaf.value) - len(leaf.quote)))
            position += len(leaf.value)
        else:
            assert isinstance(leaf, libcst.FormattedString)
            position += len(leaf.start)
            for part in leaf.parts:
                begin, position = position, position + len(code(part))
                if isinstance(part, libcst.FormattedStringExpression):
                    fields.append((begin, position, part))
                else:
                    regions.append((begin, position))
            position += len(leaf.end)
        if not isinstance(node, libcst.ConcatenatedString):
            break
        position += len(code(node.whitespace_between))
        node = node.right
    pieces = scan(text, 0, len(text), "")
    found = [piece for piece in pieces if isinstance(piece, Field)]
    if [(f.span.start, f.span.end) for f in found] != [(begin, end) for begin, end, _ in fields]:
        return "fields at other places"
    for field, (_, _, theirs) in zip(found, fields, strict=True):
        if text[field.expression.start : field.expression.end] != code(theirs.expression):
            return "another expression"
        if field.debug != (theirs.equal is not None) or (theirs.conversion or field.conversion) != field.conversion:
            return "another conversion"
        if bool(field.spec) != bool(theirs.format_spec):
            return "another specification"
    return _uncovered(text, regions, [piece for piece in pieces if isinstance(piece, Text)], found)


def _uncovered(text: str, regions: list[tuple[int, int]], texts: list[Text], fields: list[Field]) -> str:
    """Whether the texts fill the regions but for line continuations; labels (`x=`) lie in fields."""
    labels = {field.span.start + 1 for field in fields if field.debug}
    spans = [(t.span.start, t.span.end) for t in texts if t.span.start not in labels]
    index = 0
    for start, end in regions:
        position = start
        while index < len(spans) and spans[index][1] <= end:
            if not _CONTINUATIONS.fullmatch(text, position, max(spans[index][0], position)):
                return f"nothing for {text[position : spans[index][0]]!r}"
            position = spans[index][1]
            index += 1
        if not _CONTINUATIONS.fullmatch(text, position, end):
            return f"nothing for {text[position:end]!r}"
    return "" if index == len(spans) else f"a text outside of every string: {texts[index]}"


class Comparison:
    """Counts of a run, and a sample of the literals for libcst."""

    def __init__(self, sample: int) -> None:
        self.files = self.unread = self.literals = self.formatted = self.fields = self.pieces = self.differences = 0
        self.parsing = self.scanning = 0.0
        self.size = sample
        self.sample: list[tuple[str, str]] = []
        self.candidates = 0
        self.random = random.Random(0)

    def report(self, place: str, text: str, what: str) -> None:
        self.differences += 1
        if self.differences <= 20:
            print(f"{place}: {what}: {text[:200]!r}")

    def file(self, path: str) -> None:
        try:
            with open(path, "rb") as stream:
                source = Source.from_bytes(path, stream.read())
            began = time.perf_counter()
            tree = ast.parse(source.text)
        except (OSError, DecodeError, SyntaxError, ValueError, RecursionError, MemoryError):
            self.unread += 1
            return
        self.files += 1
        nodes = list(literals(tree))
        parsed = time.perf_counter()
        self.parsing += parsed - began
        results: list[tuple[int, int, list[Piece] | ScanError]] = []
        for node in nodes:
            start = source.offset(node.lineno, node.col_offset)
            end = source.offset(node.end_lineno or 0, node.end_col_offset or 0)
            try:
                results.append((start, end, scan(source.text, start, end, path)))
            except ScanError as error:
                results.append((start, end, error))
        self.scanning += time.perf_counter() - parsed
        for node, (start, end, pieces) in zip(nodes, results, strict=True):
            self.literal(f"{path}:{node.lineno}", source.text, start, end, node, pieces)

    def literal(
        self, place: str, text: str, start: int, end: int, node: ast.expr, pieces: list[Piece] | ScanError
    ) -> None:
        self.literals += 1
        self.formatted += isinstance(node, ast.JoinedStr)
        if isinstance(pieces, ScanError):
            self.report(place, text[start:end], str(pieces))
            return
        self.pieces += len(pieces)
        self.fields += sum(isinstance(piece, Field) for piece in pieces)
        try:
            got = scanned(text, pieces)
        except SyntaxError as error:
            self.report(place, text[start:end], f"the expression of a field does not parse: {error}")
            return
        if got != expected(node) and not misread(text, pieces):
            self.report(place, text[start:end], f"{got!r:.300} is not {expected(node)!r:.300}")
        if wrong := misplaced(text, start, end, pieces):
            self.report(place, text[start:end], wrong)
        self.choose(place, text[start:end])

    def choose(self, place: str, text: str) -> None:
        """Draw the sample, among literals that hold more than plain text (no CR: libcst's positions drift on it)."""
        rich = len(text) <= _LONGEST_FOR_LIBCST and _RICH.search(text) is not None
        if not self.size or not rich or "\r" in text:
            return
        self.candidates += 1
        if len(self.sample) < self.size:
            self.sample.append((place, text))
        elif (index := self.random.randrange(self.candidates)) < self.size:
            self.sample[index] = (place, text)

    def compare_with_libcst(self) -> None:
        import libcst

        began = time.perf_counter()
        refused = 0
        for place, text in self.sample:
            try:
                what = libcst_difference(text)
            except libcst.ParserSyntaxError:
                refused += 1
                continue
            if what:
                self.report(place, text, f"libcst: {what}")
        seconds = time.perf_counter() - began
        print(
            f"libcst: {len(self.sample)} of {self.candidates} literals in {seconds:.1f} s, {refused} not parsed by it"
        )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("directories", nargs="+", metavar="DIR")
    parser.add_argument("--libcst", default="0", metavar="N", help="compare N literals with libcst too, or 'all'")
    options = parser.parse_args(arguments)
    comparison = Comparison(sys.maxsize if options.libcst == "all" else int(options.libcst))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for directory in options.directories:
            for folder, folders, names in os.walk(directory):
                folders.sort()
                for name in sorted(names):
                    path = os.path.join(folder, name)
                    if name.endswith((".py", ".pyi")) and os.path.isfile(path):
                        comparison.file(path)
        if comparison.size:
            comparison.compare_with_libcst()
    c = comparison
    print(f"{c.files} files ({c.unread} not read), {c.literals} literals, {c.pieces} pieces")
    print(f"{c.formatted} f-strings with {c.fields} fields")
    rate = c.literals / c.scanning if c.scanning else 0.0
    ratio = c.scanning / (c.parsing or 1)
    print(f"scan {c.scanning:.2f} s, {rate:,.0f} literals a second, {ratio:.2f} of ast.parse ({c.parsing:.2f} s)")
    print(f"{c.differences} differences")
    return 1 if c.differences or not c.literals else 0


if __name__ == "__main__":
    sys.exit(main())
