"""On a position clock people are run forward by positions, from the one after the newest."""

from __future__ import annotations

import json

import numpy as np

from doxa.beliefmap.changes import send
from doxa.beliefmap.map_file import parse_map
from doxa.domain.ground import Ground
from doxa.interfaces.cli.frame import run
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


TUTOR = parse_map("""
doxa: 1
product: tutor
clock: position
bands: [8, never]
fields: {topic: category, right: flag}
nodes:
  plays: {kind: preference, half_life: 8, says: "Plays."}
  confident: {kind: belief, says: "Is confident."}
  streak: {kind: goal, says: "Wants right answers.", done: {count: answer, when: {right: 1}, at_least: 40}}
signals:
  menu: []
  pick: []
  answer:
    - {node: plays, count: 1}
    - {node: confident, for: 0.5, when: {right: 1}}
  resolve: [{node: streak, for: 1}]
outcomes:
  sees_menu: {happens: menu, within: 1}
  picks:
    {choice: menu, options: topics, attributes: [level], chosen: topic, of_signal: pick, within: 1, otherwise: none}
  answers_next: {happens: answer, within: 1}
  is_right: {value: right, of_signal: answer, recent: {answer: [right]}}
rollout: {step: 1, draws: [sees_menu, picks, answers_next, is_right]}
""")


def lessons():
    rng = np.random.default_rng(3)
    for number in range(30):
        twin, skill = f"s{number}", rng.normal(0.3, 1)
        for at in range(30):
            if at == number:
                yield {"twin": twin, "kind": "resolve", "at": at, "order": 0}
            if rng.random() < 0.5:
                level = rng.integers(1, 4, 2)
                topics = [{"id": t, "level": int(n)} for t, n in zip("ab", level, strict=True)]
                told = {"topics": topics}
                yield {"twin": twin, "kind": "menu", "at": at, "order": 1, "payload": told}
                easy = 1 / (1 + np.exp(level[0] - level[1]))
                if rng.random() < 0.9:
                    told = {"topic": "a" if rng.random() < easy else "b"}
                    yield {"twin": twin, "kind": "pick", "at": at, "order": 2, "payload": told}
            if rng.random() < 0.6:
                told = {"right": int(rng.random() < 1 / (1 + np.exp(-skill)))}
                yield {"twin": twin, "kind": "answer", "at": at, "order": 3, "payload": told}


SCENARIOS = """
doxa: 1
scenarios:
  harder_a: {set: level, times: 1.4, when: {id: a}}
  resolved: {send: resolve, at: [0]}
"""


def test_by_event_choices_goals_and_answers_move(tmp_path, capsys, monkeypatch):
    """On the command line: what is chosen, and how far goals come, from one position to the next."""
    with open_twins(tmp_path / "doxa.db", TUTOR) as twins:
        twins.observe_many(lessons())
        twins.fit()
    (tmp_path / "s.yaml").write_text(SCENARIOS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    asked = ["simulate", "--scenario", "s.yaml", "--days", "12", "--paths", "10", "--movers", "0"]
    assert run([*asked, "--html", "p.html", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    arms = {arm["scenario"]: {e["what"]: e for e in arm["effects"]} for arm in told["arms"]}
    harder, resolved = arms["harder_a"], arms["resolved"]
    assert harder["picks: a"]["high"] < 0 < harder["picks: b"]["low"]
    menus, picks = (harder[f"{kind} signals"]["without"] for kind in ("menu", "pick"))
    each = sum(harder[f"picks: {option}"]["without"] for option in "ab")
    assert 0.7 * menus < picks < menus
    assert abs(each - picks) < 1e-9
    reached = resolved["streak reached"]
    assert reached["kind"] == "progress"
    assert 0 < reached["without"] < 0.5
    assert [s["at"] for s in told["arms"][0]["tracks"][0]["under"]] == list(range(31, 43))
    assert "streak reached" in (tmp_path / "p.html").read_text(encoding="utf-8")
