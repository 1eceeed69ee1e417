"""The worker that runs generated programs: a line of JSON in (files, arguments), a line of JSON out (what was sent)."""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
import traceback
import warnings
from typing import Any

STUBS = {
    "openai": """
class Sink:
    def __init__(self, path=""):
        self.path = path
    def __getattr__(self, name):
        return Sink(f"{self.path}.{name}".strip("."))
    def __call__(self, **given):
        SENT.append((self.path, given))
        return self
def OpenAI(**options):
    return Sink()
AsyncOpenAI = OpenAI
""",
    "anthropic": "from openai import Sink\ndef Anthropic(**options):\n    return Sink('anthropic')\n",
    "langchain_core": "",
    "langchain_core.prompts": """
import openai
class ChatPromptTemplate:
    def __init__(self, messages, llm=None):
        self.messages, self.llm = messages, llm
    @classmethod
    def from_messages(cls, messages):
        return cls(messages)
    def __or__(self, llm):
        return ChatPromptTemplate(self.messages, llm)
    def invoke(self, values):
        messages = [{"role": role, "content": text.format(**values)} for role, text in self.messages]
        openai.SENT.append(("langchain", {"model": self.llm, "messages": messages, "user": "call"}))
""",
    "langchain_openai": "def ChatOpenAI(model):\n    return model\n",
    "inputs": """
def text(n): return f"~{n}~"
def maybe(n): return (f"~{n}~", "", None)[n % 3]
def texts(n, least=0): return [f"~{n}{i}~" for i in range(least + n % 3)]
def flag(n): return n % 2 == 0
def number(n): return 9000000 + n
""",
}


class Finder:
    """Imports modules from a dict of sources."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        base = name.replace(".", "/")
        folder = any(file.startswith(base + "/") for file in self.files)
        if f"{base}.py" in self.files or folder:
            return importlib.util.spec_from_loader(name, self, is_package=folder)  # type: ignore[arg-type]
        return None

    def create_module(self, spec: Any) -> None:
        return None

    def exec_module(self, module: Any) -> None:
        base = module.__name__.replace(".", "/")
        text = self.files.get(f"{base}.py") or self.files.get(f"{base}/__init__.py", "")
        exec(compile(text.encode(), f"{base}.py", "exec"), module.__dict__)


def run(finder: Finder, job: dict[str, Any]) -> dict[str, Any]:
    before = set(sys.modules)
    finder.files = {**{f"{name.replace('.', '/')}.py": text for name, text in STUBS.items()}, **job["files"]}
    try:
        sent: list[Any] = []
        importlib.import_module("openai").__dict__["SENT"] = sent
        entry = importlib.import_module(job["main"])
        if hasattr(entry, "main"):
            entry.main(*job["arguments"])
        return {"sent": sent}
    except Exception:
        return {"error": traceback.format_exc()}
    finally:
        for name in set(sys.modules) - before:
            top = name.partition(".")[0]
            if f"{top}.py" in finder.files or any(file.startswith(top + "/") for file in finder.files):
                del sys.modules[name]


def main() -> None:
    finder = Finder()
    warnings.simplefilter("ignore")
    sys.meta_path.insert(0, finder)  # type: ignore[arg-type]
    for line in sys.stdin:
        print(json.dumps(run(finder, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
