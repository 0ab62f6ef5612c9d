"""Random numbers by counter: even, independent, and a function of their key alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from doxa.simulation.numbers import key_of, keys_of, mixed, normals, uniforms


def test_known_numbers_never_change() -> None:
    """Stored seeds must give the same rollout in every version: SplitMix64, on paper by Python's integers."""

    def finish(z: int) -> int:
        z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) % 2**64
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) % 2**64
        return z ^ z >> 31

    def by_hand(key: int, more: int) -> int:
        golden = 0x9E3779B97F4A7C15
        z = key % 2**64 ^ finish((more + golden) % 2**64)
        return finish((z + golden) % 2**64)

    for key, more in [(0, 0), (1, 2), (-3, 5), (2**63, 2**64 - 1)]:
        assert int(mixed(key, more)) == by_hand(key, more)


@given(st.integers(0, 2**63), st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=30, deadline=None)
def test_a_number_depends_on_its_key_alone(seed: int, people: int, paths: int) -> None:
    person = keys_of([f"p{number}" for number in range(people)])[:, None]
    whole = uniforms(mixed(mixed(seed, person), np.arange(paths)))
    part = uniforms(mixed(mixed(seed, person[: people // 2]), np.arange(paths)))
    assert np.array_equal(whole[: people // 2], part)


def test_they_are_even_and_do_not_know_of_each_other() -> None:
    base = mixed(mixed(11, np.arange(400)[:, None]), np.arange(50))
    one, two = uniforms(mixed(base, key_of("a"))), uniforms(mixed(base, key_of("b")))
    counts, _ = np.histogram(one, bins=20, range=(0, 1))
    expected = one.size / 20
    assert ((counts - expected) ** 2 / expected).sum() < 45  # chi squared, 19 degrees: p = .0007
    assert abs(np.corrcoef(one.ravel(), two.ravel())[0, 1]) < 0.03
    assert abs(np.corrcoef(one[1:].ravel(), one[:-1].ravel())[0, 1]) < 0.03
    assert abs(np.corrcoef(one[:, 1:].ravel(), one[:, :-1].ravel())[0, 1]) < 0.03


def test_normals_have_the_quantiles_of_a_normal() -> None:
    found = np.sort(normals(mixed(5, np.arange(40_000))))
    ends = found[[int(0.025 * 40_000), int(0.5 * 40_000), int(0.975 * 40_000)]]
    assert np.allclose(ends, [-1.96, 0.0, 1.96], atol=0.05)
