"""``doxa show``: what is held of one person, grouped by how it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from doxa.errors import InputError
from doxa.interfaces.cli.arguments import AsOf, KnownAt, TwinId
from doxa.interfaces.cli.console import Json, cut, plain, print_json, say, table, width
from doxa.interfaces.cli.living import constraint_lines, goal_lines
from doxa.interfaces.cli.opinions import LEGEND, held_lines, when
from doxa.interfaces.cli.stores import (
    DEFAULT_DB,
    DEFAULT_WORKSPACE,
    Db,
    MapFile,
    Purpose,
    Workspace,
    open_existing,
)

if TYPE_CHECKING:
    from doxa.runtime.held import Held
    from doxa.runtime.questions import Ask
    from doxa.runtime.twin import Twin

GROUPS = (
    ("held", {"held", "solid"}),
    ("contested or reversed", {"contested", "reversed"}),
    ("forming", {"forming", "unmet"}),
    ("fading or dissolved", {"fading", "dissolved"}),
)
"""Headings, and the statuses under each."""
ASKS = 3
"""Questions printed."""


def show(
    twin: TwinId,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    limit: Annotated[int, typer.Option(metavar="N", help="Nodes per group.")] = 10,
    purpose: Purpose = None,
    db: Db = DEFAULT_DB,
    workspace: Workspace = DEFAULT_WORKSPACE,
    map_file: MapFile = None,
    as_json: Json = False,
) -> None:
    """Show what is held of one person.

    Example: doxa show h42 --as-of 2017-10-03 --purpose service
    """
    if limit < 0:
        raise InputError(f"{limit} is no number of nodes", where="--limit", expected="0 or more")
    with open_existing(db, map_file, workspace=workspace) as twins:
        found = twins.twin(twin, as_of, known_at, purpose=purpose)
        nodes = found.opinions()
        traits = found.traits()
        asks = found.questions(ASKS)
        goals, constraints = found.goals(), found.constraints()
        feelings = found.feelings()
    if as_json:
        living = {"goals": goals, "constraints": constraints, "feelings": feelings}
        document = _document(found, nodes, traits, asks, living)
        print_json(document, found.frozen.belief_map.clock)
        return
    clock = found.frozen.belief_map.clock
    known = "" if found.known_at is None else f", known at {when(found.known_at, type(clock).TIME)}"
    why = "" if found.purpose is None else f", for {found.purpose}"
    say(f"{plain(found.id)} as of {when(found.as_of, clock)}{known}{why}")
    if traits:
        told = ", ".join(f"{plain(name)}: {plain(str(value))}" for name, value in traits.items())
        say(cut(told, 3 * width()))
    if not found.met:
        say("no evidence yet: nothing was observed of this person by then")
        return
    _say_nodes(found, nodes, limit)
    say(*goal_lines(goals, clock), *constraint_lines(constraints, clock))
    if asks:
        say("", "worth asking", *table([_asked(ask) for ask in asks]))


def _asked(ask: Ask) -> list[str]:
    why = "their word and what they do differ" if ask.own_word else "the evidence is torn"
    about = cut(plain(ask.says or str(ask.node)), width() - 44)
    return [about, why if ask.why == "contested" else "little is known, and it matters"]


def _say_nodes(found: Twin, nodes: Sequence[Held], limit: int) -> None:
    met = sorted(
        (each for each in nodes if each.met),
        key=lambda each: (-each.opinion.credence, str(each.node)),
    )
    groups = {}
    for title, statuses in GROUPS:
        group = [each for each in met if each.opinion.status in statuses]
        more = f" (the first {limit} of {len(group)}; all: --limit {len(group)})"
        if group:
            groups[title + (more if len(group) > limit else "")] = group[:limit]
    if groups:
        say(*held_lines(groups, found.as_of, found.frozen.belief_map.clock))
    unmet = ", ".join(plain(str(each.node)) for each in nodes if not each.met)
    if unmet:
        say("", f"no evidence yet: {cut(unmet, 3 * width())}")
    if met:
        say("", LEGEND)


def _document(
    found: Twin,
    nodes: Sequence[Held],
    traits: dict[str, Any],
    asks: Sequence[Ask],
    living: Mapping[str, Sequence[Held]],
) -> dict[str, Any]:
    return {
        "twin": found.id,
        "as_of": found.as_of,
        "known_at": found.known_at,
        "purpose": found.purpose,
        "met": found.met,
        "traits": traits,
        "nodes": [each.as_dict() for each in nodes],
        **{kind: [each.as_dict() for each in some] for kind, some in living.items()},
        "questions": [ask.as_dict() for ask in asks],
    }
