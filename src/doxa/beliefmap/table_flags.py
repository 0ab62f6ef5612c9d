"""One table from command-line flags: ``--twin household_id --kind =purchase --id a,b``."""

from __future__ import annotations

from pathlib import Path

from doxa.beliefmap.tables import Column, Constant, Entry, Table, Tables
from doxa.beliefmap.tables_file import SUFFIXES
from doxa.domain.signal import TRAITS
from doxa.errors import MapError

_ENTRY = "a column, or =constant"


def tables_from_flags(
    file: str,
    *,
    twin: str,
    kind: str,
    at: str | None = None,
    source: str | None = None,
    session: str | None = None,
    device: str | None = None,
    id: str | None = None,
    order: str | None = None,
    recorded: str | None = None,
    payload: str | None = None,
) -> Tables:
    """The same as a tables file with one table, from flags; ``=x`` is a constant.

    Parameters
    ----------
    file : str
        A Parquet, CSV or JSONL file.
    id : str, optional
        Columns separated by commas, joined by "/".
    payload : str, optional
        ``field=column,field=column`` (or just ``column,column``), or one column that holds an
        object; left out: all other columns.

    Raises
    ------
    MapError
        The flag, what is wrong and what was expected.

    Examples
    --------
    >>> found = tables_from_flags("t.parquet", twin="id", at="t", kind="=purchase", id="a,b")
    >>> found.tables[0].kind, len(found.tables[0].id)
    (Constant(value='purchase'), 2)
    """
    if not file.lower().endswith(SUFFIXES):
        raise MapError(f"{file!r} cannot be read", expected=f"a file in {', '.join(SUFFIXES)}")
    decided = _entry("--kind", kind)
    if at is None and decided != Constant(value=TRAITS):
        raise MapError(
            "is missing", where="--at", expected="the column of the time, unless --kind =traits"
        )
    table = Table(
        file=file,
        folder=Path(),
        twin=_entry("--twin", twin),
        kind=decided,
        at=_optional("--at", at),
        source=_optional("--source", source),
        session=_optional("--session", session),
        device=_optional("--device", device),
        order=_optional("--order", order),
        recorded=_optional("--recorded", recorded),
        id=tuple(_entry("--id", part) for part in id.split(",")) if id is not None else (),
        payload=_payload(payload) if payload is not None else None,
    )
    return Tables(tables=(table,))


def _optional(flag: str, written: str | None) -> Entry | None:
    return None if written is None else _entry(flag, written)


def _entry(flag: str, written: str) -> Entry:
    value = written.strip()
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise MapError("is no valid Unicode", where=flag, expected=_ENTRY)
    if value.startswith("="):
        return Constant(value=value[1:])
    if not value:
        raise MapError("is empty", where=flag, expected=_ENTRY)
    return Column(name=value)


def _payload(written: str) -> dict[str, Entry] | str:
    if "," not in written and "=" not in written:
        entry = _entry("--payload", written)
        assert isinstance(entry, Column)
        return entry.name
    found: dict[str, Entry] = {}
    for part in written.split(","):
        field, _, column = part.partition("=")
        if not field.strip() or field.strip() in found:
            raise MapError(
                f"{part!r} names no new field", where="--payload", expected="field=column,.."
            )
        found[field.strip()] = _entry("--payload", column or field)
    return found
