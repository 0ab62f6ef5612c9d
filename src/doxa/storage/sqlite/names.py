"""Repeated text as small integers: twins, kinds and sources of one workspace."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from operator import itemgetter

from doxa.storage import rows as rows_
from doxa.storage.rows import TWIN, Row

KIND, SOURCE = "kind", "source"
_KEPT = 200_000
_FIND_TWIN = "SELECT key FROM twins WHERE workspace = ? AND id = ?"
_ADD_TWIN = """
INSERT INTO twins (key, workspace, id) SELECT 1 + max(
    ifnull((SELECT max(key) FROM twins), 0), (SELECT max(twin_floor) FROM workspaces)
), ?, ?
"""
_FIND_TERM = "SELECT key FROM terms WHERE workspace = ? AND role = ? AND text = ?"
_ADD_TERM = "INSERT INTO terms (workspace, role, text) VALUES (?, ?, ?)"


class Names:
    """The writer's memory of keys; what a transaction added is dropped when it fails."""

    def __init__(self, workspace: int) -> None:
        self.twins: dict[str, int] = {}
        self.kinds: dict[str, int] = {}
        self.sources: dict[str, int] = {}
        self._workspace = workspace
        self._fresh: list[tuple[dict[str, int], str]] = []

    def learn(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
        """Make sure that every name in the rows has a key."""
        self.learn_twins(connection, {row[TWIN] for row in rows})
        for known, role, place in (
            (self.kinds, KIND, itemgetter(rows_.KIND)),
            (self.sources, SOURCE, itemgetter(rows_.SOURCE)),
        ):
            for text in sorted(set(map(place, rows)).difference(known)):
                terms = (self._workspace, role, text)
                self._learn(known, text, _key(connection, terms, _FIND_TERM, _ADD_TERM))

    def learn_twins(self, connection: sqlite3.Connection, twins: set[str]) -> None:
        """Make sure that every twin has a key."""
        if len(self.twins) > max(_KEPT, 2 * len(twins)):
            self.twins.clear()
        for twin in sorted(twins.difference(self.twins)):
            names = (self._workspace, twin)
            self._learn(self.twins, twin, _key(connection, names, _FIND_TWIN, _ADD_TWIN))

    def _learn(self, known: dict[str, int], text: str, key: int) -> None:
        known[text] = key
        self._fresh.append((known, text))

    def keep(self) -> None:
        """The transaction is durable: so are its keys."""
        self._fresh.clear()

    def mark(self) -> int:
        """Where the keys given so far in this transaction end."""
        return len(self._fresh)

    def drop(self, mark: int) -> None:
        """Forget the keys learned since a mark: what gave them was undone."""
        for known, text in self._fresh[mark:]:
            known.pop(text, None)
        del self._fresh[mark:]

    def clear(self) -> None:
        """Forget everything, because keys were erased."""
        for known in (self.twins, self.kinds, self.sources):
            known.clear()
        self._fresh.clear()


def _key(connection: sqlite3.Connection, names: tuple[int | str, ...], find: str, add: str) -> int:
    found = connection.execute(find, names).fetchone()
    if found is not None:
        return int(found[0])
    return int(connection.execute(add, names).lastrowid or 0)
