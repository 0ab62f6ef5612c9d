"""``doxa forget``: it asks, erases, says what it did, and keeps people erased."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from doxa.domain.clock import DAY
from doxa.runtime.opening import open_twins
from doxa.runtime.wiring import real_now

Call = Callable[..., object]


class Terminal(io.StringIO):
    """Somebody who answers."""

    def isatty(self) -> bool:
        return True


def test_erases_and_says_what(lived: Call) -> None:
    told = lived("forget", "h42", "--yes", "--json")
    assert told.code == 0
    assert told.document["counts"]["signals"] == 4
    assert told.document["gone_at"] <= told.document["purged_at"]
    assert "h42" not in told.out
    assert lived("show", "h42", "--json").document["met"] is False
    again = lived("observe", "h42", "complaint", "topic=price", "--at", "2026-03-01T10:00")
    assert again.code == 2
    assert "forgotten" in again.err
    assert lived("observe", "h42", "complaint", "topic=price").code == 0
    assert "nothing was held" in lived("forget", "nobody", "--yes").out


@pytest.mark.parametrize(("answer", "code", "left"), [("n\n", 1, True), ("y\n", 0, False)])
def test_asks(
    lived: Call, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, left: bool
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    told = lived("forget", "h42")
    assert told.code == code
    assert "Erase 4 signals of h42" in told.err
    assert lived("show", "h42", "--json").document["met"] is left


def test_a_restored_copy_forgets_again(lived: Call, shop: Path) -> None:
    copy = (shop / "doxa.db").read_bytes()
    assert lived("forget", "h42", "--yes").code == 0
    told = lived("forget", "--save", "forgotten.json", "--json")
    assert told.document == {"saved": "forgotten.json", "forgotten": 1}
    assert "h42" not in (shop / "forgotten.json").read_text()
    (shop / "restored.db").write_bytes(copy)
    restored = ["--db", "restored.db"]
    assert lived("show", "h42", "--json", *restored).document["met"] is True
    again = lived("forget", "--reapply", "forgotten.json", "--json", *restored)
    assert again.document["counts"]["signals"] == 4
    assert lived("show", "h42", "--json", *restored).document["met"] is False
    assert lived("forget", "--reapply", "forgotten.json", *restored).code == 0
    assert b"h42" not in (shop / "restored.db").read_bytes()


def test_a_reader_leaves_the_purge_pending(lived: Call, shop: Path) -> None:
    with open_twins(shop / "doxa.db", clock=lambda: real_now() + DAY) as twins:
        twins.observe("h43", "complaint", {"topic": "price"})
        reading = twins.wiring.store.scan(rows=1)
        next(reading)
        told = lived("forget", "h42", "--yes", "--json")
        assert told.document["purged_at"] is None
        assert lived("show", "h42", "--json").document["met"] is False
        assert "pending" in lived("forget", "--purge").out
        reading.close()
        assert "no byte is left" in lived("forget", "--purge").out
        assert json.loads(lived("forget", "--purge", "--json").out)["purged_at"]
