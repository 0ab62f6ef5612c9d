"""``doxa population rollback``: go back to the population that was active before."""

from __future__ import annotations

from doxa.interfaces.cli.console import Json, print_json, say
from doxa.interfaces.cli.population_promote import promotion_lines
from doxa.interfaces.cli.stores import DEFAULT_DB, DEFAULT_WORKSPACE, Db, Workspace, open_existing


def population_rollback(
    db: Db = DEFAULT_DB, workspace: Workspace = DEFAULT_WORKSPACE, as_json: Json = False
) -> None:
    """Let readings use again the population that was active before the present one.

    Example: doxa population rollback --db shop.db
    """
    with open_existing(db, workspace=workspace) as twins:
        found, clock = twins.rollback(), twins.map.clock
    if as_json:
        print_json(found, clock)
        return
    say(*promotion_lines(found))
