"""The backtest of effects: what an action does to people by the twin, and by a real experiment.

The head is fitted on some people and forecasts others under the action and under its control, as of
the moment at which chance decided; what chance then did to those others says how well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.evaluation import Evaluation, EvaluationRow, Folds
from doxa.beliefmap.model import Action, Outcome
from doxa.beliefmap.payloads import Bools
from doxa.domain.ground import Seen, grounds_of
from doxa.errors import InputError
from doxa.features.arms import Arms
from doxa.features.past import Past
from doxa.features.plan import readings_of
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.fidelity.experiment import DRAWS, HALF, ActionEffect, People, measured
from doxa.fidelity.findings import Findings
from doxa.fidelity.ladder import PERSONA, TWIN, Ladder, ladder
from doxa.fidelity.laps import Laps
from doxa.fidelity.report import RowReport
from doxa.fidelity.reported import Basis, reported
from doxa.fidelity.resampling import Resamples
from doxa.fidelity.rivals.known import base_of
from doxa.fidelity.rivals.setting import Rung, Setting
from doxa.fidelity.rungs import RIVALS, Progress, combined, rivals_of
from doxa.fidelity.split import Split, split_rows, units_of
from doxa.heads.forecast import forecast, mean_at
from doxa.heads.head import Head, family_of
from doxa.heads.predictor import look
from doxa.learning.experiments import error_of_fit
from doxa.learning.labelled import Labelled
from doxa.learning.persons import Persons
from doxa.learning.simulated import (
    Paired,
    check_compared,
    paired,
    paired_by_traits,
    when_decided,
)
from doxa.learning.slopes import slope_from
from doxa.learning.training import train
from doxa.learning.uplift import columns_of, uplift_head

FOLDS = 5


def run_effect(
    evaluation: Evaluation,
    row: EvaluationRow,
    outcome: Outcome,
    past: Past,
    names: Callable[[Ints], Sequence[str]],
    progress: Progress,
) -> RowReport:
    """Fit and score one row of an evaluation that asks what actions do.

    Parameters
    ----------
    past, names : as for `run_row`

    Raises
    ------
    InputError
        Chance decided for nobody, or forecasts cannot tell the arms apart.
    """
    laps = Laps()
    actions = [past.map.actions[name] for name in row.actions]
    _check(row, outcome, actions)
    split = split_rows(evaluation, _with_folds(row), outcome, past, names)
    experiment = _Experiment(evaluation, row, outcome, actions, split, progress)
    laps.end("rows and labels")
    parts = [(score, experiment.part(fit, score)) for fit, score in split.pairs]
    laps.end("fit and forecasts")
    effects = [experiment.effect(action, parts, apart=not split.parts) for action in actions]
    laps.end("effects")
    ladders = experiment.ladders(parts, effects)
    laps.end("ladder")
    last = parts[-1][1].head
    return reported(
        row,
        Basis.of(split),
        ladders,
        laps,
        columns=len(last.names),
        ridge=last.ridge,
        absent=parts[-1][1].absent,
        findings=Findings(calibration=None, effects=effects),
    )


def _with_folds(row: EvaluationRow) -> EvaluationRow:
    """The row, in five parts of its people where it says no split."""
    if row.fit is not None or row.score is not None or row.folds is not None:
        return row
    folds = Folds(modulus=FOLDS, parts=tuple((part,) for part in range(FOLDS)), hashed=True)
    return msgspec.structs.replace(row, folds=folds)


def _check(row: EvaluationRow, outcome: Outcome, actions: Sequence[Action]) -> None:
    if outcome.of is not None:
        raise InputError(
            f"row {row.name!r} asks for an effect on a family of outcomes",
            expected="an outcome without 'of'",
        )
    if len({action.signal for action in actions}) > 1:
        raise InputError(
            f"the actions of row {row.name!r} are signals of several kinds",
            expected="actions of one kind, or a row for each",
        )
    for action in actions:
        check_compared(outcome, action)
        if action.randomised is None:
            raise InputError(
                f"nothing says that chance decided who got action {action.name!r}",
                expected="randomised: a propensity, or the field that holds it",
            )


@dataclass(frozen=True, slots=True)
class _Told:
    """What is forecast of scored rows under either arm of one action.

    Attributes
    ----------
    by_traits : by what is known of traits alone; None where the head has no such part
    """

    twin: Paired
    by_traits: Paired | None
    fit_error: float
    slope: float
    gained: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class _Part:
    """One head, and what it says of the scored rows that chance decided for.

    Attributes
    ----------
    rungs : forecasts in the arm that each row is in
    told : by action
    """

    head: Head
    rungs: list[Rung]
    absent: list[str]
    told: dict[str, _Told]


class _Experiment:
    """A row of an evaluation with everything that its parts share."""

    def __init__(
        self,
        evaluation: Evaluation,
        row: EvaluationRow,
        outcome: Outcome,
        actions: Sequence[Action],
        split: Split,
        progress: Progress,
    ) -> None:
        self.evaluation, self.row, self.outcome = evaluation, row, outcome
        self.actions, self.past, self.tell = actions, split.past, progress
        self.split = split
        self.fit, self.arms_of_fit = self._decided(split.fit)
        self.score, self.arms = self._decided(split.score)
        for arms in (self.arms_of_fit, self.arms):
            for action in actions:
                self._check_arms(action, arms[action.name])

    def _decided(self, labelled: Labelled) -> tuple[Labelled, dict[str, Arms]]:
        """The rows as of the moment that decided their arm, and the arms by action."""
        found = {}
        rows = labelled.rows
        for action in self.actions:
            rows, found[action.name] = when_decided(self.past, action, labelled.rows)
        return replace(labelled, rows=rows), found

    def _check_arms(self, action: Action, arms: Arms) -> None:
        if not arms.treated.any() or not arms.control.any():
            raise InputError(
                f"nobody got {'its control' if arms.treated.any() else action.name!r}:"
                f" the log holds no two arms of action {action.name!r}",
                hint="look at `with`, `control` and the selection of the row",
            )
        if np.isnan(arms.chance[arms.either]).any():
            raise InputError(
                f"a signal of action {action.name!r} says no chance above 0 and up to 1",
                where=str(action.randomised),
                expected="the chance with which the person was put into the arm they got",
            )

    def part(self, fit: Ints, score: Ints) -> _Part:
        """Fit on some rows, and forecast others."""
        arms = self.arms_of_fit[self.actions[0].name]
        fit = fit[arms.signal[fit] >= 0]
        labelled = self.fit.take(fit)
        head = self._trained(labelled)
        known = slope_from(head, self.past, self.actions, labelled, self._units(labelled.rows))
        slope = known.slope if known else 1.0
        told = {each.name: self._told(each, head, fit, score, slope) for each in self.actions}
        rows = self.score.rows.take(score)
        setting = Setting(
            belief_map=self.past.map,
            outcome=self.outcome,
            family=family_of(self.outcome, self.past.map),
            past=self.past,
            fit=labelled.rows,
            y=labelled.y,
            score=rows,
            seed=self.evaluation.seed,
            known=self.row.base,
        )
        rivals, absent = rivals_of(self.row, RIVALS, setting, self.tell)
        views = Views(self.past, readings_of(self.past.map, self.outcome))
        rungs = [base_of(setting)]
        if head.cold is not None:
            mean = mean_at(head, views, rows, look(head.cold, views, rows).eta)
            rungs.append(Rung(PERSONA, mean))
        rungs += [*rivals, Rung(TWIN, forecast(head, views, rows).mean)]
        return _Part(head, rungs, absent, told)

    def _trained(self, labelled: Labelled) -> Head:
        return train(
            self.past.map,
            self.outcome,
            Views(self.past, readings_of(self.past.map, self.outcome)),
            labelled,
            items=[],
            known=self.split.known,
            seed=self.evaluation.seed,
            progress=self.tell,
        )

    def _told(self, action: Action, head: Head, fit: Ints, score: Ints, slope: float) -> _Told:
        arms, own = self.arms_of_fit[action.name].take(fit), self.arms[action.name].take(score)
        either = np.flatnonzero(arms.either)
        fitted = self.fit.take(fit[either])
        unit = self._units(fitted.rows)
        chance, treated = arms.chance[either], arms.treated[either]
        signal = arms.signal[either]
        before = paired(head, self.past, action, fitted.rows, signal)
        error = error_of_fit(fitted.y, before.under(treated), treated, chance, unit)
        rows = self.score.rows.take(score)
        asked = np.where(own.signal >= 0, own.signal, signal[0])
        twin = paired(head, self.past, action, rows, asked)
        x, costs = columns_of(head, self.past, action, fitted.rows, signal)
        beyond = uplift_head(x, costs, fitted.y, before, treated, chance, unit)
        if beyond is not None:
            more = beyond.beyond(columns_of(head, self.past, action, rows, asked)[0])
            twin = Paired(twin.with_it + more, twin.without_it)
        by_traits = paired_by_traits(head, self.past, action, rows, asked)
        return _Told(twin, by_traits, error, slope, beyond.gained if beyond else None)

    def effect(
        self, action: Action, parts: Sequence[tuple[Ints, _Part]], *, apart: bool
    ) -> ActionEffect:
        """What is said of one action over all parts."""
        self.tell(f"effect of {action.name}", 0.0)
        arms, size = self.arms[action.name], len(self.score.y)
        columns = {TWIN: _laid(parts, size, lambda part: part.told[action.name].twin)}
        by_traits = [part.told[action.name].by_traits for _, part in parts]
        if all(each is not None for each in by_traits):
            columns[PERSONA] = _laid(parts, size, lambda part: part.told[action.name].by_traits)
        rungs = combined([(score, part.rungs) for score, part in parts], size)
        covered = np.zeros(size, dtype=bool)
        for score, _ in parts:
            covered[score] = True
        after = np.flatnonzero(covered & (arms.signal >= 0))
        person = Persons(self.score.rows.person[after], arms.signal[after])
        covariates = {name: each.without_it for name, each in columns.items()}
        covariates |= {rung.name: rung.forecast for rung in rungs if rung.name in self.row.rivals}
        first = after[person.first]
        told = [part.told[action.name] for _, part in parts]
        gained = [each.gained for each in told if each.gained is not None]
        treated, control = arms.treated[first], arms.control[first]
        unit = self._units(self.score.rows)[first]
        people = People(
            y=person.mean(self.score.y[after]),
            unit=unit,
            treated=treated,
            control=control,
            chance=arms.chance[first],
            before=self._before(arms, person) if self.row.contrast else None,
            uplifts={name: person.mean(each.uplift[after]) for name, each in columns.items()},
            covariates={name: person.mean(each[after]) for name, each in covariates.items()},
        )
        seen = Seen(
            what=action.name,
            randomised=True,
            treated=int(treated.sum()),
            control=int(control.sum()),
        )
        return measured(
            action.name,
            people,
            grounds_of(seen),
            float(np.sqrt(np.mean([each.fit_error**2 for each in told]))),
            slope=float(np.mean([each.slope for each in told])),
            apart=apart,
            share=self.row.treated or HALF,
            targeting=any(name.startswith(("qini", "policy")) for name in self.row.metrics),
            seed=self.evaluation.seed,
            gained=gained[0] if gained else None,
        )

    def _before(self, arms: Arms, person: Persons) -> Floats:
        """The mean of each person's values before chance decided; NaN where there is none."""
        rows, y = self.split.score.rows, self.split.score.y
        earlier = np.flatnonzero(arms.signal < 0)
        place = np.minimum(np.searchsorted(person.keys, rows.person[earlier]), len(person.keys) - 1)
        own = person.keys[place] == rows.person[earlier]
        count = np.bincount(place[own], minlength=len(person.keys))
        total = np.bincount(place[own], y[earlier[own]], minlength=len(person.keys))
        with np.errstate(invalid="ignore"):
            return np.asarray((total / count)[np.searchsorted(person.keys, person.who)])

    def ladders(
        self, parts: Sequence[tuple[Ints, _Part]], effects: Sequence[ActionEffect]
    ) -> list[Ladder]:
        """The outcome itself forecast by every rung, with the metrics of effects beside it.

        One ladder over everybody whom chance decided for, and one per action where there are several.
        """
        rungs = combined([(score, part.rungs) for score, part in parts], len(self.score.y))
        assigned = self.arms[self.actions[0].name].signal >= 0
        whole = self._ladder("all", rungs, assigned)
        if len(effects) == 1:
            return [_with_metrics(whole, effects[0], self.row.metrics)]
        found = []
        for action, effect in zip(self.actions, effects, strict=True):
            own = self._ladder(action.name, rungs, self.arms[action.name].either)
            found.append(_with_metrics(own, effect, self.row.metrics))
        inside = {"effect_inside": float(np.mean([effect.inside for effect in effects]))}
        steps = [
            msgspec.structs.replace(step, metrics=inside if step.name == TWIN else {})
            for step in whole.steps
        ]
        return [msgspec.structs.replace(whole, steps=steps), *found]

    def _ladder(self, name: str, rungs: Sequence[Rung], chosen: Bools) -> Ladder:
        rows = self.score.rows.take(chosen)
        unit = self._units(rows)
        return ladder(
            name,
            [rung.take(chosen) for rung in rungs],
            self.score.y[chosen],
            unit,
            rows.person,
            family_of(self.outcome, self.past.map),
            [],
            self.evaluation.seed,
            Resamples(unit, draws=DRAWS, seed=self.evaluation.seed),
        )

    def _units(self, rows: Rows) -> Ints:
        return units_of(self.evaluation, self.past, rows)


def _laid(
    parts: Sequence[tuple[Ints, _Part]], size: int, of: Callable[[_Part], Paired | None]
) -> Paired:
    """What all parts say, each at its rows."""
    with_it, without_it = np.zeros(size), np.zeros(size)
    for score, part in parts:
        told = of(part)
        assert told is not None
        with_it[score], without_it[score] = told.with_it, told.without_it
    return Paired(with_it, without_it)


def _with_metrics(found: Ladder, effect: ActionEffect, asked: Sequence[str]) -> Ladder:
    steps = []
    for step in found.steps:
        own = effect.metrics(step.name)
        steps.append(
            msgspec.structs.replace(
                step,
                metrics={name: own[name] for name in asked if name in own},
                intervals=effect.intervals(step.name),
            )
        )
    return msgspec.structs.replace(found, steps=steps)
