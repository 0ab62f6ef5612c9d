"""Who is whom and what was taken back: the SQL, each function in a transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from doxa.domain.identity import Alias, settled, unsaid
from doxa.storage.corrections import (
    Amendments,
    Merging,
    Restored,
    Retracting,
    Retraction,
)
from doxa.storage.rows import Row, unknown_signal
from doxa.storage.sqlite.append import Appender
from doxa.storage.sqlite.linked import LINKED, drop_snapshots, key_list
from doxa.storage.sqlite.summary import twin_names
from doxa.types import Moment

_ALIASES = """
SELECT alias, into_twin, at, recorded, joined, shift FROM aliases WHERE workspace = :workspace
"""
_OF_LINKED = " AND alias IN (SELECT key FROM linked) ORDER BY place"
_AMENDMENTS = """
SELECT (SELECT max(place) FROM aliases), (SELECT max(place) FROM retractions)
"""
_ADD_ALIAS = """
INSERT INTO aliases (workspace, alias, into_twin, at, recorded, joined, shift)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_RETRACTIONS = """
SELECT r.place, r.twin, r.seq, f.text, s.id, r.recorded
FROM retractions r JOIN signals s ON s.seq = r.seq JOIN terms f ON f.key = s.source
WHERE r.workspace = :workspace
"""
_FIND_SIGNAL = """
SELECT s.seq, s.twin, s.occurred_at, f.text FROM terms f
JOIN signals s ON s.workspace = f.workspace AND s.source = f.key AND s.id = :id
WHERE f.workspace = :workspace AND f.role = 'source' AND (:source IS NULL OR f.text = :source)
ORDER BY f.key
"""
_RETRACTION_OF = """
SELECT place, recorded FROM retractions WHERE workspace = ? AND twin = ? AND seq = ?
"""
_ADD_RETRACTION = """
INSERT INTO retractions (workspace, twin, seq, recorded) VALUES (?, ?, ?, ?)
ON CONFLICT DO NOTHING
"""


def amendments(connection: sqlite3.Connection) -> Amendments:
    """The newest places."""
    aliases, retractions = connection.execute(_AMENDMENTS).fetchone()
    return Amendments(aliases or 0, retractions or 0)


def aliases(
    connection: sqlite3.Connection, workspace: int, twins: Sequence[int] | None
) -> list[Alias]:
    """Rows in the order they were made."""
    values = {"workspace": workspace, "twins": key_list(twins or ())}
    sql = f"{_ALIASES} ORDER BY place" if twins is None else f"{LINKED}{_ALIASES}{_OF_LINKED}"
    return [
        Alias(
            alias=alias,
            into=into,
            at=at,
            recorded=recorded,
            joined=bool(joined),
            offset=shift,
        )
        for alias, into, at, recorded, joined, shift in connection.execute(sql, values)
    ]


def merge(
    connection: sqlite3.Connection, appender: Appender, workspace: int, merging: Merging
) -> Alias | None:
    """Add a row about two twins and drop the snapshots of everybody linked to them."""
    return _say(connection, workspace, _asked(appender, merging))


def restore(
    connection: sqlite3.Connection,
    appender: Appender,
    workspace: int,
    rows: Sequence[Row],
    mergings: Sequence[Merging],
    retracted: Sequence[Retracting],
) -> Restored:
    """Add what is not there yet of signals and what was said of them."""
    appended = appender.add(rows)
    wanted = [_asked(appender, merging) for merging in mergings]
    known = aliases(connection, workspace, [row.alias for row in wanted])
    said = [_say(connection, workspace, row) for row in unsaid(known, wanted)]
    gone = [retract(connection, workspace, r.id, r.source, r.recorded) for r in retracted]
    return Restored(
        signals=sum(not each.duplicate for each in appended),
        mergings=sum(row is not None for row in said),
        retractions=sum(not each.duplicate for each in gone),
    )


def _asked(appender: Appender, merging: Merging) -> Alias:
    """A merge by keys; what was said of people before they were forgotten is refused."""
    names = [merging.alias, merging.into]
    appender.check_named(names, merging.recorded)
    alias, into = appender.twin_keys(names)
    return Alias(
        alias=alias,
        into=into,
        at=merging.at,
        recorded=merging.recorded,
        joined=merging.joined,
        offset=merging.offset,
    )


def _say(connection: sqlite3.Connection, workspace: int, asked: Alias) -> Alias | None:
    def name(key: int) -> str:
        return twin_names(connection, workspace, [key])[key]

    both = [asked.alias, asked.into]
    row = settled(aliases(connection, workspace, both), asked, name)
    if row is None:
        return None
    connection.execute(
        _ADD_ALIAS,
        (workspace, row.alias, row.into, row.at, row.recorded, int(row.joined), row.offset),
    )
    drop_snapshots(connection, workspace, both)
    return row


def retract(
    connection: sqlite3.Connection, workspace: int, id_: str, source: str | None, recorded: Moment
) -> Retraction:
    """Add a row about a signal, and drop the snapshots that may hold it."""
    values = {"workspace": workspace, "id": id_, "source": source}
    found = connection.execute(_FIND_SIGNAL, values).fetchall()
    if len(found) != 1:
        raise unknown_signal(id_, source, [row[-1] for row in found])
    seq, twin, at, named = found[0]
    added = connection.execute(_ADD_RETRACTION, (workspace, twin, seq, recorded)).rowcount
    if added:
        drop_snapshots(connection, workspace, [twin], at)
    place, recorded = connection.execute(_RETRACTION_OF, (workspace, twin, seq)).fetchone()
    return Retraction(
        place=place,
        twin=twin,
        seq=seq,
        source=named,
        id=id_,
        recorded=recorded,
        duplicate=not added,
    )


def retractions(
    connection: sqlite3.Connection, workspace: int, twins: Sequence[int] | None
) -> list[Retraction]:
    """Rows in the order they were made."""
    sql, values = _RETRACTIONS, {"workspace": workspace, "twins": key_list(twins or ())}
    if twins is not None:
        sql += " AND r.twin IN (SELECT value FROM json_each(:twins))"
    return [
        Retraction(place=place, twin=twin, seq=seq, source=source, id=id_, recorded=recorded)
        for place, twin, seq, source, id_, recorded in connection.execute(
            f"{sql} ORDER BY r.place", values
        )
    ]
