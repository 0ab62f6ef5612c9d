"""Whom the changes of a scenario are for, as known when people are run from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import Among, Outcome, Target
from doxa.beliefmap.payloads import Bools
from doxa.beliefmap.scenarios import Scenario
from doxa.features.eligibility import eligible
from doxa.features.moments import at_origins
from doxa.features.past import Past


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
