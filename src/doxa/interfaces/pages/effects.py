"""Effects on the fidelity page: what actions were simulated to do, what chance found, whom to choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from doxa.fidelity.experiment import RANDOM, ActionEffect
from doxa.fidelity.ladder import TWIN
from doxa.interfaces.pages.rungs import rung_name, spaced
from doxa.report import Chart, Column, Note, Section, Table, pairs
from doxa.report.number import spell
from doxa.report.page import Block


def effect_sections(found: Sequence[ActionEffect], outcome: str) -> list[Section]:
    """What is said of the actions of a row, before its ladders."""
    blocks: list[Block] = [_chart(found, outcome), _table(found)]
    blocks += [_label(each) for each in found]
    sections = [Section("What actions do", tuple(blocks))]
    targeted = [each for each in found if each.qini]
    if targeted:
        parts: list[Block] = []
        for each in targeted:
            parts += [_targeting(each), _leads(each)]
        sections.append(Section("Whom to choose", tuple(parts)))
    return sections


def _chart(found: Sequence[ActionEffect], outcome: str) -> Chart:
    return pairs(
        [
            {
                "name": spaced(each.action),
                "first": each.real[0],
                "first_low": each.real[1],
                "first_high": each.real[2],
                "second": each.simulated[0],
                "second_low": each.simulated[1],
                "second_high": each.simulated[2],
            }
            for each in found
        ],
        names=("what chance found", "simulated"),
        measure=f"effect on {outcome}",
        form="loss",
        title="Simulated on people left out, and real",
        caption=(
            "How to read it: the simulated effect is what the twin forecasts of people it was not fitted"
            " on, with the action less with its control. The real one is the difference between those"
            " to whom chance gave either. They should differ by chance alone."
        ),
    )


def _table(found: Sequence[ActionEffect]) -> Table:
    columns = (
        Column("action", "action"),
        Column("label", "label"),
        Column("simulated", "simulated", "loss", low="simulated low", high="simulated high"),
        Column("real", "real", "loss", low="real low", high="real high"),
        Column("adjusted", "with the twin", "loss", low="adjusted low", high="adjusted high"),
        Column("narrowed", "standard error", "percent"),
        Column("rival", "by the best rival", "percent"),
        Column("inside", "inside"),
    )
    return Table(
        columns,
        tuple(_row(each) for each in found),
        caption=(
            "With the twin: the real effect, the twin's forecast without the action taken off first."
            " Standard error: of that, as a share of the experiment's alone."
        ),
    )


def _row(found: ActionEffect) -> dict[str, Any]:
    others = [ratio for name, ratio in found.ratios.items() if name != TWIN]
    told: dict[str, Any] = {
        "action": spaced(found.action),
        "label": found.label.ground.value,
        "narrowed": found.ratios.get(TWIN),
        "rival": min(others, default=None),
        "inside": "yes" if found.inside else "NO",
    }
    for key in ("simulated", "real", "adjusted"):
        told |= dict(zip((key, f"{key} low", f"{key} high"), getattr(found, key), strict=True))
    return told


def _label(found: ActionEffect) -> Note:
    return Note(f"{spaced(found.action).capitalize()}: {found.label}")


def _targeting(found: ActionEffect) -> Table:
    columns = (
        Column("name", "chosen by"),
        Column("qini", "Qini", "loss", low="qini low", high="qini high"),
        Column("value", f"{spell(found.share, 'percent')} chosen", "loss", low="low", high="high"),
    )
    rows = []
    for name, area in found.qini.items():
        told: dict[str, Any] = {"name": "chance" if name == RANDOM else rung_name(name)}
        told |= dict(zip(("qini", "qini low", "qini high"), area, strict=True))
        told |= dict(zip(("value", "low", "high"), found.policies[name], strict=True))
        rows.append(told)
    return Table(
        columns,
        tuple(rows),
        caption=(
            f"{spaced(found.action).capitalize()}. Qini: the area between what is gained when those"
            " with the largest forecast effect come first, and when chance orders them. Chosen: the"
            " mean outcome when that share of the people gets the action."
        ),
    )


def _leads(found: ActionEffect) -> Note:
    told = [
        f"{name.replace(RANDOM, 'chance')} {spell(lead[0], 'loss')}"
        f" [{spell(lead[1], 'loss')}, {spell(lead[2], 'loss')}]"
        for name, lead in found.leads.items()
    ]
    apart = all(lead[1] > 0 for lead in found.leads.values())
    ending = "" if apart else ". An interval that spans 0 tells nothing apart"
    return Note(f"Between them: {'; '.join(told)}{ending}.")
