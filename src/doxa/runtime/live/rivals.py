"""What base rate and persona would have said in place of a recorded set, fitted on the same past."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.model import BeliefMap
from doxa.errors import InputError, PopulationError
from doxa.features.knowledge import as_known
from doxa.features.past import Past
from doxa.features.rows import joined
from doxa.fidelity.rivals.base import base
from doxa.fidelity.rivals.persona import persona
from doxa.fidelity.rivals.setting import Setting, sampled
from doxa.heads.head import family_of
from doxa.learning.labelled import Labelled
from doxa.learning.population import rows_to_fit
from doxa.runtime.identity import people_at
from doxa.runtime.live.recorded import Recorded
from doxa.runtime.populations.pasts import Progress, whole_past
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
    fits: dict[tuple[int, str, int], Labelled | None] = field(default_factory=dict)

    def of(self, found: Recorded) -> Said:
        """What they would have said at the origin of a set."""
        nothing = np.full(len(found.columns["twin"]), np.nan)
        past = self._past(found.belief_map)
        fit = self._fit(found, past)
        if fit is None:
            return Said(nothing, nothing)
        rows, there = found.rows(past, people_at(self.wiring, None, None))
        chosen = np.flatnonzero(there)
        told, both = as_known(past, joined([fit.rows, rows.take(chosen)]))
        count = len(fit.y)
        setting = Setting(
            belief_map=found.belief_map,
            outcome=found.outcome,
            family=family_of(found.outcome, found.belief_map),
            past=told,
            fit=both.take(np.arange(count)),
            y=fit.y,
            score=both.take(np.arange(count, len(both))),
        )
        said = [nothing.copy(), nothing.copy()]
        said[0][chosen] = base(setting).forecast
        static = persona(setting)
        if static is not None:
            said[1][chosen] = static.forecast
        return Said(said[0], said[1])

    def _past(self, belief_map: BeliefMap) -> Past:
        known = self.pasts.get(id(belief_map))
        if known is None:
            outcomes = list(belief_map.outcomes.values())
            past = whole_past(self.wiring, belief_map, outcomes, self.tell)
            known = self.pasts[id(belief_map)] = (belief_map, past)
        return known[1]

    def _fit(self, found: Recorded, past: Past) -> Labelled | None:
        """The rows that rivals of a set learn from; None where there are none."""
        key = id(found.belief_map), found.outcome.name, found.made.population
        if key not in self.fits:
            try:
                origin = self.origins.get(found.made.population, found.made.origin)
                rows, _ = rows_to_fit(past, found.outcome, min(origin, found.made.origin))
                self.fits[key] = rows.take(sampled(len(rows.y), 1, MOST_ROWS))
            except (PopulationError, InputError):
                self.fits[key] = None
        return self.fits[key]
