"""``doxa explain``: why a node reads as it does, down to the signals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from doxa.errors import InputError
from doxa.interfaces.cli.console import Json, cut, plain, print_json, say, table
from doxa.interfaces.cli.opinions import age, bar, heading, when
from doxa.interfaces.cli.stores import DEFAULT_DB, Db, MapFile, Purpose, open_existing

if TYPE_CHECKING:
    from doxa.domain.clock import Clock
    from doxa.runtime.explanation import Explanation, Piece
    from doxa.types import Moment


def explain(
    twin: Annotated[str, typer.Argument(metavar="TWIN", help="The person's id.")],
    node: Annotated[str, typer.Argument(metavar="NODE", help="A name, or name[member].")],
    as_of: Annotated[
        str | None, typer.Option(metavar="TIME", help="Read as of then; left out, now.")
    ] = None,
    known_at: Annotated[
        str | None, typer.Option(metavar="TIME", help="See only what was known by then.")
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", help="Signals to print.")] = 20,
    purpose: Purpose = None,
    db: Db = DEFAULT_DB,
    map_file: MapFile = None,
    as_json: Json = False,
) -> None:
    """Explain one node: the prior, and every signal behind it.

    Example: doxa explain h42 "buys[FLUID MILK]"
    """
    if limit < 0:
        raise InputError(f"{limit} is no number of signals", where="--limit", expected="0 or more")
    with open_existing(db, map_file) as twins:
        found = twins.twin(twin, as_of, known_at, purpose=purpose)
        told = found.explain(node)
    if as_json:
        head = {"twin": found.id, "as_of": found.as_of, "known_at": found.known_at}
        print_json({**head, "purpose": found.purpose, **told.as_dict()})
        return
    _say_reading(told)
    _say_trail(told, found.as_of, found.frozen.belief_map.clock, limit)


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
    where = "assumed" if opinion.assumed else "the map's or the population's"
    say("", f"  {told.base:+.2f}  before any evidence ({where})")
    if told.silence:
        say(f"  {told.silence:+.2f}  time in which nothing might have happened")
    if told.adds_up and told.trail:
        total = sum(piece.share or 0.0 for piece in told.trail)
        say(f"  {total:+.2f}  {len(told.trail)} piece{'s' * (len(told.trail) > 1)} of evidence")


def _say_trail(told: Explanation, now: Moment, clock: Clock, limit: int) -> None:
    if not told.trail:
        say("", "no evidence yet: no signal spoke of it by then")
        return
    say("", "newest evidence first: adds, said, counts now, when, age, from, id")
    say(*table([_row(piece, now, clock) for piece in told.trail[:limit]], "rlrlrll"))
    if len(told.trail) > limit:
        say(f"  ... and {len(told.trail) - limit} more (--limit {len(told.trail)})")


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
