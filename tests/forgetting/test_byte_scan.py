"""After forget and purge no file of the store holds anything of the person; the others are as before."""

from __future__ import annotations

import random
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.forgetting.remains import remains

from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import DAY, HOUR, parse_time
from doxa.domain.signal import Signal
from doxa.errors import ForgottenTwin
from doxa.interfaces.pages.portrait import portrait
from doxa.interfaces.pages.twin import write_twin_page
from doxa.runtime.opening import open_twins
from doxa.runtime.recording import recorded_columns, recorded_for
from doxa.runtime.twins import Twins
from doxa.storage.blocks import encode_block
from doxa.storage.port import ForecastSet

NOW = parse_time("2026-03-10T12:00:00Z")
MAP = parse_map("""
doxa: 1
product: shop
timezone: {from: tz, default: America/New_York}
nodes:
  fair: {kind: belief, base: 0.6}
  buys: {kind: preference, of: category}
  mood: {kind: feeling, scale: [1, 7]}
signals:
  buy: [{node: buys, count: 1, once: session, amount: price}]
  say: [{node: fair, for: 1, when: {good: 1}}, {node: fair, against: 1, when: {good: 0}}]
  beep: [{node: mood, value: mood}]
outcomes:
  buys_soon: {happens: buy, within: 2d}
  says_soon: {of: category, items: [milk, tea], happens: buy, within: 2d}
""")


STEPS = (
    *("one", "one", "many", "snapshot", "read", "record", "page"),
    *("device", "device", "retract", "believe"),
)


class World:
    """Some people, each with an id and words that nobody else has."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.rng = random.Random(seed)
        self.folder = folder
        self.people = [self.word(f"person{number}") for number in range(self.rng.randint(2, 7))]
        self.words: dict[str, list[str]] = {person: [person] for person in self.people}
        self.rows: dict[str, list[dict[str, Any]]] = {person: [] for person in self.people}
        self.place = 0

    def word(self, begins: str) -> str:
        return (
            f"{begins}-{self.rng.choice(['é', 'ß', '&amp', 'x', '名'])}{self.rng.getrandbits(64):x}"
        )

    def row(self, person: str) -> dict[str, Any]:
        """A signal full of words of one's own, some of them long enough to overflow a page."""
        own = [self.word(part) for part in ("text", "session", "device", "source", "member", "id")]
        self.words[person] += own
        text, session, device, source, member, id_ = own
        self.place += 1
        kind = self.rng.choice(["buy", "say", "beep", "traits"])
        payload: dict[str, Any] = {
            "text": text * self.rng.choice([1, 1, 3, 40, 400]),
            "category": member,
            "price": self.rng.random(),
            "good": self.rng.randint(0, 1),
            "mood": self.rng.randint(1, 7),
        }
        row = {
            "twin": person,
            "kind": kind,
            "payload": payload,
            "id": id_,
            "session": session if self.rng.random() < 0.7 else None,
            "device": device if self.rng.random() < 0.5 else None,
            "source": source if self.rng.random() < 0.2 else "till",
            "at": NOW - 90 * DAY + self.rng.randrange(90 * DAY),
        }
        self.rows[person].append(row)
        return row

    def live(self, twins: Twins, steps: int) -> None:
        """Things happen in any order: signals, snapshots, readings, forecasts, pages."""
        for _ in range(steps):
            self.step(twins, self.rng.choice(STEPS))

    def step(self, twins: Twins, step: str) -> None:
        """One thing happens to somebody."""
        person = self.rng.choice(self.people)
        if step == "one":
            twins.observe_many([_signal(self.row(person))], now=NOW)
        elif step == "many":
            crowd = [self.rng.choice(self.people) for _ in range(self.rng.randint(1, 40))]
            twins.observe_many([_signal(self.row(one)) for one in crowd], now=NOW)
        elif step == "snapshot":
            twins.snapshot()
        elif step == "device":
            device = self.word("tablet")
            self.words[person].append(device)
            twins.observe_many([_signal({**self.row(person), "twin": device})], now=NOW)
            twins.merge(device, into=person, at="2026-01-15", now=NOW)
        elif step == "retract" and self.rows[person]:
            row = self.rng.choice(self.rows[person])
            twins.retract(row["id"], source=row["source"], now=NOW)
        elif step == "believe":
            own = self.word("claim")
            self.words[person].append(own)
            twins.believe(person, f"is a {own}", kind="preference", source="self", now=NOW)
        elif step == "read":
            twins.twin(person).opinions()
        elif step == "record":
            self.place += 1
            twins.wiring.store.put_forecasts(_recorded(twins, self.place))
        elif step == "page" and twins.twin(person).met:
            path = self.folder / f"page{self.people.index(person)}.html"
            write_twin_page(portrait(twins, person), path, command=f"doxa report {person}")


def _signal(row: dict[str, Any]) -> Signal:
    return Signal(**{**row, "recorded": min(row["at"] + HOUR, NOW)})


def _recorded(twins: Twins, number: int) -> ForecastSet:
    """A set as recording makes it, under an id of its own."""
    name = "buys_soon" if number % 2 else "says_soon"
    found = twins.forecast(name)
    names = ("twin", "item", "probability", "predictor", "closes")
    columns = {column: getattr(found, column) for column in names}
    return ForecastSet(
        id=f"{name}-{number}",
        outcome=name,
        origin=NOW,
        recorded=NOW,
        population=0,
        label="live",
        body=encode_block(found.keys, found.items, columns),
    )


def _read(twins: Twins, person: str) -> Any:
    """Everything that can be read of a person."""
    twin = twins.twin(person)
    key = twins.wiring.store.twin_key(person)
    forecasts = []
    for stored in twins.wiring.store.forecast_sets():
        keys, items = recorded_for(stored)
        columns = recorded_columns(stored)
        if key in keys:
            rows = columns["twin"] == keys.index(key)
            forecasts.append(
                (
                    stored.id,
                    items,
                    {
                        name: column[rows].tolist()
                        for name, column in columns.items()
                        if name != "twin"
                    },
                )
            )
    return (
        key,
        [each.as_dict() for each in twin.opinions()],
        twin.traits(),
        twins.wiring.store.signals(key or 0),
        forecasts,
    )


@settings(max_examples=10)
@given(seed=st.integers(0, 2**32), steps=st.integers(3, 15))
def test_nothing_is_left(seed: int, steps: int) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        world = World(seed, folder)
        with open_twins(folder / "shop.db", MAP, clock=lambda: NOW, snapshot_after=1) as twins:
            world.live(twins, steps)
            gone = world.rng.sample(world.people, world.rng.randint(1, len(world.people) - 1))
            others = [person for person in world.people if person not in gone]
            for _ in range(2):  # the first reading leaves a snapshot, which orders members
                before = {person: _read(twins, person) for person in others}
            for person in gone:
                receipt = twins.forget(person)
                assert receipt.purged_at is not None
                assert remains(folder, world.words[person]) == {}
            assert {person: _read(twins, person) for person in others} == before
            for person in gone:
                assert not twins.twin(person).met
                if world.rows[person]:
                    with pytest.raises(ForgottenTwin):
                        twins.observe_many([_signal(row) for row in world.rows[person]])
            words = [word for person in gone for word in world.words[person]]
            world.people = others
            world.live(twins, steps)
            assert remains(folder, words) == {}
        assert remains(folder, words) == {}
        with open_twins(folder / "shop.db", clock=lambda: NOW) as twins:
            assert [twins.twin(person).met for person in gone] == [False] * len(gone)
    finally:
        shutil.rmtree(folder)


def test_the_scan_finds_a_person_who_is_there(tmp_path: Path) -> None:
    world = World(3, tmp_path)
    with open_twins(tmp_path / "shop.db", MAP, clock=lambda: NOW) as twins:
        for step in ("many", "snapshot", "record", "page", "page", "page"):
            world.step(twins, step)
        found = remains(tmp_path, [word for words in world.words.values() for word in words])
    assert {"shop.db", "shop.db-wal"} & set(found)
    assert any(name.endswith(".html") for name in found)
