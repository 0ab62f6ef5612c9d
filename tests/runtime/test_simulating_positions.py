"""On a position clock people are run forward by positions, from the one after the newest."""

from __future__ import annotations

import numpy as np

from doxa.beliefmap.changes import send
from doxa.beliefmap.map_file import parse_map
from doxa.domain.ground import Ground
from doxa.interfaces.pages.simulation import simulation_page
from doxa.report import render
from doxa.runtime.opening import open_twins

QUIZ = parse_map("""
doxa: 1
product: quiz
clock: position
nodes: {plays: {kind: preference, half_life: 8}, keen: {kind: belief}}
signals: {round: [{node: plays, count: 1}], cheer: [{node: keen, for: 1}], boo: [{node: keen, against: 1}]}
outcomes: {plays_next: {happens: round, within: 1}, rounds: {count: round, within: 10}}
rollout: {step: 1, draws: [plays_next]}
""")


def rows():
    rng = np.random.default_rng(1)
    for number in range(40):
        keen, twin = rng.random() < 0.5, f"q{number}"
        for at in range(60):
            if rng.random() < 0.1:
                yield {"twin": twin, "kind": "cheer" if keen else "boo", "at": at, "order": 0}
            if rng.random() < 0.2 + 0.4 * keen:
                yield {"twin": twin, "kind": "round", "at": at, "order": 1}


def test_positions(tmp_path):
    with open_twins(tmp_path / "quiz.db", QUIZ) as twins:
        twins.observe_many(rows())
        twins.fit()
        cheered = send("cheer", at=[0, 2])
        found = twins.simulate({"cheered": cheered, "nothing": []}, days=10, paths=10)
        alone = twins["q3"].simulate(cheered, days=10, paths=10)
    assert (found.origin, found.until, found.people) == (60, 70, 40)
    assert [spread.at for spread in found.track("keen", "cheered").under] == list(range(61, 71))
    assert found.effect("keen", "cheered").difference > 0.1
    assert found.effect("rounds", "nothing").difference == 0.0
    assert found.arm("cheered").grounds.ground is Ground.TRANSPORTED
    assert (alone.twin, alone.until) == ("q3", alone.origin + 10)
    assert render(simulation_page(found, command="doxa simulate"))
