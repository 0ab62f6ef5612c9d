"""Senders: which source will send a person's signals; as before, mostly."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.features.past import Past
from doxa.features.rows import NONE
from doxa.types import Moment


def usual_senders(past: Past, kind: str, twins: Ints, origin: Moment) -> Ints:
    """The source that mostly sent each person signals of a kind before the origin; -1 = none did.

    It is the person's own affair: whoever else is run forward, it is the same source.

    Parameters
    ----------
    twins : int64[N]
        The store's keys; some may come again.

    Returns
    -------
    int64[N]
        Codes of `past.signals.sources`; of sources that sent as many, the first by name.
    """
    signals = past.signals
    rows = past.of_kind(kind)
    rows = rows[(signals.at[rows] < origin) & ~signals.inert[rows]]
    by_name = np.argsort(np.argsort(np.array(signals.sources, dtype=object)))
    people, place = np.unique(twins, return_inverse=True)
    where = np.minimum(np.searchsorted(people, signals.twin[rows]), len(people) - 1)
    kept = people[where] == signals.twin[rows]
    shape = (len(people), len(signals.sources))
    often = np.zeros(shape, dtype=np.int64)
    np.add.at(often, (where[kept], by_name[signals.source[rows[kept]]]), 1)
    if not often.size:
        return np.full(len(twins), NONE)
    found = np.where(often.any(axis=1), np.argsort(by_name)[often.argmax(axis=1)], NONE)
    return np.asarray(found[place], dtype=np.int64)


def trust_of(past: Past, senders: Ints) -> Floats:
    """The map's trust in some sources, float64[N]; in what never sent anything that of `default`."""
    every = [past.map.trust(source) for source in past.signals.sources]
    return np.array([*every, past.map.trust("default")])[senders]
