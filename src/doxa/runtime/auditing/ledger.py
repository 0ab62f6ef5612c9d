"""The ledger an audit learns from: an open store, or one made of a log of signals for the while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.names import listed
from doxa.beliefmap.tables import Column, Constant, Entry, Table, Tables
from doxa.errors import InputError
from doxa.runtime.auditing.tables import FileTable
from doxa.runtime.backfill import backfill
from doxa.runtime.wiring import Wiring, real_now
from doxa.storage.bulk.engine import literal, quoted
from doxa.storage.bulk.staging import Progress
from doxa.storage.sqlite import SqliteStore


@dataclass(frozen=True, slots=True, kw_only=True)
class LogColumns:
    """Which columns of a log say what.

    Attributes
    ----------
    person, moment : str
    kind : str or None
        None = all signals are of the kind `name`.
    name : str
    session, device, source : str or None
    """

    person: str
    moment: str
    kind: str | None
    name: str
    session: str | None = None
    device: str | None = None
    source: str | None = None


def tables_of_log(log: FileTable, columns: LogColumns, belief_map: BeliefMap) -> Tables:
    """How the rows of a log become signals: those of kinds that the map declares.

    Raises
    ------
    InputError
        The map declares none of the kinds of the log.
    """
    declared = ", ".join(literal(kind) for kind in belief_map.signals)
    sql = f"SELECT * FROM {log.source}"
    if columns.kind is not None and declared:
        sql += f" WHERE CAST({quoted(columns.kind)} AS VARCHAR) IN ({declared})"
    elif columns.name not in belief_map.signals:
        raise InputError(
            f"the map declares no signal {columns.name!r}",
            where=log.name,
            expected=f"one of {listed(belief_map.signals)}",
            hint="name the column of kinds with --kind",
        )

    def entry(column: str | None) -> Entry | None:
        return None if column is None else Column(name=column)

    return Tables(
        tables=(
            Table(
                sql=sql,
                twin=Column(name=columns.person),
                at=Column(name=columns.moment),
                kind=entry(columns.kind) or Constant(value=columns.name),
                session=entry(columns.session),
                device=entry(columns.device),
                source=entry(columns.source),
            ),
        )
    )


@contextmanager
def ledger_of(
    tables: Tables | Path,
    belief_map: BeliefMap,
    folder: Path,
    *,
    data: Path | None = None,
    progress: Progress,
) -> Iterator[Wiring]:
    """A store of its own with some tables loaded into it, closed at the end.

    Parameters
    ----------
    folder : Path
        Where it is put; it is not removed.
    data : Path, optional
        What relative file names of a tables file start from.
    """
    path = folder / "audit.db"
    store = SqliteStore(path, clock=belief_map.clock, zone=belief_map.zone)
    try:
        wiring = Wiring(store, belief_map, path, real_now)
        backfill(wiring, tables, folder=data, progress=progress)
        yield wiring
    finally:
        store.close()
