"""Forgetting one person: the SQL, each function in a transaction."""

from __future__ import annotations

import sqlite3
from collections import Counter
from typing import Any

from doxa.domain.clock import AHEAD, Clock
from doxa.domain.identity import person
from doxa.storage.blocks import decode_block, without_twins
from doxa.storage.erasure import TABLES
from doxa.storage.forgotten import (
    Erased,
    Forgotten,
    ForgottenList,
    mark_of,
    new_key,
    other_key,
    refused_until,
)
from doxa.storage.sqlite.corrections import aliases
from doxa.storage.sqlite.refusals import KEY, find, find_key
from doxa.storage.sqlite.summary import twin_names
from doxa.types import Moment

_HELD = """
SELECT max(seq), max(occurred_at) FILTER (WHERE occurred_at <= :latest)
FROM signals INDEXED BY signals_by_twin WHERE workspace = :workspace AND twin = :twin
"""
_SOURCES = """
SELECT DISTINCT source FROM signals INDEXED BY signals_by_twin
WHERE workspace = :workspace AND twin = :twin
"""
_ORPHANS = """
DELETE FROM terms WHERE key = ? AND NOT EXISTS (
    SELECT 1 FROM signals WHERE workspace = terms.workspace AND source = terms.key
)
"""
_BLOCKS = """
SELECT b.forecast_set, b.block FROM forecast_blocks b
JOIN forecast_sets s ON s.workspace = b.workspace AND s.id = b.forecast_set
WHERE b.workspace = :workspace AND (:recorded IS NULL OR s.recorded <= :recorded)
"""
_BODY = "SELECT body FROM forecast_blocks WHERE workspace = ? AND forecast_set = ? AND block = ?"
_EMPTY_SETS = """
DELETE FROM forecast_sets WHERE workspace = :workspace AND id = :id AND NOT EXISTS (
    SELECT 1 FROM forecast_blocks WHERE workspace = :workspace AND forecast_set = :id
)
"""
_SETTLED = """
SELECT t.forecast_set, t.body FROM settled t
JOIN forecast_sets s ON s.workspace = t.workspace AND s.id = t.forecast_set
WHERE t.workspace = :workspace AND (:recorded IS NULL OR s.recorded <= :recorded)
"""
_PUT = """
INSERT INTO forgotten VALUES (:workspace, :mark, :forgotten_at, :until, NULL)
ON CONFLICT (workspace, mark) DO UPDATE SET
    forgotten_at = excluded.forgotten_at, until = excluded.until, purged_at = NULL
"""
_LIST = """
SELECT mark, forgotten_at, until, purged_at FROM forgotten WHERE workspace = ?
ORDER BY forgotten_at, mark
"""


def forget(
    connection: sqlite3.Connection,
    workspace: int,
    twin: str,
    at: Moment,
    clock: Clock,
) -> Erased:
    """Take a person out of all tables, whatever ids they have, and note the marks of those."""
    key = _twin(connection, workspace, twin)
    parts = () if key is None else person(aliases(connection, workspace, [key]), key)
    names = [name for name in twin_names(connection, workspace, parts).values() if name != twin]
    counts: Counter[str] = Counter()
    for name in (*names, twin):
        counts.update(_forget_one(connection, workspace, name, at, clock).counts)
    return Erased(counts=dict(counts))


def _forget_one(
    connection: sqlite3.Connection,
    workspace: int,
    twin: str,
    at: Moment,
    clock: Clock,
    *,
    until: Moment | None = None,
) -> Erased:
    """Take one id out; signals that occurred later than `until` stay, if it is given."""
    mark = mark_of(_key(connection, workspace), twin)
    before = find(connection, workspace, mark)
    key = _twin(connection, workspace, twin)
    counts: dict[str, int] = {}
    newest = seq = None
    if key is not None:
        named = {"workspace": workspace, "twin": key, "id": twin, "until": until}
        named["recorded"] = None if until is None else at
        latest = at + AHEAD if clock is Clock.TIME else 2**63 - 1
        seq, newest = connection.execute(_HELD, {**named, "latest": latest}).fetchone()
        counts = _erase(connection, named)
    entry = Forgotten(
        mark=mark,
        forgotten_at=at,
        until=refused_until(clock, at, newest, before) if until is None else until,
    )
    _put(connection, workspace, entry)
    connection.execute(
        "UPDATE workspaces SET erased = erased + 1, floor = max(floor, ?),"
        " twin_floor = max(twin_floor, ?) WHERE key = ?",
        (seq or 0, key or 0, workspace),
    )
    return Erased(counts=counts)


def listed(connection: sqlite3.Connection, workspace: int) -> ForgottenList:
    """Everybody who was forgotten."""
    found = connection.execute(_LIST, (workspace,)).fetchall()
    names = ("mark", "forgotten_at", "until", "purged_at")
    return ForgottenList(
        key=find_key(connection, workspace) or "",
        twins=tuple(Forgotten(**dict(zip(names, row, strict=True))) for row in found),
    )


def forget_listed(
    connection: sqlite3.Connection, workspace: int, given: ForgottenList, clock: Clock
) -> Erased:
    """Forget everybody on a list again; those the store knows of already are left alone."""
    key = find_key(connection, workspace)
    if key is None and given.key:
        connection.execute("INSERT INTO settings VALUES (?, ?, ?)", (workspace, KEY, given.key))
    elif given.twins and key != given.key:
        raise other_key()
    entries = {
        entry.mark: entry
        for entry in given.twins
        if entry.is_news(find(connection, workspace, entry.mark))
    }
    here = connection.execute("SELECT id FROM twins WHERE workspace = ?", (workspace,))
    held = [(twin, entries.get(mark_of(given.key, twin))) for (twin,) in here] if entries else []
    counts: Counter[str] = Counter()
    for twin, entry in held:
        if entry is not None and entry.until is not None:
            erased = _forget_one(
                connection, workspace, twin, entry.forgotten_at, clock, until=entry.until
            )
            counts.update(erased.counts)
    for entry in entries.values():
        _put(connection, workspace, entry)
    connection.execute("UPDATE workspaces SET erased = erased + 1 WHERE key = ?", (workspace,))
    return Erased(counts=dict(counts))


def pending(connection: sqlite3.Connection) -> bool:
    """Whether anybody was forgotten whose bytes may still be in the files."""
    found = connection.execute("SELECT 1 FROM forgotten WHERE purged_at IS NULL LIMIT 1")
    return found.fetchone() is not None


def forgotten_keys(connection: sqlite3.Connection, workspace: int, body: bytes) -> frozenset[int]:
    """Keys in a block of forecasts whose twins were forgotten since it was made."""
    erased = connection.execute(
        "SELECT erased FROM workspaces WHERE key = ?", (workspace,)
    ).fetchone()[0]
    if not erased:
        return frozenset()
    known = connection.execute("SELECT key FROM twins WHERE workspace = ?", (workspace,))
    return frozenset(decode_block(body).twins).difference(key for (key,) in known)


def _twin(connection: sqlite3.Connection, workspace: int, id_: str) -> int | None:
    found = connection.execute(
        "SELECT key FROM twins WHERE workspace = ? AND id = ?", (workspace, id_)
    ).fetchone()
    return None if found is None else int(found[0])


def _key(connection: sqlite3.Connection, workspace: int) -> str:
    known = find_key(connection, workspace)
    if known is None:
        known = new_key()
        connection.execute("INSERT INTO settings VALUES (?, ?, ?)", (workspace, KEY, known))
    return known


def _put(connection: sqlite3.Connection, workspace: int, entry: Forgotten) -> None:
    connection.execute(
        _PUT,
        {
            "workspace": workspace,
            "mark": entry.mark,
            "forgotten_at": entry.forgotten_at,
            "until": entry.until,
        },
    )


def _erase(connection: sqlite3.Connection, named: dict[str, Any]) -> dict[str, int]:
    """Run the statements of all tables; returns what each took out, zeros left out."""
    sources = connection.execute(_SOURCES, named).fetchall()
    _erase_settled(connection, named)  # a set may go with its last forecast, and this before it
    counts = {"forecasts": _erase_forecasts(connection, named)}
    for table in TABLES:
        if table.erase:
            counts[table.name] = connection.execute(table.erase, named).rowcount
    for source in sources:
        counts["sources"] = counts.get("sources", 0) + connection.execute(_ORPHANS, source).rowcount
    return {place: count for place, count in counts.items() if count}


def _erase_forecasts(connection: sqlite3.Connection, named: dict[str, Any]) -> int:
    """Write blocks anew without the person; a set that is empty then goes."""
    gone = frozenset({named["twin"]})
    erased = 0
    for name, number in connection.execute(_BLOCKS, named).fetchall():
        place = (named["workspace"], name, number)
        body = connection.execute(_BODY, place).fetchone()[0]
        kept, count = without_twins(body, gone)
        if kept is body:
            continue
        erased += count
        if decode_block(kept).twins:
            connection.execute(
                "UPDATE forecast_blocks SET body = ?"
                " WHERE workspace = ? AND forecast_set = ? AND block = ?",
                (kept, *place),
            )
        else:
            connection.execute(
                "DELETE FROM forecast_blocks"
                " WHERE workspace = ? AND forecast_set = ? AND block = ?",
                place,
            )
            connection.execute(_EMPTY_SETS, {**named, "id": name})
    return erased


def _erase_settled(connection: sqlite3.Connection, named: dict[str, Any]) -> None:
    """Write what became of forecasts anew without the person."""
    gone = frozenset({named["twin"]})
    for name, body in connection.execute(_SETTLED, named).fetchall():
        kept, _ = without_twins(body, gone)
        if kept is body:
            continue
        place = (named["workspace"], name)
        if decode_block(kept).twins:
            connection.execute(
                "UPDATE settled SET body = ? WHERE workspace = ? AND forecast_set = ?",
                (kept, *place),
            )
        else:
            connection.execute(
                "DELETE FROM settled WHERE workspace = ? AND forecast_set = ?", place
            )
