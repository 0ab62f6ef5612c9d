"""What an experiment says of forecasts: its effect beside the simulated one, and what they are good for."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.payloads import Bools
from doxa.domain.ground import Grounds
from doxa.fidelity.ladder import BASE, PERSONA, TWIN
from doxa.fidelity.resampling import Resamples
from doxa.fidelity.targeting import Trial, chosen_share, qini, values_of
from doxa.learning.experiments import (
    Effect,
    difference_in_differences,
    effect_of,
    without_covariate,
)

RANDOM = "random"
LADDER = ((TWIN, PERSONA), (PERSONA, RANDOM), (TWIN, RANDOM))
"""Who should be above whom."""
HALF = 0.5
DRAWS = 400


class ActionEffect(msgspec.Struct, frozen=True, kw_only=True):
    """One action: what the twin says it does, what it really did, and what the twin adds.

    Attributes
    ----------
    label : Grounds
    people : int
        Scored people over whom the simulated effect is a mean.
    treated, control : int
        Units of the experiment in each arm.
    simulated, real : [estimate, low, high]
        The interval of the simulated effect is by how few were fitted on.
    inside : bool
        Whether they differ by no more than 1.96 standard errors of both; of the real one alone where
        the same people were fitted on and scored.
    slope : float
        What the simulated effect was multiplied by.
    contrast : str or None
        How the real effect was read; None: the difference of arms.
    adjusted : [estimate, low, high]
        The real effect with the twin's forecast without the action as covariate.
    ratios : dict
        By rung, the standard error with its forecast as covariate over that without.
    qini : dict of [estimate, low, high]
        By rung.
    share : float
        Of the people whom policies treat.
    policies : dict of [estimate, low, high]
        The mean outcome when those with the largest uplift by a rung are treated; and at random.
    leads : dict of [estimate, low, high]
        ``twin over persona`` and so on: differences of policies, paired.
    gained : [estimate, standard error] or None
        What the uplift head took off the loss of fitted people left out; None: not used.
    """

    action: str
    label: Grounds
    people: int
    treated: int
    control: int
    simulated: list[float]
    real: list[float]
    inside: bool
    slope: float
    contrast: str | None
    adjusted: list[float]
    ratios: dict[str, float]
    qini: dict[str, list[float]]
    share: float
    policies: dict[str, list[float]]
    leads: dict[str, list[float]]
    gained: list[float] | None = None

    def metrics(self, rung: str) -> dict[str, float]:
        """What the metrics of an evaluation are by a rung; those that it has none of are left out.

        The base rate tells nobody apart: it treats at random.
        """
        found = {}
        name = RANDOM if rung == BASE else rung
        if rung in self.ratios:
            found["se_ratio"] = self.ratios[rung]
        if name in self.qini:
            found["qini"], found["qini_low"] = self.qini[name][:2]
        if name in self.policies:
            found["policy_value"] = self.policies[name][0]
        if rung == TWIN:
            found |= self._of_twin()
        return found

    def _of_twin(self) -> dict[str, float]:
        found = {"effect_inside": float(self.inside)}
        others = [ratio for name, ratio in self.ratios.items() if name != TWIN]
        if others:
            found["se_beside_rivals"] = self.ratios[TWIN] / min(others)
        leads = [self.leads.get(f"{one} over {other}") for one, other in LADDER]
        lows = [lead[1] for lead in leads if lead is not None]
        if lows:
            found["policy_apart"] = min(lows)
        return found

    def intervals(self, rung: str) -> dict[str, list[float]]:
        """The ends of the metrics that have an interval."""
        name = RANDOM if rung == BASE else rung
        told = {"qini": self.qini.get(name), "policy_value": self.policies.get(name)}
        return {name: ends[1:] for name, ends in told.items() if ends is not None}


@dataclass(frozen=True, slots=True)
class People:
    """Scored people of an experiment, one row per person and assignment.

    Attributes
    ----------
    y : float64[n]
        What became of them, a mean where that is several values.
    unit : int64[n]
        Who was put into an arm together.
    treated, control : bool[n]
    chance : float64[n]
        Of the arm that each got.
    before : float64[n] or None
        The mean before chance decided.
    uplifts : by rung, what is forecast to be gained
    covariates : by rung, what is forecast without the action
    """

    y: Floats
    unit: Ints
    treated: Bools
    control: Bools
    chance: Floats
    uplifts: dict[str, Floats]
    covariates: dict[str, Floats]
    before: Floats | None = None


def measured(
    action: str,
    people: People,
    label: Grounds,
    fit_error: float,
    *,
    slope: float = 1.0,
    apart: bool = True,
    share: float = HALF,
    targeting: bool = True,
    seed: int = 1,
    gained: tuple[float, float] | None = None,
) -> ActionEffect:
    """Everything that is said of one action.

    Parameters
    ----------
    fit_error : float
        Standard error of the simulated effect, before the slope.
    apart : bool
        Whether others were fitted on than are scored.
    share : float
        Of the people whom policies treat.
    targeting : bool
        Whether Qini and policies are asked for.
    """
    either = people.treated | people.control
    y, unit, chance = people.y[either], people.unit[either], people.chance[either]
    treated = people.treated[either]
    plain = effect_of(y, treated, chance, unit)
    real, contrast = plain, None
    if people.before is not None:
        contrast = "difference_in_differences"
        real = difference_in_differences(people.before[either], y, treated, chance)
    simulated = Effect(
        estimate=slope * float(people.uplifts[TWIN].mean()), error=abs(slope) * fit_error
    )
    ratios = {}
    adjusted = plain
    for name, covariate in people.covariates.items():
        left = without_covariate(y, covariate[either], treated, chance)
        found = effect_of(left, treated, chance, unit)
        ratios[name] = found.error / plain.error
        adjusted = found if name == TWIN else adjusted
    areas, values, leads = _targeting(people, either, share, seed) if targeting else ({}, {}, {})
    return ActionEffect(
        action=action,
        label=label,
        people=len(people.y),
        treated=plain.treated,
        control=plain.control,
        simulated=simulated.as_list(),
        real=real.as_list(),
        inside=real.holds(simulated.estimate, simulated.error if apart else 0.0),
        slope=slope,
        contrast=contrast,
        adjusted=adjusted.as_list(),
        ratios=ratios,
        qini=areas,
        share=share,
        policies=values,
        leads=leads,
        gained=None if gained is None else list(gained),
    )


Ends = dict[str, list[float]]


def _targeting(people: People, either: Bools, share: float, seed: int) -> tuple[Ends, Ends, Ends]:
    """Qini and value by rung, and how far values lie apart."""
    trial = Trial(people.y[either], people.treated[either], 1 / people.chance[either])
    resamples = Resamples(people.unit[either], draws=DRAWS, seed=seed)
    uplifts = {name: told[either] for name, told in people.uplifts.items()}
    uplifts[RANDOM] = np.zeros(len(trial.y))
    policies = {name: chosen_share(told, trial.weight, share) for name, told in uplifts.items()}
    values, leads = values_of(trial, policies, resamples)
    return (
        {name: qini(trial, told, resamples) for name, told in uplifts.items()},
        values,
        {f"{one} over {other}": lead for (one, other), lead in leads.items()},
    )
