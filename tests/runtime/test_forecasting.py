"""Fit and forecast through the facade: families, priors, records, and clear refusals."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import TIMED, crowd, past_of, world_map
from doxa.domain.clock import DAY, HOUR, MINUTE, Clock
from doxa.domain.signal import Signal
from doxa.errors import DoxaError, InputError, PopulationError, UnknownName
from doxa.features.moments import at_signals
from doxa.features.views import Views
from doxa.heads.forecast import forecast
from doxa.heads.head import recipe_of
from doxa.runtime.opening import open_twins
from doxa.runtime.recording import recorded_columns, recorded_for
from doxa.runtime.twins import Twins
from doxa.runtime.versions import population_at

SIGNALS = crowd()
END = SIGNALS[-1].at + HOUR
MAP = parse_map(
    TIMED.replace(
        "  tag_price:",
        "  spend_all: {sum: price, of_signal: buy, within: 2d}\n"
        "  spend_of: {of: category, items: [milk, tea], sum: price, of_signal: buy, within: 3d}\n"
        "  count_of: {of: category, items: {top: 3}, count: buy, within: 3d}\n"
        "  who_knows: {happens: buy, within: 1d, among: {node: fair, above: 0.5}}\n"
        "  deal_known: {value: deal, of_signal: buy, given: [category, price],"
        " recent: {buy: [deal], beep: [mood]}}\n"
        "  odds: {happens: offer, within: 1d, base: 0.2}\n"
        "  tag_price:",
    )
)


class Hands:
    """A clock that moves only when told."""

    now = END

    def __call__(self) -> int:
        return self.now


@pytest.fixture(scope="module")
def hands() -> Hands:
    return Hands()


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory, hands: Hands):
    with open_twins(tmp_path_factory.mktemp("f") / "f.db", MAP, clock=hands) as twins:
        twins.observe_many(SIGNALS)
        twins.receipt = twins.fit()
        yield twins


def test_every_family_is_fitted_and_the_rest_says_why(fitted: Twins) -> None:
    families = {head.outcome: head.family for head in fitted.receipt.heads}
    assert families["buys_soon"] == "bernoulli"
    assert families["buys_count"] == families["count_of"] == "poisson"
    assert families["spend_all"] == families["spend_of"] == families["mood_since"] == "gaussian"
    assert families["who_knows"] == "bernoulli"
    assert set(families) | set(fitted.receipt.skipped) == set(MAP.outcomes)


def test_what_is_given_live_is_what_the_signal_tells_in_columns(fitted: Twins) -> None:
    told = {"category": "milk", "price": 4.5}
    live = fitted.forecast("deal_known", cohort=["p1"], given=told)
    [one] = live.rows()
    parts = {reason.node: reason.contribution for reason in one.reasons}
    assert {"given category", "given price", "recent buy.deal"} <= set(parts)
    assert math.isclose(one.base + sum(parts.values()), one.predictor, abs_tol=1e-9)
    came = Signal(id="n", twin="p1", kind="buy", at=END, recorded=END, payload={**told, "deal": 1})
    outcome = MAP.outcomes["deal_known"]
    past = past_of([*SIGNALS, came], MAP, [outcome])
    rows = at_signals(outcome, past)
    rows = rows.take(rows.signal == len(SIGNALS))
    known = population_at(fitted.wiring, None)
    assert known is not None
    head = known[1].heads["deal_known"]
    seen = forecast(head, Views(past, recipe_of(head, MAP).readings), rows)
    np.testing.assert_allclose(seen.eta, live.predictor, atol=1e-9)


def test_an_unknown_price_is_given_as_nothing_and_everybody_may_be_asked(fitted: Twins) -> None:
    found = fitted.forecast("deal_known", given={"category": "milk", "price": None})
    assert len(found) == 40
    assert np.isfinite(found.probability).all()
    own = fitted.twin("p1").forecast("deal_known", given={"category": "milk", "price": None})
    assert [row.outcome for row in own] == ["deal_known"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (None, "category and price are not given|category, price are not given"),
        ({"category": "milk"}, "price is not given"),
        ({"category": "milk", "price": "dear"}, "given price: 'dear' is no number"),
        ({"category": "milk", "price": 1, "deal": 1}, "knows no 'deal'"),
    ],
)
def test_what_must_be_given(fitted: Twins, given, says) -> None:
    with pytest.raises(DoxaError, match=says):
        fitted.forecast("deal_known", given=given)


def test_a_forecast_without_a_horizon_is_not_recorded(fitted: Twins) -> None:
    with pytest.raises(InputError, match="no horizon"):
        fitted.forecast("deal_known", given={"category": "tea", "price": 1}, record=True)


@pytest.mark.parametrize(
    "name", ["buys_soon", "no_visit", "buys_count", "count_of", "spend_all", "spend_of"]
)
def test_forecasts_stand_near_what_people_do_and_their_reasons_add_up(
    fitted: Twins, name: str
) -> None:
    found = fitted.forecast(name)
    assert found.label == "live"
    assert found.version == 1
    assert np.isfinite(found.probability).all()
    for row in found.rows(np.arange(min(20, len(found)))):
        assert math.isclose(
            row.base + sum(r.contribution for r in row.reasons), row.predictor, abs_tol=1e-9
        )
    bought = [s for s in SIGNALS if s.kind == "buy"]
    usual = {
        "buys_count": 2 * len(bought) / 24 / 40,
        "spend_all": 2 * sum(s.payload["price"] for s in bought) / 24 / 40,
        "count_of": 3 * len([s for s in bought if s.payload["category"] != "rye"]) / 24 / 40 / 2,
        "spend_of": 3
        * sum(s.payload["price"] for s in bought if s.payload["category"] != "rye")
        / 24
        / 40
        / 2,
    }
    if name in usual:
        assert found.probability.mean() == pytest.approx(usual[name], rel=0.35)


def test_a_forecast_of_one_twin_equals_its_row_among_all(fitted: Twins) -> None:
    whole = fitted.forecast("buys_soon", items=["milk", "tea", "rye"])
    place = whole.twins.index("p7")
    alone = fitted.forecast("buys_soon", cohort=["p7"], items=["milk", "tea"])
    among = whole.probability[whole.twin == place][:2]
    np.testing.assert_allclose(alone.probability, among, rtol=1e-9)
    one, many = list(alone.rows()), list(whole.rows(np.flatnonzero(whole.twin == place)[:2]))
    for a, b in zip(one, many, strict=True):
        assert a.item == b.item
        assert {r.node: round(r.contribution, 9) for r in a.reasons} == {
            r.node: round(r.contribution, 9) for r in b.reasons
        }


def test_before_a_fit_a_forecast_is_the_prior_and_says_so(tmp_path: Path, hands: Hands) -> None:
    with open_twins(tmp_path / "f.db", MAP, clock=hands) as twins:
        twins.observe_many(SIGNALS[:50])
        odds = twins.forecast("odds")
        assert set(odds.probability) == {0.2}
        assert odds.label == "prior"
        assert odds.version is None
        assert set(twins.forecast("buys_soon", items=["milk"]).probability) == {0.5}
        spend = next(twins.forecast("spend_all").rows())
        assert spend.predictor == spend.base == spend.probability == 0.0
        count = next(twins.forecast("buys_count").rows())
        assert count.probability == pytest.approx(math.exp(count.predictor))


def test_a_recorded_set_is_durable_before_its_horizon_and_reads_back_equal(
    tmp_path: Path, hands: Hands
) -> None:
    file = tmp_path / "f.db"
    with open_twins(file, MAP, clock=hands) as twins:
        twins.observe_many(SIGNALS)
        twins.fit(["buys_soon"])
        made = twins.forecast("buys_soon", record=True)
        other = twins.forecast("buys_soon", cohort=["p1"], record=True)
        assert made.id != other.id
    with open_twins(file, clock=hands) as twins:
        stored = {each.id: each for each in twins.wiring.store.forecast_sets("buys_soon")}
        found = stored[made.id]
        assert found.recorded < found.origin == made.origin == hands.now + MINUTE
        for name, column in recorded_columns(found).items():
            np.testing.assert_array_equal(column, getattr(made, name))
        keys, items = recorded_for(found)
        assert twins.wiring.store.twin_names(keys) == made.twins
        assert items == made.items


def test_a_horizon_that_has_begun_is_not_recorded(fitted: Twins, hands: Hands) -> None:
    for at in (hands.now - 1, SIGNALS[0].at):
        with pytest.raises(InputError, match="before its horizon begins"):
            forecast_at(fitted, at, record=True)
    assert forecast_at(fitted, hands.now - DAY).label == "backtest"
    assert forecast_at(fitted, hands.now + DAY, record=True).label == "live"


def forecast_at(twins: Twins, at: int, **more: bool):
    from doxa.runtime.forecasting import forecast_set

    return forecast_set(twins.wiring, "buys_soon", at=at, **more)


def test_a_clock_that_runs_on_past_the_horizon_records_nothing(tmp_path: Path) -> None:
    class Running(Hands):
        def __call__(self) -> int:
            self.now += 2 * MINUTE
            return self.now

    with open_twins(tmp_path / "f.db", MAP, clock=Running()) as twins:
        twins.observe_many(SIGNALS[:50])
        with pytest.raises(InputError, match="horizon began"):
            twins.forecast("odds", record=True)
        assert twins.wiring.store.forecast_sets() == []


def test_what_comes_or_is_learned_later_changes_no_forecast_of_then(tmp_path: Path) -> None:
    hands = Hands()
    with open_twins(tmp_path / "f.db", MAP, clock=hands) as twins:
        twins.observe_many(SIGNALS)
        twins.fit(["buys_soon"])
        then = END - 5 * DAY
        before = forecast_at(twins, then)
        late = [replace_times(s, s.at - 2 * DAY, then + HOUR) for s in SIGNALS[-300:]]
        twins.observe_many(late)
        after = forecast_at(twins, then)
        np.testing.assert_array_equal(after.probability, before.probability)
        known = forecast_at(twins, then + 2 * HOUR)
        assert (known.probability != before.probability).any()


def replace_times(signal: Signal, at: int, recorded: int) -> Signal:
    same = {name: getattr(signal, name) for name in signal.__struct_fields__}
    return Signal(**same | {"id": f"late-{signal.id}", "at": at, "recorded": recorded})


def test_unknown_names_are_refused_with_what_there_is(fitted: Twins) -> None:
    with pytest.raises(UnknownName, match="buys_soon"):
        fitted.forecast("buys_son")
    with pytest.raises(UnknownName, match="milk"):
        fitted.forecast("buys_soon", items=["mlik"])
    with pytest.raises(UnknownName, match="nobody"):
        fitted.forecast("buys_soon", cohort=["nobody"])
    with pytest.raises(UnknownName, match="knows no 'mood' of its signal"):
        fitted.forecast("mood_now", given={"mood": 3})


def test_who_is_asked_may_hang_on_the_session_of_the_supposed_signal(fitted: Twins) -> None:
    last = [signal for signal in SIGNALS if signal.kind == "beep"][-1]
    assert not len(fitted.forecast("mood_now"))
    [one] = fitted.forecast("mood_now", given={"session": last.session}).rows()
    assert one.twin == last.twin


def test_an_empty_ledger_is_no_accident(tmp_path: Path, hands: Hands) -> None:
    with open_twins(tmp_path / "f.db", MAP, clock=hands) as twins:
        for name in ("buys_soon", "takes", "buys_count"):
            asked = {"items": ["milk"]} if name == "buys_soon" else {}
            if not asked:
                assert len(twins.forecast(name)) == 0
        with pytest.raises(PopulationError, match="empty"):
            twins.fit()


def test_a_map_that_changed_makes_the_population_stale(tmp_path: Path, hands: Hands) -> None:
    file = tmp_path / "f.db"
    with open_twins(file, MAP, clock=hands) as twins:
        twins.observe_many(SIGNALS)
        twins.fit(["buys_soon"])
        assert not twins.forecast("buys_soon").stale
    weights = parse_map(MAP.text.replace("for: 0.2", "for: 0.3"))
    with open_twins(file, weights, clock=hands, apply_map=True) as twins:
        assert next(twins.forecast("buys_soon").rows()).stale
    bands = parse_map(MAP.text.replace("bands: [6h, 3d", "bands: [6h, 2d, 3d"))
    with open_twins(file, bands, clock=hands, apply_map=True) as twins:
        with pytest.raises(PopulationError, match="other features"):
            twins.forecast("buys_soon")
        twins.fit(["buys_soon"])
        assert not twins.forecast("buys_soon").stale


def test_opinions_without_evidence_read_as_the_population_of_their_time(tmp_path: Path) -> None:
    hands = Hands()
    with open_twins(tmp_path / "f.db", MAP, clock=hands) as twins:
        twins.observe_many(SIGNALS)
        twins.observe("cold", "offer", {}, at="2026-03-06", recorded="2026-03-06")
        twins.fit(["odds"])
        stored = twins.wiring.store.populations()
        assert [each.version for each in twins.wiring.store.activations()] == [
            each.version for each in stored
        ]
        from doxa.heads.population import decode

        priors = decode(stored[0].body).priors
        fair = twins.twin("nobody").opinion("fair")
        assert fair.credence == pytest.approx(priors["fair"].family[0])
        r, s = sums_by_hand("buy", "complaint")
        weight, share = (r + s) / (r + s + 2), r / np.maximum(r + s, 1e-300)
        assert fair.credence == pytest.approx((weight @ share + 1.0) / (weight.sum() + 2), rel=1e-6)
        then = hands.now
        hands.now += HOUR
        twins.observe_many(complaints("p1"), now=None)
        twins.fit(["odds"])
        assert twins.twin("nobody").opinion("fair").credence < fair.credence
        assert twins.twin("nobody", known_at=when(then)).opinion("fair").credence == fair.credence


def sums_by_hand(good: str, bad: str) -> tuple[np.ndarray, np.ndarray]:
    """Decayed support and attack of each person at the node's 3 days, an occasion saturating."""
    people = sorted({s.twin for s in SIGNALS})
    now = max(s.at for s in SIGNALS) + 1
    out = np.zeros((2, len(people)))
    for place, weights in enumerate(({good: 0.2}, {bad: 1.0})):
        for number, twin in enumerate(people):
            occasions: dict[str, list[tuple[int, float]]] = {}
            for s in SIGNALS:
                if s.twin == twin and s.kind in weights and (place or s.payload.get("deal")):
                    occasions.setdefault(s.session or "", []).append((s.at, 0.7 * weights[s.kind]))
            for told in occasions.values():
                total = sum(weight for _, weight in told) / 0.7
                grown = total if total <= 1 else 1 + math.log(total)
                out[place, number] += 0.7 * grown * 2 ** (-(now - max(told)[0]) / (3 * DAY))
    heard = out.sum(axis=0) > 0
    return out[0, heard], out[1, heard]


def complaints(twin: str) -> list[Signal]:
    return [
        Signal(
            id=f"new{n}",
            twin=twin,
            kind="complaint",
            at=END - n * DAY,
            recorded=END,
            session=f"n{n}",
        )
        for n in range(8)
    ]


def when(moment: int) -> str:
    from doxa.domain.clock import format_moment

    return format_moment(moment, Clock.TIME)


def test_weird_names_are_names(tmp_path: Path, hands: Hands) -> None:
    odd = ["0", "null", "-1", "milk ", "ÄÖ\u2028", "x" * 200, "a/b[c]\"'"]
    signals = [
        Signal(
            id=f"{n}-{m}",
            twin=f"p{n}",
            kind="buy",
            at=END - (20 + n % 4) * DAY - m,
            recorded=END,
            payload={"category": name},
        )
        for n in range(12)
        for m, name in enumerate(odd)
    ]
    with open_twins(tmp_path / "f.db", MAP, clock=hands) as twins:
        twins.observe_many([*SIGNALS, *signals])
        twins.fit(["count_of"])
        found = twins.forecast("count_of", cohort=["p1"], items=odd)
        assert found.items == odd
        assert np.isfinite(found.probability).all()


def test_the_position_clock_fits_too(tmp_path: Path, hands: Hands) -> None:
    belief_map = world_map(Clock.POSITION)
    places: dict[str, int] = {}
    signals = []
    for s in SIGNALS:
        places[s.twin] = places.get(s.twin, -20) + 1
        changed = {"at": places[s.twin], "recorded": 0, "order": 0}
        signals.append(Signal(**{n: getattr(s, n) for n in s.__struct_fields__} | changed))
    with open_twins(tmp_path / "f.db", belief_map, clock=hands) as twins:
        twins.observe_many(signals)
        receipt = twins.fit()
        assert {"buys_soon", "no_visit", "buys_count", "mood_since"} <= {
            h.outcome for h in receipt.heads
        }
        found = twins.forecast("buys_soon", record=True)
        assert np.isfinite(found.probability).all()
