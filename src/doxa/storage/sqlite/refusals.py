"""Signals of the forgotten are refused: looked up once per id, and only where somebody was."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from doxa.storage.forgotten import Forgotten, mark_of, refusal, refused_merge
from doxa.storage.rows import AT, ID, TWIN, Row
from doxa.types import Moment

KEY = "forgotten_key"
_FIND_KEY = "SELECT value FROM settings WHERE workspace = ? AND name = ?"
_FIND = """
SELECT mark, forgotten_at, until, purged_at FROM forgotten WHERE workspace = ? AND mark = ?
"""
_KEPT = 200_000


def find_key(connection: sqlite3.Connection, workspace: int) -> str | None:
    """The key of a workspace's marks; None while nobody was forgotten."""
    found = connection.execute(_FIND_KEY, (workspace, KEY)).fetchone()
    return None if found is None else str(found[0])


def find(connection: sqlite3.Connection, workspace: int, mark: str) -> Forgotten | None:
    """The entry of a mark."""
    found = connection.execute(_FIND, (workspace, mark)).fetchone()
    if found is None:
        return None
    return Forgotten(mark=found[0], forgotten_at=found[1], until=found[2], purged_at=found[3])


def find_many(
    connection: sqlite3.Connection, workspace: int, twins: Iterable[str]
) -> dict[str, Forgotten]:
    """Those of some ids that were forgotten."""
    key = find_key(connection, workspace)
    if key is None:
        return {}
    entries = {twin: find(connection, workspace, mark_of(key, twin)) for twin in twins}
    return {twin: entry for twin, entry in entries.items() if entry is not None}


class Refusals:
    """The writer's memory of who was forgotten."""

    def __init__(self, connection: sqlite3.Connection, workspace: int) -> None:
        self._connection = connection
        self._workspace = workspace
        self._known: dict[str, Forgotten | None] = {}
        self._anybody = False

    def reload(self) -> None:
        """Somebody was forgotten since."""
        self._known.clear()
        self._anybody = find_key(self._connection, self._workspace) is not None

    def check_named(self, twins: Iterable[str], recorded: Moment) -> None:
        """Refuse what was said about people before they were forgotten."""
        if self._anybody:
            for entry in find_many(self._connection, self._workspace, twins).values():
                if recorded <= entry.forgotten_at:
                    raise refused_merge(entry)

    def check(self, rows: Sequence[Row]) -> None:
        """Raise `ForgottenTwin` naming the first row that its person was forgotten after."""
        if not self._anybody:
            return
        twins = {row[TWIN] for row in rows}
        if len(self._known) > max(_KEPT, 2 * len(twins)):
            self._known.clear()
        new = twins.difference(self._known)
        if new:
            found = find_many(self._connection, self._workspace, new)
            self._known.update((twin, found.get(twin)) for twin in new)
        for row in rows:
            entry = self._known[row[TWIN]]
            if entry is not None and entry.until is not None and row[AT] <= entry.until:
                raise refusal(row[ID], entry)
