"""Maps that change: what a difference says, what a rename carries, what goes stale."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile

import pytest

from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.renames import former_names
from doxa.domain.clock import DAY, format_moment, parse_time
from doxa.errors import MapChanged, PopulationError
from doxa.runtime.map_change import differences, map_diff
from doxa.runtime.map_effect import diff_with_store
from doxa.runtime.opening import open_twins
from doxa.runtime.twins import Twins

START = parse_time("2026-01-01T12:00:00Z")
NOW = START + 61 * DAY
CAFE = """
doxa: 1
product: cafe
nodes:
  comes: {kind: preference, says: "Comes here."}
  likes: {kind: preference, of: drink, says: "Likes {drink}."}
  fair: {kind: belief, says: "Fair prices.", base: 0.6}
  save: {kind: goal}
  cheap: {kind: goal, part_of: save}
edges:
  - {from: fair, to: comes, kind: supports}
signals:
  visit: [{node: comes, count: 1}, {node: likes, count: 1}]
  grumble: [{node: fair, against: 1}]
outcomes:
  comes_back: {happens: visit, within: 3d}
  grumbles: {happens: grumble, within: 3d, among: {node: fair, above: 0.3}}
purposes:
  ads: {sees: [comes, fair], forecasts: [comes_back, grumbles]}
"""


def renamed(text: str, old: str, new: str) -> str:
    """The map with a node under another name, everywhere it is named."""
    for before, after in (
        (f"  {old}: {{kind", f"  {new}: {{renamed_from: {old}, kind"),
        (f"node: {old}", f"node: {new}"),
        (f"{{from: {old},", f"{{from: {new},"),
        (f"to: {old},", f"to: {new},"),
        (f"part_of: {old}", f"part_of: {new}"),
        (f" {old}]", f" {new}]"),
        (f"[{old},", f"[{new},"),
    ):
        text = text.replace(before, after)
    return text


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a population, to be copied."""
    path = tmp_path_factory.mktemp("cafe") / "cafe.db"
    with open_twins(path, parse_map(CAFE), clock=lambda: NOW) as twins:
        rng = random.Random(5)
        twins.observe_many(
            {
                "twin": f"t{twin}",
                "kind": kind,
                "at": at,
                "recorded": at,
                "payload": {"drink": drink},
            }
            for twin in range(30)
            for day in range(60)
            for kind, drink, share in (("visit", rng.choice("ab"), 0.4), ("grumble", None, 0.1))
            if rng.random() < share
            for at in [format_moment(START + day * DAY + twin * 1_000_000)]
        )
        twins.believe("t1", "fair", weight=0.5, source="self", at="2026-02-20")
        twins.fit()
    return path


@pytest.fixture
def open_cafe(fitted: Path, tmp_path: Path) -> Callable[..., Twins]:
    copyfile(fitted, tmp_path / "cafe.db")

    def make(text: str | None = None, apply_map: bool = True) -> Twins:
        given = None if text is None else parse_map(text)
        return open_twins(tmp_path / "cafe.db", given, apply_map=apply_map, clock=lambda: NOW)

    return make


def read(twins: Twins, fair: str, comes: str) -> tuple[object, ...]:
    twin = twins.twin("t1")
    forecasts = [
        twins.forecast(name, purpose=purpose)
        for name in ("comes_back", "grumbles")
        for purpose in (None, "ads")
    ]
    return (
        twin.opinion(fair),
        twin.opinion(comes),
        twins.twin("nobody").opinion(comes).base,
        [each.probability.tolist() for each in forecasts],
        [each.stale for each in forecasts],
    )


@pytest.mark.parametrize("old", ["comes", "likes", "fair", "save", "cheap"])
def test_a_rename_alone_changes_nothing_else(old: str) -> None:
    one, other = parse_map(CAFE), parse_map(renamed(CAFE, old, "fresh"))
    diff = map_diff(one, other)
    assert [str(change) for change in diff.changes] == [f"nodes.fresh renamed from {old}"]
    assert not diff.evidence
    assert diff.asked_anew == diff.no_longer_asked == diff.never_fitted == ()


def test_a_rename_and_more(open_cafe: Callable[..., Twins]) -> None:
    text = renamed(CAFE, "fair", "fresh").replace("base: 0.6", "base: 0.5")
    assert differences(parse_map(CAFE), parse_map(text)) == [
        "nodes.fresh renamed from fair",
        "nodes.fresh changed (base)",
    ]


def test_without_saying_so_it_is_another_node() -> None:
    text = renamed(CAFE, "fair", "fresh").replace("renamed_from: fair, ", "")
    diff = map_diff(parse_map(CAFE), parse_map(text))
    assert diff.perhaps_renamed == (("fair", "fresh"),)
    assert diff.evidence
    assert diff.asked_anew == ("grumbles",)


def test_a_rename_carries_claims_base_rates_and_heads(open_cafe: Callable[..., Twins]) -> None:
    with open_cafe() as twins:
        before = read(twins, "fair", "comes")
        assert before[-1] == [False] * 4
    once = renamed(renamed(CAFE, "fair", "just"), "comes", "visits")
    with open_cafe(once) as twins:
        assert read(twins, "just", "visits") == before
    again = renamed(once.replace("renamed_from: fair, ", ""), "just", "even")
    with open_cafe(again.replace("renamed_from: comes, ", "")) as twins:
        assert former_names(twins.map) == {"fair": "even", "just": "even", "comes": "visits"}
        assert read(twins, "even", "visits") == before
    with open_cafe() as twins:
        assert read(twins, "even", "visits") == before
        assert twins.twin("t1", known_at=NOW - DAY).opinion("fair")


def test_a_name_declared_again_is_a_node_of_its_own(open_cafe: Callable[..., Twins]) -> None:
    once = renamed(CAFE, "fair", "just")
    open_cafe(once).close()
    again = once.replace("renamed_from: fair, ", "").replace(
        "  save:", "  fair: {kind: belief}\n  save:"
    )
    with open_cafe(again) as twins:
        assert former_names(twins.map) == {}
        assert twins.twin("t2").opinion("fair").status == "unmet"
        assert twins.twin("t2").opinion("just").status != "unmet"


@pytest.mark.parametrize(
    ("before", "after", "stale"),
    [
        ("base: 0.6", "base: 0.4", []),
        ('"Fair prices."', '"The prices are fair."', []),
        ("kind: supports", "kind: contradicts", []),
        ("happens: visit, within: 3d", "happens: visit, within: 4d", ["comes_back"]),
        ("above: 0.3", "above: 0.4", ["grumbles"]),
        ("against: 1", "against: 2", ["comes_back", "grumbles"]),
    ],
)
def test_what_goes_stale(
    open_cafe: Callable[..., Twins], before: str, after: str, stale: list[str]
) -> None:
    assert before in CAFE
    text = CAFE.replace(before, after)
    with open_cafe() as twins:
        twins.snapshot()
        _, effect = diff_with_store(twins.wiring.store, parse_map(text), "cafe.db")
    assert list(effect.stale) == stale
    assert effect.population == 1
    assert effect.snapshots == (30 if len(stale) == 2 else 0)
    with open_cafe(text) as twins:
        told = {name: twins.forecast(name).stale for name in ("comes_back", "grumbles")}
        assert [name for name, found in told.items() if found] == stale
        if stale == ["grumbles"]:
            twins.fit()
            assert not any(twins.forecast(name).stale for name in told)


def test_other_features_cannot_be_forecast_from(open_cafe: Callable[..., Twins]) -> None:
    with (
        open_cafe(CAFE.replace("of: drink", "of: drink, half_life: 9d")) as twins,
        pytest.raises(PopulationError, match="run doxa fit"),
    ):
        twins.forecast("comes_back")


def test_opening_says_what_changed(open_cafe: Callable[..., Twins]) -> None:
    with pytest.raises(MapChanged, match=r"nodes\.just renamed from fair"):
        open_cafe(renamed(CAFE, "fair", "just"), apply_map=False)
