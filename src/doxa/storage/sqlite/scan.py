"""Reading the ledger: one twin's signals as records, many twins' as columns."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from operator import itemgetter
from typing import Any

import numpy as np

from doxa.beliefmap.columns import Ints, SignalColumns
from doxa.beliefmap.contexts import NO_CONTEXTS, Contexts
from doxa.beliefmap.model import Zone
from doxa.domain.clock import Clock
from doxa.domain.signal import TRAITS, Signal
from doxa.storage.days import LocalDays, Offsets, ZoneHistory, zone_history
from doxa.storage.identity import ALONE, Identity
from doxa.storage.rows import AT, ID, ORDER, SOURCE, session_codes, signal_of
from doxa.storage.sqlite import names
from doxa.storage.sqlite.linked import key_list
from doxa.types import Moment

FEW = 4_096
"""Up to so many twins are looked up one by one; more are picked out of a full scan."""

_COLUMNS = """seq, twin, occurred_at, recorded_at, ord,
(kind << 31) | (source << 1) | (cause IS NOT NULL), session, payload"""
"""Kind, source and `inert` travel as one number: every column less is time saved per row."""

_NUMBERS = 6
_AT, _KIND = 2, 5
"""Where the moment and the packed kind stand among them."""
_THIRTY_BITS = (1 << 30) - 1
_STEP = 512
"""Rows are fetched and turned into columns in steps that stay in the processor's cache."""

_LARGEST_KEY = "SELECT max(key) FROM twins"

_TERMS_MARK = "SELECT erased, (SELECT max(key) FROM terms) FROM workspaces WHERE key = ?"
"""Keys of terms grow; erasures, after which one may be given again, are counted."""

_ONE = """
SELECT t.id, k.text, f.text, s.id, s.occurred_at, s.recorded_at, s.ord, s.assumed,
       s.session, s.device, s.cause, s.payload
FROM signals s JOIN twins t ON t.key = s.twin
JOIN terms k ON k.key = s.kind JOIN terms f ON f.key = s.source
WHERE s.workspace = ? AND s.twin = ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which signals to read: None = no bound."""

    kinds: Sequence[str] | None = None
    since: Moment | None = None
    until: Moment | None = None
    known_at: Moment | None = None
    twins: Sequence[int] | None = None
    retractions: int | None = None

    @property
    def few(self) -> bool:
        """Whether the twins are looked up by index."""
        return self.twins is not None and len(self.twins) <= FEW


@dataclass(frozen=True, slots=True)
class _Step:
    """Some hundred rows: their numbers in rows of one array, their texts as they came."""

    numbers: Ints
    session: Ints
    payload: Sequence[bytes]
    ids: Sequence[str]
    device: Ints | None


@dataclass(frozen=True, slots=True)
class Names:
    """Dense codes of kinds or sources, and the codes by key."""

    texts: tuple[str, ...]
    code: Ints
    keys: dict[str, int]


@dataclass(frozen=True, slots=True)
class Terms:
    """The kinds and sources of a workspace as they stand at a moment of the ledger."""

    workspace: int
    kinds: Names
    sources: Names


class KnownNames:
    """The terms of a workspace, read again when there are new ones or some were erased."""

    def __init__(self, workspace: int) -> None:
        self._workspace = workspace
        self._known: tuple[tuple[int, int | None], Terms] | None = None

    def read(self, connection: sqlite3.Connection) -> Terms:
        """The terms, in the transaction that reads signals."""
        mark = connection.execute(_TERMS_MARK, (self._workspace,)).fetchone()
        known = self._known
        if known is None or known[0] != mark:
            kinds, sources = (
                read_names(connection, self._workspace, role) for role in (names.KIND, names.SOURCE)
            )
            self._known = known = (mark, Terms(self._workspace, kinds, sources))
        return known[1]


def read_signals(
    connection: sqlite3.Connection, workspace: int, twin: int, selection: Selection
) -> list[Signal]:
    """One twin's signals by (at, order, id); ids may repeat between sources, then by source."""
    condition, values = _moments(selection, "s.")
    found = connection.execute(_ONE + condition, (workspace, twin, *values)).fetchall()
    found.sort(key=itemgetter(AT, ORDER, ID, SOURCE))
    return [signal_of(row) for row in found]


def read_columns(
    connection: sqlite3.Connection,
    terms: Terms,
    selection: Selection,
    *,
    clock: Clock,
    zone: Zone,
    offsets: Offsets,
    rows: int,
    ids: bool,
    devices: bool = False,
    identity: Identity = ALONE,
    contexts: Contexts = NO_CONTEXTS,
) -> Iterator[SignalColumns]:
    """Column batches in ledger order, all of one moment of the ledger."""
    workspace, kinds, sources = terms.workspace, terms.kinds, terms.sources
    wanted = None if selection.kinds is None else [kinds.keys.get(kind) for kind in selection.kinds]
    retracted = _retracted(connection, workspace, selection)
    history = _history(connection, workspace, selection, kinds, zone, identity, retracted)
    days = LocalDays(clock, zone, history, offsets)
    window = selection
    if identity.shifts:
        selection = replace(selection, since=None, until=None)
    told = {kinds.keys[kind]: kind for kind in contexts.kinds if kind in kinds.keys}
    named = devices or bool(told)
    picked, among = None, None
    if selection.twins is not None and not selection.few:
        picked = np.unique(identity.roots(np.asarray(selection.twins, dtype=np.int64)))
        among = _minority(connection, identity.keys(picked))
    sql, values = _query(workspace, selection, wanted, retracted, among, ids=ids, devices=named)
    cursor = connection.execute(sql, values)
    per_batch = -(-rows // _STEP)
    steps_left = _steps(cursor, max(1, rows // per_batch), contexts, told, ids=ids, devices=devices)
    while steps := list(islice(steps_left, per_batch)):
        columns = _columns(steps, kinds, sources, days, identity)
        if identity.shifts:
            columns = identity.within(columns, window.since, window.until)
        if picked is not None:
            wanted_rows = np.flatnonzero(np.isin(columns.twin, picked))
            columns = columns if len(wanted_rows) == len(columns) else columns.take(wanted_rows)
        if len(columns):
            yield columns


def read_names(connection: sqlite3.Connection, workspace: int, role: str) -> Names:
    """All kinds or sources of a workspace, coded by age."""
    found = connection.execute(
        "SELECT key, text FROM terms WHERE workspace = ? AND role = ? ORDER BY key",
        (workspace, role),
    ).fetchall()
    code = np.full(max((key for key, _ in found), default=0) + 1, -1, dtype=np.int64)
    for place, (key, _) in enumerate(found):
        code[key] = place
    return Names(tuple(text for _, text in found), code, {text: key for key, text in found})


def _steps(
    cursor: sqlite3.Cursor,
    size: int,
    contexts: Contexts,
    told: Mapping[int, str],
    *,
    ids: bool,
    devices: bool,
) -> Iterator[_Step]:
    """The rows, some hundreds at a time, already as arrays.

    Parameters
    ----------
    told : dict of key to kind
        The kinds whose payloads get contexts; where there are any, devices are read, too.
    """
    while rows := cursor.fetchmany(size):
        columns = list(zip(*rows, strict=True))
        numbers = np.array(columns[:_NUMBERS], dtype=np.int64)
        session, payload, *more = columns[_NUMBERS:]
        if told:
            every = [told.get(key) for key in (numbers[_KIND] >> 31).tolist()]
            around = zip(every, payload, columns[_AT], more[-1], session, strict=True)
            payload = tuple(
                row[0] if kind is None else contexts.spliced(kind, *row) for kind, *row in around
            )
        yield _Step(
            numbers,
            session_codes(session),
            payload,
            more[0] if ids else (),
            session_codes(more[-1]) if devices else None,
        )


def _columns(
    steps: Sequence[_Step], kinds: Names, sources: Names, days: LocalDays, identity: Identity
) -> SignalColumns:
    one = len(steps) == 1
    numbers = steps[0].numbers if one else np.concatenate([s.numbers for s in steps], axis=1)
    seq, own, at, recorded, order, packed = numbers
    twin, at = identity.roots(own), identity.moved(own, at)
    ids = list(chain.from_iterable(step.ids for step in steps))
    devices = [step.device for step in steps if step.device is not None]
    return SignalColumns(
        twin=twin,
        at=at,
        recorded=recorded,
        order=order,
        seq=seq,
        kind=kinds.code[packed >> 31],
        source=sources.code[(packed >> 1) & _THIRTY_BITS],
        session=steps[0].session if one else np.concatenate([step.session for step in steps]),
        day=days.of(twin, at),
        payload=list(chain.from_iterable(step.payload for step in steps)),
        inert=(packed & 1).astype(np.bool_),
        kinds=kinds.texts,
        sources=sources.texts,
        ids=ids or None,
        device=np.concatenate(devices) if devices else None,
    )


def _query(
    workspace: int,
    selection: Selection,
    kinds: Sequence[int | None] | None,
    retracted: Ints,
    among: Sequence[int] | None,
    *,
    ids: bool,
    devices: bool,
) -> tuple[str, list[Any]]:
    condition, moments = _moments(selection, "")
    values: list[Any] = [workspace, *moments]
    if kinds is not None:
        condition += " AND kind IN (SELECT value FROM json_each(?))"
        values.append(key_list([key for key in kinds if key is not None]))
    if selection.twins is not None and len(selection.twins) == 1:
        condition += " AND twin = ?"
        values.append(int(selection.twins[0]))
    elif selection.few:
        condition += _TWINS
        values.append(key_list(selection.twins or ()))
    elif among is not None:
        condition += _TWINS
        values.append(key_list(among))
    if len(retracted):
        condition += " AND seq NOT IN (SELECT value FROM json_each(?))"
        values.append(key_list(retracted.tolist()))
    table = "signals" if selection.few else "signals NOT INDEXED"
    columns = _COLUMNS + (", id" if ids else "") + (", device" if devices else "")
    return f"SELECT {columns} FROM {table} WHERE workspace = ?{condition} ORDER BY seq", values


def _minority(connection: sqlite3.Connection, keys: Sequence[int]) -> Sequence[int] | None:
    """Keys, where the rows of others are worth leaving out before they are fetched; else None."""
    largest: int = connection.execute(_LARGEST_KEY).fetchone()[0] or 0
    return keys if 2 * len(keys) < largest else None


_RETRACTED = """
SELECT seq FROM retractions
WHERE workspace = ? AND (? IS NULL OR recorded <= ?) AND (? IS NULL OR place <= ?)
"""
_TWINS = " AND twin IN (SELECT value FROM json_each(?))"


def _moments(selection: Selection, table: str) -> tuple[str, list[Moment]]:
    bounds = (
        (f" AND {table}occurred_at >= ?", selection.since),
        (f" AND {table}occurred_at <= ?", selection.until),
        (f" AND {table}recorded_at <= ?", selection.known_at),
    )
    given = [(text, value) for text, value in bounds if value is not None]
    return "".join(text for text, _ in given), [value for _, value in given]


def _history(
    connection: sqlite3.Connection,
    workspace: int,
    selection: Selection,
    kinds: Names,
    zone: Zone,
    identity: Identity,
    retracted: Ints,
) -> ZoneHistory | None:
    """Zones as known at the selection's second clock, from the trait signals."""
    if zone.trait is None:
        return None
    condition, values = _moments(Selection(known_at=selection.known_at), "")
    values = [workspace, kinds.keys.get(TRAITS, -1), *values]
    extra: list[Any] = []
    if selection.few:
        condition += _TWINS
        extra.append(key_list(selection.twins or ()))
    found = connection.execute(
        "SELECT seq, twin, occurred_at, ord, id, payload FROM signals"
        f" WHERE workspace = ? AND kind = ?{condition}",
        [*values, *extra],
    ).fetchall()
    left_out = set(retracted.tolist())
    rows = [row[1:] for row in found if row[0] not in left_out]
    twins = identity.roots(np.array([row[0] for row in rows], dtype=np.int64)).tolist()
    return zone_history(((twin, *row[1:]) for twin, row in zip(twins, rows, strict=True)), zone)


def _retracted(connection: sqlite3.Connection, workspace: int, selection: Selection) -> Ints:
    """Places of the signals taken back, as known at the selection's second clock."""
    if selection.retractions == 0:
        return np.zeros(0, dtype=np.int64)
    sql, values = _RETRACTED, [workspace, *[selection.known_at] * 2, *[selection.retractions] * 2]
    if selection.few:
        found = connection.execute(sql + _TWINS, [*values, key_list(selection.twins or ())])
    else:
        found = connection.execute(sql, values)
    return np.array([seq for (seq,) in found], dtype=np.int64)
