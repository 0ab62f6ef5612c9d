"""The challenger: gradient-boosted trees on the same columns, averaged with the linear predictor."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.errors import PopulationError


class Boosted(msgspec.Struct, frozen=True):
    """Trees beside a head: eta = (1 - share) eta_linear + share f(phi, item, own effects).

    Attributes
    ----------
    model : the trees, as LightGBM writes them
    share : in (0, 1]
    gained : [estimate, low, high]
        How much less loss per row the mixture had on people left out, with its 95 % interval.
    """

    model: str
    share: float
    gained: list[float]

    def eta(self, table: Floats) -> Floats:
        """What the trees say, on the scale of the linear predictor.

        Parameters
        ----------
        table : float64[n, p + 1 + e]
            The head's columns within their range, then the link of the item's mean, then the
            effects of the person where the head has such.
        """
        return np.asarray(_trees(self.model).predict(table, raw_score=True), dtype=np.float64)

    def shares(self, table: Floats) -> Floats:
        """What each column adds to it: float64[n, p + 2 + e], the last one what nothing known gives."""
        return np.asarray(_trees(self.model).predict(table, pred_contrib=True), dtype=np.float64)


@lru_cache(maxsize=32)
def _trees(model: str) -> Any:
    try:
        import lightgbm
    except ImportError as error:  # pragma: no cover - the extra is there in tests
        raise PopulationError(
            "the population has a gradient-boosted head, which needs lightgbm",
            hint="pip install 'doxa[learn]'",
        ) from error
    return lightgbm.Booster(model_str=model)
