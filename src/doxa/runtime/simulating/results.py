"""What comes of running people forward, as frozen records."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from doxa.beliefmap.names import listed, nearest
from doxa.domain.clock import Clock
from doxa.domain.ground import Grounds
from doxa.domain.node import Address
from doxa.errors import UnknownName
from doxa.features.support import Verdict
from doxa.simulation.rollout import REACHED
from doxa.types import Moment

OUTCOME, PROGRESS = "outcome", "progress"
"""The kind of a track that is no node's."""


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """Where paths lie at a moment: four in five between `low` and `high`."""

    at: Moment
    low: float
    middle: float
    high: float
    mean: float


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """One outcome or node on its way, under a scenario and without it.

    Attributes
    ----------
    what : str
        The outcome or node.
    kind : str
        ``outcome``, or the kind of the node.
    share : bool
        What is drawn lies between 0 and 1: a credence, or something that happens or not.
    under, without : list of Spread
        Of an outcome what it came to since the start; of several people their mean.
    """

    what: str
    kind: str
    says: str = ""
    share: bool = False
    under: list[Spread]
    without: list[Spread]


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What a scenario changes by the end: the mean difference over paths (and people).

    Attributes
    ----------
    under, without : float
        Means in the two arms.
    difference, low, high : float
        Four in five lie between `low` and `high`; see `doxa.simulation.arms.contrast`.
    up, down, neither : int
        People of whom it goes clearly up, clearly down, and neither.
    slope : float or None
        What the difference was multiplied by: real on simulated effects of such an action, in the
        experiments of the ledger. None = none says.
    better : ``more`` or ``less``
        Of what people should have; of an outcome that `never` happens it is less.
    """

    what: str
    kind: str
    under: float
    without: float
    difference: float
    low: float
    high: float
    up: int = 0
    down: int = 0
    neither: int = 0
    slope: float | None = None
    better: str = "more"

    @property
    def gain(self) -> int:
        """People who are clearly better off."""
        return self.up if self.better == "more" else self.down

    @property
    def hurt(self) -> int:
        """People who are clearly worse off."""
        return self.down if self.better == "more" else self.up

    @property
    def clear(self) -> bool:
        """Whether the interval lies on one side of 0."""
        return self.low > 0 or self.high < 0


class Mover(msgspec.Struct, frozen=True, kw_only=True):
    """How much of an effect a node carries: what is gone of it when nothing speaks of the node.

    Nodes that act together each carry what they share, so that parts need not add up to the whole.

    Attributes
    ----------
    part, low, high : float
        Per person; four in five lie between `low` and `high`.
    up, down : int
        Of how many people it clearly carries some of the effect up, and down (99 in 100).
    """

    node: str
    says: str
    part: float
    low: float = 0.0
    high: float = 0.0
    up: int = 0
    down: int = 0


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The effect among some of the people.

    Attributes
    ----------
    by : str
        The persona, or the node.
    value : str
        Of the persona; or ``higher half`` and ``lower half`` of the credences at the start.
    gain, hurt : int
        People of them who are clearly better off, and clearly worse off.
    """

    by: str
    value: str
    people: int
    difference: float
    low: float
    high: float
    gain: int = 0
    hurt: int = 0


class PersonEffect(msgspec.Struct, frozen=True, kw_only=True):
    """One person's own mean difference; 99 in 100 lie between `low` and `high`, by chance alone."""

    twin: str
    difference: float
    low: float
    high: float


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One change of a scenario: what it says, what its effect rests on, what lies outside."""

    says: str
    grounds: Grounds
    outside: list[Verdict] = []


class Arm(msgspec.Struct, frozen=True, kw_only=True):
    """One scenario against the same people on the same paths without it.

    Attributes
    ----------
    grounds : Grounds or None
        The weakest of its changes; None of a scenario that changes nothing.
    movers, groups, people : by outcome or node
        Which nodes carry the effect; the effect by persona and by half; who moves most.
    why_no_slope : str
        Why effects are as simulated, though experiments gave a slope to multiply them by; else empty.
    """

    scenario: str
    changes: list[Told]
    grounds: Grounds | None
    effects: list[Effect]
    tracks: list[Track]
    movers: dict[str, list[Mover]] = {}
    groups: dict[str, list[Group]] = {}
    people: dict[str, list[PersonEffect]] = {}
    why_no_slope: str = ""

    def effect(self, what: str) -> Effect:
        """The effect on an outcome or node."""
        return _named(what, {one.what: one for one in self.effects})

    def track(self, what: str) -> Track:
        """An outcome or node on its way."""
        return _named(what, {one.what: one for one in self.tracks})


class Simulation(msgspec.Struct, frozen=True, kw_only=True):
    """People run forward under scenarios.

    Attributes
    ----------
    twin : str or None
        Of one person.
    origin, until : int
        From when to when.
    people, of : int
        How many were run, of how many: fewer where it was stopped.
    left_out : int
        Who did not let the purpose read them.
    silenced : int
        Of so many of them, drawn at random, it was tried what is gone without a node (`movers`).
    version : int
        Of the population that drew.
    """

    product: str
    clock: Clock
    twin: str | None
    origin: Moment
    until: Moment
    steps: int
    paths: int
    seed: int
    people: int
    of: int
    version: int
    arms: list[Arm]
    purpose: str | None = None
    left_out: int = 0
    silenced: int = 0

    @property
    def finished(self) -> bool:
        """Whether everybody was run."""
        return self.people == self.of

    @property
    def nodes(self) -> tuple[Address, ...]:
        """The nodes it tells of."""
        tracks = [track for arm in self.arms for track in arm.tracks if track.kind != OUTCOME]
        told = [
            track.what.removesuffix(REACHED) if track.kind == PROGRESS else track.what
            for track in tracks
        ]
        told += [one.node for arm in self.arms for part in arm.movers.values() for one in part]
        return tuple(map(Address, dict.fromkeys(told)))

    def arm(self, scenario: str | None = None) -> Arm:
        """One scenario's; the only one when there is one."""
        if scenario is None:
            return self.arms[0]
        return _named(scenario, {one.scenario: one for one in self.arms})

    def effect(self, what: str, scenario: str | None = None) -> Effect:
        """The effect of a scenario on an outcome or node."""
        return self.arm(scenario).effect(what)

    def track(self, what: str, scenario: str | None = None) -> Track:
        """An outcome or node on its way, under a scenario and without it."""
        return self.arm(scenario).track(what)


T = TypeVar("T", Effect, Track, Arm)


def _named(name: str, known: dict[str, T]) -> T:
    if name not in known:
        raise UnknownName(
            f"nothing is told of {name!r}",
            expected=f"one of {listed(known)}",
            hint=nearest(name, known),
        )
    return known[name]
