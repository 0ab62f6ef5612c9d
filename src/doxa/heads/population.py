"""The population: everything learned across people, frozen at one origin."""

from __future__ import annotations

import msgspec

from doxa.domain.view import EVERYTHING, Sight
from doxa.errors import PopulationError
from doxa.heads.choice import ChoiceHead
from doxa.heads.head import Head
from doxa.heads.judgement import Judgement
from doxa.heads.priors import NodePriors
from doxa.heads.recalibration import Backtested
from doxa.heads.slope import Slope
from doxa.reading.coupling.field import Link


class SightPart(msgspec.Struct, frozen=True, kw_only=True):
    """What was learned for those who do not see everything, from what they see alone.

    Attributes
    ----------
    sight : Sight
        See `learning_sight`.
    priors : per node
    heads, choices : per outcome
    unheard : outcomes that a source decides which this sight does not hear
    links, backtested, slopes : as in `Population`
    """

    sight: Sight
    priors: dict[str, NodePriors]
    heads: dict[str, Head]
    unheard: tuple[str, ...] = ()
    links: list[Link] = []
    choices: dict[str, ChoiceHead] = {}
    backtested: dict[str, Backtested] = {}
    slopes: list[Slope] = []

    @property
    def fitted(self) -> list[str]:
        """The outcomes that have a head."""
        return [*self.heads, *self.choices]


class Population(msgspec.Struct, frozen=True, kw_only=True):
    """Base rates of nodes and heads of outcomes, fitted on labels before `origin`.

    Attributes
    ----------
    origin : int
        Nothing that happened at or after this moment was read.
    signals, people : how much was read
    of_signals, of_people : how much there was; 0 = not noted
    priors : per node
    heads, choices : per outcome; a choice among options has a head of its own kind
    map_fingerprint : str
        Of the map it was fitted under.
    links : list of Link
        How nodes lean on each other: declared ones with learned weights, and loose ones.
    sights : list of SightPart
        For every sight of the map's purposes that is not everything.
    questions : per outcome
        What its head answers: see `doxa.beliefmap.fingerprint.question`.
    last_seq : int
        The place of the last signal in the ledger that was read; 0 = not noted.
    judgement : Judgement or None
        How it did against the population that was active when it was fitted; None = there was none.
    slopes : list of Slope
        How far simulated effects of randomised actions hold, by kind of action and outcome.
    backtested : per outcome that is counted on paths
        How people run forward from before turned out.
    """

    origin: int
    signals: int
    people: int
    priors: dict[str, NodePriors]
    heads: dict[str, Head]
    map_fingerprint: str = ""
    links: list[Link] = []
    sights: list[SightPart] = []
    questions: dict[str, str] = {}
    last_seq: int = 0
    judgement: Judgement | None = None
    choices: dict[str, ChoiceHead] = {}
    of_signals: int = 0
    of_people: int = 0
    slopes: list[Slope] = []
    backtested: dict[str, Backtested] = {}

    def part(self, sight: Sight) -> SightPart | None:
        """What was learned for a sight, see `learning_sight`; None when nothing was."""
        if sight == EVERYTHING:
            return SightPart(
                sight=sight,
                priors=self.priors,
                heads=self.heads,
                links=self.links,
                choices=self.choices,
                backtested=self.backtested,
                slopes=self.slopes,
            )
        return next((part for part in self.sights if part.sight == sight), None)


def encode(population: Population) -> bytes:
    """A population as bytes, for the store."""
    return msgspec.msgpack.encode(population)


def decode(body: bytes) -> Population:
    """A population from the store's bytes."""
    try:
        return msgspec.msgpack.decode(body, type=Population)
    except msgspec.MsgspecError as error:
        raise PopulationError(
            "the stored population cannot be read by this version", hint="run doxa fit"
        ) from error
