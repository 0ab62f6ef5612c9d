"""Metrics by name, and the bars set on them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from doxa.beliefmap.document import Mapping, Sequence, Tree
from doxa.beliefmap.evaluation import Bar, Question
from doxa.beliefmap.literals import each_of, mapping, number, one_of
from doxa.beliefmap.names import unknown

METRICS: dict[Question, tuple[str, ...]] = {
    Question.FORECAST: (
        "log_loss",
        "auc",
        "auc_within_twin",
        "auc_within_moment",
        "brier",
        "rmse",
        "coverage_80",
        "people_covered_80",
    ),
    Question.SIMULATE: ("crps", "coverage_80", "cohorts_80", "spread", "total"),
    Question.EFFECT: (
        *("effect_inside", "qini", "qini_low", "se_ratio", "se_beside_rivals"),
        *("policy_value", "policy_apart"),
    ),
    Question.SHARES: ("share_error", "slope"),
}
"""What can be computed for each kind of question."""
HIGHER_IS_BETTER = frozenset(
    {
        *("auc", "auc_within_twin", "auc_within_moment", "people_covered_80", "effect_inside"),
        *("qini", "qini_low", "policy_value", "policy_apart"),
    }
)
"""A bar on one of these is a floor."""
RANGES = frozenset({"coverage_80", "cohorts_80", "spread", "total", "slope"})
"""A bar on one of these has two ends: too much is as wrong as too little."""
PARTS_BY_END = ("resolved", "unresolved")
"""Subsets of a row that scores windows still open when the data end: those closed, and those not."""


def read_metrics(tree: Tree, question: Question) -> tuple[str, ...]:
    """Read the metrics of a row."""
    return each_of(tree, lambda item: one_of(item, METRICS[question], "metric"), "metrics")


def read_bars(section: Mapping, subsets: Iterable[str], metrics: Iterable[str]) -> tuple[Bar, ...]:
    """Read `bars` and `aims`: ``{all: {log_loss: 0.194}}``, or ``[low, high]`` where both ends count."""
    known, computed = list(subsets), sorted(metrics)
    bars, aims = (
        _read(tree, known, computed) if tree else []
        for tree in (section.get("bars"), section.get("aims"))
    )
    return (*bars, *(msgspec.structs.replace(aim, aim=True) for aim in aims))


def _read(tree: Tree, known: list[str], computed: list[str]) -> list[Bar]:
    found: list[Bar] = []
    section = mapping(tree, "{all: {metric: number}}")
    for subset, body in section.entries.items():
        if subset not in known:
            raise unknown(body, "subset", subset, known)
        for metric, value in mapping(body, "{metric: number}").entries.items():
            found.append(_bar(subset, metric, value, computed, mapping(body, "")))
    return found


def _bar(subset: str, metric: str, value: Tree, computed: list[str], section: Mapping) -> Bar:
    if metric not in computed:
        raise section.key_error(
            metric,
            f"a bar on {metric!r}, which is not computed",
            expected=f"one of the metrics: {', '.join(computed)}" if computed else "metrics",
        )
    if isinstance(value, Sequence):
        ends = each_of(value, number, "[low, high]")
        if len(ends) != 2 or ends[0] > ends[1]:
            raise value.error("is no range", expected="[low, high]")
        return Bar(subset=subset, metric=metric, low=ends[0], high=ends[1])
    if metric in RANGES:
        raise value.error(f"{metric!r} has two ends", expected="[low, high]")
    bound = number(value, "a number, or [low, high]")
    if metric in HIGHER_IS_BETTER:
        return Bar(subset=subset, metric=metric, low=bound)
    return Bar(subset=subset, metric=metric, high=bound)
