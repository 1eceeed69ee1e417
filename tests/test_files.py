"""Which files are read."""

from __future__ import annotations

import os
import socket
import warnings
from pathlib import Path

import pytest

from promptlint import config
from promptlint.config import Configuration, Overrides, Patterns
from promptlint.files import MAX_BYTES, Discovery, File, discover, display, given, read


def make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")


def find(root: Path, *paths: str, include_tests: bool = False, exclude: tuple[str, ...] = ()) -> Discovery:
    overrides = Overrides(include_tests=include_tests, exclude=exclude, cwd=str(root))
    return discover([str(root / path) for path in paths or (".",)], Configuration(overrides), str(root))


def names(found: Discovery) -> list[str]:
    return [file.name for file in found.files]


def kinds(found: Discovery) -> dict[str, str]:
    return {each.name: each.kind for each in found.skipped}


def test_python_and_jinja_below_a_directory_in_order(tmp_path: Path) -> None:
    make(tmp_path, "b.py", "a/z.py", "a/p.j2", "p.jinja", "p.JINJA2", "s.pyi", "n.txt", "a.pyc", "B.py")
    assert names(find(tmp_path)) == ["B.py", "a/p.j2", "a/z.py", "b.py", "p.JINJA2", "p.jinja"]


def test_order_of_arguments_and_repeats_change_nothing(tmp_path: Path) -> None:
    make(tmp_path, "a/x.py", "b/y.py")
    one = find(tmp_path, "b", "a/x.py", "a", "./b/../a")
    assert one == find(tmp_path, "a", "b") and names(one) == ["a/x.py", "b/y.py"]


def test_directories_without_source_of_the_project(tmp_path: Path) -> None:
    make(
        tmp_path, ".venv/a.py", "node_modules/a.py", "pkg/__pycache__/a.py", "env/pyvenv.cfg", "env/a.py", "build/a.py"
    )
    make(tmp_path, "pkg/a.py", ".hidden/a.py")
    assert names(find(tmp_path)) == [".hidden/a.py", "pkg/a.py"]
    assert names(find(tmp_path, "build")) == ["build/a.py"]
    make(tmp_path, "pkg/__init__.py", "pkg/build/b.py", "pkg/node_modules/c.py", "other/build/d.py")
    assert names(find(tmp_path)) == [".hidden/a.py", "pkg/__init__.py", "pkg/a.py", "pkg/build/b.py"]


def test_tests_are_left_out(tmp_path: Path) -> None:
    make(
        tmp_path, "tests/data.py", "pkg/tests/p.j2", "test_a.py", "a_test.py", "conftest.py", "testing.py", "contest.py"
    )
    found = find(tmp_path)
    assert names(found) == ["contest.py", "testing.py"] and found.tests == 5
    assert len(names(find(tmp_path, include_tests=True))) == 7


def test_folders_of_unit_tests(tmp_path: Path) -> None:
    make(tmp_path, "etc/unittest/client.py", "unit_tests/client.py", "unittest_tools/client.py")
    found = find(tmp_path)
    assert names(found) == ["unittest_tools/client.py"] and found.tests == 2


def test_a_project_in_a_folder_called_tests(tmp_path: Path) -> None:
    root = tmp_path / "tests" / "project"
    make(root, "pyproject.toml", "app.py", "tests/t.py")
    assert names(find(tmp_path, "tests/project")) == ["tests/project/app.py"]
    assert names(find(tmp_path, "tests/project/app.py")) == ["tests/project/app.py"]
    assert names(find(root)) == ["app.py"]


def test_a_named_test_is_left_out_and_said(tmp_path: Path) -> None:
    make(tmp_path, "pyproject.toml", "tests/data.py", "tests/test_a.py")
    found = find(tmp_path, "tests/data.py", "tests/test_a.py")
    assert names(found) == [] and kinds(found) == {"tests/data.py": "tests", "tests/test_a.py": "tests"}
    assert names(find(tmp_path, "tests/data.py", include_tests=True)) == ["tests/data.py"]


@pytest.mark.parametrize("pattern", ["gen.py", "lib/", "lib/gen.py", "/lib", "./lib/", "./lib/gen.py", "**/g*.py"])
def test_exclude_goes_for_named_files_too(tmp_path: Path, pattern: str) -> None:
    make(tmp_path, "lib/gen.py", "app.py")
    (tmp_path / "promptlint.toml").write_text(f'exclude = ["{pattern}"]\n')
    assert names(find(tmp_path)) == ["app.py"]
    assert kinds(find(tmp_path, "lib/gen.py")) == {"lib/gen.py": "excluded"}


def test_exclude_of_the_command_line_is_added(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "b.py", "c.py")
    (tmp_path / "promptlint.toml").write_text('exclude = ["a.py"]\n')
    assert names(find(tmp_path, exclude=("b.py",))) == ["c.py"]


def test_gitignore(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "gen.py", "out/b.py", "sub/gen.py", "sub/keep/gen.py", "sub/own.py", "info.py")
    (tmp_path / ".git" / "info").mkdir(parents=True)
    (tmp_path / ".git/info/exclude").write_text("info.py\n")
    (tmp_path / ".gitignore").write_text("# generated\n!\ngen.py\n/out/\n")
    (tmp_path / "sub/.gitignore").write_text("own.py\r\n!keep/gen.py\r\n")
    assert names(find(tmp_path)) == ["a.py", "sub/keep/gen.py"]
    assert names(find(tmp_path, "sub")) == ["sub/keep/gen.py"]


def test_patterns_of_all_kinds_in_one_file(tmp_path: Path) -> None:
    lines = ["gen.py", "*_out.py", "/top.py", "sub/here.py", "**/far.py", "deep/**/own.py", "bin/", "!kept_out.py"]
    left_out = ["gen.py", "sub/gen.py", "sub/a_out.py", "top.py", "sub/here.py", "sub/x/far.py", "deep/x/own.py"]
    left_out += ["sub/bin/app.py"]
    kept = ["sub/kept_out.py", "sub/top.py", "x/sub/here.py", "own.py", "sub/gen.pyi.py", "sub/bin.py"]
    make(tmp_path, *left_out, *kept)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("\n".join(lines))
    assert names(find(tmp_path)) == sorted(kept)


def test_the_same_gitignore_in_several_directories_is_compiled_once_and_meant_of_each(tmp_path: Path) -> None:
    make(tmp_path, "one/out/a.py", "one/b.py", "two/out/c.py", "two/sub/out/d.py")
    for folder in ("one", "two"):
        (tmp_path / folder / ".gitignore").write_text("/out/\n*.generated.py\n")
    (tmp_path / ".git").mkdir()
    config._compiled.cache_clear()
    assert names(find(tmp_path)) == ["one/b.py", "two/sub/out/d.py"]
    assert config._compiled.cache_info().misses == 1


def test_lines_of_gitignore_that_are_no_patterns_are_passed_over(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "gen.py", "z.log.py")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("[z-a].log.py\n[a--b]\n[[:nope:]]\n[a&&b]\n\\\ngen.py\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert names(find(tmp_path)) == ["a.py", "z.log.py"]


def test_what_git_ignores_is_read_when_it_is_named(tmp_path: Path) -> None:
    make(tmp_path, "out/deep/b.py", "gen.py")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("out\ngen.py\n")
    assert names(find(tmp_path, "out/deep", "gen.py")) == ["gen.py", "out/deep/b.py"]


def test_gitignore_above_the_repository_is_not_ours(tmp_path: Path) -> None:
    make(tmp_path, "repo/a.py")
    (tmp_path / ".gitignore").write_text("*\n")
    assert names(find(tmp_path, "repo")) == ["repo/a.py"]
    (tmp_path / "repo/.git").mkdir()
    assert names(find(tmp_path, "repo")) == ["repo/a.py"]


def test_links_and_what_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "pkg/a.py")
    (tmp_path / "pkg/loop").symlink_to(tmp_path)
    (tmp_path / "pkg/self.py").symlink_to("self.py")
    (tmp_path / "pkg/gone.py").symlink_to("nowhere.py")
    (tmp_path / "pkg/link.py").symlink_to("a.py")
    (tmp_path / "pkg/dir.py").mkdir()
    os.mkfifo(tmp_path / "pkg/fifo.py")
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(tmp_path / "pkg")  # an absolute path would be too long for a socket
        server.bind("socket.py")
        assert names(find(tmp_path)) == ["pkg/a.py", "pkg/link.py"]
        found = find(tmp_path, "pkg/fifo.py", "pkg/socket.py", "pkg/gone.py", "pkg/self.py")
    assert names(found) == []
    assert kinds(found) == {
        "pkg/fifo.py": "other",
        "pkg/socket.py": "other",
        "pkg/gone.py": "missing",
        "pkg/self.py": "missing",
    }


def test_a_fifo_that_took_a_files_place_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.py")
    with pytest.raises(OSError, match="not a regular file"):
        read(File("a.py", str(tmp_path / "a.py")))


def test_a_file_of_many_megabytes_is_not_read(tmp_path: Path) -> None:
    with open(tmp_path / "a.py", "wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(OSError, match="larger than 16 MiB"):
        read(File("a.py", str(tmp_path / "a.py")))


def test_missing_and_other(tmp_path: Path) -> None:
    make(tmp_path, "notes.md")
    found = find(tmp_path, "nope", "nope/a.py", "notes.md", "nul\0.py")
    assert [each.kind for each in found.skipped] == ["missing", "missing", "other", "missing"]


def test_names_that_are_no_text(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    for name in (b"new\nline.py", b"caf\xe9.py", "schön.py".encode()):
        with open(os.path.join(folder, name), "w") as file:
            file.write("x = 1\n")
    found = find(tmp_path)
    assert names(found) == ["caf\\xe9.py", "new\nline.py", "schön.py"]
    assert [read(file) for file in found.files] == [b"x = 1\n"] * 3


def test_names_below_and_beside_the_working_directory() -> None:
    assert display(os.path.abspath("/w/a/b.py"), "/w") == "a/b.py"
    assert display("/x/b.py", "/w") == "/x/b.py"
    assert display("/wide/b.py", "/w") == "/wide/b.py"
    assert display("/b.py", "/") == "b.py"


def test_text_from_elsewhere_has_the_settings_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "promptlint.toml").write_text('exclude = ["gen.py"]\n')
    configuration = Configuration(Overrides(cwd=str(tmp_path)))
    found = given(str(tmp_path / "sub/new.py"), b"x", configuration, str(tmp_path))
    assert [(file.name, read(file)) for file in found.files] == [("sub/new.py", b"x")]
    assert given(str(tmp_path / "gen.py"), b"x", configuration, str(tmp_path)).files == []
    assert given(str(tmp_path / "test_a.py"), b"x", configuration, str(tmp_path)).tests == 1


def test_deep_directories(tmp_path: Path) -> None:
    path = tmp_path.joinpath(*["d"] * 400)
    path.mkdir(parents=True)
    (path / "a.py").write_text("x = 1\n")
    assert len(find(tmp_path).files) == 1


def test_patterns_that_are_none_are_passed_over() -> None:
    patterns = Patterns("/w", ["!", "\\", "a.py"])
    assert patterns.verdict("/w/x/a.py") is True
    assert patterns.verdict("/w/b.py") is None
    assert patterns.verdict("/elsewhere/a.py") is None


def test_what_a_project_is_called_makes_no_prompts_of_its_texts(tmp_path: Path) -> None:
    make(tmp_path, "prompts/tone.md", "prompts/desk/rules.md")
    folder = tmp_path / "prompts"
    assert names(find(tmp_path, "prompts")) == ["prompts/desk/rules.md", "prompts/tone.md"]
    (folder / "pyproject.toml").write_text("[project]\n")
    assert names(find(tmp_path, "prompts")) == []


def test_a_folder_of_prompts_may_be_a_package_of_its_own_in_a_project(tmp_path: Path) -> None:
    make(tmp_path, "prompts/tone.md", "prompts/pyproject.toml", "pyproject.toml")
    tone = ["prompts/tone.md"]
    assert names(find(tmp_path, "prompts")) == names(find(tmp_path)) == tone
    assert names(discover([str(tmp_path / "prompts/tone.md")], Configuration(), str(tmp_path))) == tone
    # A repository within another one is no folder of it.
    (tmp_path / "prompts/.git").write_text("gitdir: ../.git/modules/prompts\n")
    assert names(find(tmp_path, "prompts")) == []


def test_patterns_that_match_no_file_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from promptlint.commands import execute

    # Not the directory of the test itself: other tests have theirs beside it.
    project = tmp_path / "project"
    files = ("src/app.py", "src/legacy/old.py", "tests/test_app.py", "left/out.py", "notes/plain.xyz", "build/made.py")
    for name in files:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("X = 1\n")
    (project / "promptlint.toml").write_text("""
        exclude = ["left/", "nowhere/"]
        templates = ["notes/*.xyz", "*.xyz", "!src/", "letters/*.xyz"]
        [per-file-ignores]
        "src/legacy/" = ["bloat"]
        "app.py" = ["bloat"]
        "legacy/*.py" = ["bloat"]
        # What is there, if nobody reads it.
        "tests/*.py" = ["bloat"]
        "left/*.py" = ["bloat"]
        "build/" = ["bloat"]
    """)

    def told(*arguments: str) -> list[str]:
        assert execute(list(arguments)) == 0
        start = f"promptlint: {project / 'promptlint.toml'}: "
        return [line.removeprefix(start) for line in capsys.readouterr().err.splitlines() if line.startswith(start)]

    end = f"matches no file; patterns go from {project} downwards"
    expected = [f"templates: `letters/*.xyz` {end}", f"per-file-ignores: `legacy/*.py` {end}"]
    assert told(str(project)) == told(str(project.parent)) == expected
    # A part of the project does not tell, nor does one file; who wants to hear nothing hears nothing.
    assert told(str(project / "src")) == told(str(project / "src/app.py")) == told(str(project), "--quiet") == []


def test_of_more_files_than_are_looked_at_no_pattern_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from promptlint.commands import execute

    (tmp_path / "app.py").write_text("X = 1\n")
    (tmp_path / "promptlint.toml").write_text('[per-file-ignores]\n"x.py" = ["bloat"]\n')
    for most, told in ((5, True), (1, False)):
        monkeypatch.setattr("promptlint.files._MAX_LOOKED_AT", most)
        assert execute([str(tmp_path)]) == 0 and ("matches no file" in capsys.readouterr().err) == told
