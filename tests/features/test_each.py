"""Several values in one signal: each asked of its member, from what is before the signal."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.unread import unread
from doxa.checks.worlds import past_of
from doxa.domain.signal import Signal
from doxa.features.labels import labels_of
from doxa.features.moments import at_signals
from doxa.features.views import Views
from doxa.heads.forecast import forecast
from doxa.heads.head import recipe_of
from doxa.learning.population import fit_population
from doxa.types import Json

MAP = parse_map(
    """
doxa: 1
product: canteen
clock: position
nodes: {likes: {kind: preference, of: dish, scale: [1, 5]}}
signals: {rated: [{node: likes, each: plates, value: stars}]}
outcomes: {rates: {value: stars, of_signal: rated, each: plates, of: dish, scale: [1, 5]}}
"""
)
OUTCOME = MAP.outcomes["rates"]
DISHES = ("soup", "stew", "pie")


def rated(twin: str, at: int, plates: Json) -> Signal:
    return Signal(
        id=f"{twin}-{at}", twin=twin, kind="rated", at=at, recorded=0, payload={"plates": plates}
    )


def test_rows_and_labels_by_hand() -> None:
    plates: Json = [
        {"dish": "stew", "stars": 4},
        {"dish": "soup", "stars": 2},
        {"dish": "stew", "stars": 1},
        {"dish": "pie"},
    ]
    past = past_of([rated("a", 1, plates), rated("b", 1, []), rated("b", 2, None)], MAP, [OUTCOME])
    rows = at_signals(OUTCOME, past)
    names = [past.values("dish")[code] for code in rows.member]
    y = labels_of(OUTCOME, past, rows, 9).y
    assert dict(zip(names, y.tolist(), strict=True)) == {"stew": 4.0, "soup": 2.0}
    assert len(rows) == 2
    assert rows.seen.at.tolist() == [1, 1]


def test_people_are_told_apart_dish_by_dish() -> None:
    signals = []
    rng = np.random.default_rng(1)
    for person in range(60):
        tastes = dict(zip(DISHES, rng.uniform(1.5, 4.5, 3), strict=True))
        for at in range(6):
            plates: Json = [
                {"dish": dish, "stars": float(np.clip(worth + rng.normal(0, 0.3), 1, 5))}
                for dish, worth in tastes.items()
            ]
            signals.append(rated(f"p{person}", at, plates))
    past = past_of(signals, MAP, [OUTCOME])
    head = fit_population(past, [OUTCOME], 4).heads["rates"]
    rows = at_signals(OUTCOME, past)
    rows = rows.take(rows.seen.at >= 4)
    y = labels_of(OUTCOME, past, rows, 9).y
    mean = forecast(head, Views(past, recipe_of(head, MAP).readings), rows).mean
    assert len(rows) == 60 * 2 * 3
    assert np.mean((mean - y) ** 2) < 0.3 * np.var(y)
    assert not unread(MAP)
