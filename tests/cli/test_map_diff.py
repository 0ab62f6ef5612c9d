"""``doxa map diff`` and ``doxa map apply``: what changes, and from when on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from doxa.beliefmap.starter import STARTER

Call = Callable[..., object]


def test_two_files(doxa: Call, shop: Path) -> None:
    (shop / "next.yaml").write_text(STARTER.replace("base: 0.6", "base: 0.5"), encoding="utf-8")
    told = doxa("map", "diff", "map.yaml", "next.yaml", "--json")
    assert told.code == 0
    assert told.document["changes"] == [
        {"part": "nodes.prices_are_fair", "change": "changed", "keys": ["base"]}
    ]
    assert (told.document["evidence"], told.document["store"]) == (False, None)
    assert (
        "nodes.prices_are_fair changed (base)" in doxa("map", "diff", "map.yaml", "next.yaml").out
    )
    assert "mean the same" in doxa("map", "diff", "map.yaml", "map.yaml").out


def test_a_store_and_a_file(lived: Call, shop: Path) -> None:
    other = STARTER.replace("prices_are_fair", "fair_prices")
    (shop / "next.yaml").write_text(other, encoding="utf-8")
    told = lived("map", "diff", "doxa.db", "next.yaml")
    assert "perhaps renamed: prices_are_fair -> fair_prices" in told.out
    assert "every head is stale" in told.out
    renamed = other.replace("fair_prices: {", "fair_prices: {renamed_from: prices_are_fair, ", 1)
    (shop / "next.yaml").write_text(renamed, encoding="utf-8")
    told = lived("map", "diff", "doxa.db", "next.yaml", "--json")
    assert told.code == 0, told.err
    assert told.document["changes"][0]["before"] == "prices_are_fair"
    assert told.document["evidence"] is False
    assert told.document["store"]["population"] is None


def test_apply(lived: Call, shop: Path) -> None:
    (shop / "next.yaml").write_text(STARTER.replace("base: 0.6", "base: 0.5"), encoding="utf-8")
    assert lived("show", "h42", "--map", "next.yaml").code == 2
    told = lived("map", "apply", "doxa.db", "next.yaml", "--json")
    assert (told.code, told.document["version"]) == (0, 2)
    assert lived("show", "h42", "--map", "next.yaml").code == 0
    again = lived("map", "apply", "doxa.db", "next.yaml")
    assert "map 2 of doxa.db is as it was" in again.out
