"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def nothing_kept() -> Iterator[None]:
    """A test finds nothing that another one, or a run of its user, has read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROMPTLINT_NO_CACHE", "1")
        yield
