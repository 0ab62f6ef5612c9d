"""The signals behind a reading: those it saw, and none that came since."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.columns import SignalColumns
from doxa.runtime.folding.rows import ledger_rows
from doxa.runtime.frozen import Frozen
from doxa.runtime.identity import NOBODY


def seen_rows(frozen: Frozen, *, ids: bool = False) -> SignalColumns:
    """All signals that a reading saw, as its purpose may; those of the sources it hears.

    Parameters
    ----------
    ids : bool
        All ids; left out, those of claims alone.
    """
    rows = ledger_rows(
        frozen.wiring.store,
        frozen.belief_map,
        [] if frozen.key == NOBODY else [frozen.key],
        until=frozen.now,
        known_at=frozen.known_at,
        ids=ids,
        identity=frozen.person.identity,
        retractions=frozen.person.retractions,
        sight=frozen.view.sight,
    )
    return rows.take(np.flatnonzero(rows.seq <= frozen.folded.last_seq))
