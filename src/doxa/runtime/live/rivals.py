"""What base rate and persona would have said in place of a recorded set, fitted on the same past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.payloads import Bools
from doxa.errors import InputError, PopulationError
from doxa.features.knowledge import as_known
from doxa.features.labels import chance_of
from doxa.features.past import Past
from doxa.features.rows import Rows, joined
from doxa.fidelity.rivals.base import base
from doxa.fidelity.rivals.persona import persona
from doxa.fidelity.rivals.setting import Setting, sampled
from doxa.heads.head import family_of
from doxa.learning.asked import rows_to_fit
from doxa.learning.labelled import Labelled
from doxa.runtime.identity import people_at
from doxa.runtime.live.recorded import Recorded
from doxa.runtime.populations.pasts import Progress, past_of
from doxa.runtime.populations.people import everybody
from doxa.runtime.wiring import Wiring
from doxa.types import Moment

MOST_ROWS = 100_000
"""Rivals are fitted on at most so many rows, drawn at random."""


@dataclass(frozen=True, slots=True)
class Said:
    """What two rivals say of n forecasts; NaN where one has nothing to say."""

    base: Floats
    persona: Floats


@dataclass(slots=True)
class Rivals:
    """The rivals of many sets; the ledger is read once per map.

    Base rate and persona are fitted, as in a backtest, on rows whose window had closed before the
    origin of the population that made the set.
    """

    wiring: Wiring
    origins: dict[int, Moment]
    tell: Progress
    pasts: dict[int, tuple[BeliefMap, Past]] = field(default_factory=dict)

    def of(self, sets: Sequence[Recorded]) -> dict[str, Said]:
        """What they would have said at the origin of some sets, by their ids."""
        alike: dict[tuple[int, str, int], list[Recorded]] = {}
        for found in sets:
            key = id(found.belief_map), found.outcome.name, found.made.population
            alike.setdefault(key, []).append(found)
        told: dict[str, Said] = {}
        for place, group in enumerate(alike.values()):
            self.tell("base rate and personas", place / len(alike))
            told |= self._of_alike(group)
        return told

    def _of_alike(self, sets: list[Recorded]) -> dict[str, Said]:
        """Of sets of one outcome that one population made: rivals are fitted once."""
        past = self._past(sets[0].belief_map)
        rows, there = self._rows(sets, past)
        said = [np.full(len(there), np.nan) for _ in range(2)]
        chosen = np.flatnonzero(there)
        fit = self._fit(sets[0], past)
        if fit is not None and len(chosen):
            setting = _setting(sets[0], past, fit, rows.take(chosen))
            said[0][chosen] = base(setting).forecast
            static = persona(setting)
            if static is not None:
                said[1][chosen] = static.forecast
        ends = np.cumsum([len(found.columns["twin"]) for found in sets])[:-1]
        parts = zip(sets, np.split(said[0], ends), np.split(said[1], ends), strict=True)
        return {found.made.id: Said(rate, static) for found, rate, static in parts}

    def _rows(self, sets: list[Recorded], past: Past) -> tuple[Rows, Bools]:
        identity = people_at(self.wiring, None, None)
        parts = [found.rows(past, identity) for found in sets]
        return joined([rows for rows, _ in parts]), np.concatenate([there for _, there in parts])

    def _past(self, belief_map: BeliefMap) -> Past:
        known = self.pasts.get(id(belief_map))
        if known is None:
            outcomes = list(belief_map.outcomes.values())
            past = past_of(self.wiring, belief_map, outcomes, everybody(self.wiring), self.tell)
            known = self.pasts[id(belief_map)] = (belief_map, past)
        return known[1]

    def _fit(self, found: Recorded, past: Past) -> Labelled | None:
        """The rows that rivals of a set learn from; None where there are none."""
        origin = self.origins.get(found.made.population, found.made.origin)
        try:
            rows, _ = rows_to_fit(past, chance_of(found.outcome), min(origin, found.made.origin))
        except (PopulationError, InputError):
            return None
        return rows.take(sampled(len(rows.y), 1, MOST_ROWS))


def _setting(found: Recorded, past: Past, fit: Labelled, score: Rows) -> Setting:
    told, both = as_known(past, joined([fit.rows, score]))
    count = len(fit.y)
    return Setting(
        belief_map=found.belief_map,
        outcome=chance_of(found.outcome),
        family=family_of(found.outcome, found.belief_map),
        past=told,
        fit=both.take(np.arange(count)),
        y=fit.y,
        score=both.take(np.arange(count, len(both))),
    )
