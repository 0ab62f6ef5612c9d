"""Fitting a population from a store, and making it the active one."""

from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec

from doxa.beliefmap.fingerprint import fingerprint
from doxa.beliefmap.model import BeliefMap, Outcome
from doxa.beliefmap.sights import learning_sight, may_forecast, sight_of
from doxa.domain.view import EVERYTHING, Sight
from doxa.errors import InputError, PopulationError
from doxa.features.plan import outcome_named
from doxa.fidelity.backtested import backtested
from doxa.heads.errors import OwnEffects
from doxa.heads.judgement import Compared, Judgement
from doxa.heads.population import Population, encode
from doxa.heads.slope import Slope
from doxa.heads.tastes import OWN
from doxa.learning.population import fit_population, fit_sight, learnable, unheard_outcomes
from doxa.runtime.identity import newest_at
from doxa.runtime.populations.judging import judged
from doxa.runtime.populations.pasts import Progress, past_of
from doxa.runtime.populations.people import MOST_SIGNALS, people_read
from doxa.runtime.wiring import Wiring
from doxa.storage.port import PopulationVersion

LARGEST_SEED = 1 << 32
CHOICE = "choice"
"""The family of a choice among options."""


HAZARD = "hazard"
"""The family of a time."""


class FittedHead(msgspec.Struct, frozen=True):
    """A head in a few numbers.

    Attributes
    ----------
    own_effects : OwnEffects or None
        Whether effects of persons stand beside it, and why; None of a choice, which always has them.
    """

    outcome: str
    family: str
    rows: int
    people: int
    columns: int
    ridge: float
    calibration_slope: float
    own_effects: OwnEffects | None = None


class FitReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """A population was fitted and stored, and made the active one unless `active` says otherwise.

    Attributes
    ----------
    people, signals : how many were read
    of_people, of_signals : how many there are
    active : bool
        False where it is worse than the population before it, or was to be kept only.
    judgement : Judgement or None
        How it did against the population that was active; None where there was none.
    slopes : how far simulated effects of randomised actions hold
    """

    version: int
    origin: int
    people: int
    signals: int
    of_people: int
    of_signals: int
    nodes: int
    heads: list[FittedHead]
    skipped: dict[str, str]
    seconds: float
    active: bool = True
    judgement: Judgement | None = None
    slopes: list[Slope] = []

    @property
    def worse(self) -> list[Compared]:
        """The outcomes in which it is worse, beyond the interval, than the active population."""
        return self.judgement.worse if self.judgement else []


def fit(
    wiring: Wiring,
    outcomes: Sequence[str] | None = None,
    *,
    seed: int = 1,
    promote: bool = False,
    keep: bool = False,
    challenger: bool = False,
    signals_at_most: int = MOST_SIGNALS,
    progress: Progress | None = None,
) -> FitReceipt:
    """Fit base rates and heads on everything up to the newest signal; see `Twins.fit`.

    People are those known now: who was merged since counts as one person all along.
    """
    started = time.perf_counter()
    if promote and keep:
        raise InputError("cannot go with promote", where="keep", hint="leave one of them out")
    store, belief_map = wiring.store, wiring.belief_map
    chosen, skipped = _chosen(wiring, outcomes)
    if not 0 <= seed < LARGEST_SEED:
        raise InputError(f"{seed} is no seed", where="seed", expected="0 up to 4294967295")
    if signals_at_most < 1:
        raise InputError(
            f"nothing is learned from {signals_at_most} signals",
            where="signals_at_most",
            expected="1 or more",
        )
    newest = newest_at(wiring)
    if newest is None:
        raise PopulationError("there is nothing to fit: the ledger is empty", hint="load history")
    origin = newest + 1
    tell = progress or _silence
    people = people_read(wiring, seed=seed, most_signals=signals_at_most)
    past = past_of(wiring, belief_map, chosen, people, tell)
    population = fit_population(
        past,
        chosen,
        origin,
        challenger=challenger,
        seed=seed,
        progress=progress,
        skipped=skipped if outcomes is None else None,
    )
    sights = [
        (sight, wanted, unheard_outcomes(past, sight, wanted))
        for sight, wanted in _sights(belief_map, chosen).items()
    ]
    whole = population.part(EVERYTHING)
    before = backtested(past, whole, origin, seed=seed, progress=tell) if whole else {}
    judgement = judged(wiring, past, population, chosen, people=people, seed=seed, progress=tell)
    del past  # one past lies in memory at a time
    parts = []
    for sight, wanted, unheard in sights:
        seen = past_of(wiring, belief_map, chosen, people, tell, sight=sight)
        part = fit_sight(
            seen,
            sight,
            wanted,
            origin,
            unheard=unheard,
            challenger=challenger,
            seed=seed,
            progress=progress,
        )
        told = backtested(seen, part, origin, seed=seed, progress=tell)
        parts.append(msgspec.structs.replace(part, backtested=told))
        del seen
    population = msgspec.structs.replace(
        population,
        sights=parts,
        backtested=before,
        judgement=judgement,
        of_people=people.people,
        of_signals=people.signals,
        last_seq=population.last_seq if people.keys is None else people.last_seq,
    )
    now = wiring.clock()
    refused = judgement is not None and bool(judgement.worse) and not promote
    stored = store.put_population(
        PopulationVersion(
            version=0,
            created=now,
            map_fingerprint=fingerprint(belief_map),
            origin=origin,
            active_from=None if keep or refused else now,
            body=encode(population),
        )
    )
    return _receipt(stored, population, skipped, time.perf_counter() - started)


def _sights(belief_map: BeliefMap, chosen: Sequence[Outcome]) -> dict[Sight, list[Outcome]]:
    """What each distinct sight of the purposes may forecast; equal sights share what is learned."""
    found: dict[Sight, dict[str, Outcome]] = {}
    for purpose in belief_map.purposes:
        sight = learning_sight(belief_map, sight_of(belief_map, purpose))
        wanted = found.setdefault(sight, {})
        for outcome in chosen:
            if may_forecast(belief_map, purpose, outcome):
                wanted[outcome.name] = outcome
    found.pop(EVERYTHING, None)
    return {sight: list(wanted.values()) for sight, wanted in found.items()}


def _silence(what: str, done: float) -> None:
    pass


def _chosen(wiring: Wiring, outcomes: Sequence[str] | None) -> tuple[list[Outcome], dict[str, str]]:
    declared = wiring.belief_map.outcomes
    if outcomes is not None:
        named = [outcome_named(wiring.belief_map, name) for name in outcomes]
        for outcome in named:
            if not learnable(outcome):
                raise InputError(
                    f"outcome {outcome.name!r} asks {outcome.target.value!r}, which this version"
                    " does not fit yet",
                    expected="happens, never, count, sum, time_to or value",
                )
        return named, {}
    skipped = {
        name: f"{outcome.target.value} is not fitted yet"
        for name, outcome in declared.items()
        if not learnable(outcome)
    }
    return [outcome for outcome in declared.values() if learnable(outcome)], skipped


def _receipt(
    stored: PopulationVersion, population: Population, skipped: dict[str, str], seconds: float
) -> FitReceipt:
    return FitReceipt(
        version=stored.version,
        origin=population.origin,
        people=population.people,
        signals=population.signals,
        of_people=population.of_people,
        of_signals=population.of_signals,
        nodes=len(population.priors),
        heads=heads_of(population),
        skipped=skipped,
        seconds=round(seconds, 2),
        active=stored.active_from is not None,
        judgement=population.judgement,
        slopes=population.slopes,
    )


def heads_of(population: Population) -> list[FittedHead]:
    """The heads of a population in a few numbers each."""
    return [
        FittedHead(
            head.outcome,
            HAZARD if head.hazard else head.family.value,
            head.rows,
            head.people,
            len(head.names),
            head.ridge,
            head.calibration[1],
            head.own,
        )
        for head in population.heads.values()
    ] + [
        FittedHead(
            choice.outcome,
            CHOICE,
            choice.rows,
            choice.people,
            len(choice.names),
            choice.ridges.get(OWN, 0.0),
            1.0,
        )
        for choice in population.choices.values()
    ]
