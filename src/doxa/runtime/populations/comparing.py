"""Two stored populations side by side: what each holds, and how they did on the same rows."""

from __future__ import annotations

import msgspec
import numpy as np

from doxa.beliefmap.model import Outcome
from doxa.domain.clock import format_moment
from doxa.errors import InputError, PopulationError
from doxa.features.moments import is_at_signal
from doxa.features.past import Past
from doxa.fidelity.candidate import FEWEST_PEOPLE, AnyHead, compared, losses_of
from doxa.fidelity.stretch import Stretch, carried, scored_rows
from doxa.heads.judgement import Compared
from doxa.runtime.identity import newest_at
from doxa.runtime.populations.frozen_version import FrozenVersion, frozen_version, stored_version
from doxa.runtime.populations.pasts import Progress, past_of
from doxa.runtime.populations.people import people_read
from doxa.runtime.populations.versions import PopulationRecord, population
from doxa.runtime.wiring import Wiring

LEAST_MOVED = 0.01
MOST_WINDOWS = 12
"""So many windows, the last ones, are scored at most."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two populations, the former and the latter.

    Attributes
    ----------
    compared : per outcome
        Both frozen heads on origins after both were fitted.
    not_compared : why not, by outcome
    base_rates : dict
        [former, latter] credence before any evidence, by node, where it moved by .01 or more.
    """

    former: PopulationRecord
    latter: PopulationRecord
    compared: list[Compared]
    not_compared: dict[str, str]
    base_rates: dict[str, list[float]]


def compare(
    wiring: Wiring, former: int, latter: int, *, seed: int = 1, progress: Progress | None = None
) -> Comparison:
    """Hold one stored population against another; see `Twins.compare`."""
    if former == latter:
        raise InputError(f"{former} and {latter} are one population", where="compare")
    tell = progress or _silence
    sides = [frozen_version(wiring, stored_version(wiring, number)) for number in (former, latter)]
    found: list[Compared] = []
    not_compared: dict[str, str] = {}
    match = _Match(wiring, sides[0], sides[1], seed, tell)
    for name in _outcomes(sides):
        try:
            found.append(match.of(name))
        except (InputError, PopulationError) as error:
            not_compared[name] = error.problem
    return Comparison(
        former=population(wiring, former),
        latter=population(wiring, latter),
        compared=found,
        not_compared=not_compared,
        base_rates=_moved(sides[0], sides[1]),
    )


def _silence(what: str, done: float) -> None:
    pass


def _outcomes(sides: list[FrozenVersion]) -> list[str]:
    fitted = [(*side.population.heads, *side.population.choices) for side in sides]
    return list(dict.fromkeys(name for names in fitted for name in names))


def _moved(former: FrozenVersion, latter: FrozenVersion) -> dict[str, list[float]]:
    rates = {}
    for name, told in former.population.priors.items():
        other = latter.population.priors.get(name)
        if other is not None and abs(told.family[0] - other.family[0]) >= LEAST_MOVED:
            rates[name] = [told.family[0], other.family[0]]
    return rates


class _Match:
    """The two sides and the ledger as each reads it, read once when it is needed first."""

    def __init__(
        self,
        wiring: Wiring,
        former: FrozenVersion,
        latter: FrozenVersion,
        seed: int,
        tell: Progress,
    ) -> None:
        self.wiring, self.seed, self.tell = wiring, seed, tell
        self.former, self.latter = former, latter
        self.after = max(former.population.origin, latter.population.origin)
        newest = newest_at(wiring)
        self.end = self.after if newest is None else newest + 1
        self.pasts: dict[int, Past] = {}
        self.people = people_read(wiring, seed=seed)

    def of(self, name: str) -> Compared:
        """The comparison of one outcome, or an error that says why there is none."""
        outcome = self.wiring.belief_map.outcomes.get(name)
        if outcome is None:
            raise InputError("the map does not declare it any more")
        stretch = self._stretch(outcome)
        former, latter = (self._head(side, outcome) for side in (self.former, self.latter))
        if stretch is None:
            raise InputError(self._nothing_since())
        past, other = self._past(self.latter), self._past(self.former)
        rows = scored_rows(past, outcome, stretch, latter, self.seed)
        asked = rows if other is past else carried(rows, outcome, past, other)
        if len(asked.y) != len(rows.y):
            raise InputError("the ledger changed while it was read")
        if len(np.unique(rows.rows.person)) < FEWEST_PEOPLE:
            raise InputError(f"fewer than {FEWEST_PEOPLE} people could be asked since")
        lost = losses_of(former, other, asked), losses_of(latter, past, rows)
        found = compared(rows, lost[0], lost[1], latter, "since", self.seed)
        assert found is not None
        return found

    def _head(self, side: FrozenVersion, outcome: Outcome) -> AnyHead:
        head = side.head(outcome.name)
        if head is None:
            raise InputError(f"population {side.number} does not forecast it")
        if not side.asks_as(outcome, self.wiring.belief_map):
            raise InputError(f"population {side.number} was fitted for another question")
        return head

    def _stretch(self, outcome: Outcome) -> Stretch | None:
        """Everything since both were fitted; of an outcome in a window the last whole ones."""
        if is_at_signal(outcome) or outcome.after is not None or outcome.within is None:
            return Stretch(self.after, self.end) if self.end > self.after else None
        windows = min((self.end - self.after) // outcome.within, MOST_WINDOWS)
        begin = self.end - windows * outcome.within
        return Stretch(begin, self.end) if windows > 0 else None

    def _nothing_since(self) -> str:
        when = format_moment(self.after, self.wiring.belief_map.clock)
        return f"no window has closed since both were fitted ({when})"

    def _past(self, side: FrozenVersion) -> Past:
        key = 0 if side.present else side.number
        if key not in self.pasts:
            names = _outcomes([self.former, self.latter])
            own = side.belief_map.outcomes
            wanted = [own[name] for name in names if name in own]
            self.pasts[key] = past_of(self.wiring, side.belief_map, wanted, self.people, self.tell)
        return self.pasts[key]
