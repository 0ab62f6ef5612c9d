"""Forecasts from a store: who is asked, from what was known, by the active population."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome
from doxa.domain.clock import Clock, format_moment
from doxa.domain.signal import TRAITS
from doxa.errors import InputError, UnknownName
from doxa.features.eligibility import eligible, fields_asked
from doxa.features.moments import after_triggers, at_origins, fields_needed, is_at_signal
from doxa.features.past import Past, read_past
from doxa.features.plan import outcome_named
from doxa.features.rows import FIRST, Bound, Rows
from doxa.features.views import Views
from doxa.heads.glm import Family
from doxa.heads.head import Head, Reasons, family_of, forecast, reasons, recipe_of
from doxa.runtime.intake.names import given_name
from doxa.runtime.versions import population_at
from doxa.runtime.wiring import Wiring
from doxa.storage.port import ForecastSet
from doxa.types import Moment

LIVE, BACKTEST, PRIOR = "live", "backtest", "prior"
ASSUMED_BASE = 0.5
_NO_ITEMS = "leave the items out, or declare `of` for the outcome"


class Reason(msgspec.Struct, frozen=True):
    """What one node adds to a forecast's log-odds (log-mean, mean), and how it is said."""

    node: str
    says: str
    contribution: float


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """One forecast.

    Attributes
    ----------
    probability : float
        Of a yes or no; the expected value of anything else.
    base : float
        The linear predictor had no node any evidence; with the contributions it adds up to
        `predictor`.
    origin, closes : int
        When it is made, and when its window ends.
    label : ``live``, ``backtest`` (the origin precedes the writing) or ``prior`` (nothing fitted)
    """

    twin: str
    outcome: str
    item: str | None
    probability: float
    predictor: float
    base: float
    reasons: list[Reason]
    origin: Moment
    closes: Moment
    version: int | None
    label: str


@dataclass(frozen=True, slots=True)
class Forecasts:
    """A forecast set: columns of equal length, and what made them.

    Attributes
    ----------
    id : str or None
        Where it is recorded; None when it is not.
    """

    outcome: str
    twins: list[str]
    twin: Ints
    items: list[str]
    item: Ints
    probability: Floats
    predictor: Floats
    closes: Ints
    origin: Moment
    version: int | None
    label: str
    id: str | None
    _reasons: Callable[[Ints], Reasons | None]
    _says: dict[str, str]

    def __len__(self) -> int:
        return len(self.twin)

    def rows(self, chosen: Ints | None = None) -> Iterator[Forecast]:
        """Forecasts with their reasons; all of them, or those at some places."""
        places = np.arange(len(self)) if chosen is None else np.asarray(chosen)
        told = self._reasons(places) if len(places) else None
        for number, place in enumerate(places.tolist()):
            item = int(self.item[place])
            yield Forecast(
                twin=self.twins[int(self.twin[place])],
                outcome=self.outcome,
                item=self.items[item] if item >= 0 else None,
                probability=float(self.probability[place]),
                predictor=float(self.predictor[place]),
                base=float(told.base[number]) if told else float(self.predictor[place]),
                reasons=self._said(told, number) if told else [],
                origin=self.origin,
                closes=int(self.closes[place]),
                version=self.version,
                label=self.label,
            )

    def _said(self, told: Reasons, number: int) -> list[Reason]:
        parts = zip(told.nodes, told.by_node[number].tolist(), strict=True)
        found = [Reason(node, self._says.get(node, ""), part) for node, part in parts]
        return sorted(found, key=lambda reason: -abs(reason.contribution))


class _Body(msgspec.Struct, frozen=True):
    """The columns of a recorded set, as stored: raw little-endian arrays by name."""

    twins: list[int]
    items: list[str]
    columns: dict[str, bytes]


def forecast_set(
    wiring: Wiring,
    name: str,
    *,
    cohort: Sequence[str] | None = None,
    items: Sequence[str] | None = None,
    at: Moment | None = None,
    record: bool = False,
) -> Forecasts:
    """Forecast an outcome; see `Twins.forecast`."""
    outcome = outcome_named(wiring.belief_map, name)
    now = _now(wiring)
    origin = now if at is None else at
    label = LIVE if at is None else BACKTEST
    if record and label == BACKTEST:
        raise InputError(
            "a recorded forecast must be made before its horizon begins",
            where="at",
            hint="leave `at` out, or do not record",
        )
    if wiring.belief_map.clock is Clock.TIME and origin > now:
        raise InputError(
            "lies in the future", where="at", expected="a past moment", hint="left out, it is now"
        )
    if items is not None and outcome.of is None:
        raise InputError(f"outcome {name!r} is not asked per item", where="items", hint=_NO_ITEMS)
    past = _past(wiring, outcome, cohort, origin, label)
    known = population_at(wiring, None)
    version, population = known if known else (None, None)
    head = population.heads.get(name) if population else None
    rows, asked = _rows(outcome, past, origin, items, head)
    found = _made(wiring, outcome, past, rows, asked, head, version, origin, label)
    return _recorded(wiring, found) if record else found


def _now(wiring: Wiring) -> Moment:
    if wiring.belief_map.clock is Clock.TIME:
        return wiring.clock()
    newest = wiring.store.stats().newest_at
    return 0 if newest is None else newest + 1


def _past(
    wiring: Wiring, outcome: Outcome, cohort: Sequence[str] | None, origin: Moment, label: str
) -> Past:
    fields: dict[str, tuple[str, ...]] = {TRAITS: ()}
    for needed in (fields_needed(outcome), fields_asked(outcome)):
        for kind, names in needed.items():
            fields[kind] = tuple(dict.fromkeys((*fields.get(kind, ()), *names)))
    keys = None if cohort is None else _keys(wiring, cohort)
    on_time = wiring.belief_map.clock is Clock.TIME and label == BACKTEST
    batches = wiring.store.scan(until=origin, known_at=origin if on_time else None, twins=keys)
    return read_past(wiring.belief_map, batches, fields=fields)


def _keys(wiring: Wiring, cohort: Sequence[str]) -> list[int]:
    found = []
    for twin in dict.fromkeys(cohort):
        key = wiring.store.twin_key(given_name("twin", twin))
        if key is None:
            raise UnknownName(
                "nothing was ever observed of this twin", where=twin, hint="observe something first"
            )
        found.append(key)
    return found


def _rows(
    outcome: Outcome, past: Past, origin: Moment, items: Sequence[str] | None, head: Head | None
) -> tuple[Rows, list[str]]:
    if is_at_signal(outcome):
        raise InputError(
            f"outcome {outcome.name!r} is decided by a signal that has not come yet; forecasting it"
            " from what is given of that signal is not in this version",
            expected="an outcome with a window",
        )
    if outcome.after is not None:
        open_rows = after_triggers(outcome, past)
        rows = open_rows.take(open_rows.closes.at >= origin)
        cut = Bound(np.full(len(rows), origin), np.full(len(rows), FIRST))
        rows = replace(rows, seen=cut, opens=cut)
    else:
        rows = at_origins(outcome, np.unique(past.signals.twin), [origin])
    rows = rows.take(eligible(outcome, past, rows))
    if outcome.of is None:
        return rows, []
    asked = list(items) if items is not None else (head.items if head else _own_items(outcome))
    if not asked:
        raise InputError(
            f"outcome {outcome.name!r} is asked per {outcome.of}: which ones?",
            where="items",
            hint="name them, or run doxa fit",
        )
    coder = past.coder(outcome.of)
    return rows.for_members(np.array([coder(item) for item in asked], dtype=np.int64)), asked


def _own_items(outcome: Outcome) -> list[str]:
    return list(outcome.items.names) if outcome.items else []


def _made(
    wiring: Wiring,
    outcome: Outcome,
    past: Past,
    rows: Rows,
    asked: list[str],
    head: Head | None,
    version: int | None,
    origin: Moment,
    label: str,
) -> Forecasts:
    twins, twin = np.unique(rows.twin, return_inverse=True)
    item = np.full(len(rows), -1)
    if asked:
        item = np.tile(np.arange(len(asked)), len(rows) // len(asked))
    if head is None:
        base = ASSUMED_BASE if outcome.base is None else outcome.base
        mean = np.full(len(rows), base)
        eta = (
            np.log(mean / (1 - mean)) if family_of(outcome, past.map) is Family.BERNOULLI else mean
        )
        label = PRIOR
        why: Callable[[Ints], Reasons | None] = _no_reasons
    else:
        views = Views(past, recipe_of(head, past.map).readings)
        made = forecast(head, views, rows)
        eta, mean = made.eta, made.mean
        why = _reasons_of(head, views, rows)
    return Forecasts(
        outcome=outcome.name,
        twins=wiring.store.twin_names(twins.tolist()),
        twin=twin.astype(np.int64),
        items=asked,
        item=item.astype(np.int64),
        probability=mean,
        predictor=eta,
        closes=rows.closes.at,
        origin=origin,
        version=version if head else None,
        label=label,
        id=None,
        _reasons=why,
        _says={node.name: node.says for node in past.map.nodes.values()},
    )


def _no_reasons(places: Ints) -> Reasons | None:
    return None


def _reasons_of(head: Head, views: Views, rows: Rows) -> Callable[[Ints], Reasons | None]:
    return lambda places: reasons(head, views, rows.take(places))


def _recorded(wiring: Wiring, found: Forecasts) -> Forecasts:
    """Write the set durably; its id says outcome and origin."""
    now = wiring.clock()
    identity = f"{found.outcome}@{format_moment(found.origin, wiring.belief_map.clock)}"
    keys = [wiring.store.twin_key(twin) or 0 for twin in found.twins]
    columns: dict[str, Any] = {
        "twin": found.twin,
        "item": found.item,
        "probability": found.probability,
        "predictor": found.predictor,
        "closes": found.closes,
    }
    body = _Body(
        keys,
        found.items,
        {
            name: np.ascontiguousarray(column).astype(column.dtype.newbyteorder("<")).tobytes()
            for name, column in columns.items()
        },
    )
    wiring.store.put_forecasts(
        ForecastSet(
            id=identity,
            outcome=found.outcome,
            origin=found.origin,
            recorded=now,
            population=found.version or 0,
            label=found.label,
            body=msgspec.msgpack.encode(body),
        )
    )
    return replace(found, id=identity)


def recorded_columns(stored: ForecastSet) -> dict[str, np.ndarray[Any, np.dtype[Any]]]:
    """The columns of a recorded set: twin (a place in its twins), item, probability, and so on."""
    body = msgspec.msgpack.decode(stored.body, type=_Body)
    types = {"probability": "<f8", "predictor": "<f8"}
    return {
        name: np.frombuffer(raw, dtype=types.get(name, "<i8")) for name, raw in body.columns.items()
    }
