"""The live page: forecasts really made, and what became of them."""

from __future__ import annotations

import os
from pathlib import Path

from doxa import __version__
from doxa.fidelity.ladder import PERSONA, TWIN
from doxa.fidelity.live import LiveGroup, LiveOutcome, LivePoint, LiveReport
from doxa.fidelity.live_drift import Calm, Drift
from doxa.interfaces.pages.calibration import calibration_chart, calibration_table
from doxa.interfaces.pages.knowledge import ABSENT
from doxa.interfaces.pages.ladders import ladder_chart, ladder_table
from doxa.interfaces.pages.rungs import metric_form, metric_name, rung_name, spaced
from doxa.report import Card, Chart, Column, Note, Origin, Page, Section, Table, course, write_page
from doxa.report.charts.course import Stop
from doxa.report.moment import spell_moment
from doxa.report.number import spell
from doxa.report.page import Block

MOST_STOPS = 60
"""A chart over time shows at most so many sets, the newest."""


def live_page(report: LiveReport, *, command: str) -> Page:
    """A live report as a page.

    Parameters
    ----------
    command
        What makes the page again; printed in its footer.

    Examples
    --------
    >>> empty = LiveReport(product="shop", clock="time", outcomes=[])
    >>> live_page(empty, command="doxa fidelity --live").title
    'Forecasts really made by shop'
    """
    return Page(
        title=f"Forecasts really made by {report.product}",
        lede=(
            "Each forecast was written down before its horizon began. Here it is held against"
            " what the person then did; people the product acted upon in between stand apart."
        ),
        origin=Origin(command, __version__, _facts(report)),
        cards=tuple(card for each in report.outcomes for card in _cards(each)),
        sections=tuple(section for each in report.outcomes for section in _sections(each, report)),
    )


def write_live_page(report: LiveReport, path: str | os.PathLike[str], *, command: str) -> Path:
    """Write `live_page` as one file that needs no network."""
    return write_page(live_page(report, command=command), path)


def _facts(report: LiveReport) -> tuple[tuple[str, str], ...]:
    return (
        ("forecasts scored", spell(sum(each.forecasts for each in report.outcomes), "count")),
        ("sets that are not scored", spell(len(report.not_scored), "count")),
    )


def _cards(outcome: LiveOutcome) -> list[Card]:
    alone = next((group for group in outcome.groups if group.who == "left alone"), None)
    twin = alone.ladder.step(TWIN) if alone else None
    if alone is None or twin is None:
        return []
    skill = twin.skill_over_persona
    label = f"skill over your personas: {spaced(outcome.outcome)}"
    if skill is None:
        return [Card(label, None, note=ABSENT)]
    note = f"{spell(alone.ladder.people, 'count')} people who were left alone"
    return [Card(label, skill[0], low=skill[1], high=skill[2], note=note)]


def _sections(outcome: LiveOutcome, report: LiveReport) -> list[Section]:
    name = spaced(outcome.outcome) + ("" if outcome.present else ", as it was asked before")
    told: list[Block] = [Note(_counts(outcome)), _drift_note(outcome.drift, report)]
    if outcome.drift.before and outcome.drift.after:
        told.append(_drift_table(outcome.drift.before, outcome.drift.after))
    parts = [Section(name.capitalize(), tuple(told))]
    for group in outcome.groups:
        title = f"{name.capitalize()}: people who were {group.who}"
        parts.append(Section(title, tuple(_blocks(outcome, group, report))))
    return parts


def _counts(outcome: LiveOutcome) -> str:
    told = (
        f"{spell(outcome.sets, 'count')} recorded sets are settled, {spell(outcome.pending, 'count')}"
        f" are not yet; {spell(outcome.forecasts, 'count')} forecasts are scored."
    )
    if outcome.undecided:
        told += f" {spell(outcome.undecided, 'count')} were decided by nothing and are not."
    return told


def _drift_note(drift: Drift, report: LiveReport) -> Note:
    sets = spell(drift.sets, "count")
    if not drift.enough:
        return Note(
            f"Whether calibration drifted cannot be told from {sets} sets whose windows do not"
            " overlap."
        )
    if not drift.drifted or drift.first is None:
        return Note(f"Calibration has not drifted over {sets} sets.", "good")
    since = spell_moment(drift.first, report.clock)
    return Note(f"Calibration drifted from {since} on: fit again, or look at what changed.", "bad")


def _drift_table(before: Calm, after: Calm) -> Table:
    columns = (
        Column("when", "sets"),
        Column("said", "mean forecast", "loss"),
        Column("happened", "what happened", "loss"),
        Column("slope", "share of a difference that came true", "score"),
        Column("rows", "forecasts", "count"),
    )
    rows = [
        {
            "when": when,
            "said": calm.said,
            "happened": calm.happened,
            "slope": calm.slope,
            "rows": calm.rows,
        }
        for when, calm in (("before", before), ("since", after))
    ]
    return Table(columns, tuple(rows), caption="Calibration before the change and since.")


def _blocks(outcome: LiveOutcome, group: LiveGroup, report: LiveReport) -> list[Block]:
    name = spaced(outcome.outcome)
    blocks: list[Block] = [ladder_chart(group.ladder, about=name), ladder_table(group.ladder)]
    if group.ladder.step(PERSONA) is None:
        blocks.append(Note(ABSENT))
    blocks.append(_over_time(group, report))
    if group.calibration is not None:
        blocks += [
            calibration_chart(group.calibration, outcome=name),
            calibration_table(group.calibration),
        ]
    if group.second is not None:
        twin, form = group.second.steps[-1], metric_form(group.second.loss)
        blocks.append(
            Note(
                f"{spell(group.corrected, 'count')} labels were corrected after they had settled."
                f" With the labels of today the twin's {metric_name(group.second.loss)} is"
                f" {spell(twin.loss[0], form)}; the scores above stay as they were settled."
            )
        )
    return blocks


def _over_time(group: LiveGroup, report: LiveReport) -> Chart:
    loss, points = group.ladder.loss, group.over_time[-MOST_STOPS:]
    known = [
        name for name in ("base", PERSONA) if any(getattr(p, name) is not None for p in points)
    ]
    return course(
        [_stop(point, known) for point in points],
        [rung_name(TWIN), *map(rung_name, known)],
        measure=metric_name(loss),
        form=metric_form(loss),
        clock=report.clock,
        title="From one recorded set to the next",
        caption="Lower is better; whiskers are 95 % intervals by resampling people.",
    )


def _stop(point: LivePoint, known: list[str]) -> Stop:
    return {
        "at": point.origin,
        "values": [point.loss[0], *(getattr(point, name) for name in known)],
        "low": point.loss[1],
        "high": point.loss[2],
    }
