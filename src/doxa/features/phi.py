"""Phi: the columns a head reads, made of blocks, by column for all rows and alike for one."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.conditions import fields_read
from doxa.beliefmap.model import Target
from doxa.domain.clock import Clock, format_span
from doxa.domain.evidence import EvidenceKind
from doxa.domain.node import NodeKind
from doxa.features.blocks import (
    again,
    amounts,
    bands,
    calendar,
    constraints,
    contrasts,
    coupled,
    event_bands,
    gaps,
    given,
    goals,
    popularity,
    recency,
    recent,
    siblings,
    together,
    totals,
)
from doxa.features.coupling import JOINED, part_of, read_in_field
from doxa.features.known import FieldNorms
from doxa.features.norms import RowNorms
from doxa.features.past import Past
from doxa.features.plan import SMALLEST_CALENDAR, Reading
from doxa.features.recipe import Recipe, member_codes, members_asked
from doxa.features.rows import NONE, Rows
from doxa.features.seeing import Seeing
from doxa.features.traits import trait_signals
from doxa.features.views import View

LARGEST = 1e30
"""Sums of absurd values overflow: a column then stands at its end, and spoils no other person."""
TRAIT = "trait "
"""What the owners of columns of traits begin with."""
GIVEN = "given "
"""And of fields of the asking signal."""
GROWING = (bands.AMOUNT, gaps.NUMBER)
"""How the columns end that say how much evidence there is."""
CIRCUMSTANCES = ""
"""The owner of columns that no node of the person carries."""
Named = tuple[str, str, Floats]
"""A column with its name and its owner."""


@dataclass(frozen=True, slots=True)
class Phi:
    """Features of n rows.

    Attributes
    ----------
    names : tuple of p names, such as ``buys: band 30d``
    owners : tuple of p names: of a node, ``given film``, ``recent mood`` or ``trait age`` for a field,
        ``""`` for what belongs to neither
    table : float64[n, p]
    """

    names: tuple[str, ...]
    owners: tuple[str, ...]
    table: Floats


def phi(
    recipe: Recipe,
    views: Seeing,
    rows: Rows,
    *,
    silenced: str | None = None,
    told: Iterable[Named] | None = None,
) -> Phi:
    """The features of some rows.

    Parameters
    ----------
    silenced : owner, optional
        Make the features as if this node, or these joined nodes, had no evidence, or this field
        were unknown; ``"*"`` silences all of them.
    told : as for `columns_of`
    """
    return table_of(columns_of(recipe, views, rows, silenced=silenced, told=told), len(rows))


def table_of(found: list[Named], size: int) -> Phi:
    """Columns of `size` rows as one table."""
    table = np.empty((size, len(found)))
    for place, (_, _, column) in enumerate(found):
        table[:, place] = column
    np.clip(np.nan_to_num(table, copy=False), -LARGEST, LARGEST, out=table)
    return Phi(tuple(name for name, _, _ in found), tuple(owner for _, owner, _ in found), table)


def columns_of(
    recipe: Recipe,
    views: Seeing,
    rows: Rows,
    *,
    silenced: str | None = None,
    told: Iterable[Named] | None = None,
    left_out: Collection[str] = (),
) -> list[Named]:
    """The columns of some rows, one by one, with their names and owners; see `phi`.

    Parameters
    ----------
    told : columns of the payload fields, optional
        As `field_columns` gives them; left out, they are read from the past.
    left_out : nodes whose own bands are not asked for
    """
    found: list[Named] = []
    beside: list[Named] = []
    quiet = {reading.node for reading in recipe.readings}
    if silenced != "*":
        quiet = set((silenced or "").split(JOINED))
    joined = _joined(recipe, views, rows, quiet)
    for reading in recipe.readings:
        silent = reading.node in quiet
        make = partial(_listed, recipe, views, reading, silent)
        if reading.node not in left_out:
            columns = views.kept(reading, rows, made_by(recipe, reading, silent), make)
            found += [(f"{reading.node}: {name}", reading.node, each) for name, each in columns]
        beside += [
            (f"{reading.node}: {siblings.BESIDE}{name}", reading.node, column)
            for name, column in _beside(recipe, views, reading, rows, silent)
        ]
        found += [
            (f"{reading.node}: {name}", reading.node, column)
            for name, column in _living(views, reading, rows, silent)
        ]
        if reading.node in joined:
            owner = part_of(views.coupling.field, reading.node)
            found += [
                (f"{reading.node}: {name}", owner, column)
                for name, column in coupled.columns(*joined[reading.node])
            ]
    for name, owner, column in field_columns(recipe, views, rows) if told is None else told:
        found.append((name, owner, np.zeros(len(rows)) if silenced in (owner, "*") else column))
    if recipe.standing:
        found = [each for each in found if not each[0].endswith(GROWING)]
        beside = [each for each in beside if not each[0].endswith(GROWING)]
    found += list(_products(recipe, found))
    found += [(name, CIRCUMSTANCES, column) for name, column in _calendar(recipe, rows)]
    found += list(_apart(recipe, views.past, rows, [*found, *beside]))
    found += [(name, CIRCUMSTANCES, column) for name, column in _popularity(recipe, views, rows)]
    return found


def made_by(recipe: Recipe, reading: Reading, silent: bool) -> Hashable:
    """All that the columns of a node depend on beside its sums: of for and against, nothing else."""
    if reading.kind is EvidenceKind.OPINION and not recipe.is_list(reading):
        return silent
    norms = id(recipe.norms[reading.node])
    return (silent, norms, recipe.horizon, recipe.outcome.target, recipe.is_list(reading))


def _listed(
    recipe: Recipe, views: Seeing, reading: Reading, silent: bool, rows: Rows
) -> list[tuple[str, Floats]]:
    return list(reading_columns(recipe, views, reading, rows, silent))


def _living(
    views: Seeing, reading: Reading, rows: Rows, silent: bool
) -> Iterator[tuple[str, Floats]]:
    """What marks tell of a single goal or constraint; 0 where it is silenced or withheld."""
    if not views.living.has_columns(reading.node):
        return
    if views.map.nodes[reading.node].kind is NodeKind.GOAL:
        told = goals.columns(views.living.pursuit(reading.node, rows))
    else:
        told = constraints.columns(views.living.constraint(reading.node, rows))
    hidden = np.full(len(rows), silent)
    for node in views.living.below(reading.node):
        absent = views.absent(node, rows)
        hidden = hidden if absent is None else hidden | absent
    for name, column in told:
        yield name, np.where(hidden, 0.0, column)


def _products(recipe: Recipe, found: list[Named]) -> Iterator[Named]:
    """Every single node times every column of traits (by its longest band), and of what is given of
    the trigger (by the band it is read at); both own the product."""
    clock = recipe.belief_map.clock
    traits = [each for each in found if recipe.by_trait and each[1].startswith(TRAIT)]
    action = [each for each in found if recipe.by_action and each[1].startswith(GIVEN)]
    columns = {name: column for name, _, column in found} if traits or action else {}
    for reading in recipe.readings if columns else ():
        node = recipe.belief_map.nodes[reading.node]
        for band, others in ((node.bands[-1], traits), (node.half_life, action)):
            name = f"{reading.node}: band {format_span(band, clock)}"
            if node.dimensions or name not in columns:
                continue
            for other, owner, column in others:
                both = JOINED.join((reading.node, owner))
                yield f"{name}, by {other}", both, columns[name] * column


def _beside(
    recipe: Recipe, views: Seeing, reading: Reading, rows: Rows, silent: bool
) -> Iterator[tuple[str, Floats]]:
    """The other members of a family that is read at the member asked for, where a few are named."""
    if recipe.apart and reading.by_member and reading.field is None:
        norms, clock = recipe.norms[reading.node], recipe.belief_map.clock
        yield from siblings.columns(reading, norms, views, rows, clock, silent=silent)


def _apart(recipe: Recipe, past: Past, rows: Rows, found: list[Named]) -> Iterator[Named]:
    """Every column once more per member, 0 in the rows of the others."""
    coder = past.coder(recipe.outcome.of or "")
    for member in recipe.apart:
        own = (rows.member == coder(member)).astype(np.float64)
        for name, owner, column in found:
            yield f"{name}, for {member}", owner, column * own


def _joined(
    recipe: Recipe, views: Seeing, rows: Rows, silent: set[str]
) -> dict[str, tuple[Floats, Floats]]:
    """Coupled and native credences of the nodes that have edges and are read at one member."""
    asked = {
        reading.node: member_codes(recipe, views, reading, rows)[1]
        for reading in recipe.readings
        if read_in_field(recipe.belief_map, reading) and not recipe.is_list(reading)
    }
    if not asked or not len(rows):
        none = np.zeros(0)
        return dict.fromkeys(asked, (none, none))
    return views.coupling.credences(rows, asked, silent)


def reading_columns(
    recipe: Recipe, views: Seeing, reading: Reading, rows: Rows, silent: bool
) -> Iterator[tuple[str, Floats]]:
    asked = members_asked(recipe, views, reading, rows)
    owner, several = asked.owner, recipe.is_list(reading)
    member = asked.own_codes(views.past, reading.node) if reading.by_member else asked.code
    view = views.view(reading, rows.take(owner) if several else rows, member)
    if silent:
        view = view.without_evidence()
    norms = recipe.norms[reading.node].of(asked.code, asked.names)
    columns = list(_node_columns(recipe, view, norms))
    if not several:
        yield from columns
        return
    table = np.stack([column for _, column in columns], axis=1)
    mean, largest, count = given.over_members(owner, table, len(rows))
    for place, (name, _) in enumerate(columns):
        yield f"{name}, mean", mean[:, place]
        yield f"{name}, largest", largest[:, place]
    yield "number of members", np.log1p(count)
    if reading.kind is EvidenceKind.OCCURRENCE:
        yield from together.columns(view, norms, owner, len(rows), recipe.belief_map.clock)


def field_columns(recipe: Recipe, views: Seeing, rows: Rows) -> Iterator[Named]:
    """The columns of every payload field that is read, as `phi` names them."""
    for owner, norms, signal in _fields(recipe, views, rows):
        for name, column in given.columns(norms, views.past, signal):
            yield f"{owner}: {name}", owner, column


def _fields(recipe: Recipe, views: Seeing, rows: Rows) -> Iterator[tuple[str, FieldNorms, Ints]]:
    """Each payload field that is read, with the signal that every row reads it from.

    Last values that tell of a node, and traits, are not read where the person withholds them.
    """
    for norms in recipe.traits:
        signal = trait_signals(views.past, rows, norms.field)
        absent = views.absent(norms.field, rows)
        signal = signal if absent is None else np.where(absent, NONE, signal)
        yield f"{TRAIT}{norms.field}", norms, signal
    for norms in recipe.known:
        yield f"{GIVEN}{norms.field}", norms, rows.signal
    for norms in recipe.recent:
        newest = recent.newest_with(recipe.outcome, views.past, norms.kind, norms.field, rows)
        for rule in recipe.belief_map.signals.get(norms.kind, ()):
            absent = views.absent(rule.node, rows) if norms.field in fields_read(rule) else None
            newest = newest if absent is None else np.where(absent, NONE, newest)
        yield f"recent {norms.kind}.{norms.field}", norms, newest


def _node_columns(recipe: Recipe, view: View, norms: RowNorms) -> Iterator[tuple[str, Floats]]:
    clock = recipe.belief_map.clock
    kind = view.node.evidence or EvidenceKind.OPINION
    wall = list(bands.columns(view, norms, clock))
    yield from wall
    yield from event_bands.columns(view, norms)
    yield from contrasts.columns(wall, kind)
    yield from recency.columns(view)
    if kind is EvidenceKind.OCCURRENCE:
        yield from gaps.columns(view, norms, recipe.horizon, clock)
        if recipe.has_amounts(view.node.name):
            yield from amounts.columns(view, norms)
            if recipe.outcome.target is Target.SUM and recipe.horizon is not None:
                yield from totals.sums(view, norms, recipe.horizon, clock)
        if recipe.outcome.target is Target.COUNT and recipe.horizon is not None:
            yield from totals.counts(view, norms, recipe.horizon, clock)
        parameters = recipe.norms[view.node.name].again
        if parameters and recipe.horizon is not None:
            yield from again.columns(view, parameters, recipe.horizon)


def _popularity(recipe: Recipe, views: Seeing, rows: Rows) -> Iterator[tuple[str, Floats]]:
    """What everybody does with the member asked for: of no person, so no node of theirs owns it."""
    clock = recipe.belief_map.clock
    for node, tables in recipe.popularity.items():
        names = views.past.values(recipe.outcome.of or "")
        for name, column in popularity.columns(tables, rows.member, names, rows.seen.at, clock):
            yield f"{node}: {name}", column


def reads_calendar(names: Iterable[str]) -> bool:
    """Whether columns of weekdays are among these."""
    return calendar.DAYS[0] in names


def _calendar(recipe: Recipe, rows: Rows) -> Iterator[tuple[str, Floats]]:
    whole = recipe.horizon is not None and recipe.horizon >= SMALLEST_CALENDAR
    if (
        recipe.calendar
        and recipe.belief_map.clock is Clock.TIME
        and not (whole and recipe.outcome.after is None)
    ):
        yield from calendar.columns(rows.seen.at, recipe.belief_map.zone.default)
