"""Rows of people whom chance, or somebody, put into an arm: as of that moment, with a way to fit heads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from doxa.beliefmap.model import Action, Outcome
from doxa.beliefmap.payloads import Bools
from doxa.features.arms import put_together
from doxa.features.knowledge import as_known
from doxa.features.past import Past
from doxa.features.plan import readings_of
from doxa.features.views import Views
from doxa.heads.head import Head
from doxa.heads.slope import Slope
from doxa.learning.asked import rows_to_fit
from doxa.learning.labelled import Labelled, Progress
from doxa.learning.selection import known_members
from doxa.learning.simulated import tells_apart, when_decided
from doxa.learning.slopes import slope_from
from doxa.learning.training import train


@dataclass(frozen=True, slots=True)
class Decided:
    """Labelled rows of people whom an action put into an arm, as of that moment.

    Attributes
    ----------
    past : Past
        With nothing that the rows could not have known.
    trained : callable
        Fits a head on the rows of a mask.
    """

    past: Past
    rows: Labelled
    trained: Callable[[Bools], Head]


def decided_rows(
    past: Past,
    outcome: Outcome,
    action: Action,
    origin: int,
    *,
    seed: int = 1,
    progress: Progress | None = None,
) -> Decided:
    """The rows of an outcome that an action, or one of its kind, came before.

    Raises
    ------
    PopulationError
        The outcome cannot be asked of anybody.
    """
    tell = progress or _silence
    fit, _ = rows_to_fit(past, outcome, origin, seed=seed)
    told, seen = as_known(past, fit.rows)
    rows, arms = when_decided(told, action, seen)
    decided = Labelled(rows, fit.y).take(arms.signal >= 0)
    known = known_members(outcome, past, origin)
    views = Views(told, readings_of(past.map, outcome))

    def trained(chosen: Bools) -> Head:
        own = decided.take(chosen)
        return train(past.map, outcome, views, own, items=[], known=known, seed=seed, progress=tell)

    return Decided(told, decided, trained)


def slopes_of(past: Past, head: Head, origin: int, seed: int, tell: Progress) -> list[Slope]:
    """Per kind of randomised action that the head reads: how far its simulated effects hold."""
    outcome = past.map.outcomes[head.outcome]
    kinds: dict[str, list[Action]] = {}
    for action in past.map.actions.values():
        if action.randomised is not None and tells_apart(outcome, action):
            kinds.setdefault(action.signal, []).append(action)
    found = []
    for kind, actions in kinds.items():
        tell(f"effects of {kind} on {outcome.name}", 0.0)
        decided = decided_rows(past, outcome, actions[0], origin, seed=seed, progress=tell)
        unit = put_together(decided.past, actions[0], decided.rows.rows)
        slope = slope_from(head, decided.past, actions, decided.rows, unit)
        found += [slope] if slope else []
    return found


def _silence(what: str, done: float) -> None:
    pass
