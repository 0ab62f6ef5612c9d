"""Connections for reading: each in use by one reader at a time, kept for the next."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from doxa.errors import StoreError
from doxa.storage.sqlite.connection import connect, store_error, translated


class Readers:
    """A pool of reading connections; what one reader sees does not move while it reads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._busy: set[sqlite3.Connection] = set()
        self._closed = False
        self._held = threading.local()

    @contextmanager
    def steady(self) -> Iterator[None]:
        """All that this thread reads within is of one moment of the file."""
        if self.held is not None:
            yield
            return
        with self.reading() as connection:
            self._held.connection = connection
            try:
                yield
            finally:
                self._held.connection = None

    def reading(self, *, steady: bool = True) -> _Reading:
        """A connection inside a read transaction; one statement alone needs none (not `steady`)."""
        return _Reading(self, steady)

    def translate(self, error: BaseException) -> None:
        """Raise an error of the driver in our words; any other is left to go its way."""
        if isinstance(error, sqlite3.Error):
            raise store_error(error, self._path) from error

    def close(self) -> None:
        """Close all connections, those of unfinished scans too."""
        with self._lock:
            self._closed = True
            for connection in (*self._idle, *self._busy):
                connection.close()
            self._idle.clear()
            self._busy.clear()

    @property
    def held(self) -> sqlite3.Connection | None:
        """The connection that this thread holds still."""
        held: sqlite3.Connection | None = getattr(self._held, "connection", None)
        return held

    def take(self) -> sqlite3.Connection:
        """A connection that nobody else uses."""
        with self._lock:
            if self._closed:
                raise StoreError("the store is closed", where=str(self._path))
            if self._idle:
                connection = self._idle.pop()
            else:
                with translated(self._path):
                    connection = connect(self._path)
                    connection.execute("PRAGMA query_only = ON")
            self._busy.add(connection)
            return connection

    def give_back(self, connection: sqlite3.Connection) -> None:
        """Keep a connection for the next, out of any transaction."""
        with self._lock:
            if connection in self._busy:
                self._busy.remove(connection)
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                self._idle.append(connection)


class _Reading:
    """One use of a connection: a plain class, entered a dozen times per reading of a twin."""

    __slots__ = ("_connection", "_mine", "_readers", "_steady")

    def __init__(self, readers: Readers, steady: bool) -> None:
        self._readers = readers
        self._steady = steady

    def __enter__(self) -> sqlite3.Connection:
        held = self._readers.held
        self._mine = held is None
        self._connection = self._readers.take() if held is None else held
        if self._mine and self._steady:
            try:
                self._connection.execute("BEGIN")
            except BaseException as error:
                self._readers.give_back(self._connection)
                self._readers.translate(error)
                raise
        return self._connection

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._mine:
            self._readers.give_back(self._connection)
        if error is not None:
            self._readers.translate(error)
