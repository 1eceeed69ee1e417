"""Readings of earlier runs: a file that has not changed is not read again.

They lie in a database in the user's cache directory, not in the project: what lies there may come from somebody else.
A reading is found by a digest of all that it is made of, so an old one is never taken for a new one. Whatever is wrong
with the database, the run goes on without it.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

# Days after which what no run has asked for is dropped.
_DAYS = 30
# Seconds to wait for another run that writes.
_PATIENCE = 2.0
_DAY = 24 * 60 * 60
# Parameters of one statement: as many as every SQLite takes.
_AT_ONCE = 900
_SUFFIX = ".sqlite3"
_TABLE = "CREATE TABLE IF NOT EXISTS readings (key BLOB PRIMARY KEY, day INTEGER NOT NULL, reading BLOB NOT NULL)"


def digest(*parts: bytes) -> bytes:
    """What stands for all of these parts: 16 bytes."""
    made = hashlib.blake2b(digest_size=16)
    for part in parts:
        made.update(len(part).to_bytes(8, "little"))
        made.update(part)
    return made.digest()


class Stored:
    """The database of one promptlint, as it is installed: another version reads files in another way."""

    def __init__(self, directory: str) -> None:
        """`directory` is where it lies; it is made if it does not exist."""
        self._directory = directory
        self._today = int(time.time() // _DAY)
        # Keys of what was found that no run has asked for since yesterday.
        self._idle: list[bytes] = []

    @functools.cached_property
    def _database(self) -> sqlite3.Connection | None:
        """The database, opened when it is first asked for."""
        with _going_on():
            os.makedirs(self._directory, mode=0o700, exist_ok=True)
            path = os.path.join(self._directory, _installed() + _SUFFIX)
            if not os.path.exists(path):
                _drop_old(self._directory, self._today)
            return _opened(path)
        return None

    @functools.cached_property
    def holds(self) -> bool:
        """Whether there is anything."""
        if self._database is not None:
            with _going_on():
                return self._database.execute("SELECT 1 FROM readings LIMIT 1").fetchone() is not None
        return False

    def find(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """What is stored under these keys."""
        found: dict[bytes, bytes] = {}
        if self._database is None:
            return found
        with _going_on():
            for at in range(0, len(keys), _AT_ONCE):
                some = keys[at : at + _AT_ONCE]
                asked = f"SELECT key, day, reading FROM readings WHERE key IN ({','.join('?' * len(some))})"
                for key, day, reading in self._database.execute(asked, some):
                    found[key] = reading
                    if day < self._today:
                        self._idle.append(key)
        return found

    def store(self, made: Iterable[tuple[bytes, bytes]]) -> None:
        """Store what was made under its keys, and note what was used; once a day, drop what nothing uses any more."""
        rows = [(key, self._today, reading) for key, reading in made]
        if self._database is None or not (rows or self._idle):
            return
        with _going_on():
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany("INSERT OR REPLACE INTO readings VALUES (?, ?, ?)", rows)
            if self._idle:
                used = [(self._today, key) for key in self._idle]
                self._database.executemany("UPDATE readings SET day = ? WHERE key = ?", used)
                self._database.execute("DELETE FROM readings WHERE day < ?", (self._today - _DAYS,))
            self._database.execute("COMMIT")


def _opened(path: str) -> sqlite3.Connection:
    import sqlite3

    # It is written while another thread goes on.
    database = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        # What a crash of the machine may spoil is read again.
        database.execute("PRAGMA synchronous = OFF")
        database.execute(_TABLE)
    except sqlite3.DatabaseError as error:
        database.close()
        if not isinstance(error, sqlite3.OperationalError):
            # It is none, or spoilt: the next run makes another one.
            os.remove(path)
        raise
    return database


def _drop_old(directory: str, today: int) -> None:
    """Take away the databases of versions that nobody has used for long."""
    for entry in os.scandir(directory):
        if entry.name.endswith(_SUFFIX) and entry.stat().st_mtime / _DAY < today - _DAYS:
            os.remove(entry.path)


def _installed() -> str:
    """What stands for the code that reads, and for the Python that parses: both decide what is read."""
    package = os.path.dirname(os.path.abspath(__file__))
    said = [f"{sys.implementation.name} {sys.version_info}".encode()]
    for folder in (package, os.path.join(package, "extract")):
        for name in sorted(os.listdir(folder)):
            if name.endswith((".py", ".json")):
                with open(os.path.join(folder, name), "rb") as file:
                    said += [name.encode(), file.read()]
    return digest(*said).hex()


@contextlib.contextmanager
def _going_on() -> Iterator[None]:
    """Whatever is wrong with a store of readings, files can be read without it."""
    import sqlite3

    try:
        yield
    except (OSError, sqlite3.Error):
        pass
