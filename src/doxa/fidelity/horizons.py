"""Horizons: how far ahead each scored row was asked, where an outcome is asked at several."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import Outcome
from doxa.domain.clock import DAY, Clock, format_span
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.fidelity.groups import Groups, binned, filled

DAYS = (1, 7, 28, 91)
POSITIONS = (2, 8, 32, 128)
"""Where windows of many lengths are cut."""


def horizons_of(outcome: Outcome, past: Past, rows: Rows) -> Groups | None:
    """The horizon of each row; None where the outcome is decided by the signal that asks it.

    Origins some time after a trigger (``plus``) are told apart by that time; windows that end at a
    moment of their own (``until``) by how long they are. Every other outcome has one horizon.
    """
    clock = past.map.clock
    if outcome.after is not None and len(outcome.plus) > 1:
        later = rows.seen.at - past.signals.at[rows.signal]
        names = [f"{format_span(one, clock)} after" for one in outcome.plus]
        code = np.full(len(rows), -1)
        for place, one in enumerate(outcome.plus):
            code[later == one] = place
        return filled("horizon", names, code)
    if outcome.until is not None:
        return _by_length(clock, rows.closes.at - rows.seen.at)
    if outcome.within is None:
        return None
    return Groups("horizon", [format_span(outcome.within, clock)], np.zeros(len(rows), np.int64))


def _by_length(clock: Clock, length: Ints) -> Groups:
    ends, unit = (DAYS, DAY) if clock is Clock.TIME else (POSITIONS, 1)
    told = [format_span(end * unit, clock) for end in ends]
    names = [f"under {told[0]}", *(f"{a} to {b}" for a, b in pairwise(told))]
    return binned(
        "horizon",
        length.astype(np.float64),
        [float(end * unit) for end in ends],
        [*names, f"{told[-1]} or more"],
    )
