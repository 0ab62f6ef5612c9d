"""The recipe of phi: which nodes and fields an outcome's features are made of, and which members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.beliefmap.model import BeliefMap, Outcome
from doxa.domain.clock import DAY, Clock
from doxa.features.known import FieldNorms, Form, carrier, members_at, single_at
from doxa.features.norms import NodeNorms
from doxa.features.past import Past
from doxa.features.plan import Reading
from doxa.features.popularity import Popularity
from doxa.features.rows import NONE, Rows
from doxa.features.seeing import Seeing


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to make phi for one outcome: the nodes and fields read, and their norms.

    Attributes
    ----------
    known : fields of the asking signal
    recent : fields of signals before it
    traits : what is said of the person
    by_trait, by_action : whether single nodes count otherwise with every trait, and with what is
        given of the trigger: what a person holds decides what is done to them
    apart : members asked about that every column is weighed for apart, beside what they share
    calendar : whether weekday and hour are read
    standing : whether columns that only grow with time are left out: how much there is of evidence.
        A head that runs people forward would carry them beyond everybody it was fitted on.
    popularity : per family read at the member asked for, what everybody lately does with its members
    """

    belief_map: BeliefMap
    outcome: Outcome
    readings: tuple[Reading, ...]
    norms: dict[str, NodeNorms]
    known: tuple[FieldNorms, ...] = ()
    recent: tuple[FieldNorms, ...] = ()
    traits: tuple[FieldNorms, ...] = ()
    apart: tuple[str, ...] = ()
    by_trait: bool = False
    by_action: bool = False
    calendar: bool = True
    standing: bool = False
    popularity: Mapping[str, Popularity] = field(default_factory=dict)

    @property
    def horizon(self) -> float | None:
        """The outcome's window in days (positions), None where it varies."""
        if self.outcome.within is None:
            return None
        return self.outcome.within / (DAY if self.belief_map.clock is Clock.TIME else 1)

    def has_amounts(self, node: str) -> bool:
        """Whether any rule gives the node's occurrences an amount."""
        rules = self.belief_map.rules
        return any(rule.node == node and rule.amount is not None for rule in rules)

    def is_list(self, reading: Reading) -> bool:
        """Whether a row may name several members of the reading's family."""
        return any(
            norms.field == reading.field and norms.form is Form.ITEMS for norms in self.known
        )


@dataclass(frozen=True, slots=True)
class MembersAsked:
    """The member that each row is asked about; a row that names several stands once per member.

    Attributes
    ----------
    owner : int64[m]
        The row.
    code : int64[m]
        The member, a code into `names`; -1 = none.
    names : members, met by anybody or not
    """

    owner: Ints
    code: Ints
    names: list[tuple[str, ...]]

    def own_codes(self, past: Past, node: str) -> Ints:
        """The node's own codes of the members, int64[m]; -1 = never met, or none."""
        known = past.members.codes.get(node, {})
        return np.array([known.get(name, NONE) for name in self.names] + [NONE])[self.code]


def members_asked(recipe: Recipe, views: Seeing, reading: Reading, rows: Rows) -> MembersAsked:
    """Which member of a reading each row is read at.

    A single node and a family as a whole have code 0; a row whose field names none is not there at all.
    """
    every, past = np.arange(len(rows)), views.past
    if not reading.by_member:
        return MembersAsked(every, np.zeros_like(every), past.members.names(reading.node))
    if reading.field is None:
        names = past.members.names(f"of:{recipe.outcome.of or ''}")
        return MembersAsked(every, rows.member, names)
    kind = carrier(recipe.outcome)
    owner = every
    if recipe.is_list(reading):
        owner, code = members_at(past, kind, reading.field, rows.signal)
    else:
        code = single_at(past, kind, reading.field, rows.signal)
    return MembersAsked(owner, code, past.members.names(f"of:{reading.field}"))


def member_codes(recipe: Recipe, views: Seeing, reading: Reading, rows: Rows) -> tuple[Ints, Ints]:
    """The rows and the node's own code of the member each is read at; see `members_asked`."""
    asked = members_asked(recipe, views, reading, rows)
    if not reading.by_member:
        return asked.owner, asked.code
    return asked.owner, asked.own_codes(views.past, reading.node)
