"""Readings of earlier runs: a file that has not changed is not read again.

They lie in a database in the user's cache directory, not in the project: what lies there may come from somebody else.
A reading is found by a digest of all that it is made of, so an old one is never taken for a new one, and carries a
digest of its own, so one that was spoilt is not taken at all. Whatever goes wrong, files can be read without it.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

# Days after which what no run has asked for is dropped.
_DAYS = 30
# Seconds to wait for another run that writes.
_PATIENCE = 0.5
_DAY = 24 * 60 * 60
# Parameters of one statement: as many as every SQLite takes.
_AT_ONCE = 900
# The names of databases: nothing else in the directory is ours.
_NAME = re.compile(r"readings-[0-9a-f]{32}\.sqlite3")
_TABLE = (
    "CREATE TABLE IF NOT EXISTS readings"
    " (key BLOB PRIMARY KEY, day INTEGER NOT NULL, reading BLOB NOT NULL, digest BLOB NOT NULL)"
)
# Packages that make readings, beside promptlint itself.
_READING = ("jinja2", "msgspec", "pyyaml")


def digest(*parts: bytes) -> bytes:
    """What stands for all of these parts: 16 bytes."""
    made = hashlib.blake2b(digest_size=16)
    for part in parts:
        made.update(len(part).to_bytes(8, "little"))
        made.update(part)
    return made.digest()


class Stored:
    """The database of one promptlint, as it is installed: another version reads files in another way."""

    def __init__(self, directory: str | None = None) -> None:
        """`directory` is where it lies, by default the user's cache directory; it is made if it does not exist."""
        self._directory = directory
        self._today = int(time.time() // _DAY)
        # Keys of what was found that no run has asked for since yesterday.
        self._idle: list[bytes] = []
        # Why there is no database, if it was asked for.
        self.trouble = ""

    @functools.cached_property
    def _database(self) -> sqlite3.Connection | None:
        """The database, opened when it is first asked for."""
        try:
            directory = os.path.expanduser(self._directory) if self._directory else _of_user()
            os.makedirs(directory, mode=0o700, exist_ok=True)
            path = os.path.join(directory, f"readings-{_installed()}.sqlite3")
            if os.path.islink(path):
                raise OSError(f"{path} is a link")
            if not os.path.exists(path):
                _drop_old(directory, self._today)
            return _opened(path)
        except Exception as error:
            self.trouble = " ".join(str(error).split()) or type(error).__name__
        return None

    @functools.cached_property
    def holds(self) -> bool:
        """Whether there is anything."""
        with self._asking() as database:
            return database is not None and database.execute("SELECT 1 FROM readings LIMIT 1").fetchone() is not None
        return False

    def find(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """What is stored under these keys."""
        found: dict[bytes, bytes] = {}
        with self._asking() as database:
            for at in range(0, len(keys) if database is not None else 0, _AT_ONCE):
                some = keys[at : at + _AT_ONCE]
                asked = f"SELECT key, day, reading, digest FROM readings WHERE key IN ({','.join('?' * len(some))})"
                for key, day, reading, said in database.execute(asked, some) if database is not None else ():
                    if said == digest(key, reading):
                        found[key] = reading
                        if day < self._today:
                            self._idle.append(key)
        return found

    def store(self, made: Iterable[tuple[bytes, bytes]]) -> None:
        """Store what was made under its keys, and note what was used; once a day, drop what nothing uses any more."""
        with self._asking() as database:
            if database is None:
                return
            rows = [(key, self._today, reading, digest(key, reading)) for key, reading in made]
            dropped = database.execute("PRAGMA user_version").fetchone()[0] == self._today
            if not rows and not self._idle and dropped:
                return
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?)", rows)
            used = [(self._today, key) for key in self._idle]
            database.executemany("UPDATE readings SET day = ? WHERE key = ?", used)
            if not dropped:
                database.execute("DELETE FROM readings WHERE day < ?", (self._today - _DAYS,))
                database.execute(f"PRAGMA user_version = {self._today}")
            database.execute("COMMIT")

    @contextlib.contextmanager
    def _asking(self) -> Iterator[sqlite3.Connection | None]:
        """The database, if there is one; what is spoilt is taken away, and the next run makes another one."""
        database = self._database
        with _going_on():
            try:
                yield database
            except Exception as error:
                if database is not None and _spoilt(error):
                    self._database = None
                    _, _, path = database.execute("PRAGMA database_list").fetchone()
                    database.close()
                    os.remove(path)
                raise


def _of_user() -> str:
    from platformdirs import user_cache_dir

    return user_cache_dir("promptlint", appauthor=False)


def _opened(path: str) -> sqlite3.Connection:
    """The database of this path. Raises all that goes wrong; what is no database, or another one, is taken away."""
    import sqlite3

    # It is written while another thread goes on.
    database = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        # What a crash of the machine may spoil is read again.
        database.execute("PRAGMA synchronous = OFF")
        database.execute(_TABLE)
        made = database.execute("SELECT sql FROM sqlite_master WHERE name = 'readings'").fetchone()
        if made != (_TABLE.replace("IF NOT EXISTS ", ""),):
            raise sqlite3.DatabaseError("another table")
    except sqlite3.DatabaseError as error:
        database.close()
        if _spoilt(error):
            os.remove(path)
        raise
    return database


def _spoilt(error: Exception) -> bool:
    """Whether an error says that a database is none, and not that it is in use, or that there is no room."""
    import sqlite3

    # Those below it say that it is in use, or that it was asked the wrong way.
    return type(error) is sqlite3.DatabaseError


def _drop_old(directory: str, today: int) -> None:
    """Take away the databases of versions that nobody has used for long."""
    for entry in os.scandir(directory):
        with contextlib.suppress(OSError):
            ours = _NAME.fullmatch(entry.name) is not None and entry.is_file(follow_symlinks=False)
            if ours and entry.stat(follow_symlinks=False).st_mtime / _DAY < today - _DAYS:
                os.remove(entry.path)


def _installed() -> str:
    """What stands for the code that reads, and for the Python that parses: all of it decides what is read."""
    from importlib.metadata import version

    package = os.path.dirname(os.path.abspath(__file__))
    said = [f"{sys.implementation.name} {sys.version_info}".encode()]
    said += [f"{name} {version(name)}".encode() for name in _READING]
    for folder in (package, os.path.join(package, "extract")):
        for name in sorted(os.listdir(folder)):
            if name.endswith((".py", ".pyc", ".json")):
                with open(os.path.join(folder, name), "rb") as file:
                    said += [name.encode(), file.read()]
    return digest(*said).hex()


@contextlib.contextmanager
def _going_on() -> Iterator[None]:
    """Whatever is wrong with the store of readings, or the place where it should be, is no reason to stop."""
    with contextlib.suppress(Exception):
        yield
