"""Two heads of one outcome on the same rows: how much worse the latter is, with its interval."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.model import Outcome, Target
from doxa.features.knowledge import as_known
from doxa.features.menus import as_offered
from doxa.features.past import Past
from doxa.features.views import Views
from doxa.fidelity.ladder import loss_name, row_losses
from doxa.fidelity.metrics import log_losses
from doxa.fidelity.resampling import Resamples
from doxa.fidelity.times import brier_of_head
from doxa.heads.choice import ChoiceHead, choice_outcome, forecast_choice
from doxa.heads.forecast import forecast
from doxa.heads.glm import Family
from doxa.heads.head import Head, recipe_of
from doxa.heads.judgement import Compared
from doxa.learning.labelled import Labelled
from doxa.learning.popularity import looked_up
from doxa.learning.population import fit_choice, fit_head

FEWEST_PEOPLE = 10
"""Fewer people give no interval to decide by."""

BRIER = "brier"
"""What the loss of a time is called: two heads may cut the window otherwise."""

AnyHead: TypeAlias = Head | ChoiceHead


def fit_like(
    head: AnyHead,
    past: Past,
    outcome: Outcome,
    origin: int,
    seed: int,
    progress: Callable[[str, float], None],
) -> AnyHead:
    """A head fitted once more on what had become of rows before an origin: with trees if it has."""
    if outcome.target is Target.CHOICE:
        return fit_choice(past, outcome, origin, seed=seed, progress=progress)
    return fit_head(past, outcome, origin, challenger=has_trees(head), seed=seed, progress=progress)


def has_trees(head: AnyHead) -> bool:
    """Whether boosted trees stand beside a head."""
    return isinstance(head, Head) and head.boosted is not None


def losses_of(head: AnyHead, past: Past, rows: Labelled) -> Floats:
    """The loss of a head on each row, from what was known at it."""
    told, seen = as_known(past, rows.rows)
    if isinstance(head, ChoiceHead):
        found = forecast_choice(head, told, seen)
        option = as_offered(choice_outcome(head, told.map), told, rows.y.astype(np.int64))
        place = found.menus.place_of(option)
        return log_losses(np.ones(len(place)), np.where(place >= 0, found.mean[place], 0.0))
    head = looked_up(head, told, seen.seen.at)
    views = Views(told, recipe_of(head, past.map).readings)
    if head.hazard is not None:
        return brier_of_head(head, views, Labelled(seen, rows.y))
    mean = forecast(head, views, seen).mean
    return row_losses(rows.y, mean, head.family)


def compared(
    rows: Labelled,
    former: Floats,
    latter: Floats,
    head: AnyHead,
    how: Literal["since", "refit"],
    seed: int = 1,
) -> Compared | None:
    """Mean loss of two heads on the same rows, and their difference paired by person.

    d = mean over rows of latter - former; its 95 % interval draws people with all their rows.
    None where fewer than ten people were scored.

    Parameters
    ----------
    former, latter : float64[n]
        Losses, as `losses_of` gives them.
    head : Head or ChoiceHead
        Of the outcome: it says what the loss is called.
    """
    people = len(np.unique(rows.rows.person))
    if people < FEWEST_PEOPLE:
        return None
    worse = Resamples(rows.rows.person, seed=seed).mean(latter - former)
    family = Family.BERNOULLI if isinstance(head, ChoiceHead) else head.family
    return Compared(
        outcome=head.outcome,
        how=how,
        first=int(rows.rows.seen.at.min()),
        last=int(rows.rows.seen.at.max()),
        rows=len(rows.y),
        people=people,
        loss=BRIER if isinstance(head, Head) and head.hazard else loss_name(family),
        former=float(former.mean()),
        latter=float(latter.mean()),
        worse=worse.as_list(),
    )
