"""Rows set apart on disk: batches come in as they are read, one part after the other goes out."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Ints
from doxa.errors import StoreError

Array: TypeAlias = NDArray[Any]
Batch: TypeAlias = Mapping[str, "Array | list[bytes]"]
"""Columns by name, all of one length: numbers, or texts as bytes."""


@dataclass(frozen=True, slots=True)
class _Written:
    """One column of one batch in the file, part after part.

    Attributes
    ----------
    at : int
        Where it begins.
    bounds : int64[parts + 1]
        Where the bytes of each part begin, from there.
    """

    dtype: np.dtype[Any]
    at: int
    bounds: Ints

    def read(self, file: int, part: int) -> Array:
        low, high = self.bounds[part : part + 2].tolist()
        return np.frombuffer(os.pread(file, high - low, self.at + low), self.dtype)


@dataclass(frozen=True, slots=True)
class _Same:
    """One column of one batch that holds one number throughout.

    Attributes
    ----------
    bounds : int64[parts + 1]
        Where the rows of each part begin.
    """

    value: Any
    dtype: np.dtype[Any]
    bounds: Ints

    def read(self, file: int, part: int) -> Array:
        return np.full(int(self.bounds[part + 1] - self.bounds[part]), self.value, self.dtype)


class Spill:
    """A file without a name, gone with the process, that holds rows apart by part.

    Parameters
    ----------
    file : int
        Its descriptor.
    parts : int
    """

    def __init__(self, file: int, parts: int) -> None:
        self._file = file
        self._end = 0
        self.parts = parts
        self._numbers: dict[str, list[_Written | _Same]] = {}
        self._texts: dict[str, list[tuple[_Written, _Written | _Same]]] = {}

    def put(self, part: Ints, batch: Batch) -> None:
        """Add a batch; row i goes to part ``part[i]`` and stays behind the rows that are there."""
        order = np.argsort(part.astype(np.uint16), kind="stable")
        bounds = np.zeros(self.parts + 1, dtype=np.int64)
        np.cumsum(np.bincount(part, minlength=self.parts), out=bounds[1:])
        for name, column in batch.items():
            if isinstance(column, np.ndarray):
                self._numbers.setdefault(name, []).append(self._written(column, order, bounds))
            else:
                self._texts.setdefault(name, []).append(self._joined(column, order, bounds))

    def take(self, part: int) -> dict[str, Array | list[bytes]]:
        """The rows of a part in the order they came in."""
        found: dict[str, Array | list[bytes]] = {}
        for name, columns in self._numbers.items():
            found[name] = np.concatenate([each.read(self._file, part) for each in columns])
        for name, texts in self._texts.items():
            found[name] = [text for each in texts for text in self._split(*each, part)]
        return found

    def _written(self, column: Array, order: Ints, bounds: Ints) -> _Written | _Same:
        if len(column) and (column == column[0]).all():
            return _Same(column[0], column.dtype, bounds)
        return self._write(column[order].data, column.dtype, bounds * column.dtype.itemsize)

    def _joined(
        self, column: Sequence[bytes], order: Ints, bounds: Ints
    ) -> tuple[_Written, _Written | _Same]:
        texts = list(map(column.__getitem__, order.tolist()))
        sizes = np.fromiter(map(len, texts), np.int64, len(texts))
        ends = np.append(0, np.cumsum(sizes))
        body = self._write(memoryview(b"".join(texts)), np.dtype(np.uint8), ends[bounds])
        return body, self._written(sizes, np.arange(len(sizes)), bounds)

    def _split(self, body: _Written, sizes: _Written | _Same, part: int) -> Iterator[bytes]:
        ends = list(accumulate(sizes.read(self._file, part).tolist(), initial=0))
        whole = body.read(self._file, part).tobytes()
        return map(whole.__getitem__, map(slice, ends, ends[1:]))

    def _write(self, body: memoryview, dtype: np.dtype[Any], bounds: Ints) -> _Written:
        at, left = self._end, body.cast("B") if len(body) else body
        while len(left):
            done = os.pwrite(self._file, left, self._end)
            self._end += done
            left = left[done:]
        return _Written(dtype, at, bounds)


@contextmanager
def spill(folder: Path, parts: int) -> Iterator[Spill]:
    """A spill in a folder that has room for it.

    Raises
    ------
    StoreError
        When the disk is full, or the folder cannot be written.
    """
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            yield Spill(file.fileno(), parts)
    except OSError as error:
        raise StoreError(
            f"rows cannot be set apart on disk ({error.strerror})",
            where=str(folder),
            hint="make room there; what is kept there goes at the end",
        ) from error
