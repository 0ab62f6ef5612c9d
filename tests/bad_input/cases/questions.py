"""Questions about what is not there, and commands that do not exist."""

from __future__ import annotations

from tests.bad_input.case import Case

CASES = [
    Case(
        "a command that does not exist",
        "forcast lapses",
        "No such command 'forcast'. Did you mean 'forecast', 'forget'?; see doxa --help",
    ),
    Case(
        "an option that does not exist",
        "show h42 --bogus",
        "No such option: --bogus; see doxa show --help",
    ),
    Case("a missing argument", "show", "Missing argument 'TWIN'; see doxa show --help"),
    Case(
        "an argument too many",
        "show h42 h43",
        "Got unexpected extra argument(s) (h43); see doxa show --help",
    ),
    Case(
        "a word for a number",
        "show h42 --limit many",
        "Invalid value for '--limit': Input should be a valid integer, unable to parse string as an integer; see doxa show --help",
    ),
    Case(
        "fewer nodes than none",
        "show h42 --limit -1",
        "--limit: -1 is no number of nodes; expected 0 or more",
    ),
    Case(
        "fewer signals than none",
        "explain h42 prices_are_fair --limit -1",
        "--limit: -1 is no number of signals; expected 0 or more",
    ),
    Case(
        "a condition about an unknown node",
        'find "prices_are_fare < 0.3"',
        "condition at 1: >>>prices_are_fare < 0.: the map declares no node 'prices_are_fare'; expected one of buys, prices_are_fair, likes, read_more, moving; did you mean 'prices_are_fair'?",
    ),
    Case(
        "a condition that ends too early",
        'find "prices_are_fair <"',
        "condition at 18: prices_are_fair <>>>: a value is missing; expected a number, a word, or a text in quotes",
    ),
    Case(
        "a cohort that nobody saved",
        "find --cohort unhappy",
        "no cohort is saved as 'unhappy'; expected a saved cohort, and there is none; save one with doxa find CONDITION --save NAME",
    ),
    Case(
        "fewer forecasts than none",
        "forecast lapses --limit -1",
        "--limit: -1 is no number of forecasts; expected 0 or more",
    ),
    Case(
        "an unknown node",
        "explain h42 price_is_fair",
        "the map declares no node 'price_is_fair'; expected one of buys, prices_are_fair, likes, read_more, moving; did you mean 'prices_are_fair'?",
    ),
    Case(
        "a family without its member",
        "explain h42 buys",
        "buys: 'buys' does not name one member; expected buys[genres]",
    ),
    Case(
        "a member of a single node",
        "explain h42 'prices_are_fair[x]'",
        "prices_are_fair: 'prices_are_fair[x]' does not name one member; expected prices_are_fair",
    ),
    Case(
        "an address that is not closed",
        "explain h42 'buys['",
        "'buys[' is not a node address; expected a name, or name[member]",
    ),
    Case(
        "a trait for a node",
        "explain h42 age",
        "'age' is a trait, not an opinion; see twin.traits()",
    ),
    Case(
        "an unknown outcome",
        "forecast lapse",
        "the map declares no outcome 'lapse'; expected one of buys_within_month, buys_genre, lapses, visits, spend, accepts, rates; did you mean 'lapses'?",
    ),
    Case(
        "an unknown twin",
        "forecast lapses --twin nobody",
        "nobody: nothing was ever observed of this twin; observe something first; traits are enough to be forecast by",
    ),
    Case(
        "items of an outcome that has none",
        "forecast lapses --item crime",
        "items: outcome 'lapses' is not asked per item; leave the items out, or declare `of` for the outcome",
    ),
    Case(
        "a family's outcome without items",
        "forecast buys_genre",
        "items: outcome 'buys_genre' is asked per genres: which ones?; name them, or run doxa fit",
    ),
    Case(
        "an outcome at a signal of which nothing is given",
        "forecast rates",
        "given: genres is not given; expected all of genres; null (None) says that it is not known",
    ),
    Case(
        "a given field that the outcome does not know",
        "forecast rates --given genre=crime",
        "given: outcome 'rates' knows no 'genre' of its signal; expected one of genres; did you mean 'genres'?",
    ),
    Case(
        "something given of an outcome in a window",
        "forecast lapses --given genres=crime",
        "given: outcome 'lapses' is not decided at a signal: nothing of it can be given; leave it out",
    ),
    Case(
        "a given field that is no field",
        "forecast rates --given genres",
        "'genres' is no field; expected FIELD=VALUE, such as price=2.99",
    ),
    Case(
        "shares of what is no choice",
        "shares lapses --given price=1 --scenario nothing.yaml",
        "shares: outcome 'lapses' is no choice among options; twins.simulate runs people forward",
        files={"nothing.yaml": "{doxa: 1, scenarios: {nothing: []}}"},
    ),
    Case(
        "shares under a scenario that the file does not have",
        "shares lapses --given price=1 --scenario nothing.yaml --only rise",
        "--only: the file has no scenario 'rise'; expected one of nothing",
        files={"nothing.yaml": "{doxa: 1, scenarios: {nothing: []}}"},
    ),
    Case(
        "a fit of an unknown outcome",
        "fit --outcome lapse",
        "the map declares no outcome 'lapse'; expected one of buys_within_month, buys_genre, lapses, visits, spend, accepts, rates; did you mean 'lapses'?",
    ),
    Case(
        "a fit with a negative seed",
        "fit --seed -1",
        "seed: -1 is no seed; expected 0 up to 4294967295",
    ),
    Case(
        "a fit before there is any history",
        "fit --outcome lapses",
        "nobody can be asked 'lapses': no twin was known and eligible at any origin; a signal counts from when it was recorded; history belongs in a backfill",
        3,
    ),
]
