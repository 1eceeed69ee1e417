"""The static text that one call sends of a template: its tokens, and what bounds them without the tokenizer."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

import msgspec

from promptlint.extract.patterns import lazy
from promptlint.pieces import alternatives, taken
from promptlint.prompt import Request
from promptlint.template import Choice, Part, Repeat, Template, Text, Volatility, by_item
from promptlint.tokens import count

# What a list does not change by from call to call.
_IN_ORDER = (Volatility.CONSTANT, Volatility.DEPLOY)
# Characters around a part of a text in which a place is looked for where a token surely begins.
_AROUND = 2_000
# No token reaches over the beginning of a row with a letter, nor into a blank in front of a letter from what stands
# before it.
_BEGINS = lazy(r"(?<=\n)(?=[^\W\d_])|(?<=\S) (?=[^\W\d_])")


def size(template: Template, model: str) -> int:
    """Tokens of the static text that one call sends at most: of branches the longest, of a loop one turn.

    Of a list that was shuffled all texts are sent, whichever comes first.
    """
    runs: list[str] = [""]
    _collect(_longest(template, model)[1], runs)
    return sum(_tokens(run, model) for run in runs if run)


def _longest(template: Template, model: str, within: str = "") -> tuple[int, Template]:
    """A template with of each choice the branch of most tokens, and its tokens, every text counted by itself.

    `within` is the condition that it stands under.
    """
    total = 0
    parts: list[Part] = []
    run: list[str] = []
    for part in (*template, None):
        if isinstance(part, Text):
            run.append(part.value)
            parts.append(part)
            continue
        total += _tokens("".join(run), model) if run else 0
        run = []
        if isinstance(part, Choice):
            each = [_longest(branch, model, part.condition) for branch in part.branches]
            most, way = max(each, key=lambda one: one[0], default=(0, ()))
            total += most
            parts.extend(way)
        elif isinstance(part, Repeat):
            # What is said to be one item of the list is one.
            most, way = _longest(part.body if by_item(within, part.over) else _in_all(part), model)
            total += most
            parts.append(msgspec.structs.replace(part, body=way))
        elif part is not None:
            parts.append(part)
    return total, tuple(parts)


def _in_all(part: Repeat) -> Template:
    """One turn of a loop; of a list that is in another order with every call, all of them: each says another item."""
    for at, one in enumerate(part.body) if part.volatility not in _IN_ORDER else ():
        if isinstance(one, Choice) and by_item(one.condition, part.over):
            before, behind = part.body[:at], part.body[at + 1 :]
            return tuple(each for branch in one.branches for each in (*before, *branch, *behind))
    return part.body


@functools.lru_cache(maxsize=1024)
def _tokens(value: str, model: str) -> int:
    return count(value, model)


def _collect(template: Template, runs: list[str]) -> None:
    """Append static text to the last run; whatever else stands in the text begins a new one."""
    pieces: list[str] = []
    for part in template:
        if isinstance(part, Text):
            pieces.append(part.value)
            continue
        runs[-1] += "".join(pieces)
        pieces = []
        if isinstance(part, Repeat):
            _collect(part.body, runs)
        runs.append("")
    runs[-1] += "".join(pieces)


def length(template: Template) -> int:
    """UTF-8 bytes of the static text of the longest way through a template."""
    total = 0
    for part in template:
        match part:
            case Text():
                total += len(part.value.encode("utf-8", "surrogatepass"))
            case Choice():
                total += max(map(length, part.branches), default=0)
            case Repeat():
                total += length(part.body)
            case _:
                pass
    return total


def longest_way(request: Request, model: str) -> list[Template]:
    """What one call sends of each prompt, of the ways through the conditions of a request the one of most tokens.

    Equal conditions take equal branches, in whatever prompts. What is not sent on that way is empty. Of more ways than
    `alternatives` gives the conditions left out are taken one by one, as `size` does.
    """
    ways = alternatives(request)
    asked = [set(conditions(prompt.template)) for prompt in request.prompts]
    lengths: dict[tuple[int, tuple[tuple[str, int], ...]], int] = {}

    def of(way: Mapping[str, int]) -> int:
        total = 0
        for index, prompt in enumerate(request.prompts):
            if taken(prompt, way):
                key = index, tuple((name, branch) for name, branch in way.items() if name in asked[index])
                if key not in lengths:
                    lengths[key] = _longest(_on_way(prompt.template, way), model)[0]
                total += lengths[key]
        return total

    best = max(ways, key=of)
    return [_on_way(prompt.template, best) if taken(prompt, best) else () for prompt in request.prompts]


def conditions(template: Template) -> Iterator[str]:
    """The conditions of the choices in a template, outside of loops."""
    for part in template:
        if isinstance(part, Choice):
            yield part.condition
            for branch in part.branches:
                yield from conditions(branch)


def _on_way(template: Template, way: Mapping[str, int]) -> Template:
    """A template with one branch of each condition that the way names."""
    if not any(isinstance(part, Choice) for part in template):
        return template
    parts: list[Part] = []
    for part in template:
        if isinstance(part, Choice) and part.branches and part.condition in way:
            parts.extend(_on_way(part.branches[min(way[part.condition], len(part.branches) - 1)], way))
        elif isinstance(part, Choice):
            branches = tuple(_on_way(branch, way) for branch in part.branches)
            parts.append(Choice(part.condition, branches))
        else:
            parts.append(part)
    return tuple(parts)


def without(text: str, start: int, end: int, model: str) -> int:
    """Tokens that a text has more than without the part from `start` to `end`.

    Counted where the part stands, so that the cost of many parts does not grow with the length of the text.
    """
    low, high = max(start - _AROUND, 0), min(end + _AROUND, len(text))
    # Both characters at the place stand before the part, and the one in front of it behind.
    before = [match.start() for match in _BEGINS.finditer(text, low, start) if match.end() < start]
    after = next((match.start() for match in _BEGINS.finditer(text, end, high) if match.start() > end), high)
    first = before[-1] if before else low
    return count(text[first:after], model) - count(text[first:start] + text[end:after], model)
