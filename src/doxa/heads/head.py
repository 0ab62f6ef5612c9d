"""A head: what a fit learned about one outcome, the linear readout from phi to it."""

from __future__ import annotations

import msgspec

from doxa.beliefmap.model import BeliefMap, FieldType, Outcome, Target
from doxa.errors import PopulationError
from doxa.features.blocks.items import ItemRates
from doxa.features.known import FieldNorms
from doxa.features.norms import NodeNorms
from doxa.features.phi import reads_calendar
from doxa.features.plan import readings_of
from doxa.features.popularity import Popularity
from doxa.features.recipe import Recipe
from doxa.features.support import Support
from doxa.heads.boosted import Boosted
from doxa.heads.errors import Errors, OwnEffects
from doxa.heads.glm import Family
from doxa.heads.hazard import Hazard
from doxa.heads.members import MemberSlopes
from doxa.heads.spread import Spread
from doxa.heads.width import Doubt, Width


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a fit learned about one outcome, frozen.

    eta = bias + item_weight * link(item mean) + sum_j (weights_j + d_mj) phi_j; the calibration is
    already inside these numbers, so that a reason is a difference of eta and nothing else.

    Attributes
    ----------
    names, owners : p column names, and the node each belongs to
    low, high : per column, the range of nearly all fit rows; a value beyond it counts as its end,
        so that no forecast rests on a line drawn further than anybody was seen
    items : members the outcome is asked for by default (``top: n``), most people first
    rates : item rates, None for an outcome without members
    norms : per node
    known, recent, traits : payload fields of the asking signal, of those before it, of the person
    by_trait, by_action : whether single nodes count otherwise with every trait, and with what is
        given of the trigger
    standing : whether columns that only grow with time are left out
    popularity : per family, what everybody lately did with its members when this was last looked up
    unsure : directions in which coefficients may lie elsewhere: what a standard normal number along
        each adds to bias and weights; empty where nobody is run forward by the head
    apart : members that everything is weighed for apart, beside what they share
    by_member : how members differ in what columns weigh, None where they do not
    boosted : trees that stand beside the linear predictor, None where they do not
    errors : how much a person's own effects count, None where they are not read
    own : why they are or are not read
    spread : how far values lie from their forecast, None where nothing says
    hazard : of a time, the chance of each interval of its window; its predictor is 0 for the average
        fit row, and what is forecast is the chance that it happens within the window
    dispersion : of a count, d in variance = m + d m^2
    doubt : of a chance, what is not known of the person
    width : of an amount, how far it may lie from its forecast
    support : what was seen of the fields that are known of the asking signal, and of traits
    cold : the head of those who were never seen, of traits alone
    rows, people : fit rows and people behind them
    origin : last moment that a label of the fit rows could depend on
    calibration : intercept and slope found on people left out
    ridge : the penalty chosen on people left out
    """

    outcome: str
    family: Family
    bias: float
    item_weight: float
    weights: list[float]
    names: list[str]
    owners: list[str]
    low: list[float]
    high: list[float]
    items: list[str]
    rates: ItemRates | None
    norms: dict[str, NodeNorms]
    rows: int
    people: int
    origin: int
    calibration: tuple[float, float]
    ridge: float
    known: list[FieldNorms] = []
    recent: list[FieldNorms] = []
    traits: list[FieldNorms] = []
    apart: list[str] = []
    by_member: MemberSlopes | None = None
    by_trait: bool = False
    by_action: bool = False
    standing: bool = False
    popularity: dict[str, Popularity] = {}
    unsure: list[list[float]] = []
    boosted: Boosted | None = None
    errors: Errors | None = None
    spread: Spread | None = None
    hazard: Hazard | None = None
    dispersion: float = 0.0
    doubt: Doubt | None = None
    width: Width | None = None
    cold: Head | None = None
    own: OwnEffects | None = None
    support: Support = Support()


def recipe_of(head: Head, belief_map: BeliefMap) -> Recipe:
    """How to make phi for a head under a map that still declares what it reads."""
    outcome = belief_map.outcomes.get(head.outcome)
    if outcome is None:
        raise PopulationError(
            f"the population forecasts {head.outcome!r}, which the map no longer declares",
            hint="run doxa fit",
        )
    readings = tuple(r for r in readings_of(belief_map, outcome) if r.node in head.norms)
    fields = (tuple(head.known), tuple(head.recent), tuple(head.traits))
    return Recipe(
        belief_map,
        outcome,
        readings,
        head.norms,
        *fields,
        apart=tuple(head.apart),
        by_trait=head.by_trait,
        by_action=head.by_action,
        standing=head.standing,
        calendar=reads_calendar(head.names),
        popularity=head.popularity,
    )


def family_of(outcome: Outcome, belief_map: BeliefMap) -> Family:
    """The family that an outcome's labels follow; of a time, whether it comes in the window."""
    if outcome.target in (Target.HAPPENS, Target.NEVER, Target.TIME_TO):
        return Family.BERNOULLI
    if outcome.target is Target.COUNT:
        return Family.POISSON
    flag = belief_map.fields.get(outcome.field or "") is FieldType.FLAG
    return Family.BERNOULLI if flag else Family.GAUSSIAN
