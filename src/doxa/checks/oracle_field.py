"""The oracle's field: one twin's posterior mode by Newton's method, dense, with a checked objective.

It shares nothing with the readings of the product but the words of the domain and the map.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from doxa.beliefmap.model import BeliefMap
from doxa.domain.node import Address, NodeKind

WEIGHT, HEAVIEST, CAP, W = 0.5, 1e3, 50.0, 2.0


@dataclass(frozen=True)
class Alone:
    """One node as read by itself: credence, base, and what it weighs below and above."""

    credence: float
    base: float
    below: float
    above: float

    @classmethod
    def opinion(cls, credence: float, base: float, r: float, s: float) -> Alone:
        """From support and attack before the self rule."""
        cap = CAP / (CAP + r + s)
        p = _inside(credence)
        below = (r * cap + base * W) / p
        return cls(credence, base, below, (s * cap + (1 - base) * W) / (1 - p))

    @classmethod
    def other(cls, credence: float, base: float, uncertainty: float) -> Alone:
        """From a reading of values or occurrences."""
        return cls(credence, base, W / uncertainty, W / uncertainty)


Edge = tuple[int, int, int, float]
"""Left, right, sign, weight."""


def _inside(p: float) -> float:
    return min(max(p, 1e-9), 1 - 1e-9)


def _logit(p: float) -> float:
    return math.log(_inside(p)) - math.log1p(-_inside(p))


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def mode(nodes: Sequence[Alone], edges: Sequence[Edge]) -> list[float]:
    """Log odds at the mode: steps along the Newton direction, halved until the objective rises."""
    x = [_logit(node.credence) for node in nodes]
    value = objective(nodes, edges, x)
    for _ in range(500):
        slope, matrix = _slope(nodes, edges, x), _curvature(nodes, edges, x)
        step = _solved(matrix, slope)
        length, moved = 1.0, x
        while length > 1e-12:
            moved = [a + length * b for a, b in zip(x, step, strict=True)]
            if objective(nodes, edges, moved) > value:
                break
            length /= 2
        if length <= 1e-12:
            break
        x, value = moved, objective(nodes, edges, moved)
    slope, matrix = _slope(nodes, edges, x), _curvature(nodes, edges, x)
    return [a + b for a, b in zip(x, _solved(matrix, slope), strict=True)]


def objective(nodes: Sequence[Alone], edges: Sequence[Edge], x: Sequence[float]) -> float:
    """sum_i l_i(x_i) - 1/2 sum_e w (d_i - g d_j)^2, l_i rising to the native log odds."""
    total = 0.0
    for node, each in zip(nodes, x, strict=True):
        p, weight = _inside(node.credence), _side(node, each)
        total += weight * (p * (_log(each) - math.log(p)))
        total += weight * ((1 - p) * (_log(-each) - math.log1p(-p)))
    away = [each - _logit(node.base) for node, each in zip(nodes, x, strict=True)]
    return total - sum(w / 2 * (away[i] - g * away[j]) ** 2 for i, j, g, w in edges)


def _log(x: float) -> float:
    """ln s(x)."""
    return -math.log1p(math.exp(-x)) if x > -30 else x


def _side(node: Alone, x: float) -> float:
    return node.above if x > _logit(node.credence) else node.below


def _slope(nodes: Sequence[Alone], edges: Sequence[Edge], x: Sequence[float]) -> list[float]:
    out = [
        _side(node, each) * (_inside(node.credence) - _sigmoid(each))
        for node, each in zip(nodes, x, strict=True)
    ]
    away = [each - _logit(node.base) for node, each in zip(nodes, x, strict=True)]
    for i, j, g, w in edges:
        out[i] -= w * (away[i] - g * away[j])
        out[j] += w * g * (away[i] - g * away[j])
    return out


def _curvature(
    nodes: Sequence[Alone], edges: Sequence[Edge], x: Sequence[float]
) -> list[list[float]]:
    out = [[0.0] * len(nodes) for _ in nodes]
    for i, (node, each) in enumerate(zip(nodes, x, strict=True)):
        out[i][i] = _side(node, each) * max(_sigmoid(each) * _sigmoid(-each), 1e-12)
    for i, j, g, w in edges:
        out[i][i] += w
        out[j][j] += w
        out[i][j] -= w * g
        out[j][i] -= w * g
    return out


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Elimination with pivots."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    n = len(rows)
    for k in range(n):
        best = max(range(k, n), key=lambda i: abs(rows[i][k]))
        rows[k], rows[best] = rows[best], rows[k]
        for i in range(k + 1, n):
            ratio = rows[i][k] / rows[k][k]
            rows[i] = [a - ratio * b for a, b in zip(rows[i], rows[k], strict=True)]
    out = [0.0] * n
    for k in reversed(range(n)):
        out[k] = (rows[k][n] - sum(rows[k][j] * out[j] for j in range(k + 1, n))) / rows[k][k]
    return out


def coupled(
    belief_map: BeliefMap, met: Iterable[Address], alone: Callable[[Address], Alone]
) -> dict[Address, float]:
    """The credence of every node that takes part in the map's field, for one twin.

    Parameters
    ----------
    met : addresses that evidence speaks of
    alone : how each address is read by itself, met or not
    """
    there = set(met)
    while True:
        more = {end for edge in _edges(belief_map, there) for end in edge[:2]} - there
        if not more:
            break
        there |= more
    edges = list(_edges(belief_map, there))
    taking = sorted({end for edge in edges for end in edge[:2]})
    place = {address: number for number, address in enumerate(taking)}
    x = mode([alone(a) for a in taking], [(place[i], place[j], g, w) for i, j, g, w in edges])
    return {address: _sigmoid(each) for address, each in zip(taking, x, strict=True)}


def _edges(
    belief_map: BeliefMap, there: set[Address]
) -> Iterator[tuple[Address, Address, int, float]]:
    """Every edge between members: those named, those met, and the same member of the other end."""
    for edge in belief_map.edges:
        ends = (edge.source, edge.target)
        nodes = [belief_map.nodes[end.node] for end in ends]
        if not edge.sign or any(n.opt_in or n.kind is NodeKind.TRAIT for n in nodes):
            continue
        weight = WEIGHT if edge.weight is None else min(edge.weight, HEAVIEST)
        sides = [_members(belief_map, end, there) for end in ends]
        wide = [_is_family(belief_map, end) for end in ends]
        if all(wide):
            few, many = sorted(nodes, key=lambda node: len(node.dimensions))
            pairs = [(_cut(belief_map, m, few.name), m) for m in _met_of(many.name, there)]
            if len(few.dimensions) == len(many.dimensions):
                pairs += [(m, _cut(belief_map, m, many.name)) for m in _met_of(few.name, there)]
        else:
            pairs = [(one, other) for one in sides[0] for other in sides[1]]
        for one, other in dict.fromkeys(pairs):
            if one != other:
                yield one, other, edge.sign, weight


def _is_family(belief_map: BeliefMap, end: Address) -> bool:
    return bool(belief_map.nodes[end.node].dimensions) and not end.member


def _members(belief_map: BeliefMap, end: Address, there: set[Address]) -> list[Address]:
    return _met_of(end.node, there) if _is_family(belief_map, end) else [end]


def _met_of(node: str, there: set[Address]) -> list[Address]:
    return sorted(address for address in there if address.node == node)


def _cut(belief_map: BeliefMap, address: Address, family: str) -> Address:
    values = dict(zip(belief_map.nodes[address.node].dimensions, address.member, strict=True))
    return Address(family, tuple(values[d] for d in belief_map.nodes[family].dimensions))
