"""What all commands have in common."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from doxa import __version__
from doxa.errors import DoxaError, StoreError
from doxa.interfaces.cli import frame

DOXA = str(Path(sys.executable).with_name("doxa"))
WORDS = [words for words, _ in frame.COMMANDS]


@pytest.mark.parametrize("words", WORDS)
def test_every_command_has_help_with_an_example(doxa, words):
    told = doxa(*words.split(), "--help")
    assert told.code == 0
    assert "Example" in told.out
    assert "--json" in told.out
    assert max(map(len, told.out.splitlines())) <= 80


def test_every_command_is_listed():
    app = get_command(frame.application())
    listed = set(app.commands)
    assert listed == {words.split()[0] for words in WORDS}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["bogus"], "doxa: No such command 'bogus'; see doxa --help"),
        (["show"], "doxa: Missing argument 'TWIN'; see doxa show --help"),
        (["show", "h42", "--bogus"], "doxa: No such option: --bogus"),
        (["show", "h42", "--limit", "many"], "doxa: Invalid value for '--limit'"),
        (["show", "h42", "--limit", "-1"], "doxa: --limit: -1 is no number of nodes"),
        (["show", "h42"], "doxa: doxa.db: there is no store here"),
        (["map", "check", "none.yaml"], "doxa: none.yaml: cannot be read"),
    ],
)
def test_a_mistake_is_one_sentence(doxa, arguments, sentence):
    told = doxa(*arguments)
    assert (told.code, told.out) == (2, "")
    assert told.err.startswith(sentence)
    assert told.err.count("\n") == 1


def test_a_mistake_as_json(doxa):
    told = doxa("show", "h42", "--json")
    assert (told.code, told.out) == (2, "")
    assert json.loads(told.err)["error"] == "InputError"


def test_without_a_command_there_is_help(doxa):
    told = doxa()
    assert told.code == 2
    assert "Usage: doxa" in told.err


def test_the_version(doxa):
    assert doxa("--version").out.strip() == __version__


def test_a_file_that_is_no_store(doxa, shop):
    (shop / "notes.db").write_text("hello " * 100)
    told = doxa("show", "h42", "--db", "notes.db")
    assert told.code == 4
    assert "not a doxa store" in told.err


@pytest.mark.parametrize("error", [DoxaError("x"), StoreError("y"), KeyboardInterrupt()])
def test_errors_become_exit_codes(doxa, monkeypatch, error):
    def fail() -> None:
        raise error

    monkeypatch.setattr(frame, "application", lambda: lambda **_: fail())
    assert doxa("show").code == {"DoxaError": 1, "StoreError": 4}.get(type(error).__name__, 130)


def test_interrupted_work_leaves_with_130(tmp_path):
    code = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a background shell ignores it
        "from doxa.interfaces.cli import frame, init\n"
        "def slow(**_): print('on', flush=True); time.sleep(60)\n"
        "frame.application = lambda: slow\n"
        "sys.exit(frame.run(['init']))\n"
    )
    work = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert work.stdout is not None
    work.stdout.readline()
    work.send_signal(signal.SIGINT)
    _, err = work.communicate(timeout=30)
    assert (work.returncode, err) == (130, b"")


def test_a_closed_pipe_is_no_error(lived, shop):
    shown = f"{DOXA} show h42 --json | head -1"
    told = subprocess.run(
        ["bash", "-o", "pipefail", "-c", shown],
        capture_output=True,
        text=True,
        cwd=shop,
        check=False,
    )
    assert (told.stdout, told.stderr) == ("{\n", "")


def test_the_installed_command(shop):
    env = {**os.environ, "DOXA_DB": "else.db", "PYTHONIOENCODING": "ascii"}

    def call(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [DOXA, *words], capture_output=True, text=True, cwd=shop, env=env, check=False
        )

    assert call("observe", "h42", "complaint", "topic=price", "--map", "map.yaml").returncode == 0
    assert (shop / "else.db").exists()
    shown = call("show", "h42")
    assert shown.returncode == 0
    assert "prices_are_fair" in shown.stdout
    assert not re.search(r"\x1b|█", shown.stdout)
