"""Time to the first token count in a process: promptlint against tiktoken with a warm cache directory.

    python benchmarks/first_count.py [--rounds N] [--encoding NAME] [--limit RATIO]

Both run in fresh processes in turns, on the same text, and time import, loading and counting; starting and ending the
interpreter is not counted. Prints the fastest and the median time of each, and the ratios. With --limit, exits 1 when
both ratios are above it.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEXT = "You are a careful assistant. Answer in one sentence \N{EM DASH} no more.\n" * 20
STOCK = """
import time; start = time.perf_counter()
import tiktoken
tokens = len(tiktoken.get_encoding({encoding!r}).encode_ordinary({text!r}))
print(time.perf_counter() - start, tokens)
"""
OURS = """
import time; start = time.perf_counter()
from promptlint.tokens import count
tokens = count({text!r}, {model!r})
print(time.perf_counter() - start, tokens)
"""
MODELS = {"o200k_base": "", "cl100k_base": "gpt-4"}


def fill_cache(directory: str, encoding: str) -> None:
    """Put the file of `encoding` into `directory` under the name that tiktoken looks for."""
    sys.path.insert(0, str(ROOT))
    from promptlint.tokens import read_ranks

    url = f"https://openaipublic.blob.core.windows.net/encodings/{encoding}.tiktoken"
    ranks = sorted(read_ranks(encoding).items(), key=lambda item: item[1])
    data = b"".join(base64.b64encode(token) + b" %d\n" % rank for token, rank in ranks)
    Path(directory, hashlib.sha1(url.encode()).hexdigest()).write_bytes(data)


def run(code: str, environment: dict[str, str]) -> tuple[float, int]:
    """Seconds and tokens that `code` prints in a fresh process."""
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, check=True, capture_output=True, text=True
    )
    seconds, tokens = result.stdout.split()
    return float(seconds), int(tokens)


def measure(rounds: int, encoding: str = "o200k_base", text: str = TEXT) -> tuple[list[float], list[float]]:
    """Seconds to the first count, of tiktoken and of promptlint, `rounds` times each, in turns."""
    with tempfile.TemporaryDirectory() as directory:
        fill_cache(directory, encoding)
        # Both run from bytecode, as installed packages do; the untimed first runs write it.
        environment = {**os.environ, "TIKTOKEN_CACHE_DIR": directory, "PYTHONPYCACHEPREFIX": directory}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        stock_code = STOCK.format(encoding=encoding, text=text)
        our_code = OURS.format(model=MODELS[encoding], text=text)
        if run(stock_code, environment)[1] != run(our_code, environment)[1]:
            raise AssertionError("the counts differ")
        pairs = [(run(stock_code, environment)[0], run(our_code, environment)[0]) for _ in range(rounds)]
    return [stock for stock, _ in pairs], [ours for _, ours in pairs]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--encoding", choices=MODELS, default="o200k_base")
    parser.add_argument("--limit", type=float, help="exit 1 when both ratios are above it")
    options = parser.parse_args()
    stock, ours = measure(options.rounds, options.encoding)
    ratios = []
    for name, pick in (("fastest", min), ("median", statistics.median)):
        ratios.append(pick(ours) / pick(stock))
        times = f"tiktoken {pick(stock) * 1000:.0f} ms, promptlint {pick(ours) * 1000:.0f} ms"
        print(f"{name}: {times}, ratio {ratios[-1]:.2f}")
    return 1 if options.limit is not None and min(ratios) > options.limit else 0


if __name__ == "__main__":
    sys.exit(main())
