"""`duplicate-block`: a block of text that stands in several prompts of a project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from promptlint.prompt import Finding, Project
from promptlint.rules import rule
from promptlint.structure.flat import Flat, flatten
from promptlint.template import Span, Text
from promptlint.tokens import count, encoding_of, fewer_than

# A shorter line says too little to begin a block with: characters.
_SHORTEST = 12
# Places that are tried for the beginning of a block, and copies that one finding names.
_TRIED = 8
_NAMED = 20
# Share of the text of a file that stands in another, from which on the files are copies.
_SAME_FILE = 0.5


class _Row(msgspec.Struct, frozen=True, gc=False):
    """A line with writing: its text without blanks around it, and where it stands in the text of its prompt."""

    text: str
    start: int
    end: int


class _Source(msgspec.Struct, frozen=True, eq=False):
    """The lines of one prompt that no prompt before it has from the same place of the source."""

    flat: Flat
    rows: list[_Row]
    model: str
    file: str


class _Copy(msgspec.Struct, frozen=True, eq=False):
    """Lines of a prompt that stand in an earlier one: which, from where, how many, and their tokens."""

    source: int
    row: int
    length: int
    tokens: int


@rule(group="redundancy", severity="info", default=False)
def check(project: Project, *, min_tokens: int = 100) -> Iterator[Finding]:
    """A block of text stands in several prompts of the project."""
    sources = list(_sources(project))
    copies = _copies(sources, min_tokens)
    of_files: dict[tuple[str, str], list[tuple[_Copy, _Copy]]] = {}
    blocks: dict[tuple[int, int], list[tuple[_Copy, _Copy]]] = {}
    for first, copy in copies:
        pair = sources[first.source].file, sources[copy.source].file
        of_files.setdefault(pair, []).append((first, copy))
    sizes: dict[str, int] = {}
    for source in sources:
        sizes[source.file] = sizes.get(source.file, 0) + sum(len(row.text) for row in source.rows)
    for (one, other), pairs in of_files.items():
        shared = sum(_characters(sources, copy) for _, copy in pairs)
        if one != other and len(pairs) > 1 and shared >= _SAME_FILE * sizes[other]:
            yield _of_files(sources, pairs)
        else:
            for first, copy in pairs:
                blocks.setdefault((first.source, first.row), []).append((first, copy))
    for pairs in blocks.values():
        yield _of_block(sources, pairs)


def _sources(project: Project) -> Iterator[_Source]:
    seen: set[tuple[str, int]] = set()
    for prompt in project.prompts:
        flat = flatten(prompt.template)
        rows: list[_Row] = []
        at = 0
        for raw in flat.text.split("\n"):
            text = raw.strip()
            if text:
                start = at + raw.index(text)
                if _is_new(flat, start, seen):
                    rows.append(_Row(text, start, start + len(text)))
            at += len(raw) + 1
        if rows:
            yield _Source(flat, rows, prompt.model, prompt.span.file)


def _is_new(flat: Flat, offset: int, seen: set[tuple[str, int]]) -> bool:
    """Whether the place in the source that an offset has was not met before: a constant is put into many prompts."""
    piece = flat.piece(offset)
    if not isinstance(piece.part, Text):
        return True
    place = (piece.part.span.file, piece.part.span.start + (offset - piece.start if piece.part.verbatim else 0))
    new = place not in seen
    seen.add(place)
    return new


def _copies(sources: Sequence[_Source], min_tokens: int) -> list[tuple[_Copy, _Copy]]:
    """Blocks that stand in an earlier prompt, as the earlier place and the copy. Linear in the number of lines.

    At every line the longest block is taken that begins with it in one of the first prompts that have it, and the lines
    of a block that is long enough are passed over.
    """
    known: dict[str, list[tuple[int, int]]] = {}
    found: list[tuple[_Copy, _Copy]] = []
    for number, source in enumerate(sources):
        row = 0
        while row < len(source.rows):
            text = source.rows[row].text
            best = (0, 0, 0)
            for other, at in known.get(text, ()):
                best = max(best, (_equal(source.rows, row, sources[other].rows, at), -other, -at))
            length, other, at = best[0], -best[1], -best[2]
            tokens = _tokens(source, row, length, min_tokens) if length else 0
            if tokens:
                found.append((_Copy(other, at, length, tokens), _Copy(number, row, length, tokens)))
            row += length if tokens else 1
        for row, each in enumerate(source.rows):
            if len(each.text) >= _SHORTEST:
                places = known.setdefault(each.text, [])
                if len(places) < _TRIED and (not places or places[-1][0] != number):
                    places.append((number, row))
    return found


def _equal(rows: Sequence[_Row], row: int, others: Sequence[_Row], at: int) -> int:
    """How many lines from here on are the same."""
    length = 0
    most = min(len(rows) - row, len(others) - at)
    while length < most and rows[row + length].text == others[at + length].text:
        length += 1
    return length


def _tokens(source: _Source, row: int, length: int, least: int) -> int:
    """Tokens of a block, 0 when there are fewer than `least`."""
    block = "\n".join(each.text for each in source.rows[row : row + length])
    return 0 if fewer_than(block, least, source.model) else count(block, source.model)


def _characters(sources: Sequence[_Source], copy: _Copy) -> int:
    return sum(len(row.text) for row in sources[copy.source].rows[copy.row : copy.row + copy.length])


def _span(sources: Sequence[_Source], copy: _Copy) -> Span:
    source = sources[copy.source]
    first, last = source.rows[copy.row], source.rows[copy.row + copy.length - 1]
    return source.flat.span(first.start, last.end) or Span(source.file, 0, 0)


def _of_block(sources: Sequence[_Source], pairs: Sequence[tuple[_Copy, _Copy]]) -> Finding:
    """A block and all its copies: the finding stands at the first copy."""
    first, copy = pairs[0]
    exact = encoding_of(sources[copy.source].model).exact
    places = [(_span(sources, first), "the same block stands here")]
    places += [(_span(sources, other), "and here") for _, other in pairs[1:_NAMED]]
    return Finding(
        _span(sources, copy),
        f"{'' if exact else '~'}{copy.tokens:,} tokens of this prompt stand in {len(pairs)} other"
        f"{'' if len(pairs) == 1 else 's'} as well",
        tokens=copy.tokens,
        help="keep the block in one constant; in front of what differs, a provider that caches prefixes shares it",
        related=tuple(places),
        exact=exact,
    )


def _of_files(sources: Sequence[_Source], pairs: Sequence[tuple[_Copy, _Copy]]) -> Finding:
    """Two files that are copies of one another, as one finding."""
    first, copy = pairs[0]
    exact = encoding_of(sources[copy.source].model).exact
    tokens = sum(each.tokens for _, each in pairs)
    return Finding(
        _span(sources, copy),
        f"{len(pairs)} blocks of this file, {'' if exact else '~'}{tokens:,} tokens, stand in "
        f"{sources[first.source].file} as well",
        tokens=tokens,
        help="keep the prompts in one file and import them",
        related=tuple((_span(sources, each), "the same block stands here") for each, _ in pairs[:_NAMED]),
        exact=exact,
    )
