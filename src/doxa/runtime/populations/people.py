"""Whom a fit reads: everybody, or as many as its memory holds, drawn by a hash of their id."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.runtime.identity import all_people, people_at
from doxa.runtime.wiring import Wiring

MOST_SIGNALS = 2_000_000
"""About so many signals are held at once."""

MOST_PEOPLE = 200_000
"""Everybody is asked at up to a dozen moments, however little they did."""

FEWEST_PEOPLE = 1_000
"""So few would say little of people, however much is known of each."""

_AT_ONCE = 65_536


@dataclass(frozen=True, slots=True)
class People:
    """Whom a fit reads.

    Attributes
    ----------
    keys : int64[p], ascending, or None
        None = everybody.
    share : float in (0, 1]
        Of all people.
    people, signals, last_seq : int
        How many people and signals the ledger holds, and the place of its last signal.
    """

    keys: Ints | None
    share: float
    people: int
    signals: int
    last_seq: int


def people_read(wiring: Wiring, *, seed: int, most_signals: int = MOST_SIGNALS) -> People:
    """Everybody where they fit; else a share of all people, whole, with all that is known of each.

    A person is read when the hash of their id lies below the share, so that a later fit with the
    same seed reads the same people, but for those for whom there is no room any more.

    Parameters
    ----------
    most_signals : int
        About so many signals are read; more where it takes them to read a thousand people.
    """
    whole = everybody(wiring)
    share = share_of(whole.signals, whole.people, most_signals)
    if share >= 1:
        return whole
    every = all_people(wiring, people_at(wiring, None, None))
    parts = [every[low : low + _AT_ONCE] for low in range(0, len(every), _AT_ONCE)]
    kept = [part[drawn(wiring.store.twin_names(part.tolist()), seed) < share] for part in parts]
    return replace(whole, keys=np.concatenate(kept), share=share)


def everybody(wiring: Wiring) -> People:
    """All people there are."""
    stats = wiring.store.stats()
    people = len(all_people(wiring, people_at(wiring, None, None)))
    return People(None, 1.0, people, stats.signals, stats.last_seq)


def share_of(signals: int, people: int, most_signals: int) -> float:
    """The share of people whose signals are about so many, 1 where all are fewer.

    Examples
    --------
    >>> share_of(50_000_000, 1_000_000, 2_000_000), share_of(50_000, 1_000, 2_000_000)
    (0.04, 1.0)
    """
    enough = max(most_signals / max(signals, 1), FEWEST_PEOPLE / max(people, 1))
    return min(1.0, enough, MOST_PEOPLE / max(people, 1))


def drawn(names: Iterable[str], seed: int) -> Floats:
    """A number in [0, 1) for each id, the same everywhere and for ever."""
    key = seed.to_bytes(8, "big")
    return np.array(
        [
            int.from_bytes(hashlib.blake2b(name.encode(), digest_size=6, key=key).digest(), "big")
            for name in names
        ],
        dtype=np.float64,
    ) / float(1 << 48)
