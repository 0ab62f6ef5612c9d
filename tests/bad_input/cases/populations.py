"""Populations that are not there, and recorded forecasts asked for wrongly."""

from tests.bad_input.case import Case

CASES = [
    Case(
        "a population that is not there",
        "population show 3",
        "population: there is no population 3; run doxa fit",
    ),
    Case(
        "promoting a population that is not there",
        "population promote 1",
        "population: there is no population 1; run doxa fit",
    ),
    Case(
        "going back before there is any population",
        "population rollback",
        "rollback: there is nothing to go back to: no population was ever active; doxa population list shows what there is",
    ),
    Case(
        "looking up again what everybody does before there is any population",
        "population refresh",
        "there is no population to refresh; run doxa fit",
        code=3,
    ),
    Case(
        "a population held against itself",
        "population compare 1 1",
        "compare: 1 and 1 are one population",
    ),
    Case(
        "a number of a population that is no number",
        "population promote newest",
        "Invalid value for 'N': Input should be a valid integer, unable to parse string as an integer; see doxa population promote --help",
    ),
    Case(
        "a fit that is to be kept only and made active",
        "fit --keep --promote",
        "keep: cannot go with promote; leave one of them out",
    ),
    Case(
        "recorded forecasts with an evaluation file",
        "fidelity eval.yaml --live",
        "eval.yaml: recorded forecasts are scored without a file; use --db",
        files={"eval.yaml": "doxa: 1\n"},
    ),
    Case(
        "a time to settle without recorded forecasts",
        "fidelity --settle 2d",
        "--settle: belongs to recorded forecasts; add --live",
    ),
    Case(
        "a time to settle that is none",
        "fidelity --live --settle soon",
        "settle: 'soon' is not a duration; expected a number and s, m, h, d or w, such as 7d",
    ),
    Case(
        "leak tests of recorded forecasts",
        "fidelity --live --leaks 3",
        "--leaks: belongs to an evaluation; leave out --live",
    ),
    Case(
        "recorded forecasts of an unknown outcome",
        "fidelity --live --row lapse",
        "the map declares no outcome 'lapse'; expected one of buys_within_month, buys_genre, lapses, visits, spend, accepts, rates; did you mean 'lapses'?",
    ),
]
