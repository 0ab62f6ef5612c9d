"""Without an evaluation file the last fifth of the ledger is scored, by what lies before it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.runtime.test_fitted_base_rates import filled

from doxa.domain.clock import DAY
from doxa.errors import InputError
from doxa.runtime.default_evaluation import default_evaluation
from doxa.runtime.evaluating import evaluate


def quiet(phase: str, done: int, total: int | None) -> None:
    """Progress that nobody watches."""


def test_origins_lie_on_their_side_of_the_cut(tmp_path: Path) -> None:
    with filled(tmp_path / "cafe.db", range(40)) as twins:
        stats = twins.wiring.store.stats()
        [row] = default_evaluation(twins.wiring).rows.values()
    assert row.fit is not None
    assert row.score is not None
    fit, score = row.fit, row.score
    assert fit.begin
    assert fit.end
    assert score.begin
    assert score.end
    assert stats.newest_at
    length = stats.newest_at + 1 - stats.oldest_at
    assert (score.begin.moment - stats.oldest_at) / length == pytest.approx(0.8, abs=0.01)
    assert fit.end.moment + 7 * DAY == score.begin.moment
    assert score.end.moment + 7 * DAY <= stats.newest_at + 1


def test_every_outcome_of_a_store_is_scored(tmp_path: Path) -> None:
    filled(tmp_path / "cafe.db", range(40)).close()
    report = evaluate(None, db=str(tmp_path / "cafe.db"), progress=quiet)
    assert [row.name for row in report.rows] == ["comes_back"]
    assert report.rows[0].unresolved == 0
    names = [step.name for step in report.rows[0].ladders[0].steps]
    assert names == ["base", "lifetime", "one_band", "twin"]


def test_nothing_to_score_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing to score; expected an evaluation file"):
        evaluate(None, progress=quiet)
    with (
        filled(tmp_path / "empty.db", range(0)) as twins,
        pytest.raises(InputError, match="is empty"),
    ):
        default_evaluation(twins.wiring)
