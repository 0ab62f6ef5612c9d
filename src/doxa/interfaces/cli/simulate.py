"""``doxa simulate``: what would happen to people if the world changed."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doxa.errors import InputError
from doxa.interfaces.cli.arguments import FromPast
from doxa.interfaces.cli.console import Json, note, plain, print_json, progress, say
from doxa.interfaces.cli.simulation_lines import lines
from doxa.interfaces.cli.stopping import stopping
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

PERSON_PATHS, COHORT_PATHS, MOVERS = 200, 50, 100


def simulate(
    scenario: Annotated[
        Path, typer.Option("--scenario", metavar="FILE", help="Scenarios; see the reference.")
    ],
    twin: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TWIN]...", help="Whom; left out, everybody or --where."),
    ] = None,
    where: Annotated[
        str | None,
        typer.Option(metavar="CONDITION", help='Only for whom it holds: "prices_are_fair < 0.3".'),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", metavar="NAME", help="Only this scenario of the file; several times."
        ),
    ] = None,
    outcome: Annotated[
        list[str] | None,
        typer.Option("--outcome", metavar="NAME", help="Only these outcomes; several times."),
    ] = None,
    days: Annotated[
        int, typer.Option(metavar="N", help="How far; on a position clock, positions.")
    ] = 90,
    paths: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Per person; left out, 200 of one person and 50 of several."
        ),
    ] = None,
    movers: Annotated[
        int,
        typer.Option(
            metavar="N",
            help="Of so many of several people, drawn at random, nodes are silenced one by one.",
        ),
    ] = MOVERS,
    at: FromPast = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the random numbers.")] = 1,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page there.")] = None,
    purpose: Purpose = None,
    db: Db = DEFAULT_DB,
    workspace: Workspace = DEFAULT_WORKSPACE,
    as_json: Json = False,
) -> None:
    """Run people forward under scenarios, against the same people without them.

    One person: how outcomes, beliefs, goals and feelings go, and which nodes carry the difference.
    Several: the effect on each outcome, who gains and who is hurt, by persona and by node. Nothing is
    written to the store.
    Ctrl-C keeps the people who were finished.

    Example: doxa simulate h42 --scenario scenarios.yaml --days 90

    Example: doxa simulate --where "prices_are_fair < 0.3" --scenario scenarios.yaml --html out.html
    """
    people = list(dict.fromkeys(twin or ()))
    if people and where is not None:
        raise InputError("stands beside people", where="--where", expected="one of them")
    with (
        open_existing(db, workspace=workspace) as twins,
        progress("running people forward") as report,
        stopping() as stop,
    ):
        from doxa.beliefmap.scenarios_file import load_scenarios

        chosen = _chosen(load_scenarios(scenario, twins.map), only)
        if len(people) == 1:
            found = twins.twin(people[0], at, purpose=purpose).simulate(
                chosen,
                days=days,
                paths=paths or PERSON_PATHS,
                outcomes=outcome or None,
                seed=seed,
                stop=stop,
            )
        else:
            cohort = people or (
                twins.find(where, at=at, purpose=purpose).ids if where is not None else None
            )
            found = twins.simulate(
                chosen,
                cohort=cohort,
                days=days,
                paths=paths or COHORT_PATHS,
                movers=movers,
                outcomes=outcome or None,
                at=at,
                seed=seed,
                purpose=purpose,
                progress=report,
                stop=stop,
            )
    if as_json:
        print_json(found, found.clock)
    else:
        say(*lines(found))
    if html is not None:
        from doxa.interfaces.pages.simulation import write_simulation_page

        write_simulation_page(found, html, command=_command(people, where, scenario, days, html))
        note(f"{plain(str(html))}: the simulation as a page")


def _chosen(known: Mapping[str, Scenario], only: list[str] | None) -> dict[str, Scenario]:
    from doxa.beliefmap.names import listed, nearest

    for name in only or ():
        if name not in known:
            raise InputError(
                f"the file has no scenario {name!r}",
                where="--only",
                expected=f"one of {listed(known)}",
                hint=nearest(name, known),
            )
    return {name: each for name, each in known.items() if not only or name in only}


def _command(people: list[str], where: str | None, scenario: Path, days: int, html: Path) -> str:
    """The command as it would be typed; folders are left out."""
    words = ["doxa", "simulate", *people]
    words += ["--where", where] if where is not None else []
    return shlex.join(
        [*words, "--scenario", scenario.name, "--days", str(days), "--html", html.name]
    )
