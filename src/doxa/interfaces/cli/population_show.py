"""``doxa population show``: one population, its heads, and how it was judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from doxa.interfaces.cli.comparisons import judgement_lines
from doxa.interfaces.cli.console import Json, plain, print_json, say, table
from doxa.interfaces.cli.effect_lines import slope_lines
from doxa.interfaces.cli.head_lines import head_lines
from doxa.interfaces.cli.opinions import when
from doxa.interfaces.cli.population_list import state_of
from doxa.interfaces.cli.stores import DEFAULT_DB, DEFAULT_WORKSPACE, Db, Workspace, open_existing

if TYPE_CHECKING:
    from doxa.heads.recalibration import Backtested
    from doxa.runtime.fitting import FittedHead
    from doxa.runtime.populations.versions import NodeRate


def own_effects_line(head: FittedHead) -> str:
    """Whether effects of persons stand beside a head, and why; empty where there is nothing to say.

    Examples
    --------
    >>> from doxa.heads.errors import OwnEffects
    >>> from doxa.runtime.fitting import FittedHead
    >>> own = OwnEffects(kept=True, why="people left out, by what the head leaves over", gained=[0.0123, 0.004])
    >>> print(own_effects_line(FittedHead("replies", "bernoulli", 9, 3, 2, 1.0, 1.0, own)))
    replies: own effects gain 0.0123 +- 0.0040 per row: kept; people left out, by what the head leaves over
    """
    own = head.own_effects
    if own is None:
        return ""
    if not own.gained:
        return f"{head.outcome}: no own effects; {own.why}"
    gained, error = own.gained
    verdict = "kept" if own.kept else "left out"
    return f"{head.outcome}: own effects gain {gained:.4f} +- {error:.4f} per row: {verdict}; {own.why}"


def backtested_line(name: str, told: Backtested) -> str:
    """How the paths of one person, and sums over many, are read: as earlier ones turned out.

    Examples
    --------
    >>> from doxa.heads.recalibration import Backtested, Recalibration, TotalReading
    >>> wide = Recalibration(shift=0.1, width=1.25, rows=800, people=200, origins=4)
    >>> print(backtested_line("visits", Backtested(steps=28, recalibration=wide, blend=0.4)))
    visits run forward 28 steps: read 1.25 times as wide, shifted by 0.10, moved 40 % towards the direct forecast
    >>> print(backtested_line("visits", Backtested(steps=28, recalibration=Recalibration())))
    visits run forward 28 steps: read as drawn
    >>> sums = TotalReading(common=0.04, people=900, origins=6)
    >>> print(backtested_line("visits", Backtested(steps=28, recalibration=Recalibration(), total=sums)))
    visits run forward 28 steps: sums +- 4.0 % beyond chance
    """
    read = told.recalibration
    parts = [
        *([f"read {read.width:.2f} times as wide"] if read.width != 1 else []),
        *([f"shifted by {read.shift:.2f}"] if read.shift else []),
        *([f"moved {told.blend:.0%} towards the direct forecast"] if told.blend else []),
        *([f"sums times {told.total.factor:.3f}"] if told.total.shift else []),
        *([f"sums +- {told.total.common:.1%} beyond chance"] if told.total.common else []),
    ]
    how = ", ".join(parts).replace("%", " %") or "read as drawn"
    return f"{name} run forward {told.steps} steps: {how}"


def segments_line(rate: NodeRate) -> str:
    """The base rates of a node by segment; empty where people on the whole are one.

    Examples
    --------
    >>> from doxa.runtime.populations.versions import NodeRate
    >>> print(segments_line(NodeRate("fair", 0.6, 2.0, "plan", {"free": 0.48, "paid": 0.71})))
    fair by plan: free 0.480, paid 0.710
    """
    if rate.trait is None:
        return ""
    told = ", ".join(f"{plain(value)} {base:.3f}" for value, base in rate.segments.items())
    return f"{rate.node} by {plain(rate.trait)}: {told}"


def population_show(
    version: Annotated[int, typer.Argument(metavar="N", help="Which one.")],
    db: Db = DEFAULT_DB,
    workspace: Workspace = DEFAULT_WORKSPACE,
    as_json: Json = False,
) -> None:
    """Show a population: what it was fitted on, its heads, how it did against the one before.

    Example: doxa population show 2
    """
    from doxa.domain.clock import Clock

    with open_existing(db, workspace=workspace) as twins:
        found, clock = twins.population(version), twins.map.clock
    if as_json:
        print_json(found, clock)
        return
    say(
        f"population {found.version}, fitted {when(found.created, Clock.TIME)} on what is before"
        f" {when(found.origin, clock)}: {state_of(found)}",
        f"{found.people:,} people, {found.signals:,} signals, base rates of {found.nodes} nodes",
    )
    say(*head_lines(found.heads))
    say(*(line for head in found.heads if (line := own_effects_line(head))))
    say(*slope_lines(found.slopes))
    say(*(backtested_line(name, told) for name, told in found.backtested.items()))
    if found.rates:
        rates = [["node", "base rate", "weighs as much as"]]
        rates += [
            [one.node, f"{one.base:.3f}", f"{one.weighs:.2f} of evidence"] for one in found.rates
        ]
        say(*table(rates, "lrr"))
        say(*(line for one in found.rates if (line := segments_line(one))))
    if found.judgement is not None:
        say(*judgement_lines(found.judgement))
    say(*(f"active from {when(moment, Clock.TIME)}" for moment in found.activated))
