"""Which stretches of a file are around a place."""

from __future__ import annotations

import ast
from collections.abc import Callable

from timing import seconds, within

from promptlint.nesting import Nesting


def test_the_innermost_stretch_comes_first() -> None:
    nesting = Nesting([(0, 10, "a"), (20, 90, "b"), (30, 60, "c"), (40, 50, "d"), (70, 80, "e")])
    assert [list(nesting.around(offset)) for offset in (0, 9, 10, 20, 45, 50, 60, 75, 89, 90)] == [
        ["a"], ["a"], [], ["b"], ["d", "c", "b"], ["c", "b"], ["b"], ["e", "b"], ["b"], [],
    ]  # fmt: skip


def test_it_is_what_looking_at_all_of_them_gives() -> None:
    source = "".join(f"{' ' * (depth % 7)}def f{depth}(): {'0' if depth % 7 == 6 else ''}\n" for depth in range(70))
    lines = [0]
    for line in source.split("\n"):
        lines.append(lines[-1] + len(line) + 1)
    functions = [
        (
            lines[node.lineno - 1] + node.col_offset,
            lines[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0),
            node.name,
        )
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
    ]
    assert len(functions) == 70
    nesting = Nesting(functions)
    for offset in range(len(source)):
        around = sorted(((start, name) for start, end, name in functions if start <= offset < end), reverse=True)
        assert list(nesting.around(offset)) == [name for _, name in around]


def test_time_does_not_grow_with_the_stretches_that_are_elsewhere() -> None:
    def asked(number: int) -> Callable[[], None]:
        nesting = Nesting((at * 10, at * 10 + 9, at) for at in range(number))
        # They are put in order with the first question.
        assert list(nesting.around(5)) == [0]

        def run() -> None:
            assert all(list(nesting.around(at * 10 + 5)) == [at] for at in range(0, number, number // 1_000))

        return run

    within(max(0.05, 20 * seconds(asked(1_000))), asked(100_000))
