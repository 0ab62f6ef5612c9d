"""``doxa fidelity``: how well forecasts matched what people then did, against personas and rivals."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from doxa.domain.clock import Clock
from doxa.errors import InputError
from doxa.interfaces.cli.console import Json, phases, print_json, say, table
from doxa.interfaces.cli.dated import dated
from doxa.interfaces.cli.effect_lines import effect_lines
from doxa.interfaces.cli.findings import finding_lines, headline_lines, skill
from doxa.interfaces.cli.live import live as live_report
from doxa.interfaces.cli.share_lines import share_lines
from doxa.interfaces.cli.simulated import simulated_lines
from doxa.interfaces.cli.stores import DEFAULT_DB, DEFAULT_WORKSPACE, Workspace

if TYPE_CHECKING:
    from doxa.fidelity.ladder import Ladder, Step
    from doxa.fidelity.leaks import Leaks
    from doxa.fidelity.report import FidelityReport, RowReport


def fidelity(
    evaluation: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="An evaluation file; left out, the last fifth of the store's ledger is scored.",
        ),
    ] = None,
    row: Annotated[
        list[str] | None,
        typer.Option("--row", metavar="NAME", help="Only these rows; may be given several times."),
    ] = None,
    db: Annotated[
        str | None,
        typer.Option(
            "--db",
            metavar="PATH",
            help="A store that holds the data; left out, the file's `data`, or doxa.db without one.",
        ),
    ] = None,
    workspace: Workspace = DEFAULT_WORKSPACE,
    data: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where the files of the tables lie.")
    ] = None,
    leaks: Annotated[
        int,
        typer.Option(
            "--leaks",
            metavar="N",
            help="Test for leaks too: refit N times on labels dealt out to other people.",
        ),
    ] = 0,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report as one HTML page too.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report as JSON too.")
    ] = None,
    live: Annotated[
        bool,
        typer.Option(
            "--live",
            help="Score the forecasts that were recorded; --row names outcomes.",
        ),
    ] = False,
    settle: Annotated[
        str | None,
        typer.Option(
            metavar="SPAN",
            help="How long after its window a recorded forecast settles; left out, 1d.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Score forecasts on real outcomes: fitted before, scored after, every rival at its best.

    With --live those that were recorded, by what then became of them, apart for people who were
    acted upon; outcomes whose calibration drifted are named.

    Exit code 1 when a bar of the file is missed, or a leak is found.

    Example: doxa fidelity evaluation.yaml --db shop.db --html report.html

    Example: doxa fidelity --db shop.db

    Example: doxa fidelity --live --db shop.db
    """
    from doxa.runtime.evaluating import evaluate

    for file in filter(None, (html, save)):
        _check_writable(file)
    if evaluation is None and db is None:
        db = os.environ.get("DOXA_DB", DEFAULT_DB)
    if live:
        _refuse_file(evaluation, leaks)
        live_report(db or DEFAULT_DB, workspace, row or [], settle, html, save, as_json=as_json)
        return
    if settle is not None:
        raise InputError("belongs to recorded forecasts", where="--settle", hint="add --live")
    with phases() as report:
        found = evaluate(
            evaluation,
            rows=row or None,
            db=db,
            workspace=workspace,
            data=data,
            shuffles=leaks,
            progress=report,
        )
    if html is not None:
        from doxa.interfaces.pages.fidelity import write_fidelity_page

        write_fidelity_page(
            found, html, command=f"doxa fidelity {evaluation.name if evaluation else ''}".rstrip()
        )
    if save is not None:
        save.write_bytes(msgspec.json.encode(dated(found, Clock(found.clock))))
    if as_json:
        print_json(found, Clock(found.clock))
    else:
        say(*lines(found))
        if html is not None:
            say(f"report: {html}")
    if not found.passed:
        raise typer.Exit(1)


def _refuse_file(evaluation: Path | None, leaks: int) -> None:
    if evaluation is not None:
        raise InputError(
            "recorded forecasts are scored without a file", where=str(evaluation), hint="use --db"
        )
    if leaks:
        raise InputError("belongs to an evaluation", where="--leaks", hint="leave out --live")


def _check_writable(file: Path) -> None:
    """Say at once, not after minutes of work, that the report has no place to go."""
    if file.is_dir():
        raise InputError("is a folder", where=str(file), expected="the path of a file")
    if not file.parent.is_dir():
        raise InputError("there is no such folder", where=str(file.parent), hint="create it first")


def lines(report: FidelityReport) -> list[str]:
    """The report as text."""
    found = [f"{report.product}: {report.people:,} people, {report.signals:,} signals"]
    for row in report.rows:
        found += ["", *_row(row)]
    found += [f"  left out: {name}: {why}" for name, why in report.skipped.items()]
    found += [_bar(bar) for bar in report.bars]
    return found


def _row(row: RowReport) -> list[str]:
    found = [
        f"{row.name}: {row.outcome}, fitted on {row.fit_rows:,} rows of {row.fit_people:,} people,"
        f" scored on {row.scored_rows:,}"
    ]
    if row.unresolved:
        scored = "scored by what had come, and apart" if row.ladder("unresolved") else "not scored"
        found.append(f"  {row.unresolved:,} rows are not resolved yet and {scored}")
    if row.left_out:
        found.append(f"  {row.left_out:,} fit rows left out: their outcome came too late")
    found += _headlines(row)
    for ladder in row.ladders:
        found += ["", *ladder_lines(ladder)]
    found += effect_lines(row.effects)
    if row.shares is not None:
        found += share_lines(row.shares, row.ladders[0])
    found += simulated_lines(row.simulated) if row.simulated else finding_lines(row)
    found += [""] if row.challenger or row.not_built or row.bars or row.leaks else []
    if row.challenger is not None:
        share, gained, low, high = row.challenger
        found.append(
            f"  trees beside the head: {share:.0%} of the logit; on fitted people left out they"
            f" gained {gained:.5f} [{low:.5f}, {high:.5f}] per row"
        )
    if row.not_built:
        found.append(f"  not built in this version: {', '.join(row.not_built)}")
    found += [_bar(bar) for bar in row.bars]
    return found + (_leaks(row.leaks) if row.leaks is not None else [])


def _headlines(row: RowReport) -> list[str]:
    """What it comes to: of the people to judge by, and of everybody where these are only some."""
    from doxa.fidelity.headline import EVERYBODY, headline_of

    told = [row.headline]
    everybody = row.ladder(EVERYBODY)
    if row.headline is not None and row.headline.subset != EVERYBODY and everybody is not None:
        told.append(headline_of([everybody]))
    return [line for each in told if (lines := headline_lines(each)) for line in ("", *lines)]


def _leaks(leaks: Leaks) -> list[str]:
    lines = [f"  leak tests: {'passed' if leaks.passed else 'LEAK FOUND'}"]
    if leaks.skill is not None:
        mean, low, high = (f"{100 * value:.2f}" for value in leaks.skill)
        skill = f"skill {mean} % [{low}, {high}]"
        lines.append(f"    labels dealt out to other people {leaks.shuffles} times: {skill}")
    what = "paths" if leaks.paths else "features"
    change = f"{what} of {leaks.rows:,} rows change by at most {leaks.later:.1g}"
    return [*lines, f"    later signals taken away: {change}"]


_NO_PERSONA = "  persona: absent, nobody has traits"


def ladder_lines(ladder: Ladder) -> list[str]:
    """One ladder as an aligned table."""
    from doxa.beliefmap.bars import METRICS
    from doxa.beliefmap.evaluation import Question

    mean = "commonest option" if ladder.choice else "mean"
    head = f"  {ladder.subset}: {ladder.people:,} people, {ladder.rows:,} rows, {mean} {ladder.mean:.4f}"
    known = dict.fromkeys(name for step in ladder.steps for name in step.metrics)
    names = [name for name in known if name not in (ladder.loss, *METRICS[Question.EFFECT])]
    rows = [["", ladder.loss, "95 %", *names, "skill over base", "over persona"]]
    rows += [_step(step, names) for step in ladder.steps]
    simulated = ladder.loss == "crps"
    absent = [] if simulated or ladder.step("persona") else [_NO_PERSONA]
    lines = [head, *table(rows, "lrl" + "r" * (len(names) + 2)), *absent]
    if ladder.skill_over_strongest is not None:
        lines.append(f"  twin over {ladder.strongest}: {skill(ladder.skill_over_strongest)}")
    return lines


def _step(step: Step, names: list[str]) -> list[str]:
    return [
        step.name,
        f"{step.loss[0]:.4f}",
        f"{step.loss[1]:.4f}-{step.loss[2]:.4f}",
        *(_metric(step.metrics.get(name)) for name in names),
        skill(step.skill_over_base),
        skill(step.skill_over_persona),
    ]


def _metric(value: float | None) -> str:
    if value is None:
        return ""
    return "-" if math.isnan(value) else f"{value:.4f}"


def _bar(bar: object) -> str:
    from doxa.fidelity.report import BarResult

    if not isinstance(bar, BarResult):
        raise InputError("is no bar")
    low = "" if bar.low is None else f"{bar.low:g} <= "
    high = "" if bar.high is None else f" <= {bar.high:g}"
    verdict = "reached" if bar.reached else "missed" if bar.aim else "MISSED"
    return f"  {'aim' if bar.aim else 'bar'} {bar.subset}: {low}{bar.metric}{high}: {bar.value:.4f}, {verdict}"
