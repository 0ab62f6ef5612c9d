"""Appending history: many rows and the progress of their load, durable together."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from doxa.storage.port import BulkAppended, Load
from doxa.storage.rows import Row
from doxa.storage.sqlite.append import Appender
from doxa.storage.sqlite.writer import Job

_PUT_LOAD = """
INSERT INTO loads (workspace, fingerprint, started, chunks, rows) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (workspace, fingerprint) DO UPDATE SET chunks = excluded.chunks, rows = excluded.rows
RETURNING key
"""


_CACHE = "PRAGMA cache_size = -65536"
"""64 MiB: rows of many twins touch many pages of the index by twin."""


def job(rows: Sequence[Row], load: Load | None, workspace: int) -> Job[BulkAppended]:
    """What the writer runs: rows that are all new go in at once, else each is looked at."""

    def append(connection: sqlite3.Connection, appender: Appender) -> BulkAppended:
        connection.execute(_CACHE)
        key = None if load is None else _put_load(connection, workspace, load)
        try:
            appender.add_new(rows, key)
            return BulkAppended(added=len(rows), duplicates=0)
        except sqlite3.IntegrityError:
            duplicates = sum(appended.duplicate for appended in appender.add(rows, key))
            return BulkAppended(added=len(rows) - duplicates, duplicates=duplicates)

    return append


def find_load(connection: sqlite3.Connection, workspace: int, fingerprint: str) -> Load | None:
    """How far the load of an input came."""
    found = connection.execute(
        "SELECT fingerprint, started, chunks, rows FROM loads"
        " WHERE workspace = ? AND fingerprint = ?",
        (workspace, fingerprint),
    ).fetchone()
    if found is None:
        return None
    return Load(fingerprint=found[0], started=found[1], chunks=found[2], rows=found[3])


def _put_load(connection: sqlite3.Connection, workspace: int, load: Load) -> int:
    values = (workspace, load.fingerprint, load.started, load.chunks, load.rows)
    return int(connection.execute(_PUT_LOAD, values).fetchall()[0][0])
