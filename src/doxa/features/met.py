"""How well a person is known at a moment: signals of their own, and time lived through in silence."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.payloads import Bools
from doxa.domain.signal import CONSENT, TRAITS
from doxa.features.labels import lengths_of
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.features.since import first_seen
from doxa.state.timeline import Timeline

SAYS_NOTHING = (TRAITS, CONSENT)
"""Kinds that are no doing of the person."""


def signals_before(past: Past, rows: Rows) -> Ints:
    """How many signals of each row's person came before it, traits and consents aside, int64[n]."""
    chosen = np.flatnonzero(_own(past))
    twins, group = np.unique(past.signals.twin[chosen], return_inverse=True)
    if not len(twins):
        return np.zeros(len(rows), dtype=np.int64)
    at, order = past.signals.at[chosen], past.signals.order[chosen]
    sort = np.lexsort((order, at, group))
    timeline = Timeline.of(group[sort], at[sort], order[sort], len(twins))
    place = np.minimum(np.searchsorted(twins, rows.twin), len(twins) - 1)
    wanted = np.where(twins[place] == rows.twin, place, -1)
    after = timeline.before(wanted, rows.seen.at, rows.seen.order, strictly=True)
    found = after - timeline.starts[np.maximum(wanted, 0)]
    return np.where(wanted >= 0, found, 0).astype(np.int64)


def unmet(past: Past, rows: Rows) -> Floats:
    """How little is known of each row's person, in [0, 1]: 1 for one never seen.

    max(0, 1 - signals before - time since the first of any kind / length of the window): one signal,
    or one window of silence, says something of the person.
    """
    length = np.maximum(lengths_of(rows, past.map.clock), 1)
    since = first_seen(past).of_twins(rows.twin, rows.seen.at)
    silent = np.maximum(rows.seen.at - since, 0) / length
    young = np.flatnonzero(silent < 1)
    found = np.zeros(len(rows))
    if len(young):
        known = signals_before(past, rows.take(young)) + silent[young]
        found[young] = np.maximum(1 - known, 0)
    return found


def _own(past: Past) -> Bools:
    kinds = np.array([kind not in SAYS_NOTHING for kind in past.signals.kinds], dtype=bool)
    if not len(kinds):
        return np.zeros(len(past.signals), dtype=bool)
    return np.asarray(kinds[past.signals.kind] & ~past.signals.inert)
