"""Of a large ledger a fit reads some people whole, the same ones every time."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doxa.beliefmap.columns import ARRAYS, joined
from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import DAY
from doxa.errors import InputError
from doxa.features.rows import FIRST, Bound, Rows
from doxa.heads.population import decode, encode
from doxa.runtime.opening import open_twins
from doxa.runtime.populations.people import drawn, people_read, share_of
from doxa.runtime.twins import Twins
from doxa.storage.rows import SignalRows
from doxa.storage.sqlite import scan

PEOPLE = 9_000
START = 1_700_000_000_000_000
MAP = """
doxa: 1
product: shop
nodes:
  comes: {kind: preference}
  fair: {kind: belief}
signals:
  visit: [{node: comes, count: 1}]
  complaint: [{node: fair, against: 1}]
  praise: [{node: fair, for: 1}]
outcomes:
  returns: {happens: visit, within: 7d}
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Twins:
    """Nine thousand people with four signals each; three in ten complain."""
    path: Path = tmp_path_factory.mktemp("shop") / "shop.db"
    rng = np.random.default_rng(4)
    twins = open_twins(path, parse_map(MAP), clock=lambda: START + 70 * DAY)
    kinds, at = [], []
    for _ in range(PEOPLE):
        says = "complaint" if rng.random() < 0.3 else "praise"
        kinds += ["visit", says, "visit", "visit"]
        at += (START + np.sort(rng.integers(0, 60 * DAY, 4))).tolist()
    count = len(kinds)
    twins.wiring.store.append_rows(
        SignalRows(
            id=[str(number) for number in range(count)],
            twin=[f"p{number // 4}" for number in range(count)],
            kind=kinds,
            source=["shop"] * count,
            at=at,
            recorded=at,
            order=[0] * count,
            assumed=[0] * count,
            session=[None] * count,
            device=[None] * count,
            cause=[None] * count,
            payload=[b"{}"] * count,
        )
    )
    return twins


def test_some_people_are_read_whole(shop: Twins) -> None:
    with closing(open_twins(shop.wiring.path, clock=shop.wiring.clock)) as twins:
        whole = twins.fit(keep=True)
        part = twins.fit(keep=True, signals_at_most=6_000)
        again = twins.fit(keep=True, signals_at_most=6_000)
        told, other, same = (
            decode(version.body) for version in twins.wiring.store.populations()[-3:]
        )
    names = [f"p{number}" for number in range(PEOPLE)]
    expected = int((drawn(names, 1) < 6_000 / (4 * PEOPLE)).sum())
    assert (whole.people, whole.signals) == (PEOPLE, 4 * PEOPLE)
    assert (part.people, part.signals) == (expected, 4 * expected)
    assert (part.of_people, part.of_signals) == (PEOPLE, 4 * PEOPLE)
    assert part.heads[0].rows < whole.heads[0].rows
    assert other.last_seq == told.last_seq == 4 * PEOPLE
    assert encode(other) == encode(same)
    assert again.people == part.people
    base = [each.priors["fair"].family[0] for each in (told, other)]
    assert abs(base[0] - base[1]) < 0.04
    assert base[0] == pytest.approx(0.7, abs=0.1)


def test_what_fits_is_read_whole(shop: Twins) -> None:
    assert people_read(shop.wiring, seed=1).keys is None
    assert people_read(shop.wiring, seed=1, most_signals=4 * PEOPLE).keys is None
    fewest = people_read(shop.wiring, seed=1, most_signals=1)
    assert fewest.keys is not None
    assert 800 < len(fewest.keys) < 1_200


def test_fewer_are_among_those_that_more_are(shop: Twins) -> None:
    many = people_read(shop.wiring, seed=7, most_signals=12_000).keys
    some = people_read(shop.wiring, seed=7, most_signals=6_000).keys
    others = people_read(shop.wiring, seed=8, most_signals=6_000).keys
    assert many is not None
    assert some is not None
    assert others is not None
    assert np.isin(some, many).all()
    assert not np.array_equal(some, others)


@pytest.mark.parametrize("people", [4_200, 8_900])
def test_a_scan_of_many_twins_is_the_scan_of_all_without_the_others(
    shop: Twins, people: int
) -> None:
    """Whether others are left out before they are fetched or afterwards."""
    assert people > scan.FEW
    store = shop.wiring.store
    keys = np.random.default_rng(people).permutation(store.twins())[:people]
    some = joined(list(store.scan(twins=keys.tolist())))
    whole = joined(list(store.scan()))
    kept = whole.take(np.flatnonzero(np.isin(whole.twin, keys)))
    assert len(some) == 4 * people
    for name in ARRAYS:
        assert np.array_equal(getattr(some, name), getattr(kept, name)), name


def test_nothing_is_learned_from_nothing(shop: Twins) -> None:
    with pytest.raises(InputError, match="nothing is learned"):
        shop.fit(signals_at_most=0)


@given(st.integers(0, 10**9), st.integers(0, 10**8), st.integers(1, 10**7))
def test_a_share_is_never_more_than_all(signals: int, people: int, most: int) -> None:
    share = share_of(signals, people, most)
    assert 0 < share <= 1
    if signals <= most and people <= 200_000:
        assert share == 1


@given(st.integers(1, 40), st.integers(1, 12), st.integers(1, 60), st.integers(0, 9))
@settings(max_examples=50)
def test_some_pairs_are_pairs_and_none_comes_twice(
    size: int, members: int, most: int, seed: int
) -> None:
    at = np.arange(size)
    bound = Bound(at, np.full(size, FIRST))
    rows = Rows(at, bound, bound, bound, np.full(size, -1), np.full(size, -1), at)
    codes = np.arange(members) * 3
    whole = rows.for_members(codes)
    some = rows.for_some_members(codes, most, np.random.default_rng(seed))
    pairs = [
        list(zip(each.twin.tolist(), each.member.tolist(), strict=True)) for each in (whole, some)
    ]
    assert len(set(pairs[1])) == len(pairs[1]) <= max(most, 1)
    assert set(pairs[1]) <= set(pairs[0])
    assert pairs[1] == sorted(pairs[1])
    if size * members <= most:
        assert pairs[1] == pairs[0]
