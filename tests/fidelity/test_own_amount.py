"""Own amounts and counts before a window: by hand, blind to what comes later, better than the base rate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.lives import life

from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import Outcome
from doxa.checks.worlds import past_of
from doxa.domain.signal import Signal
from doxa.features.labels import labels_of
from doxa.features.moments import at_origins
from doxa.fidelity.rivals.base import base
from doxa.fidelity.rivals.own_amount import _totals
from doxa.fidelity.rivals.own_rate import lifetime, one_band
from doxa.fidelity.rivals.setting import Setting
from doxa.heads.head import family_of

MAP = parse_map(
    """
doxa: 1
product: shop
clock: position
nodes: {shops: {kind: preference}}
signals: {joined: [], trip: [{node: shops, count: 1, amount: spend}]}
outcomes:
  trips: {count: trip, within: 10}
  days: {count: trip, once: session, within: 10}
  spend: {sum: spend, of_signal: trip, within: 10}
"""
)
PEOPLE, LENGTH = 60, 120


def shoppers() -> list[Signal]:
    rng = np.random.default_rng(1)
    found = []
    for person in range(PEOPLE):
        often, much = rng.gamma(2, 0.25), rng.gamma(2, 10)
        told = [("joined", 0, {}, None)]
        for at in range(1, LENGTH):
            told += [
                ("trip", at, {"spend": float(rng.gamma(8, much / 4))}, f"s{again % 2}")
                for again in range(rng.poisson(often))
            ]
        found += life(person, told)
    return found


SIGNALS = shoppers()


def setting(outcome: Outcome, signals: list[Signal] = SIGNALS) -> Setting:
    past = past_of(signals, MAP, [outcome])
    twins = np.unique(past.signals.twin)
    fit, score = (at_origins(outcome, twins, list(at)) for at in (range(20, 90, 10), (100,)))
    y = labels_of(outcome, past_of(SIGNALS, MAP, [outcome]), fit, LENGTH).y
    return Setting(MAP, outcome, family_of(outcome, MAP), past, fit, y, score)


@pytest.mark.parametrize("name", ["trips", "spend"])
def test_totals_by_hand(name: str) -> None:
    outcome = MAP.outcomes[name]
    asked = setting(outcome)
    found = _totals(asked, asked.score, (8.0, np.inf))
    for row in range(0, PEOPLE, 7):
        own = [s for s in SIGNALS if s.twin == f"p{row}" and s.kind == "trip" and s.at < 100]
        worth = [1.0 if name == "trips" else float(str(s.payload["spend"])) for s in own]
        lately = sum(w * 2 ** (-(100 - s.at) / 8) for w, s in zip(worth, own, strict=True))
        np.testing.assert_allclose(found[row], [lately, sum(worth)], rtol=1e-9)


def test_what_counts_as_one_is_counted_once() -> None:
    outcome = MAP.outcomes["days"]
    asked = setting(outcome)
    found = _totals(asked, asked.score, (np.inf,))[:, 0]
    for row in range(0, PEOPLE, 7):
        own = {
            s.session for s in SIGNALS if s.twin == f"p{row}" and s.kind == "trip" and s.at < 100
        }
        assert found[row] == len(own)


@pytest.mark.parametrize("name", ["trips", "spend"])
def test_they_beat_the_base_rate_and_see_nothing_later(name: str) -> None:
    outcome = MAP.outcomes[name]
    asked = setting(outcome)
    y = labels_of(outcome, asked.past, asked.score, LENGTH).y
    blind = replace(asked, past=setting(outcome, [s for s in SIGNALS if s.at < 100]).past)
    usual = base(asked).forecast
    for rival in (lifetime, one_band):
        told, unseen = rival(asked), rival(blind)
        assert told is not None
        assert unseen is not None
        np.testing.assert_allclose(told.forecast, unseen.forecast, rtol=1e-9)
        assert np.mean((told.forecast - y) ** 2) < 0.9 * np.mean((usual - y) ** 2)
