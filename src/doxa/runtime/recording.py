"""Recorded forecast sets: columns written down before their horizon begins, and read back."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np

from doxa.domain.clock import Clock, format_moment
from doxa.errors import InputError
from doxa.runtime.forecasts import Forecasts
from doxa.runtime.wiring import Wiring
from doxa.storage.blocks import decode_block, encode_block
from doxa.storage.port import ForecastSet


def recorded(wiring: Wiring, found: Forecasts) -> Forecasts:
    """Write the set durably, before its horizon begins; its id says outcome, origin, of whom and why.

    Raises
    ------
    InputError
        The horizon has begun while the set was made.
    """
    clock = wiring.belief_map.clock
    now = wiring.clock()
    if clock is Clock.TIME and now > found.origin:
        raise InputError(
            "the horizon began before the forecasts were made, and nothing was recorded",
            where="at",
            hint="give a moment further ahead, or ask for fewer people",
        )
    why = "" if found.purpose is None else f"/{found.purpose}"
    identity = f"{found.outcome}@{format_moment(found.origin, clock)}#{_whom(found)}{why}"
    columns: dict[str, Any] = {
        "twin": found.twin,
        "item": found.item,
        "probability": found.probability,
        "predictor": found.predictor,
        "closes": found.closes,
    }
    if found.low is not None and found.high is not None:
        columns |= {"low": found.low, "high": found.high}
    if found.trigger is not None:
        columns["trigger"] = found.trigger
    wiring.store.put_forecasts(
        ForecastSet(
            id=identity,
            outcome=found.outcome,
            origin=found.origin,
            recorded=now,
            population=found.version or 0,
            label=found.label,
            body=encode_block(found.keys, found.items, columns),
        )
    )
    return replace(found, id=identity)


def _whom(found: Forecasts) -> str:
    """A few digits that differ when other people or items were asked for."""
    asked = msgspec.msgpack.encode((found.keys, found.items))
    return hashlib.blake2b(asked, digest_size=4).hexdigest()


def recorded_columns(stored: ForecastSet) -> dict[str, np.ndarray[Any, np.dtype[Any]]]:
    """The columns of a recorded set: twin (a place in its twins), item, probability, and so on."""
    return decode_block(stored.body).arrays()


def recorded_for(stored: ForecastSet) -> tuple[list[int], list[str]]:
    """The store's keys of the twins of a recorded set, and its items."""
    block = decode_block(stored.body)
    return block.twins, block.items
