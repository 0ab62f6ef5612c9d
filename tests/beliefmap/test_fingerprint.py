"""The fingerprint changes exactly with what decides cells."""

import pytest

from doxa.beliefmap.fingerprint import fingerprint
from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.starter import STARTER


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("shop: {trust: 1.0}", "shop: {trust: 0.4}"),
        ("base: 0.6", "base: 0.5"),
        ("personas: [age, region]", "personas: [age]"),
        ("within: 28d", "within: 14d"),
        ("[buys, likes]", "[buys]"),
        ("The prices here are fair.", "Prices are fair."),
        ("# edges:\n", "\n\n# edges:\n"),
        ("offer_sent: []", "offer_sent: []\n  another: []"),
        ("scale: [1, 5]}", "scale: [0, 5]}"),
    ],
)
def test_read_time_keys_leave_it(old: str, new: str) -> None:
    assert fingerprint(parse_map(STARTER)) == fingerprint(parse_map(STARTER.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("half_life: 90d", "half_life: 30d"),
        ("Europe/London      #", "Europe/Paris      #"),
        ("# bands: [6h", "bands: [7h"),
        ("# event_bands", "event_bands"),
        ("for: 0.2", "for: 0.3"),
        ("discount: {gt: 0}", "discount: {gt: 1}"),
        ("once: session", "once: day"),
        ("genres: items", "genres: item"),
        ('fair.", half_life', 'fair.", occasion: day, half_life'),
    ],
)
def test_what_decides_cells_changes_it(old: str, new: str) -> None:
    changed = STARTER.replace(old, new, 1)
    assert changed != STARTER
    assert fingerprint(parse_map(STARTER)) != fingerprint(parse_map(changed))


def test_it_is_the_same_in_every_process() -> None:
    plain = parse_map("{doxa: 1, product: p, signals: {visit: []}}")
    assert fingerprint(plain) == "5ed85528f022a416c2dae3b1080a08a3"
