"""Times and zones that cannot be meant."""

from __future__ import annotations

from tests.bad_input.case import Case


def _zone(mistake: str, zone: str, says: str) -> Case:
    text = f"doxa: 1\nproduct: shop\ntimezone: {zone}\n"
    return Case(mistake, "map check zone.yaml", says, files={"zone.yaml": text})


CASES = [
    Case("a time in words", "observe h42 visit --at soon", "?"),
    Case("a time in the future", "observe h42 visit --at 2999-01-01", "?"),
    Case("a day that does not exist", "observe h42 visit --at 2026-02-30", "?"),
    Case("an hour that does not exist", "observe h42 visit --at 2026-01-01T25:00", "?"),
    Case("an offset that does not exist", "observe h42 visit --at 2026-01-01T10:00+99:00", "?"),
    Case("only an hour", "observe h42 visit --at 12:30", "?"),
    Case("seconds since 1970", "observe h42 visit --at 1700000000", "?"),
    Case("milliseconds since 1970", "observe h42 visit --at 1711121300951", "?"),
    Case("a time before year 1", "observe h42 visit --at 0001-01-01T00:00+10:00", "?"),
    Case("no time", "observe h42 visit --at ''", "?"),
    Case("digits of another script", "observe h42 visit --at ٢٠٢٦-01-01", "?"),
    Case("a wrong moment to read at", "show h42 --as-of yesterday", "?"),
    Case("a wrong moment of knowledge", "explain h42 prices_are_fair --known-at 2026-13-01", "?"),
    Case("a time after year 9999", "show h42 --as-of 9999-12-31T23:59:59-10:00", "?"),
    Case("a forecast as of the future", "forecast lapses --at 2999-01-01", "?"),
    Case("a recorded forecast as of the past", "forecast lapses --at 2026-03-02 --record", "?"),
    _zone("a zone on another planet", "Mars/Base", "?"),
    _zone("a path for a zone", "../../etc/passwd", "?"),
    _zone("a zone by trait without a default", "{from: tz}", "?"),
]
