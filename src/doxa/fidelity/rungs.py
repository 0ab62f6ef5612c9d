"""The rungs of an evaluation: every rival on the same rows, and the ladders they stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.evaluation import Evaluation, EvaluationRow
from doxa.beliefmap.model import Target
from doxa.beliefmap.payloads import Bools
from doxa.features.blocks.siblings import moments_of
from doxa.features.events import field_codes
from doxa.features.known import carrier
from doxa.features.traits import trait_of
from doxa.fidelity.ladder import TWIN, Ladder, ladder, mean_of
from doxa.fidelity.report import BarResult
from doxa.fidelity.resampling import Resamples
from doxa.fidelity.rivals.base import base
from doxa.fidelity.rivals.history import (
    counts_logistic,
    item_and_running_mean,
    last,
    last_and_mean,
    mean_and_deviation,
    own_mean,
)
from doxa.fidelity.rivals.known import base_of
from doxa.fidelity.rivals.own_rate import lifetime, one_band
from doxa.fidelity.rivals.persona import persona
from doxa.fidelity.rivals.repeat import bg_nbd, rf_logistic
from doxa.fidelity.rivals.setting import Rung, Setting
from doxa.fidelity.split import Split, in_subset, parts_by_end, units_of

RIVALS: dict[str, Callable[[Setting], Rung | None]] = {
    "lifetime": lifetime,
    "one_band": one_band,
    "last": last,
    "own_mean": own_mean,
    "last_and_mean": last_and_mean,
    "mean_and_deviation": mean_and_deviation,
    "item_and_running_mean": item_and_running_mean,
    "counts_logistic": counts_logistic,
    "rf_logistic": rf_logistic,
    "bg_nbd": bg_nbd,
}
Progress = Callable[[str, float], None]
Ground = TypeVar("Ground")


def rungs_of(
    row: EvaluationRow, setting: Setting, progress: Progress
) -> tuple[list[Rung], list[str]]:
    """The rungs below the twin, and the rivals asked for that are not built for the outcome."""
    rungs = [base_of(setting)]
    progress("rival persona", 0.0)
    static = persona(setting)
    rungs += [static] if static else []
    found, absent = rivals_of(row, RIVALS, setting, progress)
    simple = _remembering(setting)
    if simple not in row.rivals:
        rung = RIVALS[simple](setting)
        found += [rung] if rung else []
    return rungs + found, absent


def _remembering(setting: Setting) -> str:
    """The rung that stands for remembering the person at all: every report has it."""
    return "own_mean" if setting.outcome.target is Target.VALUE else "one_band"


def rivals_of(
    row: EvaluationRow,
    built: Mapping[str, Callable[[Ground], Rung | None]],
    ground: Ground,
    progress: Progress,
) -> tuple[list[Rung], list[str]]:
    """The rivals that a row asks for, and the names of those not built for its outcome."""
    rungs, absent = [], []
    for number, name in enumerate(row.rivals):
        progress(f"rival {name}", (number + 1) / (len(row.rivals) + 1))
        rung = built[name](ground) if name in built else None
        if rung is None:
            absent.append(name)
        else:
            rungs.append(rung)
    return rungs, absent


def combined(parts: Sequence[tuple[Ints, list[Rung]]], size: int) -> list[Rung]:
    """The rungs of all parts as one: each forecasts the scored rows of every part.

    A rung that cannot be built in some part is left out.
    """
    if len(parts) == 1:
        return parts[0][1]
    everywhere = [
        rung.name
        for rung in parts[0][1]
        if all(rung.name in {other.name for other in rungs} for _, rungs in parts)
    ]
    found = []
    for name in everywhere:
        own = [(place, rung) for place, rungs in parts for rung in rungs if rung.name == name]
        bounded = all(rung.low is not None and rung.high is not None for _, rung in own)
        whole = replace(own[0][1], forecast=_laid(own, "forecast", size), low=None, high=None)
        if bounded:
            low, high = (_laid(own, name, size) for name in ("low", "high"))
            whole = replace(whole, low=low, high=high)
        found.append(whole)
    return found


def _laid(parts: Sequence[tuple[Ints, Rung]], name: str, size: int) -> Floats:
    whole = np.empty(size)
    for place, rung in parts:
        whole[place] = getattr(rung, name)
    return whole


def ladders_of(
    evaluation: Evaluation,
    row: EvaluationRow,
    setting: Setting,
    split: Split,
    rungs: list[Rung],
    resamples: Resamples,
) -> list[Ladder]:
    """One ladder over all scored rows, one per subset that has any, and per value of `report_by`.

    Windows still open when the data end stand apart too where the row says so.

    Parameters
    ----------
    resamples : Resamples
        Of all scored rows.
    """
    everybody = np.ones(len(split.score.y), dtype=bool)
    found = [_ladder(evaluation, row, setting, split, rungs, "all", everybody, resamples)]
    for name, subset in row.subsets.items():
        chosen = in_subset(setting.past, split.score.rows, subset)
        if not chosen.any():
            continue
        fitted = in_subset(setting.past, split.fit.rows, subset)
        apart = fitted.any() and not split.parts and not setting.known
        own = _own_base(setting, fitted, chosen) if apart else rungs[0].forecast[chosen]
        parts = [rung.take(chosen) for rung in rungs]
        parts[0] = replace(parts[0], forecast=own)
        found.append(_ladder(evaluation, row, setting, split, parts, name, chosen))
    for name, chosen in parts_by_end(evaluation, row, split.score.rows):
        parts = [rung.take(chosen) for rung in rungs]
        found.append(_ladder(evaluation, row, setting, split, parts, name, chosen))
    by_value = []
    for name, chosen in _values(row, setting, split):
        parts = [rung.take(chosen) for rung in rungs]
        by_value.append(_ladder(evaluation, row, setting, split, parts, name, chosen))
    return [*found, *by_value, *([mean_of(found[0], by_value)] if by_value else [])]


def _values(row: EvaluationRow, setting: Setting, split: Split) -> Iterator[tuple[str, Bools]]:
    """Every value of the fields to report by, and its scored rows."""
    rows, outcome, past = split.score.rows, setting.outcome, setting.past
    for name in row.report_by:
        if name == outcome.of:
            codes, names = rows.member, past.values(name)
        elif past.columns[carrier(outcome)].fields[name].present().any():
            codes = field_codes(past, carrier(outcome), name, rows.signal)
            names = past.values(name)
        else:
            codes, names = trait_of(past, rows, name), past.values(f"trait:{name}")
        for code in np.unique(codes[codes >= 0]).tolist():
            yield f"{name} {names[code]}", codes == code


def _own_base(setting: Setting, fitted: Bools, chosen: Bools) -> Floats:
    """A subset is held against its own base rate, from its own fit rows."""
    part = replace(
        setting,
        fit=setting.fit.take(fitted),
        y=setting.y[fitted],
        score=setting.score.take(chosen),
    )
    return base(part).forecast


def _ladder(
    evaluation: Evaluation,
    row: EvaluationRow,
    setting: Setting,
    split: Split,
    rungs: list[Rung],
    name: str,
    chosen: Bools,
    resamples: Resamples | None = None,
) -> Ladder:
    rows = split.score.rows.take(chosen)
    return ladder(
        name,
        rungs,
        split.score.y[chosen],
        units_of(evaluation, setting.past, rows),
        rows.person,
        setting.family,
        row.metrics,
        evaluation.seed,
        resamples,
        moments_of(rows)[1] if "auc_within_moment" in row.metrics else None,
    )


def bars_of(row: EvaluationRow, ladders: list[Ladder]) -> list[BarResult]:
    """What the twin reached on every bar and aim of the row."""
    found = []
    for bar in row.bars:
        of = next((one for one in ladders if one.subset == bar.subset), None)
        twin = of.step(TWIN) if of else None
        value = twin.metrics.get(bar.metric, float("nan")) if twin else float("nan")
        found.append(BarResult.of(bar, value))
    return found
