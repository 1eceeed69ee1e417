"""The cache model: policies of models, requests laid out, and the worked examples of the vendors' guides."""

from __future__ import annotations

import itertools

import pytest

from promptlint import cache
from promptlint.prompt import Prompt, Request, Role
from promptlint.template import Choice, Hole, Repeat, Span, Template, Text, Volatility
from promptlint.tokens import count

V = Volatility


def text(value: str, start: int = 0) -> Text:
    return Text(value, Span("a.py", start, start + len(value)), True)


def words(number: int, start: int = 0) -> Text:
    """Static text of so many tokens (o200k_base: " a" is one token)."""
    return text(" a" * number, start)


def hole(name: str, volatility: Volatility = V.REQUEST, origin: str = "", start: int = 0) -> Hole:
    return Hole(name, Span("a.py", start, start + len(name)), volatility, origin)


_places = itertools.count()


def prompt(role: Role, *template: Text | Hole | Choice | Repeat) -> Prompt:
    """A message with a place of its own."""
    return Prompt("p", role, "call", tuple(template), Span("a.py", next(_places), 10_000))


def request(*prompts: Prompt, model: str = "gpt-5.2", markers: tuple[int, ...] = ()) -> Request:
    return Request("", model, prompts, Span("a.py", 0, 10), complete=True, markers=markers)


@pytest.mark.parametrize(
    ("provider", "model", "key", "mode", "minimum"),
    [
        ("openai", "gpt-5.2", "openai", "prefix", 1024),
        ("", "gpt-5.2-mini", "openai", "prefix", 1024),
        ("openai", "gpt-5.6-sol", "openai", "boundary", 1024),
        ("", "gpt-6-sol", "openai", "boundary", 1024),
        ("openai", "gpt-4", "openai", "none", None),
        ("openai", "gpt-4-turbo", "openai", "none", None),
        ("openai", "gpt-4o-mini", "openai", "prefix", 1024),
        ("openai", "ft:gpt-4o-mini:acme::x1", "openai", "prefix", 1024),
        ("", "o3-mini", "openai", "prefix", 1024),
        ("", "openai/gpt-5", "openai", "prefix", 1024),
        ("", "openai:gpt-5", "openai", "prefix", 1024),
        ("", "azure/gpt-4o", "azure", "prefix", 1024),
        ("azure_openai", "gpt-35-turbo", "azure", "none", None),
        ("azure", "my-deployment", "azure", "prefix", None),
        ("anthropic", "claude-sonnet-4-5-20250929", "anthropic", "breakpoint", 1024),
        ("", "anthropic/claude-haiku-4-5", "anthropic", "breakpoint", 4096),
        ("anthropic", "claude-sonnet-4-6", "anthropic", "breakpoint", 2048),
        ("anthropic", "claude-opus-5-5", "anthropic", "breakpoint", 512),
        ("anthropic", "claude-opus-5", "anthropic", "breakpoint", 512),
        ("anthropic", "claude-sonnet-5-5", "anthropic", "breakpoint", 512),
        ("anthropic", "claude-sonnet-5", "anthropic", "breakpoint", 1024),
        ("anthropic", "claude-opus-4-20250514", "anthropic", "breakpoint", 1024),
        ("anthropic", "claude-2.1", "anthropic", "breakpoint", None),
        ("openai", "anthropic/claude-opus-4.5", "anthropic", "breakpoint", 4096),
        ("", "openrouter/anthropic/claude-sonnet-4.5", "anthropic", "breakpoint", 1024),
        ("openrouter", "google/gemini-2.5-pro", "gemini", "prefix", 2048),
        ("", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "bedrock", "breakpoint", 4096),
        ("", "bedrock/converse/eu.anthropic.claude-opus-4-7-v1:0", "bedrock", "breakpoint", 4096),
        ("bedrock", "amazon.nova-pro-v1:0", "bedrock", "breakpoint", 1024),
        ("", "vertex_ai/claude-haiku-4-5@20251001", "vertex_anthropic", "breakpoint", 4096),
        ("", "vertex_ai/gemini-2.5-flash", "vertex", "prefix", 2048),
        ("", "vertex_ai/gemini-4-argon", "vertex", "prefix", 6144),
        ("", "gemini/gemini-3.5-flash", "gemini", "prefix", 4096),
        ("", "google-gla:gemini-2.5-pro", "gemini", "prefix", 2048),
        ("google", "models/gemini-2.5-pro", "gemini", "prefix", 2048),
        ("", "grok-4.6", "xai", "prefix", None),
        ("", "mistral-large-latest", "mistral", "prefix", None),
        ("openai", "deepseek-chat", "deepseek", "prefix", 64),
        ("", "qwen3-max", "dashscope", "prefix", 1024),
        ("", "kimi-k3", "moonshot", "prefix", None),
        ("groq", "llama-3.3-70b", "groq", "prefix", 1024),
        ("", "groq/qwen/qwen3-32b", "groq", "prefix", 1024),
        ("vllm", "Qwen/Qwen3-8B", "vllm", "prefix", 16),
        ("", "my-own-model", "", "prefix", None),
        ("", "", "", "prefix", None),
        ("nobody", "nothing", "", "prefix", None),
        # How others serve a model, its name does not say.
        ("", "anthropic--claude-sonnet-4.5", "", "prefix", None),
        ("ollama", "deepseek-r1", "", "prefix", None),
        ("nobody", "gpt-5", "", "prefix", None),
        ("groq", "claude-sonnet-4-5", "groq", "prefix", 1024),
        ("litellm", "claude-sonnet-4-5", "anthropic", "breakpoint", 1024),
        ("", "://:/", "", "prefix", None),
    ],
)
def test_policy(provider: str, model: str, key: str, mode: str, minimum: int | None) -> None:
    found = cache.policy(provider, model)
    assert (found.provider, found.mode, found.minimum) == (key, mode, minimum)


def test_markers_choose_the_explicit_way_where_a_provider_has_two() -> None:
    assert cache.policy("dashscope", "qwen3-max", marked=True).mode == "breakpoint"
    assert cache.policy("openai", "gpt-5.2", marked=True).mode == "prefix"


def test_every_figure_has_a_source_and_a_date() -> None:
    for key, provider in cache.providers().items():
        assert provider.models or provider.same_as or provider.gateway, key
        assert set(provider.order) <= {"tools", "system", "messages"}
        for model in provider.models:
            assert model.source and model.as_of.startswith("20"), (key, model.pattern)
            assert not model.ttl or len(model.ttl) == len(model.write), (key, model.pattern)
            assert model.mode != "breakpoint" or model.breakpoints == 4, (key, model.pattern)


def test_another_provider_is_a_change_of_data_only() -> None:
    table = cache.read_providers(
        "[acme]\nnames = ['acme']\nmodels_like = '^anvil'\nmode = 'prefix'\n"
        "[[acme.models]]\npattern = '^anvil-2'\nmode = 'breakpoint'\nminimum = 300\nsource = 'x'\nas_of = '2026'\n"
    )
    assert cache.policy("", "acme/anvil-2", table=table).minimum == 300
    assert cache.policy("", "anvil-1", table=table) == cache.Policy("acme", "anvil-1", "prefix", order=())
    assert cache.policy("", "gpt-5", table=table).provider == ""


def test_adjacent_texts_are_counted_joined() -> None:
    pieces = cache.lay_out(request(prompt("user", text("Hel"), text("lo wor"), text("ld"), hole("q"), text("!"))))
    assert [(piece.kind, piece.tokens) for piece in pieces] == [
        ("text", count("Hello world", "gpt-5.2")), ("hole", 0), ("text", 1), ("end", 0),
    ]  # fmt: skip
    assert len(pieces[0].texts) == 3


def test_branches_are_laid_out_one_at_a_time_and_equal_conditions_together() -> None:
    choice = Choice("x", ((words(5),), (words(9),)))
    twice = request(prompt("system", words(1), choice), prompt("user", Choice("x", ((words(2),), (hole("q"),)))))
    ways = cache.alternatives(twice)
    assert ways == [{"x": 0}, {"x": 1}]
    first, second = (cache.lay_out(twice, way) for way in ways)
    assert [piece.tokens for piece in first] == [6, 0, 2, 0]
    assert [(piece.kind, piece.tokens) for piece in second] == [("text", 10), ("end", 0), ("hole", 0), ("end", 0)]


def test_alternatives_are_limited() -> None:
    many = tuple(Choice(f"c{n}", ((words(1),), ())) for n in range(40))
    ways = cache.alternatives(request(prompt("system", *many)))
    assert len(ways) == cache.MAX_ALTERNATIVES
    assert len(cache.lay_out(request(prompt("system", *many)), ways[-1])) == 2


def test_a_loop_changes_with_its_collection_or_with_what_stands_in_it() -> None:
    def piece(repeat: Repeat) -> cache.Piece:
        return cache.lay_out(request(prompt("user", repeat)))[0]

    span = Span("a.py", 5, 9)
    body: Template = (text("- "), hole("item", V.REQUEST, "loop"))
    assert not cache.changes(piece(Repeat(body, "ITEMS", span, V.CONSTANT)))
    assert cache.changes(piece(Repeat(body, "docs", span, V.REQUEST)))
    assert piece(Repeat((hole("now()", V.UNIQUE, "clock"),), "ITEMS", span, V.CONSTANT)).expression == "now()"
    assert piece(Repeat(body, "turns", span, V.REQUEST, grows=True)).grows


def test_what_changes() -> None:
    def changes(volatility: Volatility, origin: str = "", sure: bool = False) -> bool:
        return cache.changes(cache.lay_out(request(prompt("user", hole("x", volatility, origin))))[0], sure=sure)

    assert [changes(each) for each in V] == [False, False, True, True, True, True]
    assert not changes(V.UNKNOWN, sure=True)
    assert not changes(V.UNIQUE, "date") and not changes(V.UNIQUE, "unordered")


def reused(sent: Request) -> int:
    policy = cache.policy_of(sent)
    pieces = cache.lay_out(sent)
    minimum, _ = cache.threshold(policy, 1024)
    return cache.reused(pieces, cache.first_change(pieces), policy.mode, minimum)


def test_openai_reuses_a_prefix_of_1024_tokens_in_steps_of_128() -> None:
    """Cookbook, Prompt_Caching_201: of a prompt of 2,006 tokens 1,920 come from the cache."""
    assert reused(request(prompt("system", words(1023)), prompt("user", hole("q")))) == 0
    assert reused(request(prompt("system", words(1024)), prompt("user", hole("q")))) == 1024
    assert reused(request(prompt("user", words(2006), hole("q")))) == 2006
    step = cache.policy("openai", "gpt-4o").step
    assert step is not None and 2006 // step * step == 1920


def test_gpt_5_6_reuses_whole_messages_only() -> None:
    """Guide of 2026-10-02: "Extending a message can prevent reuse"; split, the first part is found again."""
    together = prompt("user", words(2000), hole("b"))
    split = [prompt("user", words(2000)), prompt("user", hole("b"))]
    assert reused(request(together, model="gpt-5.6")) == 0
    assert reused(request(*split, model="gpt-5.6")) == 2000
    assert reused(request(together, model="gpt-5.5")) == 2000
    assert reused(request(prompt("system", words(1500)), together, model="gpt-5.6")) == 1500


def test_gpt_5_6_does_not_look_up_later_system_messages() -> None:
    """Same guide: developer messages behind the first group are no boundary, unless a breakpoint is set there."""
    messages = (prompt("user", words(1100)), prompt("system", words(500)), prompt("assistant", hole("a")))
    assert reused(request(*messages, model="gpt-5.6")) == 1100
    assert reused(request(*messages, model="gpt-5.6", markers=(1,))) == 1600


def test_break_even_of_a_short_prefix() -> None:
    """Same guide: filling up to the minimum pays from 221 tokens for ten calls, from 103 for any number."""
    policy = cache.policy("openai", "gpt-5.6")
    assert policy.minimum is not None and policy.read is not None
    read, write = policy.read, policy.write[0]
    assert 220 < policy.minimum * (read + (write - read) / 10) < 221
    assert 102 < policy.minimum * read < 103
    assert write + read == pytest.approx(1.35) and write + 9 * read == pytest.approx(2.15)


def test_claude_reuses_at_markers_only_and_nothing_below_the_minimum() -> None:
    messages = (prompt("system", words(1300)), prompt("user", hole("q")))
    assert reused(request(*messages, model="claude-sonnet-4-5")) == 0
    long = cache.lay_out(request(*messages, model="claude-sonnet-4-5", markers=(0,)))
    assert reused(request(*messages, model="claude-sonnet-4-5", markers=(0,))) == long[0].tokens >= 1300
    assert reused(request(*messages, model="claude-haiku-4-5", markers=(0,))) == 0
    assert reused(request(*messages, model="claude-sonnet-4-5", markers=(1,))) == 0


def test_claude_five_minutes_pay_after_one_read_and_an_hour_after_two() -> None:
    """Anthropic's guide, 2026-10-08: written once and read n times against n + 1 times the full price."""
    policy = cache.policy("anthropic", "claude-sonnet-4-5")
    assert policy.read is not None and policy.ttl == (300, 3600)
    short, long = policy.write
    assert short + policy.read < 2
    assert long + policy.read > 2 and long + 2 * policy.read < 3


def test_deepseek_finds_the_common_part_of_two_requests() -> None:
    """Guide to the KV cache, 2026: A+B, then A+C; A is found from the third on, in units of 64."""
    shared, policy = prompt("system", words(700)), cache.policy("deepseek", "deepseek-chat")
    assert reused(request(shared, prompt("user", hole("b")), model="deepseek-chat")) >= 700
    assert (policy.minimum, policy.step) == (64, 64)


def test_hostile_requests() -> None:
    empty = request()
    assert cache.lay_out(empty) == [] and cache.alternatives(empty) == [{}] and not cache.may_reach(empty, 1)
    odd = request(prompt("user", Choice("x", ()), text("\ud800"), Repeat((), "y", Span("a", 0, 0))), markers=(7, -3))
    assert [piece.kind for piece in cache.lay_out(odd, {"x": 5})] == ["text", "repeat", "end"]
