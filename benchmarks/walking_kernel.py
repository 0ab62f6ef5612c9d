"""What a careful person would write in NumPy for one map: days of people, drawn and fed back.

For single nodes that are counted or spoken for and against, and heads that draw whether a kind of
signal comes today, it does what `doxa.simulation` does for any map, with everything else left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.domain.clock import DAY
from doxa.domain.evidence import Channel, EvidenceKind
from doxa.features.blocks.gaps import hazard
from doxa.heads.head import Head
from doxa.simulation.numbers import Keys, key_of, mixed, uniforms

THURSDAY = 3


@dataclass
class Node:
    """One node's sums for all rows: float64[K, C, n]."""

    name: str
    kind: EvidenceKind
    bands: Floats
    own: int
    sums: Floats
    met: Floats
    first: Floats
    last: Floats


class Kernel:
    """People on paths.

    Parameters
    ----------
    begun : float64[n]
        The first moment of each row's person, in days before the origin.
    says : what a signal of each kind says: node, channel, weight
    """

    def __init__(
        self,
        heads: list[tuple[str, Head]],
        nodes: list[Node],
        begun: Floats,
        says: dict[str, list[tuple[str, Channel, float]]],
        offsets: dict[str, Floats],
        keys: Keys,
        origin: int,
    ) -> None:
        self.heads, self.nodes, self.begun = heads, nodes, begun
        self.says, self.offsets, self.keys, self.origin = says, offsets, keys, origin
        self.days = np.zeros((len(heads), len(begun)))

    def run(self, steps: int) -> Floats:
        """How often every kind came, float64[heads, n]."""
        for step in range(steps):
            keys = mixed(self.keys, step + 1)
            now = float(step)
            shared = {node.name: None for node in self.nodes}
            tenure = now + self.begun
            exposure = {tuple(n.bands): self._exposure(n.bands, tenure) for n in self.nodes}
            columns: dict[str, list[Floats] | None] = dict(shared)
            for place, (kind, head) in enumerate(self.heads):
                eta = self._eta(head, columns, exposure, tenure, now)
                u = uniforms(mixed(keys, key_of(head.outcome)))
                hit = np.flatnonzero(u < 1 / (1 + np.exp(-eta)))
                self.days[place, hit] += 1
                self._feed(kind, hit, keys, now, columns)
            for node in self.nodes:
                node.sums *= np.exp2(-1 / node.bands)[:, None, None]
        return self.days

    def _exposure(self, bands: Floats, tenure: Floats) -> Floats:
        rate = np.log(2) / np.where(np.isinf(bands), 1.0, bands)[:, None]
        return np.where(np.isinf(bands)[:, None], tenure, -np.expm1(-tenure * rate) / rate)

    def _eta(
        self,
        head: Head,
        columns: dict[str, list[Floats] | None],
        exposure: dict[tuple[float, ...], Floats],
        tenure: Floats,
        now: float,
    ) -> Floats:
        eta = np.full(len(tenure), head.bias)
        place = 0
        for node in self.nodes:
            if node.kind is EvidenceKind.OPINION:
                found = columns[node.name]
                if found is None:
                    found = columns[node.name] = self._spoken(node, tenure, now)
            else:
                found = self._counted(node, head, exposure[tuple(node.bands)], tenure, now)
            for column in found:
                kept = np.minimum(np.maximum(column, head.low[place]), head.high[place])
                kept *= head.weights[place]
                eta += kept
                place += 1
        moment = self.origin + int(now) * DAY
        turn = 2 * np.pi * (moment % DAY / DAY)
        weekday = (moment // DAY + THURSDAY) % 7
        calendar = [float(weekday == day) for day in range(7)] + [np.sin(turn), np.cos(turn)]
        for value in calendar[: len(head.weights) - place]:
            eta += head.weights[place] * min(max(value, head.low[place]), head.high[place])
            place += 1
        assert place == len(head.weights)
        return eta

    def _spoken(self, node: Node, tenure: Floats, now: float) -> list[Floats]:
        bands = [np.log((s[0] + 1) / (s[1] + 1)) for s in node.sums]
        return [*self._curved(bands), *self._recent(node, tenure, now)[1]]

    def _counted(
        self, node: Node, head: Head, exposure: Floats, tenure: Floats, now: float
    ) -> list[Floats]:
        rate, _, gap_mean, gap_variance = head.norms[node.name].family[:4]
        bands = [
            np.log((s[0] + 0.5) / (e * rate + 0.5))
            for s, e in zip(node.sums, exposure, strict=True)
        ]
        elapsed, recent = self._recent(node, tenure, now)
        found = [*self._curved(bands), *recent]
        for place in sorted({node.own, len(node.bands) - 1}):
            n, total, squares = node.sums[place, 2:5]
            mean = (total + 2 * gap_mean) / (n + 2)
            around = np.maximum(squares - 2 * mean * total + n * mean**2, 0.0)
            spread = np.sqrt((around + 2 * gap_variance) / (n + 2))
            z = node.met * (np.log(elapsed + 0.5) - mean) / spread
            found += [node.met * (mean - gap_mean), node.met * (spread - np.sqrt(gap_variance))]
            found += [np.clip(z, -3, 3), np.minimum(z * z, 9)]
            chance = hazard(elapsed, mean, spread, 1.0)
            logit = node.met * np.log(chance / (1 - chance))
            found += [logit, logit**2]
        again = head.norms[node.name].again
        return [*found, *self._again(node, again, now)] if again else found

    def _again(self, node: Node, again: list[float], now: float) -> list[Floats]:
        r, alpha, a, b = again
        returns = node.met * np.maximum(node.sums[-1, 0] - 1, 0)
        seen = np.where(node.met > 0, now - node.first, 0.0)
        last = np.where(returns > 0, np.maximum(node.last - node.first, 0), 0.0)
        shape = r + returns
        silence = np.log(alpha + seen) - np.log(alpha + last)
        odds = np.log(a) - np.log(b + np.maximum(returns, 1) - 1) + shape * silence
        stopped = np.where(returns > 0, np.exp(np.minimum(odds, 700.0)), 0.0)
        none = np.exp(shape * (np.log(alpha + seen) - np.log(alpha + seen + 1.0)))
        chance = np.clip((1 - none) / (1 + stopped), 1e-4, 1 - 1e-4)
        logit = node.met * np.log(chance / (1 - chance))
        return [logit, logit**2]

    def _curved(self, bands: list[Floats]) -> list[Floats]:
        bent = [(fast - slow) ** 2 for fast, slow in pairwise(bands)]
        return [*bands, *bent, bands[-1] ** 2]

    def _recent(self, node: Node, tenure: Floats, now: float) -> tuple[Floats, list[Floats]]:
        elapsed = np.where(node.met > 0, np.maximum(now - node.last, 0), tenure)
        since = np.log(elapsed + 0.5) * node.met
        return elapsed, [node.met, since, since**2]

    def _feed(
        self,
        kind: str,
        hit: Ints,
        keys: Keys,
        now: float,
        columns: dict[str, list[Floats] | None],
    ) -> None:
        at = self.offsets[kind][hit]
        for name, channel, weight in self.says[kind]:
            node = next(node for node in self.nodes if node.name == name)
            columns[name] = None
            grown = np.exp2(at / node.bands[:, None])
            if channel is Channel.COUNT:
                gap = now + at - node.last[hit]
                real = (node.met[hit] > 0) & (gap > 0)
                log = np.log(np.where(real, gap, 1.0))
                node.sums[:, 0, hit] += weight * grown
                for slot, mass in ((2, real.astype(float)), (3, log), (4, log**2)):
                    node.sums[:, slot, hit] += mass * grown
            else:
                node.sums[:, int(channel), hit] += weight * grown
            node.first[hit] = np.where(node.met[hit] > 0, node.first[hit], now + at)
            node.last[hit] = np.maximum(node.last[hit], now + at)
            node.met[hit] = 1.0
