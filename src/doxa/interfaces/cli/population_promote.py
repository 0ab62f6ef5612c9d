"""``doxa population promote``: let readings use a population from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from doxa.interfaces.cli.console import Json, print_json, say
from doxa.interfaces.cli.stores import DEFAULT_DB, DEFAULT_WORKSPACE, Db, Workspace, open_existing

if TYPE_CHECKING:
    from doxa.runtime.populations.versions import Promotion


def population_promote(
    version: Annotated[int, typer.Argument(metavar="N", help="Which one.")],
    db: Db = DEFAULT_DB,
    workspace: Workspace = DEFAULT_WORKSPACE,
    as_json: Json = False,
) -> None:
    """Let readings and forecasts use a population from now on; the past keeps the one it had.

    Example: doxa population promote 2
    """
    with open_existing(db, workspace=workspace) as twins:
        found, clock = twins.promote(version), twins.map.clock
    if as_json:
        print_json(found, clock)
        return
    say(*promotion_lines(found))


def promotion_lines(found: Promotion) -> list[str]:
    """What a promotion changed."""
    if not found.changed:
        return [f"population {found.version} is active already: nothing changed"]
    before = "" if found.before is None else f", in place of population {found.before}"
    lines = [f"population {found.version} is active from now on{before}"]
    if found.stale:
        lines.append("it was fitted on other evidence than the map has now: run doxa fit")
    return lines
