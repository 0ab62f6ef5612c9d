"""Identical rows told apart: the ordinal of each among its equals, in bounded memory."""

from __future__ import annotations

from typing import Any

from doxa.storage.bulk.chunks import Chunks
from doxa.storage.bulk.engine import literal

_PER_PASS = 1_000_000

_REPEATED = """
COPY (
    WITH staged AS (
        SELECT key, id, filename AS chunk, file_row_number AS place
        FROM read_parquet({files}, filename = true, file_row_number = true)
        WHERE key IS NOT NULL AND key % {passes} = {number}
    ),
    repeated AS (SELECT key FROM staged GROUP BY key HAVING count(*) > 1)
    SELECT chunk, place, ordinal FROM (
        SELECT chunk, place, row_number() OVER (PARTITION BY id ORDER BY chunk, place) - 1 AS ordinal
        FROM staged SEMI JOIN repeated USING (key)
    )
    WHERE ordinal > 0
    ORDER BY chunk, place
) TO {target} (FORMAT parquet)
"""


class Ordinals:
    """Numbers identical rows over all chunks of a load: 0 for the first, 1 for the next."""

    def __init__(self, connection: Any, chunks: Chunks) -> None:
        self._connection, self._chunks = connection, chunks
        self._folder = chunks.folder / "ordinals"

    def prepare(self, rows: int) -> None:
        """Find the repeated rows, a million rows at a time by a slice of their hashes."""
        done = self._folder / "done"
        if done.exists():
            return
        self._folder.mkdir(exist_ok=True)
        files = [str(self._chunks.path(*pair, "parquet")) for pair in self._chunks.staged()]
        listed = "[" + ", ".join(map(literal, files)) + "]"
        passes = max(1, -(-rows // _PER_PASS)) if files else 0
        for number in range(passes):
            target = literal(str(self._folder / f"{number}.parquet"))
            sql = _REPEATED.format(files=listed, passes=passes, number=number, target=target)
            self._connection.execute(sql)
        done.touch()

    def of(self, table: int, chunk: int) -> list[tuple[int, int]]:
        """Place and ordinal of the rows of a chunk that are not the first of their kind."""
        if not any(self._folder.glob("*.parquet")):
            return []
        found = self._connection.execute(
            f"SELECT place, ordinal FROM read_parquet({literal(str(self._folder / '*.parquet'))})"
            " WHERE chunk = ?",
            [str(self._chunks.path(table, chunk, "parquet"))],
        ).fetchall()
        return [(int(place), int(ordinal)) for place, ordinal in found]
