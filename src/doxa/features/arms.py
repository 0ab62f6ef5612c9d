"""Arms: who got an action and who its control, how likely that was, and what had been the other way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from doxa.beliefmap.batches import evidence_of_batch, fields_read
from doxa.beliefmap.columns import ARRAYS, EvidenceColumns, Floats, Ints, SignalColumns
from doxa.beliefmap.conditions import mask
from doxa.beliefmap.model import Action, BeliefMap
from doxa.beliefmap.payloads import Bools, Columns
from doxa.features.acted import carrying, fields_of_actions
from doxa.features.past import KindColumns, Past
from doxa.features.rows import NONE, Rows
from doxa.features.traits import trait_of
from doxa.state.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Arms:
    """Which arm of an action each of n rows is in.

    Attributes
    ----------
    signal : int64[n]
        The signal that put the row's person there, as a row of the past; -1 = none by then.
    treated, control : bool[n]
        Neither, where the signal carries something else: another action of the same kind.
    chance : float64[n]
        How likely the arm was that they got; NaN where nobody says.
    """

    signal: Ints
    treated: Bools
    control: Bools
    chance: Floats

    def __len__(self) -> int:
        return len(self.signal)

    @property
    def either(self) -> Bools:
        """Rows in one of the two arms."""
        return self.treated | self.control

    def take(self, chosen: Ints | Bools) -> Arms:
        """The chosen rows."""
        return Arms(
            self.signal[chosen], self.treated[chosen], self.control[chosen], self.chance[chosen]
        )


def fields_of_arms(belief_map: BeliefMap, actions: Iterable[Action]) -> dict[str, tuple[str, ...]]:
    """The payload fields that arms read, and those from which a changed signal is read anew."""
    actions = list(actions)
    found = fields_of_actions(actions)
    for action in actions:
        chance = (action.randomised,) if isinstance(action.randomised, str) else ()
        read = fields_read(belief_map.signals.get(action.signal, ()))
        names = (*found[action.signal], *chance, *read)
        found[action.signal] = tuple(dict.fromkeys(names))
    return found


def arms_of(past: Past, action: Action, rows: Rows) -> Arms:
    """The arm of each row: by its own trigger, else by the last such signal that the row may read.

    Parameters
    ----------
    past : Past
        With the fields of `fields_of_arms`.
    """
    columns = past.columns[action.signal]
    place = np.full(len(past.signals) + 1, NONE)
    place[columns.row] = np.arange(len(columns.row))
    own = place[rows.signal]
    spot = own if (own >= 0).any() else _last(past, columns.row, rows)
    treated, control = (
        mask(carrying(action.sets), columns.fields),
        _controls(action, columns.fields),
    )
    treated = treated & ~control
    there = spot >= 0
    return Arms(
        np.where(there, columns.row[spot], NONE) if len(columns.row) else spot,
        _at(treated, spot, there),
        _at(control, spot, there),
        _chances(action, columns.fields, spot, there, _at(treated, spot, there)),
    )


def put_together(past: Past, action: Action, rows: Rows) -> Ints:
    """Whom chance put into an arm together: the people of one unit, or each person alone.

    Parameters
    ----------
    past : Past
        Keeps the trait of the unit's group.
    """
    if action.unit is None:
        return rows.person
    own = trait_of(past, rows, past.map.groups[action.unit])
    # Who is in no unit stands alone.
    return np.where(own >= 0, own, -1 - rows.person)


def had_got(past: Past, action: Action, signals: Ints, *, treated: bool) -> Past:
    """The past, had these signals of an action put their people into one of its arms.

    What the changed signals say of nodes is read anew; everything else is as it was.

    Parameters
    ----------
    past : Past
        With the fields of `fields_of_arms`.
    """
    sets = action.sets if treated else action.control
    found = past.columns[action.signal]
    changed = np.isin(found.row, signals)
    values = {name: _list(column) for name, column in found.fields.found.items()}
    for name, value in sets.items():
        column = values.setdefault(name, [None] * len(found.row))
        for spot in np.flatnonzero(changed).tolist():
            column[spot] = value
    told = Columns(found.fields.schema, found.fields.rows, values)
    columns = {**past.columns, action.signal: KindColumns(found.row, told, found.cleared)}
    other = replace(past, columns=columns)
    rules = past.map.signals.get(action.signal, ())
    if not set(fields_read(rules)) & set(sets):
        return other
    return replace(other, evidence=_evidence(other, action.signal, found.row[changed], changed))


def _evidence(past: Past, kind: str, signals: Ints, changed: Bools) -> EvidenceColumns:
    """The evidence of a past, some of whose signals of a kind say something else now."""
    told = past.columns[kind].fields.found
    spots = np.flatnonzero(changed).tolist()
    arrays: dict[str, Any] = {name: getattr(past.signals, name)[signals] for name in ARRAYS}
    batch = SignalColumns(
        **arrays,
        payload=[],
        kinds=past.signals.kinds,
        sources=past.signals.sources,
        fields={name: [column[spot] for spot in spots] for name, column in told.items()},
    )
    new = evidence_of_batch(past.map, batch, past.members)
    new = replace(new, row=signals[new.row])
    kept = np.flatnonzero(~np.isin(past.evidence.row, signals))
    return EvidenceColumns(
        *(
            np.concatenate([getattr(past.evidence, part.name)[kept], getattr(new, part.name)])
            for part in fields(EvidenceColumns)
        )
    )


def _last(past: Past, signal: Ints, rows: Rows) -> Ints:
    """Which of some signals was the last that each row may read, of its own person; -1 = none."""
    kept = np.flatnonzero(~past.signals.inert[signal])
    signal = signal[kept]
    if not len(signal) or not len(rows):
        return np.full(len(rows), NONE)
    twins, group = np.unique(past.signals.twin[signal], return_inverse=True)
    at, order = past.signals.at[signal], past.signals.order[signal]
    sort = np.lexsort((order, at, group))
    timeline = Timeline.of(group[sort], at[sort], order[sort], len(twins))
    spot = np.minimum(np.searchsorted(twins, rows.twin), len(twins) - 1)
    of = np.where(twins[spot] == rows.twin, spot, NONE)
    after = timeline.before(of, rows.seen.at, rows.seen.order, strictly=True)
    known = (of >= 0) & (after > timeline.starts[np.maximum(of, 0)])
    return np.where(known, kept[sort][np.where(known, after - 1, 0)], NONE)


def _controls(action: Action, columns: Columns) -> Bools:
    if not action.control:
        return np.zeros(len(columns), dtype=bool)
    return mask(carrying(action.control), columns)


def _chances(action: Action, columns: Columns, spot: Ints, there: Bools, treated: Bools) -> Floats:
    """The chance of the arm that each row is in: as its signal says, or as the map does."""
    if isinstance(action.randomised, str):
        told = columns[action.randomised].numbers()
        found = told[spot] if len(told) else np.full(len(spot), np.nan)
        return np.where(there & (found > 0) & (found <= 1), found, np.nan)
    if action.randomised is None:
        return np.full(len(spot), np.nan)
    return np.where(treated, action.randomised, 1 - action.randomised)


def _at(told: Bools, spot: Ints, there: Bools) -> Bools:
    return there & told[spot] if len(told) else np.zeros(len(spot), dtype=bool)


def _list(column: Any) -> list[Any]:
    return column.tolist() if isinstance(column, np.ndarray) else list(column)
