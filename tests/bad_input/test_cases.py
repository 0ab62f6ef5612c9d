"""Every wrong input gets its one sentence, its exit code, and leaves the store as it was."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.bad_input import stores
from tests.bad_input.case import Case
from tests.bad_input.cases import AREAS, PYTHON
from tests.bad_input.trial import call, command, prepare

from doxa.errors import DoxaError
from doxa.interfaces.cli.console import plain

COMMANDS = [case for cases in AREAS.values() for case in cases]
DOXA = str(Path(sys.executable).with_name("doxa"))


def _name(case: Case) -> str:
    return case.mistake


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    stores.make(folder)
    return folder


@pytest.fixture
def folder(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("DOXA_DB", raising=False)
    return Path(shutil.copytree(shop, tmp_path / "shop"))


@pytest.mark.parametrize("case", COMMANDS, ids=_name)
def test_a_command(case, folder):
    prepare(case, folder)
    before, rows = _state(case, folder), stores.files(folder)
    told = command(case, folder)
    assert (told.code, told.err) == (case.code, f"doxa: {case.says}\n")
    assert told.out == ""
    assert _state(case, folder) == before
    after = stores.files(folder)
    assert set(after) - set(rows) == set(case.leaves)
    assert {name: after.get(name) for name in rows} == rows


@pytest.mark.parametrize("case", COMMANDS[::4], ids=_name)
def test_the_same_as_json(case, folder):
    prepare(case, folder)
    told = command(case, folder, "--json")
    found = json.loads(told.err.replace("FOLDER", str(folder)))
    error = DoxaError(**{part: text for part, text in found.items() if part != "error"})
    assert told.code == case.code
    assert plain(str(error).replace(str(folder), "FOLDER")) == case.says


@pytest.mark.parametrize("case", PYTHON, ids=_name)
def test_a_call(case, folder):
    before, rows = _state(case, folder), stores.files(folder)
    told = call(case, folder)
    assert (told.code, told.err) == (case.code, case.says)
    assert (_state(case, folder), stores.files(folder)) == (before, rows)


@pytest.mark.parametrize("area", ["Belief maps", "Evaluation files", "Ids and text"])
def test_the_installed_command(area, folder):
    case = AREAS[area][0]
    prepare(case, folder)
    told = subprocess.run(
        [DOXA, *case.arguments], capture_output=True, text=True, cwd=folder, check=False
    )
    assert (told.returncode, told.stdout, told.stderr) == (case.code, "", f"doxa: {case.says}\n")


def test_there_are_enough_cases_and_no_two_alike():
    assert min(map(len, AREAS.values())) >= 10
    assert len({(case.run, str(case.files), case.damage) for case in COMMANDS}) == len(COMMANDS)
    for cases in (*AREAS.values(), PYTHON):
        assert len({case.mistake for case in cases}) == len(cases)


def test_folders_and_files_that_are_not_ours(shop):
    """Nothing may be written where the user may not write, and nothing read that is shut."""
    with _as_somebody_else(shop) as folder:
        map_file = folder / "map.yaml"
        cases = {
            "observe h42 visit": (4, "FOLDER/doxa.db", "opened or written"),
            "observe h42 visit --map map.yaml --db new.db": (
                4,
                "FOLDER/new.db",
                "opened or written",
            ),
            "map check shut.yaml": (2, "shut.yaml", "cannot be read: Permission denied"),
            "init new": (2, "new", "Permission denied"),
        }
        for run, (code, where, problem) in cases.items():
            told = command(Case("", run, ""), folder)
            assert (told.code, "Traceback" in told.err) == (code, False), run
            assert problem in told.err, (run, told.err, where)
        assert map_file.exists()


@contextmanager
def _as_somebody_else(shop: Path) -> Iterator[Path]:
    """A folder that this process may read and not write, for root too."""
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        folder = Path(shutil.copytree(shop, Path(place) / "shop"))
        (folder / "shut.yaml").write_text("doxa: 1\n")
        (folder / "shut.yaml").chmod(0)
        command(Case("", "show h42", ""), folder)  # imports what it needs while it may
        for path in (folder / "doxa.db", folder / "map.yaml"):
            path.chmod(0o444)
        folder.chmod(0o555)
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)
        try:
            yield folder
        finally:
            os.seteuid(user)
            folder.chmod(0o755)


def _state(case: Case, folder: Path) -> object:
    """All rows of a sound store, every byte of a damaged one."""
    return (folder / stores.NAME).read_bytes() if case.damage else stores.rows(folder)
