"""Connections for reading: each in use by one reader at a time, kept for the next."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from doxa.errors import StoreError
from doxa.storage.sqlite.connection import connect, translated


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
        if getattr(self._held, "connection", None) is not None:
            yield
            return
        with self.reading() as connection:
            self._held.connection = connection
            try:
                yield
            finally:
                self._held.connection = None

    @contextmanager
    def reading(self, *, steady: bool = True) -> Iterator[sqlite3.Connection]:
        """A connection inside a read transaction; one statement alone needs none (not `steady`)."""
        held: sqlite3.Connection | None = getattr(self._held, "connection", None)
        if held is not None:
            with translated(self._path):
                yield held
            return
        connection = self._take()
        try:
            with translated(self._path):
                if steady:
                    connection.execute("BEGIN")
                yield connection
        finally:
            self._give_back(connection)

    def close(self) -> None:
        """Close all connections, those of unfinished scans too."""
        with self._lock:
            self._closed = True
            for connection in (*self._idle, *self._busy):
                connection.close()
            self._idle.clear()
            self._busy.clear()

    def _take(self) -> sqlite3.Connection:
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

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if connection in self._busy:
                self._busy.remove(connection)
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                self._idle.append(connection)
