"""The mark of a snapshot: by which rules and in which format it was folded."""

from __future__ import annotations

from doxa.beliefmap.fingerprint import fingerprint
from doxa.beliefmap.model import BeliefMap
from doxa.state.codec import FORMAT


def mark(belief_map: BeliefMap) -> str:
    """What a snapshot must carry to be read by this map and this code."""
    return f"{FORMAT}:{fingerprint(belief_map)}"
