"""A scenario made ready to happen: when each change comes, and to whom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import Among, Outcome, Target
from doxa.beliefmap.payloads import Bools
from doxa.beliefmap.scenarios import Scenario, Send
from doxa.errors import InputError
from doxa.features.eligibility import eligible
from doxa.features.moments import at_origins
from doxa.features.past import Past
from doxa.simulation.rollout import Sent


def sent_of(scenario: Scenario, past: Past, twins: Ints, origin: int) -> list[Sent]:
    """The signals that a scenario sends to some people run from `origin` on.

    Who is admitted by `among` is judged at the origin. What would have come before it is not sent.

    Parameters
    ----------
    past : Past
        With the fields that `among` reads, see `asking`.
    twins : int64[N]
    """
    begins = origin if scenario.begins is None else scenario.begins
    found = []
    for change in scenario.changes:
        if not isinstance(change, Send):
            raise InputError(
                "what a scenario sets or assumes is checked, but not run yet",
                where=scenario.name,
                expected="send or do",
            )
        people = admitted(change.among, past, twins, origin)
        found += [
            Sent(change.kind, begins + offset, change.payload, people)
            for offset in change.at
            if begins + offset >= origin
        ]
    return found


def admitted(among: Sequence[Among], past: Past, twins: Ints, origin: int) -> Bools:
    """Who meets all requirements at a moment, bool[N]."""
    if not among:
        return np.ones(len(twins), dtype=bool)
    asked = asking(tuple(among))
    return np.asarray(eligible(asked, past, at_origins(asked, twins, [origin])))


def asking(among: tuple[Among, ...]) -> Outcome:
    """An outcome that asks nothing but who is admitted: for the fields that it takes."""
    return Outcome(name="admitted", target=Target.HAPPENS, kind="", within=1, among=among)


def asked_by(scenario: Scenario) -> Outcome:
    """The same for everybody whom any change of a scenario names."""
    return asking(tuple(one for change in scenario.changes for one in change.among))
