"""Connections to a store's file: pragmas, waiting for the lock, and errors in our own words."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from doxa.errors import StoreError

BUSY_SECONDS = 30.0
"""How long a writer waits for its turn before it gives up."""

_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_SHUT = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM})
_BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def connect(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode that waits for locks and syncs every commit."""
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    try:
        connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def begin(connection: sqlite3.Connection, seconds: float = BUSY_SECONDS) -> None:
    """Take the write lock, trying again with jitter until the deadline.

    SQLite's own waiting backs off to a tenth of a second and starves the unlucky; short random
    pauses share the lock evenly between processes. Writers' connections have no ``busy_timeout``.
    """
    _turn(connection, "BEGIN IMMEDIATE", seconds)


def use_wal(connection: sqlite3.Connection, seconds: float = BUSY_SECONDS) -> None:
    """Make the file's journal a WAL, trying again until the deadline.

    The change takes a shared lock first and the exclusive one then; between the two SQLite does not
    wait for others, whatever its ``busy_timeout``.
    """
    _turn(connection, "PRAGMA journal_mode = WAL", seconds)


def _turn(connection: sqlite3.Connection, statement: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            connection.execute(statement)
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(random.uniform(0.0001, 0.002))
        else:
            return


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another connection held the lock."""
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _BUSY


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the driver's errors into a `StoreError` that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise store_error(error, path) from error


def store_error(error: sqlite3.Error, path: Path) -> StoreError:
    """The driver's error in our words."""
    where = str(path)
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _BUSY:
        hint = "another process holds the file; stop it or write in smaller calls"
        return StoreError("the store stayed locked", where=where, hint=hint)
    if code in _BROKEN:
        hint = "restore a copy; `sqlite3 FILE .recover` may save what is left"
        return StoreError(f"the store's file is damaged ({error})", where=where, hint=hint)
    if code in _SHUT:
        hint = "the folder and the file must be there for you to read and write"
        return StoreError(
            f"the store cannot be opened or written ({error})", where=where, hint=hint
        )
    return StoreError(f"the store cannot be used ({error})", where=where)
