"""``doxa believe``: write down a claim about somebody and see what it changed."""

from __future__ import annotations

from typing import Annotated

import typer

from doxa.interfaces.cli.arguments import Recorded, Session, SignalId, TwinId
from doxa.interfaces.cli.console import Json, plain, print_json, say
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


def believe(
    twin: TwinId,
    claim: Annotated[
        str, typer.Argument(metavar="CLAIM", help="A node of the map, or a claim in words.")
    ],
    holds: Annotated[bool, typer.Option("--holds/--not", help="Whether it holds.")] = True,
    weight: Annotated[float, typer.Option(metavar="W", help="One full statement weighs 1.")] = 1.0,
    kind: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            help="Of a claim in words: belief (when left out), goal, preference, feeling, "
            "constraint, fact or inference.",
        ),
    ] = None,
    quote: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The words it was taken from.")
    ] = None,
    valid_from: Annotated[
        str | None, typer.Option(metavar="TIME", help="It counts from then on.")
    ] = None,
    valid_until: Annotated[
        str | None, typer.Option(metavar="TIME", help="It counts until then.")
    ] = None,
    supersedes: Annotated[
        str | None, typer.Option(metavar="ID", help="The earlier claim that it replaces.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="When it was said; left out, now.")
    ] = None,
    recorded: Recorded = None,
    source: Annotated[
        str, typer.Option(metavar="TEXT", help="Who says so; self is the person.")
    ] = "default",
    session: Session = None,
    id: SignalId = None,
    db: Db = DEFAULT_DB,
    workspace: Workspace = DEFAULT_WORKSPACE,
    map_file: MapFile = None,
    apply_map: ApplyMap = False,
    as_json: Json = False,
) -> None:
    """Write down a claim about somebody and print what it changed.

    Example: doxa believe h42 "prefers delivery" --kind preference --source self
    """
    with open_store(db, map_file, workspace=workspace, apply_map=apply_map) as twins:
        receipt = twins.believe(
            twin,
            claim,
            holds=holds,
            weight=weight,
            source=source,
            kind=kind,
            quote=quote,
            valid_from=valid_from,
            valid_until=valid_until,
            supersedes=supersedes,
            at=at,
            session=session,
            id=id,
            recorded=recorded,
        )
        changes = receipt.delta()
        clock = twins.map.clock
    if as_json:
        found = {"id": receipt.id, "seq": receipt.seq, "duplicate": receipt.duplicate}
        print_json({**found, "delta": [change.as_dict() for change in changes]}, clock)
        return
    again = " (it was there already: nothing changed)" if receipt.duplicate else ""
    say(f"{plain(twin)} claim {plain(receipt.id)}, number {receipt.seq}{again}")
    say(*change_lines(changes))
