"""SQL that turns a column of any type into text, JSON or a moment."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

from doxa.domain.clock import Clock
from doxa.storage.bulk.engine import literal, quoted

_NAIVE = {"timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns"}
_ZONED = {"timestamp with time zone", "timestamp_tz", "timestamptz"}
_FLOATS = {"float", "double"}
_INTEGERS = {"tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger"}
_NUMBERS = _INTEGERS | _FLOATS | {"decimal", "hugeint", "uhugeint", "ubigint", "bignum", "varint"}
_TEXTS = {"varchar", "enum", "uuid", "json"}
_ISO = "%Y-%m-%dT%H:%M:%S"


class Form(StrEnum):
    """How a column of moments arrives: exact, on the wall clock, or to be read from its text."""

    EXACT = "exact"
    NAIVE = "naive"
    DAY = "day"
    TEXT = "text"


def moment(name: str, type_: Any, clock: Clock) -> tuple[str, Form] | None:
    """SQL for a column of moments and the form it gives, None where the type cannot be one."""
    kind, column = kind_of(type_), quoted(name)
    if kind in _TEXTS:
        return f"{column}::VARCHAR", Form.TEXT
    if clock is Clock.POSITION:
        if kind in _INTEGERS:
            return f"{column}::BIGINT", Form.EXACT
        return (text(name, type_), Form.TEXT) if kind in _NUMBERS else None
    finite = f"CASE WHEN isfinite({column}) THEN "
    if kind in _ZONED:
        return f"{finite}epoch_us({column}) END", Form.EXACT
    if kind == "timestamp_ns":  # epoch_us would round up
        nanos = f"epoch_ns({column})"
        whole = f"({nanos} - ({nanos} % 1000 + 1000) % 1000) // 1000"
        return f"{finite}{whole} END", Form.NAIVE
    if kind in _NAIVE:
        return f"{finite}epoch_us({column}) END", Form.NAIVE
    if kind == "date":
        return f"{finite}epoch_us({column}::TIMESTAMP) END", Form.DAY
    return None


def text(name: str, type_: Any) -> str:
    """SQL for a column as canonical text: 5.0 is 5, times are ISO, NaN is missing."""
    return _text(quoted(name), type_)


def is_nameless(type_: Any) -> bool:
    """Whether values of a type are flags, lists or objects, which name nobody."""
    return kind_of(type_) in {"boolean", "struct", "list", "array", "map"}


def json_object(fields: dict[str, tuple[str, Any]]) -> str:
    """SQL for a JSON object of fields (name to SQL and type); nulls are left out.

    Examples
    --------
    >>> json_object({})
    "'{}'"
    """
    if not fields:
        return "'{}'"
    parts = []
    for field in sorted(fields):
        value, type_ = fields[field]
        key = literal(json.dumps(field, ensure_ascii=False) + ":")
        parts.append(f"CASE WHEN {value} IS NOT NULL THEN {key} || {json_value(value, type_)} END")
    return f"'{{' || concat_ws(',', {', '.join(parts)}) || '}}'"


def json_column(name: str, type_: Any) -> str:
    """SQL for one column that holds objects: text is taken as JSON, structs and maps written."""
    column = quoted(name)
    if kind_of(type_) in _TEXTS:
        return f"{column}::VARCHAR"
    return json_value(column, type_)


def json_value(column: str, type_: Any) -> str:
    """SQL for the JSON text of a value."""
    if kind_of(type_) == "json":
        return f"{column}::VARCHAR"
    return f"to_json({_plain(column, type_)})::VARCHAR"


def _plain(value: str, type_: Any, depth: int = 0) -> str:
    """The value with everything that JSON lacks replaced inside it: times, bytes, NaN."""
    kind = kind_of(type_)
    if kind in _FLOATS:
        return f"CASE WHEN isfinite({value}) THEN {value} END"
    if kind in _NAIVE | _ZONED | {"date", "time", "interval", "uuid", "enum"}:
        return _text(value, type_)
    if kind == "blob":
        return f"base64({value})"
    if not _awkward(type_):
        return value
    if kind == "struct":
        parts = (
            f"{quoted(n)} := {_plain(f'({value}).{quoted(n)}', t, depth)}"
            for n, t in type_.children
        )
        return f"CASE WHEN {value} IS NOT NULL THEN struct_pack({', '.join(parts)}) END"
    if kind in ("list", "array"):
        item = f"x{depth}"
        inner = _plain(item, type_.children[0][1], depth + 1)
        return f"list_transform({value}, lambda {item}: {inner})"
    if kind == "map":
        item = f"x{depth}"
        keys = (
            f"list_transform(map_keys({value}), lambda {item}: {_text(item, type_.children[0][1])})"
        )
        inner = _plain(item, type_.children[1][1], depth + 1)
        return f"map({keys}, list_transform(map_values({value}), lambda {item}: {inner}))"
    return value


def _awkward(type_: Any) -> bool:
    kind = kind_of(type_)
    if kind in ("struct", "list", "array", "map"):
        return any(_awkward(inner) for _, inner in type_.children if hasattr(inner, "id"))
    return kind in _FLOATS | _NAIVE | _ZONED | {"blob", "date", "time", "interval"}


def _text(value: str, type_: Any) -> str:
    kind = kind_of(type_)
    if kind in _FLOATS:
        whole = f"isfinite({value}) AND {value} = trunc({value}) AND abs({value}) < 1e15"
        return (
            f"CASE WHEN {whole} THEN {value}::BIGINT::VARCHAR"
            f" WHEN isfinite({value}) THEN {value}::DOUBLE::VARCHAR END"
        )
    if kind == "decimal":
        return (
            f"CASE WHEN {value} = trunc({value}) THEN trunc({value})::HUGEINT::VARCHAR"
            f" ELSE rtrim({value}::VARCHAR, '0') END"
        )
    if kind in _NAIVE | _ZONED:
        plain = f"({value})::TIMESTAMP"
        end = "Z" if kind in _ZONED else ""
        return (
            f"CASE WHEN NOT isfinite({value}) THEN NULL WHEN epoch_us({plain}) % 1000000 = 0"
            f" THEN strftime({plain}, '{_ISO}{end}') ELSE strftime({plain}, '{_ISO}.%f{end}') END"
        )
    if kind in ("struct", "list", "array", "map"):
        return f"to_json({_plain(value, type_)})::VARCHAR"
    return f"({value})::VARCHAR"


def kind_of(type_: Any) -> str:
    """The name of a type, without what it holds."""
    name = str(type_)
    return name.lower() if name in ("JSON", "VARCHAR") else str(type_.id)
