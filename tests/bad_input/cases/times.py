"""Times and zones that cannot be meant."""

from __future__ import annotations

from tests.bad_input.case import Case


def _zone(mistake: str, zone: str, says: str) -> Case:
    text = f"doxa: 1\nproduct: shop\ntimezone: {zone}\n"
    return Case(mistake, "map check zone.yaml", says, files={"zone.yaml": text})


CASES = [
    Case(
        "a time in words",
        "observe h42 visit --at soon",
        "at: 'soon' is not a time; expected ISO 8601 text such as 2017-10-03T18:22:00Z, or a datetime",
    ),
    Case(
        "a time in the future",
        "observe h42 visit --at 2999-01-01",
        "at: lies more than 5 minutes in the future; expected a time that has come; check the zone of the sender's clock",
    ),
    Case(
        "a day that does not exist",
        "observe h42 visit --at 2026-02-30",
        "at: '2026-02-30' is not a time; expected ISO 8601 text such as 2017-10-03T18:22:00Z, or a datetime",
    ),
    Case(
        "an hour that does not exist",
        "observe h42 visit --at 2026-01-01T25:00",
        "at: '2026-01-01T25:00' is not a time; expected ISO 8601 text such as 2017-10-03T18:22:00Z, or a datetime",
    ),
    Case(
        "an offset that does not exist",
        "observe h42 visit --at 2026-01-01T10:00+99:00",
        "at: '2026-01-01T10:00+99:00' is not a time; expected ISO 8601 text such as 2017-10-03T18:22:00Z, or a datetime",
    ),
    Case(
        "only an hour",
        "observe h42 visit --at 12:30",
        "at: '12:30' is not a time; expected ISO 8601 text such as 2017-10-03T18:22:00Z, or a datetime",
    ),
    Case(
        "seconds since 1970",
        "observe h42 visit --at 1700000000",
        "at: '1700000000' is not a time; expected ISO 8601 text such as 2017-10-03T18:22:00Z, or a datetime",
    ),
    Case(
        "milliseconds since 1970",
        "observe h42 visit --at 1711121300951",
        "at: '1711121300951' is not a time; expected ISO 8601 text such as 2017-10-03T18:22:00Z, or a datetime",
    ),
    Case(
        "a time before year 1",
        "observe h42 visit --at 0001-01-01T00:00+10:00",
        "at: '0001-01-01T00:00+10:00' is before year 1; expected ISO 8601 text such as 2017-10-03T18:22:00Z, or a datetime",
    ),
    Case(
        "no time",
        "observe h42 visit --at ''",
        "at: '' is no time; expected ISO 8601 text such as 2017-10-03T18:22:00Z, or a datetime",
    ),
    Case(
        "digits of another script",
        "observe h42 visit --at ٢٠٢٦-01-01",
        "at: '٢٠٢٦-01-01' is not a time; expected ISO 8601 text such as 2017-10-03T18:22:00Z, or a datetime",
    ),
    Case(
        "a wrong moment to read at",
        "show h42 --as-of yesterday",
        "as_of: 'yesterday' is not a time; expected ISO 8601 text such as 2017-10-03T18:22:00Z, or a datetime",
    ),
    Case(
        "a wrong moment of knowledge",
        "explain h42 prices_are_fair --known-at 2026-13-01",
        "known_at: '2026-13-01' is not a time; expected ISO 8601 text such as 2017-10-03T18:22:00Z, or a datetime",
    ),
    Case(
        "a time after year 9999",
        "show h42 --as-of 9999-12-31T23:59:59-10:00",
        "as_of: '9999-12-31T23:59:59-10:00' is after year 9999; expected ISO 8601 text such as 2017-10-03T18:22:00Z, or a datetime",
    ),
    Case(
        "a forecast as of the future",
        "forecast lapses --at 2999-01-01",
        "at: lies in the future; expected a past moment; left out, it is now",
    ),
    Case(
        "a recorded forecast as of the past",
        "forecast lapses --at 2026-03-02 --record",
        "at: a recorded forecast must be made before its horizon begins; leave `at` out, or do not record",
    ),
    _zone(
        "a zone on another planet",
        "Mars/Base",
        "zone.yaml:3 timezone: unknown time zone 'Mars/Base'; expected a name such as Europe/London or UTC",
    ),
    _zone(
        "a path for a zone",
        "../../etc/passwd",
        "zone.yaml:3 timezone: unknown time zone '../../etc/passwd'; expected a name such as Europe/London or UTC",
    ),
    _zone(
        "a zone by trait without a default",
        "{from: tz}",
        "zone.yaml:3 timezone: 'default' is missing; expected a zone",
    ),
]
