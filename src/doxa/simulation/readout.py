"""The readout: what a head says of people who are run forward, at any moment of their walk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

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

_NONE, _NOTHING = np.zeros(0), np.zeros(1)


class Adding(Protocol):
    """Somebody who adds columns of nodes up for several heads at once, for everybody now."""

    def nodes(self, number: int) -> frozenset[str]:
        """The nodes whose columns a head needs not."""
        ...

    def of(self, number: int) -> Iterator[tuple[slice, Floats]]:
        """Where the columns of each of these nodes stand, and what they add, float64[rows]."""
        ...


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

    Attributes
    ----------
    weights : float64[p, 1 or paths]
        What every column weighs, on every path.
    is_plain : whether the linear predictor is a sum over columns and nothing else
    number, parts : the head's number with whom adds up its columns of nodes; None = nobody does
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
        self._drawn = drawn
        self.weights: Floats = np.asarray(head.weights)[:, None]
        if drawn is not None:
            self.weights = self.weights + drawn[:, 1:].T
        self.is_plain = head.boosted is None and head.by_member is None and head.rates is None
        self.silenced = tuple(silenced)
        self.number = 0
        self.parts: Adding | None = None
        for norms in self.recipe.recent:
            walk.lately.want(self.recipe.outcome, norms.kind, norms.field)
        self._has_own, self._has_unmet = standing.own.any(), standing.unmet.any()
        # E s(x + b) = s(x / sqrt(1 + pi v / 8)), nearly: what is not known moves no chance on average.
        self._stretch = np.sqrt(1 + np.pi * (standing.doubt * share) / 8)
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
        eta = self._added_up(rows, columns, self.parts if fields is None else None)
        person, place = walk.person[rows.twin], self._place[rows.member]
        if self._has_own:
            eta = eta + self.standing.own[person, place]
        share = self.standing.unmet[person] * ~walk.moved[rows.twin] if self._has_unmet else _NONE
        if share.any():
            eta = eta + share * (self.standing.cold[person, place] - eta)
        walk.past = walk.stage.past
        if head.family is Family.BERNOULLI:
            eta = eta * self._stretch[person]
        shift = self._shift[rows.twin]
        return np.asarray(eta + shift)

    def _added_up(self, rows: Rows, told: list[Named], parts: Adding | None) -> Floats:
        """The linear predictor of columns, added up one by one: no table is made where none is needed."""
        if not self.is_plain:
            return self._by_table(rows, told)
        if parts is None or not (rows.seen.at == self.walk.now).all():
            added, nodes = [], frozenset[str]()
        else:
            added, nodes = list(parts.of(self.number)), parts.nodes(self.number)
        found = self._found(rows, told, nodes)
        eta = self._column_by_column(self._in_order(found, added, rows), rows)
        wild = np.flatnonzero(~np.isfinite(eta))
        if len(wild):
            some = [(name, owner, column[wild]) for name, owner, column in told]
            eta[wild] = self._by_table(rows.take(wild), some)
        return eta

    def _found(self, rows: Rows, told: list[Named], nodes: frozenset[str]) -> list[Named]:
        quiet = JOINED.join(self.silenced) or None
        return columns_of(self.recipe, self.walk, rows, silenced=quiet, told=told, left_out=nodes)

    def _in_order(
        self, found: list[Named], added: list[tuple[slice, Floats]], rows: Rows
    ) -> Iterator[tuple[int | None, str, Floats]]:
        """Columns with their places in the head, and sums of columns that somebody else added up."""
        names, owners = self.head.names, self.head.owners
        place = 0
        rest = iter(found)
        sums = {part.start: (part.stop, column) for part, column in added}
        everybody = self.walk.is_everybody(rows)
        while place < len(names):
            if place in sums:
                stop, column = sums[place]
                yield None, owners[place], column if everybody else column[rows.twin]
                place = stop
                continue
            name, owner, column = next(rest, ("", "", _NONE))
            if name != names[place]:
                break
            yield place, owner, column
            place += 1
        if place < len(names) or next(rest, None) is not None:
            raise PopulationError(
                f"the population's head for {self.head.outcome!r} was fitted on other features",
                hint="run doxa fit",
            )

    def _by_table(self, rows: Rows, told: list[Named]) -> Floats:
        """The same by a table of all columns, where absurd sums count as the end of their range."""
        head, walk = self.head, self.walk
        table = table_of(self._found(rows, told, frozenset()), len(rows))
        eta = plain_eta(head, walk, rows, table)
        if self._drawn is not None:
            own = self._drawn[walk.path[rows.twin]]
            eta = eta + np.einsum("ij,ij->i", within(head, table), own[:, 1:]) + own[:, 0]
        return eta

    def _column_by_column(
        self, columns: Iterator[tuple[int | None, str, Floats]], rows: Rows
    ) -> Floats:
        """The bias, and what the columns of every owner come to: each owner's are added up first."""
        head, walk = self.head, self.walk
        eta, kept, room = np.full(len(rows), head.bias), np.empty(len(rows)), np.empty(len(rows))
        part = _NOTHING
        path = walk.path[rows.twin]
        # Rows of a person stand together: of everybody, one row of the weights fits them all.
        shape = (-1, walk.paths) if walk.is_everybody(rows) else (len(rows),)
        if self._drawn is not None:
            eta += self._drawn[path, 0]
        before = ""
        for place, owner, column in columns:
            if owner != before:
                eta += part
                part, before = _NOTHING if place is not None else column, owner
            if place is None:
                continue
            if part is not room:
                room[:] = part
                part = room
            own = self.weights[place]
            own = own if len(own) == 1 or len(shape) > 1 else own[path]
            if column.strides == (0,):  # the same for everybody
                alike = min(max(column[0], head.low[place]), head.high[place])
                part.reshape(shape)[...] += alike * own
                continue
            np.maximum(column, head.low[place], out=kept)
            np.minimum(kept, head.high[place], out=kept)
            kept.reshape(shape)[...] *= own
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
