"""Blocks of recorded forecasts: columns as bytes, from which one twin can be taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]
_FLOATS = frozenset({"probability", "predictor", "y", "base", "persona", "low", "high"})


class Block(msgspec.Struct, frozen=True):
    """Columns of forecasts, as stored: raw little-endian arrays by name.

    Attributes
    ----------
    twins : list of int
        The store's keys of the twins.
    items : list of str
    columns : dict of bytes
        ``twin`` and ``item`` are places in the lists, int64; `probability`, `predictor`, `y`,
        `base`, `persona`, `low` and `high` are float64, all others int64.
    """

    twins: list[int]
    items: list[str]
    columns: dict[str, bytes]

    def arrays(self) -> dict[str, Column]:
        """The columns by name."""
        return {
            name: np.frombuffer(raw, dtype="<f8" if name in _FLOATS else "<i8")
            for name, raw in self.columns.items()
        }


def encode_block(
    twins: Sequence[int], items: Sequence[str], columns: Mapping[str, Column]
) -> bytes:
    """A block as bytes.

    Examples
    --------
    >>> body = encode_block([7], [], {"twin": np.array([0]), "probability": np.array([0.5])})
    >>> decode_block(body).arrays()["probability"].tolist()
    [0.5]
    """
    raw = {
        name: np.ascontiguousarray(column).astype(column.dtype.newbyteorder("<")).tobytes()
        for name, column in columns.items()
    }
    return msgspec.msgpack.encode(Block(list(twins), list(items), raw))


def decode_block(body: bytes) -> Block:
    """A block from its bytes."""
    return msgspec.msgpack.decode(body, type=Block)


def without_twins(body: bytes, gone: frozenset[int]) -> tuple[bytes, int]:
    """The block without some twins, and how many forecasts that took out of it.

    Examples
    --------
    >>> columns = {"twin": np.array([0, 1, 1]), "probability": np.array([0.5, 0.1, 0.2])}
    >>> body, count = without_twins(encode_block([7, 9], [], columns), frozenset({7}))
    >>> decode_block(body).twins, decode_block(body).arrays()["twin"].tolist(), count
    ([9], [0, 0], 1)
    """
    block = decode_block(body)
    if gone.isdisjoint(block.twins):
        return body, 0
    columns = block.arrays()
    stays = np.array([key not in gone for key in block.twins], dtype=np.bool_)
    kept = stays[columns["twin"]]
    columns = {name: column[kept] for name, column in columns.items()}
    columns["twin"] = (np.cumsum(stays) - 1)[columns["twin"]]
    twins = [key for key in block.twins if key not in gone]
    return encode_block(twins, block.items, columns), int((~kept).sum())
