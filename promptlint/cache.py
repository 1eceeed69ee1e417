"""The plan: what the next two calls of a request read from the provider's cache, what breaks it, and what would help.

`plan` lays a request out under its policy and answers for two next calls: the next turn of the same conversation, whose
history only grows at its end, and another conversation. Figures are tokens of static text, before rounding to a
provider's step (`rounded`) and without what a provider adds around messages; values that are put in at run time count
nothing, as their length is not known.

Branches: two variants of a static text are two prefixes, both of them cached, so a condition alone breaks nothing.
`plans` has one plan for each way through the conditions; `worst` and `best` choose among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from promptlint.pieces import MAX_ALTERNATIVES, Piece, alternatives, lay_out, may_reach, sent_once, stretches, varies
from promptlint.prompt import Request, Unresolved
from promptlint.providers import (
    PARTS,
    Mode,
    Policy,
    added_tokens,
    model_of,
    policy,
    policy_of,
    provider_in,
    providers,
    read_providers,
    threshold,
)
from promptlint.template import Volatility
from promptlint.tokens import encoding_of

# What cache rules work with, in one place.
__all__ = [
    "MAX_ALTERNATIVES", "MIN_TOKENS", "UNIQUE_GAIN", "Mode", "Move", "Piece", "Plan", "Policy", "Reuse", "Unique",
    "alternatives", "best", "changes", "changes_in_turn", "first_change", "in_system", "lay_out", "may_reach",
    "model_of", "movable", "out_of_system", "plan", "plan_of", "plans", "policy", "policy_of", "provider_in",
    "providers", "read_providers", "reused", "rounded", "sent_once", "static_tokens", "stretches", "threshold",
    "unique_values", "varies", "within_a_step", "worst",
]  # fmt: skip

# The minimum that is assumed where a model or its minimum is not known.
MIN_TOKENS = 1024
# A clock in the last line of a cached text costs a few tokens behind it, which nobody would move it for.
UNIQUE_GAIN = 20
# Tokens of a text that may be no more than the label of a value, or what stands between two: part of one sentence.
_LABEL = 20


class Move(msgspec.Struct, frozen=True):
    """A step towards the best plan.

    "front": the static `pieces` (indices) move in front of piece `before`. "split": the static `pieces` in front of
    piece `before` become a message or block of their own. "marker": a cache marker is set behind the last of `pieces`.
    """

    kind: Literal["front", "split", "marker"]
    pieces: tuple[int, ...]
    before: int


class Reuse(msgspec.Struct, frozen=True):
    """What one next call reads from the cache, now and at best. Units: tokens of static text.

    `tokens` are read, 0 when they are fewer than the minimum; they are those of the first `end` pieces. `broken` is the
    index of the piece at which the calls begin to differ, None when nothing differs; `lost` are the static tokens that
    are sent but not read. `history`: the conversation so far is read, too, whose tokens are not known. `best` are the
    tokens that would be read after `moves`; it is `tokens` when nothing can be gained.
    """

    tokens: int
    end: int
    broken: int | None
    lost: int
    best: int
    moves: tuple[Move, ...] = ()
    history: bool = False


class Plan(msgspec.Struct, frozen=True):
    """What the next turn of the same conversation and the first call of another one read from the cache.

    `choices` is the way through the conditions that was laid out, `minimum` the smallest prefix that is reused.
    `complete` is False when parts of the request are not known: the plan then is that of what is known, and
    `unresolved` names the rest, and what is only so by default.
    """

    policy: Policy
    minimum: int
    pieces: tuple[Piece, ...]
    turn: Reuse
    other: Reuse
    choices: Mapping[str, int] = {}
    complete: bool = True
    unresolved: tuple[Unresolved, ...] = ()

    def cause(self, reuse: Reuse) -> Piece | None:
        """The piece at which the calls begin to differ."""
        return None if reuse.broken is None else self.pieces[reuse.broken]

    @property
    def tokens(self) -> int:
        """Static tokens of the request."""
        return static_tokens(self.pieces)


def plan(
    request: Request,
    policy: Policy | None = None,
    *,
    choices: Mapping[str, int] | None = None,
    min_tokens: int = MIN_TOKENS,
    sure: bool = False,
) -> Plan:
    """The plan of a request in one way through its conditions (the first branches unless `choices` says otherwise).

    `policy` is that of the request unless given; `min_tokens` is the minimum where it names none. `sure`: what is not
    known to change does not.
    """
    found = policy or policy_of(request)
    minimum, _ = threshold(found, min_tokens)
    made = plan_of(lay_out(request, choices, found), found, minimum, sure=sure)
    return msgspec.structs.replace(
        made, choices=dict(choices or {}), complete=request.whole, unresolved=request.unresolved
    )


def plans(
    request: Request, policy: Policy | None = None, *, min_tokens: int = MIN_TOKENS, sure: bool = False
) -> list[Plan]:
    """The plans of all ways through the conditions of a request (`alternatives`), at least one."""
    found = policy or policy_of(request)
    return [plan(request, found, choices=way, min_tokens=min_tokens, sure=sure) for way in alternatives(request)]


def worst(plans: Iterable[Plan]) -> Plan:
    """Of several ways the one of which another conversation reads least, and at least one is given.

    Of equals the one that another order gives most, and then the one with the most fixed text; the first of these.
    """
    return min(plans, key=lambda each: (each.other.tokens, each.turn.tokens, -each.other.best, -each.tokens))


def best(plans: Iterable[Plan]) -> Plan:
    """Of several ways the one of which another conversation reads most; the first of equals. At least one is given."""
    return max(plans, key=lambda each: (each.other.tokens, each.turn.tokens))


def plan_of(pieces: Sequence[Piece], policy: Policy, minimum: int, *, sure: bool = False) -> Plan:
    """The plan of pieces that are laid out already, for a provider that reuses `minimum` tokens and more."""
    turn, other = _turn(pieces, policy, minimum, sure), _other(pieces, policy, minimum, sure)
    return Plan(policy, minimum, tuple(pieces), turn, other)


def rounded(tokens: int, policy: Policy) -> int:
    """Tokens as the provider counts them: down to its step."""
    return tokens if not policy.step else tokens // policy.step * policy.step


def within_a_step(pieces: Sequence[Piece], policy: Policy, now: int, then: int) -> bool:
    """Whether `then` tokens, those of the pieces, are surely no more than `now` in the steps of the provider.

    That takes exact figures: no values in front, whose length is not known, and no tools, whose schema is sent as well.
    What a provider adds around messages may be in front, or not.
    """
    exact = policy.step is not None and encoding_of(policy.model).exact
    if not exact or any(piece.kind not in ("text", "end") or piece.part == "tools" for piece in pieces):
        return False
    messages = len({piece.prompt for piece in pieces})
    return rounded(now, policy) == rounded(then + added_tokens(policy, messages, 0), policy)


# What changes


def changes(piece: Piece, *, sure: bool = False) -> bool:
    """Whether this piece is different in the next request of another conversation.

    A date is not: it breaks the prefix once a day. The order of a set is not: it holds for a process. `sure`: what is
    not known to change does not.
    """
    if piece.volatility is Volatility.UNIQUE:
        return piece.origin not in ("date", "unordered")
    if piece.volatility is Volatility.UNKNOWN:
        return not sure and piece.origin != "date"
    return piece.volatility > Volatility.DEPLOY and piece.origin != "date"


def changes_in_turn(piece: Piece, *, sure: bool = False) -> bool:
    """Whether this piece is different in the next turn of the same conversation.

    What belongs to a conversation stays, and its history only grows at the end.
    """
    return changes(piece, sure=sure) and piece.volatility is not Volatility.SESSION and not piece.grows


def first_change(pieces: Sequence[Piece], *, sure: bool = False) -> int:
    """Index of the first piece that changes, or the number of pieces."""
    return next((index for index, piece in enumerate(pieces) if changes(piece, sure=sure)), len(pieces))


# What is reused


def static_tokens(pieces: Iterable[Piece]) -> int:
    """Tokens of the static text in these pieces."""
    return sum(piece.tokens for piece in pieces)


def reused(pieces: Sequence[Piece], end: int, mode: Mode, minimum: int) -> int:
    """Tokens read from the cache when the pieces before index `end` are the same again; 0 below the minimum."""
    tokens = static_tokens(pieces[: _reach(pieces, end, mode)])
    return tokens if tokens >= minimum else 0


def _reach(pieces: Sequence[Piece], end: int, mode: Mode) -> int:
    """How many leading pieces are looked up when the first `end` are the same again."""
    if mode == "none":
        return 0
    if mode == "prefix":
        return end
    return max((index + 1 for index, piece in enumerate(pieces[:end]) if _usable(piece, mode)), default=0)


def _usable(piece: Piece, mode: Mode) -> bool:
    return piece.kind == "end" and (piece.marker or (mode == "boundary" and piece.reusable))


def _other(pieces: Sequence[Piece], policy: Policy, minimum: int, sure: bool) -> Reuse:
    first = first_change(pieces, sure=sure)
    static = tuple(movable(pieces, first, policy, sure=sure))
    return _reuse(pieces, policy, minimum, first, static, _reach(pieces, first, policy.mode))


def _turn(pieces: Sequence[Piece], policy: Policy, minimum: int, sure: bool) -> Reuse:
    first = next((i for i, each in enumerate(pieces) if changes_in_turn(each, sure=sure)), len(pieces))
    history = max((index for index, each in enumerate(pieces[:first]) if each.grows), default=None)
    if history is None:
        static = tuple(movable(pieces, first, policy, sure=sure))
        return _reuse(pieces, policy, minimum, first, static, _reach(pieces, first, policy.mode))
    # Behind the history stand what is said next and, perhaps, instructions that are sent anew with every turn.
    behind = next((i for i in range(history + 1, len(pieces)) if pieces[i].kind != "end"), len(pieces))
    static = tuple(i for i in movable(pieces, behind, policy, sure=sure) if pieces[i].role == "system")
    reach = history + 1
    if policy.mode == "none":
        reach = 0
    elif policy.mode == "breakpoint" and not _marks_history(pieces, history):
        reach = _reach(pieces, history, policy.mode)
    return _reuse(pieces, policy, minimum, behind, static, reach, history=reach > history)


def _marks_history(pieces: Sequence[Piece], history: int) -> bool:
    """Whether a marker is set that the next turn, which looks back from its own, finds again: in or behind the history.

    A message that wraps what was said in instructions is likely to be stored without them, and then is another one.
    """
    kept = {piece.prompt for piece in pieces[history:] if piece.marker}
    return bool(kept - {piece.prompt for piece in pieces[history:] if piece.tokens})


def _reuse(
    pieces: Sequence[Piece],
    policy: Policy,
    minimum: int,
    first: int,
    static: tuple[int, ...],
    reach: int,
    history: bool = False,
) -> Reuse:
    """What is read when the first `reach` pieces are looked up, and when all that is static stands before `first`."""
    looked_up = static_tokens(pieces[:reach])
    tokens = looked_up if looked_up >= minimum else 0
    in_front = [index for index in range(first) if pieces[index].tokens]
    if policy.mode != "prefix" and first < len(pieces):
        # The first words of a sentence are given no block of their own.
        home = pieces[first].prompt
        in_front = [index for index in in_front if pieces[index].prompt != home or not _labels(pieces, index)]
    reachable = static_tokens(pieces[index] for index in (*in_front, *static))
    if policy.mode == "none" or reachable < minimum:
        reachable = 0
    moves = tuple(_moves(pieces, policy, first, in_front, static, reach)) if reachable > tokens else ()
    return Reuse(
        tokens,
        reach if tokens else 0,
        first if first < len(pieces) else None,
        static_tokens(pieces) - tokens,
        max(reachable, tokens),
        moves,
        history and tokens > 0,
    )


def _moves(
    pieces: Sequence[Piece], policy: Policy, first: int, in_front: list[int], static: tuple[int, ...], reach: int
) -> Iterator[Move]:
    """What makes a prefix of all the static text."""
    if static:
        yield Move("front", static, first)
    if policy.mode == "prefix":
        return
    beyond = [index for index in in_front if index >= reach]
    together = [index for index in beyond if first < len(pieces) and pieces[index].prompt == pieces[first].prompt]
    if together:
        yield Move("split", tuple(together), first)
    if policy.mode == "breakpoint" and (beyond or static) and not _brings_marker(pieces, static):
        # A marker behind what is static already serves, unless more static text comes to stand behind it.
        yield Move("marker", tuple(beyond) + static, first)


def _brings_marker(pieces: Sequence[Piece], static: tuple[int, ...]) -> bool:
    """Whether the last of the texts that move is a whole message or block, with a marker behind it."""
    if not static:
        return False
    last = pieces[static[-1]].prompt
    marked = any(piece.marker for piece in pieces if piece.prompt == last)
    whole = {index for index, piece in enumerate(pieces) if piece.prompt == last and piece.kind != "end"}
    return marked and whole <= set(static)


def in_system(plan: Plan) -> tuple[Piece, ...]:
    """What changes in the system message and has to leave it before anything is reused.

    That is so where whole messages are reused: all system messages in front count as one.
    """
    cause = plan.cause(plan.other)
    if plan.policy.mode != "boundary" or cause is None or cause.part != "system" or not plan.other.moves:
        return ()
    return tuple(piece for piece in plan.pieces if piece.part == "system" and changes(piece))


def out_of_system(plan: Plan, best: int) -> tuple[Piece, ...]:
    """What changes in the system text, if it is enough that it leaves that for `best` tokens to be read; else ().

    A provider renders the system text in front of all messages, whatever the order in the program.
    """
    apart = tuple(piece for piece in plan.pieces if piece.part == "system" and changes(piece))
    rest = [piece for piece in plan.pieces if piece not in apart]
    return apart if apart and plan_of(rest, plan.policy, plan.minimum).other.tokens >= best else ()


def movable(pieces: Sequence[Piece], first: int, policy: Policy, *, sure: bool = False) -> Iterator[int]:
    """Indices of the static text behind piece `first`, which changes, that could stand in front of it.

    What answers the model, or is its own, belongs where it is: behind a changing answer or tool result only system
    text counts, on every way if it is an answer on one of them. So does the label of a value ("Question: "), or the
    rest of its sentence: a few words beside it. A changing tool can stand behind other tools, but not behind what is
    rendered after all tools.
    """
    if first >= len(pieces):
        return
    order = policy.order if set(policy.order) == set(PARTS) else PARTS
    fixed = pieces[first].part == "tools"
    answered = False
    for index in range(first, len(pieces)):
        piece = pieces[index]
        if piece.part == "messages" and piece.role in ("assistant", "tool") and changes(piece, sure=sure):
            answered = True
        answered = answered or piece.answers
        if piece.kind != "text" or _labels(pieces, index):
            continue
        if piece.part == "tools" or (
            not (fixed and order.index("tools") < order.index("system"))
            and (piece.role == "system" or (piece.role != "tool" and not answered))
        ):
            yield index


def _labels(pieces: Sequence[Piece], index: int) -> bool:
    """Whether a text is the label of a value beside it, or what is left of its sentence."""
    piece = pieces[index]
    return piece.tokens < _LABEL and any(
        other.kind in ("hole", "repeat") and other.prompt == piece.prompt
        for other in (*pieces[max(index - 1, 0) : index], *pieces[index + 1 : index + 2])
    )


# Values that differ in every request


class Unique(msgspec.Struct, frozen=True):
    """Values that differ in every request, in the part that would be reused without them.

    `places` are their indices. `now` and `then` are the tokens reused with and without them, no more than at best: what
    labels such a value goes with it. `history`: a conversation behind them is not reused either, from one turn to the
    next. `turn`: it is the next turn of the conversation that
    gains so much, and another conversation gains less.
    """

    places: tuple[int, ...]
    now: int
    then: int
    history: bool = False
    turn: bool = False


def unique_values(
    pieces: Sequence[Piece], policy: Policy, minimum: int, min_gain: int, *, known: bool = False
) -> Unique | None:
    """The values that differ in every request and cost at least `min_gain` tokens or a whole history; else None.

    Both next requests count: one of another conversation, and the next turn of this one, where all that was said
    before is the same. Nothing is said of requests that would stay below the minimum, nor of values behind the last
    marker. `known`: no other text is sent, so that a gain within one step of the provider is none.
    """
    unique = [index for index, piece in enumerate(pieces) if is_unique(piece)]
    if not unique:
        return None
    left_out = set(unique)
    rest = [index for index in range(len(pieces)) if index not in left_out]
    now = plan_of(pieces, policy, minimum)
    then = plan_of([pieces[index] for index in rest], policy, minimum)
    found: Unique | None = None
    for before, after, turn in ((now.other, then.other, False), (now.turn, then.turn, True)):
        end = rest[after.end - 1] if after.end else -1
        places = tuple(index for index in unique if index < end)
        history = after.history and not before.history
        reached = max(min(after.tokens, before.best), before.tokens)
        if not places or not (reached - before.tokens >= min_gain or history):
            continue
        in_front = [pieces[index] for index in rest[: after.end]]
        if known and not history and within_a_step(in_front, policy, before.tokens, reached):
            continue
        if found is None or reached - before.tokens > found.then - found.now:
            found = Unique(places, before.tokens, reached, history, turn)
    return found


def is_unique(piece: Piece) -> bool:
    """Whether a rule may ask to move a value because it differs in every request.

    A tool's result is history as soon as it is sent, whatever stands in it.
    """
    unique = piece.volatility is Volatility.UNIQUE and changes(piece)
    return unique and not (piece.role == "tool" and piece.part == "messages")
