"""The real sets: where each lies, and what a report of it says about bars and aims."""

from __future__ import annotations

import math
import os
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from doxa.beliefmap.bars import HIGHER_IS_BETTER, RANGES
from doxa.fidelity.ladder import BASE, PERSONA, TWIN, Ladder
from doxa.fidelity.report import BarResult, FidelityReport, RowReport

HERE = Path(__file__).parent
GROCERY = "complete_journey"
MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Set:
    """One evaluation file and the folder of its data."""

    name: str
    evaluation: Path
    data: Path


@dataclass(frozen=True, slots=True)
class Line:
    """One bar of one set: what every rung reached on it.

    Attributes
    ----------
    interval : [low, high] of the twin's value over people, None where there is none
    bar, aim : a number, or [low, high] where both ends count; None where none is set
    """

    set: str
    forecast: str
    metric: str
    lower_is_better: bool | None
    base: float | None
    persona: float | None
    rivals: dict[str, float]
    twin: float
    interval: list[float] | None
    bar: float | list[float] | None
    aim: float | list[float] | None
    hit: bool | None
    aim_hit: bool | None

    @property
    def best_rival(self) -> str:
        """The rival with the best value; of a metric with two ends, the one nearest to their middle."""
        middle = 0.0
        if self.lower_is_better is None:
            asked = self.bar if isinstance(self.bar, list) else self.aim
            middle = sum(asked) / 2 if isinstance(asked, list) else self.twin
        sign = -1.0 if self.lower_is_better is False else 1.0

        def away(rival: str) -> float:
            value = self.rivals[rival]
            return abs(value - middle) if self.lower_is_better is None else sign * value

        return min(self.rivals, key=away)

    def as_dict(self) -> dict[str, Any]:
        """For JSON, which has no NaN."""
        return {
            key: None if isinstance(value, float) and math.isnan(value) else value
            for key, value in asdict(self).items()
        }


def sets(data: Path | None) -> list[Set]:
    """Every evaluation that can be run: the grocer's always, the others where `data` holds theirs."""
    from doxa.interfaces.demo.steps import data_folder

    found = []
    for file in sorted(HERE.glob("*/evaluation*.yaml")):
        name = file.parent.name
        part = file.stem.removeprefix("evaluation").strip("_")
        folder = data_folder() if name.startswith(GROCERY) else data / name if data else None
        if folder is not None and folder.is_dir():
            found.append(Set(f"{name} {part}".strip(), file, folder))
    return found


def skipped(data: Path | None) -> list[str]:
    """Sets whose data are not at hand."""
    at_hand = {found.evaluation.parent.name for found in sets(data)}
    return sorted({file.parent.name for file in HERE.glob("*/evaluation*.yaml")} - at_hand)


def scored(asked: Set, shuffles: int) -> tuple[FidelityReport, float]:
    """One set, fitted and scored in a process of its own, and the seconds it took."""
    from doxa.runtime.evaluating import evaluate

    started = time.perf_counter()
    report = evaluate(
        asked.evaluation, data=asked.data, shuffles=shuffles, progress=lambda *_: None
    )
    return report, time.perf_counter() - started


def lines_of(name: str, report: FidelityReport) -> list[Line]:
    """A line per bar or aim of a report."""
    found = []
    for row in report.rows:
        for subset, metric in dict.fromkeys((bar.subset, bar.metric) for bar in row.bars):
            ladder = row.ladder(subset)
            forecast = row.name if subset == "all" else f"{row.name}, {subset}"
            if ladder is not None:
                line = _line(name, forecast, metric, [ladder], list(row.bars), subset)
                found.append(
                    replace(line, interval=_simulated(row, subset, metric) or line.interval)
                )
    ladders = [ladder for row in report.rows if (ladder := row.ladder("all"))]
    for subset, metric in dict.fromkeys((bar.subset, bar.metric) for bar in report.bars):
        forecast = f"mean of {len(ladders)} rows"
        found.append(_line(name, forecast, metric, ladders, list(report.bars), subset))
    return found


def _line(
    name: str, forecast: str, metric: str, ladders: list[Ladder], bars: list[BarResult], subset: str
) -> Line:
    asked = [bar for bar in bars if (bar.subset, bar.metric) == (subset, metric)]
    bar = next((each for each in asked if not each.aim), None)
    aim = next((each for each in asked if each.aim), None)
    names = [step.name for step in ladders[0].steps if step.name not in (BASE, PERSONA, TWIN)]
    rivals = {
        rival: value for rival in names if (value := _mean(ladders, rival, metric)) is not None
    }
    return Line(
        set=name,
        forecast=forecast,
        metric=metric,
        lower_is_better=None if metric in RANGES else metric not in HIGHER_IS_BETTER,
        base=_mean(ladders, BASE, metric),
        persona=_mean(ladders, PERSONA, metric),
        rivals=rivals,
        twin=asked[0].value,
        interval=_interval(ladders, metric),
        bar=_ends(bar),
        aim=_ends(aim),
        hit=None if bar is None else bar.reached,
        aim_hit=None if aim is None else aim.reached,
    )


def _simulated(row: RowReport, outcome: str, metric: str) -> list[float] | None:
    """The interval of what people run forward came to."""
    for found in row.simulated.outcomes if row.simulated else ():
        told = {"coverage_80": found.coverage["80"], "spread": found.spread, "total": found.total}
        if found.outcome == outcome and metric in told:
            return told[metric][1:]
    return None


def _mean(ladders: list[Ladder], rung: str, metric: str) -> float | None:
    steps = [step for ladder in ladders if (step := ladder.step(rung))]
    if len(steps) != len(ladders):
        return None
    value = float(np.mean([step.metrics.get(metric, math.nan) for step in steps]))
    return None if math.isnan(value) else value


def _interval(ladders: list[Ladder], metric: str) -> list[float] | None:
    """Of the loss itself, of its root, or of a metric that has one."""
    if len(ladders) != 1 or (twin := ladders[0].step(TWIN)) is None:
        return None
    if metric in twin.intervals:
        return twin.intervals[metric]
    if metric == ladders[0].loss:
        return twin.loss[1:]
    if metric == "rmse" and ladders[0].loss == "squared_error":
        return [math.sqrt(end) for end in twin.loss[1:]]
    return None


def _ends(bar: BarResult | None) -> float | list[float] | None:
    if bar is None:
        return None
    if bar.low is not None and bar.high is not None:
        return [bar.low, bar.high]
    return bar.low if bar.high is None else bar.high


def saved(folder: Path, name: str, report: FidelityReport) -> None:
    """Keep the whole report of a set beside the table."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name.replace(' ', '_')}.json").write_bytes(msgspec.json.encode(report))


def data_root() -> Path | None:
    """Where the sets lie: the folder that DOXA_DATA names."""
    named = os.environ.get("DOXA_DATA")
    return Path(named) if named else None
