"""`ineffective-dedent`: a call that should take the source's indentation off, and takes nothing off.

`textwrap.dedent` takes off what all rows share, `inspect.cleandoc` what all but the first share. A row at the margin is
enough, and then the whole text keeps its indentation: the first row, when text stands right behind the quotes, or a row
of a value that was put in before the call. What remains is measured as `indented-prompt` measures it.
"""

from __future__ import annotations

from collections.abc import Iterator

from promptlint import margins
from promptlint.prompt import Finding, Prompt
from promptlint.rules import rule
from promptlint.rules._indentation import measure
from promptlint.template import Choice, Dedent, Hole, Repeat, Template, Text, holes, texts
from promptlint.tokens import encoding_of

_FUNCTIONS = {"dedent": "textwrap.dedent", "cleandoc": "inspect.cleandoc"}


@rule(group="bloat", severity="warning")
def check(prompt: Prompt, *, min_tokens: int = 10) -> Iterator[Finding]:
    """A call of `dedent` or `cleandoc` takes nothing off, so the indentation of the source is sent."""
    for call in prompt.dedents:
        spoiler = _spoiler(call.target)
        if spoiler is None and margins.taken(call.target, first=call.operation == "dedent"):
            continue
        found = measure(call.target, prompt.model, min_tokens)
        if found is None:
            continue
        exact = encoding_of(prompt.model).exact
        reason, advice = _reason(call, spoiler)
        yield Finding(
            call.span,
            f"`{_FUNCTIONS[call.operation]}` takes nothing off: {reason}, so {'' if exact else '~'}{found.tokens:,} "
            "tokens of indentation are sent",
            tokens=found.tokens,
            saving="removed",
            help=advice,
            exact=exact,
        )


def _spoiler(target: Template) -> Hole | Repeat | None:
    """A value inside of the text that has a row at the margin, as far as one can tell."""
    for part in target:
        match part:
            case Hole() if part.json is not None and part.json.indent > 0:
                return part
            case Repeat() if margins.rows_at_margin(part):
                return part
            case Choice():
                for branch in part.branches:
                    found = _spoiler(branch)
                    if found is not None:
                        return found
            case _:
                pass
    return None


def _reason(call: Dedent, spoiler: Hole | Repeat | None) -> tuple[str, str]:
    """What keeps the call from taking anything off, and all that has to be done for it to help."""
    reasons: list[str] = []
    begins = _beginning(call.target) if call.operation == "dedent" else ""
    if begins:
        reasons.append(begins)
    if isinstance(spoiler, Hole):
        reasons.append(f"the rows of `{spoiler.expression}` begin at the margin")
    elif isinstance(spoiler, Repeat):
        reasons.append(f"the rows made of `{spoiler.over}` begin at the margin")
    elif not begins or not margins.taken(call.target, first=False):
        reasons.append("a row of a text that is put in begins at the margin")
    later = f"write a field in its place, and fill it when the indentation is off: {call.operation}(...).format(...)"
    own_row = "begin the text on a row of its own behind a backslash"
    if not begins:
        advice = later
    elif len(reasons) > 1:
        advice = f"{own_row}; for what is put in, {later}"
    else:
        advice = f"{own_row}, or use inspect.cleandoc, which leaves the first row aside"
        open_to = next((hole for hole in holes(call.target) if hole.json is None), None)
        if open_to is not None:
            # Neither would take anything off then, and nobody could tell.
            advice += f"; if `{open_to.expression}` may have several rows, also {later}"
    return " and ".join(reasons), advice


def _beginning(target: Template) -> str:
    """What stands at the margin in the first row; "" if that is indented, or has nothing in it."""
    first = next((part for part in target if not isinstance(part, Text) or part.value), None)
    if isinstance(first, Hole):
        return f"the text begins with `{first.expression}`, at the margin"
    said = next(texts(target), None)
    blank = said is None or said.value[:1] in (" ", "\t", "\n", "\r")
    return "" if blank else "the text begins right behind the quotes"
