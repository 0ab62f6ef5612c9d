"""Signals of many twins part by part: everybody's signals stand in one part, in ledger order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from doxa.beliefmap.columns import ARRAYS, Ints, SignalColumns, joined
from doxa.runtime.folding.spill import Spill, spill


def parted(
    batches: Iterable[SignalColumns], parts: int, part_of: Callable[[Ints], Ints], folder: Path
) -> Iterator[SignalColumns]:
    """The rows of some batches, set apart by twin; what lies in memory is one batch, or one part.

    Parameters
    ----------
    batches : iterable of SignalColumns
        Of one scan.
    parts : int
        One part is kept in memory.
    part_of : callable
        The part, 0..parts-1, of twins by key.
    folder : Path
        Where the rows of several parts are kept meanwhile.
    """
    if parts == 1:
        yield joined(list(batches))
        return
    with spill(folder, parts) as apart:
        last: SignalColumns | None = None
        for last in batches:
            apart.put(part_of(last.twin), _columns(last))
        if last is not None:
            yield from (_rows(apart, part, last) for part in range(parts))


def _columns(batch: SignalColumns) -> dict[str, Any]:
    return {name: getattr(batch, name) for name in (*ARRAYS, "payload")}


def _rows(apart: Spill, part: int, last: SignalColumns) -> SignalColumns:
    columns: dict[str, Any] = apart.take(part)
    return SignalColumns(**columns, kinds=last.kinds, sources=last.sources)
