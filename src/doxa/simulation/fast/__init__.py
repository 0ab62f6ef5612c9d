"""Fast: the same rollouts by compiled kernels, where numba is installed (the extra `fast`)."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from doxa.simulation.readout import Readout
from doxa.simulation.walk import Walk

if TYPE_CHECKING:
    from doxa.simulation.fast.parts import Parts

SWITCH = "DOXA_FAST"
"""A variable of the environment: 0 says never, 1 always; else long rollouts are compiled."""
LONG = 200_000
"""People times paths times steps from which on it is worth to load a compiler: seconds."""
_LOG = logging.getLogger("doxa")


def is_wanted(path_steps: int) -> bool:
    """Whether a rollout of so many people times paths times steps goes by kernels; same numbers."""
    said = os.environ.get(SWITCH, "")
    return said != "0" and (said == "1" or path_steps >= LONG) and _is_there()


def parts_of(walk: Walk, readouts: Sequence[Readout]) -> Parts:
    """What nodes add to some heads, by kernels; numba is imported here and nowhere before."""
    from doxa.simulation.fast.parts import Parts

    return Parts(walk, readouts)


@cache
def _is_there() -> bool:
    try:
        import numba
    except ImportError as error:
        _LOG.debug("rollouts go without compiled kernels: %s", error)
        return False
    _LOG.debug("long rollouts go by kernels compiled by numba %s", numba.__version__)
    return True
