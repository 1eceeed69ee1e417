"""Generated programs that send a request in every turn of a loop, with what earlier turns have left.

`make(draw)` builds one from a stream of choices, as `programs.make` does. What a turn leaves is text of the source, or
`~7~` of outside.
"""

from __future__ import annotations

from collections.abc import Callable

from program_parts import Draw, Program

SENTENCE = "Sort letter {} by the departments of the town, and name the source of every figure in it."
DATA = "~7~"
CHAT = "client.chat.completions.create(model={}, messages={}, user='call')"
HEADS = ("for each in given:", "while given:", "for number, each in enumerate(given):")


def make(draw: Draw) -> Program:
    """One program."""
    return _Loops(draw).program()


class _Loops:
    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.texts = 0

    def program(self) -> Program:
        ways: tuple[Callable[[], tuple[str, str, list[str]]], ...]
        ways = (self.reassigned, self.added, self.listed, self.anew, self.keyed, self.model, self.conditional)
        way = ways[self.draw(len(ways))]
        place = self.draw(3)
        holder = "self.kept" if place == 2 else "kept"
        start, sent, changes = way()
        head = HEADS[self.draw(3)]
        turn = ["given = given[1:]"] if head.startswith("while") else []
        model = "kept" if way == self.model else "'gpt-5.2'"
        before = self.draw(2) == 1 and way != self.anew
        body = [*changes, *sent.split("\n")] if way == self.anew or before else [*sent.split("\n"), *changes]
        lines = [*start.split("\n"), head, *(f"    {line}" for line in [*turn, *body])]
        lines = [line.replace("SEND", CHAT.format(model, self.messages())) for line in lines]
        lines = [line.replace("kept", holder) for line in lines]
        if place == 0:
            lines = ["given = ['~1~', '~2~', '~3~']", *lines]
        elif place == 1:
            lines = ["def main(given):", *(f"    {line}" for line in lines)]
        else:
            lines = ["class Desk:", "    def run(self, given):", *(f"        {line}" for line in lines)]
            lines += ["def main(given):", "    Desk().run(given)"]
        source = "\n".join(["import openai", "client = openai.OpenAI()", *lines, ""])
        forms = (way.__name__, ("module", "function", "method")[place], head)
        return Program({"app.py": source}, () if place == 0 else (["~1~", "~2~", "~3~"],), forms, False)

    def messages(self) -> str:
        content = ("text", f"{self.text()} + text", f"text + {self.text()}", f"f'{{text}} {SENTENCE.format(0)}'")
        number = self.draw(4)
        user = f"{{'role': 'user', 'content': {content[number]}}}"
        alone = number > 0 and self.draw(2)
        return f"[{user}]" if alone else f"[{{'role': 'system', 'content': {self.text()}}}, {user}]"

    def text(self) -> str:
        self.texts += 1
        return repr(SENTENCE.format(self.texts))

    def left(self) -> str:
        """What a turn leaves."""
        ways = (self.text(), repr(DATA), f"{self.text()} + {DATA!r}", f"f'{SENTENCE.format(9)} {{len(given)}}'")
        return ways[self.draw(4)]

    # ---- what stands before the loop, what a turn sends, and what it changes

    def reassigned(self) -> tuple[str, str, list[str]]:
        return f"kept = {self.text()}", "text = kept\nSEND", [f"kept = {self.left()}" for _ in range(1 + self.draw(2))]

    def added(self) -> tuple[str, str, list[str]]:
        more = self.left()
        changes = (f"kept += {more}", f"kept = kept + {more}", f"kept = f'{{kept}} ' + {more}")
        start = ("''", self.text())[self.draw(2)]
        return f"kept = {start}", "text = kept\nSEND", [changes[self.draw(3)]]

    def listed(self) -> tuple[str, str, list[str]]:
        start = ("kept = []", f"kept = [{self.text()}]", f"kept = [{self.text()}, {self.text()}]")[self.draw(3)]
        changes = (f"kept.append({self.left()})", f"kept += [{self.left()}]", f"kept.extend([{self.left()}])")
        return start, f"text = {(' ', ', ')[self.draw(2)]!r}.join(kept)\nSEND", [changes[self.draw(3)]]

    def anew(self) -> tuple[str, str, list[str]]:
        """A name that every turn gives a value before it is sent."""
        return f"kept = {self.text()}", f"text = kept\nSEND\nkept = {self.left()}", [f"kept = {self.text()}"]

    def keyed(self) -> tuple[str, str, list[str]]:
        start = f"kept = {{'draft': {self.text()}, 'other': {self.text()}}}"
        return start, "text = kept['draft']\nSEND", [f"kept['draft'] {('=', '+=')[self.draw(2)]} {self.left()}"]

    def model(self) -> tuple[str, str, list[str]]:
        return "kept = 'gpt-5.2'", f"text = {self.text()}\nSEND", ["kept = 'gpt-4o-mini'"]

    def conditional(self) -> tuple[str, str, list[str]]:
        return f"kept = {self.text()}", "text = kept\nSEND", ["if len(given) != 2:", f"    kept = {self.left()}"]
