"""How much was heard of each row's person before its moment."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.domain.signal import CONSENT, TRAITS
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.features.since import first_seen
from doxa.state.timeline import Timeline

_SILENT = (TRAITS, CONSENT)
"""Built-in kinds that say who somebody is, or what may be read; not what they did."""


def signals_before(past: Past, rows: Rows) -> Ints:
    """How many signals of its person each row may read, int64[n].

    Traits and consents do not count, nor does what doxa put out itself.

    Parameters
    ----------
    past : Past
        As known then, see `as_known`.
    """
    signals = past.signals
    silent = [code for code, kind in enumerate(signals.kinds) if kind in _SILENT]
    counted = np.flatnonzero(~signals.inert & ~np.isin(signals.kind, silent))
    twins, group = np.unique(signals.twin[counted], return_inverse=True)
    if not len(twins):
        return np.zeros(len(rows), dtype=np.int64)
    at, order = signals.at[counted], signals.order[counted]
    sort = np.lexsort((order, at, group))
    timeline = Timeline.of(group[sort], at[sort], order[sort], len(twins))
    return _before(timeline, twins, rows)


def _before(timeline: Timeline, twins: Ints, rows: Rows) -> Ints:
    place = np.minimum(np.searchsorted(twins, rows.twin), len(twins) - 1)
    group = np.where(twins[place] == rows.twin, place, -1)
    after = timeline.before(group, rows.seen.at, rows.seen.order, strictly=True)
    return np.where(group >= 0, after - timeline.starts[np.maximum(group, 0)], 0)


def tenure_of(past: Past, rows: Rows) -> Ints:
    """Time from the first signal of each row's person to its moment; negative before there is one."""
    never = rows.seen.at + 1
    return np.asarray(rows.seen.at - first_seen(past).of_twins(rows.twin, never))
