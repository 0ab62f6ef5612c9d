"""Rows set apart on disk: batches come in as they are read, one part after the other goes out."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Ints
from doxa.errors import StoreError

Array: TypeAlias = NDArray[Any]


class Texts(NamedTuple):
    """A column of texts: their bytes one after the other, and how many each has."""

    body: bytes | memoryview
    sizes: Ints


class Taken(NamedTuple):
    """The rows of a part in the order they came in, by name of the column."""

    numbers: dict[str, Array]
    texts: dict[str, Texts]


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of one batch, part after part.

    Attributes
    ----------
    at : int
        Where it begins in the file; -1 = nowhere, `same` throughout.
    bounds : int64[parts + 1]
        Where the rows (of texts: the bytes) of each part begin.
    """

    dtype: np.dtype[Any]
    bounds: Ints
    at: int = -1
    same: Any = None

    def read(self, file: int, part: int) -> Array:
        low, high = self.bounds[part : part + 2].tolist()
        if self.at < 0:
            return np.full(high - low, self.same, self.dtype)
        size = self.dtype.itemsize
        found = os.pread(file, (high - low) * size, self.at + low * size)
        return np.frombuffer(found, self.dtype)


_BYTES = np.dtype(np.uint8)


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
        self._numbers: dict[str, list[_Column]] = {}
        self._texts: dict[str, list[tuple[_Column, _Column]]] = {}

    def order(self, part: Ints) -> tuple[Ints, Ints]:
        """The rows of a batch by part, 0..parts-1, and where those of each part begin."""
        bounds = np.zeros(self.parts + 1, dtype=np.int64)
        np.cumsum(np.bincount(part, minlength=self.parts), out=bounds[1:])
        return np.argsort(part.astype(np.uint16), kind="stable"), bounds

    def put(self, bounds: Ints, numbers: Mapping[str, Array], texts: Mapping[str, Texts]) -> None:
        """Add a batch whose rows stand in the order of parts; each part grows at its end."""
        for name, column in numbers.items():
            self._numbers.setdefault(name, []).append(self._added(column, bounds))
        for name, (body, sizes) in texts.items():
            ends = np.zeros(len(sizes) + 1, dtype=np.int64)
            np.cumsum(sizes, out=ends[1:])
            written = _Column(_BYTES, ends[bounds], self._write(memoryview(body)))
            self._texts.setdefault(name, []).append((written, self._added(sizes, bounds)))

    def take(self, part: int) -> Taken:
        """The rows of one part."""
        file = self._file
        numbers = {
            name: np.concatenate([each.read(file, part) for each in columns])
            for name, columns in self._numbers.items()
        }
        texts = {
            name: Texts(
                b"".join([body.read(file, part).data for body, _ in columns]),
                np.concatenate([sizes.read(file, part) for _, sizes in columns]),
            )
            for name, columns in self._texts.items()
        }
        return Taken(numbers, texts)

    def _added(self, column: Array, bounds: Ints) -> _Column:
        if len(column) and (column == column[0]).all():
            return _Column(column.dtype, bounds, same=column[0])
        body = np.ascontiguousarray(column).view(np.uint8).data
        return _Column(column.dtype, bounds, self._write(body))

    def _write(self, body: memoryview) -> int:
        at = self._end
        while len(body):
            done = os.pwrite(self._file, body, self._end)
            self._end += done
            body = body[done:]
        return at


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
        if isinstance(error, StoreError):
            raise
        raise StoreError(
            f"rows cannot be set apart on disk ({error.strerror})",
            where=str(folder),
            hint="make room there; what is kept there goes at the end",
        ) from error
