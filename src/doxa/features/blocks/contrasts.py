"""Contrasts: how far a shorter band has moved from the next longer one, as a curve."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from doxa.beliefmap.columns import Floats
from doxa.domain.evidence import EvidenceKind


def columns(bands: list[tuple[str, Floats]], kind: EvidenceKind) -> Iterator[tuple[str, Floats]]:
    """Squared differences of neighbouring band columns, and the longest band squared.

    The differences themselves are already spanned by the bands; their squares let a head tell a
    change from a level.
    """
    plain = [(name, column) for name, column in bands if "amount of evidence" not in name]
    for (short, fast), (long, slow) in pairwise(plain):
        yield f"{short} against {long}", (fast - slow) ** 2
    if plain:
        name, column = plain[-1]
        yield f"{name}, squared", column**2
