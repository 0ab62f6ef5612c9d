"""A process that observes: one signal at a time, each id written down once it is acknowledged.

The list of acknowledged ids is written line by line, so that it never holds less than a client
could have been told.
"""

from __future__ import annotations

import os
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

from doxa.domain.signal import Signal
from doxa.storage.sqlite import SqliteStore


def observe(store_path: Path, told: Path, first: str, count: int, ready: Connection) -> None:
    """Observe `count` signals whose ids begin with `first`."""
    acknowledged = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with closing(SqliteStore(store_path)) as store:
        ready.send("ready")
        for number in range(count):
            id_ = f"{first}-{number}"
            at = 1_600_000_000_000_000 + number
            twin = f"twin{number % 7}"
            store.append([Signal(id=id_, twin=twin, kind="visit", at=at, recorded=at)])
            os.write(acknowledged, f"{id_}\n".encode())
    os.close(acknowledged)
