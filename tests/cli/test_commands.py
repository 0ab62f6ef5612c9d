"""What each command prints and leaves behind."""

from __future__ import annotations

import json

import pytest

from doxa.beliefmap.starter import STARTER


class TestInit:
    def test_writes_the_starter_map(self, doxa, shop):
        told = doxa("init", "new")
        assert told.code == 0
        assert (shop / "new" / "map.yaml").read_text(encoding="utf-8") == STARTER
        assert "doxa map check new/map.yaml" in told.out

    def test_never_overwrites(self, doxa, shop):
        (shop / "map.yaml").write_text("mine")
        told = doxa("init")
        assert (told.code, (shop / "map.yaml").read_text()) == (2, "mine")
        assert "there is a map already" in told.err

    def test_as_json(self, doxa):
        assert doxa("init", "new", "--json").document == {"map": "new/map.yaml"}

    def test_a_file_in_the_way(self, doxa, shop):
        (shop / "taken").write_text("")
        assert doxa("init", "taken").code == 2


class TestMapCheck:
    def test_a_right_map(self, doxa):
        told = doxa("map", "check", "map.yaml")
        assert told.code == 0
        assert "a right map of bookshop" in told.out

    def test_a_wrong_map_names_file_and_line(self, doxa, shop):
        (shop / "map.yaml").write_text("doxa: 1\nproduct: p\nnodes:\n  a: {knd: belief}\n")
        told = doxa("map", "check", "map.yaml")
        assert told.code == 2
        assert told.err.startswith("doxa: map.yaml:4 nodes.a")

    def test_sample_signals(self, doxa, shop):
        rows = [
            {"kind": "purchase", "payload": {"genres": ["crime"], "price": 3, "discount": 1}},
            {"kind": "visit"},
        ]
        (shop / "s.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n\n")
        told = doxa("map", "check", "map.yaml", "--signals", "s.jsonl")
        assert "buys[crime] count 1 (amount 3); prices_are_fair for 0.2" in told.out
        assert "signals.review: no such signal was seen" in told.out
        found = doxa("map", "check", "map.yaml", "--signals", "s.jsonl", "--json").document
        assert [one["evidence"] for one in found["signals"]][1] == []

    def test_samples_name_the_contexts_of_their_signals(self, doxa, shop):
        (shop / "home.yaml").write_text(
            "{doxa: 1, product: home, nodes: {calm: {kind: belief, of: [weekpart, device]}},"
            " signals: {felt: [{node: calm, for: 1}]}}"
        )
        line = {"kind": "felt", "at": "2026-02-07T12:00Z", "device": "tv"}
        (shop / "s.jsonl").write_text(json.dumps(line))
        told = doxa("map", "check", "home.yaml", "--signals", "s.jsonl")
        assert "calm[weekend, tv] for 1" in told.out
        assert "carried" not in told.out
        observed = doxa(
            *("observe", "h42", "felt", "--at", "2026-02-07T12:00Z", "--device", "tv"),
            *("--map", "home.yaml"),
        )
        assert "calm[weekend, tv]" in observed.out

    @pytest.mark.parametrize("line", ["{", "[]", '{"kind": "purchse"}', '{"payload": {}}'])
    def test_wrong_samples_name_file_and_line(self, doxa, shop, line):
        (shop / "s.jsonl").write_text(f'{{"kind": "visit"}}\n{line}\n')
        told = doxa("map", "check", "map.yaml", "--signals", "s.jsonl")
        assert told.code == 2
        assert told.err.startswith("doxa: s.jsonl:2: ")

    def test_no_such_samples(self, doxa):
        told = doxa("map", "check", "map.yaml", "--signals", "none.jsonl")
        assert (told.code, told.err.count("\n")) == (2, 1)


class TestBelieve:
    def test_an_open_node(self, lived):
        told = lived("believe", "h42", "prefers pickup", "--kind", "preference", "--id", "k-1")
        assert told.code == 0
        assert told.out.startswith("h42 claim k-1, number ")
        assert "“prefers pickup”  0.50 -> " in told.out
        assert "“prefers pickup”" in lived("show", "h42").out
        nodes = lived("show", "h42", "--json").document["nodes"]
        assert [one["says"] for one in nodes if one["open"]] == ["prefers pickup"]

    def test_superseded_and_expired_claims_are_explained(self, lived):
        node = "prices_are_fair"
        lived("believe", "h42", node, "--id", "a", "--not")
        lived("believe", "h42", node, "--id", "b", "--valid-until", "2026-01-01")
        lived("believe", "h42", node, "--id", "c", "--supersedes", "a")
        told = lived("explain", "h42", node)
        assert "superseded by c" in told.out
        assert "expired 2026-01-01" in told.out
        found = lived("explain", "h42", node, "--json").document
        assert (found["superseded"], found["expired"]) == (["a"], ["b"])
        assert found["supporting"][0] == "c"

    def test_as_json(self, lived):
        told = lived("believe", "h42", "prices_are_fair", "--json").document
        assert set(told) == {"id", "seq", "duplicate", "delta"}


class TestObserve:
    def test_prints_what_changed(self, lived):
        told = lived("observe", "h42", "complaint", "topic=price", "--session", "s")
        assert told.code == 0
        assert "prices_are_fair  0." in told.out

    def test_as_json(self, lived):
        told = lived("observe", "h42", "complaint", "topic=price", "--json").document
        assert told["delta"][0]["node"] == "prices_are_fair"
        assert set(told) == {"id", "seq", "duplicate", "retracted", "delta"}

    def test_again_is_a_duplicate(self, lived):
        words = ["observe", "h42", "complaint", "topic=price", "--id", "c-1"]
        told = lived(*words, "--at", "2026-03-01T10:00")
        assert "it was there already" in told.out
        assert lived(*words, "--at", "2026-03-02T10:00").code == 2

    def test_payload_as_json_with_fields_on_top(self, lived):
        told = lived(
            "observe", "h42", "review", "--payload", '{"genres": ["art"], "stars": 1}', "stars=4"
        )
        assert "likes[art]" in told.out

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            (["purchse"], "did you mean 'purchase'?"),
            (["visit", "page"], "'page' is no field; expected FIELD=VALUE"),
            (["visit", "--payload", "{"], "--payload: is no JSON"),
            (["visit", "--payload", "[1]"], "payload: is no JSON object but list"),
            (["visit", "--payload", "[1]", "a=1"], "--payload: is no JSON object"),
            (["visit", "--at", "soon"], "at: 'soon' is not a time"),
            (["visit", "--at", "2999-01-01"], "at: lies more than 5 minutes in the future"),
        ],
    )
    def test_refuses(self, lived, words, sentence):
        told = lived("observe", "h42", *words)
        assert told.code == 2
        assert sentence in told.err

    def test_needs_a_map_at_first(self, doxa, shop):
        told = doxa("observe", "h42", "visit")
        assert told.code == 2
        assert "doxa init" in told.err
        assert not (shop / "doxa.db").exists()

    def test_a_changed_map(self, lived, shop):
        (shop / "map.yaml").write_text(STARTER.replace("base: 0.6", "base: 0.5"))
        told = lived("observe", "h42", "visit", "--map", "map.yaml")
        assert told.code == 2
        assert "nodes.prices_are_fair changed (base)" in told.err
        assert lived("observe", "h42", "visit", "--map", "map.yaml", "--apply-map").code == 0


class TestShow:
    def test_groups_nodes_by_how_they_stand(self, lived):
        told = lived("show", "h42", "--as-of", "2026-03-02")
        assert told.code == 0
        assert "age: 41" in told.out
        assert "\nforming\n" in told.out
        assert "no evidence yet: read_more, moving" in told.out
        assert max(map(len, told.out.splitlines())) <= 80

    def test_limits_each_group(self, lived):
        assert "all: --limit" in lived("show", "h42", "--limit", "1").out

    def test_nobody(self, lived):
        told = lived("show", "nobody")
        assert (told.code, "no evidence yet" in told.out) == (0, True)

    def test_as_known_before(self, lived):
        assert "no evidence yet: nothing" in lived("show", "h42", "--known-at", "2020-01-01").out

    def test_as_json(self, lived):
        told = lived("show", "h42", "--json").document
        assert told["twin"] == "h42"
        assert {each["node"] for each in told["nodes"]} >= {"buys[crime]", "moving"}

    def test_names_from_outside_cannot_steer_the_terminal(self, lived):
        lived("observe", "h42", "review", "genres=\x1b[31mred", "stars=1")
        assert "\x1b" not in lived("show", "h42").out

    def test_long_names_fit(self, lived):
        lived("observe", "h42", "review", f"genres={'x' * 100}", "stars=1")
        assert max(map(len, lived("show", "h42").out.splitlines())) <= 80


class TestExplain:
    def test_prints_the_trail(self, lived):
        told = lived("explain", "h42", "prices_are_fair")
        assert told.code == 0
        assert "+0.60  before any evidence" in told.out
        assert "against 1" in told.out
        assert "c-1" in told.out

    def test_as_json_adds_up(self, lived):
        told = lived("explain", "h42", "buys[crime]", "--json").document
        total = told["base"] + told["silence"] + sum(piece["share"] for piece in told["trail"])
        assert total == pytest.approx(told["opinion"]["credence"])

    def test_values_and_unmet_nodes(self, lived):
        assert "value 5" in lived("explain", "h42", "likes[crime]").out
        assert "no evidence yet" in lived("explain", "h42", "moving").out

    def test_unknown_nodes(self, lived):
        told = lived("explain", "h42", "prices")
        assert told.code == 2
        assert "the map declares no node 'prices'" in told.err


class TestMoments:
    def test_moments_of_json_are_text_in_utc(self, lived):
        shown = lived("show", "h42", "--as-of", "2090-07-01T12:00:00+02:00", "--json").document
        assert shown["as_of"] == "2090-07-01T10:00:00Z"
        newest = {one["newest"] for one in shown["nodes"] if one["met"]}
        assert newest
        assert all(text.endswith("Z") and text[:2] == "20" for text in newest)

    def test_positions_stay_numbers(self, doxa, shop):
        text = "{doxa: 1, product: p, clock: position, nodes: {a: {kind: belief}}, signals: {s: [{node: a, for: 1}]}}"
        (shop / "map.yaml").write_text(text)
        assert doxa("observe", "x", "s", "--at", "4", "--map", "map.yaml").code == 0
        shown = doxa("show", "x", "--json").document
        assert (shown["as_of"], shown["nodes"][0]["newest"]) == (4, 4)


class TestWorkspaces:
    def test_each_holds_its_own(self, lived):
        other = ["--workspace", "trial"]
        told = lived("show", "h42", *other)
        assert (told.code, "this workspace has no map yet" in told.err) == (2, True)
        assert lived("observe", "h42", "visit", *other, "--map", "map.yaml").code == 0
        shown = lived("show", "h42", *other, "--json").document
        assert not any(one["met"] for one in shown["nodes"])
        assert any(one["met"] for one in lived("show", "h42", "--json").document["nodes"])


class TestForecast:
    def test_one_is_not_many(self, lived):
        told = lived("forecast", "visits", "--twin", "h42")
        assert "1 forecast of 1 person at" in told.out

    def test_a_name_with_a_slip(self, lived):
        told = lived("forecast", "lapse")
        assert "did you mean 'lapses'?" in told.err


def test_a_wrong_first_signal_makes_no_store(doxa, shop):
    told = doxa("observe", "h42", "vist", "--map", "map.yaml")
    assert (told.code, list(shop.glob("*.db*"))) == (2, [])
