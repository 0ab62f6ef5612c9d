"""``doxa fit``: learn base rates and heads from everything in the ledger."""

from __future__ import annotations

from typing import Annotated

import typer

from doxa.interfaces.cli.console import Json, phases, print_json, say, table
from doxa.interfaces.cli.stores import DEFAULT_DB, DEFAULT_WORKSPACE, Db, Workspace, open_existing


def fit(
    outcome: Annotated[
        list[str] | None,
        typer.Option("--outcome", metavar="NAME", help="Only these; may be given several times."),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the random sample of rows.")] = 1,
    db: Db = DEFAULT_DB,
    workspace: Workspace = DEFAULT_WORKSPACE,
    as_json: Json = False,
) -> None:
    """Fit a population: base rates of all nodes and a head per outcome, then make it active.

    Example: doxa fit --outcome buys_within_week --db shop.db
    """
    with open_existing(db, workspace=workspace) as twins, phases() as report:
        receipt = twins.fit(
            outcome or None,
            seed=seed,
            progress=lambda what, done: report(what, round(100 * done), 100),
        )
        clock = twins.map.clock
    if as_json:
        print_json(receipt, clock)
        return
    say(
        f"population {receipt.version}: {receipt.people:,} people, {receipt.signals:,} signals,"
        f" base rates of {receipt.nodes} nodes, {receipt.seconds:.0f} s"
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
        for head in receipt.heads
    ]
    say(*table(rows, "lrrrrr"))
    say(*(f"  {name}: {why}" for name, why in receipt.skipped.items()))
