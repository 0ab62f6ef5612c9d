"""The label of an effect follows from what the log holds, and more in the log never weakens it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doxa.domain.ground import FEWEST, Ground, Seen, grounds_of, weakest

STRENGTH = {Ground.IDENTIFIED: 2, Ground.TRANSPORTED: 1, Ground.ASSUMED: 0}
counts = st.integers(0, 3 * FEWEST)
COUNTED = ("treated", "control", "treated_elsewhere", "control_elsewhere", "observed")
logs = st.builds(
    Seen,
    what=st.just("the letter"),
    randomised=st.booleans(),
    elsewhere=st.none() | st.just("another year"),
    **dict.fromkeys(COUNTED, counts),
)


@pytest.mark.parametrize(
    ("held", "ground"),
    [
        ({"randomised": True, "treated": 40, "control": 40}, Ground.IDENTIFIED),
        ({"randomised": False, "treated": 40, "control": 40}, Ground.TRANSPORTED),
        ({"randomised": True, "treated": 40}, Ground.TRANSPORTED),
        (
            {"randomised": True, "treated_elsewhere": 40, "control_elsewhere": 40},
            Ground.TRANSPORTED,
        ),
        ({"observed": 1}, Ground.TRANSPORTED),
        ({"randomised": True, "control": 40}, Ground.ASSUMED),
        ({}, Ground.ASSUMED),
    ],
)
def test_label_by_what_the_log_holds(held: dict[str, int], ground: Ground) -> None:
    found = grounds_of(Seen(what="the letter", **held))
    assert found.ground is ground
    assert ("experiment" in found.identified_by) == (ground is not Ground.IDENTIFIED)


@given(logs, st.sampled_from(COUNTED), st.integers(1, 30))
def test_more_in_the_log_never_weakens_a_label(seen: Seen, field: str, more: int) -> None:
    richer = msgspec.structs.replace(seen, **{field: getattr(seen, field) + more})
    assert STRENGTH[grounds_of(richer).ground] >= STRENGTH[grounds_of(seen).ground]


@given(st.lists(logs, max_size=4))
def test_several_changes_rest_on_the_weakest(seen: list[Seen]) -> None:
    parts = [grounds_of(each) for each in seen]
    found = weakest(parts)
    assert (found is None) == (not parts)
    if found is not None:
        assert STRENGTH[found.ground] == min(STRENGTH[part.ground] for part in parts)


def test_elsewhere_is_named() -> None:
    seen = Seen(
        what="the letter",
        randomised=True,
        treated_elsewhere=500,
        control_elsewhere=900,
        elsewhere="another state",
    )
    assert "500 people and its control to 900, but elsewhere: another state." in str(
        grounds_of(seen)
    )
