"""People run forward on the fidelity page: where real values fell among paths, totals, and who differs."""

from __future__ import annotations

from typing import Any

from doxa.fidelity.ladder import TWIN
from doxa.fidelity.report import RowReport
from doxa.fidelity.simulated import REAL, Simulated, SimulatedOutcome, SimulatedSeries
from doxa.interfaces.pages.ladders import beaten_notes, ladder_chart, ladder_table
from doxa.interfaces.pages.rungs import rung_name, spaced
from doxa.report import Chart, Column, Note, Section, Table, curve, fan, histogram
from doxa.report.charts.fan import Spread
from doxa.report.number import spell
from doxa.report.page import Block


def simulated_sections(row: RowReport, found: Simulated) -> list[Section]:
    """How far simulated people are like real ones: distributions, totals, whole courses."""
    fans: list[Block] = []
    for series in found.series:
        fans += [_fan(series), _together(series)]
    people: list[Block] = []
    for each in found.outcomes:
        people += [_pit(each), _across(each)]
    ladders: list[Block] = []
    for ladder in row.ladders:
        ladders += [ladder_chart(ladder, row.bars), ladder_table(ladder), *beaten_notes(ladder)]
    return [
        Section("People run forward", (Note(_question(row, found)), _table(found))),
        Section("Everybody together", (*fans, *_cohorts(found))),
        Section("Person by person", tuple(people)),
        Section("Beside simpler simulations", tuple(ladders)),
    ]


def _question(row: RowReport, found: Simulated) -> str:
    return (
        f"{spell(row.scored_rows, 'count')} times somebody was run forward, {found.step} at a time, along"
        f" {spell(found.paths, 'count')} paths each: at every step it is drawn"
        f" {', '.join(spaced(name) for name in found.draws)}, and what is drawn is believed as if it had"
        " happened. Then it was counted what they did."
    )


def _table(found: Simulated) -> Table:
    columns = (
        Column("what", "what was counted"),
        Column("horizon", "within"),
        Column("real", "real mean", "number"),
        Column("simulated", "simulated", "number"),
        *(Column(share, f"in {share}\u00a0%", "percent") for share in ("50", "80", "95")),
        Column("spread", "spread", "number", low="spread low", high="spread high"),
        Column("total", "total", "percent", low="total low", high="total high"),
    )
    return Table(
        columns,
        tuple(_row(each) for each in found.outcomes),
        caption=(
            "How to read it: real values should lie in the middle 80\u00a0% of their paths four times in"
            " five, by the randomised rank. Spread is the standard deviation over people of one path"
            " each, over that of real values: 1 where simulated people differ as much as real ones."
            " Total is what everybody together was simulated to do, over what they did, less one."
        ),
    )


def _row(found: SimulatedOutcome) -> dict[str, Any]:
    return {
        "what": spaced(found.outcome),
        "horizon": found.horizon,
        "real": found.real,
        "simulated": found.simulated,
        **{share: told[0] for share, told in found.coverage.items()},
        **dict(zip(("spread", "spread low", "spread high"), found.spread, strict=True)),
        **dict(zip(("total", "total low", "total high"), found.total, strict=True)),
    }


def _cohorts(found: Simulated) -> list[Block]:
    sizes = list(dict.fromkeys(size for each in found.outcomes for size in each.cohorts))
    if not sizes:
        return []
    sums = Table(
        (
            Column("what", "what was counted"),
            *(Column(size, f"cohorts of {size}", "percent") for size in sizes),
        ),
        tuple({"what": spaced(each.outcome), **each.cohorts} for each in found.outcomes),
        caption=(
            "How to read it: people are cut into cohorts at random; so often what a cohort came to lies in the"
            " middle 80\u00a0% of the sums of its paths. The luck of each person averages out in a sum; an error"
            " common to all does not, and shows as numbers that fall as cohorts grow."
        ),
        half=True,
    )
    return [sums]


def _pit(found: SimulatedOutcome) -> Chart:
    bins = len(found.pit)
    return histogram(
        [
            {"low": place / bins, "high": (place + 1) / bins, "count": count}
            for place, count in enumerate(found.pit)
        ],
        measure="share of the paths below what came",
        form="percent",
        of="people",
        even=sum(found.pit) / bins,
        title=f"{spaced(found.outcome).capitalize()}: where among the paths did it fall?",
        caption=(
            "How to read it: paths that can be taken at their word make level bars (dashed). Tall ends:"
            " paths lie too close together. A hill in the middle: too far apart."
        ),
    )


def _across(found: SimulatedOutcome) -> Chart:
    lines = zip(found.shares, found.simulated_at, found.real_at, strict=True)
    return curve(
        [
            {"name": spell(share, "percent"), "values": [simulated, real]}
            for share, simulated, real in lines
        ],
        ["simulated", "real"],
        along="share of people with less",
        measure=spaced(found.outcome),
        form="number",
        title=f"{spaced(found.outcome).capitalize()} across people",
        caption="How to read it: people from those with least to those with most; the lines should meet.",
        half=True,
    )


def _fan(found: SimulatedSeries) -> Chart:
    told = found.fan
    lines = enumerate(zip(told.low, told.median, told.high, told.real, strict=True), 1)
    simulated: list[Spread] = []
    real: list[Spread] = []
    for step, (low, median, high, value) in lines:
        simulated.append({"at": step, "low": low, "middle": median, "high": high})
        real.append({"at": step, "low": None, "middle": value, "high": None})
    return fan(
        [{"name": "simulated", "spreads": simulated}, {"name": "real", "spreads": real}],
        measure="sum over people",
        clock="position",
        title=f"{spaced(found.name).capitalize()}: what everybody together came to, step by step",
        caption=(
            f"How to read it: up to {told.steps[-1]} after the origin; the band holds four of five paths."
            " It says how sure the sum over all people is, not how sure one person's is."
        ),
    )


def _together(found: SimulatedSeries) -> Table:
    names = [REAL, TWIN, *(name for name in found.energy if name != TWIN)]
    columns = (
        Column("who", "paths of"),
        Column("autocorrelation", "autocorrelation of steps", "number"),
        Column("energy", "energy score", "number", low="low", high="high"),
    )
    rows = []
    for name in names:
        energy = found.energy.get(name)
        ends = dict(zip(("energy", "low", "high"), energy, strict=True)) if energy else {}
        who = "people" if name == REAL else rung_name(name)
        told = {"who": who, "autocorrelation": found.autocorrelation.get(name), **ends}
        rows.append({**told, "twin": name == TWIN})
    return Table(
        columns,
        tuple(rows),
        caption=(
            f"{spaced(found.name).capitalize()}: how the steps of one person hang together (below 0: a"
            " busy step is followed by a quiet one), and the energy score, which judges all horizons of"
            " a path as one; lower is better."
        ),
        strong="twin",
    )
