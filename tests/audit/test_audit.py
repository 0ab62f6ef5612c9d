"""The audit: counts against plain Python, verdicts on fields as products really have them."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doxa.audit.facts import FieldFacts, Form, KindFacts
from doxa.audit.names import protected_ground
from doxa.audit.proposal import proposal
from doxa.audit.report import FieldAudit
from doxa.audit.verdict import Fate, Standing, verdict_of
from doxa.beliefmap.map_file import parse_map
from doxa.errors import InputError
from doxa.runtime.auditing.audit import Asked, audit

_VALUES = st.sampled_from(["red", "blue", "green", "", "5"])
_ROWS = st.lists(
    st.tuples(st.sampled_from(["ann", "bob", "cyd", "dee"]), st.integers(0, 400), _VALUES, _VALUES),
    min_size=1,
    max_size=20,
    unique_by=lambda row: row[:2],
)


def write(path: Path, head: list[str], rows: list[tuple[object, ...]]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return path


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=_ROWS)
def test_counts_are_those_of_plain_python(tmp_path_factory, rows):
    days = [
        f"2025-{1 + day // 40:02d}-{1 + day % 28:02d}T{day % 24:02d}:00:00" for _, day, *_ in rows
    ]
    told = [(who, at, one, two) for (who, _, one, two), at in zip(rows, days, strict=True)]
    told = list({(who, at): (who, at, one, two) for who, at, one, two in told}.values())
    path = write(tmp_path_factory.mktemp("audit") / "users.csv", ["user_id", "at", "a", "b"], told)
    report = audit(path)
    people = {who for who, *_ in told}
    assert report.people == len(people)
    for place, field in ((2, "a"), (3, "b")):
        facts = next(each.facts for each in report.fields if each.facts.name == field)
        newest, changes = {}, 0
        for row in sorted(told, key=lambda row: row[1]):
            if row[place]:
                changes += newest.get(row[0], row[place]) != row[place]
                newest[row[0]] = row[place]
        buckets = Counter(newest.values())
        assert (facts.known, facts.distinct) == (len(newest), len(buckets))
        assert facts.largest == max(buckets.values(), default=0)
        assert facts.sharers == pytest.approx(
            sum(n * n for n in buckets.values()) / len(newest) if newest else 0
        )
        assert facts.changes == changes


def field(name: str, form: Form = Form.TEXT, **more: object) -> FieldFacts:
    counts = {
        "people": 1000,
        "known": 950,
        "distinct": 6,
        "largest": 300,
        "sharers": 200.0,
        "length": 8.0,
    }
    return FieldFacts(name=name, form=form, **{**counts, **more})


@pytest.mark.parametrize(
    ("facts", "fate"),
    [
        (field("region"), Fate.TRAIT),
        (field("age_band"), Fate.TRAIT),
        (field("email", distinct=950, sharers=1.0, largest=1), Fate.ALIAS),
        (field("crm_ref", distinct=950, sharers=1.0, largest=1), Fate.ALIAS),
        (field("persona"), Fate.BELIEF),
        (field("churn_risk_score", Form.NUMBER), Fate.BELIEF),
        (field("total_orders", Form.NUMBER, whole=True), Fate.DROP),
        (field("favorite_genre"), Fate.PREFERENCE),
        (field("primary_goal"), Fate.GOAL),
        (field("monthlyBudget", Form.NUMBER), Fate.CONSTRAINT),
        (field("trial_ends_at", Form.TIME), Fate.CONSTRAINT),
        (field("last_nps", Form.NUMBER), Fate.FEELING),
        (field("signup_date", Form.TIME), Fate.TRAIT),
        (field("updated_at", Form.TIME), Fate.DROP),
        (field("notes", length=180.0, distinct=900, sharers=1.1), Fate.WORDS),
        (field("final_result"), Fate.OUTCOME),
        (field("country", largest=940), Fate.DROP),
        (field("fax", known=3), Fate.DROP),
        (field("x", known=0, distinct=0), Fate.DROP),
        (field("interests", Form.LIST), Fate.PREFERENCE),
        (
            field("weekly_km", Form.NUMBER, repeated=500, changed=400, changes=900, years=500.0),
            Fate.BELIEF,
        ),
        (field("plan", repeated=500, changed=40, changes=90, years=500.0), Fate.TRAIT),
    ],
    ids=lambda value: value.name if isinstance(value, FieldFacts) else value.value,
)
def test_what_a_field_should_become(facts, fate):
    found = verdict_of(facts)
    assert found.fate is fate, found.why
    assert found.why


def test_how_a_field_stands():
    assert verdict_of(field("plan")).standing is Standing.UNKNOWN
    still = field("plan", repeated=500, changed=4, changes=4, years=500.0)
    assert verdict_of(still).standing is Standing.STATIC
    moving = field("plan", repeated=500, changed=90, changes=300, years=500.0)
    assert verdict_of(moving).standing is Standing.CHANGING
    assert verdict_of(moving).pace == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("name", "ground"),
    [
        ("Gender", "sex or gender"),
        ("dateOfBirth", "age"),
        ("kids_count", "family"),
        ("message", None),
        ("page_views", None),
        ("stage", None),
        ("party_size", "political opinion"),
    ],
)
def test_protected_names(name, ground):
    assert protected_ground(name) == ground


names = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=20)


@given(
    st.lists(st.tuples(names, st.sampled_from(list(Form))), max_size=5, unique_by=lambda f: f[0]),
    st.lists(
        st.tuples(names, st.dictionaries(names, st.integers(1, 9000), max_size=3)),
        max_size=3,
        unique_by=lambda kind: kind[0],
    ),
)
def test_every_proposal_loads(fields, kinds):
    audited = [
        FieldAudit(facts=facts, verdict=verdict_of(facts))
        for facts in (field(name, form, low=0.0, high=9.0) for name, form in fields)
    ]
    logged = [
        KindFacts(
            name=name,
            events=10,
            people=5,
            per_person_month=1.0,
            fields=dict.fromkeys(counted, Form.TEXT),
            distinct=counted,
        )
        for name, counted in kinds
    ]
    parse_map(proposal("my shop", audited, logged))


def test_events_and_silent_people(tmp_path):
    users = write(
        tmp_path / "users.csv", ["user_id", "plan"], [(1, "pro"), (2, "free"), (3, "free")]
    )
    events = write(
        tmp_path / "events.csv",
        ["user_id", "event", "at", "page"],
        [
            (1, "view", "2026-01-01", "a"),
            (1, "buy", "2026-02-01", ""),
            (2, "view", "2026-03-02", "b"),
        ],
    )
    report = audit(users, events)
    assert (report.people, report.silent) == (3, 1)
    assert [(kind.name, kind.events, kind.people) for kind in report.kinds] == [
        ("view", 2, 2),
        ("buy", 1, 1),
    ]
    assert "does_view" in parse_map(report.proposal).nodes


def test_wrong_files(tmp_path):
    users = write(tmp_path / "users.csv", ["a", "b"], [(1, 2)])
    with pytest.raises(InputError, match="which column is it"):
        audit(users)
    with pytest.raises(InputError, match="did you mean 'a'"):
        audit(users, asked=Asked(twin="A"))
    with pytest.raises(InputError, match="no such file"):
        audit(tmp_path / "none.csv")
    with pytest.raises(InputError, match="cannot be audited"):
        audit(write(tmp_path / "users.xls", ["a"], [(1,)]))
