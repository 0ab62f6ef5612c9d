"""A candidate held against the active population, on rows that neither was fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from doxa.beliefmap.model import Outcome
from doxa.errors import InputError, PopulationError
from doxa.features.past import Past
from doxa.features.since import first_seen
from doxa.fidelity.candidate import (
    FEWEST_PEOPLE,
    AnyHead,
    compared,
    fit_like,
    has_trees,
    losses_of,
)
from doxa.fidelity.stretch import SHARE, Stretch, carried, scored_rows, stretch_of
from doxa.heads.judgement import Compared, Judgement
from doxa.heads.population import Population
from doxa.learning.labelled import Labelled
from doxa.runtime.populations.frozen_version import FrozenVersion, active_version, frozen_version
from doxa.runtime.populations.pasts import Progress, past_of
from doxa.runtime.populations.people import People
from doxa.runtime.wiring import Wiring
from doxa.types import Moment

REFITTED = 5
"""Where nothing is new to both, one part in so many of the ledger's time is scored."""


def judged(
    wiring: Wiring,
    past: Past,
    candidate: Population,
    outcomes: Sequence[Outcome],
    *,
    people: People,
    seed: int,
    progress: Progress,
) -> Judgement | None:
    """Hold a candidate against the active population; None where there is none.

    For each outcome the last stretch of the ledger is held back, the candidate's head is fitted
    once more on what lies before, and both forecast the stretch: the active population with its
    own head where the stretch lies after its origin, else with a head fitted as it was, by its map
    on the signals it had, before the stretch.

    Parameters
    ----------
    past : Past
        The signals of `people` under the present map, with the fields of all outcomes.
    """
    stored = active_version(wiring)
    if stored is None:
        return None
    found: list[Compared] = []
    not_compared: dict[str, str] = {}
    fitted = {*candidate.heads, *candidate.choices}
    wanted = [outcome for outcome in outcomes if outcome.name in fitted]
    try:
        active = frozen_version(wiring, stored)
    except PopulationError as error:
        told = {outcome.name: error.problem for outcome in wanted}
        return Judgement(against=stored.version, compared=[], not_compared=told)
    not_compared |= {
        name: "the candidate does not forecast it"
        for name in (*active.population.heads, *active.population.choices)
        if name in wiring.belief_map.outcomes and name not in fitted
    }
    contest = _Contest(wiring, past, people, active, candidate, wanted, seed, progress)
    for place, outcome in enumerate(wanted):
        progress(f"against population {active.number}", place / len(wanted))
        try:
            found.append(contest.of(outcome))
        except (InputError, PopulationError) as error:
            not_compared[outcome.name] = error.problem
    return Judgement(against=active.number, compared=found, not_compared=not_compared)


@dataclass(slots=True)
class _Contest:
    """The two sides; other pasts than the given one are read when they are needed first."""

    wiring: Wiring
    past: Past
    people: People
    active: FrozenVersion
    candidate: Population
    outcomes: Sequence[Outcome]
    seed: int
    tell: Progress
    pasts: dict[int | None, Past] = field(default_factory=dict)

    @property
    def end(self) -> Moment:
        """Where the ledger ends."""
        return self.candidate.origin

    def of(self, outcome: Outcome) -> Compared:
        """The comparison of one outcome, or an error that says why there is none."""
        own = self.active.head(outcome.name)
        if own is None:
            raise InputError(f"population {self.active.number} does not forecast it")
        if not self.active.asks_as(outcome, self.wiring.belief_map):
            raise InputError(f"population {self.active.number} was fitted for another question")
        return self._since(outcome, own) or self._refit(outcome, own)

    def _since(self, outcome: Outcome, own: AnyHead) -> Compared | None:
        """On what came after all that the active population was fitted on."""
        after = max(self.active.population.origin, self._start())
        stretch = stretch_of(outcome, after, self.end)
        if stretch is None:
            return None
        try:
            judge = self._judge(outcome, stretch)
        except (InputError, PopulationError):
            return None
        rows = scored_rows(self.past, outcome, stretch, judge, self.seed)
        if len(np.unique(rows.rows.person)) < FEWEST_PEOPLE:
            return None
        return self._scored(outcome, rows, own, judge, "since")

    def _refit(self, outcome: Outcome, fitted: AnyHead) -> Compared:
        """On the last fifth of the ledger, by a head fitted as the active one was, before it."""
        whole = (self.end - self._start()) // REFITTED
        stretch = stretch_of(outcome, self.end - SHARE * whole, self.end)
        if stretch is None:
            raise InputError("no window fits into the last fifth of the ledger")
        last = self.active.population.last_seq
        newer = self.past.signals.seq > (last or np.iinfo(np.int64).max)
        alike = self.active.present and has_trees(fitted) == has_trees(self._fitted(outcome))
        if alike and not (newer & (self.past.signals.at < stretch.begin)).any():
            raise InputError(
                f"no window has closed since population {self.active.number} was fitted, from the"
                " same signals by the same map"
            )
        judge = self._judge(outcome, stretch)
        learned = self._own_past(last) if newer.any() else self._own_past(None)
        own = self.active.belief_map.outcomes[outcome.name]
        repeated = fit_like(fitted, learned, own, stretch.begin, self.seed, self.tell)
        rows = scored_rows(self.past, outcome, stretch, judge, self.seed)
        found = self._scored(outcome, rows, repeated, judge, "refit")
        if found is None:
            raise InputError(f"fewer than {FEWEST_PEOPLE} people could be asked")
        return found

    def _judge(self, outcome: Outcome, stretch: Stretch) -> AnyHead:
        head = self._fitted(outcome)
        return fit_like(head, self.past, outcome, stretch.begin, self.seed, self.tell)

    def _fitted(self, outcome: Outcome) -> AnyHead:
        """The candidate's own head."""
        return self.candidate.heads.get(outcome.name) or self.candidate.choices[outcome.name]

    def _scored(
        self,
        outcome: Outcome,
        rows: Labelled,
        former: AnyHead,
        judge: AnyHead,
        how: Literal["since", "refit"],
    ) -> Compared | None:
        other = self._own_past(None)
        asked = rows if other is self.past else carried(rows, outcome, self.past, other)
        if len(asked.y) != len(rows.y):
            raise InputError("the ledger changed while it was read")
        lost = losses_of(former, other, asked), losses_of(judge, self.past, rows)
        return compared(rows, lost[0], lost[1], judge, how, self.seed)

    def _own_past(self, last_seq: int | None) -> Past:
        """The ledger as the active population's map reads it."""
        if last_seq is None and self.active.present:
            return self.past
        if last_seq not in self.pasts:
            own = self.active.belief_map
            named = [own.outcomes[each.name] for each in self.outcomes if each.name in own.outcomes]
            self.pasts[last_seq] = past_of(
                self.wiring, own, named, self.people, self.tell, last_seq=last_seq
            )
        return self.pasts[last_seq]

    def _start(self) -> Moment:
        return int(first_seen(self.past).first.min(initial=self.end))
