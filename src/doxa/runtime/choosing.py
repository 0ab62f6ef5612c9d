"""Forecasts of a choice: the probability of every option on offer, each with its reasons."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome
from doxa.features.menus import Menus, menus_of
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.heads.beta import beta_ends
from doxa.heads.choice import ChoiceHead, ends_of_choice, forecast_choice, reasons_of_choice
from doxa.heads.logit import likely
from doxa.heads.reasons import Reasons
from doxa.heads.width import SHARE
from doxa.reading.prior import STRENGTH
from doxa.runtime.forecasts import Made


def choice_made(outcome: Outcome, past: Past, rows: Rows, head: ChoiceHead | None) -> Made:
    """One forecast per row and option; without a head all options are alike."""
    if head is None:
        menus = menus_of(outcome, past, rows)
        eta = np.zeros(len(menus))
        mean = likely(eta, menus.start)
        ends: tuple[Floats, Floats] | None = beta_ends(mean, np.full(len(mean), STRENGTH), SHARE)
        why: Callable[[Ints], Reasons | None] = _no_reasons
    else:
        found = forecast_choice(head, past, rows)
        menus, eta, mean = found.menus, found.eta, found.mean
        ends = ends_of_choice(head, past, rows, found)
        why = _reasons_of(head, past, rows, menus)
    low, high = ends or (None, None)
    distinct, item = np.unique(menus.option, return_inverse=True)
    names = past.values(outcome.field or "")
    return Made(
        twin=rows.twin[menus.owner],
        items=[names[code] for code in distinct.tolist()],
        item=item.astype(np.int64),
        eta=eta,
        mean=mean,
        closes=rows.closes.at[menus.owner],
        why=why,
        low=low,
        high=high,
    )


def _no_reasons(places: Ints) -> Reasons | None:
    return None


def _reasons_of(
    head: ChoiceHead, past: Past, rows: Rows, menus: Menus
) -> Callable[[Ints], Reasons | None]:
    """Reasons of some options, from the whole menus that they stand on."""

    def why(places: Ints) -> Reasons:
        owner = menus.owner[places]
        asked = np.unique(owner)
        told = reasons_of_choice(head, past, rows.take(asked))
        start = np.r_[0, np.cumsum(np.diff(menus.start)[asked])]
        own = start[np.searchsorted(asked, owner)] + places - menus.start[owner]
        return Reasons(told.nodes, told.by_node[own], told.base[own], told.absent[own])

    return why
