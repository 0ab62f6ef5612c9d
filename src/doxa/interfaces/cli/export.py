"""``doxa export``: everything held of one person, as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from doxa.errors import InputError
from doxa.interfaces.cli.console import Json, note, plain, print_json
from doxa.interfaces.cli.dated import dated
from doxa.interfaces.cli.stores import (
    DEFAULT_DB,
    DEFAULT_WORKSPACE,
    Db,
    MapFile,
    Workspace,
    open_existing,
)


def export(
    twin: Annotated[str, typer.Argument(metavar="TWIN", help="The person's id, or an alias.")],
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write there; left out, standard output.")
    ] = None,
    db: Db = DEFAULT_DB,
    map_file: MapFile = None,
    workspace: Workspace = DEFAULT_WORKSPACE,
    as_json: Json = False,
) -> None:
    """Write everything held of one person: signals with their sources, merges, opinions, forecasts.

    It is JSON with and without --json; doxa import reads it back.

    Example: doxa export h42 --output h42.json
    """
    with open_existing(db, map_file, workspace=workspace) as twins:
        found: dict[str, Any] = dated(twins.export(twin), twins.map.clock)
    if output is None:
        print_json(found)
        return
    try:
        output.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    except OSError as error:
        raise InputError(
            f"cannot be written ({error.strerror})", where=f"--output {output}"
        ) from error
    told = {
        name: len(found[name])
        for name in ("signals", "merges", "opinions", "forecasts", "accesses")
    }
    if as_json:
        print_json({"output": str(output), "twin": found["twin"], **told})
    else:
        parts = ", ".join(f"{count:,} {name}" for name, count in told.items())
        note(f"{output}: {plain(found['twin'])}, {parts}")
