"""Merges that cannot be, signals that are not there, exports that are none."""

from __future__ import annotations

from tests.bad_input.case import Case

EXPORT = (
    '{"doxa_export": 1, "exported_at": "2026-03-01T10:00:00Z", "clock": "time",'
    ' "map": {"product": "p", "fingerprint": "f"}, "twin": "h7", "twins": ["h7"], "signals": [%s],'
    ' "merges": [%s]}'
)
SIGNAL = (
    '{"id": "a", "twin": "%s", "kind": "%s", "source": "web", "at": "%s",'
    ' "recorded": "2026-03-01T10:00:00Z", "payload": {}}'
)
CASES = [
    Case(
        "a twin merged into itself",
        "merge h42 --into h42",
        "merge: 'h42' cannot be merged into itself",
    ),
    Case(
        "nobody to merge into",
        "merge device-7",
        "Missing option '--into'; see doxa merge --help",
    ),
    Case(
        "a merge in the future",
        "merge device-7 --into h42 --at 2999-01-01",
        "at: lies more than 5 minutes in the future; expected a time that has come; check the zone of the sender's clock",
    ),
    Case(
        "an offset on the time clock",
        "merge device-7 --into h42 --offset 3",
        "offset: is for maps whose clock counts positions; leave it out",
    ),
    Case(
        "an unmerge of somebody who stands alone",
        "unmerge h42",
        "unmerge: 'h42' is not merged into anybody; expected a twin that was merged",
    ),
    Case(
        "a retraction of what was never sent",
        "retract c-2",
        "id: there is no signal 'c-2'; explain lists the ids of signals",
    ),
    Case(
        "a retraction in the name of another source",
        "retract c-1 --source till",
        "id: there is no signal 'c-1' of the source 'till'; explain lists the ids of signals",
    ),
    Case(
        "an export of nobody",
        "export nobody",
        "nobody: nothing is held of this twin; look at the id",
    ),
    Case(
        "an import of what is no export",
        "import map.yaml",
        "map.yaml: is no JSON: expecting value at character 1; expected what doxa export wrote",
    ),
    Case(
        "an import of other JSON",
        "import other.json",
        "other.json: is no export: it names no doxa_export; expected what doxa export wrote",
        files={"other.json": "[]"},
    ),
    Case(
        "an export of a later version",
        "import h7.json",
        "h7.json: is an export of version 9; expected version 1; upgrade doxa to read newer ones",
        files={"h7.json": '{"doxa_export": 9}'},
    ),
    Case(
        "an export with a broken time",
        "import h7.json",
        "signals[0].at: 'soon' is not a time; expected ISO 8601, such as 2017-10-03T18:22:00Z or 2017-10-03",
        files={"h7.json": EXPORT % (SIGNAL % ("h7", "visit", "soon"), "")},
    ),
    Case(
        "an export with somebody else in it",
        "import h7.json",
        "signals[0].twin: 'h8' is not among the twins of the export",
        files={"h7.json": EXPORT % (SIGNAL % ("h8", "visit", "2026-03-01T10:00:00Z"), "")},
    ),
    Case(
        "an export without its signals",
        "import h7.json",
        "h7.json: is no export: Object missing required field `exported_at`; expected what doxa export wrote",
        files={"h7.json": '{"doxa_export": 1}'},
    ),
    Case(
        "a circle of merges",
        "merge h42 --into device-7",
        "merge: 'device-7' is part of 'h42': merging 'h42' into it would make a circle; unmerge 'device-7' first",
        damage="after device-7 was merged",
    ),
    Case(
        "a second merge of one twin",
        "merge device-7 --into h43",
        "merge: 'device-7' is merged into 'h42' already; unmerge 'device-7' first, or merge 'h42' instead",
        damage="after device-7 was merged",
    ),
    Case(
        "an id that two sources use",
        "retract c-1",
        "source: several sources have a signal 'c-1'; expected one of 'default', 'web'",
        damage="after another source used an id",
    ),
]
