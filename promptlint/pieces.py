"""A request as it is sent: its pieces in the provider's order, each with its tokens and how often it changes.

Figures are tokens of visible text: what a provider adds around a message is not counted. Branches: `alternatives` lists
the ways through the conditions of a request, and each is laid out by itself.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

import msgspec

from promptlint.prompt import Prompt, Request
from promptlint.providers import PARTS, Policy, gathers_system, model_of, policy_of
from promptlint.template import Apply, Choice, Hole, Ref, Repeat, Span, Template, Text, Volatility, holes, way
from promptlint.tokens import count, encoding_of

Part: TypeAlias = Literal["tools", "system", "messages"]

# As many ways through the conditions of a request are looked at.
MAX_ALTERNATIVES = 32
# Pieces of one text stand at most so many characters of source apart (quotes, a doubled brace, indentation).
_GAP = 200


class Piece(msgspec.Struct, frozen=True):
    """One stretch of a request as it is sent.

    `kind`: "text" (static, with its tokens), "hole", "repeat", or "end" (of a message). `prompt` is the index of the
    prompt it belongs to, `part` where providers put that, `span` its place: a text begins there, and goes on as far as
    its words stand together (`stretches`). Of a hole or repeat: `volatility`, `origin`, `expression`;
    `grows` marks a history, which is longer with every turn. Of an end: `reusable` says that a provider which reuses
    whole messages looks a prefix up here, `marker` that a cache marker is set here, `answers` that the message is what
    the model or a tool has said, if not on this way through the conditions, then on another.
    """

    kind: Literal["text", "hole", "repeat", "end"]
    prompt: int
    role: str
    span: Span
    tokens: int = 0
    texts: tuple[Text, ...] = ()
    volatility: Volatility = Volatility.CONSTANT
    origin: str = ""
    expression: str = ""
    grows: bool = False
    reusable: bool = False
    marker: bool = False
    part: Part = "messages"
    answers: bool = False


def sent_once(request: Request) -> bool:
    """Whether the request is sent once in a process: there is no next call that could read from the cache."""
    return request.once or (bool(request.prompts) and all(prompt.once for prompt in request.prompts))


def varies(request: Request, least: Volatility) -> bool:
    """Whether a request has a value that is at least so volatile."""
    return any(_varies(prompt.template, least) for prompt in request.prompts)


def _varies(template: Template, least: Volatility) -> bool:
    for part in template:
        match part:
            case Hole():
                found = part.volatility >= least
            case Repeat():
                found = part.volatility >= least or _varies(part.body, least)
            case Choice():
                found = any(_varies(branch, least) for branch in part.branches)
            case Ref() | Apply():
                found = part.fallback.volatility >= least
            case _:
                found = False
        if found:
            return True
    return False


def may_reach(request: Request, minimum: int) -> bool:
    """Whether the static text of a request can have `minimum` tokens at all: a token is at least one UTF-8 byte.

    No tokenizer is needed for the answer, which is "no" for most requests.
    """
    needed = minimum / max(encoding_of(model_of(request)).factor, 1.0)
    size = 0
    for prompt in request.prompts:
        for text in _all_texts(prompt.template):
            size += len(text.value.encode("utf-8", "surrogatepass"))
            if size >= needed:
                return True
    return False


def _all_texts(template: Template) -> Iterator[Text]:
    """The texts outside of loops, of all branches."""
    for part in template:
        if isinstance(part, Text):
            yield part
        elif isinstance(part, Choice):
            for branch in part.branches:
                yield from _all_texts(branch)


def alternatives(request: Request) -> list[dict[str, int]]:
    """The ways through the conditions of a request, at least one: condition -> branch taken.

    Equal conditions take equal branches. A condition that would make more than `MAX_ALTERNATIVES` ways is not listed,
    and takes its first branch.
    """
    taken: list[tuple[str, int]] = []
    number = 1
    for condition, width in _widths(request).items():
        if number * width <= MAX_ALTERNATIVES:
            number *= width
            taken.append((condition, width))
    names = [condition for condition, _ in taken]
    ways = itertools.product(*(range(width) for _, width in taken))
    return [dict(zip(names, way, strict=True)) for way in ways]


def unlisted(request: Request, choices: Mapping[str, int]) -> bool:
    """Whether there are more ways through the conditions of a request than are listed (`alternatives`)."""
    return any(condition not in choices for condition in _widths(request))


def _widths(request: Request) -> dict[str, int]:
    """How many ways each condition of a request has, of those that have several."""
    found: dict[str, int] = {}
    for prompt in request.prompts:
        found.update((condition, max(found.get(condition, 0), 2)) for condition, _ in prompt.when)
        for choice in choices_in(prompt.template):
            found[choice.condition] = max(found.get(choice.condition, 0), len(choice.branches))
    return {condition: width for condition, width in found.items() if width > 1}


def way_of(request: Request, choices: Mapping[str, int]) -> dict[tuple[str, bool], None]:
    """The conditions that are asked on one way through those of a request, each with whether it holds, in order."""
    found: dict[tuple[str, bool], None] = {}
    for prompt in request.prompts:
        for condition, holds in prompt.when:
            here = choices.get(condition, 0) == 0
            found[condition, here] = None
            if here != holds:
                break
        else:
            found.update((asked, None) for asked in _asked(prompt.template, choices))
    return found


def _asked(template: Template, choices: Mapping[str, int]) -> Iterator[tuple[str, bool]]:
    for part in template:
        if isinstance(part, Choice) and len(part.branches) > 1:
            number = min(choices.get(part.condition, 0), len(part.branches) - 1)
            yield way(part.condition, number, len(part.branches))
            yield from _asked(part.branches[number], choices)


def choices_in(template: Template) -> Iterator[Choice]:
    """The choices of a linked template, those within others too."""
    for part in template:
        if isinstance(part, Choice):
            yield part
            for branch in part.branches:
                yield from choices_in(branch)


def lay_out(request: Request, choices: Mapping[str, int] | None = None, policy: Policy | None = None) -> list[Piece]:
    """The pieces of a request in the order in which its provider reads them, every message closed by an "end".

    `choices` says which branch a condition takes (`alternatives`), the first when not named; `policy` is that of the
    request unless given. Adjacent static texts are one piece, counted joined. A loop is one piece without tokens: how
    often it runs is not known.
    """
    model = model_of(request)
    found = policy or policy_of(request)
    ordered = [each for each in _ordered(request, found) if taken(request.prompts[each[0]], choices or {})]
    boundaries = _boundaries([request.prompts[index] for index, _ in ordered])
    markers = set(request.markers)
    pieces: list[Piece] = []
    for (index, part), boundary in zip(ordered, boundaries, strict=True):
        prompt = request.prompts[index]
        pieces.extend(_prompt_pieces(prompt, index, part, choices or {}, model))
        said = _answers(prompt, part)
        end = Piece(
            "end", index, prompt.role, prompt.span, reusable=boundary, marker=index in markers,
            part=part, answers=said,
        )
        pieces.append(end)
    return pieces


def _answers(prompt: Prompt, part: Part) -> bool:
    """Whether a message is what the model, or a tool, has said, at least on one way through the conditions.

    A helper that gives the answer gives an empty text, or one of its own, where its call fails: what stands behind
    is of a later turn all the same.
    """
    return part == "messages" and prompt.role in ("assistant", "tool") and _varies(prompt.template, Volatility.SESSION)


def taken(prompt: Prompt, choices: Mapping[str, int]) -> bool:
    """Whether a prompt is sent on a way through the conditions; one that is not on the way holds."""
    return all((choices.get(condition, 0) == 0) == holds for condition, holds in prompt.when)


def _ordered(request: Request, policy: Policy) -> list[tuple[int, Part]]:
    """The prompts by their index and part, in the order in which they are rendered.

    A system message stands where the program put it, unless the provider has a field of its own for system text and
    a framework between gathers it there. What a tool gives back is role "tool", too, but no request begins with it.
    """
    only_tools = all(prompt.role == "tool" for prompt in request.prompts)
    apart = gathers_system(policy, request.api)
    found: list[tuple[int, Part]] = []
    leading = not only_tools
    for index, prompt in enumerate(request.prompts):
        if prompt.role == "tool" and leading:
            found.append((index, "tools"))
        elif prompt.role == "system" and (leading or apart):
            found.append((index, "system"))
        else:
            leading = False
            found.append((index, "messages"))
    order = policy.order if set(policy.order) == set(PARTS) else PARTS
    return sorted(found, key=lambda each: order.index(each[1]))


def _boundaries(prompts: Sequence[Prompt]) -> list[bool]:
    """For each prompt whether a prefix is looked up at its end by a provider that reuses whole messages.

    The end of the first group of system (developer) messages, of user messages and of tool results; not of what the
    model said, nor of a later system message, nor between the blocks of one message.
    https://developers.openai.com/api/docs/guides/prompt-caching (2026-10-02)
    """
    leading = list(itertools.takewhile(lambda prompt: prompt.role in ("system", "tool"), prompts))
    last = max((index for index, prompt in enumerate(leading) if prompt.role == "system"), default=-1)
    return [
        index == last
        if index < len(leading)
        else prompt.role in ("user", "tool", "unknown") and not _goes_on(prompt, prompts[index + 1 : index + 2])
        for index, prompt in enumerate(prompts)
    ]


def _goes_on(prompt: Prompt, behind: Sequence[Prompt]) -> bool:
    """Whether what stands behind a prompt is another block of the same message."""
    return any((prompt.span, prompt.role) == (other.span, other.role) for other in behind)


def skeleton(request: Request) -> Iterator[tuple[int, Text | Piece]]:
    """Texts and changing pieces of a request as they are sent, with the index of their prompt, nothing counted.

    Of every condition the first branch is taken.
    """
    for index, part in _ordered(request, policy_of(request)):
        prompt = request.prompts[index]
        for each in _straight(prompt.template, {}) if taken(prompt, {}) else ():
            yield index, each if isinstance(each, Text) else _changing_piece(each, index, prompt.role, part)


def with_loops(request: Request, choices: Mapping[str, int]) -> Iterator[tuple[int, Template]]:
    """What is sent on one way through the conditions of a request, with the index of the prompt: those with a loop, of
    which `lay_out` counts no tokens."""
    for index, prompt in enumerate(request.prompts):
        if taken(prompt, choices):
            sent = tuple(_straight(prompt.template, choices))
            if any(isinstance(part, Repeat) for part in sent):
                yield index, sent


def _prompt_pieces(prompt: Prompt, index: int, part: Part, choices: Mapping[str, int], model: str) -> Iterator[Piece]:
    run: list[Text] = []

    def flush() -> Iterator[Piece]:
        value = "".join(text.value for text in run)
        if value:
            span = stretches(run)[0][0]
            yield Piece("text", index, prompt.role, span, tokens=_tokens(value, model), texts=tuple(run), part=part)
        run.clear()

    for each in _straight(prompt.template, choices):
        if isinstance(each, Text):
            run.append(each)
        else:
            yield from flush()
            yield _changing_piece(each, index, prompt.role, part)
    yield from flush()


def stretches(texts: Iterable[Text]) -> list[tuple[Span, int]]:
    """The places where texts stand together that are sent one after the other, each with its size in characters.

    A place begins in the line of its first word: rows without any in front of it say nothing. At least one text is
    given.
    """
    groups: list[list[Text]] = []
    for text in texts:
        last = groups[-1][-1].span if groups else None
        if last is None or last.file != text.span.file or not 0 <= text.span.start - last.end <= _GAP:
            groups.append([])
        groups[-1].append(text)
    return [found for found in map(_stretch, groups) if found[1]] or [(groups[0][0].span, 0)]


def _stretch(texts: Sequence[Text]) -> tuple[Span, int]:
    """From the first word to the end of texts that stand together, and their characters; none if there is no word."""
    first = next((text for text in texts if text.value.strip()), None)
    if first is None:
        return texts[0].span, 0
    blank = len(first.value) - len(first.value.lstrip())
    start = first.span.start + (blank if first.verbatim and "\n" in first.value[:blank] else 0)
    return Span(first.span.file, start, texts[-1].span.end), sum(len(text.value) for text in texts)


@functools.lru_cache(maxsize=512)
def _tokens(value: str, model: str) -> int:
    return count(value, model)


def _straight(template: Template, choices: Mapping[str, int]) -> Iterator[Text | Hole | Repeat]:
    """The parts of a template with one branch taken of every choice."""
    for part in template:
        match part:
            case Choice():
                if part.branches:
                    branch = min(choices.get(part.condition, 0), len(part.branches) - 1)
                    yield from _straight(part.branches[branch], choices)
            case Ref() | Apply():
                yield part.fallback
            case _:
                yield part


# Last words of a name that holds what was said so far.
_HISTORY = re.compile(r"(^|[\W_])(history|messages|conversation|scratchpad)\W*$", re.IGNORECASE)


def _collection(each: Repeat) -> Hole:
    return Hole(each.over, each.span, each.volatility, "unordered" if each.unordered else "")


def _changing_piece(each: Hole | Repeat, index: int, role: str, part: Part) -> Piece:
    """A loop changes when its collection does; over a fixed collection, when a value of another source does."""
    value = each if isinstance(each, Hole) else _collection(each)
    grows = _HISTORY.search(value.expression) is not None
    if isinstance(each, Repeat):
        grows = grows or each.grows
        if each.volatility <= Volatility.DEPLOY:
            inner = [hole for hole in holes(each.body) if hole.origin != "loop"]
            value = max([value, *inner], key=lambda hole: hole.volatility)
    return Piece(
        "hole" if isinstance(each, Hole) else "repeat",
        index,
        role,
        value.span,
        volatility=value.volatility,
        origin=value.origin,
        expression=value.expression,
        grows=grows,
        part=part,
    )
