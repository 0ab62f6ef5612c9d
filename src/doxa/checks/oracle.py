"""The oracle: signals to opinions for one twin, slow and plain; the formulas as they are written.

It shares nothing with the fold and the readings but the words of the domain and the map.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TypeAlias

from doxa.beliefmap.model import BeliefMap, Node
from doxa.beliefmap.open_nodes import nodes_of
from doxa.checks.oracle_cells import Held, held
from doxa.checks.oracle_field import Alone, coupled
from doxa.domain.clock import BEGINNING
from doxa.domain.evidence import EvidenceKind
from doxa.domain.node import Address
from doxa.domain.signal import Signal
from doxa.types import Moment

Told: TypeAlias = dict[str, float | str | None]
W, N, TOLERANCE = 2.0, 50.0, 1e-9


def read_plainly(
    signals: Iterable[Signal], belief_map: BeliefMap, now: Moment, known_at: Moment | None = None
) -> dict[Address, Told]:
    """Every node the signals speak of, read at a moment before any fit.

    Parameters
    ----------
    signals : iterable of Signal
        Of one twin, in any order; those after `now`, or recorded after `known_at`, are not seen.
    """
    unique = {(signal.source, signal.id): signal for signal in signals}.values()
    seen = [s for s in unique if s.at <= now and (known_at is None or s.recorded <= known_at)]
    undated = BEGINNING[belief_map.clock]
    own = [s.at for s in seen if s.cause is None and s.at != undated]
    found = held(seen, belief_map, now)

    def read(address: Address) -> Told:
        node = nodes_of(belief_map)[address.node]
        told = found.get(address) or Held(node.evidence or EvidenceKind.OPINION)
        wider = None if node.within is None else read(_wider(address, belief_map))
        out = _native(told, node, belief_map, now, min(own, default=now), wider)
        return {**out, "native": out["credence"]}

    out = {address: read(address) for address in found}
    moved = coupled(belief_map, found, lambda address: _alone_in_field(read(address)))
    for address in found.keys() & moved.keys():
        out[address]["credence"] = moved[address]
    return out


def _wider(address: Address, belief_map: BeliefMap) -> Address:
    """What a member falls back on."""
    node = belief_map.nodes[address.node]
    wider = belief_map.nodes[node.within or ""]
    told = dict(zip(node.dimensions, address.member, strict=True))
    return Address(wider.name, tuple(told[name] for name in wider.dimensions))


def _native(
    told: Held,
    node: Node,
    belief_map: BeliefMap,
    now: Moment,
    since: Moment,
    wider: Told | None = None,
) -> Told:
    if told.kind is EvidenceKind.OPINION:
        a = 0.5 if node.base is None else node.base
        b = a if wider is None else float(wider["credence"] or 0.0)
        return _opinion(told, node, belief_map, now, b) if told.sources else _nothing(b)
    if told.kind is EvidenceKind.VALUE:
        mean = None if wider is None else wider["mean"]
        out = _value(told, node, belief_map, now, mean)
    else:
        out = _occurrence(told, node, now, since)
    if told.claims is not None:
        a = 0.5 if node.base is None else node.base
        claimed = _opinion(told.claims, node, belief_map, now, a)
        out["credence"] = _claimed(out, claimed)
    return out


def _nothing(b: float) -> Told:
    return {"credence": b, "base": b, "uncertainty": 1.0, "heard_for": 0.0, "heard_against": 0.0}


def _alone_in_field(told: Told) -> Alone:
    """How a native reading enters the field."""
    credence, base, uncertainty = (told[k] for k in ("credence", "base", "uncertainty"))
    assert isinstance(credence, float)
    assert isinstance(base, float)
    assert isinstance(uncertainty, float)
    r, s = told.get("heard_for"), told.get("heard_against")
    if isinstance(r, float) and isinstance(s, float):
        return Alone.opinion(credence, base, r, s)
    return Alone.other(credence, base, uncertainty)


def _claimed(native: Told, claimed: Told) -> float:
    """logit credence = logit(native) + logit(Beta of claims) - logit(base of claims)."""
    odds = 1.0
    for told, name, power in (
        (native, "credence", 1),
        (claimed, "credence", 1),
        (claimed, "base", -1),
    ):
        p = told[name]
        assert isinstance(p, float)
        p = min(max(p, 1e-15), 1 - 1e-15)
        odds *= (p / (1 - p)) ** power
    return odds / (1 + odds)


def _shorter(node: Node) -> float | None:
    return max((band for band in node.bands if band < node.half_life), default=None)


def _ge(x: float, y: float) -> bool:
    return x >= y - TOLERANCE * abs(y)


def _voices(
    told: Held, belief_map: BeliefMap, at: Moment, half_life: float
) -> tuple[list[float], list[float]]:
    """Trusted sums of the person and of all others."""
    own, others = [0.0] * 3, [0.0] * 3
    for name, source in told.sources.items():
        into = own if name == "self" else others
        for slot, amount in enumerate(source.sums(at, half_life)):
            into[slot] += amount * belief_map.trust(name)
    return own, others


def _bounded(own: list[float], others: list[float], a: float, b: float) -> tuple[float, float]:
    """The self rule: by a the person says yes or no, from b on it is counted."""
    r_self, s_self, r_other, s_other = own[0], own[1], others[0], others[1]
    d = a * s_self - (1 - a) * r_self
    if abs(d) <= TOLERANCE * (a * s_self + (1 - a) * r_self):
        return r_self + r_other, s_self + s_other
    if d > 0 and b < 1:
        most = (b * (s_self + s_other) - (1 - b) * r_self) / (2 * (1 - b))
        r_other = min(r_other, most if a == b else max(most, 0.0))
    if d < 0 and b > 0:
        most = ((1 - b) * (r_self + r_other) - b * s_self) / (2 * b)
        s_other = min(s_other, most if a == b else max(most, 0.0))
    return r_self + r_other, s_self + s_other


def _credence(r: float, s: float, a: float) -> float:
    cap = N / (N + r + s)
    return (r * cap + a * W) / ((r + s) * cap + W)


def _uncertainty(n: float) -> float:
    return W / (n * N / (N + n) + W)


def _sign(x: float, scale: float) -> int:
    return 0 if abs(x) <= TOLERANCE * scale else int(math.copysign(1, x))


def _ends(told: Held) -> tuple[Moment, Moment]:
    moments = [at for source in told.sources.values() for at in source.moments]
    return min(moments), max(moments)


def _solidity(n: float, agreement: float, span: float, half_life: float) -> float:
    return n / (n + 5) * agreement * span / (span + half_life) if math.isfinite(half_life) else 0.0


def _truth(r: float, s: float) -> str:
    supported, attacked = _ge(r / (r + W), 1 / 3), _ge(s / (s + W), 1 / 3)
    if supported:
        return "both" if attacked else "true"
    return "false" if attacked else "neither"


def _opinion(told: Held, node: Node, belief_map: BeliefMap, now: Moment, b: float) -> Told:
    """Credence with b as the base rate; the status by the node's own, which stands still."""
    a = 0.5 if node.base is None else node.base
    first, newest = _ends(told)

    def heard(at: Moment, half_life: float, base: float) -> tuple[float, float, float]:
        own, others = _voices(told, belief_map, at, half_life)
        r, s = _bounded(own, others, a, base)
        return r, s, own[0] + own[1] + others[0] + others[1]

    r, s, n_all = heard(now, node.half_life, b)
    r_b, s_b, n_l = heard(newest, node.half_life, b)
    r_n, s_n, _ = heard(now, node.half_life, a)
    r_l, s_l, _ = heard(newest, node.half_life, a)
    r_u, s_u, _ = heard(newest, math.inf, a)
    agreement = abs(r_u - s_u) / (r_u + s_u) if r_u + s_u else 0.0
    solidity = _solidity(r_u + s_u, agreement, newest - first, node.half_life)
    trend, turning = None, False
    fast = _shorter(node)
    if fast is not None:
        r_f, s_f, n_f = heard(newest, fast, b)
        sure = (1 - _uncertainty(n_f)) * (1 - _uncertainty(n_l))
        leaning = (_credence(r_f, s_f, b) - _credence(r_b, s_b, b)) * sure
        trend = leaning * 2.0 ** (-(now - newest) / fast)
        own, others = _voices(told, belief_map, newest, fast)
        r_q, s_q = own[0] + others[0], own[1] + others[1]
        opposite = _sign(r_q - s_q, r_q + s_q) * _sign(r_l - s_l, r_l + s_l) < 0
        turning = opposite and _ge(r_q + s_q, 2)
    status = _opinion_status(r_l, s_l, r_u, s_u, solidity, turning)
    n_l = r_l + s_l
    if status == "solid" and not _ge(abs(r_n - s_n), 1):
        status = "fading"
    status = _aged(status, r_n + s_n, n_l)
    readings = [
        _alone(source.sums(now, node.half_life), belief_map.trust(name), b)
        for name, source in told.sources.items()
    ]
    threshold = min(0.25, n_l / 4)
    said, heard_of = _voices(told, belief_map, now, node.half_life)
    return {
        "heard_for": said[0] + heard_of[0],
        "heard_against": said[1] + heard_of[1],
        "credence": _credence(r, s, b),
        "uncertainty": _uncertainty(n_all),
        "truth": _truth(r, s),
        "status": status,
        "solidity": solidity,
        "support": r,
        "attack": s,
        "evidence": r + s,
        "trend": trend,
        "base": b,
        "change": abs(trend or 0.0),
        "ambivalence": min(r_b, s_b) / max(r_b, s_b) if max(r_b, s_b) else 0.0,
        "disagreement": _disagreement(readings),
        "dissolves": _dissolves(newest, n_l, threshold, node.half_life),
    }


def _dissolves(newest: Moment, n: float, threshold: float, half_life: float) -> float | None:
    if n <= 0 or math.isinf(half_life):
        return None
    return newest + half_life * math.log2(n / threshold)


def _alone(sums: list[float], trust: float, a: float) -> tuple[float, float]:
    r, s = sums[0] * trust, sums[1] * trust
    return _credence(r, s, a), _uncertainty(r + s)


def _disagreement(readings: list[tuple[float, float]]) -> float:
    return max(
        (abs(p - q) * (1 - u) * (1 - v) for p, u in readings for q, v in readings), default=0.0
    )


def _opinion_status(
    r: float, s: float, r_u: float, s_u: float, solidity: float, turning: bool
) -> str:
    if (r + s > 0 and _ge(min(r, s), max(r, s) / 2)) or turning:
        return "contested"
    if not _ge(r + s, 2):
        return "forming"
    if _sign(r_u - s_u, r_u + s_u) * _sign(r - s, r + s) < 0:
        return "reversed"
    return "solid" if _ge(solidity, 0.6) and _ge(abs(r - s), 1) else "held"


def _aged(status: str, n: float, n_newest: float) -> str:
    if not _ge(n, min(0.25, n_newest / 4)):
        return "dissolved"
    return "fading" if not _ge(n, min(1.0, n_newest / 2)) else status


def _value(
    told: Held, node: Node, belief_map: BeliefMap, now: Moment, mean: float | str | None
) -> Told:
    low, high = node.scale or (0.0, 0.0)
    middle = (low + high) / 2 if node.scale else (node.above or 0.0)
    above = node.above if node.above is not None else middle
    sigma = abs(high - low) / 4 or 1.0
    start = mean if isinstance(mean, float) else middle
    first, newest = _ends(told) if told.sources else (now, now)

    def heard(at: Moment, half_life: float) -> list[float]:
        own, others = _voices(told, belief_map, at, half_life)
        return [x + y for x, y in zip(own, others, strict=True)]

    def read(sums: list[float], start: float = start) -> tuple[float, float]:
        z = (start - above + sums[1] - sums[0] * above) / (sigma * math.sqrt(1 + sums[0]))
        return 0.5 * (1 + math.erf(z / math.sqrt(2))), 1 / (1 + sums[0])

    def lies(sums: list[float]) -> int:
        size = math.sqrt(sums[0] * sums[2]) + abs(above) * sums[0]
        return _sign(sums[1] - sums[0] * above, size)

    sums, then = heard(now, node.half_life), heard(newest, node.half_life)
    ever = heard(newest, math.inf)
    credence, uncertainty = read(sums)
    agreement = abs(2 * read(ever, middle)[0] - 1)
    solidity = _solidity(ever[0], agreement, newest - first, node.half_life)
    fast, trend, turning = _shorter(node), None, False
    if fast is not None:
        quick = heard(newest, fast)
        (p, u), (q, v) = read(quick), read(then)
        trend = (p - q) * (1 - u) * (1 - v) * 2.0 ** (-(now - newest) / fast)
        turning = _ge(quick[0], 2) and lies(quick) * lies(then) < 0
    status = "solid" if _ge(solidity, 0.6) else "held"
    if lies(ever) * lies(then) < 0:
        status = "reversed"
    if not _ge(then[0], 2):
        status = "forming"
    status = _aged("contested" if turning else status, sums[0], then[0])
    status = status if told.sources else "unmet"
    split = W * sums[0]
    n = sums[0]
    return {
        "credence": credence,
        "uncertainty": uncertainty,
        "status": status,
        "truth": _truth(split * credence, split * (1 - credence)),
        "solidity": solidity,
        "trend": trend,
        "change": abs(trend or 0.0),
        "evidence": n,
        "mean": (start + sums[1]) / (1 + n),
        "spread": _spread(sums),
        "base": read([0.0, 0.0, 0.0])[0],
        "dissolves": _dissolves(newest, then[0], min(0.25, then[0] / 4), node.half_life),
    }


def _spread(sums: list[float]) -> float | None:
    if not sums[0]:
        return None
    square = sums[2] / sums[0]
    variance = square - (sums[1] / sums[0]) ** 2
    return 0.0 if variance <= 1e-12 * square else math.sqrt(variance)


def _occurrence(told: Held, node: Node, now: Moment, since: Moment) -> Told:
    b = float(node.period) if math.isinf(node.half_life) else node.half_life
    first, newest = _ends(told) if told.sources else (now, now)

    def look(at: Moment, half_life: float) -> tuple[float, float]:
        count = sum(source.sums(at, half_life)[0] for source in told.sources.values())
        if math.isinf(half_life):
            return count, at - since
        return count, half_life / math.log(2) * (1 - 2.0 ** (-(at - since) / half_life))

    def credence(count: float, e: float) -> float:
        return 1 - math.exp((1 + count) * math.log((b + e) / (b + e + node.period)))

    count, e = look(now, node.half_life)
    then, ever = look(newest, node.half_life), look(newest, math.inf)[0]
    read, at_newest, base = credence(count, e), credence(*then), credence(0, 0)
    solidity = _solidity(ever, 1.0 if ever else 0.0, newest - first, node.half_life)
    status = "solid" if _ge(solidity, 0.6) else "held"
    if not _ge(then[0], 3):
        status = "forming"
    if not _ge(read, at_newest / 2):
        status = "fading"
    if _ge(min(base, at_newest / 4), read):
        status = "dissolved"
    status = status if told.sources else "unmet"
    fast, trend = _shorter(node), None
    if fast is not None:
        count_f, e_f = look(now, fast)
        trend = math.log((1 + count_f) / (b + e_f)) - math.log((1 + count) / (b + e))
    return {
        "credence": read,
        "uncertainty": b / (b + e),
        "status": status,
        "solidity": solidity,
        "trend": trend,
        "evidence": count,
        "rate": (1 + count) / (b + e),
        "base": base,
    }
