"""What an action did to people: a real experiment in the ledger, with the twin beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Action, BeliefMap, Outcome
from doxa.beliefmap.names import listed, nearest
from doxa.beliefmap.payloads import Bools
from doxa.domain.ground import Grounds, Seen, grounds_of
from doxa.errors import InputError, PopulationError, UnknownName
from doxa.features.arms import Arms, arms_of, put_together
from doxa.features.moments import is_at_signal
from doxa.features.plan import outcome_named
from doxa.features.rows import Rows
from doxa.heads.head import Head
from doxa.heads.slope import slope_for
from doxa.learning.decided import Decided, decided_rows
from doxa.learning.experiments import Effect, effect_of, error_of_fit, without_covariate
from doxa.learning.persons import Persons
from doxa.learning.simulated import COMPARED, forecast_without, paired, tells_apart
from doxa.runtime.asked_rows import keys_of
from doxa.runtime.identity import newest_at
from doxa.runtime.intake.names import given_name
from doxa.runtime.populations.frozen_version import active_version, frozen_version
from doxa.runtime.populations.pasts import past_of
from doxa.runtime.populations.people import MOST_SIGNALS, people_read
from doxa.runtime.wiring import Wiring

Progress = Callable[[str, float], None]
OTHERS = "other people"
PARTS = 2
"""Each part of the units is forecast by a head fitted on the others."""


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A number with its 95 % interval.

    Attributes
    ----------
    value, low, high : in units of the outcome, per person
    error : standard error
    """

    value: float
    low: float
    high: float
    error: float

    @classmethod
    def of(cls, effect: Effect) -> Estimate:
        """Of an effect."""
        return cls(value=effect.estimate, low=effect.low, high=effect.high, error=effect.error)


class MeasuredEffect(msgspec.Struct, frozen=True, kw_only=True):
    """What an action did to the mean of an outcome, and what the twin says that it does.

    Attributes
    ----------
    label : Grounds
        Identified, transported or assumed, with what it rests on and what would identify it.
    treated, control : int
        People with the action and with its control whose outcome is known.
    units : int
        How many were put into an arm apart from each other.
    real : Estimate or None
        Difference of arms by inverse propensity; None where chance did not decide.
    adjusted : Estimate or None
        The same with the twin's forecast without the action as covariate.
    narrowed : float or None
        Standard error of `adjusted` over that of `real`.
    simulated : Estimate or None
        What the active population forecasts with the action less with its control, times `slope`;
        None where it has no head that reads the action.
    slope : float or None
        Of real on simulated effects of this kind of action; None where no experiment says.
    population : int or None
        Which population simulated.
    asked : int or None
        How many people were asked about; None = everybody.
    """

    action: str
    outcome: str
    label: Grounds
    treated: int
    control: int
    units: int
    real: Estimate | None = None
    adjusted: Estimate | None = None
    narrowed: float | None = None
    simulated: Estimate | None = None
    slope: float | None = None
    population: int | None = None
    asked: int | None = None


def effects(
    wiring: Wiring,
    action: str,
    outcome: str,
    *,
    cohort: Iterable[str] | None = None,
    seed: int = 1,
    signals_at_most: int = MOST_SIGNALS,
    progress: Progress | None = None,
) -> MeasuredEffect:
    """Measure what an action did to an outcome; see `Twins.effects`."""
    tell = progress or _silence
    done = _named(wiring.belief_map, action)
    told = _compared(outcome_named(wiring.belief_map, outcome))
    asked = _from_then(told, done)
    belief_map = msgspec.structs.replace(
        wiring.belief_map, outcomes={**wiring.belief_map.outcomes, outcome: asked}
    )
    newest = newest_at(wiring)
    if newest is None:
        raise InputError("there is nothing to measure: the ledger is empty", hint="load history")
    people = people_read(wiring, seed=seed, most_signals=signals_at_most)
    own = None if cohort is None else _keys(wiring, list(cohort))
    if own is not None and people.keys is not None:
        people = replace(people, keys=np.union1d(people.keys, own))
    past = past_of(wiring, belief_map, [asked], people, tell)
    every = decided_rows(past, asked, done, newest + 1, seed=seed, progress=tell)
    rows = every.rows.rows
    chosen = np.ones(len(rows), bool) if own is None else np.isin(rows.twin, own)
    arms = arms_of(every.past, done, rows)
    others, arms = _first(rows, arms, ~chosen)[1], arms.take(chosen)
    decided = replace(every, rows=every.rows.take(chosen))
    person = Persons(decided.rows.rows.person, arms.signal)
    first = arms.take(person.first)
    units = put_together(every.past, done, rows)
    unit = units[chosen]
    either = first.either
    found = MeasuredEffect(
        action=action,
        outcome=outcome,
        label=grounds_of(_seen(done, first, others)),
        treated=int(first.treated.sum()),
        control=int(first.control.sum()),
        units=len(np.unique(unit[person.first][either])),
        asked=None if own is None else len(own),
    )
    if not len(first.treated):
        return found
    if asked is told:
        found = _simulated(wiring, found, done, asked, decided, arms, unit)
    if done.randomised is None or not first.treated.any() or not first.control.any():
        return found
    chance = first.chance[either]
    if np.isnan(chance).any():
        raise InputError(
            f"a signal of action {action!r} says no chance above 0 and up to 1",
            where=str(done.randomised),
            expected="the chance with which the person was put into the arm they got",
        )
    y, apart = person.mean(decided.rows.y)[either], unit[person.first][either]
    treated = first.treated[either]
    real = effect_of(y, treated, chance, apart)
    covariate = _covariate(done, asked, every, arms, chosen, units, tell)
    if covariate is None or not real.error > 0:
        return msgspec.structs.replace(found, real=Estimate.of(real))
    left = without_covariate(y, person.mean(covariate)[either], treated, chance)
    adjusted = effect_of(left, treated, chance, apart)
    return msgspec.structs.replace(
        found,
        real=Estimate.of(real),
        adjusted=Estimate.of(adjusted),
        narrowed=adjusted.error / real.error,
    )


def _named(belief_map: BeliefMap, name: str) -> Action:
    if name not in belief_map.actions:
        raise UnknownName(
            f"the map declares no action {name!r}",
            expected=f"one of {listed(belief_map.actions)}" if belief_map.actions else "actions",
            hint=nearest(name, belief_map.actions),
        )
    return belief_map.actions[name]


def _compared(outcome: Outcome) -> Outcome:
    if outcome.target in COMPARED and outcome.of is None:
        return outcome
    kind = "a family" if outcome.of is not None else outcome.target.value
    raise InputError(
        f"outcome {outcome.name!r} asks {kind}, of which there is no single mean",
        where="outcome",
        expected=f"one that asks {', '.join(target.value for target in COMPARED)}, without 'of'",
    )


def _from_then(outcome: Outcome, action: Action) -> Outcome:
    """An outcome of any moment is counted from when chance decided; others have their own moments."""
    if is_at_signal(outcome) or outcome.after is not None:
        return outcome
    return msgspec.structs.replace(outcome, after=action.signal)


def _keys(wiring: Wiring, cohort: Sequence[str]) -> Ints:
    """The keys of the people that some ids stand for."""
    names = [given_name("twin", twin) for twin in dict.fromkeys(cohort)]
    known = wiring.store.twin_keys(names)
    for name, key in zip(names, known, strict=True):
        if key is None:
            raise UnknownName(
                "nothing was ever observed of this twin",
                where=name,
                hint="observe something first",
            )
    return np.unique(keys_of(wiring, names)) if names else np.zeros(0, dtype=np.int64)


def _first(rows: Rows, arms: Arms, chosen: Bools) -> tuple[Persons, Arms]:
    """The people of some rows, and the arm of each."""
    arms = arms.take(chosen)
    person = Persons(rows.person[chosen], arms.signal)
    return person, arms.take(person.first)


def _seen(action: Action, arms: Arms, others: Arms) -> Seen:
    """What the log holds of an action among the people asked about, and among others."""
    return Seen(
        what=action.name,
        randomised=action.randomised is not None,
        treated=int(arms.treated.sum()),
        control=int(arms.control.sum()),
        treated_elsewhere=int(others.treated.sum()),
        control_elsewhere=int(others.control.sum()),
        elsewhere=OTHERS,
    )


def _covariate(
    action: Action,
    outcome: Outcome,
    every: Decided,
    arms: Arms,
    chosen: Bools,
    unit: Ints,
    tell: Progress,
) -> Floats | None:
    """What is forecast of each part of the units without the action, learned from the others.

    Parameters
    ----------
    every : all rows, also of people who are not asked about: heads learn from them too
    arms : of the rows chosen
    unit : int64[n]
        Of all rows.
    """
    _, place = np.unique(unit, return_inverse=True)
    found, place_of = np.zeros(len(place)), np.cumsum(chosen) - 1
    for part in range(PARTS):
        tell("forecasts without the action", part / PARTS)
        own = place % PARTS == part
        asked = np.flatnonzero(own & chosen)
        if not len(asked) or own.all():
            continue
        try:
            head = every.trained(~own)
        except PopulationError:
            return None
        rows = every.rows.rows.take(asked)
        signal = arms.signal[place_of[asked]]
        found[asked] = forecast_without(head, every.past, action, rows, signal)
    return found[chosen]


def _simulated(
    wiring: Wiring,
    found: MeasuredEffect,
    action: Action,
    outcome: Outcome,
    decided: Decided,
    arms: Arms,
    unit: Ints,
) -> MeasuredEffect:
    """With what the active population says of the same people, where it can tell the arms apart."""
    stored = active_version(wiring)
    if stored is None or not tells_apart(outcome, action):
        return found
    active = frozen_version(wiring, stored)
    head = active.population.heads.get(outcome.name)
    if head is None or not active.present or not _reads(head, action):
        return found
    rows, y = decided.rows.rows, decided.rows.y
    told = paired(head, decided.past, action, rows, arms.signal)
    known = slope_for(active.population.slopes, action.signal, outcome.name)
    slope = known.slope if known else 1.0
    either = arms.either & ~np.isnan(arms.chance)
    error = error_of_fit(
        y[either],
        told.under(arms.treated)[either],
        arms.treated[either],
        arms.chance[either],
        unit[either],
    )
    effect = Effect(estimate=slope * float(told.uplift.mean()), error=abs(slope) * error)
    return msgspec.structs.replace(
        found,
        simulated=Estimate.of(effect),
        slope=known.slope if known else None,
        population=active.number,
    )


def _reads(head: Head, action: Action) -> bool:
    """Whether a head was fitted on the fields that tell the arms apart."""
    read = {norms.field for norms in (*head.known, *head.recent)}
    return bool(read.intersection(action.sets))


def _silence(what: str, done: float) -> None:
    pass
