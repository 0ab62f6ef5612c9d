"""Recorded forecasts settle once, are scored as first told and as told today, apart for the acted upon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import DAY, HOUR, MINUTE, format_moment, parse_time
from doxa.domain.signal import Signal
from doxa.errors import InputError, UnknownName
from doxa.fidelity.live import LiveGroup, LiveReport
from doxa.interfaces.cli.frame import run
from doxa.runtime.opening import open_twins
from doxa.runtime.twins import Twins
from doxa.storage.blocks import decode_block

START = parse_time("2026-01-01T00:00:00Z")
TEXT = """
doxa: 1
product: cafe
nodes:
  comes: {kind: preference, says: "Comes here.", half_life: 14d}
  buys: {kind: preference, of: cake, says: "Buys {cake}."}
signals:
  visit: [{node: comes, count: 1}]
  bought: [{node: buys, count: 1}]
  offer: []
  redeemed: []
outcomes:
  comes_back: {happens: visit, within: 3d}
  visits: {count: visit, within: 3d}
  buys_cake: {of: cake, items: [plum, apple], happens: bought, within: 3d}
  redeems: {after: offer, same: [code], happens: redeemed, within: 2d}
actions:
  voucher: {signal: offer, with: {code: spring}, control: {code: none}}
personas: [age]
"""
MAP = parse_map(TEXT)
PEOPLE = 60


class Hands:
    """A clock that moves only when told."""

    now = START

    def __call__(self) -> int:
        return self.now


def on(day: int, person: int, kind: str, payload: dict | None = None, *, late: int = 0) -> Signal:
    at = START + day * DAY + 8 * HOUR + person * MINUTE
    return Signal(
        id=f"{kind}-{person}-{day}",
        twin=f"p{person}",
        kind=kind,
        at=at,
        recorded=at + late * DAY,
        payload=payload or {},
    )


def life(begin: int, end: int, *, rate: float = 0.5) -> list[Signal]:
    """Every third person comes often; who comes buys plum or apple by habit."""
    found = []
    for day in range(begin, end):
        rng = np.random.default_rng((7, day))
        for person in range(PEOPLE):
            if rng.random() < (rate if person % 3 else 0.05):
                found.append(on(day, person, "visit"))
                cake = "plum" if person % 2 else "apple"
                found.append(on(day, person, "bought", {"cake": cake}))
    return found


def offers(day: int) -> list[Signal]:
    """Ten people get the voucher, ten the control; half of the former redeem it next day."""
    sent = [on(day, n, "offer", {"code": "spring" if n < 10 else "none"}) for n in range(20)]
    return sent + [on(day + 1, n, "redeemed", {"code": "spring"}) for n in range(0, 10, 2)]


def go_on(twins: Twins, hands: Hands, day: int, signals: list[Signal]) -> None:
    hands.now = START + day * DAY
    twins.observe_many([each for each in signals if each.recorded <= hands.now])


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def twins(tmp_path: Path, hands: Hands) -> Iterator[Twins]:
    """Thirty days of life, fitted."""
    with open_twins(tmp_path / "cafe.db", MAP, clock=hands) as found:
        traits = [on(0, n, "traits", {"age": "old" if n % 3 else "young"}) for n in range(PEOPLE)]
        hands.now = START + 30 * DAY
        found.observe_many([*traits, *life(0, 30), *offers(10), *offers(20)])
        found.fit()
        yield found


def only(report: LiveReport, outcome: str = "comes_back") -> dict[str, LiveGroup]:
    [found] = [each for each in report.outcomes if each.outcome == outcome]
    return {group.who: group for group in found.groups}


def labels(twins: Twins) -> dict[str, np.ndarray]:
    return {
        each.forecast_set: decode_block(each.body).arrays()["y"]
        for each in twins.wiring.store.settled()
    }


def test_a_set_settles_a_day_after_its_last_window(twins: Twins, hands: Hands) -> None:
    twins.forecast("comes_back", record=True)
    go_on(twins, hands, 33, life(30, 33))
    [waiting] = twins.live_fidelity().outcomes
    assert (waiting.sets, waiting.pending, waiting.groups) == (0, 1, [])
    hands.now = START + 34 * DAY + 2 * MINUTE
    [found] = twins.live_fidelity().outcomes
    assert (found.sets, found.pending, found.forecasts) == (1, 0, PEOPLE)
    [settled] = twins.wiring.store.settled()
    assert settled.known_at == START + 34 * DAY + MINUTE


def test_scores_are_those_of_what_was_recorded(twins: Twins, hands: Hands) -> None:
    made = twins.forecast("comes_back", record=True)
    lived = life(30, 33)
    go_on(twins, hands, 35, lived)
    came = {each.twin for each in lived if each.kind == "visit"}
    y = np.array([float(made.twins[place] in came) for place in made.twin])
    p = made.probability
    group = only(twins.live_fidelity())["left alone"]
    loss = -(y * np.log(p) + (1 - y) * np.log1p(-p)).mean()
    assert group.ladder.steps[-1].loss[0] == pytest.approx(loss)
    assert group.brier is not None
    assert group.brier[0] == pytest.approx(((p - y) ** 2).mean())
    [point] = group.over_time
    assert (point.happened, point.said) == pytest.approx((y.mean(), p.mean()))
    assert [step.name for step in group.ladder.steps] == ["base", "persona", "twin"]
    base, persona, twin = (step.loss[0] for step in group.ladder.steps)
    assert persona < base
    assert twin < base


def test_labels_once_settled_stay_and_corrections_give_a_second_score(
    twins: Twins, hands: Hands
) -> None:
    twins.forecast("comes_back", record=True)
    go_on(twins, hands, 35, life(30, 33))
    first = only(twins.live_fidelity())["left alone"]
    before = labels(twins)
    assert first.second is None
    silent = [n for n in range(PEOPLE) if not any(s.twin == f"p{n}" for s in life(30, 33))][:5]
    hands.now = START + 41 * DAY
    twins.observe_many([on(31, n, "visit", late=9) for n in silent])
    again = only(twins.live_fidelity())["left alone"]
    np.testing.assert_equal(labels(twins), before)
    assert again.ladder == first.ladder
    assert again.corrected == len(silent) == 5
    assert again.second is not None
    assert again.second.mean == pytest.approx(first.ladder.mean + 5 / PEOPLE)


def test_a_label_is_what_the_ledger_said_then_whenever_it_is_scored(
    twins: Twins, hands: Hands
) -> None:
    twins.forecast("comes_back", record=True)
    go_on(twins, hands, 34, life(30, 33))
    hands.now = START + 60 * DAY
    lived = [each.id for each in life(30, 33) if each.kind == "visit"]
    twins.retract(lived[0])
    twins.observe_many([on(32, 0, "visit", late=20)])
    group = only(twins.live_fidelity())["left alone"]
    whole = {each.twin for each in life(30, 33) if each.kind == "visit"}
    assert group.ladder.mean == pytest.approx(len(whole) / PEOPLE)
    assert group.corrected >= 1


def test_people_acted_upon_stand_apart_and_controls_do_not(twins: Twins, hands: Hands) -> None:
    twins.forecast("comes_back", record=True)
    go_on(twins, hands, 35, life(30, 33) + offers(31))
    groups = only(twins.live_fidelity())
    assert groups["acted upon"].ladder.people == 10
    assert groups["left alone"].ladder.people == PEOPLE - 10


def test_triggers_members_and_counts_are_scored(twins: Twins, hands: Hands) -> None:
    go_on(twins, hands, 31, offers(30)[:20])
    for name in ("redeems", "buys_cake", "visits"):
        twins.forecast(name, record=True)
    go_on(twins, hands, 36, life(31, 36) + offers(30)[20:])
    report = twins.live_fidelity()
    redeems = only(report, "redeems")["left alone"].ladder
    assert (redeems.rows, redeems.mean) == (20, 5 / 20)
    cakes = only(report, "buys_cake")["left alone"].ladder
    assert (cakes.rows, cakes.people) == (2 * PEOPLE, PEOPLE)
    visits = only(report, "visits")["left alone"]
    assert visits.ladder.loss == "squared_error"
    assert visits.brier is None
    assert visits.ladder.mean == pytest.approx(
        len([s for s in life(31, 34) if s.kind == "visit"]) / PEOPLE, abs=0.2
    )


def test_a_drifted_outcome_is_named_and_a_stable_one_is_not(twins: Twins, hands: Hands) -> None:
    for round_ in range(8):
        day = 30 + 4 * round_
        for name in ("comes_back", "buys_cake"):
            twins.forecast(name, cohort=[f"p{n}" for n in range(PEOPLE)], record=True)
        rate = 0.5 if round_ < 4 else 0.02
        hands.now = START + (day + 4) * DAY
        twins.observe_many([s for s in life(day, day + 4, rate=rate) if s.kind == "visit"])
        twins.observe_many([s for s in life(day, day + 4) if s.kind == "bought"])
    hands.now += 5 * DAY
    report = twins.live_fidelity()
    drifted = {each.outcome: each.drift for each in report.outcomes}
    assert drifted["comes_back"].drifted
    first = drifted["comes_back"].first
    assert first is not None
    assert START + 44 * DAY < first < START + 52 * DAY
    before, after = drifted["comes_back"].before, drifted["comes_back"].after
    assert before is not None
    assert after is not None
    assert after.happened < before.happened / 2
    assert not drifted["buys_cake"].drifted
    assert [each.outcome for each in report.drifted] == ["comes_back"]


def test_forgetting_takes_settled_forecasts_with_it(twins: Twins, hands: Hands) -> None:
    twins.forecast("comes_back", record=True)
    twins.forecast("comes_back", cohort=["p5"], record=True)
    go_on(twins, hands, 35, life(30, 33))
    twins.live_fidelity()
    assert len(twins.wiring.store.settled()) == 2
    twins.forget("p5")
    [left] = twins.wiring.store.settled()
    assert len(decode_block(left.body).twins) == PEOPLE - 1
    assert only(twins.live_fidelity())["left alone"].ladder.people == PEOPLE - 1


def test_an_export_says_what_became_of_forecasts(twins: Twins, hands: Hands) -> None:
    twins.forecast("comes_back", cohort=["p1"], record=True)
    [before] = twins.export("p1")["forecasts"]
    go_on(twins, hands, 35, life(30, 33))
    twins.live_fidelity()
    [after] = twins.export("p1")["forecasts"]
    came = any(each.twin == "p1" for each in life(30, 33))
    assert (before["became"], after["became"]) == (None, float(came))


def test_what_an_outcome_asked_before_stands_apart(tmp_path: Path, hands: Hands) -> None:
    path = tmp_path / "cafe.db"
    hands.now = START + 30 * DAY
    with open_twins(path, MAP, clock=hands) as twins:
        twins.observe_many(life(0, 30))
        twins.fit(["comes_back"])
        twins.forecast("comes_back", record=True)
    longer = parse_map(
        TEXT.replace(
            "comes_back: {happens: visit, within: 3d}", "comes_back: {happens: visit, within: 6d}"
        )
    )
    hands.now += MINUTE
    with open_twins(path, longer, clock=hands, apply_map=True) as twins:
        twins.fit(["comes_back"], promote=True)
        twins.forecast("comes_back", record=True)
        go_on(twins, hands, 45, life(30, 45))
        now, before = twins.live_fidelity().outcomes
    assert (now.present, before.present) == (True, False)
    assert now.groups[0].ladder.mean > before.groups[0].ladder.mean


def test_priors_are_not_scored_and_say_so(tmp_path: Path, hands: Hands) -> None:
    with open_twins(tmp_path / "c.db", MAP, clock=hands) as twins:
        assert twins.live_fidelity().outcomes == []
        go_on(twins, hands, 5, life(0, 5))
        made = twins.forecast("comes_back", record=True)
        hands.now += 10 * DAY
        assert "prior" in twins.live_fidelity().not_scored[made.id]


def test_what_cannot_be_asked_is_refused(twins: Twins) -> None:
    with pytest.raises(InputError, match=r"settle.*not a duration"):
        twins.live_fidelity(settle="soon")
    with pytest.raises(UnknownName, match="comes_back"):
        twins.live_fidelity(["comes_bak"])


def test_a_clock_of_positions_settles_by_what_came_since(tmp_path: Path) -> None:
    ordered = parse_map("""
doxa: 1
product: trials
clock: position
nodes: {tries: {kind: preference}}
signals: {try: [{node: tries, count: 1}]}
outcomes: {tries_again: {happens: try, within: 4}}
""")
    rng = np.random.default_rng(2)

    def tries(begin: int, end: int) -> list[Signal]:
        return [
            Signal(id=f"{n}-{at}", twin=f"p{n}", kind="try", at=at, recorded=0)
            for at in range(begin, end)
            for n in range(30)
            if rng.random() < (0.5 if n % 2 else 0.1)
        ]

    with open_twins(tmp_path / "t.db", ordered) as twins:
        twins.observe_many(tries(0, 40))
        twins.fit()
        twins.forecast("tries_again", record=True)
        assert twins.live_fidelity().outcomes[0].pending == 1
        twins.observe_many(tries(40, 46))
        found = twins.live_fidelity().outcomes[0]
        assert (found.sets, found.pending) == (1, 0)


def test_on_the_command_line(
    twins: Twins, hands: Hands, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    db = ["--db", str(twins.wiring.path)]
    twins.forecast("comes_back", record=True)
    go_on(twins, hands, 35, life(30, 33) + offers(31))
    twins.live_fidelity()

    def told(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        code = run(["fidelity", "--live", *words, *db])
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    page = tmp_path / "live.html"
    code, out = told("--html", str(page))
    assert code == 0
    assert "comes_back: 1 set settled, 0 not yet; 60 forecasts" in out
    assert "left alone: 50 people" in out
    assert "acted upon: 10 people" in out
    assert "too little to tell from 1 set" in out
    assert "calibration drifted: nowhere" in out
    assert format_moment(START + 30 * DAY)[:10] in out
    assert "acted upon" in page.read_text()
    code, out = told("--json")
    assert '"drifted": false' in out
    assert told("map.yaml")[0] == 2
    assert told("--row", "nothing")[0] == 2
    assert run(["fidelity", "--settle", "2d", *db]) == 2
