"""Errors: what a person did beyond what the head expected of them, read as their own effect.

Every earlier event of an outcome at a signal, and every earlier window of an outcome in one, leaves y and p0 (the forecast without these effects) in
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
from doxa.features.labels import labels_of, lengths_of
from doxa.features.lived import known_from, lived
from doxa.features.past import Past
from doxa.features.phi import Phi
from doxa.features.rows import Bound, Rows
from doxa.heads.glm import Family, curvature, logit, mean_of
from doxa.heads.hazard import Hazard, Spells
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
    by_member : whether levels are of the person with the member asked about, or with all of a family
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
    by_member: bool = False


NOTHING = Errors(
    slopes=[], centre=[], scale=[], items=[], situations=[], bands=[], usual=1.0, weights=[]
)
"""Of a head that reads none."""


class OwnEffects(msgspec.Struct, frozen=True, kw_only=True):
    """Whether effects of persons stand beside a head, and why.

    Attributes
    ----------
    why : in words
    gained : [less loss per row of people left out, its standard error]; empty where not tried
    by_member : of a family, whether they are of the person with each member
    """

    kept: bool
    why: str
    gained: list[float] = []
    by_member: bool = False


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
    """What became of some people's earlier events and windows, sorted by when it was known.

    Attributes
    ----------
    twins : int64[g]
    known : Bound
        When each was known: rows asked later know of it.
    y, eta, mean, mass, count : float64[m]
        What became of each event, what was forecast but for own effects (linear predictor), what
        was expected, the curvature there, and how often it was asked: once, of a time once per
        interval in which it could still happen.
    x : float64[m, ...]
        As in `Asked`.
    """

    twins: Ints
    timeline: Timeline
    rows: Rows
    known: Bound
    family: Family
    y: Floats
    eta: Floats
    mean: Floats
    mass: Floats
    count: Floats
    x: Floats

    @property
    def cells(self) -> Floats:
        """What each event adds to a cell: y, p0, curvature, how often asked."""
        return np.stack([self.y, self.mean, self.mass, self.count], axis=1)

    @classmethod
    def of(
        cls,
        outcome: Outcome,
        past: Past,
        asked: Rows,
        family: Family,
        look: Callable[[Rows], Look],
        hazard: Hazard | None = None,
    ) -> History:
        """All that was decided of the people of some rows, before one of these at least.

        Parameters
        ----------
        look : callable
            Looks at rows.
        hazard : of an outcome that asks for a time
        """
        rows = lived(outcome, past, asked)
        twins = np.unique(asked.twin)
        y = labels_of(outcome, past, rows, _END).y
        rows, y = rows.take(~np.isnan(y)), y[~np.isnan(y)]
        known = known_from(outcome, rows)
        order = np.lexsort((y, rows.member, known.order, known.at, rows.twin))
        rows, y, known = rows.take(order), y[order], known.take(order)
        seen = look(rows)
        if hazard is None:
            mean = mean_of(seen.expected, family)
            mass, count = curvature(mean, family), np.ones(len(y))
        else:
            spells = Spells.of(hazard.ends, y, lengths_of(rows, past.map.clock))
            y, mean, mass, count = spells.cells(hazard.logits(seen.expected))
        group = np.searchsorted(twins, rows.twin)
        timeline = Timeline.of(group, known.at, known.order, len(twins))
        return cls(twins, timeline, rows, known, family, y, seen.eta, mean, mass, count, seen.x)


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
    if errors.by_member:
        size = int(max(rows.member.max(initial=0), history.rows.member.max(initial=0))) + 2
        group, own = group * size + rows.member + 1, own * size + history.rows.member + 1
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
    when, seen = history.known, rows.seen
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
        known=history.known.take(event),
        count=history.count[event],
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
