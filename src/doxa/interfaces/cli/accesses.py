"""``doxa accesses``: who read one person through a key."""

from __future__ import annotations

from typing import Annotated

import typer

from doxa.domain.clock import Clock
from doxa.errors import InputError
from doxa.interfaces.cli.arguments import TwinId
from doxa.interfaces.cli.console import Json, cut, plain, print_json, say, table
from doxa.interfaces.cli.opinions import when
from doxa.interfaces.cli.stores import DEFAULT_DB, DEFAULT_WORKSPACE, Db, Workspace, open_existing


def accesses(
    twin: TwinId,
    limit: Annotated[int, typer.Option(metavar="N", help="How many to print, newest first.")] = 20,
    db: Db = DEFAULT_DB,
    workspace: Workspace = DEFAULT_WORKSPACE,
    as_json: Json = False,
) -> None:
    """List who read one person through a key, why, and which nodes they were shown.

    Example: doxa accesses h42
    """
    if limit < 0:
        raise InputError(f"{limit} is no number of reads", where="--limit", expected="0 or more")
    with open_existing(db, workspace=workspace) as twins:
        found = list(reversed(twins.accesses(twin)))
    shown = found[:limit]
    if as_json:
        names = ("at", "reader", "purpose", "face", "nodes")
        rows = [{name: getattr(one, name) for name in names} for one in shown]
        print_json({"twin": twin, "count": len(found), "accesses": rows})
        return
    if not found:
        say("nobody read this person through a key")
        return
    lines = [["when", "reader", "purpose", "asked", "shown"]]
    lines += [
        [
            when(one.at, Clock.TIME),
            cut(plain(one.reader), 24),
            one.purpose,
            one.face,
            cut(", ".join(map(plain, one.nodes)), 48),
        ]
        for one in shown
    ]
    say(*table(lines))
    if len(found) > limit:
        say(f"and {len(found) - limit:,} more (--limit {len(found)})")
