"""Rivals for values: the person's own last value, own mean, counts, beside what the base may know.

Each is a regression on a few columns, fitted on the fit rows with its penalty chosen on people left
out, so that none loses for want of shrinkage or calibration.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.features.events import Events, events_of
from doxa.features.known import FieldNorms, Form, carrier, form_of, members_at
from doxa.features.rows import FIRST, Bound, Rows, joined
from doxa.fidelity.rivals.known import known_columns, regressed
from doxa.fidelity.rivals.person_wise import person_wise, recent_columns
from doxa.fidelity.rivals.setting import Rung, Setting
from doxa.heads.glm import Family, loss_of, mean_of

WORTHS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""How many own values the usual one may weigh; chosen on the fit rows."""
Columns = Callable[["Values", float], Floats]


@dataclass(frozen=True, slots=True)
class Values:
    """A person's own earlier values at n rows.

    Attributes
    ----------
    last : float64[n]
        The last one, equal in what is `same`; NaN without one.
    count, total : float64[n]
        Of all of them, whatever is `same`.
    usual : float
        The mean of the fit rows.
    """

    last: Floats
    count: Floats
    total: Floats
    usual: float

    def mean(self, worth: float) -> Floats:
        """The person's own mean, the usual one weighing so many values."""
        return (self.total + worth * self.usual) / (self.count + worth)


def last(setting: Setting) -> Rung | None:
    """The last own value, and whether there is one."""
    return _regressed(setting, "last", lambda values, worth: _last(values), (1.0,))


def own_mean(setting: Setting) -> Rung | None:
    """The mean of all own values, shrunk."""
    return _regressed(setting, "own_mean", lambda values, worth: values.mean(worth)[:, None])


def last_and_mean(setting: Setting) -> Rung | None:
    """The last own value beside the own mean."""
    return _regressed(
        setting,
        "last_and_mean",
        lambda values, worth: np.column_stack([_last(values), values.mean(worth)]),
    )


def mean_and_deviation(setting: Setting) -> Rung | None:
    """Own mean + a x (last value - own mean), the deviation 0 where there is no last value."""

    def columns(values: Values, worth: float) -> Floats:
        mean = values.mean(worth)
        return np.column_stack([mean, np.nan_to_num(values.last - mean)])

    return _regressed(setting, "mean_and_deviation", columns)


def item_and_running_mean(setting: Setting) -> Rung | None:
    """The item's level beside the person's running mean of what they gave beyond the items' levels."""
    known = known_columns(setting)
    values = _values(setting)
    if known is None or values is None:
        return None
    parts = list(regressed(setting, *known))
    level = mean_of(np.concatenate(parts), setting.family)
    rows = joined([setting.fit, setting.score])
    y = np.concatenate([setting.y, np.full(len(setting.score), np.nan)])
    found = _running(setting, rows, level, y)
    if found is None:
        return None
    count, total = found

    def columns(worth: float) -> tuple[Floats, Floats]:
        bias = total / (count + worth)
        table = np.column_stack([np.concatenate(parts), bias])
        return table[: len(setting.y)], table[len(setting.y) :]

    return _best(setting, "item_and_running_mean", columns, WORTHS)


def counts_logistic(setting: Setting) -> Rung | None:
    """Own right and wrong answers so far, overall and with the same items, as logarithms.

    Beside them the `recent` values and their means; people who were fitted have coefficients of
    their own.
    """
    if setting.family is not Family.BERNOULLI:
        return None
    values = _values(setting)
    if values is None:
        return None
    rows = joined([setting.fit, setting.score])
    right, wrong = values.total, values.count - values.total
    table = [np.log1p(right), np.log1p(wrong), np.nan_to_num(values.last, nan=values.usual)]
    for norms in _item_fields(setting):
        table += _by_item(setting, norms, rows)
    known = known_columns(setting)
    found = np.column_stack(table)
    if known is not None:
        found = np.column_stack([np.concatenate(known), found])
    if beside := recent_columns(setting):
        found = np.column_stack([found, *beside])
    n = len(setting.y)
    order = np.lexsort((setting.fit.seen.order, setting.fit.seen.at))
    eta = person_wise(
        found[:n][order],
        setting.y[order],
        setting.fit.person[order],
        found[n:],
        setting.score.person,
        setting.family,
    )
    return Rung("counts_logistic", mean_of(eta, setting.family))


def _last(values: Values) -> Floats:
    there = ~np.isnan(values.last)
    return np.column_stack([np.where(there, values.last, values.usual), there])


def _regressed(
    setting: Setting, name: str, columns: Columns, worths: tuple[float, ...] = WORTHS
) -> Rung | None:
    values = _values(setting)
    if values is None:
        return None
    known = known_columns(setting)
    n = len(setting.y)

    def both(worth: float) -> tuple[Floats, Floats]:
        table = columns(values, worth)
        if known is not None:
            table = np.column_stack([np.concatenate(known), table])
        return table[:n], table[n:]

    return _best(setting, name, both, worths)


def _best(
    setting: Setting,
    name: str,
    columns: Callable[[float], tuple[Floats, Floats]],
    worths: tuple[float, ...],
) -> Rung:
    """The worth that fits the fit rows best, and its forecasts."""
    best: tuple[float, float, Floats] | None = None
    for worth in worths:
        fit, score = columns(worth)
        told, asked = regressed(setting, fit, score)
        loss = float(loss_of(told, setting.y, setting.family).mean())
        if best is None or loss < best[0]:
            best = (loss, worth, asked)
    assert best is not None
    chosen: dict[str, float | str] = {"worth": best[1]} if len(worths) > 1 else {}
    return Rung(name, mean_of(best[2], setting.family), chosen)


def _values(setting: Setting) -> Values | None:
    """The own earlier values of fit and scored rows, one after the other."""
    if setting.outcome.field is None:
        return None
    rows = joined([setting.fit, setting.score])
    near, low, high = _before(setting, rows, setting.outcome.same)
    if not len(near.value):
        return None
    there = high > low
    newest = np.where(there, near.value[np.where(there, high - 1, 0)], np.nan)
    events, low, high = _before(setting, rows, ())
    sums = np.r_[0.0, np.cumsum(events.value)]
    return Values(
        newest, (high - low).astype(np.float64), sums[high] - sums[low], float(setting.y.mean())
    )


def _before(setting: Setting, rows: Rows, same: tuple[str, ...]) -> tuple[Events, Ints, Ints]:
    outcome = msgspec.structs.replace(setting.outcome, same=same)
    events, group = events_of(outcome, setting.past, rows)
    lowest = Bound(np.full(len(rows), FIRST), np.full(len(rows), FIRST))
    low, high = events.span(group, lowest, rows.seen)
    return events, low, high


def _running(
    setting: Setting, rows: Rows, level: Floats, y: Floats
) -> tuple[Floats, Floats] | None:
    """How many own values came before each row, and the sum of what they were beyond their level.

    Levels are known of the rows of the question only: values asked in no row are not seen.
    """
    outcome = msgspec.structs.replace(setting.outcome, same=())
    events, group = events_of(outcome, setting.past, rows)
    if not len(events.value):
        return None
    beyond = np.zeros(len(setting.past.signals))
    seen = np.zeros(len(setting.past.signals))
    told = {int(signal): place for place, signal in enumerate(rows.signal.tolist())}
    value = np.full(len(setting.past.signals), np.nan)
    value[events.signal] = events.value
    places = np.array(list(told.values()), dtype=np.int64)
    signal = rows.signal[places]
    beyond[signal] = np.nan_to_num(value[signal] - level[places])
    seen[signal] = ~np.isnan(value[signal])
    lowest = Bound(np.full(len(rows), FIRST), np.full(len(rows), FIRST))
    low, high = events.span(group, lowest, rows.seen)
    counts = np.r_[0.0, np.cumsum(seen[events.signal])]
    sums = np.r_[0.0, np.cumsum(beyond[events.signal])]
    return counts[high] - counts[low], sums[high] - sums[low]


def _item_fields(setting: Setting) -> list[FieldNorms]:
    kind = carrier(setting.outcome)
    found = []
    for name in setting.known:
        form = form_of(setting.past, kind, name)
        if form in (Form.ITEM, Form.ITEMS):
            found.append(FieldNorms(kind=kind, field=name, form=form))
    return found


def _by_item(setting: Setting, norms: FieldNorms, rows: Rows) -> list[Floats]:
    """ln(1 + right) and ln(1 + wrong) with the row's own items: means over them."""
    outcome = msgspec.structs.replace(setting.outcome, of=norms.field, by={}, same=())
    owner, code = members_at(setting.past, norms.kind, norms.field, rows.signal)
    asked = rows.take(owner)
    asked = Rows(
        asked.twin, asked.seen, asked.opens, asked.closes, code, asked.signal, asked.person
    )
    events, group = events_of(outcome, setting.past, asked)
    lowest = Bound(np.full(len(asked), FIRST), np.full(len(asked), FIRST))
    low, high = events.span(group, lowest, asked.seen)
    sums = np.r_[0.0, np.cumsum(events.value)]
    right = sums[high] - sums[low]
    wrong = (high - low) - right
    size = np.maximum(np.bincount(owner, minlength=len(rows)), 1)
    return [
        np.bincount(owner, np.log1p(count), minlength=len(rows)) / size for count in (right, wrong)
    ]
