"""Phi as an Arrow table: what a fitted head reads of people, as known at each moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from doxa.beliefmap.columns import Ints
from doxa.domain.clock import Clock
from doxa.errors import InputError, MissingExtra, PopulationError
from doxa.features.phi import phi
from doxa.features.rows import Rows
from doxa.features.views import Views
from doxa.heads.head import Head, recipe_of
from doxa.heads.predictor import CHUNK
from doxa.runtime.asked_rows import Ground, as_known_then, every_row, ground_of, keys_of, labels
from doxa.runtime.intake.names import given_name
from doxa.runtime.intake.times import asked_moment
from doxa.runtime.purposes import asked_by, head_of
from doxa.runtime.versions import population_at
from doxa.runtime.wiring import Wiring
from doxa.types import Moment

if TYPE_CHECKING:
    import pyarrow

TWIN, ORIGIN, MEMBER, LABEL = "twin", "origin", "member", "label"


def features(
    wiring: Wiring,
    name: str,
    cohort: Sequence[str] | None = None,
    *,
    at: Any = None,
    items: Sequence[str] | None = None,
    labelled: bool = False,
    purpose: str | None = None,
) -> pyarrow.Table:
    """Phi of everybody, or of some people; see `Twins.features`."""
    moments = _moments(wiring, at)
    ground = ground_of(wiring, name, purpose)
    head, version = _head(wiring, name, purpose)
    twins = None if cohort is None else keys_of(wiring, [given_name("twin", one) for one in cohort])
    rows = every_row(wiring, ground, twins, moments, _items(ground, head, items))
    found = _table(wiring, ground, head, rows, labelled=labelled)
    told = {"outcome": name, "population": str(version), "purpose": purpose or ""}
    return found.replace_schema_metadata(told)


def _head(wiring: Wiring, name: str, purpose: str | None) -> tuple[Head, int]:
    known = population_at(wiring, None)
    if known is not None:
        outcome = wiring.belief_map.outcomes[name]
        head = head_of(known[1], asked_by(wiring.belief_map, purpose, outcome), outcome)
        if head is not None:
            return head, known[0]
    raise PopulationError(
        f"nothing was fitted for {name!r} yet: what a head reads is learned", hint="run doxa fit"
    )


def _moments(wiring: Wiring, at: Any) -> list[Moment] | None:
    """The moments asked for: one, or several in a list."""
    if at is None:
        return None
    clock, zone = wiring.belief_map.clock, wiring.belief_map.zone.default
    several = at if isinstance(at, list | tuple) else [at]
    found = [asked_moment("at", one, clock, zone) for one in several]
    if not found or None in found:
        raise InputError("names no moment", where="at", expected="one moment, or a list of them")
    return [moment for moment in found if moment is not None]


def _items(ground: Ground, head: Head, items: Sequence[str] | None) -> Ints | None:
    dimension = ground.outcome.of
    if dimension is None:
        if items is not None:
            raise InputError(f"outcome {head.outcome!r} is not asked per item", where="items")
        return None
    coder = ground.past.coder(dimension)
    asked = head.items if items is None else items
    return np.array([coder(item) for item in asked], dtype=np.int64) if asked else None


def _table(
    wiring: Wiring, ground: Ground, head: Head, rows: Rows, *, labelled: bool
) -> pyarrow.Table:
    arrow = _arrow()
    past, seen = as_known_then(ground, rows)
    recipe = recipe_of(head, past.map)
    views = Views(past, recipe.readings)
    table = np.empty((len(rows), len(head.names)))
    for low in range(0, len(rows), CHUNK):
        part = slice(low, low + CHUNK)
        table[part] = phi(recipe, views, seen.take(np.arange(len(rows))[part])).table
    columns = {TWIN: _names(wiring, rows), ORIGIN: _origins(ground, rows)}
    if ground.outcome.of is not None:
        members = [*past.values(ground.outcome.of), None]
        columns[MEMBER] = arrow.array([members[code] for code in rows.member.tolist()])
    if labelled:
        columns[LABEL] = arrow.array(labels(ground, rows), from_pandas=True)
    columns |= {name: arrow.array(table[:, place]) for place, name in enumerate(head.names)}
    return arrow.table(columns)


def _names(wiring: Wiring, rows: Rows) -> Any:
    twins, place = np.unique(rows.person, return_inverse=True)
    names = np.array([*wiring.store.twin_names(twins.tolist()), ""], dtype=object)
    return _arrow().array(names[place], type=_arrow().string())


def _origins(ground: Ground, rows: Rows) -> Any:
    arrow = _arrow()
    timed = ground.past.map.clock is Clock.TIME
    return arrow.array(rows.seen.at, type=arrow.timestamp("us", tz="UTC") if timed else None)


def _arrow() -> Any:
    try:
        import pyarrow
    except ImportError as error:
        raise MissingExtra(
            "features come as Arrow tables", hint='pip install "doxa[bulk]"'
        ) from error
    return pyarrow
