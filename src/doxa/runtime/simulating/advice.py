"""What comes of asking which action helps, as frozen records."""

from __future__ import annotations

import msgspec

from doxa.domain.clock import Clock
from doxa.domain.ground import Grounds
from doxa.domain.node import Address
from doxa.features.support import Verdict
from doxa.types import Moment


class Because(msgspec.Struct, frozen=True, kw_only=True):
    """A node that carries what an action does for this person.

    Attributes
    ----------
    part : float
        What is gone of the difference when nothing speaks of the node.
    state : str
        How the node stands now, in words.
    """

    node: str
    kind: str
    says: str
    state: str
    part: float

    def __str__(self) -> str:
        sentence = self.says.rstrip(".") or self.node
        return f"{sentence} ({self.state})" if self.state else sentence


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One action, run forward for this person against doing nothing.

    Attributes
    ----------
    difference, low, high : float
        In what is aimed at, the better the larger; four in five lie between the ends.
    helps : bool
        The interval lies above 0.
    because : list of Because
        The nodes that carry it, the most first.
    propensity : float or None
        How likely the caller was to choose it.
    """

    action: str
    difference: float
    low: float
    high: float
    helps: bool
    grounds: Grounds | None
    outside: list[Verdict] = []
    because: list[Because] = []
    propensity: float | None = None


class Excluded(msgspec.Struct, frozen=True, kw_only=True):
    """An action that this person is not eligible for, and why."""

    action: str
    why: str


class Recommendation(msgspec.Struct, frozen=True, kw_only=True):
    """Which of some actions helps a person towards something, if any.

    Attributes
    ----------
    towards : str
        An outcome, or a node.
    less : bool
        Less of it is aimed at.
    best : str or None
        None = none of these.
    options : list of Option
        The best first.
    id : str or None
        Of its record in the ledger; None when it was not recorded.
    """

    twin: str
    towards: str
    less: bool
    best: str | None
    options: list[Option]
    excluded: list[Excluded]
    origin: Moment
    until: Moment
    paths: int
    seed: int
    version: int
    clock: Clock = Clock.TIME
    purpose: str | None = None
    id: str | None = None

    @property
    def nodes(self) -> tuple[Address, ...]:
        """The nodes it tells of."""
        told = (one.node for option in self.options for one in option.because)
        return tuple(map(Address, dict.fromkeys(told)))

    @property
    def option(self) -> Option | None:
        """The one that is recommended."""
        return next((one for one in self.options if one.action == self.best), None)

    @property
    def why(self) -> str:
        """The reason in words."""
        aim = f"{'less' if self.less else 'more'} {self.towards}"
        best = self.option
        if best is None:
            return f"None of these: no action clearly brings {aim}."
        told = "; ".join(str(one) for one in best.because[:3])
        because = f", given: {told}" if told else ", by what is done itself"
        return f"{best.action} brings {aim}{because}."
