"""The ladder: base rate, personas, rivals and the twin on the same rows, with intervals."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.fidelity.metrics import (
    auc,
    auc_within,
    coverage,
    log_losses,
    people_covered,
    squared_errors,
)
from doxa.fidelity.resampling import Resamples
from doxa.fidelity.rivals.setting import Rung
from doxa.heads.glm import Family

TWIN = "twin"
PERSONA = "persona"
BASE = "base"
MEAN = "mean"
"""The subset that stands for the mean over the values reported by."""
NOTHING = 1e-6
"""Where the base rate loses less than this, there is nothing to be better at."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One rung of the ladder.

    Attributes
    ----------
    loss : [estimate, low, high] of the row's loss, with the 95 % interval over people
    metrics : by name
    skill_over_base, skill_over_persona : [estimate, low, high]
        1 - loss / loss of that rung, paired over the same draws of people; None where there is
        no such rung.
    chosen : what a rival chose on the fit rows
    intervals : [low, high] of metrics that have one, beside the loss
    """

    name: str
    loss: list[float]
    metrics: dict[str, float]
    skill_over_base: list[float] | None
    skill_over_persona: list[float] | None
    chosen: dict[str, float | str]
    intervals: dict[str, list[float]] = {}


class Ladder(msgspec.Struct, frozen=True, kw_only=True):
    """All rungs on one set of rows.

    Attributes
    ----------
    mean : of what was forecast; of a choice, how often the commonest option was taken
    choice : whether options were chosen among
    alike : whether all rows came out alike, as those that were fitted: no skill is said
    strongest : the rung with the lowest loss beside the twin
    skill_over_strongest : [estimate, low, high] of the twin's skill over it, paired
    """

    subset: str
    loss: str
    rows: int
    people: int
    mean: float
    steps: list[Step]
    choice: bool = False
    alike: bool = False
    strongest: str | None = None
    skill_over_strongest: list[float] | None = None

    def step(self, name: str) -> Step | None:
        """The rung of that name."""
        return next((step for step in self.steps if step.name == name), None)


def ladder(
    subset: str,
    rungs: Sequence[Rung],
    y: Floats,
    unit: Ints,
    twin: Ints,
    family: Family,
    metrics: Sequence[str],
    seed: int,
    resamples: Resamples | None = None,
    moment: Ints | None = None,
) -> Ladder:
    """Score every rung on the same rows.

    Parameters
    ----------
    unit : int64[n]
        Who is resampled together.
    resamples : Resamples, optional
        Of these units with this seed, where they are drawn already.
    moment : int64[n], optional
        What is asked of one person at one time has one code: for ``auc_within_moment``.
    """
    resamples = resamples or Resamples(unit, seed=seed)
    losses = {rung.name: row_losses(y, rung.forecast, family) for rung in rungs}
    alike = BASE in losses and float(losses[BASE].mean()) < NOTHING
    rivals = {} if alike else losses
    steps = []
    for rung in rungs:
        loss = losses[rung.name]
        steps.append(
            Step(
                name=rung.name,
                loss=resamples.mean(loss).as_list(),
                metrics=_metrics(metrics, y, rung, twin, loss, moment),
                skill_over_base=_skill(resamples, loss, rivals.get(BASE), rung.name == BASE),
                skill_over_persona=_skill(
                    resamples, loss, rivals.get(PERSONA), rung.name == PERSONA
                ),
                chosen=rung.chosen,
            )
        )
    strongest, skill = _over_strongest(resamples, rivals)
    return Ladder(
        alike=alike,
        strongest=strongest,
        skill_over_strongest=skill,
        subset=subset,
        loss=loss_name(family),
        rows=len(y),
        people=len(np.unique(unit)),
        mean=float(y.mean()),
        steps=steps,
    )


def mean_of(whole: Ladder, parts: Sequence[Ladder]) -> Ladder:
    """The ladder of all rows with the mean of each metric over some parts of them."""

    def mean(step: Step) -> Step:
        own = [found for part in parts if (found := part.step(step.name))]
        names = [name for name in step.metrics if all(name in each.metrics for each in own)]
        means = {name: float(np.mean([each.metrics[name] for each in own])) for name in names}
        return msgspec.structs.replace(step, metrics=means)

    return msgspec.structs.replace(whole, subset=MEAN, steps=[mean(step) for step in whole.steps])


def row_losses(y: Floats, forecast: Floats, family: Family) -> Floats:
    """The loss of each row: log-loss for a yes or no, squared error otherwise."""
    return log_losses(y, forecast) if family is Family.BERNOULLI else squared_errors(y, forecast)


def loss_name(family: Family) -> str:
    """What the loss is called."""
    return "log_loss" if family is Family.BERNOULLI else "squared_error"


def _over_strongest(
    resamples: Resamples, losses: dict[str, Floats]
) -> tuple[str | None, list[float] | None]:
    """The strongest rung beside the twin, and the twin's skill over it."""
    others = {name: loss for name, loss in losses.items() if name != TWIN}
    if TWIN not in losses or not others:
        return None, None
    strongest = min(others, key=lambda name: float(others[name].mean()))
    return strongest, resamples.skill(losses[TWIN], others[strongest]).as_list()


def _skill(
    resamples: Resamples, loss: Floats, rival: Floats | None, itself: bool
) -> list[float] | None:
    return None if rival is None or itself else resamples.skill(loss, rival).as_list()


def _metrics(
    names: Sequence[str], y: Floats, rung: Rung, twin: Ints, loss: Floats, moment: Ints | None
) -> dict[str, float]:
    found = {}
    forecast, low, high = rung.forecast, rung.low, rung.high
    for name in names:
        if name == "log_loss":
            found[name] = float(loss.mean())
        elif name == "brier":
            found[name] = float(squared_errors(y, forecast).mean())
        elif name == "auc":
            found[name] = auc(y, forecast)
        elif name == "auc_within_twin":
            found[name] = auc_within(y, forecast, twin)
        elif name == "auc_within_moment" and moment is not None:
            found[name] = auc_within(y, forecast, moment)
        elif name == "rmse":
            found[name] = float(np.sqrt(squared_errors(y, forecast).mean()))
        elif name == "coverage_80" and low is not None and high is not None:
            found[name] = coverage(y, low, high)
        elif name == "people_covered_80" and low is not None and high is not None:
            found[name] = people_covered(y, low, high, twin)
    return found
