"""Plants the defects of the cache rules into programs around a prompt, and compares what is reported with them.

    python tests/planting_cache.py FILE.jsonl

takes the prompts of a file with one JSON object a line, their text under "text", and prints a table. Each prompt is
cut or lengthened (by the prompts behind it) to stand above and below the smallest prefix that each model caches.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cache_programs import CALLS, message, system_argument

from promptlint.config import Configuration, Overrides
from promptlint.engine import run
from promptlint.files import discover
from promptlint.prompt import Finding
from promptlint.rules import all_rules
from promptlint.tokens import count

CACHE_RULES = {name for name, rule in all_rules().items() if rule.group == "cache" and rule.default}
# At a seam between static text and a value one token may be cut otherwise, and a few stand around the planted value.
TOLERANCE = 25


@dataclass(frozen=True)
class Kind:
    """A way of caching: a model with its client, and the smallest prefix it caches, from the vendors' pages."""

    model: str
    client: str
    minimum: int


KINDS = (
    Kind("gpt-5.2", "openai", 1024),
    Kind("gpt-6-sol", "openai", 1024),
    Kind("claude-sonnet-4-5", "anthropic", 1024),
    Kind("claude-opus-5-5", "anthropic", 512),
    Kind("gemini/gemini-2.5-flash", "litellm", 2048),
    Kind("deepseek/deepseek-chat", "litellm", 64),
)


@dataclass(frozen=True)
class Planted:
    """A program: `rule` must be reported where `place` stands, with about `tokens`; nothing if `rule` is ""."""

    rule: str
    code: str
    place: str = ""
    tokens: int = 0


HEAD = """import os
import uuid
from datetime import datetime

{client}RULES = {text!r}
LABELS = ["billing", "repairs", "theft", "delivery"]
TOOL = {{"name": "find_order", "description": "Finds an order.", "input_schema": {{"type": "object"}}}}


"""


def head(kind: Kind, text: str) -> str:
    return HEAD.format(client=CALLS[kind.client][0], text=text)


def call(kind: Kind, messages: str, system: str = "", more: str = "") -> str:
    sent = CALLS[kind.client][1].format(model=kind.model, system=system, rest=messages, all=messages)
    return f"{sent[:-1]}{more})"


def ask(kind: Kind, system: str, user: str = "question", marked: bool = True) -> str:
    """A function that sends a system text and a user's message; both are expressions."""
    said = message(kind.client, "user", user)
    if kind.client == "anthropic":
        sent = call(kind, f"[{said}]", system_argument(kind.client, system, marked))
    else:
        sent = call(kind, f"[{message(kind.client, 'system', system)}, {said}]")
    return f"def ask(question: str) -> str:\n    return {sent}\n"


def one_message(kind: Kind, content: str) -> str:
    """A function that sends everything in one message."""
    sent = call(kind, f"[{message(kind.client, 'user', content, kind.client == 'anthropic')}]")
    return f"def ask(question: str) -> str:\n    return {sent}\n"


def loop(kind: Kind, tools: str, behind: str = "pass") -> str:
    """A conversation with tools."""
    system, first = "", f"{message(kind.client, 'system', 'RULES')}, "
    if kind.client == "anthropic":
        system, first = system_argument(kind.client, "RULES", True), ""
    sent = call(kind, "messages", system, f", tools={tools}")
    return (
        "def talk(question: str, more: dict[str, str]) -> None:\n    tools = [TOOL]\n"
        f'    messages = [{first}{{"role": "user", "content": question}}]\n'
        f"    for turn in range(9):\n        answer = {sent}\n        messages.append(answer)\n        {behind}\n"
    )


def clean(kind: Kind) -> Iterator[str]:
    """What must be silent."""
    yield ask(kind, "RULES")
    yield ask(kind, "RULES", "f'{question} It is {datetime.now()}.'")
    yield ask(kind, "', '.join(sorted(set(LABELS))) + RULES")
    yield ask(kind, "', '.join(LABELS) + RULES")
    yield ask(kind, "f'{os.environ[\"REGION\"]} {RULES}'")
    yield loop(kind, "tools")


def planted(kind: Kind, text: str) -> Iterator[Planted]:
    """One program for each defect that the kind of model can have."""
    start, tokens = head(kind, text), count(text, kind.model)
    yield Planted(
        "static-after-variable", start + one_message(kind, "f'{question} {RULES}'"), "{question}", tokens
    )
    yield Planted("volatile-prefix", start + ask(kind, "f'{datetime.now()} {RULES}'"), "{datetime.now()}", tokens)
    yield Planted("volatile-prefix", start + ask(kind, "f'{uuid.uuid4()} {RULES}'"), "{uuid.uuid4()}", tokens)
    yield Planted("unstable-order", start + ask(kind, "', '.join(set(LABELS)) + RULES"), "set(LABELS)", tokens)
    listing = "f\"{', '.join(os.listdir('skills'))} {RULES}\""
    yield Planted("unstable-order", start + ask(kind, listing), "os.listdir('skills')", tokens)
    yield Planted("changing-tools", start + loop(kind, "tools", "tools.append(more)"), "tools.append(more)", tokens)
    yield Planted("changing-tools", start + loop(kind, "tools[:turn]"), "tools[:turn]", tokens)
    if kind.client == "anthropic":
        yield Planted("missing-cache-control", start + ask(kind, "RULES", marked=False), "client.messages", tokens)
        marked = message(kind.client, "user", "question", True)
        blocks = marked.replace("[{", '[{"type": "text", "text": RULES}, {')
        sent = call(kind, f"[{blocks}]")
        behind = f"def ask(question: str) -> str:\n    return {sent}\n"
        yield Planted("useless-cache-control", start + behind, "question, ", tokens)
    if kind.model.startswith("gpt-6"):
        yield Planted("uncached-boundary", start + one_message(kind, "f'{RULES} {question}'"), "{question}", tokens)


def sized(texts: Sequence[str], first: int, model: str, tokens: int) -> str:
    """The text at index `first` with about so many tokens: cut at a line's end, or lengthened by those behind it."""
    found: list[str] = []
    total = 0
    for number in range(len(texts)):
        for line in texts[(first + number) % len(texts)].splitlines(keepends=True):
            more = count(line, model)
            if total + more > tokens:
                return "".join(found)
            found.append(line)
            total += more
    raise ValueError("all texts together are too short")


def lint(codes: Sequence[str], folder: Path) -> list[list[Finding]]:
    """The findings of the cache rules for each program."""
    for number, code in enumerate(codes):
        (folder / f"p{number:05}.py").write_text(code, encoding="utf-8")
    configuration = Configuration(Overrides(cwd=str(folder)))
    report = run(discover([str(folder)], configuration, str(folder)).files, configuration)
    assert not report.problems, report.problems
    found: list[list[Finding]] = [[] for _ in codes]
    for finding in report.findings:
        if finding.rule in CACHE_RULES:
            found[int(finding.span.file[1:6])].append(finding)
    return found


def judge(case: Planted, found: list[Finding]) -> str:
    """What is wrong with the findings of a program, "" if nothing is."""
    if [finding.rule for finding in found] != [case.rule]:
        return f"reported: {[finding.rule for finding in found]}"
    [finding] = found
    at = case.code.rindex(case.place) + case.place.startswith("{")
    if not (finding.span.start < at + len(case.place) and at < finding.span.end):
        return f"at {case.code[finding.span.start:finding.span.end]!r}"
    if abs(finding.tokens - case.tokens) > TOLERANCE:
        return f"{finding.tokens} tokens instead of {case.tokens}"
    return ""


def trial(texts: Sequence[str], indices: Sequence[int]) -> tuple[Counter[tuple[str, str, bool]], list[str]]:
    """How many programs were judged by rule, "above", "below" or "clean", and rightness; and what was wrong."""
    cases: list[tuple[str, Planted]] = []
    for index in indices:
        for kind in KINDS:
            large = sized(texts, index, kind.model, int(kind.minimum * 1.4) + 250)
            small = sized(texts, index, kind.model, int(kind.minimum * 0.9) - 20)
            cases += [("above", case) for case in planted(kind, large)]
            cases += [("below", case) for case in planted(kind, small) if case.rule != "useless-cache-control"]
            if kind.client == "anthropic":
                tiny = head(kind, sized(texts, index, kind.model, kind.minimum // 2)) + ask(kind, "RULES")
                cases.append(("above", Planted("useless-cache-control", tiny, '[{"type"')))
            cases += [("clean", Planted("", head(kind, large) + code)) for code in clean(kind)]
    with tempfile.TemporaryDirectory() as folder:
        results = lint([case.code for _, case in cases], Path(folder))
    score: Counter[tuple[str, str, bool]] = Counter()
    wrong: list[str] = []
    for (where, case), found in zip(cases, results, strict=True):
        if where == "above":
            fault = judge(case, found)
        else:
            # A marker behind a question stores for nothing, whatever the length.
            found = [each for each in found if where == "clean" or each.rule != "useless-cache-control"]
            fault = f"reported: {[(each.rule, each.tokens) for each in found]}" if found else ""
        score[case.rule, where, not fault] += 1
        if fault:
            wrong.append(f"{case.rule or 'clean'} ({where}): {fault}\n{case.code[case.code.index('def '):]}")
    return score, wrong


def main() -> None:
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    score, wrong = trial(texts, range(len(texts)))
    for rule, where in sorted({key[:2] for key in score}):
        right, all_of_them = score[rule, where, True], score[rule, where, True] + score[rule, where, False]
        print(f"{rule or '(nothing planted)':24} {where:6} {right:5} of {all_of_them:5}  {right / all_of_them:.1%}")
    print("\n".join(wrong[:40]))


if __name__ == "__main__":
    main()
