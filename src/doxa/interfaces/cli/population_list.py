"""``doxa population list``: which populations there are, and which of them readings use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doxa.interfaces.cli.console import Json, print_json, say, table
from doxa.interfaces.cli.opinions import when
from doxa.interfaces.cli.stores import DEFAULT_DB, DEFAULT_WORKSPACE, Db, Workspace, open_existing

if TYPE_CHECKING:
    from doxa.runtime.populations.versions import PopulationRecord


def population_list(
    db: Db = DEFAULT_DB, workspace: Workspace = DEFAULT_WORKSPACE, as_json: Json = False
) -> None:
    """List the populations, oldest first: what each was fitted on, and what became of it.

    Example: doxa population list --db shop.db
    """
    from doxa.domain.clock import Clock

    with open_existing(db, workspace=workspace) as twins:
        found, clock = twins.populations(), twins.map.clock
    if as_json:
        print_json({"populations": found}, clock)
        return
    if not found:
        say("no population yet: run doxa fit")
        return
    rows = [["version", "fitted", "on what is before", "people", "signals", "heads", "it is"]]
    rows += [
        [
            str(each.version),
            when(each.created, Clock.TIME),
            when(each.origin, clock),
            f"{each.people:,}",
            f"{each.signals:,}",
            str(len(each.heads)),
            state_of(each),
        ]
        for each in found
    ]
    say(*table(rows, "rllrrrl"))


def state_of(record: PopulationRecord) -> str:
    """What became of a version, in a few words."""
    found = "active" if record.active else "was active" if record.activated else "never active"
    if not record.activated and record.judgement is not None and record.judgement.worse:
        found = f"refused, worse than {record.judgement.against}"
    return f"{found}, stale" if record.stale else found
