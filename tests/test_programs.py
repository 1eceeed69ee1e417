"""Generated programs are run, and what they send must match the linked templates.

A longer run by hand: `python tests/test_programs.py --programs 20000`.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import re
import select
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

from program_branches import make as make_branches  # noqa: E402
from program_collections import make as make_collections  # noqa: E402
from program_loops import make as make_loops  # noqa: E402
from programs import Program, make  # noqa: E402

from promptlint.extract.python import facts  # noqa: E402
from promptlint.link import link  # noqa: E402
from promptlint.pieces import alternatives  # noqa: E402
from promptlint.prompt import Project, Prompt, Request  # noqa: E402
from promptlint.source import Source  # noqa: E402
from promptlint.template import Choice, Hole, Part, Repeat, Template, Text, texts  # noqa: E402

SHARE = 0.97
SECONDS = 60  # on a clock: a program takes milliseconds, but other processes may have the machine
ROLES = {"developer": "system"}
# What is put in from outside, alone or as a list that was printed, dumped or joined.
_ONE = r"(?:~\d+~|90\d{5}(?!\d)(?:\.0)?)"
_DATA = re.compile(rf"\[(?:['\"]{_ONE}['\"](?:, )?)*\]|{_ONE}(?:, {_ONE})*")


class Worker:
    """The process in which programs run; one that hangs is ended and started again."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None

    def run(self, program: Program) -> dict[str, Any]:
        if self.process is None:
            path = Path(__file__).parent / "program_runner.py"
            pipe = subprocess.PIPE
            self.process = subprocess.Popen(
                [sys.executable, str(path)], stdin=pipe, stdout=pipe, text=True, encoding="utf-8"
            )
        assert self.process.stdin is not None and self.process.stdout is not None
        main = next(iter(program.files)).removesuffix(".py").replace("/", ".")
        print(
            json.dumps({"files": program.files, "main": main, "arguments": program.arguments}),
            file=self.process.stdin,
            flush=True,
        )
        ready, _, _ = select.select([self.process.stdout], [], [], SECONDS)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            self.stop()
            return {"error": "did not end"}
        result: dict[str, Any] = json.loads(line)
        return result

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


# ---- matching


def _matches(template: Template, text: str) -> int | None:
    """The least static characters that holes swallow when the template is matched, None if it does not match.

    Equal conditions take equal branches, outside of loops. Holes may stand for anything.
    """
    static = [0] * (len(text) + 1)
    data = bytearray(len(text))
    for found in _DATA.finditer(text):
        data[found.start() : found.end()] = b"\1" * (found.end() - found.start())
    for index in range(len(text)):
        static[index + 1] = static[index] + (not data[index])
    conditions = Counter((part.condition, len(part.branches)) for part in _choices(template))
    several = [condition for condition, count in conditions.items() if count > 1][:6]
    best: int | None = None
    for taken in itertools.product(*(range(size) for _, size in several)):
        decided = {condition: branch for (condition, _), branch in zip(several, taken, strict=True)}
        cost = _advance(template, {0: 0}, text, static, decided).get(len(text))
        if cost is not None and (best is None or cost < best):
            best = cost
    return best


def _choices(template: Template) -> Iterator[Choice]:
    for part in template:
        if isinstance(part, Choice):
            yield part
            for branch in part.branches:
                yield from _choices(branch)


def _advance(
    template: Template, at: dict[int, int], text: str, static: list[int], decided: dict[str, int]
) -> dict[int, int]:
    """From positions in the text (each with the static characters swallowed so far) to those behind the template."""
    for part in template:
        if isinstance(part, Text):
            at = {
                position + len(part.value): cost
                for position, cost in at.items()
                if text.startswith(part.value, position)
            }
        elif isinstance(part, Choice):
            branches = part.branches
            if part.condition in decided and decided[part.condition] < len(branches):
                branches = (branches[decided[part.condition]],)
            at = _least(_advance(branch, at, text, static, decided) for branch in branches)
        elif isinstance(part, Repeat):
            behind = turn = at
            while turn:
                turn = _advance(part.body, turn, text, static, {})
                turn = {position: cost for position, cost in turn.items() if cost < behind.get(position, 1 << 30)}
                behind = _least((behind, turn))
            at = behind
        else:
            assert isinstance(part, Hole), part
            at = _anything(at, static)
        if not at:
            break
    return at


def _anything(at: dict[int, int], static: list[int]) -> dict[int, int]:
    if not at:
        return at
    behind: dict[int, int] = {}
    cost: int | None = None
    for position in range(min(at), len(static)):
        if cost is not None:
            cost += static[position] - static[position - 1]
        if position in at:
            cost = at[position] if cost is None else min(cost, at[position])
        assert cost is not None
        behind[position] = cost
    return behind


def _least(several: Iterator[dict[int, int]] | Sequence[dict[int, int]]) -> dict[int, int]:
    least: dict[int, int] = {}
    for one in several:
        for position, cost in one.items():
            if cost < least.get(position, 1 << 30):
                least[position] = cost
    return least


# ---- requests


def sent_messages(path: str, given: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Role, text and whether it carries a cache marker, of every message of a call in the provider's order."""
    system = [("system", given[key]) for key in ("instructions", "system") if key in given]
    messages = given.get("messages", given.get("input"))
    listed = [("user", messages)] if isinstance(messages, str) else [(one["role"], one["content"]) for one in messages]
    result: list[tuple[str, str, bool]] = []
    for role, content in system + listed:
        blocks = content if isinstance(content, list) else [{"text": content}]
        marked = any("cache_control" in block for block in blocks)
        result.append((ROLES.get(role, role), "".join(block["text"] for block in blocks), marked))
    return result


def compare(request: Request, sent: list[tuple[str, str, bool]], loose: bool) -> int | None:
    """Static characters lost when a request's prompts are matched with the messages sent, None if they do not match.

    With `loose` a prompt may be left out or used again. One message with a cache marker may be several prompts.
    """
    known: dict[tuple[int, int, int], int | None] = {}

    def cost(number: int, first: int, last: int) -> int | None:
        key = number, first, last
        if key not in known:
            role, text, _ = sent[number]
            prompts = request.prompts[first:last]
            template = tuple(part for prompt in prompts for part in prompt.template)
            known[key] = _matches(template, text) if all(prompt.role == role for prompt in prompts) else None
        return known[key]

    def rest(number: int, first: int) -> int | None:
        if number == len(sent):
            return 0 if first == len(request.prompts) or loose else None
        best: int | None = None
        for start in range(first, len(request.prompts) if loose else min(first + 1, len(request.prompts))):
            longest = len(request.prompts) if sent[number][2] else start + 1
            for last in range(start + 1, longest + 1):
                here = cost(number, start, last)
                for following in ((last, start) if loose else (last,)) if here is not None else ():
                    behind = rest(number + 1, following)
                    if behind is not None and here is not None and (best is None or here + behind < best):
                        best = here + behind
        return best

    return rest(0, 0)


class Mismatch(Exception):
    """What a program sent is not what was found."""


class Tally:
    def __init__(self) -> None:
        self.programs = self.calls = self.models = self.sent = self.lost = 0
        self.by_form: dict[str, list[int]] = {}

    @property
    def share(self) -> float:
        return 1 - self.lost / max(self.sent, 1)


def check(program: Program, worker: Worker, tally: Tally) -> None:
    """Run a program and compare what it sends with what is found in its source. Raises Mismatch."""
    result = worker.run(program)
    if "error" in result:
        raise AssertionError(f"the generator wrote a program that fails\n{result['error']}\n{program!r}")
    project = read(program)
    requests: dict[str, list[Request]] = {}
    for request in project.requests:
        requests.setdefault(dict(request.parameters).get("user"), []).append(request)
    tally.programs += 1
    for path, given in result["sent"]:
        sent = sent_messages(path, given)
        size = sum(len(_DATA.sub("", text)) for _, text, _ in sent)
        # A function that sends has a request for each call of it.
        found = requests.get(given["user"], [])
        tally.calls += 1
        if not found:
            if size:
                raise Mismatch(f"no request was found for {path} {given}")
            continue
        provider = "anthropic" if path.startswith("anthropic") else "openai"
        for request in found:
            if request.model not in (given["model"], ""):
                raise Mismatch(f"model {request.model!r} is not {given['model']!r}")
            if request.provider != provider:
                raise Mismatch(f"provider {request.provider!r} is not {provider!r}")
        tally.models += all(request.model != "" for request in found)
        matches = [(compare(request, sent, program.loose), request) for request in found]
        lost = min((cost for cost, _ in matches if cost is not None), default=None)
        if lost is None:
            listing = "\nor ".join(shown(request.prompts) for request in found)
            raise Mismatch(f"sent {json.dumps(sent, indent=1, ensure_ascii=False)}\nfound {listing}")
        tally.sent += size
        tally.lost += lost
        for form in set(program.forms):
            of_form = tally.by_form.setdefault(form, [0, 0])
            of_form[0] += size
            of_form[1] += lost


def read(program: Program) -> Project:
    found = [facts(Source(name, text)) for name, text in program.files.items()]
    for one in found:
        assert not one.problems, (one.problems, program)
    return link(found)


def shown(prompts: Sequence[Prompt]) -> str:
    return "\n".join(f"  {prompt.role}: {brief(prompt.template)}" for prompt in prompts)


def brief(template: Template) -> str:
    words: list[str] = []
    for part in template:
        if isinstance(part, Text):
            words.append(repr(part.value))
        elif isinstance(part, Choice):
            words.append(f"<{part.condition}? {' | '.join(brief(branch) for branch in part.branches)}>")
        elif isinstance(part, Repeat):
            words.append(f"({brief(part.body)})*")
        else:
            words.append(f"[{part.expression}]" if isinstance(part, Hole) else repr(part))
    return " ".join(words)


def check_spans(program: Program) -> None:
    """Every verbatim text is what stands in the source at its span."""
    for prompt in read(program).prompts:
        for text in texts(prompt.template):
            if text.verbatim:
                piece = program.files[text.span.file][text.span.start : text.span.end]
                if piece != text.value:
                    raise Mismatch(f"verbatim {text.value!r} stands on {piece!r}")


# ---- tests


def test_programs() -> None:
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st

    worker, tally = Worker(), Tally()

    @st.composite
    def programs(draw: Any) -> Program:
        return make(lambda n: draw(st.integers(0, n - 1)) if n > 1 else 0)

    @settings(max_examples=500, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(programs())
    def sends_what_was_found(program: Program) -> None:
        check(program, worker, tally)
        check_spans(program)

    try:
        sends_what_was_found()
    finally:
        worker.stop()
    assert tally.programs >= 500
    assert tally.share >= SHARE, tally.share


def test_what_is_sent_one_by_one_is_found() -> None:
    worker, texts_sent = Worker(), 0
    try:
        for seed in range(200):
            program = make_collections(Choices(seed))
            result = worker.run(program)
            assert "error" not in result, (program, result)
            prompts = {
                (prompt.role, "".join(text.value for text in texts(prompt.template)))
                for prompt in read(program).prompts
            }
            for path, given in result["sent"]:
                for role, text, _ in sent_messages(path, given):
                    texts_sent += 1
                    own = text.removeprefix("Do it: ")
                    found = {found for found in prompts if own in found[1]}
                    assert found, (program.forms, text, program)
                    assert role in {role for role, _ in found}, (program.forms, role, found, program)
            check_spans(program)
    finally:
        worker.stop()
    assert texts_sent >= 400


def on_way(prompts: Sequence[Prompt], way: dict[str, int]) -> list[tuple[str, Template]]:
    """Role and text of the prompts that are sent on one way through the conditions."""
    sent = [each for each in prompts if all((way[condition] == 0) == holds for condition, holds in each.when)]
    return [(each.role, tuple(taken(each.template, way))) for each in sent]


def taken(template: Template, way: dict[str, int]) -> Iterator[Part]:
    for part in template:
        if isinstance(part, Choice):
            yield from taken(part.branches[way[part.condition]], way)
        else:
            yield part


def test_what_is_sent_on_one_way_or_another_is_never_joined() -> None:
    worker, ways_sent = Worker(), 0
    try:
        for seed in range(400):
            program = make_branches(Choices(seed))
            result = worker.run(program)
            assert "error" not in result, (program, result)
            sent = [sent_messages(path, given) for path, given in result["sent"]]
            found = [
                on_way(request.prompts, way)
                for request in read(program).requests
                for way in alternatives(request)
                if request.api
            ]
            assert all(request.model == "gpt-5.2" for request in read(program).requests if request.api), program

            def same(way: list[tuple[str, Template]], messages: list[tuple[str, str, bool]]) -> bool:
                return [role for role, _ in way] == [role for role, *_ in messages] and all(
                    _matches(template, text) == 0 for (_, template), (_, text, _) in zip(way, messages, strict=True)
                )

            for messages in sent:
                assert any(same(way, messages) for way in found), (messages, found, program)
            for way in found:
                assert any(same(way, messages) for messages in sent), (way, sent, program)
            ways_sent += len(sent)
            check_spans(program)
    finally:
        worker.stop()
    assert ways_sent >= 800


def test_what_a_turn_of_a_loop_leaves_is_sent_by_the_next_one() -> None:
    worker, tally = Worker(), Tally()
    try:
        for seed in range(300):
            program = make_loops(Choices(seed))
            check(program, worker, tally)
            check_spans(program)
            if "anew" in program.forms:
                sent = [prompt.template for request in read(program).requests for prompt in request.prompts]
                assert not any(part for template in sent for part in _choices(template)), program
    finally:
        worker.stop()
    assert tally.calls >= 600


# ---- by hand


class Choices:
    """Numbers of a seeded generator, or of a list while it lasts and then zeros; `taken` is what was given out."""

    def __init__(self, source: int | list[int]) -> None:
        self.random = random.Random(source) if isinstance(source, int) else None
        self.given = iter(source) if isinstance(source, list) else iter(())
        self.taken: list[int] = []

    def __call__(self, n: int) -> int:
        value = self.random.randrange(n) if self.random else min(next(self.given, 0), n - 1)
        self.taken.append(value)
        return value


def shrink(choices: list[int], fails: Callable[[list[int]], bool], seconds: float = 20) -> list[int]:
    """Shorter and smaller choices with which a program still fails."""
    until, size = time.monotonic() + seconds, len(choices)
    while size and time.monotonic() < until:
        start, better = 0, False
        while start < len(choices) and time.monotonic() < until:
            here = choices[start : start + size]
            for instead in ([], [0] * len(here), [here[0] // 2, *here[1:]]):
                tried = choices[:start] + instead + choices[start + size :]
                if tried != choices and fails(tried):
                    choices, better = tried, True
                    break
            else:
                start += size
        size = size // 2 if not better or size > 1 else size
    return choices


def by_hand() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--failures", type=int, default=1, help="stop after so many")
    parser.add_argument("--losing", default="", help="show programs of this form that lose static text")
    options = parser.parse_args()
    worker, tally, failures, started = Worker(), Tally(), 0, time.monotonic()

    def problem(program: Program) -> str:
        own = Tally()
        try:
            check(program, worker, own)
            check_spans(program)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return f"lost {own.lost} of {own.sent}" if options.losing in program.forms and own.lost > 2 else ""

    for seed in range(options.seed, options.seed + options.programs):
        choices = Choices(seed)
        program = make(choices)
        try:
            check(program, worker, tally)
            check_spans(program)
            failed = bool(options.losing) and bool(problem(program))
        except (Mismatch, AssertionError):
            failed = True
        except Exception as error:
            print(f"{type(error).__name__}: {error}")
            failed = True
        if failed:
            kind = problem(program).partition(" ")[0]

            def fails(tried: list[int], kind: str = kind) -> bool:
                return problem(make(Choices(tried))).startswith(kind)

            smaller = make(Choices(shrink(choices.taken, fails)))
            print(f"==== seed {seed}\n{smaller!r}\n{problem(smaller)}\n")
            failures += 1
            if failures >= options.failures:
                break
    worker.stop()
    seconds = time.monotonic() - started
    print(f"{tally.programs} programs, {tally.calls} calls in {seconds:.1f} s; {failures} failed")
    print(f"static text kept {tally.share:.4f}, models known {tally.models / max(tally.calls, 1):.3f}")
    for form, (size, lost) in sorted(tally.by_form.items(), key=lambda item: -item[1][1] / max(item[1][0], 1)):
        print(f"  {form:24} {size:9} {1 - lost / max(size, 1):.4f}")


if __name__ == "__main__":
    by_hand()
