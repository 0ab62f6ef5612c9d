"""The ledger that transformers and estimators read, and their rows in it."""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from doxa.errors import InputError
from doxa.features.past import Past
from doxa.features.rows import NONE, Rows
from doxa.runtime.asked_rows import Ground, as_known_then, exact_rows, ground_of, keys_of
from doxa.runtime.opening import open_twins
from doxa.sklearn.asked import asked_rows

Key: TypeAlias = tuple[Any, ...]
MOST_KEPT = 2
_KEPT: OrderedDict[Key, Ground] = OrderedDict()
"""Ledgers read last, by store and question; a ledger that has grown since is another one."""


@dataclass(frozen=True, slots=True)
class Told:
    """Rows ready to make features of.

    Attributes
    ----------
    ground : Ground
    past, rows
        Nothing in the past that a row reads was learned after the row's moment.
    """

    ground: Ground
    past: Past
    rows: Rows


def told(
    X: Any,
    db: str | os.PathLike[str],
    workspace: str,
    outcome: str,
    purpose: str | None,
) -> Told:
    """Read a store for the rows of a pipeline.

    People are those known now: who was merged since counts as one person all along.
    """
    with open_twins(db, workspace=workspace) as twins:
        wiring = twins.wiring
        stats, amended = wiring.store.stats(), wiring.store.amendments()
        path = os.path.abspath(os.fspath(db))
        key = (path, workspace, outcome, purpose, stats, amended, wiring.mark)
        ground = _KEPT.pop(key, None) or ground_of(wiring, outcome, purpose)
        _KEPT[key] = ground
        while len(_KEPT) > MOST_KEPT:
            _KEPT.popitem(last=False)
        asked = asked_rows(X, wiring.belief_map.clock, wiring.belief_map.zone.default)
        twin = keys_of(wiring, asked.twin)
    dimension = ground.outcome.of
    if (dimension is None) != (asked.member is None):
        raise InputError(
            f"outcome {outcome!r} has {'no ' if dimension is None else ''}members",
            where="X",
            expected=f"{2 if dimension is None else 3} columns",
        )
    closed = np.isin(twin, ground.closed)
    if closed.any():
        raise InputError(
            "does not let this purpose read them",
            where=f"row {int(np.flatnonzero(closed)[0]) + 1} of X",
            hint="leave such people out",
        )
    member = np.full(len(asked), NONE)
    if dimension is not None and asked.member is not None:
        coder = ground.past.coder(dimension)
        member = np.array([coder(name) for name in asked.member], dtype=np.int64)
    rows = exact_rows(ground, twin, asked.at, member)
    return Told(ground, *as_known_then(ground, rows))
