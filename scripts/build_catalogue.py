"""Writes the catalogue of frameworks in the form that loads fast: frameworks.toml -> frameworks.json.

    python scripts/build_catalogue.py

TOML is for people; parsing 250 entries of it would take a fifth of the time that one small file takes to lint.
A test fails when the two differ.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec

from promptlint.extract.catalogue import Catalogue

EXTRACT = Path(__file__).resolve().parent.parent / "promptlint" / "extract"


def built() -> bytes:
    """The JSON of the catalogue, checked against its types."""
    data = tomllib.loads((EXTRACT / "frameworks.toml").read_text(encoding="utf-8"))
    catalogue = msgspec.convert(data, Catalogue)
    return msgspec.json.format(msgspec.json.encode(catalogue), indent=0).replace(b"\n", b"") + b"\n"


if __name__ == "__main__":
    (EXTRACT / "frameworks.json").write_bytes(built())
