"""What an open workspace is made of: a store, the map it runs on, and the real clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from doxa.beliefmap.model import BeliefMap
from doxa.heads.population import Population
from doxa.runtime.accessing import Scribe
from doxa.runtime.folding.mark import mark
from doxa.storage.port import Store
from doxa.types import Moment

Names: TypeAlias = tuple[tuple[str, str], ...]
SNAPSHOT_AFTER = 256
"""A read that folds so many signals older than two days leaves a snapshot behind."""


def real_now() -> Moment:
    """The time of this machine, microseconds since 1970: read here and nowhere below."""
    return time.time_ns() // 1000


@dataclass(frozen=True, slots=True)
class Wiring:
    """One open workspace.

    Attributes
    ----------
    store : Store
    belief_map : BeliefMap
        The active one.
    path : Path
        The store's file; files that belong to it lie beside.
    clock : callable
        Gives the time now; `real_now` unless injected.
    snapshot_after : int
        How many foldable signals a read must find before it writes a snapshot.
    populations : dict
        Versions decoded so far, under present names of nodes by former ones; none ever changes.
    mark : str
        Of the snapshots that the active map may read.
    scribe : Scribe
        Writes down who read whom through a key.
    others : Store or None
        In a sandbox, which holds one person alone: the store that everybody is in.
    """

    store: Store
    belief_map: BeliefMap
    path: Path
    clock: Callable[[], Moment] = real_now
    snapshot_after: int = SNAPSHOT_AFTER
    populations: dict[tuple[int, Names], Population] = field(default_factory=dict, repr=False)
    others: Store | None = field(default=None, repr=False)
    mark: str = field(init=False, default="", repr=False)
    scribe: Scribe = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "scribe", Scribe(self.store))
        object.__setattr__(self, "mark", mark(self.belief_map))
