"""Requests as their provider sees them: a bar for each piece, what comes from the cache, and what to move."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import msgspec

from promptlint import cache
from promptlint.cache import Piece, Plan, Reuse
from promptlint.engine import Report, Sources
from promptlint.output.json import encode, place, unknown_json
from promptlint.output.requests import who
from promptlint.output.text import amount, counted, painter, plural, safe, width
from promptlint.pieces import unlisted, way_of, with_loops
from promptlint.prompt import Request, Unresolved, in_words, together
from promptlint.providers import added_tokens, same_provider
from promptlint.rules._sizes import size
from promptlint.shared import Shared, shared_prefixes
from promptlint.template import COMMENT, Span, Volatility
from promptlint.tokens import encoding_of

# Columns of a bar, and of what a text begins with.
_BAR, _SNIPPET = 20, 44
# Rows of one request: a longer one is cut in the middle.
_ROWS = 60
# Columns of what a request depends on.
_LONGEST = 110
# As many conditions of the way that is shown are told.
_ASKED = 3
# A gain below this is not worth an edit.
_WORTH = cache.UNIQUE_GAIN
_CHANGES = {
    Volatility.CONSTANT: "never changes",
    Volatility.DEPLOY: "set at deployment",
    Volatility.SESSION: "changes per conversation",
    Volatility.UNKNOWN: "may change",
    Volatility.REQUEST: "changes per request",
    Volatility.UNIQUE: "changes on every call",
}
_ORIGINS = {
    "date": "changes once a day",
    "unordered": "order changes per process",
    COMMENT: "not a prompt, says a comment",
}
_ASSUMED = (
    "That holds for a provider that caches any beginning that is the same again, from {minimum} tokens on, "
    "without markers."
)
_OPEN = "Whether there is anything to move is not known"
_LEGEND = """\
# comes from the cache on the next call, - fixed text that does not, ~ a value put in at run time
A provider keeps the beginning of a request, and reads it again at a part of the price, up to the first place that is
different. So what never changes belongs in front, and what changes behind it.
"""


class View(msgspec.Struct, frozen=True):
    """A request with its worst and its best plan over the ways through its conditions; `ways`: how many there are.

    `gains` are the fewest and the most tokens that another order gives in one of them.
    """

    request: Request
    plan: Plan
    best: Plan
    ways: int
    gains: tuple[int, int]
    shared: Shared | None = None

    @property
    def exact(self) -> bool:
        return encoding_of(cache.model_of(self.request)).exact


def chosen(report: Report, files: Collection[str], line: int | None) -> list[int]:
    """The requests of some files (all when there are none) as indices of `every`: those at a line, or all calls.

    A prompt whose call is not in sight is a request of its own; it counts where there is no call. Without a line, calls
    of which no text is in sight count where there is nothing else.
    """
    requests = every(report)
    here = [index for index, each in enumerate(requests) if not files or _stands(each, files)]
    if line is not None:
        here = [index for index in here if any(_covers(span, line, files, report) for span in _spans(requests[index]))]
    calls = [index for index in here if is_call(requests[index])]
    told = calls if line is not None else [index for index in calls if index < len(report.project.requests)]
    return told or [index for index in here if index < len(report.project.requests)] or calls


def left_out(report: Report, files: Collection[str], shown: Collection[int]) -> int:
    """How many requests of some files are not among those shown, as no fixed text of them is in sight."""
    others = ((len(report.project.requests) + at, each) for at, each in enumerate(report.project.others))
    return sum(index not in shown and is_call(each) and (not files or _stands(each, files)) for index, each in others)


def every(report: Report) -> tuple[Request, ...]:
    """All requests, those of which no text is in sight behind the others."""
    return (*report.project.requests, *report.project.others)


def senders(report: Report, files: Collection[str], line: int) -> list[str]:
    """Where the requests are made, "file:line", that a function at a line sends for those who call it."""
    spans = {
        request.span
        for request in every(report)
        if request.sender is not None and _covers(request.sender, line, files, report)
    }
    return list(dict.fromkeys(_line(span, report.sources) for span in sorted(spans)))


def takers(report: Report, files: Collection[str]) -> list[str]:
    """Where the requests are made, "file:line", that take texts from files."""
    calls = (each for each in report.project.requests if each.api)
    spans = {each.span for each in calls if any(span.file in files for span in _spans(each))}
    return list(dict.fromkeys(_line(span, report.sources) for span in sorted(spans)))


def is_call(request: Request) -> bool:
    """Whether a request was seen as a call, and is not a prompt that stands alone."""
    return bool(request.provider or request.api or len(request.prompts) != 1 or request.complete)


def _stands(request: Request, files: Collection[str]) -> bool:
    return any(span.file in files for span in (request.span, *(prompt.span for prompt in request.prompts)))


def _spans(request: Request) -> Iterator[Span]:
    yield request.span
    for prompt in request.prompts:
        yield prompt.span
        yield from (part.span for part in prompt.template if hasattr(part, "span"))


def _covers(span: Span, line: int, files: Collection[str], report: Report) -> bool:
    if files and span.file not in files:
        return False
    source = report.sources.get(span.file)
    return source.location(span.start)[0] <= line <= source.location(max(span.end - 1, span.start))[0]


def lines(report: Report, indices: Sequence[int], files: Collection[str]) -> list[int]:
    """The lines at which these requests stand, in order."""
    known = every(report)
    requests = (known[index] for index in indices)
    places = (span for request in requests for span in (request.span,) if not files or span.file in files)
    return sorted({report.sources.get(span.file).location(span.start)[0] for span in places})


def views(report: Report, indices: Sequence[int]) -> list[View]:
    """These requests with their plans."""
    shared, requests = shared_prefixes(report.project.requests), every(report)
    found = []
    for index in indices:
        request = requests[index]
        plans = cache.plans(request)
        gains = [each.other.best for each in plans]
        most = (min(gains), max(gains))
        found.append(View(request, cache.worst(plans), cache.best(plans), len(plans), most, shared.get(index)))
    return found


# What to do


def advice(view: View, sources: Sources) -> str:
    """One plain sentence on what to move."""
    plan, other = view.plan, view.plan.other
    tokens = _amount(view, plan.tokens)
    if plan.policy.mode == "none":
        usual = ", by default," if plan.policy.by_default else ""
        model = safe(plan.policy.model) or "The model"
        return f"{model}{usual} has no prompt cache, so no order is better than another."
    if other.best < plan.minimum:
        if loop := _fixed_loop(view, 0):
            fixed = f"the fixed text is {tokens} {plural(plan.tokens, 'token', bare=True)} without what {loop} repeats"
            return f"{_OPEN}: {fixed}, and {_minimum(plan)} are needed before anything is cached."
        if plan.tokens < plan.minimum:
            grown = " What earlier turns of its loop have said is not counted." if view.request.grows else ""
            return (
                f"Nothing to move: the fixed text is {tokens} {plural(plan.tokens, 'token', bare=True)}, and "
                f"{_minimum(plan)} are needed before anything is cached.{grown}"
            )
        return f"Nothing to move: what could stand in front is less than {_needed(plan)}."
    if other.best - other.tokens < _WORTH:
        left = " that could stand there" if other.lost else ""
        if other.broken is not None and (loop := _fixed_loop(view, other.broken)):
            return f"{_OPEN}: how much {loop} repeats behind what changes is open."
        return f"Nothing to move: all the fixed text{left} already stands in front of what changes."
    before = _amount(view, other.tokens)
    if plan.complete and _within_a_step(plan):
        return f"Nothing to move: in steps of {plan.policy.step:,} tokens no more comes from the cache than now."
    unique = cache.unique_values(plan.pieces, plan.policy, plan.minimum, _WORTH, known=plan.complete)
    if unique is not None and not unique.turn and unique.then + _WORTH >= other.best:
        names = list(dict.fromkeys(f"`{safe(plan.pieces[index].expression)}`" for index in unique.places))
        return (
            f"Move {' and '.join(names[:3])} into the last message, behind the fixed text: then "
            f"{_amount(view, unique.then)} tokens come from the cache, not {before}."
        )
    steps = list(_steps(view, sources))
    return f"{_sentence(steps)}: then {_amount(view, other.best)} tokens come from the cache, not {before}."


def _fixed_loop(view: View, start: int) -> str:
    """What repeats fixed text from one piece of the plan on, which is not counted, in words; "" if nothing does."""
    pieces = view.plan.pieces[start:]
    loops = [each for each in pieces if each.kind == "repeat" and not cache.changes(each)]
    if not loops or not _in_loops(view):
        return ""
    return f"the loop over `{safe(_cut(loops[0].expression, _SNIPPET))}`"


def _within_a_step(plan: Plan) -> bool:
    moved = [plan.pieces[index] for move in plan.other.moves for index in move.pieces]
    front = [*plan.pieces[: plan.other.broken], *moved]
    return cache.within_a_step(front, plan.policy, plan.other.tokens, plan.other.best)


def _steps(view: View, sources: Sources) -> Iterator[str]:
    plan = view.plan
    apart = cache.in_system(plan)
    if apart:
        names = list(dict.fromkeys(f"`{safe(piece.expression)}`" for piece in apart))
        yield f"move {' and '.join(names[:3])} out of the system message, into a later one"
    for move in plan.other.moves:
        pieces = [plan.pieces[index] for index in move.pieces]
        moved = cache.static_tokens(pieces)
        what = f"the {_amount(view, moved)} fixed tokens at {_where(pieces, sources)}"
        cause = plan.cause(plan.other)
        name = f"`{safe(cause.expression)}`" if cause is not None else "what changes"
        if apart:
            outside = [piece for piece in pieces if piece.part == "messages"]
            if outside:
                moved = cache.static_tokens(outside)
                yield f"the {_amount(view, moved)} fixed tokens at {_where(outside, sources)} into the system message"
        elif move.kind == "front":
            if plan.policy.mode == "boundary":
                yield f"move {what} into the system message, or into a message of their own in front of {name}"
            elif _may_go_behind(plan, move):
                yield f"move {name} behind {what}"
            elif cause is not None and cause.part == "system" and any(each.part == "messages" for each in pieces):
                yield f"move {what} into the system text, in front of {name}"
            else:
                yield f"move {what} in front of {name}"
        elif move.kind == "split":
            block = "message" if plan.policy.mode == "boundary" else "block"
            yield f"give {what} a {block} of their own, apart from {name}"
        else:
            yield f"set a cache marker right in front of {'the part with ' if cause is not None else ''}{name}"


def _may_go_behind(plan: Plan, move: cache.Move) -> bool:
    """Whether what changes first may as well move behind the texts: nothing else that changes stands between."""
    first = plan.pieces[move.before].volatility
    between = plan.pieces[move.before + 1 : move.pieces[-1]]
    return plan.policy.mode == "prefix" and first is Volatility.UNIQUE and not any(map(cache.changes, between))


def _sentence(steps: Sequence[str]) -> str:
    text = steps[0] if len(steps) == 1 else ", ".join(steps[:-1]) + ", and " + steps[-1]
    return text[:1].upper() + text[1:]


def _where(pieces: Sequence[Piece], sources: Sources) -> str:
    """Where the largest piece begins, where most of it stands if not there, and how many others there are."""
    ordered = sorted(pieces, key=lambda piece: -piece.tokens)
    places = list(dict.fromkeys(_line(piece.span, sources) for piece in ordered))
    most = _line(max(cache.stretches(ordered[0].texts), key=lambda each: each[1])[0], sources)
    told = f"most of them at {most}" if most != places[0] else ""
    if more := len(set(places[1:]) - {most}):
        told += f"{', ' if told else ''}and {plural(more, 'other place')}"
    return places[0] + (f" ({told})" if told else "")


def _line(span: Span, sources: Sources) -> str:
    return f"{safe(span.file)}:{sources.get(span.file).location(span.start)[0]}"


def _minimum(plan: Plan) -> str:
    return f"{plan.minimum:,}" if plan.policy.minimum is not None else f"an assumed {plan.minimum:,}"


def _needed(plan: Plan) -> str:
    known = plan.policy.minimum is not None
    return f"the {plan.minimum:,} that are needed" if known else f"the {plan.minimum:,} that are assumed to be needed"


def _amount(view: View, tokens: int) -> str:
    return amount(tokens, view.exact or not tokens)


# Text


def render_text(found: Sequence[View], report: Report, *, color: bool = False) -> str:
    """Each request as a picture, with what it means below."""
    paint = painter(color)
    blocks = ["".join(line.rstrip() + "\n" for line in _block(view, report.sources, paint)) for view in found]
    return "\n".join([*blocks, _LEGEND]) if blocks else ""


def _block(view: View, sources: Sources, paint: Any) -> Iterator[str]:
    request, plan = view.request, view.plan
    yield f"{paint('place', _line(request.span, sources))}: {_title(view)}"
    if request.when:
        yield f"  Sent if `{safe(_cut(together(request.conditions), _LONGEST))}`."
    yield ""
    yield from _picture(view, sources, paint)
    yield ""
    yield from (f"  {line}" for line in _totals(view))
    yield f"  {paint('help', advice(view, sources))}"
    if plan.policy.assumed:
        yield f"  {_ASSUMED.format(minimum=_minimum(plan))}"
    if plan.unresolved or not plan.complete:
        yield f"  {_unknown(view, sources)}"
    if request.beyond is not None:
        yield f"  This call may send more: more functions lead to {_line(request.beyond, sources)} than are followed."


def _model(plan: Plan) -> str:
    model = safe(plan.policy.model)
    return f"{model} by default" if plan.policy.by_default else model


def _title(view: View) -> str:
    request, policy = view.request, view.plan.policy
    name = safe(request.name) or ("request" if is_call(request) else "prompt")
    model = _model(view.plan) or "a model that is not known"
    if policy.assumed:
        return f"{name}: {model}{_by(view)}; how it is cached is not known"
    how = {
        "prefix": f"caches any beginning that is the same again, from {_minimum(view.plan)} tokens on",
        "boundary": f"caches whole messages that are the same again, from {_minimum(view.plan)} tokens on",
        "breakpoint": f"caches what stands in front of a marker, from {_minimum(view.plan)} tokens on",
        "none": "caches nothing",
    }[policy.mode]
    return f"{name}: {model}{_by(view)} {how}"


def _by(view: View) -> str:
    """Who gets the request, as `prompts --requests` says it, and whose figures hold, where these are another's."""
    figures = view.plan.policy.provider.replace("_", " ")
    if not is_call(view.request):
        return f" ({figures})" if figures else ""
    provider, _ = who(view.request)
    if not figures:
        return f" ({provider})" if view.request.provider else ""
    own = same_provider(view.request.provider, view.plan.policy.provider)
    return f" ({provider})" if own else f" ({provider}, with the figures of {safe(figures)})"


def _picture(view: View, sources: Sources, paint: Any) -> Iterator[str]:
    plan = view.plan
    rows: list[tuple[str, ...]] = []
    styles: list[str] = []
    largest = max((piece.tokens for piece in plan.pieces), default=0)
    read = plan.other.end
    for index, piece in enumerate(plan.pieces):
        if piece.kind == "end":
            if piece.marker:
                rows.append(("", "", "", "cache marker", "", "", ""))
                styles.append("related")
            continue
        cached = index < read
        broken = index == plan.other.broken
        style = "help" if cached else "error" if broken else "warning" if piece.tokens else "gutter"
        rows.append(_row(view, piece, cached, broken, largest, sources))
        styles.append(style)
    widths = [max((width(row[at]) for row in rows), default=0) for at in range(7)]
    for number, (row, style) in enumerate(zip(rows, styles, strict=True)):
        if _ROWS // 2 <= number < len(rows) - _ROWS // 2 and len(rows) > _ROWS:
            if number == _ROWS // 2:
                yield f"  ... {len(rows) - _ROWS:,} more pieces ..."
            continue
        bar, tokens, *cells = (
            cell.rjust(size) if at == 1 else cell + " " * (size - width(cell))
            for at, (cell, size) in enumerate(zip(row, widths, strict=True))
        )
        state = paint(style, row[-1]) if row[-1] else ""
        yield f"  {paint(style, bar)}  {tokens}  {'  '.join(cells[:-1])}  {state}"


def _row(view: View, piece: Piece, cached: bool, broken: bool, largest: int, sources: Sources) -> tuple[str, ...]:
    role = "tools" if piece.part == "tools" else "message" if piece.role == "unknown" else piece.role
    where = _line(piece.span, sources)
    if piece.span.file == view.request.span.file:
        where = f"line {where.rpartition(':')[2]}"
    if piece.kind == "text":
        size = max(round(_BAR * piece.tokens / largest), 1) if largest else 1
        text = " ".join("".join(text.value[:400] for text in piece.texts[:20]).split())
        shown = f'"{_cut(safe(text), _SNIPPET)}"' if text else "(white space)"
        state = "cached" if cached else "not cached"
        return ("#" if cached else "-") * size, _amount(view, piece.tokens), role, shown, "fixed", where, state
    often = _ORIGINS.get(piece.origin) or ("grows with every turn" if piece.grows else _CHANGES[piece.volatility])
    loop = " repeated" if piece.kind == "repeat" else ""
    state = "<- breaks the cache here" if broken else "cached" if cached else ""
    return "~", "?", role, f"{{{_cut(safe(piece.expression), _SNIPPET)}}}{loop}", often, where, state


def _cut(text: str, size: int) -> str:
    if width(text) <= size:
        return text
    while width(text) > size - 3:
        text = text[: size - 3] if len(text) > size - 3 else text[:-1]
    return text.rstrip() + "..."


def _totals(view: View) -> Iterator[str]:
    plan, other, turn = view.plan, view.plan.other, view.plan.turn
    yield (
        f"Fixed text: {_amount(view, plan.tokens)} {plural(plan.tokens, 'token', bare=True)}. "
        f"From the cache, next conversation: {_read(view, other)}; at best {_share(view, other.best)}."
    )
    then = f"{_read(view, turn)}{', and what was said so far' if turn.history else ''}"
    if turn.history or turn.tokens != other.tokens:
        yield f"From the cache, next turn of the same conversation: {then}; at best {_share(view, turn.best)}."
    if told := _ways(view):
        yield told
    if plan.policy.found_after > 1:
        yield f"{safe(plan.policy.model)} finds what two requests have in common from the third request on."
    around = added_tokens(plan.policy, len(view.request.prompts), view.request.tools)
    if around:
        yield f"Not counted: about {around:,} tokens that {plan.policy.provider} adds around messages and tools."
    if in_loops := _in_loops(view):
        tokens = counted(in_loops, view.exact, "fixed")
        yield f"Not counted: {tokens} in loops, with every turn: how many there are is open."
    if view.shared is not None and len(view.shared.requests) > 1:
        yield _shared(view, view.shared)


def _ways(view: View) -> str:
    """Which of several ways through the conditions is shown, and how far the others are from it; "" of one way."""
    if view.ways < 2:
        return ""
    least, most = view.gains
    better = view.best.other.tokens > view.plan.other.tokens
    asked = _way(view)
    by = " and ".join(f"`{safe(_cut(name, _LONGEST if len(asked) < 2 else 40))}`" for name in asked[:_ASKED])
    more = f" and {plural(len(asked) - _ASKED, 'more condition')}" if len(asked) > _ASKED else ""
    known = f"{'more than ' if unlisted(view.request, view.plan.choices) else ''}{view.ways:,}"
    told = f"Shown is {'the worst' if better else 'one'} of {known} ways{', if ' if by else ''}{by}{more}"
    if better:
        told += f"; the best reads {_share(view, view.best.other.tokens, view.best.tokens)}"
    if least < most:
        told += f"; at best they read {_amount(view, least)} to {_amount(view, most)}"
    return told + "."


def _way(view: View) -> tuple[str, ...]:
    """The conditions under which what is shown is sent, of those that tell the ways apart."""
    return in_words(way_of(view.request, view.plan.choices))


def _in_loops(view: View) -> int:
    """Tokens of the fixed text that one turn of every loop sends: with them it is what one call sends in all."""
    model, total = cache.model_of(view.request), 0
    for index, template in with_loops(view.request, view.plan.choices):
        total += size(template, model) - sum(piece.tokens for piece in view.plan.pieces if piece.prompt == index)
    return max(total, 0)


def _shared(view: View, shared: Shared) -> str:
    tokens = _tokens(view, shared)
    others = len(shared.requests) - 1
    return f"Its first {_amount(view, tokens)} tokens are also the beginning of {plural(others, 'other request')}."


def _tokens(view: View, shared: Shared) -> int:
    from promptlint.tokens import count

    return count("".join(text.value for text in shared.texts), cache.model_of(view.request))


def _read(view: View, reuse: Reuse) -> str:
    step = view.plan.policy.step or 1
    less = cache.rounded(reuse.tokens, view.plan.policy)
    rounded = f", {less:,} in steps of {step:,}" if less != reuse.tokens else ""
    return _share(view, reuse.tokens) + rounded


def _share(view: View, tokens: int, total: int | None = None) -> str:
    total = view.plan.tokens if total is None else total
    percent = round(100 * tokens / total) if total else 0
    return f"{_amount(view, tokens)} ({percent} %)"


def _unknown(view: View, sources: Sources) -> str:
    unresolved = view.plan.unresolved
    open_parts = _listed([each for each in unresolved if not each.default], sources)
    usual = _listed([each for each in unresolved if each.default], sources)
    if not unresolved:
        return "The call is not in sight: this is what is known of the request."
    told = [f"Not known: {open_parts}."] if open_parts else []
    told += [f"By default only: {usual}."] if usual else []
    holds = (["for the rest"] if open_parts else []) + (["by default"] if usual else [])
    return f"{' '.join(told)} What is said holds {' and '.join(holds)}."


def _listed(unresolved: Sequence[Unresolved], sources: Sources) -> str:
    named = list(dict.fromkeys(f"{each.slot} ({_what(each)}, {_line(each.span, sources)})" for each in unresolved))
    return ", ".join(named[:4]) + (f" and {len(named) - 4:,} more" if len(named) > 4 else "")


def _what(unknown: Unresolved) -> str:
    """What it is by default, and what stands in the code in the place of what is not known."""
    shown = f"`{safe(_cut(unknown.expression, 40))}`" if unknown.expression and not unknown.reason else ""
    if unknown.default:
        return f"{safe(unknown.default)}, unless {shown or 'something else'} says otherwise"
    return shown or safe(unknown.reason) or "not said in the code"


# JSON


def render_json(found: Sequence[View], report: Report) -> bytes:
    """An array of requests."""
    return encode([_as_json(view, report) for view in found])


def _as_json(view: View, report: Report) -> dict[str, Any]:
    request, plan, sources = view.request, view.plan, report.sources
    policy = plan.policy
    others = view.shared.requests if view.shared else ()
    return {
        "name": request.name,
        **place(request.span, sources),
        "provider": request.provider or None,
        "figures_of": policy.provider or None,
        "model": policy.model,
        "mode": policy.mode,
        "assumed": policy.assumed,
        "minimum": plan.minimum,
        "step": policy.step,
        "source": policy.source,
        "as_of": policy.as_of,
        "condition": together(request.conditions) or None,
        "complete": plan.complete,
        "beyond": place(request.beyond, sources) if request.beyond is not None else None,
        "unresolved": [unknown_json(each, sources) for each in plan.unresolved],
        "tokens": plan.tokens,
        "in_loops": _in_loops(view),
        "exact": view.exact,
        "pieces": [_piece_json(index, plan, sources) for index in range(len(plan.pieces))],
        "conversation": _reuse_json(plan.other),
        "turn": _reuse_json(plan.turn),
        "ways": {
            "count": view.ways,
            "shown": _way(view),
            "worst": plan.other.tokens,
            "best": view.best.other.tokens,
            "at_best": {"least": view.gains[0], "most": view.gains[1]},
        },
        "shared": {
            "tokens": _tokens(view, view.shared) if view.shared else 0,
            "requests": [place(report.project.requests[index].span, sources) for index in others][:20],
        },
        "advice": advice(view, sources),
    }


def _piece_json(index: int, plan: Plan, sources: Sources) -> dict[str, Any]:
    piece = plan.pieces[index]
    return {
        "kind": piece.kind,
        "part": piece.part,
        "role": piece.role,
        "tokens": piece.tokens,
        "volatility": piece.volatility.name.lower(),
        "origin": piece.origin,
        "expression": piece.expression,
        "grows": piece.grows,
        "marker": piece.marker,
        "cached": index < plan.other.end,
        "breaks": index == plan.other.broken,
        **place(piece.span, sources),
    }


def _reuse_json(reuse: Reuse) -> dict[str, Any]:
    return {
        "cached": reuse.tokens,
        "lost": reuse.lost,
        "best": reuse.best,
        "breaks": reuse.broken,
        "history": reuse.history,
        "moves": [{"kind": move.kind, "pieces": move.pieces, "before": move.before} for move in reuse.moves],
    }
