"""Rollouts: days of people run forward per second, beside a kernel written by hand for the same map."""

from __future__ import annotations

import os
import resource
import time
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.claim import Row, Size, alone, median, ratio
from benchmarks.walking_kernel import Kernel, Node
from doxa.beliefmap.columns import Floats
from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap, Outcome
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
from doxa.simulation.fast import SWITCH
from doxa.simulation.numbers import Keys, keys_of, mixed
from doxa.simulation.rollout import rollout
from doxa.simulation.walk import Walk

KINDS, BELIEFS, HISTORY, PEOPLE = 6, 26, 60, 150
AIM, AIM_FAST = 0.7, 3.0
DEFAULT, FAST = "0", "1"
"""What the environment says about the extra."""
ROUNDING = 1e-3
"""A chance that differs in its last digit may fall on the other side of a random number."""
BEGIN = parse_time("2026-01-01T00:00:00Z")
ORIGIN = BEGIN + HISTORY * DAY


def measure(size: Size, folder: Path) -> list[Row]:
    """In turns, on one thread; then 90 days of people on 100 paths each, and the memory of it."""
    _fit(folder)
    theirs: list[float] = []
    ours: dict[str, list[float]] = {DEFAULT: [], FAST: []}
    for _ in range(size.rounds):
        by_hand, others = alone(_by_hand, folder)[0]
        theirs.append(by_hand)
        drawn = {}
        for said, rates in ours.items():
            own, drawn[said] = alone(_walked, folder, said)[0]
            rates.append(own)
        apart = float((others != drawn[DEFAULT]).mean())
        if apart > ROUNDING:
            raise AssertionError(f"the two drew otherwise for {apart:.2%} of rows and kinds")
        if not np.array_equal(drawn[DEFAULT], drawn[FAST]):
            raise AssertionError("the default and the extra drew otherwise")
    rows = []
    for said, aim, words in ((DEFAULT, AIM, "default"), (FAST, AIM_FAST, "extra `fast`")):
        found = ratio(ours[said], theirs)
        rows.append(
            Row(
                f"rollouts, {KINDS + BELIEFS} nodes, {KINDS} heads, {words}",
                f">= {aim} of a hand-written NumPy kernel",
                f"kernel {median(theirs):,.0f} path-days/s",
                f"{median(ours[said]):,.0f} path-days/s, {found:.2f}x; the same draws",
                found >= aim,
            )
        )
    whole = size.name != "small"
    people, days = (10_000, 90) if whole else (PEOPLE, 10)
    for said in (FAST,) if whole else (DEFAULT, FAST):
        rate, memory = alone(_crowd, folder, people, days, said)[0]
        rows.append(
            Row(
                f"{people:,} people x {days} days x 100 paths, {'default' if said == DEFAULT else 'extra `fast`'}",
                "bounded memory",
                "-",
                f"{rate:,.0f} path-days/s, {memory:,.0f} MiB at most",
                None,
            )
        )
    return rows


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


PATHS, STEPS = 100, 40


def _walked(folder: Path, said: str) -> tuple[float, Floats]:
    """Path-days per second, once everything is loaded, and how often every kind came."""
    os.environ[SWITCH] = said
    cast = _cast(folder)
    course.DOUBT = 0.0  # the kernel knows of no doubt: both draw from the same chances
    counted = [MAP.outcomes[f"days{kind}"] for kind in range(KINDS)]
    _warm(cast, counted)
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


def _warm(cast: Cast, counted: list[Outcome]) -> None:
    """One day on one path: what is compiled, or loaded, is so once."""
    list(rollout(cast, steps=1, paths=1, seed=1, counted=counted))


def _crowd(folder: Path, people: int, days: int, said: str) -> tuple[float, float]:
    """Path-days per second of many people on 100 paths, and the most memory beyond what they hold."""
    os.environ[SWITCH] = said
    cast = _cast(folder, people)
    counted = [MAP.outcomes["days0"]]
    _warm(cast, counted)
    before, begun = _peak(), time.process_time()
    for _ in rollout(cast, steps=days, paths=100, seed=1, counted=counted, marks=np.array([days])):
        pass
    return people * 100 * days / (time.process_time() - begun), _peak() - before


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
