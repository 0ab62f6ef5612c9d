"""How many forecasts about each row's person had been answered, and were known, before its moment."""

from __future__ import annotations

import msgspec
import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import Outcome, Target
from doxa.features.lived import how_many, known_from, lived
from doxa.features.menus import taken
from doxa.features.moments import at_offers, is_at_signal
from doxa.features.past import Past
from doxa.features.rows import Bound, Rows
from doxa.features.since import tenure_of
from doxa.state.timeline import Timeline

MOST_WINDOWS = 5_000_000
"""Of more, every whole window since the first signal counts."""


def resolved_before(outcome: Outcome, past: Past, rows: Rows) -> Ints:
    """How often the outcome had been decided for each row's person before the row, int64[n].

    At a signal: earlier signals that carried it. After a trigger: earlier triggers whose window had
    closed. In a window: windows that follow each other from the person's first signal on, of those in
    which the person was eligible.

    Parameters
    ----------
    past : Past
        As known then, see `as_known`.
    """
    if _too_many(outcome, past, rows):
        tenure = np.maximum(tenure_of(past, rows), 0)
        return np.asarray(tenure // max(outcome.within or 1, 1))
    twin, known = _decided(outcome, past, rows)
    twins, group = np.unique(twin, return_inverse=True)
    if not len(twins):
        return np.zeros(len(rows), dtype=np.int64)
    sort = np.lexsort((known.order, known.at, group))
    timeline = Timeline.of(group[sort], known.at[sort], known.order[sort], len(twins))
    place = np.minimum(np.searchsorted(twins, rows.twin), len(twins) - 1)
    own = np.where(twins[place] == rows.twin, place, -1)
    after = timeline.before(own, rows.seen.at, rows.seen.order, strictly=True)
    return np.where(own >= 0, after - timeline.starts[np.maximum(own, 0)], 0)


def _too_many(outcome: Outcome, past: Past, rows: Rows) -> bool:
    """Whether there are more windows than are worth asking who was eligible in each."""
    if is_at_signal(outcome) or outcome.after is not None:
        return False
    return how_many(_whole(outcome), past, rows) > MOST_WINDOWS


def _whole(outcome: Outcome) -> Outcome:
    """A window of a family counts once, however many members are asked for."""
    return outcome if is_at_signal(outcome) else msgspec.structs.replace(outcome, of=None)


def _decided(outcome: Outcome, past: Past, rows: Rows) -> tuple[Ints, Bound]:
    """The twin of every earlier forecast, and when it was decided."""
    if outcome.target is Target.CHOICE:
        offered = at_offers(outcome, past)
        told = taken(outcome, past, offered)
        kept = np.flatnonzero(told.option >= 0)
        return offered.twin[kept], told.known.take(kept)
    found = lived(_whole(outcome), past, rows)
    return found.twin, known_from(outcome, found)
