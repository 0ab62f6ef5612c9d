"""First signals of twins as those of the people they belong to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from doxa.storage.identity import Identity
from doxa.storage.port import FirstSignals


def of_people(found: FirstSignals, identity: Identity) -> FirstSignals:
    """When each person was first heard of by each source, by (twin, source)."""
    if not len(identity.alias) or not len(found.twin):
        return found
    at, twin = identity.moved(found.twin, found.at), identity.roots(found.twin)
    order = np.lexsort((found.source, twin))
    twin, source = twin[order], found.source[order]
    starts = np.flatnonzero(np.r_[True, (np.diff(twin) != 0) | (np.diff(source) != 0)])
    return replace(
        found,
        twin=twin[starts],
        source=source[starts],
        at=np.minimum.reduceat(at[order], starts),
        recorded=np.minimum.reduceat(found.recorded[order], starts),
    )
