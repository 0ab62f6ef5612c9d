"""``doxa observe``: take in one signal and see what it changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from doxa.interfaces.cli.arguments import Recorded, Session, SignalId, TwinId
from doxa.interfaces.cli.console import Json, plain, print_json, say
from doxa.interfaces.cli.fields import payload_given
from doxa.interfaces.cli.opinions import change_lines
from doxa.interfaces.cli.stores import (
    DEFAULT_DB,
    DEFAULT_WORKSPACE,
    ApplyMap,
    Db,
    MapFile,
    Workspace,
    open_store,
)


def observe(
    twin: TwinId,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="The kind of signal.")],
    fields: Annotated[
        list[str] | None, typer.Argument(metavar="[FIELD=VALUE]...", help="The payload.")
    ] = None,
    payload: Annotated[
        str | None, typer.Option(metavar="JSON", help="The payload as a JSON object.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="When it happened; left out, now.")
    ] = None,
    recorded: Recorded = None,
    source: Annotated[str, typer.Option(metavar="TEXT", help="Who sent it.")] = "default",
    session: Session = None,
    device: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The device it came from.")
    ] = None,
    id: SignalId = None,
    db: Db = DEFAULT_DB,
    workspace: Workspace = DEFAULT_WORKSPACE,
    map_file: MapFile = None,
    apply_map: ApplyMap = False,
    as_json: Json = False,
) -> None:
    """Take in one signal and print what it changed.

    Example: doxa observe h42 purchase category=MILK sales_value=2.99 --source till
    """
    given = payload_given(fields or [], payload)
    if map_file is not None:
        _refuse_before_making(db, map_file, twin, kind, given)
    with open_store(db, map_file, workspace=workspace, apply_map=apply_map) as twins:
        receipt = twins.observe(
            twin,
            kind,
            given,
            at=at,
            recorded=recorded,
            source=source,
            session=session,
            device=device,
            id=id,
        )
        changes = receipt.delta()
        clock = twins.map.clock
    if as_json:
        found = {"id": receipt.id, "seq": receipt.seq, "duplicate": receipt.duplicate}
        told = {"retracted": receipt.retracted, "delta": [each.as_dict() for each in changes]}
        print_json({**found, **told}, clock)
        return
    again = " (it was there already: nothing changed)" if receipt.duplicate else ""
    if receipt.retracted:
        again = " (it was taken back, and stays so)"
    say(f"{plain(twin)} {plain(kind)} {plain(receipt.id)}, number {receipt.seq}{again}")
    if changes:
        say(*change_lines(changes))
    elif not receipt.duplicate:
        say("  says nothing about a node")


def _refuse_before_making(db: str, map_file: Path, twin: str, kind: str, payload: Any) -> None:
    """Refuse a signal that a new store could not take before that store is made."""
    from doxa.beliefmap.map_file import load_map
    from doxa.runtime.intake.names import given_kind, given_name
    from doxa.runtime.intake.payloads import given_payload
    from doxa.runtime.opening import is_new, store_file

    try:
        if not is_new(store_file(db)):
            return
    except OSError:  # what is wrong with the file itself is said on opening it
        return
    given_kind(kind, load_map(map_file))
    given_name("twin", twin)
    given_payload(payload)
