"""The plan's figures against what programs really send.

Sample programs (`cache_programs.py`) are run with stub clients, two conversations of two turns each. The longest common
beginning of two requests, in tokens of tiktoken and in the order in which the provider reads them, is what a cache can
give back; where a provider looks only at markers or at the ends of messages, up to the last of those. The plan, made
from the source alone, must say the same, but for one token at each seam between static text and a value.
"""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from cache_programs import FRAMEWORKS, SHAPES, Framework, Program, programs

from promptlint import cache
from promptlint.extract.python import facts
from promptlint.link import link
from promptlint.source import Source
from promptlint.tokens import encode, encoding_of, read_ranks

# What comes from outside: the values of the module `outside`, and the time.
VALUE = re.compile(r"([A-Z])\1\1[quca]~|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?")
PROGRAMS = list(programs())


class Message(NamedTuple):
    role: str
    text: str
    marked: bool


@functools.cache
def sent() -> list[list[list[Any]]]:
    """What each program sends in its two conversations, from one process for all of them."""
    worker = Path(__file__).parent / "cache_programs.py"
    done = subprocess.run(
        [sys.executable, str(worker)],
        input=json.dumps([program.files for program in PROGRAMS]),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    found: list[list[list[Any]]] = json.loads(done.stdout)
    return found


# What a provider reads


def serialized(framework: Framework, call: list[Any]) -> list[Message]:
    """The messages of a call in the order in which its provider reads them, written down from the vendors' pages."""
    _, given, named = call
    system = named.get("system", named.get("instructions"))
    if framework.name == "gemini":
        system = named["config"].get("system_instruction")
    listed = named.get("messages", named.get("input", named.get("contents", given and given[0])))
    messages = _tools(named)
    messages += [Message("system", *_content(system))] if system is not None else []
    messages += [Message(each["role"], *_content(each.get("content", each.get("parts")))) for each in listed]
    if framework.name == "litellm" and not framework.model.startswith("gpt"):
        # litellm gathers system messages for providers that have a field for them.
        messages.sort(key=lambda message: message.role == "user" or message.role == "assistant")
    if framework.name in ("gemini", "groq") or framework.model.startswith("gemini"):
        # Google, and the chat templates of open models, put the tools behind the system text.
        messages.sort(key=lambda message: {"system": 0, "tools": 1}.get(message.role, 2))
    if "cache_control" in named:
        messages[-1] = messages[-1]._replace(marked=True)
    return messages


def _tools(named: dict[str, Any]) -> list[Message]:
    """The descriptions of the tools of a call, and whether a marker stands behind them."""
    tools = named.get("tools") or named.get("toolConfig") or named.get("config", {}).get("tools")
    if not tools:
        return []
    texts: list[str] = []
    marked = False

    def look(value: Any) -> None:
        nonlocal marked
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            marked = marked or key == "cache_control"
            if key == "description":
                texts.append(item)
            elif isinstance(item, dict | list):
                look(item)

    look(tools)
    return [Message("tools", "\n".join(texts), marked)]


def _content(content: Any) -> tuple[str, bool]:
    """The text of a message, and whether a marker stands behind it."""
    if isinstance(content, str):
        return content, False
    text = "".join(block.get("text", "") for block in content)
    return text, "cache_control" in content[-1] or "cachePoint" in content[-1]


def reusable(framework: Framework, first: list[Message], second: list[Message]) -> tuple[float, int]:
    """Static tokens of `first` that can be read again by `second`, and how many seams there are among them.

    Tokens are those of the model, its factor included. A token that holds a part of a value is not static.
    """
    same = 0
    while same < min(len(first), len(second)) and first[same][:2] == second[same][:2]:
        same += 1
    partial = ""
    if framework.marks or framework.model.startswith(("anthropic", "claude")):
        same = max((index + 1 for index in range(same) if first[index].marked), default=0)
    elif framework.model in ("gpt-5.6", "gpt-6-sol"):
        same = max((index + 1 for index in range(same) if _is_boundary(first, index)), default=0)
    elif same < min(len(first), len(second)) and first[same].role == second[same].role:
        partial = _common(first[same].text, second[same].text)
    counted, seams = zip(*(_static(text) for text in (*(each.text for each in first[:same]), partial)), strict=True)
    tokens = sum(counted) * encoding_of(framework.model).factor
    minimum = cache.policy(_provider(framework), framework.model, marked=bool(framework.marks)).minimum or 1024
    return tokens if tokens >= minimum else 0, sum(seams) + 1


def _provider(framework: Framework) -> str:
    return framework.name if framework.name in cache.providers() else ""


def _is_boundary(messages: list[Message], index: int) -> bool:
    """Guide of OpenAI, 2026-10-02: user messages, and the last one of the first developer messages."""
    leading = all(message.role in ("tools", "system") for message in messages[: index + 1])
    last = index + 1 == len(messages) or messages[index + 1].role != "system"
    return messages[index].role == "user" or (leading and last and messages[index].role == "system")


def _common(one: str, other: str) -> str:
    """The text of the tokens with which two texts begin alike."""
    text = ""
    for left, right in zip(encode(one), encode(other), strict=False):
        if left != right:
            break
        text += spelled()[left]
    return text


@functools.cache
def spelled() -> dict[int, str]:
    """The text of each token; the programs are ASCII."""
    return {rank: token.decode("ascii", "replace") for token, rank in read_ranks("o200k_base").items()}


def _static(text: str) -> tuple[int, int]:
    """The tokens of a text that hold nothing of a value, and the number of its values' edges."""
    values = [match.span() for match in VALUE.finditer(text)]
    inside = bytearray(len(text))
    for start, end in values:
        inside[start:end] = b"\1" * (end - start)
    # A value that the text breaks off in the middle of.
    cut = re.search(r"([A-Z])\1{0,2}[quca]?$|\d{4}-\d\d-\d\d[\d:. ]*$", text)
    if cut and inside[-1:] != b"\1":
        inside[cut.start() :] = b"\1" * (len(text) - cut.start())
    position = counted = 0
    for token in encode(text):
        length = len(spelled()[token])
        counted += not any(inside[position : position + length])
        position += length
    return counted, 2 * len(values) + bool(cut)


# What the plan says


def planned(program: Program) -> cache.Plan:
    """The plan of the one call of a program, in the way that it takes through its condition."""
    sources = [Source.from_bytes(f"{name}.py", text.encode()) for name, text in program.files.items()]
    project = link([facts(source) for source in sources], {}, [])
    calls = [request for request in project.requests if request.api]
    assert len(calls) == 1
    way = {} if program.shape.branch is None else {"strict": 0 if program.shape.branch else 1}
    assert calls[0].model == program.framework.model
    return cache.plan(calls[0], choices=way)


def test_there_are_enough_of_them() -> None:
    assert len(PROGRAMS) >= 60 and len({each.name for each in PROGRAMS}) == len(PROGRAMS)
    assert len({framework.name for framework in FRAMEWORKS}) >= 10 and len(SHAPES) >= 20


@pytest.mark.parametrize("number", range(len(PROGRAMS)), ids=[program.name for program in PROGRAMS])
def test_the_plan_says_what_is_sent_again(number: int) -> None:
    program = PROGRAMS[number]
    framework = program.framework
    ours, theirs = ([serialized(framework, call) for call in calls] for calls in sent()[number])
    plan = planned(program)
    factor = encoding_of(framework.model).factor
    for reuse, second in ((plan.other, theirs[0]), (plan.turn, ours[1])):
        tokens, seams = reusable(framework, ours[0], second)
        # Each piece is rounded to whole tokens.
        assert abs(reuse.tokens - tokens) <= seams * factor + 0.5 * len(plan.pieces), (reuse, tokens, seams)
    turn, _ = reusable(framework, ours[0], ours[1])
    assert plan.turn.history == (turn > 0 and _same_history(framework, ours[0], ours[1]))


def _same_history(framework: Framework, first: list[Message], second: list[Message]) -> bool:
    """Whether what was said in the first turn is read by the second."""
    if len(second) == len(first):
        return False
    if framework.marks or framework.model.startswith(("anthropic", "claude")):
        return first[-1].marked and first[-1][:2] == second[len(first) - 1][:2]
    return True


def test_some_read_nothing_some_a_part_some_all() -> None:
    """The proof would be empty if all figures were nought."""
    shares = []
    for program in PROGRAMS[::3]:
        plan = planned(program)
        shares.append(plan.other.tokens / plan.tokens)
    assert sum(share == 0 for share in shares) > 20
    assert sum(0 < share < 0.95 for share in shares) > 20
    assert sum(share >= 0.95 for share in shares) > 20
