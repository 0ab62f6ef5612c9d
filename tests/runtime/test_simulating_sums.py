"""Means over a cohort are read as earlier sums turned out; one person's paths, and pairing, are not touched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pytest
from tests.runtime import cafe

from doxa.beliefmap.changes import do
from doxa.heads.population import decode, encode
from doxa.heads.recalibration import Backtested, Recalibration, TotalReading
from doxa.runtime.opening import open_twins
from doxa.runtime.populations.frozen_version import active_version
from doxa.runtime.twins import Twins

VISITS, LAPSES = "visits_month", "lapses"
ASKED = {"days": 10, "paths": 20, "movers": 0, "nodes": []}
TOTAL = TotalReading(shift=float(np.log(1.5)), common=0.2, people=500, origins=6)


@pytest.fixture(scope="module")
def guests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    file = tmp_path_factory.mktemp("cafe") / "cafe.db"
    with open_twins(file, cafe.MAP, clock=lambda: cafe.END) as twins:
        twins.observe_many(cafe.signals(40))
        twins.fit()
        yield twins


def read_with(twins: Twins, total: TotalReading) -> Any:
    """What comes of an invitation by a population that has sums read so."""
    stored = active_version(twins.wiring)
    assert stored is not None
    told = Backtested(steps=28, recalibration=Recalibration(), total=total)
    population = msgspec.structs.replace(
        decode(stored.body), backtested={VISITS: told, LAPSES: told}
    )
    twins.wiring.store.put_population(
        msgspec.structs.replace(stored, version=0, body=encode(population))
    )
    return twins.simulate({"invite": do("invite")}, **ASKED)


@pytest.fixture(scope="module")
def plain(guests: Twins) -> Any:
    return read_with(guests, TotalReading())


@pytest.fixture(scope="module")
def moved(guests: Twins, plain: Any) -> Any:
    return read_with(guests, TOTAL)


def test_means_are_moved_and_their_ends_set_apart(plain: Any, moved: Any) -> None:
    for arm in ("under", "without"):
        pairs = zip(
            getattr(plain.track(VISITS), arm), getattr(moved.track(VISITS), arm), strict=True
        )
        for one, other in pairs:
            assert other.mean == pytest.approx(1.5 * one.mean)
            assert other.middle == pytest.approx(1.5 * one.middle)
            assert other.high - other.middle > 1.5 * (one.high - one.middle)
            assert 0 <= other.low < other.middle
    assert max(one.high for one in moved.track(LAPSES).without) <= 1


def test_an_effect_keeps_its_size_and_is_as_much_less_sure(plain: Any, moved: Any) -> None:
    one, other = plain.effect(VISITS), moved.effect(VISITS)
    assert other.difference == one.difference != 0
    assert other.without == pytest.approx(1.5 * one.without)
    assert other.under == pytest.approx(other.without + one.difference)
    own = TOTAL.apart(1.2815515594463) * abs(one.difference)
    assert other.high - other.difference == pytest.approx(np.hypot(one.high - one.difference, own))
    assert (other.up, other.down) == (one.up, one.down)


def test_one_person_is_not_read_so(guests: Twins) -> None:
    told = []
    for total in (TotalReading(), TOTAL):
        read_with(guests, total)
        alone = guests["g07"].simulate({"invite": do("invite")}, days=10, paths=20, nodes=[])
        told.append((alone.track(VISITS), alone.effect(VISITS)))
    assert told[0] == told[1]
