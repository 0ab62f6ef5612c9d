"""``doxa effects``: what an action did to an outcome, with the twin's forecast beside the experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from doxa.errors import InputError
from doxa.interfaces.cli.console import Json, phases, print_json, say, table
from doxa.interfaces.cli.effect_lines import label_lines
from doxa.interfaces.cli.stores import DEFAULT_DB, DEFAULT_WORKSPACE, Db, Workspace, open_existing

if TYPE_CHECKING:
    from doxa.runtime.effects import Estimate, MeasuredEffect


def effects(
    action: Annotated[str, typer.Argument(metavar="ACTION", help="An action of the map.")],
    outcome: Annotated[str, typer.Argument(metavar="OUTCOME", help="What it may have changed.")],
    where: Annotated[
        str | None,
        typer.Option(metavar="CONDITION", help='Only among whom it holds: "trait.plan = pro".'),
    ] = None,
    cohort: Annotated[
        str | None, typer.Option(metavar="NAME", help="A saved condition, instead.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Whom it held for then: before the action. Else now."),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Of random samples.")] = 1,
    db: Db = DEFAULT_DB,
    workspace: Workspace = DEFAULT_WORKSPACE,
    as_json: Json = False,
) -> None:
    """Measure what an action did: the experiment alone, and with the twin's forecast as covariate.

    Where the map says that chance decided who got it (`randomised`), arms are compared by inverse
    propensity; units that were put into an arm together count once. The label says what the number
    rests on, and what would identify it.

    Example: doxa effects neighbors votes --db ballots.db

    Example: doxa effects neighbors votes --where "votes_often < 0.5" --at 2006-07-01
    """
    if where is not None and cohort is not None:
        raise InputError("stands beside --where", where="--cohort", expected="one of them")
    with open_existing(db, workspace=workspace) as twins, phases() as report:
        text = where if cohort is None else twins.saved_condition(cohort)
        if text is None and at is not None:
            raise InputError("says when, but not what holds", where="--at", expected="--where")
        found = twins.effects(
            action,
            outcome,
            cohort=None if text is None else twins.find(text, at=at).ids,
            seed=seed,
            progress=lambda what, done: report(what, round(100 * done), 100),
        )
        clock = twins.map.clock
    if as_json:
        print_json(found, clock)
    else:
        say(*_lines(found))


def _lines(found: MeasuredEffect) -> list[str]:
    among = "" if found.asked is None else f" among {found.asked:,} people"
    lines = [
        f"{found.action} on {found.outcome}{among}: {found.treated:,} people with it,"
        f" {found.control:,} with its control, {found.units:,} units"
    ]
    rows = [["", "effect", "95 %", "standard error"]]
    rows += _row("real", found.real)
    rows += _row("with the twin as covariate", found.adjusted)
    slope = "" if found.slope is None else f", slope {found.slope:.2f}"
    rows += _row(f"simulated by population {found.population}{slope}", found.simulated)
    if len(rows) > 1:
        lines += table(rows, "lrlr")
    if found.narrowed is not None:
        lines.append(f"  the twin takes {1 - found.narrowed:.1%} off the standard error")
    return [*lines, *label_lines(found.label)]


def _row(name: str, found: Estimate | None) -> list[list[str]]:
    if found is None:
        return []
    ends = f"{found.low:+.4f} to {found.high:+.4f}"
    return [[name, f"{found.value:+.4f}", ends, f"{found.error:.4f}"]]
