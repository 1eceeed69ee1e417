# ruff: noqa: E501  (programs are easier to read on one line)
"""Bad input through the real command line: no traceback, no hang, and everything else is still linted."""

from __future__ import annotations

import ast
import json
import os
import random
import re
import resource
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from timing import seconds, within

from promptlint import engine, files
from promptlint import reading as reading_of_files
from promptlint.commands import execute
from promptlint.extract import bounds, onward
from promptlint.extract.python import facts
from promptlint.extract.sites import NAME
from promptlint.files import File
from promptlint.prompt import Finding
from promptlint.source import Source
from promptlint.template import Items, Mapping, Span, Text

ROOT = Path(__file__).parent.parent
GOOD = 'SYSTEM_PROMPT = """You are a helpful assistant. Answer every question in one short sentence."""\n'
SETTINGS = "[rules.oversized-prompt]\nmax-tokens = 12\n"
FOUND = b"app.py:1:"
LIMIT = 30  # seconds of processor time: what takes longer hangs, for whoever waits, also on a slow machine
PATIENCE = 200  # seconds on a clock: for what waits for something that never comes
MEMORY = 3 * 1024**3  # address space of a run; what grows without a bound fails here instead of on the whole machine


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))


def promptlint(*arguments: str | bytes, cwd: Path, seed: str = "0") -> subprocess.CompletedProcess[bytes]:
    """The program as a shell runs it, with a limit of time and of memory."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed, "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", "promptlint", *arguments],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment,
        timeout=PATIENCE,
        preexec_fn=limited,
    )


def calm(done: subprocess.CompletedProcess[bytes]) -> bool:
    """Whether a run neither crashed nor had to own up to a defect of its own."""
    said = done.stderr + done.stdout
    return done.returncode in (0, 1, 2) and b"Traceback" not in said and b"bug in promptlint" not in said


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A directory with one good file, which has one finding."""
    (tmp_path / "promptlint.toml").write_text(SETTINGS)
    (tmp_path / "app.py").write_text(GOOD)
    return tmp_path


# --- what stands on the command line and in the configuration


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["app.py", "nope.py"], "nope.py: no such file or directory"),
        (["app.py", "nope/"], "nope: no such file or directory"),
        (["app.py", "a" * 5000], "name too long"),
        (["app.py", ""], ""),
        (["--select", "oversize-prompt", "."], "did you mean `oversized-prompt`?"),
        (["--ignore", "volatile-prefx", "."], "did you mean `volatile-prefix`?"),
        (["--output-fromat", "json", "."], "--output-format"),
        (["--output-format", "jsn", "."], "json"),
        (["--fail-on", "warnin", "."], "warning"),
        (["rule", "prety-json"], "did you mean `pretty-json`?"),
    ],
)
def test_a_mistake_on_the_command_line(project: Path, arguments: list[str], said: str) -> None:
    done = promptlint(*arguments, cwd=project)
    assert calm(done) and said in done.stderr.decode()
    assert done.returncode == (2 if said else done.returncode)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('selct = ["all"]\n', "unknown key `selct`, did you mean `select`?"),
        ('select = ["oversize-prompt"]\n', "did you mean `oversized-prompt`?"),
        ("[rules.oversized-prompt]\nmax-token = 5\n", "did you mean `max-tokens`?"),
        ("[rules.oversize-prompt]\nmax-tokens = 5\n", "did you mean `oversized-prompt`?"),
        ('[rules.oversized-prompt]\nmax-tokens = "five"\n', "max-tokens"),
        ("select = 5\n", "select"),
        ("select = [\n", "promptlint.toml"),
        ("\x00", "promptlint.toml"),
        ("a = " + "[" * 5000 + "]" * 5000 + "\n", "promptlint.toml"),
    ],
)
def test_a_mistake_in_the_configuration(project: Path, text: str, said: str) -> None:
    (project / "promptlint.toml").write_text(text)
    done = promptlint(".", cwd=project)
    assert done.returncode == 2 and calm(done)
    assert said in done.stderr.decode() and done.stdout == b""


def test_a_configuration_that_is_no_text(project: Path) -> None:
    (project / "promptlint.toml").write_bytes(b"select = ['\xff']\n")
    done = promptlint(".", cwd=project)
    assert done.returncode == 2 and calm(done) and b"promptlint.toml" in done.stderr


def test_a_directory_without_files_to_read(tmp_path: Path) -> None:
    done = promptlint(".", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"no Python or Jinja files" in done.stderr


# --- files that cannot be read

Make = Callable[[Path], object]


def _looping(folder: Path) -> None:
    (folder / "loop.py").symlink_to("loop.py")
    (folder / "one.py").symlink_to("two.py")
    (folder / "two.py").symlink_to("one.py")
    (folder / "below").mkdir()
    (folder / "below" / "above").symlink_to("..", target_is_directory=True)


def _names(folder: Path) -> None:
    for name in (b"new\nline.py", b"caf\xe9.py", b"esc\x1b[31m.py", b"-rf.py", b" .py", b"\xed\xa0\x80.j2"):
        with open(os.path.join(os.fsencode(folder), name), "wb") as file:
            file.write(GOOD.encode())


UNREADABLE: dict[str, tuple[Make, str]] = {
    "undecodable bytes": (lambda at: (at / "bad.py").write_bytes(b'x = "\xff\xfe"\n'), "bad.py: skipped: "),
    "an unknown encoding": (lambda at: (at / "bad.py").write_bytes(b"# coding: klingon\n"), "bad.py: skipped: "),
    "a wrong encoding": (lambda at: (at / "bad.py").write_bytes(b"# coding: ascii\n'\xc3\xa4'\n"), "bad.py: skipped: "),
    "an encoding that is none of text": (lambda at: (at / "bad.py").write_bytes(b"# coding: hex\n41\n"), "bad.py"),
    "a syntax error": (lambda at: (at / "bad.py").write_text("def f(:\n"), "bad.py: skipped: line 1: "),
    "an older Python": (lambda at: (at / "bad.py").write_text('print "You are kind."\n'), "bad.py: skipped: line 1: "),
    "a NUL": (lambda at: (at / "bad.py").write_bytes(b"x = 1\n\0\n"), "bad.py"),
    "an open string": (lambda at: (at / "bad.py").write_text('x = """You are'), "bad.py: skipped: line 1: "),
    "undecodable Jinja": (lambda at: (at / "bad.j2").write_bytes(b"\xff\xfe{{ x }}"), "bad.j2: skipped: "),
    "a FIFO": (lambda at: os.mkfifo(at / "pipe.py"), ""),
    "links to themselves": (_looping, ""),
    "a link to nothing": (lambda at: (at / "bad.py").symlink_to("nothing.py"), ""),
    "a directory named like a file": (lambda at: (at / "bad.py").mkdir(), ""),
    "an empty file": (lambda at: (at / "bad.py").write_bytes(b""), ""),
    "nothing but a BOM": (lambda at: (at / "bad.py").write_bytes(b"\xef\xbb\xbf"), ""),
    "UTF-16": (lambda at: (at / "bad.py").write_bytes(GOOD.encode("utf-16")), "bad.py"),
    "odd names": (_names, ""),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_the_rest_is_linted(project: Path, name: str) -> None:
    make, said = UNREADABLE[name]
    make(project)
    done = promptlint(".", cwd=project)
    assert calm(done) and done.returncode == 0 and FOUND in done.stdout, done
    assert said in done.stderr.decode()
    if "skipped" in said:
        assert promptlint(".", "--strict", cwd=project).returncode == 2


def test_a_template_that_does_not_parse_is_a_finding(project: Path) -> None:
    (project / "bad.j2").write_text("You are {{ kind }\n{% if %}")
    done = promptlint(".", cwd=project)
    assert calm(done) and done.returncode == 1
    assert (
        re.search(rb"^bad\.j2:\d+:\d+: error\[invalid-template\] ", done.stdout, re.MULTILINE) and FOUND in done.stdout
    )


def test_every_odd_file_named_outright(project: Path) -> None:
    _names(project)
    _looping(project)
    os.mkfifo(project / "pipe.py")
    names: list[bytes] = [name for name in os.listdir(os.fsencode(project)) if name.endswith((b".py", b".j2"))]
    done = promptlint(*(b"./" + name for name in names), cwd=project)
    assert calm(done) and done.returncode == 2  # the looping links are no files
    assert FOUND in done.stdout and done.stdout.count(b"[oversized-prompt]") == 7
    assert b"loop.py: too many levels of symbolic links" in done.stderr
    assert b"pipe.py: skipped: not a regular file" in done.stderr


def test_files_that_go_or_change_while_they_are_linted(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    for name in ("gone.py", "later.py", "other.py", "shorter.py"):
        (project / name).write_text(GOOD)
    read, read_all = files.read, reading_of_files.read_all

    def reading(file: File) -> bytes:
        if file.name == "gone.py":
            (project / "gone.py").unlink(missing_ok=True)
        if file.name == "other.py" and (project / "other.py").is_file():
            (project / "other.py").unlink()
            (project / "other.py").mkdir()
        return read(file)

    def linting(*arguments: object) -> object:
        done = read_all(*arguments)  # type: ignore[arg-type]
        (project / "later.py").unlink(missing_ok=True)
        (project / "shorter.py").write_text("")
        return done

    monkeypatch.setattr(engine, "read", reading)
    monkeypatch.setattr("promptlint.reading.read", reading)
    monkeypatch.setattr(engine, "read_all", linting)
    for command in ([], ["--output-format", "json"], ["prompts"], ["layout"], ["prompts", "--output-format", "json"]):
        assert execute([*command, "."]) == 0
        out, err = capsys.readouterr()
        assert "app.py" in out and "later.py" in out
        assert "gone.py: skipped: no such file or directory" in err or "gone.py" not in os.listdir(project)
        (project / "later.py").write_text(GOOD)
        (project / "shorter.py").write_text(GOOD)


# --- output that nobody reads to its end, and output that is to be the same


@pytest.mark.parametrize(
    "command", ["check", "prompts", "layout", "check --output-format json", "rule --all", "--help"]
)
def test_output_that_is_closed_early(project: Path, command: str) -> None:
    # More than a pipe holds, so that the writer is still writing when its reader has gone.
    (project / "many.py").write_text("".join(GOOD.replace("SYSTEM", f"SYSTEM_{n}") for n in range(1000)))
    paths = "." if command.startswith(("check", "prompts", "layout")) else ""
    done = subprocess.run(
        f"{{ {sys.executable} -m promptlint {command} {paths}; echo $? >code; }} | head -n 1",
        shell=True,
        cwd=project,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=PATIENCE,
    )
    assert done.stderr == b"" and done.stdout.count(b"\n") == 1
    assert (project / "code").read_text() in ("0\n", "1\n")


def test_output_is_the_same_for_any_order_of_arguments_and_every_time(tmp_path: Path) -> None:
    for at in ("support_desk", "support_desk_clean"):
        (tmp_path / at).symlink_to(ROOT / "examples" / at, target_is_directory=True)
    (tmp_path / "promptlint.toml").write_text(SETTINGS)
    paths = sorted(
        str(path.relative_to(tmp_path))
        for at in tmp_path.iterdir()
        if at.is_dir()
        for path in at.iterdir()
        if path.suffix in (".py", ".j2")
    )
    assert len(paths) >= 6
    for command in (["--output-format", "text"], ["--output-format", "json"], ["prompts"], ["layout"]):
        seen = set()
        for seed in ("0", "1", "42"):
            random.Random(seed).shuffle(paths)
            done = promptlint(*command, *paths, *paths[:2], cwd=tmp_path, seed=seed)
            assert calm(done) and done.stdout
            seen.add((done.returncode, done.stdout, done.stderr))
        assert len(seen) == 1


WORDS = """SYSTEM_PROMPT = '''You are a clerk.

- `Drawer.stamp` must always close the letter before the evening bell rings in town.
- Ask for the street of a person whom nobody knows.
- The drawer must always close the letter before the evening bell rings.
'''
"""


def test_what_an_instruction_is_about_is_its_first_word_whatever_the_hashes_are(tmp_path: Path) -> None:
    (tmp_path / "desk.py").write_text(WORDS)
    seen = {promptlint("desk.py", cwd=tmp_path, seed=seed).stdout for seed in ("0", "1", "2", "3", "4")}
    assert len(seen) == 1 and b"duplicate-instruction" in seen.pop()


# --- programs made to grow, to nest, to go in circles


def lines(*parts: str | Iterable[str]) -> str:
    return "\n".join(part if isinstance(part, str) else "\n".join(part) for part in parts) + "\n"


def nested(count: int, opening: Callable[[int], str], body: str) -> str:
    """Blocks inside blocks; indentation grows with every one."""
    return lines((" " * n + opening(n) for n in range(count)), " " * count + body)


CALL = 'client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": p}])'
USE = f"SYSTEM_PROMPT = p\n{CALL}"
START = 'from openai import OpenAI\nclient = OpenAI()\np = "You are kind. "'
SEND = (
    "from openai import OpenAI\nclient = OpenAI()\n"
    'def ask(p):\n    return client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": p}])'
)

GROWING: dict[str, str] = {
    "terms": "SYSTEM_PROMPT = " + " + ".join(['"You are kind. "'] * 20_000) + "\n",
    "terms with names": START + "\nSYSTEM_PROMPT = " + " + ".join(["p", "q"] * 10_000) + "\n",
    "brackets": "x = " + "[" * 2_000 + "]" * 2_000 + "\n",
    "parentheses": "SYSTEM_PROMPT = " + "(" * 150 + '"You are kind."' + ")" * 150 + "\n",
    "calls": "SYSTEM_PROMPT = " + "f(" * 180 + '"You are kind."' + ")" * 180 + "\n",
    "methods": 'SYSTEM_PROMPT = "You are kind."' + ".strip()" * 2_000 + "\n",
    "replacements": 'SYSTEM_PROMPT = "You are aaaa."' + '.replace("a", "aa")' * 60 + "\n",
    "formats": 'SYSTEM_PROMPT = "You are {0}{0}."' + '.format("{0}{0}")' * 60 + "\n",
    "repetition": 'SYSTEM_PROMPT = "You are kind. " * 10**9\nSYSTEM = "You are " * 10**30\n',
    "widths": 'SYSTEM_PROMPT = "You are %999999999d {:>999999999}".format(1) % 2\nX_PROMPT = f"You are {x:>999999999}"\n',
    "powers": f"SYSTEM_PROMPT = 'You are ' + str({'9**' * 30}9) + f'{{{'9**' * 30}9}}'\n",
    "joins": START + "\n" + "\n".join("p = p.join([p, p, p])" for _ in range(60)) + f"\n{USE}\n",
    "zfill": 'SYSTEM_PROMPT = "You are".ljust(10**9).center(10**9).zfill(10**9).expandtabs(10**9)\n',
    "a literal of 5 MB": 'SYSTEM_PROMPT = """' + "You are kind. " * 380_000 + '"""\n',
    "5 MB of one letter": 'SYSTEM_PROMPT = """You are ' + "a" * 5_300_000 + '"""\n',
    "5 MB of escapes": 'SYSTEM_PROMPT = "You are ' + "\\n" * 2_600_000 + '"\n',
    "5 MB of braces": 'SYSTEM_PROMPT = "You are ' + "{{}}" * 1_300_000 + '".format()\n',
    "5 MB of digits": "x = " + "9" * 4000 + "\nSYSTEM_PROMPT = 'You are " + "9" * 5_000_000 + "'\n",
    "indentation": 'def f():\n    SYSTEM_PROMPT = """You are kind.\n' + "        Answer.\n" * 100_000 + '    """\n',
    "JSON in a text": 'SYSTEM_PROMPT = """You are kind.\n' + "[" * 50_000 + "]" * 50_000 + '"""\n',
    "unfinished JSON in a text": 'SYSTEM_PROMPT = """You are kind.\n' + '{"a": [' * 20_000 + '"""\n',
    "fields": 'SYSTEM_PROMPT = f"""' + "You {x} are. " * 10_000 + '"""\n',
    "implicit": "SYSTEM_PROMPT = (" + '"You are kind. "\n' * 20_000 + ")\n",
    "conditions": lines(START, (f'if c{n}: p = p + "a" + p' for n in range(200)), USE),
    "equal conditions": lines(START, ('if c: p = p + "a" + p' for n in range(200)), USE),
    "doubling": lines(START, ("p = p + p" for _ in range(100)), USE),
    "a thousand that double": lines(("prompt = 'You are'",), ("prompt = prompt + prompt" for _ in range(1000)), USE),
    "doubling in fields": lines(START, ('p = f"{p} and {p}"' for _ in range(100)), USE),
    "doubling in names": lines(
        START, 'p0 = "You are kind. "', (f"p{n + 1} = p{n} + p{n}" for n in range(100)), "p = p100", USE
    ),
    "doubling backwards": lines(
        (f"p{n} = p{n + 1} + p{n + 1}" for n in range(100)), 'p100 = "You"', "SYSTEM_PROMPT = p0"
    ),
    "doubling in loops": lines(START, ("for x in y:\n    p += p" for _ in range(100)), USE),
    "classes that are bases of each other": lines(
        "import pydantic",
        SEND,
        (
            f"class C{n}({''.join(f'C{m}, ' for m in range(14) if m != n)}pydantic.BaseModel):\n"
            "    x: int = pydantic.Field(description='y')\n    def ask(self, q): ask(self.system() + self.rules + q)"
            for n in range(14)
        ),
        'client.chat.completions.parse(model="gpt-5", response_format=C1, messages=[{"role": "user", "content": "You"}])',
    ),
    "layers of classes above each other": lines(
        SEND,
        (
            f"class C{layer}x{n}({', '.join(f'C{layer + 1}x{m}' for m in range(12)) if layer < 11 else ''}):\n    pass"
            for layer in reversed(range(12))
            for n in range(12)
        ),
        'class Top(C0x0):\n    def prompt(self, question):\n        return f"You are kind. Answer {question}: {self.x}"',
        "ask(Top().nothing() + Top.nothing)",
    ),
    "lists of tools in each other": lines(
        "import pydantic",
        SEND,
        "class T(pydantic.BaseModel):\n    x: int = pydantic.Field(description='y')",
        (f"L{n} = [{', '.join(f'L{m}' for m in range(20) if m != n)}, T]" for n in range(20)),
        'client.chat.completions.create(model="gpt-5", tools=L0, messages=[{"role": "user", "content": "You are kind."}])',
    ),
    "lists of nothing in each other": lines(
        SEND,
        (f"L{n} = [{', '.join(f'L{m}' for m in range(14) if m != n)}]" for n in range(14)),
        "L0.chat.completions.create(model=L1, tools=L2, messages=[{'role': 'user', 'content': 'You are kind.'}])",
    ),
    "functions that hand a list to each other": lines(
        SEND,
        (f"def f{n}(m):\n" + "".join(f"    f{k}(m)\n" for k in range(14) if k != n) for n in range(14)),
        "def go(q):\n    m = [{'role': 'user', 'content': 'You are kind. ' + q}]\n    f0(m)",
        "    client.chat.completions.create(model='gpt-5', messages=m)",
    ),
    "doubling of lists": lines(
        START,
        'm = [{"role": "user", "content": p}]',
        ("m = m + m" for _ in range(60)),
        'client.chat.completions.create(model="gpt-5", messages=m)',
    ),
    "doubling of dicts": lines(
        START, 'd = {"system": p}', ('d = {"a": d, "b": d, **d, "system": p}' for n in range(60)), "SYSTEM_PROMPT = d"
    ),
    "doubling in calls": lines(
        START,
        "def f0(p): return p + p",
        (f"def f{n + 1}(p): return f{n}(p) + f{n}(p + p)" for n in range(60)),
        "p = f60(p)",
        USE,
    ),
    "doubling in alternatives": lines(START, ("p = (p if c else p + p) + (p if d else q)" for _ in range(60)), USE),
    "alternatives inside alternatives": f"{START}\np = {'p if c else (' * 90}p{')' * 90}\n{USE}\n",
    "long elif": lines(
        START, "if c: p = p + 'a'", (f"elif c{n}: p = p + 'b{n}'" for n in range(800)), "else: pass", USE
    ),
    "many matches": lines(START, "match c:", (f"    case {n}: p = p + '{n}'" for n in range(1500)), USE),
    "handlers": lines(
        START, ("try: p = p + 'a'\nexcept E: p = p + 'b'\nelse: p += p\nfinally: p = p + p" for _ in range(60)), USE
    ),
    "nested ifs": START + "\n" + nested(95, lambda n: f"if c{n}:", "p += 'You are'") + USE + "\n",
    "nested loops": START + "\n" + nested(19, lambda n: f"for x{n} in p:", "p += p") + USE + "\n",
    "nested functions": nested(95, lambda n: f"def f{n}(p):", "return 'You are kind.' + p"),
    "nested classes": nested(95, lambda n: f"class C{n}:", "SYSTEM_PROMPT = 'You are kind.'"),
    "nested lambdas": "SYSTEM_PROMPT = " + "lambda x: " * 500 + '"You are kind."\n',
    "nested dicts": "SYSTEM_PROMPT = " + '{"content": ' * 150 + '"You are kind."' + "}" * 150 + "\n",
    "nested comprehensions": "SYSTEM_PROMPT = " + '"".join(' * 80 + '"You are"' + " for x in y)" * 80 + "\n",
    "nested attributes": "SYSTEM_PROMPT = a" + ".b" * 5_000 + "\nx = a" + "[0]" * 900 + "\nx = a" + "()" * 900 + "\n",
    "nested operators": "SYSTEM_PROMPT = " + "-" * 900 + "x\ny = " + "not " * 900 + '"You are kind."\n',
    "nested f-strings": "SYSTEM_PROMPT = "
    + 'f"You {' * 2
    + "x"
    + '}"' * 2
    + "\n"
    + "P_PROMPT = f'You are {f\"{x:{y}}\"}'\n",
    "elif as else": START + "\n" + nested(90, lambda n: f"if c{n}: p += 'a'\n{' ' * n}else:", "p += 'b'") + USE + "\n",
    "functions that call each other": lines(
        SEND,
        "def a(x): return b(x) + a(x)",
        "def b(x): return a(x) + b(x)",
        "def c(): return c()",
        "def d(x=d): return d(d(d(x)))",
        "SYSTEM_PROMPT = a(b(c(d('You are'))))",
        "ask(SYSTEM_PROMPT)",
        "ask(ask)",
    ),
    "functions that call all others": lines(
        SEND,
        (f"def f{n}(x): return " + " + ".join(f"f{m}(x)" for m in range(30)) for n in range(30)),
        "ask(f0('You are'))",
    ),
    "parameters handed on and on": lines(
        SEND,
        (f"def a{n}(p): return a{n + 1}('You are ' + p)" for n in range(300)),
        "def a300(p): return ask(p)",
        "a0('kind')",
        (f"a0('kind {n}')" for n in range(300)),
    ),
    "many callers": lines(SEND, (f"ask('You are kind. ' + q{n})" for n in range(3000))),
    "classes that inherit from themselves": lines(
        "class A(A):\n    prompt = 'You are'\n    def f(self): return self.f() + self.prompt + super().f()",
        "class B(C): pass\nclass C(B):\n    def f(self): self.system_prompt = self.system_prompt + self.x",
        "SYSTEM_PROMPT = A.prompt + B.prompt + C().f() + A.A.A.prompt",
    ),
    "a long line of classes": lines(
        "class C0:\n    system_prompt = 'You are kind.'",
        (f"class C{n + 1}(C{n}, C{n // 2}): pass" for n in range(500)),
        "SYSTEM_PROMPT = C500.system_prompt + C499.nothing",
    ),
    "names of themselves": lines(
        "x = x", "y = z\nz = y", "SYSTEM_PROMPT = SYSTEM_PROMPT", "def f(f=f): return f", "p = f'{p}'"
    ),
    "attributes of themselves": "class A:\n    def f(self):\n        self.prompt = self.prompt + self.prompt\n        self.self = self.self.self\n",
    "a dict of many strings": "PROMPTS = {\n"
    + "".join(f'    "k{n}": "You are kind {n}.",\n' for n in range(50_000))
    + "}\n",
    "a list of many strings": "PROMPTS = [\n"
    + "".join(f'    "You are kind {n}.",\n' for n in range(50_000))
    + "]\nSYSTEM_PROMPT = ' '.join(PROMPTS)\n",
    "many messages": "messages = [" + '{"role": "user", "content": "You are kind."},' * 20_000 + "]\n",
    "many lines of prompts": "".join(
        f'PROMPT_{n} = "You are kind. Answer question {n} in one sentence."\n' for n in range(10_000)
    ),
    "many lines added": lines(START, ('p += "You are kind. Answer in one sentence.\\n"' for _ in range(10_000)), USE),
    "many assignments in many scopes": lines(
        "P = 'You are kind.'",
        (f"def f{n}():\n    global P\n    P = P + 'x'\n    return P" for n in range(2000)),
        "SYSTEM_PROMPT = P",
    ),
    "many ignores": lines(
        "SYSTEM_PROMPT = (", ("  # promptlint: ignore[pretty-json]" for _ in range(5_000)), '"You are kind.")'
    ),
    "line ends of all kinds": 'SYSTEM_PROMPT = """You are\r\nkind\rand\x0cold\u2028\x85."""\r\nx = 1\r',
    "surrogates": 'SYSTEM_PROMPT = "You are \\ud800 kind \\udfff\\N{BULLET}\\x00"\nUSER_PROMPT = f"You are {\'\\ud800\'!r}"\n'
    if sys.version_info >= (3, 12)
    else 'SYSTEM_PROMPT = "You are \\ud800 kind \\udfff\\N{BULLET}\\x00"\n',
    "formats that are none": lines(
        (
            f"{name}_PROMPT = 'You are {text}'"
            for name, text in (
                ("A", "{' .format(1) + '"),
                ("B", "}'.format(1) + '"),
                ("C", "{0.__class__[x]!z:{{}'.format(1) + '"),
                ("D", "%(x' % y + '"),
                ("E", "%(x)*.*q %' % (1,) + '"),
                ("F", "{:{:{}}}'.format(1, 2, 3) + '"),
                ("G", "{99999999999999999999}'.format() + '"),
            )
        ),
    ),
    "operations misused": lines(
        (
            f"P{n}_PROMPT = 'You are kind.'{text}"
            for n, text in enumerate(
                (
                    ".replace()",
                    ".replace('', 'x')",
                    ".replace('a', 'b', 'c', 'd')",
                    ".join()",
                    ".join(1)",
                    ".format(*x, **y)",
                    "[::0]",
                    "[1:2:3]",
                    "[None]",
                    "[99999999999999999999:]",
                    "[-1:1]",
                    ".strip(1)",
                    ".strip('')",
                    ".split('')",
                    ".split()[0]",
                    ".splitlines()[5]",
                    " % ()",
                    " % {}",
                    " % 1",
                    " * -1",
                    " * 'a'",
                    " * 1.5",
                    ".encode().decode()",
                    ".partition('')",
                    ".removeprefix()",
                    ".upper(1)",
                    ".x.y().z[0]()",
                    ".format(__import__('os').system('exit 3'))",
                    ".join(x for x in x for x in x)",
                    ".join([*x, *'abc'])",
                    ".join({1: 2})",
                    "[...]",
                )
            )
        ),
    ),
    "calls misused": lines(
        "from openai import OpenAI",
        "import anthropic, langchain.prompts",
        "from langchain_core.prompts import *",
        "c = OpenAI()",
        (
            f"c.chat.completions.create({text})"
            for text in (
                "",
                "*x",
                "**x",
                "1",
                "messages=1",
                "messages=[]",
                "messages=[1, None, {}]",
                "messages=[[[]]]",
                "messages={}",
                "messages='You are'",
                "messages=[{'role': 1, 'content': 2}]",
                "messages=[{'role': 'user'}]",
                "messages=[{'content': 'You are'}]",
                "messages=[{**x, 'role': 'system', 'content': ['You', 1, {'type': 'text'}, {'text': 5}, {'text': 'You'}]}]",
                "messages=[x for x in y]",
                "messages=(('system', 'You are'), ('user',), ())",
                "model=5, messages=x, max_tokens='a'",
                "messages=lambda: 0",
                "messages=[{'role': 'user', 'content': (yield)}]",
                "messages=(m := [{'role': 'user', 'content': m}])",
                "messages=await x",
            )
        ),
        "ChatPromptTemplate.from_messages()",
        "ChatPromptTemplate.from_messages([(), ('system',), ('system', 'a', 'b'), 'x', 1])",
        "PromptTemplate(template=PromptTemplate(template='You are {x}'))",
        "PromptTemplate.from_template(**{'template': 'You are {'})",
    ),
    "Jinja in Python": lines(
        "from jinja2 import Template",
        "Template('You are {{')",
        "Template('{% for %}' + x)",
        "Template()",
        "Template(1, *x)",
        f"Template('You are ' + {'{% if a %}' * 500!r} + {'{% endif %}' * 500!r})",
    ),
}

JINJA: dict[str, str] = {
    "loops": "{% for a in b %}" * 300 + "You are kind." + "{% endfor %}" * 300,
    "conditions": "{% if a %}You are kind.{% else %}You are not.{% endif %}" * 3_000,
    "nested conditions": "{% if a %}You are{% else %}" * 300 + "{% endif %}" * 300,
    "long elif": "{% if a %}You are" + "{% elif b %}You are not" * 3_000 + "{% endif %}",
    "doubling": "{% set p = 'You are ' %}" + "{% set p = p ~ p %}" * 100 + "{{ p }}",
    "doubling blocks": "{% set p %}You are{% endset %}" + "{% set p %}{{ p }}{{ p }}{% endset %}" * 60 + "{{ p }}",
    "macros that call each other": "{% macro a() %}You {{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
    "macros that double": "{% macro m0() %}You are{% endmacro %}"
    + "".join(f"{{% macro m{n + 1}() %}}{{{{ m{n}() }}}}{{{{ m{n}() }}}}{{% endmacro %}}" for n in range(60))
    + "{{ m60() }}",
    "includes of itself": "You are {% include 'bad.j2' %}{% extends 'bad.j2' %}{% import 'bad.j2' as bad %}{{ bad.x() }}",
    "open braces": "You are {" * 20_000,
    "5 MB of newlines": "You are {{ a }}" + "\r\n" * 2_500_000,
    "open expressions": "You are {{ " * 20_000,
    "open comments": "You are {# " * 20_000,
    "open tags": "You are {% " * 20_000,
    "nested brackets": "You are {{ " + "[" * 2_000 + "]" * 2_000 + " }}",
    "nested parentheses": "You are {{ " + "(" * 2_000 + "1" + ")" * 2_000 + " }}",
    "filters": "You are {{ x" + "|trim" * 5_000 + " }}",
    "terms": "You are {{ x" + " ~ 'You'" * 5_000 + " }}",
    "attributes": "You are {{ x" + ".y" * 5_000 + " }}",
    "negations": "You are {{ " + "not " * 5_000 + "x }}",
    "alternatives": "You are {{ " + "a if b else " * 2_000 + "c }}",
    "a power": "You are {{ 9"
    + " ** 9" * 20
    + " }}{{ 'a' * 10 ** 12 }}{{ range(10 ** 12) | list }}{{ 'x'.ljust(10 ** 12) }}",
    "attacks": "You are {{ ''.__class__.__mro__[1].__subclasses__() }}{{ cycler.__init__.__globals__.os.system('exit 3') }}",
    "raw": "{% raw %}" + "{{ {% " * 5_000 + "{% endraw %}You are",
    "white space control": "  {%- if a -%}  \r\n {{- b -}} \r {#- c -#} {%+ endif +%}\n" * 2_000,
    "blocks of one name": "{% block a %}You{% block a %}are{% endblock %}{% endblock %}",
    "a tag of nobody": "You are {% nobody %}{% endnobody %}{% trans %}x{% endtrans %}{% do x %}{% break %}",
    "filters of nobody": "You are {{ x | nobody(1) is nothing }}{{ nobody() }}",
    "a text of 5 MB": "You are kind. " * 380_000,
    "5 MB of one letter": "You are " + "a" * 5_300_000,
    "5 MB of blanks": "You are " + " " * 5_300_000 + "{{ x }}",
    "many line ends": "You are " + "\r\n" * 200_000 + "{{ x }}",
    "NUL": "You are \0 {{ x }} \0",
    "many variables": "You are {{ x }}. " * 20_000,
}


@pytest.mark.parametrize("name", [*(f"py: {name}" for name in GROWING), *(f"j2: {name}" for name in JINJA)])
def test_hostile_text(project: Path, name: str) -> None:
    kind, _, which = name.partition(": ")
    (project / f"bad.{kind}").write_bytes((GROWING if kind == "py" else JINJA)[which].encode())
    done = promptlint(".", cwd=project)
    assert calm(done) and FOUND in done.stdout, done.stderr.decode()[:2000]


def test_every_hostile_text_together(project: Path) -> None:
    count = 1
    for kind, texts in (("py", GROWING), ("j2", JINJA)):
        for number, text in enumerate(texts.values()):
            if len(text) < 20_000:
                (project / f"m{number}.{kind}").write_bytes(text.encode())
                count += 1
    done = promptlint("prompts", "--output-format", "json", ".", cwd=project)
    assert calm(done), done.stderr.decode()[:2000]
    assert any(prompt["filename"] == "app.py" for prompt in json.loads(done.stdout))
    assert count > 60 and len(done.stdout) < 50_000_000


def test_modules_that_import_each_other(project: Path) -> None:
    for one, other in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "d")):
        (project / f"{one}.py").write_text(
            f"from {other} import *\nfrom {other} import PROMPT, f as g\nfrom .{other} import f\nfrom ..... import x\n"
            f"import {other}.{other} as {other}\nPROMPT = PROMPT + {other}.PROMPT + g() + f()\ndef f(): return g() + PROMPT\n"
        )
    (project / "__init__.py").write_text("from . import *\nfrom .. import *\nfrom .a import PROMPT\nPROMPT = PROMPT\n")
    for command in ("check", "prompts", "layout"):
        done = promptlint(command, ".", cwd=project)
        assert calm(done) and b"app.py" in done.stdout


def test_a_chain_of_many_modules(project: Path) -> None:
    for n in range(120):
        (project / f"m{n}.py").write_text(
            f"from m{n + 1} import PROMPT as P\nPROMPT = P + P\nSYSTEM_PROMPT = 'You are ' + P\n"
        )
    (project / "m120.py").write_text("PROMPT = 'You are kind.'\n")
    for command in ("check", "prompts"):
        done = promptlint(command, ".", cwd=project)
        assert calm(done) and b"app.py" in done.stdout


def test_directories_inside_directories(project: Path) -> None:
    deep = project
    for _ in range(60):
        deep = deep / ("d" * 30)
    os.makedirs(deep)
    (deep / "deep.py").write_text(GOOD)
    done = promptlint(".", cwd=project)
    assert calm(done) and done.stdout.count(b"[oversized-prompt]") == 2


def test_which_of_two_rules_speaks_is_settled_in_linear_time() -> None:
    def meeting(number: int) -> list[tuple[Finding, Span]]:
        found: list[tuple[Finding, Span]] = []
        for start in range(0, number * 100, 100):
            subject = Span("a.py", start, start + 90)
            found.append((Finding(Span("a.py", start, start + 10), "first", rule="unstable-order"), subject))
            # The first shares a character with that, the second begins where it ends.
            for begin in (start + 9, start + 10):
                found.append((Finding(Span("a.py", begin, begin + 5), "second", rule="static-after-variable"), subject))
        return found

    assert [each.span.start % 100 for each in engine._settled(meeting(3))] == [0, 10] * 3
    few, many = meeting(500), meeting(8_000)
    within(max(0.2, 40 * seconds(lambda: engine._settled(few))), lambda: engine._settled(many))


ASKED = "Answer every question of the harbour in one short sentence."
STEADY: dict[str, Callable[[int], str]] = {
    "a dict that grows": lambda count: lines(
        "PROMPTS = {}", (f'PROMPTS = PROMPTS | {{"k{n}": "{ASKED} {n}"}}' for n in range(count))
    ),
    "a dict that is spread into the next": lambda count: lines(
        "A0_PROMPTS = {}", (f'A{n + 1}_PROMPTS = {{**A{n}_PROMPTS, "k{n}": "{ASKED} {n}"}}' for n in range(count))
    ),
    "constants that are shown": lambda count: lines(
        (f'A{n}_PROMPT = "{ASKED} {n}"' for n in range(count)), (f"print(A{n}_PROMPT)\nf{n}()" for n in range(count))
    ),
    "roles and loops": lambda count: lines(
        (f'role{n} = "user"' for n in range(count)), (f"for x in y{n}:\n    print(x, {n})" for n in range(count))
    ),
}


@pytest.mark.parametrize("name", STEADY)
def test_what_grows_by_steps_is_read_in_nearly_linear_time(name: str) -> None:
    few, many = STEADY[name](100), STEADY[name](1_000)
    small = max(seconds(lambda: facts(Source("a.py", few))), 0.01)
    # Dicts are looked through and loops go over the names around them, at little cost each; it was 400 times and more.
    within((25 if "shown" in name else 100) * small, lambda: facts(Source("a.py", many)))


def test_attributes_that_are_set_one_after_the_other_are_read_in_linear_time() -> None:
    def read(count: int) -> None:
        made = "from google.genai import types\nconfig = types.GenerateContentConfig()"
        facts(Source("a.py", lines(made, (f"config.a{n} = read({n})" for n in range(count)))))

    within(30 * max(seconds(lambda: read(400)), 0.01), lambda: read(4_000))


RENDERED: dict[str, Callable[[int], str]] = {
    "texts of a chat template in one function": lambda count: lines(
        "def render(tok, q):",
        (f'    a{n} = tok.apply_chat_template([{{"role": "user", "content": "Say {n}"}}])' for n in range(count // 2)),
        f"    return [{', '.join(f'a{n}' for n in range(count // 2))}]",
        "def keep(tok, q):",
        (f"    b{n} = render(tok, q)" for n in range(count)),
    ),
    "functions of chat templates that one calls": lambda count: lines(
        (
            f'def f{n}(tok):\n    return tok.apply_chat_template([{{"role": "user", "content": "{n}"}}])'
            for n in range(count)
        ),
        "def keep(tok):",
        (f"    b{n} = f{n}(tok)" for n in range(count)),
    ),
    "methods of one name with chat templates": lambda count: lines(
        f'class C{n}:\n    def render(self):\n        return self.tok.apply_chat_template([{{"role": "user", "content": '
        f'"Say {n}"}}])\n    def keep(self, other):\n        return self.render() + other.render()'
        for n in range(count)
    ),
}


@pytest.mark.parametrize("name", RENDERED)
def test_where_texts_of_chat_templates_go_is_asked_of_a_function_a_few_times_at_most(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 0
    nodes, carrying = onward._nodes, onward._carrying

    def walked(node: ast.AST) -> Iterator[ast.AST]:
        nonlocal steps
        for each in nodes(node):
            steps += 1
            yield each

    def carried(all_nodes: list[ast.AST], sources: set[int], holding: set[str]) -> set[int]:
        nonlocal steps
        steps += len(all_nodes)
        return carrying(all_nodes, sources, holding)

    monkeypatch.setattr(onward, "_nodes", walked)
    monkeypatch.setattr(onward, "_carrying", carried)
    taken = []
    for count in (40, 320):
        steps = 0
        facts(Source("a.py", RENDERED[name](count)))
        taken.append(steps)
    # The time alone does not tell: a function that is too large is not looked into.
    assert 0 < taken[1] < 10 * taken[0]


def test_dicts_and_lists_that_grow_and_are_read_ten_thousand_times() -> None:
    def read(size: int) -> None:
        text = "D = {}\n" + lines(f'D["k{n}"] = "{ASKED}"' for n in range(3 * size))
        text += "def f(D):\n" + lines(f'    x{n} = D["k{n}"]' for n in range(100))
        text += f'def g():\n    m = [{{"role": "user", "content": "{ASKED}"}}]\n'
        text += lines(f"    m{n} = m" for n in range(size)) + lines(f"    m{n}.append(x)" for n in range(size))
        known = facts(Source("a.py", text)).bindings["D"]
        assert isinstance(known, Mapping) and len(known.entries) > min(1_000, 2 * size)

    # It was 8 seconds and more where it is 2 now; machines differ, so the bound is that of a hang.
    within(max(6.0, 8 * seconds(lambda: read(500))), lambda: read(2_000))


def test_a_dict_that_is_given_values_under_its_keys() -> None:
    span = Span("a.py", 0, 1)
    text = [(Text(f"{n}", span, True),) for n in range(200)]
    first = Mapping((), span)
    for n in range(100):
        first = first.put(f"k{n}", text[n])
    second, third = first.put("k7", text[107]), first.put("new", text[150])
    fourth = third.put("k7", text[108]).put("newer", text[151])
    assert [each.get("k7") for each in (first, second, third, fourth)] == [text[7], text[107], text[7], text[108]]
    assert [each.get("new") for each in (first, second, third, fourth)] == [None, None, text[150], text[150]]
    assert [each.get("newer") for each in (first, third, fourth)] == [None, None, text[151]]
    assert [len(each.entries) for each in (first, second, third, fourth)] == [100, 100, 101, 102]


def test_a_list_that_is_sent_as_often_as_it_grows() -> None:
    message = '{"role": "user", "content": "Open the harbour."}'
    send = "    client.chat.completions.create(model='gpt-5', messages=m)\n"
    text = "from openai import OpenAI\nclient = OpenAI()\ndef f(o):\n    m = []\n"
    text += "".join(f"    if o.x{n}: m.append({message})\n{send}" for n in range(400))
    calls = facts(Source("a.py", text)).calls
    sent = [dict(call.slots)["messages"] for call in calls]
    held = [len(each.items) for each in sent if isinstance(each, Items)]
    assert held[:200] == list(range(1, 201)) and sum(held) < 40_000
    assert [each.complete for each in sent if isinstance(each, Items)][-1] is False


def test_entries_of_dicts_that_are_put_together_are_all_prompts() -> None:
    text = (
        "import openai\nknown = {'tide': '-'}\n"
        f"base = {{'a': '{ASKED}'}}\nlater = base | {{'b': '{ASKED} b'}}\nprompts = later | {{'c': '{ASKED} c'}}\n"
        f"prompts = prompts | {{'d': '{ASKED} d'}}\n"
    )
    sites = [each.name for each in facts(Source("a.py", text)).sites if each.rank == NAME]
    assert sites == ["prompts.a", "prompts.b", "prompts.c", "prompts.d"]


def test_tuples_that_grow_too_large_are_joined_as_far_as_they_go() -> None:
    returns = "".join(
        f"    if mark == {row}:\n"
        f'        return {{"error": f"No. {row} of {{mark}}", "row{row}": f"{{mark}} is {row}"}}, f"{{mark}} {row}"\n'
        for row in range(100)
    )
    facts(Source("a.py", f'def check(mark):\n{returns}    return {{}}, f"{{mark}}"\n'))


def test_what_the_values_of_a_file_weigh_is_forgotten_before_the_next_one_is_read() -> None:
    items = ", ".join(f"[a{number}, f'{{b}} and {{c}}']" for number in range(60))
    facts(Source("a.py", f"texts = [{items}]\nmore = texts + texts\n"))
    assert bounds._weighed
    facts(Source("b.py", "x = 1\n"))
    assert not bounds._weighed
