"""Ids made from content: the same however rows arrive, told apart where rows are identical."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.bulk.conftest import ALL_BAD, NOW, Shop

from doxa.domain.content import canonical_payload, content_id, number_repeats
from doxa.errors import InputError
from doxa.storage.bulk import ordinals
from doxa.storage.bulk.backfill import backfill_rows

VISIT = "twin: w, at: t, kind: {is: visit}"


@given(st.dictionaries(st.text(max_size=3), st.integers() | st.floats(allow_nan=False) | st.text()))
def test_the_order_of_fields_is_not_content(payload: dict[str, object]) -> None:
    turned = dict(reversed(payload.items()))
    assert canonical_payload(payload) == canonical_payload(turned)


@pytest.mark.parametrize(
    "change", [{"order": 1}, {"session": "s"}, {"device": "s"}, {"cause": "s"}]
)
def test_every_part_is_content(change: dict[str, str | int]) -> None:
    plain = content_id("a", "k", "s", 1, b"{}")
    assert content_id("a", "k", "s", 1, b"{}", **change) != plain  # type: ignore[arg-type]
    assert content_id("a", "k", "s", 2, b"{}") != plain


def test_ids_of_later_rows_sort_later() -> None:
    ids = [content_id("a", "k", "s", NOW + n * 10**7, b"{}") for n in range(50)]
    assert ids == sorted(ids)


@pytest.mark.parametrize("per_pass", [7, 1_000_000])
@pytest.mark.parametrize("chunk", [1, 3, 1000])
def test_identical_rows_are_numbered_across_chunks(
    place: Shop, monkeypatch: pytest.MonkeyPatch, per_pass: int, chunk: int
) -> None:
    monkeypatch.setattr(ordinals, "_PER_PASS", per_pass)
    rows = [f"{who},2024-01-01" for who in "abcabcaadda"]
    (place.folder / "a.csv").write_text("w,t\n" + "\n".join(rows) + "\n")
    (place.folder / "b.csv").write_text("w,t\na,2024-01-01\n")
    text = "\n".join(f"- {{file: {name}.csv, {VISIT}}}" for name in "ab")
    assert place.load(text, chunk=chunk).appended == 12
    stems = number_repeats(
        [content_id(s.twin, s.kind, s.source, s.at, b"{}") for s in place.signals()]
    )
    assert sorted(stems) == sorted(signal.id for signal in place.signals())
    assert Counter(signal.twin for signal in place.signals()) == Counter("abcabcaaddaa")


def test_twice_is_once(place: Shop) -> None:
    (place.folder / "a.csv").write_text("w,t\na,2024-01-01\na,2024-01-01\nb,2024-01-01\n")
    assert place.load(f"file: a.csv, {VISIT}").appended == 3
    again = place.load(f"file: a.csv, {VISIT}")
    assert (again.rows, again.appended, again.duplicates) == (3, 0, 3)
    anew = place.load(f"file: a.csv, {VISIT}", restart=True)
    assert (anew.rows, anew.appended, anew.duplicates, anew.resumed) == (3, 0, 3, 0)
    assert len(place.signals()) == 3


def test_a_file_that_grew_adds_what_is_new(place: Shop) -> None:
    (place.folder / "a.csv").write_text("w,t\na,2024-01-01\n")
    place.load(f"file: a.csv, {VISIT}")
    (place.folder / "a.csv").write_text("w,t\na,2024-01-01\na,2024-01-01\nb,2024-01-01\n")
    again = place.load(f"file: a.csv, {VISIT}")
    assert (again.appended, again.duplicates) == (2, 1)


def test_rows_from_python(place: Shop) -> None:
    rows = [
        {
            "twin": 5.0,
            "kind": "visit",
            "at": datetime(2024, 1, 1, tzinfo=UTC),
            "payload": {"x": np.int64(3)},
        },
        {"twin": "5", "kind": "visit", "at": "2024-01-01T00:00:00Z", "payload": {"x": 3}},
        {
            "twin": "5",
            "kind": "visit",
            "at": NOW and "2024-01-02",
            "id": "mine",
            "payload": {"d": datetime(2024, 1, 1)},
        },
        {
            "twin": "5",
            "kind": "visit",
            "at": datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=900),
        },
        {"twin": "5", "kind": "visit", "at": "2024-01-02", "payload": [1]},
        {"twin": "5", "kind": "visit", "at": "2024-01-02", "payload": {"x": object()}},
    ]
    receipt = backfill_rows(
        place.store, place.map, rows, now=NOW, beside=place.path, options=ALL_BAD
    )
    assert (receipt.appended, receipt.rejected) == (3, 3)
    first, second, mine = place.signals()
    assert second.id == first.id + ".1"
    assert (mine.id, mine.payload) == ("mine", {"d": "2024-01-01T00:00:00"})
    assert [line.split(",", 2)[1:] for line in place.rejects()] == [
        ["4", "at,more than 5 minutes in the future"],
        ["5", "payload,not an object"],
        ["6", "payload,holds a value that JSON cannot"],
    ]  # fmt: skip


@pytest.mark.parametrize("row", [{"twin": "a", "knd": "visit"}, ["a"]])
def test_rows_of_another_shape(place: Shop, row: dict[str, str]) -> None:
    with pytest.raises(InputError, match="row 1"):
        backfill_rows(place.store, place.map, [row], now=NOW, beside=place.path)
