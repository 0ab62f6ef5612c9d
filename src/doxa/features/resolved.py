"""How many forecasts about each row's person had been answered, and were known, before its moment."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import Outcome, Target
from doxa.features.labels import labels_of
from doxa.features.menus import taken
from doxa.features.moments import after_triggers, at_offers, at_signals, is_at_signal
from doxa.features.past import Past
from doxa.features.rows import Bound, Rows
from doxa.features.since import tenure_of
from doxa.state.timeline import Timeline

_END = np.iinfo(np.int64).max


def resolved_before(outcome: Outcome, past: Past, rows: Rows) -> Ints:
    """How often the outcome had been decided for each row's person before the row, int64[n].

    At a signal: earlier signals that carried it. After a trigger: earlier triggers whose window had
    closed. In a window: windows that follow each other from the person's first signal on.

    Parameters
    ----------
    past : Past
        As known then, see `as_known`.
    """
    if not is_at_signal(outcome) and outcome.after is None:
        tenure = np.maximum(tenure_of(past, rows), 0)
        return np.asarray(tenure // max(outcome.within or 1, 1))
    twin, known = _decided(outcome, past)
    twins, group = np.unique(twin, return_inverse=True)
    if not len(twins):
        return np.zeros(len(rows), dtype=np.int64)
    sort = np.lexsort((known.order, known.at, group))
    timeline = Timeline.of(group[sort], known.at[sort], known.order[sort], len(twins))
    place = np.minimum(np.searchsorted(twins, rows.twin), len(twins) - 1)
    own = np.where(twins[place] == rows.twin, place, -1)
    after = timeline.before(own, rows.seen.at, rows.seen.order, strictly=True)
    return np.where(own >= 0, after - timeline.starts[np.maximum(own, 0)], 0)


def _decided(outcome: Outcome, past: Past) -> tuple[Ints, Bound]:
    """The twin of every earlier forecast, and when it was decided."""
    if outcome.after is not None:
        asked = after_triggers(outcome, past)
        return asked.twin, asked.closes
    if outcome.target is Target.CHOICE:
        offered = at_offers(outcome, past)
        told = taken(outcome, past, offered)
        kept = np.flatnonzero(told.option >= 0)
        return offered.twin[kept], told.known.take(kept)
    asked = at_signals(outcome, past)
    kept = np.flatnonzero(~np.isnan(labels_of(outcome, past, asked, _END).y))
    return asked.twin[kept], asked.seen.take(kept)
