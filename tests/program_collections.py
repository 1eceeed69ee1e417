"""Generated programs that send the items of a collection one by one, in every way to write it, walk it and send it.

`make(draw)` builds one from a stream of choices, as `programs.make` does. Every text that such a program sends stands
in its source, and all of it is a prompt.
"""

from __future__ import annotations

from collections.abc import Callable

from program_parts import Draw, Program

# Texts that are found wherever they are read from, and those that are found as a part of what is sent.
SHORT = "Sort letter {} by its town."
SENTENCE = "Sort letter {} by the departments of the town, and name the source of every figure that is in it."
ONE = "client.chat.completions.create(model='gpt-5', messages=[{{'role': '{}', 'content': {}}}])"


def make(draw: Draw) -> Program:
    """One program."""
    return _Collections(draw).program()


class _Collections:
    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.forms: list[str] = []
        self.texts = 0
        self.lengths: tuple[str, ...] = (SENTENCE,)
        self.head: list[str] = []

    def pick(self, several: tuple[str, ...]) -> str:
        return several[self.draw(len(several))]

    def text(self) -> str:
        self.texts += 1
        return repr(self.pick(self.lengths).format(self.texts))

    def program(self) -> Program:
        ways: tuple[Callable[[], tuple[str, list[tuple[str, str]]]], ...]
        ways = (self.listed, self.keyed, self.records, self.pairs, self.cut, self.tables)
        way = ways[self.draw(len(ways))]
        self.forms.append(way.__name__)
        place = self.draw(5)
        # What a function or a constructor is given is sent from another place, and a short text is no prompt by itself.
        self.lengths = (SENTENCE,) if place in (2, 3) else (SENTENCE, SHORT)
        value, walks = way()
        loop, item = walks[self.draw(len(walks))]
        self.forms.append(("module", "other module", "parameter", "attribute", "class attribute")[place])
        files: dict[str, str] = {}
        lines: list[str]
        if place == 0:
            lines = [f"TEXTS = {value}", "def main():", *self.walk(loop.format("TEXTS"), item, 1)]
        elif place == 1:
            files["texts.py"] = f"TEXTS = {value}\n"
            imported, name = (("from texts import TEXTS", "TEXTS"), ("import texts", "texts.TEXTS"))[self.draw(2)]
            lines = [imported, "def main():", *self.walk(loop.format(name), item, 1)]
        elif place == 2:
            lines = ["def play(texts):", *self.walk(loop.format("texts"), item, 1)]
            lines += [f"TEXTS = {value}", "def main():", f"    play({self.pick(('TEXTS', value))})"]
        elif place == 3:
            lines = ["class Desk:", "    def __init__(self, texts):", "        self.texts = texts"]
            lines += ["    def run(self):"]
            lines += [*self.walk(loop.format("self.texts"), item, 2), "def main():", f"    Desk({value}).run()"]
        else:
            lines = ["class Desk:", f"    texts = {value}", "    def run(self):"]
            lines += [*self.walk(loop.format("self.texts"), item, 2), "def main():", "    Desk().run()"]
        source = "\n".join(["import openai", "client = openai.OpenAI()", *self.head, *lines, ""])
        return Program({"main.py": source, **files}, (), tuple(self.forms), False)

    # ---- collections: how they are written, and loops over them with the expression for an item

    def listed(self) -> tuple[str, list[tuple[str, str]]]:
        loops = [f"for text in {each}:" for each in ("{}", "list({})", "reversed({})")]
        walks = [(loop, "text") for loop in loops]
        walks += [("for number, text in enumerate({}):", "text"), ("for text, number in zip({}, range(9)):", "text")]
        opening, closing = self.pick(("[]", "()"))
        return f"{opening}{self.text()}, {self.text()}{closing}", walks

    def keyed(self) -> tuple[str, list[tuple[str, str]]]:
        walks = [("for text in {}.values():", "text"), ("for key, text in {}.items():", "text")]
        walks += [("for number, (key, text) in enumerate({}.items()):", "text")]
        return f"{{'one': {self.text()}, 'two': {self.text()}}}", walks

    def records(self) -> tuple[str, list[tuple[str, str]]]:
        value = ", ".join(f"{{'id': {number}, 'question': {self.text()}}}" for number in range(2))
        walks = [("for each in {}:", "each['question']"), ("for each in {}:", "each.get('question')")]
        return f"[{value}]", [*walks, ("for number, each in enumerate({}):", "each['question'].strip()")]

    def pairs(self) -> tuple[str, list[tuple[str, str]]]:
        value = ", ".join(f"('{number}', {self.text()})" for number in range(2))
        return f"[{value}]", [("for name, text in {}:", "text"), ("for each in {}:", "each[1]")]

    def cut(self) -> tuple[str, list[tuple[str, str]]]:
        value = "'{}###{}'".format(*(SENTENCE.format(self.number()) for _ in range(2)))
        walks = [("for text in {}.split('###'):", "text"), ("for text in {}.strip().split('###'):", "text.strip()")]
        return value, walks

    def tables(self) -> tuple[str, list[tuple[str, str]]]:
        value = f"{{'a': {{'texts': [{self.text()}]}}, 'b': {{'texts': [{self.text()}, {self.text()}]}}}}"
        return value, [("for table in {}.values():\n    for text in table['texts']:", "text")]

    def number(self) -> int:
        self.texts += 1
        return self.texts

    # ---- what is done with an item

    def walk(self, loop: str, item: str, indent: int) -> list[str]:
        """A loop that sends its items, whole or within another text, itself or by way of a function or a method."""
        heads = loop.split("\n")
        lines = ["    " * indent + head for head in heads]
        space = "    " * (indent + len(heads))
        given = self.pick((item, item, f'f"Do it: {{{item}}}"', f"'Do it: ' + {item}", f"'Do it: {{}}'.format({item})"))
        if '"' in item or "'" in item:
            lines.append(f"{space}text = {given if given[0] != 'f' else item}")
            given = "text"
        way = self.draw(3)
        # What the assistant says alone is no part of a conversation.
        role = self.pick(("user", "system", "assistant")[: 3 if way == 2 else 2])
        if way == 0:
            sent = ONE.format(role, given)
        elif way == 1:
            self.head += ["def ask(content):", "    " + ONE.format(role, "content")]
            sent = f"ask({given})"
        else:
            self.head += ["class Clerk:", "    def __init__(self):", "        self.history = []"]
            self.head += ["    def ask_clerk(self, content):"]
            self.head += [f"        self.history.append({{'role': '{role}', 'content': content}})"]
            self.head += ["        client.chat.completions.create(model='gpt-5', messages=self.history)"]
            sent = f"Clerk().ask_clerk({given})"
        self.forms.append(("sent", "function", "method")[way])
        return [*lines, f"{space}{sent}"]
