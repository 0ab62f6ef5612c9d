"""``doxa forecast``: what people will likely do next, and why."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import typer

from doxa.domain.clock import Clock, format_moment, format_span
from doxa.errors import InputError
from doxa.interfaces.cli.console import Json, counted, cut, plain, print_json, say, table
from doxa.interfaces.cli.fields import payload_given
from doxa.interfaces.cli.stores import (
    DEFAULT_DB,
    DEFAULT_WORKSPACE,
    Db,
    Purpose,
    Workspace,
    open_existing,
)

SHORT = 10
"""Ends beyond are printed as whole numbers."""


def forecast(
    outcome: Annotated[str, typer.Argument(metavar="OUTCOME", help="An outcome of the map.")],
    twin: Annotated[
        list[str] | None,
        typer.Option("--twin", metavar="ID", help="Only these people; may be given several times."),
    ] = None,
    item: Annotated[
        list[str] | None,
        typer.Option("--item", metavar="NAME", help="Only these members; several times."),
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--given",
            metavar="FIELD=VALUE",
            help="Of the signal that will decide the outcome; several times.",
        ),
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="As of a past moment (a backtest).")
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Write the forecasts down, to be scored later.")
    ] = False,
    limit: Annotated[
        int, typer.Option(metavar="N", help="How many to print, likeliest first.")
    ] = 10,
    purpose: Purpose = None,
    db: Db = DEFAULT_DB,
    workspace: Workspace = DEFAULT_WORKSPACE,
    as_json: Json = False,
) -> None:
    """Forecast an outcome for everybody, or for some, likeliest first, each with its reasons.

    Example: doxa forecast buys_within_week --twin 1 --item "FLUID MILK PRODUCTS"

    Example: doxa forecast rates --twin 1 --given film=318 --given 'genres=["crime"]'
    """
    if limit < 0:
        raise InputError(
            f"{limit} is no number of forecasts", where="--limit", expected="0 or more"
        )
    with open_existing(db, workspace=workspace) as twins:
        found = twins.forecast(
            outcome,
            cohort=twin or None,
            items=item or None,
            given=payload_given(given) if given else None,
            at=at,
            record=record,
            purpose=purpose,
        )
        best = np.argsort(-found.probability, kind="stable")[:limit]
        shown = list(found.rows(best))
        clock, within = twins.map.clock, twins.map.outcomes[outcome].within
    if as_json:
        print_json(_document(found, shown), clock)
        return
    horizon = f", window {format_span(within, clock)}" if within else ""
    say(
        f"{outcome}: {counted(len(found), 'forecast')} of {counted(len(found.twins), 'person', 'people')} at"
        f" {format_moment(found.origin, clock)}{horizon}; {_label(found)}"
    )
    if found.left_out:
        say(f"  {found.left_out:,} more do not let {purpose} read them, or were never met")
    for verdict in found.outside:
        say(f"  outside of what was seen: {plain(verdict.says)}")
    if not shown:
        say("  nobody is asked: no twin is eligible at this moment")
        return
    timed = any(row.times for row in shown)
    rows = [
        ["twin", "item", "forecast", "80 %", *(["half by"] if timed else []), "mostly because of"]
    ]
    rows += [
        [
            plain(cut(row.twin, 20)),
            plain(cut(row.item or "", 28)),
            _number(row),
            _ends(row),
            *([_middle(row, clock)] if timed else []),
            _because(row),
        ]
        for row in shown
    ]
    say(*table(rows, "llrlll" if timed else "llrll"))
    if found.id is not None:
        say(f"recorded as {found.id}")


def _number(row: Any) -> str:
    return f"{row.probability:.3f}"


def _ends(row: Any) -> str:
    """The ends of the forecast, empty where nothing says."""
    if row.low is None:
        return ""
    form = ".2f" if abs(row.high) < SHORT else ".0f"
    return f"{row.low:{form}} to {row.high:{form}}"


def _middle(row: Any, clock: Clock) -> str:
    """The moment by which it is as likely as not to have happened."""
    middle = row.times.middle if row.times else None
    return "after the window" if middle is None else format_moment(middle, clock)


def _because(row: Any) -> str:
    parts = [f"{reason.node} {reason.contribution:+.2f}" for reason in row.reasons[:3]]
    return ", ".join(parts) or "the prior"


def _label(found: Any) -> str:
    if found.label == "prior":
        return "the prior of the map, nothing is fitted yet (run doxa fit)"
    stale = " (fitted under other rules than the map has now: run doxa fit)" if found.stale else ""
    return f"{found.label}, population {found.version}{stale}"


def _document(found: Any, shown: list[Any]) -> dict[str, Any]:
    return {
        "outcome": found.outcome,
        "origin": found.origin,
        "label": found.label,
        "population": found.version,
        "stale": found.stale,
        "recorded": found.id,
        "purpose": found.purpose,
        "left_out": found.left_out,
        "outside": list(found.outside),
        "count": len(found),
        "forecasts": shown,
    }
