"""Ignore comments: which findings they take away, and which of them take away none.

`# promptlint: ignore[rule, rule] reason` in Python covers the statement it stands in, or the one below it;
`{# promptlint: ignore[rule] reason #}` in Jinja covers its own line and, alone on a line, the one below.
In YAML and TOML both hold: the Jinja comment within a text, and `# promptlint: ignore[rule] reason`, alone on its line,
for the text below. `ignore-file[rule]` covers the file. What looks like a comment inside a string is text for the
model: it covers nothing.
"""

from __future__ import annotations

import bisect
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType

import msgspec

from promptlint.extract import data_values
from promptlint.extract.comments import (
    NOT_A_PROMPT,
    PROMPT,
    ROLES,
    jinja_comments,
    marked,
    parts,
    python_comments,
    rows_below,
)
from promptlint.files import language
from promptlint.prompt import Edit, Finding, Fix
from promptlint.rules import all_rules
from promptlint.source import Source
from promptlint.spelling import closest, nearest
from promptlint.template import Items, Span, Text, Value
from promptlint.template import Mapping as Entries

UNUSED, UNKNOWN = "unused-ignore", "unknown-rule-in-ignore"
# What people write who know another linter.
_OTHER_WORDS = frozenset(
    "allow disable disable-file disable-line disable-next-line noqa nolint off skip suppress".split()
)
_DIRECTIVE = re.compile(r"promptlint:[ \t]*(?P<verb>[\w-]*)(?P<list>[ \t]*\[(?P<rules>[^\]\r\n]*)\])?", re.I)
# The same without the colon. Only what cannot be prose is one: brackets, a rule's name, or nothing behind the word.
_NO_COLON = re.compile(
    r"promptlint(?:[ \t]+|[ \t]*[-=][ \t]*)(?P<verb>ignore(?:-file)?|not-a-prompt|prompt|"
    + "|".join(sorted(_OTHER_WORDS)) + r")(?![\w-])"
    r"(?P<list>[ \t]*\[(?P<rules>[^\]\r\n]*)\])?(?P<end>[ \t]*(?:$|[-+]?#\}))?",
    re.I | re.M,
)  # fmt: skip
_COMMENTS = "comments are `prompt`, `prompt[role]`, `not-a-prompt`, `ignore[rule]` and `ignore-file[rule]`"
_WORD = re.compile(r"[^\s,]+")
_NAME = re.compile(r"[\w-]+")
_COMMENT_LINE = re.compile(r"^[ \t]*(#[^\r\n]*promptlint[^\r\n]*)", re.M | re.I)
# The same behind something else, which settles nothing there.
_COMMENT_BEHIND = re.compile(r"(?<=[ \t])#[ \t]*promptlint:[ \t]*(?:prompt|not-a-prompt)(?![\w-])[^\r\n]*", re.I)


class Ignore(msgspec.Struct, frozen=True):
    """One ignore comment. `start` and `end` bound what it covers, in offsets.

    `rules` are the names in it, with their places; `bare`: it is not of the form that names rules. `removal` is what to
    cut when none of its rules is needed; `clean`: cutting it leaves the text the model reads as it is. A comment that
    settles what is a prompt stands here, too, with its `verb`, to be reported when it settles nothing. `wrong` says
    what is wrong with the comment.
    """

    span: Span
    rules: tuple[tuple[str, Span], ...]
    start: int
    end: int
    removal: Span
    clean: bool = True
    bare: bool = False
    verb: str = ""
    wrong: str = ""


def ignores(source: Source) -> list[Ignore]:
    """All ignore comments of a file that can be parsed; none of one that cannot."""
    if not (marked(source.text) or _without_colon(source.text)):
        return []
    try:
        return list(_python(source) if language(source.name) == "python" else _jinja(source))
    # The same parsers have read the file before; where one gives up all the same, no comment can be told for sure.
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def apply(
    findings: Iterable[Finding],
    all_ignores: Collection[Ignore],
    judged: Collection[str],
    idle: Mapping[Span, str] = MappingProxyType({}),
    sure: Iterable[Ignore] | None = None,
) -> tuple[list[Finding], list[Finding]]:
    """Findings of one file, less those that are ignored, and these.

    What is wrong with the comments themselves is added. `judged` are the rules that had their say on the file: for
    others nobody knows whether an ignore is needed. `idle` are the comments that settle nothing, each with the reason,
    "" if there is nothing that they could settle. `sure` are the ignores of which all is known that they could be
    needed for, None if they all are.
    """
    covers: dict[str, set[tuple[int, int]]] = {}
    for ignore in all_ignores:
        for name, _ in ignore.rules:
            covers.setdefault(name, set()).add((ignore.start, ignore.end))
    used: set[tuple[int, int, str]] = set()
    kept: list[Finding] = []
    ignored: list[Finding] = []

    def sift(some: Iterable[Finding]) -> None:
        for finding in some:
            place = finding.span.start
            found = [bounds for bounds in covers.get(finding.rule, ()) if bounds[0] <= place < bounds[1]]
            used.update((start, end, finding.rule) for start, end in found)
            (ignored if found else kept).append(finding)

    sift(findings)
    if UNKNOWN in judged:
        sift(finding for each in all_ignores for finding in _unknown(each))
    if UNUSED in judged:
        # An ignore of `unused-ignore` may cover these, and is judged after them.
        sift(list(_unused(all_ignores if sure is None else sure, used, set(judged) - {UNUSED})))
        # Of a comment that is wrong as it is written, that is said, and once.
        told = {each.span for each in all_ignores if each.wrong} if UNKNOWN in judged else set()
        settling = [each for each in all_ignores if each.verb and each.span in idle and each.span not in told]
        sift([_settles_nothing(each, idle[each.span]) for each in settling])
        kept += list(_unused(all_ignores, used, {UNUSED}))
    return kept, ignored


def _unknown(ignore: Ignore) -> Iterator[Finding]:
    rules = all_rules()
    if ignore.wrong:
        yield Finding(ignore.span, ignore.wrong, help=_COMMENTS, rule=UNKNOWN)
    if ignore.bare:
        yield Finding(
            ignore.span,
            "an ignore must name the rule it is for",
            help="write `promptlint: ignore[rule] reason`, or `ignore-file[rule]` for the whole file",
            rule=UNKNOWN,
        )
    for name, span in ignore.rules:
        if name not in rules:
            if any(name == rule.group for rule in rules.values()):
                message = f"`{name}` is a group, and an ignore comment names rules"
            else:
                message = f"there is no rule `{name}`{nearest(name, rules)}"
            yield Finding(span, message, help="`promptlint rule` lists the rules", rule=UNKNOWN)


def _unused(all_ignores: Iterable[Ignore], used: set[tuple[int, int, str]], judged: set[str]) -> Iterator[Finding]:
    for ignore in all_ignores:
        idle: list[int] = []
        seen: set[str] = set()
        for index, (name, _) in enumerate(ignore.rules):
            if name in judged and ((ignore.start, ignore.end, name) not in used or name in seen):
                idle.append(index)
            seen.add(name)
        if idle:
            names = ", ".join(f"`{ignore.rules[index][0]}`" for index in idle)
            message = f"nothing to ignore here: {names} found nothing"
            yield Finding(ignore.span, message, help="take it out", fix=_fix(ignore, set(idle)), rule=UNUSED)


def _settles_nothing(ignore: Ignore, reason: str) -> Finding:
    if reason:
        message = f"the comment settles nothing: {reason}"
        return Finding(ignore.span, message, help="take it out, or put it on the line of the message", rule=UNUSED)
    if ignore.verb == PROMPT:
        message = "nothing to settle here: no text is assigned, passed, listed or returned"
    else:
        message = "nothing to settle here: no prompt was found"
    fix = Fix("Remove the comment", (Edit(ignore.removal, ""),), safe=ignore.clean)
    return Finding(ignore.span, message, help="take it out, or put it on the line of the text", fix=fix, rule=UNUSED)


def _fix(ignore: Ignore, idle: set[int]) -> Fix:
    """Take the names out of the list, or the comment out of the file when no name is left."""
    left = [name for index, (name, _) in enumerate(ignore.rules) if index not in idle]
    if not left:
        return Fix("Remove the unused ignore comment", (Edit(ignore.removal, ""),), safe=ignore.clean)
    inside = Span(ignore.span.file, ignore.rules[0][1].start, ignore.rules[-1][1].end)
    return Fix("Remove the unused rule from the ignore comment", (Edit(inside, ", ".join(left)),), safe=True)


def _wrong(verb: str, match: re.Match[str]) -> str:
    """What is wrong with the role in a comment such as `prompt[role]`."""
    role = (match["rules"] or "").strip().lower()
    if match["list"] is None or (verb == PROMPT and role in ROLES):
        return ""
    if verb == NOT_A_PROMPT:
        return f"`{NOT_A_PROMPT}` takes nothing in brackets"
    hint = nearest(role, ROLES) or f", roles are {', '.join(ROLES)}"
    return f"there is no role `{role}`{hint}"


def _open_bracket(comment: str, match: re.Match[str]) -> str:
    """What is wrong with a comment such as `prompt[role`, whose bracket is not closed; "" if it is closed."""
    opened = match["list"] is None and comment[match.end() :].lstrip(" \t").startswith("[")
    return f"the bracket behind `{match['verb'].lower()}` is not closed" if opened else ""


def _meant(written: str) -> tuple[str, str] | None:
    """What was written and what was probably meant, of a comment whose first word is none of ours; None for prose."""
    from difflib import get_close_matches

    words = written.partition("[")[0].rstrip("#}- \t").lower().split()
    if not words or words[0].startswith("ignore") or words[0] in _OTHER_WORDS:
        return None
    # More than a few words are a sentence, unless the first one looks like a directive.
    first = words[0].replace("_", "-")
    word = "-".join(words) if len(words) <= 4 and "-" not in first else first
    known = [NOT_A_PROMPT] if word.startswith("no") else [PROMPT, NOT_A_PROMPT, "ignore", "ignore-file"]
    if len(words) > 4 and "-" not in first:
        return None
    close = get_close_matches(word, known, n=1, cutoff=0.75)
    return (" ".join(words) if word != first else words[0], close[0]) if close else None


def _other_words(comment: str, match: re.Match[str]) -> str:
    """What to write for an ignore in another tool's words; "" if it is none, or if `ignore` names no rule at all."""
    verb = match["verb"].lower()
    rules = all_rules()
    names: list[str] = []
    end = match.end()
    if match["list"] is not None:
        # Any other word may only speak of a rule: `see[static-after-variable]`.
        if not verb or verb in _OTHER_WORDS or verb.startswith("ignore"):
            names += filter(None, (closest(word, rules) for word in _WORD.findall(match["rules"])))
    elif verb in _OTHER_WORDS or verb.startswith("ignore"):
        for word in _NAME.finditer(comment, end):
            # The reason stands behind the last name.
            if (name := word.group().lower().replace("_", "-")) not in rules:
                break
            names.append(name)
            end = word.end() + comment.startswith(")", word.end())
    if not names and verb not in _OTHER_WORDS:
        return ""
    instead = f"{'ignore-file' if verb.endswith('-file') else 'ignore'}[{', '.join(dict.fromkeys(names)) or 'rule'}]"
    written = comment[match.start("verb") : end].strip()
    return f"promptlint knows no comment `{written}`, write `{instead}`"


def _without_colon(text: str) -> bool:
    """Whether a text has what may be a comment of ours without its colon."""
    return "romptlint" in text and _NO_COLON.search(text) is not None


def _colon_missing(comment: str) -> str:
    """What is wrong with a comment that would be ours if there were a colon behind `promptlint`; "" if it is none."""
    match = _NO_COLON.search(comment)
    if match is None or comment[: match.start()].strip(" \t#{-+"):
        return ""
    verb, words = match["verb"].lower(), _WORD.findall(match["rules"] or "")
    if verb in (PROMPT, NOT_A_PROMPT):
        settles = match["end"] is not None if verb == NOT_A_PROMPT else any(word.lower() in ROLES for word in words)
        instead = f"{verb}{(match['list'] or '').strip()}" if settles else ""
    else:
        rules = all_rules()
        behind = _NAME.match(comment[match.end() :].lstrip(" \t"))
        if match["list"] is None and behind and behind.group().lower() in rules:
            words = [behind.group()]
        names = list(filter(None, (closest(word, rules) for word in words)))
        ours = verb in ("ignore", "ignore-file")
        if not names and not (ours and (match["list"] is not None or match["end"] is not None)):
            return ""
        instead = f"{'ignore-file' if verb.endswith('-file') else 'ignore'}[{', '.join(names) or 'rule'}]"
    return f"a colon is missing behind `promptlint`, write `promptlint: {instead}`" if instead else ""


def _parse(source: Source, start: int, end: int, covered: tuple[int, int], removal: tuple[int, int]) -> Ignore | None:
    """The ignore comment between two offsets, if it is one."""
    comment = source.text[start:end]
    match = _DIRECTIVE.search(comment)
    if match is None and (wrong := _colon_missing(comment)):
        return Ignore(Span(source.name, start, end), (), 0, 0, Span(source.name, *removal), wrong=wrong)
    # A note about promptlint is no ignore: nothing but signs may stand before its name.
    if match is None or comment[: match.start()].strip(" \t#{-+"):
        return None
    verb = match["verb"].lower()
    if verb in (PROMPT, NOT_A_PROMPT):
        wrong = _open_bracket(comment, match) or _wrong(verb, match)
        return Ignore(Span(source.name, start, end), (), 0, 0, Span(source.name, *removal), verb=verb, wrong=wrong)
    known = verb in ("ignore", "ignore-file")
    if known and (open_bracket := _open_bracket(comment, match)):
        return Ignore(Span(source.name, start, end), (), 0, 0, Span(source.name, *removal), wrong=open_bracket)
    meant = None if known else _meant(comment[match.start("verb") :])
    if meant:
        wrong = f"promptlint knows no comment `{meant[0]}`, did you mean `{meant[1]}`?"
        return Ignore(Span(source.name, start, end), (), 0, 0, Span(source.name, *removal), wrong=wrong)
    if wrong := "" if known and match["list"] is not None else _other_words(comment, match):
        return Ignore(Span(source.name, start, end), (), 0, 0, Span(source.name, *removal), wrong=wrong)
    if not known and not verb.startswith("ignore"):
        return None
    if verb == "ignore-file":
        covered = (0, len(source.text) + 1)
    base = start + match.start("rules")
    words = _WORD.finditer(match["rules"]) if known and match["list"] else ()
    rules = tuple((word.group(), Span(source.name, base + word.start(), base + word.end())) for word in words)
    return Ignore(
        span=Span(source.name, start, end),
        rules=rules,
        start=covered[0],
        end=covered[1],
        removal=Span(source.name, *removal),
        bare=not rules,
    )


# Python


def _python(source: Source) -> Iterator[Ignore]:
    extents = _extents(source)
    comments = list(python_comments(source))
    alone = {row for row, start, _ in comments if not source.line(row)[: start - source.starts[row - 1]].strip()}
    below = rows_below({row: row for row in alone})
    for row, start, end in comments:
        line = source.line(row)
        covered = _covered(extents, row, below.get(row))
        bounds = (source.starts[covered[0] - 1], _row_end(source, covered[1]))
        for low, high in parts(source.text[start:end], start):
            if row in alone and (low, high) == (start, end):
                removal = (source.starts[row - 1], _row_end(source, row))
            else:
                base = source.starts[row - 1]
                before = len(line[: low - base].rstrip()) + base
                removal = (before, high) if high == end else (low, high)
            found = _parse(source, low, high, bounds, removal)
            if found:
                yield found


def _row_end(source: Source, row: int) -> int:
    """The offset behind a row's newline."""
    return source.starts[row] if row < len(source.starts) else len(source.text)


def _covered(extents: list[tuple[int, int]], row: int, below: int | None) -> tuple[int, int]:
    """The rows that a comment on this row covers; `below` is the one below it if it is alone."""
    index = bisect.bisect_right(extents, (row, sys.maxsize)) - 1
    if index >= 0 and extents[index][0] <= row <= extents[index][1]:
        return extents[index]
    if below is None:
        return row, row
    index = bisect.bisect_left(extents, (below, 0))
    if index < len(extents) and extents[index][0] == below:
        return row, extents[index][1]
    return row, row


def _extents(source: Source) -> list[tuple[int, int]]:
    """First and last row of every statement, of a compound one its head; in order, without overlaps."""
    import ast
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(source.text)
    rows: list[tuple[int, int]] = []
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.stmt):
            decorators = getattr(node, "decorator_list", [])
            first = min([node.lineno, *(each.lineno for each in decorators)])
            compound = hasattr(node, "body") or isinstance(node, ast.Match)
            rows.append((first, _head_end(node) if compound else node.end_lineno or first))
        if isinstance(node, ast.stmt | ast.excepthandler | ast.match_case):
            nested = (ast.stmt, ast.excepthandler, ast.match_case)
            pending += [child for child in ast.iter_child_nodes(node) if isinstance(child, nested)]
    merged: list[tuple[int, int]] = []
    for first, last in sorted(rows):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def _head_end(statement: object) -> int:
    """The last row of what stands before the colon of a compound statement."""
    import ast

    assert isinstance(statement, ast.stmt)
    last = statement.lineno
    pending: list[ast.AST] = [statement]
    while pending:
        for child in ast.iter_child_nodes(pending.pop()):
            if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
                continue
            end = getattr(child, "end_lineno", None)
            if end is not None:
                last = max(last, end)
            else:  # arguments of a function, items of a `with`
                pending.append(child)
    return last


# Jinja


def _jinja(source: Source) -> Iterator[Ignore]:
    comments = jinja_comments(source)
    yield from _jinja_ignores(source, comments)
    if source.name.lower().endswith((".yaml", ".yml", ".toml")):
        yield from _settings_ignores(source, comments)


def _settings_ignores(source: Source, others: list[tuple[int, int]]) -> Iterator[Ignore]:
    """Comments of YAML and TOML, each alone on its line: inside of a text a `#` is text, so the texts are looked at.

    Of those that are not alone only what they settle elsewhere is told: it is nothing here.
    """
    value = data_values.read(source.name, source.text)
    texts = sorted(_texts(value))
    alone = set()
    for match in _COMMENT_LINE.finditer(source.text):
        start, end = match.span(1)
        alone.add(source.location(start)[0])
        index = bisect.bisect_right(texts, (start, len(source.text)))
        if _within(texts, start, start) or _within(others, start, end):
            continue
        row = (match.start(), _row_end(source, source.location(start)[0]))
        covered = (row[0], texts[index][1] if index < len(texts) else row[1])
        found = _parse(source, start, end, covered, row)
        if found:
            yield _without_effect(found) if found.verb else found
    for match in _COMMENT_BEHIND.finditer(source.text) if value is not None else ():
        start, end = match.span()
        if source.location(start)[0] in alone or _within(texts, start, start) or _within(others, start, end):
            continue
        found = _parse(source, start, end, (start, end), (start, end))
        if found:
            yield _without_effect(found)


def _within(places: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether a stretch begins in one of the places, which stand in order and apart, or one begins in it."""
    index = bisect.bisect_right(places, (start, sys.maxsize))
    return (index > 0 and start < places[index - 1][1]) or (index < len(places) and places[index][0] < end)


def _without_effect(found: Ignore) -> Ignore:
    """A comment that is said to be wrong, not passed over: who wrote it takes the case for settled."""
    return msgspec.structs.replace(found, verb="", wrong=f"`{found.verb}` settles nothing in a settings file")


def _texts(value: Value | None) -> Iterator[tuple[int, int]]:
    """Where the texts of a settings file begin and end."""
    pending: list[Value | None] = [value]
    while pending:
        match pending.pop():
            case Items() as items:
                pending += items.items
            case Entries() as mapping:
                pending += [item for _, item in mapping.entries]
            case tuple() as parts:
                spans = [part.span for part in parts if isinstance(part, Text)]
                if spans:
                    yield spans[0].start, spans[-1].end
            case _:
                pass


def _jinja_ignores(source: Source, comments: list[tuple[int, int]]) -> Iterator[Ignore]:
    rows = [(source.location(start)[0], source.location(end)[0]) for start, end in comments]
    alone = {
        first: last
        for (start, end), (first, last) in zip(comments, rows, strict=True)
        if not source.text[source.starts[first - 1] : start].strip()
        and not source.text[end : _row_end(source, last)].strip()
    }
    below = rows_below(alone)
    for (start, end), (first, last) in zip(comments, rows, strict=True):
        bounds = (source.starts[first - 1], _row_end(source, below.get(first, last)))
        found = _parse(source, start, end, bounds, (start, end))
        if found:
            controls = source.text[start + 2 : start + 3] + source.text[end - 3 : end - 2]
            # `{#-` takes white space away, and a comment alone on its line may take its newline (`trim_blocks`).
            clean = first not in alone and not set(controls) & {"-", "+"}
            yield msgspec.structs.replace(found, clean=clean)
