"""Imports: which file and which name an import path leads to, whatever the layout of the tree."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from timing import within

from promptlint.applied import OPERATIONS
from promptlint.config import Configuration
from promptlint.engine import run
from promptlint.extract.facts import Facts, Problem
from promptlint.extract.python import facts
from promptlint.files import discover
from promptlint.link import Linker, link
from promptlint.modules import Modules
from promptlint.prompt import Project
from promptlint.source import Source
from promptlint.template import Choice, Template, Text, texts

SENT = "\ndef send():\n    return [{'role': 'user', 'content': X}]\n"


def project(files: dict[str, str]) -> Project:
    return link([facts(Source(name, text)) for name, text in files.items()])


def flat(template: Template) -> str:
    """The text of a template; of a choice all ways, between bars."""
    pieces = []
    for part in template:
        if isinstance(part, Text):
            pieces.append(part.value)
        elif isinstance(part, Choice):
            pieces.append("|".join(flat(branch) for branch in part.branches))
        else:
            pieces.append("{}")
    return "".join(pieces)


def sent(files: dict[str, str], importer: str) -> str | None:
    """What the importing file sends, or None if nothing of it is known."""
    read = [facts(Source(name, text)) for name, text in files.items()]
    (home,) = (each for each in read if each.file == importer)
    template = Linker(read).resolve(home.sites[-1].value, home)
    assert isinstance(template, tuple)
    text = flat(template)
    return None if text == "{}" else text


GREY = "X = 'Grey.'\n"
LAYOUTS: list[tuple[dict[str, str], str, str | None]] = [
    # the importing statement's file is named last
    ({"texts.py": GREY, "a.py": "from texts import X" + SENT}, "a.py", "Grey."),
    ({"p/__init__.py": "", "p/texts.py": GREY, "p/a.py": "from p.texts import X" + SENT}, "p/a.py", "Grey."),
    ({"p/__init__.py": "", "p/texts.py": GREY, "p/a.py": "from .texts import X" + SENT}, "p/a.py", "Grey."),
    ({"p/texts.py": GREY, "p/a.py": "from . import texts\nX = texts.X" + SENT}, "p/a.py", "Grey."),
    ({"p/q/texts.py": GREY, "p/a.py": "import p.q.texts as t\nX = t.X" + SENT}, "p/a.py", "Grey."),
    ({"p/q/texts.py": GREY, "a.py": "import p.q.texts\nX = p.q.texts.X" + SENT}, "a.py", "Grey."),
    ({"n/s/texts.py": GREY, "n/t/a.py": "from n.s.texts import X" + SENT}, "n/t/a.py", "Grey."),
    ({"src/p/__init__.py": "", "src/p/t.py": GREY, "run/a.py": "from p.t import X" + SENT}, "run/a.py", "Grey."),
    ({"src/p/__init__.py": GREY, "run/a.py": "from p import X" + SENT}, "run/a.py", "Grey."),
    ({"src/texts.py": GREY, "run/a.py": "from texts import X" + SENT}, "run/a.py", "Grey."),
    ({"other/texts.py": GREY, "run/a.py": "from texts import X" + SENT}, "run/a.py", None),
    ({"p/__init__.py": GREY, "p/q/__init__.py": "", "p/q/a.py": "from .. import X" + SENT}, "p/q/a.py", "Grey."),
    ({"p/__init__.py": GREY, "p/q/a.py": "from ..... import X" + SENT}, "p/q/a.py", None),
    ({"texts.py": GREY, "p/a.py": "from ...texts import X" + SENT}, "p/a.py", None),
    ({"x.py": "X = 'Green.'\n", "x/__init__.py": GREY, "a.py": "from x import X" + SENT}, "a.py", "Grey."),
    ({"p/email/message.py": GREY, "q/a.py": "from email.message import X" + SENT}, "q/a.py", None),
]


@pytest.mark.parametrize(("files", "importer", "expected"), LAYOUTS, ids=[" ".join(each[0]) for each in LAYOUTS])
def test_layouts(files: dict[str, str], importer: str, expected: str | None) -> None:
    assert sent(files, importer) == expected


def test_of_two_modules_of_one_name_the_nearest_wins() -> None:
    files = {}
    for name in ("one", "two"):
        files[f"lib/{name}/src/{name}/__init__.py"] = ""
        files[f"lib/{name}/src/shared/texts.py"] = f"X = 'Of {name}.'\n"
        files[f"lib/{name}/src/{name}/a.py"] = "from shared.texts import X" + SENT
        files[f"lib/{name}/examples/b.py"] = "from shared.texts import X" + SENT
    for name in ("one", "two"):
        assert sent(files, f"lib/{name}/src/{name}/a.py") == f"Of {name}."
        assert sent(files, f"lib/{name}/examples/b.py") == f"Of {name}."


def test_the_own_root_goes_before_a_namesake_inside_the_package() -> None:
    files = {
        "shop/__init__.py": "",
        "shop/texts/__init__.py": "X = 'Inside.'\n",
        "shop/a.py": "from texts import X" + SENT,
        "texts/__init__.py": GREY,
    }
    assert sent(files, "shop/a.py") == "Grey."
    del files["texts/__init__.py"]
    assert sent(files, "shop/a.py") == "Inside."


def test_a_module_does_not_import_itself() -> None:
    files = {"p/openai.py": "from openai import X" + SENT, "openai/__init__.py": GREY}
    assert sent(files, "p/openai.py") == "Grey."


REEXPORTS = [
    {"p/__init__.py": "from .q import X\n", "p/q/__init__.py": "from .texts import X\n", "p/q/texts.py": GREY},
    {"p/__init__.py": "from .q import *\n", "p/q/__init__.py": "from .texts import *\n", "p/q/texts.py": GREY},
    {"p/__init__.py": "from .q import Y as X\n", "p/q.py": "from .r import Z as Y\n", "p/r.py": "Z = 'Grey.'\n"},
    {"p/__init__.py": "from .q import *\nfrom .r import *\n", "p/q.py": "Y = 'Green.'\n", "p/r.py": GREY},
    {"p/__init__.py": "from .q import *\nfrom .r import *\n", "p/q.py": "X = 'Green.'\n", "p/r.py": GREY},
    {"p/__init__.py": "from .q import texts\nX = texts.X\n", "p/q/texts.py": GREY},
]


@pytest.mark.parametrize("files", REEXPORTS)
def test_re_exports_are_followed(files: dict[str, str]) -> None:
    assert sent({**files, "a.py": "from p import X" + SENT}, "a.py") == "Grey."
    assert sent({**files, "a.py": "import p as z\nX = z.X" + SENT}, "a.py") == "Grey."
    assert sent({**files, "a.py": "from p import *" + SENT}, "a.py") == "Grey."


def test_a_long_chain_of_re_exports() -> None:
    files = {f"m{number}.py": f"from m{number + 1} import X\n" for number in range(300)}
    assert sent({**files, "m300.py": GREY, "a.py": "from m0 import X" + SENT}, "a.py") == "Grey."


def test_star_imports_give_what_a_module_exports() -> None:
    hidden = {"t.py": "_X = 'Grey.'\n", "a.py": "from t import *" + SENT.replace("X", "_X")}
    assert sent(hidden, "a.py") is None
    listed = {"t.py": "__all__ = ['_X']\n_X = 'Grey.'\n", "a.py": "from t import *" + SENT.replace("X", "_X")}
    assert sent(listed, "a.py") == "Grey."
    left_out = {"t.py": "__all__ = ['Y']\nX = 'Grey.'\n", "a.py": "from t import *" + SENT}
    assert sent(left_out, "a.py") is None


IN_TURN = "def __getattr__(name):\n    return load(name)\n"
AGAIN = {"p/more/others.py": "X = 'Red.'\n"}


@pytest.mark.parametrize(
    ("package", "others", "expected"),
    [
        (IN_TURN, {}, "Grey."),
        ("import lazy_loader as lazy\n__getattr__, __dir__, __all__ = lazy.attach(__name__, ['more'])\n", {}, "Grey."),
        ("from registry import found\nglobals().update(found)\n", {}, "Grey."),
        ("import sys\nsys.modules[__name__] = _LazyModule(__name__)\n", {}, "Grey."),
        # Nothing gives it a name that it has not.
        ("", {}, None),
        ("import importlib\ndef load(name):\n    return importlib.import_module(name)\n", {}, None),
        # What it takes from elsewhere is none of its own modules'.
        (f"from fast import X\n{IN_TURN}", {}, None),
        (f"from fast import *\n{IN_TURN}", {}, None),
        (IN_TURN, {"p/core.py": "from fast import X\n"}, None),
        # Which of two is meant, nobody knows; a module of the name is that.
        (IN_TURN, AGAIN, None),
        (IN_TURN, {"p/X.py": ""}, None),
    ],
)
def test_a_package_that_gets_its_names_when_it_runs(
    package: str, others: dict[str, str], expected: str | None
) -> None:
    files = {"p/__init__.py": package, "p/more/texts.py": GREY, **others, "a.py": f"from p import X{SENT}"}
    assert sent(files, "a.py") == expected


def test_base_classes_and_functions_through_a_package() -> None:
    files = {
        "p/__init__.py": "from .base import Base, make\n",
        "p/base.py": "class Base:\n    X = 'Grey.'\ndef make(y):\n    return f'Green {y}.'\n",
        "a.py": (
            "from p import Base, make\n"
            "class A(Base):\n    def f(self):\n        return [{'role': 'user', 'content': self.X}]\n"
            "def g():\n    return [{'role': 'user', 'content': make('hills')}]\n"
        ),
    }
    texts = {flat(prompt.template) for prompt in project(files).prompts if prompt.span.file == "a.py"}
    assert texts == {"Grey.", "Green hills."}


CONDITIONAL = [
    ("try:\n    from t import X\nexcept ImportError:\n    X = None\n", "Grey."),
    ("try:\n    from t import X\nexcept ImportError:\n    X = 'Blue.'\n", "Grey.|Blue."),
    ("try:\n    from absent.x import X\nexcept ImportError:\n    from t import X\n", "{}|Grey."),
    ("try:\n    from t import X\nexcept ImportError:\n    from absent.x import X\n", "Grey.|{}"),
    ("if C:\n    from t import X\nelse:\n    from u import X\n", "Grey.|Green."),
    ("from t import X\nX = X + ' Blue.'\n", "Grey. Blue."),
]


@pytest.mark.parametrize(("imports", "expected"), CONDITIONAL)
def test_conditional_imports(imports: str, expected: str) -> None:
    files = {"t.py": GREY, "u.py": "X = 'Green.'\n", "a.py": imports + SENT, "b.py": "from a import X" + SENT}
    assert (sent(files, "a.py"), sent(files, "b.py")) == (expected, expected)


def test_imports_inside_functions_hold_there() -> None:
    text = "".join(
        f"def f_{name}():\n    from {name} import X\n    return [{{'role': 'user', 'content': X}}]\n"
        f"def g_{name}():\n    from p import {name} as m\n    return [{{'role': 'user', 'content': m.X}}]\n"
        for name in ("t", "u")
    )
    green = "X = 'Green.'\n"
    files = {"t.py": GREY, "u.py": green, "p/t.py": GREY, "p/u.py": green, "a.py": text}
    texts = [flat(prompt.template) for prompt in project(files).prompts if prompt.span.file == "a.py"]
    assert texts == ["Grey.", "Grey.", "Green.", "Green."]


def test_the_order_of_files_does_not_matter() -> None:
    files = {f"lib/{name}/src/s/t.py": f"X = 'Of {name}.'\n" for name in ("one", "two")}
    files["x/a.py"] = "from s.t import X" + SENT
    for layout, _, _ in LAYOUTS:
        files.update({f"l{len(files)}/{name}": text for name, text in layout.items()})
    read = [facts(Source(name, text)) for name, text in files.items()]
    first = link(read)
    for seed in range(5):
        random.Random(seed).shuffle(read)
        assert link(read) == first


def test_the_working_directory_and_the_form_of_paths_do_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "shop"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "texts.py").write_text(GREY)
    (package / "a.py").write_text("from shop.texts import X" + SENT)
    found = []
    for cwd, argument in ((tmp_path, "shop"), (tmp_path, str(package)), (package, "."), (Path("/"), str(package))):
        monkeypatch.chdir(cwd)
        configuration = Configuration()
        report = run(discover([argument], configuration, str(cwd)).files, configuration)
        found.append([flat(prompt.template) for prompt in report.project.prompts])
    assert found == [["Grey."]] * 4


def quick(files: dict[str, str], seconds: float = 10) -> Project:
    return within(seconds, lambda: project(files))


def test_cycles_end() -> None:
    quick({"a.py": "from b import X" + SENT, "b.py": "from a import X" + SENT})
    quick({"a.py": "from a import X" + SENT})
    quick({"a.py": "from a import *" + SENT})
    quick({"p/__init__.py": "from . import *\nfrom .p import X\n", "p/p.py": "from . import X" + SENT})
    quick({"a.py": "from b import Y\nX = Y + 'Grey.'" + SENT, "b.py": "from a import X\nY = X + 'Green.'" + SENT})
    own = "from a import A\nclass B(A):\n    def f(self):\n        send_prompt(self.x)\n"
    quick({"a.py": "from b import B\nclass A(B): ...\n", "b.py": own})


def test_modules_that_import_all_of_each_other_end() -> None:
    stars = "".join(f"from m{number} import *\n" for number in range(40))
    files = {f"m{number}.py": stars + SENT.replace("X", f"Y{number}") for number in range(40)}
    quick({**files, "m40.py": GREY, "a.py": "from m0 import *" + SENT})


def test_many_namesakes_are_found_fast() -> None:
    files = {}
    for number in range(1_000):
        files[f"s{number}/utils/texts.py"] = f"X = 'Of {number}.'\n"
        files[f"s{number}/app/a.py"] = "from utils.texts import X" + SENT
    done = quick(files, 20)
    assert {flat(prompt.template) for prompt in done.prompts} == {f"Of {number}." for number in range(1_000)}


def test_names_that_a_package_of_many_stars_has_not_cost_little(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [f"part{number}" for number in range(12)]
    files = {f"p/{part}/__init__.py": f"from .texts import X as X{part}\n" for part in parts}
    files |= {f"p/{part}/texts.py": GREY for part in parts}
    files["p/__init__.py"] = "".join(f"from p.{part} import *\n" for part in parts)
    read = [facts(Source(name, text)) for name, text in files.items()]
    modules, steps = Modules(read), []
    places = modules.places
    monkeypatch.setattr(modules, "places", lambda *asked: steps.append(asked) or places(*asked))
    for missing in ("p.nobody", "p.part3.texts.Nobody.run", "p.part3.nobody.run", "p.nothing.of.all"):
        found = modules.find(read[0], missing)
        assert found is not None and "Nobody" not in found[0].bindings
    assert modules.find(read[0], "p.Xpart3.run") == (read[15], "X.run")
    assert len(steps) < 100


def test_a_module_of_ten_thousand_prompts() -> None:
    big = "".join(f"P{number}_PROMPT = 'You are grey {number} {{x}}.'\n" for number in range(10_000))
    use = "from big import *\n" + "".join(
        f"def f{number}():\n    return [{{'role': 'user', 'content': P{number}_PROMPT}}]\n" for number in range(300)
    )
    assert len(quick({"big.py": big, "a.py": use}, 30).prompts) >= 10_000


def test_names_made_of_names_end() -> None:
    doubling = "P0 = 'Grey.'\n" + "".join(f"P{n + 1} = f'{{P{n}}}{{P{n}}}'\n" for n in range(100))
    quick({"a.py": doubling + SENT.replace("X", "P100")}, 30)
    chain = {f"m{n}.py": f"import m{n + 1}\nX = m{n + 1}.X + '.'" + SENT for n in range(300)}
    quick({**chain, "m300.py": GREY}, 30)


@pytest.mark.parametrize("path", ["", ".", "...", "a" + ".a" * 5_000, "*", ".*", "a..b", "." * 9_000 + "a", "é.ü"])
def test_wrong_paths_lead_nowhere(path: str) -> None:
    importer = Facts("p/a.py")
    assert Modules([importer, Facts("p/b.py")]).find(importer, path) is None


def test_a_text_that_cannot_be_put_together_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object) -> None:
        raise ZeroDivisionError("no")

    monkeypatch.setitem(OPERATIONS, "strip", broken)
    text = "You are a helpful assistant. Answer the question of the user in one sentence."
    found = [
        facts(Source("a.py", f'A_PROMPT = """{text} """.strip()\n')),
        facts(Source("b.py", f'B_PROMPT = """{text}"""\n')),
    ]
    problems: list[Problem] = []
    project = link(found, None, problems)
    assert [prompt.name for prompt in project.prompts] == ["B_PROMPT"]
    assert [(problem.kind, problem.span.file) for problem in problems] == [("internal", "a.py")]


def test_what_a_caller_gives_and_that_cannot_be_put_together_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object) -> None:
        raise IndexError("no")

    monkeypatch.setitem(OPERATIONS, "title", broken)
    asking = """
from openai import OpenAI

def ask(prompt):
    return OpenAI().chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": prompt}])
"""
    found = [
        facts(Source("a.py", f"{asking}def first(text):\n    ask(prompt='Sort these letters: ' + text.title())\n")),
        facts(Source("b.py", f"{asking}def second(text):\n    ask(prompt='Count these letters: ' + text)\n")),
    ]
    problems: list[Problem] = []
    sent = [prompt for request in link(found, None, problems).requests for prompt in request.prompts]
    said = [text.value for prompt in sent for text in texts(prompt.template)]
    assert "Count these letters: " in said
    assert {(problem.kind, problem.span.file) for problem in problems} == {("internal", "a.py")}


@pytest.mark.parametrize("first", ["string", "jinja2"])
def test_an_import_counts_in_its_own_function(first: str) -> None:
    made = {
        "string": "Template('Hi $name, about ${question}.').substitute(name='Bob', question=question)",
        "jinja2": "Template('Hi {{ name }}, about {{ question }}.').render(name='Bob', question=question)",
    }
    code = ""
    for module in sorted(made, key=lambda each: each != first):
        code += f"def by_{module}(question):\n    from {module} import Template\n"
        code += f"    return [{{'role': 'user', 'content': {made[module]}}}]\n"
    found = {prompt.template for prompt in project({"app.py": code}).prompts}
    assert {flat(template) for template in found} == {"Hi Bob, about {}."}
