"""Finding people under a purpose: what it may not see decides nothing, and is named by nothing."""

from __future__ import annotations

import pytest
from tests.runtime.conftest import NOW

from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import DAY, datetime_of
from doxa.errors import InputError, UnknownName

CARE = """
doxa: 1
product: care
sources: {support: {seen_by: [service]}}
nodes:
  fair: {kind: belief}
  worried: {kind: belief}
  stressed: {kind: feeling, opt_in: true}
  save: {kind: goal, done: {count: saved, at_least: 2}}
  quit_smoking: {kind: goal}
  income: {kind: trait, protected: true}
  tier: {kind: trait}
edges: [{from: worried, to: fair, kind: contradicts, weight: 5}]
signals:
  praise: [{node: fair, for: 1}]
  complaint: [{node: fair, against: 2}, {node: worried, for: 2}]
  overtime: [{node: stressed, for: 1}]
  wish: [{node: save, for: 1}]
  resolution: [{node: quit_smoking, for: 1}]
  saved: []
  visit: []
outcomes:
  lapses: {never: visit, within: 28d, base: 0.3}
  returns: {happens: visit, within: 28d, base: 0.3, among: {node: worried, below: 0.5}}
purposes:
  service: {sees: all}
  shop: {sees: all, except: [worried, quit_smoking, income], forecasts: [lapses, returns]}
  ads: {sees: [fair, save, tier], consent: true}
"""


@pytest.fixture
def care(open_shop):
    twins = open_shop(parse_map(CARE))
    rows = [
        ("ann", "praise", "till", {}),
        ("ann", "complaint", "support", {}),
        ("ann", "traits", "till", {"income": "low", "tier": "gold"}),
        ("ann", "consent", "till", {"purpose": "ads", "given": True}),
        ("bob", "praise", "till", {}),
        ("bob", "overtime", "till", {}),
        ("bob", "consent", "till", {"node": "stressed", "given": True}),
        ("bob", "resolution", "till", {}),
        ("cyd", "complaint", "support", {}),
        ("dee", "overtime", "till", {}),
        ("dee", "wish", "till", {}),
        ("dee", "saved", "till", {}),
    ]
    twins.observe_many(
        {"twin": twin, "kind": kind, "source": source, "payload": payload, "id": str(place),
         "at": datetime_of(NOW - DAY)}
        for place, (twin, kind, source, payload) in enumerate(rows)
    )  # fmt: skip
    return twins


EVERYONE = "fair >= 0"


def test_unheard_sources_decide_nothing_and_nobody(care):
    assert care.find("fair < 0.5").ids == ("ann", "cyd")
    assert care.find("fair < 0.5", purpose="service").ids == ("ann", "cyd")
    assert care.find("fair < 0.5", purpose="shop").ids == ()
    everyone = care.find(EVERYONE, purpose="shop")
    assert everyone.ids == ("ann", "bob", "dee")
    assert (everyone.among, everyone.left_out) == (3, 0)


def test_who_gave_no_consent_is_counted_and_not_named(care):
    found = care.find(EVERYONE, purpose="ads")
    assert found.ids == ("ann",)
    # cyd is known by a source alone that ads does not hear
    assert (found.among, found.left_out) == (1, 2)
    assert care.find(f"not ({EVERYONE})", purpose="ads").ids == ()
    care.observe("ann", "consent", {"purpose": "ads", "given": False})
    assert len(care.find(EVERYONE, purpose="ads")) == 0


def test_nodes_by_consent_are_asked_of_those_who_gave_it(care):
    found = care.find("stressed > 0.5")
    assert found.ids == ("bob",)
    assert (found.among, found.left_out) == (1, 3)
    assert care.find("not stressed > 0.5").ids == ()
    assert care.find("feeling.forming").ids == ("bob",)
    assert care.find("feeling.unmet").ids == ()


def test_hidden_goals_are_nobodys(care):
    assert care.find("goal.active").ids == ("bob",)
    assert care.find("goal.active", purpose="shop").ids == ()
    assert care.find("goal.advancing and save.progress = 50%", purpose="shop").ids == ("dee",)


@pytest.mark.parametrize("purpose", ["shop", "ads"])
@pytest.mark.parametrize(
    ("condition", "hidden", "unknown"),
    [
        ("NAME > 0.5", "worried", "zzzzzzz"),
        ("fair > 0.5 or NAME.contested", "worried", "zzzzzzz"),
        ("NAME.stalled", "quit_smoking", "zzzz_zzzzzzz"),
        ("forecast.NAME > 0.5", "returns", "zzzzzzz"),
    ],
)
def test_what_is_hidden_is_refused_as_what_is_not_there(care, purpose, condition, hidden, unknown):
    told = []
    for name in (hidden, unknown):
        with pytest.raises(InputError) as error:
            care.find(condition.replace("NAME", name), purpose=purpose)
        told.append(str(error.value).replace(name, "NAME"))
    assert told[0] == told[1]
    assert hidden not in told[0]


def test_traits_that_are_not_seen(care):
    with pytest.raises(InputError, match="no trait 'income' is seen; expected one of tier"):
        care.find("trait.income = low", purpose="ads")
    with pytest.raises(InputError, match="no trait 'anything' is seen; expected one of tier"):
        care.find("trait.anything = low", purpose="ads")
    # to refuse what is excepted would tell that it exists: it is absent, as any unknown trait is
    assert care.find("trait.income = low", purpose="shop").ids == ()
    assert care.find("trait.anything = low", purpose="shop").ids == ()
    assert care.find("trait.income = low", purpose="service").ids == ("ann",)


def test_forecasts_that_a_purpose_may_not_ask_for(care):
    assert care.find("forecast.lapses > 10%", purpose="shop").among == 3
    with pytest.raises(InputError, match="no such outcome"):
        care.find("forecast.lapses > 10%", purpose="ads")


def test_saved_cohorts_that_a_purpose_may_not_ask_are_not_there(care):
    care.save_cohort("content", "fair > 0.5")
    care.save_cohort("worried_people", "fair > 0.5 or worried > 0.9")
    names = [each.name for each in care.cohorts(purpose="shop")]
    assert names == ["content"]
    assert care.cohort("content", purpose="shop").ids == ("ann", "bob")
    for name in ("worried_people", "worried_persons"):
        with pytest.raises(UnknownName, match="expected one of content") as refused:
            care.cohort(name, purpose="shop")
        assert "worried" not in str(refused.value).replace(name, "")
    assert care.cohort("worried_people", purpose="service").ids
    assert care.reader("key-1", purpose="ads").cohort("content").ids == ("ann",)
    assert [read.face for read in care.accesses("ann")] == ["find"]
    with pytest.raises(UnknownName, match="no purpose 'shopp'"):
        care.cohorts(purpose="shopp")
