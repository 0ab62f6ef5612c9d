"""``make bench``: measure every claim, print one table, write ``build/bench.json``."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from benchmarks import (
    backfill,
    coupling,
    file_size,
    finding,
    fitting,
    fold,
    forgetting,
    heads,
    import_time,
    observe,
    reading,
    rules,
    stored_twin,
    walking,
)
from benchmarks.claim import FULL, SMALL, Row, Size

CLAIMS = {
    "import": import_time,
    "observe": observe,
    "stored": stored_twin,
    "reading": reading,
    "coupling": coupling,
    "find": finding,
    "heads": heads,
    "fit": fitting,
    "rules": rules,
    "backfill": backfill,
    "size": file_size,
    "fold": fold,
    "forget": forgetting,
    "rollouts": walking,
}
REPORT = Path("build/bench.json")


LONG = ("fit", "rollouts")
"""Measured at the small size unless asked for by name."""


def measured(names: list[str], size: Size) -> list[Row]:
    """The rows of some claims, each in a folder of its own."""
    rows: list[Row] = []
    for name in names:
        started = time.perf_counter()
        with tempfile.TemporaryDirectory(dir=os.environ.get("DOXA_BENCH")) as folder:
            rows += CLAIMS[name].measure(size, Path(folder))
        print(f"{name}: {time.perf_counter() - started:.0f} s", file=sys.stderr)
    return rows


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| what | aim | beside it | result | |", "|---|---|---|---|---|"]
    words = {True: "hit", False: "missed", None: "-"}
    lines += [f"| {r.what} | {r.aim} | {r.beside} | {r.result} | {words[r.hit]} |" for r in rows]
    return "\n".join(lines)


def main() -> int:
    """Exit code 1 only where an absolute bar was missed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("claims", nargs="*", choices=[*CLAIMS, []], help="left out: all")
    parser.add_argument("--size", choices=("small", "full"), default="full")
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    given = parser.parse_args()
    size = SMALL if given.size == "small" else FULL
    rows = measured(given.claims or [name for name in CLAIMS if name not in LONG], size)
    if not given.claims:
        rows += measured(list(LONG), SMALL)
    told = {"size": asdict(size), "cores": os.cpu_count(), "rows": [asdict(row) for row in rows]}
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(told, indent=2) + "\n")
    print(json.dumps(told, indent=2) if given.json else table(rows))
    return int(any(row.absolute and row.hit is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
