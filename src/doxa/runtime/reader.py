"""Reads through a key: under a purpose, for those who let it read them now, and written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import wraps
from typing import Any

import msgspec

from doxa.beliefmap.sights import purpose_named
from doxa.domain.node import Address, parse_address
from doxa.errors import InputError, SignalError
from doxa.reading.opinion import Opinion
from doxa.runtime.cohorts.cohort import Cohort
from doxa.runtime.cohorts.finding import find
from doxa.runtime.cohorts.saving import saved
from doxa.runtime.forecasting import forecast_set
from doxa.runtime.forecasts import Forecast, Forecasts
from doxa.runtime.frozen import Asking, asking, freeze
from doxa.runtime.identity import NOBODY, person_at
from doxa.runtime.intake.names import given_name
from doxa.runtime.readings import Readings, read_many
from doxa.runtime.twin import Twin
from doxa.runtime.wiring import Wiring
from doxa.storage.accesses import Access

_OPEN = frozenset({"id", "as_of", "known_at", "purpose", "met"})
"""What a twin says of itself, and nothing of the person."""


class Reader:
    """Somebody who reads through a key; made by `Twins.reader`.

    Every face of a twin read here is in the access log of the person, and nothing is shown of
    somebody who does not let the purpose read them *now*, whatever moment is asked about. Cohorts,
    columns and forecast sets are of now.

    Parameters
    ----------
    wiring : Wiring
    key : str
        The id of the key; it stands in the log.
    purpose : str
        Of the map.
    """

    def __init__(self, wiring: Wiring, key: str, purpose: str) -> None:
        self._wiring = wiring
        self.key = key
        self.purpose = purpose

    def twin(self, id: str, as_of: Any = None, known_at: Any = None) -> ReadTwin:
        """One twin, frozen on both clocks, as the purpose may see it."""
        wiring, asked = self._wiring, asking(self._wiring, as_of, known_at, None)
        barred = None
        if as_of is not None or known_at is not None:
            barred = freeze(wiring, id, asking(wiring, None, None, None), self.purpose).view
        frozen = freeze(wiring, id, asked, self.purpose, barred)
        return ReadTwin(Twin(frozen), self._noting(frozen.key))

    def __getitem__(self, id: str) -> ReadTwin:
        """One twin as it is now."""
        return self.twin(id)

    def read(self, ids: Sequence[str], nodes: Sequence[str] | None = None) -> Readings:
        """Some nodes of many twins as columns; left out, all single nodes that need no consent."""
        found = read_many(self._wiring, ids, nodes, self._now(), self.purpose)
        shown: dict[str, list[str]] = {twin: [] for twin in found.ids}
        for text, absent in found.absent.items():
            for twin, missing in zip(found.ids, absent.tolist(), strict=True):
                if not missing:
                    shown[twin].append(parse_address(text).node)
        self._note_all("read", {twin: nodes for twin, nodes in shown.items() if nodes})
        return found

    def find(self, condition: str) -> Cohort:
        """The people for whom a condition holds; see `Twins.find`."""
        found = find(self._wiring, condition, self._now(), purpose=self.purpose)
        self._note_all("find", {twin: [] for twin in found.ids})
        return found

    def cohort(self, name: str) -> Cohort:
        """The people for whom a saved condition holds, one that the purpose may ask."""
        return self.find(saved(self._wiring, name, self.purpose))

    def forecast(
        self,
        outcome: str,
        *,
        cohort: Sequence[str] | None = None,
        items: Sequence[str] | None = None,
        given: Mapping[str, Any] | None = None,
    ) -> Forecasts:
        """Forecast an outcome for a cohort; see `Twins.forecast`."""
        found = forecast_set(
            self._wiring, outcome, cohort=cohort, items=items, given=given, purpose=self.purpose
        )
        self._note_all("forecast", {twin: [] for twin in found.twins})
        return found

    def _now(self) -> Asking:
        return asking(self._wiring, None, None, None)

    def _noting(self, key: int) -> Callable[[str, Iterable[str]], None]:
        def note(face: str, nodes: Iterable[str]) -> None:
            if key != NOBODY:
                self._wiring.scribe.note([self._access(key, face, nodes)])

        return note

    def _note_all(self, face: str, shown: dict[str, list[str]]) -> None:
        keys = {twin: self._wiring.store.twin_key(twin) for twin in shown}
        rows = [
            self._access(key, face, shown[twin]) for twin, key in keys.items() if key is not None
        ]
        if rows:
            self._wiring.scribe.note(rows)

    def _access(self, key: int, face: str, nodes: Iterable[str]) -> Access:
        return Access(
            twin=key,
            at=self._wiring.clock(),
            reader=self.key,
            purpose=self.purpose,
            face=face,
            nodes=tuple(dict.fromkeys(nodes)),
        )


class ReadTwin:
    """A `Twin` read through a key: the same faces, each of them written down when it is asked.

    Attributes
    ----------
    id, as_of, known_at, purpose, met
        As of a `Twin`.
    """

    def __init__(self, twin: Twin, note: Callable[[str, Iterable[str]], None]) -> None:
        self._twin = twin
        self._note = note

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._twin, name) if not name.startswith("_") else None
        if name in _OPEN:
            return found
        if not callable(found):
            raise AttributeError(f"a twin read through a key has no {name!r}")
        face: Callable[..., Any] = found

        @wraps(face)
        def noted(*args: Any, **kwargs: Any) -> Any:
            shown = face(*args, **kwargs)
            asked = [parse_address(args[0])] if isinstance(shown, Opinion) else []
            self._note(name, names_in([*asked, shown]))
            return shown

        return noted


def names_in(shown: Any) -> Iterator[str]:
    """Nodes and traits by name that an answer shows.

    Examples
    --------
    >>> list(names_in({"age": 41})), list(names_in([Address("buys", ("MILK",))]))
    (['age'], ['buys'])
    """
    if isinstance(shown, Address):
        yield shown.node
    elif isinstance(shown, Forecast):
        yield from (reason.node for reason in shown.reasons)
    elif isinstance(shown, dict):
        yield from (str(name) for name in shown)
    elif isinstance(shown, list | tuple):
        for one in shown:
            yield from names_in(one)
    elif isinstance(shown, msgspec.Struct):
        for name in ("node", "nodes"):
            yield from names_in(getattr(shown, name, None))


def reader_of(wiring: Wiring, key: str, purpose: str) -> Reader:
    """A reader, once key and purpose can be ones."""
    purpose_named(wiring.belief_map, purpose)
    try:
        return Reader(wiring, given_name("key", key), purpose)
    except SignalError as error:
        raise InputError(error.problem, where=error.where, expected=error.expected) from None


def accesses(wiring: Wiring, twin: str) -> list[Access]:
    """Who read a person, under any of their ids; see `Twins.accesses`."""
    wiring.scribe.flush()
    key = wiring.store.twin_key(given_name("twin", twin))
    if key is None:
        return []
    person = person_at(wiring, key, None, None)
    return wiring.store.accesses([person.key, *person.aliases])
