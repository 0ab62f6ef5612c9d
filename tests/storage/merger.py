"""A process that merges, unmerges, retracts and restores: each done thing written down once it is.

Run as ``python merger.py STORE ACKNOWLEDGED FIRST``. Every round restores one person as a whole.
"""

from __future__ import annotations

import os
import sys
from contextlib import closing
from itertools import count
from pathlib import Path

from doxa.domain.signal import Signal
from doxa.storage.corrections import Merging, Retracting
from doxa.storage.sqlite import SqliteStore

SIGNALS = 20
AT = 1_600_000_000_000_000


def main(store_path: str, list_path: str, first: str) -> None:
    """Go on until killed."""
    acknowledged = os.open(list_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with closing(SqliteStore(Path(store_path))) as store:
        print("ready", flush=True)
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


if __name__ == "__main__":
    main(*sys.argv[1:])
