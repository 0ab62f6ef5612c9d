"""Whether a person is eligible for what a scenario does, as known when they are run from."""

from __future__ import annotations

from collections.abc import Iterator

from doxa.beliefmap.model import Among, AmongNode, AmongSignal
from doxa.beliefmap.scenarios import Scenario
from doxa.domain.clock import Clock, format_span
from doxa.runtime.frozen import Frozen
from doxa.runtime.identity import NOBODY
from doxa.runtime.simulating.asked import Request
from doxa.runtime.simulating.person import stand_of
from doxa.runtime.simulating.running import past_of
from doxa.simulation.enacting import admitted


def refused(frozen: Frozen, request: Request, scenario: Scenario) -> str:
    """The first requirement of its changes that does not hold for the person; empty when all do."""
    asked = [one for change in scenario.changes for one in change.among]
    if not asked or frozen.key == NOBODY or frozen.view.closed:
        return ""
    stand = stand_of(frozen)
    past = past_of(stand, request, {scenario.name: scenario}, stand.keys)
    for among in asked:
        if not admitted([among], past, stand.keys, stand.origin).all():
            return said(among, request.map.clock)
    return ""


def said(among: Among, clock: Clock = Clock.TIME) -> str:
    """A requirement in words.

    Examples
    --------
    >>> from doxa.domain.node import Address
    >>> said(AmongNode(node=Address("stressed"), below=0.3))
    'only where stressed is below 0.3'
    """
    if isinstance(among, AmongSignal):
        return f"only who {' '.join(_of_signal(among, clock))}"
    if isinstance(among, AmongNode):
        ends = [f"above {among.above:g}"] if among.above is not None else []
        ends += [f"below {among.below:g}"] if among.below is not None else []
        return f"only where {among.node} is {' and '.join(ends)}"
    return f"only where {among.trait} is {' or '.join(among.values)}"


def _of_signal(among: AmongSignal, clock: Clock) -> Iterator[str]:
    yield f"{'did' if among.did else 'never did'} {among.kind}"
    if among.at_least > 1:
        yield f"{among.at_least} times"
    if among.within is not None:
        yield f"within {format_span(among.within, clock)}"
    if among.since is not None:
        yield f"since {among.since}"
