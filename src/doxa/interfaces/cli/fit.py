"""``doxa fit``: learn base rates and heads from everything in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from doxa.errors import PopulationError
from doxa.interfaces.cli.comparisons import judgement_lines, worse_sentence
from doxa.interfaces.cli.console import Json, phases, print_json, say
from doxa.interfaces.cli.effect_lines import slope_lines
from doxa.interfaces.cli.head_lines import head_lines
from doxa.interfaces.cli.stores import DEFAULT_DB, DEFAULT_WORKSPACE, Db, Workspace, open_existing

if TYPE_CHECKING:
    from doxa.runtime.fitting import FitReceipt


def fit(
    outcome: Annotated[
        list[str] | None,
        typer.Option("--outcome", metavar="NAME", help="Only these; may be given several times."),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the random sample of rows.")] = 1,
    promote: Annotated[
        bool, typer.Option("--promote", help="Make it the active one even if it is worse.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Store it, and leave the active one as it is.")
    ] = False,
    challenger: Annotated[
        bool,
        typer.Option(
            "--challenger", help="Try gradient-boosted trees beside every head; twice the work."
        ),
    ] = False,
    signals_at_most: Annotated[
        int,
        typer.Option(
            "--signals-at-most",
            metavar="N",
            help="Of more signals in the ledger, read those of people drawn by a hash of their id.",
        ),
    ] = 2_000_000,
    db: Db = DEFAULT_DB,
    workspace: Workspace = DEFAULT_WORKSPACE,
    as_json: Json = False,
) -> None:
    """Fit a population: base rates of all nodes and a head per outcome, then make it active.

    Of a large ledger a random share of the people is read, with about two million signals: memory stays
    at about 2.5 GiB however large it grows.

    Where one is active already, both are scored on the last stretch of the ledger, which neither
    was fitted on. Exit code 3 when the new one is worse beyond its interval: it is stored, and the
    old one stays active.

    Example: doxa fit --outcome buys_within_week --db shop.db

    Example: doxa fit --keep
    """
    with open_existing(db, workspace=workspace) as twins, phases() as report:
        receipt = twins.fit(
            outcome or None,
            seed=seed,
            promote=promote,
            keep=keep,
            challenger=challenger,
            signals_at_most=signals_at_most,
            progress=lambda what, done: report(what, round(100 * done), 100),
        )
        clock = twins.map.clock
    if as_json:
        print_json(receipt, clock)
    else:
        say(*_lines(receipt))
    if receipt.worse and not receipt.active and not keep:
        raise _refused(receipt)


def _lines(receipt: FitReceipt) -> list[str]:
    found = [
        f"population {receipt.version}: {_of(receipt.people, receipt.of_people)} people,"
        f" {_of(receipt.signals, receipt.of_signals)} signals,"
        f" base rates of {receipt.nodes} nodes, {receipt.seconds:.0f} s"
    ]
    found += head_lines(receipt.heads)
    found += slope_lines(receipt.slopes)
    found += [f"  {name}: {why}" for name, why in receipt.skipped.items()]
    if receipt.judgement is not None:
        found += judgement_lines(receipt.judgement)
    stored = f"population {receipt.version} is "
    return [*found, stored + ("active from now on" if receipt.active else "stored and not active")]


def _of(read: int, there: int) -> str:
    return f"{read:,}" if read >= there else f"{read:,} of {there:,}"


def _refused(receipt: FitReceipt) -> PopulationError:
    assert receipt.judgement is not None
    kept = receipt.judgement.against
    return PopulationError(
        f"population {receipt.version} is worse than population {kept}, which stays active:"
        f" {worse_sentence(receipt.worse)}",
        hint=f"doxa population promote {receipt.version} makes it active all the same",
    )
