"""What everybody lately does is frozen with a population, of what each sight sees, until it is looked up again."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from tests.learning.test_popularity import TEXT, WEEKS, bought

from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap
from doxa.checks.worlds import START
from doxa.domain.clock import DAY
from doxa.domain.signal import Signal
from doxa.errors import PopulationError
from doxa.heads.population import decode
from doxa.runtime.twins import Twins
from doxa.runtime.wiring import Wiring
from doxa.storage.memory import MemoryStore

MAP = parse_map(
    TEXT.replace("signals: {", "signals: {tasted: [{node: buys, count: 1}], ")
    + """
sources: {default: {trust: 1}, desk: {seen_by: [service]}}
purposes:
  service: {sees: all}
  ads: {sees: [buys], forecasts: [soon]}
"""
)
LATER = START + 7 * (WEEKS - 1) * DAY


class Hands:
    """A clock that moves only when told."""

    now = START + 7 * (WEEKS - 2) * DAY

    def __call__(self) -> int:
        return self.now


def opened(tmp_path, signals: list[Signal], belief_map: BeliefMap = MAP) -> tuple[Twins, Hands]:
    clock = Hands()
    store = MemoryStore(zone=belief_map.zone)
    store.append([one for one in signals if one.at < clock.now])
    return Twins(Wiring(store, belief_map, tmp_path / "shop.db", clock)), clock


def chances(twins: Twins, cohort: list[str] | None = None) -> dict[tuple[str, str], float]:
    found = twins.forecast("soon", cohort=cohort)
    return {(one.twin, one.item): one.probability for one in found.rows()}


@pytest.fixture
def shop(tmp_path):
    signals = bought(3, fads=True)
    twins, clock = opened(tmp_path, signals)
    twins.fit()
    return twins, clock, [one for one in signals if clock.now <= one.at < LATER]


def test_one_person_alone_is_forecast_as_in_the_set_of_all(shop) -> None:
    twins, _, _ = shop
    every = chances(twins)
    for twin in ("p1", "p7", "p20"):
        for pair, chance in chances(twins, [twin]).items():
            assert chance == pytest.approx(every[pair], rel=1e-9)


def test_others_are_read_as_before_after_somebody_is_forgotten(shop) -> None:
    twins, _, _ = shop
    before = chances(twins)
    twins.forget("p7")
    after = chances(twins)
    assert {pair: before[pair] for pair in after} == after
    told = decode(twins.wiring.store.populations()[-1].body).heads["soon"].popularity
    twins.refresh()
    again = decode(twins.wiring.store.populations()[-1].body).heads["soon"].popularity
    assert told["buys"].swings != again["buys"].swings


def test_a_refresh_looks_up_what_came_and_keeps_the_rest(shop) -> None:
    twins, clock, more = shop
    fitted_at = clock.now
    clock.now = LATER
    twins.wiring.store.append(more)
    stale = chances(twins)
    found = twins.refresh()
    assert (found.version, found.before, found.outcomes) == (2, 1, ["soon"])
    assert found.at == more[-1].at + 1
    fresh = chances(twins)
    assert fresh.keys() == stale.keys()
    assert fresh != stale
    heads = [decode(each.body).heads["soon"] for each in twins.wiring.store.populations()]
    blank = [msgspec.structs.replace(head, popularity={}) for head in heads]
    assert blank[0] == blank[1]
    tables = [head.popularity["buys"] for head in heads]
    assert tables[1].at == [*tables[0].at, found.at]
    then = twins.twin("p1", as_of=fitted_at, known_at=fitted_at).forecast("soon")
    now = twins.twin("p1", as_of=fitted_at).forecast("soon")
    assert [one.probability for one in then] == [one.probability for one in now]
    twins.rollback()
    assert chances(twins) == stale


def test_a_purpose_is_told_of_nothing_that_it_does_not_hear(tmp_path) -> None:
    """What the desk says of tastings is in the tables of service, and in no table of ads."""
    bought_only = bought(3, fads=True)
    tasted = [
        msgspec.structs.replace(one, id=f"t{one.id}", kind="tasted", source="desk", at=one.at + 1)
        for one in bought_only[::3]
    ]
    told = []
    for number, signals in enumerate((bought_only, [*bought_only, *tasted])):
        folder = tmp_path / str(number)
        folder.mkdir()
        twins, _ = opened(folder, signals)
        twins.fit()
        twins.refresh()
        population = decode(twins.wiring.store.populations()[-1].body)
        [part] = population.sights
        told.append((population.heads["soon"], part.heads["soon"]))
    (alone, seen_alone), (whole, seen) = told
    assert seen.popularity == seen_alone.popularity != {}
    assert whole.popularity["buys"].swings != alone.popularity["buys"].swings


def test_there_must_be_a_population_of_this_map(tmp_path, shop) -> None:
    empty, _ = opened(tmp_path, bought(3, fads=True))
    with pytest.raises(PopulationError, match="no population to refresh"):
        empty.refresh()
    twins, clock, _ = shop
    other = Twins(
        Wiring(
            twins.wiring.store,
            parse_map(TEXT.replace("count: 1", "count: 2")),
            tmp_path / "other.db",
            clock,
        )
    )
    with pytest.raises(PopulationError, match="another map"):
        other.refresh()


def test_nothing_is_stored_where_nobody_reads_it(tmp_path) -> None:
    twins, _ = opened(tmp_path, bought(1, fads=False))
    twins.fit()
    heads = decode(twins.wiring.store.populations()[-1].body).heads
    assert not heads["soon"].popularity
    found = twins.refresh()
    assert (found.version, found.outcomes) == (1, [])
    assert len(twins.populations()) == 1
    assert np.isfinite(list(chances(twins).values())).all()
