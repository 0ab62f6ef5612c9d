"""Settled forecasts: the SQL, each function in a transaction."""

from __future__ import annotations

import sqlite3

from doxa.storage.blocks import decode_block, without_twins
from doxa.storage.settled import Settled
from doxa.storage.sqlite.forget import forgotten_keys

_PUT = """
INSERT INTO settled SELECT ?1, ?2, ?3, ?4, ?5
WHERE EXISTS (SELECT 1 FROM forecast_sets WHERE workspace = ?1 AND id = ?2)
ON CONFLICT (workspace, forecast_set) DO NOTHING
"""
_ALL = """
SELECT forecast_set, known_at, scored, body FROM settled
WHERE workspace = ? ORDER BY known_at, forecast_set
"""


def put_settled(connection: sqlite3.Connection, workspace: int, settled: Settled) -> bool:
    """Keep what became of a set, without those who were forgotten meanwhile."""
    gone = forgotten_keys(connection, workspace, settled.body)
    body = without_twins(settled.body, gone)[0]
    if not decode_block(body).twins:
        return False
    row = (workspace, settled.forecast_set, settled.known_at, settled.scored, body)
    return connection.execute(_PUT, row).rowcount > 0


def settled(connection: sqlite3.Connection, workspace: int) -> list[Settled]:
    """All that is settled."""
    return [
        Settled(**dict(zip(Settled.__struct_fields__, row, strict=True)))
        for row in connection.execute(_ALL, (workspace,))
    ]
