"""Forecasts of numbers as distributions: where outcomes fell in them, and how good they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from doxa.fidelity.numbers import Numbers, NumbersPart
from doxa.report import Chart, Column, Table, histogram
from doxa.report.number import Format, spell, spell_interval
from doxa.report.page import Block


def number_blocks(found: Numbers) -> list[Block]:
    """The histogram of where outcomes fell, CRPS and coverage, and these by horizon."""
    blocks: list[Block] = [_histogram(found.all), _whole(found)]
    return [*blocks, *([_by_horizon(found)] if found.horizons else [])]


def _histogram(part: NumbersPart) -> Chart:
    bins = len(part.pit)
    return histogram(
        [
            {"low": place / bins, "high": (place + 1) / bins, "count": count}
            for place, count in enumerate(part.pit)
        ],
        measure="share of the forecast below what came",
        form="percent",
        of="forecasts",
        even=sum(part.pit) / bins,
        title="Where in its forecast did each outcome fall?",
        caption=(
            "How to read it: forecasts that can be taken at their word make level bars (dashed). Tall"
            " ends: forecasts were too sure. A hill in the middle: not sure enough. More on the right:"
            " too low."
        ),
    )


def _whole(found: Numbers) -> Table:
    part = found.all
    rows = [
        _line("CRPS, in the units of what is forecast", "loss", part.crps),
        _line("the same of what fitted people gave", "loss", [part.usual]),
        _line("skill: the share of the latter gone", "percent", part.skill),
        *(
            _line(f"outcomes in the middle {share}\u00a0% of their forecast", "percent", told)
            for share, told in part.coverage.items()
        ),
    ]
    return Table(
        (Column("what", f"forecasts of {found.kind}"), Column("value", "found", align="right")),
        tuple(rows),
        caption=(
            "CRPS is the error of a whole distribution; lower is better. Shares in the middle are"
            " randomised within steps and ends of a scale."
        ),
        half=True,
    )


def _line(what: str, form: Format, told: Sequence[float]) -> dict[str, str]:
    ends = spell_interval(told[1], told[2], form) if len(told) > 1 else ""
    return {"what": what, "value": f"{spell(told[0], form)} {ends}".rstrip()}


def _by_horizon(found: Numbers) -> Table:
    columns = (
        Column("horizon", "horizon"),
        Column("rows", "forecasts", "count"),
        Column("crps", "CRPS", "loss", low="low", high="high"),
        Column("skill", "skill", "percent"),
        *(Column(share, f"in {share}\u00a0%", "percent") for share in ("50", "80", "95")),
    )
    return Table(columns, tuple(_row(part) for part in found.horizons), caption="By horizon.")


def _row(part: NumbersPart) -> dict[str, Any]:
    return {
        "horizon": part.horizon,
        "rows": part.rows,
        **dict(zip(("crps", "low", "high"), part.crps, strict=True)),
        "skill": part.skill[0],
        **{share: told[0] for share, told in part.coverage.items()},
    }
