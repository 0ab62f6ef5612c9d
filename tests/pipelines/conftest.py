"""A store of many people, to make features and pipelines from."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

import doxa
from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import START, TIMED, crowd
from doxa.domain.clock import DAY
from doxa.domain.signal import Signal

MAP = (
    TIMED
    + "  beeps: {value: mood, of_signal: beep}\n"
    + "purposes: {shelf: {sees: [buys], forecasts: [buys_soon]}}\n"
)
GRID = [START + day * DAY for day in range(8, 24, 3)]


def history() -> list[Signal]:
    """Eighty people over 28 days, all gold; every seventh signal is recorded two days late."""
    gold = [
        Signal(
            id=f"traits-{number}",
            twin=f"p{number}",
            kind="traits",
            at=START,
            recorded=START,
            payload={"tier": "gold"},
        )
        for number in range(80)
    ]
    return gold + [
        msgspec.structs.replace(signal, recorded=signal.at + (2 * DAY if place % 7 == 0 else 0))
        for place, signal in enumerate(crowd(80, days=28))
    ]


@pytest.fixture(scope="session")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of that history, fitted."""
    path = tmp_path_factory.mktemp("pipelines") / "shop.db"
    with doxa.open(path, map=parse_map(MAP)) as twins:
        twins.observe_many(history())
        twins.fit(["no_visit", "buys_soon", "spend", "beeps"])
    return path
