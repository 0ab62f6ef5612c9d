"""What a page tells of one twin, gathered from an open store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec
import numpy as np

from doxa.domain.clock import Clock
from doxa.features.moments import is_at_signal
from doxa.heads.glm import Family
from doxa.heads.head import family_of
from doxa.interfaces.pages.timelines import telling
from doxa.runtime.forecasts import Forecast
from doxa.runtime.held import Held
from doxa.runtime.identity import newest_at
from doxa.runtime.living.course import Course
from doxa.runtime.purposes import fitted_for
from doxa.runtime.timeline import NodeTimeline, timelines
from doxa.types import Json, Moment

if TYPE_CHECKING:
    from doxa.runtime.twins import Twins

MOST_FORECASTS = 8
"""Per outcome, likeliest first."""


class Portrait(msgspec.Struct, frozen=True, kw_only=True):
    """One twin as of a moment.

    Attributes
    ----------
    timelines : of its most telling nodes, or of those asked for
    course : of goals, feelings and constraints
    forecasts : of every fitted outcome; empty when nothing is fitted
    yes_or_no : outcomes whose forecast is a probability
    """

    twin: str
    as_of: Moment
    clock: Literal["time", "position"]
    met: bool
    traits: dict[str, Json]
    nodes: tuple[Held, ...]
    timelines: tuple[NodeTimeline, ...]
    course: Course
    forecasts: tuple[Forecast, ...]
    yes_or_no: frozenset[str]


def portrait(
    twins: Twins,
    id: str,
    *,
    as_of: Any = None,
    nodes: tuple[str, ...] = (),
    purpose: str | None = None,
) -> Portrait:
    """Gather what a page tells of a twin.

    Parameters
    ----------
    as_of : optional
        The moment read; left out, that of the store's newest signal, on a position clock of the
        person's own.
    nodes : tuple of str, optional
        Whose timelines; left out, the three most telling.
    purpose : str, optional
        Why it is shown: what this purpose may not see is not on the page.
    """
    timed = twins.map.clock is Clock.TIME
    moment = newest_at(twins.wiring) if as_of is None and timed else as_of
    twin = twins.twin(id, as_of=moment, purpose=purpose)
    held = twin.opinions()
    asked = [twin.timeline(node) for node in nodes]
    chosen = [] if nodes else [each.node for each in telling(held)]
    found = _forecasts(twins, twin.id, twin.as_of, purpose) if twin.met else []
    belief_map = twins.map
    return Portrait(
        twin=twin.id,
        as_of=twin.as_of,
        clock=belief_map.clock.value,
        met=twin.met,
        traits=twin.traits(),
        nodes=held,
        timelines=(*asked, *timelines(twin.frozen, chosen)),
        course=twin.course(),
        forecasts=tuple(found),
        yes_or_no=frozenset(
            name
            for name, outcome in belief_map.outcomes.items()
            if family_of(outcome, belief_map) is Family.BERNOULLI
        ),
    )


def _forecasts(twins: Twins, id: str, moment: Moment, purpose: str | None) -> list[Forecast]:
    """The likeliest of every outcome that was fitted and has a window."""
    found: list[Forecast] = []
    for name in fitted_for(twins.wiring, purpose):
        outcome = twins.map.outcomes.get(name)
        if outcome is None or is_at_signal(outcome):
            continue
        made = twins.forecast(name, cohort=[id], at=moment, purpose=purpose)
        best = np.argsort(-made.probability, kind="stable")[:MOST_FORECASTS]
        found += made.rows(best)
    return found
