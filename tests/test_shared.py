"""Texts that several requests of a project have in front."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from timing import seconds, within

from promptlint.prompt import Prompt, Request, Role
from promptlint.rules.static_after_variable import check
from promptlint.shared import shared_prefixes, with_fronts
from promptlint.template import Choice, Hole, Span, Text, Volatility

_places = itertools.count(0, 100_000)
RULES, MORE = "Answer in one sentence. " * 300, "Be kind to whoever asks. " * 100


def prompt(role: Role, *parts: str | Hole) -> Prompt:
    """Texts, and a value for every name in braces."""
    template: list[Text | Hole | Choice] = []
    for part in parts:
        start = next(_places)
        if isinstance(part, Hole):
            template.append(part)
        elif part.startswith("{"):
            template.append(Hole(part[1:-1], Span("a.py", start, start + 3), Volatility.REQUEST))
        else:
            template.append(Text(part, Span("a.py", start, start + len(part)), True))
    start = next(_places)
    return Prompt("p", role, "call", tuple(template), Span("a.py", start, start + 5))


def request(*prompts: Prompt, model: str = "gpt-5.2") -> Request:
    return Request("openai", model, prompts, Span("a.py", next(_places), 0), complete=True)


def test_the_longest_common_beginning_counts() -> None:
    tool = prompt("tool", MORE)
    requests = [
        request(tool, prompt("system", RULES, MORE), prompt("user", "{q}")),
        request(tool, prompt("system", RULES, MORE), prompt("user", "Say more: ", "{q}")),
        request(tool, prompt("system", RULES), prompt("user", "{q}")),
        request(tool, prompt("system", "{q}", RULES)),
        request(tool, prompt("system", RULES, MORE), model="gpt-5"),
        request(prompt("system", "You are kind."), prompt("user", "{q}")),
        request(prompt("system", "You are kind."), prompt("user", "{q}")),
    ]
    found = {
        index: (shared.requests, sum(len(text.value) for text in shared.texts))
        for index, shared in shared_prefixes(requests).items()
    }
    long, short = 2 * len(MORE) + len(RULES), len(MORE) + len(RULES)
    assert found == {
        0: ((0, 1), long), 1: ((0, 1), long), 2: ((0, 1, 2), short), 3: ((0, 1, 2, 3), len(MORE)),
    }  # fmt: skip


def test_a_text_that_is_late_here_and_in_front_there() -> None:
    front = request(prompt("system", RULES), prompt("user", "{q}"))
    late = request(prompt("user", "{q}", "\n" + RULES + "\n"))
    own, changed = with_fronts([front, late])
    assert own.fronts == ()
    [(span, place)] = changed.fronts
    assert span == late.prompts[0].template[1].span and place == front.prompts[0].span  # type: ignore[union-attr]
    [finding] = check(changed)
    assert finding.related[1] == (place, "the same text stands in front here")
    assert len(next(iter(check(late))).related) == 1


@pytest.mark.parametrize("origin", ["date", "unordered"])
def test_behind_a_date_or_a_set_a_text_is_not_in_front(origin: str) -> None:
    front = request(prompt("system", RULES), prompt("user", "{q}"))
    place = next(_places)
    behind = prompt("system", Hole("day", Span("a.py", place, place + 3), Volatility.UNIQUE, origin), RULES)
    late = request(prompt("user", "{q}", RULES))
    assert [place for _, place in with_fronts([request(behind), front, late])[2].fronts] == [front.prompts[0].span]


def test_a_short_text_is_the_same_by_chance() -> None:
    short = "Be kind. " * 20
    requests = (request(prompt("system", short)), request(prompt("user", "{q}", short)))
    assert with_fronts(requests) == requests and shared_prefixes(requests) == {}


def test_the_cost_is_linear() -> None:
    def told(number: int) -> Callable[[], object]:
        requests = [request(prompt("system", RULES), prompt("user", "{q}", MORE)) for _ in range(number)]
        return lambda: (shared_prefixes(requests), with_fronts(requests))

    within(8 * seconds(told(200)) * 3 + 0.05, told(1600))
