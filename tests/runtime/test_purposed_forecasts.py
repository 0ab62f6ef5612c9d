"""Forecasts under a purpose rest on nothing that it may not see."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import START, crowd
from doxa.domain.clock import DAY
from doxa.domain.signal import Signal
from doxa.errors import InputError, UnknownName
from doxa.heads.population import decode
from doxa.interfaces.pages.portrait import portrait
from doxa.interfaces.pages.twin import write_twin_page
from doxa.runtime.twins import Twins
from doxa.runtime.wiring import Wiring
from doxa.storage.memory import MemoryStore

SHOP = """
doxa: 1
product: shop
timezone: America/New_York
bands: [3d, 21d, never]
sources: {default: {trust: 0.9}, secret_desk: {seen_by: [service]}}
nodes:
  buys: {kind: preference, of: category, half_life: 3d}
  shops: {kind: preference, half_life: 21d}
  hidden_mood: {kind: feeling, scale: [1, 7], half_life: 6h, says: "Is in a hidden mood."}
  fair: {kind: belief, half_life: 21d}
signals:
  visit: [{node: shops, count: 1}]
  buy:
    - {node: buys, count: 1, once: session, amount: price}
    - {node: fair, for: 0.2, when: {deal: 1}}
  complaint: [{node: fair, against: 1}]
  beep: [{node: hidden_mood, value: mood}]
outcomes:
  buys_soon: {of: category, items: {top: 3}, happens: buy, within: 2d}
  no_visit: {never: visit, within: 1d}
  complains: {happens: complaint, within: 5d}
  low: {happens: visit, within: 1d, among: {node: hidden_mood, below: 0.9}}
purposes:
  service: {sees: all}
  ads: {sees: all, except: [hidden_mood], forecasts: [buys_soon, no_visit, complains, low]}
  news: {sees: [buys, shops, fair], forecasts: [no_visit], consent: true}
"""
MAP = parse_map(SHOP)
NOW = START + 24 * DAY
GIVEN = datetime.fromtimestamp((START + DAY) / 1e6, UTC)


def world():
    """A crowd known from the start, of whom some complain at a desk that only service hears."""
    told = [
        Signal(id=f"t{n}", twin=f"p{n}", kind="traits", at=START, recorded=START, payload={"n": n})
        for n in range(40)
    ]
    for signal in crowd(40, days=24):
        at_desk = signal.kind == "complaint" or (signal.kind == "visit" and signal.twin == "p7")
        source = "secret_desk" if at_desk and signal.twin not in ("p1", "p2") else "default"
        told.append(msgspec.structs.replace(signal, source=source))
    return sorted(told, key=lambda signal: (signal.at, signal.id))


def opened(belief_map, signals, tmp_path, name="x"):
    store = MemoryStore(zone=belief_map.zone)
    store.append(signals)
    return Twins(Wiring(store, belief_map, tmp_path / f"{name}.db", lambda: NOW))


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    twins = opened(MAP, world(), tmp_path_factory.mktemp("shop"))
    twins.fit()
    return twins


def left(belief_map):
    """The map without what `ads` may not see, by plain removal."""
    text = SHOP.replace(
        '  hidden_mood: {kind: feeling, scale: [1, 7], half_life: 6h, says: "Is in a hidden mood."}\n',
        "",
    )
    text = text.replace("{node: hidden_mood, value: mood}", "").replace(
        "except: [hidden_mood], ", ""
    )
    text = "\n".join(line for line in text.splitlines() if not line.startswith("  low:"))
    return parse_map(text.replace(", low]", "]"))


def test_a_forecast_for_a_purpose_is_the_operators_of_what_is_left(shop, tmp_path):
    kept = [signal for signal in world() if signal.source != "secret_desk"]
    plain = opened(left(MAP), kept, tmp_path, "plain")
    plain.fit()
    assert shop.wiring.store.stats().newest_at == plain.wiring.store.stats().newest_at
    for name in ("buys_soon",):
        found, expected = shop.forecast(name, purpose="ads"), plain.forecast(name)
        assert (found.label, len(found)) == ("live", len(expected)) != ("live", 0)
        by_twin = {(r.twin, r.item): r for r in found.rows()}
        for row in expected.rows():
            mine = by_twin[row.twin, row.item]
            assert mine.probability == pytest.approx(row.probability, rel=1e-9)
            told = {reason.node: reason.contribution for reason in mine.reasons}
            assert told == pytest.approx({r.node: r.contribution for r in row.reasons}, abs=1e-9)
            assert mine.base + sum(told.values()) == pytest.approx(mine.predictor, abs=1e-9)
            assert "hidden_mood" not in told
    twin, same = shop.twin("p3", purpose="ads"), plain.twin("p3")
    assert twin.opinion("shops").credence == pytest.approx(same.opinion("shops").credence, rel=1e-9)


def test_the_operators_forecasts_do_use_it(shop):
    nodes = {reason.node for reason in shop.twin("p3").forecast("buys_soon")[0].reasons}
    assert "hidden_mood" in nodes
    assert shop.forecast("buys_soon", purpose="service").probability == pytest.approx(
        shop.forecast("buys_soon").probability
    )


@pytest.mark.parametrize("name", ["no_visit", "complains", "low"])
def test_what_hidden_sources_or_nodes_decide_is_not_forecast(shop, name):
    with pytest.raises(InputError, match=f"'ads' may not forecast '{name}'"):
        shop.forecast(name, purpose="ads")
    with pytest.raises(InputError, match=f"'ads' may not forecast '{name}'"):
        shop.twin("p3", purpose="ads").forecast(name)
    assert len(shop.forecast(name, purpose="service"))


def test_what_the_map_does_not_allow_is_not_forecast(shop):
    with pytest.raises(
        InputError, match=r"'news' may not forecast 'buys_soon'; expected one of no_visit"
    ):
        shop.forecast("buys_soon", purpose="news")
    with pytest.raises(UnknownName, match="no purpose 'nws'"):
        shop.forecast("buys_soon", purpose="nws")


def test_equal_sights_share_what_was_learned(shop):
    stored = shop.wiring.store.populations()[-1]
    population = decode(stored.body)
    assert {part.sight.hidden for part in population.sights} == {("hidden_mood",)}
    (part,) = population.sights
    assert part.unheard == ("no_visit", "complains")
    assert set(part.heads) == {"buys_soon"}


def test_a_purpose_forecasts_those_who_gave_consent_and_counts_the_others(tmp_path):
    kept = [msgspec.structs.replace(signal, source="default") for signal in world()]
    twins = opened(MAP, kept, tmp_path)
    with pytest.raises(InputError, match="'news' only with the person's consent"):
        twins.twin("p3", purpose="news").forecast("no_visit")
    twins.observe("p3", "consent", {"purpose": "news", "given": True}, at=GIVEN)
    twins.fit()
    found = twins.forecast("no_visit", purpose="news")
    assert (found.twins, found.left_out) == (["p3"], 39)
    asked = twins.forecast("no_visit", cohort=["p3", "p4", "nobody"], purpose="news", record=True)
    assert (asked.twins, asked.left_out, asked.id.endswith("/news")) == (["p3"], 2, True)
    assert len(twins.twin("p3", purpose="news").forecast("no_visit")) == 1
    with pytest.raises(InputError, match="consent"):
        twins.twin("nobody", purpose="news").forecast("no_visit")


def test_a_node_by_consent_is_in_no_forecast_of_those_who_did_not_give_it(tmp_path):
    told = parse_map(SHOP.replace("scale: [1, 7],", "scale: [1, 7], opt_in: true,"))
    twins = opened(told, world(), tmp_path)
    twins.observe("p3", "consent", {"node": "hidden_mood", "given": True}, at=GIVEN)
    twins.fit()
    rows = {row.twin: row for row in twins.forecast("no_visit").rows()}
    assert "hidden_mood" in {reason.node for reason in rows["p3"].reasons}
    assert "hidden_mood" not in {reason.node for reason in rows["p4"].reasons}
    silent = [s for s in world() if not (s.kind == "beep" and s.twin != "p3")]
    other = opened(told, silent, tmp_path, "silent")
    other.observe("p3", "consent", {"node": "hidden_mood", "given": True}, at=GIVEN)
    beeps = [s for s in world() if s.kind == "beep" and s.twin != "p3"]
    other.wiring.store.append([msgspec.structs.replace(s, payload={}) for s in beeps])
    other.fit()
    quiet = {row.twin: row.probability for row in other.forecast("no_visit").rows()}
    assert quiet == pytest.approx({name: row.probability for name, row in rows.items()}, rel=1e-9)


def test_a_page_for_a_purpose_holds_no_byte_of_what_is_hidden(shop, tmp_path):
    def page(purpose):
        path = tmp_path / f"{purpose}.html"
        told = portrait(shop, "p5", purpose=purpose)
        write_twin_page(told, path, command="doxa report")
        return path.read_text(encoding="utf-8")

    shown, kept = page("service"), page("ads")
    for word in ("hidden mood", "secret_desk"):
        assert word in shown
        assert word not in kept
    assert "hidden_mood" not in kept


def test_nobody_seen_is_like_nobody_met(shop):
    twins = shop
    twins.wiring.store.append(
        [
            Signal(
                id="only",
                twin="desk-only",
                kind="visit",
                at=NOW - DAY,
                recorded=NOW - DAY,
                source="secret_desk",
            )
        ]
    )
    told = []
    for name in ("desk-only", "nobody"):
        with pytest.raises(UnknownName) as error:
            twins.twin(name, purpose="ads").forecast("buys_soon")
        told.append(str(error.value).replace(name, "X"))
    assert told[0] == told[1]
    assert np.array_equal(
        twins.forecast("buys_soon", cohort=["desk-only"], purpose="ads").probability, []
    )
