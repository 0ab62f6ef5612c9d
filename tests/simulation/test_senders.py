"""Who will send somebody's signals is their own affair, whoever else is run forward."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doxa.beliefmap.map_file import parse_map
from doxa.checks.worlds import keys_of, past_of
from doxa.domain.signal import Signal
from doxa.features.past import Past
from doxa.features.rows import NONE
from doxa.simulation.senders import trust_of, usual_senders

MAP = parse_map(
    "{doxa: 1, product: shop, clock: position, signals: {visit: [], call: []},"
    " sources: {default: {trust: 0.5}, till: {trust: 1.0}, web: {trust: 0.8}}}"
)
ORIGIN = 10
SENT = st.tuples(
    st.integers(0, 3), st.sampled_from(["visit", "call"]), st.integers(0, 14),
    st.sampled_from(["till", "web", "app"]),
)  # fmt: skip


def of(sent: list[tuple[int, str, int, str]]) -> tuple[Past, list[str]]:
    signals = [
        Signal(id=str(place), twin=f"p{twin}", kind=kind, at=at, recorded=0, source=source)
        for place, (twin, kind, at, source) in enumerate(sent)
    ]
    return past_of(signals, MAP, []), keys_of(signals)


@settings(max_examples=60, deadline=None)
@given(st.lists(SENT, min_size=1, max_size=30))
def test_the_usual_sender_is_the_one_that_sent_most_before(sent: list) -> None:
    past, names = of(sent)
    twins = np.r_[np.arange(len(names)), 0]
    found = usual_senders(past, "visit", twins, ORIGIN)
    for place, twin in enumerate(twins.tolist()):
        mine = Counter(
            s for t, k, at, s in sent if f"p{t}" == names[twin] and k == "visit" and at < ORIGIN
        )
        want = min(mine, key=lambda source: (-mine[source], source), default=None)
        assert (None if found[place] == NONE else past.signals.sources[found[place]]) == want
        trust = {"till": 1.0, "web": 0.8}.get(want or "", 0.5)
        assert trust_of(past, found)[place] == trust


def test_who_else_is_there_changes_nothing() -> None:
    one = [(0, "visit", 1, "web"), (0, "visit", 2, "web"), (0, "visit", 3, "till")]
    many = [(1, "visit", at, "app") for at in range(9)]
    for sent in (one, many + one):
        past, names = of(sent)
        found = usual_senders(past, "visit", np.array([names.index("p0")]), ORIGIN)
        assert past.signals.sources[found[0]] == "web"
