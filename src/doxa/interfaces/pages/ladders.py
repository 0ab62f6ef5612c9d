"""The ladder of one subset: a chart, and a table with every metric and skill."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from doxa.fidelity.ladder import TWIN, Ladder, Step
from doxa.fidelity.report import BarResult
from doxa.interfaces.pages.rungs import metric_form, metric_name, rung_name, spaced, subset_name
from doxa.report import Chart, Column, Note, Table, ladder
from doxa.report.number import spell

_MEANS = {
    "log_loss": "how surprised a forecaster was by what people then did",
    "squared_error": "how far a forecaster was off, squared",
    "crps": "how far a whole distribution was off, in the units of what is counted",
}


def ladder_chart(found: Ladder, bars: Sequence[BarResult] = (), *, about: str = "") -> Chart:
    """Losses of all rungs from the top, with the bar to reach where the loss has one."""
    measure, form = metric_name(found.loss), metric_form(found.loss)
    who = f"{subset_name(found.subset)}, {spell(found.people, 'count')} people"
    return ladder(
        [
            {
                "name": rung_name(step.name),
                "value": step.loss[0],
                "low": step.loss[1],
                "high": step.loss[2],
                "twin": step.name == TWIN,
            }
            for step in found.steps
        ],
        measure=measure,
        form=form,
        bar=_to_reach(found, bars),
        title=f"{measure.capitalize()}{f' of {about}' if about else ''}: {who}",
        caption=(
            f"How to read it: {measure} is {_MEANS.get(found.loss, 'what a miss costs')}, so a"
            " shorter bar is better; whiskers are 95 % intervals by resampling people."
        ),
    )


def ladder_table(found: Ladder) -> Table:
    """Every metric, and the skills over base rate and persona with their intervals."""
    metrics = list(dict.fromkeys(name for step in found.steps for name in step.metrics))
    columns = (
        Column("rung", "forecaster"),
        Column("loss", metric_name(found.loss), metric_form(found.loss), low="low", high="high"),
        *(
            Column(f"metric {name}", metric_name(name), metric_form(name))
            for name in metrics
            if name != found.loss
        ),
        Column("base", "skill over base rate", "percent", low="base low", high="base high"),
        Column("persona", "over personas", "percent", low="persona low", high="persona high"),
    )
    return Table(
        columns,
        tuple(_row(step) for step in found.steps),
        caption=_scored(found),
        strong="twin",
    )


def _scored(found: Ladder) -> str:
    if found.choice:
        mean = f"the commonest option was taken in {spell(found.mean, 'percent')} of them"
    else:
        mean = _mean(found)
    return (
        f"{spell(found.rows, 'count')} forecasts for {spell(found.people, 'count')} people; {mean}."
        " Skill is the share of the other forecaster's loss that is gone, with its 95 % interval."
    )


def _mean(found: Ladder) -> str:
    return (
        f"it came true in {spell(found.mean, 'percent')} of them"
        if found.loss == "log_loss"
        else f"the mean was {spell(found.mean, 'number')}"
    )


def chosen_note(found: Ladder) -> list[Note]:
    """What forecasters chose for themselves on the fitted rows, if any chose."""
    told = [
        f"{rung_name(step.name)}: "
        + ", ".join(f"{spaced(key)} {_setting(key, value)}" for key, value in step.chosen.items())
        for step in found.steps
        if step.chosen
    ]
    return [Note(f"Settings chosen on the fitted rows: {'; '.join(told)}.")] if told else []


def beaten_notes(found: Ladder) -> list[Note]:
    """A sentence for every metric on which another forecaster beats the twin."""
    twin = found.step(TWIN)
    if twin is None:
        return []
    notes = []
    for name, value in twin.metrics.items():
        sign = -1.0 if name in _LOWER else 1.0
        others = [s for s in found.steps if sign * s.metrics.get(name, math.nan) > sign * value]
        if others and name in (*_LOWER, *_HIGHER):
            best = max(others, key=lambda step: sign * step.metrics[name])
            notes.append(Note(_beaten(found, name, best, value), "bad"))
    return notes


_LOWER = ("log_loss", "squared_error", "brier", "rmse", "crps")
_HIGHER = ("auc", "auc_within_twin", "auc_within_moment")


def _beaten(found: Ladder, name: str, best: Step, value: float) -> str:
    form = metric_form(name)
    return (
        f"{subset_name(found.subset).capitalize()}: on {metric_name(name)} the twin"
        f" ({spell(value, form)}) is behind {rung_name(best.name)}"
        f" ({spell(best.metrics[name], form)})."
    )


def _row(step: Step) -> dict[str, Any]:
    return {
        "rung": rung_name(step.name),
        "twin": step.name == TWIN,
        "loss": step.loss[0],
        "low": step.loss[1],
        "high": step.loss[2],
        **{f"metric {name}": value for name, value in step.metrics.items()},
        **_skill("base", step.skill_over_base),
        **_skill("persona", step.skill_over_persona),
    }


def _skill(key: str, skill: list[float] | None) -> dict[str, float]:
    if skill is None:
        return {}
    return {key: skill[0], f"{key} low": skill[1], f"{key} high": skill[2]}


def _setting(key: str, value: float | str) -> str:
    if isinstance(value, str):
        return value
    if key == "half_life" and math.isinf(value):
        return "unlimited"
    return spell(value, "number") + (" days" if key == "half_life" else "")


def _to_reach(found: Ladder, bars: Sequence[BarResult]) -> float | None:
    return next(
        (
            bar.high
            for bar in bars
            if not bar.aim and bar.subset == found.subset and bar.metric == found.loss
        ),
        None,
    )
