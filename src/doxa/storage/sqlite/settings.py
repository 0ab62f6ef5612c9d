"""A workspace's own settings: which clock it runs on, and the zone of its local days."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec

from doxa.beliefmap.model import Zone
from doxa.domain.clock import Clock
from doxa.errors import StoreError
from doxa.storage.sqlite.connection import begin

_FIND = "SELECT key FROM workspaces WHERE name = ?"


def enter(
    connection: sqlite3.Connection, workspace: str, clock: Clock | None, zone: Zone | None
) -> int:
    """The key of a workspace; a new one is made, on the time clock in UTC unless told."""
    found = connection.execute(_FIND, (workspace,)).fetchone()
    if found is not None:
        return int(found[0])
    begin(connection)
    try:
        connection.execute("INSERT OR IGNORE INTO workspaces (name) VALUES (?)", (workspace,))
        key = int(connection.execute(_FIND, (workspace,)).fetchone()[0])
        for name, value in (
            ("clock", (clock or Clock.TIME).value),
            ("zone", _zone_text(zone or Zone())),
        ):
            connection.execute(
                "INSERT OR IGNORE INTO settings VALUES (?, ?, ?)", (key, name, value)
            )
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return key


def read_clock(
    connection: sqlite3.Connection, workspace: int, wanted: Clock | None, path: Path
) -> Clock:
    """The workspace's clock, which must be the one wanted."""
    clock = Clock(_read(connection, workspace, "clock"))
    if wanted is not None and wanted is not clock:
        raise StoreError(
            f"the workspace runs on the {clock} clock, not on {wanted}",
            where=str(path),
            hint="a clock is chosen once; use another workspace or file",
        )
    return clock


def read_zone(connection: sqlite3.Connection, workspace: int) -> Zone:
    """The zone of local days."""
    return msgspec.json.decode(_read(connection, workspace, "zone"), type=Zone)


def write_zone(connection: sqlite3.Connection, workspace: int, zone: Zone) -> None:
    """Change the zone of local days."""
    connection.execute(
        "UPDATE settings SET value = ? WHERE workspace = ? AND name = 'zone'",
        (_zone_text(zone), workspace),
    )


def _read(connection: sqlite3.Connection, workspace: int, name: str) -> str:
    found = connection.execute(
        "SELECT value FROM settings WHERE workspace = ? AND name = ?", (workspace, name)
    ).fetchone()
    return str(found[0])


def _zone_text(zone: Zone) -> str:
    return msgspec.json.encode(zone).decode()
