"""``doxa population show``: one population, its heads, and how it was judged."""

from __future__ import annotations

from typing import Annotated

import typer

from doxa.interfaces.cli.comparisons import judgement_lines
from doxa.interfaces.cli.console import Json, print_json, say, table
from doxa.interfaces.cli.opinions import when
from doxa.interfaces.cli.population_list import state_of
from doxa.interfaces.cli.stores import DEFAULT_DB, DEFAULT_WORKSPACE, Db, Workspace, open_existing


def population_show(
    version: Annotated[int, typer.Argument(metavar="N", help="Which one.")],
    db: Db = DEFAULT_DB,
    workspace: Workspace = DEFAULT_WORKSPACE,
    as_json: Json = False,
) -> None:
    """Show a population: what it was fitted on, its heads, how it did against the one before.

    Example: doxa population show 2
    """
    from doxa.domain.clock import Clock

    with open_existing(db, workspace=workspace) as twins:
        found, clock = twins.population(version), twins.map.clock
    if as_json:
        print_json(found, clock)
        return
    say(
        f"population {found.version}, fitted {when(found.created, Clock.TIME)} on what is before"
        f" {when(found.origin, clock)}: {state_of(found)}",
        f"{found.people:,} people, {found.signals:,} signals, base rates of {found.nodes} nodes",
    )
    rows = [["outcome", "rows", "people", "columns", "penalty", "calibration"]]
    rows += [
        [
            head.outcome,
            f"{head.rows:,}",
            f"{head.people:,}",
            str(head.columns),
            f"{head.ridge:g}",
            f"{head.calibration_slope:.3f}",
        ]
        for head in found.heads
    ]
    say(*table(rows, "lrrrrr"))
    if found.judgement is not None:
        say(*judgement_lines(found.judgement))
    say(*(f"active from {when(moment, Clock.TIME)}" for moment in found.activated))
