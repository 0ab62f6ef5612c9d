"""One person at earlier moments, as a reading of today may see them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from doxa.beliefmap.columns import SignalColumns
from doxa.reading.view import Gate, seen_state
from doxa.runtime.folding.fold import fold_rows
from doxa.runtime.frozen import Frozen, counting
from doxa.runtime.seen_rows import seen_rows
from doxa.runtime.versions import map_at
from doxa.state.consents import Consents
from doxa.types import Moment


@dataclass(frozen=True, slots=True)
class Past:
    """A frozen reading, and the signals behind it.

    Who the person is and what they let be read is as of the reading, at every moment.

    Attributes
    ----------
    frozen : Frozen
    rows : SignalColumns
    gate : Gate
    """

    frozen: Frozen
    rows: SignalColumns
    gate: Gate

    @classmethod
    def of(cls, frozen: Frozen) -> Past:
        """The past of a reading."""
        whole = map_at(frozen.wiring, frozen.known_at)
        gate = Gate.of(whole, frozen.view.purpose, Consents.of(frozen.folded.state.consents))
        return cls(frozen, seen_rows(frozen, ids=True), gate)

    def at(self, moment: Moment) -> Frozen:
        """The same reading, of what had happened by an earlier moment."""
        if moment == self.frozen.now:
            return self.frozen
        rows = self.rows.take(np.flatnonzero(self.rows.at <= moment))
        folded = fold_rows(self.frozen.belief_map, rows)
        folded = replace(folded, state=seen_state(folded.state, folded.sources, self.gate))
        return counting(replace(self.frozen, now=moment, folded=folded))
