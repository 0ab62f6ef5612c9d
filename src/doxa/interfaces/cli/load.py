"""``doxa import``: read back what ``doxa export`` wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from doxa.interfaces.cli.console import Json, note, plain, print_json, say
from doxa.interfaces.cli.stores import (
    DEFAULT_DB,
    DEFAULT_WORKSPACE,
    Db,
    MapFile,
    Workspace,
    open_store,
)


def load(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What doxa export wrote.")],
    db: Db = DEFAULT_DB,
    map_file: MapFile = None,
    workspace: Workspace = DEFAULT_WORKSPACE,
    as_json: Json = False,
) -> None:
    """Read back what doxa export wrote, all or nothing; with the same map it reads the same.

    Signals, merges and retractions are read back. What is there already stays as it is.

    Example: doxa import h42.json --db other.db --map map.yaml
    """
    with open_store(db, map_file, workspace=workspace) as twins:
        receipt = twins.load(file)
    if not receipt.same_map:
        note("it was exported under another map: opinions may differ")
    if as_json:
        print_json(receipt.as_dict())
        return
    told = (
        f"{receipt.signals:,} signals, {receipt.merges:,} merges,"
        f" {receipt.retractions:,} retractions"
    )
    say(f"{plain(receipt.twin)}: {told} added")
