"""What everybody lately does is read where it holds in later months, and nowhere else."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import START, past_of
from doxa.domain.clock import DAY
from doxa.domain.signal import Signal
from doxa.features.labels import labels_of
from doxa.features.moments import at_origins
from doxa.features.past import Past
from doxa.features.popularity import popularity_of
from doxa.features.views import Views
from doxa.fidelity.metrics import log_losses
from doxa.heads.forecast import forecast
from doxa.heads.head import Head, recipe_of
from doxa.heads.population import Population, decode, encode
from doxa.heads.reasons import reasons
from doxa.heads.renaming import renamed
from doxa.learning.popularity import looked_up
from doxa.learning.population import fit_population

TEXT = """
doxa: 1
product: shop
timezone: UTC
bands: [7d, 21d, never]
nodes: {buys: {kind: preference, of: category, half_life: 21d}}
signals: {purchase: [{node: buys, count: 1}]}
outcomes: {soon: {of: category, items: {top: 15}, happens: purchase, within: 7d}}
"""
MAP = parse_map(TEXT)
OUTCOME = MAP.outcomes["soon"]
ITEMS = [f"c{number:02d}" for number in range(15)]
WEEKS, PEOPLE = 15, 50


def bought(seed: int, *, fads: bool) -> list[Signal]:
    """Every category comes at its own rate; with fads it is in favour for some weeks with everybody."""
    rng = np.random.default_rng(seed)
    favour = np.zeros(len(ITEMS))
    found = []
    for week in range(WEEKS):
        favour = 0.85 * favour + rng.normal(0, 0.9, len(ITEMS)) * fads
        there = rng.random((PEOPLE, len(ITEMS))) < 0.12 * np.exp(favour)
        for person, item in zip(*np.nonzero(there), strict=True):
            at = START + (7 * week + int(rng.integers(7))) * DAY + int(person)
            found.append(
                Signal(
                    id=f"{person}-{week}-{item}",
                    twin=f"p{person}",
                    kind="purchase",
                    at=at,
                    recorded=at,
                    payload={"category": ITEMS[item]},
                )
            )
    return sorted(found, key=lambda signal: (signal.at, signal.id))


def fitted(signals: list[Signal]) -> tuple[Past, Population]:
    past = past_of(signals, MAP, [OUTCOME])
    return past, fit_population(past, [OUTCOME], START + 7 * (WEEKS - 2) * DAY)


@pytest.fixture(scope="module")
def favoured() -> tuple[Past, Population]:
    return fitted(bought(3, fads=True))


def head_of(population: Population) -> Head:
    return population.heads["soon"]


def told(head: Head, past: Past, origin: int) -> tuple[np.ndarray, np.ndarray]:
    members = np.array([past.coder("category")(name) for name in ITEMS])
    rows = at_origins(OUTCOME, np.unique(past.signals.twin), [origin]).for_members(members)
    y = labels_of(OUTCOME, past, rows, START + 7 * WEEKS * DAY).y
    return y, forecast(head, Views(past, recipe_of(head, MAP).readings), rows).mean


def test_fads_are_followed_and_forecast_later_weeks_better(favoured) -> None:
    past, population = favoured
    head = head_of(population)
    assert list(head.popularity) == ["buys"]
    later = START + 7 * (WEEKS - 1) * DAY
    fresh = looked_up(head, past, np.array([later]))
    blind = msgspec.structs.replace(
        head,
        popularity={"buys": msgspec.structs.replace(head.popularity["buys"], at=[], swings=[])},
    )
    losses = [log_losses(*told(each, past, later)).mean() for each in (fresh, head, blind)]
    assert losses[0] < losses[1] < losses[2]


def test_where_there_are_no_fads_nothing_is_followed() -> None:
    kept = [bool(head_of(fitted(bought(seed, fads=False))[1]).popularity) for seed in (1, 2, 3)]
    assert sum(kept) <= 1


def test_one_person_alone_is_forecast_as_among_all(favoured) -> None:
    past, population = favoured
    head = head_of(population)
    origin = START + 7 * (WEEKS - 2) * DAY
    _, among = told(head, past, origin)
    own = [one for one in bought(3, fads=True) if one.twin == "p7"]
    _, alone = told(head, past_of(own, MAP, [OUTCOME]), origin)
    keys = list(dict.fromkeys(one.twin for one in bought(3, fads=True)))
    rows = slice(keys.index("p7") * len(ITEMS), (keys.index("p7") + 1) * len(ITEMS))
    np.testing.assert_allclose(alone, among[rows], rtol=1e-9)


def test_a_population_knows_the_moments_it_was_fitted_on_and_its_own(favoured) -> None:
    past, population = favoured
    found = head_of(population).popularity["buys"]
    assert found.at[-1] == population.origin
    assert found == popularity_of(past, MAP.nodes["buys"], found.at, [7 * DAY, 21 * DAY])
    assert decode(encode(population)) == population


def test_what_everybody_does_is_no_reason_of_a_persons(favoured) -> None:
    past, population = favoured
    head = head_of(population)
    members = np.array([past.coder("category")(name) for name in ITEMS])
    origin = START + 7 * (WEEKS - 2) * DAY
    rows = at_origins(OUTCOME, np.unique(past.signals.twin)[:3], [origin]).for_members(members)
    views = Views(past, recipe_of(head, MAP).readings)
    why = reasons(head, views, rows)
    assert set(why.nodes) == {"buys"}
    total = why.base + why.by_node.sum(axis=1)
    np.testing.assert_allclose(total, forecast(head, views, rows).eta, rtol=1e-9)


def test_a_renamed_family_is_followed_under_its_new_name(favoured) -> None:
    _, population = favoured
    head = head_of(renamed(population, {"buys": "takes"}))
    assert list(head.popularity) == ["takes"]
    assert not [name for name in head.names if name.startswith("buys")]
