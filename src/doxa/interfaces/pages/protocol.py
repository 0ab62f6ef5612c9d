"""How an evaluation was made: its bars, what was fitted on what, and what is missing."""

from __future__ import annotations

from typing import Any

from doxa.fidelity.headline import EVERYBODY
from doxa.fidelity.report import BarResult, FidelityReport, RowReport
from doxa.interfaces.pages.ladders import chosen_note
from doxa.interfaces.pages.rungs import (
    metric_form,
    metric_name,
    rung_name,
    spaced,
    subset_name,
)
from doxa.report import Column, Note, Section, Table
from doxa.report.moment import Clock, spell_moment
from doxa.report.number import spell
from doxa.report.page import Block

OVER_ROWS = "mean over rows"


def bars_section(report: FidelityReport) -> Section | None:
    """Which bars and aims were reached and which were missed; None when the file names none."""
    named = [(spaced(row.name), bar) for row in report.rows for bar in row.bars]
    named += [(OVER_ROWS, bar) for bar in report.bars]
    if not named:
        return None
    bars = [bar for _, bar in named if not bar.aim]
    missed = sum(not bar.reached for bar in bars)
    columns = (
        Column("kind", "kind"),
        Column("row", "row"),
        Column("who", "people"),
        Column("metric", "metric"),
        Column("asked", "asked", align="right"),
        Column("found", "found", align="right"),
        Column("verdict", "verdict"),
    )
    caption = (
        "Bars and aims are named in the evaluation file and judged on the scored rows. A missed bar"
        " fails the evaluation, a missed aim does not."
    )
    return Section(
        "Bars",
        (
            _verdict(len(bars), missed),
            Table(columns, tuple(_bar(row, bar) for row, bar in named), caption),
        ),
    )


def _verdict(bars: int, missed: int) -> Note:
    if missed:
        return Note(f"{missed} of {bars} bars missed.", "bad")
    if not bars:
        return Note("No bar has to be reached; aims may be missed.")
    return Note(f"All {bars} bars reached." if bars > 1 else "The bar is reached.", "good")


def _bar(row: str, bar: BarResult) -> dict[str, Any]:
    form = metric_form(bar.metric)
    low = None if bar.low is None else f"at least {spell(bar.low, form)}"
    high = None if bar.high is None else f"at most {spell(bar.high, form)}"
    return {
        "kind": "aim" if bar.aim else "bar",
        "row": row,
        "who": subset_name(bar.subset),
        "metric": metric_name(bar.metric),
        "asked": " and ".join(part for part in (low, high) if part),
        "found": spell(bar.value, form),
        "verdict": "reached" if bar.reached else "missed",
    }


def protocol_section(report: FidelityReport) -> Section:
    """What was fitted on what, what was left out or not built, and how long it took."""
    blocks: list[Block] = [
        Note(
            f"{spell(report.people, 'count')} people and {spell(report.signals, 'count')} signals."
            " Every setting of every forecaster was chosen on the fitted rows only."
        )
    ]
    for row in report.rows:
        blocks.append(Table(_COLUMNS, _facts(row, report), caption=f"Row {spaced(row.name)}."))
        chosen = chosen_note(row.ladders[0]) if row.ladders else []
        blocks += [*_missing(row), *chosen, *_seconds(row)]
    return Section("How this was made", tuple(blocks))


_COLUMNS = (Column("what", "what"), Column("fit", "fitted on", align="right"),
            Column("score", "scored on", align="right"))  # fmt: skip


def _facts(row: RowReport, report: FidelityReport) -> tuple[dict[str, Any], ...]:
    everybody = row.ladder(EVERYBODY) or (row.ladders[0] if row.simulated else None)
    people = spell(everybody.people if everybody else None, "count")
    facts = [
        ("forecasts", spell(row.fit_rows, "count"), spell(row.scored_rows, "count")),
        ("people", spell(row.fit_people, "count"), people),
        *_moments(row, report),
        ("columns of the twin's head", spell(row.columns, "count"), None),
        *([] if row.simulated else [("its penalty", spell(row.ridge, "number"), None)]),
    ]
    return tuple({"what": what, "fit": fit, "score": score} for what, fit, score in facts)


def _seconds(row: RowReport) -> list[Block]:
    if not row.seconds:
        return []
    parts = ", ".join(f"{phase} {spell(took, 'number')}" for phase, took in row.seconds.items())
    return [Note(f"It took {spell(sum(row.seconds.values()), 'number')} seconds: {parts}.")]


def _moments(row: RowReport, report: FidelityReport) -> list[tuple[str, str | None, str | None]]:
    if row.fit_origins is None or row.score_origins is None:
        return []
    fit, score, clock = row.fit_origins, row.score_origins, report.clock
    return [
        ("first moment", _at(fit.first, clock), _at(score.first, clock)),
        ("last moment", _at(fit.last, clock), _at(score.last, clock)),
        ("distinct moments", spell(fit.count, "count"), spell(score.count, "count")),
    ]


def _at(moment: int, clock: Clock) -> str:
    # An origin is the last instant before its day.
    return spell_moment(moment + (1 if clock == "time" else 0), clock)


def _missing(row: RowReport) -> list[Block]:
    found: list[Block] = []
    if row.left_out:
        found.append(
            Note(
                f"{spell(row.left_out, 'count')} fitted rows were left aside: their outcome was"
                " known only after the first scored moment."
            )
        )
    if row.unresolved:
        told = (
            "scored rows run past the end of the data: they are scored by what had come, and apart."
            if row.ladder("unresolved")
            else "scored rows were left aside: their outcome is not known yet. They are counted and"
            " never taken as a no."
        )
        found.append(Note(f"{spell(row.unresolved, 'count')} {told}"))
    if row.not_built:
        names = ", ".join(rung_name(name) for name in row.not_built)
        found.append(Note(f"Not built in this version, so not compared: {names}.", "bad"))
    return found
