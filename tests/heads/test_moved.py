"""What moved since a person saw it last: columns by hand, read only where it helps, now and later."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from tests.heads.test_choice import BRANDS, MAP, OUTCOME

from doxa.checks.worlds import past_of
from doxa.domain.signal import Signal
from doxa.features.menus import menus_of
from doxa.features.moments import at_signals
from doxa.heads.choice import ChoiceHead
from doxa.heads.earlier import Earlier, own_columns
from doxa.heads.tastes import MOVED, plain_columns
from doxa.learning.population import fit_population

TIMES = 14


def shoppers(dislike_of_rises: float, people: int = 60) -> list[Signal]:
    """People who mind a price, and beyond that each rise since they saw it last."""
    rng = np.random.default_rng(3)
    found = []
    for person in range(people):
        before = None
        for at in range(TIMES):
            price = rng.uniform(1, 3, 3)
            rise = np.zeros(3) if before is None else np.maximum(price - before, 0)
            eta = -price - dislike_of_rises * rise
            pick = int(rng.choice(3, p=np.exp(eta) / np.exp(eta).sum()))
            brands = [
                {"id": brand, "price": float(price[place]), "kind": "plain"}
                for place, brand in enumerate(BRANDS)
            ]
            payload = {"brands": brands, "brand": BRANDS[pick]}
            name = f"p{person}"
            found.append(
                Signal(
                    id=f"{person}-{at}", twin=name, kind="shelf", at=at, recorded=0, payload=payload
                )
            )
            before = price
    return found


def fitted(signals: list[Signal]) -> ChoiceHead:
    return fit_population(past_of(signals, MAP, [OUTCOME]), [OUTCOME], TIMES).choices["takes"]


@pytest.fixture(scope="module")
def minding() -> ChoiceHead:
    return fitted(shoppers(1.5))


def test_people_who_mind_rises_are_read_so_and_others_are_not(minding: ChoiceHead) -> None:
    assert minding.recipe.moves
    scale = minding.recipe.attributes[0].scale
    more = minding.weights[minding.names.index("price, more than last")] / scale
    less = minding.weights[minding.names.index("price, less than last")] / scale
    assert more == pytest.approx(-1.5, abs=0.6)
    assert less == pytest.approx(0.0, abs=0.6)
    plain = fitted(shoppers(0.0))
    assert not plain.recipe.moves
    assert MOVED not in plain.ridges


def test_columns_are_rises_and_falls_since_the_last_menu(minding: ChoiceHead) -> None:
    signals = shoppers(1.5, people=12)
    past = past_of(signals, MAP, [OUTCOME])
    rows = at_signals(OUTCOME, past)
    menus = menus_of(OUTCOME, past, rows)
    recipe = minding.recipe
    plain = plain_columns(recipe, past, menus)
    earlier = Earlier.of(recipe, OUTCOME, past, rows.twin)
    found = own_columns(recipe, past, earlier, rows, menus, plain).block(MOVED)
    price = menus.numbers("price").reshape(-1, 3)
    names = np.array(past.values("brand"))[menus.option].reshape(-1, 3)
    assert (names == names[0]).all()
    scale = recipe.attributes[0].scale
    by_hand = np.zeros((len(rows), 3, 2))
    for twin in np.unique(rows.twin):
        own = np.flatnonzero(rows.twin == twin)
        own = own[np.argsort(rows.seen.at[own])]
        move = np.diff(price[own], axis=0) / scale
        by_hand[own[1:], :, 0] = np.maximum(move, 0)
        by_hand[own[1:], :, 1] = np.minimum(move, 0)
    np.testing.assert_allclose(found, by_hand.reshape(-1, 2), atol=1e-12)


def test_a_head_from_before_reads_nothing_that_moved(minding: ChoiceHead) -> None:
    old = msgspec.to_builtins(minding.recipe)
    del old["moves"]
    assert not msgspec.convert(old, type(minding.recipe)).moves
