"""Families over a context of the signal, and members that fall back on the person's wider node."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from tests.runtime.conftest import NOW

from doxa.beliefmap.columns import Members
from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.rows import evidence_of
from doxa.checks.evaluate import evaluate
from doxa.checks.store_samples import make_signal
from doxa.domain.clock import BEGINNING, DAY, HOUR, Clock, datetime_of, format_moment
from doxa.runtime.folding.fold import evidence_of as evidence_of_rows
from doxa.runtime.folding.rows import ledger_rows
from doxa.runtime.twins import Twins
from doxa.runtime.wiring import Wiring
from doxa.storage.memory import MemoryStore
from doxa.storage.sqlite import SqliteStore

HOME = """
doxa: 1
product: home
timezone: America/New_York
sources: {support: {seen_by: [care]}}
nodes:
  calm: {kind: belief, base: 0.3}
  calm_when: {kind: belief, of: weekpart, within: calm}
  calm_there: {kind: belief, of: [weekpart, device], within: calm_when}
  mood: {kind: feeling, scale: [1, 5], half_life: 30d}
  mood_at: {kind: feeling, of: daypart, within: mood, scale: [1, 5], half_life: 30d}
  opens: {kind: preference, of: device}
  said_in: {kind: belief, of: session}
signals:
  felt:
    - {node: calm, for: 1, when: {calm: 1}}
    - {node: calm, against: 1, when: {calm: 0}}
    - {node: calm_when, for: 1, when: {calm: 1}}
    - {node: calm_when, against: 1, when: {calm: 0}}
    - {node: calm_there, for: 1, when: {calm: 1}}
    - {node: calm_there, against: 1, when: {calm: 0}}
    - {node: said_in, for: 1}
  beep: [{node: mood, value: mood}, {node: mood_at, value: mood}]
  opened: [{node: opens, count: 1}]
purposes: {care: {sees: all}, ads: {sees: [calm_when]}}
"""

SATURDAY = NOW // DAY * DAY - 3 * DAY + 17 * HOUR
"""2026-03-07, noon in New York."""


PATH = Path("contexts.db")


def on(days: float) -> object:
    """So many days after that Saturday."""
    return datetime_of(SATURDAY + round(days * DAY))


@pytest.fixture
def home(open_shop):
    return open_shop(parse_map(HOME))


def test_the_signal_names_the_member(home):
    home.observe("h42", "felt", {"calm": 1}, at=on(-7), device="phone", session="s1")
    home.observe("h42", "felt", {"calm": 1}, at=on(-5), device="laptop")
    home.observe("h42", "felt", {"calm": 1, "weekpart": "weekend"}, at=on(-4), device="phone")
    home.observe("h42", "opened", at=on(-3), device="phone")
    home.observe("h42", "opened", at=on(-3))
    home.observe("h42", "opened", {"device": "tv"}, at=on(-3), device="phone")
    met = {str(each.node) for each in home["h42"].opinions() if each.met}
    assert met == {
        "calm", "calm_when[weekend]", "calm_when[weekday]", "calm_there[weekend, phone]",
        "calm_there[weekday, laptop]", "opens[phone]", "opens[tv]", "said_in[s1]",
    }  # fmt: skip


def test_days_are_those_of_the_maps_zone(home):
    late_on_sunday = datetime_of(SATURDAY + DAY + 10 * HOUR)  # Monday, 03:00 in UTC
    home.observe("h42", "felt", {"calm": 1}, at=late_on_sunday)
    assert home["h42"].opinion("calm_when[weekend]").occasions == 1


def test_without_evidence_a_member_reads_as_the_person(home):
    for week in range(10):
        home.observe("h42", "felt", {"calm": 1}, at=on(-7 * week - 3), session=str(week))
    twin = home.twin("h42", on(0))
    wider, member = twin.opinion("calm"), twin.opinion("calm_when[weekend]")
    assert wider.credence > 0.7
    assert (member.credence, member.base, member.status) == (
        wider.credence, wider.credence, "unmet",
    )  # fmt: skip
    assert twin.opinion("calm_there[weekend, tv]").credence == wider.credence
    told = twin.explain("calm_when[weekday]")
    assert told.base == wider.credence
    shares = sum(piece.share for piece in told.trail)
    assert told.base + shares == pytest.approx(told.opinion.credence)
    assert home["nobody"].opinion("calm_when[weekend]").credence == 0.3


def test_with_much_evidence_a_member_reads_as_itself(home):
    for week in range(30):
        home.observe("h42", "felt", {"calm": 1}, at=on(-7 * week - 3), session=f"d{week}")
        home.observe("h42", "felt", {"calm": 0}, at=on(-7 * week), session=f"e{week}")
    twin = home.twin("h42", on(0))
    weekday, weekend = (twin.opinion(f"calm_when[{part}]") for part in ("weekday", "weekend"))
    assert weekday.credence > 0.85
    assert weekend.credence < 0.15
    assert 0.3 < twin.opinion("calm").credence < 0.7


def test_values_fall_back_on_the_mean(home):
    for week in range(8):
        home.observe("h42", "beep", {"mood": 5}, at=on(-week))
    twin = home.twin("h42", on(0))
    assert twin.opinion("mood_at[night]").mean == pytest.approx(twin.opinion("mood").mean)
    assert twin.opinion("mood_at[afternoon]").mean > twin.opinion("mood").mean


def test_many_twins_and_timelines_fall_back_alike(home):
    for number in range(4):
        for day in range(number):
            home.observe(f"h{number}", "felt", {"calm": 1}, at=on(-day - 2.0), session=str(day))
    names = [f"h{number}" for number in range(5)]
    told = home.read(names, ["calm_when[weekend]"], as_of=on(0)).nodes["calm_when[weekend]"]
    one = [home.twin(name, on(0)).opinion("calm_when[weekend]").credence for name in names]
    assert told.credence.tolist() == pytest.approx(one, abs=0)
    assert len(set(one)) == 4
    points = home.twin("h3", on(0)).timeline("calm_when[weekend]").points
    for point in (points[0], points[len(points) // 2], points[-1]):
        then = home.twin("h3", datetime_of(point.at)).opinion("calm_when[weekend]")
        assert point.credence == pytest.approx(then.credence)
    found = home.find("calm_when[weekend] > 0.4", at=on(0)).ids
    assert set(found) == {name for name, credence in zip(names, one, strict=True) if credence > 0.4}


def test_a_purpose_that_does_not_see_the_wider_node_does_not_fall_back_on_it(home):
    for day in range(3):
        home.observe("h42", "felt", {"calm": 1}, at=on(-day - 2.0), session=str(day))
    home.observe("h42", "felt", {"calm": 1}, at=on(-3), source="support")
    ads = home.twin("h42", on(0), purpose="ads").opinion("calm_when[weekend]")
    assert (ads.credence, ads.assumed) == (0.5, True)
    care = home.twin("h42", on(0), purpose="care").opinion("calm_when[weekend]")
    assert care.credence > 0.5


def test_the_persons_own_word_in_a_context_never_turns_against_them(home):
    """What lifts the wider node lifts the base rate by which their mixed word is weighed."""
    for number, holds in enumerate((1, 1, 1, 1, 0, 0, 0)):
        home.observe("h42", "felt", {"calm": holds}, at=on(0), source="self", session=f"s{number}")
    for number in range(9):
        home.observe("h42", "felt", {"calm": 1}, at=on(0), session=f"o{number}", device="tv")
    read = [home.twin("h42", on(30)).opinion("calm_when[weekend]").credence]
    for number in range(40):
        home.observe("h42", "felt", {"calm": 1}, at=on(2), session=f"w{number}")
        read.append(home.twin("h42", on(30)).opinion("calm_when[weekend]").credence)
    assert read == sorted(read)
    assert read[-1] > read[0]


def test_silence_moves_no_status_of_a_member_backwards(home):
    """The base rate of a member moves; the bound that the person's word sets for its status does not."""
    for number in range(12):
        home.observe(
            "h42", "felt", {"calm": 1}, at=on(-number), source="self", session=f"s{number}"
        )
    for number in range(25):
        home.observe("h42", "felt", {"calm": 0}, at=on(0), session=f"o{number}")
    ladder = ["forming", "held", "contested", "solid", "reversed", "fading", "dissolved"]
    told = [
        home.twin("h42", on(days)).opinion("calm_when[weekend]").status
        for days in (1, 60, 200, 500, 1000, 3000, 6000)
    ]
    places = [ladder.index(each) for each in told]
    assert len(set(told[: told.index("fading")])) == 1
    assert places[told.index("fading") :] == sorted(places[told.index("fading") :])


CONSENTED = HOME.replace(
    "calm: {kind: belief, base: 0.3}", "calm: {kind: belief, base: 0.3, opt_in: true}"
)


def test_who_withholds_the_wider_node_is_not_served_by_it_in_any_face(open_shop):
    home = open_shop(parse_map(CONSENTED))
    for name in ("yes", "no"):
        for week in range(6):
            home.observe(name, "felt", {"calm": 1}, at=on(-7 * week - 3), session=str(week))
    home.observe("yes", "consent", {"node": "calm", "given": True}, at=on(-90))
    node = "calm_when[weekend]"
    one = [home.twin(name, on(0)).opinion(node).credence for name in ("yes", "no")]
    assert one[0] > 0.7
    assert one[1] == 0.5
    told = home.read(["yes", "no"], [node], as_of=on(0)).nodes[node]
    assert told.credence.tolist() == one
    assert home.find(f"{node} > 0.6", at=on(0)).ids == ("yes",)
    assert home.twin("no", on(0)).explain(node).falls_back_on is None
    assert [point.credence for point in home.twin("no", on(0)).timeline(node).points][-1] == 0.5
    home.observe("yes", "consent", {"node": "calm", "given": False}, at=on(-1))
    assert home.twin("yes", on(0)).opinion(node).credence == 0.5


def test_a_purpose_reads_the_members_alone_in_every_face(home):
    for week in range(6):
        home.observe(
            "h42", "felt", {"calm": 1}, at=on(-7 * week - 3), session=str(week), device="tv"
        )
    ads = home.twin("h42", on(0), purpose="ads")
    node = "calm_when[weekend]"
    assert ads.opinion(node).credence == 0.5
    assert home.read(["h42"], [node], as_of=on(0), purpose="ads").nodes[node].credence.tolist() == [
        0.5
    ]
    assert home.find(f"{node} > 0.5", at=on(0), purpose="ads").ids == ()
    assert home.find(f"{node} > 0.5", at=on(0), purpose="care").ids == ("h42",)
    told = ads.explain(node)
    assert (told.base, told.falls_back_on) == (0.5, None)
    assert ads.graph().edges == ()


def test_explain_and_graph_tell_what_a_member_falls_back_on(home):
    for week in range(4):
        home.observe("h42", "felt", {"calm": 1}, at=on(-7 * week), session=str(week), device="tv")
    twin = home.twin("h42", on(0))
    told = twin.explain("calm_there[weekend, tv]")
    assert str(told.falls_back_on) == "calm_when[weekend]"
    assert told.as_dict()["falls_back_on"] == "calm_when[weekend]"
    assert told.base == twin.opinion("calm_when[weekend]").credence
    edges = {(str(each.source), each.kind, str(each.target)) for each in twin.graph().edges}
    assert edges == {
        ("calm_when[weekend]", "part_of", "calm"),
        ("calm_there[weekend, tv]", "part_of", "calm_when[weekend]"),
    }


def test_explanations_of_a_bounded_member_add_up(home):
    for week in range(5):
        home.observe("h42", "felt", {"calm": 1}, at=on(-7 * week - 3), session=f"w{week}")
    home.observe("h42", "felt", {"calm": 1}, at=on(0), source="self", session="own")
    for number in range(9):
        home.observe("h42", "felt", {"calm": 0}, at=on(0), session=f"o{number}")
    told = home.twin("h42", on(20)).explain("calm_when[weekend]")
    assert told.base + sum(piece.share for piece in told.trail) == pytest.approx(
        told.opinion.native
    )
    assert told.opinion.credence > told.base


def test_what_a_rule_reads_of_the_signal_hangs_on_no_other_rule(open_shop):
    """Without the family, and for whoever does not see it, the condition still holds."""
    text = """
doxa: 1
product: home
timezone: {from: tz, default: UTC}
nodes: {late: {kind: belief}, there: {kind: belief, of: device}}
signals:
  felt:
    - {node: there, for: 1}
    - {node: late, for: 1, when: {daypart: [evening, night], device: {not: tv}}}
purposes: {ads: {sees: [late]}}
"""
    home = open_shop(parse_map(text))
    evening = datetime_of(SATURDAY // DAY * DAY + 20 * HOUR)
    home.observe("h42", "felt", at=evening, device="phone", session="a")
    home.observe("h42", "felt", at=evening, device="tv", session="b")
    home.observe("h42", "traits", {"tz": "Asia/Tokyo"})
    for purpose in (None, "ads"):
        assert home.twin("h42", purpose=purpose).opinion("late").occasions == 1
    alone = parse_map(
        text.replace(", there: {kind: belief, of: device}", "").replace(
            "    - {node: there, for: 1}\n", ""
        )
    )
    home.close()
    again = open_shop(alone, apply_map=True)
    assert again["h42"].opinion("late").occasions == 1


def test_what_was_known_is_read_by_the_contexts_of_its_map(open_shop, clock):
    old = parse_map(HOME)
    home = open_shop(old)
    sunday_evening = datetime_of(SATURDAY + DAY + 6 * HOUR)  # in Tokyo it is Monday
    home.observe("h42", "felt", {"calm": 1}, at=sunday_evening, device="phone")
    known_at = datetime_of(clock.now)
    home.close()
    clock.move(1)
    new = HOME.replace("America/New_York", "Asia/Tokyo").replace(
        "of: [weekpart, device]", "of: [weekpart, session]"
    )
    home = open_shop(parse_map(new), apply_map=True)
    now = {str(each.node) for each in home["h42"].opinions() if each.met}
    then = {str(each.node) for each in home.twin("h42", known_at=known_at).opinions() if each.met}
    again = {str(each.node) for each in home["h42"].opinions() if each.met}
    assert then == {"calm", "calm_when[weekend]", "calm_there[weekend, phone]"}
    assert now == again == {"calm", "calm_when[weekday]"}


def test_a_signal_without_a_time_has_no_calendar():
    belief_map = parse_map(HOME)
    signal = make_signal("x", at=BEGINNING[Clock.TIME], kind="felt", payload={"calm": 1})
    nodes = [piece.node for piece in evidence_of(belief_map, signal)]
    assert nodes == [piece.node for piece in evaluate(signal, belief_map)] == ["calm"]


def test_columns_of_files_leave_maps_with_contexts_to_the_ledger(tmp_path, open_shop, clock):
    rows = [
        {
            "who": f"h{number % 3}",
            "at": format_moment(SATURDAY - number * 7 * HOUR),
            "calm": number % 2,
            "on": "tv",
        }
        for number in range(30)
    ]
    table = pyarrow.Table.from_pylist(rows)
    parquet.write_table(table, tmp_path / "felt.parquet")
    home = open_shop(parse_map(HOME))
    home.backfill(tmp_path / "felt.parquet", twin="who", at="at", kind="=felt", device="on")
    home.snapshot()
    read = [home.twin(f"h{number}", on(1)).opinions() for number in range(3)]
    other = Twins(Wiring(MemoryStore(zone=home.map.zone), home.map, PATH, clock))
    for number, row in enumerate(rows):
        other.observe(
            row["who"], "felt", {"calm": row["calm"]}, at=row["at"], device="tv", id=str(number)
        )
    for number, found in enumerate(read):
        expected = other.twin(f"h{number}", on(1)).opinions()
        told = [
            {str(e.node): e.opinion.as_dict() for e in each if e.met} for each in (found, expected)
        ]
        assert told[0].keys() == told[1].keys() >= {"calm_when[weekend]", "calm_there[weekday, tv]"}
        for name, opinion in told[1].items():
            assert told[0][name]["credence"] == pytest.approx(opinion["credence"], abs=1e-12)


def test_snapshots_and_merges_keep_the_members_apart(home, clock):
    for day in range(20):
        home.observe(
            "phone-7", "felt", {"calm": 1}, at=on(-7 * day), device="phone", session=str(day)
        )
        home.observe("h42", "felt", {"calm": 0}, at=on(-7 * day - 2), device="tv", session=str(day))
    home.snapshot()
    home.merge("phone-7", into="h42")
    assert home["h42"].opinion("calm_when[weekend]").credence > 0.85
    assert home["h42"].opinion("calm_there[weekday, tv]").credence < 0.15
    assert home.twin("h42", on(1)).opinion("calm_when[weekend]").status == "unmet"
    clock.move(1)
    home.unmerge("phone-7")
    assert home["h42"].opinion("calm_when[weekend]").status == "unmet"


def test_forgetting_leaves_no_member(home):
    home.observe(
        "h42", "felt", {"calm": 1}, at=on(-1), device="secret-phone", session="secret-session"
    )
    home.snapshot()
    home.forget("h42")
    home.observe("h7", "felt", {"calm": 1}, at=on(-1), device="tv")
    path = home.wiring.path
    home.close()
    for file in path.parent.glob(path.name + "*"):
        assert b"secret" not in file.read_bytes()


@st.composite
def signals(draw):
    return make_signal(
        f"s{draw(st.integers(0, 10**6))}",
        at=NOW - draw(st.integers(0, 400)) * HOUR,
        kind=draw(st.sampled_from(["felt", "beep", "opened"])),
        device=draw(st.sampled_from([None, "phone", "tv"])),
        session=draw(st.sampled_from([None, "a", "b"])),
        payload={
            "calm": draw(st.integers(0, 1)),
            "mood": draw(st.integers(1, 5)),
            **draw(st.sampled_from([{}, {"device": "tv"}, {"device": None}, {"weekpart": "weekend"}])),
        },
    )  # fmt: skip


@pytest.mark.parametrize("on_disk", [False, True])
@given(st.lists(signals(), min_size=1, max_size=12, unique_by=lambda signal: signal.id))
@settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
def test_ledger_signal_and_oracle_name_the_same_members(tmp_path_factory, on_disk, told):
    belief_map = parse_map(HOME)
    path = tmp_path_factory.mktemp("contexts") / "c.db"
    store = (
        SqliteStore(path, zone=belief_map.zone) if on_disk else MemoryStore(zone=belief_map.zone)
    )
    with Twins(Wiring(store, belief_map, path)):
        store.append(told)
        rows = ledger_rows(store, belief_map, [store.twin_key("ann")], ids=True)
    members = Members()
    found = evidence_of_rows(belief_map, rows, members)
    rules = belief_map.rules
    columns = sorted(
        (rows.ids[row], rule, members.names(rules[rule].node)[member])
        for row, rule, member in zip(
            found.row.tolist(), found.rule.tolist(), found.member.tolist(), strict=True
        )
    )
    for reader in (evaluate, lambda signal, belief_map: evidence_of(belief_map, signal)):
        plainly = [
            (s.id, piece.rule, piece.member) for s in told for piece in reader(s, belief_map)
        ]
        assert columns == sorted(plainly)


@given(st.lists(signals(), min_size=1, max_size=14, unique_by=lambda signal: signal.id))
@settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
def test_more_support_never_lowers_a_member_or_its_wider_node(told):
    belief_map = parse_map(HOME)

    def read(signals):
        store = MemoryStore(zone=belief_map.zone)
        with Twins(Wiring(store, belief_map, PATH)) as twins:
            store.append(signals)
            twin = twins.twin("ann", datetime_of(NOW))
            nodes = ("calm", "calm_when[weekend]", "calm_when[weekday]", "calm_there[weekend, tv]")
            return np.array([twin.opinion(node).credence for node in nodes])

    more = make_signal("more", at=NOW - 30 * HOUR, kind="felt", device="tv", payload={"calm": 1})
    assert (read([*told, more]) >= read(told) - 1e-12).all()
