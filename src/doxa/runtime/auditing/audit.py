"""The audit of a table of people and, if given, of what they did: a log, tables, or a store."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from doxa.audit.facts import KindFacts
from doxa.audit.proposal import proposal
from doxa.audit.report import AuditReport, FieldAudit
from doxa.audit.verdict import verdict_of
from doxa.beliefmap.columns import Ints
from doxa.beliefmap.map_file import load_map, parse_map
from doxa.beliefmap.model import BeliefMap, Target
from doxa.beliefmap.tables_file import load_tables
from doxa.domain.clock import parse_span
from doxa.errors import DoxaError, InputError
from doxa.runtime.auditing.counting import field_facts, kind_facts
from doxa.runtime.auditing.fields import field_table
from doxa.runtime.auditing.ledger import LogColumns, ledger_of, tables_of_log
from doxa.runtime.auditing.scoring import scored
from doxa.runtime.auditing.tables import FileTable
from doxa.runtime.identity import people_at
from doxa.runtime.wiring import Wiring
from doxa.storage.bulk.engine import connect, quoted

Progress = Callable[[str, int, "int | None"], None]
NOBODY = -1
_TABLES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an audit is told beside its files; everything may be left out.

    Attributes
    ----------
    twin, at : str or None
        Columns of the person and the time in the table of people; guessed by their names. Several
        columns with commas between them name people together, as their values joined by ``/``.
    event_twin, event_at, kind, session, device, source : str or None
        Columns of the log; guessed alike.
    map : BeliefMap, path or None
        Under which signals are read; None = the one that is proposed.
    data : Path or None
        What the file names of a tables file start from.
    outcomes : names, or None = all
    cold : str or None
        After so long without a signal a session starts from nothing; None = 30 days (positions).
    score : bool
        Learn and score, too; False only counts.
    """

    twin: str | None = None
    at: str | None = None
    event_twin: str | None = None
    event_at: str | None = None
    kind: str | None = None
    session: str | None = None
    device: str | None = None
    source: str | None = None
    map: BeliefMap | Path | None = None
    data: Path | None = None
    outcomes: Sequence[str] | None = None
    cold: str | None = None
    score: bool = True


def audit(
    users: Path,
    events: Path | None = None,
    asked: Asked | None = None,
    *,
    wiring: Wiring | None = None,
    progress: Progress | None = None,
) -> AuditReport:
    """What a product holds about people today, what it is worth, and what it should become.

    Parameters
    ----------
    users : Path
        CSV, JSONL or Parquet; a row per person, or several with times.
    events : Path, optional
        A log of signals in one of these forms, or a tables file (``.yaml``), which needs a map.
    wiring : Wiring, optional
        An open store whose ledger is audited where no log is given.
    progress : callable, optional
        Told what is being done, how far it is, and of how much.
    """
    tell, told = progress or _silence, asked or Asked()
    with tempfile.TemporaryDirectory(prefix="doxa-") as folder, connect(Path(folder)) as connection:
        work = _Work(connection, Path(folder), told, tell)
        table = FileTable.open(connection, users).naming(told.twin)
        person, moment = table.person(told.twin), table.moment(told.at)
        found = _counted(work, table, person, moment, events)
        if not told.score:
            return found
        with _ledger(work, found, events, wiring) as ledger:
            if ledger is None:
                return found
            return _learned(work, found, ledger, table, person, moment)


@dataclass(frozen=True, slots=True)
class _Work:
    """What every step needs."""

    connection: Any
    folder: Path
    asked: Asked
    tell: Progress


def _counted(
    work: _Work, table: FileTable, person: str, moment: str | None, events: Path | None
) -> AuditReport:
    fields, total = [], len(table.types)
    for number, facts in enumerate(field_facts(table, person, moment)):
        fields.append(FieldAudit(facts=facts, verdict=verdict_of(facts)))
        work.tell("counting fields", number + 1, total)
    people = int(table.one(f"SELECT count(DISTINCT {quoted(person)}) FROM {table.source}")[0])
    kinds: list[KindFacts] = []
    silent, log, logged = None, None, None
    if events is not None and not _is_tables(events):
        work.tell("counting signals", 0, None)
        log = FileTable.open(work.connection, events).naming(work.asked.event_twin)
        who, logged = log.person(work.asked.event_twin), log.moment(work.asked.event_at)
        kinds = kind_facts(log, who, logged, log.kind(work.asked.kind), events.stem)
        silent = _silent(table, person, log, who)
    return AuditReport(
        file=table.name,
        people=people,
        stale_days=_stale(table, person, moment, log, logged),
        fields=tuple(fields),
        kinds=tuple(kinds),
        silent=silent,
        proposal=proposal(Path(table.name).stem, fields, kinds),
    )


def _is_tables(events: Path) -> bool:
    return events.suffix.lower() in _TABLES


def _silent(table: FileTable, person: str, log: FileTable, who: str) -> int:
    """People of the table without any signal in the log."""
    return int(
        table.one(
            f"SELECT count(*) FROM (SELECT DISTINCT CAST({quoted(person)} AS VARCHAR) AS p"
            f" FROM {table.source}) WHERE p NOT IN (SELECT CAST({quoted(who)} AS VARCHAR)"
            f" FROM {log.source} WHERE {quoted(who)} IS NOT NULL)"
        )[0]
    )


@contextmanager
def _ledger(
    work: _Work, found: AuditReport, events: Path | None, wiring: Wiring | None
) -> Iterator[Wiring | None]:
    """The ledger to learn from, None where there is none."""
    if events is None:
        yield wiring if wiring is not None and wiring.store.stats().signals else None
        return
    given = work.asked.map
    if given is None and _is_tables(events):
        raise InputError("tables are read with a map", where=str(events), hint="name it with --map")
    belief_map = _map(given, found)
    tables = load_tables(events) if _is_tables(events) else None
    if tables is None:
        log = FileTable.open(work.connection, events.resolve()).naming(work.asked.event_twin)
        columns = _log_columns(work, log, events.stem)
        if columns is None:
            yield None
            return
        tables = tables_of_log(log, columns, belief_map)
    with ledger_of(
        tables, belief_map, work.folder, data=work.asked.data, progress=work.tell
    ) as ledger:
        yield ledger


def _map(given: BeliefMap | Path | None, found: AuditReport) -> BeliefMap:
    if isinstance(given, BeliefMap):
        return given
    return parse_map(found.proposal) if given is None else load_map(given)


def _log_columns(work: _Work, log: FileTable, name: str) -> LogColumns | None:
    """What the columns of a log say; None where it says no times."""
    asked = work.asked
    moment = log.moment(asked.event_at)
    if moment is None:
        return None
    kind = log.kind(asked.kind)
    taken = {log.person(asked.event_twin), moment, kind}

    def free(column: str | None, named: str | None) -> str | None:
        return column if named is not None or column not in taken else None

    return LogColumns(
        person=log.person(asked.event_twin),
        moment=moment,
        kind=kind,
        name=name,
        session=free(log.session(asked.session), asked.session),
        device=free(log.device(asked.device), asked.device),
        source=free(log.sender(asked.source), asked.source),
    )


def _learned(
    work: _Work,
    found: AuditReport,
    ledger: Wiring,
    table: FileTable,
    person: str,
    moment: str | None,
) -> AuditReport:
    roots = people_at(ledger, None, None).roots

    def keys(names: Sequence[str]) -> Ints:
        met = ledger.store.twin_keys(names)
        key = np.array([NOBODY if each is None else each for each in met], dtype=np.int64)
        return np.where(key >= 0, roots(np.maximum(key, 0)), NOBODY)

    cold = work.asked.cold
    gap = None if cold is None else parse_span(cold, ledger.belief_map.clock)
    fields = field_table(table, person, moment, found.fields, keys, ledger.belief_map.clock)
    known = len(np.unique(fields.twin))
    wanted = work.asked.outcomes
    if wanted is None and work.asked.map is None and ledger.belief_map.text == found.proposal:
        wanted = _again(ledger.belief_map)
    try:
        learned = scored(ledger, fields, wanted, cold=gap, progress=work.tell)
    except DoxaError as error:
        if wanted is not None and work.asked.outcomes:
            raise
        return msgspec.structs.replace(found, unscored={"": str(error)})
    return msgspec.structs.replace(
        found,
        silent=found.people - known if found.silent is None else found.silent,
        worth=learned.worth,
        journey=learned.journey,
        unscored=learned.unscored,
    )


def _again(belief_map: BeliefMap) -> list[str] | None:
    """The outcomes of a proposed map that ask whether somebody does again what they did."""
    found = [
        outcome.name
        for outcome in belief_map.outcomes.values()
        if outcome.target is Target.HAPPENS and outcome.of is None
    ]
    return found or None


def _stale(
    table: FileTable, person: str, moment: str | None, log: FileTable | None, logged: str | None
) -> float | None:
    """Days between the median person's newest row and the newest moment of all."""
    if moment is None:
        return None
    own = f"CAST({quoted(moment)} AS TIMESTAMP)"
    newest = table.one(f"SELECT max({own}) FROM {table.source}")[0]
    if log is not None and logged is not None:
        told = log.one(f"SELECT max(CAST({quoted(logged)} AS TIMESTAMP)) FROM {log.source}")[0]
        newest = max(newest, told) if newest and told else newest
    median = table.one(
        f"SELECT median(epoch(m)) FROM (SELECT max({own}) AS m FROM {table.source}"
        f" GROUP BY {quoted(person)})"
    )[0]
    if newest is None or median is None:
        return None
    epoch = table.one(f"SELECT epoch(TIMESTAMP '{newest}')")[0]
    return max(0.0, (float(epoch) - float(median)) / 86_400)


def _silence(what: str, done: int, total: int | None) -> None:
    pass
