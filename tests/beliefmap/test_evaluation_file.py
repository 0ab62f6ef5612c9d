"""What an evaluation compiles to, and what it refuses."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from doxa.beliefmap.evaluation import Evaluation, Question, Reads
from doxa.beliefmap.evaluation_file import load_evaluation, parse_evaluation
from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.moments import holds_signal, origins
from doxa.domain.clock import DAY, HOUR, datetime_of, moment_of
from doxa.errors import MapError

FOLDER = Path(__file__).parent / "evaluations"
DRAFTS = sorted(FOLDER.glob("*.yaml"))


def at(*parts: int) -> int:
    return moment_of(datetime(*parts, tzinfo=UTC))  # type: ignore[arg-type, misc] # as many parts as a date has


@pytest.fixture(scope="module")
def shop() -> BeliefMap:
    return parse_map(
        """
        doxa: 1
        product: shop
        timezone: Europe/London
        nodes: {buys: {kind: preference, of: category}}
        signals: {purchase: [{node: buys, count: 1}], sent: [], shelf: [], rating: []}
        outcomes:
          buys: {of: category, items: {top: 5}, happens: purchase, within: 7d}
          redeems: {after: sent, happens: purchase, within: 7d}
          rates: {value: stars, of_signal: rating, given: [film]}
          picks: {choice: shelf, options: brands, chosen: brand, attributes: [price]}
          days: {count: purchase, within: 28d}
        actions: {letter: {signal: sent, with: {arm: a}}}
        """
    )


FULL = """\
doxa: 1
map: map.yaml
data: {load: load.py, with: {panel: yogurt}}
complete_until: 2017-12-31
unit: household
seed: 7
rows:
  buys:
    outcome: buys
    reads: live
    fit: {from: 2017-05-21, to: 2017-09-10, every: 14d}
    score: {from: 2017-10-01, to: 2017-12-17, every: 14d}
    base: []
    rivals: [lifetime, one_band]
    metrics: [log_loss, auc, auc_within_twin]
    subsets: {demographics: {has: age}, north: {traits: {region: north}}}
    bars: {all: {log_loss: 0.1955}, demographics: {auc: 0.8}}
  answers: {outcome: rates, fit: {people: {mod: 5, in: [1, 2, 3, 4]}}, score: {people: {mod: 5, in: [0]}, nth: {from: 6}}}
  brands: {outcome: picks, folds: {mod: 10, parts: [[0, 1, 2], [3, 4, 5], [6, 7, 8, 9]]}, score: {nth: {from: 4}}}
  guesses: {outcome: rates, fit: {to: 2017-06-30}, score: {from: 2017-07-01, nth: {from: 6, per: block}}}
  cohort: {outcome: rates, fit: {traits: {presentation: [2013B, 2013J]}}, score: {traits: {presentation: 2014B}}}
  open_loop: {simulate: [days, buys], fit: {to: 2017-09-30}, score: {from: 2017-10-01, to: 2017-10-01}, paths: 200, metrics: [coverage_80, spread, total], bars: {all: {spread: [0.9, 1.1]}}}
  letters: {effect: [letter], outcome: buys, fit: {first: 0.7}, score: {last: 0.3}, metrics: [effect_inside, qini, se_ratio]}
  shares: {shares: picks, moved: [price], fit: {without_largest: {shock: 0.1}}, score: {largest: {shock: 0.1}}, metrics: [share_error, slope]}
"""


@pytest.fixture(scope="module")
def full(shop: BeliefMap) -> Evaluation:
    return parse_evaluation(FULL, "eval.yaml", shop)


@pytest.mark.parametrize("path", DRAFTS, ids=lambda path: path.stem)
def test_every_draft_loads(path: Path) -> None:
    evaluation = load_evaluation(path)
    assert evaluation.rows
    for row in evaluation.rows.values():
        assert set(row.outcomes) <= set(evaluation.belief_map.outcomes)


def test_head(full: Evaluation) -> None:
    assert full.data is not None
    assert (full.data.load, full.data.arguments) == (Path("load.py"), {"panel": "yogurt"})
    assert (full.unit, full.seed) == ("household", 7)
    assert full.complete_before == at(2018, 1, 1)


def test_questions(full: Evaluation) -> None:
    asked = [row.asks for row in full.rows.values()]
    assert asked == 5 * [Question.FORECAST] + [
        Question.SIMULATE,
        Question.EFFECT,
        Question.SHARES,
    ]
    assert full.rows["letters"].actions == ("letter",)
    assert full.rows["shares"].moved == ("price",)
    assert full.rows["open_loop"].paths == 200
    assert full.rows["buys"].reads is Reads.LIVE


def test_folds_and_people(full: Evaluation) -> None:
    folds = full.rows["brands"].folds
    assert folds is not None
    assert folds.parts == ((0, 1, 2), (3, 4, 5), (6, 7, 8, 9))
    score = full.rows["answers"].score
    assert score is not None
    assert score.people is not None
    assert score.nth is not None
    assert (score.people.modulus, score.people.parts, score.nth.begin) == (5, (0,), 6)


def test_bars_know_their_direction(full: Evaluation) -> None:
    lower, higher = full.rows["buys"].bars
    assert (lower.reached(0.19), lower.reached(0.2), lower.reached(float("nan"))) == (
        True,
        False,
        False,
    )
    assert (higher.reached(0.81), higher.reached(0.79)) == (True, False)
    (spread,) = full.rows["open_loop"].bars
    assert [spread.reached(value) for value in (0.8, 1.0, 1.2)] == [False, True, False]


def test_aims_are_bars_that_may_be_missed() -> None:
    source = """
doxa: 1
map: map.yaml
rows:
  buys: {outcome: buys, fit: {first: 0.8}, score: {last: 0.2}, metrics: [log_loss], aims: {all: {log_loss: 0.1}}}
bars: {mean: {log_loss: 0.3}}
"""
    belief_map = parse_map(
        "{doxa: 1, product: shop, signals: {buy: []}, outcomes: {buys: {happens: buy, within: 7d}}}"
    )
    found = parse_evaluation(source, belief_map=belief_map)
    assert [bar.aim for bar in (*found.rows["buys"].bars, *found.bars)] == [True, False]


def test_a_bare_date_is_midnight_as_an_origin(full: Evaluation) -> None:
    fit = full.rows["buys"].fit
    assert fit is not None
    assert fit.begin is not None
    assert fit.begin.text == "2017-05-21"
    assert fit.begin.moment == at(2017, 5, 20, 23)  # London is an hour ahead in May
    assert fit.begin.last == at(2017, 5, 21, 23) - 1


def test_origins_stay_at_midnight_when_clocks_change(full: Evaluation) -> None:
    score = full.rows["buys"].score
    assert score is not None
    found = origins(score, full.belief_map)
    assert [datetime_of(moment).hour for moment in found] == [23, 23, 23, 0, 0, 0]
    assert found[-1] == at(2017, 12, 10)


def test_origins_of_complete_journey() -> None:
    evaluation = load_evaluation(FOLDER / "complete_journey.yaml")
    row = evaluation.rows["buys"]
    assert row.fit is not None
    assert row.score is not None
    start = at(2017, 1, 1)
    days = [(moment - start) // DAY for moment in origins(row.fit, evaluation.belief_map)]
    assert days == list(range(140, 253, 14))
    days = [(moment - start) // DAY for moment in origins(row.score, evaluation.belief_map)]
    assert days == list(range(273, 344, 14))


def test_signals_of_both_days_are_included(full: Evaluation) -> None:
    fit = full.rows["buys"].fit
    assert fit is not None
    assert holds_signal(fit, at(2017, 5, 20, 23))
    assert not holds_signal(fit, at(2017, 5, 20, 23) - 1)
    assert holds_signal(fit, at(2017, 9, 10, 22, 59))
    assert not holds_signal(fit, at(2017, 9, 10, 23))


def test_to_before_is_exclusive() -> None:
    evaluation = load_evaluation(FOLDER / "movielens_small.yaml")
    fit, score = evaluation.rows["rates"].fit, evaluation.rows["rates"].score
    assert fit is not None
    assert score is not None
    cut = at(2016, 3, 22, 8, 26, 11)
    assert (holds_signal(fit, cut), holds_signal(score, cut)) == (False, True)
    assert holds_signal(fit, cut - 1)


def test_positions(shop: BeliefMap) -> None:
    evaluation = load_evaluation(FOLDER / "belief_updating_beads.yaml")
    fit = evaluation.rows["guess"].fit
    assert fit is not None
    assert (holds_signal(fit, 1801), holds_signal(fit, 1802)) == (True, False)


def test_one_origin_needs_no_step(full: Evaluation) -> None:
    score = full.rows["open_loop"].score
    assert score is not None
    assert origins(score, full.belief_map) == [at(2017, 10, 1) - HOUR]


@pytest.mark.parametrize(
    ("line", "count", "at_least"),
    [("", None, False), ("compared: 16", 16, False), ("compared: at least 3", 3, True)],
)
def test_how_many_variants_were_compared(
    shop: BeliefMap, line: str, count: int | None, at_least: bool
) -> None:
    found = parse_evaluation(FULL.replace("seed: 7", line, 1), "eval.yaml", shop)
    assert (found.compared, found.compared_at_least) == (count, at_least)


def test_the_map_beside_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "eval.yaml").write_text("doxa: 1\nmap: none.yaml\nrows: {a: {outcome: b}}\n")
    with pytest.raises(MapError, match=r"none.yaml: cannot be read"):
        load_evaluation(tmp_path / "eval.yaml")


WRONG = [
    ("map: map.yaml\n", "", ":1", "'map' is missing", "file"),
    ("seed: 7", "sead: 7", ":6 sead", "unknown key", "'seed'"),
    ("seed: 7", "seed: 1.5", ":6 seed", "not a whole number", "at least 0"),
    ("seed: 7", "compared: many", ":6 compared", "counts nothing", "'at least' one"),
    ("seed: 7", "compared: at least 0", ":6 compared", "counts nothing", "at least 1"),
    ("load: load.py, ", "", ":3 data", "names no file", "load.py"),
    ("load: load.py", "tables: t.yaml", ":3 data.with", "only a loader", "drop"),
    ("2017-12-31\n", "2017-13-31\n", ":4 complete_until", "not a time", "ISO 8601"),
    ("outcome: buys\n", "outcome: bys\n", ":9 rows.buys.outcome", "unknown outcome", "'buys'"),
    ("reads: live", "reads: life", ":10 rows.buys.reads", "unknown way", "'live'"),
    ("    fit: {from", "    fits: {from", ":11 rows.buys.fits", "unknown key", "'fit'"),
    ("to: 2017-09-10", "to: 2017-05-01", ":11 rows.buys.fit.to", "lies before", "after 'from'"),
    ("to: 2017-09-10, every", "every", ":11 rows.buys.fit.every", "both ends", "from and to"),
    ("every: 14d", "every: 14", ":11 rows.buys.fit.every", "not a duration", "7d"),
    ("every: 14d", "to_before: 2017-09-11", ":11 rows.buys.fit.to_before", "ends it", "keep one"),
    ("[lifetime, one", "[lifetme, one", ":14 rows.buys.rivals[0]", "unknown rival", "'lifetime'"),
    ("[log_loss, auc,", "[logloss, auc,", ":15 rows.buys.metrics[0]", "unknown metric", "'log_loss'"),
    ("[log_loss, auc,", "[qini, auc,", ":15 rows.buys.metrics[0]", "unknown metric", "rmse"),
    ("{has: age}", "{had: age}", ":16 rows.buys.subsets.demographics.had", "unknown key", "'has'"),
    ("{has: age}", "{}", ":16 rows.buys.subsets.demographics", "no subset", "has: trait"),
    ("demographics: {auc", "demografics: {auc", ":17 rows.buys.bars.demografics", "unknown subset", "'demographics'"),
    ("{auc: 0.8}", "{rmse: 0.8}", ":17 rows.buys.bars.demographics.rmse", "not computed", "log_loss"),
    ("{auc: 0.8}", "{auc: [0.9, 0.8]}", ":17 rows.buys.bars.demographics.auc", "no range", "[low, high]"),
    ("in: [0]}", "in: [5]}", ":18 rows.answers.score.people.in[0]", "no remainder of 5", "0 to 4"),
    ("mod: 5, in: [0]}", "in: [0]}", ":18 rows.answers.score.people", "neither", "mod: n"),
    ("nth: {from: 6}", "nth: {from: 0}", ":18 rows.answers.score.nth.from", "too small", "at least 1"),
    ("[3, 4, 5]", "[2, 3]", ":19 rows.brands.folds.parts", "two parts", "overlap"),
    ("fit: {to: 2017-06-30}, ", "", ":20 rows.guesses", "'fit' is missing", "folds"),
    ("simulate: [days, buys]", "simulate: [day, buys]", ":22 rows.open_loop.simulate[0]", "unknown outcome", "'days'"),
    ("spread: [0.9, 1.1]", "spread: 1", ":22 rows.open_loop.bars.all.spread", "two ends", "[low, high]"),
    ("effect: [letter]", "effect: [leter]", ":23 rows.letters.effect[0]", "unknown action", "'letter'"),
    ("first: 0.7", "first: 70", ":23 rows.letters.fit.first", "no share", "at most 1"),
    ("shares: picks", "shares: rates", ":24 rows.shares.shares", "no choice", "options"),
    ("moved: [price]", "moved: [prize]", ":24 rows.shares.moved[0]", "unknown attribute", "'price'"),
    ("outcome: rates, fit: {to: 2017-06-30}", "outcome: rates, base: [stars], fit: {to: 2017-06-30}", ":20 rows.guesses.base", "what is asked", "beforehand"),
    ("outcome: buys\n", "outcome: redeems\n", ":11 rows.buys.fit.every", "not a grid", "drop"),
    ("{outcome: picks, ", "{outcome: picks, challenger: boosted, ", ":19 rows.brands.challenger", "no trees", "drop"),
    ("outcome: buys\n", "simulate: buys\n    shares: picks\n", ":9 rows.buys", "simulate and shares", "outcome"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "where", "problem", "tip"), WRONG)
def test_wrong(shop: BeliefMap, old: str, new: str, where: str, problem: str, tip: str) -> None:
    assert old in FULL
    with pytest.raises(MapError) as caught:
        parse_evaluation(FULL.replace(old, new, 1), "eval.yaml", shop)
    error = caught.value
    assert error.where == f"eval.yaml{where}"
    assert problem in error.problem
    assert tip in f"{error.expected}; {error.hint}"
