"""How far the chances of options may be off: what the fit and what is not known of the person leave open.

A person's own utility of an option lies sum_d t_d z_d beyond the forecast's, z the options (one
column each) and the attributes (of spread 1), t ~ N(0, g(n) T_d), n their choices before. With
J = diag(p) - p p' on a menu and V the variance of the weights, a chance has the variance
(J z g T z' J + J x V x' J)_jj = p_j^2 sum (z_j - mean z)^2 g T + p_j^2 (x_j - mean x) V (x_j - mean x)',
means by p over the menu; its ends are those of a Beta with it.
"""

from __future__ import annotations

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.model import Outcome
from doxa.features.menus import Menus, taken
from doxa.features.moments import at_offers
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.heads.beta import beta_ends
from doxa.heads.logit import centred
from doxa.heads.width import Doubt, strength_of
from doxa.state.recalled import Cut, recalled


class ChoiceDoubt(msgspec.Struct, frozen=True, kw_only=True):
    """What is not known of the people who choose.

    Attributes
    ----------
    options : variance of a person's shift of one option, where they never chose before
    tastes : of what an attribute of spread 1 is worth to them
    share : how much of either is left, by the number of choices before
    """

    options: float
    tastes: float
    share: Doubt

    def variance(self, chance: Floats, menus: Menus, attributes: Floats, known: Floats) -> Floats:
        """Of each option's chance, by what is not known of the person.

        Parameters
        ----------
        chance : float64[k]
            Of each option.
        attributes : float64[k, a]
            Of each option, of spread 1.
        known : float64[n]
            Choices that each menu's person made before.

        Examples
        --------
        >>> share = Doubt(between=1.0, usual=0.5, known=1.0, fades=0.5, fitted=0.0)
        >>> doubt = ChoiceDoubt(options=1.0, tastes=0.0, share=share)
        >>> pair = Menus(np.array([0, 2]), np.array([0, 1]), np.array([-1, -1]), {})
        >>> doubt.variance(np.full(2, 0.5), pair, np.zeros((2, 0)), np.zeros(1)).tolist()
        [0.125, 0.125]
        """
        owner = menus.owner
        squares = np.bincount(owner, chance**2, minlength=len(menus.start) - 1)[owner]
        apart = (1 - chance) ** 2 + squares - chance**2
        by_options = self.options * apart
        by_tastes = self.tastes * (centred(attributes, menus.start, chance) ** 2).sum(axis=1)
        left = self.share.variance(known, (known == 0).astype(np.float64))[owner]
        return np.asarray(chance**2 * (by_options + by_tastes) * left)


def chance_ends(chance: Floats, variance: Floats, share: float) -> tuple[Floats, Floats]:
    """Between which a share of such chances lies: of a Beta with this mean and variance."""
    return beta_ends(chance, strength_of(chance, variance), share)


def choices_before(outcome: Outcome, past: Past, rows: Rows) -> Floats:
    """How many choices of each row's person were decided before it, float64[n]."""
    offers = at_offers(outcome, past)
    offers = offers.take(np.isin(offers.twin, np.unique(rows.twin)))
    told = taken(outcome, past, offers)
    decided = np.flatnonzero(told.option >= 0)
    known, seen = told.known.take(decided), rows.seen
    ones = np.ones((len(decided), 1))
    when, asked = Cut(known.at, known.order), Cut(seen.at, seen.order)
    return recalled(offers.twin[decided], when, ones, rows.twin, asked, (np.inf,))[:, 0, 0]
