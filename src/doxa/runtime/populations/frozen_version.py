"""A stored population with the map it reads by: the present one, or that of its own time."""

from __future__ import annotations

from dataclasses import dataclass

from doxa.beliefmap.fingerprint import fingerprint, question
from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap, Outcome
from doxa.beliefmap.renames import former_names
from doxa.errors import PopulationError, UnknownName
from doxa.fidelity.candidate import AnyHead
from doxa.heads.population import Population, decode
from doxa.heads.renaming import renamed
from doxa.runtime.wiring import Wiring
from doxa.storage.port import PopulationVersion


@dataclass(frozen=True, slots=True)
class FrozenVersion:
    """A population version that can be asked.

    Attributes
    ----------
    number : int
    population : Population
        Under the names that `belief_map` has for its nodes.
    belief_map : BeliefMap
        The present map where the same signals still give the same state, else that of its time.
    present : bool
        Whether it is the present one.
    """

    number: int
    population: Population
    belief_map: BeliefMap
    present: bool

    def head(self, outcome: str) -> AnyHead | None:
        """Its head of an outcome, of either kind."""
        return self.population.heads.get(outcome) or self.population.choices.get(outcome)

    def asks_as(self, outcome: Outcome, belief_map: BeliefMap) -> bool:
        """Whether its head answers the question that a map asks now."""
        own = self.belief_map.outcomes.get(outcome.name)
        if own is None or self.head(outcome.name) is None:
            return False
        names = {} if self.present else former_names(belief_map)
        fitted = self.population.questions.get(outcome.name)
        asked = question(own, names) == question(outcome)
        return asked and (self.present or fitted in (None, question(own)))


def frozen_version(wiring: Wiring, stored: PopulationVersion) -> FrozenVersion:
    """A stored population, with the map it reads by.

    Raises
    ------
    PopulationError
        No map of the store gives the state it was fitted on.
    """
    population = decode(stored.body)
    now, fitted = wiring.belief_map, population.map_fingerprint or stored.map_fingerprint
    names = former_names(now)
    if fitted == fingerprint(now):
        return FrozenVersion(stored.version, renamed(population, names), now, present=True)
    for each in reversed(wiring.store.maps()):
        if each.fingerprint == fitted:
            own = parse_map(each.text)
            if names and fingerprint(own, names) == fingerprint(now):
                return FrozenVersion(stored.version, renamed(population, names), now, present=True)
            return FrozenVersion(stored.version, population, own, present=False)
    raise PopulationError(
        f"population {stored.version} was fitted under a map that the store does not hold",
        hint="run doxa fit",
    )


def stored_version(wiring: Wiring, number: int) -> PopulationVersion:
    """The stored population of a number."""
    known = {each.version: each for each in wiring.store.populations()}
    if number not in known:
        there = f"1 to {max(known)}" if known else ""
        raise UnknownName(
            f"there is no population {number}",
            where="population",
            expected=there,
            hint="doxa population list shows them" if known else "run doxa fit",
        )
    return known[number]


def active_version(wiring: Wiring) -> PopulationVersion | None:
    """The population that readings use now; None before the first."""
    activations = wiring.store.activations()
    return stored_version(wiring, activations[-1].version) if activations else None
