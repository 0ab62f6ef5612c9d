"""The page of a simulation: what scenarios would change, for one person or for many."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from doxa import __version__
from doxa.domain.clock import Clock
from doxa.domain.ground import Ground
from doxa.interfaces.pages.rungs import spaced
from doxa.interfaces.pages.simulated_groups import group_blocks
from doxa.report import Card, Chart, Column, Note, Origin, Page, Section, Table, fan, write_page
from doxa.report.charts.fan import Spread as Point
from doxa.report.moment import spell_moment
from doxa.report.number import Format, spell, spell_interval
from doxa.report.page import Block, Tone
from doxa.runtime.simulating.results import (
    OUTCOME,
    PROGRESS,
    Arm,
    Effect,
    Simulation,
    Spread,
    Track,
)

MOST_FANS = 8
"""Of nodes only so many are drawn, those that move most."""
MOST_CARDS = 4
_HOW_TO_READ = (
    "How to read it: the line is the middle path, four in five paths lie in the band. Dashed: the"
    " same paths without the scenario."
)

_OF_PATHS = (
    "How to read it: on what share of the paths it has happened by then. Dashed: the same paths"
    " without the scenario."
)


def simulation_page(found: Simulation, *, command: str) -> Page:
    """A simulation as a page.

    Parameters
    ----------
    command
        What makes the page again; printed in its footer.
    """
    return Page(
        title=_title(found),
        lede=_lede(found),
        origin=Origin(command, __version__, _facts(found)),
        cards=tuple(card for arm in found.arms for card in _cards(arm, found)),
        sections=tuple(section for arm in found.arms for section in _sections(arm, found)),
        about=found.twin or "",
    )


def write_simulation_page(found: Simulation, path: str | os.PathLike[str], *, command: str) -> Path:
    """Write `simulation_page` as one file that needs no network."""
    return write_page(simulation_page(found, command=command), path)


def form_of(what: str, kind: str, share: bool) -> Format:
    """How a value is spelled: a credence, a chance, or a number."""
    if kind != OUTCOME:
        return "score"
    return "percent" if share else "number"


def _title(found: Simulation) -> str:
    names = " and ".join(spaced(arm.scenario) for arm in found.arms)
    whom = found.twin if found.twin is not None else f"{spell(found.people, 'count')} people"
    return f"{whom} under {names or 'nothing new'}"


def _lede(found: Simulation) -> str:
    ends = (spell_moment(at, found.clock.value) for at in (found.origin, found.until))
    span = " to ".join(ends)
    whom = "This person was" if found.twin is not None else "Everybody was"
    told = (
        f"{whom} run forward from {span} on {spell(found.paths, 'count')} paths, each with the"
        " scenario and without it by the same chances: what differs is the scenario's doing."
    )
    if not found.finished:
        told += (
            f" It was stopped: {spell(found.people, 'count')} of {spell(found.of, 'count')} people"
            " are told of."
        )
    return told


def _facts(found: Simulation) -> tuple[tuple[str, str], ...]:
    facts = [
        ("population", str(found.version)),
        ("paths", spell(found.paths, "count")),
        ("steps", spell(found.steps, "count")),
        ("seed", str(found.seed)),
    ]
    return (*facts, *([("purpose", found.purpose)] if found.purpose else []))


def _cards(arm: Arm, found: Simulation) -> list[Card]:
    label = str(arm.grounds.ground) if arm.grounds else "nothing is changed"
    outcomes = [effect for effect in arm.effects if effect.kind == OUTCOME]
    clear = [effect for effect in outcomes if effect.clear] or outcomes
    return [
        Card(
            f"{spaced(arm.scenario)}: {spaced(effect.what)}",
            effect.difference,
            form=_form(effect, arm),
            low=effect.low,
            high=effect.high,
            claim=False,
            note=f"{label}; {spell(effect.without, _form(effect, arm))} without",
        )
        for effect in clear[:MOST_CARDS]
    ]


def _form(effect: Effect, arm: Arm) -> Format:
    track = arm.track(effect.what)
    return form_of(effect.what, effect.kind, track.share)


def _sections(arm: Arm, found: Simulation) -> list[Section]:
    name = spaced(arm.scenario).capitalize()
    nodes = [track for track in arm.tracks if track.kind != OUTCOME and _moved(track)]
    moved = sorted(nodes, key=lambda track: -_moved(track))[:MOST_FANS]
    parts = [
        Section(name, (*_grounds(arm), _effects(arm, found), *_carried(arm, found))),
        Section(
            f"{name}: what people do" if found.twin is None else f"{name}: what happens",
            tuple(_fan(track, arm, found) for track in arm.tracks if track.kind == OUTCOME),
        ),
        Section(f"{name}: what moves inside", tuple(_fan(track, arm, found) for track in moved)),
    ]
    if found.twin is None:
        parts.append(Section(f"{name}: for whom", tuple(group_blocks(arm))))
    return [part for part in parts if part.blocks]


def _moved(track: Track) -> float:
    """How far apart the arms are at most."""
    pairs = zip(track.under, track.without, strict=True)
    return max((abs(under.mean - without.mean) for under, without in pairs), default=0.0)


_TONES: dict[Ground, Tone] = {Ground.IDENTIFIED: "good", Ground.ASSUMED: "bad"}


def _grounds(arm: Arm) -> list[Block]:
    if not arm.changes:
        return [Note("Nothing is changed: both arms are the same.")]
    notes: list[Block] = []
    for change in arm.changes:
        ground = change.grounds
        text = f"{change.says}: {ground}"
        notes.append(Note(text, _TONES.get(ground.ground, "plain")))
        notes += [Note(f"Outside of what was seen: {v.says}.", "bad") for v in change.outside]
    if arm.why_no_slope:
        notes.append(Note(arm.why_no_slope))
    return notes


def _effects(arm: Arm, found: Simulation) -> Table:
    several = found.twin is None
    columns = [
        Column("what", "outcome or node"),
        Column("without", "without", align="right"),
        Column("under", "under", align="right"),
        Column("difference", "difference, four in five", align="right"),
    ]
    if several:
        columns += [Column("gain", "gain", "count"), Column("hurt", "are hurt", "count")]
    columns.append(Column("label", "label"))
    rows = [_row(effect, arm) for effect in arm.effects]
    caption = "Differences are means over paths of the same person with and without."
    if several:
        caption += " Who gains or is hurt does so beyond chance (99 in 100)."
    return Table(tuple(columns), tuple(rows), caption=caption, strong="clear")


def _row(effect: Effect, arm: Arm) -> dict[str, object]:
    form = _form(effect, arm)
    ends = spell_interval(effect.low, effect.high, form)
    return {
        "what": spaced(effect.what),
        "without": spell(effect.without, form),
        "under": spell(effect.under, form),
        "difference": f"{spell(effect.difference, form)} {ends}".rstrip(),
        "gain": effect.gain,
        "hurt": effect.hurt,
        "label": str(arm.grounds.ground) if arm.grounds else "nothing is changed",
        "clear": effect.clear,
    }


def _carried(arm: Arm, found: Simulation) -> list[Block]:
    """Which nodes carry the effect on each outcome."""
    blocks: list[Block] = []
    several = found.twin is None
    for what, movers in arm.movers.items():
        if not arm.effect(what).clear:
            continue
        form = _form(arm.effect(what), arm)
        rows = [
            {
                "node": spaced(one.node),
                "says": one.says,
                "part": f"{spell(one.part, form)} {spell_interval(one.low, one.high, form)}".rstrip(),
                "up": one.up,
                "down": one.down,
            }
            for one in movers
        ]
        columns = [
            Column("node", "node"),
            Column("says", "what it says"),
            Column("part", "carries, four in five", align="right"),
        ]
        if several:
            columns += [Column("up", "up for", "count"), Column("down", "down for", "count")]
        caption = (
            f"What is gone of the effect on {spaced(what)} when nothing speaks of the node, on the"
            " same paths. Nodes that act together share what they carry."
        )
        if several:
            caption += (
                f" Tried with {spell(found.silenced, 'count')} of the people, drawn at random; last, of how"
                " many it carries some of the effect up and down beyond chance (99 in 100)."
            )
        if rows:
            blocks.append(Table(tuple(columns), tuple(rows), caption=caption))
    return blocks


def _fan(track: Track, arm: Arm, found: Simulation) -> Chart:
    form = form_of(track.what, track.kind, track.share)
    name = spaced(track.what)
    since = "so far" if track.kind == OUTCOME and not track.share else ""
    measure = "progress" if track.kind == PROGRESS else "credence"
    if track.kind == OUTCOME:
        measure = f"{name} {since}".rstrip()
    # Of one person something has happened on a path or has not: only the share of paths tells.
    alone = found.twin is not None and track.kind == OUTCOME and track.share
    return fan(
        [
            {"name": spaced(arm.scenario), "spreads": _points(track.under, alone)},
            {"name": "without", "spreads": _points(track.without, alone)},
        ],
        measure=measure,
        form=form,
        clock="position" if found.clock is Clock.POSITION else "time",
        title=f"{name}: {track.says}" if track.says else name,
        caption=_OF_PATHS if alone else _HOW_TO_READ,
        half=track.kind not in (OUTCOME, PROGRESS),
    )


def _points(spreads: Sequence[Spread], alone: bool) -> list[Point]:
    if alone:
        return [{"at": one.at, "low": None, "middle": one.mean, "high": None} for one in spreads]
    return [
        {"at": one.at, "low": one.low, "middle": one.middle, "high": one.high} for one in spreads
    ]
