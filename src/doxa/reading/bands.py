"""Which of a node's bands a reading looks at."""

from __future__ import annotations

from dataclasses import dataclass

from doxa.beliefmap.model import Node
from doxa.types import HalfLife


@dataclass(frozen=True, slots=True)
class Looks:
    """Places in the bands of a table of cells.

    Attributes
    ----------
    slow : int
        The node's own half-life: the one it is read at.
    fast : int or None
        The next shorter band, None where there is none.
    half_life, fast_half_life : float
    """

    slow: int
    fast: int | None
    half_life: HalfLife
    fast_half_life: HalfLife


def looks(node: Node, bands: tuple[HalfLife, ...]) -> Looks:
    """Find the node's own band and the next shorter one."""
    slow = bands.index(node.half_life)
    shorter = [place for place, band in enumerate(bands) if band < node.half_life]
    fast = max(shorter, key=lambda place: bands[place], default=None)
    return Looks(slow, fast, node.half_life, bands[fast] if fast is not None else node.half_life)
