"""What an action did, measured from a store: against the known truth, narrower with the twin, labelled."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.fidelity.experiments import CALL, MAP, rows_of, signals_of_lot, truth

import doxa
from doxa.beliefmap.map_file import parse_map
from doxa.domain.ground import Ground
from doxa.errors import InputError, UnknownName
from doxa.interfaces.cli.frame import run
from doxa.runtime.twins import Twins

WIDER = MAP.replace(
    "actions:\n",
    """actions:
  visit: {signal: assigned, with: {arm: visit}, control: {arm: none}}
  asked: {signal: assigned, with: {arm: call}, control: {arm: none}}
""",
).replace(
    "outcomes:\n",
    """outcomes:
  waits: {after: assigned, time_to: come, within: 10d}
  comes_soon: {happens: come, within: 10d}
""",
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("club") / "club.db"
    with doxa.open(path, map=parse_map(WIDER)) as twins:
        twins.observe_many(rows_of(signals_of_lot(1000, values=True)))
    return path


@pytest.fixture(scope="module")
def twins(store: Path) -> Twins:
    return doxa.open(store)


def test_an_experiment_is_measured_with_and_without_the_twin(twins: Twins) -> None:
    found = twins.effects("call", "comes")
    assert found.label.ground is Ground.IDENTIFIED
    for each in (found.real, found.adjusted):
        assert each is not None
        assert each.value == pytest.approx(truth("call"), abs=4 * each.error)
    assert found.narrowed is not None
    assert found.narrowed < 0.97
    assert found.simulated is None
    assert found.treated + found.control < 1000
    assert found.units * 2 == found.treated + found.control


def test_an_outcome_of_any_moment_is_counted_from_when_chance_decided(twins: Twins) -> None:
    found, own = twins.effects("call", "comes_soon"), twins.effects("call", "comes")
    assert found.real is not None
    assert found.real.value == pytest.approx(truth("call"), abs=4 * found.real.error)
    assert (found.treated, found.control) == (own.treated, own.control)
    assert found.real == own.real


def test_a_population_simulates_what_it_read(store: Path, twins: Twins) -> None:
    receipt = twins.fit(["comes"])
    (slope,) = receipt.slopes
    assert twins.population(receipt.version).slopes == [slope]
    found = twins.effects("call", "comes")
    assert found.simulated is not None
    assert found.simulated.value == pytest.approx(truth("call"), abs=4 * found.simulated.error)
    assert (found.slope, found.population) == (slope.slope, receipt.version)


def test_it_is_measured_among_some_of_the_people(twins: Twins) -> None:
    """A call brings only those who came seldom before; heads learn from everybody."""
    before = "2026-01-20"
    parts = {part: twins.find(f"comes_often {part}", at=before).ids for part in ("< 0.5", ">= 0.5")}
    whole = twins.effects("call", "comes")
    seldom, often = (twins.effects("call", "comes", cohort=ids) for ids in parts.values())
    assert seldom.asked == len(parts["< 0.5"])
    assert seldom.treated + often.treated == whole.treated
    assert seldom.control + often.control == whole.control
    for found, real in ((seldom, CALL), (often, 0.0)):
        assert found.label.ground is Ground.IDENTIFIED
        for each in (found.real, found.adjusted):
            assert each is not None
            assert each.value == pytest.approx(real, abs=4 * each.error)
    assert seldom.real is not None
    assert often.real is not None
    assert seldom.real.low > often.real.high


def test_an_empty_or_small_cohort_says_where_it_was_tried(twins: Twins) -> None:
    nobody = twins.effects("call", "comes", cohort=[])
    assert (nobody.asked, nobody.treated, nobody.real) == (0, 0, None)
    assert nobody.label.ground is Ground.TRANSPORTED
    assert "elsewhere: other people" in nobody.label.rests_on
    few = twins.effects("call", "comes", cohort=[f"p{number}" for number in range(12)])
    assert few.label.ground is Ground.TRANSPORTED
    with pytest.raises(UnknownName, match="nobody"):
        twins.effects("call", "comes", cohort=["nobody"])


def test_labels_follow_from_the_log(twins: Twins) -> None:
    seen, never = twins.effects("asked", "comes"), twins.effects("visit", "comes")
    assert (seen.label.ground, never.label.ground) == (Ground.TRANSPORTED, Ground.ASSUMED)
    assert seen.real is None
    assert never.real is None
    assert "experiment" in never.label.identified_by


def test_an_outcome_that_does_not_read_the_arm_is_measured_all_the_same(
    tmp_path: Path, store: Path
) -> None:
    """The forecast then never knows of the action, and is a covariate as it is."""
    with doxa.open(
        tmp_path / "plain.db", map=parse_map(MAP.replace("given: [arm], ", ""))
    ) as twins:
        twins.observe_many(rows_of(signals_of_lot(400)))
        found = twins.effects("call", "comes")
    assert found.real is not None
    assert found.adjusted is not None
    assert found.simulated is None
    assert found.adjusted.value == pytest.approx(truth("call"), abs=4 * found.adjusted.error)


def test_values_after_the_action_are_measured_per_person(twins: Twins) -> None:
    found = twins.effects("call", "mood")
    assert found.real is not None
    assert found.real.low <= 1.5 <= found.real.high
    assert found.treated + found.control < 1000


@pytest.mark.parametrize(
    ("asked", "error", "problem"),
    [
        (("cal", "comes"), UnknownName, "no action 'cal'"),
        (("call", "come"), UnknownName, "come"),
        (("call", "waits"), InputError, "no single mean"),
    ],
)
def test_what_cannot_be_measured_is_said(
    twins: Twins, asked: tuple[str, str], error: type[Exception], problem: str
) -> None:
    with pytest.raises(error, match=problem):
        twins.effects(*asked)


def test_the_command_prints_the_same(
    store: Path, twins: Twins, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["effects", "card", "comes", "--db", str(store), "--json"]) == 0
    told = msgspec.json.decode(capsys.readouterr().out)
    found = twins.effects("card", "comes")
    assert found.real is not None
    assert told["real"]["value"] == pytest.approx(found.real.value)
    assert told["label"]["ground"] == "identified"
    assert run(["effects", "visit", "comes", "--db", str(store)]) == 0
    assert "assumed: Nobody in the log was treated so." in capsys.readouterr().out
    assert run(["effects", "cal", "comes", "--db", str(store)]) == 2
    words = ["effects", "call", "comes", "--db", str(store)]
    capsys.readouterr()
    twins.save_cohort("seldom", "comes_often < 0.5")
    some = ["--at", "2026-01-20", "--json"]
    assert run([*words, "--cohort", "seldom", *some]) == 0
    saved = msgspec.json.decode(capsys.readouterr().out)
    assert run([*words, "--where", "comes_often < 0.5", *some]) == 0
    assert msgspec.json.decode(capsys.readouterr().out) == saved
    assert saved["asked"] == len(twins.find("comes_often < 0.5", at="2026-01-20").ids)
    assert run([*words, "--at", "2026-01-20"]) == 2
    assert run([*words, "--cohort", "seldom", "--where", "comes_often < 0.5"]) == 2
