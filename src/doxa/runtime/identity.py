"""Who is whom in an open workspace: the one place that decides whose signals a reading counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.domain.clock import Clock
from doxa.domain.identity import joins, roots
from doxa.runtime.wiring import Wiring
from doxa.storage.corrections import Amendments
from doxa.storage.identity import ALONE, Identity, identity_of
from doxa.types import Moment

NOBODY = -1
"""The key of a twin that was never met."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whose signals a reading of one twin counts.

    Attributes
    ----------
    key : int
        The twin that stands for the person, or `NOBODY`.
    aliases : tuple of int
        The other twins that are part of it, ascending.
    identity : Identity
        The same as the ledger's scans take it.
    retractions : int
        The newest retraction when this was asked: later ones take nothing out.
    """

    key: int
    aliases: tuple[int, ...] = ()
    identity: Identity = ALONE
    retractions: int = 0


def person_at(wiring: Wiring, key: int, at: Moment | None, known_at: Moment | None) -> Person:
    """The person a twin is part of at a moment, as known at another; None = no bound."""
    amended = wiring.store.amendments()
    if not amended.aliases or key == NOBODY:
        return Person(key, retractions=amended.retractions)
    return _person(wiring, key, at, known_at, amended)


def people_at(
    wiring: Wiring,
    at: Moment | None,
    known_at: Moment | None,
    twins: Sequence[int] | Ints | None = None,
) -> Identity:
    """Who is whom at a moment, as known at another: everybody, or all linked to some twins."""
    if not wiring.store.amendments().aliases:
        return ALONE
    keys = None if twins is None else [int(twin) for twin in twins]
    return identity_of(wiring.store.aliases(keys), at, known_at)


def taken_back_since(wiring: Wiring, known_at: Moment | None, twins: Sequence[int] | Ints) -> Ints:
    """Those of some twins that a retraction recorded after a moment speaks of.

    A state folded today lacks the signal, which a reading known at that moment still sees.
    """
    if known_at is None or not wiring.store.amendments().retractions:
        return np.zeros(0, dtype=np.int64)
    found = wiring.store.retractions([int(twin) for twin in twins])
    return np.unique(np.array([row.twin for row in found if row.recorded > known_at], np.int64))


def all_people(wiring: Wiring, identity: Identity) -> Ints:
    """The twins that stand for a person, ascending."""
    return np.unique(identity.roots(wiring.store.twins()))


def newest_at(wiring: Wiring) -> Moment | None:
    """The newest moment of any signal that counts, on the map's clock; None = there is none.

    On the time clock a signal that was taken back still dates the ledger.
    """
    amended = wiring.store.amendments()
    if wiring.belief_map.clock is Clock.TIME or amended == Amendments():
        return wiring.store.stats().newest_at
    batches = wiring.store.scan(identity=people_at(wiring, None, None))
    return max((int(batch.at.max()) for batch in batches if len(batch)), default=None)


def _person(
    wiring: Wiring, key: int, at: Moment | None, known_at: Moment | None, amended: Amendments
) -> Person:
    found = roots(joins(wiring.store.aliases([key]), at, known_at))
    root = found.get(key, (key, 0))[0]
    own = {alias: told for alias, told in found.items() if told[0] == root}
    identity = Identity.of(own) if own else ALONE
    return Person(root, tuple(sorted(own)), identity, amended.retractions)
