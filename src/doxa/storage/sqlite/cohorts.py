"""Saved cohorts: the SQL, each function in a transaction."""

from __future__ import annotations

import sqlite3

from doxa.storage.port import SavedCohort


def put_cohort(connection: sqlite3.Connection, workspace: int, cohort: SavedCohort) -> None:
    """Keep a condition under its name, in place of another of that name."""
    connection.execute(
        "INSERT INTO cohorts VALUES (?, ?, ?, ?) ON CONFLICT (workspace, name)"
        " DO UPDATE SET condition = excluded.condition, created = excluded.created",
        (workspace, cohort.name, cohort.condition, cohort.created),
    )


def cohorts(connection: sqlite3.Connection, workspace: int) -> list[SavedCohort]:
    """All of them by name."""
    found = connection.execute(
        "SELECT name, condition, created FROM cohorts WHERE workspace = ? ORDER BY name",
        (workspace,),
    )
    return [
        SavedCohort(name=name, condition=condition, created=created)
        for name, condition, created in found
    ]


def drop_cohort(connection: sqlite3.Connection, workspace: int, name: str) -> bool:
    """Let go of one; whether there was one."""
    gone = connection.execute(
        "DELETE FROM cohorts WHERE workspace = ? AND name = ?", (workspace, name)
    )
    return gone.rowcount > 0
