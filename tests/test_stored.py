"""Readings of earlier runs: what has not changed is not read again, and says the same."""

from __future__ import annotations

import os
import pickle
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from promptlint import reading, stored
from promptlint.commands import execute
from promptlint.extract.facts import Facts
from promptlint.reading import Readers, Reading
from promptlint.stored import Stored

FILES = reading.STORED_FILES + 10


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of enough files, of which each has a prompt, and one takes that of another."""
    root = tmp_path / "project"
    root.mkdir()
    for number in range(FILES):
        (root / f"part{number}.py").write_text(
            f'RULES_PROMPT = "You are clerk number {number}. Answer every letter in one short sentence."\n'
        )
    (root / "ask.py").write_text(
        "from openai import OpenAI\nfrom part3 import RULES_PROMPT\n\n\ndef ask(letter):\n"
        "    return OpenAI().chat.completions.create(\n        model='gpt-4o',\n"
        "        messages=[{'role': 'system', 'content': RULES_PROMPT}, {'role': 'user', 'content': letter}],\n    )\n"
    )
    (root / "cut.py").write_text("def ask(:\n")
    (root / "odd\udcff.py").write_bytes(b"PROMPT = 'You are a clerk. Answer the letter in one sentence.'\n")
    monkeypatch.chdir(root)
    monkeypatch.delenv("PROMPTLINT_NO_CACHE")
    monkeypatch.setenv("PROMPTLINT_CACHE_DIR", str(tmp_path / "cache"))
    return root


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the files that are read, in this process."""
    names: list[str] = []
    original = reading.read_source

    def noted(source, *given):
        names.append(source.name)
        return original(source, *given)

    monkeypatch.setattr(reading, "read_source", noted)
    yield names


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = execute([*arguments, "."])
    said = capsys.readouterr()
    return code, said.out, said.err


PROMPTS = ("prompts", "--output-format", "json")
REQUESTS = ("prompts", "--requests", "--output-format", "json")


def database(project: Path) -> Path:
    (found,) = (project.parent / "cache").glob("*.sqlite3")
    return found


@pytest.mark.parametrize("command", [PROMPTS, REQUESTS, ("check", "--select", "all", "--output-format", "json")])
def test_a_second_run_reads_nothing_and_says_the_same(project, read, capsys, command):
    first = run(capsys, *command)
    assert len(read) == FILES + 3
    assert "cut.py" in first[2]
    read.clear()
    assert run(capsys, *command) == first
    assert read == []
    assert run(capsys, *command, "--no-cache") == first


def test_what_has_changed_is_read_again(project, read, capsys):
    before = run(capsys, *PROMPTS)
    (project / "part3.py").write_text('RULES_PROMPT = "You are a new clerk. Write no more than ten words."\n')
    (project / "part4.py").rename(project / "part4_moved.py")
    read.clear()
    after = run(capsys, *PROMPTS)
    assert sorted(read) == ["part3.py", "part4_moved.py"]
    assert after == run(capsys, *PROMPTS, "--no-cache")
    assert after[1] != before[1]


def test_what_the_project_says_of_its_code_is_a_part_of_it(project, read, capsys):
    run(capsys, *PROMPTS)
    (project / "pyproject.toml").write_text('[tool.promptlint]\nnot-names = ["RULES_PROMPT"]\n')
    read.clear()
    after = run(capsys, *PROMPTS)
    assert len(read) == FILES + 3
    assert after == run(capsys, *PROMPTS, "--no-cache")


def test_nothing_is_kept_where_nobody_wants_it(project, read, capsys, monkeypatch):
    run(capsys, *PROMPTS, "--no-cache")
    monkeypatch.setenv("PROMPTLINT_NO_CACHE", "1")
    run(capsys, *PROMPTS)
    assert not (project.parent / "cache").exists()
    monkeypatch.delenv("PROMPTLINT_NO_CACHE")
    run(capsys, *PROMPTS, "--cache-dir", "elsewhere")
    assert list((project / "elsewhere").glob("*.sqlite3"))


def test_few_files_are_read_as_they_are(project, capsys):
    execute([*PROMPTS, "part1.py"])
    assert "part1.py" in capsys.readouterr().out
    assert not (project.parent / "cache").exists()


@pytest.mark.parametrize("spoilt", [b"", b"no database" * 1000, "half", "behind", "bits", "table", "view"])
def test_a_spoilt_database_costs_nothing_but_time(project, read, capsys, spoilt):
    first = run(capsys, *PROMPTS)
    path = database(project)
    if isinstance(spoilt, bytes):
        path.write_bytes(spoilt)
    elif spoilt in ("table", "view"):
        path.unlink()
        with sqlite3.connect(path) as opened:
            many = "WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n) SELECT k FROM n"
            opened.execute("CREATE TABLE readings (a)" if spoilt == "table" else f"CREATE VIEW readings AS {many}")
    else:
        held = path.read_bytes()
        other = held.replace(b"RULES_PROMPT", b"RULES_PROMPX") if spoilt == "bits" else b"\xff" * len(held)
        path.write_bytes(held[: len(held) // 2] if spoilt == "half" else held[:4096] + other[4096:])
    for _ in range(3):
        assert run(capsys, *PROMPTS) == first
    # By then there is one that is none of that.
    read.clear()
    assert run(capsys, *PROMPTS) == first and not read


def test_a_directory_that_cannot_be_written_is_left_alone(project, capsys, tmp_path, monkeypatch):
    first = run(capsys, *PROMPTS, "--no-cache")
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        assert run(capsys, *PROMPTS, "--cache-dir", str(place)) == first
        assert "nothing is kept for the next run: " in run(capsys, *PROMPTS, "-v", "--cache-dir", str(place))[2]
    monkeypatch.setenv("HOME", str(tmp_path))
    run(capsys, *PROMPTS, "--cache-dir", "~/below")
    assert list((tmp_path / "below").glob("*.sqlite3")) and not (project / "~").exists()


class Evil:
    def __reduce__(self):
        return os.mkdir, ("made-by-a-pickle",)


@pytest.mark.parametrize(
    "planted",
    [
        pickle.dumps(Evil()), pickle.dumps([1]), pickle.dumps(Facts("x")), b"\x80\x05.", b"", pickle.dumps(os.system),
        # Of another file, and of none.
        reading._pack(Reading(Facts("other.py"))), reading._pack(Reading(None)),
    ],
)
def test_what_lies_there_is_never_run(project, read, capsys, planted):
    first = run(capsys, *PROMPTS)
    with sqlite3.connect(database(project)) as opened:
        for (key,) in opened.execute("SELECT key FROM readings").fetchall():
            said = (planted, stored.digest(key, planted), key)
            opened.execute("UPDATE readings SET reading = ?, digest = ? WHERE key = ?", said)
    read.clear()
    assert run(capsys, *PROMPTS) == first
    assert len(read) == FILES + 3
    assert not (project / "made-by-a-pickle").exists()


def test_only_classes_of_readings_are_made():
    for name in ("reading\nread\n", "template\nreferences\n", "extract.facts\nmsgspec\n", "reading\n_Made\n"):
        with pytest.raises(pickle.UnpicklingError, match="no part of a reading"):
            reading._unpack(b"\x80\x02cpromptlint." + name.encode() + b".")


def test_a_reading_is_the_same_when_it_comes_back():
    text = Path(__file__).read_bytes()
    (made,) = reading._read_chunk([(reading.File("a.py", "a.py", text), b"")])
    assert isinstance(made.reading, Reading) and made.reading.facts.functions
    assert reading._unpack(reading._pack(made.reading)) == made.reading


def test_what_went_wrong_in_promptlint_is_tried_again(project, read, capsys, monkeypatch):
    original = reading._facts

    def failing(source, *given):
        if source.name == "part5.py":
            raise ValueError("once")
        return original(source, *given)

    monkeypatch.setattr(reading, "_facts", failing)
    assert "part5.py" in run(capsys, *PROMPTS)[2]
    monkeypatch.setattr(reading, "_facts", original)
    read.clear()
    assert "part5.py" not in run(capsys, *PROMPTS)[2]
    assert read == ["part5.py"]


def test_every_part_of_a_key_counts():
    keys = {stored.digest(*parts) for parts in ((b"ab", b"c"), (b"a", b"bc"), (b"abc",), (b"", b"abc"), (b"abc", b""))}
    assert len(keys) == 5
    files = [reading.File("a.py", "a.py", b""), reading.File("b.py", "a.py", b""), reading.File("a.py", "a.py", b"", 1)]
    made = {reading._key((file, words), data) for file in files for words in (b"", b"x") for data in (b"", b"1")}
    assert len(made) == 12


def test_what_nothing_uses_any_more_is_dropped(tmp_path, monkeypatch):
    def on(day: int) -> Stored:
        monkeypatch.setattr(stored.time, "time", lambda: day * 86_400 + 1.0)
        return Stored(str(tmp_path))

    on(1).store([(b"old", b"1"), (b"used", b"2")])
    day = on(20)
    assert day.find([b"used"]) == {b"used": b"2"}
    day.store([])
    day = on(40)
    assert day.find([b"used"]) == {b"used": b"2"}
    day.store([(b"new", b"3")])
    assert on(41).find([b"old", b"used", b"new"]) == {b"used": b"2", b"new": b"3"}
    # So are the databases of other versions, and nothing else.
    other, others = tmp_path / f"readings-{'0' * 32}.sqlite3", tmp_path / "db.sqlite3"
    for each in (other, others):
        each.write_bytes(b"")
        os.utime(each, (0, 0))
    (tmp_path / f"readings-{'1' * 32}.sqlite3").symlink_to("nowhere")
    (tmp_path / f"readings-{'2' * 32}.sqlite3").mkdir()
    monkeypatch.setattr(stored, "_installed", lambda: "3" * 32)
    on(60).store([(b"new", b"3")])
    assert not other.exists() and others.exists() and on(60).find([b"new"]) == {b"new": b"3"}


def test_what_no_run_finds_is_dropped_as_well(tmp_path, monkeypatch):
    for day in range(0, 200, 10):
        monkeypatch.setattr(stored.time, "time", lambda day=day: day * 86_400 + 1.0)
        Stored(str(tmp_path)).store([(str(day).encode(), b"1")])
    kept = Stored(str(tmp_path)).find([str(day).encode() for day in range(200)])
    assert sorted(map(int, kept)) == [160, 170, 180, 190]


def test_a_link_is_no_database_of_ours(tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "_installed", lambda: "3" * 32)
    (tmp_path / f"readings-{'3' * 32}.sqlite3").symlink_to("mine.db")
    Stored(str(tmp_path)).store([(b"new", b"3")])
    assert not (tmp_path / "mine.db").exists()


def test_without_a_place_or_a_module_nothing_is_kept(project, capsys, monkeypatch):
    first = run(capsys, *PROMPTS, "--no-cache")
    monkeypatch.delenv("PROMPTLINT_CACHE_DIR")

    def nowhere(*given, **more):
        raise RuntimeError("no home")

    monkeypatch.setattr("platformdirs.user_cache_dir", nowhere)
    assert run(capsys, *PROMPTS) == first
    monkeypatch.setitem(sys.modules, "sqlite3", None)
    assert run(capsys, *PROMPTS, "--cache-dir", str(project.parent / "cache")) == first


def test_texts_that_few_files_load_are_found_again(project, read, capsys):
    (project / "rules.txt").write_text("Sort the letters by the desks that they are for, and by the day.")
    (project / "load.py").write_text('from pathlib import Path\nRULES_PROMPT = Path("rules.txt").read_text()\n')
    first = run(capsys, *PROMPTS)
    assert "rules.txt" in read
    read.clear()
    assert run(capsys, *PROMPTS) == first and not read


def test_another_promptlint_finds_nothing(tmp_path, monkeypatch):
    Stored(str(tmp_path)).store([(b"key", b"1")])
    assert Stored(str(tmp_path)).holds
    monkeypatch.setattr(stored.sys, "version_info", (4, 0))
    assert not Stored(str(tmp_path)).holds


def test_many_processes_may_run_at_once(project):
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    command = [sys.executable, "-m", "promptlint", *PROMPTS, "."]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) for _ in range(4)]
    outputs = {each.communicate()[0] for each in running}
    assert len(outputs) == 1 and outputs.pop().count(b"RULES_PROMPT") == FILES
    with sqlite3.connect(database(project)) as opened:
        assert opened.execute("SELECT count(*) FROM readings").fetchone() == (FILES + 3,)


def test_readers_without_a_store_keep_nothing():
    made = reading._read_chunk([(reading.File("a.py", "a.py", b"A_PROMPT = 'You are a clerk.'"), b"")])
    with Readers() as readers, readers.leaving():
        assert readers.known([]) == {} and readers.take(made) == [made[0].reading] and not readers._news
