"""Where the twin is good: skill by signals known, and every other cut, with the losses behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from doxa.fidelity.cuts import EVIDENCE, Cut, CutGroup
from doxa.interfaces.pages.rungs import metric_form, metric_name, spaced
from doxa.report import Chart, Column, Note, Table, curve, ladder
from doxa.report.charts.curve import Step
from doxa.report.charts.ladder import Rung
from doxa.report.number import Format, spell, spell_interval
from doxa.report.page import Block

_TITLES = {
    EVIDENCE: ("How much must be known of a person?", "signals known of the person"),
    "tenure": ("By time since the person's first signal", "time since the first signal"),
    "volume": ("From who says least to who says most", "signals known, in quarters"),
    "horizon": ("By how far ahead it was asked", "horizon"),
}
_FEW = "Groups of fewer than ten people have no interval."


def cut_blocks(cuts: Sequence[Cut], loss: str) -> list[Block]:
    """A chart per cut; that by signals known comes first, as a line."""
    return [_alone(cut) if len(cut.groups) == 1 else _chart(cut, loss) for cut in cuts]


def _alone(cut: Cut) -> Note:
    """All rows stand in one group: a sentence says which."""
    [group] = cut.groups
    value, low, high = _skill(group)
    found = f"{spell(value, 'percent')} {spell_interval(low, high, 'percent')}".rstrip()
    return Note(
        f"Of every person {group.name} signals were known at the moment of the forecast; the skill over"
        f" {_rival(cut)} is {found}."
    )


def _chart(cut: Cut, loss: str) -> Chart:
    over = _rival(cut)
    trait = spaced(cut.trait or cut.by)
    title, along = _TITLES.get(cut.by, (f"By {trait}", trait))
    measure = f"skill over {over}"
    made = _line(cut, measure, along) if cut.by == EVIDENCE else _bars(cut, measure)
    caption = (
        f"How to read it: the share of the loss of {over} that is gone with the twin, for the"
        f" forecasts told apart by {along}; at 0\u00a0% nothing is gained. {_FEW}"
        if cut.by == EVIDENCE
        else ""
    )
    table = _table(cut, along, loss)
    return replace(made, title=title, caption=caption, table=table, half=cut.by != EVIDENCE)


def _line(cut: Cut, measure: str, along: str) -> Chart:
    steps: list[Step] = []
    for group in cut.groups:
        value, low, high = _skill(group)
        steps.append({"name": group.name, "values": [value], "low": low, "high": high})
    return curve(
        steps,
        ["twin"],
        along=along,
        measure=measure,
        form="percent",
        zero=True,
    )


def _bars(cut: Cut, measure: str) -> Chart:
    rungs: list[Rung] = []
    for group in cut.groups:
        value, low, high = _skill(group)
        rungs.append({"name": group.name, "value": value, "low": low, "high": high, "twin": True})
    return ladder(rungs, measure=measure, form="percent")


def _rival(cut: Cut) -> str:
    return "your personas" if _has_persona(cut) else "the base rate"


def _has_persona(cut: Cut) -> bool:
    return any(group.skill_over_persona is not None for group in cut.groups)


def _skill(group: CutGroup) -> list[float]:
    return group.skill_over_persona or group.skill_over_base


def _table(cut: Cut, along: str, loss: str) -> Table:
    form: Format = metric_form(loss)
    persona = _has_persona(cut)
    columns = (
        Column("name", along),
        Column("people", "people", "count"),
        Column("rows", "forecasts", "count"),
        Column("base", "base rate", form),
        *([Column("persona", "personas", form)] if persona else []),
        Column("twin", "twin", form),
        Column("over base", "skill over base rate", "percent", low="base low", high="base high"),
        *([Column("over", "over personas", "percent", low="low", high="high")] if persona else []),
    )
    rows = tuple(_row(group) for group in cut.groups)
    return Table(columns, rows, caption=f"{metric_name(loss).capitalize()}. {_FEW}")


def _row(group: CutGroup) -> dict[str, Any]:
    over: Sequence[float | None] = group.skill_over_persona or [None, None, None]
    return {
        "name": group.name,
        "people": group.people,
        "rows": group.rows,
        "base": group.base[0],
        "persona": group.persona[0] if group.persona else None,
        "twin": group.twin[0],
        **dict(zip(("over base", "base low", "base high"), group.skill_over_base, strict=True)),
        **dict(zip(("over", "low", "high"), over, strict=True)),
    }
