"""Maps of many products run through a fit on small random histories."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from doxa.beliefmap.map_file import load_map
from doxa.beliefmap.model import BeliefMap, FieldType
from doxa.checks.columns import signal_columns
from doxa.domain.clock import DAY, Clock, format_moment, parse_time
from doxa.domain.signal import Signal
from doxa.features.past import read_past
from doxa.learning.population import fields_for_fit, fit_population, learnable

FOLDER = Path(__file__).parents[1] / "beliefmap" / "maps"
MAPS = sorted(Path(os.environ.get("DOXA_MAPS", FOLDER)).glob("*.yaml"))


def named_fields(belief_map: BeliefMap, kind: str) -> set[str]:
    """Every payload field that rules or outcomes read of a kind."""
    outcomes = [o for o in belief_map.outcomes.values() if learnable(o)]
    found = set(fields_for_fit(belief_map, outcomes).get(kind, ()))
    for rule in belief_map.signals.get(kind, ()):
        found |= {rule.weight.field, rule.amount, rule.value, *rule.fields}
        found |= {test.field for test in (rule.when.tests if rule.when else ())}
    return {name for name in found if name is not None}


def value_of(belief_map: BeliefMap, name: str, at: int, rng: np.random.Generator):
    kind = belief_map.fields.get(name)
    if kind is FieldType.TIME:
        return format_moment(at + int(rng.integers(1, 20)) * DAY, Clock.TIME)
    if kind is FieldType.ITEMS:
        return [f"m{n}" for n in rng.integers(0, 5, 2)]
    if kind in (FieldType.ITEM, FieldType.CATEGORY, FieldType.TEXT):
        return f"m{rng.integers(0, 5)}"
    return [None, int(rng.integers(0, 2)), float(rng.integers(1, 6)), f"m{rng.integers(0, 4)}"][
        int(rng.integers(0, 4))
    ]


def history(belief_map: BeliefMap, seed: int = 0) -> list[Signal]:
    rng = np.random.default_rng(seed)
    timed = belief_map.clock is Clock.TIME
    start = parse_time("2026-01-01T00:00:00Z") if timed else 0
    kinds = [*belief_map.signals, "traits"]
    found = []
    for number in range(1200):
        at = start + (int(rng.integers(0, 120 * 24)) * DAY // 24 if timed else number // 12)
        kind = str(rng.choice(kinds))
        payload = {n: value_of(belief_map, n, at, rng) for n in named_fields(belief_map, kind)}
        found.append(
            Signal(
                id=f"n{number}",
                twin=f"p{number % 12}",
                kind=kind,
                at=at,
                recorded=at if timed else 0,
                session=f"s{number % 12}-{rng.integers(0, 30)}" if rng.random() < 0.7 else None,
                payload={name: value for name, value in payload.items() if value is not None},
            )
        )
    return found


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_a_map_fits_what_it_can_and_says_what_not(path: Path) -> None:
    belief_map = load_map(path)
    signals = history(belief_map)
    outcomes = [outcome for outcome in belief_map.outcomes.values() if learnable(outcome)]
    fields = fields_for_fit(belief_map, outcomes)
    past = read_past(belief_map, [signal_columns(signals, belief_map)], fields=fields)
    skipped: dict[str, str] = {}
    origin = max(signal.at for signal in signals) + 1
    found = fit_population(past, outcomes, origin, skipped=skipped)
    assert {*found.heads, *found.choices, *skipped} == {outcome.name for outcome in outcomes}
    assert all(
        np.isfinite(head.weights).all() and np.isfinite(head.bias) for head in found.heads.values()
    )
    assert all(np.isfinite(head.weights).all() for head in found.choices.values())
    allowed = ("no window of", "nobody can be asked", "no fit rows")
    for reason in skipped.values():
        assert any(words in reason for words in allowed), skipped
