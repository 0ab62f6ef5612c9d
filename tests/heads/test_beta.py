"""Ends of a Beta against another library's."""

from __future__ import annotations

import numpy as np
from scipy.stats import beta

from doxa.heads.beta import beta_ends


def test_ends_are_quantiles_with_the_mean_between_them() -> None:
    rng = np.random.default_rng(1)
    mean, strength = rng.uniform(0.001, 0.999, 2000), np.exp(rng.uniform(-1, 7, 2000))
    for share in (0.5, 0.8):
        low, high = beta_ends(mean, strength, share)
        a, b = mean * strength, (1 - mean) * strength
        wanted = beta.ppf([[(1 - share) / 2], [(1 + share) / 2]], a, b)
        np.testing.assert_allclose(low, np.minimum(wanted[0], mean), atol=0.02)
        np.testing.assert_allclose(high, np.maximum(wanted[1], mean), atol=0.02)
        assert np.abs(low - np.minimum(wanted[0], mean)).mean() < 0.003
