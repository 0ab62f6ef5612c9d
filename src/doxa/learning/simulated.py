"""Simulated effects: what a head forecasts of the same people under an action, and its control."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Action, Outcome, Target
from doxa.beliefmap.names import listed
from doxa.beliefmap.payloads import Bools
from doxa.errors import InputError
from doxa.features.arms import Arms, arms_of, had_got
from doxa.features.known import known_fields
from doxa.features.past import Past
from doxa.features.plan import readings_of
from doxa.features.rows import Bound, Rows
from doxa.features.views import Views
from doxa.heads.forecast import forecast, mean_at
from doxa.heads.head import Head
from doxa.heads.predictor import look

COMPARED = (Target.HAPPENS, Target.NEVER, Target.COUNT, Target.SUM, Target.VALUE)
"""Outcomes that have a mean, which an effect changes."""


@dataclass(frozen=True, slots=True)
class Paired:
    """Forecasts of n rows under either arm.

    Attributes
    ----------
    with_it, without_it : float64[n]
    """

    with_it: Floats
    without_it: Floats

    @property
    def uplift(self) -> Floats:
        """What the action is forecast to change."""
        return self.with_it - self.without_it

    def under(self, treated: Bools) -> Floats:
        """The forecast of each row in the arm it is in."""
        return np.where(treated, self.with_it, self.without_it)


def check_compared(outcome: Outcome, action: Action) -> None:
    """Refuse an outcome whose forecast cannot tell the arms of an action apart.

    Raises
    ------
    InputError
        The outcome has no mean, or its forecast does not read what the action sets.
    """
    if outcome.target not in COMPARED:
        raise InputError(
            f"outcome {outcome.name!r} asks {outcome.target.value!r}, of which there is no mean",
            expected=f"one that asks {', '.join(target.value for target in COMPARED)}",
        )
    if not action.sets or not action.control:
        raise InputError(
            f"action {action.name!r} does not say what it sets, and what its control does",
            expected="with: {field: value} and control: {field: value} in the map",
        )
    known = known_fields(outcome) if outcome.after == action.signal else ()
    read = {*known, *outcome.recent.get(action.signal, ())}
    unread = [name for name in action.sets if name not in read]
    if unread:
        after = outcome.after == action.signal
        way = "given: [{0}]" if after else f"recent: {{{{{action.signal}: [{{0}}]}}}}"
        raise InputError(
            f"forecasts of {outcome.name!r} do not read {listed(unread)} of {action.signal!r}:"
            f" they cannot tell {action.name!r} from its control",
            hint="say " + way.format(", ".join(unread)) + " at the outcome",
        )


def tells_apart(outcome: Outcome, action: Action) -> bool:
    """Whether forecasts of an outcome can tell the arms of an action apart."""
    try:
        check_compared(outcome, action)
    except InputError:
        return False
    return outcome.of is None


def when_decided(past: Past, action: Action, rows: Rows) -> tuple[Rows, Arms]:
    """The rows, read as of the moment that decided their arm, and those arms.

    What comes after it may be the action's own doing. A row of nobody who was assigned by then
    stays as it is.
    """
    arms = arms_of(past, action, rows)
    there = arms.signal >= 0
    at = np.where(there, past.signals.at[arms.signal], rows.seen.at)
    order = np.where(there, past.signals.order[arms.signal] + 1, rows.seen.order)
    return replace(rows, seen=Bound(at, order)), arms


def paired(head: Head, past: Past, action: Action, rows: Rows, signal: Ints) -> Paired:
    """What the head forecasts of every row with the action, and with its control.

    Parameters
    ----------
    past : Past
        With the fields of `fields_of_arms`.
    signal : int64[n]
        The signal that put each row's person into an arm.
    """
    found = []
    for treated in (True, False):
        views = _views(head, had_got(past, action, signal, treated=treated))
        found.append(forecast(head, views, rows).mean)
    return Paired(*found)


def forecast_without(head: Head, past: Past, action: Action, rows: Rows, signal: Ints) -> Floats:
    """What is forecast of every row with the control, whatever its arm is."""
    if not action.control:
        return forecast(head, _views(head, past), rows).mean
    views = _views(head, had_got(past, action, signal, treated=False))
    return forecast(head, views, rows).mean


def paired_by_traits(
    head: Head, past: Past, action: Action, rows: Rows, signal: Ints
) -> Paired | None:
    """The same by what is known of people's traits alone; None where the head has no such part."""
    if head.cold is None:
        return None
    found = []
    for treated in (True, False):
        views = _views(head, had_got(past, action, signal, treated=treated))
        found.append(mean_at(head, views, rows, look(head.cold, views, rows).eta))
    return Paired(*found)


def _views(head: Head, past: Past) -> Views:
    outcome = past.map.outcomes[head.outcome]
    return Views(past, readings_of(past.map, outcome))
