"""Imports go one way, modules and functions are short."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "promptlint"
# Each may import those on the lines above it, and its own line.
LAYERS = (
    ("source", "nesting"),
    ("template",),
    ("prompt", "extract", "operations", "margins", "formatting"),
    ("tokens", "providers"),
    (
        "answers",
        "applied",
        "around",
        "objects",
        "modules",
        "slots",
        "classes",
        "clients",
        "beside",
        "callers",
        "changes",
        "learned",
        "collect",
        "contents",
        "covered",
        "decisions",
        "environments",
        "fields",
        "fillings",
        "gaps",
        "given",
        "idle",
        "lent",
        "link",
        "loading",
        "drawn",
        "members",
        "named",
        "parameters",
        "picked",
        "piped",
        "records",
        "references",
        "remarks",
        "requests",
        "returned",
        "schemas",
        "senders",
        "served",
        "signatures",
        "spoken",
        "told",
        "tools",
        "unrolled",
        "usual",
    ),
    ("pieces", "cache", "shared", "structure"),
    ("rules",),
    ("spelling", "config", "words", "files", "ignores", "stored", "reading", "engine"),
    ("output", "fix"),
    ("commands", "server"),
    ("cli",),
    ("__main__",),
)
# What one short prompt in a Python file has no use for.
HEAVY = {"tiktoken", "jinja2", "libcst", "rich", "pathspec", "multiprocessing", "yaml", "difflib", "rapidfuzz"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def layer(module: str) -> int:
    """The layer of a module of the package, by the first part of its name below the package."""
    part = module.split(".")[1] if "." in module else ""
    for number, names in enumerate(LAYERS):
        if part in names:
            return number
    return -1 if not part else pytest.fail(f"{module} stands in no layer")


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imports(path: Path) -> Iterator[str]:
    """The modules that a module imports, at once or later."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports inside the package are absolute"
            module = node.module or ""
            submodules = [alias.name for alias in node.names if not alias.name.startswith("__")]
            yield from [f"{module}.{name}" for name in submodules] if module == "promptlint" else [module]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_one_way(path: Path) -> None:
    own = layer(name_of(path))
    if own < 0:
        assert not [each for each in imports(path) if each.startswith("promptlint")]
    assert not [each for each in imports(path) if each.startswith("promptlint.") and layer(each) > own]


def test_heavy_libraries_are_imported_when_they_are_needed(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text('SYSTEM_PROMPT = "You are kind."\n')
    program = (
        "import sys; from promptlint.commands import execute; assert execute(['app.py']) == 0\n"
        "print(*sorted(sys.modules), file=sys.stderr)"
    )
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    loaded = set(done.stderr.split())
    assert "promptlint.rules.oversized_prompt" in loaded
    assert loaded & HEAVY == set()


def test_every_name_in_the_table_is_a_module() -> None:
    planned = {"fix", "server"}
    modules = {name for names in LAYERS for name in names} - planned
    assert not [name for name in modules if not (PACKAGE / name).is_dir() and not (PACKAGE / f"{name}.py").exists()]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_and_functions_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 600
    functions = (each for each in ast.walk(ast.parse(text)) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))
    assert not [each.name for each in functions if (each.end_lineno or 0) - each.lineno >= 59]
