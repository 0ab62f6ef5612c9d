"""Rollouts: what is drawn is evidence as the ledger's is, and law 9 holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.simulation.shops import MAP, ORIGIN, shop

from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import AmongTrait
from doxa.beliefmap.scenarios import Assume, Change, Put, Scenario, Send
from doxa.checks.worlds import keys_of as twins_of
from doxa.checks.worlds import past_of
from doxa.domain.clock import DAY
from doxa.domain.signal import Signal
from doxa.errors import InputError, PopulationError
from doxa.features.labels import labels_of
from doxa.features.moments import at_origins
from doxa.features.phi import columns_of, phi, table_of
from doxa.features.views import Views
from doxa.heads.forecast import forecast
from doxa.heads.head import recipe_of
from doxa.simulation import course as courses
from doxa.simulation.changes import Changes
from doxa.simulation.plan import plan_of
from doxa.simulation.rollout import Run, rollout
from doxa.simulation.signals import Coming
from doxa.simulation.stage import people_at
from doxa.simulation.walk import Walk

COUNTED = [MAP.outcomes[name] for name in ("days", "spend", "stays_away", "buys_dear")]
WATCHED = ("fair", "shops", "glad")


def run(seed: int = 1, *, paths: int = 4, steps: int = 10, **more: Any) -> list[Run]:
    """The shop's people run forward."""
    cast = shop().cast(WATCHED)
    return list(
        rollout(cast, steps=steps, paths=paths, seed=seed, counted=COUNTED, watched=WATCHED, **more)
    )


def whole(runs: Sequence[Run]) -> dict[str, np.ndarray]:
    """All numbers of a rollout by name, people together."""
    names = [*runs[0].outcomes, *runs[0].credences]
    return {
        name: np.concatenate([{**run.outcomes, **run.credences}[name] for run in runs])
        for name in names
    }


class Recorder:
    """Takes down what comes along a walk, as signals of the ledger."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.found: list[tuple[int, Signal]] = []
        self._happen = courses.happen
        monkeypatch.setattr(courses, "happen", self)

    def __call__(self, walk: Walk, coming: Coming, trust: float) -> None:
        names = shop().names
        for place in range(len(coming)):
            row = int(coming.row[place])
            told = {
                name: values[place] if isinstance(values, list) else float(values[place])
                for name, values in coming.fields.items()
            }
            number = len(self.found)
            at = int(coming.at[place])
            session = f"{row}-{at}"
            order = 0 if coming.kind == "trip" else 1
            self.found.append(
                (
                    row,
                    Signal(
                        id=f"drawn-{number}",
                        twin=names[row // PATHS],
                        kind=coming.kind,
                        at=at,
                        recorded=at,
                        payload=told,
                        session=session,
                        order=order,
                    ),
                )
            )
        self._happen(walk, coming, trust)


PATHS = 2
STEPS = 9


def test_people_hold_what_the_ledger_would_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """After nine days of drawn signals phi, forecasts and outcomes are those of a ledger that held them."""
    record = Recorder(monkeypatch)
    known = shop()
    people = np.arange(12)
    monkeypatch.setattr(courses, "DOUBT", 0.0)
    course = courses.Course(known.cast(WATCHED), people, PATHS, 1, COUNTED, Changes(), [])
    for step in range(STEPS):
        course.step(step)
    assert len(record.found) > 50
    names = [known.names[person] for person in people]
    for path in range(PATHS):
        drawn = [signal for row, signal in record.found if row % PATHS == path]
        signals = sorted([s for s in known.before if s.twin in names] + drawn, key=lambda s: s.at)
        past = past_of(signals, MAP, MAP.outcomes.values())
        code = {name: place for place, name in enumerate(twins_of(signals))}
        twins = np.array([code[name] for name in names])
        rows = people_at(twins, np.full(len(twins), course.walk.now))
        own = course.walk.rows(people * PATHS + path)
        for name in ("shops_today",):
            head = known.part.heads[name]
            readout = course.readouts[name]
            recipe = recipe_of(head, MAP)
            views = Views(past, recipe.readings)
            want = phi(recipe, views, rows)
            told = list(readout._columns(own, {}))
            got = table_of(columns_of(recipe, course.walk, own, told=told), len(own))
            assert got.names == want.names
            apart = [n for n in want.names if " + " not in n and "coupled" not in n]
            places = [want.names.index(n) for n in apart]
            assert np.allclose(got.table[:, places], want.table[:, places], atol=1e-9, rtol=1e-9)
            if head.errors is None:
                # The pull of neighbours is that of the origin: with evidence it weakens a little.
                found, wanted = readout.eta(own), forecast(head, views, rows).eta
                assert np.allclose(found, wanted, atol=0.1), np.abs(found - wanted).max()
        for tally in course.tallies:
            outcome = tally.outcome
            asked = at_origins(outcome, twins, [ORIGIN])
            labels = labels_of(outcome, past, asked, 2**62)
            assert np.allclose(tally.value()[people * PATHS + path], labels.y)


def test_columns_made_anew_for_some_are_those_made_for_all() -> None:
    """Within a step only who was told of is looked at again; every row reads as if it were asked alone."""
    known = shop()
    people = np.arange(12)
    course = courses.Course(known.cast(WATCHED), people, PATHS, 1, COUNTED, Changes(), [])
    course.step(0)
    walk = course.walk
    readout = course.readouts["shops_today"]
    before = readout.eta(walk.rows())
    for fed in (np.array([3, 5, 6]), np.array([1, 5, 23])):
        alone = np.zeros(3, dtype=np.int64)
        coming = Coming("trip", fed, np.full(3, walk.now + DAY // 3), alone, fed)
        courses.happen(walk, coming, 1.0)
        now = readout.eta(walk.rows())
        assert set(fed) <= set(np.flatnonzero(now != before))
        apart = [readout.eta(walk.rows(np.array([row]))) for row in range(walk.size)]
        assert np.array_equal(now, np.concatenate(apart))


@given(rows=st.integers(4, 200), seed=st.integers(0, 2**40))
@settings(max_examples=4, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_the_same_however_it_is_cut(rows: int, seed: int) -> None:
    one, other = whole(run(seed, steps=5)), whole(run(seed, steps=5, rows=rows))
    for name, values in one.items():
        assert np.array_equal(values, other[name]), name


def test_more_paths_and_fewer_marks_change_no_path() -> None:
    one = whole(run(paths=3))
    more = whole(run(paths=5, marks=np.array([4, 10])))
    for name, values in one.items():
        assert np.array_equal(values[:, :, [3, 9]], more[name][:, :3]), name


def test_other_seeds_are_other_paths() -> None:
    assert not np.array_equal(whole(run(1))["days"], whole(run(2))["days"])


GOLD = AmongTrait(trait="tier", values=("gold",))


def is_gold() -> np.ndarray:
    """Which of the people are."""
    told = {s.twin: s.payload["tier"] == "gold" for s in shop().before if s.kind == "traits"}
    return np.array([told[name] for name in shop().names])


def scenario(*changes: Change) -> Scenario:
    """Some changes from the origin on."""
    return Scenario(name="tried", changes=changes)


def test_an_empty_scenario_changes_nothing() -> None:
    plain = whole(run(steps=4))
    for empty in (scenario(), scenario(Send(kind="letter", at=(2 * DAY,), among=(NOBODY,)))):
        for name, values in whole(run(steps=4, scenario=empty)).items():
            assert np.array_equal(values, plain[name]), name


NOBODY = AmongTrait(trait="tier", values=("none of them",))


def test_a_signal_that_is_sent_moves_only_who_gets_it_and_only_then() -> None:
    letter = scenario(Send(kind="letter", at=(2 * DAY,), among=(GOLD,)))
    without, with_letter = whole(run()), whole(run(scenario=letter))
    gold = is_gold()
    assert 5 < gold.sum() < len(gold) - 5
    for name in without:
        assert np.array_equal(without[name][~gold], with_letter[name][~gold]), name
        assert np.array_equal(without[name][:, :, :2], with_letter[name][:, :, :2]), name
    moved = with_letter["fair"][gold, :, 2] - without["fair"][gold, :, 2]
    assert (moved > 0).all()


def test_what_is_assumed_holds_as_a_statement_would() -> None:
    doubts = scenario(Assume(node="fair", holds=False, weight=2.0, at=DAY))
    without, with_doubts = whole(run(steps=3)), whole(run(steps=3, scenario=doubts))
    assert np.array_equal(without["fair"][:, :, 0], with_doubts["fair"][:, :, 0])
    assert (with_doubts["fair"][:, :, 1] < without["fair"][:, :, 1]).all()


def test_a_field_that_is_put_is_what_the_signals_hold() -> None:
    """Twice the price of every line: dear ones are bought where there were lines at all."""
    dear = scenario(Put(field="paid", kind="purchase", to=10.0, begin=3 * DAY))
    without, with_dear = whole(run()), whole(run(scenario=dear))
    assert np.array_equal(without["buys_dear"][:, :, 2], with_dear["buys_dear"][:, :, 2])
    assert with_dear["buys_dear"][:, :, -1].mean() > 2 * without["buys_dear"][:, :, -1].mean()
    assert with_dear["fair"][:, :, -1].mean() < without["fair"][:, :, -1].mean()


def test_a_trait_that_is_put_is_what_heads_read() -> None:
    known = shop()
    if not any(head.traits for head in known.part.heads.values()):
        pytest.skip("no head reads a trait")
    gold = scenario(Put(field="tier", kind="traits", to="gold"))
    plain, turned = whole(run(steps=8, paths=8)), whole(run(steps=8, paths=8, scenario=gold))
    assert np.array_equal(plain["spend"][is_gold()], turned["spend"][is_gold()])
    assert not np.array_equal(plain["spend"][~is_gold()], turned["spend"][~is_gold()])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Send(kind="answer"), "says nothing of any node"),
        (Put(field="colour", to="red"), "which nothing that is drawn reads"),
        (Assume(node="shops"), "read from counts"),
    ],
)
def test_a_change_that_moves_nothing_is_refused(change: Change, words: str) -> None:
    with pytest.raises(InputError, match=words):
        run(steps=1, scenario=scenario(change))


def test_silencing_a_node_changes_what_rests_on_it() -> None:
    plain, silent = whole(run(steps=6)), whole(run(steps=6, without=("shops",)))
    assert not np.array_equal(plain["days"], silent["days"])
    assert np.array_equal(plain["fair"][:, :, 0] > 0, silent["fair"][:, :, 0] > 0)


def test_it_stops_when_told_to() -> None:
    left = iter([False, False, True])
    found = list(
        rollout(
            shop().cast(),
            steps=9,
            paths=2,
            seed=1,
            counted=COUNTED,
            stop=lambda: next(left),
            rows=2,
        )
    )
    assert found == []


def test_it_tells_how_far_it_came() -> None:
    told: list[float] = []
    run(steps=3, rows=120, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.parametrize(
    ("draws", "words"),
    [
        ("[days_sum]", "says no signal"),
        ("[spends]", "which nothing draws"),
        ("[comes]", "never fitted"),
    ],
)
def test_what_cannot_be_drawn_is_named(draws: str, words: str) -> None:
    belief_map = parse_map(f"""
doxa: 1
product: shop
nodes: {{shops: {{kind: preference, says: "Shops."}}}}
signals: {{trip: [{{node: shops, count: 1}}]}}
outcomes:
  comes: {{happens: trip, within: 1d}}
  days_sum: {{sum: spend, of_signal: trip, within: 7d}}
  spends: {{value: spend, of_signal: trip}}
rollout: {{step: 1d, draws: {draws}}}
""")
    with pytest.raises((InputError, PopulationError), match=words):
        plan_of(belief_map, {})


def test_without_a_rollout_the_map_is_told_to_have_one() -> None:
    belief_map = parse_map("{doxa: 1, product: shop}")
    with pytest.raises(InputError, match="does not say how"):
        plan_of(belief_map, {})
