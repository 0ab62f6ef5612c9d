"""``doxa shares``: what people would take of a menu if it were changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doxa.domain.clock import format_moment
from doxa.errors import InputError
from doxa.interfaces.cli.console import Json, counted, cut, plain, print_json, say, table
from doxa.interfaces.cli.fields import payload_given
from doxa.interfaces.cli.stores import (
    DEFAULT_DB,
    DEFAULT_WORKSPACE,
    Db,
    Purpose,
    Workspace,
    open_existing,
)

if TYPE_CHECKING:
    from doxa.runtime.simulating.share_results import PersonShares, SharePart, Shares


def shares(
    outcome: Annotated[str, typer.Argument(metavar="OUTCOME", help="A choice among options.")],
    given: Annotated[
        list[str],
        typer.Option(
            "--given",
            metavar="FIELD=VALUE",
            help="The menu as it is, and what else is known of its signal; several times.",
        ),
    ],
    scenario: Annotated[
        Path, typer.Option("--scenario", metavar="FILE", help="How it would be changed.")
    ],
    only: Annotated[
        str | None, typer.Option("--only", metavar="NAME", help="This scenario of the file.")
    ] = None,
    twin: Annotated[
        list[str] | None,
        typer.Option("--twin", metavar="ID", help="Only these people; may be given several times."),
    ] = None,
    paths: Annotated[
        int, typer.Option(metavar="N", help="How often each person chooses, in both arms.")
    ] = 200,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the random numbers.")] = 1,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="As of a past moment; left out, now.")
    ] = None,
    limit: Annotated[
        int, typer.Option(metavar="N", help="How many people to print, those who lose most first.")
    ] = 5,
    purpose: Purpose = None,
    db: Db = DEFAULT_DB,
    workspace: Workspace = DEFAULT_WORKSPACE,
    as_json: Json = False,
) -> None:
    """What people would take of a menu if it were changed, against the menu as it is.

    Everybody chooses from both menus with the same luck. A change far outside of what was ever seen
    is refused. Nothing is written to the store.

    Example: doxa shares picks --given 'brands=[{"id": "a", "price": 2}, {"id": "b", "price": 3}]'
    --scenario scenarios.yaml --only price_rise
    """
    from doxa.beliefmap.scenarios_file import load_scenarios

    if limit < 0:
        raise InputError(f"{limit} is no number of people", where="--limit", expected="0 or more")
    with open_existing(db, workspace=workspace) as twins:
        known = load_scenarios(scenario, twins.map)
        name = only or next(iter(known), "")
        if name not in known or (only is None and len(known) > 1):
            raise InputError(
                f"the file has no scenario {name!r}" if only else "which of the scenarios?",
                where="--only",
                expected=f"one of {', '.join(known)}",
            )
        found = twins.shares(
            outcome,
            known[name],
            given=payload_given(given),
            cohort=twin or None,
            paths=paths,
            seed=seed,
            at=at,
            purpose=purpose,
        )
    if as_json:
        print_json(found, found.clock)
    else:
        say(*lines(found, name, limit))


def lines(found: Shares, scenario: str, limit: int) -> list[str]:
    """Shares as text: everybody, parts, those who lose most, and what it rests on."""
    told = [
        f"{found.outcome} under {scenario}: {counted(found.parts[0].people, 'person', 'people')} at"
        f" {format_moment(found.origin, found.clock)}, {found.paths} paths, population {found.version}"
    ]
    if found.left_out:
        told.append(f"  {found.left_out:,} more do not let {found.purpose} read them")
    told += [f"  outside of what was seen: {plain(one.says)}" for one in found.outside]
    for part in found.parts:
        told += ["", *_part(part)]
    if limit:
        told += ["", "  who loses most:", *_people(found.people[:limit])]
    if found.grounds is not None:
        told += ["", f"  {plain(str(found.grounds))}"]
    return told


def _part(part: SharePart) -> list[str]:
    rows = [["", "as it is", "changed", "difference", "80 %"]]
    rows += [
        [
            plain(cut(one.option, 28)),
            f"{one.without:.3f}",
            f"{one.under:.3f}",
            f"{one.difference:+.3f}",
            f"{one.low:+.3f} to {one.high:+.3f}",
        ]
        for one in part.options
    ]
    head = f"  {plain(part.name)}: {part.people:,} people, {part.gain:,} gain, {part.lose:,} lose"
    return [head, *table(rows, "lrrrl")]


def _people(found: list[PersonShares]) -> list[str]:
    rows = [["twin", "worth", "80 %", "moves most"]]
    for one in found:
        most = max(one.options, key=lambda each: abs(each.difference))
        rows.append(
            [
                plain(cut(one.twin, 20)),
                f"{one.worth:+.3f}",
                f"{one.low:+.3f} to {one.high:+.3f}",
                f"{plain(cut(most.option, 28))} {most.without:.2f} to {most.under:.2f}",
            ]
        )
    return table(rows, "lrll")
