"""Choosing: which of the options that are offered along a walk people take.

On path r the weights are beta_r, one draw for everybody, and the option taken is the largest of
eta + g, g = -ln(-ln u) (Gumbel): a sample of the softmax of eta. u is a function of (seed, person,
path, step, outcome, session, option), so that two worlds differ by what is offered alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from doxa.beliefmap.columns import Floats, Ints, Values
from doxa.beliefmap.conditions import fields_read, mask
from doxa.features.bearing import Borne, borne, menu_recipe
from doxa.features.coupling import JOINED
from doxa.features.menus import Menus, menus_of
from doxa.features.moments import FEWEST_OPTIONS
from doxa.features.past import Past
from doxa.features.rows import NONE, Rows
from doxa.heads.choice import choice_outcome, columns_met
from doxa.heads.logit import centred, likely
from doxa.heads.tastes import ATTRIBUTES, Columns, plain_columns
from doxa.simulation.changes import Changes
from doxa.simulation.choices import weights_on_paths
from doxa.simulation.menus import attribute_of, options_of, put_on
from doxa.simulation.numbers import Keys, key_of, keys_of, mixed, uniforms
from doxa.simulation.offers import Offering
from doxa.simulation.readout import told_columns
from doxa.simulation.remembered import Decided, Remembered
from doxa.simulation.signals import Coming
from doxa.simulation.walk import Walk

AT_ONCE = 4_000_000
"""Options times columns held at a time."""


@dataclass(frozen=True, slots=True)
class Picked:
    """What was taken of some offers.

    Attributes
    ----------
    place : int64[m]
        Which of the offering signals; the others offered nothing to choose.
    option : list of m names
    fields : attributes of what was taken, m values each
    later : int64[m]
        How long after the offer it is known.
    otherwise : bool[m]
        Nothing that was offered: no signal says so.
    """

    place: Ints
    option: list[str]
    fields: dict[str, Values]
    later: Ints
    otherwise: np.ndarray[tuple[int], np.dtype[np.bool_]]


class Choosing:
    """One choice along a walk.

    Parameters
    ----------
    people : int64[T]
        The people of the walk, among everybody.
    seed : int or None
        The weights of paths are drawn by it; None = they are as fitted.
    """

    def __init__(
        self,
        offering: Offering,
        walk: Walk,
        people: Ints,
        changes: Changes,
        seed: int | None,
        silenced: Sequence[str],
    ) -> None:
        self.choice, self.walk, self.changes = offering.choice, walk, changes
        self.head, self.past = offering.choice.head, walk.stage.past
        self.outcome = choice_outcome(self.head, walk.map)
        weights = np.asarray(self.head.weights)
        drawn = seed is not None and self.head.laplace is not None
        self._weights = (
            weights_on_paths(self.head, walk.paths, seed or 0) if drawn else weights[None]
        )
        self._path = walk.path if drawn else np.zeros(walk.size, dtype=np.int64)
        self._silenced = JOINED.join(silenced) or None
        offers = offering.offers
        self._menus = None if offers.menus is None else offers.menus.take(people)
        self._fields = {name: [own[at] for at in people] for name, own in offers.fields.items()}
        self._later = offers.later[people]
        option, owner = self._may_be_offered()
        self.remembered = Remembered(
            self.head.recipe,
            self.past,
            offering.earlier,
            walk.twins,
            walk.stage.origin,
            option,
            owner,
            walk.paths,
        )
        self._waiting: list[Decided] = []
        bearing = self.head.recipe.bearing
        for norms in () if bearing is None else bearing.recent:
            walk.lately.want(self.outcome, norms.kind, norms.field)

    def pick(self, coming: Coming, keys: Keys) -> Picked:
        """Draw what is taken of what some signals offer."""
        walk, outcome, recipe = self.walk, self.outcome, self.head.recipe
        asked, menus, place = self._offered(coming)
        rows = walk.rows(coming.row[place], coming.at[place])
        rows = replace(rows, signal=place)
        walk.asking = coming.visit
        menus = self._altered(menus, rows, asked)
        taken = np.empty(len(place), dtype=np.int64)
        own_keys = mixed(mixed(keys[rows.twin], key_of(outcome.name)), coming.session[place])
        own_keys = mixed(own_keys, coming.sent) if coming.sent else own_keys
        option_keys = keys_of(self.past.values(recipe.field))
        decided: list[tuple[Ints, Decided]] = []
        for part in self._parts(menus):
            own, here = menus.take(part), rows.take(part)
            plain = plain_columns(recipe, asked, own)
            table = self._columns(here, own, plain, asked)
            weights = self._weights[self._path[here.twin[own.owner]]]
            eta = np.zeros(len(own))
            for number in range(table.shape[1]):
                eta += table[:, number] * weights[:, number]
            u = uniforms(mixed(own_keys[part][own.owner], option_keys[own.option]))
            value = eta - np.log(-np.log(u))
            best = np.maximum.reduceat(value, own.start[:-1])
            hit = np.flatnonzero(value == best[own.owner])
            taken[part] = hit + menus.start[part[0]]
            decided.append((part, self._decided(here, own, plain, hit)))
        walk.past = walk.stage.past
        names = self.past.values(recipe.field)
        option = [names[code] for code in menus.option[taken].tolist()]
        none = np.array([name == outcome.otherwise for name in option], dtype=bool)
        later = self._known_after(rows, none)
        for part, told in decided:
            self._waiting.append(replace(told, at=told.at + later[part]))
        return Picked(place, option, self._attributes(menus, taken), later, none)

    def settle(self, until: int) -> None:
        """Remember the choices that are known before a moment."""
        waiting, self._waiting = self._waiting, []
        for told in waiting:
            known = told.at < until
            self.remembered.feed(told.take(np.flatnonzero(known)), self.walk.now)
            if not known.all():
                self._waiting.append(told.take(np.flatnonzero(~known)))

    def age(self, span: int) -> None:
        """Let a span pass."""
        self.remembered.age(span)

    def _may_be_offered(self) -> tuple[Ints, Ints]:
        """Every option that some of the people may be offered, and who they are."""
        menus, every = self._menus, np.arange(len(self.walk.twins))
        if menus is None:
            coder = self.past.coder(self.outcome.field or "")
            names = [*self.outcome.levels, self.outcome.otherwise or ""]
            codes = np.array([coder(name) for name in names], dtype=np.int64)
            return np.tile(codes, len(every)), np.repeat(every, len(codes))
        option, owner = [menus.option], [menus.owner]
        for sent in self.changes.sent:
            options = sent.payload.get(self.outcome.options or "")
            if sent.kind == self.outcome.shown and options is not None:
                past = self.walk.asked(sent.kind, {self.outcome.options or "": [options]}, 1)
                told = menus_of(self.outcome, past, self._signal(1)).option
                option.append(np.tile(told, len(every)))
                owner.append(np.repeat(every, len(told)))
        return np.concatenate(option), np.concatenate(owner)

    def _offered(self, coming: Coming) -> tuple[Past, Menus, Ints]:
        """What signals offer: in their own words, else what each person saw last."""
        outcome, count = self.outcome, len(coming)
        person = self.walk.person[coming.row].tolist()
        last = {name: own for name, own in self._fields.items() if name not in coming.fields}
        told = {name: [own[place] for place in person] for name, own in last.items()}
        whole = coming.holding({**coming.fields, **told})
        if last and self.changes.altered:
            whole = self.changes.fields(coming.kind, whole, coming.row, self.walk.map, only=last)
        asked = self.walk.asked(outcome.shown or "", whole.fields, count)
        if self._menus is None or outcome.options in coming.fields:
            menus = menus_of(outcome, asked, self._signal(count))
        else:
            menus = self._menus.take(np.array(person, dtype=np.int64))
        admitted = mask(outcome.when, asked.columns[outcome.shown or ""].fields)
        if outcome.options is not None:
            admitted = admitted & (np.diff(menus.start) >= FEWEST_OPTIONS)
        place = np.flatnonzero(admitted)
        return asked, menus.take(place), place

    def _signal(self, count: int) -> Rows:
        """Rows that ask about the signals of a past in their order."""
        rows = self.walk.rows(np.zeros(count, dtype=np.int64))
        return replace(rows, signal=np.arange(count))

    def _altered(self, menus: Menus, rows: Rows, asked: Past) -> Menus:
        """The menus with attributes as the scenario has them."""
        for each in self.changes.altered:
            put = each.put
            if put.field not in self.outcome.attributes or each.usual is not None:
                continue
            if put.kind in (None, self.outcome.shown):
                holds = each.holds(rows.twin, rows.seen.at)[menus.owner] & options_of(put, menus)
                menus, _ = put_on(menus, put, holds, asked)
        return menus

    def _parts(self, menus: Menus) -> Iterator[Ints]:
        """Consecutive menus with few enough options."""
        most = max(AT_ONCE // max(len(self.head.names), 1), 1)
        first, count, start = 0, len(menus.start) - 1, menus.start
        while first < count:
            last = int(np.searchsorted(start, start[first] + most, side="right")) - 1
            last = min(max(last, first + 1), count)
            yield np.arange(first, last)
            first = last

    def _columns(self, rows: Rows, menus: Menus, plain: Columns, asked: Past) -> Floats:
        """The columns of some menus as the weights meet them, float64[k, p]."""
        walk = self.walk
        own = self.remembered.own(rows.twin, rows.seen.at, menus, walk.now)
        return columns_met(
            self.head, asked, menus, plain, own, self._borne(rows, menus, asked)
        ).table

    def _borne(self, rows: Rows, menus: Menus, asked: Past) -> Borne | None:
        bearing, walk = self.head.recipe.bearing, self.walk
        if bearing is None:
            return None
        walk.past = asked
        told = list(told_columns(walk, menu_recipe(bearing, walk.map, self.outcome), rows))
        seen = self.remembered.known(rows.twin[menus.owner], menus.option)
        known = replace(menus, option=np.where(seen, menus.option, NONE))
        return borne(bearing, self.outcome, walk, rows, known, silenced=self._silenced, told=told)

    def _decided(self, rows: Rows, menus: Menus, plain: Columns, taken: Ints) -> Decided:
        y = np.zeros(len(menus))
        y[taken] = 1.0
        p0 = likely(plain.table @ np.asarray(self.head.recipe.usual), menus.start)
        offered = plain.block(ATTRIBUTES)
        x = centred(offered, menus.start, p0)

        def total(values: Floats) -> Floats:
            return np.asarray(np.add.reduceat(values, menus.start[:-1], axis=0))

        return Decided(
            row=rows.twin,
            at=rows.seen.at,
            start=menus.start,
            option=menus.option,
            took=menus.option[taken],
            y=y,
            p0=p0,
            x=offered,
            pull=total(x * (y - p0)[:, None]),
            mass=total(x**2 * p0[:, None]),
        )

    def _known_after(self, rows: Rows, otherwise: np.ndarray) -> Ints:
        """How long after the offer it is known what was taken."""
        within = self.outcome.within
        if within is None:
            return np.zeros(len(rows), dtype=np.int64)
        later = np.minimum(self._later[self.walk.person[rows.twin]], within)
        return np.where(otherwise, within + 1, later)

    def _attributes(self, menus: Menus, taken: Ints) -> dict[str, Values]:
        """The attributes of what was taken that the map reads of the signal that says so."""
        if self.choice.in_itself:
            return {}
        belief_map, kind = self.walk.map, self.outcome.kind
        read = {name for rule in belief_map.signals.get(kind, ()) for name in fields_read(rule)}
        read |= {each.field or "" for each in belief_map.outcomes.values() if each.kind == kind}
        found: dict[str, Values] = {}
        for name in self.outcome.attributes:
            if name in read:
                own = attribute_of(menus, name)
                found[name] = [own[place] for place in taken.tolist()]
        return found
