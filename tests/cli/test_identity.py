"""``doxa merge``, ``unmerge``, ``retract``, ``export`` and ``import``: what each says and does."""

from __future__ import annotations

import json


def test_merge_and_unmerge(lived):
    lived("observe", "device-7", "complaint", "topic=price", "--at", "2026-03-02T10:00")
    told = lived("merge", "device-7", "--into", "h42", "--at", "2026-03-03")
    assert told.out == "device-7 reads as h42 from 2026-03-03 12:00Z on\n"
    assert "nothing changed" in lived("merge", "device-7", "--into", "h42").out
    assert lived("show", "device-7", "--json").document["twin"] == "h42"
    again = lived("unmerge", "device-7", "--at", "2026-03-04", "--json").document
    assert again == {
        "alias": "device-7",
        "twin": "device-7",
        "at": "2026-03-04T12:00:00Z",
        "joined": False,
        "duplicate": False,
    }
    assert "of its own again" in lived("merge", "x", "--into", "y").out + lived("unmerge", "x").out


def test_retract(lived):
    told = lived("retract", "c-1", "--json").document
    assert told == {"id": "c-1", "source": "default", "twin": "h42", "duplicate": False}
    assert lived("retract", "c-1", "--source", "default").out.endswith("nothing changed\n")
    same = ("observe", "h42", "complaint", "topic=price", "--id", "c-1", "--at", "2026-03-01T10:00")
    assert "it was taken back, and stays so" in lived(*same).out
    assert lived(*same, "--json").document["retracted"] is True


def test_export_and_import(lived, shop):
    lived("merge", "device-7", "--into", "h42")
    lived("retract", "c-1")
    printed = lived("export", "h42").document
    kinds = sorted(each["kind"] for each in printed["signals"])
    assert kinds == ["complaint", "purchase", "review", "traits"]
    told = lived("export", "device-7", "--output", "h42.json")
    assert (told.out, told.err) == (
        "",
        "h42.json: h42, 4 signals, 1 merges, 4 opinions, 0 forecasts, 0 accesses\n",
    )
    assert json.loads((shop / "h42.json").read_text())["signals"] == printed["signals"]
    other = ("--db", "other.db")
    told = lived("import", "h42.json", *other, "--map", "map.yaml")
    assert told.out == "h42: 4 signals, 1 merges, 1 retractions added\n"
    assert lived("import", "h42.json", *other, "--json").document["signals"] == 0
    for name in ("h42", "device-7"):
        words = ("show", name, "--as-of", "2099-01-01", "--json")
        assert lived(*words, *other).document["nodes"] == lived(*words).document["nodes"]


def test_an_import_under_another_map_says_so(lived, shop):
    lived("export", "h42", "--output", "h42.json")
    text = (shop / "map.yaml").read_text().replace("half_life: 90d", "half_life: 30d")
    (shop / "changed.yaml").write_text(text)
    told = lived("import", "h42.json", "--db", "other.db", "--map", "changed.yaml")
    assert "another map" in told.err
    summary = lived("export", "h42", "--output", "again.json", "--json").document
    assert (summary["output"], summary["twin"], summary["signals"]) == ("again.json", "h42", 4)
