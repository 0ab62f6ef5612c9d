"""Training a head: norms, features, penalty, coefficients and calibration from labelled rows."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import BeliefMap, Outcome
from doxa.domain.clock import DAY
from doxa.errors import PopulationError
from doxa.features.blocks.siblings import moments_of, most_met
from doxa.features.moments import is_at_signal
from doxa.features.norms import NodeNorms, Tally
from doxa.features.phi import phi
from doxa.features.plan import Reading, members_apart, readings_of
from doxa.features.recipe import Recipe, member_codes
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.heads.glm import Family, fit_glm
from doxa.heads.head import Head, family_of
from doxa.heads.predictor import CHUNK
from doxa.learning.again import halfway, with_again
from doxa.learning.apart import Apart
from doxa.learning.challenger import with_challenger
from doxa.learning.choosing import choose, clearly_better, dearer, levelled
from doxa.learning.design import Design, design_of, level_of
from doxa.learning.directions import directions
from doxa.learning.fields import Fields, fields_of_fit
from doxa.learning.fitted import Fitted, head_of
from doxa.learning.labelled import Labelled, Progress, overlap_of, sample_of
from doxa.learning.members import with_member_slopes
from doxa.learning.newcomers import with_newcomers
from doxa.learning.personal import with_errors
from doxa.learning.popularity import holds_later, with_popularity
from doxa.learning.spread import with_spread
from doxa.learning.width import with_width

MOST_ROWS = 600_000
"""More fit rows than this are sampled, at random."""
MOST_FOR_NORMS = 300_000
FEWEST_DAYS = 30
"""Of triggers on fewer days a weekday says which of them it was, and nothing of weekdays."""


def train(
    belief_map: BeliefMap,
    outcome: Outcome,
    views: Views,
    fit: Labelled,
    *,
    items: list[str],
    known: Ints,
    challenger: bool = False,
    seed: int = 1,
    progress: Progress | None = None,
    most: int = MOST_ROWS,
) -> Head:
    """Fit the head of one outcome.

    Parameters
    ----------
    views : Views
        Indexes what the rows may read.
    fit : Labelled
        Fit rows; labels decided. At most `most` are used, drawn at random with `seed`.
    items : members asked for by default
    known : codes of the members that the head may hold a rate of by name
    challenger : bool
        Let gradient-boosted trees stand beside the head where people left out are forecast better.
    most : int
        Fit rows; 600,000 more for what members have of their own.
    """
    tell = progress or _silence

    def linear(rows: Labelled) -> Apart:
        return _linear(belief_map, outcome, views, rows, items, known, seed, tell, most=most)

    found = linear(fit)
    return with_challenger(found, fit, linear, seed=seed, tell=tell) if challenger else found.head


def _linear(
    belief_map: BeliefMap,
    outcome: Outcome,
    views: Views,
    fit: Labelled,
    items: list[str],
    known: Ints,
    seed: int,
    tell: Progress,
    *,
    most: int,
) -> Apart:
    """The head without trees, beside how the rows it was fitted on are seen."""
    if not len(fit.y):
        raise PopulationError(
            f"no fit rows for {outcome.name!r}", hint="load more history, or shorten the window"
        )
    rng = np.random.Generator(np.random.Philox(seed))
    drawn = sample_of(len(fit.y), most, rng)
    sample = fit.take(drawn)
    family = family_of(outcome, belief_map)
    fields = fields_of_fit(
        outcome, views.past, sample.rows, sample.y, family, level_of(sample.y, family)
    )
    fitted = _fitted(belief_map, outcome, views, sample, fields, family, rng, tell)
    if fields.apart:
        beside = _but_items(fitted)
        fields = fields_of_fit(outcome, views.past, sample.rows, sample.y, family, beside)
        fitted = _fitted(belief_map, outcome, views, sample, fields, family, rng, tell)
    head = head_of(fitted, sample, items, known, views)
    if fitted.recipe.standing:
        head = msgspec.structs.replace(head, unsure=directions(fitted, sample, rng))
    tell(f"people's own effects on {outcome.name}", 0.0)
    if is_at_signal(outcome):
        head = with_errors(head, fitted, views, sample, fields)
    if head.errors is None and outcome.of is not None and not head.apart:
        head = with_member_slopes(
            head, fitted, views, fit, drawn, known, tell, rng, most=most + MOST_ROWS
        )
    if head.by_member is None and not is_at_signal(outcome):
        head = with_errors(head, fitted, views, sample, fields)
    head = with_spread(head, views, sample.rows, sample.y, fields, rng)
    head = with_newcomers(head, fitted, views, sample, fields.traits, rng)
    head = with_width(head, fitted, views, sample, rng)
    return Apart.of(head, views, sample.rows, fields)


def _fitted(
    belief_map: BeliefMap,
    outcome: Outcome,
    views: Views,
    sample: Labelled,
    fields: Fields,
    family: Family,
    rng: np.random.Generator,
    tell: Progress,
) -> Fitted:
    recipe = learned_recipe(belief_map, outcome, views, sample.rows, fields, rng)
    recipe = with_popularity(recipe, views.past, sample.rows.seen.at)
    design = design_of(recipe, fields, views, sample, family, tell, rng)
    if recipe.popularity:
        recipe, design = _followed(recipe, design, views, sample, family, rng)
    choosing = int(rng.integers(2**32))
    chosen = choose(design, sample, family, tell, choosing)
    for lighten in LIGHTER:
        lighter = lighten(recipe)
        if lighter is recipe:
            continue
        names = phi(lighter, views, sample.rows.take(np.arange(1))).names
        less = design.only(frozenset(names))
        without = choose(less, sample, family, tell, choosing)
        if not clearly_better(chosen, without):
            recipe, design, chosen = lighter, less, without
    costs = dearer(chosen.ridge, overlap_of(outcome, sample.rows))
    beta = fit_glm(
        design.table,
        sample.y,
        ridge=design.penalty(costs),
        family=family,
        offset=design.offset(np.arange(len(sample.y))),
        start=chosen.start,
        progress=lambda step: tell(f"fitting {outcome.name}", min(step / 8, 1.0)),
    )
    beta, chosen = halfway(design, sample, family, beta, chosen, costs)
    return Fitted(
        outcome, family, recipe, design, beta, levelled(design, sample, family, beta, chosen)
    )


def _followed(
    recipe: Recipe,
    design: Design,
    views: Views,
    sample: Labelled,
    family: Family,
    rng: np.random.Generator,
) -> tuple[Recipe, Design]:
    """Without what everybody does, where later months are forecast no better by it."""
    lighter = replace(recipe, popularity={})
    names = phi(lighter, views, sample.rows.take(np.arange(1))).names
    less = design.only(frozenset(names))
    return (recipe, design) if holds_later(design, less, sample, family, rng) else (lighter, less)


def _but_items(fitted: Fitted) -> Floats:
    """The linear predictor of the fit rows without what items add to it."""
    items = [f"given {norms.field}" for norms in fitted.recipe.known if norms.effects is not None]
    beta = fitted.beta.copy()
    moved = np.array([owner in items for owner in fitted.design.owners], dtype=bool)
    beta[2:][moved] = 0.0
    eta = fitted.design.offset(np.arange(len(fitted.design.table)))
    return np.asarray(eta + fitted.design.table.astype(np.float64) @ beta)


def _silence(what: str, done: float) -> None:
    pass


def _fewer_members(recipe: Recipe) -> Recipe:
    return replace(recipe, apart=(), traits=()) if recipe.apart else recipe


def _fewer_products(recipe: Recipe) -> Recipe:
    return replace(recipe, by_action=False) if recipe.by_action else recipe


def _fewer_segments(recipe: Recipe) -> Recipe:
    return replace(recipe, by_trait=False) if recipe.by_trait and not recipe.apart else recipe


def _fewer_traits(recipe: Recipe) -> Recipe:
    return (
        replace(recipe, traits=(), by_trait=False) if recipe.traits and not recipe.apart else recipe
    )


LIGHTER = (_fewer_members, _fewer_products, _fewer_segments, _fewer_traits)
"""What may be left out, one after the other, where people left out are forecast no worse: weights
apart for members, products with the action and with traits, and traits. A recipe that has nothing
of it comes back as it is."""


def learned_recipe(
    belief_map: BeliefMap,
    outcome: Outcome,
    views: Views,
    rows: Rows,
    fields: Fields,
    rng: np.random.Generator,
) -> Recipe:
    """How to make phi for an outcome, with what is usual of each node among some rows."""
    few = rows.take(sample_of(len(rows), MOST_FOR_NORMS, rng))
    readings = readings_of(belief_map, outcome)
    recipe = Recipe(
        belief_map,
        outcome,
        readings,
        {},
        fields.known,
        fields.recent,
        fields.traits,
        members_apart(outcome),
        by_trait=bool(fields.traits) and outcome.of is None,
        by_action=outcome.after is not None and bool(fields.known) and outcome.of is None,
        calendar=outcome.after is None or len(np.unique(rows.seen.at // DAY)) >= FEWEST_DAYS,
        standing=belief_map.rollout is not None and outcome.name in belief_map.rollout.draws,
    )
    norms = {reading.node: norms_of(recipe, reading, views, few) for reading in readings}
    return with_again(replace(recipe, norms=norms), views, few, rng)


def norms_of(recipe: Recipe, reading: Reading, views: Views, rows: Rows) -> NodeNorms:
    """What is usual of one node among some rows."""
    tally = Tally(tuple(recipe.belief_map.event_bands))
    for low in range(0, len(rows), CHUNK):
        chosen = rows.take(np.arange(low, min(low + CHUNK, len(rows))))
        owner, member = member_codes(recipe, views, reading, chosen)
        asked = chosen.take(owner)
        tally.add(views.view(reading, asked, member), asked.person)
    if recipe.apart and reading.by_member and reading.field is None:
        asked, _ = moments_of(rows)
        for code in most_met(views.past, reading.node):
            told = views.view(reading, asked, np.full(len(asked), code))
            tally.add(told, asked.person)
    return tally.norms(reading, views.past.members)
