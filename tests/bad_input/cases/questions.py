"""Questions about what is not there, and commands that do not exist."""

from __future__ import annotations

from tests.bad_input.case import Case

CASES = [
    Case("a command that does not exist", "forcast lapses", "?"),
    Case("an option that does not exist", "show h42 --bogus", "?"),
    Case("a missing argument", "show", "?"),
    Case("an argument too many", "show h42 h43", "?"),
    Case("a word for a number", "show h42 --limit many", "?"),
    Case("fewer nodes than none", "show h42 --limit -1", "?"),
    Case("fewer signals than none", "explain h42 prices_are_fair --limit -1", "?"),
    Case("fewer forecasts than none", "forecast lapses --limit -1", "?"),
    Case("an unknown node", "explain h42 price_is_fair", "?"),
    Case("a family without its member", "explain h42 buys", "?"),
    Case("a member of a single node", "explain h42 'prices_are_fair[x]'", "?"),
    Case("an address that is not closed", "explain h42 'buys['", "?"),
    Case("a trait for a node", "explain h42 age", "?"),
    Case("an unknown outcome", "forecast lapse", "?"),
    Case("an unknown twin", "forecast lapses --twin nobody", "?"),
    Case("items of an outcome that has none", "forecast lapses --item crime", "?"),
    Case("a family's outcome without items", "forecast buys_genre", "?"),
    Case("an outcome at a signal", "forecast rates", "?"),
    Case("a fit of an unknown outcome", "fit --outcome lapse", "?"),
    Case("a fit with a negative seed", "fit --seed -1", "?"),
    Case("a fit before any window has closed", "fit --outcome lapses", "?", 3),
]
