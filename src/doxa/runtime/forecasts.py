"""Forecasts as they are handed out: one with its reasons, or a set in columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.domain.clock import SECOND, Clock
from doxa.features.support import Verdict
from doxa.heads.hazard import Hazard
from doxa.heads.reasons import Reasons
from doxa.types import Moment

AT_ONCE = 4096
"""Reasons are worked out for so many forecasts at a time."""


class Reason(msgspec.Struct, frozen=True):
    """What one node adds to a forecast's log-odds (log-mean, mean), and how it is said."""

    node: str
    says: str
    contribution: float


class Chance(msgspec.Struct, frozen=True):
    """How likely something has happened by a moment, that moment included."""

    at: Moment
    probability: float


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """When something will happen, of an outcome that asks for a time.

    Attributes
    ----------
    early, middle, late : int or None
        The moments by which it has happened with a chance of 10, 50 and 90 in 100; None = after
        the window.
    by : the chance at the end of every interval that the population tells apart
    """

    early: Moment | None
    middle: Moment | None
    late: Moment | None
    by: list[Chance]


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """One forecast.

    Attributes
    ----------
    probability : float
        Of a yes or no, of a time that it comes within the window; the expected value of anything
        else.
    low, high : float or None
        Four in five lie between them: of people like this one, as to their own chance of a yes or
        no, or of an option; of what may come, as to a value, a count or a sum. None where nothing says.
    base : float
        The linear predictor had no node any evidence; with the contributions it adds up to
        `predictor`.
    origin, closes : int
        When it is made, and when its window ends.
    label : ``live``, ``backtest`` (the origin precedes the writing) or ``prior`` (nothing fitted)
    stale : bool
        The population was fitted under other rules than the map has now: run doxa fit.
    times : Times or None
        Of an outcome that asks for a time.
    outside : list of Verdict
        What was given and lies outside of what was seen at the fit, with its distance.
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
    stale: bool = False
    times: Times | None = None
    low: float | None = None
    high: float | None = None
    outside: list[Verdict] = []


@dataclass(frozen=True, slots=True)
class Made:
    """What a head says of some rows, before it is handed out.

    Attributes
    ----------
    twin : int64[n]
        The store's keys.
    items, item : names, and the place among them of each row's; -1 = none
    eta, mean : float64[n]
        The linear predictor, and the probability or the expected value.
    closes : int64[n]
        When each window ends.
    why : callable
        Gives the reasons at some places.
    trigger : int64[n] or None
        The place in the ledger of each row's trigger.
    hazard : of a time, the chance of every interval of the window
    low, high : float64[n] or None
        The ends of the forecasts.
    """

    twin: Ints
    items: list[str]
    item: Ints
    eta: Floats
    mean: Floats
    closes: Ints
    why: Callable[[Ints], Reasons | None]
    trigger: Ints | None = None
    hazard: Hazard | None = None
    low: Floats | None = None
    high: Floats | None = None


@dataclass(frozen=True, slots=True)
class Forecasts:
    """A forecast set: columns of equal length, and what made them.

    Attributes
    ----------
    keys : list of int
        The store's keys of `twins`.
    twin, item : int64[n]
        Places in `twins` and `items`; -1 = no item.
    low, high : float64[n] or None
        As in `Forecast`.
    id : str or None
        Where it is recorded; None when it is not.
    trigger : int64[n] or None
        Places in the ledger of the signals that the windows follow; None where nothing opens them.
    purpose : str or None
        Why it was asked for; None = by the operator.
    left_out : int
        How many of those asked about do not let the purpose read them.
    hazard : of a time, the chance of every interval of the window, given the predictor
    clock : what moments are
    outside : as in `Forecast`
    """

    outcome: str
    twins: list[str]
    keys: list[int]
    twin: Ints
    items: list[str]
    item: Ints
    probability: Floats
    predictor: Floats
    closes: Ints
    origin: Moment
    version: int | None
    label: str
    stale: bool
    id: str | None
    _reasons: Callable[[Ints], Reasons | None]
    _says: dict[str, str]
    trigger: Ints | None = None
    purpose: str | None = None
    left_out: int = 0
    hazard: Hazard | None = None
    clock: Clock = Clock.TIME
    low: Floats | None = None
    high: Floats | None = None
    outside: Sequence[Verdict] = ()

    def __len__(self) -> int:
        return len(self.twin)

    def rows(self, chosen: Ints | None = None) -> Iterator[Forecast]:
        """Forecasts with their reasons; all of them, or those at some places."""
        places = np.arange(len(self)) if chosen is None else np.asarray(chosen, dtype=np.int64)
        for start in range(0, len(places), AT_ONCE):
            yield from self._explained(places[start : start + AT_ONCE])

    def _explained(self, places: Ints) -> Iterator[Forecast]:
        told = self._reasons(places)
        for number, place in enumerate(places.tolist()):
            item = int(self.item[place])
            yield Forecast(
                twin=self.twins[int(self.twin[place])],
                outcome=self.outcome,
                item=self.items[item] if item >= 0 else None,
                probability=float(self.probability[place]),
                low=None if self.low is None else float(self.low[place]),
                high=None if self.high is None else float(self.high[place]),
                predictor=float(self.predictor[place]),
                base=float(told.base[number]) if told else float(self.predictor[place]),
                reasons=self._said(told, number) if told else [],
                origin=self.origin,
                closes=int(self.closes[place]),
                version=self.version,
                label=self.label,
                stale=self.stale,
                times=self._times(place),
                outside=list(self.outside),
            )

    def _times(self, place: int) -> Times | None:
        if self.hazard is None:
            return None
        eta = self.predictor[place : place + 1]
        # The first position of a window is the first that is waited for.
        begin, unit = (self.origin, SECOND) if self.clock is Clock.TIME else (self.origin - 1, 1)
        window = int(self.closes[place]) - begin
        early, middle, late = (
            begin + round(span / unit) * unit
            if (span := float(self.hazard.when(eta, share)[0])) <= window
            else None
            for share in (0.1, 0.5, 0.9)
        )
        chances = zip(self.hazard.ends, self.hazard.by_ends(eta)[0].tolist(), strict=True)
        by = [Chance(begin + end, chance) for end, chance in chances if end <= window]
        return Times(early=early, middle=middle, late=late, by=by)

    def _said(self, told: Reasons, number: int) -> list[Reason]:
        parts = zip(
            told.nodes, told.by_node[number].tolist(), told.absent[number].tolist(), strict=True
        )
        found = [
            Reason(node, self._says.get(node, ""), part)
            for node, part, absent in parts
            if not absent
        ]
        return sorted(found, key=lambda reason: -abs(reason.contribution))
