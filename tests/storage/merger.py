"""A process that merges, unmerges, retracts and restores: each done thing written down once it is.

Every round restores one person as a whole.
"""

from __future__ import annotations

import os
from contextlib import closing
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

from doxa.domain.signal import Signal
from doxa.storage.corrections import Merging, Retracting
from doxa.storage.sqlite import SqliteStore

SIGNALS = 20
AT = 1_600_000_000_000_000


def merge(store_path: Path, told: Path, first: str, ready: Connection) -> None:
    """Go on until killed."""
    acknowledged = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with closing(SqliteStore(store_path)) as store:
        ready.send("ready")
        for number in count():
            name = f"{first}-{number}"
            signals = [
                Signal(id=f"{name}-{n}", twin=name, kind="visit", at=AT, recorded=AT)
                for n in range(SIGNALS)
            ]
            merging = Merging(alias=f"{name}-phone", into=name, at=AT, recorded=AT)
            gone = [Retracting(source="default", id=signals[0].id, recorded=AT)]
            store.restore(signals, [merging], gone)
            os.write(acknowledged, f"{name} restored\n".encode())
            store.merge(Merging(alias=f"{name}-web", into=name, at=AT, recorded=AT))
            os.write(acknowledged, f"{name} merged\n".encode())
            store.retract(signals[1].id, None, AT)
            os.write(acknowledged, f"{name} retracted\n".encode())
