"""False twins: the same signals of one person, dealt out anew over the same moments."""

from __future__ import annotations

import random
from collections.abc import Sequence

import msgspec

from doxa.domain.signal import Signal


def shuffled(signals: Sequence[Signal], counted: Sequence[str], rng: random.Random) -> list[Signal]:
    """The same moments, the same signals, in another order; kinds that are not counted stay.

    What stays with the moment: when it was, its session and its place among equal moments. What
    moves: the kind, who sent it, and all it carries.

    Examples
    --------
    >>> told = [Signal(id=str(n), twin="a", kind="beep", at=n, recorded=n, payload={"x": n})
    ...         for n in range(4)]
    >>> found = shuffled(told, ["beep"], random.Random(1))
    >>> [(each.at, each.payload["x"]) for each in found]
    [(0, 1), (1, 2), (2, 0), (3, 3)]
    """
    places = [place for place, each in enumerate(signals) if each.kind in counted]
    dealt = rng.sample(places, len(places))
    found = list(signals)
    for place, other in zip(places, dealt, strict=True):
        moved = signals[other]
        found[place] = msgspec.structs.replace(
            signals[place], kind=moved.kind, source=moved.source, payload=moved.payload
        )
    return found
