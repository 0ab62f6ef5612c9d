"""Opening the store that ``--db`` and ``--map`` name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from doxa.errors import InputError

if TYPE_CHECKING:
    from doxa.runtime.twins import Twins

Db: TypeAlias = Annotated[
    str, typer.Option("--db", envvar="DOXA_DB", help="The store's file.", metavar="PATH")
]
MapFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--map", help="The belief map; left out, the one the store runs on.", metavar="PATH"
    ),
]
ApplyMap: TypeAlias = Annotated[
    bool, typer.Option("--apply-map", help="Let a changed map take over from now on.")
]
Purpose: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--purpose",
        metavar="NAME",
        help="Why you read, a purpose of the map: what it may not see is left out.",
    ),
]
Workspace: TypeAlias = Annotated[
    str, typer.Option("--workspace", help="Which of the store's workspaces.", metavar="NAME")
]
DEFAULT_DB = "doxa.db"
DEFAULT_WORKSPACE = "default"


def open_store(
    db: str,
    map_file: Path | None,
    *,
    workspace: str = DEFAULT_WORKSPACE,
    apply_map: bool = False,
) -> Twins:
    """Open a store to write to; with a map, a new one is made."""
    from doxa.runtime.opening import open_twins

    if apply_map and map_file is None:
        raise InputError("names no map", where="--apply-map", hint="name it with --map")
    return open_twins(db, map_file, workspace, apply_map=apply_map)


def open_existing(
    db: str, map_file: Path | None = None, *, workspace: str = DEFAULT_WORKSPACE
) -> Twins:
    """Open a store to read from; it must be there."""
    from doxa.runtime.opening import is_new, open_twins, store_file

    if is_new(store_file(db)):
        raise InputError(
            "there is no store here",
            where=db,
            hint="name it with --db, or begin with doxa observe or doxa backfill",
        )
    return open_twins(db, map_file, workspace)
