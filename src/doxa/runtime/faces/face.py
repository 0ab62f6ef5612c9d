"""What every part of the facade stands on."""

from __future__ import annotations

from doxa.beliefmap.model import BeliefMap
from doxa.runtime.wiring import Wiring


class Face:
    """A part of the facade of an open store.

    Attributes
    ----------
    wiring : Wiring
        The store, the map and the clock that everything here runs on.
    """

    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring

    @property
    def map(self) -> BeliefMap:
        """The belief map that is active."""
        return self.wiring.belief_map
