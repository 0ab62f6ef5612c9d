"""``doxa population compare``: two populations on the same rows."""

from __future__ import annotations

from typing import Annotated

import typer

from doxa.interfaces.cli.comparisons import comparison_lines
from doxa.interfaces.cli.console import Json, phases, print_json, say, table
from doxa.interfaces.cli.population_list import state_of
from doxa.interfaces.cli.stores import DEFAULT_DB, DEFAULT_WORKSPACE, Db, Workspace, open_existing


def population_compare(
    former: Annotated[int, typer.Argument(metavar="A", help="One of them.")],
    latter: Annotated[int, typer.Argument(metavar="B", help="The other, held against A.")],
    db: Db = DEFAULT_DB,
    workspace: Workspace = DEFAULT_WORKSPACE,
    as_json: Json = False,
) -> None:
    """Hold two populations against each other, on what came after both were fitted.

    Example: doxa population compare 1 2
    """
    with open_existing(db, workspace=workspace) as twins, phases() as report:
        found = twins.compare(
            former, latter, progress=lambda what, done: report(what, round(100 * done), 100)
        )
        clock = twins.map.clock
    if as_json:
        print_json(found, clock)
        return
    rows = [["", "people", "signals", "heads", "it is"]]
    rows += [
        [
            f"population {each.version}",
            f"{each.people:,}",
            f"{each.signals:,}",
            str(len(each.heads)),
            state_of(each),
        ]
        for each in (found.former, found.latter)
    ]
    say(*table(rows, "lrrrl"))
    names = f"population {former}", f"population {latter}"
    say(*comparison_lines(found.compared, found.not_compared, *names))
    if found.base_rates:
        say("base rates that moved:")
        say(
            *table(
                [
                    [node, f"{rates[0]:.3f}", "->", f"{rates[1]:.3f}"]
                    for node, rates in found.base_rates.items()
                ],
                "lrlr",
            )
        )
