"""A process that forgets one person after the other and writes down each that it was told is gone."""

from __future__ import annotations

import os
from collections.abc import Iterable
from multiprocessing.connection import Connection
from pathlib import Path

import doxa


def forgetting(path: Path, told: Path, people: Iterable[str], ready: Connection) -> None:
    """Forget people until there are no more, or until killed."""
    acknowledged = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with doxa.open(path) as twins:
        ready.send("ready")
        for person in people:
            twins.forget(person)
            os.write(acknowledged, f"{person}\n".encode())
    os.close(acknowledged)
