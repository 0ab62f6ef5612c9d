"""Siblings: what the person says of the other members of a family, beside the one asked about."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.domain.clock import Clock
from doxa.features.blocks import bands
from doxa.features.norms import NodeNorms
from doxa.features.past import Past
from doxa.features.plan import Reading
from doxa.features.rows import NONE, Rows
from doxa.features.seeing import Seeing

BESIDE = "beside, "
MOST = 100
"""So many members of a family are read beside the one asked about."""


def moments_of(rows: Rows) -> tuple[Rows, Ints]:
    """One row of every person and moment, and which of them each row is."""
    moment = np.stack([rows.twin, rows.seen.at, rows.seen.order], axis=1)
    _, first, place = np.unique(moment, axis=0, return_index=True, return_inverse=True)
    return rows.take(first), place.ravel()


def most_met(past: Past, node: str) -> list[int]:
    """Codes of the members of a family that most was said about; ties go by code."""
    rules = [number for number, rule in enumerate(past.map.rules) if rule.node == node]
    told = past.evidence.member[np.isin(past.evidence.rule, rules)]
    count = np.bincount(told[told >= 0])
    ranked: list[int] = np.argsort(-count, kind="stable")[:MOST].tolist()
    return ranked


def columns(
    reading: Reading, norms: NodeNorms, views: Seeing, rows: Rows, clock: Clock, *, silent: bool
) -> Iterator[tuple[str, Floats]]:
    """One column per member that ten people met, at the longest band, as `bands` has it."""
    asked, place = moments_of(rows)
    codes = views.past.members.codes.get(reading.node, {})
    for name in norms.members[:MOST]:
        member: Ints = np.full(len(asked), codes.get(name, NONE), dtype=np.int64)
        view = views.view(reading, asked, member)
        if silent:
            view = view.without_evidence()
        told = bands.columns(view, norms.of(np.zeros_like(member), [name]), clock)
        *_, (_, column) = (each for each in told if not each[0].endswith(bands.AMOUNT))
        yield "/".join(name), column[place]
