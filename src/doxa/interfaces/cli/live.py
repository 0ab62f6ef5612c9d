"""``doxa fidelity --live``: forecasts really made, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from doxa.domain.clock import Clock
from doxa.interfaces.cli.comparisons import LOSSES
from doxa.interfaces.cli.console import counted, phases, print_json, say, table
from doxa.interfaces.cli.dated import dated
from doxa.interfaces.cli.opinions import when
from doxa.interfaces.cli.stores import open_existing

if TYPE_CHECKING:
    from doxa.fidelity.live import LiveGroup, LiveOutcome, LiveReport
    from doxa.fidelity.live_drift import Calm, Drift

SHOWN = 12
"""So many sets are printed over time, the newest."""


def live(
    db: str,
    workspace: str,
    outcomes: Sequence[str],
    settle: str | None,
    html: Path | None,
    save: Path | None,
    *,
    as_json: bool,
) -> None:
    """Settle and score what was recorded, and print it."""
    with open_existing(db, workspace=workspace) as twins, phases() as report:
        found = twins.live_fidelity(
            list(outcomes) or None,
            settle=settle,
            progress=lambda what, done: report(what, round(100 * done), 100),
        )
    clock = Clock(found.clock)
    if html is not None:
        from doxa.interfaces.pages.live import write_live_page

        write_live_page(found, html, command="doxa fidelity --live")
    if save is not None:
        save.write_bytes(msgspec.json.encode(dated(found, clock)))
    if as_json:
        print_json(found, clock)
        return
    say(*live_lines(found))
    if html is not None:
        say(f"report: {html}")


def live_lines(report: LiveReport) -> list[str]:
    """The report as text."""
    if not report.outcomes and not report.not_scored:
        return ["no forecast was recorded yet: doxa forecast OUTCOME --record"]
    clock = Clock(report.clock)
    found = [f"{report.product}: forecasts really made"]
    for outcome in report.outcomes:
        found += ["", *_outcome(outcome, clock)]
    found += [f"  not scored: {name}: {why}" for name, why in report.not_scored.items()]
    named = ", ".join(each.outcome for each in report.drifted)
    return [*found, "", f"calibration drifted: {named or 'nowhere'}"]


def _outcome(outcome: LiveOutcome, clock: Clock) -> list[str]:
    found = [
        f"{outcome.outcome}{'' if outcome.present else ', as it was asked before'}:"
        f" {counted(outcome.sets, 'set')} settled, {outcome.pending:,} not yet;"
        f" {counted(outcome.forecasts, 'forecast')}"
    ]
    if outcome.undecided:
        found.append(f"  {outcome.undecided:,} forecasts that nothing decided are not scored")
    for group in outcome.groups:
        found += ["", *_group(group, clock)]
    return [*found, "", *_drift(outcome.drift, clock)]


def _group(group: LiveGroup, clock: Clock) -> list[str]:
    from doxa.interfaces.cli.fidelity import ladder_lines

    found = ladder_lines(group.ladder)
    if group.brier is not None and group.calibration is not None:
        brier, error = group.brier, group.calibration.error
        found.append(
            f"  Brier score {brier[0]:.4f} [{brier[1]:.4f}, {brier[2]:.4f}],"
            f" calibration error {error:.4f}"
        )
    found += ["", *_over_time(group, clock)]
    if group.corrected:
        found.append(f"  {counted(group.corrected, 'label')} were corrected after they settled")
    if group.second is not None:
        twin = group.second.steps[-1]
        found.append(
            f"  with the labels of today: {LOSSES[group.second.loss]} {twin.loss[0]:.4f}"
            f" [{twin.loss[1]:.4f}, {twin.loss[2]:.4f}]"
        )
    return found


def _over_time(group: LiveGroup, clock: Clock) -> list[str]:
    rows = [["horizon from", "rows", "said", "happened", "twin", "95 %", "base", "persona"]]
    rows += [
        [
            when(point.origin, clock),
            f"{point.rows:,}",
            f"{point.said:.4f}",
            f"{point.happened:.4f}",
            f"{point.loss[0]:.4f}",
            f"{point.loss[1]:.4f}-{point.loss[2]:.4f}",
            _number(point.base),
            _number(point.persona),
        ]
        for point in group.over_time[-SHOWN:]
    ]
    more = len(group.over_time) - SHOWN
    lines = table(rows, "lrrrrlrr", indent="    ")
    return [*lines, *([f"    and {more:,} sets before: --json"] if more > 0 else [])]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _drift(drift: Drift, clock: Clock) -> list[str]:
    if not drift.enough:
        sets = counted(drift.sets, "set")
        return [f"  drift: too little to tell from {sets} whose windows do not overlap"]
    if not drift.drifted or drift.first is None or drift.before is None or drift.after is None:
        return [f"  drift: none over {counted(drift.sets, 'set')}"]
    return [
        f"  DRIFT of calibration from {when(drift.first, clock)} on{_named(drift, clock)}",
        f"    before: {_calm(drift.before)}",
        f"    since:  {_calm(drift.after)}",
    ]


def _named(drift: Drift, clock: Clock) -> str:
    return "" if drift.at is None else f", to be seen from {when(drift.at, clock)}"


def _calm(calm: Calm) -> str:
    return (
        f"said {calm.said:.4f}, happened {calm.happened:.4f}, slope {calm.slope:.2f}"
        f" ({counted(calm.sets, 'set')}, {calm.rows:,} rows)"
    )
