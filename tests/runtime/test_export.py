"""Exports: everything held of one person, and back into a store."""

from __future__ import annotations

import copy
import json

import pytest
from tests.runtime.conftest import NOW, SHOP

from doxa.beliefmap.map_file import parse_map
from doxa.domain.clock import DAY, datetime_of
from doxa.errors import InputError, SignalConflict, SignalError, UnknownName
from doxa.runtime.opening import open_twins

FAIR = "prices_are_fair"


def at(days: float) -> object:
    """So many days before now."""
    return datetime_of(NOW - round(days * DAY))


@pytest.fixture
def lived(shop):
    """A person with a device and a cookie, one of which was parted again."""
    shop.observe("h42", "praise", at=at(9), source="till", id="p", session="s")
    shop.observe("h42", "traits", {"age": 41}, at=at(8), id="t")
    shop.observe("device-7", "complaint", {"topic": "price"}, at=at(7), id="c", device="card")
    shop.observe("cookie", "praise", at=at(6), id="k")
    shop.observe("bob", "praise", at=at(5), id="b")
    shop.merge("device-7", into="h42", at=at(4))
    shop.merge("cookie", into="h42", at=at(3))
    shop.unmerge("cookie", at=at(2))
    shop.retract("p")
    return shop


@pytest.fixture
def record(lived):
    return json.loads(json.dumps(lived.export("device-7")))


@pytest.fixture
def empty(tmp_path, clock):
    with open_twins(tmp_path / "other.db", parse_map(SHOP), clock=clock) as twins:
        yield twins


def test_it_holds_everything_of_one_person_and_nothing_of_others(record):
    assert (record["doxa_export"], record["twin"], record["twins"]) == (
        *(1, "h42"),
        ["h42", "device-7"],
    )
    assert [each["id"] for each in record["signals"]] == ["p", "t", "c"]
    assert [each.get("retracted") for each in record["signals"]] == [
        *("2026-03-10T12:00:00Z", None, None),
    ]
    assert record["signals"][0]["source"] == "till"
    assert record["signals"][2] == {
        "id": "c",
        "twin": "device-7",
        "kind": "complaint",
        "source": "default",
        "at": "2026-03-03T12:00:00Z",
        "recorded": "2026-03-10T12:00:00Z",
        "payload": {"topic": "price"},
        "device": "card",
    }
    assert [(each["alias"], each["into"]) for each in record["merges"]] == [("device-7", "h42")]
    assert record["traits"] == {"age": 41}
    assert [each["node"] for each in record["opinions"]] == [FAIR]
    assert "bob" not in json.dumps(record)
    assert "cookie" not in json.dumps(record)


def test_recorded_forecasts_are_in_it(lived):
    import numpy as np

    from doxa.runtime.forecasts import Forecasts
    from doxa.runtime.recording import recorded

    keys = [lived.wiring.store.twin_key(twin) for twin in ("bob", "device-7")]
    one = np.ones(2)
    made = Forecasts(
        outcome="lapses", twins=["bob", "device-7"], keys=keys, twin=np.array([0, 1]), items=[],
        item=np.array([-1, -1]), probability=one * 0.25, predictor=-one,
        closes=np.array([NOW + DAY, NOW + DAY]), origin=NOW + 60, version=3, label="live",
        stale=False, id=None, _reasons=lambda places: None, _says={},
    )  # fmt: skip
    recorded(lived.wiring, made)
    (told,) = lived.export("h42")["forecasts"]
    assert (told["outcome"], told["twin"], told["item"], told["probability"]) == (
        *("lapses", "device-7"),
        *(None, 0.25),
    )
    assert (told["population"], told["closes"]) == (3, "2026-03-11T12:00:00Z")


def test_who_read_them_is_in_it(lived):
    from doxa.storage.accesses import Access

    store = lived.wiring.store
    key = store.twin_key("device-7")
    row = Access(twin=key, at=NOW, reader="k", purpose="service", face="explain", nodes=(FAIR,))
    store.log([row]).result()
    (told,) = lived.export("h42")["accesses"]
    assert told == {
        "twin": "device-7",
        "at": "2026-03-10T12:00:00Z",
        "reader": "k",
        "purpose": "service",
        "face": "explain",
        "nodes": [FAIR],
    }


def test_claims_are_in_it_and_come_back(lived, empty):
    lived.believe("h42", "prefers delivery", source="self", kind="preference", at=at(1), id="d")
    record = lived.export("h42")
    assert [each["says"] for each in record["opinions"] if each["open"]] == ["prefers delivery"]
    empty.load(record)
    one, other = (
        [each.as_dict() for each in twins["h42"].opinions() if each.open]
        for twins in (lived, empty)
    )
    assert one == other
    assert len(one) == 1


def test_an_empty_store_reads_the_same(lived, record, empty):
    receipt = empty.load(record)
    assert (receipt.twin, receipt.signals, receipt.merges, receipt.retractions) == (
        *("h42", 3),
        *(1, 1),
    )
    assert receipt.same_map
    for name in ("h42", "device-7"):
        for moment in (None, at(1), at(3.5), at(5), at(8)):
            one, other = (twins.twin(name, as_of=moment) for twins in (lived, empty))
            assert other.id == one.id
            assert other.opinion(FAIR).credence == pytest.approx(one.opinion(FAIR).credence)
    assert empty["h42"].traits() == {"age": 41}
    assert empty.observe("h42", "praise", at=at(9), source="till", id="p", session="s").retracted


def test_loading_twice_is_loading_once(record, empty):
    empty.load(record)
    rows = empty.wiring.store.aliases(), empty.wiring.store.retractions()
    again = empty.load(record)
    assert (again.signals, again.merges, again.retractions) == (0, 0, 0)
    assert (empty.wiring.store.aliases(), empty.wiring.store.retractions()) == rows


def test_it_may_come_from_a_file(record, empty, tmp_path):
    path = tmp_path / "h42.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    assert empty.load(path).signals == 3


def test_nothing_is_written_when_something_conflicts(record, empty):
    empty.observe("h42", "complaint", at=at(1), source="till", id="p")
    with pytest.raises(SignalConflict, match="'p'"):
        empty.load(record)
    assert empty.wiring.store.stats().signals == 1
    assert (empty.wiring.store.aliases(), empty.wiring.store.twin_key("device-7")) == ([], None)


def test_merges_that_do_not_fit_undo_all(record, empty):
    empty.merge("device-7", into="bob", at=at(5))
    with pytest.raises(InputError, match="merged into 'bob' already"):
        empty.load(record)
    assert empty.wiring.store.stats().signals == 0


def test_another_map_says_so(record, tmp_path, clock):
    changed = parse_map(SHOP.replace("half_life: 90d", "half_life: 30d"))
    with open_twins(tmp_path / "changed.db", changed, clock=clock) as twins:
        assert twins.load(record).same_map is False


BROKEN = [
    (lambda r: r.pop("doxa_export"), "names no doxa_export"),
    (lambda r: r.update(doxa_export=2), "version 2"),
    (lambda r: r.update(doxa_export="1"), "version '1'"),
    (lambda r: r.update(clock="position"), "runs on the position clock"),
    (lambda r: r.pop("signals"), "missing required field `signals`"),
    (lambda r: r["signals"][1].update(payload=[]), r"signals\[1\].payload"),
    (lambda r: r["signals"][1].update(at="soon"), r"signals\[1\].at: 'soon' is not a time"),
    (lambda r: r["signals"][1].update(at=5), r"signals\[1\].at: 5 is no time"),
    (lambda r: r["signals"][1].update(twin="bob"), r"signals\[1\].twin: 'bob' is not among"),
    (lambda r: r["signals"][1].update(kind="sang"), "'sang' is not declared"),
    (lambda r: r["merges"][0].update(into="bob"), r"merges\[0\].into: 'bob' is not among"),
    (lambda r: r.update(twin="bob"), "'bob' is not among its twins"),
]


@pytest.mark.parametrize(("spoil", "words"), BROKEN)
def test_what_is_refused(record, empty, spoil, words):
    spoilt = copy.deepcopy(record)
    spoil(spoilt)
    with pytest.raises((InputError, SignalError), match=words):
        empty.load(spoilt)
    assert empty.wiring.store.stats().signals == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot be read"), (b"{", "is no JSON"), (b"[]", "is no export"), (b"\xff", "UTF-8")],
)
def test_files_that_are_none(empty, tmp_path, content, words):
    path = tmp_path / "x.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        empty.load(path)


def test_nobody_has_no_export(lived):
    with pytest.raises(UnknownName, match="nothing is held"):
        lived.export("nobody")
