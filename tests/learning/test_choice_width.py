"""How far chances of options may be off holds people's own chances as often as it says."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
import numpy as np
import pytest
from tests.lives import in_order

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import past_of
from doxa.domain.signal import Signal
from doxa.features.moments import at_signals
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.heads.choice import ChoiceHead, ends_of_choice, forecast_choice
from doxa.heads.population import Population, decode, encode
from doxa.learning.population import fit_population

MAP = parse_map(
    """
doxa: 1
product: shop
clock: position
bands: [8, never]
fields: {brand: category}
signals: {shelf: []}
outcomes:
  takes: {choice: shelf, options: brands, chosen: brand, attributes: [price]}
"""
)
OUTCOME = MAP.outcomes["takes"]
BRANDS = ("a", "b", "c")
LEVELS = np.array([0.6, 0.0, -0.6])
TIMES = 20


def shoppers(people: int, seed: int, own: float) -> tuple[list[Signal], Floats]:
    """People who like brands, and mind prices, in their own way; the chance of each option by id."""
    rng = np.random.default_rng(seed)
    found: list[Signal] = []
    chances = []
    for person in range(people):
        liking, worth = LEVELS + rng.normal(0, own, 3), -1 + rng.normal(0, own / 2)
        steps: list[tuple[str, dict[str, Any]]] = []
        for _ in range(TIMES):
            price = rng.uniform(1, 3, 3)
            eta = np.exp(liking + worth * price)
            chance = eta / eta.sum()
            brands = [
                {"id": brand, "price": float(one)} for brand, one in zip(BRANDS, price, strict=True)
            ]
            pick = BRANDS[int(rng.choice(3, p=chance))]
            steps.append(("shelf", {"brands": brands, "brand": pick}))
            chances.append(chance)
        found += in_order(person, steps)
    return found, np.array(chances)


@cache
def population(own: float) -> Population:
    return fit_population(world(shoppers(120, 1, own)[0])[0], [OUTCOME], TIMES)


def head(own: float) -> ChoiceHead:
    return population(own).choices["takes"]


def told(own: float, seed: int) -> tuple[Ints, Floats, Floats, Floats, Floats]:
    """Choices before, true chance, forecast, and its ends, of every option offered to strangers."""
    signals, chances = shoppers(120, seed, own)
    past, rows = world(signals)
    found = forecast_choice(head(own), past, rows)
    ends = ends_of_choice(head(own), past, rows, found)
    assert ends is not None
    names = past.values("brand")
    place = np.array([BRANDS.index(names[code]) for code in found.menus.option.tolist()])
    owner = found.menus.owner
    true = chances[rows.signal[owner], place]
    return rows.seen.at[owner], true, found.mean, *ends


def world(signals: list[Signal]) -> tuple[Past, Rows]:
    past = past_of(signals, MAP, [OUTCOME])
    return past, at_signals(OUTCOME, past)


@pytest.mark.parametrize("own", [0.4, 1.0])
def test_four_in_five_own_chances_lie_inside_at_any_amount_of_evidence(own: float) -> None:
    before, true, mean, low, high = told(own, 2)
    assert (low <= mean).all()
    assert (mean <= high).all()
    assert (low >= 0).all()
    assert (high <= 1).all()
    inside = (low <= true) & (true <= high)
    for first, last in ((0, 0), (1, 5), (6, TIMES)):
        part = (before >= first) & (before <= last)
        assert 0.7 <= inside[part].mean() <= 0.9


def test_ends_close_in_as_people_are_known() -> None:
    before, _, _, low, high = told(1.0, 3)
    width = [float((high - low)[before == at].mean()) for at in (0, 3, 19)]
    assert width[0] > 1.2 * width[1] > 1.2**2 * width[2]


def test_people_who_are_alike_have_close_ends() -> None:
    _, _, _, low, high = told(0.0, 4)
    assert float((high - low).mean()) < 0.15


def test_a_head_with_ends_comes_back_from_its_bytes() -> None:
    found = population(1.0)
    assert decode(encode(found)) == found
    assert found.choices["takes"].doubt is not None


def test_a_head_of_before_has_no_ends() -> None:
    past, rows = world(shoppers(5, 6, 1.0)[0])
    older = msgspec.structs.replace(head(1.0), doubt=None)
    assert ends_of_choice(older, past, rows, forecast_choice(older, past, rows)) is None
