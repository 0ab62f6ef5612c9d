"""Person-wise regressions: each person's own coefficients, pulled towards those of everybody."""

from __future__ import annotations

import math

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.features.events import field_codes, groups_of
from doxa.features.known import Form, carrier, form_of, numbers_at
from doxa.features.rows import Rows, joined
from doxa.fidelity.rivals.setting import Setting
from doxa.heads.glm import Family, fit_glm, loss_of
from doxa.state.recalled import Cut, newest, recalled

PULLS = (3.0, 30.0, 300.0, math.inf)
"""Penalties of how far a person's coefficients lie from everybody's; infinite = they do not."""
LAST = 0.2
FEWEST_ROWS = 20


def person_wise(
    x: Floats, y: Floats, person: Ints, asked: Floats, whose: Ints, family: Family
) -> Floats:
    """The linear predictors of asked rows, by coefficients of their own person where it was fitted.

    The pull is chosen on the last fifth of every person's rows.

    Parameters
    ----------
    x : float64[n, p]
        In the order of time within each person.
    """
    centre, scale = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-9)
    x = np.column_stack([np.ones(len(x)), (x - centre) / scale])
    asked = np.column_stack([np.ones(len(asked)), (asked - centre) / scale])
    shared = fit_glm(x, y, ridge=np.full(x.shape[1], 1.0), family=family)
    own = {code: np.flatnonzero(person == code) for code in np.unique(person).tolist()}
    own = {code: rows for code, rows in own.items() if len(rows) >= FEWEST_ROWS}

    def fitted(rows: Ints, pull: float) -> Floats:
        if math.isinf(pull):
            return np.zeros(x.shape[1])
        ridge = np.full(x.shape[1], pull)
        return fit_glm(x[rows], y[rows], ridge=ridge, family=family, offset=x[rows] @ shared)

    def loss(pull: float) -> float:
        total = 0.0
        for rows in own.values():
            cut = int(len(rows) * (1 - LAST))
            eta = x[rows[cut:]] @ (shared + fitted(rows[:cut], pull))
            total += float(loss_of(eta, y[rows[cut:]], family).sum())
        return total

    best = min(PULLS, key=loss)
    eta = asked @ shared
    for code, rows in own.items():
        chosen = whose == code
        if chosen.any():
            eta[chosen] += asked[chosen] @ fitted(rows, best)
    return np.asarray(eta)


def recent_columns(setting: Setting) -> list[Floats]:
    """Of fit and scored rows: the last value of every `recent` number, and its mean at each band."""
    rows = joined([setting.fit, setting.score])
    found: list[Floats] = []
    for kind, names in setting.outcome.recent.items():
        for name in names:
            if form_of(setting.past, kind, name) is Form.NUMBER:
                found += _recent(setting, rows, kind, name)
    return found


def _recent(setting: Setting, rows: Rows, kind: str, name: str) -> list[Floats]:
    past, outcome = setting.past, setting.outcome
    signal = past.columns[kind].row
    value = numbers_at(past, kind, name, signal)
    signal, value = signal[~np.isnan(value)], value[~np.isnan(value)]
    if not len(signal):
        return []
    own, asked = [past.signals.twin[signal]], [rows.twin]
    for field in outcome.same:
        own.append(field_codes(past, kind, field, signal))
        asked.append(field_codes(past, carrier(outcome), field, rows.signal))
    group, wanted = groups_of(own, asked)
    when = Cut(past.signals.at[signal], past.signals.order[signal])
    seen = Cut(rows.seen.at, rows.seen.order)
    usual = float(value.mean())
    last = newest(group, when, wanted, seen)
    sums = recalled(
        group,
        when,
        np.stack([value, np.ones(len(value))], axis=1),
        wanted,
        seen,
        tuple(past.map.bands),
    )
    means = (sums[:, 0] + usual) / (sums[:, 1] + 1)
    return [np.where(last >= 0, value[last], usual), *means.T]
