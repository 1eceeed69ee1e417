"""`filler`: words that are for a person: politeness, promises and threats, and what raters of texts are told."""

from __future__ import annotations

import re
from collections.abc import Iterator

from promptlint.extract.patterns import lazy
from promptlint.prompt import Finding, Prompt
from promptlint.rules import rule
from promptlint.structure import Kind, read
from promptlint.structure.flat import VALUE
from promptlint.structure.lines import LONGEST_LINE
from promptlint.template import texts
from promptlint.tokens import count, encoding_of

# Taken out as it stands: what is left is still a sentence.
_POLITE = (
    r"(?:could|would|can) you (?:please |kindly )+|\b(?:please|kindly)(?:,? (?:kindly|please))?,? "
    r"|,? ?\bthank(?:s| you)(?: (?:so|very) much| in advance| for your (?:help|time|cooperation|assistance)){0,3}[.!]?"
    r"|\bif you (?:don't|do not) mind,? ?"
)
# These take their whole sentence with them.
_PRESSURE = (
    r"\b(?:tip you|(?:give|pay|offer) you (?:an? )?(?:\$ ?\d[\d,.]*|big |large |huge |generous ){0,3}(?:tip|bonus)"
    r"|\$ ?\d[\d,.]* ?(?:tip|bonus)|(?:my|your) (?:career|job|life|salary) (?:depends|is at stake)"
    r"|(?:very )?important to (?:my career|you)\b|(?:i|you) will be (?:fired|punished|penali[sz]ed)"
    r"|(?:someone|people|kittens?|grandmother) (?:will|would) die|take a deep breath|i have no (?:fingers|hands)"
    r"|your job is on the line)"
)
_RATERS = (
    r"\b(?:keep this document open|read and understand these instructions carefully|refer to (?:it|them) as needed"
    r"|while (?:reviewing|annotating)|thank you for (?:annotating|participating))"
)
_FILLER = lazy(f"(?P<polite>{_POLITE})|(?P<pressure>{_PRESSURE})|(?P<raters>{_RATERS})", re.IGNORECASE)
# Characters of one piece of text in which any of it is looked for.
_SEARCHED = 200_000
# A line of a dialogue that is shown, and quotation marks around what somebody is to say.
_SPEAKER = lazy(r"\W{0,4}(?:[A-Z][\w ]{0,20}|[a-z]+):\s")
_QUOTES = "\"“”"
_SENTENCE_ENDS = ".!?"
_WRITING = (Kind.TEXT, Kind.ITEM)
_NAMED = 4


@rule(group="bloat", severity="info", default=False)
def check(prompt: Prompt, *, min_tokens: int = 8) -> Iterator[Finding]:
    """Politeness, promises, threats and words for human raters are sent."""
    # Most prompts have none of it, and their structure need not be read.
    if not any(_FILLER.search(text.value[:_SEARCHED]) for text in texts(prompt.template)):
        return
    document = read(prompt.template)
    found: list[tuple[int, int, str]] = []
    tokens = 0
    for line in document.lines:
        if line.kind not in _WRITING:
            continue
        value = document.text(line)
        cuts = _cuts(value) if len(value) <= LONGEST_LINE else []
        if not cuts:
            continue
        kept, position = [], 0
        for start, end, kind in cuts:
            kept.append(value[position:start])
            position = end
            found.append((line.start + start, line.start + end, kind))
        rest = "".join((*kept, value[position:]))
        model = prompt.model
        tokens += count(value.replace(VALUE, "x"), model) - count(rest.replace(VALUE, "x"), model)
    places = [place for start, end, _ in found if (place := document.flat.span(start, end)) is not None]
    if tokens < max(min_tokens, 1) or not places:
        return
    exact = encoding_of(prompt.model).exact
    yield Finding(
        places[0],
        f"{'' if exact else '~'}{tokens:,} tokens of {_named({kind for _, _, kind in found})} are sent",
        tokens=tokens,
        saving="removed",
        help="say what is to be done",
        related=tuple((place, "and here") for place in places[1 : 1 + _NAMED]),
        exact=exact,
    )


def _cuts(value: str) -> list[tuple[int, int, str]]:
    """What could go from a line: start, end and kind, in order, none of them inside of another."""
    cuts: list[tuple[int, int, str]] = []
    for match in _FILLER.finditer(value):
        start, end, kind = match.start(), match.end(), match.lastgroup or ""
        if (cuts and start < cuts[-1][1]) or (kind == "polite" and _said(value, start)):
            continue
        if kind != "polite":
            start = max(value.rfind(sign, 0, start) + 1 for sign in _SENTENCE_ENDS)
            end = min((at for sign in _SENTENCE_ENDS if (at := value.find(sign, end) + 1)), default=len(value))
            while cuts and cuts[-1][1] > start:
                cuts.pop()
        cuts.append((start, end, kind))
    return cuts


def _said(value: str, start: int) -> bool:
    """Whether a politeness is somebody's words: of a dialogue that is shown, or between quotation marks."""
    return _SPEAKER.match(value) is not None or sum(map(value[:start].count, _QUOTES)) % 2 == 1


def _named(kinds: set[str]) -> str:
    words = {"polite": "politeness", "pressure": "promises and threats", "raters": "words for human raters"}
    return " and ".join(words[kind] for kind in ("polite", "pressure", "raters") if kind in kinds)
