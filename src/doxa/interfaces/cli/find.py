"""``doxa find``: the people for whom a condition holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from doxa.errors import InputError
from doxa.interfaces.cli.arguments import KnownAt
from doxa.interfaces.cli.console import Json, plain, print_json, progress, say
from doxa.interfaces.cli.opinions import when
from doxa.interfaces.cli.stores import (
    DEFAULT_DB,
    DEFAULT_WORKSPACE,
    Db,
    MapFile,
    Purpose,
    Workspace,
    open_existing,
)

if TYPE_CHECKING:
    from doxa.runtime.twins import Twins


def find(
    condition: Annotated[
        str | None,
        typer.Argument(metavar="[CONDITION]", help='For instance "prices_are_fair < 0.3".'),
    ] = None,
    cohort: Annotated[
        str | None, typer.Option(metavar="NAME", help="A saved condition, instead.")
    ] = None,
    save: Annotated[
        str | None, typer.Option(metavar="NAME", help="Keep the condition under this name.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="Who it held for then; left out, now.")
    ] = None,
    known_at: KnownAt = None,
    limit: Annotated[int, typer.Option(metavar="N", help="How many ids to print.")] = 20,
    purpose: Purpose = None,
    db: Db = DEFAULT_DB,
    workspace: Workspace = DEFAULT_WORKSPACE,
    map_file: MapFile = None,
    as_json: Json = False,
) -> None:
    """Find the people for whom a condition holds; without one, list the saved conditions.

    Example: doxa find "prices_are_fair < 0.3 and goal.stalled"
    """
    if limit < 0:
        raise InputError(f"{limit} is no number of people", where="--limit", expected="0 or more")
    if condition is not None and cohort is not None:
        raise InputError("stands beside a condition", where="--cohort", expected="one of them")
    with open_existing(db, map_file, workspace=workspace) as twins:
        if condition is None and cohort is None:
            _list(twins, purpose, as_json)
            return
        text = condition if cohort is None else twins.saved_condition(cohort, purpose=purpose)
        with progress("testing people") as report:
            found = twins.find(
                str(text), at=at, known_at=known_at, purpose=purpose, progress=report
            )
        if save is not None:
            twins.save_cohort(save, found.condition)
        clock = twins.map.clock
    if as_json:
        print_json(found, clock)
        return
    without = f"; {found.left_out:,} more without consent" if found.left_out else ""
    say(f"{len(found):,} of {found.among:,} people as of {when(found.as_of, clock)}{without}")
    say(*(f"  {plain(twin)}" for twin in found.ids[:limit]))
    if len(found) > limit:
        say(f"  and {len(found) - limit:,} more (--limit {len(found)}, or --json)")
    if save is not None:
        say(f"saved as {save}: doxa find --cohort {save}")


def _list(twins: Twins, purpose: str | None, as_json: bool) -> None:
    known = twins.cohorts(purpose=purpose)
    if as_json:
        print_json({"cohorts": known}, twins.map.clock)
        return
    if not known:
        say('no condition is saved yet: doxa find "..." --save NAME keeps one')
    for each in known:
        say(f"{each.name}: {plain(each.condition)}")
