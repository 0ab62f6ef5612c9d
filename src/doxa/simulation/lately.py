"""Last values of payload fields along a walk: of the ledger at first, then of what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from doxa.beliefmap.columns import Ints, Values
from doxa.beliefmap.model import Outcome
from doxa.beliefmap.payloads import Columns
from doxa.beliefmap.values import schema_of
from doxa.features.blocks.recent import newest_with
from doxa.features.events import field_codes
from doxa.features.past import Past
from doxa.features.rows import NONE, Rows
from doxa.simulation.senders import usual_senders

NEVER = np.iinfo(np.int64).min
SESSION, SOURCE = "session", "source"
Key: TypeAlias = tuple[int, ...]


@dataclass(slots=True)
class Last:
    """The newest value of one field on every row of a walk.

    Attributes
    ----------
    values : list of R values
        None where there is none.
    at : int64[R]
    """

    values: list[Any]
    at: Ints


@dataclass(slots=True)
class LastAlike:
    """The newest values of one field, apart by what must be the same as in the asking signal.

    Attributes
    ----------
    same : names of fields
    known : dict
        Of people in the ledger, by person and codes; of a session that is yet to come there are none.
    found : dict
        Of rows of the walk, by row and codes: the moment and the value.
    """

    same: tuple[str, ...]
    known: dict[Key, Any]
    found: dict[Key, tuple[int, Any]] = field(default_factory=dict)


class Lately:
    """The last values that heads read of some people.

    Parameters
    ----------
    origin : Rows
        The people at the origin.
    person : int64[R]
        The person of every row of the walk.
    """

    def __init__(self, past: Past, origin: Rows, person: Ints) -> None:
        self.past, self.origin, self.person = past, origin, person
        self._last: dict[tuple[str, str], Last] = {}
        self._alike: dict[tuple[str, str, tuple[str, ...]], LastAlike] = {}
        self._sent: dict[str, Ints] = {}

    def want(self, outcome: Outcome, kind: str, name: str) -> None:
        """Follow a field from the origin on, as a head of this outcome reads it."""
        if outcome.same:
            key = (kind, name, outcome.same)
            if key not in self._alike:
                self._alike[key] = LastAlike(
                    outcome.same, self._in_ledger(kind, name, outcome.same)
                )
        elif (kind, name) not in self._last:
            newest = newest_with(outcome, self.past, kind, name, self.origin)
            columns = self.past.columns[kind]
            place = np.full(len(self.past.signals) + 1, NONE)
            place[columns.row] = np.arange(len(columns.row))
            values = [*columns.fields[name].values, None]
            told = [values[spot] for spot in place[newest].tolist()]
            never = np.full(len(self.person), NEVER)
            self._last[kind, name] = Last([told[one] for one in self.person.tolist()], never)

    def told(
        self, outcome: Outcome, kind: str, name: str, row: Ints, same: list[Ints]
    ) -> list[Any]:
        """The last value of a field on some rows; None where there is none.

        Parameters
        ----------
        same : codes of what must be the same, int64[n] each
        """
        if not outcome.same:
            values = self._last[kind, name].values
            return [values[one] for one in row.tolist()]
        last = self._alike[kind, name, outcome.same]
        person = self.person[row]
        found = []
        for each in zip(
            row.tolist(), person.tolist(), *(own.tolist() for own in same), strict=True
        ):
            own = last.found.get((each[0], *each[2:]))
            found.append(own[1] if own is not None else last.known.get(each[1:]))
        return found

    def take(
        self, kind: str, row: Ints, at: Ints, visit: Ints, fields: Mapping[str, Values]
    ) -> None:
        """Take note of signals that came.

        Parameters
        ----------
        visit : int64[m]
            The session each stands in.
        """
        for (own, name), last in self._last.items():
            if own == kind and name in fields:
                spot, values = self._present(name, at, fields)
                for place, value in zip(spot.tolist(), values, strict=True):
                    here = row[place]
                    if at[place] >= last.at[here]:
                        last.values[here], last.at[here] = value, at[place]
        for (own, name, same), alike in self._alike.items():
            if own == kind and name in fields:
                spot, values = self._present(name, at, fields)
                codes = self.codes(same, kind, row, visit, fields)
                for place, value in zip(spot.tolist(), values, strict=True):
                    key = (int(row[place]), *(int(code[place]) for code in codes))
                    before = alike.found.get(key)
                    if before is None or at[place] >= before[0]:
                        alike.found[key] = (int(at[place]), value)

    def close(self) -> None:
        """Forget what was within sessions: no later signal stands in them."""
        for (_, _, same), alike in self._alike.items():
            if SESSION in same:
                alike.found.clear()

    def codes(
        self, same: Sequence[str], kind: str, row: Ints, visit: Ints, fields: Mapping[str, Values]
    ) -> list[Ints]:
        """Codes of what must be the same, of signals of a kind."""
        columns = Columns(schema_of(self.past.map), np.arange(len(row)), fields)
        found = []
        for name in same:
            if name == SESSION:
                found.append(visit)
            elif name == SOURCE:
                found.append(self._senders(kind)[self.person[row]])
            else:
                found.append(self.past.codes(name, columns[name]))
        return found

    def _present(self, name: str, at: Ints, fields: Mapping[str, Values]) -> tuple[Ints, list[Any]]:
        """Signals that hold a field, oldest first, and its values."""
        columns = Columns(schema_of(self.past.map), np.arange(len(at)), fields)
        kept = np.flatnonzero(columns[name].present())
        kept = kept[np.argsort(at[kept], kind="stable")]
        values = fields[name]
        told = values.tolist() if isinstance(values, np.ndarray) else values
        return kept, [told[place] for place in kept.tolist()]

    def _senders(self, kind: str) -> Ints:
        """The source that mostly sends each person a kind; -1 = it never came."""
        if kind not in self._sent:
            at = int(self.origin.seen.at.max(initial=0))
            self._sent[kind] = usual_senders(self.past, kind, self.origin.twin, at)
        return self._sent[kind]

    def _in_ledger(self, kind: str, name: str, same: tuple[str, ...]) -> dict[Key, Any]:
        if SESSION in same:
            return {}
        past, columns = self.past, self.past.columns[kind]
        held = np.flatnonzero(columns.fields[name].present() & ~past.signals.inert[columns.row])
        place = {int(twin): number for number, twin in enumerate(self.origin.twin)}
        held = held[np.isin(past.signals.twin[columns.row[held]], self.origin.twin)]
        signal = columns.row[held]
        codes = [field_codes(past, kind, own, signal) for own in same]
        values = columns.fields[name].values
        told = [values[spot] for spot in held.tolist()]
        at, order = past.signals.at[signal].tolist(), past.signals.order[signal].tolist()
        twin = past.signals.twin[signal].tolist()
        sort = sorted(range(len(told)), key=lambda one: (at[one], order[one], str(told[one])))
        return {(place[twin[one]], *(int(code[one]) for code in codes)): told[one] for one in sort}
