"""Traits as of a moment: the value at the newest (at, order, id) that was known."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.domain.signal import TRAITS
from doxa.features.past import Past
from doxa.features.rows import NONE, Rows
from doxa.state.timeline import Timeline


def trait_of(past: Past, rows: Rows, name: str) -> Ints:
    """Code of each row's trait in the values of ``trait:<name>``; -1 = not known then.

    Parameters
    ----------
    past : Past
        Keeps the trait among its columns of kind ``traits``.
    """
    columns = past.columns.get(TRAITS)
    if columns is None or not len(columns.row):
        return np.full(len(rows), NONE)
    code = columns.fields[name].codes(past.coder(f"trait:{name}"))
    given = code >= 0
    signal, code = columns.row[given], code[given]
    twins, group = np.unique(past.signals.twin[signal], return_inverse=True)
    at, order = past.signals.at[signal], past.signals.order[signal]
    sort = np.lexsort((past.signals.seq[signal], order, at, group))
    timeline = Timeline.of(group[sort], at[sort], order[sort], len(twins))
    place = np.minimum(np.searchsorted(twins, rows.twin), max(len(twins) - 1, 0))
    of = np.where(twins[place] == rows.twin, place, NONE) if len(twins) else rows.twin * 0 - 1
    after = timeline.before(of, rows.seen.at, rows.seen.order, strictly=True)
    known = (of >= 0) & (after > timeline.starts[np.maximum(of, 0)])
    return np.where(known, code[sort][np.where(known, after - 1, 0)], NONE)
