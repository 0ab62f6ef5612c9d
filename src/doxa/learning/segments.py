"""Base rates by segment: which trait tells people's cells apart, and what each of its values usually holds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Node
from doxa.beliefmap.payloads import Bools
from doxa.domain.evidence import EvidenceKind
from doxa.domain.view import EVERYTHING, Sight
from doxa.features.consents import withheld, withholdable
from doxa.features.norms import FEWEST_PEOPLE
from doxa.features.past import Past
from doxa.features.rows import FIRST, NONE, Bound, Rows
from doxa.features.totals import NodeTotals, Totals
from doxa.features.traits import segment_traits, trait_of
from doxa.heads.priors import NodePriors, Segments
from doxa.learning.priors import ln_gamma, rows_of, well_known, whole_of

POOLED = 10.0
"""Everybody weighs as much in a segment's row as so many of its own people."""
MOST_VALUES = 50
"""A trait of more values than this is no segment: it names people."""
LEFT_OUT = 5
CLEAR = 1.96
MOST_TO_CHOOSE = 50
"""So many members of a family, those most people met, say whether segments differ."""
FLOOR = 1e-9


@dataclass(frozen=True, slots=True)
class _Parts:
    """What one trait says of the twins.

    Attributes
    ----------
    trait : str
    values : list of str
        Those that at least ten people have.
    code : int64[twins]
        Place of each twin's value; -1 = none of them.
    """

    trait: str
    values: list[str]
    code: Ints


def with_segments(
    priors: Mapping[str, NodePriors],
    past: Past,
    known: Totals,
    origin: int,
    twins: Ints,
    sight: Sight = EVERYTHING,
) -> dict[str, NodePriors]:
    """The priors with those of the segments of one trait, where people left out are clearly likelier.

    The trait is the persona under whose segments the cells of one person in five are likeliest, all
    fitted on the others; it is read of a node where it is likelier of this node, too. Protected
    traits, and those that the sight does not see, make no segments; people who do not let a trait be
    read count among those of whom it says nothing.

    Parameters
    ----------
    priors : what people on the whole say of each node
    past : Past
        Before the origin, with the fields of the map's personas.
    known : Totals
        As far as people let nodes be read.
    """
    parts = [
        found
        for name in segment_traits(past.map)
        if sight.sees(name) and (found := _parts(past, twins, origin, name)) is not None
    ]
    nodes = [past.map.nodes[name] for name in priors]
    if not parts or not nodes:
        return dict(priors)
    totals = {node.name: known.of(node, twins) for node in nodes}
    out = np.arange(len(twins)) % LEFT_OUT == LEFT_OUT - 1
    best: tuple[_Parts, dict[str, Floats]] | None = None
    for part in parts:
        gained = {node.name: _gained(totals[node.name], node, part, out) for node in nodes}
        if best is None or _sum(gained).sum() > _sum(best[1]).sum():
            best = part, gained
    assert best is not None
    part, gained = best
    whole = _sum(gained)
    if whole.sum() <= CLEAR * math.sqrt(float(whole @ whole)):
        return dict(priors)
    return {
        node.name: _segmented(priors[node.name], totals[node.name], node, part)
        if gained[node.name].sum() > 0
        else priors[node.name]
        for node in nodes
    }


def _sum(gained: Mapping[str, Floats]) -> Floats:
    return np.asarray(sum(gained.values(), np.zeros(1)))


def _parts(past: Past, twins: Ints, origin: int, name: str) -> _Parts | None:
    """The values of a trait that ten people have at the origin; None where no two are."""
    count = len(twins)
    cut = Bound(np.full(count, origin), np.full(count, FIRST))
    nothing = np.full(count, NONE)
    code = trait_of(past, Rows(twins, cut, cut, cut, nothing, nothing, twins), name)
    if name in withholdable(past):
        code = np.where(withheld(past, twins, cut, name), NONE, code)
    every = past.values(f"trait:{name}") if (code >= 0).any() else []
    people = np.bincount(code[code >= 0], minlength=len(every))
    kept = sorted(np.flatnonzero(people >= FEWEST_PEOPLE).tolist(), key=lambda each: every[each])
    if not 2 <= len(kept) <= MOST_VALUES:
        return None
    place = np.full(len(every) + 1, NONE)
    place[kept] = np.arange(len(kept))
    return _Parts(name, [every[each] for each in kept], place[code])


def _segmented(whole: NodePriors, totals: NodeTotals, node: Node, part: _Parts) -> NodePriors:
    """The priors with a table per segment."""
    enough = well_known(totals)
    tables, families = _tables(whole, totals, node, part, enough)
    people = np.bincount(part.code[part.code >= 0], minlength=len(part.values))
    found = Segments(part.trait, part.values, people.tolist(), tables, families)
    return msgspec.structs.replace(whole, segments=found)


def _tables(
    whole: NodePriors, totals: NodeTotals, node: Node, part: _Parts, enough: Ints
) -> tuple[list[list[list[float]]], list[list[float]]]:
    """Of every segment the rows of these members, and of all others; pooled to the whole."""
    tables, families = [], []
    for value in range(len(part.values)):
        own = totals.of_people(part.code == value)
        table, family = rows_of(replace(own, members=totals.members), node, enough)
        met = np.bincount(own.member, minlength=totals.members)
        everybody = len(own.all_exposure)
        tables.append(
            [
                pooled(row, usual, node, int(met[code]), everybody)
                for row, usual, code in zip(table, whole.table, enough.tolist(), strict=True)
            ]
        )
        rest = len(np.unique(own.twin[np.isin(own.member, enough, invert=True)]))
        if not node.dimensions and len(enough):
            rest = int(met[enough[0]])
        families.append(pooled(family, whole.family, node, rest, everybody))
    return tables, families


def pooled(
    row: list[float], usual: list[float], node: Node, met: int, everybody: int
) -> list[float]:
    """A segment's row, drawn towards everybody's by ten people's worth.

    Base and mean are means; what cannot be negative is pooled in logarithms. Of occurrences those
    who never did it speak too, and the base is that of the pooled gamma.

    Parameters
    ----------
    met : how many people of the segment hold anything
    everybody : how many people there are in it
    """
    own, base = np.array(_full(row)), np.array(_full(usual))
    share = met / (met + POOLED)
    logs = [np.log(np.maximum(each, 0.0) + FLOOR) for each in (own, base)]
    found = np.exp(share * logs[0] + (1 - share) * logs[1])
    for place in (0, 3):
        found[place] = share * own[place] + (1 - share) * base[place]
    if node.evidence is EvidenceKind.OCCURRENCE:
        often = everybody / (everybody + POOLED)
        rate = often * own[1] / own[2] + (1 - often) * base[1] / base[2]
        found[2] = found[1] / rate
        chance = -math.expm1(found[1] * math.log(found[2] / (found[2] + node.period)))
        found[0] = float(np.clip(chance, 1e-6, 1 - 1e-6))
    return [float(each) for each in found]


def _full(row: list[float]) -> list[float]:
    return [*row, *(2.0, 1.0)[len(row) - 5 :]]


def _gained(totals: NodeTotals, node: Node, part: _Parts, out: Bools) -> Floats:
    """By how much the segments make each person left out likelier, float64[people left out]."""
    fitted = totals.of_people(~out)
    enough = well_known(fitted)
    people = np.bincount(fitted.member, minlength=totals.members)
    if node.dimensions:
        enough = np.sort(enough[np.argsort(-people[enough], kind="stable")[:MOST_TO_CHOOSE]])
    gained = np.zeros(int(out.sum()))
    if not len(enough):
        return gained
    names = [(str(code),) for code in range(totals.members)]
    chosen = np.isin(fitted.member, enough)
    fitted = replace(
        fitted,
        member=fitted.member[chosen],
        twin=fitted.twin[chosen],
        sums=fitted.sums[chosen],
        undecayed=fitted.undecayed[chosen],
        exposure=fitted.exposure[chosen],
    )
    whole = whole_of(fitted, node, names)
    tables, _ = _tables(whole, fitted, node, replace(part, code=part.code[~out]), enough)
    rows = np.array([[_full(row) for row in table] for table in (whole.table, *tables)])
    judged, value = totals.of_people(out), part.code[out]
    place = np.full(totals.members + 1, NONE)
    place[enough] = np.arange(len(enough))
    likely = _LIKELY[totals.kind](judged, place, len(enough))
    for segment in range(len(part.values)):
        theirs = value == segment
        gained[theirs] = (likely(rows[1 + segment]) - likely(rows[0]))[theirs]
    return gained


_Likely = Callable[[Floats], Floats]


def _opinions(totals: NodeTotals, place: Ints, members: int) -> _Likely:
    kept = np.flatnonzero(place[totals.member] >= 0)
    r, s = totals.sums[kept, 0], totals.sums[kept, 1]
    row, twin, size = place[totals.member[kept]], totals.twin[kept], len(totals.all_exposure)

    def likely(rows: Floats) -> Floats:
        base, strength = rows[row, 0], rows[row, 5]
        a, b = base * strength, (1 - base) * strength
        told = ln_gamma(r + a) + ln_gamma(s + b) - ln_gamma(r + s + strength)
        usual = ln_gamma(strength) - ln_gamma(a) - ln_gamma(b)
        return np.asarray(np.bincount(twin, told + usual, minlength=size), dtype=np.float64)

    return likely


def _occurrences(totals: NodeTotals, place: Ints, members: int) -> _Likely:
    count = np.zeros((len(totals.all_exposure), members))
    kept = place[totals.member] >= 0
    count[totals.twin[kept], place[totals.member[kept]]] = totals.sums[kept, 0]
    seen = totals.all_exposure[:, None]

    def likely(rows: Floats) -> Floats:
        shape, rate = rows[:, 1], rows[:, 2]
        told = ln_gamma((shape + count).ravel()).reshape(count.shape) - ln_gamma(shape)
        told += shape * np.log(rate) - (shape + count) * np.log(rate + seen)
        return np.asarray(told.sum(axis=1))

    return likely


def _values(totals: NodeTotals, place: Ints, members: int) -> _Likely:
    kept = np.flatnonzero((place[totals.member] >= 0) & (totals.undecayed[:, 0] > 0))
    n, total = totals.undecayed[kept, 0], totals.undecayed[kept, 1]
    row, twin, size = place[totals.member[kept]], totals.twin[kept], len(totals.all_exposure)

    def likely(rows: Floats) -> Floats:
        mean, spread, weight = rows[row, 3], rows[row, 4], rows[row, 6]
        variance = spread**2 * (1 / weight + 1 / n)
        told = -0.5 * ((total / n - mean) ** 2 / variance + np.log(variance))
        return np.asarray(np.bincount(twin, told, minlength=size), dtype=np.float64)

    return likely


_LIKELY: dict[EvidenceKind, Callable[[NodeTotals, Ints, int], _Likely]] = {
    EvidenceKind.OPINION: _opinions,
    EvidenceKind.OCCURRENCE: _occurrences,
    EvidenceKind.VALUE: _values,
}
