"""The audit of a table of people and, if given, of a log of signals."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from doxa.audit.proposal import proposal
from doxa.audit.report import AuditReport, FieldAudit
from doxa.audit.verdict import verdict_of
from doxa.runtime.auditing.counting import field_facts, kind_facts
from doxa.runtime.auditing.tables import FileTable
from doxa.storage.bulk.engine import connect, quoted

Progress = Callable[[str, int, "int | None"], None]


def audit(
    users: Path,
    events: Path | None = None,
    *,
    twin: str | None = None,
    at: str | None = None,
    event_twin: str | None = None,
    event_at: str | None = None,
    kind: str | None = None,
    progress: Progress | None = None,
) -> AuditReport:
    """What a product holds about people today, and what it should become.

    Parameters
    ----------
    users : Path
        CSV, JSONL or Parquet; a row per person, or several with times.
    events : Path, optional
        A log of signals in one of these forms.
    twin, at, event_twin, event_at, kind : str, optional
        Columns of the person, the time and the kind of signal; left out, guessed by their names.
    progress : callable, optional
        Told what is being done, how far it is, and of how much.
    """
    tell = progress or _silence
    with tempfile.TemporaryDirectory() as folder, connect(Path(folder)) as connection:
        table = FileTable.open(connection, users)
        person, moment = table.person(twin), table.moment(at)
        fields, total = [], len(table.types)
        for number, facts in enumerate(field_facts(table, person, moment)):
            fields.append(FieldAudit(facts=facts, verdict=verdict_of(facts)))
            tell("counting fields", number + 1, total)
        people = int(table.one(f"SELECT count(DISTINCT {quoted(person)}) FROM {table.source}")[0])
        kinds, silent = [], None
        log = logged = None
        if events is not None:
            tell("counting events", 0, None)
            log = FileTable.open(connection, events)
            who, logged = log.person(event_twin), log.moment(event_at)
            kinds = kind_facts(log, who, logged, log.kind(kind), events.stem)
            silent = int(
                table.one(
                    f"SELECT count(*) FROM (SELECT DISTINCT CAST({quoted(person)} AS VARCHAR) AS p"
                    f" FROM {table.source}) WHERE p NOT IN (SELECT CAST({quoted(who)} AS VARCHAR)"
                    f" FROM {log.source} WHERE {quoted(who)} IS NOT NULL)"
                )[0]
            )
        stale = _stale(table, person, moment, log, logged)
    return AuditReport(
        file=str(users),
        people=people,
        stale_days=stale,
        fields=tuple(fields),
        kinds=tuple(kinds),
        silent=silent,
        proposal=proposal(users.stem, fields, kinds),
    )


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
