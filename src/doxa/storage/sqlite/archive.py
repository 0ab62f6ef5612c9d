"""Snapshots, maps, populations and forecast sets: the SQL, each function in a transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

import msgspec

from doxa.errors import InputError, UnknownName
from doxa.storage.blocks import without_twins
from doxa.storage.port import (
    Activation,
    ForecastSet,
    MapVersion,
    PopulationVersion,
    Snapshot,
)
from doxa.storage.sqlite.forget import forgotten_keys
from doxa.storage.sqlite.linked import key_list
from doxa.types import Moment

_PUT_SNAPSHOT = """
INSERT INTO snapshots
SELECT :workspace, :twin, :fingerprint, :until, :newest_at, :newest_recorded, :last_seq, :state,
       :aliases
WHERE {known} AND NOT EXISTS (
    SELECT 1 FROM signals s WHERE s.workspace = :workspace AND {of}
    AND s.occurred_at < :until AND s.seq > :last_seq AND NOT EXISTS (
        SELECT 1 FROM retractions r
        WHERE r.workspace = s.workspace AND r.twin = s.twin AND r.seq = s.seq
    )
)
ON CONFLICT (workspace, twin) DO UPDATE SET
    fingerprint = excluded.fingerprint, until = excluded.until, newest_at = excluded.newest_at,
    newest_recorded = excluded.newest_recorded, last_seq = excluded.last_seq,
    state = excluded.state, aliases = excluded.aliases
"""
_KNOWN = "EXISTS (SELECT 1 FROM twins WHERE key = :twin)"
_PUT_ALONE = _PUT_SNAPSHOT.format(known=_KNOWN, of="s.twin = :twin")
_PUT_JOINED = _PUT_SNAPSHOT.format(
    known=f"{_KNOWN} AND NOT EXISTS"
    " (SELECT 1 FROM json_each(:aliases) WHERE value NOT IN (SELECT key FROM twins))",
    of="(s.twin = :twin OR s.twin IN (SELECT value FROM json_each(:aliases)))",
)
_SNAPSHOT = """
SELECT twin, fingerprint, until, newest_at, newest_recorded, last_seq, state, aliases
FROM snapshots WHERE workspace = ? AND twin = ?
"""
_SNAPSHOTS = """
SELECT twin, fingerprint, until, newest_at, newest_recorded, last_seq, state, aliases
FROM snapshots WHERE workspace = ? AND twin IN (SELECT value FROM json_each(?))
"""
_POPULATIONS = """
SELECT version, created, map_fingerprint, origin, body, (
    SELECT active_from FROM activations a
    WHERE a.workspace = p.workspace AND a.version = p.version ORDER BY place DESC LIMIT 1
)
FROM populations p WHERE workspace = ? ORDER BY version
"""
_FORECASTS = """
SELECT s.id, s.outcome, s.origin, s.recorded, s.population, s.label, b.body
FROM forecast_sets s JOIN forecast_blocks b ON b.workspace = s.workspace AND b.forecast_set = s.id
WHERE s.workspace = ? ORDER BY s.recorded, s.id, b.block
"""


def put_snapshots(
    connection: sqlite3.Connection,
    workspace: int,
    snapshots: Sequence[Snapshot],
    retractions: int | None,
) -> int:
    """Store those that no later signal or retraction made stale; returns how many."""
    if retractions is not None:
        newest = connection.execute("SELECT max(place) FROM retractions").fetchone()[0]
        if (newest or 0) > retractions:
            return 0
    stored = 0
    for sql, some in (
        (_PUT_ALONE, [each for each in snapshots if not each.aliases]),
        (_PUT_JOINED, [each for each in snapshots if each.aliases]),
    ):
        rows = [_row(snapshot, workspace) for snapshot in some]
        stored += max(connection.executemany(sql, rows).rowcount, 0)
    return stored


def _row(snapshot: Snapshot, workspace: int) -> dict[str, Any]:
    row = {name: getattr(snapshot, name) for name in snapshot.__struct_fields__}
    aliases = key_list(snapshot.aliases) if snapshot.aliases else None
    return {**row, "workspace": workspace, "aliases": aliases}


def _snapshot(row: tuple[Any, ...]) -> Snapshot:
    twin, mark, until, newest_at, newest_recorded, last_seq, state, aliases = row
    parts = tuple(msgspec.json.decode(aliases)) if aliases else ()
    return Snapshot(twin, mark, until, newest_at, newest_recorded, last_seq, state, parts)


def snapshot(connection: sqlite3.Connection, workspace: int, twin: int) -> Snapshot | None:
    """The snapshot of a twin."""
    found = connection.execute(_SNAPSHOT, (workspace, twin)).fetchone()
    return None if found is None else _snapshot(found)


def snapshots(
    connection: sqlite3.Connection, workspace: int, twins: Sequence[int]
) -> list[Snapshot]:
    """The snapshots of some twins."""
    found = connection.execute(_SNAPSHOTS, (workspace, key_list(twins)))
    return [_snapshot(row) for row in found]


def maps(connection: sqlite3.Connection, workspace: int) -> list[MapVersion]:
    """All maps by version."""
    found = connection.execute(
        "SELECT version, fingerprint, text, active_from FROM maps"
        " WHERE workspace = ? ORDER BY version",
        (workspace,),
    )
    return [
        MapVersion(version=version, fingerprint=fingerprint, text=text, active_from=active_from)
        for version, fingerprint, text, active_from in found
    ]


def put_map(
    connection: sqlite3.Connection, workspace: int, text: str, fingerprint: str, active: Moment
) -> MapVersion:
    """Add a version, unless the newest one is the same map."""
    known = maps(connection, workspace)
    if known and (known[-1].text, known[-1].fingerprint) == (text, fingerprint):
        return known[-1]
    version = known[-1].version + 1 if known else 1
    connection.execute(
        "INSERT INTO maps VALUES (?, ?, ?, ?, ?)", (workspace, version, fingerprint, active, text)
    )
    return MapVersion(version=version, fingerprint=fingerprint, text=text, active_from=active)


def populations(connection: sqlite3.Connection, workspace: int) -> list[PopulationVersion]:
    """All populations by version."""
    return [
        PopulationVersion(
            version=version,
            created=created,
            map_fingerprint=map_fingerprint,
            origin=origin,
            active_from=active_from,
            body=body,
        )
        for version, created, map_fingerprint, origin, body, active_from in connection.execute(
            _POPULATIONS, (workspace,)
        )
    ]


def put_population(
    connection: sqlite3.Connection, workspace: int, population: PopulationVersion
) -> int:
    """Add a population; returns its version."""
    version = _next(
        connection, "SELECT max(version) FROM populations WHERE workspace = ?", workspace
    )
    connection.execute(
        "INSERT INTO populations VALUES (?, ?, ?, ?, ?, ?)",
        (
            *(workspace, version, population.created, population.map_fingerprint),
            *(population.origin, population.body),
        ),
    )
    if population.active_from is not None:
        activate(connection, workspace, version, population.active_from)
    return version


def activate(
    connection: sqlite3.Connection, workspace: int, version: int, active_from: Moment
) -> None:
    """Note that a population is the active one from a moment on."""
    known = connection.execute(
        "SELECT 1 FROM populations WHERE workspace = ? AND version = ?", (workspace, version)
    ).fetchone()
    if known is None:
        raise unknown_population(version)
    place = _next(connection, "SELECT max(place) FROM activations WHERE workspace = ?", workspace)
    connection.execute(
        "INSERT INTO activations VALUES (?, ?, ?, ?)", (workspace, place, version, active_from)
    )


def activations(connection: sqlite3.Connection, workspace: int) -> list[Activation]:
    """Activations in the order they were made."""
    found = connection.execute(
        "SELECT version, active_from FROM activations WHERE workspace = ? ORDER BY place",
        (workspace,),
    )
    return [Activation(version, active_from) for version, active_from in found]


def put_forecasts(connection: sqlite3.Connection, workspace: int, forecasts: ForecastSet) -> None:
    """Record a set, without those who were forgotten meanwhile; its id must be new."""
    known = connection.execute(
        "SELECT 1 FROM forecast_sets WHERE workspace = ? AND id = ?", (workspace, forecasts.id)
    ).fetchone()
    if known is not None:
        raise known_forecasts(forecasts.id)
    connection.execute(
        "INSERT INTO forecast_sets VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            *(workspace, forecasts.id, forecasts.outcome, forecasts.origin),
            *(forecasts.recorded, forecasts.population, forecasts.label),
        ),
    )
    connection.execute(
        "INSERT INTO forecast_blocks VALUES (?, ?, 0, ?)",
        (workspace, forecasts.id, _of_those_left(connection, workspace, forecasts.body)),
    )


def forecast_sets(
    connection: sqlite3.Connection, workspace: int, outcome: str | None
) -> list[ForecastSet]:
    """Recorded sets by `recorded`."""
    return [
        ForecastSet(**dict(zip(ForecastSet.__struct_fields__, row, strict=True)))
        for row in connection.execute(_FORECASTS, (workspace,))
        if outcome is None or row[1] == outcome
    ]


def _of_those_left(connection: sqlite3.Connection, workspace: int, body: bytes) -> bytes:
    """A block without twins that were forgotten since it was made."""
    return without_twins(body, forgotten_keys(connection, workspace, body))[0]


def unknown_population(version: int) -> UnknownName:
    """What is said when a population is asked for that was never stored."""
    return UnknownName(f"there is no population {version}", hint="fit one first")


def known_forecasts(id_: str) -> InputError:
    """What is said when a forecast set is recorded a second time."""
    return InputError(
        f"forecast set {id_!r} is recorded already", hint="recorded forecasts are never changed"
    )


def _next(connection: sqlite3.Connection, sql: str, workspace: int) -> int:
    newest = connection.execute(sql, (workspace,)).fetchone()[0]
    return int(newest or 0) + 1
