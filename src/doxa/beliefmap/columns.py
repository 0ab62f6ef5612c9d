"""Signals and evidence of many twins in columns: the arrays that pass between the layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Values: TypeAlias = "list[Any] | NDArray[Any]"


@dataclass(frozen=True, slots=True)
class SignalColumns:
    """Some rows of the ledger, column by column, all of length n.

    Attributes
    ----------
    twin : int64[n]
        The store's integer key of the twin.
    at, recorded : int64[n]
        Both clocks.
    order : int64[n]
    seq : int64[n]
        Place in the ledger.
    kind, source : int64[n]
        Codes into `kinds` and `sources`.
    session : int64[n]
        Code of the session: equal for equal text in all scans of one process; -1 = none.
        Codes are large, not dense, and their order means nothing.
    day : int64[n]
        Local calendar day in the person's zone; 0 on a position clock.
    payload : list of bytes, length n
        JSON objects.
    inert : bool[n]
        True where the signal's cause chain ends in doxa's own output: no evidence.
    ids : list of str, length n, or None
        The signals' ids, where they were asked for.
    fields : dict of name to list or float64[n], or None
        The payload fields that rules read, where they came as columns: NaN and None say nothing.
        `payload` then holds those that are read as they are, such as traits, and none else.
    device : int64[n] or None
        Codes of devices as those of sessions, where they were asked for; -1 = none.
    """

    twin: Ints
    at: Ints
    recorded: Ints
    order: Ints
    seq: Ints
    kind: Ints
    source: Ints
    session: Ints
    day: Ints
    payload: list[bytes]
    inert: NDArray[np.bool_]
    kinds: tuple[str, ...]
    sources: tuple[str, ...]
    ids: list[str] | None = None
    fields: Mapping[str, Values] | None = None
    device: Ints | None = None

    def __len__(self) -> int:
        return len(self.at)

    def take(self, rows: Ints) -> SignalColumns:
        """Some of the rows, in the order asked for."""
        places = rows.tolist()
        arrays = {name: getattr(self, name)[rows] for name in ARRAYS}
        return replace(
            self,
            **arrays,
            payload=[self.payload[place] for place in places],
            ids=None if self.ids is None else [self.ids[place] for place in places],
            fields=None
            if self.fields is None
            else {name: picked(column, rows) for name, column in self.fields.items()},
            device=None if self.device is None else self.device[rows],
        )


def picked(column: Values, rows: Ints) -> Values:
    """Some rows of a column, in the order asked for."""
    if isinstance(column, np.ndarray):
        return column[rows]
    return list(map(column.__getitem__, rows.tolist()))


def joined(batches: Sequence[SignalColumns]) -> SignalColumns:
    """Batches of one scan, with payloads, as one; without any, no rows of no kind.

    Examples
    --------
    >>> len(joined([]))
    0
    """
    if len(batches) == 1:
        return batches[0]
    arrays: dict[str, Any] = {
        name: np.concatenate([np.zeros(0, np.int64), *(getattr(b, name) for b in batches)])
        for name in ARRAYS
    }
    arrays["inert"] = arrays["inert"].astype(np.bool_)
    return SignalColumns(
        **arrays,
        payload=[payload for batch in batches for payload in batch.payload],
        kinds=batches[-1].kinds if batches else (),
        sources=batches[-1].sources if batches else (),
        ids=[name for batch in batches for name in batch.ids or ()],
    )


ARRAYS = (
    *("twin", "at", "recorded", "order", "seq"),
    *("kind", "source", "session", "day", "inert"),
)
"""The columns of `SignalColumns` that are arrays."""


@dataclass(slots=True)
class Members:
    """The members of each family met so far: dimension values to integer codes and back.

    A single node has the one member ``()`` with code 0.
    """

    codes: dict[str, dict[tuple[str, ...], int]] = field(default_factory=dict)
    _listed: dict[str, list[tuple[str, ...]]] = field(default_factory=dict, repr=False)

    def code(self, node: str, member: tuple[str, ...]) -> int:
        """The member's code, given now if it is new."""
        known = self.codes.setdefault(node, {})
        return known.setdefault(member, len(known))

    def meet(self, nodes: Iterable[str]) -> None:
        """Give single nodes their one code."""
        for node in nodes:
            if node not in self.codes:
                self.codes[node] = {(): 0}

    def names(self, node: str) -> list[tuple[str, ...]]:
        """Members by code; the list is kept, do not change it."""
        known = self.codes.get(node, {})
        listed = self._listed.get(node, [])
        if len(listed) != len(known):
            listed = self._listed[node] = list(known)
        return listed


@dataclass(frozen=True, slots=True)
class EvidenceColumns:
    """Evidence of many signals, column by column, all of length m, in signal order per rule.

    Attributes
    ----------
    row : int64[m]
        Row of the `SignalColumns` it comes from.
    rule : int64[m]
        Place of the rule in ``BeliefMap.rules``; the rule gives node, channel and `once`.
    member : int64[m]
        Code in `Members` of the rule's node.
    weight : float64[m]
        Weight of for and against, size of a count, 1 for a value.
    value : float64[m]
        The value, or the amount beside a count; NaN when there is none.
    """

    row: Ints
    rule: Ints
    member: Ints
    weight: Floats
    value: Floats

    def __len__(self) -> int:
        return len(self.row)
