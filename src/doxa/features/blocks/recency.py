"""Recency: how long ago the newest evidence was."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.features.views import View


def columns(view: View) -> Iterator[tuple[str, Floats]]:
    """Whether it was ever met, ln(elapsed + 1/2) and its square (0 where it never was)."""
    met = view.met.astype(np.float64)
    since = np.log(view.elapsed + 0.5) * met
    yield "ever", met
    yield "time since", since
    yield "time since, squared", since**2
