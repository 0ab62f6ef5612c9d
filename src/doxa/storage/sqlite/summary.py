"""Questions about the whole ledger, answered by the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import msgspec
import numpy as np

from doxa.storage.port import FirstSignals, StoreStats
from doxa.storage.sqlite.names import SOURCE
from doxa.storage.sqlite.scan import read_names
from doxa.types import Moment

_FIRST = """
SELECT twin, source, min(occurred_at), min(recorded_at) FROM signals s
WHERE workspace = :workspace AND (:known_at IS NULL OR recorded_at <= :known_at)
AND NOT EXISTS (
    SELECT 1 FROM retractions r WHERE r.workspace = s.workspace AND r.twin = s.twin
    AND r.seq = s.seq AND (:known_at IS NULL OR r.recorded <= :known_at)
)
GROUP BY twin, source
"""
_KINDS = """
SELECT t.text, count(*) FROM signals s NOT INDEXED JOIN terms t ON t.key = s.kind
WHERE s.workspace = ? GROUP BY t.text ORDER BY t.text
"""
_STATS = """
SELECT (SELECT count(*) FROM twins WHERE workspace = :w), count(*), max(seq),
       min(occurred_at), max(occurred_at), max(recorded_at)
FROM signals NOT INDEXED WHERE workspace = :w
"""
_AT_ONCE = 500


def first_signals(
    connection: sqlite3.Connection, workspace: int, known_at: Moment | None
) -> FirstSignals:
    """When each twin was first heard of by each source, by (twin, source)."""
    sources = read_names(connection, workspace, SOURCE)
    values = {"workspace": workspace, "known_at": known_at}
    found = connection.execute(_FIRST, values).fetchall()
    columns = np.array(found, dtype=np.int64).reshape(-1, 4)
    source = sources.code[columns[:, 1]]
    order = np.lexsort((source, columns[:, 0]))
    twin, at, recorded = (columns[order, place].copy() for place in (0, 2, 3))
    return FirstSignals(twin, source[order], at, recorded, sources.texts)


def kinds(connection: sqlite3.Connection, workspace: int) -> dict[str, int]:
    """How many signals of each kind."""
    return dict(connection.execute(_KINDS, (workspace,)).fetchall())


def stats(connection: sqlite3.Connection, workspace: int) -> StoreStats:
    """The ledger in a few numbers."""
    twins, signals, last_seq, oldest, newest, recorded = connection.execute(
        _STATS, {"w": workspace}
    ).fetchone()
    return StoreStats(
        twins=twins,
        signals=signals,
        last_seq=last_seq or 0,
        oldest_at=oldest,
        newest_at=newest,
        newest_recorded=recorded,
    )


def twin_keys(
    connection: sqlite3.Connection, workspace: int, twins: Sequence[str]
) -> dict[str, int]:
    """The keys of twins by id; twins that were never met are left out."""
    known: dict[str, int] = {}
    for start in range(0, len(twins), _AT_ONCE):
        some = twins[start : start + _AT_ONCE]
        marks = ", ".join("?" * len(some))
        sql = f"SELECT id, key FROM twins WHERE workspace = ? AND id IN ({marks})"
        known.update(connection.execute(sql, (workspace, *some)))
    return known


def twin_names(
    connection: sqlite3.Connection, workspace: int, keys: Sequence[int]
) -> dict[int, str]:
    """The ids of twins by key; keys that are not there are left out."""
    wanted = msgspec.json.encode(sorted({int(key) for key in keys})).decode()
    return dict(
        connection.execute(
            "SELECT key, id FROM twins WHERE +workspace = ?"  # + : look up by key, not by workspace
            " AND key IN (SELECT value FROM json_each(?))",
            (workspace, wanted),
        ).fetchall()
    )
