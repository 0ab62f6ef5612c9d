"""The access log: the SQL, each function in a transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import msgspec

from doxa.storage.accesses import Access

_PUT = """
INSERT INTO accesses (workspace, twin, at, reader, purpose, face, nodes)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
WHERE EXISTS (SELECT 1 FROM twins WHERE key = ?2 AND workspace = ?1)
"""
_ABOUT = """
SELECT twin, at, reader, purpose, face, nodes FROM accesses
WHERE workspace = ? AND twin IN (SELECT value FROM json_each(?)) ORDER BY place
"""


def log(connection: sqlite3.Connection, workspace: int, accesses: Sequence[Access]) -> None:
    """Add rows; those about somebody who was forgotten meanwhile are dropped."""
    connection.executemany(
        _PUT,
        [
            (workspace, one.twin, one.at, one.reader, one.purpose, one.face, _text(one.nodes))
            for one in accesses
        ],
    )


def accesses(connection: sqlite3.Connection, workspace: int, twins: Sequence[int]) -> list[Access]:
    """The rows about some twins."""
    keys = msgspec.json.encode([int(twin) for twin in twins]).decode()
    return [
        Access(
            twin=twin,
            at=at,
            reader=reader,
            purpose=purpose,
            face=face,
            nodes=tuple(msgspec.json.decode(nodes)),
        )
        for twin, at, reader, purpose, face, nodes in connection.execute(_ABOUT, (workspace, keys))
    ]


def _text(nodes: tuple[str, ...]) -> str:
    return msgspec.json.encode(nodes).decode()
