"""Configuration: which file holds, what it may say, and what is said about a mistake in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptlint import config, rules
from promptlint.config import ConfigError, Configuration, Overrides, Settings
from promptlint.rules import MEETINGS, Rule, all_rules


def settings(folder: Path, text: str = "", **overrides: object) -> Settings:
    (folder / "promptlint.toml").write_text(text)
    return Configuration(Overrides(**overrides, cwd=str(folder))).settings(str(folder))  # type: ignore[arg-type]


def failure(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as error:
        settings(folder, text)
    message = str(error.value)
    assert message.startswith(f"{folder}/promptlint.toml: ")
    return message.removeprefix(f"{folder}/promptlint.toml: ")


@pytest.fixture
def some_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry that does not change as rules are added."""
    found = {
        "always-one": Rule("always-one", "always", "error", True, "."),
        "cache-one": Rule("cache-one", "cache", "warning", True, "."),
        "cache-two": Rule("cache-two", "cache", "warning", False, "."),
        "bloat-one": Rule("bloat-one", "bloat", "info", True, "."),
    }
    monkeypatch.setattr(config, "all_rules", lambda: found)


def test_the_closest_file_holds_and_nothing_is_merged(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.promptlint]\nfail-on = "error"\nmodel = "gpt-5"\n')
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/pyproject.toml").write_text("[tool.other]\n")
    (tmp_path / "c/d").mkdir(parents=True)
    (tmp_path / "c/promptlint.toml").write_text('model = "gpt-4o"\n')
    (tmp_path / "c/pyproject.toml").write_text('[tool.promptlint]\nmodel = "loses"\n')
    configuration = Configuration()
    outer, inner = configuration.settings(str(tmp_path / "a/b")), configuration.settings(str(tmp_path / "c/d"))
    assert (outer.fail_on, outer.model, outer.root) == ("error", "gpt-5", str(tmp_path))
    assert (inner.fail_on, inner.model, inner.source) == ("warning", "gpt-4o", str(tmp_path / "c/promptlint.toml"))


def test_one_file_for_all(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text('model = "gpt-5"\n')
    (tmp_path / "promptlint.toml").write_text('model = "loses"\n')
    assert Configuration(file=str(tmp_path / "x.toml")).settings(str(tmp_path)).model == "gpt-5"
    with pytest.raises(ConfigError, match=r"nope\.toml: cannot be read"):
        Configuration(file=str(tmp_path / "nope.toml"))


def test_a_project_file_that_says_nothing_of_us_need_not_be_right(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.other\n")
    Configuration().settings(str(tmp_path))
    (tmp_path / "pyproject.toml").write_text("[tool.promptlint\n")
    with pytest.raises(ConfigError, match=r"pyproject\.toml: is not TOML: .*line 1"):
        Configuration().settings(str(tmp_path))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('exclude = ["["]', "exclude: `[`: no file can match that; patterns are in the words of .gitignore"),
        ('exclude = ["[z-a].log"]', "exclude: `[z-a].log`: no file can match that"),
        ('templates = ["[z-a].txt"]', "templates: `[z-a].txt`: no file can match that"),
        ('[per-file-ignores]\n"[b-a].py" = ["bloat"]', "per-file-ignores: `[b-a].py`: no file can match that"),
        (
            '[[rules.oversized-prompt.budgets]]\nmax-tokens = 1\npath = "[z-a]"',
            "[rules.oversized-prompt] budgets: `[z-a]`: no file can match that",
        ),
        ('templates = ["p.txt", ""]', "templates: ``: no file can match that"),
        ('exclude = ["../a.py"]', "exclude: `../a.py`: patterns go from "),
        ('[per-file-ignores]\n"!" = ["bloat"]', "per-file-ignores: `!`: no file can match that"),
        (
            '[[rules.oversized-prompt.budgets]]\nmax-tokens = 1\npath = "["',
            "[rules.oversized-prompt] budgets: `[`: no file can match that",
        ),
        ('selct = ["all"]', "unknown key `selct`, did you mean `select`?"),
        ("budgets = 3", "unknown key `budgets`: it is an option of rules, such as [rules.oversized-prompt]"),
        (
            "[oversized-prompt]\nmax-tokens = 3",
            "unknown key `oversized-prompt`: the options of a rule stand in [rules.oversized-prompt]",
        ),
        (
            "[rules.oversized-prompt.budgets]\nmax-tokens = 1",
            "[rules.oversized-prompt] budgets: is a list of tables: write [[rules.oversized-prompt.budgets]], with two",
        ),
        (
            "[[rules.oversized-prompt.budgets]]\nmax-tokens = 1\nnam = 'x'",
            "[rules.oversized-prompt] budgets: unknown key `nam`, did you mean `name`?",
        ),
        ("include_tests = true", "unknown key `include_tests`, did you mean `include-tests`?"),
        ("[tool.promptlint]", "unknown key `tool`: in promptlint.toml the keys stand at the top"),
        ('select = "all"', "`select`: expected `list`, got `string`"),
        ("ignore = [1]", "`ignore[0]`: expected `string`, got `integer`"),
        ('fail-on = "never"', "`fail-on`: 'never' is none of `info`, `warning`, `error`"),
        (
            'select = ["static-after-varable"]',
            "select: there is no rule or group `static-after-varable`, did you mean `static",
        ),
        ('extend-select = ["SAV001"]', "extend-select: there is no rule or group `SAV001`"),
        ('[per-file-ignores]\n"*.py" = ["nope"]', "per-file-ignores: there is no rule or group `nope`"),
        (
            "[rules.oversized-promt]\nmax-tokens = 1",
            "[rules.oversized-promt]: there is no rule `oversized-promt`, did you",
        ),
        (
            "[rules.oversized-prompt]\nmax_tokens = 1",
            "[rules.oversized-prompt]: the rule has no option `max_tokens`, did you mean `max-tokens`?",
        ),
        ("[rules.unused-ignore]\nx = 1", "[rules.unused-ignore]: the rule has no option `x`, it has none"),
        ('[rules.oversized-prompt]\nmax-tokens = "1"', "[rules.oversized-prompt] max-tokens: expected `integer`, got"),
        ("[rules]\noversized-prompt = 1", "`rules[...]`: expected `table`"),
        ("[rules.static-after-variable]\nmin-gain = -5", "[rules.static-after-variable] min-gain: -5 is below 0"),
        ("[rules.indented-prompt]\nmin-percent = 101", "[rules.indented-prompt] min-percent: 101 is above 100"),
        (
            "[[rules.oversized-prompt.budgets]]\nmax-tokens = -1",
            "[rules.oversized-prompt] max-tokens: -1 is below 0",
        ),
        (
            '[[rules.oversized-prompt.budgets]]\nmax-tokens = 1\nrole = "boss"',
            "[rules.oversized-prompt] budgets: `[0].role`: 'boss' is none of `system`, `user`, ",
        ),
        (
            "[[rules.oversized-prompt.budgets]]\nmax-tokens = 1\npath = 3",
            "[rules.oversized-prompt] budgets: `[0].path`: expected a pattern of files",
        ),
        (
            "[[rules.oversized-prompt.budgets]]\nmax-token = 1",
            "[rules.oversized-prompt] budgets: unknown key `max-token`, did you mean `max-tokens`?",
        ),
    ],
)
def test_mistakes_name_file_and_key(tmp_path: Path, text: str, message: str) -> None:
    assert failure(tmp_path, text).startswith(message)


def test_files_of_an_option_are_asked_by_the_names_that_are_shown(tmp_path: Path) -> None:
    text = '[[rules.oversized-prompt.budgets]]\nmax-tokens = 1\npath = "prompts/"\n'
    (tmp_path / "promptlint.toml").write_text(text)
    for cwd, name in (("", "prompts/a.py"), ("src", "../prompts/a.py"), ("prompts", "a.py")):
        folder = tmp_path / cwd
        folder.mkdir(exist_ok=True)
        configuration = Configuration(Overrides(cwd=str(folder)))
        budget = configuration.settings(str(tmp_path)).options["oversized-prompt"]["budgets"][0]
        assert repr(budget.path) == "'prompts/'"
        assert budget.path.matches(name) and budget.path.matches(str(tmp_path / "prompts" / "b.py"))
        assert not budget.path.matches("../a.py" if cwd else "a.py")


def test_options_are_by_parameter(tmp_path: Path) -> None:
    text = "[rules.oversized-prompt]\nmax-tokens = 7\n"
    assert settings(tmp_path, text).options == {"oversized-prompt": {"max_tokens": 7}}


@pytest.mark.usefixtures("some_rules")
@pytest.mark.parametrize(
    ("text", "overrides", "chosen"),
    [
        ("", {}, "always-one bloat-one cache-one"),
        ('select = ["cache-two"]', {}, "always-one cache-two"),
        ('select = ["cache"]', {}, "always-one cache-one cache-two"),
        ('select = ["all"]\nignore = ["cache"]\nextend-select = ["cache-one"]', {}, "always-one bloat-one cache-one"),
        ('ignore = ["cache-one"]\nextend-select = ["cache-one"]', {}, "always-one bloat-one"),
        ('ignore = ["always-one"]', {}, "bloat-one cache-one"),
        ('ignore = ["cache-one"]', {"extend_select": ("cache",)}, "always-one bloat-one cache-one cache-two"),
        ('select = ["all"]', {"select": ("bloat",)}, "always-one bloat-one"),
        ('select = ["all"]', {"select": (), "ignore": ("all",)}, ""),
        ("", {"select": ("default",), "ignore": ("bloat",)}, "always-one cache-one"),
    ],
)
def test_the_more_specific_selector_wins(tmp_path: Path, text: str, overrides: dict[str, object], chosen: str) -> None:
    assert " ".join(sorted(settings(tmp_path, text, **overrides).rules)) == chosen


@pytest.mark.usefixtures("some_rules")
def test_per_file_ignores(tmp_path: Path) -> None:
    found = settings(tmp_path, '[per-file-ignores]\n"legacy/" = ["cache"]\n"*.j2" = ["bloat-one"]\n')
    assert found.rules_for(str(tmp_path / "legacy/a.py")) == {"always-one", "bloat-one"}
    assert found.rules_for(str(tmp_path / "a.j2")) == {"always-one", "cache-one"}
    assert found.rules_for(str(tmp_path / "a.py")) == found.rules


def test_no_name_is_a_group_and_a_rule() -> None:
    names = set(all_rules())
    assert not names & ({each.group for each in all_rules().values()} | {"all", "default"})


def test_every_rule_is_of_the_form_that_the_registry_wants() -> None:
    for each in all_rules().values():
        assert each.severity in rules.SEVERITIES and each.summary.endswith(".")
        assert (each.check is None) == (each.group == rules.ALWAYS)
    for meeting in MEETINGS:
        assert meeting.where in ("place", "subject") and meeting.winner != meeting.loser


def test_a_function_of_another_form_is_no_rule() -> None:
    def check(prompt: str) -> None:
        """A rule of nothing."""

    with pytest.raises(TypeError, match="must be a Prompt, a Request, a Project"):
        rules.rule(group="cache", severity="info")(check)  # type: ignore[type-var]


def test_models_are_cached_as_the_configuration_says(tmp_path: Path) -> None:
    from promptlint.engine import run
    from promptlint.files import discover
    from promptlint.providers import policy_of

    (tmp_path / "promptlint.toml").write_text(
        'provider = "vllm"\n[models."^acme-(large|small)"]\nminimum = 300\nmode = "boundary"\n'
        '[models."acme"]\nstep = 7\n'
        '[models."^mine"]\nprovider = "llama-cpp"\n'
    )
    calls = "".join(
        f"client.chat.completions.create(model={model!r}, messages=[{{'role': 'user', 'content': 'Say it now.'}}])\n"
        for model in ("acme-large-2", "acme-9", "mine", "gpt-5.2", "Qwen/Qwen3-8B")
    )
    (tmp_path / "a.py").write_text(f"import openai\nclient = openai.OpenAI()\n{calls}")
    configuration = Configuration()
    found = discover([str(tmp_path)], configuration, str(tmp_path))
    policies = [policy_of(request) for request in run(found.files, configuration).project.requests]
    assert [(each.provider, each.mode, each.minimum, each.step) for each in policies] == [
        ("vllm", "boundary", 300, 16), ("vllm", "prefix", 16, 7), ("llama_cpp", "prefix", 1, 1),
        ("openai", "prefix", 1024, 128), ("vllm", "prefix", 16, 16),
    ]  # fmt: skip


def test_the_model_of_the_configuration_is_none_of_those_that_a_source_names(tmp_path: Path) -> None:
    from promptlint.engine import run
    from promptlint.files import discover

    (tmp_path / "promptlint.toml").write_text('provider = "openai"\nmodel = "gpt-4"\n')
    models = ('"gpt-4o" if big else "gpt-4o-mini"', 'os.getenv("M", "gpt-5")', "settings.model")
    calls = "".join(
        f"def f{at}(big):\n    client.chat.completions.create(model={model}, "
        f"messages=[{{'role': 'user', 'content': 'Say it {at} times now.'}}])\n"
        for at, model in enumerate(models)
    )
    (tmp_path / "a.py").write_text(f"import openai, os\nclient = openai.OpenAI()\n{calls}")
    configuration = Configuration()
    found = discover([str(tmp_path)], configuration, str(tmp_path))
    told = [(each.model, each.complete) for each in run(found.files, configuration).project.requests]
    assert told == [("", False), ("gpt-5", False), ("gpt-4", True)]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('provider = "vlm"', "`provider`: there is no provider `vlm`, did you mean `vllm`?"),
        ('[models."x"]\nminimun = 3', "[models.'x']: unknown key `minimun`, did you mean `minimum`?"),
        ('[models."x"]\nmode = "prefixes"', "[models.'x']: `mode`: 'prefixes' is none of `prefix`, `boundary`, "),
        ('[models."x"]\nprovider = "anthropc"', "there is no provider `anthropc`, did you mean `anthropic`?"),
        ('[models."("]\nminimum = 3', "[models.'(']: is no regular expression"),
        ('[models."x"]\nminimum = -1', "[models.'x']: minimum: -1 is below 0"),
        ('[models."x"]\nwrite = [1.25, -2.0]', "[models.'x']: write: -2.0 is below 0"),
        ('[models."x"]\nstep = 0', "[models.'x']: step: 0 is no step"),
        ('[models."x"]\norder = ["tools"]', "[models.'x']: order: must name each of"),
        ('[models."x"]\norder = ["tool"]', "[models.'x']: `order[0]`: 'tool' is none of `tools`, `system`, `messages`"),
        ('[models."x"]\nminimum = "much"', "[models.'x']: `minimum`: expected `integer`, got `string`"),
        ("models = 3", "`models`: expected `table`, got `integer`"),
    ],
)
def test_mistakes_about_models(tmp_path: Path, table: str, message: str) -> None:
    (tmp_path / "promptlint.toml").write_text(table)
    with pytest.raises(ConfigError) as error:
        Configuration().settings(str(tmp_path))
    assert message in str(error.value)


def test_a_list_of_tables_in_a_project_file(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.promptlint.call]\nmatch = ["a"]\n')
    with pytest.raises(ConfigError, match=r"`call`: is a list of tables: write \[\[tool\.promptlint\.call\]\], with"):
        Configuration().settings(str(tmp_path))
