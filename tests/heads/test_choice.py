"""Heads of choices: own tastes by hand, reasons that add up, nothing of what is asked or later."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import past_of
from doxa.domain.signal import Signal
from doxa.features.menus import menus_of
from doxa.features.moments import at_signals
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.fidelity.choice_leaks import skill_of_dealt
from doxa.fidelity.split import Split
from doxa.heads.choice import ChoiceHead, forecast_choice, reasons_of_choice
from doxa.heads.earlier import Earlier, own_columns
from doxa.heads.logit import likely
from doxa.heads.population import Population, decode, encode
from doxa.heads.tastes import ATTRIBUTES, HALF, OWN, SHARES, TASTES, plain_columns
from doxa.learning.labelled import Labelled
from doxa.learning.population import fit_population

MAP = parse_map(
    """
doxa: 1
product: shop
clock: position
bands: [2, never]
fields: {brand: category}
nodes: {buys: {kind: preference, of: brand}}
signals: {shelf: [{node: buys, count: 1}]}
outcomes:
  takes: {choice: shelf, options: brands, chosen: brand, attributes: [price, kind]}
"""
)
OUTCOME = MAP.outcomes["takes"]
BRANDS = ("a", "b", "c")
TIMES = 12


def shoppers(people: int, seed: int = 1) -> list[Signal]:
    """People who each like one brand, half of them the cheap and half the dear."""
    rng = np.random.default_rng(seed)
    found = []
    for person in range(people):
        liking, worth = rng.normal(0, 2, 3), (-1.5 if person % 2 else 1.5)
        for at in range(TIMES):
            price = rng.uniform(1, 3, 3)
            kinds = rng.choice(["plain", "fine"], 3)
            eta = liking + worth * price + (kinds == "fine")
            pick = int(rng.choice(3, p=np.exp(eta) / np.exp(eta).sum()))
            brands = [
                {"id": brand, "price": float(price[place]), "kind": str(kinds[place])}
                for place, brand in enumerate(BRANDS)
            ]
            found.append(
                Signal(
                    id=f"{person}-{at}",
                    twin=f"p{person}",
                    kind="shelf",
                    at=at,
                    recorded=0,
                    payload={"brands": brands, "brand": BRANDS[pick]},
                )
            )
    return found


SIGNALS = shoppers(40)


@pytest.fixture(scope="module")
def past() -> Past:
    return past_of(SIGNALS, MAP, [OUTCOME])


@pytest.fixture(scope="module")
def population(past: Past) -> Population:
    return fit_population(past, [OUTCOME], TIMES)


@pytest.fixture(scope="module")
def head(population: Population) -> ChoiceHead:
    return population.choices["takes"]


@pytest.fixture(scope="module")
def rows(past: Past) -> Rows:
    return at_signals(OUTCOME, past)


def test_own_cells_are_what_was_taken_and_expected_before(
    past: Past, head: ChoiceHead, rows: Rows
) -> None:
    """By hand, for one person at their sixth choice."""
    person = int(rows.twin[0])
    mine = rows.take(rows.twin == person)
    mine = mine.take(np.argsort(mine.seen.at))
    menus = menus_of(OUTCOME, past, mine)
    plain = plain_columns(head.recipe, past, menus)
    p0 = likely(plain.table @ np.asarray(head.recipe.usual), menus.start)
    names = past.values("brand")
    pick = [SIGNALS[row].payload["brand"] for row in mine.signal.tolist()]
    y = np.array([names[code] for code in menus.option]) == np.repeat(pick, 3)
    nth = 5
    asked = mine.take(np.array([nth]))
    own_menu = menus.take(np.array([nth]))
    own = own_columns(
        head.recipe,
        past,
        Earlier.of(head.recipe, OUTCOME, past, mine.twin),
        asked,
        own_menu,
        plain_columns(head.recipe, past, own_menu),
    )
    for place, option in enumerate(own_menu.option):
        hits = np.flatnonzero(menus.option[: 3 * nth] == option)
        for band, left in enumerate((0.5 ** ((nth - menus.owner[hits]) / 2), np.ones(nth))):
            took, due = float(y[hits] @ left), float(p0[hits] @ left)
            expected = np.log((took + HALF) / (due + HALF))
            assert own.block(OWN)[place, band] == pytest.approx(expected)
            usual = head.recipe.shares[head.recipe.options.index(names[option])]
            share = (took + usual) / (left.sum() + 1) - usual
            assert own.block(SHARES)[place, band] == pytest.approx(share)
        assert own.block(SHARES)[place, -1] == float(names[option] == pick[nth - 1])
    x = plain.block(ATTRIBUTES)[:, 0]
    pull = mass = 0.0
    for menu in range(nth):
        part = slice(3 * menu, 3 * menu + 3)
        apart = x[part] - x[part] @ p0[part]
        pull += float(apart @ (y[part] - p0[part]))
        mass += float(apart**2 @ p0[part])
    worth = pull / (mass + 1 / head.recipe.spread)
    np.testing.assert_allclose(own.block(TASTES)[:, 0], worth * x[3 * nth : 3 * nth + 3])


def test_at_a_first_choice_nothing_is_one_s_own(past: Past, head: ChoiceHead, rows: Rows) -> None:
    first = rows.take(rows.seen.at == 0)
    told = reasons_of_choice(head, past, first)
    own = [place for place, node in enumerate(told.nodes) if node.startswith("own")]
    np.testing.assert_array_equal(told.by_node[:, own], 0.0)


def test_reasons_add_up_per_option_and_to_nothing_per_menu(
    past: Past, head: ChoiceHead, rows: Rows
) -> None:
    found = forecast_choice(head, past, rows)
    told = reasons_of_choice(head, past, rows)
    np.testing.assert_allclose(told.base + told.by_node.sum(axis=1), found.eta, atol=1e-9)
    np.testing.assert_allclose(np.add.reduceat(found.eta, found.menus.start[:-1]), 0, atol=1e-9)
    np.testing.assert_allclose(np.add.reduceat(found.mean, found.menus.start[:-1]), 1.0)
    assert {"given price", "given kind", "own earlier choices"} <= set(told.nodes)


def test_people_are_told_apart_by_what_they_chose(past: Past, head: ChoiceHead, rows: Rows) -> None:
    new = past_of(shoppers(30, seed=9), MAP, [OUTCOME])
    late = at_signals(OUTCOME, new)
    late = late.take(late.seen.at >= 6)
    found = forecast_choice(head, new, late)
    nobody = replace(late, twin=np.full(len(late), 10**6))
    assert loss(new, late, found.mean) < 0.8 * loss(
        new, late, forecast_choice(head, new, nobody).mean
    )


def loss(past: Past, rows: Rows, p: Floats) -> float:
    menus = menus_of(OUTCOME, past, rows)
    return float(-np.log(p[menus.place_of(took(past, rows))]).mean())


def took(past: Past, rows: Rows) -> Ints:
    columns = past.columns["shelf"]
    code = np.full(len(past.signals), -1)
    code[columns.row] = columns.fields["brand"].codes(past.coder("brand"))
    return np.asarray(code[rows.signal], dtype=np.int64)


def test_neither_what_is_asked_nor_what_is_later_is_read(head: ChoiceHead) -> None:
    other = [
        msgspec.structs.replace(
            each, payload={**each.payload, "brand": "c" if each.at >= 6 else each.payload["brand"]}
        )
        for each in SIGNALS
    ]
    told = []
    for signals in (SIGNALS, other):
        past = past_of(signals, MAP, [OUTCOME])
        rows = at_signals(OUTCOME, past)
        told.append(forecast_choice(head, past, rows.take(rows.seen.at <= 6)).eta)
    np.testing.assert_array_equal(*told)


def test_the_order_of_arrival_moves_nothing(past: Past, head: ChoiceHead, rows: Rows) -> None:
    turned = past_of(SIGNALS[::-1], MAP, [OUTCOME])
    again = at_signals(OUTCOME, turned)

    def by_option(past: Past, rows: Rows, names: list[str]) -> dict[tuple[str, int, str], float]:
        found = forecast_choice(head, past, rows)
        owner = found.menus.owner
        return {
            (names[rows.twin[row]], int(rows.seen.at[row]), past.values("brand")[option]): float(p)
            for row, option, p in zip(owner, found.menus.option, found.mean, strict=True)
        }

    one = by_option(past, rows, list(dict.fromkeys(each.twin for each in SIGNALS)))
    other = by_option(turned, again, list(dict.fromkeys(each.twin for each in SIGNALS[::-1])))
    assert one.keys() == other.keys()
    np.testing.assert_allclose([other[key] for key in one], list(one.values()), rtol=1e-9)


def test_an_option_never_seen_is_forecast_too(past: Past, head: ChoiceHead) -> None:
    extra = msgspec.structs.replace(
        SIGNALS[-1],
        id="new",
        at=TIMES,
        payload={"brands": [{"id": "a", "price": 1}, {"id": "new", "price": 1, "kind": "odd"}]},
    )
    found = past_of([*SIGNALS, extra], MAP, [OUTCOME])
    rows = at_signals(OUTCOME, found)
    told = forecast_choice(head, found, rows.take(rows.seen.at == TIMES)).mean
    assert told.sum() == pytest.approx(1.0)
    assert (told > 0).all()


def test_a_population_with_choices_survives_the_store(population: Population) -> None:
    assert decode(encode(population)) == population


def test_labels_of_other_people_teach_nothing(past: Past, rows: Rows) -> None:
    y = took(past, rows).astype(np.float64)
    even = rows.twin % 2 == 0
    nothing = np.zeros(0, np.int64)
    split = Split(
        past,
        Labelled(rows.take(even), y[even]),
        Labelled(rows.take(~even), y[~even]),
        nothing,
        nothing,
        0,
        0,
    )
    rng = np.random.default_rng(1)
    skills = [skill_of_dealt(split, OUTCOME, rng, seed=1) for _ in range(4)]
    assert np.mean(skills) < 0.02
