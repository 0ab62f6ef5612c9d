"""``doxa backfill``: load history from tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from doxa.errors import InputError
from doxa.interfaces.cli.console import Json, phases, print_json, say
from doxa.interfaces.cli.stores import (
    DEFAULT_DB,
    DEFAULT_WORKSPACE,
    ApplyMap,
    Db,
    MapFile,
    Workspace,
    open_store,
)

ENDINGS = {".yaml", ".yml"}


def backfill(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A tables file, or one table.")],
    twin: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="One table: whose row it is.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="One table: its kind, or =constant.")
    ] = None,
    at: Annotated[str | None, typer.Option(metavar="COLUMN", help="When it happened.")] = None,
    source: Annotated[str | None, typer.Option(metavar="COLUMN", help="Who sent it.")] = None,
    session: Annotated[str | None, typer.Option(metavar="COLUMN", help="Its session.")] = None,
    device: Annotated[str | None, typer.Option(metavar="COLUMN", help="Its device.")] = None,
    id: Annotated[
        str | None, typer.Option("--id", metavar="COLUMNS", help="Its id, joined from columns.")
    ] = None,
    order: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="What decides between equal times.")
    ] = None,
    recorded: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="When it became known.")
    ] = None,
    payload: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The column that holds the payload.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Where the files lie; left out, beside the tables file."
        ),
    ] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin anew after an interrupted load.")
    ] = False,
    max_rejects: Annotated[
        float | None,
        typer.Option(metavar="N", help="Bad rows that are borne: a share below 1, or a number."),
    ] = None,
    snapshots: Annotated[
        bool,
        typer.Option("--snapshots", help="Leave snapshots: first readings are quick ones."),
    ] = False,
    db: Db = DEFAULT_DB,
    workspace: Workspace = DEFAULT_WORKSPACE,
    map_file: MapFile = None,
    apply_map: ApplyMap = False,
    as_json: Json = False,
) -> None:
    """Load history: Parquet, CSV, JSONL or SQL over them. Run twice it loads once.

    Example: doxa backfill tables.yaml --db shop.db --map map.yaml

    Example: doxa backfill orders.parquet --twin customer --kind =purchase --at day --id order
    """
    from doxa.storage.bulk.receipt import Options

    columns = {
        "twin": twin, "kind": kind, "at": at, "source": source, "session": session,
        "device": device, "id": id, "order": order, "recorded": recorded, "payload": payload,
    }  # fmt: skip
    given = {name: value for name, value in columns.items() if value is not None}
    if file.suffix.lower() in ENDINGS and given:
        raise InputError(
            "a tables file says itself what its columns are",
            where=str(file),
            hint="drop the flags, or name one table",
        )
    options = Options(restart=restart, max_rejects=_bound(max_rejects))
    with (
        open_store(db, map_file, workspace=workspace, apply_map=apply_map) as twins,
        phases() as report,
    ):
        receipt = twins.backfill(
            file, folder=data, options=options, progress=report, snapshots=snapshots, **given
        )
    if as_json:
        print_json(receipt)
    else:
        say(*_lines(receipt, db))
    if receipt.rejected:
        raise typer.Exit(1)


def _bound(given: float | None) -> float | int | None:
    """A share below 1, or a whole number of rows."""
    if given is None or 0 <= given < 1:
        return given
    if given < 1 or not given.is_integer():
        raise InputError(
            f"{given:g} bounds nothing",
            where="--max-rejects",
            expected="a share from 0 to 1, or a whole number of rows",
        )
    return int(given)


def _lines(receipt: object, db: str) -> list[str]:
    from doxa.storage.bulk.receipt import BackfillReceipt

    assert isinstance(receipt, BackfillReceipt)
    seconds = sum(receipt.seconds.values())
    found = [f"{receipt.rows:,} rows read into {db} in {seconds:.1f} s"]
    found.append(f"  new         {receipt.appended:>12,}")
    if receipt.duplicates:
        found.append(f"  known       {receipt.duplicates:>12,}")
    if receipt.resumed:
        found.append(f"  resumed     {receipt.resumed:>12,}")
    if receipt.rejected:
        found.append(f"  refused     {receipt.rejected:>12,}   see {receipt.rejects}")
    if receipt.snapshots is not None:
        found.append(f"  snapshots   {receipt.snapshots:>12,}")
    for kind, nearest in receipt.unknown_kinds.items():
        hint = f"; did you mean {nearest}?" if nearest else ""
        found.append(f"  the map declares no kind {kind!r}{hint}")
    return found
