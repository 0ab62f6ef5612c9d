"""Which scenarios can be run for a person: eligible, within what was seen, and moving something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from doxa.beliefmap.model import Among, AmongNode, AmongSignal
from doxa.beliefmap.scenarios import Scenario
from doxa.domain.clock import Clock, format_span
from doxa.errors import InputError
from doxa.runtime.frozen import Frozen
from doxa.runtime.identity import NOBODY
from doxa.runtime.simulating.asked import Request
from doxa.runtime.simulating.grounds import Log
from doxa.runtime.simulating.person import stand_of
from doxa.runtime.simulating.running import past_of
from doxa.runtime.simulating.telling import Checked, checked
from doxa.simulation.changes import changes_of
from doxa.simulation.enacting import admitted
from doxa.simulation.plan import plan_of


def closed_to(
    frozen: Frozen, request: Request, scenarios: Mapping[str, Scenario], log: Log
) -> tuple[dict[str, Checked], dict[str, str]]:
    """The scenarios that can be run for a person, checked, and why the others cannot.

    A requirement does not hold, a value lies far outside of what was seen, or nothing that is drawn
    would be moved.
    """
    open_to: dict[str, Checked] = {}
    why: dict[str, str] = {}
    if frozen.key == NOBODY or frozen.view.closed:
        return {name: checked(each, request, log) for name, each in scenarios.items()}, why
    stand = stand_of(frozen)
    past = past_of(stand, request, scenarios, stand.keys)
    plan = plan_of(past.map, request.part.heads, request.part.choices)
    for name, scenario in scenarios.items():
        asked = [one for change in scenario.changes for one in change.among]
        for among in asked:
            if not admitted([among], past, stand.keys, stand.origin).all():
                why[name] = said(among, request.map.clock)
                break
        else:
            try:
                changes_of(scenario, plan, past, stand.keys, stand.origin)
                open_to[name] = checked(scenario, request, log)
            except InputError as error:
                why[name] = error.problem
    return open_to, why


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
