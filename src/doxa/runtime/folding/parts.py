"""Signals of many twins part by part: everybody's signals stand in one part, in ledger order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate, pairwise, starmap
from pathlib import Path
from typing import Any

import numpy as np

from doxa.beliefmap.columns import ARRAYS, Ints, SignalColumns, joined
from doxa.runtime.folding.spill import Spill, Texts, spill

PAYLOAD = "payload"


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
            _put(apart, part_of(last.twin), last)
        if last is not None:
            yield from (_rows(apart, part, last) for part in range(parts))


def _put(apart: Spill, part: Ints, batch: SignalColumns) -> None:
    order, bounds = apart.order(part)
    payload = [batch.payload[row] for row in order.tolist()]
    sizes = np.fromiter(map(len, payload), np.int64, len(payload))
    numbers = {name: getattr(batch, name)[order] for name in ARRAYS}
    apart.put(bounds, numbers, {PAYLOAD: Texts(b"".join(payload), sizes)})


def _rows(apart: Spill, part: int, last: SignalColumns) -> SignalColumns:
    numbers, texts = apart.take(part)
    columns: dict[str, Any] = dict(numbers)
    return SignalColumns(
        **columns, payload=cut(texts[PAYLOAD]), kinds=last.kinds, sources=last.sources
    )


def cut(texts: Texts) -> list[bytes]:
    """The texts one by one."""
    body = bytes(texts.body)
    ends = accumulate(texts.sizes.tolist(), initial=0)
    return list(map(body.__getitem__, starmap(slice, pairwise(ends))))
