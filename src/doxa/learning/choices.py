"""Training the head of a choice: norms, two passes, and a penalty per block from people left out.

The first pass asks what stands for everybody; the second, beside it, what each person did beyond
that. What is expected of a person (p0) is made again with the weights that everybody has in the
second pass, so that the population is not fitted on what the person explains.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import BeliefMap, FieldType, Outcome
from doxa.errors import PopulationError
from doxa.features.bearing import Bearing, Borne
from doxa.features.menus import Menus, as_offered, menus_of
from doxa.features.norms import FEWEST_PEOPLE
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.heads.choice import ChoiceHead
from doxa.heads.logit import centred, fit_logit, likely, losses
from doxa.heads.sway import HELD, SWAYED, sway_columns
from doxa.heads.tastes import (
    ACROSS,
    APART,
    ATTRIBUTES,
    OPTIONS,
    SHARES,
    TASTES,
    Attribute,
    ChoiceRecipe,
    Columns,
    Earlier,
    option_places,
    own_columns,
    plain_columns,
    read_number,
)
from doxa.learning.bearing import learned_bearing
from doxa.learning.support import support_of_menus

MOST_MENUS = 100_000
"""More fit rows than this are sampled, at random."""
MOST_TO_JUDGE, FEWEST_TO_JUDGE = 2_000, 5
"""So many people, each left out, judge what helps."""
MOST_OPTIONS = 50
"""So many options, those offered to most people, have a level of their own."""
FIXED = {OPTIONS: 1.0, ATTRIBUTES: 1.0}
"""Penalties that nothing is chosen of: many rows speak of few columns."""
RIDGE, WEAKEST, OFF = 30.0, 1.0, 1e6
"""A block's penalty to begin with, the least there is, and what leaves nothing of it."""
UPDATES = 8
PASSES = 2
DOUBT = 1.0
"""What gains people left out less than so many standard errors is left out: the smaller model."""
DOUBTFUL = (ACROSS, APART, TASTES, SHARES, SWAYED, HELD)
SPREADS = (0.1, 0.03, 0.3, 1.0)
"""How far people may differ in what an attribute is worth to them (tau^2), the first to begin with."""

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class _Sample:
    """Fit rows: what was offered, the place of what was taken, and what the menus are met with."""

    rows: Rows
    menus: Menus
    taken: Ints
    bearing: Bearing | None
    met: Borne

    @classmethod
    def of(
        cls, belief_map: BeliefMap, outcome: Outcome, past: Past, rows: Rows, y: Floats
    ) -> _Sample:
        menus = menus_of(outcome, past, rows)
        bearing, met = learned_bearing(belief_map, outcome, past, rows, menus)
        return cls(rows, menus, menus.place_of(y.astype(np.int64)), bearing, met)


def train_choice(
    belief_map: BeliefMap,
    outcome: Outcome,
    past: Past,
    rows: Rows,
    y: Floats,
    *,
    seed: int = 1,
    thorough: bool = True,
    progress: Progress | None = None,
) -> ChoiceHead:
    """Fit the head of one choice.

    Parameters
    ----------
    past : Past
        What the rows may read.
    rows : fit rows; at most 100,000 are used, drawn at random with `seed`
    y : float64[n]
        The code of the option taken.
    thorough : bool
        Ask people left out what to read; else every column is read as it is.
    """
    tell = progress or _silence
    if not len(y):
        raise PopulationError(
            f"no fit rows for {outcome.name!r}", hint="load more history of what was chosen"
        )
    outcome = with_levels(outcome, past, rows, y)
    y = as_offered(outcome, past, y.astype(np.int64)).astype(np.float64)
    rng = np.random.Generator(np.random.Philox(seed))
    chosen = np.arange(len(y))
    if len(y) > MOST_MENUS:
        chosen = np.sort(rng.choice(len(y), MOST_MENUS, replace=False))
    sample = _Sample.of(belief_map, outcome, past, rows.take(chosen), y[chosen])
    tell(f"what is usual of {outcome.name}", 0.0)
    recipe = _recipe(belief_map, outcome, past, sample)
    recipe, design = _passes(recipe, outcome, past, sample, tell)
    if thorough:
        recipe, design = _logged(recipe, design, outcome, past, sample, tell)
        recipe, design = _spread(recipe, outcome, past, sample, design)
    tell("choosing penalties", 0.0)
    ridges = _ridges(design, sample)
    ridges = _kept(design, sample, ridges) if thorough else ridges
    beta = _fitted(design, sample, ridges)
    return ChoiceHead(
        outcome=outcome.name,
        recipe=recipe,
        names=design.columns.names,
        owners=design.columns.owners,
        weights=(beta / design.scale).tolist(),
        ridges=ridges,
        rows=len(sample.taken),
        people=len(np.unique(sample.rows.person)),
        origin=int(sample.rows.closes.at.max()),
        levels=list(outcome.levels),
        support=support_of_menus(recipe, outcome, past, sample.menus),
    )


def with_levels(outcome: Outcome, past: Past, rows: Rows, y: Floats) -> Outcome:
    """A category with the values that enough people had, most people first; a menu as it is."""
    if outcome.options is not None or outcome.levels:
        return outcome
    pairs = np.unique(np.stack([y.astype(np.int64), rows.person], axis=1), axis=0)
    people = np.bincount(pairs[:, 0]) if len(pairs) else np.zeros(0, np.int64)
    names = past.values(outcome.field or "")
    known = np.flatnonzero(people >= FEWEST_PEOPLE).tolist()
    levels = sorted(
        (names[code] for code in known), key=lambda name: (-people[names.index(name)], name)
    )
    if not levels:
        raise PopulationError(
            f"no value of {outcome.field!r} was had by {FEWEST_PEOPLE} people",
            hint="load more history",
        )
    return msgspec.structs.replace(outcome, levels=tuple(levels[:MOST_OPTIONS]))


def _silence(what: str, done: float) -> None:
    pass


def _recipe(belief_map: BeliefMap, outcome: Outcome, past: Past, sample: _Sample) -> ChoiceRecipe:
    """The recipe of the columns that stand for everybody."""
    options, shares = _options(outcome, past, sample)
    attributes = [
        norms
        for name in outcome.attributes
        if (norms := _attribute(belief_map, past, sample, name)) is not None
    ]
    return ChoiceRecipe(
        field=outcome.field or "",
        options=options,
        shares=shares,
        attributes=attributes,
        bands=[*(band for band in belief_map.bands if band != np.inf), np.inf],
        spread=SPREADS[0],
        bearing=sample.bearing,
    )


def _options(outcome: Outcome, past: Past, sample: _Sample) -> tuple[list[str], list[float]]:
    """The options offered to enough people, most people first, and how often each is taken."""
    menus = sample.menus
    pairs = np.unique(np.stack([menus.option, sample.rows.person[menus.owner]], axis=1), axis=0)
    people = np.bincount(pairs[:, 0])
    offered = np.bincount(menus.option, minlength=len(people))
    took = np.bincount(menus.option[sample.taken], minlength=len(people))
    names = past.values(outcome.field or "")
    known = np.flatnonzero(people >= FEWEST_PEOPLE)
    by_name = np.argsort(np.argsort([names[code] for code in known.tolist()]))
    kept = known[np.lexsort((by_name, -people[known]))][:MOST_OPTIONS]
    shares = took[kept] / np.maximum(offered[kept], 1)
    return [names[code] for code in kept.tolist()], shares.tolist()


def _attribute(belief_map: BeliefMap, past: Past, sample: _Sample, name: str) -> Attribute | None:
    """How an attribute is read; None where all options are alike in it."""
    menus, declared = sample.menus, belief_map.fields.get(name)
    numeric = menus.column(name).is_numeric if declared is None else declared in _NUMBERS
    if numeric:
        return _number(Attribute(field=name), menus)
    code = menus.levels(name, past)
    person = sample.rows.person[menus.owner]
    pairs = np.unique(np.stack([code, person], axis=1)[code >= 0], axis=0)
    people = np.bincount(pairs[:, 0]) if len(pairs) else np.zeros(0, np.int64)
    levels = [past.values(name)[one] for one in np.flatnonzero(people >= FEWEST_PEOPLE).tolist()]
    levels = sorted(levels)[:MOST_OPTIONS]
    return Attribute(field=name, levels=levels, missing=bool((code < 0).any())) if levels else None


_NUMBERS = frozenset({FieldType.NUMBER, FieldType.FLAG, FieldType.TIME})


def _number(attribute: Attribute, menus: Menus) -> Attribute | None:
    value = read_number(attribute, menus)
    told = value[~np.isnan(value)]
    if not len(told) or float(told.std()) <= 1e-9 * (1 + abs(float(told.mean()))):
        return None
    return msgspec.structs.replace(
        attribute,
        mean=float(told.mean()),
        scale=float(told.std()),
        missing=len(told) < len(value),
    )


def _logged(
    recipe: ChoiceRecipe,
    design: _Design,
    outcome: Outcome,
    past: Past,
    sample: _Sample,
    tell: Progress,
) -> tuple[ChoiceRecipe, _Design]:
    """Each amount as its logarithm where people left out are forecast better so."""
    found, best = recipe, None
    for place, attribute in enumerate(recipe.attributes):
        value = sample.menus.numbers(attribute.field)
        if attribute.levels or not np.nanmin(value) > 0:
            continue
        other = _number(msgspec.structs.replace(attribute, logged=True), sample.menus)
        if other is None:
            continue
        before, after = found.attributes[:place], found.attributes[place + 1 :]
        tried = msgspec.structs.replace(found, attributes=[*before, other, *after])
        tried, redesign = _passes(tried, outcome, past, sample, tell)
        best = _left_out(design, sample) if best is None else best
        loss = _left_out(redesign, sample)
        if _better(loss, best):
            best, found, design = loss, tried, redesign
    return found, design


@dataclass(frozen=True, slots=True)
class _Design:
    """Columns as fitted, divided by their spread over the fit rows where a penalty weighs them."""

    columns: Columns
    scale: Floats
    table: Floats

    @classmethod
    def of(cls, columns: Columns) -> _Design:
        fixed = np.array([block in FIXED for block in columns.blocks])
        scale = np.where(fixed, 1.0, np.maximum(columns.table.std(axis=0), 1e-9))
        return cls(columns, scale, columns.table / scale)

    def penalty(self, ridges: dict[str, float]) -> Floats:
        return np.array(
            [ridges.get(block, FIXED.get(block, RIDGE)) for block in self.columns.blocks]
        )


def _plain(recipe: ChoiceRecipe, past: Past, sample: _Sample) -> _Design:
    return _Design.of(plain_columns(recipe, past, sample.menus))


def _passes(
    recipe: ChoiceRecipe, outcome: Outcome, past: Past, sample: _Sample, tell: Progress
) -> tuple[ChoiceRecipe, _Design]:
    """The columns of everybody and of each person, these made with what the others leave."""
    design = _plain(recipe, past, sample)
    count = len(design.columns.names)
    for number in range(PASSES):
        beta = _fitted(design, sample, {})
        recipe = msgspec.structs.replace(recipe, usual=(beta / design.scale)[:count].tolist())
        tell(f"people's own tastes in {outcome.name}", number / PASSES)
        design = _with_own(recipe, outcome, past, sample)
    return recipe, design


def _with_own(recipe: ChoiceRecipe, outcome: Outcome, past: Past, sample: _Sample) -> _Design:
    """All columns, those of each person made with what the recipe expects of them."""
    plain = plain_columns(recipe, past, sample.menus)
    earlier = Earlier.of(recipe, outcome, past, sample.rows.twin)
    own = own_columns(recipe, past, earlier, sample.rows, sample.menus, plain)
    place = option_places(recipe, past, sample.menus)
    sway = sway_columns(sample.met, sample.menus, place, recipe.options, plain)
    return _Design.of(Columns.joined([plain, own, sway]))


def _spread(
    recipe: ChoiceRecipe, outcome: Outcome, past: Past, sample: _Sample, design: _Design
) -> tuple[ChoiceRecipe, _Design]:
    """The recipe with the tau^2 that forecasts people left out best."""
    if TASTES not in design.columns.blocks:
        return recipe, design
    best, found = float(_left_out(design, sample).sum()), (recipe, design)
    for spread in SPREADS[1:]:
        tried = msgspec.structs.replace(recipe, spread=spread)
        redesign = _with_own(tried, outcome, past, sample)
        loss = float(_left_out(redesign, sample).sum())
        if loss < best:
            best, found = loss, (tried, redesign)
    return found


def _part(menus: Menus, rows: Ints) -> tuple[NDArray[np.int64], Ints]:
    """Places of the options of some menus, and where each of these menus begins among them."""
    size = np.diff(menus.start)[rows]
    start = np.r_[0, np.cumsum(size)]
    return np.arange(start[-1]) + np.repeat(menus.start[rows] - start[:-1], size), start


def _fitted(
    design: _Design, sample: _Sample, ridges: dict[str, float], begin: Floats | None = None
) -> Floats:
    penalty = design.penalty(ridges)
    return fit_logit(design.table, sample.menus.start, sample.taken, ridge=penalty, begin=begin)


def _left_out(design: _Design, sample: _Sample, ridges: dict[str, float] | None = None) -> Floats:
    """Loss of each person by the parameters that all others alone would give.

    One Newton step from the fit to everybody: beta - (H - H_p)^-1 g_p, with what the person's own
    rows add to curvature and gradient taken away.
    """
    penalties = ridges or {}
    beta = _fitted(design, sample, penalties)
    start, taken = sample.menus.start, sample.taken
    p = likely(design.table @ beta, start)
    apart = centred(design.table, start, p)
    rigid = np.diag(design.penalty(penalties))
    whole = apart.T @ (apart * p[:, None]) + rigid
    people, person = np.unique(sample.rows.person, return_inverse=True)
    order = np.argsort(person, kind="stable")
    bounds = np.searchsorted(person[order], np.arange(len(people) + 1))
    found = np.zeros(min(len(people), MOST_TO_JUDGE))
    for number in range(len(found)):
        rows = order[bounds[number] : bounds[number + 1]]
        place, begin = _part(sample.menus, rows)
        own = apart[place]
        pull = own[taken[rows] - start[rows] + begin[:-1]].sum(axis=0)
        left = whole - own.T @ (own * p[place][:, None])
        without = beta - np.linalg.solve(left, pull)
        eta = design.table[place] @ without
        found[number] = losses(eta, begin, taken[rows] - start[rows] + begin[:-1]).sum()
    return found


def _better(loss: Floats, than: Floats) -> bool:
    """Whether people are forecast better by more than half a standard error: in doubt, not."""
    gain = than - loss
    return bool(gain.mean() > DOUBT * gain.std() / np.sqrt(len(gain)))


def _ridges(design: _Design, sample: _Sample) -> dict[str, float]:
    """The penalty of each block by its evidence: what its weights vary by, chance taken off.

    ridge = (p - ridge tr V) / sum beta^2 over the block's p columns, V the inverse Hessian (MacKay).
    """
    blocks = np.array(design.columns.blocks)
    found = {block: RIDGE for block in design.columns.blocks if block not in FIXED}
    start, beta = sample.menus.start, None
    for _ in range(UPDATES):
        beta = _fitted(design, sample, found, beta)
        p = likely(design.table @ beta, start)
        apart = centred(design.table, start, p)
        hessian = apart.T @ (apart * p[:, None]) + np.diag(design.penalty(found))
        chance = np.diag(np.linalg.inv(hessian))
        for block in found:
            own = blocks == block
            told = max(float(own.sum() - found[block] * chance[own].sum()), 1e-3)
            spread = max(float((beta[own] ** 2).sum()), 1e-9)
            found[block] = float(np.clip(told / spread, WEAKEST, OFF))
    return found


def _kept(design: _Design, sample: _Sample, ridges: dict[str, float]) -> dict[str, float]:
    """The penalties with every block off that people left out are not clearly better with."""
    if len(np.unique(sample.rows.person)) < FEWEST_TO_JUDGE:
        return ridges
    best = _left_out(design, sample, ridges)
    for block in DOUBTFUL:
        if block in ridges:
            without = {**ridges, block: OFF}
            loss = _left_out(design, sample, without)
            if not _better(best, loss):
                best, ridges = loss, without
    return ridges
