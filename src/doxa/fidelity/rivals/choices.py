"""Rivals for choices: shares, personas, logits without and with loyalty.

Each forecasts every option of every scored row; each has its penalty chosen on people left out, so
that none loses for want of shrinkage.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import FieldType
from doxa.features.menus import Menus, menus_of, taken
from doxa.features.moments import at_offers
from doxa.features.norms import FEWEST_PEOPLE
from doxa.features.rows import NONE, Rows, joined
from doxa.features.traits import segment_traits, trait_of
from doxa.fidelity.rivals.setting import Rung, Setting
from doxa.heads.logit import fit_logit, likely, losses
from doxa.state.recalled import Cut, recalled

RIDGES = (0.1, 1.0, 10.0, 100.0)
FOLDS = 5
LITTLE, SHORTEST = 0.01, 0.05
SMOOTHING = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""How much of the loyalty so far is left after one more choice; chosen on the fit rows."""


@dataclass(frozen=True, slots=True)
class Offers:
    """Fit rows, scored rows and all decided choices of these people, one after the other.

    Attributes
    ----------
    fitted, scored : how many of the rows are to be fitted, and scored
    taken : int64[rows]
        The place of the option taken, among all options; -1 of scored rows.
    known : Cut
        When each of the decided choices was known.
    options : int64[...]
        Codes of the options offered to enough people of the fit rows.
    x : float64[k, attributes]
        Attributes, standardised as the fit rows are; amounts as they are or as logarithms,
        whichever is better on people left out.
    """

    setting: Setting
    rows: Rows
    menus: Menus
    fitted: int
    scored: int
    taken: Ints
    known: Cut
    options: Ints
    x: Floats

    @classmethod
    def of(cls, setting: Setting) -> Offers:
        """Of a question about a choice; `setting.y` are codes of options."""
        past, outcome = setting.past, setting.outcome
        own = at_offers(outcome, past)
        own = own.take(np.isin(own.twin, np.r_[setting.fit.twin, setting.score.twin]))
        told = taken(outcome, past, own)
        decided = menus_of(outcome, past, own).place_of(told.option) >= 0
        own, known = own.take(decided), told.known.take(decided)
        rows = joined([setting.fit, setting.score, own])
        menus = menus_of(outcome, past, rows)
        count = len(setting.fit)
        unsaid = np.full(len(setting.score), NONE)
        asked = np.r_[setting.y.astype(np.int64), unsaid, told.option[decided]]
        place = menus.place_of(asked)
        last = int(menus.start[count])
        pairs = np.stack([menus.option[:last], rows.person[menus.owner[:last]]], axis=1)
        people = np.bincount(np.unique(pairs, axis=0)[:, 0])
        options = np.flatnonzero(people >= FEWEST_PEOPLE)
        cut = Cut(known.at, known.order)
        found = [
            cls(setting, rows, menus, count, len(unsaid), place, cut, options, x)
            for x in _tables(_attributes(setting, menus), last, len(menus))
        ]
        return min(found, key=lambda one: one.left_out(one.plain, one.levels.shape[1], 1.0))

    @property
    def decided(self) -> Ints:
        """The rows that are decided choices, those that `known` speaks of."""
        return np.arange(self.fitted + self.scored, len(self.rows))

    @property
    def asked(self) -> Ints:
        """The rows to be fitted or scored."""
        return np.arange(self.fitted + self.scored)

    def before(self) -> Ints:
        """How many decided choices of its person each row asked knows, int64[asked]."""
        rows = self.rows.take(self.asked)
        twin = self.rows.twin[self.decided]
        when = Cut(rows.seen.at, rows.seen.order)
        found = recalled(twin, self.known, np.ones((len(twin), 1)), rows.twin, when, (np.inf,))
        return np.asarray(found[:, 0, 0], dtype=np.int64)

    @property
    def levels(self) -> Floats:
        """One column per option: whether it is that."""
        return np.asarray(self.menus.option[:, None] == self.options[None, :], dtype=np.float64)

    @property
    def plain(self) -> Floats:
        """Levels and attributes."""
        return np.concatenate([self.levels, self.x], axis=1)

    def shares(self) -> Floats:
        """How often each option is taken where it is offered, float64[k]; 0 of an unknown one."""
        last = int(self.menus.start[self.fitted])
        size = int(self.menus.option.max()) + 1
        offered = np.bincount(self.menus.option[:last], minlength=size)
        took = np.bincount(self.menus.option[self.taken[: self.fitted]], minlength=size)
        return np.asarray((took / np.maximum(offered, 1))[self.menus.option])

    def part(self, rows: Ints) -> tuple[Ints, Ints]:
        """Places of the options of some rows, and where each row's begin among them."""
        chosen = self.menus.take(rows)
        size = np.diff(chosen.start)
        place = np.arange(len(chosen)) + np.repeat(self.menus.start[rows] - chosen.start[:-1], size)
        return place, chosen.start

    def fit(self, table: Floats, free: int, rows: Ints, ridge: float) -> Floats:
        """Coefficients by some fit rows; the first `free` columns are hardly held back."""
        place, start = self.part(rows)
        own = self.taken[rows] - self.menus.start[rows] + start[:-1]
        penalty = np.r_[np.full(free, 0.1), np.full(table.shape[1] - free, ridge)]
        return fit_logit(table[place], start, own, ridge=penalty)

    def left_out(self, table: Floats, free: int, ridge: float) -> float:
        """Loss of the people of the fit rows left out, by the parameters of the others."""
        _, person = np.unique(self.rows.person[: self.fitted], return_inverse=True)
        fold, total = person % FOLDS, 0.0
        for number in range(FOLDS):
            out, inside = np.flatnonzero(fold == number), np.flatnonzero(fold != number)
            if len(out) and len(inside):
                beta = self.fit(table, free, inside, ridge)
                place, start = self.part(out)
                own = self.taken[out] - self.menus.start[out] + start[:-1]
                total += float(losses(table[place] @ beta, start, own).sum())
        return total / self.fitted

    def forecast(self, table: Floats, free: int, ridge: float) -> Floats:
        """The probability of every option of the scored rows."""
        beta = self.fit(table, free, np.arange(self.fitted), ridge)
        place, start = self.part(self.asked[self.fitted :])
        return likely(table[place] @ beta, start)

    def best(self, name: str, table: Floats, free: int) -> Rung:
        """The forecasts with the penalty that people left out are best with."""
        ridge = min(RIDGES, key=lambda one: self.left_out(table, free, one))
        return Rung(name, self.forecast(table, free, ridge), {"penalty": ridge})


def _attributes(setting: Setting, menus: Menus) -> list[Floats]:
    """Numbers as they are, a column per level of anything else."""
    found: list[Floats] = []
    for name in setting.outcome.attributes:
        declared = setting.belief_map.fields.get(name)
        if menus.column(name).is_numeric or declared in (FieldType.NUMBER, FieldType.FLAG):
            found.append(menus.numbers(name))
            continue
        code = menus.levels(name, setting.past)
        found += [(code == level).astype(np.float64) for level in np.unique(code[code >= 0])[:50]]
    return found


def _tables(columns: list[Floats], last: int, size: int) -> list[Floats]:
    """All columns standardised; and again with every amount as its logarithm."""
    if not columns:
        return [np.zeros((size, 0))]
    logged = [np.log(each) if _is_amount(each) else each for each in columns]
    return [np.stack([_scaled(each, last) for each in part], axis=1) for part in (columns, logged)]


def _is_amount(column: Floats) -> bool:
    told = column[~np.isnan(column)]
    return bool(len(told)) and float(told.min()) > 0


def _scaled(column: Floats, last: int) -> Floats:
    """Standardised by its first values; a missing one is usual."""
    told = column[:last][~np.isnan(column[:last])]
    if not len(told) or not told.std() > 0:
        return np.zeros(len(column))
    return np.asarray(np.nan_to_num((column - told.mean()) / told.std()))


def base_of_choice(offers: Offers) -> Rung:
    """How often each option is taken, whatever its attributes and whoever chooses."""
    table = offers.levels
    return Rung("base", offers.forecast(table, table.shape[1], 0.0))


def persona_of_choice(offers: Offers) -> Rung | None:
    """Levels and attributes, each also by the person's traits; None where nobody has any."""
    names = segment_traits(offers.setting.belief_map)
    plain, columns = offers.plain, []
    for name in names:
        code = trait_of(offers.setting.past, offers.rows, name)
        fit = np.stack([code, offers.rows.person], axis=1)[: offers.fitted]
        people = np.unique(fit[fit[:, 0] >= 0], axis=0)[:, 0]
        for level in np.unique(people).tolist():
            if (people == level).sum() >= FEWEST_PEOPLE:
                own = (code == level).astype(np.float64)[offers.menus.owner]
                columns.append(plain * own[:, None])
    if not columns:
        return None
    return offers.best("persona", np.concatenate([plain, *columns], axis=1), plain.shape[1])


def plain_logit(offers: Offers) -> Rung:
    """One level per option and one taste for all."""
    return offers.best("plain_logit", offers.plain, offers.levels.shape[1])


def loyalty_logit(offers: Offers) -> Rung:
    """The plain logit beside an exponentially smoothed share of own choices (Guadagni, Little).

    The share counts as it is, squared and as its logarithm, and what was taken last counts apart.
    """
    plain, tables = offers.plain, {}
    last = _loyalty(offers, SHORTEST)
    for left in SMOOTHING:
        loyal = _loyalty(offers, left)
        logged = np.log(loyal + LITTLE)
        tables[left] = np.column_stack([plain, loyal, loyal**2, logged, last])
    width = plain.shape[1] + 4
    best = min(tables, key=lambda left: offers.left_out(tables[left], width, 1.0))
    found = offers.best("loyalty_logit", tables[best], offers.levels.shape[1])
    return Rung(found.name, found.forecast, {**found.chosen, "smoothing": best})


def _loyalty(offers: Offers, left: float) -> Floats:
    """l <- left l + (1 - left) taken, from the usual share on, per option: float64[k].

    Decided choices themselves have none.
    """
    decided, menus = offers.decided, offers.menus
    twin, option = offers.rows.twin[decided], menus.option[offers.taken[decided]]
    ones = np.ones((len(twin), 1))
    number = recalled(twin, offers.known, ones, twin, offers.known, (np.inf,))[:, 0, 0]
    before = offers.before()
    last = int(menus.start[len(before)])
    owner, on_offer = menus.owner[:last], menus.option[:last]
    span = int(menus.option.max()) + 1
    sums = recalled(
        twin * span + option,
        _at(number.astype(np.int64)),
        ones,
        offers.rows.twin[owner] * span + on_offer,
        _at(before[owner]),
        (float(-np.log(2) / np.log(left)),),
    )[:, 0, 0]
    found = np.zeros(len(menus))
    usual = left ** before[owner] * offers.shares()[:last]
    found[:last] = (1 - left) / left * sums + usual
    return found


def _at(number: Ints) -> Cut:
    return Cut(number, np.zeros(len(number), dtype=np.int64))
