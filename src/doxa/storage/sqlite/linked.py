"""Everybody linked to some twins by merges, and the snapshots that may hold signals of theirs."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import msgspec

from doxa.types import Moment

LINKED = """
WITH RECURSIVE linked (key) AS (
    SELECT value FROM json_each(:twins)
    UNION
    SELECT a.into_twin FROM linked JOIN aliases a
    ON a.workspace = :workspace AND a.alias = linked.key
    UNION
    SELECT a.alias FROM linked JOIN aliases a
    ON a.workspace = :workspace AND a.into_twin = linked.key
)
"""
"""Everybody ever linked to some twins, however far."""

_DROP_LINKED = f"""
{LINKED} DELETE FROM snapshots
WHERE workspace = :workspace AND twin IN (SELECT key FROM linked) AND until > :since
"""


def drop_snapshots(
    connection: sqlite3.Connection,
    workspace: int,
    twins: Sequence[int],
    since: Moment = -(2**63),
) -> None:
    """Drop the snapshots, with anything later than a moment, of some twins and all linked ones."""
    values = {"workspace": workspace, "twins": key_list(twins), "since": since}
    connection.execute(_DROP_LINKED, values)


def key_list(keys: Sequence[int]) -> str:
    """Keys as the JSON text that ``json_each`` reads."""
    return msgspec.json.encode([int(key) for key in keys]).decode()
