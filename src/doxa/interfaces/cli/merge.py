"""``doxa merge``: make a device, a cookie or an address part of a person."""

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


def merge(
    alias: Annotated[str, typer.Argument(metavar="ALIAS", help="The twin that becomes a part.")],
    into: Annotated[str, typer.Option(metavar="TWIN", help="Of whom it is a part.")],
    at: FromThen = None,
    offset: Annotated[
        int | None,
        typer.Option(metavar="N", help="On a position clock: added to the alias's positions."),
    ] = None,
    db: Db = DEFAULT_DB,
    map_file: MapFile = None,
    workspace: Workspace = DEFAULT_WORKSPACE,
    as_json: Json = False,
) -> None:
    """Make one twin part of another: all signals of both count as one person's from then on.

    No signal is rewritten: doxa unmerge undoes it.

    Example: doxa merge device-7 --into h42
    """
    with open_existing(db, map_file, workspace=workspace) as twins:
        receipt = twins.merge(alias, into=into, at=at, offset=offset)
        clock = twins.map.clock
    if as_json:
        print_json(receipt.as_dict(clock))
        return
    if receipt.duplicate:
        say(f"{plain(alias)} is part of {plain(receipt.twin)} already: nothing changed")
        return
    since = f" from {when(receipt.at, clock)} on" if clock.value == "time" else ""
    say(f"{plain(alias)} reads as {plain(receipt.twin)}{since}")
