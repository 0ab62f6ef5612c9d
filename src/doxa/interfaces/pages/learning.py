"""Does it learn? Loss by answered forecasts, with and without the person's own effects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from doxa.fidelity.learning_curve import LearningCurve, LearningPoint
from doxa.interfaces.pages.rungs import metric_form, metric_name, rung_name
from doxa.report import Chart, Column, Note, Table, curve
from doxa.report.number import spell, spell_interval
from doxa.report.page import Block

_ALONG = "forecasts of the person answered before"


def learning_blocks(found: LearningCurve, loss: str) -> list[Block]:
    """What own effects are worth, and the curve where it has more than one step."""
    told: list[Block] = [_note(found, loss)]
    return [*told, _chart(found, loss)] if len(found.points) > 1 else told


def _note(found: LearningCurve, loss: str) -> Note:
    if found.gain is None:
        why = f" The reason: {found.why}." if found.why else ""
        return Note(
            "The twin has no effects of single persons here: it reads what people did and said, but not"
            f" how earlier forecasts about them went.{why}"
        )
    form = metric_form(loss)
    gain, low, high = found.gain
    told = (
        "Beyond its nodes a twin learns from its own errors: how a person departs from what was"
        f" expected of them. That takes {spell(gain, form)} {spell_interval(low, high, form)} off the"
        f" {metric_name(loss)} over all rows, on the same rows."
    )
    if low > 0:
        return Note(told, "good")
    return Note(f"{told} That interval does not lie above 0.", "bad" if high < 0 else "plain")


def _chart(found: LearningCurve, loss: str) -> Chart:
    names = [rung_name("twin")]
    names += ["without own effects"] if found.effects else []
    names += [rung_name("base")]
    form = metric_form(loss)
    made = curve(
        [
            {
                "name": point.answered,
                "values": _values(point),
                "low": point.twin[1],
                "high": point.twin[2],
            }
            for point in found.points
        ],
        names,
        along=_ALONG,
        measure=metric_name(loss),
        form=form,
        title="From the first forecast of a person to the latest",
        caption=(
            "How to read it: lower is better. Other people stand at each step, and harder or easier"
            " moments, so lines are to be compared with each other, not from left to right."
        ),
    )
    return replace(made, table=_table(found, loss))


def _values(point: LearningPoint) -> list[float | None]:
    without = [point.without[0]] if point.without else []
    return [point.twin[0], *without, point.base[0]]


def _table(found: LearningCurve, loss: str) -> Table:
    form = metric_form(loss)
    own = (
        Column("without", "without own effects", form),
        Column("gain", "they take off", form, low="gain low", high="gain high"),
    )
    columns = (
        Column("answered", "answered before"),
        Column("people", "people", "count"),
        Column("rows", "forecasts", "count"),
        Column("base", "base rate", form),
        Column("twin", "twin", form, low="low", high="high"),
        *(own if found.effects else ()),
    )
    return Table(columns, tuple(_row(point) for point in found.points), caption=metric_name(loss))


def _row(point: LearningPoint) -> dict[str, Any]:
    gain: Sequence[float | None] = point.gain or [None, None, None]
    return {
        "answered": point.answered,
        "people": point.people,
        "rows": point.rows,
        "base": point.base[0],
        **dict(zip(("twin", "low", "high"), point.twin, strict=True)),
        "without": point.without[0] if point.without else None,
        **dict(zip(("gain", "gain low", "gain high"), gain, strict=True)),
    }
