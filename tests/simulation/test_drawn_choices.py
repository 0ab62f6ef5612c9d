"""Choices drawn along a walk: shares in closed form, what is remembered as the ledger has it, law 9."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest
from tests.simulation.aisles import BRANDS, MAP, aisle, signal

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.model import Condition, Operator
from doxa.beliefmap.model import Test as Compared
from doxa.beliefmap.scenarios import Change, Put, Scenario, Send
from doxa.checks.worlds import keys_of as twins_of
from doxa.checks.worlds import past_of
from doxa.domain.clock import DAY
from doxa.domain.signal import Signal
from doxa.errors import InputError
from doxa.features.menus import menus_of
from doxa.features.moments import at_offers
from doxa.heads.choice import columns_of_choice, forecast_choice
from doxa.heads.tastes import plain_columns
from doxa.simulation import course as courses
from doxa.simulation.changes import Changes
from doxa.simulation.numbers import mixed
from doxa.simulation.rollout import rollout
from doxa.simulation.signals import Coming
from doxa.simulation.walk import Walk

NAMES = ("took_a", "took_b", "took_c", "paid", "big_bags", "visits")
COUNTED = [MAP.outcomes[name] for name in NAMES]
PATHS, STEPS = 2, 9


def run(*changes: Change, paths: int = 6, steps: int = 28, **more: Any) -> dict[str, np.ndarray]:
    """Everybody run forward, float64[people, paths] at the end, and credences."""
    scenario = Scenario(name="tried", changes=changes)
    found = list(
        rollout(
            aisle().cast(("thrifty",)),
            steps=steps,
            paths=paths,
            seed=3,
            counted=COUNTED,
            watched=("thrifty",),
            scenario=scenario,
            marks=np.array([steps]),
            **more,
        )
    )
    told = [{**part.outcomes, **part.credences} for part in found]
    return {name: np.concatenate([part[name] for part in told])[:, :, 0] for name in told[0]}


def test_shares_of_many_draws_are_the_forecast(monkeypatch: pytest.MonkeyPatch) -> None:
    """By weights that are known, each option is taken as often as the head says."""
    monkeypatch.setattr(courses, "DOUBT", 0.0)
    known, paths, people = aisle(), 800, np.arange(6)
    course = courses.Course(known.cast(), people, paths, 1, COUNTED, Changes(), [])
    choosing, walk = course.choosing["picks"], course.walk
    every = np.arange(walk.size)
    offer = Coming(
        "shelf", every, np.full(walk.size, walk.now), np.zeros(walk.size, np.int64), every
    )
    found = choosing.pick(offer, mixed(course.keys, 1))
    taken = np.array(found.option).reshape(len(people), paths)
    signals = list(known.before)
    for place, person in enumerate(people.tolist()):
        options = choosing._fields["brands"][place]
        told = {"brands": options}
        signals.append(signal(10**6 + place, known.names[person], "shelf", walk.now, told))
    past = past_of(signals, MAP, MAP.outcomes.values())
    rows = at_offers(MAP.outcomes["picks"], past)
    rows = rows.take(rows.seen.at == walk.now)
    due = forecast_choice(known.part.choices["picks"], past, rows)
    names = past.values("brand")
    for place in range(len(due.menus)):
        twin = int(rows.twin[due.menus.owner[place]])
        share = (taken[twin] == names[due.menus.option[place]]).mean()
        chance = due.mean[place]
        assert abs(share - chance) < 4.5 * np.sqrt(chance * (1 - chance) / paths), (share, chance)


def recorded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, Signal]]:
    """Takes down what comes along a walk, as signals of the ledger."""
    found: list[tuple[int, Signal]] = []
    happen = courses.happen

    def note(walk: Walk, coming: Coming, trust: Floats) -> None:
        for place in range(len(coming)):
            row, at = int(coming.row[place]), int(coming.at[place])
            told = {name: values[place] for name, values in coming.fields.items()}
            twin = aisle().names[row // PATHS]
            found.append((row, signal(10**6 + len(found), twin, coming.kind, at, told)))
        happen(walk, coming, trust)

    monkeypatch.setattr(courses, "happen", note)
    return found


def test_what_was_taken_is_remembered_as_the_ledger_would(monkeypatch: pytest.MonkeyPatch) -> None:
    """After nine days of drawn choices the columns of a choice are those of a ledger that held them."""
    monkeypatch.setattr(courses, "DOUBT", 0.0)
    drawn = recorded(monkeypatch)
    known, people = aisle(), np.arange(20)
    course = courses.Course(known.cast(), people, PATHS, 1, COUNTED, Changes(), [])
    for step in range(STEPS):
        course.step(step)
    assert sum(one.kind == "picked" for _, one in drawn) > 20
    choosing, walk = course.choosing["picks"], course.walk
    head = known.part.choices["picks"]
    for path in range(PATHS):
        signals = list(known.before)
        for row, one in drawn:
            if row % PATHS == path:
                offered = choosing._fields["brands"][row // PATHS]
                payload = {"brands": offered} if one.kind == "shelf" else one.payload
                signals.append(msgspec.structs.replace(one, payload=payload))
        for place, person in enumerate(people.tolist()):
            told = {"brands": choosing._fields["brands"][place]}
            signals.append(signal(2 * 10**6 + place, known.names[person], "shelf", walk.now, told))
        signals.sort(key=lambda one: (one.at, one.order))
        past = past_of(signals, MAP, MAP.outcomes.values())
        code = {name: place for place, name in enumerate(twins_of(signals))}
        rows = at_offers(MAP.outcomes["picks"], past)
        rows = rows.take(rows.seen.at == walk.now)
        menus = menus_of(MAP.outcomes["picks"], past, rows)
        want = columns_of_choice(head, past, rows, menus).table
        own = np.array([code[known.names[person]] for person in people])
        offer = Coming(
            "shelf",
            people * PATHS + path,
            np.full(len(people), walk.now),
            np.zeros(len(people), np.int64),
            people,
        )
        asked, offered_menus, place = choosing._offered(offer)
        mine = walk.rows(offer.row[place], offer.at[place])
        mine = replace(mine, signal=place)
        plain = plain_columns(head.recipe, asked, offered_menus)
        got = choosing._columns(mine, offered_menus, plain, asked)
        for spot, twin in enumerate(own.tolist()):
            here = np.flatnonzero(rows.twin[menus.owner] == twin)
            there = np.flatnonzero(offered_menus.owner == spot)
            assert np.allclose(got[there], want[here], atol=1e-9, rtol=1e-9)


def dearer(brand: str) -> Put:
    """One brand costs a third more."""
    only = Condition(tests=(Compared(field="id", operator=Operator.IN, values=(brand,)),))
    return Put(field="price", times=1.33, when=only)


def test_a_price_rise_moves_shares_and_hardly_visits() -> None:
    plain, risen = run(), run(dearer("a"))
    assert abs(risen["visits"].sum() / plain["visits"].sum() - 1) < 0.1
    assert risen["took_a"].sum() < 0.9 * plain["took_a"].sum()
    assert risen["took_b"].sum() > plain["took_b"].sum()
    total = sum(plain[f"took_{brand}"].sum() for brand in BRANDS)
    assert 0.3 * plain["visits"].sum() < total <= plain["visits"].sum()
    # What is paid is the price of what was taken, as the scenario has it.
    assert 1.0 <= plain["paid"].sum() / total <= 3.0
    assert risen["thrifty"].mean() != plain["thrifty"].mean()


def test_a_cheap_shelf_that_is_sent_is_chosen_from() -> None:
    cheap = [{"id": brand, "price": 1.0 if brand == "c" else 3.0} for brand in BRANDS]
    sent = Send(kind="shelf", payload={"brands": cheap}, at=(0,))
    plain, with_shelf = run(steps=1), run(sent, steps=1)
    more = {brand: (with_shelf[f"took_{brand}"] - plain[f"took_{brand}"]).sum() for brand in BRANDS}
    assert more["c"] > 2 * max(more["a"], more["b"]) > 0
    assert 0.9 < (with_shelf["visits"] - plain["visits"]).mean() < 1.2


def test_a_category_of_what_was_taken_is_drawn_too() -> None:
    plain = run(paths=20)
    taken = sum(plain[f"took_{brand}"].sum() for brand in BRANDS)
    assert 0.2 < plain["big_bags"].sum() / taken < 0.4


def test_choices_are_the_same_however_people_are_cut() -> None:
    one, other = run(steps=5), run(steps=5, rows=25)
    for name, values in one.items():
        assert np.array_equal(values, other[name]), name


def test_changes_of_options_that_nothing_reads_are_refused() -> None:
    with pytest.raises(InputError, match="which nothing that is drawn reads"):
        run(Put(field="colour", to="red"), steps=1)


DAYS_OF_RISE = 3


def test_a_rise_holds_from_its_day_on() -> None:
    late = msgspec.structs.replace(dearer("a"), begin=DAYS_OF_RISE * DAY)
    plain, risen = run(steps=DAYS_OF_RISE), run(late, steps=DAYS_OF_RISE)
    for name, values in plain.items():
        assert np.array_equal(values, risen[name]), name
