"""Whether a head reads what everybody lately does with a member: where that holds in later months."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import BeliefMap, Outcome, Target
from doxa.domain.clock import Clock
from doxa.domain.evidence import EvidenceKind
from doxa.features.moments import is_at_signal
from doxa.features.past import Past
from doxa.features.plan import readings_of
from doxa.features.popularity import popularity_of, refreshed
from doxa.features.recipe import Recipe
from doxa.heads.glm import Family, eta_of, fit_glm, loss_of
from doxa.heads.head import Head
from doxa.learning.design import Design
from doxa.learning.labelled import Labelled, sample_of

FEWEST_MOMENTS, MOST_MOMENTS = 4, 64
"""Of fewer moments nothing can be told of later ones; outcomes asked at more have a clock of their own."""
MOST_TABLES = 1_000
SLOWEST = 5
"""Bands of more windows than this are left out: how a season comes nobody learns within a year."""
EARLIER = 2 / 3
"""So many of the moments teach, and the others judge."""
MOST_TO_FIT = 100_000
RIDGE = 100.0


def families_followed(belief_map: BeliefMap, outcome: Outcome) -> list[str]:
    """The families whose popularity an outcome may read: counted, read at the member asked for.

    Of outcomes in a window from any moment. Positions of different people are no common time.
    """
    windowed = outcome.after is None and not is_at_signal(outcome)
    if not windowed or outcome.of is None or outcome.target is Target.TIME_TO:
        return []
    if belief_map.clock is Clock.POSITION:
        return []
    return [
        reading.node
        for reading in readings_of(belief_map, outcome)
        if reading.by_member and reading.field is None and reading.kind is EvidenceKind.OCCURRENCE
    ]


def with_popularity(recipe: Recipe, past: Past, moments: Ints) -> Recipe:
    """A recipe that reads the popularity of its families at the moments of its fit rows.

    A head that runs people forward does not: nobody runs everybody forward.
    """
    asked = np.unique(moments).tolist()
    if recipe.standing or not FEWEST_MOMENTS <= len(asked) <= MOST_MOMENTS:
        return recipe
    found = {}
    for name in families_followed(recipe.belief_map, recipe.outcome):
        node = recipe.belief_map.nodes[name]
        bands = [band for band in node.bands if band <= SLOWEST * (recipe.outcome.within or 0)]
        if len(bands) > 1:
            found[name] = popularity_of(past, node, asked, bands)
    return replace(recipe, popularity=found)


def holds_later(
    design: Design, less: Design, sample: Labelled, family: Family, rng: np.random.Generator
) -> bool:
    """Whether the columns that a design has beside those of another forecast later moments better.

    Both are weighed on the earlier moments: first the others on some of the rows, then these beside
    them. What is gained must be more than its standard error over members: popularity is the same for all
    people, and people are no proof of it.
    """
    at, y = sample.rows.seen.at, sample.y
    moments = np.unique(at)
    early = at <= moments[int(len(moments) * EARLIER) - 1]
    teach, judge = np.flatnonzero(early), np.flatnonzero(~early)
    few = teach[sample_of(len(teach), MOST_TO_FIT, rng)]
    penalty = less.penalty(RIDGE * len(few) / len(at))
    beta = fit_glm(less.table[few], y[few], ridge=penalty, family=family, offset=less.offset(few))
    eta = eta_of(less.table, beta, less.offset(np.arange(len(at))))
    added = np.flatnonzero([name not in less.names for name in design.names])
    beside = np.column_stack([np.ones(len(at)), design.table[:, added + 2]])
    ridge = np.r_[0.0, np.full(len(added), RIDGE)]
    own = fit_glm(beside[teach], y[teach], ridge=ridge, family=family, offset=eta[teach])
    moved = eta[judge] + beside[judge, 1:] @ own[1:]
    gained = loss_of(eta[judge], y[judge], family) - loss_of(moved, y[judge], family)
    _, member = np.unique(sample.rows.member[judge], return_inverse=True)
    by_member = np.bincount(member, gained)
    return bool(by_member.sum() > np.sqrt((by_member**2).sum()))


def looked_up(head: Head, past: Past, moments: Ints) -> Head:
    """The head with what everybody does looked up again at some moments, from what was known then.

    Parameters
    ----------
    past : Past
        Of everybody, as far as the head may see.
    moments : int64[n]
        In any order; of more than 1,000 different ones some.
    """
    if not head.popularity:
        return head
    asked = np.unique(moments)
    tables = refreshed(head.popularity, past, asked[:: 1 + len(asked) // MOST_TABLES].tolist())
    return msgspec.structs.replace(head, popularity=tables)
