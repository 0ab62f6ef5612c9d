"""Labels dealt out to other people leave no skill after refitting (law 10)."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from doxa.checks.worlds import START, crowd, past_of, world_map
from doxa.domain.clock import DAY, Clock
from doxa.features.labels import labels_of
from doxa.features.moments import at_origins
from doxa.features.plan import readings_of
from doxa.features.views import Views
from doxa.fidelity.leaks import (
    Leaks,
    cells_of,
    change_by_later,
    leaks_of,
    permuted,
    rows_before,
)
from doxa.fidelity.metrics import log_losses
from doxa.fidelity.resampling import Resamples
from doxa.fidelity.rivals.base import member_means
from doxa.fidelity.split import Split
from doxa.heads.forecast import forecast
from doxa.learning.labelled import Labelled
from doxa.learning.training import train

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
    head = train(MAP, OUTCOME, Views(split.past, readings_of(MAP, OUTCOME)), split.fit, items=[],
                 known=split.known)  # fmt: skip
    found = leaks_of(split, OUTCOME, head, shuffles=4)
    assert found.passed
    assert found.shuffles == 4
    assert found.skill is not None
    assert abs(found.skill[0]) < 0.02
    assert found.later == 0
    assert found.rows > 100


def test_what_comes_later_does_change_those_who_may_read_it(split: Split) -> None:
    head = train(MAP, OUTCOME, Views(split.past, readings_of(MAP, OUTCOME)), split.fit, items=[],
                 known=split.known)  # fmt: skip
    moment = START + 22 * DAY
    rows = split.score.rows
    before, after = rows_before(split.past, rows, moment), rows.take(rows.seen.at > moment)
    assert len(before)
    assert (before.seen.at <= moment).all()
    assert change_by_later(head, split.past, before, moment) == 0
    assert change_by_later(head, split.past, after, moment) > 0.1


def test_a_leak_is_told() -> None:
    fine = Leaks(shuffles=20, skill=[0.001, -0.001, 0.003], later=0.0, rows=9)
    assert fine.passed
    assert not replace(fine, skill=[0.004, 0.001, 0.007]).passed
    assert not replace(fine, later=0.01).passed


def test_real_labels_do(split: Split) -> None:
    views = Views(split.past, readings_of(MAP, OUTCOME))
    head = train(MAP, OUTCOME, views, split.fit, items=[], known=split.known)
    own = log_losses(split.score.y, forecast(head, views, split.score.rows).mean)
    rate = member_means(split.fit.rows.member, split.fit.y, split.score.rows.member)
    skill = Resamples(split.score.rows.person).skill(own, log_losses(split.score.y, rate))
    assert skill.low > 0.05


def test_a_permutation_keeps_what_happened_at_each_origin_and_member(split: Split) -> None:
    rows, y = split.fit.rows, split.fit.y
    dealt = permuted(cells_of(OUTCOME, split.past, rows), y, np.random.default_rng(0))
    assert (dealt != y).any()
    for at in np.unique(rows.seen.at):
        for member in np.unique(rows.member):
            here = (rows.seen.at == at) & (rows.member == member)
            assert sorted(dealt[here]) == sorted(y[here])
