"""``doxa population refresh``: look up again what everybody lately does."""

from __future__ import annotations

from doxa.interfaces.cli.console import Json, print_json, say
from doxa.interfaces.cli.stores import DEFAULT_DB, DEFAULT_WORKSPACE, Db, Workspace, open_existing


def population_refresh(
    db: Db = DEFAULT_DB, workspace: Workspace = DEFAULT_WORKSPACE, as_json: Json = False
) -> None:
    """Look up again what everybody lately does, without fitting: forecasts that read it are fresh.

    Example: doxa population refresh --db shop.db
    """
    with open_existing(db, workspace=workspace) as twins:
        found, clock = twins.refresh(), twins.map.clock
    if as_json:
        print_json(found, clock)
    elif found.outcomes:
        say(
            f"population {found.version} is active from now on, in place of population {found.before}:"
            f" what everybody lately does was looked up for {', '.join(found.outcomes)}"
        )
    else:
        say(f"no forecast of population {found.version} reads what everybody does: nothing changed")
