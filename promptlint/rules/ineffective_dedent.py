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
from promptlint.template import Choice, Dedent, Hole, Repeat, Template, texts
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
    afterwards = "take the indentation off first, and put the value in afterwards: dedent(...).format(...)"
    if isinstance(spoiler, Hole):
        return f"the rows of `{spoiler.expression}` begin at the margin", afterwards
    if isinstance(spoiler, Repeat):
        return f"the rows made of `{spoiler.over}` begin at the margin", afterwards
    first = next(texts(call.target), None)
    if call.operation == "dedent" and first is not None and first.value[:1] not in (" ", "\t", "\n", "\r"):
        return (
            "the text begins right behind the quotes",
            "begin the text on a row of its own behind a backslash, or use inspect.cleandoc, which leaves the first "
            "row aside",
        )
    return "a row of a text that is put in begins at the margin", afterwards
