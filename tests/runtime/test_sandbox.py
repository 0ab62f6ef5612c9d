"""A sandbox reads like the twin it would be, and touches nothing before it is committed."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.runtime.conftest import NOW, SHOP

from doxa.beliefmap.map_file import parse_map
from doxa.errors import InputError, SignalError
from doxa.runtime.opening import open_twins
from doxa.runtime.sandbox import Sandbox
from doxa.runtime.twins import Twins

STEPS = st.lists(
    st.sampled_from(["purchase", "complaint", "praise", "claim", "assume", "read"]), max_size=6
)


def ledger(twins: Twins) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with closing(sqlite3.connect(twins.wiring.path)) as store:
        names = [r[0] for r in store.execute("SELECT name FROM sqlite_schema WHERE type='table'")]
        return {name: store.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}


def history(twins: Twins) -> None:
    twins.observe("h42", "purchase", {"category": "MILK", "price": 2}, at="2026-02-01", id="a")
    twins.observe("card-9", "complaint", {"topic": "price"}, at="2026-02-03", id="b")
    twins.observe("card-9", "praise", at="2026-02-04", id="c")
    twins.merge("card-9", into="h42", at="2026-02-05")
    twins.retract("c")


def put(into: Sandbox, step: str, number: int) -> None:
    if step == "purchase":
        into.observe("purchase", {"category": "MILK", "price": number}, id=f"new-{number}")
    elif step in ("complaint", "praise"):
        into.observe(step, {"topic": "price"}, id=f"new-{number}")
    elif step == "claim":
        into.believe("prices_are_fair", holds=bool(number % 2), source="self")
    elif step == "assume":
        into.assume("eat_healthier")
    else:
        into.twin().opinions()


@settings(max_examples=15)
@given(steps=STEPS)
def test_the_ledger_is_not_touched_until_commit(steps, tmp_path_factory):
    file = tmp_path_factory.mktemp("shop") / "shop.db"
    with open_twins(file, parse_map(SHOP), clock=lambda: NOW) as twins:
        history(twins)
        _try_out(twins, steps)


def _try_out(twins: Twins, steps: list[str]) -> None:
    before, read = ledger(twins), twins["h42"].opinions()
    box = twins.sandbox("h42")
    assert box.diff() == ()
    assert box.twin().opinions() == read
    for number, step in enumerate(steps):
        put(box, step, number)
    assert ledger(twins) == before
    kept = [step for step in steps if step in ("purchase", "complaint", "praise", "claim")]
    assert len(box.pending) == len({s.id for s in box.pending}) <= len(kept)
    if "assume" not in steps:
        said = box.twin().opinions()
        box.commit()
        assert twins["h42"].opinions() == said
    else:
        box.discard()
        assert ledger(twins) == before


def test_what_is_assumed_is_read_and_never_written(shop):
    history(shop)
    with shop.sandbox("h42") as box:
        box.observe("complaint", {"topic": "price"}, id="new")
        box.assume("prices_are_fair", holds=False, weight=3)
        low = box.twin().opinion("prices_are_fair").credence
        [change] = box.diff()
        assert (str(change.node), change.after.credence) == ("prices_are_fair", low)
        assert "fell" in change.what
        [receipt] = box.commit()
    assert (receipt.id, receipt.duplicate) == ("new", False)
    assert low < shop["h42"].opinion("prices_are_fair").credence < change.before.credence


def test_merges_and_retractions_are_those_of_the_person(shop):
    history(shop)
    box = shop.sandbox("card-9")
    assert box.twin().id == "h42"
    assert box.twin().opinions() == shop["card-9"].opinions()
    early = box.twin("2026-02-04T23:00Z", known_at="2026-02-04T23:00Z")
    assert (
        early.opinions() == shop.twin("card-9", "2026-02-04T23:00Z", "2026-02-04T23:00Z").opinions()
    )


def test_somebody_never_met(shop):
    box = shop.sandbox("new")
    assert not box.twin().met
    box.observe("praise")
    assert box.twin().met
    assert not shop["new"].met


def test_a_purpose_sees_what_it_sees(shop):
    history(shop)
    box = shop.sandbox("h42")
    with pytest.raises(LookupError):
        box.twin(purpose="nobody")


def test_after_it_is_closed_nothing_goes_in(shop):
    box = shop.sandbox("h42")
    with pytest.raises(SignalError):
        box.observe("prchase")
    assert box.commit() == []
    for call in (box.commit, lambda: box.observe("praise"), lambda: box.assume("eat_healthier")):
        with pytest.raises(InputError, match="was committed or dropped"):
            call()
