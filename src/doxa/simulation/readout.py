"""The readout: what a head says of people who are run forward, at any moment of their walk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from doxa.beliefmap.columns import Floats, Values
from doxa.beliefmap.conditions import fields_read
from doxa.errors import PopulationError
from doxa.features.blocks import given
from doxa.features.coupling import JOINED
from doxa.features.known import carrier
from doxa.features.phi import TRAIT, Named, columns_of, field_columns, table_of
from doxa.features.recipe import Recipe
from doxa.features.rows import Rows
from doxa.heads.glm import Family
from doxa.heads.head import Head, recipe_of
from doxa.heads.predictor import plain_eta, within
from doxa.simulation.standing import Standing
from doxa.simulation.walk import Walk


class Readout:
    """The linear predictor of one head along a walk.

    Parameters
    ----------
    standing : Standing
        Of the people of the walk.
    shift : float64[rows of the walk]
        Of each row: what is not known of the person, drawn once for a path.
    share : float
        How much of the variance of what is not known is drawn once for a path.
    drawn : float64[paths, p] or None
        Of each path: how far the coefficients lie from their estimates.
    silenced : names of nodes that are read as if nothing spoke of them
    """

    def __init__(
        self,
        head: Head,
        walk: Walk,
        standing: Standing,
        shift: Floats,
        share: float = 0.0,
        drawn: Floats | None = None,
        silenced: Sequence[str] = (),
    ) -> None:
        self.head = head
        self.walk = walk
        self.standing = standing
        self.recipe = recipe_of(head, walk.map)
        self._shift = shift
        self._share = share
        self._drawn = drawn
        self._weights = None if drawn is None else np.ascontiguousarray(drawn[:, 1:].T)
        if self._weights is not None:
            self._weights += np.asarray(head.weights)[:, None]
        self._silenced = JOINED.join(silenced) or None
        for norms in self.recipe.recent:
            walk.lately.want(self.recipe.outcome, norms.kind, norms.field)
        own = standing.members
        self._place = np.full(int(own.max(initial=0)) + 2, 0, dtype=np.int64)
        self._place[own] = np.arange(len(own))

    def eta(
        self,
        rows: Rows,
        fields: Mapping[str, Values] | None = None,
        told: Mapping[str, Values] | None = None,
    ) -> Floats:
        """The linear predictor of some rows of the walk, float64[n].

        Parameters
        ----------
        fields : payload fields of the signal that asks, one value per row; None = no signal does
        told : traits and contexts that are other than at the origin, one value per row
        """
        walk, head = self.walk, self.head
        walk.past = walk.stage.past
        if fields is not None:
            walk.past = walk.asked(carrier(self.recipe.outcome), fields, len(rows))
            rows = replace(rows, signal=np.arange(len(rows)))
        columns = list(self._columns(rows, told or {}))
        found = columns_of(self.recipe, walk, rows, silenced=self._silenced, told=columns)
        eta = self._added_up(found, rows)
        person, place = walk.person[rows.twin], self._place[rows.member]
        eta = eta + self.standing.own[person, place]
        share = self.standing.unmet[person] * ~walk.moved[rows.twin]
        if share.any():
            eta = eta + share * (self.standing.cold[person, place] - eta)
        walk.past = walk.stage.past
        shift, variance = self._shift[rows.twin], self.standing.doubt[person] * self._share
        if head.family is Family.BERNOULLI:
            # E s(x + b) = s(x / sqrt(1 + pi v / 8)), nearly: what is not known moves no chance on average.
            eta = eta * np.sqrt(1 + np.pi * variance / 8)
        return np.asarray(eta + shift)

    def _added_up(self, found: list[Named], rows: Rows) -> Floats:
        """The linear predictor of columns, added up one by one: no table is made where none is needed."""
        head = self.head
        plain = head.boosted is None and head.by_member is None and head.rates is None
        if plain:
            if [name for name, _, _ in found] != head.names:
                raise PopulationError(
                    f"the population's head for {head.outcome!r} was fitted on other features",
                    hint="run doxa fit",
                )
            eta = self._column_by_column(found, rows)
            wild = np.flatnonzero(~np.isfinite(eta))
            if len(wild):
                some = [(name, owner, column[wild]) for name, owner, column in found]
                eta[wild] = self._by_table(some, rows.take(wild))
            return eta
        return self._by_table(found, rows)

    def _by_table(self, found: list[Named], rows: Rows) -> Floats:
        """The same by a table of all columns, where absurd sums count as the end of their range."""
        head, walk = self.head, self.walk
        table = table_of(found, len(rows))
        eta = plain_eta(head, walk, rows, table)
        if self._drawn is not None:
            own = self._drawn[walk.path[rows.twin]]
            eta = eta + np.einsum("ij,ij->i", within(head, table), own[:, 1:]) + own[:, 0]
        return eta

    def _column_by_column(self, found: list[Named], rows: Rows) -> Floats:
        """The bias, and what the columns of every owner come to: each owner's are added up first."""
        head, walk, weights = self.head, self.walk, self._weights
        eta, kept, part = np.full(len(rows), head.bias), np.empty(len(rows)), np.zeros(len(rows))
        path = walk.path[rows.twin]
        # Rows of a person stand together: of everybody, one row of the weights fits them all.
        shape = (-1, walk.paths) if walk.is_everybody(rows) else (len(rows),)
        if self._drawn is not None:
            eta += self._drawn[path, 0]
        before = ""
        for place, (_, owner, column) in enumerate(found):
            if owner != before:
                eta += part
                part[:] = 0.0
                before = owner
            np.maximum(column, head.low[place], out=kept)
            np.minimum(kept, head.high[place], out=kept)
            if weights is None:
                kept *= head.weights[place]
            else:
                own = weights[place]
                kept.reshape(shape)[...] *= own if len(shape) > 1 else own[path]
            part += kept
        return eta + part

    def _columns(self, rows: Rows, told: Mapping[str, Values]) -> Iterator[Named]:
        """Columns of traits, of what is known of the asking signal, and of last values."""
        walk = self.walk
        person = walk.person[rows.twin]
        changed = dict(self._changed(rows, told)) if told else {}
        for name, owner, column in self.standing.traits:
            yield name, owner, changed[name] if name in changed else column[person]
        yield from told_columns(walk, self.recipe, rows)

    def _changed(self, rows: Rows, told: Mapping[str, Values]) -> Iterator[tuple[str, Floats]]:
        """Columns of traits that are supposed to be other than they were."""
        for norms in self.recipe.traits:
            if norms.field in told:
                values = {norms.field: told[norms.field]}
                past = self.walk.asked(norms.kind, values, len(rows))
                for name, column in given.columns(norms, past, np.arange(len(rows))):
                    yield f"{TRAIT}{norms.field}: {name}", column


def told_columns(walk: Walk, recipe: Recipe, rows: Rows) -> Iterator[Named]:
    """Columns of what is known of the asking signal, and of last values before it."""
    known = replace(recipe, traits=(), recent=())
    yield from field_columns(known, walk, rows)
    for norms in recipe.recent:
        owner = f"recent {norms.kind}.{norms.field}"
        values = walk.recent(norms.kind, norms.field, recipe.outcome, rows)
        for rule in recipe.belief_map.signals.get(norms.kind, ()):
            absent = walk.absent(rule.node, rows) if norms.field in fields_read(rule) else None
            if absent is not None and absent.any():
                hidden = zip(values, absent.tolist(), strict=True)
                values = [None if away else value for value, away in hidden]
        past = walk.asked(norms.kind, {norms.field: values}, len(rows))
        for name, column in given.columns(norms, past, np.arange(len(rows))):
            yield f"{owner}: {name}", owner, column
