"""Intervals resample whole people."""

import numpy as np
import pytest

from doxa.fidelity.resampling import Resamples


def test_interval_matches_the_standard_error_of_person_means():
    rng = np.random.default_rng(2)
    person = np.repeat(np.arange(400), 5)
    score = np.repeat(rng.normal(size=400), 5)
    found = Resamples(person, draws=2000, seed=7).mean(score)
    width = 2 * 1.96 * score[::5].std() / np.sqrt(400)
    assert found.high - found.low == pytest.approx(width, rel=0.1)
    assert found.estimate == pytest.approx(score.mean())


def test_a_loss_equal_to_the_rival_has_no_skill_and_no_width():
    loss = np.array([0.2, 0.4, 0.9])
    assert Resamples(np.arange(3), seed=1).skill(loss, loss).as_list() == [0.0, 0.0, 0.0]
