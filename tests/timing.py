"""The processor time that something takes, for tests that bound it or compare it for two sizes.

One measurement says little: other programs on the machine take the caches of its processors, too, and a first call
compiles expressions and imports modules. The least of a few is closest to what the work itself takes.
"""

from __future__ import annotations

import functools
import gc
import sys
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
TIMES = 3


def seconds(run: Callable[[], object], times: int = TIMES) -> float:
    """The least processor time of so many calls."""
    return min(_timed(run)[1] for _ in range(times))


def within(limit: float, run: Callable[[], T], times: int = TIMES) -> T:
    """What a call gives back that takes less than `limit` seconds of processor time.

    It may be any of so many calls; behind the first one that is as fast, no more are made. Where none is, the test
    fails.
    """
    taken: list[str] = []
    for _ in range(times):
        result, time_of_call = _timed(run)
        if time_of_call < limit:
            return result
        taken.append(f"{time_of_call:.3f}")
    raise AssertionError(f"no call took less than {limit:.3f} seconds: {', '.join(taken)}")


def _timed(run: Callable[[], T]) -> tuple[T, float]:
    _forget()
    collecting = gc.isenabled()
    # As in a run of promptlint; and what the tests before have left would be looked through again and again.
    gc.disable()
    try:
        begin = time.process_time()
        result = run()
        return result, time.process_time() - begin
    finally:
        if collecting:
            gc.enable()


def _forget() -> None:
    """Empty the caches of promptlint's functions: the second call with an input is to do all that the first one did.

    Caches without a bound hold tables that a process reads once, and stay.
    """
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "promptlint":
            for each in vars(module).values():
                if isinstance(each, functools._lru_cache_wrapper) and each.cache_parameters()["maxsize"] is not None:
                    each.cache_clear()
