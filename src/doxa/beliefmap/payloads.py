"""Payloads as rules see them: the fields of one, and the columns of many.

Both look a field up in the element of an ``each`` first and then in the payload (what is nothing in
the element counts as absent there), and both read it through `doxa.beliefmap.values`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any, TypeAlias

import msgspec
import numpy as np
from numpy.typing import DTypeLike, NDArray

from doxa.beliefmap import values
from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import FieldType
from doxa.beliefmap.values import Calendar, Kind, Schema
from doxa.errors import SignalError

MOST = 200
"""The most elements of a list that a rule walks or fans out."""
_CHUNK = 50_000
_PLAIN_TYPES = frozenset({float, int, bool, type(None)})

Bools: TypeAlias = NDArray[np.bool_]
Values: TypeAlias = "list[Any] | NDArray[Any]"


def elements_of(value: object) -> list[dict[str, Any]]:
    """What ``each`` walks: the objects of a list, or the pairs of an object as ``key``, ``value``.

    Examples
    --------
    >>> elements_of([{"a": 1}, 2]), elements_of({"a": 1})
    ([{'a': 1}], [{'key': 'a', 'value': 1}])
    """
    if isinstance(value, dict):
        return [{"key": key, "value": one} for key, one in value.items()]
    if isinstance(value, list):
        return [one for one in value if isinstance(one, dict)]
    return []


def size_of(value: object) -> int:
    """How many elements a value has as a list; a single value has one."""
    return len(value) if isinstance(value, list | dict) else 1


def refuse_long(size: int, name: str, row: int | None = None) -> None:
    """Raise `SignalError` for a list with more than `MOST` elements."""
    if size > MOST:
        raise SignalError(
            f"the list has {size} elements",
            where=name if row is None else f"row {row}, {name}",
            expected=f"at most {MOST}",
            hint="send several signals",
        )


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one payload, and of one element of it.

    Examples
    --------
    >>> fields = Fields({"shop": 7, "qty": 1}, Schema(), {"qty": "2"})
    >>> fields.number("qty"), fields.member("shop")
    (2.0, '7')
    """

    payload: Mapping[str, Any]
    schema: Schema
    element: Mapping[str, Any] | None = None

    def value(self, name: str) -> Any:
        """The value as it was sent: of the element, else of the payload; None if absent."""
        if self.element is not None:
            found = self.element.get(name)
            if not values.absent(found):
                return found
        return self.payload.get(name)

    def kind(self, name: str) -> Kind:
        """The declared type of a field."""
        return self.schema.types.get(name)

    def number(self, name: str) -> float:
        """The field as a number; NaN if it is none."""
        return values.number(self.value(name), self.kind(name), self.schema.calendar)

    def member(self, name: str) -> str | None:
        """The member that the field names; None if it names none, or several."""
        return values.member(self.value(name), self.kind(name), self.schema.calendar)

    def members(self, name: str) -> tuple[str, ...]:
        """The members that the field names, each once."""
        return values.members(self.value(name), self.kind(name), self.schema.calendar)

    def each(self, name: str) -> list[Fields]:
        """One view per element of a list of objects, or per pair of an object."""
        found = self.value(name)
        refuse_long(size_of(found), name)
        return [Fields(self.payload, self.schema, element) for element in elements_of(found)]


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
        found[~np.isfinite(found)] = np.nan
        if self.kind is FieldType.FLAG:
            found[(found != 0.0) & (found != 1.0)] = np.nan
        return found

    def codes(self, intern: Callable[[str], int]) -> Ints:
        """The code of the member that each value names; -1 where it names none, or several."""

        def code(value: Any) -> int:
            name = values.member(value, self.kind, self.calendar)
            return -1 if name is None else intern(name)

        return self.read(code, np.int64)

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
            count = code >= 0
            return Named(_starts(count), code[count], list(local), np.ones(len(self), np.int64))
        found = [values.members(one, self.kind, self.calendar) for one in self.values]
        flat = np.array(
            [local.setdefault(name, len(local)) for names in found for name in names],
            dtype=np.int64,
        )
        size = np.fromiter(map(size_of, self.values), np.int64, len(self))
        return Named(_starts(np.array([len(one) for one in found])), flat, list(local), size)


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
            column = self[name].values
            for row, one in zip(self.rows, column, strict=True):
                refuse_long(size_of(one), name, int(row))
            walked = [elements_of(one) for one in column]
            owner = np.repeat(np.arange(len(self)), [len(one) for one in walked])
            flat = [element for one in walked for element in one]
            self._each[name] = Columns(self.schema, self.rows[owner], self.found, flat, owner)
        return self._each[name]

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
    names = tuple(fields)
    found: dict[str, list[Any]] = {name: [] for name in names}
    if names:
        for start in range(0, len(payloads), _CHUNK):
            part = _decode(payloads[start : start + _CHUNK], names)
            for name, column in zip(names, part, strict=True):
                found[name].extend(column)
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


def _decode(payloads: Sequence[bytes], names: tuple[str, ...]) -> list[Iterable[Any]]:
    decoder, getters = _decoder(names)
    decoded = decoder.decode(b"[" + b",".join(payloads) + b"]")
    return [map(getter, decoded) for getter in getters]


@lru_cache(maxsize=256)
def _decoder(
    names: tuple[str, ...],
) -> tuple[msgspec.json.Decoder[Any], list[Callable[[Any], Any]]]:
    if any('"' in name or "\\" in name or min(name, default=" ") < " " for name in names):
        plain: msgspec.json.Decoder[Any] = msgspec.json.Decoder(list[dict[str, Any]])
        return plain, [_getter(name) for name in names]
    slots = [f"f{place}" for place in range(len(names))]
    row = msgspec.defstruct(
        "Row",
        [(slot, Any, None) for slot in slots],
        rename=dict(zip(slots, names, strict=True)),
        gc=False,
    )
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(list[row])  # type: ignore[valid-type]
    return decoder, [attrgetter(slot) for slot in slots]


def _getter(name: str) -> Callable[[Any], Any]:
    return lambda row: row.get(name)


def _starts(count: NDArray[Any]) -> Ints:
    start = np.zeros(len(count) + 1, dtype=np.int64)
    np.cumsum(count, out=start[1:])
    return start


class _Table(dict[Any, Any]):
    """A function's results by argument, filled as they are asked for."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, key: Any) -> Any:
        found = self[key] = self._function(key)
        return found
