"""``make fidelity``: score the forecasts on every real set, print one table, write JSON."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import time
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.fidelity.knowledge import knowledge_table
from benchmarks.fidelity.sets import Line, Set, data_root, lines_of, saved, scored, sets, skipped
from doxa.errors import DoxaError
from doxa.fidelity.report import FidelityReport
from doxa.report.number import spell

REPORT = Path("build/fidelity.json")
REPORTS = Path("build/fidelity")
SHUFFLES = 20


def run(
    asked: list[Set], shuffles: int, processes: int
) -> tuple[dict[str, FidelityReport], list[str]]:
    """All sets that could be scored, in the order asked for, and what went wrong."""
    found: dict[str, FidelityReport] = {}
    wrong: list[str] = []
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Trees too: threads of two sets on two cores would wait for each other.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with (
        Progress(*columns, console=console, transient=True) as progress,
        ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool,
    ):
        task = progress.add_task("fidelity", total=len(asked))
        waiting: dict[Future[tuple[FidelityReport, float]], Set] = {
            pool.submit(scored, each, shuffles): each for each in asked
        }
        for future in as_completed(waiting):
            name = waiting[future].name
            progress.advance(task)
            try:
                report, seconds = future.result()
            except DoxaError as error:
                wrong.append(f"{name}: {error}")
                console.print(f"{name}: {error}", highlight=False)
                continue
            saved(REPORTS, name, report)
            found[name] = report
            wrong += _wrong(name, report)
            console.print(f"{name}: {seconds:.0f} s", highlight=False)
    return {each.name: found[each.name] for each in asked if each.name in found}, wrong


def _wrong(name: str, report: FidelityReport) -> list[str]:
    found = [f"{name}: {row}: {why}" for row, why in report.skipped.items()]
    found += [
        f"{name}: {row.name}: leak found: {json.dumps(msgspec.to_builtins(row.leaks))}"
        for row in report.rows
        if row.leaks is not None and not row.leaks.passed
    ]
    return found


def table(lines: list[Line]) -> str:
    """The lines as a Markdown table."""
    head = ("set", "forecast", "metric", "base", "persona", "best rival", "twin", "bar", "aim", "")
    rows = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for line in lines:
        cells = (
            line.set,
            line.forecast,
            line.metric,
            _number(line.base),
            _number(line.persona),
            _best(line),
            _apart(line.twin, line.bar),
            _ends(line.bar),
            _ends(line.aim),
            _verdict(line),
        )
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _number(value: float | None) -> str:
    return (
        "-"
        if value is None or value != value
        else spell(value, "number")
        if abs(value) >= 10
        else f"{value:.4f}"
    )


def _apart(value: float | None, bar: float | list[float] | None) -> str:
    """A figure with as many digits as tell it from its bar."""
    told = _number(value)
    if value is None or not isinstance(bar, float) or value == bar or float(told) != bar:
        return told
    return next(text for digits in range(5, 18) if float(text := f"{value:.{digits}f}") != bar)


def _ends(value: float | list[float] | None) -> str:
    if isinstance(value, list):
        return f"{value[0]:g}-{value[1]:g}"
    return "-" if value is None else f"{value:g}"


def _best(line: Line) -> str:
    if not line.rivals:
        return "-"
    name = line.best_rival
    return f"{line.rivals[name]:.4f} {name}"


def _verdict(line: Line) -> str:
    bar = {True: "hit", False: "MISSED", None: ""}[line.hit]
    aim = {True: "aim hit", False: "aim missed", None: ""}[line.aim_hit]
    return ", ".join(part for part in (bar, aim) if part)


def main() -> int:
    """Exit code 1 when a bar is missed, a leak found, or a set could not be scored."""
    parser = argparse.ArgumentParser(prog="make fidelity", description=__doc__)
    parser.add_argument("sets", nargs="*", help="parts of names; left out: all")
    parser.add_argument("--shuffles", type=int, default=SHUFFLES, help="of the leak tests; 0: none")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    given = parser.parse_args()
    started = time.perf_counter()
    root = data_root()
    asked = [
        each
        for each in sets(root)
        if not given.sets or any(part in each.name for part in given.sets)
    ]
    found, wrong = run(asked, given.shuffles, given.processes)
    lines = [line for name, report in found.items() for line in lines_of(name, report)]
    variants = {name: report.variants_said for name, report in found.items()}
    told = [line.as_dict() for line in lines]
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(told, indent=2) + "\n")
    print(json.dumps(told, indent=2) if given.json else table(lines))
    if not given.json:
        print(f"\nOf the base rate's loss they remove:\n\n{knowledge_table(found)}")
        missed = sum(line.hit is False for line in lines)
        took = time.perf_counter() - started
        print(f"\n{len(lines)} bars and aims, {missed} bars missed; {took:.0f} s; {REPORT}")
        compared = ", ".join(f"{name} {variants[name]}" for name in sorted(variants))
        print(f"variants compared on scored rows, the one here included: {compared}")
        print(*(f"WRONG: {each}" for each in wrong), sep="\n")
        if absent := skipped(root):
            print(f"skipped, DOXA_DATA holds no data of: {', '.join(absent)}")
    return int(bool(wrong) or any(line.hit is False for line in lines))


if __name__ == "__main__":
    sys.exit(main())
