"""``doxa recommend``: which action helps one person towards something, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doxa.domain.clock import format_moment
from doxa.errors import InputError
from doxa.interfaces.cli.arguments import FromPast, TwinId
from doxa.interfaces.cli.console import Json, counted, cut, plain, print_json, say, table
from doxa.interfaces.cli.signed import number, signed
from doxa.interfaces.cli.stores import (
    DEFAULT_DB,
    DEFAULT_WORKSPACE,
    Db,
    Purpose,
    Workspace,
    open_existing,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from doxa.beliefmap.scenarios import Scenario
    from doxa.runtime.simulating.advice import Recommendation


def recommend(
    twin: TwinId,
    towards: Annotated[
        str, typer.Option(metavar="NAME", help="An outcome, or a node such as a goal.")
    ],
    action: Annotated[
        list[str] | None,
        typer.Option("--action", metavar="NAME", help="Only these of the map; several times."),
    ] = None,
    scenario: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Choose among the scenarios of a file instead."),
    ] = None,
    propensity: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=SHARE", help="How likely you are to choose it; several times."),
    ] = None,
    less: Annotated[
        bool | None,
        typer.Option("--less/--more", help="Whether less of it is better; left out, it is known."),
    ] = None,
    days: Annotated[int, typer.Option(metavar="N", help="How far; or positions.")] = 28,
    paths: Annotated[int, typer.Option(metavar="N", help="How many paths.")] = 400,
    at: FromPast = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the random numbers.")] = 1,
    record: Annotated[
        bool, typer.Option("--record", help="Write the recommendation into the ledger.")
    ] = False,
    purpose: Purpose = None,
    db: Db = DEFAULT_DB,
    workspace: Workspace = DEFAULT_WORKSPACE,
    as_json: Json = False,
) -> None:
    """Rank actions for one person: each run forward against doing nothing. None is an answer too.

    Example: doxa recommend h42 --towards visits_month

    Example: doxa recommend h42 --towards lapses --action coupon --propensity coupon=0.5 --record
    """
    if action and scenario is not None:
        raise InputError("stand beside a file of scenarios", where="--action", expected="one")
    with open_existing(db, workspace=workspace) as twins:
        actions: Mapping[str, Scenario] | list[str] | None = action or None
        if scenario is not None:
            from doxa.beliefmap.scenarios_file import load_scenarios

            actions = load_scenarios(scenario, twins.map)
        found = twins.twin(twin, at, purpose=purpose).recommend(
            actions,
            towards=towards,
            less=less,
            days=days,
            paths=paths,
            seed=seed,
            propensity=_propensities(propensity),
            record=record,
        )
    if as_json:
        print_json({**_document(found)}, found.clock)
        return
    say(*_lines(found))


def _propensities(given: list[str] | None) -> dict[str, float]:
    found = {}
    for each in given or ():
        name, mark, share = each.rpartition("=")
        try:
            found[name] = float(share)
        except ValueError:
            mark = ""
        if not mark or not name:
            raise InputError(
                f"{each!r} is no propensity", where="--propensity", expected="such as coupon=0.5"
            )
    return found


def _lines(found: Recommendation) -> list[str]:
    lines = [
        f"{plain(found.twin)} from {format_moment(found.origin, found.clock)} to"
        f" {format_moment(found.until, found.clock)}, {counted(found.paths, 'path')},"
        f" population {found.version}",
        plain(found.why),
    ]
    rows = [["action", "better by", "80 %", "label", "mostly because of"]]
    rows += [
        [
            plain(cut(one.action, 28)),
            signed(one.difference),
            f"{number(one.low)} to {number(one.high)}",
            one.grounds.ground.value if one.grounds else "nothing is changed",
            plain(", ".join(f"{why.node} {signed(why.part)}" for why in one.because[:3])),
        ]
        for one in found.options
    ]
    if found.options:
        lines += table(rows, "lrrll")
    for one in found.options:
        lines += [f"  {plain(one.action)}: {plain(str(one.grounds))}"] if one.grounds else []
        lines += [f"  outside of what was seen: {plain(v.says)}" for v in one.outside]
    lines += [f"  {plain(one.action)} is not open: {plain(one.why)}" for one in found.excluded]
    return [*lines, *([f"recorded as {found.id}"] if found.id else [])]


def _document(found: Recommendation) -> dict[str, object]:
    fields = {name: getattr(found, name) for name in found.__struct_fields__}
    return {**fields, "why": found.why}
