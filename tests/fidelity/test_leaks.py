"""Labels dealt out to other people leave no skill after refitting (law 10)."""

from __future__ import annotations

import numpy as np
import pytest

from doxa.checks.worlds import START, crowd, past_of, world_map
from doxa.domain.clock import DAY, Clock
from doxa.features.labels import labels_of
from doxa.features.moments import at_origins
from doxa.features.plan import readings_of
from doxa.features.views import Views
from doxa.fidelity.leaks import permuted, skill_of_permuted
from doxa.fidelity.metrics import log_losses
from doxa.fidelity.resampling import Resamples
from doxa.fidelity.rivals.base import member_means
from doxa.fidelity.split import Split
from doxa.heads.head import forecast
from doxa.learning.training import Labelled, train

MAP = world_map(Clock.TIME)
OUTCOME = MAP.outcomes["buys_soon"]


@pytest.fixture(scope="module")
def split() -> Split:
    past = past_of(crowd(150, days=30), MAP, [OUTCOME])
    members = np.array([past.coder("category")(name) for name in ("milk", "tea")])
    twins = np.unique(past.signals.twin)

    def labelled(first: int, last: int) -> Labelled:
        origins = [START + day * DAY for day in range(first, last, 2)]
        rows = at_origins(OUTCOME, twins, origins).for_members(members)
        return Labelled(rows, labels_of(OUTCOME, past, rows, START + 99 * DAY).y)

    return Split(past, labelled(10, 20), labelled(20, 28), members, members, 0, 0)


def test_permuted_labels_give_no_skill(split: Split) -> None:
    found = [skill_of_permuted(split, "buys_soon", seed=seed) for seed in (1, 2, 3)]
    assert sum(one.low > 0 for one in found) == 0
    assert max(abs(one.estimate) for one in found) < 0.02


def test_real_labels_do(split: Split) -> None:
    views = Views(split.past, readings_of(MAP, OUTCOME))
    head = train(MAP, OUTCOME, views, split.fit, items=[], known=split.known)
    own = log_losses(split.score.y, forecast(head, views, split.score.rows).mean)
    rate = member_means(split.fit.rows.member, split.fit.y, split.score.rows.member)
    skill = Resamples(split.score.rows.person).skill(own, log_losses(split.score.y, rate))
    assert skill.low > 0.05


def test_a_permutation_keeps_what_happened_at_each_origin_and_member(split: Split) -> None:
    rows, y = split.fit.rows, split.fit.y
    dealt = permuted(rows, y, np.random.default_rng(0))
    assert (dealt != y).any()
    for at in np.unique(rows.seen.at):
        for member in np.unique(rows.member):
            here = (rows.seen.at == at) & (rows.member == member)
            assert sorted(dealt[here]) == sorted(y[here])
