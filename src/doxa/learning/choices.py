"""Training the head of a choice: norms, two passes, and a penalty per block from people left out.

The first pass asks what stands for everybody; the second, beside it, what each person did beyond
that. What is expected of a person (p0) is made again with the weights that everybody has in the
second pass, so that the population is not fitted on what the person explains.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.model import BeliefMap, FieldType, Outcome
from doxa.errors import PopulationError
from doxa.features.menus import Menus, as_offered
from doxa.features.norms import FEWEST_PEOPLE
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.heads.choice import ChoiceHead
from doxa.heads.earlier import Earlier, own_columns
from doxa.heads.sway import sway_columns
from doxa.heads.tastes import (
    MOVED,
    TASTES,
    Attribute,
    ChoiceRecipe,
    Columns,
    option_places,
    plain_columns,
    read_number,
)
from doxa.learning.choice_design import (
    Design,
    Sample,
    better,
    evident_ridges,
    fitted,
    kept,
    laplace_of,
    left_out,
    moves_help,
)
from doxa.learning.choice_width import with_choice_width
from doxa.learning.support import support_of_menus

MOST_MENUS = 100_000
"""More fit rows than this are sampled, at random."""
MOST_OPTIONS = 50
"""So many options, those offered to most people, have a level of their own."""
PASSES = 2
SPREADS = (0.1, 0.03, 0.3, 1.0)
"""How far people may differ in what an attribute is worth to them (tau^2), the first to begin with."""

Progress = Callable[[str, float], None]


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
        Ask people left out what to read, and how far chances may be off; else every column is read
        as it is.
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
    sample = Sample.of(belief_map, outcome, past, rows.take(chosen), y[chosen])
    tell(f"what is usual of {outcome.name}", 0.0)
    recipe = _recipe(belief_map, outcome, past, sample)
    recipe, design = _passes(recipe, outcome, past, sample, tell)
    if thorough:
        recipe, design = _logged(recipe, design, outcome, past, sample, tell)
        recipe, design = _spread(recipe, outcome, past, sample, design)
    tell("choosing penalties", 0.0)
    ridges = evident_ridges(design, sample)
    if thorough:
        ridges = kept(design, sample, ridges)
        recipe, design, ridges = _moves(recipe, outcome, past, sample, design, ridges)
    beta = fitted(design, sample, ridges)
    head = ChoiceHead(
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
        laplace=laplace_of(design, sample, ridges, beta),
        support=support_of_menus(recipe, outcome, past, sample.menus),
    )
    return with_choice_width(head, past, sample, rng) if thorough else head


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


def _recipe(belief_map: BeliefMap, outcome: Outcome, past: Past, sample: Sample) -> ChoiceRecipe:
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


def _options(outcome: Outcome, past: Past, sample: Sample) -> tuple[list[str], list[float]]:
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


def _attribute(belief_map: BeliefMap, past: Past, sample: Sample, name: str) -> Attribute | None:
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
    design: Design,
    outcome: Outcome,
    past: Past,
    sample: Sample,
    tell: Progress,
) -> tuple[ChoiceRecipe, Design]:
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
        best = left_out(design, sample) if best is None else best
        loss = left_out(redesign, sample)
        if better(loss, best):
            best, found, design = loss, tried, redesign
    return found, design


def _plain(recipe: ChoiceRecipe, past: Past, sample: Sample) -> Design:
    return Design.of(plain_columns(recipe, past, sample.menus))


def _passes(
    recipe: ChoiceRecipe, outcome: Outcome, past: Past, sample: Sample, tell: Progress
) -> tuple[ChoiceRecipe, Design]:
    """The columns of everybody and of each person, these made with what the others leave."""
    design = _plain(recipe, past, sample)
    count = len(design.columns.names)
    for number in range(PASSES):
        beta = fitted(design, sample, {})
        recipe = msgspec.structs.replace(recipe, usual=(beta / design.scale)[:count].tolist())
        tell(f"people's own tastes in {outcome.name}", number / PASSES)
        design = _with_own(recipe, outcome, past, sample)
    return recipe, design


def _with_own(recipe: ChoiceRecipe, outcome: Outcome, past: Past, sample: Sample) -> Design:
    """All columns, those of each person made with what the recipe expects of them."""
    plain = plain_columns(recipe, past, sample.menus)
    earlier = Earlier.of(recipe, outcome, past, sample.rows.twin)
    own = own_columns(recipe, past, earlier, sample.rows, sample.menus, plain)
    place = option_places(recipe, past, sample.menus)
    sway = sway_columns(sample.met, sample.menus, place, recipe.options, plain)
    return Design.of(Columns.joined([plain, own, sway]))


def _moves(
    recipe: ChoiceRecipe,
    outcome: Outcome,
    past: Past,
    sample: Sample,
    design: Design,
    ridges: dict[str, float],
) -> tuple[ChoiceRecipe, Design, dict[str, float]]:
    """The same with what moved since the person saw it last, where that helps; penalties beside it."""
    tried = msgspec.structs.replace(recipe, moves=True)
    more = _with_own(tried, outcome, past, sample)
    told = MOVED in more.columns.blocks
    if not told or not moves_help(design, more, sample, ridges):
        return recipe, design, ridges
    return tried, more, kept(more, sample, evident_ridges(more, sample))


def _spread(
    recipe: ChoiceRecipe, outcome: Outcome, past: Past, sample: Sample, design: Design
) -> tuple[ChoiceRecipe, Design]:
    """The recipe with the tau^2 that forecasts people left out best."""
    if TASTES not in design.columns.blocks:
        return recipe, design
    best, found = float(left_out(design, sample).sum()), (recipe, design)
    for spread in SPREADS[1:]:
        tried = msgspec.structs.replace(recipe, spread=spread)
        redesign = _with_own(tried, outcome, past, sample)
        loss = float(left_out(redesign, sample).sum())
        if loss < best:
            best, found = loss, (tried, redesign)
    return found
