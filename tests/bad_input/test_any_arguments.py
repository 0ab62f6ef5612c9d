"""Whatever stands behind a command: never a trace, never a code nobody documented."""

from __future__ import annotations

import io
import json
import os
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.bad_input import stores
from tests.bad_input.cases import AREAS
from tests.bad_input.trial import inside

from doxa.interfaces.cli.frame import COMMANDS, run

EXAMPLES = int(os.environ.get("DOXA_ATTACKS", "40"))
CODES = {0, 1, 2, 3, 4}
KNOWN = [words for words, _ in COMMANDS if words != "demo"]
FLAGS = [
    *("--db", "--map", "--as-of", "--known-at", "--limit", "--at", "--source", "--session", "--id"),
    *(
        "--payload",
        "--twin",
        "--item",
        "--outcome",
        "--seed",
        "--row",
        "--data",
        "--kind",
        "--order",
    ),
    *("--recorded", "--device", "--max-rejects", "--signals", "--save", "--html", "--record"),
    *("--restart", "--apply-map", "--json", "--help", "--version", "--"),
]
PLAIN = [
    *("h42", "visit", "purchase", "review", "traits", "consent", "prices_are_fair", "buys[crime]"),
    *(
        "buys_genre",
        "lapses",
        "rates",
        "map.yaml",
        "eval.yaml",
        "a.csv",
        "a.jsonl",
        "doxa.db",
        "new.db",
    ),
    *(
        "genres=crime",
        'genres=["a"]',
        "stars=5",
        "price=1e308",
        "2026-03-02",
        "=visit",
        "who",
        "when",
    ),
    *(
        "",
        ".",
        "..",
        "/dev/null",
        "-1",
        "0",
        "1e400",
        "nan",
        "inf",
        "1" * 500,
        "[" * 5_000,
        "{" * 50,
    ),
    *("\0", "\ud800", "\u202e", "e\u0301", "a=\ud800", "=", "[]", "{}", '{"a": NaN}', "x" * 5_000),
]
VALUES = st.one_of(
    st.sampled_from(PLAIN),
    st.text(max_size=20),
    st.text(st.characters(), max_size=5),
    st.integers().map(str),
    st.floats().map(str),
    st.datetimes().map(lambda when: when.isoformat()),
)
WORDS = st.one_of(VALUES, st.sampled_from(FLAGS))
RIGHT = [
    "observe h42 purchase genres=crime price=3",
    "show h42",
    "explain h42 prices_are_fair",
    "forecast buys_within_month",
    "fit --outcome buys_within_month",
    "features buys_within_month --at 2026-03-02",
    "audit a.csv --events a.csv --twin who --at when",
    "backfill a.csv --twin who --at when --kind what",
    "fidelity eval.yaml --db doxa.db",
    "map check map.yaml --signals s.jsonl",
]
EVALUATION = (
    "doxa: 1\nmap: map.yaml\nrows:\n  back: {outcome: lapses, fit: {from: 2025-01-01, to: 2025-02-01,"
    " every: 7d}, score: {from: 2026-01-01, to: 2026-02-01, every: 7d}}\n"
)


@pytest.fixture(scope="module")
def shop() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        stores.make(folder)
        (folder / "a.csv").write_text("who,when,what\nann,2026-01-01,visit\n")
        (folder / "a.jsonl").write_text('{"who": "ann"}\n')
        (folder / "s.jsonl").write_text('{"kind": "visit"}\n')
        (folder / "eval.yaml").write_text(EVALUATION)
        yield folder


def attack(arguments: list[str], folder: Path) -> None:
    """Run a command and hold it against the promise."""
    out, err = io.StringIO(), io.StringIO()
    with inside(folder), redirect_stdout(out), redirect_stderr(err):
        code = run(arguments)
    told = err.getvalue()
    assert code in CODES, (arguments, code)
    assert "Traceback" not in told
    assert told.startswith(("doxa: ", "{", "Usage: ")) if code > 1 else True, (arguments, told)
    if told.startswith("{"):
        assert set(json.loads(told)) <= {"error", "problem", "where", "expected", "hint"}
    told.encode("utf-8", "backslashreplace")


def attacks(examples: int = EXAMPLES) -> settings:
    shared = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=shared,
        derandomize="DOXA_ATTACKS" not in os.environ,
    )


@attacks()
@given(command=st.sampled_from(KNOWN), words=st.lists(WORDS, max_size=6))
def test_garbage_behind_a_command(shop, command, words):
    attack([*command.split(), *map(_harmless, words)], shop)


@attacks()
@given(
    right=st.sampled_from(RIGHT),
    place=st.integers(1, 8),
    word=WORDS,
    more=st.lists(WORDS, max_size=2),
)
def test_one_word_changed(shop, right, place, word, more):
    words = shlex.split(right)
    words[min(place, len(words) - 1)] = word
    attack([*map(_harmless, words), *map(_harmless, more)], shop)


@attacks()
@given(
    case=st.sampled_from(
        [case for cases in AREAS.values() for case in cases if "demo" not in case.run]
    ),
    place=st.integers(0, 200),
    byte=st.binary(min_size=1, max_size=4),
)
def test_wrong_files_with_more_wrong_in_them(shop, case, place, byte):
    for name, content in case.files.items():
        raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        where = place % (len(raw) + 1)
        (shop / f"x{name}").write_bytes(raw[:where] + byte + raw[where + 1 :])
    names = set(case.files)
    attack([f"x{word}" if word in names else word for word in case.arguments], shop)


def _harmless(word: str) -> str:
    """Garbage, but no path that leads out of the folder."""
    return word if word in PLAIN else word.replace("/", "-")
