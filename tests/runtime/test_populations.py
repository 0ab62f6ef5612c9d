"""Population versions: a worse candidate is refused, the rest takes over, and nothing is rewritten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.heads.test_choice import MAP as SHELF
from tests.heads.test_choice import shoppers

from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap
from doxa.domain.clock import DAY, HOUR, format_moment, parse_time
from doxa.domain.signal import Signal
from doxa.errors import InputError, UnknownName
from doxa.heads.population import decode
from doxa.interfaces.cli.frame import run
from doxa.runtime.opening import open_twins
from doxa.runtime.populations.versions import trail_of
from doxa.runtime.twins import Twins

START = parse_time("2026-01-01T00:00:00Z")
TEXT = """
doxa: 1
product: cafe
nodes:
  comes: {kind: preference, says: "Comes here.", half_life: 14d}
signals:
  visit: [{node: comes, count: 1}]
  said: []
outcomes:
  comes_back: {happens: visit, within: 3d}
  pays: {value: price, of_signal: visit}
personas: [age]
"""
MAP = parse_map(TEXT)
TOLD = parse_map(
    TEXT.replace("  said: []", "  said: [{node: plans, for: 1}]").replace(
        "signals:", "  plans: {kind: belief, says: Means to come., half_life: 1d}\nsignals:"
    )
)
DEAF = parse_map(TEXT)
Days = Callable[[int, int, np.random.Generator], bool]
PEOPLE = 80


class Hands:
    """A clock that moves only when told."""

    def __init__(self, day: int) -> None:
        self.now = START + day * DAY

    def __call__(self) -> int:
        return self.now


def steady(person: int, day: int, rng: np.random.Generator) -> bool:
    """Half of the people come nearly daily, the others hardly ever."""
    return bool(rng.random() < (0.7 if person % 2 else 0.06))


def reversed_(person: int, day: int, rng: np.random.Generator) -> bool:
    """Whoever came in the last three days does not come in the next three."""
    return (day // 3 + person) % 2 == 0


def visits(begin: int, end: int, lives: Days, seed: int = 1) -> list[Signal]:
    """A visit per person and day on which they come."""
    rng = np.random.default_rng((seed, begin))
    found = []
    for day in range(begin, end):
        for person in range(PEOPLE):
            if lives(person, day, rng):
                at = START + day * DAY + 8 * HOUR + person
                payload = {"price": 3.0 + person % 3}
                told = Signal(
                    id=f"{person}-{day}",
                    twin=f"p{person}",
                    kind="visit",
                    at=at,
                    recorded=at,
                    payload=payload,
                )
                found.append(told)
    return found


def announced(begin: int, end: int) -> list[Signal]:
    """People who now and then say that they will come, and then come in two days."""
    rng = np.random.default_rng((7, begin))
    found = []
    for day in range(begin, end - 2):
        for person in range(PEOPLE):
            if rng.random() < 0.15:
                for kind, at in (("said", day), ("visit", day + 2)):
                    moment = START + at * DAY + (19 if kind == "said" else 20) * HOUR + person
                    name = f"{kind}-{person}-{at}"
                    found.append(
                        Signal(id=name, twin=f"p{person}", kind=kind, at=moment, recorded=moment)
                    )
    return sorted(found, key=lambda signal: signal.at)


def opened(path: Path, hands: Hands, belief_map: BeliefMap | None = None) -> Twins:
    return open_twins(path, belief_map, clock=hands, apply_map=belief_map is not None)


@pytest.fixture
def hands() -> Hands:
    return Hands(48)


@pytest.fixture
def twins(tmp_path: Path, hands: Hands) -> Iterator[Twins]:
    """A store with 48 steady days and the population fitted on them."""
    with opened(tmp_path / "cafe.db", hands, MAP) as found:
        found.observe_many(visits(0, 48, steady))
        found.fit(["comes_back"])
        yield found


def active(twins: Twins) -> int:
    return twins.wiring.store.activations()[-1].version


def live(twins: Twins, hands: Hands, begin: int, end: int, lives: Days = steady) -> None:
    """Let some days pass."""
    hands.now = START + end * DAY
    twins.observe_many(visits(begin, end, lives))


def spoil(twins: Twins, hands: Hands) -> None:
    """Weeks in which everything was the other way round, then as before."""
    live(twins, hands, 48, 96, reversed_)
    live(twins, hands, 96, 108)


def test_the_first_fit_has_nothing_to_be_compared_with(twins: Twins) -> None:
    [record] = twins.populations()
    assert (record.version, record.active, record.judgement) == (1, True, None)


def test_a_candidate_that_learned_from_as_good_data_takes_over(twins: Twins, hands: Hands) -> None:
    live(twins, hands, 48, 96)
    receipt = twins.fit(["comes_back"])
    assert receipt.active
    assert receipt.judgement is not None
    [found] = receipt.judgement.compared
    assert (found.how, found.people, found.rows) == ("since", PEOPLE, 4 * PEOPLE)
    assert found.first >= twins.population(1).origin
    assert found.worse[1] <= 0
    assert active(twins) == 2


def test_a_candidate_that_learned_from_spoilt_data_is_refused(twins: Twins, hands: Hands) -> None:
    spoil(twins, hands)
    receipt = twins.fit(["comes_back"])
    assert not receipt.active
    [worse] = receipt.worse
    assert worse.outcome == "comes_back"
    assert worse.latter - worse.former == pytest.approx(worse.worse[0])
    assert 0 < worse.worse[1] < worse.worse[0] < worse.worse[2]
    assert active(twins) == 1
    assert twins.forecast("comes_back").version == 1
    assert [record.activated for record in twins.populations()][1] == []
    stored = decode(twins.wiring.store.populations()[1].body)
    assert stored.judgement == receipt.judgement


def test_promote_forces_and_keep_only_stores(twins: Twins, hands: Hands) -> None:
    spoil(twins, hands)
    kept = twins.fit(["comes_back"], keep=True)
    assert (kept.active, active(twins)) == (False, 1)
    forced = twins.fit(["comes_back"], promote=True)
    assert forced.worse
    assert (forced.active, active(twins)) == (True, 3)
    with pytest.raises(InputError, match="keep"):
        twins.fit(keep=True, promote=True)


def test_a_fit_on_the_same_signals_says_that_there_is_nothing_to_compare(twins: Twins) -> None:
    receipt = twins.fit(["comes_back"])
    assert receipt.active
    assert receipt.judgement is not None
    assert receipt.judgement.compared == []
    assert "no window has closed" in receipt.judgement.not_compared["comes_back"]


def test_a_map_that_knows_less_is_held_against_a_refit_by_the_map_before(
    tmp_path: Path, hands: Hands
) -> None:
    path = tmp_path / "cafe.db"
    with opened(path, hands, TOLD) as twins:
        twins.observe_many(announced(0, 48))
        twins.fit(["comes_back"])
    with opened(path, hands, DEAF) as twins:
        receipt = twins.fit(["comes_back"])
        [found] = receipt.worse
        assert (found.how, found.outcome) == ("refit", "comes_back")
        assert not receipt.active
        hands.now = START + 60 * DAY
        twins.observe_many(announced(48, 60))
        [later] = twins.fit(["comes_back"]).worse
        assert later.how == "since"
        assert twins.populations()[0].stale
        [told] = twins.compare(1, 2).compared
        assert told.worse[1] > 0


def test_history_that_came_later_is_held_against_a_refit_without_it(
    twins: Twins, hands: Hands
) -> None:
    rng = np.random.default_rng(5)
    late = [
        Signal(id=f"bad-{n}", twin=f"p{n % PEOPLE}", kind="visit", at=at, recorded=at)
        for n, at in enumerate((START + rng.integers(0, 36 * DAY, 6000)).tolist())
    ]
    twins.observe_many(late)
    receipt = twins.fit(["comes_back"])
    assert receipt.judgement is not None
    [found] = receipt.judgement.compared
    assert found.how == "refit"


def test_an_outcome_at_a_signal_is_judged_on_signals_since(twins: Twins, hands: Hands) -> None:
    other = twins.fit(["pays"], promote=True).judgement
    assert other is not None
    assert other.not_compared == {
        "comes_back": "the candidate does not forecast it",
        "pays": "population 1 does not forecast it",
    }
    live(twins, hands, 48, 60)
    receipt = twins.fit()
    assert receipt.judgement is not None
    [found] = receipt.judgement.compared
    assert (found.outcome, found.how, found.loss) == ("pays", "since", "squared_error")
    assert receipt.judgement.not_compared == {"comes_back": "population 2 does not forecast it"}


def test_choices_are_judged_too_also_by_the_map_of_their_time(tmp_path: Path) -> None:
    signals = shoppers(30)
    path = tmp_path / "shelf.db"
    with open_twins(path, SHELF) as twins:
        twins.observe_many([each for each in signals if each.at < 7])
        twins.fit()
        twins.observe_many([each for each in signals if each.at >= 7])
        receipt = twins.fit(keep=True)
        assert receipt.judgement is not None
        [found] = receipt.judgement.compared
        assert (found.outcome, found.how, found.loss) == ("takes", "since", "log_loss")
        assert found.people == 30
        assert 0 < found.former < np.log(3)
    counted = SHELF.text.replace("node: buys, count: 1", "node: buys, count: 1, once: session")
    other = parse_map(counted)
    with open_twins(path, other, apply_map=True) as twins:
        again = twins.fit(keep=True).judgement
        assert again is not None
        assert again.compared[0].former == pytest.approx(found.former)


def test_the_past_keeps_the_population_that_was_active_then(twins: Twins, hands: Hands) -> None:
    first = hands.now
    live(twins, hands, 48, 60)
    twins.fit(["comes_back"], promote=True)
    second = hands.now
    hands.now += HOUR
    assert twins.rollback().version == 1
    third = hands.now
    hands.now += HOUR
    versions = {
        moment: twins.twin("p1", known_at=format_moment(moment)).forecast("comes_back")[0].version
        for moment in (first, second, third)
    }
    assert versions == {first: 1, second: 2, third: 1}
    assert twins.promote(2).before == 1
    assert not twins.promote(2).changed
    assert twins.twin("p1", known_at=format_moment(third)).forecast("comes_back")[0].version == 1


def test_there_is_nothing_before_the_first(tmp_path: Path, hands: Hands) -> None:
    with opened(tmp_path / "cafe.db", hands, MAP) as twins:
        with pytest.raises(InputError, match="no population was ever active"):
            twins.rollback()
        twins.observe_many(visits(0, 12, steady))
        twins.fit(["comes_back"])
        with pytest.raises(InputError, match="population 1 is the first"):
            twins.rollback()
        for ask in (twins.promote, twins.population, lambda n: twins.compare(1, n)):
            with pytest.raises(UnknownName, match="no population 7"):
                ask(7)


@given(st.lists(st.integers(1, 5), max_size=12))
def test_the_way_back_ends_at_the_active_version_and_repeats_none(activated: list[int]) -> None:
    trail = trail_of(activated)
    assert trail[-1:] == activated[-1:]
    assert len(set(trail)) == len(trail)
    assert trail[:1] == activated[:1] or not activated


def test_on_the_command_line(
    twins: Twins, hands: Hands, capsys: pytest.CaptureFixture[str]
) -> None:
    db = ["--db", str(twins.wiring.path)]
    spoil(twins, hands)

    def told(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run([*words, *db])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    code, out, err = told("fit", "--outcome", "comes_back")
    assert code == 3
    assert (
        "population 2 is worse than population 1, which stays active: comes_back: log loss" in err
    )
    assert "stored and not active" in out
    code, out, _ = told("population", "list")
    assert code == 0
    assert ["active" in line for line in out.splitlines()[1:]] == [True, False]
    assert "refused, worse than 1" in out
    assert "worse by, 95 %" in told("population", "show", "2")[1]
    code, out, _ = told("population", "compare", "1", "2")
    assert (code, "no window has closed since both were fitted" in out) == (0, True)
    assert "in place of population 1" in told("population", "promote", "2")[1]
    assert "population 1 is active from now on" in told("population", "rollback")[1]
    code, _, err = told("population", "promote", "9")
    assert (code, "there is no population 9" in err) == (2, True)
