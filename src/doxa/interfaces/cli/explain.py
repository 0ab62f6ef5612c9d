"""``doxa explain``: why a node reads as it does, down to the signals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from doxa.errors import InputError
from doxa.interfaces.cli.arguments import AsOf, KnownAt, TwinId
from doxa.interfaces.cli.console import Json, cut, plain, print_json, say, table
from doxa.interfaces.cli.opinions import age, bar, heading, when
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
    from doxa.domain.clock import Clock
    from doxa.runtime.claims_told import ClaimTold
    from doxa.runtime.explanation import Explanation, Neighbour, Piece
    from doxa.types import Moment

MOST_NEIGHBOURS = 10
"""The rest are counted in the sum, and are all in --json."""


def explain(
    twin: TwinId,
    node: Annotated[str, typer.Argument(metavar="NODE", help="A name, or name[member].")],
    as_of: AsOf = None,
    known_at: KnownAt = None,
    limit: Annotated[int, typer.Option(metavar="N", help="Signals to print.")] = 20,
    purpose: Purpose = None,
    db: Db = DEFAULT_DB,
    workspace: Workspace = DEFAULT_WORKSPACE,
    map_file: MapFile = None,
    as_json: Json = False,
) -> None:
    """Explain one node: the prior, every signal behind it, and what its neighbours add.

    Example: doxa explain h42 "buys[FLUID MILK]"
    """
    if limit < 0:
        raise InputError(f"{limit} is no number of signals", where="--limit", expected="0 or more")
    with open_existing(db, map_file, workspace=workspace) as twins:
        found = twins.twin(twin, as_of, known_at, purpose=purpose)
        told = found.explain(node)
    if as_json:
        head = {"twin": found.id, "as_of": found.as_of, "known_at": found.known_at}
        print_json(
            {**head, "purpose": found.purpose, **told.as_dict()}, found.frozen.belief_map.clock
        )
        return
    clock = found.frozen.belief_map.clock
    _say_reading(told)
    _say_trail(told, found.as_of, clock, limit)
    _say_uncounted(told, clock)


def _say_reading(told: Explanation) -> None:
    opinion = told.opinion
    sentence = f'  "{plain(told.says)}"' if told.says else ""
    say(f"{plain(str(told.node))}{sentence}")
    words = [opinion.status, heading(opinion) and f"going {heading(opinion)}"]
    say(
        f"  {bar(opinion)}  credence {opinion.credence:.2f}, uncertainty {opinion.uncertainty:.2f}, "
        f"{', '.join(word for word in words if word)}"
    )
    if opinion.mean is not None:
        say(f"  mean {opinion.mean:.3g}")
    say("", f"  {told.base:+.2f}  before any evidence ({_origin(told)})")
    if told.silence:
        say(f"  {told.silence:+.2f}  time in which nothing might have happened")
    if told.adds_up and told.trail:
        total = sum(piece.share or 0.0 for piece in told.trail)
        say(f"  {total:+.2f}  {len(told.trail)} piece{'s' * (len(told.trail) > 1)} of evidence")
    if told.neighbours:
        total = sum(each.share for each in told.neighbours)
        many = "s" * (len(told.neighbours) > 1)
        say(
            f"  {total:+.2f}  {len(told.neighbours)} neighbour{many} ({opinion.native:.2f} without)"
        )
        say("", "what neighbours add: node, how it is joined, its own credence")
        say(*table([_beside(each) for each in told.neighbours[:MOST_NEIGHBOURS]], "rlll"))


def _origin(told: Explanation) -> str:
    """Where the credence before any evidence is from."""
    if told.falls_back_on is not None:
        return f"as this person's {plain(str(told.falls_back_on))}"
    if told.segment is not None:
        return f"the population's, of people with {plain(told.segment)}"
    return "assumed" if told.opinion.assumed else "the map's or the population's"


def _say_trail(told: Explanation, now: Moment, clock: Clock, limit: int) -> None:
    if not told.trail:
        say("", "no evidence yet: no signal spoke of it by then")
        return
    say("", "newest evidence first: adds, said, counts now, when, age, from, id")
    say(*table([_row(piece, now, clock) for piece in told.trail[:limit]], "rlrlrll"))
    if len(told.trail) > limit:
        say(f"  ... and {len(told.trail) - limit} more (--limit {len(told.trail)})")


def _say_uncounted(told: Explanation, clock: Clock) -> None:
    """Claims that were made and do not count at this moment."""
    silent = [claim for claim in told.claims if claim.state != "counts"]
    if silent:
        say("", "claims that do not count: said, when, from, id, why")
        say(*table([_uncounted(claim, clock) for claim in silent]))


def _uncounted(claim: ClaimTold, clock: Clock) -> list[str]:
    why = claim.state
    if why == "superseded":
        why = f"superseded by {plain(claim.superseded_by or '')}"
    elif why == "expired" and claim.valid_until is not None:
        why = f"expired {when(claim.valid_until, clock)}"
    elif claim.valid_from is not None:
        why = f"counts from {when(claim.valid_from, clock)}"
    said = f"{'for' if claim.holds else 'against'} {claim.weight:g}"
    names = [cut(plain(claim.source), 16), cut(plain(claim.id), 14)]
    return [said, when(claim.at, clock), *names, why]


def _beside(each: Neighbour) -> list[str]:
    return [
        f"{each.share:+.3f}",
        cut(plain(str(each.node)), 40),
        f"{each.relation}, weight {each.weight:.2g}",
        f"credence {each.credence:.2f}",
    ]


def _row(piece: Piece, now: Moment, clock: Clock) -> list[str]:
    return [
        "" if piece.share is None else f"{piece.share:+.3f}",
        _said(piece),
        f"{piece.now:.2f}",
        when(piece.at, clock),
        age(piece.at, now, clock),
        cut(plain(f"{piece.kind}, {piece.source}"), 24),
        cut(plain(piece.id), 14),
    ]


def _said(piece: Piece) -> str:
    if piece.channel == "value":
        return f"value {piece.value:g}"
    return f"{piece.channel} {piece.weight:g}"
