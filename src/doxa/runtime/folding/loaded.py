"""Snapshots after a load: from the columns of its files where they are the whole ledger."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import msgspec

from doxa.beliefmap.tables import Tables
from doxa.runtime.folding.all_twins import BATCH, Told, snapshot_all
from doxa.runtime.folding.files import fold_files
from doxa.runtime.wiring import Wiring
from doxa.storage.bulk.native import NotNative
from doxa.storage.bulk.receipt import BackfillReceipt
from doxa.storage.port import Snapshot


def snapshot_loaded(
    wiring: Wiring, tables: Tables | None, receipt: BackfillReceipt, progress: Told | None = None
) -> int:
    """Leave snapshots of all twins after a load; how many were written.

    When the ledger holds every row of the load and nothing else, nobody was merged, and the tables
    can be read as columns, they are folded from the files, and the ledger is not read again.

    Parameters
    ----------
    tables : Tables or None
        None where their files are no longer what they were.
    """
    amended = wiring.store.amendments()
    stats = wiring.store.stats()
    whole = receipt.rows == receipt.appended == stats.signals
    if (
        tables is not None
        and whole
        and stats.signals
        and not (amended.aliases or amended.retractions)
    ):
        try:
            return _from_files(wiring, tables, stats.last_seq, stats.twins, progress)
        except NotNative:
            pass
    return snapshot_all(wiring, progress=progress)


def _from_files(
    wiring: Wiring, tables: Tables, last_seq: int, twins: int, progress: Told | None
) -> int:
    found = _keyed(wiring, tables, last_seq)
    written = done = 0
    while some := list(islice(found, BATCH)):
        written += wiring.store.put_snapshots(some, 0)
        done += len(some)
        if progress is not None:
            progress(done, twins)
    return written


def _keyed(wiring: Wiring, tables: Tables, last_seq: int) -> Iterator[Snapshot]:
    store = wiring.store
    folder = wiring.path.absolute().parent
    told = fold_files(wiring.belief_map, tables, now=wiring.clock(), folder=folder)
    for name, snapshot in told:
        key = store.twin_key(name)
        if key is not None:
            yield msgspec.structs.replace(snapshot, twin=key, last_seq=last_seq)
