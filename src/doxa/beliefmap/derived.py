"""What follows from a map alone, worked out once per map and kept while the map is in use."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TypeVar

from doxa.beliefmap.model import BeliefMap

T = TypeVar("T")
_KEPT = 32


def per_map(make: Callable[[BeliefMap], T]) -> Callable[[BeliefMap], T]:
    """Remember what a function of a map gave for the last few maps, by identity: maps never change.

    Examples
    --------
    >>> from doxa.beliefmap.model import Zone
    >>> from doxa.domain.clock import Clock
    >>> shop = BeliefMap(product="shop", clock=Clock.TIME, zone=Zone(), bands=())
    >>> rules = per_map(lambda belief_map: list(belief_map.rules))
    >>> rules(shop) is rules(shop)
    True
    """
    known: deque[tuple[BeliefMap, T]] = deque(maxlen=_KEPT)

    def made(belief_map: BeliefMap) -> T:
        for other, value in tuple(known):
            if other is belief_map:
                return value
        value = make(belief_map)
        known.append((belief_map, value))
        return value

    return made
