"""How a backfill is asked for, and what came of it."""

from __future__ import annotations

import msgspec

from doxa.storage.bulk.engine import MEMORY

CHUNK = 65_536


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How a backfill is run.

    Attributes
    ----------
    max_rejects : float or int or None
        Bad rows that are borne: a share (float) or a number (int); None is one in a hundred.
    allow_future : bool
        Take rows that lie more than five minutes in the future.
    restart : bool
        Begin anew, whatever an earlier load of the same tables left.
    chunk : int
        Rows per transaction.
    memory : str
        What DuckDB may use before it spills beside the store.
    """

    max_rejects: float | int | None = None
    allow_future: bool = False
    restart: bool = False
    chunk: int = CHUNK
    memory: str = MEMORY


class BackfillReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the rows of a backfill.

    Attributes
    ----------
    rows : int
        Rows of all tables: appended + duplicates + rejected + resumed.
    appended, duplicates : int
        Rows that this run added to the ledger, and that it found there.
    rejected : int
        Rows refused; `rejects` is the file that says where and why (None: there are none).
    resumed : int
        Rows that an interrupted run of the same load had brought in before.
    unknown_kinds : dict
        Kinds that the map does not declare, each with the nearest that it does ("" for none).
    seconds : dict
        Time spent per phase.
    snapshots : int or None
        Snapshots left at the end, where they were asked for.
    """

    rows: int
    appended: int
    duplicates: int
    rejected: int
    resumed: int
    rejects: str | None
    unknown_kinds: dict[str, str]
    seconds: dict[str, float]
    snapshots: int | None = None


DEFAULTS = Options()
