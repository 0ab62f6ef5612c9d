"""``doxa forget``: erase one person for good, and keep them erased."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from doxa.domain.clock import Clock
from doxa.errors import InputError
from doxa.interfaces.cli.console import Json, note, plain, print_json, say
from doxa.interfaces.cli.opinions import when
from doxa.interfaces.cli.stores import DEFAULT_DB, DEFAULT_WORKSPACE, Db, Workspace, open_existing

if TYPE_CHECKING:
    from doxa.runtime.forgetting import ForgetReceipt
    from doxa.runtime.twins import Twins


def forget(
    twin: Annotated[str | None, typer.Argument(metavar="[TWIN]", help="The person's id.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    purge: Annotated[
        bool, typer.Option("--purge", help="Only finish what an earlier forget had to leave.")
    ] = False,
    save: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Only write the list of the forgotten, as hashes."),
    ] = None,
    reapply: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Only forget again, in a restored copy, a saved list."),
    ] = None,
    db: Db = DEFAULT_DB,
    workspace: Workspace = DEFAULT_WORKSPACE,
    as_json: Json = False,
) -> None:
    """Erase one person: signals, snapshots, forecasts, their pages beside the store. For good.

    Signals of theirs from before are refused from then on, whoever sends them again.

    Example: doxa forget h42 --yes

    Example: doxa forget --reapply forgotten.json --db restored.db
    """
    wanted = [twin is not None, purge, save is not None, reapply is not None]
    if sum(wanted) != 1:
        raise InputError(
            "names nothing to do" if not any(wanted) else "names more than one thing to do",
            where="doxa forget",
            expected="an id, --purge, --save or --reapply",
        )
    with open_existing(db, workspace=workspace) as twins:
        if twin is not None:
            if not yes:
                _ask(twins, twin)
            _tell(twins.forget(twin), as_json)
        elif save is not None:
            _save(twins, save, as_json)
        elif reapply is not None:
            _tell(twins.reapply(reapply), as_json)
        else:
            _tell_purged(twins.purge(), as_json)


def _ask(twins: Twins, twin: str) -> None:
    if not sys.stdin.isatty():
        raise InputError("cannot be asked here", where="--yes", hint="give --yes to erase for good")
    key = twins.wiring.store.twin_key(twin)
    held = 0 if key is None else len(twins.wiring.store.signals(key))
    question = f"Erase {held:,} signals of {plain(twin)} and all that follows from them, for good?"
    if not typer.confirm(question, err=True):
        note("nothing was erased")
        raise typer.Exit(1)


def _tell(receipt: ForgetReceipt, as_json: bool) -> None:
    if as_json:
        print_json(receipt)
        return
    told = ", ".join(f"{count:,} {place}" for place, count in receipt.counts.items())
    say(f"gone at {when(receipt.gone_at, Clock.TIME)}: {told or 'nothing was held'}")
    _say_purged(receipt.purged_at)


def _tell_purged(purged_at: int | None, as_json: bool) -> None:
    if as_json:
        print_json({"purged_at": purged_at})
    else:
        _say_purged(purged_at)


def _say_purged(purged_at: int | None) -> None:
    if purged_at is None:
        say("purge pending: another process is reading or loading; later: doxa forget --purge")
    else:
        say(f"purged at {when(purged_at, Clock.TIME)}: no byte is left in the store's files")


def _save(twins: Twins, path: Path, as_json: bool) -> None:
    found = twins.forgotten()
    path.write_bytes(msgspec.json.encode(found))
    if as_json:
        print_json({"saved": str(path), "forgotten": len(found.twins)})
    else:
        say(f"{plain(str(path))}: {len(found.twins):,} forgotten, as hashes with their key")
