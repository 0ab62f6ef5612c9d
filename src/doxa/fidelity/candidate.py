"""Two heads of one outcome on the same rows: how much worse the latter is, with its interval."""

from __future__ import annotations

from typing import Literal

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.features.knowledge import as_known
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.fidelity.ladder import loss_name, row_losses
from doxa.fidelity.resampling import Resamples
from doxa.heads.head import Head, forecast, recipe_of
from doxa.heads.judgement import Compared
from doxa.learning.labelled import Labelled

FEWEST_PEOPLE = 10
"""Fewer people give no interval to decide by."""


def told_by(head: Head, past: Past, rows: Rows) -> Floats:
    """What a head forecasts of some rows, from what was known at each."""
    told, seen = as_known(past, rows)
    return forecast(head, Views(told, recipe_of(head, past.map).readings), seen).mean


def compared(
    rows: Labelled,
    former: Floats,
    latter: Floats,
    head: Head,
    how: Literal["since", "refit"],
    seed: int = 1,
) -> Compared | None:
    """Mean loss of two forecasts of the same rows, and their difference paired by person.

    d = mean over rows of loss(latter) - loss(former); its 95 % interval draws people with all
    their rows. None where fewer than ten people were scored.

    Parameters
    ----------
    former, latter : float64[n]
        Expected values, as `told_by` gives them.
    head : Head
        Of the outcome: its family decides the loss.
    """
    people = len(np.unique(rows.rows.person))
    if people < FEWEST_PEOPLE:
        return None
    losses = [row_losses(rows.y, told, head.family) for told in (former, latter)]
    worse = Resamples(rows.rows.person, seed=seed).mean(losses[1] - losses[0])
    return Compared(
        outcome=head.outcome,
        how=how,
        first=int(rows.rows.seen.at.min()),
        last=int(rows.rows.seen.at.max()),
        rows=len(rows.y),
        people=people,
        loss=loss_name(head.family),
        former=float(losses[0].mean()),
        latter=float(losses[1].mean()),
        worse=worse.as_list(),
    )
