"""Errors: what a person did beyond what the head expected of them, read as their own effect.

Every earlier event of an outcome at a signal leaves y and p0 (the forecast without these effects) in
cells of the person. An effect solves sum y = sum s(logit p0 + b) for a yes or no, and is
b = sum (y - p0) / (sum curvature + prior) otherwise: one per band, one per item that the asking signal
names, one per situation (levels of flags and categories known beforehand), and one slope per column.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Outcome
from doxa.features.known import FieldNorms, Form, carrier, members_at
from doxa.features.labels import labels_of
from doxa.features.moments import at_signals
from doxa.features.past import Past
from doxa.features.phi import Phi
from doxa.features.rows import Rows
from doxa.heads.glm import Family, curvature, logit, mean_of
from doxa.state.ranks import running_totals
from doxa.state.recalled import Cut, recalled
from doxa.state.timeline import Timeline

WORTH = 2.0
"""Having no effect is worth so many events as expected."""
SLOPE_WORTH = 10.0
MOST_SLOPES = 32
OWNER = "own earlier answers"
"""Under which the effects stand among the reasons of a forecast."""
_NO_SLOPE = ("missing", "new", "number")
_NOT_PLAIN = ("amount of evidence", "squared", "mean", "largest")
_END = np.iinfo(np.int64).max


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A linear predictor: what a head has of its own, without effects of persons."""

    bias: float
    item_weight: float
    weights: list[float]


class Errors(msgspec.Struct, frozen=True, kw_only=True):
    """How much the effects of a person count.

    Attributes
    ----------
    slopes : names of phi columns that a person may answer in their own way
    centre, scale : of those columns
    items : fields whose items have an effect per person
    situations : phi columns whose joint values have an effect per person
    bands : half-lives of the person's level, longest last
    item_bands : of their effects with an item, beside ever
    usual : mean curvature of an event
    weights : one per band, situation (lately and ever), slope, and item field (by band)
    expected : what an event is held against: the forecast of a first pass, that had no own effects
    """

    slopes: list[str]
    centre: list[float]
    scale: list[float]
    items: list[str]
    situations: list[list[str]]
    bands: list[float]
    usual: float
    weights: list[float]
    expected: Line | None = None
    item_bands: list[float] = []


def slope_columns(
    names: tuple[str, ...], owners: tuple[str, ...], nodes: frozenset[str]
) -> list[str]:
    """Columns that a person may answer in their own way.

    What is known beforehand, and the bands of `nodes`: families read at the members that a known
    field names. None of them, should there be more than 32.
    """
    told = [
        name
        for name, owner in zip(names, owners, strict=True)
        if (owner.startswith(("given ", "recent ")) and not name.endswith(_NO_SLOPE))
        or (owner in nodes and _is_band(name))
    ]
    return told if len(told) <= MOST_SLOPES else []


def _is_band(name: str) -> bool:
    part = name.partition(": ")[2]
    return part.startswith("band ") and not part.endswith(_NOT_PLAIN)


@dataclass(frozen=True, slots=True)
class Asked:
    """Rows with the slope columns they have.

    Attributes
    ----------
    x : float64[n, slopes + columns of situations]
        Slope columns standardised, the others as they are.
    """

    rows: Rows
    x: Floats


def looked_at(errors: Errors, found: Phi) -> Floats:
    """The slope columns of some features, as the fit rows scale them, then those of situations."""
    place = {name: number for number, name in enumerate(found.names)}
    slopes = [place[name] for name in errors.slopes]
    others = [place[name] for names in errors.situations for name in names]
    scaled = (found.table[:, slopes] - errors.centre) / errors.scale
    return np.concatenate([scaled, found.table[:, others]], axis=1)


def width(errors: Errors) -> int:
    """How many columns `looked_at` gives."""
    return len(errors.slopes) + sum(map(len, errors.situations))


@dataclass(frozen=True, slots=True)
class Look:
    """What a head makes of n rows.

    Attributes
    ----------
    eta, expected : float64[n]
        The linear predictor without own effects, and what events are held against.
    x : float64[n, ...]
        As in `Asked`.
    """

    eta: Floats
    expected: Floats
    x: Floats


@dataclass(frozen=True, slots=True)
class History:
    """The events of some people, sorted by (twin, at, order), with what they left.

    Attributes
    ----------
    twins : int64[g]
    y, eta, mean, mass : float64[m]
        What became of each event, what was forecast but for own effects (linear predictor), what
        was expected, and the curvature there.
    x : float64[m, ...]
        As in `Asked`.
    """

    twins: Ints
    timeline: Timeline
    rows: Rows
    family: Family
    y: Floats
    eta: Floats
    mean: Floats
    mass: Floats
    x: Floats

    @property
    def cells(self) -> Floats:
        """What each event adds to a cell: y, p0, curvature, 1."""
        return np.stack([self.y, self.mean, self.mass, np.ones(len(self.y))], axis=1)

    @classmethod
    def of(
        cls,
        outcome: Outcome,
        past: Past,
        twins: Ints,
        family: Family,
        look: Callable[[Rows], Look],
    ) -> History:
        """All decided events of some twins.

        Parameters
        ----------
        look : callable
            Looks at rows.
        """
        rows = at_signals(outcome, past)
        twins = np.unique(twins)
        rows = rows.take(np.isin(rows.twin, twins))
        y = labels_of(outcome, past, rows, _END).y
        rows, y = rows.take(~np.isnan(y)), y[~np.isnan(y)]
        order = np.lexsort((y, rows.member, rows.seen.order, rows.seen.at, rows.twin))
        rows, y = rows.take(order), y[order]
        seen = look(rows)
        mean = mean_of(seen.expected, family)
        group = np.searchsorted(twins, rows.twin)
        timeline = Timeline.of(group, rows.seen.at, rows.seen.order, len(twins))
        return cls(
            twins, timeline, rows, family, y, seen.eta, mean, curvature(mean, family), seen.x
        )


def effect_columns(
    errors: Errors, outcome: Outcome, past: Past, history: History, asked: Asked
) -> Floats:
    """The effects of each row's person as known just before it.

    Returns
    -------
    float64[n, bands + slopes + items]
        A person without earlier events has 0 in all of them.
    """
    rows = asked.rows
    group = np.searchsorted(history.twins, rows.twin)
    own = np.searchsorted(history.twins, history.rows.twin)
    bands = tuple(errors.bands)
    parts = [_by_group(errors, history, own, rows, group, bands)]
    first = len(errors.slopes)
    for names in errors.situations:
        columns = slice(first, first + len(names))
        first += len(names)
        both = np.concatenate([history.x[:, columns], asked.x[:, columns]])
        _, kind = np.unique(np.round(both, 6), axis=0, return_inverse=True)
        kind = kind.ravel()
        size = int(kind.max(initial=0)) + 1
        event, wanted = kind[: len(own)] + own * size, kind[len(own) :] + group * size
        lately = (bands[len(bands) // 2], math.inf)
        parts.append(_by_group(errors, history, event, rows, wanted, lately))
    parts.append(_slopes(errors, history, asked))
    parts += [_by_item(errors, name, outcome, past, history, rows) for name in errors.items]
    return np.concatenate(parts, axis=1)


def _effect(errors: Errors, family: Family, cells: Floats) -> Floats:
    """The effect that cells (y, p0, curvature, number in the second axis) tell of."""
    y, mean, mass, number = (cells[:, place] for place in range(4))
    if family is not Family.BERNOULLI:
        return np.asarray((y - mean) / (mass + WORTH * errors.usual))
    usual = np.clip(mean / np.maximum(number, 1e-12), 1e-4, 1 - 1e-4)
    told = (y + WORTH * usual) / (number + WORTH)
    effect = logit(np.clip(told, 1e-4, 1 - 1e-4)) - logit(usual)
    return np.where(number > 1e-12, effect, 0.0)


def _by_group(
    errors: Errors,
    history: History,
    event: Ints,
    rows: Rows,
    wanted: Ints,
    bands: tuple[float, ...],
) -> Floats:
    """The effect of each row's group at each band, from the group's events before the row."""
    when, seen = history.rows.seen, rows.seen
    sums = recalled(
        event, Cut(when.at, when.order), history.cells, wanted, Cut(seen.at, seen.order), bands
    )
    return _effect(errors, history.family, sums)


def _slopes(errors: Errors, history: History, asked: Asked) -> Floats:
    """b_j x_j, with b_j = sum x_j (y - p0) / (sum x_j^2 curvature + prior)."""
    count = len(errors.slopes)
    table = np.zeros((len(asked.rows), count))
    if not len(history.y) or not count:
        return table
    rows, x = asked.rows, history.x[:, :count]
    group = np.searchsorted(history.twins, rows.twin)
    after = history.timeline.before(group, rows.seen.at, rows.seen.order, strictly=True)
    known = after > history.timeline.starts[group]
    last = np.where(known, after - 1, 0)
    starts, left = history.timeline.starts, history.y - history.mean
    pull = running_totals(starts, x * left[:, None])
    mass = running_totals(starts, x**2 * history.mass[:, None])
    slope = pull[last] / (mass[last] + SLOPE_WORTH * errors.usual)
    table[known] = (slope * asked.x[:, :count])[known]
    return table


def _by_item(
    errors: Errors, name: str, outcome: Outcome, past: Past, history: History, rows: Rows
) -> Floats:
    """The mean effect of the row's own items: of what the person did with the same ones before."""
    kind = carrier(outcome)
    event, item = members_at(past, kind, name, history.rows.signal)
    owner, wanted = members_at(past, kind, name, rows.signal)
    size = np.maximum(np.bincount(owner, minlength=len(rows)), 1)
    span = int(max(item.max(initial=0), wanted.max(initial=0))) + 1
    own = np.searchsorted(history.twins, history.rows.twin)[event] * span + item
    asked = np.searchsorted(history.twins, rows.twin)[owner] * span + wanted
    part = replace(
        history,
        rows=history.rows.take(event),
        y=history.y[event],
        eta=history.eta[event],
        mean=history.mean[event],
        mass=history.mass[event],
    )
    bands = (*errors.item_bands, math.inf)
    effect = _by_group(errors, part, own, rows.take(owner), asked, bands)
    mean = [np.bincount(owner, column, minlength=len(rows)) / size for column in effect.T]
    return np.stack(mean, axis=1)


def item_fields(known: list[FieldNorms]) -> list[str]:
    """The fields of the asking signal that name items."""
    return [norms.field for norms in known if norms.form in (Form.ITEM, Form.ITEMS)]


def situations_of(
    head_names: list[str], known: list[FieldNorms], recent: list[FieldNorms], flags: frozenset[str]
) -> list[list[str]]:
    """Columns of flags and categories: those of each known field, and of all recent ones together."""

    def columns(owner: str, norms: FieldNorms) -> list[str]:
        if norms.form is not Form.CATEGORY and norms.field not in flags:
            return []
        return [name for name in head_names if name.startswith(f"{owner}: ")]

    apart = [columns(f"given {norms.field}", norms) for norms in known]
    last = [
        name for norms in recent for name in columns(f"recent {norms.kind}.{norms.field}", norms)
    ]
    return [names for names in (*apart, last) if names]
