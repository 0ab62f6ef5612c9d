"""A process that observes: one signal at a time, each id written down once it is acknowledged.

Run as ``python observer.py STORE ACKNOWLEDGED FIRST COUNT``. The list of acknowledged ids is
synced after every line, so that it never holds less than a client could have been told.
"""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path

from doxa.domain.signal import Signal
from doxa.storage.sqlite import SqliteStore


def main(store_path: str, list_path: str, first: str, count: str) -> None:
    """Observe `count` signals whose ids begin with `first`."""
    acknowledged = os.open(list_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with closing(SqliteStore(Path(store_path))) as store:
        print("ready", flush=True)
        for number in range(int(count)):
            id_ = f"{first}-{number}"
            at = 1_600_000_000_000_000 + number
            twin = f"twin{number % 7}"
            store.append([Signal(id=id_, twin=twin, kind="visit", at=at, recorded=at)])
            os.write(acknowledged, f"{id_}\n".encode())
    os.close(acknowledged)


if __name__ == "__main__":
    main(*sys.argv[1:])
