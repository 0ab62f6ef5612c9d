"""Population versions as they are listed, and which of them readings use."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from doxa.beliefmap.fingerprint import fingerprint
from doxa.domain.evidence import EvidenceKind
from doxa.errors import InputError
from doxa.heads.judgement import Judgement
from doxa.heads.population import decode
from doxa.heads.priors import NodePriors
from doxa.heads.recalibration import Backtested
from doxa.heads.slope import Slope
from doxa.runtime.fitting import FittedHead, heads_of
from doxa.runtime.populations.frozen_version import frozen_version, stored_version
from doxa.runtime.wiring import Wiring
from doxa.storage.port import Activation, PopulationVersion
from doxa.types import Moment


class NodeRate(msgspec.Struct, frozen=True):
    """What a population believes of a node before any evidence, and how firmly.

    Attributes
    ----------
    base : credence without evidence
    weighs : how much evidence counts as much: pieces for and against (W), values (k0), or occurrences
        (the shape of their rate)
    trait : whose values segments are made of; None where there are none
    segments : the base rate by value of this trait
    """

    node: str
    base: float
    weighs: float
    trait: str | None = None
    segments: dict[str, float] = {}


class PopulationRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One population version in a few numbers.

    Attributes
    ----------
    created : int
        When it was fitted, microseconds since 1970.
    origin : int
        Nothing that happened at or after this moment was read.
    active : bool
        Whether readings use it now.
    activated : list of int
        When it was made the active one, each time.
    stale : bool
        It was fitted on other evidence than the map has now.
    judgement : Judgement or None
        How it did against the population active when it was fitted; None where there was none.
    rates : of nodes that the map has; of a family, of members that few people met
    slopes : how far simulated effects of randomised actions hold
    backtested : by outcome, how people run forward from before the fit's end turned out
    """

    version: int
    created: Moment
    origin: Moment
    people: int
    signals: int
    nodes: int
    heads: list[FittedHead]
    active: bool
    activated: list[Moment]
    stale: bool
    judgement: Judgement | None
    rates: list[NodeRate] = []
    slopes: list[Slope] = []
    backtested: dict[str, Backtested] = {}


class Promotion(msgspec.Struct, frozen=True, kw_only=True):
    """Which population readings use from now on, and which they used before.

    `changed` is False where it was the active one already.
    """

    version: int
    before: int | None
    since: Moment
    changed: bool
    stale: bool


def populations(wiring: Wiring) -> list[PopulationRecord]:
    """All versions, oldest first."""
    activations = wiring.store.activations()
    return [_record(wiring, each, activations) for each in wiring.store.populations()]


def population(wiring: Wiring, number: int) -> PopulationRecord:
    """One version."""
    return _record(wiring, stored_version(wiring, number), wiring.store.activations())


def _record(
    wiring: Wiring, stored: PopulationVersion, activations: Sequence[Activation]
) -> PopulationRecord:
    found = decode(stored.body)
    return PopulationRecord(
        version=stored.version,
        created=stored.created,
        origin=stored.origin,
        people=found.people,
        signals=found.signals,
        nodes=len(found.priors),
        heads=heads_of(found),
        active=bool(activations) and activations[-1].version == stored.version,
        activated=[each.active_from for each in activations if each.version == stored.version],
        stale=_is_stale(wiring, stored),
        judgement=found.judgement,
        rates=[
            _rate(name, each, wiring.belief_map.nodes[name].evidence)
            for name, each in found.priors.items()
            if name in wiring.belief_map.nodes
        ],
        slopes=found.slopes,
        backtested=found.backtested,
    )


def _rate(name: str, priors: NodePriors, kind: EvidenceKind | None) -> NodeRate:
    base, weighs, told = priors.family[0], priors.weighs(kind), priors.segments
    if told is None:
        return NodeRate(name, base, weighs)
    by_value = {value: row[0] for value, row in zip(told.values, told.families, strict=True)}
    return NodeRate(name, base, weighs, told.trait, by_value)


def _is_stale(wiring: Wiring, stored: PopulationVersion) -> bool:
    if stored.map_fingerprint == fingerprint(wiring.belief_map):
        return False
    known = {each.fingerprint for each in wiring.store.maps()}
    return stored.map_fingerprint not in known or not frozen_version(wiring, stored).present


def promote(wiring: Wiring, number: int) -> Promotion:
    """Let readings use a version from now on; see `Twins.promote`."""
    stored = stored_version(wiring, number)
    activations = wiring.store.activations()
    before = activations[-1] if activations else None
    stale = _is_stale(wiring, stored)
    if before is not None and before.version == number:
        return Promotion(
            version=number, before=number, since=before.active_from, changed=False, stale=stale
        )
    now = wiring.clock()
    wiring.store.activate_population(number, now)
    return Promotion(
        version=number,
        before=before.version if before else None,
        since=now,
        changed=True,
        stale=stale,
    )


def rollback(wiring: Wiring) -> Promotion:
    """Let readings use the version before the active one again; see `Twins.rollback`."""
    trail = trail_of([each.version for each in wiring.store.activations()])
    if len(trail) < 2:
        told = f"population {trail[0]} is the first" if trail else "no population was ever active"
        raise InputError(
            f"there is nothing to go back to: {told}",
            where="rollback",
            hint="doxa population list shows what there is",
        )
    return promote(wiring, trail[-2])


def trail_of(activated: Sequence[int]) -> list[int]:
    """The way back: versions in the order they took over, without those that were gone back over.

    Examples
    --------
    >>> trail_of([1, 2, 3])
    [1, 2, 3]
    >>> trail_of([1, 2, 3, 2]), trail_of([1, 2, 3, 2, 4])
    ([1, 2], [1, 2, 4])
    """
    trail: list[int] = []
    for version in activated:
        if version in trail:
            del trail[trail.index(version) + 1 :]
        else:
            trail.append(version)
    return trail
