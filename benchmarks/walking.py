"""Rollouts: days of people run forward per second, beside a kernel written by hand for the same map."""

from __future__ import annotations

import resource
import time
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.claim import Row, Size, alone, ratio
from benchmarks.walking_kernel import Kernel, Node
from doxa.beliefmap.columns import Floats
from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap
from doxa.checks.worlds import keys_of as twins_of
from doxa.checks.worlds import past_of
from doxa.domain.clock import DAY, HOUR, parse_time
from doxa.domain.signal import Signal
from doxa.domain.view import EVERYTHING
from doxa.features.past import Past
from doxa.heads.population import Population, decode, encode
from doxa.learning.population import fit_population
from doxa.simulation import course
from doxa.simulation.cast import Cast, cast_of
from doxa.simulation.numbers import Keys, keys_of, mixed
from doxa.simulation.rollout import rollout
from doxa.simulation.walk import Walk

KINDS, BELIEFS, HISTORY, PEOPLE = 6, 26, 60, 150
AIM = 0.7
ROUNDING = 1e-3
"""A chance that differs in its last digit may fall on the other side of a random number."""
BEGIN = parse_time("2026-01-01T00:00:00Z")
ORIGIN = BEGIN + HISTORY * DAY


def measure(size: Size, folder: Path) -> list[Row]:
    """In turns, on one thread; then 90 days of people on 100 paths each, and the memory of it."""
    _fit(folder)
    people = PEOPLE if size.name == "small" else 10_000
    days = 10 if size.name == "small" else 90
    ours, theirs = [], []
    for _ in range(size.rounds):
        by_hand, others = alone(_by_hand, folder)[0]
        own, drawn = alone(_walked, folder)[0]
        apart = float((others != drawn).mean())
        if apart > ROUNDING:
            raise AssertionError(f"the two drew otherwise for {apart:.2%} of rows and kinds")
        ours.append(own)
        theirs.append(by_hand)
    found = ratio(ours, theirs)
    rate, memory = alone(_crowd, folder, people, days)[0]
    return [
        Row(
            f"rollouts, {KINDS + BELIEFS} nodes, {KINDS} heads, default",
            f">= {AIM} of a hand-written NumPy kernel",
            f"kernel {max(theirs):,.0f} path-days/s",
            f"{max(ours):,.0f} path-days/s, {found:.2f}x; the same draws",
            found >= AIM,
        ),
        Row(
            f"{people:,} people x {days} days x 100 paths",
            "bounded memory",
            "-",
            f"{rate:,.0f} path-days/s, {memory:,.0f} MiB at most",
            None,
        ),
    ]


def _map() -> BeliefMap:
    nodes = [f'  n{k}: {{kind: preference, says: "Does {k}."}}' for k in range(KINDS)]
    nodes += [f'  b{b}: {{kind: belief, says: "Holds {b}."}}' for b in range(BELIEFS)]
    signals = []
    for kind in range(KINDS):
        rules = [f"{{node: n{kind}, count: 1}}"]
        rules += [f"{{node: b{b}, for: 0.5}}" for b in range(BELIEFS) if b % KINDS == kind]
        rules += [
            f"{{node: b{b}, against: 0.3}}" for b in range(BELIEFS) if (b + 1) % KINDS == kind
        ]
        signals.append(f"  k{kind}: [{', '.join(rules)}]")
    outcomes = [f"  does{k}: {{happens: k{k}, within: 1d}}" for k in range(KINDS)]
    outcomes += [f"  days{k}: {{count: k{k}, within: 28d}}" for k in range(KINDS)]
    draws = ", ".join(f"does{k}" for k in range(KINDS))
    parts = ["doxa: 1", "product: bench", "nodes:", *nodes, "signals:", *signals]
    return parse_map(
        "\n".join([*parts, "outcomes:", *outcomes, f"rollout: {{step: 1d, draws: [{draws}]}}"])
    )


MAP = _map()


@cache
def _lives() -> tuple[Signal, ...]:
    rng = np.random.default_rng(1)
    found = []
    for person in range(PEOPLE):
        chance = rng.beta(2, 10, KINDS)
        for day in range(HISTORY):
            for kind in np.flatnonzero(rng.random(KINDS) < chance).tolist():
                at = BEGIN + day * DAY + (8 + kind) * HOUR
                name = f"{person}-{day}-{kind}"
                found.append(
                    Signal(
                        id=name,
                        twin=f"p{person}",
                        kind=f"k{kind}",
                        at=at,
                        recorded=at,
                        payload={},
                        session=name,
                    )
                )
    return tuple(found)


def _past() -> tuple[Past, list[str]]:
    signals = sorted(_lives(), key=lambda signal: signal.at)
    return past_of(signals, MAP, MAP.outcomes.values()), twins_of(signals)


def _fit(folder: Path) -> None:
    past, _ = _past()
    drawn = [MAP.outcomes[f"does{kind}"] for kind in range(KINDS)]
    (folder / "population").write_bytes(encode(fit_population(past, drawn, ORIGIN)))


def _cast(folder: Path, many: int = PEOPLE) -> Cast:
    """People at the origin; more than there are come again under other names."""
    past, names = _past()
    twins = np.arange(many) % len(names)
    part = _population(folder).part(EVERYTHING)
    assert part is not None
    keys = keys_of([f"{names[twin]}/{number}" for number, twin in enumerate(twins.tolist())])
    return cast_of(past, part, twins, keys, ORIGIN)


def _population(folder: Path) -> Population:
    return decode((folder / "population").read_bytes())


PATHS, STEPS = 100, 8


def _walked(folder: Path) -> tuple[float, Floats]:
    """Path-days per second, and how often every kind came."""
    cast = _cast(folder)
    course.DOUBT = 0.0  # the kernel knows of no doubt: both draw from the same chances
    counted = [MAP.outcomes[f"days{kind}"] for kind in range(KINDS)]
    begun = time.process_time()
    runs = list(
        rollout(cast, steps=STEPS, paths=PATHS, seed=1, counted=counted, marks=np.array([STEPS]))
    )
    spent = time.process_time() - begun
    found = [
        np.concatenate([run.outcomes[outcome.name] for run in runs]).ravel() for outcome in counted
    ]
    return PEOPLE * PATHS * STEPS / spent, np.stack(found)


def _by_hand(folder: Path) -> tuple[float, Floats]:
    cast = _cast(folder)
    walk = Walk(cast.stage, np.arange(PEOPLE), PATHS)
    nodes = []
    for (name, _), held in walk.held.items():
        met = held.met[:, 0].astype(np.float64)
        bands = np.asarray(held.bands) / DAY
        own = held.bands.index(MAP.nodes[name].half_life)
        ago = [(moments[:, 0] - ORIGIN) / DAY for moments in (held.first, held.last)]
        first, last = (np.where(met > 0, each, 0.0) for each in ago)
        nodes.append(Node(name, held.kind, bands, own, held.sums[..., 0].copy(), met, first, last))
    begun = (ORIGIN - walk.begun)[walk.person] / DAY
    heads = [(f"k{k}", _population(folder).heads[f"does{k}"]) for k in range(KINDS)]
    says = {
        kind: [(rule.node, rule.channel, rule.weight.constant) for rule in rules]
        for kind, rules in MAP.signals.items()
    }
    offsets = {f"k{k}": np.full(walk.size, (8 + k) / 24) for k in range(KINDS)}
    keys = mixed_keys(cast, walk)
    kernel = Kernel(heads, nodes, begun, says, offsets, keys, ORIGIN)
    started = time.process_time()
    found = kernel.run(STEPS)
    return PEOPLE * PATHS * STEPS / (time.process_time() - started), found


def mixed_keys(cast: Cast, walk: Walk) -> Keys:
    """The keys of every row, as a rollout has them for seed 1."""
    return mixed(mixed(1, cast.keys)[walk.person], walk.path)


def _crowd(folder: Path, people: int, days: int) -> tuple[float, float]:
    """Path-days per second of many people on 100 paths, and the most memory beyond what they hold."""
    cast = _cast(folder, people)
    counted = [MAP.outcomes["days0"]]
    before, begun = _peak(), time.process_time()
    for _ in rollout(cast, steps=days, paths=100, seed=1, counted=counted, marks=np.array([days])):
        pass
    return people * 100 * days / (time.process_time() - begun), _peak() - before


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
