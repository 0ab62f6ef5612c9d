"""Shuffling: the same signals with their order inside each day destroyed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from doxa.domain.clock import BEGINNING, Clock
from doxa.errors import InputError
from doxa.features.past import Past


def shuffled(past: Past, seed: int) -> Past:
    """The past in which every person's signals of one local day have swapped their times.

    A forecast that still does as well did not live on the order inside a sitting. What is known
    from the beginning stays where it is.
    """
    if past.map.clock is Clock.POSITION:
        raise InputError(
            "positions have no day to shuffle within", where="shuffle_within", hint="leave it out"
        )
    signals = past.signals
    moved = np.flatnonzero(signals.at > BEGINNING[Clock.TIME])
    rng = np.random.Generator(np.random.Philox(seed))
    twin, day = signals.twin[moved], signals.day[moved]
    ordered = moved[np.lexsort((signals.seq[moved], day, twin))]
    dealt = moved[np.lexsort((rng.random(len(moved)), day, twin))]
    columns = {}
    for name in ("at", "order", "recorded"):
        column = getattr(signals, name).copy()
        column[dealt] = getattr(signals, name)[ordered]
        columns[name] = column
    return replace(past, signals=replace(signals, **columns))
