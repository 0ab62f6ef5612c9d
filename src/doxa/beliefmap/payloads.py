"""Many payloads as rules see them: each field a column, read once per distinct value.

The same lookup and the same readings as `doxa.beliefmap.fields`, for all rows at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from doxa.beliefmap import values
from doxa.beliefmap.columns import Floats, Ints, Members, Values
from doxa.beliefmap.decoding import decode
from doxa.beliefmap.fields import MOST, elements_of, refuse_long, size_of
from doxa.beliefmap.model import FieldType
from doxa.beliefmap.values import Calendar, Kind, Schema

_PLAIN_TYPES = frozenset({float, int, bool, type(None)})

Bools: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Named:
    """The members that each row of a column names.

    Attributes
    ----------
    start : int64[n + 1]
        Row i names ``code[start[i]:start[i + 1]]``.
    code : int64[m]
        Codes into `names`, in order of first appearance.
    names : list of str
    size : int64[n]
        Number of elements as sent.
    """

    start: Ints
    code: Ints
    names: list[str]
    size: Ints


class Column:
    """One field of many payloads; every reading of it is made once, and once per distinct value.

    Examples
    --------
    >>> column = Column(["2", 2.0, None, "two"])
    >>> column.numbers()
    array([ 2.,  2., nan, nan])
    >>> names: dict[str, int] = {}
    >>> column.codes(lambda name: names.setdefault(name, len(names))), names
    (array([ 0,  0, -1,  1]), {'2': 0, 'two': 1})
    """

    def __init__(self, found: Values, kind: Kind = None, calendar: Calendar = values.UTC) -> None:
        self.values = found
        self.kind = kind
        self.calendar = calendar
        self._numbers: Floats | None = None
        self._present: Bools | None = None
        self._named: Named | None = None
        self._single: dict[str, tuple[Members, Ints]] = {}
        self._every: dict[str, tuple[Members, Ints, Ints]] = {}

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def types(self) -> frozenset[type]:
        """The Python types of the values."""
        if isinstance(self.values, np.ndarray):
            return frozenset({float})
        return frozenset(map(type, self.values))

    @property
    def is_numeric(self) -> bool:
        """Whether every value is a JSON number, flag or null."""
        return self.kind is not FieldType.TIME and self.types <= _PLAIN_TYPES

    def read(self, function: Callable[[Any], Any], dtype: DTypeLike) -> NDArray[Any]:
        """A pure function of each value, computed once per distinct value."""
        if isinstance(self.values, np.ndarray):
            distinct, place = np.unique(self.values, return_inverse=True)
            return np.array([function(one) for one in distinct.tolist()], dtype=dtype)[place]
        found: Iterable[Any]
        if self.types.isdisjoint({list, dict}):
            found = map(_Table(function).__getitem__, self.values)
        else:
            found = map(function, self.values)
        return np.fromiter(found, dtype=dtype, count=len(self.values))

    def numbers(self) -> Floats:
        """The values as float64, NaN where they are no number."""
        if self._numbers is None:
            self._numbers = self._fast_numbers()
            if self._numbers is None:
                self._numbers = self.read(
                    lambda one: values.number(one, self.kind, self.calendar), np.float64
                )
        return self._numbers

    def _fast_numbers(self) -> Floats | None:
        if not self.is_numeric:
            return None
        try:
            found = np.array(self.values, dtype=np.float64) + 0.0
        except OverflowError:
            return None
        found[~(np.abs(found) <= values.LARGEST_NUMBER)] = np.nan
        if self.kind is FieldType.FLAG:
            found[(found != 0.0) & (found != 1.0)] = np.nan
        return found

    def codes(self, intern: Callable[[str], int]) -> Ints:
        """The code of the member that each value names; -1 where it names none, or several."""

        def code(value: Any) -> int:
            name = values.member(value, self.kind, self.calendar)
            return -1 if name is None else intern(name)

        return self.read(code, np.int64)

    def single(self, members: Members, family: str) -> Ints:
        """The same by the codes of a family's members; made once, for no code ever changes."""
        known = self._single.get(family)
        if known is None or known[0] is not members:
            found = self.codes(lambda name: members.code(family, (name,)))
            known = self._single[family] = (members, found)
        return known[1]

    def every(self, members: Members, family: str) -> tuple[Ints, Ints]:
        """Row and code of each member that the values name, lists all of theirs; made once."""
        known = self._every.get(family)
        if known is None or known[0] is not members:
            named = self.lists()
            codes = np.array([members.code(family, (name,)) for name in named.names], np.int64)
            row = np.repeat(np.arange(len(self)), np.diff(named.start))
            code = codes[named.code] if len(codes) else named.code
            known = self._every[family] = (members, row, code)
        return known[1:]

    def present(self) -> Bools:
        """Whether each value says anything as its type."""
        if self._present is None:
            self._present = self.read(
                lambda one: values.present(one, self.kind, self.calendar), np.bool_
            )
        return self._present

    def lists(self) -> Named:
        """The members that each value names: a list its elements, each once."""
        if self._named is None:
            self._named = self._name()
        return self._named

    def _name(self) -> Named:
        local: dict[str, int] = {}
        if self.types.isdisjoint({list, dict}):
            code = self.codes(lambda name: local.setdefault(name, len(local)))
            there = code >= 0
            return Named(_starts(there), code[there], list(local), np.ones(len(self), np.int64))
        lists = [one if isinstance(one, list) else [one] for one in self.values]
        size = np.fromiter(map(len, lists), np.int64, len(self))
        flat = Column(list(chain.from_iterable(lists)), self.kind, self.calendar)
        code = flat.codes(lambda name: local.setdefault(name, len(local)))
        owner = np.repeat(np.arange(len(self)), size)
        owner, code = _once(owner[code >= 0], code[code >= 0], len(local))
        count = np.bincount(owner, minlength=len(self))
        return Named(_starts(count), code, list(local), size)


@dataclass(slots=True)
class Columns:
    """The fields of many payloads, or of many elements of them, column by column.

    Attributes
    ----------
    rows : int64[n]
        Where each payload stands in what it was taken from; an element stands where its payload does.
    """

    schema: Schema
    rows: Ints
    found: Mapping[str, Values]
    elements: list[dict[str, Any]] | None = None
    owner: Ints | None = None
    _columns: dict[str, Column] = field(default_factory=dict)
    _each: dict[str, Columns] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, name: str) -> Column:
        """The column of a field; of one that no payload holds, nothing throughout."""
        if name not in self._columns:
            kind = self.schema.types.get(name)
            self._columns[name] = Column(self._values(name), kind, self.schema.calendar)
        return self._columns[name]

    def each(self, name: str) -> Columns:
        """The elements of a field: of a list of objects, or the pairs of an object."""
        if name not in self._each:
            walked = [elements_of(one) for one in self[name].values]
            self._refuse_long(name)
            owner = np.repeat(np.arange(len(self)), [len(one) for one in walked])
            flat = list(chain.from_iterable(walked))
            self._each[name] = Columns(self.schema, self.rows[owner], self.found, flat, owner)
        return self._each[name]

    def _refuse_long(self, name: str) -> None:
        sizes = list(map(size_of, self[name].values))
        if max(sizes, default=0) > MOST:
            row = next(row for row, size in enumerate(sizes) if size > MOST)
            refuse_long(sizes[row], name, int(self.rows[row]))

    def _values(self, name: str) -> Values:
        outer = self.found.get(name)
        if self.elements is None or self.owner is None:
            return [None] * len(self) if outer is None else outer
        inner = [element.get(name) for element in self.elements]
        if outer is None:
            return inner
        whole = outer.tolist() if isinstance(outer, np.ndarray) else outer
        return [
            whole[row] if values.absent(one) else one
            for one, row in zip(inner, self.owner.tolist(), strict=True)
        ]


def columns_of(
    payloads: Sequence[bytes], fields: Sequence[str], schema: Schema, rows: Ints | None = None
) -> Columns:
    """The named fields of JSON payloads; nothing else in them is decoded.

    Examples
    --------
    >>> columns = columns_of([b'{"a": 1, "b": [2]}', b'{"a": "x"}'], ["a"], Schema())
    >>> columns["a"].numbers()
    array([ 1., nan])
    """
    found = decode(payloads, tuple(fields))
    return Columns(schema, np.arange(len(payloads)) if rows is None else rows, found)


def columns_from(arrays: Mapping[str, NDArray[Any]], schema: Schema) -> Columns:
    """The same from arrays, such as the columns of a Parquet file; times as ``datetime64``.

    Examples
    --------
    >>> columns_from({"a": np.array([1.0, np.nan])}, Schema())["a"].present()
    array([ True, False])
    """
    size = len(next(iter(arrays.values()))) if arrays else 0
    found = {name: _from_array(array) for name, array in arrays.items()}
    return Columns(schema, np.arange(size), found)


def _from_array(array: NDArray[Any]) -> Values:
    if array.dtype.kind in "biuf":
        return array
    if array.dtype.kind == "M":
        moments = array.astype("datetime64[us]").astype(np.int64).astype(object)
        moments[np.isnat(array)] = None
        return list(moments)
    return list(array.tolist())


def _starts(count: NDArray[Any]) -> Ints:
    start = np.zeros(len(count) + 1, dtype=np.int64)
    np.cumsum(count, out=start[1:])
    return start


def _once(owner: Ints, code: Ints, space: int) -> tuple[Ints, Ints]:
    """Pairs of owner and code, each where it stands first."""
    _, first = np.unique(owner * space + code, return_index=True)
    first.sort()
    return owner[first], code[first]


class _Table(dict[Any, Any]):
    """A function's results by argument, filled as they are asked for."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, key: Any) -> Any:
        found = self[key] = self._function(key)
        return found
