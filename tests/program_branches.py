"""Generated programs that send one list of messages or another, in every way in which programs come to one of several.

`make(draw)` builds one from a stream of choices, as `programs.make` does. What it sends depends on `KINDS` alone: its
`main` sends a request for each of them.
"""

from __future__ import annotations

from collections.abc import Callable

from program_parts import Draw, Program

KINDS = ("plant", "bird", "fish", "stone")
# With what `try` meets an error.
BROKEN = "broken"
ROLES = ("system", "user", "assistant", "user")
SENTENCE = "Sort letter {} by the departments of the town, and name the source of every figure in it."
CHAT = "    client.chat.completions.create(model='gpt-5.2', messages={}, user='call')"
CHAIN = "    ({} | llm).invoke({{'question': question}})"


def make(draw: Draw) -> Program:
    """One program."""
    return _Branches(draw).program()


class _Branches:
    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.texts = 0
        self.templates = draw(3) == 2

    def program(self) -> Program:
        several: tuple[Callable[[list[str]], list[str]], ...]
        several = (self.returns, self.nested, self.chained, self.assigned, self.ternary, self.matched)
        several += (self.tried, self.guarded) if self.templates else (self.tried, self.guarded, self.grown, self.put_in)
        way = several[self.draw(len(several))]
        lists = [self.messages() for _ in range(2 if way in (self.tried, self.guarded) else 2 + self.draw(3))]
        # A pipeline of what a function gives back, one of several, is not followed.
        built = not self.templates and way in (self.returns, self.assigned, self.ternary, self.matched)
        if built and self.draw(3) == 2:
            functions = [f"def list{number}(question):\n    return {each}" for number, each in enumerate(lists)]
            lists = [f"list{number}(question)" for number in range(len(lists))]
        else:
            functions = []
        lines = ["import openai", "from langchain_core.prompts import ChatPromptTemplate"]
        lines += ["from langchain_openai import ChatOpenAI", "client = openai.OpenAI()"]
        lines += ["llm = ChatOpenAI(model='gpt-5.2')", *functions]
        lines += [*way(lists), "def main(kinds):", "    for kind in kinds:", "        ask(kind, '~7~')", ""]
        forms = (way.__name__, "templates" if self.templates else "lists", "functions" if functions else "in place")
        return Program({"app.py": "\n".join(lines)}, ([*KINDS[: len(lists)], BROKEN],), forms, False)

    def messages(self) -> str:
        """A list of messages, or a template of some."""
        items = [self.message(ROLES[self.draw(4)]) for _ in range(1 + self.draw(3))]
        inner = f"[{', '.join(items)}]"
        return f"ChatPromptTemplate.from_messages({inner})" if self.templates else inner

    def message(self, role: str) -> str:
        self.texts += 1
        text = SENTENCE.format(self.texts)
        asked = self.draw(3) == 2
        if self.templates:
            return repr((role, f"{text} {{question}}" if asked else text))
        if asked:
            return f"{{'role': {role!r}, 'content': {text + ' '!r} + question}}"
        return repr({"role": role, "content": text})

    def send(self, made: str) -> str:
        return (CHAIN if self.templates else CHAT).format(made)

    def test(self, number: int) -> str:
        kind = repr(KINDS[number])
        return (f"kind == {kind}", f"{kind} == kind", f"kind in ({kind},)", f"kind.startswith({kind})")[self.draw(4)]

    # ---- ways to come to one of several lists

    def returns(self, lists: list[str]) -> list[str]:
        """Early returns of a builder, in nested conditions or one behind another."""
        lines = ["def build(kind, question):"]
        for number, each in enumerate(lists[:-1]):
            word = "elif" if number and self.draw(2) else "if"
            lines += [f"    {word} {self.test(number)}:", f"        return {each}"]
        if lines[-2].startswith("    elif") or self.draw(2):
            lines += ["    else:", f"        return {lists[-1]}"]
        else:
            lines += [f"    return {lists[-1]}"]
        return [*lines, "def ask(kind, question):", self.send("build(kind, question)")]

    def nested(self, lists: list[str]) -> list[str]:
        """A return in a condition within another one."""
        lines = ["def build(kind, question):", f"    if kind != {KINDS[0]!r}:"]
        for number, each in enumerate(lists[1:-1], 1):
            lines += [f"        if {self.test(number)}:", f"            return {each}"]
        lines += [f"        return {lists[-1]}", f"    return {lists[0]}"]
        return [*lines, "def ask(kind, question):", self.send("build(kind, question)")]

    def chained(self, lists: list[str]) -> list[str]:
        """A name that is given a new value."""
        lines = ["def ask(kind, question):", f"    made = {lists[-1]}"]
        for number, each in enumerate(lists[:-1]):
            lines += [f"    if {self.test(number)}:", f"        made = {each}"]
        return [*lines, self.send("made")]

    def assigned(self, lists: list[str]) -> list[str]:
        lines = ["def ask(kind, question):"]
        for number, each in enumerate(lists[:-1]):
            lines += [f"    {'elif' if number else 'if'} {self.test(number)}:", f"        made = {each}"]
        return [*lines, "    else:", f"        made = {lists[-1]}", self.send("made")]

    def ternary(self, lists: list[str]) -> list[str]:
        made = lists[-1]
        for number in reversed(range(len(lists) - 1)):
            made = f"({lists[number]} if {self.test(number)} else {made})"
        return ["def ask(kind, question):", self.send(made)]

    def matched(self, lists: list[str]) -> list[str]:
        lines = ["def ask(kind, question):", "    match kind:"]
        for number, each in enumerate(lists[:-1]):
            pattern = (repr(KINDS[number]), f"{KINDS[number]!r} | 'none'", f"str() if {self.test(number)}")
            lines += [f"        case {pattern[self.draw(3)]}:", f"            made = {each}"]
        return [*lines, "        case _:", f"            made = {lists[-1]}", self.send("made")]

    def tried(self, lists: list[str]) -> list[str]:
        lines = ["def check(kind):", f"    if kind == {BROKEN!r}:", "        raise ValueError(kind)"]
        lines += ["def ask(kind, question):", "    try:", "        check(kind)", f"        made = {lists[0]}"]
        return [*lines, "    except ValueError:", f"        made = {lists[1]}", self.send("made")]

    def guarded(self, lists: list[str]) -> list[str]:
        lines = ["def ask(kind, question):", f"    if {self.test(0)}:", self.send(lists[0]).replace("    ", "        ")]
        return [*lines, "        return", self.send(lists[1])]

    def grown(self, lists: list[str]) -> list[str]:
        """What one or another branch adds to a list."""
        lines = ["def ask(kind, question):", f"    made = [{self.message('system')}]"]
        for number, each in enumerate(lists):
            head = "else:" if number == len(lists) - 1 else f"{'elif' if number else 'if'} {self.test(number)}:"
            added = (f"made.extend({each})", f"made += {each}", f"made = made + {each}")[self.draw(3)]
            lines += [f"    {head}", f"        {added}"]
        return [*lines, f"    made.append({self.message('user')})", self.send("made")]

    def put_in(self, lists: list[str]) -> list[str]:
        """One list or another within a list."""
        made = lists[-1]
        for number in reversed(range(len(lists) - 1)):
            made = f"({lists[number]} if {self.test(number)} else {made})"
        return ["def ask(kind, question):", self.send(f"[*{made}, {self.message('user')}]")]
