"""Defects of the cache rules planted into programs: all reported at their place with their tokens, and nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from planting_cache import KINDS, sized, trial

from promptlint.tokens import count

EXAMPLES = Path(__file__).parent.parent / "examples"


def constants(path: str) -> list[str]:
    """The long texts that a module of the examples holds."""
    tree = ast.parse((EXAMPLES / path).read_text(encoding="utf-8"))
    values = [
        node.value.value for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    ]
    return [value for value in values if isinstance(value, str) and len(value) > 1000]


TEXTS = [*constants("support_desk/reply.py"), *constants("support_desk_clean/triage.py")]


def test_all_that_is_planted_is_reported_and_nothing_else() -> None:
    score, wrong = trial(TEXTS, range(len(TEXTS)))
    assert wrong == []
    planted = {rule for rule, where, _ in score if where == "above"}
    assert planted == {
        "static-after-variable", "volatile-prefix", "unstable-order", "changing-tools", "missing-cache-control",
        "useless-cache-control", "uncached-boundary",
    }  # fmt: skip
    assert sum(score.values()) >= 200 and score["", "clean", True] >= 60


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.model)
def test_texts_stand_on_both_sides_of_the_minimum(kind: object) -> None:
    minimum, model = kind.minimum, kind.model  # type: ignore[attr-defined]
    for wanted in (minimum // 2, int(minimum * 1.4) + 250):
        assert wanted - 60 <= count(sized(TEXTS, 0, model, wanted), model) <= wanted + 5
