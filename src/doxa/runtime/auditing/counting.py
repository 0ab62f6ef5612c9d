"""Counting what the fields of a table of users hold, and what kinds of events a log holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from doxa.audit.facts import FieldFacts, Form, KindFacts
from doxa.runtime.auditing.tables import FileTable
from doxa.storage.bulk.engine import literal, quoted

_EXAMPLES = 3
_SHOWN = 24
_YEAR = 365.25 * 86_400
_MOST_KINDS = 60


def field_facts(users: FileTable, person: str, moment: str | None) -> Iterator[FieldFacts]:
    """The counts of every column but the person and the moment, in the order of the table."""
    when = f"CAST({quoted(moment)} AS TIMESTAMP)" if moment else "NULL::TIMESTAMP"
    people = int(users.one(f"SELECT count(DISTINCT {quoted(person)}) FROM {users.source}")[0])
    for column in users.types:
        if column in (person, moment):
            continue
        told = (
            f"SELECT {quoted(person)} AS person, {when} AS moment, {users.text(column)} AS value,"
            f" row_number() OVER () AS place FROM {users.source} WHERE {quoted(person)} IS NOT NULL"
        )
        users.connection.execute(f"CREATE OR REPLACE TEMP TABLE told AS {told}")
        yield _facts(users, column, people)
    users.connection.execute("DROP TABLE IF EXISTS told")


def _facts(users: FileTable, column: str, people: int) -> FieldFacts:
    newest = (
        "SELECT person, arg_max(value, (coalesce(moment, TIMESTAMP 'epoch'), place)) AS value"
        " FROM told WHERE value IS NOT NULL GROUP BY person"
    )
    buckets = f"SELECT value, count(*) AS n FROM ({newest}) GROUP BY value"
    known, distinct, largest, squares = users.one(
        f"SELECT coalesce(sum(n), 0), count(*), coalesce(max(n), 0), coalesce(sum(n * n), 0)"
        f" FROM ({buckets})"
    )
    form = users.form(column)
    length = users.one("SELECT avg(length(value)) FROM told WHERE value IS NOT NULL")[0]
    low, high, whole = _range(users) if form is Form.NUMBER else (None, None, False)
    commonest = users.rows(f"{buckets} ORDER BY n DESC, value LIMIT {_EXAMPLES}")
    repeated, changed, changes, seconds = _moves(users)
    return FieldFacts(
        name=column,
        form=form,
        people=people,
        known=int(known),
        distinct=int(distinct),
        largest=int(largest),
        sharers=float(squares) / float(known) if known else 0.0,
        length=float(length or 0.0),
        whole=bool(whole),
        low=low,
        high=high,
        repeated=int(repeated),
        changed=int(changed),
        changes=int(changes),
        years=float(seconds) / _YEAR,
        examples=tuple(str(value)[:_SHOWN] for value, _ in commonest),
    )


def _range(users: FileTable) -> tuple[Any, ...]:
    """The lowest and highest number of a column, and whether all are whole."""
    return users.one(
        "SELECT min(v), max(v), coalesce(bool_and(v = floor(v)), FALSE) FROM"
        " (SELECT TRY_CAST(value AS DOUBLE) AS v FROM told)"
    )


def _moves(users: FileTable) -> tuple[Any, ...]:
    """People with several rows, those whose value changed, changes, and seconds they were seen."""
    return users.one(
        "WITH steps AS (SELECT person, moment, value,"
        " lag(value) OVER (PARTITION BY person ORDER BY moment, place) AS before"
        " FROM told WHERE value IS NOT NULL),"
        " each AS (SELECT person, count(*) AS n, count(*) FILTER (before IS DISTINCT FROM value"
        " AND before IS NOT NULL) AS changes,"
        " epoch(max(moment)) - epoch(min(moment)) AS seconds FROM steps GROUP BY person)"
        " SELECT count(*), count(*) FILTER (changes > 0), coalesce(sum(changes), 0),"
        " coalesce(sum(seconds), 0) FROM each WHERE n > 1"
    )


def kind_facts(
    events: FileTable, person: str, moment: str | None, kind: str | None, name: str
) -> list[KindFacts]:
    """The counts of every kind of event, commonest first; `name` is the kind where there is one."""
    said = events.text(kind) if kind else literal(name)
    months = 1.0
    if moment is not None:
        span = events.one(
            f"SELECT epoch(max(m)) - epoch(min(m)) FROM"
            f" (SELECT CAST({quoted(moment)} AS TIMESTAMP) AS m FROM {events.source})"
        )[0]
        months = max(float(span or 0.0) / (30 * 86_400), 1.0)
    fields = [column for column in events.types if column not in (person, moment, kind)]
    counted = "".join(
        f", count(DISTINCT {events.text(column)}) AS c{place}"
        for place, column in enumerate(fields)
    )
    rows = events.rows(
        f"SELECT {said} AS kind, count(*) AS n, count(DISTINCT {quoted(person)}) AS people{counted}"
        f" FROM {events.source} GROUP BY 1 HAVING kind IS NOT NULL"
        f" ORDER BY n DESC, kind LIMIT {_MOST_KINDS}"
    )
    gaps = _gaps(events, said, person, moment)
    return [
        KindFacts(
            name=str(row[0]),
            gap=gaps.get(str(row[0])),
            events=int(row[1]),
            people=int(row[2]),
            per_person_month=row[1] / max(row[2], 1) / months,
            fields={
                column: events.form(column)
                for column, distinct in zip(fields, row[3:], strict=True)
                if distinct
            },
            distinct={
                column: int(distinct)
                for column, distinct in zip(fields, row[3:], strict=True)
                if distinct
            },
        )
        for row in rows
    ]


def _gaps(events: FileTable, said: str, person: str, moment: str | None) -> dict[str, float]:
    """Days between a day with a kind and the same person's next, the median by kind."""
    if moment is None:
        return {}
    found = events.rows(
        f"WITH days AS (SELECT DISTINCT {said} AS kind, {quoted(person)} AS person,"
        f" CAST(CAST({quoted(moment)} AS TIMESTAMP) AS DATE) AS day FROM {events.source}),"
        " steps AS (SELECT kind, day - lag(day) OVER (PARTITION BY kind, person ORDER BY day)"
        " AS gap FROM days WHERE day IS NOT NULL)"
        " SELECT kind, median(gap) FROM steps WHERE gap IS NOT NULL AND kind IS NOT NULL GROUP BY 1"
    )
    return {str(kind): float(gap) for kind, gap in found}
