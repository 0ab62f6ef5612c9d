"""Forecasts under a purpose: which it may ask for, of whom, and by which head."""

from __future__ import annotations

from dataclasses import dataclass

from doxa.beliefmap.columns import Ints, joined
from doxa.beliefmap.model import BeliefMap, Outcome
from doxa.beliefmap.names import listed
from doxa.beliefmap.sights import learning_sight, may_forecast, sight_of
from doxa.domain.signal import CONSENT
from doxa.domain.view import Sight
from doxa.errors import InputError
from doxa.heads.head import Head
from doxa.heads.population import Population, SightPart
from doxa.reading.view import Gate
from doxa.runtime.identity import all_people
from doxa.runtime.versions import population_at
from doxa.runtime.views import map_of_sight
from doxa.runtime.wiring import Wiring
from doxa.state.consents import Consents, last_consents
from doxa.storage.identity import Identity
from doxa.types import Moment


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a forecast.

    Attributes
    ----------
    purpose : str or None
        None = the operator.
    whole, belief_map : BeliefMap
        The map, and as the purpose has it.
    sight : Sight
    """

    purpose: str | None
    whole: BeliefMap
    belief_map: BeliefMap
    sight: Sight

    def readable(
        self,
        wiring: Wiring,
        keys: Ints | None,
        identity: Identity,
        until: Moment,
        known_at: Moment | None,
    ) -> tuple[Ints | None, int]:
        """Those of some people (None = all) who let the purpose read them, and how many do not."""
        if self.purpose is None:
            return keys, 0
        every = all_people(wiring, identity) if keys is None else keys
        told = wiring.store.scan(
            kinds=[CONSENT],
            until=until,
            known_at=known_at,
            twins=None if keys is None else keys.tolist(),
            identity=identity,
        )
        consents = Consents.of(last_consents(joined(list(told))))
        closed = Gate.of(self.whole, self.purpose, consents).closed(every)
        return (every[~closed] if closed.any() else keys), int(closed.sum())


def asked_by(belief_map: BeliefMap, purpose: str | None, outcome: Outcome) -> Asked:
    """A purpose asks for an outcome.

    Raises
    ------
    UnknownName
        The map declares no such purpose.
    InputError
        The purpose may not forecast it.
    """
    sight = sight_of(belief_map, purpose)
    if not may_forecast(belief_map, purpose, outcome):
        raise _not_allowed(belief_map, purpose, outcome)
    return Asked(purpose, belief_map, map_of_sight(belief_map, sight), sight)


def part_of(population: Population, asked: Asked, outcome: Outcome) -> SightPart | None:
    """What was learned from what the purpose sees; None where nothing was.

    Raises
    ------
    InputError
        A source decides the outcome that the purpose does not hear.
    """
    part = population.part(learning_sight(asked.whole, asked.sight))
    if part is None:
        return None
    if outcome.name in part.unheard:
        raise _not_allowed(asked.whole, asked.purpose, outcome)
    return part


def head_of(population: Population, asked: Asked, outcome: Outcome) -> Head | None:
    """The head fitted on what the purpose sees; None where there is none, as for a choice.

    Raises
    ------
    InputError
        A source decides the outcome that the purpose does not hear.
    """
    part = part_of(population, asked, outcome)
    return None if part is None else part.heads.get(outcome.name)


def fitted_for(wiring: Wiring, purpose: str | None) -> list[str]:
    """The outcomes that were fitted and that a purpose may forecast."""
    active = population_at(wiring, None)
    if active is None:
        return []
    whole = wiring.belief_map
    part = active[1].part(learning_sight(whole, sight_of(whole, purpose)))
    declared = (whole.outcomes.get(name) for name in (part.fitted if part else ()))
    return [each.name for each in declared if each and may_forecast(whole, purpose, each)]


def _not_allowed(belief_map: BeliefMap, purpose: str | None, outcome: Outcome) -> InputError:
    allowed = [
        name
        for name, each in belief_map.outcomes.items()
        if may_forecast(belief_map, purpose, each)
    ]
    others = [name for name in allowed if name != outcome.name]
    return InputError(
        f"the purpose {purpose!r} may not forecast {outcome.name!r}",
        where="purpose",
        expected=f"one of {listed(others)}" if others else "",
        hint="it forecasts what its `forecasts` name, where it hears every source that decides it",
    )
