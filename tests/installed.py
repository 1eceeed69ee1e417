"""Checks an installed promptlint, run by the Python it is installed for: python -I installed.py [--not-below DIR]

The package is the installed one, every rule's page is found, and tokens are counted right although nothing can be
fetched. Exits with 1, or with a traceback, when something is missing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

# Figures of tiktoken itself (0.14.0, o200k_base and cl100k_base).
TEXT = (
    "Größe, façade, naïve: don't answer 12345 questions.\n\n\tПривет, как дела? 你好，世界！"
    "नमस्ते दुनिया 👩‍👩‍👧‍👦 <|endoftext|> مرحبا\r\n   end  "
)
COUNTS = {"gpt-5": 56, "gpt-4": 79}
COUNT = """
import socket, sys
def refuse(*arguments, **keywords): raise OSError("no network")
socket.socket = socket.create_connection = socket.getaddrinfo = refuse
import promptlint
from promptlint.tokens import count
print(promptlint.__file__, *[count({text!r}, model) for model in {models!r}], sep="\\n")
"""
PROMPT = 'SYSTEM_PROMPT = "You are a careful assistant. Answer every question in one short sentence."\n'


def run(*arguments: str, code: int = 0) -> str:
    """What this Python prints for these arguments, in isolated mode."""
    done = subprocess.run([sys.executable, "-I", *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != code:
        raise SystemExit(f"{arguments[:4]}: ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def promptlint(*arguments: str) -> str:
    return run("-m", "promptlint", *arguments)


def main() -> int:
    models = list(COUNTS)
    place, *counted = run("-c", COUNT.format(text=TEXT, models=models)).split("\n")
    forbidden = sys.argv[2] if sys.argv[1:2] == ["--not-below"] else ""
    home = Path(place).resolve()
    if not home.is_relative_to(Path(sys.prefix).resolve()) or (forbidden and home.is_relative_to(forbidden)):
        raise SystemExit(f"promptlint comes from {place}")
    if counted[: len(models)] != [str(number) for number in COUNTS.values()]:
        raise SystemExit(f"the counts are {counted}, not {COUNTS}")
    rules = json.loads(promptlint("rule", "--all", "--output-format", "json"))
    for rule in rules:
        page = promptlint("rule", rule["name"])
        if not page.startswith(f"# {rule['name']}\n") or len(page) < 500:
            raise SystemExit(f"the page of {rule['name']} is {page[:80]!r}")
    if not rules:
        raise SystemExit("there are no rules")
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "app.py").write_text(PROMPT, encoding="utf-8")
        (prompt,) = json.loads(promptlint("prompts", "--output-format", "json", directory))
    if (prompt["name"], prompt["tokens"]) != ("SYSTEM_PROMPT", 14):
        raise SystemExit(f"the prompt is {prompt}")
    print(f"{place}: {len(rules)} rules with their pages, counts {counted[: len(models)]} without a network")
    return 0


if __name__ == "__main__":
    sys.exit(main())
