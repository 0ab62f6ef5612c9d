"""Recent: the last value of some fields before the moment, within what is the same."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import Outcome
from doxa.features.events import field_codes, groups_of
from doxa.features.known import carrier
from doxa.features.past import Past
from doxa.features.rows import NONE, Rows
from doxa.state.timeline import Timeline


def newest_with(outcome: Outcome, past: Past, kind: str, field: str, rows: Rows) -> Ints:
    """The last signal of a kind before each row that holds a field, equal in what is `same`.

    Between equal (at, order) the larger text of the field holds, so that the order of arrival
    decides nothing.

    Returns
    -------
    int64[n]
        Rows of the past; -1 where there is none.
    """
    columns = past.columns[kind]
    held = np.flatnonzero(columns.fields[field].present() & ~past.signals.inert[columns.row])
    signal = columns.row[held]
    if not len(signal):
        return np.full(len(rows), NONE)
    own = [past.signals.twin[signal]]
    asked = [rows.twin]
    for name in outcome.same:
        own.append(field_codes(past, kind, name, signal))
        asked.append(field_codes(past, carrier(outcome), name, rows.signal))
    group, wanted = groups_of(own, asked)
    at, order = past.signals.at[signal], past.signals.order[signal]
    sort = np.lexsort((_by_text(past, kind, field, held), order, at, group))
    timeline = Timeline.of(group[sort], at[sort], order[sort], int(group.max()) + 1)
    after = timeline.before(wanted, rows.seen.at, rows.seen.order, strictly=True)
    known = (wanted >= 0) & (after > timeline.starts[np.maximum(wanted, 0)])
    return np.where(known, signal[sort][np.where(known, after - 1, 0)], NONE)


def _by_text(past: Past, kind: str, field: str, held: Ints) -> Ints:
    texts = [str(past.columns[kind].fields[field].values[place]) for place in held.tolist()]
    _, rank = np.unique(np.array(texts, dtype=object).astype(str), return_inverse=True)
    return rank.astype(np.int64)
