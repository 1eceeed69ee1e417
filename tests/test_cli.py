"""The command line: commands, options, exit codes, and what bad input gets."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from promptlint import __version__, commands, engine, files, reading
from promptlint.commands import execute
from promptlint.prompt import Finding, Prompt
from promptlint.rules import Rule

ROOT = Path(__file__).parent.parent
LONG = 'SYSTEM_PROMPT = """You are a helpful assistant. Answer every question in one short sentence."""\n'
OVERSIZED = "[rules.oversized-prompt]\nmax-tokens = 5\n"
PATIENCE = 200  # seconds on a clock: for what waits for something that never comes


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that is worked in, with one finding, an info."""
    monkeypatch.chdir(tmp_path)
    for variable in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / "promptlint.toml").write_text(OVERSIZED)
    (tmp_path / "app.py").write_text(LONG)
    return tmp_path


def promptlint(*arguments: str, cwd: Path, text: bytes = b"", **options: object) -> subprocess.CompletedProcess[bytes]:
    """The program as it is run from a shell."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "promptlint", *arguments]
    return subprocess.run(command, cwd=cwd, input=text, capture_output=True, env=environment, timeout=PATIENCE)


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([""], "a path is empty; the working directory is `.`"),
        (["check", "app.py", ""], "a path is empty"),
        (["prompts", ""], "a path is empty"),
        (["layout", ""], "a path is empty"),
        (["--config", "", "."], "--config is empty"),
        (["--stdin-filename", "", "-"], "--stdin-filename is empty"),
        (["--select", "", "."], "--select names no rule"),
        (["--select", " , ", "."], "--select names no rule"),
    ],
)
def test_an_empty_argument_is_a_mistake(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A variable of a script that holds nothing must not mean the working directory, or no rule."""
    assert execute(arguments) == 2
    captured = capsys.readouterr()
    assert said in captured.err and not captured.out


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("app.py", 0),
        ("check app.py", 0),
        ("check", 0),
        ("--fail-on info app.py", 1),
        ("--fail-on info --exit-zero app.py", 0),
        ("--fail-on info --output-format json app.py", 1),
        ("--fail-on info --statistics app.py", 1),
        ("--fail-on info --ignore oversized-prompt app.py", 0),
        ("--fail-on info --select cache app.py", 0),
        ("--fail-on info --select cache,bloat app.py", 1),
        ("--fail-on info --select cache --select oversized-prompt app.py", 1),
        ("--fail-on info --exclude app.py .", 0),
        ("--fail-on info --exclude a*.py app.py", 0),
        ("--show-files", 0),
        ("--show-settings", 0),
        ("prompts", 0),
        ("rule", 0),
        ("rule oversized-prompt", 0),
        ("rule --all", 0),
        ("--help", 0),
        ("check --help", 0),
        ("nope", 2),
        ("app.py nope", 2),
        ("prompts nope", 2),
        ("--select nope app.py", 2),
        ("--selct all app.py", 2),
        ("--output-format xml app.py", 2),
        ("--config nope.toml app.py", 2),
        ("rule nope", 2),
        ("- app.py", 2),
    ],
)
def test_exit_codes(arguments: str, code: int) -> None:
    assert execute(arguments.split()) == code


def test_text(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    execute(["."])
    out, err = capsys.readouterr()
    first, *_, last = out.rstrip("\n").split("\n")
    assert first.startswith("app.py:1:") and ": info[oversized-prompt] " in first
    assert last == "1 finding (1 info), in 1 file with 1 prompt."
    assert err == ""


@pytest.mark.usefixtures("project")
def test_quiet_is_the_findings_alone(capsys: pytest.CaptureFixture[str]) -> None:
    execute(["-q", "--ignore", "all", "."])
    assert capsys.readouterr() == ("", "")


def test_a_file_that_cannot_be_read_is_named_however_quiet(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "broken.py").write_text("x = (\n")
    assert execute(["-q", "--ignore", "all", "."]) == 0
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("promptlint: broken.py: skipped: line 1: ") and err.count("\n") == 1


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("nope", "promptlint: nope: no such file or directory"),
        ("--no-cache prompts .", "options stand behind the command: `promptlint prompts --no-cache .`"),
        ("promts app.py", "promptlint: promts: no such file or directory, did you mean `prompts`?"),
        ("--select oversize-prompt .", "there is no rule or group `oversize-prompt`, did you mean `oversized-prompt`?"),
        ("--selct all .", "--select"),
        ("rule oversize-prompt", "there is no rule `oversize-prompt`, did you mean `oversized-prompt`?"),
        ("--config nope.toml .", "nope.toml: cannot be read: No such file or directory"),
    ],
)
def test_mistakes_are_named(arguments: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(arguments.split()) == 2
    err = capsys.readouterr().err
    assert message in err and "Traceback" not in err


@pytest.mark.parametrize(
    ("table", "hint"),
    [
        ("tool.promptlit", "[tool.promptlit] is not read, did you mean [tool.promptlint]?"),
        ("tool.prompt-lint.rules.filler", "[tool.prompt-lint] is not read, did you mean [tool.promptlint]?"),
        ('tool."promtplint"', "[tool.promtplint] is not read, did you mean [tool.promptlint]?"),
        ("tool.pylint", ""),
        ("tool.promptkit", ""),
        ("tool.promptlint]\n[tool.promptlit", ""),
    ],
)
def test_a_table_that_is_nearly_ours(tmp_path: Path, capsys: pytest.CaptureFixture[str], table: str, hint: str) -> None:
    (tmp_path / "app.py").write_text("x = 1\n")
    (tmp_path / "pyproject.toml").write_text(f"[{table}]\n")
    execute([str(tmp_path)])
    said = f"promptlint: {tmp_path / 'pyproject.toml'}: {hint}\n" if hint else ""
    assert capsys.readouterr().err == said
    execute(["-q", str(tmp_path)])
    assert capsys.readouterr().err == ""


def test_an_unknown_key_in_the_configuration(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "promptlint.toml").write_text("selct = []\n")
    assert execute(["."]) == 2
    assert "promptlint.toml: unknown key `selct`, did you mean `select`?" in capsys.readouterr().err


def test_nothing_to_read_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute([str(tmp_path)]) == 0
    assert capsys.readouterr() == ("", "promptlint: no Python or Jinja files to read\n")
    (tmp_path / "test_a.py").write_text(LONG)
    assert execute([str(tmp_path), "--output-format", "json"]) == 0
    out, err = capsys.readouterr()
    assert out == "[]\n" and "1 test file left out, see --include-tests" in err


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("bad.py", b"x = \xff\n", "utf-8"),
        ("bad.py", b"# coding: nope\nx = 1\n", "nope"),
        ("bad.py", b"x = (\n", "never closed"),
        ("bad.py", b"\0", "skipped"),
    ],
)
def test_a_bad_file_is_named_and_the_rest_is_linted(
    project: Path, name: str, data: bytes, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / name).write_bytes(data)
    assert execute(["."]) == 0
    out, err = capsys.readouterr()
    assert "oversized-prompt" in out and out.endswith("1 file skipped.\n")
    assert err.startswith(f"promptlint: {name}: skipped: ") and reason in err
    assert execute([".", "--strict"]) == 2


def test_a_template_that_does_not_parse_is_a_finding(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "bad.j2").write_text("You are kind.\n{% if %}\n")
    assert execute(["."]) == 1
    assert "bad.j2:2:" in capsys.readouterr().out


HOSTILE = {
    "terms.py": "SYSTEM_PROMPT = " + " + ".join(['"You are kind. "'] * 20_000) + "\n",
    "brackets.py": "x = " + "[" * 2_000 + "]" * 2_000 + "\n",
    "literal.py": 'SYSTEM_PROMPT = """' + "You are kind. " * 350_000 + '"""\n',
    "implicit.py": "SYSTEM_PROMPT = (" + '"You are kind. "\n' * 5_000 + ")\n",
    "fields.py": 'SYSTEM_PROMPT = f"""' + "You {x} are. " * 5_000 + '"""\n',
    "calls.py": "x = " + "f(" * 1_000 + ")" * 1_000 + "\n",
    "dots.py": "x = a" + ".b" * 20_000 + "\n",
    "loops.j2": "{% for a in b %}" * 300 + "x" + "{% endfor %}" * 300,
    "braces.j2": "You are {" * 20_000,
    "ignores.py": "x = (\n" + "# promptlint: ignore[pretty-json]\n" * 5_000 + ")\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(HOSTILE[name])
    (tmp_path / "app.py").write_text(LONG)
    (tmp_path / "promptlint.toml").write_text(OVERSIZED)
    begin = os.times()
    done = promptlint(".", cwd=tmp_path)
    end = os.times()
    assert done.returncode in (0, 1, 2) and b"Traceback" not in done.stderr
    assert b"app.py:1:" in done.stdout
    # Of the processor, whatever else the machine does at the same time.
    assert end.children_user - begin.children_user + end.children_system - begin.children_system < 30


def test_names_of_files_are_written_safely(tmp_path: Path) -> None:
    for name in (b"new\nline.py", b"caf\xe9.py", b"esc\x1b[31m.py"):
        with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:
            file.write(LONG.encode())
    (tmp_path / "promptlint.toml").write_text(OVERSIZED)
    text = promptlint(".", cwd=tmp_path).stdout.decode()
    assert [line.split(":")[0] for line in text.split("\n") if "[oversized-prompt]" in line] == [
        "caf\\xe9.py",
        "esc\\x1b[31m.py",
        "new\\nline.py",
    ]
    found = msgspec.json.decode(promptlint(".", "--output-format", "json", cwd=tmp_path).stdout)
    assert [each["filename"] for each in found] == ["caf\\xe9.py", "esc\x1b[31m.py", "new\nline.py"]
    assert promptlint("prompts", ".", cwd=tmp_path).returncode == 0


def test_a_file_that_goes_while_it_is_linted(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "gone.py").write_text(LONG)

    def gone(*arguments: object) -> object:
        found = files.discover(*arguments)  # type: ignore[arg-type]
        (project / "gone.py").unlink()
        return found

    monkeypatch.setattr(commands, "discover", gone)
    assert execute(["."]) == 0
    out, err = capsys.readouterr()
    assert "gone.py: skipped: no such file or directory" in err and "app.py:1:" in out


def fake_rule(monkeypatch: pytest.MonkeyPatch, check: object) -> None:
    rules = {"fake-rule": Rule("fake-rule", "bloat", "warning", True, ".", "Prompt", {}, check)}  # type: ignore[arg-type]
    monkeypatch.setattr(engine, "all_rules", lambda: rules)
    monkeypatch.setattr(commands, "all_rules", lambda: rules)
    monkeypatch.setattr("promptlint.config.all_rules", lambda: rules)


def test_a_rule_that_fails_does_not_stop_the_run(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def check(prompt: Prompt) -> Iterator[Finding]:
        if prompt.span.file == "app.py":
            raise ZeroDivisionError("no\nnumber")
        yield Finding(prompt.span, "found")

    (project / "promptlint.toml").unlink()
    (project / "b.py").write_text(LONG)
    fake_rule(monkeypatch, check)
    assert execute(["."]) == 2
    out, err = capsys.readouterr()
    assert ": warning[fake-rule] found" in out and out.startswith("b.py:1:")
    assert (
        err.startswith("promptlint: app.py:1:")
        and ": error: the rule `fake-rule` failed: ZeroDivisionError: no number" in err
    )
    assert "--ignore fake-rule" in err


def test_a_finding_at_no_place_is_a_failure(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def check(prompt: Prompt) -> Iterator[Finding]:
        yield Finding(msgspec.structs.replace(prompt.span, file="nowhere.py"), "found")

    (project / "promptlint.toml").unlink()
    fake_rule(monkeypatch, check)
    assert execute(["."]) == 2
    assert "points to a file that was not read" in capsys.readouterr().err


def test_standard_input(project: Path) -> None:
    done = promptlint(
        "check", "--output-format", "json", "--stdin-filename", "sub/a.py", "-", cwd=project, text=LONG.encode()
    )
    (found,) = msgspec.json.decode(done.stdout)
    assert (found["filename"], found["code"], done.returncode) == ("sub/a.py", "oversized-prompt", 0)
    assert promptlint("-", cwd=project, text=LONG.encode()).stdout.startswith(b"stdin.py:1:")
    assert promptlint("--stdin-filename", "a.j2", cwd=project, text=b"{% if %}").stdout.startswith(b"a.j2:1:")
    done = promptlint("--stdin-filename", "tests/a.py", "-", "--output-format", "json", cwd=project, text=b"x")
    assert (done.stdout, done.returncode) == (b"[]\n", 0)
    done = promptlint(
        "prompts", "--stdin-filename", "a.py", "-", "--output-format", "json", cwd=project, text=LONG.encode()
    )
    assert msgspec.json.decode(done.stdout)[0]["filename"] == "a.py"


def test_prompts_as_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app.py").write_text('SYSTEM_PROMPT = "You are kind,\\n" f"and help {name} with everything."\n')
    assert execute(["prompts", "--output-format", "json", "."]) == 0
    (prompt,) = msgspec.json.decode(capsys.readouterr().out)
    keys = "name role evidence filename location end_location tokens exact variables spans"
    assert list(prompt) == keys.split()
    assert (prompt["name"], prompt["role"], prompt["filename"]) == ("SYSTEM_PROMPT", "system", "app.py")
    assert prompt["location"]["row"] == prompt["end_location"]["row"] == 1 and prompt["tokens"] == 10
    (variable,) = prompt["variables"]
    assert (variable["expression"], variable["location"]) == ("name", {"row": 1, "column": 47})
    pieces = [(each["location"]["column"], each["end_location"]["column"]) for each in prompt["spans"]]
    assert pieces == [(18, 33), (37, 46), (52, 69)]


def test_prompts_as_a_table(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    execute(["prompts", "."])
    head, row, _, total = capsys.readouterr().out.rstrip("\n").split("\n")
    assert head.split() == ["place", "name", "role", "tokens", "variables"]
    assert row.startswith("app.py:1  SYSTEM_PROMPT  system") and "1 prompt with" in total


def test_show_files_and_settings(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "z.j2").touch()
    execute(["--show-files", "z.j2", "."])
    assert capsys.readouterr().out == "app.py\nz.j2\n"
    execute(["--show-settings", "--fail-on", "error"])
    out = capsys.readouterr().out
    assert f"configuration: {project}/promptlint.toml\n" in out and "fail-on: error\n" in out
    assert "  oversized-prompt [info] max-tokens=5" in out


@pytest.mark.usefixtures("project")
def test_rule_pages(capsys: pytest.CaptureFixture[str]) -> None:
    execute(["rule", "unused-ignore"])
    assert capsys.readouterr().out.startswith("# unused-ignore\n")
    execute(["rule", "--all", "--output-format", "json"])
    found = {each["name"]: each for each in msgspec.json.decode(capsys.readouterr().out)}
    assert found["unused-ignore"]["severity"] == "warning" and found["unused-ignore"]["page"].startswith("# unused-")
    assert "max-tokens" in found["oversized-prompt"]["options"]


def test_verbose_names_what_git_and_the_configuration_leave_out(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in (".git", "gen", "old"):
        (project / folder).mkdir()
    for name in ("gen/a.py", "old/a.py", "made.py"):
        (project / name).write_text(LONG)
    (project / ".gitignore").write_text("gen/\nmade.py\n")
    execute(["-v", ".", "--exclude", "old/"])
    err = capsys.readouterr().err
    assert "gen: skipped: ignored by git" in err and "made.py: skipped: ignored by git" in err
    assert "old: skipped: excluded by the configuration" in err
    execute([".", "--exclude", "old/"])
    assert "skipped" not in capsys.readouterr().err
    (project / "app.py").unlink()
    execute(["."])
    assert "no Python or Jinja files to read" not in capsys.readouterr().err
    execute([".", "--exclude", "old/"])
    assert "; 3 paths excluded, -v names them" in capsys.readouterr().err


def test_verbose_names_what_is_left_out(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "test_a.py").write_text(LONG)
    (project / "n.txt").touch()
    execute(["-v", "app.py", "test_a.py", "n.txt", "--exclude", "app.py"])
    err = capsys.readouterr().err
    assert (
        "app.py: skipped: excluded" in err and "test_a.py: skipped: a test" in err and "n.txt: skipped: neither" in err
    )
    execute(["app.py", "test_a.py", "n.txt"])
    err = capsys.readouterr().err
    assert "test_a.py" not in err and "n.txt: skipped: neither" in err


@pytest.mark.parametrize(
    ("environment", "option", "colored"),
    [
        ({}, [], False),
        ({}, ["--color", "always"], True),
        ({"FORCE_COLOR": "1"}, [], True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
        ({"FORCE_COLOR": "1"}, ["--color", "never"], False),
        ({"NO_COLOR": "1"}, ["--color", "always"], True),
    ],
)
@pytest.mark.usefixtures("project")
def test_color(
    environment: dict[str, str],
    option: list[str],
    colored: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    execute([*option, "."])
    assert ("\x1b[" in capsys.readouterr().out) is colored


def test_many_processes_and_any_order_say_the_same(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for index in range(30):
        (project / f"m{index}.py").write_text(LONG + f"x = ( # {index}\n" * (index % 7 == 3))
        (project / f"t{index}.j2").write_text("{# promptlint: ignore[pretty-json] #}\nYou are {{ name }}.\n")
    arguments = sorted(path.name for path in project.iterdir())
    execute(["--output-format", "json", *arguments])
    alone = capsys.readouterr()
    monkeypatch.setattr(reading, "PARALLEL_FILES", 2)
    monkeypatch.setattr(reading, "_processors", lambda: 3)
    execute(["--output-format", "json", *reversed(arguments)])
    assert capsys.readouterr() == alone
    assert alone.out.count("oversized-prompt") > 20 and alone.out.count('"unused-ignore"') > 20


def test_what_a_worker_has_read_need_not_be_taken_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    most = Path("/proc/sys/fs/pipe-max-size")
    if not most.exists() or int(most.read_text()) < reading._PIPE:
        pytest.skip("pipes have one size here")
    import fcntl

    monkeypatch.setattr(reading, "_processors", lambda: 2)
    with reading.Readers() as readers:
        readers.start(reading.PARALLEL_FILES)
        assert readers.executor is not None
        pipe = readers.executor._result_queue._reader.fileno()  # type: ignore[attr-defined]
        assert fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ) >= reading._PIPE


def test_of_many_files_some_are_read_while_others_are_looked_for(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for index in range(60):
        (project / f"m{index}.py").write_text(LONG + f"x = ( # {index}\n" * (index % 7 == 3))
    execute(["--output-format", "json", "."])
    alone = capsys.readouterr()
    ahead: list[int] = []
    read_all = engine.read_all

    def reading_all(files: Any, progress: Any, words: Any, readers: reading.Readers, loaded: Any) -> Any:
        ahead.extend(len(each.tasks) for each in readers.begun)
        return read_all(files, progress, words, readers, loaded)

    monkeypatch.setattr(engine, "read_all", reading_all)
    monkeypatch.setattr(reading, "PARALLEL_FILES", 2 * reading._CHUNK)
    monkeypatch.setattr(reading, "_processors", lambda: 2)
    execute(["--output-format", "json", "."])
    assert capsys.readouterr() == alone and sum(ahead) == 2 * reading._CHUNK
    # A file that is found twice is read and told once.
    execute(["--output-format", "json", ".", "m3.py", "m4.py"])
    assert capsys.readouterr() == alone
    # On a machine with many processors it is not known before how many there will be.
    ahead.clear()
    monkeypatch.setattr(reading, "_processors", lambda: 3)
    execute(["--output-format", "json", "."])
    assert capsys.readouterr() == alone and not ahead


def test_workers_end_with_a_configuration_that_is_wrong(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[bool] = []
    shutdown = ProcessPoolExecutor.shutdown

    def ending(executor: ProcessPoolExecutor, *given: Any, **more: Any) -> None:
        shutdown(executor, *given, **more)
        ended.append(True)

    monkeypatch.setattr(ProcessPoolExecutor, "shutdown", ending)
    monkeypatch.setattr(reading, "PARALLEL_FILES", 2 * reading._CHUNK)
    monkeypatch.setattr(reading, "_processors", lambda: 2)
    for index in range(30):
        (project / f"m{index}.py").write_text(LONG)
    (project / "wrong").mkdir()
    (project / "wrong" / "promptlint.toml").write_text("unknown = 1\n")
    assert execute(["."]) == 2 and ended


def test_workers_end_while_what_they_have_read_is_linted(monkeypatch: pytest.MonkeyPatch, project: Path) -> None:
    begun, ended = threading.Event(), threading.Event()
    shutdown, lint = ProcessPoolExecutor.shutdown, engine.lint

    def ending(executor: ProcessPoolExecutor, *given: Any, **more: Any) -> None:
        # It ends after linting has begun, and linting goes on after that.
        if not ended.is_set() and begun.wait(PATIENCE):
            ended.set()
        shutdown(executor, *given, **more)

    def linting(*given: Any, **more: Any) -> engine.Report:
        begun.set()
        assert ended.wait(PATIENCE)
        return lint(*given, **more)

    monkeypatch.setattr(reading, "PARALLEL_FILES", 1)
    monkeypatch.setattr(reading, "_processors", lambda: 2)
    monkeypatch.setattr(ProcessPoolExecutor, "shutdown", ending)
    monkeypatch.setattr(engine, "lint", linting)
    for index in range(30):
        (project / f"m{index}.py").write_text(LONG)
    assert execute(["--exit-zero", "--quiet", "."]) == 0 and ended.is_set()


def test_who_reads_no_further_gets_no_traceback(tmp_path: Path) -> None:
    for index in range(300):
        (tmp_path / f"m{index}.py").write_text(LONG)
    (tmp_path / "promptlint.toml").write_text(OVERSIZED)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = f"{sys.executable} -m promptlint --output-format json . | head -n 1"
    done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, env=environment, timeout=PATIENCE)
    assert (done.stdout, done.stderr) == (b"[\n", b"")


def _interruptible() -> None:
    """What a shell starts in the background ignores interrupts, and so does all that it starts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_an_interrupt_is_quiet(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "promptlint", "-"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=-1, stderr=-1, cwd=tmp_path, env=environment, preexec_fn=_interruptible
    ) as process:
        assert process.stdin is not None
        # More than a pipe holds: it is written when the program has begun to read it, and still waits for its end.
        process.stdin.write(b"# A row of a program.\n" * 20_000)
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (130, b"", b"")


def test_version_imports_next_to_nothing(tmp_path: Path) -> None:
    assert promptlint("--version", cwd=tmp_path).stdout.decode() == f"promptlint {__version__}\n"
    program = (
        "import sys; before = set(sys.modules); sys.argv = ['promptlint', '--version']\n"
        "from promptlint.cli import main; main()\n"
        "print(sorted(name for name in set(sys.modules) - before if not name.startswith('promptlint')))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=environment, timeout=PATIENCE)
    assert done.stdout.decode().splitlines()[1] in ("[]", "['__future__']")


def test_a_line_is_no_path_of_check(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hint = "a line is for `promptlint layout FILE:LINE` and `promptlint prompts FILE:LINE`, one at a time"
    for arguments in (["app.py:1"], ["check", "app.py:1:4"], ["layout", "app.py:1", "app.py:2"]):
        assert execute(arguments) == 2
        assert f"no such file or directory: {hint}\n" in capsys.readouterr().err
    assert execute(["gone.py:1"]) == 2
    assert hint not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "newer"),
    [
        ("x = 1\ntype def = 3\n", True),
        ('x = 1\nprint "You are kind."\n', False),
        ("x = 1\n  y = 2\n", False),
        ("x = 1\ny = (\n", False),
        (f"x = 1\ny = {'(' * 5_000}1{')' * 5_000}\n", False),
    ],
)
def test_a_syntax_error_names_the_version(
    project: Path, capsys: pytest.CaptureFixture[str], text: str, newer: bool
) -> None:
    (project / "bad.py").write_text(text)
    assert execute(["bad.py"]) == 0
    said = capsys.readouterr().err
    # One form for all, whatever the line.
    assert said.startswith("promptlint: bad.py: skipped: line 2: ") and said.count("\n") == 1
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert (f" (read as Python {version}, under which promptlint runs)\n" in said) == newer


@pytest.mark.parametrize("command", ["check", "check --output-format json", "check --quiet", "prompts", "layout"])
def test_a_syntax_error_is_said_of_standard_input_as_of_a_file(project: Path, command: str) -> None:
    bad = b"x = 1\ny = (\n"
    (project / "bad.py").write_bytes(bad)
    file = promptlint(*command.split(), "bad.py", cwd=project)
    given = promptlint(*command.split(), "--stdin-filename", "bad.py", "-", cwd=project, text=bad)
    assert file.stderr.startswith(b"promptlint: bad.py: skipped: line 2: '(' was never closed\n")
    assert (given.stdout, given.stderr, given.returncode) == (file.stdout, file.stderr, file.returncode)
    strict = promptlint("--strict", "--quiet", "-", cwd=project, text=b"{% if x %}\n")
    said = b"; without --stdin-filename standard input is Python\n"
    assert strict.stderr.startswith(b"promptlint: stdin.py: skipped: line 1: ") and strict.stderr.endswith(said)
    assert (strict.stdout, strict.returncode) == (b"", 2)


def test_the_help_of_a_command_is_not_cut_off(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["--help"]) == 0
    commands = capsys.readouterr().out.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in commands] == ["check", "layout", "prompts", "rule"]
    assert all(line.endswith(".") and not line.endswith("...") and len(line) < 80 for line in commands)


def test_a_nul_byte_is_no_matter_of_the_version(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "bad.py").write_text("x = '\0'\n")
    assert execute(["bad.py"]) == 0
    said = capsys.readouterr().err
    assert said.startswith("promptlint: bad.py: skipped: ") and "null bytes" in said and "newer" not in said


def test_an_ignore_that_other_files_need_is_not_called_unused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sorting = " ".join(f"Letters of desk {number} go to room {number * 7}." for number in range(120))
    rows = json.dumps([{"desk": number, "room": number * 7} for number in range(30)], indent=4)
    (tmp_path / "texts.py").write_text(
        f'TEMPLATE = """This came in: {{ticket}}\n\n{sorting}"""\n'
        f'NOTE = """{rows}"""  # promptlint: ignore[pretty-json] so be it\n'
    )
    (tmp_path / "app.py").write_text(
        "import openai\nfrom texts import NOTE, TEMPLATE\n\nclient = openai.OpenAI()\n\n\ndef ask(ticket):\n"
        "    # promptlint: ignore[static-after-variable] the ticket has to come first\n"
        "    client.chat.completions.create(model='gpt-5.2', messages=[\n"
        "        {'role': 'user', 'content': NOTE},\n"
        "        {'role': 'user', 'content': TEMPLATE.format(ticket=ticket)},\n    ])\n"
    )
    monkeypatch.chdir(tmp_path)
    for paths in (["."], ["app.py"], ["texts.py"]):
        execute(paths)
        out = capsys.readouterr().out
        assert "unused-ignore" not in out, out
    # What one file alone says is judged: this text is a prompt, and it is not indented.
    (tmp_path / "own.py").write_text("A_PROMPT = 'You are kind.'  # promptlint: ignore[indented-prompt] so be it\n")
    assert execute(["own.py"]) == 1 and "unused-ignore" in capsys.readouterr().out


def test_what_is_skipped_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("n.txt", "test_a.py", "b.py"):
        (tmp_path / name).write_text(LONG)
    nothing = "promptlint: no Python or Jinja files to read"
    assert execute([str(tmp_path / "n.txt")]) == 0
    first, last = capsys.readouterr().err.splitlines()
    assert ": skipped: neither Python nor Jinja" in first and last == nothing
    assert execute([str(tmp_path / "test_a.py")]) == 0
    assert capsys.readouterr().err == f"{nothing}; 1 test file left out, see --include-tests\n"
    (tmp_path / "promptlint.toml").write_text('exclude = ["b.py"]\n')
    assert execute([str(tmp_path / "b.py")]) == 0
    assert capsys.readouterr().err == f"{nothing}; 1 path excluded, -v names them\n"
    assert execute(["rule", "xyz"]) == 2
    assert "there is no rule `xyz`; `promptlint rule` lists the rules" in capsys.readouterr().err


def test_the_hook_for_pre_commit_lints_prompts_that_stand_in_settings_files(project: Path) -> None:
    import yaml

    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    # Every text file starts it, and it is given the project.
    assert (hook["types"], hook["pass_filenames"]) == (["text"], False) and "types_or" not in hook
    (project / "promptlint.toml").write_text("")
    (project / "prompts.yaml").write_text("reply: Reply to {letter} in a friendly way. Sign with {name}.\n")
    (project / "app.py").write_text(
        "import openai, yaml\nfrom pathlib import Path\n\n"
        "PROMPTS = yaml.safe_load((Path(__file__).parent / 'prompts.yaml').read_text())\n\n"
        "def reply(letter):\n    text = PROMPTS['reply'].format(letter=letter)\n"
        "    return openai.OpenAI().responses.create(model='gpt-5', input=text)\n"
    )
    command = [*hook["entry"].split()[1:], *hook["args"]]
    done = promptlint(*command, cwd=project)
    assert done.returncode == 1 and b"error[missing-variable]" in done.stdout
