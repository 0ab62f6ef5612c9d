"""Where everybody stands with one head at the origin: what of its forecasts does not move with a walk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from msgspec import structs

from doxa.beliefmap.columns import Floats, Ints
from doxa.features.eligibility import eligible
from doxa.features.met import signals_before, unmet
from doxa.features.past import Past
from doxa.features.phi import Named, field_columns, phi
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.heads.errors import Asked, History, looked_at
from doxa.heads.forecast import left_over, own_effects
from doxa.heads.head import Head, recipe_of
from doxa.heads.predictor import look
from doxa.heads.spread import spread_columns
from doxa.simulation.stage import people_at


@dataclass(frozen=True, slots=True)
class Standing:
    """What a head knows of N people beyond what they carry along.

    Attributes
    ----------
    members : int64[M]
        Members asked for, codes of the outcome's `of`; of an outcome without, -1 alone.
    eligible, registered : bool[N]
        Who is asked at the origin, and who may be later.
    traits : columns of traits, float64[N] each, with name and owner
    own : float64[N, M]
        What the person's own effects add to the linear predictor.
    squares : float64[N, q]
        How far the person's values lay from their forecasts, as `spread_columns` has it.
    doubt : float64[N]
        Variance of what is not known of the person, on the linear predictor.
    unmet : float64[N]
        How far the person was never seen.
    cold : float64[N, M]
        The linear predictor of somebody never seen.
    """

    members: Ints
    eligible: np.ndarray[tuple[int], np.dtype[np.bool_]]
    registered: np.ndarray[tuple[int], np.dtype[np.bool_]]
    traits: tuple[Named, ...]
    own: Floats
    squares: Floats
    doubt: Floats
    unmet: Floats
    cold: Floats

    def take(self, people: Ints) -> Standing:
        """Some of the people."""
        return Standing(
            self.members,
            self.eligible[people],
            self.registered[people],
            tuple((name, owner, column[people]) for name, owner, column in self.traits),
            self.own[people],
            self.squares[people],
            self.doubt[people],
            self.unmet[people],
            self.cold[people],
        )


def standing_of(
    head: Head, past: Past, twins: Ints, origin: int, items: Sequence[str] = ()
) -> Standing:
    """Where people stand with a head at an origin.

    Parameters
    ----------
    past : Past
        What happened before the origin.
    twins : int64[N]
    items : the members asked for, of an outcome that has them
    """
    recipe = recipe_of(head, past.map)
    outcome = recipe.outcome
    views = Views(past, recipe.readings)
    rows = people_at(twins, np.full(len(twins), origin))
    members = np.array([-1], dtype=np.int64)
    if outcome.of is not None:
        coder = past.coder(outcome.of)
        members = np.array([coder(name) for name in items], dtype=np.int64)
    each = rows.for_members(members) if outcome.of is not None else rows
    shape = (len(twins), len(members))
    traits = field_columns(replace(recipe, known=(), recent=()), views, rows)
    own, squares = _own(head, views, rows, each)
    share = unmet(past, rows) if head.cold is not None else np.zeros(len(twins))
    cold = np.zeros(shape)
    if head.cold is not None and share.any():
        cold = look(head.cold, views, each).eta.reshape(shape)
    return Standing(
        members=members,
        eligible=eligible(outcome, past, rows),
        registered=eligible(structs.replace(outcome, among=()), past, rows),
        traits=tuple(traits),
        own=own.reshape(shape),
        squares=squares,
        doubt=_doubt(head, past, rows, share),
        unmet=share,
        cold=cold,
    )


def _own(head: Head, views: Views, rows: Rows, each: Rows) -> tuple[Floats, Floats]:
    """What own effects add for every member, and own squared errors."""
    own, squares = np.zeros(len(each)), np.zeros((len(rows), 0))
    if head.errors is None and head.spread is None:
        return own, squares
    recipe = recipe_of(head, views.map)
    history = History.of(
        recipe.outcome,
        views.past,
        each,
        head.family,
        lambda events: look(head, views, events),
        head.hazard,
    )
    if head.errors is not None:
        x = looked_at(head.errors, phi(recipe, views, each))
        own = own_effects(head, views, history, Asked(each, x))
    if head.spread is not None:
        left = left_over(head, views, history)
        squares = spread_columns(head.spread, history, left, rows, np.zeros(len(rows)))[:, 1:-2]
    return own, squares


def _doubt(head: Head, past: Past, rows: Rows, share: Floats) -> Floats:
    if head.doubt is None:
        return np.zeros(len(rows))
    known = signals_before(past, rows).astype(np.float64)
    return head.doubt.variance(known, share)
