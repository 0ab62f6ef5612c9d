"""A simulation as lines of text: what every scenario changes, by how much, and on what ground."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from doxa.domain.clock import format_moment
from doxa.interfaces.cli.console import counted, cut, plain, table
from doxa.interfaces.cli.signed import number, signed

if TYPE_CHECKING:
    from doxa.runtime.simulating.results import Arm, Effect, Mover, Simulation

MOST_NODES = 8
"""Nodes are told of when they move, the most moved first."""
MOST_GROUPS = 12
MOST_GROUPED = 2
"""Of so many outcomes that clearly move the groups are told."""
_LEAST = 5e-4


def lines(found: Simulation) -> list[str]:
    """All lines of a simulation."""
    return list(_lines(found))


def _lines(found: Simulation) -> Iterator[str]:
    whom = (
        plain(found.twin) if found.twin is not None else counted(found.people, "person", "people")
    )
    yield (
        f"{whom} from {format_moment(found.origin, found.clock)} to"
        f" {format_moment(found.until, found.clock)}, {counted(found.paths, 'path')},"
        f" population {found.version}"
    )
    if not found.finished:
        yield f"stopped: {found.people:,} of {found.of:,} people are done"
    if found.left_out:
        yield f"{found.left_out:,} more do not let {found.purpose} read them, or were never met"
    for arm in found.arms:
        yield ""
        yield from _arm(arm, found)


def _arm(arm: Arm, found: Simulation) -> Iterator[str]:
    several = found.twin is None
    few = several and found.silenced < found.people
    yield plain(arm.scenario)
    if not arm.changes:
        yield "  changes nothing"
    for change in arm.changes:
        yield f"  {plain(change.says)}: {plain(str(change.grounds))}"
        for verdict in change.outside:
            yield f"  outside of what was seen: {plain(verdict.says)}"
    if arm.why_no_slope:
        yield f"  {plain(arm.why_no_slope)}"
    yield from _effects(arm, several)
    for what, movers in arm.movers.items():
        drawn = f", among {found.silenced:,} people drawn at random," if few else ""
        yield f"  {what} is carried{drawn} by {plain(', '.join(_carried(movers, several)))}"
    clear = [what for what, groups in arm.groups.items() if groups and arm.effect(what).clear]
    for what in clear[:MOST_GROUPED]:
        groups = arm.groups[what]
        rows = [["", "", "people", f"difference in {what}", "80 %", "gain", "hurt"]]
        rows += [
            [
                plain(cut(one.by, 24)),
                plain(cut(one.value, 24)),
                f"{one.people:,}",
                signed(one.difference),
                f"{number(one.low)} to {number(one.high)}",
                f"{one.gain:,}",
                f"{one.hurt:,}",
            ]
            for one in groups[:MOST_GROUPS]
        ]
        yield from table(rows, "llrrrrr")
        if len(groups) > MOST_GROUPS:
            yield f"  and {len(groups) - MOST_GROUPS} more groups (--json)"
    if len(clear) > MOST_GROUPED:
        yield f"  and the groups of {len(clear) - MOST_GROUPED} more outcomes (--html, --json)"


def _carried(movers: Sequence[Mover], several: bool) -> Iterator[str]:
    """Each node with its part; of several people, of how many it carries some up and down."""
    for one in movers:
        sides = f" ({one.up:,} up, {one.down:,} down)" if several else ""
        yield f"{one.node} {signed(one.part)}{sides}"


def _effects(arm: Arm, several: bool) -> Sequence[str]:
    outcomes = [one for one in arm.effects if one.kind == "outcome"]
    nodes = [one for one in arm.effects if one.kind != "outcome" and abs(one.difference) > _LEAST]
    nodes.sort(key=lambda one: -abs(one.difference))
    who = ["gain", "hurt"] if several else []
    rows = [["", "without", "under", "difference", "80 %", *who, ""]]
    rows += [_row(one, arm, several) for one in (*outcomes, *nodes[:MOST_NODES])]
    return table(rows, "lrrrr" + ("rr" if several else "") + "l")


def _row(effect: Effect, arm: Arm, several: bool) -> list[str]:
    who = [f"{effect.gain:,}", f"{effect.hurt:,}"] if several else []
    return [
        plain(cut(effect.what, 36)),
        number(effect.without),
        number(effect.under),
        signed(effect.difference),
        f"{number(effect.low)} to {number(effect.high)}",
        *who,
        str(arm.grounds.ground) if arm.grounds else "",
    ]
