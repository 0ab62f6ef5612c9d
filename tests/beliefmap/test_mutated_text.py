"""Whatever the text, reading it gives a record or a `MapError`, never a stack trace."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from doxa.beliefmap import document
from doxa.beliefmap.evaluation_file import parse_evaluation
from doxa.beliefmap.feeding import unfed
from doxa.beliefmap.fingerprint import fingerprint
from doxa.beliefmap.map_file import load_map, parse_map
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.moments import origins
from doxa.beliefmap.scenarios_file import parse_scenarios
from doxa.beliefmap.tables_file import parse_tables
from doxa.beliefmap.unread import unread
from doxa.errors import InputError, MapError

HERE = Path(__file__).parent
FULL = (HERE / "maps" / "every_key.yaml").read_text()
EVALUATED = ["ema_bringmann2013", "complete_journey"]
MAPS = {name: load_map(HERE / "maps" / f"{name}.yaml") for name in EVALUATED}
EVALUATIONS = {name: (HERE / "evaluations" / f"{name}.yaml").read_text() for name in EVALUATED}
TABLES = (HERE / "tables.yaml").read_text()
SCENARIOS = (HERE / "scenarios.yaml").read_text()
SHOP = load_map(HERE / "scenarios_map.yaml")
PIECES = [
    *("{", "}", "[", "]", ":", ",", "\n", "  ", "- ", "#", "'", '"', "&a", "*a", "!!int", "\t"),
    *("~", "null", "1", "-1", "0", "1e999", "nan", "9" * 30, "7d", "9" * 400 + "d", "never"),
    *("{a: 1}", "[a]", "[[]]", "{}", "buys", "purchase", "[buys]", "{buys: A}", "{buys: [A, B]}"),
    *("2017-01-01", "0001-01-01", "9999-12-31", "\x00", "\ud7ff", "ß", "１", "|", ">", "?", "%"),
    "'\\UFFFFFFFF'",
    '"\\U00110000"',
]


def mutated(text: str) -> st.SearchStrategy[str]:
    """The text with a few spans replaced by pieces that mean something, or by anything."""
    edit = st.tuples(
        st.integers(0, len(text)),
        st.sampled_from([0, 0, 1, 2, 5, 12, 40]),
        st.one_of(st.sampled_from(PIECES), st.text(max_size=4)),
    )
    return st.lists(edit, min_size=1, max_size=4).map(lambda edits: _edited(text, edits))


def _edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    for start, length, piece in edits:
        text = text[:start] + piece + text[start + length :]
    return text


def values_replaced(text: str) -> st.SearchStrategy[str]:
    """The text with one plain value replaced, so that it stays YAML."""
    places = [i for i, letter in enumerate(text) if text[i - 2 : i] == ": " and letter not in " "]
    return st.tuples(st.sampled_from(places), st.sampled_from(PIECES)).map(
        lambda pick: text[: pick[0]] + pick[1] + text[_end(text, pick[0]) :]
    )


def _end(text: str, start: int) -> int:
    return min(i for letter in ",}]\n" if (i := text.find(letter, start)) >= 0)


def check(read: Callable[[str], object], text: str) -> None:
    with suppress(MapError):
        read(text)


def read_map(text: str) -> None:
    belief_map = parse_map(text)
    fingerprint(belief_map)
    unfed(belief_map, {})
    unread(belief_map)


@pytest.fixture(params=["CSafeLoader", "SafeLoader"])
def _loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "_LOADER", getattr(yaml, request.param))


many = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.usefixtures("_loader")
@many
@given(st.one_of(mutated(FULL), values_replaced(FULL), st.text(max_size=60)))
@example("%YAML 9.9\n---\na: 1")
@example("%YAML 1" + 5000 * "1" + ".1\n---\na: 1")
@example("a: " + 100_000 * "[")
@example(100_000 * "- ")
def test_maps(text: str) -> None:
    check(read_map, text)


@pytest.mark.parametrize("name", EVALUATED)
@many
@given(st.data())
def test_evaluations(name: str, data: st.DataObject) -> None:
    text = data.draw(st.one_of(mutated(EVALUATIONS[name]), values_replaced(EVALUATIONS[name])))
    check(lambda source: read_evaluation(source, MAPS[name]), text)


def read_evaluation(text: str, belief_map: BeliefMap) -> None:
    evaluation = parse_evaluation(text, "eval.yaml", belief_map)
    for row in evaluation.rows.values():
        for selection in filter(None, (row.fit, row.score)):
            with suppress(InputError):
                origins(selection, belief_map)


@many
@given(st.one_of(mutated(TABLES), values_replaced(TABLES)))
def test_tables(text: str) -> None:
    check(parse_tables, text)


@many
@given(st.one_of(mutated(SCENARIOS), values_replaced(SCENARIOS)))
def test_scenarios(text: str) -> None:
    check(lambda source: parse_scenarios(source, SHOP), text)
