"""Fields of a table of people, as what was known of each person at a moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from doxa.audit.facts import FieldFacts, Form
from doxa.audit.report import FieldAudit
from doxa.audit.verdict import LONG, Fate
from doxa.beliefmap.columns import Floats, Ints
from doxa.domain.clock import BEGINNING, Clock
from doxa.features.rows import NONE, Rows
from doxa.runtime.auditing.tables import FileTable
from doxa.state.timeline import Timeline
from doxa.storage.bulk.engine import batches, query, quoted

BINS = 10
"""A number with more different values than this is cut into so many equal parts of the people."""
MOST_VALUES = 1_000
"""More values than this of one field stand together: nobody learns from two people."""
ROWS = 200_000


@dataclass(frozen=True, slots=True)
class FieldTable:
    """The values of some fields over time; rows by (person, moment), as the file has them.

    Attributes
    ----------
    twin, at : int64[r]
        The store's key of the person (rows of people it does not know are left out), and from when
        on the row held.
    codes : dict of field to int64[r]
        0 = nothing known; a row that says nothing of a field leaves what an earlier one said.
    sizes : dict of field to int
    results : set of field
        What people did in the end: scored, to be seen, but no part of all fields at once.
    """

    twin: Ints
    at: Ints
    codes: dict[str, Ints]
    sizes: dict[str, int]
    results: frozenset[str] = frozenset()

    def known(self, rows: Rows) -> dict[str, Ints]:
        """The code of each field for each row's person at its origin."""
        twins, group = np.unique(self.twin, return_inverse=True)
        if not len(twins):
            return {name: np.zeros(len(rows), dtype=np.int64) for name in self.codes}
        none = np.zeros(len(self.at), dtype=np.int64)
        timeline = Timeline.of(group, self.at, none, len(twins))
        spot = np.minimum(np.searchsorted(twins, rows.person), len(twins) - 1)
        of = np.where(twins[spot] == rows.person, spot, NONE)
        after = timeline.before(of, rows.seen.at)
        met = (of >= 0) & (after > timeline.starts[np.maximum(of, 0)])
        place = np.where(met, after - 1, 0)
        return {name: np.where(met, code[place], 0) for name, code in self.codes.items()}

    def holds(self, rows: Rows) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Rows of people whom the table names."""
        return np.isin(rows.person, self.twin)


def told_of(each: FieldAudit) -> bool:
    """Whether a field can say anything of somebody else than the person it names."""
    facts = each.facts
    return (
        facts.known > 0
        and facts.distinct > 1
        and facts.length <= LONG
        and each.verdict.fate not in (Fate.ALIAS, Fate.WORDS)
    )


def field_table(
    table: FileTable,
    person: str,
    moment: str | None,
    fields: Sequence[FieldAudit],
    keys: Callable[[Sequence[str]], Ints],
    clock: Clock,
) -> FieldTable:
    """Read the fields that may say something, see `told_of`.

    Parameters
    ----------
    keys : callable
        The key of the person that each id stands for; -1 = the ledger does not know it.
    """
    wanted = [each.facts for each in fields if told_of(each)]
    arrow = _read(table, person, moment if clock is Clock.TIME else None, wanted)
    ids = arrow.column("person").combine_chunks().dictionary_encode()
    key = keys(ids.dictionary.to_pylist())[ids.indices.to_numpy(zero_copy_only=False)]
    begun = arrow.column("moment").fill_null(BEGINNING[clock]).to_numpy().astype(np.int64)
    order = np.lexsort((np.arange(len(key)), begun, key))
    order = order[key[order] >= 0]
    codes, sizes = {}, {}
    for place, facts in enumerate(wanted):
        code, sizes[facts.name] = _coded(arrow.column(f"f{place}").combine_chunks(), facts)
        codes[facts.name] = _carried(key[order], code[order])
    results = {each.facts.name for each in fields if each.verdict.fate is Fate.OUTCOME}
    return FieldTable(key[order], begun[order], codes, sizes, frozenset(results))


def _read(table: FileTable, person: str, moment: str | None, wanted: Sequence[FieldFacts]) -> Any:
    import pyarrow

    when = f"epoch_us(CAST({quoted(moment)} AS TIMESTAMP))" if moment else "NULL::BIGINT"
    columns = [f"CAST({quoted(person)} AS VARCHAR) AS person", f"{when} AS moment"]
    for place, facts in enumerate(wanted):
        text = table.text(facts.name)
        number = f"TRY_CAST({text} AS DOUBLE)"
        if facts.form is Form.TIME:
            number = f"epoch_us(CAST({quoted(facts.name)} AS TIMESTAMP))::DOUBLE"
        columns.append(f"{number if _is_number(facts) else text} AS f{place}")
    sql = f"SELECT {', '.join(columns)} FROM {table.source} WHERE {quoted(person)} IS NOT NULL"
    relation = query(table.connection, sql, table.name)
    return pyarrow.Table.from_batches(list(batches(relation, ROWS, table.name)))


def _is_number(facts: FieldFacts) -> bool:
    return facts.form in (Form.NUMBER, Form.TIME) and facts.distinct > BINS


def _coded(column: Any, facts: FieldFacts) -> tuple[Ints, int]:
    """Codes of a column from 1 on, 0 where it says nothing, and how many codes there are."""
    if _is_number(facts):
        value = column.to_numpy(zero_copy_only=False).astype(np.float64)
        return _binned(value)
    told = column.dictionary_encode()
    index = told.indices.fill_null(NONE).to_numpy(zero_copy_only=False)
    common = np.full(len(told.dictionary) + 1, min(len(told.dictionary), MOST_VALUES) + 1)
    count = np.bincount(index[index >= 0], minlength=len(told.dictionary))
    ranked = np.argsort(-count, kind="stable")[:MOST_VALUES]
    common[ranked] = np.arange(1, len(ranked) + 1)
    common[-1] = 0
    return common[index].astype(np.int64), len(ranked) + 2


def _binned(value: Floats) -> tuple[Ints, int]:
    """Tenths of the rows by value.

    Examples
    --------
    >>> code, size = _binned(np.append(np.arange(20.0), np.nan))
    >>> int(code[0]), int(code[19]), int(code[20]), size
    (1, 10, 0, 11)
    """
    known = np.isfinite(value)
    edges = np.unique(np.quantile(value[known], np.linspace(0, 1, BINS + 1)[1:-1]))
    code = np.where(known, np.searchsorted(edges, value, side="right") + 1, 0)
    return code.astype(np.int64), len(edges) + 2


def _carried(person: Ints, code: Ints) -> Ints:
    """What was last said of a person, where a row says nothing; rows by (person, moment)."""
    place = np.arange(len(code))
    fresh = np.ones(len(code), dtype=bool)
    fresh[1:] = person[1:] != person[:-1]
    last = np.maximum.accumulate(np.where((code > 0) | fresh, place, 0))
    return np.asarray(code[last])
