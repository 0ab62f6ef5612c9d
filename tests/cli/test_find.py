"""`doxa find`, for the operator and for a purpose."""

from __future__ import annotations

import pytest

from doxa.runtime.opening import open_twins

MAP = """
doxa: 1
product: care
nodes:
  fair: {kind: belief}
  worried: {kind: belief}
  save: {kind: goal, half_life: 30d, done: {count: saved, at_least: 2}}
signals:
  praise: [{node: fair, for: 1}]
  complaint: [{node: worried, for: 1}]
  wish: [{node: save, for: 1}]
  saved: []
purposes: {shop: {sees: [fair, save]}, ads: {sees: [fair], consent: true}}
"""
SIGNALS = (
    ("ann", "praise", {}, "2026-01-02"),
    ("ann", "wish", {}, "2026-01-02"),
    ("ann", "saved", {}, "2026-01-03"),
    ("bob", "complaint", {}, "2026-01-03"),
    ("bob", "consent", {"purpose": "ads", "given": True}, "2026-01-03"),
)


@pytest.fixture
def filled(doxa, shop):
    (shop / "map.yaml").write_text(MAP)
    with open_twins(shop / "doxa.db", shop / "map.yaml") as twins:
        for twin, kind, payload, at in SIGNALS:
            twins.observe(twin, kind, payload, at=at)
    return doxa


def test_goals(filled):
    then = ("--at", "2026-01-05", "--json")
    assert filled("find", "save.advancing and save.progress = 50%", *then).document["ids"] == [
        "ann"
    ]
    assert filled("find", "goal.stalled", *then).document["ids"] == []
    later = filled("find", "goal.stalled", "--at", "2026-01-20")
    assert "1 of 2 people" in later.out
    assert "ann" in later.out


def test_a_purpose(filled):
    assert filled("find", "worried > 0.5", "--save", "sad").code == 0
    refused = filled("find", "worried > 0.5", "--purpose", "shop")
    assert refused.code == 2
    assert "declares no node 'worried'; expected one of fair, save" in refused.err
    assert filled("find", "--cohort", "sad", "--json").document["ids"] == ["bob"]
    hidden = filled("find", "--cohort", "sad", "--purpose", "shop")
    assert hidden.code == 2
    assert "worried" not in hidden.err
    assert filled("find", "--purpose", "shop", "--json").document == {"cohorts": []}
    told = filled("find", "fair >= 0", "--purpose", "ads", "--json").document
    assert (told["ids"], told["among"], told["left_out"]) == (["bob"], 1, 1)
    assert "ann" not in filled("find", "fair >= 0", "--purpose", "ads").out
