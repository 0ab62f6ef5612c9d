"""The audit of a small shop whose truth is known: what fields say, what a break costs."""

from __future__ import annotations

import csv
from pathlib import Path

import msgspec
import numpy as np
import pytest

import doxa
from doxa.audit.report import AuditReport
from doxa.errors import InputError, UnknownName
from doxa.runtime.auditing.audit import Asked, audit

MAP = """
doxa: 1
product: shop
timezone: UTC
nodes:
  buys: {kind: preference, says: "Buys."}
signals:
  offer: []
  buy: [{node: buys, count: 1}]
  accepted: []
outcomes:
  buys_soon: {happens: buy, within: 3d, among: {did: buy, within: 30d}}
  accepts: {after: offer, happens: accepted, within: 1d}
"""


def written(path: Path, head: list[str], rows: list[list[object]]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return path


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """150 people. `habit` is how they buy, which their purchases show; `secret` decides whether
    they accept the one offer that everybody gets, which nothing before shows; `noise` decides nothing."""
    folder, rng = tmp_path_factory.mktemp("shop"), np.random.default_rng(5)
    people: list[list[object]] = []
    log: list[list[object]] = []

    def tell(person: int, kind: str, day: float, source: str, device: str) -> None:
        at = f"2025-{1 + int(day) // 28:02d}-{1 + int(day) % 28:02d}T{int(day % 1 * 24):02d}:00"
        log.append([f"u{person}", kind, at, f"s{person}-{int(day)}", f"d{person}-{device}", source])

    for person in range(150):
        keen, likes = rng.random() < 0.5, rng.random() < 0.5
        for day in range(112):
            if rng.random() < (0.4 if keen else 0.05):
                where = ("web", "till")[int(rng.integers(2))]
                tell(person, "buy", day + 0.5, where, where)
            if (day + person) % 112 == 0:
                tell(person, "offer", day, "marketing", "web")
                if rng.random() < (0.85 if likes else 0.1):
                    tell(person, "accepted", day + 0.25, "marketing", "web")
        people.append(
            [f"u{person}", "often" if keen else "rarely", "yes" if likes else "no",
             rng.choice(list("wxyz")), f"mail{person}@example.org"]
        )  # fmt: skip
    written(folder / "people.csv", ["id", "habit", "secret", "noise", "email"], people)
    head = ["id", "event", "at", "session", "device", "source"]
    written(folder / "log.csv", head, sorted(log, key=lambda row: row[2]))
    (folder / "map.yaml").write_text(MAP)
    return folder


@pytest.fixture(scope="module")
def found(shop: Path) -> AuditReport:
    return audit(shop / "people.csv", shop / "log.csv", Asked(map=shop / "map.yaml"))


def shares(found: AuditReport, outcome: str, field: str) -> tuple[list[float], list[float]]:
    told = next(each for each in found.worth if each.outcome == outcome).field(field)
    assert told is not None
    return told.alone.share, told.beside.share


def test_a_field_that_says_everything(found: AuditReport) -> None:
    alone, beside = shares(found, "accepts", "secret")
    assert alone[1] > 0.1
    assert beside[1] > 0.1


def test_a_field_that_only_says_what_history_says(found: AuditReport) -> None:
    alone, beside = shares(found, "buys_soon", "habit")
    assert alone[1] > 0.05
    assert beside[0] < 0.1 * alone[0]
    assert next(e for e in found.worth if e.outcome == "buys_soon").history.share[1] > 0.05


@pytest.mark.parametrize("outcome", ["buys_soon", "accepts"])
def test_a_field_that_says_nothing(found: AuditReport, outcome: str) -> None:
    for low, high in (ends[1:] for ends in shares(found, outcome, "noise")):
        assert low <= 0.003
        assert high >= 0


def test_fields_that_name_people_are_not_scored(found: AuditReport) -> None:
    assert all(each.field("email") is None for each in found.worth)
    assert {e.field for w in found.worth for e in w.fields} == {"habit", "secret", "noise"}


def test_what_a_reset_costs(found: AuditReport) -> None:
    assert found.journey is not None
    lost = {(e.outcome, e.part): e.lost for e in found.journey.breaks}
    assert set(lost) == {
        (o, p) for o in ("buys_soon", "accepts") for p in ("session", "device", "source")
    }
    assert lost["buys_soon", "session"][1] > 0.02
    assert lost["buys_soon", "source"][0] <= lost["buys_soon", "session"][0]
    for each in found.journey.breaks:
        assert each.lost[0] == pytest.approx(each.kept[0] - each.reset[0], abs=1e-12)


def test_where_context_breaks(found: AuditReport) -> None:
    journey = found.journey
    assert journey is not None
    assert {each.name for each in journey.departments} == {"web", "till", "marketing"}
    assert [each.name for each in journey.ids] == ["device", "session"]
    assert journey.starts.unmet == journey.people == 150
    assert journey.joined.joined == 0


def test_a_store_is_audited_as_its_log(shop: Path, found: AuditReport, tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(MAP + "personas: [secret]\n")  # history reads no field
    with doxa.open(tmp_path / "shop.db", map=tmp_path / "map.yaml") as twins:
        with (shop / "people.csv").open() as file:
            twins.observe_many(
                {"twin": row["id"], "kind": "traits", "payload": {"secret": row["secret"]}}
                for row in csv.DictReader(file)
            )
        columns = {"twin": "id", "kind": "event", "session": "session", "device": "device"}
        twins.backfill(shop / "log.csv", at="at", source="source", **columns)
        told = twins.audit(shop / "people.csv")
        twins.merge("u1", into="u2")
        merged = twins.audit(shop / "people.csv").journey
    assert told.worth == found.worth
    assert told.journey == found.journey
    assert merged is not None
    assert (merged.joined.joined, merged.people) == (1, 149)


def test_what_joined_ids_are_worth(shop: Path, tmp_path: Path) -> None:
    """Everybody buys under two ids in turn; joined, they are one person."""
    log = (shop / "log.csv").read_text().splitlines()
    halves = [
        line.replace(",", "x,", 1) if place % 2 else line for place, line in enumerate(log[1:])
    ]
    (tmp_path / "log.csv").write_text("\n".join([log[0], *halves]))
    with doxa.open(tmp_path / "shop.db", map=shop / "map.yaml") as twins:
        columns = {"twin": "id", "kind": "event", "session": "session"}
        twins.backfill(tmp_path / "log.csv", at="at", **columns)
        for number in range(150):
            twins.merge(f"u{number}x", into=f"u{number}", at="2025-01-01")
        asked = Asked(outcomes=["buys_soon"], cold="3d")
        journey = twins.audit(shop / "people.csv", asked=asked).journey
    assert journey is not None
    assert (journey.joined.ids, journey.joined.joined, journey.joined.people) == (300, 150, 150)
    lost = {each.part: each.lost for each in journey.breaks}
    assert lost["id"][1] > 0
    assert lost["id"][0] < lost["session"][0]
    assert journey.starts.gap == "3d"
    assert journey.starts.cold > 0


def test_without_a_map_the_proposed_one_asks(shop: Path) -> None:
    found = audit(shop / "people.csv", shop / "log.csv")
    assert {each.outcome for each in found.worth} == {"buy_again"}
    assert shares(found, "buy_again", "habit")[0][1] > 0.05
    assert "buy_again: {happens: buy, within: 3d" in found.proposal or "_again" in found.proposal


def test_several_columns_together_name_people(
    shop: Path, found: AuditReport, tmp_path: Path
) -> None:
    with (shop / "people.csv").open() as file:
        rows = list(csv.DictReader(file))
    head = ["letter", "number", "habit", "secret", "noise", "final_result", "email"]
    told = [
        ["u", row["id"][1:], row["habit"], row["secret"], row["noise"], row["secret"], "same@x.org"]
        for row in rows
    ]
    people = written(tmp_path / "people.csv", head, told)
    log = tmp_path / "log.csv"
    log.write_text((shop / "log.csv").read_text().replace("\nu", "\nu/"))
    asked = Asked(map=shop / "map.yaml", twin="letter,number", outcomes=["accepts"])
    other = audit(people, log, asked)
    assert other.people == 150
    assert shares(other, "accepts", "secret") == shares(found, "accepts", "secret")
    worth = other.worth[0]
    assert worth.together is not None
    # What people did in the end is scored, and no part of all fields at once.
    assert worth.field("final_result") is not None
    before = next(each for each in found.worth if each.outcome == "accepts").together
    assert before is not None
    assert worth.together.alone.share[0] == pytest.approx(before.alone.share[0], abs=0.02)


def test_ids_that_several_people_share(shop: Path, tmp_path: Path) -> None:
    rows = [[f"u{number}", f"crm-{number - number % 20 // 19}"] for number in range(150)]
    people = written(tmp_path / "people.csv", ["id", "crm_ref"], rows)
    found = audit(people, asked=Asked(score=False))
    assert [each.facts.name for each in found.unjoined] == ["crm_ref"]


def test_counting_alone_learns_nothing(shop: Path) -> None:
    found = audit(shop / "people.csv", shop / "log.csv", Asked(score=False))
    assert (found.worth, found.journey, found.unscored) == ((), None, {})
    assert msgspec.json.decode(msgspec.json.encode(found))["silent"] == 0


def test_what_cannot_be_asked(shop: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="tables are read with a map"):
        audit(shop / "people.csv", tmp_path / "tables.yaml")
    asked = Asked(map=shop / "map.yaml", outcomes=["buys"])
    with pytest.raises(UnknownName, match="declares no outcome"):
        audit(shop / "people.csv", shop / "log.csv", asked)
    few = written(tmp_path / "few.csv", ["id", "plan"], [["u1", "a"], ["u2", "b"]])
    short = written(
        tmp_path / "short.csv",
        ["id", "event", "at"],
        [["u1", "buy", "2025-01-01"], ["u2", "buy", "2025-01-02"]],
    )
    found = audit(few, short)
    assert found.worth == ()
    assert found.unscored
    assert found.journey is not None
