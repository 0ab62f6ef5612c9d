"""``doxa retract``: take one signal back."""

from __future__ import annotations

from typing import Annotated

import typer

from doxa.interfaces.cli.console import Json, plain, print_json, say
from doxa.interfaces.cli.stores import (
    DEFAULT_DB,
    DEFAULT_WORKSPACE,
    Db,
    MapFile,
    Workspace,
    open_existing,
)


def retract(
    id: Annotated[str, typer.Argument(metavar="ID", help="The signal's id; doxa explain has it.")],
    source: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Whose id it is, where several sources have it."),
    ] = None,
    db: Db = DEFAULT_DB,
    map_file: MapFile = None,
    workspace: Workspace = DEFAULT_WORKSPACE,
    as_json: Json = False,
) -> None:
    """Take one signal back: it stays in the ledger, counts no longer, and stays so when sent again.

    Example: doxa retract t-981 --source till
    """
    with open_existing(db, map_file, workspace=workspace) as twins:
        receipt = twins.retract(id, source=source)
    if as_json:
        print_json(receipt.as_dict())
        return
    what = f"signal {plain(receipt.id)} of {plain(receipt.source)} about {plain(receipt.twin)}"
    again = "was taken back before: nothing changed" if receipt.duplicate else "counts no longer"
    say(f"{what} {again}")
