"""For whom a scenario changes something: by persona, by what people hold, person by person."""

from __future__ import annotations

from collections.abc import Sequence

from doxa.interfaces.pages.rungs import spaced
from doxa.report import Column, Table
from doxa.report.number import Format
from doxa.report.page import Block
from doxa.runtime.simulating.results import Arm, Group, PersonEffect


def group_blocks(arm: Arm) -> list[Block]:
    """Tables by persona and by half of every node, then who moves most."""
    blocks: list[Block] = []
    for what, groups in arm.groups.items():
        if groups and arm.effect(what).clear:
            blocks.append(_groups(what, groups, _form(arm, what)))
    for what, people in arm.people.items():
        if people and arm.effect(what).clear:
            blocks.append(_people(what, people, _form(arm, what)))
    return blocks


def _form(arm: Arm, what: str) -> Format:
    return "percent" if arm.track(what).share else "number"


def _groups(what: str, groups: Sequence[Group], form: Format) -> Table:
    columns = (
        Column("by", "by"),
        Column("value", "who"),
        Column("people", "people", "count"),
        Column("difference", f"difference in {spaced(what)}", form, low="low", high="high"),
        Column("gain", "gain", "count"),
        Column("hurt", "are hurt", "count"),
    )
    rows = tuple(
        {
            "by": spaced(one.by),
            "value": one.value,
            "people": one.people,
            "difference": one.difference,
            "low": one.low,
            "high": one.high,
            "gain": one.gain,
            "hurt": one.hurt,
        }
        for one in groups
    )
    return Table(
        columns,
        rows,
        caption="By persona, and by the halves of people who hold a node less and more at the start.",
        half=True,
    )


def _people(what: str, people: Sequence[PersonEffect], form: Format) -> Table:
    columns = (
        Column("twin", "person"),
        Column("difference", f"difference in {spaced(what)}", form, low="low", high="high"),
    )
    rows = tuple(
        {"twin": one.twin, "difference": one.difference, "low": one.low, "high": one.high}
        for one in people
    )
    caption = "Who moves most, down and up; in brackets 99 in 100, by chance of the paths alone."
    return Table(columns, rows, caption=caption, half=True)
