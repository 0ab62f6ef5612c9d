"""Opinions: what a twin's cells for a node say when read, as columns and as one record."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.types import Credence, Json, Moment, Uncertainty


class Truth(IntEnum):
    """Whether a node is supported and whether it is attacked (Belnap); codes in columns."""

    NEITHER = 0
    TRUE = 1
    FALSE = 2
    BOTH = 3


class Status(IntEnum):
    """How a node stands; codes in columns."""

    UNMET = 0
    FORMING = 1
    HELD = 2
    SOLID = 3
    CONTESTED = 4
    REVERSED = 5
    FADING = 6
    DISSOLVED = 7


class Opinion(msgspec.Struct, frozen=True, kw_only=True):
    """One node as read for one person; numbers that do not apply are None.

    Attributes
    ----------
    credence, uncertainty : float in [0, 1]
    native : float in [0, 1]
        The credence by the node's own evidence alone; the same where no neighbour moves it.
    truth, status : str
    change, ambivalence, disagreement : float in [0, 1]
        The three conflicts: over time, within the evidence, between sources.
    solidity : float in [0, 1]
    trend : float or None
        Where it is heading; None where no band is shorter than the node's.
    support, attack : float
        r and s now, after trust and the person's own word; of values and occurrences n0 split
        by credence.
    evidence : float
        n now: weight of evidence, values or occurrences.
    dissolves : int or None
        When it will be dissolved if nothing comes; None = never, or an occurrence.
    mean, spread, rate : float or None
        Of values: posterior mean and own spread; of occurrences: per unit of the clock.
    active : bool or None
        Of constraints: whether it binds at the moment read; the credence is there all the same.
    begins, ends : int or None
        Of constraints: its interval, the end excluded; the one that is active, else the next, else
        the last.
    """

    credence: Credence
    native: Credence
    uncertainty: Uncertainty
    truth: str
    status: str
    change: float
    ambivalence: float
    disagreement: float
    solidity: float
    trend: float | None
    support: float
    attack: float
    evidence: float
    occasions: int
    first: Moment | None
    newest: Moment | None
    dissolves: Moment | None
    mean: float | None
    spread: float | None
    rate: float | None
    base: Credence
    assumed: bool
    active: bool | None = None
    begins: Moment | None = None
    ends: Moment | None = None

    def as_dict(self) -> dict[str, Json]:
        """The record as plain fields; ``base: assumed`` stands out by its own key."""
        told: dict[str, Json] = msgspec.to_builtins(self)
        return told


@dataclass(frozen=True, slots=True)
class Opinions:
    """One node as read for q rows of (twin, member); see `Opinion` for what the columns mean.

    `truth` and `status` hold codes; NaN stands for "does not apply", infinity in `dissolves` for
    never; `first` and `newest` are 0 where `occasions` is 0. `heard_for` and `heard_against` are r
    and s before the self rule; they do not apply to values and occurrences.
    """

    twin: Ints
    member: Ints
    credence: Floats
    native: Floats
    uncertainty: Floats
    truth: Ints
    status: Ints
    change: Floats
    ambivalence: Floats
    disagreement: Floats
    solidity: Floats
    trend: Floats
    support: Floats
    attack: Floats
    evidence: Floats
    heard_for: Floats
    heard_against: Floats
    occasions: Ints
    first: Ints
    newest: Ints
    dissolves: Floats
    mean: Floats
    spread: Floats
    rate: Floats
    base: Floats
    assumed: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.twin)

    def take(self, rows: Ints | NDArray[np.bool_] | slice) -> Opinions:
        """Some rows of the table."""
        return Opinions(**{name: getattr(self, name)[rows] for name in _COLUMNS})

    def one(self, row: int) -> Opinion:
        """One row as a record."""
        return self.take(np.array([row])).records()[0]

    def records(self) -> list[Opinion]:
        """All rows as records."""
        columns = {name: getattr(self, name).tolist() for name in _RECORDED}
        for name in ("trend", "mean", "spread", "rate"):
            columns[name] = [None if x != x else x for x in columns[name]]
        ends = columns["dissolves"]
        columns["dissolves"] = [round(x) if math.isfinite(x) else None for x in ends]
        some = columns["occasions"]
        for name in ("first", "newest"):
            columns[name] = [x if n else None for x, n in zip(columns[name], some, strict=True)]
        columns["truth"] = [_TRUTHS[code] for code in columns["truth"]]
        columns["status"] = [_STATUSES[code] for code in columns["status"]]
        rows = zip(*columns.values(), strict=True)
        return [Opinion(**dict(zip(_RECORDED, row, strict=True))) for row in rows]


def joined_opinions(parts: Sequence[Opinions]) -> Opinions:
    """Several tables as one."""
    if len(parts) == 1:
        return parts[0]
    columns: dict[str, Any] = {
        each.name: np.concatenate([getattr(part, each.name) for part in parts])
        for each in fields(Opinions)
    }
    return Opinions(**columns)


_COLUMNS = tuple(each.name for each in fields(Opinions))
_DATED = ("active", "begins", "ends")
_RECORDED = tuple(name for name in Opinion.__struct_fields__ if name not in _DATED)
_TRUTHS = [code.name.lower() for code in Truth]
_STATUSES = [code.name.lower() for code in Status]
