"""``doxa unmerge``: make a merged twin somebody of its own again."""

from __future__ import annotations

from typing import Annotated

import typer

from doxa.interfaces.cli.arguments import FromThen
from doxa.interfaces.cli.console import Json, plain, print_json, say
from doxa.interfaces.cli.opinions import when
from doxa.interfaces.cli.stores import (
    DEFAULT_DB,
    DEFAULT_WORKSPACE,
    Db,
    MapFile,
    Workspace,
    open_existing,
)


def unmerge(
    alias: Annotated[str, typer.Argument(metavar="ALIAS", help="The twin that was merged.")],
    at: FromThen = None,
    db: Db = DEFAULT_DB,
    map_file: MapFile = None,
    workspace: Workspace = DEFAULT_WORKSPACE,
    as_json: Json = False,
) -> None:
    """Make a merged twin somebody of its own again, with the signals that were sent under its id.

    Example: doxa unmerge device-7
    """
    with open_existing(db, map_file, workspace=workspace) as twins:
        receipt = twins.unmerge(alias, at=at)
        clock = twins.map.clock
    if as_json:
        print_json(receipt.as_dict(clock))
        return
    since = f" from {when(receipt.at, clock)} on" if clock.value == "time" else ""
    say(f"{plain(alias)} is somebody of its own again{since}")
